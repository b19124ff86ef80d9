// Package aks maps a plan's workers to node pools of an Azure Kubernetes Service cluster, whose control plane Microsoft runs: as Terraform,
// and as a script for az.
//
// The package is internal to k8splan and makes no compatibility promise.
package aks

import (
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
	"github.com/k8splan/k8splan/planner/targets/hosted"
)

// written holds the block's arguments.
type written struct {
	*spec.Source
	Subscription *string
	Location     string
	VNet         string
	Subnet       string
	DefaultPool  *string
	Admins       []string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Azure Kubernetes Service.",
		Arguments: []spec.Argument{
			{Name: "location", Type: spec.Text, Required: true, Field: "Location", Example: `"westeurope"`, Doc: "Region of Azure."},
			{Name: "vnet_cidr", Type: spec.Text, Required: true, Field: "VNet", Example: `"10.50.0.0/16"`, Doc: "Range of the network."},
			{Name: "subnet", Type: spec.Text, Required: true, Field: "Subnet", Example: `"10.50.0.0/22"`,
				Doc: "Range of the workers' addresses, inside vnet_cidr."},
			{Name: "subscription_id", Type: spec.Text, Field: "Subscription", Example: `"00000000-0000-0000-0000-000000000000"`,
				Doc: "ID of the subscription. Default: the variable ARM_SUBSCRIPTION_ID."},
			hosted.DefaultPool(),
			hosted.AdminCIDRs(),
		},
	}
}

// variables is plan.auto.tfvars.json, as templates/targets/hosted/aks/variables.tf, templates/targets/terraform/pools.tf and
// default-pool.tf declare it.
type variables struct {
	hosted.Variables
	Subscription string `json:"subscription_id,omitempty"`
	Location     string `json:"location"`
	VNet         string `json:"vnet_cidr"`
	Subnet       string `json:"subnet"`
	Tier         string `json:"sku_tier"`
	DNS          string `json:"dns_service_ip"`
}

var (
	subscriptionPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	locationPattern     = regexp.MustCompile(`^[a-z]+[0-9]?$`)
)

