#!/bin/bash
# Build what only some cases need (crio, docker, addons) into $LAB/extras: CRI-O with conmon and pinns, Docker Engine with cri-dockerd, and
# metrics-server. Each from its own module, with its own pins. Needs libglib2.0-dev, besides what build.sh needs. Half an hour on two cores with an
# empty Go cache. Does nothing where $LAB/extras/.done holds this script's checksum.
set -euo pipefail
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-lab} OUT=$LAB/extras SRC=$LAB/src/extras
SELF=$(sha256sum <"$0" | cut -d' ' -f1)
[ "$(cat "$OUT/.done" 2>/dev/null)" = "$SELF" ] && exit 0
pkg-config --exists glib-2.0 || { echo "the lab needs one more Debian package: apt-get install -y libglib2.0-dev" >&2; exit 1; }
export GOWORK=off GOFLAGS="-buildvcs=false -mod=mod"
mkdir -p "$OUT" "$SRC"

# unpack MODULE@VERSION: a copy that go may write its go.sum into; prints the directory. What a project vendors is left to the module proxy.
unpack() {
  local to=$SRC/${1//\//_}
  rm -rf "$to"
  cp -r "$(cd "$SRC" && go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')" "$to"
  chmod -R u+w "$to"; rm -rf "$to/vendor"
  echo "$to"
}

# The newest CRI-O that the module proxy has; upstream's own tags, without gpgme, btrfs and device mapper.
crio=$(unpack github.com/cri-o/cri-o@v1.34.0)
CGO_ENABLED=1 go build -C "$crio" -trimpath -ldflags "-s -w" -o "$OUT/crio" \
  -tags "containers_image_ostree_stub containers_image_openpgp exclude_graphdriver_btrfs exclude_graphdriver_devicemapper seccomp netgo osusergo" ./cmd/crio
gcc -std=c99 -Os -static -s -o "$OUT/pinns" "$crio"/pinns/src/*.c
# The C program in the module that CRI-O's tests name. Static: a host of the lab has no GLib.
conmon=$(unpack github.com/containers/conmon@v2.0.20+incompatible)
# shellcheck disable=SC2046 # lists of words
gcc -std=gnu99 -Os -static -s $(pkg-config --cflags glib-2.0) -DVERSION="\"$(cat "$conmon/VERSION")\"" -DGIT_COMMIT='""' -w \
  -o "$OUT/conmon" "$conmon"/src/*.c $(pkg-config --static --libs glib-2.0)

# The newest cri-dockerd that the module proxy has is older than 0.4.8, which fixes exec with kubelets from 1.36 on; what that release changed
# is changed here. Source: https://github.com/Mirantis/cri-dockerd/pull/576
dockershim=$(unpack github.com/Mirantis/cri-dockerd@v0.4.0)
sed -i '/BaseURL: *&url.URL{Path: "\/cri\/"},/d; /^\t"net\/url"$/d' "$dockershim/cmd/server.go"
CGO_ENABLED=0 go build -C "$dockershim" -trimpath -ldflags "-s -w" -o "$OUT/cri-dockerd" .
moby=$(unpack github.com/moby/moby/v2@v2.0.0-beta.4)
for program in dockerd docker-proxy; do CGO_ENABLED=0 go build -C "$moby" -trimpath -ldflags "-s -w" -o "$OUT/$program" "./cmd/$program"; done
CGO_ENABLED=0 go build -C "$(unpack sigs.k8s.io/metrics-server@v0.9.0)" -trimpath -ldflags "-s -w" -o "$OUT/metrics-server" ./cmd/metrics-server
rm -rf "$SRC"
echo "$SELF" >"$OUT/.done"
