package simulate

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// The model as data: each verdict as conditions over quantities of the world after a failure. Outcome evaluates these rows, and so does the
// page of a design, which includes them.

// Verdicts in sequence: the first row whose condition is true applies, and earlier verdicts' states and reasons are quantities in later
// conditions. A condition consists of comparisons of sums, joined by && and ||; && binds tighter.
type verdictRows struct {
	// Name is the capability, or the name of the verdict in later rows.
	Name string       `json:"name"`
	Rows []verdictRow `json:"rows"`
}

// verdictRow is a state with its reason. In a text, {n} is a quantity, {n|member} is the quantity with a noun, {n|member|} also with its
// verb, and {@name} is another text.
type verdictRow struct {
	When   string `json:"when,omitempty"` // "" is always true
	State  string `json:"state"`          // a sum
	Reason string `json:"reason"`
	From   bool   `json:"from,omitempty"` // it is true only in some failure domains
}

// textRows is a text that other texts include: the first row that applies, or all rows that apply.
type textRows struct {
	Name string    `json:"name"`
	All  bool      `json:"all,omitempty"`
	Rows []textRow `json:"rows"`
}

type textRow struct {
	When string `json:"when,omitempty"`
	Text string `json:"text"`
}

// texts are sorted so that each comes after those it includes. Those from "repair" on are what a person does if nothing returns.
var texts = []textRows{
	{Name: "membersUp", Rows: []textRow{
		{"up == 1 || members == 1", "{up} of {members|member} is up"},
		{"", "{up} of {members|member} are up"},
	}},
	{Name: "working", All: true, Rows: []textRow{
		{"", "{apiUp + apiDegraded} of {cps|API server} work"},
		{"apiDepends > 0", " whichever etcd member leads, and up to {apiDepends} more"},
	}},
	{Name: "lacks", All: true, Rows: []textRow{
		{"lbsOff > 0", "; {lbs - lbsOff} of {lbs|balancer} work"},
		{"up < members && apiDown == 0", "; {up} of {members|etcd member|} up"},
		{"apiDegraded > 0", "; requests that go to an etcd member without a leader may fail"},
		{"apiDegraded == 0 && severed > 0", "; the cut leaves fewer ways to them"},
	}},
	{Name: "chance", Rows: []textRow{
		{"dialed > 1", "which balancer a client reaches: they share no address"},
		{"moves > 0 && off > 0", "which host holds the address: {@astray} is in another network segment, to which no router forwards " +
			"the address"},
		{"moves > 0 && apiDepends > 0", "which etcd member leads and which host holds the address"},
		{"moves > 0", "which host holds the address"},
		{"", "which etcd member leads"},
	}},
	{Name: "unreachable", Rows: []textRow{
		{"cpsUp == 0", "no control plane is up"},
		{"apiDown == cps && leaders > 0",
			"{cpsUp|API server|} up, but cut off from the etcd members that have a leader, so none is ready"},
		{"apiDown == cps", "{cpsUp|API server|} up, but etcd has no quorum, so none is ready"},
		{"external > 0", "the external balancer is down: the API servers work but the endpoint does not lead to them"},
		{"dialed == 1 && lbs > 1 && waysUp == 0", "the endpoint is an address of {@way} only, whose balancer is down"},
		{"lbs > 0 && waysUp == 0 && off > 0",
			"the virtual IP {@virtualIP} cannot move to {@astray}: it is in another network segment, to which no router forwards the " +
				"address"},
		{"lbs > 0 && waysUp == 0", "no balancer is up: the API servers work but the endpoint does not lead to them"},
		{"lbs > 0 && leading == 0", "{waysUp|balancer|} up, but cut off from every API server that works"},
		{"lbs > 0", "{waysUp|balancer|} up, but cut off from every node that dials the endpoint"},
		{"", "the nodes are cut off from every API server that works"},
	}},
	{Name: "surely", Rows: []textRow{{"chance > 0", "surely "}}},
}

