package simulate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// State says how a capability fares, from the best to the worst.
type State int

// The states of a capability.
const (
	Up       State = iota
	Degraded       // works, with less capacity or not from everywhere
	Depends        // chance decides: who leads, where a pod runs
	Down
)

var stateNames = [...]string{"up", "degraded", "depends", "down"}

// String returns up, degraded, depends or down.
func (s State) String() string { return stateNames[s] }

// MarshalText makes JSON show the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word back; it fails on any other.
func (s *State) UnmarshalText(text []byte) error {
	for i, name := range stateNames {
		if name == string(text) {
			*s = State(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no state", text)
}

func better(a, b State) State { return min(a, b) }

func yes(ok bool) State {
	if ok {
		return Up
	}
	return Down
}

// each returns what holds whichever of the candidates chance picks: Down for none, Depends where it works with one and not with another.
func each[T any](candidates []T, of func(T) State) State {
	if len(candidates) == 0 {
		return Down
	}
	best, worst := Down, Up
	for _, c := range candidates {
		s := of(c)
		best, worst = min(best, s), max(worst, s)
	}
	if worst == Down && best != Down {
		return Depends
	}
	return worst
}

// Capability is something that the cluster does for its users.
type Capability string

// The capabilities, in the order in which they are reported.
const (
	EtcdWrites Capability = "etcd-writes" // a value is agreed on by a quorum
	EtcdReads  Capability = "etcd-reads"  // a linearizable read, as API servers do them
	API        Capability = "api"         // a request through the control plane endpoint is answered
	Scheduling Capability = "scheduling"  // new pods come to run, controllers act
	Pods       Capability = "pods"        // running pods keep running
	Services   Capability = "services"    // a Service's address leads to its pods
	DNS        Capability = "dns"         // cluster names resolve
	Join       Capability = "join"        // a new worker can join
)

// Capabilities lists them all, in order.
var Capabilities = []Capability{EtcdWrites, EtcdReads, API, Scheduling, Pods, Services, DNS, Join}

// Verdict is how one capability fares, and why.
type Verdict struct {
	Capability Capability `json:"capability"`
	State      State      `json:"state"`
	Reason     string     `json:"reason"`
	// From lists the failure domains in which it works, where that is not everywhere.
	From []string `json:"from,omitempty"`
}

// Recovery is what follows.
type Recovery struct {
	// Returns says what happens when everything that failed comes back with its disks.
	Returns string `json:"when_it_returns"`
	// Lost says what a person must do when nothing of it ever comes back.
	Lost string `json:"if_it_never_returns"`
	// DataLoss says that what etcd held is gone for good if the disks are, but for snapshots.
	DataLoss bool `json:"data_loss"`
	// Human says that somebody must act if the failed units never return, before the API works as defined.
	Human bool `json:"human"`
}

// Outcome is the verdict on one failure.
type Outcome struct {
	Failure  Failure
	Verdicts []Verdict // in the order of Capabilities
	Recovery Recovery
}

// State returns how a capability fares.
func (o *Outcome) State(c Capability) State {
	for _, v := range o.Verdicts {
		if v.Capability == c {
			return v.State
		}
	}
	return Down
}

// Outcome judges one failure.
func (m *Model) Outcome(f Failure) Outcome {
	w := m.with(f)
	leaders := w.leaders()
	api := w.api(leaders)
	o := Outcome{Failure: f}
	add := func(v Verdict) { o.Verdicts = append(o.Verdicts, v) }

	etcd := w.etcd(leaders)
	add(Verdict{Capability: EtcdWrites, State: etcd.State, Reason: etcd.Reason})
	add(Verdict{Capability: EtcdReads, State: etcd.State, Reason: w.reads(etcd)})
	endpoint := w.reachable(api)
	add(endpoint)
	control := w.controllers(api)
	add(w.scheduling(control, api))
	pods := w.pods()
	add(pods)
	add(w.services(endpoint))
	add(w.names(control))
	add(w.join(endpoint, control, etcd))
	o.Recovery = w.recovery()
	return o
}

func (w *world) alive(nodes []int) int {
	n := 0
	for _, i := range nodes {
		if !w.dead[i] {
			n++
		}
	}
	return n
}

// etcd judges writes. Source: https://etcd.io/docs/v3.6/op-guide/failures/
func (w *world) etcd(leaders []int) Verdict {
	n := len(w.m.members)
	if n == 0 {
		return Verdict{State: Up, Reason: "etcd belongs to the vendor of the control plane"}
	}
	quorum, alive := plan.Quorum(n), w.alive(w.m.members)
	switch {
	case len(leaders) == 0 && alive >= quorum:
		return Verdict{State: Down, Reason: up(alive, n) + fmt.Sprintf(", but no %d of them reach each other", quorum)}
	case len(leaders) == 0:
		return Verdict{State: Down, Reason: up(alive, n) + fmt.Sprintf("; the quorum is %d", quorum)}
	}
	least, most := n, 0 // members that are up and that the leader does not reach
	for _, l := range leaders {
		off := 0
		for _, e := range w.m.members {
			if !w.dead[e] && !w.reach(l, e) {
				off++
			}
		}
		least, most = min(least, off), max(most, off)
	}
	switch {
	case most > 0 && least == most:
		return Verdict{State: Degraded, Reason: fmt.Sprintf("a leader keeps a quorum of %d; %s cut off from it", quorum,
			are(most, "member"))}
	case most > 0:
		return Verdict{State: Degraded, Reason: fmt.Sprintf("a leader keeps a quorum of %d; at most %s cut off from it", quorum,
			are(most, "member"))}
	case alive == n:
		return Verdict{State: Up, Reason: "every member is up"}
	case alive == quorum:
		return Verdict{State: Degraded, Reason: up(alive, n) + ", just the quorum: the next loss stops writes"}
	}
	return Verdict{State: Degraded, Reason: up(alive, n) + fmt.Sprintf("; %s may still go", count(alive-quorum, "more"))}
}

func (w *world) reads(etcd Verdict) string {
	if etcd.State == Down && w.alive(w.m.members) > 0 {
		return etcd.Reason + "; stale (serializable) reads alone are answered"
	}
	return etcd.Reason
}

// reachable judges the endpoint from every zone in which a kubelet lives.
func (w *world) reachable(api []State) Verdict {
	if len(w.m.cps) == 0 {
		return Verdict{Capability: API, State: Up, Reason: "the control plane belongs to the vendor"}
	}
	var from, unsure []string
	zones := w.zonesOf(w.m.kubelet)
	for _, z := range zones {
		switch w.endpoint(z, api) {
		case Up, Degraded:
			from = append(from, z)
		case Depends:
			unsure = append(unsure, z)
		}
	}
	lacks := w.lacks(api)
	v := Verdict{Capability: API, Reason: w.working(api) + strings.Join(lacks, "")}
	switch {
	case len(zones) == 0:
		v.State, v.Reason = Down, "no node is left"
	case len(from)+len(unsure) == 0:
		v.State, v.Reason = Down, w.whyUnreachable(api)
	case len(unsure) == len(zones):
		v.State = Depends
		v.Reason += "; whether the endpoint answers depends on " + w.chance(api)
	case len(unsure) > 0:
		v.State, v.From = Depends, from
		v.Reason += fmt.Sprintf("; whether the endpoint answers from %s depends on %s", places(unsure), w.chance(api))
	case len(from) < len(zones):
		v.State, v.From = Degraded, from
		v.Reason += "; the endpoint is reached from " + places(from) + " only"
	case len(lacks) > 0 || w.count(api, Up) < len(api):
		v.State = Degraded
	}
	return v
}

// working says how many API servers work.
func (w *world) working(api []State) string {
	sure, maybe := w.count(api, Up)+w.count(api, Degraded), w.count(api, Depends)
	text := fmt.Sprintf("%d of %s work", sure, count(len(api), "API server"))
	if maybe > 0 {
		text += fmt.Sprintf(" whichever etcd member leads, and up to %d more", maybe)
	}
	return text
}

func (w *world) count(api []State, state State) int {
	n := 0
	for _, s := range api {
		if s == state {
			n++
		}
	}
	return n
}

// lacks says what else the way to the API lacks, each part behind a semicolon: what is not an API server that is down.
func (w *world) lacks(api []State) []string {
	var parts []string
	lbs := 0
	for _, i := range w.m.lbs {
		if w.mute[i] || w.dead[i] && w.m.p.LoadBalancer.Kind == plan.HAProxy {
			lbs++
		}
	}
	if lbs > 0 {
		parts = append(parts, fmt.Sprintf("; %d of %s work", len(w.m.lbs)-lbs, count(len(w.m.lbs), "balancer")))
	}
	if alive := w.alive(w.m.members); alive < len(w.m.members) && w.count(api, Down) == 0 {
		parts = append(parts, fmt.Sprintf("; %d of %s up", alive, are(len(w.m.members), "etcd member")))
	}
	if slices.Contains(api, Degraded) {
		parts = append(parts, "; they may lose requests, those that go to an etcd member without a leader")
	} else if w.severed() {
		parts = append(parts, "; the cut leaves fewer ways to them")
	}
	return parts
}

// severed says that a cut stands between a part of the control plane that is up, balancers included, and a node that has to do with it.
func (w *world) severed() bool {
	parts := slices.Concat(w.m.cps, w.m.lbs, w.m.members)
	return w.between(parts, parts) || w.between(parts, w.m.kubelet)
}

// between says that a cut stands between a node that is up and one of others.
func (w *world) between(nodes, others []int) bool {
	if len(w.cuts) == 0 {
		return false
	}
	zones := w.zonesOf(others)
	for _, a := range w.zonesOf(nodes) {
		for _, b := range zones {
			if !w.linked(a, b) {
				return true
			}
		}
	}
	return false
}

// chance names what an endpoint depends on that answers by chance.
func (w *world) chance(api []State) string {
	lb := w.m.p.LoadBalancer
	if len(w.m.dialled) > 1 {
		return "which balancer a client is led to: they share no address"
	}
	address := lb.Kind == plan.HAProxy && len(w.m.lbs) > 1 && w.m.dialled == nil || lb.Kind == plan.KubeVIP
	switch off := w.offSegment(); {
	case address && off != "":
		return fmt.Sprintf("who holds the address: %s is in another network segment, where no router leads to it", off)
	case address && slices.Contains(api, Depends):
		return "which etcd member leads and who holds the address"
	case address:
		return "who holds the address"
	}
	return "which etcd member leads"
}

// offSegment names the first host that is up and may hold the virtual IP where nobody finds it, "" if there is none.
func (w *world) offSegment() string {
	for _, b := range w.m.lbs {
		if w.m.astray[b] && !w.dead[b] && !w.mute[b] {
			return w.m.nodes[b].Name
		}
	}
	return ""
}

// places names zones in a sentence.
func places(zones []string) string {
	names := slices.Clone(zones)
	for i, z := range names {
		if z == "" {
			names[i] = "nodes without a failure domain"
		}
	}
	return strings.Join(names, ", ")
}

func (w *world) whyUnreachable(api []State) string {
	working, live := len(api)-w.count(api, Down), w.alive(w.m.cps)
	balancers, leading := 0, false // balancers that run, and whether one of them reaches an API server
	ways := w.m.leading()
	if w.m.dialled != nil {
		ways = w.m.dialled
	}
	for _, b := range ways {
		if !w.dead[b] && !w.mute[b] {
			balancers++
			leading = leading || w.backend(w.m.nodes[b].FailureDomain, api) != Down
		}
	}
	switch {
	case live == 0:
		return "no control plane is up"
	case working == 0 && len(w.leaders()) > 0:
		return are(live, "API server") + " up, but cut off from the etcd members that have a leader, so that none is ready"
	case working == 0:
		return are(live, "API server") + " up, but etcd has no quorum, so that none is ready"
	case w.external:
		return "the external balancer is down: the API servers work and nobody who dials the endpoint reaches them"
	case w.m.dialled != nil && len(ways) == 1 && len(w.m.lbs) > 1 && balancers == 0:
		return "the endpoint names " + w.m.nodes[ways[0]].Name + ", whose balancer is down: nobody is led to the others"
	case len(w.m.lbs) > 0 && balancers == 0 && w.offSegment() != "":
		return fmt.Sprintf("the virtual IP %s cannot move to %s: it is in another network segment, where no router leads to the address",
			w.m.p.LoadBalancer.VirtualIP, w.offSegment())
	case len(w.m.lbs) > 0 && balancers == 0:
		return "no balancer is up: the API servers work and nobody who dials the endpoint reaches them"
	case len(w.m.lbs) > 0 && !leading:
		return are(balancers, "balancer") + " up, but cut off from every API server that works"
	case len(w.m.lbs) > 0:
		return are(balancers, "balancer") + " up, but cut off from every node that dials the endpoint"
	}
	return "the nodes are cut off from every API server that works"
}

// controllers judges who acts on what the API holds: schedulers and controller-managers.
func (w *world) controllers(api []State) Verdict {
	if len(w.m.cps) == 0 {
		return Verdict{Capability: Scheduling, State: Up, Reason: "the control plane belongs to the vendor"}
	}
	best := Down
	for _, s := range api {
		best = better(best, s)
	}
	v := Verdict{Capability: Scheduling, State: best}
	switch up := w.count(api, Up); {
	case best == Down:
		v.Reason = "no API server works, so that no scheduler or controller acts"
	case slices.Contains(api, Degraded): // a holder that renews its lease by chance keeps it, and does not do its work
		v.State, v.Reason = Depends, "API servers may lose requests, those that go to an etcd member without a leader: "+
			"it depends on who holds the leases"
	case best == Depends:
		v.Reason = "it depends on which etcd member leads"
	case up < len(w.m.cps):
		v.State, v.Reason = Degraded, fmt.Sprintf("%d of %s can lead them", up, count(len(w.m.cps), "control plane"))
		if slices.Contains(api, Depends) {
			v.Reason += " whichever etcd member leads"
		}
	default:
		v.Reason = "a scheduler and a controller-manager hold their leases"
	}
	return v
}

// scheduling judges whether new pods come to run. A scheduler alone starts none: a kubelet has to hear of them, by the endpoint.
func (w *world) scheduling(control Verdict, api []State) Verdict {
	if len(w.m.cps) == 0 || control.State == Down {
		return control
	}
	workers := w.informed(api)
	v := control
	alive := w.alive(w.m.workers)
	surely := ""
	if workers.chance {
		surely = "surely "
	}
	switch {
	case alive == 0:
		v.State, v.Reason = Down, "no worker is left to place a pod on"
	case workers.best == Down:
		v.State, v.Reason = Down, "pods get a node and no kubelet hears of them: no worker reaches the endpoint, "+
			"and every one counts as lost after a minute"
	case control.State == Depends:
	case workers.best == Depends:
		v.State, v.Reason = Depends, "whether workers reach the endpoint depends on "+w.chance(api)
	case workers.sure == alive && workers.deaf == 0:
	case workers.own == workers.sure:
		v.State = Degraded
		v.Reason = fmt.Sprintf("%d of %s hear of new pods, by the API server on their own machine; no worker %sreaches the endpoint",
			workers.own, count(alive, "worker"), surely)
	case workers.sure == alive:
		v.State = Degraded
		v.Reason = fmt.Sprintf("%d of %s up and hear of new pods; the endpoint is not %sreached from where the others were", alive,
			are(len(w.m.workers), "worker"), surely)
	default:
		v.State = Degraded
		v.Reason = fmt.Sprintf("%d of %s %sreach the endpoint; the others count as lost after a minute", workers.sure,
			count(alive, "worker"), surely)
	}
	return v
}

// hearing says how workers hear of new pods.
type hearing struct {
	best State // of the best placed
	sure int   // that surely do
	own  int   // of these, that do only by the API server on their own machine
	deaf int   // that do not surely, or would not if they were up
	// chance says that from where some are it is up to chance whether the endpoint answers.
	chance bool
}

// informed says how workers reach the API. A kubelet dials the endpoint; that of a control plane its own API server, from 1.33 on, where
// kubeadm's feature gate ControlPlaneKubeletLocalMode became the default (cmd/kubeadm/app/cmd/phases/join/kubelet.go).
func (w *world) informed(api []State) hearing {
	local := map[int]State{}
	if w.m.p.Cluster.Version.Minor >= 33 {
		for i, c := range w.m.cps {
			local[c] = api[i]
		}
	}
	h := hearing{best: Down}
	zones := map[string]State{}
	for _, i := range w.m.workers {
		zone := w.m.nodes[i].FailureDomain
		state, known := zones[zone]
		if !known {
			state = w.endpoint(zone, api)
			zones[zone] = state
			h.chance = h.chance || state == Depends
		}
		own, ok := local[i]
		switch {
		case state <= Degraded:
			if !w.dead[i] {
				h.sure++
			}
		case ok && own <= Degraded:
			h.sure++
			h.own++
		default:
			h.deaf++
		}
		if !w.dead[i] {
			h.best = better(h.best, state)
			if ok {
				h.best = better(h.best, own)
			}
		}
	}
	return h
}

func (w *world) pods() Verdict {
	alive, n := w.alive(w.m.workers), len(w.m.workers)
	v := Verdict{Capability: Pods, State: Up, Reason: "every worker is up; kubelets need nobody to keep their pods"}
	switch {
	case alive == 0:
		v.State, v.Reason = Down, "no worker is up"
	case alive < n:
		v.State, v.Reason = Degraded, fmt.Sprintf("%d of %s are up; pods of the others are lost until they are placed again", alive,
			count(n, "worker"))
	}
	return v
}

func (w *world) services(endpoint Verdict) Verdict {
	v := Verdict{Capability: Services, State: Up, Reason: "every node has its rules"}
	switch {
	case w.alive(w.m.workers) == 0:
		v.State, v.Reason = Down, "no worker is up"
	case endpoint.State == Down:
		v.State, v.Reason = Degraded, "nodes keep the rules that they have; endpoints that die stay in them until the API is back"
	case w.between(w.m.kubelet, w.m.kubelet):
		v.State, v.Reason = Degraded, "an endpoint on the other side of the cut does not answer"
	case w.alive(w.m.kubelet) < len(w.m.kubelet):
		v.State, v.Reason = Degraded, "endpoints on lost nodes fail until the node controller removes them"
	}
	return v
}

// replicas is how many CoreDNS pods kubeadm starts (cmd/kubeadm/app/phases/addons/dns/manifests.go); they prefer different nodes.
const replicas = 2

func (w *world) names(control Verdict) Verdict {
	v := Verdict{Capability: DNS, State: Up, Reason: "the replicas of CoreDNS are up"}
	dead := len(w.m.kubelet) - w.alive(w.m.kubelet)
	again := "; nobody places them again until the control plane is back"
	if control.State != Down {
		again = "; they are placed again once the node counts as lost"
	}
	switch {
	case w.alive(w.m.kubelet) == 0:
		v.State, v.Reason = Down, "no node is up"
	case len(w.m.cps) == 0:
		v.Reason = "CoreDNS is placed by the vendor"
	case w.m.dns != nil:
		switch alive := w.alive(w.m.dns); {
		case alive == 0:
			v.State, v.Reason = Down, "every replica of CoreDNS was on a lost node"+again
		case alive < len(w.m.dns):
			v.State, v.Reason = Degraded, fmt.Sprintf("%d of %d replicas of CoreDNS are up", alive, len(w.m.dns))
		}
	case dead == 0:
	case dead < replicas && len(w.m.kubelet) >= replicas:
		v.State, v.Reason = Degraded, "the two replicas of CoreDNS prefer different nodes: one of them at least is up"
	default:
		v.State, v.Reason = Depends, "both replicas of CoreDNS may have been on lost nodes"+again
	}
	if v.State > Degraded || !w.between(w.m.kubelet, w.m.kubelet) {
		return v
	}
	if w.m.dns == nil {
		if v.State == Up {
			v.State, v.Reason = Degraded, "a replica of CoreDNS may be on the other side of the cut, where it does not answer"
		}
		return v
	}
	// without is where no replica is reached
	var without []string
	partly := false
	for _, z := range w.zonesOf(w.m.kubelet) {
		reached := slices.ContainsFunc(w.m.dns, func(i int) bool { return !w.dead[i] && w.linked(z, w.m.nodes[i].FailureDomain) })
		if !reached {
			without = append(without, z)
		}
		partly = partly || slices.ContainsFunc(w.m.dns, func(i int) bool { return !w.dead[i] && !w.linked(z, w.m.nodes[i].FailureDomain) })
	}
	switch {
	case len(without) > 0:
		v.State, v.Reason = Degraded, "no replica of CoreDNS answers in "+places(without)
	case partly && v.State == Up:
		v.State, v.Reason = Degraded, "a replica of CoreDNS on the other side of the cut does not answer"
	}
	return v
}

func (w *world) join(endpoint, control, etcd Verdict) Verdict {
	v := Verdict{Capability: Join, State: Up, Reason: "the endpoint answers and certificate requests are signed", From: endpoint.From}
	// every one of them is needed: the endpoint to ask, a controller to sign, a write to remember the node
	api := endpoint
	if api.State == Degraded && len(api.From) == 0 {
		api.State = Up
	}
	for _, need := range []Verdict{api, {State: ignoreDegraded(control.State), Reason: control.Reason},
		{State: ignoreDegraded(etcd.State), Reason: etcd.Reason}} {
		if need.State > v.State {
			v.State, v.Reason = need.State, need.Reason
		}
	}
	return v
}

func ignoreDegraded(s State) State {
	if s == Degraded {
		return Up
	}
	return s
}

// recovery judges what follows for the data and for the people.
func (w *world) recovery() Recovery {
	r := Recovery{Returns: "comes back by itself: members rejoin, static pods and kubelets start, addresses return"}
	var parts []string
	n, cps := len(w.m.members), len(w.m.cps)
	lost, lostCPs := n-w.alive(w.m.members), cps-w.alive(w.m.cps)
	switch {
	case lost == 0:
	case lost == n:
		parts = append(parts, "the data is gone with the disks: rebuild etcd from the newest snapshot; what was written since is lost")
	case lost > plan.FaultTolerance(n):
		parts = append(parts,
			fmt.Sprintf("quorum is lost for good: restore the newest snapshot, or force a new cluster from a member that "+
				"is left (%d); writes that it had not seen are lost", n-lost))
	case w.m.p.Etcd.Placement == topologies.Stacked:
		parts = append(parts, fmt.Sprintf("remove %s from etcd", count(lost, "lost member")))
	case lost == 1:
		parts = append(parts, "remove 1 lost member from etcd and add a replacement")
	default:
		parts = append(parts, fmt.Sprintf("remove %d lost members from etcd and add replacements", lost))
	}
	r.DataLoss = lost > plan.FaultTolerance(n)
	switch {
	case lostCPs == 0:
	case lostCPs == cps:
		text := "build new control planes from a backup of /etc/kubernetes/pki: the keys of the cluster's authorities are gone " +
			"with the old ones"
		if cps == 1 {
			text = "build a new control plane from a backup of /etc/kubernetes/pki: the keys of the cluster's authorities are gone " +
				"with the old one"
		}
		if n > 0 && lost == 0 {
			text += "; etcd keeps the data"
		}
		parts = append(parts, text)
	default:
		parts = append(parts, "join a new control plane in place of each lost one")
	}
	lbs, mute := 0, w.external
	if w.m.p.LoadBalancer.Kind == plan.HAProxy {
		lbs = len(w.m.lbs) - w.alive(w.m.lbs)
	}
	for _, i := range w.m.lbs {
		mute = mute || w.mute[i] && !w.dead[i]
	}
	if lbs == 1 {
		parts = append(parts, "run the playbook on a new balancer")
	} else if lbs > 1 {
		parts = append(parts, "run the playbook on new balancers")
	}
	r.Human = len(parts) > 0
	switch {
	case !slices.ContainsFunc(w.m.workers, func(i int) bool { return w.dead[i] && !slices.Contains(w.m.cps, i) }):
	case w.alive(w.m.workers) == 0:
		parts = append(parts, "join new workers: nothing is left to place pods on")
	case len(parts) == 0:
		parts = append(parts, "pods are placed on other nodes; join a new worker when convenient")
	default:
		parts = append(parts, "join new workers")
	}
	if mute {
		parts = append(parts, "start the process again")
	}
	if len(w.cuts) > 0 {
		parts = append(parts, "fix the network")
	}
	if len(parts) == 0 || !slices.Contains(w.dead, true) {
		parts = append(parts, "nothing is lost")
	}
	r.Lost = strings.Join(parts, "; ")
	return r
}

// zonesOf returns the zones in which one of the nodes lives, sorted as m.zones.
func (w *world) zonesOf(nodes []int) []string {
	alive := map[string]bool{}
	for _, i := range nodes {
		if !w.dead[i] {
			alive[w.m.nodes[i].FailureDomain] = true
		}
	}
	return sortedKeys(alive)
}

// up says how many of n members of etcd are up.
func up(alive, n int) string {
	verb := "are"
	if alive == 1 || n == 1 {
		verb = "is"
	}
	return fmt.Sprintf("%d of %s %s up", alive, count(n, "member"), verb)
}

func count(n int, noun string) string {
	if n == 1 || noun == "more" {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func are(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}
