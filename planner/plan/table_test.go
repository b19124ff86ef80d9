package plan

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestParseFacts accepts the output of Document, and rejects documents with missing parts or wrong types.
func TestParseFacts(t *testing.T) {
	data, err := json.Marshal(own().Document())
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseFacts(data)
	if err != nil {
		t.Fatal(err)
	}
	if second, _ := json.Marshal(again.Document()); string(second) != string(data) {
		t.Error("what was printed is read as something else")
	}
	if again.Newest() != (Version{1, 37, 2}) || again.Date() != FactsDate {
		t.Errorf("newest %s, date %s", again.Newest(), again.Date())
	}
	text := string(data)
	for name, broken := range map[string]string{
		"no JSON":          "versions: []",
		"empty":            "",
		"null":             "null",
		"an unknown field": strings.Replace(text, `"date"`, `"dates":1,"date"`, 1),
		"two documents":    text + text,
		"no rows":          `{"date":"2026-11-29","versions":[],"sources":[]}`,
		"no date":          strings.Replace(text, `"date":"2026-11-29"`, `"date":""`, 1),
		"an old minor":     strings.Replace(text, `"1.31"`, `"1.30"`, 1),
		"a gap": strings.Replace(strings.Replace(text, `"minor":"1.33"`, `"minor":"1.36"`, 1),
			`"newest_patch_known":"1.33.13"`, `"newest_patch_known":"1.36.1"`, 1),
		"a patch of another":      strings.Replace(text, `"newest_patch_known":"1.33.13"`, `"newest_patch_known":"1.34.13"`, 1),
		"no end":                  strings.Replace(text, `"support_ends":"2026-06-28"`, `"support_ends":"soon"`, 1),
		"a step that is none":     strings.Replace(text, `"14":"3.5.24-0"`, `"x":"3.5.24-0"`, 1),
		"a step of an image name": strings.Replace(text, `"3.5.24-0"`, `"evil.example/etcd:1"`, 1),
		"a floor that is none":    strings.Replace(text, `"14":"3.5.24"`, `"14":"3.5"`, 1),
		"Calico without v":        strings.Replace(text, `"v3.29.4"`, `"3.29.4"`, 1),
		"containerd with a line":  strings.Replace(text, `"containerd_default":"2.3.7"`, `"containerd_default":"2.3.7\n"`, 1),
		"untested containerd": strings.Replace(text, `"containerd_tested_from":["1.6.34","1.7.20","2.0.0","2.1.0"]`,
			`"containerd_tested_from":[]`, 1),
		"a kernel of one number": strings.Replace(text, `"kernel_oldest":"4.19"`, `"kernel_oldest":"4"`, 1),
		"a source with a bell":   strings.Replace(text, `"read_on":"`, `"read_on":"\u0007`, 1),
		"too much":               text + strings.Repeat(" ", mostFacts),
	} {
		if broken == text {
			t.Fatalf("%s: nothing was changed", name)
		}
		if table, err := ParseFacts([]byte(broken)); err == nil || table != nil || len(err.Error()) > 300 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseFacts(f *testing.F) {
	f.Add(ownFacts)
	f.Add([]byte(`{"date":"2026-11-29","versions":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := ParseFacts(data)
		if err != nil {
			return
		}
		oldest, newest := table.Minors()
		if newest.Before(oldest) || !table.At(newest).Known() || table.At(newest).EtcdImageTag() == "" {
			t.Errorf("%s to %s", oldest, newest)
		}
		again, err := json.Marshal(table.Document())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseFacts(again); err != nil {
			t.Errorf("what is printed is not read: %v", err)
		}
	})
}
