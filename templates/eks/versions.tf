terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

# Credentials come from the environment or from AWS' own chain (AWS_PROFILE, `aws sso login`), never from this tree.
provider "aws" {
  region = var.region
}
