# Variables of every cloud with machines. Their values are in plan.auto.tfvars.json, which the plan writes.

variable "cluster" {
  description = "Name of the cluster; prefix of everything that is not a machine."
  type        = string
}

variable "machines" {
  description = "Machines by node name. Roles are the groups that openings refer to."
  type = map(object({
    roles    = list(string)
    address  = string
    zone     = string
    type     = string
    disk_gib = number
    arch     = string
    image    = string
  }))
}

variable "openings" {
  description = "Firewall openings: source, destination, protocol, and ports. The group \"all\" is every machine."
  type = map(object({
    to       = string
    from     = string
    sources  = list(string)
    protocol = string
    first    = number
    last     = number
    purpose  = string
  }))
}

variable "admin_cidrs" {
  description = "Ranges of administrators and of CI."
  type        = list(string)
}

variable "ssh_user" {
  description = "User that Ansible logs in as."
  type        = string
}

variable "ssh_port" {
  description = "Port of sshd on the machines. The bastion listens on 22."
  type        = number
}

variable "ssh_public_key_file" {
  description = "Public half of the key that Ansible uses, on the machine that runs Terraform."
  type        = string
  default     = "~/.ssh/id_ed25519.pub"
}

variable "ssh_private_key_file" {
  description = "Private half of that key; empty if ssh finds the key itself."
  type        = string
  default     = ""
}

variable "pod_subnets" {
  description = "Ranges of the pods if their packets are not encapsulated, so that the nodes must admit them; empty with encapsulation."
  type        = list(string)
}

variable "api_server_port" {
  description = "Port of the API servers themselves."
  type        = number
}

variable "bastion_image" {
  description = "Key of the bastion's image."
  type        = string
}

variable "endpoint" {
  description = "The API's balancer: its name, address, and port; null if the cloud creates none."
  type = object({
    name    = string
    address = string
    port    = number
  })
  default = null
}

locals {
  control_planes = { for name, m in var.machines : name => m if contains(m.roles, "control-plane") }
  balancer       = var.endpoint == null ? {} : { api = var.endpoint }
  groups         = toset(concat(["all", "control-plane"], flatten([for m in values(var.machines) : m.roles])))
  public_key     = trimspace(file(pathexpand(var.ssh_public_key_file)))

  # For clouds whose rules have one range each: an opening for several ranges becomes several rules.
  openings_by_range = {
    for rule in flatten([
      for key, o in var.openings : [
        for cidr in o.from == "" ? o.sources : [""] : merge(o, { cidr = cidr, key = cidr == "" ? key : "${key}-${cidr}" })
      ]
    ]) : rule.key => rule
  }
}
