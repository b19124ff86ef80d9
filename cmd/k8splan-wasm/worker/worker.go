//go:build js

// Package worker is what the playground's two programs share: they run in a worker of the browser, and speak with the page that started it.
package worker

import (
	"context"
	"syscall/js"
	"time"

	"github.com/k8splan/k8splan/planner/lsp"
	"github.com/k8splan/k8splan/planner/play"
)

// version is stamped in by the linker: plan.json names it.
var version = "dev"

// waiting bounds the messages of the page that were not read yet.
const waiting = 1024

// Run speaks with the page until the browser ends the worker. worker.js has the other side.
func Run(requests func(play.Options) map[string]lsp.Request) {
	in := make(chan []byte, waiting)
	receive := js.FuncOf(func(_ js.Value, args []js.Value) any {
		in <- []byte(args[0].String())
		return nil
	})
	defer receive.Release()
	send := func(message []byte) { js.Global().Call("postMessage", string(message)) }
	o := play.Options{
		Release:  version,
		RulePage: func(id string) string { return "docs/rules.html#" + id },
		Today:    func() time.Time { return time.Now().UTC().Truncate(24 * time.Hour) },
	}
	js.Global().Call("k8splanReady", receive)
	play.Serve(context.Background(), in, send, o, requests(o))
}
