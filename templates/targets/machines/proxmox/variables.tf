# The values are in plan.auto.tfvars.json, which the plan writes.

variable "cluster" {
  description = "Name of the cluster; a tag of its machines, and prefix of the images."
  type        = string
}

variable "datastore" {
  description = "Storage of the machines' disks, on every Proxmox node."
  type        = string
}

variable "image_datastore" {
  description = "Storage of the images, with the content type Import."
  type        = string
}

variable "bridge" {
  description = "Bridge to the machines' segment, on every Proxmox node."
  type        = string
}

variable "vlan" {
  description = "VLAN of the segment; 0: untagged."
  type        = number
}

variable "mtu" {
  description = "MTU of the machines' network card; 0: the card's default."
  type        = number
}

variable "cpu_type" {
  description = "CPU type of the machines."
  type        = string
}

variable "nameservers" {
  description = "Name servers of the machines."
  type        = list(string)
}

variable "images" {
  description = "URLs of cloud images by operating system."
  type        = map(string)
}

variable "machines" {
  description = "Machines by node name. Addresses have the prefix length of their segment; \"\" if the machine has no address of that family."
  type = map(object({
    host       = string
    image      = string
    cpus       = number
    memory_mib = number
    disk_gib   = number
    mac        = string
    ipv4       = string
    gateway4   = string
    ipv6       = string
    gateway6   = string
  }))
}

variable "ssh_user" {
  description = "User that Ansible logs in as."
  type        = string
}

variable "ssh_public_key_file" {
  description = "Public half of the key that Ansible uses, on the machine that runs Terraform."
  type        = string
  default     = "~/.ssh/id_ed25519.pub"
}
