package plan

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/topologies"
)

func TestSmallestFileGetsAWholeCluster(t *testing.T) {
	p := resolved(t, smallest)
	n := p.Nodes[0]
	if got := n.Roles.Strings(); !slices.Equal(got, []string{"control-plane", "etcd", "worker"}) || !n.Bootstrap {
		t.Errorf("roles %v, bootstrap %v", got, n.Bootstrap)
	}
	if taints := n.EffectiveTaints(); taints == nil || len(taints) > 0 {
		t.Errorf("taints %v: an all-in-one node takes pods, and kubeadm must hear so", taints)
	}
	if got := p.Cluster.Endpoint.String(); got != "192.168.56.10:6443" {
		t.Errorf("endpoint %s", got)
	}
	if p.Etcd.Placement != topologies.Stacked || len(p.Etcd.Members) != 1 || p.Etcd.Version != "3.7.0" {
		t.Errorf("etcd %+v", p.Etcd)
	}
	if p.LoadBalancer.Kind != NoBalancer || p.SSH.User != "root" || p.Runtime.Socket != "unix:///run/containerd/containerd.sock" ||
		p.Network.CNI.MTU != 1450 {
		t.Errorf("balancer %q, user %q, socket %q, MTU %d", p.LoadBalancer.Kind, p.SSH.User, p.Runtime.Socket, p.Network.CNI.MTU)
	}
	for path, want := range map[string]string{
		"cluster.kubernetes_version": "1.37.2", "cluster.max_nodes": "1", "network.pod_subnets": "10.244.0.0/16",
		"network.service_subnets": "10.96.0.0/16",
		"network.kube_proxy.mode": "nftables", "etcd.quota": "8Gi", "etcd.heartbeat_interval": "100ms",
		"node.roles":     "control-plane, etcd, worker",
		"node.bootstrap": "dev-1", "target": "bare-metal", "artifacts.source": "binaries", "cluster.kubelet.max_pods": "110",
	} {
		if got := p.decision(path); got != want {
			t.Errorf("decision %s is %q, want %q", path, got, want)
		}
	}
}

func TestExampleOfTheLanguage(t *testing.T) {
	p := resolved(t, production(20))
	if got, want := p.Etcd.InitialCluster(),
		"etcd-1=https://10.0.0.21:2380,etcd-2=https://10.0.0.22:2380,etcd-3=https://10.0.0.23:2380"; got != want {
		t.Errorf("initial cluster %s, want %s", got, want)
	}
	if p.Etcd.Quorum() != 2 || p.Etcd.FaultTolerance() != 1 || p.Etcd.Version != "3.7.3" {
		t.Errorf("etcd %s with quorum %d and tolerance %d", p.Etcd.Version, p.Etcd.Quorum(), p.Etcd.FaultTolerance())
	}
	var names []string
	for _, n := range p.Nodes {
		names = append(names, n.Name)
	}
	if got := strings.Join(names, " "); !strings.HasPrefix(got,
		"cp-1 cp-2 cp-3 etcd-1 etcd-2 etcd-3 gpu-1 lb-1 lb-2 worker-1 worker-2 worker-3") || names[18] != "worker-10" {
		t.Errorf("order %s", got)
	}
	cp := p.Bootstrap()
	if cp.Name != "cp-1" || cp.Address.String() != "10.0.0.31" || cp.FailureDomain != "rack-a" || cp.SSHAddress != "10.0.0.31" ||
		cp.Pool != "cp" || cp.Index != 1 {
		t.Errorf("bootstrap %+v", cp)
	}
	if taints := cp.EffectiveTaints(); len(taints) != 1 || taints[0].Key != "node-role.kubernetes.io/control-plane" {
		t.Errorf("taints of %s: %v", cp.Name, taints)
	}
	if m := p.Etcd.Members[2].Node; m.FailureDomain != "rack-c" || m.MemoryBytes != 8<<30 || m.CPUs != 4 {
		t.Errorf("member %+v", m)
	}
	if entry, ok := p.HostsEntry(); !ok || entry.Address.String() != "10.0.0.10" || entry.Name != "api.example.com" {
		t.Errorf("hosts entry %+v", entry)
	}
	if len(p.KubeletNodes()) != 24 || len(p.Workers()) != 21 || p.Cluster.MaxNodes != 220 {
		t.Errorf("%d kubelets, %d workers, %d at most", len(p.KubeletNodes()), len(p.Workers()), p.Cluster.MaxNodes)
	}
	if p.Artifacts.MirrorURL != "http://10.0.0.2:8000" {
		t.Errorf("mirror %q keeps its slash", p.Artifacts.MirrorURL)
	}
	if w := p.Waivers[0]; w.Rule != "control-plane-undersized" || !w.Expires.Equal(time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("waiver %+v", w)
	}
	if p.decision("network.pod_subnets") != "" || p.decision("etcd.topology") != "" {
		t.Error("what was written is listed as a decision")
	}
}

