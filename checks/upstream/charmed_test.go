package upstream

import (
	"bytes"
	"strings"
	"testing"

	"github.com/juju/charm/v12"
)

// bundle reads a bundle like juju deploy: it reports unknown fields, and checks that the parts fit together.
func bundle(data []byte) (unknown []string, err error) {
	b, err := charm.ReadBundleData(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	source, err := charm.StreamBundleDataSource(bytes.NewReader(data), "")
	if err != nil {
		return nil, err
	}
	for _, part := range source.Parts() {
		if part.UnmarshallError != nil {
			unknown = append(unknown, part.UnmarshallError.Error())
		}
	}
	return unknown, b.Verify(nil, nil, nil)
}

func TestJujuReadsTheBundle(t *testing.T) {
	for _, target := range []string{"charmed-kubernetes", "charmed-kubernetes-small"} {
		data := golden(t, target, "charmed-kubernetes/bundle.yaml")
		if unknown, err := bundle(data); err != nil || len(unknown) > 0 {
			t.Errorf("%s: %v %v", target, unknown, err)
		}
		// The check can fail.
		for _, wrong := range [][2]string{{"num_units:", "units:"}, {"relations:\n", "relations:\n- [a:b, c:d]\n"}} {
			if !bytes.Contains(data, []byte(wrong[0])) {
				t.Fatalf("%s has no %q", target, wrong[0])
			}
			edited := strings.Replace(string(data), wrong[0], wrong[1], 1)
			if unknown, err := bundle([]byte(edited)); err == nil && len(unknown) == 0 {
				t.Errorf("%s: %q was taken", target, wrong[1])
			}
		}
	}
}
