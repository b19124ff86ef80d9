// Package hardway writes a plan for Kubernetes The Hard Way: every component is a systemd service, there is no kubeadm, and the pod network
// is a bridge on each node with routes between them. The data follow the tutorial (machines.txt, units, certificates, routes); the steps
// are static scripts that read them.
//
// The package is internal to k8splan and makes no compatibility promise.
package hardway

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/emit/hostfiles"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/templates"
)

const folder = "kubernetes-the-hard-way/"

// schema returns the block's schema: it takes no arguments.
func schema() *spec.Block {
	return &spec.Block{Name: "target", Doc: "Kubernetes The Hard Way, on existing machines."}
}

// decode checks that the tutorial supports the plan.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (struct{}, hcl.Diagnostics) {
	diags := spec.Decode(written, ctx, schema(), &struct{}{})
	say := func(r *rule.Rule, at hcl.Range, format string, args ...any) {
		diags = append(diags, r.Diagnostic(at, fmt.Sprintf(format, args...)))
	}
	for _, n := range p.Nodes {
		switch {
		case !n.Address.IsValid():
			say(noAddress, n.Block(), "Node %q has no address, but the tutorial requires existing machines. Write address, or "+
				"first_address in a pool.", n.Name)
		case n.Roles == plan.Balancer:
			say(roles, n.Attr("roles"), "The single API server needs no load balancer. Remove %q.", n.Name)
		case n.Roles.Has(plan.ControlPlane | plan.Worker):
			say(roles, n.Attr("roles"), "The tutorial's server runs no kubelet, so %q cannot be a worker. "+
				"Write roles = [\"control-plane\"], and define workers.", n.Name)
		}
	}
	if p.LoadBalancer.Written {
		say(roles, p.LoadBalancer.Block(), "The single API server needs no load balancer. Remove the block.")
	}
	if p.Artifacts.Origin != plan.Binaries {
		say(noPackages, p.Artifacts.Attr("source"),
			"The scripts install upstream's binaries. Leave source out, or write source = \"binaries\".")
	}
	if c := p.Network.CNI; c.Name != plan.StaticRoutes {
		say(noCNI, c.Block(), "The tutorial's pod network is a bridge on each node, and routes between the nodes. Remove the block, "+
			"or write cni \"static-routes\".")
	}
	if p.Runtime.Name != plan.Containerd {
		say(noRuntime, p.Runtime.Block(), "The tutorial runs containerd. Remove the block, or write container_runtime \"containerd\".")
	}
	switch k := p.Network.KubeProxy; k.Mode {
	case plan.ProxyNone:
		say(noCNI, k.Attr("mode"), "Nothing replaces kube-proxy here. Write mode = \"nftables\" or \"iptables\", or leave mode out.")
	case "ipvs":
		say(noCNI, k.Attr("mode"), "kube-proxy runs as a service of the machine. In this mode it needs ipset and kernel modules, and the "+
			"scripts do not install these. Write mode = \"nftables\" or \"iptables\", or leave mode out.")
	}
	return struct{}{}, diags
}

// emit writes kubernetes-the-hard-way/.
func emit(p *plan.Plan, _ struct{}, by target.Upstream) ([]artifact.File, error) {
	w := &writer{}
	server := p.Bootstrap()
	nodes := workers(p)
	shares := map[*plan.Node][]netip.Prefix{}
	for i, n := range nodes {
		for _, pods := range p.Network.PodSubnets {
			shares[n] = append(shares[n], nth(pods, p.Network.NodeMask(pods), i))
		}
	}

	w.lists(p, server, nodes, shares)
	for _, n := range append([]*plan.Node{server}, nodes...) {
		w.host(p, n, nodes, shares)
	}
	arguments(w, p, server)
	w.common(p)
	manifest, err := by.ClusterDNS(p)
	w.err = cmp.Or(w.err, err)
	w.add("addons.yaml", 0, manifest)
	w.add(".gitignore", 0, []byte("# Keys and certificates.\n/secrets/\n"))
	w.programs()
	return w.files, w.err
}

