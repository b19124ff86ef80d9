#!/usr/bin/env bash
# Create the machines of the plan on hypervisors with KVM, or remove them. The cluster's data is next to this script: settings.txt
# (cluster, pool, directory of the pool), hypervisors.txt, images.txt, nodes.txt, network.xml, and a folder for each node.
#
#   ./machines.sh up             create what is missing, and start what is not running; change nothing that exists
#   ./machines.sh status         list the machines with their state
#   ./machines.sh down --yes     stop and remove the machines with their disks, and the network; keep the images
#
#   SSH_PUBLIC_KEY_FILE          the key that Ansible logs in with; default: ~/.ssh/id_ed25519.pub
#   K8SPLAN_IMAGES               folder of the downloaded images; default: ~/.cache/k8splan/images
set -euo pipefail
cd "$(dirname "$0")"

say() { printf 'machines: %s\n' "$*" >&2; }
die() {
  printf 'machines: error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'machines: hint: %s\n' "$2" >&2
  exit 1
}

read -r cluster pool pool_path <settings.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# uri HYPERVISOR: its connection URI
uri() { awk -v name="$1" '$1 == name { print $2 }' hypervisors.txt; }
# on HYPERVISOR COMMAND…: runs virsh there. It must not read the input of the callers' loops.
on() { local address; address=$(uri "$1"); shift; virsh --quiet --connect "$address" "$@" </dev/null; }
# has_volume HYPERVISOR NAME
has_volume() { on "$1" vol-info --pool "$pool" "$2" >/dev/null 2>&1; }

# upload HYPERVISOR NAME FORMAT FILE: uploads a file as a volume, and deletes an incomplete volume
upload() {
  on "$1" vol-create-as "$pool" "$2" "$(stat -L -c %s "$4")" --format "$3"
  on "$1" vol-upload --pool "$pool" "$2" "$4" || { on "$1" vol-delete --pool "$pool" "$2"; die "uploading $2 to $1 failed"; }
}

# fetch ADDRESS SUMS: downloads an image, compares it with the vendor's checksum if there is one, and prints its path
fetch() {
  local images=${K8SPLAN_IMAGES:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan/images} file
  file=$images/$(printf %s "$1" | sha256sum | cut -c 1-12)/${1##*/}
  if [ ! -e "$file" ]; then
    mkdir -p "$(dirname "$file")"
    say "fetching $1"
    curl --fail --silent --show-error --location --output "$file.part" "$1"
    if [ "$2" != - ]; then
      curl --fail --silent --show-error --location --output "$file.sums" "$2"
      local check=sha256sum
      [ "${2##*/}" != SHA512SUMS ] || check=sha512sum
      # Only the line of this file, in either form: SUM FILE, or SHA256 (FILE) = SUM.
      awk -v name="${1##*/}" '$2 == name || $2 == "*" name || $2 == "(" name ")"' "$file.sums" >"$file.sum"
      [ -s "$file.sum" ] || die "$2 does not list ${1##*/}"
      (cd "$(dirname "$file")" && mkdir -p checked && mv "$file.part" "checked/${1##*/}" && cd checked && $check --check --strict --quiet "$file.sum") >&2 ||
        die "${1##*/} does not match its checksum in $2" "remove $(dirname "$file") and try again"
      mv "$(dirname "$file")/checked/${1##*/}" "$file.part"
    fi
    mv "$file.part" "$file"
  fi
  printf '%s\n' "$file"
}

# seed NODE FILE: creates the disk that cloud-init reads, with the key
seed() {
  local key=${SSH_PUBLIC_KEY_FILE:-$HOME/.ssh/id_ed25519.pub} line maker
  [ -r "$key" ] || die "there is no public key in $key" "create one with ssh-keygen -t ed25519, or set SSH_PUBLIC_KEY_FILE to another file"
  mkdir -p "$work/$1"
  cp "$1/user-data" "$1/network-config" "$work/$1/"
  {
    cat "$1/meta-data"
    echo 'public-keys:'
    while read -r line || [ -n "$line" ]; do
      case $line in
      '' | \#*) ;;
      *PRIVATE*) die "$key contains a private key" "use the public half, which ends in .pub" ;;
      *) printf -- "- '%s'\n" "${line//\'/\'\'}" ;;
      esac
    done <"$key"
  } >"$work/$1/meta-data"
  for maker in "xorriso -as mkisofs" genisoimage mkisofs; do
    if command -v "${maker%% *}" >/dev/null; then
      (cd "$work/$1" && $maker -quiet -output "$2" -volid cidata -joliet -rational-rock user-data meta-data network-config)
      return
    fi
  done
  die "no program to create ISO images was found" "install xorriso or genisoimage"
}

