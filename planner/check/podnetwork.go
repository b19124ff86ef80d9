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
		ID: "network-cni-other", Severity: rule.Error, Title: "Pod network described in part or in the wrong place", Permanent: true,
		Doc: "`plugin`, `images`, and `manifest` describe a pod network that k8splan does not know: cni \"other\". For those that it " +
			"knows, k8splan writes the manifests itself, and these settings would have no effect.",
		Fix:     "Write `cni \"other\"` with a `plugin`, or remove them.",
		Sources: []string{"https://kubernetes.io/docs/concepts/cluster-administration/addons/"},
	}, networkCNIOther},
	{rule.Rule{
		ID: "artifact-image-unused", Severity: rule.Warning, Title: "Image repository that no host uses",
		Doc: "`images { etcd }` is the repository from which kubeadm pulls the image of stacked members. External members run as " +
			"programs on their hosts, without an image.",
		Fix:     "Remove `etcd` from `images`.",
		Sources: []string{"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/#kubeadm-k8s-io-v1beta4-LocalEtcd"},
	}, artifactImageUnused},
	{rule.Rule{
		ID: "network-node-cache-ipv6", Severity: rule.Error, Title: "Node-local DNS cache without IPv4", Permanent: true,
		Doc:     "The cache listens on 169.254.20.10, a link-local IPv4 address on the node. Pods with only IPv6 cannot reach it.",
		Fix:     "Remove `node_local_cache`, or put an IPv4 range first for pods and Services.",
		Sources: []string{"https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/"},
	}, networkNodeCacheIPv6},
	{rule.Rule{
		ID: "network-dns-upstream-cluster", Severity: rule.Error, Title: "Cluster DNS that asks itself", Permanent: true,
		Doc: "CoreDNS forwards queries for other names to `upstream`. A server with the address of a Service or of the node-local cache " +
			"leads back to CoreDNS: each such query loops until the plugin `loop` stops CoreDNS.",
		Fix:     "Write the address of a DNS server outside the cluster.",
		Sources: []string{"https://coredns.io/plugins/loop/"},
	}, networkDNSUpstreamCluster},
	{rule.Rule{
		ID: "network-dns-upstream-unusable", Severity: rule.Error, Title: "Unusable DNS server address",
		Doc: "CoreDNS forwards queries for other names to `upstream`. The address of a pod may belong to another pod after the next " +
			"restart, and nothing answers at a multicast, link-local, or reserved address.",
		Fix:     "Write the address of a DNS server outside the cluster.",
		Sources: []string{"https://coredns.io/plugins/forward/"},
	}, networkDNSUpstreamUnusable},
	{rule.Rule{
		ID: "network-dns-upstream-repeated", Severity: rule.Warning, Title: "Duplicate DNS server",
		Doc:     "If one of the servers in `upstream` fails, the others take over. A server that is listed twice adds no redundancy.",
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
			return one(c.Block(), "The name of the pod network is missing. Write plugin with its name, such as plugin = "+
				"\"kube-router\".")
		}
		return nil
	}
	for _, name := range []string{"plugin", "images"} {
		if c.Has(name) {
			return one(c.Attr(name), "%s is for a pod network that k8splan does not know, and it knows %s. Remove it, or write cni "+
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
		return one(d.Attr("node_local_cache"), "The first Service range is %s, and the cache listens on %s. Remove "+
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
				"outside the cluster.", server.Host)
		case loopback(server.Host):
			return one(d.Element("upstream", i), "%s means CoreDNS' own pod: every query comes back to it. Write the server's "+
				"address in the network.", server.Host)
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
			return one(d.Element("upstream", i), "%s is in the pod range, whose addresses change and exist only while the cluster "+
				"runs. Write a server outside the cluster.", server.Host)
		}
	}
	return nil
}

func networkDNSUpstreamRepeated(p *plan.Plan) []Finding {
	d := p.Network.DNS
	for i, server := range d.Upstream {
		if slices.Contains(d.Upstream[:i], server) {
			return one(d.Element("upstream", i), "%s is listed twice: if it fails, both fail. Remove it, or write another server.",
				server)
		}
	}
	return nil
}
