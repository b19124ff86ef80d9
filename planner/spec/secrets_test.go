package spec

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/rule"
)

// TestSecretsInExpressions checks that evaluation errors in an expression with a sensitive variable show neither its value nor one derived
// from it.
func TestSecretsInExpressions(t *testing.T) {
	for _, expr := range []string{`var.key.x`, `parseint(upper(var.key), 10)`, `"x${var.key}y"`, `local.made`, `{ a = local.made }["b"]`} {
		src := "variable \"key\" {\n  sensitive = true\n}\nlocals {\n  made = upper(var.key)\n}\n" +
			"cluster \"c\" {\n  type = \"all-in-one\"\n  max_nodes = " + expr + "\n  certificate_validity = local.made\n}\n" +
			"node \"n\" {\n  taint {\n    key = \"hunter2\"\n    effect = local.made\n  }\n  roles = [\"worker\", strrev(var.key)]\n}\n"
		s, diags := Load("t.hcl", []byte(src), map[string]cty.Value{"key": cty.StringVal("hunter2")})
		if len(diags) == 0 {
			t.Fatal(expr)
		}
		s.Secrets.Hide(diags, Rules)
		var b bytes.Buffer
		err := hcl.NewDiagnosticTextWriter(&b, nil, 100, false).WriteDiagnostics(diags)
		if err != nil || strings.Contains(strings.ToLower(b.String()), "hunter2") || strings.Contains(b.String(), "2retnuh") ||
			!strings.Contains(b.String(), "sensitive variable is used here") {
			t.Error(expr, b.String(), err)
		}
	}
}

// TestTold checks that a value is found in every form in which a message may contain it, and that nothing else is.
func TestTold(t *testing.T) {
	long := strings.Repeat("long secret ", 20)
	for _, test := range []struct {
		value       cty.Value
		tell, spare []string
	}{
		{cty.StringVal("hunter2"), []string{`It is "hunter2".`, "It is xhunter2y."}, []string{"It is hunter3.", "… of it"}},
		{cty.StringVal("a\"b\nc"), []string{`It is "a\"b\nc".`}, nil},
		{cty.StringVal("ab"), nil, []string{"about ab"}},
		{cty.NumberIntVal(101), []string{"101, 2", "10101 and 101", "10.101."}, []string{"10101", "1010", "x101"}},
		{cty.StringVal(long), []string{"It is " + long[:80] + "…, line 3.", "It is " + long[:80] + "… or x…"},
			[]string{"lo…", "It is …"}},
		{cty.StringVal("http://user:hunter2@proxy.example:3128/path"), []string{"hunter2", "of user.", "at proxy.example",
			"proxy.example:3128"}, []string{"port 3128"}},
		{cty.StringVal("registry.example.org:5000/team"), []string{"the host registry.example.org"}, nil},
		{cty.StringVal("10.0.0.11"), []string{"10.0.0.11", "10.0.0.12 is free", "10.0.1.0/24", "10.0.200.1:6443", "10.0.0.0/8",
			"[::ffff:10.0.0.9]:80"}, []string{"10.1.0.12 is free", "172.16.0.0/12", "[fd00::1]:6443 and fd00::", "Write 1.37.2."}},
		{cty.StringVal("172.16.0.0/12"), []string{"172.20.0.1", "172.16.0.0/24"}, []string{"172.32.0.1"}},
		{cty.StringVal("fd00:0:0:1::/56"), []string{"fd00::1", "[fd00:0:0:ff::1]:6443", "fd00::/64"},
			[]string{"fd00:0:0:100::1", "10.0.0.1"}},
		{cty.ListVal([]cty.Value{cty.StringVal("first"), cty.StringVal("second")}), []string{"the first", "the second"},
			[]string{"the firsts"}},
		{cty.ObjectVal(map[string]cty.Value{"user": cty.StringVal("root@host")}), []string{"root@host"}, []string{"user guest"}},
		{cty.DynamicVal, nil, []string{"nothing"}},
		{cty.NullVal(cty.String), nil, []string{"nothing"}},
	} {
		s := newSecrets()
		s.keep(test.value)
		for _, text := range test.tell {
			if !s.told(text) {
				t.Errorf("%q tells %#v", text, test.value)
			}
		}
		for _, text := range test.spare {
			if s.told(text) {
				t.Errorf("%q does not tell %#v", text, test.value)
			}
		}
	}
}

// TestWordsStayWhole checks that a sentence that contains a value as a word is omitted completely, because a gap would reveal the word.
func TestWordsStayWhole(t *testing.T) {
	said := &rule.Rule{ID: "version-x", Title: "Old system", Fix: "Take a newer system."}
	for name, want := range map[string]string{
		"ubuntu": "The problem is not shown, because it might reveal the value of a sensitive variable. Take a newer system.",
		"the":    "The problem is not shown, because it might reveal the value of a sensitive variable. Take a newer system.",
		"kernel": "On cp-2 the kubelet does not start. Use ubuntu-24.04.",
	} {
		s := newSecrets()
		s.keep(cty.StringVal(name))
		diags := hcl.Diagnostics{rule.Waive(said.Diagnostic(hcl.Range{}, "On cp-2 the kubelet does not start. Use ubuntu-24.04."),
			"It is "+name+" here.")}
		s.Hide(diags, []*rule.Rule{said})
		if reason, _ := rule.WaiverReason(diags[0]); diags[0].Detail != want || reason != "(sensitive)" {
			t.Errorf("%s: %q, waived: %q", name, diags[0].Detail, reason)
		}
	}
}

// TestSensitiveFalse checks that a value declared as not sensitive is shown.
func TestSensitiveFalse(t *testing.T) {
	s, _ := Load("t.hcl", []byte("variable \"key\" {\n  sensitive = false\n  default = \"x\"\n}\ncluster \"c\" {\n  type = var.key\n}\n"),
		nil)
	if s.Secrets != nil {
		t.Error("a variable that is not sensitive counts as one")
	}
}
