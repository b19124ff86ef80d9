package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/spelling"
)

// piece is a table, or the HTML between tables.
type piece struct {
	id   string
	say  tableText
	rows [][]string
	html string // HTML that is not a table
}

// mostCell is how many characters of a cell a bounded page shows.
const mostCell = 1000

// table adds the table with an ID, and its caption. A cell of several lines is a list.
func (w *page) table(id string, rows [][]string) { w.tableAs(id, tableTexts[id], rows) }

// tableAs is table with different texts.
func (w *page) tableAs(id string, say tableText, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	p := piece{id: id, say: say}
	p.say.heads, p.rows = nil, make([][]string, len(rows))
	for i, head := range say.heads {
		if !slices.ContainsFunc(rows, func(row []string) bool { return row[i] != "" }) {
			continue // no machine has one
		}
		p.say.heads = append(p.say.heads, head)
		for k, row := range rows {
			p.rows[k] = append(p.rows[k], row[i])
		}
	}
	w.pieces = append(w.pieces, p)
}

// beside adds HTML between tables.
func (w *page) beside(html string) { w.pieces = append(w.pieces, piece{html: html}) }

// flush writes the pieces added so far. All rows together take at most room bytes; a table reports the rows that it omits. A negative room
// is no limit.
func (w *page) flush(room int) {
	rows, sizes := make([][]string, len(w.pieces)), make([]int, len(w.pieces))
	for i, p := range w.pieces {
		room -= len(p.html)
		for _, row := range p.rows {
			text := rowText(row, w.bounded)
			rows[i] = append(rows[i], text)
			sizes[i] += len(text)
		}
	}
	most := math.MaxInt
	if w.bounded {
		most = share(sizes, max(0, room))
	}
	for i, p := range w.pieces {
		if p.html != "" {
			w.WriteString(p.html)
			continue
		}
		n, left := 0, most
		for n < len(rows[i]) && len(rows[i][n]) <= left {
			left -= len(rows[i][n])
			n++
		}
		if n < len(rows[i]) {
			p.say.about += fmt.Sprintf(sayCut, spelling.Thousands(n), spelling.Thousands(len(rows[i])))
		}
		w.section(p, rows[i][:n])
	}
	w.pieces = nil
}

// share returns the limit per item such that all fit into room: an item that needs less than its share leaves the rest to the others.
func share(sizes []int, room int) int {
	sizes = slices.Sorted(slices.Values(sizes))
	for i, size := range sizes {
		if size*(len(sizes)-i) > room {
			return room / (len(sizes) - i)
		}
		room -= size
	}
	return math.MaxInt
}

