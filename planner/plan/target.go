package plan

import (
	"github.com/hashicorp/hcl/v2"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/topologies"
)

// Hosting says who makes what.
type Hosting string

// What a target leaves to us.
const (
	// Hosts: machines with addresses from the plan; kubeadm and our playbook make the cluster.
	Hosts Hosting = "hosts"
	// Hosted: the vendor runs the control plane and etcd; the plan has workers only, without addresses.
	Hosted Hosting = "hosted"
	// Installer: another program makes the cluster from a description of the whole plan; addresses may be left out.
	Installer Hosting = "installer"
)

// Facts is what resolving, checking and the pages must know of a target, by who reads it. What the target writes is the business of its
// package under targets/, which states these facts next to it.
type Facts struct {
	// Table is what is known of Kubernetes' releases; nil stands for this program's own.
	Table   *Table
	Name    string // as users write it: "bare-metal"
	Title   string
	Hosting Hosting
	Resolving
	Limits
	Page
}

// Resolving is what decides values that the author left open.
type Resolving struct {
	// CNI is the pod network where none is written; "" stands for the planner's own default.
	CNI string
	// Proxy is kube-proxy's mode where none is written; "" stands for the planner's own default.
	Proxy string
	// Uses names the arguments of the language that the target consumes ("network.pod_subnets"; "node.labels" for pools too), or blocks
	// of which it consumes everything ("ssh"); nil stands for the whole language. Whatever else the file writes has no effect there, and
	// rule target-unused says so. A test of package planner checks it against the tree.
	Uses []string
	// Ignores names the arguments that the target does not consume, where Uses is nil: all others it does. Target-unused says so, and a
	// change of one is not a change to the cluster.
	Ignores []string
	// IgnoresUnmade names those that only what is in Folder consumes: Ignores has them, too, where the block does not ask for it
	// (FolderIf).
	IgnoresUnmade []string
	// L2 is false if the network filters ARP and VRRP for addresses it did not give out, so that a virtual IP cannot move.
	L2 bool
	// Reserved ranges are in use on such hosts before Kubernetes comes (a hypervisor's bridge).
	Reserved []netip.Prefix
	// MTU of the network that the target makes, in bytes, and where that is said; 0 stands for Ethernet's.
	MTU     int
	MTUFrom string
	// Balancer reports that what is in Folder makes the balancer which the plan leaves to someone else.
	Balancer bool
	// SSHUser is who logs in where ssh.user is not written; "" stands for root.
	SSHUser string
	// Site reads the segment of the machines from the target's block; nil if the block does not state one.
	Site func(hcl.Body, *hcl.EvalContext) Site
	// Cloud is the cloud of the machines, one of Clouds; "" if the block states it (Site) or they are not in one.
	Cloud string
	// Found reports that the machines exist, and nothing but an inventory and Kubernetes is named after them and the cluster: names may
	// have dots, each machine its own login, and one may have no role.
	Found bool
	// Beside reports that it makes a machine without a role of the cluster like all others.
	Beside bool
	// NamesMembers reports that an installer calls etcd's members otherwise than their hosts where it is told to.
	NamesMembers bool
	// OneMachine is the machine on which the target makes every node, in words ("the machine that runs Vagrant"); "" if the nodes, or the
	// block, say where each is.
	OneMachine string
	// Zones reports that failure domains are zones of a cloud though an installer makes the machines.
	Zones bool
}