// Whether there is etcd, and on which hosts, for every way to define it.
func TestEtcdPlacement(t *testing.T) {
	const node = "node %q {\n roles = [%s]\n address = %q\n}\n"
	for _, c := range []struct {
		name, typ, etcd, nodes string
		placement              topologies.Placement
		members                string
	}{
		{"stacked on every control plane", "multi-etcd-multi-master", "",
			`cp-1=control-plane cp-2=control-plane cp-3=control-plane,worker w-1=worker`, topologies.Stacked, "cp-1 cp-2 cp-3"},
		{"external, because of its own host", "multi-etcd-multi-master", "",
			`cp-1=control-plane cp-2=control-plane e-1=etcd e-2=etcd e-3=etcd`, topologies.External, "e-1 e-2 e-3"},
		{"external on some control planes", "multi-etcd-multi-master", "external",
			`cp-1=control-plane,etcd cp-2=control-plane cp-3=control-plane,etcd`, topologies.External, "cp-1 cp-3"},
		{"single etcd is always external", "single-etcd-multi-master", "", `cp-1=control-plane,etcd cp-2=control-plane w-1=worker`,
			topologies.External, "cp-1"},
		{"single etcd on its own host", "single-etcd-multi-master", "", `cp-1=control-plane cp-2=control-plane e=etcd`,
			topologies.External, "e"},
		{"stacked as written, though a host has the role", "multi-etcd-multi-master", "stacked",
			`cp-1=control-plane cp-2=control-plane e-1=etcd`, topologies.Stacked, "cp-1 cp-2"},
		{"one and one", "single-etcd-single-master", "", `cp-1=control-plane w-1=worker`, topologies.Stacked, "cp-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := "cluster \"c\" { type = \"" + c.typ + "\" }\n"
			if c.etcd != "" {
				src += "etcd { topology = \"" + c.etcd + "\" }\n"
			}
			for i, n := range strings.Fields(c.nodes) {
				name, roles, _ := strings.Cut(n, "=")
				src += strings.NewReplacer("%q {", "\""+name+"\" {", "%s", "\""+strings.ReplaceAll(roles, ",", "\", \"")+"\"", "= %q",
					"= \"10.0.0."+string(rune('1'+i))+"\"").Replace(node)
			}
			p := resolved(t, src)
			var members []string
			for _, m := range p.Etcd.Members {
				members = append(members, m.Name)
			}
			if p.Etcd.Placement != c.placement || strings.Join(members, " ") != c.members {
				t.Errorf("%s on %v, want %s on %s", p.Etcd.Placement, members, c.placement, c.members)
			}
			for _, n := range p.ControlPlanes() {
				if c.placement == topologies.Stacked && !n.Roles.Has(EtcdRole) {
					t.Errorf("%s has no stacked member", n.Name)
				}
			}
		})
	}
}

