package plan

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/topologies"
)

// resolver builds the plan. It reads everything that was written first and then applies the defaults, so a default may depend on anything
// the author wrote, anywhere in the file.
type resolver struct {
	spec  *spec.Spec
	plan  *Plan
	diags hcl.Diagnostics

	roleless []*spec.Source // nodes and pools without roles
	domained []domained     // pools that give failure domains per machine
	grouped  []grouping     // groups of machines, each once per place
}

// Resolve decides everything that the author left open. The spec must come from spec.Load without errors, so its types, roles, kinds, and
// modes are words of the language. The facts are those of the target that TargetOf names. The plan is complete if the diagnostics have no
// error; otherwise it contains what could be read. Diagnostics carry the IDs of Rules.
func Resolve(s *spec.Spec, of Facts) (*Plan, hcl.Diagnostics) {
	r := &resolver{spec: s, plan: &Plan{Spec: s}}
	r.target(of)
	r.cluster()
	r.network()
	r.nodes()
	r.runtime()
	r.etcd()
	r.balancer()
	r.ssh()
	r.time()
	r.hosts()
	r.artifacts()
	r.cloud()
	r.schedulers()
	r.addons()
	r.hypervisors()
	r.moved()
	r.waivers()
	r.defaults()
	rule.Sort(r.diags)
	return r.plan, r.diags
}

func (r *resolver) target(of Facts) {
	t := r.spec.Target
	if t == nil || !t.Has(of.FolderIf) {
		of.Ignores = slices.Concat(of.Ignores, of.IgnoresUnmade)
	}
	if t == nil {
		r.targetDefault(of)
		return
	}
	r.plan.Target = Target{Source: t.Source, Name: t.Name, NameRange: t.NameRange, Facts: of}
	if of.Site != nil {
		r.plan.Target.Site = of.Site(t.Body, t.Context)
	}
}

// schemeOrPath matches the parts of a URL that an endpoint does not have.
var schemeOrPath = regexp.MustCompile(`^[a-z]+://|/.*$`)

func (r *resolver) cluster() {
	s, p := r.spec.Cluster, &r.plan.Cluster
	p.Source = s.Source
	p.Name, p.NameRange = s.Name, s.NameRange
	r.dotted(s.NameRange, "cluster", s.Name)
	if s.Type != nil {
		p.Type = topologies.Type(*s.Type)
		p.Topology, _ = topologies.Find(p.Type)
	}
	if s.KubernetesVersion != nil {
		p.Version = r.kubernetesVersion(*s.KubernetesVersion)
	}
	if s.ControlPlaneEndpoint != nil {
		host, port, ok := hostPort(*s.ControlPlaneEndpoint)
		if !ok {
			bare := schemeOrPath.ReplaceAllString(*s.ControlPlaneEndpoint, "")
			if _, _, well := hostPort(bare); well {
				r.fail(invalidEndpoint, s.Attr("control_plane_endpoint"),
					"control_plane_endpoint is %q, and takes no scheme and no path. Write %q.", spelling.Excerpt(*s.ControlPlaneEndpoint),
					bare)
			} else {
				r.fail(invalidEndpoint, s.Attr("control_plane_endpoint"),
					`control_plane_endpoint is %q. Write a DNS name in lower case or an address, a colon, and a port from 1 to 65535: `+
						`"api.example.com:6443", "[fd00::10]:6443". It takes no scheme and no path.`,
					spelling.Excerpt(*s.ControlPlaneEndpoint))
			}
		} else {
			p.Endpoint = Endpoint{Host: canonicalHost(host), Port: port}
		}
	}
	for i, san := range s.CertSANs {
		if lower := strings.ToLower(san); lower != san && isHost(strings.TrimPrefix(lower, "*.")) {
			r.fail(invalidHost, s.Element("cert_sans", i), "cert_sans contains %q. Names of certificates are written in lower "+
				"case: %q.",
				spelling.Excerpt(san), lower)
			continue
		}
		if !isHost(strings.TrimPrefix(san, "*.")) {
			r.fail(invalidHost, s.Element("cert_sans", i),
				`cert_sans contains %q, which is neither an address nor a DNS name in lower case. A wildcard is "*.example.com".`,
				spelling.Excerpt(san))
			continue
		}
		p.CertSANs = append(p.CertSANs, san)
	}
	if s.Site != nil {
		if r.name(s.Attr("site"), "site", *s.Site, 63) {
			p.Site = *s.Site
		}
	}
	for i, peer := range s.Peers {
		r.dotted(s.Element("peers", i), "cluster", peer)
	}
	p.Peers = s.Peers
	p.MaxNodes = r.number(s.Source, "max_nodes", s.MaxNodes, 1, 1_000_000)
	p.APIServerPort = r.number(s.Source, "api_server_port", s.APIServerPort, 1, 65535)
	p.EncryptionAlgorithm = text(s.EncryptionAlgorithm)
	p.CertificateValidity = r.duration(s.Source, "certificate_validity", s.CertificateValidity)
	p.CAValidity = r.duration(s.Source, "ca_certificate_validity", s.CAValidity)
	p.FeatureGates = s.FeatureGates
	for _, gate := range slices.Sorted(maps.Keys(s.FeatureGates)) {
		if !gatePattern.MatchString(gate) {
			r.fail(invalidFlag, s.Key("feature_gates", gate),
				"%q is not the name of a feature gate. Names are letters and digits.", spelling.Excerpt(gate))
		}
	}
	r.apiServer()
	p.ControllerManager = r.component(s.ControllerManager)
	p.Scheduler = Component{Source: s.Source}
	if d := s.Scheduler; d != nil {
		p.Scheduler = Component{Source: d.Source, ExtraArgs: r.args(d.Source, "extra_args", d.ExtraArgs)}
		p.SchedulerProfiles = r.profiles(d.Profiles)
	}
	p.Kubelet.Source = s.Source
	if k := s.Kubelet; k != nil {
		p.Kubelet = Kubelet{
			Source:       k.Source,
			MaxPods:      r.number(k.Source, "max_pods", k.MaxPods, 1, 65535),
			CgroupDriver: text(k.CgroupDriver),
			FailSwapOn:   k.FailSwapOn != nil && *k.FailSwapOn,
			ExtraArgs:    r.kubeletArgs(k.Source, "extra_args", k.ExtraArgs),
			Config:       k.Config,

			ServerTLSBootstrap: k.ServerTLSBootstrap != nil && *k.ServerTLSBootstrap,
		}
	}
}

