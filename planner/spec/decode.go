package spec

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

// shape is a Block prepared for one Go struct: rows by name, fields by index. Building one panics if a row names a field that the struct
// does not have. That is a bug, which shows at the first Load.
type shape struct {
	*Block
	entity        reflect.Type // the struct
	field         []int        // in the parent's struct; nil if nothing is stored
	source        []int
	body          []int // where Open
	label, labels []int
	arguments     map[string]argumentShape
	formerly      map[string]argumentShape // by former name
	blocks        map[string]*shape
	argumentNames []string
	blockNames    []string
}

type argumentShape struct {
	*Argument
	field []int
}

// compiled is the shape of a whole file, built from Schema once.
var compiled = sync.OnceValue(func() *shape {
	return compile(&Block{Doc: "A topology file.", Blocks: Schema}, reflect.TypeFor[Spec]())
})

func compile(b *Block, entity reflect.Type) *shape {
	s := &shape{Block: b, entity: entity, arguments: map[string]argumentShape{}, formerly: map[string]argumentShape{},
		blocks: map[string]*shape{}}
	index := func(name string) []int {
		if name == "" || entity == nil {
			return nil
		}
		f, ok := entity.FieldByName(name)
		if !ok {
			panic(fmt.Sprintf("spec: the schema of %q names the field %s, which %s does not have", b.Name, name, entity))
		}
		return f.Index
	}
	if entity != nil {
		if f, ok := entity.FieldByName("Source"); ok {
			s.source = f.Index
		}
		if f, ok := entity.FieldByName("Body"); ok && b.Open {
			s.body = f.Index
		}
	}
	if b.LabelField != "" {
		s.label, s.labels = index(b.LabelField), index(b.LabelField+"Range")
	}
	for i := range b.Arguments {
		a := &b.Arguments[i]
		s.arguments[a.Name] = argumentShape{a, index(a.Field)}
		s.argumentNames = append(s.argumentNames, a.Name)
		if a.Was != nil {
			s.formerly[a.Was.Name] = s.arguments[a.Name]
			if a.Type == Any || a.Type == TypeExpr || a.Was.Since == "" {
				panic(fmt.Sprintf("spec: the schema of %q cannot give %s a former name", b.Name, a.Name))
			}
		}
	}
	for former := range s.formerly {
		if _, taken := s.arguments[former]; taken {
			panic(fmt.Sprintf("spec: the schema of %q has %s as a name and as a former name", b.Name, former))
		}
	}
	for i := range b.Blocks {
		child := &b.Blocks[i]
		var inner reflect.Type
		field := index(child.Field)
		if field != nil {
			inner = entity.FieldByIndex(field).Type
			for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
		}
		s.blocks[child.Name] = compile(child, inner)
		s.blocks[child.Name].field = field
		s.blockNames = append(s.blockNames, child.Name)
	}
	return s
}

// Decode fills a struct from a body by a schema, with the same words and rules as Load: unknown arguments and blocks, types, enums,
// required arguments, duplicates. It is for the body of a target block. The schema's rows name the fields of the struct that into points
// to. Fields are *string, *int, *bool, []string, map[string]string, map[string]bool or the plain types; a *Source is filled if there is
// one. ctx is Target.Context.
func Decode(body hcl.Body, ctx *hcl.EvalContext, schema *Block, into any) hcl.Diagnostics {
	l := &loader{ctx: ctx, work: &budget{left: maxWork}, prepared: true}
	native, ok := body.(*hclsyntax.Body)
	if body == nil || !ok {
		return nil
	}
	l.filename = native.SrcRange.Filename
	l.decode(compile(schema, reflect.TypeOf(into).Elem()), native, into)
	rule.Sort(l.diags)
	return l.diags
}

// decode fills the struct that into points to.
func (l *loader) decode(s *shape, body *hclsyntax.Body, into any) {
	source := newSource(header(body.SrcRange), 0)
	entity := reflect.ValueOf(into).Elem()
	if s.source != nil {
		entity.FieldByIndex(s.source).Set(reflect.ValueOf(source))
	}
	l.body(s, body, entity, source)
}

