# cloud-init's input for the first boot of each machine: one user with one key, no password, and no root login.

locals {
  bastion = "${var.cluster}-bastion"

  user_data = {
    for name in concat(keys(var.machines), [local.bastion]) : name => "#cloud-config\n${yamlencode(merge(
      {
        hostname          = name
        preserve_hostname = false
        disable_root      = true
        ssh_pwauth        = false
        users = [{
          name                = var.ssh_user
          groups              = "users"
          shell               = "/bin/bash"
          sudo                = "ALL=(ALL) NOPASSWD:ALL"
          lock_passwd         = true
          ssh_authorized_keys = [local.public_key]
        }]
      },
      {
        for key, value in {
          write_files = concat(
            name == local.bastion ? [{ path = "/etc/ssh/sshd_config.d/10-startups.conf", permissions = "0644", content = local.bastion_sshd }] : [],
            var.ssh_port == 22 || name == local.bastion ? [] : [{ path = "/etc/ssh/sshd_config.d/10-port.conf", permissions = "0644", content = "Port ${var.ssh_port}\n" }],
            contains(keys(local.control_planes), name) ? local.control_plane_files : [],
          )
          runcmd = concat(
            name == local.bastion ? [["sh", "-c", "systemctl restart ssh || systemctl restart sshd"]] : [],
            # With socket activation, a generator of systemd copies the port from sshd's file to the socket.
            var.ssh_port == 22 || name == local.bastion ? [] : [["sh", "-c", "systemctl daemon-reload; systemctl restart ssh.socket || systemctl restart ssh || systemctl restart sshd"]],
            contains(keys(local.control_planes), name) ? local.control_plane_commands : [],
          )
        } : key => value if length(value) > 0
      },
    ))}"
  }
}
