package spec

import (
	"reflect"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Use is an argument that the file writes.
type Use struct {
	// Path names the argument from the top of the language: "network.cni.mtu". The label of a block that has a closed set of them is an
	// argument too, by what it says: "network.cni.name". A pool's arguments have the names of a node's: "node.address" is first_address.
	Path string
	At   hcl.Range
	// Blocks are the headers of the blocks around it, from the outside.
	Blocks []hcl.Range
}

// ofNode are the arguments of a pool that a node has under another name.
var ofNode = map[string]string{
	"first_address": "address", "first_secondary_address": "secondary_address", "failure_domains": "failure_domain", "hosts": "host",
	"powers": "power", "names": "name", "name_pattern": "name", "first_number": "name", "addresses": "address",
	"failure_domain_of": "failure_domain",
}

// NodePath is the path of an argument, with those of a pool under the names that a node's have.
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

// Written lists the arguments that the file writes, by block in the order of the language. What a target's own block holds, and variables,
// locals and waivers, are not among them.
func (s *Spec) Written() []Use {
	var uses []Use
	for i := range Schema {
		if b := &Schema[i]; b.Name != "variable" && b.Name != "waive" && !b.Open {
			uses = written(uses, "", nil, b, reflect.ValueOf(s).Elem())
		}
	}
	return uses
}

// written adds what the blocks of a kind write, in the entity that holds them.
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