// stray records the parts of a body that are unreliable because it contains something unknown: an argument that seems to be missing may be
// the unknown one. What is written in the body still counts. For a repeatable block, the header is unreliable too. The file's top-level
// body is never recorded.
func (l *loader) stray(s *shape, body *hclsyntax.Body, source *Source) {
	if s.Name == "" {
		return
	}
	var written []hcl.Range
	for name, attr := range body.Attributes {
		_, now := s.arguments[name]
		if _, before := s.formerly[name]; now || before {
			written = append(written, attr.SrcRange)
		}
	}
	for _, block := range body.Blocks {
		if _, ok := s.blocks[block.Type]; ok {
			written = append(written, hcl.RangeBetween(block.TypeRange, block.CloseBraceRange))
		}
	}
	slices.SortFunc(written, func(a, b hcl.Range) int { return a.Start.Byte - b.Start.Byte })
	gap := body.SrcRange
	if s.Many {
		gap.Start = source.Block().Start
	}
	end := gap.End
	for _, at := range written {
		gap.End = at.Start
		l.strays = append(l.strays, gap)
		gap.Start = at.End
	}
	gap.End = end
	l.strays = append(l.strays, gap)
}

// unnamed marks as unknown what an unrecognized argument may have been meant to be: the unwritten arguments that share a word with it, and
// the block of the same name.
func (l *loader) unnamed(s *shape, attr *hclsyntax.Attribute, into reflect.Value, source *Source) {
	words := strings.FieldsFunc(strings.ToLower(attr.Name), notLetter)
	for i := range s.Arguments {
		row := &s.Arguments[i]
		field := s.arguments[row.Name].field
		if source.Has(row.Name) || row.Type == Any || row.Type == TypeExpr || field == nil {
			continue
		}
		if slices.ContainsFunc(strings.FieldsFunc(row.Name, notLetter), func(word string) bool { return slices.Contains(words, word) }) {
			l.unread = append(l.unread, place{argument: row, field: field, entity: into, source: source})
		}
	}
	child := s.blocks[attr.Name]
	if child == nil || child.Many || child.field == nil || child.Open || !into.FieldByIndex(child.field).IsNil() {
		return
	}
	entity, inner := reflect.New(child.entity), newSource(attr.NameRange, 0)
	if child.source != nil {
		entity.Elem().FieldByIndex(child.source).Set(reflect.ValueOf(inner))
	}
	if child.label != nil {
		l.unread = append(l.unread, place{at: attr.NameRange, block: child.Block, field: child.label, entity: entity.Elem(), source: inner})
	}
	into.FieldByIndex(child.field).Set(entity)
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// body decodes the arguments and blocks of a body into a struct, and records where the arguments are.
func (l *loader) body(s *shape, body *hclsyntax.Body, into reflect.Value, source *Source) {
	meant := map[string]bool{} // by misspelled arguments
	var nameless []*hclsyntax.Attribute
	for _, attr := range inOrder(body.Attributes) {
		row, ok := s.arguments[attr.Name]
		if !ok {
			var twice bool
			if row, ok, twice = l.former(s, body, attr); twice {
				continue
			}
		}
		if !ok {
			detail, name := l.strayArgument(s, attr)
			meant[name] = true
			l.add(unknownArgument, attr.NameRange, detail)
			if known, ok := s.arguments[name]; ok && body.Attributes[name] != nil {
				continue // the intended one is written too
			} else if ok {
				l.unread = append(l.unread, place{at: attr.NameRange, argument: known.Argument, field: known.field, entity: into,
					source: source})
			} else {
				if len(nameless) == 0 { // of the whole body
					l.stray(s, body, source)
				}
				nameless = append(nameless, attr)
			}
			continue
		}
		if row.Type == Any || row.Type == TypeExpr {
			continue // read by scope
		}
		l.argument(row, attr, into, source)
		if len(l.repeats) > 0 && l.writtenTwice(body, attr.Name) {
			l.unread = append(l.unread, place{at: attr.Expr.Range(), argument: row.Argument, field: row.field, entity: into,
				source: source})
		}
	}
	for i := range s.Arguments {
		row := &s.Arguments[i]
		if row.Required && !source.Has(row.Name) && !meant[row.Name] {
			l.missing(s, row, source.Block())
			l.unread = append(l.unread, place{argument: row, field: s.arguments[row.Name].field, entity: into, source: source})
		}
	}
	first := map[string]*hclsyntax.Block{}
	defer func() { // after the written blocks
		for _, attr := range nameless {
			l.unnamed(s, attr, into, source)
		}
	}()
	for _, block := range body.Blocks {
		child, ok := s.blocks[block.Type]
		if !ok {
			detail, meant := l.strayBlock(s, block)
			l.add(unknownBlock, block.TypeRange, detail)
			if child = s.blocks[meant]; child != nil && (child.Many || first[meant] == nil) {
				first[meant] = block
				said := len(l.diags)
				l.written(child, block, into) // so that nothing else reports it as missing, and errors in it are reported
				l.unmiss(said, block)
				l.strays = append(l.strays, block.DefRange())
			} else {
				l.stray(s, body, source)
			}
			continue
		}
		if earlier := first[block.Type]; earlier != nil && !child.Many {
			instead := "Put the arguments of both into one block."
			if child.Name == "cluster" {
				instead = "A file defines one cluster: put the other one into its own file."
			}
			l.add(duplicateBlock, block.DefRange(), fmt.Sprintf("%s is already defined on line %d; only one is allowed. %s",
				title(child.Name), earlier.TypeRange.Start.Line, instead))
			l.secondBlock(child, earlier, block, into)
			continue
		}
		if first[block.Type] == nil {
			first[block.Type] = block
		}
		l.written(child, block, into)
		if block.Type == "container_runtime" {
			l.repeated(block)
		}
	}
	for i := range s.Blocks {
		if b := &s.Blocks[i]; b.Required && first[b.Name] == nil {
			at := l.start()
			if s.Name != "" {
				at = body.SrcRange
			}
			l.add(missingBlock, at, fmt.Sprintf("There is no %s block. Add:\n\n%s\n", b.Name, b.Example))
		}
	}
}

// unmiss drops reports about missing parts of a block since said, because the block may be meant as another one, or not at all.
func (l *loader) unmiss(said int, block *hclsyntax.Block) {
	l.diags = append(l.diags[:said], slices.DeleteFunc(slices.Clone(l.diags[said:]), func(d *hcl.Diagnostic) bool {
		return rule.ID(d) == missingArgument.ID && block.DefRange() == *d.Subject
	})...)
}

// written decodes a block: once, or once per element of its for_each.
func (l *loader) written(s *shape, block *hclsyntax.Block, parent reflect.Value) {
	if attr, ok := l.forEach(s, block); ok {
		l.instances(s, block, attr, parent)
		return
	}
	l.block(s, block, parent)
}

// secondBlock merges a duplicate block into the first, because the message asks for one block with both contents. Arguments in both are
// unknown. Two clusters belong in separate files: the design is the first one's, and machines after the second may belong to the second.
func (l *loader) secondBlock(s *shape, first, second *hclsyntax.Block, parent reflect.Value) {
	if s.field == nil || parent.FieldByIndex(s.field).Kind() != reflect.Pointer || parent.FieldByIndex(s.field).IsNil() {
		l.torn = true
		return
	}
	l.strays = append(l.strays, second.DefRange())
	if s.Name == "cluster" {
		said := len(l.diags)
		l.block(s, second, reflect.New(parent.Type()).Elem())
		l.unmiss(said, second)
		if l.other == 0 {
			l.other = second.TypeRange.Start.Byte
		}
		return
	}
	entity := parent.FieldByIndex(s.field).Elem()
	source := entity.FieldByIndex(s.source).Interface().(*Source)
	known := maps.Clone(source.attrs)
	if s.label != nil && len(first.Labels) > 0 && (s.Open || len(second.Labels) == 0 || second.Labels[0] != first.Labels[0]) {
		l.unread = append(l.unread, place{at: first.LabelRanges[0], block: s.Block, field: s.label, entity: entity, source: source})
	}
	if s.Open {
		if len(second.Labels) > 0 {
			l.second = second.Labels[0]
		}
		return
	}
	inner := map[string]reflect.Value{} // the blocks inside the first
	for name, child := range s.blocks {
		if child.field == nil {
			continue
		}
		if field := entity.FieldByIndex(child.field); field.Kind() == reflect.Pointer && !field.IsNil() {
			inner[name] = field
		}
	}
	l.body(s, second.Body, entity, source)
	for i := range s.Arguments {
		row := &s.Arguments[i]
		if at, ok := known[row.Name]; ok && second.Body.Attributes[row.Name] != nil && s.arguments[row.Name].field != nil &&
			!bytes.Equal(at.SliceBytes(l.src), source.attrs[row.Name].SliceBytes(l.src)) {
			l.strays = append(l.strays, at)
			l.unread = append(l.unread, place{at: source.attrs[row.Name], argument: row, field: s.arguments[row.Name].field,
				entity: entity, source: source})
		}
	}
	for _, block := range second.Body.Blocks {
		if _, ok := inner[block.Type]; ok {
			collectPlaces(s.blocks[block.Type], entity.FieldByIndex(s.blocks[block.Type].field).Elem(), &l.unread)
			l.strays = append(l.strays, hcl.RangeBetween(block.TypeRange, block.CloseBraceRange))
			for _, earlier := range first.Body.Blocks {
				if earlier.Type == block.Type {
					l.strays = append(l.strays, hcl.RangeBetween(earlier.TypeRange, earlier.CloseBraceRange))
				}
			}
		}
	}
}

// writtenTwice reports whether a body contains an argument twice.
func (l *loader) writtenTwice(body *hclsyntax.Body, name string) bool {
	return slices.ContainsFunc(l.repeats, func(at hcl.Range) bool {
		return inside(body.SrcRange, at) && string(at.SliceBytes(l.src)) == name &&
			!slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return inside(b.Body.SrcRange, at) })
	})
}

