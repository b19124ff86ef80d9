package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/k8splan/k8splan/planner/rule"
)

// annotations formats findings as workflow commands of GitHub Actions, one each: the runner shows them at their lines in the pull request.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
func (a *app) annotations(all []*opened) string {
	var b strings.Builder
	for _, o := range all {
		cache := map[string]*source{}
		for _, d := range o.diags {
			command := map[string]string{"error": "error", "warning": "warning", "note": "notice"}[severity(d)]
			name, at := o.place(d)
			properties := []string{"file=" + property(a.inWorkspace(name)), fmt.Sprintf("line=%d", at.Start.Line),
				fmt.Sprintf("endLine=%d", at.End.Line)}
			if at.Start.Line == at.End.Line { // columns are meaningless across lines
				start, end := at.Start.Column, at.End.Column
				if src := o.in(cache, name); src != nil {
					start, end = src.codePoint(at.Start), src.codePoint(at.End)
				}
				properties = append(properties, fmt.Sprintf("col=%d", start), fmt.Sprintf("endColumn=%d", max(start, end-1)))
			}
			properties = append(properties, "title="+property(fmt.Sprintf("%s (%s)", d.Summary, rule.ID(d))))
			text := message(d)
			if reason, ok := rule.WaiverReason(d); ok {
				text += "\nWaived: " + reason
			}
			fmt.Fprintf(&b, "::%s %s::%s\n", command, strings.Join(properties, ","), data(text+"\n"+rulePage(rule.ID(d))))
		}
	}
	return b.String()
}

// inWorkspace returns a file's name relative to the repository's root, which GitHub expects. The runner sets the root in the environment.
func (a *app) inWorkspace(name string) string {
	name = a.called(name)
	root := os.Getenv("GITHUB_WORKSPACE")
	if root == "" || strings.HasPrefix(name, "<") {
		return filepath.ToSlash(name)
	}
	full := name
	if !filepath.IsAbs(full) {
		here, err := os.Getwd() // after -C
		if err != nil {
			return filepath.ToSlash(name)
		}
		relative := name
		if a.chdir != "" {
			if relative, err = filepath.Rel(a.chdir, name); err != nil {
				return filepath.ToSlash(name)
			}
		}
		full = filepath.Join(here, relative)
	}
	if relative, err := filepath.Rel(root, full); err == nil && filepath.IsLocal(relative) {
		return filepath.ToSlash(relative)
	}
	return filepath.ToSlash(name)
}

// data escapes the text of a workflow command, which ends at a newline. Source:
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts, escapeData and escapeProperty
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(visible(s))
}

// property escapes a value in a workflow command's head, which ends at a comma or a colon.
func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(visible(s))
}
