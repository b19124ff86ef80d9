// Command openstack is the OpenStack provider as published by its authors, so that `terraform validate` runs the provider's own checks of
// values and of combinations of arguments.
package main

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/plugin"

	"github.com/terraform-provider-openstack/terraform-provider-openstack/v3/openstack"
)

func main() {
	plugin.Serve(&plugin.ServeOpts{ProviderFunc: openstack.Provider,
		ProviderAddr: "registry.terraform.io/terraform-provider-openstack/openstack"})
}
