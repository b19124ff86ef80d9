// Package kops writes a plan as kops objects: a Cluster, an InstanceGroup for each control plane, since each has its etcd member and its
// zone, and one for each pool of workers.
//
// The package is internal to k8splan and makes no compatibility promise.
package kops

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/templates"
)

const (
	aws = "aws"
	gce = "gce"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	Cloud       string
	State       string
	Domain      *string
	DNS         *string
	Project     *string
	NetworkCIDR *string
	AdminCIDRs  []string
	Private     *bool
	InternalAPI *bool
}

func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "kops, which creates machines in a cloud and the cluster on them.",
		Arguments: []spec.Argument{
			{Name: "cloud", Type: spec.Text, Required: true, Field: "Cloud", Enum: []string{aws, gce}, Example: `"aws"`,
				Doc: "Cloud of the machines."},
			{Name: "state", Type: spec.Text, Required: true, Field: "State", Example: `"s3://example-kops-state"`,
				Doc: "Bucket for the cluster's state."},
			{Name: "admin_cidrs", Type: spec.TextList, Required: true, Field: "AdminCIDRs", Example: `["203.0.113.0/24"]`,
				Doc: "Ranges that may reach the API and SSH."},
			{Name: "domain", Type: spec.Text, Field: "Domain", Example: `"k8s.example.com"`,
				Doc: "Domain of the cluster's name. It must be an existing zone, unless dns is none."},
			{Name: "dns", Type: spec.Text, Field: "DNS", Enum: []string{"none", "private", "public"}, Example: `"none"`,
				Doc: "DNS zone for the names of the API."},
			{Name: "project", Type: spec.Text, Field: "Project", Example: `"example-project"`, Doc: "Project on Google Cloud."},
			{Name: "network_cidr", Type: spec.Text, Field: "NetworkCIDR", Example: `"172.20.0.0/16"`,
				Doc: "Range of the machines' network, which is divided into subnets."},
			{Name: "private", Type: spec.Bool, Field: "Private", Example: `true`,
				Doc: "Whether the machines have no public addresses."},
			{Name: "internal_api", Type: spec.Bool, Field: "InternalAPI", Example: `true`,
				Doc: "Whether the API can be reached only inside the network."},
		},
	}
}

// options is the decoded block.
type options struct {
	*body
	name    string // the cluster's name with its domain
	region  string
	zones   []string
	network netip.Prefix
	private bool
}

