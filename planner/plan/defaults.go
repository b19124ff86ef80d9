package plan

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/topologies"
)

// Pages that are the source of several defaults.
const (
	kubeadmHA       = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/"
	kubeadmTopology = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/"
	kubeadmCreate   = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/create-cluster-kubeadm/"
	dualStackDocs   = "https://kubernetes.io/docs/concepts/services-networking/dual-stack/"
	runtimeDocs     = "https://kubernetes.io/docs/setup/production-environment/container-runtimes/"
	etcdTuning      = "https://etcd.io/docs/v3.6/tuning/"
	etcdLimits      = "https://etcd.io/docs/v3.6/dev-guide/limit/"
)

// asFound is the reason why a version is left open.
const asFound = "The cluster exists, and its Kubernetes is older than the facts of this program: what it runs is not guessed."

// decide records a value that the planner chose.
func (r *resolver) decide(path string, value any, reason, link string) {
	if value == "" {
		value = NoData
	}
	r.plan.Decisions = append(r.plan.Decisions, Decision{Path: path, Value: fmt.Sprint(value), Reason: reason, Link: link})
}

// settle sets *field to its default if the author wrote nothing. A value that was written but could not be parsed stays as it is, because
// an error was already reported.
func settle[T any](r *resolver, written bool, field *T, path string, value T, reason, link string) {
	if written {
		return
	}
	*field = value
	r.decide(path, value, reason, link)
}

// defaults fills in everything that was not written, each value in one place with its reason. No default depends on the number of workers,
// because adding a worker must not change what already runs.
func (r *resolver) defaults() {
	r.clusterDefaults()
	r.apiServerDefaults()
	r.nodeDefaults()
	r.etcdDefaults() // placement decides which control planes are members
	r.balancerDefaults()
	r.endpointDefault()
	r.networkDefaults()
	r.runtimeDefaults()
	r.sshDefaults()
	r.hostsDefaults()
	r.artifactDefaults()
	r.addonDefaults()
	p := r.plan
	if p.Target.Facts.Hosting == Hosted {
		p.Decisions = slices.DeleteFunc(p.Decisions, func(d Decision) bool { return vendorDecides[block(d.Path)] })
	}
	slices.SortStableFunc(p.Decisions, func(a, b Decision) int {
		return slices.Index(blockOrder, block(a.Path)) - slices.Index(blockOrder, block(b.Path))
	})
}

// defaultTarget is the target of a design that names none.
const defaultTarget = "bare-metal"

// TargetOf is the name of the target whose facts Resolve needs.
func TargetOf(s *spec.Spec) string {
	if s.Target == nil {
		return defaultTarget
	}
	return s.Target.Name
}

// targetDefault runs before all other defaults, because the target's machines decide what must be written.
func (r *resolver) targetDefault(of Facts) {
	p := &r.plan.Target
	p.Source, p.Facts = r.spec.Cluster.Source, of
	settle(r, false, &p.Name, "target", defaultTarget,
		"Hosts that exist already, reached by SSH, are what every other target ends up with.", "")
}

// blockOrder is the order of blocks in the language.
var blockOrder = []string{"cluster", "network", "container_runtime", "etcd", "load_balancer", "ssh", "hosts", "artifacts", "addon",
	"scheduler", "node", "target"}

// vendorDecides lists the blocks that are ignored if the vendor runs the control plane; their decisions are dropped.
var vendorDecides = map[string]bool{"container_runtime": true, "etcd": true, "load_balancer": true, "ssh": true, "hosts": true,
	"artifacts": true, "addon": true, "scheduler": true}

func block(path string) string {
	name, _, _ := strings.Cut(path, ".")
	return name
}

