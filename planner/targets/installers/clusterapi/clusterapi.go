// Package clusterapi writes a plan as Cluster API objects: a Cluster, a KubeadmControlPlane, and a MachineDeployment for each pool of
// workers in each of its failure domains. An infrastructure provider creates the machines. For Docker, which Cluster API's tests use, its
// objects are written too; for any other provider they are only referenced, and the user writes them.
//
// The package is internal to k8splan and makes no compatibility promise.
package clusterapi

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/templates"
)

// API groups and versions that the release serves.
const (
	core           = "cluster.x-k8s.io"
	bootstrap      = "bootstrap.cluster.x-k8s.io"
	controlPlane   = "controlplane.cluster.x-k8s.io"
	infrastructure = "infrastructure.cluster.x-k8s.io"
	version        = "/v1beta2"
)

const docker = "docker"

// body holds the block's arguments.
type body struct {
	*spec.Source
	Infrastructure      *string
	Namespace           *string
	APIGroup            *string
	ClusterKind         *string
	MachineTemplateKind *string
}

func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Cluster API, with an existing management cluster.",
		Arguments: []spec.Argument{
			{Name: "infrastructure", Type: spec.Text, Field: "Infrastructure", Enum: []string{docker, "other"}, Example: `"docker"`,
				Doc: "Infrastructure provider: docker for tests; or other, with the kinds of its objects."},
			{Name: "namespace", Type: spec.Text, Field: "Namespace", Example: `"default"`, Doc: "Namespace of the management cluster."},
			{Name: "api_group", Type: spec.Text, Field: "APIGroup", Example: `"infrastructure.cluster.x-k8s.io"`,
				Doc: "API group of the other provider's objects."},
			{Name: "cluster_kind", Type: spec.Text, Field: "ClusterKind", Example: `"VSphereCluster"`,
				Doc: "Kind of the other provider's cluster."},
			{Name: "machine_template_kind", Type: spec.Text, Field: "MachineTemplateKind", Example: `"VSphereMachineTemplate"`,
				Doc: "Kind of the other provider's machine templates."},
		},
	}
}

// Kubernetes' syntax for names of namespaces, API groups, and kinds.
var (
	namespacePattern = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	groupPattern     = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$`)
	kindPattern      = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,62}$`)
)

// options is the decoded block.
type options struct {
	other                     bool
	namespace, group          string
	clusterKind, templateKind string
	deployments               []deployment
}

// deployment is a group of identical workers.
type deployment struct {
	name   string // the pool's name, and the number of the failure domain if it has several
	domain string
	nodes  []*plan.Node
}

// decode checks the body of the target block against the plan and returns *options. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, malformed)
	if !ok {
		return nil, r.Diags
	}
	o := &options{
		other: value(b.Infrastructure, docker) != docker, namespace: value(b.Namespace, "default"),
		group:       value(b.APIGroup, infrastructure),
		clusterKind: value(b.ClusterKind, "DockerCluster"), templateKind: value(b.MachineTemplateKind, "DockerMachineTemplate"),
		deployments: deployments(p),
	}
	o.names(r, &b)
	machines(p, r.Say)
	o.network(p, r.Say)
	for _, v := range []struct {
		name string
		d    time.Duration
	}{{"certificate_validity", p.Cluster.CertificateValidity}, {"ca_certificate_validity", p.Cluster.CAValidity}} {
		if v.d%(24*time.Hour) != 0 {
			r.Say(wholeDays, p.Cluster.Attr(v.name), "%s is %s, but Cluster API counts it in days. Write a multiple of 24h.", v.name, v.d)
		}
	}
	o.longest(p, r.Say)
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return o, r.Diags
}

// say reports a mistake.
type say = func(broken *rule.Rule, at hcl.Range, format string, args ...any)

