package check

import (
	"fmt"
	"math/big"
	"net/netip"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const largeClusters = "https://kubernetes.io/docs/setup/best-practices/cluster-large/"

// holding is how many nodes a pod range has room for, at most 2^30.
func holding(p *plan.Plan, pods netip.Prefix) int {
	bits := p.Network.NodeMask(pods) - pods.Bits()
	if bits < 0 {
		return 0
	}
	return 1 << min(bits, 30)
}

// wideEnough is the longest prefix with room for n nodes.
func wideEnough(p *plan.Plan, pods netip.Prefix, n int) netip.Prefix {
	bits := 0
	for 1<<bits < n {
		bits++
	}
	return netip.PrefixFrom(pods.Addr(), max(8, p.Network.NodeMask(pods)-bits)).Masked()
}

func podsAt(p *plan.Plan) hcl.Range {
	return written(writtenArg(p.Network.Has("pod_subnets"), p.Network.Attr("pod_subnets")), writtenArg(p.Network.Has("node_cidr_mask_size"),
		p.Network.Attr("node_cidr_mask_size")), p.Cluster.Attr("max_nodes"))
}

// byDefault is a note for a pod range that is the default.
func byDefault(p *plan.Plan) string {
	if p.Network.Has("pod_subnets") {
		return ""
	}
	return " (the default)"
}

// roomFor suggests a pod range for n nodes.
func roomFor(p *plan.Plan, pods span, n int) advice {
	wide := wideEnough(p, pods.prefix, n)
	room := free(p, pods, wide.Bits())
	return func(at hcl.Range, made *offers) string {
		return fmt.Sprintf(" A /%d holds %d.", wide.Bits(), holding(p, wide)) + room(at, made)
	}
}

// growth says what max_nodes adds to the defined nodes, for the end of a clause.
func growth(p *plan.Plan, defined int) string {
	if p.Cluster.MaxNodes <= defined {
		return ""
	}
	return fmt.Sprintf(" and grows to %d", p.Cluster.MaxNodes)
}

var capacityRules = []Rule{
	{rule.Rule{
		ID: "capacity-pod-range", Severity: rule.Error, Title: "Pod range too small for the nodes", Permanent: true,
		Doc: "Each node takes a share of the pod range. When no share is left, the next node gets no pod addresses: it joins and stays " +
			"NotReady, without an error message. The range cannot be changed in a running cluster.",
		Fix: "Write a wider range, or give each node a smaller share with a longer node mask.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/issues/9150",
			"https://github.com/cloudnativelabs/kube-router/issues/360"},
	}, capacityPodRange},
	{rule.Rule{
		ID: "capacity-pod-range-growth", Severity: rule.Warning, Title: "Pod range too small for the growth",
		Doc: "The defined nodes fit, but `max_nodes` nodes do not. The pod range cannot be changed in a running cluster, so growth " +
			"stops when the range is used up.",
		Fix:     "Write a wider range now, a longer node mask, or a lower `max_nodes`.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/issues/9150"},
	}, capacityPodRangeGrowth},
	{rule.Rule{
		ID: "capacity-pods-per-node", Severity: rule.Error, Title: "More pods per node than addresses",
		Doc: "The scheduler assigns up to `max_pods` pods to a node. If the node's share has fewer addresses, the remaining pods wait in " +
			"ContainerCreating forever.",
		Fix: "Lower `max_pods`, or give each node a larger share with a shorter node mask.",
		Sources: []string{"https://kubernetes.io/docs/concepts/cluster-administration/networking/",
			"https://cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr"},
	}, capacityPodsPerNode},
	{rule.Rule{
		ID: "capacity-system-pods", Severity: rule.Error, Title: "Node without room for the cluster's own pods", Permanent: true,
		Doc: "The pods that kubeadm starts count against `max_pods`, including those on the host's network: on a control plane the API " +
			"server, the controller manager, the scheduler, and a stacked etcd member; on every node kube-proxy and the agent of the " +
			"pod network; and somewhere two CoreDNS pods. A kubelet at its limit refuses the next pod: `kubeadm init` does not finish, " +
			"or the node never becomes Ready. Without `max_pods`, the limit follows from a node's share of the pod range.",
		Fix: "Give each node a larger share with a shorter node mask, or raise `max_pods`.",
		Sources: []string{"https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",
			"https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/"},
	}, withoutRoom},
	{rule.Rule{
		ID: "capacity-few-pods", Severity: rule.Warning, Title: "Few pods per node",
		Doc: "The system pods of a node (kube-proxy and the pod network; on a control plane four more) and a few agents for logs, " +
			"metrics, and storage use up a small limit at once. The scheduler then leaves processors and memory unused, and the pods of " +
			"a drained node have nowhere to go.",
		Fix:     "Give each node a larger share with a shorter node mask, or raise `max_pods`.",
		Sources: []string{largeClusters},
	}, capacityFewPods},
	{rule.Rule{
		ID: "capacity-max-pods-tested", Severity: rule.Warning, Title: "More pods per node than is tested",
		Doc: "Kubernetes is tested with 110 pods per node; vendors support up to 250 on large machines. Above that, the kubelet's own " +
			"loops and the runtime fall behind: probes time out and nodes flap.",
		Fix: "Use more, smaller nodes, or stay at 250.",
		Sources: []string{largeClusters,
			"https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/scalability_and_performance/"},
	}, capacityMaxPodsTested},
	{rule.Rule{
		ID: "capacity-nodes-tested", Severity: rule.Warning, Title: "More nodes than Kubernetes is tested with",
		Doc: "Kubernetes' scalability tests end at 5,000 nodes. Larger clusters exist, but with their owners' own changes to etcd, " +
			"watch caches, and the network.",
		Fix:     "Split the cluster into several, or lower `max_nodes`.",
		Sources: []string{largeClusters},
	}, capacityNodesTested},
	{rule.Rule{
		ID: "capacity-service-range", Severity: rule.Warning, Title: "Service range too small for the nodes",
		Doc: "The service range is fixed when the cluster is created. In practice a cluster has more Services than nodes: if there are " +
			"fewer service addresses than nodes, they run out while pods still fit.",
		Fix:     "Write a wider range; a /16 costs nothing.",
		Sources: []string{largeClusters, "https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/"},
	}, capacityServiceRange},
	{rule.Rule{
		ID: "capacity-node-subnet", Severity: rule.Warning, Title: "Node subnets too small for the growth",
		Doc: "Every host needs an address in `node_subnets`. When they run out, new hosts need another subnet, with routes, firewall " +
			"rules, and no_proxy to match.",
		Fix:     "Widen the subnet, add one, or lower `max_nodes`.",
		Sources: []string{networkModel},
	}, capacityNodeSubnet},
	{rule.Rule{
		ID: "control-plane-undersized", Severity: rule.Warning, Title: "Control plane small for the number of nodes",
		Doc: "The API server needs more memory and processor time with each node and each watch. If it is too small, it becomes slow " +
			"under high load, such as after a power failure or during a rollout. Upstream's own sizes are 2 cores up to 10 nodes, 4 up " +
			"to 50, 8 up to 100, 16 up to 500, and 32 above that.",
		Fix:     "Raise `cpus`, or spread the load over more control planes.",
		Sources: []string{largeClusters, "https://github.com/kubernetes/kubernetes/blob/v1.37.2/cluster/gce/config-common.sh"},
	}, controlPlaneUndersized},
	{rule.Rule{
		ID: "etcd-undersized", Severity: rule.Warning, Title: "etcd host small for the number of nodes",
		Doc: "etcd's documentation sizes hosts by the cluster: 2 cores and 8 GB up to 50 nodes, 4 and 16 up to 250, 8 and 32 up to " +
			"1,000, 16 and 64 up to 3,000. A member that falls behind triggers elections, and the API stalls during each.",
		Fix:     "Raise `cpus` and `memory`.",
		Sources: []string{"https://etcd.io/docs/v3.6/op-guide/hardware/#example-hardware-configurations"},
	}, etcdUndersized},
}

