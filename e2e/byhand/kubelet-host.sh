#!/bin/bash
# Runs on a host: everything that a kubelet needs, up to "kubeadm init" or "kubeadm join".
#   kubelet-host.sh MIRROR REGISTRY KUBERNETES CONTAINERD RUNC CNI CRICTL
set -euo pipefail
MIRROR=$1 REGISTRY=$2 KUBERNETES=$3 CONTAINERD=$4 RUNC=$5 CNI=$6 CRICTL=$7
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update; apt-get -qq install -y --no-install-recommends conntrack socat ethtool iptables nftables >/dev/null
fetch() { python3 -c 'import sys, urllib.request as u; u.urlretrieve(sys.argv[1], sys.argv[2])' "$1" "$2"; }
cd /tmp
for p in kubeadm kubectl kubelet; do
  fetch "$MIRROR/dl.k8s.io/$KUBERNETES/bin/linux/amd64/$p" $p; fetch "$MIRROR/dl.k8s.io/$KUBERNETES/bin/linux/amd64/$p.sha256" $p.sha256
  echo "$(cat $p.sha256)  $p" | sha256sum --quiet -c; install -m 755 $p /usr/local/bin/; rm $p
done
d=$MIRROR/github.com/containerd/containerd/releases/download/v$CONTAINERD f=containerd-$CONTAINERD-linux-amd64.tar.gz
fetch "$d/$f" "$f"; fetch "$d/$f.sha256sum" sum; sha256sum --quiet -c sum; tar -C /usr/local --no-same-owner -xzf "$f"; rm "$f"
d=$MIRROR/github.com/opencontainers/runc/releases/download/$RUNC
fetch "$d/runc.amd64" runc.amd64; fetch "$d/runc.sha256sum" sum; sha256sum --quiet -c sum; install -m 755 runc.amd64 /usr/local/bin/runc; rm runc.amd64
d=$MIRROR/github.com/containernetworking/plugins/releases/download/$CNI f=cni-plugins-linux-amd64-$CNI.tgz
fetch "$d/$f" "$f"; fetch "$d/$f.sha256" sum; sha256sum --quiet -c sum; mkdir -p /opt/cni/bin; tar -C /opt/cni/bin --no-same-owner -xzf "$f"; rm "$f"
d=$MIRROR/github.com/kubernetes-sigs/cri-tools/releases/download/$CRICTL f=crictl-$CRICTL-linux-amd64.tar.gz
fetch "$d/$f" "$f"; fetch "$d/$f.sha256" sum; echo "$(cat sum)  $f" | sha256sum --quiet -c; tar -C /usr/local/bin --no-same-owner -xzf "$f"; rm "$f"
echo 'runtime-endpoint: unix:///run/containerd/containerd.sock' >/etc/crictl.yaml

printf 'overlay\nbr_netfilter\n' >/etc/modules-load.d/kubernetes.conf; modprobe -a overlay br_netfilter
printf 'net.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1\n' >/etc/sysctl.d/kubernetes.conf; sysctl -q -p /etc/sysctl.d/kubernetes.conf
mkdir -p /etc/containerd/certs.d/"$REGISTRY" /etc/systemd/system/kubelet.service.d /etc/kubernetes/manifests /etc/cni/net.d
printf 'server = "http://%s"\n[host."http://%s"]\n  capabilities = ["pull", "resolve"]\n' "$REGISTRY" "$REGISTRY" >/etc/containerd/certs.d/"$REGISTRY"/hosts.toml
cat >/etc/containerd/config.toml <<C
version = 3
imports = ['/etc/containerd/conf.d/*.toml']
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '$REGISTRY/pause:3.10.2'
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = '/etc/containerd/certs.d'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = true
C
cat >/etc/systemd/system/containerd.service <<'C'
[Unit]
After=network.target
[Service]
ExecStart=/usr/local/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=2
LimitNOFILE=infinity
TasksMax=infinity
[Install]
WantedBy=multi-user.target
C
cat >/etc/systemd/system/kubelet.service <<'C'
[Unit]
After=containerd.service
[Service]
ExecStart=/usr/local/bin/kubelet
Restart=always
RestartSec=3
[Install]
WantedBy=multi-user.target
C
cat >/etc/systemd/system/kubelet.service.d/10-kubeadm.conf <<'C'
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/local/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
C
systemctl daemon-reload; systemctl enable -q --now containerd; systemctl enable -q kubelet
