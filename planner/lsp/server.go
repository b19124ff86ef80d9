package lsp

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"runtime/debug"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// Options describes the server's environment.
type Options struct {
	Version  string
	Rules    []*rule.Rule
	RulePage func(id string) string // the address of a rule's documentation
	Today    func() time.Time       // compared with the expiry of waivers
	// Values returns the current values of variables, from spec.ParseVar and spec.ParseVarFile; nil if there are none.
	Values func() map[string]cty.Value
	Facts  *plan.Table // Kubernetes' releases; nil means the built-in table
	// Folder opens the folder of a topology, whose files expressions may read; nil if there is none to read.
	Folder func(topology string) fs.FS
	Delay  time.Duration // between the last keystroke and the findings
	// Requests handles requests outside LSP, by method: those that a web page sends in addition to an editor's.
	Requests map[string]Request
}

func (o *Options) values() map[string]cty.Value {
	if o.Values == nil {
		return nil
	}
	return o.Values()
}

// Request answers a call with a value that can be encoded as JSON.
type Request = func(params json.RawMessage) (any, error)

// server is one session.
type server struct {
	options  Options
	notice   func(method string, params any) // sends a notification to the client
	snippets bool                            // the client supports snippets

	mu        sync.Mutex
	documents map[string]*document
	shutdown  bool
	exited    chan struct{}
}

func newServer(o Options) *server {
	return &server{options: o, documents: map[string]*document{}, exited: make(chan struct{})}
}

// end stops pending work, and reports whether the client had announced the shutdown.
func (s *server) end() (announced bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.documents {
		d.past.stop()
	}
	return s.shutdown
}

// failure is a JSON-RPC error.
type failure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (f *failure) Error() string { return f.Message }

// Codes of JSON-RPC 2.0. Source: https://www.jsonrpc.org/specification#error_object
const (
	invalidRequest = -32600
	methodNotFound = -32601
	invalidParams  = -32602
	internalError  = -32603
)

// handle answers one message. Messages arrive one at a time; findings are computed concurrently.
func (s *server) handle(method string, params []byte, call bool) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.report(method, r)
			result, err = nil, &failure{internalError, fmt.Sprintf("%s failed", method)}
		}
		if !call { // an error would end the session
			err = nil
		}
	}()
	s.mu.Lock()
	down := s.shutdown
	s.mu.Unlock()
	if down && call {
		return nil, &failure{invalidRequest, "the server was shut down"}
	}
	switch method {
	case "initialize":
		var p initializeParams
		if err := json.Unmarshal(params, &p); err != nil {
			return nil, &failure{invalidParams, err.Error()}
		}
		s.snippets = p.Capabilities.TextDocument.Completion.CompletionItem.SnippetSupport
		return raw(initializeResult{
			Capabilities: serverCapabilities{
				TextDocumentSync:   syncOptions{OpenClose: true, Change: 1},
				CompletionProvider: completionOptions{TriggerCharacters: []string{`"`, ".", "="}},
				HoverProvider:      true, DefinitionProvider: true, DocumentFormattingProvider: true,
				CodeActionProvider: codeActionOptions{[]string{quickFix}}, DocumentSymbolProvider: true, ReferencesProvider: true,
				RenameProvider: renameOptions{PrepareProvider: true}, FoldingRangeProvider: true, InlayHintProvider: true,
			},
			ServerInfo: serverInfo{"k8splan", s.options.Version},
		})
	case "initialized":
		return nil, nil
	case "shutdown":
		s.mu.Lock()
		s.shutdown = true
		s.mu.Unlock()
		return raw(nil)
	case "exit":
		select {
		case <-s.exited:
		default:
			close(s.exited)
		}
		return nil, nil
	}
	if own, ok := s.options.Requests[method]; ok && call {
		answer, err := own(json.RawMessage(params))
		if err != nil {
			return nil, &failure{invalidParams, err.Error()}
		}
		return raw(answer)
	}
	answer, known := map[string]func(*documentParams) any{
		"textDocument/didOpen":        s.opened,
		"textDocument/didChange":      s.changed,
		"textDocument/didClose":       s.closed,
		"textDocument/completion":     s.completion,
		"textDocument/hover":          s.hover,
		"textDocument/definition":     s.definition,
		"textDocument/formatting":     s.formatting,
		"textDocument/codeAction":     s.actions,
		"textDocument/documentSymbol": s.symbols,
		"textDocument/references":     s.references,
		"textDocument/prepareRename":  s.prepareRename,
		"textDocument/rename":         s.rename,
		"textDocument/foldingRange":   s.folding,
		"textDocument/inlayHint":      s.hints,
	}[method]
	if !known {
		if !call {
			return nil, nil
		}
		return nil, &failure{methodNotFound, fmt.Sprintf("unknown method %s", method)}
	}
	var p documentParams
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, &failure{invalidParams, err.Error()}
	}
	out := answer(&p)
	if why, failed := out.(error); failed {
		return nil, why
	}
	return raw(out)
}

