package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
)

// calendar formats the dates on which support ends as iCalendar (RFC 5545): whole days, each with an alarm on the day from which a rule
// warns. Time stamps are the date of the facts, so that the same facts give the same bytes.
func calendar(facts *plan.Table) (string, error) {
	ends := facts.Ends()
	for _, t := range planner.Targets() {
		t.Facts.Table = facts
		for _, e := range t.Facts.MinorEnds() {
			ends = append(ends, plan.End{Day: e.On, What: fmt.Sprintf("Kubernetes 1.%d on %s", e.Minor, t.Facts.Title),
				Says: "target-version-ends-soon"})
		}
	}
	slices.SortFunc(ends, func(a, b plan.End) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.What, b.What)) })
	stamp := strings.ReplaceAll(facts.Date(), "-", "") + "T000000Z"
	var out strings.Builder
	line := func(format string, args ...any) { out.WriteString(folded(fmt.Sprintf(format, args...))) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//k8splan//facts//EN")
	line("CALSCALE:GREGORIAN")
	line("X-WR-CALNAME:%s", escaped("End of support ("+facts.Date()+")"))
	for _, e := range ends {
		day, err := time.Parse(time.DateOnly, e.Day)
		if err != nil {
			return "", fmt.Errorf("the end of %s is %q, which is not a date", e.What, e.Day)
		}
		summary := escaped("Support of " + e.What + " ends")
		line("BEGIN:VEVENT")
		line("UID:%s@k8splan", strings.ReplaceAll(strings.ToLower(e.What), " ", "-"))
		line("DTSTAMP:%s", stamp)
		line("DTSTART;VALUE=DATE:%s", day.Format("20060102"))
		line("DTEND;VALUE=DATE:%s", day.AddDate(0, 0, 1).Format("20060102"))
		line("SUMMARY:%s", summary)
		line("DESCRIPTION:%s", escaped(fmt.Sprintf("k8splan validate warns of it from 90 days before (rule %s).", e.Says)))
		line("TRANSP:TRANSPARENT")
		line("BEGIN:VALARM")
		line("ACTION:DISPLAY")
		line("DESCRIPTION:%s", summary)
		line("TRIGGER:-P90D")
		line("END:VALARM")
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return out.String(), nil
}

// escaped escapes text as an iCalendar value. Source: RFC 5545, section 3.3.11
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(text)
}

// folded ends a content line and folds it after at most 75 bytes, never inside a character. Source: RFC 5545, section 3.1
func folded(line string) string {
	const most = 75
	var out strings.Builder
	for room := most; len(line) > room; room = most - 1 { // the leading blank counts
		at := room
		for !utf8.RuneStart(line[at]) {
			at--
		}
		out.WriteString(line[:at] + "\r\n ")
		line = line[at:]
	}
	return out.String() + line + "\r\n"
}
