package main

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// validation is the output of `validate -o json`: the format of `terraform validate -json`, so that editors and CI can read both, plus the
// rule of each diagnostic, and the severity "note" for a waived finding. Source:
// https://developer.hashicorp.com/terraform/cli/commands/validate#json-output-format
type validation struct {
	FormatVersion string       `json:"format_version"`
	Valid         bool         `json:"valid"`
	ErrorCount    int          `json:"error_count"`
	WarningCount  int          `json:"warning_count"`
	Files         []fileJSON   `json:"files"` // in the order in which they were read
	Diagnostics   []diagnostic `json:"diagnostics"`

	Requirements []requirementJSON `json:"requirements,omitempty"` // results of --require, for each file that could be checked
}

// fileJSON is the result for one file.
type fileJSON struct {
	Filename     string `json:"filename"`
	Valid        bool   `json:"valid"`
	ErrorCount   int    `json:"error_count"`
	WarningCount int    `json:"warning_count"`
	NoteCount    int    `json:"note_count"`
}

type diagnostic struct {
	Severity string       `json:"severity"`
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail"`
	Rule     string       `json:"rule,omitempty"`
	Waiver   string       `json:"waiver,omitempty"` // the waiver's reason
	Range    *rangeJSON   `json:"range,omitempty"`
	Snippet  *snippetJSON `json:"snippet,omitempty"`
}

type rangeJSON struct {
	Filename string  `json:"filename"`
	Start    posJSON `json:"start"`
	End      posJSON `json:"end"`
}

type posJSON struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

type snippetJSON struct {
	Context              *string `json:"context"` // the block, null at the top level
	Code                 string  `json:"code"`
	StartLine            int     `json:"start_line"`
	HighlightStartOffset int     `json:"highlight_start_offset"` // byte offset into code
	HighlightEndOffset   int     `json:"highlight_end_offset"`
	Values               []value `json:"values"`
}

// add counts and appends the diagnostics of one file. It returns whether the file is valid; strict makes warnings count.
func (r *validation) add(o *opened, strict bool) bool {
	sources := map[string]*source{}
	for name, data := range o.sources {
		sources[name] = newSource(data, o.diags)
	}
	errors, warnings, notes := counts(o.diags)
	r.ErrorCount += errors
	r.WarningCount += warnings
	good := errors == 0 && !(strict && warnings > 0)
	r.Valid = r.Valid && good
	r.Files = append(r.Files, fileJSON{o.name, good, errors, warnings, notes})
	for _, d := range o.diags {
		out := diagnostic{Severity: severity(d), Summary: d.Summary, Detail: d.Detail, Rule: rule.ID(d)}
		out.Waiver, _ = rule.WaiverReason(d)
		if at := d.Subject; at != nil {
			out.Range = &rangeJSON{at.Filename, position(at.Start), position(at.End)}
			if src := sources[at.Filename]; src != nil {
				out.Snippet = snippetOf(d, at, src)
			}
		}
		r.Diagnostics = append(r.Diagnostics, out)
	}
	return good
}

func position(p hcl.Pos) posJSON { return posJSON{p.Line, p.Column, p.Byte} }

// snippetOf returns the whole lines of a range, only the first ones of a long block.
func snippetOf(d *hcl.Diagnostic, at *hcl.Range, src *source) *snippetJSON {
	if at.Start.Line < 1 || at.Start.Line > len(src.lines) {
		return nil
	}
	begin := src.lines[at.Start.Line-1]
	code := ""
	for n := at.Start.Line; n <= min(at.End.Line, len(src.lines), at.Start.Line+mostLines-1); n++ {
		if n > at.Start.Line {
			code += "\n"
		}
		code += src.line(n)
	}
	inside := func(byte int) int { return min(max(byte-begin, 0), len(code)) }
	s := &snippetJSON{
		Code: code, StartLine: at.Start.Line,
		HighlightStartOffset: inside(at.Start.Byte), HighlightEndOffset: inside(at.End.Byte),
		Values: values(d),
	}
	if context := src.context(at.Filename, at.Start.Byte); context != "" {
		s.Context = &context
	}
	return s
}
