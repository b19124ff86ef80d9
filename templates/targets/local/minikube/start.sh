#!/bin/sh
# Start the cluster that the files next to this script describe. Additional arguments are passed to minikube start: ./start.sh --dry-run
set -eu
cd "$(dirname "$0")"

profile=$(cat profile.txt)

# Each line is one argument, including any spaces.
while IFS= read -r argument; do
  set -- "$@" "$argument"
done < arguments.txt
minikube start --profile="$profile" "$@"

for argument in "$@"; do
  if [ "$argument" = --dry-run ]; then
    exit 0
  fi
done

while read -r node label; do
  minikube --profile="$profile" kubectl -- label node "$node" --overwrite "$label" < /dev/null
done < labels.txt
while read -r node taint; do
  minikube --profile="$profile" kubectl -- taint node "$node" --overwrite "$taint" < /dev/null
done < taints.txt

minikube --profile="$profile" kubectl -- get nodes -o wide
