package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// chainResult is the result of a chain of edits, stored with the lab's build results.
type chainResult struct {
	Digest string       `json:"digest"` // of everything tested: see harness.digest
	Passed bool         `json:"passed"`
	Why    string       `json:"why,omitempty"`
	Fresh  bool         `json:"fresh,omitempty"` // its end equals a cluster that was built at once
	Date   string       `json:"date"`
	Built  float64      `json:"built"` // seconds of the first site.yml
	Hosts  int          `json:"hosts"`
	Edits  []editResult `json:"edits"`
}

// editResult is one edit: carried out, or refused for a reason.
type editResult struct {
	What     string   `json:"what"`
	Rows     []string `json:"rows,omitempty"` // of docs/change.md
	Playbook string   `json:"playbook,omitempty"`
	Refused  string   `json:"refused,omitempty"`
	Forced   string   `json:"forced,omitempty"` // the result if the refusal was bypassed
	Took     float64  `json:"took,omitempty"`
	Results  int      `json:"results,omitempty"` // of tasks on hosts
	Longest  []share  `json:"longest,omitempty"` // plays, of the whole run
	Trouble  string   `json:"trouble,omitempty"` // "killed after 41 results", "worker-1 lost power"
	Settled  bool     `json:"settled,omitempty"` // the checks afterwards passed, and site.yml changed nothing
	*Sighting
}

// share is one play's share of a run's time.
type share struct {
	Play string  `json:"play"`
	Part float64 `json:"part"`
}

// longest returns the plays that took most of a run's time.
func (r *playbookRun) longest(n int) []share {
	var all []share
	for _, p := range r.plays {
		all = append(all, share{p.name, math.Round(100*p.took.Seconds()/max(r.took.Seconds(), 1)) / 100})
	}
	slices.SortStableFunc(all, func(a, b share) int { return cmp.Compare(b.Part, a.Part) })
	return all[:min(n, len(all))]
}

// digest identifies what a result depends on: the binary under test, which embeds its templates, and this program with its topologies.
func (h *harness) digest() (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", err
	}
	files := []string{h.k8splan, own}
	err = filepath.WalkDir(filepath.Join(h.root, "e2e", "topologies"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	slices.Sort(files)
	sum := sha256.New()
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		part := sha256.Sum256(data)
		sum.Write(part[:])
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

func (h *harness) resultFile(chain string) string {
	return filepath.Join(h.lab.Dir, "results", chain+".json")
}

// result reads a chain's last result; the zero value if it never ran.
func (h *harness) result(chain string) (chainResult, error) {
	var r chainResult
	data, err := os.ReadFile(h.resultFile(chain))
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	return r, err
}

func (h *harness) keepResult(chain string, r *chainResult) error {
	r.Date = time.Now().UTC().Format(time.DateOnly)
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(h.resultFile(chain)), 0o755); err != nil {
		return err
	}
	return os.WriteFile(h.resultFile(chain), append(data, '\n'), 0o644)
}

// seen prints every edit of all chains that ever ran here.
func (h *harness) seen(names []string) error {
	carried, refused, troubled := 0, 0, 0
	for _, name := range names {
		r, err := h.result(name)
		if err != nil || len(r.Edits) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		state := "passed"
		if !r.Passed {
			state = "FAILED"
		}
		fmt.Printf("%s, %s, %s: %d hosts built in %.0f s\n", name, r.Date, state, r.Hosts, r.Built)
		for _, e := range r.Edits {
			if e.Trouble != "" {
				troubled++
			}
			switch {
			case e.Refused != "":
				refused++
				fmt.Printf("  refused: %s (%s)\n", e.What, e.Refused)
				if e.Forced != "" {
					fmt.Printf("    forced: %s\n", e.Forced)
				}
				continue
			default:
				carried++
			}
			line := fmt.Sprintf("  %s by %s, %.0f s (%.2f of the building)", e.What, e.Playbook, e.Took, e.Took/max(r.Built, 1))
			for _, s := range e.Longest {
				line += fmt.Sprintf("; %.0f %%: %s", 100*s.Part, s.Play)
			}
			if e.Trouble != "" {
				line += "; " + e.Trouble
			}
			fmt.Println(line)
			if e.Sighting != nil {
				fmt.Println("    " + e.Sighting.String())
			}
		}
		if r.Why != "" {
			first, _, _ := strings.Cut(r.Why, "\n")
			fmt.Println("  " + first)
		}
	}
	fmt.Printf("%d edits carried out, %d of them with trouble on the way; %d refused\n", carried, troubled, refused)
	return nil
}
