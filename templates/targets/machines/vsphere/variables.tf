# The values are in plan.auto.tfvars.json, which the plan writes.

variable "cluster" {
  description = "Name of the cluster; prefix of all names in vCenter."
  type        = string
}

variable "datacenter" {
  description = "Name of the datacenter in vCenter."
  type        = string
}

variable "folder" {
  description = "Folder of the machines, a path below the datacenter's folder."
  type        = string
}

variable "make_folder" {
  description = "Whether to create the folder; otherwise it already exists."
  type        = bool
}

variable "placements" {
  description = "Placements by failure domain; \"default\" is for machines without one."
  type = map(object({
    compute_cluster = string
    resource_pool   = string
    datastore       = string
    network         = string
  }))
}

variable "templates" {
  description = "Names of templates in vCenter, by operating system."
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
  description = "Machines of one role in one compute cluster, which run on different hosts."
  type = map(object({
    placement = string
    machines  = list(string)
  }))
}

variable "host_groups" {
  description = "Hosts of a failure domain, or the single host of nodes, and the machines that run on them."
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
