#!/bin/bash
# The yardstick: the 3+3+2 cluster by hand, without Ansible and without k8splan, by someone who knows every command and works on all hosts at
# once. It starts from the same bare hosts as site.yml, takes the same packages, binaries and images from the same servers, and ends at the same
# state: all nodes Ready, CoreDNS answering.
# In: ADDRESS_<host with _ for ->, KEY, KNOWN_HOSTS (ssh), WORK (a directory; admin.conf is left there).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
MIRROR=http://10.77.0.1:8000/mirror REGISTRY=10.77.0.1:5000 VIP=10.77.0.10
KUBERNETES=v1.37.2 ETCD=v3.7.3 CONTAINERD=2.4.2 RUNC=v1.5.2 CNI=v1.9.1 CRICTL=v1.36.0
ETCDS="etcd-1 etcd-2 etcd-3" CPS="cp-1 cp-2 cp-3" WORKERS="worker-1 worker-2" LBS="lb-1 lb-2"

address() { local v=ADDRESS_${1//-/_}; echo "${!v}"; }
on() {
  local host=$1; shift
  ssh -i "$KEY" -o UserKnownHostsFile="$KNOWN_HOSTS" -o BatchMode=yes -o ControlMaster=auto -o ControlPath="$WORK/hand-%h" -o ControlPersist=120 "root@$(address "$host")" "$@"
}
# each FUNCTION HOST…: the function on every host at once; fails if any fails
each() {
  local f=$1 pids=() p; shift
  for h in "$@"; do "$f" "$h" & pids+=($!); done
  for p in "${pids[@]}"; do wait "$p"; done
}
trap 'for h in $LBS $ETCDS $CPS $WORKERS; do ssh -o ControlPath="$WORK/hand-%h" -O exit "root@$(address "$h")" 2>/dev/null || true; done' EXIT
say() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

# --- every host with a kubelet
kubelet_host() {
  on "$1" bash -s "$MIRROR" "$REGISTRY" "$KUBERNETES" "$CONTAINERD" "$RUNC" "$CNI" "$CRICTL" <"$here/kubelet-host.sh"
}

# --- etcd: certificates by kubeadm's phases on the first member, then one service on each
etcd_certificates() {
  on etcd-1 bash -s "$MIRROR" "$KUBERNETES" <<'R'
set -euo pipefail
fetch() { python3 -c 'import sys, urllib.request as u; u.urlretrieve(sys.argv[1], sys.argv[2])' "$1" "$2"; }
p=dl.k8s.io/$2/bin/linux/amd64/kubeadm
fetch "$1/$p" /usr/local/bin/kubeadm; fetch "$1/$p.sha256" /tmp/kubeadm.sha256
echo "$(cat /tmp/kubeadm.sha256)  /usr/local/bin/kubeadm" | sha256sum --quiet -c; chmod 755 /usr/local/bin/kubeadm
R
  for m in $ETCDS; do
    on etcd-1 "mkdir -p /var/lib/byhand/pki/$m && cat >/var/lib/byhand/pki/$m.yaml" <<Y
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration: {name: $m, criSocket: "unix:///none"}
localAPIEndpoint: {advertiseAddress: $(address "$m")}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: $KUBERNETES
certificatesDir: /var/lib/byhand/pki/$m
etcd: {local: {serverCertSANs: [$(address "$m")], peerCertSANs: [$(address "$m")]}}
Y
  done
  # shellcheck disable=SC2086 # words
  on etcd-1 bash -s $ETCDS <<'R'
set -euo pipefail
first=$1
kubeadm init phase certs etcd-ca --config /var/lib/byhand/pki/$first.yaml >/dev/null
for m in "$@"; do
  mkdir -p "/var/lib/byhand/pki/$m/etcd"; [ "$m" = "$first" ] || cp /var/lib/byhand/pki/$first/etcd/ca.* "/var/lib/byhand/pki/$m/etcd/"
  for c in etcd-server etcd-peer; do kubeadm init phase certs "$c" --config "/var/lib/byhand/pki/$m.yaml" >/dev/null; done
done
kubeadm init phase certs apiserver-etcd-client --config /var/lib/byhand/pki/$first.yaml >/dev/null
R
}
etcd_member() {
  local m=$1 ip initial=; ip=$(address "$m")
  for e in $ETCDS; do initial+=,$e=https://$(address "$e"):2380; done
  on etcd-1 "tar -C /var/lib/byhand/pki/$m/etcd --exclude ca.key -cf - ." | on "$m" 'mkdir -p /etc/etcd/pki && tar -C /etc/etcd/pki -xf -'
  on "$m" bash -s "$MIRROR" "$ETCD" "$m" "$ip" "${initial#,}" <<'R'
set -euo pipefail
fetch() { python3 -c 'import sys, urllib.request as u; u.urlretrieve(sys.argv[1], sys.argv[2])' "$1" "$2"; }
d=$1/github.com/etcd-io/etcd/releases/download/$2 f=etcd-$2-linux-amd64
cd /tmp; fetch "$d/$f.tar.gz" "$f.tar.gz"; fetch "$d/SHA256SUMS" SHA256SUMS; sha256sum --quiet --ignore-missing -c SHA256SUMS
tar -C /usr/local/bin --strip-components 1 --no-same-owner -xzf "$f.tar.gz" "$f/etcd" "$f/etcdctl" "$f/etcdutl"; rm "$f.tar.gz"
id etcd >/dev/null 2>&1 || useradd --system --home-dir /var/lib/etcd --shell /usr/sbin/nologin etcd
mkdir -p /var/lib/etcd; chown etcd: /var/lib/etcd; chmod 700 /var/lib/etcd; chown -R etcd: /etc/etcd/pki
cat >/etc/systemd/system/etcd.service <<U
[Unit]
After=network.target
[Service]
Type=notify
User=etcd
ExecStart=/usr/local/bin/etcd --name $3 --data-dir /var/lib/etcd \\
 --listen-client-urls https://$4:2379,https://127.0.0.1:2379 --advertise-client-urls https://$4:2379 \\
 --listen-peer-urls https://$4:2380 --initial-advertise-peer-urls https://$4:2380 \\
 --initial-cluster $5 --initial-cluster-state new --initial-cluster-token hand \\
 --client-cert-auth --trusted-ca-file /etc/etcd/pki/ca.crt --cert-file /etc/etcd/pki/server.crt --key-file /etc/etcd/pki/server.key \\
 --peer-client-cert-auth --peer-trusted-ca-file /etc/etcd/pki/ca.crt --peer-cert-file /etc/etcd/pki/peer.crt --peer-key-file /etc/etcd/pki/peer.key
Restart=always
RestartSec=2
LimitNOFILE=65536
[Install]
WantedBy=multi-user.target
U
systemctl daemon-reload; systemctl enable -q etcd; systemctl start etcd
R
}

# --- balancers: haproxy before the API servers, keepalived for the address
balancer() {
  local priority=100; [ "$1" = lb-1 ] && priority=101
  on "$1" 'export DEBIAN_FRONTEND=noninteractive; apt-get -qq update && apt-get -qq install -y --no-install-recommends haproxy keepalived >/dev/null'
  { cat <<H
global
  maxconn 4000
defaults
  mode tcp
  timeout connect 2s
  timeout client 10m
  timeout server 10m
frontend api
  bind :6443
  default_backend control_planes
backend control_planes
  balance roundrobin
  option httpchk GET /readyz
  default-server check check-ssl verify none inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
H
  for n in $CPS; do echo "  server $n $(address "$n"):6443"; done; } | on "$1" 'cat >/etc/haproxy/haproxy.cfg'
  on "$1" 'cat >/etc/keepalived/keepalived.conf; systemctl enable -q haproxy keepalived; systemctl restart haproxy keepalived' <<K
global_defs {
  script_user root
  enable_script_security
}
vrrp_script haproxy {
  script "/usr/bin/systemctl is-active -q haproxy"
  interval 2
}
vrrp_instance api {
  interface eth0
  state BACKUP
  virtual_router_id 51
  priority $priority
  advert_int 1
  virtual_ipaddress {
    $VIP/24
  }
  track_script {
    haproxy
  }
}
K
}

prepare_and_serve_etcd() {
  etcd_certificates
  # shellcheck disable=SC2086 # words
  each etcd_member $ETCDS
}

# the three strands do not need each other
# shellcheck disable=SC2086 # words
{
  each kubelet_host $CPS $WORKERS & a=$!
  prepare_and_serve_etcd & b=$!
  each balancer $LBS & c=$!
  wait $a; wait $b; wait $c
}
say "hosts, etcd and balancers"

on etcd-1 'tar -C /var/lib/byhand/pki/etcd-1 -cf - etcd/ca.crt apiserver-etcd-client.crt apiserver-etcd-client.key' |
  on cp-1 'mkdir -p /etc/kubernetes/pki && tar -C /etc/kubernetes/pki -xf - --no-same-owner'
{
  cat <<Y
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {advertiseAddress: $(address cp-1), bindPort: 6443}
nodeRegistration: {name: cp-1, criSocket: "unix:///run/containerd/containerd.sock", imagePullPolicy: IfNotPresent, kubeletExtraArgs: [{name: node-ip, value: $(address cp-1)}]}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: $KUBERNETES
clusterName: hand
controlPlaneEndpoint: $VIP:6443
imageRepository: $REGISTRY
networking: {podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/16}
etcd:
  external:
    caFile: /etc/kubernetes/pki/etcd/ca.crt
    certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt
    keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key
    endpoints:
Y
  for e in $ETCDS; do echo "    - https://$(address "$e"):2379"; done
  cat <<Y
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
Y
} | on cp-1 'cat >/root/kubeadm.yaml'
on cp-1 'kubeadm init --config /root/kubeadm.yaml --upload-certs' >"$WORK/hand-init.log" 2>&1 || { tail -20 "$WORK/hand-init.log"; exit 1; }
on cp-1 'cat /etc/kubernetes/admin.conf' >"$WORK/admin.conf"
say "kubeadm init"
on cp-1 'kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f -' <"$WORK/tree/cni/kube-flannel.yaml" >/dev/null

TOKEN=$(grep -oE -- '--token [^ ]+' "$WORK/hand-init.log" | head -1 | cut -d' ' -f2)
HASH=$(grep -oE 'sha256:[0-9a-f]+' "$WORK/hand-init.log" | head -1)
CERTIFICATES=$(grep -oE -- '--certificate-key [0-9a-f]+' "$WORK/hand-init.log" | head -1 | cut -d' ' -f2)
rm "$WORK/hand-init.log"
join() { # HOST [control-plane lines]
  on "$1" 'cat >/root/kubeadm.yaml' <<Y
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery: {bootstrapToken: {apiServerEndpoint: "$VIP:6443", token: $TOKEN, caCertHashes: ["$HASH"]}}
nodeRegistration: {name: $1, criSocket: "unix:///run/containerd/containerd.sock", imagePullPolicy: IfNotPresent, kubeletExtraArgs: [{name: node-ip, value: $(address "$1")}]}
${2:-}
Y
  on "$1" 'kubeadm join --config /root/kubeadm.yaml' >"$WORK/hand-$1.log" 2>&1 || { tail -20 "$WORK/hand-$1.log"; return 1; }
}
join_worker() { join "$1"; }
for n in cp-2 cp-3; do
  join "$n" "controlPlane: {certificateKey: $CERTIFICATES, localAPIEndpoint: {advertiseAddress: $(address "$n"), bindPort: 6443}}"
  say "$n joined"
done
# shellcheck disable=SC2086 # words
each join_worker $WORKERS
say "workers joined"

on cp-1 bash -s 5 <<'R'
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
until [ "$(kubectl get nodes -o name | wc -l)" = "$1" ]; do sleep 0.5; done
kubectl wait node --all --for=condition=Ready --timeout=120s >/dev/null
kubectl -n kube-system rollout status deploy/coredns --timeout=120s >/dev/null
R
say "nodes Ready, CoreDNS up"
