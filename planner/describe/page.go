package describe

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/topologies"
)

// Style says how a page is printed.
type Style struct {
	Width int // columns of the terminal; 0 means 100
	Color bool
	// Why lists every default with its reason. Without it, defaults that are upstream's own are only counted.
	Why bool
}

// columns is the width to print in.
func (s Style) columns() int {
	if s.Width <= 0 {
		return 100
	}
	return min(max(s.Width, 60), 140)
}

// fold is how many nodes of a pool get separate rows; a larger pool is one row.
const fold = 6

// Page prints the plan for people: a summary, its hosts, and every value that was decided.
func Page(w io.Writer, p *plan.Plan, style Style) error {
	style.Width = style.columns()
	g := &page{Style: style}
	g.title(p)
	g.endpoint(p)
	g.hosts(p)
	g.etcd(p)
	g.network(p)
	g.settings(p)
	if len(p.Nodes) > 1 || g.Why {
		g.capacity(p)
	}
	g.versions(p)
	if len(p.Nodes) > 1 || g.Why {
		g.certificate(p)
	}
	g.decisions(p)
	g.waivers(p)
	_, err := io.WriteString(w, g.out.String())
	return err
}

type page struct {
	Style
	out strings.Builder
}

// ANSI codes.
const (
	bold = "1"
	dim  = "2"
	cyan = "36"
)

func (g *page) paint(code, text string) string {
	if !g.Color || text == "" || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (g *page) line(text string) { g.out.WriteString(strings.TrimRight(text, " ") + "\n") }

// heading prints a section's name, with its subject next to it, or below if it does not fit.
func (g *page) heading(text, aside string) {
	g.out.WriteByte('\n')
	if runewidth.StringWidth(text+aside)+2 <= g.Width {
		g.line(g.paint(bold, text) + "  " + g.paint(dim, aside))
		return
	}
	g.line(g.paint(bold, text))
	for _, part := range wrap(aside, g.Width-2) {
		g.line("  " + g.paint(dim, part))
	}
}

// facts prints lines of a label and text that wraps.
func (g *page) facts(rows [][2]string) {
	cells := make([][]string, 0, len(rows))
	for _, r := range rows {
		if r[1] != "" {
			cells = append(cells, []string{r[0], r[1]})
		}
	}
	g.table(nil, []string{dim, ""}, cells)
}

// narrow is the minimum width of a table's last column; if there is less room, it is printed below its row.
const narrow = 20

// table prints rows in aligned columns, indented by two. The last column uses the remaining width and wraps. Columns that are empty in
// every row are omitted. codes are the colors of the columns.
func (g *page) table(heads, codes []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	keep := make([]int, 0, len(codes))
	for i := range codes {
		if slices.ContainsFunc(rows, func(r []string) bool { return r[i] != "" }) {
			keep = append(keep, i)
		}
	}
	widths := make([]int, len(codes))
	for _, i := range keep {
		if heads != nil {
			widths[i] = runewidth.StringWidth(heads[i])
		}
		for _, r := range rows {
			widths[i] = max(widths[i], runewidth.StringWidth(r[i]))
		}
	}
	indent := 2
	for _, i := range keep[:len(keep)-1] {
		indent += widths[i] + 2
	}
	last := keep[len(keep)-1]
	room, below := g.Width-indent, false
	if room < min(narrow, widths[last]) {
		indent, below = 6, true
		room = g.Width - indent
	}

	row := func(cells []string, code func(i int) string) {
		var b strings.Builder
		b.WriteString("  ")
		for _, i := range keep[:len(keep)-1] {
			b.WriteString(g.paint(code(i), cells[i]))
			b.WriteString(strings.Repeat(" ", widths[i]-runewidth.StringWidth(cells[i])+2))
		}
		for n, part := range wrap(cells[last], room) {
			if n > 0 || below && part != "" {
				g.line(b.String())
				b.Reset()
				b.WriteString(strings.Repeat(" ", indent))
			}
			b.WriteString(g.paint(code(last), part))
		}
		g.line(b.String())
	}
	if heads != nil {
		if below {
			heads = slices.Clone(heads)
			heads[last] = ""
		}
		row(heads, func(int) string { return dim })
	}
	for _, r := range rows {
		row(r, func(i int) string { return codes[i] })
	}
}

// wrap breaks text at spaces into lines of at most width columns; a longer word gets its own line.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		n := runewidth.StringWidth(word)
		switch {
		case line == "":
			line, used = word, n
		case used+1+n <= width:
			line, used = line+" "+word, used+1+n
		default:
			lines = append(lines, line)
			line, used = word, n
		}
	}
	return append(lines, line)
}

