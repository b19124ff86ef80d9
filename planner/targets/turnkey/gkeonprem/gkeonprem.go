// Package gkeonprem writes a plan for Google Distributed Cloud on bare metal, formerly GKE On-Prem and Anthos: the configuration that bmctl
// reads, or Terraform for a cluster that an admin cluster creates.
//
// The package is internal to k8splan and makes no compatibility promise.
package gkeonprem

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/terraform"
	"github.com/k8splan/k8splan/templates"
	"github.com/k8splan/k8splan/topologies"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	Project    string
	Location   string
	Kind       *string
	Membership *string
	ControlVIP string
	IngressVIP string
	Pools      []string
	Login      *string
	Key        *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Google Distributed Cloud on bare metal, by bmctl, or by an admin cluster.",
		Arguments: []spec.Argument{
			{Name: "project", Type: spec.Text, Required: true, Field: "Project", Example: `"my-project-123"`,
				Doc: "Google Cloud project of the cluster's fleet."},
			{Name: "location", Type: spec.Text, Required: true, Field: "Location", Example: `"europe-west4"`,
				Doc: "Google Cloud region for logs and metrics."},
			{Name: "cluster_type", Type: spec.Text, Enum: []string{"standalone", "hybrid", "user"}, Field: "Kind", Example: `"standalone"`,
				Doc: "hybrid if the cluster also manages others, user if another cluster creates it. Default: standalone."},
			{Name: "admin_cluster_membership", Type: spec.Text, Field: "Membership",
				Example: `"projects/my-project-123/locations/global/memberships/admin"`,
				Doc:     "Fleet membership of the admin cluster that creates the user cluster."},
			{Name: "control_plane_vip", Type: spec.Text, Required: true, Field: "ControlVIP", Example: `"10.0.0.5"`,
				Doc: "Virtual address of the API on the load balancer nodes."},
			{Name: "ingress_vip", Type: spec.Text, Required: true, Field: "IngressVIP", Example: `"10.0.0.200"`,
				Doc: "Address of the ingress, within address_pools."},
			{Name: "address_pools", Type: spec.TextList, Required: true, Field: "Pools", Example: `["10.0.0.200-10.0.0.220"]`,
				Doc: "Addresses for Services of type LoadBalancer: CIDR ranges, or first and last address."},
			{Name: "login_user", Type: spec.Text, Field: "Login", Example: `"ops"`,
				Doc: "User on the machines who may use sudo. Default: ssh.user."},
			{Name: "ssh_private_key_file", Type: spec.Text, Field: "Key", Example: `"/home/ops/.ssh/id_ed25519"`,
				Doc: "Path of the private key on the workstation that runs bmctl. A user cluster uses that of the admin cluster."},
		},
	}
}

// Release returns the Google Distributed Cloud release that includes a Kubernetes version. plan.Targets lists the same minors. Source:
// https://cloud.google.com/kubernetes-engine/distributed-cloud/bare-metal/docs/release-notes (read 2026-11)
func Release(v plan.Version) string {
	return map[int]string{32: "1.32.1000-gke.57", 33: "1.33.900-gke.90", 34: "1.34.700-gke.93", 35: "1.35.300-gke.87"}[v.Minor]
}