func TestBootstrap(t *testing.T) {
	if got := resolved(t, strings.ReplaceAll(stacked, `count         = 3`, `count         = 12`)).Bootstrap().Name; got != "cp-1" {
		t.Errorf("%s begins: cp-1 comes before cp-10", got)
	}
	src := stacked + "node \"zz\" {\n roles = [\"control-plane\"]\n address = \"10.0.0.31\"\n bootstrap = true\n}\n"
	p := resolved(t, src)
	if got := p.Bootstrap().Name; got != "zz" {
		t.Errorf("%s begins, though zz was written to", got)
	}
	if p.decision("node.bootstrap") != "" {
		t.Error("a written bootstrap is no decision")
	}
}

func TestEndpointAndBalancer(t *testing.T) {
	const two = "node \"lb-2\" {\n roles = [\"load-balancer\"]\n address = \"10.0.0.8\"\n}\n"
	shared := strings.Replace(stacked, `["control-plane"]`, `["control-plane", "load-balancer"]`, 1)
	for _, c := range []struct {
		name, src, endpoint, kind string
		port                      int
	}{
		{"one balancer", stacked, "10.0.0.9:6443", HAProxy, 6443},
		{"a balancer beside an API server", shared, ":0", HAProxy, 8443},
		{"two balancers without their own address", stacked + two, ":0", HAProxy, 6443},
		{"virtual IP", stacked + two + `load_balancer "haproxy" { virtual_ip = "10.0.0.5" }`, "10.0.0.5:6443", HAProxy, 6443},
		{"port of the balancer", stacked + `load_balancer "haproxy" { port = 443 }`, "10.0.0.9:443", HAProxy, 443},
		{"port of the endpoint", strings.Replace(stacked, `type = `, "control_plane_endpoint = \"api.example.com:8443\"\ntype = ", 1),
			"api.example.com:8443", HAProxy, 8443},
		{"endpoint without a port", strings.Replace(stacked, `type = `, "control_plane_endpoint = \"api.example.com\"\ntype = ", 1),
			"api.example.com:6443", HAProxy, 6443},
		{"kube-vip keeps the API server's port", strings.Replace(stacked, `type = `, "api_server_port = 7443\ntype = ", 1) +
			`load_balancer "kube-vip" { virtual_ip = "10.0.0.5" }`, "10.0.0.5:7443", KubeVIP, 7443},
		{"somebody else's", stacked + `load_balancer "external" {}`, ":0", ExternalBalancer, 6443},
		{"single control plane on IPv6", strings.ReplaceAll(smallest, "192.168.56.10", "fd00::10"), "[fd00::10]:6443", NoBalancer, 0},
		{"address in a long form", strings.Replace(smallest, `type = `, "control_plane_endpoint = \"[fd00:0:0::10]:6443\"\n type = ", 1),
			"[fd00::10]:6443", NoBalancer, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := strings.NewReplacer(`cluster "ha" { `, "cluster \"ha\" {\n", `cluster "dev" { `, "cluster \"dev\" {\n", "master\" }",
				"master\"\n}", "in-one\" }", "in-one\"\n}").Replace(c.src)
			p := resolved(t, src)
			if got := p.Cluster.Endpoint.String(); got != c.endpoint || p.LoadBalancer.Kind != c.kind || p.LoadBalancer.Port != c.port {
				t.Errorf("endpoint %s, %s on %d; want %s, %s on %d", got, p.LoadBalancer.Kind, p.LoadBalancer.Port, c.endpoint,
					c.kind, c.port)
			}
		})
	}
}

func TestRouterIDs(t *testing.T) {
	seen := map[int]int{}
	for i := range 254 {
		id := routerID(netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)}))
		if id < 1 || id > 255 || id == 51 {
			t.Fatalf("group %d of 10.0.0.%d", id, i+1)
		}
		seen[id]++
	}
	if len(seen) < 150 {
		t.Errorf("254 virtual IPs of one segment share %d groups: two of them would often meet", len(seen))
	}
}

