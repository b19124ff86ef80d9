package readme_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/emit/readme"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/topologies"
)

func resolve(t *testing.T, src string) *plan.Plan {
	t.Helper()
	s, diags := spec.Load("topology.hcl", []byte(src), nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, diags := planner.Resolve(s)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}

func emit(t *testing.T, p *plan.Plan) map[string]string {
	t.Helper()
	files, err := readme.Emit(p)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[f.Path] = string(f.Data)
	}
	return out
}

// designs are plans that together need every part of the texts.
func designs(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{
		"stacked, kube-vip, cri-o, two architectures": `
cluster "x" { type = "multi-etcd-multi-master" }
container_runtime "cri-o" {}
load_balancer "kube-vip" { virtual_ip = "10.0.0.10" }
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.31"
}
node_pool "arm" {
  roles         = ["worker"]
  count         = 7
  first_address = "10.0.0.41"
  arch          = "arm64"
  labels        = { "node-role.kubernetes.io/edge" = "" }
  annotations   = { "example.com/note" = "it's \"here\"" }
}
`,
		"SELinux that enforces, a managed firewall, patches, files of the API server, a proxy with a login": `
cluster "x" {
  type = "single-etcd-multi-master"
  kubeadm_patch "kube-apiserver+merge.yaml" {
    content = "metadata:\n  annotations:\n    example.com/patched: \"yes\"\n"
  }
  kubeadm_patch "kubeletconfiguration+merge.yaml" {
    content = "maxParallelImagePulls: 5\n"
  }
  audit {}
  encryption_at_rest {}
}
hosts {
  selinux  = "enforcing"
  firewall = "managed"
}
network {
  http_proxy {
    http             = "http://proxy.example.com:3128"
    credentials_file = "~/.config/proxy-login"
  }
}
load_balancer "haproxy" { virtual_ip = "10.0.0.10" }
node "etcd-1" {
  roles   = ["etcd"]
  address = "10.0.0.21"
  os      = "rocky-9"
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 2
  first_address = "10.0.0.31"
  os            = "rocky-9"
}
node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
  os            = "rocky-9"
}
node_pool "w" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.41"
  os            = "rocky-9"
}
`,
		"IPv6 and IPv4, docker": `
cluster "x" { type = "all-in-one" }
network {
  pod_subnets     = ["fd10:244::/56", "10.244.0.0/16"]
  service_subnets = ["fd10:96::/112", "10.96.0.0/16"]
}
container_runtime "docker" {}
artifacts { source = "packages" }
node "x-1" {
  address           = "fd77::31"
  secondary_address = "10.77.0.31"
}
`,
		"packages, static routes, docker, key and jump host, mirror": `
cluster "x" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com"
}
network {
  cni "static-routes" {}
}
container_runtime "docker" {}
artifacts { source = "packages" }
ssh {
  user             = "admin"
  port             = 2222
  private_key_file = "~/.ssh/it is mine"
  jump_host        = "me@bastion.example.com:2022"
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.41"
}
`,
		"mirror, pinned checksum, external balancer, proxy": `
cluster "x" {
  type                   = "single-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}
network {
  http_proxy {
    http  = "http://proxy.example.com:3128"
    https = "http://proxy.example.com:3128"
  }
}
load_balancer "external" {}
artifacts {
  source           = "binaries"
  mirror_url       = "http://10.0.0.2:8000"
  image_repository = "10.0.0.2:5000"
}
container_runtime "containerd" {
  registry "10.0.0.2:5000" {
    plain_http = true
  }
}
node "etcd-1" {
  roles   = ["etcd"]
  address = "10.0.0.21"
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 2
  first_address = "10.0.0.31"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.41"
}
`,
	}
	for _, row := range topologies.Table {
		for _, target := range []string{"bare-metal", "vagrant"} {
			src, err := topologies.Starter(row.Type, target)
			if err != nil {
				t.Fatal(err)
			}
			out[string(row.Type)+" on "+target] = string(src)
		}
	}
	return out
}

// blocks returns the text between ```sh fences. Fences without commands name their language too.
func blocks(t *testing.T, markdown string) []string {
	t.Helper()
	var out []string
	var block []string
	inside, other, indent := false, false, ""
	for i, line := range strings.Split(markdown, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case other:
			other = trimmed != "```"
		case !inside && trimmed == "```sh":
			inside, indent, block = true, line[:len(line)-len(trimmed)], nil
		case inside && trimmed == "```":
			inside = false
			out = append(out, strings.Join(block, "\n")+"\n")
		case inside:
			block = append(block, strings.TrimPrefix(line, indent))
		case strings.HasPrefix(trimmed, "```"):
			other = true
			if trimmed == "```" {
				t.Errorf("line %d: a fence without a language: %q", i+1, line)
			}
		}
	}
	if inside || other {
		t.Error("a fence is not closed")
	}
	return out
}

