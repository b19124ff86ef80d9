# The machines of the plan on Azure. Everything that repeats is keyed by a name from the plan: adding a machine changes that machine alone.
# Nothing here is specific to one cluster; the data is in plan.auto.tfvars.json.

locals {
  # Each of local.groups is an application security group.
  members = merge([for name, m in var.machines : { for g in concat(["all"], m.roles) : "${name}/${g}" => { machine = name, group = g } }]...)

  # Azure evaluates rules by priority, and no two rules of a group may share one. A rule's priority is derived from its name, so an
  # additional rule does not change the others.
  openings = { for key, o in var.openings : key => merge(o, { priority = var.priorities[key] }) }

  protocols = { tcp = "Tcp", udp = "Udp" }

  # See api-address.sh: without it, a control plane that the balancer sends back to itself would wait until it times out.
  control_plane_files = var.endpoint == null ? [] : [
    { path = "/usr/local/sbin/api-address", permissions = "0755", content = file("${path.module}/api-address.sh") },
    { path = "/etc/systemd/system/api-address.service", permissions = "0644", content = file("${path.module}/api-address.service") },
    { path = "/etc/default/api-address", permissions = "0644", content = "ADDRESS=${var.endpoint.address}\nPORT=${var.api_server_port}\n" },
  ]
  control_plane_commands = var.endpoint == null ? [] : [["systemctl", "enable", "--now", "api-address.service"]]

  # see made-with.tf
  made_with = { for name, m in var.machines : name => { type = m.type, zone = m.zone, disk_gib = m.disk_gib } }

  bastion_address = azurerm_public_ip.bastion.ip_address
}

resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = azurerm_resource_group.cluster.name
  virtual_network_name = azurerm_virtual_network.cluster.name
  address_prefixes     = [var.subnet]
}

resource "azurerm_subnet" "bastion" {
  name                 = "bastion"
  resource_group_name  = azurerm_resource_group.cluster.name
  virtual_network_name = azurerm_virtual_network.cluster.name
  address_prefixes     = [var.bastion_subnet]
}

# Machines have no public address; they reach package repositories and registries through NAT.
resource "azurerm_public_ip" "nat" {
  name                = "${var.cluster}-nat"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_nat_gateway" "cluster" {
  name                = var.cluster
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
  sku_name            = "Standard"
}

resource "azurerm_nat_gateway_public_ip_association" "cluster" {
  nat_gateway_id       = azurerm_nat_gateway.cluster.id
  public_ip_address_id = azurerm_public_ip.nat.id
}

resource "azurerm_subnet_nat_gateway_association" "nodes" {
  subnet_id      = azurerm_subnet.nodes.id
  nat_gateway_id = azurerm_nat_gateway.cluster.id
}

resource "azurerm_application_security_group" "group" {
  for_each = local.groups

  name                = "${var.cluster}-${each.key}"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
}

# The plan's port table, rule by rule. All other ports stay closed, also inside the network.
resource "azurerm_network_security_group" "nodes" {
  name                = "${var.cluster}-nodes"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
}

# Each rule is a separate resource. If rules were listed in the group, every apply would remove the rules that the
# cloud-controller-manager adds for Services.
resource "azurerm_network_security_rule" "opening" {
  for_each = local.openings

  name                                       = each.key
  resource_group_name                        = azurerm_resource_group.cluster.name
  network_security_group_name                = azurerm_network_security_group.nodes.name
  description                                = substr(each.value.purpose, 0, 140)
  priority                                   = each.value.priority
  direction                                  = "Inbound"
  access                                     = "Allow"
  protocol                                   = local.protocols[each.value.protocol]
  source_port_range                          = "*"
  destination_port_range                     = each.value.first == each.value.last ? tostring(each.value.first) : "${each.value.first}-${each.value.last}"
  source_application_security_group_ids      = each.value.from == "" ? null : [azurerm_application_security_group.group[each.value.from].id]
  source_address_prefixes                    = each.value.from == "" ? each.value.sources : null
  destination_application_security_group_ids = [azurerm_application_security_group.group[each.value.to].id]
}