// names checks the block's names against Kubernetes' syntax and the provider.
func (o *options) names(r *block.Reader, b *body) {
	for _, a := range []struct {
		name, value string
		pattern     *regexp.Regexp
		example     string
	}{
		{"namespace", o.namespace, namespacePattern, "default"}, {"api_group", o.group, groupPattern, infrastructure},
		{"cluster_kind", o.clusterKind, kindPattern, "VSphereCluster"}, {"machine_template_kind", o.templateKind, kindPattern,
			"VSphereMachineTemplate"},
	} {
		switch {
		case !a.pattern.MatchString(a.value):
			r.Say(malformed, b.Attr(a.name), "%s is %q. Write it as Kubernetes does, such as %q.", a.name, a.value, a.example)
		case strings.HasSuffix(a.name, "_kind") && o.other && !b.Has(a.name):
			r.Say(malformed, b.Attr("infrastructure"),
				"k8splan needs the names of another provider's objects. Write %s = %q, or the provider's own name.", a.name, a.example)
		case (strings.HasSuffix(a.name, "_kind") || a.name == "api_group") && !o.other && b.Has(a.name):
			r.Say(malformed, b.Attr(a.name), "%s is for infrastructure = \"other\". For docker, k8splan writes the objects itself. Remove "+
				"%[1]s.", a.name)
		}
	}
}

// machines reports what a KubeadmControlPlane and the providers cannot do.
func machines(p *plan.Plan, say say) {
	controlPlanes := p.ControlPlanes()
	if n := len(controlPlanes); n > 0 && !p.Etcd.IsExternal() && n%2 == 0 {
		say(evenEtcd, controlPlanes[0].Attr("roles"),
			"There are %d control planes with stacked etcd, and Cluster API refuses an even number of them. Define %d.", n, n+1)
	}
	for _, n := range controlPlanes {
		if first := controlPlanes[0]; !alike(first, n) {
			say(uneven, n.NameRange, "%s and %s differ in labels, taints, or kubelet arguments. A KubeadmControlPlane "+
				"creates all its machines alike. Write the same for all control planes.", first.Name, n.Name)
		}
	}
	for _, n := range p.KubeletNodes() {
		for _, label := range slices.Sorted(maps.Keys(components.APILabels(n))) {
			if !synced(label) {
				say(badLabel, n.Attr("labels"),
					"A kubelet may not set the label %s on its own node, and Cluster API sets only labels that begin "+
						"with node-role.kubernetes.io/ or are in the domains node-restriction.kubernetes.io and node.cluster.x-k8s.io. "+
						"Use a label of your own domain.", label)
			}
		}
		if n.Address.IsValid() {
			say(given, n.Attr(cmp.Or(firstWritten(n, "address", "first_address"), "address")),
				"%s has an address, but the provider assigns its "+
					"machines' addresses itself. Remove it. Only external etcd members keep their addresses.", n.Name)
		}
	}
	for _, m := range p.Etcd.Members {
		if p.Etcd.IsExternal() && !m.Node.Address.IsValid() {
			say(noEtcdAddress, m.Node.Block(),
				"Cluster API creates no external etcd members, but connects to existing ones. Write the address of %s.", m.Name)
		}
	}
}

func (o *options) network(p *plan.Plan, say say) {
	if mode := p.Network.KubeProxy.Mode; p.Network.KubeProxy.Written && mode != "iptables" && mode != plan.ProxyNone {
		say(proxyMode, p.Network.KubeProxy.Attr("mode"), "Cluster API passes no kube-proxy configuration to kubeadm, so the mode is "+
			"kubeadm's default, iptables. Remove the block, or write \"none\" with a pod network that replaces kube-proxy.")
	}
	if c := p.Network.CNI; c.Name == plan.StaticRoutes {
		say(noCNI, c.Block(), "Static routes need the machines' addresses, but the provider assigns these later. Write cni \"flannel\", "+
			"\"calico\", or \"cilium\".")
	}
	if c := p.Network.CNI; c.Name == plan.Flannel && !o.other {
		say(noCNI, c.Block(),
			"The provider docker uses kind's node image, which has no bridge plugin, so flannel cannot run. Write "+
				"cni \"calico\" or \"cilium\".")
	}
	if !o.other && p.Cluster.Has("control_plane_endpoint") {
		say(noEndpoint, p.Cluster.Attr("control_plane_endpoint"), "The provider docker creates a balancer and sets the endpoint itself. "+
			"Remove control_plane_endpoint.")
	}
}

