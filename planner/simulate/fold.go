package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/spelling"
)

// Line is one line of a table, which combines rows with the same outcome.
type Line struct {
	Name    string
	Outcome Outcome
}

// Fold merges single failures of one kind with the same outcome, wherever they are in the list, and pairs that share a half and have the
// same outcome. What distinguishes them, such as their failure domain, is not shown in their line.
func Fold(rows []Row) []Line {
	type line struct {
		head    string   // the shared half of pairs
		names   []string // of single failures
		with    []Class  // the other halves of pairs
		texts   []string // pairs within one class
		kind    Kind
		outcome Outcome
	}
	var lines []*line
	at := map[string]*line{}
	for _, row := range rows {
		key := string(row.Class.Kind) + "\x00" + states(row.Outcome) + "\x00" + row.Outcome.Recovery.Lost
		switch {
		case row.two():
			key = "two\x00" + states(row.Outcome)
		case row.With != nil:
			key = row.Class.half() + "\x00" + states(row.Outcome)
		}
		l := at[key]
		if l == nil {
			l = &line{kind: row.Class.Kind, outcome: row.Outcome}
			at[key] = l
			lines = append(lines, l)
		}
		switch {
		case row.With == nil:
			l.names = append(l.names, row.Class.Names...)
		case row.two():
			l.texts = append(l.texts, row.Class.two())
		default:
			l.head = row.Class.half() + " + "
			if n := len(l.with); n > 0 && l.with[n-1].Kind == row.With.Kind {
				l.with[n-1].Names = slices.Concat(l.with[n-1].Names, row.With.Names)
			} else {
				l.with = append(l.with, *row.With)
			}
		}
	}
	out := make([]Line, len(lines))
	for i, l := range lines {
		if len(l.names) > 0 {
			if l.kind != CutUnit {
				slices.SortStableFunc(l.names, natural)
			}
			l.with = []Class{{Kind: l.kind, Names: l.names}}
		}
		for _, c := range l.with {
			l.texts = append(l.texts, c.String())
		}
		out[i] = Line{l.head + strings.Join(l.texts, ", "), l.outcome}
	}
	return out
}

// PointLine describes units that differ only in their names: what the loss of each takes down, why, and the remedy.
type PointLine struct{ Text, Remedy string }

// FoldPoints merges points with the same effect, reason, and remedy into one line.
func FoldPoints(points []Point) []PointLine {
	var lines []PointLine
	units := map[PointLine]map[string][]string{} // names by kind
	kinds := map[PointLine][]string{}            // kinds in order
	for _, p := range points {
		takes, verb := make([]string, len(p.Takes)), "stops"
		for i, c := range p.Takes {
			takes[i] = string(c)
		}
		if p.Chance {
			verb = "may stop"
		}
		line := PointLine{fmt.Sprintf("%s %s: %s", verb, strings.Join(takes, ", "), p.Reason), p.Remedy}
		kind, name, _ := strings.Cut(p.Unit, "/")
		if units[line] == nil {
			units[line] = map[string][]string{}
			lines = append(lines, line)
		}
		if units[line][kind] == nil {
			kinds[line] = append(kinds[line], kind)
		}
		units[line][kind] = append(units[line][kind], name)
	}
	for i, line := range lines {
		var named []string
		count := 0
		for _, kind := range kinds[line] {
			names := units[line][kind]
			count += len(names)
			named = append(named, kind+"/"+runs(names))
		}
		prefix := ""
		if count > 1 {
			prefix = "any of "
		}
		lines[i].Text = prefix + strings.Join(named, ", ") + " " + line.Text
	}
	return lines
}

