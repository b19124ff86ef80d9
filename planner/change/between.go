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

// Change is one thing that differs between two designs, and what that does to a cluster that runs.
type Change struct {
	ID      string // "cluster.cert_sans: a name is added": the row of the table and its case
	Class   Class
	Subject string // path in the language: "network.pod_subnets", "node.worker-3"
	Before  string // "" if there was nothing
	After   string // "" if there is nothing
	Hosts   []string
	Range   *hcl.Range // in the new design, in the old one where it is gone; nil for what is not written
	Detail  string
	Source  string
	// Origin says where a value comes from that is not in the file: "default since v1.3.0", or "default". "" for what is written.
	Origin string

	by     []string // IDs of procedures
	paths  []string // of settings that it changes
	joins  []string // names of nodes that come
	leaves []string // names of nodes that go
	args   []argOf  // arguments of nodes that it changes
}

type argOf struct{ node, argument string }

// Report is what an edit means.
type Report struct {
	Old, New *Record
	Verdict  Class
	Changes  []Change // the worst class first, then in the order of the language
	Steps    []Step
	Hints    []string

	Before, After, Lowest Spare
	LowestStep            int  // 1-based, 0 where nothing falls below what was before
	Judged                bool // the target leaves etcd and the API servers to the design

	silent []string // settings that are not in the file and reach no host
}

// Between says what it means to change one design into another.
func Between(old, new *Record) *Report { return BetweenWith(old, new, nil) }

// BetweenWith is Between with other facts about Kubernetes' releases, by which the steps of an upgrade are ordered; nil stands for the
// program's own.
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
	again    map[string]bool // what redone answered
}

// parents are blocks whose label is a setting: if it changes, that also reports what is in the block.
var parents = []string{
	"network.cni", "load_balancer", "cloud_provider", "addon", "scheduler", "cluster.scheduler.profile", "container_runtime.registry",
	"target",
	"addon.manifest", "cloud_provider.manifest", "container_runtime",
}

// settings compares everything but the machines.
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
			continue // of blocks in blocks the outer one tells
		}
		arg := argument(path)
		if slices.Contains(parents, arg) {
			told[path] = true
		}
		d.setting(e, arg)
	}
}

// unstated reports whether a version is missing because the file does not state it: it is not a default of a cluster whose Kubernetes is
// older than the facts.
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

// elsewhere tells of manifests that no record can hold: they lie on the machine that runs Ansible.
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

// within is the block among those told that a path is in, "" if none.
func within(path string, told map[string]bool) string {
	for block := range told {
		if rest, found := strings.CutPrefix(path, block); found && rest != "" && (rest[0] == '.' || rest[0] == '[') {
			if block == "container_runtime" && strings.HasPrefix(rest, ".registry") {
				continue // registries stay what they are under another runtime
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
	panic("change: " + subject + " was not told")
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
		r = &Row{arg, []Case{{Class: Refused, What: "This k8splan does not know the argument: update it."}}, ""}
	}
	chosen := r.choose(e)
	c := Change{
		ID: id(r, chosen), Class: chosen.effective(), Subject: e.path, Before: e.before.String(), After: e.after.String(),
		Detail: chosen.What, Source: r.Source, by: chosen.By, paths: []string{e.path},
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
	if c.Class == None && c.Origin != "" {
		d.r.silent = append(d.r.silent, e.path)
		return
	}
	d.r.Changes = append(d.r.Changes, c)
	last := &d.r.Changes[len(d.r.Changes)-1]
	last.Range = d.place(e, c.Origin)
	last.Hosts = d.hostsOf(c.by)
}

// ignored reports whether the target has no use for an argument, before and after: a change of it is not a change to the cluster.
func (d *differ) ignored(argument string) bool {
	return d.new.leaves != nil && d.old.Target == d.new.Target && d.new.leaves(argument)
}

func (d *differ) ignoredWhat() string {
	return "Target " + d.new.Target + " does not use it: nothing changes."
}

// without lists the items of a list that another has not.
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

// place is where a setting is written: in the new design, in the old one where it is gone.
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

// hostsOf are the hosts of the old design that procedures work on, and that stay.
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

// has reports whether a procedure's place covers a host.
func (w place) has(n *Node, r *Record) bool {
	roles := n.roles()
	switch w {
	case onControlPlanes:
		return roles.Has(plan.ControlPlane)
	case onKubelets, onCluster:
		return roles.Has(plan.ControlPlane) || roles.Has(plan.Worker)
	case onMembers:
		return roles.Has(plan.EtcdRole)
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

// having are the nodes with a role.
func (r *Record) having(role plan.Roles) []*Node {
	var out []*Node
	for _, n := range r.Nodes {
		if n.roles().Has(role) {
			out = append(out, n)
		}
	}
	return out
}

// combinations refuses what is two changes that must not be one.
func (d *differ) combinations() {
	version := d.old.Settings["cluster.kubernetes_version"].Text != d.new.Settings["cluster.kubernetes_version"].Text
	network := d.old.text("network.cni.version") != d.new.text("network.cni.version") &&
		d.old.text("network.cni") == d.new.text("network.cni")
	membership := false
	for _, c := range d.r.Changes {
		for _, id := range c.by {
			membership = membership || slices.Contains([]string{"join-control-plane", "join-member", "remove-control-plane",
				"remove-member"}, id)
		}
	}
	switch {
	case version && membership:
		d.refuse("cluster.kubernetes_version", "combination",
			"An upgrade and a change of control planes or members of etcd are two edits: "+
				"finish one on every host, then make the other. In between the versions of the new hosts and the old ones would be two.")
	case network && membership:
		d.refuse("network.cni.version", "combination",
			"A new version of the pod network and a change of control planes or members of etcd "+
				"are two edits: finish one, then make the other.")
	}
}

// toolDoesBoth refuses machines that come and go in one edit where one command makes and removes them: it would remove those that go before
// they are drained.
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
			fmt.Sprintf("Machines come and go in one edit, and one command (%s) does both at once: it would remove machines "+
				"that are not drained. Make it two edits: first those that come, then those that go.", d.new.page.Make))
	}
}

func (d *differ) refuse(subject, what, detail string) {
	d.r.Changes = append(d.r.Changes, Change{ID: subject + ": " + what, Class: Refused, Subject: subject, Detail: detail})
}

// applier is the program that applies a change where our playbook does not.
func (r *Record) applier() string { return cmp.Or(r.page.AppliedBy, "terraform apply") }

// others changes the classes where another program builds the cluster: never better than ordered, for it was not tried.
func (d *differ) others() {
	if d.new.Hosting == plan.Hosts || d.old.Target != d.new.Target {
		return
	}
	for i := range d.r.Changes {
		c := &d.r.Changes[i]
		switch again := d.new.page.Anew; {
		case c.Class == None:
		case again != "":
			c.Class, c.Detail, c.by = Refused, "A "+d.new.Target+" cluster is not changed: delete it and create it again ("+again+").", nil
		case c.Class != Refused:
			c.Class, c.by = Ordered, []string{"tool"}
			c.Detail += " Applied by " + d.new.applier() + "; it was not tried."
		}
	}
}

// few lists names, and how many more there are.
func few(names []string) string { return spelling.Few(names, 6) }