func capacityPodRange(p *plan.Plan) []Finding {
	defined := len(p.KubeletNodes())
	var findings []Finding
	for _, s := range pods(p) {
		if holds := holding(p, s.prefix); holds > 0 && holds < defined {
			findings = append(findings, advised(roomFor(p, s, p.Cluster.MaxNodes), podsAt(p),
				"The pod range %s%s, with a /%d for each node, has room for %s; the plan has %d%s.",
				s.prefix, byDefault(p), p.Network.NodeMask(s.prefix), quantity(holds, "node"), defined, growth(p, defined))...)
		}
	}
	return findings
}

func capacityPodRangeGrowth(p *plan.Plan) []Finding {
	defined := len(p.KubeletNodes())
	var findings []Finding
	for _, s := range pods(p) {
		if holds := holding(p, s.prefix); holds >= defined && holds < p.Cluster.MaxNodes {
			findings = append(findings, advised(roomFor(p, s, p.Cluster.MaxNodes), podsAt(p),
				"The pod range %s%s, with a /%d for each node, has room for %s; the plan has %d and grows to %d (%s).",
				s.prefix, byDefault(p), p.Network.NodeMask(s.prefix), quantity(holds, "node"), defined, p.Cluster.MaxNodes,
				line(p.Cluster.Attr("max_nodes")))...)
		}
	}
	return findings
}