func (r *resolver) kubernetesVersion(s string) Version {
	v, ok := ParseVersion(s)
	at := r.spec.Cluster.Attr("kubernetes_version")
	switch {
	case !ok && isVersion(s+".0") && !strings.HasPrefix(s, "v"):
		minor, _ := ParseVersion(s + ".0")
		if minor.Major != 1 {
			return r.kubernetesVersion(minor.String())
		}
		v := r.plan.Target.Facts.release(minor)
		table := r.plan.Target.Facts.Table.known()
		reason := fmt.Sprintf("The newest patch of %s known on %s. A generated tree keeps its patch.", s, table.Date())
		if v == table.kept {
			reason = "The patch of " + s + " that the cluster was built with."
		}
		r.decide("cluster.kubernetes_version", v, reason, "https://kubernetes.io/releases/")
		return v
	case !ok:
		r.fail(invalidVersion, at, "kubernetes_version is %q. Write a release such as %q, or a minor such as %q for its newest patch.",
			spelling.Excerpt(s), r.plan.Target.Facts.Table.Newest(), r.plan.Target.Facts.Table.Newest().MinorString())
	case strings.HasPrefix(s, "v"):
		r.fail(invalidVersion, at, "kubernetes_version is %q. Write it without v: %q.", s, v)
		return Version{}
	case v.Major != 1:
		r.fail(invalidVersion, at, "kubernetes_version is %q, and there is no Kubernetes %d. Write a version such as %q.", s, v.Major,
			r.plan.Target.Facts.Table.Newest())
		return Version{}
	}
	return v
}

func isVersion(s string) bool { _, ok := ParseVersion(s); return ok }

// canonicalHost formats an address in its shortest form.
func canonicalHost(s string) string {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.String()
	}
	return s
}

func (r *resolver) component(c *spec.Component) Component {
	if c == nil {
		return Component{Source: r.spec.Cluster.Source}
	}
	return Component{Source: c.Source, ExtraArgs: r.args(c.Source, "extra_args", c.ExtraArgs)}
}

