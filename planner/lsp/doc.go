// Package lsp is a language server for topology.hcl: findings as the author types, corrections, completion, documentation with the values
// that the plan came to, names and their references, hints, an outline, and formatting.
//
// # Where the answers come from
//
// Diagnostics are planner.Open's, formatting is spec.Format's, documentation is spec.Schema's and the rules'. What is here is where in the
// file the cursor is (cursor.go) and how LSP says it all. A correction is read off a finding's own sentence and tried on a copy of the
// file: only one after which the finding is gone is offered (actions.go). A file is half-written for most of its life, so the cursor is
// found by tokens and not by the parser, and nothing here may panic on any text: a request that does is answered with an error, and the
// server goes on.
//
// # Why these types
//
// Messages travel by go.lsp.dev/jsonrpc2, which is maintained and small. Its sister go.lsp.dev/protocol is of 2022, needs a jsonrpc2 of
// that year and links a logger and a second JSON codec, 4 MB in all; the server needs a dozen of its types, and protocol.go has them.
// Source: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
//
// The package is internal to k8splan and makes no compatibility promise.
package lsp
