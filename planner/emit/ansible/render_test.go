package ansible

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/templates"
)

// controlPlane is a directory that simulates a control plane: kubeadm writes the contents of the file rendered, the kubelet runs a
// manifest's pod in a container named after its text, and an API server answers unless its manifest says "bad".
type controlPlane struct {
	*testing.T
	dir string
}

func newControlPlane(t *testing.T, manifest string) controlPlane {
	c := controlPlane{t, t.TempDir()}
	for name, text := range map[string]string{
		"kubeadm": "cp \"$ROOT/rendered\" \"$ROOT/kubernetes/manifests/kube-apiserver.yaml\"\n",
		"crictl": `[ "$1" = ps ] || exit 0
case "$*" in *Exited*) exit 0 ;; esac
cksum <"$ROOT/kubernetes/manifests/kube-apiserver.yaml" | cut -d ' ' -f 1
`,
		"kubectl": "! grep -q bad \"$ROOT/kubernetes/manifests/kube-apiserver.yaml\"\n",
	} {
		c.put("bin/"+name, "#!/bin/sh\n"+text)
		if err := os.Chmod(filepath.Join(c.dir, "bin", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.put("kubernetes/manifests/kube-apiserver.yaml", manifest)
	return c
}

func (c controlPlane) put(name, text string) {
	c.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		c.Fatal(err)
	}
}

func (c controlPlane) manifest() string {
	c.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, "kubernetes", "manifests", "kube-apiserver.yaml"))
	if err != nil {
		c.Fatal(err)
	}
	return string(data)
}

// render makes render.py apply what kubeadm would write.
func (c controlPlane) render(rendered string) (string, error) {
	c.Helper()
	return c.renderOf("kube-apiserver", rendered)
}

// renderOf does so for a component, with words of the program replaced.
func (c controlPlane) renderOf(component, rendered string, words ...string) (string, error) {
	c.Helper()
	c.put("rendered", rendered)
	source, err := templates.Files.ReadFile("tree/ansible/roles/reconfigure/files/render.py")
	if err != nil {
		c.Fatal(err)
	}
	program := strings.NewReplacer(append(words, "/etc/kubernetes/", c.dir+"/kubernetes/", `"/run/k8splan`, `"`+c.dir+`/k8splan`,
		`dir="/run"`, `dir="`+c.dir+`"`, "PATIENCE = 180", "PATIENCE = 2", "STEADY = 8", "STEADY = 0.1")...).Replace(string(source))
	cmd := exec.Command("/usr/bin/python3", "-c", program, "--address=127.0.0.1", "--port=6443", "--components="+component)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(c.dir, "bin")+":"+os.Getenv("PATH"), "ROOT="+c.dir)
	cmd.Stdin = strings.NewReader("kind: ClusterConfiguration\n")
	out, err := cmd.CombinedOutput()
	if left, _ := os.ReadDir(filepath.Join(c.dir, "kubernetes", "before-settings")); len(left) > 0 {
		c.Errorf("what there was before is left behind: %v", left)
	}
	return string(out), err
}

const before = "image: apiserver:v1\n- --event-ttl=1h\n"

func TestRender(t *testing.T) {
	const refused = "did not come up with its new settings, and the old ones are back"
	for _, x := range []struct {
		name, found, saved, rendered string // saved: left by an interrupted run
		fails                        string
		stays                        string
	}{
		{"a good setting", before, "", before + "good\n", "", before + "good\n"},
		{"nothing new", before, "", before, "", before},
		{"a bad setting", before, "", before + "bad\n", refused, before},
		{"a good setting, cut off", before + "good\n", before, before + "good\n", "", before + "good\n"},
		{"a bad setting, cut off", before + "bad\n", before, before + "bad\n", refused, before},
		{"a bad setting, cut off, and a good one then", before + "bad\n", before, before + "good\n", "", before + "good\n"},
		{"cut off before an upgrade", "image: apiserver:v2\n", before, "image: apiserver:v2\nbad\n", refused, "image: apiserver:v2\n"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newControlPlane(t, x.found)
			if x.saved != "" {
				c.put("kubernetes/before-settings/kube-apiserver.yaml", x.saved)
			}
			out, err := c.render(x.rendered)
			if (err != nil) != (x.fails != "") || !strings.Contains(out, x.fails) {
				t.Errorf("%v: %s", err, out)
			}
			if c.manifest() != x.stays {
				t.Errorf("the manifest is %q, want %q", c.manifest(), x.stays)
			}
			if err == nil && strings.Contains(out, "kube-apiserver") != (x.stays != x.found || x.saved != "") {
				t.Errorf("said %q", out)
			}
		})
	}
}

// A member of etcd is well when the API server of its host answers, too. Where it does not, the old manifest is back.
func TestRenderEtcd(t *testing.T) {
	health := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer health.Close()
	_, port, err := net.SplitHostPort(health.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ name, rendered, stays string }{
		{"it answers, and the API server too", before + "good\n", before + "good\n"},
		{"it answers alone", before + "bad\n", before},
	} {
		c := newControlPlane(t, "image: apiserver:v1\n")
		for _, name := range []string{"kubeadm", "crictl", "kubectl"} { // the pod that they know is etcd's
			data, err := os.ReadFile(filepath.Join(c.dir, "bin", name))
			if err != nil {
				t.Fatal(err)
			}
			c.put("bin/"+name, strings.ReplaceAll(string(data), "kube-apiserver.yaml", "etcd.yaml"))
		}
		c.put("kubernetes/manifests/etcd.yaml", before)
		out, err := c.renderOf("etcd", x.rendered, "HEALTH = 2381", "HEALTH = "+port)
		data, _ := os.ReadFile(filepath.Join(c.dir, "kubernetes", "manifests", "etcd.yaml"))
		if (err == nil) != (x.stays == x.rendered) || string(data) != x.stays {
			t.Errorf("%s: %v %s\nthe manifest is %q", x.name, err, out, data)
		}
	}
}

// A run that loses its connection continues on its host. The next run waits for it and reads its result.
func TestRenderWaits(t *testing.T) {
	c := newControlPlane(t, before)
	held, released := filepath.Join(c.dir, "held"), filepath.Join(c.dir, "released")
	hold := exec.Command("flock", filepath.Join(c.dir, "k8splan-render.lock"),
		"sh", "-c", `: >"$1"; sleep 1; : >"$2"`, "sh", held, released)
	if err := hold.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Wait() }()
	for _, err := os.Stat(held); err != nil; _, err = os.Stat(held) {
		time.Sleep(10 * time.Millisecond)
	}
	if out, err := c.render(before); err != nil {
		t.Errorf("%v %s", err, out)
	}
	if _, err := os.Stat(released); err != nil {
		t.Error("it did not wait:", err)
	}
}
