// Package firewall derives what hosts must accept: the ports of a plan as rules for nftables, firewalld, and ufw, to read and to apply.
//
// The package is internal to k8splan and makes no compatibility promise.
package firewall

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Firewall is what a group of hosts with the same listeners accepts.
type Firewall struct {
	Cluster string
	Group   string   // the group in words
	Hosts   []string // their names
	Rules   []Rule
	Pods    []netip.Prefix // ranges of pods whose packets these hosts forward; none if no pod runs on them
	// Services are ranges whose packets arrive as if sent to the host itself; Proxied says that this can be so for packets to pods, too.
	Services []netip.Prefix
	Proxied  bool
}

// Rule is one opening.
type Rule struct {
	Protocol    string         // as in plan.Port
	First, Last int            // 0 if the protocol has no ports
	Sources     []netip.Prefix // nil: anyone
	From        []string       // the sources in words
	Component   string
	Purpose     string
	Rounded     bool // the sources are networks that contain more than the hosts that connect
}

// mostSources is how many ranges a rule may have before they are rounded up to larger ones.
const mostSources = 64

// Of lists what the hosts of a design accept, with one entry for hosts that listen alike. It is empty if another party assigns the hosts'
// addresses, or if the vendor runs the control plane.
func Of(p *plan.Plan, leaving ...plan.Leaving) []Firewall {
	ports := p.Ports()
	if len(ports) == 0 || slices.ContainsFunc(p.Nodes, func(n *plan.Node) bool { return !n.Address.IsValid() }) {
		return nil
	}
	m := members(p, leaving)
	var out []Firewall
	at := map[string]int{}
	for _, n := range p.Nodes {
		if n.Roles == 0 {
			continue // not a machine of this plan
		}
		port := cmp.Or(n.SSH.Port, p.SSH.Port)
		key, names := m.key(n)
		key += strconv.Itoa(port)
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, m.firewall(p, ports, n, names, port))
		}
		out[i].Hosts = append(out[i].Hosts, n.Name)
	}
	slices.SortStableFunc(out, func(a, b Firewall) int { return strings.Compare(a.Group, b.Group) })
	return out
}

// groups are the groups that can overlap on a host.
var groups = []plan.Peer{plan.ControlPlanePeers, plan.EtcdPeers, plan.BalancerPeers, plan.KubeletHosts}

// groupsOf is the members of each group, and their addresses. Leaving hosts connect until they have left.
type groupsOf struct {
	in      map[plan.Peer]map[*plan.Node]bool
	sources map[plan.Peer][]netip.Addr
}

func members(p *plan.Plan, leaving []plan.Leaving) groupsOf {
	m := groupsOf{map[plan.Peer]map[*plan.Node]bool{}, map[plan.Peer][]netip.Addr{}}
	for _, g := range append(groups[:len(groups):len(groups)], plan.AllHosts) {
		m.in[g] = map[*plan.Node]bool{}
		for _, n := range p.Members(g) {
			m.in[g][n] = true
			for _, a := range []netip.Addr{n.Address, n.SecondaryAddress} {
				if a.IsValid() {
					m.sources[g] = append(m.sources[g], a)
				}
			}
		}
	}
	for _, l := range leaving {
		a, err := netip.ParseAddr(l.Address)
		if err != nil {
			continue
		}
		had := func(role string) bool { return slices.Contains(l.Roles, role) }
		for g, was := range map[plan.Peer]bool{
			plan.ControlPlanePeers: had("control-plane"), plan.EtcdPeers: had("etcd") && p.Etcd.IsExternal(),
			plan.BalancerPeers: had("load-balancer"), plan.KubeletHosts: had("control-plane") || had("worker"), plan.AllHosts: true,
		} {
			if was {
				m.sources[g] = append(m.sources[g], a)
			}
		}
	}
	return m
}

