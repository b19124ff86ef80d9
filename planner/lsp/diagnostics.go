package lsp

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// diagnostics says what is wrong in LSP's words.
func (d *document) diagnostics() []diagnostic {
	d.judge()
	out := make([]diagnostic, 0, len(d.diags))
	for _, from := range d.diags {
		id := rule.ID(from)
		to := diagnostic{Range: d.place(from), Severity: severityError, Code: id, Source: "k8splan", Message: from.Summary}
		if id != "" {
			to.CodeDescription = &codeDescription{d.options.RulePage(id)}
		}
		if from.Severity == hcl.DiagWarning {
			to.Severity = severityWarning
		}
		if from.Detail != "" {
			to.Message += "\n" + from.Detail // the first line is what a list or the end of a line has room for
		}
		if reason, ok := rule.WaiverReason(from); ok {
			to.Severity = severityInformation
			to.Message += "\nWaived: " + reason
		}
		if strings.HasPrefix(id, "unused-") {
			to.Tags = []int{tagUnnecessary}
		}
		if id == "renamed-argument" {
			to.Tags = []int{tagDeprecated}
		}
		for _, line := range d.others(from) {
			to.RelatedInformation = append(to.RelatedInformation, related{d.line(line), "the other place"})
		}
		out = append(out, to)
	}
	return out
}

// place is where a diagnostic stands. One about a value from the command line stands at the start.
func (d *document) place(from *hcl.Diagnostic) span {
	if from.Subject == nil || from.Subject.Filename != d.filename() {
		return span{}
	}
	return d.span(from.Subject.Start.Byte, from.Subject.End.Byte)
}

// elsewhere is how a detail names the other place of a clash. Rules write it as "line 12"; HCL, of an argument that stands twice, as
// "at topology.hcl:12,3-10".
var elsewhere = regexp.MustCompile(`\bline (\d+)\b|\bat .+?:(\d+),\d+-`)

// others are the lines, counted from 0, of the other places that a diagnostic speaks of.
func (d *document) others(from *hcl.Diagnostic) []int {
	var lines []int
	seen := map[int]bool{d.place(from).Start.Line: true}
	for _, m := range elsewhere.FindAllStringSubmatch(from.Detail, -1) {
		n, err := strconv.Atoi(m[1] + m[2])
		if err != nil || n < 1 || n > len(d.lines) || seen[n-1] {
			continue
		}
		seen[n-1] = true
		lines = append(lines, n-1)
	}
	return lines
}

// line is what stands on a line, its indentation left out.
func (d *document) line(n int) location {
	begin, end := d.lines[n], d.end(n)
	text := d.text[begin:end]
	return location{d.uri, d.span(begin+len(text)-len(strings.TrimLeft(text, " \t")), end)}
}
