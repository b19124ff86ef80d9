package ansible

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/k8splan/k8splan/templates"
)

// TestGivesBack prepares a host with foreign objects, lets own.py record them, creates what the roles and pod networks would create, and
// lets reset.py remove that. Then the host is as it was. If the test machine lacks the program for an interface, rule, or directory, the
// test creates it with the name from upstream's source.
func TestGivesBack(t *testing.T) {
	dir := t.TempDir()
	for name, program := range map[string]string{"own.py": "host/files/own.py", "reset.py": "reset/files/reset.py",
		"entry.py": "host/files/entry.py"} {
		source, err := templates.Files.ReadFile("tree/ansible/roles/" + program)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, source)
	}
	owns, err := json.Marshal(object{
		"files": []string{"/etc/haproxy/haproxy.cfg", "/etc/docker/daemon.json", "/etc/crictl.yaml"}, "units": []string{"kubelet",
			"no-such-unit", "docker"},
		"signatures": "one port before all API servers",
	})
	if err != nil {
		t.Fatal(err)
	}
	question, err := json.Marshal(object{
		"files": []string{}, "units": []string{}, "etcd_data": "/var/lib/etcd", "has_etcd": true, "virtual_ip": "10.9.0.9",
		"pods": []string{"10.244.0.0/16", "fd00:1::/64"}, "ipvs": false,
	})
	if err != nil {
		t.Fatal(err)
	}
	script := `set -eu
work=$1
mkdir -p $work/etc $work/var
cp /etc/passwd /etc/group /etc/nsswitch.conf $work/etc/
mount --bind $work/etc /etc
mount --bind $work/var /var/lib
export PATH=$work/bin:$PATH
mkdir $work/bin
printf '#!/bin/sh\nexit 1\n' >$work/bin/systemctl
chmod +x $work/bin/systemctl

# of somebody else
mkdir -p /etc/haproxy /etc/docker /etc/cni/net.d /etc/cloud/templates /var/lib/etcd /var/lib/docker/volumes
echo theirs >/var/lib/docker/volumes/2
echo 'frontend theirs' >/etc/haproxy/haproxy.cfg
chmod 0600 /etc/haproxy/haproxy.cfg
printf '127.0.0.1 localhost\n10.0.0.7 old api.example.com # kept\n' >/etc/hosts
printf '## template:jinja\n127.0.1.1 {{fqdn}} {{hostname}}\n' >/etc/cloud/templates/hosts.debian.tmpl
ip link set lo up
ip link add mine0 type bridge
ip address add 10.9.0.1/24 dev mine0
ip link set mine0 up
ip route add 192.0.2.0/24 dev mine0
nft add table inet theirs
nft add chain inet theirs forward '{ type filter hook forward priority 0; }'
nft add rule inet theirs forward tcp dport 1 drop
nft add table ip raw
state() {
  find /etc /var/lib -type f ! -path '*/k8splan/*' -printf '%p %m ' -exec md5sum {} \; | sort
  ip -oneline link | sed 's/^[0-9]*: //; s/ qdisc.*//' | sort
  ip -oneline address | sed 's/^[0-9]*: //' | grep -v inet6 | sort
  ip route; ip -6 route show table 2004 || true; ip rule
  nft list ruleset
}
before=$(state | grep -v '/etc/hosts ')

python3 $work/own.py "$2"
python3 $work/own.py "$2"     # twice: what was kept first is kept
python3 $work/entry.py api.example.com 10.9.0.9 >$work/said
grep -q '^10.9.0.9 api.example.com$' /etc/cloud/templates/hosts.debian.tmpl
[ "$(cat /etc/hosts)" = "127.0.0.1 localhost
10.0.0.7 old # kept
10.9.0.9 api.example.com" ]
[ -z "$(python3 $work/entry.py api.example.com 10.9.0.9)" ]

# of the cluster
echo '# one port before all API servers' >/etc/haproxy/haproxy.cfg
echo '{}' >/etc/docker/daemon.json
echo 'runtime-endpoint: x' >/etc/crictl.yaml
mkdir -p /etc/kubernetes/pki /var/lib/kubelet/pods /var/lib/etcd/member /var/lib/calico /var/lib/cni /etc/k8splan
echo key >/etc/kubernetes/pki/ca.key
echo data >/var/lib/etcd/member/db
echo net >/etc/cni/net.d/10-flannel.conflist
mkdir -p /var/lib/containerd/snapshots /etc/crio/crio.conf.d
echo image >/var/lib/containerd/snapshots/1
for link in cni0 flannel.1 flannel-wg vxlan.calico cali0123456789a cilium_host lxc0123456789ab lxc_health kube-ipvs0 \
  wireguard.cali docker0; do
  ip link add $link type bridge
done
ip address add 10.9.0.9/32 dev mine0
ip route add 10.244.3.0/24 via 10.9.0.2
ip route add 10.244.4.0/24 via 10.9.0.2 proto 186
ip -6 route add local default dev lo table 2004
ip rule add fwmark 0x200/0xf00 lookup 2004 priority 9
nft add table ip kube-proxy
nft add table ip docker-bridges
nft add table ip6 mangle
nft add chain ip6 mangle PREROUTING '{ type filter hook prerouting priority -150; policy accept; }'
nft add table ip6 flannel-ipv6
nft add table ip calico

python3 $work/reset.py "$3"
python3 $work/entry.py api.example.com '' >>$work/said
after=$(state | grep -v '/etc/hosts ')
printf '%s\n' "$before" >$work/before
printf '%s\n' "$after" >$work/after
cat /etc/hosts
ls -A /var/lib/k8splan /etc/kubernetes /var/lib/etcd /var/lib/docker/volumes /etc/crio /var/lib/containerd 2>/dev/null || true
`
	cmd := exec.Command("unshare", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
		script, "sh", dir, string(owns), string(question))
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v (make setup installs iproute2 and nftables)\n%s%s", err, out, problems.String())
	}
	read := func(name string) []string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(string(data), "\n")
	}
	if diff := cmp.Diff(read("before"), read("after")); diff != "" {
		t.Errorf("the host is not as it was:\n%s", diff)
	}
	want := "127.0.0.1 localhost\n10.0.0.7 old # kept\n/var/lib/docker/volumes:\n2\n\n/var/lib/etcd:\n\n/var/lib/k8splan:\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("left:\n%s", diff)
	}
}
