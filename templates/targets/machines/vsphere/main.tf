locals {
  public_keys = [for line in split("\n", trimspace(file(pathexpand(var.ssh_public_key_file)))) : line if line != ""]

  # The input of cloud-init's data source VMware: the plan's files, with the key.
  metadata = {
    for name in keys(var.machines) : name => yamlencode(merge(
      yamldecode(file("${path.module}/cloud-init/${name}/meta-data")),
      { "public-keys" = local.public_keys },
    ))
  }

  # see made-with.tf
  made_with = { for name, m in var.machines : name => { cpus = m.cpus, memory_mib = m.memory_mib } }

  hosts = toset(flatten([for group in var.host_groups : group.hosts]))
}

data "vsphere_datacenter" "this" {
  name = var.datacenter
}

data "vsphere_compute_cluster" "this" {
  for_each      = var.placements
  name          = each.value.compute_cluster
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_resource_pool" "this" {
  for_each      = { for name, place in var.placements : name => place if place.resource_pool != "" }
  name          = each.value.resource_pool
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_datastore" "this" {
  for_each      = var.placements
  name          = each.value.datastore
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_network" "this" {
  for_each      = var.placements
  name          = each.value.network
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_virtual_machine" "template" {
  for_each      = var.templates
  name          = each.value
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_host" "this" {
  for_each      = local.hosts
  name          = each.value
  datacenter_id = data.vsphere_datacenter.this.id
}

# If the topology has a folder, it already exists, with its permissions.
resource "vsphere_folder" "this" {
  count = var.make_folder ? 1 : 0

  path          = var.folder
  type          = "vm"
  datacenter_id = data.vsphere_datacenter.this.id
}

resource "vsphere_virtual_machine" "this" {
  for_each = var.machines

  name             = "${var.cluster}-${each.key}"
  folder           = var.make_folder ? vsphere_folder.this[0].path : var.folder
  resource_pool_id = try(data.vsphere_resource_pool.this[each.value.placement].id, data.vsphere_compute_cluster.this[each.value.placement].resource_pool_id)
  datastore_id     = data.vsphere_datastore.this[each.value.placement].id

  num_cpus  = terraform_data.made_with[each.key].input.cpus
  memory    = terraform_data.made_with[each.key].input.memory_mib
  guest_id  = data.vsphere_virtual_machine.template[each.value.template].guest_id
  firmware  = data.vsphere_virtual_machine.template[each.value.template].firmware
  scsi_type = data.vsphere_virtual_machine.template[each.value.template].scsi_type

  # vSphere's CSI driver finds volumes by their UUID.
  enable_disk_uuid = true

  network_interface {
    network_id     = data.vsphere_network.this[each.value.placement].id
    adapter_type   = "vmxnet3"
    use_static_mac = each.value.mac != ""
    mac_address    = each.value.mac != "" ? each.value.mac : null
  }

  disk {
    label            = "disk0"
    size             = max(each.value.disk_gib, data.vsphere_virtual_machine.template[each.value.template].disks[0].size)
    thin_provisioned = data.vsphere_virtual_machine.template[each.value.template].disks[0].thin_provisioned
  }

  clone {
    template_uuid = data.vsphere_virtual_machine.template[each.value.template].id
  }

  extra_config = {
    "guestinfo.metadata"          = base64encode(local.metadata[each.key])
    "guestinfo.metadata.encoding" = "base64"
    "guestinfo.userdata"          = filebase64("${path.module}/cloud-init/${each.key}/user-data")
    "guestinfo.userdata.encoding" = "base64"
  }

  lifecycle {
    # Settings of the machine's creation. A new template or another key must not recreate a machine, which would lose etcd's data. The
    # template's hardware must not restart all machines. Disks that a CSI driver attaches belong to the cluster; Terraform would detach
    # them: https://github.com/vmware/terraform-provider-vsphere/issues/1171
    ignore_changes = [clone, extra_config, guest_id, firmware, scsi_type, disk]
  }
}

# A group's machines run on different hosts, if there are enough hosts. After the loss of a host, a mandatory rule would keep machines off.
resource "vsphere_compute_cluster_vm_anti_affinity_rule" "this" {
  for_each = var.separate

  name                = "${var.cluster}-${each.key}"
  compute_cluster_id  = data.vsphere_compute_cluster.this[each.value.placement].id
  virtual_machine_ids = [for name in each.value.machines : vsphere_virtual_machine.this[name].id]
  mandatory           = false
}

resource "vsphere_compute_cluster_host_group" "this" {
  for_each = var.host_groups

  name               = "${var.cluster}-${each.key}-hosts"
  compute_cluster_id = data.vsphere_compute_cluster.this[each.value.placement].id
  host_system_ids    = [for name in each.value.hosts : data.vsphere_host.this[name].id]
}

resource "vsphere_compute_cluster_vm_group" "this" {
  for_each = var.host_groups

  name                = "${var.cluster}-${each.key}-machines"
  compute_cluster_id  = data.vsphere_compute_cluster.this[each.value.placement].id
  virtual_machine_ids = [for name in each.value.machines : vsphere_virtual_machine.this[name].id]
}

# Machines run on the hosts of their failure domain, and start elsewhere only if none of these is up.
resource "vsphere_compute_cluster_vm_host_rule" "this" {
  for_each = var.host_groups

  name                     = "${var.cluster}-${each.key}"
  compute_cluster_id       = data.vsphere_compute_cluster.this[each.value.placement].id
  vm_group_name            = vsphere_compute_cluster_vm_group.this[each.key].name
  affinity_host_group_name = vsphere_compute_cluster_host_group.this[each.key].name
  mandatory                = false
}
