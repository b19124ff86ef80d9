package readme

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/report"
)

// summary is the data of README.md.tmpl. All texts in it are Markdown already.
type summary struct {
	Name, Title, Purpose, Target string
	Folder                       string
	Sensitive                    bool // the tree holds values of sensitive variables
	Guide                        bool // Folder has a page with the steps
	ByHand, Vagrant              bool
	Make                         string // the command that creates the machines; "" if they exist
	Facts                        []fact
	Machines                     []machine
	Powered                      bool   // the power feed of at least one machine is known
	Picture                      string // in Mermaid
	Survival                     survival
	Ports                        []port
	Certificates                 []certificate
	SANs                         string
	Tree                         []entry
}

type fact struct{ Name, Value string }

type machine struct{ Name, Roles, Address, Domain, Power, System, Size string }

type port struct{ On, Port, Protocol, From, For string }

type certificate struct{ File, On, Issuer, Valid, Renewed string }

type entry struct{ Path, What string }

func overview(p *plan.Plan, survives survival) summary {
	s := summary{
		Name: plain(p.Cluster.Name), Title: p.Cluster.Topology.Title, Purpose: p.Cluster.Topology.Purpose, Target: p.Target.Name,
		Sensitive: p.Sensitive(),
		ByHand:    byHand(p), Vagrant: p.Target.Facts.RunsPlaybook, Make: p.Target.Facts.Make, Folder: p.Target.Facts.Folder,
		Guide: p.Target.Facts.Guide(),
		Facts: facts(p), Machines: machines(p), Powered: powered(p),
		Picture:  report.Mermaid(report.Draw(p, report.Machines)),
		Survival: survives,
		Tree:     tree(p),
	}
	if byHand(p) {
		s.Ports, s.Certificates = ports(p), certificates(p)
		var sans []string
		for _, name := range p.APIServerSANs() {
			sans = append(sans, code(name))
		}
		s.SANs = strings.Join(sans, ", ")
	}
	return s
}

func facts(p *plan.Plan) []fact {
	var f factList
	f.add("Type", code(p.Cluster.Type))
	hosted := p.Target.Facts.Hosting == plan.Hosted
	if hosted {
		f.add("Kubernetes", p.Cluster.Version.MinorString()+"; the vendor chooses the patch")
	} else {
		f.add("Kubernetes", p.Cluster.Version.String())
	}
	f.endpoint(p)
	f.machines(p)
	f.balancer(p)
	if hosted { // the vendor runs the rest
		f.ownRanges(&p.Network)
		return f
	}
	f.network(p)
	f.software(p)
	for _, s := range p.Settings() {
		f.add(plain(s.Name), plain(s.Text))
	}
	return f
}

// factList collects facts.
type factList []fact

func (f *factList) add(name, value string) { *f = append(*f, fact{name, value}) }

func (f *factList) endpoint(p *plan.Plan) {
	if given := !p.Cluster.Has("control_plane_endpoint") && len(p.ControlPlanes()) > 0 &&
		!p.ControlPlanes()[0].Address.IsValid(); p.Cluster.Endpoint.Host != "" && !given &&
		!p.Target.Facts.Leaves("cluster.control_plane_endpoint") {
		endpoint := code("https://" + p.Cluster.Endpoint.String())
		if e, ok := p.HostsEntry(); ok {
			endpoint += ", which is " + code(e.Address)
			if p.LoadBalancer.Kind == plan.LocalBalancer {
				endpoint += " on nodes, and on control planes their own address"
			}
		}
		f.add("Endpoint", endpoint)
	}
}

