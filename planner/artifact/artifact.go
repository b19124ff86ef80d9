// Package artifact holds generated files as values, the encodings they are written in, and the one writer of the tree.
//
// # What the writer promises
//
// SHA256SUMS at the root of the tree lists what k8splan owns, in the format of sha256sum(1). A file that is not listed belongs to someone
// else: it is never changed, never removed, never in the way of anything but a file of the same name.
//
// A tree appears whole or not at all. Into a directory that does not exist, or is empty, it is staged next to it and comes into being by
// one rename. Into a directory that holds something it is staged inside, in .k8splan-write, and a journal lists every step before the
// first is taken. A process that is killed leaves either no journal, and then nothing was touched, or a journal, and then the next Write,
// Diff or Recover of that directory finishes what was begun. (Swapping the two directories with one rename would be shorter, but it would
// carry other people's files away from under them, and shells that are in the tree.)
//
// A killed process leaves its writes to the kernel, so a kill needs no sync. A power cut does, and there the two cases differ. A tree that
// is changed has something to lose: on Linux its file system is synced once before the journal comes into force and once before it
// goes, one call each, where a call per file would take longer than all the rest. A fresh tree has nothing to lose, and syncing would
// double the time of a large one: a power cut in the seconds after may leave short files in it, which `sha256sum -c SHA256SUMS` and the
// next Write find.
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
	Mode fs.FileMode // permission bits; 0 stands for 0o644
	Data []byte
}

// entry is a file with what the writer needs to know of it.
type entry struct {
	File
	sum digest
}

// Set is a whole tree: sorted by path, paths relative and valid and unique even ignoring case, every file text in UTF-8 with LF and
// a final newline, and SHA256SUMS of all the others among them.
type Set struct {
	entries []entry
}

// NewSet puts files together to a tree and adds SHA256SUMS. The error names the first file that breaks what Set promises: a mistake
// of the emitter that made it, never the author's.
func NewSet(files []File) (*Set, error) {
	s := &Set{entries: make([]entry, len(files), len(files)+2)}
	for i, f := range files {
		if f.Mode == 0 {
			f.Mode = 0o644
		}
		s.entries[i] = entry{File: f}
	}
	slices.SortFunc(s.entries, func(a, b entry) int { return strings.Compare(a.Path, b.Path) })

	seen := make(map[string]string, 2*len(files)) // folded path of a file or a directory → its own spelling, a directory's with a slash
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
				break // its parents were seen with it
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

// insert puts a file of the set's own in its place.
func (s *Set) insert(f File) *entry {
	at, _ := slices.BinarySearchFunc(s.entries, f.Path, func(e entry, p string) int { return strings.Compare(e.Path, p) })
	s.entries = slices.Insert(s.entries, at, entry{File: f})
	return &s.entries[at]
}

// Files returns the files in order of their paths. Their data must not be changed.
func (s *Set) Files() []File {
	files := make([]File, len(s.entries))
	for i, e := range s.entries {
		files[i] = e.File
	}
	return files
}

// Len is the number of files, SHA256SUMS among them.
func (s *Set) Len() int { return len(s.entries) }

func checkPath(p string) error {
	if !fs.ValidPath(p) || p == "." {
		return fmt.Errorf("generated path %q is not relative and clean", p)
	}
	for i := range len(p) {
		// Printable ASCII that every file system takes and no shell, playbook or sha256sum has to quote.
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
	case len(f.Data) == 0: // such as cloud-init's meta-data, which may say nothing
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
