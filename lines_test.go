package k8splan_test

import (
	"bufio"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestLineLength: no line of Go has more than 140 columns, a tab being four of them, so that reviews show whole lines.
func TestLineLength(t *testing.T) {
	const most = 140
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, len(text)+1)
		for n := 1; lines.Scan(); n++ {
			if columns := utf8.RuneCount(lines.Bytes()) + 3*bytes.Count(lines.Bytes(), []byte("\t")); columns > most {
				t.Errorf("%s:%d has %d columns; split the text with +, or break after a comma or an operator", path, n, columns)
			}
		}
		return lines.Err()
	})
	if err != nil || files < 300 {
		t.Fatalf("%d files of Go: %v", files, err)
	}
}