func (r *resolver) clusterDefaults() {
	p, s := &r.plan.Cluster, r.spec.Cluster
	version, reason := r.plan.Target.Facts.version(), "The newest release known on "+r.plan.Target.Facts.Table.Date()+"."
	switch {
	case !r.plan.Target.Facts.Default.IsZero():
		reason = "The newest release that the target gives to everybody."
	case version != r.plan.Target.Facts.Table.Newest():
		reason = "The newest release that the target takes."
	}
	settle(r, s.KubernetesVersion != nil, &p.Version, "cluster.kubernetes_version", version, reason, "https://kubernetes.io/releases/")
	defined := len(r.plan.KubeletNodes())
	if s.MaxNodes == nil {
		p.MaxNodes = defined
		r.decide("cluster.max_nodes", defined, "The control planes and workers that are defined. State how far the cluster will grow, and "+
			"the ranges are checked against that.", "")
	} else if p.MaxNodes > 0 && p.MaxNodes < defined {
		r.fail(maxNodesTooSmall, s.Attr("max_nodes"),
			"max_nodes is %d, and the file defines %d control planes and workers. Write at least "+
				"%d, or leave max_nodes out.", p.MaxNodes, defined, defined)
		p.MaxNodes = defined
	}
	settle(r, s.APIServerPort != nil, &p.APIServerPort, "cluster.api_server_port", 6443,
		"kubeadm's default, which firewalls and documentation expect.",
		"https://kubernetes.io/docs/reference/networking/ports-and-protocols/")

	kubelet := s.Kubelet
	settle(r, kubelet != nil && kubelet.CgroupDriver != nil, &p.Kubelet.CgroupDriver, "cluster.kubelet.cgroup_driver", "systemd",
		"The hosts run systemd, and two managers of one cgroup tree make nodes unstable under memory pressure. "+
			"The runtime is set to the same.", runtimeDocs+"#cgroup-drivers")
	settle(r, kubelet != nil && kubelet.FailSwapOn != nil, &p.Kubelet.FailSwapOn, "cluster.kubelet.fail_swap_on", true,
		"The kubelet's default: memory limits mean little on a host that swaps.",
		"https://kubernetes.io/docs/concepts/cluster-administration/swap-memory-management/")
}

func (r *resolver) nodeDefaults() {
	nodes := r.plan.Nodes
	unstated := 0
	for _, n := range nodes {
		if n.Arch == "" && !n.Has("arch") {
			n.Arch = "amd64"
			unstated++
		}
		if n.SSHAddress == "" && !n.Has("ssh_address") {
			n.SSHAddress = n.Name
			if n.Address.IsValid() {
				n.SSHAddress = n.Address.String()
			}
		}
	}
	if unstated > 0 {
		r.decide("node.arch", "amd64", "Most servers are amd64. It decides which binaries a host downloads.", "")
	}
	if len(nodes) > 0 && r.plan.Cluster.Type == topologies.AllInOne && !slices.ContainsFunc(nodes, func(n *Node) bool {
		return n.Has("roles")
	}) {
		r.decide("node.roles", "control-plane, etcd, worker", "An all-in-one node runs everything, so it has no control-plane taint.",
			kubeadmCreate+"#control-plane-node-isolation")
	}
	r.bootstrap()
}

// bootstrap chooses the control plane that runs kubeadm init.
func (r *resolver) bootstrap() {
	var stated []*Node
	for _, n := range r.plan.Nodes {
		switch {
		case !n.Bootstrap:
		case !n.Roles.Has(ControlPlane):
			n.Bootstrap = false
			if n.Roles != 0 {
				r.fail(bootstrapConflict, n.Attr("bootstrap"),
					"%s is no control plane, so it cannot run kubeadm init. Write bootstrap = true on "+
						"a control plane, or nowhere.", n.Name)
				return
			}
		default:
			stated = append(stated, n)
		}
	}
	switch len(stated) {
	case 1:
	case 0:
		if controlPlanes := r.plan.ControlPlanes(); len(controlPlanes) > 0 {
			controlPlanes[0].Bootstrap = true
			r.decide("node.bootstrap", controlPlanes[0].Name, "The first control plane by name runs kubeadm init; the others join it. Its "+
				"name, not its place in the file, decides.", kubeadmHA)
		}
	default:
		for _, n := range stated[1:] {
			n.Bootstrap = false
			r.fail(bootstrapConflict, n.Attr("bootstrap"), "%s runs kubeadm init already (line %d). "+
				"Leave bootstrap = true on one of the two.", stated[0].Name, stated[0].NameRange.Start.Line)
		}
	}
}

