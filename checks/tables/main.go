// Command tables reads from upstream's source which flags and configuration fields each release accepts, and writes the tables of
// planner/flags. Each Kubernetes release is read in a temporary module that requires it, type-checked but not compiled; etcd is compiled,
// and its program prints its flag set. `make tables` runs it; a test checks the newest release of both against the tables.
package main

import (
	"bytes"
	"cmp"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// releases are the sources of the tables: for each minor, the newest patch available as a Go module.
var (
	kubernetesReleases = []string{"1.31.14", "1.32.13", "1.33.13", "1.34.4", "1.35.4", "1.36.3", "1.37.2"}
	etcdReleases       = []string{"3.5.35", "3.6.16", "3.7.3"}
)

// release is what one release accepts.
type release struct {
	minor  int
	flags  []Flag
	fields []Field
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: go run ./checks/tables DIRECTORY DATE")
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// write writes the tables.
func write(dir, date string) error {
	var kubernetes, etcd []release
	for _, version := range kubernetesReleases {
		r, err := readKubernetes(version)
		if err != nil {
			return fmt.Errorf("release %s of Kubernetes: %w", version, err)
		}
		log.Printf("Kubernetes %s: %d flags, %d fields", version, len(r.flags), len(r.fields))
		kubernetes = append(kubernetes, r)
	}
	for _, version := range etcdReleases {
		r, err := readEtcd(version)
		if err != nil {
			return fmt.Errorf("etcd %s: %w", version, err)
		}
		log.Printf("etcd %s: %d flags", version, len(r.flags))
		etcd = append(etcd, r)
	}
	heading := fmt.Sprintf("# Kubernetes %s; etcd %s. Read on %s by `make tables`.\n", strings.Join(kubernetesReleases, " "),
		strings.Join(etcdReleases, " "), date)
	if err := os.WriteFile(filepath.Join(dir, "flags.tsv"), append([]byte(heading+"# component, flag, type, first minor, last minor, "+
		"first minor that deprecates it, values, what upstream says of the deprecation\n"),
		append(flagTable(etcd), flagTable(kubernetes)...)...), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "fields.tsv"), append([]byte(heading+"# file, field, type, first minor, last minor\n"),
		fieldTable(kubernetes)...), 0o644)
}

// readKubernetes reads one release of Kubernetes.
func readKubernetes(version string) (release, error) {
	dir, err := os.MkdirTemp("", "k8splan-tables-")
	if err != nil {
		return release{}, err
	}
	defer os.RemoveAll(dir)
	var paths []string
	for _, c := range components {
		paths = append(paths, c.path)
	}
	for _, kind := range sortedKeys(configurations) {
		paths = append(paths, configurations[kind])
	}
	t, err := loadRelease(dir, version, paths...)
	if err != nil {
		return release{}, err
	}
	r := release{minor: minor(version)}
	if r.flags, err = flagsOf(t); err != nil {
		return release{}, err
	}
	r.fields, err = fieldsOf(t)
	return r, err
}

func minor(version string) int {
	n, err := strconv.Atoi(strings.Split(version, ".")[1])
	if err != nil {
		panic(err)
	}
	return n
}

// span is the row of a flag or a field: its properties, and the releases that have it.
type span struct {
	key                     []string
	first, last, deprecated int
	values, note            string
}

// rows joins consecutive releases with one key. A minor is left empty if it is the first or the last of all.
func rows(releases []release, of func(release) []span) [][]string {
	var all []*span
	open := map[string]*span{}
	for i, r := range releases {
		for _, s := range of(r) {
			key := strings.Join(s.key, "\t")
			now := open[key]
			if now == nil || i == 0 || now.last != releases[i-1].minor {
				now = &span{key: s.key, first: r.minor}
				open[key] = now
				all = append(all, now)
			}
			now.last, now.values = r.minor, s.values
			if s.note == "" {
				now.deprecated = 0
			} else if now.deprecated == 0 {
				now.deprecated = r.minor
			}
			now.note = s.note
		}
	}
	slices.SortFunc(all, func(a, b *span) int { return cmp.Or(slices.Compare(a.key, b.key), a.first-b.first) })
	number := func(n, unless int) string {
		if n == unless {
			return ""
		}
		return strconv.Itoa(n)
	}
	var out [][]string
	for _, s := range all {
		out = append(out, append(slices.Clone(s.key), number(s.first, releases[0].minor), number(s.last, releases[len(releases)-1].minor),
			number(s.deprecated, 0), s.values, s.note))
	}
	return out
}

// flagTable returns the table of a project's flags.
func flagTable(releases []release) []byte {
	return lines(rows(releases, func(r release) []span {
		var all []span
		for _, f := range r.flags {
			all = append(all, span{key: []string{f.Component, f.Name, f.Type}, values: strings.Join(f.Valid, " "),
				note: strings.Join(strings.Fields(f.Deprecated), " ")})
		}
		return all
	}))
}

// fieldTable returns the table of the configuration files.
func fieldTable(releases []release) []byte {
	return lines(rows(releases, func(r release) []span {
		var all []span
		for _, f := range r.fields {
			all = append(all, span{key: []string{f.Kind, f.Path, f.Type}})
		}
		return all
	}))
}

func lines(rows [][]string) []byte {
	var out bytes.Buffer
	for _, r := range rows {
		out.WriteString(strings.TrimRight(strings.Join(r, "\t"), "\t") + "\n")
	}
	return out.Bytes()
}
