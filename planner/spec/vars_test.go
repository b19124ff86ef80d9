package spec

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/diagtest"

	"github.com/k8splan/k8splan/planner/rule"
)

func TestParseVar(t *testing.T) {
	for text, want := range map[string][2]string{
		"domain=example.com": {"domain", "example.com"},
		"empty=":             {"empty", ""},
		"eq=a=b":             {"eq", "a=b"},
		" spaced =x y ":      {"spaced", "x y "},
	} {
		name, value, diags := ParseVar(text)
		if len(diags) > 0 || name != want[0] || value.AsString() != want[1] {
			t.Errorf("%q: %q = %#v %v", text, name, value, diags)
		}
	}
	for text, want := range map[string]string{
		"domain":   "has no equals sign",
		"":         "has no equals sign",
		"=x":       "is not a variable name",
		"1a=x":     "is not a variable name",
		"a b=x":    "is not a variable name",
		"a=\xff":   "is not UTF-8",
		"--help=x": "is not a variable name",
	} {
		_, _, diags := ParseVar(text)
		if len(diags) != 1 || !strings.Contains(diags[0].Detail, want) || diags[0].Subject.Filename != varFilename {
			t.Errorf("%q: %v", text, diags)
		}
		diagtest.Sound(t, varFilename, []byte(text), diags, Rules)
	}
}

func TestParseVarFile(t *testing.T) {
	values, diags := ParseVarFile("v.hcl", []byte("domain = \"example.com\"\nnodes = 3\nracks = [\"a\", \"b\"]\nlabels = { a = true }\n"+
		"nothing = null\n"))
	if len(diags) > 0 || len(values) != 5 || values["domain"].AsString() != "example.com" || !values["nothing"].IsNull() {
		t.Fatal(values, diags)
	}
	for src, want := range map[string]string{
		"a = var.b\n":              "cannot be read here",
		"a = upper(\"x\")\n":       "upper(…) is a function call",
		"a = 1\na = 2\n":           "The argument \"a\" was already set",
		"cluster \"x\" {\n}\n":     "has no blocks",
		"a = 'x'\n":                "A string needs double quotes: a = \"x\".",
		"a = \"\xff\"\n":           "is not UTF-8",
		strings.Repeat("[", 100):   "more than 64 levels",
		"a = { b = 1, b = 2 }\n":   "is already defined on line 1",
		strings.Repeat("#", 5<<20): "larger than 2 MiB",
	} {
		_, diags := ParseVarFile("v.hcl", []byte(src))
		if len(diags) != 1 || !strings.Contains(diags[0].Detail, want) {
			t.Errorf("%.40q: %v", src, diags)
		}
		diagtest.Sound(t, "v.hcl", []byte(src), diags, Rules)
	}
}

// TestVariables checks how a given value is converted, by the variable's type and default.
func TestVariables(t *testing.T) {
	load := func(body string, value cty.Value) (*Spec, hcl.Diagnostics) {
		src := "variable \"v\" {\n" + body + "\n}\ncluster \"c\" {\n  type = \"all-in-one\"\n  max_nodes = try(var.v + 0, null)\n" +
			"  cert_sans = try([for s in var.v : tostring(s)], [tostring(var.v)])\n  feature_gates = { A = try(var.v.flag, false) }\n}\n"
		return Load("t.hcl", []byte(src), map[string]cty.Value{"v": value})
	}
	word := cty.StringVal
	for name, c := range map[string]struct {
		body  string
		value cty.Value
		sans  string
		bad   string
	}{
		"text without a type":           {"", word("3"), "3", ""},
		"text for a number":             {"type = number", word("3"), "3", ""},
		"text for a number by default":  {"default = 1", word("3"), "3", ""},
		"text for a bool by default":    {"default = false", word("true"), "true", ""},
		"list as text":                  {"type = list(string)", word(`["a", "b"]`), "a b", ""},
		"list as text, list by default": {`default = ["x"]`, word(`["a", "b"]`), "a b", ""},
		"list without a type":           {"", cty.TupleVal([]cty.Value{word("a")}), "a", ""},
		"optional attribute": {"type = object({ name = string, flag = optional(bool, true) })",
			cty.ObjectVal(map[string]cty.Value{"name": word("n")}), "true n", ""},
		"default used":               {`default = "d"`, cty.NullVal(cty.String), "d", ""},
		"number where text is meant": {"type = string", cty.NumberFloatVal(1.5), "", "loses zeros"},
		"number, default is text":    {`default = "1.30"`, cty.NumberFloatVal(1.3), "", "loses zeros"},
		"whole number as text":       {"type = string", cty.NumberIntVal(3), "3", ""},
		"text for a list":            {"type = list(string)", word("a"), "", "a list is required"},
		"list for a number":          {"type = number", cty.TupleVal([]cty.Value{word("a")}), "", "a number is required"},
		"loop on the command line":   {"type = list(number)", word("[for x in [1] : x]"), "1", ""},
		"code on the command line":   {"type = list(string)", word(`[file("x")]`), "", "a list is required"},
	} {
		s, diags := load(c.body, c.value)
		if c.bad != "" {
			if !diags.HasErrors() || rule.ID(diags[0]) != "wrong-type" || !strings.Contains(diags[0].Detail, c.bad) {
				t.Errorf("%s: %v", name, diags)
			}
			continue
		}
		if diags.HasErrors() {
			t.Errorf("%s: %v", name, diags)
			continue
		}
		if got := strings.Join(s.Cluster.CertSANs, " "); got != c.sans {
			t.Errorf("%s: %q, want %q", name, got, c.sans)
		}
	}
	if _, diags := load("", cty.StringVal("x").Mark("secret")); diags.HasErrors() {
		t.Error(diags)
	}
}

func TestFormat(t *testing.T) {
	for src, want := range map[string]string{
		"cluster \"a\" {\ntype=\"all-in-one\"\nkubernetes_version = \"1.37.2\" # why\n}": "cluster \"a\" {\n  type               = " +
			"\"all-in-one\"\n  kubernetes_version = \"1.37.2\" # why\n}\n",
		"a=1\r\nb = 2\r\n":       "a = 1\nb = 2\n",
		"\xef\xbb\xbfa=1\n":      "a = 1\n",
		"":                       "",
		"\n\n":                   "",
		"a = [1,\n":              "a = [1,\n",
		"a = \"\xff\"":           "a = \"\xff\"",
		"x = <<E\n  a\nE\n":      "x = <<E\n  a\nE\n",
		strings.Repeat("[", 100): strings.Repeat("[", 100),
	} {
		got := Format([]byte(src))
		if string(got) != want {
			t.Errorf("%q becomes %q, want %q", src, got, want)
		}
		if again := Format(got); !bytes.Equal(again, got) {
			t.Errorf("%q becomes %q the second time", got, again)
		}
	}
	minimal := read(t, "../../testdata/corpus/minimal.hcl")
	if got := Format(minimal); !bytes.Equal(got, minimal) {
		t.Errorf("%s", got)
	}
}
