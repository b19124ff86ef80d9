package planner_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/k8splan/k8splan/"

// Groups of imports that several packages may use.
var (
	hclOnly  = []string{"github.com/hashicorp/hcl/v2"}
	language = []string{"github.com/hashicorp/hcl/v2/...", "github.com/zclconf/go-cty/..."}
	k8s      = []string{"k8s.io/api/...", "k8s.io/apimachinery/...", "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4",
		"k8s.io/kubelet/config/...", "k8s.io/kube-proxy/config/...", "sigs.k8s.io/yaml/..."}
	emitter = []string{"planner/artifact", "planner/plan", "templates", "topologies"}
	// ofTarget is what the package of any target may import: it reads its own block, and uses what all targets and its class share. Files
	// with Kubernetes' own types come from target.Upstream.
	ofTarget = slices.Concat(emitter, language, []string{
		"planner/rule", "planner/spec", "planner/spelling", "planner/target", "planner/target/block", "planner/target/cloudinit",
		"planner/target/onprem",
		"planner/target/terraform", "sigs.k8s.io/yaml",
		"planner/emit/ansible", "planner/emit/components", "planner/emit/hostfiles",
	})
)

// successors are targets that write another target's files, because they are the same system under another name, or its successor.
var successors = map[string]string{
	"planner/targets/turnkey/icp":         "planner/targets/turnkey/openshift",
	"planner/targets/hosted/osd":          "planner/targets/turnkey/openshift",
	"planner/targets/installers/kubeaws":  "planner/targets/installers/kops",
	"planner/targets/local/dockerdesktop": "planner/targets/local/kind", // Docker Desktop's own clusters are kind's
}

// allowed returns what a package may import; ok is false if the policy says nothing of it. A target has no row of its own.
func allowed(name string) (patterns []string, ok bool) {
	if patterns, ok = permitted[name]; ok {
		return patterns, true
	}
	below, ok := strings.CutPrefix(name, "planner/targets/")
	class, _, of := strings.Cut(below, "/")
	if !ok || !of {
		return nil, false
	}
	return append(slices.Clone(ofTarget), "planner/targets/"+class, successors[name]), true
}

// permitted is the policy: which packages of this module and of others a package may import. The standard library is not listed, but see
// outside. Data flows one way: no package may import one that comes after it.
var permitted = map[string][]string{
	"topologies": nil,
	"templates":  nil,

	"planner/rule":     hclOnly,
	"planner/spelling": nil,
	"planner/flags":    nil,
	"planner/spec":     slices.Concat(language, []string{"planner/rule", "planner/spelling", "topologies", "sigs.k8s.io/yaml"}),
	"planner/plan": slices.Concat(language, []string{"planner/rule", "planner/spec", "planner/spelling", "topologies",
		"go4.org/netipx"}),
	"planner/check": slices.Concat(language, []string{"planner/flags", "planner/rule", "planner/spec", "planner/spelling",
		"planner/plan", "topologies", "go4.org/netipx", "sigs.k8s.io/yaml"}),
	"planner/simulate": {"planner/plan", "planner/spelling", "topologies"},
	// What an edit of a design means for a running cluster, and the steps from one version to another.
	"planner/change": slices.Concat(language, []string{"planner/plan", "planner/simulate", "planner/spec", "planner/spelling",
		"topologies"}),
	// The language server: what an editor learns about a topology. Reading and writing its messages is the command's.
	"planner/lsp": slices.Concat(language, []string{"planner", "planner/plan", "planner/rule", "planner/spec", "planner/spelling",
		"planner/target", "go.lsp.dev/jsonrpc2"}),
	// What the page of the playground asks next to what editors do; what links Kubernetes' own types is by itself.
	"planner/play": slices.Concat(language, []string{"planner", "planner/change", "planner/lsp", "planner/plan", "planner/report",
		"planner/simulate", "topologies"}),
	"planner/play/tree": {"planner/artifact", "planner/lsp", "planner/play", "planner/render"},
	"playground":        {"planner/report"},
	"playground/write":  {"playground"},
	"cmd/k8splan-wasm":  nil,
	// What hosts let in, as rules of the programs that have them.
	"planner/firewall": {"planner/artifact", "planner/plan", "planner/spelling"},
	"planner/describe": {"planner/change", "planner/plan", "planner/simulate", "planner/spelling", "topologies",
		"github.com/mattn/go-runewidth"},
	// What people look at: pictures and the HTML page.
	"planner/report": {"planner/change", "planner/describe", "planner/firewall", "planner/plan", "planner/rule", "planner/simulate",
		"planner/spelling",
		"topologies", "github.com/hashicorp/hcl/v2", "github.com/mattn/go-runewidth"},
	"planner/artifact": {"sigs.k8s.io/yaml", "github.com/rogpeppe/go-internal/diff", "golang.org/x/sys/unix"},

	"planner/emit/materials":    emitter,
	"planner/emit/etcd":         slices.Concat(emitter, k8s),
	"planner/emit/loadbalancer": slices.Concat(emitter, k8s),
	"planner/emit/components":   emitter, // without upstream's types: targets read it
	"planner/emit/coredns":      slices.Concat(emitter, k8s, []string{"planner/emit/components"}),
	"planner/emit/kubeadm":      slices.Concat(emitter, k8s, []string{"planner/emit/components"}),
	"planner/emit/cni":          slices.Concat(emitter, k8s, []string{"planner/emit/components"}),
	"planner/emit/addons":       slices.Concat(emitter, k8s, []string{"planner/emit/coredns", "planner/emit/kubeadm"}),
	// The playbook and the runbook name the labels that kubeadm's files leave to the API server.
	"planner/emit/ansible": slices.Concat(emitter, []string{"planner/firewall", "planner/emit/hostfiles", "planner/emit/components",
		"sigs.k8s.io/yaml"}),
	"planner/emit/hostfiles": emitter,
	"planner/emit/readme": slices.Concat(emitter, []string{"planner/emit/hostfiles", "planner/emit/components", "planner/firewall",
		"planner/report",
		"planner/simulate"}),

	// What all targets share, and what those of a class share.
	"planner/target": {"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty/cty", "planner/artifact", "planner/plan",
		"planner/rule", "planner/spec"},
	"planner/target/block": {"github.com/hashicorp/hcl/v2", "planner/plan", "planner/rule", "planner/spec",
		"planner/spelling"},
	"planner/target/cloudinit": {"planner/artifact", "planner/plan"},
	"planner/target/onprem": slices.Concat(emitter, language, []string{"planner/rule", "planner/spec", "planner/target",
		"planner/target/block", "planner/target/cloudinit"}),
	"planner/target/terraform": slices.Concat(emitter, language),
	"planner/targets/cloud": slices.Concat(emitter, language, []string{"planner/rule", "planner/spec", "planner/target",
		"planner/target/block",
		"planner/target/terraform"}),
	"planner/targets/hosted": slices.Concat(emitter, language, []string{"planner/rule", "planner/spec", "planner/spelling",
		"planner/target/block", "planner/target/terraform"}),

	// What tests share; programs do not link it.
	"planner/diagtest":                       {"..."},
	"planner/emit/emittest":                  {"..."},
	"planner/target/targettest":              {"..."},
	"planner/target/terraform/terraformtest": {"..."},

	// The road up to a project links nothing of Kubernetes; what renders does (TestModules holds it).
	"planner": slices.Concat(language, []string{"planner/artifact", "planner/check", "planner/plan", "planner/report", "planner/rule",
		"planner/spec", "planner/spelling", "planner/target", "planner/targets/...", "topologies"}),
	"planner/render": {"planner", "planner/artifact", "planner/change", "planner/emit/...", "planner/firewall", "planner/plan",
		"planner/report",
		"planner/simulate", "planner/target"},
	"cmd/k8splan": slices.Concat(language, []string{
		"planner", "planner/artifact", "planner/change", "planner/check", "planner/describe", "planner/lsp", "planner/plan",
		"planner/play", "planner/play/tree", "playground",
		"planner/render", "planner/report", "planner/rule", "planner/simulate", "planner/spec", "planner/spelling", "planner/target",
		"topologies",
		"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term", "github.com/mattn/go-runewidth",
	}),

	".":             nil, // tests of the repository's own pages
	"bench":         nil,
	"checks/tables": nil,
	"checks/browser/expect": {"planner", "planner/change", "planner/describe", "planner/plan", "planner/report", "planner/simulate",
		"planner/spec"},
	"e2e":           {"e2e/lab", "planner/...", "sigs.k8s.io/yaml"},
	"e2e/boot":      {"planner", "planner/plan"},
	"e2e/lab":       {"planner/plan"},
	"e2e/lab/probe": nil,
	"internal_deps": {"..."}, // keeps in go.mod what only tests import
}

