# The values that each machine was created with. Terraform changes machines in parallel: one apply with a new size for three control planes
# would stop all of them, and etcd with them. Another zone would recreate them, with empty disks. So a machine keeps the values recorded
# here until you name it:
#
#   terraform apply -replace='terraform_data.made_with["cp-1"]'
#
# main.tf lists the recorded values in local.made_with.

resource "terraform_data" "made_with" {
  for_each = local.made_with

  input = each.value

  lifecycle {
    ignore_changes = [input]
  }
}

check "made_with" {
  assert {
    condition = alltrue([for name, wanted in local.made_with : terraform_data.made_with[name].input == wanted])
    error_message = join("\n", concat(
      ["These machines differ from the plan, and do not change until you name them. A new size stops the machine; another zone recreates it, with an empty disk. Drain and change one machine at a time, and wait until it is Ready again."],
      [for name, wanted in local.made_with : "  terraform apply -replace='terraform_data.made_with[\"${name}\"]'   # ${jsonencode(terraform_data.made_with[name].input)} to ${jsonencode(wanted)}" if terraform_data.made_with[name].input != wanted],
    ))
  }
}