func capacityPodsPerNode(p *plan.Plan) []Finding {
	if !p.Cluster.Kubelet.Has("max_pods") {
		return nil // the default follows from the mask
	}
	want := p.Cluster.Kubelet.MaxPods
	for _, s := range pods(p) {
		mask := p.Network.NodeMask(s.prefix)
		bits := s.prefix.Addr().BitLen() - mask
		if bits >= 20 || mask < s.prefix.Bits() {
			continue
		}
		if room := 1<<bits - 3; want > room {
			better := bits
			for 1<<better-3 < want {
				better++
			}
			lower := ""
			if room >= fewPods {
				lower = fmt.Sprintf("max_pods = %d, or ", min(room, 250))
			}
			return one(p.Cluster.Kubelet.Attr("max_pods"), "A node's share of the pod range is a /%d with room for %d pods, and max_pods "+
				"is %d. Write %s%s = %d in network.", mask, max(0, room), want, lower, maskName(s.prefix), s.prefix.Addr().BitLen()-better)
		}
	}
	return nil
}

func capacityFewPods(p *plan.Plan) []Finding {
	if holds := p.Cluster.Kubelet.MaxPods; onHosts(p) && len(p.KubeletNodes()) > 0 && judgeable(p) && holds < fewPods &&
		len(withoutRoom(p)) == 0 {
		at, instead := morePods(p)
		return one(at, "A node has room for %s, including those of the cluster itself. %s", quantity(holds, "pod"), instead)
	}
	return nil
}

func capacityMaxPodsTested(p *plan.Plan) []Finding {
	if n := p.Cluster.Kubelet.MaxPods; p.Cluster.Kubelet.Has("max_pods") && n > 250 {
		return one(p.Cluster.Kubelet.Attr("max_pods"),
			"max_pods = %d: Kubernetes is tested with 110 pods per node, and vendors support 250. Use more nodes, or write 250.", n)
	}
	return nil
}

func capacityNodesTested(p *plan.Plan) []Finding {
	n := p.Cluster.MaxNodes
	switch {
	case n <= plan.TestedNodes:
		return nil
	case p.Cluster.Has("max_nodes"):
		return one(p.Cluster.Attr("max_nodes"), "The cluster may grow to %d nodes, and Kubernetes is tested with 5,000. "+
			"Lower max_nodes, or split the cluster.", n)
	}
	return one(largestPool(p), "The cluster has %d nodes, and Kubernetes is tested with 5,000. Split it into several.", n)
}

