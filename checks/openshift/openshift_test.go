package openshift

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/openshift/installer/pkg/types"
	"github.com/openshift/installer/pkg/types/agent"
	baremetalvalidation "github.com/openshift/installer/pkg/types/baremetal/validation"
	"github.com/openshift/installer/pkg/types/defaults"
	"github.com/openshift/installer/pkg/types/validation"
	"github.com/openshift/installer/pkg/validate"
)

// secrets are what assemble.sh appends to install-config.yaml, with made-up values.
const secrets = `pullSecret: '{"auths":{"quay.io":{"auth":"b3BlcjpzZWNyZXQ="}}}'
sshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKUVyBIdlA0f8NlyAZJrIVkNGVZoGqCAqjhG59eYalgo somebody'
`

// configurations returns pairs of install-config.yaml and agent-config.yaml by origin: the targets' golden files, and k8splan's output for
// the starter of each type.
func configurations(t *testing.T) map[string][2]string {
	t.Helper()
	out := map[string][2]string{}
	for _, target := range []string{"openshift", "ibm-cloud-private"} {
		archive, err := txtar.ParseFile("../../testdata/targets/" + target + ".golden")
		if err != nil {
			t.Fatal(err)
		}
		pair := [2]string{}
		for _, f := range archive.Files {
			switch f.Name {
			case "openshift/install-config.yaml":
				pair[0] = string(f.Data)
			case "openshift/agent-config.yaml":
				pair[1] = string(f.Data)
			}
		}
		out[target] = pair
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "k8splan")
	run(t, "../..", "go", "build", "-o", program, "./cmd/k8splan")
	for _, kind := range []string{"all-in-one", "multi-etcd-multi-master"} {
		run(t, dir, program, "init", kind, "--target", "openshift", "-o", kind+".hcl")
		run(t, dir, program, "generate", kind+".hcl", "--out", kind)
		out[kind] = [2]string{read(t, filepath.Join(dir, kind, "openshift/install-config.yaml")),
			read(t, filepath.Join(dir, kind, "openshift/agent-config.yaml"))}
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

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// judge reads both files like openshift-install agent create image: strictly, with defaults, and validated.
func judge(install, hosts string) error {
	c := &types.InstallConfig{}
	if err := yaml.UnmarshalStrict([]byte(install+secrets), c); err != nil {
		return err
	}
	defaults.SetInstallConfigDefaults(c)
	if err := validation.ValidateInstallConfig(c, true).ToAggregate(); err != nil {
		return err
	}
	a := &agent.Config{}
	if err := yaml.UnmarshalStrict([]byte(hosts), a); err != nil {
		return err
	}
	var all field.ErrorList
	if a.APIVersion != agent.AgentConfigVersion || a.ObjectMeta.Name != c.ObjectMeta.Name {
		all = append(all, field.Invalid(field.NewPath("metadata"), a.ObjectMeta.Name, "of "+a.APIVersion))
	}
	if err := validate.IP(a.RendezvousIP); err != nil {
		all = append(all, field.Invalid(field.NewPath("rendezvousIP"), a.RendezvousIP, err.Error()))
	}
	for i, h := range a.Hosts {
		at := field.NewPath("hosts").Index(i)
		all = append(all, baremetalvalidation.ValidateHostRootDeviceHints(&h.RootDeviceHints, at.Child("rootDeviceHints"))...)
		for _, card := range h.Interfaces {
			if err := validate.MAC(card.MacAddress); err != nil {
				all = append(all, field.Invalid(at.Child("interfaces"), card.MacAddress, err.Error()))
			}
		}
		if len(h.Interfaces) == 0 || len(h.NetworkConfig.Raw) == 0 {
			all = append(all, field.Required(at, "a card and its network"))
		}
	}
	return all.ToAggregate()
}

func TestInstallerTakesItsConfigurations(t *testing.T) {
	for name, c := range configurations(t) {
		if err := judge(c[0], c[1]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheInstallerRefuses: our own types would have written each of these mistakes.
func TestTheInstallerRefuses(t *testing.T) {
	c := configurations(t)["openshift"]
	for _, wrong := range []struct{ file, old, by, says string }{
		{"install", "  name: prod\n", "  name: Prod_1\n", "metadata.name"},
		{"install", "    - 10.0.0.5\n", "    - 10.9.0.5\n", "apiVIPs"},
		{"install", "    hostPrefix: 23\n", "    hostPrefix: 8\n", "hostPrefix"},
		{"install", "networkType:", "networkTyp:", "unknown field"},
		{"install", "  - 172.30.0.0/16\n", "  - 10.128.0.0/16\n", "overlap"},
		{"agent", "rendezvousIP:", "rendezvousAddress:", "unknown field"},
		{"agent", "deviceName: /dev/nvme0n1", "deviceName: nvme0n1", "deviceName"},
		{"agent", `"52:54:00:00:00:31"`, `"52:54:00:00:00"`, "macAddress"},
	} {
		install, hosts := c[0], c[1]
		edited := &install
		if wrong.file == "agent" {
			edited = &hosts
		}
		if !strings.Contains(*edited, wrong.old) {
			t.Errorf("golden has no %q", wrong.old)
		}
		*edited = strings.Replace(*edited, wrong.old, wrong.by, 1)
		if err := judge(install, hosts); err == nil || !strings.Contains(err.Error(), wrong.says) &&
			!(wrong.says == "macAddress" && strings.Contains(err.Error(), "interfaces")) {
			t.Errorf("%q: %v", wrong.by, err)
		}
	}
}
