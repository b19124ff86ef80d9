// Package render generates the whole tree of a design: the emitters' files, the target's files, the record, and the page. It links
// Kubernetes' own types, which no earlier stage does.
package render

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/emit/addons"
	"github.com/k8splan/k8splan/planner/emit/ansible"
	"github.com/k8splan/k8splan/planner/emit/cni"
	"github.com/k8splan/k8splan/planner/emit/coredns"
	"github.com/k8splan/k8splan/planner/emit/etcd"
	"github.com/k8splan/k8splan/planner/emit/kubeadm"
	"github.com/k8splan/k8splan/planner/emit/loadbalancer"
	"github.com/k8splan/k8splan/planner/emit/materials"
	"github.com/k8splan/k8splan/planner/emit/readme"
	"github.com/k8splan/k8splan/planner/firewall"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/planner/target"
)

// Emitter generates some files of the tree from the plan. It does not modify the plan and reads nothing else.
type Emitter = func(*plan.Plan) ([]artifact.File, error)

// emitters lists the emitters that need only the plan, in the order of the installation.
func emitters(hosting plan.Hosting, pages Emitter) []Emitter {
	if hosting != plan.Hosts { // a vendor or another program does the rest
		return []Emitter{pages}
	}
	return []Emitter{pages, etcd.Emit, loadbalancer.Emit, kubeadm.Emit, cni.Emit, addons.Emit, materials.Emit}
}

// Upstream returns the emitters for targets that use Kubernetes' own types.
func Upstream() target.Upstream {
	return target.Upstream{Network: cni.Emit, ClusterDNS: coredns.Manifest}
}

// Tree generates the whole tree of a project. release is the version of the program, which plan.json records. leaving are hosts that the
// cluster may still have although the design lacks them (change.Leaving): the inventory and plan.json keep them until they are removed. An
// error is a bug of an emitter, or a value that a rule should have rejected, never a mistake that could have been reported to the author
// earlier. If p.Refuses returns a reason, Tree fails with it.
func Tree(p *planner.Project, release string, leaving ...*change.Node) (*artifact.Set, error) {
	if why, _ := p.Refuses(); why != "" {
		return nil, errors.New(why)
	}
	resolved := p.Plan()
	record := func(resolved *plan.Plan) ([]artifact.File, error) {
		r := change.Of(resolved, release)
		r.Leaving = leaving
		data, err := r.Encode()
		return []artifact.File{{Path: change.FileName, Data: data}}, err
	}
	summary := sync.OnceValue(func() simulate.Summary { return simulate.Summarize(resolved) })
	pages := func(p *plan.Plan) ([]artifact.File, error) { return readme.EmitWith(p, summary()) }
	page := func(resolved *plan.Plan) ([]artifact.File, error) {
		data := p.Redact(report.Page(resolved, report.Options{Findings: p.Findings(false), InTree: true, Summary: summary}))
		return []artifact.File{{Path: report.FileName, Data: data}}, nil
	}
	own := func(*plan.Plan) ([]artifact.File, error) { return p.TargetFiles(Upstream()) }
	all := append(emitters(resolved.Target.Facts.Hosting, pages), own, record, page)
	if resolved.Target.Facts.Hosting == plan.Hosts {
		all = append(all, func(resolved *plan.Plan) ([]artifact.File, error) { return playbooks(resolved, leaving) },
			func(resolved *plan.Plan) ([]artifact.File, error) {
				return firewall.Emit(resolved, departing(leaving)...)
			})
	}
	files, errs := make([][]artifact.File, len(all)), make([]error, len(all))
	var group sync.WaitGroup
	for i, emit := range all {
		group.Go(func() { files[i], errs[i] = emit(resolved) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
	}
	set, err := artifact.NewSet(slices.Concat(files...))
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return set, nil
}

// playbooks generates the files of ansible/.
func playbooks(p *plan.Plan, leaving []*change.Node) ([]artifact.File, error) {
	return ansible.Emit(p, departing(leaving)...)
}

func departing(leaving []*change.Node) []plan.Leaving {
	hosts := make([]plan.Leaving, len(leaving))
	for i, n := range leaving {
		hosts[i] = n.Departing()
	}
	return hosts
}