func (r *resolver) network() {
	p := &r.plan.Network
	p.Source = r.spec.Cluster.Source
	p.CNI.Source, p.KubeProxy.Source = p.Source, p.Source
	s := r.spec.Network
	if s == nil {
		return
	}
	p.Source = s.Source
	p.PodSubnets = r.families(s.Source, "pod_subnets", s.PodSubnets)
	p.ServiceSubnets = r.families(s.Source, "service_subnets", s.ServiceSubnets)
	p.ReservedSubnets = r.prefixes(s.Source, "reserved_subnets", s.ReservedSubnets)
	p.NodeSubnets = r.prefixes(s.Source, "node_subnets", s.NodeSubnets)
	if s.DNSDomain != nil {
		if domain(*s.DNSDomain) {
			p.DNSDomain = *s.DNSDomain
		} else {
			r.fail(invalidHost, s.Attr("dns_domain"),
				`dns_domain is %q, which is no DNS name in lower case. Write one such as "cluster.local", without a dot at its end.`,
				spelling.Excerpt(*s.DNSDomain))
		}
	}
	p.NodeCIDRMaskSize = r.number(s.Source, "node_cidr_mask_size", s.NodeCIDRMaskSize, 8, 30)
	p.NodeCIDRMaskSizeV6 = r.number(s.Source, "node_cidr_mask_size_v6", s.NodeCIDRMaskSizeV6, 16, 126)
	if s.NodePortRange != nil {
		p.NodePorts = r.portRange(*s.NodePortRange)
	}
	p.MTU = r.number(s.Source, "mtu", s.MTU, 576, 65535)
	p.CNI.Source, p.KubeProxy.Source = s.Source, s.Source
	if c := s.CNI; c != nil {
		p.CNI = CNI{
			Source:               c.Source,
			Written:              true,
			Name:                 c.Name,
			Encapsulation:        text(c.Encapsulation),
			MTU:                  r.number(c.Source, "mtu", c.MTU, 576, 65535),
			Interface:            r.networkInterface(c.Source, c.Interface),
			KubeProxyReplacement: c.KubeProxyReplacement != nil && *c.KubeProxyReplacement,
			Plugin: r.match(c.Source, "plugin", c.Plugin, labelPattern,
				`The name of a plugin has lower-case letters, digits, and hyphens, such as "kube-router".`),
			Images:    r.images(c.Source, c.Images),
			Manifests: r.manifests(c.Manifests),
		}
		if v := r.release(c.Source, "version", c.Name, c.Version); v != "" {
			p.CNI.Version = "v" + v
		}
		p.CNI.VXLANPort = r.number(c.Source, "vxlan_port", c.VXLANPort, 1, 65535)
		p.CNI.BGPAS = r.number(c.Source, "bgp_as", c.BGPAS, 1, maxAS)
		p.CNI.BGPPeers = r.bgpPeers(c.Source, c.BGPPeers)
		for _, d := range c.Domains {
			if name := r.domain(d.NameRange, "failure_domain", &d.Name); name != "" {
				p.CNI.BGPDomains = append(p.CNI.BGPDomains, BGPDomain{d.Source, name, d.NameRange, r.bgpPeers(d.Source, d.BGPPeers)})
			}
		}
		slices.SortStableFunc(p.CNI.BGPDomains, func(a, b BGPDomain) int { return strings.Compare(a.Name, b.Name) })
	}
	p.DNS.Source = s.Source
	if d := s.DNS; d != nil {
		p.DNS = r.dns(d)
	}
	if k := s.KubeProxy; k != nil {
		p.KubeProxy = KubeProxy{
			Source:    k.Source,
			Written:   true,
			Mode:      text(k.Mode),
			StrictARP: k.StrictARP != nil && *k.StrictARP,
			Config:    k.Config,
		}
	}
	if h := s.HTTPProxy; h != nil {
		p.HTTPProxy = &HTTPProxy{Source: h.Source, HTTP: r.webAddress(h.Source, "http", h.HTTP),
			HTTPS: r.webAddress(h.Source, "https", h.HTTPS), Credentials: r.localFile(h.Source, "credentials_file", h.Credentials)}
		if h.Credentials != nil && h.HTTP == nil && h.HTTPS == nil {
			r.fail(invalidText, h.Attr("credentials_file"), "There is no proxy to log in to. Write http and https, or remove "+
				"credentials_file.")
		}
		for i, entry := range h.NoProxy {
			if noProxyEntry(entry) {
				p.HTTPProxy.NoProxy = append(p.HTTPProxy.NoProxy, entry)
				continue
			}
			r.fail(invalidHost, h.Element("no_proxy", i),
				`no_proxy holds %q. Its entries are addresses, ranges, and DNS names in lower case, such as ".example.com".`,
				spelling.Excerpt(entry))
		}
		slices.Sort(p.HTTPProxy.NoProxy) // a set: changing the order in the file must not change a host
	}
}

