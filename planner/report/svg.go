package report

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// canvas collects the elements of a picture.
type canvas struct {
	order  map[string]int  // index of nodes in the plan
	moves  map[string]bool // machines that are in several places during the change; nil if no change is shown
	cuts   [][2]string     // networks between failure domains that the user can cut; none in a static picture
	b      strings.Builder
	width  int
	height int
	short  bool // some machine has no room for its role names
}

// attributes formats alternating names and values, escaping the values.
func attributes(pairs []string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			b.WriteString(" " + pairs[i] + `="` + html.EscapeString(printable(pairs[i+1])) + `"`)
		}
	}
	return b.String()
}

func (c *canvas) rect(x, y, w, h, round int, class string, pairs ...string) {
	fmt.Fprintf(&c.b, `<rect x="%d" y="%d" width="%d" height="%d" rx="%d" class="%s"%s/>`, x, y, w, h, round, class, attributes(pairs))
	c.b.WriteByte('\n')
}

// text writes one line that fits into room pixels; a truncated text becomes the element's title.
func (c *canvas) text(x, y, room int, class, s string) {
	size, mono := fontOf(class)
	short := fit(printable(s), room, size, mono)
	title := ""
	if short != printable(s) {
		title = "<title>" + html.EscapeString(printable(s)) + "</title>"
	}
	fmt.Fprintf(&c.b, `<text x="%d" y="%d" class="%s">%s%s</text>`, x, y, class, html.EscapeString(short), title)
	c.b.WriteByte('\n')
}

func (c *canvas) path(class, d string, pairs ...string) {
	fmt.Fprintf(&c.b, `<path class="%s" d="%s"%s/>`, class, d, attributes(pairs))
	c.b.WriteByte('\n')
}

func (c *canvas) open(class string, pairs ...string) {
	fmt.Fprintf(&c.b, `<g class="%s"%s>`, class, attributes(pairs))
	c.b.WriteByte('\n')
}

func (c *canvas) title(s string) {
	c.b.WriteString("<title>" + html.EscapeString(printable(s)) + "</title>\n")
}

func (c *canvas) close() { c.b.WriteString("</g>\n") }

// fontOf returns the size of a text class in pixels, and whether it is monospaced.
func fontOf(class string) (size int, mono bool) {
	for _, word := range strings.Fields(class) {
		switch word {
		case "h":
			return 15, false
		case "name":
			return 13, true
		case "mono":
			return 11, true
		case "big":
			return 20, false
		}
	}
	return 11, false
}

// textWidth estimates the width of a text in pixels: the browser's fonts are unknown here.
func textWidth(s string, size int, mono bool) int {
	if mono {
		return runewidth.StringWidth(s) * size * 61 / 100
	}
	return runewidth.StringWidth(s) * size * 56 / 100
}

// fit truncates a text to room pixels.
func fit(s string, room, size int, mono bool) string {
	if textWidth(s, size, mono) <= room {
		return s
	}
	columns := room * 100 / (size * 56)
	if mono {
		columns = room * 100 / (size * 61)
	}
	return runewidth.Truncate(s, max(1, columns), "…")
}

