package check

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const ccmDocs = "https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/"

// sizeName is a vendor's naming scheme for machine types.
type sizeName struct {
	vendor     string
	cloud      string // one of plan.Clouds
	shape, arm *regexp.Regexp
}

// vendorOf finds the vendor whose naming scheme matches a machine type, -1 if several or none do.
func vendorOf(name string) int {
	found := -1
	for i, s := range sizeNames {
		if name != "" && s.shape.MatchString(name) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// sizeNames are the vendors' naming schemes for machine types, including those with ARM processors. Sources:
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html,
// https://learn.microsoft.com/en-us/azure/virtual-machines/vm-naming-conventions, https://cloud.google.com/compute/docs/machine-resource,
// https://docs.hetzner.com/cloud/servers/overview/
var sizeNames = []sizeName{
	{"AWS", "aws",
		regexp.MustCompile(`^[a-z][a-z0-9-]*\.(nano|micro|small|medium|[0-9]*x?large|metal(-[0-9a-z]+)?)$`),
		regexp.MustCompile(`^(a1|[a-z]+[0-9]+[a-z]*g[a-z]*(-[a-z0-9]+)?)\.`)},
	{"Azure", "azure", regexp.MustCompile(`^(Standard|Basic)_[A-Z]`),
		regexp.MustCompile(`^Standard_[A-Z]+[0-9]+(-[0-9]+)?[a-z]*p[a-z]*(_|$)`)},
	{"Google Cloud", "gcp", regexp.MustCompile(`^([a-z][0-9][a-z]?|custom|g2|f1|e2|m[1-4]|a[23])-[a-z0-9-]+$`),
		regexp.MustCompile(`^(t2a|c4a|n4a|a4x)-`)},
	{"Hetzner", "hetzner", regexp.MustCompile(`^(cx|cpx|cax|ccx)[0-9]+$`), regexp.MustCompile(`^cax`)},
}

// writtenRanges reads an argument of the target's block that lists ranges; nil if the target has no such argument, or if it is invalid,
// which the target reports.
func writtenRanges(p *plan.Plan, name string) (ranges []netip.Prefix, at hcl.Range) {
	t := p.Spec.Target
	if t == nil || t.Body == nil {
		return nil, hcl.Range{}
	}
	content, _, _ := t.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: name}}})
	attribute := content.Attributes[name]
	if attribute == nil {
		return nil, hcl.Range{}
	}
	value, diags := attribute.Expr.Value(t.Context)
	if value, _ = value.UnmarkDeep(); diags.HasErrors() || !value.IsWhollyKnown() || value.IsNull() || !value.CanIterateElements() {
		return nil, hcl.Range{}
	}
	for _, element := range value.AsValueSlice() {
		if element.Type() == cty.String && !element.IsNull() {
			if r, err := netip.ParsePrefix(element.AsString()); err == nil {
				ranges = append(ranges, r)
			}
		}
	}
	return ranges, attribute.Expr.Range()
}

// everyone is the range through which an argument admits everyone: one with half of all addresses or more. The target itself reports
// ranges that it does not accept.
func everybody(ranges []netip.Prefix, ipv6 bool) (netip.Prefix, bool) {
	for _, r := range ranges {
		if r.Bits() <= 1 && r == r.Masked() && (r.Addr().Is4() || ipv6) {
			return r, true
		}
	}
	return netip.Prefix{}, false
}

