package change

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
)

// Step is one step of an edit, with what must hold before the next.
type Step struct {
	ID       string // of the procedure, and the host if each has its own step: "join-control-plane:cp-4"
	Title    string
	Hosts    []string
	Playbook string // that carries it out; "" if none does
	ByHand   string // the page of RUNBOOK.md with the manual steps, or the program that does it; "" if a playbook does
	Gate     string
	Undo     string
	Survives Spare    // the lower of during and after the step
	Changes  []string // IDs of the changes that it belongs to
	// Generate is the Kubernetes version to generate the tree for before the step, while an upgrade passes through several minors;
	// "" if the tree is that of the step before.
	Generate string

	of     *Procedure
	paths  []string
	args   []argOf
	joins  []string
	leaves []string
	again  bool         // the leaving host stays in the design
	hop    plan.Version // that the step belongs to, in an upgrade of Kubernetes
	waits  waits        // machines that leave and come back in later steps: the playbook must not meet them yet
	same   *Step        // the step whose run also does this one
	early  bool         // settings of the design wait for a later step
}

// joinsHosts are the procedures by which machines join, leaveHosts those by which they leave.
var (
	joinsHosts  = []string{"join-balancer", "join-member", "join-control-plane", "join-worker"}
	leavesHosts = []string{"remove-worker", "remove-control-plane", "remove-member", "remove-balancer"}
)

// steps orders the work: prerequisites, machines that join, machines that leave and come back, restarts, machines that leave. Joining
// before leaving keeps the number of members and API servers as high as possible. A refused edit has no steps.
func (d *differ) steps() {
	d.judged()
	if d.r.Verdict == Refused || d.r.Verdict == None {
		return
	}
	all := map[string]*Step{} // by ID
	for i := range d.r.Changes {
		d.stepsOf(&d.r.Changes[i], all)
	}
	if len(all) == 0 {
		return
	}
	d.machinesStep(all)
	for _, s := range all {
		d.r.Steps = append(d.r.Steps, *s)
	}
	d.sort()
	d.upgrades()
	d.early()
	d.turns()
	d.judge()
}

// redone returns the machines that leave and come back with another role, address, or name.
func (d *differ) redone() map[string]bool {
	if d.again != nil {
		return d.again
	}
	out := map[string]bool{}
	d.again = out
	for _, c := range d.r.Changes {
		leaves := slices.ContainsFunc(c.by, func(id string) bool { return slices.Contains(leavesHosts, id) })
		joins := slices.ContainsFunc(c.by, func(id string) bool { return slices.Contains(joinsHosts, id) })
		if leaves && joins {
			for _, host := range c.Hosts {
				out[host] = true
			}
		}
	}
	return out
}

// stepsOf adds a change to its steps; its settings take effect with the last of them.
func (d *differ) stepsOf(c *Change, all map[string]*Step) {
	by := d.procedures(c)
	for i, id := range by {
		p := find(id)
		last := i == len(by)-1
		comes, goes := slices.Contains(joinsHosts, id), slices.Contains(leavesHosts, id)
		switch {
		case !comes && !goes:
			s := d.step(all, p, id, d.stepHosts(p, c))
			s.Changes = add(s.Changes, c.ID)
			if last {
				s.paths, s.args = append(s.paths, c.paths...), append(s.args, c.args...)
			}
		default:
			hosts := c.Hosts
			if comes && len(c.joins) > 0 {
				hosts = c.joins
			}
			if goes && len(c.leaves) > 0 {
				hosts = c.leaves
			}
			for _, host := range hosts {
				name := id + ":" + host
				if strings.HasSuffix(id, "-worker") && !d.redone()[host] { // many at once, or one at a time: one step
					name = id
				}
				s := d.step(all, p, name, []string{host})
				s.Changes = add(s.Changes, c.ID)
				if comes {
					s.joins = add(s.joins, host)
				} else {
					s.leaves = add(s.leaves, host)
				}
				if last {
					for _, a := range c.args {
						if a.node == host {
							s.args = append(s.args, a)
						}
					}
				}
			}
		}
	}
}

