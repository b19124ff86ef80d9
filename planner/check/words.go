package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// one is a single finding.
func one(at hcl.Range, format string, args ...any) []Finding {
	return []Finding{{At: at, Detail: fmt.Sprintf(format, args...)}}
}

// advised is a single finding whose last sentence is advice.
func advised(a advice, at hcl.Range, format string, args ...any) []Finding {
	return []Finding{{at, fmt.Sprintf(format, args...), a}}
}

// line says where a range is, within the only file of a design.
func line(r hcl.Range) string { return "line " + strconv.Itoa(r.Start.Line) }

// written returns the first range that is in the file; list the likeliest arguments first.
func written(ranges ...hcl.Range) hcl.Range {
	for _, r := range ranges {
		if r.Filename != "" {
			return r
		}
	}
	return hcl.Range{}
}

// quantity is a number with its noun: "1 node", "3 nodes".
func quantity(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// sentence joins words as in prose, and counts those after the sixth: "a, b, and c", "a, b, c, d, e, f, and 17 more".
func sentence(words []string) string {
	const most = 6
	if len(words) > most+1 {
		return strings.Join(words[:most], ", ") + ", and " + strconv.Itoa(len(words)-most) + " more"
	}
	return spelling.List(words, "and")
}

// choice joins words as alternatives: "a, b, or c".
func choice(words []string) string { return spelling.List(words, "or") }

// mostAdvised is how many findings of a rule suggest what to write instead, if finding that out requires a search through the whole design.
const mostAdvised = 20

func names(nodes []*plan.Node) []string {
	words := make([]string, len(nodes))
	for i, n := range nodes {
		words[i] = n.Name
	}
	return words
}

// blocks groups nodes by the block that they were written in: a pool's nodes share its arguments, so one finding is enough.
func blocks(nodes []*plan.Node) [][]*plan.Node {
	return plan.Grouped(nodes, func(n *plan.Node) any {
		if n.Source == nil {
			return n
		}
		return n.Source
	})
}

// attr is where a node's argument was written.
func attr(n *plan.Node, name string) hcl.Range { return n.At(name) }

// having selects nodes.
func having(nodes []*plan.Node, is func(*plan.Node) bool) []*plan.Node {
	var chosen []*plan.Node
	for _, n := range nodes {
		if is(n) {
			chosen = append(chosen, n)
		}
	}
	return chosen
}

// each returns one finding for every block with nodes that break a rule. say gets the first of these nodes and all of them.
func each(nodes []*plan.Node, breaks func(*plan.Node) bool, at func(*plan.Node) hcl.Range, say func(first *plan.Node,
	all []*plan.Node) string) []Finding {
	var findings []Finding
	for _, group := range blocks(having(nodes, breaks)) {
		findings = append(findings, Finding{At: at(group[0]), Detail: say(group[0], group)})
	}
	return findings
}

// eachOf returns the machine names of every block with for_each, by the block's place: each machine has its own source.
func eachOf(p *plan.Plan) map[hcl.Range][]string {
	of := map[hcl.Range][]string{}
	for _, n := range p.Nodes {
		if n.Source != nil && n.Pool == "" {
			of[n.Block()] = append(of[n.Block()], n.Name)
		}
	}
	maps.DeleteFunc(of, func(_ hcl.Range, names []string) bool { return len(names) < 2 })
	return of
}

// folded merges findings of a rule about several machines of a block with for_each, if place and text are the same except for the name.
func folded(findings []Finding, of map[hcl.Range][]string) []Finding {
	if len(of) == 0 || len(findings) < 2 {
		return findings
	}
	names := slices.Concat(slices.Collect(maps.Values(of))...)
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	type said struct {
		at   hcl.Range
		text string
	}
	first, count, who := map[said]int{}, map[int]int{}, map[int]string{}
	var out []Finding
	for _, f := range findings {
		i := slices.IndexFunc(names, func(name string) bool { return strings.Contains(f.Detail, name) })
		if i < 0 {
			out = append(out, f)
			continue
		}
		key := said{f.At, strings.ReplaceAll(f.Detail, names[i], "\x00")}
		if nth, ok := first[key]; ok {
			count[nth]++
			continue
		}
		first[key], who[len(out)] = len(out), names[i]
		out = append(out, f)
	}
	for nth, others := range count {
		out[nth].Detail = strings.Replace(out[nth].Detail, who[nth],
			fmt.Sprintf("%s (and %s of its block)", who[nth], quantity(others, "other")), 1)
	}
	return out
}

// whose names a group of nodes as one subject: "cp-1", or "cp-1 (and 2 others of its block)".
func whose(nodes []*plan.Node) string {
	if len(nodes) == 1 {
		return nodes[0].Name
	}
	return fmt.Sprintf("%s (and %s of its block)", nodes[0].Name, quantity(len(nodes)-1, "other"))
}

// gibibytes formats bytes as the language does.
func gibibytes(b int64) string {
	if b%(1<<30) == 0 {
		return strconv.FormatInt(b>>30, 10) + "Gi"
	}
	return strconv.FormatInt(b>>20, 10) + "Mi"
}

func sorted[T ~string](words []T) []T {
	words = slices.Clone(words)
	slices.Sort(words)
	return words
}
