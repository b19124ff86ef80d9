package planner

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/emit/hostfiles"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// dockerd is Docker Engine's own program, which judges daemon.json: Debian trixie's 26.1, which scripts/install-test-tools.sh unpacks.
func dockerd(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("dockerd"); err == nil {
		return path
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cache, "k8splan-test", "docker", "usr", "sbin", "dockerd")
	if _, err := os.Stat(path); err != nil {
		t.Fatal("no dockerd: scripts/install-test-tools.sh unpacks it")
	}
	return path
}

// combination is a design in which ways that are tried seldom meet each other.
func combination(runtime, source, mirror, proxy, cni, system string) string {
	registry := ""
	if mirror != "" {
		registry = fmt.Sprintf("  registry \"docker.io\" {\n    mirrors = [%q]\n  }\n", mirror)
		mirror = fmt.Sprintf("  mirror_url = %q\n", strings.TrimSuffix(mirror, "/"))
	}
	if proxy != "" {
		proxy = fmt.Sprintf("  http_proxy {\n    https = %q\n  }\n", proxy)
	}
	return fmt.Sprintf(`cluster "dev" {
  type = "single-etcd-single-master"
}
container_runtime %q {
%s}
artifacts {
  source = %q
%s}
network {
  cni %q {}
%s}
node "cp-1" {
  roles   = ["control-plane"]
  os      = %[7]q
  address = "10.0.0.31"
}
node "w-1" {
  roles   = ["worker"]
  os      = %[7]q
  address = "10.0.0.41"
}
`, runtime, registry, source, mirror, cni, proxy, system)
}

// TestCombinations lets runtimes, sources, mirrors, proxies, pod networks and systems meet: each design is refused by a rule, or its files
// come from where the topology says, and Docker Engine itself takes its configuration. What containerd reads, checks/containerd judges.
func TestCombinations(t *testing.T) {
	program := dockerd(t)
	accepted, refused, judged := 0, map[string]int{}, map[string]bool{}
	for _, runtime := range []string{"containerd", "cri-o", "docker"} {
		for _, source := range []string{"binaries", "packages"} {
			for _, mirror := range []string{"", "https://mirror.example.com", "https://nexus.example.com/repository/all"} {
				for _, proxy := range []string{"", "http://gate.example.com:3128"} {
					for _, cni := range []string{"flannel", "calico"} {
						for _, system := range []string{"debian-12", "rocky-9", "flatcar-stable"} {
							name := strings.Join([]string{runtime, source, mirror, proxy, cni, system}, " ")
							src := combination(runtime, source, mirror, proxy, cni, system)
							project, diags := Open("t.hcl", []byte(src), nil, time.Time{})
							if project == nil {
								refused[firstError(diags)]++
								continue
							}
							accepted++
							p := project.Plan()
							if err := fetchedFrom(p, mirror); err != nil {
								t.Errorf("%s: %v", name, err)
							}
							files, err := hostfiles.Runtime(p)
							if err != nil {
								t.Errorf("%s: %v", name, err)
							}
							for _, f := range files {
								if f.Dest == "/etc/docker/daemon.json" && !judged[f.Content] {
									judged[f.Content] = true
									dockerTakes(t, program, name, f.Content)
								}
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d accepted, refused by %v, %d different daemon.json", accepted, refused, len(judged))
	if accepted < 100 || len(judged) < 2 {
		t.Errorf("%d designs were accepted, with %d different daemon.json", accepted, len(judged))
	}
	for id := range refused {
		switch id {
		case "registry-mirror-path", "artifact-packages-system", "bare-metal-image-system":
		default:
			t.Errorf("%s refuses a combination", id)
		}
	}
}

func firstError(diags hcl.Diagnostics) string {
	return rule.ID(diags[slices.IndexFunc(diags, func(d *hcl.Diagnostic) bool { return d.Severity == hcl.DiagError })])
}

// fetchedFrom wants all that hosts fetch to come from the mirror, where there is one.
func fetchedFrom(p *plan.Plan, mirror string) error {
	var urls []string
	for _, d := range p.Downloads() {
		urls = append(urls, d.URL)
	}
	for _, m := range p.NetworkManifests() {
		urls = append(urls, m.URL)
	}
	for _, r := range hostfiles.Repositories(p) {
		urls = append(urls, r.Deb, r.RPM)
	}
	for _, u := range urls {
		if u != "" && mirror != "" && !strings.HasPrefix(u, mirror+"/") {
			return fmt.Errorf("%s goes past the mirror", u)
		}
	}
	if len(urls) == 0 {
		return fmt.Errorf("nothing is fetched")
	}
	return nil
}

func dockerTakes(t *testing.T, program, name, config string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "daemon.json")
	if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "--validate", "--userland-proxy=false", "--config-file", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "configuration OK") {
		t.Errorf("%s: dockerd says of\n%s\n%s (%v)", name, config, out, err)
	}
}
