package plan

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/topologies"
)

// mostNodes is the maximum number of nodes in a plan. It only protects memory: a plan of this size takes about 100 MB. It is 20 times what
// Kubernetes is tested with; a rule warns at that point (capacity-nodes-tested).
const mostNodes = 100_000

// Role names as authors write them, in the bit order of Roles.
var roleNames = []string{"control-plane", "etcd", "worker", "load-balancer"}

// Strings returns the names of the roles as the author writes them, in the order of roleNames.
func (s Roles) Strings() []string {
	var names []string
	for i, name := range roleNames {
		if s.Has(1 << i) {
			names = append(names, name)
		}
	}
	return names
}

// Architectures for which upstream publishes all of a node's binaries. Source: https://kubernetes.io/releases/download/#binaries
var architectures = []string{"amd64", "arm64", "ppc64le", "s390x"}

var archAliases = map[string]string{"x86_64": "amd64", "x86-64": "amd64", "x64": "amd64", "aarch64": "arm64", "armv8": "arm64",
	"ppc64el": "ppc64le"}

// nodes reads all nodes and pools into the plan, sorted.
func (r *resolver) nodes() {
	total := len(r.spec.Nodes)
	for _, pool := range r.spec.NodePools {
		if count := PoolCount(pool); count > 0 {
			if count > mostNodes || total+count > mostNodes {
				r.fail(poolTooLarge, pool.Attr("count"),
					"With these %d nodes the plan holds more than %d. Kubernetes is tested with up to 5,000.", count, mostNodes)
				return
			}
			total += count
		}
	}
	if total > mostNodes {
		r.fail(poolTooLarge, r.spec.Cluster.Block(),
			"The plan has %d nodes, and at most %d are allowed. Kubernetes is tested with up to 5,000.", total, mostNodes)
		return
	}

	r.plan.Nodes = make([]*Node, 0, total)
	for _, n := range r.spec.Nodes {
		r.dotted(n.NameRange, "node", n.Name) // whatever its name should be, it is a node
		r.plan.Nodes = append(r.plan.Nodes, r.node(n))
	}
	for _, pool := range r.spec.NodePools {
		r.pool(pool)
	}
	r.missingRoles()
	r.groupsAreNoHosts()
	r.domainsOfNobody()
	for _, n := range r.plan.Nodes {
		n.TargetHost = r.plan.Target.Site.carrier(n.FailureDomain)
		facts := r.plan.Target.Facts // arguments that the target ignores have no effect, and a rule says so
		if facts.OneMachine != "" || facts.Leaves("node.host") {
			n.Host = ""
		}
		if facts.Leaves("node.power") {
			n.Power = ""
		}
		if facts.Uses == nil && facts.Leaves("node.disk") {
			n.DiskBytes = 0
		}
	}
	slices.SortStableFunc(r.plan.Nodes, func(a, b *Node) int {
		return cmp.Or(Natural(a.Name, b.Name), a.NameRange.Start.Byte-b.NameRange.Start.Byte)
	})
	if r.plan.Cluster.Type == topologies.AllInOne && r.plan.Target.Facts.Hosting != Hosted {
		r.allInOne()
	}
}

// allInOne gives the node of an all-in-one cluster every role except load balancer. If there are several nodes, which a rule rejects, those
// without written roles become what that rule recommends, so that no other finding follows from roles the author did not mean.
func (r *resolver) allInOne() {
	all := ControlPlane | EtcdRole | Worker
	if len(r.plan.Nodes) == 1 {
		r.plan.Nodes[0].Roles |= all
		return
	}
	missing := !slices.ContainsFunc(r.plan.Nodes, func(n *Node) bool { return n.Roles.Has(ControlPlane) })
	for _, n := range r.plan.Nodes {
		switch {
		case n.Roles != 0:
		case missing:
			n.Roles, missing = all, false
		default:
			n.Roles = Worker
		}
	}
}

