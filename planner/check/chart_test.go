package check_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
)

// TestChartValues checks the values of a chart: a YAML map without secrets, copied unchanged into the tree.
func TestChartValues(t *testing.T) {
	src := "cluster \"dev\" {\n  type = \"all-in-one\"\n}\nnode \"dev-1\" {\n  address = \"192.168.56.10\"\n}\naddon \"thing\" {\n" +
		"  chart \"thing\" {\n    repository = \"oci://registry.example.com/charts\"\n    version = \"1.2.3-rc.1\"\n    values_file " +
		"= \"v.yaml\"\n    digest = \"sha256:" + strings.Repeat("0", 64) + "\"\n  }\n}\n"
	for values, want := range map[string]string{
		"replicas: 2 # {{ x }} 'é'\nlist: [\"a\\\"b\"]\n": "",
		"- a\n":                       "addon-chart-values: The values of thing are not a YAML map",
		"a: [":                        "addon-chart-values: The values of thing are not a YAML map",
		"db:\n  password: hunter22\n": "addon-chart-values: The values of thing hold",
	} {
		beside := fstest.MapFS{"v.yaml": &fstest.MapFile{Data: []byte(values)}}
		project, diags := planner.OpenBeside("topology.hcl", []byte(src), nil, today, nil, beside)
		said := ""
		for _, d := range diags {
			said += rule.ID(d) + ": " + d.Detail + "\n"
		}
		if (want == "") != (project != nil) || !strings.Contains(said, want) {
			t.Errorf("%q: want %q, got %q", values, want, said)
			continue
		}
		if project == nil {
			continue
		}
		set, err := render.Tree(project, "test")
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, f := range set.Files() {
			found = found || f.Path == "addons/thing.values.yaml" && string(f.Data) == values
		}
		if !found {
			t.Errorf("%q: not in the tree as it is", values)
		}
	}
}
