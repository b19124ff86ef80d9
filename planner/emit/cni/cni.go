// Package cni emits the files of the pod network: a complete manifest for flannel, files for every host for static routes, and for Calico
// and Cilium the settings that must match the plan, for their own installers. cni/README.md says how each is applied.
//
// The package is internal to k8splan and makes no compatibility promise.
package cni

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/netip"
	"strconv"
	"strings"
	"text/template"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// Emit returns the files of cni/.
func Emit(p *plan.Plan) ([]artifact.File, error) {
	var files []artifact.File
	var how string
	var err error
	switch p.Network.CNI.Name {
	case plan.Flannel:
		files, how, err = flannel(p)
	case plan.StaticRoutes:
		files, how, err = staticRoutes(p)
	case plan.Calico:
		files, how, err = calico(p)
	case plan.Cilium:
		files, how, err = cilium(p)
	default:
		how, err = foreign(p)
	}
	if err != nil {
		return nil, fmt.Errorf("pod network %s: %w", p.Network.CNI.Name, err)
	}
	readme, err := readme(p, how)
	if err != nil {
		return nil, err
	}
	return append(files, artifact.File{Path: "cni/README.md", Data: readme}), nil
}

// foreign describes how to install a pod network that the planner does not know.
func foreign(p *plan.Plan) (string, error) {
	if len(p.Network.CNI.Manifests) == 0 {
		return text("none.md")
	}
	how, err := text("other.md")
	for _, m := range p.Network.CNI.Manifests {
		how += strings.TrimRight("\n    "+m.URL+m.Local+" "+m.Checksum, " ")
	}
	return how + "\n", err
}

// text reads a file of templates/cni.
func text(name string) (string, error) {
	data, err := fs.ReadFile(templates.Files, "tree/cni/"+name)
	return string(data), err
}

// fact is a row of the README's table: a value that the pod network and the plan must agree on.
type fact struct{ What, Value string }

func readme(p *plan.Plan, how string) ([]byte, error) {
	n := &p.Network
	facts := []fact{
		{"Pod ranges", code(n.PodSubnets)},
		{"Service ranges", code(n.ServiceSubnets)},
		{"A node's share", shares(p)},
	}
	if n.CNI.Encapsulation != "" && !(n.CNI.Foreign() && !n.CNI.Has("encapsulation")) {
		facts = append(facts, fact{"Encapsulation", n.CNI.Encapsulation})
	}
	facts = append(facts, fact{"MTU of pods", mtuText(p)})
	if n.CNI.Interface != "" {
		facts = append(facts, fact{"Interface", "`" + n.CNI.Interface + "`"})
	}
	facts = append(facts, fact{"kube-proxy", proxyText(n)})

	var images []string
	for _, i := range p.Images() {
		if strings.Contains(i.Source, "/flannel-io/") || strings.Contains(i.Source, "/calico/") || strings.Contains(i.Source, "/cilium/") {
			images = append(images, i.Ref)
		}
	}
	body, err := text("README.md.tmpl")
	if err != nil {
		return nil, err
	}
	t, err := template.New("README.md").Option("missingkey=error").Parse(body)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, struct {
		Name, Version string
		Facts         []fact
		How           string
		Images        []string
	}{n.CNI.Called(), n.CNI.Version, facts, how, images})
	return out.Bytes(), err
}

func proxyText(n *plan.Network) string {
	if n.KubeProxy.Mode == plan.ProxyNone {
		return "none: the pod network does its work"
	}
	return "mode " + n.KubeProxy.Mode
}

func mtuText(p *plan.Plan) string {
	if mtu := statedMTU(p); mtu != 0 {
		return strconv.Itoa(mtu)
	}
	if p.Network.CNI.MTU == 0 {
		return fmt.Sprintf("what its manifests state: at most the %d of the hosts' interface, less the encapsulation", p.Network.MTU)
	}
	return fmt.Sprintf("measured on each host: that of its interface, less the encapsulation (%d where the interface has %d)",
		p.Network.CNI.MTU, p.Network.MTU)
}

// statedMTU returns the MTU of a pod's interface if the user set one in network or cni, and 0 if the plan only assumes Ethernet's 1500.
// With 0, each host measures its own, which is also right where a cloud's network has less.
func statedMTU(p *plan.Plan) int {
	if p.Network.Source.Has("mtu") || p.Network.CNI.Source.Has("mtu") {
		return p.Network.CNI.MTU
	}
	return 0
}

func code(ranges []netip.Prefix) string {
	texts := make([]string, len(ranges))
	for i, r := range ranges {
		texts[i] = "`" + r.String() + "`"
	}
	return strings.Join(texts, ", ")
}

func shares(p *plan.Plan) string {
	var texts []string
	for _, s := range p.Network.PodSubnets {
		texts = append(texts, "a /"+strconv.Itoa(p.Network.NodeMask(s)))
	}
	return strings.Join(texts, ", ")
}
