package report

import (
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// numberLine draws the ranges to scale, one line for each used part of the address space.
func (c *canvas) numberLine(p *plan.Plan, y int) {
	ranges := Ranges(p)
	if len(ranges) == 0 {
		c.height = max(c.height, y-24)
		return
	}
	c.text(margin, y+12, c.width-2*margin, "h", "Address ranges, to scale")
	y += 30
	for _, part := range parts(ranges) {
		y = c.part(p, part, y) + 14
	}
	c.height = y - 14
}

// part is a part of the address space with its ranges.
type part struct {
	space  netip.Prefix
	ranges []AddressRange
}

// parts sorts ranges by their private block. A part is as small as its ranges and their surroundings permit.
func parts(ranges []AddressRange) []part {
	var out []part
	for _, block := range blocks() {
		in := part{}
		for _, r := range ranges {
			if blockOf(r.Prefix) != block {
				continue
			}
			in.ranges = append(in.ranges, r)
			for _, one := range append(r.Others, r.Prefix) {
				in.space = common(in.space, one)
			}
		}
		if len(in.ranges) == 0 {
			continue
		}
		if bits := in.space.Bits() - 2; bits >= block.Bits() {
			in.space, _ = in.space.Addr().Prefix(bits)
		} else {
			in.space, _ = in.space.Addr().Prefix(min(in.space.Bits(), max(block.Bits(), bits)))
		}
		out = append(out, in)
	}
	return out
}

// common returns the smallest range that contains both; the zero range contains nothing.
func common(a, b netip.Prefix) netip.Prefix {
	if !a.IsValid() {
		return b
	}
	for bits := min(a.Bits(), b.Bits()); bits >= 0; bits-- {
		if wider, err := a.Addr().Prefix(bits); err == nil && wider.Contains(b.Addr()) {
			return wider
		}
	}
	return a
}

// part draws a line with its ranges, and a description under each.
func (c *canvas) part(p *plan.Plan, in part, y int) int {
	x, w := margin, c.width-2*margin
	c.text(x, y+10, w, "mono soft", in.space.String())
	c.rect(x, y+18, w, 18, 4, "line")
	var begins []int // x positions of the labels on each level, from the right: a line to a deeper label crosses none
	bottom := y + 36
	boxes, leaders := c, &canvas{}
	c = &canvas{} // on top of the lines
	for _, r := range slices.Backward(in.ranges) {
		from, to := place(in.space, r.Prefix, w)
		rx, rw := x+from, max(4, to-from)
		label := r.Label()
		width := max(textWidth(label, 11, true), textWidth(r.Room, 11, false)) + 16
		lx := min(rx, max(x, x+w-width))
		level := 0
		for level < len(begins) && begins[level] < lx+width {
			level++
		}
		if level == len(begins) {
			begins = append(begins, 0)
		}
		begins[level] = lx
		ly := y + 52 + level*34
		leaders.path("leader", fmt.Sprintf("M%d %dV%d", rx+1, y+36, ly-11))
		c.open("rangebox", "data-range", r.What)
		c.title(label + ": " + r.Room)
		c.rect(rx, y+18, rw, 18, 3, "range "+strings.ToLower(r.What))
		for _, other := range r.Others { // omitted if the previous one is
			if from, next := place(in.space, other, w); next > to {
				c.rect(x+from, y+18, next-from, 18, 3, "range "+strings.ToLower(r.What))
				to = next
			}
		}
		c.rect(lx-2, ly-10, width-14, 27, 2, "paper")
		c.text(lx, ly, w, "mono", label)
		c.text(lx, ly+13, max(80, x+w-lx), "soft", r.Room)
		c.close()
		bottom = max(bottom, ly+16)
	}
	boxes.b.WriteString(leaders.b.String() + c.b.String())
	return bottom
}

// place returns where a range begins and ends on a line w pixels wide.
func place(space, r netip.Prefix, w int) (from, to int) {
	number := func(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }
	size := new(big.Int).Lsh(big.NewInt(1), uint(space.Addr().BitLen()-space.Bits()))
	at := new(big.Int).Sub(number(r.Addr()), number(space.Addr()))
	length := new(big.Int).Lsh(big.NewInt(1), uint(r.Addr().BitLen()-r.Bits()))
	pixel := func(v *big.Int) int {
		v = new(big.Int).Mul(v, big.NewInt(int64(w)))
		return int(v.Quo(v, size).Int64())
	}
	from = min(pixel(at), w-4)
	return from, min(w, from+max(4, pixel(length)))
}

// matrix draws who connects to whom: a row for each listening group, a column for each connecting one.
func (c *canvas) matrix(p *plan.Plan, y int) {
	m := Matrix(p)
	if len(m.Rows) == 0 {
		return
	}
	c.text(margin, y+12, c.width-2*margin, "h", "Who connects to whom")
	y += 26
	label := 150
	w := (c.width - 2*margin - label) / len(m.Columns)
	for i, column := range m.Columns {
		c.text(margin+label+i*w+8, y+14, w-12, "label", column)
	}
	c.text(margin, y+14, label-8, "soft", "listens ↓  connects →")
	y += 24
	for _, row := range m.Rows {
		lines := 1
		for _, cell := range row.Cells {
			lines = max(lines, 2*len(cell))
		}
		h := lines*14 + 12
		c.rect(margin, y, c.width-2*margin, h, 0, "row")
		c.text(margin+8, y+19, label-16, "label", row.Name)
		for i, cell := range row.Cells {
			for k, o := range cell {
				port, component := o[:strings.LastIndex(o, " ")], o[strings.LastIndex(o, " ")+1:]
				c.text(margin+label+i*w+8, y+19+k*28, w-12, "mono", port)
				c.text(margin+label+i*w+8, y+32+k*28, w-12, "soft", component)
			}
		}
		y += h
	}
	c.height = y
}

// PortMatrix shows who connects to whom on which ports.
type PortMatrix struct {
	Columns []string
	Rows    []PortRow
}

// PortRow is one group that listens.
type PortRow struct {
	Name  string
	Cells [][]string // by column: "tcp 6443 kube-apiserver"
}

// Matrix sorts the ports of a design by who listens and who connects.
func Matrix(p *plan.Plan) PortMatrix {
	var m PortMatrix
	var columns []plan.Peer
	ports := p.Ports()
	for _, peer := range []plan.Peer{
		plan.Clients, plan.Consumers, plan.Operator, plan.BalancerPeers, plan.ControlPlanePeers, plan.EtcdPeers, plan.KubeletHosts,
	} {
		if slices.ContainsFunc(ports, func(o plan.Port) bool { return slices.Contains(o.From, peer) }) {
			columns = append(columns, peer)
			m.Columns = append(m.Columns, peer.Words())
		}
	}
	last := plan.Peer("")
	for _, o := range ports {
		if o.On != last {
			m.Rows = append(m.Rows, PortRow{Name: o.On.Words(), Cells: make([][]string, len(columns))})
			last = o.On
		}
		row := &m.Rows[len(m.Rows)-1]
		for i, column := range columns {
			if slices.Contains(o.From, column) {
				row.Cells[i] = append(row.Cells[i], strings.TrimSpace(o.Protocol+" "+o.Ports())+" "+o.Component)
			}
		}
	}
	return m
}

// ring draws etcd: members on a ring by failure domain, and their clients.
func (c *canvas) ring(p *plan.Plan, y int) {
	e := &p.Etcd
	n := len(e.Members)
	if n == 0 {
		c.text(margin, y+20, c.width-2*margin, "label", whoRunsEtcd(p))
		c.height = y + 30
		return
	}
	radius := max(170, min(260, 44*n))
	cx, cy := c.width/2, y+radius+50
	c.circle(cx, cy, radius)
	c.middle(cx, cy-8, "big", fmt.Sprintf("%d of %d must agree", e.Quorum(), n))
	c.middle(cx, cy+14, "soft", "tolerates the loss of "+spelling.Quantity(e.FaultTolerance(), "member", "members"))
	asks := "each API server uses the member on its own machine"
	if e.IsExternal() {
		asks = spelling.Quantity(len(p.ControlPlanes()), "API server asks", "API servers ask") + " any member"
	}
	c.middle(cx, cy+32, "soft", asks)
	const w = 190
	for i, m := range e.Members {
		angle := 2*math.Pi*float64(i)/float64(n) - math.Pi/2
		x, my := cx+int(math.Round(float64(radius)*math.Cos(angle))), cy+int(math.Round(float64(radius)*math.Sin(angle)))
		c.open("unit card", "data-member", m.Name)
		c.rect(x-w/2, my-cardH/2, w, cardH, 7, "card")
		c.text(x-w/2+12, my-10, w-24, "name", m.Name)
		c.text(x-w/2+12, my+6, w-24, "mono soft", m.ClientURL)
		c.text(x-w/2+12, my+22, w-24, "soft", m.Node.FailureDomain)
		c.close()
	}
	c.height = cy + radius + cardH/2 + 10
}

// whoRunsEtcd returns a sentence for designs without members.
func whoRunsEtcd(p *plan.Plan) string {
	if p.Etcd.Foreign() {
		return "Others run etcd: " + strings.Join(p.Etcd.Endpoints, ", ") + "."
	}
	return "The vendor runs etcd."
}

func (c *canvas) middle(x, y int, class, s string) {
	fmt.Fprintf(&c.b, `<text x="%d" y="%d" class="%s mid">%s</text>`+"\n", x, y, class, s)
}

// steps draws the bring-up as a column.
func (c *canvas) steps(p *plan.Plan, y int) {
	w := c.width - 2*margin
	for i, s := range Steps(p) {
		if i > 0 {
			c.path("way", fmt.Sprintf("M%d %dv14m-5 -6l5 6l5 -6", margin+22, y+3))
			y += 22
		}
		h := 34 + 16*len(s.On)
		c.rect(margin, y, w, h, 8, "stage")
		c.middle(margin+22, y+24, "h", fmt.Sprint(i+1))
		c.text(margin+44, y+23, w-56, "h", s.What)
		for k, on := range s.On {
			c.text(margin+44, y+40+16*k, w-56, "mono soft", on)
		}
		y += h
		if s.Gate != "" {
			c.path("way", fmt.Sprintf("M%d %dv12", margin+22, y+2))
			y += 16
			c.path("gate", fmt.Sprintf("M%d %dl9 9l-9 9l-9 -9z", margin+22, y))
			c.text(margin+44, y+13, w-56, "label", "wait until "+s.Gate)
			y += 20
		}
	}
	c.height = y
}
