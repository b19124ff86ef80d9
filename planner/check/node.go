package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	wellKnown = "https://kubernetes.io/docs/reference/labels-annotations-taints/"
	taintDocs = "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"
)

const controlPlaneKey = "node-role.kubernetes.io/control-plane"

func labelsAt(n *plan.Node) hcl.Range { return n.Attr("labels") }

// bars reports whether a taint keeps away pods that do not tolerate it.
func bars(t plan.Taint) bool { return t.Effect == "NoSchedule" || t.Effect == "NoExecute" }

var nodeRules = []Rule{
	{rule.Rule{
		ID: "node-moved", Severity: rule.Error, Title: "Invalid moved block",
		Doc: "A `moved` block says that a machine has a new name. It distinguishes that edit from one machine leaving and another one " +
			"joining. The old name must no longer be in the topology, the new one must be, and each name may appear only once.",
		Fix:     "Write the old name as `from` and the new one as `to`, or remove the block.",
		Sources: []string{"https://github.com/kubernetes/kubeadm/issues/1170"},
	}, movedNodes},
	{rule.Rule{
		ID: "node-label-kubelet", Severity: rule.Error, Title: "Label that the kubelet sets itself",
		Doc: "The kubelet labels its node with the host name, the architecture, and the operating system, and the scheduler relies on " +
			"these labels for volumes and affinity. A different value is overwritten at every start, or sends pods to the wrong machine.",
		Fix:     "Remove the label; write `arch`, or use your own label.",
		Sources: []string{wellKnown},
	}, nodeLabelKubelet},
	{rule.Rule{
		ID: "node-label-zone", Severity: rule.Error, Title: "Zone label contradicts the failure domain",
		Doc: "The failure domain becomes the label topology.kubernetes.io/zone, by which pods and volumes are spread. If a label says " +
			"something else, one of the two is wrong.",
		Fix:     "Remove the label, and write `failure_domain`.",
		Sources: []string{wellKnown + "#topologykubernetesiozone"},
	}, nodeLabelZone},
	{rule.Rule{
		ID: "node-label-deprecated", Severity: rule.Warning, Title: "Deprecated label",
		Doc:     "The label was replaced years ago. Current selectors look for its successor and find nothing.",
		Fix:     "Write the label that replaced it.",
		Sources: []string{wellKnown},
	}, nodeLabelDeprecated},
	{rule.Rule{
		ID: "node-taint-deprecated", Severity: rule.Warning, Title: "Deprecated taint",
		Doc: "Kubernetes 1.25 replaced the taint node-role.kubernetes.io/master by node-role.kubernetes.io/control-plane. kubeadm's " +
			"CoreDNS and current agents tolerate only the new one, so the old one keeps them away.",
		Fix: "Remove the taint. kubeadm automatically gives control planes the new one, unless they have the role worker.",
		Sources: []string{
			"https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/kubeadm/2067-rename-master-label-taint",
		},
	}, nodeTaintDeprecated},
	{rule.Rule{
		ID: "node-label-role", Severity: rule.Error, Title: "Role label contradicts the role",
		Doc: "The label node-role.kubernetes.io/control-plane marks control planes: load balancers leave such nodes out, and upgrades " +
			"look for it. On a worker, both then do the wrong thing.",
		Fix:     "Remove the label, and write roles in `roles`.",
		Sources: []string{wellKnown + "#node-role-kubernetes-io-control-plane"},
	}, nodeLabelRole},
	{rule.Rule{
		ID: "node-label-unused", Severity: rule.Warning, Title: "Labels or taints on a host without a kubelet",
		Doc: "Hosts that are only etcd members or load balancers are not Kubernetes nodes, so they cannot have labels, annotations, or " +
			"taints.",
		Fix:     "Remove them.",
		Sources: []string{"https://kubernetes.io/docs/concepts/architecture/nodes/"},
	}, nodeLabelUnused},
	{rule.Rule{
		ID: "node-taint-repeated", Severity: rule.Error, Title: "Duplicate taint",
		Doc: "A node can have only one taint with the same key and effect. The API server rejects a Node with two, so it never " +
			"registers.",
		Fix:     "Keep one.",
		Sources: []string{taintDocs, "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/apis/core/validation/validation.go"},
	}, nodeTaintRepeated},
	{rule.Rule{
		ID: "node-taint-everywhere", Severity: rule.Error, Title: "Taints on every worker",
		Doc: "Pods without tolerations, including cluster DNS, need a node without a taint. If every worker has a taint, they stay " +
			"Pending forever.",
		Fix:     "Leave some workers without a taint, or use PreferNoSchedule.",
		Sources: []string{taintDocs},
	}, nodeTaintEverywhere},
	{rule.Rule{
		ID: "node-taint-condition", Severity: rule.Error, Title: "Taint that Kubernetes itself sets and removes",
		Doc: "Taints in node.kubernetes.io mirror the node's condition. The controllers remove those that do not match it, so the taint " +
			"soon disappears. node.cloudprovider.kubernetes.io/uninitialized stays until a cloud controller manager removes it, which " +
			"the playbook does not install.",
		Fix:     "Use your own key.",
		Sources: []string{wellKnown, "https://github.com/kubernetes/cloud-provider-openstack/issues/2200"},
	}, nodeTaintCondition},
	{rule.Rule{
		ID: "node-taint-worker", Severity: rule.Error, Title: "Control-plane taint on a worker",
		Doc:     "The role worker means that ordinary pods run here, but the taint keeps them away.",
		Fix:     "Remove the taint, or the role worker.",
		Sources: []string{createdBy + "#control-plane-node-isolation"},
	}, nodeTaintWorker},
}

