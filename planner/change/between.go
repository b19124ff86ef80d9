package change

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Change is a difference between two designs, and its effect on a running cluster.
type Change struct {
	ID      string // "cluster.cert_sans: a name is added": the table's row and case
	Class   Class
	Subject string // path in the language: "network.pod_subnets", "node.worker-3"
	Before  string // "" if it did not exist
	After   string // "" if it no longer exists
	Hosts   []string
	Range   *hcl.Range // in the new design, or in the old one if it was removed; nil if it is not written
	Detail  string
	Source  string
	// Origin says where a value that is not in the file comes from: "default since v1.3.0", or "default". "" if it is written.
	Origin string

	by     []string // IDs of procedures
	paths  []string // settings that it changes
	joins  []string // names of nodes that join
	leaves []string // names of nodes that leave
	args   []argOf  // node arguments that it changes
}

type argOf struct{ node, argument string }

// Report says what an edit does to a cluster.
type Report struct {
	Old, New *Record
	Verdict  Class
	Changes  []Change // worst class first, then in the order of the language
	Steps    []Step
	Hints    []string

	Before, After, Lowest Spare
	LowestStep            int  // 1-based, 0 if no step survives less than the cluster before
	Judged                bool // false if the target, not the design, decides about etcd and the API servers

	silent []string // settings that are not in the file and reach no host
}

// Between reports what changing one design into another does to a cluster.
func Between(old, new *Record) *Report { return BetweenWith(old, new, nil) }

// BetweenWith is Between with other facts about Kubernetes releases, which order the steps of an upgrade; nil means the program's own.
func BetweenWith(old, new *Record, facts *plan.Table) *Report {
	d := &differ{old: old, new: new, facts: facts, r: &Report{Old: old, New: new, Verdict: None}}
	d.settings()
	d.elsewhere()
	d.nodes()
	d.combinations()
	d.toolDoesBoth()
	d.others()
	slices.SortStableFunc(d.r.Changes, func(a, b Change) int { return b.Class.rank() - a.Class.rank() })
	for _, c := range d.r.Changes {
		d.r.Verdict = worse(d.r.Verdict, c.Class)
	}
	d.steps()
	return d.r
}

type differ struct {
	old, new *Record
	facts    *plan.Table
	r        *Report
	again    map[string]bool // the result of redone

	renames, before map[string]string // new names by old ones, and the reverse: the result of names
}

// parents are blocks whose label is a setting: a change of the label also covers the content of the block.
var parents = []string{
	"network.cni", "load_balancer", "cloud_provider", "addon", "scheduler", "cluster.scheduler.profile", "container_runtime.registry",
	"target",
	"addon.manifest", "addon.pool", "cloud_provider.manifest", "container_runtime",
}

// settings compares everything except the machines.
func (d *differ) settings() {
	paths := slices.Collect(maps.Keys(d.old.Settings))
	for path := range d.new.Settings {
		if _, ok := d.old.Settings[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, func(a, b string) int {
		if c := rowIndex(a) - rowIndex(b); c != 0 {
			return c
		}
		return plan.Natural(a, b)
	})
	told := map[string]bool{} // blocks
	for _, path := range paths {
		e := &edit{old: d.old, new: d.new, path: path}
		e.before, e.had = d.old.Settings[path]
		e.after, e.has = d.new.Settings[path]
		if e.had && e.has && e.before.Equal(e.after) || d.unstated(e) {
			continue
		}
		if block := within(path, told); block != "" {
			c := d.changeOf(block)
			c.paths = append(c.paths, path)
			continue // for nested blocks, the outer one is reported
		}
		arg := argument(path)
		if slices.Contains(parents, arg) {
			told[path] = true
		}
		d.setting(e, arg)
	}
}

// unstated reports whether a version is missing because the file does not state it and the cluster's Kubernetes is older than the facts, so
// there is no default.
func (d *differ) unstated(e *edit) bool {
	if e.had == e.has || !strings.HasSuffix(e.path, ".version") && !strings.HasPrefix(e.path, "component[") {
		return false
	}
	of := d.new
	if e.has {
		of = d.old
	}
	v, ok := plan.ParseVersion(of.text("cluster.kubernetes_version"))
	return ok && d.facts.At(v).Past()
}

// elsewhere reports manifests whose content no record has, because they are on the machine that runs Ansible.
func (d *differ) elsewhere() {
	for _, path := range slices.Sorted(maps.Keys(d.new.Settings)) {
		name := key(path)
		_, there := d.old.Settings[path]
		if !there || argument(path) != "addon.manifest" && argument(path) != "cloud_provider.manifest" ||
			!strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "~/") {
			continue
		}
		d.r.Hints = append(d.r.Hints, fmt.Sprintf("%s is on the machine that runs Ansible, and its content is not recorded: if it "+
			"has changed, site.yml applies it again", name))
	}
}

