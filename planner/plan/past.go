package plan

import "fmt"

// pastMinor is a minor older than the facts. A design with it can be checked, simulated, and compared, but no tree is generated for it.
type pastMinor struct {
	minor, newest int    // its last patch release
	ended         string // the last day of its support, YYYY-MM-DD
}

// pastMinors are the minors before firstMinor that existing clusters still run, oldest first. Source: github.com/kubernetes/website
// data/releases/eol.yaml, read on 2026-11-29; 1.29.15 is the newest tag of k8s.io/api
var pastMinors = []pastMinor{
	{15, 12, "2020-05-06"}, {16, 15, "2020-09-02"}, {17, 17, "2021-01-13"}, {18, 20, "2021-06-18"}, {19, 16, "2021-10-28"},
	{20, 15, "2022-02-28"}, {21, 14, "2022-06-28"}, {22, 17, "2022-12-08"}, {23, 17, "2023-02-28"}, {24, 17, "2023-07-28"},
	{25, 16, "2023-10-28"}, {26, 15, "2024-02-28"}, {27, 16, "2024-07-16"}, {28, 15, "2024-10-22"}, {29, 15, "2025-02-28"},
	{30, 14, "2025-07-15"},
}

// OldestPast is the oldest minor that a design can have.
func OldestPast() Version { return Version{1, pastMinors[0].minor, pastMinors[0].newest} }

func (v Kubernetes) past() (pastMinor, bool) {
	for _, m := range pastMinors {
		if v.Major == 1 && v.Minor == m.minor && !v.Known() {
			return m, true
		}
	}
	return pastMinor{}, false
}

// Past reports whether the version's minor ended before the facts begin. Little more than its end date is known.
func (v Kubernetes) Past() bool {
	_, ok := v.past()
	return ok
}

// Described reports whether the design is of an existing cluster that can be described but not built: its Kubernetes is out of support, so
// other software built it, and vendors no longer create such clusters. Values that the author does not give are not decided: the versions
// are "no data".
func (p *Plan) Described() bool { return p.Kubernetes().Past() }

// WayUp returns the releases that a described cluster must upgrade through before a tree can be generated for it: the newest of each minor,
// up to the first that the target takes.
func (p *Plan) WayUp() []Version {
	var way []Version
	_, newest := p.Target.Facts.Table.Minors()
	for at := p.Cluster.Version; at.Minor < newest.Minor; {
		at = p.Target.Facts.newestPatch(Version{1, at.Minor + 1, 0})
		way = append(way, at)
		if p.Target.Facts.Table.At(at).Known() && p.Target.Facts.Takes(at) {
			break
		}
	}
	return way
}

// WayUpWords describes the upgrade path: "1.27.16, then a minor at a time to 1.31.14".
func (p *Plan) WayUpWords() string {
	way := p.WayUp()
	switch len(way) {
	case 0:
		return NoData
	case 1:
		return way[0].String()
	case 2:
		return fmt.Sprintf("%s, then %s", way[0], way[1])
	}
	return fmt.Sprintf("%s, then a minor at a time to %s", way[0], way[len(way)-1])
}
