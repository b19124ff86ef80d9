package spec

import (
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// Unreadable input has no value, but later stages need one. Suppose inserts one in several different ways, so that findings that occur with
// all of them can be told from those that only follow from the inserted value.

// Supposed is the number of ways.
const Supposed = 6

// place is the position of an argument or label, and the field that stores its value.
type place struct {
	at       hcl.Range // zero for a missing argument
	argument *Argument // nil for a label
	block    *Block    // of the label
	entity   reflect.Value
	field    []int
	source   *Source
}

// recoverable are the errors with which a design can still be judged: each concerns the value of one argument or label, or those of a block
// that is written twice.
var recoverable = []*rule.Rule{
	unknownArgument, unknownBlock, unknownValue, wrongType, invalidExpression, unknownName, unknownFunction, missingArgument, extraLabel,
	variableWithoutValue, undeclaredVariable, unreadableFile, invalidForEach, duplicateArgument, duplicateBlock, missingLabel,
	localsCycle, invalidVariable, duplicateName,
}

// Recoverable reports whether a design can be judged despite the errors that Load found: the file was read to its end, and only single
// values are wrong.
func (s *Spec) Recoverable(diags hcl.Diagnostics) bool {
	return s.Cluster != nil && !s.torn && !slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool {
		return d.Severity == hcl.DiagError && !slices.ContainsFunc(recoverable, func(r *rule.Rule) bool { return r.ID == rule.ID(d) })
	})
}

// Strays lists the bodies that contain an argument or block of unknown meaning: what seems to be missing there may be that one.
func (s *Spec) Strays() []hcl.Range { return s.strays }

// SupposeUnread gives a value, in one of the ways from 0 to Supposed-1, to each argument and label that Load could not read. It returns
// their places.
func (s *Spec) SupposeUnread(way int) []hcl.Range {
	var at []hcl.Range
	if s.other > 0 && way%2 == 1 {
		behind := func(at hcl.Range) bool { return at.Start.Byte > s.other }
		s.Nodes = slices.DeleteFunc(s.Nodes, func(n *Node) bool { return behind(n.Block()) })
		s.NodePools = slices.DeleteFunc(s.NodePools, func(p *NodePool) bool { return behind(p.Block()) })
	}
	for _, p := range s.unread {
		p.suppose(way)
		s.suit(p, way)
		if p.at != (hcl.Range{}) {
			at = append(at, p.at)
		}
	}
	return at
}

// Suppose replaces, in one of the ways, a value that a later stage could not interpret. missing names arguments of which one is not written
// there. It returns the place; ok is false if there is nothing at that place that could have another value.
func (s *Spec) Suppose(at hcl.Range, missing []string, way int) (whole hcl.Range, ok bool) {
	if s.places == nil {
		s.indexPlaces()
	}
	if len(missing) > 0 {
		return hcl.Range{}, s.supposeMissing(at, missing, way)
	}
	after, _ := slices.BinarySearchFunc(s.places, at.Start.Byte+1, func(p place, byte int) int { return p.at.Start.Byte - byte })
	for i := after - 1; i >= 0; i-- {
		p := s.places[i]
		if p.at.End.Byte < at.End.Byte || p.at.Start.Byte > at.Start.Byte {
			if i < after-4 { // only a few places have the same start
				return hcl.Range{}, false
			}
			continue
		}
		if p.argument != nil && p.masked(at) {
			return hcl.Range{}, true
		}
		if p.argument != nil && p.part(at, way) {
			return at, true
		}
		for j := i; j >= 0 && s.places[j].at == p.at; j-- { // for_each creates several from one block
			s.places[j].suppose(way)
			s.suit(s.places[j], way)
		}
		if p.argument == nil && p.block.Name == "addon" && way == 0 { // the block may have to be removed
			s.Addons = slices.DeleteFunc(s.Addons, func(a *Addon) bool { return a.Source == p.source })
		}
		return p.at, true
	}
	return hcl.Range{}, false
}

// indexPlaces sorts written values by position, and unwritten ones by block.
func (s *Spec) indexPlaces() {
	var all []place
	collectPlaces(compiled(), reflect.ValueOf(s).Elem(), &all)
	s.places, s.absent = make([]place, 0, len(all)), map[hcl.Range][]place{}
	for _, p := range all {
		switch {
		case p.at != (hcl.Range{}):
			s.places = append(s.places, p)
		case p.argument != nil:
			s.absent[p.source.Block()] = append(s.absent[p.source.Block()], p)
		}
	}
	slices.SortStableFunc(s.places, func(a, b place) int { return a.at.Start.Byte - b.at.Start.Byte })
}

