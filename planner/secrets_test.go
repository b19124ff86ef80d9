package planner

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/rule"
)

// assigned is an argument with one text for a value.
var assigned = regexp.MustCompile(`(?m)^(\s*[a-z_]+\s*= )"([^"$]{6,})"(.*)$`)

// TestSecrets makes each text of each bad design a sensitive variable in turn: no diagnostic shows it.
func TestSecrets(t *testing.T) {
	files, err := filepath.Glob("../testdata/corpus/bad/*.hcl")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	fixes := map[string]string{}
	for _, r := range Catalog() {
		fixes[r.ID] = r.Fix // the words of a rule are public
	}
	tried := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src := string(data)
		for _, at := range assigned.FindAllStringSubmatchIndex(src, -1) {
			value := src[at[4]:at[5]]
			if strings.Count(src, value) > 1 || strings.Contains(value, "\\") {
				continue // it is in the file elsewhere too, where nothing says that it is sensitive
			}
			changed := src[:at[3]] + "var.secret" + src[at[5]+1:] + "\nvariable \"secret\" {\n  sensitive = true\n}\n"
			_, diags := Open("t.hcl", []byte(changed), map[string]cty.Value{"secret": cty.StringVal(value)}, time.Time{})
			tried++
			for _, d := range diags {
				if strings.Contains(strings.ReplaceAll(d.Detail, fixes[rule.ID(d)], ""), value) || d.EvalContext != nil {
					t.Errorf("%s: %q is shown: %s", filepath.Base(f), value, d.Detail)
				}
			}
		}
	}
	t.Logf("%d values", tried)
	if tried < 300 {
		t.Errorf("%d values were tried", tried)
	}
}
