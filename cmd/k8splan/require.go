package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/spelling"
)

// mostLost limits the losses of a requirement: every set of that size is simulated.
const mostLost = 5

// requirement is one value of --require.
type requirement struct {
	text  string // as written
	units int
	kind  simulate.Kind
}

// requirements is the flag's value: survive=N-KIND, repeatable.
type requirements struct{ all []requirement }

func (r *requirements) String() string {
	words := make([]string, len(r.all))
	for i, one := range r.all {
		words[i] = one.text
	}
	return strings.Join(words, ",")
}

func (r *requirements) Type() string { return "REQUIREMENT" }

func (r *requirements) Set(text string) error {
	for _, word := range strings.Split(text, ",") {
		one := requirement{text: word}
		what, how, _ := strings.Cut(word, "=")
		number, kind, _ := strings.Cut(how, "-")
		units, err := strconv.Atoi(number)
		for _, k := range lossKinds {
			if kind == string(k) || kind == string(k)+"s" {
				one.kind = k
			}
		}
		if what != "survive" || err != nil || units < 1 || units > mostLost || one.kind == "" {
			return wrongRequirement(what, number, kind, err == nil)
		}
		one.units = units
		r.all = append(r.all, one)
	}
	return nil
}

// lossSynonyms are other words for a kind of loss.
var lossSynonyms = map[string]simulate.Kind{
	"rack": simulate.ZoneUnit, "room": simulate.ZoneUnit, "domain": simulate.ZoneUnit, "failure-domain": simulate.ZoneUnit,
	"failure_domain": simulate.ZoneUnit, "az": simulate.ZoneUnit, "availability-zone": simulate.ZoneUnit, "site": simulate.ZoneUnit,
	"datacenter": simulate.ZoneUnit, "machine": simulate.NodeUnit, "server": simulate.NodeUnit, "member": simulate.NodeUnit,
	"etcd": simulate.NodeUnit, "control-plane": simulate.NodeUnit, "master": simulate.NodeUnit, "worker": simulate.NodeUnit,
	"balancer": simulate.NodeUnit, "load-balancer": simulate.NodeUnit, "feed": simulate.PowerUnit, "pdu": simulate.PowerUnit,
	"ups": simulate.PowerUnit, "power-feed": simulate.PowerUnit, "hypervisor": simulate.HostUnit, "vm-host": simulate.HostUnit,
}

// wrongRequirement says what is wrong with a requirement, and what to write instead.
func wrongRequirement(what, number, kind string, counts bool) error {
	units := "use node, zone (a failure domain: a rack, a room, a zone), power, or host (a hypervisor)"
	meant, known := lossSynonyms[strings.TrimSuffix(kind, "s")]
	switch {
	case what != "survive":
		return fmt.Errorf("write survive=N-UNIT, such as survive=1-zone; UNIT: %s", units)
	case known && counts:
		about := ""
		if meant != simulate.NodeUnit {
			singular, _, _ := lossWords(meant)
			about = fmt.Sprintf("; %s is a %s", meant, singular)
		}
		return fmt.Errorf("unknown unit %q: write survive=%s-%s%s", kind, number, meant, about)
	case !counts:
		return fmt.Errorf("write survive=N-UNIT, such as survive=1-zone; N is a number from 1 to %d", mostLost)
	case !slices.ContainsFunc(lossKinds, func(k simulate.Kind) bool { return kind == string(k) || kind == string(k)+"s" }):
		return fmt.Errorf("unknown unit %q: %s", kind, units)
	}
	return fmt.Errorf("%s is out of range: N is a number from 1 to %d", number, mostLost)
}

// lossKinds are the kinds of loss that a requirement can name.
var lossKinds = []simulate.Kind{simulate.NodeUnit, simulate.ZoneUnit, simulate.PowerUnit, simulate.HostUnit}

// lossWords names a kind of loss, and the argument that assigns nodes to its units.
func lossWords(k simulate.Kind) (singular, plural, argument string) {
	switch k {
	case simulate.ZoneUnit:
		return "failure domain", "failure domains", "failure_domain"
	case simulate.PowerUnit:
		return "power feed", "power feeds", "power"
	case simulate.HostUnit:
		return "hypervisor", "hypervisors", "host"
	}
	return "node", "nodes", ""
}

