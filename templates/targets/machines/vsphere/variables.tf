# The values are in plan.auto.tfvars.json, which the plan writes.

variable "cluster" {
  description = "Name of the cluster; prefix of everything in vCenter."
  type        = string
}

variable "datacenter" {
  description = "Datacenter, as vCenter calls it."
  type        = string
}

variable "folder" {
  description = "Folder of the machines, as a path below the datacenter's own."
  type        = string
}

variable "make_folder" {
  description = "Whether the folder is made here; otherwise it exists."
  type        = bool
}

variable "placements" {
  description = "Where machines can be placed, by failure domain; \"default\" for machines without one."
  type = map(object({
    compute_cluster = string
    resource_pool   = string
    datastore       = string
    network         = string
  }))
}

variable "templates" {
  description = "Templates by operating system, as vCenter calls them."
  type        = map(string)
}

variable "machines" {
  description = "Machines by node name."
  type = map(object({
    placement  = string
    template   = string
    cpus       = number
    memory_mib = number
    disk_gib   = number
    mac        = string
  }))
}

variable "separate" {
  description = "Machines of one role in one compute cluster, which keep to different hosts."
  type = map(object({
    placement = string
    machines  = list(string)
  }))
}

variable "host_groups" {
  description = "Hosts of a failure domain, or the one host that nodes state, and the machines that keep to them."
  type = map(object({
    placement = string
    hosts     = list(string)
    machines  = list(string)
  }))
}

variable "ssh_public_key_file" {
  description = "Public half of the key that Ansible uses, on the machine that runs Terraform."
  type        = string
  default     = "~/.ssh/id_ed25519.pub"
}
