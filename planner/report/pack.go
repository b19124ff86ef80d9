package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/simulate"
)

// nodeRun is a run of consecutive nodes of the model that are alike: their properties, and their zones, which repeat. Names are listed, or
// are a stem with consecutive numbers.
type nodeRun struct {
	Is    int      `json:"i"`
	Zones []int    `json:"z"`
	Names []string `json:"names,omitempty"`
	Stem  string   `json:"stem,omitempty"`
	First string   `json:"first,omitempty"` // including leading zeros
	Count int      `json:"count,omitempty"` // 0 if names are listed
}

// packedGroup is a unit of several nodes, whose indices are runs: first, step, and count of each.
type packedGroup struct {
	Unit  string `json:"unit"`
	Nodes string `json:"nodes"`
}

// packed holds the parts of a model that grow with the design. page/stand.js unpacks it.
type packed struct {
	Runs   []nodeRun     `json:"runs"`
	Groups []packedGroup `json:"groups"`
	Zones  []string      `json:"zones"`
}

// mostPacked is how many bytes of nodes, zones, and groups a page may have to stay below 1 MB.
const mostPacked = 450_000

// pack packs nodes, zones, and groups. compact limits them to mostPacked bytes: first workers lose their names, then the most numerous
// kinds of units are omitted, then failure domains with only workers lose their names. None of this changes what a failure takes down.
func pack(d simulate.Data, compact bool) packed {
	p := packed{packNodes(d.Nodes), packGroups(d.Groups), d.Zones}
	if !compact || p.size() <= mostPacked {
		return p
	}
	p.Runs = packNodes(nameless(d.Nodes))
	groups := d.Groups
	for len(groups) > 0 && p.size() > mostPacked {
		count := map[string]int{}
		most := ""
		for _, g := range groups {
			kind := kindOf(g)
			count[kind]++
			if count[kind] > count[most] || count[kind] == count[most] && kind < most {
				most = kind
			}
		}
		groups = slices.DeleteFunc(slices.Clone(groups), func(g simulate.DataGroup) bool { return kindOf(g) == most })
		p.Groups = packGroups(groups)
	}
	if p.size() > mostPacked {
		p.Zones = unnamed(d)
	}
	return p
}

// unnamed returns the zones; those with only workers are named by their number.
func unnamed(d simulate.Data) []string {
	out := slices.Clone(d.Zones)
	leads := make([]bool, len(out))
	for _, n := range d.Nodes {
		leads[n.Zone] = leads[n.Zone] || !n.OnlyWorks()
	}
	for i, zone := range out {
		if !leads[i] && zone != "" {
			out[i] = fmt.Sprintf("failure domain %d", i+1)
		}
	}
	return out
}

func (p packed) size() int {
	text, err := json.Marshal(p)
	if err != nil {
		panic("report: " + err.Error())
	}
	return len(text)
}

func kindOf(g simulate.DataGroup) string {
	kind, _, _ := strings.Cut(g.Unit, "/")
	return kind
}

// nameless returns the nodes; workers are named by their number. No node of a design has such a name.
func nameless(nodes []simulate.DataNode) []simulate.DataNode {
	out := slices.Clone(nodes)
	for i := range out {
		if out[i].OnlyWorks() {
			out[i].Name = fmt.Sprintf("machine %d", i+1)
		}
	}
	return out
}

func packGroups(groups []simulate.DataGroup) []packedGroup {
	out := make([]packedGroup, len(groups))
	for i, g := range groups {
		out[i] = packedGroup{g.Unit, runsOf(g.Nodes)}
	}
	return out
}

func packNodes(nodes []simulate.DataNode) []nodeRun {
	out := []nodeRun{}
	for i := 0; i < len(nodes); {
		n := counted(nodes[i:])
		run := nodeRun{Is: nodes[i].Is}
		if n > 1 {
			run.Stem, run.First = numbered(nodes[i].Name)
			run.Count = n
		} else {
			for n = 0; i+n < len(nodes) && nodes[i+n].Is == run.Is && (n == 0 || counted(nodes[i+n:]) < 2); n++ {
				run.Names = append(run.Names, nodes[i+n].Name)
			}
		}
		zones := make([]int, n)
		for k := range zones {
			zones[k] = nodes[i+k].Zone
		}
		run.Zones = zones[:period(zones)]
		out = append(out, run)
		i += n
	}
	return out
}

// counted returns how many leading nodes are alike and have names that differ only in a number that grows by one.
func counted(nodes []simulate.DataNode) int {
	stem, first := numbered(nodes[0].Name)
	if first == "" {
		return 1
	}
	number := 0
	if _, err := fmt.Sscanf(first, "%d", &number); err != nil {
		return 1
	}
	n := 1
	for n < len(nodes) && nodes[n].Is == nodes[0].Is && nodes[n].Name == fmt.Sprintf("%s%0*d", stem, len(first), number+n) {
		n++
	}
	return n
}

// numbered splits a name from its trailing number; number is "" if there is none.
func numbered(name string) (stem, number string) {
	i := len(name)
	for i > 0 && len(name)-i < 9 && name[i-1] >= '0' && name[i-1] <= '9' {
		i--
	}
	return name[:i], name[i:]
}

// period returns the length after which a list repeats itself from its beginning.
func period(list []int) int {
	border := make([]int, len(list)) // for each prefix: the longest part that is both its start and its end
	for i, k := 1, 0; i < len(list); i++ {
		for k > 0 && list[i] != list[k] {
			k = border[k-1]
		}
		if list[i] == list[k] {
			k++
		}
		border[i] = k
	}
	if len(list) == 0 {
		return 0
	}
	return len(list) - border[len(list)-1]
}