func TestEveryCommandOfTheRunbookParses(t *testing.T) {
	for name, src := range designs(t) {
		t.Run(name, func(t *testing.T) {
			all := blocks(t, emit(t, resolve(t, src))["RUNBOOK.md"])
			if len(all) < 8 {
				t.Fatalf("%d blocks of commands", len(all))
			}
			for _, block := range all {
				pipe(t, block, "sh", "-n")
				if strings.Contains(block, "() {") { // a function is defined before its own block uses it
					pipe(t, block, "shellcheck", "--shell=sh", "--include=SC2218", "-")
				}
			}
			// SC2016: $INTERFACE and awk's $2 are meant to stay. SC1091: /etc/os-release is the host's. SC2034, SC2154: blocks pass
			// variables to each other. SC2043: a loop over one member. SC2029: the client is meant to expand host names. SC2164 does not
			// matter in an interactive shell. SC2218: each block that uses etcd() defines it, or says after which block to paste it; when
			// joined, only the last definition counts.
			pipe(t, strings.Join(all, "\n"), "shellcheck", "--shell=sh", "--severity=warning",
				"--exclude=SC2016,SC1091,SC2034,SC2154,SC2029,SC2043,SC2164,SC2218", "-")
		})
	}
}

func pipe(t *testing.T, input, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%v (make setup installs what the tests need)", err)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s\nin\n%s", name, err, out, input)
	}
}

func TestTablesAreWhole(t *testing.T) {
	for name, src := range designs(t) {
		for path, text := range emit(t, resolve(t, src)) {
			columns := 0
			for i, line := range strings.Split(text, "\n") {
				if !strings.HasPrefix(line, "|") {
					columns = 0
					continue
				}
				cells := strings.Count(line, "|") - strings.Count(line, `\|`)
				if columns == 0 {
					columns = cells
				}
				if cells != columns || !strings.HasSuffix(line, "|") {
					t.Errorf("%s: %s:%d has %d bars, not %d: %s", name, path, i+1, cells, columns, line)
				}
			}
			if strings.Contains(text, "<no value>") || strings.Contains(text, "\n\n\n") || !strings.HasSuffix(text, "\n") {
				t.Errorf("%s: %s has a hole", name, path)
			}
		}
	}
}

