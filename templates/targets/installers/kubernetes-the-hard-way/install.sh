#!/bin/sh
# Copy the files of each machine in machines.txt to it, and set it up, the server first: ./install.sh [NAME …] for only some machines.
# The script can be run again. Run certificates.sh first.
set -eu
cd "$(dirname "$0")"

setting() { sed -n "s/^$1 //p" settings.txt; }
server=$(setting server)
sudo=$(setting sudo)

if [ ! -s secrets/admin.kubeconfig ]; then
  echo "There are no certificates yet. Run ./certificates.sh first." >&2
  exit 1
fi

wanted=" $* "
{
  grep " $server\$" machines.txt
  grep -v " $server\$" machines.txt
} | while read -r _ _ node _; do
  case $wanted in
    "  " | *" $node "*) ;;
    *) continue ;;
  esac
  echo "== $node" >&2
  stage=$(mktemp -d)
  mkdir "$stage/secrets" "$stage/host"
  cp -R common settings.txt hosts.txt downloads.txt setup-host.sh "$stage"
  cp -R "hosts/$node/." "$stage/host"
  role=node
  if [ "$node" = "$server" ]; then
    role=server
    for file in ca.crt ca.key etcd-ca.crt etcd.crt etcd.key apiserver-etcd-client.crt apiserver-etcd-client.key front-proxy-ca.crt \
      front-proxy-client.crt front-proxy-client.key apiserver.crt apiserver.key apiserver-kubelet-client.crt apiserver-kubelet-client.key \
      service-accounts.key service-accounts.pub encryption.yaml kube-controller-manager.kubeconfig kube-scheduler.kubeconfig admin.kubeconfig; do
      cp "secrets/$file" "$stage/secrets"
    done
  else
    cp secrets/ca.crt secrets/kube-proxy.kubeconfig "$stage/secrets"
    cp "secrets/kubelet-$node.crt" "$stage/secrets/kubelet.crt"
    cp "secrets/kubelet-$node.key" "$stage/secrets/kubelet.key"
    cp "secrets/kubelet-$node.kubeconfig" "$stage/secrets/kubelet.kubeconfig"
  fi
  # The first ssh reads tar's output; the loop's standard input is the list of machines.
  tar -C "$stage" -czf - . | ssh -F ssh_config "$node" "$sudo sh -c 'umask 077; rm -rf /var/lib/hard-way; mkdir -p /var/lib/hard-way; tar -C /var/lib/hard-way --no-same-owner -xzf -'"
  rm -rf "$stage"
  ssh -F ssh_config -n "$node" "$sudo sh /var/lib/hard-way/setup-host.sh $role"
done
