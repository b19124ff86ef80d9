package hardway_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	kubeproxyv1 "k8s.io/kube-proxy/config/v1alpha1"
	kubeletv1 "k8s.io/kubelet/config/v1beta1"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/installers/hardway"
)

func TestHardWay(t *testing.T) {
	target := targettest.Of(hardway.Target())
	files := target.Golden(t)
	target.Refuses(t)
	targettest.Shellcheck(t, files)

	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if f.Mode != 0 {
			mode = f.Mode
		}
		if err := os.WriteFile(path, f.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	dir = filepath.Join(dir, "kubernetes-the-hard-way")
	decodes(t, files)
	unitsAreGood(t, dir)
	certificatesAreGood(t, dir)
	argumentsArrive(t, dir)
	sshReads(t, dir)
}

// decodes checks the components' configurations strictly against upstream's types.
func decodes(t *testing.T, files []artifact.File) {
	t.Helper()
	for _, f := range files {
		var into any
		switch filepath.Base(f.Path) {
		case "kubelet.yaml":
			into = &kubeletv1.KubeletConfiguration{}
		case "kube-proxy.yaml":
			into = &kubeproxyv1.KubeProxyConfiguration{}
		default:
			continue
		}
		if err := yaml.UnmarshalStrict(f.Data, into); err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
	}
}

// unitsAreGood: systemd-analyze exits 0 on unknown keys, so any output is a failure, except that a host's programs are missing here.
func unitsAreGood(t *testing.T, dir string) {
	t.Helper()
	units, _ := filepath.Glob(filepath.Join(dir, "common", "*.service"))
	if len(units) != 8 {
		t.Errorf("units %v", units)
	}
	for _, unit := range units {
		cmd := exec.Command("systemd-analyze", "verify", "--man=no", unit)
		cmd.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL=warning")
		out, _ := cmd.CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "is not executable: No such file or directory") &&
				!strings.Contains(line, filepath.Base(unit)+": Command") {
				t.Errorf("systemd-analyze verify %s: %s", unit, line)
			}
		}
	}
}

// certificatesAreGood runs certificates.sh twice, and verifies the result with openssl.
func certificatesAreGood(t *testing.T, dir string) {
	t.Helper()
	run(t, dir, "./certificates.sh")
	before := run(t, dir, "sha256sum", "secrets/ca.crt", "secrets/apiserver.crt", "secrets/encryption.yaml")
	run(t, dir, "./certificates.sh")
	if after := run(t, dir, "sha256sum", "secrets/ca.crt", "secrets/apiserver.crt", "secrets/encryption.yaml"); after != before {
		t.Error("the second run made new ones")
	}
	verify := func(ca, purpose string, names ...string) {
		for _, name := range names {
			run(t, dir, "openssl", "verify", "-x509_strict", "-CAfile", "secrets/"+ca+".crt", "-purpose", purpose, "secrets/"+name+".crt")
		}
	}
	verify("ca", "sslserver", "apiserver", "kubelet-node-1", "kubelet-edge")
	verify("ca", "sslclient", "apiserver-kubelet-client", "kube-controller-manager", "kube-scheduler", "kube-proxy", "admin",
		"kubelet-node-2")
	verify("etcd-ca", "sslserver", "etcd")
	verify("etcd-ca", "sslclient", "apiserver-etcd-client")
	verify("front-proxy-ca", "sslclient", "front-proxy-client")
	text := run(t, dir, "openssl", "x509", "-noout", "-text", "-in", "secrets/apiserver.crt")
	for _, want := range []string{"DNS:api.example.com", "DNS:api.hard.internal", "IP Address:10.201.0.1", "IP Address:10.0.0.31",
		"DNS:kubernetes.default.svc.cluster.local"} {
		if !strings.Contains(text, want) {
			t.Errorf("the API server's certificate lacks %s", want)
		}
	}
	if text := run(t, dir, "openssl", "x509", "-noout", "-subject", "-in", "secrets/kubelet-node-1.crt"); !strings.Contains(text,
		"O = system:nodes, CN = system:node:node-1") {
		t.Errorf("subject %s", text)
	}
	if out := run(t, dir, "sh", "-c", "find secrets -type f ! -perm 600"); out != "" {
		t.Errorf("readable by others: %s", out)
	}
	for _, name := range []string{"admin", "kubelet-edge", "kube-scheduler"} {
		data, err := os.ReadFile(filepath.Join(dir, "secrets", name+".kubeconfig"))
		if err != nil {
			t.Fatal(err)
		}
		var config struct {
			APIVersion, Kind string
			Clusters         []struct {
				Cluster struct {
					Server string
					CA     []byte `json:"certificate-authority-data"`
				}
			}
		}
		if err := yaml.Unmarshal(data, &config); err != nil || config.Kind != "Config" ||
			!strings.HasPrefix(string(config.Clusters[0].Cluster.CA), "-----BEGIN CERTIFICATE") {
			t.Errorf("%s: %v %+v", name, err, config)
		}
	}
}

// argumentsArrive makes run-component start a program that prints its arguments: the file's, then the command line's.
func argumentsArrive(t *testing.T, dir string) {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(dir, "common", "run-component"))
	if err != nil {
		t.Fatal(err)
	}
	local := strings.NewReplacer("/etc/k8splan", dir+"/hosts/server", "/usr/local/bin", dir+"/bin").Replace(string(script))
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string]string{"run": local, "bin/kube-apiserver": "#!/bin/sh\nprintf '%s\\n' \"$@\"\n"} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(data), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.Join(dir, "hosts", "server", "arguments", "kube-apiserver.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if got := run(t, dir, "./run", "kube-apiserver", "--v=2", "--a b"); got != string(want)+"--v=2\n--a b\n" {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !strings.Contains(string(want), `--audit-log-path=/var/log/it's "$(id)" ; #.log`) {
		t.Errorf("arguments\n%s", want)
	}
}

// sshReads makes ssh print its parsed configuration.
func sshReads(t *testing.T, dir string) {
	t.Helper()
	out := run(t, dir, "ssh", "-G", "-F", "ssh_config", "edge")
	for _, want := range []string{"hostname 10.0.0.9\n", "user ubuntu\n", "identityfile ~/.ssh/id_ed25519\n",
		"-p 2222 -i \"$HOME\"/.ssh/id_ed25519 -l admin -W [%h]:%p bastion.example.com\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("ssh -G lacks %q:\n%s", want, out)
		}
	}
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// Nodes get what kube-proxy calls: the tutorial installs it by hand.
func TestPrograms(t *testing.T) {
	for version, want := range map[string]string{"1.31.14": "programs iptables conntrack\n", "1.37.2": "programs nft\n"} {
		emit, diags := targettest.Of(hardway.Target()).Open(t, "topology.hcl", []byte(`cluster "c" {
  type               = "single-etcd-single-master"
  kubernetes_version = "`+version+`"
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.41"
}
target "kubernetes-the-hard-way" {}
`))
		if emit == nil {
			t.Fatal(diags)
		}
		files, err := emit(render.Upstream())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f.Path, "/settings.txt") && !strings.Contains(string(f.Data), want) {
				t.Errorf("%s: %s", version, f.Data)
			}
		}
	}
}
