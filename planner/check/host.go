package check

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const (
	beforeYouBegin = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/#before-you-begin"
	nodeNames      = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names"
	specialPurpose = "https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml"
	kubeadmInstall = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/"
	kernelIfNames  = "https://github.com/torvalds/linux/blob/master/include/uapi/linux/if.h"
)

// interfaceName matches what the kernel accepts (dev_valid_name: at most 15 bytes, no slash, no colon, no space).
var interfaceName = regexp.MustCompile(`^[^\s/:]{1,15}$`)

// interfaces lists every interface name in the file, once per place.
func interfaces(p *plan.Plan) []struct {
	name string
	at   hcl.Range
} {
	type place = struct {
		name string
		at   hcl.Range
	}
	var all []place
	add := func(name string, has bool, at hcl.Range) {
		if has {
			all = append(all, place{name, at})
		}
	}
	add(p.Network.CNI.Interface, cniHas(p, "interface"), p.Network.CNI.Attr("interface"))
	add(p.LoadBalancer.Interface, p.LoadBalancer.Has("interface"), p.LoadBalancer.Attr("interface"))
	for _, group := range blocks(p.Nodes) {
		add(group[0].Interface, group[0].Has("interface"), group[0].Attr("interface"))
	}
	return all
}

// unusable says why no host can have the address, "" if one can.
func unusable(a netip.Addr) string {
	switch {
	case a.IsUnspecified():
		return "the unspecified address"
	case a.IsLoopback():
		return "a loopback address, which means the local host everywhere"
	case a.IsMulticast():
		return "a multicast address"
	case a.IsLinkLocalUnicast():
		return "a link-local address, which is not routed and means a different host on each interface"
	case a.Is4() && a.As4()[0] == 0:
		return "in 0.0.0.0/8, which means this network"
	case a.Is4() && a.As4()[0] >= 240:
		return "in 240.0.0.0/4, which is reserved"
	}
	return ""
}

var allDigits = regexp.MustCompile(`^[0-9]+$`)

