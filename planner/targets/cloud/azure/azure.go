// Package azure creates the machines of a plan on Azure with Terraform: a network, a security group from the plan's port table, machines by
// node name in availability zones, the API's internal balancer, and a bastion. The tree's playbook then builds the cluster.
//
// The package is internal to k8splan and makes no compatibility promise.
package azure

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
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
	"github.com/k8splan/k8splan/planner/targets/cloud"
)

// written holds the block's arguments.
type written struct {
	*spec.Source
	cloud.Access
	Subscription  *string
	Location      string
	VNet          string
	Subnet        string
	BastionSubnet string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Machines on Azure.",
		Arguments: append([]spec.Argument{
			{Name: "location", Type: spec.Text, Required: true, Field: "Location", Example: `"westeurope"`, Doc: "Region of Azure."},
			{Name: "vnet_cidr", Type: spec.Text, Required: true, Field: "VNet", Example: `"10.30.0.0/16"`, Doc: "Range of the network."},
			{Name: "subnet", Type: spec.Text, Required: true, Field: "Subnet", Example: `"10.30.0.0/24"`,
				Doc: "Range of the machines' addresses, inside vnet_cidr."},
			{Name: "bastion_subnet", Type: spec.Text, Required: true, Field: "BastionSubnet", Example: `"10.30.255.0/28"`,
				Doc: "Separate range for the bastion, inside vnet_cidr."},
			{Name: "subscription_id", Type: spec.Text, Field: "Subscription", Example: `"00000000-0000-0000-0000-000000000000"`,
				Doc: "ID of the subscription. Default: the variable ARM_SUBSCRIPTION_ID."},
		}, cloud.Arguments()...),
	}
}

// variables is plan.auto.tfvars.json, declared in templates/targets/cloud/azure/variables.tf and templates/targets/terraform/plan.tf.
type variables struct {
	cloud.Variables
	Subscription  string `json:"subscription_id,omitempty"`
	Location      string `json:"location"`
	VNet          string `json:"vnet_cidr"`
	Subnet        string `json:"subnet"`
	BastionSubnet string `json:"bastion_subnet"`
	// Priorities are the priorities of the openings' rules.
	Priorities map[string]int `json:"priorities"`
}

type image struct {
	Publisher string `json:"publisher"`
	Offer     string `json:"offer"`
	SKU       string `json:"sku"`
}

var (
	subscriptionPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	locationPattern     = regexp.MustCompile(`^[a-z]+[0-9]?$`)
)