// lists writes the files that the scripts read line by line.
func (w *writer) lists(p *plan.Plan, server *plan.Node, nodes []*plan.Node, shares map[*plan.Node][]netip.Prefix) {
	var machines, hosts, config, labels lines
	for _, n := range append([]*plan.Node{server}, nodes...) {
		fqdn := n.Name + "." + p.Cluster.Name + ".internal"
		machine := fmt.Sprintf("%s %s %s", n.Address, fqdn, n.Name)
		if n != server {
			machine += " " + strings.Join(plan.Texts(shares[n]), ",")
		}
		machines.add("%s", machine)
		hosts.add("%s %s %s", n.Address, fqdn, n.Name)
		sshHost(&config, p, n)
		for _, k := range slices.Sorted(maps.Keys(components.APILabels(n))) {
			if n != server {
				labels.add("%s %s=%s", n.Name, k, n.Labels[k])
			}
		}
	}
	if e, ok := p.HostsEntry(); ok {
		hosts.add("%s %s", e.Address, e.Name)
	}
	w.text("machines.txt", machines)
	w.text("hosts.txt", hosts)
	w.text("ssh_config", config)
	w.text("labels.txt", labels)
	w.text("sans.txt", sans(p))
	w.text("settings.txt", settings(p, server))
	w.text("downloads.txt", downloads(p))
}

// host writes one machine's files: the routes to the other machines' pods, and what a worker runs.
func (w *writer) host(p *plan.Plan, n *plan.Node, nodes []*plan.Node, shares map[*plan.Node][]netip.Prefix) {
	var routes lines
	for _, other := range nodes {
		for _, s := range shares[other] {
			if via := addressOf(other, s.Addr().Is6()); other != n && via.IsValid() {
				routes.add("%s %s", s, via)
			}
		}
	}
	w.text("hosts/"+n.Name+"/routes.conf", routes)
	if n.Bootstrap {
		return
	}
	w.json("hosts/"+n.Name+"/conflist.json", network(p, shares[n]))
	w.text("hosts/"+n.Name+"/arguments/kubelet.txt", kubeletArguments(p, n))
	w.text("hosts/"+n.Name+"/arguments/kube-proxy.txt", lines{"--config=/var/lib/kube-proxy/config.yaml",
		"--hostname-override=" + n.Name})
}

// common writes the files that all workers share.
func (w *writer) common(p *plan.Plan) {
	w.yaml("common/kubelet.yaml", kubelet(p))
	w.yaml("common/kube-proxy.yaml", proxyConfiguration{
		APIVersion: "kubeproxy.config.k8s.io/v1alpha1", Kind: "KubeProxyConfiguration", Mode: p.Network.KubeProxy.Mode,
		ClusterCIDR:  strings.Join(plan.Texts(p.Network.PodSubnets), ","),
		FeatureGates: p.Cluster.FeatureGates, ClientConnection: connection{"/var/lib/kube-proxy/kube-proxy.kubeconfig"},
	})
	pause, _ := p.Image("pause")
	w.add("common/containerd.toml", 0, []byte(hostfiles.ContainerdTOML(p, pause.Ref)))
	var registries lines
	for i, r := range p.Runtime.Registries { // a host may contain a colon, which no path of the tree may
		registries.add("%d.toml %s", i, r.Host)
		w.add(fmt.Sprintf("common/registries/%d.toml", i), 0, hostfiles.HostsTOML(r))
	}
	w.text("common/registries.txt", registries)
}

