package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestImages(t *testing.T) {
	refs := func(p *Plan) (all []string) {
		for _, i := range p.Images() {
			all = append(all, i.Ref)
		}
		return all
	}
	want := []string{ // like images.txt of a site with a private registry
		"10.0.0.2:5000/flannel-cni-plugin:v1.9.1-flannel3", "10.0.0.2:5000/flannel:v0.28.10", "10.0.0.2:5000/coredns:v1.14.6",
		"10.0.0.2:5000/kube-apiserver:v1.37.2",
		"10.0.0.2:5000/kube-controller-manager:v1.37.2", "10.0.0.2:5000/kube-proxy:v1.37.2", "10.0.0.2:5000/kube-scheduler:v1.37.2",
		"10.0.0.2:5000/pause:3.10.2",
	}
	if diff := cmp.Diff(want, refs(resolved(t, production(1)))); diff != "" {
		t.Error(diff)
	}
	p := resolved(t, stacked+"load_balancer \"kube-vip\" { virtual_ip = \"10.0.0.5\" }\n"+
		"network {\n cni \"cilium\" { kube_proxy_replacement = true }\n}")
	want = []string{
		"ghcr.io/kube-vip/kube-vip:v1.2.4", "quay.io/cilium/cilium-envoy:v1.37.6-1789133542-cbec91f666af0bf742da986d43832932dbb26b82",
		"quay.io/cilium/cilium:v1.20.2", "quay.io/cilium/operator-generic:v1.20.2",
		"registry.k8s.io/coredns/coredns:v1.14.6", "registry.k8s.io/etcd:3.7.0-0", "registry.k8s.io/kube-apiserver:v1.37.2",
		"registry.k8s.io/kube-controller-manager:v1.37.2", "registry.k8s.io/kube-scheduler:v1.37.2", "registry.k8s.io/pause:3.10.2",
	}
	if diff := cmp.Diff(want, refs(p)); diff != "" {
		t.Error(diff)
	}
	if i, ok := p.Image("etcd"); !ok || i.Source != "registry.k8s.io/etcd:3.7.0-0" {
		t.Errorf("image %+v", i)
	}
	if _, ok := p.Image("kube-proxy"); ok {
		t.Error("kube-proxy is pulled, though Cilium replaces it")
	}
}

func TestImageNamesAreUnique(t *testing.T) {
	for _, cni := range []string{Flannel, Calico, Cilium, StaticRoutes, NoCNI} {
		p := resolved(t, smallest+"network {\n cni \""+cni+"\" {}\n}\n")
		seen := map[string]string{}
		for _, i := range p.Images() {
			if other, ok := seen[i.Name]; ok {
				t.Errorf("%s and %s would both be copied to <repository>/%s", other, i.Source, i.Name)
			}
			seen[i.Name] = i.Source
		}
	}
}

func TestDownloads(t *testing.T) {
	var lines []string
	for _, d := range resolved(t, production(1)).Downloads() {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %v", d.Arch, d.Name, d.URL,
			strings.TrimPrefix(d.Checksum, "sha256:http://10.0.0.2:8000/"), d.Archive))
		if d.Source != "https://"+d.Path || d.URL != "http://10.0.0.2:8000/"+d.Path {
			t.Errorf("%s: source %s, URL %s", d.Name, d.Source, d.URL)
		}
	}
	want := []string{
		"amd64 cni-plugins " +
			"http://10.0.0.2:8000/github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz " +
			"sha256:b98f74a0f8522f0a83867178729c1aa70f2158f90c45a2ca8fa791db1c76b303 true",
		"amd64 containerd " +
			"http://10.0.0.2:8000/github.com/containerd/containerd/releases/download/v2.4.2/containerd-2.4.2-linux-amd64.tar.gz " +
			"github.com/containerd/containerd/releases/download/v2.4.2/containerd-2.4.2-linux-amd64.tar.gz.sha256sum true",
		"amd64 crictl " +
			"http://10.0.0.2:8000/github.com/kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-amd64.tar.gz " +
			"sha256:83855e114566a8a8c44c548d515670f51de3a5e1da8b2effb59870e2f10c25a3 true",
		"amd64 etcd http://10.0.0.2:8000/github.com/etcd-io/etcd/releases/download/v3.7.3/etcd-v3.7.3-linux-amd64.tar.gz " +
			"github.com/etcd-io/etcd/releases/download/v3.7.3/SHA256SUMS true",
		"amd64 kubeadm http://10.0.0.2:8000/dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubeadm " +
			"dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubeadm.sha256 false",
		"amd64 kubectl http://10.0.0.2:8000/dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubectl " +
			"dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubectl.sha256 false",
		"amd64 kubelet http://10.0.0.2:8000/dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet " +
			"dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet.sha256 false",
		"amd64 runc http://10.0.0.2:8000/github.com/opencontainers/runc/releases/download/v1.5.2/runc.amd64 " +
			"github.com/opencontainers/runc/releases/download/v1.5.2/runc.sha256sum false",
	}
	if diff := cmp.Diff(want, slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "arm64") })); diff != "" {
		t.Error(diff)
	}
}

