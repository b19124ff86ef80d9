package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
)

// others are directories that other programs manage.
var others = []string{"node_modules", "vendor"}

// topologyFiles replaces a directory with its topologies: every *.hcl file in it, recursively, that has a cluster block, sorted by path.
// Hidden files and directories belong to other programs (.terraform.lock.hcl), and generated trees are skipped. A file that is given twice,
// directly and through its directory, is read once: standard input would be empty the second time. skipped are files of other programs.
func topologyFiles(args []string) (files, skipped []string, err error) {
	for _, name := range args {
		info, err := os.Stat(name)
		if name == "-" || err != nil || !info.IsDir() {
			files = append(files, name) // an unreadable file is reported when it is read
			continue
		}
		found, foreign, err := below(name)
		if err != nil {
			return nil, nil, err
		}
		if len(found) == 0 {
			return nil, nil, hinted{fmt.Errorf("no topology in %s", name),
				"a topology's name ends in .hcl, and it has a cluster block; hidden directories and generated trees are not searched"}
		}
		files, skipped = append(files, found...), append(skipped, foreign...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(name string) bool {
		again := seen[filepath.Clean(name)]
		seen[filepath.Clean(name)] = true
		return again
	}), skipped, nil
}

// below finds the topologies in a directory.
func below(root string) (found, foreign []string, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || slices.Contains(others, name)):
			return filepath.SkipDir
		case entry.IsDir():
			if holds, err := artifact.Holds(path); err == nil && holds == artifact.Tree {
				return filepath.SkipDir
			}
		case strings.HasPrefix(name, "."), !strings.HasSuffix(name, ".hcl"):
		case isTopology(path):
			found = append(found, path)
		default:
			foreign = append(foreign, path)
		}
		return nil
	})
	return found, foreign, err
}

// clusterLine matches the beginning of a cluster block, even in a file that does not parse.
var clusterLine = regexp.MustCompile(`(?m)^\s*cluster\s*["{A-Za-z_]`)

// isTopology reports whether a file that was found rather than given is a topology: by its name, or by its cluster block. An unreadable
// file is reported when it is read.
func isTopology(path string) bool {
	if strings.HasPrefix(filepath.Base(path), "topology") {
		return true
	}
	src, err := readFile(path)
	return err != nil || clusterLine.Match(src)
}

// noteSkipped lists the files that were found and are not topologies.
func (a *app) noteSkipped(skipped []string) {
	if len(skipped) == 0 {
		return
	}
	const most = 5
	shown := skipped[:min(len(skipped), most)]
	more := ""
	if n := len(skipped) - len(shown); n > 0 {
		more = fmt.Sprintf(", and %d more", n)
	}
	names := make([]string, len(shown))
	for i, name := range shown {
		names[i] = named(name)
	}
	a.note("skipped files without a cluster block: %s%s", strings.Join(names, ", "), more)
}
