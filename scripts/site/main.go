// Site renders Markdown pages to HTML next to the playground: the documentation as it is published.
//
//	cd scripts/site && go run . ../../README.md ../../CHANGELOG.md ../../docs DIR
//
// A folder means all its pages. README.md becomes index.html. Links between pages lead to the rendered ones; links to other files of the
// repository lead there.
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// repository is the address of files that are not pages.
const repository = "https://github.com/k8splan/k8splan/blob/main/"

// page is the frame of each page. HTML in Markdown is not kept (goldmark's default), and no script runs.
var page = template.Must(template.New("page").Parse(frame))

var (
	//go:embed page.html
	frame string
	//go:embed docs.css
	style string
)

// source is a page of the documentation.
type source struct {
	from string // path in the repository
	data []byte
	File string // its name in the folder of pages
	Name string // in the list of pages
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: go run . FILE|FOLDER... DIR")
		os.Exit(2)
	}
	last := len(os.Args) - 1
	if err := site(os.Args[1:last], os.Args[last]); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

func site(from []string, dir string) error {
	sources, err := read(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "docs.css"), []byte(style), 0o644); err != nil {
		return err
	}
	for _, s := range sources {
		out, err := render(s, sources)
		if err != nil {
			return fmt.Errorf("%s: %w", s.from, err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.File), out, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// read reads the pages: files, and the pages of folders.
func read(from []string) ([]source, error) {
	var sources []source
	for _, name := range from {
		files := []string{name}
		if info, err := os.Stat(name); err != nil {
			return nil, err
		} else if info.IsDir() {
			if files, err = filepath.Glob(filepath.Join(name, "*.md")); err != nil {
				return nil, err
			}
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			s := source{from: path.Base(file), data: data}
			if filepath.Base(filepath.Dir(file)) == "docs" {
				s.from = "docs/" + s.from
			}
			s.Name = strings.ToLower(strings.TrimSuffix(path.Base(file), ".md"))
			if s.File = s.Name + ".html"; s.Name == "readme" {
				s.Name, s.File = "k8splan", "index.html"
			}
			sources = append(sources, s)
		}
	}
	return sources, nil
}

// render returns the page of a source.
func render(s source, all []source) ([]byte, error) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	ctx := parser.NewContext(parser.WithIDs(&ids{taken: map[string]int{}}))
	doc := md.Parser().Parse(text.NewReader(s.data), parser.WithContext(ctx))
	title := ""
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Heading:
			if title == "" && entering {
				title = words(n, s.data)
			}
		case *ast.Link:
			if entering {
				n.Destination = []byte(target(s, string(n.Destination), all))
			}
		case *ast.Image:
			if entering {
				n.Destination = []byte(target(s, string(n.Destination), all))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return nil, err
	}
	var body, out bytes.Buffer
	if err := md.Renderer().Render(&body, s.data, doc); err != nil {
		return nil, err
	}
	err = page.Execute(&out, struct {
		Title, File string
		Pages       []source
		Body        template.HTML
	}{title, s.File, all, template.HTML(body.String())})
	return out.Bytes(), err
}

// words is the text of a heading.
func words(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(src))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// target returns the target of a page's link in the rendered pages.
func target(s source, link string, all []source) string {
	if link == "" || strings.HasPrefix(link, "#") || strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return link
	}
	file, fragment, _ := strings.Cut(link, "#")
	if fragment != "" {
		fragment = "#" + fragment
	}
	file = path.Join(path.Dir(s.from), file)
	for _, other := range all {
		if other.from == file {
			return other.File + fragment
		}
	}
	return repository + file + fragment
}

// ids names headings as GitHub does, so that links to them work.
type ids struct{ taken map[string]int }

var noWord = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)

// Generate implements parser.IDs.
func (i *ids) Generate(value []byte, _ ast.NodeKind) []byte {
	id := strings.ReplaceAll(noWord.ReplaceAllString(strings.ToLower(string(util.TrimLeftSpace(util.TrimRightSpace(value)))), ""), " ", "-")
	i.taken[id]++
	if n := i.taken[id]; n > 1 {
		id = fmt.Sprintf("%s-%d", id, n-1)
	}
	return []byte(id)
}

// Put implements parser.IDs.
func (i *ids) Put(value []byte) { i.taken[string(value)]++ }
