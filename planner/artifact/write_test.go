package artifact

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// snapshot reads a whole directory: path → content, "→ target" for a link, and a directory's path with a slash.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		switch {
		case rel == ".":
		case d.IsDir():
			files[rel+"/"] = ""
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(p)
			if err != nil {
				return err
			}
			files[rel] = "→ " + target
		default:
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			files[rel] = string(data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// holds is the snapshot of a directory that contains only the set.
func holds(s *Set) map[string]string {
	files := map[string]string{}
	for _, e := range s.entries {
		files[e.Path] = string(e.Data)
		for d := filepath.Dir(e.Path); d != "."; d = filepath.Dir(d) {
			files[d+"/"] = ""
		}
	}
	return files
}

func with(files map[string]string, more ...string) map[string]string {
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	return files
}

func put(t testing.TB, dir, name, data string) {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, s *Set, dir string, force bool) *Report {
	t.Helper()
	r, err := s.Write(dir, Options{Force: force})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func same(t testing.TB, dir string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, snapshot(t, dir)); diff != "" {
		t.Errorf("the tree differs (-want +got):\n%s", diff)
	}
}

var (
	oldFiles = []File{file("README.md", "old\n"), file("a/one", "1\n"), file("a/two", "2\n"), file("gone/deep/x", "x\n"),
		file("flip", "file\n"), {Path: "run.sh", Mode: 0o755, Data: []byte("#!/bin/sh\n")}}
	newFiles = []File{file("README.md", "new\n"), file("a/one", "1\n"), file("a/three", "3\n"), file("flip/now-a-directory", "y\n"),
		{Path: "run.sh", Mode: 0o755, Data: []byte("#!/bin/sh\ntrue\n")}}
)

func TestWriteFresh(t *testing.T) {
	for _, existing := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "parent", "out")
		if existing {
			os.MkdirAll(dir, 0o755)
			os.Chmod(dir, 0o700)
		}
		s := mustSet(t, oldFiles...)
		r := write(t, s, dir, false)
		if len(r.Written) != s.Len() || r.Recovered || len(r.Removed)+len(r.Backups)+r.Unchanged != 0 {
			t.Errorf("report %+v", r)
		}
		same(t, dir, holds(s))
		if info, _ := os.Stat(filepath.Join(dir, "run.sh")); info.Mode().Perm()&0o100 == 0 {
			t.Errorf("run.sh has mode %v", info.Mode())
		}
		if info, _ := os.Stat(dir); existing && info.Mode().Perm() != 0o700 {
			t.Errorf("the directory that was there had mode 0700 and has %v", info.Mode())
		}
		if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
			t.Errorf("beside the tree lies %v", left)
		}
	}
}

func TestWriteIntoWorkingDirectoryKeepsIt(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	before, _ := os.Stat(dir)
	s := mustSet(t, oldFiles...)
	write(t, s, ".", false)
	same(t, dir, holds(s))
	if after, _ := os.Stat(dir); !os.SameFile(before, after) {
		t.Error("the directory that the user stands in was replaced")
	}
}

