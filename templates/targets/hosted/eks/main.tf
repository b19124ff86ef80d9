# A cluster of Amazon EKS. Pools are keyed by their names in the plan; the data is in plan.auto.tfvars.json.

locals {
  effects = { NoSchedule = "NO_SCHEDULE", PreferNoSchedule = "PREFER_NO_SCHEDULE", NoExecute = "NO_EXECUTE" }

  # AWS' images for workers, by architecture
  images = { amd64 = "AL2023_x86_64_STANDARD", arm64 = "AL2023_ARM_64_STANDARD" }

  # The first half is split into eight ranges for workers and pods, one for each zone; the last sixteenth into sixteen public ranges.
  subnets = { for i, zone in var.zones : zone => {
    nodes  = cidrsubnet(var.vpc_cidr, 4, i)
    public = cidrsubnet(cidrsubnet(var.vpc_cidr, 4, 15), 4, i)
  } }
  subnet_tags = {}

  cluster_policies = ["AmazonEKSClusterPolicy"]
  worker_policies  = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"]
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "assume" {
  for_each = { cluster = "eks.amazonaws.com", worker = "ec2.amazonaws.com" }

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value]
    }
  }
}

resource "aws_iam_role" "role" {
  for_each = data.aws_iam_policy_document.assume

  name               = "${var.cluster}-eks-${each.key}"
  assume_role_policy = each.value.json
}

resource "aws_iam_role_policy_attachment" "cluster" {
  for_each = toset(local.cluster_policies)

  role       = aws_iam_role.role["cluster"].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.key}"
}

resource "aws_iam_role_policy_attachment" "worker" {
  for_each = toset(local.worker_policies)

  role       = aws_iam_role.role["worker"].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.key}"
}

resource "aws_eks_cluster" "cluster" {
  name                          = var.cluster
  role_arn                      = aws_iam_role.role["cluster"].arn
  version                       = var.kubernetes_version
  enabled_cluster_log_types     = ["api", "audit", "authenticator"]
  bootstrap_self_managed_addons = false

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = true
  }

  vpc_config {
    subnet_ids              = [for s in aws_subnet.nodes : s.id]
    endpoint_private_access = true
    endpoint_public_access  = true
    public_access_cidrs     = length(var.admin_cidrs) == 0 ? null : var.admin_cidrs
  }

  dynamic "kubernetes_network_config" {
    for_each = var.service_subnet == "" ? [] : [var.service_subnet]

    content {
      service_ipv4_cidr = kubernetes_network_config.value
    }
  }

  depends_on = [aws_iam_role_policy_attachment.cluster, aws_route_table_association.nodes, aws_route.nodes]
}

# The pod network and kube-proxy are installed first: without them, a worker never becomes Ready.
resource "aws_eks_addon" "before" {
  for_each = toset(["kube-proxy", "vpc-cni"])

  cluster_name = aws_eks_cluster.cluster.name
  addon_name   = each.key
}

# The issuer of ServiceAccount tokens, so that IAM roles can trust them.
resource "aws_iam_openid_connect_provider" "cluster" {
  url            = aws_eks_cluster.cluster.identity[0].oidc[0].issuer
  client_id_list = ["sts.${data.aws_partition.current.dns_suffix}"]
}

# The root volume is encrypted, whatever the account's default is. The slash keeps names distinct: neither part may contain one.
resource "aws_launch_template" "pool" {
  for_each = var.pools

  name                   = "${var.cluster}/${each.key}"
  update_default_version = true

  block_device_mappings {
    device_name = "/dev/xvda" # of Amazon Linux 2023

    ebs {
      volume_size           = each.value.disk_gib
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2 # a pod that reads the region is one hop further away
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "${var.cluster}-${each.key}" }
  }
}

resource "aws_eks_node_group" "pool" {
  for_each = var.pools

  cluster_name    = aws_eks_cluster.cluster.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.role["worker"].arn
  subnet_ids      = [for zone in length(each.value.zones) == 0 ? var.zones : each.value.zones : aws_subnet.nodes[zone].id]
  ami_type        = local.images[each.value.arch]
  instance_types  = [each.value.size]
  labels          = each.value.labels

  launch_template {
    id      = aws_launch_template.pool[each.key].id
    version = aws_launch_template.pool[each.key].latest_version
  }

  scaling_config {
    desired_size = each.value.count
    min_size     = min(each.value.count, 1)
    max_size     = max(each.value.count, 1)
  }

  update_config {
    max_unavailable = 1
  }

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = local.effects[taint.value.effect]
    }
  }

  depends_on = [aws_iam_role_policy_attachment.worker, aws_eks_addon.before]
}

resource "aws_eks_addon" "after" {
  for_each = toset(["coredns"])

  cluster_name = aws_eks_cluster.cluster.name
  addon_name   = each.key

  depends_on = [aws_eks_node_group.pool]
}
