package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// observed formats the predictions and the observations as Markdown, for docs/availability.md.
func observed(all []result, versions string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s.\n\n", time.Now().UTC().Format("2 January 2006"), versions)
	b.WriteString("| cluster | fault | writes | reads | API | scheduling | pods | Services | DNS | joining | writes away | API away | " +
		"whole again |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	compared, wrong, faults := 0, 0, 0
	for _, r := range all {
		if r.Predicted == nil {
			continue
		}
		fmt.Fprintf(&b, "| %s | %s ", strings.TrimPrefix(r.Case, patientName("")), r.Injection)
		for _, c := range capabilities {
			fmt.Fprintf(&b, "| %s ", mark(r, c))
		}
		fmt.Fprintf(&b, "| %s | %s | %.0f s |\n", away(r, "etcd-writes"), away(r, "api"), r.Healed.Seconds())
		faults, compared, wrong = faults+1, compared+r.Compared, wrong+len(r.Wrong)
	}
	fmt.Fprintf(&b, "\n%d faults, %d capabilities compared, %d predicted wrong.\n\n", faults, compared, wrong)
	b.WriteString("| from the fault | shortest | longest |\n|---|---|---|\n")
	s := spans(all)
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "| %s | %.1f s | %.1f s |\n", name, s[name].least.Seconds(), s[name].most.Seconds())
	}
	return b.String()
}

// mark formats a prediction as in a tree's README.md, with the observation where the two can differ.
func mark(r result, capability string) string {
	short := map[string]string{"up": "✓", "degraded": "◐", "depends": "?", "down": "✗"}[r.Predicted[capability]]
	seen, asked := r.Observed[capability]
	switch {
	case !asked:
		return short + " not asked"
	case r.Predicted[capability] == "depends":
		return short + map[bool]string{true: " worked", false: " did not work"}[seen]
	case seen != (r.Predicted[capability] != "down"):
		return short + " **wrong**"
	}
	return short
}

// away formats how long a capability was unavailable, if it recovered on its own.
func away(r result, capability string) string {
	if !r.Observed[capability] {
		return "until repaired"
	}
	if gap, ok := r.Gaps[capability]; ok {
		return fmt.Sprintf("%.0f s", gap.Seconds())
	}
	return "-"
}
