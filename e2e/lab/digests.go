package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/k8splan/k8splan/planner/plan"
)

// Digests returns artifacts.checksums for the lab, as a JSON object: k8splan knows the digests of upstream's files, and the lab serves its
// own builds of them under the same paths. Files without a known digest are checked against the mirror's checksum files, as for users.
func (l *Lab) Digests() string {
	dir := filepath.Join(l.Dir, "www", "mirror")
	sums := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(dir, path)
		if err == nil && plan.KnownDigest(below) != "" {
			sums[below], err = digest(path)
		}
		return err
	})
	text, wrong := json.Marshal(sums)
	if err = errors.Join(err, wrong); err != nil {
		fmt.Fprintln(l.log, "lab: digests:", err) // then hosts refuse the files
		return "{}"
	}
	return string(text)
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}
