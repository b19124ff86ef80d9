# shape: zoneless
# DigitalOcean Kubernetes: DigitalOcean runs the control plane. The token comes
# from DIGITALOCEAN_TOKEN.
target "doks" {
  region   = "fra1"
  vpc_cidr = "10.60.0.0/20"
  # The ranges that may reach the API. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}
