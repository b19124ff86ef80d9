package spec

import (
	"reflect"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Use is an argument that is written in the file.
type Use struct {
	// Path names the argument from the top of the language: "network.cni.mtu". A block label with a closed set of values counts as an
	// argument, named by what it means: "network.cni.name". A pool's arguments have the names of a node's: "node.address" is first_address.
	Path string
	At   hcl.Range
	// Blocks are the headers of the enclosing blocks, outermost first.
	Blocks []hcl.Range
}

// ofNode maps a pool's arguments to the node's names.
var ofNode = map[string]string{
	"first_address": "address", "first_secondary_address": "secondary_address", "failure_domains": "failure_domain", "hosts": "host",
	"powers": "power", "names": "name", "name_pattern": "name", "first_number": "name", "addresses": "address",
	"failure_domain_of": "failure_domain",
}

// NodePath is the path of an argument, with a pool's arguments under the node's names.
func NodePath(path string) string {
	rest, ok := strings.CutPrefix(path, "node_pool.")
	if !ok || rest == "count" {
		return path
	}
	if name, ok := ofNode[rest]; ok {
		rest = name
	}
	return "node." + rest
}

// Written lists the arguments in the file, by block in the order of the language. It does not include the target's block, variables,
// locals, and waivers.
func (s *Spec) Written() []Use {
	var uses []Use
	for i := range Schema {
		if b := &Schema[i]; b.Name != "variable" && b.Name != "waive" && !b.Open {
			uses = written(uses, "", nil, b, reflect.ValueOf(s).Elem())
		}
	}
	return uses
}

// written adds the arguments of one kind of block, from the entity that contains them.
func written(uses []Use, prefix string, around []hcl.Range, b *Block, parent reflect.Value) []Use {
	field := parent.FieldByName(b.Field)
	if field.Kind() == reflect.Pointer {
		if field.IsNil() {
			return uses
		}
		return writtenIn(uses, prefix, around, b, field.Elem())
	}
	for i := range field.Len() {
		uses = writtenIn(uses, prefix, around, b, field.Index(i).Elem())
	}
	return uses
}

func writtenIn(uses []Use, prefix string, around []hcl.Range, b *Block, entity reflect.Value) []Use {
	source := entity.FieldByName("Source").Interface().(*Source)
	blocks := append(around[:len(around):len(around)], source.Block())
	prefix += b.Name + "."
	if len(b.Labels) > 0 {
		uses = append(uses, Use{prefix + b.Label, source.Block(), blocks})
	}
	for _, a := range b.Arguments {
		if source.Has(a.Name) {
			uses = append(uses, Use{NodePath(prefix + a.Name), source.Attr(a.Name), blocks})
		}
	}
	for i := range b.Blocks {
		uses = written(uses, prefix, blocks, &b.Blocks[i], entity)
	}
	return uses
}
