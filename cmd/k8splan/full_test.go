package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// fullDisk fails every write except empty ones.
type fullDisk struct{}

func (fullDisk) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return 0, errors.New("no space left on device")
}

// TestFullDisk: output that could not be written is not a success.
func TestFullDisk(t *testing.T) {
	const design = "../../testdata/corpus/minimal.hcl"
	for _, command := range []string{
		"validate " + design, "validate -o json " + design, "validate -o sarif " + design, "validate -o junit " + design, "plan " + design,
		"simulate " + design, "simulate --kill node/dev-1 " + design, "fmt " + design,
		"explain", "explain node", "explain node.address", "explain etcd-even-members", "targets", "targets aws", "facts",
		"upgrade-path --from 1.34.2 --to 1.36.3",
		"init all-in-one", "completion bash", "version",
	} {
		var stderr bytes.Buffer
		if code := run(strings.Fields(command), strings.NewReader(""), fullDisk{}, &stderr); code != exitWrong ||
			!strings.Contains(stderr.String(), "no space left on device") {
			t.Errorf("%s: exit code %d: %s", command, code, stderr.String())
		}
	}
}
