package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
)

// The page's style sheet and scripts.
var (
	//go:embed page/stand.css
	standCSS string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/model.js
	modelJS string
	//go:embed page/stand.js
	standJS string
	//go:embed page/page.js
	pageJS string
)

// FileName is the name of the page in a tree.
const FileName = "report.html"

// Finding is a rule that the design breaks, waived or not.
type Finding struct {
	Severity string // error | warning | waived
	Rule     string
	Where    string // file and line
	Text     string
	Reason   string // the waiver's reason
}

// Options selects the page's contents.
type Options struct {
	Findings []Finding
	// Full also shows each machine and every row of a large design. Without it, the page stays below 1 MB whatever the size: above Large
	// machines, those of a pool in one place share one card and one row, and long tables are truncated.
	Full bool
	// InTree reports whether the page is next to the tree's RUNBOOK.md and can link to it.
	InTree  bool
	Changes *Changes // nil: no comparison with another design
	// Summary returns the same plan's summary if the caller already has it; nil: computed here.
	Summary func() simulate.Summary
}

// Large is the number of machines above which only a full page shows each of them.
const Large = 200

// mostPage is the size of a bounded page in bytes. mostFrame is the part of it that is neither picture, script, rows, nor text between
// tables: mostly table heads.
const (
	mostPage  = 1 << 20
	mostFrame = 16_000
)

// page is a page under construction.
type page struct {
	strings.Builder
	bounded bool    // the page stays below 1 MB
	pieces  []piece // not yet written
}

func esc(s string) string { return html.EscapeString(printable(s)) }

// Page renders the page of a design: a single file that loads nothing.
func Page(p *plan.Plan, o Options) []byte {
	style := Style() + pageCSS
	program := Script() + pageJS
	summarize := o.Summary
	if summarize == nil {
		summarize = func() simulate.Summary { return simulate.Summarize(p) }
	}
	summary := summarize()
	stand := newStand(p, summary.Model, o)
	model := data(stand.Model)
	w := &page{bounded: !o.Full}
	w.WriteString("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	w.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	fmt.Fprintf(w, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '%s'; script-src '%s'; "+
		"img-src data:; base-uri 'none'; form-action 'none'\">\n", digest(style), digest(program))
	fmt.Fprintf(w, "<title>%s</title>\n<style>%s</style>\n</head>\n<body class=\"page\">\n",
		fmt.Sprintf(sayDocument, esc(p.Cluster.Name)), style)
	w.WriteString("<a class=\"skip\" href=\"#verdicts\">" + saySkip + "</a>\n")
	w.head(p, summary.Sentence)
	w.WriteString("<main>\n")
	if o.Changes != nil {
		w.changes(o.Changes)
	}
	w.WriteString(stand.HTML)
	if o.Changes != nil {
		w.changed(o.Changes)
	}
	w.tables(p, summary, o)
	w.flush(mostPage - mostFrame - w.Len() - len(model) - len(program))
	w.WriteString("</main>\n<footer>" + sayFooter + "</footer>\n")
	fmt.Fprintf(w, "<script type=\"application/json\" id=\"model\">%s</script>\n", model)
	fmt.Fprintf(w, "<script>%s</script>\n</body>\n</html>\n", program)
	return []byte(w.String())
}

// compact reports whether machines of a pool in one place are shown as one.
func (o Options) compact(p *plan.Plan) bool { return len(p.Nodes) > Large && !o.Full }

// Stand is the part of a page that shows one design: the picture, the effects of failures, and the script's failure model. HTML is one
// element; `openStand(element, model)` of Script makes it interactive and returns its interface: see page/stand.js.
type Stand struct {
	HTML  string     `json:"html"`
	Model StandModel `json:"model"`
}

