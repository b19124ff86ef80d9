package check

import (
	"net/netip"
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// podNetworkRules are about a pod network that the planner does not know, and about cluster DNS.
var podNetworkRules = []Rule{
	{rule.Rule{
		ID: "network-cni-other", Severity: rule.Error, Title: "Pod network that is described in the wrong place", Permanent: true,
		Doc: "`plugin`, `images`, and `manifest` describe a pod network that k8splan does not know: cni \"other\". Of one that it knows " +
			"it " +
			"writes the manifests itself, and these would have no effect.",
		Fix:     "Write `cni \"other\"` with a `plugin`, or remove them.",
		Sources: []string{"https://kubernetes.io/docs/concepts/cluster-administration/addons/"},
	}, networkCNIOther},
	{rule.Rule{
		ID: "artifact-image-unused", Severity: rule.Warning, Title: "Repository of an image that no host pulls",
		Doc: "`images { etcd }` is where kubeadm takes the image of stacked members from. External members are programs of their " +
			"hosts.",
		Fix:     "Remove `etcd` from `images`.",
		Sources: []string{"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/#kubeadm-k8s-io-v1beta4-LocalEtcd"},
	}, artifactImageUnused},
	{rule.Rule{
		ID: "network-node-cache-ipv6", Severity: rule.Error, Title: "Node-local DNS cache without IPv4", Permanent: true,
		Doc: "The cache listens on 169.254.20.10, an address of IPv4 that no interface outside of the node has. Pods with IPv6 alone " +
			"cannot reach it.",
		Fix:     "Remove `node_local_cache`, or give pods and Services a range of IPv4 first.",
		Sources: []string{"https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/"},
	}, networkNodeCacheIPv6},
	{rule.Rule{
		ID: "network-dns-upstream-cluster", Severity: rule.Error, Title: "Cluster DNS that asks itself", Permanent: true,
		Doc: "CoreDNS sends questions about other names to `upstream`. A server with an address of a Service or of the node's cache is " +
			"CoreDNS again: " +
			"each such query loops until the plugin `loop` stops CoreDNS.",
		Fix:     "Write the address of a DNS server outside of the cluster.",
		Sources: []string{"https://coredns.io/plugins/loop/"},
	}, networkDNSUpstreamCluster},
	{rule.Rule{
		ID: "network-dns-upstream-unusable", Severity: rule.Error, Title: "DNS server with an address of pods, or of nobody",
		Doc: "CoreDNS sends questions about other names to `upstream`. An address of a pod is another's after the next restart, and at a " +
			"multicast, link-local or reserved address nobody answers.",
		Fix:     "Write the address of a DNS server outside of the cluster.",
		Sources: []string{"https://coredns.io/plugins/forward/"},
	}, networkDNSUpstreamUnusable},
	{rule.Rule{
		ID: "network-dns-upstream-repeated", Severity: rule.Warning, Title: "DNS server that is written twice",
		Doc:     "Several servers in `upstream` stand in for each other. One that is written twice stands in for nobody.",
		Fix:     "Remove one of the two, or write another server.",
		Sources: []string{"https://coredns.io/plugins/forward/"},
	}, networkDNSUpstreamRepeated},
}

func artifactImageUnused(p *plan.Plan) []Finding {
	if !ours(p) || p.Artifacts.EtcdRepository == "" || !p.Etcd.IsExternal() {
		return nil
	}
	return one(p.Artifacts.ImagesAt.Attr("etcd"), "etcd is external: its members run from binaries, and no host pulls the image. Remove "+
		"etcd here.")
}

func networkCNIOther(p *plan.Plan) []Finding {
	c := p.Network.CNI
	if !c.Written {
		return nil
	}
	if c.Name == plan.OtherCNI {
		if c.Plugin == "" {
			return one(c.Block(), "Nothing says which pod network this is. Write plugin = \"kube-router\", or whatever its name is.")
		}
		return nil
	}
	for _, name := range []string{"plugin", "images"} {
		if c.Has(name) {
			return one(c.Attr(name), "%s is for a pod network that k8splan does not know, and %s is none. Remove it, or write cni "+
				"\"other\".",
				name, c.Name)
		}
	}
	if len(c.Manifests) > 0 {
		return one(c.Manifests[0].Block(), "k8splan writes the manifests of %s itself, and this one has no effect. Remove it, or write "+
			"cni "+
			"\"other\".", c.Name)
	}
	return nil
}

func networkNodeCacheIPv6(p *plan.Plan) []Finding {
	d := p.Network.DNS
	if s := p.Network.ServiceSubnets; d.NodeLocalCache && len(s) > 0 && !s[0].Addr().Is4() {
		return one(d.Attr("node_local_cache"), "The first range of Services is %s, and the cache listens on %s. Remove "+
			"node_local_cache.", s[0],
			plan.NodeCacheAddress)
	}
	return nil
}

func networkDNSUpstreamCluster(p *plan.Plan) []Finding {
	d := p.Network.DNS
	for i, server := range d.Upstream {
		switch {
		case server.Host == plan.NodeCacheAddress || plan.Within(p.Network.ServiceSubnets, server.Host):
			return one(d.Element("upstream", i), "%s is an address of the cluster's own DNS or of another Service. Write a server "+
				"outside of the cluster.", server.Host)
		case loopback(server.Host):
			return one(d.Element("upstream", i), "%s is CoreDNS' own pod, as that pod sees it: every question comes back to it. Write the "+
				"address that the server has in the network.", server.Host)
		}
	}
	return nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func networkDNSUpstreamUnusable(p *plan.Plan) []Finding {
	d := p.Network.DNS
	for i, server := range d.Upstream {
		a, err := netip.ParseAddr(server.Host)
		switch why := unusable(a); {
		case err != nil || loopback(server.Host):
		case why != "":
			return one(d.Element("upstream", i), "%s is %s: no DNS server answers there. Write the server's own address.", server.Host, why)
		case plan.Within(p.Network.PodSubnets, server.Host):
			return one(d.Element("upstream", i), "%s is in the range of pods, whose addresses change and are there only when the "+
				"cluster is. Write a server outside of the cluster.", server.Host)
		}
	}
	return nil
}

func networkDNSUpstreamRepeated(p *plan.Plan) []Finding {
	d := p.Network.DNS
	for i, server := range d.Upstream {
		if slices.Contains(d.Upstream[:i], server) {
			return one(d.Element("upstream", i), "%s is written twice: when it is down, both are. Remove it, or write another server.",
				server)
		}
	}
	return nil
}
