#!/bin/sh
# Create the network and the instances that the files next to this script describe, and wait until each can be reached.
#   ./machines.sh [PUBLIC-KEY-FILE]    creates what is missing; the default key is ~/.ssh/id_ed25519.pub
#   ./machines.sh --remove             removes the instances and the network, with all data
set -eu
read -r network user < "$(dirname "$0")/settings.txt"

if [ "${1:-}" = --remove ]; then
  cd "$(dirname "$0")"
  while read -r name _; do
    lxc delete --force "$name" < /dev/null
  done < instances.txt
  lxc network delete "$network"
  exit 0
fi

key=${1:-$HOME/.ssh/id_ed25519.pub}
if [ ! -r "$key" ]; then
  echo "There is no public key in $key. Pass its file as an argument." >&2
  exit 1
fi
keys=$(cat "$key")
cd "$(dirname "$0")"

if ! lxc network show "$network" > /dev/null 2>&1; then
  lxc network create "$network" < network.yaml
fi

while read -r name image kind; do
  if lxc info "$name" > /dev/null 2>&1 < /dev/null; then
    echo "$name already exists." >&2
    continue
  fi
  if [ "$kind" = virtual-machine ]; then
    lxc init "$image" "$name" --vm < "instances/$name.yaml"
  else
    lxc init "$image" "$name" < "instances/$name.yaml"
  fi
  lxc start "$name" < /dev/null
done < instances.txt

while read -r name _; do
  echo "Waiting for $name" >&2
  tries=0
  until lxc exec "$name" -- true > /dev/null 2>&1 < /dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -gt 120 ]; then
      echo "$name does not answer. To see why, run: lxc console $name" >&2
      exit 1
    fi
    sleep 2
  done
  lxc exec "$name" -- cloud-init status --wait > /dev/null < /dev/null || true
  # shellcheck disable=SC2016 # the instance's shell expands these
  printf '%s\n' "$keys" | lxc exec "$name" -- sh -eu -c '
    home=$(getent passwd "$1" | cut -d : -f 6)
    mkdir -p "$home/.ssh"
    cat > "$home/.ssh/authorized_keys"
    chmod 700 "$home/.ssh"
    chmod 600 "$home/.ssh/authorized_keys"
    chown -R "$1:" "$home/.ssh"' sh "$user"
done < instances.txt