// longest checks the longest name of an object.
func (o *options) longest(p *plan.Plan, say say) {
	longest := p.Cluster.Name + "-control-plane"
	for _, d := range o.deployments {
		if name := p.Cluster.Name + "-" + d.name; len(name) > len(longest) {
			longest = name
		}
	}
	if len(longest) > 63 {
		say(longName, p.Cluster.NameRange, "%q has %d characters. It is the name of objects and the value of a label, which has at most "+
			"63. Shorten the name of the cluster or of the pool.", longest, len(longest))
	}
}

// firstWritten returns the first of the arguments that is set in the node's block.
func firstWritten(n *plan.Node, names ...string) string {
	for _, name := range names {
		if n.Has(name) {
			return name
		}
	}
	return ""
}

// alike reports whether one KubeadmControlPlane fits both nodes.
func alike(a, b *plan.Node) bool {
	taints := func(n *plan.Node) (out []taint) {
		for _, t := range n.EffectiveTaints() {
			out = append(out, taint{t.Key, t.Value, t.Effect})
		}
		return out
	}
	return maps.Equal(a.Labels, b.Labels) && slices.Equal(a.KubeletExtraArgs, b.KubeletExtraArgs) && reflect.DeepEqual(taints(a), taints(b))
}

// synced reports whether Cluster API copies a machine's label to its node. Source:
// https://cluster-api.sigs.k8s.io/reference/api/metadata-propagation#machine
func synced(label string) bool {
	domain, _, _ := strings.Cut(label, "/")
	for _, d := range []string{"node-restriction.kubernetes.io", "node.cluster.x-k8s.io"} {
		if domain == d || strings.HasSuffix(domain, "."+d) {
			return true
		}
	}
	return domain == "node-role.kubernetes.io"
}

// deployments groups the workers by pool and failure domain, in the plan's order.
func deployments(p *plan.Plan) []deployment {
	var out []deployment
	index := map[string]int{}
	domains := map[string]int{}
	for _, n := range p.KubeletNodes() {
		if n.Roles.Has(plan.ControlPlane) {
			continue
		}
		pool := cmp.Or(n.Pool, n.Name)
		key := pool + "/" + n.FailureDomain
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			domains[pool]++
			out = append(out, deployment{name: pool, domain: n.Zone()})
		}
		out[i].nodes = append(out[i].nodes, n)
	}
	number := map[string]int{}
	for i, d := range out {
		if domains[d.name] > 1 {
			number[d.name]++
			out[i].name += "-" + strconv.Itoa(number[d.name])
		}
	}
	return out
}

// emit writes cluster-api/.
func emit(p *plan.Plan, o *options, by target.Upstream) ([]artifact.File, error) {
	data, err := artifact.YAML(objects(p, o)...)
	if err != nil {
		return nil, err
	}
	readme, err := templates.Files.ReadFile("targets/installers/cluster-api/README.md")
	if err != nil {
		return nil, err
	}
	files := []artifact.File{{Path: "cluster-api/cluster.yaml", Data: data}, {Path: "cluster-api/README.md", Data: readme}}
	if o.other {
		var missing strings.Builder
		fmt.Fprintf(&missing, "%s %s/%s\n", o.clusterKind, o.namespace, p.Cluster.Name)
		fmt.Fprintf(&missing, "%s %s/%s-control-plane\n", o.templateKind, o.namespace, p.Cluster.Name)
		for _, d := range o.deployments {
			fmt.Fprintf(&missing, "%s %s/%s-%s\n", o.templateKind, o.namespace, p.Cluster.Name, d.name)
		}
		files = append(files, artifact.File{Path: "cluster-api/infrastructure.txt", Data: []byte(missing.String())})
	}
	network, err := by.Network(p)
	for _, f := range network { // relative to the target's folder, where its page is followed
		f.Path = "cluster-api/" + f.Path
		files = append(files, f)
	}
	return files, err
}

