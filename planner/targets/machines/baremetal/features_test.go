package baremetal_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/machines/baremetal"
)

// design is a machine with one installer, and a feature that it requires.
type design struct {
	addresses, card, network, ssh, target, disk, before string
}

func (d design) text(os string) string {
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	return d.before + fmt.Sprintf(`cluster "c" {
  type = "all-in-one"
}
network {
  %s
}
ssh {
  user = "ops"
  %s
}
node "n" {
  %s
  %s
  os = %q
}
target "bare-metal" {
  provision           = true
  url                 = "http://10.0.0.2"
  ssh_authorized_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIpq9rygU8tMVVEi6HDcrp0B/Z7SqVrSKNw2wTN+rMVO"]
  install_disk        = %q
  %s
}
`, d.network, d.ssh, or(d.addresses, `address = "10.0.0.31"`), or(d.card, `mac = "52:54:00:00:00:31"`), os, or(d.disk, "/dev/vda"),
		or(d.target, `subnets = ["10.0.0.0/24"]`))
}

// asks is a design for each feature of the table, and what its files then contain, by column.
var asks = map[string]struct {
	design design
	says   map[string]string
}{
	"IPv4": {design{}, map[string]string{
		"autoinstall": "10.0.0.31/24", "preseed": "netcfg/get_ipaddress=10.0.0.31", "kickstart": "--ip=10.0.0.31",
		"Fedora CoreOS": "address1=10.0.0.31%2F24", "Flatcar": "Address=10.0.0.31%2F24",
	}},
	"IPv6 only": {design{addresses: `address = "fd00::31"`, target: `subnets = ["fd00::/64"]`}, map[string]string{
		"autoinstall": "fd00::31/64", "kickstart": "--noipv4", "Fedora CoreOS": "fd00::31%2F64", "Flatcar": "Address=fd00::31%2F64",
	}},
	"IPv4 and IPv6": {design{
		addresses: "address = \"10.0.0.31\"\n  secondary_address = \"fd00::31\"", target: `subnets = ["10.0.0.0/24", "fd00::/64"]`,
	}, map[string]string{
		"autoinstall": "fd00::31/64", "preseed": "echo address fd00::31/64 >>/etc/network/interfaces.d/cluster",
		"kickstart":     "--ipv6=fd00::31/64",
		"Fedora CoreOS": "fd00::31%2F64", "Flatcar": "Address=fd00::31%2F64",
	}},
	"MTU": {design{network: "mtu = 9000"}, map[string]string{
		"autoinstall": "mtu: 9000", "preseed": "up ip link set dev $card mtu 9000", "kickstart": "--mtu=9000",
		"Fedora CoreOS": "mtu=9000", "Flatcar": "MTUBytes=9000",
	}},
	"several name servers": {design{target: "subnets = [\"10.0.0.0/24\"]\n  nameservers = [\"10.0.0.7\", \"10.0.0.8\"]"},
		map[string]string{
			"autoinstall": "- 10.0.0.8", "preseed": "string echo nameserver 10.0.0.8 >>/etc/resolv.conf; in-target",
			"kickstart":     "--nameserver=10.0.0.7,10.0.0.8",
			"Fedora CoreOS": "dns=10.0.0.7%3B10.0.0.8%3B", "Flatcar": "DNS=10.0.0.8",
		}},
	"only name servers with IPv6 addresses": {design{
		addresses: "address = \"10.0.0.31\"\n  secondary_address = \"fd00::31\"",
		target:    "subnets = [\"10.0.0.0/24\", \"fd00::/64\"]\n  nameservers = [\"fd00::7\"]",
	}, map[string]string{
		"autoinstall": "- fd00::7", "kickstart": "--nameserver=fd00::7", "Fedora CoreOS": "dns=fd00::7%3B", "Flatcar": "DNS=fd00::7",
	}},
	"a new name for the network card": {design{card: "mac = \"52:54:00:00:00:31\"\n  interface = \"lan0\""}, map[string]string{
		"autoinstall": "set-name: lan0", "kickstart": `[Link]\nName=lan0\n`, "Fedora CoreOS": "Name=lan0", "Flatcar": "Name=lan0",
	}},
	"a bond, bridge, or VLAN": {design{card: `interface = "bond0"`}, nil},
	"an HTTP proxy": {design{
		network: "http_proxy {\n    http = \"http://10.0.0.3:3128\"\n    https = \"http://10.0.0.4:3128\"\n  }",
	}, map[string]string{
		"autoinstall": "proxy: http://10.0.0.3:3128", "preseed": "d-i mirror/http/proxy string http://10.0.0.3:3128",
		"kickstart": "inst.proxy=http://10.0.0.3:3128", "Fedora CoreOS": `"httpsProxy": "http://10.0.0.4:3128"`,
	}},
	"a proxy that requires a login": {design{
		network: "http_proxy {\n    http = \"http://10.0.0.3:3128\"\n    credentials_file = \"~/login\"\n  }",
	}, nil},
	"a disk by its ID": {design{disk: "/dev/disk/by-id/ata-DISK_S1"}, map[string]string{
		"autoinstall": "serial: DISK_S1", "preseed": "disk=$(readlink -f /dev/disk/by-id/ata-DISK_S1) && test -b $disk && " +
			"debconf-set partman-auto/disk $disk",
		"kickstart": "--only-use=disk/by-id/ata-DISK_S1", "Fedora CoreOS": "coreos.inst.install_dev=/dev/disk/by-id/ata-DISK_S1",
		"Flatcar": "flatcar-install -d /dev/disk/by-id/ata-DISK_S1",
	}},
	"a disk by its WWN": {design{disk: "/dev/disk/by-id/wwn-0x5000c500"}, map[string]string{
		"preseed": "readlink -f /dev/disk/by-id/wwn-0x5000c500", "kickstart": "--only-use=disk/by-id/wwn-0x5000c500",
		"Fedora CoreOS": "wwn-0x5000c500", "Flatcar": "wwn-0x5000c500",
	}},
	"a time zone": {design{target: "subnets = [\"10.0.0.0/24\"]\n  timezone = \"Europe/Berlin\""}, map[string]string{
		"autoinstall": "timezone: Europe/Berlin", "preseed": "d-i time/zone string Europe/Berlin", "kickstart": "timezone " +
			"Europe/Berlin --utc",
		"Fedora CoreOS": "usr/share/zoneinfo/Europe/Berlin", "Flatcar": "usr/share/zoneinfo/Europe/Berlin",
	}},
	"another sshd port": {design{ssh: "port = 2222"}, map[string]string{
		"autoinstall": "Port 2222", "preseed": "echo Port 2222 >>/etc/ssh/sshd_config.d/10-cluster.conf",
		"kickstart": "selinux --permissive", "Flatcar": `ListenStream=\nListenStream=2222`,
	}},
	"time servers": {design{before: "time {\n  servers = [\"10.0.0.5\"]\n}\n"}, played(`- "10.0.0.5"`)},
	"a mirror of upstream's files": {design{before: "artifacts {\n  mirror_url = \"https://10.0.0.6/mirror\"\n}\n"},
		played("https://10.0.0.6/mirror")},
	"permissive SELinux": {design{}, map[string]string{
		"kickstart": "selinux --permissive", "autoinstall": "Make SELinux permissive now", "preseed": "Make SELinux permissive now",
		"Fedora CoreOS": "Make SELinux permissive now", "Flatcar": "Make SELinux permissive now",
	}},
}

