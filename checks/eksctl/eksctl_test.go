package eksctl

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	api "github.com/weaveworks/eksctl/pkg/apis/eksctl.io/v1alpha5"
)

// configurations returns eksctl.yaml by origin: of the target's golden file, and of k8splan's output for the starter and a design at the
// limits.
func configurations(t *testing.T) map[string]string {
	t.Helper()
	archive, err := txtar.ParseFile("../../testdata/targets/eks.golden")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range archive.Files {
		if f.Name == "terraform/eksctl.yaml" {
			out["golden"] = string(f.Data)
		}
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "k8splan")
	run(t, "../..", "go", "build", "-o", program, "./cmd/k8splan")
	run(t, dir, program, "init", "multi-etcd-multi-master", "--target", "eks", "-o", "starter.hcl")
	if err := os.WriteFile(filepath.Join(dir, "limits.hcl"), []byte(limits), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"starter", "limits"} {
		run(t, dir, program, "generate", name+".hcl", "--out", name)
		data, err := os.ReadFile(filepath.Join(dir, name, "terraform/eksctl.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(data)
	}
	return out
}

// limits is a design at the limits of what the target takes.
const limits = `cluster "production-platform-europe-west-cluster-of-teams-7" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.35"
}
node_pool "a" {
  count           = 1
  cpus            = 2
  memory          = "8Gi"
  disk            = "16384Gi"
  failure_domains = ["us-gov-west-1a", "us-gov-west-1b"]
}
node_pool "a-pool-of-machines-with-the-longest-name-4" {
  count           = 200
  instance_type   = "m7g.metal"
  arch            = "arm64"
  failure_domains = ["us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"]
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
target "eks" {
  region      = "us-gov-west-1"
  vpc_cidr    = "10.40.0.0/16"
  zones       = ["us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"]
  admin_cidrs = ["203.0.113.0/24", "198.51.100.7/32"]
}
`

func run(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

// judge reads a file like eksctl create cluster -f: strictly, with defaults, and validated.
func judge(text string) error {
	c := api.NewClusterConfig()
	if err := yaml.UnmarshalStrict([]byte(text), c); err != nil {
		return err
	}
	api.SetClusterConfigDefaults(c)
	if err := api.ValidateClusterConfig(c); err != nil {
		return err
	}
	if err := c.ValidateVPCConfig(); err != nil {
		return err
	}
	for i, group := range c.ManagedNodeGroups {
		if err := api.SetManagedNodeGroupDefaults(group, c.Metadata, false); err != nil {
			return err
		}
		if err := api.ValidateManagedNodeGroup(i, group); err != nil {
			return err
		}
	}
	return nil
}

func TestEksctlTakesItsConfigurations(t *testing.T) {
	for name, c := range configurations(t) {
		if err := judge(c); err != nil {
			t.Errorf("%s: %v\n%s", name, err, c)
		}
	}
}

// TestEksctlRefuses: our own types would have written each of these mistakes.
func TestEksctlRefuses(t *testing.T) {
	c := configurations(t)["golden"]
	for _, wrong := range []struct{ old, by, says string }{
		{"withOIDC:", "withOIDCs:", "unknown field"},
		{"amiFamily: AmazonLinux2023", "amiFamily: AmazonLinux2024", "AMI Family"},
		{"maxSize: 2", "maxSize: 1", "nodes-max"},
		{"name: batch", "name: general", "not unique"},
		{"effect: NoSchedule", "effect: NoScheduling", "effect"},
		{"- eu-central-1b\n- eu-central-1c\ncloud", "cloud", "zone(s)"},
		{"serviceIPv4CIDR: 172.20.0.0/16", "serviceIPv4CIDR: 172.20.0.0", "serviceIPv4CIDR"},
		{"    - authenticator", "    - authentication", "authentication"},
		{"example.com/tier: general", "example.com/tier: a b", "label"},
	} {
		if !strings.Contains(c, wrong.old) {
			t.Errorf("golden has no %q", wrong.old)
		}
		if err := judge(strings.Replace(c, wrong.old, wrong.by, 1)); err == nil || !strings.Contains(err.Error(), wrong.says) {
			t.Errorf("%q: %v", wrong.by, err)
		}
	}
}