up() {
  local name address volume image sums node hypervisor file path
  while read -r name address; do
    path=$(on "$name" pool-dumpxml "$pool") || die "$address has no storage pool $pool" "virsh pool-define-as $pool dir --target $pool_path, then pool-build and pool-start; or write pool in the topology"
    path=$(awk -F '[<>]' '$2 == "path" { print $3; exit }' <<<"$path")
    [ "$path" = "$pool_path" ] || die "pool $pool of $address is in $path, but the disks expect $pool_path" "write pool_path in the topology"
    if [ -e network.xml ]; then
      on "$name" net-info "$cluster" >/dev/null 2>&1 || on "$name" net-define network.xml
      on "$name" net-info "$cluster" | grep -q '^Active: *yes' || on "$name" net-start "$cluster"
      on "$name" net-autostart "$cluster"
    fi
  done <hypervisors.txt
  while read -r hypervisor volume image sums; do
    has_volume "$hypervisor" "$volume" && continue
    file=$(fetch "$image" "$sums")
    upload "$hypervisor" "$volume" qcow2 "$file"
  done <images.txt
  while read -r node hypervisor; do
    on "$hypervisor" dominfo "$cluster-$node" >/dev/null 2>&1 || {
      say "making $node"
      has_volume "$hypervisor" "$cluster-$node.qcow2" || on "$hypervisor" vol-create "$pool" "$node/volume.xml"
      has_volume "$hypervisor" "$cluster-$node-seed.iso" || {
        seed "$node" "$work/$node.iso"
        upload "$hypervisor" "$cluster-$node-seed.iso" raw "$work/$node.iso"
      }
      on "$hypervisor" define "$node/domain.xml"
      on "$hypervisor" autostart "$cluster-$node"
    }
    case $(on "$hypervisor" domstate "$cluster-$node") in
    running*) ;;
    *) on "$hypervisor" start "$cluster-$node" ;;
    esac
  done <nodes.txt
}

status() {
  local node hypervisor state
  while read -r node hypervisor; do
    state=$(on "$hypervisor" domstate "$cluster-$node" 2>/dev/null) || state=missing
    printf '%s\t%s\t%s\n' "$node" "$(uri "$hypervisor")" "${state%%$'\n'*}"
  done <nodes.txt
}

down() {
  local node hypervisor volume name address
  while read -r node hypervisor; do
    if on "$hypervisor" dominfo "$cluster-$node" >/dev/null 2>&1; then
      say "removing $node"
      case $(on "$hypervisor" domstate "$cluster-$node") in shut*) ;; *) on "$hypervisor" destroy "$cluster-$node" ;; esac
      on "$hypervisor" undefine "$cluster-$node" --nvram
    fi
    for volume in "$cluster-$node.qcow2" "$cluster-$node-seed.iso"; do
      ! has_volume "$hypervisor" "$volume" || on "$hypervisor" vol-delete --pool "$pool" "$volume"
    done
  done <nodes.txt
  [ -e network.xml ] || return 0
  while read -r name address; do
    on "$name" net-info "$cluster" >/dev/null 2>&1 || continue
    ! on "$name" net-info "$cluster" | grep -q '^Active: *yes' || on "$name" net-destroy "$cluster"
    on "$name" net-undefine "$cluster"
  done <hypervisors.txt
}

case "${1:-}" in
up | status) "$1" ;;
down)
  [ "${2:-}" = --yes ] || die "down removes the machines and their disks, including etcd's data" "to confirm, run machines.sh down --yes"
  down
  ;;
*)
  sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
