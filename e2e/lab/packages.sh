#!/bin/bash
# Imitations of upstream's packages: packages.sh v1.36.3 2.3.7 v1.37.2 2.4.2, pairs of a version of Kubernetes and of containerd, into
# $LAB/www/mirror/pkgs.k8s.io and $LAB/www/mirror/download.docker.com. Names, files and units are upstream's
# (https://github.com/kubernetes/release/tree/master/cmd/krel/templates/latest, https://github.com/docker/containerd-packaging), the programs
# are the lab's own, and so is the key that signs them. Does nothing where .done in there holds the checksum of what goes in.
set -euo pipefail
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-lab} OUT=$LAB/www/mirror WORK=$LAB/packages
export GNUPGHOME=$LAB/gpg
STAMP=$({ cat "$0" "$LAB/bin/.done" "$LAB"/stamped/*/.done; echo "$*"; } | sha256sum | cut -d' ' -f1)
[ "$(cat "$OUT/pkgs.k8s.io/.done" 2>/dev/null)" = "$STAMP" ] && exit 0
rm -rf "$OUT/pkgs.k8s.io" "$OUT/download.docker.com" "$WORK"
trap "gpgconf --kill gpg-agent" EXIT # signing starts one
if [ ! -d "$GNUPGHOME" ]; then
  install -d -m 700 "$GNUPGHOME"
  gpg --batch --quiet --passphrase '' --quick-generate-key 'k8splan lab' ed25519 sign never
fi

# program VERSION NAME: the one of that release, where it has its own
program() { if [ -e "$LAB/stamped/$1/$2" ]; then echo "$LAB/stamped/$1/$2"; else echo "$LAB/bin/$2"; fi; }

# pack NAME VERSION DIR DEPENDS: what is under $WORK/root becomes a package in DIR
pack() {
  mkdir -p "$WORK/root/DEBIAN" "$3"
  printf 'Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: k8splan lab\nDescription: imitation for the lab\n' "$1" "$2" >"$WORK/root/DEBIAN/control"
  [ -z "${4:-}" ] || echo "Depends: $4" >>"$WORK/root/DEBIAN/control"
  [ ! -e "$WORK/postinst" ] || mv "$WORK/postinst" "$WORK/root/DEBIAN/postinst"
  [ ! -d "$WORK/root/etc" ] || (cd "$WORK/root" && find etc -type f | sed 's,^,/,' >DEBIAN/conffiles)
  dpkg-deb -Znone --root-owner-group --build "$WORK/root" "$3/$1_$2_amd64.deb" >/dev/null
  rm -rf "$WORK/root"
}
put() { install -D -m "$1" "$2" "$WORK/root$3"; }
# started and enabled UNIT: what a package of Debian's does with its unit when it is installed
# shellcheck disable=SC2016 # for the host's shell
maintained() { printf '#!/bin/sh\nset -e\n[ "$1" = configure ] || exit 0\nsystemctl daemon-reload\n%s\n' "$1" >"$WORK/postinst"; chmod 755 "$WORK/postinst"; }
# shellcheck disable=SC2016
started() { maintained 'if [ -z "$2" ]; then systemctl enable --now '"$1; else systemctl try-restart $1; fi"; }
enabled() { maintained "systemctl enable $1"; }

# index DIR PREFIX: what is in DIR, named from PREFIX on
index() {
  for d in "$1"/*.deb; do
    dpkg-deb -f "$d"
    printf 'Filename: %s%s\nSize: %s\nSHA256: %s\n\n' "$2" "$(basename "$d")" "$(stat -c %s "$d")" "$(sha256sum "$d" | cut -d' ' -f1)"
  done
}
# signed DIR SUITE COMPONENTS FILE...: Release and InRelease of DIR
signed() {
  local dir=$1 suite=$2 components=$3; shift 3
  (
    cd "$dir"
    { printf 'Origin: k8splan lab\nSuite: %s\nCodename: %s\nComponents: %s\nArchitectures: amd64\nDate: %s\nSHA256:\n' "$suite" "$suite" "$components" "$(LC_ALL=C date -Ru)"
      for f in "$@"; do printf ' %s %s %s\n' "$(sha256sum "$f" | cut -d' ' -f1)" "$(stat -c %s "$f")" "$f"; done; } >Release
    gpg --batch --quiet --yes --clearsign --output InRelease Release
  )
}

mkdir -p "$WORK"
docker=$OUT/download.docker.com/linux/debian
while [ $# -gt 0 ]; do
  kubernetes=$1 containerd=$2; shift 2
  version=${kubernetes#v} minor=${kubernetes%.*}
  into="$OUT/pkgs.k8s.io/core:/stable:/$minor/deb/amd64"

  put 755 "$(program "$kubernetes" kubelet)" /usr/bin/kubelet
  mkdir -p "$WORK/root/usr/lib/systemd/system"
  cat >"$WORK/root/usr/lib/systemd/system/kubelet.service" <<'U'
[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
U
  enabled kubelet
  pack kubelet "$version-1.1" "$into" "iptables (>= 1.4.21), kubernetes-cni (>= 1.2.0), mount, util-linux"

  put 755 "$(program "$kubernetes" kubeadm)" /usr/bin/kubeadm
  mkdir -p "$WORK/root/usr/lib/systemd/system/kubelet.service.d"
  cat >"$WORK/root/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf" <<'U'
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
U
  pack kubeadm "$version-1.1" "$into" "cri-tools (>= 1.30.0)"

  put 755 "$(program "$kubernetes" kubectl)" /usr/bin/kubectl
  pack kubectl "$version-1.1" "$into"
  put 755 "$LAB/bin/crictl" /usr/bin/crictl
  pack cri-tools "${minor#v}.0-1.1" "$into"
  for p in "$LAB"/bin/cni/*; do put 755 "$p" "/opt/cni/bin/$(basename "$p")"; done
  pack kubernetes-cni "1.9.1-1.1" "$into"

  repository=$(dirname "$into")
  index "$into" amd64/ >"$repository/Packages"
  signed "$repository" / "" Packages
  gpg --armor --export >"$repository/Release.key"

  for p in containerd containerd-shim-runc-v2 ctr runc; do put 755 "$LAB/bin/$p" "/usr/bin/$p"; done
  mkdir -p "$WORK/root/lib/systemd/system" "$WORK/root/etc/containerd"
  echo 'disabled_plugins = ["cri"]' >"$WORK/root/etc/containerd/config.toml"
  cat >"$WORK/root/lib/systemd/system/containerd.service" <<'U'
[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target dbus.service

[Service]
ExecStart=/usr/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity

[Install]
WantedBy=multi-user.target
U
  started containerd
  pack containerd.io "$containerd-1~debian.12~bookworm" "$docker/dists/bookworm/pool/stable/amd64"
done
mkdir -p "$docker/dists/bookworm/stable/binary-amd64"
index "$docker/dists/bookworm/pool/stable/amd64" dists/bookworm/pool/stable/amd64/ >"$docker/dists/bookworm/stable/binary-amd64/Packages"
signed "$docker/dists/bookworm" bookworm stable stable/binary-amd64/Packages
gpg --armor --export >"$docker/gpg"
rm -rf "$WORK"
echo "$STAMP" >"$OUT/pkgs.k8s.io/.done"
