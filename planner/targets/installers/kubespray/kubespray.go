// Package kubespray writes a plan as a kubespray inventory: kubespray/inventory/hosts.yaml and its group_vars. kubespray then builds the
// cluster with its own playbook; nothing of k8splan runs on the hosts.
//
// Every string carries YAML's tag !unsafe, as in our own playbook's inventory: Ansible never evaluates the user's text. Sources of the
// variables' names: https://github.com/kubernetes-sigs/kubespray roles/kubespray_defaults/defaults/main/main.yml, docs/ansible/vars.md,
// docs/operations/ha-mode.md, inventory/sample/group_vars
//
// The package is internal to k8splan and makes no compatibility promise.
package kubespray

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/ansible"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/templates"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	LocalBalancer *string
	Become        *bool
}

func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "kubespray's playbook on existing machines.",
		Arguments: []spec.Argument{
			{Name: "local_balancer", Type: spec.Text, Field: "LocalBalancer", Enum: []string{"nginx", "haproxy"}, Example: `"nginx"`,
				Doc: "Load balancer on each worker, without a load_balancer block."},
			{Name: "become", Type: spec.Bool, Field: "Become", Example: `true`,
				Doc: "Whether Ansible uses sudo. Default: true, unless ssh.user is root."},
		},
	}
}

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*body, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, nil)
	if !ok {
		return nil, r.Diags
	}
	say := r.Say
	for _, n := range p.Nodes {
		if !n.Address.IsValid() {
			say(noAddress, n.Block(), "Node %q has no address, but kubespray requires existing machines. "+
				"Write address, or first_address in a pool.", n.Name)
		}
		if n.Roles == plan.Balancer {
			say(balancer, n.Attr("roles"),
				"kubespray does not install a balancer on a separate host, and %q has no other role. Remove it. "+
					"kubespray/README.md describes the alternatives.", n.Name)
		}
	}
	switch lb := p.LoadBalancer; {
	case lb.Kind == plan.HAProxy:
		if p.LoadBalancer.Written {
			say(balancer, lb.Block(),
				"kubespray does not support haproxy with a virtual IP. Remove the block to have a proxy on every worker, "+
					"or write load_balancer \"kube-vip\" { virtual_ip = … }, or load_balancer \"external\" for your own.")
		}
	case lb.Kind == plan.ExternalBalancer && p.Cluster.Endpoint.Host == "":
		say(balancer, lb.Block(), "kubespray needs the address of your balancer. Write virtual_ip here, "+
			"or control_plane_endpoint in cluster.")
	}
	if n := len(p.Etcd.Members); n > 0 && n%2 == 0 {
		say(evenEtcd, cmp.Or(p.Etcd.Members[0].Node, p.Nodes[0]).Attr("roles"),
			"There are %d etcd members, and kubespray refuses an even number of them. Define %d.", n, n+1)
	}
	if c := p.Network.CNI; c.Name == plan.StaticRoutes {
		say(noCNI, c.Block(),
			"kubespray does not support static routes. Write cni \"flannel\" with encapsulation = \"host-gw\", which "+
				"sets the same routes, or \"calico\" or \"cilium\".")
	} else if !slices.Contains(encapsulations()[c.Name], c.Encapsulation) {
		say(noCNI, c.Attr("encapsulation"), "kubespray supports %s with %s, not with %s.", c.Name, strings.Join(encapsulations()[c.Name],
			", "),
			c.Encapsulation)
	}
	if p.Network.CNI.Name == plan.Flannel && p.Network.PodSubnets[0].Addr().Is6() {
		say(noCNI, p.Network.Attr("pod_subnets"), "kubespray's flannel supports IPv4 pods, or both families with IPv4 first. Write an "+
			"IPv4 range first.")
	}
	if len(p.Runtime.Registries) > 0 && p.Runtime.Name != plan.Containerd {
		say(registries, p.Runtime.Registries[0].Block(), "kubespray supports registry settings only for containerd. Remove the block, or "+
			"write container_runtime \"containerd\".")
	}
	for _, r := range p.Runtime.Registries {
		if r.CAFile != "" {
			say(registries, r.Attr("ca_file"),
				"kubespray has no variable for the CA of a single registry. Add %s to the hosts' trusted CA certificates, "+
					"and remove ca_file.", r.CAFile)
		}
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return &b, r.Diags
}

