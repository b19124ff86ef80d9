output "machines" {
  description = "Machines as Proxmox knows them, by node name."
  value = {
    for name, vm in proxmox_virtual_environment_vm.machine : name => { host = vm.node_name, id = vm.vm_id }
  }
}
