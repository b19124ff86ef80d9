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

// Groups of imports that several packages may have.
var (
	hclOnly  = []string{"github.com/hashicorp/hcl/v2"}
	language = []string{"github.com/hashicorp/hcl/v2/...", "github.com/zclconf/go-cty/..."}
	k8s      = []string{"k8s.io/api/...", "k8s.io/apimachinery/...", "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4", "k8s.io/kubelet/config/...", "k8s.io/kube-proxy/config/...", "sigs.k8s.io/yaml/..."}
	emitter  = []string{"planner/artifact", "planner/plan", "templates", "topologies"}
	// target is what the package of a target may have: it also reads its block of the language.
	target = slices.Concat(emitter, language, k8s, []string{"planner/rule", "planner/spec", "planner/target/block"})
	// clouds are targets that write Terraform.
	clouds = slices.Concat(target, []string{"planner/target/terraform", "planner/targets/cloud"})
	// vendors are targets whose control plane somebody else runs.
	vendors = slices.Concat(target, []string{"planner/target/terraform", "planner/targets/hosted"})
)

// permitted is the policy: which packages of this module and of others a package may import. The standard library is not listed, but see
// outside. The road goes one way: no package may import one that comes after it.
var permitted = map[string][]string{
	"topologies": nil,
	"templates":  nil,

	"planner/rule":     hclOnly,
	"planner/spelling": nil,
	"planner/spec":     slices.Concat(language, []string{"planner/rule", "planner/spelling", "topologies"}),
	"planner/plan":     slices.Concat(language, []string{"planner/rule", "planner/spec", "planner/spelling", "topologies", "go4.org/netipx"}),
	"planner/check":    slices.Concat(language, []string{"planner/rule", "planner/spec", "planner/spelling", "planner/plan", "topologies", "go4.org/netipx"}),
	"planner/simulate": {"planner/plan", "planner/spelling", "topologies"},
	"planner/upgrade":  {"planner/plan"},
	// The language server: what an editor is told of a topology. Reading and writing its messages is the command's.
	"planner/lsp":      slices.Concat(language, []string{"planner", "planner/plan", "planner/rule", "planner/spec", "go.lsp.dev/jsonrpc2"}),
	"planner/describe": {"planner/plan", "planner/simulate", "topologies", "github.com/mattn/go-runewidth"},
	"planner/artifact": {"sigs.k8s.io/yaml", "github.com/rogpeppe/go-internal/diff", "golang.org/x/sys/unix"},

	"planner/emit/materials":    emitter,
	"planner/emit/etcd":         slices.Concat(emitter, k8s),
	"planner/emit/loadbalancer": slices.Concat(emitter, k8s),
	"planner/emit/kubeadm":      slices.Concat(emitter, k8s),
	"planner/emit/cni":          slices.Concat(emitter, k8s),
	"planner/emit/addons":       slices.Concat(emitter, k8s, []string{"planner/emit/kubeadm"}),
	// The playbook and the runbook name the labels that kubeadm's files leave to the API server.
	"planner/emit/ansible": slices.Concat(emitter, k8s, []string{"planner/emit/kubeadm"}),
	"planner/emit/readme":  slices.Concat(emitter, []string{"planner/emit/kubeadm", "planner/simulate"}),

	// What targets share.
	"planner/target/block":     {"github.com/hashicorp/hcl/v2", "planner/plan", "planner/rule", "planner/spec"},
	"planner/target/terraform": slices.Concat(emitter, language),
	"planner/targets/cloud":    slices.Concat(target, []string{"planner/target/terraform"}),

	"planner/target/cloudinit":           {"planner/artifact"},
	"planner/target/onprem":              slices.Concat(target, []string{"planner/target/cloudinit"}),
	"planner/targets/machines/libvirt":   slices.Concat(target, []string{"planner/target/onprem"}),
	"planner/targets/turnkey/gkeonprem":  slices.Concat(target, []string{"planner/target/terraform"}),
	"planner/targets/hosted/platform9":   slices.Concat(target, []string{"planner/targets/hosted"}),
	"planner/targets/hosted/osd":         slices.Concat(vendors, []string{"planner/targets/turnkey/openshift"}),
	"planner/targets/turnkey/openshift":  slices.Concat(target, []string{"planner/target/onprem"}),
	"planner/targets/turnkey/icp":        slices.Concat(target, []string{"planner/targets/turnkey/openshift"}),
	"planner/targets/machines/baremetal": slices.Concat(target, []string{"planner/target/onprem", "planner/target/cloudinit"}),
	"planner/targets/machines/vsphere":   slices.Concat(target, []string{"planner/target/onprem", "planner/target/terraform"}),

	"planner/targets/machines/proxmox":      slices.Concat(target, []string{"planner/target/onprem", "planner/target/terraform"}),
	"planner/targets/machines/vagrant":      target,
	"planner/targets/hosted":                slices.Concat(target, []string{"planner/target/terraform"}),
	"planner/targets/hosted/aks":            vendors,
	"planner/targets/cloud/aws":             clouds,
	"planner/targets/cloud/azure":           clouds,
	"planner/targets/hosted/doks":           vendors,
	"planner/targets/hosted/eks":            vendors,
	"planner/targets/hosted/gke":            vendors,
	"planner/targets/hosted/iks":            vendors,
	"planner/targets/cloud/hetzner":         clouds,
	"planner/targets/cloud/openstack":       clouds,
	"planner/targets/installers/kubespray":  slices.Concat(target, []string{"planner/emit/ansible", "planner/emit/kubeadm"}),
	"planner/targets/installers/clusterapi": slices.Concat(target, []string{"planner/emit/cni", "planner/emit/kubeadm"}),
	"planner/targets/installers/kubeaws":    slices.Concat(target, []string{"planner/targets/installers/kops"}),
	"planner/targets/installers/kops":       slices.Concat(target, []string{"planner/emit/kubeadm"}),
	"planner/targets/local/minikube":        slices.Concat(target, []string{"planner/emit/kubeadm"}),
	"planner/targets/local/dockerdesktop":   slices.Concat(target, []string{"planner/targets/local/kind"}),
	"planner/targets/local/lxd":             slices.Concat(target, []string{"planner/target/onprem"}),
	"planner/targets/turnkey/charmed":       slices.Concat(target, []string{"planner/emit/kubeadm"}),
	"planner/targets/installers/hardway":    slices.Concat(target, []string{"planner/emit/ansible", "planner/emit/kubeadm"}),
	"planner/targets/local/kind":            slices.Concat(target, []string{"planner/emit/cni", "planner/emit/kubeadm"}),
	"planner/targets/cloud/gcp":             clouds,

	// What tests share; no program links them.
	"planner/diagtest":                       {"..."},
	"planner/emit/emittest":                  {"..."},
	"planner/target/targettest":              {"..."},
	"planner/target/terraform/terraformtest": {"..."},

	"planner": slices.Concat(language, []string{"planner/..."}),
	"cmd/k8splan": slices.Concat(language, []string{
		"planner", "planner/artifact", "planner/check", "planner/describe", "planner/lsp", "planner/plan", "planner/rule", "planner/simulate", "planner/spec", "planner/spelling", "planner/upgrade", "topologies",
		"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term",
	}),

	".":             nil, // tests of the repository's own pages
	"bench":         nil,
	"e2e":           {"e2e/lab", "planner/..."},
	"e2e/lab":       nil,
	"e2e/lab/probe": nil,
	"internal_deps": {"..."}, // keeps in go.mod what only tests import
}

// outside are packages of the standard library through which the world would become an input. Under planner/ only the writer of the tree
// may touch it.
var outside = []string{"os", "os/exec", "os/user", "net/http", "net/rpc", "math/rand", "math/rand/v2", "crypto/rand", "syscall", "log", "log/slog", "plugin", "unsafe"}

var mayTouch = []string{"planner/artifact", "planner/diagtest", "planner/emit/emittest", "planner/target/targettest", "planner/target/terraform/terraformtest"}

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
		allowed, ok := permitted[name]
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
			if !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, own) }) {
				t.Errorf("%s may not import %s", name, own)
			}
		}
	}
}

// matches compares like the go command: a/... is a and all below.
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
			"k8s.io/client-go/", "k8s.io/apiserver/", "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme", "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/validation",
			"k8s.io/kubernetes/pkg/", "google.golang.org/grpc", "net/http/httptest", "testing", "github.com/rogpeppe/go-internal/testscript",
		} {
			if p.ImportPath == heavy || strings.HasPrefix(p.ImportPath+"/", heavy+"/") || strings.HasSuffix(heavy, "/") && strings.HasPrefix(p.ImportPath, heavy) {
				t.Errorf("the program links %s", p.ImportPath)
			}
		}
	}
}