// machine reads the arguments that nodes and pools share. The nodes of a pool share its maps and slices, which are never modified.
func (r *resolver) machine(src *spec.Source, m *spec.Machine) Node {
	n := Node{
		Source:           src,
		Roles:            r.roles(src, m.Roles),
		CPUs:             r.number(src, "cpus", m.CPUs, 1, 4096),
		MemoryBytes:      r.size(src, "memory", m.Memory),
		DiskBytes:        r.size(src, "disk", m.Disk),
		Interface:        r.networkInterface(src, m.Interface),
		Labels:           r.labels(src, "labels", m.Labels),
		Annotations:      r.labels(src, "annotations", m.Annotations),
		Taints:           r.taints(m.Taints),
		KubeletExtraArgs: r.kubeletArgs(src, "kubelet_extra_args", m.KubeletExtraArgs),
		Groups:           r.groups(src, m.Groups),
		SSH:              r.nodeSSH(m.SSH),
		InstanceType: r.match(src, "instance_type", m.InstanceType, instancePattern,
			`A machine size has letters, digits and . _ -, such as "m5.large".`),
	}
	if m.Arch != nil {
		n.Arch = r.choice(unknownArchitecture, src.Attr("arch"), "architecture", *m.Arch, architectures, archAliases)
	}
	// in that case it is not a fact about the machine
	if os := r.match(src, "os", m.OS, osPattern,
		`An operating system is a name and a version, such as "ubuntu-24.04" or "debian-13".`); os != "" &&
		!r.plan.Target.Facts.Leaves("node.os") {
		n.OS, _ = ParseOS(os)
	}
	return n
}

// roles reads the list of roles. Without a list, nodes of a hosted control plane are workers; for an all-in-one cluster see allInOne.
func (r *resolver) roles(src *spec.Source, written []string) Roles {
	var roles Roles
	for i, name := range roleNames {
		if slices.Contains(written, name) {
			roles |= 1 << i
		}
	}
	switch {
	case roles != 0 || r.plan.Cluster.Type == topologies.AllInOne && r.plan.Target.Facts.Hosting != Hosted:
		return roles
	case written != nil: // [] is a machine outside the cluster
		return 0
	case r.plan.Target.Facts.Hosting == Hosted:
		return Worker
	}
	if len(r.roleless) == 0 || r.roleless[len(r.roleless)-1].Block() != src.Block() { // for_each creates several nodes from one block
		r.roleless = append(r.roleless, src)
	}
	return 0
}

// ownGroups are the groups that inventories already have, in our playbook and in kubespray.
var ownGroups = []string{"all", "ungrouped", "bootstrap", "control_plane", "etcd", "kubelet", "leaving", "load_balancer", "local_balancer",
	"others", "workers", "bastion", "calico_rr", "k8s_cluster", "kube_control_plane", "kube_node"}

// memberPattern is narrower than what etcd accepts: etcd splits --initial-cluster at = and commas.
var memberPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// groupPattern is narrower than what Ansible accepts. Hyphens are allowed because older inventories have them.
var groupPattern = regexp.MustCompile(`^[a-z_][a-z0-9_-]{0,62}$`)

// groups reads a machine's inventory groups.
func (r *resolver) groups(src *spec.Source, written []string) []string {
	for i, group := range written {
		switch at := src.Element("groups", i); {
		case slices.Contains(ownGroups, group):
			r.fail(invalidName, at, "%q is a group that the inventory has already. Write another name.", group)
		case !groupPattern.MatchString(group):
			r.fail(invalidName, at, `groups holds %q. A group has lower-case letters, digits, _, and -, and begins with a letter or _: `+
				`"monitoring".`, spelling.Excerpt(group))
		case !slices.Contains(r.grouped, grouping{group, at}): // for_each creates several machines from one block
			r.grouped = append(r.grouped, grouping{group, at})
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(written)))
}

// grouping is an inventory group, and the place where a machine is added to it.
type grouping struct {
	group string
	at    hcl.Range
}

// groupsAreNoHosts rejects a group that has the name of a host: an Ansible pattern would match both.
func (r *resolver) groupsAreNoHosts() {
	hosts := make(map[string]*Node, len(r.plan.Nodes))
	for _, n := range r.plan.Nodes {
		hosts[n.Name] = n
	}
	for _, g := range r.grouped {
		if n := hosts[g.group]; n != nil {
			r.fail(invalidName, g.at, "%q is the host on line %d, and a group cannot have a host's name: what RUNBOOK.md runs on the host "+
				"%s would run on the members of the group too. Write another name, such as \"%s-group\".", g.group,
				n.NameRange.Start.Line, g.group, g.group)
		}
	}
}