func (f *factList) machines(p *plan.Plan) {
	target := p.Target.Facts
	if nodes := p.ControlPlanes(); len(nodes) > 0 {
		f.add("Control planes", fmt.Sprintf("%d: %s", len(nodes), names(nodes)))
	}
	if p.Hosts.Enforce() {
		f.add("SELinux", "enforcing on the nodes; pods are confined")
	}
	if p.Hosts.Firewall {
		f.add("Firewall", "the hosts let in the ports below and nothing else; the rules are in `firewall/`")
	}
	if len(p.Time.Servers) > 0 {
		f.add("Time servers", strings.Join(p.Time.Servers, ", "))
	}
	if p.Etcd.Foreign() {
		f.add("etcd", "run by others, at "+strings.Join(p.Etcd.Endpoints, ", "))
	}
	if members := len(p.Etcd.Members); members > 0 {
		where := "as static pods of the control planes"
		switch {
		case p.Etcd.IsExternal() && target.Hosting == plan.Hosts:
			where = "as their own services"
		case p.Etcd.IsExternal():
			where = "on their own machines"
		case target.Hosting != plan.Hosts:
			where = "on the control planes"
		}
		version := ""
		if !target.Leaves("etcd.version") {
			version = ", version " + p.Etcd.Version
		}
		agree := fmt.Sprintf("; %d must agree", p.Etcd.Quorum())
		if members == 1 {
			where, agree = strings.NewReplacer("static pods of the control planes", "a static pod of the control plane",
				"their own services", "its own service", "their own machines", "its own machine", "the control planes",
				"the control plane").Replace(where), ""
		}
		f.add("etcd", fmt.Sprintf("%s%s, %s%s", count(members, "member", "members"), version, where, agree))
	}
	if nodes := p.Workers(); len(nodes) > 0 {
		f.add("Workers", fmt.Sprintf("%d: %s", len(nodes), names(nodes)))
	}
}

func (f *factList) balancer(p *plan.Plan) {
	switch lb := &p.LoadBalancer; lb.Kind {
	case plan.HAProxy:
		value := "haproxy on " + names(lb.Nodes)
		if lb.VirtualIP.IsValid() {
			value += ", keepalived for " + code(lb.VirtualIP)
		}
		f.add("Load balancer", value)
	case plan.KubeVIP:
		f.add("Load balancer", fmt.Sprintf("kube-vip %s (%s) on the control planes, for %s", lb.Version, lb.Mode, code(lb.VirtualIP)))
	case plan.LocalBalancer:
		f.add("Load balancer", fmt.Sprintf("haproxy on the loopback address of %s; control planes dial their own API server. Whoever is "+
			"no node "+
			"needs DNS to give the endpoint's name their addresses", count(len(p.Proxied()), "node", "nodes")))
	case plan.ExternalBalancer:
		switch {
		case p.Target.Facts.Balancer:
			f.add("Load balancer", "the cloud's own, which "+code(p.Target.Facts.Folder+"/")+" makes")
		case byHand(p):
			f.add("Load balancer", "external; `loadbalancer/external.md` says what it must do")
		default:
			f.add("Load balancer", "external")
		}
	}
}

// ownRanges adds the ranges set for a vendor's cluster.
func (f *factList) ownRanges(network *plan.Network) {
	for _, r := range []struct {
		name, argument string
		prefixes       []netip.Prefix
	}{{"Pods", "pod_subnets", network.PodSubnets}, {"Services", "service_subnets", network.ServiceSubnets}} {
		if network.Has(r.argument) {
			for _, prefix := range r.prefixes {
				f.add(r.name, code(prefix))
			}
		}
	}
}

