package k8splan_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoClock: no test judges a clock, which says as much about the machine as about the code. Bounds are counted, or are ratios to a
// reference of the same run; diagtest.Quick is one.
func TestNoClock(t *testing.T) {
	const kill = "planner/artifact/kill_test.go" // asks how long a run takes, to end the next one before
	found := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found++
		for _, name := range []string{"time." + "Since(", "Get" + "rusage(", "." + "Elapsed("} {
			if strings.Contains(string(text), name) && filepath.ToSlash(path) != kill {
				t.Errorf("%s calls %s): let it count, or use diagtest.Quick", path, name)
			}
		}
		return nil
	})
	if err != nil || found < 100 {
		t.Fatalf("%d files of tests: %v", found, err)
	}
}
