package readme

import (
	"fmt"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
)

// shell quotes a value as a single word of a POSIX shell, on one line.
func shell(value any) string { return artifact.ShellWord(fmt.Sprint(value)) }

// plain escapes a value as Markdown text, inside or outside a table: no character of it is markup, and it stays on its line.
func plain(value any) string {
	var b strings.Builder
	for _, r := range oneLine(fmt.Sprint(value)) {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~$&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code formats a value as a code span. The fence is longer than any run of backticks in it, and pipes are escaped, since Markdown splits
// table cells before it reads spans.
func code(value any) string {
	s := oneLine(fmt.Sprint(value))
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}

func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' ||
			r == '\u0085'
	}), " ")
}
