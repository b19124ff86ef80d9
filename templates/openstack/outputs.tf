output "bastion" {
  description = "Public address of the bastion."
  value       = openstack_networking_floatingip_v2.bastion.address
}

# A second inventory beside the tree's own: it adds the way in, which is not known before the bastion exists.
#   terraform output -raw inventory > ../ansible/bastion.yaml
#   ansible-playbook -i inventory.yaml -i bastion.yaml site.yml
output "inventory" {
  description = "Inventory that sends Ansible through the bastion."
  value = yamlencode({
    all = {
      vars = {
        ansible_ssh_common_args = "-o ProxyJump=${var.ssh_user}@${openstack_networking_floatingip_v2.bastion.address}"
      }
    }
  })
}
