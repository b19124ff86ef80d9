package plan

import (
	"fmt"
	"strings"
	"testing"
)

// TestSettings checks that each setting other than hosts, ranges, and versions is listed once, that many hosts are shortened, and that a
// file without settings has an empty list.
func TestSettings(t *testing.T) {
	const quiet = "cluster \"a\" {\n  type = \"all-in-one\"\n}\nnode \"a\" {\n  address = \"10.0.0.1\"\n}\n"
	if got := settings(t, quiet); len(got) > 0 {
		t.Errorf("a file that says nothing has %q", got)
	}
	got := settings(t, `cluster "a" {
  type = "single-etcd-single-master"
  audit {}
  encryption_at_rest {}
  kubeadm_patch "etcd.yaml" { content = "spec: {priority: 1}" }
  kubeadm_patch "kube-scheduler.yaml" { content = "spec: {priority: 1}" }
}
network {
  dns {
    upstream         = ["10.0.0.53"]
    node_local_cache = true
  }
}
ssh {
  user = "one"
}
node "a" {
  roles   = ["control-plane"]
  address = "10.0.0.1"
}
node_pool "w" {
  roles         = ["worker"]
  count         = 9
  first_address = "10.0.0.11"
  groups        = ["edge"]
  ssh {
    user = "two"
    port = 2222
  }
}
node "nfs" {
  roles   = []
  address = "10.0.0.99"
  ssh {
    connection = "local"
  }
}
`)
	for _, want := range []string{
		"Patches of kubeadm: etcd.yaml, kube-scheduler.yaml", "Encrypted in etcd: secrets by secretbox", "DNS asks: 10.0.0.53:53",
		"DNS cache: a cache on every node at 169.254.20.10", "Ansible logs in: as one",
		"Ansible, on w-1, w-2, w-3, and 6 more: as two at port 2222", "Ansible, on nfs: runs there",
		"Group edge: w-1, w-2, w-3, and 6 more",
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if words := Roles(0).Words(); words != "beside the cluster" {
		t.Error(words)
	}
}

func settings(t *testing.T, src string) string {
	t.Helper()
	p, diags := Resolve(load(t, src), hosts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var out strings.Builder
	for _, s := range p.Settings() {
		fmt.Fprintf(&out, "%s: %s\n", s.Name, s.Text)
	}
	return out.String()
}
