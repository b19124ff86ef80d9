package plan

import (
	"github.com/hashicorp/hcl/v2"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/topologies"
)

// Hosting says who builds which part of the cluster.
type Hosting string

// Values of Hosting.
const (
	// Hosts: machines with addresses from the plan; kubeadm and our playbook build the cluster.
	Hosts Hosting = "hosts"
	// Hosted: the vendor runs the control plane and etcd; the plan has only workers, without addresses.
	Hosted Hosting = "hosted"
	// Installer: another program builds the cluster from a description of the whole plan; addresses are optional.
	Installer Hosting = "installer"
)

// Facts is what resolving, checking, and the pages need to know about a target, grouped by reader. What the target writes is defined in its
// package under targets/, next to these facts.
type Facts struct {
	// Table is the facts about Kubernetes releases; nil means this program's own.
	Table   *Table
	Name    string // as users write it: "bare-metal"
	Title   string
	Hosting Hosting
	Resolving
	Limits
	Page
}

// Resolving is the facts that decide defaults.
type Resolving struct {
	// CNI is the default pod network; "" means the planner's default.
	CNI string
	// Proxy is the default mode of kube-proxy; "" means the planner's default.
	Proxy string
	// Uses lists the arguments that the target uses ("network.pod_subnets"; "node.labels" also covers pools), or blocks that it uses
	// completely ("ssh"); nil means the whole language. Other arguments have no effect, and the rule target-unused reports them. A test in
	// package planner compares the list with the generated tree.
	Uses []string
	// Ignores lists the arguments that the target does not use, if Uses is nil; it uses all others. target-unused reports them, and
	// changing one does not change the cluster.
	Ignores []string
	// IgnoresUnmade lists the arguments that only the files in Folder use. They count as ignored if the block does not ask for Folder
	// (FolderIf).
	IgnoresUnmade []string
	// L2 is false if the network filters ARP and VRRP for addresses that it did not assign, so that a virtual IP cannot move.
	L2 bool
	// Reserved ranges are already in use on such hosts without Kubernetes (for example a hypervisor's bridge).
	Reserved []netip.Prefix
	// MTU of the network that the target creates, in bytes, and its source; 0 means Ethernet's.
	MTU     int
	MTUFrom string
	// Balancer reports that the files in Folder create the balancer that the plan leaves to others.
	Balancer bool
	// SSHUser is the default of ssh.user; "" means root.
	SSHUser string
	// Site reads the machines' network segment from the target's block; nil if the block does not state one.
	Site func(hcl.Body, *hcl.EvalContext) Site
	// Cloud is the cloud that the machines are in, one of Clouds; "" if the block states it (Site) or they are in none.
	Cloud string
	// Found reports that the machines already exist, and that only an inventory and Kubernetes use the names of machines and cluster: names
	// may have dots, each machine may have its own login, and a machine may have no role.
	Found bool
	// Beside reports that the target creates machines without a cluster role like all others.
	Beside bool
	// NamesMembers reports that the installer can give etcd members names other than their hosts'.
	NamesMembers bool
	// OneMachine is the machine on which the target runs every node, in words ("the machine that runs Vagrant"); "" if the nodes or the
	// block say where each one is.
	OneMachine string
	// Zones reports that failure domains are cloud zones although an installer creates the machines.
	Zones bool
}

// Limits is what the target supports.
type Limits struct {
	// Types that the target supports; nil means all four. TypesWhy explains why it does not support the others and what would work, in
	// sentences.
	Types    []topologies.Type
	TypesWhy string
	// TypePlaces reports that the type decides in how many zones the provider runs the control plane, which a cluster cannot change.
	TypePlaces bool
	// Placement is the etcd placement that the target supports; "" means both. EtcdWhy says why, and what to write.
	Placement topologies.Placement
	EtcdWhy   string
	// Oldest and Newest supported Kubernetes versions; zero: no limit. A Newest with patch 0 means the whole minor.
	Oldest, Newest Version
	// Patches are the newest supported patches of older minors, for a target that pins each release by digest.
	Patches []Version
	// Default is the default minor, for a target whose newest one is not for everyone; zero: the newest.
	Default Version
	// RepeatsFlags reports that the installer can pass a component's flag more than once.
	RepeatsFlags bool
	// Releases are the only supported releases, newest first; nil: every release from Oldest to Newest.
	Releases []Version
	// Ends lists the target's end-of-support dates of minors; EndsFrom is their source.
	Ends     []MinorEnd
	EndsFrom string
	// OpenAPI reports that the API is reachable from the whole internet if the block has no admin_cidrs.
	OpenAPI bool
	// AdminsIPv6 reports that admin_cidrs accepts IPv6 ranges.
	AdminsIPv6 bool
	// VersionsFrom is the source of the version limits; VersionsOn is the date on which it was read (YYYY-MM-DD).
	VersionsFrom, VersionsOn string
	// Successor is what to use instead of a discontinued system, "" if it is not discontinued.
	Successor string
}

