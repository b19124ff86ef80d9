package kops

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"k8s.io/apimachinery/pkg/runtime"
	api "k8s.io/kops/pkg/apis/kops"
	"k8s.io/kops/pkg/apis/kops/v1alpha2"
	"k8s.io/kops/pkg/apis/kops/validation"
	"k8s.io/kops/pkg/assets"
	"k8s.io/kops/pkg/kopscodecs"
	"k8s.io/kops/pkg/model/components"
	"k8s.io/kops/upup/pkg/fi"
	"k8s.io/kops/upup/pkg/fi/cloudup/gce"
	"k8s.io/kops/upup/pkg/fi/loader"
	"k8s.io/kops/util/pkg/vfs"
	"sigs.k8s.io/yaml"
)

// golden returns cluster.yaml of a golden file of the target.
func golden(t *testing.T, name string) string {
	t.Helper()
	archive, err := txtar.ParseFile("../../testdata/targets/" + name + ".golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if f.Name == "kops/cluster.yaml" {
			return string(f.Data)
		}
	}
	t.Fatalf("%s has no kops/cluster.yaml", name)
	return ""
}

// designs are at the limits of what the target takes: the longest names, most zones, and each pod network with each encapsulation.
func designs() map[string]string {
	out := map[string]string{"limits": limits}
	for i, cni := range []string{
		`cni "calico" {}`, `cni "calico" { encapsulation = "ipip" }`, `cni "calico" { encapsulation = "wireguard" }`,
		`cni "cilium" { encapsulation = "vxlan" }`,
		`cni "cilium" {
    encapsulation          = "geneve"
    kube_proxy_replacement = true
  }`,
		`cni "flannel" {}`, `cni "none" {}`,
	} {
		out[fmt.Sprint("aws-", i)] = strings.ReplaceAll(strings.ReplaceAll(small, "CNI", cni), "ZONE", "eu-central-1a") +
			[]string{onAWS, strings.ReplaceAll(onAWS, "private      = true", "private      = false")}[i%2]
		out[fmt.Sprint("gce-", i)] = strings.ReplaceAll(strings.ReplaceAll(small, "CNI", cni), "ZONE", "europe-west4-a") + onGCE
	}
	return out
}

const (
	small = `cluster "c" {
  type = "single-etcd-single-master"
}
network {
  CNI
}
node "cp" {
  roles          = ["control-plane"]
  failure_domain = "ZONE"
}
node "w" {
  roles          = ["worker"]
  failure_domain = "ZONE"
}
`
	onAWS = `target "kops" {
  cloud        = "aws"
  state        = "s3://example-kops-state"
  private      = true
  dns          = "none"
  admin_cidrs  = ["203.0.113.0/24", "2001:db8::/32"]
}
`
	onGCE = `target "kops" {
  cloud        = "gce"
  project      = "example-project"
  state        = "gs://example-kops-state"
  internal_api = true
  network_cidr = "172.16.0.0/20"
  admin_cidrs  = ["203.0.113.0/24"]
}
`
	limits = `cluster "a-cluster-with-the-longest-name" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.36.2"
  cert_sans          = ["api.example.com", "203.0.113.7"]
  feature_gates      = { NodeSwap = true }
  kubelet {
    max_pods     = 500
    fail_swap_on = false
  }
}
network {
  pod_subnets         = ["100.96.0.0/11"]
  service_subnets     = ["100.64.0.0/13"]
  node_cidr_mask_size = 23
  node_port_range     = "20000-65535"
}
container_runtime "containerd" {
  registry "docker.io" {
    mirrors = ["https://mirror.example.com/v2/hub", "http://10.0.0.1:5000"]
  }
}
etcd {
  quota              = "8Gi"
  heartbeat_interval = "200ms"
  election_timeout   = "2s"
  extra_args         = { "log-level" = "warn", "auto-compaction-retention" = "1h" }
}
node_pool "a-pool-of-control-planes-with-the-longest-name-that-passes-2" {
  roles           = ["control-plane"]
  count           = 7
  failure_domains = ["us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"]
  instance_type   = "c5.large"
}
node_pool "a-pool-of-workers-with-the-longest-name-that-still-passes-3" {
  roles           = ["worker"]
  count           = 200
  failure_domains = ["us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c", "us-gov-west-1d"]
  instance_type   = "m6g.xlarge"
  disk            = "16384Gi"
  labels          = { "example.com/a.b_c-d" = "A.b_c-9", "empty" = "" }
  taint {
    key    = "example.com/batch"
    value  = "a.b_C"
    effect = "NoExecute"
  }
  taint {
    key    = "other"
    effect = "PreferNoSchedule"
  }
}
node_pool "rest" {
  roles           = ["worker"]
  count           = 2
  failure_domains = ["us-gov-west-1a", "us-gov-west-1b"]
  instance_type   = "m6g.xlarge"
}
target "kops" {
  cloud        = "aws"
  state        = "s3://example.kops.state/a/b_c-d.e"
  domain       = "k8s.example.com"
  dns          = "public"
  network_cidr = "10.20.0.0/20"
  admin_cidrs  = ["203.0.113.0/24", "198.51.100.7/32"]
}
`
)

