package kubespray_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/installers/kubespray"
)

func TestKubespray(t *testing.T) {
	target := targettest.Of(kubespray.Target())
	files := target.Golden(t)
	target.Refuses(t)
	ansibleReads(t, files)
}

// kubespray's defaults make every control plane announce the address in mode bgp, and set no router ID. Source:
// https://github.com/kubernetes-sigs/kubespray/blob/v2.31.0/roles/kubernetes/node/defaults/main.yml
func TestBGP(t *testing.T) {
	written, diags := spec.Load("bgp.hcl", []byte(`
cluster "x" { type = "multi-etcd-multi-master" }
target "kubespray" {}
load_balancer "kube-vip" {
  virtual_ip = "10.99.0.1"
  mode       = "bgp"
  bgp_as     = 65000
  bgp_peers  = ["10.0.0.1:65001", "10.0.0.2:65001"]
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.31"
}
`), nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	of := kubespray.Target()
	p, diags := plan.Resolve(written, of.Facts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	emit, diags := of.New(p, written.Target.Body, written.Target.Context) // two routers are valid
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	files, err := emit(render.Upstream())
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, f := range files {
		all += string(f.Data)
	}
	want := map[string]int{`"10.0.0.1:65001::false"`: 1, `"10.0.0.2:65001::false"`: 1, "kube_vip_bgppeers:": 1,
		"kube_vip_leader_election_enabled: true\n": 1, "kube_vip_bgp_routerid: ": len(p.ControlPlanes())}
	for _, n := range p.ControlPlanes() {
		want[`kube_vip_bgp_routerid: "`+n.Address.String()+`"`] = 1
	}
	for text, n := range want {
		if got := strings.Count(all, text); got != n {
			t.Errorf("%q occurs %d times, want %d in\n%s", text, got, n, all)
		}
	}
}

// Hosts with a root login need no become, and hosts with another user need it, host by host.
func TestBecome(t *testing.T) {
	for _, c := range []struct{ file, node, everywhere, there string }{
		{"root", "adm", "ansible_become: false", "ansible_become: true"},
		{"adm", "root", "ansible_become: true", "ansible_become: false"},
		{"adm", "other", "ansible_become: true", ""},
	} {
		written, diags := spec.Load("become.hcl", []byte(`
cluster "x" { type = "single-etcd-single-master" }
target "kubespray" {}
ssh { user = "`+c.file+`" }
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.32"
  ssh { user = "`+c.node+`" }
}
`), nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		of := kubespray.Target()
		p, diags := plan.Resolve(written, of.Facts)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		emit, diags := of.New(p, written.Target.Body, written.Target.Context)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		files, err := emit(render.Upstream())
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(files, func(f artifact.File) bool { return f.Path == "kubespray/inventory/hosts.yaml" })
		hosts, vars, found := strings.Cut(string(files[i].Data), "\n  vars:\n")
		if !found || !strings.Contains(vars, c.everywhere) {
			t.Errorf("%+v: all hosts have\n%s", c, vars)
		}
		if want := min(len(c.there), 1); strings.Count(hosts, "ansible_become") != want || !strings.Contains(hosts, c.there) {
			t.Errorf("%+v: the hosts have\n%s", c, hosts)
		}
	}
}

// ansibleReads makes ansible-inventory read the inventory with its group_vars, and checks the result.
func ansibleReads(t *testing.T, files []artifact.File) {
	t.Helper()
	dir := targettest.Write(t, files)
	cmd := exec.Command("ansible-inventory", "-i", filepath.Join(dir, "kubespray/inventory/hosts.yaml"), "--list")
	cmd.Env = append(os.Environ(), "HOME="+dir, "ANSIBLE_LOCAL_TEMP="+dir, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ansible-inventory: %v (make setup installs it)", err)
	}
	var read struct {
		Meta struct {
			Hostvars map[string]map[string]any
		} `json:"_meta"`
		ControlPlane struct{ Hosts []string }    `json:"kube_control_plane"`
		Node         struct{ Hosts []string }    `json:"kube_node"`
		Etcd         struct{ Hosts []string }    `json:"etcd"`
		Cluster      struct{ Children []string } `json:"k8s_cluster"`
	}
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, host := range slices.Concat(read.ControlPlane.Hosts, read.Node.Hosts) {
		validates(t, host, read.Meta.Hostvars[host],
			len(slices.Compact(slices.Sorted(slices.Values(slices.Concat(read.ControlPlane.Hosts, read.Node.Hosts))))),
			len(read.Etcd.Hosts))
	}
	if !slices.Equal(read.ControlPlane.Hosts, []string{"cp-2", "cp-1", "cp-3"}) {
		t.Errorf("control planes %v: the one that runs kubeadm init comes first", read.ControlPlane.Hosts)
	}
	if !slices.Equal(read.Etcd.Hosts, []string{"etcd-1", "etcd-2", "etcd-3"}) ||
		!slices.Equal(read.Node.Hosts, []string{"edge", "worker-1", "worker-2"}) {
		t.Errorf("etcd %v, nodes %v", read.Etcd.Hosts, read.Node.Hosts)
	}
	cp := read.Meta.Hostvars["cp-1"]
	if cp["kube_version"] == nil || cp["kube_pods_subnet"] == nil {
		t.Errorf("group_vars did not reach cp-1: %v", cp)
	}
	args, _ := cp["kube_kubeadm_apiserver_extra_args"].(map[string]any)
	value, _ := args["audit-log-path"].(map[string]any)
	if value["__ansible_unsafe"] != "{{ lookup('pipe', 'id') }}" {
		t.Errorf("the value that looks like a template was read as %v", args["audit-log-path"])
	}
}

// validates checks a host's variables as kubespray's first role checks the inventory, reimplemented here; a missing variable has the role's
// default. Source: https://github.com/kubernetes-sigs/kubespray, roles/validate_inventory/tasks/main.yml at 46dbdd3, whose galaxy.yml has
// the version 2.32.0
func validates(t *testing.T, host string, vars map[string]any, nodes, members int) {
	t.Helper()
	text := func(name, otherwise string) string {
		if v, ok := vars[name].(string); ok {
			return v
		}
		return otherwise
	}
	number := func(name string, otherwise int) int {
		if v, ok := vars[name].(float64); ok {
			return int(v)
		}
		return otherwise
	}
	flag := func(name string, otherwise bool) bool {
		if v, ok := vars[name]; ok {
			b, isBool := v.(bool)
			if !isBool {
				t.Errorf("%s: %s is %v, and must be a boolean", host, name, v)
			}
			return b
		}
		return otherwise
	}
	for name, allowed := range map[string][]string{
		"kube_network_plugin":  {"calico", "flannel", "cloud", "cilium", "cni", "kube-ovn", "kube-router", "macvlan", "custom_cni", "none"},
		"kube_proxy_mode":      {"iptables", "ipvs", "nftables"},
		"etcd_deployment_type": {"host", "docker", "kubeadm"},
		"container_manager":    {"docker", "crio", "containerd"},
	} {
		if v := text(name, allowed[0]); !slices.Contains(allowed, v) {
			t.Errorf("%s: %s is %q, and kubespray takes %v", host, name, v, allowed)
		}
	}
	if kubeadm := text("etcd_deployment_type", "host") == "kubeadm"; !kubeadm && members == 0 || members > 0 && members%2 == 0 {
		t.Errorf("%d members in the group etcd", members)
	}
	// the releases with digests in roles/kubespray_defaults/vars/main/checksums.yml
	var minor, patch int
	if n, err := fmt.Sscanf(text("kube_version", "1.36.4"), "1.%d.%d", &minor, &patch); err != nil || n != 2 ||
		patch > map[int]int{34: 11, 35: 8, 36: 4}[minor] || minor < 34 || minor > 36 {
		t.Errorf("%s: kube_version %v", host, vars["kube_version"])
	}
	plugin := text("kube_network_plugin", "calico")
	for _, f := range []struct {
		on                         bool
		pods, services, prefixName string
		bits                       int
	}{
		{flag("ipv4_stack", true), "kube_pods_subnet", "kube_service_addresses", "kube_network_node_prefix", 32},
		{flag("ipv6_stack", false), "kube_pods_subnet_ipv6", "kube_service_addresses_ipv6", "kube_network_node_prefix_ipv6", 128},
	} {
		if !f.on {
			continue
		}
		pods, err := netip.ParsePrefix(text(f.pods, ""))
		if err != nil || pods != pods.Masked() {
			t.Errorf("%s: %s: %v", host, f.pods, err)
		}
		services, err := netip.ParsePrefix(text(f.services, ""))
		if err != nil || services != services.Masked() {
			t.Errorf("%s: %s: %v", host, f.services, err)
		}
		if pods.Overlaps(services) {
			t.Errorf("%s: %s and %s overlap", host, pods, services)
		}
		prefix := number(f.prefixName, 24)
		if plugin != "calico" && 1<<(prefix-pods.Bits()) < nodes {
			t.Errorf("%s: %s has no room for %d nodes of /%d", host, pods, nodes, prefix)
		}
		if most := number("kubelet_max_pods", 110); f.bits == 32 && !slices.Contains([]string{"calico", "none"}, plugin) &&
			most > 1<<(32-prefix)-2 {
			t.Errorf("%s: %d pods do not fit a /%d", host, most, prefix)
		}
	}
}
