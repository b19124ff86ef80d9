package ignition_test

import (
	"strings"
	"testing"

	"github.com/coreos/ignition/v2/config"
	"golang.org/x/tools/txtar"
)

// Every configuration of the golden tree is accepted without messages, including warnings.
func TestIgnition(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/targets/bare-metal.golden")
	if err != nil {
		t.Fatal(err)
	}
	parsed := 0
	for _, f := range archive.Files {
		if !strings.HasSuffix(f.Name, ".ign") {
			continue
		}
		parsed++
		got, report, err := config.Parse(f.Data)
		if err != nil || len(report.Entries) > 0 {
			t.Errorf("%s: %v\n%s", f.Name, err, report.String())
		}
		if len(got.Passwd.Users) != 1 || len(got.Passwd.Users[0].SSHAuthorizedKeys) == 0 {
			t.Errorf("%s has no login", f.Name)
		}
	}
	if parsed < 2 {
		t.Errorf("%d configurations were read", parsed)
	}
	if _, _, err := config.Parse([]byte(`{"ignition": {"version": "3.5.0"}, "storage": {"files": [{"path": "no/root"}]}}`)); err == nil {
		t.Error("the parser takes everything")
	}
}