var cloudRules = []Rule{
	{rule.Rule{
		ID: "target-open-to-everybody", Severity: rule.Warning, Title: "API or machines open to the internet",
		Doc: "admin_cidrs lists who can reach the bastion's SSH and, with some targets, the Kubernetes API; a vendor's API is open to " +
			"everyone unless you set it. If they are open to the internet, attackers find them within minutes and never stop trying: " +
			"one weak key or one vulnerability is enough.",
		Fix: "Write the ranges of administrators and CI, or of a VPN.",
		Sources: []string{"https://kubernetes.io/docs/concepts/security/security-checklist/",
			"https://kops.sigs.k8s.io/cluster_spec/#kubernetesapiaccess"},
	}, targetOpenToEverybody},
	{rule.Rule{
		ID: "machine-type-vendor", Severity: rule.Error, Title: "Machine type of another vendor",
		Doc: "Each cloud has its own names for machine sizes. A name from another cloud does not exist there, and creating the machine " +
			"fails.",
		Fix: "Write a machine type of the target's cloud.",
		Sources: []string{"https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html",
			"https://learn.microsoft.com/en-us/azure/virtual-machines/vm-naming-conventions",
			"https://cloud.google.com/compute/docs/machine-resource"},
	}, machineTypeVendor},
	{rule.Rule{
		ID: "machine-type-architecture", Severity: rule.Error, Title: "Machine type of another architecture",
		Doc: "The machine type decides which processor a machine has, and `arch` which image it boots and which binaries it fetches. " +
			"If they differ, the cloud refuses the image, or nothing on the machine starts.",
		Fix: "Write the `arch` that the machine type has, or another machine type.",
		Sources: []string{"https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html",
			"https://learn.microsoft.com/en-us/azure/virtual-machines/vm-naming-conventions",
			"https://docs.hetzner.com/cloud/servers/overview/"},
	}, machineTypeArchitecture},
	{rule.Rule{
		ID: "cloud-manifest-missing", Severity: rule.Error, Title: "Cloud without its controller manager", Permanent: true,
		Doc: "In a cluster with an external cloud provider, nodes accept no pods until the cloud's controller manager has initialized " +
			"them. For this cloud k8splan has no manifest with a fixed checksum: the vendor publishes a Helm chart, or a manifest in " +
			"which credentials must be filled in.",
		Fix: "Write manifest blocks for what your cloud's documentation tells you to apply, or remove the block: a cluster needs a " +
			"cloud provider only for Services of type LoadBalancer, zones, and routes.",
		Sources: []string{ccmDocs, "https://github.com/kubernetes/cloud-provider-vsphere/tree/master/releases",
			"https://github.com/kubernetes-sigs/cloud-provider-azure/tree/master/helm"},
	}, cloudManifestMissing},
	{rule.Rule{
		ID: "cloud-credentials-missing", Severity: rule.Warning, Title: "Controller manager without its credentials",
		Doc: "The controller manager reads its credentials from a Secret; they do not belong in this file. Without the Secret its pod " +
			"does not start, all nodes keep their taint, and cluster DNS never becomes ready.",
		Fix: "Write `manifest \"~/secrets/FILE.yaml\" {}` into the block, a path on the machine that runs Ansible; the file holds the " +
			"Secret that the message names.",
		Sources: []string{ccmDocs, "https://github.com/hetznercloud/hcloud-cloud-controller-manager#quick-start"},
	}, cloudCredentialsMissing},
	{rule.Rule{
		ID: "cloud-elsewhere", Severity: rule.Error, Title: "Controller manager of another cloud",
		Doc: "A controller manager looks up the machine of every node in its cloud, and removes nodes that it does not find. If it " +
			"belongs to another cloud than the machines, it initializes no node.",
		Fix:     "Write the cloud that the target names.",
		Sources: []string{"https://kubernetes.io/docs/concepts/architecture/cloud-controller/"},
	}, cloudElsewhere},
	{rule.Rule{
		ID: "cloud-flag-twice", Severity: rule.Error, Title: "Flag that cloud_provider sets", Permanent: true,
		Doc: "The block sets --cloud-provider on every kubelet and on the controller manager. A second value is either redundant, or " +
			"leaves some nodes without the taint that keeps pods away until the node is initialized.",
		Fix:     "Remove the flag.",
		Sources: []string{ccmDocs},
	}, cloudFlagTwice},
}

// vendorsNames is the index of the naming scheme of the target's vendor, -1 if unknown.
func vendorsNames(p *plan.Plan) int {
	return slices.IndexFunc(sizeNames, func(s sizeName) bool { return s.cloud == p.Target.Cloud() })
}

// targetHas reports whether the target's block has an argument.
func targetHas(p *plan.Plan, name string) bool {
	t := p.Spec.Target
	if t == nil || t.Body == nil {
		return false
	}
	content, _, _ := t.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: name}}})
	return content.Attributes[name] != nil
}