func (r *resolver) dns(d *spec.DNS) DNS {
	out := DNS{Source: d.Source, NodeLocalCache: d.NodeLocalCache != nil && *d.NodeLocalCache,
		Replicas: r.number(d.Source, "replicas", d.Replicas, 1, 100)}
	if len(d.Upstream) > mostUpstreams {
		r.fail(outOfRange, d.Attr("upstream"), "upstream has %d servers, and CoreDNS forwards to %d at most. Remove the rest.",
			len(d.Upstream), mostUpstreams)
	}
	for i, s := range d.Upstream {
		host, port, ok := hostPort(s)
		if _, err := netip.ParseAddr(host); err != nil || !ok {
			r.fail(invalidAddress, d.Element("upstream", i),
				`upstream holds %q. Write the address of a DNS server, with a port where it is `+
					`not 53: "10.0.0.53", "10.0.0.53:5353", "[fd00::53]:5353".`, spelling.Excerpt(s))
			continue
		}
		out.Upstream = append(out.Upstream, Endpoint{canonicalHost(host), cmp.Or(port, 53)})
	}
	return out
}

// mostUpstreams is the maximum number of servers in one forward. Source: https://coredns.io/plugins/forward/
const mostUpstreams = 15

func noProxyEntry(s string) bool {
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	host, _, ok := hostPort(strings.TrimPrefix(strings.TrimPrefix(s, "*"), "."))
	return ok && host != ""
}

func (r *resolver) portRange(s string) PortRange {
	first, last, found := strings.Cut(s, "-")
	a, b := port(first), port(last)
	if !found || a == 0 || b == 0 || a > b {
		r.fail(outOfRange, r.spec.Network.Attr("node_port_range"),
			`node_port_range is %q. Write two ports from 1 to 65535, the lower one first: "30000-32767".`, spelling.Excerpt(s))
		return PortRange{}
	}
	return PortRange{a, b}
}

// port parses a port without leading zeros, 0 if it is not one.
func port(s string) int {
	_, n, ok := hostPort("localhost:" + s)
	if !ok {
		return 0
	}
	return n
}

func (r *resolver) runtime() {
	p := &r.plan.Runtime
	p.Source = r.spec.Cluster.Source
	s := r.spec.Runtime
	if s == nil {
		return
	}
	p.Source = s.Source
	p.Name = s.Name
	p.Version = r.release(s.Source, "version", s.Name, s.Version)
	p.Credentials = r.localFile(s.Source, "credentials_file", s.Credentials)
	for _, g := range s.Registries {
		if !validAuthority(g.Host) {
			r.fail(invalidHost, g.HostRange,
				`%q is no registry. Write a host and, if it is not 443, its port: "registry.example.com:5000". It takes no scheme `+
					`and no path.`, spelling.Excerpt(g.Host))
			continue
		}
		registry := Registry{Source: g.Source, Host: g.Host, PlainHTTP: g.PlainHTTP != nil && *g.PlainHTTP,
			SkipVerify: g.SkipVerify != nil && *g.SkipVerify, CAFile: r.path(g.Source, "ca_file", g.CAFile)}
		for i, m := range g.Mirrors {
			if u := r.url(g.Element("mirrors", i), "The mirror", m); u != "" {
				registry.Mirrors = append(registry.Mirrors, u)
			}
		}
		p.Registries = append(p.Registries, registry)
	}
	slices.SortFunc(p.Registries, func(a, b Registry) int { return strings.Compare(a.Host, b.Host) })
}

func (r *resolver) etcd() {
	p := &r.plan.Etcd
	p.Source = r.spec.Cluster.Source
	s := r.spec.Etcd
	if s == nil {
		return
	}
	p.Source, p.Written = s.Source, true
	p.Placement = topologies.Placement(text(s.Topology))
	p.Version = r.release(s.Source, "version", "etcd", s.Version)
	p.DataDir = r.path(s.Source, "data_dir", s.DataDir)
	p.QuotaBytes = r.size(s.Source, "quota", s.Quota)
	p.HeartbeatInterval = r.duration(s.Source, "heartbeat_interval", s.HeartbeatInterval)
	p.ElectionTimeout = r.duration(s.Source, "election_timeout", s.ElectionTimeout)
	p.ExtraArgs = r.args(s.Source, "extra_args", s.ExtraArgs)
	p.Endpoints = r.etcdEndpoints(s)
	p.CAFile = r.localFile(s.Source, "ca_file", s.CAFile)
	p.CertFile = r.localFile(s.Source, "cert_file", s.CertFile)
	p.KeyFile = r.localFile(s.Source, "key_file", s.KeyFile)
}

