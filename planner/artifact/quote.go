package artifact

import (
	"fmt"
	"strings"
	"unicode"
)

// Quote writes a double-quoted scalar of YAML 1.2, which is also a basic string of TOML 1.0. Characters that these do not allow, or that an
// editor would not show, are escaped; a byte that is not UTF-8 becomes U+FFFD.
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
