#!/bin/bash
# One host of the lab: a set of namespaces (mount, pid, net, uts, ipc, cgroup) that boots systemd as pid 1 from the shared root
# file system (overlay), reachable by ssh over a veth on the bridge.
#   node.sh up NAME IP [IP2]  boot, wait for sshd (after "net"); an address is of IPv4 or of IPv6. With CONTAINER=1 in the environment of its
#                          first boot it is as a container of LXD: no files of the kernel's modules, no configuration of the kernel
#   node.sh down NAME      power off; the disk stays
#   node.sh kill NAME      SIGKILL pid 1 (the plug is pulled); "up" boots it again with its disk
#   node.sh rm NAME        pull the plug and delete the disk
#   node.sh revive NAME IP [IP2]  boot it where it is down, as after a reboot from inside
#   node.sh sh NAME CMD    run CMD inside, without ssh
#   node.sh cut NAME       unplug the network cable; "heal" plugs it in again
#   node.sh part A B       A and B no longer hear each other; "join A B" ends it
#   node.sh mem NAME...    name, resident MiB, charged MiB
#   node.sh net | netdown  make the bridge; remove it, when no host is left
# Needs root and cgroup v1 hierarchies (systemd in the nodes is Debian 12's).
set -euo pipefail
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/k8splan-lab} SELF=$(readlink -f "$0")
DIR=$LAB/nodes BR=${BRIDGE:-labbr0} GW=${GATEWAY:-10.77.0.1} GW6=${GATEWAY6:-fd77::1}
CTRL="cpu cpuacct cpuset memory devices freezer blkio pids systemd unified" # unified: the v2 tree, without controllers
CG=/sys/fs/cgroup

net_up() {
  # every node's systemd, kubelet and containerd are uid 0 of the same user namespace: 128 instances run out at a few nodes
  [ "$(cat /proc/sys/fs/inotify/max_user_instances)" -ge 1024 ] || echo 8192 >/proc/sys/fs/inotify/max_user_instances
  mkcg lab
  ip link show "$BR" >/dev/null 2>&1 && return 0
  ip link add "$BR" type bridge; ip addr add "$GW/24" dev "$BR"; ip addr add "$GW6/64" dev "$BR" nodad; ip link set "$BR" up
}