func (s *Spec) supposeMissing(block hcl.Range, missing []string, way int) bool {
	found := false
	for at, absent := range s.absent {
		for _, p := range absent {
			if slices.Contains(missing, p.argument.Name) && (at == block || p.argument.Name == "roles") { // one message for all
				p.suppose(way)
				found = true
			}
		}
	}
	return found
}

// collectPlaces lists the arguments and labels of an entity and of the entities inside it. Arguments that are not written have no range.
func collectPlaces(s *shape, entity reflect.Value, places *[]place) {
	var source *Source
	if s.source != nil {
		source, _ = entity.FieldByIndex(s.source).Interface().(*Source)
	}
	for name, row := range s.arguments {
		if row.field != nil && source != nil {
			*places = append(*places, place{at: source.attrs[name], argument: row.Argument, field: row.field, entity: entity,
				source: source})
		}
	}
	if s.label != nil && source != nil {
		at, _ := entity.FieldByIndex(s.labels).Interface().(hcl.Range)
		*places = append(*places, place{at: at, block: s.Block, field: s.label, entity: entity, source: source})
	}
	for _, child := range s.blocks {
		if child.field == nil {
			continue
		}
		switch field := entity.FieldByIndex(child.field); field.Kind() {
		case reflect.Slice:
			for i := range field.Len() {
				collectPlaces(child, field.Index(i).Elem(), places)
			}
		case reflect.Pointer:
			if !field.IsNil() {
				collectPlaces(child, field.Elem(), places)
			}
		}
	}
}

// masked writes the first address of a range whose host bits are set. The intended value is known, so it is the same in every way. Only one
// element of a list can be such a range.
func (p place) masked(at hcl.Range) bool {
	if p.field == nil {
		return false
	}
	field := p.entity.FieldByIndex(p.field)
	list, _ := field.Interface().([]string)
	for i, place := range p.source.elements[p.argument.Name] {
		if place != at || i >= len(list) {
			continue
		}
		if r, err := netip.ParsePrefix(list[i]); err == nil && r != r.Masked() && !r.Addr().Is4In6() {
			list = slices.Clone(list)
			list[i] = r.Masked().String()
			field.Set(reflect.ValueOf(list))
			return true
		}
	}
	return false
}

// part replaces one list element or removes one map entry, if only that was wrong.
func (p place) part(at hcl.Range, way int) bool {
	if p.field == nil {
		return false
	}
	field, name := p.entity.FieldByIndex(p.field), p.argument.Name
	switch list := field.Interface().(type) {
	case []string:
		for i, place := range p.source.elements[name] {
			if place != at || i >= len(list) {
				continue
			}
			list = slices.Clone(list)
			if samples := p.argument.samples(list[i]); way > 0 && len(samples) > 0 {
				list[i] = samples[way%len(samples)]
			} else {
				list = slices.Delete(list, i, i+1)
				p.source.elements[name] = slices.Delete(slices.Clone(p.source.elements[name]), i, i+1)
			}
			if len(list) == 0 {
				list = nil // as if it were not written: an empty list can be a mistake of its own
			}
			field.Set(reflect.ValueOf(list))
			return true
		}
	case map[string]string:
		return without(p, field, list, at)
	case map[string][]string:
		return without(p, field, list, at)
	}
	return false
}

// without removes the entry at a place from a map.
func without[V any](p place, field reflect.Value, entries map[string]V, at hcl.Range) bool {
	for key, entry := range p.source.entries[p.argument.Name] {
		if entry.key == at || entry.value == at {
			entries = maps.Clone(entries)
			delete(entries, key)
			field.Set(reflect.ValueOf(entries))
			return true
		}
	}
	return false
}