// etcdEndpoints reads the client URLs of an etcd that others run. kubeadm accepts only https if there are certificates. Source:
// k8s.io/kubernetes cmd/kubeadm/app/apis/kubeadm/validation/validation.go, ValidateEtcd
func (r *resolver) etcdEndpoints(s *spec.Etcd) []string {
	var endpoints []string
	for i, endpoint := range s.Endpoints {
		at := s.Element("external_endpoints", i)
		if !strings.Contains(endpoint, "/") && validAuthority(endpoint) {
			r.fail(invalidURL, at, "The endpoint %s has no scheme, and kubeadm takes https URLs. Write %q.", endpoint, etcdURL(endpoint))
			continue
		}
		u := r.url(at, "The endpoint", endpoint)
		switch authority := strings.TrimPrefix(u, "https://"); {
		case u == "":
		case authority != u && !strings.Contains(authority, "/") && etcdURL(authority) != u:
			r.fail(invalidURL, at, "The endpoint %s has no port: https alone means 443, and etcd listens for clients on 2379. Write %q, "+
				"or the port that it has.", u, etcdURL(authority))
		case !strings.HasPrefix(u, "https://") || strings.Contains(strings.TrimPrefix(u, "https://"), "/"):
			r.fail(invalidURL, at, `The endpoint %s is not an https URL without a path. Write one such as "https://10.0.0.21:2379".`, u)
		case slices.Contains(endpoints, u):
			r.fail(invalidURL, at, "external_endpoints has %s twice. Remove one of them.", u)
		default:
			endpoints = append(endpoints, u)
		}
	}
	return endpoints
}

// etcdURL is the client URL of a host and port; the port defaults to etcd's.
func etcdURL(authority string) string {
	if _, port, _ := hostPort(authority); port == 0 {
		authority += ":2379"
	}
	return "https://" + authority
}

// localFile reads the path of a file on the machine that runs Ansible.
func (r *resolver) localFile(src *spec.Source, attr string, file *string) string {
	if file == nil {
		return ""
	}
	rooted := strings.HasPrefix(*file, "/") || strings.HasPrefix(*file, "~/")
	if problem := unprintable(*file); !rooted || problem != "" || strings.HasSuffix(*file, "/") ||
		strings.ContainsAny(*file, "\"'`$\\;|&<>{}") {
		r.fail(invalidPath, src.Attr(attr),
			`%s is not an absolute path. Write where the file is on the machine that runs Ansible, beginning with `+
				`/ or ~/, such as "~/secrets/file"; what it holds must never be in this file.`, attr)
		return ""
	}
	return *file
}

// maxAS is the highest AS number. Source: RFC 6793
const maxAS = 1<<32 - 1

func (r *resolver) balancer() {
	p := &r.plan.LoadBalancer
	p.Source = r.spec.Cluster.Source
	s := r.spec.Balancer
	if s == nil {
		return
	}
	p.Source, p.Written = s.Source, true
	p.Kind = s.Kind
	p.VirtualIP = r.address(s.Source, "virtual_ip", s.VirtualIP)
	p.Port = r.number(s.Source, "port", s.Port, 1, 65535)
	p.Interface = r.networkInterface(s.Source, s.Interface)
	p.VirtualRouterID = r.number(s.Source, "virtual_router_id", s.VirtualRouterID, 1, 255)
	p.Mode = text(s.Mode)
	p.BGPAS = r.number(s.Source, "bgp_as", s.BGPAS, 1, maxAS)
	for i, peer := range s.BGPPeers {
		address, as, _ := strings.Cut(peer, ":")
		a, err := netip.ParseAddr(address)
		n, asErr := strconv.ParseUint(as, 10, 32)
		if err != nil || !a.Is4() || asErr != nil || n == 0 {
			r.fail(invalidAddress, s.Element("bgp_peers", i),
				`bgp_peers holds %q. Write a router's IPv4 address and its autonomous system: "10.0.0.1:65001".`, spelling.Excerpt(peer))
			continue
		}
		p.BGPPeers = append(p.BGPPeers, BGPPeer{Address: a, AS: int(n)})
	}
	if v := r.release(s.Source, "version", "kube-vip", s.Version); v != "" {
		p.Version = "v" + v
	}
}