# mkcg DIR: a cgroup of that name in every v1 hierarchy. A node's cgroup namespace is rooted in its own, lab/NAME.
mkcg() {
  local c d
  for c in $CTRL; do
    d=$CG/$c/$1; [ ! -d "$d" ] || continue
    mkdir "$d"
    [ "$c" = cpuset ] || continue
    cat "${d%/*}/cpuset.cpus" >"$d/cpuset.cpus"; cat "${d%/*}/cpuset.mems" >"$d/cpuset.mems"; echo 1 >"$d/cgroup.clone_children"
  done
}
rmcg() { # a killed process leaves its cgroup a little after it leaves the process table: retry
  local c _; for _ in $(seq 30); do
    for c in $CTRL; do [ ! -d "$CG/$c/lab/$1" ] || find "$CG/$c/lab/$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true; done
    ls -d $CG/*/lab/"$1" >/dev/null 2>&1 || return 0; sleep 0.1
  done; echo "warning: cgroups of $1 not empty" >&2; }

initpid() { # pid 1 of the node, as seen from here
  local p; p=$(cat "$DIR/$1/unshare.pid" 2>/dev/null) && [ -d "/proc/$p" ] || return 1
  tr '\0' ' ' <"/proc/$p/cmdline" | grep -q -- " _init $1 \$" || return 1 # the number of a process long gone may be another's now
  awk '{print $1; f=1} END{exit !f}' "/proc/$p/task/$p/children" 2>/dev/null
}

# the nft of the images: the machine itself may have none
nft() { LD_LIBRARY_PATH=$LAB/tools/usr/lib/x86_64-linux-gnu "$LAB/tools/usr/sbin/nft" "$@"; }
# Frames between two cut ports of the bridge vanish, broadcasts among them: both sides wait for answers that never come.
cut_ready() {
  nft -f - <<'N'
table bridge k8splan_lab {
  set cut { type ifname . ifname; }
}
N
  nft list chain bridge k8splan_lab forward >/dev/null 2>&1 || nft -f - <<'N'
table bridge k8splan_lab {
  chain forward { type filter hook forward priority 0; iifname . oifname @cut drop; }
}
N
}

# What this lab's kernel and cgroups ask of a node, kept apart from everything that a playbook puts there.
quirks() {
  mkdir -p "$1"/etc/{default,containerd/conf.d} "$1/usr/local/sbin"
  # all hosts are on the machine's one disk, and what else fills that would make every kubelet evict: they watch memory alone
  echo "KUBELET_EXTRA_ARGS=--fail-cgroupv1=false --eviction-hard=memory.available<100Mi --image-gc-high-threshold=100" \
    >"$1/etc/default/kubelet"
  # no CAP_SYS_RESOURCE here, so runc may not lower a score
  printf "version = 3\n[plugins.'io.containerd.cri.v1.runtime']\n  restrict_oom_score_adj = true\n" >"$1/etc/containerd/conf.d/50-lab.toml"
  [ ! -e "$1/../container" ] || return 0 # the tree of such a host leaves the check out by itself
  # kubeadm's SystemVerification refuses cgroup v1 for kubelet 1.35 and newer; this stands before the real one in PATH
  cat >"$1/usr/local/sbin/kubeadm" <<'S'
#!/bin/sh
real=/usr/local/bin/kubeadm
[ -x $real ] || real=/usr/bin/kubeadm # a package's
case $1 in
  init | join) case $2 in phase) ;; *) exec $real "$@" --ignore-preflight-errors=SystemVerification ;; esac ;;
  upgrade) case $2,$3 in node,phase) ;; *) exec $real "$@" --ignore-preflight-errors=SystemVerification ;; esac ;;
esac
exec $real "$@"
S
  chmod 755 "$1/usr/local/sbin/kubeadm"
}

up() {
  local n=$1 ip=$2 d=$DIR/$1 a c
  initpid "$n" >/dev/null && { echo "$n already up"; return 0; }
  mkcg "lab/$n"
  mkdir -p "$d"/{upper,work,root}
  if [ ! -e "$d/upper/etc/machine-id" ]; then # first boot: the disk is made
    mkdir -p "$d/upper/etc/ssh" "$d/upper/root/.ssh"; chmod 700 "$d/upper/root"
    # overlay on overlay is refused, so what containerd and kubelet keep lies on the machine's own file system
    cp -a "$LAB/node-os/var/lib" "$d/lib"
    tr -d - </proc/sys/kernel/random/uuid >"$d/upper/etc/machine-id"
    echo "$n" >"$d/upper/etc/hostname"
    ssh-keygen -q -t ed25519 -N '' -f "$d/upper/etc/ssh/ssh_host_ed25519_key"
    [ -f "$LAB/ssh/id" ] || { mkdir -p "$LAB/ssh"; ssh-keygen -q -t ed25519 -N '' -f "$LAB/ssh/id"; }
    install -m600 "$LAB/ssh/id.pub" "$d/upper/root/.ssh/authorized_keys"; chmod 700 "$d/upper/root/.ssh"
    printf '127.0.0.1 localhost\n::1 localhost\n%s %s\n' "$ip" "$n" >"$d/upper/etc/hosts"
    if [ -n "${CONTAINER:-}" ]; then
      touch "$d/container"; mkdir -p "$d/upper/usr/lib"; mknod "$d/upper/usr/lib/modules" c 0 0 # to an overlay: there is none
    fi
    quirks "$d/upper"
    if [ "$ip" != "${ip#*:}" ]; then # no IPv4: the lab has a name, as a mirror in a site's DNS has
      echo "$GW6 lab.internal" >>"$d/upper/etc/hosts"
      mkdir -p "$d/upper/etc/apt"
      echo "deb [trusted=yes] http://lab.internal:8000/debian ./" >"$d/upper/etc/apt/sources.list"
    fi
  fi
  echo "$ip" >"$d/ip"
  # network
  ip netns add "lab-$n"; ip link add "v-$n" type veth peer name eth0 netns "lab-$n"
  # the same hardware address after every boot, as a real card has, or the others' ARP caches would point to nowhere
  ip -n "lab-$n" link set eth0 address "$(md5sum <<<"$ip" | sed -E 's/(..)(..)(..)(..).*/02:77:\1:\2:\3:\4/')"
  ip link set "v-$n" master "$BR" up
  ip -n "lab-$n" link set lo up; ip -n "lab-$n" link set eth0 up
  for a in "${@:2}"; do
    case $a in
      *:*) ip -n "lab-$n" addr add "$a/64" dev eth0 nodad; ip -n "lab-$n" route add default via "$GW6" ;;
      *) ip -n "lab-$n" addr add "$a/24" dev eth0; ip -n "lab-$n" route add default via "$GW" ;;
    esac
  done
  # boot: join the node's cgroups first so the cgroup namespace is rooted there
  (
    for c in $CTRL; do echo 0 >"$CG/$c/lab/$n/cgroup.procs"; done
    exec setsid nsenter --net="/run/netns/lab-$n" unshare --mount --uts --ipc --pid --cgroup --fork --kill-child \
      "$SELF" _init "$n" </dev/null >"$d/console.log" 2>&1
  ) & echo $! >"$d/unshare.pid"
  disown
  for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/$ip/22") 2>/dev/null && { echo "$n up"; return 0; }
    sleep 0.1
  done
  echo "$n: sshd not reachable after 30 s, see $d/console.log" >&2; return 1
}

