// Package dockerdesktop writes a plan as settings of Docker Desktop's Kubernetes, and the same cluster for kind, which supports more
// settings.
//
// The package is internal to k8splan and makes no compatibility promise.
package dockerdesktop

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/targets/local/kind"
	"github.com/k8splan/k8splan/templates"
	"github.com/k8splan/k8splan/topologies"
)

// Docker Desktop's ways to run Kubernetes.
const (
	modeKubeadm = "kubeadm" // one node, with the release's Kubernetes version
	modeKind    = "kind"    // several nodes, with a selectable version; requires a signed-in user
)

// settings are the Kubernetes keys of settings-store.json. Source:
// https://docs.docker.com/enterprise/security/hardened-desktop/settings-management/settings-reference/
type settings struct {
	KubernetesEnabled      bool
	KubernetesMode         string
	KubernetesNodesCount   int    `json:",omitempty"`
	KubernetesNodesVersion string `json:",omitempty"`
}

type body struct {
	*spec.Source
	Mode *string
}

func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Docker Desktop's own Kubernetes.",
		Arguments: []spec.Argument{
			{Name: "mode", Type: spec.Text, Field: "Mode", Enum: []string{modeKubeadm, modeKind}, Example: `"kind"`,
				Doc: "kubeadm for one node with the version of Docker Desktop; kind for several nodes, if you are signed in."},
		},
	}
}

// decode checks the body of the target block against the plan and returns settings. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*settings, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, nil)
	if !ok {
		return nil, r.Diags
	}
	say := r.Say
	s := settings{KubernetesEnabled: true, KubernetesMode: modeKind}
	if p.Cluster.Type == topologies.AllInOne && !p.Cluster.Has("kubernetes_version") { // only the mode kind has a selectable version
		s.KubernetesMode = modeKubeadm
	}
	if b.Mode != nil {
		s.KubernetesMode = *b.Mode
	}
	nodes := p.KubeletNodes()
	if s.KubernetesMode == modeKubeadm {
		if len(nodes) > 1 {
			say(oneNode, b.Attr("mode"), "In the mode kubeadm, Docker Desktop has one node, but the file defines %d. "+
				"Write mode = \"kind\", or type = \"all-in-one\".", len(nodes))
		}
		if p.Cluster.Has("kubernetes_version") {
			say(fixed, p.Cluster.Attr("kubernetes_version"), "In the mode kubeadm, each Docker Desktop release has a fixed Kubernetes "+
				"version. Remove kubernetes_version, or write mode = \"kind\".")
		}
	} else {
		s.KubernetesNodesCount, s.KubernetesNodesVersion = len(nodes), p.Cluster.Version.String()
	}
	if p.Network.CNI.Written {
		say(noCNI, p.Network.CNI.Block(), "Docker Desktop has a built-in pod network. Remove the block, or write target \"kind\".")
	}
	for _, n := range nodes {
		if len(n.Taints) > 0 {
			say(plain, n.Taints[0].Block(), "Docker Desktop does not support taints. Remove the block and set the taint with kubectl, "+
				"or write target \"kind\".")
		}
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return &s, r.Diags
}

// emit writes docker-desktop/.
func emit(p *plan.Plan, opts *settings) ([]artifact.File, error) {
	data, err := artifact.JSON(opts)
	if err != nil {
		return nil, err
	}
	twin, err := kind.Configuration(p)
	if err != nil {
		return nil, err
	}
	files := []artifact.File{{Path: "docker-desktop/settings.json", Data: data}, {Path: "docker-desktop/kind.yaml", Data: twin}}
	for _, name := range []string{"README.md", "apply.sh"} {
		data, err := templates.Files.ReadFile("targets/local/docker-desktop/" + name)
		if err != nil {
			return nil, err
		}
		f := artifact.File{Path: "docker-desktop/" + name, Data: data}
		if name == "apply.sh" {
			f.Mode = 0o755
		}
		files = append(files, f)
	}
	return files, nil
}

// rules returns the target's rules.
func rules() []*rule.Rule { return []*rule.Rule{oneNode, fixed, noCNI, plain} }

const docs = "https://docs.docker.com/desktop/use-desktop/kubernetes/"

var (
	oneNode = &rule.Rule{
		ID: "docker-desktop-nodes", Title: "Several nodes in the mode kubeadm", Permanent: true,
		Doc: "Docker Desktop's older mode, kubeadm, supports one node only.", Fix: "Write `mode = \"kind\"`.", Sources: []string{docs},
	}
	fixed = &rule.Rule{
		ID: "docker-desktop-version", Title: "Version that cannot be chosen", Permanent: true,
		Doc: "In the mode kubeadm, each release of Docker Desktop has a fixed Kubernetes version.",
		Fix: "Leave the version out, or write `mode = \"kind\"`.", Sources: []string{docs},
	}
	noCNI = &rule.Rule{
		ID: "docker-desktop-cni", Title: "Pod network that Docker Desktop does not install", Permanent: true,
		Doc: "Docker Desktop has a built-in pod network, and no setting for another.", Fix: "Remove the block.",
		Sources: []string{docs},
	}
	plain = &rule.Rule{
		ID: "docker-desktop-taint", Title: "Taint on a node of Docker Desktop", Permanent: true,
		Doc: "Docker Desktop lets you set the number of nodes, and nothing else about them.", Fix: "Remove the taint, or write " +
			"`target \"kind\"`.",
		Sources: []string{docs},
	}
)
