package report

import (
	"encoding/csv"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// Firewall is what hosts that listen alike let in.
type Firewall struct {
	Cluster string
	Group   string   // who they are, in words
	Hosts   []string // their names
	Rules   []FirewallRule
	Pods    []netip.Prefix // ranges of pods, whose packets pass these hosts; none where no pod runs on them
}

// FirewallRule is one opening.
type FirewallRule struct {
	Protocol    string         // as plan.Port has it
	First, Last int            // 0 where the protocol has no ports
	Sources     []netip.Prefix // nil: anybody
	From        []string       // who that is, in words
	Component   string
	Purpose     string
	Rounded     bool // the sources are networks that hold more than those who connect
}

// mostSources is how many ranges a rule has before they are rounded to larger ones.
const mostSources = 64

// Firewalls lists what the hosts of a design let in, for hosts that listen alike in one. None where hosts get their addresses from
// somebody else, or where the vendor runs the control plane.
func Firewalls(p *plan.Plan) []Firewall {
	ports := p.Ports()
	if len(ports) == 0 || slices.ContainsFunc(p.Nodes, func(n *plan.Node) bool { return !n.Address.IsValid() }) {
		return nil
	}
	groups := []plan.Peer{plan.ControlPlanePeers, plan.EtcdPeers, plan.BalancerPeers, plan.KubeletHosts}
	in := map[plan.Peer]map[*plan.Node]bool{}
	for _, g := range groups {
		in[g] = map[*plan.Node]bool{}
		for _, n := range p.Members(g) {
			in[g][n] = true
		}
	}
	sources := map[plan.Peer][]netip.Addr{}
	for _, g := range append(groups, plan.AllHosts) {
		for _, n := range p.Members(g) {
			for _, a := range []netip.Addr{n.Address, n.SecondaryAddress} {
				if a.IsValid() {
					sources[g] = append(sources[g], a)
				}
			}
		}
	}
	var out []Firewall
	at := map[string]int{}
	for _, n := range p.Nodes {
		key := ""
		var names []string
		for _, g := range groups {
			if in[g][n] && (g != plan.KubeletHosts || !in[plan.ControlPlanePeers][n]) {
				name := peerName(g)
				if g == plan.KubeletHosts {
					name = "workers"
				}
				names = append(names, name)
			}
			key += strconv.FormatBool(in[g][n])
		}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			f := Firewall{Cluster: p.Cluster.Name, Group: strings.Join(names, " that are ")}
			if in[plan.KubeletHosts][n] {
				f.Pods = p.Network.PodSubnets
			}
			for _, o := range ports {
				if o.On == plan.AllHosts || in[o.On][n] {
					f.Rules = append(f.Rules, ruleOf(o, sources))
				}
			}
			out = append(out, f)
		}
		out[i].Hosts = append(out[i].Hosts, n.Name)
	}
	slices.SortStableFunc(out, func(a, b Firewall) int { return strings.Compare(a.Group, b.Group) })
	return out
}

func ruleOf(o plan.Port, sources map[plan.Peer][]netip.Addr) FirewallRule {
	r := FirewallRule{Protocol: o.Protocol, First: o.First, Last: o.Last, Component: o.Component, Purpose: o.Purpose}
	var from []netip.Addr
	anybody := false
	for _, peer := range o.From {
		r.From = append(r.From, peerName(peer))
		anybody = anybody || peer == plan.Clients || peer == plan.Consumers || peer == plan.Operator
		from = append(from, sources[peer]...)
	}
	if !anybody {
		r.Sources, r.Rounded = cover(from)
	}
	return r
}

// cover returns the fewest ranges that hold these addresses and no other ones. Where those are too many, it rounds them up.
func cover(addresses []netip.Addr) (ranges []netip.Prefix, rounded bool) {
	slices.SortFunc(addresses, netip.Addr.Compare)
	addresses = slices.Compact(addresses)
	for less := 0; ; less += 4 {
		ranges = nil
		for _, a := range addresses {
			next, err := a.Prefix(max(0, a.BitLen()-less))
			if err != nil {
				panic("report: " + err.Error())
			}
			if n := len(ranges); n > 0 && ranges[n-1].Contains(a) {
				continue
			}
			ranges = append(ranges, next)
			for n := len(ranges); n > 1 && ranges[n-1].Bits() == ranges[n-2].Bits() && next.Bits() > 0; n = len(ranges) {
				wider, err := ranges[n-2].Addr().Prefix(ranges[n-1].Bits() - 1)
				if err != nil || !wider.Contains(ranges[n-1].Addr()) || wider.Addr() != ranges[n-2].Addr() {
					break
				}
				ranges = append(ranges[:n-2], wider)
			}
		}
		if len(ranges) <= mostSources {
			return ranges, less > 0
		}
	}
}

