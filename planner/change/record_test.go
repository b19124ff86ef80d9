package change

import "testing"

// TestEncodeNode compares a node's line with the encoder's output.
func TestEncodeNode(t *testing.T) {
	for _, n := range []nodeJSON{
		{Name: "cp-1", Own: map[string]Value{"address": text("10.0.0.1"), "bootstrap": text("true")}},
		{Name: "w<1>&", Pool: `a "pool"`, Machine: 12, Own: map[string]Value{"host": text("é\x00\n\u2028\xff\\"), "mac": text("")}},
		{Name: "w-2", Pool: "w", Own: map[string]Value{"address": {Digest: "abc"}, "host": list([]string{"a", "<b>"})}},
		{},
	} {
		want, err := encoded(n)
		if err != nil {
			t.Fatal(err)
		}
		w := writer{}
		w.node(n, ",")
		if got := w.out.String(); w.err != nil || got != string(want)+",\n" {
			t.Errorf("%q, %v; want %q", got, w.err, want)
		}
	}
}
