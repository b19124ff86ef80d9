#!/bin/bash
# A bastion and 60 hosts, which are two real sshd on addresses of their own network, and Ansible by the tree's inventory and settings.
# Run in its own namespaces: unshare --net --mount --pid --fork jump.sh DIR
# DIR holds the tree's inventory.yaml and ansible.cfg, whose hosts are 10.9.1.1 to 10.9.1.60 behind root@10.9.0.1:2200, with the key DIR/a key.
set -euo pipefail
cd "$1"
mount -t proc proc /proc
ip link set lo up
ip address add 10.9.0.1/32 dev lo
for i in $(seq 60); do ip address add "10.9.1.$i/32" dev lo; done
mkdir -p /run/sshd known
chmod 700 known
mkdir -p /root/.ssh
mount --bind known /root/.ssh # these hosts are not known yet
ssh-keygen -q -t ed25519 -N '' -f 'a key'
ssh-keygen -q -t ed25519 -N '' -f host
cp 'a key.pub' authorized
# A home of their own: what root's shell reads on this machine is not the hosts'.
for name in bastion hosts; do
  printf '%s\n' "SetEnv HOME=$PWD" "HostKey $PWD/host" "AuthorizedKeysFile $PWD/authorized" 'StrictModes no' 'PidFile none' 'UsePAM no' >"$name.conf"
done
printf '%s\n' 'ListenAddress 10.9.0.1:2200' >>bastion.conf # MaxStartups as it comes
printf '%s\n' 'Port 2022' 'MaxStartups 500' >>hosts.conf
/usr/sbin/sshd -f "$PWD/bastion.conf" -E bastion.log
/usr/sbin/sshd -f "$PWD/hosts.conf" -E hosts.log
ansible all --inventory inventory.yaml --module-name ansible.builtin.raw --args true </dev/null # no terminal to ask at
