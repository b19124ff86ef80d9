package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// flaw is a problem of a host, and what preflight.yml must report.
type flaw struct {
	host string
	kind string // of findings, preflight's name
	says string // part of the report on that host; "" for just its name
	do   string // a shell script that causes it on the host; "" if Go does
}

// background starts a service, and returns when it reports ready.
const background = `systemd-run --quiet --unit=%[1]s --property=Type=notify --property=NotifyAccess=all python3 -c '%[2]s
import subprocess, time
subprocess.run(["systemd-notify", "--ready"])
time.sleep(600)'
`

// flaws are all present at once. Some are simulated: a host's clock is the machine's, so only Python's view of it is shifted.
var flaws = []flaw{
	{"lb-1", "foreign-file", "/etc/haproxy/haproxy.cfg", alienBalancer},
	{"lb-1", "foreign-program", "haproxy", ""},
	{"cp-1", "ports", "tcp/6443 is needed by kube-apiserver and in use by python3", fmt.Sprintf(background, "squatter",
		`import socket; s = socket.socket(); s.bind(("127.0.0.1", 6443)); s.listen()`)},
	{"cp-1", "foreign-kubernetes", "k3s", "mkdir -p /var/lib/rancher/k3s"},
	{"cp-1", "clocks", "s ahead of the others",
		`echo 'import time; time.time = (lambda real: lambda: real() + 90)(time.time)' >/usr/lib/python3/dist-packages/lab-clock.pth`},
	{"worker-1", "forward", "-A FORWARD -j REJECT", install + "iptables; iptables -A FORWARD -j REJECT"},
	{"worker-1", "firewall", "INPUT", "iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -p tcp --dport 22 -j ACCEPT; " +
		"iptables -A INPUT -m state --state ESTABLISHED -j ACCEPT; iptables -A INPUT -p icmp -j ACCEPT; iptables -A INPUT -j DROP"},
	{"worker-2", "read-only", "/usr/local/bin", "mount --bind /usr /usr; mount -o remount,bind,ro /usr"},
	{"worker-2", "route", "", "ip route del default"},
	{"worker-3", "machine-id", "", "echo 77777777777777777777777777777777 >/etc/machine-id"},
	{"worker-4", "machine-id", "", "echo 77777777777777777777777777777777 >/etc/machine-id"},
	{"worker-3", "lock", "python3 holds /var/lib/dpkg/lock-frontend", fmt.Sprintf(background, "first-boot", aptLock)},
	{"worker-3", "resolver-loop", "127.0.0.1", "echo nameserver 127.0.0.1 >/etc/resolv.conf"},
	{"worker-4", "foreign-file", "/etc/containerd/config.toml",
		"mkdir -p /etc/containerd; echo 'version = 3' >/etc/containerd/config.toml"},
	{"worker-4", "mtu", "of 1500 bytes arrive at", ""},
	{"worker-5", "python", "", "mv /usr/bin/python3 /usr/bin/python3.away"},
	{"worker-6", "unreachable", "", ""},
	{"lb-2", "virtual-ip", "10.77.0.10", ""},
}

const (
	install = "apt-get -qq update >/dev/null; apt-get -qqy install >/dev/null "
	aptLock = `import fcntl; f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX)`
	// A foreign balancer: a running program with its own file.
	alienBalancer = install + `haproxy
printf 'defaults\n  mode tcp\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n' >/etc/haproxy/haproxy.cfg
printf 'listen theirs\n  bind 127.0.0.1:8080\n' >>/etc/haproxy/haproxy.cfg
systemctl restart haproxy`
	// The relevant part of cloud-init's module update_etc_hosts: /etc/hosts is written from the template at every boot.
	hostsAtBoot = `mkdir -p /etc/cloud/templates
printf '127.0.1.1 {{fqdn}} {{hostname}}\n127.0.0.1 localhost\n::1 localhost\n' >/etc/cloud/templates/hosts.debian.tmpl
cat >/usr/local/sbin/lab-hosts <<'S'
#!/bin/sh
sed "s/{{fqdn}}/$(hostname).lab.internal/; s/{{hostname}}/$(hostname)/" /etc/cloud/templates/hosts.debian.tmpl >/etc/hosts
S
chmod 755 /usr/local/sbin/lab-hosts
cat >/etc/systemd/system/lab-hosts.service <<'S'
[Unit]
Before=kubelet.service containerd.service network.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/lab-hosts
[Install]
WantedBy=multi-user.target
S
systemctl daemon-reload
systemctl enable --now lab-hosts`
	// A card to another network with the default route, as on VirtualBox and in clouds.
	secondCard = `ip link add eth1 type veth peer name elsewhere; ip link set elsewhere up
ip addr add 192.168.77.15/24 dev eth1; ip link set eth1 up; ip route replace default dev eth1`
)

