package diagtest

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Quick fails the test where run works more than most times as hard as reference does: a bound on what one answer may take, whatever the
// file. Both are measured here and now, one at a time, so that a slow or a busy machine changes nothing. The measure is the time that
// this process spent on processors, which leaves out what other processes do. One measurement proves nothing: run has several tries.
//
// A run that never ends is ended by go test, whose fuzzing workers allow an input ten seconds by the clock.
func Quick(t testing.TB, run func()) {
	t.Helper()
	bounded(t, reference, run)
}

const (
	// most is three times what the hardest of the tests' files takes.
	most = 60
	// trifle is nowhere as much as most references take. It saves measuring one where an answer comes at once, as most do.
	trifle = 20 * time.Millisecond
	tries  = 4
)

func bounded(t testing.TB, reference, run func()) {
	t.Helper()
	least := 0.0
	for n := range tries {
		took := spending(run)
		if n == 0 && took <= trifle {
			return
		}
		ratio := took.Seconds() / spending(reference).Seconds()
		if ratio <= most {
			return
		}
		if n == 0 || ratio < least {
			least = ratio
		}
	}
	t.Errorf("took %.0f times as long as the reference, and %d times are allowed", least, most)
}

// reference is work of the same kind as that of an answer, of a fixed size: HCL's parser reads a file of 2,000 blocks.
func reference() {
	var src bytes.Buffer
	for i := range 2_000 {
		fmt.Fprintf(&src, "node \"n%d\" {\n  roles   = [\"worker\"]\n  address = \"10.0.%d.%d\"\n}\n", i, i/250, i%250)
	}
	if _, diags := hclsyntax.ParseConfig(src.Bytes(), "reference.hcl", hcl.InitialPos); diags.HasErrors() {
		panic(diags)
	}
}

// Cost is the processors' time that run takes, the least of two runs on one processor: with more of them, the collector of garbage
// takes those that have nothing else to do.
func Cost(run func()) time.Duration {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	runtime.GC()
	return min(spending(run), spending(run))
}

func spending(run func()) time.Duration {
	begin := spent()
	run()
	return spent() - begin
}