// natural compares names that end in numbers: worker-2 comes before worker-10.
func natural(a, b string) int {
	headA, headB := head(a), head(b)
	return cmp.Or(cmp.Compare(headA, headB), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// head is a name without its trailing number.
func head(name string) string { return strings.TrimRight(name, "0123456789") }

// few is how many names are listed individually.
const few = 4

// String names the units of the class, meaning any one of them: all of them if there are few, else their number with runs of numbers or the
// first name.
func (c Class) String() string {
	prefix := string(c.Kind) + "/"
	if c.Kind == CutUnit {
		prefix = "cut "
	}
	if len(c.Names) <= few {
		return prefix + strings.Join(c.Names, ", ")
	}
	return fmt.Sprintf("any of %d: %s%s", len(c.Names), prefix, runs(c.Names))
}

// half names the class as the first half of a pair.
func (c Class) half() string {
	if len(c.Names) == 1 || len(c.Names) > few {
		return c.String()
	}
	return "any of " + c.String()
}

// two describes any two units of the class.
func (c Class) two() string {
	switch {
	case len(c.Names) == 2:
		return fmt.Sprintf("%s/%s + %s/%s", c.Kind, c.Names[0], c.Kind, c.Names[1])
	case len(c.Names) <= few:
		return "two of " + c.String()
	}
	return "two of " + strings.TrimPrefix(c.String(), "any of ")
}

// runs formats names as runs of numbers, or as the first name and how many more there are.
func runs(names []string) string {
	var parts []string
	for i := 0; i < len(names); {
		j := i + 1
		for j < len(names) && follows(names[j-1], names[j]) {
			j++
		}
		switch j - i {
		case 1:
			parts = append(parts, names[i])
		case 2:
			parts = append(parts, names[i], names[i+1])
		default:
			parts = append(parts, names[i]+" … "+names[j-1])
		}
		i = j
	}
	if len(parts) > few {
		return spelling.Few(names, few)
	}
	return strings.Join(parts, ", ")
}

// follows reports whether b is the name after a.
func follows(a, b string) bool {
	h := head(a)
	x, errX := strconv.Atoi(a[len(h):])
	y, errY := strconv.Atoi(strings.TrimPrefix(b, h))
	return head(b) == h && errX == nil && errY == nil && y == x+1 && (len(a) == len(b) || a[len(h)] != '0')
}

func states(o Outcome) string {
	var b strings.Builder
	for _, v := range o.Verdicts {
		b.WriteByte(byte('0' + v.State))
	}
	return b.String()
}

// alternatives names units of which any one is enough.
func alternatives(units []Unit) string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.String()
	}
	if len(units) <= few {
		return strings.Join(names, " or ")
	}
	return fmt.Sprintf("any of %d: %s", len(names), strings.Join(names, ", "))
}

// listSlots names the slots of a set, each with its interchangeable units.
func listSlots(slots [][]Unit) string {
	plain := Class{Kind: slots[0][0].Kind}
	texts := make([]string, len(slots))
	for i, s := range slots {
		texts[i] = s[0].String()
		if len(s) > 1 {
			var others []string
			for _, u := range s[1:] {
				others = append(others, u.String())
			}
			texts[i] += " (or " + strings.Join(others, ", ") + ")"
		}
		if len(s) == 1 && s[0].Kind == plain.Kind {
			plain.Names = append(plain.Names, s[0].Name)
		}
	}
	if len(plain.Names) == len(slots) {
		if len(slots) > few {
			return string(plain.Kind) + "/" + runs(plain.Names)
		}
		return plain.String()
	}
	return strings.Join(texts, ", ")
}

// Lines describes the sets in at most the given number of lines, and returns how many sets are not covered.
func (s Stops) Lines(most int) (lines []string, more int) {
	said := map[string]bool{}
	for _, l := range s.lines[:min(most, len(s.lines))] {
		lines = append(lines, l.text)
		for _, set := range l.sets {
			said[fmt.Sprint(set)] = true
		}
	}
	return lines, len(s.Sets) - len(said)
}

