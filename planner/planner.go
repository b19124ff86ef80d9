package planner

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target"
)

// Project is a topology that breaks no rule of severity error. Only Open makes one.
type Project struct {
	plan  *plan.Plan
	emit  target.Emitter
	diags hcl.Diagnostics // sorted, without what is sensitive
}

// Open reads and checks a topology. The project is nil if and only if the diagnostics contain an error. Diagnostics are sorted, and each
// has the ID of a rule. None shows the value of a sensitive variable. vars are values for the file's variables, from spec.ParseVar and
// spec.ParseVarFile. The expiry of waivers is compared with today; with the zero time, no waiver expires.
func Open(filename string, src []byte, vars map[string]cty.Value, today time.Time) (*Project, hcl.Diagnostics) {
	return OpenWith(filename, src, vars, today, nil)
}

// OpenWith is Open with other facts about Kubernetes releases, from plan.ParseFacts; nil means the program's own.
func OpenWith(filename string, src []byte, vars map[string]cty.Value, today time.Time, facts *plan.Table) (*Project, hcl.Diagnostics) {
	return OpenBeside(filename, src, vars, today, facts, nil)
}

// OpenBeside is OpenWith for a topology that may read the files of its folder: beside is the folder, nil if it has none. The caller makes
// sure that nothing outside it can be reached, not even by symbolic links (os.Root).
func OpenBeside(filename string, src []byte, vars map[string]cty.Value, today time.Time, facts *plan.Table,
	beside fs.FS) (*Project, hcl.Diagnostics) {
	load := func() (*spec.Spec, hcl.Diagnostics) { return spec.LoadBeside(filename, src, vars, beside) }
	written, diags := load()
	p, diags := open(written, diags, load, today, facts)
	diags = ordered(diags, written.Secrets)
	if p != nil {
		p.diags = diags
	}
	return p, diags
}

// open continues from what was read. Its diagnostics show sensitive values, and are not sorted.
func open(written *spec.Spec, diags hcl.Diagnostics, load func() (*spec.Spec, hcl.Diagnostics), today time.Time,
	facts *plan.Table) (*Project, hcl.Diagnostics) {
	if !diags.HasErrors() {
		resolved, more := ResolveWith(written, facts)
		if !more.HasErrors() && !check.Lands(resolved).HasErrors() {
			emit, found := judge(resolved, today)
			diags = check.Waive(resolved, slices.Concat(diags, more, found), Catalog(), today)
			if diags.HasErrors() {
				return nil, diags
			}
			return &Project{plan: resolved, emit: emit}, diags
		}
		if len(more) > check.MostSupposed {
			return nil, append(diags, more...)
		}
	}
	if !written.Recoverable(diags) {
		return nil, diags
	}
	return nil, check.Beside(diags, check.Road{
		Load: func() *spec.Spec {
			s, _ := load()
			return s
		},
		Resolve: func(s *spec.Spec) (*plan.Plan, hcl.Diagnostics) { return ResolveWith(s, facts) },
		Judge: func(p *plan.Plan) hcl.Diagnostics {
			_, found := judge(p, today)
			return found
		},
		Catalog: Catalog(), Today: today,
	})
}

// judge checks a plan against the rules of its target and of all designs. The emitter is nil if the target finds an error.
func judge(p *plan.Plan, today time.Time) (target.Emitter, hcl.Diagnostics) {
	of, ok := FindTarget(p.Target.Name)
	if !ok || check.Lands(p).HasErrors() { // what the target says about its arguments does not matter then
		return nil, check.Run(p, today)
	}
	var body hcl.Body
	var ctx *hcl.EvalContext
	if t := p.Spec.Target; t != nil {
		body, ctx = t.Body, t.Context
	}
	emit, diags := of.New(p, body, ctx)
	return emit, append(once(diags), check.Run(p, today)...)
}

// mostOfARule limits the findings of one rule: a mistake that occurs a hundred times comes from a generator.
const mostOfARule = 100

