package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// record writes into planner/change/seen.json what the chains of edits have shown here about each row of docs/change.md. A row keeps its
// text if that is newer.
func (h *harness) record(names []string) error {
	path := filepath.Join(h.root, "planner", "change", "seen.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var rows map[string]string
	if err := json.Unmarshal(data, &rows); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	results := map[string]chainResult{}
	for _, name := range names {
		if results[name], err = h.result(name); err != nil {
			return err
		}
	}
	n := 0
	for row, text := range shown(results) {
		const date = len("2006-01-02")
		if old := rows[row]; old != text && (old == "" || text[:date] >= old[:date]) {
			rows[row] = text
			n++
		}
	}
	fmt.Printf("%d rows of docs/change.md changed. UPDATE=1 go test ./cmd/k8splan -run TestChangePage writes the page.\n", n)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(rows); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// shown returns a sentence for each row of docs/change.md that an edit tried. Of several edits the newest counts, and of those of one day
// the one with the fewest changes.
func shown(results map[string]chainResult) map[string]string {
	type trial struct {
		date, text string
		size       int
	}
	best := map[string]trial{}
	for chain, r := range results {
		for _, e := range r.Edits {
			if !e.Settled && e.Refused == "" {
				continue
			}
			of := trial{r.Date, r.sentence(chain, &e), len(e.Rows)}
			for _, row := range e.Rows {
				b, ok := best[row]
				if !ok || of.date > b.date || of.date == b.date && (of.size < b.size || of.size == b.size && of.text < b.text) {
					best[row] = of
				}
			}
		}
	}
	texts := map[string]string{}
	for row, t := range best {
		texts[row] = t.text
	}
	return texts
}

// sentence says what an edit showed.
func (r *chainResult) sentence(chain string, e *editResult) string {
	text := r.Date + ", " + chain
	switch {
	case e.Forced != "":
		return text + ": " + e.What + ": refused; forced: " + e.Forced
	case e.Refused != "":
		return text + ": refused"
	}
	text += ": " + e.What
	if len(e.Rows) > 1 {
		text += fmt.Sprintf(", %d changes in one edit", len(e.Rows))
	}
	if e.Trouble != "" {
		text += "; " + e.Trouble + "; it was run again"
	}
	if s := e.Sighting; s != nil {
		text += fmt.Sprintf("; %d writes, none lost, longest gap %s", s.Writes, seconds(s.Gap))
		if s.Endpoint > blink {
			text += "; API unavailable for " + seconds(s.Endpoint)
		}
		if s.Service > blink {
			text += "; a Service unavailable for " + seconds(s.Service)
		}
		if len(s.Restarted) == 0 {
			text += "; no pod restarted"
		}
	}
	if r.Fresh {
		text += "; same as a fresh cluster"
	}
	return text
}

func seconds(s float64) string {
	if s < 10 {
		return fmt.Sprintf("%.1f s", s)
	}
	return fmt.Sprintf("%.0f s", s)
}
