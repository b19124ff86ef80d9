// Package baremetal is the target bare-metal. Existing machines need nothing from it. With `provision = true` it writes, for each node, the
// input for an unattended installation of its operating system: autoinstall for Ubuntu, preseed for Debian, kickstart for Red Hat's family
// and Fedora, Ignition for Fedora CoreOS and Flatcar. All set the node's name and address, and one user for Ansible's login.
//
// The package is internal to k8splan and makes no compatibility promise.
package baremetal

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/onprem"
	"github.com/k8splan/k8splan/templates"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	onprem.Written
	Provision *bool
	Keys      []string
	URL       *string
	Disk      *string
	Disks     map[string]string
	Timezone  *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Existing machines.",
		Arguments: append([]spec.Argument{
			{Name: "provision", Type: spec.Bool, Field: "Provision", Example: `true`,
				Doc: "Whether to install the operating systems too. The other arguments apply only to that."},
			{Name: "ssh_authorized_keys", Type: spec.TextList, Field: "Keys", Example: `["ssh-ed25519 AAAA… ops@example.com"]`,
				Doc: "Public keys that may log in."},
			{Name: "url", Type: spec.Text, Field: "URL", Example: `"http://10.0.0.2:8000"`,
				Doc: "URL of the tree's folder provision/, for the machines while they are installed."},
			{Name: "install_disk", Type: spec.Text, Field: "Disk", Example: `"/dev/sda"`, Doc: "Disk to erase for the system."},
			{Name: "install_disks", Type: spec.TextMap, Field: "Disks", Example: `{ "etcd-1" = "/dev/nvme0n1" }`,
				Doc: "Disk by node or pool, if it differs from install_disk."},
			{Name: "timezone", Type: spec.Text, Field: "Timezone", Example: `"Etc/UTC"`, Doc: "Time zone. Default: Etc/UTC."},
		}, onprem.Arguments()...),
	}
}

var (
	urlPattern  = regexp.MustCompile(`^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~-]+)*$`)
	diskPattern = regexp.MustCompile(`^/dev(/[A-Za-z0-9][A-Za-z0-9._:+-]*)+$`)
	// commentPattern matches a key's comment, without characters that any of the formats would interpret.
	commentPattern = regexp.MustCompile(`^[A-Za-z0-9 ._@:/+=,-]*$`)
)

// options is the decoded block with all values filled in; nil if nothing is installed.
type options struct {
	source   *spec.Source
	segment  onprem.Segment
	keys     []string
	url      string
	timezone string
	machines []machine
}

type machine struct {
	node    *plan.Node
	disk    string
	written string // the argument that sets the disk
	system  system
}

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	if written == nil {
		return (*options)(nil), unprepared(p)
	}
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, shared.Argument)
	if !ok {
		return nil, r.Diags
	}
	say := r.Say
	if b.Provision == nil || !*b.Provision {
		for _, a := range schema().Arguments {
			if a.Name != "provision" && b.Has(a.Name) || a.Name == "provision" && b.Provision != nil {
				say(shared.Argument, b.Attr(a.Name),
					"Without provision = true, no operating system is installed and the argument has no "+
						"effect. Write provision = true, or leave %s out.", a.Name)
			}
		}
		return (*options)(nil), append(r.Diags, unprepared(p)...)
	}
	o := &options{source: b.Source, segment: b.Segment(p, b.Source, shared, say), timezone: "Etc/UTC"}
	word := func(name string, written *string, pattern *regexp.Regexp, what string) string {
		if written == nil {
			say(shared.Argument, b.Block(), "The target needs %s: %s.", name, what)
			return ""
		}
		if !pattern.MatchString(*written) {
			say(shared.Argument, b.Attr(name), "%s is %q. Write %s.", name, *written, what)
		}
		return *written
	}
	o.url = word("url", b.URL, urlPattern, `the URL of the folder, such as "http://10.0.0.2:8000"`)
	if b.Timezone != nil {
		o.timezone = *b.Timezone
		if known := zones(); !slices.Contains(known, o.timezone) {
			say(shared.Argument, b.Attr("timezone"), "timezone is %q, which is not a time zone in zone.tab. Red Hat's installer would "+
				"silently set America/New_York, and Ubuntu's would stop.%s Write a name such as \"Europe/Berlin\".", o.timezone,
				spelling.DidYouMean(o.timezone, known))
		}
	}
	if b.Disk != nil {
		word("install_disk", b.Disk, diskPattern, `the disk's device, such as "/dev/sda"`)
	}
	for of, disk := range b.Disks {
		if !diskPattern.MatchString(disk) {
			say(shared.Argument, b.Attr("install_disks"), "install_disks has %q for %q. Write the disk's device, such as "+
				"\"/dev/nvme0n1\".",
				disk, of)
		}
	}
	block.Machines(say, shared.Argument, "install_disks", b.Attr("install_disks"), p, b.Disks,
		"the disk of install_disk would be erased on the intended machine")
	if len(b.Keys) == 0 {
		say(shared.Argument, b.Attr("ssh_authorized_keys"),
			"No one could log in to the installed machines. Write the public keys of "+
				"administrators: ssh_authorized_keys = [\"ssh-ed25519 AAAA… ops@example.com\"].")
	}
	for _, key := range b.Keys {
		if why := unusable(key); why != "" {
			say(badKey, b.Attr("ssh_authorized_keys"), "%s Write the line from a file whose name ends in .pub.", why)
			continue
		}
		o.keys = append(o.keys, key)
	}
	o.nodes(p, &b, say)
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return o, r.Diags
}

