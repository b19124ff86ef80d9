package plan

import (
	"slices"
	"strconv"
)

// Flags returns the etcd settings that the author chooses, as flags without dashes, sorted by name. They are the same for stacked and
// external members. Entries of extra_args override the planner's. Durations are in milliseconds, as etcd expects.
func (e *Etcd) Flags() []Arg {
	flags := slices.Clone(e.ExtraArgs)
	add := func(name, value string) {
		if !slices.ContainsFunc(flags, func(a Arg) bool { return a.Name == name }) {
			flags = append(flags, Arg{Name: name, Value: value})
		}
	}
	if e.ElectionTimeout != 0 {
		add("election-timeout", strconv.FormatInt(e.ElectionTimeout.Milliseconds(), 10))
	}
	if e.HeartbeatInterval != 0 {
		add("heartbeat-interval", strconv.FormatInt(e.HeartbeatInterval.Milliseconds(), 10))
	}
	if e.QuotaBytes != 0 {
		add("quota-backend-bytes", strconv.FormatInt(e.QuotaBytes, 10))
	}
	slices.SortStableFunc(flags, func(a, b Arg) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return flags
}
