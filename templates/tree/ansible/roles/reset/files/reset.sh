#!/bin/sh
# Removes from a host what site.yml made it, programs excepted. kubeadm reset, which knows nothing of pod networks, Services' rules,
# external etcd and balancers, has run before where there was a node.
# ETCD_DATA: data directory of external etcd, empty on other hosts. ENDPOINT: name of the API endpoint in /etc/hosts. VIRTUAL_IP: the address
# that balancers share. All may be empty.
set -eu

for unit in static-routes etcd haproxy keepalived kubelet; do
    if systemctl cat "$unit.service" >/dev/null 2>&1; then
        systemctl disable --quiet --now "$unit.service" || echo "could not stop $unit" >&2
    fi
done

rm -rf /etc/k8splan /etc/kubernetes /var/lib/kubelet /var/lib/cni /run/flannel /etc/kube-vip /var/log/kubeadm-init.log /var/log/kubeadm-join.log
# The directory itself stays: containerd watches it, and dies when it goes.
rm -rf /etc/cni/net.d/* /etc/cni/net.d/.[!.]*
rm -f /etc/static-routes.conf /usr/local/sbin/static-routes /etc/systemd/system/static-routes.service
rm -f /etc/haproxy/haproxy.cfg /etc/keepalived/keepalived.conf /etc/keepalived/interface.conf

if [ -n "$ETCD_DATA" ]; then
    # The directory itself may be a mount point.
    [ ! -d "$ETCD_DATA" ] || find "$ETCD_DATA" -mindepth 1 -delete
    rm -rf /etc/etcd
    rm -f /etc/systemd/system/etcd.service.d/enter.conf
fi

# Interfaces of pods and of the pod network.
for link in cni0 flannel.1 flannel-v6.1 kube-ipvs0; do
    ip link delete "$link" 2>/dev/null || true
done
if [ -n "$VIRTUAL_IP" ]; then
    ip -oneline address show to "$VIRTUAL_IP" | while read -r _ link _ address _; do
        ip address delete "$address" dev "$link" || true
    done
fi
ip -4 route flush proto 186 2>/dev/null || true
ip -6 route flush proto 186 2>/dev/null || true

# Rules of kube-proxy and of the pod network: only tables and chains that carry their names.
if command -v nft >/dev/null; then
    for table in 'ip kube-proxy' 'ip6 kube-proxy' 'ip flannel-ipv4' 'ip6 flannel-ipv6'; do
        # shellcheck disable=SC2086 # family and name are two words
        nft delete table $table 2>/dev/null || true
    done
fi
for family in iptables ip6tables; do
    command -v "$family-save" >/dev/null || continue
    rules=$("$family-save" 2>/dev/null | grep -v -E -e '(KUBE|CNI|FLANNEL)-' -e 'flanneld') || continue
    printf '%s\n' "$rules" | "$family-restore" || echo "could not clear $family" >&2
done

if [ -n "$ENDPOINT" ]; then
    # Written in place: /etc/hosts may be a mount of its own.
    kept=$(grep -v -E "^[^#[:space:]]+[[:space:]]+$(printf '%s' "$ENDPOINT" | sed 's/\./\\./g')([[:space:]]|\$)" /etc/hosts || true)
    printf '%s\n' "$kept" >/etc/hosts
fi
systemctl daemon-reload
