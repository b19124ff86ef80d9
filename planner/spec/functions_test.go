package spec

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/diagtest"
	"github.com/k8splan/k8splan/planner/rule"
)

// TestFunctions compares the cidr functions with Terraform's (examples and edge cases of its documentation).
func TestFunctions(t *testing.T) {
	for expr, want := range map[string]string{
		`cidrhost("10.12.112.0/20", 16)`:                      `"10.12.112.16"`,
		`cidrhost("10.12.112.0/20", 268)`:                     `"10.12.113.12"`,
		`cidrhost("10.12.127.255/20", 0)`:                     `"10.12.112.0"`,
		`cidrhost("10.0.0.0/24", -1)`:                         `"10.0.0.255"`,
		`cidrhost("fd00:fd12:3456:7890::/72", 34)`:            `"fd00:fd12:3456:7890::22"`,
		`cidrhost("fd00::/8", -1)`:                            `"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"`,
		`cidrhost("10.0.0.1/32", 0)`:                          `"10.0.0.1"`,
		`cidrnetmask("172.16.0.0/12")`:                        `"255.240.0.0"`,
		`cidrnetmask("0.0.0.0/0")`:                            `"0.0.0.0"`,
		`cidrnetmask("1.2.3.4/32")`:                           `"255.255.255.255"`,
		`cidrsubnet("172.16.0.0/12", 4, 2)`:                   `"172.18.0.0/16"`,
		`cidrsubnet("10.1.2.0/24", 4, 15)`:                    `"10.1.2.240/28"`,
		`cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)`:     `"fd00:fd12:3456:7800:a200::/72"`,
		`cidrsubnet("0.0.0.0/0", 32, 4294967295)`:             `"255.255.255.255/32"`,
		`cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)[3]`:           `"10.1.48.0/20"`,
		`cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)[2]`:           `"10.1.32.0/24"`,
		`cidrcontains("10.0.0.0/8", "10.255.0.1")`:            `true`,
		`cidrcontains("10.0.0.0/8", "10.0.0.0/7")`:            `false`,
		`length("Zürich")`:                                    `6`,
		`length({ a = 1, b = 2 })`:                            `2`,
		`length([1, 2, 3])`:                                   `3`,
		`index(["a", "b"], "b")`:                              `1`,
		`one(["a"])`:                                          `"a"`,
		`one([]) == null`:                                     `true`,
		`sum([1, 2.5])`:                                       `3.5`,
		`alltrue([])`:                                         `true`,
		`anytrue([])`:                                         `false`,
		`alltrue([true, false])`:                              `false`,
		`anytrue([true, false])`:                              `true`,
		`startswith("worker-1", "worker")`:                    `true`,
		`endswith("worker-1", "worker")`:                      `false`,
		`strcontains("worker-1", "er-")`:                      `true`,
		`try(["a"][3], "none")`:                               `"none"`,
		`can(["a"][3])`:                                       `false`,
		`join("-", ["a", "b"])`:                               `"a-b"`,
		`format("%s-%02d", "cp", 3)`:                          `"cp-03"`,
		`replace("1.2.3", ".", "-")`:                          `"1-2-3"`,
		`length(setproduct(["a", "b"], [1, 2, 3]))`:           `6`,
		`distinct(["a", "b", "a"])[1]`:                        `"b"`,
		`jsondecode("{\"a\": [1, {\"b\": 2}]}").a[1].b`:       `2`,
		`yamldecode("a: [1, {b: 2}]\nc: yes").a[1].b`:         `2`,
		`tostring(12)`:                                        `"12"`,
		`merge({ a = "1" }, { a = "2" }).a`:                   `"2"`,
		`{ for i, n in ["a", "b"] : n => i }.b`:               `1`,
		`[for i in range(3) : cidrhost("10.0.0.0/24", i)][2]`: `"10.0.0.2"`,
		`timeadd("2026-01-01T00:00:00Z", "24h")`:              `"2026-01-02T00:00:00Z"`,
		`indent(2, "a\nb")`:                                   `"a\n  b"`,
	} {
		parsed, diags := hclsyntax.ParseExpression([]byte(expr), "", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(expr, diags)
		}
		l := &loader{src: []byte(expr), work: &budget{left: maxWork}}
		got, ok := l.evaluate(parsed, nil)
		if !ok {
			t.Errorf("%s: %v", expr, l.diags)
			continue
		}
		wanted, _ := hclsyntax.ParseExpression([]byte(want), "", hcl.InitialPos)
		if w, _ := wanted.Value(nil); !got.RawEquals(w) {
			t.Errorf("%s = %#v, want %s", expr, got, want)
		}
	}
}

