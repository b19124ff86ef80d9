package ansible_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/emit/ansible"
	"github.com/k8splan/k8splan/planner/emit/emittest"
)

// TestBehindAJumpHost makes Ansible reach 60 hosts behind one bastion with sshd's default settings, on first contact, with a dedicated key
// and no terminal.
func TestBehindAJumpHost(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("namespaces with two sshd want root")
	}
	dir := t.TempDir()
	src := fmt.Sprintf(`cluster "c" {
  type = "single-etcd-single-master"
}
ssh {
  user             = "root"
  port             = 2022
  jump_host        = "root@10.9.0.1:2200"
  private_key_file = %q
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.9.1.1"
}
node_pool "w" {
  roles         = ["worker"]
  count         = 59
  first_address = "10.9.1.2"
}
`, filepath.Join(dir, "a key"))
	files, err := ansible.Emit(emittest.Parse(t, src))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := filepath.Base(f.Path); name == "inventory.yaml" || name == "ansible.cfg" {
			if err := os.WriteFile(filepath.Join(dir, name), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	script, err := filepath.Abs("testdata/jump.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "bash", script, dir)
	cmd.Env = append(os.Environ(), "ANSIBLE_CONFIG="+filepath.Join(dir, "ansible.cfg"))
	out, err := cmd.CombinedOutput()
	if reached := strings.Count(string(out), "| CHANGED |"); err != nil || reached != 60 {
		t.Errorf("%d of 60 hosts were reached: %v\n%s", reached, err, out)
	}
}