func (r *resolver) time() {
	p := &r.plan.Time
	p.Source = r.spec.Cluster.Source
	s := r.spec.Time
	if s == nil {
		return
	}
	p.Source = s.Source
	for i, server := range s.Servers {
		at := s.Element("servers", i)
		switch {
		case !isHost(server):
			r.fail(invalidHost, at, `servers holds %q. Write an address, or a DNS name in lower case, without a port: "ntp-1.example.com".`,
				spelling.Excerpt(server))
		case slices.Contains(p.Servers, server):
			r.fail(invalidHost, at, "servers has %s twice. Remove one of them.", server)
		default:
			p.Servers = append(p.Servers, server)
		}
	}
}

func (r *resolver) hosts() {
	p := &r.plan.Hosts
	p.Source = r.spec.Cluster.Source
	s := r.spec.Hosts
	if s == nil {
		return
	}
	p.Source = s.Source
	if s.SELinux != nil && !r.plan.Target.Facts.Leaves("hosts.selinux") {
		p.SELinux = *s.SELinux
	}
	p.Firewall = s.Firewall != nil && *s.Firewall == "managed"
	p.AdminCIDRs = r.prefixes(s.Source, "admin_cidrs", s.AdminCIDRs)
	for i, written := range s.OpenPorts {
		ports, protocol, _ := strings.Cut(written, "/")
		first, last, isRange := strings.Cut(ports, "-")
		if !isRange {
			last = first
		}
		open := OpenPort{PortRange{port(first), port(last)}, protocol}
		switch {
		case open.First == 0 || open.Last < open.First || protocol != "tcp" && protocol != "udp":
			r.fail(outOfRange, s.Element("open_ports", i), `open_ports holds %q. Write a port or two, from 1 to 65535, and the protocol: `+
				`"443/tcp" or "9000-9100/udp".`, spelling.Excerpt(written))
		case slices.Contains(p.OpenPorts, open):
			r.fail(outOfRange, s.Element("open_ports", i), "open_ports has %s twice. Remove one of them.", written)
		default:
			p.OpenPorts = append(p.OpenPorts, open)
		}
	}
}

func (r *resolver) ssh() {
	p := &r.plan.SSH
	p.Source = r.spec.Cluster.Source
	s := r.spec.SSH
	if s == nil {
		return
	}
	p.Source = s.Source
	p.User = r.match(s.Source, "user", s.User, userPattern, userShape)
	p.Port = r.number(s.Source, "port", s.Port, 1, 65535)
	p.PrivateKeyFile = r.keyFile(s.Source, s.PrivateKeyFile)
	if s.JumpHost != nil {
		user, host, found := strings.Cut(*s.JumpHost, "@")
		if !found {
			user, host = "root", *s.JumpHost
		}
		if _, _, ok := hostPort(host); !ok || !userPattern.MatchString(user) {
			r.fail(invalidHost, s.Attr("jump_host"), `jump_host is %q. Write user@host or user@host:port.`, spelling.Excerpt(*s.JumpHost))
		} else {
			p.JumpHost = *s.JumpHost
		}
	}
}

// keyFile reads the path of an SSH key.
func (r *resolver) keyFile(src *spec.Source, file *string) string {
	if file == nil {
		return ""
	}
	if problem := unprintable(*file); *file == "" || problem != "" || strings.HasPrefix(*file, "-") ||
		strings.ContainsAny(*file, "\"'`$\\;|&<>{}") {
		r.fail(invalidPath, src.Attr("private_key_file"),
			`private_key_file is not a path. Write the path of the key, such as "~/.ssh/id_ed25519"; the key itself must never `+
				`stand in this file.`)
		return ""
	}
	return *file
}

func (r *resolver) nodeSSH(s *spec.NodeSSH) NodeSSH {
	if s == nil {
		return NodeSSH{}
	}
	return NodeSSH{Source: s.Source, User: r.match(s.Source, "user", s.User, userPattern, userShape),
		Port: r.number(s.Source, "port", s.Port, 1, 65535), PrivateKeyFile: r.keyFile(s.Source, s.PrivateKeyFile),
		Local: text(s.Connection) == "local"}
}