// procedures are those of a change, in this edit: upgrade.yml installs the runtime of each node that it upgrades, and where another kind
// of balancer comes there is no other one to tell of it.
func (d *differ) procedures(c *Change) []string {
	var out []string
	for _, id := range c.by {
		switch {
		case (id == "runtime" || id == "runtime-patch") && d.does("upgrade"):
			id = "upgrade"
		case id == "balancer-peers" && d.old.text("load_balancer") != d.new.text("load_balancer"):
			continue
		}
		out = add(out, id)
	}
	return out
}

// does reports whether a procedure belongs to the edit.
func (d *differ) does(id string) bool {
	return slices.ContainsFunc(d.r.Changes, func(c Change) bool { return slices.Contains(c.by, id) })
}

func add(list []string, item string) []string {
	if slices.Contains(list, item) {
		return list
	}
	return append(list, item)
}

// stepHosts returns the hosts that a procedure works on for a change.
func (d *differ) stepHosts(p *Procedure, c *Change) []string {
	switch p.where {
	case onChanged:
		return c.Hosts
	case onCluster, onTool:
		return nil
	}
	var out []string
	for _, n := range d.old.Nodes {
		to := d.new.node(n.Name)
		if to == nil {
			continue
		}
		was, is := p.where.has(n, d.old), p.where.has(to, d.new)
		switch {
		case p.ID == "new-balancer" && !is, p.ID == "balancer-peers" && !(was && is):
		case was || is:
			out = append(out, n.Name)
		}
	}
	return out
}

// step returns the step with the given procedure and name, and adds hosts to it.
func (d *differ) step(all map[string]*Step, p *Procedure, name string, hosts []string) *Step {
	s := all[name]
	if s == nil {
		s = &Step{ID: name, Title: p.Title, Gate: p.Gate, Undo: p.Undo, of: p}
		switch {
		case p.ID == "tool":
			s.ByHand = d.new.applier()
		case p.ID == "machines":
			s.ByHand = d.new.page.Make
		case d.described(): // no tree with playbooks and a runbook
			s.ByHand = "with the tool that built the cluster"
		case p.ID == "join-balancer" && d.rebalanced(): // site.yml waits until clients have moved
			s.Playbook = "reconfigure.yml"
		case p.ID == "join-member" && d.moves():
			s.Playbook = "move-etcd.yml"
		case p.carries() && d.reachable(p, hosts):
			s.Playbook = p.Playbook
		default:
			s.ByHand = `RUNBOOK.md, "` + p.Page + `"`
		}
		all[name] = s
	}
	for _, h := range hosts {
		s.Hosts = add(s.Hosts, h)
		s.again = s.again || slices.Contains(leavesHosts, p.ID) && d.new.node(h) != nil
	}
	return s
}

// described reports whether the design's Kubernetes is out of support, so that no tree is generated from it.
func (d *differ) described() bool {
	v, ok := plan.ParseVersion(d.new.text("cluster.kubernetes_version"))
	return ok && d.facts.At(v).Past()
}

// rebalanced reports whether clients move to another balancer, address, or port; reconfigure.yml then sets up the new hosts.
func (d *differ) rebalanced() bool {
	return d.does("new-balancer") || d.does("take-balancer")
}

// reachable reports whether the playbook can find the leaving hosts. A machine that comes back under the same name with another address is
// in the new inventory only with its new address. Under another name, both are in the inventory.
func (d *differ) reachable(p *Procedure, hosts []string) bool {
	if !slices.Contains(leavesHosts, p.ID) && p.ID != "node-again" {
		return true
	}
	return !slices.ContainsFunc(hosts, func(host string) bool { return (p.ID == "node-again" || d.redone()[host]) && d.moved(host) })
}

// Command is the command that carries out the step, run in the directory ansible; "" if no playbook does. If several hosts leave, it names
// the first: each leaves in a separate run, see Commands.
func (s *Step) Command() string {
	switch {
	case s.same != nil:
		return s.same.Command()
	case s.Playbook == "":
		return ""
	}
	return s.run(0)
}

// Commands are all commands of the step, in order: several if several hosts leave, nil if no playbook carries it out.
func (s *Step) Commands() []string {
	switch {
	case s.Playbook == "":
		return nil
	case s.same != nil || s.Playbook != "remove-host.yml":
		return []string{s.Command()}
	}
	out := make([]string, len(s.Hosts))
	for i := range s.Hosts {
		out[i] = s.run(i)
	}
	return out
}