func capacityServiceRange(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range services(p) {
		room := size(s.prefix)
		if s.prefix.Addr().BitLen()-s.prefix.Bits() >= 4 && room.Cmp(big.NewInt(int64(p.Cluster.MaxNodes))) < 0 {
			findings = append(findings, advised(free(p, s, s.prefix.Addr().BitLen()-16), s.at,
				"Services %s have %s addresses for a cluster of %d nodes, and cannot grow later.", s.prefix, room,
				p.Cluster.MaxNodes)...)
		}
	}
	return findings
}

func capacityNodeSubnet(p *plan.Plan) []Finding {
	total := new(big.Int)
	for _, s := range p.Network.NodeSubnets {
		if len(p.Nodes) > 0 && s.Addr().Is4() == p.Nodes[0].Address.Is4() {
			total.Add(total, size(s))
			if s.Addr().Is4() && s.Bits() < 31 {
				total.Sub(total, big.NewInt(2))
			}
		}
	}
	need := p.Cluster.MaxNodes + len(p.Nodes) - len(p.KubeletNodes())
	if p.LoadBalancer.VirtualIP.IsValid() {
		need++
	}
	if total.Sign() <= 0 || total.Cmp(big.NewInt(int64(need))) >= 0 {
		return nil
	}
	return one(p.Network.Attr("node_subnets"), "The node subnets %s have %s addresses, and the design grows to %d hosts (max_nodes, "+
		"other hosts, and the virtual IP). Widen them, or lower max_nodes.", prefixes(p.Network.NodeSubnets), total, need)
}

func controlPlaneUndersized(p *plan.Plan) []Finding {
	defined := len(p.KubeletNodes())
	want := plan.ControlPlaneCores(defined)
	return each(p.ControlPlanes(), func(n *plan.Node) bool { return n.CPUs >= 2 && n.CPUs < want },
		func(n *plan.Node) hcl.Range { return n.Attr("cpus") }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s has %d cores for a cluster of %d nodes; upstream sizes its own with %d. Write cpus = %d.",
				whose(all),
				n.CPUs, defined, want, want)
		})
}

func etcdUndersized(p *plan.Plan) []Finding {
	if !p.Etcd.IsExternal() {
		return nil
	}
	defined := len(p.KubeletNodes())
	host, _ := plan.SizeEtcd(defined)
	if defined <= 10 { // the smallest row is for 50 nodes; a few nodes need less
		return nil
	}
	small := func(n *plan.Node) bool {
		return n.CPUs > 0 && n.CPUs < host.CPUs || n.MemoryBytes > 0 && n.MemoryBytes < host.MemoryBytes
	}
	return each(members(p), small, func(n *plan.Node) hcl.Range {
		if n.CPUs > 0 && n.CPUs < host.CPUs {
			return n.Attr("cpus")
		}
		return n.Attr("memory")
	}, func(n *plan.Node, all []*plan.Node) string {
		has := ""
		if n.CPUs > 0 {
			has = quantity(n.CPUs, "core")
		}
		if n.MemoryBytes > 0 {
			if has != "" {
				has += " and "
			}
			has += gibibytes(n.MemoryBytes)
		}
		return fmt.Sprintf("%s has %s for a cluster of %d nodes; etcd's documentation sizes it with %d cores and %d GB.", whose(all),
			has, defined, host.CPUs, host.MemoryBytes/1e9)
	})
}