// raw encodes an answer with the standard library, which accepts any text; the connection's codec refuses invalid UTF-8.
func raw(v any) (any, error) {
	data, err := json.Marshal(v)
	return json.RawMessage(data), err
}

func (s *server) notify(method string, params any) {
	data, err := raw(params)
	if err == nil {
		s.notice(method, data)
	}
}

// report notifies the client of a bug in the server.
func (s *server) report(what string, why any) {
	s.notify("window/logMessage", logMessageParams{Type: 1, Message: fmt.Sprintf("k8splan: %s: %v\n%s", what, why, debug.Stack())})
}

// document returns the current version of a file, nil if it is not open.
func (s *server) document(p *documentParams) *document {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.documents[p.TextDocument.URI]
}

func (s *server) put(uri string, version int, text string, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &past{}
	if old := s.documents[uri]; old != nil {
		p = old.past
	}
	d := newDocument(uri, version, text, &s.options, p)
	open := map[string]string{}
	for other, of := range s.documents {
		open[other] = of.text
	}
	d.beside = folderOf(uri, open, &s.options)
	s.documents[uri] = d
	p.start(delay, func() { s.publish(d) })
}

// start runs f after a delay, and cancels what was scheduled before.
func (p *past) start(delay time.Duration, f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = time.AfterFunc(delay, f)
}

func (p *past) stop() { p.start(time.Hour, func() {}) }

// publish sends the findings of a version if it is still the newest.
func (s *server) publish(d *document) {
	defer func() {
		if r := recover(); r != nil {
			s.report("diagnostics", r)
		}
	}()
	current := func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.documents[d.uri] == d
	}
	if !current() {
		return
	}
	if found := d.diagnostics(); current() {
		s.notify("textDocument/publishDiagnostics", publishDiagnosticsParams{d.uri, d.version, found})
	}
}

func (s *server) opened(p *documentParams) any {
	s.put(p.TextDocument.URI, p.TextDocument.Version, p.TextDocument.Text, 0)
	return nil
}

func (s *server) changed(p *documentParams) any {
	if n := len(p.ContentChanges); n > 0 && s.document(p) != nil {
		s.put(p.TextDocument.URI, p.TextDocument.Version, p.ContentChanges[n-1].Text, s.options.Delay)
	}
	return nil
}

func (s *server) closed(p *documentParams) any {
	d := s.document(p)
	if d == nil {
		return nil
	}
	s.mu.Lock()
	delete(s.documents, d.uri)
	s.mu.Unlock()
	d.past.stop()
	s.notify("textDocument/publishDiagnostics", publishDiagnosticsParams{d.uri, d.version, []diagnostic{}})
	return nil
}

// formatting formats the file. A file that does not parse stays unchanged.
func (s *server) formatting(p *documentParams) any {
	d := s.document(p)
	if d == nil {
		return nil
	}
	text := string(spec.Format(spec.Rename([]byte(d.text), planner.TargetSchema)))
	if text == d.text {
		return []textEdit{}
	}
	return []textEdit{{d.span(0, len(d.text)), text}}
}

// definition jumps from a finding to the other place that it mentions, and from var.x and local.x to their declarations.
func (s *server) definition(p *documentParams) any {
	d := s.document(p)
	if d == nil {
		return nil
	}
	at := d.offset(p.Position)
	if name, ok := d.keyword(at); ok {
		at = name
	}
	if begin, end := wordAround(d.text, at); begin < end {
		if found := d.declaration(find(d.text, end)); found != nil {
			return []location{*found}
		}
	}
	d.judge()
	out := []location{}
	for _, from := range d.diags {
		where := d.place(from)
		if before(p.Position, where.Start) || before(where.End, p.Position) {
			continue
		}
		for _, line := range d.others(from) {
			out = append(out, d.line(line))
		}
	}
	return out
}

func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// wordAround returns the word at or next to an offset: letters, digits, underscores, and hyphens.
func wordAround(text string, at int) (begin, end int) {
	is := func(c byte) bool {
		return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
	}
	begin, end = at, at
	for begin > 0 && is(text[begin-1]) {
		begin--
	}
	for end < len(text) && is(text[end]) {
		end++
	}
	return begin, end
}