// run is the command for the i-th host of the step.
func (s *Step) run(i int) string {
	command, waits := "ansible-playbook "+s.Playbook, s.waits
	switch {
	case s.Playbook == "remove-host.yml" && len(s.Hosts) > 0:
		command += " -e host=" + s.Hosts[i]
		if s.again || s.of.ID == "node-again" {
			command += " -e again=true"
		}
		if waits.name != "" && i > 0 {
			waits.from += i
			waits.name = s.Hosts[i]
		}
	case s.of.ID == "renew-certificates": // all of them, and not only those that end soon
		command += " -e days=36500"
	case s.of.ID == "remove-addon":
		var names []string
		for _, path := range s.paths {
			switch argument(path) {
			case "addon":
				names = append(names, key(path))
			case "scheduler": // as package plan names its addon
				names = append(names, "scheduler-"+key(path))
			}
		}
		slices.Sort(names)
		command += " -e remove_addons=" + strings.Join(names, ",")
	}
	if s.early {
		command += " -e later=true"
	}
	return command + waits.limit()
}

// Removals are the commands that take leaving hosts out of the cluster, as the steps say, or on their own once the steps are done.
func (r *Report) Removals(leaving []*Node) []string {
	out := removals(r.New, leaving)
	at := map[string]int{}
	for i, n := range leaving {
		at[n.Name] = i
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		if s.Playbook != "remove-host.yml" || s.same != nil {
			continue
		}
		for k, command := range s.Commands() {
			if j, ok := at[s.Hosts[k]]; ok {
				out[j] = command
			}
		}
	}
	return out
}

// early marks the steps before the first run of reconfigure.yml, which brings all settings: until then site.yml, which the other playbooks
// end with, refuses to begin without later=true. upgrade.yml ends with reconfigure.yml.
func (d *differ) early() {
	first := slices.IndexFunc(d.r.Steps, func(s Step) bool {
		return s.Playbook == "reconfigure.yml" && s.of.ID != "remove-addon" || s.Playbook == "upgrade.yml"
	})
	for i := range max(first, 0) {
		s := &d.r.Steps[i]
		s.early = d.r.Steps[first].Playbook == "reconfigure.yml" &&
			slices.Contains([]string{"site.yml", "remove-host.yml", "move-etcd.yml"}, s.Playbook)
	}
}

// turns keeps machines that leave and come back later out of the runs before theirs: every playbook refuses a machine that is still what
// the topology no longer says. remove-host.yml itself brings a machine back that the topology has.
func (d *differ) turns() {
	order := []string{} // names in the new design, in turn
	at := make([]int, len(d.r.Steps))
	own := map[string]int{} // steps by the machine that they bring back
	for i := range d.r.Steps {
		s := &d.r.Steps[i]
		at[i] = len(order)
		if s.Playbook == "remove-host.yml" && d.returns(s) {
			for _, name := range s.leaves {
				order = append(order, d.latterly(name))
			}
			own[d.latterly(s.leaves[0])] = i
			at[i]++ // several of a step follow each other, and all but the first wait
		}
	}
	if len(order) == 0 {
		return
	}
	queue := d.queue(order)
	for i := range d.r.Steps {
		s := &d.r.Steps[i]
		if len(s.joins) == 1 && s.Playbook == "site.yml" {
			if turn, ok := own[s.joins[0]]; ok && turn < i {
				s.same, s.Playbook = &d.r.Steps[turn], "remove-host.yml"
				continue
			}
		}
		s.waits = waits{queue: queue, from: at[i]}
		if s.Playbook == "remove-host.yml" && d.returns(s) {
			s.waits.name = d.latterly(s.leaves[0])
		}
	}
}

// latterly is the new name of a machine.
func (d *differ) latterly(name string) string {
	d.names()
	return cmp.Or(d.renames[name], name)
}

// formerly is the old name of a machine.
func (d *differ) formerly(name string) string {
	d.names()
	return cmp.Or(d.before[name], name)
}

// names finds the machines that have another name.
func (d *differ) names() {
	if d.renames != nil {
		return
	}
	d.renames, d.before = map[string]string{}, map[string]string{}
	for _, c := range d.r.Changes {
		if len(c.joins) == 1 && len(c.leaves) == 1 {
			d.renames[c.leaves[0]], d.before[c.joins[0]] = c.joins[0], c.leaves[0]
		}
	}
}

