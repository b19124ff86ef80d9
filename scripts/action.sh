#!/usr/bin/env bash
# What action.yml runs: fetches a release of k8splan, checks its sum, and validates. It reads K8SPLAN_* as action.yml sets them, and
#
#   K8SPLAN_RELEASES   where releases are (https://github.com/k8splan/k8splan/releases)
#   RUNNER_TEMP        where the program is put
#   GITHUB_OUTPUT      the step's outputs
#   GITHUB_STEP_SUMMARY  what the workflow's page shows
set -euo pipefail

releases=${K8SPLAN_RELEASES:-https://github.com/k8splan/k8splan/releases}

# A workflow command ends with its line: the text must not begin another.
die() {
  local text=${1//\%/%25}
  text=${text//$'\r'/%0D}
  printf '::error title=k8splan::%s\n' "${text//$'\n'/%0A}"
  exit 2
}

fetch() { curl --fail --silent --show-error --location --retry 3 --output "$2" "$1" || die "cannot fetch $1"; }

# --- the release

tag=${K8SPLAN_VERSION:-${K8SPLAN_REF:-}}
# A branch or a commit of the action is not a release, nor is v1; a version that somebody wrote is taken at its word.
if [ "$tag" = latest ] || { [ -z "${K8SPLAN_VERSION:-}" ] && [[ ! $tag =~ ^v?[0-9]+\.[0-9]+\.[0-9]+ ]]; }; then
  tag=$(curl --fail --silent --show-error --location --retry 3 --output /dev/null --write-out '%{url_effective}' "$releases/latest") || die "cannot ask for the latest release"
  tag=${tag##*/}
fi
version=${tag#v}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*$ ]] || die "\"$tag\" is not a release of k8splan: write one such as v1.2.3"

case $(uname -s) in
  Linux) os=linux ;;
  Darwin) os=darwin ;;
  *) die "no release for $(uname -s): run the action on Linux or macOS" ;;
esac
case $(uname -m) in
  x86_64) arch=amd64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) die "no release for $(uname -m)" ;;
esac

dir=${RUNNER_TEMP:-$(mktemp -d)}/k8splan-$version
if [ ! -x "$dir/k8splan" ]; then
  mkdir -p "$dir"
  archive=k8splan_${version}_${os}_$arch.tar.gz
  fetch "$releases/download/v$version/$archive" "$dir/$archive"
  fetch "$releases/download/v$version/SHA256SUMS" "$dir/SHA256SUMS"
  want=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$dir/SHA256SUMS")
  if command -v sha256sum >/dev/null; then
    got=$(sha256sum "$dir/$archive")
  else
    got=$(shasum -a 256 "$dir/$archive")
  fi
  if [ -z "$want" ] || [ "${got%% *}" != "$want" ]; then
    die "$archive is not what SHA256SUMS of the release says"
  fi
  tar -xzf "$dir/$archive" -C "$dir" k8splan
fi

# --- validate

arguments=()
case ${K8SPLAN_STRICT:-false} in
  true) arguments+=(--strict) ;;
  false) ;;
  *) die "strict is \"$K8SPLAN_STRICT\": write true or false" ;;
esac
[ -z "${K8SPLAN_REQUIRE:-}" ] || arguments+=("--require=$K8SPLAN_REQUIRE")
[ -z "${K8SPLAN_VAR_FILE:-}" ] || arguments+=("--var-file=$K8SPLAN_VAR_FILE")
read -r -d '' -a files <<<"${K8SPLAN_FILES:-topology.hcl}" || true # ends at the end of the text

if [ -n "${K8SPLAN_SARIF:-}" ]; then # its findings are said below
  "$dir/k8splan" validate -o sarif ${arguments[@]+"${arguments[@]}"} -- ${files[@]+"${files[@]}"} >"$K8SPLAN_SARIF" || [ $? -eq 1 ]
fi
valid=true
"$dir/k8splan" validate -o github ${arguments[@]+"${arguments[@]}"} -- ${files[@]+"${files[@]}"} || { code=$? valid=false; }
printf 'valid=%s\n' "$valid" >>"${GITHUB_OUTPUT:-/dev/null}"

# --- compare

if [ -n "${K8SPLAN_COMPARE:-}" ]; then
  classes=(none in-place ordered refused)
  worst=0
  for name in ${files[@]+"${files[@]}"}; do
    topologies=("$name")
    if [ -d "$name" ]; then
      topologies=("${name%/}"/*.hcl)
    fi
    for topology in "${topologies[@]}"; do
      # One that is new, or that is not valid, has nothing to compare.
      text=$("$dir/k8splan" diff --git="$K8SPLAN_COMPARE" -o markdown ${K8SPLAN_VAR_FILE:+"--var-file=$K8SPLAN_VAR_FILE"} -- "$topology" 2>"$dir/diff.err") || [ -n "$text" ] || {
        [ "$valid" = false ] || printf '::notice title=k8splan::%s\n' "$(grep -m1 '^k8splan: error: ' "$dir/diff.err" || echo "nothing to compare $topology with")"
        continue
      }
      printf '%s\n\n' "$text" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
      heading=${text%%$'\n'*}
      for i in "${!classes[@]}"; do
        if [ "${heading##*: }" = "${classes[i]}" ] && [ "$i" -gt "$worst" ]; then
          worst=$i
        fi
      done
    done
  done
  printf 'verdict=%s\n' "${classes[worst]}" >>"${GITHUB_OUTPUT:-/dev/null}"
fi
exit "${code:-0}"
