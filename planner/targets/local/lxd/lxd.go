// Package lxd creates the machines of a plan on one machine with LXD, as virtual machines or containers: the YAML of each instance and of
// their network, and a static script that passes them to LXD.
//
// The package is internal to k8splan and makes no compatibility promise.
package lxd

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/onprem"
	"github.com/k8splan/k8splan/templates"
)

const (
	virtualMachine = "virtual-machine"
	container      = "container"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	onprem.Written
	Instances   *string
	NetworkName *string
	StoragePool *string
	Images      map[string]string
}

func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "LXD on one machine.",
		Arguments: append([]spec.Argument{
			{Name: "instances", Type: spec.Text, Field: "Instances", Enum: []string{virtualMachine, container},
				Example: `"virtual-machine"`,
				Doc:     "Kind of instances. A container shares the machine's kernel and must be privileged."},
			{Name: "network_name", Type: spec.Text, Field: "NetworkName", Example: `"k8sbr0"`,
				Doc: "LXD network, created if it does not exist."},
			{Name: "storage_pool", Type: spec.Text, Field: "StoragePool", Example: `"default"`, Doc: "LXD storage pool for the disks."},
			{Name: "images", Type: spec.TextMap, Field: "Images", Example: `{ "debian-13" = "local:debian-13" }`,
				Doc: "Images with cloud-init by operating system. Default: the public ones."},
		}, onprem.Arguments()...),
	}
}

// images returns images of public remotes that include cloud-init. Sources: https://images.lxd.canonical.com,
// https://cloud-images.ubuntu.com/releases/
func images() map[string]string {
	return map[string]string{
		"ubuntu-22.04": "ubuntu:22.04", "ubuntu-24.04": "ubuntu:24.04", "debian-12": "images:debian/12/cloud",
		"debian-13": "images:debian/13/cloud",
		"rocky-9":   "images:rockylinux/9/cloud", "almalinux-9": "images:almalinux/9/cloud",
	}
}

var (
	imagePattern   = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*:)?[A-Za-z0-9][A-Za-z0-9._/-]*$`)
	poolPattern    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	networkPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{1,14}$`) // a Linux interface has at most 15 characters
)

// options is the decoded block with all values filled in.
type options struct {
	segment       onprem.Segment
	container     bool
	network, pool string
	machines      []machine
}

type machine struct {
	node       *plan.Node
	image, mac string
}

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, shared.Argument)
	if !ok {
		return nil, r.Diags
	}
	if b.Source == nil {
		b.Source = p.Target.Source
	}
	say := r.Say
	o := &options{
		container: b.Instances != nil && *b.Instances == container,
		network: r.Word("network_name", b.NetworkName, "k8s"+onprem.UUID(p.Cluster.Name, "lxd")[:8], networkPattern,
			"the name of a network, at most 15 lower-case letters and digits, such as \"k8sbr0\""),
		pool: r.Word("storage_pool", b.StoragePool, "default", poolPattern, "the name of a storage pool, such as \"default\""),
	}
	o.segment = b.Segment(p, b.Source, shared, say)
	onprem.Port(p, shared, say)
	block.Systems(say, shared.Argument, "images", b.Attr("images"), b.Images)
	for os, image := range b.Images {
		if !imagePattern.MatchString(image) {
			say(shared.Argument, b.Attr("images"), "The image of %s is %q. Write a remote and an image: "+
				"\"images:debian/13/cloud\".", os,
				image)
		}
	}
	macs, table := onprem.MACs(p), images()
	for _, n := range p.Nodes {
		system, _ := onprem.System(n)
		image := b.Images[system]
		if image == "" {
			image = table[system]
		}
		if image == "" {
			say(noImage, n.Attr("os"), "k8splan knows no image of %s, only of %s.%s", system, onprem.Known(table),
				cmp.Or(n.OS.DidYouMean(), fmt.Sprintf(" Write one in the target: images = { %q = \"…\" }.", system)))
		}
		if n.Arch != p.Nodes[0].Arch {
			say(mixed, n.Attr("arch"), "Node %q is %s and node %q is %s. LXD runs only its machine's architecture. Write one arch for "+
				"all nodes.", n.Name, n.Arch, p.Nodes[0].Name,
				p.Nodes[0].Arch)
		}
		o.machines = append(o.machines, machine{n, image, macs[n.Name]})
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return o, r.Diags
}

// instance is the input of `lxc init`. Every value is a string, as LXD stores it. Source:
// https://documentation.ubuntu.com/lxd/en/latest/reference/instance_options/
type instance struct {
	Config  map[string]string            `json:"config"`
	Devices map[string]map[string]string `json:"devices"`
}

// network is the input of `lxc network create`. Source: https://documentation.ubuntu.com/lxd/en/latest/reference/network_bridge/
type network struct {
	Description string            `json:"description"`
	Config      map[string]string `json:"config"`
}

