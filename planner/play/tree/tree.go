// Package tree answers the playground page's requests for the files of a design. It links Kubernetes' own types, so the page loads it only
// when a user opens the files.
//
// The package is internal to k8splan and makes no compatibility promise.
package tree

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"time"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/lsp"
	"github.com/k8splan/k8splan/planner/play"
	"github.com/k8splan/k8splan/planner/render"
)

// Requests returns the handlers for the tree: its files, and all of them as an archive.
func Requests(o play.Options) map[string]lsp.Request {
	return map[string]lsp.Request{
		"k8splan/tree": func(params json.RawMessage) (any, error) {
			name, files, err := tree(o, params)
			if err != nil {
				return nil, err
			}
			out := Tree{Name: name, Files: make([]File, len(files))}
			for i, f := range files {
				out.Files[i] = File{f.Path, string(f.Data)}
			}
			return out, nil
		},
		"k8splan/archive": func(params json.RawMessage) (any, error) {
			name, files, err := tree(o, params)
			if err != nil {
				return nil, err
			}
			data, err := archive(name, files)
			return Archive{name + ".tar.gz", data}, err
		},
	}
}

// Tree is what generate would write.
type Tree struct {
	Name  string `json:"name"` // the cluster's name
	Files []File `json:"files"`
}

// File is one file of it.
type File struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// Archive is the tree as one file, in a folder with the cluster's name.
type Archive struct {
	Name string `json:"name"`
	Data []byte `json:"data"` // a gzipped tar archive; base64 in JSON
}

var errWrong = errors.New("the design has errors, so it has no tree")

func tree(o play.Options, params json.RawMessage) (name string, files []artifact.File, err error) {
	t, err := play.Read(params)
	if err != nil {
		return "", nil, err
	}
	project, _ := o.Open(t.Text)
	if project == nil {
		return "", nil, errWrong
	}
	set, err := render.Tree(project, o.Release)
	if err != nil {
		return "", nil, err
	}
	return project.Plan().Cluster.Name, set.Files(), nil
}

// archive packs files. The same files give the same bytes: the archive contains no time and no owner.
func archive(folder string, files []artifact.File) ([]byte, error) {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, f := range files {
		mode := int64(f.Mode.Perm())
		h := &tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + f.Path, Mode: mode, Size: int64(len(f.Data)), ModTime: time.Unix(0, 0)}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Data); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
