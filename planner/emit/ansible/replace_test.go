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

// systemctl and crictl as replace.py calls them: one file per unit has its state, one file per socket has a runtime's containers. A kubelet
// gives its runtime the contents of /etc/kubernetes/manifests, unless the runtime is a broken one.
const madeUpHost = `#!/bin/sh
name() { echo "$1" | tr -c 'a-z0-9\n' _; }
case $0 in
*crictl)
  socket=$(name "$2"); shift 4
  file=$work/runs/$socket
  echo "crictl $socket $*" >>$work/did
  case $1 in
  ps)
    only=.
    [ "$3" != --name ] || only=$4
    grep -- "$only" "$file" 2>/dev/null || true ;;
  pods) cat "$file" 2>/dev/null || true ;;
  rmp) [ ! -e $work/stuck ] || exit 1; : >"$file" ;;
  esac ;;
*systemctl)
  verb=$1; shift
  while [ "${1#--}" != "$1" ]; do shift; done
  case $verb in
  show) cat "$work/wants/${1%.service}" 2>/dev/null || true ;;
  cat) [ -e "$work/units/${1%.service}" ] ;;
  is-active) [ -s "$work/units/${1%.service}" ] ;;
  stop) for unit; do : >"$work/units/${unit%.service}"; done; echo "stop $*" >>$work/did ;;
  start | restart)
    for unit; do echo active >"$work/units/${unit%.service}"; done; echo "start $*" >>$work/did
    if [ "${1%.service}" = kubelet ]; then
      socket=$(name "$(sed -n 's/^containerRuntimeEndpoint: //p' /var/lib/kubelet/config.yaml)")
      [ -e $work/broken/$socket ] || ls /etc/kubernetes/manifests | sed 's/[.]yaml$//' >$work/runs/$socket
    fi ;;
  esac ;;
esac
`

// TestReplacesRuntime: a node's containers move from one runtime to another. A runtime that starts no static pod, or one whose containers
// do not end, leaves the node unchanged. An interrupted change is finished, and a runtime that is not ours is left alone.
func TestReplacesRuntime(t *testing.T) {
	program, err := templates.Files.ReadFile("tree/ansible/roles/runtime/files/replace.py")
	if err != nil {
		t.Fatal(err)
	}
	const (
		containerd, crio = "unix:///run/containerd/containerd.sock", "unix:///var/run/crio/crio.sock"
		ours             = `{"units": {"containerd": {}, "crio": {}, "kubelet": {}}, "files": {}}`
	)
	for name, c := range map[string]struct {
		before string // shell commands that prepare the host
		to     string
		rc     int
		want   string // the socket that the kubelet uses, and the active units
		not    string // what must not have been done
	}{
		"moved":       {"", "cri-o", 0, crio + " crio kubelet", ""},
		"there":       {"led " + crio + "; : >$work/units/containerd", "cri-o", 0, crio + " crio kubelet", "stop"},
		"interrupted": {"led " + crio + "; : >$work/units/kubelet", "cri-o", 0, crio + " crio kubelet", ""},
		"no pod starts": {"mkdir $work/broken; touch $work/broken/unix____var_run_crio_crio_sock", "cri-o", 1,
			containerd + " containerd kubelet", ""},
		"the old ones do not end": {"touch $work/stuck", "cri-o", 1, containerd + " containerd kubelet", "stop containerd"},
		"Docker Engine of others": {"echo active >$work/units/docker", "cri-o", 0, crio + " crio docker kubelet",
			"stop docker"},
		"Docker's packages run containerd": {"echo containerd.service >$work/wants/docker; : >$work/units/crio; " +
			"echo active >$work/units/docker; echo active >$work/units/cri-docker", "docker", 0,
			"unix:///run/cri-dockerd.sock containerd cri-docker docker kubelet", "stop containerd"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "replace.py", program)
			write(t, dir, "owned.json", []byte(ours))
			question, err := json.Marshal(object{"to": c.to, "patience": 1})
			if err != nil {
				t.Fatal(err)
			}
			script := `set -eu
work=$1
export work
touch $work/did
mkdir -p $work/etc/kubernetes/manifests $work/var/kubelet $work/var/k8splan $work/bin $work/units $work/wants $work/runs
mount --bind $work/etc /etc
mount --bind $work/var /var/lib
mv $work/owned.json /var/lib/k8splan/
touch /etc/kubernetes/manifests/etcd.yaml /etc/kubernetes/manifests/kube-apiserver.yaml
led() {
  echo "containerRuntimeEndpoint: $1" | tee /var/lib/kubelet/instance-config.yaml >/var/lib/kubelet/config.yaml
  echo "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=$1 --node-ip=10.0.0.1\"" >/var/lib/kubelet/kubeadm-flags.env
}
led ` + containerd + `
for unit in containerd crio kubelet; do echo active >$work/units/$unit; done
printf 'etcd\nkube-apiserver\n' >$work/runs/unix____run_containerd_containerd_sock
` + c.before + `
cp $work/tool $work/bin/systemctl; cp $work/tool $work/bin/crictl
PATH=$work/bin:$PATH python3 $work/replace.py "$2" && rc=0 || rc=$?
sed -nE 's/.*(--container-runtime-endpoint=|containerRuntimeEndpoint: )([^ ]+).*/\2/p' /var/lib/kubelet/* | sort -u | tr '\n' ' '
cd $work/units; for unit in *; do [ ! -s $unit ] || printf '%s ' $unit; done; echo
exit $rc
`
			write(t, dir, "tool", []byte(madeUpHost))
			if err := os.Chmod(filepath.Join(dir, "tool"), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", dir, string(question))
			var problems bytes.Buffer
			cmd.Stderr = &problems
			out, _ := cmd.Output()
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			if diff := cmp.Diff(c.want, strings.TrimSpace(lines[len(lines)-1])); diff != "" || cmd.ProcessState.ExitCode() != c.rc {
				t.Errorf("exit %d, want %d\n%s%s", cmd.ProcessState.ExitCode(), c.rc, diff, problems.String())
			}
			did, err := os.ReadFile(filepath.Join(dir, "did"))
			if err != nil {
				t.Fatal(err)
			}
			if c.not != "" && strings.Contains(string(did), c.not) {
				t.Errorf("this was not to be done: %s\n%s", c.not, did)
			}
		})
	}
}