// outside are packages of the standard library that would make the environment an input. Under planner/, only the writer of the tree may
// use them.
var outside = []string{"os", "os/exec", "os/user", "net/http", "net/rpc", "math/rand", "math/rand/v2", "crypto/rand", "syscall", "log",
	"log/slog", "plugin", "unsafe"}

var mayTouch = []string{"planner/artifact", "planner/diagtest", "planner/emit/emittest", "planner/target/targettest",
	"planner/target/terraform/terraformtest"}

type listed struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports"}, args...)...)
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var packages []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func TestImports(t *testing.T) {
	for _, p := range list(t, "./...") {
		name := strings.TrimPrefix(p.ImportPath, module)
		if p.ImportPath+"/" == module {
			name = "."
		}
		patterns, ok := allowed(name)
		if !ok {
			t.Errorf("%s has no entry in the table of permitted imports", name)
			continue
		}
		for _, i := range p.Imports {
			own := strings.TrimPrefix(i, module)
			if own == i && !strings.Contains(strings.SplitN(i, "/", 2)[0], ".") { // the standard library
				if strings.HasPrefix(name+"/", "planner/") && slices.Contains(outside, i) && !slices.Contains(mayTouch, name) {
					t.Errorf("%s imports %s: nothing but what is written in the file may be an input", name, i)
				}
				continue
			}
			if !slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, own) }) {
				t.Errorf("%s may not import %s", name, own)
			}
		}
	}
}

// matches compares like the go command: a/... is a and everything below it.
func matches(pattern, name string) bool {
	prefix, below := strings.CutSuffix(pattern, "...")
	if !below {
		return pattern == name
	}
	return strings.HasPrefix(name, prefix) || name == path.Clean(prefix)
}

// The program starts in a few milliseconds because it links Kubernetes' types and not its machinery, and no test support.
func TestProgramStaysSmall(t *testing.T) {
	for _, p := range list(t, "-deps", "./cmd/k8splan") {
		for _, heavy := range []string{
			"k8s.io/client-go/", "k8s.io/apiserver/", "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme",
			"k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/validation",
			"k8s.io/kubernetes/pkg/", "google.golang.org/grpc", "net/http/httptest", "testing",
			"github.com/rogpeppe/go-internal/testscript",
		} {
			if p.ImportPath == heavy || strings.HasPrefix(p.ImportPath+"/", heavy+"/") || strings.HasSuffix(heavy, "/") &&
				strings.HasPrefix(p.ImportPath, heavy) {
				t.Errorf("the program links %s", p.ImportPath)
			}
		}
	}
}
