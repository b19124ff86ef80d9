package firewall_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/firewall"
	"github.com/k8splan/k8splan/planner/plan"
)

// managed returns the designs of the emitters' tests, with firewalls that the playbook manages.
func managed(t *testing.T) map[string]*plan.Plan {
	t.Helper()
	all := map[string]*plan.Plan{}
	for _, name := range emittest.Names(t) {
		p := emittest.Plan(t, name)
		p.Hosts.Firewall = true
		all[name] = p
	}
	return all
}

// inNamespaces runs a shell program as root in new namespaces.
func inNamespaces(t *testing.T, text string, args ...string) string {
	t.Helper()
	cmd := exec.Command("unshare", append([]string{"--map-root-user", "--net", "--mount", "sh", "-euc", text, "sh"}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v (make setup installs what the tests need)\n%s", err, out)
	}
	return string(out)
}

// TestFilesAreRead loads the files of every group of hosts with nftables, firewalld, and iptables-restore.
func TestFilesAreRead(t *testing.T) {
	seen := 0
	for name, p := range managed(t) {
		files, err := firewall.Emit(p)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for _, f := range files {
			path := filepath.Join(dir, f.Path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
			seen++
		}
		t.Log(name, len(files))
		inNamespaces(t, `cd "$1"
for f in */k8splan.nft; do nft -c -f "$f"; done
for f in */before.rules; do
  { printf '*filter\n:ufw-before-input -\n:ufw-before-forward -\n'; cat "$f"; echo COMMIT; } | iptables-restore --test --noflush
done
for f in */before6.rules; do
  { printf '*filter\n:ufw6-before-input -\n:ufw6-before-forward -\n'; cat "$f"; echo COMMIT; } | ip6tables-restore --test --noflush
done`, filepath.Join(dir, "firewall"))
		readByFirewalld(t, filepath.Join(dir, "firewall"))
	}
	if seen < 60 {
		t.Errorf("only %d files were read", seen)
	}
}

func readByFirewalld(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.Command("/usr/bin/python3", "-c", `
import glob, os, sys
from firewall.core.io.policy import policy_reader
from firewall.core.io.zone import zone_reader
for path in glob.glob(sys.argv[1] + "/*/*.xml"):
    name, where = os.path.basename(path), os.path.dirname(path)
    (zone_reader if name == "k8splan-pods.xml" else policy_reader)(name, where)
`, dir).CombinedOutput()
	if err != nil {
		t.Errorf("firewalld: %v (make setup installs what the tests need)\n%s", err, out)
	}
}

// stubs replace systemd, which does not run in namespaces.
const stubs = `mount -t tmpfs tmpfs /var/lib
mkdir /var/lib/k8splan /var/lib/bin
mkdir /var/lib/etc
cp -a /etc/ld.so.* /var/lib/etc/
mount --bind /var/lib/etc /etc
mkdir -p /etc/systemd/system
printf '#!/bin/sh\n' >/var/lib/bin/systemd-run
printf '#!/bin/sh\n[ "$1" != is-enabled ] || test -e /etc/systemd/system/k8splan-firewall.service\n' >/var/lib/bin/systemctl
chmod 755 /var/lib/bin/*
export PATH=/var/lib/bin:$PATH
cp "$1" /var/lib/k8splan/firewall.py
firewall() { /usr/bin/python3 /var/lib/k8splan/firewall.py "$@"; }
rules() { nft -s list table inet k8splan 2>&1 | grep -c 'dport' || true; }
`

func question(t *testing.T, rules, stamp string, joins bool) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"program": "nftables", "files": map[string]string{"k8splan.nft": rules}, "stamp": stamp,
		"joins": joins})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestRulesAreTakenBack runs the role's program through a change that is not confirmed, one that is, one that keeps what was open, one that
// nftables rejects, a rule that was added by hand, and the removal.
func TestRulesAreTakenBack(t *testing.T) {
	p := managed(t)["stacked"]
	var small, large string
	for _, f := range firewall.Of(p) {
		switch f.Group {
		case "control planes":
			large = f.NFTables()
		case "load balancers":
			small = f.NFTables()
		}
	}
	count := func(text string) int { return strings.Count(text, " dport ") }
	if count(small) >= count(large) || count(small) == 0 {
		t.Fatalf("%d rules of load balancers, %d of control planes", count(small), count(large))
	}
	program, err := filepath.Abs("../../templates/tree/ansible/roles/firewall/files/firewall.py")
	if err != nil {
		t.Fatal(err)
	}
	out := inNamespaces(t, stubs+`
firewall state
firewall apply "$2"; echo "loaded $(rules)"; firewall undo; echo "taken back $(rules)"
if firewall keep 2>/dev/null; then echo "kept what was taken back"; fi
firewall apply "$2"; firewall keep; firewall state
firewall apply "$3"; firewall undo; echo "before $(rules)"; firewall state
firewall apply "$4"; firewall keep; echo "both $(rules)"
firewall apply "$3"; firewall keep; echo "exact $(rules)"; firewall state
if firewall apply "$5" 2>/dev/null; then echo "loaded nonsense"; fi
echo "still $(rules)"
nft add rule inet k8splan input tcp dport 1 accept; firewall state
firewall remove; echo "none $(rules)"; ls /etc/k8splan /etc/systemd/system /var/lib/k8splan
`, program, question(t, large, "large", false), question(t, small, "small", false), question(t, small, "both", true),
		question(t, "table inet {", "none", false))
	var both bytes.Buffer
	for line := range strings.Lines(small) {
		if strings.Contains(line, "dport") && !strings.Contains(large, line) {
			both.WriteString(line)
		}
	}
	want := []string{
		`{"program": "", "stamp": "", "holds": false}`,
		"loaded " + number(count(large)), "taken back 0",
		`{"program": "nftables", "stamp": "large", "holds": true}`,
		"before " + number(count(large)), `{"program": "nftables", "stamp": "large", "holds": true}`,
		"both " + number(count(large)+count(both.String())),
		"exact " + number(count(small)), `{"program": "nftables", "stamp": "small", "holds": true}`,
		"still " + number(count(small)),
		`{"program": "nftables", "stamp": "small", "holds": false}`,
		"none 0", "/etc/k8splan:", "", "/etc/systemd/system:", "", "/var/lib/k8splan:", "firewall.py", "",
	}
	if got := strings.Split(out, "\n"); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the program says\n%s\nand should\n%s", out, strings.Join(want, "\n"))
	}
}

