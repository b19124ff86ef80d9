package cni_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/emit/cni"
	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/plan"
)

func TestGolden(t *testing.T) { emittest.AllGolden(t, cni.Emit) }

func TestWorkerIsLocal(t *testing.T) { emittest.WorkerIsLocal(t, cni.Emit) }

// manifest is kube-flannel.yaml, decoded strictly with upstream's types.
type manifest struct {
	config map[string]string
	pods   appsv1.DaemonSet
}

func flannel(t *testing.T, p *plan.Plan) manifest {
	t.Helper()
	var m manifest
	var config corev1.ConfigMap
	into := map[string]any{
		"Namespace": &corev1.Namespace{}, "ServiceAccount": &corev1.ServiceAccount{}, "ClusterRole": &rbacv1.ClusterRole{},
		"ClusterRoleBinding": &rbacv1.ClusterRoleBinding{}, "ConfigMap": &config, "DaemonSet": &m.pods,
	}
	for _, doc := range bytes.Split(emittest.Data(t, emittest.Emit(t, cni.Emit, p), "cni/kube-flannel.yaml"), []byte("---\n")) {
		var meta struct{ Kind string }
		if err := yaml.Unmarshal(doc, &meta); err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(doc, into[meta.Kind]); err != nil {
			t.Fatalf("%s: %v", meta.Kind, err)
		}
		delete(into, meta.Kind)
	}
	if len(into) > 0 {
		t.Errorf("missing: %v", into)
	}
	m.config = config.Data
	return m
}

type netConf struct {
	EnableIPv4, EnableIPv6, EnableNFTables bool
	Network, IPv6Network                   string
	Backend                                struct {
		Type string
		MTU  int
	}
}