// repairs are what a person does if nothing that failed returns.
var repairs = []textRows{
	{Name: "etcd", Rows: []textRow{
		{"lost == 0", ""},
		{"up == 0", "the data is lost with the disks: rebuild etcd from the newest snapshot; later writes are lost"},
		{"lost > tolerance", "quorum is lost for good: restore the newest snapshot, or force a new cluster from a surviving member " +
			"({up}); writes that it has not received are lost"},
		{"stacked > 0", "remove {lost|lost member} from etcd"},
		{"lost == 1", "remove 1 lost member from etcd and add a replacement"},
		{"", "remove {lost} lost members from etcd and add replacements"},
	}},
	{Name: "control planes", Rows: []textRow{
		{"cpsUp == cps", ""},
		{"cpsUp == 0 && members > 0 && lost == 0", "{@build}; etcd keeps the data"},
		{"cpsUp == 0", "{@build}"},
		{"", "join a new control plane in place of each lost one"},
	}},
	{Name: "balancers", Rows: []textRow{
		{"lbsLost == 1", "run the playbook on a new balancer"},
		{"lbsLost > 1", "run the playbook on new balancers"},
	}},
	{Name: "workers", Rows: []textRow{
		{"workersLost == 0", ""},
		{"workersUp == 0", "join new workers: no worker is left for pods"},
		{"human == 0", "pods are placed on other nodes; join a new worker when convenient"},
		{"", "join new workers"},
	}},
	{Name: "processes", Rows: []textRow{{"mute > 0", "start the process again"}}},
	{Name: "cuts", Rows: []textRow{{"cuts > 0", "fix the network"}}},
	{Name: "nothing", Rows: []textRow{{"dead == 0 || human == 0 && workersLost == 0 && mute == 0 && cuts == 0", "nothing is lost"}}},
}

// builds are texts that repairs include.
var builds = []textRows{{Name: "build", Rows: []textRow{
	{"cps == 1", "build a new control plane from a backup of /etc/kubernetes/pki: the keys of the cluster's authorities are lost " +
		"with the old one"},
	{"", "build new control planes from a backup of /etc/kubernetes/pki: the keys of the cluster's authorities are lost with the old ones"},
}}}

// needsHuman is how many of the repairs, counted from the first, a person must do before the API works as defined.
const needsHuman = 3

// returns is what happens when everything comes back.
const returns = "the cluster recovers by itself: members rejoin, static pods and kubelets start, addresses return"