var hostRules = []Rule{
	{rule.Rule{
		ID: "host-duplicate-name", Severity: rule.Error, Title: "Duplicate host name", Permanent: true,
		Doc: "The name is the host's identity: the Node object, the etcd member, the certificate, and generated files are named after " +
			"it. A second host with the same name takes over the first one's Node, and the two fight over it.",
		Fix:     "Rename one of them. A pool's hosts are called <pool>-1, <pool>-2 and so on.",
		Sources: []string{beforeYouBegin, "https://github.com/kubernetes/kubeadm/issues/31"},
	}, hostDuplicateName},
	{rule.Rule{
		ID: "host-name-reserved", Severity: rule.Error, Title: "Reserved host name", Permanent: true,
		Doc: "Every host calls itself localhost, so other hosts cannot reach a node of that name; the certificates and /etc/hosts " +
			"would contradict each other.",
		Fix:     "Give the host another name.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6761#section-6.3", nodeNames},
	}, hostNameReserved},
	{rule.Rule{
		ID: "host-name-digits", Severity: rule.Warning, Title: "Host name of digits only",
		Doc: "The resolver's inet_aton reads a name of digits as an IPv4 address, and YAML, Ansible, and other tools that read the " +
			"inventory take it for a number.",
		Fix:     "Start the name with a letter.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc1123#section-2.1", nodeNames},
	}, hostNameDigits},
	{rule.Rule{
		ID: "host-duplicate-address", Severity: rule.Error, Title: "Duplicate host address", Permanent: true,
		Doc: "Two hosts with one address answer for each other at random: joins fail, etcd members talk to themselves, and pods vanish " +
			"from the network. A pool counts addresses up from the first one, so two pools can run into each other.",
		Fix:     "Give one of them another address.",
		Sources: []string{beforeYouBegin},
	}, duplicateAddresses},
	{rule.Rule{
		ID: "host-address-is-virtual-ip", Severity: rule.Error, Title: "Virtual IP is a host's own address", Permanent: true,
		Doc: "The virtual IP moves between hosts. If it is one host's own address, two machines claim it as soon as it moves, " +
			"and that host is cut off.",
		Fix:     "Choose a virtual IP that no host has and no DHCP server assigns.",
		Sources: []string{"https://github.com/kubernetes/kubeadm/blob/main/docs/ha-considerations.md"},
	}, hostAddressIsVirtualIP},
	{rule.Rule{
		ID: "host-address-unusable", Severity: rule.Error, Title: "Address that no host can have", Permanent: true,
		Doc:     "Other hosts cannot reach a host at a loopback, multicast, link-local, unspecified, or reserved address.",
		Fix:     "Write the address at which other hosts reach this one.",
		Sources: []string{specialPurpose},
	}, hostAddressUnusable},
	{rule.Rule{
		ID: "host-address-network", Severity: rule.Error, Title: "Network or broadcast address on a host", Permanent: true,
		Doc: "The first and last addresses of an IPv4 subnet are its network and broadcast addresses, which no host can have. A pool " +
			"that counts upwards can run into the last one.",
		Fix:     "Choose another address, or correct `node_subnets`.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc1122#section-3.2.1.3"},
	}, hostAddressNetwork},
	{rule.Rule{
		ID: "host-address-edge", Severity: rule.Warning, Title: "Host address at the edge of an assumed subnet",
		Doc: "All hosts are in one /24, and one of them has its first or last address. If the /24 is their subnet, these are the " +
			"network and broadcast addresses, which no host can have.",
		Fix:     "Choose another address, or write `node_subnets` if the subnet is larger.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc1122#section-3.2.1.3"},
	}, hostAddressEdge},
	{rule.Rule{
		ID: "host-address-outside", Severity: rule.Error, Title: "Address outside the node subnets",
		Doc: "`node_subnets` lists the hosts' subnets. An address outside them is a typo, or in a subnet that routes, firewalls, and " +
			"no_proxy do not cover.",
		Fix:     "Correct the address, or add its subnet to `node_subnets`.",
		Sources: []string{"https://kubernetes.io/docs/concepts/cluster-administration/networking/#kubernetes-ip-address-ranges"},
	}, hostAddressOutside},
	{rule.Rule{
		ID: "host-address-family", Severity: rule.Error, Title: "Host address of a different family than pods",
		Doc: "A host's address must be of the family of the first pod range: the kubelet reports it first, and the API server, etcd, " +
			"and the pod network use it. A host of the other family cannot reach the pods on other hosts.",
		Fix:     "Write an address of that family, or put the other range first in `pod_subnets` and `service_subnets`.",
		Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/dual-stack/#prerequisites"},
	}, hostAddressFamily},
	{rule.Rule{
		ID: "host-secondary-address-missing", Severity: rule.Warning, Title: "Dual-stack host without a second address",
		Doc: "If pods have addresses of both families, every node should have one of each. Packets of the second family reach a host's " +
			"pods through its address of that family. Without it, these pods are cut off in that family, and its Services answer on " +
			"some nodes only.",
		Fix:     "Write `secondary_address` (in a pool `first_secondary_address`), or remove the second pod range.",
		Sources: []string{"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/dual-stack-support/"},
	}, hostSecondaryAddressMissing},
	{rule.Rule{
		ID: "host-secondary-address-unused", Severity: rule.Warning, Title: "Second address in a single-stack cluster",
		Doc: "The kubelet reports two addresses only if pods have ranges of both families. In a single-stack cluster the second one is " +
			"unused.",
		Fix:     "Remove it, or add a range of its family to `pod_subnets`, and to `service_subnets` where Services need it too.",
		Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/dual-stack/"},
	}, hostSecondaryAddressUnused},
	{rule.Rule{
		ID: "host-secondary-address-family", Severity: rule.Error, Title: "Two host addresses of one family",
		Doc:     "The second address must be of the other family. The kubelet rejects two addresses of one family in --node-ip.",
		Fix:     "Write an address of the other family, or remove it.",
		Sources: []string{"https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/"},
	}, hostSecondaryAddressFamily},
	{rule.Rule{
		ID: "host-duplicate-ssh-address", Severity: rule.Error, Title: "Duplicate SSH address", Permanent: true,
		Doc: "The playbook reaches each host at its SSH address, which is `address` unless `ssh_address` is written. If two hosts have " +
			"the same one, the playbook configures the first host twice and the second never.",
		Fix: "Write the address at which each host answers. Hosts behind one NAT address are reached through `ssh { jump_host = … }`.",
		Sources: []string{
			"https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html" +
				"#connecting-to-hosts-behavioral-inventory-parameters",
		},
	}, hostDuplicateSSHAddress},
	{rule.Rule{
		ID: "host-duplicate-mac", Severity: rule.Error, Title: "Duplicate hardware address", Permanent: true,
		Doc: "Two machines with one MAC address on a segment receive each other's frames at random. It is the usual sign of a cloned " +
			"virtual machine, whose product_uuid is then the same too.",
		Fix:     "Give each machine its own MAC address.",
		Sources: []string{beforeYouBegin},
	}, func(p *plan.Plan) []Finding {
		return repeated(p, "mac", func(n *plan.Node) string { return strings.ToLower(strings.ReplaceAll(n.MAC, "-", ":")) },
			"Hardware address %s is also that of %s. Give each machine its own: kubeadm needs distinct MAC addresses and product_uuids.")
	}},
	{rule.Rule{
		ID: "host-mac-multicast", Severity: rule.Error, Title: "Multicast hardware address",
		Doc:     "The lowest bit of the first byte marks a group address. No interface can have it, and hypervisors refuse it.",
		Fix:     "Use an even first byte: 52:54:00 is KVM's prefix, and 02 starts the locally administered addresses.",
		Sources: []string{"https://standards.ieee.org/wp-content/uploads/import/documents/tutorials/macgrp.pdf"},
	}, hostMACMulticast},
	{rule.Rule{
		ID: "host-interface-name", Severity: rule.Error, Title: "Invalid interface name",
		Doc: "Linux takes interface names of up to 15 bytes without spaces, slashes, and colons. Anything else can match no interface, " +
			"so the virtual IP or the pod network stays down.",
		Fix:     "Write the name that `ip link` shows.",
		Sources: []string{kernelIfNames},
	}, hostInterfaceName},
	{rule.Rule{
		ID: "host-public-address-same", Severity: rule.Warning, Title: "Public address equal to the private one",
		Doc: "`public_address` is for hosts behind NAT: outside clients connect to it, while the hosts use `address` among themselves. " +
			"The same address in both hides which network the cluster runs on.",
		Fix:     "Remove it, or write the private one as `address`.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/issues/5513"},
	}, hostPublicAddressSame},
	{rule.Rule{
		ID: "host-mixed-architectures", Severity: rule.Warning, Title: "Workers of several architectures without a taint",
		Doc: "The scheduler does not look at the architecture of an image. A pod whose image is not built for the rarer architecture " +
			"eventually runs there, and fails with \"exec format error\".",
		Fix: "Put a taint on the rarer machines, such as `taint { key = \"kubernetes.io/arch\", value = \"arm64\", effect = " +
			"\"NoSchedule\" }`, and a toleration on the pods that are built for them.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/issues/7934",
			"https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-arch"},
	}, hostMixedArchitectures},
	{rule.Rule{
		ID: "host-address-taken-for-private", Severity: rule.Warning, Title: "Public address that looks private",
		Doc: "Next to each private range are public ranges that differ by one number: 172.32.0.0 and above, 192.169.0.0, 11.0.0.0, and " +
			"100.0.0.0 below 100.64. They work inside the site. But the real owners of these addresses cannot be reached from it, and " +
			"packets that leave the site by mistake go to them.",
		Fix:     "Use addresses from 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc1918", "https://www.rfc-editor.org/rfc/rfc6598"},
	}, hostAddressTakenForPrivate},
	{rule.Rule{
		ID: "host-address-public", Severity: rule.Warning, Title: "Unencrypted pod network between public addresses",
		Doc: "The pod network carries pods' packets between hosts unencrypted. With public addresses, every network in between can read " +
			"and change them, and hosts accept VXLAN, IP-in-IP, and routed packets from anyone: nothing proves that the sender is a node.",
		Fix: "Write `cni \"…\" { encapsulation = \"wireguard\" }`, or put the hosts into a private network, with a firewall that admits " +
			"only the nodes.",
		Sources: []string{"https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md#wireguard",
			"https://docs.tigera.io/calico/latest/network-policy/encrypt-cluster-pod-traffic",
			"https://www.rfc-editor.org/rfc/rfc7348#section-7"},
	}, hostAddressPublic},
	{rule.Rule{
		ID: "host-os-unprepared", Severity: rule.Error, Title: "Operating system that the playbook cannot prepare",
		Doc: "The playbook prepares hosts of the Debian and Red Hat families, Fedora CoreOS, and Flatcar. On any other system it stops " +
			"at the first checks. A control plane, etcd, and the load balancer always need Linux.",
		Fix:     "Use a system of these families, or a target whose own program prepares the hosts.",
		Sources: []string{beforeYouBegin, "https://kubernetes.io/docs/concepts/windows/intro/"},
	}, hostOSUnprepared},
	{rule.Rule{
		ID: "host-selinux-permissive", Severity: rule.Warning, Title: "SELinux made permissive by the playbook",
		Doc: "On systems where SELinux is enforcing, the playbook and RUNBOOK.md make it permissive on every host with a kubelet, " +
			"now and after each boot, as kubeadm's guide does. Otherwise SELinux would deny pods the use of host directories, the " +
			"control plane and the pod network included. Many companies do not allow this. The reset playbook restores enforcing " +
			"mode.",
		Fix:     "Write `hosts { selinux = \"enforcing\" }` to keep it, or `selinux = \"permissive\"` where that is allowed.",
		Sources: []string{kubeadmInstall, "https://github.com/kubernetes/kubeadm/issues/1654"},
	}, hostSELinuxPermissive},
	{rule.Rule{
		ID: "host-selinux-missing", Severity: rule.Error, Title: "SELinux enforcing on a system without SELinux",
		Doc: "Ubuntu and Debian confine programs with AppArmor, and Flatcar's SELinux policy does not cover containers. The playbook " +
			"installs no other security module. Systems of the Red Hat family have SELinux and container-selinux, the policy for " +
			"containers.",
		Fix: "Write an os that has SELinux, such as `rocky-9`, or leave `selinux` out.",
		Sources: []string{"https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/",
			"https://github.com/containers/container-selinux"},
	}, hostSELinuxMissing},
	{rule.Rule{
		ID: "host-selinux-directory", Severity: rule.Error, Title: "System directory that would be labeled for pods",
		Permanent: true,
		Doc: "If SELinux is enforcing, the playbook labels the directories that control plane pods use, with all files in them, as " +
			"container_file_t. SELinux also confines the system's own programs: they could not read files with that label, and the host " +
			"might not boot again.",
		Fix:     "Write a dedicated directory below /etc/kubernetes, /var/lib, /var/log, /srv, or /opt.",
		Sources: []string{"https://github.com/containers/container-selinux/blob/main/container_selinux.8"},
	}, hostSELinuxDirectory},
	{rule.Rule{
		ID: "host-firewall-unmanaged", Severity: rule.Error, Title: "Rules of an unmanaged firewall", Permanent: true,
		Doc: "`admin_cidrs` and `open_ports` define what a managed firewall admits. If the playbook does not manage the hosts' " +
			"firewalls, these settings have no effect, and readers may believe that open hosts are protected.",
		Fix:     "Write `firewall = \"managed\"`, or remove them.",
		Sources: []string{"https://kubernetes.io/docs/reference/networking/ports-and-protocols/"},
	}, hostFirewallUnmanaged},
	{rule.Rule{
		ID: "host-os-unknown", Severity: rule.Warning, Title: "Unknown operating system",
		Doc: "Rules derive the kernel, the cgroup version, and the end of support of the hosts from the name. If the name is unknown, " +
			"none of these are checked. Usually it is misspelled.",
		Fix: "Write the name that k8splan uses, with a hyphen before the version: `ubuntu-24.04`, `debian-13`, `rhel-9`, `rocky-9`, " +
			"`flatcar-stable`.",
		Sources: []string{beforeYouBegin},
	}, hostOSUnknown},
}

