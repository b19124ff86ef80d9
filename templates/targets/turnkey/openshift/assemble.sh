#!/usr/bin/env bash
# Puts together what openshift-install reads, in a folder outside of the tree: the plan's files, and what only you have.
#
#   ./assemble.sh DIR
#
#   PULL_SECRET_FILE        your pull secret from https://console.redhat.com/openshift/install/pull-secret (required)
#   SSH_PUBLIC_KEY_FILE     a key that may log in as core; ~/.ssh/id_ed25519.pub where it is unset
set -euo pipefail

die() {
  printf 'assemble: error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'assemble: hint: %s\n' "$2" >&2
  exit 1
}
# quoted FILE: its one line as a YAML string
quoted() { printf "'%s'\n" "$(tr -d '\r\n' <"$1" | sed "s/'/''/g")"; }

[ $# -eq 1 ] || die "write the folder to make" "./assemble.sh ~/openshift-install"
secret=${PULL_SECRET_FILE:-} key=${SSH_PUBLIC_KEY_FILE:-$HOME/.ssh/id_ed25519.pub}
[ -r "$secret" ] || die "there is no pull secret" "PULL_SECRET_FILE names the file with yours"
[ -r "$key" ] || die "there is no public key in $key" "SSH_PUBLIC_KEY_FILE names another place"
! grep -q PRIVATE "$key" || die "$key holds a private key" "the public half ends in .pub"
here=$(cd "$(dirname "$0")" && pwd)
umask 077
mkdir -p "$1"
dir=$(cd "$1" && pwd)
case $dir/ in "$(dirname "$here")"/*) die "$dir is in the tree, which may be in git" "take a folder outside of it" ;; esac
[ -z "$(ls -A "$dir")" ] || die "$dir is not empty" "openshift-install leaves a state there: take a new folder"
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
  openshift-install version | grep -q "^openshift-install $release\." || die "openshift-install is not of release $release, whose Kubernetes the plan names" "fetch it from https://mirror.openshift.com/pub/openshift-v4/clients/ocp/"
fi
