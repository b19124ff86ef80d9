#!/bin/bash
# What a node starts from, and where its packages come from:
#   $LAB/node-os     Debian with sshd and python3, shared read-only by all nodes (the overlay's lower directory)
#   $LAB/www/debian  an apt repository with the packages that a playbook may install, and all that they depend on
#   $LAB/tools       the same packages unpacked: images take nft, iptables and conntrack from there
# One or two minutes. Does nothing where $LAB/node-os/.done holds this script's checksum.
set -euo pipefail
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-lab} OS=$LAB/node-os REPO=$LAB/www/debian TOOLS=$LAB/tools
SUITE=bookworm GATEWAY=${GATEWAY:-10.77.0.1}
SELF=$(sha256sum <"$0" | cut -d' ' -f1)
[ "$(cat "$OS/.done" 2>/dev/null)" = "$SELF" ] && exit 0

# the machine's own Debian archive
MIRROR=${DEBIAN_MIRROR:-$( (cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true) |
  awk '/^URIs:.*debian/{print $2; exit} /^deb .*debian/{for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; exit}}')}
# A server as the installer leaves it: systemd, ssh, python3, and the three that every Debian server has.
BASE=systemd,systemd-sysv,dbus,openssh-server,python3,iproute2,kmod,procps
# What a Kubernetes node may need on top; not all of it has to be installed.
WANTED="conntrack socat ethtool ebtables iptables nftables ipset ipvsadm haproxy keepalived ca-certificates curl gnupg python3-apt
 apt-transport-https openssl tar gzip xz-utils util-linux mount iputils-ping netcat-openbsd jq chrony sudo rsync cron logrotate"

rm -rf --one-file-system "$OS" "$REPO" "$TOOLS"; mkdir -p "$OS" "$REPO" "$TOOLS"
debootstrap --variant=minbase --include="$BASE" "$SUITE" "$OS" "$MIRROR"

# the closure, as apt itself works it out on such a node
cp -L /etc/resolv.conf "$OS/etc/resolv.conf"
chroot "$OS" apt-get -q update
rm -f "$OS"/var/cache/apt/archives/*.deb
# shellcheck disable=SC2086 # a list of words
chroot "$OS" apt-get -q install -y --download-only -o APT::Keep-Downloaded-Packages=true -o Dir::Cache::archives=/var/cache/apt/archives $WANTED
mv "$OS"/var/cache/apt/archives/*.deb "$REPO/"
(
  cd "$REPO"
  for d in *.deb; do
    dpkg-deb -f "$d"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$d" "$(stat -c %s "$d")" "$(sha256sum "$d" | cut -d' ' -f1)"
  done >Packages
  printf 'Origin: k8splan lab\nSuite: %s\nArchitectures: amd64 all\nDate: %s\nSHA256:\n %s %s Packages\n' "$SUITE" "$(LC_ALL=C date -Ru)" \
    "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" >Release
)
for p in nftables iptables conntrack; do echo "$p"; done | while read -r p; do
  for d in "$REPO/${p}"_*.deb "$REPO"/lib{nftables1,nftnl11,mnl0,xtables12,ip4tc2,ip6tc2,nfnetlink0,netfilter-conntrack3,edit2,jansson4,bsd0,md0}_*.deb; do
    [ ! -e "$d" ] || dpkg-deb -x "$d" "$TOOLS"
  done
done
rm -rf "${TOOLS:?}"/{usr/share,etc,lib/systemd}

# a node knows this archive alone
rm -rf "$OS"/var/lib/apt/lists/* "$OS/etc/resolv.conf" "$OS"/etc/apt/sources.list.d/*
echo "nameserver $GATEWAY" >"$OS/etc/resolv.conf" # nothing answers there; the kubelet needs the file
echo "deb [trusted=yes] http://$GATEWAY:8000/debian ./" >"$OS/etc/apt/sources.list"
echo force-unsafe-io >"$OS/etc/dpkg/dpkg.cfg.d/lab" # ten hosts that each sync every file would wait for one disk
# addresses come from node.sh, the clock is the host's, and there are no devices to settle
for u in systemd-networkd systemd-resolved systemd-timesyncd apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer; do
  chroot "$OS" systemctl disable "$u" >/dev/null 2>&1 || true
done
chroot "$OS" systemctl mask getty.target console-getty systemd-udevd systemd-udev-trigger systemd-modules-load sys-kernel-debug.mount \
  sys-kernel-tracing.mount systemd-journald-audit.socket >/dev/null 2>&1 || true
chroot "$OS" systemctl enable ssh >/dev/null 2>&1
mkdir -p "$OS/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=64M\nRateLimitIntervalSec=0\n' >"$OS/etc/systemd/journald.conf.d/lab.conf"
rm -f "$OS"/etc/ssh/ssh_host_* "$OS/etc/machine-id"; : >"$OS/etc/machine-id"
# the kernel's modules are built in: list them, so modprobe and modinfo find them
KERNEL=$(uname -r) MODULES=$OS/usr/lib/modules/$(uname -r); mkdir -p "$MODULES"
for m in fs/overlayfs/overlay net/bridge/bridge net/bridge/br_netfilter drivers/net/veth drivers/net/vxlan net/netfilter/nf_conntrack \
  net/netfilter/nf_tables net/ipv4/netfilter/ip_tables net/ipv4/netfilter/iptable_nat net/ipv4/netfilter/iptable_filter; do
  echo "kernel/$m.ko"
done >"$MODULES/modules.builtin"
: >"$MODULES/modules.order"; : >"$MODULES/modules.builtin.modinfo"
zcat /proc/config.gz >"$MODULES/config" 2>/dev/null || true # kubeadm's SystemVerification reads it
chroot "$OS" depmod "$KERNEL"
echo "$SELF" >"$OS/.done"
