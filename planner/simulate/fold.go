package simulate

import "strings"

// Line is one line of a table: rows of a kind that follow each other and have the same outcome, in one.
type Line struct {
	Name    string
	Outcome Outcome
}

// Fold joins rows that follow each other, are of a kind and end the same way.
func Fold(rows []Row) []Line {
	var lines []Line
	last := ""
	for _, row := range rows {
		head, name := parts(row)
		key := head + "\x00" + states(row.Outcome)
		if key == last {
			lines[len(lines)-1].Name += ", " + name
			continue
		}
		last = key
		lines = append(lines, Line{head + name, row.Outcome})
	}
	return lines
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
