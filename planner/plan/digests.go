package plan

import (
	_ "embed"
	"strings"
)

// digestsFile is what upstream's files are known to be, in the format that sha256sum writes and checks; its comments name the sources.
//
//go:embed digests.sums
var digestsFile string

// KnownDigest returns the SHA-256 (64 hexadecimal digits) of the file that upstream publishes at "https://" + path, "" if this program does
// not know it. Released files do not change, so the digest is valid for any mirror.
func KnownDigest(path string) string {
	const width = 64
	before, _, found := strings.Cut(digestsFile, "  "+path+"\n")
	if !found {
		return ""
	}
	return before[len(before)-width:]
}

// Pinned returns "sha256:<digest>" of a file by its mirror path: from artifacts.checksums, else from this program's table, else "".
func (a *Artifacts) Pinned(path string) string {
	if pin, ok := a.Checksums[path]; ok {
		return pin
	}
	if digest := KnownDigest(path); digest != "" {
		return "sha256:" + digest
	}
	return ""
}
