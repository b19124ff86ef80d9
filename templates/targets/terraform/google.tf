# The base of every configuration on Google Cloud: the provider.

terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }
}

# Credentials come from the environment or from gcloud's own chain (`gcloud auth application-default login`), never from this tree.
provider "google" {
  project = var.project
}

variable "project" {
  description = "Google Cloud project."
  type        = string
}
