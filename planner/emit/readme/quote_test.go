package readme

import (
	"os/exec"
	"strings"
	"testing"
)

var hostile = []string{
	"", "plain", "two words", "it's", `"quoted"`, "$(touch pwned)", "`id`", "a\nb", "-rf", "~", "*", "\\", "a|b", "#{x}", "{{ x }}",
	"]](x)", "\x1b[31m", "é ü", "```", "\n```\n# heading", "<script>",
}

func TestShellKeepsValuesAsTheyAre(t *testing.T) {
	for _, value := range hostile {
		word := shell(value)
		if strings.Contains(word, "\n") {
			t.Errorf("%q is quoted over several lines", value)
		}
		out, err := exec.Command("sh", "-c", "printf %s "+word+"; printf .").CombinedOutput()
		// A command substitution drops trailing newlines; the rules permit no value that ends with one.
		if want := strings.TrimRight(value, "\n") + "."; err != nil || string(out) != want {
			t.Errorf("%s printed %q, want %q (%v)", word, out, want, err)
		}
	}
}

func TestMarkdownStaysOnItsLine(t *testing.T) {
	for _, value := range hostile {
		for _, text := range []string{plain(value), code(value)} {
			if strings.ContainsAny(text, "\n\x1b") {
				t.Errorf("%q became %q", value, text)
			}
			if strings.Count(text, "|") != strings.Count(text, `\|`) {
				t.Errorf("%q cuts a table's cell: %q", value, text)
			}
		}
	}
	if got := plain("<b>[x](y)"); got != `\<b\>\[x\]\(y\)` {
		t.Errorf("markup survives: %s", got)
	}
	if got := code("a`b"); got != "``a`b``" {
		t.Errorf("a code span ends early: %s", got)
	}
}
