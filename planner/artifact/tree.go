package artifact

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
)

// tree is a directory that contains, or will contain, a generated tree. All access goes through os.Root, so nothing outside can be reached,
// and no symbolic link inside is followed, because its target is not ours.
type tree struct {
	dir    string
	root   *os.Root
	places map[string]place // results of place, by directory
}

// place reports whether files can be created in a directory.
type place struct {
	missing bool
	blocker string // the path of a non-directory (or symbolic link) in its way; "" if there is none
}

type kind int

const (
	missing kind = iota
	regular
	other // a directory, a link, a device
)

// state is what exists at a path.
type state struct {
	kind kind
	sum  digest // only a regular file's
	mode fs.FileMode
	data []byte // only a regular file's, if requested
}

func openTree(dir string) (*tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &tree{dir: dir, root: root, places: map[string]place{".": {}}}, nil
}

// place inspects a directory of the tree.
func (t *tree) place(dir string) (place, error) {
	if at, ok := t.places[dir]; ok {
		return at, nil
	}
	at, err := t.place(path.Dir(dir))
	if err != nil {
		return at, err
	}
	if at.blocker == "" && !at.missing {
		info, err := t.root.Lstat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			at.missing = true
		case err != nil:
			return at, err
		case !info.IsDir():
			at.blocker = dir
		}
	}
	t.places[dir] = at
	return at, nil
}

// look reads what is at a path whose parent is a directory. It is safe for concurrent use.
func (t *tree) look(p string, keepData bool) (state, error) {
	info, err := t.root.Lstat(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return state{}, nil
	case err != nil:
		return state{}, err
	case !info.Mode().IsRegular():
		return state{kind: other, mode: info.Mode()}, nil
	}
	data, err := t.root.ReadFile(p)
	if err != nil {
		return state{}, err
	}
	s := state{kind: regular, sum: sha256.Sum256(data), mode: info.Mode()}
	if keepData {
		s.data = data
	}
	return s, nil
}

// scan reads many paths. A path whose directory cannot contain it counts as missing; the second result is what is in that directory's way.
func (t *tree) scan(paths []string, keepData bool) ([]state, []string, error) {
	states, blockers, errs := make([]state, len(paths)), make([]string, len(paths)), make([]error, len(paths))
	reachable := make([]bool, len(paths))
	for i, p := range paths {
		at, err := t.place(path.Dir(p))
		if err != nil {
			return nil, nil, err
		}
		blockers[i], reachable[i] = at.blocker, at.blocker == "" && !at.missing
	}
	parallel(len(paths), func(i int) {
		if reachable[i] {
			states[i], errs[i] = t.look(paths[i], keepData)
		}
	})
	return states, blockers, errors.Join(errs...)
}

// setAside renames what is at a path to the first free name of path.orig-1, path.orig-2, …
func (t *tree) setAside(p string) (Backup, error) {
	for n := 1; ; n++ {
		to := p + ".orig-" + strconv.Itoa(n)
		if _, err := t.root.Lstat(to); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return Backup{}, err
		}
		return Backup{Path: p, To: to}, t.root.Rename(p, to)
	}
}

// removeEmpty removes empty directories, from dir upward.
func (t *tree) removeEmpty(dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		info, err := t.root.Lstat(dir)
		if err == nil && !info.IsDir() {
			return
		}
		if err == nil && t.root.Remove(dir) != nil {
			return // it contains someone's file
		}
	}
}