func inside(outer, at hcl.Range) bool {
	return outer.Start.Byte <= at.Start.Byte && at.End.Byte <= outer.End.Byte
}

// block decodes one block into a new struct, and attaches it to its parent.
func (l *loader) block(s *shape, block *hclsyntax.Block, parent reflect.Value) {
	failed := len(l.diags)
	good := l.checkLabels(s, block)
	if s.field == nil { // locals: read by scope
		for _, inner := range block.Body.Blocks {
			l.add(unknownBlock, inner.TypeRange, fmt.Sprintf("%s takes no blocks. Write %s = { … }.", title(s.Name), inner.Type))
		}
		return
	}
	entity := reflect.New(s.entity)
	source := newSource(block.DefRange(), len(block.Body.Attributes))
	if s.source != nil {
		entity.Elem().FieldByIndex(s.source).Set(reflect.ValueOf(source))
	}
	if s.label != nil && good {
		entity.Elem().FieldByIndex(s.label).SetString(block.Labels[0])
		entity.Elem().FieldByIndex(s.labels).Set(reflect.ValueOf(block.LabelRanges[0]))
		if len(s.Labels) > 0 && len(l.diags) > failed {
			l.unread = append(l.unread, place{at: block.LabelRanges[0], block: s.Block, field: s.label, entity: entity.Elem(),
				source: source})
		}
	}
	if s.label != nil && !good {
		if s.Name == "waive" {
			return // it waives nothing
		}
		entity.Elem().FieldByIndex(s.labels).Set(reflect.ValueOf(block.DefRange()))
		l.unread = append(l.unread, place{block: s.Block, field: s.label, entity: entity.Elem(), source: source})
	}
	if s.Open {
		for name, attr := range block.Body.Attributes {
			source.attrs[name] = attr.Expr.Range()
		}
		if s.body != nil {
			entity.Elem().FieldByIndex(s.body).Set(reflect.ValueOf(hcl.Body(block.Body)))
		}
	} else {
		l.body(s, block.Body, entity.Elem(), source)
	}
	if field := parent.FieldByIndex(s.field); s.Many {
		field.Set(reflect.Append(field, entity))
	} else {
		field.Set(entity)
	}
}

