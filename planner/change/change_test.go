package change_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/templates"
)

func recordOf(t *testing.T, src string, vars map[string]cty.Value) *change.Record {
	t.Helper()
	project, diags := planner.Open("topology.hcl", []byte(src), vars, time.Time{})
	if project == nil {
		t.Fatalf("%v\n%s", diags, src)
	}
	return change.Of(project.Plan(), "v1.0.0")
}

// designs are the examples and the good designs of the corpus, by name.
func designs(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"../../examples/*/topology.hcl", "../../testdata/corpus/good/*.hcl"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(file)
			if name == "topology.hcl" {
				name = filepath.Base(filepath.Dir(file))
			}
			if project, _ := planner.Open(name, src, nil, time.Time{}); project != nil { // the corpus omits what some targets require
				out[name] = string(src)
			}
		}
	}
	if len(out) < 20 {
		t.Fatalf("%d designs can be opened", len(out))
	}
	return out
}

// A design does not differ from itself, and its record is the same after writing and reading it.
func TestSameIsNone(t *testing.T) {
	for name, src := range designs(t) {
		r := recordOf(t, src, nil)
		data, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := change.Decode(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(r, back, cmpopts.IgnoreUnexported(change.Record{}, change.Node{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: the file holds another record:\n%s", name, diff)
		}
		if d := change.Between(back, r); d.Verdict != change.None || len(d.Changes) > 0 || d.Sentence() != "Nothing changes." {
			t.Errorf("%s differs from itself: %+v", name, d.Changes)
		}
		again, _ := back.Encode()
		if string(again) != string(data) {
			t.Errorf("%s: the file of the file differs", name)
		}
	}
}

// The record of 5,000 nodes fits into a ConfigMap of 1 MiB.
func TestLargeRecord(t *testing.T) {
	data, err := recordOf(t, designs(t)["five-thousand-nodes.hcl"], nil).Encode()
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 1<<20 {
		t.Errorf("the record has %d bytes", len(data))
	}
}

func TestDecodeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"format_version": "2.0", "k8splan": "v9.0.0"}`:                                       "this program reads up to format 1.2",
		`{"format_version": "1.7", "nodes": [{"name": "a", "machine": 3}]}`:                    `node "a" is wrong`,
		`{"format_version": "1.0", "machines": [{}], "nodes": [{"name": "a"}, {"name": "a"}]}`: `node "a" is wrong`,
		`{"format_version": "x"}`: `its format_version is "x"`,
		`[]`:                      "not a record of k8splan",
		`{"format_version": "1.0", "settings": {"network.mtu": 1500}}`: "neither text nor list",
		`{"format_version": "1.0", "settings": {"network.mtu": {}}}`:   "no digest",
	} {
		_, err := change.Decode([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
		if errors.Is(err, change.ErrNewer) != strings.Contains(text, `"2.0"`) {
			t.Errorf("%s: newer? %v", text, err)
		}
	}
	if r, err := change.Decode([]byte(`{"format_version": "1.9", "later": true}`)); err != nil || r == nil {
		t.Errorf("a field of a later minor: %v", err)
	}
}

const base = `
cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
  kubernetes_version     = "1.36.3"
}
network {
  pod_subnets = ["10.244.0.0/16"]
}
etcd {
  topology = "stacked"
}
load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}
node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.31"
}
node_pool "w" {
  roles         = ["worker"]
  count         = 3
  first_address = "10.0.0.41"
}
`

const external = `
cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.internal:6443"
  kubernetes_version     = "1.36.3"
}
etcd {
  topology = "external"
  version  = "3.6.8"
}
load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}
node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}
node_pool "etcd" {
  roles         = ["etcd"]
  count         = 3
  first_address = "10.0.0.21"
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 2
  first_address = "10.0.0.31"
}
node_pool "w" {
  roles         = ["worker"]
  count         = 3
  first_address = "10.0.0.41"
}
`

// lone has one host of each kind.
const lone = `
cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.internal:6443"
}
etcd {
  topology = "external"
}
load_balancer "haproxy" {}
node "lb-1" {
  roles   = ["load-balancer"]
  address = "10.0.0.11"
}
node "etcd-1" {
  roles   = ["etcd"]
  address = "10.0.0.21"
}
node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}
node_pool "w" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.41"
}
`

// edit is a change of a design: pairs of old and new text.
type edit struct {
	name    string
	src     string
	replace []string
	class   change.Class
	id      string   // of a change that must be reported
	steps   []string // IDs, in order; nil: not checked
}

var edits = []edit{
	{"a worker", base, []string{`"worker"]
  count         = 3`, `"worker"]
  count         = 4`}, change.InPlace, "node: a worker joins", []string{"join-worker"}},
	{"two workers less", base, []string{`"worker"]
  count         = 3`, `"worker"]
  count         = 1`}, change.Ordered, "node: a worker leaves", []string{"remove-worker"}},
	{"two control planes", base, []string{`"control-plane"]
  count         = 3`, `"control-plane"]
  count         = 5`}, change.Ordered, "node: a control plane joins", []string{"join-control-plane:cp-4", "join-control-plane:cp-5"}},
	{"to one control plane and back to three is refused", base, []string{`node_pool "cp" {`, `node_pool "new" {`, `10.0.0.31`, `10.0.0.61`},
		change.Refused, "node: too many at once", []string{}},
	{"a balancer's memory is written", base, []string{`"10.0.0.11"`, `"10.0.0.11"
  memory = "2Gi"`}, change.None, "node.memory: added or removed", []string{}},
	{"a balancer's memory grows", strings.Replace(base, `"10.0.0.11"`, `"10.0.0.11"
  memory = "2Gi"`, 1), []string{`"2Gi"`, `"4Gi"`}, change.Ordered, "node.memory: another size of another host", []string{"machine-beside"}},
	{"a node's memory grows", strings.Replace(base, `"10.0.0.31"`, `"10.0.0.31"
  memory = "4Gi"`, 1), []string{`"4Gi"`, `"8Gi"`}, change.Ordered, "node.memory: another size of a node", []string{"machine"}},
	{"a control plane under another name", base, []string{`node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.31"
}`, `node_pool "cp" {
  roles         = ["control-plane"]
  count         = 2
  first_address = "10.0.0.31"
}
node "other" {
  roles   = ["control-plane"]
  address = "10.0.0.33"
}`}, change.Ordered, "node: renamed", []string{"save", "remove-control-plane:cp-3", "join-control-plane:other"}},
	{"all control planes under other names", base, []string{`"cp"`, `"master"`}, change.Refused, "node: too many at once", []string{}},
	{"all workers under other names", base, []string{`"w"`, `"worker"`}, change.Ordered, "node: renamed", nil},
	{"both balancers under other names", base, []string{`"lb"`, `"balancer"`}, change.Ordered, "node: renamed", nil},
	{"the only balancer under another name", lone, []string{`"lb-1"`, `"lb-9"`}, change.Refused, "node: too many at once", []string{}},
	{"the only member under another name", lone, []string{`"etcd-1"`, `"etcd-9"`}, change.Refused, "node: too many at once", []string{}},
	{"the only control plane under another name", lone, []string{`"cp-1"`, `"cp-9"`}, change.Refused, "node: too many at once",
		[]string{}},
	{"the only control plane becomes a worker", lone, []string{`node "cp-1" {
  roles   = ["control-plane"]`, `node "cp-2" {
  roles   = ["control-plane"]
  address = "10.0.0.32"
}
node "cp-1" {
  roles   = ["worker"]`}, change.Refused, "node: too many at once", []string{}},
	{"another system on the only member", strings.Replace(lone, `"10.0.0.21"`, `"10.0.0.21"
  arch    = "amd64"`, 1), []string{`"amd64"`, `"arm64"`}, change.Refused, "node: too many at once", []string{}},
	{"another system on a control plane", strings.Replace(base, `"10.0.0.31"`, `"10.0.0.31"
  arch          = "amd64"`, 1), []string{`"amd64"`, `"arm64"`}, change.Ordered, "node.arch", []string{"save", "node-anew"}},
	{"another port of the balancers", base, []string{`virtual_ip = "10.0.0.10"`, `virtual_ip = "10.0.0.10"
  port = 8443`, "prod.internal:6443", "prod.internal:8443"}, change.Ordered, "cluster.control_plane_endpoint: another port",
		[]string{"new-balancer", "endpoint", "balancer"}},
	{"two members", external, []string{`"etcd"]
  count         = 3`, `"etcd"]
  count         = 5`}, change.Ordered, "node: a member of etcd joins", []string{"save", "join-member:etcd-4", "join-member:etcd-5",
		"etcd-endpoints"}},
	{"two members less", external, []string{`"etcd"]
  count         = 3`, `"etcd"]
  count         = 1`, "multi-etcd-multi-master", "single-etcd-multi-master"}, change.Ordered, "node: a member of etcd leaves",
		[]string{"save", "etcd-endpoints", "remove-member:etcd-2", "remove-member:etcd-3"}},
	{"stacked to external", base, []string{`"stacked"`, `"external"`, `node_pool "cp"`, `node_pool "etcd" {
  roles         = ["etcd"]
  count         = 3
  first_address = "10.0.0.21"
}
node_pool "cp"`}, change.Ordered, "etcd.topology: stacked members get hosts of their own",
		[]string{"join-member:etcd-1", "join-member:etcd-2", "join-member:etcd-3", "move-etcd"}},
	{"pod range", base, []string{"10.244.0.0/16", "10.200.0.0/16"}, change.Refused, "network.pod_subnets: another or a narrower range",
		[]string{}},
	{"wider pod range", base, []string{"10.244.0.0/16", "10.244.0.0/15"}, change.Ordered,
		"network.pod_subnets: a range that holds the old one, with flannel", []string{"pod-range", "kube-proxy", "flannel"}},
	{"narrower pod range", base, []string{"10.244.0.0/16", "10.244.0.0/17"}, change.Refused,
		"network.pod_subnets: another or a narrower range", []string{}},
	{"one minor up", base, []string{"1.36.3", "1.37.2"}, change.Ordered, "cluster.kubernetes_version: one patch release or one minor up",
		[]string{"save", "pin-etcd-3.6.16:1.37.2", "upgrade-control-planes:1.37.2", "upgrade-workers:1.37.2"}},
	{"one minor up with external etcd", external, []string{"1.36.3", "1.37.2", `version  = "3.6.8"`, `version  = "3.7.3"`}, change.Ordered,
		"etcd.version: one minor up, or patches",
		[]string{"save", "upgrade-etcd:3.6.16", "upgrade-etcd:3.7.3", "upgrade-control-planes:1.37.2",
			"upgrade-workers:1.37.2"}},
	{"down", base, []string{"1.36.3", "1.35.4"}, change.Refused, "cluster.kubernetes_version: down", []string{}},
	{"upgrade and a member", external, []string{"1.36.3", "1.37.2", `"etcd"]
  count         = 3`, `"etcd"]
  count         = 5`}, change.Refused, "cluster.kubernetes_version: combination", []string{}},
	{"pod network", base, []string{`pod_subnets = ["10.244.0.0/16"]`, `pod_subnets = ["10.244.0.0/16"]
  cni "calico" {}`}, change.Refused, "network.cni", []string{}},
	{"a rack in front", base, []string{`node_pool "w" {`, `node_pool "w" {
  failure_domains = ["rack-a", "rack-b"]`}, change.Ordered, "node.failure_domain: a host with a kubelet", []string{"node-kubelet"}},
	{"a pool that begins elsewhere", base, []string{"10.0.0.41", "10.0.0.51"}, change.Refused,
		"node_pool.first_address: its machines keep their names", []string{}},
	{"two hosts swapped", base + "node \"a\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.71\"\n}\nnode \"b\" {\n  roles = " +
		"[\"worker\"]\n  address = \"10.0.0.72\"\n}\n",
		[]string{"10.0.0.71", "X", "10.0.0.72", "10.0.0.71", "X", "10.0.0.72"}, change.Refused,
		"node.address: taken from another", []string{}},
	{"a label", base, []string{`["worker"]`, `["worker"]
  labels = { "example.com/tier" = "gold" }`}, change.InPlace, "node.labels: any other label", []string{"labels"}},
	{"a name in the certificate", base, []string{`"api.prod.internal:6443"`, `"api.prod.internal:6443"
  cert_sans = ["api.example.com"]`}, change.InPlace, "cluster.cert_sans: a name is added", []string{"certificate"}},
	{"an addon", base, []string{`etcd {`, `addon "metrics-server" {}
etcd {`, `"api.prod.internal:6443"`, `"api.prod.internal:6443"
  kubelet {
    server_tls_bootstrap = true
  }`}, change.Ordered, "addon: added", []string{"kubelet", "addons"}},
	{"who logs in", base, []string{`etcd {`, `ssh {
  user = "ops"
}
etcd {`}, change.None, "ssh.user", []string{}},
	{"one machine becomes three", "cluster \"dev\" {\n  type = \"all-in-one\"\n}\nnode \"cp-1\" {\n  address = \"10.0.0.11\"\n}\n",
		[]string{
			"cluster \"dev\" {\n  type = \"all-in-one\"\n}\nnode \"cp-1\" {\n  address = \"10.0.0.11\"\n}\n", grown,
		}, change.Ordered, "cluster.control_plane_endpoint: another name or address", []string{
			"certificate", "new-balancer", "endpoint", "join-control-plane:cp-2", "join-control-plane:cp-3", "drop-names",
		}},
	{"a machine for another where a tool makes them", base + "target \"vagrant\" {\n  provider = \"libvirt\"\n}\n",
		[]string{"node_pool \"w\" {", "node \"x\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.81\"\n}\nnode_pool \"w\" {",
			"\"worker\"]\n  count         = 3", "\"worker\"]\n  count         = 2"}, change.Refused, "node: comes and goes", []string{}},
	{"a name of the cluster", base, []string{`cluster "prod"`, `cluster "other"`}, change.Refused, "cluster", []string{}},
	{"a worker becomes a control plane", base + "node \"x\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.71\"\n}\n" +
		"node \"y\" {\n  roles = [\"control-plane\"]\n  address = \"10.0.0.72\"\n}\n" +
		"node \"z\" {\n  roles = [\"control-plane\"]\n  address = \"10.0.0.73\"\n}\n",
		[]string{`node "x" {
  roles = ["worker"]`, `node "x" {
  roles = ["control-plane"]`, `node "y" {
  roles = ["control-plane"]`, `node "y" {
  roles = ["worker"]`}, change.Ordered, "node.roles: a worker becomes a control plane",
		[]string{"save", "remove-worker:x", "join-control-plane:x", "remove-control-plane:y", "join-worker:y"}},
	{"upgrade and a worker", base, []string{"1.36.3", "1.37.2", `"worker"]
  count         = 3`, `"worker"]
  count         = 4`}, change.Refused, "cluster.kubernetes_version: combination", []string{}},
	{"upgrade and a worker less", base, []string{"1.36.3", "1.36.4", `"worker"]
  count         = 3`, `"worker"]
  count         = 2`}, change.Ordered, "node: a worker leaves",
		[]string{"save", "upgrade-control-planes:1.36.4", "upgrade-workers:1.36.4", "remove-worker"}},
	{"upgrade and another runtime", base, []string{"1.36.3", "1.37.2", `etcd {`, "container_runtime \"cri-o\" {}\netcd {"}, change.Refused,
		"cluster.kubernetes_version: combination", []string{}},
	{"upgrade and a name in the certificate", base, []string{"1.36.3", "1.36.4", `"api.prod.internal:6443"`, `"api.prod.internal:6443"
  cert_sans = ["api.example.com"]`, `etcd {`, "time {\n  servers = [\"10.0.0.2\"]\n}\netcd {"}, change.Ordered,
		"cluster.cert_sans: a name is added",
		[]string{"save", "upgrade-control-planes:1.36.4", "upgrade-workers:1.36.4", "time", "certificate"}},
	{"a move of etcd and a name in the certificate", base, []string{`"stacked"`, `"external"`, `node_pool "cp"`, `node_pool "etcd" {
  roles         = ["etcd"]
  count         = 1
  first_address = "10.0.0.21"
}
node_pool "cp"`, "multi-etcd-multi-master", "single-etcd-multi-master", `"api.prod.internal:6443"`, `"api.prod.internal:6443"
  cert_sans = ["api.example.com"]`}, change.Ordered, "cluster.cert_sans: a name is added",
		[]string{"join-member:etcd-1", "move-etcd", "certificate"}},
	{"a patch of the runtime", base, []string{`etcd {`, "container_runtime \"containerd\" {\n  version = \"2.3.6\"\n}\netcd {"},
		change.Ordered,
		"container_runtime.version: another patch release", []string{"runtime-patch"}},
	{"a balancer no longer runs pods", external + "node \"x\" {\n  roles = [\"worker\", \"load-balancer\"]\n  address = \"10.0.0.71\"\n}\n",
		[]string{`["worker", "load-balancer"]`, `["load-balancer"]`}, change.Ordered, "node.roles: a role is removed",
		[]string{"remove-balancer:x", "remove-worker:x", "join-balancer:x", "balancer-peers"}},
	{"a machine is only kept", base + "node \"x\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.71\"\n}\n",
		[]string{"roles = [\"worker\"]\n  address = \"10.0.0.71\"", "roles = []\n  address = \"10.0.0.71\""}, change.Ordered,
		"node.roles: a role is removed", []string{"remove-worker"}},
	{"a control plane becomes a member", external + "node \"x\" {\n  roles = [\"control-plane\"]\n  address = \"10.0.0.71\"\n}\n",
		[]string{"roles = [\"control-plane\"]\n  address = \"10.0.0.71\"", "roles = [\"etcd\"]\n  address = \"10.0.0.71\"", `"etcd"]
  count         = 3`, `"etcd"]
  count         = 4`}, change.Ordered, "node.roles: a role is removed",
		[]string{"save", "join-member:etcd-4", "remove-control-plane:x", "join-member:x", "etcd-endpoints"}},
	{"a pool of addresses goes", base + "addon \"metallb\" {\n  pool \"a\" {\n    addresses = [\"10.0.0.100-10.0.0.110\"]\n  }\n" +
		"  pool \"b\" {\n    addresses = [\"10.0.0.120-10.0.0.130\"]\n  }\n}\n",
		[]string{"  pool \"b\" {\n    addresses = [\"10.0.0.120-10.0.0.130\"]\n  }\n", " "}, change.Ordered, "addon.pool: removed",
		[]string{"remove-pool"}},
	{"the instance type of a node", base, []string{`["worker"]`, `["worker"]
  labels = { "node.kubernetes.io/instance-type" = "m5" }`}, change.Ordered, "node.labels: zone, region or instance type",
		[]string{"node-kubelet"}},
	{"iptables to ipvs", strings.Replace(base, "network {", "network {\n  kube_proxy {\n    mode = \"iptables\"\n  }", 1),
		[]string{`"iptables"`, `"ipvs"`}, change.Ordered, "network.kube_proxy.mode: between iptables and ipvs",
		[]string{"kube-proxy-mode", "boot"}},
	{"iptables to ipvs and a worker", strings.Replace(base, "network {", "network {\n  kube_proxy {\n    mode = \"iptables\"\n  }", 1),
		[]string{`"iptables"`, `"ipvs"`, `"worker"]
  count         = 3`, `"worker"]
  count         = 4`}, change.Ordered, "node: a worker joins", []string{"kube-proxy-mode", "join-worker", "boot"}},
	{"a member on another address and a worker", external + "node \"x\" {\n  roles = [\"etcd\"]\n  address = \"10.0.0.71\"\n}\n" +
		"node \"y\" {\n  roles = [\"etcd\"]\n  address = \"10.0.0.73\"\n}\n",
		[]string{"10.0.0.71", "10.0.0.72", `"worker"]
  count         = 3`, `"worker"]
  count         = 4`}, change.Ordered, "node.address: a member of external etcd",
		[]string{"save", "etcd-address", "join-worker", "etcd-endpoints"}},
	{"a worker on another address and a flag", base + "node \"x\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.71\"\n}\n",
		[]string{"10.0.0.71", "10.0.0.72", `"api.prod.internal:6443"`, "\"api.prod.internal:6443\"\n  api_server {\n" +
			"    extra_args = { \"v\" = \"3\" }\n  }"}, change.Ordered, "node.address: a worker",
		[]string{"node-again", "control-plane-flags"}},
	{"two workers on other addresses", base + "node \"x\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.71\"\n}\n" +
		"node \"y\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.72\"\n}\n",
		[]string{"10.0.0.71", "10.0.0.73", "10.0.0.72", "10.0.0.74"}, change.Refused, "node.address: combination", []string{}},
	{"SELinux and a worker", base, []string{"etcd {", "hosts {\n  selinux = \"enforcing\"\n}\netcd {", `"worker"]
  count         = 3`, `"worker"]
  count         = 4`}, change.Ordered, "hosts.selinux: enforcing, where SELinux is permissive",
		[]string{"save", "enforce", "join-worker"}},
	{"another name and another endpoint", base, []string{`"api.prod.internal:6443"`, `"k8s.prod.internal:6443"`, `node_pool "w"`,
		`node_pool "app"`}, change.Refused, "node: combination", []string{}},
	{"another name and a name in the certificate", base, []string{`"api.prod.internal:6443"`, `"api.prod.internal:6443"
  cert_sans = ["api.example.com"]`, `"worker"]
  count         = 3`, `"worker"]
  count         = 2`, `node_pool "w"`, "node \"other\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.43\"\n}\nnode_pool \"w\""},
		change.Ordered, "node: renamed", []string{"remove-worker:w-3", "join-worker:other", "certificate"}},
	{"a control plane leaves and another endpoint", strings.Replace(base, `"control-plane"]
  count         = 3`, `"control-plane"]
  count         = 4`, 1), []string{`"control-plane"]
  count         = 4`, `"control-plane"]
  count         = 3`, `"api.prod.internal:6443"`, `"k8s.prod.internal:6443"`}, change.Refused, "node: combination", []string{}},
	{"a worker leaves and another endpoint", base, []string{`"worker"]
  count         = 3`, `"worker"]
  count         = 2`, `"api.prod.internal:6443"`, `"k8s.prod.internal:6443"`}, change.Refused, "node: combination", []string{}},
	{"another load balancer and another virtual IP", base, []string{`"load-balancer"]
  count         = 2`, `"load-balancer"]
  count         = 3`, `"10.0.0.10"`, `"10.0.0.19"`}, change.Refused, "load_balancer: combination", []string{}},
	{"etcd moves and a control plane leaves", base, []string{`"stacked"`, `"external"`, `"control-plane"]
  count         = 3`, `"control-plane"]
  count         = 2`, `node_pool "cp"`, `node_pool "etcd" {
  roles         = ["etcd"]
  count         = 3
  first_address = "10.0.0.21"
}
node_pool "cp"`}, change.Refused, "etcd.topology: combination", []string{}},
	{"a control plane leaves and another encryption", strings.Replace(base, `"control-plane"]
  count         = 3`, `"control-plane"]
  count         = 4`, 1), []string{`"control-plane"]
  count         = 4`, `"control-plane"]
  count         = 3`, `"api.prod.internal:6443"`, "\"api.prod.internal:6443\"\n  encryption_at_rest {}"}, change.Refused,
		"node: encryption", []string{}},
	{"nftables to iptables", base, []string{"network {", "network {\n  kube_proxy {\n    mode = \"iptables\"\n  }"}, change.Ordered,
		"network.kube_proxy.mode: to or from nftables, with flannel", []string{"kube-proxy", "flannel"}},
}

// The commands of steps are those that do them: what site.yml would refuse because of later steps is said to it, and what leaves and comes
// back is said to remove-host.yml.
func TestCommands(t *testing.T) {
	const worker = "node \"x\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.71\"\n}\n"
	two := worker + strings.ReplaceAll(strings.ReplaceAll(worker, "71", "72"), "x", "y")
	for _, c := range []struct {
		name, src string
		replace   []string
		want      []string
	}{
		{"a worker and a flag", base, []string{`"worker"]
  count         = 3`, `"worker"]
  count         = 4`, `"api.prod.internal:6443"`, "\"api.prod.internal:6443\"\n  api_server {\n    extra_args = { \"v\" = \"3\" }\n  }"},
			[]string{"site.yml -e later=true", "reconfigure.yml"}},
		{"a worker less and a flag", base, []string{`"worker"]
  count         = 3`, `"worker"]
  count         = 2`, `"api.prod.internal:6443"`, "\"api.prod.internal:6443\"\n  api_server {\n    extra_args = { \"v\" = \"3\" }\n  }"},
			[]string{"reconfigure.yml", "remove-host.yml -e host=w-3"}},
		{"a machine that is only kept", base + worker, []string{"roles = [\"worker\"]\n  address = \"10.0.0.71\"",
			"roles = []\n  address = \"10.0.0.71\""}, []string{"remove-host.yml -e host=x -e again=true"}},
		{"keys of another kind", base, []string{`"api.prod.internal:6443"`, `"api.prod.internal:6443"
  encryption_algorithm = "ECDSA-P256"`}, []string{"reconfigure.yml", "renew-certs.yml -e days=36500"}},
		{"machines that are only kept", base + two,
			[]string{"roles = [\"worker\"]\n  address = \"10.0.0.71\"", "roles = []\n  address = \"10.0.0.71\"",
				"roles = [\"worker\"]\n  address = \"10.0.0.72\"", "roles = []\n  address = \"10.0.0.72\""},
			[]string{"remove-host.yml -e host=x -e again=true --limit 'all:localhost:!y'"}},
		{"a renamed pool", base, []string{`node_pool "w"`, `node_pool "app"`}, []string{
			"remove-host.yml -e host=w-1 --limit 'all:localhost:!app-2:!app-3'",
			"remove-host.yml -e host=w-1 --limit 'all:localhost:!app-2:!app-3'",
			"remove-host.yml -e host=w-2 --limit 'all:localhost:!app-3'", "remove-host.yml -e host=w-2 --limit 'all:localhost:!app-3'",
			"remove-host.yml -e host=w-3", "remove-host.yml -e host=w-3"}},
		{"two workers that become control planes", base + two, []string{two, strings.ReplaceAll(two, "worker", "control-plane")}, []string{
			"remove-host.yml -e host=x -e again=true --limit 'all:localhost:!y'",
			"remove-host.yml -e host=x -e again=true --limit 'all:localhost:!y'",
			"remove-host.yml -e host=y -e again=true", "remove-host.yml -e host=y -e again=true"}},
		{"a renamed pool, another worker, and a flag", base, []string{`node_pool "w"`, `node_pool "app"`, "etcd {", worker + "etcd {",
			`"api.prod.internal:6443"`, "\"api.prod.internal:6443\"\n  api_server {\n    extra_args = { \"v\" = \"3\" }\n  }"},
			[]string{
				"site.yml -e later=true --limit 'all:localhost:!app-1:!app-2:!app-3'",
				"remove-host.yml -e host=w-1 -e later=true --limit 'all:localhost:!app-2:!app-3'",
				"remove-host.yml -e host=w-1 -e later=true --limit 'all:localhost:!app-2:!app-3'",
				"remove-host.yml -e host=w-2 -e later=true --limit 'all:localhost:!app-3'",
				"remove-host.yml -e host=w-2 -e later=true --limit 'all:localhost:!app-3'",
				"remove-host.yml -e host=w-3 -e later=true", "remove-host.yml -e host=w-3 -e later=true", "reconfigure.yml"}},
		{"a worker for a control plane", base + worker + "node \"y\" {\n  roles = [\"control-plane\"]\n  address = \"10.0.0.72\"\n}\n" +
			"node \"z\" {\n  roles = [\"control-plane\"]\n  address = \"10.0.0.73\"\n}\n",
			[]string{"[\"worker\"]\n  address = \"10.0.0.71\"", "[\"control-plane\"]\n  address = \"10.0.0.71\"",
				"[\"control-plane\"]\n  address = \"10.0.0.72\"", "[\"worker\"]\n  address = \"10.0.0.72\""}, []string{
				"backup-etcd.yml --limit 'all:localhost:!x:!y'",
				"remove-host.yml -e host=x -e again=true --limit 'all:localhost:!y'",
				"remove-host.yml -e host=x -e again=true --limit 'all:localhost:!y'",
				"remove-host.yml -e host=y -e again=true", "remove-host.yml -e host=y -e again=true"}},
		{"a pool of twelve renamed", strings.Replace(base, `"worker"]
  count         = 3`, `"worker"]
  count         = 12`, 1), []string{`node_pool "w"`, `node_pool "app"`}, twelve()},
		{"an addon less", base + "addon \"metrics-server\" {}\n" + worker, []string{"addon \"metrics-server\" {}\n", " ", worker, " "},
			[]string{"reconfigure.yml -e remove_addons=metrics-server", "remove-host.yml -e host=x"}},
		{"a scheduler less", base + "scheduler \"batch\" {}\n", []string{"scheduler \"batch\" {}\n", " "},
			[]string{"reconfigure.yml -e remove_addons=scheduler-batch"}},
	} {
		e := edit{src: c.src, replace: c.replace}
		r := change.Between(recordOf(t, e.src, nil), recordOf(t, e.new(), nil))
		var got []string
		for _, s := range r.Steps {
			got = append(got, strings.TrimPrefix(s.Command(), "ansible-playbook "))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: commands:\n%s", c.name, diff)
		}
	}
}

// twelve are the commands of twelve workers of a pool that get other names: a pattern stands for those that wait.
func twelve() []string {
	var out []string
	for i := 1; i <= 12; i++ {
		command := fmt.Sprintf("remove-host.yml -e host=w-%d", i)
		switch {
		case i < 8:
			command += fmt.Sprintf(" --limit 'all:localhost:!~^app-(?!%d$)[0-9]+$'", i)
		case i < 12:
			command += " --limit 'all:localhost"
			for j := i + 1; j <= 12; j++ {
				command += fmt.Sprintf(":!app-%d", j)
			}
			command += "'"
		}
		out = append(out, command, command)
	}
	return out
}

// A pattern stands only for workers that wait: names of others that look alike, old names, and groups keep it away.
func TestLimitNamesNoOthers(t *testing.T) {
	src := strings.Replace(base, `"worker"]
  count         = 3`, `"worker"]
  count         = 12`, 1)
	for name, more := range map[string]string{
		"another worker": "node \"app-77\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.77\"\n}\n",
		"a group":        "node \"x\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.77\"\n  groups = [\"app-30\"]\n}\n",
	} {
		r := change.Between(recordOf(t, src+more, nil), recordOf(t, strings.ReplaceAll(src, `node_pool "w"`, `node_pool "app"`)+more, nil))
		if command := r.Steps[0].Command(); strings.Contains(command, "~") || strings.Count(command, ":!app-") != 11 {
			t.Errorf("%s: %s", name, command)
		}
	}
}

// A thousand workers of a pool get other names: the commands grow with their number, not with its square. Each machine leaves before it
// joins, and no other one in between.
func TestManyRenamed(t *testing.T) {
	src := strings.Replace(strings.Replace(base, `"worker"]
  count         = 3
  first_address = "10.0.0.41"`, `"worker"]
  count         = 1000
  first_address = "10.1.0.1"`, 1), "10.244.0.0/16", "10.128.0.0/10", 1)
	old, new := recordOf(t, src, nil), recordOf(t, strings.ReplaceAll(src, `node_pool "w"`, `node_pool "app"`), nil)
	r := change.Between(old, new)
	if len(r.Steps) != 2000 {
		t.Fatalf("%d steps", len(r.Steps))
	}
	size := 0
	for i := range r.Steps {
		s := &r.Steps[i]
		size += len(s.Command())
		if want := fmt.Sprintf([]string{"remove-worker:w-%d", "join-worker:app-%d"}[i%2], i/2+1); s.ID != want {
			t.Fatalf("step %d is %s, want %s", i+1, s.ID, want)
		}
	}
	if size > 2000*120 {
		t.Errorf("the commands have %d bytes", size)
	}
	new.Leaving = change.Leaving(old, new, nil)
	for i, command := range r.Removals(new.Leaving) {
		if command != r.Steps[2*i].Command() {
			t.Fatalf("%s leaves by %q, its step says %q", new.Leaving[i].Name, command, r.Steps[2*i].Command())
		}
	}
}

// A step names every host that its playbook works on.
func TestHostsOfSteps(t *testing.T) {
	for _, c := range []struct {
		name, src string
		replace   []string
		step      string
		want      string
	}{
		{"time servers", external, []string{"etcd {", "time {\n  servers = [\"10.0.0.2\"]\n}\netcd {"}, "time",
			"cp-1 cp-2 etcd-1 etcd-2 etcd-3 lb-1 lb-2 w-1 w-2 w-3"},
		{"keys of another kind", external, []string{`"api.prod.internal:6443"`, `"api.prod.internal:6443"
  encryption_algorithm = "ECDSA-P256"`}, "renew-certificates", "cp-1 cp-2 etcd-1 etcd-2 etcd-3"},
		{"SELinux", external, []string{"etcd {", "hosts {\n  selinux = \"enforcing\"\n}\netcd {"}, "enforce", "cp-1 cp-2 w-1 w-2 w-3"},
		{"images of stacked etcd", base, []string{"etcd {", "artifacts {\n  image_repository = \"r.example.com/k\"\n}\netcd {"},
			"etcd-settings", "cp-1 cp-2 cp-3"},
		{"images of external etcd", external, []string{"etcd {", "artifacts {\n  image_repository = \"r.example.com/k\"\n}\netcd {"},
			"etcd-settings", ""},
	} {
		e := edit{src: c.src, replace: c.replace}
		r := change.Between(recordOf(t, e.src, nil), recordOf(t, e.new(), nil))
		got := ""
		for _, s := range r.Steps {
			if s.ID == c.step {
				got = strings.Join(s.Hosts, " ")
			}
		}
		if got != c.want {
			t.Errorf("%s: %s works on %q, want %q", c.name, c.step, got, c.want)
		}
	}
}

// grown is one machine that becomes three: the endpoint comes first, then the machines.
const grown = `
cluster "dev" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.dev.internal:6443"
}
load_balancer "kube-vip" {
  virtual_ip = "10.0.0.10"
}
node_pool "cp" {
  roles         = ["control-plane", "worker"]
  count         = 3
  first_address = "10.0.0.11"
}
`

func (e edit) new() string {
	src := e.src
	for i := 0; i+1 < len(e.replace); i += 2 {
		if e.replace[i] != "" {
			src = strings.ReplaceAll(src, e.replace[i], e.replace[i+1])
		}
	}
	return src
}

func TestEdits(t *testing.T) {
	for _, e := range edits {
		old, new := recordOf(t, e.src, nil), recordOf(t, e.new(), nil)
		r := change.Between(old, new)
		var ids []string
		for _, c := range r.Changes {
			ids = append(ids, c.ID)
		}
		if r.Verdict != e.class || !slices.Contains(ids, e.id) {
			t.Errorf("%s: %s, %q; want %s and %q", e.name, r.Verdict, ids, e.class, e.id)
		}
		if e.steps == nil {
			continue
		}
		steps := []string{}
		for _, s := range r.Steps {
			steps = append(steps, s.ID)
			if s.Title == "" || s.Gate == "" || s.Undo == "" || (s.Playbook == "") == (s.ByHand == "") {
				t.Errorf("%s: step %s lacks something: %+v", e.name, s.ID, s)
			}
		}
		if diff := cmp.Diff(e.steps, steps); diff != "" {
			t.Errorf("%s: steps:\n%s", e.name, diff)
		}
	}
}

// TestSeveralMinors: each minor has its own tree and run, and external etcd waits for the minor whose default it is, unless the topology
// pins it.
func TestSeveralMinors(t *testing.T) {
	unpinned := strings.Replace(external, "  version  = \"3.6.8\"\n", "", 1)
	for name, c := range map[string]struct {
		src  string
		edit []string
		want []string
	}{
		"stacked": {base, nil, []string{"save", "1.36 upgrade-control-planes", "upgrade-workers", "1.37 pin-etcd-3.6.16",
			"upgrade-control-planes", "upgrade-workers"}},
		"external": {unpinned, nil, []string{"save", "1.36 upgrade-control-planes", "upgrade-workers", "1.37 upgrade-etcd",
			"upgrade-control-planes", "upgrade-workers"}},
		"pinned": {external, []string{`"3.6.8"`, `"3.7.3"`}, []string{"save", "1.36 upgrade-etcd", "upgrade-etcd", "upgrade-control-planes",
			"upgrade-workers", "1.37 upgrade-control-planes", "upgrade-workers"}},
	} {
		from := strings.Replace(c.src, `"1.36.3"`, `"1.35.4"`, 1)
		to := strings.NewReplacer(append(c.edit, `"1.36.3"`, `"1.37.2"`)...).Replace(c.src)
		var got []string
		for _, s := range change.Between(recordOf(t, from, nil), recordOf(t, to, nil)).Steps {
			id, _, _ := strings.Cut(s.ID, ":")
			if s.Generate != "" {
				minor := s.Generate[:strings.LastIndex(s.Generate, ".")]
				if !strings.HasPrefix(s.Title, fmt.Sprintf("Generate with kubernetes_version = %q in the topology, and ", s.Generate)) {
					t.Errorf("%s: %s", name, s.Title)
				}
				id = minor + " " + id
			}
			got = append(got, id)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The steps, applied to the old design, lead to the new one. On the way there is always a control plane, and a quorum if there was one.
func TestStepsEndInNew(t *testing.T) {
	for _, e := range edits {
		old, new := recordOf(t, e.src, nil), recordOf(t, e.new(), nil)
		r := change.Between(old, new)
		if r.Verdict == change.Refused {
			continue
		}
		end, weakest := change.Walk(r)
		opts := []cmp.Option{cmpopts.IgnoreUnexported(change.Record{}, change.Node{}), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(new, end, opts...); diff != "" {
			t.Errorf("%s does not end in the new design:\n%s", e.name, diff)
		}
		if weakest != "" {
			t.Errorf("%s: %s", e.name, weakest)
		}
	}
}

// If adding something is in-place, removing it is ordered, except for labels, which kubectl adds and removes.
func TestReverse(t *testing.T) {
	for _, e := range edits {
		old, new := recordOf(t, e.src, nil), recordOf(t, e.new(), nil)
		there, back := change.Between(old, new), change.Between(new, old)
		if there.Verdict == change.InPlace && back.Verdict != change.Ordered && e.name != "a label" {
			t.Errorf("%s: the way back is %s", e.name, back.Verdict)
		}
		if (there.Verdict == change.None) != (back.Verdict == change.None) {
			t.Errorf("%s: %s there and %s back", e.name, there.Verdict, back.Verdict)
		}
	}
}

// Every tree contains the playbooks that steps name, and every runbook the pages of manual steps.
func TestPlaybooksAndPagesExist(t *testing.T) {
	runbook, err := templates.Files.ReadFile("tree/readme/RUNBOOK.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range change.Procedures() {
		if p.Playbook != "" && p.Ready {
			if _, err := templates.Files.ReadFile("tree/ansible/" + p.Playbook); err != nil {
				t.Errorf("%s: %v", p.ID, err)
			}
		}
		if p.Page != "" && !strings.Contains(string(runbook),
			"\n### "+p.Page+"\n") && !strings.Contains(string(runbook), "### {{step}}. "+p.Page+"\n") {
			t.Errorf("RUNBOOK.md has no page %q, for %s", p.Page, p.ID)
		}
	}
}

// No other order of the steps by which machines join and leave survives more than the chosen one.
func TestOrderIsTheBest(t *testing.T) {
	more := []edit{
		{name: "two members for two", src: external, replace: []string{`node_pool "etcd" {
  roles         = ["etcd"]
  count         = 3`, `node "new" {
  roles   = ["etcd"]
  address = "10.0.0.29"
}
node "newer" {
  roles   = ["etcd"]
  address = "10.0.0.28"
}
node_pool "etcd" {
  roles         = ["etcd"]
  count         = 3`}},
		{name: "a control plane for another", src: base, replace: []string{`"control-plane"]
  count         = 3`, `"control-plane"]
  count         = 2`, `node_pool "w"`, `node "cp-x" {
  roles   = ["control-plane"]
  address = "10.0.0.39"
}
node_pool "w"`}},
		{name: "five to three and a balancer less", src: strings.Replace(base, `"control-plane"]
  count         = 3`, `"control-plane"]
  count         = 5`, 1), replace: []string{`"control-plane"]
  count         = 5`, `"control-plane"]
  count         = 3`}},
	}
	for _, e := range append(more, edits...) {
		r := change.Between(recordOf(t, e.src, nil), recordOf(t, e.new(), nil))
		if r.Verdict == change.Refused {
			continue
		}
		if best, chosen := change.Best(r); best > chosen {
			t.Errorf("%s: some order keeps %d losses, and the chosen one %d", e.name, best, chosen)
		}
	}
}

// No state between the steps breaks an error rule that neither the old nor the new design breaks, as far as hosts and roles decide it.
func TestStatesBreakNoRule(t *testing.T) {
	for _, e := range edits {
		plans := map[string]*plan.Plan{}
		for name, src := range map[string]string{"old": e.src, "new": e.new()} {
			project, diags := planner.Open(name+".hcl", []byte(src), nil, time.Time{})
			if project == nil {
				t.Fatal(diags)
			}
			plans[name] = project.Plan()
		}
		r := change.Between(change.Of(plans["old"], "v1.0.0"), change.Of(plans["new"], "v1.0.0"))
		for i, state := range change.States(r) {
			mixed := *plans["new"]
			mixed.Nodes, mixed.Etcd.Members, mixed.LoadBalancer.Nodes = nil, nil, nil
			bootstrap := false
			for _, n := range state.Nodes {
				node := *find(t, plans, n)
				node.Bootstrap = node.Bootstrap && !bootstrap
				bootstrap = bootstrap || node.Bootstrap
				mixed.Nodes = append(mixed.Nodes, &node)
			}
			for _, n := range mixed.Nodes {
				for _, of := range []string{"new", "old"} {
					for _, m := range plans[of].Etcd.Members {
						if m.Name == n.Name && n.Roles.Has(plan.EtcdRole) && !slices.ContainsFunc(mixed.Etcd.Members,
							func(o plan.Member) bool { return o.Name == m.Name }) {
							m.Node = n
							mixed.Etcd.Members = append(mixed.Etcd.Members, m)
						}
					}
				}
				if n.Roles.Has(plan.Balancer) {
					mixed.LoadBalancer.Nodes = append(mixed.LoadBalancer.Nodes, n)
				}
				if !bootstrap && n.Roles.Has(plan.ControlPlane) { // a current member
					n.Bootstrap, bootstrap = true, true
				}
			}
			for _, d := range check.Run(&mixed, time.Time{}) {
				// The type counts members and control planes of the final state.
				if d.Severity == hcl.DiagError && !strings.HasPrefix(rule.ID(d), "topology-") {
					t.Errorf("%s: after %s: %s: %s", e.name, r.Steps[i].ID, rule.ID(d), d.Detail)
				}
			}
		}
	}
}

// find is the plan's node for a node of a state: the new one if it has the new roles.
func find(t *testing.T, plans map[string]*plan.Plan, n *change.Node) *plan.Node {
	t.Helper()
	for _, of := range []string{"new", "old"} {
		for _, node := range plans[of].Nodes {
			if node.Name == n.Name && slices.Equal(node.Roles.Strings(), n.Args["roles"].List) &&
				node.Address.String() == n.Args["address"].Text {
				return node
			}
		}
	}
	t.Fatalf("no plan has %s", n.Name)
	return nil
}

// The order of sets, blocks, and names of expressions does not matter: neither the diff nor the tree changes.
func TestOrderIsNone(t *testing.T) {
	const one = `