// decode checks the body of the target block against the plan and returns *options. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	o := &options{body: &body{}}
	r, _ := block.Open(p, written, ctx, schema(), o.body, malformed)
	say := r.Say
	if written == nil {
		say(malformed, p.Cluster.Block(), "The target kops needs a block: target \"kops\" { … }, with state and admin_cidrs.")
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	o.arguments(p, say)
	o.machines(p, say)
	o.ranges(p, say)
	if n := len(p.Etcd.Members); n > 0 && n%2 == 0 {
		say(evenEtcd, p.ControlPlanes()[0].Attr("roles"), "There are %d control planes. Each is an etcd member, and kops refuses an even "+
			"number of them. Define %d.", n, n+1)
	}
	if c := p.Network.CNI; c.Name == plan.StaticRoutes {
		say(noCNI, c.Block(), "Static routes are kubenet in kops, which k8splan does not support. Write cni \"cilium\", "+
			"\"calico\", or \"flannel\".")
	} else if able := encapsulations()[c.Name]; !slices.Contains(able, c.Encapsulation) {
		say(noCNI, c.Attr("encapsulation"), "kops supports %s with %s, not with %s. Write encapsulation = %q.", c.Name,
			strings.Join(able, " or "), c.Encapsulation, able[0])
	}
	for _, c := range []struct {
		source *spec.Source
		args   []plan.Arg
	}{{p.Cluster.APIServer.Source, p.Cluster.APIServer.ExtraArgs},
		{p.Cluster.ControllerManager.Source, p.Cluster.ControllerManager.ExtraArgs},
		{p.Cluster.Scheduler.Source, p.Cluster.Scheduler.ExtraArgs}, {p.Cluster.Kubelet.Source, p.Cluster.Kubelet.ExtraArgs}} {
		if len(c.args) > 0 {
			say(extraArgs, c.source.Attr("extra_args"),
				"kops sets flags through its own fields (auditLogPath for --audit-log-path) and accepts no "+
					"others. Remove extra_args, and set the field with `kops edit cluster` after step 2 of kops/README.md.")
		}
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return o, r.Diags
}

var (
	bucketPattern  = regexp.MustCompile(`^(s3|gs)://[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*[A-Za-z0-9._-])?$`)
	domainPattern  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$`)
	projectPattern = regexp.MustCompile(`^[a-z][-a-z0-9]{4,28}[a-z0-9]$`)
	zonePatterns   = map[string]*regexp.Regexp{
		aws: regexp.MustCompile(`^([a-z]{2}(?:-[a-z]+)+-[0-9])[a-z]$`),
		gce: regexp.MustCompile(`^([a-z]+(?:-[a-z]+)+[0-9]+)-[a-z]$`),
	}
	zoneExamples = map[string]string{aws: "eu-central-1a", gce: "europe-west4-a"}
)

func (o *options) arguments(p *plan.Plan, say func(*rule.Rule, hcl.Range, string, ...any)) {
	scheme := map[string]string{aws: "s3://", gce: "gs://"}[o.Cloud]
	if !bucketPattern.MatchString(o.State) || !strings.HasPrefix(o.State, scheme) {
		say(malformed, o.Attr("state"), "state is %q. Write the bucket with its scheme: \"%sexample-kops-state\".", o.State, scheme)
	}
	domain := "k8s.internal"
	if o.Domain != nil {
		domain = *o.Domain
	}
	if !domainPattern.MatchString(domain) {
		say(malformed, o.Attr("domain"), "domain is %q. Write a DNS name of at least two parts, such as \"k8s.example.com\".", domain)
	}
	o.name = p.Cluster.Name + "." + domain
	if len(o.name) > 253 {
		say(malformed, o.Attr("domain"), "The cluster's name is %q, which has %d characters. DNS allows 253. Write a shorter domain.",
			o.name,
			len(o.name))
	}
	if o.DNS != nil && *o.DNS != "none" && o.Domain == nil {
		say(malformed, o.Attr("dns"), "dns is %q, so kops needs the zone for the API's names. Write domain.", *o.DNS)
	}
	if o.Cloud == gce && (o.Project == nil || !projectPattern.MatchString(*o.Project)) {
		say(malformed, o.Attr("project"), "On Google Cloud, kops needs the project's ID. Write project = \"example-project\".")
	}
	if o.Cloud == aws && o.Project != nil {
		say(malformed, o.Attr("project"), "Only Google Cloud has projects. Remove project.")
	}
	if len(o.AdminCIDRs) == 0 {
		say(malformed, o.Attr("admin_cidrs"), "The API could not be reached from anywhere. Write the ranges of administrators and CI: "+
			"admin_cidrs = [\"203.0.113.0/24\"].")
	}
	for _, c := range o.AdminCIDRs {
		if a, err := netip.ParsePrefix(c); err != nil || a != a.Masked() {
			why := "which is not an address range. Write \"203.0.113.0/24\"."
			if err == nil {
				why = fmt.Sprintf("whose address is not the first of the range. Write %q.", a.Masked())
			}
			say(malformed, o.Attr("admin_cidrs"), "admin_cidrs contains %q, %s", c, why)
		}
	}
	o.private = o.Private == nil || *o.Private
	if !o.private && o.InternalAPI != nil && *o.InternalAPI {
		say(malformed, o.Attr("internal_api"), "kops supports an internal API only if the machines have no public addresses. Remove "+
			"private = false, or internal_api.")
	}
}

// machines checks nodes: their zones, sizes, and flags.
func (o *options) machines(p *plan.Plan, say func(*rule.Rule, hcl.Range, string, ...any)) {
	for _, n := range p.KubeletNodes() {
		if n.Roles.Has(plan.ControlPlane | plan.Worker) {
			say(shared, n.Attr("roles"), "Node %q is control plane and worker, but kops runs no ordinary pods on control planes. Write "+
				"roles = [\"control-plane\"], and a pool of workers.", n.Name)
		}
		match := zonePatterns[o.Cloud].FindStringSubmatch(n.FailureDomain)
		switch {
		case match == nil:
			say(zone, n.Attr(domainArgument(n)), "Node %q needs a zone as its failure domain, such as %q; it %s.", n.Name,
				zoneExamples[o.Cloud], block.Says(n.FailureDomain))
			continue
		case o.region == "":
			o.region = match[1]
		case o.region != match[1]:
			say(zone, n.Attr(domainArgument(n)), "Node %q is in %s, but others are in %s. A kops cluster is in one region. Write zones of "+
				"one region.", n.Name,
				match[1], o.region)
		}
		if !slices.Contains(o.zones, n.FailureDomain) {
			o.zones = append(o.zones, n.FailureDomain)
		}
		if n.InstanceType == "" && (n.CPUs != 0 || n.MemoryBytes != 0) {
			at := n.Attr("cpus")
			if n.CPUs == 0 {
				at = n.Attr("memory")
			}
			say(noSize, at, "kops needs a machine type, not numbers. Write instance_type for %q, and keep cpus and memory for "+
				"k8splan's checks.", n.Name)
		}
		if len(n.KubeletExtraArgs) > 0 {
			say(extraArgs, n.Attr("kubelet_extra_args"), "kops sets the kubelet's flags through its own fields, and accepts no others. "+
				"Remove kubelet_extra_args, and use `kops edit instancegroup`.")
		}
	}
	slices.Sort(o.zones)
}

func domainArgument(n *plan.Node) string {
	if n.Has("failure_domains") {
		return "failure_domains"
	}
	return "failure_domain"
}

// ranges checks addresses by kops' rules: pods and Services are in one range that overlaps no machine's. Source:
// https://github.com/kubernetes/kops/blob/master/pkg/apis/kops/validation/legacy.go
func (o *options) ranges(p *plan.Plan, say func(*rule.Rule, hcl.Range, string, ...any)) {
	n := &p.Network
	if n.DualStack() || n.PodSubnets[0].Addr().Is6() {
		say(addresses, n.Attr("pod_subnets"), "kops supports IPv4, or IPv6 only with addresses that AWS assigns. "+
			"Write one IPv4 range for pods and one for Services.")
		return
	}
	o.network = netip.MustParsePrefix("172.20.0.0/16") // kops' default
	if o.NetworkCIDR != nil {
		network, err := netip.ParsePrefix(*o.NetworkCIDR)
		if err != nil || network != network.Masked() || !network.Addr().Is4() || network.Bits() < 16 || network.Bits() > 20 {
			say(malformed, o.Attr("network_cidr"), "network_cidr is %q. Write an IPv4 range from /16 to /20, such as \"172.20.0.0/16\".",
				*o.NetworkCIDR)
			return
		}
		o.network = network
	}
	if len(o.zones) > 8 {
		say(zone, o.Block(), "The nodes are in %d zones, but the machines' range has subnets for at most 8. Use fewer zones.", len(o.zones))
	}
	if inside := common(n.PodSubnets[0], n.ServiceSubnets[0]); inside.Overlaps(o.network) {
		say(addresses, o.Attr("network_cidr"),
			"kops requires one range that contains pods and Services, but no machines. The smallest range with %s "+
				"and %s is %s, which overlaps the machines' %s. Write network_cidr outside it, or pod_subnets and "+
				"service_subnets closer together, such as 100.96.0.0/11 and 100.64.0.0/13.",
			n.PodSubnets[0], n.ServiceSubnets[0], inside, o.network)
	}
}

// common returns the smallest range that contains both.
func common(a, b netip.Prefix) netip.Prefix {
	for !a.Contains(b.Addr()) || a.Bits() > b.Bits() {
		a = netip.PrefixFrom(a.Addr(), a.Bits()-1).Masked()
	}
	return a
}

// encapsulations returns the encapsulations that kops supports, by pod network. It supports Calico's none only with IPv6. Source:
// https://github.com/kubernetes/kops/blob/v1.36.2/pkg/apis/kops/validation/validation.go#L1730
func encapsulations() map[string][]string {
	return map[string][]string{
		plan.Calico: {plan.VXLAN, plan.IPIP, plan.WireGuard}, plan.Cilium: {plan.VXLAN, plan.Geneve},
		plan.Flannel: {plan.VXLAN},
		plan.NoCNI:   {plan.NoEncapsulation},
		// the user installs a pod network: kops writes networking: cni
		plan.OtherCNI: {plan.VXLAN, plan.HostGateway, plan.IPIP, plan.WireGuard, plan.Geneve, plan.BGP, plan.NoEncapsulation},
	}
}

// emit writes kops/.
func emit(p *plan.Plan, o *options) ([]artifact.File, error) {
	data, err := artifact.YAML(objects(p, o)...)
	if err != nil {
		return nil, err
	}
	readme, err := templates.Files.ReadFile("targets/installers/kops/README.md")
	if err != nil {
		return nil, err
	}
	return []artifact.File{{Path: "kops/cluster.yaml", Data: data}, {Path: "kops/README.md", Data: readme}}, nil
}

const version = "kops.k8s.io/v1alpha2"

func objects(p *plan.Plan, o *options) []any {
	out := []any{object{version, "Cluster", metadata{Name: o.name}, cluster(p, o)}}
	group := func(name string, s groupSpec) {
		out = append(out, object{version, "InstanceGroup", metadata{name, map[string]string{"kops.k8s.io/cluster": o.name}}, s})
	}
	for _, n := range p.ControlPlanes() {
		group(n.Name, instances(o, "Master", []*plan.Node{n}))
	}
	workers := slices.DeleteFunc(p.KubeletNodes(), func(n *plan.Node) bool { return n.Roles.Has(plan.ControlPlane) })
	for _, nodes := range plan.ByPool(workers) {
		group(cmp.Or(nodes[0].Pool, nodes[0].Name), instances(o, "Node", nodes))
	}
	return out
}

func cluster(p *plan.Plan, o *options) clusterSpec {
	n := &p.Network
	s := clusterSpec{
		API: api{loadBalancer{Type: "Public"}}, AdditionalSANs: p.Cluster.CertSANs, Channel: "stable", CloudProvider: o.Cloud,
		ClusterDNSDomain: n.DNSDomain,
		ConfigBase:       o.State + "/" + o.name, IAM: iam{AllowContainerRegistry: true}, KubernetesAPIAccess: o.AdminCIDRs,
		KubernetesVersion: "v" + p.Cluster.Version.String(),
		NonMasqueradeCIDR: common(n.PodSubnets[0], n.ServiceSubnets[0]).String(), PodCIDR: n.PodSubnets[0].String(),
		ServiceClusterIPRange: n.ServiceSubnets[0].String(),
		SSHAccess:             o.AdminCIDRs, Subnets: subnets(o), Networking: network(p),
		KubeProxy: kubeProxy{Enabled: n.KubeProxy.Mode != plan.ProxyNone},
		Kubelet:   kubelet{FailSwapOn: p.Cluster.Kubelet.FailSwapOn, FeatureGates: gates(p)},
	}
	if s.KubeProxy.Enabled {
		s.KubeProxy.ProxyMode = n.KubeProxy.Mode
	}
	if o.InternalAPI != nil && *o.InternalAPI {
		s.API.LoadBalancer.Type = "Internal"
	}
	if o.Cloud == aws {
		s.API.LoadBalancer.Class, s.NetworkCIDR = "Network", o.network.String()
	} else {
		s.Project = *o.Project
	}
	s.Topology.DNS.Type = "None"
	if o.DNS != nil {
		s.Topology.DNS.Type = strings.ToUpper((*o.DNS)[:1]) + (*o.DNS)[1:]
	}
	if p.Cluster.Kubelet.Has("max_pods") {
		s.Kubelet.MaxPods = p.Cluster.Kubelet.MaxPods
	}
	s.KubeAPIServer = &component{FeatureGates: gates(p), ServiceNodePortRange: fmt.Sprintf("%d-%d", n.NodePorts.First, n.NodePorts.Last)}
	s.KubeControllerManager = &component{FeatureGates: gates(p), NodeCIDRMaskSize: n.NodeCIDRMaskSize}
	if g := gates(p); g != nil {
		s.KubeScheduler = &component{FeatureGates: g}
	}
	for _, name := range []string{"main", "events"} {
		e := etcdCluster{Name: name}
		for _, m := range p.Etcd.Members {
			e.EtcdMembers = append(e.EtcdMembers, etcdMember{m.Name, m.Node.Name, true})
		}
		if p.Etcd.Has("heartbeat_interval") {
			e.HeartbeatInterval = p.Etcd.HeartbeatInterval.String()
		}
		if p.Etcd.Has("election_timeout") {
			e.LeaderElectionTimeout = p.Etcd.ElectionTimeout.String()
		}
		var env []variable
		if p.Etcd.Has("quota") {
			env = append(env, variable{"ETCD_QUOTA_BACKEND_BYTES", strconv.FormatInt(p.Etcd.QuotaBytes, 10)})
		}
		for _, a := range p.Etcd.ExtraArgs {
			env = append(env, variable{"ETCD_" + strings.ToUpper(strings.ReplaceAll(a.Name, "-", "_")), a.Value})
		}
		if env != nil {
			e.Manager = &manager{env}
		}
		s.EtcdClusters = append(s.EtcdClusters, e)
	}
	for _, r := range p.Runtime.Registries {
		if len(r.Mirrors) > 0 {
			if s.Containerd == nil {
				s.Containerd = &containerd{map[string][]string{}}
			}
			s.Containerd.RegistryMirrors[r.Host] = r.Mirrors
		}
	}
	return s
}

func gates(p *plan.Plan) map[string]string {
	if len(p.Cluster.FeatureGates) == 0 {
		return nil
	}
	out := map[string]string{}
	for name, on := range p.Cluster.FeatureGates {
		out[name] = strconv.FormatBool(on)
	}
	return out
}

func network(p *plan.Plan) networking {
	c := &p.Network.CNI
	switch c.Name {
	case plan.Calico:
		out := &calico{EncapsulationMode: c.Encapsulation}
		if c.Encapsulation == plan.WireGuard { // its device, rather than the tunnel, carries packets between nodes that have it
			out.EncapsulationMode, out.WireguardEnabled = plan.VXLAN, true
		}
		if p.Network.Has("mtu") || c.Has("mtu") {
			out.MTU = c.MTU
		}
		return networking{Calico: out}
	case plan.Cilium:
		return networking{Cilium: &cilium{EnableNodePort: c.KubeProxyReplacement, Tunnel: c.Encapsulation}}
	case plan.Flannel:
		return networking{Flannel: &flannel{c.Encapsulation}}
	}
	return networking{CNI: &struct{}{}}
}

// subnets splits the machines' range: the first half has a subnet for each zone's machines, the second one for each zone's gateway and
// balancer. On Google Cloud a subnet spans the region.
func subnets(o *options) []subnet {
	if o.Cloud == gce {
		kind := "Public"
		if o.private {
			kind = "Private"
		}
		return []subnet{{Name: o.region, Type: kind, CIDR: o.network.String(), Region: o.region}}
	}
	at := func(i int) string {
		step := netip.PrefixFrom(o.network.Addr(), o.network.Bits()+4)
		for range i {
			step = netip.PrefixFrom(plan.LastAddress(step).Next(), step.Bits())
		}
		return step.String()
	}
	var out []subnet
	for i, z := range o.zones {
		if !o.private {
			out = append(out, subnet{Name: z, Type: "Public", CIDR: at(i), Zone: z})
			continue
		}
		out = append(out, subnet{Name: z, Type: "Private", CIDR: at(i), Zone: z}, subnet{Name: "utility-" + z, Type: "Utility",
			CIDR: at(8 + i), Zone: z})
	}
	return out
}

// instances returns the instance group of identical nodes.
func instances(o *options, role string, nodes []*plan.Node) groupSpec {
	n := nodes[0]
	s := groupSpec{Role: role, MachineType: n.InstanceType, MinSize: len(nodes), MaxSize: len(nodes), NodeLabels: maps.Clone(n.Labels),
		RootVolumeSize: int((n.DiskBytes + 1<<30 - 1) >> 30)}
	delete(s.NodeLabels, components.ZoneLabel) // set by the cloud
	for _, t := range n.Taints {
		s.Taints = append(s.Taints, t.Key+"="+t.Value+":"+t.Effect)
	}
	for _, n := range nodes {
		if !slices.Contains(s.Zones, n.FailureDomain) {
			s.Zones = append(s.Zones, n.FailureDomain)
		}
	}
	slices.Sort(s.Zones)
	s.Subnets = s.Zones
	if o.Cloud == gce {
		s.Subnets = []string{o.region}
	} else {
		s.Zones = nil
	}
	return s
}

// rules returns the target's rules.
func rules() []*rule.Rule {
	return []*rule.Rule{malformed, shared, zone, noSize, addresses, evenEtcd, noCNI, extraArgs}
}

var (
	malformed = &rule.Rule{
		ID: "kops-argument", Title: "Malformed kops target", Permanent: true,
		Doc:     "kops would refuse the object, or create a cluster that cannot be reached.",
		Fix:     "Write state, admin_cidrs, and on Google Cloud project.",
		Sources: []string{"https://kops.sigs.k8s.io/cluster_spec/"},
	}
	shared = &rule.Rule{
		ID: "kops-shared", Title: "Control plane that is also a worker", Permanent: true,
		Doc:     "kops taints the nodes of a control plane group, and has no setting to leave the taint out.",
		Fix:     "Define separate workers.",
		Sources: []string{"https://kops.sigs.k8s.io/instance_groups/"},
	}
	zone = &rule.Rule{
		ID: "kops-zone", Title: "Failure domain is not a zone of the region", Permanent: true,
		Doc: "kops creates each machine in a zone. Failure domains in the plan are these zones, so k8splan checks the spread that is " +
			"really built.",
		Fix:     "Write the zones of one region as failure domains.",
		Sources: []string{"https://kops.sigs.k8s.io/operations/high_availability/"},
	}
	noSize = &rule.Rule{
		ID: "kops-size", Title: "Machine without a type", Permanent: true,
		Doc:     "An instance group names the cloud's machine type. Without one, kops uses a small type, whatever cpus and memory say.",
		Fix:     "Write instance_type.",
		Sources: []string{"https://kops.sigs.k8s.io/instance_groups/"},
	}
	addresses = &rule.Rule{
		ID: "kops-ranges", Title: "Ranges that kops rejects", Permanent: true,
		Doc:     "kops has one non-masquerade range. Pods and Services must be in it, and machines must not.",
		Fix:     "Write IPv4 ranges for pods and Services close together, and the machines' range elsewhere.",
		Sources: []string{"https://github.com/kubernetes/kops/blob/master/pkg/apis/kops/validation/legacy.go"},
	}
	evenEtcd = &rule.Rule{
		ID: "kops-even", Title: "Even number of control planes", Permanent: true,
		Doc:     "Each control plane is an etcd member, and kops refuses an even number of members.",
		Fix:     "Define one more, or one fewer.",
		Sources: []string{"https://kops.sigs.k8s.io/operations/high_availability/"},
	}
	noCNI = &rule.Rule{
		ID: "kops-cni", Title: "Pod network that kops does not install", Permanent: true,
		Doc:     "kops installs pod networks itself, with fields for some of their settings.",
		Fix:     "Write one that it supports, or cni \"none\" and install your own.",
		Sources: []string{"https://kops.sigs.k8s.io/networking/"},
	}
	extraArgs = &rule.Rule{
		ID: "kops-args", Title: "Flags that kops does not support", Permanent: true,
		Doc:     "kops builds the components' command lines from its own fields.",
		Fix:     "Remove the flags, and set the matching fields of kops.",
		Sources: []string{"https://kops.sigs.k8s.io/cluster_spec/"},
	}
)
