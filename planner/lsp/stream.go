package lsp

import (
	"context"
	"errors"
	"io"

	"go.lsp.dev/jsonrpc2"
)

// errNoShutdown ends a session in which the client left without shutdown: LSP requires exit code 1.
var errNoShutdown = errors.New("the editor left without shutting the server down")

// Serve speaks LSP over a stream until the client sends exit or disconnects.
func Serve(ctx context.Context, stream io.ReadWriteCloser, o Options) error {
	s := newServer(o)
	conn := jsonrpc2.NewConn(jsonrpc2.NewStream(stream))
	s.notice = func(method string, params any) {
		_ = conn.Notify(context.Background(), method, params) // a disconnected client needs no findings
	}
	conn.Go(ctx, func(_ context.Context, req *jsonrpc2.Request) (any, error) {
		answer, err := s.handle(req.Method(), req.Params(), req.IsCall())
		if f, ok := errors.AsType[*failure](err); ok {
			return nil, jsonrpc2.NewError(jsonrpc2.Code(f.Code), f.Message)
		}
		return answer, err
	})
	select {
	case <-s.exited:
	case <-conn.Done():
		if err := conn.Err(); err != nil {
			return err
		}
	}
	if !s.end() {
		return errNoShutdown
	}
	return nil
}