func (m manifest) net(t *testing.T) netConf {
	t.Helper()
	var c netConf
	if err := json.Unmarshal([]byte(m.config["net-conf.json"]), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFlannel(t *testing.T) {
	m := flannel(t, emittest.Plan(t, "external"))
	want := netConf{EnableIPv4: true, EnableNFTables: true, Network: "10.244.0.0/16"}
	want.Backend.Type = "vxlan"
	if got := m.net(t); got != want {
		t.Errorf("%+v", got)
	}
	pod := m.pods.Spec.Template.Spec
	for _, c := range append(pod.InitContainers, pod.Containers...) {
		if !strings.HasPrefix(c.Image, "10.0.0.2:5000/") || strings.Count(c.Image, "/") != 1 {
			t.Errorf("%s comes from %s", c.Name, c.Image)
		}
	}
	if args := strings.Join(pod.Containers[0].Args, " "); !strings.Contains(args, "--iface=$(NODE_IP)") {
		t.Errorf("interface by %s", args)
	}

	if six := flannel(t, emittest.Plan(t, "ipv6")).net(t); six.EnableIPv4 || !six.EnableIPv6 || six.IPv6Network != "fd00:10:244::/48" {
		t.Errorf("IPv6 alone: %+v", six)
	}
	if old := flannel(t, emittest.Plan(t, "stacked")).net(t); old.EnableNFTables {
		t.Error("nftables beside a kube-proxy with iptables")
	}
}

// The MTU given to flannel includes its tunnel overhead, so that pods get the plan's MTU.
func TestFlannelMTU(t *testing.T) {
	for encapsulation, overhead := range map[string]int{"vxlan": 50, "wireguard": 80} {
		p := emittest.Parse(t, `cluster "dev" { type = "all-in-one" }
network {
  cni "flannel" {
    encapsulation = "`+encapsulation+`"
    mtu           = 1380
  }
}
node "dev-1" { address = "192.168.56.10" }
`)
		m := flannel(t, p)
		if got := m.net(t).Backend.MTU; got != 1380+overhead {
			t.Errorf("%s: backend's MTU %d", encapsulation, got)
		}
		if !strings.Contains(m.config["cni-conf.json"], `"mtu": 1380`) {
			t.Errorf("%s: pods' MTU in\n%s", encapsulation, m.config["cni-conf.json"])
		}
	}
}

// The tunnel port is in flannel's and Cilium's settings, and in the list of ports for firewalls.
func TestTunnelPort(t *testing.T) {
	for _, c := range []struct{ plugin, file, want string }{
		{"flannel", "cni/kube-flannel.yaml", `"Port": 4790`}, {"cilium", "cni/cilium/values.yaml", "tunnelPort: 4790"},
	} {
		p := emittest.Parse(t, `cluster "dev" { type = "single-etcd-single-master" }
network {
  cni "`+c.plugin+`" {
    encapsulation = "vxlan"
    vxlan_port    = 4790
  }
}
node "cp" {
  roles   = ["control-plane"]
  address = "192.168.56.10"
}
node "w" {
  roles   = ["worker"]
  address = "192.168.56.11"
}
`)
		if data := string(emittest.Data(t, emittest.Emit(t, cni.Emit, p), c.file)); !strings.Contains(data, c.want) {
			t.Errorf("%s: no %s in\n%s", c.plugin, c.want, data)
		}
		if !slices.ContainsFunc(p.Ports(), func(port plan.Port) bool { return port.First == 4790 && port.Protocol == "udp" }) {
			t.Errorf("%s: the list of ports has no 4790", c.plugin)
		}
	}
}

// The static routes script runs in its own network.
func TestStaticRoutes(t *testing.T) {
	files := emittest.Emit(t, cni.Emit, emittest.Plan(t, "single-etcd-single-master"))
	dir := t.TempDir()
	put := func(name, data string) string {
		path, mode := filepath.Join(dir, name), os.FileMode(0o644)
		if strings.HasSuffix(name, ".sh") {
			mode = 0o755
		}
		if err := os.WriteFile(path, []byte(data), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	script := put("static-routes.sh", string(emittest.Data(t, files, "cni/static-routes/static-routes.sh")))
	both := put("both", "# routes\n10.244.1.0/24 10.1.0.11\n10.244.2.0/24 10.1.0.12\n\nfd00:1::/64 fd00::2\n")
	one := put("one", "10.244.2.0/24 10.1.0.13\n")
	run := put("run.sh", `set -eu
ip link add test0 type veth peer name test1
ip link set test1 up
ip link set test0 up
ip addr add 10.1.0.10/24 dev test0
ip addr add fd00::1/64 dev test0 nodad
ip route add 10.99.0.0/24 via 10.1.0.99
`+script+` `+both+`
`+script+` `+both+`
echo both:; ip route show proto 186; ip -6 route show proto 186
`+script+` `+one+`
echo one:; ip route show proto 186; ip -6 route show proto 186
ip route show 10.99.0.0/24
`)
	out, err := exec.Command("unshare", "--map-root-user", "--net", "sh", run).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{
		"both: 10.244.1.0/24 via 10.1.0.11 dev test0 10.244.2.0/24 via 10.1.0.12 dev test0 fd00:1::/64 via fd00::2 dev test0",
		"one: 10.244.2.0/24 via 10.1.0.13 dev test0 10.99.0.0/24",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}

	if out, err := exec.Command("shellcheck", script).CombinedOutput(); err != nil {
		t.Errorf("shellcheck: %v\n%s", err, out)
	}
	unit := strings.ReplaceAll(string(emittest.Data(t, files, "cni/static-routes/static-routes.service")),
		"/usr/local/sbin/static-routes", "/bin/true")
	if out, err := exec.Command("systemd-analyze", "verify", put("static-routes.service", unit)).CombinedOutput(); err != nil ||
		len(out) > 0 {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
}

// An encapsulation that a pod network does not support is an error, not a guess.
func TestUnknownEncapsulation(t *testing.T) {
	for _, name := range []string{plan.Flannel, plan.Calico, plan.Cilium} {
		p := emittest.Plan(t, "external")
		p.Network.CNI.Name, p.Network.CNI.Encapsulation = name, "pigeon"
		if _, err := cni.Emit(p); err == nil {
			t.Errorf("%s takes pigeon", name)
		}
	}
}

// Cilium's tunnels use the address family that every node has.
func TestCiliumUnderlay(t *testing.T) {
	for _, c := range []struct{ pods, services, cni, want string }{
		{`"fd10:244::/56"`, `"fd10:96::/112"`, "vxlan", "ipv6"},
		{`"fd10:244::/56", "10.244.0.0/16"`, `"fd10:96::/112", "10.96.0.0/16"`, "wireguard", "ipv6"},
		{`"10.244.0.0/16", "fd10:244::/56"`, `"10.96.0.0/16", "fd10:96::/112"`, "geneve", ""},
		{`"fd10:244::/56"`, `"fd10:96::/112"`, "host-gw", ""},
	} {
		p := emittest.Parse(t, `cluster "dev" { type = "all-in-one" }
network {
  pod_subnets     = [`+c.pods+`]
  service_subnets = [`+c.services+`]
  cni "cilium" {
    encapsulation = "`+c.cni+`"
  }
}
node "dev-1" { address = "fd77::31" }
`)
		var values struct{ UnderlayProtocol string }
		if err := yaml.Unmarshal(emittest.Data(t, emittest.Emit(t, cni.Emit, p), "cni/cilium/values.yaml"), &values); err != nil {
			t.Fatal(err)
		}
		if values.UnderlayProtocol != c.want {
			t.Errorf("%s, pods %s: underlay %q, want %q", c.cni, c.pods, values.UnderlayProtocol, c.want)
		}
	}
}
