#!/bin/bash
# What a cluster of an older release is made of, for upgrades: stamped.sh v1.36.3 v3.6.16, into $LAB/stamped/v1.36.3.
# Kubernetes' programs are linked once more with that version written into them. Their source is that of build.sh, so they are imitations: they
# call themselves another release, ask for that release's images, and work as the newer one does. That is enough to see the order, the gates
# and the drains of an upgrade, and not whether the older release's own code takes part in it. etcd is built from its own source: the real one.
# A few minutes: the rest was compiled by build.sh. Does nothing where .done in there holds the checksum of what goes in.
set -euo pipefail
version=$1 etcd=$2
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-lab} OUT=$LAB/stamped/$version
STAMP=$({ cat "$0" "$LAB/bin/.done"; echo "$etcd"; } | sha256sum | cut -d' ' -f1)
[ "$(cat "$OUT/.done" 2>/dev/null)" = "$STAMP" ] && exit 0
export GOFLAGS="-buildvcs=false -mod=mod" CGO_ENABLED=0 GOWORK=off
mkdir -p "$OUT" "$LAB/src/etcd"
cd "$LAB/src/etcd"
printf 'module lab/etcd\n\ngo 1.26.0\n\nrequire (\n\tgo.etcd.io/etcd/etcdctl/v3 %s\n\tgo.etcd.io/etcd/etcdutl/v3 %s\n\tgo.etcd.io/etcd/server/v3 %s\n)\n' "$etcd" "$etcd" "$etcd" >go.mod
rm -f go.sum
go build -trimpath -ldflags "-s -w" -o "$OUT/" go.etcd.io/etcd/{server,etcdctl,etcdutl}/v3
mv "$OUT/server" "$OUT/etcd"
cd "$LAB/src/binaries"
minor=${version#v1.} minor=${minor%%.*}
v="-X k8s.io/component-base/version" K=k8s.io/kubernetes/cmd
go build -trimpath -tags "no_btrfs no_devmapper no_zfs" -o "$OUT/" \
  -ldflags "-s -w $v.gitVersion=$version $v.gitMajor=1 $v.gitMinor=$minor $v.gitTreeState=clean" \
  $K/{kubeadm,kubectl,kubelet,kube-apiserver,kube-controller-manager,kube-scheduler,kube-proxy}
echo "$STAMP" >"$OUT/.done"
