package artifact

import (
	"fmt"
	"strings"
	"unicode"
)

// Quote writes a double-quoted scalar of YAML 1.2, which is a basic string of TOML 1.0 too. What these do not allow as it is, or an editor
// would not show, is escaped; a byte that is no UTF-8 comes out as U+FFFD.
func Quote(s string) string {
	if single(s) && !strings.ContainsAny(s, `"\`) { // most strings of a large tree
		return `"` + s + `"`
	}
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\t':
			out.WriteString(`\t`)
		case r >= ' ' && r < 0x7f || r > 0xa0 && unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&out, `\U%08X`, r)
		default:
			fmt.Fprintf(&out, `\u%04X`, r)
		}
	}
	out.WriteByte('"')
	return out.String()
}
