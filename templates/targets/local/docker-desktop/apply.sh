#!/bin/sh
# Merges settings.json into the settings of Docker Desktop, whose other settings stay. Docker Desktop must not be running: it writes its
# settings when it ends. The file may be named as an argument.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

case $(uname -s) in
  Darwin) store="$HOME/Library/Group Containers/group.com.docker/settings-store.json" ;;
  *) store="$HOME/.docker/desktop/settings-store.json" ;;
esac
store=${1:-$store}

if [ ! -f "$store" ]; then
  echo "There is no $store. Start Docker Desktop once, or name the file as an argument." >&2
  exit 1
fi
# A later run finds settings that are merged already.
[ -e "$store.before-k8splan" ] || cp "$store" "$store.before-k8splan"
jq --slurp '.[0] * .[1]' "$store" "$here/settings.json" > "$store.new"
mv "$store.new" "$store"
echo "Merged into $store. Start Docker Desktop; it makes the cluster." >&2
