// Package terraform is shared by all Terraform targets: the plan as data for their static programs. A program ships verbatim and loops over
// maps keyed by names from the plan, so that adding or removing a machine changes no other; the data is in plan.auto.tfvars.json, where
// Terraform takes every string literally.
//
// The package is internal to k8splan and makes no compatibility promise.
package terraform

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// Folder is the tree's folder with the Terraform configuration.
const Folder = "terraform"

// Machine is one virtual machine.
type Machine struct {
	Roles            []string `json:"roles"` // names of groups that openings refer to
	Address          string   `json:"address"`
	SecondaryAddress string   `json:"secondary_address,omitempty"`
	Zone             string   `json:"zone"` // the failure domain
	Type             string   `json:"type"` // the cloud's name of the size
	DiskGiB          int64    `json:"disk_gib"`
	Arch             string   `json:"arch"`
	Image            string   `json:"image,omitempty"` // a key of the program's image table
}

// Opening is one firewall opening, from one group to another or from ranges to a group.
type Opening struct {
	To       string   `json:"to"`
	From     string   `json:"from"`    // a group; "" if Sources is set
	Sources  []string `json:"sources"` // ranges; empty if From is a group
	Protocol string   `json:"protocol"`
	First    int      `json:"first"` // 0 for protocols without ports
	Last     int      `json:"last"`
	Purpose  string   `json:"purpose"`
}

// Size is a machine type of a cloud.
type Size struct {
	Name      string
	CPUs      int
	MemoryGiB int64
	DiskGiB   int64  // of the type's fixed disk, in clouds that have one; 0 if the machine gets the disk that it asks for
	Arch      string // "" means amd64
}

const gibibyte = 1 << 30

// Default machine size if the topology sets neither cpus nor memory: twice kubeadm's minimum for a control plane (2 CPUs, 1700 MB), and the
// smallest row of etcd's hardware table (https://etcd.io/docs/v3.6/op-guide/hardware/).
const (
	defaultCPUs      = 2
	defaultMemoryGiB = 8
	// DefaultDiskGiB holds a node's images with room for logs; image garbage collection starts at 85 % of it.
	DefaultDiskGiB = 50
)

// Pick returns the smallest size that has what the node asks for: the first that fits in a table sorted from small to large. It returns an
// error if none fits. A node with instance_type gets that type.
func Pick(n *plan.Node, sizes []Size) (string, error) {
	if n.InstanceType != "" {
		return n.InstanceType, nil
	}
	cpus, memory := max(n.CPUs, 0), (n.MemoryBytes+gibibyte-1)/gibibyte
	if cpus == 0 {
		cpus = defaultCPUs
	}
	if memory == 0 {
		memory = defaultMemoryGiB
	}
	disk, asked := (n.DiskBytes+gibibyte-1)/gibibyte, ""
	for _, s := range sizes {
		if s.DiskGiB > 0 && disk > 0 {
			asked = fmt.Sprintf(", and %d GiB of disk", disk)
		}
		if cmp.Or(s.Arch, "amd64") == n.Arch && s.CPUs >= cpus && s.MemoryGiB >= memory && (s.DiskGiB == 0 || s.DiskGiB >= disk) {
			return s.Name, nil
		}
	}
	return "", fmt.Errorf("no machine type in the table has %d CPUs of %s and %d GiB%s", cpus, n.Arch, memory, asked)
}

// DiskGiB returns the size of a node's disk.
func DiskGiB(n *plan.Node) int64 {
	if n.DiskBytes > 0 {
		return (n.DiskBytes + gibibyte - 1) / gibibyte
	}
	return DefaultDiskGiB
}

// groups are the names by which openings refer to machines, in the plan's terms.
var groups = []plan.Peer{plan.ControlPlanePeers, plan.EtcdPeers, plan.BalancerPeers, plan.KubeletHosts}

// Machines returns every node of the plan by name.
func Machines(p *plan.Plan, sizes []Size) (map[string]Machine, error) {
	member := map[*plan.Node][]string{}
	for _, g := range groups {
		for _, n := range p.Members(g) {
			member[n] = append(member[n], string(g))
		}
	}
	machines := make(map[string]Machine, len(p.Nodes))
	for _, n := range p.Nodes {
		size, err := Pick(n, sizes)
		if err != nil {
			return nil, fmt.Errorf("node %s: %w", n.Name, err)
		}
		m := Machine{Roles: member[n], Address: n.Address.String(), Zone: n.FailureDomain, Type: size, DiskGiB: DiskGiB(n), Arch: n.Arch}
		if n.SecondaryAddress.IsValid() {
			m.SecondaryAddress = n.SecondaryAddress.String()
		}
		machines[n.Name] = m
	}
	return machines, nil
}

// Openings returns the plan's port table as firewall rules, by a descriptive name. admins are the ranges of administrators and of CI,
// consumers those of the users of NodePorts. Nothing else is opened.
func Openings(p *plan.Plan, admins, consumers []netip.Prefix) map[string]Opening {
	openings := map[string]Opening{}
	for _, port := range p.Ports() {
		for _, from := range port.From {
			o := Opening{To: string(port.On), Protocol: port.Protocol, First: port.First, Last: port.Last,
				Purpose: port.Component + ": " + port.Purpose, Sources: []string{}}
			switch from {
			case plan.Clients, plan.Operator:
				o.Sources = slices.Sorted(slices.Values(plan.Texts(admins)))
			case plan.Consumers:
				o.Sources = slices.Sorted(slices.Values(plan.Texts(consumers)))
			default:
				o.From = string(from)
			}
			if o.From == "" && len(o.Sources) == 0 {
				continue // no access from there
			}
			key := strings.Join([]string{string(port.On), "from", string(from), port.Protocol, port.Ports()}, "-")
			openings[strings.TrimSuffix(key, "-")] = o
		}
	}
	return openings
}
