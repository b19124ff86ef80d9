#!/bin/sh
# Give this control plane the balancer's address, on the loopback interface, for as long as its own API server is ready.
#
# Azure's internal balancer does not bring a machine's packets back to that machine: a control plane that dials the balancer and is
# chosen itself waits until it gives up, and while the first one comes up it is always chosen. With the address on lo the machine
# reaches its own API server under the name that certificates and kubeconfigs have; without it, when the server is not ready, the
# balancer leads to the others. Packets from the balancer carry the machine's own address and are not touched.
# https://learn.microsoft.com/azure/load-balancer/concepts#limitations
set -u

: "${ADDRESS:?}" "${PORT:?}"

trap 'ip address delete "$ADDRESS/32" dev lo 2>/dev/null; exit 0' TERM INT

while :; do
  if curl --silent --show-error --fail --insecure --max-time 2 --output /dev/null "https://127.0.0.1:$PORT/readyz" 2>/dev/null; then
    ip address replace "$ADDRESS/32" dev lo
  else
    ip address delete "$ADDRESS/32" dev lo 2>/dev/null
  fi
  sleep 2 &
  wait $!
done
