package simulate

import (
	"fmt"
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

// each returns what holds whichever of the candidates chance picks: their common state, Depends where they differ, Down for none.
func each(candidates []int, of func(int) State) State {
	if len(candidates) == 0 {
		return Down
	}
	first := of(candidates[0])
	for _, c := range candidates[1:] {
		if of(c) != first {
			return Depends
		}
	}
	return first
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
	// Human says that somebody must act if the failed units never return, before the API works as drawn.
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
		return Verdict{State: Down, Reason: fmt.Sprintf("%d of %d members are up, but no %d of them reach each other", alive, n, quorum)}
	case len(leaders) == 0:
		return Verdict{State: Down, Reason: fmt.Sprintf("%d of %d members are up; the quorum is %d", alive, n, quorum)}
	}
	off := 0
	for _, e := range w.m.members {
		if !w.dead[e] && w.served(e, leaders) != Up {
			off++
		}
	}
	switch {
	case off > 0:
		return Verdict{State: Degraded, Reason: fmt.Sprintf("a leader keeps a quorum of %d; %s may be cut off from it", quorum, count(off, "member"))}
	case alive == n:
		return Verdict{State: Up, Reason: "every member is up"}
	case alive == quorum:
		return Verdict{State: Degraded, Reason: fmt.Sprintf("%d of %d members are up, just the quorum: the next loss stops writes", alive, n)}
	}
	return Verdict{State: Degraded, Reason: fmt.Sprintf("%d of %d members are up; %s may still go", alive, n, count(alive-quorum, "more"))}
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
		case Up:
			from = append(from, z)
		case Depends:
			unsure = append(unsure, z)
		}
	}
	up := 0
	for _, s := range api {
		if s == Up {
			up++
		}
	}
	v := Verdict{Capability: API, Reason: fmt.Sprintf("%d of %s work", up, count(len(w.m.cps), "API server"))}
	switch {
	case len(zones) == 0:
		v.State, v.Reason = Down, "no node is left"
	case len(from) == len(zones) && w.whole():
		v.State = Up
	case len(from) == len(zones):
		v.State = Degraded
	case len(from) > 0:
		v.State, v.From = Degraded, from
		v.Reason += "; the endpoint is reached from " + strings.Join(from, ", ") + " only"
	case len(unsure) > 0:
		v.State = Depends
		v.Reason += "; it depends on who leads and who holds the address whether the endpoint answers"
	default:
		v.State, v.Reason = Down, w.whyUnreachable(api)
	}
	return v
}

// whole says that every API server and balancer lives.
func (w *world) whole() bool {
	for _, i := range append(append([]int{}, w.m.cps...), w.m.lbs...) {
		if w.dead[i] || w.mute[i] {
			return false
		}
	}
	return !w.external && len(w.cuts) == 0 && w.alive(w.m.members) == len(w.m.members)
}

func (w *world) whyUnreachable(api []State) string {
	working, live := 0, w.alive(w.m.cps)
	for _, s := range api {
		if s != Down {
			working++
		}
	}
	switch {
	case live == 0:
		return "no control plane is up"
	case working == 0:
		return fmt.Sprintf("%s up, but etcd has no quorum, so that none is ready", are(live, "API server"))
	case w.external:
		return "the external balancer is down: the API servers work and nobody who dials the endpoint reaches them"
	case w.m.p.LoadBalancer.Kind == plan.HAProxy, w.m.p.LoadBalancer.Kind == plan.KubeVIP:
		return "no balancer is up: the API servers work and nobody who dials the endpoint reaches them"
	}
	return "the control plane that the endpoint names is not reached"
}

