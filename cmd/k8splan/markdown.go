package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// mostMarkdown limits a file's findings in a summary: a GitHub comment holds 65,536 characters.
const mostMarkdown = 50

// markdownText escapes a text for Markdown: nothing in it becomes a link, a tag, or a mention.
var markdownText = strings.NewReplacer(
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", "\\|",
	"#", "\\#", "~", "\\~",
	"@", "@\u200b", "://", ":\u200b//", "www.", "www\u200b.", "\r", " ", "\n", " ")

// markdown returns a summary for people: a heading for each file, its findings, and the results of its requirements.
func (a *app) markdown(read []*opened, strict bool, answers []requirementJSON) string {
	var out strings.Builder
	for _, o := range read {
		if o == nil {
			continue
		}
		errors, warnings, _ := counts(o.diags)
		verdict, said := "valid", tally(o.diags)
		if errors > 0 || strict && warnings > 0 {
			verdict = "not valid"
		}
		if said != "" {
			said = ", " + said
		}
		fmt.Fprintf(&out, "### %s: %s%s\n\n", markdownText.Replace(visible(a.inWorkspace(o.name))), verdict, said)
		findings := slices.Clone(o.diags) // errors first: a page is read from the top
		slices.SortStableFunc(findings, func(a, b *hcl.Diagnostic) int { return gravity(b) - gravity(a) })
		for _, d := range findings[:min(len(findings), mostMarkdown)] {
			place := ""
			if d.Subject != nil {
				place = fmt.Sprintf("line %d, ", d.Subject.Start.Line)
				if d.Subject.Filename != o.name {
					place = markdownText.Replace(visible(d.Subject.Filename)) + " " + place
				}
			}
			fmt.Fprintf(&out, "- **%s: %s** (%s[%s](%s))\n", capital(severity(d)), markdownText.Replace(visible(d.Summary)), place,
				rule.ID(d), rulePage(rule.ID(d)))
			fmt.Fprintf(&out, "  %s\n", markdownText.Replace(visible(d.Detail)))
			if reason, ok := rule.WaiverReason(d); ok {
				fmt.Fprintf(&out, "  Waived: %s\n", markdownText.Replace(visible(reason)))
			}
		}
		if more := len(findings) - mostMarkdown; more > 0 {
			fmt.Fprintf(&out, "- %s more: `k8splan validate` shows all.\n", plural(more, "finding"))
		}
		if len(findings) > 0 {
			out.WriteByte('\n')
		}
		writeRequirements(&out, o.name, answers)
	}
	return out.String()
}

// writeRequirements writes a table of a file's requirements.
func writeRequirements(out *strings.Builder, name string, answers []requirementJSON) {
	head := "| Required | Holds | Worst loss | What it leaves |\n|---|---|---|---|\n"
	written := false
	for _, r := range answers {
		if r.Filename != name {
			continue
		}
		holds := "no"
		if r.Holds {
			holds = "yes"
		}
		fmt.Fprintf(out, "%s| `%s` | %s | %s | %s |\n", head, r.Requirement, holds, markdownText.Replace(visible(r.Worst)),
			markdownText.Replace(visible(r.Reason)))
		head, written = "", true
	}
	if written {
		out.WriteByte('\n')
	}
}
