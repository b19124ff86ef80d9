resource "aws_instance" "cp" { # error: unknown-block: It is a block of Terraform
}
cluster "prod" {
  type = "ha" # error: unknown-value: "multi-etcd-multi-master"
}
cluster "dev" { # error: duplicate-block: its own file
  type = "all-in-one"
}
node "a" {
  roles    = ["master"] # error: unknown-value: Did you mean "control-plane"
  ssh_user = "root"     # error: unknown-argument: Write user in the block ssh
}