// within is the reported block that contains a path, "" if none does.
func within(path string, told map[string]bool) string {
	for block := range told {
		if rest, found := strings.CutPrefix(path, block); found && rest != "" && (rest[0] == '.' || rest[0] == '[') {
			if block == "container_runtime" && strings.HasPrefix(rest, ".registry") {
				continue // registries stay the same with another runtime
			}
			return block
		}
	}
	return ""
}

func (d *differ) changeOf(subject string) *Change {
	for i := range d.r.Changes {
		if d.r.Changes[i].Subject == subject {
			return &d.r.Changes[i]
		}
	}
	panic("change: " + subject + " was not reported")
}

func rowIndex(path string) int {
	arg := argument(path)
	i := slices.IndexFunc(table, func(r Row) bool { return r.Argument == arg })
	if i < 0 {
		return len(table)
	}
	return i
}

func (d *differ) setting(e *edit, arg string) {
	r, ok := lookup(arg)
	if !ok { // a field of a newer format
		r = &Row{arg, []Case{{Class: Refused, What: "This release of k8splan does not know the argument: install a newer one."}}, ""}
	}
	chosen := r.choose(e)
	c := Change{
		ID: id(r, chosen), Class: chosen.effective(), Subject: e.path, Before: e.before.shown(e.had), After: e.after.shown(e.has),
		Detail: chosen.What, Source: r.Source, by: chosen.By, paths: []string{e.path},
	}
	if strings.HasPrefix(e.path, "artifacts.") && d.new.text("etcd.topology") != "stacked" { // etcd is no pod
		c.by = slices.DeleteFunc(slices.Clone(c.by), func(id string) bool { return id == "etcd-settings" })
	}
	if e.before.IsList && e.after.IsList && len(e.before.List) > 3 {
		c.Before, c.After = without(e.before.List, e.after.List), without(e.after.List, e.before.List)
	}
	if d.new.Defaults[e.path] && (d.old.Defaults[e.path] || !e.had) || !e.has && d.old.Defaults[e.path] {
		c.Origin = "default"
		if d.old.Release != d.new.Release {
			c.Origin = "default since " + d.new.Release
		}
	}
	if d.ignored(arg) {
		c.Class, c.Detail, c.by = None, d.ignoredWhat(), nil
	}
	if slices.ContainsFunc(c.by, func(id string) bool { return id == "enforce" || id == "reinstall" }) { // control planes are reset, too
		c.by = append([]string{"save"}, c.by...)
		if len(d.new.having(plan.ControlPlane)) == 1 {
			c.Class, c.by, c.Detail = Refused, nil, lasting[0].only()
		}
	}
	if c.Class == None && c.Origin != "" {
		d.r.silent = append(d.r.silent, e.path)
		return
	}
	d.r.Changes = append(d.r.Changes, c)
	last := &d.r.Changes[len(d.r.Changes)-1]
	last.Range = d.place(e, c.Origin)
	last.Hosts = d.hostsOf(c.by)
	if e.path == "etcd.version" && !d.new.external() {
		last.Hosts = d.hostsOf([]string{"etcd-settings"}) // the upgrade leaves the other hosts alone
	}
}

// ignored reports whether the target ignores an argument, before and after: changing it does not change the cluster. A target uses all
// arguments of its own block.
func (d *differ) ignored(argument string) bool {
	return d.new.leaves != nil && !strings.HasPrefix(argument, "target.") && d.old.Target == d.new.Target && d.new.leaves(argument)
}

func (d *differ) ignoredWhat() string {
	return "Nothing changes: target " + d.new.Target + " does not use this argument."
}

