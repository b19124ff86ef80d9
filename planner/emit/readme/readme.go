// Package readme emits the texts that people read first in a generated tree: README.md (what this cluster is, what it survives, its ports
// and certificates), RUNBOOK.md (how to build it with Ansible, or by hand, and what comes after), and hosts.txt, which the runbook's loops
// read.
//
// The runbook installs files in the same places as the playbook; packages kubeadm, etcd, and loadbalancer document the layout.
//
// The package is internal to k8splan and makes no compatibility promise.
package readme

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/simulate"
	"github.com/k8splan/k8splan/templates"
)

// Emit returns README.md, and for targets whose hosts we manage RUNBOOK.md and hosts.txt.
func Emit(p *plan.Plan) ([]artifact.File, error) { return EmitWith(p, simulate.Summarize(p)) }

// EmitWith is Emit for callers that already have the summary of the plan's model.
func EmitWith(p *plan.Plan, summary simulate.Summary) ([]artifact.File, error) {
	readme, err := render("README.md", overview(p, survives(p, summary)))
	if err != nil {
		return nil, err
	}
	files := []artifact.File{{Path: "README.md", Data: readme}}
	if !byHand(p) {
		return files, nil
	}
	runbook, err := render("RUNBOOK.md", procedure(p))
	if err != nil {
		return nil, err
	}
	return append(files,
		artifact.File{Path: "RUNBOOK.md", Data: runbook},
		artifact.File{Path: "hosts.txt", Data: hosts(p)},
	), nil
}

// byHand reports whether the plan has hosts that a person can log in to.
func byHand(p *plan.Plan) bool {
	return p.Target.Facts.Hosting == plan.Hosts && p.Bootstrap() != nil
}

// hosts returns one line per host: where ssh connects, the name, the roles, the address in the cluster. No field contains blanks.
func hosts(p *plan.Plan) []byte {
	var b bytes.Buffer
	for _, n := range p.Nodes {
		if n.Roles == 0 {
			continue // nothing is done on it
		}
		connect := n.SSHAddress
		if connect == "" {
			connect = n.Address.String()
		}
		fmt.Fprintf(&b, "%s %s %s %s\n", connect, n.Name, strings.Join(n.Roles.Strings(), ","), n.Address)
	}
	return b.Bytes()
}

// render executes a template of templates/tree/readme. Steps are numbered in the order of the text.
func render(name string, data any) ([]byte, error) {
	step := 0
	t, err := template.New(name+".tmpl").Option("missingkey=error").Funcs(template.FuncMap{
		"shell": shell,
		"code":  code,
		"on":    on,
		"step":  func() int { step++; return step },
	}).ParseFS(templates.Files, "tree/readme/"+name+".tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, err
	}
	return tidy(b.Bytes()), nil
}

// tidy collapses runs of blank lines, which omitted parts leave behind, and removes those at the end.
func tidy(text []byte) []byte {
	var out []string
	blank := false
	for _, line := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
		line = strings.TrimRight(line, " ")
		if line == "" && blank {
			continue
		}
		blank = line == ""
		out = append(out, line)
	}
	return []byte(strings.Join(out, "\n") + "\n")
}

// on begins a sentence about an action on each of some hosts.
func on(names string) string {
	if strings.Contains(names, " ") {
		return "On " + names + ", each"
	}
	return "On " + names
}
