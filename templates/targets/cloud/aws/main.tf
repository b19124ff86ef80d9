# The machines of the plan on AWS. Everything that repeats is keyed by a name from the plan: adding a machine changes that machine alone.
# Nothing here is specific to one cluster; the data is in plan.auto.tfvars.json.

locals {
  # AWS requires the numbers of these IP protocols.
  protocols = { ipip = "4", vrrp = "112" }

  # This tag marks the cluster's resources for the cloud-controller-manager. Exactly one of a machine's groups may have the tag: in that
  # group the cloud-controller-manager opens the ports of Services.
  owned = { "kubernetes.io/cluster/${var.cluster}" = "owned" }

  # used in aws.tf
  subnets     = { for zone, s in var.zones : zone => { nodes = s.subnet, public = s.public_subnet } }
  subnet_tags = local.owned

  # see made-with.tf
  made_with = { for name, m in var.machines : name => { type = m.type } }

  # This cloud's balancer requires no settings on the machines.
  control_plane_files    = []
  control_plane_commands = []

  bastion_address = aws_instance.bastion.public_ip
}

# The plan's port table, rule by rule. All other ports stay closed.
resource "aws_security_group" "group" {
  for_each = local.groups

  name        = "${var.cluster}-${each.key}"
  description = "Machines of the group ${each.key}"
  vpc_id      = aws_vpc.cluster.id

  tags = merge({ Name = "${var.cluster}-${each.key}" }, each.key == "kubelet" ? local.owned : {})
}

resource "aws_vpc_security_group_ingress_rule" "opening" {
  for_each = local.openings_by_range

  security_group_id            = aws_security_group.group[each.value.to].id
  referenced_security_group_id = each.value.cidr == "" ? aws_security_group.group[each.value.from].id : null
  cidr_ipv4                    = each.value.cidr == "" ? null : each.value.cidr
  ip_protocol                  = lookup(local.protocols, each.value.protocol, each.value.protocol)
  from_port                    = each.value.first == 0 ? null : each.value.first
  to_port                      = each.value.first == 0 ? null : each.value.last
  description                  = replace(each.value.purpose, "/[^ a-zA-Z0-9._:/()#,@+=;-]/", "") # AWS allows no other characters
}

# Packets of pods without encapsulation: security groups do not match pods' addresses, so these rules use ranges.
resource "aws_vpc_security_group_ingress_rule" "pods" {
  for_each = toset(var.pod_subnets)

  security_group_id = aws_security_group.group["kubelet"].id
  cidr_ipv4         = each.key
  ip_protocol       = "-1"
  description       = "Pods to nodes and pods"
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.group["all"].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
  description       = "Registries, package repositories and each other"
}

# Permissions of the cloud-controller-manager:
# https://cloud-provider-aws.sigs.k8s.io/prerequisites/
data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "control_plane" {
  statement {
    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeTags",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTopology",
      "ec2:DescribeRegions",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcs",
      "ec2:CreateSecurityGroup",
      "ec2:CreateTags",
      "ec2:CreateRoute",
      "elasticloadbalancing:AddTags",
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:CreateLoadBalancer",
      "elasticloadbalancing:CreateLoadBalancerListeners",
      "elasticloadbalancing:CreateLoadBalancerPolicy",
      "elasticloadbalancing:CreateTargetGroup",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "elasticloadbalancing:DescribeLoadBalancerPolicies",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "iam:CreateServiceLinkedRole", # the account's first balancer
      "kms:DescribeKey",
    ]
    resources = ["*"]
  }

  # Permissions to change or delete apply only to resources with the cluster's tag.
  statement {
    actions = [
      "ec2:AuthorizeSecurityGroupIngress",
      "ec2:DeleteRoute",
      "ec2:DeleteSecurityGroup",
      "ec2:ModifyInstanceAttribute",
      "ec2:RevokeSecurityGroupIngress",
      "elasticloadbalancing:ApplySecurityGroupsToLoadBalancer",
      "elasticloadbalancing:AttachLoadBalancerToSubnets",
      "elasticloadbalancing:ConfigureHealthCheck",
      "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteLoadBalancerListeners",
      "elasticloadbalancing:DeleteTargetGroup",
      "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:DetachLoadBalancerFromSubnets",
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterInstancesWithLoadBalancer",
      "elasticloadbalancing:RegisterTargets",
      "elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer",
      "elasticloadbalancing:SetLoadBalancerPoliciesOfListener",
      "elasticloadbalancing:SetSecurityGroups",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/kubernetes.io/cluster/${var.cluster}"
      values   = ["owned"]
    }
  }
}