func (r *resolver) etcdDefaults() {
	p, s := &r.plan.Etcd, r.spec.Etcd
	apart := slices.ContainsFunc(r.plan.Nodes, func(n *Node) bool { return n.Roles.Has(EtcdRole) && !n.Roles.Has(ControlPlane) })
	written := s != nil && s.Topology != nil
	switch {
	case r.plan.Cluster.Type == topologies.SingleEtcdMultiMaster && !p.Foreign():
		settle(r, written, &p.Placement, "etcd.topology", topologies.External,
			"Several control planes share one etcd, and a stacked member would be on each of them.", kubeadmTopology)
	case p.Foreign():
		settle(r, written, &p.Placement, "etcd.topology", topologies.External,
			"external_endpoints names an etcd that others run.", kubeadmTopology)
	case apart:
		settle(r, written, &p.Placement, "etcd.topology", topologies.External,
			"Hosts are defined that have the role etcd and are no control planes.", kubeadmTopology)
	default:
		settle(r, written, &p.Placement, "etcd.topology", topologies.Stacked,
			"No separate hosts are defined for etcd, so kubeadm runs "+
				"a member on each control plane.", kubeadmTopology)
	}
	for _, n := range r.plan.Nodes {
		if p.Placement == topologies.Stacked && n.Roles.Has(ControlPlane) {
			n.Roles |= EtcdRole
		}
		if n.Roles.Has(EtcdRole) && !p.Foreign() && (p.Placement == topologies.External || n.Roles.Has(ControlPlane)) {
			host := n.Name
			if n.Address.IsValid() {
				host = n.Address.String()
			}
			p.Members = append(p.Members, Member{Name: cmp.Or(n.EtcdName, n.Name), Node: n,
				PeerURL:   "https://" + Endpoint{host, EtcdPeerPort}.String(),
				ClientURL: "https://" + Endpoint{host, EtcdClientPort}.String()})
		}
	}

	if p.Foreign() { // its settings are not managed here
		p.DataDir = cmp.Or(p.DataDir, "/var/lib/etcd")
		return
	}
	k8s := r.plan.Kubernetes()
	if p.Placement == topologies.Stacked {
		p.Version = k8s.EtcdStacked() // overrides what was written; etcd-version-stacked reports that
		r.decide("etcd.version", p.Version, "What kubeadm's etcd image for this Kubernetes holds.",
			"https://github.com/kubernetes/kubernetes/blob/master/cmd/kubeadm/app/constants/constants.go")
	} else {
		reason := "The newest patch release, on " + r.plan.Target.Facts.Table.Date() +
			", of the etcd minor that kubeadm brings for this Kubernetes."
		if r.plan.Described() {
			reason = asFound
		}
		settle(r, s != nil && s.Version != nil, &p.Version, "etcd.version", k8s.EtcdExternal(), reason,
			"https://etcd.io/docs/v3.6/op-guide/versioning/")
	}
	settle(r, s != nil && s.DataDir != nil, &p.DataDir, "etcd.data_dir", "/var/lib/etcd",
		"kubeadm's default. A disk of its own keeps other writes from slowing etcd down.",
		"https://etcd.io/docs/v3.6/op-guide/hardware/#disks")
	if s == nil || s.Quota == nil {
		p.QuotaBytes = 8 << 30
		r.decide("etcd.quota", "8Gi", "The largest size that etcd's documentation advises. It costs nothing until it is used, "+
			"and a cluster that reaches the built-in 2 GiB accepts no more writes.", etcdLimits+"#storage-size-limit")
	}
	settle(r, s != nil && s.HeartbeatInterval != nil, &p.HeartbeatInterval, "etcd.heartbeat_interval", 100*time.Millisecond,
		"etcd's default, for members that reach each other in well under 100 ms.", etcdTuning+"#time-parameters")
	settle(r, s != nil && s.ElectionTimeout != nil, &p.ElectionTimeout, "etcd.election_timeout", max(time.Second, 10*p.HeartbeatInterval),
		"etcd's default of ten heartbeats.", etcdTuning+"#time-parameters")
}

