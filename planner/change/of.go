package change

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
)

// Of returns the record of a plan. release is the version of the program.
func Of(p *plan.Plan, release string) *Record {
	b := &builder{p: p, secrets: p.Spec.Secrets, r: &Record{
		Release: release, Cluster: p.Cluster.Name, Target: p.Target.Name, Hosting: p.Target.Facts.Hosting,
		Settings: map[string]Value{}, Defaults: map[string]bool{}, at: map[string]hcl.Range{}, page: p.Target.Facts.Page,
		leaves:     p.Leaves,
		zones:      p.Target.Facts.Zones || !p.Target.Facts.Found && p.Target.Cloud() != "" && p.Target.Cloud() != "vsphere",
		typePlaces: p.Target.Facts.TypePlaces,
		Files:      p.Spec.Read,
	}}
	b.cluster()
	b.network()
	b.runtime()
	b.etcd()
	b.balancer()
	b.machinesAccess()
	b.addons()
	b.target()
	for _, w := range p.Waivers {
		b.put(mark("waive", w.Rule), w.RuleRange, text(w.Reason))
	}
	names := poolNames(p)
	for _, n := range p.Nodes {
		b.node(n, names[n])
	}
	for _, h := range p.Hypervisors {
		path := mark("hypervisor", h.Name)
		b.number(path+".cpus", h.Source, h.CPUs)
		if h.MemoryBytes > 0 {
			b.word(path+".memory", h.Source, size(h.MemoryBytes))
		}
		if h.DiskBytes > 0 {
			b.word(path+".disk", h.Source, size(h.DiskBytes))
		}
	}
	b.r.moves = map[string]string{}
	for _, m := range p.Moved {
		b.r.moves[m.From] = m.To
	}
	for _, d := range p.Decisions {
		if path := decided(d.Path); path != "" {
			b.r.Defaults[path] = true
		}
	}
	return b.r
}

// decided converts the path of a decision to a record's form, "" if it is decided per node.
func decided(path string) string {
	if strings.HasPrefix(path, "node.") {
		return ""
	}
	for _, block := range []string{"addon", "scheduler"} { // package plan writes the label between dots
		rest, found := strings.CutPrefix(path, block+".")
		if at := strings.LastIndexByte(rest, '.'); found && at > 0 {
			return mark(block, rest[:at]) + rest[at:]
		}
	}
	return path
}

// builder is the state of one Of.
type builder struct {
	p       *plan.Plan
	r       *Record
	secrets *spec.Secrets
}

// put records a non-empty value under its path. at is where it is written, or would be.
func (b *builder) put(path string, at hcl.Range, v Value) {
	if v.IsList && len(v.List) == 0 {
		return
	}
	b.r.Settings[path] = b.shielded(path, at, v)
	b.r.at[path] = at
}

// shielded replaces a sensitive value with a digest.
func (b *builder) shielded(path string, at hcl.Range, v Value) Value {
	if !b.secrets.Sensitive(at, append(v.List, v.Text)...) {
		return v
	}
	return Value{Digest: digest(b.p.Cluster.Name, path, v), IsList: v.IsList}
}

// name replaces a sensitive key with the end of its digest.
func (b *builder) name(at hcl.Range, key string) string {
	if !b.secrets.Sensitive(at, key) {
		return key
	}
	d := digest(b.p.Cluster.Name, "key", text(key))
	return Sensitive + "-" + d[len(d)-8:]
}