// unfriendlyCases inspect hosts that do not meet a cluster's needs, and build a cluster although some problems stay.
var unfriendlyCases = map[string]func(context.Context, *cluster, *table) error{
	"flaws":    lookAtFlaws,
	"in-spite": buildInSpite,
}

// alone are flaws of one host each, whose topology has another runtime or another user; before makes the host flawless.
var alone = []struct {
	title, topology, before string
	flaws                   []flaw
}{
	{"docker-others", "topologies/docker.hcl", "", []flaw{
		{"docker-1", "foreign-file", "/etc/docker/daemon.json",
			`mkdir -p /etc/docker; echo '{"live-restore": false}' >/etc/docker/daemon.json`},
	}},
	{"crio-others", "topologies/crio.hcl", "", []flaw{
		{"crio-1", "foreign-file", "/etc/crio/policy.json",
			`mkdir -p /etc/crio; echo '{"default": [{"type": "reject"}]}' >/etc/crio/policy.json`},
		{"crio-1", "foreign-program", "crio",
			"cp /bin/sleep /usr/local/bin/crio; systemd-run --quiet --unit=theirs /usr/local/bin/crio 600"},
	}},
	{"login", "unfriendly/login.hcl", install + `sudo; useradd --create-home --shell /bin/bash ops
cp -a /root/.ssh /home/ops/; chown -R ops: /home/ops/.ssh; echo 'ops ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/ops`, []flaw{
		{"login-1", "sudo", "", "rm /etc/sudoers.d/ops"},
	}},
}

// lookAlone inspects each of the separate hosts, without and with its flaws.
func (h *harness) lookAlone(ctx context.Context) error {
	for _, a := range alone {
		if err := h.onHosts(ctx, a.title, a.topology, func(ctx context.Context, c *cluster, t *table) error {
			return lookAt(ctx, c, t, a.before, a.flaws)
		}); err != nil {
			return fmt.Errorf("%s: %w", a.title, err)
		}
	}
	return nil
}

func lookAt(ctx context.Context, c *cluster, t *table, before string, flaws []flaw) error {
	if _, err := c.nodes[0].Exec(ctx, "bash", "-euc", before); err != nil {
		return err
	}
	clean, err := c.looked(ctx)
	if err != nil {
		return fmt.Errorf("on a host without a flaw: %w", err)
	}
	t.phase("preflight.yml on a host without a flaw")
	if err := c.make(ctx, flaws); err != nil {
		return err
	}
	found, err := c.looked(ctx)
	if err != nil {
		return err
	}
	t.phase("preflight.yml")
	return compare(found, clean, flaws)
}

// unfriendly runs the named cases, or all.
func (h *harness) unfriendly(ctx context.Context, names []string) error {
	all := append(slices.Sorted(maps.Keys(unfriendlyCases)), "alone")
	if len(names) == 0 {
		names = all
	}
	for _, name := range names {
		if name == "alone" {
			if err := h.lookAlone(ctx); err != nil {
				return err
			}
			continue
		}
		walk := unfriendlyCases[name]
		if walk == nil {
			return fmt.Errorf("no case %q: %s", name, strings.Join(all, ", "))
		}
		if err := h.onHosts(ctx, name, "unfriendly/topology.hcl", walk); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// onHosts boots the hosts of a topology, runs walk on them, and removes them.
func (h *harness) onHosts(ctx context.Context, title, topology string, walk func(context.Context, *cluster, *table) error) (err error) {
	t := h.table(ctx, title)
	c, _, _, err := h.generateToLook(ctx, topology, title)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil && c.kubectl != nil {
			h.report(ctx, c)
		}
		if err != nil {
			h.hold(ctx, c, err)
		}
		err = errors.Join(err, c.remove(ctx))
	}()
	if err := h.lab.Boot(ctx, c.nodes); err != nil {
		return err
	}
	t.phase(fmt.Sprintf("boot %d hosts", len(c.nodes)))
	return walk(ctx, c, t)
}

// finding is an entry of the report written by preflight.yml -e report=FILE.
type finding struct {
	Kind  string              `json:"kind"`
	Level string              `json:"level"`
	Hosts map[string][]string `json:"hosts"`
}

// looked runs preflight.yml, and returns its findings by kind.
func (c *cluster) looked(ctx context.Context, args ...string) (map[string]finding, error) {
	path := filepath.Join(c.dir, "report.json")
	if err := os.RemoveAll(path); err != nil {
		return nil, err
	}
	_, refused := c.playbook(ctx, "preflight.yml", "preflight", append([]string{"-e", "report=" + path}, args...)...)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Join(err, refused)
	}
	var report struct {
		Findings []finding `json:"findings"`
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return nil, err
	}
	found, errorsFound := map[string]finding{}, 0
	for _, f := range report.Findings {
		found[f.Kind] = f
		if f.Level == "error" {
			errorsFound++
		}
	}
	if errorsFound > 0 && refused == nil {
		return nil, fmt.Errorf("preflight.yml found %d kinds of errors and ended well", errorsFound)
	}
	if errorsFound == 0 && refused != nil {
		return nil, refused
	}
	return found, nil
}

