package plan

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/k8splan/k8splan/planner/spec"
)

// hostile are names that someone may write: code for each program that reads the generated files.
var hostile = []string{
	"", "a b", "{{ lookup('pipe','id') }}", "$(id)", "`id`", "#{`id`}", "${HOME}", "a\nb", "a\x00b", "a\"b", "a'b", "../../etc/passwd",
	"-rf", "a;b", "a|b", "a&b", "a<b", "a>b", "a\\b", "\u202egnp", "a\u2028b", "é", "\xff", "%{ if true }",
}

func TestHostileTextIsRefused(t *testing.T) {
	r := &resolver{spec: &spec.Spec{Cluster: &spec.Cluster{Source: &spec.Source{}}, Artifacts: &spec.Artifacts{Source: &spec.Source{}}},
		plan: &Plan{}}
	src := &spec.Source{}
	for _, s := range hostile {
		for what, accepted := range map[string]bool{
			"name": labelPattern.MatchString(s), "domain": domain(s), "host": isHost(s), "key of a label": qualified(s),
			"authority": validAuthority(s),
			"interface": interfacePattern.MatchString(s), "user": userPattern.MatchString(s), "os": osPattern.MatchString(s),
			"instance type": instancePattern.MatchString(s),
			"flag":          flagPattern.MatchString(s), "gate": gatePattern.MatchString(s), "size": sizePattern.MatchString(s),
			"checksum path": mirrorPathPattern.MatchString("a/" + s),
			"path":          r.path(src, "data_dir", ptr("/var/"+s)) != "" && s != "-rf",
			"url":           s != "" && s != "-rf" && r.url(src.Block(), "u", "http://h/"+s) != "",
			"repository":    r.repository("h/"+s) != "", "value of a label": s != "" && labelValue(s), "no_proxy": noProxyEntry(s),
			"version": isVersion(s),
		} {
			if accepted {
				t.Errorf("%q passes as %s", s, what)
			}
		}
	}
	for _, s := range []string{"a\nb", "a\x00b", "a\u2028b", "\u202egnp", "\xff", "a\tb"} {
		if unprintable(s) == "" {
			t.Errorf("%q is one line of plain text", s)
		}
	}
	if unprintable("naïve “quotes” – 日本語") != "" {
		t.Error("ordinary text is refused")
	}
}

func ptr[T any](v T) *T { return &v }

// Our syntax of labels and names accepts nothing that Kubernetes rejects, and everything that it accepts unless there is a reason not to.
func TestSyntaxIsThatOfKubernetes(t *testing.T) {
	words := append(slices.Clone(hostile), "a", "a-b", "a.b", "A", "a_b", "-a", "a-", "0", "1a", "example.com/tier", "example.com/a/b",
		"/a", "a/", "Example.com/a", strings.Repeat("a", 63), strings.Repeat("a", 64),
		strings.Repeat("a.", 126)+"a", strings.Repeat("a", 250)+".com/x", "a..b", "kubernetes.io/hostname", "x.y/A_b-c.D")
	for _, s := range words {
		if got, want := qualified(s), len(validation.IsQualifiedName(s)) == 0; got != want {
			t.Errorf("key %q: %v, Kubernetes says %v", s, got, want)
		}
		if got, want := labelValue(s), len(validation.IsValidLabelValue(s)) == 0; got != want {
			t.Errorf("value %q: %v, Kubernetes says %v", s, got, want)
		}
		if got, want := labelPattern.MatchString(s) && len(s) <= 63, len(validation.IsDNS1123Label(s)) == 0; got != want {
			t.Errorf("label %q: %v, Kubernetes says %v", s, got, want)
		}
		if domain(s) && len(validation.IsDNS1123Subdomain(s)) > 0 {
			t.Errorf("domain %q: Kubernetes refuses it", s)
		}
	}
}

func TestHostPort(t *testing.T) {
	for s, want := range map[string]Endpoint{
		"api.example.com": {"api.example.com", 0}, "api.example.com:6443": {"api.example.com", 6443}, "10.0.0.1": {"10.0.0.1", 0},
		"10.0.0.1:1": {"10.0.0.1", 1},
		"fd00::10":   {"fd00::10", 0}, "[fd00::10]:6443": {"fd00::10", 6443}, "api": {"api", 0},
	} {
		if host, port, ok := hostPort(s); !ok || (Endpoint{host, port}) != want {
			t.Errorf("%q: %s %d %v", s, host, port, ok)
		}
	}
	for _, s := range []string{"", ":6443", "api:", "api:0", "api:65536", "api:06443", "api:http", "[fd00::10]", "[api]:1", "api:1:2",
		"fd00::10:6443:99999", "10.0.0.300", "10.0.0.1.5", "api/x", "api ", "fe80::1%eth0"} {
		if host, port, ok := hostPort(s); ok {
			t.Errorf("%q was read as %s and %d", s, host, port)
		}
	}
}

func TestSizes(t *testing.T) {
	for s, want := range map[string]int64{"1": 1, "8Gi": 8 << 30, "1700M": 1_700_000_000, "512Ki": 512 << 10, "2T": 2e12, "8k": 8000} {
		if got, ok := ParseSize(s); !ok || got != want {
			t.Errorf("%q: %d %v", s, got, ok)
		}
	}
	for _, s := range []string{"0", "-1Gi", "8GiB", "8gi", "8 Gi", "1.5Gi", "Gi", "9223372036854775808", "9007199254740993Ti"} {
		if got, ok := ParseSize(s); ok {
			t.Errorf("%q was read as %d", s, got)
		}
	}
}

