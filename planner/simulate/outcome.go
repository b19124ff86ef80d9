package simulate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// State is the state of a capability, from best to worst.
type State int

// The states of a capability.
const (
	Up       State = iota
	Degraded       // works, with less capacity or not from everywhere
	Depends        // depends on chance: who leads, where a pod runs
	Down
)

var stateNames = [...]string{"up", "degraded", "depends", "down"}

// String returns up, degraded, depends, or down.
func (s State) String() string { return stateNames[s] }

// MarshalText implements encoding.TextMarshaler, so that JSON has the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText parses the word; it fails for any other.
func (s *State) UnmarshalText(text []byte) error {
	for i, name := range stateNames {
		if name == string(text) {
			*s = State(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not a state", text)
}

func better(a, b State) State { return min(a, b) }

func yes(ok bool) State {
	if ok {
		return Up
	}
	return Down
}

// each is the state over all candidates that chance may pick: Down if there are none, Depends if it works with some and not with others.
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

// Capability is something that the cluster provides to its users.
type Capability string

// The capabilities, in reporting order.
const (
	EtcdWrites Capability = "etcd-writes" // a quorum agrees on a value
	EtcdReads  Capability = "etcd-reads"  // a linearizable read, as API servers do them
	API        Capability = "api"         // a request through the control plane endpoint is answered
	Scheduling Capability = "scheduling"  // new pods start, controllers act
	Pods       Capability = "pods"        // running pods keep running
	Services   Capability = "services"    // a Service's address reaches its pods
	DNS        Capability = "dns"         // cluster names resolve
	Join       Capability = "join"        // a new worker can join
)

// Capabilities lists them all, in order.
var Capabilities = []Capability{EtcdWrites, EtcdReads, API, Scheduling, Pods, Services, DNS, Join}

// Verdict is the state of one capability, and the reason.
type Verdict struct {
	Capability Capability `json:"capability"`
	State      State      `json:"state"`
	Reason     string     `json:"reason"`
	// From lists the failure domains in which it works, if that is not everywhere.
	From []string `json:"from,omitempty"`
}

// Recovery is what happens after a failure.
type Recovery struct {
	// Returns says what happens when everything that failed comes back with its disks.
	Returns string `json:"when_it_returns"`
	// Lost says what a person must do if nothing that failed ever comes back.
	Lost string `json:"if_it_never_returns"`
	// DataLoss reports whether etcd's data is lost if the disks are, except for snapshots.
	DataLoss bool `json:"data_loss"`
	// Human reports whether, if the failed units never return, a person must act before the API works as defined.
	Human bool `json:"human"`
}

// Outcome is the verdict on one failure.
type Outcome struct {
	Failure  Failure
	Verdicts []Verdict // in the order of Capabilities
	Recovery Recovery
}

// State returns the state of a capability.
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
	q, answered := m.with(f).quantities()
	return Outcome{Failure: f, Verdicts: q.judge(answered), Recovery: q.recovery()}
}

// quantities computes the inputs of the verdict rows, and returns the failure domains from which the endpoint answers.
func (w *world) quantities() (*quantities, []string) {
	m, lb := w.m, &w.m.p.LoadBalancer
	leaders := w.leaders()
	api := w.api(leaders)
	answered, unsure, zones := w.asked(api)
	least, most := w.cutOff(leaders)
	waysUp, leading := w.ways(api)
	heard := w.informed(api)
	without, partly := w.dnsReach()
	lost := len(m.members) - w.alive(m.members)
	haproxy := lb.Kind == plan.HAProxy
	lbsOff, mute := 0, w.external
	for _, i := range m.lbs {
		if w.mute[i] || w.dead[i] && haproxy {
			lbsOff++
		}
		mute = mute || w.mute[i] && !w.dead[i]
	}
	lbsLost := 0
	if haproxy {
		lbsLost = len(m.lbs) - w.alive(m.lbs)
	}
	workersLost := 0
	for _, i := range m.workers {
		if w.dead[i] && !slices.Contains(m.cps, i) {
			workersLost++
		}
	}
	q := &quantities{numbers: map[string]int{
		"works": int(Up), "degraded": int(Degraded), "depends": int(Depends), "down": int(Down),
		"members": len(m.members), "up": len(m.members) - lost, "lost": lost, "quorum": plan.Quorum(len(m.members)),
		"tolerance": max(0, plan.FaultTolerance(len(m.members))), "leaders": len(leaders), "offLeast": least, "offMost": most,
		"cps": len(m.cps), "cpsUp": w.alive(m.cps), "apiUp": w.count(api, Up), "apiDegraded": w.count(api, Degraded),
		"apiDepends": w.count(api, Depends), "apiDown": w.count(api, Down), "stacked": number(m.p.Etcd.Placement == topologies.Stacked),
		"lbs": len(m.lbs), "lbsOff": lbsOff, "lbsLost": lbsLost, "dialed": len(m.dialed), "external": number(w.external),
		"moves":  number(haproxy && len(m.lbs) > 1 && m.dialed == nil || lb.Kind == plan.KubeVIP),
		"waysUp": waysUp, "leading": number(leading), "off": number(w.offSegment() != ""),
		"places": len(zones), "answered": len(answered), "unsure": len(unsure), "severed": number(w.severed()),
		"workers": len(m.workers), "workersUp": w.alive(m.workers), "workersLost": workersLost,
		"hears": int(heard.best), "sure": heard.sure, "own": heard.own, "deaf": heard.deaf, "chance": number(heard.chance),
		"kubelets": len(m.kubelet), "kubeletsUp": w.alive(m.kubelet), "apart": number(w.between(m.kubelet, m.kubelet)),
		"placed": number(m.dns != nil), "dns": len(m.dns), "dnsUp": w.alive(m.dns), "dnsWithout": len(without), "dnsPartly": number(partly),
		"mute": number(mute), "cuts": len(w.cuts), "dead": number(slices.Contains(w.dead, true)),
	}, texts: map[string]string{
		"answered": places(answered), "unsure": places(unsure), "dnsWithout": places(without), "astray": w.offSegment(),
		"way": m.way(), "virtualIP": lb.VirtualIP.String(),
	}}
	return q, answered
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
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

// cutOff counts the members that are up and not reached by the leader: the minimum and maximum over all possible leaders.
func (w *world) cutOff(leaders []int) (least, most int) {
	least = len(w.m.members)
	for _, l := range leaders {
		off := 0
		for _, e := range w.m.members {
			if !w.dead[e] && !w.reach(l, e) {
				off++
			}
		}
		least, most = min(least, off), max(most, off)
	}
	return least, most
}

// asked returns the failure domains with kubelets: all of them, those from which the endpoint answers, and those from which it depends on
// chance.
func (w *world) asked(api []State) (answered, unsure, zones []string) {
	if len(w.m.cps) == 0 {
		return nil, nil, nil
	}
	zones = w.zonesOf(w.m.kubelet)
	for _, z := range zones {
		switch w.endpoint(z, api) {
		case Up, Degraded:
			answered = append(answered, z)
		case Depends:
			unsure = append(unsure, z)
		}
	}
	return answered, unsure, zones
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

// severed reports whether a cut separates a part of the control plane that is up, including balancers, from a node that uses it.
func (w *world) severed() bool {
	parts := slices.Concat(w.m.cps, w.m.lbs, w.m.members)
	return w.between(parts, parts) || w.between(parts, w.m.kubelet)
}

// between reports whether a cut separates a node that is up from one of the others.
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

// offSegment names the first host that is up and may hold the virtual IP outside its segment, "" if there is none.
func (w *world) offSegment() string {
	for _, b := range w.m.lbs {
		if w.m.astray[b] && !w.dead[b] && !w.mute[b] {
			return w.m.nodes[b].Name
		}
	}
	return ""
}

// places names zones for use in a sentence.
func places(zones []string) string {
	names := slices.Clone(zones)
	for i, z := range names {
		if z == "" {
			names[i] = "nodes without a failure domain"
		}
	}
	return strings.Join(names, ", ")
}

// way is the balancer that the endpoint names, "" if it names none or several.
func (m *Model) way() string {
	if len(m.dialed) != 1 {
		return ""
	}
	return m.nodes[m.dialed[0]].Name
}

// ways counts the running balancers among those that clients are sent to, and reports whether one of them reaches a working API server.
func (w *world) ways(api []State) (running int, leading bool) {
	ways := w.m.leading()
	if w.m.dialed != nil {
		ways = w.m.dialed
	}
	for _, b := range ways {
		if !w.dead[b] && !w.mute[b] {
			running++
			leading = leading || w.backend(w.m.nodes[b].FailureDomain, api) != Down
		}
	}
	return running, leading
}

// hearing is how workers learn of new pods.
type hearing struct {
	best State // of the best-placed worker
	sure int   // those that certainly do
	own  int   // of these, those that do only through the API server on the same machine
	deaf int   // those that do not for certain, or would not if they were up
	// chance reports whether it depends on chance that the endpoint answers where some of them are.
	chance bool
}

// informed returns how workers reach the API. A kubelet connects to the endpoint. A control plane's kubelet connects to its own API server:
// since 1.33 because kubeadm's feature gate ControlPlaneKubeletLocalMode is on by default (cmd/kubeadm/app/cmd/phases/join/kubelet.go),
// before that if the endpoint's name resolves to it.
func (w *world) informed(api []State) hearing {
	local := make([]*State, len(w.m.nodes))
	if w.m.p.Cluster.Version.Minor >= 33 || w.m.p.LoadBalancer.Kind == plan.LocalBalancer {
		for i, c := range w.m.cps {
			local[c] = &api[i]
		}
	}
	h := hearing{best: Down}
	zones := make([]*State, len(w.m.zones))
	for _, i := range w.m.workers {
		at := w.m.zone[i]
		if zones[at] == nil {
			state := w.endpoint(w.m.zones[at], api)
			zones[at] = &state
			h.chance = h.chance || state == Depends
		}
		state, own := *zones[at], local[i]
		switch {
		case state <= Degraded:
			if !w.dead[i] {
				h.sure++
			}
		case own != nil && *own <= Degraded:
			h.sure++
			h.own++
		default:
			h.deaf++
		}
		if !w.dead[i] {
			h.best = better(h.best, state)
			if own != nil {
				h.best = better(h.best, *own)
			}
		}
	}
	return h
}

// dnsReach returns where no CoreDNS replica can be reached, and whether some place cannot reach one of them.
func (w *world) dnsReach() (without []string, partly bool) {
	if w.m.dns == nil {
		return nil, false
	}
	for _, z := range w.zonesOf(w.m.kubelet) {
		reached := false
		for _, i := range w.m.dns {
			linked := w.linked(z, w.m.nodes[i].FailureDomain)
			reached = reached || !w.dead[i] && linked
			partly = partly || !w.dead[i] && !linked
		}
		if !reached {
			without = append(without, z)
		}
	}
	return without, partly
}

// zonesOf returns the zones that contain one of the nodes, in the order of m.zones.
func (w *world) zonesOf(nodes []int) []string {
	alive := make([]bool, len(w.m.zones))
	for _, i := range nodes {
		if !w.dead[i] {
			alive[w.m.zone[i]] = true
		}
	}
	zones := []string{}
	for i, name := range w.m.zones {
		if alive[i] {
			zones = append(zones, name)
		}
	}
	return zones
}