// Limits is what the target can express.
type Limits struct {
	// Types that the target can express; a nil slice stands for all four. TypesWhy is why it cannot express the others: sentences that
	// also say what would work.
	Types    []topologies.Type
	TypesWhy string
	// Placement of etcd that the target can express; "" stands for both. EtcdWhy says why, and what to write.
	Placement topologies.Placement
	EtcdWhy   string
	// Oldest and Newest versions of Kubernetes that the target takes; zero: no limit of its own. A Newest whose patch is 0 stands for its
	// whole minor.
	Oldest, Newest Version
	// Patches are the newest that the target takes of older minors, for one that knows each release by its digests.
	Patches []Version
	// Default is the minor that a design gets where none is written, for a target whose newest is not for everyone; zero: the newest.
	Default Version
	// RepeatsFlags reports that an installer has room for a flag of a component that is written several times.
	RepeatsFlags bool
	// Releases are the only ones that the target takes, the newest first; nil: every release between Oldest and Newest.
	Releases []Version
	// Ends lists the days on which the target's support of minors ends, and EndsFrom where that is said.
	Ends     []MinorEnd
	EndsFrom string
	// OpenAPI reports that everyone on the internet reaches the API where the block has no admin_cidrs.
	OpenAPI bool
	// AdminsIPv6 reports that admin_cidrs takes ranges of IPv6 too.
	AdminsIPv6 bool
	// VersionsFrom is where the limits come from, and the date on which they were read (YYYY-MM-DD).
	VersionsFrom, VersionsOn string
	// Successor is what to write instead where the system is discontinued, "" if it lives.
	Successor string
}

// MinorEnd is the day on which the support of a minor of Kubernetes ends, YYYY-MM-DD.
type MinorEnd struct {
	Minor int
	On    string
}

// End is the day on which the target's support of a version ends, "" if that is not known.
func (t Facts) End(v Version) string {
	for _, e := range t.MinorEnds() {
		if v.Major == 1 && v.Minor == e.Minor {
			return e.On
		}
	}
	return ""
}

// Page is what documents say of the target's output.
type Page struct {
	// Emits names the files in a few words, for the list of targets.
	Emits string
	// Folder of the tree holds what makes the machines, and Make is the command that does it, typed in the tree; "" if they exist
	// already.
	Folder, Make string
	// FolderIf is the argument of the target's block without which there is no Folder; "" if it is always there.
	FolderIf string
	// RunsPlaybook reports that Make runs the playbook too, so that the tree's own pages have all steps.
	RunsPlaybook bool
	// AppliedBy is the program that applies an edit to a cluster that runs, where it is not our playbook; "" stands for Terraform. Anew
	// is how a cluster is made again on a target that changes none; "" if it changes them.
	AppliedBy, Anew string
	// Checked is how far the output was checked: CheckBooted, CheckTool or CheckTypes; By names the tool and CheckedOn the date.
	Checked              Check
	CheckedBy, CheckedOn string
}

// Site is the network segment that a target's block states, as far as it can be read: what is wrong with it the target says.
type Site struct {
	Subnets               []netip.Prefix
	Gateways, Nameservers []netip.Addr
	// Cloud is whose machines they are, one of Clouds; "" if the block does not say it.
	Cloud string
	// SharedKernel reports that the machines are containers: their kernel is another machine's, its modules and settings too.
	SharedKernel bool
	// Hosts are the hypervisors that carry the nodes of a failure domain which state none ("" stands for those without one), and Host
	// carries all others that state none.
	Hosts map[string]string
	Host  string
	// DomainIsHost reports that a failure domain is the name of the hypervisor that carries its nodes, where Hosts does not say it.
	DomainIsHost bool
	// OneMachine is the machine that carries every node, in words, where the block does not name it; see Resolving.
	OneMachine string
}

// carrier is the hypervisor of a node that states none, "" if the block does not say it.
func (s Site) carrier(domain string) string {
	if host, ok := s.Hosts[domain]; ok {
		return host
	}
	if s.DomainIsHost && domain != "" {
		return domain
	}
	return s.Host
}

// Takes reports whether the target takes a version of Kubernetes.
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

// last is the newest of a version's minor that the target takes, zero if that is not said.
func (t Facts) last(v Version) Version {
	for _, p := range append(slices.Clone(t.Patches), t.Newest) {
		if p.MinorString() == v.MinorString() && p.Patch != 0 {
			return p
		}
	}
	return Version{}
}

// NewestVersion is the newest Kubernetes that the target takes, as far as is known; what to advise instead of an old one.
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

// Next is what to advise instead of a version that the target does not take: the oldest newer one where it takes single releases, else
// the newest; zero if it takes nothing newer.
func (t Facts) Next(v Version) Version {
	next := t.NewestVersion()
	for _, r := range t.Releases { // the newest first
		if v.Before(r) {
			next = r
		}
	}
	if next.Before(v) {
		return Version{}
	}
	return next
}

