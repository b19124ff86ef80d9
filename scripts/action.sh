#!/usr/bin/env bash
# What action.yml runs: fetches a release of k8splan, checks its sum, and validates. It reads K8SPLAN_* as action.yml sets them, and
#
#   K8SPLAN_RELEASES   where releases are (https://github.com/k8splan/k8splan/releases)
#   RUNNER_TEMP        where the program is put
#   GITHUB_OUTPUT      the step's outputs
#   GITHUB_STEP_SUMMARY  what the workflow's page shows
set -euo pipefail

releases=${K8SPLAN_RELEASES:-https://github.com/k8splan/k8splan/releases}

# A workflow command ends at its newline: the text must not start another command.
die() {
  local text=${1//\%/%25}
  text=${text//$'\r'/%0D}
  printf '::error title=k8splan::%s\n' "${text//$'\n'/%0A}"
  exit 2
}

fetch() { curl --fail --silent --show-error --location --retry 3 --output "$2" "$1" || die "cannot fetch $1"; }

# --- the release

tag=${K8SPLAN_VERSION:-${K8SPLAN_REF:-}}
# A branch or a commit of the action is not a release, nor is v1. A version that the user states is used as it is.
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
  "$dir/k8splan" validate -o sarif ${arguments[@]+"${arguments[@]}"} -- ${files[@]+"${files[@]}"} >"$K8SPLAN_SARIF" 2>/dev/null || [ $? -eq 1 ]
fi
valid=true
"$dir/k8splan" validate -o github ${arguments[@]+"${arguments[@]}"} -- ${files[@]+"${files[@]}"} 2>"$dir/validate.err" || { code=$? valid=false; }
cat "$dir/validate.err" >&2
# A file that cannot be read has no line for an annotation, and a failed step without a message does not help.
while IFS= read -r line; do
  line=${line#k8splan: error: }
  printf '::error title=k8splan::%s\n' "${line//\%/%25}"
done < <(grep '^k8splan: error: ' "$dir/validate.err" || true)
printf 'valid=%s\n' "$valid" >>"${GITHUB_OUTPUT:-/dev/null}"

# --- summary

"$dir/k8splan" validate -o markdown ${arguments[@]+"${arguments[@]}"} -- ${files[@]+"${files[@]}"} >"$dir/summary.md" 2>/dev/null || [ $? -eq 1 ]
cat "$dir/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"

# --- compare

if [ -n "${K8SPLAN_COMPARE:-}" ]; then
  classes=(none in-place ordered refused)
  worst=0
  for name in ${files[@]+"${files[@]}"}; do
    topologies=("$name")
    if [ -d "$name" ]; then # the files that validate found in it
      topologies=()
      while IFS= read -r found; do
        topologies+=("$found")
      done < <("$dir/k8splan" validate -o json -- "$name" 2>/dev/null | sed -n 's/^      "filename": "\(.*\)",$/\1/p' | sort -u || true)
    fi
    for topology in ${topologies[@]+"${topologies[@]}"}; do
      # A file that is new, or is not valid, cannot be compared.
      text=$("$dir/k8splan" diff --git="$K8SPLAN_COMPARE" -o markdown ${K8SPLAN_VAR_FILE:+"--var-file=$K8SPLAN_VAR_FILE"} -- "$topology" 2>"$dir/diff.err") || [ -n "$text" ] || {
        [ "$valid" = false ] || printf '::notice title=k8splan::%s\n' "$(grep -m1 '^k8splan: error: ' "$dir/diff.err" || echo "nothing to compare $topology with")"
        continue
      }
      printf '%s\n\n' "$text" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
      printf '%s\n\n' "$text" >>"$dir/summary.md"
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

# --- comment

# Keeps one comment in the pull request up to date, and finds it by its first line. A pull request from a fork has a token without write
# permission, and gets only the summary. The content of files is text in the comment, and is sent to the API as data.
comment() {
  local mark='<!-- k8splan -->' api=${GITHUB_API_URL:-https://api.github.com} number page=1 id='' found
  [ "${GITHUB_EVENT_NAME:-}" = pull_request ] || { echo 'k8splan: comment: only on pull_request'; return; }
  command -v jq >/dev/null || { printf '::notice title=k8splan::comment needs jq\n'; return; }
  if [ "$(jq -r '.pull_request.head.repo.full_name // ""' "$GITHUB_EVENT_PATH")" != "$GITHUB_REPOSITORY" ]; then
    echo 'k8splan: comment: not on pull requests from forks, whose token may not write'
    return
  fi
  number=$(jq -r '.pull_request.number' "$GITHUB_EVENT_PATH")
  call() { # call METHOD PATH [BODY-FILE]
    curl --fail --silent --show-error --request "$1" --header @<(printf 'Authorization: Bearer %s\n' "${K8SPLAN_TOKEN:-}") --header 'Accept: application/vnd.github+json' \
      ${3:+--data "@$3"} "$api/repos/$GITHUB_REPOSITORY/$2"
  }
  while [ -z "$id" ] && [ "$page" -le 10 ]; do
    found=$(call GET "issues/$number/comments?per_page=100&page=$page") || { printf '::notice title=k8splan::comments cannot be read\n'; return; }
    id=$(jq -r --arg mark "$mark" '[.[] | select(.user.type == "Bot" and (.body | startswith($mark))) | .id][0] // ""' <<<"$found")
    [ "$(jq length <<<"$found")" -eq 100 ] || break
    page=$((page + 1))
  done
  jq -n --arg mark "$mark" --rawfile text "$dir/summary.md" \
    '{body: ($mark + "\n" + (if ($text | length) > 60000 then $text[:60000] + "\n\nThe summary of the workflow has the rest." else $text end))}' >"$dir/comment.json"
  if [ -n "$id" ]; then
    call PATCH "issues/comments/$id" "$dir/comment.json" >/dev/null
  else
    call POST "issues/$number/comments" "$dir/comment.json" >/dev/null
  fi || printf '::notice title=k8splan::the comment could not be written: give the job the permission pull-requests: write\n'
}
case ${K8SPLAN_COMMENT:-false} in
  true) comment ;;
  false) ;;
  *) die "comment is \"$K8SPLAN_COMMENT\": write true or false" ;;
esac
exit "${code:-0}"