// encapsulations returns the encapsulations that kubespray's roles support, by pod network.
func encapsulations() map[string][]string {
	return map[string][]string{
		plan.Flannel:  {plan.VXLAN, plan.HostGateway, plan.WireGuard},
		plan.Calico:   {plan.VXLAN, plan.IPIP, plan.BGP, plan.NoEncapsulation},
		plan.Cilium:   {plan.VXLAN, plan.Geneve, plan.NoEncapsulation},
		plan.NoCNI:    {plan.NoEncapsulation},
		plan.OtherCNI: {plan.VXLAN, plan.HostGateway, plan.IPIP, plan.WireGuard, plan.Geneve, plan.BGP, plan.NoEncapsulation},
	}
}

// emit writes kubespray/.
func emit(p *plan.Plan, b *body) ([]artifact.File, error) {
	readme, err := templates.Files.ReadFile("targets/installers/kubespray/README.md")
	if err != nil {
		return nil, err
	}
	const from = "# Written by k8splan from the topology file. The names are kubespray's.\n"
	return []artifact.File{
		{Path: "kubespray/README.md", Data: readme},
		{Path: "kubespray/inventory/hosts.yaml", Data: ansible.Document(from, inventory(p, b))},
		{Path: "kubespray/inventory/group_vars/all/k8splan.yml", Data: ansible.Document(from, everywhere(p, b))},
		{Path: "kubespray/inventory/group_vars/k8s_cluster/k8splan.yml", Data: ansible.Document(from, cluster(p))},
	}, nil
}

// list builds a mapping.
type list struct{ ansible.Mapping }

func (l *list) add(key string, value any) { l.Mapping = append(l.Mapping, ansible.Of(key, value)) }

// inventory returns the hosts and kubespray's groups.
func inventory(p *plan.Plan, b *body) ansible.Mapping {
	var hosts list
	for _, n := range p.Nodes {
		hosts.add(n.Name, host(p, n, b))
	}
	group := func(in func(*plan.Node) bool) ansible.Mapping {
		var members list
		for _, n := range p.Nodes {
			if in(n) {
				members.add(n.Name, nil)
			}
		}
		return ansible.Mapping{ansible.Of("hosts", members.Mapping)}
	}
	var children list
	// The bootstrap node comes first: kubespray runs kubeadm init on the first host of the group.
	controlPlanes := list{}
	for _, n := range p.ControlPlanes() {
		if n.Bootstrap {
			controlPlanes.Mapping = slices.Insert(controlPlanes.Mapping, 0, ansible.Of(n.Name, nil))
		} else {
			controlPlanes.add(n.Name, nil)
		}
	}
	children.add("kube_control_plane", ansible.Mapping{ansible.Of("hosts", controlPlanes.Mapping)})
	children.add("etcd", group(func(n *plan.Node) bool {
		return slices.ContainsFunc(p.Etcd.Members, func(m plan.Member) bool { return m.Node == n })
	}))
	children.add("kube_node", group(func(n *plan.Node) bool { return n.Roles.Has(plan.Worker) }))
	children.add("k8s_cluster",
		ansible.Mapping{ansible.Of("children", ansible.Mapping{ansible.Of("kube_control_plane", nil), ansible.Of("kube_node", nil)})})
	for _, name := range p.Groups() {
		children.add(name, group(func(n *plan.Node) bool { return slices.Contains(n.Groups, name) }))
	}
	if jump := p.SSH.JumpHost; jump != "" {
		user, address, port := jumpHost(jump)
		bastion := list{}
		bastion.add("ansible_host", address)
		bastion.add("ansible_user", cmp.Or(user, p.SSH.User))
		bastion.add("ansible_port", cmp.Or(port, 22))
		hosts.add("bastion", bastion.Mapping)
		children.add("bastion", ansible.Mapping{ansible.Of("hosts", ansible.Mapping{ansible.Of("bastion", nil)})})
	}
	return ansible.Mapping{ansible.Of("all", ansible.Mapping{
		ansible.Of("hosts", hosts.Mapping), ansible.Of("children", children.Mapping), ansible.Of("vars", connection(p, b)),
	})}
}