// key distinguishes hosts with different listeners; names describes the hosts.
func (m groupsOf) key(n *plan.Node) (key string, names []string) {
	for _, g := range groups {
		if m.in[g][n] && (g != plan.KubeletHosts || !m.in[plan.ControlPlanePeers][n]) {
			name := g.Words()
			if g == plan.KubeletHosts {
				name = "workers"
			}
			names = append(names, name)
		}
		key += strconv.FormatBool(m.in[g][n])
	}
	return key, names
}

// firewall is the firewall of a host and of those that listen alike.
func (m groupsOf) firewall(p *plan.Plan, ports []plan.Port, n *plan.Node, names []string, sshPort int) Firewall {
	f := Firewall{Cluster: p.Cluster.Name, Group: strings.Join(names, " that are ")}
	if sshPort != p.SSH.Port {
		f.Group += ", sshd on port " + strconv.Itoa(sshPort)
	}
	if m.in[plan.KubeletHosts][n] {
		f.Pods, f.Services = p.Network.PodSubnets, services(p)
		f.Proxied = p.Network.CNI.Name == plan.Cilium
	}
	for _, o := range ports {
		if o.On == plan.AllHosts || m.in[o.On][n] {
			if o.Component == "sshd" {
				o.First, o.Last = sshPort, sshPort
			}
			f.Rules = append(f.Rules, ruleOf(o, m.sources, p.Hosts.AdminCIDRs))
		}
	}
	return f
}

// services returns the Service addresses that hosts own themselves, as with kube-proxy in IPVS mode: packets to them arrive as if sent to
// the host, before IPVS redirects them to pods.
func services(p *plan.Plan) []netip.Prefix {
	if p.Network.KubeProxy.Mode != "ipvs" {
		return nil
	}
	ranges := slices.Clone(p.Network.ServiceSubnets)
	for _, a := range p.Addons {
		for _, pool := range a.Pools {
			for _, r := range pool.Addresses {
				ranges = append(ranges, r.Prefixes()...)
			}
		}
	}
	return ranges
}

func ruleOf(o plan.Port, sources map[plan.Peer][]netip.Addr, admins []netip.Prefix) Rule {
	r := Rule{Protocol: o.Protocol, First: o.First, Last: o.Last, Component: o.Component, Purpose: o.Purpose}
	var from []netip.Addr
	var ranges []netip.Prefix
	anybody := false
	for _, peer := range o.From {
		r.From = append(r.From, peer.Words())
		switch {
		case peer == plan.Consumers, (peer == plan.Clients || peer == plan.Operator) && len(admins) == 0:
			anybody = true
		case peer == plan.Clients || peer == plan.Operator:
			ranges = admins
		}
		from = append(from, sources[peer]...)
	}
	if anybody {
		return r
	}
	r.Sources, r.Rounded = cover(from)
	for _, a := range ranges {
		r.Sources = slices.DeleteFunc(r.Sources, func(s netip.Prefix) bool { return a.Bits() <= s.Bits() && a.Contains(s.Addr()) })
	}
	for i, a := range ranges {
		if !slices.ContainsFunc(ranges[:i], a.Overlaps) {
			r.Sources = append(r.Sources, a)
		}
	}
	return r
}