func number(n int) string {
	data, _ := json.Marshal(n)
	return string(data)
}

// between connects two hosts with a cable: one has several addresses and tries the ports of the one with the rules.
const between = `unshare --net sleep 60 &
other=$!
for _ in $(seq 50); do [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/$$/ns/net)" ] || break; sleep 0.1; done
trap 'kill $other' EXIT
ip link add v0 type veth peer name v1 netns $other
ip addr add "$2/24" dev v0; ip link set v0 up; ip link set lo up
on() { nsenter --net=/proc/$other/ns/net "$@"; }
for a in $3; do on ip addr add "$a/24" dev v1; done
on ip link set v1 up
nft -f "$1"
/usr/bin/python3 -c 'import socket, sys, time
kept = [socket.create_server(("", int(p))) for p in sys.argv[1].split()]
print("listening", flush=True)
time.sleep(60)' "$4" >/var/tmp/listening.$$ &
listener=$!
trap 'kill $other $listener; rm -f /var/tmp/listening.$$' EXIT
for _ in $(seq 100); do grep -q listening /var/tmp/listening.$$ && break; sleep 0.1; done
for a in $3; do for p in $4 1; do
  on /usr/bin/python3 -c 'import socket, sys
s = socket.socket()
s.settimeout(0.5)
s.bind((sys.argv[1], 0))
try:
    s.connect((sys.argv[2], int(sys.argv[3])))
    print(sys.argv[1], sys.argv[3], "open")
except ConnectionRefusedError:
    print(sys.argv[1], sys.argv[3], "refused")
except OSError:
    print(sys.argv[1], sys.argv[3], "closed")' "$a" "$2" "$p"
done; done
`

// TestConnections tries a control plane's rules from another control plane, from a worker, and from an unknown host.
func TestConnections(t *testing.T) {
	p := managed(t)["stacked"]
	p.Hosts.AdminCIDRs = []netip.Prefix{netip.MustParsePrefix("10.3.0.250/32")}
	cps := p.ControlPlanes()
	worker := p.KubeletNodes()[len(p.KubeletNodes())-1]
	var rules string
	for _, f := range firewall.Of(p) {
		if slices.Contains(f.Hosts, cps[0].Name) {
			rules = f.NFTables()
		}
	}
	file := filepath.Join(t.TempDir(), "rules.nft")
	if err := os.WriteFile(file, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	cp, w := cps[1].Address.String(), worker.Address.String()
	got := inNamespaces(t, between, file, cps[0].Address.String(), cp+" "+w+" 10.3.0.99 10.3.0.250", "22 2379 2380 6443 10250")
	want := cp + " 22 closed\n" + cp + " 2379 open\n" + cp + " 2380 open\n" + cp + " 6443 open\n" + cp + " 10250 open\n" + cp + " 1 " +
		"closed\n" +
		w + " 22 closed\n" + w + " 2379 closed\n" + w + " 2380 closed\n" + w + " 6443 open\n" + w + " 10250 open\n" + w + " 1 closed\n" +
		"10.3.0.99 22 closed\n10.3.0.99 2379 closed\n10.3.0.99 2380 closed\n10.3.0.99 6443 closed\n10.3.0.99 10250 closed\n" +
		"10.3.0.99 1 closed\n" +
		"10.3.0.250 22 open\n10.3.0.250 2379 closed\n10.3.0.250 2380 closed\n10.3.0.250 6443 closed\n10.3.0.250 10250 closed\n" +
		"10.3.0.250 1 closed\n"
	if got != want {
		t.Errorf("the rules let in\n%s\nand should\n%s\n%s", got, want, rules)
	}
}

// TestAdministratorsComeFromTheirRanges checks that SSH and the API are closed to others, and that a leaving host is accepted until it has
// left.
func TestAdministratorsComeFromTheirRanges(t *testing.T) {
	p := managed(t)["stacked"]
	leaves := plan.Leaving{Name: "gone", Address: "192.0.2.77", Roles: []string{"worker"}}
	for _, f := range firewall.Of(p, leaves) {
		for _, r := range f.Rules {
			if r.Component == "kube-apiserver" && !strings.Contains(strings.Join(plan.Texts(r.Sources), " "), "192.0.2.77/32") {
				t.Errorf("%s does not let in a host that leaves: %v", f.Group, r.Sources)
			}
			if r.Component == "sshd" && r.Sources != nil {
				t.Errorf("%s: sshd is for %v, which the topology does not say", f.Group, r.Sources)
			}
		}
	}
}