// ordered sorts diagnostics, drops those above mostOfARule, and hides sensitive values.
func ordered(diags hcl.Diagnostics, secrets *spec.Secrets) hcl.Diagnostics {
	rule.Sort(diags)
	said, last := map[string]int{}, map[string]*hcl.Diagnostic{}
	diags = slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool {
		id := rule.ID(d)
		if said[id]++; said[id] > mostOfARule {
			return true
		}
		last[id] = d
		return false
	})
	secrets.Hide(diags, Catalog())
	for id, n := range said {
		if n > mostOfARule {
			last[id].Detail = fmt.Sprintf("%s (The rule also finds %s, which this list leaves out.)",
				strings.TrimRight(last[id].Detail, "\n"), spelling.Quantity(n-mostOfARule, "more place", "more places"))
		}
	}
	return diags
}

// once leaves out what is said of the same place already except for numbers: the nodes of a pool share their place.
func once(diags hcl.Diagnostics) hcl.Diagnostics {
	said := map[string]bool{}
	return slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool {
		words := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return -1
			}
			return r
		}, d.Detail)
		key := fmt.Sprint(rule.ID(d), d.Subject, words)
		known := said[key]
		said[key] = true
		return known
	})
}

// Together compares designs that share something: a site, or ranges as peers. It returns what is wrong with each, in addition to Open's
// findings.
func Together(projects []*Project) []hcl.Diagnostics {
	plans := make([]*plan.Plan, len(projects))
	for i, p := range projects {
		plans[i] = p.plan
	}
	return check.Together(plans)
}

// Plan is the resolved design. It must not be modified.
func (p *Project) Plan() *plan.Plan { return p.plan }

// Refuses says why no tree can be generated from a design that is otherwise valid, and what to do; "" if one can. The design of a cluster
// whose Kubernetes version is out of support can only be described, simulated, and compared.
func (p *Project) Refuses() (why, way string) {
	d := p.plan
	if !d.Described() {
		return "", ""
	}
	goal := d.Cluster.Version
	if up := d.WayUp(); len(up) > 0 {
		goal = up[len(up)-1]
	}
	return fmt.Sprintf("Kubernetes %s can be described, not generated: it has been out of support since %s", d.Cluster.Version,
			d.Kubernetes().SupportEnds()),
		fmt.Sprintf("upgrade the cluster with the tool that built it, to %s; `k8splan upgrade-path --from %s --to %s` lists the steps",
			d.WayUpWords(), d.Cluster.Version, goal)
}

// TargetFiles generates the target's part of the tree. An error is a bug in the target, or a value that a rule should have rejected.
func (p *Project) TargetFiles(by target.Upstream) ([]artifact.File, error) { return p.emit(by) }

// Redact replaces the values of sensitive variables in a text about the design with "(sensitive)".
func (p *Project) Redact(text []byte) []byte {
	if p.plan.Spec == nil {
		return text
	}
	return p.plan.Spec.Secrets.Redact(text)
}

// Findings are the rules that the design breaks, waived ones included. Without dated, findings that depend on the date are left out and
// no waiver expires, so the same design always has the same findings.
func (p *Project) Findings(dated bool) []report.Finding {
	var out []report.Finding
	for _, d := range p.diags {
		f := report.Finding{Severity: "warning", Rule: rule.ID(d), Text: d.Detail}
		if reason, waived := rule.WaiverReason(d); waived {
			f.Severity, f.Reason = "waived", reason
		} else if w := check.Waiver(p.plan, &rule.Rule{ID: f.Rule}, time.Time{}); w != nil && !dated {
			f.Severity, f.Reason = "waived", w.Reason
		}
		if d.Subject != nil {
			f.Where = fmt.Sprintf("line %d", d.Subject.Start.Line)
		}
		if dated || !rule.Dated(d) {
			out = append(out, f)
		}
	}
	return out
}

// Catalog returns every rule, sorted by ID: those of the language, the design, and the targets, and the requirements of the command line.
func Catalog() []*rule.Rule {
	rules := check.Catalog()
	for _, t := range Targets() {
		rules = append(rules, t.Rules...)
	}
	slices.SortFunc(rules, func(a, b *rule.Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}
