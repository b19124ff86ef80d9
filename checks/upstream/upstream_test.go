package upstream

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	bootstrapv1 "sigs.k8s.io/cluster-api/api/bootstrap/kubeadm/v1beta2"
	controlplanev1 "sigs.k8s.io/cluster-api/api/controlplane/kubeadm/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	bootstrapadmission "sigs.k8s.io/cluster-api/bootstrap/kubeadm/webhooks/admission"
	controlplaneadmission "sigs.k8s.io/cluster-api/controlplane/kubeadm/webhooks/admission"
	coreadmission "sigs.k8s.io/cluster-api/core/webhooks/admission"
	dockerv1 "sigs.k8s.io/cluster-api/test/infrastructure/docker/api/v1beta2"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"

	"golang.org/x/tools/txtar"
)

// golden returns a file of a target's golden archive.
func golden(t *testing.T, target, path string) []byte {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "targets", target+".golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if f.Name == path {
			return f.Data
		}
	}
	t.Fatalf("%s.golden has no %s", target, path)
	return nil
}

// decode decodes a document strictly: an unknown field is an error.
func decode[T any](t *testing.T, doc []byte) *T {
	t.Helper()
	into := new(T)
	if err := yaml.UnmarshalStrict(doc, into); err != nil {
		t.Fatalf("%T: %v\n%s", into, err, doc)
	}
	return into
}

func TestKindDecodesItsConfiguration(t *testing.T) {
	for _, file := range []struct{ target, path string }{{"kind", "kind/cluster.yaml"}, {"docker-desktop", "docker-desktop/kind.yaml"}} {
		c := decode[v1alpha4.Cluster](t, golden(t, file.target, file.path))
		if c.Kind != "Cluster" || c.APIVersion != "kind.x-k8s.io/v1alpha4" || len(c.Nodes) == 0 {
			t.Errorf("%s: %+v", file.path, c)
		}
	}
}

// TestClusterAPIAdmits decodes every object strictly with upstream's type and passes it to a management cluster's webhook.
func TestClusterAPIAdmits(t *testing.T) {
	ctx := context.Background()
	seen := map[string]bool{}
	for doc := range bytes.SplitSeq(golden(t, "cluster-api", "cluster-api/cluster.yaml"), []byte("---\n")) {
		var head struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal(doc, &head); err != nil {
			t.Fatal(err)
		}
		seen[head.Kind] = true
		if !strings.HasSuffix(head.APIVersion, "/v1beta2") {
			t.Errorf("%s is of %s", head.Kind, head.APIVersion)
		}
		var warnings []string
		var err error
		switch head.Kind {
		case "Cluster":
			warnings, err = (&coreadmission.Cluster{}).ValidateCreate(ctx, decode[clusterv1.Cluster](t, doc))
		case "MachineDeployment":
			warnings, err = (&coreadmission.MachineDeployment{}).ValidateCreate(ctx, decode[clusterv1.MachineDeployment](t, doc))
		case "KubeadmControlPlane":
			warnings, err = (&controlplaneadmission.KubeadmControlPlane{}).ValidateCreate(ctx,
				decode[controlplanev1.KubeadmControlPlane](t, doc))
		case "KubeadmConfigTemplate":
			warnings, err = (&bootstrapadmission.KubeadmConfigTemplate{}).ValidateCreate(ctx,
				decode[bootstrapv1.KubeadmConfigTemplate](t, doc))
		case "DockerCluster":
			decode[dockerv1.DockerCluster](t, doc)
		case "DockerMachineTemplate":
			decode[dockerv1.DockerMachineTemplate](t, doc)
		default:
			t.Errorf("an object of kind %s", head.Kind)
		}
		if err != nil || len(warnings) > 0 {
			t.Errorf("%s: %v %v\n%s", head.Kind, err, warnings, doc)
		}
	}
	if len(seen) != 6 {
		t.Errorf("kinds %v", seen)
	}
	// The check can fail: upstream refuses an even number of control planes.
	even := bytes.Replace(golden(t, "cluster-api", "cluster-api/cluster.yaml"), []byte("  replicas: 3\n  version:"),
		[]byte("  replicas: 2\n  version:"), 1)
	for doc := range bytes.SplitSeq(even, []byte("---\n")) {
		if bytes.Contains(doc, []byte("\nkind: KubeadmControlPlane\n")) {
			if _, err := (&controlplaneadmission.KubeadmControlPlane{}).ValidateCreate(ctx, decode[controlplanev1.KubeadmControlPlane](t,
				doc)); err == nil {
				t.Error("two control planes were admitted")
			}
		}
	}
}
