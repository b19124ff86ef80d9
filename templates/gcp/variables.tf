# The values are in plan.auto.tfvars.json, which the plan writes.

variable "cluster" {
  description = "Name of the cluster; prefix of everything that is not a machine."
  type        = string
}

variable "project" {
  description = "Google Cloud project."
  type        = string
}

variable "region" {
  description = "Region of the network and of the balancer."
  type        = string
}

variable "subnet" {
  description = "Range of the machines' addresses."
  type        = string
}

variable "proxy_subnet" {
  description = "Range from which the balancer's proxies connect; empty where there is no balancer of the cloud's."
  type        = string
}

variable "machines" {
  description = "Machines by node name."
  type = map(object({
    roles    = list(string)
    address  = string
    zone     = string
    type     = string
    disk_gib = number
    arch     = string
  }))
}

variable "images" {
  description = "Boot image by architecture."
  type        = map(string)
}

variable "openings" {
  description = "Firewall: who reaches whom, on what."
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
  description = "Port of sshd."
  type        = number
}

variable "ssh_public_key_file" {
  description = "Public half of the key that Ansible uses, on the machine that runs Terraform."
  type        = string
  default     = "~/.ssh/id_ed25519.pub"
}

variable "pod_subnets" {
  description = "Ranges of the pods: nodes let each other's pods through."
  type        = list(string)
}

variable "endpoint" {
  description = "The API's balancer: its address and ports; null where the cloud makes none."
  type = object({
    address      = string
    port         = number
    backend_port = number
  })
  default = null
}
