package change_test

import (
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/change"
)

const onGKE = `
cluster "small" {
  type               = "single-etcd-single-master"
  kubernetes_version = "1.36"
}
target "gke" {
  project     = "my-project-123"
  region      = "europe-west4"
  subnet      = "10.30.0.0/20"
  admin_cidrs = ["203.0.113.0/24"]
}
node_pool "general" {
  roles           = ["worker"]
  count           = 3
  instance_type   = "e2-standard-4"
  failure_domains = ["europe-west4-a"]
}
`

// A target uses its own arguments, and the type of a cluster where the provider runs the control plane accordingly.
func TestTargets(t *testing.T) {
	for name, c := range map[string]struct {
		replace []string
		class   change.Class
		id      string
	}{
		"another region": {[]string{"europe-west4", "europe-west1", "europe-west4-a", "europe-west1-b"}, change.Refused,
			"target.*: the place, account, network, or kind of all machines"},
		"another project": {[]string{"my-project-123", "my-project-456"}, change.Refused,
			"target.*: the place, account, network, or kind of all machines"},
		"other administrators": {[]string{"203.0.113.0/24", "203.0.113.0/25"}, change.Ordered, "target.*: any other"},
		"a regional cluster": {[]string{"single-etcd-single-master", "multi-etcd-multi-master"}, change.Refused,
			"cluster.type: of a hosted control plane that it places"},
		"another zone": {[]string{"europe-west4-a", "europe-west4-b"}, change.Refused, "node.failure_domain: of a machine in a cloud"},
	} {
		next := onGKE
		for i := 0; i < len(c.replace); i += 2 {
			next = strings.Replace(next, c.replace[i], c.replace[i+1], 1)
		}
		r := change.Between(recordOf(t, onGKE, nil), recordOf(t, next, nil))
		found := false
		for _, change := range r.Changes {
			found = found || change.ID == c.id
		}
		if r.Verdict != c.class || !found {
			t.Errorf("%s: %s, %+v; want %s and %q", name, r.Verdict, r.Changes, c.class, c.id)
		}
	}
}

// The loss of a failure domain counts, although each single host is as replaceable as before.
func TestZonesThatStop(t *testing.T) {
	racks := func(names string) string {
		const first = "  first_address = \"10.0.0.21\""
		return strings.Replace(external, first, first+"\n  failure_domains = "+names, 1)
	}
	r := change.Between(recordOf(t, racks(`["a", "b", "c"]`), nil), recordOf(t, racks(`["a", "b", "b"]`), nil))
	if got := r.Sentence(); !strings.HasSuffix(got, "Losing b now stops writes and the API.") {
		t.Error(got)
	}
	r = change.Between(recordOf(t, racks(`["a", "b", "b"]`), nil), recordOf(t, racks(`["a", "b", "c"]`), nil))
	if got := r.Sentence(); strings.Contains(got, "stops") {
		t.Error(got)
	}
}

// A host that has not left the cluster yet keeps its address.
func TestAddressOfLeavingHost(t *testing.T) {
	three, two := recordOf(t, leavingSource(3), nil), recordOf(t, leavingSource(2), nil)
	two.Leaving = change.Leaving(three, two, nil)
	next := recordOf(t, leavingSource(2)+"node \"other\" {\n  roles   = [\"worker\"]\n  address = \"10.0.0.43\"\n}\n", nil)
	r := change.Between(two, next)
	if r.Verdict != change.Refused || !strings.Contains(r.Changes[0].Detail, "remove-host.yml -e host=w-3") {
		t.Errorf("%s: %+v", r.Verdict, r.Changes)
	}
}

// Keys can be secrets too, and empty values are values.
func TestKeysAndEmptyValues(t *testing.T) {
	const taint = "  taint {\n    key    = %s\n    effect = \"NoSchedule\"\n  }\n"
	with := func(key string) string {
		src := strings.Replace(lone, `"10.0.0.31"`, "\"10.0.0.31\"\n"+strings.Replace(taint, "%s", key, 1), 1)
		src += "waive \"secret-in-tree\" {\n  reason = \"It is no secret.\"\n}\n"
		return "variable \"key\" {\n  sensitive = true\n  default   = \"example.com/hunter2\"\n}\n" + src
	}
	r := change.Between(recordOf(t, with(`"a"`), nil), recordOf(t, with("var.key"), nil))
	if len(r.Changes) != 2 {
		t.Fatalf("%+v", r.Changes)
	}
	for _, c := range r.Changes {
		if secret := c.After != ""; strings.Contains(c.Subject, "hunter2") || strings.Contains(c.Subject, "(sensitive)") != secret ||
			c.Before+c.After != `""` {
			t.Errorf("%s: before %q, after %q", c.Subject, c.Before, c.After)
		}
	}
}

// Cilium takes over from kube-proxy, whose mode follows.
func TestCiliumReplacesKubeProxy(t *testing.T) {
	with := func(cni string) *change.Record { return recordOf(t, lone+"network {\n  "+cni+"\n}\n", nil) }
	without, replaced := with(`cni "cilium" {}`), with("cni \"cilium\" {\n    kube_proxy_replacement = true\n  }")
	for _, r := range []*change.Report{change.Between(without, replaced), change.Between(replaced, without)} {
		if r.Verdict != change.Ordered || len(r.Changes) != 1 || len(r.Steps) != 1 {
			t.Errorf("%s, %+v, %+v", r.Verdict, r.Changes, r.Steps)
		}
	}
}
