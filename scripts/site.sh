#!/usr/bin/env bash
# Builds the playground as a folder of static files: the page, its editor, and the planner as two WebAssembly modules.
#
#   scripts/site.sh DIR
#
# VERSION is the version that the modules report. The npm packages are those that scripts/install-test-tools.sh installs; K8SPLAN_EDITOR
# names another folder.
set -euo pipefail

out=${1:?usage: scripts/site.sh DIR}
editor=${K8SPLAN_EDITOR:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-test/editor}
go=${GO:-go}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")/.."

if [ ! -x "$editor/node_modules/.bin/esbuild" ]; then
  printf 'site: error: esbuild is not in %s\nsite: hint: make setup installs it\n' "$editor" >&2
  exit 1
fi
"$go" run ./playground/write "$out"
cp "$("$go" env GOROOT)/lib/wasm/wasm_exec.js" "$out/"
NODE_PATH="$editor/node_modules" "$editor/node_modules/.bin/esbuild" playground/editor/editor.js --bundle --format=esm --minify --legal-comments=eof \
  --target=es2022 --log-level=warning --outfile="$out/editor.js"

# Without inlining, the modules are a sixth smaller, and loading them is limited by the network, not by the processor. In the core, targets
# are inlined, so that the linker omits the code that writes their files (planner/target/judges.go).
module() { # NAME TAGS FLAGS...
  GOFLAGS='' GOOS=js GOARCH=wasm "$go" build -trimpath -tags "$2" -gcflags=all=-l "${@:3}" \
    -ldflags "-s -w -X github.com/k8splan/k8splan/cmd/k8splan-wasm/worker.version=${VERSION:-dev}" -o "$out/$1.wasm" "./cmd/k8splan-wasm/$1"
  gzip -9nf "$out/$1.wasm"
}
planner=github.com/k8splan/k8splan/planner
module core judging "-gcflags=$planner/target=" "-gcflags=$planner/targets/...="
module renderer ''
