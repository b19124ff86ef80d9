package plan

import "fmt"

// Version is a Kubernetes version.
type Version struct{ Major, Minor, Patch int }

// String returns the version without v: "1.37.2".
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// MinorString returns "1.37".
func (v Version) MinorString() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }
