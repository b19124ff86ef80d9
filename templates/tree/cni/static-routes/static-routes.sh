#!/bin/sh
# Sets a route to every other node's pods, and removes the ones that are no longer listed. Goes to /usr/local/sbin/static-routes, mode 0755.
# static-routes.service runs it at boot, because the kernel forgets routes.
#
# /etc/static-routes.conf has a line for each route, `<pod range> <address of the node>`:
#
#   10.244.1.0/24 10.0.0.42

set -eu

config=${1:-/etc/static-routes.conf}
# Marks our routes, so only ours are ever removed. The number is not assigned: see /etc/iproute2/rt_protos.
protocol=186

while read -r range via _; do
    case $range in '' | '#'*) continue ;; esac
    ip route replace "$range" via "$via" proto "$protocol"
done <"$config"

for family in -4 -6; do
    ip "$family" route show proto "$protocol" | while read -r range _; do
        grep -q "^$range " "$config" || ip "$family" route del "$range" proto "$protocol"
    done
done
