//go:build js

// Core is the playground's first program: findings, completion, documentation, starters, and the picture. It links nothing of Kubernetes.
package main

import (
	"github.com/k8splan/k8splan/cmd/k8splan-wasm/worker"
	"github.com/k8splan/k8splan/planner/lsp"
	"github.com/k8splan/k8splan/planner/play"
)

func main() {
	worker.Run(func(play.Options) map[string]lsp.Request { return nil })
}
