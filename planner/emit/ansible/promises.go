package ansible

import (
	"net"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// promises returns what the role verify checks on each node of a running cluster (verify/files/node.py).
func promises(p *plan.Plan) mapping {
	mirrors := []string{}
	for _, r := range p.Runtime.Registries {
		// Docker Engine supports mirrors of its own registry only.
		if p.Runtime.Name != "docker" || r.Host == "docker.io" {
			mirrors = append(mirrors, r.Mirrors...)
		}
	}
	mode := p.Network.KubeProxy.Mode
	if mode == plan.ProxyNone {
		mode = ""
	}
	return mapping{
		{"proxy", mapping{{"mode", mode}, {"addresses", proxyMetrics(p)}}},
		{"encrypted", encrypted(p)},
		{"pod_mtu", podMTU(p)},
		{"cgroup_driver", p.Cluster.Kubelet.CgroupDriver},
		{"runtime", p.Runtime.Name},
		{"mirrors", mirrors},
		{"firewall", p.Hosts.Firewall},
		{"enforcing", p.Hosts.Enforce()},
	}
}

// proxyMetrics returns where kube-proxy reports its mode: the loopback address of the node's family, or the configured address. Source:
// k8s.io/kubernetes cmd/kube-proxy, docs of KubeProxyConfiguration.metricsBindAddress
func proxyMetrics(p *plan.Plan) []string {
	const port = "10249"
	stated, _ := p.Network.KubeProxy.Config.Fields()["metricsBindAddress"].(string)
	host, given, err := net.SplitHostPort(stated)
	if err != nil {
		host, given = strings.Trim(stated, "[]"), port
	}
	switch host {
	case "", "0.0.0.0", "::":
		return []string{net.JoinHostPort("127.0.0.1", given), net.JoinHostPort("::1", given)}
	}
	return []string{net.JoinHostPort(host, given)}
}

// encrypted returns the interfaces that encrypt packets to other nodes. Sources: github.com/projectcalico/calico
// felix/config/config_params.go (WireguardInterfaceName), github.com/flannel-io/flannel pkg/backend/wireguard/wireguard.go
func encrypted(p *plan.Plan) []string {
	names := []string{}
	if p.Network.CNI.Encapsulation != plan.WireGuard {
		return names
	}
	four, six := "", ""
	switch p.Network.CNI.Name {
	case plan.Calico:
		four, six = "wireguard.cali", "wg-v6.cali"
	case plan.Flannel:
		four, six = "flannel-wg", "flannel-wg-v6"
	}
	for _, s := range p.Network.PodSubnets {
		switch {
		case four == "":
		case s.Addr().Is4():
			names = append(names, four)
		default:
			names = append(names, six)
		}
	}
	return names
}

// podMTU returns the pods' MTU if the topology sets one, and 0 if the pod network measures it. Without a tunnel, or with ipip, flannel does
// not report the MTU that it was given.
func podMTU(p *plan.Plan) int {
	c := p.Network.CNI
	if c.Name == plan.Flannel && c.Encapsulation != plan.VXLAN && c.Encapsulation != plan.WireGuard {
		return 0
	}
	if p.Network.Source.Has("mtu") || p.Network.CNI.Source.Has("mtu") {
		return p.Network.CNI.MTU
	}
	return 0
}