// returns reports whether the step takes out machines that come back, or stay in the design without a role.
func (d *differ) returns(s *Step) bool {
	return len(s.leaves) > 0 && (s.again || d.redone()[s.leaves[0]])
}

// machinesStep creates and removes the machines if the tree does that.
func (d *differ) machinesStep(all map[string]*Step) {
	if d.new.Hosting != plan.Hosts || d.new.page.Make == "" {
		return
	}
	var come, gone []string
	for _, c := range d.r.Changes {
		if len(c.leaves) == 0 {
			come = append(come, c.joins...)
		}
		if len(c.joins) == 0 {
			gone = append(gone, c.leaves...)
		}
	}
	if len(come) > 0 {
		d.step(all, find("machines"), "machines", come)
	}
	if len(gone) > 0 {
		s := d.step(all, find("machines"), "machines:gone", gone)
		s.Title, s.Gate, s.Undo = "Remove the machines", "the tool's plan removes no other machine", "none: their disks are "+
			"deleted"
	}
}

// sort puts the steps in order: by rank, then what leaves before what joins of one machine, then by name.
func (d *differ) sort() {
	first := 0
	for _, id := range []string{"upgrade", "upgrade-etcd", "move-etcd"} {
		if first == 0 && d.does(id) {
			first = find(id).Rank
		}
	}
	turns := slices.ContainsFunc(d.r.Steps, func(s Step) bool { return s.Playbook == "remove-host.yml" && d.returns(&s) })
	type ranked struct {
		Step
		rank [3]int
	}
	steps := make([]ranked, len(d.r.Steps))
	for i, s := range d.r.Steps {
		steps[i] = ranked{s, d.rank(&s, first, turns)}
	}
	slices.SortFunc(steps, func(a, b ranked) int {
		return cmp.Or(slices.Compare(a.rank[:], b.rank[:]), plan.Natural(a.ID, b.ID))
	})
	for i, s := range steps {
		d.r.Steps[i] = s.Step
	}
}

// Ranks between those of procedures.
const (
	byHandFirst = 4  // what the playbooks refuse to begin before
	comesBack   = 44 // machines that leave and come back, one at a time, after those that join
	vanishes    = 100
)

// rank orders steps. first is the rank of the upgrade or of the move of etcd, 0 without one; turns says whether machines leave and come
// back.
func (d *differ) rank(s *Step, first int, turns bool) [3]int {
	host := hostOf(s.ID)
	joins := 0
	if len(s.joins) > 0 {
		joins = 1
	}
	switch {
	case s.ID == "machines:gone":
		return [3]int{vanishes}
	case d.redone()[host]:
		i, _ := slices.BinarySearchFunc(d.old.Nodes, d.formerly(host), func(n *Node, name string) int { return plan.Natural(n.Name, name) })
		if d.moved(host) {
			return [3]int{byHandFirst, i, joins}
		}
		return [3]int{comesBack, i, joins}
	case s.Playbook == "" && d.judgedByHand(s):
		return [3]int{byHandFirst}
	case (s.Playbook == "site.yml" || s.Playbook == "reconfigure.yml") && s.of.Rank < first:
		return [3]int{first, 1, s.of.Rank} // both refuse to begin while the cluster has another version, or etcd is elsewhere
	case s.Playbook == "reconfigure.yml" && turns && s.of.Rank < comesBack:
		return [3]int{comesBack, len(d.old.Nodes), s.of.Rank} // it leaves no host behind
	}
	return [3]int{s.of.Rank}
}

// judgedByHand reports whether playbooks refuse to begin until a person has done the step.
func (d *differ) judgedByHand(s *Step) bool {
	switch s.of.ID {
	case "kube-proxy-mode", "etcd-address", "encryption-plugin", "node-again", "enforce":
		return d.new.Hosting == plan.Hosts && !d.described()
	case "pod-network":
		return d.new.Hosting == plan.Hosts && !d.described() && d.new.text("network.cni") == plan.Calico && !d.does("pod-range")
	}
	return false
}

