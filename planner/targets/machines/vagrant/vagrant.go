package vagrant

import (
	"bytes"
	"encoding/json"
	"net"
	"net/netip"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// nodes is the shape of nodes.json, which the Vagrantfile reads.
type nodes struct {
	Cluster  string    `json:"cluster"` // prefix of the machines' names in the provider
	Provider string    `json:"provider"`
	Network  network   `json:"network"`
	Machines []machine `json:"machines"` // in start order
}

type network struct {
	Subnet  string `json:"subnet"`
	Netmask string `json:"netmask"`
}

type machine struct {
	Name             string `json:"name"`
	Box              string `json:"box"`
	BoxVersion       string `json:"box_version,omitempty"`
	CPUs             int    `json:"cpus"`
	MemoryMiB        int64  `json:"memory_mib"`
	Address          string `json:"address"`
	SecondaryAddress string `json:"secondary_address,omitempty"` // with its mask
	MAC              string `json:"mac,omitempty"`
}

// emit writes vagrant/Vagrantfile and vagrant/nodes.json.
func emit(p *plan.Plan, o *Options) ([]artifact.File, error) {
	program, err := templates.Files.ReadFile("targets/machines/vagrant/Vagrantfile")
	if err != nil {
		return nil, err
	}
	out := nodes{
		Cluster:  prefix(o.Cluster),
		Provider: o.Provider,
		Network:  network{Subnet: o.Network.String(), Netmask: netmask(o.Network)},
		Machines: make([]machine, 0, len(o.Machines)),
	}
	for _, m := range o.Machines {
		row := machine{Name: m.Name, Box: m.Box, BoxVersion: m.BoxVersion, CPUs: m.CPUs, MemoryMiB: m.MemoryMiB,
			Address: m.Address.String(), MAC: m.MAC}
		if m.Second.IsValid() {
			row.SecondaryAddress = m.Second.String()
		}
		out.Machines = append(out.Machines, row)
	}
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return nil, err
	}
	return []artifact.File{
		{Path: "vagrant/Vagrantfile", Data: program},
		{Path: "vagrant/nodes.json", Data: data.Bytes()},
	}, nil
}

// prefix converts a cluster's name to a valid part of a libvirt domain's name.
func prefix(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, name)
}

// netmask returns the dotted form of an IPv4 prefix's mask: 255.255.255.0 for /24.
func netmask(p netip.Prefix) string {
	return net.IP(net.CIDRMask(p.Bits(), 32)).String()
}
