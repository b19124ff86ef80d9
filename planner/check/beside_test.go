package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/rule"
)

// shallow are mistakes in one value, which used to hide all other mistakes.
var shallow = []mutation{
	{"unknown-addon", func(src string) (string, bool) { return src + "\naddon \"openebs\" {}\n", true }},
	{"unknown-value", func(src string) (string, bool) {
		return src + "\ncloud_provider \"tencent\" {}\n", !strings.Contains(src, "cloud_provider")
	}},
	inNetwork("invalid-cidr", `reserved_subnets = ["100.127.9.1/24"]`, "reserved_subnets"),
	inNetwork("invalid-host", `dns_domain = "Cluster.Local"`, "dns_domain"),
	inNetwork("out-of-range", `mtu = 20`, "mtu"),
	inNetwork("unknown-value", "cni \"kube-router\" {}", "cni", "kube_proxy", "CIDR"),
	inCluster("unknown-argument", `kubernetes_versoin = "1.35.4"`),
	inCluster("wrong-type", `max_nodes = "many"`),
	writes("invalid-address", `( first_address *= )"[^"]*"`, `$1"workers.example.com"`, "node_subnets"),
	writes("invalid-address", `( address *= )"[^"]*"`, `$1"host.example.com"`, "node_subnets", "first_address", "single-etcd-multi-master"),
	writes("invalid-name", `(?m)^node_pool "w[a-z]*"`, `node_pool "w.example"`),
	writes("unknown-name", `( first_address *= )"[^"]*"`, `${1}local.nowhere`, "node_subnets"),
	writes("unknown-value", `(topology *= )"(external|stacked)"`, `$1"embedded"`),
	writes("missing-roles", ` roles *= \["worker"\]\n`, "\n"),
	writes("unknown-value", ` roles *= \["worker"\]`, ` roles = ["minion"]`),
	writes("unknown-value", `("all-in-one"|"[a-z]+-etcd-[a-z]+-master")`, `"ha"`),
	{"duplicate-block", func(src string) (string, bool) {
		return src + "\nssh {\n  port = 2222\n}\nssh {\n  user = \"ops\"\n}\n", !strings.Contains(src, "\nssh {")
	}},
	{"duplicate-block", func(src string) (string, bool) {
		return src + "\nssh {\n  user = \"ops\"\n}\n", strings.Contains(src, "\nssh {")
	}},
	inCluster("duplicate-argument", "max_nodes = 900\n  max_nodes = 950"),
	adds("missing-label", "cloud_provider {\n}"),
	adds("locals-cycle", "locals {\n  a_of_b = local.b_of_a\n  b_of_a = local.a_of_b\n}"),
	adds("invalid-variable", "variable \"a b\" {\n  default = 1\n}"),
	{"pool-size", func(src string) (string, bool) {
		return src + "\nnode_pool \"more\" {\n  roles         = [\"worker\"]\n  first_address = \"172.16.99.1\"\n}\n",
			!strings.Contains(src, "node_subnets") && !strings.Contains(src, "all-in-one")
	}},
	adds("invalid-size", "etcd {\n  quota = \"8GB\"\n}"),
	adds("invalid-path", "etcd {\n  data_dir = \"var/etcd\"\n}"),
}

// deep are mistakes of a design that do not depend on a single value elsewhere.
var deep = []mutation{
	inCluster("version-feature-gate-unknown", `feature_gates = { NoSuchGate = true }`),
	inCluster("component-insecure-flag", "api_server {\n    extra_args = { \"authorization-mode\" = \"AlwaysAllow\" }\n  }"),
	inCluster("certificate-authority-long", `ca_certificate_validity = "876000h"`),
	inNetwork("network-pods-overlap-services", "pod_subnets = [\"10.99.0.0/16\"]\n  service_subnets = [\"10.99.0.0/16\"]", "pod_subnets",
		"service_subnets", "::", "reserved", "10.99"),
	inNetwork("network-node-port-privileged", `node_port_range = "100-178"`, "node_port_range"),
	adds("container-runtime", "container_runtime \"containerd\" {\n  version = \"1.7.20\"\n}"),
	writes("control-plane-cpus", `(roles *= \["control-plane"[^}]*cpus *)= \d+`, `$1= 1`),
}