func (r *resolver) balancerDefaults() {
	p, s, cluster := &r.plan.LoadBalancer, r.spec.Balancer, &r.plan.Cluster
	for _, n := range r.plan.Nodes {
		if n.Roles.Has(Balancer) {
			p.Nodes = append(p.Nodes, n)
		}
	}
	controlPlanes := r.plan.ControlPlanes()
	switch {
	case s != nil:
	case len(p.Nodes) > 0:
		settle(r, false, &p.Kind, "load_balancer", HAProxy, "Hosts are defined that have the role load-balancer.",
			kubeadmHA+"#create-load-balancer-for-kube-apiserver")
	case len(controlPlanes) == 1:
		settle(r, false, &p.Kind, "load_balancer", NoBalancer, "Clients connect to the one control plane directly.", "")
	default:
		p.Kind = NoBalancer
	}
	if p.Kind == NoBalancer {
		return
	}

	written := s != nil && s.Port != nil
	shared := slices.ContainsFunc(p.Nodes, func(n *Node) bool { return n.Roles.Has(ControlPlane) })
	switch {
	case p.Kind == KubeVIP:
		settle(r, written, &p.Port, "load_balancer.port", cluster.APIServerPort, "kube-vip moves an address between control planes; "+
			"on it the API server itself answers.", "https://kube-vip.io/docs/about/architecture/")
	case p.Kind == LocalBalancer:
		settle(r, written, &p.Port, "load_balancer.port", cluster.APIServerPort, "The endpoint leads to each node's own proxy, and on "+
			"control planes to their own API server: both have one port.", kubeadmHA)
	case cluster.Endpoint.Port != 0:
		settle(r, written, &p.Port, "load_balancer.port", cluster.Endpoint.Port, "The port of control_plane_endpoint.", "")
	case shared:
		settle(r, written, &p.Port, "load_balancer.port", 8443, "A balancer shares its host with an API server, which has port "+
			strconv.Itoa(cluster.APIServerPort)+" already.", "https://github.com/kubernetes/kubeadm/blob/main/docs/ha-considerations.md")
	default:
		settle(r, written, &p.Port, "load_balancer.port", 6443, "The port that clients expect of an API server.",
			kubeadmHA+"#create-load-balancer-for-kube-apiserver")
	}
	if p.Kind == HAProxy && p.VirtualIP.IsValid() {
		settle(r, s.VirtualRouterID != nil, &p.VirtualRouterID, "load_balancer.virtual_router_id", routerID(p.VirtualIP),
			"Computed from the virtual IP, so two clusters on one network segment rarely share an ID; 51, which many "+
				"examples use, is never chosen.", "https://github.com/kubernetes/kubeadm/blob/main/docs/ha-considerations.md")
	}
	if p.Kind == KubeVIP {
		settle(r, s.Mode != nil, &p.Mode, "load_balancer.mode", "arp",
			"It needs nothing but one network segment; BGP needs routers that take part.", "https://kube-vip.io/docs/modes/arp/")
		version, reason := KubeVIPVersion, "The newest release known on "+FactsDate+"."
		if r.plan.Described() {
			version, reason = "", asFound
		}
		settle(r, s.Version != nil, &p.Version, "load_balancer.version", version, reason,
			"https://github.com/kube-vip/kube-vip/releases")
	}
}

// routerID maps a virtual IP to a VRRP group from 1 to 255, except 51.
func routerID(vip netip.Addr) int {
	h := fnv.New32a()
	h.Write(vip.AsSlice())
	id := int(h.Sum32()%254) + 1
	if id >= 51 {
		id++
	}
	return id
}

// dialed is the host part that clients connect to: the node's address, or its name if it has no address yet.
func (n *Node) dialed() string {
	if n.Address.IsValid() {
		return n.Address.String()
	}
	return n.Name
}