func hostDuplicateName(p *plan.Plan) []Finding {
	first := make(map[string]*plan.Node, len(p.Nodes))
	seen := map[[2]int]bool{}
	var findings []Finding
	for _, n := range byPlace(p.Nodes) {
		earlier := first[n.Name]
		if earlier == nil {
			first[n.Name] = n
			continue
		}
		pair := [2]int{earlier.NameRange.Start.Byte, n.NameRange.Start.Byte}
		if seen[pair] {
			continue
		}
		seen[pair] = true
		findings = append(findings, one(n.NameRange, "%s is also the name of %s. A node's name is its identity: rename one of the two.",
			n.Name, origin(earlier))...)
	}
	return findings
}

func hostNameReserved(p *plan.Plan) []Finding {
	return each(p.Nodes, func(n *plan.Node) bool {
		return n.Name == "localhost"
	}, func(n *plan.Node) hcl.Range { return n.NameRange }, func(n *plan.Node, _ []*plan.Node) string {
		return fmt.Sprintf("%q is the name of every host for itself. Name the host after its role, such as %q.", n.Name,
			p.Cluster.Name+"-1")
	})
}

func hostNameDigits(p *plan.Plan) []Finding {
	return each(p.Nodes, func(n *plan.Node) bool { return allDigits.MatchString(n.Name) },
		func(n *plan.Node) hcl.Range { return n.NameRange }, func(n *plan.Node, _ []*plan.Node) string {
			return fmt.Sprintf("%q can be read as a number, and by a resolver as an address. Write %q.", n.Name, "node-"+n.Name)
		})
}

