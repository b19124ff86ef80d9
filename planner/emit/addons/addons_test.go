package addons

import (
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/plan"
)

const small = `
cluster "dev" {
  type = "all-in-one"
}
node "dev-1" {
  address = "192.168.56.10"
}
`

const all = small + `
artifacts {
  mirror_url       = "http://10.0.0.2:8000"
  image_repository = "10.0.0.2:5000"
}
addon "fluent-bit" {
  settings = { output = "forward", host = "logs.example.com", port = "24224", secret = "fluent-bit" }
}
addon "headlamp" {}
addon "metrics-server" {}
addon "prometheus" {
  settings = { retention = "15d", storage = "50Gi", storage_class = "fast" }
}
scheduler "batch" {
  scoring_strategy = "most-allocated"
  disable_plugins  = ["ImageLocality"]
}
addon "policies" {
  after = ["prometheus"]
  manifest "/srv/policies.yaml" {}
  manifest "https://example.com/v1/policies.yaml" {
    checksum = "sha256:` + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" + `"
  }
}
`

func TestGolden(t *testing.T) {
	emittest.Golden(t, "all", emittest.Emit(t, Emit, emittest.Parse(t, all)))
}

// Each cloud's controller manager comes after the credentials that the user keeps outside the tree.
func TestClouds(t *testing.T) {
	for _, cloud := range plan.KnownClouds {
		p := emittest.Parse(t, small+"cloud_provider \""+cloud.Name+"\" {\n  manifest \"~/secret.yaml\" {}\n}\naddon \"headlamp\" {}\n")
		if first := p.Addons[0]; !first.Early || first.Manifests[0].Local != "~/secret.yaml" || first.Manifests[1].Tree == "" {
			t.Errorf("%s: %+v", cloud.Name, first)
		}
		emittest.Golden(t, "cloud-"+cloud.Name, emittest.Emit(t, Emit, p))
	}
}

func TestNothingWithoutAddons(t *testing.T) {
	if files := emittest.Emit(t, Emit, emittest.Parse(t, small)); files != nil {
		t.Errorf("%d files", len(files))
	}
}

// Every known addon's file is built from all of its images, and from no other image.
func TestEveryKnownAddonIsMadeFromItsImages(t *testing.T) {
	for _, known := range plan.KnownAddons {
		if known.Cloud {
			continue
		}
		for _, release := range known.Releases {
			p := emittest.Parse(t, small+"addon \""+known.Name+"\" {\n  version = \""+strings.TrimPrefix(release.Version, "v")+"\"\n}\n")
			var text strings.Builder
			for _, f := range emittest.Emit(t, Emit, p) {
				if f.Path != "addons/README.md" {
					text.Write(f.Data)
				}
			}
			for _, image := range release.Images {
				if pinned := len(release.Pins) > 0; !pinned && !strings.Contains(text.String(), image) {
					t.Errorf("%s %s: its manifest does not name %s", known.Name, release.Version, image)
				}
			}
		}
	}
}

// Kubelets' certificates are verified wherever the cluster signs them, by every client of the kubelets.
func TestSignedKubeletsAreVerified(t *testing.T) {
	signed := strings.Replace(all, `type = "all-in-one"`, "type = \"all-in-one\"\n  kubelet {\n    server_tls_bootstrap = true\n  }", 1)
	for _, c := range []struct {
		src      string
		insecure bool
	}{{all, true}, {signed, false}} {
		for _, f := range emittest.Emit(t, Emit, emittest.Parse(t, c.src)) {
			if f.Path != "addons/metrics-server.yaml" && f.Path != "addons/prometheus.yaml" {
				continue
			}
			got := strings.Contains(string(f.Data), "--kubelet-insecure-tls") ||
				strings.Contains(string(f.Data), "insecureSkipVerify: true")
			if got != c.insecure {
				t.Errorf("%s: insecure is %t, want %t", f.Path, got, c.insecure)
			}
		}
	}
}
