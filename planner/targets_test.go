package planner_test

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/topologies"
)

// A target reads a design before the design is judged: it must live with any that the language can say.
func TestTargetsReadAnyDesign(t *testing.T) {
	for _, of := range planner.Targets() {
		facts := of.Facts
		for _, nodes := range []string{
			"", "node \"w\" {\n  roles = [\"worker\"]\n  address = \"10.0.0.1\"\n}\n",
			"node \"e\" {\n  roles = [\"etcd\"]\n  address = \"10.0.0.1\"\n}\n",
			"node \"l\" {\n  roles = [\"load-balancer\"]\n  address = \"10.0.0.1\"\n}\n",
			"node_pool \"p\" {\n  roles = [\"worker\"]\n  count = 0\n}\n",
			"node \"c\" {\n  roles = [\"control-plane\"]\n  address = \"fd00::1\"\n}\nload_balancer \"external\" {}\n",
			"node_pool \"c\" {\n  roles = [\"control-plane\", \"worker\"]\n  count = 2\n  first_address = \"10.0.0.1\"\n}\n" +
				"load_balancer \"kube-vip\" {}\n",
		} {
			for _, of := range []string{"all-in-one", "single-etcd-single-master", "single-etcd-multi-master", "multi-etcd-multi-master"} {
				for _, block := range []string{"", fmt.Sprintf("target %q {}\n", facts.Name),
					fmt.Sprintf("target %q {\n  nonsense = 1\n}\n", facts.Name)} {
					src := fmt.Sprintf("cluster \"x\" {\n  type = %q\n}\n%s%s", of, nodes, block)
					for _, d := range opened(t, src) {
						if rule.ID(d) == "" || d.Subject == nil {
							t.Errorf("%s: a diagnostic without a rule or a place: %v\n%s", facts.Name, d, src)
						}
					}
				}
			}
		}
	}
}

// opened returns what is said of a design. A panic is a failure of the test with the design that brought it.
func opened(t *testing.T, src string) (diags hcl.Diagnostics) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%v\n%s", r, src)
		}
	}()
	_, diags = planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	return diags
}

// A pool's nodes share their place, so what is wrong with each is said once; and where the target cannot express the type, nothing else.
func TestTargetsSayThingsOnce(t *testing.T) {
	src := "cluster \"x\" {\n  type = \"single-etcd-single-master\"\n}\nnode \"cp\" {\n  roles = [\"control-plane\"]\n" +
		"  address = \"10.0.0.1\"\n}\nnode_pool \"w\" {\n  roles = [\"worker\"]\n  count = 50\n}\ntarget \"kubespray\" {}\n"
	_, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	if len(diags) != 1 || rule.ID(diags[0]) != "kubespray-address" {
		t.Errorf("%v", diags)
	}
	src = strings.Replace(strings.Replace(src, "kubespray", "kind", 1), "single-etcd-single-master", "single-etcd-multi-master", 1)
	_, diags = planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	if len(diags) != 1 || rule.ID(diags[0]) != "target-type" || diags[0].Subject.Start.Line != 2 {
		t.Errorf("%v", diags)
	}
}

// TestTargetBlocks audits the languages of the targets' blocks: every row documents itself, and its example is taken as it is.
func TestTargetBlocks(t *testing.T) {
	const design = "cluster \"x\" {\n  type = \"multi-etcd-multi-master\"\n}\nnode_pool \"w\" {\n  roles         = [\"worker\"]\n" +
		"  count         = 3\n  first_address = \"10.0.0.1\"\n}\n"
	for _, of := range planner.Targets() {
		facts := of.Facts
		block := of.Schema()
		if _, ok := planner.FindTarget(facts.Name + "x"); ok {
			t.Error("found a target that does not exist")
		}
		var audit func(b *spec.Block, head, foot string)
		audit = func(b *spec.Block, head, foot string) {
			if !strings.HasSuffix(b.Doc, ".") {
				t.Errorf("%s: the block %s says of itself %q", facts.Name, b.Name, b.Doc)
			}
			for _, a := range b.Arguments {
				if len(a.Doc) < 9 || !strings.HasSuffix(a.Doc, ".") || a.Example == "" {
					t.Errorf("%s: %s.%s says of itself %q, for instance %s", facts.Name, b.Name, a.Name, a.Doc, a.Example)
				}
				src := design + head + a.Name + " = " + a.Example + foot
				line := strings.Count(design+head, "\n") + 1
				for _, d := range opened(t, src) {
					if id := rule.ID(d); d.Subject.Start.Line == line && slices.Contains([]string{"unknown-argument", "wrong-type",
						"unknown-value", "syntax-error", "invalid-expression"}, id) {
						t.Errorf("%s: the example of %s: %s", facts.Name, a.Name, d)
					}
				}
			}
			for i := range b.Blocks {
				inner := &b.Blocks[i]
				label := ""
				if inner.Label != "" {
					label = " \"x\""
				}
				audit(inner, head+inner.Name+label+" {\n", "\n}"+foot)
			}
		}
		audit(block, fmt.Sprintf("target %q {\n", facts.Name), "\n}\n")
	}
}

