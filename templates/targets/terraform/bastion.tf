# The way in, which is not known before the bastion exists. The program of each cloud says what local.bastion_address is.

output "bastion" {
  description = "Public address of the bastion."
  value       = local.bastion_address
}

# A second inventory beside the tree's own.
#   terraform output -raw inventory > ../ansible/bastion.yaml
#   ansible-playbook -i inventory.yaml -i bastion.yaml site.yml
output "inventory" {
  description = "Inventory that sends Ansible through the bastion."
  value = yamlencode({
    all = {
      vars = {
        ansible_ssh_common_args = "-o ProxyJump=${var.ssh_user}@${local.bastion_address}"
      }
    }
  })
}