// jumpHost splits user@host:port, with optional user and port; plan.Resolve has validated it.
func jumpHost(s string) (user, address string, port int) {
	if before, after, found := strings.Cut(s, "@"); found {
		user, s = before, after
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return user, a.Addr().String(), int(a.Port())
	}
	if before, after, found := strings.Cut(s, ":"); found && strings.Count(s, ":") == 1 {
		port, _ = strconv.Atoi(after)
		return user, before, port
	}
	return user, strings.Trim(s, "[]"), 0
}

func connection(p *plan.Plan, b *body) ansible.Mapping {
	var v list
	v.add("ansible_user", p.SSH.User)
	v.add("ansible_port", p.SSH.Port)
	if p.SSH.PrivateKeyFile != "" {
		v.add("ansible_ssh_private_key_file", p.SSH.PrivateKeyFile)
	}
	v.add("ansible_become", becomes(b, p.SSH.User))
	return v.Mapping
}

// becomes reports whether the login user must become root.
func becomes(b *body, user string) bool {
	if b.Become != nil {
		return *b.Become
	}
	return user != "root"
}

func host(p *plan.Plan, n *plan.Node, b *body) ansible.Mapping {
	var v list
	v.add("ansible_host", n.SSHAddress)
	if n.SSH.Local {
		v.add("ansible_connection", "local")
	}
	if n.SSH.User != "" {
		v.add("ansible_user", n.SSH.User)
		if become := becomes(b, n.SSH.User); become != becomes(b, p.SSH.User) {
			v.add("ansible_become", become)
		}
	}
	if n.SSH.Port != 0 {
		v.add("ansible_port", n.SSH.Port)
	}
	if n.SSH.PrivateKeyFile != "" {
		v.add("ansible_ssh_private_key_file", n.SSH.PrivateKeyFile)
	}
	for _, a := range []netip.Addr{n.Address, n.SecondaryAddress} {
		switch {
		case a.Is4():
			v.add("ip", a.String())
			v.add("access_ip", a.String())
		case a.Is6():
			v.add("ip6", a.String())
			v.add("access_ip6", a.String())
		}
	}
	for _, m := range p.Etcd.Members {
		if m.Node == n {
			v.add("etcd_member_name", m.Name)
		}
	}
	if n.Roles&(plan.ControlPlane|plan.Worker) == 0 {
		return v.Mapping
	}
	if lb := &p.LoadBalancer; n.Roles.Has(plan.ControlPlane) && lb.Kind == plan.KubeVIP && lb.Mode == "bgp" {
		// kubespray has no default, and no two hosts may share a router ID. Router IDs are IPv4 addresses.
		for _, a := range []netip.Addr{n.Address, n.SecondaryAddress} {
			if a.Is4() {
				v.add("kube_vip_bgp_routerid", a.String())
			}
		}
	}
	labels := components.KubeletLabels(n)
	maps.Copy(labels, components.APILabels(n)) // kubespray sets labels with kubectl
	if len(labels) > 0 {
		var l list
		for _, k := range slices.Sorted(maps.Keys(labels)) {
			l.add(k, labels[k])
		}
		v.add("node_labels", l.Mapping)
	}
	var taints []string
	for _, t := range n.Taints {
		taints = append(taints, t.Key+"="+t.Value+":"+t.Effect)
	}
	if len(taints) > 0 {
		v.add("node_taints", taints)
	}
	if len(n.KubeletExtraArgs) > 0 {
		v.add("kubelet_custom_flags", flags(append(slices.Clone(p.Cluster.Kubelet.ExtraArgs), n.KubeletExtraArgs...)))
	}
	return v.Mapping
}

