// Package flags knows the flags that each minor of Kubernetes' components and of etcd accepts, and the fields of their configuration files.
// The tables come from upstream's source code: `make tables` writes them.
//
// The package is internal to k8splan and makes no compatibility promise.
package flags

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed flags.tsv
var flagTable string

//go:embed fields.tsv
var fieldTable string

// The first and last minors that the tables cover.
const (
	OldestKubernetes, NewestKubernetes = 31, 37
	OldestEtcd, NewestEtcd             = 5, 7
)

// Flag is one flag of a component, for a range of minors in which its type is the same.
type Flag struct {
	Component, Name string
	// as pflag names it: bool, int32, duration, stringSlice, mapStringBool …; etcd also has urls, strings, choice, and ignored
	Type        string
	Since, Last int      // first and last minor that accepts it: 1.x, or 3.x for etcd
	Deprecated  int      // first minor that warns about it; 0: none
	Valid       []string // the only valid values; nil if the type decides
	Note        string   // upstream's deprecation notice
}

// Covers reports whether there is data about a minor of the component. Without data, no flag of it is known.
func Covers(component string, minor int) bool {
	if component == "etcd" {
		return OldestEtcd <= minor && minor <= NewestEtcd
	}
	return OldestKubernetes <= minor && minor <= NewestKubernetes && len(tables().byComponent[component]) > 0
}

// Find returns the flag that a minor accepts by this name. If the minor does not accept it, ok is false, and the flag is the one of the
// nearest minor that does, or zero.
func Find(component, name string, minor int) (f Flag, ok bool) {
	all := tables().byComponent[component]
	i, found := slices.BinarySearchFunc(all, name, func(f Flag, name string) int { return strings.Compare(f.Name, name) })
	if !found {
		return Flag{}, false
	}
	for ; i < len(all) && all[i].Name == name; i++ {
		if all[i].Since <= minor && minor <= all[i].Last {
			return all[i], true
		}
		if f.Name == "" || all[i].Last < minor && all[i].Last > f.Last {
			f = all[i]
		}
	}
	return f, false
}

// Names returns the flags that a minor of a component accepts, sorted.
func Names(component string, minor int) []string {
	var names []string
	for _, f := range Of(component) {
		if f.Since <= minor && minor <= f.Last {
			names = append(names, f.Name)
		}
	}
	return names
}

// Of returns all flags of a component, sorted by name and minor.
func Of(component string) []Flag { return tables().byComponent[component] }

// Components returns the names of the components with flags, sorted.
func Components() []string {
	return []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"}
}

// Field is a field of a configuration file.
type Field struct {
	Kind string // KubeletConfiguration or KubeProxyConfiguration
	// Path is the field's names joined by dots, with [] after a list and {} after a map: authentication.x509.clientCAFile
	Path string
	// Type is the JSON type of the value, or of the elements of the list or map: bool, int32, string, duration, quantity, object …
	Type        string
	Since, Last int // minors of Kubernetes
}

// Fields returns all fields of a configuration file, sorted by path.
func Fields(kind string) []Field { return tables().byKind[kind] }

// FieldOf returns the field of KubeletConfiguration behind a name with hyphens: max-parallel-image-pulls is maxParallelImagePulls. ok is
// false if the minor has no such field.
func FieldOf(kind, kebab string, minor int) (path string, ok bool) {
	plain := strings.ReplaceAll(kebab, "-", "")
	for _, f := range Fields(kind) {
		name := strings.TrimRight(f.Path[strings.LastIndexByte(f.Path, '.')+1:], "[]{}")
		if strings.EqualFold(name, plain) && f.Since <= minor && minor <= f.Last {
			return strings.NewReplacer("[]", "", "{}", "").Replace(f.Path), true
		}
	}
	return "", false
}

// parsed is the parsed tables.
type parsed struct {
	byComponent map[string][]Flag
	byKind      map[string][]Field
}

var tables = sync.OnceValue(parse)

func parse() *parsed {
	p := &parsed{map[string][]Flag{}, map[string][]Field{}}
	for c := range lines(flagTable) {
		first, last := OldestKubernetes, NewestKubernetes
		if c[0] == "etcd" {
			first, last = OldestEtcd, NewestEtcd
		}
		f := Flag{Component: c[0], Name: c[1], Type: c[2], Since: number(c[3], first), Last: number(c[4], last),
			Deprecated: number(c[5], 0), Valid: strings.Fields(c[6]), Note: c[7]}
		p.byComponent[f.Component] = append(p.byComponent[f.Component], f)
	}
	for c := range lines(fieldTable) {
		f := Field{Kind: c[0], Path: c[1], Type: c[2], Since: number(c[3], OldestKubernetes), Last: number(c[4], NewestKubernetes)}
		p.byKind[f.Kind] = append(p.byKind[f.Kind], f)
	}
	return p
}

// lines yields the eight columns of each row; columns that a row omits are empty.
func lines(table string) func(yield func([8]string) bool) {
	return func(yield func([8]string) bool) {
		for line := range strings.Lines(table) {
			if line[0] == '#' {
				continue
			}
			var columns [8]string
			copy(columns[:], strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
			if !yield(columns) {
				return
			}
		}
	}
}

// number parses a column of the table. The table is part of the program, so an invalid number is a bug.
func number(s string, unless int) int {
	if s == "" {
		return unless
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}
