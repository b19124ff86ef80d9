package artifact

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// SumsName is the file that lists the files of a tree that k8splan owns; `sha256sum -c SHA256SUMS` checks them. It does not list itself.
const SumsName = "SHA256SUMS"

type digest = [sha256.Size]byte

func formatSums(entries []entry) []byte {
	var out bytes.Buffer
	for _, e := range entries {
		if e.Path != SumsName {
			fmt.Fprintf(&out, "%x  %s\n", e.sum, e.Path)
		}
	}
	return out.Bytes()
}

// parseSums parses a SHA256SUMS that others may have edited. A path that is not relative and clean is an error, because listed files may be
// removed.
func parseSums(data []byte) (map[string]digest, error) {
	owned := map[string]digest{}
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if line == "" {
			continue
		}
		var sum digest
		hexSum, p, ok := strings.Cut(line, "  ")
		n, err := hex.Decode(sum[:], []byte(hexSum[:min(len(hexSum), 2*len(sum))]))
		if !ok || err != nil || n != len(sum) || len(hexSum) != 2*len(sum) || p != markName && checkPath(p) != nil {
			return nil, fmt.Errorf("%s line %d is not one that k8splan wrote: %.100q", SumsName, i+1, line)
		}
		owned[p] = sum
	}
	return owned, nil
}

// parallel calls f for 0 … n−1 on one goroutine per processor.
func parallel(n int, f func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	group.Wait()
}