// version is what a design gets on the target where none is written.
func (t Facts) version() Version {
	if !t.Default.IsZero() {
		return t.Table.patched(t.Default)
	}
	return t.NewestVersion()
}

// release is what a topology gets that names a minor alone: the release that the cluster has, else the newest one known that the target
// takes. If nothing is known of the minor it is patch 0, which rules then speak of.
func (t Facts) release(minor Version) Version {
	if kept := t.Table.known().kept; kept.MinorString() == minor.MinorString() {
		return kept
	}
	return t.newestPatch(minor)
}

// newestPatch is the newest patch known of a version's minor that the target takes; the version itself where nothing is known of it.
func (t Facts) newestPatch(minor Version) Version {
	same := func(v Version) bool { return v.MinorString() == minor.MinorString() }
	newest := t.Table.patched(minor)
	if !t.Takes(newest) {
		if last := t.last(minor); !last.IsZero() {
			return last
		}
		for _, r := range t.Releases { // the newest first
			if same(r) {
				return r
			}
		}
	}
	return newest
}

// Guide reports that Folder has a README.md with all steps, those after Make too. One command that does everything needs none.
func (t Facts) Guide() bool { return t.Folder != "" && t.FolderIf == "" && !t.RunsPlaybook }

// Leaves reports whether the plan's value of an argument ("container_runtime.version"), or of all arguments of a block, means nothing to
// the target, which decides by itself.
func (f Facts) Leaves(path string) bool {
	if f.Uses == nil {
		return slices.ContainsFunc(f.Ignores, func(ignored string) bool { return ignored == path || strings.HasPrefix(path, ignored+".") })
	}
	return !slices.ContainsFunc(f.Uses, func(used string) bool {
		return used == path || strings.HasPrefix(path, used+".") || strings.HasPrefix(used, path+".")
	})
}

// Leaves is Leaves of the target in this design, and reports what the design itself has no use for.
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

// keepalived reports whether keepalived moves an address between balancers, on hosts that we set up.
func (p *Plan) keepalived() bool {
	return p.LoadBalancer.Kind == HAProxy && p.LoadBalancer.VirtualIP.IsValid() && p.Target.Facts.Uses == nil
}

// Unread lists the arguments of nodes that nothing reads of this one: the interface, on a target that does not set it up, except for the
// balancers whose keepalived does.
func (p *Plan) Unread(n *Node) []string {
	if p.keepalived() && p.Target.Facts.Leaves("node.interface") && !slices.Contains(p.LoadBalancer.Nodes, n) {
		return []string{"interface"}
	}
	return nil
}

// balancersOwn are the arguments of a load balancer that only some kinds read.
var balancersOwn = []string{"interface", "virtual_router_id", "mode", "version", "bgp_as", "bgp_peers"}

// Reads reports whether this kind of load balancer reads an argument.
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
	CheckBooted Check = "booted"    // a real cluster came up from it, unedited
	CheckTool   Check = "validated" // a third party's tool or schema accepted it
	CheckTypes  Check = "own types" // our strict types and rules alone
)

// ReadByRules are the arguments that no file needs on any target: rules, capacity and simulation read them. A target never says that it
// does not use them.
var ReadByRules = []string{"cluster.max_nodes", "cluster.site", "cluster.peers", "network.reserved_subnets", "network.node_subnets",
	"hypervisor.cpus", "hypervisor.memory", "hypervisor.disk"}

// ReadByRules reports whether rules read an argument for which the target has no use. Of what a hypervisor has they read nothing where no
// machine can say that it runs on one.
func (f Facts) ReadByRules(path string) bool {
	return slices.Contains(ReadByRules, path) && !(strings.HasPrefix(path, "hypervisor.") && f.Leaves("node.host"))
}

// OfMachines are what the author says of machines that exist, or that the target makes: where no file needs them, rules, capacity and
// simulation read them.
var OfMachines = []string{
	"node.address", "node.arch", "node.cpus", "node.memory", "node.disk", "node.os", "node.host", "node.mac",
	"node.failure_domain", "node.power",
}

// Build is the command that builds the cluster, typed in the tree, or the first one of several that its page explains; "" if the page has
// more to say before. has reports whether the target's block has an argument.
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
