# The machines of the plan on OpenStack. Everything that repeats is keyed by a name from the plan: adding a machine changes that machine
# alone. Nothing here is specific to one cluster; the data is in plan.auto.tfvars.json.

locals {
  # OpenStack requires the numbers of these IP protocols.
  protocols = { ipip = "4", vrrp = "112" }

  # see made-with.tf
  made_with = { for name, m in var.machines : name => { type = m.type, zone = m.zone } }

  # This cloud's balancer requires no settings on the machines.
  control_plane_files    = []
  control_plane_commands = []

  bastion_address = openstack_networking_floatingip_v2.bastion.address
}

data "openstack_networking_network_v2" "external" {
  name     = var.external_network
  external = true
}

data "openstack_images_image_v2" "image" {
  for_each = var.images

  name        = each.value
  most_recent = true
}

resource "openstack_networking_network_v2" "cluster" {
  name = var.cluster
}

# The plan sets the machines' addresses. OpenStack chooses the others (name servers, the bastion) from the end of the range.
resource "openstack_networking_subnet_v2" "nodes" {
  name            = "${var.cluster}-nodes"
  network_id      = openstack_networking_network_v2.cluster.id
  cidr            = var.subnet
  ip_version      = 4
  dns_nameservers = var.dns_servers

  allocation_pool {
    start = cidrhost(var.subnet, -17)
    end   = cidrhost(var.subnet, -2)
  }
}

# Machines have no public address; they reach package repositories and registries through the router.
resource "openstack_networking_router_v2" "cluster" {
  name                = var.cluster
  external_network_id = data.openstack_networking_network_v2.external.id
}

resource "openstack_networking_router_interface_v2" "nodes" {
  router_id = openstack_networking_router_v2.cluster.id
  subnet_id = openstack_networking_subnet_v2.nodes.id
}

# The plan's port table, rule by rule. All other ports stay closed.
resource "openstack_networking_secgroup_v2" "group" {
  for_each = local.groups

  name                 = "${var.cluster}-${each.key}"
  description          = "Machines of the group ${each.key}"
  delete_default_rules = each.key != "all" # the default rules of "all" allow all outbound traffic
}

resource "openstack_networking_secgroup_rule_v2" "opening" {
  for_each = local.openings_by_range

  security_group_id = openstack_networking_secgroup_v2.group[each.value.to].id
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = lookup(local.protocols, each.value.protocol, each.value.protocol)
  port_range_min    = each.value.first == 0 ? null : each.value.first
  port_range_max    = each.value.first == 0 ? null : each.value.last
  remote_group_id   = each.value.cidr == "" ? openstack_networking_secgroup_v2.group[each.value.from].id : null
  remote_ip_prefix  = each.value.cidr == "" ? null : each.value.cidr
  description       = each.value.purpose
}

# Packets of pods without encapsulation: groups do not match pods' addresses, so these rules use ranges.
resource "openstack_networking_secgroup_rule_v2" "pods" {
  for_each = toset(var.pod_subnets)

  security_group_id = openstack_networking_secgroup_v2.group["kubelet"].id
  direction         = "ingress"
  ethertype         = "IPv4"
  remote_ip_prefix  = each.key
  description       = "Pods to nodes and pods"
}

# The balancer's own machines have addresses in the subnet, chosen by OpenStack.
resource "openstack_networking_secgroup_rule_v2" "balancer" {
  for_each = local.balancer

  security_group_id = openstack_networking_secgroup_v2.group["control-plane"].id
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  port_range_min    = var.api_server_port
  port_range_max    = var.api_server_port
  remote_ip_prefix  = var.subnet
  description       = "The balancer to the API servers, and their health"
}

resource "openstack_networking_port_v2" "machine" {
  for_each = var.machines

  name               = each.key
  network_id         = openstack_networking_network_v2.cluster.id
  security_group_ids = [for group in concat(["all"], each.value.roles) : openstack_networking_secgroup_v2.group[group].id]

  fixed_ip {
    subnet_id  = openstack_networking_subnet_v2.nodes.id
    ip_address = each.value.address
  }

  # packets of pods have other addresses than the machine
  dynamic "allowed_address_pairs" {
    for_each = toset(var.pod_subnets)

    content {
      ip_address = allowed_address_pairs.key
    }
  }
}

# Control planes and etcd members run on different hypervisors if there are enough.
resource "openstack_compute_servergroup_v2" "group" {
  for_each = toset([for g in local.groups : g if contains(["control-plane", "etcd"], g)])

  name     = "${var.cluster}-${each.key}"
  policies = ["soft-anti-affinity"]
}

