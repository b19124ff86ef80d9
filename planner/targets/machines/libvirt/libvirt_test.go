package libvirt_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/machines/libvirt"
)

func TestLibvirt(t *testing.T) {
	target := targettest.Of(libvirt.Target())
	files := target.Golden(t)
	target.Refuses(t)
	accepted(t, write(t, files))
}

// own is a topology whose machines run on one hypervisor, on a network created by libvirt.
const own = `
cluster "dev" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.dev.internal:6443"
}
network {
  pod_subnets     = ["10.244.0.0/16", "fd00:10:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd00:10:96::/112"]
}
load_balancer "haproxy" {
  virtual_ip = "192.168.10.10"
}
node "lb-1" {
  roles   = ["load-balancer"]
  address = "192.168.10.11"
}
node_pool "cp" {
  roles                   = ["control-plane"]
  count                   = 3
  first_address           = "192.168.10.31"
  first_secondary_address = "fd00:192::31"
}
node_pool "worker" {
  roles                   = ["worker"]
  count                   = 2
  first_address           = "192.168.10.41"
  first_secondary_address = "fd00:192::41"
}
target "libvirt" {
  subnets = ["192.168.10.0/24", "fd00:192::/64"]
}
`

func TestNetworkOfItsOwn(t *testing.T) {
	dir := rendered(t, own)
	accepted(t, dir)
	data, err := os.ReadFile(filepath.Join(dir, "network.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<host ip="192.168.10.10">`, `<hostname>api.dev.internal</hostname>`,
		`<ip family="ipv4" address="192.168.10.1" prefix="24"/>`, `<nat ipv6="yes"/>`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("network.xml lacks %s:\n%s", want, data)
		}
	}
}

// Every machine has its own identity, which other changes do not affect.
func TestIdentities(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"lb-1", "cp-1", "cp-2", "cp-3", "worker-1", "worker-2"} {
		domain := read(t, filepath.Join(rendered(t, own), name, "domain.xml"))
		for _, tag := range []string{"<uuid>", "<mac address="} {
			_, rest, _ := strings.Cut(domain, tag)
			id, _, _ := strings.Cut(rest, ">")
			if other, ok := seen[id]; ok || id == "" {
				t.Errorf("%s and %s are both %s%s", name, other, tag, id)
			}
			seen[id] = name
		}
	}
	fewer := strings.Replace(own, `node "lb-1"`, `node "lb-0"`, 1)
	if read(t, filepath.Join(rendered(t, own), "cp-2", "domain.xml")) != read(t, filepath.Join(rendered(t, fewer), "cp-2", "domain.xml")) {
		t.Error("cp-2 changes with the name of another node")
	}
}

// rendered writes libvirt/ of a valid topology, and returns its path.
func rendered(t *testing.T, src string) string {
	t.Helper()
	project, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	if project == nil {
		t.Fatal(diags)
	}
	set, err := render.Tree(project, "v0.0.0")
	if err != nil {
		t.Fatal(err)
	}
	return write(t, set.Files())
}

func write(t *testing.T, files []artifact.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		if !strings.HasPrefix(f.Path, "libvirt/") {
			continue
		}
		path := filepath.Join(dir, f.Path)
		mode := f.Mode
		if mode == 0 {
			mode = 0o644
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "libvirt")
}

// accepted checks the files with libvirt's schemas, with its test driver, which checks more, and with cloud-init.
func accepted(t *testing.T, dir string) {
	t.Helper()
	commands := []string{}
	for glob, kind := range map[string][2]string{
		"network.xml":  {"network", "net-define %s"},
		"*/volume.xml": {"storagevol", "vol-create default-pool %s"},
		"*/domain.xml": {"domain", "define %s --validate"},
	} {
		for _, path := range matches(t, dir, glob) {
			run(t, dir, nil, "xmllint", "--noout", path)
			run(t, dir, nil, "virt-xml-validate", path, kind[0])
			commands = append(commands, fmt.Sprintf(kind[1], path))
		}
	}
	slices.Sort(commands)
	// The driver's pool is smaller than the sum of the disks, so each disk gets a separate pool.
	for _, command := range commands {
		run(t, dir, nil, "virsh", "--quiet", "--connect", "test:///default", command)
	}
	for _, path := range matches(t, dir, "*/user-data") {
		run(t, dir, nil, "cloud-init", "schema", "--config-file", path)
	}
	for _, path := range matches(t, dir, "w*-1/network-config") {
		for kind, distro := range map[string]string{"eni": "debian", "sysconfig": "rhel", "netplan": "ubuntu"} {
			run(t, dir, nil, "cloud-init", "devel", "net-convert", "--network-data", path, "--kind", "yaml", "--distro", distro,
				"--directory", t.TempDir(), "--output-kind", kind)
		}
	}
	run(t, dir, nil, "shellcheck", "machines.sh")
	for _, path := range matches(t, dir, "*/domain.xml") {
		confined(t, dir, path)
	}
}

// helper writes each machine's AppArmor profile on Debian and Ubuntu: QEMU cannot open a disk without a rule.
const helper = "/usr/lib/libvirt/virt-aa-helper"

// confined makes the helper print the profile of a domain, without loading it, and checks it for a rule for each disk.
func confined(t *testing.T, dir, path string) {
	t.Helper()
	var domain struct {
		UUID  string `xml:"uuid"`
		Disks []struct {
			Source struct {
				File string `xml:"file,attr"`
			} `xml:"source"`
			ReadOnly *struct{} `xml:"readonly"`
		} `xml:"devices>disk"`
	}
	data := read(t, path)
	if err := xml.Unmarshal([]byte(data), &domain); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(helper, "--dryrun", "--create", "--uuid", "libvirt-"+domain.UUID)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(data)
	rules, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v (scripts/install-test-tools.sh installs it)\n%s", helper, err, rules)
	}
	for _, disk := range domain.Disks {
		rule := fmt.Sprintf("  %q rwk,\n", disk.Source.File)
		if disk.ReadOnly != nil {
			rule = fmt.Sprintf("  %q rk,\n", disk.Source.File)
		}
		if disk.Source.File == "" || !strings.Contains(string(rules), rule) {
			t.Errorf("%s: AppArmor would deny the disk %q: no rule %s in\n%s", path, disk.Source.File, rule, rules)
		}
	}
	if len(domain.Disks) != 2 {
		t.Errorf("%s: %d disks", path, len(domain.Disks))
	}
}

