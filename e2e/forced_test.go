package main

import (
	"errors"
	"testing"
)

func TestFailure(t *testing.T) {
	ran := errors.New("ansible-playbook: exit status 2\nTASK [verify : Ask]\n" +
		`fatal: [aio-1]: FAILED! => {"changed": false, "msg": "non-zero return code", "rc": 1, ` +
		`"stderr": "DNS does not answer"}` + "\nPLAY RECAP\n")
	for words, want := range map[string]string{"": "the playbook stopped: DNS does not answer", "DNS does": ""} {
		said, err := failure(ran, words)
		if err != nil || want != "" && said != want || said == "" {
			t.Errorf("%q: %q %v", words, said, err)
		}
	}
	if said, err := failure(nil, "x"); said != "" || err != nil {
		t.Errorf("no failure: %q %v", said, err)
	}
	if _, err := failure(ran, "did not come up"); err == nil {
		t.Error("a failure of another kind counts as the harm")
	}
}
