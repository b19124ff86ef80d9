package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// markName is the file that identifies a SHA256SUMS as ours: only a list that includes it decides what may be replaced or removed.
const markName = ".k8splan"

var mark = []byte("k8splan generated this tree. It owns the files that SHA256SUMS lists; every other file here is yours.\n")

// Kind is how a file on disk differs from the set.
type Kind string

const (
	Create  Kind = "create"  // does not exist yet
	Replace Kind = "replace" // ours and unchanged since we wrote it
	Remove  Kind = "remove"  // ours, unchanged since we wrote it, and no longer produced
	Edited  Kind = "edited"  // ours, changed by someone else
	Foreign Kind = "foreign" // not ours, and in the way
)

// Change is one file that a Write would change, or refuse to change.
type Change struct {
	Path     string
	Kind     Kind
	Old, New []byte // content on disk and new content; nil if there is none, or it is not a readable file
	OldMode  fs.FileMode
	NewMode  fs.FileMode // 0 if the set does not have the file
}

// ConflictError lists the files that prevent the set from being written to its directory. Nothing was written.
type ConflictError struct {
	Dir     string
	Edited  []string // ours, changed since we wrote it
	Foreign []string // not ours
}

func (e *ConflictError) Error() string {
	var parts []string
	if n := len(e.Edited); n > 0 {
		parts = append(parts, fmt.Sprintf("%s changed since k8splan wrote %s: %s", count(n, "file was", "files were"), them(n),
			strings.Join(e.Edited, ", ")))
	}
	if n := len(e.Foreign); n > 0 {
		parts = append(parts, fmt.Sprintf("%s in the way that k8splan did not write: %s", count(n, "file is", "files are"),
			strings.Join(e.Foreign, ", ")))
	}
	return e.Dir + ": " + strings.Join(parts, "; ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// comparison is the result of comparing a set with a directory.
type comparison struct {
	changes []Change // sorted by path
	expect  map[string]digest
	same    int
}

// compare finds what differs between the set and the tree.
func (s *Set) compare(t *tree, keepData bool) (*comparison, error) {
	owned, err := t.owned()
	if err != nil {
		return nil, err
	}
	paths := make([]string, 0, len(s.entries)+len(owned))
	for _, e := range s.entries {
		paths = append(paths, e.Path)
	}
	for p := range owned {
		if _, ok := s.find(p); !ok {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	states, blockers, err := t.scan(paths, keepData)
	if err != nil {
		return nil, err
	}

	c := &comparison{expect: map[string]digest{}}
	var inTheWay []string
	for i, p := range paths {
		st := states[i]
		e, wanted := s.find(p)
		sum, ours := owned[p]
		untouched := ours && st.kind == regular && (st.sum == sum || p == SumsName)
		change := Change{Path: p, Old: st.data, OldMode: st.mode.Perm()}
		if wanted {
			change.New, change.NewMode = e.Data, e.Mode
			if blockers[i] != "" {
				inTheWay = append(inTheWay, blockers[i])
			}
		}
		switch {
		case !wanted && (st.kind == missing || st.mode.IsDir()):
			continue // already removed, or replaced by someone's directory
		case st.kind == missing:
			change.Kind = Create
		case wanted && st.kind == regular && st.sum == e.sum && sameMode(st.mode, e.Mode):
			c.same++
			continue
		case wanted && (untouched || st.kind == regular && st.sum == e.sum):
			change.Kind = Replace
		case untouched:
			change.Kind = Remove
		case ours:
			change.Kind = Edited
		default:
			change.Kind = Foreign
		}
		if change.Kind == Replace || change.Kind == Remove {
			c.expect[p] = st.sum
		}
		c.changes = append(c.changes, change)
	}

	// A file where a directory must be: if it is ours and no longer wanted, it is a normal removal; an unknown file is in the way.
	slices.Sort(inTheWay)
	for _, b := range slices.Compact(inTheWay) {
		at, known := slices.BinarySearchFunc(c.changes, b, func(ch Change, p string) int { return strings.Compare(ch.Path, p) })
		if !known {
			c.changes = slices.Insert(c.changes, at, Change{Path: b, Kind: Foreign})
		}
	}
	return c, nil
}

// conflicts returns the files that a Write without force refuses to change, nil if there are none.
func (c *comparison) conflicts(dir string) error {
	e := &ConflictError{Dir: dir}
	for _, ch := range c.changes {
		switch ch.Kind {
		case Edited:
			e.Edited = append(e.Edited, ch.Path)
		case Foreign:
			e.Foreign = append(e.Foreign, ch.Path)
		}
	}
	if len(e.Edited)+len(e.Foreign) == 0 {
		return nil
	}
	return e
}

func (s *Set) find(p string) (entry, bool) {
	i, ok := slices.BinarySearchFunc(s.entries, p, func(e entry, p string) int { return strings.Compare(e.Path, p) })
	if !ok {
		return entry{}, false
	}
	return s.entries[i], true
}

// owned returns the files in SHA256SUMS, and SHA256SUMS itself; nothing if it does not exist or is not ours.
func (t *tree) owned() (map[string]digest, error) {
	info, err := t.root.Lstat(SumsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil
	}
	data, err := t.root.ReadFile(SumsName)
	if err != nil {
		return nil, err
	}
	owned, err := parseSums(data)
	if _, marked := owned[markName]; err != nil || !marked {
		return nil, nil // another program's, which makes it a file in the way
	}
	owned[SumsName] = digest{}
	return owned, nil
}

// Owned reads a file that SHA256SUMS in dir lists, and reports whether it is unchanged since it was written. The data is nil if dir does
// not exist, is not ours, or has no such file. Owned does not finish an interrupted write.
func Owned(dir, name string) (data []byte, intact bool, err error) {
	dir, info, err := resolve(dir)
	if err != nil || info == nil {
		return nil, false, err
	}
	t, err := openTree(dir)
	if err != nil {
		return nil, false, err
	}
	defer t.root.Close()
	owned, err := t.owned()
	if err != nil {
		return nil, false, err
	}
	sum, ours := owned[name]
	if !ours {
		return nil, false, nil
	}
	st, err := t.look(name, true)
	if err != nil || st.kind != regular {
		return nil, false, err
	}
	return st.data, st.sum == sum, nil
}

// Holding says what an output directory contains.
type Holding int

// Values of Holding.
const (
	Nothing Holding = iota // it does not exist, or is empty
	Tree                   // a tree that k8splan wrote
	Others                 // other files
)

// Holds inspects an output directory.
func Holds(dir string) (Holding, error) {
	dir, info, err := resolve(dir)
	if err != nil || info == nil {
		return Nothing, err
	}
	t, err := openTree(dir)
	if err != nil {
		return Nothing, err
	}
	defer t.root.Close()
	owned, err := t.owned()
	switch {
	case err != nil:
		return Nothing, err
	case owned != nil:
		return Tree, nil
	}
	entries, err := fs.ReadDir(t.root.FS(), ".")
	switch {
	case err != nil:
		return Nothing, err
	case len(entries) == 0:
		return Nothing, nil
	case len(entries) == 1 && entries[0].Name() == stageName: // an interrupted write
		return Tree, nil
	}
	return Others, nil
}

// sameMode compares the part of a mode that is independent of the umask: whether the file is executable.
func sameMode(a, b fs.FileMode) bool { return a&0o100 == b&0o100 }
