# What each machine was made with. Terraform changes machines side by side: a new size of three control planes in one apply would stop all of
# them, and etcd with them; another zone would make them again, with empty disks. So a machine keeps what is recorded here until a person
# names it:
#
#   terraform apply -replace='terraform_data.made_with["cp-1"]'
#
# The program next to this one defines in local.made_with what is recorded.

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
      ["These machines differ from the plan, and stay as they are until they are named. A new size stops the machine; another zone makes it again, with an empty disk. Take one at a time, drained, and wait until it is back."],
      [for name, wanted in local.made_with : "  terraform apply -replace='terraform_data.made_with[\"${name}\"]'   # ${jsonencode(terraform_data.made_with[name].input)} to ${jsonencode(wanted)}" if terraform_data.made_with[name].input != wanted],
    ))
  }
}