// lines merges sets. Units that take the same part of a way are interchangeable. So are sets that combine the slots common to all with any
// k of several other slots. If one line cannot describe all sets, there is a line per slot in which sets differ, and some sets are in
// several lines: telling selects among them.
func (m *Model) lines(units []Unit, w way, sets [][]int) []stopLine {
	slots, slotOf := m.alike(units, w, sets)
	size, groups := len(sets[0]), bySlots(sets, slotOf)
	in := make([]int, len(slots)) // number of groups
	for _, g := range groups {
		for _, slot := range g.slots {
			in[slot]++
		}
	}
	var always, sometimes []int
	for slot, n := range in {
		if n == len(groups) {
			always = append(always, slot)
		} else {
			sometimes = append(sometimes, slot)
		}
	}
	if choose := size - len(always); len(groups) == binomial(len(sometimes), choose) {
		return []stopLine{{stopText(slots, always, choose, sometimes), sets}}
	}
	type differing struct {
		head, from []int
		sets       [][]int
	}
	var all []*differing
	by := map[string]*differing{}
	for _, g := range groups {
		for place, slot := range g.slots {
			head := slices.Delete(slices.Clone(g.slots), place, place+1)
			k := fmt.Sprint(head)
			if by[k] == nil {
				by[k] = &differing{head: head}
				all = append(all, by[k])
			}
			by[k].from, by[k].sets = append(by[k].from, slot), append(by[k].sets, g.sets...)
		}
	}
	slices.SortFunc(all, func(a, b *differing) int { return slices.Compare(a.head, b.head) })
	lines := make([]stopLine, len(all))
	for i, d := range all {
		slices.Sort(d.from)
		lines[i] = stopLine{stopText(slots, d.head, 1, d.from), d.sets}
	}
	return lines
}

// alike groups the interchangeable units of the sets, in order of the first, and maps each unit to its group.
func (m *Model) alike(units []Unit, w way, sets [][]int) (slots [][]Unit, slotOf map[int]int) {
	needed := make([]bool, 2*len(m.nodes)+1)
	for _, n := range w {
		for _, part := range n.parts {
			needed[part] = true
		}
	}
	key := func(u int) string {
		var parts []int
		for part := range m.takes(units[u]) {
			if needed[part] {
				parts = append(parts, part)
			}
		}
		slices.Sort(parts)
		return fmt.Sprint(parts)
	}
	slots, slotOf = [][]Unit{}, map[int]int{}
	at := map[string]int{}
	var used []int
	for _, set := range sets {
		used = append(used, set...)
	}
	slices.Sort(used)
	for _, u := range slices.Compact(used) {
		k := key(u)
		i, ok := at[k]
		if !ok {
			i = len(slots)
			at[k] = i
			slots = append(slots, nil)
		}
		slots[i], slotOf[u] = append(slots[i], units[u]), i
	}
	return slots, slotOf
}

// slotGroup is sets of interchangeable units.
type slotGroup struct {
	slots []int
	sets  [][]int
}

func bySlots(sets [][]int, slotOf map[int]int) []slotGroup {
	var groups []slotGroup
	seen := map[string]int{}
	for _, set := range sets {
		places := make([]int, len(set))
		for i, u := range set {
			places[i] = slotOf[u]
		}
		slices.Sort(places)
		k := fmt.Sprint(places)
		i, ok := seen[k]
		if !ok {
			i = len(groups)
			seen[k] = i
			groups = append(groups, slotGroup{slots: places})
		}
		groups[i].sets = append(groups[i].sets, set)
	}
	return groups
}

// stopText names units that stop something together: all in head, plus some of the others.
func stopText(slots [][]Unit, head []int, choose int, from []int) string {
	var texts []string
	for _, slot := range head {
		texts = append(texts, listSlots(slots[slot:slot+1]))
	}
	if len(from) > 0 {
		text := ""
		switch {
		case choose > 1:
			text = fmt.Sprintf("any %d of %d: ", choose, len(from))
		case len(from) > 1:
			text = fmt.Sprintf("any of %d: ", len(from))
		}
		texts = append(texts, text+listSlots(pick(slots, from)))
	}
	return strings.Join(texts, " + ")
}

func binomial(n, k int) int {
	b := 1
	for i := range k {
		b = b * (n - i) / (i + 1)
	}
	return b
}