// unusable returns the defect of a public key, "" if there is none. Source: RFC 4253, section 6.6; the types are those of ssh-keygen -t.
func unusable(key string) string {
	kind, rest, _ := strings.Cut(key, " ")
	blob, comment, _ := strings.Cut(rest, " ")
	known := []string{"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
		"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"}
	switch data, err := base64.StdEncoding.DecodeString(blob); {
	case strings.Contains(key, "PRIVATE KEY"):
		return "This is a private key, which must not be in a topology."
	case !slices.Contains(known, kind):
		return fmt.Sprintf("A public key begins with its type, one of %s. This one begins with %q.", strings.Join(known, ", "),
			shortened(kind))
	case err != nil || len(data) < 4 || !bytes.HasPrefix(data, append(binary.BigEndian.AppendUint32(nil, uint32(len(kind))), kind...)):
		return fmt.Sprintf("The text after %s is not a key of that type. It was cut or changed.", kind)
	case !commentPattern.MatchString(comment):
		return "The comment after the key may contain only letters, digits, spaces, and . _ @ : / + = , -"
	}
	return ""
}

func shortened(s string) string { return s[:min(len(s), 20)] }

// nodes determines what each machine is installed with.
func (o *options) nodes(p *plan.Plan, b *body, say onprem.Say) {
	said := map[hcl.Range]bool{}
	once := func(r *rule.Rule, at hcl.Range, format string, args ...any) {
		if !said[at] {
			said[at] = true
			say(r, at, format, args...)
		}
	}
	for _, n := range p.Nodes {
		m := machine{node: n}
		facts, _ := n.OS.Facts()
		switch s, ok := find(n.OS); {
		case facts.Retired(plan.FactsDate):
			once(discontinued, n.Attr("os"), "Node %q runs %s, whose support ended %s. Write %s.", n.Name, facts.Title, facts.End(),
				facts.Instead)
		case !ok:
			once(unknownOS, n.Attr("os"), "Node %q: k8splan cannot install %q, only %s. "+
				"Write os = \"ubuntu-24.04\", or another one of these.", n.Name, n.OS, strings.Join(known(), ", "))
		default:
			m.system = s
		}
		if n.MAC == "" && n.Interface == "" {
			once(unknownCard, n.Block(),
				"Node %q has neither mac nor interface, so the installer cannot find the network card for %s. Write "+
					"the machine's MAC address: mac = \"…\".", n.Name, n.Address)
		}
		for _, of := range []string{n.Name, n.Pool} {
			if disk, ok := b.Disks[of]; ok && m.disk == "" && of != "" {
				m.disk, m.written = disk, "install_disks"
			}
		}
		if m.disk == "" && b.Disk != nil {
			m.disk, m.written = *b.Disk, "install_disk"
		}
		if m.disk == "" {
			once(shared.Argument, b.Block(), "Node %q has no disk to install its system on. "+
				"Write the disk to erase, such as install_disk = \"/dev/sda\".", n.Name)
		}
		if m.system.installer != "" && len(o.segment.Subnets) > 0 {
			o.refuse(p, m, once)
		}
		if drive.MatchString(m.disk) {
			once(drifting, o.diskAt(m), "The kernel gives the name %s to whichever disk it finds first, and the installation erases that "+
				"disk. Write a stable link, such as \"/dev/disk/by-id/ata-MODEL_SERIAL\" or "+
				"\"/dev/disk/by-path/pci-0000:00:17.0-ata-1\".", m.disk)
		}
		o.machines = append(o.machines, m)
	}
	for _, m := range o.machines {
		if all := o.sharing(m.disk); len(all) > 1 && serialized(m.disk) {
			once(repeated, o.diskAt(m), "%s contains the serial number of one disk, but %s are to be installed on it. On a machine "+
				"without this disk, the installation stops. Write install_disks with a disk for each, or a link in /dev/disk/by-path if "+
				"all have the same hardware.", m.disk, strings.Join(all, ", "))
		}
	}
}

// sharing returns the nodes whose system is installed on a disk.
func (o *options) sharing(disk string) []string {
	var names []string
	for _, m := range o.machines {
		if m.disk == disk {
			names = append(names, m.node.Name)
		}
	}
	return names
}

