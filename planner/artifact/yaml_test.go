package artifact

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// FuzzYAML compares the fast encoder with the library, for any JSON document.
func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `1`, `"a"`, `null`, `{"a":null}`, `{"a":{}}`, `{"a":[]}`, `{"a":[[]]}`, `{"a":[[1,2],[{"b":1}]]}`, `{"a":[{}]}`,
		`{"apiVersion":"v1","kind":"X","taints":[],"timeouts":{"a":"6m0s"},"b":[{"name":"node-ip","value":"10.0.0.1"},` +
			`{"name":"v","value":"2"}]}`,
		`{"a":"true","b":"Yes","c":"~","d":"-","e":"1e3","f":"0x1f","g":"1_000","h":".5","i":".inf","j":"1:20","k":"2026-11-23",` +
			`"l":"NULL","m":"="}`,
		`{"a":"a b","b":"a: b","c":"a #b","d":"a\nb\n","e":"","f":" x","g":"{{ x }}","h":"@x","i":"it's","j":"\"q\"","k":"*a","l":"&a",` +
			`"m":"!a","n":"%a"}`,
		`{"a":1.5,"b":-3,"c":1e30,"d":12345678901234567890,"e":true,"f":-0}`, `{"a10":1,"a9":2,"B":3,"b":4,"10":5,"9":6}`,
		`{"y":1,"on":2,"null":3}`,
		`{"a":"fd00::1","b":"[::1]:6443","c":"https://10.0.0.1:6443,https://x","d":"a:","e":"a,b","f":"/etc/x=y","g":"<<","h":"0o7",` +
			`"i":"é","j":"\u2028"}`,
		`{"a":"unix:///run/x.sock","b":"a:b:c","c":"10.0.0.0/8","d":"1.2.3.4.5","e":"6m0s","f":"1m","g":"x:","h":"a:-","i":"1.2.3.4:80"}`,
		`{"a":[true,false,1,"x",{"b":[1,{"c":[]}]},"-"]}`, `{"a":{"b":{"c":{"d":["e"]}}}}`,
		`{"a":"-.inf","b":"/","c":"...","d":"---","e":"N","f":"off"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var doc any
		if json.Unmarshal([]byte(text), &doc) != nil {
			return
		}
		want, err := yaml.Marshal(doc)
		if err != nil {
			return
		}
		got, err := marshalYAML(doc)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Error(diff)
		}
	})
}
