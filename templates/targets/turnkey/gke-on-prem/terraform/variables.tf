# The values are in plan.auto.tfvars.json, which the plan writes.

variable "cluster" {
  description = "Name of the cluster."
  type        = string
}

variable "location" {
  description = "Google Cloud region of the cluster's record, logs, and metrics."
  type        = string
}

variable "admin_cluster_membership" {
  description = "Fleet membership of the admin cluster that creates this one."
  type        = string
}

variable "release" {
  description = "Release of Google Distributed Cloud. The admin cluster must have the same release or a later one."
  type        = string
}

variable "pod_subnets" {
  description = "Ranges of the pods."
  type        = list(string)
}

variable "service_subnets" {
  description = "Ranges of the Services."
  type        = list(string)
}

variable "control_plane_vip" {
  description = "Address of the API."
  type        = string
}

variable "ingress_vip" {
  description = "Address of the ingress, within address_pools."
  type        = string
}

variable "control_plane_port" {
  description = "Port of the API at its address."
  type        = number
}

variable "address_pools" {
  description = "Addresses for Services of type LoadBalancer."
  type        = list(string)
}

variable "control_planes" {
  description = "Control planes by node name: their addresses."
  type        = map(string)
}

variable "pools" {
  description = "Node pools of workers by name; the nodes' addresses by node name."
  type = map(object({
    nodes  = map(string)
    labels = map(string)
    taints = list(object({ key = string, value = string, effect = string }))
  }))
}

variable "login_user" {
  description = "User on the machines who may use sudo; empty: root."
  type        = string
}

variable "max_pods" {
  description = "Maximum number of pods on a node."
  type        = number
}

variable "proxy" {
  description = "Proxy for outbound traffic, and the destinations reached without it; null: none."
  type = object({
    uri      = string
    no_proxy = list(string)
  })
  default = null
}