func TestSha256sumAgrees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	write(t, mustSet(t, oldFiles...), dir, false)
	cmd := exec.Command("sha256sum", "-c", "--strict", SumsName)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestWriteAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	first, second := mustSet(t, oldFiles...), mustSet(t, newFiles...)
	write(t, first, dir, false)
	put(t, dir, "mine.txt", "mine")
	put(t, dir, "gone/mine", "mine too")
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"a/one", "mine.txt", "README.md"} {
		os.Chtimes(filepath.Join(dir, name), long, long)
	}

	r := write(t, second, dir, false)
	same(t, dir, with(holds(second), "mine.txt", "mine", "gone/", "", "gone/mine", "mine too"))
	if want := (&Report{
		Written:   []string{"README.md", SumsName, "a/three", "flip/now-a-directory", "run.sh"},
		Removed:   []string{"a/two", "flip", "gone/deep/x"},
		Unchanged: 2,
	}); !cmp.Equal(r, want) {
		t.Errorf("report (-want +got):\n%s", cmp.Diff(want, r))
	}
	for name, kept := range map[string]bool{"a/one": true, "mine.txt": true, "README.md": false} {
		info, _ := os.Stat(filepath.Join(dir, name))
		if info.ModTime().Equal(long) != kept {
			t.Errorf("%s: time kept %v, want %v", name, !kept, kept)
		}
	}

	r = write(t, second, dir, false)
	if len(r.Written)+len(r.Removed) != 0 || r.Unchanged != second.Len() {
		t.Errorf("the third write changed something: %+v", r)
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, tc := range []struct {
		name            string
		spoil           func(t *testing.T, dir string)
		edited, foreign []string
		backups         []Backup
	}{
		{
			"an edited file that would be replaced",
			func(t *testing.T, dir string) { put(t, dir, "README.md", "edited\n") },
			[]string{"README.md"}, nil, []Backup{{"README.md", "README.md.orig-1"}},
		}, {
			"an edited file that is no longer produced",
			func(t *testing.T, dir string) { put(t, dir, "a/two", "edited\n") },
			[]string{"a/two"}, nil, []Backup{{"a/two", "a/two.orig-1"}},
		}, {
			"an edited file whose content would stay",
			func(t *testing.T, dir string) { put(t, dir, "a/one", "edited\n"); put(t, dir, "a/one.orig-1", "older") },
			[]string{"a/one"}, nil, []Backup{{"a/one", "a/one.orig-2"}},
		}, {
			"a file that is not ours",
			func(t *testing.T, dir string) { put(t, dir, "a/three", "mine\n") },
			nil, []string{"a/three"}, []Backup{{"a/three", "a/three.orig-1"}},
		}, {
			"a directory where a file must be",
			func(t *testing.T, dir string) { put(t, dir, "a/three/mine", "mine\n") },
			nil, []string{"a/three"}, []Backup{{"a/three", "a/three.orig-1"}},
		}, {
			"a file where a directory must be, edited",
			func(t *testing.T, dir string) { put(t, dir, "flip", "edited\n") },
			[]string{"flip"}, nil, []Backup{{"flip", "flip.orig-1"}},
		}, {
			"a link instead of a file",
			func(t *testing.T, dir string) {
				os.Remove(filepath.Join(dir, "README.md"))
				os.Symlink("../outside/README.md", filepath.Join(dir, "README.md"))
			},
			[]string{"README.md"}, nil, []Backup{{"README.md", "README.md.orig-1"}},
		}, {
			"a link instead of a directory",
			func(t *testing.T, dir string) {
				os.RemoveAll(filepath.Join(dir, "a"))
				os.Symlink("../outside", filepath.Join(dir, "a"))
			},
			nil, []string{"a"}, []Backup{{"a", "a.orig-1"}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			base := t.TempDir()
			dir, outside := filepath.Join(base, "out"), filepath.Join(base, "outside")
			put(t, outside, "README.md", "outside\n")
			put(t, outside, "one", "outside\n")
			write(t, mustSet(t, oldFiles...), dir, false)
			tc.spoil(t, dir)
			second := mustSet(t, newFiles...)
			before, beyond := snapshot(t, dir), snapshot(t, outside)

			_, err := second.Write(dir, Options{})
			var conflict *ConflictError
			if !errors.As(err, &conflict) {
				t.Fatalf("error %v", err)
			}
			if !slices.Equal(conflict.Edited, tc.edited) || !slices.Equal(conflict.Foreign, tc.foreign) {
				t.Errorf("edited %v, foreign %v", conflict.Edited, conflict.Foreign)
			}
			for _, name := range append(tc.edited, tc.foreign...) {
				if !strings.Contains(err.Error(), name) {
					t.Errorf("the error does not name %s: %v", name, err)
				}
			}
			same(t, dir, before)
			same(t, outside, beyond)

			r := write(t, second, dir, true)
			if !cmp.Equal(r.Backups, tc.backups) {
				t.Errorf("backups %v, want %v", r.Backups, tc.backups)
			}
			got := snapshot(t, dir)
			for _, b := range r.Backups {
				want, isFile := before[b.Path]
				if !isFile {
					want = before[b.Path+"/"]
				}
				if got[b.To] != want {
					t.Errorf("%s holds %q, want %q", b.To, got[b.To], want)
				}
			}
			for p, data := range holds(second) {
				if got[p] != data {
					t.Errorf("%s holds %q, want %q", p, got[p], data)
				}
			}
			same(t, outside, beyond)
		})
	}
}

// A SHA256SUMS of another program must not make its files ours.
func TestWriteKnowsItsOwnSums(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "release.tar", "precious\n")
	put(t, dir, SumsName, fmt.Sprintf("%x  release.tar\n", sha256.Sum256([]byte("precious\n"))))
	before := snapshot(t, dir)
	s := mustSet(t, oldFiles...)
	_, err := s.Write(dir, Options{})
	var conflict *ConflictError
	if !errors.As(err, &conflict) || !slices.Equal(conflict.Foreign, []string{SumsName}) {
		t.Fatalf("error %v", err)
	}
	same(t, dir, before)
	write(t, s, dir, true)
	same(t, dir, with(holds(s), "release.tar", "precious\n", SumsName+".orig-1", before[SumsName]))
}

// A file that someone put there may stay if its content is already correct, and becomes ours.
func TestWriteAdopts(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "README.md", "old\n")
	s := mustSet(t, oldFiles...)
	if r := write(t, s, dir, false); r.Unchanged != 1 {
		t.Errorf("report %+v", r)
	}
	same(t, dir, holds(s))
}

