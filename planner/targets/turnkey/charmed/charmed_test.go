package charmed_test

import (
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/turnkey/charmed"
)

func TestCharmedKubernetes(t *testing.T) {
	target := targettest.Of(charmed.Target())
	relationsAreUpstreams(t, target.Golden(t))
	relationsAreUpstreams(t, target.Variant(t, "charmed-kubernetes-small"))
	target.Refuses(t)
}

// upstream are the relations of the release's own bundle, by charm. Source: https://github.com/charmed-kubernetes/bundle,
// releases/1.35/bundle.yaml
var upstream = []string{
	"kubernetes-control-plane:loadbalancer-external kubeapi-load-balancer:lb-consumers",
	"kubernetes-control-plane:loadbalancer-internal kubeapi-load-balancer:lb-consumers",
	"kubernetes-control-plane:kube-control kubernetes-worker:kube-control",
	"kubernetes-control-plane:certificates easyrsa:client",
	"etcd:certificates easyrsa:client",
	"kubernetes-control-plane:etcd etcd:db",
	"kubernetes-worker:certificates easyrsa:client",
	"kubeapi-load-balancer:certificates easyrsa:client",
	"calico:etcd etcd:db",
	"calico:cni kubernetes-control-plane:cni",
	"calico:cni kubernetes-worker:cni",
	"containerd:containerd kubernetes-worker:container-runtime",
	"containerd:containerd kubernetes-control-plane:container-runtime",
}

// relationsAreUpstreams checks that every relation is one of upstream's, that all of upstream's relations between existing applications are
// there, and that every application is on machines of the bundle.
func relationsAreUpstreams(t *testing.T, files []artifact.File) {
	t.Helper()
	var b struct {
		Machines     map[string]any
		Applications map[string]struct {
			Charm    string
			NumUnits int `json:"num_units"`
			To       []string
		}
		Relations [][2]string
	}
	i := slices.IndexFunc(files, func(f artifact.File) bool { return strings.HasSuffix(f.Path, "bundle.yaml") })
	if err := yaml.Unmarshal(files[i].Data, &b); err != nil {
		t.Fatal(err)
	}
	byCharm := func(end string) string {
		name, endpoint, _ := strings.Cut(end, ":")
		return b.Applications[name].Charm + ":" + endpoint
	}
	there := map[string]bool{}
	for _, r := range b.Relations {
		pair := byCharm(r[0]) + " " + byCharm(r[1])
		there[pair] = true
		if !slices.Contains(upstream, pair) {
			t.Errorf("the relation %v is not in upstream's bundle", r)
		}
	}
	for _, pair := range upstream {
		_, balanced := b.Applications["kubeapi-load-balancer"]
		if !there[pair] && (balanced || !strings.Contains(pair, "kubeapi-load-balancer")) {
			t.Errorf("upstream's relation %s is missing", pair)
		}
	}
	for name, a := range b.Applications {
		if len(a.To) != a.NumUnits {
			t.Errorf("%s: %d units on %v", name, a.NumUnits, a.To)
		}
		for _, m := range a.To {
			if _, ok := b.Machines[m]; !ok {
				t.Errorf("%s: unknown machine %s", name, m)
			}
		}
	}
}
