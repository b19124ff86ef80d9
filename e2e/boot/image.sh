#!/bin/bash
# The image that a machine boots: Debian as its vendor's cloud image is, by debootstrap, with Debian's kernel and cloud-init, in one
# partition that cloud-init can grow.
#
#   image.sh DIR      leaves DIR/disk.raw, DIR/vmlinuz and DIR/initrd.img; does nothing where this script made them
#
# Needs root, debootstrap, e2fsprogs, fdisk and the network, and takes some minutes.
set -euo pipefail
out=${1:?usage: image.sh DIR}
mkdir -p "$out"
self=$(cat "$0" "$(dirname "$0")/facts.sh" | sha256sum)
[ "$(cat "$out/.done" 2>/dev/null)" != "$self" ] || exit 0
rm -rf --one-file-system "$out/.done" "$out/root" "$out"/*.raw

# the machine's own Debian archive
mirror=${DEBIAN_MIRROR:-$( (cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true) |
  awk '/^URIs:.*debian/{print $2; exit} /^deb .*debian/{for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; exit}}')}
packages=systemd,systemd-sysv,systemd-resolved,dbus,udev,openssh-server,python3,iproute2,kmod,procps,sudo,cloud-init,cloud-guest-utils,fdisk
packages+=,netplan.io,libc-bin,initramfs-tools,linux-image-cloud-amd64
debootstrap --variant=minbase --include="$packages" trixie "$out/root" "$mirror"
root=$out/root

# As in Debian's cloud images: one root partition, seeds from a disk, and no host keys or machine ID before the first boot.
echo 'LABEL=root / ext4 rw,discard,errors=remount-ro,x-systemd.growfs 0 1' >"$root/etc/fstab"
printf 'datasource_list: [ NoCloud, None ]\n' >"$root/etc/cloud/cloud.cfg.d/90_dpkg.cfg"
rm -f "$root"/etc/ssh/ssh_host_* "$root"/var/cache/apt/archives/*.deb
rm -rf "${root:?}"/var/lib/apt/lists/*
: >"$root/etc/machine-id"
# What the machine says of itself goes to the second serial port, then it is switched off.
install -m 0755 "$(dirname "$0")/facts.sh" "$root/usr/local/sbin/facts"
cat >"$root/etc/systemd/system/facts.service" <<'UNIT'
[Unit]
After=cloud-final.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/facts /dev/ttyS1
ExecStartPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=cloud-init.target
UNIT
ln -s /etc/systemd/system/facts.service "$root/etc/systemd/system/cloud-init.target.wants/facts.service" 2>/dev/null || {
  mkdir -p "$root/etc/systemd/system/cloud-init.target.wants"
  ln -s /etc/systemd/system/facts.service "$root/etc/systemd/system/cloud-init.target.wants/facts.service"
}
cp "$root"/boot/vmlinuz-* "$out/vmlinuz"
cp "$root"/boot/initrd.img-* "$out/initrd.img"

# A partition is a piece of a file here: no loop device is needed.
truncate -s 2G "$out/root.raw"
mke2fs -q -t ext4 -L root -d "$root" "$out/root.raw"
truncate -s 2052M "$out/disk.raw"
echo 'label: gpt
start=2048, size=4194304, type=linux' | sfdisk -q "$out/disk.raw"
dd if="$out/root.raw" of="$out/disk.raw" bs=1M seek=1 conv=notrunc,sparse status=none
rm -rf --one-file-system "$out/root.raw" "$root"
echo "$self" >"$out/.done"
