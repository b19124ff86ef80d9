# The way in, which is not known before the bastion exists. The program of each cloud says what local.bastion_address is.

output "bastion" {
  description = "Public address of the bastion."
  value       = local.bastion_address
}

# A second inventory next to that of the tree.
#   terraform output -raw inventory > ../ansible/bastion.yaml
#   ansible-playbook -i inventory.yaml -i bastion.yaml site.yml
output "inventory" {
  description = "Inventory that sends Ansible through the bastion."
  value = yamlencode({
    all = {
      vars = {
        # ProxyJump would start an ssh that knows neither the key nor that new hosts are to be trusted.
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
  # Ansible opens a connection for each of its forks at once; sshd drops them at random from the eleventh on that has not logged in.
  bastion_sshd = "MaxStartups 200:30:400\n"
}
