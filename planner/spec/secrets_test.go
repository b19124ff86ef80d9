package spec

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// TestSecretsInExpressions: what the evaluator says of an expression that reads a sensitive variable shows neither it nor what was made of it.
func TestSecretsInExpressions(t *testing.T) {
	for _, expr := range []string{`var.key.x`, `parseint(upper(var.key), 10)`, `"x${var.key}y"`, `local.made`, `{ a = local.made }["b"]`} {
		src := "variable \"key\" {\n  sensitive = true\n}\nlocals {\n  made = upper(var.key)\n}\ncluster \"c\" {\n  type = \"all-in-one\"\n  max_nodes = " + expr + "\n  certificate_validity = local.made\n}\nnode \"n\" {\n  taint {\n    key = \"hunter2\"\n    effect = local.made\n  }\n  roles = [\"worker\", strrev(var.key)]\n}\n"
		s, diags := Load("t.hcl", []byte(src), map[string]cty.Value{"key": cty.StringVal("hunter2")})
		if len(diags) == 0 {
			t.Fatal(expr)
		}
		s.Secrets.Hide(diags, Rules)
		var b bytes.Buffer
		err := hcl.NewDiagnosticTextWriter(&b, nil, 100, false).WriteDiagnostics(diags)
		if err != nil || strings.Contains(strings.ToLower(b.String()), "hunter2") || strings.Contains(b.String(), "2retnuh") || !strings.Contains(b.String(), "sensitive variable is read here") {
			t.Error(expr, b.String(), err)
		}
	}
}

// TestStrike: values are struck out in every form in which a message may show them, and nothing else is.
func TestStrike(t *testing.T) {
	long := strings.Repeat("long secret ", 20)
	for _, test := range []struct {
		value      cty.Value
		text, want string
	}{
		{cty.StringVal("hunter2"), `It is "hunter2", or xhunter2y.`, `It is "(sensitive)", or x(sensitive)y.`},
		{cty.StringVal("a\"b\nc"), `It is "a\"b\nc".`, `It is "(sensitive)".`},
		{cty.StringVal("ab"), "about ab", "about ab"},
		{cty.NumberIntVal(101), "101, 10101 and 10.101.", "(sensitive), 10101 and 10.(sensitive)."},
		{cty.StringVal(long), "It is " + long[:80] + "…, line 3.", "It is (sensitive)…, line 3."},
		{cty.StringVal("http://user:hunter2@proxy.example:3128/path"), "hunter2 of user at proxy.example, port 3128", "(sensitive) of (sensitive) at (sensitive), port 3128"},
		{cty.StringVal("registry.example.org:5000/team"), "the host registry.example.org", "the host (sensitive)"},
		{cty.StringVal("10.0.0.11"), "10.0.0.11: 10.0.0.12 is free, 10.0.0.0/24, [fd00::1]:6443 and fd00:: too. Write 1.37.2.", "(sensitive): (sensitive) is free, (sensitive), (sensitive) and (sensitive) too. Write 1.37.2."},
		{cty.ListVal([]cty.Value{cty.StringVal("first"), cty.StringVal("second")}), "first and second", "(sensitive) and (sensitive)"},
		{cty.ObjectVal(map[string]cty.Value{"user": cty.StringVal("root@host")}), "user root@host", "user (sensitive)"},
		{cty.DynamicVal, "nothing", "nothing"},
		{cty.NullVal(cty.String), "nothing", "nothing"},
	} {
		s := &Secrets{texts: map[string]bool{}}
		s.keep(test.value)
		if got := s.strike(test.text); got != test.want {
			t.Errorf("%#v: got %q, want %q", test.value, got, test.want)
		}
	}
}

// TestSensitiveFalse: what is said not to be sensitive is shown.
func TestSensitiveFalse(t *testing.T) {
	s, _ := Load("t.hcl", []byte("variable \"key\" {\n  sensitive = false\n  default = \"x\"\n}\ncluster \"c\" {\n  type = var.key\n}\n"), nil)
	if s.Secrets != nil {
		t.Error("a variable that is not sensitive counts as one")
	}
}
