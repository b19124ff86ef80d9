package change

// Class is the effect of a change on a running cluster.
type Class string

// The classes, best first.
const (
	None    Class = "none"     // no host changes
	InPlace Class = "in-place" // applied at runtime; every component stays available
	Ordered Class = "ordered"  // steps with gates between them
	Refused Class = "refused"  // impossible on a running cluster, or would lose data
)

// Classes lists them in order.
var Classes = []Class{None, InPlace, Ordered, Refused}

// Meaning explains a class, in half a sentence.
func (c Class) Meaning() string {
	return map[Class]string{
		None:    "nothing changes on any host",
		InPlace: "applied while everything runs",
		Ordered: "done in steps, with a check between them",
		Refused: "not possible on a running cluster, or would lose data",
	}[c]
}

func (c Class) rank() int {
	for i, other := range Classes {
		if c == other {
			return i
		}
	}
	return len(Classes)
}

// worse returns the worse of two classes.
func worse(a, b Class) Class {
	if a.rank() < b.rank() {
		return b
	}
	return a
}

// place is the set of hosts that a procedure works on.
type place int

const (
	onCluster       place = iota // through the API, from one control plane
	onControlPlanes              // one at a time
	onKubelets                   // control planes, then workers
	onMembers                    // etcd's, the leader last
	onBalancers                  // the one without the virtual IP first
	onChanged                    // hosts whose arguments changed
	onTool                       // on the computer with the tree
	onHosts                      // everywhere
	onCertificates               // control planes, and members of external etcd
)

// Procedure is one way to carry out changes.
type Procedure struct {
	ID    string
	Title string // imperative, without the hosts
	// Playbook carries it out, once Ready; By is the planned playbook. Page is the heading of the manual steps in RUNBOOK.md.
	Playbook string
	Ready    bool
	Page     string
	Gate     string // what must hold before the next host or step
	Undo     string
	// Drains: the current host serves nothing during the work. Where only ordinary pods leave it, its static pods keep serving.
	Drains bool
	// KeepsEtcd: only the API server of the current host is down, its etcd member keeps running.
	KeepsEtcd bool
	// Rank orders procedures; see the groups in procedures.
	Rank  int
	where place
}

// playbooks lists the playbooks that carry out changes. Ready says that the tree contains it and that it does what its procedures say;
// until then, diff names the page of RUNBOOK.md.
var playbooks = []struct {
	Name  string
	Ready bool
}{
	{"site.yml", true},
	{"backup-etcd.yml", true},
	{"renew-certs.yml", true},
	{"replace-host.yml", true},
	{"reconfigure.yml", true},
	{"upgrade.yml", true},
	{"remove-host.yml", true},
	{"move-etcd.yml", true},
	{"reboot.yml", true},
}

// ready reports whether a playbook exists.
func ready(name string) bool {
	for _, p := range playbooks {
		if p.Name == name {
			return p.Ready
		}
	}
	return false
}

// carries reports whether a playbook currently carries out the procedure.
func (p *Procedure) carries() bool { return p.Ready && ready(p.Playbook) }

// Gates that several procedures share.
const (
	gateEtcd = "every etcd member reports the same cluster ID, the planned member list, one leader, and no alarm"
	gateAPI  = "/readyz of every API server answers at its own address, and the leases of the controller manager and the " +
		"scheduler are renewed"
	gateNode  = "the node is Ready and its lease was renewed after the step"
	gateDrain = "no PodDisruptionBudget blocks the drain"
	undoSame  = "set the old value again, in the same way"
)