func (g *page) title(p *plan.Plan) {
	g.line(g.paint(bold, p.Cluster.Name) + "  " + p.Cluster.Topology.Title)
	g.line(g.paint(dim, fmt.Sprintf("Kubernetes %s · %s", p.Cluster.Version, p.Target.Facts.Title)))
	g.out.WriteByte('\n')
	g.facts([][2]string{{"For", p.Cluster.Topology.Purpose}, {"Survives", simulate.New(p).Sentence()}})
}

func (g *page) endpoint(p *plan.Plan) {
	if p.Cluster.Endpoint.Host == "" {
		return
	}
	g.heading("Endpoint", "the address that every kubelet and client connects to")
	lb := &p.LoadBalancer
	names := list(each(lb.Nodes, func(n *plan.Node) string { return n.Name }))
	var behind string
	switch {
	case lb.Kind == plan.HAProxy && lb.VirtualIP.IsValid():
		behind = fmt.Sprintf("virtual IP %s, held by keepalived and served by haproxy on %s", lb.VirtualIP, names)
	case lb.Kind == plan.HAProxy:
		behind = "haproxy on " + names
	case lb.Kind == plan.KubeVIP:
		behind = fmt.Sprintf("virtual IP %s, held by kube-vip on the control planes (%s)", address(lb.VirtualIP), lb.Mode)
	case lb.Kind == plan.LocalBalancer:
		entry, _ := p.HostsEntry()
		cps := list(each(p.ControlPlanes(), func(n *plan.Node) string { return n.Name }))
		behind = fmt.Sprintf("haproxy at %s on %s, which forwards to API servers that answer; a control plane uses its own. For clients "+
			"outside of the nodes, DNS must resolve the name to the addresses of %s", entry.Address,
			spelling.Quantity(len(p.Proxied()), "node", "nodes"), cps)
	case lb.Kind == plan.ExternalBalancer:
		behind = "your own load balancer; loadbalancer/external.md describes its requirements"
	default:
		behind = "the API server of " + list(each(p.ControlPlanes(), func(n *plan.Node) string { return n.Name }))
	}
	rows := [][2]string{{"Address", p.Cluster.Endpoint.String()}, {"Behind it", behind}}
	if entry, ok := p.HostsEntry(); ok && lb.Kind == plan.LocalBalancer {
		rows = append(rows, [2]string{"Name", fmt.Sprintf("/etc/hosts has %s, and on control planes their own address, so the name "+
			"resolves without DNS", entry.Address)})
	} else if ok {
		rows = append(rows, [2]string{"Name", fmt.Sprintf("every node's /etc/hosts has %s, so the name resolves without "+
			"DNS", entry.Address)})
	}
	g.facts(rows)
}

func (g *page) hosts(p *plan.Plan) {
	count := func(r plan.Roles) int {
		n := 0
		for _, node := range p.Nodes {
			if node.Roles.Has(r) {
				n++
			}
		}
		return n
	}
	var parts []string
	for _, k := range []struct {
		role      plan.Roles
		one, many string
	}{{plan.ControlPlane, "control plane", "control planes"}, {plan.EtcdRole, "etcd member", "etcd members"},
		{plan.Worker, "worker", "workers"}, {plan.Balancer, "load balancer", "load balancers"}} {
		if n := count(k.role); n > 0 {
			parts = append(parts, spelling.Quantity(n, k.one, k.many))
		}
	}
	g.heading("Hosts", spelling.Quantity(len(p.Nodes), "host", "hosts")+": "+strings.Join(parts, ", "))

	var rows [][]string
	for i := 0; i < len(p.Nodes); {
		run := i + 1
		if pool := p.Nodes[i].Pool; pool != "" {
			for run < len(p.Nodes) && p.Nodes[run].Pool == pool {
				run++
			}
		}
		if run-i > fold {
			rows = append(rows, hostRow(p.Nodes[i:run]))
		} else {
			for _, n := range p.Nodes[i:run] {
				rows = append(rows, hostRow([]*plan.Node{n}))
			}
		}
		i = run
	}
	g.table([]string{"Name", "Roles", "Address", "Second address", "Domain", "Host", "Machine"},
		[]string{cyan, "", "", "", "", "", dim}, rows)
}