// checkLabels checks the labels of a block against its row.
func (l *loader) checkLabels(s *shape, block *hclsyntax.Block) bool {
	switch {
	case s.Label == "" && len(block.Labels) > 0:
		l.add(extraLabel, block.LabelRanges[0], fmt.Sprintf("%s takes no label. Write %s { … }.", title(s.Name), s.Name))
		return false
	case s.Label == "":
		return true
	case len(block.Labels) == 0 && block.Body.Attributes["name"] != nil && s.body == nil && s.arguments["name"].Argument == nil:
		return false // the message about the argument, which does not exist, already says that it is the label
	case len(block.Labels) == 0:
		sample := ""
		if len(s.Labels) > 0 {
			sample = fmt.Sprintf(" It must be one of %s.", sentence(quoted(s.Labels), "or"))
		}
		if block.Body.Attributes["for_each"] != nil {
			sample = " With for_each, the label is also required, and the keys name the machines."
		}
		l.add(missingLabel, block.TypeRange, fmt.Sprintf("%s takes one label, its %s. Write %s \"…\" { … }.%s", title(s.Name), s.Label,
			s.Name, sample))
		return false
	case len(block.Labels) > 1:
		l.add(extraLabel, block.LabelRanges[1], fmt.Sprintf("%s takes one label, its %s. Write %s %q { … }.", title(s.Name), s.Label,
			s.Name, block.Labels[0]))
		return true
	case block.Labels[0] == "":
		l.add(missingLabel, block.LabelRanges[0], fmt.Sprintf("The %s of %s is empty. Write one between the quotes.", s.Label, s.Name))
		return false
	case len(s.Labels) > 0 && !slices.Contains(s.Labels, block.Labels[0]):
		l.unknownWord(fmt.Sprintf("The %s of %s", s.Label, s.Name), block.Labels[0], s.Labels, block.LabelRanges[0])
	}
	return true
}

