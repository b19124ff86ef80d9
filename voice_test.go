package k8splan_test

import (
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// refused are words that no text of the project uses, in upper or lower case: words of another time or another language's order, numbers
// that do not agree with their nouns, and British spelling.
var refused = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\bmend(s|ed|ing)?\b`,
	`\bshall\b`,
	`stands already`,
	`may stand once`,
	`is no (target|kind|release|rule|addon|host|name|flag)\b`,
	`gets no .* since`,
	`belongs? into`,
	`is called such as`,
	`dealt out in turn`,
	`look whether`,
	`what it comes to`,
	`will fare`,
	`\bl(ies|ie) in\b`,
	`\bone ([\w'-]+ ){0,4}after the other\b`,
	`\bdraw(s|n|ing|ings)?\b`,
	`\b1 (addresses|hosts|members|nodes|warnings|errors|files)\b`,
	`a whole number`,
	`\blists? of texts?\b`,
	`\bneeded\)`,
	`\b(colours?|licence|honour|behaviour|favour|neighbour|catalogue|centre|judgement|learnt)`,
	`\b(initial|organ|recogn|serial|normal|author|summar|optim)is(e[sd]?|ing|ation)\b`,
	`\b(label|cancel|model|travel)l(ed|ing)\b`,
}, "|"))

// order is an imperative that tells the program, not the reader, what to do: the first word of a command's help or of an Ansible task.
var order = regexp.MustCompile(`(?m)(^\s*Short:\s*"|^\s*- name: )(Say|Lay out|Order) `)

// drawn is refused of a design, which is defined; pictures are drawn.
var drawn = regexp.MustCompile(`(?i)\bdraw(s|n|ing|ings)?\b`)

// pictures are where pictures are made.
var pictures = []string{"planner/report/", "checks/diagrams/", "templates/report/", "e2e/browser/"}

// plainer are words that nothing uses that a user reads: they hide who acts, and say "next to", "in addition to", or "silently" in the
// order of another language.
var plainer = regexp.MustCompile(`(?i)\b(nobody|somebody|beside|by the way|in spite of|whereof|thereof|bears? no mark)\b|without a word\b` +
	`|\bof itself\b|\b(is|are) told\b`)

// plainest are the places that plainer is about: guides of targets, starters, playbooks, pages, and the extension of an editor.
// What is an identifier there, the names of rules among them, is code (insideCode).
var plainest = []string{"templates/targets/", "templates/tree/readme/", "topologies/starters/", "docs/availability.md", "docs/ci.md",
	"docs/editors.md", "docs/installers.md", "docs/playground.md", "docs/validate.md", "editors/", "README.md", "CONTRIBUTING.md",
	"ARCHITECTURE.md", "SECURITY.md", "action.yml", "templates/tree/ansible/", "docs/rules.md", "docs/language.md", "docs/targets.md",
	"docs/change.md"}

// obscure are words that comments of Go do not use either: a reader who is new here stops at them.
var obscure = regexp.MustCompile(`(?i)\b((some|any|every)body|for ever|in the place of|held against|but for|as it stands|` +
	`lies? (below|behind|in|next to|under))\b|\b(out|in)side of [a-z]|(""|\bnil|\bfalse) where\b`)

// insideCode matches identifiers of Markdown, and headings that are the ID of a rule.
var insideCode = regexp.MustCompile("`[^`]*`|#[a-z-]+|^#+ [a-z-]+$")

// quoted says that a refused word is this list's own, or that of a picture.
func quoted(name, hit string) bool {
	return name == "voice_test.go" ||
		drawn.MatchString(hit) && slices.ContainsFunc(pictures, func(place string) bool { return strings.HasPrefix(name, place) })
}

// TestVoice reads every text of the project: string literals and comments of Go, and all other files as they stand.
func TestVoice(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		t.Fatalf("git lists the files to read: %v", err)
	}
	read := 0
	for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if !spoken(name) {
			continue
		}
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) { // removed, and not yet committed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		read++
		for _, m := range order.FindAllString(string(text), -1) {
			t.Errorf("%s: %q: start with what the command or the task does", name, strings.TrimSpace(m))
		}
		for line, words := range texts(name, text) {
			if slices.ContainsFunc(plainest, func(place string) bool { return strings.HasPrefix(name, place) }) {
				for _, hit := range plainer.FindAllString(insideCode.ReplaceAllString(words, ""), -1) {
					t.Errorf("%s:%d: %q is refused in %q", name, line, hit, excerpt(words, hit))
				}
			}
			if path.Ext(name) == ".go" && strings.HasPrefix(strings.TrimSpace(words), "//") {
				for _, hit := range obscure.FindAllString(words, -1) {
					if name != "voice_test.go" {
						t.Errorf("%s:%d: %q is refused in the comment %q", name, line, hit, excerpt(words, hit))
					}
				}
			}
			for _, hit := range refused.FindAllString(words, -1) {
				if !quoted(name, hit) {
					t.Errorf("%s:%d: %q is refused in %q", name, line, hit, excerpt(words, hit))
				}
			}
		}
	}
	if read < 900 {
		t.Fatalf("%d files were read", read)
	}
}

// spoken says that a file holds texts of the project, and not those of others: tables that are read from upstream, keys, pictures, what
// a user might write wrong, and the license.
func spoken(name string) bool {
	others := []string{"LICENSE", "go.sum", "planner/flags/", "testdata/corpus/bad/", "testdata/syntax/",
		"testdata/rules/", "planner/plan/facts.json"}
	return !slices.ContainsFunc(others, func(other string) bool { return strings.HasPrefix(name, other) }) &&
		!strings.Contains(name, "testdata/fuzz/") && path.Base(name) != "go.sum" && path.Base(name) != "package-lock.json"
}

// texts gives the lines of a file on which texts stand; of Go those of comments and string literals.
func texts(name string, src []byte) map[int]string {
	lines := map[int]string{}
	if path.Ext(name) != ".go" {
		for i, line := range strings.Split(string(src), "\n") {
			lines[i+1] = line
		}
		return lines
	}
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile(name, fset.Base(), len(src))
	s.Init(file, src, nil, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return lines
		case token.STRING, token.COMMENT:
			for i, line := range strings.Split(lit, "\n") {
				lines[file.Line(pos)+i] += line + " "
			}
		}
	}
}

// excerpt is a hit with some words around it.
func excerpt(text, hit string) string {
	at := strings.Index(text, hit)
	return fmt.Sprintf("…%s…", text[max(0, at-40):min(len(text), at+len(hit)+40)])
}

// TestVoiceRefuses holds the list to what it is for.
func TestVoiceRefuses(t *testing.T) {
	for _, bad := range []string{
		"mends it", "the VERSION it shall have", `"v1" is no release`, "1 addresses", "It draws nothing",
		"(a whole number, needed)", "Colour", "cluster is labelled",
	} {
		if !refused.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	for _, good := range []string{
		"recommends", "21 addresses", "is not a release", "withdraw", "there is no hostname", "1 address", "colored", "is no flagship",
	} {
		if refused.MatchString(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []string{"nobody answers", "the file beside it", "is told of the address", "fails without a word"} {
		if !plainer.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	for _, bad := range []string{"// nil where there is none", "// somebody else", "// outside of it", "// lies below"} {
		if !obscure.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	if !order.MatchString("\tShort: \"Say what\"") || order.MatchString("- name: Show what") {
		t.Error("order is not what it says")
	}
}
