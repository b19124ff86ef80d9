// Package charmed writes a plan as a Juju bundle: Charmed Kubernetes, with an application for each role and each pool of workers, and the
// machines that they share.
//
// The package is internal to k8splan and makes no compatibility promise.
package charmed

import (
	"cmp"
	"fmt"
	"maps"
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

// bundle has the keys of a bundle that we write. Source: https://documentation.ubuntu.com/juju/latest/reference/bundle/, and release 1.35
// of https://github.com/charmed-kubernetes/bundle for charms, channels, options, and relations.
type bundle struct {
	Description  string                 `json:"description"`
	DefaultBase  string                 `json:"default-base"`
	Machines     map[string]machine     `json:"machines"`
	Applications map[string]application `json:"applications"`
	Relations    [][2]string            `json:"relations"`
}

type machine struct {
	Constraints string `json:"constraints,omitempty"`
}

type application struct {
	Charm    string         `json:"charm"`
	Channel  string         `json:"channel"`
	NumUnits int            `json:"num_units,omitempty"` // 0 for subordinates, which run with their principals
	To       []string       `json:"to,omitempty"`
	Expose   bool           `json:"expose,omitempty"`
	Options  map[string]any `json:"options,omitempty"`
}

// Names of charms, which are also their applications' names.
const (
	controlPlane = "kubernetes-control-plane"
	worker       = "kubernetes-worker"
	etcd         = "etcd"
	balancerApp  = "kubeapi-load-balancer"
	easyrsa      = "easyrsa"
	calico       = "calico"
	containerd   = "containerd"
)

type body struct {
	*spec.Source
	Base *string
}

func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Charmed Kubernetes, deployed by Juju on LXD or another cloud that Juju supports.",
		Arguments: []spec.Argument{
			{Name: "base", Type: spec.Text, Field: "Base", Enum: []string{"ubuntu@24.04", "ubuntu@22.04"}, Example: `"ubuntu@24.04"`,
				Doc: "Operating system of the machines."},
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
		if n.Roles.Has(plan.ControlPlane | plan.Worker) {
			say(shared, n.Attr("roles"),
				"Node %q is control plane and worker. The two charms install the same programs with different settings, so "+
					"they cannot share a machine. Write one of the roles.", n.Name)
		}
		if len(n.Taints) > 0 {
			say(settings, n.Taints[0].Block(), "The charms do not support taints. Remove the block, and set the taint with kubectl after "+
				"the deployment.")
		}
		for _, k := range slices.Sorted(maps.Keys(n.Labels)) {
			if n.Labels[k] == "" {
				say(settings, n.Attr("labels"), "The charms require labels as name=value, but %s has no value. "+
					"Write one, or set the label with kubectl.", k)
			}
		}
		if len(n.KubeletExtraArgs) > 0 && n.Pool == "" && n.Roles.Has(plan.ControlPlane) {
			say(settings, n.Attr("kubelet_extra_args"),
				"All control planes are one application, with the same flags for each kubelet. Write "+
					"the flags in kubelet { extra_args } of cluster.")
		}
	}
	switch lb := &p.LoadBalancer; {
	case lb.Kind == plan.LocalBalancer:
		say(balancing, lb.Block(), "Charmed Kubernetes does not run a proxy on every node. Remove the block, and define a host with "+
			"roles = [\"load-balancer\"].")
	case lb.Kind == plan.KubeVIP:
		say(balancing, lb.Block(), "Charmed Kubernetes has its own balancer. Remove the block, and define a host with roles = "+
			"[\"load-balancer\"], or write load_balancer \"external\" { virtual_ip = … }.")
	case lb.Kind == plan.HAProxy && len(lb.Nodes) > 1:
		say(balancing, lb.Nodes[1].Attr("roles"),
			"kubeapi-load-balancer can have only one unit here. Moving an address between several units needs charms "+
				"that k8splan does not support. Define one host for it, or write load_balancer \"external\" { virtual_ip = … "+
				"} for your own balancer.")
	case lb.Kind == plan.HAProxy && lb.VirtualIP.IsValid():
		say(balancing, lb.Attr("virtual_ip"), "The single balancer is reached at its own address. Remove virtual_ip.")
	case lb.Kind == plan.NoBalancer && len(p.ControlPlanes()) > 1:
		say(balancing, p.ControlPlanes()[0].Attr("roles"), "Several control planes need kubeapi-load-balancer in front of them. Define a "+
			"host with roles = [\"load-balancer\"].")
	case lb.Kind == plan.ExternalBalancer && !lb.VirtualIP.IsValid():
		say(balancing, lb.Block(), "The charms need the address of your balancer. Write virtual_ip.")
	}
	if c := &p.Network.CNI; c.Name != plan.Calico {
		say(noCNI, c.Block(), "The bundle includes calico. Write cni \"calico\", or leave the block out.")
	} else if !slices.Contains([]string{plan.VXLAN, plan.IPIP, plan.BGP, plan.NoEncapsulation}, c.Encapsulation) {
		say(noCNI, c.Attr("encapsulation"), "The calico charm does not support %s. Write vxlan, ipip, bgp, or none.", c.Encapsulation)
	}
	if n := &p.Network; n.DualStack() || n.PodSubnets[0].Addr().Is6() {
		say(noCNI, n.Attr("pod_subnets"), "The bundle supports only IPv4. Write one IPv4 range each for pods and Services.")
	}
	if p.Runtime.Name != plan.Containerd {
		say(settings, p.Runtime.Block(), "The bundle includes containerd. Remove the block, or write container_runtime \"containerd\".")
	}
	for _, c := range []struct {
		source *spec.Source
		args   []plan.Arg
	}{{p.Cluster.APIServer.Source, p.Cluster.APIServer.ExtraArgs},
		{p.Cluster.ControllerManager.Source, p.Cluster.ControllerManager.ExtraArgs},
		{p.Cluster.Scheduler.Source, p.Cluster.Scheduler.ExtraArgs}, {p.Cluster.Kubelet.Source, p.Cluster.Kubelet.ExtraArgs}} {
		for _, a := range c.args {
			if strings.ContainsAny(a.Value, " \t'\"\\") {
				say(settings, c.source.Attr("extra_args"),
					"The charms separate flags by spaces, but the value of %s contains a space or a quote. Remove the flag.", a.Name)
			}
		}
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return &b, r.Diags
}

// emit writes charmed-kubernetes/.
func emit(p *plan.Plan, opts *body) ([]artifact.File, error) {
	made, names := build(p, opts)
	data, err := artifact.YAML(made)
	if err != nil {
		return nil, err
	}
	readme, err := templates.Files.ReadFile("targets/turnkey/charmed-kubernetes/README.md")
	if err != nil {
		return nil, err
	}
	return []artifact.File{
		{Path: "charmed-kubernetes/bundle.yaml", Data: data}, {Path: "charmed-kubernetes/machines.txt", Data: names},
		{Path: "charmed-kubernetes/README.md", Data: readme},
	}, nil
}

// build returns the bundle, and a line for each machine: its number in the bundle and the plan's node.
func build(p *plan.Plan, o *body) (*bundle, []byte) {
	base := "ubuntu@24.04"
	if o.Base != nil {
		base = *o.Base
	}
	channel := p.Cluster.Version.MinorString() + "/stable"
	b := &bundle{Description: "Cluster " + p.Cluster.Name, DefaultBase: base, Machines: map[string]machine{},
		Applications: map[string]application{}}
	number := map[*plan.Node]string{}
	var names strings.Builder
	for i, n := range p.Nodes {
		id := strconv.Itoa(i)
		number[n], b.Machines[id] = id, machine{constraints(n)}
		fmt.Fprintf(&names, "%s %s\n", id, n.Name)
	}
	on := func(nodes []*plan.Node) (to []string) {
		for _, n := range nodes {
			to = append(to, number[n])
		}
		return to
	}
	place := func(name, charm string, nodes []*plan.Node, expose bool, options map[string]any) {
		b.Applications[name] = application{charm, channel, len(nodes), on(nodes), expose, options}
	}
	relate := func(from, to string) { b.Relations = append(b.Relations, [2]string{from, to}) }

	var members []*plan.Node
	for _, m := range p.Etcd.Members {
		members = append(members, m.Node)
	}
	place(easyrsa, easyrsa, members[:1], false, nil) // signs certificates, on the first member's machine
	place(etcd, etcd, members, false, map[string]any{"channel": "3.4/stable"})
	place(controlPlane, controlPlane, p.ControlPlanes(), false, controlPlaneOptions(p, channel))
	b.Applications[containerd] = application{Charm: containerd, Channel: channel}
	b.Applications[calico] = application{Charm: calico, Channel: channel, Options: calicoOptions(p)}
	relate(controlPlane+":certificates", easyrsa+":client")
	relate(controlPlane+":etcd", etcd+":db")
	relate(etcd+":certificates", easyrsa+":client")
	relate(calico+":etcd", etcd+":db")
	relate(calico+":cni", controlPlane+":cni")
	relate(containerd+":containerd", controlPlane+":container-runtime")
	if nodes := p.LoadBalancer.Nodes; len(nodes) > 0 {
		place(balancerApp, balancerApp, nodes, true, nil)
		relate(balancerApp+":certificates", easyrsa+":client")
		relate(controlPlane+":loadbalancer-external", balancerApp+":lb-consumers")
		relate(controlPlane+":loadbalancer-internal", balancerApp+":lb-consumers")
	}

	var pools []string
	byPool := map[string][]*plan.Node{}
	for _, n := range p.Workers() {
		pool := cmp.Or(n.Pool, n.Name)
		if byPool[pool] == nil {
			pools = append(pools, pool)
		}
		byPool[pool] = append(byPool[pool], n)
	}
	for _, pool := range pools {
		name := worker
		if len(pools) > 1 {
			name += "-" + applicationName(pool)
		}
		for b.Applications[name].Charm != "" {
			name += "n"
		}
		place(name, worker, byPool[pool], true, workerOptions(p, byPool[pool][0], channel))
		relate(controlPlane+":kube-control", name+":kube-control")
		relate(name+":certificates", easyrsa+":client")
		relate(calico+":cni", name+":cni")
		relate(containerd+":containerd", name+":container-runtime")
	}
	return b, []byte(names.String())
}

// applicationName converts a pool's name to part of an application's name, in which each part between hyphens needs a letter. Source:
// https://github.com/juju/names, ApplicationSnippet
func applicationName(pool string) string {
	parts := strings.Split(pool, "-")
	for i, part := range parts {
		if strings.Trim(part, "0123456789") == "" {
			parts[i] = "n" + part
		}
	}
	return strings.Join(parts, "-")
}

// constraints formats a node's machine requirements for Juju; Juju decides what is not set.
func constraints(n *plan.Node) string {
	var words []string
	if n.Arch != "" && n.Has("arch") {
		words = append(words, "arch="+n.Arch)
	}
	if n.CPUs != 0 {
		words = append(words, "cores="+strconv.Itoa(n.CPUs))
	}
	if n.MemoryBytes != 0 {
		words = append(words, "mem="+strconv.FormatInt(n.MemoryBytes>>20, 10)+"M")
	}
	if n.DiskBytes != 0 {
		words = append(words, "root-disk="+strconv.FormatInt(n.DiskBytes>>20, 10)+"M")
	}
	if n.FailureDomain != "" {
		words = append(words, "zones="+n.Zone())
	}
	return strings.Join(words, " ")
}

func controlPlaneOptions(p *plan.Plan, channel string) map[string]any {
	n := &p.Network
	out := map[string]any{"channel": channel, "service-cidr": n.ServiceSubnets[0].String(), "dns_domain": n.DNSDomain}
	if sans := p.Cluster.CertSANs; len(sans) > 0 {
		out["extra_sans"] = strings.Join(sans, " ")
	}
	if p.LoadBalancer.Kind == plan.ExternalBalancer {
		out["loadbalancer-ips"] = p.LoadBalancer.VirtualIP.String()
	}
	api := slices.Clone(p.Cluster.APIServer.ExtraArgs)
	if n.Has("node_port_range") {
		api = append(api, plan.Arg{Name: "service-node-port-range", Value: fmt.Sprintf("%d-%d", n.NodePorts.First, n.NodePorts.Last)})
	}
	set := func(name string, list []plan.Arg) {
		if words := flags(p, list); words != "" {
			out[name] = words
		}
	}
	set("api-extra-args", api)
	set("controller-manager-extra-args", p.Cluster.ControllerManager.ExtraArgs)
	set("scheduler-extra-args", p.Cluster.Scheduler.ExtraArgs)
	set("kubelet-extra-args", p.Cluster.Kubelet.ExtraArgs)
	if labels := labelsOf(p.ControlPlanes()[0]); labels != "" {
		out["labels"] = labels
	}
	return out
}

func workerOptions(p *plan.Plan, n *plan.Node, channel string) map[string]any {
	out := map[string]any{"channel": channel}
	if words := flags(p, append(slices.Clone(p.Cluster.Kubelet.ExtraArgs), n.KubeletExtraArgs...)); words != "" {
		out["kubelet-extra-args"] = words
	}
	if labels := labelsOf(n); labels != "" {
		out["labels"] = labels
	}
	return out
}

// flags formats a component's extra arguments, including the cluster's feature gates.
func flags(p *plan.Plan, list []plan.Arg) string {
	var words []string
	if len(p.Cluster.FeatureGates) > 0 {
		var gates []string
		for _, name := range slices.Sorted(maps.Keys(p.Cluster.FeatureGates)) {
			gates = append(gates, name+"="+strconv.FormatBool(p.Cluster.FeatureGates[name]))
		}
		words = append(words, "feature-gates="+strings.Join(gates, ","))
	}
	for _, a := range list {
		words = append(words, a.Name+"="+a.Value)
	}
	return strings.Join(words, " ")
}

// labelsOf formats the labels that all nodes of an application share. Juju sets the zone: a pool's nodes may be in several.
func labelsOf(n *plan.Node) string {
	var words []string
	for _, k := range slices.Sorted(maps.Keys(n.Labels)) {
		if k != components.ZoneLabel {
			words = append(words, k+"="+n.Labels[k])
		}
	}
	return strings.Join(words, " ")
}

func calicoOptions(p *plan.Plan) map[string]any {
	c := &p.Network.CNI
	vxlan, ipip := "Never", "Never"
	switch c.Encapsulation {
	case plan.VXLAN:
		vxlan = "Always"
	case plan.IPIP:
		ipip = "Always"
	}
	out := map[string]any{"cidr": p.Network.PodSubnets[0].String(), "vxlan": vxlan, "ipip": ipip}
	if p.Network.Has("mtu") || c.Has("mtu") {
		out["veth-mtu"] = c.MTU
	}
	return out
}

// rules returns the target's rules.
func rules() []*rule.Rule { return []*rule.Rule{shared, settings, balancing, noCNI} }

const docs = "https://ubuntu.com/kubernetes/charmed-k8s/docs/"

var (
	shared = &rule.Rule{
		ID: "charmed-kubernetes-roles", Title: "Control plane and worker on one machine", Permanent: true,
		Doc: "The charms of the two roles install and configure the same programs.", Fix: "Define separate machines for workers.",
		Sources: []string{docs + "install-manual"},
	}
	settings = &rule.Rule{
		ID: "charmed-kubernetes-settings", Title: "Setting that the charms do not support", Permanent: true,
		Doc: "A charm has a fixed set of options, and an application's options apply to all its units.",
		Fix: "Remove the setting; use kubectl or the charm's own options after the deployment.",
		Sources: []string{"https://charmhub.io/kubernetes-control-plane/configurations",
			"https://charmhub.io/kubernetes-worker/configurations"},
	}
	balancing = &rule.Rule{
		ID: "charmed-kubernetes-balancer", Title: "Load balancer that the bundle does not have", Permanent: true,
		Doc:     "The bundle runs kubeapi-load-balancer on a separate machine, or uses your own load balancer.",
		Fix:     "Define one host with the role load-balancer.",
		Sources: []string{docs + "load-balancing"},
	}
	noCNI = &rule.Rule{
		ID: "charmed-kubernetes-cni", Title: "Pod network that the bundle does not have", Permanent: true,
		Doc: "The bundle of the release includes calico.", Fix: "Leave the block out.", Sources: []string{docs + "cni-overview"},
	}
)
