package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"sigs.k8s.io/yaml"
)

// MaxFileBytes is the maximum size in bytes of a file that a topology reads.
const MaxFileBytes = 4 << 20

// files reads the files next to a topology, each once. They are input like the topology itself.
type files struct {
	beside  fs.FS // nil if there are none: standard input, a browser
	content map[string]string
	digests map[string]string // "sha256:…" by path; nil until a file is read
}

func newFiles(beside fs.FS) *files { return &files{beside: beside, content: map[string]string{}} }

// read returns the text of a file below the topology's folder. The error is a sentence without capital and period.
func (f *files) read(name string) (string, error) {
	at := path.Clean(name)
	if text, ok := f.content[at]; ok {
		return text, nil
	}
	switch {
	case f.beside == nil:
		return "", fmt.Errorf("%q cannot be read: this topology has no folder", name)
	case name == "" || path.IsAbs(name) || !fs.ValidPath(at) || at == "." || strings.ContainsAny(name, "\x00\\"):
		return "", fmt.Errorf("%q is not a path below the topology's folder: write one with / and without .., such as \"files/hosts.csv\"",
			name)
	}
	file, err := f.beside.Open(at)
	if err != nil {
		return "", unreadable(name, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("%q is not a file", name)
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxFileBytes+1))
	switch {
	case err != nil:
		return "", unreadable(name, err)
	case len(data) > MaxFileBytes:
		return "", fmt.Errorf("%q is larger than %d MiB", name, MaxFileBytes>>20)
	case !utf8.Valid(data):
		return "", fmt.Errorf("%q is not text in UTF-8", name)
	}
	sum := sha256.Sum256(data)
	if f.digests == nil {
		f.digests = map[string]string{}
	}
	f.digests[at] = "sha256:" + hex.EncodeToString(sum[:])
	f.content[at] = strings.ReplaceAll(string(data), "\r\n", "\n")
	return f.content[at], nil
}

func unreadable(name string, err error) error {
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %q in the topology's folder", name)
	case errors.As(err, &at):
		return fmt.Errorf("%q cannot be read: %w", name, at.Err)
	}
	return fmt.Errorf("%q cannot be read: %w", name, err)
}

// contents reads the files that arguments name, into the fields that belong to them.
func (l *loader) contents(s *Spec) {
	for _, a := range s.Addons {
		if c := a.Chart; c != nil && c.ValuesFile != nil {
			c.Values = l.content(c.Source, "values_file", *c.ValuesFile)
		}
	}
	if s.Cluster == nil {
		return
	}
	if api := s.Cluster.APIServer; api != nil {
		for _, f := range api.Files {
			if f.From != nil && f.Content == nil {
				f.Content = l.content(f.Source, "source", *f.From)
			}
		}
	}
	for _, p := range s.Cluster.Patches {
		if p.From != nil && p.Content == nil {
			p.Content = l.content(p.Source, "source", *p.From)
		}
	}
	if a := s.Cluster.Audit; a != nil && a.Policy != nil {
		a.Content = l.content(a.Source, "policy", *a.Policy)
	}
}

func (l *loader) content(source *Source, argument, name string) *string {
	text, err := l.work.files.read(name)
	if err != nil {
		detail := err.Error()
		l.add(unreadableFile, source.Attr(argument), strings.ToUpper(detail[:1])+detail[1:]+".")
		return nil
	}
	return &text
}

// function is the function file of the language.
func (f *files) function() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := f.read(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(text), nil
		},
	})
}

// yamlDecode reads one document, strictly: a duplicate key is an error.
var yamlDecode = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "text", Type: cty.String}},
	Type:   yamlDecodeType,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, err := decodeYAML(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		return v, nil
	},
})

func yamlDecodeType(args []cty.Value) (cty.Type, error) {
	if !args[0].IsKnown() {
		return cty.DynamicPseudoType, nil
	}
	v, err := decodeYAML(args[0].AsString())
	if err != nil {
		return cty.DynamicPseudoType, function.NewArgError(0, err)
	}
	return v.Type(), nil
}

func decodeYAML(text string) (cty.Value, error) {
	data, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		return cty.NilVal, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(data) > 4*MaxFileBytes {
		return cty.NilVal, errors.New("its aliases expand it to more than 16 MiB")
	}
	args := []cty.Value{cty.StringVal(string(data))}
	if err := jsonDepth(args); err != nil {
		return cty.NilVal, err
	}
	return stdlib.JSONDecodeFunc.Call(args)
}

// Texts is a folder whose files come from elsewhere: an editor's buffers, or an old revision.
type Texts func(name string) ([]byte, error)

// Open implements fs.FS.
func (t Texts) Open(name string) (fs.File, error) {
	data, err := t(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &textFile{strings.NewReader(string(data)), textInfo{path.Base(name), int64(len(data))}}, nil
}

// textFile is an open file of Texts.
type textFile struct {
	*strings.Reader
	info textInfo
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error               { return nil }

type textInfo struct {
	name string
	size int64
}

func (i textInfo) Name() string       { return i.name }
func (i textInfo) Size() int64        { return i.size }
func (i textInfo) Mode() fs.FileMode  { return 0o444 }
func (i textInfo) ModTime() time.Time { return time.Time{} }
func (i textInfo) IsDir() bool        { return false }
func (i textInfo) Sys() any           { return nil }

// ParseYAML parses one YAML document, strictly: maps are map[string]any, lists []any, numbers float64.
func ParseYAML(text string) (any, error) {
	var v any
	err := yaml.UnmarshalStrict([]byte(text), &v)
	return v, err
}