func hostAddressIsVirtualIP(p *plan.Plan) []Finding {
	vip := p.LoadBalancer.VirtualIP
	if !vip.IsValid() {
		return nil
	}
	for _, u := range uses(p) {
		if u.addr == vip {
			return advised(freeRun(p, vip, 1), p.LoadBalancer.Attr("virtual_ip"),
				"%s is the address of %s (%s). A virtual IP must not be a host's own address.", vip, u.node.Name, line(u.at))
		}
	}
	return nil
}

func hostAddressUnusable(p *plan.Plan) []Finding {
	var findings []Finding
	for _, group := range blocks(p.Nodes) {
		for _, n := range group {
			if why := unusable(n.Address); n.Address.IsValid() && why != "" {
				findings = append(findings, one(attr(n, "address"),
					"%s of %s is %s. Write the address at which other hosts reach it.", n.Address, n.Name, why)...)
				break
			}
		}
		for _, n := range group {
			if why := unusable(n.SecondaryAddress); n.SecondaryAddress.IsValid() && why != "" {
				findings = append(findings, one(attr(n, "secondary_address"),
					"%s of %s is %s. Write the address at which other hosts reach it.", n.SecondaryAddress, n.Name, why)...)
				break
			}
		}
	}
	return findings
}

func hostAddressNetwork(p *plan.Plan) []Finding {
	var findings []Finding
	all := uses(p)
	for _, u := range all {
		if _, stated := p.Network.NodeSubnet(u.addr); stated || !u.addr.Is4() {
			continue
		}
		switch a := u.addr.As4(); [3]byte(a[1:]) {
		case [3]byte{}:
			findings = append(findings, advised(freeRun(p, u.addr, 1), u.at,
				"%s of %s is the network address of every subnet that it can be in.", u.addr, u.node.Name)...)
		case [3]byte{255, 255, 255}:
			findings = append(findings, one(u.at, "%s of %s is the broadcast address of every subnet that it can be in. Start lower.",
				u.addr, u.node.Name)...)
		}
	}
	for _, s := range p.Network.NodeSubnets {
		if !s.Addr().Is4() || s.Bits() > 30 {
			continue
		}
		for _, u := range inside(s, all) {
			switch u.addr {
			case s.Masked().Addr():
				findings = append(findings, advised(freeRun(p, u.addr, 1), u.at, "%s of %s is the network address of %s (%s).", u.addr,
					u.node.Name, s.Masked(), line(p.Network.Attr("node_subnets")))...)
			case plan.LastAddress(s):
				findings = append(findings, one(u.at, "%s of %s is the broadcast address of %s (%s). Start lower, or enlarge the "+
					"subnet.",
					u.addr, u.node.Name, s.Masked(), line(p.Network.Attr("node_subnets")))...)
			}
		}
	}
	return findings
}