func facts() *cloud.Cloud {
	return &cloud.Cloud{
		Target: "azure", Vendor: "Azure",
		Arguments:   "Write location, vnet_cidr, subnet, and bastion_subnet; subscription_id if ARM_SUBSCRIPTION_ID is not set.",
		NamePattern: regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,62}[a-z0-9])?$`), NameWords: "lower-case letters, digits, and hyphens",
		ClusterMax: 40,
		NameSource: "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
		// Source: https://learn.microsoft.com/azure/virtual-machines/linux/faq#what-are-the-username-requirements-when-creating-a-vm-
		Users: []string{"admin", "administrator", "guest", "test", "user", "sys", "console", "backup", "owner", "server", "support", "sql",
			"actuser", "adm", "david", "john"},
		SizeSource: terraform.AzureSizesFrom,
		Sizes:      terraform.AzureSizes(),
		// Sources: https://documentation.ubuntu.com/azure/en/latest/azure-how-to/instances/find-ubuntu-images/,
		// https://wiki.debian.org/Cloud/MicrosoftAzure
		ImageSource: "https://documentation.ubuntu.com/azure/en/latest/azure-how-to/instances/find-ubuntu-images/",
		DefaultOS:   "ubuntu-24.04",
		Images: map[string]map[string]any{
			"ubuntu-24.04": {"amd64": image{"Canonical", "ubuntu-24_04-lts", "server"},
				"arm64": image{"Canonical", "ubuntu-24_04-lts", "server-arm64"}},
			"ubuntu-22.04": {"amd64": image{"Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"},
				"arm64": image{"Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-arm64"}},
			"debian-12": {"amd64": image{"Debian", "debian-12", "12-gen2"}, "arm64": image{"Debian", "debian-12", "12-arm64"}},
			"rhel-9":    {"amd64": image{"RedHat", "RHEL", "9-lvm-gen2"}, "arm64": image{"RedHat", "rhel-arm64", "9_4-arm64"}},
		},
		FirstHosts: 4, LastHosts: 1,
		SubnetSource: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq" +
			"#are-there-any-restrictions-on-using-ip-addresses-within-these-subnets",
	}
}

// decode checks the target block against the plan. It reports every mistake that it finds.
func decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (*variables, hcl.Diagnostics) {
	var w written
	r, ok := facts().Read(p, body, ctx, schema(), &w)
	if !ok {
		return nil, r.Diags
	}
	v := &variables{}
	if w.Subscription != nil {
		v.Subscription = r.Match("subscription_id", *w.Subscription, subscriptionPattern,
			"A subscription's ID has 32 hexadecimal digits in "+
				"five groups. Leave it out to take ARM_SUBSCRIPTION_ID.")
	}
	v.Location = r.Match("location", w.Location, locationPattern, `Write a region of Azure, such as "westeurope".`)
	vnet, ok1 := r.IPv4("vnet_cidr", "the range of the network", w.VNet)
	subnet, ok2 := r.IPv4("subnet", "the range of the machines' addresses", w.Subnet)
	bastion, ok3 := r.IPv4("bastion_subnet", "its own range for the bastion", w.BastionSubnet)
	if !ok1 || !ok2 || !ok3 {
		return nil, r.Diags
	}
	v.VNet, v.Subnet, v.BastionSubnet = vnet.Prefix.String(), subnet.Prefix.String(), bastion.Prefix.String()
	for _, inner := range []cloud.Range{subnet, bastion} {
		if inner.Prefix.Bits() < vnet.Prefix.Bits() || !vnet.Prefix.Contains(inner.Prefix.Addr()) {
			r.Say(r.Rules.Argument, inner.At, "%s, %s, is not in the network %s.", inner.Prefix, inner.What, vnet.Prefix)
		}
	}
	r.Apart(subnet, bastion)
	seen := map[hcl.Range]bool{}
	for _, n := range p.Nodes {
		r.Inside(n, subnet)
		number, named := strings.CutPrefix(n.FailureDomain, v.Location+"-")
		if at := n.At("failure_domain"); v.Location != "" && (!named || len(number) != 1 || number < "1" || number > "3") && !seen[at] {
			seen[at] = true
			r.Say(zone, at, "Node %q must have an availability zone of %s as its failure domain, in the form of the node's zone label: "+
				"\"%s-1\" to \"%s-3\"; it %s.", n.Name, v.Location, v.Location, v.Location, block.Says(n.FailureDomain))
		}
	}
	if p.Network.CNI.Encapsulation == plan.IPIP {
		r.Say(protocol, p.Network.CNI.Block(), "This pod network uses IP-in-IP, which Azure's network does not carry. "+
			"Write encapsulation = \"vxlan\".")
	}
	v.Variables = r.Variables(w.Access)
	v.Priorities = priorities(v.Openings)
	if v.Endpoint = r.Balancer(); v.Endpoint != nil {
		r.Within(subnet, endpoint)
		if lb := p.LoadBalancer; lb.VirtualIP.IsValid() && subnet.Prefix.Contains(lb.VirtualIP) && lb.Port != p.Cluster.APIServerPort {
			r.Say(endpoint, lb.Attr("port"),
				"The balancer has port %d and the API servers have port %d. On a control plane, the balancer's address "+
					"leads to its own API server, so the ports must be equal. Write port = %d, or api_server_port = %d in cluster.",
				lb.Port,
				p.Cluster.APIServerPort, p.Cluster.APIServerPort, lb.Port)
		}
	}
	return v, r.Diags
}

// The priorities of the openings' rules: after those of the program itself and before the one that denies everything. The
// cloud-controller-manager takes free ones between 500 and 4096 for Services.
const (
	firstPriority = 1000
	lastPriority  = 3999
)

// priorities derives a priority from each opening's name, and takes the next free one on a collision.
func priorities(openings map[string]terraform.Opening) map[string]int {
	const slots = lastPriority - firstPriority + 1
	out, taken := map[string]int{}, map[int]bool{}
	for _, key := range slices.Sorted(maps.Keys(openings)) {
		sum := sha256.Sum256([]byte(key))
		slot := int(binary.BigEndian.Uint32(sum[:4]) % slots)
		for taken[slot] {
			slot = (slot + 1) % slots
		}
		taken[slot], out[key] = true, firstPriority+slot
	}
	return out
}

// emit writes terraform/: the static program, its data, and its guide.
func emit(_ *plan.Plan, opts *variables) ([]artifact.File, error) {
	return terraform.Files("cloud/azure", opts, terraform.MachinesGuide("Azure",
		"Azure credentials where the provider looks for them: `az login`, and `export ARM_SUBSCRIPTION_ID=…` if the plan has no "+
			"subscription. They need permission to create role assignments (Owner, or Role Based Access Control Administrator). "+
			"In a new subscription: `az provider "+
			"register --namespace Microsoft.Compute`, and the same for Microsoft.Network and Microsoft.ManagedIdentity.",
		"The files were checked with the provider azurerm 4. Release 5 does not register namespaces itself.",
		"The single NAT gateway is in a zone that Azure chooses. If that zone fails, the machines lose internet access, but "+
			"still reach each other.",
		"The API's balancer is reachable only inside the network. From outside, use the bastion (`ssh -L`) or your own VPN.",
		"Azure's internal balancer never returns a machine's packets to that same machine. A control plane that connects to the "+
			"balancer would time out whenever it is chosen itself; the first one always is. Therefore `api-address.service` adds "+
			"the balancer's address to the loopback interface of each control plane while its API server is ready, and removes it "+
			"when it is not. `systemctl status api-address` and `ip address show lo` show the state.",
	), terraform.Azure, terraform.MachineVariables, terraform.UserData, terraform.Bastion, terraform.MadeWith)
}