// A file that was ours, is no longer produced, and was replaced by someone's directory is left alone.
func TestWriteLeavesADirectoryThatReplacedAnUnwantedFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	write(t, mustSet(t, oldFiles...), dir, false)
	os.Remove(filepath.Join(dir, "a/two"))
	put(t, dir, "a/two/mine", "mine")
	second := mustSet(t, newFiles...)
	write(t, second, dir, false)
	same(t, dir, with(holds(second), "a/two/", "", "a/two/mine", "mine"))
}

func TestWriteErrors(t *testing.T) {
	s := mustSet(t, oldFiles...)
	base := t.TempDir()
	put(t, base, "file", "x")
	if _, err := s.Write(filepath.Join(base, "file"), Options{}); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("a file as directory: %v", err)
	}
	if _, err := s.Write(filepath.Join(base, "file", "below"), Options{}); err == nil {
		t.Error("a directory below a file was made")
	}
	os.Symlink("nowhere", filepath.Join(base, "dangling"))
	if _, err := s.Write(filepath.Join(base, "dangling"), Options{}); err == nil {
		t.Error("a link that leads nowhere was written to")
	}
	os.Mkdir(filepath.Join(base, "real"), 0o755)
	os.Symlink("real", filepath.Join(base, "link"))
	write(t, s, filepath.Join(base, "link"), false)
	same(t, filepath.Join(base, "real"), holds(s))
	if target, _ := os.Readlink(filepath.Join(base, "link")); target != "real" {
		t.Error("the link to the tree was replaced")
	}

	put(t, base, "taken/"+stageName+"/mine", "mine")
	if _, err := s.Write(filepath.Join(base, "taken"), Options{Force: true}); err == nil ||
		!strings.Contains(err.Error(), "was not made by k8splan") {
		t.Errorf("a stage directory that is not ours: %v", err)
	}
	same(t, filepath.Join(base, "taken"), map[string]string{stageName + "/": "", stageName + "/mine": "mine"})
}

func TestWriteWaitsForNobody(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	write(t, mustSet(t, oldFiles...), dir, false)
	tr, err := openTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := tr.lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mustSet(t, newFiles...).Write(dir, Options{}); err == nil || !strings.Contains(err.Error(), "another k8splan") {
		t.Errorf("two writers at once: %v", err)
	}
	unlock()
	write(t, mustSet(t, newFiles...), dir, false)
}

func TestParseJournalTrustsNothing(t *testing.T) {
	for _, data := range []string{`x`, `{"ops":[{"path":"../x"}]}`, `{"ops":[{"path":"/x"}]}`, `{"ops":[{"path":"a","stage":"../x"}]}`,
		`{"ops":[{"path":".k8splan-write/README"}]}`} {
		if _, err := parseJournal([]byte(data)); err == nil {
			t.Errorf("%s was taken", data)
		}
	}
}

func TestDiff(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	first, second := mustSet(t, oldFiles...), mustSet(t, newFiles...)
	kinds := func(s *Set) map[string]Kind {
		changes, err := s.Diff(dir)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSortedFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) }) {
			t.Error("not sorted")
		}
		m := map[string]Kind{}
		for _, c := range changes {
			m[c.Path] = c.Kind
		}
		return m
	}
	if got := kinds(first); len(got) != first.Len()-1 || got["README.md"] != Create {
		t.Errorf("before anything is written: %v", got)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("Diff made the directory")
	}
	write(t, first, dir, false)
	if got := kinds(first); len(got) != 0 {
		t.Errorf("after the write: %v", got)
	}
	put(t, dir, "a/one", "edited\n")
	put(t, dir, "a/three", "mine\n")
	want := map[string]Kind{"README.md": Replace, "a/one": Edited, "a/two": Remove, "a/three": Foreign, "flip": Remove,
		"flip/now-a-directory": Create, "gone/deep/x": Remove, "run.sh": Replace}
	if got := kinds(second); !cmp.Equal(got, want) {
		t.Errorf("-want +got:\n%s", cmp.Diff(want, got))
	}
	os.Chmod(filepath.Join(dir, "run.sh"), 0o644)
	put(t, dir, "a/one", "1\n")
	if got := kinds(first); !cmp.Equal(got, map[string]Kind{"run.sh": Replace}) {
		t.Errorf("after chmod: %v", got)
	}
}

func TestUnified(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	write(t, mustSet(t, file("a", "1\n2\n3\n"), file("b", "x\n")), dir, false)
	changes, err := mustSet(t, file("a", "1\ntwo\n3\n"), file("c", "y\n")).Diff(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := Unified(&out, changes); err != nil {
		t.Fatal(err)
	}
	want := `--- a/a
+++ b/a
@@ -1,3 +1,3 @@
 1
-2
+two
 3
--- a/b
+++ /dev/null
@@ -1,1 +0,0 @@
-x
--- /dev/null
+++ b/c
@@ -0,0 +1,1 @@
+y
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
