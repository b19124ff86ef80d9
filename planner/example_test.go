package planner_test

import (
	"fmt"
	"log"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/simulate"
)

// Example plans a cluster from Go: it reads a design, asks what it survives, and makes its files.
func Example() {
	design := `
cluster "dev" {
  type = "all-in-one"
}
node "dev-1" {
  address = "192.168.56.10"
}
`
	project, diags := planner.Open("topology.hcl", []byte(design), nil, time.Time{})
	if diags.HasErrors() {
		log.Fatal(diags)
	}
	p := project.Plan()
	tree, err := render.Tree(project, "v1.0.0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Cluster.Name, "runs on", p.Nodes[0].Address)
	if stopped, _ := simulate.New(p).Survives(1, simulate.NodeUnit); stopped != nil {
		fmt.Println("without", stopped.Failure, "the API is", stopped.State(simulate.API))
	}
	for _, f := range tree.Files() {
		if f.Path == "kubeadm/dev-1.yaml" {
			fmt.Println("kubeadm reads", f.Path)
		}
	}
	// Output:
	// dev runs on 192.168.56.10
	// without node/dev-1 the API is down
	// kubeadm reads kubeadm/dev-1.yaml
}
