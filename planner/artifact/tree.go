package artifact

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
)

// tree is a directory that holds, or is about to hold, a generated tree. All access goes through os.Root, so that nothing outside is
// reached; and no symbolic link inside is followed, for what is behind one is not ours.
type tree struct {
	dir    string
	root   *os.Root
	places map[string]place // what place answered, by directory
}

// place reports whether a directory can take files as it is.
type place struct {
	missing bool
	blocker string // the path of what is in its way and no directory, a symbolic link among them; "" if nothing is
}

type kind int

const (
	missing kind = iota
	regular
	other // a directory, a link, a device
)

// state is what lies at a path.
type state struct {
	kind kind
	sum  digest // of a regular file
	mode fs.FileMode
	data []byte // of a regular file, where asked for
}

func openTree(dir string) (*tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &tree{dir: dir, root: root, places: map[string]place{".": {}}}, nil
}

// place looks at a directory of the tree.
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

// look reads what lies at a path whose parent is a directory. It is safe to be called from several goroutines.
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

// scan looks at many paths. One whose directory cannot take it is missing, and the second answer says what is in the directory's way.
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

// setAside renames what lies at a path to the first free of path.orig-1, path.orig-2, …
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

// removeEmpty removes directories that hold nothing, from dir upwards.
func (t *tree) removeEmpty(dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		info, err := t.root.Lstat(dir)
		if err == nil && !info.IsDir() {
			return
		}
		if err == nil && t.root.Remove(dir) != nil {
			return // someone's file is in it
		}
	}
}
