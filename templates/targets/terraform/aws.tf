# The base of every configuration on AWS: the provider and the network.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }
}

# Credentials come from the environment or from AWS' own chain (AWS_PROFILE, `aws sso login`), never from this tree.
provider "aws" {
  region = var.region
}

variable "region" {
  description = "Region of all resources."
  type        = string
}

variable "vpc_cidr" {
  description = "Range of the network."
  type        = string
}

# main.tf sets local.subnets, the ranges of nodes and NAT gateways in each zone, and local.subnet_tags, the tags of all these subnets.

resource "aws_vpc" "cluster" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.cluster }
}

resource "aws_internet_gateway" "cluster" {
  vpc_id = aws_vpc.cluster.id

  tags = { Name = var.cluster }
}

resource "aws_subnet" "nodes" {
  for_each = local.subnets

  vpc_id            = aws_vpc.cluster.id
  availability_zone = each.key
  cidr_block        = each.value.nodes

  tags = merge(local.subnet_tags, {
    Name                              = "${var.cluster}-nodes-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
  })
}

resource "aws_subnet" "public" {
  for_each = local.subnets

  vpc_id            = aws_vpc.cluster.id
  availability_zone = each.key
  cidr_block        = each.value.public

  tags = merge(local.subnet_tags, {
    Name                     = "${var.cluster}-public-${each.key}"
    "kubernetes.io/role/elb" = "1"
  })
}

# Routes are separate resources, so an apply keeps routes that others add to a table, such as to a VPN.
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.cluster.id

  tags = { Name = "${var.cluster}-public" }
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.cluster.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

# Nodes have no public address. Each zone has its own NAT gateway, so the loss of one zone does not cut off the others.
resource "aws_eip" "nat" {
  for_each = local.subnets

  domain = "vpc"

  tags = { Name = "${var.cluster}-nat-${each.key}" }

  depends_on = [aws_internet_gateway.cluster]
}

resource "aws_nat_gateway" "zone" {
  for_each = local.subnets

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = { Name = "${var.cluster}-${each.key}" }
}

resource "aws_route_table" "nodes" {
  for_each = local.subnets

  vpc_id = aws_vpc.cluster.id

  tags = { Name = "${var.cluster}-nodes-${each.key}" }
}

resource "aws_route" "nodes" {
  for_each = local.subnets

  route_table_id         = aws_route_table.nodes[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.zone[each.key].id
}

resource "aws_route_table_association" "nodes" {
  for_each = local.subnets

  subnet_id      = aws_subnet.nodes[each.key].id
  route_table_id = aws_route_table.nodes[each.key].id
}