// endpointDefault chooses what kubelets and clients connect to. If the plan has several control planes and nothing in front of them, there
// is no endpoint, and none is invented.
func (r *resolver) endpointDefault() {
	p, balancer := &r.plan.Cluster, &r.plan.LoadBalancer
	if r.spec.Cluster.ControlPlaneEndpoint != nil {
		if p.Endpoint.Host != "" && p.Endpoint.Port == 0 {
			if p.Endpoint.Port = balancer.Port; balancer.Kind == NoBalancer {
				p.Endpoint.Port = p.APIServerPort
			}
			if p.Endpoint.Port != 0 {
				r.decide("cluster.control_plane_endpoint", p.Endpoint, "The written name with the port that is listened on.", kubeadmHA)
			}
		}
		return
	}
	const path = "cluster.control_plane_endpoint"
	front := r.plan.front()
	switch {
	case balancer.VirtualIP.IsValid():
		settle(r, false, &p.Endpoint, path, Endpoint{balancer.VirtualIP.String(), balancer.Port}, "The virtual IP.", kubeadmHA)
	case front == nil:
	case balancer.Kind == HAProxy:
		settle(r, false, &p.Endpoint, path, Endpoint{front.dialed(), balancer.Port}, "The one load balancer.", kubeadmHA)
	default:
		settle(r, false, &p.Endpoint, path, Endpoint{front.dialed(), p.APIServerPort}, "The one control plane. A DNS name in its "+
			"place would let the cluster grow more control planes later.",
			kubeadmCreate+"#considerations-about-apiserver-advertise-address-and-controlplaneendpoint")
	}
}

// Default ranges by family. They do not depend on the rest of the file, because a cluster's ranges cannot be changed later. Checks compare
// them with the hosts' addresses.
var (
	defaultPods = map[bool]netip.Prefix{
		false: netip.MustParsePrefix("10.244.0.0/16"),
		true:  netip.MustParsePrefix("fd00:10:244::/56"),
	}
	defaultServices = map[bool]netip.Prefix{
		false: netip.MustParsePrefix("10.96.0.0/16"),
		true:  netip.MustParsePrefix("fd00:10:96::/112"),
	}
)

// wantedFamilies returns the families that ranges are wanted of, true for IPv6: those of the range that is written, else those of the
// hosts.
func (r *resolver) wantedFamilies() (families []bool, reason string) {
	p := &r.plan.Network
	for _, written := range [][]netip.Prefix{p.PodSubnets, p.ServiceSubnets} {
		for _, s := range written {
			families = append(families, s.Addr().Is6())
		}
		if len(families) > 0 {
			return families, "of the families of the other range"
		}
	}
	both := true
	for _, n := range r.plan.KubeletNodes() {
		if !n.Address.IsValid() {
			both = false
			continue
		}
		if len(families) == 0 {
			families = []bool{n.Address.Is6()}
		}
		both = both && n.SecondaryAddress.IsValid()
	}
	if len(families) == 0 {
		return []bool{false}, "IPv4"
	}
	if both {
		return append(families, !families[0]), "of both families, because every node has an address of each"
	}
	return families, "of the family of the nodes' addresses"
}

