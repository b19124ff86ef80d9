output "machines" {
  description = "Name, ID, and address of each machine in vCenter, by node name."
  value = {
    for name, vm in vsphere_virtual_machine.this : name => { name = vm.name, moid = vm.moid, address = vm.default_ip_address }
  }
}
