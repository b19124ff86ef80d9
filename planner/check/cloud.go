package check

import (
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const ccmDocs = "https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/"

// cloudTargets are targets whose machines are those of the cloud of the same name; the others' are nobody's cloud.
var cloudTargets = []string{"aws", "azure", "digitalocean", "gcp", "hetzner", "openstack", "vsphere"}

var cloudRules = []Rule{
	{rule.Rule{
		ID: "cloud-manifest-missing", Severity: rule.Error, Title: "Cloud without its controller manager", Permanent: true,
		Doc:     "Nodes of a cluster with an external cloud provider take no pods before the cloud's controller manager has initialised them. For this cloud k8splan has no manifest that could be checked: its makers publish a Helm chart, or a manifest with credentials to be filled in.",
		Fix:     "Write manifest blocks with what your cloud's documentation has you apply, or remove the block: a cluster needs a cloud provider only for Services of type LoadBalancer, zones and routes.",
		Sources: []string{ccmDocs, "https://github.com/kubernetes/cloud-provider-vsphere/tree/master/releases", "https://github.com/kubernetes-sigs/cloud-provider-azure/tree/master/helm"},
	}, func(p *plan.Plan) []Finding {
		for _, a := range p.Addons {
			if a.Cloud != "" && a.Known == nil && len(a.Manifests) == 0 {
				return one(a.NameRange, "Nothing here would initialise the nodes, and they take no pods before. Write manifest \"https://…\" { checksum = \"sha256:…\" } with the controller manager of %s, or remove the block.", a.Cloud)
			}
		}
		return nil
	}},
	{rule.Rule{
		ID: "cloud-credentials-missing", Severity: rule.Warning, Title: "Controller manager without its credentials",
		Doc:     "The controller manager reads its credentials from a Secret, and they have no place in this file. Without the Secret its pod does not start, all nodes keep their taint, and the playbook waits for cluster DNS in vain.",
		Fix:     "Write `manifest \"~/secrets/FILE.yaml\" {}` into the block, a path on the machine that runs Ansible; the file holds the Secret that the message names.",
		Sources: []string{ccmDocs, "https://github.com/hetznercloud/hcloud-cloud-controller-manager#quick-start"},
	}, func(p *plan.Plan) []Finding {
		for _, a := range p.Addons {
			known, ok := plan.FindCloud(a.Cloud)
			own := slices.ContainsFunc(a.Manifests, func(m plan.Manifest) bool { return m.Tree == "" })
			if ok && known.Secret != "" && !own {
				return one(a.NameRange, "The controller manager waits for the Secret %s in kube-system: %s. Write manifest \"~/secrets/%s.yaml\" {}, a file beside Ansible that holds it.", known.Secret, known.Holds, known.Secret)
			}
		}
		return nil
	}},
	{rule.Rule{
		ID: "cloud-elsewhere", Severity: rule.Error, Title: "Controller manager of another cloud",
		Doc:     "A controller manager asks its cloud for every node's machine and removes nodes that it does not find there. That of another cloud than the machines' initialises none.",
		Fix:     "Write the cloud that the target names.",
		Sources: []string{"https://kubernetes.io/docs/concepts/architecture/cloud-controller/"},
	}, func(p *plan.Plan) []Finding {
		if p.CloudProvider == "" || p.CloudProvider == "other" || !slices.Contains(cloudTargets, p.Target.Name) || p.Target.Name == p.CloudProvider {
			return nil
		}
		for _, a := range p.Addons {
			if a.Cloud != "" {
				return one(a.NameRange, "The machines are those of %s: the controller manager of %s would find none of them. Write cloud_provider %q.", p.Target.Name, a.Cloud, p.Target.Name)
			}
		}
		return nil
	}},
	{rule.Rule{
		ID: "cloud-flag-twice", Severity: rule.Error, Title: "Flag that cloud_provider sets", Permanent: true,
		Doc:     "The block sets --cloud-provider on every kubelet and on the controller manager. Written once more it is either the same, or it leaves some nodes without the taint that keeps pods away until they are initialised.",
		Fix:     "Remove the flag.",
		Sources: []string{ccmDocs},
	}, func(p *plan.Plan) []Finding {
		if p.CloudProvider == "" {
			return nil
		}
		var findings []Finding
		for _, c := range commandLines(p) {
			for _, a := range c.args {
				if a.Name == "cloud-provider" && (c.component == "kubelet" || c.component == "kube-controller-manager") {
					findings = append(findings, one(c.key(a.Name), "cloud_provider %q sets --cloud-provider of %s. Remove the flag.", p.CloudProvider, c.component)...)
				}
			}
		}
		return findings
	}},
}
