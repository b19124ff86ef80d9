package firewall

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// Files are the files that a host applies, by the program that reads them; FilesOfPods exist only on hosts that run pods.
var (
	Files       = []string{"k8splan.nft", "k8splan-host.xml", "before.rules", "before6.rules"}
	FilesOfPods = []string{"k8splan-pods.xml", "k8splan-to-pods.xml", "k8splan-of-pods.xml"}
)

var between = regexp.MustCompile(`[^a-z0-9]+`)

// Directory is the directory below firewall/ in the tree for a group of hosts.
func (f Firewall) Directory() string {
	return strings.Trim(between.ReplaceAllString(strings.ToLower(f.Group), "-"), "-")
}

// Emit returns the files that the playbook applies if it manages the hosts' firewalls: firewall/GROUP/, with a file for each program.
// leaving are hosts that the cluster may still have.
func Emit(p *plan.Plan, leaving ...plan.Leaving) ([]artifact.File, error) {
	if !p.Hosts.Firewall {
		return nil, nil
	}
	var files []artifact.File
	for _, f := range Of(p, leaving...) {
		add := func(name, text string) {
			files = append(files, artifact.File{Path: "firewall/" + f.Directory() + "/" + name, Data: []byte(text)})
		}
		add("k8splan.nft", f.NFTables())
		add("k8splan-host.xml", f.hostPolicy())
		add("before.rules", f.beforeRules(false))
		add("before6.rules", f.beforeRules(true))
		if len(f.Pods) > 0 {
			add("k8splan-pods.xml", f.podsZone())
			add("k8splan-to-pods.xml", f.policy("ACCEPT", "ANY", "k8splan-pods", ""))
			add("k8splan-of-pods.xml", f.policy("ACCEPT", "k8splan-pods", "ANY", ""))
		}
	}
	return files, nil
}

// policy returns a firewalld policy: what happens to packets from one zone to another, before the rules of the zones. Source:
// https://firewalld.org/documentation/man-pages/firewalld.policy.html
func (f Firewall) policy(target, from, to, rules string) string {
	return fmt.Sprintf("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- %s -->\n<policy priority=\"-10\" target=\"%s\">\n"+
		"  <ingress-zone name=\"%s\"/>\n  <egress-zone name=\"%s\"/>\n%s</policy>\n", comment(f.heading()), target, from, to, rules)
}

// comment makes a text safe inside an XML comment.
func comment(s string) string {
	return strings.ReplaceAll(strings.TrimSpace(strings.TrimPrefix(s, "#")), "--", "-")
}

// hostPolicy accepts what the ports allow, and leaves everything else to the zones of the host's interfaces.
func (f Firewall) hostPolicy() string {
	var b strings.Builder
	rule := func(family, source, element string) {
		if family != "" {
			family, source = fmt.Sprintf(" family=\"%s\"", family), fmt.Sprintf("<source address=\"%s\"/>", source)
		}
		fmt.Fprintf(&b, "  <rule%s>%s%s<accept/></rule>\n", family, source, element)
	}
	for _, r := range f.Rules {
		fmt.Fprintf(&b, "  <!-- %s -->\n", comment(r.about()))
		element := fmt.Sprintf("<protocol value=\"%s\"/>", r.Protocol)
		if r.First > 0 {
			element = fmt.Sprintf("<port port=\"%s\" protocol=\"%s\"/>", r.ports("-"), r.Protocol)
		}
		if r.Sources == nil {
			rule("", "", element)
		}
		for _, from := range r.Sources {
			rule(familyOf(from), from.String(), element)
		}
	}
	for _, to := range f.Services {
		fmt.Fprintf(&b, "  <rule family=\"%s\"><destination address=\"%s\"/><accept/></rule>\n", familyOf(to), to)
	}
	return f.policy("CONTINUE", "ANY", "HOST", b.String())
}

func familyOf(r netip.Prefix) string {
	if r.Addr().Is4() {
		return "ipv4"
	}
	return "ipv6"
}

// podsZone accepts packets from pods to any destination. Source: https://firewalld.org/documentation/man-pages/firewalld.zone.html
func (f Firewall) podsZone() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- %s -->\n<zone target=\"ACCEPT\">\n", comment(f.heading()))
	for _, pods := range f.Pods {
		fmt.Fprintf(&b, "  <source address=\"%s\"/>\n", pods)
	}
	return b.String() + "</zone>\n"
}

// beforeRules is our part of ufw's before.rules file, for iptables-restore. Source:
// https://manpages.debian.org/bookworm/ufw/ufw-framework.8.en.html
func (f Firewall) beforeRules(six bool) string {
	var b strings.Builder
	chain := "ufw-before-"
	if six {
		chain = "ufw6-before-"
	}
	line := func(where, match string) { fmt.Fprintf(&b, "-A %s%s %s-j ACCEPT\n", chain, where, match) }
	for _, pods := range of(f.Pods, six) {
		line("input", "-s "+pods+" ")
		line("forward", "-s "+pods+" ")
		line("forward", "-d "+pods+" ")
	}
	if len(f.Pods) > 0 {
		line("input", "-m conntrack --ctstate DNAT ")
		line("forward", "-m conntrack --ctstate DNAT ")
	}
	for _, to := range of(f.Services, six) {
		line("input", "-d "+to+" ")
	}
	if f.Proxied {
		line("input", "-m mark --mark 0x200/0xf00 ")
	}
	for _, r := range f.Rules {
		match := "-p " + numbers[r.Protocol] + " "
		if r.First > 0 {
			match = "-p " + r.Protocol + " --dport " + r.ports(":") + " "
		}
		if r.Sources == nil {
			line("input", match)
		}
		for _, from := range of(r.Sources, six) {
			line("input", "-s "+from+" "+match)
		}
	}
	return f.heading() + b.String()
}

// of formats the ranges of one family.
func of(ranges []netip.Prefix, six bool) []string {
	four, sixes := families(ranges)
	if six {
		return plan.Texts(sixes)
	}
	return plan.Texts(four)
}