// everywhere returns group_vars/all: the variables that etcd hosts need too.
func everywhere(p *plan.Plan, b *body) ansible.Mapping {
	var v list
	n, lb := &p.Network, &p.LoadBalancer
	v.add("kube_version", p.Cluster.Version.String())
	v.add("kube_apiserver_port", p.Cluster.APIServerPort)
	switch {
	case lb.Kind == plan.KubeVIP || lb.Kind == plan.ExternalBalancer:
		address := lb.VirtualIP.String()
		if !lb.VirtualIP.IsValid() {
			address = p.Cluster.Endpoint.Host
		}
		v.add("loadbalancer_apiserver", ansible.Mapping{ansible.Of("address", address), ansible.Of("port", lb.Port)})
		if _, err := netip.ParseAddr(p.Cluster.Endpoint.Host); err != nil && p.Cluster.Endpoint.Host != "" {
			v.add("apiserver_loadbalancer_domain_name", p.Cluster.Endpoint.Host)
		}
	case len(p.ControlPlanes()) > 1:
		v.add("loadbalancer_apiserver_localhost", true)
		local := "nginx"
		if b.LocalBalancer != nil {
			local = *b.LocalBalancer
		}
		v.add("loadbalancer_apiserver_type", local)
	}
	v.add("ipv4_stack", plan.RangeOf(n.PodSubnets, false).IsValid())
	v.add("ipv6_stack", plan.RangeOf(n.PodSubnets, true).IsValid())
	deployment := "kubeadm"
	if p.Etcd.IsExternal() {
		deployment = "host"
	}
	v.add("etcd_deployment_type", deployment)
	v.add("etcd_data_dir", p.Etcd.DataDir)
	v.add("etcd_quota_backend_bytes", strconv.FormatInt(p.Etcd.QuotaBytes, 10))
	v.add("etcd_heartbeat_interval", strconv.FormatInt(p.Etcd.HeartbeatInterval.Milliseconds(), 10))
	v.add("etcd_election_timeout", strconv.FormatInt(p.Etcd.ElectionTimeout.Milliseconds(), 10))
	if len(p.Etcd.ExtraArgs) > 0 {
		var extra list
		for _, a := range p.Etcd.ExtraArgs {
			extra.add("ETCD_"+strings.ToUpper(strings.ReplaceAll(a.Name, "-", "_")), a.Value)
		}
		v.add("etcd_extra_vars", extra.Mapping)
	}
	if h := n.HTTPProxy; h != nil {
		v.add("http_proxy", h.HTTP)
		v.add("https_proxy", h.HTTPS)
		v.add("additional_no_proxy", strings.Join(h.NoProxy, ","))
	}
	if m := p.Artifacts.MirrorURL; m != "" {
		for _, u := range []struct{ name, host string }{
			{"dl_k8s_io_url", "dl.k8s.io"}, {"github_url", "github.com"}, {"storage_googleapis_url", "storage.googleapis.com"},
			{"get_helm_url", "get.helm.sh"},
		} {
			v.add(u.name, m+"/"+u.host)
		}
	}
	if repo := p.Artifacts.ImageRepository; repo != "" {
		for _, registry := range []string{"kube", "gcr", "github", "docker", "quay"} {
			v.add(registry+"_image_repo", repo)
		}
	}
	return v.Mapping
}