// lookAtFlaws checks that preflight.yml finds nothing on unmodified hosts, every flaw of every host at once, and nothing else.
func lookAtFlaws(ctx context.Context, c *cluster, t *table) error {
	found, err := c.looked(ctx)
	if err != nil {
		return fmt.Errorf("on hosts without a flaw: %w", err)
	}
	clean := found
	t.phase("preflight.yml on hosts without a flaw")

	if err := c.make(ctx, flaws); err != nil {
		return err
	}
	t.phase(fmt.Sprintf("%d flaws made", len(flaws)))
	if found, err = c.looked(ctx); err != nil {
		return err
	}
	t.phase("preflight.yml")
	if err := compare(found, clean, flaws); err != nil {
		return err
	}
	for kind, f := range found {
		fmt.Printf("  %-20s %s\n", kind, strings.Join(slices.Sorted(maps.Keys(f.Hosts)), ", "))
	}
	// waived findings are reported, and do not stop the run; a reason is required
	if err := c.refuses(ctx, "ignore gives no reason for route", "preflight.yml", "-e", `{"ignore": {"route": ""}}`); err != nil {
		return err
	}
	t.phase("refused: a waiver without a reason")
	return nil
}

// make applies the flaws to the hosts.
func (c *cluster) make(ctx context.Context, flaws []flaw) error {
	for _, f := range flaws {
		var err error
		switch {
		case f.do != "":
			_, err = c.node(f.host).Exec(ctx, "bash", "-euc", f.do)
		case f.kind == "unreachable":
			err = c.node(f.host).Cut(ctx)
		case f.kind == "mtu": // the switch accepts smaller packets than the card
			err = exec.CommandContext(ctx, "ip", "link", "set", "v-"+f.host, "mtu", "1400").Run()
		case f.kind == "virtual-ip":
			stranger := c.h.lab.Node("stranger", "10.77.0.10", "")
			err = stranger.Up(ctx)
		}
		if err != nil {
			return fmt.Errorf("%s of %s: %w", f.kind, f.host, err)
		}
	}
	return nil
}

// compare checks that every flaw is found, with its description, and that hosts without a flaw have no error of that kind.
func compare(found, clean map[string]finding, flaws []flaw) error {
	var wrong []string
	for _, f := range flaws {
		said, ok := found[f.kind].Hosts[f.host]
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s of %s was not found", f.kind, f.host))
		} else if !strings.Contains(strings.Join(said, "; "), f.says) {
			wrong = append(wrong, fmt.Sprintf("%s of %s: %q does not say %q", f.kind, f.host, said, f.says))
		}
	}
	for kind, f := range found {
		for host := range f.Hosts {
			made := slices.ContainsFunc(flaws, func(f flaw) bool {
				return f.kind == kind && (f.host == host || f.kind == "virtual-ip" || f.kind == "mtu")
			})
			if _, before := clean[kind]; f.Level == "error" && !made && !before {
				wrong = append(wrong, fmt.Sprintf("%s of %s: %q, which this case did not make", kind, host, f.Hosts[host]))
			}
		}
	}
	slices.Sort(wrong)
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}

// ignored is the waiver of a user who knows about foreign files.
const ignored = `{"ignore": {"foreign-file": "the lab's", "foreign-program": "the lab's"}}`

