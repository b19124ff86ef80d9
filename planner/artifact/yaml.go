package artifact

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// marshalYAML returns the same bytes as yaml.Marshal in a thirtieth of the time: a tree of 5,000 nodes has 5,000 such documents. The
// library writes JSON, reads that as YAML, and writes YAML. This code copies the JSON into YAML's form as it is read. That works for
// documents of only objects, lists, integers, booleans, and strings without blanks; the library encodes all other documents.
func marshalYAML(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if out, simple := simpleYAML(data); simple {
		return out, nil
	}
	return yaml.Marshal(v)
}

// simpleYAML copies JSON into YAML's form. simple is false if the library must encode the document.
func simpleYAML(data []byte) (out []byte, simple bool) {
	w := yamlWriter{in: string(data), fields: make([]yamlField, 0, 16), out: make([]byte, 0, len(data)*3/2), simple: true}
	if !strings.HasPrefix(w.in, "{") || w.in == "{}" {
		return nil, false
	}
	w.object(0, 0)
	return w.out, w.simple
}

// yamlWriter writes a document in the library's style: keys sorted, lists not indented below their key. Its input is the output of
// json.Marshal, so it contains no white space and is valid JSON.
type yamlWriter struct {
	in     string
	fields []yamlField // of all open objects
	out    []byte
	simple bool // false after something that the library must encode
}

// yamlField is a key, and the offset of its value in the JSON.
type yamlField struct {
	key   string
	value int
}

// object writes the object that starts at i.
func (w *yamlWriter) object(i, indent int) {
	first := len(w.fields)
	for i++; w.in[i] != '}'; {
		key, after := w.string(i)
		if !simpleKey(key) {
			w.simple = false
			return
		}
		w.fields = append(w.fields, yamlField{key, after + 1}) // after the colon
		if i = w.skip(after + 1); w.in[i] == ',' {
			i++
		}
	}
	last := len(w.fields)
	slices.SortFunc(w.fields[first:last], func(a, b yamlField) int { return strings.Compare(a.key, b.key) })
	for n := first; n < last && w.simple; n++ {
		if n > first {
			if w.fields[n].key == w.fields[n-1].key { // raw JSON can have duplicate keys
				w.simple = false
			}
			w.indent(indent)
		}
		w.scalar(w.fields[n].key)
		w.out = append(w.out, ':')
		w.value(w.fields[n].value, indent, indent+2)
	}
	w.fields = w.fields[:first]
}

// value writes what follows a key's colon or a list's dash. A list has the indent of its key, an object a deeper one.
func (w *yamlWriter) value(i, list, object int) {
	switch c := w.in[i]; c {
	case '{':
		if w.in[i+1] == '}' {
			w.out = append(w.out, " {}\n"...)
			return
		}
		w.out = append(w.out, '\n')
		w.indent(object)
		w.object(i, object)
	case '[':
		w.list(i, list)
	case '"':
		s, _ := w.string(i)
		w.out = append(w.out, ' ')
		w.scalar(s)
		w.out = append(w.out, '\n')
	case 'n': // null
		w.simple = false
	default:
		text := w.in[i:w.skip(i)]
		if _, err := strconv.ParseInt(text, 10, 64); c != 't' && c != 'f' && (err != nil || text == "-0") {
			w.simple = false
		}
		w.out = append(append(append(w.out, ' '), text...), '\n')
	}
}

// list writes the list that starts at i.
func (w *yamlWriter) list(i, indent int) {
	if w.in[i+1] == ']' {
		w.out = append(w.out, " []\n"...)
		return
	}
	w.out = append(w.out, '\n')
	for i++; w.simple; i++ {
		w.indent(indent)
		w.out = append(w.out, '-')
		switch {
		case w.in[i] == '[': // the library writes a nested list on one line
			w.simple = false
		case w.in[i] == '{' && w.in[i+1] != '}':
			w.out = append(w.out, ' ')
			w.object(i, indent+2)
		default:
			w.value(i, indent, indent)
		}
		if i = w.skip(i); w.in[i] == ']' {
			return
		}
	}
}

// skip returns the end of the value that starts at i.
func (w *yamlWriter) skip(i int) int {
	depth := 0
	for ; i < len(w.in); i++ {
		switch w.in[i] {
		case '"':
			i = w.quoted(i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// quoted returns the end of the string that starts at i.
func (w *yamlWriter) quoted(i int) int {
	for i++; w.in[i] != '"'; i++ {
		if w.in[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// string returns the string that starts at i, and its end. The library handles strings with escapes, which is much slower than decoding
// them; but JSON writes few, and only in strings that are not simple.
func (w *yamlWriter) string(i int) (string, int) {
	end := w.quoted(i)
	text := w.in[i+1 : end-1]
	if strings.IndexByte(text, '\\') >= 0 {
		w.simple = false
	}
	return text, end
}

func (w *yamlWriter) indent(n int) {
	for range n {
		w.out = append(w.out, ' ')
	}
}

// String classes are tested by hand: a tree of 5,000 nodes has 200,000 tests, which took a quarter of the whole run with regular
// expressions.

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// simpleKey matches keys with an unambiguous order: the library sorts runs of digits as numbers.
func simpleKey(s string) bool {
	for i := range len(s) {
		if c := s[i]; !letter(c) && (i == 0 || c != '.' && c != '/' && c != '-') {
			return false
		}
	}
	return s != ""
}

// plain matches a string that starts with a letter or a slash and contains nothing special to YAML, or an IPv4 address (or range), or a
// duration such as 6m0s, which are not numbers. The only exceptions are words.
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

// words are what YAML 1.1 reads as a boolean, as null, or as a number without digits.
var words = []string{"y", "n", "yes", "no", "true", "false", "on", "off", "null"}

// plainNumbers reports whether s has the shape 0.0.0.0, 0.0.0.0/0 or 0m0s, with any number of digits for each 0.
func plainNumbers(s string) bool {
	var shape [8]byte // the separators between the numbers
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

// single matches a line without blanks and without characters that some YAML readers take for line breaks: the style of such a string does
// not depend on its position.
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
