package report_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/firewall"
	"github.com/k8splan/k8splan/planner/plan"
)

// TestFirewalls makes nftables, firewalld, and ufw read the page's rules for each group of hosts of every design.
func TestFirewalls(t *testing.T) {
	rich, commands := map[string]bool{}, map[string]bool{}
	groups := 0
	for file, p := range designs(t) {
		var all strings.Builder
		for _, f := range firewall.Of(p) {
			groups++
			all.WriteString(f.NFTables())
			for line := range strings.Lines(f.Firewalld()) {
				if rule, ok := strings.CutPrefix(line, "firewall-cmd --permanent --add-rich-rule='"); ok {
					rich[strings.TrimSuffix(rule, "'\n")] = true
				}
			}
			for line := range strings.Lines(f.UFW()) {
				if strings.HasPrefix(line, "ufw ") {
					commands[strings.TrimSuffix(line, "\n")] = true
				} else if !strings.HasPrefix(line, "#") {
					t.Errorf("%s: a line for ufw is %q", file, line)
				}
			}
			rows, err := csv.NewReader(strings.NewReader(f.CSV())).ReadAll()
			if err != nil || len(rows) != len(f.Rules)+1 {
				t.Errorf("%s: %d rows of CSV for %d rules: %v", file, len(rows), len(f.Rules), err)
			}
		}
		if all.Len() > 0 {
			nft(t, file, all.String())
		}
	}
	if groups < 40 || len(rich) < 40 || len(commands) < 40 {
		t.Fatalf("%d groups of hosts, %d rules of firewalld, %d commands of ufw", groups, len(rich), len(commands))
	}
	python(t, "firewalld", rich, `
from firewall.core.rich import Rich_Rule
for line in sys.stdin:
    Rich_Rule(rule_str=line.strip()).check()
`)
	python(t, "ufw", commands, `
import gettext
gettext.install('ufw')
import ufw.common
ufw.common.programName = 'ufw'
from ufw.frontend import parse_command
for line in sys.stdin:
    parse_command(line.split())
`)
}

// nft makes nftables check a file, in a separate network namespace.
func nft(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rules.nft")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("unshare", "--map-root-user", "--net", "nft", "-c", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v (make setup installs what the tests need)\n%s", name, err, out)
	}
}

// python runs a program that parses lines with a consumer's own modules.
func python(t *testing.T, consumer string, lines map[string]bool, program string) {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-c", "import sys\n"+program)
	var in bytes.Buffer
	for line := range lines {
		fmt.Fprintln(&in, line)
	}
	cmd.Stdin = &in
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v (make setup installs what the tests need)\n%s", consumer, err, out)
	}
}

// TestFirewallsLetInWhoConnects checks rules against the ports of the plan: every address of every peer is admitted, and no other host's
// unless rules are rounded.
func TestFirewallsLetInWhoConnects(t *testing.T) {
	for file, p := range designs(t) {
		if len(p.Nodes) > 1000 {
			continue
		}
		hosts := map[string]firewall.Firewall{}
		for _, f := range firewall.Of(p) {
			for _, name := range f.Hosts {
				hosts[name] = f
			}
		}
		if len(hosts) == 0 {
			continue
		}
		for _, o := range p.Ports() {
			callers := map[netip.Addr]bool{}
			anybody := false
			for _, peer := range o.From {
				anybody = anybody || peer == plan.Clients || peer == plan.Consumers || peer == plan.Operator
				for _, n := range p.Members(peer) {
					callers[n.Address] = true
				}
			}
			for _, n := range p.Members(o.On) {
				rule := ruleFor(hosts[n.Name], o)
				if rule == nil {
					t.Fatalf("%s: %s does not let in %s %s", file, n.Name, o.Protocol, o.Ports())
				}
				for _, other := range p.Nodes {
					in := rule.Sources == nil
					for _, s := range rule.Sources {
						in = in || s.Contains(other.Address)
					}
					if in != (callers[other.Address] || anybody) && !rule.Rounded {
						t.Errorf("%s: %s %s on %s: %s is let in: %v", file, o.Protocol, o.Ports(), n.Name, other.Name, in)
					}
				}
			}
		}
	}
}

func ruleFor(f firewall.Firewall, o plan.Port) *firewall.Rule {
	for i, r := range f.Rules {
		if r.Protocol == o.Protocol && r.First == o.First && r.Component == o.Component && r.Purpose == o.Purpose {
			return &f.Rules[i]
		}
	}
	return nil
}