// buildInSpite builds a cluster although cloud-init, an upgrade at first boot, and another balancer interfere, Ansible is interrupted, and
// one host is away; then it removes the cluster and compares the hosts with their original state.
func buildInSpite(ctx context.Context, c *cluster, t *table) error {
	if err := errors.Join(c.readMembers(), c.checkSupplies()); err != nil {
		return err
	}
	before, err := c.unfriendlyHosts(ctx, t)
	if err != nil {
		return err
	}
	if err := c.refuses(ctx, "--check", "site.yml", "--check", "--diff"); err != nil {
		return err
	}
	t.phase("refused: check mode")
	const theirs = "a file that k8splan did not write would be overwritten: lb-1 (/etc/haproxy/haproxy.cfg)"
	if err := c.refuses(ctx, theirs, "site.yml"); err != nil {
		return err
	}
	if after, err := c.portraits(ctx, "lb-1"); err != nil {
		return err
	} else if err := same(before, after, "lb-1"); err != nil {
		return fmt.Errorf("a refused run changed %w", err)
	}
	t.phase("refused: a balancer of somebody else's")

	c.away = []string{"worker-6"}
	if err := c.node("worker-6").Down(ctx); err != nil {
		return err
	}
	if err := c.interrupted(ctx, "Join the workers", "-e", ignored); err != nil {
		return err
	}
	t.phase("site.yml, interrupted where workers join")
	if err := c.play(ctx, t, "site.yml"); err != nil {
		return err
	}
	c.groups["kubelet"] = slices.DeleteFunc(c.groups["kubelet"], func(n string) bool { return n == "worker-6" })
	if err := c.check(ctx); err != nil {
		return err
	}
	if err := c.secondCard(ctx); err != nil {
		return err
	}
	t.phase("checks, without the host that is away")

	c.away, c.groups["kubelet"] = nil, append(c.groups["kubelet"], "worker-6")
	if err := c.node("worker-6").Up(ctx); err != nil {
		return err
	}
	if err := c.play(ctx, t, "site.yml"); err != nil {
		return err
	}
	if err := c.check(ctx); err != nil {
		return err
	}
	t.phase("the host that was away has joined")
	if err := c.bootsWithHosts(ctx, "worker-1"); err != nil {
		return err
	}
	t.phase("/etc/hosts recreated at a boot")
	if err := c.play(ctx, t, "reset.yml", c.consent()...); err != nil {
		return err
	}
	after, err := c.portraits(ctx, slices.Sorted(maps.Keys(before))...)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		err = errors.Join(err, same(before, after, name))
	}
	t.phase("hosts are what they were")
	return err
}

