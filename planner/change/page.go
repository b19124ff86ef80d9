package change

import (
	"fmt"
	"slices"
	"strings"
)

// Markdown is docs/change.md: what a change of each argument does to a running cluster, how it is carried out, and how it was tested.
func Markdown() []byte {
	var out strings.Builder
	out.WriteString(`# Changing a running cluster

<!-- Written by UPDATE=1 go test ./cmd/k8splan -run TestChangePage from planner/change. -->

` + "`k8splan diff OLD [NEW]`" +
		` shows what an edit of a topology does to a cluster that was built from the old one. OLD is a topology or a generated` +
		"\ntree, which records its design in `plan.json`. `k8splan generate` into an existing tree shows the same summary first. " +
		"`--git REVISION`\ncompares with a revision:\n\n" +
		"```console\n$ k8splan diff out\n$ k8splan diff --git origin/main -o markdown\n```\n\n" +
		"The verdict is the worst class of all changes. The exit code is 1 if a change is refused or a topology is wrong, and 2 if " +
		"the command\nline is wrong. With `--exit-code` it is 3 if anything else changes. " +
		"[diff.schema.json](schema/diff.schema.json) is the schema of\n`-o json`.\n\n| Class | Meaning |\n|---|---|\n")
	for _, c := range Classes {
		fmt.Fprintf(&out, "| %s | %s |\n", c, c.Meaning())
	}
	out.WriteString(`
The order of work is always: edit, diff, generate, run. Hosts join before others leave, so the cluster always keeps as many etcd members
and API servers as possible.

Some changes have no playbook yet. They are made by hand, with the named page of the tree's RUNBOOK.md, and their class is never in-place.
If another program builds the cluster (hosted services, kops, kubespray, and others), that program applies the change, and the best class
is ordered. Clusters of kind, minikube, and Docker Desktop are deleted and created again.

## Arguments

The column "Tested" says when a change was last made on a real cluster in the lab, in which chain of edits (make e2e-change), and what was
measured. "Writes" are acknowledged writes of a client that wrote to the API during the whole change. "None lost" means that all of them
were still there afterwards. The gap is the longest time between two of them. "Forced" means that a refused change was applied anyway.
"Killed after 37 results" means that the playbook was killed after 37 task results and then run again. "Same as a fresh cluster" means that
at the end of the chain, manifests, configuration, ConfigMaps, nodes, and images were the same as those of a new cluster.

| Argument | Change | Class | What happens | Carried out by | Tested |
|---|---|---|---|---|---|
`)
	var runs sharedRuns
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
				carriedOut(c), runs.cell(c, id(r, c)))
		}
	}
	runs.write(&out)
	out.WriteString(`
## Edits that must be split

Some changes are possible one at a time, but refused together:

- an upgrade, or another version of the pod network, together with a change of control planes or etcd members;
- an upgrade together with workers that join, or with another container runtime;
- replacing all control planes, or removing a majority of etcd members while others join;
- giving a host the address of another host that stays;
- giving the machines of a pool other addresses while they keep their names;
- adding and removing machines if one command does both (Terraform, Vagrant, and others): it would remove machines before they
  are drained.
`)
	out.WriteString("\n## Procedures\n\nIn the order in which they run.\n\n| Procedure | By | Condition for the next host " +
		"or step | Undo " +
		"|\n|---|---|---|---|\n")
	for i := range procedures {
		p := &procedures[i]
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", p.Title, p.by(), cell(p.Gate), cell(p.Undo))
	}
	writeCosts(&out)
	return []byte(out.String())
}

// costs are measured in runs in which the machine did nothing else. The lab's hosts share two cores, so only ratios within one run are
// meaningful on other machines.
var costs = []struct{ edit, building, host, longest string }{
	{"add a worker to two others and a control plane", "0.50", "1.5", "preparing the host 36 %, inspecting all hosts 23 " +
		"%, verifying 11 %"},
	{"control planes 1 → 3, stacked etcd", "0.93", "1.4", "preparing the hosts 31 %, joining one by one 23 %, verifying 17 %"},
	{"upgrade by one minor, one control plane and two workers", "2.0", "2.0", "kubeadm's upgrade of the control plane 30 %, " +
		"drains and kubelets 36 %, inspecting the hosts 13 %"},
	{"upgrade by a patch release, three control planes, two workers, external etcd", "4.6", "9.1", "kubeadm's upgrades of the " +
		"control planes 66 %, drains and kubelets 18 %, inspecting the hosts 5 %"},
	{"change a label, an annotation, and a taint of one worker", "0.30", "0.9", "inspecting all hosts 37 %, preparing them 22 %, " +
		"verifying 10 %"},
	{"add a NoExecute taint, which drains one worker", "0.53", "1.6", "inspecting all hosts 51 %, preparing them 10 %"},
	{"change settings of every kind, one host", "3.5", "3.5", "restarting the four static pods of the control plane, and watching " +
		"each for some seconds"},
}

func writeCosts(out *strings.Builder) {
	out.WriteString(`
## What a change costs

Measured in the lab from 29 November to 1 December 2026, one run each. The unit is the time that site.yml needed to build the same
cluster: 0.50 means that the edit took half as long. The third column divides that by the number of hosts that change, where 1 is the time
to build one host.

| Edit | Time | For each host | Slowest parts |
|---|---|---|---|
`)
	for _, c := range costs {
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", c.edit, c.building, c.host, c.longest)
	}
	out.WriteString(`
Work on one host at a time takes longer with more hosts. In the upgrade by a minor, the control plane took four times as long as a
worker, because kubeadm waits for each of its static pods. Workers join all at once and are upgraded in waves (-e wave=20% for larger
ones), so another worker adds only a part of a wave. Inspecting the hosts and verifying the cluster happens on all hosts at once, and
takes most of the time of a small edit.
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

// sharedRuns are tests of several arguments at once, in the order in which the table refers to them.
type sharedRuns []string

// cell is a case's cell in the column "Tested".
func (s *sharedRuns) cell(c *Case, id string) string {
	text := seen[id]
	switch {
	case text == "" && (c.Class == None || strings.HasPrefix(c.What, "See ")):
		return ""
	case text == "":
		return "not run"
	}
	rows := 0
	for _, other := range seen {
		if other == text {
			rows++
		}
	}
	day, _, more := strings.Cut(text, ":")
	if rows == 1 || !more {
		return cell(text)
	}
	n := slices.Index(*s, text)
	if n < 0 {
		n = len(*s)
		*s = append(*s, text)
	}
	return fmt.Sprintf("%s: [test %d](#tests-of-several-arguments)", day, n+1)
}

func (s sharedRuns) write(out *strings.Builder) {
	out.WriteString("\n### Tests of several arguments\n\n")
	for i, text := range s {
		fmt.Fprintf(out, "%d. %s\n", i+1, text)
	}
}