// missingRoles reports all blocks without roles in one message. It suggests the roles that the design lacks first.
func (r *resolver) missingRoles() {
	if len(r.roleless) == 0 {
		return
	}
	write := `roles = ["worker"], or what the node is for`
	if !slices.ContainsFunc(r.plan.Nodes, func(n *Node) bool { return n.Roles.Has(ControlPlane) }) {
		write = `roles = ["control-plane"] where the API server is to run, and roles = ["worker"] on the others`
		if len(r.roleless) == 1 {
			write = `roles = ["control-plane"]: no other node has it`
		}
	}
	others := ""
	switch n := len(r.roleless) - 1; {
	case n == 1:
		others = fmt.Sprintf(" The block on line %d lacks them too.", r.roleless[1].Block().Start.Line)
	case n > 1:
		others = fmt.Sprintf(" %d other blocks lack them too (line %d and after).", n, r.roleless[1].Block().Start.Line)
	}
	r.fail(missingRoles, r.roleless[0].Block(), "This node has no roles; only all-in-one nodes may omit them.%s Write %s.", others, write)
}

func (r *resolver) node(n *spec.Node) *Node {
	node := r.machine(n.Source, &n.Machine)
	node.Name, node.NameRange = n.Name, n.NameRange
	node.Address = r.address(n.Source, "address", n.Address)
	node.SecondaryAddress = r.address(n.Source, "secondary_address", n.SecondaryAddress)
	node.SSHAddress = r.host(n.Source, "ssh_address", n.SSHAddress)
	node.PublicAddress = r.host(n.Source, "public_address", n.PublicAddress)
	node.FailureDomain = r.domain(n.Attr("failure_domain"), "failure_domain", n.FailureDomain)
	node.Power = r.place(n.Attr("power"), "power", n.Power)
	node.Host = r.place(n.Attr("host"), "host", n.Host)
	node.EtcdName = r.match(n.Source, "etcd_name", n.EtcdName, memberPattern,
		`The name of a member has letters, digits and . _ -, such as "etcd1".`)
	node.Bootstrap = n.Bootstrap != nil && *n.Bootstrap
	if n.MAC != nil {
		if mac, err := net.ParseMAC(*n.MAC); err != nil || len(mac) != 6 {
			r.fail(invalidText, n.Attr("mac"),
				`mac is %q. A hardware address has six pairs of hexadecimal digits, such as "52:54:00:12:34:56".`, spelling.Excerpt(*n.MAC))
		} else {
			node.MAC = mac.String()
		}
	}
	if n.Address == nil {
		r.addressWanted(n.Source, n.Name, "address")
	}
	return &node
}

// domain reads a failure domain: a name, or a path of nested places, the largest first.
func (r *resolver) domain(at hcl.Range, attr string, s *string) string {
	if s == nil {
		return ""
	}
	parts := strings.Split(*s, "/")
	if len(parts) == 1 {
		return r.place(at, attr, s)
	}
	if slices.ContainsFunc(parts, func(part string) bool { return part == "" || !labelValue(part) }) || len(*s) > 63 {
		r.fail(invalidLabel, at, "%s is %q. Nested places are written from the largest to the smallest, with / between: "+
			"\"room-1/rack-a\". Each is letters, digits and . _ -, with a letter or digit at both ends, "+
			"and all together are 63 characters at most.",
			attr, spelling.Excerpt(*s))
		return ""
	}
	return *s
}

// place reads the name of a failure domain, a power feed, or a hypervisor. All of them become label values.
func (r *resolver) place(at hcl.Range, attr string, s *string) string {
	if s == nil {
		return ""
	}
	if *s == "" || !labelValue(*s) {
		r.fail(invalidLabel, at, "%s is %q. It becomes the value of a label: 1 to 63 letters, digits and . _ -, "+
			"with a letter or digit at both ends.", attr, spelling.Excerpt(*s))
		return ""
	}
	return *s
}

func (r *resolver) places(src *spec.Source, attr string, written []string, read func(hcl.Range, string, *string) string) []string {
	var places []string
	for i, s := range written {
		places = append(places, read(src.Element(attr, i), attr, &s))
	}
	return places
}

func (r *resolver) addressWanted(src *spec.Source, of, attr string) {
	if r.plan.Target.Facts.Hosting == Hosts {
		r.fail(missingAddress, src.Block(), "%s has no address, and nothing else assigns one to these machines. "+
			`Write %s = "10.0.0.31", or the address that the host has.`, of, attr)
	}
}

// PoolCount is the number of machines in a pool: its count, or the number of names it lists.
func PoolCount(p *spec.NodePool) int {
	switch {
	case p.Count != nil:
		return *p.Count
	case p.Names != nil:
		return len(p.Names)
	}
	return len(p.Addresses)
}