var (
	projectPattern  = regexp.MustCompile(`^[a-z][-a-z0-9:.]{4,61}[a-z0-9]$`)
	locationPattern = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+$`)
	userPattern     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,31}$`)
	// A fleet membership: https://cloud.google.com/kubernetes-engine/fleet-management/docs/resource-names
	membershipPattern = regexp.MustCompile(`^projects/[a-z0-9][-a-z0-9:.]+/locations/[a-z0-9-]+/memberships/[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	pathPattern       = regexp.MustCompile(`^/[^\x00-\x1f]+$`)
)

const (
	folder = "gke-on-prem"
	user   = "user" // a cluster created by an admin cluster
)

type options struct {
	body
	kind, login, key string
}

// span is an address range, first and last.
type span struct{ first, last netip.Addr }

func (s span) holds(a netip.Addr) bool {
	return a.BitLen() == s.first.BitLen() && a.Compare(s.first) >= 0 && a.Compare(s.last) <= 0
}

// parse parses "10.0.0.200-10.0.0.220" or "10.0.0.192/27".
func parse(text string) (span, bool) {
	if first, last, ok := strings.Cut(text, "-"); ok {
		a, err := netip.ParseAddr(first)
		b, err2 := netip.ParseAddr(last)
		return span{a, b}, err == nil && err2 == nil && a.BitLen() == b.BitLen() && a.Compare(b) <= 0
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p != p.Masked() {
		return span{}, false
	}
	last := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(last)*8; bit++ {
		last[bit/8] |= 1 << (7 - bit%8)
	}
	b, _ := netip.AddrFromSlice(last)
	return span{p.Addr(), b}, true
}

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	if written == nil {
		return nil, hcl.Diagnostics{malformed.Diagnostic(p.Target.Block(), "The target needs project, location, control_plane_vip, "+
			"ingress_vip, address_pools, and ssh_private_key_file.")}
	}
	var o options
	r, ok := block.Open(p, written, ctx, schema(), &o.body, malformed)
	if !ok {
		return nil, r.Diags
	}
	say := r.Say
	match := func(name, text string, pattern *regexp.Regexp, what string) {
		if !pattern.MatchString(text) {
			say(malformed, o.Attr(name), "%s is %q. Write %s.", name, text, what)
		}
	}
	match("project", o.Project, projectPattern, `the ID of a project, such as "my-project-123"`)
	match("location", o.Location, locationPattern, `a region of Google Cloud, such as "europe-west4"`)
	if o.login = p.SSH.User; o.Login != nil {
		match("login_user", *o.Login, userPattern, `a user, such as "ops"`)
		o.login = *o.Login
	}
	if o.kind = "standalone"; o.Kind != nil {
		o.kind = *o.Kind
	}
	if o.kind == user {
		match("admin_cluster_membership", block.Value(o.Membership, ""), membershipPattern,
			`the membership of the cluster that creates this one, such as "projects/my-project-123/locations/global/memberships/admin"`)
		if o.Key != nil {
			say(malformed, o.Attr("ssh_private_key_file"), "The admin cluster's key gives access to a user cluster's machines. Leave "+
				"ssh_private_key_file out.")
		}
	} else {
		o.key = block.Value(o.Key, "")
		match("ssh_private_key_file", o.key, pathPattern, `an absolute path, such as "/home/ops/.ssh/id_ed25519"`)
		if o.Membership != nil {
			say(malformed, o.Attr("admin_cluster_membership"),
				"Only a user cluster is created by another cluster. Write cluster_type = \"user\", or "+
					"leave admin_cluster_membership out.")
		}
	}
	if p.Cluster.Type == topologies.AllInOne && o.kind != "standalone" {
		say(malformed, o.Attr("cluster_type"),
			"A single node can only be a standalone cluster: it is too small to manage other clusters, and a user cluster "+
				"has node pools. Leave cluster_type out.")
	}
	o.addresses(p, say)
	for _, n := range p.Nodes {
		switch {
		case !n.Address.IsValid():
			say(host, n.Block(), "Node %q has no address. bmctl connects to existing machines. Write address.", n.Name)
		case n.Arch != "amd64":
			say(host, n.Attr("arch"), "Node %q is %s. Google Distributed Cloud supports only amd64. Write arch = \"amd64\".", n.Name,
				n.Arch)
		case n.OS.Name != "" && n.OS.Name != "ubuntu" && n.OS.Name != "rhel":
			say(host, n.Attr("os"), "Node %q runs %s. Google Distributed Cloud supports Ubuntu and RHEL.%s", n.Name, n.OS,
				n.OS.DidYouMean())
		case !n.Roles.Has(plan.ControlPlane) && !n.Roles.Has(plan.Worker):
			say(host, n.Attr("roles"), "Node %q is neither control plane nor worker. Remove it: etcd and the balancer run on the control "+
				"planes here.",
				n.Name)
		case n.Roles.Has(plan.ControlPlane) && n.Roles.Has(plan.Worker) && p.Cluster.Type != topologies.AllInOne:
			say(host, n.Attr("roles"), "Node %q is control plane and worker. With bmctl, ordinary pods run only on node pools. Write one "+
				"of the roles.",
				n.Name)
		}
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return &o, r.Diags
}

func (o *options) addresses(p *plan.Plan, say func(*rule.Rule, hcl.Range, string, ...any)) {
	var pools []span
	for _, text := range o.Pools {
		s, ok := parse(text)
		if !ok {
			say(malformed, o.Attr("address_pools"),
				"address_pools contains %q. Write the first and the last address, \"10.0.0.200-10.0.0.220\", "+
					"or a range, \"10.0.0.192/27\".", text)
			continue
		}
		pools = append(pools, s)
	}
	vips := map[string]netip.Addr{}
	for name, text := range map[string]string{"control_plane_vip": o.ControlVIP, "ingress_vip": o.IngressVIP} {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			say(malformed, o.Attr(name), "%s is %q, which is not an IP address. Write one such as \"10.0.0.5\".", name, text)
			continue
		}
		vips[name] = a
	}
	inPool := func(a netip.Addr) bool {
		return slices.ContainsFunc(pools, func(s span) bool { return s.holds(a) })
	}
	if a, ok := vips["control_plane_vip"]; ok && inPool(a) {
		say(vip, o.Attr("control_plane_vip"), "%s is in address_pools, so a Service could get the same address. Use one outside "+
			"address_pools.", a)
	}
	if a, ok := vips["ingress_vip"]; ok && !inPool(a) && len(pools) == len(o.Pools) {
		say(vip, o.Attr("ingress_vip"), "%s is not in address_pools. The ingress is a Service of the cluster. Use an address of "+
			"address_pools.", a)
	}
	for _, n := range p.Nodes {
		for name, a := range vips {
			if n.Address == a {
				say(vip, o.Attr(name), "%s is already the address of node %q. Use an unused one.", a, n.Name)
			}
		}
		if n.Address.IsValid() && inPool(n.Address) {
			say(vip, o.Attr("address_pools"), "The addresses include %s, the address of node %q. Exclude the machines' addresses.",
				n.Address, n.Name)
		}
	}
}

// emit writes gke-on-prem/.
func emit(p *plan.Plan, o *options) ([]artifact.File, error) {
	if o.kind == user {
		return terraform.FilesIn(folder, "turnkey/gke-on-prem/terraform", o.variables(p), guide(), terraform.Google)
	}
	readme, err := templates.Files.ReadFile("targets/turnkey/gke-on-prem/README.md")
	if err != nil {
		return nil, err
	}
	data, err := artifact.YAML(o.documents(p)...)
	if err != nil {
		return nil, err
	}
	return []artifact.File{
		{Path: folder + "/README.md", Data: readme},
		{Path: folder + "/cluster.txt", Data: []byte(p.Cluster.Name + " " + Release(p.Cluster.Version) + " " + o.Project + "\n")},
		{Path: folder + "/" + p.Cluster.Name + ".yaml", Data: data},
	}, nil
}

// guide returns the README of a user cluster.
func guide() terraform.Guide {
	return terraform.Guide{
		Title: "A user cluster of Google Distributed Cloud on bare metal",
		Needs: []string{
			"Terraform 1.5 or newer, or OpenTofu. Keep the state in a backend of your own (`.gitignore` here keeps it out of git).",
			"An admin or hybrid cluster whose fleet membership is `admin_cluster_membership`, of the release in " +
				"`plan.auto.tfvars.json` or a later one, with the GKE On-Prem API enabled. Its SSH key must give access to the machines.",
			"Google Cloud credentials where the provider looks for them: `gcloud auth application-default login`, " +
				"with the role GKE on-prem admin.",
			"Machines with Ubuntu or RHEL, and at least 4 CPUs, 32 GiB of memory, and a disk of 128 GiB.",
			"What it costs: your existing machines, and Google's fee for each processor.",
		},
		Steps: []terraform.Step{
			terraform.Apply(),
			{Do: "Check that it works: connect through the fleet. Every node is Ready.",
				Commands: []string{"gcloud container fleet memberships get-credentials \"$(terraform output -raw membership)\"",
					"kubectl get nodes"}},
			{Do: "To remove everything, data included:", Commands: []string{"terraform destroy"}},
		},
		Notes: []string{"Pools are keyed by their names in the plan, so adding or removing a worker changes only its pool. " +
			"A single node is a pool of one."},
	}
}

// rules returns the target's rules.
func rules() []*rule.Rule { return []*rule.Rule{malformed, vip, host} }

const configReference = "https://cloud.google.com/kubernetes-engine/distributed-cloud/bare-metal/docs/reference/cluster-config-ref"

var (
	malformed = &rule.Rule{
		ID: "gke-on-prem-argument", Title: "Malformed gke-on-prem target", Permanent: true,
		Doc: "bmctl checks these values only after it has started on the machines.",
		Fix: "Write project, location, control_plane_vip, ingress_vip, and address_pools; ssh_private_key_file for bmctl, " +
			"admin_cluster_membership for a user cluster.",
		Sources: []string{configReference},
	}
	vip = &rule.Rule{
		ID: "gke-on-prem-vip", Title: "Address that the load balancer cannot have", Permanent: true,
		Doc: "The bundled load balancer answers at the API's address, which no other host may have, and gives Services addresses from " +
			"its pools, including the ingress address.",
		Fix:     "Choose control_plane_vip outside address_pools, ingress_vip inside them, and neither one from a machine.",
		Sources: []string{configReference},
	}
	host = &rule.Rule{
		ID: "gke-on-prem-host", Title: "Machine not supported by bmctl", Permanent: true,
		Doc: "bmctl installs control planes, with etcd and the load balancer on them, and node pools of workers, on existing machines " +
			"with Ubuntu or RHEL on amd64.",
		Fix: "Define control planes and workers with an address each.",
		Sources: []string{configReference,
			"https://cloud.google.com/kubernetes-engine/distributed-cloud/bare-metal/docs/installing/os-reqs"},
	}
)