// without lists the items of a list that the other list lacks.
func without(items, other []string) string {
	var out []string
	for _, s := range items {
		if !slices.Contains(other, s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return fmt.Sprintf("%d others", len(items))
	}
	return few(out)
}

// place is where a setting is written: in the new design, or in the old one if it was removed.
func (d *differ) place(e *edit, origin string) *hcl.Range {
	at, ok := d.new.at[e.path]
	if !e.has {
		at, ok = d.old.at[e.path]
	}
	if !ok || origin != "" {
		return nil
	}
	return &at
}

func id(r *Row, c *Case) string {
	if c.When == "" {
		return r.Argument
	}
	return r.Argument + ": " + c.When
}

// hostsOf returns the hosts of the old design that stay and that the procedures work on.
func (d *differ) hostsOf(procedures []string) []string {
	var out []string
	for _, n := range d.new.Nodes {
		if d.old.node(n.Name) == nil {
			continue
		}
		for _, id := range procedures {
			if id != "save" && find(id).where.has(n, d.new) && !slices.Contains(out, n.Name) {
				out = append(out, n.Name)
			}
		}
	}
	return out
}

// has reports whether a procedure's place includes a host.
func (w place) has(n *Node, r *Record) bool {
	roles := n.roles()
	switch w {
	case onControlPlanes:
		return roles.Has(plan.ControlPlane)
	case onKubelets, onCluster:
		return roles.Has(plan.ControlPlane) || roles.Has(plan.Worker)
	case onMembers:
		return roles.Has(plan.EtcdRole)
	case onHosts:
		return roles != 0
	case onCertificates:
		return roles.Has(plan.ControlPlane) || roles.Has(plan.EtcdRole) && r.external()
	case onBalancers:
		kind := r.text("load_balancer")
		return roles.Has(plan.Balancer) || kind == plan.KubeVIP && roles.Has(plan.ControlPlane) ||
			kind == plan.LocalBalancer && roles.Has(plan.Worker) && !roles.Has(plan.ControlPlane)
	}
	return false
}

func (r *Record) node(name string) *Node {
	i, ok := slices.BinarySearchFunc(r.Nodes, name, func(n *Node, name string) int { return plan.Natural(n.Name, name) })
	if !ok {
		return nil
	}
	return r.Nodes[i]
}

// having returns the nodes with a role.
func (r *Record) having(role plan.Roles) []*Node {
	var out []*Node
	for _, n := range r.Nodes {
		if n.roles().Has(role) {
			out = append(out, n)
		}
	}
	return out
}

// combinations refuses pairs of changes that must not be one edit.
func (d *differ) combinations() {
	version := d.old.Settings["cluster.kubernetes_version"].Text != d.new.Settings["cluster.kubernetes_version"].Text
	network := d.old.text("network.cni.version") != d.new.text("network.cni.version") &&
		d.old.text("network.cni") == d.new.text("network.cni")
	was, _ := plan.ParseVersion(d.old.text("cluster.kubernetes_version"))
	ours := d.new.Hosting == plan.Hosts && !d.facts.At(was).Past() // whose playbooks there are
	membership, worker, runtime := false, false, false
	for _, c := range d.r.Changes {
		for _, id := range c.by {
			membership = membership || slices.Contains([]string{"join-control-plane", "join-member", "remove-control-plane",
				"remove-member"}, id)
			worker, runtime = worker || ours && id == "join-worker", runtime || ours && id == "runtime-kind"
		}
	}
	d.twoEdits()
	switch {
	case version && membership:
		d.refuse("cluster.kubernetes_version", "combination",
			"An upgrade and a change of control planes or etcd members must be two edits: otherwise new and old hosts would run "+
				"different versions. Finish one on every host, then make the other.")
	case version && worker:
		d.refuse("cluster.kubernetes_version", "combination",
			"An upgrade and workers that join must be two edits: upgrade.yml waits until every node of the topology has joined, and "+
				"site.yml joins none while the cluster has another version. Finish one, then make the other.")
	case version && runtime:
		d.refuse("cluster.kubernetes_version", "combination",
			"An upgrade and another container runtime must be two edits: nodes keep their kind of runtime while they are upgraded. "+
				"Finish one on every node, then make the other.")
	case network && membership:
		d.refuse("network.cni.version", "combination",
			"A new version of the pod network and a change of control planes or etcd members must be two edits. Finish one, then "+
				"make the other.")
	}
}

// twoEdits refuses machines that leave, or leave and come back, together with a change that the playbooks cannot finish while they are
// there.
func (d *differ) twoEdits() {
	v, ok := plan.ParseVersion(d.old.text("cluster.kubernetes_version"))
	if d.new.Hosting != plan.Hosts || !ok || d.facts.At(v).Past() {
		return
	}
	// nodes that leave, control planes among them, machines that come back, other addresses
	var gone, leaving, returning, moved []string
	// whether control planes or members of etcd come, go, or come back; and whether one is moved
	members, moving := false, false
	for _, c := range d.r.Changes {
		for _, a := range c.args {
			if a.argument == "address" && (slices.Contains(c.by, "node-again") || slices.Contains(c.by, "remove-control-plane")) {
				moved = append(moved, a.node)
				moving = moving || critical(d.old.node(a.node))
			}
		}
		goes := slices.ContainsFunc(c.by, func(id string) bool { return slices.Contains(leavesHosts, id) })
		comes := slices.ContainsFunc(c.by, func(id string) bool { return slices.Contains(joinsHosts, id) })
		for _, host := range c.Hosts {
			was, is := d.old.node(host), d.new.node(host)
			if d.moved(host) || !goes && !comes {
				continue
			}
			members = members || was != nil && critical(was) || is != nil && critical(is)
			switch {
			case goes && comes:
				returning = add(returning, host)
			case goes && was.roles().Has(plan.ControlPlane):
				gone, leaving = append(gone, host), append(leaving, host)
			case goes && was.roles().Has(plan.Worker):
				gone = append(gone, host)
			}
		}
	}
	const router = "load_balancer.virtual_router_id"
	any := func(ids ...string) bool { return slices.ContainsFunc(ids, d.does) }
	switch {
	case len(moved) > 1 || moving && members || len(moved) > 0 && (len(returning) > 0 || any("upgrade", "upgrade-etcd")):
		d.refuse("node.address", "combination", fmt.Sprintf("Playbooks do not start while a node has another address than the "+
			"topology states, and such an address is changed by hand: %s. Make one edit for each of them, and separate edits for an "+
			"upgrade and for machines that join, leave, or get another role.", few(moved)))
	case len(gone)+len(returning) > 0 && any("endpoint", "new-balancer", "take-balancer", "local-balancer", "kube-vip-address"):
		d.refuse("node", "combination", fmt.Sprintf("Nodes that leave, or come back with another name or role (%s), and another "+
			"endpoint of the API must be two edits: machines that leave stay at the old endpoint to the end, and others join at the new "+
			"one. Finish one, then make the other.", few(append(gone, returning...))))
	case d.old.text("load_balancer") == plan.HAProxy && d.new.text("load_balancer") == plan.HAProxy && any("join-balancer") &&
		(any("new-balancer") || !d.old.Settings[router].Equal(d.new.Settings[router])):
		d.refuse("load_balancer", "combination", "A new load balancer and another address, port, or virtual router ID of all of them "+
			"must be two edits. Add the new one first, and change the others once it runs.")
	case d.moves() && (len(leaving) > 0 || len(moved) > 0 || len(returning) > 0 && members):
		d.refuse("etcd.topology", "combination", "A move of etcd and control planes that leave or come back must be two edits: every "+
			"API server has to move with it. Finish one, then make the other.")
	case len(leaving) > 0 && any("encryption", "encryption-plugin"):
		d.refuse("node", "encryption", fmt.Sprintf("Control planes that leave (%s) and another encryption at rest must be two edits: "+
			"their API servers could not read what the others write. Finish one, then make the other.", few(leaving)))
	}
}

// toolDoesBoth refuses an edit in which machines join and leave if one command creates and removes machines: it would remove the leaving
// ones before they are drained.
func (d *differ) toolDoesBoth() {
	if d.new.Hosting != plan.Hosts || d.new.page.Make == "" {
		return
	}
	come, gone := 0, 0
	for _, c := range d.r.Changes {
		come, gone = come+len(c.joins), gone+len(c.leaves)
	}
	if come > 0 && gone > 0 {
		d.refuse("node", "comes and goes",
			fmt.Sprintf("Machines join and leave in one edit, and one command (%s) creates and removes them at once: it would remove "+
				"machines before they are drained. Make two edits: first add machines, then remove the others.", d.new.page.Make))
	}
}

func (d *differ) refuse(subject, what, detail string) {
	d.r.Changes = append(d.r.Changes, Change{ID: subject + ": " + what, Class: Refused, Subject: subject, Detail: detail})
}

// applier is the program that applies a change if our playbook does not.
func (r *Record) applier() string { return cmp.Or(r.page.AppliedBy, "terraform apply") }

// others adjusts the classes if another program builds the cluster: at best ordered, because that was not tested.
func (d *differ) others() {
	if d.new.Hosting == plan.Hosts || d.old.Target != d.new.Target {
		return
	}
	for i := range d.r.Changes {
		c := &d.r.Changes[i]
		switch again := d.new.page.Anew; {
		case c.Class == None:
		case again != "":
			c.Class, c.Detail, c.by = Refused, "A "+d.new.Target+" cluster is not changed: delete it and create it again "+
				"("+again+").", nil
		case c.Class != Refused:
			c.Class, c.by = Ordered, []string{"tool"}
			if c.Detail == nodeRow().when("a worker joins").What {
				c.Detail = "A node joins the cluster."
			}
			c.Detail += " Applied by " + d.new.applier() + "; this was not tested."
		}
	}
}

// few lists the first names, and how many more there are.
func few(names []string) string { return spelling.Few(names, 6) }