func vendor() *hosted.Vendor {
	return &hosted.Vendor{
		Target: "aks", Name: "AKS", Default: true,
		Arguments: "Write location, vnet_cidr, and subnet; default_pool if several pools have no taints; optionally subscription_id " +
			"and admin_cidrs.",
		ClusterPattern: regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,52}[a-z0-9])?$`), ClusterWords: "at most 54 letters, digits, and hyphens",
		PoolPattern: regexp.MustCompile(`^[a-z][a-z0-9]{0,11}$`), PoolWords: "at most 12 lower-case letters and digits, starting with a " +
			"letter",
		NameSource: "https://learn.microsoft.com/azure/aks/use-system-pools",
		SizeSource: terraform.AzureSizesFrom,
		Sizes:      terraform.AzureSizes(),
	}
}

// decode checks the target block against the plan. It reports every mistake that it finds.
func decode(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext) (*variables, hcl.Diagnostics) {
	var w written
	r, ok := vendor().Read(p, body, ctx, schema(), &w)
	if !ok {
		return nil, r.Diags
	}
	v := &variables{Variables: r.Variables(w.Admins, w.DefaultPool), Tier: "Free"}
	if hosted.HighlyAvailable(p) {
		v.Tier = "Standard"
	}
	if w.Subscription != nil {
		v.Subscription = r.Match("subscription_id", *w.Subscription, subscriptionPattern,
			"A subscription's ID has 32 hexadecimal digits in "+
				"five groups. Leave it out to take ARM_SUBSCRIPTION_ID.")
	}
	v.Location = r.Match("location", w.Location, locationPattern, `Write a region of Azure, such as "westeurope".`)
	vnet, ok := r.Range("vnet_cidr", w.VNet, "Write the range of the network, such as \"10.50.0.0/16\".")
	subnet, inside := r.Range("subnet", w.Subnet, "Write the range of the workers' addresses, such as \"10.50.0.0/22\".")
	if inside && ok && (!vnet.Contains(subnet.Addr()) || subnet.Bits() < vnet.Bits()) {
		r.Say(r.Rules.Argument, r.At("subnet"), "subnet is %s, which is not inside vnet_cidr, %s.", subnet, vnet)
	}
	v.VNet, v.Subnet = vnet.String(), subnet.String()
	r.Apart(overlap, vnet, &v.Variables)
	if services, ok := block.Prefix4(v.Services); ok {
		address := services.Addr()
		for range 10 { // the default of Azure and kubeadm
			address = address.Next()
		}
		v.DNS = address.String()
	}
	if v.Location != "" {
		r.Zones(v.Pools, regexp.MustCompile("^"+v.Location+"-[1-3]$"), v.Location+"-1")
	}
	for name, pool := range v.Pools {
		for _, t := range pool.Taints {
			if t.Key == "kubernetes.azure.com/scalesetpriority" {
				r.Say(r.Rules.Argument, pool.First.Block(), "Pool %q has the taint %s, which Azure itself sets on its spot pools. Use "+
					"another taint.", name,
					t.Key)
			}
		}
	}
	return v, r.Diags
}

// emit writes terraform/, with create.sh in it.
func emit(_ *plan.Plan, v *variables) ([]artifact.File, error) {
	files, err := terraform.Files("hosted/aks", v, terraform.ClusterGuide(terraform.Vendor{
		Name: "Azure Kubernetes Service",
		Credentials: "Azure credentials where the provider looks for them: `az login`, and `export ARM_SUBSCRIPTION_ID=…` if the plan " +
			"has no subscription. They need permission to create role assignments (Owner, or Role Based Access Control Administrator). " +
			"In a new subscription: `az provider register --namespace Microsoft.ContainerService`, and the same for Microsoft.Compute, " +
			"Microsoft.Network, and Microsoft.ManagedIdentity.",
		Costs:      "the vendor's fee for the control plane, and a balancer whose address the workers use for outbound traffic",
		Kubeconfig: "az aks get-credentials --resource-group " + hosted.Quote(v.Cluster) + " --name " + hosted.Quote(v.Cluster),
		Other: terraform.Step{Do: "`create.sh` creates the same cluster with az, in the same network.", Commands: []string{"sh " +
			"create.sh"}}},
		"The files were checked with the provider azurerm 4. Release 5 requires a block `node_provisioning_profile` in the "+
			"cluster, and does not register namespaces itself.",
		"The default pool is created with the cluster. If you change `default_pool` to another pool, `terraform plan` fails: Azure "+
			"would recreate the cluster.",
		"Azure upgrades the cluster to new patch releases automatically. For a new minor, change `kubernetes_version`, and run "+
			"`az aks upgrade`.",
	), terraform.Azure, terraform.PoolVariables, terraform.DefaultPool)
	if err != nil {
		return nil, err
	}
	return append(files, artifact.File{Path: terraform.Folder + "/create.sh", Mode: 0o755, Data: script(v).Bytes()}), nil
}

func script(v *variables) hosted.Script {
	group := []any{"--resource-group", v.Cluster}
	az := func(command string, words ...any) []any {
		return append(append([]any{hosted.Raw(command)}, group...), words...)
	}
	// shell stores az's output in a variable.
	shell := func(variable, command, query string, words ...any) []any {
		return append(az(variable+"=$(az "+command, words...), "--query", query, "--output", hosted.Raw("tsv)"))
	}
	identity := v.Cluster + "-control-plane"
	first := v.Pools[v.Default]
	create := az("az aks create", "--name", v.Cluster, "--location", v.Location, "--kubernetes-version", v.Version, "--tier",
		strings.ToLower(v.Tier), "--nodepool-name", v.Default, "--node-vm-size", first.Size, "--node-count", first.Count,
		"--node-osdisk-size", first.DiskGiB, "--vnet-subnet-id", hosted.Raw(`"$subnet"`), "--assign-identity", hosted.Raw(`"$identity"`))
	create = append(create, v.zones(first)...)
	if len(first.Labels) > 0 {
		create = append(create, labels("--nodepool-labels", first.Labels)...)
	}
	create = append(create, "--network-plugin", "azure", "--network-plugin-mode", "overlay", "--network-dataplane", "cilium",
		"--network-policy", "cilium", "--load-balancer-sku", "standard")
	if v.Pods != "" {
		create = append(create, "--pod-cidr", v.Pods)
	}
	if v.Services != "" {
		create = append(create, "--service-cidr", v.Services, "--dns-service-ip", v.DNS)
	}
	if len(v.Admins) > 0 {
		create = append(create, "--api-server-authorized-ip-ranges", strings.Join(v.Admins, ","))
	}
	create = append(create, "--auto-upgrade-channel", "patch", "--node-os-upgrade-channel", "NodeImage", "--enable-oidc-issuer",
		"--enable-workload-identity", "--no-ssh-key")
	s := hosted.Script{
		Head: []string{"Create the cluster with az. Sign in first: az login; az account set --subscription …"},
		Commands: [][]any{
			{hosted.Raw("az group create"), "--name", v.Cluster, "--location", v.Location},
			az("az network vnet create", "--name", v.Cluster, "--location", v.Location, "--address-prefixes", v.VNet, "--subnet-name",
				"workers", "--subnet-prefixes", v.Subnet),
			shell("network", "network vnet show", "id", "--name", v.Cluster),
			shell("subnet", "network vnet subnet show", "id", "--vnet-name", v.Cluster, "--name", "workers"),
			az("az identity create", "--name", identity, "--location", v.Location),
			shell("identity", "identity show", "id", "--name", identity),
			shell("principal", "identity show", "principalId", "--name", identity),
			{hosted.Raw("az role assignment create"), "--assignee-object-id", hosted.Raw(`"$principal"`), "--assignee-principal-type",
				"ServicePrincipal", "--role", "Network Contributor", "--scope", hosted.Raw(`"$network"`)},
			create,
		},
	}
	for _, name := range slices.Sorted(maps.Keys(v.Pools)) {
		p := v.Pools[name]
		if name == v.Default {
			continue
		}
		add := az("az aks nodepool add", "--cluster-name", v.Cluster, "--name", name, "--node-vm-size", p.Size, "--node-count", p.Count,
			"--node-osdisk-size", p.DiskGiB, "--vnet-subnet-id", hosted.Raw(`"$subnet"`), "--max-surge", "10%")
		add = append(add, v.zones(p)...)
		if len(p.Labels) > 0 {
			add = append(add, labels("--labels", p.Labels)...)
		}
		if len(p.Taints) > 0 {
			var taints []string
			for _, t := range p.Taints {
				taints = append(taints, t.TaintText())
			}
			add = append(add, "--node-taints", strings.Join(taints, ","))
		}
		s.Commands = append(s.Commands, add)
	}
	return s
}

// zones are separate words for az.
func (v *variables) zones(p hosted.Pool) []any {
	if len(p.Zones) == 0 {
		return nil
	}
	words := []any{"--zones"}
	for _, z := range p.Zones {
		words = append(words, strings.TrimPrefix(z, v.Location+"-"))
	}
	return words
}

func labels(flag string, m map[string]string) []any {
	words := []any{flag}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		words = append(words, key+"="+m[key])
	}
	return words
}

// rules returns the target's rules.
func rules() []*rule.Rule { return vendor().List(overlap) }

var overlap = &rule.Rule{
	ID: "aks-range-overlap", Title: "Pods or Services in the network's range", Permanent: true,
	Doc:     "Pods and Services have their own ranges, separate from the network's. If one overlaps it, machines become unreachable.",
	Fix:     "Give each its own range.",
	Sources: []string{"https://learn.microsoft.com/azure/aks/azure-cni-overlay"},
}
