package spec

import (
	"fmt"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/rule"
)

// renamed is a language in which two arguments used to have other names.
func renamed(string) *Block {
	return &Block{Name: "target", Arguments: []Argument{
		{Name: "region", Type: Text, Field: "Region", Required: true, Doc: "Region.", Example: `"a"`,
			Was: &Former{Name: "location", Since: "v0.2"}},
		{Name: "size", Type: Integer, Field: "Size"},
	}, Blocks: []Block{{Name: "subnet", Field: "Subnet", Arguments: []Argument{
		{Name: "range", Type: Text, Field: "Range", Was: &Former{Name: "cidr", Since: "v0.2"}},
	}}}}
}

type renamedTarget struct {
	*Source
	Region *string
	Size   *int
	Subnet *struct {
		*Source
		Range *string
	}
}

const renamedHead = "cluster \"c\" { type = \"all-in-one\" }\n"

// TestFormerNames checks that a former name is read like the new one, with a warning at its place, and that using both is a mistake.
func TestFormerNames(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		want   string // line: rule: part of the detail
		region string
	}{
		"new":    {"  region = \"a\"\n", "", "a"},
		"former": {"  size = 1\n  location = \"a\"\n", "4: renamed-argument: location was renamed to region in k8splan v0.2", "a"},
		"nested": {"  region = \"a\"\n  subnet {\n    cidr = \"b\"\n  }\n", "5: renamed-argument: cidr was renamed to range", "a"},
		"both": {"  location = \"b\"\n  region = \"a\"\n",
			"3: duplicate-argument: location is the former name of region, which is already set on line 4", "a"},
		"wrong":   {"  location = [1]\n", "3: renamed-argument: \n3: wrong-type: region", ""},
		"missing": {"  size = 1\n", "2: missing-argument: ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, diags := Load("t.hcl", []byte(renamedHead+"target \"x\" {\n"+c.body+"}\n"), nil)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			var got renamedTarget
			diags = Decode(s.Target.Body, s.Target.Context, renamed(""), &got)
			var want []string
			if c.want != "" {
				want = strings.Split(c.want, "\n")
			}
			if len(diags) != len(want) {
				t.Fatal(diags)
			}
			for i, d := range diags {
				if text := fmt.Sprintf("%d: %s: %s", d.Subject.Start.Line, rule.ID(d), d.Detail); !strings.HasPrefix(text, want[i]) {
					t.Errorf("got %q, want %q", text, want[i])
				}
			}
			if c.region != "" && (got.Region == nil || *got.Region != c.region || !got.Has("region")) {
				t.Errorf("region: %v", got.Region)
			}
			if name == "nested" && (got.Subnet.Range == nil || *got.Subnet.Range != "b") {
				t.Errorf("range: %v", got.Subnet.Range)
			}
		})
	}
}

// TestRename checks that the new name replaces the former one and nothing else.
func TestRename(t *testing.T) {
	for src, want := range map[string]string{
		"target \"x\" {\n  location = \"location\" # location\n  size = 1\n}\n": "target \"x\" {\n  region = \"location\" # location\n" +
			"  size = 1\n}\n",
		"target \"x\" {\r\n  subnet {\r\n    cidr = local.cidr\r\n  }\r\n}": "target \"x\" {\r\n  subnet {\r\n" +
			"    range = local.cidr\r\n  }\r\n}",
		byteOrderMark + "target \"x\" {\n  location = 1\n}\n":               "target \"x\" {\n  region = 1\n}\n",
		"target \"x\" {\n  location = 1\n  region = 2\n}\n":                 "",
		"target \"x\" {\n  location = \n}\n":                                "",
		"locals {\n  location = 1\n}\nnode \"location\" {\n  cidr = 1\n}\n": "",
	} {
		if want == "" {
			want = src
		}
		if got := string(Rename([]byte(src), renamed)); got != want {
			t.Errorf("%q became %q", src, got)
		}
	}
	if src := "node \"a\" {\n  ip = 1\n}\n"; string(Rename([]byte(src), nil)) != src {
		t.Error("something changed without a schema of targets")
	}
	own := []Block{{Name: "node", Label: "name", Arguments: []Argument{{Name: "address", Was: &Former{Name: "ip", Since: "v0.2"}}}}}
	if got := string(rename([]byte("node \"a\" {\n  ip = 1\n}\n"), own, nil)); got != "node \"a\" {\n  address = 1\n}\n" {
		t.Errorf("a block of the language itself became %q", got)
	}
}

// TestFormerOfSchema checks that a former name is not used by anything else, and that its argument supports former names.
func TestFormerOfSchema(t *testing.T) {
	for _, b := range []Block{
		{Name: "x", Arguments: []Argument{{Name: "a", Type: Text, Was: &Former{Name: "b", Since: "v0.2"}}, {Name: "b", Type: Text}}},
		{Name: "x", Arguments: []Argument{{Name: "a", Type: Text, Was: &Former{Name: "a", Since: "v0.2"}}}},
		{Name: "x", Arguments: []Argument{{Name: "a", Type: Any, Was: &Former{Name: "b", Since: "v0.2"}}}},
		{Name: "x", Arguments: []Argument{{Name: "a", Type: Text, Was: &Former{Name: "b"}}}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v passed", b.Arguments)
				}
			}()
			compile(&b, nil)
		}()
	}
	if row, ok := renamed("").Argument("location"); !ok || row.Name != "region" {
		t.Error("the row is not found by its former name")
	}
}
