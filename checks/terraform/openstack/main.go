// Command openstack is the provider for OpenStack as its authors publish it, so that `terraform validate` asks the provider itself: it
// knows which values an argument takes, and which arguments go together.
package main

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/plugin"

	"github.com/terraform-provider-openstack/terraform-provider-openstack/v3/openstack"
)

func main() {
	plugin.Serve(&plugin.ServeOpts{ProviderFunc: openstack.Provider,
		ProviderAddr: "registry.terraform.io/terraform-provider-openstack/openstack"})
}