func targetOpenToEverybody(p *plan.Plan) []Finding {
	ranges, at := writtenRanges(p, "admin_cidrs")
	if p.Target.Facts.OpenAPI && !targetHas(p, "admin_cidrs") {
		return one(p.Target.Block(), "Without admin_cidrs, the whole internet can reach the API. Write the ranges of "+
			"administrators and CI, such as admin_cidrs = [\"203.0.113.0/24\"].")
	}
	if all, open := everybody(ranges, p.Target.Facts.AdminsIPv6); open {
		return one(at, "%s lets the whole internet try to log in. Write the ranges of administrators and CI, such as admin_cidrs = "+
			"[\"203.0.113.0/24\"].", all)
	}
	return nil
}

func machineTypeVendor(p *plan.Plan) []Finding {
	own := vendorsNames(p)
	if own < 0 {
		return nil
	}
	return each(p.Nodes, func(n *plan.Node) bool {
		other := vendorOf(n.InstanceType)
		return other >= 0 && !sizeNames[own].shape.MatchString(n.InstanceType)
	}, func(n *plan.Node) hcl.Range { return n.Attr("instance_type") }, func(n *plan.Node, all []*plan.Node) string {
		return fmt.Sprintf("%s is a machine type of %s, and %s is created on %s. Write one of %s.", n.InstanceType,
			sizeNames[vendorOf(n.InstanceType)].vendor, whose(all), sizeNames[own].vendor, sizeNames[own].vendor)
	})
}

func machineTypeArchitecture(p *plan.Plan) []Finding {
	own, leaves := vendorsNames(p), p.Target.Facts.Leaves("node.arch")
	arch := func(n *plan.Node) string {
		if sizeNames[own].arm.MatchString(n.InstanceType) {
			return "arm64"
		}
		return "amd64"
	}
	return each(p.Nodes, func(n *plan.Node) bool {
		return own >= 0 && n.InstanceType != "" && sizeNames[own].shape.MatchString(n.InstanceType) && n.Arch != "" && n.Arch != arch(n) &&
			(!leaves || n.Has("arch")) // a value that the target decides is not the author's claim
	}, func(n *plan.Node) hcl.Range { return n.Attr("instance_type") }, func(n *plan.Node, all []*plan.Node) string {
		return fmt.Sprintf("%s has a processor of %s, and %s is %s. Write arch = %q, or another machine type.", n.InstanceType, arch(n),
			whose(all), n.Arch, arch(n))
	})
}

func cloudManifestMissing(p *plan.Plan) []Finding {
	for _, a := range p.Addons {
		if a.Cloud != "" && a.Known == nil && len(a.Manifests) == 0 {
			return one(a.NameRange, "Nothing here would initialize the nodes, and they accept no pods until then. Write manifest "+
				"\"https://…\" { checksum = \"sha256:…\" } with the controller manager of %s, or remove the block.", a.Cloud)
		}
	}
	return nil
}

func cloudCredentialsMissing(p *plan.Plan) []Finding {
	for _, a := range p.Addons {
		known, ok := plan.FindCloud(a.Cloud)
		own := slices.ContainsFunc(a.Manifests, func(m plan.Manifest) bool { return m.Tree == "" })
		if ok && known.Secret != "" && !own {
			return one(a.NameRange,
				"The controller manager waits for the Secret %s in kube-system: %s. Write manifest \"~/secrets/%s.yaml\" "+
					"{}, a file on the machine that runs Ansible.", known.Secret, known.Holds, known.Secret)
		}
	}
	return nil
}

func cloudElsewhere(p *plan.Plan) []Finding {
	cloud := p.Target.Cloud()
	if p.CloudProvider == "" || p.CloudProvider == "other" || p.Target.Facts.Hosting != plan.Hosts || cloud == "" ||
		cloud == p.CloudProvider {
		return nil
	}
	for _, a := range p.Addons {
		if a.Cloud != "" {
			return one(a.NameRange, "The machines are those of %s: the controller manager of %s would find none of them. "+
				"Write cloud_provider %q.", p.Target.Name, a.Cloud, cloud)
		}
	}
	return nil
}

func cloudFlagTwice(p *plan.Plan) []Finding {
	if p.CloudProvider == "" {
		return nil
	}
	var findings []Finding
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			if a.Name == "cloud-provider" && (c.component == "kubelet" || c.component == "kube-controller-manager") {
				findings = append(findings, one(c.key(a.Name), "cloud_provider %q sets --cloud-provider of %s. Remove the flag.",
					p.CloudProvider, c.component)...)
			}
		}
	}
	return findings
}