// StandModel is what the script of a Stand reads: the failure model, with packed nodes and groups.
type StandModel struct {
	Runs   []nodeRun     `json:"runs"`
	Groups []packedGroup `json:"groups"`
	simulate.Data
	Runbook []RunbookStep `json:"runbook"` // empty if the tree has no runbook
	Linked  bool          `json:"linked"`  // the runbook is next to the page
	Changes *ChangeData   `json:"changes,omitempty"`
}

// RunbookStep is a heading of RUNBOOK.md that explains how to restore permanent losses.
type RunbookStep struct {
	When    string `json:"when"` // regular expression that matches the remedies simulate prints
	Heading string `json:"heading"`
}

// Runbook lists the headings of RUNBOOK.md for permanent losses. It is empty if another program builds the cluster.
func Runbook(p *plan.Plan) []RunbookStep {
	if p.Target.Facts.Hosting != plan.Hosts || p.Bootstrap() == nil {
		return []RunbookStep{}
	}
	return []RunbookStep{
		{"snapshot|quorum is lost", "When etcd has lost its quorum for good"},
		{"build (a )?new control plane", "When all control planes are gone"},
		{"lost member|new control plane in place|new balancer", "Replace a host that is gone for good"},
		{"new worker", "Add a worker"},
	}
}

// NewStand returns the part of a page that shows one design. The same design gives the same bytes.
func NewStand(p *plan.Plan, o Options) Stand { return newStand(p, simulate.New(p), o) }

func newStand(p *plan.Plan, m *simulate.Model, o Options) Stand {
	w := &page{}
	w.WriteString("<div class=\"stand\"><div class=\"grid\">\n")
	w.picture(p, m, o)
	w.panel(p, m)
	w.WriteString("</div></div>\n")
	model := StandModel{Data: m.Data(), Runbook: Runbook(p), Linked: o.InTree}
	in := pack(model.Data, o.compact(p))
	model.Runs, model.Groups, model.Zones = in.Runs, in.Groups, in.Zones
	model.Data.Nodes, model.Data.Groups = nil, nil
	if o.Changes != nil {
		model.Changes = o.Changes.data()
	}
	return Stand{w.String(), model}
}

// Style returns the style sheet of Stands.
func Style() string { return variables() + pictureCSS + standCSS }

// Script returns the script that defines openStand.
func Script() string { return modelJS + standJS }

// digest returns the hash by which a content security policy permits an inline style or script.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// data encodes a value as JSON that cannot end the element around it.
func data(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("report: " + err.Error())
	}
	return string(text)
}

// variables returns the palette as CSS variables, by theme.
func variables() string {
	set := func(of func(color) string) string {
		var b strings.Builder
		for _, c := range palette {
			b.WriteString(c.name + ":" + of(c) + ";")
		}
		return b.String()
	}
	light, dark := set(func(c color) string { return c.light }), set(func(c color) string { return c.dark })
	return ":root{color-scheme:light;" + light + "}\n" +
		"@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;" + dark +
		"}}\n:root[data-theme=dark]{color-scheme:dark;" + dark + "}\n@media print{:root:not(#x){color-scheme:light;" + light + "}}\n"
}

func (w *page) head(p *plan.Plan, sentence string) {
	fmt.Fprintf(w, "<header>\n<div>\n<h1>%s</h1>\n<p class=\"soft\">%s · Kubernetes %s · %s</p>\n", esc(p.Cluster.Name),
		esc(p.Cluster.Topology.Title), esc(p.Cluster.Version.String()), esc(p.Target.Facts.Title))
	fmt.Fprintf(w, "<p class=\"lead\">%s</p>\n</div>\n", esc(sentence))
	w.WriteString("<div class=\"tools\" hidden><button type=\"button\" id=\"theme\">" + sayTheme + "</button></div>\n</header>\n")
}

// The widths of the picture in the page, for large and for small screens.
const (
	broad  = 940
	narrow = 340
)

