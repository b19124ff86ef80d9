package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestFill: in a terminal narrower than a help's lines, words stay whole, tables stay tables, and commands can be copied.
func TestFill(t *testing.T) {
	got := fill(`A paragraph that goes
on, and on.

  k8splan validate --require survive=1-node,survive=1-zone
  bash  k8splan completion bash > ~/.local/share/bash-completion

Flags:
  -o, --output text   format of the answer, which is long
      --an-option-with-a-long-name NAME   what it does, in some words
`, 44)
	want := `A paragraph that goes on, and on.

  k8splan validate --require survive=1-node,survive=1-zone
  bash  k8splan completion bash > ~/.local/share/bash-completion

Flags:
  -o, --output text
      format of the answer, which is long
      --an-option-with-a-long-name NAME
      what it does, in some words
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestHelpFits: no command's help has a line that an 80-column terminal breaks within a word, except lines to copy.
func TestHelpFits(t *testing.T) {
	a := &app{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	for _, cmd := range a.root().Commands() {
		cmd.InitDefaultHelpFlag()
		for _, c := range cmd.UsageString() { // pflag aligns by bytes
			if c > unicode.MaxASCII {
				t.Errorf("%s: %c would put the table of flags out of line", cmd.Name(), c)
				break
			}
		}
		for _, line := range strings.Split(fill(cmd.Long+"\n\n"+cmd.UsageString(), 80), "\n") {
			if utf8.RuneCountInString(line) > 80 && !strings.Contains(line, "k8splan ") {
				t.Errorf("%s: %s", cmd.Name(), line)
			}
		}
	}
}