func nodeLabelKubelet(p *plan.Plan) []Finding {
	return labeled(p, func(key, value string, n *plan.Node) string {
		switch key {
		case "kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/arch":
			return fmt.Sprintf("The kubelet of %s sets %s itself. Remove the label.", n.Name, key)
		}
		return ""
	})
}

func nodeLabelZone(p *plan.Plan) []Finding {
	return labeled(p, func(key, value string, n *plan.Node) string {
		if key == "topology.kubernetes.io/zone" && n.FailureDomain != "" && value != n.Zone() {
			return fmt.Sprintf("The label says zone %q, and %s is in failure domain %q (%s). Remove the label.", value, n.Name,
				n.FailureDomain, line(attr(n, "failure_domain")))
		}
		return ""
	})
}

func nodeLabelDeprecated(p *plan.Plan) []Finding {
	successor := map[string]string{
		"failure-domain.beta.kubernetes.io/zone":   "failure_domain",
		"failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
		"beta.kubernetes.io/instance-type":         "node.kubernetes.io/instance-type", "node-role.kubernetes.io/master": controlPlaneKey,
		"kubernetes.io/role": "node-role.kubernetes.io/<role>",
	}
	return labeled(p, func(key, value string, n *plan.Node) string {
		if s := successor[key]; s != "" {
			return fmt.Sprintf("%s was replaced by %s. Write that.", key, s)
		}
		return ""
	})
}

func nodeTaintDeprecated(p *plan.Plan) []Finding {
	var findings []Finding
	for _, group := range blocks(p.Nodes) {
		for _, t := range group[0].Taints {
			switch {
			case t.Key != "node-role.kubernetes.io/master":
			case group[0].Roles.Has(plan.ControlPlane) && !group[0].Roles.Has(plan.Worker):
				findings = append(findings,
					one(t.Attr("key"), "%s was replaced by %s, which kubeadm sets on %s itself. Pods that tolerate only the new "+
						"one stay away. Remove the taint block.", t.Key, controlPlaneKey, whose(group))...)
			default:
				findings = append(findings,
					one(t.Attr("key"), "%s was replaced by %s. Pods that tolerate only the new one, such as kubeadm's CoreDNS, "+
						"stay away from %s. Remove the taint block.", t.Key, controlPlaneKey, whose(group))...)
			}
		}
	}
	return findings
}

func nodeLabelRole(p *plan.Plan) []Finding {
	return labeled(p, func(key, value string, n *plan.Node) string {
		if key == controlPlaneKey && !n.Roles.Has(plan.ControlPlane) {
			return fmt.Sprintf("%s is not a control plane (roles: %s). Remove the label.", n.Name, strings.Join(n.Roles.Strings(), ", "))
		}
		return ""
	})
}

func nodeLabelUnused(p *plan.Plan) []Finding {
	var findings []Finding
	for _, what := range []struct {
		name string
		on   func(*plan.Node) bool
	}{
		{"labels", func(n *plan.Node) bool { return len(n.Labels) > 0 }},
		{"annotations", func(n *plan.Node) bool { return len(n.Annotations) > 0 }},
		{"kubelet_extra_args", func(n *plan.Node) bool { return len(n.KubeletExtraArgs) > 0 }},
		{"taint", func(n *plan.Node) bool { return len(n.Taints) > 0 }},
	} {
		findings = append(findings, each(p.Nodes, func(n *plan.Node) bool {
			return n.Roles&(plan.ControlPlane|plan.Worker) == 0 && what.on(n)
		}, func(n *plan.Node) hcl.Range {
			if what.name == "taint" {
				return n.Taints[0].Block()
			}
			return n.Attr(what.name)
		}, func(n *plan.Node, all []*plan.Node) string {
			roles := cmp.Or(strings.Join(n.Roles.Strings(), ", "), "none")
			return fmt.Sprintf("%s runs no kubelet (roles: %s) and is not a Kubernetes node, so %s has no effect. Remove it.", whose(all),
				roles, what.name)
		})...)
	}
	return findings
}

