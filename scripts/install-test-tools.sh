#!/usr/bin/env bash
# Installs the programs that the tests and the lab use, on Debian and Ubuntu: packages of the distribution, and a folder with Debian trixie,
# in which the playbook is checked with a newer Ansible. Programs that are already installed are skipped.
#
# If Node.js is missing, it is installed from the distribution. The packages of the browser tests are in
# ${XDG_CACHE_HOME:-~/.cache}/k8splan-test/npm; K8SPLAN_NPM names another folder. The sources of the playground's editor
# are next to it, in editor; K8SPLAN_EDITOR names another folder.
#
#   scripts/install-test-tools.sh           install
#   scripts/install-test-tools.sh --list    print the packages
#
# The folder is in ${XDG_CACHE_HOME:-~/.cache}/k8splan-test/trixie; K8SPLAN_TRIXIE names another folder.
set -euo pipefail

# Packages by purpose, one on each line, so that a diff shows what was added and removed.
packages=(
  # the generated tree
  ansible-core   # syntax-check, inventory
  ansible-lint
  yamllint
  shellcheck     # scripts of the tree and of this repository
  haproxy        # haproxy -c
  keepalived     # keepalived -t
  systemd        # systemd-analyze verify
  ruby           # ruby -c
  vagrant        # vagrant validate
  vagrant-libvirt
  neovim         # drives k8splan lsp
  libvirt-clients # virsh and its test driver, virt-xml-validate
  libvirt-daemon # virt-aa-helper, which writes the AppArmor profile of a machine; nothing of it runs
  libxml2-utils  # xmllint
  cloud-init     # cloud-init schema
  ignition       # ignition-validate
  debootstrap    # the folder with trixie, and the lab's root file system
  # pictures and the page
  graphviz
  chromium
  python3-firewall # firewalld reads the rules of the page
  ufw            # so does ufw, which stays off
  # the lab (make e2e)
  busybox-static
  gcc
  iproute2
  libc6-dev
  libseccomp-dev
  nftables       # nft -c reads the rules for hosts, and the lab cuts networks with it
  openssh-client
  openssh-server # a jump host and 60 hosts behind it, in their own namespaces; nothing of it is started
  pkg-config
)

trixie=${K8SPLAN_TRIXIE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-test/trixie}
# debootstrap resolves no virtual packages, so the one that python3-cryptography needs is named.
trixie_packages=ansible-core,ansible-lint,yamllint,python3-cffi-backend

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  printf 'setup: error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'setup: hint: %s\n' "$2" >&2
  exit 1
}

if [ "${1:-}" = --list ]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi

command -v go >/dev/null || die "go is missing" "install Go $(sed -n 's/^go //p' "$(dirname "$0")/../go.mod") or newer: https://go.dev/doc/install"
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  die "this script installs with apt-get, which is not here" "install the equivalents of: ${packages[*]}; or run the tests in a Debian container"
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || die "installing packages needs root, and there is no sudo"
  as_root=(sudo)
fi

# --- packages

missing=()
if ! command -v npm >/dev/null; then
  packages+=(nodejs npm)
fi
for p in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]}"
  # haproxy and keepalived are called by tests and never run here: invoke-rc.d asks this program before it starts a service.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
    trap '"${as_root[@]}" rm -f $policy' EXIT
  fi
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
fi

# --- trixie: ansible-core 2.19, whose templating is stricter than that of 2.14

if [ "$(cat "$trixie/.k8splan-ready" 2>/dev/null)" != "$trixie_packages" ]; then
  say "making $trixie (about two minutes)"
  # The mirror that this machine takes its own packages from, if they are Debian's; debootstrap's own choice otherwise.
  # shellcheck disable=SC2016 # the dollars are apt's
  mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
  "${as_root[@]}" rm -rf "$trixie"
  mkdir -p "$(dirname "$trixie")"
  log=$(mktemp)
  if ! "${as_root[@]}" debootstrap --variant=minbase --include="$trixie_packages" trixie "$trixie" ${mirror:+"$mirror"} >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "debootstrap of trixie failed" "the whole output is in $log"
  fi
  rm -f "$log"
  # shellcheck disable=SC2016 # the arguments are the inner shell's
  "${as_root[@]}" sh -c 'rm -f "$1"/var/cache/apt/archives/*.deb && printf %s "$2" >"$1/.k8splan-ready"' sh "$trixie" "$trixie_packages"
fi

# --- dockerd, which validates daemon.json: trixie's, because 20.10 cannot. It is only unpacked: no service is installed

docker=${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-test/docker
if ! command -v dockerd >/dev/null && [ ! -x "$docker/usr/sbin/dockerd" ]; then
  say "unpacking dockerd into $docker"
  "${as_root[@]}" chroot "$trixie" sh -c 'cd /tmp && apt-get -q update && apt-get -q download docker.io' >/dev/null
  mkdir -p "$docker"
  dpkg-deb -x "$trixie"/tmp/docker.io_*.deb "$docker"
  "${as_root[@]}" rm -f "$trixie"/tmp/docker.io_*.deb
fi

# --- packages of the browser tests

browser=$(dirname "$0")/../checks/browser
npm=${K8SPLAN_NPM:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-test/npm}
if ! cmp -s "$browser/package-lock.json" "$npm/ready.json"; then
  say "filling $npm"
  mkdir -p "$npm"
  cp "$browser/package.json" "$browser/package-lock.json" "$browser/.npmrc" "$npm"
  (cd "$npm" && npm ci --silent)
  cp "$browser/package-lock.json" "$npm/ready.json"
fi

# --- sources of the playground's editor

source=$(dirname "$0")/../playground/editor
editor=${K8SPLAN_EDITOR:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-test/editor}
if ! cmp -s "$source/package-lock.json" "$editor/ready.json"; then
  say "filling $editor"
  mkdir -p "$editor"
  cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$editor"
  (cd "$editor" && npm ci --silent)
  cp "$source/package-lock.json" "$editor/ready.json"
fi

say "everything is there"
