package artifact

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// marshalYAML returns what yaml.Marshal returns, byte for byte, in a tenth of the time: a tree of 5,000 nodes is 5,000 such documents. The
// library writes JSON, reads that as YAML and writes YAML. Here the second step is a JSON parser and the third a few lines, for documents
// of nothing but objects, lists, whole numbers, booleans, and strings without blanks; every other document goes the library's way.
func marshalYAML(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return nil, err
	}
	w := yamlWriter{simple: true}
	if object, ok := doc.(map[string]any); ok && len(object) > 0 {
		w.object(object, 0)
		if w.simple {
			return w.out, nil
		}
	}
	return yaml.Marshal(v)
}

// yamlWriter writes a document in the library's style: keys sorted, lists not indented below their key.
type yamlWriter struct {
	out    []byte
	simple bool // false once something was met that the library must write
}

func (w *yamlWriter) object(o map[string]any, indent int) {
	keys := make([]string, 0, len(o))
	for k := range o {
		if !simpleKey(k) {
			w.simple = false
		}
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		if i > 0 {
			w.indent(indent)
		}
		w.scalar(k)
		w.out = append(w.out, ':')
		w.value(o[k], indent, indent+2)
	}
}

// value writes what stands after a key's colon, or after a list's dash. A list stands at the indent of its key, an object deeper.
func (w *yamlWriter) value(v any, list, object int) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			w.out = append(w.out, " {}\n"...)
			return
		}
		w.out = append(w.out, '\n')
		w.indent(object)
		w.object(v, object)
	case []any:
		if len(v) == 0 {
			w.out = append(w.out, " []\n"...)
			return
		}
		w.out = append(w.out, '\n')
		for _, item := range v {
			w.indent(list)
			w.out = append(w.out, '-')
			switch item := item.(type) {
			case map[string]any:
				if len(item) > 0 {
					w.out = append(w.out, ' ')
					w.object(item, list+2)
					continue
				}
			case []any: // the library writes a list in a list on one line
				w.simple = false
			}
			w.value(item, list, list)
		}
	case string:
		w.out = append(w.out, ' ')
		w.scalar(v)
		w.out = append(w.out, '\n')
	case json.Number:
		if _, err := strconv.ParseInt(v.String(), 10, 64); err != nil || v == "-0" {
			w.simple = false
		}
		w.out = append(append(append(w.out, ' '), v.String()...), '\n')
	case bool:
		w.out = append(strconv.AppendBool(append(w.out, ' '), v), '\n')
	default: // null
		w.simple = false
	}
}

func (w *yamlWriter) indent(n int) {
	for range n {
		w.out = append(w.out, ' ')
	}
}

// The classes of strings are told apart by hand: a tree of 5,000 nodes asks 200,000 times, and with regular expressions that took a
// quarter of the whole run.

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// simpleKey leaves no doubt about the order of keys: the library sorts runs of digits as numbers.
func simpleKey(s string) bool {
	for i := range len(s) {
		if c := s[i]; !letter(c) && (i == 0 || c != '.' && c != '/' && c != '-') {
			return false
		}
	}
	return s != ""
}

// plain begins with a letter or a slash and holds nothing that means anything in YAML, or it is an IPv4 address (or range) or a duration
// such as 6m0s, which are no numbers. Of such strings only the words mean something.
func plain(s string) bool {
	if s == "" {
		return false
	}
	if c := s[0]; !letter(c) && c != '/' {
		return plainNumbers(s)
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case letter(c), digit(c), c >= '-' && c <= '/', c == '_', c == '=', c == ',':
		case c == ':' && i < len(s)-1:
		default:
			return false
		}
	}
	return len(s) > 5 || !slices.Contains(words, strings.ToLower(s))
}

// words are what YAML 1.1 reads as a boolean, as null or as a number without a digit.
var words = []string{"y", "n", "yes", "no", "true", "false", "on", "off", "null"}

// plainNumbers reports whether s has the shape 0.0.0.0, 0.0.0.0/0 or 0m0s, with any number of digits for each 0.
func plainNumbers(s string) bool {
	var shape [8]byte // what stands between the numbers
	n, inNumber := 0, false
	for i := range len(s) {
		if digit(s[i]) {
			inNumber = true
			continue
		}
		if !inNumber || n == len(shape) {
			return false
		}
		shape[n], n, inNumber = s[i], n+1, false
	}
	switch string(shape[:n]) {
	case "...", ".../":
		return inNumber
	case "ms":
		return !inNumber
	}
	return false
}

// single is a line without blanks and without what some reader of YAML takes for a break: the style of such a string does not depend
// on where it stands.
func single(s string) bool {
	for i := range len(s) {
		if s[i] < '!' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

func (w *yamlWriter) scalar(s string) {
	switch {
	case plain(s):
		w.out = append(w.out, s...)
	case single(s):
		quoted, err := yaml.Marshal(s)
		if err != nil {
			w.simple = false
			return
		}
		w.out = append(w.out, bytes.TrimSuffix(quoted, []byte("\n"))...)
	default:
		w.simple = false
	}
}