// argument evaluates one argument into its field. A null value, or one that depends on something that already failed, counts as not
// written.
func (l *loader) argument(row argumentShape, attr *hclsyntax.Attribute, into reflect.Value, source *Source) {
	at := attr.Expr.Range()
	unread := place{at: at, argument: row.Argument, field: row.field, entity: into, source: source}
	v, ok := l.value(attr.Expr)
	if !ok {
		source.attrs[row.Name] = at // written but wrong, which has been reported
		l.unread = append(l.unread, unread)
		return
	}
	if v.IsNull() {
		return
	}
	source.attrs[row.Name] = at
	if row.field == nil {
		return
	}
	a := &argument{loader: l, row: row.Argument, expr: attr.Expr, source: source}
	field := into.FieldByIndex(row.field)
	var decoded any
	switch row.Type {
	case Text:
		var text string
		text, ok = a.asText(v, at, row.Name)
		decoded, ok = text, ok && a.enum(text, at)
	case Integer:
		decoded, ok = a.asInt(v)
	case Bool:
		decoded, ok = a.asBool(v, at, row.Name)
	case TextList:
		decoded, ok = a.asTexts(v)
	case TextMap:
		decoded, ok = a.asTextMap(v)
	case FlagMap:
		decoded, ok = a.asFlagMap(v)
	case AnyMap:
		decoded, ok = a.asObject(v)
	case BoolMap:
		decoded, ok = a.asBoolMap(v)
	default:
		return
	}
	if !ok {
		l.unread = append(l.unread, unread)
		return
	}
	fill(field, decoded)
}

