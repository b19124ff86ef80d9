package planner_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/topologies"
)

// TestTargetsUseWhatTheySay checks what each target says that it uses against its tree. A value other than the default, of every argument
// of the language, changes a file outside README, RUNBOOK and report, or is refused, or a rule says at that place that it has no effect
// there; what only rules read is on the one list of package plan. What changes a file is a change to package change too.
func TestTargetsUseWhatTheySay(t *testing.T) {
	for _, of := range planner.Targets() {
		if of.Facts.Successor != "" {
			continue // the target of its successor
		}
		t.Run(of.Facts.Name, func(t *testing.T) {
			t.Parallel()
			a := newAudit(t, of)
			for _, argument := range everyArgument() {
				a.argument(t, argument)
			}
			if dir := os.Getenv("USES"); dir != "" { // what the tree shows, for who writes a new target
				if err := os.WriteFile(path.Join(dir, of.Facts.Name), []byte(strings.Join(a.used, "\n")+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// argument is a row of the language with the blocks around it, from the outside.
type argument struct {
	path   string
	blocks []*spec.Block
	name   string
	values []value
}

// value is something else than the default, in a design that makes it possible.
type value struct {
	given string // blocks in place of those of the starter
	set   string // the expression, or the label of the block
	add   string // the block itself, instead of an expression in it
}

// audit is a target under test: its starter, and the trees that were made of it.
type audit struct {
	of   target.Target
	src  []byte
	made map[string]made // by what was given
	used []string
}

// made is what became of the starter with some blocks given: a tree, or why there is none.
type made struct {
	files   map[string][]byte
	record  *change.Record
	refused hcl.Diagnostics
}

func newAudit(t *testing.T, of target.Target) *audit {
	types := planner.StarterTypes(of.Facts.Name)
	src, err := topologies.Starter(types[len(types)-1], of.Facts.Name)
	if err != nil {
		t.Fatal(err)
	}
	return &audit{of: of, src: src, made: map[string]made{}}
}

// argument judges the first value that the target follows, and before that each one that a rule says it does not follow.
func (a *audit) argument(t *testing.T, row argument) {
	if slices.Contains(decidesAll, row.path) || row.path == "cluster.kubernetes_version" && slices.Contains(minorAlone, a.of.Facts.Name) {
		return
	}
	refused := hcl.Diagnostics(nil)
	silent, idle := []byte(nil), false
	for _, v := range row.values {
		base := a.tree(t, v.given)
		if base.files == nil {
			refused = append(refused, base.refused...)
			continue
		}
		src := row.edit(designOf(a.src, v.given), v)
		if src == nil {
			continue // the starter has it
		}
		project, diags := planner.Open("topology.hcl", src, nil, time.Time{})
		if project == nil {
			refused = append(refused, ofDesign(diags)...)
			continue
		}
		changed, said := differs(base.files, files(t, project)), withoutEffect(project, diags, row.path)
		if changed {
			a.used = append(a.used, row.path)
			if seen := change.Between(base.record, change.Of(project.Plan(), "test")); len(seen.Changes) == 0 {
				t.Errorf("%s: files change, and the record of planner/change/of.go stays the same\n%s", row.path, src)
			}
		}
		newest := row.path == "cloud_provider.version" // a release that is not known stands for the newest known
		if said && !changed && !newest {
			inspected := change.Between(base.record, change.Of(project.Plan(), "test"))
			for _, c := range inspected.Changes {
				if c.Class != change.None && c.Origin == "" {
					t.Errorf("%s: a rule says that it has no effect, and diff says %s of %s\n%s", row.path, c.Class, c.Subject, src)
				}
			}
		}
		switch {
		case changed && said && !newest:
			t.Errorf("%s: the tree follows it, and a rule says that it has no effect\n%s", row.path, src)
			return
		case changed:
			return
		case said: // the target may follow another value
			idle = true
		case a.of.Facts.ReadByRules(spec.NodePath(row.path)):
			return
		case !a.of.Facts.Leaves(spec.NodePath(row.path)) && slices.Contains(plan.OfMachines, spec.NodePath(row.path)):
			return
		default:
			silent = src
		}
	}
	if idle {
		return
	}
	if silent != nil {
		t.Errorf("%s: no file changes, and no finding says so", row.path)
	} else if top := row.blocks[0].Name; len(refused) == 0 && !(strings.HasPrefix(top, "node") &&
		!bytes.Contains(a.src, []byte("\n"+top+" "))) {
		t.Errorf("%s: no value was tried", row.path) // a starter has pools or single machines, or both
	} else {
		for _, d := range refused[:min(1, len(refused))] {
			a.used = append(a.used, row.path+" # refused by "+rule.ID(d))
		}
	}
}

// tree is what is made of the starter with the given blocks.
func (a *audit) tree(t *testing.T, given string) made {
	if m, known := a.made[given]; known {
		return m
	}
	var m made
	if project, diags := planner.Open("topology.hcl", designOf(a.src, given), nil, time.Time{}); project == nil {
		m.refused = ofDesign(diags)
	} else {
		m.files, m.record = files(t, project), change.Of(project.Plan(), "test")
	}
	a.made[given] = m
	return m
}

// ofDesign are the errors of rules that know the target. A mistake in the language is one of this test.
func ofDesign(diags hcl.Diagnostics) hcl.Diagnostics {
	return slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool {
		return d.Severity != hcl.DiagError || slices.ContainsFunc(spec.Rules, func(r *rule.Rule) bool { return r.ID == rule.ID(d) })
	})
}

func files(t *testing.T, project *planner.Project) map[string][]byte {
	t.Helper()
	set, err := render.Tree(project, "test")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range set.Files() {
		switch {
		case path.Base(f.Path) == "README.md", slices.Contains(repeat, f.Path): // they repeat the design
		default:
			all[f.Path] = f.Data
		}
	}
	return all
}

// repeat are files that show the design and build nothing, or build it by other means than the target.
var repeat = []string{"RUNBOOK.md", "report.html", "SHA256SUMS", "plan.json", "docker-desktop/kind.yaml"}

func differs(a, b map[string][]byte) bool {
	if len(a) != len(b) {
		return true
	}
	for name, data := range a {
		if !bytes.Equal(data, b[name]) {
			return true
		}
	}
	return false
}

// ineffective are the rules that say of a place that it has no effect.
var ineffective = []string{
	"target-unused", "target-hosted-block", "addon-not-applied", "load-balancer-unused-argument", "registry-without-effect",
	"registry-other-runtime",
	"network-node-mask-unused", "component-config-unread", "etcd-version-stacked", "addon-version", "artifact-image-unused",
}

// withoutEffect reports whether a rule says at an argument, or at a block around it, that it has no effect.
func withoutEffect(project *planner.Project, diags hcl.Diagnostics, of string) bool {
	for _, use := range project.Plan().Spec.Written() {
		if use.Path != spec.NodePath(of) {
			continue
		}
		for _, d := range diags {
			if !slices.Contains(ineffective, rule.ID(d)) {
				continue
			}
			for _, at := range append(slices.Clone(use.Blocks), use.At) {
				if d.Subject.Overlaps(at) {
					return true
				}
			}
		}
	}
	return false
}

// minorAlone are targets that take a minor of Kubernetes and choose the patch.
var minorAlone = []string{"charmed-kubernetes"}

// decidesAll are the arguments that every tree follows, or that another argument stands for.
var decidesAll = []string{"cluster.api_server.host_file.source", "cluster.kubeadm_patch.source",
	"cluster.audit.policy", "addon.chart.values_file", "cluster.type",
	"etcd.topology", "node.roles",
	"node_pool.roles", "node.for_each", "node_pool.for_each"}

// everyArgument lists the language, with values for each.
func everyArgument() []argument {
	var out []argument
	var walk func(prefix string, around []*spec.Block, b *spec.Block)
	walk = func(prefix string, around []*spec.Block, b *spec.Block) {
		around = append(around[:len(around):len(around)], b)
		prefix += b.Name + "."
		for _, a := range b.Arguments {
			row := argument{prefix + a.Name, around, a.Name, others[prefix+a.Name]}
			if row.values == nil {
				row.values = values(a.Example)
				for _, word := range a.Enum {
					row.values = append(row.values, value{set: fmt.Sprintf("%q", word)})
				}
			}
			if around[0].Name == "node" {
				row.values = each(row.values, machines(role[a.Name]))
			}
			out = append(out, row)
		}
		for i := range b.Blocks {
			walk(prefix, around, &b.Blocks[i])
		}
	}
	for i := range spec.Schema {
		if b := &spec.Schema[i]; b.Name != "variable" && b.Name != "waive" && !b.Open {
			walk("", nil, b)
		}
	}
	return out
}

// each pairs values with designs that make them possible.
func each(all []value, given []string) (out []value) {
	for _, v := range all {
		for _, v.given = range given {
			out = append(out, v)
		}
	}
	return out
}

// designOf is a starter with blocks in place of its own. If a block of load_balancer is given that needs no hosts, they go.
func designOf(src []byte, given string) []byte {
	if given == "" {
		return src
	}
	f, g := parsed(src), parsed([]byte(given))
	for _, b := range g.Body().Blocks() {
		for _, have := range f.Body().Blocks() {
			roles := have.Body().GetAttribute("roles")
			idle := b.Type() == "load_balancer" && roles != nil && strings.Contains(string(roles.Expr().BuildTokens(nil).Bytes()),
				"load-balancer")
			if have.Type() == b.Type() || idle {
				f.Body().RemoveBlock(have)
			}
		}
		f.Body().AppendBlock(b)
	}
	return f.Bytes()
}

// edit returns the starter with the value, nil if it has that already. It writes into the first block of its kind, or one with workers,
// and makes the blocks where there are none.
func (a argument) edit(src []byte, v value) []byte {
	f := parsed(src)
	body := f.Body()
	around := a.blocks
	if v.add != "" {
		around = around[:len(around)-1]
	}
	for _, b := range around {
		body = within(body, b)
	}
	if v.add != "" {
		for _, b := range parsed([]byte(v.add)).Body().Blocks() {
			body.AppendBlock(b)
		}
		return f.Bytes()
	}
	tokens, diags := hclsyntax.LexExpression([]byte(v.set), "value", hcl.InitialPos)
	if diags.HasErrors() {
		panic(diags)
	}
	if has := body.GetAttribute(a.name); has != nil && strings.TrimSpace(string(has.Expr().BuildTokens(nil).Bytes())) == v.set {
		return nil
	}
	var raw hclwrite.Tokens
	for _, token := range tokens[:len(tokens)-1] {
		raw = append(raw, &hclwrite.Token{Type: token.Type, Bytes: token.Bytes, SpacesBefore: 1})
	}
	body.SetAttributeRaw(a.name, raw)
	return f.Bytes()
}

func parsed(src []byte) *hclwrite.File {
	f, diags := hclwrite.ParseConfig(src, "topology.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		panic(diags)
	}
	return f
}

func within(body *hclwrite.Body, b *spec.Block) *hclwrite.Body {
	var found *hclwrite.Block
	for _, have := range body.Blocks() {
		roles := have.Body().GetAttribute("roles")
		worker := roles != nil && strings.Contains(string(roles.Expr().BuildTokens(nil).Bytes()), "worker")
		if have.Type() == b.Name && (found == nil || worker) {
			found = have
		}
	}
	if found == nil {
		var labels []string
		if b.Label != "" {
			labels = []string{firstLabel[b.Name]}
		}
		found = body.AppendNewBlock(b.Name, labels)
	}
	return found.Body()
}

// firstLabel is what a block is called that a starter does not have.
var firstLabel = map[string]string{
	"cni": "flannel", "container_runtime": "containerd", "registry": "docker.io", "load_balancer": "external", "addon": "metrics-server",
	"cloud_provider": "aws", "hypervisor": "kvm-1",
	"scheduler": "batch", "profile": "batch", "node": "extra-1", "node_pool": "extra",
}

// on pairs a value with each of some designs that make it possible.
func on(set string, given ...string) (out []value) {
	for _, g := range given {
		out = append(out, value{given: g, set: set})
	}
	return out
}

// values are alternatives in the starter as it is.
func values(sets ...string) (out []value) {
	for _, set := range sets {
		out = append(out, value{set: set})
	}
	return out
}

// othersEtcd is a block for arguments of an etcd that others run.
const othersEtcd = "etcd {\n  external_endpoints = [\"https://10.0.9.8:2379\"]\n  ca_file = \"/etc/etcd/ca.crt\"\n" +
	"  cert_file = \"/etc/etcd/c.crt\"\n  key_file = \"/etc/etcd/c.key\"\n}\n"

func adds(block string) []value { return []value{{add: block}} }

// plugins are pod networks for arguments that not all of them take.
func plugins(labels ...string) (out []string) {
	for _, label := range labels {
		out = append(out, fmt.Sprintf("network {\n  cni %q {\n  }\n}\n", label))
	}
	return out
}

// speaks is a pod network with routers.
func speaks(label string) string {
	return fmt.Sprintf("network {\n  cni %q {\n    encapsulation = \"bgp\"\n    bgp_as = 64512\n    bgp_peers = [\"10.0.0.1:65001\"]\n    "+
		"failure_domain \"rack-a\" {\n      bgp_peers = [\"10.0.0.2:65001\"]\n    }\n  }\n}\n", label)
}

// role is what a machine must be for an argument to mean something; workers for the rest.
var role = map[string]string{"public_address": "control-plane", "bootstrap": "control-plane"}

// machines of their own for the arguments of node: with addresses, with zones, with neither.
func machines(role string) []string {
	role = cmp.Or(role, "worker")
	given := []string{
		"node \"extra-1\" {\n  roles   = [\"ROLE\"]\n  address = cidrhost(local.subnet, 60)\n  cpus = 2\n  memory = \"8Gi\"\n}\n",
		"node \"extra-1\" {\n  roles   = [\"ROLE\"]\n  address = cidrhost(local.subnet, 60)\n  cpus = 2\n  memory = \"8Gi\"\n" +
			"  failure_domain = local.racks[0]\n}\n",
		"node \"extra-1\" {\n  roles   = [\"ROLE\"]\n  address = cidrhost(local.subnet, 60)\n  cpus = 2\n  memory = \"8Gi\"\n" +
			"  failure_domain = local.zones[0]\n}\n",
		"node \"extra-1\" {\n  roles   = [\"ROLE\"]\n  address = cidrhost(local.subnets[local.zones[0]], 60)\n  cpus = 2\n" +
			"  memory = \"8Gi\"\n  failure_domain = local.zones[0]\n}\n",
		"node \"extra-1\" {\n  roles   = [\"ROLE\"]\n  cpus = 2\n  memory = \"8Gi\"\n  failure_domain = local.zones[0]\n}\n",
		"node \"extra-1\" {\n  roles   = [\"ROLE\"]\n  cpus = 2\n  memory = \"8Gi\"\n}\n",
	}
	for i := range given {
		given[i] = strings.Replace(given[i], "ROLE", role, 1)
	}
	return given
}

// balancers are kube-vip by ARP and by BGP, on the segments that starters have.
func balancers(block string) []string {
	return []string{fmt.Sprintf(block, "cidrhost(local.subnet, 10)"), fmt.Sprintf(block, "cidrhost(local.subnets[local.zones[0]], 10)"),
		fmt.Sprintf(block, `"10.0.0.10"`)}
}

const (
	byARP = "load_balancer \"kube-vip\" {\n  virtual_ip = %s\n}\n"
	byBGP = "load_balancer \"kube-vip\" {\n  virtual_ip = %s\n  mode       = \"bgp\"\n  bgp_as     = 65000\n" +
		"  bgp_peers  = [\"10.99.0.1:65001\"]\n}\n"
	dualStack = "network {\n  pod_subnets     = [\"10.244.0.0/16\", \"fd00:244::/56\"]\n  service_subnets = [\"10.96.0.0/16\", " +
		"\"fd00:96::/112\"]\n}\n"
	proxied = "network {\n  http_proxy {\n    http  = \"http://proxy.example.com:3128\"\n" +
		"    https = \"http://proxy.example.com:3128\"\n  }\n}\n"
	mirrored = "container_runtime \"containerd\" {\n  registry \"docker.io\" {\n" +
		"    mirrors = [\"https://mirror.example.com\"]\n  }\n}\n"
	balancing = "addon \"metallb\" {\n  pool \"default\" {\n    addresses = [\"10.0.0.230-10.0.0.239\"]\n  }\n}\n"
	foreign   = "network {\n  cni \"other\" {\n    plugin = \"kube-router\"\n    images = [\"registry.example.com/router:v1.2.3\"]\n" +
		"    manifest \"https://example.com/router.yaml\" {\n      checksum = " + sum + "\n    }\n  }\n}\n"
	ipvs          = "network {\n  kube_proxy {\n    mode = \"ipvs\"\n  }\n}\n"
	mountedVolume = "extra_volume \"oidc\" {\n  host_path  = \"/srv/oidc\"\n  mount_path = \"/srv/oidc\"\n  read_only  = true\n}\n"
	own           = "addon \"thing\" {\n  images = []\n  manifest \"https://example.com/thing.yaml\" {\n    checksum = " +
		sum + "\n  }\n}\n"
	ownCloud = "cloud_provider \"other\" {\n  manifest \"https://example.com/thing.yaml\" {\n    checksum = " + sum + "\n  }\n}\n"
	charted  = "addon \"thing\" {\n  images = []\n  chart \"thing\" {\n    repository = \"https://example.com\"\n" +
		"    version = \"1.2.3\"\n    digest = \"sha256:0000000000000000000000000000000000000000000000000000000000000000\"\n  }\n}\n"
	shipped  = "addon \"fluent-bit\" {\n  settings = { output = \"stdout\" }\n}\n"
	tainted  = "taint {\n  key    = \"example.com/gpu\"\n  value  = \"true\"\n  effect = \"NoSchedule\"\n}\n"
	sum      = `"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"`
	otherSum = `"sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"`
)

// others are values other than the default, where the example of the language is the default or needs something next to it.
var others = map[string][]value{
	"cluster.kubernetes_version": {{set: `"1.36.2"`}, {set: `"1.36.4"`}, {set: `"1.35.1"`}, {set: `"1.35.8"`},
		{set: `"1.34.1"`}},
	"cluster.control_plane_endpoint":             on(`"other.example.com:6443"`, "", "load_balancer \"external\" {\n}\n"),
	"cluster.api_server.host_file.content":       adds("host_file \"a.yaml\" {\n  content = \"a\"\n}\n"),
	"cluster.kubeadm_patch.content":              adds("kubeadm_patch \"etcd.yaml\" {\n  content = \"spec: {priority: 1}\"\n}\n"),
	"cluster.api_server.extra_volume.host_path":  adds(mountedVolume),
	"cluster.api_server.extra_volume.mount_path": adds(mountedVolume),
	"cluster.api_server.extra_volume.read_only":  adds(mountedVolume),
	"cluster.encryption_at_rest.provider":        values(`"aescbc"`),
	"cluster.encryption_at_rest.endpoint": adds("encryption_at_rest {\n  provider = \"kms\"\n" +
		"  endpoint = \"unix:///run/kms/kms.sock\"\n}\n"),
	"cluster.cert_sans":               values(`["more.example.net"]`),
	"cluster.api_server_port":         values("7443"),
	"cluster.encryption_algorithm":    values(`"RSA-3072"`),
	"cluster.certificate_validity":    values(`"4380h"`),
	"cluster.ca_certificate_validity": values(`"43800h"`),
	"cluster.feature_gates":           values(`{ CPUManagerPolicyAlphaOptions = true }`),
	"cluster.kubelet.max_pods":        values("77"),
	"cluster.kubelet.cgroup_driver":   values(`"cgroupfs"`),
	"cluster.kubelet.fail_swap_on":    values("false"),
	"network.pod_subnets":             values(`["10.200.0.0/16"]`, `["172.24.0.0/14"]`),
	"network.service_subnets":         values(`["10.97.0.0/16"]`, `["172.20.0.0/16"]`),
	"network.node_subnets":            values("[local.subnet]", `["10.0.0.0/16"]`, `["192.168.0.0/16"]`),
	"network.dns_domain":              values(`"k8s.example"`),
	"network.node_cidr_mask_size":     values("25"),
	"network.node_cidr_mask_size_v6":  on("72", dualStack, ""),
	"network.node_port_range":         values(`"31000-32000"`),
	"network.mtu":                     values("1400"),
	"network.cni.version":             on(`"v0.28.9"`, plugins("flannel")...),
	"network.cni.encapsulation": append(on(`"host-gw"`, plugins("flannel")...),
		append(on(`"ipip"`, plugins("calico")...),
			append(on(`"vxlan"`, plugins("calico", "cilium")...), on(`"geneve"`, plugins("cilium")...)...)...)...),
	"network.cni.mtu":       on("1300", plugins("flannel", "calico", "cilium")...),
	"network.cni.interface": on(`"eth9"`, plugins("flannel", "calico", "cilium")...),
	"network.cni.kube_proxy_replacement": on("true",
		"network {\n  cni \"cilium\" {\n  }\n  kube_proxy {\n    mode = \"none\"\n  }\n}\n", plugins("cilium")[0]),
	"network.cni.vxlan_port":                 on("4790", plugins("flannel", "cilium")...),
	"network.cni.bgp_as":                     on("64513", speaks("calico"), speaks("cilium")),
	"network.cni.bgp_peers":                  on(`["10.0.0.99:65009"]`, speaks("calico"), speaks("cilium")),
	"network.cni.failure_domain.bgp_peers":   on(`["10.0.0.99:65009"]`, speaks("calico"), speaks("cilium")),
	"network.kube_proxy.mode":                values(`"iptables"`, `"nftables"`, `"ipvs"`),
	"network.kube_proxy.strict_arp":          on("true", ipvs),
	"network.http_proxy.no_proxy":            on(`[".example.net"]`, proxied),
	"container_runtime.version":              values(`"2.2.1"`),
	"container_runtime.registry.plain_http":  on("true", strings.Replace(mirrored, "https", "http", 1)),
	"container_runtime.registry.skip_verify": on("true", mirrored),
	"container_runtime.registry.ca_file":     on(`"/etc/ssl/registry-ca.crt"`, mirrored),
	"container_runtime.credentials_file":     values(`"~/.docker/config.json"`),
	"etcd.version":                           values(`"3.6.5"`),
	"etcd.data_dir":                          values(`"/srv/etcd"`),
	"etcd.quota":                             values(`"3Gi"`),
	"etcd.heartbeat_interval":                values(`"150ms"`),
	"etcd.election_timeout":                  values(`"1500ms"`),
	"hosts.firewall":                         values(`"managed"`),
	"hosts.admin_cidrs":                      {{set: `["10.0.0.0/8"]`, given: "hosts {\n firewall = \"managed\"\n}"}},
	"hosts.open_ports":                       {{set: `["443/tcp"]`, given: "hosts {\n firewall = \"managed\"\n}"}},
	// No starter has a machine of that name: the rule about it is what says that the argument is read.
	"moved.from":              adds("moved {\n  from = \"no-such-old\"\n  to   = \"no-such-new\"\n}\n"),
	"moved.to":                adds("moved {\n  from = \"no-such-old\"\n  to   = \"no-such-new\"\n}\n"),
	"hosts.selinux":           values(`"enforcing"`),
	"time.servers":            values(`["ntp-1.example.com"]`),
	"etcd.external_endpoints": {{set: `["https://10.0.9.9:2379"]`, given: othersEtcd}},
	"etcd.ca_file":            {{set: `"/etc/other/ca.crt"`, given: othersEtcd}},
	"etcd.cert_file":          {{set: `"/etc/other/client.crt"`, given: othersEtcd}},
	"etcd.key_file":           {{set: `"/etc/other/client.key"`, given: othersEtcd}},
	"load_balancer.virtual_ip": append(on("cidrhost(local.subnet, 9)", append(balancers(byARP), "")...),
		values("\"10.0.0.9\"")...),
	"load_balancer.port":               on("7443", "", "load_balancer \"external\" {\n}\n"),
	"load_balancer.interface":          on(`"eth9"`, append(balancers(byARP), "")...),
	"load_balancer.virtual_router_id":  append(on("52", append(balancers(byARP), "")...), values("52")...),
	"load_balancer.mode":               on(`"arp"`, append(balancers(byBGP), "")...),
	"load_balancer.bgp_as":             on("65009", append(balancers(byBGP), "")...),
	"load_balancer.bgp_peers":          on(`["10.99.0.2:65001"]`, append(balancers(byBGP), "")...),
	"load_balancer.version":            on(`"v1.0.0"`, append(balancers(byARP), "")...),
	"ssh.user":                         values(`"deploy"`),
	"ssh.private_key_file":             values(`"~/.ssh/other"`),
	"ssh.port":                         values("2222"),
	"artifacts.checksums":              values(`{ "dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet" = ` + sum + ` }`),
	"artifacts.source":                 values(`"packages"`, `"binaries"`),
	"addon.settings":                   on(`{ output = "forward", host = "logs.example.com", port = "24224" }`, shipped),
	"addon.images":                     on(`["registry.example.com/thing:v1.2.3"]`, own),
	"addon.after":                      on(`["metrics-server"]`, own+"addon \"metrics-server\" {\n}\n"),
	"addon.chart":                      adds(charted),
	"addon.chart.repository":           on(`"https://other.example.com"`, charted),
	"addon.chart.version":              on(`"1.2.4"`, charted),
	"addon.chart.digest":               on("\"sha256:"+strings.Repeat("1", 64)+"\"", charted),
	"addon.chart.namespace":            on(`"other"`, charted),
	"addon.manifest.checksum":          on(otherSum, own),
	"cloud_provider.version":           append(on(`"v1.0.0"`, ownCloud), values(`"v1.35.0"`)...),
	"cloud_provider.settings":          on(`{ region = "x" }`, ownCloud, ""),
	"cloud_provider.images":            on(`["registry.example.com/thing:v1.2.3"]`, ownCloud),
	"cloud_provider.manifest.checksum": on(otherSum, ownCloud),
	"node.taint.key":                   adds(tainted),
	"node.taint.value":                 adds(tainted),
	"node.taint.effect":                adds(tainted),
	"node_pool.taint.key":              adds(tainted),
	"node_pool.taint.value":            adds(tainted),
	"node_pool.taint.effect":           adds(tainted),
	"node.address": values("cidrhost(local.subnet, 61)", "cidrhost(local.subnets[local.zones[0]], 61)",
		`"10.0.0.61"`),
	"addon.pool.addresses":          on(`["10.0.0.240-10.0.0.249"]`, balancing),
	"addon.pool.announce":           on(`"none"`, balancing),
	"artifacts.images.etcd":         on(`"registry.example.com/etcd"`, "", "etcd {\n  topology = \"stacked\"\n}\n"),
	"node_pool.ssh.connection":      values(`"local"`),
	"network.cni.plugin":            on(`"canal"`, foreign),
	"network.cni.images":            on(`["registry.example.com/router:v1.2.4"]`, foreign),
	"network.cni.manifest.checksum": on(otherSum, foreign),
	"network.dns.replicas":          values("3"),
	"node.failure_domain":           values("local.racks[1]", "local.zones[1]", `"rack-z"`),
	"node.power":                    values(`"feed-b"`),
	"node_pool.powers":              values(`["feed-b"]`),
	"node.arch":                     values(`"arm64"`),
	"node.cpus":                     values("8"),
	"node.memory":                   values(`"16Gi"`),
	"node.bootstrap":                values("true"),
	"node_pool.first_address": values("cidrhost(local.subnet, 70)", "[cidrhost(local.subnets[local.zones[0]], 70)][0]",
		`"10.0.0.70"`),
	"node_pool.first_number": values("5"),
	"node_pool.names":        values(`["w-a", "w-b"]`, `["w-a", "w-b", "w-c"]`),
	"node_pool.failure_domain_of": values(`{ "worker-1" = local.racks[1] }`, `{ "worker-1" = local.zones[1] }`,
		`{ "worker-1" = "rack-z" }`, `{ "general-1" = "rack-z" }`),
	"node_pool.failure_domains":                 values("[local.racks[1]]", "[local.zones[1]]", `["rack-z"]`),
	"node_pool.arch":                            values(`"arm64"`),
	"node_pool.os":                              values(`"debian-12"`, `"ubuntu-22.04"`, `"rocky-9"`),
	"node.os":                                   values(`"debian-12"`, `"ubuntu-22.04"`, `"rocky-9"`),
	"node_pool.cpus":                            values("8", "4"),
	"node_pool.memory":                          values(`"32Gi"`, `"64Gi"`, `"8Gi"`),
	"node_pool.interface":                       values(`"eth9"`),
	"node.interface":                            values(`"eth9"`),
	"node_pool.count":                           values("5", "6"),
	"node_pool.first_secondary_address":         on(`"fd00::70"`, dualStack, ""),
	"node.secondary_address":                    values(`"fd00::60"`),
	"cluster.scheduler.profile.enable_plugins":  values(`["NodeResourcesBalancedAllocation"]`),
	"cluster.scheduler.profile.disable_plugins": values(`["PodTopologySpread"]`),
}