// moved reports whether a machine keeps its name and gets another address.
func (d *differ) moved(host string) bool {
	was, is := d.old.node(host), d.new.node(host)
	return was != nil && is != nil && !was.Args["address"].Equal(is.Args["address"])
}

// hostOf is the host in the ID of a step, "" if the ID has none.
func hostOf(id string) string {
	_, host, _ := strings.Cut(id, ":")
	return host
}

// upgrades splits the steps that upgrade Kubernetes and external etcd into one per version and group of hosts.
func (d *differ) upgrades() {
	d.split("upgrade-etcd", d.etcdUpgrades)
	d.split("upgrade", d.kubernetesUpgrades)
	d.stages()
}

// stages gives each minor of an upgrade through several its own tree, which also has that minor's default version of external etcd.
func (d *differ) stages() {
	var hops []plan.Version
	for _, s := range d.r.Steps {
		if s.hop != (plan.Version{}) && !slices.Contains(hops, s.hop) {
			hops = append(hops, s.hop)
		}
	}
	if len(hops) < 2 {
		return
	}
	var etcd []Step
	if d.new.Defaults["etcd.version"] { // otherwise the first tree already has the version in the topology
		d.r.Steps = slices.DeleteFunc(d.r.Steps, func(s Step) bool {
			if !strings.HasPrefix(s.ID, "upgrade-etcd:") {
				return false
			}
			etcd = append(etcd, s)
			return true
		})
	}
	for i, hop := range hops {
		here := etcd
		if goal, ok := plan.ParseVersion(d.facts.At(hop).EtcdExternal()); ok && i < len(hops)-1 {
			n := 0
			for n < len(etcd) && !goal.Before(etcdOf(etcd[n])) {
				n++
			}
			here, etcd = etcd[:n:n], etcd[n:]
		}
		at := slices.IndexFunc(d.r.Steps, func(s Step) bool { return s.hop == hop })
		if i == 0 { // etcd that the topology pins goes first
			if j := slices.IndexFunc(d.r.Steps, func(s Step) bool { return strings.HasPrefix(s.ID, "upgrade-etcd:") }); j >= 0 {
				at = min(at, j)
			}
		}
		d.r.Steps = slices.Insert(d.r.Steps, at, here...)
		if s := &d.r.Steps[at]; s.Playbook != "" {
			s.Generate = hop.String()
			s.Title = fmt.Sprintf("Generate with kubernetes_version = %q in the topology, and then: %s", hop, lowerFirst(s.Title))
		}
	}
}

// Stop is the Kubernetes version that an upgrade has to stop at first, with a tree of its own; "" if it leads directly to the new one.
func (r *Report) Stop() string {
	for _, s := range r.Steps {
		if s.Generate != "" {
			return s.Generate
		}
	}
	return ""
}

// etcdOf is the version that a step brings external etcd to.
func etcdOf(s Step) plan.Version {
	v, _ := plan.ParseVersion(strings.TrimPrefix(s.ID, "upgrade-etcd:"))
	return v
}

// split replaces a step with several; the last one completes what the original did.
func (d *differ) split(id string, into func(Step) []Step) {
	i := slices.IndexFunc(d.r.Steps, func(s Step) bool { return s.ID == id })
	if i < 0 {
		return
	}
	whole := d.r.Steps[i]
	steps := into(whole)
	if len(steps) == 0 {
		return
	}
	end := &steps[len(steps)-1]
	end.paths, end.args = whole.paths, whole.args
	d.r.Steps = slices.Replace(d.r.Steps, i, i+1, steps...)
}

// etcdUpgrades returns a step per version that external members upgrade through.
func (d *differ) etcdUpgrades(whole Step) []Step {
	from, okFrom := plan.ParseVersion(d.old.text("etcd.version"))
	to, okTo := plan.ParseVersion(d.new.text("etcd.version"))
	if !okFrom || !okTo {
		return nil
	}
	var out []Step
	for _, v := range etcdSteps(d.facts, from, to, false) {
		s := whole
		s.ID, s.Title = "upgrade-etcd:"+v.String(), fmt.Sprintf("Upgrade etcd to %s, member by member, the leader last", v)
		s.paths, s.args = nil, nil
		out = append(out, s)
	}
	return out
}