// fill sets a field of the value's type, or a pointer to it.
func fill(field reflect.Value, v any) {
	given := reflect.ValueOf(v)
	if given.Type() != field.Type() {
		into := reflect.New(given.Type())
		into.Elem().Set(given)
		given = into
	}
	field.Set(given)
}

// value evaluates an argument's expression, in full or as prepareBody has already checked it.
func (l *loader) value(expr hclsyntax.Expression) (cty.Value, bool) {
	if !l.prepared {
		return l.evaluate(expr, l.ctx)
	}
	v, diags := safely(expr, l.ctx)
	l.evaluated(diags)
	return v, !diags.HasErrors() && v.IsKnown()
}

// likelyType guesses the cluster type from the nodes as written: which roles there are, and how many nodes have each.
func (l *loader) likelyType() string {
	controlPlanes, members, nodes := 0, 0, 0
	for _, b := range l.tops {
		if b.Type != "node" && b.Type != "node_pool" {
			continue
		}
		n := 1
		if _, each := b.Body.Attributes["for_each"]; each || b.Type == "node_pool" {
			n = 2
		}
		if count := b.Body.Attributes["count"]; count != nil {
			if v, diags := count.Expr.Value(nil); !diags.HasErrors() && v.IsKnown() && !v.IsNull() && v.Type() == cty.Number {
				f, _ := v.AsBigFloat().Int64()
				n = int(f)
			}
		}
		nodes += n
		if roles := b.Body.Attributes["roles"]; roles != nil {
			at := roles.Expr.Range()
			text := string(l.src[at.Start.Byte:at.End.Byte])
			if strings.Contains(text, `"control-plane"`) {
				controlPlanes += n
			}
			if strings.Contains(text, `"etcd"`) {
				members += n
			}
		}
	}
	switch {
	case nodes <= 1:
		return "all-in-one"
	case controlPlanes <= 1:
		return "single-etcd-single-master"
	case members == 1:
		return "single-etcd-multi-master"
	}
	return "multi-etcd-multi-master"
}

func (l *loader) missing(s *shape, row *Argument, at hcl.Range) {
	detail := fmt.Sprintf("%s needs %s: %s", title(s.Name), row.Name, lowerFirst(row.Doc))
	if len(row.Enum) > 0 {
		detail += fmt.Sprintf(" It must be one of %s.", sentence(quoted(row.Enum), "or"))
	}
	example := row.Example
	if s.Name == "cluster" && row.Name == "type" {
		example = strconv.Quote(l.likelyType())
	}
	l.add(missingArgument, at, detail+fmt.Sprintf(" Add: %s = %s", row.Name, example))
}

// header is the first character of a body that spans lines. A missing argument has no position, and a whole block is a poor snippet.
func header(at hcl.Range) hcl.Range {
	if at.Start.Line != at.End.Line {
		at.End = at.Start
		at.End.Byte++
		at.End.Column++
	}
	return at
}

// repeated finds two registry blocks for one registry. Package check handles nodes and waivers that share a name, because it knows pools
// and rules.
func (l *loader) repeated(runtime *hclsyntax.Block) {
	hosts := map[string]int{}
	for _, inner := range runtime.Body.Blocks {
		if inner.Type == "registry" {
			l.once(hosts, inner)
		}
	}
}

func (l *loader) once(seen map[string]int, block *hclsyntax.Block) {
	if len(block.Labels) == 0 {
		return
	}
	label := block.Labels[0]
	if line, ok := seen[label]; ok {
		l.add(duplicateBlock, block.DefRange(),
			fmt.Sprintf("%s %q is already defined on line %d. Put the arguments of both into one block.", title(block.Type), label, line))
		return
	}
	seen[label] = block.TypeRange.Start.Line
}

