package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A tree is the source of a release: all packages that define its components' options, with types.
type tree struct {
	fset     *token.FileSet
	packages map[string]*source
	bodies   map[*types.Func]body
}

// source is a parsed package.
type source struct {
	path   string
	goFlag bool // it may register a flag, so its functions' bodies are type-checked, too
	files  []*ast.File
	types  *types.Package
	info   *types.Info
	listed listed
}

// body is the source of a function.
type body struct {
	decl *ast.FuncDecl
	in   *source
}

type listed struct {
	Dir, ImportPath string
	GoFiles         []string
	ImportMap       map[string]string
}

// module writes a temporary module that requires a Kubernetes release. Its staging modules have the same patch number; instead maps those
// that are not available at that patch to another one.
func module(dir, version string, instead map[string]string) error {
	source, err := download("k8s.io/kubernetes", version)
	if err != nil {
		return err
	}
	theirs, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "module throwaway\n\n%s\n\nrequire k8s.io/kubernetes v%s\n\n", regexp.MustCompile(`(?m)^go .*$`).Find(theirs),
		version)
	staging := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)(k8s\.io/[a-z-]+) (?:=> \./staging/|v0\.0\.0(?:\s|$))`).FindAllSubmatch(theirs, -1) {
		if name := string(m[1]); !staging[name] {
			staging[name] = true
			fmt.Fprintf(&out, "replace %s => %s v%s\n", name, name, cmp.Or(instead[name], "0."+strings.TrimPrefix(version, "1.")))
		}
	}
	return os.WriteFile(filepath.Join(dir, "go.mod"), out.Bytes(), 0o644)
}

// unserved finds in an error of the go command the staging module whose release is not available.
var unserved = regexp.MustCompile(`(k8s\.io/[a-z-]+)@v0\.(\d+)\.(\d+): (?:reading|invalid version|unrecognized)`)

// loadRelease reads packages of a Kubernetes release. A staging module that is not available at the release's patch is replaced by its
// newest older patch: types and flags do not change between patches.
func loadRelease(dir, version string, paths ...string) (*tree, error) {
	instead := map[string]string{}
	for {
		if err := module(dir, version, instead); err != nil {
			return nil, err
		}
		t, err := load(dir, paths...)
		if err == nil {
			return t, nil
		}
		m := unserved.FindStringSubmatch(err.Error())
		if m == nil {
			return nil, err
		}
		patch, _ := strconv.Atoi(m[3])
		for ; patch > 0; patch-- {
			older := fmt.Sprintf("0.%s.%d", m[2], patch-1)
			if _, err := download(m[1], older); err == nil {
				instead[m[1]] = older
				break
			}
		}
		if patch == 0 {
			return nil, err
		}
	}
}

// download returns the directory of a module's release.
func download(path, version string) (string, error) {
	out, err := command("", "go", "mod", "download", "-json", path+"@v"+version)
	if err != nil {
		return "", err
	}
	var m struct{ Dir string }
	return m.Dir, json.Unmarshal(out, &m)
}

// command runs a program and returns its output.
func command(dir string, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOWORK=off", "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, nil
}

// load reads packages and everything that they import, in dependency order.
func load(dir string, paths ...string) (*tree, error) {
	out, err := command(dir, "go", append([]string{"list", "-deps", "-json=Dir,ImportPath,GoFiles,ImportMap", "--"}, paths...)...)
	if err != nil {
		return nil, err
	}
	t := &tree{token.NewFileSet(), map[string]*source{}, map[*types.Func]body{}}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return t, nil
		} else if err != nil {
			return nil, err
		}
		if err := t.read(l); err != nil {
			return nil, err
		}
	}
}

// read parses and type-checks one package. Errors of the type checker do not matter here: C and assembly are not read.
func (t *tree) read(l listed) error {
	s := &source{path: l.ImportPath, listed: l}
	t.packages[l.ImportPath] = s
	if l.ImportPath == "unsafe" {
		s.types = types.Unsafe
		return nil
	}
	for _, name := range l.GoFiles {
		src, err := os.ReadFile(filepath.Join(l.Dir, name))
		if err != nil {
			return err
		}
		s.goFlag = s.goFlag || bytes.Contains(src, []byte("FlagSet")) || bytes.Contains(src, []byte("pflag."))
		file, err := parser.ParseFile(t.fset, filepath.Join(l.Dir, name), src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s.files = append(s.files, file)
	}
	s.info = &types.Info{}
	if s.goFlag {
		s.info = &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
		}
	} else {
		s.info.Defs = map[*ast.Ident]types.Object{}
	}
	config := types.Config{Importer: importer{t, l.ImportMap}, Error: func(error) {}, IgnoreFuncBodies: !s.goFlag, FakeImportC: true,
		Sizes: types.SizesFor("gc", "amd64")}
	s.types, _ = config.Check(l.ImportPath, t.fset, s.files, s.info)
	for _, file := range s.files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				if object, ok := s.info.Defs[f.Name].(*types.Func); ok {
					t.bodies[object] = body{f, s}
				}
			}
		}
	}
	if !s.goFlag {
		s.info = nil
	}
	return nil
}

// importer returns packages that were read before.
type importer struct {
	tree    *tree
	renamed map[string]string
}

func (i importer) Import(path string) (*types.Package, error) {
	if to := i.renamed[path]; to != "" {
		path = to
	}
	s := i.tree.packages[path]
	if s == nil || s.types == nil {
		return nil, fmt.Errorf("%s was not read", path)
	}
	return s.types, nil
}

// function finds a function of a package, or a method if the name contains a dot.
func (t *tree) function(path, name string) (*types.Func, error) {
	s := t.packages[path]
	if s == nil {
		return nil, fmt.Errorf("package %s was not read", path)
	}
	receiver, method, isMethod := strings.Cut(name, ".")
	object := s.types.Scope().Lookup(receiver)
	if isMethod && object != nil {
		object, _, _ = types.LookupFieldOrMethod(types.NewPointer(object.Type()), true, s.types, method)
	}
	f, ok := object.(*types.Func)
	if !ok {
		return nil, fmt.Errorf("%s has no function %s", path, name)
	}
	return f, nil
}

// has reports whether a package has a function.
func (t *tree) has(path, name string) bool {
	_, err := t.function(path, name)
	return err == nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