// verdicts are the rows of every capability, each after those that it uses.
var verdicts = []verdictRows{
	// Source: https://etcd.io/docs/v3.6/op-guide/failures/
	{Name: string(EtcdWrites), Rows: []verdictRow{
		{When: "members == 0", State: "works", Reason: "the vendor runs etcd"},
		{When: "leaders == 0 && up >= quorum", State: "down", Reason: "{@membersUp}, but no {quorum} of them reach each other"},
		{When: "leaders == 0", State: "down", Reason: "{@membersUp}; the quorum is {quorum}"},
		{When: "offMost > 0 && offLeast == offMost", State: "degraded",
			Reason: "a leader keeps a quorum of {quorum}; {offMost|member|} cut off from it"},
		{When: "offMost > 0", State: "degraded", Reason: "a leader keeps a quorum of {quorum}; at most {offMost|member|} cut off from it"},
		{When: "up == members", State: "works", Reason: "every member is up"},
		{When: "up == quorum", State: "degraded", Reason: "{@membersUp}, exactly the quorum: one more loss stops writes"},
		{State: "degraded", Reason: "{@membersUp}; {up - quorum} more may still fail"},
	}},
	{Name: string(EtcdReads), Rows: []verdictRow{
		{When: "etcd-writes == down && up > 0", State: "down", Reason: "{@etcd-writes}; only stale (serializable) reads are answered"},
		{State: "etcd-writes", Reason: "{@etcd-writes}"},
	}},
	// The endpoint, from every failure domain that has a kubelet.
	{Name: string(API), Rows: []verdictRow{
		{When: "cps == 0", State: "works", Reason: "the vendor runs the control plane"},
		{When: "places == 0", State: "down", Reason: "no node is left"},
		{When: "answered + unsure == 0", State: "down", Reason: "{@unreachable}"},
		{When: "unsure == places", State: "depends", Reason: "{@working}{@lacks}; whether the endpoint answers depends on {@chance}"},
		{When: "unsure > 0", State: "depends", From: true,
			Reason: "{@working}{@lacks}; whether the endpoint answers from {@unsure} depends on {@chance}"},
		{When: "answered < places", State: "degraded", From: true,
			Reason: "{@working}{@lacks}; the endpoint is reached from {@answered} only"},
		{When: "lbsOff > 0 || up < members && apiDown == 0 || apiDegraded > 0 || severed > 0 || apiUp < cps", State: "degraded",
			Reason: "{@working}{@lacks}"},
		{State: "works", Reason: "{@working}{@lacks}"},
	}},
	// What acts on the content of the API: schedulers and controller-managers.
	{Name: "control", Rows: []verdictRow{
		{When: "cps == 0", State: "works", Reason: "the vendor runs the control plane"},
		{When: "apiDown == cps", State: "down", Reason: "no API server works, so no scheduler or controller acts"},
		// a holder that renews its lease by chance keeps it, but does not do its work
		{When: "apiDegraded > 0", State: "depends", Reason: "requests that go to an etcd member without a leader may fail: " +
			"it depends on which instances hold the leases"},
		{When: "apiUp == 0", State: "depends", Reason: "it depends on which etcd member leads"},
		{When: "apiUp < cps && apiDepends > 0", State: "degraded",
			Reason: "{apiUp} of {cps|control plane} can run the active scheduler and controllers, whichever etcd member leads"},
		{When: "apiUp < cps", State: "degraded", Reason: "{apiUp} of {cps|control plane} can run the active scheduler and controllers"},
		{State: "works", Reason: "a scheduler and a controller-manager hold their leases"},
	}},
	// Whether new pods start. A scheduler alone starts none: a kubelet must learn of them, through the endpoint.
	{Name: string(Scheduling), Rows: []verdictRow{
		{When: "cps == 0 || control == down", State: "control", Reason: "{@control}"},
		{When: "workersUp == 0", State: "down", Reason: "no worker is left to place a pod on"},
		{When: "hears == down", State: "down", Reason: "pods are assigned to nodes, but no kubelet learns of them: " +
			"no worker reaches the endpoint, and each counts as lost after a minute"},
		{When: "control == depends", State: "depends", Reason: "{@control}"},
		{When: "hears == depends", State: "depends", Reason: "whether workers reach the endpoint depends on {@chance}"},
		{When: "sure == workersUp && deaf == 0", State: "control", Reason: "{@control}"},
		{When: "own == sure", State: "degraded", Reason: "{own} of {workersUp|worker} learn of new pods, by the API server on their own " +
			"machine; no worker {@surely}reaches the endpoint"},
		{When: "sure == workersUp", State: "degraded", Reason: "{workersUp} of {workers|worker|} up and learn of new pods; " +
			"the endpoint is not {@surely}reached from where the others were"},
		{State: "degraded", Reason: "{sure} of {workersUp|worker} {@surely}reach the endpoint; the others count as lost after a minute"},
	}},
	{Name: string(Pods), Rows: []verdictRow{
		{When: "workersUp == 0", State: "down", Reason: "no worker is up"},
		{When: "workersUp < workers", State: "degraded",
			Reason: "{workersUp} of {workers|worker} are up; pods of the others are lost until they are placed again"},
		{State: "works", Reason: "every worker is up; kubelets keep their pods by themselves"},
	}},
	{Name: string(Services), Rows: []verdictRow{
		{When: "workersUp == 0", State: "down", Reason: "no worker is up"},
		{When: "api == down", State: "degraded",
			Reason: "nodes keep their current rules; failed endpoints stay in them until the API is back"},
		{When: "apart > 0", State: "degraded", Reason: "an endpoint on the other side of the cut does not answer"},
		{When: "kubeletsUp < kubelets", State: "degraded", Reason: "endpoints on lost nodes fail until the node controller removes them"},
		{State: "works", Reason: "every node has its rules"},
	}},
	{Name: "replicas", Rows: []verdictRow{
		{When: "kubeletsUp == 0", State: "down", Reason: "no node is up"},
		{When: "cps == 0", State: "works", Reason: "CoreDNS is placed by the vendor"},
		{When: "placed > 0 && dnsUp == 0 && control == down", State: "down",
			Reason: "every replica of CoreDNS was on a lost node; they are not placed again until the control plane is back"},
		{When: "placed > 0 && dnsUp == 0", State: "down",
			Reason: "every replica of CoreDNS was on a lost node; they are placed again once the node counts as lost"},
		{When: "placed > 0 && dnsUp < dns", State: "degraded", Reason: "{dnsUp} of {dns} replicas of CoreDNS are up"},
		{When: "placed > 0 || kubeletsUp == kubelets", State: "works", Reason: "the replicas of CoreDNS are up"},
		// kubeadm starts two (cmd/kubeadm/app/phases/addons/dns/manifests.go)
		{When: "kubelets - kubeletsUp < 2 && kubelets >= 2", State: "degraded",
			Reason: "the two replicas of CoreDNS prefer different nodes, so at least one of them is up"},
		{When: "control == down", State: "depends",
			Reason: "both replicas of CoreDNS may have been on lost nodes; they are not placed again until the control plane is back"},
		{State: "depends",
			Reason: "both replicas of CoreDNS may have been on lost nodes; they are placed again once the node counts as lost"},
	}},
	{Name: string(DNS), Rows: []verdictRow{
		{When: "replicas > degraded || apart == 0", State: "replicas", Reason: "{@replicas}"},
		{When: "placed == 0 && replicas == works", State: "degraded",
			Reason: "a replica of CoreDNS may be on the other side of the cut, where it does not answer"},
		{When: "placed > 0 && dnsWithout > 0", State: "degraded", Reason: "no replica of CoreDNS answers in {@dnsWithout}"},
		{When: "placed > 0 && dnsPartly > 0 && replicas == works", State: "degraded",
			Reason: "a replica of CoreDNS on the other side of the cut does not answer"},
		{State: "replicas", Reason: "{@replicas}"},
	}},
	// Each of three is needed: the endpoint to ask, a controller to sign, a write to remember the node. Degraded serves, unless it is the
	// endpoint from some failure domains alone.
	{Name: "asks", Rows: []verdictRow{{When: "api == degraded && froms == 0", State: "works"}, {State: "api"}}},
	{Name: "signs", Rows: []verdictRow{{When: "control == degraded", State: "works"}, {State: "control"}}},
	{Name: "writes", Rows: []verdictRow{{When: "etcd-writes == degraded", State: "works"}, {State: "etcd-writes"}}},
	{Name: string(Join), Rows: []verdictRow{
		{When: "asks > works && asks >= signs && asks >= writes", State: "asks", Reason: "{@api}", From: true},
		{When: "signs > works && signs >= writes", State: "signs", Reason: "{@control}", From: true},
		{When: "writes > works", State: "writes", Reason: "{@etcd-writes}", From: true},
		{State: "works", Reason: "the endpoint answers and certificate requests are signed", From: true},
	}},
}

