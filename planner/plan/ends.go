package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// End is the date on which support for something ends.
type End struct {
	Day  string // YYYY-MM-DD
	What string // "Kubernetes 1.35", "Ubuntu 22.04"
	Says string // the rule that warns before that date
}

// Ends lists the end-of-support dates of Kubernetes minors and operating systems.
func (t *Table) Ends() []End {
	var ends []End
	for _, f := range t.known().minors {
		ends = append(ends, End{f.supportEnds, "Kubernetes 1." + strconv.Itoa(f.minor), "version-ends-soon"})
	}
	for i, s := range systems {
		again := false // one system under two names
		for _, other := range systems[:i] {
			again = again || other.Title == s.Title
		}
		if day := t.endOf(s); day != "" && !again {
			ends = append(ends, End{day, s.Title, "host-os-ends-soon"})
		}
	}
	return ends
}

// endOf is the date on which a release's free updates end, "" if not published.
func (t *Table) endOf(r Release) string {
	if day, ok := t.known().systems[(OS{r.Name, r.Version}).String()]; ok {
		return day
	}
	return r.Ends
}

// systemEnds lists the end dates of all known systems.
func (t *Table) systemEnds() []SystemEnd {
	var all []SystemEnd
	for _, s := range systems {
		if day := t.endOf(s); day != "" {
			all = append(all, SystemEnd{(OS{s.Name, s.Version}).String(), day})
		}
	}
	return all
}

// System returns the facts about a node's operating system; ok is false if there is no data.
func (p *Plan) System(n *Node) (facts System, ok bool) {
	facts, ok = n.OS.Facts()
	if ok && !facts.Older {
		facts.Ends = p.Target.Facts.Table.endOf(facts.Release)
	}
	return facts, ok
}

// MinorEnds lists the target's end-of-support dates of Kubernetes minors, oldest first.
func (t Facts) MinorEnds() []MinorEnd {
	ends := slices.Clone(t.Ends)
	for minor, day := range t.Table.known().targets[t.Name] {
		n, _ := strconv.Atoi(strings.TrimPrefix(minor, "1."))
		i := slices.IndexFunc(ends, func(e MinorEnd) bool { return e.Minor == n })
		if i < 0 {
			ends = append(ends, MinorEnd{n, day})
		} else {
			ends[i].On = day
		}
	}
	slices.SortFunc(ends, func(a, b MinorEnd) int { return a.Minor - b.Minor })
	return ends
}

var (
	systemKey = regexp.MustCompile(`^[a-z][a-z0-9.-]{0,60}$`)
	minorKey  = regexp.MustCompile(`^1\.[0-9]{1,4}$`)
)

// parseEnds reads the dates of a document. Unknown systems and targets are ignored.
func (t *Table) parseEnds(d Document) error {
	day := func(s string) bool {
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	}
	t.systems, t.targets = map[string]string{}, map[string]map[string]string{}
	for i, s := range d.Systems {
		if !systemKey.MatchString(s.System) || !day(s.Ends) {
			return fmt.Errorf("systems[%d] is %.40q until %.20q: want a system such as ubuntu-24.04 and YYYY-MM-DD", i, s.System, s.Ends)
		}
		t.systems[s.System] = s.Ends
	}
	for i, e := range d.Targets {
		if !systemKey.MatchString(e.Target) || !minorKey.MatchString(e.Minor) || !day(e.Ends) {
			return fmt.Errorf("targets[%d] is %.40q, %.20q until %.20q: want a target, a minor such as 1.36, and YYYY-MM-DD", i, e.Target,
				e.Minor, e.Ends)
		}
		if t.targets[e.Target] == nil {
			t.targets[e.Target] = map[string]string{}
		}
		t.targets[e.Target][e.Minor] = e.Ends
	}
	return nil
}