// played is what the playbook's files contain, the same for every column.
func played(text string) map[string]string {
	all := map[string]string{}
	for _, column := range baremetal.Columns() {
		all[column] = text
	}
	return all
}

// Every cell of the table is implemented and accepted by the file's consumer, or refused at a source range: nothing is silently ignored.
func TestFeatures(t *testing.T) {
	target := targettest.Of(baremetal.Target())
	systems := map[string]string{
		"autoinstall": "ubuntu-24.04", "preseed": "debian-13", "kickstart": "rocky-9", "Fedora CoreOS": "fedora-coreos",
		"Flatcar": "flatcar-stable",
	}
	for _, f := range baremetal.Features() {
		ask, ok := asks[f.Name]
		if !ok {
			t.Errorf("no design requires %q", f.Name)
		}
		for _, column := range baremetal.Columns() {
			ways := 0
			for _, cells := range []map[string]string{f.Carried, f.Played, f.Refused} {
				if cells[column] != "" {
					ways++
				}
			}
			if ways != 1 {
				t.Errorf("%s of %s is in %d of Carried, Played, and Refused", f.Name, column, ways)
			}
			t.Run(f.Name+" of "+column, func(t *testing.T) {
				emit, diags := target.Open(t, "topology.hcl", []byte(ask.design.text(systems[column])))
				if f.Refused[column] != "" {
					if len(diags) != 1 || rule.ID(diags[0]) != "bare-metal-feature" || !strings.Contains(diags[0].Detail, f.Name) {
						t.Errorf("not refused: %v", diags)
					}
					return
				}
				if len(diags) > 0 {
					t.Fatal(diags)
				}
				if role := f.Played[column]; role != "" {
					plays(t, ask.design.text(systems[column]), role, ask.says[column])
					return
				}
				files, err := emit(render.Upstream())
				if err != nil {
					t.Fatal(err)
				}
				said := false
				for _, file := range files {
					said = said || strings.Contains(string(file.Data), ask.says[column])
					read(t, file.Path, file.Data)
				}
				if !said || ask.says[column] == "" {
					t.Errorf("no file contains %q", ask.says[column])
				}
			})
		}
	}
}