// TestFunctionsRefuse checks that invalid arguments are diagnostics of the call, in words.
func TestFunctionsRefuse(t *testing.T) {
	for expr, want := range map[string]string{
		`cidrhost("10.0.0.0/24", 256)`:        "has no address with that number: it has 256",
		`cidrhost("10.0.0.0/24", -257)`:       "has no address with that number",
		`cidrhost("10.0.0.0/24", 1.5)`:        "must be an integer",
		`cidrhost("10.0.0.0", 1)`:             "is not a range such as",
		`cidrhost("010.0.0.0/8", 1)`:          "is not a range such as",
		`cidrsubnet("10.0.0.0/24", 9, 0)`:     "can be made longer by 0 to 8 bits",
		`cidrsubnet("10.0.0.0/24", -1, 0)`:    "can be made longer by 0 to 8 bits",
		`cidrsubnet("10.0.0.0/24", 2, 4)`:     "has 4 of length /26",
		`cidrsubnets("10.0.0.0/30", 1, 1, 1)`: "has no room left",
		`cidrcontains("10.0.0.0/8", "x")`:     "neither an address nor a range",
		`length(3)`:                           "must be a list, a map, or text",
		`index(["a"], "b")`:                   "not in the list",
		`index("a", "b")`:                     "must be a list",
		`sum(["a"])`:                          "number",
		`join(format("%999d", 1), [for i in range(1000) : [for j in range(10) : "x"]]...)`: "more than 1048576 bytes",
	} {
		parsed, diags := hclsyntax.ParseExpression([]byte(expr), "", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(expr, diags)
		}
		l := &loader{src: []byte(expr), work: &budget{left: maxWork}}
		if v, ok := l.evaluate(parsed, nil); ok {
			t.Errorf("%s = %#v", expr, v)
		}
		if len(l.diags) != 1 || !strings.Contains(l.diags[0].Detail, want) {
			t.Errorf("%s: %v, want %q", expr, l.diags, want)
		}
	}
}

func TestFunctionNames(t *testing.T) {
	names := Functions()
	if !slices.IsSorted(names) || !slices.Contains(names, "cidrhost") {
		t.Error(names)
	}
	for id := range impure {
		if slices.Contains(names, id) {
			t.Errorf("%s is said to be left out, and is there", id)
		}
	}
}

func TestUnknownArgumentsOfFunctions(t *testing.T) {
	for name, f := range functions {
		if name == "try" || name == "can" {
			continue
		}
		args := make([]cty.Value, len(f.Params()))
		for i, p := range f.Params() {
			args[i] = cty.UnknownVal(p.Type)
		}
		if f.VarParam() != nil {
			args = append(args, cty.UnknownVal(f.VarParam().Type))
		}
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: %v", name, r)
				}
			}()
			if _, err := f.Call(args); err != nil && strings.Contains(err.Error(), "panic") {
				t.Errorf("%s: %v", name, err)
			}
		}()
	}
}

