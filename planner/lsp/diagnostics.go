package lsp

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// diagnostics converts the findings to LSP diagnostics.
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
			to.Message += "\n" + from.Detail // the first line must fit into a list or at the end of a line
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

// place returns the range of a diagnostic. A diagnostic about a value from the command line is at the start.
func (d *document) place(from *hcl.Diagnostic) span {
	if from.Subject == nil || from.Subject.Filename != d.filename() {
		return span{}
	}
	return d.span(from.Subject.Start.Byte, from.Subject.End.Byte)
}

// elsewhere matches how a detail names the other place of a conflict. Rules write it as "line 12"; HCL, for a duplicate argument, as "at
// topology.hcl:12,3-10".
var elsewhere = regexp.MustCompile(`\bline (\d+)\b|\bat .+?:(\d+),\d+-`)

// others returns the other lines that a diagnostic mentions, counted from 0.
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

// line returns the location of a line's text, without its indentation.
func (d *document) line(n int) location {
	begin, end := d.lines[n], d.end(n)
	text := d.text[begin:end]
	return location{d.uri, d.span(begin+len(text)-len(strings.TrimLeft(text, " \t")), end)}
}