_init() { # runs as pid 1 of the new namespaces
  local n=$1 d=$DIR/$1 r=$DIR/$1/root c manager=lab
  hostname "$n"
  mount --make-rprivate /
  mount -t overlay overlay -o "lowerdir=$LAB/node-os,upperdir=$d/upper,workdir=$d/work" "$r"
  mount --bind "$d/lib" "$r/var/lib"
  mount -t proc -o nosuid,nodev,noexec proc "$r/proc"
  # kernel-wide sysctls stay read-only (kubelet would set vm.overcommit_memory, kernel.panic for the whole host); net is ours
  mount --bind "$r/proc/sys" "$r/proc/sys"; mount --bind "$r/proc/sys/net" "$r/proc/sys/net"; mount -o remount,bind,ro "$r/proc/sys"
  # the values kubelet insists on (it exits if it cannot set them; KubeletInUserNamespace only helps in a real user namespace):
  # plain files in place of the kernel-wide ones
  mount -t tmpfs -o mode=755,size=64k tmpfs "$r/mnt"
  if [ -e "$d/container" ]; then # nothing can be taken out of /proc: the kernel's configuration is an empty file
    manager=lxc
    : >"$r/mnt/config.gz"; [ ! -e /proc/config.gz ] || mount --bind "$r/mnt/config.gz" "$r/proc/config.gz"
  fi
  for c in kernel/panic=10 kernel/panic_on_oops=1 vm/overcommit_memory=1 vm/panic_on_oom=0 vm/swappiness=60 vm/max_map_count=262144; do
    a=${c%=*}; [ -e "$r/proc/sys/$a" ] || continue
    echo "${c#*=}" >"$r/mnt/${a##*/}"; mount --bind "$r/mnt/${a##*/}" "$r/proc/sys/$a"; done
  umount -l "$r/mnt"
  mount -t sysfs -o nosuid,nodev,noexec sysfs "$r/sys"
  mount -t tmpfs -o mode=755,nosuid,nodev,noexec tmpfs "$r/sys/fs/cgroup"
  for c in $CTRL; do
    mkdir "$r/sys/fs/cgroup/$c"
    case $c in                                        # all mounts show this cgroup namespace's root = the node's own cgroup
      systemd) mount -t cgroup -o none,name=systemd cgroup "$r/sys/fs/cgroup/$c";;
      unified) mount -t cgroup2 cgroup2 "$r/sys/fs/cgroup/$c";;      # else systemd mounts it and litters the host's v2 root
      *) mount -t cgroup -o "$c" cgroup "$r/sys/fs/cgroup/$c";;
    esac
  done
  mount -t tmpfs -o mode=755,nosuid tmpfs "$r/dev"; mkdir "$r"/dev/{pts,shm,mqueue,net}
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$r/dev/pts"; ln -s pts/ptmx "$r/dev/ptmx"
  mount -t tmpfs -o mode=1777 tmpfs "$r/dev/shm"; mount -t mqueue mqueue "$r/dev/mqueue" || true
  for c in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 kmsg:1:11 fuse:10:229 net/tun:10:200; do
    IFS=: read -r a b e <<<"$c"; mknod -m 666 "$r/dev/$a" c "$b" "$e"; done
  ln -s /proc/self/fd "$r/dev/fd"; ln -s fd/0 "$r/dev/stdin"; ln -s fd/1 "$r/dev/stdout"; ln -s fd/2 "$r/dev/stderr"
  mount -t tmpfs -o mode=755 tmpfs "$r/run"; mount -t tmpfs -o mode=1777 tmpfs "$r/tmp"
  mkdir -p "$r/run/lock"
  cd "$r"; mkdir -p .old; pivot_root . .old; umount -l /.old; rmdir /.old 2>/dev/null || true
  mount --make-rshared /                              # kubelet wants shared propagation
  exec env -i container=$manager PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /sbin/init --log-target=console --show-status=0
}