// ports are those of a rule with a sign between the first and the last.
func (r FirewallRule) ports(between string) string {
	if r.First == r.Last {
		return strconv.Itoa(r.First)
	}
	return strconv.Itoa(r.First) + between + strconv.Itoa(r.Last)
}

// numbers are the numbers of protocols that have no ports.
// Source: https://www.iana.org/assignments/protocol-numbers
var numbers = map[string]string{"ipip": "4", "vrrp": "112"}

// about is a comment on a rule, in one line.
func (r FirewallRule) about() string {
	text := r.Component + ": " + r.Purpose + ". From: " + strings.Join(r.From, ", ")
	if r.Sources == nil {
		text += "; write their addresses here where you know them"
	}
	if r.Rounded {
		text += "; rounded up to networks that hold them"
	}
	return printable(text)
}

// families splits ranges into those of IPv4 and of IPv6.
func families(ranges []netip.Prefix) (four, six []netip.Prefix) {
	for _, r := range ranges {
		if r.Addr().Is4() {
			four = append(four, r)
		} else {
			six = append(six, r)
		}
	}
	return four, six
}

// ofPods is the comment above what lets pods in, in every format.
const ofPods = "# pods of this cluster; what they may reach is for network policies to say\n"

func (f Firewall) heading() string {
	return fmt.Sprintf("# Cluster %s, %s: %s.\n", printable(f.Cluster), f.Group, few(f.Hosts))
}

// few lists names, the first ones of many.
func few(names []string) string {
	if len(names) > 8 {
		return strings.Join(names[:7], ", ") + fmt.Sprintf(" and %d more", len(names)-7)
	}
	return strings.Join(names, ", ")
}

// NFTables writes the rules for nft -f. Source: https://wiki.nftables.org/wiki-nftables/index.php/Quick_reference-nftables_in_10_minutes
func (f Firewall) NFTables() string {
	var b strings.Builder
	b.WriteString("#!/usr/sbin/nft -f\n" + f.heading())
	b.WriteString("# It decides about what reaches the host itself. What passes it, such as packets of pods, belongs to the pod network " +
		"and kube-proxy.\n")
	b.WriteString("table inet k8splan\ndelete table inet k8splan\ntable inet k8splan {\n\tchain input {\n")
	b.WriteString("\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established,related accept\n")
	b.WriteString("\t\tiifname \"lo\" accept\n\t\tmeta l4proto { icmp, ipv6-icmp } accept\n")
	if len(f.Pods) > 0 {
		b.WriteString("\t\t" + ofPods)
		nftSources(&b, f.Pods, "")
	}
	for _, r := range f.Rules {
		b.WriteString("\t\t# " + r.about() + "\n")
		match := "meta l4proto " + numbers[r.Protocol]
		if r.First > 0 {
			match = r.Protocol + " dport " + r.ports("-")
		}
		if r.Sources == nil {
			b.WriteString("\t\t" + match + " accept\n")
			continue
		}
		nftSources(&b, r.Sources, match+" ")
	}
	b.WriteString("\t}\n}\n")
	return b.String()
}

func nftSources(b *strings.Builder, ranges []netip.Prefix, match string) {
	four, six := families(ranges)
	if len(four) > 0 {
		fmt.Fprintf(b, "\t\tip saddr { %s } %saccept\n", strings.Join(plan.Texts(four), ", "), match)
	}
	if len(six) > 0 {
		fmt.Fprintf(b, "\t\tip6 saddr { %s } %saccept\n", strings.Join(plan.Texts(six), ", "), match)
	}
}

