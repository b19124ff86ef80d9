package planner_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/simulate"
)

// If a target makes all machines on one, the design does not count as one of separate machines.
func TestMachinesOfTargets(t *testing.T) {
	const segment = "subnets = [\"192.168.56.0/24\"]\n"
	const terraform = segment + "gateways = [\"192.168.56.1\"]\nnameservers = [\"192.168.56.1\"]\n"
	for _, c := range []struct {
		name, target, node string // node is one more argument of every node; $ stands for its number
		one                string // what all nodes are on
		units              string // hypervisors that can fail
		rules              string // what is found
	}{
		{"vagrant", `target "vagrant" {}`, "", "the machine that runs Vagrant", "", ""},
		{"lxd", "target \"lxd\" {\n" + segment + "}", "", "the machine that runs LXD", "", ""},
		{"libvirt here", "target \"libvirt\" {\n" + segment + "}", "", "the machine that runs libvirt/machines.sh", "", ""},
		{"libvirt at one address", "target \"libvirt\" {\nuri = \"qemu+ssh://root@hv-1.example.com/system\"\n" + segment + "}", "",
			"hv-1.example.com", "hv-1.example.com", "availability-hypervisor-majority"},
		{"libvirt on several", "target \"libvirt\" {\nbridge = \"br0\"\ngateways = [\"192.168.56.1\"]\n" +
			"hypervisors = { h-1 = \"qemu+ssh://a/system\", h-2 = \"qemu+ssh://b/system\", h-3 = \"qemu+ssh://c/system\" }\n" +
			segment + "}", `host = "h-$"`, "", "h-1 h-2 h-3", ""},
		{"proxmox, one node", "target \"proxmox\" {\nhost = \"pve-1\"\n" + terraform + "}", "", "pve-1", "pve-1",
			"availability-hypervisor-majority"},
		{"proxmox, racks on nodes of their own", "target \"proxmox\" {\n" +
			"hosts = { rack-1 = \"pve-1\", rack-2 = \"pve-2\", rack-3 = \"pve-3\" }\n" + terraform + "}", `failure_domain = "rack-$"`, "",
			"pve-1 pve-2 pve-3", ""},
		{"proxmox, two racks on one node", "target \"proxmox\" {\n" +
			"hosts = { rack-1 = \"pve-1\", rack-2 = \"pve-1\", rack-3 = \"pve-3\" }\n" + terraform + "}", `failure_domain = "rack-$"`, "",
			"pve-1 pve-3", "availability-hypervisor-astride availability-hypervisor-majority"},
		{"proxmox, a node's own host", "target \"proxmox\" {\nhost = \"pve-9\"\n" + terraform + "}", `host = "pve-$"`, "",
			"pve-1 pve-2 pve-3", ""},
		{"bare metal", `target "bare-metal" {}`, "", "", "", ""},
	} {
		var src strings.Builder
		src.WriteString("cluster \"c\" {\n  type = \"multi-etcd-multi-master\"\n" +
			"  control_plane_endpoint = \"api.c.example.com:6443\"\n}\n" +
			"load_balancer \"local\" {}\n" +
			"network {\n  node_subnets = [\"192.168.56.0/24\"]\n}\nssh {\n  user = \"ops\"\n}\n" + c.target + "\n")
		for i := range 3 {
			fmt.Fprintf(&src, "node \"n-%d\" {\n  roles = [\"control-plane\", \"worker\"]\n  address = \"192.168.56.%d\"\n"+
				"  os = \"debian-12\"\n"+
				"  %s\n}\n", i+1, 31+i, strings.ReplaceAll(c.node, "$", fmt.Sprint(i+1)))
		}
		project, diags := planner.Open("topology.hcl", []byte(src.String()), nil, time.Time{})
		var found []string
		for _, d := range diags {
			if strings.Contains(rule.ID(d), "hypervisor") {
				found = append(found, rule.ID(d))
			} else if d.Severity == hcl.DiagError {
				t.Errorf("%s: %s: %s", c.name, rule.ID(d), d.Detail)
			}
		}
		if got := strings.Join(found, " "); got != c.rules {
			t.Errorf("%s: found %q, want %q", c.name, got, c.rules)
		}
		if project == nil {
			continue
		}
		m := simulate.New(project.Plan())
		var units []string
		for _, u := range m.Units() {
			if u.Kind == simulate.HostUnit {
				units = append(units, u.Name)
			}
		}
		if got := strings.Join(units, " "); got != c.units || m.OneMachine() != c.one {
			t.Errorf("%s: hypervisors %q, all on %q; want %q and %q", c.name, got, m.OneMachine(), c.units, c.one)
		}
		said := ""
		for _, a := range m.Assumptions() {
			if a.Subject == "host" {
				said = a.Text
			}
		}
		if (c.units == "") != (said != "") || c.one != "" && c.units == "" && !strings.Contains(said, "on "+c.one+":") {
			t.Errorf("%s: assumes %q", c.name, said)
		}
	}
}