func objects(p *plan.Plan, o *options) []any {
	name, kubernetes := p.Cluster.Name, "v"+p.Cluster.Version.String()
	at := func(name string) meta { return meta{Name: name, Namespace: o.namespace} }
	template := func(suffix string) reference { return reference{o.group, o.templateKind, name + "-" + suffix} }

	c := clusterSpec{
		ClusterNetwork: clusterNetwork{
			APIServerPort: p.Cluster.APIServerPort, Pods: ranges{plan.Texts(p.Network.PodSubnets)},
			Services:      ranges{plan.Texts(p.Network.ServiceSubnets)},
			ServiceDomain: p.Network.DNSDomain,
		},
		ControlPlaneRef:   reference{controlPlane, "KubeadmControlPlane", name + "-control-plane"},
		InfrastructureRef: reference{o.group, o.clusterKind, name},
	}
	if p.Cluster.Has("control_plane_endpoint") {
		c.ControlPlaneEndpoint = &endpoint{p.Cluster.Endpoint.Host, p.Cluster.Endpoint.Port}
	}
	out := []any{object{core + version, "Cluster", at(name), c}}
	if !o.other {
		out = append(out, object{infrastructure + version, "DockerCluster", at(name), dockerCluster{domains(p)}})
	}

	nodes := p.ControlPlanes()
	k := controlPlaneSpec{Replicas: len(nodes), Version: kubernetes}
	k.MachineTemplate.Spec.InfrastructureRef = template("control-plane")
	if labels := components.APILabels(nodes[0]); len(labels) > 0 {
		k.MachineTemplate.Metadata = &meta{Labels: labels}
	}
	k.KubeadmConfigSpec = kubeadmConfig{ClusterConfiguration: configuration(p), JoinConfiguration: node(p, nodes[0])}
	initialize := node(p, nodes[0])
	if p.Network.KubeProxy.Mode == plan.ProxyNone {
		initialize.SkipPhases = []string{"addon/kube-proxy"}
	}
	k.KubeadmConfigSpec.InitConfiguration = &initialize
	out = append(out, object{controlPlane + version, "KubeadmControlPlane", at(name + "-control-plane"), k})
	if !o.other {
		out = append(out, object{infrastructure + version, "DockerMachineTemplate", at(name + "-control-plane"), dockerMachineTemplate{}})
	}

	for _, d := range o.deployments {
		own := name + "-" + d.name
		var t configTemplateSpec
		t.Template.Spec.JoinConfiguration = node(p, d.nodes[0])
		out = append(out, object{bootstrap + version, "KubeadmConfigTemplate", at(own), t})
		if !o.other {
			out = append(out, object{infrastructure + version, "DockerMachineTemplate", at(own), dockerMachineTemplate{}})
		}
		// Cluster API's default, written explicitly so that the object shows whose machines it counts.
		chosen := map[string]string{core + "/cluster-name": name, core + "/deployment-name": own}
		s := deploymentSpec{ClusterName: name, Replicas: len(d.nodes), Selector: selector{chosen}}
		s.Template.Metadata.Labels = maps.Clone(chosen)
		maps.Copy(s.Template.Metadata.Labels, components.APILabels(d.nodes[0]))
		s.Template.Spec = machineSpec{ClusterName: name, Version: kubernetes, InfrastructureRef: template(d.name), FailureDomain: d.domain}
		s.Template.Spec.Bootstrap.ConfigRef = reference{bootstrap, "KubeadmConfigTemplate", own}
		out = append(out, object{core + version, "MachineDeployment", at(own), s})
	}
	return out
}

