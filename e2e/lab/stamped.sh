#!/bin/bash
# What a cluster of an older release is made of, for upgrades. Into $LAB/stamped:
#   stamped.sh kubernetes v1.36.3      Kubernetes' programs of that version, from its own source
#   stamped.sh etcd v3.6.16            etcd of that version, from its own source
#   stamped.sh etcd v3.6.6 v3.6.5      the second one under the first one's name, where the module proxy does not have that: an imitation
# Compiling a release of Kubernetes takes ten minutes on two cores. Does nothing where .done in there holds the checksum of what goes in.
set -euo pipefail
what=$1 version=$2 source=${3:-$2}
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-lab}
[ "$what" = etcd ] && OUT=$LAB/stamped/etcd-$version || OUT=$LAB/stamped/$version
STAMP=$({ cat "$0"; echo "$*"; } | sha256sum | cut -d' ' -f1)
[ "$(cat "$OUT/.done" 2>/dev/null)" = "$STAMP" ] && exit 0
export GOFLAGS="-buildvcs=false -mod=mod" CGO_ENABLED=0 GOWORK=off
mkdir -p "$OUT" "$LAB/src/$source"
cd "$LAB/src/$source"
if [ "$what" = etcd ]; then
  printf 'module lab/etcd\n\ngo 1.26.0\n\nrequire (\n\tgo.etcd.io/etcd/etcdctl/v3 %s\n\tgo.etcd.io/etcd/etcdutl/v3 %s\n\tgo.etcd.io/etcd/server/v3 %s\n)\n' "$source" "$source" "$source" >go.mod
  rm -f go.sum
  go build -trimpath -ldflags "-s -w -X go.etcd.io/etcd/api/v3/version.Version=${version#v}" -o "$OUT/" go.etcd.io/etcd/{server,etcdctl,etcdutl}/v3
  mv "$OUT/server" "$OUT/etcd"
else
  # as the release's own go.mod has it, whose staging modules are published under v0
  printf 'module lab/kubernetes\n\ngo 1.26.0\n' >go.mod
  rm -f go.sum
  upstream=$(go mod download -json "k8s.io/kubernetes@$source" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
  { printf '\nrequire k8s.io/kubernetes %s\n\nreplace (\n' "$source"
    sed -n "s#^\t\(k8s.io/[a-z-]*\) => ./staging.*#\t\1 => \1 v0.${source#v1.}#p" "$upstream/go.mod"; echo ')'; } >>go.mod
  minor=${version#v1.} minor=${minor%%.*}
  v="-X k8s.io/component-base/version" K=k8s.io/kubernetes/cmd
  go build -trimpath -tags "no_btrfs,no_devmapper,no_zfs" -o "$OUT/" \
    -ldflags "-s -w $v.gitVersion=$version $v.gitMajor=1 $v.gitMinor=$minor $v.gitTreeState=clean" \
    $K/{kubeadm,kubectl,kubelet,kube-apiserver,kube-controller-manager,kube-scheduler,kube-proxy}
fi
echo "$STAMP" >"$OUT/.done"