data "aws_iam_policy_document" "node" {
  statement {
    actions = [
      "ec2:DescribeInstances",
      "ec2:DescribeRegions",
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:DescribeRepositories",
      "ecr:GetAuthorizationToken",
      "ecr:GetDownloadUrlForLayer",
      "ecr:GetRepositoryPolicy",
      "ecr:ListImages",
    ]
    resources = ["*"]
  }
}

locals {
  policies = {
    control-plane = data.aws_iam_policy_document.control_plane.json
    node          = data.aws_iam_policy_document.node.json
  }
}

resource "aws_iam_role" "machine" {
  for_each = local.policies

  name               = "${var.cluster}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "machine" {
  for_each = local.policies

  name   = "kubernetes"
  role   = aws_iam_role.machine[each.key].id
  policy = each.value
}

resource "aws_iam_instance_profile" "machine" {
  for_each = local.policies

  name = "${var.cluster}-${each.key}"
  role = aws_iam_role.machine[each.key].name
}

data "aws_ami" "image" {
  for_each = var.images

  owners      = [each.value.owner]
  most_recent = true

  filter {
    name   = "name"
    values = [each.value.name]
  }

  filter {
    name   = "architecture"
    values = [each.value.architecture]
  }

  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

resource "aws_instance" "machine" {
  for_each = var.machines

  ami                    = data.aws_ami.image[each.value.image].id
  instance_type          = terraform_data.made_with[each.key].input.type
  subnet_id              = aws_subnet.nodes[each.value.zone].id
  private_ip             = each.value.address
  source_dest_check      = false # packets of pods have other addresses than the machine
  vpc_security_group_ids = [for group in concat(["all"], each.value.roles) : aws_security_group.group[group].id]
  iam_instance_profile   = aws_iam_instance_profile.machine[contains(each.value.roles, "control-plane") ? "control-plane" : "node"].name
  user_data              = local.user_data[each.key]

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1 # a pod is one hop further away, so it never gets the machine's role
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = each.value.disk_gib
    encrypted   = true
    tags        = merge(local.owned, { Name = each.key }) # only of this volume: volume_tags would remove the tags of volumes that a CSI driver attaches
  }

  tags = merge(local.owned, { Name = each.key })

  lifecycle {
    # A newer image, or a change of the first boot, applies to new machines only. An etcd member is never replaced as a side effect.
    ignore_changes = [ami, user_data]
  }

  depends_on = [aws_route_table_association.nodes, aws_route.nodes]
}

# The API's balancer lists the API servers by address, and connects to them from its own address. So a control plane that connects to the
# balancer may reach itself. If the client's address were preserved, AWS would drop such packets.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html
resource "aws_security_group" "balancer" {
  for_each = local.balancer

  name        = "${var.cluster}-api-balancer"
  description = "The balancer before the API servers"
  vpc_id      = aws_vpc.cluster.id

  tags = { Name = "${var.cluster}-api-balancer" }
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  for_each = length(local.balancer) == 0 ? {} : { for group in ["all", "bastion"] : group => group }

  security_group_id            = aws_security_group.balancer["api"].id
  referenced_security_group_id = each.key == "all" ? aws_security_group.group["all"].id : aws_security_group.bastion.id
  ip_protocol                  = "tcp"
  from_port                    = var.endpoint.port
  to_port                      = var.endpoint.port
  description                  = "The Kubernetes API"
}