// controllers judges who acts on what the API holds: schedulers and controller-managers.
func (w *world) controllers(api []State) Verdict {
	if len(w.m.cps) == 0 {
		return Verdict{Capability: Scheduling, State: Up, Reason: "the control plane belongs to the vendor"}
	}
	best, up := Down, 0
	for _, s := range api {
		best = better(best, s)
		if s == Up {
			up++
		}
	}
	v := Verdict{Capability: Scheduling, State: best}
	switch {
	case best == Down:
		v.Reason = "no API server works, so that no scheduler or controller acts"
	case best == Depends:
		v.Reason = "it depends on which etcd member leads"
	case up < len(w.m.cps):
		v.State, v.Reason = Degraded, fmt.Sprintf("%d of %s can lead them", up, count(len(w.m.cps), "control plane"))
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
	best, informed := w.informed(api)
	v := control
	alive := w.alive(w.m.workers)
	switch {
	case alive == 0:
		v.State, v.Reason = Down, "no worker is left to place a pod on"
	case best == Down:
		v.State, v.Reason = Down, "pods get a node and no kubelet hears of them: no worker reaches the endpoint, and every one counts as lost after a minute"
	case control.State == Depends:
	case best == Depends:
		v.State, v.Reason = Depends, "it depends on whether workers reach the endpoint"
	case informed < alive:
		v.State, v.Reason = Degraded, fmt.Sprintf("%d of %s reach the endpoint; the others count as lost after a minute", informed, count(alive, "worker"))
	}
	return v
}

// informed says how the best placed worker reaches the API, and how many surely do. A kubelet dials the endpoint; that of a control plane
// its own API server, from 1.33 on, where kubeadm's feature gate ControlPlaneKubeletLocalMode became the default
// (cmd/kubeadm/app/cmd/phases/join/kubelet.go).
func (w *world) informed(api []State) (best State, sure int) {
	local := map[int]State{}
	if w.m.p.Cluster.Version.Minor >= 33 {
		for i, c := range w.m.cps {
			local[c] = api[i]
		}
	}
	best = Down
	zones := map[string]State{}
	for _, i := range w.m.workers {
		if w.dead[i] {
			continue
		}
		zone := w.m.nodes[i].FailureDomain
		state, known := zones[zone]
		if !known {
			state = w.endpoint(zone, api)
			zones[zone] = state
		}
		if own, ok := local[i]; ok {
			state = better(state, own)
		}
		if state == Up {
			sure++
		}
		best = better(best, state)
	}
	return best, sure
}

func (w *world) pods() Verdict {
	alive, n := w.alive(w.m.workers), len(w.m.workers)
	v := Verdict{Capability: Pods, State: Up, Reason: "every worker is up; kubelets need nobody to keep their pods"}
	switch {
	case alive == 0:
		v.State, v.Reason = Down, "no worker is up"
	case alive < n:
		v.State, v.Reason = Degraded, fmt.Sprintf("%d of %s are up; pods of the others are lost until they are placed again", alive, count(n, "worker"))
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
	case len(w.cuts) > 0:
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
	if v.State == Up && len(w.cuts) > 0 {
		v.State, v.Reason = Degraded, "a replica on the other side of the cut does not answer"
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
	for _, need := range []Verdict{api, {State: ignoreDegraded(etcd.State), Reason: etcd.Reason}} {
		if need.State > v.State {
			v.State, v.Reason = need.State, need.Reason
		}
	}
	if control.State == Down && w.alive(w.m.workers) > 0 && v.State != Down {
		v.State, v.Reason = Down, "no controller-manager works, so that no certificate request is signed"
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
	lost := len(w.m.members) - w.alive(w.m.members)
	n := len(w.m.members)
	lostNodes := 0
	for _, d := range w.dead {
		if d {
			lostNodes++
		}
	}
	switch {
	case lost > 0 && lost == n:
		r.Lost = "the data is gone with the disks: rebuild etcd from the newest snapshot; what was written since is lost"
		r.DataLoss, r.Human = true, true
	case lost > n-plan.Quorum(n):
		r.Lost = fmt.Sprintf("quorum is lost for good: restore the newest snapshot, or force a new cluster from a member that is left (%d); writes that it had not seen are lost", n-lost)
		r.DataLoss, r.Human = true, true
	case lost > 0:
		r.Lost = fmt.Sprintf("remove %s from etcd and add a replacement", count(lost, "lost member"))
		if w.m.p.Etcd.Placement == topologies.Stacked {
			r.Lost += ", by joining a new control plane"
		}
		r.Human = true
	case lostNodes > 0 && w.alive(w.m.cps) < len(w.m.cps):
		r.Lost, r.Human = "join a new control plane in place of each lost one", true
		if w.alive(w.m.cps) == 0 {
			r.Lost = "build new control planes from the certificate authority's backup; etcd keeps the data"
		}
	case lostNodes > 0 && w.alive(w.m.lbs) < len(w.m.lbs):
		r.Lost, r.Human = "run the playbook on a new balancer", true
	case lostNodes > 0:
		r.Lost = "pods are placed on other nodes; join a new worker when convenient"
	case len(w.cuts) > 0:
		r.Lost = "mend the network; nothing is lost"
	default:
		r.Lost = "start the process again; nothing is lost"
	}
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
