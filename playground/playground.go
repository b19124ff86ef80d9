// Package playground holds the page on which a design is seen: in the browser alone, where site/ brings the planner as WebAssembly and
// editor/ the editor, and before `k8splan serve`, where serve/ asks the running program. page/ is what both share.
//
// The package is internal to k8splan and makes no compatibility promise.
package playground

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"github.com/k8splan/k8splan/planner/report"
)

// The editor and the programs in WebAssembly are not embedded: they are megabytes, and `k8splan serve` needs neither.
//
//go:embed page serve site
var files embed.FS

// Policy is the page's Content-Security-Policy: it loads what is next to it, and sends nothing anywhere else.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'; " +
	"img-src data:; base-uri 'none'; form-action 'none'"

// Served is the page of `k8splan serve`, by file name.
func Served() map[string][]byte { return with("serve") }

// Static is the page that needs no program behind it. It lacks editor.js, wasm_exec.js and the two programs.
func Static() map[string][]byte {
	out := with("site")
	const head = "<meta charset=\"utf-8\">\n"
	meta := head + "<meta http-equiv=\"Content-Security-Policy\" content=\"" + Policy + "\">\n"
	out["index.html"] = []byte(strings.Replace(string(out["index.html"]), head, meta, 1))
	return out
}

// with is what both pages share, and a folder that one of them has.
func with(folder string) map[string][]byte {
	out := map[string][]byte{
		"stand.css": []byte(report.Style()),
		"stand.js":  []byte(report.Script()),
	}
	for _, dir := range []string{"page", folder} {
		entries, err := fs.ReadDir(files, dir)
		if err != nil {
			panic("playground: " + err.Error())
		}
		for _, e := range entries {
			data, err := files.ReadFile(path.Join(dir, e.Name()))
			if err != nil {
				panic("playground: " + err.Error())
			}
			out[e.Name()] = data
		}
	}
	return out
}