// cover returns the fewest ranges that contain exactly these addresses. If there are too many ranges, it rounds them up.
func cover(addresses []netip.Addr) (ranges []netip.Prefix, rounded bool) {
	slices.SortFunc(addresses, netip.Addr.Compare)
	addresses = slices.Compact(addresses)
	for less := 0; ; less += 4 {
		ranges = nil
		for _, a := range addresses {
			next, err := a.Prefix(max(0, a.BitLen()-less))
			if err != nil {
				panic("firewall: " + err.Error())
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

// ports formats a rule's ports, with a separator between the first and the last.
func (r Rule) ports(between string) string {
	if r.First == r.Last {
		return strconv.Itoa(r.First)
	}
	return strconv.Itoa(r.First) + between + strconv.Itoa(r.Last)
}

// numbers are the IP protocol numbers of protocols without ports. Source: https://www.iana.org/assignments/protocol-numbers
var numbers = map[string]string{"ipip": "4", "vrrp": "112"}

// about is a one-line comment on a rule.
func (r Rule) about() string {
	text := r.Component + ": " + r.Purpose + ". From: " + strings.Join(r.From, ", ")
	if r.Sources == nil {
		text += "; write their addresses here if you know them"
	}
	if r.Rounded {
		text += "; rounded up to networks that hold them"
	}
	return text
}

// families splits ranges into IPv4 and IPv6.
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

// ofPods is the comment above the rule that accepts pods, in every format.
const ofPods = "# pods of this cluster; network policies decide what they may reach\n"

func (f Firewall) heading() string {
	return fmt.Sprintf("# Cluster %s, %s: %s.\n", f.Cluster, f.Group, f.Names())
}

// Names lists the hosts, only the first if there are many.
func (f Firewall) Names() string { return spelling.Few(f.Hosts, 8) }

// NFTables writes the rules for nft -f, in a separate table that is replaced atomically. Sources:
// https://wiki.nftables.org/wiki-nftables/index.php/Quick_reference-nftables_in_10_minutes; for packets that Cilium passes to its proxy on
// the host, github.com/cilium/cilium pkg/datapath/linux/linux_defaults/mark.go
func (f Firewall) NFTables() string {
	var b strings.Builder
	b.WriteString("#!/usr/sbin/nft -f\n" + f.heading())
	b.WriteString("table inet k8splan\ndelete table inet k8splan\ntable inet k8splan {\n")
	if len(f.Pods) > 0 {
		b.WriteString("\t# Forwarded packets: those of pods and of Services, and nothing else.\n\tchain forward {\n")
		b.WriteString("\t\ttype filter hook forward priority filter; policy drop;\n\t\tct state established,related accept\n")
		b.WriteString("\t\tct status dnat accept\n")
		nftSources(&b, f.Pods, "saddr", "")
		nftSources(&b, f.Pods, "daddr", "")
		b.WriteString("\t}\n\n")
	}
	b.WriteString("\tchain input {\n")
	b.WriteString("\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established,related accept\n")
	b.WriteString("\t\tiifname \"lo\" accept\n\t\tmeta l4proto { 1, 58 } accept # ICMP: minimal hosts do not know protocols by name\n")
	b.WriteString("\t\tudp sport 67 udp dport 68 accept\n\t\tip6 saddr fe80::/10 udp dport 546 accept\n")
	if len(f.Pods) > 0 {
		b.WriteString("\t\tct status dnat accept\n\t\t" + ofPods)
		nftSources(&b, f.Pods, "saddr", "")
	}
	if len(f.Services) > 0 {
		b.WriteString("\t\t# addresses of Services, which IPVS redirects to pods\n")
		nftSources(&b, f.Services, "daddr", "")
	}
	if f.Proxied {
		b.WriteString("\t\t# packets to pods that Cilium hands to its proxy\n\t\tmeta mark & 0x00000f00 == 0x00000200 accept\n")
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
		nftSources(&b, r.Sources, "saddr", match+" ")
	}
	b.WriteString("\t}\n}\n")
	return b.String()
}

func nftSources(b *strings.Builder, ranges []netip.Prefix, side, match string) {
	four, six := families(ranges)
	if len(four) > 0 {
		fmt.Fprintf(b, "\t\tip %s { %s } %saccept\n", side, strings.Join(plan.Texts(four), ", "), match)
	}
	if len(six) > 0 {
		fmt.Fprintf(b, "\t\tip6 %s { %s } %saccept\n", side, strings.Join(plan.Texts(six), ", "), match)
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

// UFW writes the commands of ufw. A protocol that ufw has no name for goes into its before.rules file. Source:
// https://manpages.debian.org/bookworm/ufw/ufw.8.en.html
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

// CSV writes a row for each rule, as teams that run a firewall between hosts ask for.
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
		panic("firewall: " + err.Error())
	}
	return b.String()
}
