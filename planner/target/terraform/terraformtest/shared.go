package terraformtest

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner/artifact"
)

// inline are blocks and arguments of resources that claim everything that the cluster, its cloud controller, and its CSI driver add: each
// apply would remove additions. The provider has separate resources for them. Source: the page of each resource, such as
// https://registry.terraform.io/providers/hashicorp/aws/6.25.0/docs/resources/security_group
var inline = map[string][]string{
	"aws_security_group":             {"ingress", "egress"},
	"aws_default_security_group":     {"ingress", "egress"},
	"aws_network_acl":                {"ingress", "egress"},
	"aws_route_table":                {"route"},
	"aws_default_route_table":        {"route"},
	"aws_instance":                   {"volume_tags", "ebs_block_device"},
	"azurerm_network_security_group": {"security_rule"},
	"azurerm_route_table":            {"route"},
	"azurerm_virtual_network":        {"subnet"},
	"openstack_compute_instance_v2":  {"volume", "security_groups"},
	"hcloud_network":                 {"subnet", "route"},
	"hcloud_load_balancer":           {"target"},
}

// attached are the arguments of machines that list attached disks. An apply would detach a disk that a driver attached, so the arguments
// are ignored, except on a bastion. Source:
// https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/compute_attached_disk
var attached = map[string]string{
	"google_compute_instance":        "attached_disk",
	"vsphere_virtual_machine":        "disk",
	"proxmox_virtual_environment_vm": "disk",
}

// taken lists the places where a second apply would remove something that the cluster created.
func taken(files []artifact.File) []string {
	var out []string
	for _, f := range files {
		if path.Ext(f.Path) != ".tf" {
			continue
		}
		file, diags := hclparse.NewParser().ParseHCL(f.Data, f.Path)
		if diags.HasErrors() {
			out = append(out, diags.Error())
			continue
		}
		body, ok := file.Body.(*hclsyntax.Body)
		for i := 0; ok && i < len(body.Blocks); i++ {
			if b := body.Blocks[i]; b.Type == "resource" {
				out = append(out, takenBy(b)...)
			}
		}
	}
	return out
}

func takenBy(b *hclsyntax.Block) []string {
	var out []string
	kind := b.Labels[0]
	for _, name := range inline[kind] {
		found := b.Body.Attributes[name] != nil
		for _, inner := range b.Body.Blocks {
			found = found || inner.Type == name || inner.Type == "dynamic" && inner.Labels[0] == name
		}
		if found {
			out = append(out, fmt.Sprintf("%s: %s of %s owns all of them, and an apply removes what the cluster added", b.Range(), name,
				kind))
		}
	}
	want := attached[kind]
	if want == "" || strings.Contains(b.Labels[1], "bastion") {
		return out
	}
	if !slices.Contains(ignored(b), want) {
		out = append(out, fmt.Sprintf("%s: %s of %s is not ignored, and an apply detaches what a CSI driver attached", b.Range(), want,
			kind))
	}
	return out
}

// ignored returns the names in a resource's ignore_changes.
func ignored(b *hclsyntax.Block) []string {
	var names []string
	for _, inner := range b.Body.Blocks {
		if inner.Type != "lifecycle" || inner.Body.Attributes["ignore_changes"] == nil {
			continue
		}
		list, diags := hcl.ExprList(inner.Body.Attributes["ignore_changes"].Expr)
		if diags.HasErrors() {
			continue
		}
		for _, item := range list {
			if traversal, diags := hcl.AbsTraversalForExpr(item); !diags.HasErrors() {
				names = append(names, traversal.RootName())
			}
		}
	}
	return names
}
