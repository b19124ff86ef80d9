package artifact

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// YAML encodes values as the documents of one YAML stream, `---` between them. The values' JSON tags name the keys, which come out
// sorted; strings are quoted wherever YAML would read something else in them. It is the encoding for Kubernetes' own types.
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

// JSON encodes a value with an indent of two and a final newline. HTML's characters stay as they are: nothing here is a web page.
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