// configuration returns kubeadm's ClusterConfiguration, without what Cluster API fills in from the Cluster.
func configuration(p *plan.Plan) *clusterConfiguration {
	c := &clusterConfiguration{
		ImageRepository: p.Artifacts.ImageRepository, EncryptionAlgorithm: p.Cluster.EncryptionAlgorithm,
		CertificateValidityPeriodDays: days(p.Cluster.CertificateValidity), CACertificateValidityPeriodDays: days(p.Cluster.CAValidity),
	}
	api, manager, scheduler := components.ControlPlane(p)
	c.APIServer.ExtraArgs, c.ControllerManager.ExtraArgs, c.Scheduler.ExtraArgs = arguments(api), arguments(manager), arguments(scheduler)
	c.APIServer.CertSANs = p.Cluster.CertSANs
	if p.Etcd.IsExternal() {
		c.Etcd.External = &externalEtcd{
			Endpoints: p.Etcd.ClientURLs(), CAFile: "/etc/kubernetes/pki/etcd/ca.crt",
			CertFile: "/etc/kubernetes/pki/apiserver-etcd-client.crt", KeyFile: "/etc/kubernetes/pki/apiserver-etcd-client.key",
		}
		return c
	}
	c.Etcd.Local = &localEtcd{DataDir: p.Etcd.DataDir}
	for _, a := range p.Etcd.Flags() {
		c.Etcd.Local.ExtraArgs = append(c.Etcd.Local.ExtraArgs, argument{Name: a.Name, Value: a.Value})
	}
	return c
}

// node returns a machine's registration. Cluster API has no KubeletConfiguration, so the plan's kubelet settings become flags.
func node(p *plan.Plan, n *plan.Node) nodeConfiguration {
	var r registration
	labels := components.KubeletLabels(n)
	delete(labels, components.ZoneLabel) // set by the provider: it knows where the machine is
	if zone, ok := n.Labels[components.ZoneLabel]; ok {
		labels[components.ZoneLabel] = zone
	}
	if len(labels) > 0 {
		var pairs []string
		for _, k := range slices.Sorted(maps.Keys(labels)) {
			pairs = append(pairs, k+"="+labels[k])
		}
		r.KubeletExtraArgs = append(r.KubeletExtraArgs, argument{Name: "node-labels", Value: strings.Join(pairs, ",")})
	}
	k := &p.Cluster.Kubelet
	if k.Has("max_pods") {
		r.KubeletExtraArgs = append(r.KubeletExtraArgs, argument{Name: "max-pods", Value: strconv.Itoa(k.MaxPods)})
	}
	if k.Has("fail_swap_on") {
		r.KubeletExtraArgs = append(r.KubeletExtraArgs, argument{Name: "fail-swap-on", Value: strconv.FormatBool(k.FailSwapOn)})
	}
	if len(p.Cluster.FeatureGates) > 0 {
		var gates []string
		for _, name := range slices.Sorted(maps.Keys(p.Cluster.FeatureGates)) {
			gates = append(gates, name+"="+strconv.FormatBool(p.Cluster.FeatureGates[name]))
		}
		r.KubeletExtraArgs = append(r.KubeletExtraArgs, argument{Name: "feature-gates", Value: strings.Join(gates, ",")})
	}
	r.KubeletExtraArgs = append(r.KubeletExtraArgs, arguments(components.Kubelet(p, n))...)
	if n.Roles.Has(plan.ControlPlane) || len(n.Taints) > 0 {
		r.Taints = &[]taint{}
		for _, t := range n.EffectiveTaints() {
			*r.Taints = append(*r.Taints, taint{t.Key, t.Value, t.Effect})
		}
	}
	return nodeConfiguration{NodeRegistration: r}
}

