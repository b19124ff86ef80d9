# The machines of the plan on Hetzner Cloud. Everything that repeats is keyed by a name from the plan: adding a machine changes that
# machine alone. Nothing here is specific to one cluster; the data is in plan.auto.tfvars.json.

locals {
  # Hetzner's firewalls filter only the public interface, so they contain only the plan's openings to the outside.
  # A group without such an opening needs no firewall: the firewall "all" closes everything else.
  outside   = { for key, o in var.openings : key => o if o.from == "" }
  firewalls = toset(concat(["all"], [for o in values(local.outside) : o.to]))

  labels = { cluster = var.cluster }

  ssh_keys        = var.ssh_key == "" ? [for k in hcloud_ssh_key.ops : k.id] : [var.ssh_key]
  bastion_address = hcloud_server.bastion.ipv4_address

  # see made-with.tf
  made_with = { for name, m in var.machines : name => { type = m.type, zone = m.zone } }

  # This cloud's balancer requires no settings on the machines.
  control_plane_files    = []
  control_plane_commands = []
}

resource "hcloud_network" "cluster" {
  name     = var.cluster
  ip_range = var.subnet
  labels   = local.labels
}

resource "hcloud_network_subnet" "nodes" {
  network_id   = hcloud_network.cluster.id
  type         = "cloud"
  network_zone = var.network_zone
  ip_range     = var.subnet
}

# A key in the project: without one, Hetzner sets a root password and sends it by email. A project accepts each key only once.
resource "hcloud_ssh_key" "ops" {
  for_each = toset(var.ssh_key == "" ? [var.cluster] : [])

  name       = each.key
  public_key = local.public_key
  labels     = local.labels
}

# Ports that are not listed stay closed. A firewall without rules blocks all inbound traffic, and allows all outbound traffic.
resource "hcloud_firewall" "group" {
  for_each = local.firewalls

  name   = "${var.cluster}-${each.key}"
  labels = local.labels

  dynamic "rule" {
    for_each = { for key, o in local.outside : key => o if o.to == each.key }

    content {
      description = rule.value.purpose
      direction   = "in"
      protocol    = rule.value.protocol
      port        = rule.value.first == 0 ? null : rule.value.first == rule.value.last ? tostring(rule.value.first) : "${rule.value.first}-${rule.value.last}"
      source_ips  = rule.value.sources
    }
  }
}

# Machines of one group share no physical host.
resource "hcloud_placement_group" "spread" {
  for_each = toset(values(var.spread))

  name   = "${var.cluster}-${each.key}"
  type   = "spread"
  labels = local.labels
}

# The machine's name is the node's name: the cloud-controller-manager finds a node's machine by it. The public address is for downloads
# of the machine; the cluster and Ansible use the private one.
resource "hcloud_server" "machine" {
  for_each = var.machines

  name               = each.key
  server_type        = terraform_data.made_with[each.key].input.type
  image              = var.images[each.value.image]
  location           = terraform_data.made_with[each.key].input.zone
  ssh_keys           = local.ssh_keys
  user_data          = local.user_data[each.key]
  firewall_ids       = [for group in concat(["all"], each.value.roles) : hcloud_firewall.group[group].id if contains(local.firewalls, group)]
  placement_group_id = contains(keys(var.spread), each.key) ? hcloud_placement_group.spread[var.spread[each.key]].id : null
  labels             = local.labels

  public_net {
    ipv4_enabled = true
    ipv6_enabled = false
  }

  network {
    subnet_id = hcloud_network_subnet.nodes.id
    ip        = each.value.address
    alias_ips = []
  }

  lifecycle {
    # A newer image, another key, or a change of the first boot applies to new machines only. An etcd member is never replaced as a side
    # effect. Another placement group would require a power-off.
    ignore_changes = [image, ssh_keys, user_data, placement_group_id]
  }
}

# The API's balancer is a proxy with its own address, so a control plane that connects to it may reach itself. It has no public
# interface, and checks the API servers' health by /readyz.
resource "hcloud_load_balancer" "api" {
  for_each = local.balancer

  name               = "${var.cluster}-api"
  load_balancer_type = var.load_balancer_type
  location           = var.balancer_location
  labels             = local.labels

  algorithm {
    type = "least_connections"
  }
}

resource "hcloud_load_balancer_network" "api" {
  for_each = local.balancer

  load_balancer_id        = hcloud_load_balancer.api[each.key].id
  subnet_id               = hcloud_network_subnet.nodes.id
  ip                      = each.value.address
  enable_public_interface = false
}

resource "hcloud_load_balancer_service" "api" {
  for_each = local.balancer

  load_balancer_id = hcloud_load_balancer.api[each.key].id
  protocol         = "tcp"
  listen_port      = each.value.port
  destination_port = var.api_server_port

  health_check {
    protocol = "http"
    port     = var.api_server_port
    interval = 5
    timeout  = 3
    retries  = 2

    http {
      path         = "/readyz"
      tls          = true
      status_codes = ["200"]
    }
  }
}

resource "hcloud_load_balancer_target" "api" {
  for_each = length(local.balancer) == 0 ? {} : local.control_planes

  load_balancer_id = hcloud_load_balancer.api["api"].id
  type             = "server"
  server_id        = hcloud_server.machine[each.key].id
  use_private_ip   = true

  depends_on = [hcloud_load_balancer_network.api]
}

# The bastion, for Ansible: the machine through which administrators reach the others' private addresses.
resource "hcloud_firewall" "bastion" {
  name   = local.bastion
  labels = local.labels

  rule {
    description = "Administrators to the bastion"
    direction   = "in"
    protocol    = "tcp"
    port        = "22"
    source_ips  = var.admin_cidrs
  }
}

resource "hcloud_server" "bastion" {
  name         = local.bastion
  server_type  = var.bastion_type
  image        = var.images[var.bastion_image]
  location     = var.bastion_location
  ssh_keys     = local.ssh_keys
  user_data    = local.user_data[local.bastion]
  firewall_ids = [hcloud_firewall.bastion.id]
  labels       = local.labels

  public_net {
    ipv4_enabled = true
    ipv6_enabled = false
  }

  network {
    subnet_id = hcloud_network_subnet.nodes.id
    ip        = cidrhost(var.subnet, -2) # no machine in the plan has this address
    alias_ips = []
  }

  lifecycle {
    ignore_changes = [image, ssh_keys, user_data]
  }
}