func (f *factList) network(p *plan.Plan) {
	network, target := &p.Network, p.Target.Facts
	for i, prefix := range network.PodSubnets {
		f.add(either(i == 0, "Pods", ""), fmt.Sprintf("%s, a /%d for each node", code(prefix), network.NodeMask(prefix)))
	}
	for i, prefix := range network.ServiceSubnets {
		f.add(either(i == 0, "Services", ""), code(prefix))
	}
	if !target.Leaves("network.dns_domain") {
		f.add("Cluster domain", code(network.DNSDomain))
	}
	pods := network.CNI.Called()
	if network.CNI.Version != "" {
		pods += " " + network.CNI.Version
	}
	if network.CNI.Encapsulation != "" && network.CNI.Encapsulation != plan.NoEncapsulation {
		pods += ", " + network.CNI.Encapsulation
	}
	if network.CNI.MTU != 0 {
		pods += fmt.Sprintf(", MTU %d", network.CNI.MTU)
	}
	own := target.Hosting == plan.Hosts // an unset value in a cluster that others run is the target's choice
	if own || network.CNI.Name != plan.NoCNI && !target.Leaves("network.cni") {
		f.add("Pod network", pods)
	}
	if own || network.KubeProxy.Mode != plan.ProxyNone && !target.Leaves("network.kube_proxy") {
		f.add("kube-proxy", network.KubeProxy.Mode)
	}
}

func (f *factList) software(p *plan.Plan) {
	target := p.Target.Facts
	switch {
	case target.Leaves("container_runtime"):
	case target.Leaves("container_runtime.version"):
		f.add("Container runtime", p.Runtime.Name)
	default:
		f.add("Container runtime", strings.TrimSpace(p.Runtime.Name+" "+p.Runtime.Version))
	}
	if target.Leaves("artifacts.source") {
		return
	}
	origin := "the distribution's package manager, with Kubernetes' own repositories"
	if p.Artifacts.Origin == plan.Binaries {
		origin = "upstream's release binaries"
		if p.Artifacts.MirrorURL != "" {
			origin = "the mirror " + code(p.Artifacts.MirrorURL) + " (`files.txt`)"
		}
	}
	f.add("Software from", origin)
	if p.Artifacts.ImageRepository != "" {
		f.add("Images from", code(p.Artifacts.ImageRepository)+" (`images.txt`)")
	}
}

// few is the number of nodes up to which a pool gets one line per node.
const few = 5

// machines returns one line per node, or one line per pool with more than a few nodes.
func machines(p *plan.Plan) []machine {
	var out []machine
	for _, group := range plan.ByPool(p.Nodes) {
		if len(group) <= few {
			for _, n := range group {
				out = append(out, describe(n.Name, address(n), group[:1], n))
			}
			continue
		}
		first, last := group[0], group[len(group)-1]
		out = append(out, describe(span(first.Name, last.Name), span(address(first), address(last)), group, first))
	}
	return out
}

func describe(name, where string, group []*plan.Node, n *plan.Node) machine {
	m := machine{Name: name, Roles: n.Roles.Words(), Address: where, System: n.Arch}
	if len(group) > 1 {
		m.Domain = inTurn(group, func(n *plan.Node) string { return n.FailureDomain })
		m.Power = inTurn(group, func(n *plan.Node) string { return n.Power })
	} else {
		m.Domain, m.Power = plain(n.FailureDomain), plain(n.Power)
	}
	if n.OS.Name != "" {
		m.System = plain(strings.TrimSuffix(n.OS.Name+"-"+n.OS.Version, "-")) + ", " + m.System
	}
	var size []string
	if n.CPUs != 0 {
		size = append(size, count(n.CPUs, "CPU", "CPUs"))
	}
	if n.MemoryBytes != 0 {
		size = append(size, bytesText(n.MemoryBytes))
	}
	m.Size = strings.Join(size, ", ")
	return m
}

// inTurn names the places over which a pool is spread.
func inTurn(group []*plan.Node, of func(*plan.Node) string) string {
	var places []string
	for _, n := range group {
		if place := plain(of(n)); place != "" && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return strings.Join(places, ", ") + either(len(places) > 1, " in turn", "")
}

// powered reports whether the topology sets any host's power feed.
func powered(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Nodes, func(n *plan.Node) bool { return n.Power != "" })
}

// names lists nodes; a pool of more than a few is shortened to its first and last node.
func names(nodes []*plan.Node) string {
	var out []string
	for _, group := range plan.ByPool(nodes) {
		if len(group) > few {
			out = append(out, span(group[0].Name, group[len(group)-1].Name))
			continue
		}
		for _, n := range group {
			out = append(out, n.Name)
		}
	}
	return strings.Join(out, ", ")
}