// judge checks the requirements against a design and adds diagnostics for those that are not met, at the cluster block. A waiver in the
// file turns them into notes, as for any other finding.
func (r *requirements) judge(o *opened) []requirementJSON {
	if o.project == nil || len(r.all) == 0 {
		return nil
	}
	var answers []requirementJSON
	p := o.project.Plan()
	waiver := check.Waiver(p, check.RequireSurvive, o.today)
	model, said := simulate.New(p), map[string]bool{}
	for _, one := range r.all {
		// A design that fails with one node fails with two as well: one mistake, one message.
		detail, cause, worst := one.broken(p, model)
		answers = append(answers, one.answer(o, model, detail, worst))
		if detail != "" && !said[cause] {
			said[cause] = true
			d := check.RequireSurvive.Diagnostic(p.Cluster.Block(), detail)
			if waiver != nil {
				d = rule.Waive(d, waiver.Reason)
			}
			found := hcl.Diagnostics{d}
			p.Spec.Secrets.Hide(found, []*rule.Rule{check.RequireSurvive})
			o.diags = append(o.diags, found...)
		}
	}
	if waiver != nil && len(said) == 0 {
		o.diags = append(o.diags, check.UnusedWaiver(waiver))
	}
	rule.Sort(o.diags)
	return answers
}

// requirementJSON is the result of one requirement for one file.
type requirementJSON struct {
	Filename    string `json:"filename"`
	Requirement string `json:"requirement"`
	Holds       bool   `json:"holds"`
	Worst       string `json:"worst"` // the loss that leaves the least, or that stops the cluster
	Reason      string `json:"reason"`
}

// answer reports whether a requirement is met, and what the worst loss leaves.
func (r requirement) answer(o *opened, m *simulate.Model, detail string, worst *simulate.Outcome) requirementJSON {
	out := requirementJSON{Filename: o.name, Requirement: r.text, Holds: detail == "", Reason: detail}
	switch {
	case worst != nil:
		out.Worst, out.Reason = worst.Failure.String(), stopped(worst)
	case out.Holds:
		if o := m.Worst(r.units, r.kind); o != nil {
			out.Worst, out.Reason = o.Failure.String(), remains(o)
		}
	}
	shown := out.Worst + " " + out.Reason
	hidden := &hcl.Diagnostic{Detail: shown}
	if o.project.Plan().Spec.Secrets.Hide(hcl.Diagnostics{hidden}, nil); hidden.Detail != shown {
		out.Worst, out.Reason = "", hidden.Detail
	}
	return out
}

