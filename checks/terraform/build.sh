#!/bin/bash
# Make what `terraform validate` needs to hold generated files against real provider schemas without a registry: one small provider
# binary per cloud and the schema that it serves, read out of the npm packages that carry the providers' arguments as generated code:
# CDK for Terraform's (extract.js), and Pulumi's where there is none of those (bridged.js).
#   build.sh DIR        leaves DIR/terraform-provider-*, DIR/*.json and DIR/terraform.rc; does nothing where they are up to date
set -euo pipefail
shopt -s nullglob
here=$(dirname "$(readlink -f "$0")")
out=${1:?usage: build.sh DIR}
mkdir -p "$out"
out=$(readlink -f "$out")
want=$(cat "$here"/{build.sh,extract.js,bridged.js,resources.tsv,replaces.tsv,provider/main.go,provider/cloud.go,provider/go.mod,openstack/main.go,openstack/go.mod} "$here"/*.schema.json | sha256sum)
[ "$(cat "$out/.made-from" 2>/dev/null)" = "$want" ] && exit 0
rm -f "$out/.made-from" # one that is ended half way is made again

cp "$here/replaces.tsv" "$out/"
(cd "$here/provider" && CGO_ENABLED=0 go build -trimpath -o "$out/provider" .)
work=$(mktemp -d "$out/work.XXXX")
trap 'rm -rf "$work"' EXIT
{
  echo 'provider_installation {'
  echo '  dev_overrides {'
} >"$out/terraform.rc"
while IFS=$'\t' read -r source package folders; do
  [[ $source == \#* ]] && continue
  name=${source#*/}
  archive=$(cd "$work" && npm pack --silent "$package")
  paths=(package/package.json)
  reader=bridged.js
  case $package in
    @cdktf/*)
      reader=extract.js
      for folder in $folders; do paths+=("package/lib/$folder"); done
      ;;
    *)
      paths+=(package/types/input.d.ts)
      for item in $folders; do paths+=("package/${item%%:*}.d.ts"); done
      ;;
  esac
  tar -C "$work" -xzf "$work/$archive" "${paths[@]}"
  # shellcheck disable=SC2086 # the folders are words of their own
  node "$here/$reader" "$work/package" "$out/$name.json" $folders
  rm -rf "$work/package" "${work:?}/$archive"
  ln -f "$out/provider" "$out/terraform-provider-$name"
  echo "    \"$source\" = \"$out\"" >>"$out/terraform.rc"
done <"$here/resources.tsv"
# Schemas that no package carries, written by hand from the providers' documentation.
for file in "$here"/*.schema.json; do
  name=$(basename "$file" .schema.json)
  cp "$file" "$out/$name.json"
  ln -f "$out/provider" "$out/terraform-provider-$name"
  echo "    \"$(jq -r .source "$file")\" = \"$out\"" >>"$out/terraform.rc"
done
{
  echo '  }'
  echo '  direct {}'
  echo '}'
} >>"$out/terraform.rc"
# Where the provider itself can be had it validates; its stand-in plans and applies.
mkdir -p "$out/real"
(cd "$here/openstack" && CGO_ENABLED=0 go build -trimpath -o "$out/real/terraform-provider-openstack" .)
cp "$out/terraform.rc" "$out/stand-ins.rc"
sed -i "/terraform-provider-openstack\/openstack/s|= .*|= \"$out/real\"|" "$out/terraform.rc"
echo "$want" >"$out/.made-from"