// digest identifies a sensitive value without showing it. It is keyed with the cluster's name and the path, so that equal values of two
// clusters or two arguments look different, and precomputed tables are useless. It keeps a value out of reviews, logs, and the record's
// copies in the cluster. It does not protect a guessable value from someone who has the record: trying every port or every short password
// finds it. The same value always has the same digest, because a tree must be reproducible.
func digest(cluster, path string, v Value) string {
	mac := hmac.New(sha256.New, []byte("k8splan "+cluster+"\x00"+path))
	data, err := encoded(Value{Text: v.Text, List: v.List, IsList: v.IsList})
	if err != nil {
		panic(err) // texts can always be encoded
	}
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

// word records a text if there is one.
func (b *builder) word(path string, src *spec.Source, s string) {
	if s != "" {
		b.put(path, src.Attr(last(path)), text(s))
	}
}

// number records a number other than 0.
func (b *builder) number(path string, src *spec.Source, n int) {
	if n != 0 {
		b.put(path, src.Attr(last(path)), text(strconv.Itoa(n)))
	}
}

// flag records true, and also false if that is unusual or was written.
func (b *builder) flag(path string, src *spec.Source, on, always bool) {
	if on || always {
		b.put(path, src.Attr(last(path)), text(strconv.FormatBool(on)))
	}
}

func (b *builder) duration(path string, src *spec.Source, d time.Duration) {
	if d != 0 {
		b.word(path, src, d.String())
	}
}

func (b *builder) args(path string, src *spec.Source, args []plan.Arg) {
	for i := 0; i < len(args); {
		name, values := args[i].Name, []string(nil)
		for ; i < len(args) && args[i].Name == name; i++ {
			values = append(values, args[i].Value)
		}
		v := text(values[0])
		if len(values) > 1 {
			v = list(values)
		}
		b.put(mark(path, name), src.Key(last(path), name), b.shielded(mark(path, name), src.Value(last(path), name), v))
	}
}

// object records each value of a map of any values; a list is one value.
func (b *builder) object(path string, o *spec.Object) {
	if o != nil {
		b.inside(path, o, nil, o.Value)
	}
}

func (b *builder) inside(path string, o *spec.Object, at spec.Path, v any) {
	if m, ok := v.(map[string]any); ok && (len(m) > 0 || len(at) == 0) {
		for name, inner := range m {
			b.inside(mark(path, name), o, append(slices.Clone(at), name), inner)
		}
		return
	}
	s, ok := v.(string)
	if !ok {
		data, err := encoded(v)
		if err != nil {
			panic(err) // texts, numbers, lists, and maps can always be encoded
		}
		s = string(data)
	}
	b.put(path, o.At(at), text(s))
}

func (b *builder) words(path string, src *spec.Source, words map[string]string) {
	for name, v := range words {
		b.put(mark(path, name), src.Key(last(path), name), b.shielded(mark(path, name), src.Value(last(path), name), text(v)))
	}
}

// fingerprint represents the content of a file: a record does not contain copies of files.
func fingerprint(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// last is the last part of a path: the argument's name.
func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

func prefixes(ranges []netip.Prefix) []string {
	out := make([]string, len(ranges))
	for i, p := range ranges {
		out[i] = p.String()
	}
	return out
}

// size formats bytes in the largest binary unit that divides them.
func size(n int64) string {
	for _, unit := range []string{"", "Ki", "Mi", "Gi"} {
		if n%1024 != 0 {
			return strconv.FormatInt(n, 10) + unit
		}
		n /= 1024
	}
	return strconv.FormatInt(n, 10) + "Ti"
}

func (b *builder) cluster() {
	c := &b.p.Cluster
	src := c.Source
	b.put("cluster", src.Block(), text(c.Name))
	b.word("cluster.type", src, string(c.Type))
	b.word("cluster.kubernetes_version", src, c.Version.String())
	if c.Endpoint.Host != "" {
		b.word("cluster.control_plane_endpoint", src, c.Endpoint.String())
	}
	b.put("cluster.cert_sans", src.Attr("cert_sans"), set(c.CertSANs))
	b.word("cluster.site", src, c.Site)
	if len(c.Peers) > 0 {
		b.put("cluster.peers", src.Attr("peers"), set(c.Peers))
	}
	b.number("cluster.max_nodes", src, c.MaxNodes)
	b.number("cluster.api_server_port", src, c.APIServerPort)
	b.word("cluster.encryption_algorithm", src, c.EncryptionAlgorithm)
	b.duration("cluster.certificate_validity", src, c.CertificateValidity)
	b.duration("cluster.ca_certificate_validity", src, c.CAValidity)
	for gate, on := range c.FeatureGates {
		b.put(mark("cluster.feature_gates", gate), src.Key("feature_gates", gate), text(strconv.FormatBool(on)))
	}
	b.args("cluster.api_server.extra_args", c.APIServer.Source, c.APIServer.ExtraArgs)
	for _, f := range c.APIServer.Files {
		path := mark("cluster.api_server.host_file", f.Name)
		b.put(path, f.NameRange, text(f.Name))
		b.put(path+".content", f.Attr("content"), text(fingerprint(f.Content)))
	}
	for _, v := range c.APIServer.Volumes {
		path := mark("cluster.api_server.extra_volume", v.Name)
		b.put(path, v.NameRange, text(v.Name))
		b.word(path+".host_path", v.Source, v.HostPath)
		b.word(path+".mount_path", v.Source, v.MountPath)
		b.flag(path+".read_only", v.Source, v.ReadOnly, false)
	}
	for _, f := range c.Patches {
		path := mark("cluster.kubeadm_patch", f.Name)
		b.put(path, f.NameRange, text(f.Name))
		b.put(path+".content", f.Attr("content"), text(fingerprint(f.Content)))
	}
	if a := c.Audit; a != nil {
		b.put("cluster.audit.policy", a.Attr("policy"), text(fingerprint(a.Policy)))
		b.word("cluster.audit.log_dir", a.Source, a.LogDir)
		b.number("cluster.audit.max_age", a.Source, a.MaxAge)
		b.number("cluster.audit.max_backups", a.Source, a.MaxBackups)
		b.number("cluster.audit.max_size", a.Source, a.MaxSize)
	}
	if e := c.Encryption; e != nil {
		b.word("cluster.encryption_at_rest.provider", e.Source, e.Provider)
		b.put("cluster.encryption_at_rest.resources", e.Attr("resources"), set(e.Resources))
		b.word("cluster.encryption_at_rest.endpoint", e.Source, e.Endpoint)
	}
	b.args("cluster.controller_manager.extra_args", c.ControllerManager.Source, c.ControllerManager.ExtraArgs)
	b.args("cluster.scheduler.extra_args", c.Scheduler.Source, c.Scheduler.ExtraArgs)
	for _, p := range c.SchedulerProfiles {
		b.scheduling(mark("cluster.scheduler.profile", p.Name), p.NameRange, p.Source, p.Scheduling)
	}
	k := &c.Kubelet
	b.number("cluster.kubelet.max_pods", k.Source, k.MaxPods)
	b.word("cluster.kubelet.cgroup_driver", k.Source, k.CgroupDriver)
	b.flag("cluster.kubelet.fail_swap_on", k.Source, k.FailSwapOn, true)
	b.flag("cluster.kubelet.server_tls_bootstrap", k.Source, k.ServerTLSBootstrap, false)
	b.args("cluster.kubelet.extra_args", k.Source, k.ExtraArgs)
	b.object("cluster.kubelet.config", k.Config)
}

func (b *builder) scheduling(path string, name hcl.Range, src *spec.Source, s plan.Scheduling) {
	b.put(path, name, text(key(path)))
	b.word(path+".scoring_strategy", src, s.ScoringStrategy)
	b.put(path+".enable_plugins", src.Attr("enable_plugins"), set(s.EnablePlugins))
	b.put(path+".disable_plugins", src.Attr("disable_plugins"), set(s.DisablePlugins))
	b.number(path+".percentage_of_nodes_to_score", src, s.PercentageToScore)
}

// measured is the value of an MTU that the pod network measures on each host, so that its configuration has none.
const measured = "measured on each host"

func (b *builder) network() {
	n := &b.p.Network
	src := n.Source
	b.put("network.pod_subnets", src.Attr("pod_subnets"), list(prefixes(n.PodSubnets)))
	b.put("network.service_subnets", src.Attr("service_subnets"), list(prefixes(n.ServiceSubnets)))
	b.put("network.reserved_subnets", src.Attr("reserved_subnets"), set(prefixes(n.ReservedSubnets)))
	b.put("network.node_subnets", src.Attr("node_subnets"), set(prefixes(n.NodeSubnets)))
	b.word("network.dns_domain", src, n.DNSDomain)
	for _, p := range n.PodSubnets {
		if p.Addr().Is4() {
			b.number("network.node_cidr_mask_size", src, n.NodeCIDRMaskSize)
		} else {
			b.number("network.node_cidr_mask_size_v6", src, n.NodeCIDRMaskSizeV6)
		}
	}
	b.word("network.node_port_range", src, strconv.Itoa(n.NodePorts.First)+"-"+strconv.Itoa(n.NodePorts.Last))
	c := &n.CNI
	mtu, pods := measured, measured
	if src.Has("mtu") {
		mtu, pods = strconv.Itoa(n.MTU), strconv.Itoa(c.MTU)
	}
	if c.Has("mtu") {
		pods = strconv.Itoa(c.MTU)
	}
	b.word("network.mtu", src, mtu)
	b.put("network.cni", c.Block(), text(c.Name))
	b.word("network.cni.version", c.Source, c.Version)
	b.word("network.cni.encapsulation", c.Source, c.Encapsulation)
	if c.MTU != 0 {
		b.word("network.cni.mtu", c.Source, pods)
	}
	b.word("network.cni.interface", c.Source, c.Interface)
	b.flag("network.cni.kube_proxy_replacement", c.Source, c.KubeProxyReplacement, false)
	b.number("network.cni.vxlan_port", c.Source, c.VXLANPort)
	b.number("network.cni.bgp_as", c.Source, c.BGPAS)
	if len(c.BGPPeers) > 0 {
		b.put("network.cni.bgp_peers", c.Attr("bgp_peers"), set(routers(c.BGPPeers)))
	}
	for _, d := range c.BGPDomains {
		path := mark("network.cni.failure_domain", d.Name)
		b.put(path, d.Block(), text(d.Name))
		b.put(path+".bgp_peers", d.Attr("bgp_peers"), set(routers(d.Peers)))
	}
	b.word("network.cni.plugin", c.Source, c.Plugin)
	if len(c.Images) > 0 {
		b.put("network.cni.images", c.Attr("images"), set(c.Images))
	}
	b.manifests("network.cni", c.Manifests)
	d := &n.DNS
	if len(d.Upstream) > 0 {
		var servers []string
		for _, e := range d.Upstream {
			servers = append(servers, e.String())
		}
		b.put("network.dns.upstream", d.Attr("upstream"), list(servers))
	}
	b.flag("network.dns.node_local_cache", d.Source, d.NodeLocalCache, false)
	b.number("network.dns.replicas", d.Source, d.Replicas)
	b.word("network.kube_proxy.mode", n.KubeProxy.Source, n.KubeProxy.Mode)
	b.flag("network.kube_proxy.strict_arp", n.KubeProxy.Source, n.KubeProxy.StrictARP, false)
	b.object("network.kube_proxy.config", n.KubeProxy.Config)
	if h := n.HTTPProxy; h != nil {
		b.word("network.http_proxy.http", h.Source, h.HTTP)
		b.word("network.http_proxy.https", h.Source, h.HTTPS)
		b.put("network.http_proxy.no_proxy", h.Attr("no_proxy"), set(h.NoProxy))
		b.word("network.http_proxy.credentials_file", h.Source, h.Credentials)
	}
}

func (b *builder) runtime() {
	r := &b.p.Runtime
	if b.left(b.p.Spec.Runtime != nil) {
		return
	}
	b.put("container_runtime", r.Block(), text(r.Name))
	b.word("container_runtime.version", r.Source, r.Version)
	b.word("container_runtime.credentials_file", r.Source, r.Credentials)
	for _, g := range r.Registries {
		path := mark("container_runtime.registry", g.Host)
		b.put(path, g.Block(), text(g.Host))
		b.put(path+".mirrors", g.Attr("mirrors"), list(g.Mirrors))
		b.flag(path+".plain_http", g.Source, g.PlainHTTP, false)
		b.flag(path+".skip_verify", g.Source, g.SkipVerify, false)
		b.word(path+".ca_file", g.Source, g.CAFile)
	}
	seen := map[string]bool{}
	for _, d := range b.p.Downloads() { // versions that no argument sets: the release of the program decides them
		if version := versionIn(d); version != "" && !seen[d.Name] {
			seen[d.Name] = true
			b.put(mark("component", d.Name), r.Block(), text(version))
			b.r.Defaults[mark("component", d.Name)] = true
		}
	}
}

// versionIn is the version of a helper program, from the path of its download; "" if an argument sets the version.
func versionIn(d plan.Download) string {
	if !slices.Contains([]string{"runc", "cni-plugins", "crictl", "cri-dockerd"}, d.Name) {
		return ""
	}
	for part := range strings.SplitSeq(d.Path, "/") {
		if v := strings.TrimPrefix(part, "v"); v != "" && v[0] >= '0' && v[0] <= '9' && strings.Contains(v, ".") {
			return v
		}
	}
	return ""
}

// left reports whether a block has no meaning here: the vendor runs the control plane, and the block is not in the file.
func (b *builder) left(written bool) bool {
	return b.p.Target.Facts.Hosting == plan.Hosted && !written
}

func (b *builder) etcd() {
	e := &b.p.Etcd
	if b.left(b.p.Spec.Etcd != nil) {
		return
	}
	b.word("etcd.topology", e.Source, string(e.Placement))
	if e.Foreign() {
		b.put("etcd.external_endpoints", e.Attr("external_endpoints"), set(e.Endpoints))
		b.word("etcd.ca_file", e.Source, e.CAFile)
		b.word("etcd.cert_file", e.Source, e.CertFile)
		b.word("etcd.key_file", e.Source, e.KeyFile)
		return
	}
	b.word("etcd.version", e.Source, e.Version)
	b.word("etcd.data_dir", e.Source, e.DataDir)
	if e.QuotaBytes != 0 {
		b.word("etcd.quota", e.Source, size(e.QuotaBytes))
	}
	b.duration("etcd.heartbeat_interval", e.Source, e.HeartbeatInterval)
	b.duration("etcd.election_timeout", e.Source, e.ElectionTimeout)
	b.args("etcd.extra_args", e.Source, e.ExtraArgs)
}

func (b *builder) balancer() {
	l := &b.p.LoadBalancer
	if b.left(b.p.Spec.Balancer != nil) {
		return
	}
	b.put("load_balancer", l.Block(), text(l.Kind))
	if l.VirtualIP.IsValid() {
		b.word("load_balancer.virtual_ip", l.Source, l.VirtualIP.String())
	}
	b.number("load_balancer.port", l.Source, l.Port)
	b.word("load_balancer.interface", l.Source, l.Interface)
	b.number("load_balancer.virtual_router_id", l.Source, l.VirtualRouterID)
	b.word("load_balancer.mode", l.Source, l.Mode)
	b.number("load_balancer.bgp_as", l.Source, l.BGPAS)
	b.put("load_balancer.bgp_peers", l.Attr("bgp_peers"), set(routers(l.BGPPeers)))
	b.word("load_balancer.version", l.Source, l.Version)
}

// machinesAccess records how hosts are reached and where they download from.
func (b *builder) machinesAccess() {
	if s := &b.p.SSH; !b.left(b.p.Spec.SSH != nil) {
		b.word("ssh.user", s.Source, s.User)
		b.number("ssh.port", s.Source, s.Port)
		b.word("ssh.private_key_file", s.Source, s.PrivateKeyFile)
		b.word("ssh.jump_host", s.Source, s.JumpHost)
	}
	if t := &b.p.Time; len(t.Servers) > 0 {
		b.put("time.servers", t.Attr("servers"), list(t.Servers))
	}
	if h := &b.p.Hosts; !b.left(b.p.Spec.Hosts != nil) {
		b.word("hosts.selinux", h.Source, h.SELinux)
		if h.Firewall {
			b.put("hosts.firewall", h.Attr("firewall"), text("managed"))
		}
		b.put("hosts.admin_cidrs", h.Attr("admin_cidrs"), set(plan.Texts(h.AdminCIDRs)))
		b.put("hosts.open_ports", h.Attr("open_ports"), set(openPorts(h.OpenPorts)))
	}
	if a := &b.p.Artifacts; !b.left(b.p.Spec.Artifacts != nil) {
		b.word("artifacts.source", a.Source, a.Origin)
		b.word("artifacts.mirror_url", a.Source, a.MirrorURL)
		b.word("artifacts.image_repository", a.Source, a.ImageRepository)
		b.words("artifacts.checksums", a.Source, a.Checksums)
		b.word("artifacts.images.dns", a.ImagesAt, a.DNSRepository)
		b.word("artifacts.images.etcd", a.ImagesAt, a.EtcdRepository)
	}
}

func openPorts(ports []plan.OpenPort) []string {
	words := make([]string, len(ports))
	for i, o := range ports {
		words[i] = o.String()
	}
	return words
}

func (b *builder) addons() {
	for _, s := range b.p.Schedulers {
		path := mark("scheduler", s.Name)
		b.scheduling(path, s.NameRange, s.Source, s.Scheduling)
		b.word(path+".image", s.Source, s.Image)
		b.number(path+".replicas", s.Source, s.Replicas)
	}
	for _, a := range b.p.Addons {
		path := mark("addon", a.Name)
		switch {
		case a.Scheduler != nil, a.Network:
			continue
		case a.Cloud != "":
			path = "cloud_provider"
			b.put(path, a.NameRange, text(a.Cloud))
		default:
			b.put(path, a.NameRange, text(a.Name))
		}
		b.word(path+".version", a.Source, a.Version)
		b.words(path+".settings", a.Source, a.Settings)
		b.put(path+".images", a.Attr("images"), set(a.Images))
		b.put(path+".after", a.Attr("after"), set(a.After))
		if c := a.Chart; c != nil {
			b.put(path+".chart", c.NameRange, text(c.Name))
			b.word(path+".chart.repository", c.Source, c.Repository)
			b.word(path+".chart.version", c.Source, c.Version)
			b.word(path+".chart.digest", c.Source, c.Digest)
			b.word(path+".chart.namespace", c.Source, c.Namespace)
			if c.Values != "" {
				b.put(path+".chart.values_file", c.Attr("values_file"), text(fingerprint(c.Values)))
			}
		}
		for _, pool := range a.Pools {
			at, ranges := mark(path+".pool", pool.Name), []string(nil)
			for _, r := range pool.Addresses {
				ranges = append(ranges, r.Written)
			}
			b.put(at, pool.NameRange, text(pool.Name))
			b.put(at+".addresses", pool.Attr("addresses"), set(ranges))
			b.word(at+".announce", pool.Source, map[bool]string{true: "arp", false: "none"}[pool.ARP])
		}
		b.manifests(path, a.Manifests)
	}
}

// manifests records the manifests outside the tree; all others follow from version and settings.
func (b *builder) manifests(path string, all []plan.Manifest) {
	for i, m := range all {
		if m.Tree == "" {
			b.put(mark(path+".manifest", m.Upstream+m.Local), m.From, text(strconv.Itoa(i+1)))
			b.word(mark(path+".manifest", m.Upstream+m.Local)+".checksum", m.Source, m.Checksum)
		}
	}
}

// target records the contents of the target's block, which has its own arguments.
func (b *builder) target() {
	t := &b.p.Target
	b.put("target", t.NameRange, text(t.Name))
	if block := b.p.Spec.Target; block != nil {
		if body, ok := block.Body.(*hclsyntax.Body); ok && body != nil {
			b.body("target", body, block.Context)
		}
	}
}

func (b *builder) body(path string, body *hclsyntax.Body, ctx *hcl.EvalContext) {
	for name, attr := range body.Attributes {
		v, diags := attr.Expr.Value(ctx)
		if diags.HasErrors() || v.IsNull() || !v.IsWhollyKnown() { // the target reported it, or nothing is written
			continue
		}
		b.put(path+"."+name, attr.Expr.Range(), written(v))
	}
	count := map[string]int{}
	for _, block := range body.Blocks {
		below := path + "." + block.Type
		count[below]++
		if len(block.Labels) > 0 {
			below = mark(below, strings.Join(block.Labels, " "))
		} else if count[below] > 1 {
			below = mark(below, strconv.Itoa(count[below]))
		}
		b.put(below, block.TypeRange, text(key(below)))
		b.body(below, block.Body, ctx)
	}
}

// written formats the value of an expression: strings as they are, everything else as JSON.
func written(v cty.Value) Value {
	if v.Type() == cty.String {
		return text(v.AsString())
	}
	data, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		panic(err) // known values can always be encoded
	}
	var texts []string
	if json.Unmarshal(data, &texts) == nil && texts != nil {
		return list(texts)
	}
	return text(string(data))
}

// node records a machine.
func (b *builder) node(n *plan.Node, name string) {
	out := &Node{Name: name, Pool: n.Pool, Args: map[string]Value{}, at: map[string]hcl.Range{"": n.NameRange}, unread: b.p.Unread(n)}
	b.r.Nodes = append(b.r.Nodes, out)
	put := func(path string, at hcl.Range, v Value) {
		out.Args[path] = b.shielded("node."+path, at, v)
		out.at[argument(path)] = at
	}
	word := func(name, s string) {
		if s != "" {
			put(name, n.At(name), text(s))
		}
	}
	address := func(a netip.Addr) string {
		if !a.IsValid() {
			return ""
		}
		return a.String()
	}
	put("roles", n.Attr("roles"), list(n.Roles.Strings()))
	word("address", address(n.Address))
	word("secondary_address", address(n.SecondaryAddress))
	if n.SSHAddress != address(n.Address) && n.SSHAddress != n.Name { // otherwise it follows from the address
		word("ssh_address", n.SSHAddress)
	}
	word("public_address", n.PublicAddress)
	word("mac", n.MAC)
	word("failure_domain", n.FailureDomain)
	word("host", n.Host)
	word("power", n.Power)
	if n.Bootstrap {
		word("bootstrap", "true")
	}
	word("etcd_name", n.EtcdName)
	word("arch", n.Arch)
	word("os", strings.TrimSuffix(n.OS.Name+"-"+n.OS.Version, "-"))
	if n.CPUs != 0 {
		word("cpus", strconv.Itoa(n.CPUs))
	}
	if n.MemoryBytes != 0 {
		word("memory", size(n.MemoryBytes))
	}
	if n.DiskBytes != 0 {
		word("disk", size(n.DiskBytes))
	}
	word("interface", n.Interface)
	if len(n.Groups) > 0 {
		put("groups", n.Attr("groups"), set(n.Groups))
	}
	if s := n.SSH; s.Source != nil {
		for _, v := range [][2]string{{"user", s.User}, {"port", strings.TrimPrefix(strconv.Itoa(s.Port), "0")},
			{"private_key_file", s.PrivateKeyFile}, {"connection", map[bool]string{true: "local"}[s.Local]}} {
			if v[1] != "" {
				put("ssh."+v[0], s.Attr(v[0]), text(v[1]))
			}
		}
	}
	word("instance_type", n.InstanceType)
	for name, maps := range map[string]map[string]string{"labels": n.Labels, "annotations": n.Annotations} {
		for k, v := range maps {
			put(mark(name, b.name(n.Value(name, k), k)), n.Value(name, k), text(v))
		}
	}
	for _, a := range n.KubeletExtraArgs {
		put(mark("kubelet_extra_args", a.Name), n.Value("kubelet_extra_args", a.Name), text(a.Value))
	}
	for _, t := range n.Taints {
		put(mark("taint", b.name(t.Block(), t.Key)+":"+t.Effect), t.Block(), text(t.Value))
	}
}

// poolNames returns the nodes' names. If the target names the machines of a pool itself, those are the pool's default names, because names
// that the author writes then have no effect.
func poolNames(p *plan.Plan) map[*plan.Node]string {
	names, taken, count := map[*plan.Node]string{}, map[string]bool{}, map[string]int{}
	for _, n := range p.Nodes {
		names[n] = n.Name
		taken[n.Name] = taken[n.Name] || n.Pool == ""
	}
	for _, n := range p.Nodes {
		if n.Pool == "" || !p.Leaves("node.name") {
			continue
		}
		count[n.Pool]++
		if name := n.Pool + "-" + strconv.Itoa(count[n.Pool]); !taken[name] {
			names[n], taken[name] = name, true
		}
	}
	return names
}

// routers formats BGP peers as in the file.
func routers(peers []plan.BGPPeer) []string {
	var words []string
	for _, p := range peers {
		words = append(words, net.JoinHostPort(p.Address.String(), strconv.Itoa(p.AS)))
	}
	return words
}