// TestCostly checks that calls whose cost is out of proportion to their text are stopped, and that lists of realistic size are not.
func TestCostly(t *testing.T) {
	names := func(n int, mixed bool) string {
		var b strings.Builder
		for i := range n {
			if mixed && i%2 == 1 {
				fmt.Fprintf(&b, "%d, ", i)
			} else {
				fmt.Fprintf(&b, "\"host-%d\", ", i)
			}
		}
		return "[" + b.String() + "]"
	}
	loop := func(expr string) string { return "[for i in range(1000) : [for j in range(500) : " + expr + "]]" }
	for name, c := range map[string]struct {
		expr string
		ends bool
	}{
		"distinct":              {"distinct(" + names(10_000, false) + ")", false},
		"sort":                  {"sort(" + names(10_000, false) + ")", false},
		"toset":                 {"toset(" + names(10_000, false) + ")", false},
		"condition":             {"true ? " + names(10_000, false) + " : []", false},
		"few types":             {"tolist(" + names(500, true) + ")", false},
		"many types":            {"tolist(" + names(2_000, true) + ")", true},
		"many types, condition": {"true ? " + names(2_000, true) + " : []", true},
		"too many":              {"toset(" + names(40_000, false) + ")", true},
		"small sets":            {loop("toset([i, j])"), true},
		"calls":                 {loop("format(\"%05d-%s\", i, j)"), true},
		"pattern":               {loop("regexall(\"(((a|b|c|d|e|f){1,30}){1,30})\", \"x\")"), true},
		"pattern and text":      {`regexall("(a|b|c|d|e|f|g|h|i){1,1000}x", join("", [for i in range(1000) : format("%999d", 1)]))`, true},
		"names by a pattern":    {"[for i in range(1000) : regex(\"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$\", \"worker-${i}\")]", false},
	} {
		t.Run(name, func(t *testing.T) {
			src := []byte("cluster \"c\" {\n  type = \"all-in-one\"\n}\nlocals {\n  x = " + c.expr + "\n}\n")
			var diags hcl.Diagnostics
			diagtest.Quick(t, func() { _, diags = Load("t.hcl", src, nil) })
			if diags.HasErrors() != c.ends || c.ends && rule.ID(diags[0]) != "too-complex" {
				t.Error(diags)
			}
		})
	}
}

// A topology can read files in its folder, and no others. The digests of the files that were read are recorded.
func TestFile(t *testing.T) {
	const topology = "cluster \"a\" {\n  type = %s\n}\n"
	beside := fstest.MapFS{
		"type": {Data: []byte("all-in-one")}, "in/deep.csv": {Data: []byte("type\r\nall-in-one\r\n")}, "bytes": {Data: []byte{0xff}},
		"big": {Data: make([]byte, MaxFileBytes+1)},
	}
	for expr, want := range map[string]string{
		`file("type")`:                           "",
		`file("./in/../type")`:                   "",
		`csvdecode(file("in/deep.csv"))[0].type`: "",
		`file("missing")`:                        `there is no file "missing" in the topology's folder`,
		`file("../type")`:                        "is not a path below the topology's folder",
		`file("/etc/passwd")`:                    "is not a path below the topology's folder",
		`file("in")`:                             "is not a file",
		`file("bytes")`:                          "is not text in UTF-8",
		`file("big")`:                            "is larger than 4 MiB",
		`yamldecode("a: 1\na: 2").a`:             `already set`,
		`yamldecode("a: [").a`:                   `did not find`,
		`yamldecode("a: &a [1]\nb: *a").b`:       "type",
	} {
		s, diags := LoadBeside("topology.hcl", fmt.Appendf(nil, topology, expr), nil, beside)
		said := ""
		for _, d := range diags {
			said += d.Detail
		}
		if want == "" && (diags.HasErrors() || s.Cluster.Type == nil || *s.Cluster.Type != "all-in-one" || len(s.Read) != 1) {
			t.Errorf("%s: %v, read %v", expr, diags, s.Read)
		}
		if !strings.Contains(said, want) {
			t.Errorf("%s: want %q in %q", expr, want, said)
		}
	}
	if _, diags := Load("topology.hcl", fmt.Appendf(nil, topology, `file("type")`), nil); !diags.HasErrors() {
		t.Error("a file is read without a folder")
	}
}
