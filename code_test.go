package k8splan_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// goFiles parses every file of Go that is no test.
func goFiles(t *testing.T, each func(*token.FileSet, *ast.File)) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err == nil {
			files++
			each(set, file)
		}
		return err
	})
	if err != nil || files < 300 {
		t.Fatalf("%d files of Go: %v", files, err)
	}
}

// linesOf is how many lines a piece of code takes.
func linesOf(set *token.FileSet, n ast.Node) int {
	return set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1
}

// TestLinesOfClosures: what a table of rules or functions calls has a name as soon as it is longer than a few lines, so that the table
// shows on a page and a stack trace says which row it was.
func TestLinesOfClosures(t *testing.T) {
	const most = 7
	goFiles(t, func(set *token.FileSet, file *ast.File) {
		for _, d := range file.Decls {
			if _, ok := d.(*ast.GenDecl); !ok {
				continue
			}
			ast.Inspect(d, func(n ast.Node) bool {
				closure, ok := n.(*ast.FuncLit)
				if ok && linesOf(set, closure) > most {
					t.Errorf("%s: %d lines in a variable's closure; make it a function with a name", set.Position(closure.Pos()),
						linesOf(set, closure))
				}
				return !ok
			})
		}
	})
}
