package plan

import "strconv"

// End is a day on which the support of something ends.
type End struct {
	Day  string // YYYY-MM-DD
	What string // "Kubernetes 1.35", "Ubuntu 22.04"
	Says string // the rule that warns before the day
}

// Ends lists the days on which the support of minors of Kubernetes and of operating systems ends.
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
		if s.Ends != "" && !again {
			ends = append(ends, End{s.Ends, s.Title, "host-os-ends-soon"})
		}
	}
	return ends
}
