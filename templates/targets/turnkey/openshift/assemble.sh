#!/usr/bin/env bash
# Write the files for openshift-install to a folder outside the tree: the plan's files, with your pull secret and your key.
#
#   ./assemble.sh DIR
#
#   PULL_SECRET_FILE        your pull secret from https://console.redhat.com/openshift/install/pull-secret (required)
#   SSH_PUBLIC_KEY_FILE     a key that may log in as core; default: ~/.ssh/id_ed25519.pub
set -euo pipefail

die() {
  printf 'assemble: error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'assemble: hint: %s\n' "$2" >&2
  exit 1
}
# quoted FILE: its one line as a YAML string
quoted() { printf "'%s'\n" "$(tr -d '\r\n' <"$1" | sed "s/'/''/g")"; }

[ $# -eq 1 ] || die "an argument is missing: the folder to create" "./assemble.sh ~/openshift-install"
secret=${PULL_SECRET_FILE:-} key=${SSH_PUBLIC_KEY_FILE:-$HOME/.ssh/id_ed25519.pub}
[ -r "$secret" ] || die "there is no pull secret" "set PULL_SECRET_FILE to the file with your pull secret"
[ -r "$key" ] || die "there is no public key in $key" "set SSH_PUBLIC_KEY_FILE to another file"
! grep -q PRIVATE "$key" || die "$key contains a private key" "use the public half, which ends in .pub"
here=$(cd "$(dirname "$0")" && pwd)
umask 077
mkdir -p "$1"
dir=$(cd "$1" && pwd)
case $dir/ in "$(dirname "$here")"/*) die "$dir is in the tree, which may be in git" "use a folder outside the tree" ;; esac
[ -z "$(ls -A "$dir")" ] || die "$dir is not empty" "openshift-install keeps state there: use a new folder"
{
  cat "$here/install-config.yaml"
  printf 'pullSecret: %s\n' "$(quoted "$secret")"
  printf 'sshKey: %s\n' "$(quoted "$key")"
} >"$dir/install-config.yaml"
cp "$here/agent-config.yaml" "$dir/"
if [ -d "$here/manifests" ]; then
  mkdir "$dir/openshift"
  cp "$here"/manifests/* "$dir/openshift/"
fi
printf 'assemble: %s is ready for openshift-install agent create image --dir %s\n' "$dir" "$dir" >&2
if command -v openshift-install >/dev/null; then
  release=$(cat "$here/release.txt")
  openshift-install version | grep -q "^openshift-install $release\." || die "openshift-install is not release $release, which has the plan's Kubernetes version" "download it from https://mirror.openshift.com/pub/openshift-v4/clients/ocp/"
fi