// cluster returns group_vars/k8s_cluster.
func cluster(p *plan.Plan) ansible.Mapping {
	var v list
	n, k := &p.Network, &p.Cluster.Kubelet
	v.add("cluster_name", n.DNSDomain) // kubespray uses it as the cluster's domain
	for _, s := range []struct {
		suffix   string
		six      bool
		nodeMask int
	}{{"", false, n.NodeCIDRMaskSize}, {"_ipv6", true, n.NodeCIDRMaskSizeV6}} {
		if pods := plan.RangeOf(n.PodSubnets, s.six); pods.IsValid() {
			v.add("kube_pods_subnet"+s.suffix, pods.String())
			v.add("kube_service_addresses"+s.suffix, plan.RangeOf(n.ServiceSubnets, s.six).String())
			v.add("kube_network_node_prefix"+s.suffix, s.nodeMask)
		}
	}
	network(p, &v)
	if n.DNS.Has("node_local_cache") { // if omitted, kubespray's default of a cache on every node stays
		v.add("enable_nodelocaldns", n.DNS.NodeLocalCache)
	}
	if len(n.DNS.Upstream) > 0 {
		var servers []string
		for _, e := range n.DNS.Upstream {
			servers = append(servers, upstream(e))
		}
		v.add("upstream_dns_servers", servers)
	}
	if n.DNS.Replicas > 0 {
		v.add("dns_min_replicas", n.DNS.Replicas)
	}
	if n.KubeProxy.Mode == plan.ProxyNone {
		v.add("kube_proxy_remove", true)
	} else {
		v.add("kube_proxy_mode", n.KubeProxy.Mode)
		v.add("kube_proxy_strict_arp", n.KubeProxy.StrictARP || p.LoadBalancer.Kind == plan.KubeVIP && n.KubeProxy.Mode == "ipvs")
	}
	v.add("kube_apiserver_node_port_range", fmt.Sprintf("%d-%d", n.NodePorts.First, n.NodePorts.Last))
	if p.LoadBalancer.Kind == plan.KubeVIP {
		kubeVIP(&p.LoadBalancer, &v)
	}
	v.add("container_manager", map[string]string{plan.Containerd: "containerd", plan.CRIO: "crio", plan.Docker: "docker"}[p.Runtime.Name])
	if len(p.Runtime.Registries) > 0 {
		v.add("containerd_registries_mirrors", mirrors(p.Runtime.Registries))
	}
	v.add("kubelet_max_pods", k.MaxPods)
	v.add("kubelet_cgroup_driver", k.CgroupDriver)
	v.add("kubelet_fail_swap_on", k.FailSwapOn)
	if len(k.ExtraArgs) > 0 {
		v.add("kubelet_custom_flags", flags(k.ExtraArgs))
	}
	if len(p.Cluster.FeatureGates) > 0 {
		var gates []string
		for _, name := range slices.Sorted(maps.Keys(p.Cluster.FeatureGates)) {
			gates = append(gates, fmt.Sprintf("%s=%t", name, p.Cluster.FeatureGates[name]))
		}
		v.add("kube_feature_gates", gates)
	}
	sans := slices.Clone(p.Cluster.CertSANs) // kubespray adds the rest
	for _, node := range p.ControlPlanes() {
		if node.PublicAddress != "" {
			sans = append(sans, node.PublicAddress)
		}
	}
	if len(sans) > 0 {
		v.add("supplementary_addresses_in_ssl_keys", sans)
	}
	for _, c := range []struct {
		name string
		args []plan.Arg
	}{{"apiserver", p.Cluster.APIServer.ExtraArgs}, {"controller", p.Cluster.ControllerManager.ExtraArgs},
		{"scheduler", p.Cluster.Scheduler.ExtraArgs}} {
		if len(c.args) > 0 {
			var m list
			for _, a := range c.args {
				m.add(a.Name, a.Value)
			}
			v.add("kube_kubeadm_"+c.name+"_extra_args", m.Mapping)
		}
	}
	return v.Mapping
}

// upstream formats a DNS server; kubespray writes it into a Corefile and into the hosts' resolver configuration, which has no port.
func upstream(e plan.Endpoint) string {
	if e.Port == 53 {
		return e.Host
	}
	return e.String()
}

func kubeVIP(lb *plan.LoadBalancer, v *list) {
	v.add("kube_vip_enabled", true)
	v.add("kube_vip_controlplane_enabled", true)
	v.add("kube_vip_address", lb.VirtualIP.String())
	if lb.Interface != "" {
		v.add("kube_vip_interface", lb.Interface)
	}
	v.add("kube_vip_arp_enabled", lb.Mode != "bgp")
	v.add("kube_vip_leader_election_enabled", true) // kubespray omits it in mode bgp: see loadbalancer
	if lb.Mode == "bgp" {
		v.add("kube_vip_bgp_enabled", true)
		v.add("kube_vip_local_as", lb.BGPAS)
		peers := make([]string, len(lb.BGPPeers))
		for i, peer := range lb.BGPPeers {
			peers[i] = fmt.Sprintf("%s:%d::false", peer.Address, peer.AS) // without a password, single hop
		}
		v.add("kube_vip_bgppeers", peers)
	}
}

