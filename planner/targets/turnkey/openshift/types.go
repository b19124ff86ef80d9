package openshift

import (
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// The fields of the installer's configurations that we write, with upstream's names. Source: github.com/openshift/installer
// pkg/types/installconfig.go and pkg/types/agent/agent_config_type.go; nmstate's schema for networkConfig

type installConfig struct {
	APIVersion   string        `json:"apiVersion"`
	BaseDomain   string        `json:"baseDomain"`
	Metadata     metadata      `json:"metadata"`
	ControlPlane machinePool   `json:"controlPlane"`
	Compute      []machinePool `json:"compute"`
	Networking   networking    `json:"networking"`
	Platform     platform      `json:"platform"`
	Proxy        *proxy        `json:"proxy,omitempty"`
}

type metadata struct {
	Name string `json:"name"`
}

type machinePool struct {
	Name         string   `json:"name"`
	Architecture string   `json:"architecture"`
	Replicas     int      `json:"replicas"`
	Platform     struct{} `json:"platform"`
}

type networking struct {
	NetworkType    string           `json:"networkType"`
	MachineNetwork []machineNetwork `json:"machineNetwork"`
	ClusterNetwork []clusterNetwork `json:"clusterNetwork"`
	ServiceNetwork []string         `json:"serviceNetwork"`
	MTU            int              `json:"clusterNetworkMTU,omitempty"`
}

type machineNetwork struct {
	CIDR string `json:"cidr"`
}

type clusterNetwork struct {
	CIDR       string `json:"cidr"`
	HostPrefix int    `json:"hostPrefix"`
}

type platform struct {
	None      *struct{}  `json:"none,omitempty"`
	BareMetal *bareMetal `json:"baremetal,omitempty"`
}

type bareMetal struct {
	APIVIPs     []string `json:"apiVIPs"`
	IngressVIPs []string `json:"ingressVIPs"`
}

type proxy struct {
	HTTP    string `json:"httpProxy,omitempty"`
	HTTPS   string `json:"httpsProxy,omitempty"`
	NoProxy string `json:"noProxy,omitempty"`
}

type agentConfig struct {
	APIVersion   string      `json:"apiVersion"`
	Kind         string      `json:"kind"`
	Metadata     metadata    `json:"metadata"`
	RendezvousIP string      `json:"rendezvousIP"`
	NTP          []string    `json:"additionalNTPSources,omitempty"`
	Hosts        []agentHost `json:"hosts"`
}

type agentHost struct {
	Hostname   string           `json:"hostname"`
	Role       string           `json:"role"` // master | worker, the installer's names
	Interfaces []agentInterface `json:"interfaces"`
	Root       *rootDevice      `json:"rootDeviceHints,omitempty"`
	Network    nmstate          `json:"networkConfig"`
}

type agentInterface struct {
	Name string `json:"name"`
	MAC  string `json:"macAddress"`
}

type rootDevice struct {
	DeviceName string `json:"deviceName"`
}

type nmstate struct {
	Interfaces []nmInterface `json:"interfaces"`
	DNS        nmDNS         `json:"dns-resolver"`
	Routes     nmRoutes      `json:"routes"`
}

type nmInterface struct {
	Name  string   `json:"name"`
	Type  string   `json:"type"`
	State string   `json:"state"`
	MAC   string   `json:"mac-address"`
	MTU   int      `json:"mtu,omitempty"`
	IPv4  nmFamily `json:"ipv4"`
	IPv6  nmFamily `json:"ipv6"`
}

type nmFamily struct {
	Enabled bool        `json:"enabled"`
	DHCP    *bool       `json:"dhcp,omitempty"`
	Address []nmAddress `json:"address,omitempty"`
}

type nmAddress struct {
	IP     string `json:"ip"`
	Prefix int    `json:"prefix-length"`
}

type nmDNS struct {
	Config nmServers `json:"config"`
}

type nmServers struct {
	Server []string `json:"server"`
}

type nmRoutes struct {
	Config []nmRoute `json:"config"`
}

type nmRoute struct {
	Destination string `json:"destination"`
	NextHop     string `json:"next-hop-address"`
	Interface   string `json:"next-hop-interface"`
	Table       int    `json:"table-id"`
}

// schedulerConfig is the single config.openshift.io/v1 Scheduler.
type schedulerConfig struct {
	APIVersion string        `json:"apiVersion"`
	Kind       string        `json:"kind"`
	Metadata   metadata      `json:"metadata"`
	Spec       schedulerSpec `json:"spec"`
}

type schedulerSpec struct {
	MastersSchedulable bool `json:"mastersSchedulable"`
}

func scheduler() schedulerConfig {
	return schedulerConfig{"config.openshift.io/v1", "Scheduler", metadata{"cluster"}, schedulerSpec{true}}
}

func (o *options) installConfig(p *plan.Plan) installConfig {
	cps, workers := p.ControlPlanes(), dedicated(p)
	c := installConfig{
		APIVersion: "v1", BaseDomain: o.domain, Metadata: metadata{p.Cluster.Name},
		ControlPlane: machinePool{Name: "master", Architecture: cps[0].Arch, Replicas: len(cps)},
		Compute:      []machinePool{{Name: "worker", Architecture: cps[0].Arch, Replicas: len(workers)}},
		Networking:   networking{NetworkType: "OVNKubernetes"},
	}
	if len(workers) > 0 {
		c.Compute[0].Architecture = workers[0].Arch
	}
	for _, s := range o.segment.Subnets {
		c.Networking.MachineNetwork = append(c.Networking.MachineNetwork, machineNetwork{s.String()})
	}
	for _, s := range p.Network.PodSubnets {
		c.Networking.ClusterNetwork = append(c.Networking.ClusterNetwork, clusterNetwork{s.String(), p.Network.NodeMask(s)})
	}
	for _, s := range p.Network.ServiceSubnets {
		c.Networking.ServiceNetwork = append(c.Networking.ServiceNetwork, s.String())
	}
	if p.Cluster.Type == topologies.AllInOne {
		c.Platform.None = &struct{}{}
	} else {
		c.Platform.BareMetal = &bareMetal{o.api, o.route}
	}
	if h := p.Network.HTTPProxy; h != nil {
		c.Proxy = &proxy{h.HTTP, h.HTTPS, strings.Join(h.NoProxy, ",")}
	}
	return c
}

func (o *options) agentConfig(p *plan.Plan) agentConfig {
	c := agentConfig{APIVersion: "v1beta1", Kind: "AgentConfig", Metadata: metadata{p.Cluster.Name},
		RendezvousIP: p.Bootstrap().Address.String(), NTP: o.ntp}
	no := false
	for _, n := range p.Nodes {
		// The installer finds the card by its MAC address; the name connects the parts of this document.
		card := n.Interface
		if card == "" {
			card = "primary"
		}
		h := agentHost{Hostname: n.Name, Role: "worker", Interfaces: []agentInterface{{card, n.MAC}}}
		if n.Roles.Has(plan.ControlPlane) {
			h.Role = "master"
		}
		if disk := o.disks[n.Name]; disk != "" {
			h.Root = &rootDevice{disk}
		}
		i := nmInterface{Name: card, Type: "ethernet", State: "up", MAC: n.MAC}
		if p.Network.MTU != 1500 {
			i.MTU = p.Network.MTU
		}
		for _, a := range o.segment.Addresses(n) {
			family := nmFamily{true, &no, []nmAddress{{a.Addr().String(), a.Bits()}}}
			if a.Addr().Is4() {
				i.IPv4 = family
			} else {
				i.IPv6 = family
			}
		}
		h.Network.Interfaces = []nmInterface{i}
		for _, s := range o.segment.Nameservers {
			h.Network.DNS.Config.Server = append(h.Network.DNS.Config.Server, s.String())
		}
		for _, g := range o.segment.RoutersOf(n) {
			to := "0.0.0.0/0"
			if g.Is6() {
				to = "::/0"
			}
			h.Network.Routes.Config = append(h.Network.Routes.Config, nmRoute{to, g.String(), card, 254})
		}
		c.Hosts = append(c.Hosts, h)
	}
	return c
}

// node holds the settings that a Node object gets after the installation, which cannot set them.
type node struct {
	APIVersion string       `json:"apiVersion"`
	Kind       string       `json:"kind"`
	Metadata   nodeMetadata `json:"metadata"`
	Spec       *nodeSpec    `json:"spec,omitempty"`
}

type nodeMetadata struct {
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type nodeSpec struct {
	Taints []taint `json:"taints"`
}

type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

// nodeSettings returns the nodes for which the topology sets labels, annotations, or taints. A failure domain becomes the zone label.
func nodeSettings(p *plan.Plan) []any {
	var out []any
	for _, n := range p.Nodes {
		labels := map[string]string{}
		for k, v := range n.Labels {
			labels[k] = v
		}
		if n.FailureDomain != "" {
			labels["topology.kubernetes.io/zone"] = n.Zone()
		}
		o := node{APIVersion: "v1", Kind: "Node", Metadata: nodeMetadata{n.Name, labels, n.Annotations}}
		if len(n.Taints) > 0 {
			o.Spec = &nodeSpec{}
			// the list is replaced as a whole, and OpenShift's own taint must stay
			if n.Roles.Has(plan.ControlPlane) && !n.Roles.Has(plan.Worker) {
				o.Spec.Taints = append(o.Spec.Taints, taint{Key: "node-role.kubernetes.io/master", Effect: "NoSchedule"})
			}
			for _, t := range n.Taints {
				o.Spec.Taints = append(o.Spec.Taints, taint{t.Key, t.Value, t.Effect})
			}
		}
		if len(labels)+len(n.Annotations)+len(n.Taints) > 0 {
			out = append(out, o)
		}
	}
	return out
}
