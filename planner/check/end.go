package check

import (
	"cmp"
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// soonDays is how many days before its end something counts as ending soon: enough for a quarter's planning.
const soonDays = 90

// soon reports whether an end date, YYYY-MM-DD, is on day or up to soonDays after it.
func soon(end, day string) bool {
	from, err := time.Parse(time.DateOnly, day)
	return err == nil && end >= day && end <= from.AddDate(0, 0, soonDays).Format(time.DateOnly)
}

// endRules returns the rules about end dates, as of a date. What ends soon has a separate rule, so that a pipeline can waive it until the
// end.
func endRules(day string) []Rule {
	return []Rule{
		{rule.Rule{
			ID: "version-end-of-life", Severity: rule.Warning, Title: "Kubernetes minor out of support",
			Dated: true,
			Doc: "Upstream supports the newest three minors. Older ones get no security fixes, and each minor that you fall behind is " +
				"one more upgrade, because minors cannot be skipped.",
			Fix:     "Write a release of one of the newest three minors.",
			Sources: []string{releases, skewPolicy},
		}, func(p *plan.Plan) []Finding {
			end := p.Kubernetes().SupportEnds()
			if end == "" || end >= day || !ours(p) || p.Described() {
				return nil
			}
			return newerMinor(p, fmt.Sprintf("Kubernetes %s has had no fixes since %s.", p.Cluster.Version.MinorString(), end))
		}},
		{rule.Rule{
			ID: "version-ends-soon", Severity: rule.Warning, Title: "Kubernetes minor whose support ends soon",
			Dated: true,
			Doc: "Upstream support for this minor, including security fixes, ends within 90 days. Upgrades go one minor at a time, and " +
				"take longest when they start too late.",
			Fix:     "Plan the upgrade (`k8splan upgrade-path`). To be reminded later, waive the rule until the day when support ends.",
			Sources: []string{releases, skewPolicy},
		}, func(p *plan.Plan) []Finding {
			end := p.Kubernetes().SupportEnds()
			if end == "" || !soon(end, day) || !ours(p) {
				return nil
			}
			return newerMinor(p, fmt.Sprintf("Kubernetes %s gets its last fixes on %s.", p.Cluster.Version.MinorString(), end))
		}},
		{rule.Rule{
			ID: "target-version-end-of-life", Severity: rule.Warning, Title: "Kubernetes minor that the vendor no longer supports",
			Dated: true,
			Doc: "The vendor's standard support for this minor has ended: it now costs extra, or the vendor upgrades the cluster " +
				"whenever it chooses.",
			Fix:     "Write a newer minor.",
			Sources: []string{"https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"},
		}, func(p *plan.Plan) []Finding {
			end := p.Target.Facts.End(p.Cluster.Version)
			if end == "" || end > day {
				return nil
			}
			return newerOnTarget(p, fmt.Sprintf("The standard support of Kubernetes %s on %s ended on %s (%s).",
				p.Cluster.Version.MinorString(), p.Target.Name, end, endsFrom(p)))
		}},
		{rule.Rule{
			ID: "target-version-ends-soon", Severity: rule.Warning, Title: "Kubernetes minor with vendor support ending soon",
			Dated: true,
			Doc: "The vendor's standard support for this minor ends within 90 days. After that it costs extra, or the vendor upgrades " +
				"the cluster whenever it chooses.",
			Fix:     "Plan the upgrade. To be reminded later, waive the rule until the day when support ends.",
			Sources: []string{"https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"},
		}, func(p *plan.Plan) []Finding {
			end := p.Target.Facts.End(p.Cluster.Version)
			if end == "" || end == day || !soon(end, day) { // the vendor may act on that very day
				return nil
			}
			return newerOnTarget(p, fmt.Sprintf("The standard support of Kubernetes %s on %s ends on %s (%s).",
				p.Cluster.Version.MinorString(), p.Target.Name, end, endsFrom(p)))
		}},
		{rule.Rule{
			ID: "host-os-retired", Severity: rule.Warning, Title: "Operating system out of support",
			Dated: true,
			Doc: "The release gets no security updates, and its package repositories have moved to an archive: installing " +
				"packages fails.",
			Fix:     "Use a supported release.",
			Sources: []string{"https://endoflife.date/", "https://github.com/docker/docker-ce-packaging/issues/1028"},
		}, func(p *plan.Plan) []Finding {
			return systemsThat(p, func(f plan.System) bool { return f.Retired(day) }, func(f plan.System, whose string) string {
				instead := "Use a supported release."
				if f.Instead != "" {
					instead = "Use " + f.Instead + "."
				}
				return fmt.Sprintf("Support for %s of %s ended %s: there are no security updates, and its repositories move to an "+
					"archive. %s", f.Title,
					whose, f.End(), instead)
			})
		}},
		{rule.Rule{
			ID: "host-os-ends-soon", Severity: rule.Warning, Title: "Operating system whose support ends soon",
			Dated: true,
			Doc: "Security updates for this release of the distribution end within 90 days. Hosts are replaced one at a time, and each " +
				"has to be drained and upgraded.",
			Fix:     "Plan the move to a newer release. To be reminded later, waive the rule until the day when support ends.",
			Sources: []string{"https://endoflife.date/", "https://ubuntu.com/about/release-cycle", "https://wiki.debian.org/LTS"},
		}, func(p *plan.Plan) []Finding {
			return systemsThat(p, func(f plan.System) bool { return soon(f.Ends, day) }, func(f plan.System, whose string) string {
				instead := ""
				if f.Instead != "" {
					instead = " Plan the move to " + f.Instead + "."
				}
				return fmt.Sprintf("%s of %s gets its last security updates %s.%s", f.Title, whose, f.End(), instead)
			})
		}},
	}
}

// endsFrom is the source of a vendor's end of support.
func endsFrom(p *plan.Plan) string {
	return cmp.Or(p.Target.Facts.EndsFrom, "the facts of "+p.Target.Facts.Table.Date())
}

// newerMinor returns the finding about a minor that ends, with what to write instead. There is none if the target supports nothing newer,
// because the author cannot fix that.
func newerMinor(p *plan.Plan, ends string) []Finding {
	newest := p.Target.Facts.NewestVersion()
	switch {
	case newest.MinorsAhead(p.Cluster.Version) <= 0 && newest.Minor < p.Target.Facts.Table.Newest().Minor:
		return nil
	case newest.MinorsAhead(p.Cluster.Version) <= 0:
		return one(versionAt(p), "%s The data of this program (%s) has no newer minor: update k8splan.", ends, p.Target.Facts.Table.Date())
	case newest != p.Target.Facts.Table.Newest():
		return one(versionAt(p), "%s Write %q, the newest that the target %s supports, or the next minor on the way there.", ends, newest,
			p.Target.Name)
	}
	return one(versionAt(p), "%s Write %q, or the next minor on the way there.", ends, newest)
}

// newerOnTarget is newerMinor for a vendor's versions.
func newerOnTarget(p *plan.Plan, ends string) []Finding {
	at := written(writtenArg(p.Cluster.Has("kubernetes_version"), versionAt(p)), p.Target.NameRange)
	if newest := p.Target.Facts.NewestVersion(); newest.MinorsAhead(p.Cluster.Version) > 0 {
		return one(at, "%s Write %q, or the next minor on the way there.", ends, newest)
	}
	return one(at, "%s", ends)
}

// systemsThat finds hosts whose operating system ends, unless another rule already rejects it.
func systemsThat(p *plan.Plan, ends func(plan.System) bool, say func(f plan.System, whose string) string) []Finding {
	return each(p.Nodes, func(n *plan.Node) bool {
		f, ok := p.System(n)
		return ok && ends(f) && p.Kubernetes().Known() && osBlocker(p, f) == ""
	}, func(n *plan.Node) hcl.Range { return n.Attr("os") }, func(n *plan.Node, all []*plan.Node) string {
		f, _ := p.System(n)
		return say(f, whose(all))
	})
}