// programs writes the static files.
func (w *writer) programs() {
	for _, name := range []string{"README.md", "openssl.cnf"} {
		w.static(name, "targets/installers/kubernetes-the-hard-way/"+name, 0)
	}
	for _, name := range []string{"certificates.sh", "install.sh", "setup-host.sh", "finish.sh"} {
		w.static(name, "targets/installers/kubernetes-the-hard-way/"+name, 0o755)
	}
	w.static("common/run-component", "targets/installers/kubernetes-the-hard-way/run-component", 0o755)
	w.static("common/sysctl.conf", "targets/installers/kubernetes-the-hard-way/sysctl.conf", 0)
	w.static("common/static-routes", "tree/cni/static-routes/static-routes.sh", 0o755)
	w.static("common/static-routes.service", "tree/cni/static-routes/static-routes.service", 0)
	w.static("common/containerd.service", "tree/ansible/roles/runtime/files/containerd.service", 0)
	for _, name := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"} {
		w.static("common/"+name+".service", "targets/installers/kubernetes-the-hard-way/units/"+name+".service", 0)
	}
}

// writer collects the files, and the first error.
type writer struct {
	files []artifact.File
	err   error
}

func (w *writer) add(path string, mode uint32, data []byte) {
	w.files = append(w.files, artifact.File{Path: folder + path, Mode: fs.FileMode(mode), Data: data})
}

func (w *writer) text(path string, l lines) {
	data := ""
	if len(l) > 0 {
		data = strings.Join(l, "\n") + "\n"
	}
	w.add(path, 0, []byte(data))
}

func (w *writer) json(path string, v any) {
	data, err := artifact.JSON(v)
	w.err = cmp.Or(w.err, err)
	w.add(path, 0, data)
}

func (w *writer) yaml(path string, v any) {
	data, err := artifact.YAML(v)
	w.err = cmp.Or(w.err, err)
	w.add(path, 0, data)
}

func (w *writer) static(path, from string, mode uint32) {
	data, err := templates.Files.ReadFile(from)
	w.err = cmp.Or(w.err, err)
	w.add(path, mode, data)
}

type lines []string

func (l *lines) add(format string, args ...any) { *l = append(*l, fmt.Sprintf(format, args...)) }

// workers returns the workers in address order, which determines their shares of the pod range: a machine added after the others does not
// change them.
func workers(p *plan.Plan) []*plan.Node {
	nodes := slices.Clone(p.Workers())
	slices.SortFunc(nodes, func(a, b *plan.Node) int { return a.Address.Compare(b.Address) })
	return nodes
}

// nth returns the i-th subnet of a range with the given prefix length.
func nth(r netip.Prefix, bits, i int) netip.Prefix {
	a := r.Addr().As16()
	// Adds i at the last bit of the share, counted from the end of the address.
	low := 128 - bits
	if r.Addr().Is4() {
		low = 32 - bits
	}
	carry := uint64(i)
	for bit := low; carry > 0 && bit < 128; {
		index, shift := 15-bit/8, bit%8
		sum := uint64(a[index]) + carry<<shift&0xff
		a[index] = byte(sum)
		carry = carry>>(8-shift) + sum>>8
		bit += 8 - shift
	}
	address := netip.AddrFrom16(a)
	if r.Addr().Is4() {
		address = address.Unmap()
	}
	return netip.PrefixFrom(address, bits)
}

func addressOf(n *plan.Node, six bool) netip.Addr {
	for _, a := range []netip.Addr{n.Address, n.SecondaryAddress} {
		if a.IsValid() && a.Is6() == six {
			return a
		}
	}
	return netip.Addr{}
}

// sshHost writes how ssh and scp reach a machine. Source: ssh_config(5)
func sshHost(out *lines, p *plan.Plan, n *plan.Node) {
	out.add("Host %s", n.Name)
	out.add("  HostName %s", n.SSHAddress)
	of := p.SSHOf(n)
	out.add("  User %s", of.User)
	out.add("  Port %d", of.Port)
	if of.PrivateKeyFile != "" {
		out.add("  IdentityFile \"%s\"", of.PrivateKeyFile)
	}
	if p.SSH.JumpHost != "" {
		out.add("  ProxyCommand %s", hostfiles.ThroughJump(&p.SSH))
	}
}