// hostRow is the row of one node, or of all nodes of a pool.
func hostRow(nodes []*plan.Node) []string {
	n, last := nodes[0], nodes[len(nodes)-1]
	name, first, second := n.Name, address(n.Address), address(n.SecondaryAddress)
	if len(nodes) > 1 {
		name, first, second = span(n.Name, last.Name), span(first, address(last.Address)), span(second, address(last.SecondaryAddress))
	}
	var about []string
	if len(nodes) > 1 {
		about = append(about, spelling.Quantity(len(nodes), "host", "hosts"))
	}
	if n.OS.Name != "" {
		about = append(about, system(n.OS))
	}
	if n.Arch != "amd64" {
		about = append(about, n.Arch)
	}
	if n.CPUs > 0 {
		about = append(about, spelling.Quantity(n.CPUs, "CPU", "CPUs"))
	}
	if n.MemoryBytes > 0 {
		about = append(about, bytes(n.MemoryBytes))
	}
	if n.InstanceType != "" {
		about = append(about, n.InstanceType)
	}
	if n.Bootstrap && len(nodes) == 1 {
		about = append(about, "runs kubeadm init")
	}
	if feeds := distinct(nodes, func(n *plan.Node) string { return n.Power }); feeds != "" {
		about = append(about, "power "+feeds)
	}
	for _, t := range n.Taints {
		about = append(about, "taint "+t.Key+":"+t.Effect)
	}
	domains, hosts := distinct(nodes, func(n *plan.Node) string { return n.FailureDomain }), distinct(nodes, func(n *plan.Node) string {
		return n.Carrier()
	})
	return []string{name, n.Roles.Words(), first, second, domains, hosts, strings.Join(about, ", ")}
}

func (g *page) etcd(p *plan.Plan) {
	e := &p.Etcd
	n := len(e.Members)
	if e.Foreign() {
		g.heading("etcd", "external, run by others: nothing here installs, backs up, or restores it")
		g.facts([][2]string{{"Endpoints", strings.Join(e.Endpoints, ", ")}})
		return
	}
	if n == 0 {
		return
	}
	where := "stacked on the control planes, as static pods of kubeadm"
	if e.Placement == topologies.External {
		where = "external, a service on each member"
	}
	g.heading("etcd", where)
	losses := "no loss"
	if t := e.FaultTolerance(); t > 0 {
		losses = "the loss of " + spelling.Quantity(t, "member", "members")
	}
	g.facts([][2]string{
		{"Quorum", fmt.Sprintf("%d of %s must agree; survives %s", e.Quorum(), spelling.Quantity(n, "member", "members"), losses)},
		{"Data", fmt.Sprintf("%s, up to %s", e.DataDir, bytes(e.QuotaBytes))},
	})
	rows := make([][]string, n)
	for i, m := range e.Members {
		rows[i] = []string{m.Name, m.PeerURL, m.ClientURL, m.Node.FailureDomain}
	}
	g.table([]string{"Member", "Peer URL", "Client URL", "Domain"}, []string{cyan, "", "", ""}, rows)
}

func (g *page) network(p *plan.Plan) {
	n := &p.Network
	g.heading("Network", "")
	var rows [][]string
	for _, s := range n.PodSubnets {
		rows = append(rows, []string{"Pods", s.String(),
			fmt.Sprintf("room for %s with a /%d each", spelling.Quantity(n.NodeCapacity(), "node", "nodes"), n.NodeMask(s))})
	}
	for i, s := range n.ServiceSubnets {
		about := ""
		if dns := n.DNSServiceIPs(); i < len(dns) {
			about = fmt.Sprintf("; DNS for %s answers at %s", n.DNSDomain, dns[i])
		}
		room := n.ServiceCapacity().String()
		if v := n.ServiceCapacity(); v.IsInt64() {
			room = spelling.Thousands(int(v.Int64()))
		}
		rows = append(rows, []string{"Services", s.String(), "room for " + room + about})
	}
	for _, s := range n.NodeSubnets {
		rows = append(rows, []string{"Nodes", s.String(), ""})
	}
	for _, s := range n.ReservedSubnets {
		rows = append(rows, []string{"Reserved", s.String(), "in use outside of the cluster"})
	}
	rows = append(rows, []string{"Node ports", plan.Port{First: n.NodePorts.First, Last: n.NodePorts.Last}.Ports(), ""})
	how := []string{}
	if e := n.CNI.Encapsulation; e != "" && e != plan.NoEncapsulation {
		how = append(how, e)
	}
	if n.CNI.MTU > 0 {
		how = append(how, fmt.Sprintf("MTU %d in pods, %d below", n.CNI.MTU, n.MTU))
	}
	if n.CNI.KubeProxyReplacement {
		how = append(how, "in place of kube-proxy")
	}
	rows = append(rows, []string{"Pod network", n.CNI.Called(), strings.Join(how, "; ")}, []string{"kube-proxy", n.KubeProxy.Mode, ""})
	if x := n.HTTPProxy; x != nil {
		rows = append(rows, []string{"HTTP proxy", first(x.HTTPS, x.HTTP), "not for " + strings.Join(x.NoProxy, ", ")})
	}
	g.table(nil, []string{dim, "", ""}, rows)
}

// settings lists the topology's settings other than hosts, ranges, and versions.
func (g *page) settings(p *plan.Plan) {
	var rows [][2]string
	for _, s := range p.Settings() {
		rows = append(rows, [2]string{s.Name, s.Text})
	}
	if len(rows) > 0 {
		g.heading("Settings", "other than hosts, ranges, and versions")
		g.facts(rows)
	}
}