// unfriendlyHosts prepares the hosts, and returns the portraits of hosts with preinstalled packages, whose files stay.
func (c *cluster) unfriendlyHosts(ctx context.Context, t *table) (map[string][]string, error) {
	const packages = install + "conntrack ethtool iptables kmod mount nftables socat iproute2 "
	for name, script := range map[string]string{
		"lb-1":     install + "keepalived; " + alienBalancer,
		"cp-1":     packages,
		"worker-1": packages + "; " + hostsAtBoot,
		"worker-2": fmt.Sprintf(strings.ReplaceAll(background, "600", "60"), "first-boot", aptLock),
		"worker-3": packages + "; " + secondCard,
	} {
		if _, err := c.node(name).Exec(ctx, "bash", "-euc", script); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	before, err := c.portraits(ctx, "lb-1", "cp-1", "worker-1", "worker-3")
	t.phase("hosts made unfriendly")
	return before, err
}

// interrupted runs site.yml and interrupts it like ^C when a play starts.
func (c *cluster) interrupted(ctx context.Context, play string, args ...string) error {
	const label = "interrupted"
	timing := c.log(label, ".jsonl")
	if err := os.RemoveAll(timing); err != nil {
		return err
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		for inner.Err() == nil {
			if data, err := os.ReadFile(timing); err == nil && strings.Contains(string(data), `"task": "Join`) &&
				strings.Contains(string(data), `{"play": "`+play) {
				cancel()
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	if _, err := c.ansible(inner, label, "ansible-playbook", append([]string{"site.yml"}, args...)...); err == nil || inner.Err() == nil {
		return errors.Join(fmt.Errorf("site.yml ended before it was interrupted in the play %q", play), err)
	}
	return ctx.Err()
}

// secondCard checks that the node with two cards uses the topology's.
func (c *cluster) secondCard(ctx context.Context) error {
	out, err := c.kube(ctx, "get", "node", "worker-3", "-o", `jsonpath={.status.addresses[?(@.type=="InternalIP")].address} `+
		`{.metadata.annotations.flannel\.alpha\.coreos\.com/public-ip}`)
	if err != nil {
		return err
	}
	if want := "10.77.0.43 10.77.0.43"; out != want {
		return fmt.Errorf("the kubelet and flannel of worker-3 use %q, want %q", out, want)
	}
	return nil
}

// bootsWithHosts boots a host whose /etc/hosts is rewritten at every boot, and checks that its node comes back.
func (c *cluster) bootsWithHosts(ctx context.Context, name string) error {
	n := c.node(name)
	if err := errors.Join(n.Down(ctx), n.Up(ctx)); err != nil {
		return err
	}
	out, err := n.Exec(ctx, "cat", "/etc/hosts")
	if err != nil {
		return err
	}
	if !strings.Contains(out, "127.0.1.1 "+name+".lab.internal") || !strings.Contains(out, "10.77.0.10 api.lab.internal") {
		return fmt.Errorf("/etc/hosts of %s after a boot: %q", name, out)
	}
	return eventually(ctx, 2*time.Minute, func() error {
		ready, err := c.kube(ctx, "get", "lease", "-n", "kube-node-lease", name, "-o", "jsonpath={.spec.renewTime}")
		if err != nil {
			return err
		}
		renewed, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(ready))
		if err != nil {
			return err
		}
		booted, err := n.Exec(ctx, "date", "-d", "now - 20 seconds", "+%s")
		if err != nil {
			return err
		}
		if fmt.Sprint(renewed.Unix()) < strings.TrimSpace(booted) {
			return fmt.Errorf("the kubelet of %s does not reach the API", name)
		}
		_, err = c.kube(ctx, "wait", "node/"+name, "--for=condition=Ready", "--timeout=5s")
		return err
	})
}

// portrait prints the part of a host's state that a program can change: files with mode, owner, and digest, units that are enabled or run,
// users, interfaces, addresses, routes, rules, and mounts. Files of logs, caches, and package managers are left out.
const portrait = `
find /etc /opt /usr/local /usr/libexec /var/lib /root /run/flannel /var/run/kubernetes -xdev -printf '%p %M %u:%g %l\n' 2>/dev/null |
  grep -vE '^/var/lib/(apt|dpkg|systemd|private|k8splan)|^/root/(\.ansible|\.cache)|^/etc/(resolv.conf|ld.so.cache)|/\.cache' |
  grep -v /etc/.updated | sort
find /etc -xdev -type f -exec sha256sum {} + 2>/dev/null | awk '{print $2, $1}' | grep -vE '^/etc/(ld.so.cache|\.updated)' | sort
systemctl list-unit-files --state=enabled,masked --no-legend | awk '{print "unit", $1, $2}' | sort
systemctl list-units --type=service --state=running --no-legend --plain | awk '{print "runs", $1}' |
  grep -vE 'user@|session-|first-boot|systemd-(hostnamed|logind)' | sort
getent passwd | cut -d: -f1,3 | sed 's/^/user /'; getent group | cut -d: -f1,3 | sed 's/^/group /'
ip -o link | awk '{sub("@.*", "", $2); print "link", $2}' | sort; ip -o addr | awk '{print "address", $2, $4}' | sort
ip route | sed 's/^/route /' | sort
awk '{print "mount", $2, $3}' /proc/mounts | sort
(nft list ruleset 2>/dev/null || true) | sed -E 's/counter packets [0-9]+ bytes [0-9]+/counter/; s/^/rule /'
for name in net.ipv4.ip_forward net.ipv6.conf.all.forwarding; do echo "sysctl $name $(cat /proc/sys/$(echo $name | tr . /))"; done
`

func (c *cluster) portraits(ctx context.Context, names ...string) (map[string][]string, error) {
	all := map[string][]string{}
	for _, name := range names {
		out, err := c.node(name).Exec(ctx, "bash", "-c", portrait)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[name] = strings.Split(strings.TrimSpace(out), "\n")
	}
	return all, nil
}

// programs are installed by site.yml and left by reset.yml, which says so.
var programs = []string{"/usr/local/bin", "/opt/cni/bin", "/opt/cni ", "/usr/local/sbin/kubeadm"}

// same checks that a host is unchanged, except for the programs that stay.
func same(before, after map[string][]string, name string) error {
	var lines []string
	for _, line := range after[name] {
		stays := slices.ContainsFunc(programs, func(p string) bool { return strings.HasPrefix(line, p) })
		if !slices.Contains(before[name], line) && !stays {
			lines = append(lines, "+ "+line)
		}
	}
	for _, line := range before[name] {
		if !slices.Contains(after[name], line) {
			lines = append(lines, "- "+line)
		}
	}
	if len(lines) > 0 {
		return fmt.Errorf("%s:\n  %s", name, strings.Join(lines[:min(len(lines), 60)], "\n  "))
	}
	return nil
}