// withoutRoom finds nodes with room for fewer pods than the cluster itself runs on them.
func withoutRoom(p *plan.Plan) []Finding {
	nodes := p.KubeletNodes()
	if !onHosts(p) || len(nodes) == 0 || !judgeable(p) {
		return nil
	}
	holds, spare := p.Cluster.Kubelet.MaxPods, 0
	worst, most := nodes[0], []string(nil)
	for _, n := range nodes {
		own := systemPods(p, n)
		spare += holds - len(own)
		if len(own) > len(most) {
			worst, most = n, own
		}
	}
	at, instead := morePods(p)
	switch {
	case holds < len(most):
		return one(at, "A node has room for %s, and %s needs %d for the cluster itself: %s. "+
			"%s", quantity(holds, "pod"), worst.Name, len(most),
			sentence(most), instead)
	case spare < 2:
		return one(at, "A node has room for %s. After the cluster's own pods, there is room for %d of the 2 CoreDNS pods. %s",
			quantity(holds, "pod"), spare, instead)
	}
	return nil
}

// fewPods is the number of pods per node that is too low for what most clusters run on each.
const fewPods = 16

// judgeable reports whether max_pods alone limits the pods of a node, and no other rule objects to it.
func judgeable(p *plan.Plan) bool {
	for _, s := range pods(p) {
		if p.Network.NodeMask(s.prefix) < s.prefix.Bits() {
			return false // network-pod-mask-inverted reports it
		}
	}
	return !p.Cluster.Kubelet.Has("max_pods") || p.Cluster.Kubelet.MaxPods <= p.Network.PodsPerNode() // capacity-pods-per-node reports it
}

// systemPods names the pods that a node always runs: kubeadm's static pods, kube-proxy, and the pod network's agent. Source:
// k8s.io/kubernetes@v1.37.2 cmd/kubeadm/app/phases/controlplane/manifests.go
func systemPods(p *plan.Plan, n *plan.Node) []string {
	var own []string
	if n.Roles.Has(plan.ControlPlane) {
		own = append(own, "kube-apiserver", "kube-controller-manager", "kube-scheduler")
		if !p.Etcd.IsExternal() {
			own = append(own, "etcd")
		}
		if p.LoadBalancer.Kind == plan.KubeVIP {
			own = append(own, "kube-vip")
		}
	}
	if p.Network.KubeProxy.Mode != plan.ProxyNone {
		own = append(own, "kube-proxy")
	}
	switch p.Network.CNI.Name {
	case plan.Flannel, plan.Calico, plan.Cilium:
		own = append(own, p.Network.CNI.Name)
	}
	return own
}

// morePods is where the number of pods per node was decided, and what to write there for more.
func morePods(p *plan.Plan) (at hcl.Range, instead string) {
	kubelet := p.Cluster.Kubelet
	if room := min(110, p.Network.PodsPerNode()); kubelet.Has("max_pods") && room >= fewPods {
		return kubelet.Attr("max_pods"), fmt.Sprintf("Leave max_pods out: it is %d then.", room)
	}
	for _, s := range pods(p) {
		if bits := s.prefix.Addr().BitLen() - p.Network.NodeMask(s.prefix); bits < 5 {
			name, usual := maskName(s.prefix), 24
			if s.prefix.Addr().Is6() {
				usual = 64
			}
			return written(writtenArg(p.Network.Has(name), p.Network.Attr(name)), s.at),
				fmt.Sprintf("Write %s = %d, and pods wide enough for every node's share.", name, usual)
		}
	}
	return kubelet.Attr("max_pods"), "Raise max_pods."
}

// members returns the hosts of the etcd members.
func members(p *plan.Plan) []*plan.Node {
	nodes := make([]*plan.Node, len(p.Etcd.Members))
	for i, m := range p.Etcd.Members {
		nodes[i] = m.Node
	}
	return nodes
}

// largestPool is where the count of the largest pool is written, or the cluster's header if there are no pools.
func largestPool(p *plan.Plan) hcl.Range {
	at, most := p.Cluster.Block(), 0
	for _, pool := range p.Spec.NodePools {
		if count := plan.PoolCount(pool); count > most {
			at, most = pool.Attr("count"), count
		}
	}
	return at
}