func (g *page) versions(p *plan.Plan) {
	from := "packages of the distribution's repositories"
	if p.Artifacts.Origin == plan.Binaries {
		from = "upstream's binaries"
	}
	if p.Described() {
		from = "as far as the design states them: the cluster exists"
	}
	if p.Artifacts.MirrorURL != "" {
		from += " from " + p.Artifacts.MirrorURL
	}
	if p.Artifacts.ImageRepository != "" {
		from += ", images from " + p.Artifacts.ImageRepository
	}
	g.heading("Versions", from)
	rows := [][2]string{{"Kubernetes", p.Cluster.Version.String()}, {p.Runtime.Name, p.Runtime.Version}}
	if len(p.Etcd.Members) > 0 {
		rows = append(rows, [2]string{"etcd", p.Etcd.Version})
	}
	rows = append(rows, [2]string{p.Network.CNI.Called(), strings.TrimPrefix(p.Network.CNI.Version, "v")})
	if p.LoadBalancer.Kind == plan.KubeVIP {
		rows = append(rows, [2]string{"kube-vip", strings.TrimPrefix(p.LoadBalancer.Version, "v")})
	}
	if p.Target.Facts.Hosting == plan.Hosts {
		rows = append(rows, [2]string{"CoreDNS", strings.TrimPrefix(p.Kubernetes().CoreDNS(), "v")})
	}
	for i := range rows {
		if rows[i][1] == "" && p.Described() {
			rows[i][1] = plan.NoData
		}
	}
	g.facts(rows)
}

func (g *page) certificate(p *plan.Plan) {
	if p.Target.Facts.Hosting != plan.Hosts || len(p.ControlPlanes()) == 0 {
		return
	}
	g.heading("API server certificate", "valid for these names and addresses, from the first day")
	var names, addresses []string
	for _, s := range p.APIServerSANs() {
		if _, err := netip.ParseAddr(s); err == nil {
			addresses = append(addresses, s)
		} else {
			names = append(names, s)
		}
	}
	slices.SortStableFunc(addresses, func(a, b string) int { return netip.MustParseAddr(a).Compare(netip.MustParseAddr(b)) })
	validity := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	g.facts([][2]string{
		{"Names", strings.Join(names, ", ")}, {"Addresses", strings.Join(addresses, ", ")},
		{"Valid for", validity(duration(p.Cluster.CertificateValidity), "one year") + ", its authority for " +
			validity(duration(p.Cluster.CAValidity), "ten years")},
	})
}

func (g *page) decisions(p *plan.Plan) {
	if len(p.Decisions) == 0 {
		return
	}
	var rows [][]string
	usual := 0
	for _, d := range p.Decisions {
		if !g.Why && (len(p.Nodes) == 1 || strings.Contains(d.Reason, "default")) {
			usual++
			continue
		}
		rows = append(rows, []string{d.Path, d.Value, d.Reason})
	}
	g.heading("Decided for you", "set any of these in the file to override it")
	g.table(nil, []string{cyan, "", dim}, rows)
	if usual > 0 {
		more := spelling.Quantity(usual, "default", "defaults")
		if len(rows) > 0 {
			more += " of upstream"
		}
		g.line("  " + g.paint(dim, more+": `k8splan plan --why` lists each with its reason"))
	}
}

func (g *page) waivers(p *plan.Plan) {
	if len(p.Waivers) == 0 {
		return
	}
	g.heading("Waived", "rules that this design is allowed to break")
	rows := make([][]string, len(p.Waivers))
	for i, w := range p.Waivers {
		until := "for ever"
		if !w.Expires.IsZero() {
			until = "until " + w.Expires.Format("2006-01-02")
		}
		rows[i] = []string{w.Rule, until, w.Reason}
	}
	g.table(nil, []string{cyan, "", ""}, rows)
}

// bytes formats a size in the largest unit that divides it.
func bytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for i < len(units)-1 && n != 0 && n%1024 == 0 {
		n, i = n/1024, i+1
	}
	return strconv.FormatInt(n, 10) + " " + units[i]
}

// list joins words as in a sentence: a, b, and c.
func list(words []string) string { return spelling.List(words, "and") }

// span is first … last, with the common prefix omitted: 10.0.0.41 … 60, worker-1 … 20.
func span(first, last string) string {
	if first == last {
		return first
	}
	if i := strings.LastIndexAny(first, ".:-"); i >= 0 && i < len(last) && first[:i+1] == last[:i+1] {
		last = last[i+1:]
	}
	return first + " … " + last
}

// distinct lists the values of some nodes without duplicates, in order of appearance.
func distinct(nodes []*plan.Node, of func(*plan.Node) string) string {
	var values []string
	for _, n := range nodes {
		if v := of(n); v != "" && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return strings.Join(values, ", ")
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
