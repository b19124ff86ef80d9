package libvirt

import (
	"encoding/xml"
	"fmt"
	"net/netip"
	"regexp"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target/onprem"
)

// The parts of libvirt's XML that we write. The tests check them with libvirt's schemas and its test driver. Sources:
// https://libvirt.org/formatdomain.html, https://libvirt.org/formatnetwork.html, https://libvirt.org/formatstorage.html

type network struct {
	XMLName xml.Name  `xml:"network"`
	Name    string    `xml:"name"`
	UUID    string    `xml:"uuid"`
	Forward forward   `xml:"forward"`
	Bridge  bridge    `xml:"bridge"`
	MTU     size      `xml:"mtu"`
	Hosts   []host    `xml:"dns>host"`
	IPs     []address `xml:"ip"`
}

type forward struct {
	Mode string `xml:"mode,attr"`
	NAT  *nat   `xml:"nat"`
}

type nat struct {
	IPv6 string `xml:"ipv6,attr"`
}

type bridge struct {
	STP   string `xml:"stp,attr"`
	Delay string `xml:"delay,attr"`
}

type size struct {
	Size int `xml:"size,attr"`
}

type host struct {
	IP   string `xml:"ip,attr"`
	Name string `xml:"hostname"`
}

type address struct {
	Family  string `xml:"family,attr"`
	Address string `xml:"address,attr"`
	Prefix  int    `xml:"prefix,attr"`
}

type domain struct {
	XMLName  xml.Name `xml:"domain"`
	Type     string   `xml:"type,attr"`
	Name     string   `xml:"name"`
	UUID     string   `xml:"uuid"`
	Memory   quantity `xml:"memory"`
	VCPU     int      `xml:"vcpu"`
	OS       system   `xml:"os"`
	Features features `xml:"features"`
	CPU      mode     `xml:"cpu"`
	Clock    clock    `xml:"clock"`
	OnCrash  string   `xml:"on_crash"`
	Devices  devices  `xml:"devices"`
}

type quantity struct {
	Unit  string `xml:"unit,attr"`
	Value int64  `xml:",chardata"`
}

type system struct {
	Firmware string `xml:"firmware,attr,omitempty"`
	Type     osType `xml:"type"`
	Boot     device `xml:"boot"`
}

type osType struct {
	Arch    string `xml:"arch,attr"`
	Machine string `xml:"machine,attr"`
	Value   string `xml:",chardata"`
}

type device struct {
	Dev string `xml:"dev,attr"`
}

type features struct {
	ACPI *empty `xml:"acpi"`
	APIC *empty `xml:"apic"`
}

type empty struct{}

type mode struct {
	Mode string `xml:"mode,attr"`
}

type clock struct {
	Offset string `xml:"offset,attr"`
}

type devices struct {
	Disks     []disk    `xml:"disk"`
	Interface card      `xml:"interface"`
	Serial    charDev   `xml:"serial"`
	Console   charDev   `xml:"console"`
	Channel   channel   `xml:"channel"`
	RNG       generator `xml:"rng"`
}

type disk struct {
	Type     string     `xml:"type,attr"`
	Device   string     `xml:"device,attr"`
	Driver   diskDriver `xml:"driver"`
	Source   diskSource `xml:"source"`
	Target   diskTarget `xml:"target"`
	ReadOnly *empty     `xml:"readonly"`
}

type diskDriver struct {
	Name    string `xml:"name,attr"`
	Type    string `xml:"type,attr"`
	Discard string `xml:"discard,attr,omitempty"`
}

// diskSource names the file, not pool and volume: virt-aa-helper, which writes each machine's AppArmor profile on Debian and Ubuntu, does
// not resolve volumes, and QEMU would be denied the disk. Source: https://gitlab.com/libvirt/libvirt/-/issues/546,
// https://bugs.launchpad.net/ubuntu/+source/libvirt/+bug/1677398
type diskSource struct {
	File string `xml:"file,attr"`
}

type diskTarget struct {
	Dev string `xml:"dev,attr"`
	Bus string `xml:"bus,attr"`
}

type card struct {
	Type   string     `xml:"type,attr"`
	MAC    mac        `xml:"mac"`
	Source cardSource `xml:"source"`
	Model  typed      `xml:"model"`
	MTU    size       `xml:"mtu"`
}

type mac struct {
	Address string `xml:"address,attr"`
}

type cardSource struct {
	Network string `xml:"network,attr,omitempty"`
	Bridge  string `xml:"bridge,attr,omitempty"`
}

type typed struct {
	Type string `xml:"type,attr"`
}

type charDev struct {
	Type string `xml:"type,attr"`
}

type channel struct {
	Type   string        `xml:"type,attr"`
	Target channelTarget `xml:"target"`
}

type channelTarget struct {
	Type string `xml:"type,attr"`
	Name string `xml:"name,attr"`
}

type generator struct {
	Model   string  `xml:"model,attr"`
	Backend backend `xml:"backend"`
}

