# shape: hosted
locals {
  # Zones of one region. The workers of a pool are spread evenly over them.
  zones = ["europe-west4-a", "europe-west4-b", "europe-west4-c"]
}

# Google Kubernetes Engine: Google runs the control plane. Credentials come from
# gcloud.
target "gke" {
  project = "my-project-123"
  region  = "europe-west4"
  subnet  = "10.30.0.0/20"
  # The ranges that may reach the API. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}