// TestMisspeltSystem: whatever a target says of a misspelt operating system asks for the one that was meant, and no target advises to bring
// an image under the misspelt name.
func TestMisspeltSystem(t *testing.T) {
	written := regexp.MustCompile(`(?m)^(node|node_pool) "[^"]*" \{\n`)
	for _, of := range planner.Targets() {
		facts := of.Facts
		if facts.Successor != "" {
			continue
		}
		types := planner.StarterTypes(facts.Name)
		src, err := topologies.Starter(types[len(types)-1], facts.Name)
		if err != nil {
			t.Fatal(err)
		}
		src = regexp.MustCompile(`(?m)^  os += .*\n`).ReplaceAll(src, nil)
		src = written.ReplaceAll(src, []byte("${0}  os = \"ubunut-24.04\"\n"))
		for _, d := range opened(t, string(src)) {
			if strings.Contains(d.Detail, "ubunut") && (!strings.HasSuffix(d.Detail, "Did you mean \"ubuntu-24.04\"?") ||
				strings.Contains(d.Detail, "=")) {
				t.Errorf("%s: %s", facts.Name, d.Detail)
			}
		}
	}
}

// A target that does not exist is one message, next to which the rest of the design is still judged.
func TestUnknownTarget(t *testing.T) {
	diags := opened(t, "cluster \"c\" {\n  type = \"all-in-one\"\n}\nnode \"n\" {\n  address = \"10.0.0.010\"\n}\ntarget \"vagrnat\" {}\n")
	var got []string
	for _, d := range diags {
		got = append(got, fmt.Sprintf("%d: %s", d.Subject.Start.Line, rule.ID(d)))
	}
	if want := []string{"5: invalid-address", "7: unknown-target"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	} else if !strings.Contains(diags[1].Detail, `Did you mean "vagrant"?`) {
		t.Errorf("no hint: %s", diags[1].Detail)
	}
}

// Next to a type that the target cannot express, its block is not compared with the language of another target.
func TestBlockBesideAnImpossibleType(t *testing.T) {
	src := "cluster \"x\" {\n  type = \"multi-etcd-multi-master\"\n}\nnode_pool \"w\" {\n  roles         = [\"worker\"]\n" +
		"  count         = 3\n  first_address = \"10.0.0.1\"\n}\ntarget \"docker-desktop\" {\n  mode = \"kind\"\n}\n"
	if diags := opened(t, src); len(diags) != 1 || rule.ID(diags[0]) != "target-type" {
		t.Errorf("%v", diags)
	}
}

// packages are the targets whose package has a shorter name than users write.
var packages = map[string]string{
	"bare-metal": "baremetal", "docker-desktop": "dockerdesktop", "openshift-dedicated": "osd", "gke-on-prem": "gkeonprem",
	"ibm-cloud-private":  "icp",
	"charmed-kubernetes": "charmed", "kube-aws": "kubeaws", "cluster-api": "clusterapi", "kubernetes-the-hard-way": "hardway",
}

