package vagrant

import "github.com/k8splan/k8splan/planner/rule"

// rules returns the rules of the target "vagrant".
func rules() []*rule.Rule {
	return []*rule.Rule{malformed, virtualBoxRange, hostAddress, needsIPv4, oneNetwork, natOverlap, noBox, mixedArchitectures,
		tooMuchMemory, login}
}

var (
	login = &rule.Rule{
		ID: "vagrant-login", Title: "sshd port not supported by boxes", Permanent: true,
		Doc: "The sshd of a box listens on port 22, where Vagrant and the playbook connect on the private network. Another port in the " +
			"inventory reaches no machine.",
		Fix:     "Leave port out.",
		Sources: []string{"https://developer.hashicorp.com/vagrant/docs/boxes/base#ssh-tweaks"},
	}
	malformed = &rule.Rule{
		ID: "vagrant-argument", Title: "Malformed vagrant target", Permanent: true,
		Doc: "Vagrant would report a mistake in this block only while it creates the machines.",
		Fix: "Write sizes as strings with a unit, such as \"4Gi\", and ranges as in /etc/vbox/networks.conf, such as \"10.0.0.0/8\".",
	}
	virtualBoxRange = &rule.Rule{
		ID: "vagrant-virtualbox-range", Title: "Address outside VirtualBox's host-only range", Permanent: true,
		Doc: "Since 6.1.28 VirtualBox refuses host-only addresses outside 192.168.56.0/21 unless the administrator lists other ranges " +
			"in /etc/vbox/networks.conf. `vagrant up` stops at the first machine.",
		Fix: "Take addresses from 192.168.56.2 to 192.168.63.254, or write the ranges from networks.conf: target \"vagrant\" { " +
			"host_only_ranges = [\"10.0.0.0/8\"] }.",
		Sources: []string{"https://www.virtualbox.org/manual/ch06.html#network_hostonly"},
	}
	hostAddress = &rule.Rule{
		ID: "vagrant-host-address", Title: "Address of the Vagrant host", Permanent: true,
		Doc: "libvirt, VirtualBox, and VMware give the first address of a private network to the computer that they run on. A machine " +
			"with the same address is unreachable.",
		Fix: "Use any other address in the network.",
	}
	needsIPv4 = &rule.Rule{
		ID: "vagrant-ipv4", Title: "Machine without an IPv4 address", Permanent: true,
		Doc: "With all three providers, Vagrant configures private networks with an IPv4 address; VirtualBox and libvirt have no " +
			"IPv6-only networks.",
		Fix: "Give each node an IPv4 address, and the IPv6 address as secondary_address.",
	}
	oneNetwork = &rule.Rule{
		ID: "vagrant-one-network", Title: "Addresses too far apart for one private network", Permanent: true,
		Doc: "Every machine has one private network card, and there is no router between private networks.",
		Fix: "Use addresses in one /24, or write a larger network in network.node_subnets.",
	}
	natOverlap = &rule.Rule{
		ID: "vagrant-nat-overlap", Title: "Nodes in the provider's own network", Permanent: true,
		Doc: "The first network card of every machine is in a network of the provider: 10.0.2.0/24 for VirtualBox, 192.168.121.0/24 for " +
			"libvirt. Nodes with addresses in that network answer through the wrong card.",
		Fix: "Use addresses in another network.",
		Sources: []string{"https://www.virtualbox.org/manual/ch09.html#changenat",
			"https://vagrant-libvirt.github.io/vagrant-libvirt/configuration.html"},
	}
	noBox = &rule.Rule{
		ID: "vagrant-box", Title: "No box for the operating system", Permanent: true,
		Doc: "A machine starts from a box. k8splan knows the public boxes of common systems only, and does not guess names.",
		Fix: "Write a box for the system: target \"vagrant\" { boxes = { \"rhel-9\" = \"organization/box\" } }.",
	}
	mixedArchitectures = &rule.Rule{
		ID: "vagrant-mixed-architectures", Title: "Machines of several architectures on one computer", Permanent: true,
		Doc: "The providers run only machines of the computer's own architecture.",
		Fix: "Give all nodes the same arch.",
	}
	tooMuchMemory = &rule.Rule{
		ID: "vagrant-host-memory", Severity: rule.Warning, Title: "Machines larger than the computer", Permanent: true,
		Doc: "If the machines together have more memory than the computer, it swaps. etcd then misses its deadlines and keeps changing " +
			"its leader.",
		Fix: "Define fewer or smaller machines, or write the computer's real host_memory.",
	}
)