// broken says why a design does not meet the requirement, "" if it does, with the cause and the loss that stops the cluster, if any.
func (r requirement) broken(p *plan.Plan, m *simulate.Model) (detail, cause string, worst *simulate.Outcome) {
	singular, plural, argument := lossWords(r.kind)
	which := "any one " + singular
	if r.units > 1 {
		which = fmt.Sprintf("any %d %s", r.units, plural)
	}
	head := fmt.Sprintf("The design must survive the loss of %s (--require %s).", which, r.text)
	if machine := m.OneMachine(); machine != "" {
		return fmt.Sprintf("%s All %d nodes are on %s: when that machine fails, nothing works. Put the nodes on several machines. "+
			"For a laboratory, waive require-survive.", head, len(p.Nodes), machine), "machine", nil
	}
	if len(p.Nodes) == 1 && r.kind != simulate.NodeUnit {
		return fmt.Sprintf("%s %s is the only node: when its %s fails, nothing works. Put the roles on several nodes.", head,
			p.Nodes[0].Name, singular), "node/" + p.Nodes[0].Name, nil
	}
	if without := unstated(p, r.kind); len(without) > 0 {
		who := ""
		switch {
		case len(without) == len(p.Nodes):
			who = "No node states a"
		case len(without) == 1:
			who = without[0] + " states no"
		case len(without) > mostNamed:
			without = append(without[:mostNamed:mostNamed], fmt.Sprintf("%d more", len(without)-mostNamed))
			fallthrough
		default:
			who = spelling.List(without, "and") + " state no"
		}
		if r.kind == simulate.ZoneUnit {
			singular += " (a rack, a room, or a zone)"
		}
		return fmt.Sprintf("%s %s %s, so k8splan cannot check it. Write %s in node blocks, %ss in pools.", head, who, singular, argument,
			argument), string(r.kind), nil
	}
	if guess := guessed(p); guess != nil {
		places := guess.Unstated()
		return fmt.Sprintf("%s %s works inside one network segment only, and the file does not say in which segment %s (%s) is, "+
			"so k8splan cannot check it. State the segments in node_subnets of network.", head, capital(guess.What), places[0].Who,
			places[0].Addr), "segment", nil
	}
	// A design that fails with one loss also fails with more: the smallest loss must be fixed first.
	for units := 1; units <= r.units; units++ {
		outcome, exhausted := m.Survives(units, r.kind)
		if exhausted {
			return fmt.Sprintf("%s Whether it does is unknown: the search over losses of %d at once reached its limit. "+
				"Require the loss of fewer at once.", head, units), r.text, nil
		}
		if outcome == nil {
			continue
		}
		if len(outcome.Failure.Units) == 0 {
			return fmt.Sprintf("%s It depends on chance even while everything is up: %s. `k8splan simulate` shows every loss and its "+
				"remedy.", head,
				stopped(outcome)), "chance", nil
		}
		return fmt.Sprintf("%s Without %s it does not: %s. `k8splan simulate` shows every loss and its remedy.", head, outcome.Failure,
			stopped(outcome)), outcome.Failure.String(), outcome
	}
	return "", "", nil
}

// stopped says why the control plane or the pods do not work after a loss.
func stopped(o *simulate.Outcome) string {
	var reasons []string
	for _, v := range o.Verdicts {
		if v.State != simulate.Down && v.State != simulate.Depends {
			continue
		}
		switch v.Capability {
		case simulate.EtcdWrites, simulate.API, simulate.Scheduling, simulate.Pods:
			if text := strings.TrimSuffix(v.Reason, "."); text != "" && !slices.Contains(reasons, text) {
				reasons = append(reasons, text)
			}
		}
	}
	return strings.Join(reasons, "; ")
}

// guessed returns the design's first mechanism that needs one network segment, if the file does not set the segments.
func guessed(p *plan.Plan) *plan.Shared {
	for _, s := range p.OneSegment() {
		if len(s.Unstated()) > 0 {
			return &s
		}
	}
	return nil
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// mostNamed limits the nodes that a message names.
const mostNamed = 6

// unstated names the nodes without a failure domain or hypervisor; none if the requirement is about nodes.
func unstated(p *plan.Plan, kind simulate.Kind) []string {
	var names []string
	for _, n := range p.Nodes {
		if n.Roles == 0 {
			continue // nothing of the cluster runs there
		}
		if kind == simulate.HostUnit && n.Carrier() == "" || kind == simulate.PowerUnit && n.Power == "" ||
			kind == simulate.ZoneUnit && n.FailureDomain == "" {
			names = append(names, n.Name)
		}
	}
	return names
}

// remains describes the state of the control plane and the pods after a loss.
func remains(o *simulate.Outcome) string {
	var parts []string
	for _, v := range o.Verdicts {
		switch v.Capability {
		case simulate.EtcdWrites, simulate.API, simulate.Scheduling, simulate.Pods:
			parts = append(parts, fmt.Sprintf("%s %s: %s", v.Capability, v.State, strings.TrimSuffix(v.Reason, ".")))
		}
	}
	return strings.Join(parts, "; ")
}

// kept prints for each requirement that is met what its worst loss leaves; the others are already errors.
func (a *app) kept(answers []requirementJSON) error {
	for _, r := range answers {
		if !r.Holds {
			continue
		}
		text := "holds"
		if r.Worst != "" {
			text += "; the worst loss is " + r.Worst + ": " + r.Reason
		}
		if _, err := io.WriteString(a.stdout, hang("  "+r.Requirement+"  ", visible(text), a.columns())); err != nil {
			return err
		}
	}
	return nil
}