// sans returns the names in the API server's certificate, in openssl's format.
func sans(p *plan.Plan) lines {
	var out lines
	for _, name := range p.APIServerSANs() {
		if _, err := netip.ParseAddr(name); err == nil {
			out.add("IP:%s", name)
		} else {
			out.add("DNS:%s", name)
		}
	}
	return out
}

func settings(p *plan.Plan, server *plan.Node) lines {
	sudo := "sudo"
	if p.SSH.User == "root" {
		sudo = ""
	}
	return lines{
		"server " + server.Name, "endpoint " + p.Cluster.Endpoint.String(),
		"local " + plan.Endpoint{Host: "127.0.0.1", Port: p.Cluster.APIServerPort}.String(),
		"cluster " + p.Cluster.Name, "sudo " + sudo, "etcd-data " + p.Etcd.DataDir,
		fmt.Sprintf("fail-swap-on %t", p.Cluster.Kubelet.FailSwapOn), "programs " + programs(p),
	}
}

// programs returns the programs that kube-proxy calls on a node; its container image would include them.
func programs(p *plan.Plan) string {
	out := "iptables"
	if p.Network.KubeProxy.Mode == "nftables" {
		out = "nft"
	}
	if p.Cluster.Version.ConntrackProgram() {
		out += " conntrack"
	}
	return out
}

// downloads returns lines of role, architecture, program, URL, checksum or its URL, the checksum's format, and whether it is an archive.
func downloads(p *plan.Plan) lines {
	on := map[string]string{
		"kubectl": "server", "etcd": "server", "kube-apiserver": "server", "kube-controller-manager": "server", "kube-scheduler": "server",
		"kubelet": "node", "kube-proxy": "node", "containerd": "node", "runc": "node", "cni-plugins": "node", "crictl": "node",
	}
	var out lines
	for _, d := range append(p.Downloads(), p.Components()...) {
		if on[d.Name] == "" {
			continue // kubeadm
		}
		kind := "file"
		if d.Archive {
			kind = "archive"
		}
		out.add("%s %s %s %s %s %s %s", on[d.Name], d.Arch, d.Name, d.URL, strings.TrimPrefix(d.Checksum, "sha256:"),
			cmp.Or(d.ChecksumStyle, plan.ChecksumBare), kind)
	}
	return out
}

// network returns a node's pod network configuration.
func network(p *plan.Plan, shares []netip.Prefix) conflist {
	i := ipam{Type: "host-local"}
	for _, s := range shares {
		i.Ranges = append(i.Ranges, []share{{s.String()}})
		all := "0.0.0.0/0"
		if s.Addr().Is6() {
			all = "::/0"
		}
		i.Routes = append(i.Routes, destination{all})
	}
	b := bridge{Type: "bridge", Bridge: "cni0", IsGateway: true, IPMasq: true, HairpinMode: true, IPAM: i}
	if p.Network.Has("mtu") || p.Network.CNI.Has("mtu") {
		b.MTU = p.Network.CNI.MTU
	}
	return conflist{CNIVersion: "1.0.0", Name: "static-routes",
		Plugins: []any{b, portmap{"portmap", map[string]bool{"portMappings": true}}}}
}

func kubelet(p *plan.Plan) kubeletConfiguration {
	k := kubeletConfiguration{
		APIVersion: "kubelet.config.k8s.io/v1beta1", Kind: "KubeletConfiguration", Authorization: authorization{"Webhook"},
		CgroupDriver: p.Cluster.Kubelet.CgroupDriver,
		ClusterDNS:   components.DNSAddresses(p), ClusterDomain: p.Network.DNSDomain, ContainerRuntimeEndpoint: p.Runtime.Socket,
		FailSwapOn:   p.Cluster.Kubelet.FailSwapOn,
		FeatureGates: p.Cluster.FeatureGates, MaxPods: p.Cluster.Kubelet.MaxPods, TLSCertFile: "/var/lib/kubelet/kubelet.crt",
		TLSPrivateKeyFile: "/var/lib/kubelet/kubelet.key",
	}
	k.Authentication.Webhook.Enabled = true
	k.Authentication.X509.ClientCAFile = "/var/lib/kubelet/ca.crt"
	return k
}