// poolSize checks that a pool's size arguments agree, and returns the number of machines.
func (r *resolver) poolSize(p *spec.NodePool) int {
	count := PoolCount(p)
	switch {
	case count < 0:
		r.fail(outOfRange, p.Attr("count"), "count is %d. It takes an integer from 0 on.", count)
		return 0
	case p.Count == nil && p.Names == nil && p.Addresses == nil:
		r.fail(poolSize, p.Block(), "Nothing says how many machines this pool has. Write count = 3, or names = [\"%s-1\", …].", p.Name)
	case p.Names != nil && len(p.Names) != count:
		r.fail(poolSize, p.Attr("names"), "The pool has %s and %s. Write as many names, or leave count out.",
			spelling.Quantity(len(p.Names), "name", "names"), spelling.Quantity(count, "machine", "machines"))
	case p.Addresses != nil && len(p.Addresses) != count:
		r.fail(poolSize, p.Attr("addresses"), "The pool has %s and %s. Write as many addresses.",
			spelling.Quantity(len(p.Addresses), "address", "addresses"), spelling.Quantity(count, "machine", "machines"))
	}
	for _, other := range []string{"name_pattern", "first_number"} {
		if p.Names != nil && p.Has(other) {
			r.fail(poolSize, p.Attr(other), "names already names the machines, so %s has no effect. Remove one of them.",
				other)
		}
	}
	if p.Addresses != nil && p.FirstAddress != nil {
		r.fail(poolSize, p.Attr("first_address"), "addresses already has every address, so first_address has no effect. Remove one of "+
			"them.")
	}
	return count
}

// namePattern is a name pattern that contains one number.
var namePattern = regexp.MustCompile(`^([a-z0-9.-]*)%(0[1-9])?d([a-z0-9.-]*)$`)

// poolNames returns the names of a pool's machines, and where each is written.
func (r *resolver) poolNames(p *spec.NodePool, count int) (names []string, at []hcl.Range) {
	pattern, first := p.Name+"-%d", 1
	if p.NamePattern != nil {
		if !namePattern.MatchString(*p.NamePattern) {
			r.fail(invalidName, p.Attr("name_pattern"),
				`name_pattern is %q. Write lower-case letters, digits and hyphens, and %%d, %%02d or %%03d once for the number: "m%%02d".`,
				spelling.Excerpt(*p.NamePattern))
		} else {
			pattern = *p.NamePattern
		}
	}
	if p.FirstNumber != nil {
		first = r.number(p.Source, "first_number", p.FirstNumber, 0, 1_000_000)
	}
	for i := range count {
		if i < len(p.Names) {
			names, at = append(names, p.Names[i]), append(at, p.Element("names", i))
			r.dotted(p.Element("names", i), "node", p.Names[i])
			continue
		}
		names, at = append(names, fmt.Sprintf(pattern, first+i)), append(at, p.NameRange)
	}
	if p.Names != nil {
		return names, at
	}
	if p.NamePattern == nil {
		r.name(p.NameRange, "node_pool", p.Name, 63-1-len(strconv.Itoa(first+count-1)))
	} else if count > 0 {
		r.dotted(p.Attr("name_pattern"), "node", names[count-1])
	}
	return names, at
}

