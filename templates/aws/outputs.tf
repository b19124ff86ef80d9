output "bastion" {
  description = "Public address of the bastion."
  value       = aws_instance.bastion.public_ip
}

output "endpoint" {
  description = "AWS' own name of the API's balancer; empty where there is none."
  value       = join("", [for lb in aws_lb.api : lb.dns_name])
}

# A second inventory beside the tree's own: it adds the way in, which is not known before the bastion exists.
#   terraform output -raw inventory > ../ansible/bastion.yaml
#   ansible-playbook -i inventory.yaml -i bastion.yaml site.yml
output "inventory" {
  description = "Inventory that sends Ansible through the bastion."
  value = yamlencode({
    all = {
      vars = {
        ansible_ssh_common_args = "-o ProxyJump=${var.ssh_user}@${aws_instance.bastion.public_ip}"
      }
    }
  })
}