// strayArgument explains an argument that the block does not have. meant is the argument that was probably intended, "" if none is close.
func (l *loader) strayArgument(s *shape, attr *hclsyntax.Attribute) (detail, meant string) {
	where := "The file"
	if s.Name != "" {
		where = title(s.Name)
	}
	detail = fmt.Sprintf("%s has no argument %q.", where, attr.Name)
	if block, ok := s.blocks[attr.Name]; ok {
		return detail + fmt.Sprintf(" It is a block: write %s.", block.form()), ""
	}
	for _, name := range s.argumentNames {
		if row := s.arguments[name]; spelling.Fold(name) == spelling.Fold(attr.Name) || slices.Contains(row.Aliases, attr.Name) {
			return detail + fmt.Sprintf(" Did you mean %q?", name), name
		}
	}
	for _, name := range s.blockNames {
		if block := s.blocks[name]; spelling.Fold(name) == spelling.Fold(attr.Name) || slices.Contains(block.Aliases, attr.Name) {
			return detail + fmt.Sprintf(" Did you mean the block %s?", block.form()), ""
		}
	}
	if s.Label != "" && (attr.Name == "name" || attr.Name == "hostname" || attr.Name == s.Label) {
		detail += fmt.Sprintf(" The label is the %s: write %s.", s.Label, s.form())
		if s.arguments["for_each"].Argument != nil {
			detail += " With for_each, each key is a name."
		}
		return detail, ""
	}
	if s.Name == "registry" && slices.Contains(logins, attr.Name) {
		return detail + " Credentials are in a file on the machine that runs Ansible, never in the topology: write credentials_file in " +
			"the block container_runtime.", ""
	}
	if path, name := prefixed(attr.Name); path != "" {
		return detail + fmt.Sprintf(" Write %s in the block %s.", name, path), ""
	}
	if owners := argumentOwners(attr.Name); len(owners) > 0 {
		return detail + fmt.Sprintf(" It belongs in %s.", sentence(owners, "or")), ""
	}
	if owners := blockOwners(attr.Name); len(owners) > 0 {
		return detail + fmt.Sprintf(" It is a block, and belongs %s.", sentence(owners, "or")), ""
	}
	if near := l.near(attr.Name, s.argumentNames); near != "" {
		return detail + fmt.Sprintf(" Did you mean %q?", near), near
	}
	if near := l.near(attr.Name, s.blockNames); near != "" {
		return detail + fmt.Sprintf(" Did you mean the block %s?", s.blocks[near].form()), ""
	}
	if near := l.near(attr.Name, allArguments()); near != "" {
		return detail + fmt.Sprintf(" Did you mean %q, which belongs in %s?", near, sentence(argumentOwners(near), "or")), ""
	}
	switch {
	case s.Name == "":
		detail += fmt.Sprintf(" Arguments belong inside blocks; the blocks are %s.", sentence(s.blockNames, "and"))
	case len(s.argumentNames) == 0:
		detail += " It takes none."
	default:
		detail += fmt.Sprintf(" It has %s.", sentence(s.argumentNames, "and"))
	}
	return detail, ""
}

// strayBlock explains a block that is not allowed here. meant is the block that was probably intended, "" if none is close.
func (l *loader) strayBlock(s *shape, block *hclsyntax.Block) (detail, meant string) {
	where := "The file"
	if s.Name != "" {
		where = title(s.Name)
	}
	detail = fmt.Sprintf("%s has no block %q.", where, block.Type)
	if row, ok := s.arguments[block.Type]; ok {
		return detail + fmt.Sprintf(" It is an argument: write %s = %s.", row.Name, row.Example), ""
	}
	for _, name := range s.blockNames {
		if child := s.blocks[name]; spelling.Fold(name) == spelling.Fold(block.Type) || slices.Contains(child.Aliases, block.Type) {
			child = s.likelier(child, block)
			return detail + fmt.Sprintf(" Did you mean %s?", child.form()), child.Name
		}
	}
	if s.Name == "" && slices.Contains(terraforms, block.Type) {
		return detail + " It is a block of Terraform. A topology describes the cluster; `k8splan generate` writes the Terraform files if " +
			"the target is a cloud.", ""
	}
	if owners := blockOwners(block.Type); len(owners) > 0 {
		return detail + fmt.Sprintf(" It belongs %s.", sentence(owners, "or")), ""
	}
	if near := l.near(block.Type, s.blockNames); near != "" {
		child := s.likelier(s.blocks[near], block)
		return detail + fmt.Sprintf(" Did you mean %s?", child.form()), child.Name
	}
	if len(s.blockNames) == 0 {
		return detail + " It takes none.", ""
	}
	return detail + fmt.Sprintf(" The blocks are %s.", sentence(s.blockNames, "and")), ""
}