// plays checks that the playbook of a whole tree does what the installer leaves to it: in the role, or in the values for all roles.
func plays(t *testing.T, topology, role, says string) {
	t.Helper()
	project, diags := planner.Open("topology.hcl", []byte(topology), nil, time.Time{})
	if project == nil {
		t.Fatal(diags)
	}
	set, err := render.Tree(project, "v0.0.0")
	if err != nil {
		t.Fatal(err)
	}
	there := false
	for _, file := range set.Files() {
		there = there || strings.HasPrefix(file.Path, "ansible/roles/"+role+"/tasks/")
		if says != "" && strings.HasPrefix(file.Path, "ansible/") && strings.Contains(string(file.Data), says) {
			says = ""
		}
	}
	if !there || says != "" {
		t.Errorf("the role %s is in the tree: %t; no file contains %q", role, there, says)
	}
}

// read makes a file's consumer parse it.
func read(t *testing.T, path string, data []byte) {
	t.Helper()
	switch filepath.Base(path) {
	case "user-data":
		autoinstall(t, data)
		curtin(t, data)
	case "preseed.cfg":
		run(t, nil, "debconf-set-selections", "--checkonly", file(t, "preseed.cfg", data))
		partman(t, questions(data))
		mirror(t, questions(data))
		for line := range strings.Lines(string(data)) {
			for _, question := range []string{"d-i preseed/late_command string ", "d-i partman/early_command string "} {
				if script, ok := strings.CutPrefix(line, question); ok {
					run(t, []byte(script), "sh", "-n")
				}
			}
		}
	case "ks.cfg":
		kickstart(t, data)
		anaconda(t, data)
	case "config.ign":
		// Debian's Ignition supports the specification up to 3.3; the files use nothing newer.
		older := strings.Replace(string(data), `"version": "3.5.0"`, `"version": "3.3.0"`, 1)
		run(t, []byte(older), "ignition-validate", "-")
	}
}

var update = flag.Lookup("update") // of targettest

// docs/installers.md is this table.
func TestFeaturesPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Installers

` + "`target \"bare-metal\" { provision = true }`" + ` installs an operating system on each machine. The table shows what each ` +
		`distribution's
installer supports:

- **yes**: the installer applies the setting. The number is its source.
- **playbook**: ` + "`site.yml`" + ` applies the setting to the installed machine.
- **refused**: the setting is an error at its line in the topology. An installation erases a disk, so no setting is ignored silently.

No argument sets the archive of the system's own packages: installers use the vendor's, or the one in their boot arguments.

The tests write the files of each cell and validate them:

- autoinstall with the schemas of cloud-init and subiquity
- preseed with debconf-set-selections
- Fedora CoreOS and Flatcar with Ignition's parser
- kickstart with pykickstart, if it is installed. Version 3.74 read the files as RHEL 9 and 10 and as Fedora 41 and 45 on 2026-11-30.

The installers themselves were not run. The source of Anaconda, subiquity, curtin, partman, netcfg, and choose-mirror was read on
2026-11-30, at the lines below. Tests check disks, partition recipes, addresses, proxies, and time zones against the requirements in
these lines. choose-mirror and apt-setup were read in copies of other distributions (2.124 in Parrot OS, 0.198 in Kaisen
Linux). Only the recipe reader of partman-auto 177 was run: it divided a disk by the recipe, with a GPT and with an msdos label.

This page is generated from the planner's table: ` + "`go test ./planner/targets/machines/baremetal -update`" + `.

`)
	b.WriteString("| | " + strings.Join(baremetal.Columns(), " | ") + " |\n|---" + strings.Repeat("|:-:",
		len(baremetal.Columns())) + "|\n")
	var sources []string
	for _, f := range baremetal.Features() {
		b.WriteString("| " + f.Name)
		for _, column := range baremetal.Columns() {
			cell := "refused"
			if f.Played[column] != "" {
				cell = "playbook"
			}
			if source := f.Carried[column]; source != "" {
				if !slices.Contains(sources, source) {
					sources = append(sources, source)
				}
				cell = fmt.Sprintf("yes [%d]", slices.Index(sources, source)+1)
			}
			b.WriteString(" | " + cell)
		}
		b.WriteString(" |\n")
	}
	b.WriteString("\n")
	for i, source := range sources {
		fmt.Fprintf(&b, "%d. %s\n", i+1, source)
	}
	const page = "../../../../docs/installers.md"
	if update.Value.String() == "true" {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != b.String() {
		t.Errorf("%s does not match the table (go test -update writes it): %v", page, err)
	}
}
