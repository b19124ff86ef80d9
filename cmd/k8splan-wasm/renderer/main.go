//go:build js

// Renderer is the playground's second program, which the page loads when a user opens the files: it renders the whole tree.
package main

import (
	"github.com/k8splan/k8splan/cmd/k8splan-wasm/worker"
	"github.com/k8splan/k8splan/planner/play/tree"
)

func main() {
	worker.Run(tree.Requests)
}
