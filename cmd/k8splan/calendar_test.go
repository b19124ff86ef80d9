package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner/plan"
)

// TestCalendar parses the calendar by the grammar of RFC 5545.
func TestCalendar(t *testing.T) {
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if code := run([]string{"facts", "--calendar"}, nil, out, out); code != exitDone {
			t.Fatalf("exit %d: %s", code, out)
		}
	}
	text := first.String()
	if text != second.String() {
		t.Error("twice is not the same")
	}
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") || !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		t.Error("lines do not end with CR LF")
	}
	for _, line := range strings.Split(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("%d bytes: %s", len(line), line)
		}
	}
	unfolded := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n")
	property := regexp.MustCompile(`^[A-Z-]+(;[A-Z]+=[A-Z]+)?:[^\x00-\x1f]*$`)
	uids := map[string]bool{}
	var open []string
	events, last := 0, ""
	for _, line := range unfolded {
		name, value, _ := strings.Cut(line, ":")
		switch {
		case !property.MatchString(line):
			t.Errorf("no content line: %q", line)
		case name == "BEGIN":
			open = append(open, value)
		case name == "END":
			if len(open) == 0 || open[len(open)-1] != value {
				t.Fatalf("%s ends inside of %q", value, open)
			}
			open = open[:len(open)-1]
		case name == "UID":
			if uids[value] {
				t.Errorf("%s is there twice", value)
			}
			uids[value] = true
			events++
		case name == "DTSTAMP" && value != strings.ReplaceAll(plan.FactsDate, "-", "")+"T000000Z":
			t.Errorf("stamp %s", value)
		case name == "DTSTART;VALUE=DATE":
			if _, err := time.Parse("20060102", value); err != nil || value < last {
				t.Errorf("%s behind %s (%v)", value, last, err)
			}
			last = value
		}
	}
	if len(open) > 0 || events < 20 {
		t.Errorf("open: %q, %d events", open, events)
	}
	for _, want := range []string{"SUMMARY:Support of Kubernetes 1.35 ends", "DTSTART;VALUE=DATE:20270228",
		"SUMMARY:Support of Ubuntu 22.04 ends", "SUMMARY:Support of Kubernetes 1.34 on "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
}

// TestFolded folds between characters.
func TestFolded(t *testing.T) {
	long := "SUMMARY:" + strings.Repeat("é", 100)
	got := folded(long)
	if strings.ReplaceAll(strings.TrimSuffix(got, "\r\n"), "\r\n ", "") != long {
		t.Errorf("got %q", got)
	}
	for _, line := range strings.Split(got, "\r\n") {
		if len(line) > 75 || strings.ContainsRune(line, '\uFFFD') {
			t.Errorf("got %q", line)
		}
	}
	if got := escaped("a,b;c\\d\ne"); got != `a\,b\;c\\d\ne` {
		t.Errorf("got %q", got)
	}
}
