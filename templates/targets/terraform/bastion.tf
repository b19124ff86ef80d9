# Access through the bastion, whose address is known only once it exists. main.tf of each cloud sets local.bastion_address.

output "bastion" {
  description = "Public address of the bastion."
  value       = local.bastion_address
}

# A second inventory, used together with the one in the tree.
#   terraform output -raw inventory > ../ansible/bastion.yaml
#   ansible-playbook -i inventory.yaml -i bastion.yaml site.yml
output "inventory" {
  description = "Inventory that sends Ansible through the bastion."
  value = yamlencode({
    all = {
      vars = {
        # ProxyJump would start ssh without the key, and without accepting the keys of new hosts.
        ansible_ssh_common_args = join(" ", compact([
          "-o ProxyCommand=\"ssh -o StrictHostKeyChecking=accept-new",
          var.ssh_private_key_file == "" ? "" : "-i '${replace(var.ssh_private_key_file, "%", "%%")}'",
          "-W [%h]:%p ${var.ssh_user}@${local.bastion_address}\"",
        ]))
      }
    }
  })
}

locals {
  # Ansible opens the connections of all its forks at once. By default, sshd drops connections at random once 10 have not logged in yet.
  bastion_sshd = "MaxStartups 200:30:400\n"
}