func TestFamilies(t *testing.T) {
	dual := strings.Replace(smallest, `"192.168.56.10"`, "\"192.168.56.10\"\n  secondary_address = \"fd00::10\"", 1)
	for _, c := range []struct{ name, src, pods, services string }{
		{"IPv4 hosts", smallest, "10.244.0.0/16", "10.96.0.0/16"},
		{"IPv6 hosts", strings.ReplaceAll(smallest, "192.168.56.10", "fd00::10"), "fd00:10:244::/56", "fd00:10:96::/112"},
		{"hosts with both", dual, "10.244.0.0/16, fd00:10:244::/56", "10.96.0.0/16, fd00:10:96::/112"},
		{"Services follow the pods", smallest + `network { pod_subnets = ["fd01::/56", "10.9.0.0/16"] }`, "fd01::/56, 10.9.0.0/16",
			"fd00:10:96::/112, 10.96.0.0/16"},
		{"pods follow the Services", smallest + `network { service_subnets = ["fd02::/112"] }`, "fd00:10:244::/56", "fd02::/112"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := resolved(t, c.src)
			pods, services := strings.Join(Texts(p.Network.PodSubnets), ", "), strings.Join(Texts(p.Network.ServiceSubnets), ", ")
			if pods != c.pods || services != c.services {
				t.Errorf("pods %s and Services %s, want %s and %s", pods, services, c.pods, c.services)
			}
		})
	}
}

func TestPodNetwork(t *testing.T) {
	for _, c := range []struct {
		network, encapsulation, version, proxy string
		mtu                                    int
	}{
		{`cni "flannel" {}`, "vxlan", "v0.28.10", "nftables", 1450},
		{`cni "flannel" { encapsulation = "host-gw" }`, "host-gw", "v0.28.10", "nftables", 1500},
		{`cni "flannel" { encapsulation = "wireguard" }`, "wireguard", "v0.28.10", "nftables", 1440},
		{"mtu = 9000\n cni \"calico\" { encapsulation = \"ipip\" }", "ipip", "v3.33.0", "nftables", 8980},
		{`cni "calico" { version = "3.32.2" }`, "vxlan", "v3.32.2", "nftables", 1450},
		{"cni \"cilium\" { kube_proxy_replacement = true }", "vxlan", "v1.20.2", "none", 1450},
		{`cni "cilium" { encapsulation = "wireguard" }`, "wireguard", "v1.20.2", "nftables", 1355},
		{`cni "static-routes" {}`, "none", "", "nftables", 1500},
		{`cni "none" {}`, "none", "", "nftables", 0},
		{`cni "flannel" { mtu = 1300 }`, "vxlan", "v0.28.10", "nftables", 1300},
		{"kube_proxy {\n mode = \"ipvs\"\n}", "vxlan", "v0.28.10", "ipvs", 1450},
	} {
		p := resolved(t, smallest+"network {\n"+c.network+"\n}\n")
		if cni := p.Network.CNI; cni.Encapsulation != c.encapsulation || cni.Version != c.version || cni.MTU != c.mtu ||
			p.Network.KubeProxy.Mode != c.proxy {
			t.Errorf("%s: %+v with kube-proxy %s", c.network, cni, p.Network.KubeProxy.Mode)
		}
	}
	if got := resolved(t, strings.ReplaceAll(smallest, "192.168.56.10", "fd00::10")).Network.CNI.MTU; got != 1430 {
		t.Errorf("MTU %d over IPv6, whose header is 20 bytes longer", got)
	}
	if got := resolved(t, "cluster \"c\" {\n type = \"all-in-one\"\n kubernetes_version = \"1.32.13\"\n}\n"+
		"node \"n\" {\n address = \"10.0.0.1\"\n}\n").Network.KubeProxy.Mode; got != "iptables" {
		t.Errorf("kube-proxy in mode %s on 1.32", got)
	}
}

func TestMaxPodsFollowsANarrowShare(t *testing.T) {
	p := resolved(t, smallest+`network { node_cidr_mask_size = 26 }`)
	if got := p.Cluster.Kubelet.MaxPods; got != 61 {
		t.Errorf("%d pods on a /26: 64 addresses less network, bridge and broadcast", got)
	}
}