// TestBesideMistakes adds two mistakes to every good design: an unreadable value, and a mistake of the design. Both must be reported, each
// once, and nothing else.
func TestBesideMistakes(t *testing.T) {
	tried, per := 0, map[string]int{}
	for _, f := range corpus(t, "good", 20) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src := string(data)
		if strings.HasPrefix(filepath.Base(f), "five-thousand") {
			continue // what is true of ten nodes
		}
		by := make([][]string, len(deep)) // what each reports alone
		for j, other := range deep {
			if second, ok := other.change(src); ok {
				by[j] = besideSaid(f, second)
			}
		}
		for i, one := range shallow {
			first, ok := one.change(src)
			if !ok {
				continue
			}
			alone := besideSaid(f, first)
			if len(alone) != 1 || !strings.HasPrefix(alone[0], one.rule) {
				t.Errorf("%s: %s (%d): got %q", filepath.Base(f), one.rule, i, alone)
				continue
			}
			for j, other := range deep {
				both, ok := other.change(first)
				if !ok || by[j] == nil || (i+j)%3 != len(src)%3 {
					continue // a third of all pairs, a different one per design
				}
				want := slices.Concat(by[j], alone)
				got := besideSaid(f, both)
				slices.Sort(want)
				if slices.Sort(got); !slices.Equal(got, want) {
					t.Errorf("%s: %s (%d) and %s: got %q, want %q", filepath.Base(f), one.rule, i, other.rule, got, want)
					continue
				}
				tried++
				per[other.rule]++
				per[one.rule]++
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d pairs were tried", tried)
	}
	for _, m := range slices.Concat(shallow, deep) {
		if per[m.rule] == 0 {
			t.Errorf("no good design has a place for %s", m.rule)
		}
	}
	t.Logf("%d pairs", tried)
}

// besideSaid lists the rules that a design breaks, once per finding.
func besideSaid(name, src string) []string {
	_, diags := road(name, []byte(src))
	var said []string
	for _, d := range diags {
		if _, waived := check.Waived(d); !waived {
			said = append(said, rule.ID(d))
		}
	}
	return said
}

// TestNodesWithoutRoles expects one message for all of them, which suggests the roles that no node has.
func TestNodesWithoutRoles(t *testing.T) {
	src := "cluster \"x\" {\n  type = \"single-etcd-single-master\"\n  control_plane_endpoint = \"api.example.com:6443\"\n}\n"
	for i, name := range []string{"a", "b", "c"} {
		src += fmt.Sprintf("node %q {\n  address = \"10.0.0.%d\"\n}\n", name, 10+i)
	}
	_, diags := road("x.hcl", []byte(src))
	want := `This node has no roles; only all-in-one nodes may omit them. 2 other blocks lack them too (line 8 and after). Write roles = ` +
		`["control-plane"] where the API server is to run, and roles = ["worker"] on the others.`
	if len(diags) != 1 || diags[0].Detail != want || diags[0].Subject.Start.Line != 5 {
		t.Errorf("got %v", diags)
	}
	_, diags = road("x.hcl",
		[]byte(strings.Replace(src, "  address = \"10.0.0.10\"", "  address = \"10.0.0.10\"\n  roles = [\"control-plane\"]", 1)))
	if len(diags) != 1 ||
		!strings.HasSuffix(diags[0].Detail, `The block on line 12 lacks them too. Write roles = ["worker"], or what the node is for.`) {
		t.Errorf("got %v", diags)
	}
}

// TestMask checks that a mistake in one value does not hide mistakes of the whole design.
func TestMask(t *testing.T) {
	const design = `cluster "x" {
  type = "multi-etcd-multi-master"
}
network {
  pod_subnets     = ["10.0.0.0/16"]
  service_subnets = ["10.0.0.0/16"]
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 4
  first_address = "10.0.0.3"
}
`
	const ranges = "network-pods-hold-host network-pods-overlap-services network-services-hold-host"
	for _, test := range []struct{ name, src, want string }{
		{"nothing", design, "etcd-even-members " + ranges + " topology-no-load-balancer topology-no-worker"},
		{"an addon", design + "addon \"openebs\" {}\n",
			"etcd-even-members " + ranges + " topology-no-load-balancer topology-no-worker unknown-addon"},
		{"an addon that another waits for", design + "addon \"openebs\" {}\naddon \"metrics-server\" {\n  after = [\"openebs\"]\n}\n",
			"addon-kubelets-unverified etcd-even-members " + ranges + " topology-no-load-balancer topology-no-worker unknown-addon"},
		{"a pod network", strings.Replace(design, "network {", "network {\n  cni \"kube-router\" {}", 1),
			"etcd-even-members " + ranges + " topology-no-load-balancer topology-no-worker unknown-value"},
		{"host bits", strings.Replace(design, "service_subnets = [\"10.0.0.0/16", "service_subnets = [\"10.0.0.1/16", 1),
			"etcd-even-members invalid-cidr " + ranges + " topology-no-load-balancer topology-no-worker"},
		{"a DNS name for an address", strings.Replace(design, "10.0.0.3", "cp.example.com", 1),
			"etcd-even-members invalid-address network-pods-overlap-services topology-no-load-balancer topology-no-worker"},
		{"a name with a dot", strings.Replace(design, "\"cp\"", "\"cp.example\"", 1),
			"etcd-even-members invalid-name " + ranges + " topology-no-load-balancer topology-no-worker"},
		{"the type", strings.Replace(design, "multi-etcd-multi-master", "ha", 1), ranges + " unknown-value"},
		{"the roles", strings.Replace(design, "control-plane", "master", 1), ranges + " unknown-value"},
		{"a name of an argument", strings.Replace(design, "first_address", "frist_address", 1),
			"etcd-even-members network-pods-overlap-services topology-no-load-balancer topology-no-worker unknown-argument"},
		{"an unknown block", design + "storage {}\n",
			"etcd-even-members " + ranges + " topology-no-load-balancer topology-no-worker unknown-block"},
	} {
		got := besideSaid("x.hcl", test.src)
		slices.Sort(got)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: got %q", test.name, got)
		}
	}
}

