# Variables of every hosted cluster. Their values are in plan.auto.tfvars.json, which the plan writes.

variable "cluster" {
  description = "Name of the cluster."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes minor version; the vendor chooses the patch release."
  type        = string
}

variable "pools" {
  description = "Pools of workers by name."
  type = map(object({
    count    = number
    size     = string
    disk_gib = number
    arch     = string
    labels   = map(string)
    taints   = list(object({ key = string, value = string, effect = string }))
    zones    = list(string)
  }))
}

variable "admin_cidrs" {
  description = "Ranges that may reach the API; empty: the whole internet. A credential is always required."
  type        = list(string)
}

variable "pod_subnet" {
  description = "Range of the pods; empty: the vendor chooses."
  type        = string
}

variable "service_subnet" {
  description = "Range of the Services; empty: the vendor chooses."
  type        = string
}