// svg closes the picture. style is the embedded style sheet, "" inside a page that has its own.
func (c *canvas) svg(title, style, class string) string {
	left := 0
	if style == "" { // the page has its own margins
		left = margin - 2
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%d 0 %d %d"`, left, c.width-2*left, c.height)
	fmt.Fprintf(&b, ` class="picture%s" role="%s"`, class, role(style))
	if style != "" {
		fmt.Fprintf(&b, ` width="%d" height="%d"`, c.width, c.height)
	}
	fmt.Fprintf(&b, ` aria-label="%s">`, html.EscapeString(printable(title)))
	b.WriteByte('\n')
	if style != "" {
		b.WriteString("<title>" + html.EscapeString(printable(title)) + "</title>\n<style>\n" + style + "</style>\n")
		fmt.Fprintf(&b, `<rect width="%d" height="%d" class="paper"/>`, c.width, c.height)
		b.WriteByte('\n')
	}
	b.WriteString(c.b.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// role is img for a standalone picture; in the page, the parts can be reached individually.
func role(style string) string {
	if style != "" {
		return "img"
	}
	return "group"
}

// wide is the width of a standalone picture, in pixels.
const wide = 1200

// SVG draws a view as a standalone picture, which follows the reader's light or dark theme.
func SVG(p *plan.Plan, v View) string {
	c := &canvas{width: wide}
	title := Draw(p, v).Title
	switch v {
	case Network:
		c.heading(title)
		c.numberLine(p, 64)
		c.matrix(p, c.height+16)
	case EtcdRing:
		c.heading(title)
		c.ring(p, 64)
	case Boot:
		c.width = 720
		c.heading(title)
		c.steps(p, 64)
	default:
		c.heading(title)
		c.machines(p, 60, false)
		c.numberLine(p, c.height+24)
	}
	c.height += 24
	return c.svg(title, pictureStyle(), "")
}

func (c *canvas) heading(title string) {
	c.text(24, 40, c.width-48, "big", title)
}

// Sizes of the picture's parts, in pixels.
const (
	margin  = 24
	gap     = 12
	padding = 14
	cardH   = 62
	tile    = 14
)

// machines draws the path of a request and every machine in its place below it. compact requests a picture whose size does not grow with
// the number of machines.
func (c *canvas) machines(p *plan.Plan, y int, compact bool) {
	c.height, c.order = y, make(map[string]int, len(p.Nodes))
	for i, n := range p.Nodes {
		c.order[n.Name] = i
	}
	if stages := stagesOf(p); len(stages) > 0 {
		c.way(stages, y)
	}
	all := places(p.Nodes, folded)
	if compact {
		all = fewPlaces(p.Nodes, 1)
	}
	least := 250
	for _, place := range all {
		if len(place.Places) > 1 {
			least = 440 // two side by side
		}
	}
	columns := min(len(all), max(1, (c.width-2*margin+gap)/(least+gap)))
	w := (c.width - 2*margin - (columns-1)*gap) / max(1, columns)
	if c.cabled(all, columns) {
		c.cuts = nil // each has a separate line
	}
	y = c.height + 20
	for from := 0; from < len(all); from += columns {
		row := all[from:min(len(all), from+columns)]
		h := 0
		for _, place := range row {
			measure := &canvas{width: c.width}
			h = max(h, measure.zone(place, 0, 0, w, 0, compact))
		}
		for i, place := range row {
			c.zone(place, margin+i*(w+gap), y, w, h, compact)
		}
		y += h + gap
	}
	c.height = y - gap
	if c.cabled(all, columns) {
		c.cables(all, w)
	}
	if c.short {
		c.legend(p)
	}
}

// mostCabled is the number of failure domains up to which the network between each pair is drawn.
const mostCabled = 5

// cabled reports whether the network between each pair of places is drawn: only for few places, in one row, without nesting. Otherwise
// every failure domain has a plug.
func (c *canvas) cabled(all []Place, columns int) bool {
	inner := func(place Place) bool { return place.Zone == "" || len(place.Places) > 0 }
	return len(all) > 1 && len(all) == columns && len(all) <= mostCabled && c.width >= 700 && !slices.ContainsFunc(all, inner)
}

// plug draws the control that cuts a failure domain off from everything outside it.
func (c *canvas) plug(zone string, x, y int) {
	in := func(z string) bool { return z == zone || strings.HasPrefix(z, zone+"/") }
	var off []string
	for _, cut := range c.cuts {
		if in(cut[0]) != in(cut[1]) {
			off = append(off, "cut/"+cut[0]+":"+cut[1])
		}
	}
	if zone == "" || len(off) == 0 {
		return
	}
	c.open("unit plug", "data-cuts", data(off))
	c.title("Cut " + zone + " off: the network to every other failure domain")
	c.rect(x-12, y-12, 24, 24, 6, "hit")
	c.path("glyph", fmt.Sprintf("M%d %dh14M%d %dv-4M%d %dh8v6h-8z", x-7, y+5, x, y+5, x-4, y-5))
	c.path("cross", fmt.Sprintf("M%d %dl10 10m0 -10l-10 10", x-5, y-5))
	c.close()
}

// cables draws the network between failure domains in one row: a line for each pair, which the user can cut.
func (c *canvas) cables(all []Place, w int) {
	const step = 15
	y := c.height
	level := 0
	for apart := 1; apart < len(all); apart++ {
		for i := range len(all) - apart {
			// lines of the same length share a level if they do not touch
			from, to := margin+i*(w+gap)+w/2+step*(apart-1), margin+(i+apart)*(w+gap)+w/2-step*apart
			depth := 14 + step*level
			if apart > 1 {
				level++
				depth = 14 + step*level
			}
			d := fmt.Sprintf("M%d %dV%dH%dV%d", from, y, y+depth, to, y)
			a, b := all[i].Zone, all[i+apart].Zone
			c.open("unit cable", "data-unit", "cut/"+a+":"+b)
			c.title("Network between " + a + " and " + b)
			c.path("hit", d)
			c.path("wire", d)
			c.path("cross", fmt.Sprintf("M%d %dl8 8m0 -8l-8 8", (from+to)/2-4, y+depth-4))
			c.close()
		}
	}
	c.height = y + 14 + step*level + 10
	c.text(margin, y+26, w/2-16, "soft", "network between them")
}

// zone draws a failure domain with its contents, and returns its height. Nodes without one get no frame.
func (c *canvas) zone(place Place, x, y, w, h int, compact bool) int {
	class := "zone"
	if place.Zone == "" {
		class = "zone none"
	}
	c.open("unit box", "data-unit", prefixed("zone/", place.Zone))
	c.rect(x, y, w, max(h, 1), 10, class)
	top := y + padding
	if place.Zone != "" {
		c.text(x+padding, y+24, w-2*padding-20, "h", place.name())
		top = y + 38
	}
	c.close()
	c.plug(place.Zone, x+w-padding-8, y+19)
	for _, on := range place.Hosts {
		top = c.hypervisor(on, x+padding, top, w-2*padding, compact) + gap
	}
	if len(place.Places) == 0 {
		return top - gap + padding - y
	}
	columns := min(len(place.Places), max(1, (w-2*padding+gap)/(200+gap)))
	in := (w - 2*padding - (columns-1)*gap) / columns
	for from := 0; from < len(place.Places); from += columns {
		row := place.Places[from:min(len(place.Places), from+columns)]
		high := 0
		for _, inner := range row {
			measure := &canvas{width: c.width, order: c.order}
			high = max(high, measure.zone(inner, 0, 0, in, 0, compact))
		}
		for i, inner := range row {
			c.zone(inner, x+padding+i*(in+gap), top, in, high, compact)
		}
		top += high + gap
	}
	return top - gap + padding - y
}

// prefixed returns prefix+name, or "" for an empty name.
func prefixed(prefix, name string) string {
	if name == "" {
		return ""
	}
	return prefix + name
}

// hypervisor draws a hypervisor's machines, and returns where it ends.
func (c *canvas) hypervisor(on Hypervisor, x, y, w int, compact bool) int {
	if on.Host == "" {
		return c.cards(on.Groups, x, y, w, compact)
	}
	measure := &canvas{width: c.width}
	bottom := measure.cards(on.Groups, x+10, y+30, w-20, compact) + 10
	c.open("unit box", "data-unit", "host/"+on.Host)
	c.rect(x, y, w, bottom-y, 8, "host")
	c.path("glyph line", fmt.Sprintf("M%d %dh12v9h-12zM%d %dh12", x+12, y+11, x+12, y+16))
	c.text(x+30, y+20, w-40, "label", on.Host)
	c.close()
	c.cards(on.Groups, x+10, y+30, w-20, compact)
	return bottom
}

// cards draws machines in a grid, and groups as rows of tiles.
func (c *canvas) cards(groups []Group, x, y, w int, compact bool) int {
	columns := max(1, (w+8)/(116+8))
	cardW := (w - (columns-1)*8) / columns
	at := 0
	for _, g := range groups {
		if len(g.Nodes) > 1 {
			if at > 0 {
				y, at = y+cardH+8, 0
			}
			y = c.tiles(g, x, y, w, compact) + 8
			continue
		}
		c.card(g.Nodes[0], x+at*(cardW+8), y, cardW)
		if at++; at == columns {
			y, at = y+cardH+8, 0
		}
	}
	if at > 0 {
		y += cardH + 8
	}
	return y - 8
}

// card draws one machine.
func (c *canvas) card(n *plan.Node, x, y, w int) {
	c.open("unit card", "data-unit", "node/"+n.Name, "data-node", n.Name, "data-zone", c.zoneOf(n))
	c.named(n, w-20)
	c.rect(x, y, w, cardH, 7, "card")
	c.text(x+12, y+21, w-24, "name", n.Name)
	if a := text(n.Address); a != "" {
		c.text(x+12, y+37, w-24, "mono soft", a)
	} else if n.InstanceType != "" {
		c.text(x+12, y+37, w-24, "mono soft", n.InstanceType)
	}
	c.roles(n.Roles, x+12, y+52, w-20)
	c.path("cross", fmt.Sprintf("M%d %dl8 8m0 -8l-8 8", x+w-16, y+7))
	if c.moves != nil {
		c.text(x+w-20, y+19, 20, "h turn plus", "+")
		c.text(x+w-20, y+19, 20, "h turn minus", "−")
	}
	c.close()
}

// zoneOf returns the failure domain of a machine that is in several during the change, "" for others.
func (c *canvas) zoneOf(n *plan.Node) string {
	if c.moves[n.Name] {
		return n.FailureDomain
	}
	return ""
}

// glyphs are the shapes of roles, centered on the origin, 10 wide.
var glyphs = []struct {
	role plan.Roles
	name string
	path string
}{
	{plan.Balancer, "balancer", "M-5 0L0 -5L5 0L0 5Z"},
	{plan.ControlPlane, "control plane", "M-5 0L-2.5 -4.5H2.5L5 0L2.5 4.5H-2.5Z"},
	{plan.EtcdRole, "etcd", "M-4 -3A4 1.8 0 0 1 4 -3V3A4 1.8 0 0 1 -4 3ZM-4 -3A4 1.8 0 0 0 4 -3"},
	{plan.Worker, "worker", "M-4 -4H4V4H-4Z"},
}

// roles draws the shape of each role and its name, or only the shapes if there is no room for names.
func (c *canvas) roles(roles plan.Roles, x, y, room int) {
	need := 0
	for _, g := range glyphs {
		if roles.Has(g.role) {
			need += 14 + textWidth(g.name, 11, false)
		}
	}
	for _, g := range glyphs {
		if !roles.Has(g.role) {
			continue
		}
		fmt.Fprintf(&c.b, `<path class="glyph" transform="translate(%d %d)" d="%s"/>`, x+5, y-4, g.path)
		x += 14
		if need > room {
			c.short = true
		} else {
			c.text(x, y, room, "soft", g.name)
			x += textWidth(g.name, 11, false) + 8
		}
	}
}

// legend explains the shapes of the roles in use.
func (c *canvas) legend(p *plan.Plan) {
	x, y := margin, c.height+26
	for _, g := range glyphs {
		if !slices.ContainsFunc(p.Nodes, func(n *plan.Node) bool { return n.Roles.Has(g.role) }) {
			continue
		}
		c.roles(g.role, x, y, c.width)
		x += 14 + textWidth(g.name, 11, false) + 16
	}
	c.height = y + 4
}

// named adds a title to a card that has no room for its role names.
func (c *canvas) named(n *plan.Node, room int) {
	need, names := 0, []string{}
	for _, g := range glyphs {
		if n.Roles.Has(g.role) {
			need += 14 + textWidth(g.name, 11, false)
			names = append(names, g.name)
		}
	}
	if need > room {
		c.title(n.Name + ": " + strings.Join(names, ", "))
	}
}

// tiles draws a group: its name, and a square for each machine unless the picture is compact.
func (c *canvas) tiles(g Group, x, y, w int, compact bool) int {
	lines := g.Lines()
	perRow := max(1, (w-24+4)/(tile+4))
	rows := (len(g.Nodes) + perRow - 1) / perRow
	h := 56 + rows*(tile+4) + 4
	if compact {
		h = 62
	}
	indices := ""
	if compact {
		indices = series(c.order, g.Nodes)
	}
	c.open("group", "data-of", indices)
	c.rect(x, y, w, h, 7, "card")
	c.text(x+12, y+20, w-24, "name", lines[0])
	c.roles(g.Nodes[0].Roles, x+12, y+36, w/2)
	addresses, count := strings.Join(lines[2:], ""), spelling.Quantity(len(g.Nodes), "machine", "machines")
	if both := addresses + "  " + count; textWidth(both, 11, true) <= w-24 {
		c.text(x+12, y+51, w-24, "mono soft", both)
	} else {
		c.text(x+w/2, y+36, w/2-12, "soft", count)
		c.text(x+12, y+51, w-24, "mono soft", addresses)
	}
	if !compact {
		for i, n := range g.Nodes {
			tx, ty := x+12+i%perRow*(tile+4), y+58+i/perRow*(tile+4)
			fmt.Fprintf(&c.b, `<rect x="%d" y="%d" width="14" height="14" rx="3" class="unit tile"`, tx, ty)
			c.b.WriteString(attributes([]string{"data-unit", "node/" + n.Name, "data-node", n.Name, "data-zone", c.zoneOf(n)}))
			c.b.WriteString("><title>" + html.EscapeString(printable(n.Name)) + "</title></rect>\n")
		}
	}
	c.close()
	return y + h
}

// series formats the indices of nodes in the plan.
func series(order map[string]int, nodes []*plan.Node) string {
	places := make([]int, len(nodes))
	for i, n := range nodes {
		places[i] = order[n.Name]
	}
	return runsOf(places)
}

// runsOf encodes numbers as runs with equal steps: first, step, and count of each.
func runsOf(numbers []int) string {
	var runs []string
	for i := 0; i < len(numbers); {
		first, step, n := numbers[i], 1, 1
		if i+1 < len(numbers) {
			step = numbers[i+1] - first
		}
		for i+n < len(numbers) && numbers[i+n] == first+n*step {
			n++
		}
		runs = append(runs, fmt.Sprintf("%d:%d:%d", first, step, n))
		i += n
	}
	return strings.Join(runs, " ")
}

// stage is a part of the path of a request.
type stage struct {
	title string
	note  []string
	room  int // relative to the others; 0 is 10
	chips []chip
	etcd  *plan.Etcd
}

// weight returns the stage's width relative to the others.
func (s stage) weight() int {
	if s.room > 0 {
		return s.room
	}
	return 10
}

// mostChips is how many of the servers in a stage are shown.
const mostChips = 24

// chip is a server in a stage: its name and its identifier in the model.
type chip struct{ name, attribute, value, unit string }

// stagesOf lists the stages of a request: client, endpoint, balancers, API servers, etcd.
func stagesOf(p *plan.Plan) []stage {
	if p.Cluster.Endpoint.Host == "" && len(p.ControlPlanes()) == 0 {
		return nil
	}
	asks := stage{title: "Clients", note: []string{"kubectl, CI"}, room: 8}
	if n := len(p.KubeletNodes()); n > 999 { // there is no room for both on one line
		asks.note = append(asks.note, spelling.Thousands(n), "kubelets")
	} else if n > 0 {
		asks.note = append(asks.note, spelling.Quantity(n, "kubelet", "kubelets"))
	}
	all := []stage{asks}
	if p.Cluster.Endpoint.Host != "" {
		chips := []chip{{p.Cluster.Endpoint.String(), "data-endpoint", "api", ""}}
		all = append(all, stage{title: "Endpoint", note: []string{behind(p)}, room: 19, chips: chips})
	}
	lb := &p.LoadBalancer
	balancers := stage{title: "Balancers"}
	switch lb.Kind {
	case plan.HAProxy:
		balancers.note = []string{"haproxy"}
		for _, n := range lb.Nodes {
			balancers.chips = append(balancers.chips, chip{n.Name, "data-lb", n.Name, "balancer/" + n.Name})
		}
	case plan.KubeVIP:
		balancers.note = []string{"kube-vip, " + lb.Mode}
		for _, n := range p.ControlPlanes() {
			balancers.chips = append(balancers.chips, chip{n.Name, "data-lb", n.Name, "balancer/" + n.Name})
		}
	case plan.ExternalBalancer:
		balancers.title, balancers.note = "Balancer", []string{"outside the plan"}
		balancers.chips = append(balancers.chips, chip{"external", "data-lb", "external", "balancer/external"})
	}
	if len(balancers.chips) > 0 {
		all = append(all, balancers)
	}
	if cps := p.ControlPlanes(); len(cps) > 0 {
		api := stage{title: "API servers", note: []string{"with controllers", "and schedulers"}}
		for i, n := range cps {
			if i == 0 || cps[i-1].Name != n.Name { // a machine that changes its place appears twice
				api.chips = append(api.chips, chip{n.Name, "data-api", n.Name, ""})
			}
		}
		all = append(all, api)
	}
	if p.Etcd.Foreign() {
		all = append(all,
			stage{title: "etcd", note: append([]string{"run by others"}, p.Etcd.Endpoints[:min(3, len(p.Etcd.Endpoints))]...)})
	} else if len(p.Etcd.Members) > 0 {
		note := "on the control planes"
		if p.Etcd.IsExternal() {
			note = "on its own hosts"
		}
		all = append(all, stage{title: "etcd", note: []string{note}, room: 16, etcd: &p.Etcd})
	}
	return all
}

// way draws the stages, side by side if there is room.
func (c *canvas) way(stages []stage, y int) {
	between := 26
	if c.width < 700 {
		for i, s := range stages {
			h := c.stage(s, margin, y, c.width-2*margin, 0)
			c.stage(s, margin, y, c.width-2*margin, h)
			y += h
			if i < len(stages)-1 {
				c.path("way", fmt.Sprintf("M%d %dv14m-5 -6l5 6l5 -6", c.width/2, y+3), "data-way", strconv.Itoa(i))
				y += 22
			}
		}
		c.height = y
		return
	}
	parts := 0
	for _, s := range stages {
		parts += s.weight()
	}
	room := c.width - 2*margin - (len(stages)-1)*between
	h := 0
	for _, s := range stages {
		measure := &canvas{width: c.width}
		h = max(h, measure.stage(s, 0, 0, room*s.weight()/parts, 0))
	}
	x := margin
	for i, s := range stages {
		w := room * s.weight() / parts
		c.stage(s, x, y, w, h)
		if i > 0 {
			c.path("way", fmt.Sprintf("M%d %dh%dm-7 -5l7 5l-7 5", x-between+4, y+h/2, between-9), "data-way", strconv.Itoa(i-1))
		}
		x += w + between
	}
	c.height = y + h
}

// stage draws a stage and returns the height it needs.
func (c *canvas) stage(s stage, x, y, w, h int) int {
	if h > 0 {
		c.rect(x, y, w, h, 8, "stage")
	}
	c.text(x+12, y+22, w-24, "h", s.title)
	top := y + 32
	for _, note := range s.note {
		for _, line := range wrapped(note, w-24) {
			c.text(x+12, top+6, w-24, "soft", line)
			top += 15
		}
	}
	top += 3
	if s.etcd != nil {
		return c.members(s.etcd, x, top, w) - y + 12
	}
	cx := x + 12
	if n := len(s.chips); n > mostChips {
		s.chips = append(slices.Clone(s.chips[:mostChips-1]), chip{name: fmt.Sprintf("and %d more", n-mostChips+1)})
	}
	for i, k := range s.chips {
		cw := min(w-24, textWidth(k.name, 11, true)+28)
		if cx+cw > x+w-12 && cx > x+12 {
			cx, top = x+12, top+30
		}
		class := "chip"
		if k.unit != "" {
			class = "unit chip"
		}
		c.open(class, "data-unit", k.unit, k.attribute, k.value)
		c.rect(cx, top, cw, 24, 12, "pill")
		c.path("dot", fmt.Sprintf("M%d %da4 4 0 1 0 8 0a4 4 0 1 0 -8 0", cx+8, top+12))
		c.text(cx+21, top+16, cw-25, "mono", k.name)
		c.close()
		cx += cw + 6
		if i == len(s.chips)-1 {
			top += 24
		}
	}
	return top - y + 12
}

// wrapped splits a text into lines of room pixels. A word that is wider gets a separate line.
func wrapped(s string, room int) []string {
	var lines []string
	for _, word := range strings.Fields(s) {
		if n := len(lines); n > 0 && textWidth(lines[n-1]+" "+word, 11, false) <= room {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}

// members draws etcd's members on a ring, with the quorum in the middle.
func (c *canvas) members(e *plan.Etcd, x, y, w int) int {
	n := len(e.Members)
	if n > 9 {
		c.text(x+12, y+16, w-24, "soft", spelling.Quantity(n, "member", "members"))
		return y + 24
	}
	const radius = 36
	cx, cy := x+12+radius, y+radius+8
	c.open("ring", "data-ring", fmt.Sprintf("%d %d %d %d", cx, cy, radius, w-2*radius-56))
	defer c.close()
	c.circle(cx, cy, radius)
	fmt.Fprintf(&c.b, `<text x="%d" y="%d" class="h mid">%d of %d</text>`, cx, cy+1, e.Quorum(), n)
	fmt.Fprintf(&c.b, `<text x="%d" y="%d" class="soft mid">agree</text>`+"\n", cx, cy+16)
	step := max(16, min(26, 2*radius/n+4))
	ly := cy - (n-1)*step/2 + 4
	for i, m := range e.Members {
		mx, my := around(cx, cy, radius, i, n)
		c.open("chip", "data-member", m.Name)
		fmt.Fprintf(&c.b, `<circle class="dot" cx="%s" cy="%s" r="7"/>`, mx, my)
		fmt.Fprintf(&c.b, `<circle class="dot" cx="%d" cy="%d" r="4"/>`, cx+radius+22, ly+i*step-4)
		c.text(cx+radius+32, ly+i*step, w-2*radius-56, "mono", m.Name)
		c.close()
	}
	return max(cy+radius+8, ly+(n-1)*step+6)
}

func (c *canvas) circle(x, y, r int) {
	c.path("circle", fmt.Sprintf("M%d %da%d %d 0 1 0 %d 0a%d %d 0 1 0 -%d 0", x-r, y, r, r, 2*r, r, r, 2*r))
}

// around returns a point on a circle, the first at the top, with one decimal.
func around(cx, cy, radius, i, n int) (x, y string) {
	angle := 2*math.Pi*float64(i)/float64(n) - math.Pi/2
	one := func(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
	return one(float64(cx) + float64(radius)*math.Cos(angle)), one(float64(cy) + float64(radius)*math.Sin(angle))
}