// procedures is the table of procedures, in the order in which they run: prerequisites, machines that join, restarts, machines that leave.
// A procedure is Ready once its playbook does what is described here.
var procedures = []Procedure{
	{ID: "save", Title: "Back up etcd and the keys of the certificate authorities", Playbook: "backup-etcd.yml",
		Ready: true, Page: "Save etcd", Rank: 0, where: onMembers,
		Gate: "the snapshot is verified and can be read on another machine", Undo: "none needed"},
	{ID: "tool", Title: "Apply the edit with the program that builds the cluster", Rank: 1, where: onTool, Gate: "its own checks pass",
		Undo: "apply the old configuration"},
	{ID: "machines", Title: "Create the machines", Rank: 3, where: onTool,
		Gate: "the tool's plan replaces no other machine, and SSH answers on the new ones", Undo: "remove the new machines"},
	{ID: "proxy", Title: "Configure the proxy in the container runtimes, one node first, and restart " +
		"them", Playbook: "site.yml", Ready: true,
		Page: "Change the container runtime", Rank: 5, where: onKubelets,
		Gate: gateNode + "; an image can be pulled", Undo: undoSame},
	{ID: "time", Title: "Configure the hosts' time servers", Playbook: "site.yml", Ready: true, Page: "Change the cluster", Rank: 6,
		where: onHosts, Gate: "the clocks are synchronized", Undo: undoSame},
	{ID: "firewall", Title: "Change the hosts' firewall rules, one host first", Playbook: "site.yml", Ready: true,
		Page: "Change the cluster", Rank: 7, where: onHosts,
		Gate: "each host answers a new connection; only then its rules become permanent", Undo: "automatic on a host that does not " +
			"answer"},
	{ID: "join-balancer", Title: "Add a load balancer", Playbook: "site.yml", Ready: true,
		Page: "Change a load balancer", Rank: 8, where: onChanged,
		Gate: "each load balancer reaches each API server, and one host holds the virtual IP", Undo: "remove it again"},
	{ID: "certificate", Title: "Reissue the API servers' certificates", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 9, where: onControlPlanes,
		Gate: "the certificate served at the host's own address has the old and the new names, and the same authority",
		Undo: "restore the old certificate files"},
	{ID: "kube-vip-address", Title: "Start a second kube-vip that holds the new address until clients have moved",
		Playbook: "reconfigure.yml", Ready: true, Page: "Change a load balancer", Rank: 10, where: onControlPlanes,
		Gate: "/readyz answers at both addresses", Undo: "remove its manifest: nothing connects to it yet"},
	{ID: "new-balancer", Title: "Set up the new load balancer, address, or port next to the current one", Playbook: "reconfigure.yml",
		Ready: true, Page: "Change a load balancer",
		Rank: 11, where: onBalancers,
		Gate: "/readyz answers through it, and one host holds each virtual IP", Undo: "remove the new one: nothing connects to it yet"},
	{ID: "take-balancer", Title: "Hand the virtual IP over from the old kind of load balancer to the new one",
		Playbook: "reconfigure.yml", Ready: true, Page: "Change a load balancer", Rank: 12, where: onBalancers,
		Gate: "/readyz answers at the address within 90 s", Undo: "automatic: the old load balancer gets it back"},
	{ID: "local-balancer", Title: "Map the endpoint's name to a proxy on every node, or to a load balancer " +
		"again", Playbook: "reconfigure.yml",
		Ready: true, Page: "Change a load balancer", Rank: 13, where: onKubelets,
		Gate: "/readyz answers at the endpoint's name on every node, and each kubelet renews its lease after its restart",
		Undo: "return to the old kind of load balancer in the same way"},
	{ID: "endpoint", Title: "Move clients to the new endpoint, while the old one answers", Playbook: "reconfigure.yml", Ready: true,
		Page: "Move the endpoint", Rank: 14, where: onKubelets,
		Gate: "the leases of all nodes are renewed, and nothing connects to the old endpoint any more",
		Undo: "return to the old endpoint while it still answers"},
	{ID: "upgrade-etcd", Title: "Upgrade etcd", Playbook: "upgrade.yml", Ready: true,
		Page: "Upgrade Kubernetes", Rank: 15, where: onMembers, Drains: true,
		Gate: gateEtcd, Undo: "install the old binary while members of both versions run; afterwards, restore the snapshot"},
	{ID: "upgrade", Title: "Upgrade Kubernetes", Playbook: "upgrade.yml", Ready: true, Page: "Upgrade Kubernetes", Rank: 18,
		where:  onKubelets,
		Drains: true,
		Gate:   gateAPI + "; " + gateNode + "; kubelets are never newer than the API server",
		Undo:   "none once the first new API server has written to etcd; then only the snapshot with the old binaries"},
	{ID: "service-range", Title: "Configure the new Service range in the API servers", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 20, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; both ranges are in the ServiceCIDR", Undo: "possible until a Service has an address of the new range"},
	{ID: "pod-range", Title: "Widen the pod range in the controller managers, kube-proxy, and the pod " +
		"network", Playbook: "reconfigure.yml",
		Ready: true, Page: "Change settings by hand", Rank: 22, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; a new node gets a pod CIDR", Undo: "possible until a node has a pod CIDR in the new part"},

	{ID: "join-member", Title: "Add an etcd member as a learner, and promote it", Playbook: "site.yml", Ready: true,
		Page: "Add members to etcd by hand",
		Rank: 34, where: onChanged,
		Gate: "the learner is promoted; " + gateEtcd, Undo: "remove the learner; writes continue"},
	{ID: "move-etcd", Title: "Move the API servers to the new etcd members, and remove the old ones", Playbook: "move-etcd.yml",
		Ready: true, Page: "Move etcd to or from separate hosts", Rank: 35,
		where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateEtcd + "; " + gateAPI, Undo: "return to the old topology in the same way"},
	{ID: "join-control-plane", Title: "Join a control plane", Playbook: "site.yml", Ready: true, Page: "The other control " +
		"planes", Rank: 36,
		where: onChanged,
		Gate:  gateEtcd + "; " + gateAPI, Undo: "remove it again"},
	{ID: "join-worker", Title: "Join workers", Playbook: "site.yml", Ready: true, Page: "Add a worker", Rank: 40, where: onChanged,
		Gate: "each node is Ready and reaches the pods of the others", Undo: "drain and remove it again"},

	{ID: "local-files", Title: "Copy files from the computer that runs Ansible", Playbook: "site.yml", Ready: true,
		Page: "Renew certificates", Rank: 45, where: onControlPlanes, KeepsEtcd: true, Gate: gateAPI, Undo: undoSame},
	{ID: "etcd-endpoints", Title: "Configure etcd's endpoints in the API servers", Playbook: "site.yml", Ready: true,
		Page: "Add members to etcd by hand", Rank: 46, where: onControlPlanes, Drains: true, KeepsEtcd: true, Gate: gateAPI,
		Undo: undoSame},
	{ID: "etcd-data", Title: "Move the etcd members' data to another directory", Playbook: "reconfigure.yml", Ready: true,
		Page: "Move etcd's data by hand", Rank: 47, where: onMembers, Drains: true,
		Gate: gateEtcd + ", and member IDs are unchanged", Undo: "start the member from the old directory; it catches up"},
	{ID: "etcd-settings", Title: "Restart the etcd members with new settings", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the settings of etcd", Rank: 48, where: onMembers, Drains: true,
		Gate: gateEtcd, Undo: undoSame},
	{ID: "etcd-address", Title: "Move an etcd member to another address", Playbook: "reconfigure.yml",
		Page: "Change the settings of etcd",
		Rank: 49, where: onChanged, Drains: true,
		Gate: gateEtcd + ", and the member list has the new peer address", Undo: "return to the old address in the same way"},
	{ID: "encryption", Title: "Change the encryption at rest, and write all affected objects " +
		"again", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change encryption at rest", Rank: 50, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; no value in etcd has the old form",
		Undo: "restore the old order of keys while all of them are in the file"},
	{ID: "encryption-plugin", Title: "Change the encryption plugin, and write all affected objects again",
		Page: "Change encryption at rest", Rank: 51, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; no value in etcd has the old form", Undo: "restore the old order of providers while all of them are " +
			"in the file"},
	{ID: "control-plane-flags", Title: "Restart the control plane components with new " +
		"settings", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 52, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; the pod's command has the new flag", Undo: "apply the old ClusterConfiguration in the same way"},
	{ID: "scheduler-profiles", Title: "Restart the schedulers with new profiles", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 53, where: onControlPlanes,
		Gate: "the scheduler's lease is renewed, and a pending pod gets a node", Undo: "apply the old file in the same way"},
	{ID: "renew-certificates", Title: "Renew the certificates with the new settings", Playbook: "renew-certs.yml", Ready: true,
		Page: "Renew certificates", Rank: 54, where: onCertificates, Drains: true,
		Gate: "the served certificates have the new dates and algorithm; " + gateAPI, Undo: undoSame},
	{ID: "kubeadm-addons", Title: "Apply cluster DNS and kube-proxy again with kubeadm", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 55, where: onCluster,
		Gate: "the rollout is complete, and a pod can resolve a name", Undo: undoSame},
	{ID: "kube-proxy", Title: "Change kube-proxy's configuration and restart it node by node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 56, where: onCluster,
		Gate: "the rollout is complete, and a Service answers from each node", Undo: undoSame},
	{ID: "node-cache", Title: "Start the cluster DNS caches", Playbook: "site.yml", Ready: true, Page: "Addons", Rank: 57,
		where: onCluster, Gate: "the rollout of node-local-dns is complete", Undo: "none needed: no client uses them yet"},
	{ID: "kubelet-policy", Title: "Drain each node, delete the state of the old policy, and restart the kubelet",
		Playbook: "reconfigure.yml", Ready: true, Page: "Change settings by hand", Rank: 58, where: onKubelets,
		Gate: gateDrain + "; " + gateNode, Undo: undoSame},
	{ID: "kubelet", Title: "Change the kubelets' configuration and restart them node by node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 59, where: onKubelets,
		Gate: gateNode + "; no container was restarted", Undo: undoSame},
	{ID: "node-kubelet-policy", Title: "Drain these nodes, delete the state of the old policy, and restart their kubelets",
		Playbook: "reconfigure.yml", Ready: true, Page: "Change settings by hand", Rank: 60, where: onChanged,
		Gate: gateDrain + "; " + gateNode, Undo: undoSame},
	{ID: "node-kubelet", Title: "Change the kubelet flags of these hosts and restart the " +
		"kubelets", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 61, where: onChanged,
		Gate: gateNode, Undo: undoSame},
	{ID: "kube-proxy-mode", Title: "Change kube-proxy's mode", Page: "Change settings by hand", Rank: 62, where: onCluster,
		Gate: "the rollout is complete", Undo: undoSame},
	{ID: "kube-vip-hand", Title: "Hand the new address over from the second kube-vip to the first", Playbook: "reconfigure.yml",
		Ready: true, Page: "Change a load balancer", Rank: 63, where: onControlPlanes, KeepsEtcd: true,
		Gate: "/readyz answers at the address within 90 s", Undo: "automatic: the second kube-vip gets it back"},
	{ID: "balancer", Title: "Change the load balancers one by one", Playbook: "reconfigure.yml", Ready: true, Page: "Change a load " +
		"balancer", Rank: 64,
		where: onBalancers, Drains: true,
		Gate: "one host holds the virtual IP, and each load balancer reaches each API server", Undo: "restore the old file and reload"},
	{ID: "balancer-peers", Title: "Reconfigure the other load balancers one by one, the holder of the virtual IP " +
		"last", Playbook: "site.yml",
		Ready: true, Page: "Change a load balancer", Rank: 65, where: onBalancers,
		Gate: "each load balancer reaches an API server", Undo: "restore the old file and reload"},
	{ID: "runtime", Title: "Drain each node and change the version of its container runtime", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the container runtime", Rank: 66, where: onKubelets, Drains: true,
		Gate: gateDrain + "; " + gateNode + "; crictl info shows the planned version", Undo: "install the previous version"},
	{ID: "runtime-kind", Title: "Drain each node and replace its container runtime with another one",
		Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the container runtime", Rank: 67, where: onKubelets, Drains: true,
		Gate: gateDrain + "; " + gateNode + "; crictl info shows the planned runtime",
		Undo: "automatic if static pods do not start; later, in the same way"},
	{ID: "registry", Title: "Write the registry configuration, one node first, and restart runtimes that do not reload it",
		Playbook: "site.yml", Ready: true, Page: "Change the container runtime", Rank: 68, where: onKubelets,
		Gate: "a test image is pulled on each node", Undo: "automatic: a node that cannot pull gets its old files back"},
	{ID: "flannel", Title: "Apply flannel's new settings node by node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the pod network", Rank: 69, where: onCluster,
		Gate: "the rollout is complete", Undo: undoSame},
	{ID: "calico", Title: "Apply Calico's new settings node by node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the pod network", Rank: 70, where: onCluster,
		Gate: "the operator reports the new version and settings on every node", Undo: undoSame},
	{ID: "pod-network", Title: "Change the pod network node by node", Playbook: "reconfigure.yml", Page: "Change the pod " +
		"network", Rank: 71,
		where: onCluster,
		Gate:  "the rollout is complete, and pods on every pair of nodes can reach each other", Undo: "apply the previous version " +
			"and settings"},
	{ID: "new-pods", Title: "Drain each node once, so that its pods restart", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the pod network", Rank: 72, where: onKubelets,
		Gate: gateDrain + "; " + gateNode, Undo: "none needed"},
	{ID: "runtime-patch", Title: "Install the container runtime's programs and files, one node first, and restart it",
		Playbook: "site.yml", Ready: true, Page: "Change the container runtime", Rank: 73, where: onKubelets,
		Gate: gateNode + "; an image can be pulled", Undo: "automatic: a node whose runtime does not start gets its old files back"},
	{ID: "labels", Title: "Set labels, annotations, and taints", Playbook: "site.yml", Ready: true,
		Page: "Labels, annotations, and taints",
		Rank: 74, where: onChanged,
		Gate: "the label is still there after a restart of the kubelet", Undo: undoSame},
	{ID: "taint", Title: "Drain the node, set the taint, and uncordon the node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Labels, annotations, and taints", Rank: 76, where: onChanged,
		Gate: gateDrain + "; the node has the taint", Undo: "remove the taint"},
	{ID: "node-again", Title: "Drain and reset the node, and join it again", Playbook: "remove-host.yml",
		Ready: true, Page: "Join a node again", Rank: 77,
		where: onChanged, Drains: true,
		Gate: gateDrain + "; " + gateNode + "; the pods run again with their volumes attached",
		Undo: "uncordon the node until it is reset; afterwards, finish the step"},
	{ID: "node-anew", Title: "Drain the node, install its machine again, and replace it",
		Page: "Replace a host that is gone for good", Rank: 78, where: onChanged, Drains: true,
		Gate: gateDrain + "; " + gateNode + "; the pods run again with their volumes attached",
		Undo: "uncordon the node until its machine is installed again; afterwards, finish the step"},
	{ID: "machine", Title: "Drain the node, change the machine, and boot it", Playbook: "reboot.yml", Page: "Change the " +
		"size of a machine",
		Rank: 79, where: onChanged, Drains: true,
		Gate: gateDrain + "; " + gateNode, Undo: "change it back in the same way"},
	{ID: "machine-beside", Title: "Stop the machine, change it, and boot it", Playbook: "reboot.yml", Page: "Change the " +
		"size of a machine",
		Rank: 80, where: onChanged, Drains: true,
		Gate: "all etcd members are healthy, or the other load balancer answers; the machine's services run again",
		Undo: "change it back in the same way"},
	{ID: "boot", Title: "Drain and reboot each node", Playbook: "reboot.yml", Ready: true, Page: "Reboot hosts", Rank: 81,
		where: onKubelets, Drains: true, Gate: gateDrain + "; " + gateNode, Undo: "none needed"},
	{ID: "enforce", Title: "Drain and reset each node, let SELinux enforce, reboot the node, and join it again", Page: "Join a node again",
		Rank: 82, where: onKubelets, Drains: true,
		Gate: gateDrain + "; " + gateNode + "; getenforce prints Enforcing", Undo: "make SELinux permissive again"},
	{ID: "addons", Title: "Apply the addons", Playbook: "site.yml", Ready: true, Page: "Addons", Rank: 83, where: onCluster,
		Gate: "the rollout of each addon is complete", Undo: "apply the previous version; data that was stored in a new format " +
			"stays"},
	{ID: "reinstall", Title: "Drain and reset each node, remove its old programs, and join it again", Page: "Join a node again",
		Rank: 84, where: onKubelets, Drains: true,
		Gate: gateDrain + "; " + gateNode, Undo: undoSame},
	{ID: "remove-addon", Title: "Delete the addon's objects", Playbook: "reconfigure.yml", Ready: true, Page: "Remove an addon",
		Rank:  85,
		where: onCluster,
		Gate:  "none of its objects is left, and no volume or Service uses it", Undo: "apply it again; its data is lost"},
	{ID: "remove-pool", Title: "Delete the objects of the pool", Page: "Remove an addon", Rank: 86, where: onCluster,
		Gate: "no Service has an address of the pool", Undo: "apply it again"},

	{ID: "remove-worker", Title: "Drain and remove workers", Playbook: "remove-host.yml", Ready: true,
		Page: "Remove a host", Rank: 93,
		where: onChanged, Drains: true,
		Gate: gateDrain + "; the pods run elsewhere, and no volume is attached to the node", Undo: "join it again"},
	{ID: "remove-control-plane", Title: "Remove a control plane", Playbook: "remove-host.yml", Ready: true,
		Page: "Remove a host", Rank: 95,
		where: onChanged, Drains: true,
		Gate: gateEtcd + "; " + gateAPI, Undo: "join it again, with an empty data directory"},
	{ID: "remove-member", Title: "Remove an etcd member", Playbook: "remove-host.yml", Ready: true, Page: "Remove a host", Rank: 97,
		where: onChanged,
		Gate:  gateEtcd + ", and members have been connected for 10 s", Undo: "add it again, with an empty data directory"},
	{ID: "remove-balancer", Title: "Remove a load balancer", Playbook: "remove-host.yml", Ready: true, Page: "Remove a host", Rank: 99,
		where: onChanged, Drains: true,
		Gate: "the endpoint answers without it, and another host holds each virtual IP", Undo: "add it again"},
	{ID: "drop-names", Title: "Reissue the API servers' certificates without the old names", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 101, where: onControlPlanes,
		Gate: "nothing connects to the old names any more", Undo: "restore the old certificate files"},
}

// find returns a procedure by ID.
func find(id string) *Procedure {
	for i := range procedures {
		if procedures[i].ID == id {
			return &procedures[i]
		}
	}
	panic("change: no procedure " + id)
}
