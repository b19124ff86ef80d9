#!/bin/bash
# Says to keepalived whether this host's haproxy runs and sees an API server. Goes to /usr/libexec/keepalived/check-apiserver.sh, mode
# 0755: the directory from which SELinux lets keepalived run programs. Needs nothing but bash.
#
#   check-apiserver.sh HOST PORT     of haproxy's frontend "health"

set -u

exec 3<>"/dev/tcp/$1/$2" || exit 1
printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[ "${status:-}" = 200 ]
