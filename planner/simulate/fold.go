package simulate

import (
	"cmp"
	"slices"
	"strings"
)

// Line is one line of a table: rows of a kind that follow each other and have the same outcome, in one.
type Line struct {
	Name    string
	Outcome Outcome
}

// Fold joins rows that follow each other, are of a kind, end the same way and are mended the same way.
func Fold(rows []Row) []Line {
	var lines []Line
	last := ""
	for _, row := range merged(rows) {
		head, name := parts(row)
		key := head + "\x00" + states(row.Outcome) + "\x00" + row.Outcome.Recovery.Lost
		if key == last {
			lines[len(lines)-1].Name += ", " + name
			continue
		}
		last = key
		lines = append(lines, Line{head + name, row.Outcome})
	}
	return lines
}

// merged joins classes of several units each that are of a kind and end the same way, wherever they stand: what tells them apart, such as
// which failure domain they are in, does not show in their line.
func merged(rows []Row) []Row {
	type key struct {
		kind   Kind
		states string
		lost   string
	}
	var out []Row
	at := map[key]int{}
	for _, row := range rows {
		if row.With != nil || len(row.Class.Names) < 2 {
			out = append(out, row)
			continue
		}
		k := key{row.Class.Kind, states(row.Outcome), row.Outcome.Recovery.Lost}
		i, found := at[k]
		if !found {
			at[k] = len(out)
			out = append(out, row)
			continue
		}
		names := slices.Concat(out[i].Class.Names, row.Class.Names)
		slices.SortStableFunc(names, natural)
		out[i].Class.Names = names
	}
	return out
}

// natural compares names that end in numbers: worker-2 comes before worker-10.
func natural(a, b string) int {
	const digits = "0123456789"
	headA, headB := strings.TrimRight(a, digits), strings.TrimRight(b, digits)
	return cmp.Or(cmp.Compare(headA, headB), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// parts splits the name of a row into what several rows may share and what is its own.
func parts(row Row) (head, name string) {
	switch {
	case row.With == nil && len(row.Class.Names) > 1:
		return "", row.Class.String()
	case row.With == nil && row.Class.Kind == CutUnit:
		return "cut ", row.Class.Names[0]
	case row.With == nil:
		return string(row.Class.Kind) + "/", row.Class.Names[0]
	case len(row.Class.Names) > 1 && row.Class.Kind == row.With.Kind && row.Class.Names[0] == row.With.Names[0]:
		return "", "two of " + strings.TrimPrefix(row.Class.String(), "any of ")
	}
	return row.Class.String() + " + ", row.With.String()
}

func states(o Outcome) string {
	var b strings.Builder
	for _, v := range o.Verdicts {
		b.WriteByte(byte('0' + v.State))
	}
	return b.String()
}
