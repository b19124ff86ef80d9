#!/bin/sh
# Wait for the API and the nodes, and create the objects that no service creates: the API server's permission to reach kubelets, cluster
# DNS, and the labels that only an administrator may set. The script can be run again.
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
    echo "The API server does not answer. On $server, run: journalctl -u kube-apiserver -u etcd" >&2
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
      echo "$node has not registered. On $node, run: journalctl -u kubelet" >&2
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