// suppose gives the argument or label the value of one way: none at all in the first, unless it is required; then samples.
func (p place) suppose(way int) {
	if p.field == nil {
		return
	}
	field := p.entity.FieldByIndex(p.field)
	if p.argument == nil {
		p.supposeLabel(field, way)
		return
	}
	name := p.argument.Name
	if way == 0 && !p.argument.Required {
		field.SetZero()
		delete(p.source.attrs, name)
		return
	}
	written := ""
	if s, ok := field.Interface().(*string); ok && s != nil {
		written = *s
	}
	samples := p.argument.samples(written)
	sample := ""
	if len(samples) > 0 {
		sample = samples[way%len(samples)]
	}
	if _, ok := p.source.attrs[name]; !ok {
		p.source.attrs[name] = p.source.Block()
	}
	switch p.argument.Type {
	case Text:
		fill(field, sample)
	case Integer:
		var n int
		fmt.Sscan(p.argument.Example, &n) // 0 if the example is not a number
		fill(field, []int{n, 1, 2 * n}[way%3])
	case Bool:
		fill(field, way%2 == 0)
	case TextList:
		if field.SetZero(); len(samples) > 0 {
			field.Set(reflect.ValueOf([]string{sample}))
		}
		delete(p.source.elements, name)
	default:
		field.SetZero()
	}
}

// addressed are targets whose machines have addresses from the design, unaddressed those whose machines have none. In other respects they
// have little in common.
var (
	addressed   = []string{"bare-metal", "aws", "kubespray", "openstack", "proxmox", "vagrant"}
	unaddressed = []string{"eks", "kind", "aks", "gke", "minikube", "cluster-api"}
)

// suit adjusts the rest of a design to a supposed label.
func (s *Spec) suit(p place, way int) {
	if p.argument != nil {
		return
	}
	switch p.block.Name {
	case "hypervisor":
		if p.at == (hcl.Range{}) {
			s.Hypervisors = nil // the unnamed one may be any
		}
	case "target":
		of := unaddressed
		if slices.ContainsFunc(s.Nodes, func(n *Node) bool { return n.Address != nil }) ||
			slices.ContainsFunc(s.NodePools, func(p *NodePool) bool { return p.FirstAddress != nil || p.Addresses != nil }) {
			of = addressed
		}
		if s.second != "" {
			of = []string{s.Target.Name, s.second} // one of the two written
		}
		s.Target.Name = of[way%len(of)]
		s.Target.Body = nil // it is written in the schema of the intended target
	}
}

// supposeLabel gives a label another valid word. A name stays, because it still distinguishes its block from others. An addon gets a
// manifest, because an addon with manifests may have any name.
func (p place) supposeLabel(field reflect.Value, way int) {
	switch {
	case len(p.block.Labels) > 0:
		field.SetString(p.block.Labels[way%len(p.block.Labels)])
	case p.block.Name == "target": // see suit
	case p.at == (hcl.Range{}) && field.String() == "":
		field.SetString(fmt.Sprintf("%c-%d", 'a'+way, p.source.Block().Start.Line))
		if p.block.Name == "addon" {
			p.supposeLabel(field, way)
		}
	case p.block.Name == "addon":
		addon := p.entity.Addr().Interface().(*Addon)
		if len(addon.Manifests) == 0 {
			addon.Manifests = []*Manifest{{Source: p.source, From: "/srv/addon.yaml", FromRange: p.at}}
		}
	}
}

// samples are values that an argument, or an element of its list, can have; they are far apart. written is the unreadable text.
func (a *Argument) samples(written string) []string {
	if len(a.Enum) > 0 {
		return a.Enum
	}
	switch a.Name {
	case "pod_subnets", "service_subnets", "reserved_subnets", "node_subnets":
		if strings.Contains(written, ":") {
			return []string{"fd00:1::/56", "fd77:2::/108", "2001:db8::/56"}
		}
		samples := []string{"10.128.0.0/9", "198.18.0.0/16", "172.20.0.0/14", "192.168.240.0/20"}
		if p, err := netip.ParsePrefix(written); err == nil {
			samples = append(samples, p.Masked().String())
		}
		return samples
	case "address", "first_address", "virtual_ip":
		return []string{"10.0.0.41", "198.51.100.20", "172.20.7.7", "192.168.56.40"}
	case "kubernetes_version":
		return []string{"1.37.2", "1.31.0", "1.34.1", "1.35.0"}
	case "control_plane_endpoint":
		return []string{"api.example.com:6443", "10.0.0.9:8443", "198.51.100.9:6443"}
	case "memory", "disk":
		return []string{"1Ti", "2Gi"}
	}
	var samples []string
	for _, m := range quotedWord.FindAllStringSubmatch(a.Example, -1) {
		samples = append(samples, m[1])
	}
	if len(samples) == 1 && a.Type == Text && !strings.ContainsAny(samples[0], "0123456789") { // or all ways have one example
		samples = append(samples, samples[0]+"2")
	}
	return samples
}

// quotedWord matches a string in an example.
var quotedWord = regexp.MustCompile(`"([^"]*)"`)