func span(first, last string) string { return first + " … " + last }

func address(n *plan.Node) string {
	switch {
	case !n.Address.IsValid():
		return "given by the target"
	case n.SecondaryAddress.IsValid():
		return n.Address.String() + ", " + n.SecondaryAddress.String()
	}
	return n.Address.String()
}

func ports(p *plan.Plan) []port {
	var out []port
	for _, o := range p.Ports() {
		row := port{On: string(o.On), Port: o.Ports(), Protocol: o.Protocol, For: plain(o.Component + ": " + o.Purpose)}
		var from []string
		for _, peer := range o.From {
			from = append(from, string(peer))
		}
		row.From = strings.Join(from, ", ")
		out = append(out, row)
	}
	return out
}

// certificates lists what expires.
func certificates(p *plan.Plan) []certificate {
	var out []certificate
	for _, c := range report.Certificates(p) {
		out = append(out, certificate{code(c.Files), c.On, c.Issuer, c.Valid, c.Renewed})
	}
	return out
}

// tree describes the purpose of each folder that this plan has.
func tree(p *plan.Plan) []entry {
	out := []entry{{"README.md", "this page"}}
	if byHand(p) {
		out = append(out, entry{"RUNBOOK.md", "how to build the cluster, and what comes after"},
			entry{"hosts.txt", "the hosts, for the runbook's loops"},
			entry{"images.txt", "the container images, and where they are pulled from"},
			entry{"files.txt", "the files that hosts fetch, and their place on a mirror"},
			entry{"ansible/", "`preflight.yml` checks the hosts, `site.yml` builds the cluster, `reset.yml` removes it; " +
				"`upgrade.yml`, `reconfigure.yml`, and `reboot.yml` change a running one; `backup-etcd.yml`, `restore-etcd.yml`, and " +
				"`renew-certs.yml` maintain it"},
			entry{"kubeadm/", "one configuration for each host, read by `kubeadm init` and `kubeadm join` unchanged"},
			entry{"etcd/", either(p.Etcd.Foreign(), "the endpoints", "the members") + either(p.Etcd.IsExternal() && !p.Etcd.Foreign(),
				", their environment and the systemd unit", "")})
		if p.LoadBalancer.Kind != plan.NoBalancer {
			out = append(out, entry{"loadbalancer/", "the load balancer in front of the API servers"})
		}
		if p.Network.CNI.Name != plan.NoCNI {
			out = append(out, entry{"cni/", "the pod network"})
			if len(p.Addons) > 0 {
				out = append(out, entry{"addons/", "manifests that are applied once the cluster runs"})
			}
		}
	}
	if f := p.Target.Facts; f.FolderIf != "" && p.Target.Has(f.FolderIf) {
		out = append(out, entry{f.Folder + "/", "what installs the machines' operating systems"})
	} else if folder := f.Folder; folder != "" && f.FolderIf == "" {
		what := "what creates the machines (" + f.Title + ")"
		if f.Hosting != plan.Hosts {
			what = f.Title + "; its `README.md` has the steps"
		}
		out = append(out, entry{folder + "/", what})
	}
	out = append(out,
		entry{"plan.json", "the design that the tree was generated from; `k8splan diff` compares an edit with it"})
	out = append(out, entry{report.FileName, "the design as a page for a browser: a picture, the effect of each failure, and tables"})
	return append(out, entry{"SHA256SUMS", "what the generator owns; `sha256sum -c SHA256SUMS` shows what was changed since"})
}

func count(n int, one, many string) string {
	return strconv.Itoa(n) + " " + either(n == 1, one, many)
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// bytesText formats a size in the largest binary unit that divides it.
func bytesText(n int64) string {
	for _, u := range []struct {
		name string
		size int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n%u.size == 0 && n >= u.size {
			return strconv.FormatInt(n/u.size, 10) + " " + u.name
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