locals {
  # Inbound rules by name: source, destination group, and ports. The cloud-controller-manager's rules for Services begin at 500.
  rules = merge(
    # Packets of pods without encapsulation: groups do not match pods' addresses, so these rules use ranges.
    length(var.pod_subnets) == 0 ? {} : {
      pods = { priority = 100, protocol = "*", port = "*", sources = var.pod_subnets, to = "kubelet", purpose = "Pods to nodes and pods" }
    },
    {
      bastion-ssh     = { priority = 101, protocol = "Tcp", port = tostring(var.ssh_port), sources = [var.bastion_subnet], to = "all", purpose = "The bastion to every machine's sshd" }
      bastion-api     = { priority = 102, protocol = "Tcp", port = tostring(var.api_server_port), sources = [var.bastion_subnet], to = "control-plane", purpose = "The bastion to the API servers, by the balancer or without" }
      balancer-health = { priority = 103, protocol = "Tcp", port = tostring(var.api_server_port), sources = ["AzureLoadBalancer"], to = "control-plane", purpose = "The balancer's probes" }
      services-health = { priority = 104, protocol = "Tcp", port = "*", sources = ["AzureLoadBalancer"], to = "kubelet", purpose = "Probes of Services' balancers: Azure's own rule for them comes after the one that shuts everything" }
    },
  )
}

resource "azurerm_network_security_rule" "rule" {
  for_each = local.rules

  name                                       = each.key
  resource_group_name                        = azurerm_resource_group.cluster.name
  network_security_group_name                = azurerm_network_security_group.nodes.name
  description                                = each.value.purpose
  priority                                   = each.value.priority
  direction                                  = "Inbound"
  access                                     = "Allow"
  protocol                                   = each.value.protocol
  source_port_range                          = "*"
  destination_port_range                     = each.value.port
  source_address_prefix                      = length(each.value.sources) == 1 ? each.value.sources[0] : null
  source_address_prefixes                    = length(each.value.sources) == 1 ? null : each.value.sources
  destination_application_security_group_ids = [azurerm_application_security_group.group[each.value.to].id]
}

# Azure's default rules allow all traffic within the network.
resource "azurerm_network_security_rule" "nothing_else" {
  for_each = { nodes = azurerm_network_security_group.nodes.name, bastion = azurerm_network_security_group.bastion.name }

  name                        = "nothing-else"
  resource_group_name         = azurerm_resource_group.cluster.name
  network_security_group_name = each.value
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "nodes" {
  subnet_id                 = azurerm_subnet.nodes.id
  network_security_group_id = azurerm_network_security_group.nodes.id
}

# Permissions of the cloud-controller-manager: to read machines, and to create balancers and their rules, only in this group.
resource "azurerm_user_assigned_identity" "control_plane" {
  name                = "${var.cluster}-control-plane"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
}

resource "azurerm_role_assignment" "control_plane" {
  for_each = toset(["Reader", "Network Contributor"])

  scope                = azurerm_resource_group.cluster.id
  role_definition_name = each.key
  principal_id         = azurerm_user_assigned_identity.control_plane.principal_id
}

resource "azurerm_network_interface" "machine" {
  for_each = var.machines

  name                  = each.key
  resource_group_name   = azurerm_resource_group.cluster.name
  location              = azurerm_resource_group.cluster.location
  ip_forwarding_enabled = true # packets of pods have other addresses than the machine

  ip_configuration {
    name                          = "node"
    subnet_id                     = azurerm_subnet.nodes.id
    private_ip_address_allocation = "Static"
    private_ip_address            = each.value.address
  }
}

resource "azurerm_network_interface_application_security_group_association" "member" {
  for_each = local.members

  network_interface_id          = azurerm_network_interface.machine[each.value.machine].id
  application_security_group_id = azurerm_application_security_group.group[each.value.group].id
}

# The machine's name is the node's name: the cloud-controller-manager finds a node's machine by it.
resource "azurerm_linux_virtual_machine" "machine" {
  for_each = var.machines

  name                            = each.key
  computer_name                   = each.key
  resource_group_name             = azurerm_resource_group.cluster.name
  location                        = azurerm_resource_group.cluster.location
  zone                            = trimprefix(terraform_data.made_with[each.key].input.zone, "${var.location}-")
  size                            = terraform_data.made_with[each.key].input.type
  network_interface_ids           = [azurerm_network_interface.machine[each.key].id]
  admin_username                  = var.ssh_user
  disable_password_authentication = true
  secure_boot_enabled             = each.value.arch == "amd64"
  vtpm_enabled                    = each.value.arch == "amd64"
  custom_data                     = base64encode(local.user_data[each.key])

  admin_ssh_key {
    username   = var.ssh_user
    public_key = local.public_key
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS" # etcd waits for every write to reach the disk
    disk_size_gb         = terraform_data.made_with[each.key].input.disk_gib
  }

  source_image_reference {
    publisher = var.images[each.value.image].publisher
    offer     = var.images[each.value.image].offer
    sku       = var.images[each.value.image].sku
    version   = "latest"
  }

  dynamic "identity" {
    for_each = contains(each.value.roles, "control-plane") ? [azurerm_user_assigned_identity.control_plane.id] : []

    content {
      type         = "UserAssigned"
      identity_ids = [identity.value]
    }
  }

  lifecycle {
    # A newer image, another key or user, or a change of the first boot applies to new machines only: Azure would recreate the machine for
    # each of them. An etcd member is never replaced as a side effect.
    ignore_changes = [source_image_reference, custom_data, admin_ssh_key, admin_username]
  }

  depends_on = [
    azurerm_network_interface_application_security_group_association.member,
    azurerm_subnet_nat_gateway_association.nodes,
    azurerm_nat_gateway_public_ip_association.cluster,
  ]
}

resource "azurerm_lb" "api" {
  for_each = local.balancer

  name                = "${var.cluster}-api"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
  sku                 = "Standard"

  frontend_ip_configuration {
    name                          = "api"
    subnet_id                     = azurerm_subnet.nodes.id
    private_ip_address_allocation = "Static"
    private_ip_address            = each.value.address
    zones                         = ["1", "2", "3"]
  }
}

resource "azurerm_lb_backend_address_pool" "api" {
  for_each = local.balancer

  name            = "control-planes"
  loadbalancer_id = azurerm_lb.api[each.key].id
}

resource "azurerm_network_interface_backend_address_pool_association" "api" {
  for_each = length(local.balancer) == 0 ? {} : local.control_planes

  network_interface_id    = azurerm_network_interface.machine[each.key].id
  ip_configuration_name   = "node"
  backend_address_pool_id = azurerm_lb_backend_address_pool.api["api"].id
}

resource "azurerm_lb_probe" "api" {
  for_each = local.balancer

  name                = "readyz"
  loadbalancer_id     = azurerm_lb.api[each.key].id
  protocol            = "Https"
  port                = var.api_server_port
  request_path        = "/readyz"
  interval_in_seconds = 5
  probe_threshold     = 2
}

resource "azurerm_lb_rule" "api" {
  for_each = local.balancer

  name                           = "api"
  loadbalancer_id                = azurerm_lb.api[each.key].id
  frontend_ip_configuration_name = "api"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.api[each.key].id]
  probe_id                       = azurerm_lb_probe.api[each.key].id
  protocol                       = "Tcp"
  frontend_port                  = each.value.port
  backend_port                   = var.api_server_port
  idle_timeout_in_minutes        = 30 # watches are long and often idle
  tcp_reset_enabled              = true
}

