#!/bin/sh
# Runs on a machine, from the folder that install.sh has copied there: setup-host.sh server|node
set -eu
role=$1
cd "$(dirname "$0")"

setting() { sed -n "s/^$1 //p" settings.txt; }

# What the services were started with: they are left alone where none of it has changed.
state=$(find . -type f -exec sha256sum {} + | sort | sha256sum)

case $(uname -m) in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
  *) arch=$(uname -m) ;;
esac

fetch() { # URL FILE
  if command -v curl > /dev/null; then
    curl --fail --silent --show-error --location --retry 3 --output "$2" "$1"
  elif command -v wget > /dev/null; then
    wget --quiet --output-document="$2" "$1"
  else
    python3 -c 'import sys, urllib.request; urllib.request.urlretrieve(sys.argv[1], sys.argv[2])' "$1" "$2"
  fi
}

# Every machine finds every other one by its name.
sed -i '/^# BEGIN k8splan$/,/^# END k8splan$/d' /etc/hosts
{
  echo "# BEGIN k8splan"
  cat hosts.txt
  echo "# END k8splan"
} >> /etc/hosts

# kube-proxy and the bridge plugin call programs of the system.
if [ "$role" = node ]; then
  for program in $(setting programs); do
    if command -v "$program" > /dev/null; then
      continue
    fi
    if command -v apt-get > /dev/null; then
      case $program in
        nft) package=nftables ;;
        *) package=$program ;;
      esac
      DEBIAN_FRONTEND=noninteractive apt-get -qq update
      DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$package" > /dev/null
    elif command -v dnf > /dev/null; then
      case $program in
        nft) package=nftables ;;
        conntrack) package=conntrack-tools ;;
        *) package=$program ;;
      esac
      dnf --quiet --assumeyes install "$package"
    else
      echo "Install $program on this machine: kube-proxy calls it." >&2
      exit 1
    fi
  done
fi

printf 'overlay\nbr_netfilter\n' > /etc/modules-load.d/k8splan.conf
for module in overlay br_netfilter; do
  modprobe "$module" 2> /dev/null || echo "The kernel module $module could not be loaded; it may be built in." >&2
done
# A host that forwards loses the default route that its kernel learned from a router, unless accept_ra is set before. Where accept_ra is 0,
# networkd or NetworkManager sees to it.
{
  ip -6 route show default proto ra | sed -n 's/.* dev \([^ ]*\).*/\1/p' | while read -r interface; do
    grep -q '^0' "/proc/sys/net/ipv6/conf/$interface/accept_ra" || echo "net/ipv6/conf/$interface/accept_ra = 2"
  done
  cat common/sysctl.conf
} > /etc/sysctl.d/90-k8splan.conf
sysctl -q -e -p /etc/sysctl.d/90-k8splan.conf || echo "Not every kernel parameter could be set." >&2

# Programs, each compared with the checksum that upstream publishes or that the plan pins.
mkdir -p /var/lib/k8splan/programs /opt/cni/bin
work=$(mktemp -d)
while read -r on for_arch name url sum style archive; do
  if [ "$for_arch" != "$arch" ] || { [ "$on" != "$role" ] && [ "$on" != all ]; }; then
    continue
  fi
  if [ "$(cat "/var/lib/k8splan/programs/$name" 2> /dev/null)" = "$url" ]; then
    continue
  fi
  file="$work/${url##*/}"
  fetch "$url" "$file"
  case $sum in
    http*)
      fetch "$sum" "$work/sum"
      if [ "$style" = list ]; then
        sum=$(awk -v file="${url##*/}" '$2 == file || $2 == "*" file { print $1 }' "$work/sum")
      else
        sum=$(cat "$work/sum")
      fi
      ;;
  esac
  echo "$sum  $file" | sha256sum --check --quiet
  case $name in
    containerd) tar -C /usr/local --no-same-owner -xzf "$file" ;;
    cni-plugins) tar -C /opt/cni/bin --no-same-owner -xzf "$file" ;;
    *)
      if [ "$archive" = archive ]; then
        mkdir "$work/$name"
        tar -C "$work/$name" --no-same-owner -xzf "$file"
        find "$work/$name" -type f \( -name etcd -o -name etcdctl -o -name etcdutl -o -name crictl \) -exec install -m 755 {} /usr/local/bin/ \;
      else
        install -m 755 "$file" "/usr/local/bin/$name"
      fi
      ;;
  esac
  echo "$url" > "/var/lib/k8splan/programs/$name"
done < downloads.txt
rm -rf "$work"

install -m 755 common/run-component common/static-routes /usr/local/sbin/
install -m 644 host/routes.conf /etc/static-routes.conf
install -m 644 common/static-routes.service /etc/systemd/system/
mkdir -p /etc/k8splan /var/lib/kubernetes
chmod 700 /var/lib/kubernetes
rm -rf /etc/k8splan/arguments
cp -R host/arguments /etc/k8splan/arguments

if [ "$role" = server ]; then
  units="etcd kube-apiserver kube-controller-manager kube-scheduler"
  install -m 600 secrets/* /var/lib/kubernetes/
  mkdir -p "$(setting etcd-data)"
  chmod 700 "$(setting etcd-data)"
else
  units="containerd kubelet kube-proxy"
  if [ "$(setting fail-swap-on)" = true ]; then
    swapoff -a
  fi
  mkdir -p /etc/containerd/certs.d /etc/containerd/conf.d /etc/cni/net.d /var/lib/kubelet /var/lib/kube-proxy /etc/kubernetes/manifests
  install -m 644 common/containerd.toml /etc/containerd/config.toml
  while read -r file host; do
    mkdir -p "/etc/containerd/certs.d/$host"
    install -m 644 "common/registries/$file" "/etc/containerd/certs.d/$host/hosts.toml"
  done < common/registries.txt
  install -m 644 host/conflist.json /etc/cni/net.d/10-static-routes.conflist
  install -m 600 secrets/ca.crt secrets/kubelet.crt secrets/kubelet.key secrets/kubelet.kubeconfig /var/lib/kubelet/
  install -m 600 secrets/kube-proxy.kubeconfig /var/lib/kube-proxy/
  install -m 644 common/kubelet.yaml /var/lib/kubelet/config.yaml
  install -m 644 common/kube-proxy.yaml /var/lib/kube-proxy/config.yaml
  # If systemd-resolved answers on a loopback address, pods use the servers behind it.
  if [ -e /run/systemd/resolve/resolv.conf ]; then
    echo "--resolv-conf=/run/systemd/resolve/resolv.conf" >> /etc/k8splan/arguments/kubelet.txt
  fi
fi
for unit in $units; do
  install -m 644 "common/$unit.service" /etc/systemd/system/
done
systemctl daemon-reload
# shellcheck disable=SC2086 # a list of units
systemctl enable --quiet static-routes $units
# shellcheck disable=SC2086
if [ "$(cat /var/lib/k8splan/state 2> /dev/null)" != "$state" ] || ! systemctl is-active --quiet static-routes $units; then
  systemctl restart static-routes $units
  echo "$state" > /var/lib/k8splan/state
fi

# The keys lie where they are used; this copy has done its work.
rm -rf secrets
