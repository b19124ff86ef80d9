variable "location" {
  description = "The region: several control planes; one of its zones: one."
  type        = string
}

variable "zones" {
  description = "Zones of the workers; empty: Google chooses."
  type        = list(string)
}

variable "subnet" {
  description = "Range of the workers' addresses."
  type        = string
}

variable "release_channel" {
  description = "REGULAR, RAPID or STABLE: how soon Google brings new versions."
  type        = string
}

variable "deletion_protection" {
  description = "Set to false to be able to remove the cluster."
  type        = bool
  default     = true
}