func hostAddressEdge(p *plan.Plan) []Finding {
	all := slices.DeleteFunc(uses(p), func(u use) bool { return !u.addr.Is4() })
	if len(all) < 2 {
		return nil
	}
	subnet, _ := all[0].addr.Prefix(24)
	edges := []netip.Addr{subnet.Addr(), plan.LastAddress(subnet)}
	if _, stated := p.Network.NodeSubnet(subnet.Addr()); stated || !subnet.Contains(all[len(all)-1].addr) {
		return nil
	}
	var findings []Finding
	for _, u := range all {
		// host-address-network rejects those
		if a := u.addr.As4(); slices.Contains(edges, u.addr) && [3]byte(a[1:]) != [3]byte{} &&
			[3]byte(a[1:]) != [3]byte{255, 255, 255} {
			findings = append(findings, advised(freeRun(p, u.addr, 1), u.at,
				"%s of %s is the first or the last address of %s, which contains all hosts. Write another one, or node_subnets if "+
					"their subnet is larger.", u.addr, u.node.Name, subnet)...)
		}
	}
	return findings
}

func hostAddressOutside(p *plan.Plan) []Finding {
	if len(p.Network.NodeSubnets) == 0 {
		return nil
	}
	hasFamily := func(a netip.Addr) bool {
		return slices.ContainsFunc(p.Network.NodeSubnets, func(s netip.Prefix) bool { return s.Addr().Is4() == a.Is4() })
	}
	out := func(a netip.Addr) bool {
		if !a.IsValid() || unusable(a) != "" || !hasFamily(a) {
			return false
		}
		_, ok := p.Network.NodeSubnet(a)
		return !ok
	}
	var findings []Finding
	for _, group := range blocks(p.Nodes) {
		lost := having(group, func(n *plan.Node) bool { return out(n.Address) })
		if len(lost) > 0 {
			findings = append(findings, one(attr(lost[0], "address"),
				"%s of %s is outside the node subnets %s (%s). Correct it, or add its subnet to node_subnets.",
				lost[0].Address, whose(lost), prefixes(p.Network.NodeSubnets), line(p.Network.Attr("node_subnets")))...)
		}
		lost = having(group, func(n *plan.Node) bool { return out(n.SecondaryAddress) })
		if len(lost) > 0 {
			findings = append(findings, one(attr(lost[0], "secondary_address"),
				"%s of %s is outside the node subnets %s (%s). Correct it, or add its subnet to node_subnets.",
				lost[0].SecondaryAddress, whose(lost), prefixes(p.Network.NodeSubnets), line(p.Network.Attr("node_subnets")))...)
		}
	}
	return findings
}

func hostAddressFamily(p *plan.Plan) []Finding {
	if len(p.Network.PodSubnets) == 0 {
		return nil
	}
	first := p.Network.PodSubnets[0]
	if podsOfAnotherFamily(p) {
		theirs, advice := family(p.Nodes[0].Address), "Write an %s range, or leave it out to have one chosen."
		if p.Network.DualStack() {
			advice = "Write the %s range first."
		}
		return one(p.Network.Attr("pod_subnets"), "The first pod range %s is %s, and all hosts have %s addresses. "+advice, first,
			family(first.Addr()), theirs, theirs)
	}
	return each(p.Nodes, func(n *plan.Node) bool { return n.Address.IsValid() && n.Address.Is4() != first.Addr().Is4() },
		func(n *plan.Node) hcl.Range { return attr(n, "address") },
		func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s of %s is %s, and the first pod range %s is %s. Write an %s address, "+
				"or put a range of the other family first.", n.Address, whose(all), family(n.Address), first, family(first.Addr()),
				family(first.Addr()))
		})
}

func hostSecondaryAddressMissing(p *plan.Plan) []Finding {
	if !p.Network.DualStack() || p.Target.Facts.Hosting != plan.Hosts {
		return nil
	}
	second := p.Network.PodSubnets[1]
	return each(p.KubeletNodes(), func(n *plan.Node) bool { return n.Address.IsValid() && !n.SecondaryAddress.IsValid() },
		func(n *plan.Node) hcl.Range { return written(n.NameRange, n.Block()) },
		func(n *plan.Node, all []*plan.Node) string {
			name := "secondary_address"
			if n.Pool != "" {
				name = "first_secondary_address"
			}
			return fmt.Sprintf("Pods have addresses of both families (%s), and %s has no %s address at which other hosts reach "+
				"them. Write %s.", prefixes(p.Network.PodSubnets), whose(all), family(second.Addr()), name)
		})
}