func (r *resolver) networkDefaults() {
	p := &r.plan.Network
	s := r.spec.Network
	has := func(name string) bool { return s != nil && s.Has(name) }
	families, of := r.wantedFamilies()
	pods, services := []netip.Prefix{}, []netip.Prefix{}
	for _, six := range families {
		pods = append(pods, defaultPods[six])
		services = append(services, defaultServices[six])
	}
	if len(p.PodSubnets) == 0 { // not written, or reported: what reads a plan finds at least one
		p.PodSubnets = pods
	}
	if len(p.ServiceSubnets) == 0 {
		p.ServiceSubnets = services
	}
	if s == nil || s.PodSubnets == nil {
		r.decide("network.pod_subnets", strings.Join(Texts(pods), ", "),
			"Private, "+of+", room for 256 nodes; flannel's manifests assume it.", dualStackDocs)
	}
	if s == nil || s.ServiceSubnets == nil {
		r.decide("network.service_subnets", strings.Join(Texts(services), ", "),
			"Private, "+of+", room for some 65,000 Services; the start of kubeadm's larger default.",
			"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/")
	}
	settle(r, s != nil && s.DNSDomain != nil, &p.DNSDomain, "network.dns_domain", "cluster.local",
		"kubeadm's default, which many charts assume.", "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/")
	if HasFamily(p.PodSubnets, false) {
		settle(r, s != nil && s.NodeCIDRMaskSize != nil, &p.NodeCIDRMaskSize, "network.node_cidr_mask_size", 24,
			"The controller manager's default: 254 addresses for a node, twice the usual 110 pods.",
			"https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/")
	} else if s == nil || s.NodeCIDRMaskSize == nil {
		p.NodeCIDRMaskSize = 24
	}
	if HasFamily(p.PodSubnets, true) {
		settle(r, s != nil && s.NodeCIDRMaskSizeV6 != nil, &p.NodeCIDRMaskSizeV6, "network.node_cidr_mask_size_v6", 64,
			"The controller manager's default: one IPv6 network for a node.",
			"https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/")
	} else if s == nil || s.NodeCIDRMaskSizeV6 == nil {
		p.NodeCIDRMaskSizeV6 = 64
	}
	if s == nil || s.NodePortRange == nil {
		p.NodePorts = PortRange{30000, 32767}
		r.decide("network.node_port_range", "30000-32767", "The API server's default.",
			"https://kubernetes.io/docs/reference/networking/ports-and-protocols/")
	}
	mtu, of, source := 1500, "The Ethernet default. Clouds and tunnels may need less: set it, and the pods' MTU follows.",
		"https://www.rfc-editor.org/rfc/rfc894"
	if f := r.plan.Target.Facts; f.MTU != 0 {
		mtu, of, source = f.MTU, "The MTU of the network that the target creates.", f.MTUFrom
	}
	settle(r, has("mtu"), &p.MTU, "network.mtu", mtu, of, source)

	r.cniDefaults()

	proxy, reason := "iptables", "nftables is not generally available before Kubernetes 1.33."
	if r.plan.Cluster.Version.NFTablesProxy() {
		proxy, reason = "nftables", "It is generally available and scales best with the number of Services; it needs Linux 5.13 or newer."
		for _, n := range r.plan.KubeletNodes() {
			if f, ok := n.OS.Facts(); ok && f.Kernel.Before(NFTablesKernel) {
				proxy, reason = "iptables", fmt.Sprintf("%s of %s has %s, and nftables needs 5.13.", f.Title, n.Name, f.KernelWords())
				break
			}
		}
	}
	if own := r.plan.Target.Facts.Proxy; own != "" {
		proxy, reason = own, "The target's own default."
	}
	if p.CNI.KubeProxyReplacement {
		proxy, reason = ProxyNone, "The pod network replaces kube-proxy."
	}
	written := s != nil && s.KubeProxy != nil && s.KubeProxy.Mode != nil
	settle(r, written, &p.KubeProxy.Mode, "network.kube_proxy.mode", proxy, reason,
		"https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-modes")
	if p.KubeProxy.Mode == "ipvs" && r.plan.LoadBalancer.Kind == KubeVIP && r.plan.LoadBalancer.Mode != "bgp" {
		settle(r, s.KubeProxy.StrictARP != nil, &p.KubeProxy.StrictARP, "network.kube_proxy.strict_arp", true,
			"In ipvs mode every node would answer ARP for the virtual IP.",
			"https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/")
	}

	room := min(110, p.PodsPerNode())
	kubelet := r.spec.Cluster.Kubelet
	why := "The kubelet's default, up to which Kubernetes is tested."
	if room < 110 {
		why = "What a node's share of the pod range holds; the kubelet's default of 110 does not fit."
	}
	settle(r, kubelet != nil && kubelet.MaxPods != nil, &r.plan.Cluster.Kubelet.MaxPods, "cluster.kubelet.max_pods", room, why,
		"https://kubernetes.io/docs/setup/best-practices/cluster-large/")
	r.noProxy()
}