func nodeTaintRepeated(p *plan.Plan) []Finding {
	var findings []Finding
	for _, group := range blocks(p.KubeletNodes()) {
		first := map[string]plan.Taint{}
		for _, t := range group[0].Taints {
			key := t.Key + ":" + t.Effect
			if earlier, ok := first[key]; ok {
				findings = append(findings,
					one(t.Attr("key"), "%s already has the taint %s with effect %s (%s), and the API server accepts only one. Remove one.",
						whose(group), t.Key, t.Effect, line(earlier.Attr("key")))...)
				continue
			}
			first[key] = t
		}
	}
	return findings
}

func nodeTaintEverywhere(p *plan.Plan) []Finding {
	workers := p.Workers()
	if len(workers) == 0 {
		return nil
	}
	for _, n := range workers {
		if !slices.ContainsFunc(n.EffectiveTaints(), func(t plan.Taint) bool { return bars(t) && t.Key != controlPlaneKey }) {
			return nil
		}
	}
	t := workers[0].Taints[slices.IndexFunc(workers[0].Taints, func(t plan.Taint) bool { return bars(t) && t.Key != controlPlaneKey })]
	return one(t.Attr("effect"), "Every worker has a taint that keeps ordinary pods away (%s here): cluster DNS would stay "+
		"Pending. Leave some workers without one, or write effect = \"PreferNoSchedule\".", t.Key)
}

func nodeTaintCondition(p *plan.Plan) []Finding {
	var findings []Finding
	for _, group := range blocks(p.KubeletNodes()) {
		for _, t := range group[0].Taints {
			if strings.HasPrefix(t.Key, "node.kubernetes.io/") || strings.HasPrefix(t.Key, "node.cloudprovider.kubernetes.io/") {
				findings = append(findings,
					one(t.Attr("key"), "%s is set and removed by Kubernetes' own controllers. Use your own key, "+
						"such as \"example.com/%s\".", t.Key, t.Key[strings.IndexByte(t.Key, '/')+1:])...)
			}
		}
	}
	return findings
}

func nodeTaintWorker(p *plan.Plan) []Finding {
	var findings []Finding
	for _, group := range blocks(p.Workers()) {
		for _, t := range group[0].Taints {
			if (t.Key == controlPlaneKey || t.Key == "node-role.kubernetes.io/master") && bars(t) {
				findings = append(findings, one(t.Attr("key"),
					"%s has the role worker, and the taint %s keeps ordinary pods away. Remove one of the two.", whose(group), t.Key)...)
			}
		}
	}
	return findings
}

// labeled returns one finding for each label of a block that judge rejects.
func labeled(p *plan.Plan, judge func(key, value string, n *plan.Node) string) []Finding {
	var findings []Finding
	for _, group := range blocks(p.KubeletNodes()) {
		for _, key := range slices.Sorted(maps.Keys(group[0].Labels)) {
			for _, n := range group {
				if says := judge(key, n.Labels[key], n); says != "" {
					findings = append(findings, Finding{At: labelsAt(n), Detail: says})
					break
				}
			}
		}
	}
	return findings
}

// movedNodes finds moved blocks whose names are not those of a machine before and after.
func movedNodes(p *plan.Plan) []Finding {
	known := map[string]bool{}
	for _, n := range p.Nodes {
		known[n.Name] = true
	}
	var out []Finding
	from, to := map[string]bool{}, map[string]bool{}
	for _, m := range p.Moved {
		switch {
		case m.Attr("from").Start == m.Block().Start || m.Attr("to").Start == m.Block().Start: // not written: missing-argument reports it
		case known[m.From]:
			out = append(out, Finding{
				At: m.Attr("from"),
				Detail: fmt.Sprintf("%q is still a node of this topology. A machine has one name: remove the node, or this block.",
					spelling.Excerpt(m.From)),
			})
		case !plan.CanNameNode(m.From):
			out = append(out, Finding{
				At: m.Attr("from"),
				Detail: fmt.Sprintf("%q cannot have been the name of a node: a name consists of parts of lower-case letters, digits, and "+
					"hyphens, separated by dots. Write the name that the machine had.", spelling.Excerpt(m.From)),
			})
		case !known[m.To]:
			out = append(out, Finding{
				At:     m.Attr("to"),
				Detail: fmt.Sprintf("No node is named %q. Write the current name of the machine.", spelling.Excerpt(m.To)),
			})
		case from[m.From] || to[m.To]:
			out = append(out, Finding{
				At: m.Block(),
				Detail: fmt.Sprintf("%q to %q: one of the two names is in another moved block. Write each name only "+
					"once.", spelling.Excerpt(m.From),
					spelling.Excerpt(m.To)),
			})
		}
		from[m.From], to[m.To] = true, true
	}
	return out
}