// MinorEnd is the date on which support of a Kubernetes minor ends, YYYY-MM-DD.
type MinorEnd struct {
	Minor int
	On    string
}

// End is the date on which the target's support of a version ends, "" if unknown.
func (t Facts) End(v Version) string {
	for _, e := range t.MinorEnds() {
		if v.Major == 1 && v.Minor == e.Minor {
			return e.On
		}
	}
	return ""
}

// Page is what the documentation says about the target's output.
type Page struct {
	// Emits names the files in a few words, for the list of targets.
	Emits string
	// Folder is the directory of the tree with the files that create the machines, and Make is the command that does it, run in the tree;
	// "" if the machines already exist.
	Folder, Make string
	// FolderIf is the argument of the target's block that Folder requires; "" if Folder is always there.
	FolderIf string
	// RunsPlaybook reports that Make also runs the playbook, so that the tree's own pages contain all steps.
	RunsPlaybook bool
	// AppliedBy is the program that applies changes to a running cluster, if it is not our playbook; "" means Terraform. Anew is how a
	// cluster is rebuilt on a target that cannot change one; "" if it can.
	AppliedBy, Anew string
	// Checked is how far the output was verified: CheckBooted, CheckTool, or CheckTypes; By names the tool and CheckedOn the date.
	Checked              Check
	CheckedBy, CheckedOn string
}

// Site is the network segment that a target's block states, as far as it can be read. The target itself reports errors in it.
type Site struct {
	Subnets               []netip.Prefix
	Gateways, Nameservers []netip.Addr
	// Cloud is the cloud that the machines are in, one of Clouds; "" if the block does not state it.
	Cloud string
	// SharedKernel reports that the machines are containers, which share the kernel of another machine with its modules and settings.
	SharedKernel bool
	// Hosts maps failure domains to hypervisors for nodes that state no hypervisor ("" is for nodes without a domain); Host is the
	// hypervisor of all other such nodes.
	Hosts map[string]string
	Host  string
	// DomainIsHost reports that a failure domain is the name of its nodes' hypervisor, unless Hosts has an entry.
	DomainIsHost bool
	// OneMachine is the machine that runs every node, in words, if the block does not name it; see Resolving.
	OneMachine string
}

// carrier is the hypervisor of a node that states none, "" if the block does not say.
func (s Site) carrier(domain string) string {
	if host, ok := s.Hosts[domain]; ok {
		return host
	}
	if s.DomainIsHost && domain != "" {
		return domain
	}
	return s.Host
}

// Takes reports whether the target supports a Kubernetes version.
func (t Facts) Takes(v Version) bool {
	if t.Releases != nil {
		return slices.Contains(t.Releases, v)
	}
	newest := t.Newest
	if newest.Patch == 0 {
		newest.Patch = math.MaxInt
	}
	if last := t.last(v); !last.IsZero() && last.Before(v) {
		return false
	}
	return (t.Oldest.IsZero() || !v.Before(Version{t.Oldest.Major, t.Oldest.Minor, 0})) && (t.Newest.IsZero() || !newest.Before(v))
}

// last is the newest supported release of a version's minor, zero if the target does not limit it.
func (t Facts) last(v Version) Version {
	for _, p := range append(slices.Clone(t.Patches), t.Newest) {
		if p.MinorString() == v.MinorString() && p.Patch != 0 {
			return p
		}
	}
	return Version{}
}

// NewestVersion is the newest known Kubernetes that the target supports, to suggest instead of an old one.
func (t Facts) NewestVersion() Version {
	switch {
	case t.Takes(t.Table.Newest()):
		return t.Table.Newest()
	case t.Releases != nil:
		return t.Releases[0]
	case t.Newest.Patch != 0:
		return t.Newest
	case !t.Newest.IsZero():
		return t.Table.patched(t.Newest)
	}
	return t.Table.Newest()
}

// Next is the version to suggest instead of an unsupported one: the oldest newer one if the target supports single releases, else the
// newest; zero if it supports nothing newer.
func (t Facts) Next(v Version) Version {
	next := t.NewestVersion()
	for _, r := range t.Releases { // newest first
		if v.Before(r) {
			next = r
		}
	}
	if next.Before(v) {
		return Version{}
	}
	return next
}

// version is the target's default Kubernetes version.
func (t Facts) version() Version {
	if !t.Default.IsZero() {
		return t.Table.patched(t.Default)
	}
	return t.NewestVersion()
}

// release is the release of a topology that gives only a minor: the release the cluster already has, else the newest known one that the
// target supports. If nothing is known about the minor it is patch 0, which rules then report.
func (t Facts) release(minor Version) Version {
	if kept := t.Table.known().kept; kept.MinorString() == minor.MinorString() {
		return kept
	}
	return t.newestPatch(minor)
}

