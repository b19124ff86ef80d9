package planner_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/topologies"
)

// suggested is a comment that is a line of the language: an argument, the head of a block, its end.
var suggested = regexp.MustCompile(`^(\s*)# ?(\s*(?:[a-z_]+\s+=\s.*|[a-z_]+(?: "[^"]*")? \{.*|\}))$`)

// Every line that a starter suggests in a comment is taken when the comment's mark is removed: by itself, or with the lines next to it
// that belong to it. If it says otherwise what the starter says, it takes that line's place.
func TestSuggestionsOfStarters(t *testing.T) {
	seen := 0
	for _, target := range topologies.StarterTargets() {
		for _, of := range planner.StarterTypes(target) {
			src, err := topologies.Starter(of, target)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(string(src), "\n")
			for first := 0; first < len(lines); first++ {
				if !suggested.MatchString(lines[first]) {
					continue
				}
				last := first
				for last+1 < len(lines) && suggested.MatchString(lines[last+1]) {
					last++
				}
				for i := first; i <= last; i++ {
					seen++
					if why := taken(lines, i, i); why != "" {
						if together := taken(lines, first, last); together != "" {
							t.Errorf("%s of %s: %s\n%s\n%s", target, of, strings.Join(lines[first:last+1], "\n"), why, together)
						}
					}
				}
				first = last
			}
		}
	}
	if seen < 50 {
		t.Errorf("the starters suggest %d lines", seen)
	}
}

// taken uncomments lines and says why the topology is not taken then, "" if it is, and its tree is written.
func taken(lines []string, first, last int) string {
	var out []string
	for i, line := range lines {
		if i < first || i > last {
			out = append(out, line)
			continue
		}
		m := suggested.FindStringSubmatch(line)
		out = append(out, m[1]+m[2])
	}
	src := withoutTwins(strings.Join(out, "\n"), first+1, last+1)
	project, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	if project == nil {
		return diags.Error()
	}
	if _, err := render.Tree(project, "v0.0.0"); err != nil {
		return err.Error()
	}
	return ""
}

// withoutTwins removes arguments that are in their block a second time outside some lines.
func withoutTwins(src string, first, last int) string {
	file, _ := hclparse.NewParser().ParseHCL([]byte(src), "topology.hcl")
	if file == nil {
		return src
	}
	lines := strings.Split(src, "\n")
	names := map[string]bool{}
	name := regexp.MustCompile(`^\s*([a-z_]+)\s+=`)
	for i := first; i <= last; i++ {
		if m := name.FindStringSubmatch(lines[i-1]); m != nil {
			names[m[1]] = true
		}
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return src
	}
	for _, b := range body.Blocks {
		if b.Range().Start.Line > first || b.CloseBraceRange.End.Line < last {
			continue
		}
		for i := b.OpenBraceRange.Start.Line + 1; i < b.CloseBraceRange.End.Line; i++ {
			if m := name.FindStringSubmatch(lines[i-1]); m != nil && names[m[1]] && (i < first || i > last) {
				lines[i-1] = ""
			}
		}
	}
	return strings.Join(lines, "\n")
}