// quantities are the inputs of rows: numbers, states, and texts. A capability's verdict is available under its name.
type quantities struct {
	numbers map[string]int
	texts   map[string]string
}

// program is every condition and sum of the rows, parsed once.
type program struct {
	conditions map[string][][]comparison
	sums       map[string][]term
}

type comparison struct {
	left, right []term
	operator    string
}

// term is a number or a quantity with its sign.
type term struct {
	sign   int
	number int
	name   string
}

var compiled = sync.OnceValue(compile)

// compile parses the rows. A mistake in one is a bug.
func compile() *program {
	p := &program{map[string][][]comparison{}, map[string][]term{}}
	p.condition(dataLoss)
	for _, v := range verdicts {
		for _, row := range v.Rows {
			p.condition(row.When)
			p.sum(row.State)
			p.text(row.Reason)
		}
	}
	for _, all := range [][]textRows{texts, builds, repairs} {
		for _, t := range all {
			for _, row := range t.Rows {
				p.condition(row.When)
				p.text(row.Text)
			}
		}
	}
	return p
}

func (p *program) condition(s string) {
	if s == "" || p.conditions[s] != nil {
		return
	}
	var any [][]comparison
	for _, part := range strings.Split(s, " || ") {
		var all []comparison
		for _, c := range strings.Split(part, " && ") {
			all = append(all, p.comparison(c))
		}
		any = append(any, all)
	}
	p.conditions[s] = any
}

func (p *program) comparison(s string) comparison {
	for _, operator := range []string{" == ", " >= ", " > ", " < "} {
		if left, right, ok := strings.Cut(s, operator); ok {
			return comparison{p.sum(left), p.sum(right), operator}
		}
	}
	panic("no comparison: " + s)
}

func (p *program) sum(s string) []term {
	if known := p.sums[s]; known != nil {
		return known
	}
	var terms []term
	sign := 1
	for _, word := range strings.Fields(s) {
		switch n, err := strconv.Atoi(word); {
		case word == "+":
			sign = 1
		case word == "-":
			sign = -1
		case err == nil:
			terms = append(terms, term{sign, n, ""})
		default:
			terms = append(terms, term{sign, 0, word})
		}
	}
	p.sums[s] = terms
	return terms
}