// likelier returns the shape that an unknown block most likely has: a node pool if the name suggests a node, but an argument is only a
// pool's.
func (s *shape) likelier(named *shape, block *hclsyntax.Block) *shape {
	pool := s.blocks["node_pool"]
	if named.Name != "node" || pool == nil {
		return named
	}
	for name := range block.Body.Attributes {
		if pool.takes(name) && !named.takes(name) {
			return pool
		}
	}
	return named
}

// takes reports whether the block has an argument of this name, in k8splan's words or another tool's.
func (s *shape) takes(name string) bool {
	if _, ok := s.arguments[name]; ok {
		return true
	}
	for _, row := range s.arguments {
		if slices.Contains(row.Aliases, name) {
			return true
		}
	}
	return false
}

// logins are other tools' names for parts of a registry login.
var logins = []string{"username", "password", "auth", "token", "login"}

// terraforms are Terraform blocks that topologies do not have.
var terraforms = []string{"resource", "data", "module", "output", "terraform", "moved", "import"}

// form is how the block is written.
func (s *shape) form() string {
	if s.Label == "" {
		return s.Name + " { … }"
	}
	return s.Name + ` "…" { … }`
}

// prefixed finds the argument behind a name that is prefixed with its block's: ssh_user is user in the block ssh.
func prefixed(name string) (path, argument string) {
	walkSchema(Schema, "", func(b *Block, at string) {
		rest, ok := strings.CutPrefix(spelling.Fold(name), spelling.Fold(b.Name))
		for _, a := range b.Arguments {
			if ok && path == "" && rest == spelling.Fold(a.Name) {
				path, argument = at, a.Name
			}
		}
	})
	return path, argument
}

// argumentOwners lists the blocks that have an argument of this name.
func argumentOwners(name string) []string {
	var owners []string
	walkSchema(Schema, "", func(b *Block, path string) {
		if _, ok := b.Argument(name); ok && b.Name != "variable" {
			owners = append(owners, path)
		}
	})
	return owners
}

// allArguments lists the names of the arguments of all blocks.
func allArguments() []string {
	var names []string
	walkSchema(Schema, "", func(b *Block, _ string) {
		if b.Name == "variable" {
			return
		}
		for _, a := range b.Arguments {
			names = append(names, a.Name)
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// blockOwners says where a block of this name is allowed.
func blockOwners(name string) []string {
	var owners []string
	walkSchema(Schema, "", func(b *Block, path string) {
		if b.Name != name {
			return
		}
		if parent, _, nested := strings.Cut(path, "."); nested {
			owners = append(owners, "in "+parent)
		} else {
			owners = append(owners, "at the top level of the file, outside any other block")
		}
	})
	return owners
}

func walkSchema(blocks []Block, parent string, visit func(b *Block, path string)) {
	for i := range blocks {
		path := parent + blocks[i].Name
		visit(&blocks[i], path)
		walkSchema(blocks[i].Blocks, path+".", visit)
	}
}

// title starts a sentence with the name of a block.
func title(name string) string { return "The block " + name }

// lowerFirst makes a text fit into the middle of a sentence; acronyms keep their case.
func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