func (w *page) picture(p *plan.Plan, m *simulate.Model, o Options) {
	compact, shown := o.compact(p), p
	title := sayPicture
	cuts := m.State().Cuts
	if o.Changes != nil {
		shown, title, cuts = o.Changes.union(p), saySteps, o.Changes.data().Cuts
	}
	var pairs [][2]string
	for _, cut := range cuts {
		a, b, _ := strings.Cut(cut.Cut, ":")
		pairs = append(pairs, [2]string{a, b})
	}
	fmt.Fprintf(w, "<section class=\"see\" aria-labelledby=\"h-picture\">\n<h2 id=\"h-picture\">%s</h2>\n", title)
	if o.Changes != nil {
		w.slider(o.Changes)
	}
	w.WriteString(gradient)
	w.WriteString("<p class=\"soft hint\" hidden>" + sayHint + "</p>\n")
	w.WriteString("<div id=\"vary\" class=\"tools\" hidden></div>\n")
	for _, size := range []struct {
		width int
		class string
	}{{broad, " wide"}, {narrow, " narrow"}} {
		c := &canvas{width: size.width, moves: moves(shown, o.Changes), cuts: pairs}
		c.machines(shown, 12, compact || size.width == narrow && len(p.Nodes) > Large)
		c.numberLine(p, c.height+28)
		c.height += 16
		w.WriteString(c.svg(sayCluster+p.Cluster.Name, "", size.class))
	}
	w.WriteString("<div id=\"opened\" hidden></div>\n<p id=\"brief\" aria-hidden=\"true\" hidden></p>\n</section>\n")
}

// gradient fills half of a dot: a degraded state is visible by shape, too.
const gradient = `<svg class="defs" width="0" height="0" aria-hidden="true"><linearGradient id="half"><stop offset=".5"/>` +
	`<stop offset=".5" class="empty"/></linearGradient></svg>` + "\n"

// marks show a state by shape, without relying on color.
var marks = map[simulate.State]string{simulate.Up: "✓", simulate.Degraded: "◐", simulate.Depends: "?", simulate.Down: "✗"}

// panel writes the verdicts: on the whole cluster without the script, on what is down with it.
func (w *page) panel(p *plan.Plan, m *simulate.Model) {
	w.WriteString("<aside id=\"verdicts\" tabindex=\"-1\" aria-labelledby=\"h-verdicts\">\n<h2 " +
		"id=\"h-verdicts\">" + sayVerdicts + "</h2>\n")
	w.WriteString("<p id=\"down\" class=\"soft\">" + sayNothing + "</p>\n<div class=\"tools\" hidden>\n" +
		"<button type=\"button\" id=\"restore\">" + sayRestore + "</button>\n" +
		"<label>" + sayFail + " <input id=\"unit\" list=\"units\" placeholder=\"node/NAME\" autocomplete=\"off\"></label>\n" +
		"<datalist id=\"units\"></datalist>\n</div>\n<ul id=\"states\" aria-live=\"polite\">\n")
	baseline := m.Outcome(simulate.Failure{})
	for _, v := range baseline.Verdicts {
		fmt.Fprintf(w, "<li class=\"%s\" data-capability=\"%s\"><span class=\"mark\" aria-hidden=\"true\">%s</span><b>%s</b> "+
			"<span class=\"state\">%s</span><span class=\"why\">%s</span></li>\n", v.State, v.Capability, marks[v.State],
			capabilityNames[v.Capability], v.State, esc(v.Reason))
	}
	w.WriteString("</ul>\n<dl id=\"after\">")
	for _, entry := range afterLoss {
		fmt.Fprintf(w, "<dt>%s</dt><dd id=\"%s\"></dd>", entry[1], entry[0])
	}
	w.WriteString("</dl>\n")
	w.WriteString("<div class=\"tools\" id=\"stops\" hidden><h3>" + sayStops + "</h3></div>\n")
	w.WriteString("<div class=\"tools\" id=\"others\" hidden></div>\n</aside>\n")
}
