#!/bin/sh
# facts FILE: what cloud-init made of this machine, section by section.
exec >"$1" 2>&1
section() { printf '\n== %s\n' "$1"; shift; "$@" || echo "rc $?"; }
section hostname hostname
section hosts cat /etc/hosts
section resolves getent ahosts "$(hostname)"
section addresses ip -j address show
section routes ip -j route show
section routes6 ip -j -6 route show
section nameservers resolvectl dns
section disks lsblk -J -b -o NAME,SIZE,TYPE,MOUNTPOINT,LABEL
section root df -B1 --output=size /
section memory sed -n 's/^MemTotal: *//p' /proc/meminfo
section processors nproc
section listens ss -Hltn
section user id ops
section sudo sudo -l -U ops
section keys cat /home/ops/.ssh/authorized_keys
section password passwd -S ops
section sshd sshd -T
section units systemctl --failed --no-legend --plain
section cloud-init cloud-init status --long
section end true
sync