resource "aws_vpc_security_group_egress_rule" "balancer" {
  for_each = local.balancer

  security_group_id            = aws_security_group.balancer[each.key].id
  referenced_security_group_id = aws_security_group.group["control-plane"].id
  ip_protocol                  = "tcp"
  from_port                    = var.api_server_port
  to_port                      = var.api_server_port
  description                  = "The API servers, and their health"
}

resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
  for_each = local.balancer

  security_group_id            = aws_security_group.group["control-plane"].id
  referenced_security_group_id = aws_security_group.balancer[each.key].id
  ip_protocol                  = "tcp"
  from_port                    = var.api_server_port
  to_port                      = var.api_server_port
  description                  = "The balancer to the API servers"
}

resource "aws_lb" "api" {
  for_each = local.balancer

  name                             = "${var.cluster}-api"
  load_balancer_type               = "network"
  internal                         = true
  subnets                          = [for zone in keys(var.zones) : aws_subnet.nodes[zone].id]
  security_groups                  = [aws_security_group.balancer[each.key].id]
  enable_cross_zone_load_balancing = true # a zone without a running API server still answers
}

resource "aws_lb_target_group" "api" {
  for_each = local.balancer

  name                   = "${var.cluster}-api"
  vpc_id                 = aws_vpc.cluster.id
  target_type            = "ip"
  protocol               = "TCP"
  port                   = var.api_server_port
  preserve_client_ip     = false
  connection_termination = true # of a removed target, so that watches reconnect at once
  deregistration_delay   = 30

  health_check {
    protocol            = "HTTPS"
    path                = "/readyz"
    matcher             = "200"
    interval            = 10
    timeout             = 6
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_target_group_attachment" "api" {
  for_each = length(local.balancer) == 0 ? {} : local.control_planes

  target_group_arn = aws_lb_target_group.api["api"].arn
  target_id        = each.value.address
  port             = var.api_server_port
}

resource "aws_lb_listener" "api" {
  for_each = local.balancer

  load_balancer_arn = aws_lb.api[each.key].arn
  protocol          = "TCP"
  port              = each.value.port

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api[each.key].arn
  }
}

# The endpoint's name inside the network. The zone contains only this name, so it hides no other name of the domain.
resource "aws_route53_zone" "endpoint" {
  for_each = local.balancer

  name = each.value.name

  vpc {
    vpc_id = aws_vpc.cluster.id
  }
}

resource "aws_route53_record" "endpoint" {
  for_each = local.balancer

  zone_id = aws_route53_zone.endpoint[each.key].zone_id
  name    = each.value.name
  type    = "A"

  alias {
    name                   = aws_lb.api[each.key].dns_name
    zone_id                = aws_lb.api[each.key].zone_id
    evaluate_target_health = false # before `kubeadm init` no target is healthy, and the name must resolve anyway
  }
}

# The bastion, for Ansible: the only machine with a public address, open only to the administrators' ranges.
resource "aws_security_group" "bastion" {
  name        = "${var.cluster}-bastion"
  description = "The way in"
  vpc_id      = aws_vpc.cluster.id

  tags = { Name = "${var.cluster}-bastion" }
}

resource "aws_vpc_security_group_ingress_rule" "bastion" {
  for_each = toset(var.admin_cidrs)

  security_group_id = aws_security_group.bastion.id
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  description       = "Administrators to the bastion"
}

resource "aws_vpc_security_group_egress_rule" "bastion" {
  security_group_id = aws_security_group.bastion.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
  description       = "Updates, and the machines"
}

resource "aws_vpc_security_group_ingress_rule" "from_bastion" {
  for_each = { all = var.ssh_port, control-plane = var.api_server_port }

  security_group_id            = aws_security_group.group[each.key].id
  referenced_security_group_id = aws_security_group.bastion.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
  description                  = "The bastion to sshd, and to the API"
}

resource "aws_instance" "bastion" {
  ami                         = data.aws_ami.image[var.bastion_image].id
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.public[sort(keys(var.zones))[0]].id
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.bastion.id]
  user_data                   = local.user_data[local.bastion]

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    volume_type = "gp3"
    encrypted   = true
  }

  tags = { Name = local.bastion }

  lifecycle {
    ignore_changes = [ami, user_data]
  }
}
