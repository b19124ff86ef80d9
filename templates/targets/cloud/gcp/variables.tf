variable "subnet" {
  description = "Range of the machines' addresses."
  type        = string
}

variable "proxy_subnet" {
  description = "Range from which the balancer's proxies connect; empty if the cloud creates no balancer."
  type        = string
}

variable "images" {
  description = "Boot images by the key in a machine's image."
  type        = map(string)
}