stop() { # NAME how
  local p; p=$(initpid "$1") || return 0
  if [ "$2" = off ]; then kill -RTMIN+4 "$p"; for _ in $(seq 150); do [ -d "/proc/$p" ] || break; sleep 0.1; done; fi
  [ ! -d "/proc/$p" ] || kill -KILL "$p" || true
  for _ in $(seq 100); do [ -d "/proc/$p" ] || break; sleep 0.1; done
}
cleanup() { ip link del "v-$1" 2>/dev/null || true; ip netns del "lab-$1" 2>/dev/null || true; rmcg "$1"; rm -f "$DIR/$1/unshare.pid"; }

case ${1:-} in
  up) up "${@:2}" ;;
  down) stop "$2" off; cleanup "$2" ;;
  kill) stop "$2" kill; cleanup "$2" ;;
  revive) initpid "$2" >/dev/null || { cleanup "$2"; up "${@:2}"; } ;;
  rm) stop "$2" kill; cleanup "$2"; rm -rf --one-file-system "${DIR:?}/$2" ;;
  sh) n=$2; shift 2; p=$(initpid "$n")
    exec nsenter -t "$p" -a /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb "${@:-bash}" ;;
  cut) ip link set "v-$2" down ;;
  heal) ip link set "v-$2" up ;;
  part | join)
    cut_ready
    [ "$1" = part ] && verb=add || verb=delete
    nft "$verb element bridge k8splan_lab cut { \"v-$2\" . \"v-$3\", \"v-$3\" . \"v-$2\" }" ;;
  mem)
    shift
    for n in "$@"; do
      f=$CG/memory/lab/$n; [ -d "$f" ] || continue
      awk -v n="$n" -v u="$(cat "$f/memory.usage_in_bytes")" '/^total_rss /{r=$2} END{printf "%s %d %d\n", n, r/1048576, u/1048576}' "$f/memory.stat"
    done ;;
  net) net_up ;;
  netdown)
    ip link del "$BR" 2>/dev/null || true
    nft delete table bridge k8splan_lab 2>/dev/null || true
    for c in $CTRL; do rmdir "$CG/$c/lab" 2>/dev/null || true; done ;;
  _init) _init "$2" ;;
  *) sed -n '2,15s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