// newestPatch is the newest known patch of a version's minor that the target supports; the version itself if nothing is known about it.
func (t Facts) newestPatch(minor Version) Version {
	same := func(v Version) bool { return v.MinorString() == minor.MinorString() }
	newest := t.Table.patched(minor)
	if !t.Takes(newest) {
		if last := t.last(minor); !last.IsZero() {
			return last
		}
		for _, r := range t.Releases { // newest first
			if same(r) {
				return r
			}
		}
	}
	return newest
}

// Guide reports that Folder has a README.md with all steps, including those after Make. A target whose single command does everything needs
// none.
func (t Facts) Guide() bool { return t.Folder != "" && t.FolderIf == "" && !t.RunsPlaybook }

// Leaves reports whether the target ignores the plan's value of an argument ("container_runtime.version"), or of all arguments of a block,
// and decides by itself.
func (f Facts) Leaves(path string) bool {
	if f.Uses == nil {
		return slices.ContainsFunc(f.Ignores, func(ignored string) bool { return ignored == path || strings.HasPrefix(path, ignored+".") })
	}
	return !slices.ContainsFunc(f.Uses, func(used string) bool {
		return used == path || strings.HasPrefix(path, used+".") || strings.HasPrefix(used, path+".")
	})
}

// Leaves is Facts.Leaves for this design. It also reports arguments that the design itself does not use.
func (p *Plan) Leaves(path string) bool {
	argument, ofBalancer := strings.CutPrefix(path, "load_balancer.")
	switch {
	case path == "node.interface" && p.keepalived():
		return false // see Unread
	case ofBalancer && slices.Contains(balancersOwn, argument) && !p.LoadBalancer.Reads(argument):
		return true
	case path == "artifacts.images.etcd" && p.Etcd.IsExternal():
		return true
	}
	return p.Target.Facts.Leaves(path)
}

// keepalived reports whether keepalived moves an address between balancers on hosts that we set up.
func (p *Plan) keepalived() bool {
	return p.LoadBalancer.Kind == HAProxy && p.LoadBalancer.VirtualIP.IsValid() && p.Target.Facts.Uses == nil
}

// Unread lists the arguments of a node that nothing reads: interface, on a target that does not use it, except for balancers with
// keepalived.
func (p *Plan) Unread(n *Node) []string {
	if p.keepalived() && p.Target.Facts.Leaves("node.interface") && !slices.Contains(p.LoadBalancer.Nodes, n) {
		return []string{"interface"}
	}
	return nil
}

// balancersOwn are the load balancer arguments that only some kinds use.
var balancersOwn = []string{"interface", "virtual_router_id", "mode", "version", "bgp_as", "bgp_peers"}

// Reads reports whether this kind of load balancer uses an argument.
func (l *LoadBalancer) Reads(argument string) bool {
	switch argument {
	case "interface":
		return l.Kind == HAProxy || l.Kind == KubeVIP
	case "virtual_router_id":
		return l.Kind == HAProxy && l.VirtualIP.IsValid()
	case "mode", "version":
		return l.Kind == KubeVIP
	case "bgp_as", "bgp_peers":
		return l.Kind == KubeVIP && l.Mode == "bgp"
	}
	return true
}

// Check is the strongest check that a target's output has passed. Never claim more than was done.
type Check string

// From the strongest to the weakest.
const (
	CheckBooted Check = "booted"    // a real cluster was built from it, unedited
	CheckTool   Check = "validated" // a third party's tool or schema accepted it
	CheckTypes  Check = "own types" // only our strict types and rules
)

// ReadByRules are the arguments that no target needs in a file but that rules, capacity, and simulation use. They are never reported as
// unused.
var ReadByRules = []string{"cluster.max_nodes", "cluster.site", "cluster.peers", "network.reserved_subnets", "network.node_subnets",
	"hypervisor.cpus", "hypervisor.memory", "hypervisor.disk"}

// ReadByRules reports whether rules use an argument that the target does not use. Hypervisor arguments count only if a machine can state
// its hypervisor.
func (f Facts) ReadByRules(path string) bool {
	return slices.Contains(ReadByRules, path) && !(strings.HasPrefix(path, "hypervisor.") && f.Leaves("node.host"))
}

// OfMachines are the facts that an author states about machines, existing ones or ones the target creates. Rules, capacity, and simulation
// use them even if no file does.
var OfMachines = []string{
	"node.address", "node.arch", "node.cpus", "node.memory", "node.disk", "node.os", "node.host", "node.mac",
	"node.failure_domain", "node.power",
}

// Build is the command that builds the cluster, run in the tree, or the first of several that its page explains; "" if the page must be
// read first. has reports whether the target's block has an argument.
func (t Facts) Build(cluster string, has func(string) bool) (command, page string) {
	switch {
	case t.FolderIf != "" && has(t.FolderIf):
		return "", t.Folder + "/README.md"
	case t.Guide():
		return t.Make, t.Folder + "/README.md"
	case t.Make != "":
		return t.Make, "README.md"
	}
	return "cd ansible && ansible-playbook site.yml -e kubeconfig=~/.kube/" + cluster + ".conf", "RUNBOOK.md"
}