// configurations returns cluster.yaml by origin: of the target's golden files, and of k8splan's output for the starters and the designs.
func configurations(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{"golden": golden(t, "kops"), "golden-gce": golden(t, "kops-gce")}
	dir := t.TempDir()
	program := filepath.Join(dir, "k8splan")
	run(t, "../..", "go", "build", "-o", program, "./cmd/k8splan")
	names := []string{"multi-etcd-multi-master", "single-etcd-single-master"}
	for _, kind := range names {
		run(t, dir, program, "init", kind, "--target", "kops", "-o", kind+".hcl")
	}
	for name, text := range designs() {
		if err := os.WriteFile(filepath.Join(dir, name+".hcl"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	for _, name := range names {
		run(t, dir, program, "generate", name+".hcl", "--out", name)
		data, err := os.ReadFile(filepath.Join(dir, name, "kops/cluster.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(data)
	}
	return out
}

func run(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

// judge reads a file like kops create -f, though strictly, and completes and validates it like kops update cluster. It returns what kops
// would build from.
func judge(text string) ([]runtime.Object, error) {
	var cluster *api.Cluster
	var groups []*api.InstanceGroup
	for section := range strings.SplitSeq(text, "---\n") {
		var kind struct{ Kind string }
		if err := yaml.Unmarshal([]byte(section), &kind); err != nil {
			return nil, err
		}
		var strict any = &v1alpha2.Cluster{}
		if kind.Kind == "InstanceGroup" {
			strict = &v1alpha2.InstanceGroup{}
		}
		if err := yaml.UnmarshalStrict([]byte(section), strict); err != nil {
			return nil, err
		}
		object, _, err := kopscodecs.Decode([]byte(section), nil)
		if err != nil {
			return nil, err
		}
		switch o := object.(type) {
		case *api.Cluster:
			cluster = o
		case *api.InstanceGroup:
			if o.Labels[api.LabelClusterName] != cluster.Name {
				return nil, fmt.Errorf("group %s is of cluster %q", o.Name, o.Labels[api.LabelClusterName])
			}
			groups = append(groups, o)
		default:
			return nil, fmt.Errorf("an object of kind %q", kind.Kind)
		}
	}
	return complete(cluster, groups)
}

// google implements the part of Google Cloud that validation uses.
type google struct{ gce.GCECloud }

func (google) ProviderID() api.CloudProviderID { return api.CloudProviderGCE }

func complete(cluster *api.Cluster, groups []*api.InstanceGroup) ([]runtime.Object, error) {
	if err := validation.ValidateCluster(cluster, false, vfs.Context).ToAggregate(); err != nil {
		return nil, err
	}
	full := cluster.DeepCopy()
	if err := full.FillDefaults(); err != nil {
		return nil, err
	}
	full.Spec.KubernetesVersion = strings.TrimPrefix(full.Spec.KubernetesVersion, "v")
	full.Spec.ControlPlaneKubelet = full.Spec.Kubelet.DeepCopy()
	options, err := components.NewOptionsContext(full, assets.NewAssetBuilder(vfs.Context, full.Spec.Assets, false), "")
	if err != nil {
		return nil, err
	}
	// Those of upup/pkg/fi/cloudup/populate_cluster_spec.go that complete our files. The package itself depends on every cloud.
	full, err = loader.NewClusterOptionsLoader([]loader.ClusterOptionsBuilder{
		&components.DefaultsOptionsBuilder{Context: options}, &components.EtcdOptionsBuilder{OptionsContext: options},
		&components.KubeAPIServerOptionsBuilder{OptionsContext: options}, &components.ContainerdOptionsBuilder{OptionsContext: options},
		&components.NetworkingOptionsBuilder{Context: options}, &components.KubeDnsOptionsBuilder{Context: options},
		&components.KubeletOptionsBuilder{OptionsContext: options},
		&components.KubeControllerManagerOptionsBuilder{OptionsContext: options},
		&components.KubeSchedulerOptionsBuilder{OptionsContext: options}, &components.KubeProxyOptionsBuilder{Context: options},
		&components.CloudConfigurationOptionsBuilder{Context: options}, &components.CalicoOptionsBuilder{Context: options},
		&components.CiliumOptionsBuilder{Context: options}, &components.AWSOptionsBuilder{OptionsContext: options},
		&components.AWSEBSCSIDriverOptionsBuilder{OptionsContext: options},
		&components.AWSCloudControllerManagerOptionsBuilder{OptionsContext: options},
		&components.GCPCloudControllerManagerOptionsBuilder{OptionsContext: options},
		&components.GCPPDCSIDriverOptionsBuilder{OptionsContext: options},
	}).Build(full)
	if err != nil {
		return nil, err
	}
	out := []runtime.Object{full}
	names := map[string]bool{}
	for _, g := range groups {
		if names[g.Name] {
			return nil, fmt.Errorf("instanceGroup %q already exists", g.Name) // as kops create says
		}
		names[g.Name] = true
		g.Spec.Image, g.Spec.Manager = "099720109477/ubuntu", api.InstanceManagerCloudGroup // the current channel sets the image
		out = append(out, g)
	}
	for _, e := range full.Spec.EtcdClusters {
		for _, m := range e.Members {
			if !names[fi.ValueOf(m.InstanceGroup)] {
				return nil, fmt.Errorf("etcd member %s is on instance group %q, which is not there", m.Name, fi.ValueOf(m.InstanceGroup))
			}
		}
	}
	var cloud fi.Cloud // none on AWS, where only the account knows machine types and images
	if full.Spec.CloudProvider.GCE != nil {
		cloud = google{}
	}
	return out, validation.DeepValidate(full, groups, true, vfs.Context, cloud)
}

func TestKopsTakesItsObjects(t *testing.T) {
	for name, text := range configurations(t) {
		completed, err := judge(text)
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
			continue
		}
		for i, section := range strings.Split(text, "---\n") {
			data, err := kopscodecs.ToVersionedJSON(completed[i])
			if err != nil {
				t.Fatal(err)
			}
			var wrote, kept map[string]any
			if err := errors.Join(yaml.Unmarshal([]byte(section), &wrote), json.Unmarshal(data, &kept)); err != nil {
				t.Fatal(err)
			}
			for _, lost := range missing("", wrote, kept) {
				t.Errorf("%s: %s\n%s", name, lost, section)
			}
		}
	}
}

// missing returns which of our values kops would build something else from.
func missing(path string, wrote, kept any) []string {
	switch w := wrote.(type) {
	case map[string]any:
		k, _ := kept.(map[string]any)
		var out []string
		for key := range maps.Keys(w) {
			out = append(out, missing(path+"."+key, w[key], k[key])...)
		}
		return out
	case []any:
		k, _ := kept.([]any)
		if len(w) != len(k) && path != ".spec.taints" {
			return []string{fmt.Sprintf("%s has %d, not %d", path, len(k), len(w))}
		}
		var out []string
		for i := range min(len(w), len(k)) {
			out = append(out, missing(fmt.Sprintf("%s[%d]", path, i), w[i], k[i])...)
		}
		return out
	}
	if path == ".spec.kubernetesVersion" {
		wrote = strings.TrimPrefix(fmt.Sprint(wrote), "v")
	}
	if fmt.Sprint(wrote) != fmt.Sprint(kept) && !(kept == nil && (wrote == false || wrote == "")) {
		return []string{fmt.Sprintf("%s is %v, not %v", path, kept, wrote)}
	}
	return nil
}

// TestKopsRefuses: our own types would have written each of these mistakes.
func TestKopsRefuses(t *testing.T) {
	for _, wrong := range []struct{ of, old, by, says string }{
		{"kops", "networkCIDR:", "network_cidr:", "unknown field"},
		{"kops", "encapsulationMode: vxlan", "encapsulationMode: none", "only supported for IPv6"},
		{"kops", "type: Private\n    zone", "type: Public\n    zone", "at least one subnet of type Private"},
		{"kops", "    - encryptedVolume: true\n      instanceGroup: cp-3\n      name: cp-3\n", "", "odd number"},
		{"kops", "nonMasqueradeCIDR: 100.64.0.0/10", "nonMasqueradeCIDR: 100.64.0.0/12", "must be a subnet of nonMasqueradeCIDR"},
		{"kops", "  networkCIDR: 10.20.0.0/16", "  networkCIDR: 100.64.0.0/16", "cannot overlap"},
		{"kops", "serviceNodePortRange: 30000-32767", "serviceNodePortRange: 30000", "serviceNodePortRange"},
		{"kops", "maxSize: 4", "maxSize: 3", "maxSize"},
		{"kops", "tier=general:Prefer", "tier=general=x:Prefer", "taint"},
		{"kops", "  - eu-central-1b\n  taints", "  - eu-central-1d\n  taints", "Not found"},
		{"kops", "name: cp-2\nspec", "name: cp-1\nspec", "already exists"},
		{"kops", "class: Network", "class: Networking", "class"},
		{"kops-gce", "  subnets:\n  - cidr", "  networkCIDR: 172.20.0.0/16\n  subnets:\n  - cidr", "doesn't support networkCIDR"},
		{"kops-gce", "\n  zones:\n  - europe-west4-a\n", "\n", "zones should be specified"},
	} {
		text := golden(t, wrong.of)
		if !strings.Contains(text, wrong.old) {
			t.Errorf("golden has no %q", wrong.old)
		}
		text = strings.ReplaceAll(text, wrong.old, wrong.by)
		_, err := judge(text)
		if err == nil || !strings.Contains(err.Error(), wrong.says) {
			t.Errorf("%q: %v", wrong.by, err)
		}
	}
}