func TestDownloadsPerRuntimeAndOrigin(t *testing.T) {
	names := func(p *Plan) string {
		var all []string
		for _, d := range p.Downloads() {
			all = append(all, d.Name)
		}
		return strings.Join(all, " ")
	}
	for src, want := range map[string]string{
		smallest: "cni-plugins containerd crictl etcd kubeadm kubectl kubelet runc",
		smallest + `container_runtime "cri-o" {}`:      "cni-plugins cri-o crictl etcd kubeadm kubectl kubelet",
		smallest + `container_runtime "docker" {}`:     "cni-plugins cri-dockerd crictl docker etcd kubeadm kubectl kubelet",
		smallest + `artifacts { source = "packages" }`: "etcd",
		production(0) + "target \"bare-metal\" {}": "cni-plugins containerd crictl etcd kubeadm kubectl kubelet runc " +
			"cni-plugins containerd crictl etcd kubeadm kubectl kubelet runc",
		strings.Replace(production(0), `"binaries"`, `"packages"`, 1): "etcd etcd",
	} {
		if got := names(resolved(t, src)); got != want {
			t.Errorf("%s\nwant %s for\n%s", got, want, src)
		}
	}
}

func TestPinnedChecksum(t *testing.T) {
	pin := "sha512:" + strings.Repeat("0a", 64)
	p := resolved(t, smallest+"artifacts {\n checksums = { \"dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet\" = \""+pin+"\" }\n}")
	for _, d := range p.Downloads() {
		if got := d.Checksum == pin; got != (d.Name == "kubelet") {
			t.Errorf("%s has checksum %s", d.Name, d.Checksum)
		}
	}
}

func TestAPIServerSANs(t *testing.T) {
	want := []string{
		"10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.31", "10.0.0.32", "10.0.0.33", "10.96.0.1", "127.0.0.1", "api-internal.example.com",
		"api.example.com", "cp-1", "cp-2", "cp-3",
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "lb-1", "lb-2", "localhost",
	}
	if diff := cmp.Diff(want, resolved(t, production(2)).APIServerSANs()); diff != "" {
		t.Error(diff)
	}
	dual := resolved(t, `
cluster "c" {
  type      = "all-in-one"
  cert_sans = ["*.example.com", "fd00:0:0::5", "localhost"]
}
node "n" {
  address           = "10.0.0.1"
  secondary_address = "fd00::1"
  public_address    = "203.0.113.7"
}`)
	want = []string{"*.example.com", "10.0.0.1", "10.96.0.1", "127.0.0.1", "203.0.113.7", "::1", "fd00:10:96::1", "fd00::1", "fd00::5",
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost", "n"}
	if diff := cmp.Diff(want, dual.APIServerSANs()); diff != "" {
		t.Error(diff)
	}
}

func TestHostsEntry(t *testing.T) {
	named := func(src string) string {
		return strings.Replace(strings.NewReplacer("\" }\n", "\"\n}\n").Replace(src), "type = ",
			"\n control_plane_endpoint = \"api.example.com\"\n type = ", 1)
	}
	const two = "node \"lb-2\" {\n roles = [\"load-balancer\"]\n address = \"10.0.0.8\"\n}\n"
	for _, c := range []struct{ src, want string }{
		{smallest, ""}, // an address is not looked up
		{named(smallest), "192.168.56.10 api.example.com"},
		{named(stacked), "10.0.0.9 api.example.com"},
		{named(stacked + two), ""}, // the name could mean either of the two
		{named(stacked) + "load_balancer \"kube-vip\" {\n virtual_ip = \"10.0.0.5\"\n}", "10.0.0.5 api.example.com"},
		{named(stacked) + "load_balancer \"external\" {}", ""},
	} {
		entry, ok := resolved(t, c.src).HostsEntry()
		got := ""
		if ok {
			got = entry.Address.String() + " " + entry.Name
		}
		if got != c.want {
			t.Errorf("%q, want %q for\n%s", got, c.want, c.src)
		}
	}
}

func TestPorts(t *testing.T) {
	lines := func(p *Plan) (all []string) {
		for _, o := range p.Ports() {
			var from []string
			for _, f := range o.From {
				from = append(from, string(f))
			}
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s < %s: %s %s %s", o.On, strings.Join(from, " "), o.Protocol, o.Ports(),
				o.Component)))
		}
		return all
	}
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"external etcd, two balancers, flannel", production(3), []string{
			"all < operator: tcp 22 sshd",
			"load-balancer < kubelet clients: tcp 6443 haproxy",
			"load-balancer < load-balancer: vrrp  keepalived",
			"control-plane < load-balancer kubelet: tcp 6443 kube-apiserver",
			"etcd < control-plane etcd: tcp 2379 etcd",
			"etcd < etcd: tcp 2380 etcd",
			"kubelet < kubelet: tcp 10250 kubelet",
			"kubelet < consumers: tcp 10256 kube-proxy",
			"kubelet < consumers: tcp 30000-32767 kube-proxy",
			"kubelet < kubelet: udp 8472 flannel",
			"kubelet < consumers: udp 30000-32767 kube-proxy",
		}},
		{"one node talks to itself alone", smallest, []string{
			"all < operator: tcp 22 sshd",
			"control-plane < clients: tcp 6443 kube-apiserver",
			"kubelet < consumers: tcp 10256 kube-proxy",
			"kubelet < consumers: tcp 30000-32767 kube-proxy",
			"kubelet < consumers: udp 30000-32767 kube-proxy",
		}},
		{"stacked etcd, Calico over IP in IP, no kube-proxy",
			stacked + "network {\n node_port_range = \"31000-31999\"\n cni \"calico\" { encapsulation = \"ipip\" }\n" +
				" kube_proxy { mode = \"none\" }\n}\nssh { port = 2222 }\nload_balancer \"kube-vip\" {\n virtual_ip = \"10.0.0.5\"\n" +
				" mode = \"bgp\"\n}", []string{
				"all < operator: tcp 2222 sshd",
				"control-plane < control-plane: tcp 179 kube-vip",
				"control-plane < control-plane: tcp 2379 etcd",
				"control-plane < control-plane: tcp 2380 etcd",
				"control-plane < kubelet clients: tcp 6443 kube-apiserver",
				"kubelet < kubelet: ipip  calico",
				"kubelet < kubelet: tcp 179 calico",
				"kubelet < kubelet: tcp 5473 calico",
				"kubelet < kubelet: tcp 10250 kubelet",
				"kubelet < consumers: tcp 31000-31999 kube-proxy",
				"kubelet < consumers: udp 31000-31999 kube-proxy",
			}},
	} {
		if diff := cmp.Diff(c.want, lines(resolved(t, c.src))); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	for _, o := range resolved(t, production(3)).Ports() {
		if o.Purpose == "" || !strings.HasPrefix(o.Source, "https://") {
			t.Errorf("%+v: a purpose and a source are wanted", o)
		}
	}
}

