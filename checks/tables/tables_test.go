package main

import (
	"os"
	"strings"
	"testing"
)

// rowsOf returns the rows of a table for one minor of the components, without the minors: the expected result for the current releases.
func rowsOf(t *testing.T, table string, minor, oldest, newest string, has func(component string) bool) map[string]bool {
	t.Helper()
	data, err := os.ReadFile("../../planner/flags/" + table)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if line[0] == '#' {
			continue
		}
		columns := append(strings.Split(strings.TrimSuffix(line, "\n"), "\t"), make([]string, 8)...)
		if columns[3] == "" {
			columns[3] = oldest
		}
		if columns[4] == "" {
			columns[4] = newest
		}
		if has(columns[0]) && columns[3] <= minor && minor <= columns[4] {
			rows[strings.Join(columns[:3], " ")+"|"+columns[6]+"|"+columns[7]] = true
		}
	}
	return rows
}

// compare checks for equal rows.
func compare(t *testing.T, got, want map[string]bool) {
	t.Helper()
	for _, row := range sortedKeys(got) {
		if !want[row] {
			t.Errorf("upstream has %s, and the table does not", row)
		}
	}
	for _, row := range sortedKeys(want) {
		if !got[row] {
			t.Errorf("the table has %s, and upstream does not", row)
		}
	}
	if t.Failed() {
		t.Log("`make tables` writes the tables again")
	}
}

// newest reads a table of a single release.
func newest(t *testing.T, table []byte) map[string]bool {
	t.Helper()
	rows := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		columns := append(strings.Split(strings.TrimSuffix(line, "\n"), "\t"), make([]string, 8)...)
		rows[strings.Join(columns[:3], " ")+"|"+columns[6]+"|"+columns[7]] = true
	}
	return rows
}

// The tables agree with the source of the newest Kubernetes.
func TestNewestKubernetes(t *testing.T) {
	r, err := readKubernetes(kubernetesReleases[len(kubernetesReleases)-1])
	if err != nil {
		t.Fatal(err)
	}
	isKubernetes := func(component string) bool { return component != "etcd" }
	compare(t, newest(t, flagTable([]release{r})), rowsOf(t, "flags.tsv", "37", "31", "37", isKubernetes))
	compare(t, newest(t, fieldTable([]release{r})), rowsOf(t, "fields.tsv", "37", "31", "37", isKubernetes))
}

// The tables agree with the program of the newest etcd.
func TestNewestEtcd(t *testing.T) {
	r, err := readEtcd(etcdReleases[len(etcdReleases)-1])
	if err != nil {
		t.Fatal(err)
	}
	compare(t, newest(t, flagTable([]release{r})), rowsOf(t, "flags.tsv", "7", "5", "7", func(component string) bool {
		return component == "etcd"
	}))
}