func hostSecondaryAddressUnused(p *plan.Plan) []Finding {
	if p.Network.DualStack() {
		return nil
	}
	return each(p.Nodes, func(n *plan.Node) bool {
		return n.SecondaryAddress.IsValid() && n.SecondaryAddress.Is4() != n.Address.Is4()
	},
		func(n *plan.Node) hcl.Range { return attr(n, "secondary_address") },
		func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s of %s is not used: pods have only one family. Remove it, or add an %s range to pod_subnets.",
				n.SecondaryAddress, whose(all), family(n.SecondaryAddress))
		})
}

func hostSecondaryAddressFamily(p *plan.Plan) []Finding {
	return each(p.Nodes, func(n *plan.Node) bool {
		return n.Address.IsValid() && n.SecondaryAddress.IsValid() && n.Address.Is4() == n.SecondaryAddress.Is4()
	}, func(n *plan.Node) hcl.Range { return attr(n, "secondary_address") }, func(n *plan.Node, all []*plan.Node) string {
		return fmt.Sprintf("%s and %s of %s are both %s, and a kubelet accepts one of each family. Write an address of the other "+
			"family, or remove this one.", n.Address, n.SecondaryAddress, whose(all), family(n.Address))
	})
}

func hostDuplicateSSHAddress(p *plan.Plan) []Finding {
	first := map[string]*plan.Node{}
	var findings []Finding
	for _, n := range byPlace(p.Nodes) {
		if n.Has("ssh_address") && p.LoadBalancer.VirtualIP.IsValid() && n.SSHAddress == p.LoadBalancer.VirtualIP.String() {
			findings = append(findings,
				one(n.Attr("ssh_address"), "SSH address %s of %s is the virtual IP (%s), at which another host may answer at any "+
					"time. Write the host's own address.", n.SSHAddress, n.Name,
					line(p.LoadBalancer.Attr("virtual_ip")))...)
			continue
		}
		earlier := first[n.SSHAddress]
		if earlier == nil {
			first[n.SSHAddress] = n
			continue
		}
		guilty, other := n, earlier
		if !n.Has("ssh_address") {
			guilty, other = earlier, n
		}
		if !guilty.Has("ssh_address") {
			continue // host-duplicate-address reports it
		}
		findings = append(findings, one(guilty.Attr("ssh_address"), "SSH address %s of %s is also that of %s (%s): the playbook "+
			"would configure one host twice and the other never. Write the address at which each one answers, or connect to hosts "+
			"behind NAT through ssh { jump_host = … }.",
			guilty.SSHAddress, guilty.Name, other.Name, line(written(writtenArg(other.Has("ssh_address"), other.Attr("ssh_address")),
				attr(other, "address"), other.NameRange)))...)
	}
	return findings
}

func hostMACMulticast(p *plan.Plan) []Finding {
	odd := regexp.MustCompile(`^[0-9a-fA-F][13579bdfBDF]`)
	return each(p.Nodes, func(n *plan.Node) bool { return odd.MatchString(n.MAC) },
		func(n *plan.Node) hcl.Range { return n.Attr("mac") }, func(n *plan.Node, _ []*plan.Node) string {
			return fmt.Sprintf("%s of %s is a multicast address, because its first byte is odd. "+
				"Use an even one, such as 52:54:00:… on KVM.", n.MAC, n.Name)
		})
}

func hostInterfaceName(p *plan.Plan) []Finding {
	var findings []Finding
	for _, i := range interfaces(p) {
		if !interfaceName.MatchString(i.name) {
			findings = append(findings,
				one(i.at, "%q is not an interface name: Linux allows 1 to 15 bytes without spaces, slashes, and colons. Write what "+
					"`ip link` shows, such as \"eth1\".", i.name)...)
		}
	}
	return findings
}

func hostPublicAddressSame(p *plan.Plan) []Finding {
	return each(p.Nodes, func(n *plan.Node) bool {
		return n.PublicAddress != "" && n.Address.IsValid() && n.PublicAddress == n.Address.String()
	}, func(n *plan.Node) hcl.Range { return n.Attr("public_address") }, func(n *plan.Node, _ []*plan.Node) string {
		return fmt.Sprintf("%s is already the address of %s. Remove public_address, or write the private address as address.",
			n.PublicAddress, n.Name)
	})
}

func hostMixedArchitectures(p *plan.Plan) []Finding {
	open := having(p.Workers(), func(n *plan.Node) bool {
		return !slices.ContainsFunc(n.EffectiveTaints(), func(t plan.Taint) bool { return t.Effect != "PreferNoSchedule" })
	})
	count := map[string]int{}
	for _, n := range open {
		count[n.Arch]++
	}
	common := ""
	for arch, n := range count {
		if common == "" || n > count[common] || n == count[common] && arch < common {
			common = arch
		}
	}
	return each(open, func(n *plan.Node) bool {
		return n.Arch != common
	}, func(n *plan.Node) hcl.Range { return written(n.Attr("arch")) }, func(n *plan.Node, all []*plan.Node) string {
		return fmt.Sprintf("%s is %s, other workers are %s, and nothing keeps %s pods off it. Add taint { key = "+
			"\"kubernetes.io/arch\", value = %q, effect = \"NoSchedule\" }, or make sure that every image has "+
			"both.", whose(all), n.Arch, common,
			common, n.Arch)
	})
}

