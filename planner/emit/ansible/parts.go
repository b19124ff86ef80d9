package ansible

import (
	"regexp"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// part is a set of files that only some designs need.
type part struct {
	needed bool
	paths  []string // paths in ansible/: files, and directories that end with a slash
}

// parts lists what a design can omit. A running cluster may come from an earlier design, so the list excludes whatever reconfigure.yml,
// upgrade.yml, and reset.yml may need, and everything that removes something.
func parts(p *plan.Plan, leaving []plan.Leaving) []part {
	cni := p.Network.CNI
	several := len(p.Nodes) > 1
	packages := p.Artifacts.Origin == plan.Packages
	return []part{
		// Their text is in group_vars.
		{false, []string{"roles/runtime/files/containerd.service", "roles/runtime/files/crio.service", "roles/runtime/files/docker.service",
			"roles/runtime/files/cri-docker.service", "roles/runtime/files/policy.json"}},
		// member.py and gate.py of this role also serve stacked etcd.
		{p.Hosts.Firewall, []string{"roles/firewall/"}},
		{p.Hosts.Enforce(), []string{"roles/host/tasks/labels.yml", "roles/host/files/labels.py"}},
		{len(p.Time.Servers) > 0, []string{"roles/host/tasks/time.yml"}},
		{len(localFiles(p)) > 0, []string{"roles/host/tasks/local.yml"}},
		{proxyCredentials(p.Network.HTTPProxy) != "", []string{"roles/host/tasks/proxy.yml", "roles/host/files/proxy.py"}},
		{p.Etcd.IsExternal() && !p.Etcd.Foreign(), []string{"roles/etcd/tasks/", "roles/etcd/vars/", "roles/etcd/defaults/",
			"roles/etcd/files/issue.py",
			"roles/recovery/tasks/renew_etcd.yml", "roles/recovery/tasks/client.yml"}},
		{len(p.Proxied()) > 0 || slices.ContainsFunc(p.Nodes, isBalancer), []string{"roles/load_balancer/"}},
		{len(p.Proxied()) > 0, []string{"roles/reconfigure/tasks/proxy.yml"}},
		{slices.ContainsFunc(p.Nodes, isBalancer), []string{"roles/reconfigure/tasks/balancer_open.yml",
			"roles/reconfigure/files/balancer.py"}},
		{p.LoadBalancer.Kind == plan.KubeVIP, []string{"roles/cluster/tasks/kube_vip.yml", "roles/reconfigure/tasks/kube_vip.yml",
			"roles/reconfigure/tasks/vip_second.yml", "roles/reconfigure/tasks/vip_hand.yml"}},
		{slices.ContainsFunc(p.Nodes, isEvicting), []string{"roles/reconfigure/tasks/taint.yml"}},
		{len(p.HostFiles()) > 0, []string{"roles/cluster/tasks/files.yml"}},
		{several || len(leaving) > 0, []string{"roles/reconfigure/tasks/balancer_take.yml"}},
		{(several || len(leaving) > 0) && len(p.Etcd.Endpoints) == 0, []string{"move-etcd.yml", "roles/move/"}},
		{p.Etcd.IsExternal(), []string{"roles/move/tasks/authority.yml", "roles/move/tasks/leave.yml"}},
		{!p.Etcd.IsExternal(), []string{"roles/move/tasks/enter.yml", "roles/move/tasks/stop.yml"}},
		{len(p.KubeletNodes()) > 1, []string{"roles/cluster/tasks/join.yml"}},
		{slices.ContainsFunc(p.Nodes, isWorkerAlone), []string{"roles/drain/tasks/waves.yml", "roles/drain/files/waves.py"}},
		{several, []string{"replace-host.yml", "roles/recovery/tasks/forget.yml"}},
		{several || len(leaving) > 0, []string{"remove-host.yml", "roles/remove/"}},
		{cni.Name == plan.StaticRoutes, []string{"roles/network/tasks/routes.yml", "roles/network/templates/",
			"roles/remove/tasks/routes.yml"}},
		{cni.Name == plan.Calico && cni.Encapsulation == "wireguard", []string{"roles/network/tasks/encrypt.yml"}},
		{len(p.Addons) > 0, []string{"roles/addons/tasks/main.yml", "roles/addons/files/apply.py"}},
		{p.Charts(), []string{"roles/addons/tasks/charts.yml", "roles/addons/files/chart.py"}},
		{p.ProviderIDs(), []string{"roles/addons/tasks/nodes.yml", "roles/addons/files/provider_id.py"}},
		{p.Cluster.Kubelet.ServerTLSBootstrap, []string{"roles/addons/tasks/approve.yml", "roles/addons/files/approve.py"}},
		{packages, []string{"roles/artifacts/tasks/packages_debian.yml", "roles/artifacts/tasks/packages_image.yml",
			"roles/artifacts/tasks/packages_redhat.yml", "roles/artifacts/templates/"}},
		{!packages, []string{"roles/kubelet/files/kubelet.service"}},
	}
}

func isBalancer(n *plan.Node) bool { return n.Roles.Has(plan.Balancer) }

// isWorkerAlone reports whether a node is in the inventory's group workers.
func isWorkerAlone(n *plan.Node) bool {
	return n.Roles.Has(plan.Worker) && !n.Roles.Has(plan.ControlPlane)
}

// isEvicting reports whether a node has a taint that evicts running pods.
func isEvicting(n *plan.Node) bool {
	return slices.ContainsFunc(n.EffectiveTaints(), func(t plan.Taint) bool { return t.Effect == "NoExecute" })
}

// trimmer removes what a design cannot use from the programs. The rest stays as it is in templates, line by line.
type trimmer struct {
	without []string        // omitted paths in ansible/
	groups  map[string]bool // inventory group → whether it has hosts
}

// trimmerFor returns the trimmer of a design.
func trimmerFor(p *plan.Plan, leaving []plan.Leaving) *trimmer {
	t := &trimmer{groups: map[string]bool{
		"etcd":           p.Etcd.IsExternal() && !p.Etcd.Foreign(),
		"load_balancer":  slices.ContainsFunc(p.Nodes, isBalancer),
		"local_balancer": len(p.Proxied()) > 0,
		"workers":        slices.ContainsFunc(p.Nodes, isWorkerAlone),
	}}
	for _, part := range parts(p, leaving) {
		if !part.needed {
			t.without = append(t.without, part.paths...)
		}
	}
	return t
}

// leftOut reports whether the tree omits a file. A path that ends in the middle of a name matches all files with that prefix.
func (t *trimmer) leftOut(path string) bool {
	for _, out := range t.without {
		switch {
		case path == out, strings.HasSuffix(out, "/") && strings.HasPrefix(path, out),
			strings.HasSuffix(path, "_") && strings.HasPrefix(out, path):
			return true
		}
	}
	return false
}

// program returns a playbook or task file without the plays and tasks that would run omitted files.
func (t *trimmer) program(path, text string) string {
	if !strings.HasSuffix(path, ".yml") || strings.Contains(path, "/vars/") || strings.Contains(path, "/defaults/") {
		return text
	}
	role, _, _ := strings.Cut(strings.TrimPrefix(path, "roles/"), "/")
	lines, _ := t.list(role, strings.SplitAfter(text, "\n"), 0)
	return strings.Join(lines, "")
}

// list trims a list of plays, tasks, or roles, and reports whether any item is left. An item's comments are the lines above it.
func (t *trimmer) list(role string, lines []string, indent int) (kept []string, left bool) {
	item := strings.Repeat(" ", indent) + "- "
	above := 0 // start of the next item's comments
	for at := 0; at < len(lines); {
		if !strings.HasPrefix(lines[at], item) {
			if !isComment(lines[at], indent) {
				above = at + 1
			}
			at++
			continue
		}
		kept = append(kept, lines[:above]...)
		end := at + 1
		for end < len(lines) && isInside(lines[end], indent) {
			end++
		}
		for lines[end-1] == "\n" {
			end--
		}
		if stays, ok := t.item(role, lines[at:end], indent); ok {
			kept, left = append(append(kept, lines[above:at]...), stays...), true
		} else if len(kept) > 0 && kept[len(kept)-1] == "\n" {
			kept = kept[:len(kept)-1]
		} else if end < len(lines) && lines[end] == "\n" {
			end++
		}
		lines, at, above = lines[end:], 0, 0
	}
	return append(kept, lines...), left
}

// isComment reports whether a line may be a comment on the item that follows.
func isComment(line string, indent int) bool {
	return strings.HasPrefix(line, strings.Repeat(" ", indent)+"#")
}

// isInside reports whether a line continues the item at the given indentation.
func isInside(line string, indent int) bool {
	return line == "\n" || strings.HasPrefix(line, strings.Repeat(" ", indent+2))
}

var (
	nested  = regexp.MustCompile(`^ +(roles|pre_tasks|tasks|block|rescue|always):\n$`)
	hosts   = regexp.MustCompile(`(?m)^  hosts: "?(?:\{\{.* or '(\w+):!all' \}\}|(\w+))(?:\{\{.*)?"?$`)
	sorted  = regexp.MustCompile(`^.*\n  hosts: >-\n    \{\{ \(\(groups\.(\w+) [^+]*or '\w+'\n`) // hosts of one group, in a computed order
	include = regexp.MustCompile(`(?m)^ +ansible\.builtin\.(?:include|import)_(role|tasks|playbook): ?(.*)$`)
	named   = regexp.MustCompile(`(?m)^ +name: (\w+)$`)
	from    = regexp.MustCompile(`(?m)^ +tasks_from: (\w+)$`)
	roleIs  = regexp.MustCompile(`^ +- (?:role: )?(\w+)\n`)
)

// item trims one play, task, block, or role of a list, and reports whether it stays.
func (t *trimmer) item(role string, lines []string, indent int) (kept []string, ok bool) {
	own, works, left := "", false, false
	for at := 0; at < len(lines); at++ {
		kept = append(kept, lines[at])
		if !nested.MatchString(lines[at]) || !strings.HasPrefix(lines[at], strings.Repeat(" ", indent+2)) ||
			strings.HasPrefix(lines[at], strings.Repeat(" ", indent+3)) {
			own += lines[at]
			continue
		}
		end := at + 1
		for end < len(lines) && isInside(lines[end], indent+2) {
			end++
		}
		stay, some := t.list(role, lines[at+1:end], indent+4)
		if main := !strings.Contains(lines[at], "rescue:") && !strings.Contains(lines[at], "always:"); main {
			works, left = true, left || some
		}
		if some {
			kept = append(kept, stay...)
		} else {
			kept = kept[:len(kept)-1]
		}
		at = end - 1
	}
	return kept, (!works || left) && !t.useless(role, own, indent)
}

// useless reports whether a play has no hosts, or a task or a play's role is not in the tree.
func (t *trimmer) useless(role, text string, indent int) bool {
	if indent == 0 && t.nowhere(text) {
		return true
	}
	if m := roleIs.FindStringSubmatch(text); m != nil {
		return t.leftOut("roles/" + m[1] + "/tasks/main.yml")
	}
	m := include.FindStringSubmatch(text)
	switch {
	case m == nil:
		return false
	case m[1] == "playbook":
		return t.leftOut(m[2])
	case m[1] == "tasks":
		file, _, _ := strings.Cut(m[2], "{{") // the rest of the name is only known on the host
		return t.leftOut("roles/" + role + "/tasks/" + file)
	}
	tasks := "main"
	if f := from.FindStringSubmatch(text); f != nil {
		tasks = f[1]
	}
	return t.leftOut("roles/" + named.FindStringSubmatch(text)[1] + "/tasks/" + tasks + ".yml")
}

// nowhere reports whether a play runs on a group without hosts.
func (t *trimmer) nowhere(play string) bool {
	group := ""
	if m := hosts.FindStringSubmatch(play); m != nil {
		group = m[1] + m[2]
	} else if m := sorted.FindStringSubmatch(play); m != nil {
		group = m[1]
	}
	has, known := t.groups[group]
	return known && !has
}