func kubeletArguments(p *plan.Plan, n *plan.Node) lines {
	out := lines{"--config=/var/lib/kubelet/config.yaml", "--kubeconfig=/var/lib/kubelet/kubelet.kubeconfig",
		"--hostname-override=" + n.Name, "--node-ip=" + n.NodeIP()}
	var labels, taints []string
	all := components.KubeletLabels(n)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		labels = append(labels, k+"="+all[k])
	}
	for _, t := range n.EffectiveTaints() {
		taints = append(taints, t.Key+"="+t.Value+":"+t.Effect)
	}
	if labels != nil {
		out.add("--node-labels=%s", strings.Join(labels, ","))
	}
	if taints != nil {
		out.add("--register-with-taints=%s", strings.Join(taints, ","))
	}
	return append(out, flags(components.Kubelet(p, n))...)
}

// arguments writes the arguments of the server's components.
func arguments(w *writer, p *plan.Plan, server *plan.Node) {
	const dir = "/var/lib/kubernetes/"
	write := func(component string, own lines, extra []plan.Arg) {
		w.text("hosts/"+server.Name+"/arguments/"+component+".txt", append(own, flags(extra)...))
	}
	at := func(port int) string { return "https://" + plan.Endpoint{Host: "127.0.0.1", Port: port}.String() }
	peer, client := at(plan.EtcdPeerPort), at(plan.EtcdClientPort)
	write("etcd", lines{
		"--name=" + server.Name, "--data-dir=" + p.Etcd.DataDir, "--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer, "--initial-cluster=" + server.Name + "=" + peer, "--initial-cluster-state=new",
		"--client-cert-auth=true",
		"--trusted-ca-file=" + dir + "etcd-ca.crt", "--cert-file=" + dir + "etcd.crt", "--key-file=" + dir + "etcd.key",
		"--peer-client-cert-auth=true",
		"--peer-trusted-ca-file=" + dir + "etcd-ca.crt", "--peer-cert-file=" + dir + "etcd.crt", "--peer-key-file=" + dir + "etcd.key",
	}, p.Etcd.Flags())

	api, manager, scheduler := components.ControlPlane(p)
	// This tree assigns the nodes' shares, not the controller manager.
	manager = slices.DeleteFunc(manager, func(a plan.Arg) bool { return strings.HasPrefix(a.Name, "node-cidr-mask-size") })
	services := strings.Join(plan.Texts(p.Network.ServiceSubnets), ",")
	issuer := "https://kubernetes.default.svc." + p.Network.DNSDomain
	write("kube-apiserver", lines{
		"--advertise-address=" + server.Address.String(), "--secure-port=" + strconv.Itoa(p.Cluster.APIServerPort),
		"--allow-privileged=true", "--authorization-mode=Node,RBAC",
		"--client-ca-file=" + dir + "ca.crt", "--enable-admission-plugins=NodeRestriction",
		"--encryption-provider-config=" + dir + "encryption.yaml",
		"--etcd-servers=" + client, "--etcd-cafile=" + dir + "etcd-ca.crt", "--etcd-certfile=" + dir + "apiserver-etcd-client.crt",
		"--etcd-keyfile=" + dir + "apiserver-etcd-client.key",
		"--kubelet-certificate-authority=" + dir + "ca.crt", "--kubelet-client-certificate=" + dir + "apiserver-kubelet-client.crt",
		"--kubelet-client-key=" + dir + "apiserver-kubelet-client.key", "--kubelet-preferred-address-types=InternalIP,Hostname",
		"--requestheader-client-ca-file=" + dir + "front-proxy-ca.crt", "--requestheader-allowed-names=front-proxy-client",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group", "--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file=" + dir + "front-proxy-client.crt",
		"--proxy-client-key-file=" + dir + "front-proxy-client.key", "--service-account-issuer=" + issuer,
		"--service-account-key-file=" + dir + "service-accounts.pub",
		"--service-account-signing-key-file=" + dir + "service-accounts.key", "--service-cluster-ip-range=" + services,
		"--tls-cert-file=" + dir + "apiserver.crt",
		"--tls-private-key-file=" + dir + "apiserver.key",
	}, api)
	write("kube-controller-manager", lines{
		"--kubeconfig=" + dir + "kube-controller-manager.kubeconfig",
		"--authentication-kubeconfig=" + dir + "kube-controller-manager.kubeconfig",
		"--authorization-kubeconfig=" + dir + "kube-controller-manager.kubeconfig", "--bind-address=127.0.0.1",
		"--allocate-node-cidrs=false",
		"--cluster-name=" + p.Cluster.Name, "--client-ca-file=" + dir + "ca.crt", "--cluster-signing-cert-file=" + dir + "ca.crt",
		"--cluster-signing-key-file=" + dir + "ca.key",
		"--requestheader-client-ca-file=" + dir + "front-proxy-ca.crt", "--root-ca-file=" + dir + "ca.crt",
		"--service-account-private-key-file=" + dir + "service-accounts.key",
		"--use-service-account-credentials=true",
	}, manager)
	write("kube-scheduler", lines{
		"--kubeconfig=" + dir + "kube-scheduler.kubeconfig", "--authentication-kubeconfig=" + dir + "kube-scheduler.kubeconfig",
		"--authorization-kubeconfig=" + dir + "kube-scheduler.kubeconfig", "--bind-address=127.0.0.1",
	}, scheduler)
}

