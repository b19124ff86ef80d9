package artifact

import "testing"

// FuzzForm compares a filled form with the document encoded directly.
func FuzzForm(f *testing.F) {
	for _, seed := range [][2]string{
		{"worker-1", "10.0.0.1"}, {"1e3", "fd00::1"}, {"true", "0x1f"}, {"123", "1:20"}, {"y", "null"}, {"a b", ""}, {"a: b", "#"},
		{"it's", "\"q\""}, {"\\n", "a\nb"}, {"<b>", "a&b"}, {"é", "-"}, {"open-name", "open-address"}, {"2026-11-23", "~"}, {"- a", "{}"},
	} {
		f.Add(seed[0], seed[1])
	}
	document := func(name, address string) map[string]any {
		return map[string]any{
			"kind": "Join", "name": name, "taints": []string{}, "timeouts": map[string]string{"call": "2m0s"},
			"arguments": []map[string]string{{"name": "labels", "value": "zone=a"}, {"name": "node-ip", "value": address}},
		}
	}
	form, ok := NewForm(document("open-name", "open-address"), "open-name", "open-address")
	if !ok {
		f.Fatal("no form")
	}
	f.Fuzz(func(t *testing.T, name, address string) {
		got, ok := form.Fill(name, address)
		want, err := YAML(document(name, address))
		if ok && (err != nil || string(got) != string(want)) {
			t.Errorf("the form gives\n%s\nand the document is\n%s%v", got, want, err)
		}
	})
}

func TestForm(t *testing.T) {
	document := map[string]any{"b": "open-1", "a": "open-2", "text": "x"}
	form, ok := NewForm(document, "open-1", "open-2")
	if !ok {
		t.Fatal("no form")
	}
	if got, ok := form.Fill("worker-1", "123"); !ok || string(got) != "a: \"123\"\nb: worker-1\ntext: x\n" {
		t.Errorf("%q, %t", got, ok)
	}
	if _, ok := form.Fill("two\nlines", "x"); ok {
		t.Error("a form takes a string whose style depends on its place")
	}
	for what, doc := range map[string]any{
		"a string that is open twice":            map[string]any{"a": "open", "b": "open"},
		"a string that is a part of another":     map[string]any{"a": "open", "b": "/etc/open"},
		"a string that is not there":             map[string]any{"a": "x"},
		"a string that is a key":                 map[string]any{"open": "x"},
		"a document that the library must write": map[string]any{"a": "open", "b": nil},
	} {
		if _, ok := NewForm(doc, "open"); ok {
			t.Errorf("a form of %s", what)
		}
	}
}