// kubernetesUpgrades returns the steps per version that Kubernetes upgrades through.
func (d *differ) kubernetesUpgrades(whole Step) []Step {
	from, okFrom := plan.ParseVersion(d.old.text("cluster.kubernetes_version"))
	to, okTo := plan.ParseVersion(d.new.text("cluster.kubernetes_version"))
	if !okFrom || !okTo || from == to {
		return nil
	}
	var etcd plan.Version
	if d.old.external() { // external etcd has separate steps, up to the version in the design
		etcd, _ = plan.ParseVersion(d.new.text("etcd.version"))
	}
	hops, err := Path(d.facts, from, to, etcd)
	if err != nil {
		d.r.Hints = append(d.r.Hints, err.Error())
		return nil
	}
	var out []Step
	for _, h := range hops {
		steps := d.hop(h, whole, from)
		if d.facts.At(from).Past() { // no tree can be generated for what the cluster has
			for i := range steps {
				steps[i].Playbook, steps[i].ByHand = "", "with the tool that built the cluster, as the documentation of `kubeadm "+
					"upgrade` of that release says"
			}
		}
		out = append(out, steps...)
		from = h.Kubernetes
	}
	return out
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// hop returns the steps of one version.
func (d *differ) hop(h Hop, whole Step, from plan.Version) []Step {
	var out []Step
	one := func(id, title, several string, p *Procedure, hosts []string) {
		if len(hosts) == 0 {
			return
		}
		if len(hosts) > 1 {
			title = several
		}
		s := whole
		s.ID, s.Title, s.Hosts, s.of, s.paths, s.args = id+":"+h.Kubernetes.String(), title, hosts, p, nil, nil
		s.hop = h.Kubernetes
		out = append(out, s)
	}
	names := func(nodes []*Node) (out []string) {
		for _, n := range nodes {
			if d.new.node(n.Name) != nil {
				out = append(out, n.Name)
			}
		}
		return out
	}
	if pins := h.Etcd[:max(0, len(h.Etcd)-1)]; !d.old.external() {
		for _, pin := range pins {
			one(fmt.Sprintf("pin-etcd-%s", pin),
				fmt.Sprintf("Upgrade the stacked etcd member to %s, while Kubernetes stays at %s", pin, from),
				fmt.Sprintf("Upgrade the stacked etcd members to %s, one at a time, while Kubernetes stays at %s", pin, from),
				find("upgrade-etcd"), names(d.old.having(plan.ControlPlane)))
		}
	}
	one("upgrade-control-planes", fmt.Sprintf("Upgrade the control plane and its kubelet to Kubernetes %s", h.Kubernetes),
		fmt.Sprintf("Upgrade the control planes and their kubelets to Kubernetes %s, one at a time", h.Kubernetes),
		find("upgrade"), names(d.old.having(plan.ControlPlane)))
	var workers []*Node
	for _, n := range d.old.having(plan.Worker) {
		if !n.roles().Has(plan.ControlPlane) {
			workers = append(workers, n)
		}
	}
	one("upgrade-workers", fmt.Sprintf("Drain the worker and upgrade its kubelet to %s", h.Kubernetes),
		fmt.Sprintf("Drain the workers and upgrade their kubelets to %s, as many at a time as the workload allows", h.Kubernetes),
		find("upgrade"), names(workers))
	return out
}

// judged decides whether survival can be judged at all.
func (d *differ) judged() {
	for _, r := range []*Record{d.old, d.new} {
		if len(r.having(plan.ControlPlane)) == 0 {
			return
		}
	}
	d.r.Judged = true
	d.r.Before, d.r.After = spare(simulate.New(d.old.model())), spare(simulate.New(d.new.model()))
	d.r.Lowest = least(d.r.Before, d.r.After)
}

// judge walks the steps and has simulate judge every state between them.
func (d *differ) judge() {
	if !d.r.Judged {
		return
	}
	var away []Spare // while each host of a step is away
	var now Spare    // after the step before
	d.walk(func(i int, at *Record, done bool) {
		s := &d.r.Steps[i]
		switch {
		case !done:
			away = d.away(s, at)
			return
		case i == 0 || !d.beside(s):
			now = spare(simulate.New(at.model()))
		}
		s.Survives = now
		for _, with := range away {
			if s.of.KeepsEtcd {
				with.Writes = now.Writes
			}
			s.Survives = least(s.Survives, with)
		}
		if s.Survives.below(d.r.Lowest) {
			d.r.Lowest, d.r.LowestStep = s.Survives, i+1
		}
	})
}

// away is what the cluster survives while each host of the step that serves nothing in turn is away.
func (d *differ) away(s *Step, at *Record) []Spare {
	if !s.of.Drains || len(s.leaves) > 0 {
		return nil
	}
	var out []Spare
	m := simulate.New(at.model())
	for _, name := range s.Hosts {
		// kube-vip and a node's own proxy restart alone.
		n := at.node(name)
		if n != nil && n.roles() != plan.Worker && (s.of.where != onBalancers || n.roles().Has(plan.Balancer)) {
			out = append(out, spare(m, name))
		}
	}
	return out
}

// beside reports whether only workers join and leave in the step, on which neither etcd nor the API depends.
func (d *differ) beside(s *Step) bool {
	if len(s.paths)+len(s.args) > 0 || len(s.joins)+len(s.leaves) == 0 || d.old.text("load_balancer") == plan.LocalBalancer ||
		d.new.text("load_balancer") == plan.LocalBalancer {
		return false
	}
	works := func(r *Record) func(string) bool {
		return func(name string) bool { n := r.node(name); return n != nil && n.roles() != plan.Worker }
	}
	return !slices.ContainsFunc(s.joins, works(d.new)) && !slices.ContainsFunc(s.leaves, works(d.old)) &&
		!slices.ContainsFunc(s.leaves, works(d.new))
}

// walk visits each step twice, with the design before it and once it is done, and returns the last state. What visit gets changes with the
// next step.
func (d *differ) walk(visit func(i int, at *Record, done bool)) *Record {
	at := d.old.clone()
	for _, n := range at.Nodes { // a machine that moves between its own block and a pool stays the same machine
		if to := d.new.node(n.Name); to != nil {
			n.Pool = to.Pool
		}
	}
	at.apply(d.new, d.r.silent, nil)
	for _, c := range d.r.Changes {
		if len(c.by) == 0 && c.Class == None { // changes that reach no host
			at.apply(d.new, c.paths, c.args)
		}
	}
	at.Defaults = maps.Clone(d.new.Defaults)
	for i := range d.r.Steps {
		s := &d.r.Steps[i]
		visit(i, at, false)
		for _, name := range s.leaves {
			at.Nodes = slices.DeleteFunc(at.Nodes, func(n *Node) bool { return n.Name == name })
			if n := d.new.node(name); n != nil && n.roles() == 0 { // it stays in the design, beside the cluster
				at.join(n.clone())
			}
		}
		for _, name := range s.joins {
			at.join(d.new.node(name).clone())
		}
		at.apply(d.new, s.paths, s.args)
		visit(i, at, true)
	}
	return at
}

func (r *Record) clone() *Record {
	out := &Record{Release: r.Release, Cluster: r.Cluster, Target: r.Target, Hosting: r.Hosting, Settings: maps.Clone(r.Settings),
		Defaults: r.Defaults}
	for _, n := range r.Nodes {
		out.Nodes = append(out.Nodes, n.clone())
	}
	return out
}

func (n *Node) clone() *Node { return &Node{Name: n.Name, Pool: n.Pool, Args: maps.Clone(n.Args)} }

// join inserts a node in order, replacing one with the same name.
func (r *Record) join(n *Node) {
	i, found := slices.BinarySearchFunc(r.Nodes, n.Name, func(n *Node, name string) int { return plan.Natural(n.Name, name) })
	if found {
		r.Nodes[i] = n
		return
	}
	r.Nodes = slices.Insert(r.Nodes, i, n)
}

// apply copies settings and arguments from another record.
func (r *Record) apply(from *Record, paths []string, args []argOf) {
	for _, path := range paths {
		if v, ok := from.Settings[path]; ok {
			r.Settings[path] = v
		} else {
			delete(r.Settings, path)
		}
	}
	for _, a := range args {
		to, of := r.node(a.node), from.node(a.node)
		if to == nil || of == nil {
			continue
		}
		if v, ok := of.Args[a.argument]; ok {
			to.Args[a.argument] = v
		} else {
			delete(to.Args, a.argument)
		}
	}
}
