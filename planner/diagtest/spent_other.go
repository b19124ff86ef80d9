//go:build !unix

package diagtest

import "time"

var start = time.Now()

// spent is the clock's time, where the system does not tell the processors'.
func spent() time.Duration { return time.Since(start) }