func matches(t *testing.T, dir, glob string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, glob))
	if err != nil || len(paths) == 0 && glob != "network.xml" {
		t.Fatalf("%s: %v %v", glob, paths, err)
	}
	return paths
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func run(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// virsh is a fake libvirt that keeps its objects in the folder STATE, and records each call.
const virsh = `#!/usr/bin/env bash
set -eu
shift; [ "$1" = --connect ]; uri=$2; shift 2
echo "$uri $*" >>"$STATE/calls"
mkdir -p "$STATE/domain" "$STATE/volume" "$STATE/network"
last=${*: -1}
name() { sed -n 's:.*<name>\(.*\)</name>.*:\1:p' "$1" | head -n 1; }
case $1 in
pool-dumpxml) printf '<pool>\n  <target>\n    <path>/var/lib/libvirt/images</path>\n  </target>\n</pool>\n' ;;
net-info | dominfo | vol-info)
  kind=domain; [ "$1" != net-info ] || kind=network; [ "$1" != vol-info ] || kind=volume
  [ -e "$STATE/$kind/$last" ] || exit 1
  [ "$(cat "$STATE/$kind/$last")" != running ] || echo 'Active:         yes' ;;
net-define) echo shut >"$STATE/network/$(name "$2")" ;;
net-start) echo running >"$STATE/network/$2" ;;
net-destroy) echo shut >"$STATE/network/$2" ;;
net-undefine) rm "$STATE/network/$2" ;;
vol-create) echo disk >"$STATE/volume/$(name "$3")" ;;
vol-create-as) echo empty >"$STATE/volume/$3" ;;
vol-upload) cp "$5" "$STATE/volume/$4" ;;
vol-delete) rm "$STATE/volume/$4" ;;
define) echo 'shut off' >"$STATE/domain/$(name "$2")" ;;
domstate) cat "$STATE/domain/$2" ;;
start) echo running >"$STATE/domain/$2" ;;
destroy) echo 'shut off' >"$STATE/domain/$2" ;;
undefine) rm "$STATE/domain/$2" ;;
autostart | net-autostart) ;;
*) echo "virsh does not know $1" >&2; exit 64 ;;
esac
`

// curl copies from the folder named after the last part of the URL.
const curl = `#!/usr/bin/env bash
set -eu
while [ $# -gt 1 ]; do [ "$1" != --output ] || out=$2; shift; done
echo "curl $1" >>"$STATE/calls"
cp "$SITE/${1##*/}" "$out"
`

// xorriso packs its files with their names.
const xorriso = `#!/usr/bin/env bash
set -eu
while [ $# -gt 3 ]; do [ "$1" != -output ] || out=$2; shift; done
tail -n +1 "$@" >"$out"
`

// The script creates what is missing and nothing twice, starts what is stopped, and removes what it created.
func TestScript(t *testing.T) {
	dir := rendered(t, own)
	bin, state, site, home := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	for name, program := range map[string]string{"virsh": virsh, "curl": curl, "xorriso": xorriso} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(program), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const image = "ubuntu-24.04-server-cloudimg-amd64.img"
	for name, text := range map[string]string{
		image: "an image\n",
		"SHA256SUMS": "0000000000000000000000000000000000000000000000000000000000000000 " +
			"*other.img\n6acafe54f6a76a4d4e5e5a1c9a4c9d0e0e5a6b7a8b9c0d1e2f3a4b5c6d7e8f90 *" + image + "\n",
	} {
		if err := os.WriteFile(filepath.Join(site, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	key := filepath.Join(home, "it's a key.pub")
	if err := os.WriteFile(key, []byte("# mine\nssh-ed25519 AAAA it's \"me\": $(id)"), 0o644); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "STATE="+state, "SITE="+site, "HOME="+home,
		"SSH_PUBLIC_KEY_FILE="+key, "XDG_CACHE_HOME=")
	script := func(args ...string) (string, error) {
		os.Remove(filepath.Join(state, "calls"))
		cmd := exec.Command(filepath.Join(dir, "machines.sh"), args...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	calls := func(verb string) int {
		n := 0
		for line := range strings.Lines(read(t, filepath.Join(state, "calls"))) {
			if words := strings.Fields(line); words[0] == "qemu:///system" && words[1] == verb {
				n++
			}
		}
		return n
	}

	if out, err := script("up"); err == nil || !strings.Contains(out, "does not match") {
		t.Fatalf("an image with a wrong checksum was accepted: %v\n%s", err, out)
	}
	sum := strings.Fields(run(t, site, nil, "sha256sum", image))[0]
	if err := os.WriteFile(filepath.Join(site, "SHA256SUMS"), []byte(sum+" *"+image+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := script("up"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if calls("define") != 6 || calls("start") != 6 || calls("net-start") != 0 || calls("vol-create") != 6 || calls("vol-upload") != 7 {
		t.Errorf("not everything was created:\n%s", read(t, filepath.Join(state, "calls")))
	}
	seed := read(t, filepath.Join(state, "volume", "dev-cp-1-seed.iso"))
	for _, want := range []string{"public-keys:\n- 'ssh-ed25519 AAAA it''s \"me\": $(id)'\n", "hostname: cp-1", "192.168.10.31/24"} {
		if !strings.Contains(seed, want) {
			t.Errorf("the seed lacks %q:\n%s", want, seed)
		}
	}
	for _, name := range []string{"dev-cp-2", "dev-worker-1"} {
		if err := os.WriteFile(filepath.Join(state, "domain", name), []byte("shut off\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := script("up"); err != nil || calls("define")+calls("vol-create")+calls("vol-upload")+calls("net-define")+
		calls("net-start") != 0 || calls("start") != 2 {
		t.Errorf("a second run is more than a start: %v\n%s\n%s", err, out, read(t, filepath.Join(state, "calls")))
	}
	if out, err := script("status"); err != nil || strings.Count(out, "\trunning\n") != 6 {
		t.Errorf("status: %v\n%s", err, out)
	}
	if out, err := script("down"); err == nil || !strings.Contains(out, "down --yes") {
		t.Errorf("machines are removed without confirmation: %v\n%s", err, out)
	}
	if out, err := script("down", "--yes"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for kind, left := range map[string]int{"domain": 0, "network": 0, "volume": 1} { // the image stays
		if entries, err := os.ReadDir(filepath.Join(state, kind)); err != nil || len(entries) != left {
			t.Errorf("%ss that are left: %v %v", kind, entries, err)
		}
	}
	if out, err := script("down", "--yes"); err != nil {
		t.Errorf("removing twice fails: %v\n%s", err, out)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if out, err := script("up"); err == nil || !strings.Contains(out, "there is no public key") {
		t.Errorf("machines are created that accept no login: %v\n%s", err, out)
	}
}