func hostAddressTakenForPrivate(p *plan.Plan) []Finding {
	found := having(byPlace(p.Nodes), func(n *plan.Node) bool { return public(n.Address) && takenForPrivate(n.Address) != "" })
	if len(found) == 0 {
		return nil
	}
	n := found[0]
	return one(addressAt(n), "%s, the address of %s, is not private: it belongs to someone on the internet.%s Use addresses from "+
		"that range.", n.Address, andOthers(found), takenForPrivate(n.Address))
}

func hostAddressPublic(p *plan.Plan) []Finding {
	if !ours(p) || p.Network.CNI.Name == plan.NoCNI || p.Network.CNI.Encapsulation == plan.WireGuard || len(p.KubeletNodes()) < 2 {
		return nil
	}
	found := having(byPlace(p.KubeletNodes()), func(n *plan.Node) bool { return public(n.Address) && takenForPrivate(n.Address) == "" })
	if len(found) == 0 {
		return nil
	}
	n := found[0]
	return one(addressAt(n), "%s, the address of %s, is public, and %s sends pods' packets there without encryption. Write network "+
		"{ cni %q { encapsulation = \"wireguard\" } }, or put the hosts into a private network.", n.Address, andOthers(found),
		p.Network.CNI.Name, p.Network.CNI.Name)
}

// andOthers names the first of some nodes and counts the others: a design has one network, so one finding is enough.
func andOthers(nodes []*plan.Node) string {
	if len(nodes) == 1 {
		return nodes[0].Name
	}
	return fmt.Sprintf("%s (and those of %s)", nodes[0].Name, quantity(len(nodes)-1, "other node"))
}

func hostOSUnprepared(p *plan.Plan) []Finding {
	if p.Target.Facts.Hosting != plan.Hosts {
		return nil
	}
	return each(p.Nodes, func(n *plan.Node) bool {
		can, known := n.OS.Preparable()
		return known && !can
	}, osAt, func(n *plan.Node, all []*plan.Node) string {
		return fmt.Sprintf("%s runs %s, which the playbook cannot prepare: it supports the Debian and Red Hat families, Fedora "+
			"CoreOS, and Flatcar. Write one of those, such as \"ubuntu-24.04\".", whose(all), n.OS)
	})
}

// hostSELinuxPermissive reports all hosts in one finding, because it is one decision.
func hostSELinuxPermissive(p *plan.Plan) []Finding {
	if p.Target.Facts.Hosting != plan.Hosts || p.Spec.Hosts != nil && p.Spec.Hosts.SELinux != nil {
		return nil
	}
	var on []*plan.Node
	for _, n := range byPlace(p.KubeletNodes()) {
		if n.OS.Enforces() {
			on = append(on, n)
		}
	}
	if len(on) == 0 {
		return nil
	}
	return one(osAt(on[0]), "SELinux is enforcing on %s. The playbook makes it permissive on %s, now and after each boot, because pods "+
		"could not use host directories otherwise. Write hosts { selinux = \"enforcing\" } to keep it, or selinux = \"permissive\" where "+
		"that is allowed.", on[0].OS, sentence(names(on)))
}

// hostSELinuxMissing checks known systems only; for others the playbook checks the host.
func hostSELinuxMissing(p *plan.Plan) []Finding {
	if p.Target.Facts.Hosting != plan.Hosts || !p.Hosts.Enforce() {
		return nil
	}
	return each(p.KubeletNodes(), func(n *plan.Node) bool {
		can, _ := n.OS.Preparable()
		return can && !n.OS.SELinux()
	}, osAt, func(n *plan.Node, all []*plan.Node) string {
		return fmt.Sprintf("%s runs %s, which has no SELinux policy for containers, and selinux (%s) is \"enforcing\". Write an os that "+
			"has one, such as \"rocky-9\", or leave selinux out.", whose(all), n.OS, line(p.Hosts.Attr("selinux")))
	})
}

func hostFirewallUnmanaged(p *plan.Plan) []Finding {
	if p.Target.Facts.Hosting != plan.Hosts || p.Hosts.Firewall {
		return nil
	}
	var findings []Finding
	for _, attr := range []string{"admin_cidrs", "open_ports"} {
		if at := p.Hosts.Attr(attr); p.Spec.Hosts != nil && p.Spec.Hosts.Has(attr) {
			findings = append(findings, one(at, "%s is for a managed firewall, and the playbook does not manage the hosts' firewalls: "+
				"the setting has no effect. Write firewall = \"managed\", or remove it.", attr)...)
		}
	}
	return findings
}

func hostSELinuxDirectory(p *plan.Plan) []Finding {
	var findings []Finding
	for _, l := range p.Labels() {
		if l.At.Filename != "" && l.OfSystem() {
			findings = append(findings, one(l.At, "SELinux is enforcing, and %s would be labeled for pods, with all files in it: the "+
				"system's own programs could no longer use it. Write a dedicated directory, such as \"/var/lib/kubernetes\".", l.Path)...)
		}
	}
	return findings
}

