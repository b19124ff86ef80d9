package ansible

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
)

// entry is a key and its value in a YAML mapping. Values are string, int, bool, mapping, []mapping, []string, or nil for a host without
// variables.
type entry struct {
	key   string
	value any
}

// mapping keeps the order of its entries.
type mapping []entry

// Entry and Mapping are for targets that pass a design to another project's playbook.
type (
	Entry   = entry
	Mapping = mapping
)

// Of returns an entry of a Mapping; see entry for the permitted values.
func Of(key string, value any) Entry { return entry{key, value} }

// Document encodes a mapping as block-style YAML after a comment.
func Document(comment string, m Mapping) []byte { return document(comment, m) }

// document encodes a mapping as YAML in block style after a comment. Strings are quoted.
func document(comment string, m mapping) []byte {
	var out bytes.Buffer
	out.WriteString("---\n" + comment)
	writeMapping(&out, m, 0)
	return out.Bytes()
}

func writeMapping(out *bytes.Buffer, m mapping, indent int) {
	for _, e := range m {
		pad(out, indent)
		writeKey(out, e.key)
		writeValue(out, e.value, indent)
	}
}

// writeValue writes what follows a key and its colon, including the newline.
func writeValue(out *bytes.Buffer, value any, indent int) {
	switch v := value.(type) {
	case nil:
		out.WriteByte('\n')
	case mapping:
		if len(v) == 0 {
			out.WriteString(" {}\n")
			return
		}
		out.WriteByte('\n')
		writeMapping(out, v, indent+2)
	case []mapping:
		if len(v) == 0 {
			out.WriteString(" []\n")
			return
		}
		out.WriteByte('\n')
		for _, item := range v {
			for i, e := range item {
				pad(out, indent+2)
				if i == 0 {
					out.WriteString("- ")
				} else {
					out.WriteString("  ")
				}
				writeKey(out, e.key)
				writeValue(out, e.value, indent+4)
			}
		}
	case []string:
		if len(v) == 0 {
			out.WriteString(" []\n")
			return
		}
		out.WriteByte('\n')
		for _, item := range v {
			pad(out, indent+2)
			out.WriteString("- ")
			writeString(out, item)
			out.WriteByte('\n')
		}
	case string:
		out.WriteByte(' ')
		writeString(out, v)
		out.WriteByte('\n')
	case int:
		out.WriteByte(' ')
		out.WriteString(strconv.Itoa(v))
		out.WriteByte('\n')
	case bool:
		out.WriteByte(' ')
		out.WriteString(strconv.FormatBool(v))
		out.WriteByte('\n')
	default:
		panic(fmt.Sprintf("ansible: no YAML for %T", value))
	}
}

func pad(out *bytes.Buffer, n int) {
	const spaces = "                "
	out.WriteString(spaces[:n])
}

// plainKey reports whether YAML reads s as a string without quotes. Node names are DNS labels and may start with a digit.
func plainKey(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '-'):
		default:
			return false
		}
	}
	return s != ""
}

// reserved are plain scalars that YAML 1.1 does not read as strings.
var reserved = map[string]bool{"y": true, "n": true, "yes": true, "no": true, "on": true, "off": true, "true": true, "false": true,
	"null": true}

func writeKey(out *bytes.Buffer, key string) {
	if plainKey(key) && !reserved[key] {
		out.WriteString(key)
	} else {
		out.WriteString(artifact.Quote(key))
	}
	out.WriteByte(':')
}

// writeString writes a quoted string and tags it with !unsafe if it has a brace and so could be a template: Ansible then never evaluates
// it, nor any value built from it. Nothing else is tagged, because ansible-core 2.19 forgets the quotes of a tagged scalar and reads
// !unsafe "1.40" as a number and !unsafe "" as null (_resolve_and_construct_object in its lib/ansible/_internal/_yaml/_constructor.py); no
// number has a brace.
func writeString(out *bytes.Buffer, s string) {
	if strings.ContainsAny(s, "{}") {
		out.WriteString("!unsafe ")
	}
	out.WriteString(artifact.Quote(s))
}
