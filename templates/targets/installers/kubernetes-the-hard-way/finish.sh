#!/bin/sh
# Waits for the API and the nodes, and gives the cluster what it has no service for: the API server's right to reach kubelets, cluster DNS,
# and the labels that only an administrator may set. May be run again.
set -eu
cd "$(dirname "$0")"

setting() { sed -n "s/^$1 //p" settings.txt; }
server=$(setting server)
sudo=$(setting sudo)

kubectl() {
  ssh -F ssh_config "$server" "$sudo /usr/local/bin/kubectl --kubeconfig /var/lib/kubernetes/admin.kubeconfig $*"
}

tries=0
until kubectl get --raw /readyz > /dev/null 2>&1 < /dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -gt 90 ]; then
    echo "The API server does not answer. On $server: journalctl -u kube-apiserver -u etcd" >&2
    exit 1
  fi
  sleep 2
done
kubectl apply -f - < addons.yaml
while read -r _ _ node _; do
  [ "$node" = "$server" ] && continue
  tries=0
  until kubectl get node "$node" > /dev/null 2>&1 < /dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -gt 90 ]; then
      echo "$node does not register. On it: journalctl -u kubelet" >&2
      exit 1
    fi
    sleep 2
  done
done < machines.txt
while read -r node label; do
  kubectl label node "$node" --overwrite "$label" < /dev/null
done < labels.txt
kubectl wait --for=condition=Ready --timeout=5m node --all < /dev/null
kubectl -n kube-system rollout status deployment/coredns --timeout=5m < /dev/null
kubectl get nodes -o wide < /dev/null