// Firewalld writes the commands of firewall-cmd, for the default zone.
// Source: https://firewalld.org/documentation/man-pages/firewalld.richlanguage.html
func (f Firewall) Firewalld() string {
	var b strings.Builder
	b.WriteString(f.heading())
	if len(f.Pods) > 0 {
		b.WriteString(ofPods)
	}
	for _, pods := range f.Pods {
		fmt.Fprintf(&b, "firewall-cmd --permanent --zone=trusted --add-source=%s\n", pods)
	}
	for _, r := range f.Rules {
		b.WriteString("# " + r.about() + "\n")
		if r.Sources == nil {
			fmt.Fprintf(&b, "firewall-cmd --permanent --add-port=%s/%s\n", r.ports("-"), r.Protocol)
			continue
		}
		element := `protocol value="` + r.Protocol + `"`
		if r.First > 0 {
			element = fmt.Sprintf(`port port="%s" protocol="%s"`, r.ports("-"), r.Protocol)
		}
		for _, from := range r.Sources {
			family := "ipv4"
			if from.Addr().Is6() {
				family = "ipv6"
			}
			fmt.Fprintf(&b, "firewall-cmd --permanent --add-rich-rule='rule family=\"%s\" source address=\"%s\" %s accept'\n", family, from,
				element)
		}
	}
	b.WriteString("firewall-cmd --reload\n")
	return b.String()
}

// UFW writes the commands of ufw. A protocol that it has no word for goes into its file of rules that come before.
// Source: https://manpages.debian.org/bookworm/ufw/ufw.8.en.html
func (f Firewall) UFW() string {
	var b strings.Builder
	b.WriteString(f.heading())
	if len(f.Pods) > 0 {
		b.WriteString(ofPods)
	}
	for _, pods := range f.Pods {
		fmt.Fprintf(&b, "ufw allow from %s\nufw route allow from %s\nufw route allow to %s\n", pods, pods, pods)
	}
	for _, r := range f.Rules {
		b.WriteString("# " + r.about() + "\n")
		if r.Sources == nil {
			fmt.Fprintf(&b, "ufw allow %s/%s\n", r.ports(":"), r.Protocol)
			continue
		}
		if r.First == 0 {
			b.WriteString("# in /etc/ufw/before.rules (before6.rules for IPv6), above COMMIT:\n")
		}
		for _, from := range r.Sources {
			switch {
			case r.First > 0:
				fmt.Fprintf(&b, "ufw allow proto %s from %s to any port %s\n", r.Protocol, from, r.ports(":"))
			case from.Addr().Is4():
				fmt.Fprintf(&b, "#   -A ufw-before-input -p %s -s %s -j ACCEPT\n", numbers[r.Protocol], from)
			default:
				fmt.Fprintf(&b, "#   -A ufw6-before-input -p %s -s %s -j ACCEPT\n", numbers[r.Protocol], from)
			}
		}
	}
	return b.String()
}

// CSV writes a row for each rule, as those who run a firewall between hosts ask for.
func (f Firewall) CSV() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{{"hosts", "protocol", "ports", "from", "sources", "component", "purpose"}}
	for _, r := range f.Rules {
		ports, sources := "", "any"
		if r.First > 0 {
			ports = r.ports("-")
		}
		if r.Sources != nil {
			sources = strings.Join(plan.Texts(r.Sources), " ")
		}
		rows = append(rows, []string{strings.Join(f.Hosts, " "), r.Protocol, ports, strings.Join(r.From, "; "), sources, r.Component,
			r.Purpose})
	}
	if err := w.WriteAll(rows); err != nil {
		panic("report: " + err.Error())
	}
	return b.String()
}

// firewalls writes the rules of each group of hosts, to be copied.
func (w *page) firewalls(p *plan.Plan) {
	all := Firewalls(p)
	if len(all) == 0 {
		return
	}
	say := tableTexts["firewalls"]
	b := &strings.Builder{}
	b.WriteString("<section class=\"part\" aria-labelledby=\"h-firewalls\">\n<h2 id=\"h-firewalls\">" + say.title + "</h2>\n" +
		"<p class=\"soft\">" + say.about + "</p>\n")
	for _, f := range all {
		fmt.Fprintf(b, "<details class=\"rules\"><summary><b>%s</b>: %s</summary>\n", esc(f.Group), esc(few(f.Hosts)))
		if len(f.Hosts) > Large {
			f.Hosts = []string{f.Hosts[0] + " … " + f.Hosts[len(f.Hosts)-1]}
		}
		for _, as := range []struct{ name, text string }{
			{"nftables", f.NFTables()}, {"firewalld", f.Firewalld()}, {"ufw", f.UFW()}, {"CSV", f.CSV()},
		} {
			fmt.Fprintf(b, "<h3>%s</h3>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"%s, %s\">%s</pre>\n", as.name, esc(f.Group),
				as.name, lines(as.text))
		}
		b.WriteString("</details>\n")
	}
	b.WriteString("</section>\n")
	w.beside(b.String())
}

// lines escapes a text of several lines.
func lines(s string) string {
	all := strings.Split(s, "\n")
	for i, line := range all {
		all[i] = esc(strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(all, "\n")
}