// TestNamesFindWhatBelongsToATarget: one package in a class; static programs, starters and test data under the name that users write.
func TestNamesFindWhatBelongsToATarget(t *testing.T) {
	classes := map[string]string{}
	for _, p := range list(t, "./planner/targets/...") {
		class, name, of := strings.Cut(strings.TrimPrefix(p.ImportPath, module+"planner/targets/"), "/")
		if of {
			classes[name] = class
		}
	}
	known := map[string]bool{"terraform": true}
	for _, of := range planner.Targets() {
		name := of.Facts.Name
		class, ok := classes[cmp.Or(packages[name], name)]
		if !ok {
			t.Errorf("%s has no package", name)
		}
		known[class+"/"+name] = true
		if len(topologies.StarterTypes(name)) == 0 && of.Facts.Successor == "" {
			t.Errorf("%s has no starter", name)
		}
		if name != "vagrant" && !exists(filepath.Join(root, "testdata/targets", name+".golden")) { // its tests are its own
			t.Errorf("%s has no test data", name)
		}
	}
	if len(classes) != len(planner.Targets()) {
		t.Errorf("%d packages of targets, and %d targets in the table", len(classes), len(planner.Targets()))
	}
	programs, err := filepath.Glob(filepath.Join(root, "templates/targets/*/*"))
	if err != nil || len(programs) == 0 {
		t.Fatal(err)
	}
	for _, path := range programs {
		path = strings.TrimPrefix(path, filepath.Join(root, "templates/targets")+"/")
		if class, _, _ := strings.Cut(path, "/"); class != "terraform" && !known[path] {
			t.Errorf("templates/targets/%s belongs to no target", path)
		}
	}
}

// TestNobodyAsksForATargetByName: what distinguishes a target from others is one of its facts, so that a new one says it of itself.
func TestNobodyAsksForATargetByName(t *testing.T) {
	others, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	others = slices.DeleteFunc(others, func(name string) bool { return name == "targets" })
	search(t, others, regexp.MustCompile(`(Target|Facts)\.Name [!=]= "|\[[a-z.]*Target\.(Facts\.)?Name\]`),
		"asks for a target by name: make it a field of plan.Facts")
}

// TestEmittersReadThePlanAlone: what was written, and where, is in the plan; nothing that makes files goes behind it.
func TestEmittersReadThePlanAlone(t *testing.T) {
	search(t, []string{"emit", "targets"}, regexp.MustCompile(`\bp\.Spec\b|\bPlan\.Spec\b|\.Expr\.Value\(`), "reads what was written")
}

// search finds what the Go files below some folders must not have.
func search(t *testing.T, below []string, what *regexp.Regexp, wrong string) {
	t.Helper()
	for _, root := range below {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			for _, at := range what.FindAllIndex(src, -1) {
				t.Errorf("%s:%d: %s %s", path, bytes.Count(src[:at[0]], []byte("\n"))+1, src[at[0]:at[1]], wrong)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestPackagesSayWhoMayUseThem: doc.go lists the packages that are API, and the comment of every other one says that it is internal.
func TestPackagesSayWhoMayUseThem(t *testing.T) {
	api := []string{"planner", "planner/render", "planner/plan", "planner/simulate", "planner/change", "planner/artifact"}
	page, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range api {
		if !bytes.Contains(page, []byte(name)) {
			t.Errorf("doc.go does not name %s", name)
		}
	}
	cmd := exec.Command("go", "list", "-f", "{{.ImportPath}}\t{{.Dir}}\t{{.GoFiles}}", "./planner/...", "./topologies", "./templates")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		dir, files, _ := strings.Cut(dir, "\t")
		said := false
		for _, name := range strings.Fields(strings.Trim(files, "[]")) {
			src, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			said = said || bytes.Contains(src, []byte("makes no compatibility promise"))
		}
		if isAPI := slices.Contains(api, strings.TrimPrefix(path, module)); said == isAPI {
			t.Errorf("%s: API: %v, and its comment says that it is internal: %v", path, isAPI, said)
		}
	}
}

// Each Terraform program takes the major of the provider that it was checked with, and docs/targets.md names that release: a newer major
// changes what a program means, and no check has seen it.
func TestProvidersArePinned(t *testing.T) {
	required := regexp.MustCompile(`source  = "([^"]+)"\n\s+version = "([^"]+)"`)
	pinned := regexp.MustCompile(`^~> ([0-9]+\.[0-9]+)$`)
	seen := 0
	for _, of := range planner.Targets() {
		goldens, err := filepath.Glob("../testdata/targets/" + of.Facts.Name + "*.golden")
		if err != nil {
			t.Fatal(err)
		}
		for _, golden := range goldens {
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range required.FindAllStringSubmatch(string(text), -1) {
				seen++
				version := pinned.FindStringSubmatch(m[2])
				if version == nil {
					t.Errorf("%s: %s is taken in version %q; write ~> and the release that was checked", golden, m[1], m[2])
				} else if !strings.Contains(of.Facts.CheckedBy, m[1]+" "+version[1]) {
					t.Errorf("%s takes %s %s, and was checked by %s", golden, m[1], m[2], of.Facts.CheckedBy)
				}
			}
		}
	}
	if seen < 12 {
		t.Errorf("%d providers are required", seen)
	}
}
