# The machines of the plan on Proxmox VE. Everything that repeats is keyed by a name from the plan: adding a machine changes that machine
# alone. Nothing here is specific to one cluster; the data is in plan.auto.tfvars.json.

locals {
  public_keys = [for line in split("\n", trimspace(file(pathexpand(var.ssh_public_key_file)))) : line if line != ""]

  # see made-with.tf
  made_with = { for name, m in var.machines : name => { cpus = m.cpus, memory_mib = m.memory_mib, cpu_type = var.cpu_type } }

  # Each Proxmox node downloads the images of its machines.
  fetched = { for m in values(var.machines) : "${m.host}/${m.image}" => { host = m.host, image = m.image }... }
}

# Downloaded once. For new machines with a newer build at the same URL, run `terraform apply -replace` for the image.
resource "proxmox_download_file" "image" {
  for_each = local.fetched

  node_name    = each.value[0].host
  datastore_id = var.image_datastore
  content_type = "import"
  file_name    = "${var.cluster}-${each.value[0].host}-${each.value[0].image}.qcow2" # unique, because storages can be shared
  url          = var.images[each.value[0].image]
  overwrite    = false
}

resource "proxmox_virtual_environment_vm" "machine" {
  for_each = var.machines

  name        = each.key # cloud-init sets it as the host name
  description = "Machine of the cluster ${var.cluster}"
  tags        = [var.cluster]
  node_name   = each.value.host

  # Another host in the plan migrates the machine instead of recreating it.
  migrate         = true
  on_boot         = true
  stop_on_destroy = true # cloud images have no guest agent for a shutdown
  scsi_hardware   = "virtio-scsi-single"

  cpu {
    cores = terraform_data.made_with[each.key].input.cpus
    type  = terraform_data.made_with[each.key].input.cpu_type
  }

  memory {
    dedicated = terraform_data.made_with[each.key].input.memory_mib
  }

  disk {
    datastore_id = var.datastore
    import_from  = proxmox_download_file.image["${each.value.host}/${each.value.image}"].id
    interface    = "scsi0"
    size         = each.value.disk_gib
    discard      = "on"
    iothread     = true
  }

  network_device {
    bridge      = var.bridge
    model       = "virtio"
    mac_address = each.value.mac == "" ? null : each.value.mac
    vlan_id     = var.vlan == 0 ? null : var.vlan
    mtu         = var.mtu == 0 ? null : var.mtu
  }

  # The cloud images' consoles are serial.
  serial_device {}

  operating_system {
    type = "l26"
  }

  initialization {
    datastore_id = var.datastore

    dns {
      servers = var.nameservers
    }

    ip_config {
      dynamic "ipv4" {
        for_each = each.value.ipv4 == "" ? [] : [each.value]

        content {
          address = ipv4.value.ipv4
          gateway = ipv4.value.gateway4
        }
      }

      dynamic "ipv6" {
        for_each = each.value.ipv6 == "" ? [] : [each.value]

        content {
          address = ipv6.value.ipv6
          gateway = ipv6.value.gateway6
        }
      }
    }

    # One user with a key; no password.
    user_account {
      username = var.ssh_user
      keys     = local.public_keys
    }
  }

  lifecycle {
    # Settings of the first boot. A new image or another key must not recreate a machine, which would lose etcd's data. Disks that a CSI
    # driver attaches belong to the cluster.
    ignore_changes = [initialization, disk]
  }
}
