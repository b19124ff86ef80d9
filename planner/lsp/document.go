package lsp

import (
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
)

// document is one immutable version of a file. An edit creates a new one.
type document struct {
	uri     string
	version int
	text    string
	lines   []int // byte offset of each line
	options *Options
	beside  fs.FS // its folder, including files open in the editor; nil if it has none

	once   sync.Once
	diags  hcl.Diagnostics
	spec   *spec.Spec
	reread sync.Once
	parse  sync.Once
	body   *hclsyntax.Body

	past *past
}

// past is shared by all versions of a file.
type past struct {
	mu    sync.Mutex
	plan  *plan.Plan // of the last version without an error
	timer *time.Timer
}

func newDocument(uri string, version int, text string, o *Options, p *past) *document {
	d := &document{uri: uri, version: version, text: text, lines: []int{0}, options: o, past: p}
	for i := range len(text) {
		if text[i] == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	return d
}

// folder is the folder of a topology: files open in the editor override the disk.
type folder struct {
	at   string            // URI
	open map[string]string // texts by URI
	disk fs.FS
}

// Open implements fs.FS.
func (f folder) Open(name string) (fs.File, error) {
	if u, err := url.Parse(f.at); err == nil {
		if text, ok := f.open[u.JoinPath(name).String()]; ok {
			return spec.Texts(func(string) ([]byte, error) { return []byte(text), nil }).Open(name)
		}
	}
	if f.disk == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.disk.Open(name)
}

// folderOf returns the folder of a file's topology; nil if it has none.
func folderOf(uri string, open map[string]string, o *Options) fs.FS {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || o.Folder == nil {
		return nil
	}
	disk := o.Folder(u.Path)
	u.Path = path.Dir(u.Path)
	return folder{u.String(), open, disk}
}

// judge runs the pipeline, once for each version.
func (d *document) judge() {
	d.once.Do(func() {
		project, diags := planner.OpenBeside(d.filename(), []byte(d.text), d.options.values(), d.options.Today(), d.options.Facts,
			d.beside)
		d.diags = diags
		if project != nil {
			d.past.mu.Lock()
			d.past.plan = project.Plan()
			d.past.mu.Unlock()
			d.spec = project.Plan().Spec
		}
	})
}

// written returns the file as the loader reads it, whatever is wrong with it; never nil.
func (d *document) written() *spec.Spec {
	d.judge()
	d.reread.Do(func() {
		if d.spec == nil {
			d.spec, _ = spec.LoadBeside(d.filename(), []byte(d.text), d.options.values(), d.beside)
		}
	})
	return d.spec
}

// secretive reports whether a variable is sensitive: then no computed value is shown, since any may derive from it.
func secretive(s *spec.Spec) bool { return s.Secrets != nil }

// plan returns the plan of this version, or of the last one without an error (then fresh is false); nil if there was none, and if a
// variable is sensitive.
func (d *document) plan() (p *plan.Plan, fresh bool) {
	d.judge()
	secret := secretive(d.written())
	d.past.mu.Lock()
	defer d.past.mu.Unlock()
	if secret || d.past.plan != nil && secretive(d.past.plan.Spec) {
		return nil, false
	}
	return d.past.plan, !d.diags.HasErrors()
}

// filename returns the name of the file in diagnostics.
func (d *document) filename() string {
	if u, err := url.Parse(d.uri); err == nil && u.Scheme == "file" {
		return filepath.Base(u.Path)
	}
	return "topology.hcl"
}

// offset converts a position to a byte offset; a position outside the text is moved to the nearest one inside.
func (d *document) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(d.lines) {
		return len(d.text)
	}
	at, end := d.lines[p.Line], d.end(p.Line)
	for units := 0; at < end && units < p.Character; {
		r, size := utf8.DecodeRuneInString(d.text[at:])
		if units += width(r); units > p.Character { // in the middle of a surrogate pair
			break
		}
		at += size
	}
	return at
}

// end returns where a line ends, before the line feed and a carriage return.
func (d *document) end(line int) int {
	if line+1 == len(d.lines) {
		return len(d.text)
	}
	end := d.lines[line+1] - 1
	return d.lines[line] + len(strings.TrimSuffix(d.text[d.lines[line]:end], "\r"))
}

// position is the inverse of offset.
func (d *document) position(offset int) position {
	offset = min(max(offset, 0), len(d.text))
	line := sort.SearchInts(d.lines, offset+1) - 1
	units := 0
	for _, r := range d.text[d.lines[line]:offset] {
		units += width(r)
	}
	return position{line, units}
}

func (d *document) span(begin, end int) span { return span{d.position(begin), d.position(end)} }

// width returns the number of UTF-16 code units of a character.
func width(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
