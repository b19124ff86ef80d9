package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const etcdModule = "go.etcd.io/etcd/server/v3"

// etcdCollect is a file for etcd's package etcdmain that lists its flags; etcdMain is the program that prints the list.
var (
	//go:embed etcd_collect.go.txt
	etcdCollect []byte
	//go:embed etcd_main.go.txt
	etcdMain []byte
)

// etcdTypes maps the types of etcd's flags to Kubernetes' names. An unknown type is an error: find out which values it accepts.
var etcdTypes = map[string]string{
	"*flag.boolValue": "bool", "*flag.durationValue": "duration", "*flag.intValue": "int", "*flag.int64Value": "int64",
	"*flag.uintValue": "uint", "*flag.uint64Value": "uint64",
	"*flag.float64Value": "float64", "*flag.stringValue": "string", "*flags.uint32Value": "uint32", "*flags.IgnoredFlag": "ignored",
	"*flags.UniqueURLs":         "urls",
	"*flags.UniqueStringsValue": "strings", "*flags.StringsValue": "strings", "*flags.SelectiveStringValue": "choice",
	"*flags.SelectiveStringsValue": "choice",
	"*featuregate.featureGate":     "mapStringBool",
}

// readEtcd compiles a release of etcd's server with our file added, and runs it to list its flags.
func readEtcd(version string) (release, error) {
	dir, err := os.MkdirTemp("", "k8splan-tables-")
	if err != nil {
		return release{}, err
	}
	defer os.RemoveAll(dir)
	source, err := download(etcdModule, version)
	if err != nil {
		return release{}, err
	}
	if err := duplicate(source, filepath.Join(dir, "server")); err != nil {
		return release{}, err
	}
	for name, data := range map[string][]byte{
		"go.mod": fmt.Appendf(nil, "module throwaway\n\ngo 1.26.0\n\nrequire %s v%s\n\nreplace %s => ./server\n",
			etcdModule, version, etcdModule),
		"main.go":                      etcdMain,
		"server/etcdmain/zzcollect.go": etcdCollect,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return release{}, err
		}
	}
	if _, err := command(dir, "go", "build", "-trimpath", "-o", "collect", "."); err != nil {
		return release{}, err
	}
	out, err := command(dir, filepath.Join(dir, "collect"))
	if err != nil {
		return release{}, err
	}
	r := release{minor: minor(version)}
	if err := json.Unmarshal(out, &r.flags); err != nil {
		return release{}, err
	}
	for i, f := range r.flags {
		typ, ok := etcdTypes[f.Type]
		if !ok {
			return release{}, fmt.Errorf("flag %s is of type %s, for which there is no word", f.Name, f.Type)
		}
		r.flags[i].Type, r.flags[i].Deprecated = typ, deprecation(f.Deprecated)
	}
	return r, nil
}

// deprecation returns the part of a flag's help on its deprecation.
func deprecation(usage string) string {
	for {
		sentence, rest, more := strings.Cut(usage, ". ")
		if !more || strings.Contains(strings.ToLower(sentence), "deprecated") {
			return usage
		}
		usage = rest
	}
}

// duplicate copies a module's Go files, so that one can be added.
func duplicate(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), data, 0o644)
	})
}
