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
		Refused: "cannot be done to a running cluster, or would lose data",
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
	// Drains: the current host serves nothing during the work.
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
	gateEtcd  = "every member of etcd reports the same cluster ID, the planned member list, one leader, no alarm"
	gateAPI   = "/readyz of every API server answers at its own address, and the leases of controller manager and scheduler are renewed"
	gateNode  = "the node is Ready and its lease was renewed after the step"
	gateDrain = "no PodDisruptionBudget blocks the drain"
	undoSame  = "put the old value back the same way"
)

// procedures is the table of procedures, in the order in which they run: prerequisites, machines that join, restarts, machines that leave.
// A procedure is Ready once its playbook does what is described here; site.yml exists, but does not do all of it yet.
var procedures = []Procedure{
	{ID: "save", Title: "Save etcd and the authorities' keys", Playbook: "backup-etcd.yml", Ready: true, Page: "Save etcd", Rank: 0,
		where: onMembers,
		Gate:  "the snapshot is verified and readable on another machine", Undo: "none needed"},
	{ID: "tool", Title: "Apply with the program that builds the cluster", Rank: 1, where: onTool, Gate: "its own checks pass",
		Undo: "apply the old description"},
	{ID: "machines", Title: "Make the machines", Rank: 3, where: onTool,
		Gate: "SSH answers on the new machines, and no other machine is replaced: read the tool's plan", Undo: "remove the new machines"},
	{ID: "proxy", Title: "Give the container runtimes the proxy, one node first, and restart them", Playbook: "site.yml", Ready: true,
		Page: "Change the container runtime", Rank: 5, where: onKubelets,
		Gate: gateNode + "; an image can be pulled", Undo: undoSame},
	{ID: "time", Title: "Tell the hosts their time servers", Playbook: "site.yml", Ready: true, Page: "Change the cluster", Rank: 6,
		where: onKubelets, Gate: "the clocks are in step", Undo: undoSame},
	{ID: "firewall", Title: "Change what the hosts' firewalls let in, one host first", Playbook: "site.yml", Ready: true,
		Page: "Change the cluster", Rank: 7, where: onKubelets,
		Gate: "each host answers a new connection before its rules outlive a boot", Undo: "by itself, where a host does not answer"},
	{ID: "join-balancer", Title: "Add a load balancer", Playbook: "site.yml", Ready: true,
		Page: "Change a load balancer", Rank: 8, where: onChanged,
		Gate: "each balancer reaches each API server, and one host holds the virtual IP", Undo: "take it out again"},
	{ID: "certificate", Title: "Issue the API servers' certificates again", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 9, where: onControlPlanes,
		Gate: "TLS at the host's own address shows the old and the new names, signed by the same authority",
		Undo: "the old certificate files"},
	{ID: "kube-vip-address", Title: "Let a second kube-vip hold the new address next to the old one, until clients have moved",
		Playbook: "reconfigure.yml", Ready: true, Page: "Change a load balancer", Rank: 10, where: onControlPlanes,
		Gate: "/readyz answers at both addresses", Undo: "remove its manifest: nothing connects to it yet"},
	{ID: "new-balancer", Title: "Set up the new balancer, address, or port next to the current one", Playbook: "reconfigure.yml",
		Ready: true, Page: "Change a load balancer",
		Rank: 11, where: onBalancers,
		Gate: "/readyz answers through it, and one host holds each virtual IP", Undo: "remove the new one: nothing connects to it yet"},
	{ID: "take-balancer", Title: "Hand the virtual IP over from one kind of balancer to the " +
		"other", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change a load balancer", Rank: 12, where: onBalancers,
		Gate: "/readyz answers at the address within 90 s", Undo: "by itself: the old owner gets it back"},
	{ID: "local-balancer", Title: "Lead the endpoint's name to a proxy on every node, or away from it", Playbook: "reconfigure.yml",
		Ready: true, Page: "Change a load balancer", Rank: 13, where: onKubelets,
		Gate: "/readyz answers by the endpoint's name on every node, and each kubelet renews its lease after its restart",
		Undo: "the old kind of balancer, the same way"},
	{ID: "endpoint", Title: "Move clients to the new endpoint, while the old one answers", Playbook: "reconfigure.yml", Ready: true,
		Page: "Move the endpoint", Rank: 14, where: onKubelets,
		Gate: "the leases of all nodes are renewed, and nothing connects to the old endpoint",
		Undo: "the old endpoint, while it still answers"},
	{ID: "upgrade-etcd", Title: "Upgrade etcd", Playbook: "upgrade.yml", Ready: true,
		Page: "Upgrade Kubernetes", Rank: 15, where: onMembers, Drains: true,
		Gate: gateEtcd, Undo: "the old binary, while members of both versions run; after that only the snapshot"},
	{ID: "upgrade", Title: "Upgrade Kubernetes", Playbook: "upgrade.yml", Ready: true, Page: "Upgrade Kubernetes", Rank: 18,
		where:  onKubelets,
		Drains: true,
		Gate:   gateAPI + "; " + gateNode + "; kubelets are never newer than the API server",
		Undo:   "none once the first new API server has written: only the snapshot and the old binaries"},
	{ID: "service-range", Title: "Give the API servers the new Service range", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 20, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; both ranges are in the ServiceCIDR", Undo: "none once a Service has an address of the new range"},
	{ID: "pod-range", Title: "Widen the pod range in the controller managers, kube-proxy and the pod network", Playbook: "reconfigure.yml",
		Ready: true, Page: "Change settings by hand", Rank: 22, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; a new node gets a share", Undo: "while no node has a share of the new part"},

	{ID: "join-member", Title: "Add a member to etcd, as a learner that is promoted", Playbook: "site.yml", Ready: true,
		Page: "Add members to etcd by hand",
		Rank: 34, where: onChanged,
		Gate: "the learner is promoted; " + gateEtcd, Undo: "remove the learner: writes go on"},
	{ID: "move-etcd", Title: "Lead the API servers to the new members of etcd, and take the old ones out", Playbook: "move-etcd.yml",
		Ready: true, Page: "Move etcd to or from separate hosts", Rank: 35,
		where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateEtcd + "; " + gateAPI, Undo: "the other topology, the same way"},
	{ID: "join-control-plane", Title: "Join a control plane", Playbook: "site.yml", Ready: true, Page: "The other control planes", Rank: 36,
		where: onChanged,
		Gate:  gateEtcd + "; " + gateAPI, Undo: "take it out again"},
	{ID: "join-worker", Title: "Join workers", Playbook: "site.yml", Ready: true, Page: "Add a worker", Rank: 40, where: onChanged,
		Gate: "each node is Ready and reaches the pods of the others", Undo: "drain it and take it out again"},

	{ID: "local-files", Title: "Copy files from Ansible's computer", Playbook: "site.yml", Ready: true,
		Page: "Renew certificates", Rank: 45, where: onControlPlanes, KeepsEtcd: true, Gate: gateAPI, Undo: undoSame},
	{ID: "etcd-endpoints", Title: "Tell the API servers the endpoints of etcd", Playbook: "site.yml", Ready: true,
		Page: "Add members to etcd by hand", Rank: 46, where: onControlPlanes, Drains: true, KeepsEtcd: true, Gate: gateAPI,
		Undo: undoSame},
	{ID: "etcd-data", Title: "Move the data of etcd's members to another directory", Playbook: "reconfigure.yml", Ready: true,
		Page: "Move etcd's data by hand", Rank: 47, where: onMembers, Drains: true,
		Gate: gateEtcd + ", with the same member IDs", Undo: "the old directory, which catches up"},
	{ID: "etcd-settings", Title: "Restart the members of etcd with new settings", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the settings of etcd", Rank: 48, where: onMembers, Drains: true,
		Gate: gateEtcd, Undo: undoSame},
	{ID: "etcd-address", Title: "Move a member of etcd to another address", Playbook: "reconfigure.yml",
		Page: "Change the settings of etcd",
		Rank: 49, where: onChanged, Drains: true,
		Gate: gateEtcd + ", with the new peer address", Undo: "the old address, the same way"},
	{ID: "encryption", Title: "Change how etcd's values are encrypted, and write them again", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change encryption at rest", Rank: 50, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; in etcd no value is left as it was",
		Undo: "the old order of keys, while all of them are in the file"},
	{ID: "encryption-plugin", Title: "Change the plugin that encrypts etcd's values, and write them again",
		Page: "Change encryption at rest", Rank: 51, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; in etcd no value is left as it was", Undo: "the old order of providers, while all of them are in the file"},
	{ID: "control-plane-flags", Title: "Restart the control plane components with new settings", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 52, where: onControlPlanes, Drains: true, KeepsEtcd: true,
		Gate: gateAPI + "; the new flag is in the pod's command", Undo: "the old ClusterConfiguration, the same way"},
	{ID: "scheduler-profiles", Title: "Restart the schedulers with new profiles", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 53, where: onControlPlanes,
		Gate: "its lease is renewed, and a pod that waits finds a node", Undo: "the old file, the same way"},
	{ID: "renew-certificates", Title: "Renew the certificates with the new settings", Playbook: "renew-certs.yml", Ready: true,
		Page: "Renew certificates", Rank: 54, where: onControlPlanes, Drains: true,
		Gate: "dates and algorithm of the served certificates; " + gateAPI, Undo: undoSame},
	{ID: "kubeadm-addons", Title: "Let kubeadm apply cluster DNS and kube-proxy again", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 55, where: onCluster,
		Gate: "the rollout is complete, and a pod resolves a name", Undo: undoSame},
	{ID: "kube-proxy", Title: "Change kube-proxy's configuration and restart it node by node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 56, where: onCluster,
		Gate: "the rollout is complete, and a Service answers from each node", Undo: undoSame},
	{ID: "node-cache", Title: "Start the caches of cluster DNS", Playbook: "site.yml", Ready: true, Page: "Addons", Rank: 57,
		where: onCluster, Gate: "the rollout of node-local-dns is complete", Undo: "none needed: no client uses them yet"},
	{ID: "kubelet", Title: "Change the kubelets' configuration and restart them node by node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 58, where: onKubelets,
		Gate: gateNode + "; no container was restarted", Undo: undoSame},
	{ID: "node-kubelet", Title: "Change the kubelet's flags of these hosts and restart it", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 59, where: onChanged,
		Gate: gateNode, Undo: undoSame},
	{ID: "kube-vip-hand", Title: "Hand the new address over from the second kube-vip to the first", Playbook: "reconfigure.yml",
		Ready: true, Page: "Change a load balancer", Rank: 61, where: onControlPlanes, KeepsEtcd: true,
		Gate: "/readyz answers at the address within 90 s", Undo: "by itself: the second one gets it back"},
	{ID: "balancer", Title: "Change the load balancers one by one", Playbook: "reconfigure.yml", Ready: true, Page: "Change a load " +
		"balancer", Rank: 62,
		where: onBalancers, Drains: true,
		Gate: "one host holds the virtual IP, and each balancer reaches each API server", Undo: "the old file and a reload"},
	{ID: "balancer-peers", Title: "Tell the other load balancers one by one, the holder of the virtual IP last", Playbook: "site.yml",
		Ready: true, Page: "Change a load balancer", Rank: 63, where: onBalancers,
		Gate: "each balancer reaches an API server", Undo: "the old file and a reload"},
	{ID: "runtime", Title: "Drain each node and change its container runtime", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the container runtime", Rank: 64, where: onKubelets, Drains: true,
		Gate: gateDrain + "; " + gateNode + "; crictl info shows the planned version", Undo: "the previous version"},
	{ID: "runtime-kind", Title: "Drain each node and put another container runtime in the place of the old one",
		Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the container runtime", Rank: 65, where: onKubelets, Drains: true,
		Gate: gateDrain + "; " + gateNode + "; crictl info shows the planned runtime",
		Undo: "by itself, where static pods do not start; later the same way"},
	{ID: "registry", Title: "Write the registries' files, one node first, and restart the runtime where it does not read them by itself",
		Playbook: "site.yml", Ready: true, Page: "Change the container runtime", Rank: 66, where: onKubelets,
		Gate: "a test image is pulled on each node", Undo: "by itself: a node that cannot pull gets its old files back"},
	{ID: "flannel", Title: "Bring flannel's settings node by node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the pod network", Rank: 67, where: onCluster,
		Gate: "the rollout is complete", Undo: undoSame},
	{ID: "calico", Title: "Bring Calico's settings node by node", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the pod network", Rank: 68, where: onCluster,
		Gate: "the operator reports the version and the settings from every node", Undo: undoSame},
	{ID: "pod-network", Title: "Change the pod network node by node", Playbook: "reconfigure.yml", Page: "Change the pod network", Rank: 69,
		where: onCluster,
		Gate:  "the rollout is complete, and pods of every pair of nodes reach each other", Undo: "the previous version and settings"},
	{ID: "new-pods", Title: "Drain each node once, so its pods restart", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change the pod network", Rank: 70, where: onKubelets, Drains: true,
		Gate: gateDrain + "; " + gateNode, Undo: "none needed"},
	{ID: "labels", Title: "Set labels, annotations and taints by kubectl", Playbook: "site.yml", Ready: true,
		Page: "Labels, annotations and taints",
		Rank: 72, where: onChanged,
		Gate: "the label is still there after the kubelet was restarted", Undo: undoSame},
	{ID: "taint", Title: "Drain the node, set the taint, and let it take pods again", Playbook: "reconfigure.yml", Ready: true,
		Page: "Labels, annotations and taints", Rank: 74, where: onChanged, Drains: true,
		Gate: gateDrain + "; the taint is there", Undo: "take the taint away"},
	{ID: "node-again", Title: "Drain, reset and join the node again", Playbook: "remove-host.yml", Ready: true, Page: "Join a node again",
		Rank:  75,
		where: onChanged, Drains: true,
		Gate: gateDrain + "; " + gateNode + "; the pods are back and their volumes attached",
		Undo: "uncordon, while it is not reset; after that only forward"},
	{ID: "machine", Title: "Drain the node, change the machine and boot it", Playbook: "reboot.yml", Page: "Change the size of a machine",
		Rank: 76, where: onChanged, Drains: true,
		Gate: gateDrain + "; " + gateNode, Undo: "change it back the same way"},
	{ID: "machine-beside", Title: "Stop the machine, change it and boot it", Playbook: "reboot.yml", Page: "Change the size of a machine",
		Rank: 77, where: onChanged, Drains: true,
		Gate: "all members of etcd are healthy, or the other load balancer answers; what ran on the machine is back",
		Undo: "change it back the same way"},
	{ID: "addons", Title: "Apply the addons", Playbook: "site.yml", Ready: true, Page: "Addons", Rank: 80, where: onCluster,
		Gate: "the rollout of each addon is complete", Undo: "apply the previous version; what it stored in new forms stays"},
	{ID: "remove-addon", Title: "Delete the objects of the addon", Playbook: "reconfigure.yml", Ready: true, Page: "Remove an addon",
		Rank:  82,
		where: onCluster,
		Gate:  "none of its objects is left, and no volume or Service used it", Undo: "apply it again; its data is lost"},

	{ID: "remove-worker", Title: "Drain workers and take them out", Playbook: "remove-host.yml", Ready: true,
		Page: "Remove a host", Rank: 90,
		where: onChanged, Drains: true,
		Gate: gateDrain + "; the pods run elsewhere, and no volume is attached", Undo: "join it again"},
	{ID: "remove-control-plane", Title: "Take a control plane out", Playbook: "remove-host.yml", Ready: true,
		Page: "Remove a host", Rank: 92,
		where: onChanged, Drains: true,
		Gate: gateEtcd + "; " + gateAPI, Undo: "join it again, with an empty data directory"},
	{ID: "remove-member", Title: "Take a member out of etcd", Playbook: "remove-host.yml", Ready: true, Page: "Remove a host", Rank: 94,
		where: onChanged,
		Gate:  gateEtcd + ", connected for 10 s", Undo: "add it again, with an empty data directory"},
	{ID: "remove-balancer", Title: "Take a load balancer out", Playbook: "remove-host.yml", Ready: true, Page: "Remove a host", Rank: 96,
		where: onChanged, Drains: true,
		Gate: "one other host holds the virtual IP, and reaches each API server", Undo: "add it again"},
	{ID: "drop-names", Title: "Issue the API servers' certificates without the old names", Playbook: "reconfigure.yml", Ready: true,
		Page: "Change settings by hand", Rank: 98, where: onControlPlanes,
		Gate: "nothing connects to the old names", Undo: "the old certificate files"},
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