// pool reads a pool and adds its nodes to the plan.
func (r *resolver) pool(p *spec.NodePool) {
	count := r.poolSize(p)
	model := r.machine(p.Source, &p.Machine)
	model.NameRange, model.Pool = p.NameRange, p.Name
	first := r.address(p.Source, "first_address", p.FirstAddress)
	second := r.address(p.Source, "first_secondary_address", p.FirstSecondaryAddress)
	addresses := make([]netip.Addr, len(p.Addresses))
	for i, written := range p.Addresses {
		a, problem := parseAddress(written)
		if problem != "" {
			r.fail(invalidAddress, p.Element("addresses", i), "addresses holds %q: %s", spelling.Excerpt(written), problem)
		}
		addresses[i] = a
	}
	domains := r.places(p.Source, "failure_domains", p.FailureDomains, r.domain)
	hosts := r.places(p.Source, "hosts", p.Hosts, r.place)
	powers := r.places(p.Source, "powers", p.Powers, r.place)
	if p.FirstAddress == nil && p.Addresses == nil && count > 0 {
		r.addressWanted(p.Source, "The pool "+p.Name, "first_address")
	}
	names, at := r.poolNames(p, count)
	domainOf := r.poolDomains(p, names)
	r.addressesLast(p.Source, "first_address", first, count)
	r.addressesLast(p.Source, "first_secondary_address", second, count)

	nodes := make([]Node, count)
	for i := range nodes {
		n := &nodes[i]
		*n = model
		n.Name, n.NameRange = names[i], at[i]
		n.Index = i + 1
		n.Address, _ = offset(first, i)
		if i < len(addresses) {
			n.Address = addresses[i]
		}
		n.SecondaryAddress, _ = offset(second, i)
		if len(domains) > 0 {
			n.FailureDomain = domains[i%len(domains)]
		}
		if domain, ok := domainOf[n.Name]; ok {
			n.FailureDomain = domain
		}
		if len(hosts) > 0 {
			n.Host = hosts[i%len(hosts)]
		}
		if len(powers) > 0 {
			n.Power = powers[i%len(powers)]
		}
		r.plan.Nodes = append(r.plan.Nodes, n)
	}
}

// poolDomains reads failure domains that are given per machine.
func (r *resolver) poolDomains(p *spec.NodePool, names []string) map[string]string {
	if p.DomainOf == nil {
		return nil
	}
	r.domained = append(r.domained, domained{p, names})
	of := make(map[string]string, len(p.DomainOf))
	for _, name := range slices.Sorted(maps.Keys(p.DomainOf)) {
		domain := p.DomainOf[name]
		if !slices.Contains(names, name) {
			continue // it is in another pool of the block, or domainsOfNobody reports it
		}
		of[name] = r.domain(p.Value("failure_domain_of", name), "failure_domain_of", &domain)
	}
	return of
}

// domained is a pool that gives failure domains per machine, with the names of its machines.
type domained struct {
	pool  *spec.NodePool
	names []string
}

// domainsOfNobody rejects failure domains of machines that are in no pool of the block: for_each creates several pools from one block.
func (r *resolver) domainsOfNobody() {
	names := map[hcl.Range][]string{}
	for _, d := range r.domained {
		names[d.pool.Block()] = append(names[d.pool.Block()], d.names...)
	}
	told := map[hcl.Range]map[string]bool{}
	for _, d := range r.domained {
		block := d.pool.Block()
		if told[block] == nil {
			told[block] = map[string]bool{}
		}
		for _, name := range slices.Sorted(maps.Keys(d.pool.DomainOf)) {
			if !told[block][name] && !slices.Contains(names[block], name) {
				told[block][name] = true
				advice := spelling.DidYouMean(name, names[block])
				if advice == "" && len(names[block]) > 0 {
					advice = fmt.Sprintf(" Write one of its machines, such as %q, or remove the entry.", names[block][0])
				}
				r.fail(poolSize, d.pool.Key("failure_domain_of", name), "The pool has no machine %q.%s", spelling.Excerpt(name), advice)
			}
		}
	}
}

// addressesLast checks that a pool of count nodes does not run out of addresses.
func (r *resolver) addressesLast(src *spec.Source, attr string, first netip.Addr, count int) {
	if !first.IsValid() || count == 0 {
		return
	}
	last, ok := offset(first, count-1)
	if !ok {
		r.fail(poolAddressesExhausted, src.Attr(attr), "%d nodes from %s on run past the last possible address. "+
			"Begin lower, or make the pool smaller.", count, first)
		return
	}
	for _, subnet := range r.plan.Network.NodeSubnets {
		if subnet.Contains(first) && !subnet.Contains(last) {
			r.fail(poolAddressesExhausted, src.Attr(attr),
				"%d nodes from %s on reach %s, outside of the subnet %s that the first one is in. "+
					"Begin lower, or make the pool smaller.", count, first, last, subnet)
			return
		}
	}
}

// Natural compares names in natural order: runs of digits compare as numbers, so cp-2 comes before cp-10.
func Natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		dx, dy := digits(x), digits(y)
		if dx > 0 && dy > 0 {
			nx, ny := strings.TrimLeft(x[:dx], "0"), strings.TrimLeft(y[:dy], "0")
			if c := cmp.Or(cmp.Compare(len(nx), len(ny)), strings.Compare(nx, ny)); c != 0 {
				return c
			}
			x, y = x[dx:], y[dy:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

// digits is the number of digits at the start of s.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
