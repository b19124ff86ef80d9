package artifact

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// stageName is the directory inside a tree in which a change is prepared.
const stageName = ".k8splan-write"

const (
	stageMark   = stageName + "/README" // its presence means that we may remove the directory
	journalName = stageName + "/journal.json"
	journalTemp = stageName + "/journal.new"
)

const stageText = "k8splan is changing this tree, or was stopped while it did. `k8splan generate` with this directory finishes the work.\n"

// Options are the options of Write.
type Options struct {
	// Force renames files that are in the way to <file>.orig-<n>, instead of refusing to write.
	Force bool
	// step is called between any two steps that change the disk, so that a test can kill the process there.
	step func(string)
}

func (o Options) reach(step string) {
	if o.step != nil {
		o.step(step)
	}
}

// Report says what a Write did.
type Report struct {
	Written   []string // created or replaced
	Removed   []string // no longer produced
	Unchanged int
	Backups   []Backup // renamed because of Force
	Recovered bool     // an interrupted write was finished first
}

// Backup is a file that was renamed because of Force.
type Backup struct{ Path, To string }

// Write makes dir contain the set, and removes files that an earlier Write put there and the set no longer has. It creates dir. Files that
// are already correct are not touched. It fails with *ConflictError and changes nothing if it would have to overwrite what someone else
// wrote or changed, unless Options.Force is set. The package comment describes the guarantees if the process dies.
func (s *Set) Write(dir string, opts Options) (*Report, error) {
	dir, info, err := resolve(dir)
	if err != nil {
		return nil, err
	}
	if info == nil || replaceable(dir, info) {
		if err := s.writeFresh(dir, info, opts); err == nil {
			return &Report{Written: s.paths()}, nil
		} else if info == nil {
			return nil, err
		}
		// An empty directory whose parent is not writable, or a mount point: write into it.
	}
	return s.writeInPlace(dir, opts)
}

func (s *Set) paths() []string {
	paths := make([]string, len(s.entries))
	for i, e := range s.entries {
		paths[i] = e.Path
	}
	return paths
}

// Diff returns what a Write would change in dir, sorted by path, SHA256SUMS only if nothing else differs. An interrupted write is finished
// first.
func (s *Set) Diff(dir string) ([]Change, error) {
	dir, info, err := resolve(dir)
	if err != nil {
		return nil, err
	}
	var c *comparison
	if info == nil {
		c = &comparison{}
		for _, e := range s.entries {
			c.changes = append(c.changes, Change{Path: e.Path, Kind: Create, New: e.Data, NewMode: e.Mode})
		}
	} else {
		t, err := openTree(dir)
		if err != nil {
			return nil, err
		}
		defer t.root.Close()
		unlock, err := t.lock()
		if err != nil {
			return nil, err
		}
		defer unlock()
		if _, err := t.recover(Options{}); err != nil {
			return nil, err
		}
		if c, err = s.compare(t, true); err != nil {
			return nil, err
		}
	}
	if len(c.changes) > 1 {
		c.changes = slices.DeleteFunc(c.changes, func(ch Change) bool { return ch.Path == SumsName && ch.Kind != Foreign })
	}
	return c.changes, nil
}

// Recover finishes an interrupted Write of dir, and reports whether there was one. A dir that does not exist has none.
func Recover(dir string) (bool, error) {
	dir, info, err := resolve(dir)
	if err != nil || info == nil {
		return false, err
	}
	if _, err := os.Lstat(filepath.Join(dir, stageName)); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	t, err := openTree(dir)
	if err != nil {
		return false, err
	}
	defer t.root.Close()
	unlock, err := t.lock()
	if err != nil {
		return false, err
	}
	defer unlock()
	report, err := t.recover(Options{})
	return report != nil, err
}

// resolve makes dir absolute, follows it if it is a link, and stats it; the info of a directory that does not exist is nil.
func resolve(dir string) (string, fs.FileInfo, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", nil, err
	}
	if _, err := os.Lstat(abs); err == nil { // a dangling link is an error, not a directory to create
		if abs, err = filepath.EvalSymlinks(abs); err != nil {
			return "", nil, err
		}
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return abs, nil, nil
	case err != nil:
		return "", nil, err
	case !info.IsDir():
		return "", nil, fmt.Errorf("%s is a file, not a directory", dir)
	}
	return abs, info, nil
}

// replaceable reports whether a new directory may replace an existing one: it is empty, and no process has it as its working directory.
func replaceable(dir string, info fs.FileInfo) bool {
	if here, err := os.Stat("."); err != nil || os.SameFile(here, info) {
		return false
	}
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	names, _ := f.Readdirnames(1)
	return len(names) == 0
}

