package ansible

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// fakeKubeadm makes each certificate that is not there yet, with a new text.
const fakeKubeadm = `#!/bin/sh
set -e
dir=$(sed -n 's/^certificatesDir: //p' "$6")
case $4 in
etcd-*) name=etcd/${4#etcd-} ;;
*) name=$4 ;;
esac
mkdir -p "$dir/etcd"
echo "$4" >>"$LOG"
for end in crt key; do
  [ -e "$dir/$name.$end" ] || wc -l <"$LOG" >"$dir/$name.$end"
done
`

const memberConfig = `nodeRegistration:
  criSocket: unix:///run/containerd/containerd.sock
  name: etcd-1
---
certificatesDir: DIR/issued/etcd-1
encryptionAlgorithm: RSA-2048
etcd:
  local:
    dataDir: /var/lib/etcd
    serverCertSANs:
    - 10.0.0.21
kubernetesVersion: v1.36.3
`

// The certificates of a member are made again for other names and addresses, and not for another version of Kubernetes or another runtime:
// its member of etcd would start again for nothing.
func TestIssuesForOtherNamesAlone(t *testing.T) {
	dir := t.TempDir()
	source, err := templates.Files.ReadFile("tree/ansible/roles/etcd/files/issue.py")
	if err != nil {
		t.Fatal(err)
	}
	program := strings.ReplaceAll(string(source), "/etc/etcd", dir)
	for _, name := range []string{"bin", "kubeadm"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "bin/kubeadm", []byte(fakeKubeadm))
	if err := os.Chmod(filepath.Join(dir, "bin/kubeadm"), 0o755); err != nil {
		t.Fatal(err)
	}
	issued := func(config string) string {
		write(t, dir, "kubeadm/etcd-1.yaml", []byte(config))
		cmd := exec.Command("/usr/bin/python3", "-", "etcd-1", "etcd-1")
		cmd.Stdin = strings.NewReader(program)
		cmd.Env = append(os.Environ(), "PATH="+dir+"/bin:"+os.Getenv("PATH"), "LOG="+dir+"/log")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		data, err := os.ReadFile(filepath.Join(dir, "issued/etcd-1/etcd/server.crt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	config := strings.ReplaceAll(memberConfig, "DIR", dir)
	first := issued(config)
	other := strings.NewReplacer("containerd", "crio", "v1.36.3", "v1.37.2", "RSA-2048", "ECDSA-P256", "/var/lib/etcd",
		"/data").Replace(config)
	if again := issued(other); again != first {
		t.Error("another version, runtime, algorithm and directory: the certificate was made again")
	}
	// As earlier releases recorded it: the digest of all lines.
	sum := sha256.Sum256([]byte(other))
	write(t, dir, "issued/etcd-1/config.sha256", []byte(hex.EncodeToString(sum[:])+"\n"))
	if again := issued(other); again != first {
		t.Error("a record of an earlier release: the certificate was made again")
	}
	if again := issued(strings.Replace(other, "10.0.0.21", "10.0.0.29", 1)); again == first {
		t.Error("another address: the certificate is the old one")
	}
	vars, err := templates.Files.ReadFile("tree/ansible/roles/etcd/vars/main.yml")
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`(?m)^UNRELATED = re.compile\(r"(.*)"\)$`).FindStringSubmatch(program)
	if pattern == nil || !strings.Contains(string(vars), `etcd_unrelated: "`+pattern[1]+`"`) {
		t.Errorf("the role does not leave out what issue.py does: %q", pattern)
	}
}
