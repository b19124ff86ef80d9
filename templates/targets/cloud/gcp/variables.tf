variable "subnet" {
  description = "Range of the machines' addresses."
  type        = string
}

variable "proxy_subnet" {
  description = "Range from which the balancer's proxies connect; empty where there is no balancer of the cloud's."
  type        = string
}

variable "images" {
  description = "Boot images by the key that a machine names."
  type        = map(string)
}