locals {
  net = "10.0.0.0/24"
}
cluster "dev" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.dev.internal:6443"
  cert_sans              = ["a.example.com", "b.example.com"]
}
network {
  http_proxy {
    https    = "http://proxy.example.com:3128"
    no_proxy = [".example.com", ".example.org"]
  }
}
node "cp" {
  roles   = ["control-plane"]
  address = cidrhost(local.net, 11)
}
node "w-1" {
  roles   = ["worker"]
  address = cidrhost(local.net, 21)
  taint {
    key    = "example.com/a"
    effect = "PreferNoSchedule"
  }
  taint {
    key    = "example.com/b"
    effect = "PreferNoSchedule"
  }
}
`
	const two = `
node_pool "w" {
  roles         = ["worker"]
  count         = 1
  first_address = "10.0.0.21"
  taint {
    key    = "example.com/b"
    effect = "PreferNoSchedule"
  }
  taint {
    key    = "example.com/a"
    effect = "PreferNoSchedule"
  }
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}
network {
  http_proxy {
    https    = "http://proxy.example.com:3128"
    no_proxy = [".example.org", ".example.com"]
  }
}
cluster "dev" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.dev.internal:6443"
  cert_sans              = ["b.example.com", "a.example.com"]
}
`
	if r := change.Between(recordOf(t, one, nil), recordOf(t, two, nil)); r.Verdict != change.None || len(r.Changes) > 0 {
		t.Errorf("%s: %+v", r.Verdict, r.Changes)
	}
	var trees []map[string]string
	for _, src := range []string{one, two} {
		project, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
		if project == nil {
			t.Fatal(diags)
		}
		set, err := render.Tree(project, "v1.0.0")
		if err != nil {
			t.Fatal(err)
		}
		tree := map[string]string{}
		for _, f := range set.Files() {
			if f.Path != change.FileName && f.Path != "SHA256SUMS" { // the pool is recorded
				tree[f.Path] = string(f.Data)
			}
		}
		trees = append(trees, tree)
	}
	if diff := cmp.Diff(trees[0], trees[1]); diff != "" {
		t.Error(diff)
	}
}

// A machine that left the design is kept with its address until it is reported as removed, through any number of edits.
func TestLeaving(t *testing.T) {
	three, two, one := recordOf(t, leavingSource(3), nil), recordOf(t, leavingSource(2), nil), recordOf(t, leavingSource(1), nil)
	names := func(nodes []*change.Node) (out []string) {
		for _, n := range nodes {
			out = append(out, n.Name+"@"+n.Departing().Address)
		}
		return out
	}
	two.Leaving = change.Leaving(three, two, nil)
	if got := names(two.Leaving); !slices.Equal(got, []string{"w-3@10.0.0.43"}) {
		t.Fatalf("leaving: %q", got)
	}
	data, err := two.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := change.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(change.Leaving(read, one, nil)); !slices.Equal(got, []string{"w-2@10.0.0.42", "w-3@10.0.0.43"}) {
		t.Errorf("a second edit: %q", got)
	}
	if got := names(change.Leaving(read, one, []string{"w-3"})); !slices.Equal(got, []string{"w-2@10.0.0.42"}) {
		t.Errorf("after w-3 was removed: %q", got)
	}
	if got := names(change.Leaving(read, three, nil)); len(got) > 0 {
		t.Errorf("taken back: %q", got)
	}
	if r := change.Between(read, two); len(r.Changes) > 0 {
		t.Errorf("a host that leaves already is a change: %+v", r.Changes)
	}
}

func leavingSource(workers int) string {
	return fmt.Sprintf(`cluster "a" {
  type = "single-etcd-single-master"
}
node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}
node_pool "w" {
  roles         = ["worker"]
  count         = %d
  first_address = "10.0.0.41"
}
`, workers)
}

// A manifest outside the tree may have changed unnoticed: the diff says who notices.
func TestManifestElsewhere(t *testing.T) {
	src := base + "\naddon \"own\" {\n  manifest \"/srv/own.yaml\" {}\n}\n" +
		"addon \"far\" {\n  manifest \"https://example.com/far.yaml\" {\n" +
		"    checksum = \"sha256:" + strings.Repeat("0", 64) + "\"\n  }\n}\n"
	r := change.Between(recordOf(t, src, nil), recordOf(t, src, nil))
	if len(r.Hints) != 1 || !strings.HasPrefix(r.Hints[0], "/srv/own.yaml is on the machine that runs Ansible") {
		t.Errorf("%q", r.Hints)
	}
	if r = change.Between(recordOf(t, base, nil), recordOf(t, src, nil)); len(r.Hints) != 0 {
		t.Errorf("it is applied anyhow: %q", r.Hints)
	}
}

// TestPatchesAndDescribed checks that a kubeadm patch is applied where its target is, and that no playbook is named for a cluster without a
// tree.
func TestPatchesAndDescribed(t *testing.T) {
	design := func(version, inside string) string {
		return fmt.Sprintf("cluster \"a\" {\n  type = \"single-etcd-single-master\"\n  kubernetes_version = %q\n  control_plane_endpoint "+
			"= "+
			"\"api.example.com\"\n%s}\nnode \"cp\" {\n  roles = [\"control-plane\"]\n  address = \"10.0.0.1\"\n}\nnode \"w\" {\n"+
			"  roles = [\"worker\"]\n  address = \"10.0.0.2\"\n}\n", version, inside)
	}
	for file, want := range map[string][]string{
		"kubeletconfiguration+merge.yaml": {"kubelet"}, "etcd0.yaml": {"save", "etcd-settings"},
		"corednsdeployment.yaml": {"kubeadm-addons"}, "kube-scheduler.yaml": {"control-plane-flags"},
	} {
		patch := fmt.Sprintf("  kubeadm_patch %q {\n    content = \"maxParallelImagePulls: 5\"\n  }\n", file)
		r := change.Between(recordOf(t, design("1.37", ""), nil), recordOf(t, design("1.37", patch), nil))
		var ids []string
		for _, s := range r.Steps {
			ids = append(ids, s.ID)
		}
		if !slices.Equal(ids, want) {
			t.Errorf("%s takes %q, want %q", file, ids, want)
		}
	}
	flag := "  api_server {\n    extra_args = { \"v\" = \"4\" }\n  }\n"
	r := change.Between(recordOf(t, design("1.25", ""), nil), recordOf(t, design("1.26", flag), nil))
	if len(r.Steps) < 3 {
		t.Errorf("%d steps", len(r.Steps))
	}
	for _, s := range r.Steps {
		if s.Playbook != "" || !strings.Contains(s.ByHand, "with the tool that built the cluster") {
			t.Errorf("%s is done by %q, by hand %q", s.Title, s.Playbook, s.ByHand)
		}
	}
}