// An argument that a block does not have may be the one that is missing: nothing more is reported at the block's header.
func TestStrayArgumentHasNoEcho(t *testing.T) {
	src := "cluster \"c\" {\n  type = \"all-in-one\"\n}\nnode \"n\" {\n  address = \"192.168.56.10\"\n}\n" +
		"container_runtime \"containerd\" {\n  registry \"registry.example.com\" {\n    username = \"robot\"\n  }\n}\n"
	_, diags := planner.Open("topology.hcl", []byte(src), nil, today)
	if len(diags) != 1 || rule.ID(diags[0]) != "unknown-argument" || diags[0].Subject.Start.Line != 9 {
		t.Errorf("%v", diags)
	}
}

// Findings next to a missing argument mention no value that is not in the file.
func TestBesideTellsOfNothingUnwritten(t *testing.T) {
	src := `cluster "c" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.41"
  taint {
    effect = "NoSchedule"
  }
}
`
	_, diags := road("dev.hcl", []byte(src))
	var said []string
	for _, d := range diags {
		said = append(said, rule.ID(d))
		if rule.ID(d) != "missing-argument" && strings.Contains(d.Detail, "example.com") {
			t.Errorf("%s tells of a key that is not written: %s", rule.ID(d), d.Detail)
		}
	}
	if !slices.Equal(said, []string{"missing-argument", "node-taint-everywhere"}) {
		t.Error(said)
	}
}

// A finding that is true for every possible correction uses the words that all ways share, not the rule's general text.
func TestBesideWords(t *testing.T) {
	src := "cluster \"b\" {\n  type = \"single-etcd-single-master\"\n}\nnode_pool \"x\" {\n  nme = \"a\"\n  for_each = { cp = 1, w = " +
		"2 }\n" +
		"  roles = each.key == \"cp\" ? [\"control-plane\"] : [\"worker\"]\n  count = each.value\n" +
		"  first_address = each.key == \"cp\" ? \"10.0.0.1\" : \"10.0.0.11\"\n  failure_domain_of = { \"zz-1\" = \"c\" }\n}\n"
	_, diags := planner.Open("b.hcl", []byte(src), nil, time.Time{})
	var all []string
	for _, d := range diags {
		all = append(all, d.Detail)
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{"The pool has no machine \"zz-1\".", "Write control_plane_endpoint = \"api.b.example.com:6443\""} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}