func TestNaturalOrder(t *testing.T) {
	sorted := []string{"a", "a-1", "a-2", "a-10", "a-10b", "b", "cp-1", "cp-2", "cp-09", "cp-9", "cp-10", "cp1-2", "cp1-10", "cp02", "cp2"}
	for i := 1; i < len(sorted); i++ {
		if Natural(sorted[i-1], sorted[i]) >= 0 {
			t.Errorf("%s does not come before %s", sorted[i-1], sorted[i])
		}
	}
	for _, a := range sorted {
		for _, b := range sorted {
			if Natural(a, b) != -Natural(b, a) || (Natural(a, b) == 0) != (a == b) {
				t.Errorf("%s against %s is no order", a, b)
			}
		}
	}
}

// Every word that the schema accepts has a meaning in the plan.
func TestEveryWordOfTheSchemaIsKnown(t *testing.T) {
	row := func(path ...string) spec.Block {
		blocks := spec.Schema
		var found spec.Block
		for _, name := range path {
			i := slices.IndexFunc(blocks, func(b spec.Block) bool { return b.Name == name })
			if i < 0 {
				t.Fatalf("the language has no block %v", path)
			}
			found = blocks[i]
			blocks = found.Blocks
		}
		return found
	}
	enum := func(b spec.Block, name string) []string {
		a, ok := b.Argument(name)
		if !ok {
			t.Fatalf("block %s has no argument %s", b.Name, name)
		}
		return a.Enum
	}
	for what, c := range map[string]struct{ language, ours []string }{
		"roles":        {enum(row("node"), "roles"), roleNames},
		"pod networks": {row("network", "cni").Labels, []string{Flannel, Calico, Cilium, StaticRoutes, OtherCNI, NoCNI}},
		"proxy modes":  {enum(row("network", "kube_proxy"), "mode"), []string{"iptables", "nftables", "ipvs", ProxyNone}},
		"runtimes":     {row("container_runtime").Labels, []string{Containerd, CRIO, Docker}},
		"balancers":    {row("load_balancer").Labels, []string{HAProxy, KubeVIP, LocalBalancer, ExternalBalancer}},
		"clouds":       {row("cloud_provider").Labels, Clouds},
		"sources":      {enum(row("artifacts"), "source"), []string{Packages, Binaries}},
	} {
		if !slices.Equal(c.language, c.ours) {
			t.Errorf("%s: the language has %v, the plan %v", what, c.language, c.ours)
		}
	}
	for _, runtime := range row("container_runtime").Labels {
		if p := resolved(t, smallest+"container_runtime \""+runtime+"\" {}\n"); p.Runtime.Socket == "" || p.Runtime.Version == "" {
			t.Errorf("%s: %+v", runtime, p.Runtime)
		}
	}
	for _, name := range blockOrder {
		if name != "node" {
			row(name)
		}
	}
}

func TestMeantSize(t *testing.T) {
	for written, meant := range map[string]string{
		"16GB": "16Gi", "16 gb": "16Gi", "16": "16Gi", "512MB": "512Mi", "1TiB": "1Ti", "16 gigs": "16Gi", "0": "", "-4Gi": "", "1.5Gi": "",
		"lots": "", "": "", "8589934592": "",
	} {
		want := ""
		if meant != "" {
			want = ` Did you mean "` + meant + `"?`
		}
		if got := meantSize(written); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
}

// TestElementsArePointedAt checks that a mistake in a list or map literal is reported at its own place.
func TestElementsArePointedAt(t *testing.T) {
	src := `cluster "dev" {
  type      = "all-in-one"
  cert_sans = [
    "api.example.com",
    null,
    "a_b", # here
  ]
  feature_gates = {
    Good    = true
    "no-no" = true # here
  }
  api_server {
    extra_args = {
      "v"    = "2"
      "--vv" = "2" # here
      "x"    = "a\nb" # here
    }
  }
}
network {
  pod_subnets = [
    "10.244.0.0/16",
    "fd00::1/64", # here
  ]
  http_proxy {
    http     = "http://proxy.example.com"
    no_proxy = [
      ".example.com",
      "A B", # here
    ]
  }
}
artifacts {
  checksums = {
    "nowhere" = "sha256:00" # here
  }
}
container_runtime "containerd" {
  registry "docker.io" {
    mirrors = [
      "https://mirror.example.com",
      "mirror", # here
    ]
  }
}
node_pool "dev" {
  count           = 1
  first_address   = "192.168.56.10"
  failure_domains = [
    "a",
    "b c", # here
  ]
  labels = {
    "good"    = "x"
    "bad key" = "x" # here
    "tier"    = "bad value" # here
  }
}
addon "mine" {
  manifest "https://example.com/mine.yaml" {
    checksum = "sha256:` + strings.Repeat("0", 64) + `"
  }
  images = [
    "registry.example.com/a:v1",
    "A", # here
  ]
}
`
	_, diags := Resolve(load(t, src), hosts)
	var got, want []int
	for _, d := range diags {
		got = append(got, d.Subject.Start.Line)
	}
	for i, line := range strings.Split(src, "\n") {
		if strings.HasSuffix(line, "# here") {
			want = append(want, i+1)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v: %s", got, want, describe(diags))
	}
}
