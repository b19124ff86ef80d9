output "machines" {
  description = "Proxmox node and VM ID of each machine, by node name."
  value = {
    for name, vm in proxmox_virtual_environment_vm.machine : name => { host = vm.node_name, id = vm.vm_id }
  }
}
