package lsp_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner/lsp"
)

// A page sends and receives messages one by one, without headers.
func TestMessages(t *testing.T) {
	in, out := make(chan []byte, 8), make(chan string, 8)
	o := lsp.Options{
		RulePage: func(id string) string { return "#" + id },
		Today:    func() time.Time { return time.Time{} },
		Requests: map[string]lsp.Request{
			"k8splan/echo": func(params json.RawMessage) (any, error) { return map[string]string{"said": string(params)}, nil },
		},
	}
	ended := make(chan struct{})
	go func() {
		lsp.ServeMessages(context.Background(), in, func(m []byte) { out <- string(m) }, o)
		close(ended)
	}()
	say := func(message, want string) {
		t.Helper()
		in <- []byte(message)
		if got := <-out; !strings.Contains(got, want) {
			t.Errorf("%s\nis answered by\n%s\nwant %s", message, got, want)
		}
	}
	say(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`, `"hoverProvider":true`)
	say(`{"jsonrpc":"2.0","id":2,"method":"k8splan/echo","params":{"é":"\u2028"}}`, `"said":"{\"é\":`)
	say(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":`+
		`{"uri":"file:///topology.hcl","version":1,"text":"clustr {}\n"}}}`,
		`"code":"unknown-block"`)
	say(`{"jsonrpc":"2.0","id":3,"method":"k8splan/other","params":{}}`, `unknown method`)
	say(`{"jsonrpc":"2.0","id":4,"method":"shutdown"}`, `"id":4`)
	in <- []byte(`{"jsonrpc":"2.0","method":"exit"}`)
	<-ended
}
