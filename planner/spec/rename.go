package spec

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Former is an argument's former name. It is accepted for one minor release, with a warning; `fmt -w` replaces it with the new name.
type Former struct {
	Name  string `json:"name"`
	Since string `json:"since"` // the first release with the new name, such as v0.2
}

// former returns the row of an argument by its former name, if the body uses that name.
func (l *loader) former(s *shape, body *hclsyntax.Body, attr *hclsyntax.Attribute) (row argumentShape, renamed, twice bool) {
	row, renamed = s.formerly[attr.Name]
	if !renamed {
		return row, false, false
	}
	if again := body.Attributes[row.Name]; again != nil {
		l.add(duplicateArgument, attr.NameRange, fmt.Sprintf(
			"%s is the former name of %s, which is already set on line %d. Only one of them is allowed. Remove %[1]s.",
			attr.Name, row.Name, again.NameRange.Start.Line))
		return row, true, true
	}
	l.add(renamedArgument, attr.NameRange, fmt.Sprintf("%s was renamed to %s in k8splan %s. The former name works until the next minor "+
		"release. Write %[2]s, or run `k8splan fmt -w`.", attr.Name, row.Name, row.Was.Since))
	return row, true, false
}

// Rename replaces former names of arguments with the new ones. target returns the schema of a target's block by its label, nil if there is
// none. A file that does not parse is returned unchanged, and an argument that is written under both names stays as it is.
func Rename(src []byte, target func(label string) *Block) []byte {
	return rename(src, Schema, target)
}

func rename(src []byte, schema []Block, target func(label string) *Block) []byte {
	if _, refusal := guard("", src); refusal != nil {
		return src
	}
	text := bytes.TrimPrefix(src, []byte(byteOrderMark))
	body, diags := parse("", text, nil)
	if diags.HasErrors() {
		return src
	}
	edits := renames(nil, &Block{Blocks: schema}, body, target)
	if len(edits) == 0 {
		return src
	}
	slices.SortFunc(edits, func(a, b renaming) int { return b.start - a.start })
	text = bytes.Clone(text)
	for _, e := range edits { // last first, so that earlier positions stay valid
		text = slices.Replace(text, e.start, e.end, []byte(e.name)...)
	}
	return text
}

// A renaming is a name that replaces some bytes.
type renaming struct {
	start, end int
	name       string
}

func renames(edits []renaming, b *Block, body *hclsyntax.Body, target func(label string) *Block) []renaming {
	for i := range b.Arguments {
		a := &b.Arguments[i]
		if a.Was == nil || body.Attributes[a.Name] != nil {
			continue
		}
		if attr := body.Attributes[a.Was.Name]; attr != nil {
			edits = append(edits, renaming{attr.NameRange.Start.Byte, attr.NameRange.End.Byte, a.Name})
		}
	}
	for _, inner := range body.Blocks {
		row, ok := b.Block(inner.Type)
		if ok && b.Name == "" && inner.Type == "target" && len(inner.Labels) == 1 && target != nil {
			row = target(inner.Labels[0])
		}
		if ok && row != nil {
			edits = renames(edits, row, inner.Body, target)
		}
	}
	return edits
}
