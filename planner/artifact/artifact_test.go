package artifact

import (
	"bytes"
	"strings"
	"testing"
)

func file(path, data string) File { return File{Path: path, Data: []byte(data)} }

func mustSet(t testing.TB, files ...File) *Set {
	t.Helper()
	s, err := NewSet(files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewSetRefuses(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files []File
		want  string
	}{
		{"absolute", []File{file("/etc/passwd", "")}, "not relative"},
		{"parent", []File{file("a/../../b", "")}, "not relative"},
		{"empty path", []File{file("", "")}, "not relative"},
		{"root", []File{file(".", "")}, "not relative"},
		{"newline in path", []File{file("a\nb", "")}, "holds the character"},
		{"backslash", []File{file(`a\b`, "")}, "holds the character"},
		{"space", []File{file("a b", "")}, "holds the character"},
		{"not ASCII", []File{file("ä", "")}, "holds the character"},
		{"sums", []File{file("sha256sums", "")}, "reserved"},
		{"mark", []File{file(".k8splan", "")}, "reserved"},
		{"stage", []File{file(".k8splan-write/x", "")}, "reserved"},
		{"twice", []File{file("a", ""), file("a", "")}, "clash"},
		{"twice ignoring case", []File{file("a/B", ""), file("a/b", "")}, "clash"},
		{"directories that differ in case", []File{file("A/x", ""), file("a/y", "")}, "clash"},
		{"file and directory", []File{file("a", ""), file("a/b", "")}, "clash"},
		{"file and directory, apart in the order", []File{file("a", ""), file("a-", ""), file("a/b", "")}, "clash"},
		{"file and deeper directory", []File{file("A/b/c", ""), file("a/b/c/d", "")}, "clash"},
		{"no final newline", []File{file("a", "x")}, "newline"},
		{"carriage return", []File{file("a", "x\r\n")}, "carriage return"},
		{"not UTF-8", []File{file("a", "\xff\n")}, "UTF-8"},
		{"mode", []File{{Path: "a", Mode: 0o4755}}, ""},
		{"directory mode", []File{{Path: "a", Mode: 1 << 31}}, "permission bits"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := NewSet(tc.files)
			if tc.want == "" {
				tc.want = "permission bits"
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestNewSetSortsAndSums(t *testing.T) {
	s := mustSet(t, file("b/x", "1\n"), file("a", "2\n"), file("b-x", ""), file("Z", "3\n"))
	var paths []string
	for _, f := range s.Files() {
		if f.Mode != 0o644 {
			t.Errorf("%s has mode %v", f.Path, f.Mode)
		}
		paths = append(paths, f.Path)
	}
	if got, want := strings.Join(paths, " "), ".k8splan SHA256SUMS Z a b-x b/x"; got != want {
		t.Errorf("paths %s, want %s", got, want)
	}
	sums, _ := s.find(SumsName)
	owned, err := parseSums(sums.Data)
	if err != nil || len(owned) != 5 {
		t.Errorf("%d lines in %s, error %v", len(owned), sums.Data, err)
	}
}

func TestParseSumsTrustsNothing(t *testing.T) {
	sum := strings.Repeat("0", 64)
	for _, line := range []string{"x", sum, sum + " a", sum + " *a", sum + "  ../a", sum + "  /a", sum + "  a//b", sum + "  SHA256SUMS",
		sum[1:] + "  a", sum + "0  a", sum + "  ", "\\" + sum + "  a"} {
		if owned, err := parseSums([]byte(line + "\n")); err == nil {
			t.Errorf("%q was taken as %v", line, owned)
		}
	}
	if owned, err := parseSums(nil); err != nil || len(owned) != 0 {
		t.Errorf("an empty list is %v, %v", owned, err)
	}
}

func TestYAML(t *testing.T) {
	data, err := YAML(map[string]any{"b": "yes", "a": map[string]any{}}, map[string]any{"c": 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := "a: {}\nb: \"yes\"\n---\nc: 1\n"; string(data) != want {
		t.Errorf("got %q, want %q", data, want)
	}
	if _, err := YAML(func() {}); err == nil {
		t.Error("a function was encoded")
	}
}

func TestJSON(t *testing.T) {
	data, err := JSON(map[string]any{"b": "<&>", "a": []int{}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"a\": [],\n  \"b\": \"<&>\"\n}\n"; string(data) != want {
		t.Errorf("got %q, want %q", data, want)
	}
}

func FuzzParseSums(f *testing.F) {
	f.Add(mustSet(f, file("a/b", "x\n")).entries[1].Data)
	f.Fuzz(func(t *testing.T, data []byte) {
		owned, err := parseSums(data)
		if err != nil {
			return
		}
		for p := range owned {
			if p != markName && checkPath(p) != nil || bytes.ContainsAny([]byte(p), "\\\n") {
				t.Errorf("path %q", p)
			}
		}
	})
}