// text parses the sums in a text.
func (p *program) text(s string) {
	pieces(s, func(string) {}, func(inside string) {
		if !strings.HasPrefix(inside, "@") {
			sum, _, _ := strings.Cut(inside, "|")
			p.sum(sum)
		}
	})
}

// pieces calls outside with each part of a text that is not in braces, and inside with each part that is.
func pieces(s string, outside, inside func(string)) {
	for {
		before, rest, ok := strings.Cut(s, "{")
		outside(before)
		if !ok {
			return
		}
		in, after, _ := strings.Cut(rest, "}")
		inside(in)
		s = after
	}
}

func (q *quantities) value(terms []term) int {
	v := 0
	for _, t := range terms {
		if t.name == "" {
			v += t.sign * t.number
			continue
		}
		n, ok := q.numbers[t.name]
		if !ok {
			panic("no quantity: " + t.name)
		}
		v += t.sign * n
	}
	return v
}

func (q *quantities) holds(when string) bool {
	if when == "" {
		return true
	}
	for _, all := range compiled().conditions[when] {
		holds := true
		for _, c := range all {
			a, b := q.value(c.left), q.value(c.right)
			switch c.operator {
			case " == ":
				holds = holds && a == b
			case " >= ":
				holds = holds && a >= b
			case " > ":
				holds = holds && a > b
			default:
				holds = holds && a < b
			}
		}
		if holds {
			return true
		}
	}
	return false
}

// say expands a text.
func (q *quantities) say(s string) string {
	var b strings.Builder
	pieces(s, func(part string) { b.WriteString(part) }, func(in string) {
		if name, ok := strings.CutPrefix(in, "@"); ok {
			text, known := q.texts[name]
			if !known {
				panic("no text: " + name)
			}
			b.WriteString(text)
			return
		}
		parts := strings.Split(in, "|")
		n := q.value(compiled().sums[parts[0]])
		switch len(parts) {
		case 1:
			b.WriteString(strconv.Itoa(n))
		case 2:
			b.WriteString(count(n, parts[1]))
		default:
			b.WriteString(are(n, parts[1]))
		}
	})
	return b.String()
}

func (q *quantities) tell(all []textRows) {
	for _, t := range all {
		text := ""
		for _, row := range t.Rows {
			if q.holds(row.When) {
				text += q.say(row.Text)
				if !t.All {
					break
				}
			}
		}
		q.texts[t.Name] = text
	}
}

// judge evaluates the rows of every verdict; answered are the failure domains from which the endpoint answers.
func (q *quantities) judge(answered []string) []Verdict {
	q.tell(texts)
	q.numbers["froms"] = 0
	var out []Verdict
	var from []string
	for _, v := range verdicts {
		verdict := Verdict{Capability: Capability(v.Name)}
		for _, row := range v.Rows {
			if !q.holds(row.When) {
				continue
			}
			verdict.State, verdict.Reason = State(q.value(compiled().sums[row.State])), q.say(row.Reason)
			if row.From && verdict.Capability == API {
				from = answered
				q.numbers["froms"] = len(from)
			}
			if row.From {
				verdict.From = from
			}
			break
		}
		q.numbers[v.Name], q.texts[v.Name] = int(verdict.State), verdict.Reason
		if isCapability(verdict.Capability) {
			out = append(out, verdict)
		}
	}
	return out
}

func isCapability(c Capability) bool {
	for _, known := range Capabilities {
		if c == known {
			return true
		}
	}
	return false
}

// recovery returns the consequences for the data and for people.
func (q *quantities) recovery() Recovery {
	q.tell(builds)
	q.numbers["human"] = 0
	r := Recovery{Returns: returns}
	var parts []string
	for i, t := range repairs {
		q.tell(repairs[i : i+1])
		if text := q.texts[t.Name]; text != "" {
			parts = append(parts, text)
			if i < needsHuman {
				q.numbers["human"] = 1
			}
		}
	}
	r.Lost, r.Human = strings.Join(parts, "; "), q.numbers["human"] > 0
	r.DataLoss = q.holds(dataLoss)
	return r
}

// dataLoss is the condition under which etcd's data is lost.
const dataLoss = "lost > tolerance"

func count(n int, noun string) string {
	if n == 1 {
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
