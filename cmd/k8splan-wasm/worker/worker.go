//go:build js

// Package worker is shared by the playground's two programs: they run in a web worker, and exchange messages with the page that started it.
package worker

import (
	"context"
	"syscall/js"
	"time"

	"github.com/k8splan/k8splan/planner/lsp"
	"github.com/k8splan/k8splan/planner/play"
)

// version is set by the linker and written to plan.json.
var version = "dev"

// waiting limits the page's unread messages.
const waiting = 1024

// Run exchanges messages with the page until the browser ends the worker. worker.js is the other side.
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