func TestNoProxy(t *testing.T) {
	p := resolved(t, production(2)+"")
	if p.Network.HTTPProxy != nil {
		t.Fatal("a proxy from nowhere")
	}
	src := strings.Replace(production(2), "  cni \"flannel\" {}", `  node_subnets = ["10.0.0.0/24"]
  http_proxy {
    http     = "http://proxy.example.com:3128"
    no_proxy = [".example.com", "10.0.0.0/24"]
  }`, 1)
	want := []string{"localhost", "127.0.0.1", "::1", "10.0.0.0/24", "10.0.1.1", "10.0.1.2", "api.example.com", "10.128.0.0/10",
		"10.96.0.0/16", ".svc", ".cluster.local", "10.0.0.2", ".example.com"}
	if diff := cmp.Diff(want, resolved(t, src).Network.HTTPProxy.NoProxy); diff != "" {
		t.Error(diff)
	}
}

func TestHostedTargetDrawsWorkersAlone(t *testing.T) {
	p := resolvedOn(t, Facts{Name: "vendor", Hosting: Hosted}, `
cluster "c" { type = "multi-etcd-multi-master" }
node_pool "general" { count = 3 }
`)
	if len(p.Workers()) != 3 || p.Bootstrap() != nil || len(p.Etcd.Members) != 0 || p.Cluster.Endpoint != (Endpoint{}) ||
		p.Network.CNI.Name != NoCNI {
		t.Errorf("%d workers, bootstrap %v, endpoint %v, pod network %s", len(p.Workers()), p.Bootstrap(), p.Cluster.Endpoint,
			p.Network.CNI.Name)
	}
	for _, d := range p.Decisions {
		if b := block(d.Path); b != "cluster" && b != "network" && b != "node" {
			t.Errorf("%s was decided, though the vendor does that", d.Path)
		}
	}
	if p.Images() != nil || p.Downloads() != nil || p.Ports() != nil {
		t.Error("the vendor's control plane needs nothing of ours")
	}
}

func TestDefaultVersionIsOneThatTheTargetTakes(t *testing.T) {
	for newest, want := range map[Version]string{{}: "1.37.2", {1, 40, 0}: "1.37.2", {1, 37, 0}: "1.37.2", {1, 36, 0}: "1.36.6"} {
		p := resolvedOn(t, Facts{Name: "installer", Hosting: Installer, Limits: Limits{Newest: newest}}, smallest)
		if got := p.Cluster.Version.String(); got != want || !p.Target.Facts.Takes(p.Cluster.Version) {
			t.Errorf("a target up to %s gets %s, want %s", newest, got, want)
		}
	}
}

func TestInstallerMayGiveAddressesItself(t *testing.T) {
	p := resolvedOn(t, Facts{Name: "installer", Hosting: Installer}, strings.NewReplacer("  first_address = \"10.0.0.11\"\n", "",
		"  address = \"10.0.0.9\"\n", "", "  address = \"10.0.0.21\"\n", "").Replace(stacked))
	if got := p.Etcd.InitialCluster(); got != "cp-1=https://cp-1:2380,cp-2=https://cp-2:2380,cp-3=https://cp-3:2380" {
		t.Errorf("initial cluster %s", got)
	}
	if p.ControlPlanes()[0].SSHAddress != "cp-1" || p.Cluster.Endpoint.Host != "lb" {
		t.Errorf("ssh to %s, endpoint %s", p.ControlPlanes()[0].SSHAddress, p.Cluster.Endpoint)
	}
	for _, san := range p.APIServerSANs() {
		if strings.Contains(san, "invalid") {
			t.Errorf("certificate name %q", san)
		}
	}
}

