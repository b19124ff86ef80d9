package planner_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/diagtest"
)

// endings would have an effect in HCL, YAML, Jinja, Ruby, a shell, HTML, or a percent format if any of them read them as more than text.
// Few arguments take the first one, whole; each of the others tries what a pattern lets pass.
var endings = []string{
	"\"'\\`id` $(id) ${id} %{if} {{ id }} {% id %} #{id} <b>&amp; ]]> %h ; | * ! # : x\n- y: [\t",
	"\"", "\\", "$(id)", "${id}", "{{ id }}", " #", ": x", "\n", "%h", ",", "]",
}

// harmless stands for an ending in a tree that is compared with: if the text stays data, the trees differ in nothing else.
const harmless = "qzk7"

// text is a string in a design.
type text struct {
	path       string // of its argument
	value      string
	start, end int
}

func textsOf(src string) (out []text) {
	var of func(prefix string, body *hclsyntax.Body)
	of = func(prefix string, body *hclsyntax.Body) {
		for _, a := range body.Attributes {
			hclsyntax.VisitAll(a.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
				if e, ok := n.(*hclsyntax.TemplateExpr); ok && e.IsStringLiteral() {
					v, _ := e.Value(nil)
					out = append(out, text{prefix + a.Name, v.AsString(), e.SrcRange.Start.Byte, e.SrcRange.End.Byte})
				}
				return nil
			})
		}
		for _, b := range body.Blocks {
			of(prefix+b.Type+".", b.Body)
		}
	}
	of("", outline(src))
	slices.SortFunc(out, func(a, b text) int { return a.start - b.start })
	return out
}

// with returns the design with something after this text.
func (s text) with(src, ending string) string {
	return src[:s.start] + string(hclwrite.TokensForValue(cty.StringVal(s.value+ending)).Bytes()) + src[s.end:]
}

// TestTextsStayData gives each text of the targets' blocks, and of the language, every ending that its rules let pass. What reads the files
// finds the same as after a harmless ending, with that text.
func TestTextsStayData(t *testing.T) {
	eachText(t, func(t *testing.T, src string, s text) {
		if strings.HasPrefix(s.path, "target.") {
			staysData(t, s.path, func(ending string) string { return s.with(src, ending) })
		}
	})
	t.Run("language", func(t *testing.T) {
		t.Parallel()
		of, _ := planner.FindTarget("bare-metal")
		a := newAudit(t, of)
		for _, row := range everyArgument() {
			if row.name == "content" {
				continue // the whole file is the user's
			}
			for _, v := range row.values {
				if src := row.edit(designOf(a.src, v.given), v); src != nil && passes(string(src)) != nil {
					row.textStaysData(t, a.src, v)
					break
				}
			}
		}
	})
}

// TestBrokenTexts breaks each text of the targets' designs in turn: what it is read as then takes no rule of the target down, and each
// finding has its place.
func TestBrokenTexts(t *testing.T) {
	rules := planner.Catalog()
	eachText(t, func(t *testing.T, design string, s text) {
		src := s.with(design, "\"")
		_, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
		diagtest.Sound(t, "topology.hcl", []byte(src), diags, rules)
	})
}

// eachText visits the first text of each argument of the targets' designs, one test for each design.
func eachText(t *testing.T, visit func(t *testing.T, design string, s text)) {
	t.Helper()
	designs, err := filepath.Glob("../testdata/targets/*.hcl")
	if err != nil || len(designs) == 0 {
		t.Fatal(designs, err)
	}
	for _, name := range designs {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tried := map[string]bool{}
			for _, s := range textsOf(string(data)) {
				if !tried[s.path] {
					tried[s.path] = true
					visit(t, string(data), s)
				}
			}
		})
	}
}

// textStaysData tries the first text of a value, or of its argument in a block that is added.
func (a argument) textStaysData(t *testing.T, starter []byte, v value) {
	written, of := "x = "+v.set, "x"
	if v.add != "" {
		written, of = v.add, a.name
	}
	for _, s := range textsOf(written) {
		if path.Ext("."+s.path) != "."+of {
			continue
		}
		staysData(t, a.path, func(ending string) string {
			edited := v
			if v.add != "" {
				edited.add = s.with(written, ending)
			} else {
				edited.set = strings.TrimPrefix(s.with(written, ending), "x = ")
			}
			return string(a.edit(designOf(starter, v.given), edited))
		})
		return
	}
}

func passes(src string) *planner.Project {
	project, _ := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
	return project
}

func staysData(t *testing.T, argument string, design func(ending string) string) {
	t.Helper()
	var plain map[string][]byte
	for _, ending := range endings {
		project := passes(design(ending))
		if project == nil {
			continue
		}
		if plain == nil {
			of := passes(design(harmless))
			if of == nil {
				return // the text has a format of its own, which ends there
			}
			plain = files(t, of)
		}
		have := files(t, project)
		for name, data := range plain {
			if !bytes.Contains(data, []byte(harmless)) {
				continue
			}
			want, err := read(name, data)
			got, more := read(name, have[name])
			if err := errors.Join(err, more); err != nil {
				t.Errorf("%s ends with %q: %s: %v", argument, ending, name, err)
			} else if diff := cmp.Diff(replaced(want, ending), got); diff != "" {
				t.Errorf("%s ends with %q: %s (- as data, + as it is):\n%s", argument, ending, name, diff)
			}
		}
		if ending == endings[0] {
			return
		}
	}
}

// replaced is what was read, with the ending in place of the harmless one.
func replaced(read any, ending string) any {
	switch v := read.(type) {
	case string:
		return strings.ReplaceAll(v, harmless, ending)
	case []string:
		return strings.Split(strings.ReplaceAll(strings.Join(v, "\x00"), harmless, ending), "\x00")
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = replaced(e, ending)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key, e := range v {
			out[strings.ReplaceAll(key, harmless, ending)] = replaced(e, ending)
		}
		return out
	}
	return read
}

// inside reads the documents that strings of a document are, and leaves digests of them out.
func inside(read any) any {
	switch v := read.(type) {
	case string:
		var document any
		if strings.Contains(v, "\n") && yaml.Unmarshal([]byte(v), &document) == nil && document != nil {
			if _, plain := document.(string); !plain {
				return inside(document)
			}
		}
	case []any:
		for i, e := range v {
			v[i] = inside(e)
		}
	case map[string]any:
		delete(v, "k8splan/config")
		for key, e := range v {
			v[key] = inside(e)
		}
	}
	return read
}

// read is the content of a file as what it is written for finds it.
func read(name string, data []byte) (any, error) {
	var out any
	switch base := path.Base(name); {
	case slices.Contains([]string{".json", ".ign"}, path.Ext(base)):
		return out, json.Unmarshal(data, &out)
	case slices.Contains([]string{".yaml", ".yml"}, path.Ext(base)), bytes.HasPrefix(data, []byte("#cloud-config\n")):
		var all []any
		for decoder := yaml.NewDecoder(bytes.NewReader(data)); ; {
			var one any
			if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
				return all, nil
			} else if err != nil {
				return nil, err
			}
			all = append(all, inside(one))
		}
	case base == "boot.txt": // of a kernel
		return strings.Fields(string(data)), nil
	case base == "ssh_config":
		cmd := exec.Command("ssh", "-G", "-F", "/dev/stdin", "w-1")
		cmd.Stdin = bytes.NewReader(data)
		text, err := cmd.Output()
		return string(text), err
	}
	return nil, errors.New("nothing here reads such a file: add what does, or keep the text out of it")
}
