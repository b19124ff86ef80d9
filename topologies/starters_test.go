package topologies_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/k8splan/k8splan/topologies"
)

// That every starter also validates without a warning is tested where the planner is: planner/trees_test.go.
func TestStarterIsFormattedHCLOfItsType(t *testing.T) {
	for _, row := range topologies.Table {
		for _, target := range topologies.StarterTargets() {
			if !slices.Contains(topologies.StarterTypes(target), row.Type) {
				if _, err := topologies.Starter(row.Type, target); err == nil {
					t.Errorf("there is a starter of %s for %s", row.Type, target)
				}
				continue
			}
			t.Run(string(row.Type)+"/"+target, func(t *testing.T) {
				src, err := topologies.Starter(row.Type, target)
				if err != nil {
					t.Fatal(err)
				}
				file, diags := hclparse.NewParser().ParseHCL(src, "topology.hcl")
				if diags.HasErrors() {
					t.Fatal(diags)
				}
				content, _, diags := file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "cluster",
					LabelNames: []string{"name"}}, {Type: "target", LabelNames: []string{"name"}}}})
				if diags.HasErrors() {
					t.Fatal(diags)
				}
				blocks := content.Blocks.ByType()
				if len(blocks["cluster"]) != 1 || len(blocks["target"]) != 1 || blocks["target"][0].Labels[0] != target {
					t.Errorf("want one cluster block and one target block %q", target)
				}
				attrs, _ := blocks["cluster"][0].Body.JustAttributes()
				value, _ := attrs["type"].Expr.Value(nil)
				if value.AsString() != string(row.Type) {
					t.Errorf("the starter of %s is of type %s", row.Type, value.AsString())
				}
				if got := hclwrite.Format(src); string(got) != string(src) {
					t.Errorf("not in canonical format:\n%s", got)
				}
				for i, line := range strings.Split(string(src), "\n") {
					if len(line) > 130 && !strings.HasPrefix(line, "#") {
						t.Errorf("line %d is %d bytes long", i+1, len(line))
					}
				}
			})
		}
	}
}

func TestStarterNamesWhatThereIs(t *testing.T) {
	if _, err := topologies.Starter("all-in-two", "bare-metal"); err == nil || !strings.Contains(err.Error(), "all-in-one") {
		t.Errorf("unknown type: %v", err)
	}
	for _, target := range []string{"nowhere", "", "../types/all-in-one"} {
		if _, err := topologies.Starter(topologies.AllInOne, target); err == nil || !strings.Contains(err.Error(), "vagrant") {
			t.Errorf("unknown target %q: %v", target, err)
		}
	}
}