# The machine's name is the node's name: the cloud-controller-manager finds a node's machine by it.
resource "openstack_compute_instance_v2" "machine" {
  for_each = var.machines

  name              = each.key
  flavor_name       = terraform_data.made_with[each.key].input.type
  availability_zone = terraform_data.made_with[each.key].input.zone
  user_data         = local.user_data[each.key]
  config_drive      = true

  network {
    port = openstack_networking_port_v2.machine[each.key].id
  }

  block_device {
    uuid                  = data.openstack_images_image_v2.image[each.value.image].id
    source_type           = "image"
    destination_type      = "volume"
    volume_size           = each.value.disk_gib
    boot_index            = 0
    delete_on_termination = true
  }

  dynamic "scheduler_hints" {
    for_each = slice([for g in ["control-plane", "etcd"] : g if contains(each.value.roles, g)], 0, min(1, length([for g in ["control-plane", "etcd"] : g if contains(each.value.roles, g)])))

    content {
      group = openstack_compute_servergroup_v2.group[scheduler_hints.value].id
    }
  }

  lifecycle {
    # A newer image, another disk size, another server group, or a change of the first boot applies to new machines only: OpenStack would
    # recreate the machine for each of them. An etcd member is never replaced as a side effect.
    ignore_changes = [block_device, user_data, scheduler_hints]
  }

  depends_on = [openstack_networking_router_interface_v2.nodes]
}

# The API's balancer is a proxy with its own addresses, so a control plane that connects to it may reach itself.
resource "openstack_lb_loadbalancer_v2" "api" {
  for_each = local.balancer

  name                  = "${var.cluster}-api"
  vip_subnet_id         = openstack_networking_subnet_v2.nodes.id
  vip_address           = each.value.address
  loadbalancer_provider = var.load_balancer_provider
}

resource "openstack_lb_listener_v2" "api" {
  for_each = local.balancer

  name                = "${var.cluster}-api"
  loadbalancer_id     = openstack_lb_loadbalancer_v2.api[each.key].id
  protocol            = "TCP"
  protocol_port       = each.value.port
  timeout_client_data = 600000 # watches are long and often idle
  timeout_member_data = 600000
}

resource "openstack_lb_pool_v2" "api" {
  for_each = local.balancer

  name        = "${var.cluster}-api"
  listener_id = openstack_lb_listener_v2.api[each.key].id
  protocol    = "TCP"
  lb_method   = "LEAST_CONNECTIONS"
}

resource "openstack_lb_monitor_v2" "api" {
  for_each = local.balancer

  name           = "${var.cluster}-api"
  pool_id        = openstack_lb_pool_v2.api[each.key].id
  type           = "HTTPS"
  url_path       = "/readyz"
  expected_codes = "200"
  delay          = 5
  timeout        = 3
  max_retries    = 2
}

resource "openstack_lb_member_v2" "api" {
  for_each = length(local.balancer) == 0 ? {} : local.control_planes

  name          = each.key
  pool_id       = openstack_lb_pool_v2.api["api"].id
  address       = each.value.address
  protocol_port = var.api_server_port
  subnet_id     = openstack_networking_subnet_v2.nodes.id
}

# The bastion, for Ansible: the only machine with a public address, open only to the administrators' ranges.
resource "openstack_networking_secgroup_v2" "bastion" {
  name        = local.bastion
  description = "The way in"
}

resource "openstack_networking_secgroup_rule_v2" "bastion" {
  for_each = toset(var.admin_cidrs)

  security_group_id = openstack_networking_secgroup_v2.bastion.id
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  port_range_min    = 22
  port_range_max    = 22
  remote_ip_prefix  = each.key
  description       = "Administrators to the bastion"
}

resource "openstack_networking_secgroup_rule_v2" "from_bastion" {
  for_each = { all = var.ssh_port, control-plane = var.api_server_port }

  security_group_id = openstack_networking_secgroup_v2.group[each.key].id
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  port_range_min    = each.value
  port_range_max    = each.value
  remote_group_id   = openstack_networking_secgroup_v2.bastion.id
  description       = "The bastion to sshd, and to the API"
}

resource "openstack_networking_port_v2" "bastion" {
  name               = local.bastion
  network_id         = openstack_networking_network_v2.cluster.id
  security_group_ids = [openstack_networking_secgroup_v2.bastion.id]

  fixed_ip {
    subnet_id = openstack_networking_subnet_v2.nodes.id
  }
}

resource "openstack_compute_instance_v2" "bastion" {
  name              = local.bastion
  flavor_name       = var.bastion_flavor
  availability_zone = var.bastion_zone
  user_data         = local.user_data[local.bastion]
  config_drive      = true

  network {
    port = openstack_networking_port_v2.bastion.id
  }

  block_device {
    uuid                  = data.openstack_images_image_v2.image[var.bastion_image].id
    source_type           = "image"
    destination_type      = "volume"
    volume_size           = 20
    boot_index            = 0
    delete_on_termination = true
  }

  lifecycle {
    ignore_changes = [block_device, user_data]
  }
}

resource "openstack_networking_floatingip_v2" "bastion" {
  pool    = var.external_network
  port_id = openstack_networking_port_v2.bastion.id

  depends_on = [openstack_networking_router_interface_v2.nodes]
}
