package simulate

import (
	"slices"

	"github.com/k8splan/k8splan/topologies"
)

// Data is the model for a program that judges failures elsewhere, such as the page of a design: the nodes, what fails together, and the
// rows that determine a verdict.
type Data struct {
	Nodes []DataNode `json:"nodes"`
	Zones []string   `json:"zones"` // "" for nodes that state none
	// Groups are units of several nodes. Each node is also a unit, node/NAME, and so is each balancer, balancer/NAME.
	Groups []DataGroup `json:"groups"`
	// Cuts are the networks that can be cut, with the pairs of Zones that can then no longer reach each other. None if there are too many.
	Cuts     []DataCut `json:"cuts"`
	Balancer string    `json:"balancer"` // haproxy | kube-vip | external | none
	Balances bool      `json:"balances"` // at least one node is a balancer
	Stacked  bool      `json:"stacked"`
	Placed   bool      `json:"placed"` // it is known where CoreDNS runs
	// VirtualIP is "" if there is none.
	VirtualIP string `json:"virtual_ip"`

	Stops     []DataStop `json:"stops"`          // smallest sets that stop something
	Vary      *DataVary  `json:"vary,omitempty"` // nil if the design has no control planes
	*DataRows            // nil in State, whose rows are those of Data
}

// DataRows are the rows that determine a verdict. They are the same for every design.
type DataRows struct {
	Capabilities []Capability  `json:"capabilities"`
	Texts        []textRows    `json:"texts"`
	Verdicts     []verdictRows `json:"verdicts"`
	Builds       []textRows    `json:"builds"`
	Repairs      []textRows    `json:"repairs"`
	NeedsHuman   int           `json:"needs_human"`
	Returns      string        `json:"returns"`
	DataLoss     string        `json:"data_loss"`
}

// DataNode is a node: its name, the index of its zone, and its properties.
type DataNode struct {
	Name string `json:"n"`
	Zone int    `json:"z"`
	Is   int    `json:"i"` // sum of the bits below
}

// Bits of DataNode.Is.
const (
	dataControlPlane = 1 << iota
	dataMember
	dataBalancer
	dataWorker
	dataKubelet
	dataDialled
	dataAstray
	dataLocal // its kubelet uses the API server on the same machine
	dataDNS
)

// OnlyWorks reports whether the node is only a worker.
func (n DataNode) OnlyWorks() bool { return n.Is&^(dataKubelet|dataDNS) == dataWorker }

// DataGroup is a unit of several nodes.
type DataGroup struct {
	Unit  string `json:"unit"`
	Nodes []int  `json:"nodes"`
}

// DataCut is a network between two failure domains.
type DataCut struct {
	Cut   string   `json:"cut"` // a:b
	Pairs [][2]int `json:"pairs"`
}

// DataStop is a set of capabilities, and the smallest sets of units that stop it.
type DataStop struct {
	What string     `json:"what"`
	Sets [][]string `json:"sets"` // of units
	More int        `json:"more"` // sets of the same size that are not listed
}

// Limits of what Data lists.
const (
	mostCutZones = 24
	mostStopSets = 12
)

// Data returns the model as data.
func (m *Model) Data() Data {
	d := m.State()
	d.Vary = m.vary()
	d.DataRows = &DataRows{
		Capabilities: Capabilities, Texts: texts, Verdicts: verdicts, Builds: builds, Repairs: repairs, NeedsHuman: needsHuman,
		Returns: returns, DataLoss: dataLoss,
	}
	return d
}

// State returns the part of the data that differs between designs: the model without the rows.
func (m *Model) State() Data {
	d := Data{
		Zones: m.zones, Groups: []DataGroup{}, Cuts: m.dataCuts(), Balancer: m.p.LoadBalancer.Kind, Balances: len(m.lbs) > 0,
		Stacked: m.p.Etcd.Placement == topologies.Stacked, Placed: m.dns != nil, VirtualIP: m.p.LoadBalancer.VirtualIP.String(),
		Stops: m.dataStops(),
	}
	is := m.dataBits()
	for i, n := range m.nodes {
		zone, _ := slices.BinarySearch(m.zones, n.FailureDomain)
		d.Nodes = append(d.Nodes, DataNode{n.Name, zone, is[i]})
	}
	for _, u := range m.units {
		if u.Kind != NodeUnit && u.Kind != BalancerUnit {
			d.Groups = append(d.Groups, DataGroup{u.String(), u.nodes})
		}
	}
	return d
}

// dataStops lists the smallest sets that stop something, unless there are too many.
func (m *Model) dataStops() []DataStop {
	out := []DataStop{}
	units := m.units
	for _, stop := range []struct {
		what  string
		stops Stops
	}{
		{"writes", m.smallest(units, m.ways(EtcdWrites), Deepest, mostSteps)},
		{"the API", m.smallest(units, m.ways(API), Deepest, mostSteps)},
		{"the API and every pod", m.smallest(units, both(m.ways(API), m.ways(Pods)), Deepest, mostSteps)},
	} {
		one := DataStop{What: stop.what, Sets: [][]string{}}
		for i, set := range stop.stops.Sets {
			if i == mostStopSets {
				one.More = len(stop.stops.Sets) - mostStopSets
				break
			}
			var names []string
			for _, u := range set {
				names = append(names, u.String())
			}
			one.Sets = append(one.Sets, names)
		}
		out = append(out, one)
	}
	return out
}

// dataBits returns the bits of each node.
func (m *Model) dataBits() []int {
	is := make([]int, len(m.nodes))
	for _, set := range []struct {
		bit   int
		nodes []int
	}{
		{dataControlPlane, m.cps}, {dataMember, m.members}, {dataBalancer, m.lbs}, {dataWorker, m.workers}, {dataKubelet, m.kubelet},
		{dataDialled, m.dialed}, {dataLocal, m.localCPs()}, {dataDNS, m.dns},
	} {
		for _, i := range set.nodes {
			is[i] |= set.bit
		}
	}
	for i := range is {
		if m.astray[i] {
			is[i] |= dataAstray
		}
	}
	return is
}

// localCPs returns the control planes whose kubelet uses the API server on the same machine.
func (m *Model) localCPs() []int {
	if m.p.Cluster.Version.Minor < 33 {
		return nil
	}
	return m.cps
}

// dataCuts asks the model which zones each cut separates.
func (m *Model) dataCuts() []DataCut {
	cuts := []DataCut{}
	zones := m.Zones()
	if len(zones) > mostCutZones {
		return cuts
	}
	for i, a := range zones {
		for _, b := range zones[i+1:] {
			cut := Cut{a, b}
			w := m.with(Failure{Cuts: []Cut{cut}})
			out := DataCut{Cut: cut.String()}
			for x := range m.zones {
				for y := range m.zones {
					if !w.linked(m.zones[x], m.zones[y]) {
						out.Pairs = append(out.Pairs, [2]int{x, y})
					}
				}
			}
			cuts = append(cuts, out)
		}
	}
	return cuts
}
