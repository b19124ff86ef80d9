package check

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// reachRules are about existing machines: their names, how Ansible reaches them, and machines that are not in the cluster.
var reachRules = []Rule{
	{rule.Rule{
		ID: "node-name-dots", Severity: rule.Error, Title: "Name with dots not supported by the target", Permanent: true,
		Doc: "Kubernetes accepts a DNS name with dots for a node, and any string for a cluster. The target names its machines, " +
			"networks, and firewall rules after both, and such names must not have dots.",
		Fix:     "Write the name without dots, or use a target with existing machines: bare-metal or kubespray.",
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names"},
	}, nodeNameDots},
	{rule.Rule{
		ID: "node-ssh-made", Severity: rule.Error, Title: "SSH login of a single machine", Permanent: true,
		Doc: "The target creates every machine with the user and the sshd port from the file's ssh block. Ansible would try a different " +
			"login on this machine and fail.",
		Fix:     "Remove the block from the machine, and write `user` and `port` in the file's `ssh` block.",
		Sources: []string{"https://docs.ansible.com/ansible/latest/inventory_guide/connection_details.html"},
	}, nodeSSHMade},
	{rule.Rule{
		ID: "node-local-twice", Severity: rule.Error, Title: "Several machines with a local connection", Permanent: true,
		Doc: "connection = \"local\" means that Ansible runs on this machine. Everything meant for the other machines with this setting " +
			"would also happen here.",
		Fix:     "Keep it only on the machine that Ansible runs on.",
		Sources: []string{"https://docs.ansible.com/ansible/latest/collections/ansible/builtin/local_connection.html"},
	}, nodeLocalTwice},
	{rule.Rule{
		ID: "node-etcd-name", Severity: rule.Error, Title: "etcd member name not supported by the target", Permanent: true,
		Doc: "The playbook and kubeadm identify an etcd member by the name of its host when they add, remove, restore, and back up " +
			"members. Only kubespray supports another name.",
		Fix:     "Remove `etcd_name`, or use the target kubespray. Write it only on etcd members.",
		Sources: []string{"https://etcd.io/docs/v3.6/op-guide/clustering/"},
	}, nodeEtcdName},
	{rule.Rule{
		ID: "node-beside-cluster", Severity: rule.Error, Title: "Machine without a role that the target cannot create",
		Permanent: true,
		Doc: "roles = [] defines a machine outside the cluster, with an address, a place, and inventory groups. Clouds, " +
			"hosted services, and installers decide by role what to create.",
		Fix: "Remove the node, or use a target whose machines exist (bare-metal, kubespray) or are all created alike (vagrant, libvirt, " +
			"proxmox, vsphere, lxd).",
		Sources: []string{"https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html"},
	}, nodeBesideCluster},
}

// makesMachines reports whether the target creates or installs machines.
func makesMachines(p *plan.Plan) bool {
	f := p.Target.Facts
	return f.Folder != "" && (f.FolderIf == "" || p.Target.Has(f.FolderIf)) && f.Hosting == plan.Hosts
}

// isFound reports whether the machines already exist, so that only an inventory and Kubernetes itself use their names.
func isFound(p *plan.Plan) bool {
	return p.Target.Facts.Found && !makesMachines(p)
}

func nodeNameDots(p *plan.Plan) []Finding {
	if isFound(p) {
		return nil
	}
	var findings []Finding
	if strings.Contains(p.Cluster.Name, ".") {
		findings = append(findings, one(p.Cluster.NameRange, "%q has dots, and target %s uses it in names that must not have dots. Write "+
			"%q.", p.Cluster.Name, p.Target.Name, strings.ReplaceAll(p.Cluster.Name, ".", "-"))...)
	}
	for _, n := range byPlace(p.Nodes) {
		if strings.Contains(n.Name, ".") {
			findings = append(findings, one(n.NameRange, "%q has dots, and target %s uses it as the machine's name. Write "+
				"%q.", n.Name, p.Target.Name,
				strings.ReplaceAll(n.Name, ".", "-"))...)
		}
	}
	return findings
}

func nodeSSHMade(p *plan.Plan) []Finding {
	if !makesMachines(p) || p.Target.Facts.Leaves("node.ssh") {
		return nil
	}
	made := having(byPlace(p.Nodes), func(n *plan.Node) bool { return n.SSH.Source != nil })
	return each(made, func(*plan.Node) bool { return true }, func(n *plan.Node) hcl.Range { return n.SSH.Block() },
		func(_ *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("Target %s makes %s with user %s and sshd on port %d, like all other machines. Remove the block.",
				p.Target.Name, whose(all), p.SSH.User, p.SSH.Port)
		})
}

func nodeLocalTwice(p *plan.Plan) []Finding {
	local := having(byPlace(p.Nodes), func(n *plan.Node) bool { return n.SSH.Local })
	if len(local) < 2 {
		return nil
	}
	return one(local[1].SSH.Attr("connection"), "%s and %s both have connection = \"local\", but Ansible runs on one machine only. "+
		"Keep it there.",
		local[0].Name, local[1].Name)
}

func nodeEtcdName(p *plan.Plan) []Finding {
	seen := map[string]string{}
	for _, m := range p.Etcd.Members {
		if other, twice := seen[m.Name]; twice {
			return one(m.Node.At("etcd_name"), "The members of %s and %s are both called %s. Write another "+
				"name.", other, m.Node.Name, m.Name)
		}
		seen[m.Name] = m.Node.Name
	}
	for _, n := range byPlace(p.Nodes) {
		switch at := n.Attr("etcd_name"); {
		case n.EtcdName == "" || p.Target.Facts.Leaves("node.etcd_name"):
		case !n.Roles.Has(plan.EtcdRole):
			return one(at, "%s is not an etcd member. Remove etcd_name, or write the role etcd.", n.Name)
		case !p.Target.Facts.NamesMembers && n.EtcdName != n.Name:
			return one(at, "Target %s names the member after its host, %s, not %s. Remove etcd_name.", p.Target.Name, n.Name,
				n.EtcdName)
		}
	}
	return nil
}

func nodeBesideCluster(p *plan.Plan) []Finding {
	if isFound(p) || p.Target.Facts.Beside {
		return nil
	}
	var findings []Finding
	for _, n := range byPlace(p.Nodes) {
		if n.Roles == 0 && n.Has("roles") {
			findings = append(findings, one(n.Attr("roles"), "Target %s creates machines by their roles, and %s has none. Remove "+
				"the node, or write roles = [\"worker\"].", p.Target.Name, n.Name)...)
		}
	}
	return findings
}
