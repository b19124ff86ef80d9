package report

import (
	"fmt"
	"strings"

	"github.com/k8splan/k8splan/planner/firewall"
	"github.com/k8splan/k8splan/planner/plan"
)

// firewalls writes the firewall rules of each group of hosts, ready to copy.
func (w *page) firewalls(p *plan.Plan) {
	all := firewall.Of(p)
	if len(all) == 0 {
		return
	}
	say := tableTexts["firewalls"]
	b := &strings.Builder{}
	b.WriteString("<section class=\"part\" aria-labelledby=\"h-firewalls\">\n<h2 id=\"h-firewalls\">" + say.title + "</h2>\n" +
		"<p class=\"soft\">" + say.about + "</p>\n")
	for _, f := range all {
		fmt.Fprintf(b, "<details class=\"rules\"><summary><b>%s</b>: %s</summary>\n", esc(f.Group), esc(f.Names()))
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

// lines escapes a multiline text.
func lines(s string) string {
	all := strings.Split(s, "\n")
	for i, line := range all {
		all[i] = esc(strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(all, "\n")
}
