// Package artifact contains generated files as values, their encodings, and the one writer of the tree.
//
// # What the writer guarantees
//
// SHA256SUMS at the root of the tree lists the files that k8splan owns, in the format of sha256sum(1). All other files belong to someone
// else: the writer never changes or removes them, and they are only in the way of a file with the same name.
//
// A tree appears completely or not at all. If the directory does not exist or is empty, the tree is staged next to it and one rename puts
// it in place. If the directory contains anything, the tree is staged inside, in .k8splan-write, and a journal lists all steps before the
// first one is taken. If the process is killed, either there is no journal and nothing was changed, or there is a journal and the next
// Write, Diff, or Recover of that directory finishes the steps. (Swapping the two directories with one rename would be shorter, but it
// would move other people's files, and shells whose working directory is the tree.)
//
// When a process is killed, the kernel still has its writes, so this case needs no sync. A power failure does, and there the two cases
// differ. An existing tree has something to lose: on Linux its file system is synced once before the journal takes effect and once before
// it is removed. Each is one call, because a call per file would take longer than everything else. A fresh tree has nothing to lose, and
// syncing would double the time of a large one: a power failure in the next few seconds may leave truncated files, which `sha256sum -c
// SHA256SUMS` and the next Write detect.
package artifact

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// File is one file of the generated tree.
type File struct {
	Path string      // slash-separated, relative to the tree's root
	Mode fs.FileMode // permission bits; 0 means 0o644
	Data []byte
}

// entry is a file with the data that the writer needs.
type entry struct {
	File
	sum digest
}

// Set is a whole tree, sorted by path. Paths are relative, valid, and unique even when case is ignored. Every file is UTF-8 text with LF
// and a final newline. SHA256SUMS of all the other files is one of them.
type Set struct {
	entries []entry
}

// NewSet combines files into a tree and adds SHA256SUMS. The error names the first file that violates what Set promises, which is a bug of
// its emitter, never the author's mistake.
func NewSet(files []File) (*Set, error) {
	s := &Set{entries: make([]entry, len(files), len(files)+2)}
	for i, f := range files {
		if f.Mode == 0 {
			f.Mode = 0o644
		}
		s.entries[i] = entry{File: f}
	}
	slices.SortFunc(s.entries, func(a, b entry) int { return strings.Compare(a.Path, b.Path) })

	seen := make(map[string]string, 2*len(files)) // folded path of a file or directory → its real spelling, a directory's with a slash
	for _, e := range s.entries {
		if err := checkPath(e.Path); err != nil {
			return nil, err
		}
		if err := checkData(e.File); err != nil {
			return nil, err
		}
		for dir := path.Dir(e.Path); dir != "."; dir = path.Dir(dir) {
			key, spelling := strings.ToLower(dir), dir+"/"
			if other, ok := seen[key]; ok {
				if other != spelling {
					return nil, fmt.Errorf("generated paths clash: %s and %s", other, e.Path)
				}
				break // its parents have been added with it
			}
			seen[key] = spelling
		}
		key := strings.ToLower(e.Path)
		if other, ok := seen[key]; ok {
			return nil, fmt.Errorf("generated paths clash: %s and %s", other, e.Path)
		}
		seen[key] = e.Path
	}

	s.insert(File{markName, 0o644, mark})
	parallel(len(s.entries), func(i int) { s.entries[i].sum = sha256.Sum256(s.entries[i].Data) })
	sums := formatSums(s.entries)
	s.insert(File{SumsName, 0o644, sums}).sum = sha256.Sum256(sums)
	return s, nil
}

// insert adds a file that the set itself generates.
func (s *Set) insert(f File) *entry {
	at, _ := slices.BinarySearchFunc(s.entries, f.Path, func(e entry, p string) int { return strings.Compare(e.Path, p) })
	s.entries = slices.Insert(s.entries, at, entry{File: f})
	return &s.entries[at]
}

// Files returns the files in path order. Their data must not be changed.
func (s *Set) Files() []File {
	files := make([]File, len(s.entries))
	for i, e := range s.entries {
		files[i] = e.File
	}
	return files
}

// Len is the number of files, including SHA256SUMS.
func (s *Set) Len() int { return len(s.entries) }

func checkPath(p string) error {
	if !fs.ValidPath(p) || p == "." {
		return fmt.Errorf("generated path %q is not relative and clean", p)
	}
	for i := range len(p) {
		// Printable ASCII that every file system accepts and no shell, playbook, or sha256sum has to quote.
		c := p[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("/._-@+,=", c) >= 0 {
			continue
		}
		return fmt.Errorf("generated path %q holds the character %q", p, c)
	}
	if strings.EqualFold(p, SumsName) || strings.EqualFold(p, markName) || strings.HasPrefix(strings.ToLower(p), ".k8splan-") {
		return fmt.Errorf("generated path %q is reserved", p)
	}
	return nil
}

func checkData(f File) error {
	switch {
	case f.Mode&^fs.ModePerm != 0:
		return fmt.Errorf("generated file %s has mode %v, not only permission bits", f.Path, f.Mode)
	case len(f.Data) == 0: // such as cloud-init's meta-data, which may be empty
		return nil
	case f.Data[len(f.Data)-1] != '\n':
		return fmt.Errorf("generated file %s does not end with a newline", f.Path)
	case bytes.IndexByte(f.Data, '\r') >= 0:
		return fmt.Errorf("generated file %s holds a carriage return", f.Path)
	case !utf8.Valid(f.Data):
		return fmt.Errorf("generated file %s is not UTF-8", f.Path)
	}
	return nil
}