// writeFresh stages the whole tree next to dir and renames it into place. existing is the info of dir if it exists (and is empty).
func (s *Set) writeFresh(dir string, existing fs.FileInfo, opts Options) (err error) {
	parent, base := filepath.Split(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	prefix := "." + base + ".k8splan-"
	removeAbandoned(parent, prefix)
	stage := filepath.Join(parent, prefix+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(stage, 0o755); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(stage)
		}
	}()
	lock, err := os.Open(stage)
	if err != nil {
		return err
	}
	defer lock.Close()
	tryLock(lock)
	opts.reach("staged directory")
	if existing != nil {
		if info, err := lock.Stat(); err != nil {
			return err
		} else if !sameOwner(info, existing) {
			return fmt.Errorf("%s belongs to another user", dir)
		}
		if err := os.Chmod(stage, existing.Mode().Perm()); err != nil {
			return err
		}
	}

	made := map[string]bool{".": true}
	for _, e := range s.entries {
		if d := path.Dir(e.Path); !made[d] {
			if err := os.MkdirAll(filepath.Join(stage, filepath.FromSlash(d)), 0o755); err != nil {
				return err
			}
			for ; !made[d]; d = path.Dir(d) {
				made[d] = true
			}
		}
	}
	if err := s.stageFiles(stage, opts); err != nil {
		return err
	}
	opts.reach("staged all")
	if existing != nil {
		err = replaceEmptyDir(stage, dir)
	} else {
		err = os.Rename(stage, dir)
	}
	if err != nil {
		return err
	}
	opts.reach("renamed")
	return nil
}

