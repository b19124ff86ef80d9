package artifact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// YAML encodes values as the documents of one YAML stream, separated by `---`. The JSON tags of the values name the keys, which are sorted;
// strings are quoted if YAML would interpret them differently. It is the encoding for Kubernetes' own types.
func YAML(docs ...any) ([]byte, error) {
	var out []byte
	for i, doc := range docs {
		data, err := marshalYAML(doc)
		if err != nil {
			return nil, fmt.Errorf("encode %T as YAML: %w", doc, err)
		}
		if i == 0 {
			out = data
			continue
		}
		out = append(append(out, "---\n"...), data...)
	}
	return out, nil
}

// JSON encodes a value with an indent of two and a final newline. HTML characters are not escaped, because no output is a web page.
func JSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T as JSON: %w", v, err)
	}
	return out.Bytes(), nil
}

// Form is a YAML document with placeholders for some strings, for the many documents of a tree that differ only in those.
type Form struct {
	between [][]byte // the text before, between, and after the placeholders
	order   []int    // which string goes into each placeholder
}

// NewForm encodes a document as YAML does, in which each of the open strings occurs once, as a value. ok is false if the document or the
// position of an open string is not simple enough to substitute other strings.
func NewForm(doc any, open ...string) (f *Form, ok bool) {
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, false
	}
	text, simple := simpleYAML(data)
	if !simple {
		return nil, false
	}
	f = &Form{}
	for _, s := range open {
		if !plain(s) || bytes.Count(text, []byte(s)) != 1 {
			return nil, false
		}
	}
	for range open {
		first, place := -1, 0
		for i, s := range open {
			if at := bytes.Index(text, []byte(": "+s+"\n")); at >= 0 && (first < 0 || at < place) {
				first, place = i, at
			}
		}
		if first < 0 {
			return nil, false
		}
		place += len(": ")
		f.between, f.order = append(f.between, text[:place:place]), append(f.order, first)
		text = text[place+len(open[first]):]
	}
	f.between = append(f.between, text)
	return f, true
}

// Fill writes the document with other strings in the placeholders. ok is false if the encoding of a string depends on its position.
func (f *Form) Fill(values ...string) (data []byte, ok bool) {
	w := yamlWriter{simple: true, out: make([]byte, 0, len(f.between)*256)}
	for i, open := range f.order {
		w.out = append(w.out, f.between[i]...)
		if !single(values[open]) || strings.ContainsAny(values[open], "\"\\<>&") { // JSON escapes these
			return nil, false
		}
		w.scalar(values[open])
	}
	return append(w.out, f.between[len(f.order)]...), w.simple
}
