package change

import (
	"fmt"
	"strings"
)

// Markdown is docs/change.md: what a change of each argument does to a cluster that runs, how it is carried out, and what was seen.
func Markdown() []byte {
	var out strings.Builder
	out.WriteString(`# Changing a running cluster

<!-- Written by UPDATE=1 go test ./cmd/k8splan -run TestChangePage from planner/change. -->

` + "`k8splan diff OLD [NEW]`" +
		` says what an edit of a topology does to a cluster that was built from the old one. OLD is a topology or a generated tree, ` +
		"whose `plan.json` says what it was\ngenerated from. `k8splan generate` into an existing tree says the same first, and `--git " +
		"REVISION` compares with a revision:\n\n" +
		"```console\n$ k8splan diff out\n$ k8splan diff --git origin/main -o markdown\n```\n\n" +
		"The verdict is the worst class of all changes. The exit code is 1 where something is refused or a topology is " +
		"wrong, 2 where the command line is, and with\n" +
		"`--exit-code` 3 where anything else changes. [diff.schema.json](schema/diff.schema.json) is the schema of `-o " +
		"json`.\n\n| Class | |\n|---|---|\n")
	for _, c := range Classes {
		fmt.Fprintf(&out, "| %s | %s |\n", c, c.Meaning())
	}
	out.WriteString(`
The order of work is always: edit, diff, generate, run. The steps keep the most members of etcd and API servers at every moment: what
joins comes before what leaves.
What no playbook carries out yet is done by hand, with the page of the tree's RUNBOOK.md that is named, and is never called in-place.
If another program builds the cluster (hosted services, kops, kubespray, and others), that program applies the change, and no class is
better than ordered. Clusters of kind, minikube and Docker Desktop are deleted and created again.

## Arguments

| Argument | Change | Class | What it means | Carried out by | Seen |
|---|---|---|---|---|---|
`)
	for i := range table {
		r := &table[i]
		if r.Argument == "component" {
			continue
		}
		for j := range r.Cases {
			c := &r.Cases[j]
			what := c.What
			if r.Source != "" && j == 0 {
				what += sources(r.Source)
			}
			fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s |\n", argumentCell(r.Argument), cell(c.When), c.effective(), what,
				carriedOut(c),
				seenCell(c, id(r, c)))
		}
	}
	out.WriteString(`
## Edits that must be split

Some changes are possible one by one and refused together, because hosts would see two conflicting states at once:

- an upgrade, or another version of the pod network, with a change of control planes or members of etcd;
- all control planes replaced, or a majority of etcd's members while others come;
- a host that takes the address of another one that stays;
- a pool whose machines keep their names and get other addresses;
- machines that come and go where one command makes and removes them (Terraform, Vagrant and others): it would remove them
  before they are drained.
`)
	out.WriteString("\n## Procedures\n\nIn the order in which they run.\n\n| Procedure | By | Before the next host or step | Undo " +
		"|\n|---|---|---|---|\n")
	for i := range procedures {
		p := &procedures[i]
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", p.Title, p.by(), cell(p.Gate), cell(p.Undo))
	}
	writeCosts(&out)
	return []byte(out.String())
}

// costs are of runs in which the machine did nothing else. Seconds of a lab whose hosts share two cores say nothing of other machines; what
// they are to each other within one run does.
var costs = []struct{ edit, building, host, longest string }{
	{"a worker joins two others and a control plane", "0.50", "1.5", "preparing the host 36 %, looking at all hosts 23 %, verifying 11 %"},
	{"control planes 1 → 3, stacked etcd", "0.93", "1.4", "preparing the hosts 31 %, joining one by one 23 %, verifying 17 %"},
	{"a minor up, one control plane and two workers", "2.0", "2.0", "kubeadm's upgrade of the control plane 30 %, kubelets with drains " +
		"36 %, looking at the hosts 13 %"},
	{"a label, an annotation and a taint of one worker", "0.30", "0.9", "looking at all hosts 37 %, preparing them 22 %, verifying 10 %"},
	{"a taint that evicts, so one worker is drained", "0.53", "1.6", "looking at all hosts 51 %, preparing them 10 %"},
	{"settings of every kind, one host", "3.5", "3.5", "restarting the four static pods of the control plane, and watching " +
		"each for some seconds"},
}

func writeCosts(out *strings.Builder) {
	out.WriteString(`
## What a change costs

Measured in the lab on 29 and 30 November 2026, in one run each: how long an edit takes, held against how long site.yml took to build the
same cluster, and that for each host that the edit works on, where 1 is one host's share of the building.

| Edit | Of the building | For each host | What takes longest |
|---|---|---|---|
`)
	for _, c := range costs {
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", c.edit, c.building, c.host, c.longest)
	}
	out.WriteString(`
What is done one host at a time grows with the hosts: of that upgrade, the control plane took four times as long as a worker, as kubeadm
waits for each of its static pods. Workers join all at once and are upgraded in waves (-e wave=20% for larger ones), so another worker costs
its share of a wave. Looking at the hosts and verifying the cluster is done on all hosts at once, and is most of what a small edit takes.
`)
}

// cell is text in a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func argumentCell(argument string) string {
	switch argument {
	case "component":
		return "helper programs"
	case "target.*":
		return "arguments of `target`"
	}
	return "`" + argument + "`"
}

// sources are the addresses of a row as links, and its files by name.
func sources(text string) string {
	var links []string
	n := 0
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == ',' }) {
		if part = strings.TrimSpace(part); strings.HasPrefix(part, "https://") {
			n++
			links = append(links, fmt.Sprintf("[%d](%s)", n, part))
		}
	}
	if len(links) == 0 {
		return ""
	}
	return " " + strings.Join(links, " ")
}

// carriedOut names who carries a case out.
func carriedOut(c *Case) string {
	var by []string
	for _, id := range c.By {
		by = add(by, find(id).by())
	}
	return strings.Join(by, "; ")
}

// by is who carries a procedure out today.
func (p *Procedure) by() string {
	switch {
	case p.where == onTool:
		return "the program that makes it"
	case p.carries():
		return "`" + p.Playbook + "`"
	}
	return `by hand, "` + p.Page + `"`
}

func seenCell(c *Case, id string) string {
	switch {
	case seen[id] != "":
		return seen[id]
	case c.Class == None:
		return ""
	}
	return "not run"
}