// unprepared warns of existing hosts on which Ansible cannot work in their default state.
func unprepared(p *plan.Plan) hcl.Diagnostics {
	var diags hcl.Diagnostics
	said := map[hcl.Range]bool{}
	for _, n := range p.Nodes {
		at := n.Attr("os")
		if !n.OS.ReadOnlyUsr() || said[at] {
			continue
		}
		said[at] = true
		lacks, made := "has no Python for Ansible", "it"
		if n.OS.Name != "fedora-coreos" {
			lacks = "has no Python for Ansible, and a read-only /usr/local, where the binaries are installed"
			made = "both"
		}
		diags = append(diags,
			imageSystem.Diagnostic(at, fmt.Sprintf("%s runs %s, which %s. Write provision = true in the target, so that the "+
				"installation prepares %s; or prepare the host yourself, and waive this rule.", n.Name, n.OS, lacks, made)))
	}
	return diags
}

// emit writes provision/, nothing if no system is installed.
func emit(p *plan.Plan, o *options) ([]artifact.File, error) {
	if o == nil {
		return nil, nil
	}
	readme, err := templates.Files.ReadFile("targets/machines/bare-metal/README.md")
	if err != nil {
		return nil, err
	}
	files := []artifact.File{{Path: "provision/README.md", Data: readme}}
	var list strings.Builder
	for _, m := range o.machines {
		parts, err := o.files(p, m)
		if err != nil {
			return nil, fmt.Errorf("node %s: %w", m.node.Name, err)
		}
		for _, f := range parts {
			f.Path = "provision/" + m.node.Name + "/" + f.Path
			files = append(files, f)
		}
		mac := m.node.MAC
		if mac == "" {
			mac = "-"
		}
		fmt.Fprintln(&list, m.node.Name, mac, m.node.OS, m.system.installer)
	}
	return append(files, artifact.File{Path: "provision/nodes.txt", Data: []byte(list.String())}), nil
}

// first returns the node's IPv4 address with its prefix and router, and the IPv6 ones; zero if it has none.
func (o *options) first(n *plan.Node) (four, six netip.Prefix, via4, via6 netip.Addr) {
	for _, a := range o.segment.Addresses(n) {
		if a.Addr().Is4() {
			four = a
		} else {
			six = a
		}
	}
	for _, g := range o.segment.RoutersOf(n) {
		if g.Is4() {
			via4 = g
		} else {
			via6 = g
		}
	}
	return four, six, via4, via6
}

// mask returns the dotted form of a prefix length: 255.255.255.0 for 24.
func mask(p netip.Prefix) string {
	bits := uint32(0xffffffff) << (32 - p.Bits())
	return fmt.Sprintf("%d.%d.%d.%d", bits>>24, bits>>16&0xff, bits>>8&0xff, bits&0xff)
}

var shared = onprem.RulesOf("bare-metal", "Write provision = true, ssh_authorized_keys, url, and install_disk, or an empty block if "+
	"the machines already have their systems.")

// rules returns the target's rules.
func rules() []*rule.Rule {
	return shared.List(badKey, drifting, repeated, feature, discontinued, imageSystem, unknownOS, unknownCard)
}

var (
	badKey = &rule.Rule{
		ID: "bare-metal-key", Title: "Invalid public key", Permanent: true,
		Doc: "The installed machines accept no password. With a damaged key, logins are impossible, and a private key in the " +
			"topology is readable by everyone who can read the file.",
		Fix:     "Write the line from a file whose name ends in .pub.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc4253#section-6.6"},
	}
	discontinued = &rule.Rule{
		ID: "bare-metal-discontinued", Title: "Operating system without fixes", Permanent: true,
		Doc: "A system without fixes is vulnerable on the day it is installed. Its repositories move to archives, and its kernel is " +
			"older than the kubelet supports.",
		Fix: "Write its successor.",
		Sources: []string{"https://coreos.com/os/eol/",
			"https://blog.centos.org/2023/04/end-dates-are-coming-for-centos-stream-8-and-centos-linux-7/"},
	}
	imageSystem = &rule.Rule{
		ID: "bare-metal-image-system", Severity: rule.Warning, Title: "Image system without preparation",
		Doc: "Flatcar and Fedora CoreOS do not include Python, which Ansible needs on each host, and Flatcar's /usr/local is part of " +
			"its read-only image. With `provision = true` their Ignition file prepares both. You must prepare existing " +
			"hosts yourself.",
		Fix: "Write `provision = true`, or give the hosts Python and a writable /usr/local and waive this rule.",
		Sources: []string{"https://www.flatcar.org/docs/latest/reference/developer-guides/sdk-disk-partitions/",
			"https://github.com/kubernetes-sigs/kubespray/issues/12270",
			"https://docs.fedoraproject.org/en-US/fedora-coreos/os-extensions/"},
	}
	unknownOS = &rule.Rule{
		ID: "bare-metal-os", Title: "Operating system that cannot be installed", Permanent: true,
		Doc: "Each distribution's installer has its own configuration format, and k8splan writes those of the systems that it lists.",
		Fix: "Write os as name and version, such as \"ubuntu-24.04\", on every node and node_pool.",
	}
	unknownCard = &rule.Rule{
		ID: "bare-metal-card", Title: "Machine without a network card", Permanent: true,
		Doc: "A server has several network cards. The installer gives the address to the card that the topology names, by its MAC " +
			"address or by its interface name in the kernel.",
		Fix: "Write mac or interface on the node. The nodes of a pool share one interface name; if theirs differ, write separate nodes.",
	}
)