const userShape = `A user name has at most 32 letters, digits and . _ -, such as "ubuntu".`

func (r *resolver) artifacts() {
	p := &r.plan.Artifacts
	p.Source = r.spec.Cluster.Source
	s := r.spec.Artifacts
	if s == nil {
		return
	}
	p.Source = s.Source
	p.Origin = text(s.Origin)
	p.MirrorURL = r.webAddress(s.Source, "mirror_url", s.MirrorURL)
	if s.ImageRepository != nil {
		p.ImageRepository = r.repository(*s.ImageRepository)
	}
	if i := s.Images; i != nil {
		p.ImagesAt = i.Source
		if i.DNS != nil {
			p.DNSRepository = r.repositoryAt(i.Source, "dns", *i.DNS)
		}
		if i.Etcd != nil {
			p.EtcdRepository = r.repositoryAt(i.Source, "etcd", *i.Etcd)
		}
	}
	p.Checksums = s.Checksums
	for _, path := range slices.Sorted(maps.Keys(s.Checksums)) {
		switch {
		case !mirrorPathPattern.MatchString(path):
			r.fail(invalidChecksum, s.Key("checksums", path),
				"%q is no path below a mirror: <upstream host>/<upstream path>, as files.txt lists it.", spelling.Excerpt(path))
		case !checksumPattern.MatchString(s.Checksums[path]):
			r.fail(invalidChecksum, s.Value("checksums", path), "The checksum of %q is %q. Write sha256: and 64, or sha512: "+
				"and 128 lower-case hexadecimal digits.", path, spelling.Excerpt(s.Checksums[path]))
		}
	}
}

func (r *resolver) repository(s string) string {
	return r.repositoryAt(r.spec.Artifacts.Source, "image_repository", s)
}

func (r *resolver) repositoryAt(src *spec.Source, attr, s string) string {
	registry, path, _ := strings.Cut(s, "/")
	ok := validAuthority(registry)
	for element := range strings.SplitSeq(path, "/") {
		ok = ok && (path == "" && !strings.HasSuffix(s, "/") || repositoryPattern.MatchString(element))
	}
	if !ok {
		r.fail(invalidImageRepository, src.Attr(attr),
			`%s is %q. Write a registry and a path in lower case, without scheme, tag, and slash at the end: `+
				`"registry.example.com:5000/kubernetes".`, attr, spelling.Excerpt(s))
		return ""
	}
	return s
}

func (r *resolver) hypervisors() {
	for _, h := range r.spec.Hypervisors {
		r.plan.Hypervisors = append(r.plan.Hypervisors, Hypervisor{
			Source: h.Source, Name: r.place(h.NameRange, "the hypervisor's name", &h.Name), NameRange: h.NameRange,
			CPUs: r.number(h.Source, "cpus", h.CPUs, 1, 65536), MemoryBytes: r.size(h.Source, "memory", h.Memory),
			DiskBytes: r.size(h.Source, "disk", h.Disk),
		})
	}
	slices.SortStableFunc(r.plan.Hypervisors, func(a, b Hypervisor) int { return Natural(a.Name, b.Name) })
}

func (r *resolver) moved() {
	for _, m := range r.spec.Moved {
		r.plan.Moved = append(r.plan.Moved, Moved{Source: m.Source, From: m.From, To: m.To})
	}
	slices.SortStableFunc(r.plan.Moved, func(a, b Moved) int { return Natural(a.From, b.From) })
}

func (r *resolver) waivers() {
	for _, w := range r.spec.Waivers {
		waiver := Waiver{Source: w.Source, Rule: w.Rule, RuleRange: w.RuleRange}
		if w.Reason != nil {
			if problem := unprintable(*w.Reason); problem != "" {
				r.fail(invalidText, w.Attr("reason"), "reason holds %s. Write it in one line.", problem)
			}
			waiver.Reason = *w.Reason
		}
		if w.Expires != nil {
			day, err := time.Parse(time.DateOnly, *w.Expires)
			if err != nil {
				r.fail(invalidDate, w.Attr("expires"), `expires is %q, which is not a date. Write one such as "2027-03-01".`,
					spelling.Excerpt(*w.Expires))
			}
			waiver.Expires = day
		}
		r.plan.Waivers = append(r.plan.Waivers, waiver)
	}
	slices.SortStableFunc(r.plan.Waivers, func(a, b Waiver) int { return strings.Compare(a.Rule, b.Rule) })
}
