package lsp

import (
	"regexp"
	"strconv"
	"strings"
)

// fragment is a piece of the language inside a sentence, on one line: an argument (typ = value), or a block with its contents.
type fragment struct {
	typ, label, value string
	items             []fragment
}

// String formats the fragment on one line.
func (f fragment) String() string {
	if f.value != "" {
		return f.typ + " = " + f.value
	}
	var items []string
	for _, item := range f.items {
		items = append(items, item.String())
	}
	if len(items) == 0 {
		return f.head() + " {}"
	}
	return f.head() + " { " + strings.Join(items, ", ") + " }"
}

// lines formats the fragment as in a file.
func (f fragment) lines() string {
	if f.value != "" {
		return f.typ + " = " + f.value
	}
	if len(f.items) == 0 {
		return f.head() + " {}"
	}
	text := f.head() + " {\n"
	for _, item := range f.items {
		text += "  " + strings.ReplaceAll(item.lines(), "\n", "\n  ") + "\n"
	}
	return text + "}"
}

func (f fragment) head() string {
	if f.label == "" {
		return f.typ
	}
	return f.typ + " " + strconv.Quote(f.label)
}

var (
	blockHead    = regexp.MustCompile(`^\s*([a-z][a-z0-9_]*)(?: "([^"…]+)")? \{`)
	argumentHead = regexp.MustCompile(`^\s*([a-z][a-z0-9_]*) = `)
)

// fragmentOf parses a block at the beginning of a text. A block with an ellipsis is for a person to complete, so ok is false.
func fragmentOf(text string) (f fragment, rest string, ok bool) {
	m := blockHead.FindStringSubmatch(text)
	if m == nil {
		return f, text, false
	}
	f.typ, f.label = m[1], m[2]
	for rest = text[len(m[0]):]; ; {
		rest = strings.TrimLeft(rest, " ,")
		if strings.HasPrefix(rest, "}") {
			return f, rest[1:], true
		}
		var item fragment
		if m := argumentHead.FindStringSubmatch(rest); m != nil {
			item.typ = m[1]
			if item.value, rest, ok = literal(rest[len(m[0]):]); !ok {
				return f, text, false
			}
		} else if item, rest, ok = fragmentOf(rest); !ok {
			return f, text, false
		}
		f.items = append(f.items, item)
	}
}

var plainLiteral = regexp.MustCompile(`^(?:"(?:[^"\\…]|\\.)*"|true\b|false\b|[0-9]+(?:\.[0-9]+)?)`)

// literal parses a value at the beginning of a text: a string, a number, true or false, or brackets around such.
func literal(text string) (value, rest string, ok bool) {
	if v := plainLiteral.FindString(text); v != "" {
		return v, text[len(v):], true
	}
	if text == "" || text[0] != '[' && text[0] != '{' {
		return "", text, false
	}
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				value = text[:i+1]
				return value, text[i+1:], !strings.Contains(value, "…")
			}
		}
	}
	return "", text, false
}