func TestStepsCountUp(t *testing.T) {
	text := emit(t, resolve(t, designs(t)["multi-etcd-multi-master on bare-metal"]))["RUNBOOK.md"]
	n := 0
	for _, line := range strings.Split(text, "\n") {
		if rest, ok := strings.CutPrefix(line, "### "); ok && rest[0] >= '0' && rest[0] <= '9' {
			n++
			if !strings.HasPrefix(rest, fmt.Sprintf("%d. ", n)) {
				t.Errorf("step %d is headed %q", n, line)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d steps", n)
	}
}

func TestRunbookSaysWhatThePlanNeeds(t *testing.T) {
	all := designs(t)
	for name, wants := range map[string][]string{
		"stacked, kube-vip, cri-o, two architectures": {
			"kube-vip-init.yaml", "etcd/ca.crt etcd/ca.key", "# arm64", "# amd64", "systemctl enable crio && systemctl restart crio",
			`awk '$2 ~ /^arm-[0-9]+$/`, `'example.com/note=it'\''s "here"'`, "arm-1 … arm-7",
		},
		"packages, static routes, docker, key and jump host, mirror": {
			"-p 2222", `-i "$HOME"/'.ssh/it is mine'`, "-o 'ProxyCommand=ssh -o ", " -p 2022 -i \"$HOME\"/",
			" -l me -W [%h]:%p bastion.example.com' ", "admin@",
			"pkgs.k8s.io/core:/stable:/v1.37/deb/",
			"systemctl restart static-routes",
			"install -m 0755 cri-dockerd/cri-dockerd /usr/local/bin/", "cat > /etc/systemd/system/cri-docker.service <<'END'\n[Unit]\n",
			"systemctl enable docker cri-docker && systemctl restart docker cri-docker\n",
		},
		"IPv6 and IPv4, docker": {
			"ExecStart=/usr/local/bin/cri-dockerd --container-runtime-endpoint=unix:///var/run/cri-dockerd.sock --network-plugin=cni " +
				"--pod-infra-container-image=registry.k8s.io/pause:", " --ipv6-dual-stack\n",
			`/accept_ra = 2"`, "done > /etc/sysctl.d/99-kubernetes.conf\ncat >> /etc/sysctl.d/99-kubernetes.conf",
			"net.ipv6.conf.all.forwarding = 1\n",
		},
		"mirror, pinned checksum, external balancer, proxy": {
			"http://10.0.0.2:8000/", "external.md", "HTTP_PROXY=http://proxy.example.com:3128", `[host."http://10.0.0.2:5000"]`,
			`sandbox = "10.0.0.2:5000/pause:`,
		},
		"single-etcd-multi-master on vagrant": {"vagrant up", `ssh -F "$PWD/vagrant/ssh-config"`,
			`export ANSIBLE_INVENTORY="$PWD/../vagrant/.vagrant/provisioners/ansible/inventory,$PWD/inventory.yaml"`},
	} {
		text := emit(t, resolve(t, all[name]))["RUNBOOK.md"]
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
	}
}

// A router keeps the route to a dead control plane until the hold time has passed; on one segment there is no router.
func TestRunbookSaysWhatRoutersKeep(t *testing.T) {
	name := "stacked, kube-vip, cri-o, two architectures"
	arp := designs(t)[name]
	bgp := strings.Replace(arp, `virtual_ip = "10.0.0.10"`, "\nvirtual_ip = \"10.99.0.1\"\nmode = \"bgp\"\nbgp_as = 65000\n"+
		"bgp_peers = [\"10.0.0.1:65001\"]\n", 1)
	for _, c := range []struct {
		src  string
		want bool
	}{{arp, false}, {bgp, true}} {
		if got := strings.Contains(emit(t, resolve(t, c.src))["RUNBOOK.md"], "for up to 9 s (`bgp_hold_time`)"); got != c.want {
			t.Errorf("said %v, want %v in\n%s", got, c.want, c.src)
		}
	}
}

func TestLargePoolsAreFolded(t *testing.T) {
	p := resolve(t, `
cluster "big" { type = "single-etcd-single-master" }
network { pod_subnets = ["10.128.0.0/9"] }
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}
node_pool "worker" {
  roles         = ["worker"]
  count         = 4000
  first_address = "10.0.1.1"
  labels        = { "node-role.kubernetes.io/edge" = "" }
}
`)
	files := emit(t, p)
	for _, path := range []string{"README.md", "RUNBOOK.md"} {
		if n := len(files[path]); n > 44_000 {
			t.Errorf("%s of a cluster with 4,000 workers has %d bytes", path, n)
		}
		if !strings.Contains(files[path], "worker-1 … worker-4000") {
			t.Errorf("%s does not name the pool's first and last", path)
		}
	}
	if n := strings.Count(files["hosts.txt"], "\n"); n != 4001 {
		t.Errorf("hosts.txt has %d lines", n)
	}
}

func TestSameTextInEveryOrderOfBlocks(t *testing.T) {
	a := `node "a" {
  roles   = ["worker"]
  address = "10.0.0.41"
}
`
	b := `node "b" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}
`
	head := "cluster \"x\" { type = \"single-etcd-single-master\" }\n"
	one, two := emit(t, resolve(t, head+a+b)), emit(t, resolve(t, b+a+head))
	for path := range one {
		if one[path] != two[path] {
			t.Errorf("%s depends on the order of blocks", path)
		}
	}
}

// A paragraph on hosts that a design lacks would list no names.
func TestRunbookNamesHosts(t *testing.T) {
	for name, d := range designs(t) {
		for line := range strings.Lines(emit(t, resolve(t, d))["RUNBOOK.md"]) {
			if strings.Contains(line, "On , ") || strings.Contains(line, " on , ") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

// What the playbook applies before the joins is also applied once by hand: checked, and overriding the fields that kubeadm has set.
func TestEarlyAddonsByHand(t *testing.T) {
	text := emit(t, resolve(t, `cluster "c" { type = "single-etcd-single-master" }
network {
  dns { replicas = 3 }
  cni "other" {
    plugin = "kube-router"
    manifest "https://example.com/k.yaml" { checksum = "sha256:`+strings.Repeat("0a", 32)+`" }
    manifest "~/own.yaml" {}
  }
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.1"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.2"
}
`))["RUNBOOK.md"]
	const apply = "kubectl apply --server-side --force-conflicts --field-manager=k8splan -f "
	for want, times := range map[string]int{
		apply + "/opt/cluster/addons/cluster-dns.yaml\n":                              1,
		"echo '" + strings.Repeat("0a", 32) + "  /root/k.yaml' | sha256sum --check\n": 1,
		"https://example.com/k.yaml":                                                  1,
		"# copy ~/own.yaml of your own machine to /root/own.yaml first\n":             1,
		"--server-side -f": 0,
		"uninitialized":    0,
		"\\~":              0,
	} {
		if got := strings.Count(text, want); got != times {
			t.Errorf("%q stands there %d times, want %d in\n%s", want, got, times, text)
		}
	}
}
