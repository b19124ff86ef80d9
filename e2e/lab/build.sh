#!/bin/bash
# Build every binary that a cluster needs from Go module sources into $LAB/bin, from ONE module (binaries/go.mod) and one
# "go build", so what they share (client-go, grpc, otel …) is compiled once. Their dependencies' versions are the highest
# that any of them asks for, not each project's own pins. The flannel CNI plugin is a module of its own (flannel-cni/go.mod).
# Does nothing where $LAB/bin/.done holds the checksum of what goes in. About 10 minutes on two cores with an empty Go cache, half a minute with a warm one.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-lab} BIN=$LAB/bin SRC=$LAB/src/binaries
STAMP=$(cd "$here" && cat build.sh pause/pause.c binaries/go.mod binaries/go.sum binaries/coredns/main.go binaries/kube-vip/main.go flannel-cni/go.mod probe/main.go | sha256sum | cut -d' ' -f1)
[ "$(cat "$BIN/.done" 2>/dev/null)" = "$STAMP" ] && exit 0
export GOFLAGS="-buildvcs=false -mod=mod" CGO_ENABLED=0 GOWORK=off
mkdir -p "$BIN/cni" "$SRC"
version() { (cd "$here/binaries" && go mod edit -json) | sed -n "\\#\"Path\": \"$1\",#{n;s/.*\"\\(v[^\"]*\\)\".*/\\1/p;q}"; }
K8S=$(version k8s.io/kubernetes) CONTAINERD=$(version github.com/containerd/containerd/v2) RUNC=$(version github.com/opencontainers/runc)
FLANNEL=$(version github.com/flannel-io/flannel) CRITOOLS=$(version sigs.k8s.io/cri-tools)
MINOR=${K8S#v1.} MINOR=${MINOR%%.*}

cp -r "$here/binaries/." "$SRC/"; cd "$SRC"; mkdir -p flanneld
# flannel's main without two back ends: one needs a cloud's SDK, the other cgo; neither can run in the lab
sed -e '/backend\/tencentvpc"/d' -e '/backend\/udp"/d' \
  "$(go mod download -json "github.com/flannel-io/flannel@$FLANNEL" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')/main.go" >flanneld/main.go

v="-X k8s.io/component-base/version" K=k8s.io/kubernetes/cmd C=github.com/containerd/containerd/v2/cmd
P=github.com/containernetworking/plugins/plugins
go build -trimpath -tags "no_btrfs no_devmapper no_zfs" -o "$BIN/" \
  -ldflags "-s -w $v.gitVersion=$K8S $v.gitMajor=1 $v.gitMinor=$MINOR $v.gitTreeState=clean
    -X github.com/containerd/containerd/v2/version.Version=$CONTAINERD -X github.com/flannel-io/flannel/pkg/version.Version=$FLANNEL
    -X sigs.k8s.io/cri-tools/pkg/version.Version=$CRITOOLS" \
  $K/{kubeadm,kubectl,kubelet,kube-apiserver,kube-controller-manager,kube-scheduler,kube-proxy} \
  $C/{containerd,ctr,containerd-shim-runc-v2} go.etcd.io/etcd/{server,etcdctl,etcdutl}/v3 sigs.k8s.io/cri-tools/cmd/crictl ./coredns ./flanneld ./kube-vip
mv "$BIN/server" "$BIN/etcd"
go build -trimpath -ldflags "-s -w" -o "$BIN/install-conf" github.com/flannel-io/flannel/cmd/install_conf
go build -trimpath -ldflags "-s -w" -o "$BIN/cni/" $P/main/{bridge,loopback,ptp} $P/ipam/host-local $P/meta/{portmap,firewall,bandwidth,tuning}
# runc's nsenter is C; seccomp is needed because pods ask for the runtime's default profile
CGO_ENABLED=1 go build -trimpath -tags "netgo osusergo seccomp" -ldflags "-s -w -extldflags -static -X main.version=$RUNC" -o "$BIN/runc" \
  github.com/opencontainers/runc
go build -C "$here/flannel-cni" -mod=readonly -trimpath -ldflags "-s -w" -o "$BIN/flannel" github.com/containernetworking/plugins/plugins/meta/flannel
gcc -Os -static -s -o "$BIN/pause" "$here/pause/pause.c"
GOFLAGS=-buildvcs=false go build -trimpath -ldflags "-s -w" -o "$BIN/probe" "$here/probe/main.go"
echo "$STAMP" >"$BIN/.done"