func (r *resolver) cniDefaults() {
	p := &r.plan.Network.CNI
	written := r.spec.Network != nil && r.spec.Network.CNI != nil
	name, reason := Flannel, "The simplest pod network that needs nothing from the hosts' network. It does not enforce "+
		"NetworkPolicy; calico and cilium do."
	if r.plan.Target.Facts.Hosting == Hosted {
		name, reason = NoCNI, "The vendor brings the pod network."
	}
	if own := r.plan.Target.Facts.CNI; own != "" {
		name, reason = own, "The target's own default."
	}
	settle(r, written, &p.Name, "network.cni", name, reason, "https://kubernetes.io/docs/concepts/cluster-administration/addons/")

	version := map[string]string{Flannel: FlannelVersion, Calico: r.plan.Kubernetes().Calico(), Cilium: CiliumVersion}[p.Name]
	switch {
	case r.plan.Described():
		settle(r, p.Has("version") && written, &p.Version, "network.cni.version", "", asFound, "")
	case version != "":
		settle(r, p.Has("version") && written, &p.Version, "network.cni.version", version, "The newest release known on "+FactsDate+".", "")
	}
	encapsulation, why := VXLAN, "It crosses any network that carries UDP between the hosts."
	if p.Name == StaticRoutes || p.Foreign() {
		encapsulation, why = NoEncapsulation, "Packets travel as they are."
	}
	settle(r, p.Has("encapsulation") && written, &p.Encapsulation, "network.cni.encapsulation", encapsulation, why, "")
	if p.Name == NoCNI || p.Name == OtherCNI && !(p.Has("encapsulation") && written) {
		return
	}
	overhead := Overhead(*p, r.plan.nodesOnIPv6())
	mtu := r.plan.Network.MTU - overhead
	if !(p.Has("mtu") && written) {
		p.MTU = mtu
		r.decide("network.cni.mtu", mtu, fmt.Sprintf("The hosts' %d bytes less %d for the encapsulation.", r.plan.Network.MTU, overhead),
			"https://docs.tigera.io/calico/latest/networking/configuring/mtu")
	}
}

// Overhead is how many bytes per packet the encapsulation between nodes adds: the outer IP header (20, IPv6 40), UDP (8), VXLAN or GENEVE
// (8) and inner Ethernet (14), or 40 for WireGuard in addition to the outer headers. Cilium counts 95 for WireGuard on top of the tunnel.
// Sources: https://docs.tigera.io/calico/latest/networking/configuring/mtu, github.com/cilium/cilium@v1.20.2 pkg/mtu/mtu.go
func Overhead(c CNI, ipv6 bool) int {
	outer := 20
	if ipv6 {
		outer = 40
	}
	switch c.Encapsulation {
	case VXLAN, Geneve:
		return outer + 30
	case IPIP:
		return outer
	case WireGuard:
		if c.Name == Cilium {
			return outer + 30 + 95
		}
		return outer + 40
	}
	return 0
}

// nodesOnIPv6 reports whether nodes talk to each other over IPv6.
func (p *Plan) nodesOnIPv6() bool {
	return slices.ContainsFunc(p.Nodes, func(n *Node) bool { return n.Address.Is6() })
}

