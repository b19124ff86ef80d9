package cni

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// ciliumValues has the values of Cilium's Helm chart that must match the plan. Source: github.com/cilium/cilium@v1.20.2
// install/kubernetes/cilium/values.yaml
type ciliumValues struct {
	IPAM struct {
		Mode string `json:"mode"`
	} `json:"ipam"`
	KubeProxyReplacement bool    `json:"kubeProxyReplacement"`
	K8sServiceHost       string  `json:"k8sServiceHost,omitempty"`
	K8sServicePort       string  `json:"k8sServicePort,omitempty"`
	IPv4                 enabled `json:"ipv4"`
	IPv6                 enabled `json:"ipv6"`
	RoutingMode          string  `json:"routingMode"`
	TunnelProtocol       string  `json:"tunnelProtocol,omitempty"`
	TunnelPort           int     `json:"tunnelPort,omitempty"` // UDP; 0 = Cilium's default
	// address family between nodes; "" = IPv4 if there is any
	UnderlayProtocol     string `json:"underlayProtocol,omitempty"`
	AutoDirectNodeRoutes bool   `json:"autoDirectNodeRoutes,omitempty"`
	// DirectRoutingSkipUnreachable skips nodes of other segments; without it, such a node stops the agent.
	DirectRoutingSkipUnreachable bool              `json:"directRoutingSkipUnreachable,omitempty"`
	IPv4NativeRoutingCIDR        string            `json:"ipv4NativeRoutingCIDR,omitempty"`
	IPv6NativeRoutingCIDR        string            `json:"ipv6NativeRoutingCIDR,omitempty"`
	BGPControlPlane              *enabled          `json:"bgpControlPlane,omitempty"`
	Encryption                   *ciliumEncryption `json:"encryption,omitempty"`
	MTU                          int               `json:"MTU,omitempty"` // of the underlying network; 0 = measured
	Devices                      []string          `json:"devices,omitempty"`
	Envoy                        enabled           `json:"envoy"`
	Image                        *ciliumImage      `json:"image,omitempty"`
	Operator                     ciliumOperator    `json:"operator"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

type ciliumEncryption struct {
	Enabled bool   `json:"enabled"`
	Type    string `json:"type"`
}

type ciliumImage struct {
	Repository string `json:"repository"`
	UseDigest  bool   `json:"useDigest"`
}

type ciliumOperator struct {
	Replicas int          `json:"replicas"`
	Image    *ciliumImage `json:"image,omitempty"`
}

func cilium(p *plan.Plan) ([]artifact.File, string, error) {
	cni := p.Network.CNI
	var v ciliumValues
	v.IPAM.Mode = "kubernetes" // a node's share comes from kubeadm's ranges, so it matches every other part of the plan
	v.KubeProxyReplacement = cni.KubeProxyReplacement || p.Network.KubeProxy.Mode == plan.ProxyNone
	if v.KubeProxyReplacement {
		// Without kube-proxy, the address of the Service "kubernetes" is unreachable until Cilium runs.
		v.K8sServiceHost, v.K8sServicePort = p.Cluster.Endpoint.Host, strconv.Itoa(p.Cluster.Endpoint.Port)
	}
	v4, v6 := plan.RangeOf(p.Network.PodSubnets, false), plan.RangeOf(p.Network.PodSubnets, true)
	v.IPv4.Enabled, v.IPv6.Enabled = v4.IsValid(), v6.IsValid()

	overhead, err := v.route(p, v4, v6)
	if err != nil {
		return nil, "", err
	}
	if v.TunnelProtocol == plan.VXLAN {
		v.TunnelPort = cni.VXLANPort
	}
	if v.RoutingMode == "tunnel" && p.Network.PodSubnets[0].Addr().Is6() {
		// The address family that every node has. Unset, 1.18 tunnels over IPv4, and 1.20 does wherever pods have it.
		v.UnderlayProtocol = "ipv6"
	}
	switch {
	case p.Network.Source.Has("mtu"):
		v.MTU = p.Network.MTU
	case cni.Source.Has("mtu"):
		v.MTU = cni.MTU + overhead
	}
	if cni.Interface != "" {
		v.Devices = []string{cni.Interface}
	}
	if p.Artifacts.ImageRepository != "" {
		// A mirrored image has a different digest. The chart adds "-generic" to the operator's name.
		v.Image = &ciliumImage{Repository: p.Artifacts.ImageRepository + "/cilium"}
		v.Operator.Image = &ciliumImage{Repository: p.Artifacts.ImageRepository + "/operator"}
	}
	v.Operator.Replicas = min(2, len(p.KubeletNodes())) // replicas run on different hosts

	data, err := artifact.YAML(v)
	if err != nil {
		return nil, "", err
	}
	var how strings.Builder
	how.WriteString("Cilium's own Helm chart installs it; `cilium/values.yaml` says what must match this plan. Wherever Helm and " +
		"/etc/kubernetes/admin.conf are, after the first `kubeadm init`:\n\n")
	fmt.Fprintf(&how, "    helm install cilium cilium --repo https://helm.cilium.io --version %s --namespace kube-system "+
		"--values cilium/values.yaml\n", strings.TrimPrefix(cni.Version, "v"))
	how.WriteString("    kubectl -n kube-system rollout status daemonset/cilium\n")
	files := []artifact.File{{Path: "cni/cilium/values.yaml", Data: data}}
	sessions, err := ciliumSessions(p)
	switch {
	case err != nil:
		return nil, "", err
	case len(sessions) > 0:
		how.WriteString("    kubectl apply -f cilium/bgp.yaml\n\n")
		how.WriteString(routersText("cilium bgp peers", p))
	case cni.Encapsulation == plan.BGP:
		how.WriteString("\nNo router learns the routes to pods: name routers in bgp_peers of `cni`.\n")
	}
	return append(files, sessions...), how.String(), nil
}

// route sets how pod packets travel. overhead is what encapsulation adds to a packet, in bytes.
func (v *ciliumValues) route(p *plan.Plan, v4, v6 netip.Prefix) (overhead int, err error) {
	cni := p.Network.CNI
	switch cni.Encapsulation {
	case plan.VXLAN, plan.Geneve:
		v.RoutingMode, v.TunnelProtocol, overhead = "tunnel", cni.Encapsulation, 50
	case plan.WireGuard:
		v.RoutingMode, v.TunnelProtocol, overhead = "tunnel", plan.VXLAN, 50
		v.Encryption = &ciliumEncryption{Enabled: true, Type: "wireguard"}
	case plan.HostGateway, plan.NoEncapsulation, plan.BGP:
		v.RoutingMode = "native"
		if v4.IsValid() {
			v.IPv4NativeRoutingCIDR = v4.String()
		}
		if v6.IsValid() {
			v.IPv6NativeRoutingCIDR = v6.String()
		}
		v.AutoDirectNodeRoutes = true // between nodes of the same segment
		if cni.Encapsulation == plan.BGP {
			v.BGPControlPlane = &enabled{true}
			v.DirectRoutingSkipUnreachable = p.RoutersLearn() // routers reach the others
		}
	default:
		return 0, fmt.Errorf("no encapsulation %q", cni.Encapsulation)
	}
	return overhead, nil
}