// rules returns the target's rules.
func rules() []*rule.Rule { return facts().Rules().List(zone, protocol, endpoint) }

var (
	zone = &rule.Rule{
		ID: "azure-zone", Title: "Failure domain is not an availability zone", Permanent: true,
		Doc: "A machine is created in one of the three zones of a region. Failure domains in the plan are these zones, so k8splan " +
			"checks the spread that is really built. They have the names of the zone labels that the cloud-controller-manager sets on " +
			"nodes.",
		Fix: "Write failure domains such as \"westeurope-1\", in a region that has zones.",
		Sources: []string{"https://learn.microsoft.com/azure/reliability/availability-zones-overview",
			"https://cloud-provider-azure.sigs.k8s.io/topics/availability-zones/"},
	}
	protocol = &rule.Rule{
		ID: "azure-protocol", Title: "Protocol that Azure's network does not carry", Permanent: true,
		Doc: "Azure's network carries only TCP, UDP, and ICMP. Pods on different machines could not reach each other over IP-in-IP.",
		Fix: "Write encapsulation = \"vxlan\" for the pod network.",
		Sources: []string{
			"https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq#what-protocols-can-i-use-in-virtual-networks",
			"https://docs.tigera.io/calico/latest/reference/public-cloud/azure",
		},
	}
	endpoint = &rule.Rule{
		ID: "azure-endpoint", Title: "Endpoint not possible with an Azure load balancer", Permanent: true,
		Doc: "Azure's internal load balancer does not return a machine's packets to that same machine. Each control plane therefore has " +
			"the balancer's address on its loopback interface while its own API server is ready. For this, the address must be known " +
			"and the ports must be equal.",
		Fix:     "Write virtual_ip in load_balancer \"external\", and the same port for the balancer and the API servers.",
		Sources: []string{"https://learn.microsoft.com/azure/load-balancer/concepts#limitations"},
	}
)
