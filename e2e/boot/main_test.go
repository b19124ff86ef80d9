package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
)

// TestHold checks a machine's facts against the design, once matching and once with each single difference.
func TestHold(t *testing.T) {
	src, err := os.ReadFile("topology.hcl")
	if err != nil {
		t.Fatal(err)
	}
	project, diags := planner.Open("topology.hcl", src, nil, time.Time{})
	if project == nil {
		t.Fatal(diags)
	}
	said, err := os.ReadFile("testdata/facts.txt")
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{p: project.Plan(), node: project.Plan().Nodes[0]}
	if wrong := m.hold(sections(string(said))); len(wrong) > 0 {
		t.Errorf("as it was: %s", strings.Join(wrong, "\n"))
	}
	for _, c := range []struct{ section, was, is string }{
		{"hostname", "box-1", "vm"}, {"hosts", "127.0.1.1", "10.0.0.42"}, {"addresses", `"mtu":9000`, `"mtu":1500`},
		{"addresses", `"ifname":"lan0"`, `"ifname":"enp0s3"`}, {"addresses", "10.0.0.41", "10.0.0.42"},
		{"addresses", `"scope":"link"`, `"scope":"global"`},
		{"addresses", "52:54:00:00:00:41", "52:54:00:00:00:42"},
		{"routes", "10.0.0.1", "10.0.0.2"},
		{"routes6", "fd00::1", "fe80::2"}, {"nameservers", "fd00::2", ""}, {"processors", "2", "1"},
		{"root", "42135994368", "2100000000"}, {"memory", " kB", "0 kB"}, {"listens", ":2222 ", ":22 "},
		{"sudo", "NOPASSWD: ALL", "NOPASSWD: /bin/true"},
		{"keys", "nobody's", "somebody's"}, {"password", "ops L ", "ops P "},
		{"sshd", "passwordauthentication no", "passwordauthentication yes"}, {"cloud-init", "status: done", "status: error"},
		{"units", "", "cloud-final.service loaded failed failed"},
	} {
		facts := sections(string(said))
		changed := c.is
		if c.was != "" {
			changed = strings.ReplaceAll(facts[c.section], c.was, c.is)
		}
		if changed == facts[c.section] {
			t.Errorf("%s holds no %q:\n%s", c.section, c.was, facts[c.section])
			continue
		}
		facts[c.section] = changed
		if wrong := m.hold(facts); len(wrong) == 0 {
			t.Errorf("%s: %q for %q was taken", c.section, c.is, c.was)
		}
	}
}