// domains lists the plan's failure domains for the provider docker, which has none.
func domains(p *plan.Plan) []failureDomain {
	control := map[string]bool{}
	for _, n := range p.KubeletNodes() {
		if n.FailureDomain != "" {
			control[n.Zone()] = control[n.Zone()] || n.Roles.Has(plan.ControlPlane)
		}
	}
	var out []failureDomain
	for _, name := range slices.Sorted(maps.Keys(control)) {
		out = append(out, failureDomain{name, control[name]})
	}
	return out
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

func value(s *string, otherwise string) string {
	if s == nil {
		return otherwise
	}
	return *s
}

// rules returns the target's rules.
func rules() []*rule.Rule {
	return []*rule.Rule{malformed, evenEtcd, uneven, badLabel, given, noEtcdAddress, proxyMode, noCNI, noEndpoint, wholeDays, longName}
}

const book = "https://cluster-api.sigs.k8s.io/"

var (
	malformed = &rule.Rule{
		ID: "cluster-api-argument", Title: "Malformed cluster-api target", Permanent: true,
		Doc:     "The management cluster would refuse the objects, or wait forever for an object that does not exist.",
		Fix:     "Write valid Kubernetes names, and for providers other than docker the kinds of the provider's objects.",
		Sources: []string{book + "reference/providers"},
	}
	evenEtcd = &rule.Rule{
		ID: "cluster-api-even", Title: "Even number of control planes with stacked etcd", Permanent: true,
		Doc:     "Each control plane is an etcd member, and Cluster API's webhook refuses an even number of them.",
		Fix:     "Define one more, or one fewer.",
		Sources: []string{book + "tasks/control-plane/kubeadm-control-plane"},
	}
	uneven = &rule.Rule{
		ID: "cluster-api-uneven", Title: "Control planes that differ", Permanent: true,
		Doc:     "One KubeadmControlPlane creates all control planes from one template.",
		Fix:     "Give all of them the same labels, taints, and kubelet arguments, for example by defining them as a pool.",
		Sources: []string{book + "tasks/control-plane/kubeadm-control-plane"},
	}
	badLabel = &rule.Rule{
		ID: "cluster-api-label", Title: "Label that a node may not have", Permanent: true,
		Doc: "Only administrators may set labels in Kubernetes' own domains. Cluster API sets labels of only a few domains on the nodes " +
			"of its machines.",
		Fix: "Use a label of your own domain.",
		Sources: []string{book + "reference/api/metadata-propagation",
			"https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction"},
	}
	given = &rule.Rule{
		ID: "cluster-api-address", Severity: rule.Warning, Title: "Address on a machine that the provider creates",
		Doc:     "The provider assigns addresses to its machines. This address is not used.",
		Fix:     "Remove the address.",
		Sources: []string{book + "user/concepts"},
	}
	noEtcdAddress = &rule.Rule{
		ID: "cluster-api-etcd-address", Title: "External etcd without an address", Permanent: true,
		Doc:     "Cluster API connects control planes to an existing etcd; it does not create one.",
		Fix:     "Write the addresses of the members.",
		Sources: []string{book + "tasks/external-etcd"},
	}
	proxyMode = &rule.Rule{
		ID: "cluster-api-kube-proxy", Title: "kube-proxy mode that Cluster API cannot set", Permanent: true,
		Doc:     "Cluster API's kubeadm provider writes no KubeProxyConfiguration.",
		Fix:     "Leave the mode out, or replace kube-proxy.",
		Sources: []string{book + "tasks/bootstrap/kubeadm-bootstrap"},
	}
	noCNI = &rule.Rule{
		ID: "cluster-api-cni", Title: "Pod network that the machines cannot run", Permanent: true,
		Doc: "Static routes need addresses, which are known only once the machines exist. Flannel needs a plugin that the Docker " +
			"provider's image does not have.",
		Fix:     "Leave the block out for calico, or write cilium.",
		Sources: []string{book + "user/quick-start#deploy-a-cni-solution"},
	}
	noEndpoint = &rule.Rule{
		ID: "cluster-api-endpoint", Title: "Endpoint that the provider decides", Permanent: true,
		Doc:     "The provider for Docker starts its own balancer and writes its address into the Cluster.",
		Fix:     "Leave control_plane_endpoint out.",
		Sources: []string{book + "user/quick-start"},
	}
	wholeDays = &rule.Rule{
		ID: "cluster-api-days", Title: "Validity not in whole days", Permanent: true,
		Doc:     "Cluster API counts the validity of certificates in days.",
		Fix:     "Write a multiple of 24h.",
		Sources: []string{"https://github.com/kubernetes-sigs/cluster-api/blob/v1.14.2/api/bootstrap/kubeadm/v1beta2/kubeadm_types.go"},
	}
	longName = &rule.Rule{
		ID: "cluster-api-name", Title: "Names too long for labels", Permanent: true,
		Doc:     "Objects are named after the cluster and the pool, and their names become label values.",
		Fix:     "Shorten the name of the cluster or of the pool.",
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set"},
	}
)