// Ports that no other host connects to stay closed: the controller manager, the scheduler, etcd's metrics.
func TestPortsOpenNothingElse(t *testing.T) {
	for _, cni := range []string{`"flannel" { encapsulation = "wireguard" }`, `"calico" {}`, `"calico" { encapsulation = "wireguard" }`,
		`"calico" { encapsulation = "bgp" }`, `"cilium" {}`, `"cilium" { encapsulation = "geneve" }`,
		`"cilium" { encapsulation = "wireguard" }`, `"cilium" { encapsulation = "bgp" }`, `"static-routes" {}`} {
		for _, o := range resolved(t, stacked+"network {\n cni "+cni+"\n}\n").Ports() {
			for _, shut := range []int{10257, 10259, 2381, 10249, 10248} {
				if o.First <= shut && shut <= o.Last {
					t.Errorf("%s: %s opens %d", cni, o.Component, shut)
				}
			}
			if o.First > 65535 || o.Last < o.First || len(o.From) == 0 {
				t.Errorf("%s: %+v", cni, o)
			}
		}
	}
}

func TestNodeIP(t *testing.T) {
	n := Node{Address: netip.MustParseAddr("10.0.0.1")}
	if n.NodeIP() != "10.0.0.1" {
		t.Error(n.NodeIP())
	}
	if n.SecondaryAddress = netip.MustParseAddr("fd00::1"); n.NodeIP() != "10.0.0.1,fd00::1" {
		t.Error(n.NodeIP())
	}
}

func TestEffectiveTaints(t *testing.T) {
	p := resolved(t, `
cluster "c" { type = "multi-etcd-multi-master" }
node "both" {
  roles   = ["control-plane", "worker"]
  address = "10.0.0.1"
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.2"
  taint {
    key    = "dedicated"
    effect = "NoExecute"
  }
}
node "stated" {
  roles   = ["control-plane"]
  address = "10.0.0.3"
  taint {
    key    = "node-role.kubernetes.io/control-plane"
    effect = "NoSchedule"
  }
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.4"
}`)
	for i, want := range []string{"", "dedicated:NoExecute node-role.kubernetes.io/control-plane:NoSchedule",
		"node-role.kubernetes.io/control-plane:NoSchedule", ""} {
		taints := p.Nodes[i].EffectiveTaints()
		var got []string
		for _, x := range taints {
			got = append(got, x.Key+":"+x.Effect)
		}
		if taints == nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", p.Nodes[i].Name, got, want)
		}
	}
}
