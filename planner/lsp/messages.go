package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
)

// message is a JSON-RPC message, in either direction.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *failure        `json:"error,omitempty"`
}

// ServeMessages is Serve for clients that exchange whole messages without stream headers, such as a web page. The client's messages are
// read from in, and the server's are passed to out, one at a time. The session ends with the client's exit, when in is closed, or with ctx.
func ServeMessages(ctx context.Context, in <-chan []byte, out func([]byte), o Options) {
	s := newServer(o)
	defer s.end()
	var mu sync.Mutex
	send := func(m message) {
		m.Version = "2.0"
		data, err := json.Marshal(m)
		if err != nil { // it was marshaled before
			panic("lsp: " + err.Error())
		}
		mu.Lock()
		defer mu.Unlock()
		out(data)
	}
	s.notice = func(method string, params any) {
		data, _ := params.(json.RawMessage)
		send(message{Method: method, Params: data})
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.exited:
			return
		case data, more := <-in:
			if !more {
				return
			}
			var m message
			if json.Unmarshal(data, &m) != nil || m.Method == "" { // the server sends no requests, so it expects no responses
				continue
			}
			answer, err := s.handle(m.Method, m.Params, m.ID != nil)
			if m.ID != nil {
				send(answered(m.ID, answer, err))
			}
		}
	}
}

func answered(id json.RawMessage, answer any, err error) message {
	if f, ok := errors.AsType[*failure](err); ok {
		return message{ID: id, Error: f}
	}
	if err != nil {
		return message{ID: id, Error: &failure{internalError, err.Error()}}
	}
	data, _ := answer.(json.RawMessage)
	if data == nil {
		data = json.RawMessage("null")
	}
	return message{ID: id, Result: data}
}
