package hostfiles

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/plan"
)

func TestHostsTOML(t *testing.T) {
	got := string(HostsTOML(plan.Registry{Host: "docker.io", Mirrors: []string{"http://10.0.0.2:5000", "https://m\"x",
		"https://harbor.example.com/dockerhub/", "https://nexus.example.com/v2/hub", "https://a.example.com/v2"}, SkipVerify: true,
		CAFile: "/etc/ca.pem"}))
	want := `server = "https://registry-1.docker.io"

[host."http://10.0.0.2:5000"]
  capabilities = ["pull", "resolve"]

[host."https://m\"x"]
  capabilities = ["pull", "resolve"]

[host."https://harbor.example.com/v2/dockerhub"]
  capabilities = ["pull", "resolve"]
  override_path = true

[host."https://nexus.example.com/v2/hub"]
  capabilities = ["pull", "resolve"]
  override_path = true

[host."https://a.example.com"]
  capabilities = ["pull", "resolve"]

[host."https://registry-1.docker.io"]
  capabilities = ["pull", "resolve"]
  skip_verify = true
  ca = "/etc/ca.pem"
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A mirror with a path is a path of the registry for CRI-O, which does not use /v2.
func TestRegistriesConf(t *testing.T) {
	got := string(registriesConf([]plan.Registry{{Host: "docker.io", Mirrors: []string{"https://harbor.example.com/v2/dockerhub",
		"http://10.0.0.2:5000"}}}))
	want := `[[registry]]
location = "docker.io"
insecure = false

[[registry.mirror]]
location = "harbor.example.com/dockerhub"
insecure = false

[[registry.mirror]]
location = "10.0.0.2:5000"
insecure = true
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// designs are the combinations of runtime and source, each with a mirror, a proxy, and registries.
func designs(t *testing.T) map[string]*plan.Plan {
	out := map[string]*plan.Plan{}
	for _, runtime := range []string{plan.Containerd, plan.CRIO, plan.Docker} {
		for _, source := range []string{"binaries", "packages"} {
			p := emittest.Plan(t, "options")
			p.Runtime.Name, p.Artifacts.Origin, p.Artifacts.MirrorURL = runtime, source, "https://mirror.example.com/x"
			p.Runtime.Registries = []plan.Registry{{Host: "docker.io", Mirrors: []string{"https://harbor.example.com"}},
				{Host: "10.0.0.2:5000", PlainHTTP: true}}
			p.Network.HTTPProxy = &plan.HTTPProxy{HTTP: "http://proxy:3128", HTTPS: `http://pro%xy:3128/"q"`,
				NoProxy: []string{"10.0.0.0/8", "localhost"}}
			out[runtime+"/"+source] = p
		}
	}
	return out
}

func TestEveryCombination(t *testing.T) {
	for name, p := range designs(t) {
		files, err := Runtime(p)
		if err != nil {
			t.Fatal(name, err)
		}
		seen := map[string]bool{}
		for _, f := range files {
			if seen[f.Dest] || f.Content == "" || !strings.HasSuffix(f.Content, "\n") || !strings.HasPrefix(f.Dest, "/etc/") ||
				slices.Contains(strings.Split(f.Content, "\n"), "END") {
				t.Errorf("%s: %+v", name, f)
			}
			seen[f.Dest] = true
			if strings.HasSuffix(f.Dest, ".json") && !json.Valid([]byte(f.Content)) {
				t.Errorf("%s: %s is no JSON", name, f.Dest)
			}
		}
		unit := "/etc/systemd/system/" + Units(p)[0]
		if seen[unit+".service"] != strings.HasSuffix(name, "/binaries") || !seen[unit+".service.d/50-k8splan-proxy.conf"] ||
			!seen["/etc/crictl.yaml"] {
			t.Errorf("%s has %v", name, seen)
		}
		for _, r := range Repositories(p) {
			if !strings.HasPrefix(r.Deb, "https://mirror.example.com/x/") || !strings.HasPrefix(r.RPM, "https://mirror.example.com/x/") {
				t.Errorf("%s: %+v goes past the mirror", name, r)
			}
		}
		for _, f := range files {
			if strings.HasSuffix(f.Dest, "-proxy.conf") && !strings.Contains(f.Content,
				`Environment="https_proxy=http://pro%%xy:3128/\"q\""`) {
				t.Errorf("%s: %s", name, f.Content)
			}
		}
	}
}

// TestRuntimesAsWritten records what hosts get for a runtime: checks/containerd and checks/crio load it with the runtimes' own code.
func TestRuntimesAsWritten(t *testing.T) {
	for _, runtime := range []string{plan.Containerd, plan.CRIO} {
		p := emittest.Plan(t, "stacked")
		p.Runtime.Name = runtime
		p.Runtime.Registries = []plan.Registry{
			{Host: "docker.io", Mirrors: []string{"https://harbor.example.com/dockerhub", "https://nexus.example.com/v2/hub",
				"http://10.0.0.2:5000"}},
			{Host: "registry.example.com:5000", PlainHTTP: true},
		}
		files, err := Runtime(p)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		b.WriteString("What hosts get for " + runtime + ". UPDATE=1 go test ./planner/emit/hostfiles writes it.\n")
		for _, f := range files {
			b.WriteString("-- " + f.Dest + " --\n" + f.Content)
		}
		golden := "testdata/" + runtime + ".txtar"
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Error(diff)
		}
	}
}
