package main

import (
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// codePoint returns a position's column in code points, counted from 1. HCL counts grapheme clusters, which may have several code points;
// other programs do not.
func (s *source) codePoint(p hcl.Pos) int {
	if p.Line < 1 || p.Line > len(s.lines) {
		return p.Column
	}
	begin := s.lines[p.Line-1]
	if p.Byte < begin || p.Byte > len(s.data) {
		return p.Column
	}
	return 1 + utf8.RuneCount(s.data[begin:p.Byte])
}

// in returns the source of a file that diagnostics point into, nil if there is none.
func (o *opened) in(cache map[string]*source, name string) *source {
	if src := cache[name]; src != nil {
		return src
	}
	data, ok := o.sources[name]
	if !ok {
		return nil
	}
	cache[name] = newSource(data, o.diags)
	return cache[name]
}
