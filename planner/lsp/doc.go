// Package lsp is a language server for topology.hcl: findings while the user types, fixes, completion, documentation with the plan's
// values, names, and their references, hints, an outline, and formatting.
//
// # Where the answers come from
//
// Diagnostics come from planner.Open, formatting from spec.Format, documentation from spec.Schema and the rules. This package finds the
// cursor in the file (cursor.go) and translates to LSP. A fix is parsed from a finding's sentence and tried on a copy of the file: it is
// offered only if the finding is gone afterwards (actions.go). A file is half-written most of the time, so the cursor is found by tokens
// rather than by the parser, and nothing here may panic on any text: a request that panics is answered with an error, and the server
// continues.
//
// # Why these types
//
// Messages travel by go.lsp.dev/jsonrpc2, which is maintained and small. Its sister go.lsp.dev/protocol is from 2022, needs a jsonrpc2 of
// that year, and links a logger and a second JSON codec, 4 MB in all; the server needs a dozen of its types, which protocol.go defines.
// Source: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
//
// The package is internal to k8splan and makes no compatibility promise.
package lsp
