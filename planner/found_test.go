package planner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/simulate"
)

// verdict is the first line of a design in testdata/found.
var verdict = regexp.MustCompile(`^# (valid|refused ([a-z-]+)): `)

// TestFoundDesigns holds designs as other programs have them, with all that the language can say of them: each is valid, or refused for
// its own fault and for nothing else. What is valid can be simulated and recorded, though its version is not built any more.
func TestFoundDesigns(t *testing.T) {
	files, err := filepath.Glob("../testdata/found/*.hcl")
	if err != nil || len(files) < 23 {
		t.Fatal(files, err)
	}
	stated := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := verdict.FindStringSubmatch(string(src))
		if want == nil {
			t.Errorf("%s: the first line is no verdict", file)
			continue
		}
		project, diags := planner.Open("topology.hcl", src, nil, time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC))
		var errors []string
		for _, d := range diags {
			if d.Severity == hcl.DiagError {
				errors = append(errors, rule.ID(d))
			}
		}
		if want[2] != "" {
			if errors = slices.Compact(errors); !slices.Equal(errors, []string{want[2]}) {
				t.Errorf("%s: errors %q, want %s", file, errors, want[2])
			}
			continue
		}
		if project == nil {
			t.Errorf("%s: %s", file, diags.Error())
			continue
		}
		p := project.Plan()
		for _, fact := range facts.FindAllStringSubmatch(string(src), -1) {
			if stated++; factOf(p, fact[1]) != fact[2] {
				t.Errorf("%s: %s is %q, and the original says %q", file, fact[1], factOf(p, fact[1]), fact[2])
			}
		}
		if s := simulate.New(p).Sentence(); s == "" || strings.Contains(s, " -1") {
			t.Errorf("%s: simulate says %q", file, s)
		}
		if seen := change.Between(change.Of(p, "test"), change.Of(p, "test")); len(seen.Changes) != 0 {
			t.Errorf("%s: a record differs from itself", file)
		}
	}
	if stated < 50 {
		t.Errorf("%d facts were compared", stated)
	}
}

// facts are what the original of a design says, in the words of the program that it comes from.
var facts = regexp.MustCompile(`(?m)^# fact: (.+?) = (.+)$`)

// factOf is what the plan has of a fact; lists are sorted.
func factOf(p *plan.Plan, fact string) string {
	var list []string
	switch fact {
	case "pods":
		return strings.Join(plan.Texts(p.Network.PodSubnets), ",")
	case "services":
		return strings.Join(plan.Texts(p.Network.ServiceSubnets), ",")
	case "endpoint":
		return p.Cluster.Endpoint.String()
	case "proxy":
		return p.Network.KubeProxy.Mode
	case "cni":
		return p.Network.CNI.Called()
	case "runtime":
		return p.Runtime.Name
	case "balancer":
		return p.LoadBalancer.Kind
	case "etcd":
		return string(p.Etcd.Placement)
	case "data":
		return p.Etcd.DataDir
	case "registry":
		return p.Artifacts.ImageRepository
	case "dns-registry":
		return p.Artifacts.DNSRepository
	case "etcd-registry":
		return p.Artifacts.EtcdRepository
	case "pods-per-node":
		return fmt.Sprint(p.Cluster.Kubelet.MaxPods)
	case "sans":
		list = p.Cluster.CertSANs
	case "groups":
		list = p.Groups()
	case "nodes":
		for _, n := range p.Nodes {
			list = append(list, n.Name)
		}
	case "members":
		for _, m := range p.Etcd.Members {
			list = append(list, m.Name)
		}
	case "addons":
		for _, a := range p.Addons {
			if !a.Early {
				list = append(list, a.Name)
			}
		}
	default:
		if field, ok := strings.CutPrefix(fact, "kubelet "); ok {
			return fmt.Sprint(p.Cluster.Kubelet.Config.Fields()[field])
		}
		return "unknown fact"
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Join(list, " ")
}
