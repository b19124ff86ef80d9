package plan

import (
	"net/netip"
	"slices"
)

// APIServerSANs returns every name and address in the API server's certificate, sorted without duplicates: what Kubernetes itself connects
// to, every control plane by name, address, and public address, the endpoint, the virtual IP, the balancers, and the author's cert_sans.
// All are in the certificate from the start, because kubeadm does not reissue it when a name is added later
// (https://github.com/kubernetes-sigs/kubespray/issues/12760).
func (p *Plan) APIServerSANs() []string {
	sans := map[string]bool{"localhost": true, "127.0.0.1": true}
	add := func(s string) {
		if a, err := netip.ParseAddr(s); err == nil {
			s = a.String()
		}
		if s != "" {
			sans[s] = true
		}
	}
	addr := func(a netip.Addr) {
		if a.IsValid() {
			add(a.String())
		}
	}

	// Source: k8s.io/kubernetes cmd/kubeadm/app/util/pkiutil/pki_helpers.go, GetAPIServerAltNames
	for _, s := range []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc." + p.Network.DNSDomain} {
		add(s)
	}
	for _, s := range p.Network.ServiceSubnets {
		addr(NthAddress(s, 1))
		if s.Addr().Is6() {
			add("::1")
		}
	}
	for _, n := range p.Nodes {
		if n.Roles&(ControlPlane|Balancer) == 0 {
			continue
		}
		add(n.Name)
		addr(n.Address)
		addr(n.SecondaryAddress)
		add(n.PublicAddress)
	}
	add(p.Cluster.Endpoint.Host)
	addr(p.LoadBalancer.VirtualIP)
	for _, s := range p.Cluster.CertSANs {
		add(s)
	}

	sorted := make([]string, 0, len(sans))
	for s := range sans {
		sorted = append(sorted, s)
	}
	slices.Sort(sorted)
	return sorted
}
