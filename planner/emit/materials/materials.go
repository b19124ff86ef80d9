// Package materials writes the bill of materials: what a site without internet must have before the first host is changed.
//
// images.txt has one line per container image: where upstream publishes it, and the reference under which the cluster pulls it. files.txt
// has one line per file: upstream's address, and the path on a mirror. Both are for programs that read line by line; the tree's README has
// the loops.
//
// The package is internal to k8splan and makes no compatibility promise.
package materials

import (
	"fmt"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// Emit writes images.txt and files.txt, omitting empty ones.
func Emit(p *plan.Plan) ([]artifact.File, error) {
	var images, files strings.Builder
	for _, i := range p.Images() {
		fmt.Fprintf(&images, "%s %s\n", i.Source, i.Ref)
	}
	seen := map[string]bool{}
	line := func(path string) {
		if path != "" && !seen[path] {
			seen[path] = true
			fmt.Fprintf(&files, "https://%s %s\n", path, path)
		}
	}
	for _, d := range p.Downloads() {
		line(d.Path)
		line(d.ChecksumPath)
	}
	for _, m := range p.ManifestDownloads() {
		line(m.Path)
	}

	var out []artifact.File
	for _, f := range []struct{ path, text string }{{"images.txt", images.String()}, {"files.txt", files.String()}} {
		if f.text != "" {
			out = append(out, artifact.File{Path: f.path, Data: []byte(f.text)})
		}
	}
	return out, nil
}