func hostOSUnknown(p *plan.Plan) []Finding {
	return each(p.Nodes, func(n *plan.Node) bool {
		_, known := n.OS.Preparable()
		_, unreleased := n.OS.Unreleased()
		return n.OS.Name != "" && (!known || unreleased)
	}, osAt, func(n *plan.Node, all []*plan.Node) string {
		if meant, unreleased := n.OS.Unreleased(); unreleased {
			advice := "Correct the version."
			if meant != "" {
				advice = fmt.Sprintf("Did you mean %q?", meant)
			}
			return fmt.Sprintf("%s runs %s, which is an unknown release: its kernel, cgroups, and support are not checked. %s",
				whose(all), n.OS, advice)
		}
		return fmt.Sprintf("%s runs %s, which is unknown: its kernel, cgroups, and support are not checked.%s",
			whose(all), n.OS,
			cmp.Or(n.OS.DidYouMean(), " Write a known name, such as \"ubuntu-24.04\"."))
	})
}

// podsOfAnotherFamily reports whether all hosts, in several blocks, are of one family and the first written pod range is of the other: then
// the range is wrong, not every address.
func podsOfAnotherFamily(p *plan.Plan) bool {
	return p.Network.Has("pod_subnets") && len(p.Network.PodSubnets) > 0 && len(blocks(p.Nodes)) > 1 &&
		!slices.ContainsFunc(p.Nodes, func(n *plan.Node) bool {
			return !n.Address.IsValid() || n.Address.Is4() == p.Network.PodSubnets[0].Addr().Is4()
		})
}

// origin says which block a host comes from.
func origin(n *plan.Node) string {
	if n.Pool != "" {
		return fmt.Sprintf("a host of node_pool %q (%s)", n.Pool, line(n.NameRange))
	}
	return fmt.Sprintf("node %q (%s)", n.Name, line(n.NameRange))
}

// byPlace returns the nodes in file order.
func byPlace(nodes []*plan.Node) []*plan.Node {
	nodes = slices.Clone(nodes)
	slices.SortStableFunc(nodes, func(a, b *plan.Node) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return nodes
}

// duplicateAddresses reports each pair of blocks that share addresses once, at the later block.
func duplicateAddresses(p *plan.Plan) []Finding {
	all := uses(p)
	type pair struct{ earlier, later hcl.Range }
	shared, order := map[pair][]use{}, []pair{}
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j].addr == all[i].addr {
			j++
		}
		group := slices.Clone(all[i:j])
		slices.SortStableFunc(group, func(a, b use) int { return a.at.Start.Byte - b.at.Start.Byte })
		for k := 1; k < len(group); k++ {
			if group[k].node == group[0].node {
				continue // host-secondary-address-family reports it
			}
			key := pair{group[0].at, group[k].at}
			if shared[key] == nil {
				order = append(order, key)
			}
			shared[key] = append(shared[key], group[0], group[k])
		}
		i = j
	}
	var findings []Finding
	for i, key := range order {
		uses := shared[key]
		first, second := uses[0], uses[1]
		var free advice
		if i < mostAdvised { // each one scans all hosts
			moving := []*plan.Node{second.node}
			if second.node.Pool != "" {
				moving = blocksOf(p, second.node)
			}
			free = freeRun(p, first.addr, len(moving), moving...)
		}
		last := uses[len(uses)-2:]
		if first == last[0] {
			findings = append(findings, advised(free, second.at, "%s of %s is also the address of %s (%s).", first.addr, second.node.Name,
				first.node.Name, line(first.at))...)
			continue
		}
		findings = append(findings, advised(free, second.at, "%s to %s, the addresses of %s to %s, are also those of %s to %s (%s).",
			first.addr, last[0].addr, second.node.Name, last[1].node.Name, first.node.Name, last[0].node.Name, line(first.at))...)
	}
	return findings
}

// blocksOf returns the hosts from the same block as a node.
func blocksOf(p *plan.Plan, n *plan.Node) []*plan.Node {
	return having(p.Nodes, func(o *plan.Node) bool { return o.Pool == n.Pool && o.Source == n.Source })
}

// repeated reports every host whose value an earlier host already has.
func repeated(p *plan.Plan, argument string, value func(*plan.Node) string, format string) []Finding {
	first := map[string]*plan.Node{}
	var findings []Finding
	for _, n := range byPlace(p.Nodes) {
		v := value(n)
		if v == "" {
			continue
		}
		if earlier := first[v]; earlier != nil {
			findings = append(findings, one(n.Attr(argument), format, v, fmt.Sprintf("%s (%s)", earlier.Name,
				line(earlier.Attr(argument))))...)
			continue
		}
		first[v] = n
	}
	return findings
}

func prefixes(all []netip.Prefix) string {
	words := make([]string, len(all))
	for i, r := range all {
		words[i] = r.String()
	}
	return sentence(words)
}

// addressAt is where a node's address was written.
func addressAt(n *plan.Node) hcl.Range { return attr(n, "address") }