// stageFiles creates all files below stage, whose directories exist. The system lets only one process at a time create files in a
// directory, so more goroutines per directory would only wait for each other, on some systems by spinning.
func (s *Set) stageFiles(stage string, opts Options) error {
	var folders [][]*entry
	at := map[string]int{}
	for i := range s.entries {
		e := &s.entries[i]
		d := path.Dir(e.Path)
		n, ok := at[d]
		if !ok {
			n = len(folders)
			at[d], folders = n, append(folders, nil)
		}
		folders[n] = append(folders[n], e)
	}
	slices.SortStableFunc(folders, func(a, b []*entry) int { return len(b) - len(a) }) // longest first: none is left over at the end
	errs := make([]error, len(folders))
	parallel(len(folders), func(n int) {
		for _, e := range folders[n] {
			if err := createFile(stage+string(filepath.Separator)+filepath.FromSlash(e.Path), e.Data, e.Mode); err != nil {
				errs[n] = err
				return
			}
			opts.reach("staged file")
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// removeAbandoned removes what killed processes staged next to a directory: stages whose lock no living process holds.
func removeAbandoned(parent, prefix string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // it may be writable without being readable
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) || strings.Trim(e.Name()[len(prefix):], "0123456789") != "" {
			continue
		}
		name := filepath.Join(parent, e.Name())
		if f, err := os.Open(name); err == nil {
			if tryLock(f) {
				os.RemoveAll(name)
			}
			f.Close()
		}
	}
}

// op is one line of the journal: a file to put in place, or to remove.
type op struct {
	Path  string      `json:"path"`
	Stage string      `json:"stage,omitempty"` // name of the staged file; "" removes
	Mode  fs.FileMode `json:"mode,omitempty"`
	Sum   string      `json:"sum,omitempty"` // of the staged file
	// Expect is the digest of the file that may be overwritten or removed; anything else at the path is renamed. "" means nothing.
	Expect string `json:"expect,omitempty"`
}

type journal struct {
	Ops []op `json:"ops"`
}

func (s *Set) writeInPlace(dir string, opts Options) (*Report, error) {
	t, err := openTree(dir)
	if err != nil {
		return nil, err
	}
	defer t.root.Close()
	unlock, err := t.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()

	recovered, err := t.recover(opts)
	if err != nil {
		return nil, err
	}
	report := &Report{}
	if recovered != nil {
		report.Recovered, report.Backups = true, recovered.Backups
		t.places = map[string]place{".": {}}
	}
	c, err := s.compare(t, false)
	if err != nil {
		return nil, err
	}
	if err := c.conflicts(dir); err != nil && !opts.Force {
		return nil, err
	}
	report.Unchanged = c.same
	if len(c.changes) == 0 {
		return report, nil
	}

	j := s.journal(c)
	if err := t.checkWritable(j); err != nil {
		return nil, err
	}
	if err := t.stage(s, j, opts); err != nil {
		t.root.RemoveAll(stageName)
		return nil, err
	}
	if err := t.apply(j, report, opts); err != nil {
		return nil, fmt.Errorf("%w (the tree is half changed; generate again to finish)", err)
	}
	return report, t.finish(opts)
}

// journal lists the steps: removals first, because a file may be where a directory must be created, and SHA256SUMS last.
func (s *Set) journal(c *comparison) *journal {
	j := &journal{}
	var placed []op
	for _, ch := range c.changes {
		o := op{Path: ch.Path}
		if sum, ok := c.expect[ch.Path]; ok {
			o.Expect = hex.EncodeToString(sum[:])
		}
		e, wanted := s.find(ch.Path)
		if !wanted {
			j.Ops = append(j.Ops, o)
			continue
		}
		o.Mode, o.Sum = e.Mode, hex.EncodeToString(e.sum[:])
		placed = append(placed, o)
	}
	slices.SortStableFunc(placed, func(a, b op) int {
		return boolInt(a.Path == SumsName) - boolInt(b.Path == SumsName)
	})
	for i := range placed {
		placed[i].Stage = strconv.Itoa(i)
	}
	j.Ops = append(j.Ops, placed...)
	return j
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// checkWritable finds out, before the journal is written, what would stop its steps halfway.
func (t *tree) checkWritable(j *journal) error {
	done := map[string]bool{}
	for _, o := range j.Ops {
		d := path.Dir(o.Path)
		for {
			at, err := t.place(d)
			if err != nil {
				return err
			}
			if at.blocker == "" && !at.missing {
				break
			}
			d = path.Dir(d)
		}
		if done[d] {
			continue
		}
		done[d] = true
		if err := checkWritable(t.dir, d); err != nil {
			return err
		}
	}
	return nil
}

// stage writes the new files under numbers and then, with one rename, the journal.
func (t *tree) stage(s *Set, j *journal, opts Options) error {
	if err := t.root.Mkdir(stageName, 0o755); err != nil {
		return err
	}
	opts.reach("stage directory")
	if err := t.root.WriteFile(stageMark, []byte(stageText), 0o644); err != nil {
		return err
	}
	opts.reach("stage mark")
	base := filepath.Join(t.dir, stageName) + string(filepath.Separator)
	for _, o := range j.Ops {
		if o.Stage != "" {
			e, _ := s.find(o.Path)
			if err := createFile(base+o.Stage, e.Data, e.Mode); err != nil {
				return err
			}
			opts.reach("staged file")
		}
	}
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	if err := t.root.WriteFile(journalTemp, data, 0o644); err != nil {
		return err
	}
	opts.reach("journal written")
	if err := t.sync(); err != nil {
		return err
	}
	if err := t.root.Rename(journalTemp, journalName); err != nil {
		return err
	}
	opts.reach("journal in force")
	return nil
}

// apply takes every step of the journal that was not taken yet. It may be stopped at any point and called again.
func (t *tree) apply(j *journal, report *Report, opts Options) error {
	made := map[string]bool{".": true}
	for _, o := range j.Ops {
		if o.Stage != "" {
			if _, err := t.root.Lstat(stageName + "/" + o.Stage); errors.Is(err, fs.ErrNotExist) {
				continue // already in place
			} else if err != nil {
				return err
			}
			if err := t.makeDir(path.Dir(o.Path), made, report, opts); err != nil {
				return err
			}
		}
		if err := t.clear(o, report, opts); err != nil {
			return err
		}
		if o.Stage != "" {
			if err := t.root.Rename(stageName+"/"+o.Stage, o.Path); err != nil {
				return err
			}
			report.Written = append(report.Written, o.Path)
			opts.reach("placed")
		}
	}
	for _, o := range j.Ops {
		if o.Stage == "" {
			t.removeEmpty(path.Dir(o.Path))
			opts.reach("emptied")
		}
	}
	slices.Sort(report.Written)
	return t.sync()
}

// clear makes room for a step: what may go is removed (or left to be overwritten), anything unexpected is renamed.
func (t *tree) clear(o op, report *Report, opts Options) error {
	dir := path.Dir(o.Path)
	if info, err := t.root.Lstat(dir); o.Stage == "" && (errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir()) {
		return nil
	}
	st, err := t.look(o.Path, false)
	if err != nil || st.kind == missing || o.Stage == "" && st.mode.IsDir() {
		return err // a directory here was created by a later step, before the process was stopped
	}
	if st.kind == regular && hex.EncodeToString(st.sum[:]) == o.Expect {
		if o.Stage == "" {
			if err := t.root.Remove(o.Path); err != nil {
				return err
			}
			report.Removed = append(report.Removed, o.Path)
			opts.reach("removed")
		}
		return nil
	}
	b, err := t.setAside(o.Path)
	if err != nil {
		return err
	}
	report.Backups = append(report.Backups, b)
	opts.reach("set aside")
	return nil
}

// makeDir creates a directory and its parents. A file or a symbolic link that is in the way is renamed.
func (t *tree) makeDir(dir string, made map[string]bool, report *Report, opts Options) error {
	if made[dir] {
		return nil
	}
	if err := t.makeDir(path.Dir(dir), made, report, opts); err != nil {
		return err
	}
	info, err := t.root.Lstat(dir)
	switch {
	case err == nil && !info.IsDir():
		b, err := t.setAside(dir)
		if err != nil {
			return err
		}
		report.Backups = append(report.Backups, b)
		opts.reach("set aside")
		fallthrough
	case errors.Is(err, fs.ErrNotExist):
		if err := t.root.Mkdir(dir, 0o755); err != nil {
			return err
		}
		opts.reach("directory")
	case err != nil:
		return err
	}
	made[dir] = true
	return nil
}

// finish removes the journal, which ends its effect, and then the stage.
func (t *tree) finish(opts Options) error {
	if err := t.root.Remove(journalName); err != nil {
		return err
	}
	opts.reach("journal done")
	return t.removeStage(opts)
}

// removeStage removes the stage, its mark last: without the mark, the directory is not recognized as ours.
func (t *tree) removeStage(opts Options) error {
	f, err := t.root.Open(stageName)
	if err != nil {
		return err
	}
	names, err := f.Readdirnames(-1)
	f.Close()
	if err != nil {
		return err
	}
	for _, name := range names {
		if p := stageName + "/" + name; p != stageMark {
			if err := t.root.RemoveAll(p); err != nil {
				return err
			}
			opts.reach("stage cleared")
		}
	}
	if err := t.root.Remove(stageMark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	opts.reach("stage mark removed")
	return t.root.Remove(stageName)
}

// recover finishes or undoes an interrupted Write. The report is nil if there was none to finish.
func (t *tree) recover(opts Options) (*Report, error) {
	info, err := t.root.Lstat(stageName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	where := filepath.Join(t.dir, stageName)
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a directory of k8splan's: move it away", where)
	}
	if _, err := t.root.Lstat(stageMark); err != nil {
		if err := t.root.Remove(stageName); err != nil { // killed before its first file, or not ours
			return nil, fmt.Errorf("%s was not made by k8splan: move it away", where)
		}
		return nil, nil
	}
	data, err := t.root.ReadFile(journalName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, t.removeStage(opts)
	}
	if err != nil {
		return nil, err
	}
	j, err := parseJournal(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; move it away and generate again", filepath.Join(t.dir, journalName), err)
	}
	for _, o := range j.Ops {
		if o.Stage == "" {
			continue
		}
		st, err := t.look(stageName+"/"+o.Stage, false)
		if err != nil {
			return nil, err
		}
		if st.kind != missing && (st.kind != regular || hex.EncodeToString(st.sum[:]) != o.Sum) {
			return nil, fmt.Errorf("%s: the file for %s is damaged; move the directory away and generate again", where, o.Path)
		}
	}
	report := &Report{}
	if err := t.apply(j, report, opts); err != nil {
		return nil, fmt.Errorf("finish the write that was interrupted: %w", err)
	}
	return report, t.finish(opts)
}

// parseJournal parses a journal and validates all its paths.
func parseJournal(data []byte) (*journal, error) {
	var j journal
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, err
	}
	for _, o := range j.Ops {
		if o.Path != SumsName && o.Path != markName && checkPath(o.Path) != nil {
			return nil, fmt.Errorf("the path %q is not one that k8splan writes", o.Path)
		}
		if strings.Trim(o.Stage, "0123456789") != "" {
			return nil, fmt.Errorf("the staged name %q is not one that k8splan writes", o.Stage)
		}
	}
	return &j, nil
}

// lock keeps other k8splan processes out of the tree.
func (t *tree) lock() (func(), error) {
	f, err := t.root.Open(".")
	if err != nil {
		return nil, err
	}
	if !tryLock(f) {
		f.Close()
		return nil, fmt.Errorf("another k8splan is writing to %s", t.dir)
	}
	return func() { f.Close() }, nil
}

func (t *tree) sync() error {
	f, err := t.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return syncFS(f)
}