// noProxy completes the list of hosts that bypass the proxy: localhost, all nodes, the endpoint, the cluster's ranges and names, and the
// site's mirrors. Everything written in Go accepts ranges here: kubelet, containerd, CRI-O, kubeadm.
func (r *resolver) noProxy() {
	p := r.plan.Network.HTTPProxy
	if p == nil {
		return
	}
	computed := []string{"localhost", "127.0.0.1", "::1"}
	for _, s := range r.plan.Network.NodeSubnets {
		computed = append(computed, s.String())
	}
	inside := func(a netip.Addr) bool {
		return slices.ContainsFunc(r.plan.Network.NodeSubnets, func(s netip.Prefix) bool { return s.Contains(a) })
	}
	for _, n := range r.plan.Nodes {
		for _, a := range []netip.Addr{n.Address, n.SecondaryAddress} {
			if a.IsValid() && !inside(a) {
				computed = append(computed, a.String())
			}
		}
	}
	if vip := r.plan.LoadBalancer.VirtualIP; vip.IsValid() && !inside(vip) {
		computed = append(computed, vip.String())
	}
	if host := r.plan.Cluster.Endpoint.Host; host != "" {
		if a, err := netip.ParseAddr(host); err != nil || !inside(a) {
			computed = append(computed, host)
		}
	}
	for _, ranges := range [][]netip.Prefix{r.plan.Network.PodSubnets, r.plan.Network.ServiceSubnets} {
		for _, s := range ranges {
			computed = append(computed, s.String())
		}
	}
	computed = append(computed, ".svc", "."+r.plan.Network.DNSDomain)
	for _, mirror := range []string{strings.TrimPrefix(strings.TrimPrefix(r.plan.Artifacts.MirrorURL, "https://"), "http://"),
		r.plan.Artifacts.ImageRepository} {
		authority, _, _ := strings.Cut(mirror, "/")
		if host, _, ok := hostPort(authority); ok {
			computed = append(computed, host)
		}
	}
	seen := map[string]bool{}
	p.NoProxy = slices.DeleteFunc(append(computed, p.NoProxy...), func(s string) bool {
		known := seen[s]
		seen[s] = true
		return known
	})
	r.decide("network.http_proxy.no_proxy", strconv.Itoa(len(p.NoProxy))+" entries", "Nodes, endpoint, pods, Services, the cluster's "+
		"domain and the site's mirrors must not go through the proxy; what is written comes on top.",
		"https://github.com/kubernetes-sigs/kubespray/issues/6250")
}

func (r *resolver) runtimeDefaults() {
	p, s := &r.plan.Runtime, r.spec.Runtime
	settle(r, s != nil, &p.Name, "container_runtime", Containerd, "The runtime that most clusters run and that Kubernetes tests first.",
		runtimeDocs+"#containerd")
	version := map[string]string{Containerd: r.plan.Kubernetes().Containerd(), CRIO: r.plan.Kubernetes().CRIO(),
		Docker: DockerVersion}[p.Name]
	reason := "The newest release known on " + FactsDate + "."
	switch {
	case r.plan.Described():
		version, reason = "", asFound
	case p.Name == CRIO:
		reason = "CRI-O's minor is always that of Kubernetes."
	}
	settle(r, s != nil && s.Version != nil, &p.Version, "container_runtime.version", version, reason, runtimeDocs)
	p.Socket = map[string]string{ // not configurable: each runtime has one
		Containerd: "unix:///run/containerd/containerd.sock",
		CRIO:       "unix:///var/run/crio/crio.sock",
		Docker:     "unix:///var/run/cri-dockerd.sock",
	}[p.Name]
}

func (r *resolver) sshDefaults() {
	p, s := &r.plan.SSH, r.spec.SSH
	user, reason := "root", "The one user that every Linux has. Cloud images close it: write their user (ubuntu, debian, cloud-user, "+
		"…), which then needs sudo."
	if u := r.plan.Target.Facts.SSHUser; u != "" {
		user, reason = u, "The user that the target's machines have."
	}
	settle(r, s != nil && s.User != nil, &p.User, "ssh.user", user, reason, "")
	settle(r, s != nil && s.Port != nil, &p.Port, "ssh.port", 22, "sshd's default.", "")
}

// hostsDefaults decides the SELinux mode for hosts that have SELinux. For other hosts there is nothing to decide.
func (r *resolver) hostsDefaults() {
	p, s := &r.plan.Hosts, r.spec.Hosts
	written := s != nil && s.SELinux != nil
	if !written && !slices.ContainsFunc(r.plan.KubeletNodes(), func(n *Node) bool { return n.OS.Enforces() }) {
		p.SELinux = Permissive
		return
	}
	settle(r, written, &p.SELinux, "hosts.selinux", Permissive,
		"kubeadm's guide has it so: pods that use directories of the host would be refused otherwise.",
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/")
}

func (r *resolver) artifactDefaults() {
	p, s := &r.plan.Artifacts, r.spec.Artifacts
	settle(r, s != nil && s.Origin != nil, &p.Origin, "artifacts.source", Binaries, "Upstream's own binaries, checked against the "+
		"published checksums, are the same versions on every distribution.",
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/")
}