// emit writes lxd/.
func emit(p *plan.Plan, o *options) ([]artifact.File, error) {
	var list strings.Builder
	var files []artifact.File
	add := func(path string, v any) error {
		data, err := artifact.YAML(v)
		files = append(files, artifact.File{Path: "lxd/" + path, Data: data})
		return err
	}
	if err := add("network.yaml", o.bridge(p)); err != nil {
		return nil, err
	}
	kind := virtualMachine
	if o.container {
		kind = container
	}
	for _, m := range o.machines {
		made, err := o.instance(p, m)
		if err != nil {
			return nil, err
		}
		if err := add("instances/"+m.node.Name+".yaml", made); err != nil {
			return nil, err
		}
		fmt.Fprintf(&list, "%s %s %s\n", m.node.Name, m.image, kind)
	}
	files = append(files,
		artifact.File{Path: "lxd/instances.txt", Data: []byte(list.String())},
		artifact.File{Path: "lxd/settings.txt", Data: fmt.Appendf(nil, "%s %s\n", o.network, p.SSH.User)},
	)
	for name, mode := range map[string]uint32{"README.md": 0, "machines.sh": 0o755} {
		data, err := templates.Files.ReadFile("targets/local/lxd/" + name)
		if err != nil {
			return nil, err
		}
		f := artifact.File{Path: "lxd/" + name, Data: data}
		if mode != 0 {
			f.Mode = 0o755
		}
		files = append(files, f)
	}
	return files, nil
}

// bridge returns LXD's managed network: the machine is its router and its name server.
func (o *options) bridge(p *plan.Plan) network {
	n := network{Description: "The machines of cluster " + p.Cluster.Name,
		Config: map[string]string{"ipv4.address": "none", "ipv6.address": "none"}}
	for i, prefix := range o.segment.Subnets {
		family := plan.FamilyOf(prefix.Addr())
		n.Config[family+".address"] = netip.PrefixFrom(o.segment.Gateways[i], prefix.Bits()).String()
		n.Config[family+".nat"] = "true"
	}
	if p.Network.Has("mtu") {
		n.Config["bridge.mtu"] = strconv.Itoa(p.Network.MTU)
	}
	return n
}

func (o *options) instance(p *plan.Plan, m machine) (instance, error) {
	cpus, memory, disk := onprem.Size(m.node)
	cloud := o.segment.Machine(p, m.node, m.mac)
	cloud.Container = o.container
	user, err := cloud.UserData()
	if err != nil {
		return instance{}, err
	}
	addresses, err := cloud.NetworkConfig()
	if err != nil {
		return instance{}, err
	}
	card := map[string]string{"type": "nic", "network": o.network, "name": "eth0", "hwaddr": m.mac}
	if m.node.Address.Is4() { // reserved for the node, so that LXD leases it to no other instance
		card["ipv4.address"] = m.node.Address.String()
	}
	out := instance{
		Config: map[string]string{
			"limits.cpu": strconv.Itoa(cpus), "limits.memory": strconv.FormatInt(memory>>20, 10) + "MiB", "boot.autostart": "true",
			"cloud-init.user-data": string(user), "cloud-init.network-config": string(addresses),
		},
		Devices: map[string]map[string]string{
			"eth0": card,
			"root": {"type": "disk", "path": "/", "pool": o.pool, "size": strconv.FormatInt(disk>>20, 10) + "MiB"},
		},
	}
	if o.container {
		// A kubelet's requirements on a shared kernel. Source: https://microk8s.io/docs/install-lxd
		out.Config["security.nesting"], out.Config["security.privileged"] = "true", "true"
		out.Config["linux.kernel_modules"] = "ip_vs,ip_vs_rr,ip_vs_wrr,ip_vs_sh,ip_tables,ip6_tables,iptable_raw," +
			"netlink_diag,nf_nat,nf_conntrack,overlay,br_netfilter,xt_conntrack,nf_tables"
		out.Config["raw.lxc"] = "lxc.apparmor.profile=unconfined\nlxc.mount.auto=proc:rw sys:rw " +
			"cgroup:rw\nlxc.cgroup.devices.allow=a\nlxc.cap.drop=\n"
		out.Devices["kmsg"] = map[string]string{"type": "unix-char", "source": "/dev/kmsg", "path": "/dev/kmsg"}
	}
	return out, nil
}

// rules returns the target's rules.
func rules() []*rule.Rule { return shared.List(noImage, mixed) }

var (
	shared  = onprem.RulesOf("lxd", "Write instances, network_name, storage_pool, and images only to change their defaults.")
	noImage = &rule.Rule{
		ID: "lxd-image", Title: "Operating system without a public image", Permanent: true,
		Doc:     "Instances start from an image on a public remote that contains cloud-init.",
		Fix:     "Write an os that has an image, or write an image in images.",
		Sources: []string{"https://documentation.ubuntu.com/lxd/en/latest/reference/remote_image_servers/"},
	}
	mixed = &rule.Rule{
		ID: "lxd-arch", Title: "Machines of several architectures on one host", Permanent: true,
		Doc:     "An instance has the architecture of the machine that it runs on.",
		Fix:     "Write the same arch for all, or another target.",
		Sources: []string{"https://documentation.ubuntu.com/lxd/en/latest/architectures/"},
	}
)