# The bastion, for Ansible: the only machine with a public address, open only to the administrators' ranges.
resource "azurerm_public_ip" "bastion" {
  name                = "${var.cluster}-bastion"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_network_security_group" "bastion" {
  name                = "${var.cluster}-bastion"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
}

resource "azurerm_network_security_rule" "administrators" {
  name                        = "administrators"
  resource_group_name         = azurerm_resource_group.cluster.name
  network_security_group_name = azurerm_network_security_group.bastion.name
  description                 = "Administrators to the bastion"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "22"
  source_address_prefixes     = var.admin_cidrs
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "bastion" {
  subnet_id                 = azurerm_subnet.bastion.id
  network_security_group_id = azurerm_network_security_group.bastion.id
}

resource "azurerm_network_interface" "bastion" {
  name                = local.bastion
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location

  ip_configuration {
    name                          = "bastion"
    subnet_id                     = azurerm_subnet.bastion.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.bastion.id
  }
}

resource "azurerm_linux_virtual_machine" "bastion" {
  name                            = local.bastion
  resource_group_name             = azurerm_resource_group.cluster.name
  location                        = azurerm_resource_group.cluster.location
  size                            = "Standard_B1s"
  network_interface_ids           = [azurerm_network_interface.bastion.id]
  admin_username                  = var.ssh_user
  disable_password_authentication = true
  custom_data                     = base64encode(local.user_data[local.bastion])

  admin_ssh_key {
    username   = var.ssh_user
    public_key = local.public_key
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }

  source_image_reference {
    publisher = var.images[var.bastion_image].publisher
    offer     = var.images[var.bastion_image].offer
    sku       = var.images[var.bastion_image].sku
    version   = "latest"
  }

  lifecycle {
    ignore_changes = [source_image_reference, custom_data, admin_ssh_key, admin_username]
  }

  depends_on = [azurerm_subnet_network_security_group_association.bastion]
}
