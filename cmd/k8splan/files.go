package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// topologyFiles puts a directory's files in its place: every *.hcl in it, sorted by name, none of its subdirectories'. Files whose names
// begin with a dot belong to other programs (.terraform.lock.hcl). A file that is named twice, by itself and by its directory, is read
// once: standard input is empty the second time.
func topologyFiles(args []string) ([]string, error) {
	var files []string
	for _, name := range args {
		info, err := os.Stat(name)
		if name == "-" || err != nil || !info.IsDir() {
			files = append(files, name) // what cannot be read says so when it is read
			continue
		}
		entries, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		found := 0
		for _, entry := range entries {
			if strings.HasSuffix(entry.Name(), ".hcl") && !strings.HasPrefix(entry.Name(), ".") && !entry.IsDir() {
				files = append(files, filepath.Join(name, entry.Name()))
				found++
			}
		}
		if found == 0 {
			return nil, hinted{fmt.Errorf("%s holds no topology", name),
				"a topology's name ends in .hcl; subdirectories are not searched, name them"}
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(name string) bool {
		again := seen[filepath.Clean(name)]
		seen[filepath.Clean(name)] = true
		return again
	}), nil
}