type backend struct {
	Model string `xml:"model,attr"`
	Path  string `xml:",chardata"`
}

type volume struct {
	XMLName  xml.Name     `xml:"volume"`
	Name     string       `xml:"name"`
	Capacity quantity     `xml:"capacity"`
	Target   volumeTarget `xml:"target"`
	Backing  backing      `xml:"backingStore"`
}

type volumeTarget struct {
	Format typed `xml:"format"`
}

type backing struct {
	Path   string `xml:"path"`
	Format typed  `xml:"format"`
}

// arch holds libvirt's name of an architecture, and its machine type and firmware.
type arch struct {
	name, machine, firmware string
	apic                    *empty
}

func arches() map[string]arch {
	return map[string]arch{
		"amd64": {"x86_64", "q35", "", &empty{}},
		"arm64": {"aarch64", "virt", "efi", nil},
	}
}

// network returns the network that libvirt creates if the segment is not on a bridge: NAT to the outside, no DHCP, because every address is
// the plan's, and the machines' names.
func (o *options) network(p *plan.Plan) network {
	n := network{
		Name: p.Cluster.Name, UUID: onprem.UUID(p.Cluster.Name, "network"), Forward: forward{Mode: "nat"},
		Bridge: bridge{STP: "on", Delay: "0"}, MTU: size{p.Network.MTU},
	}
	for i, prefix := range o.segment.Subnets {
		if prefix.Addr().Is6() {
			n.Forward.NAT = &nat{"yes"}
		}
		n.IPs = append(n.IPs, address{plan.FamilyOf(prefix.Addr()), o.segment.Gateways[i].String(), prefix.Bits()})
	}
	name := func(a netip.Addr, name string) {
		if a.IsValid() {
			n.Hosts = append(n.Hosts, host{a.String(), name})
		}
	}
	for _, m := range o.machines {
		name(m.node.Address, m.node.Name)
		name(m.node.SecondaryAddress, m.node.Name)
	}
	if e, ok := p.HostsEntry(); ok && p.LoadBalancer.VirtualIP == e.Address {
		name(e.Address, e.Name)
	}
	return n
}

func (o *options) domain(p *plan.Plan, m machine) domain {
	cpus, memory, _ := onprem.Size(m.node)
	a := arches()[m.node.Arch]
	d := domain{
		Type: "kvm", Name: p.Cluster.Name + "-" + m.node.Name, UUID: onprem.UUID(p.Cluster.Name, "node/"+m.node.Name),
		Memory: quantity{"MiB", memory >> 20}, VCPU: cpus,
		OS:       system{Firmware: a.firmware, Type: osType{a.name, a.machine, "hvm"}, Boot: device{"hd"}},
		Features: features{&empty{}, a.apic}, CPU: mode{"host-passthrough"}, Clock: clock{"utc"}, OnCrash: "restart",
	}
	d.Devices = devices{
		Disks: []disk{
			{
				Type: "file", Device: "disk", Driver: diskDriver{"qemu", "qcow2", "unmap"},
				Source: diskSource{o.poolPath + "/" + diskName(p, m)},
				Target: diskTarget{"vda", "virtio"},
			},
			// cloud-init finds the disk by its label, cidata.
			{
				Type: "file", Device: "disk", Driver: diskDriver{"qemu", "raw", ""},
				Source: diskSource{o.poolPath + "/" + d.Name + "-seed.iso"},
				Target: diskTarget{"vdb", "virtio"}, ReadOnly: &empty{},
			},
		},
		Interface: card{Type: "network", MAC: mac{m.mac}, Source: cardSource{Network: p.Cluster.Name}, Model: typed{"virtio"},
			MTU: size{p.Network.MTU}},
		Serial: charDev{"pty"}, Console: charDev{"pty"},
		Channel: channel{"unix", channelTarget{"virtio", "org.qemu.guest_agent.0"}},
		RNG:     generator{"virtio", backend{"random", "/dev/urandom"}},
	}
	if o.bridge != "" {
		d.Devices.Interface.Type, d.Devices.Interface.Source = "bridge", cardSource{Bridge: o.bridge}
	}
	return d
}

func diskName(p *plan.Plan, m machine) string { return p.Cluster.Name + "-" + m.node.Name + ".qcow2" }

// volume returns the machine's disk: an overlay on the image.
func (o *options) volume(p *plan.Plan, m machine) volume {
	_, _, bytes := onprem.Size(m.node)
	return volume{
		Name: diskName(p, m), Capacity: quantity{"bytes", bytes}, Target: volumeTarget{typed{"qcow2"}},
		Backing: backing{o.poolPath + "/" + m.volume, typed{"qcow2"}},
	}
}

func encode(v any) ([]byte, error) {
	data, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode %T as XML: %w", v, err)
	}
	return append(hollow.ReplaceAll(data, []byte("<$1/>")), '\n'), nil
}

// hollow matches an element without content, as package xml writes it. No value can match: < and > are escaped in values.
var hollow = regexp.MustCompile(`<([^<>]*[^<>/])></[^<>]+>`)