// network adds the pod network, in its role's variables.
func network(p *plan.Plan, v *list) {
	c := &p.Network.CNI
	stated := p.Network.Has("mtu") || c.Has("mtu")
	switch c.Name {
	case plan.NoCNI, plan.OtherCNI:
		v.add("kube_network_plugin", "cni") // only the plugins: the user installs the rest
		return
	case plan.Flannel:
		v.add("kube_network_plugin", c.Name)
		v.add("flannel_backend_type", c.Encapsulation)
		if c.Interface != "" {
			v.add("flannel_interface", c.Interface)
		}
		return
	case plan.Calico:
		v.add("kube_network_plugin", c.Name)
		backend, vxlan, ipip := "vxlan", "Never", "Never"
		switch c.Encapsulation {
		case plan.VXLAN:
			vxlan = "Always"
		case plan.IPIP:
			backend, ipip = "bird", "Always"
		default:
			backend = "bird"
		}
		v.add("calico_network_backend", backend)
		v.add("calico_vxlan_mode", vxlan)
		v.add("calico_ipip_mode", ipip)
		if c.Interface != "" {
			v.add("calico_ip_auto_method", "interface="+c.Interface)
		}
		// if omitted, IPv6-only pods always use VXLAN, and cannot leave the nodes' network
		if plan.RangeOf(p.Network.PodSubnets, true).IsValid() {
			v.add("calico_vxlan_mode_ipv6", vxlan)
			v.add("nat_outgoing_ipv6", true)
			if c.Interface != "" {
				v.add("calico_ip6_auto_method", "interface="+c.Interface)
			}
		}
	case plan.Cilium:
		v.add("kube_network_plugin", c.Name)
		tunnel := c.Encapsulation
		if tunnel == "none" {
			tunnel = "disabled"
		}
		v.add("cilium_tunnel_mode", tunnel)
		v.add("cilium_kube_proxy_replacement", c.KubeProxyReplacement)
	}
	if stated {
		v.add(c.Name+"_mtu", c.MTU)
	}
}

// mirrors returns containerd's table of registries.
func mirrors(registries []plan.Registry) []ansible.Mapping {
	var out []ansible.Mapping
	for _, r := range registries {
		hosts := slices.Clone(r.Mirrors)
		if len(hosts) == 0 || r.PlainHTTP {
			scheme := "https://"
			if r.PlainHTTP {
				scheme = "http://"
			}
			hosts = append(hosts, scheme+r.Host)
		}
		var list []ansible.Mapping
		for _, h := range hosts {
			list = append(list, ansible.Mapping{ansible.Of("host", h), ansible.Of("capabilities", []string{"pull", "resolve"}),
				ansible.Of("skip_verify", r.SkipVerify)})
		}
		out = append(out, ansible.Mapping{ansible.Of("prefix", r.Host), ansible.Of("mirrors", list)})
	}
	return out
}

func flags(args []plan.Arg) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = "--" + a.Name + "=" + a.Value
	}
	return out
}

// rules returns the target's rules.
func rules() []*rule.Rule {
	return []*rule.Rule{noAddress, balancer, evenEtcd, noCNI, registries}
}

var (
	noAddress = &rule.Rule{
		ID: "kubespray-address", Title: "Machine without an address", Permanent: true,
		Doc:     "kubespray works on existing machines, and its inventory lists their addresses.",
		Fix:     "Write the address.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/blob/master/docs/ansible/inventory.md"},
	}
	balancer = &rule.Rule{
		ID: "kubespray-balancer", Title: "Load balancer that kubespray does not install", Permanent: true,
		Doc: "kubespray puts a proxy on every worker, or kube-vip on the control planes, " +
			"or uses an existing external balancer.",
		Fix:     "Leave the block out, or write `load_balancer \"kube-vip\"` or `load_balancer \"external\"`.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/blob/master/docs/operations/ha-mode.md"},
	}
	evenEtcd = &rule.Rule{
		ID: "kubespray-etcd-even", Title: "Even number of etcd members", Permanent: true,
		Doc:     "kubespray's first role refuses an even number of members. It tolerates no more failures than one member fewer.",
		Fix:     "Define one more member, or one fewer.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/blob/master/roles/validate_inventory/tasks/main.yml"},
	}
	noCNI = &rule.Rule{
		ID: "kubespray-cni", Title: "Pod network that kubespray does not install", Permanent: true,
		Doc: "kubespray installs pod networks with its own roles, which have variables for some encapsulations only.",
		Fix: "Write a pod network and an encapsulation that kubespray supports.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/blob/master/roles/validate_inventory/tasks/main.yml",
			"https://github.com/kubernetes-sigs/kubespray/tree/master/docs/CNI"},
	}
	registries = &rule.Rule{
		ID: "kubespray-registry", Title: "Registry setting not supported by kubespray", Permanent: true,
		Doc:     "kubespray's containerd role supports mirrors, and whether to verify their certificates. It has no variables for more.",
		Fix:     "Remove the settings that it does not support, and configure the hosts for them beforehand.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/blob/master/docs/CRI/containerd.md"},
	}
)