// A plan does not depend on the order of the blocks in the file.
func TestOrderOfBlocksDoesNotMatter(t *testing.T) {
	src := []byte(production(30) + "node \"cp-10\" {\n roles = [\"control-plane\"]\n address = \"10.0.0.40\"\n}\n")
	file, diags := hclsyntax.ParseConfig(src, "topology.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var blocks []string
	for _, b := range file.Body.(*hclsyntax.Body).Blocks {
		blocks = append(blocks, string(b.Range().SliceBytes(src)))
	}
	positions := cmp.Options{
		cmpopts.IgnoreTypes(hcl.Range{}, &spec.Source{}, &spec.Spec{}),
		cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Node" }, cmp.Comparer(func(a, b *Node) bool {
			return a.Name == b.Name
		})),
		cmpopts.IgnoreInterfaces(struct{ hcl.Body }{}),
	}
	want := resolved(t, string(src))
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		random.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
		if diff := cmp.Diff(want, resolved(t, strings.Join(blocks, "\n")), positions); diff != "" {
			t.Fatalf("blocks in another order:\n%s\n%s", strings.Join(blocks, "\n"), diff)
		}
	}
}

// Adding a worker changes no existing node.
func TestWorkerMoreChangesNoOtherNode(t *testing.T) {
	before, after := resolved(t, production(20)), resolved(t, production(21))
	byName := map[string]*Node{}
	for _, n := range after.Nodes {
		byName[n.Name] = n
	}
	for _, n := range before.Nodes {
		if diff := cmp.Diff(n, byName[n.Name], cmpopts.IgnoreTypes(hcl.Range{}, &spec.Source{}),
			cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("%s: %s", n.Name, diff)
		}
	}
	if !slices.Equal(before.APIServerSANs(), after.APIServerSANs()) || before.Etcd.InitialCluster() != after.Etcd.InitialCluster() ||
		before.Cluster.Endpoint != after.Cluster.Endpoint {
		t.Error("the control plane changed")
	}
	for i, d := range before.Decisions {
		if d.Path != "cluster.max_nodes" && after.Decisions[i] != d {
			t.Errorf("decision %v became %v", d, after.Decisions[i])
		}
	}
}

func TestDecisionsHaveReasons(t *testing.T) {
	for _, src := range []string{smallest, stacked, production(3), stacked + `load_balancer "kube-vip" { virtual_ip = "10.0.0.5" }`} {
		last := 0
		for _, d := range resolved(t, src).Decisions {
			if d.Path == "" || d.Value == "" || !strings.HasSuffix(d.Reason, ".") {
				t.Errorf("decision %+v: a path, a value and a sentence are wanted", d)
			}
			if d.Link != "" && !strings.HasPrefix(d.Link, "https://") {
				t.Errorf("%s: link %q", d.Path, d.Link)
			}
			place := slices.Index(blockOrder, block(d.Path))
			if place < last {
				t.Errorf("%s stands after a later block", d.Path)
			}
			last = place
		}
	}
}

func BenchmarkResolve5000(b *testing.B) {
	s := load(b, production(5000))
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := Resolve(s, hosts); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

// TestSystemOfTheTarget checks that a system that the target does not use has no effect.
func TestSystemOfTheTarget(t *testing.T) {
	const src = "cluster \"c\" {\n type = \"all-in-one\"\n kubernetes_version = \"1.36.0\"\n}\n" +
		"node \"n\" {\n address = \"10.0.0.1\"\n os = \"debian-11\"\n}\n"
	if p := resolved(t, src); p.Network.KubeProxy.Mode != "iptables" {
		t.Errorf("on hosts: %s", p.Network.KubeProxy.Mode)
	}
	if p := resolvedOn(t, Facts{Name: "kind", Hosting: Installer, Resolving: Resolving{CNI: NoCNI, Uses: []string{"node.address"}}},
		src); p.Network.KubeProxy.Mode != "nftables" || p.Nodes[0].OS != (OS{}) {
		t.Errorf("on kind: %s, %s", p.Network.KubeProxy.Mode, p.Nodes[0].OS)
	}
}
