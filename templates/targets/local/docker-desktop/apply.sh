#!/bin/sh
# Merge settings.json into the settings of Docker Desktop, and keep its other settings. Docker Desktop must not be running: it writes its
# settings when it quits. The path of the settings can be an argument.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

case $(uname -s) in
  Darwin) store="$HOME/Library/Group Containers/group.com.docker/settings-store.json" ;;
  *) store="$HOME/.docker/desktop/settings-store.json" ;;
esac
store=${1:-$store}

if [ ! -f "$store" ]; then
  echo "$store does not exist. Start Docker Desktop once, or pass the file as an argument." >&2
  exit 1
fi
# In a later run, the settings are already merged.
[ -e "$store.before-k8splan" ] || cp "$store" "$store.before-k8splan"
jq --slurp '.[0] * .[1]' "$store" "$here/settings.json" > "$store.new"
mv "$store.new" "$store"
echo "Merged into $store. Start Docker Desktop; it creates the cluster." >&2