// section writes a table.
func (w *page) section(p piece, rows []string) {
	title := esc(p.say.title)
	fmt.Fprintf(w, "<section class=\"part\" aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">%s</h2>\n", p.id, p.id, title)
	fmt.Fprintf(w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"%s: table\"><table>\n", title)
	fmt.Fprintf(w, "<caption>%s</caption>\n<thead><tr>", esc(p.say.about))
	for _, h := range p.say.heads {
		fmt.Fprintf(w, "<th scope=\"col\">%s</th>", esc(h))
	}
	w.WriteString("</tr></thead>\n<tbody>\n")
	for _, row := range rows {
		w.WriteString(row)
	}
	w.WriteString("</tbody></table></div>\n</section>\n")
}

// rowText formats a row; in a bounded page, very long cells are truncated.
func rowText(row []string, bounded bool) string {
	var b strings.Builder
	b.WriteString("<tr>")
	for _, cell := range row {
		if text := []rune(cell); bounded && len(text) > mostCell {
			cell = string(text[:mostCell-1]) + "…"
		}
		b.WriteString("<td>" + cellText(cell) + "</td>")
	}
	b.WriteString("</tr>\n")
	return b.String()
}

// cellText formats a cell: text that begins with a backtick is code, and several lines are a list.
func cellText(cell string) string {
	lines := strings.Split(cell, "\n")
	for i, line := range lines {
		if code, ok := strings.CutPrefix(line, "`"); ok {
			lines[i] = "<code>" + esc(code) + "</code>"
		} else {
			lines[i] = esc(line)
		}
	}
	if len(lines) == 1 {
		return lines[0]
	}
	return "<ul><li>" + strings.Join(lines, "</li><li>") + "</li></ul>"
}

// tables adds all of them.
func (w *page) tables(p *plan.Plan, of simulate.Summary, o Options) {
	w.findings(p, o.Findings)
	w.failures(of)
	w.machines(p, o.compact(p))
	w.ports(p)
	w.firewalls(p)
	w.capacity(p)
	w.certificates(p)
	w.versions(p)
	w.software(p)
	w.material(p)
	w.decisions(p)
}

func (w *page) findings(p *plan.Plan, findings []Finding) {
	var rows [][]string
	for _, f := range findings {
		rows = append(rows, []string{f.Severity, "`" + f.Rule, f.Where, f.Text, f.Reason})
	}
	w.table("findings", rows)
	rows = nil
	for _, v := range p.Waivers {
		until := sayForEver
		if !v.Expires.IsZero() {
			until = v.Expires.Format(time.DateOnly)
		}
		rows = append(rows, []string{"`" + v.Rule, until, v.Reason})
	}
	w.table("waivers", rows)
}

func (w *page) failures(of simulate.Summary) {
	say := tableTexts["failures"]
	heads := say.heads[:1:1]
	for _, c := range simulate.Capabilities {
		heads = append(heads, capabilityNames[c])
	}
	var rows [][]string
	for _, l := range of.Singles {
		row := []string{l.Name}
		for _, v := range l.Outcome.Verdicts {
			row = append(row, marks[v.State]+"\u00a0"+v.State.String())
		}
		rows = append(rows, append(row, l.Outcome.Recovery.Lost))
	}
	say.heads = append(heads, say.heads[1:]...)
	w.tableAs("failures", say, rows)
	rows = nil
	for _, l := range of.Points {
		rows = append(rows, []string{l.Text, l.Remedy})
	}
	w.table("points", rows)
}

func (w *page) machines(p *plan.Plan, compact bool) {
	all := places(p.Nodes, len(p.Nodes))
	say := tableTexts["machines"]
	if compact {
		all = fewPlaces(p.Nodes, 1)
		say.about = fmt.Sprintf(sayRows, spelling.Thousands(len(p.Nodes)))
	}
	var rows [][]string
	for _, outer := range all {
		outer.each(func(place Place) { rows = append(rows, machineRows(place)...) })
	}
	w.tableAs("machines", say, rows)
}

// machineRows returns the rows of the machines directly in a place.
func machineRows(place Place) [][]string {
	var rows [][]string
	for _, h := range place.Hosts {
		for _, g := range h.Groups {
			n, last := g.Nodes[0], g.Nodes[len(g.Nodes)-1]
			name, address := n.Name, text(n.Address)
			if n != last {
				name, address = name+" … "+last.Name, address+" … "+text(last.Address)
			}
			rows = append(rows, []string{name, n.Roles.Words(), "`" + address, place.Zone, h.Host, n.Power,
				system(n.OS), size(n)})
		}
	}
	return rows
}

func system(o plan.OS) string { return strings.TrimSuffix(o.Name+" "+o.Version, " ") }

// size describes a machine's resources, as far as they are known.
func size(n *plan.Node) string {
	var parts []string
	if n.InstanceType != "" {
		parts = append(parts, n.InstanceType)
	}
	if n.CPUs > 0 {
		parts = append(parts, spelling.Quantity(n.CPUs, "CPU", "CPUs"))
	}
	if n.MemoryBytes > 0 {
		parts = append(parts, gibibytes(n.MemoryBytes))
	}
	if n.DiskBytes > 0 {
		parts = append(parts, gibibytes(n.DiskBytes)+" disk")
	}
	if n.Arch != "amd64" {
		parts = append(parts, n.Arch)
	}
	return strings.Join(parts, ", ")
}

func gibibytes(n int64) string {
	const gibibyte = 1 << 30
	if n%gibibyte == 0 {
		return spelling.Thousands(int(n/gibibyte)) + " GiB"
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/gibibyte)
}

func (w *page) ports(p *plan.Plan) {
	m := Matrix(p)
	var rows [][]string
	for _, r := range m.Rows {
		row := []string{r.Name}
		for _, cell := range r.Cells {
			row = append(row, strings.Join(cell, "\n"))
		}
		rows = append(rows, row)
	}
	say := tableTexts["ports"]
	say.heads = append(say.heads[:1:1], m.Columns...)
	w.tableAs("ports", say, rows)
}

func (w *page) capacity(p *plan.Plan) {
	c := p.Capacity()
	rows := [][]string{{"Nodes", spelling.Thousands(c.Defined), spelling.Thousands(c.Planned), ""},
		{"Pods", spelling.Thousands(c.Pods), spelling.Thousands(c.PodsPlanned), ""}}
	left := sayLoss
	if l := c.Loss; l != nil {
		left = fmt.Sprintf(sayWithout, l.Kind, l.Name)
		share := func(s plan.Share, of func(int64) string) string {
			return fmt.Sprintf("%s, %d %%", of(s.Left), s.Percent())
		}
		number := func(n int64) string { return spelling.Thousands(int(n)) }
		rows[1][3] = share(l.Pods, number)
		rows = append(rows, []string{"Workers", number(l.Workers.Total), "", share(l.Workers, number)})
		if l.CPUs.Total > 0 {
			rows = append(rows, []string{sayCPUs, number(l.CPUs.Total), "", share(l.CPUs, number)})
		}
		if l.Memory.Total > 0 {
			rows = append(rows, []string{sayMemory, gibibytes(l.Memory.Total), "", share(l.Memory, gibibytes)})
		}
	}
	if c.RangeNodes > 0 && c.RangeNodes < 1<<30 {
		rows = append(rows, []string{sayShares, spelling.Thousands(c.RangeNodes), "", ""})
	}
	say := tableTexts["capacity"]
	say.heads = append(say.heads[:3:3], left)
	w.tableAs("capacity", say, rows)
}

// Certificate describes a certificate that expires.
type Certificate struct{ Files, On, Issuer, Valid, Renewed string }

func (w *page) certificates(p *plan.Plan) {
	if p.Target.Facts.Hosting != plan.Hosts || p.Bootstrap() == nil {
		return
	}
	var rows [][]string
	for _, c := range Certificates(p) {
		renewed := strings.NewReplacer("`", "", "[RUNBOOK.md](RUNBOOK.md)", "RUNBOOK.md").Replace(c.Renewed)
		rows = append(rows, []string{"`" + c.Files, c.On, c.Issuer, c.Valid, renewed})
	}
	w.table("certificates", rows)
}

func (w *page) versions(p *plan.Plan) {
	ends := map[string]string{}
	for _, e := range p.Target.Facts.Table.Ends() {
		ends[e.What] = e.Day
	}
	supported := p.Kubernetes().SupportEnds()
	if own := p.Target.Facts.End(p.Cluster.Version); own != "" {
		supported = own // the vendor's date
	}
	rows := [][]string{{"Kubernetes", p.Cluster.Version.String(), supported}}
	if p.Target.Facts.Hosting == plan.Hosts {
		rows = append(rows, []string{p.Runtime.Name, p.Runtime.Version, ""})
		if len(p.Etcd.Members) > 0 {
			rows = append(rows, []string{"etcd", p.Etcd.Version, ""})
		}
		rows = append(rows, []string{p.Network.CNI.Called(), strings.TrimPrefix(p.Network.CNI.Version, "v"), ""},
			[]string{"CoreDNS", strings.TrimPrefix(p.Kubernetes().CoreDNS(), "v"), ""})
		if p.LoadBalancer.Kind == plan.KubeVIP {
			rows = append(rows, []string{"kube-vip", strings.TrimPrefix(p.LoadBalancer.Version, "v"), ""})
		}
	}
	var systems []string
	for _, n := range p.Nodes {
		if s := system(n.OS); s != "" && !slices.Contains(systems, s) {
			systems = append(systems, s)
		}
	}
	slices.Sort(systems)
	for _, s := range systems {
		day := ""
		for what, end := range ends {
			if strings.EqualFold(what, s) {
				day = end
			}
		}
		name, version, _ := strings.Cut(s, " ")
		rows = append(rows, []string{name, version, day})
	}
	for _, row := range rows {
		if row[1] == "" && p.Described() {
			row[1] = plan.NoData
		}
	}
	slices.SortStableFunc(rows, func(a, b []string) int { // sorted by end date
		if (a[2] == "") != (b[2] == "") {
			return strings.Compare(b[2], a[2])
		}
		return strings.Compare(a[2], b[2])
	})
	say := tableTexts["versions"]
	say.about = fmt.Sprintf(say.about, p.Target.Facts.Table.Date())
	w.tableAs("versions", say, rows)
	w.calendar(p.Target.Facts.Table.Date(), rows)
}

// calendar draws the dates on which support ends, starting on the date of the facts. It does not depend on the current date.
func (w *page) calendar(from string, rows [][]string) {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return
	}
	last := first
	var known [][]string
	for _, row := range rows {
		if day, err := time.Parse(time.DateOnly, row[2]); err == nil {
			known = append(known, row)
			if day.After(last) {
				last = day
			}
		}
	}
	if len(known) == 0 {
		return
	}
	const width, label, high = 760, 210, 30
	end := time.Date(last.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(day time.Time) int { // whole days, so that rounding is the same on every machine
		return label + int(day.Sub(first)/(24*time.Hour))*(width-label-90)/int(end.Sub(first)/(24*time.Hour))
	}
	c := &canvas{width: width, height: len(known)*high + 34}
	for year := first.Year() + 1; year <= end.Year(); year++ {
		x := at(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		c.path("leader", fmt.Sprintf("M%d 22V%d", x, c.height-4))
		c.text(x+4, 14, 60, "mono soft", fmt.Sprint(year))
	}
	for i, row := range known {
		y := 28 + i*high
		day, _ := time.Parse(time.DateOnly, row[2])
		to := max(at(day), label+2)
		c.text(margin, y+14, label-margin-8, "label", row[0]+" "+row[1])
		c.rect(label, y+3, to-label, 14, 3, "range nodes")
		c.text(to+6, y+14, 90, "mono", row[2])
	}
	w.beside(strings.Replace(c.svg(sayCalendar, "", " calendar"), `role="group"`, `role="img"`, 1))
}

func (w *page) software(p *plan.Plan) {
	var rows [][]string
	for _, i := range p.Images() {
		at := ""
		if i.Ref != i.Source {
			at = "`" + i.Ref
		}
		rows = append(rows, []string{"image", "`" + i.Source, at})
	}
	for _, d := range p.Downloads() {
		at := ""
		if d.URL != d.Source {
			at = "`" + d.URL
		}
		rows = append(rows, []string{"file, " + d.Arch, "`" + d.Source, at})
	}
	w.table("software", rows)
}

// material counts identical machines.
func (w *page) material(p *plan.Plan) {
	type kind struct{ size, system, roles string }
	counts := map[kind]int{}
	var order []kind
	for _, n := range p.Nodes {
		k := kind{size(n), system(n.OS), n.Roles.Words()}
		if counts[k] == 0 {
			order = append(order, k)
		}
		counts[k]++
	}
	var rows [][]string
	for _, k := range order {
		rows = append(rows, []string{spelling.Thousands(counts[k]), k.roles, k.system, k.size})
	}
	if len(rows) > 1 {
		rows = append(rows, []string{spelling.Thousands(len(p.Nodes)), sayTotal, "", total(p.Nodes)})
	}
	w.table("material", rows)
}

func (w *page) decisions(p *plan.Plan) {
	var rows [][]string
	for _, d := range p.Decisions {
		rows = append(rows, []string{"`" + d.Path, d.Value, d.Reason, d.Link})
	}
	w.table("decisions", rows)
}

// total adds up the machines' resources.
func total(nodes []*plan.Node) string {
	var sum plan.Node
	cpus, memory, disk := true, true, true
	for _, n := range nodes {
		cpus, memory, disk = cpus && n.CPUs > 0, memory && n.MemoryBytes > 0, disk && n.DiskBytes > 0
		sum.CPUs, sum.MemoryBytes, sum.DiskBytes = sum.CPUs+n.CPUs, sum.MemoryBytes+n.MemoryBytes, sum.DiskBytes+n.DiskBytes
	}
	if !cpus {
		sum.CPUs = 0
	}
	if !memory {
		sum.MemoryBytes = 0
	}
	if !disk {
		sum.DiskBytes = 0
	}
	sum.Arch = "amd64"
	return size(&sum)
}