func flags(args []plan.Arg) lines {
	var out lines
	for _, a := range args {
		out.add("--%s=%s", a.Name, a.Value)
	}
	return out
}

// rules returns the target's rules.
func rules() []*rule.Rule { return []*rule.Rule{noAddress, roles, noCNI, noRuntime, noPackages} }

const tutorial = "https://github.com/kelseyhightower/kubernetes-the-hard-way/blob/master/docs/"

var (
	noAddress = &rule.Rule{
		ID: "kubernetes-the-hard-way-address", Title: "Machine without an address", Permanent: true,
		Doc: "The tutorial starts with existing machines, and machines.txt lists their addresses.", Fix: "Write the address.",
		Sources: []string{tutorial + "03-compute-resources.md"},
	}
	roles = &rule.Rule{
		ID: "kubernetes-the-hard-way-roles", Title: "Role that the tutorial does not cover", Permanent: true,
		Doc:     "In the tutorial, one server runs etcd and the control plane without a kubelet; nodes run kubelets.",
		Fix:     "Define one control plane, and workers.",
		Sources: []string{tutorial + "01-prerequisites.md"},
	}
	noCNI = &rule.Rule{
		ID: "kubernetes-the-hard-way-network", Title: "Pod network that the tutorial does not cover", Permanent: true,
		Doc:     "In the tutorial, pods are on a bridge, static routes lead from node to node, and kube-proxy implements Services.",
		Fix:     "Leave the settings of the pod network and kube-proxy out.",
		Sources: []string{tutorial + "11-pod-network-routes.md"},
	}
	noPackages = &rule.Rule{
		ID: "kubernetes-the-hard-way-packages", Title: "Packages instead of the tutorial's binaries", Permanent: true,
		Doc: "The scripts download upstream's binaries of Kubernetes, etcd, containerd, runc, and the network plugins, and install them " +
			"as services.",
		Fix: "Leave `source` out.", Sources: []string{tutorial + "02-jumpbox.md"},
	}
	noRuntime = &rule.Rule{
		ID: "kubernetes-the-hard-way-runtime", Title: "Runtime that the tutorial does not cover", Permanent: true,
		Doc: "The scripts install containerd and its configuration.", Fix: "Leave the block out.",
		Sources: []string{tutorial + "09-bootstrapping-kubernetes-workers.md"},
	}
)
