package loadbalancer_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/emit/loadbalancer"
)

func TestGolden(t *testing.T)        { emittest.AllGolden(t, loadbalancer.Emit) }
func TestWorkerIsLocal(t *testing.T) { emittest.WorkerIsLocal(t, loadbalancer.Emit) }

// write writes the files to a directory, and interface.conf next to every keepalived.conf as the playbook does.
func write(t *testing.T, files []artifact.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range append(files, artifact.File{Path: "loadbalancer/keepalived/interface.conf", Data: []byte("$INTERFACE=eth0\n")}) {
		path := filepath.Join(dir, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := f.Mode
		if mode == 0 {
			mode = 0o644
		}
		if err := os.WriteFile(path, f.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestHAProxyAccepts runs `haproxy -c` on every haproxy.cfg. A warning is a failure.
func TestHAProxyAccepts(t *testing.T) {
	for _, name := range emittest.Names(t) {
		files := emittest.Emit(t, loadbalancer.Emit, emittest.Plan(t, name))
		path := filepath.Join(write(t, files), "loadbalancer/haproxy.cfg")
		if _, err := os.Stat(path); err != nil {
			continue
		}
		out, err := exec.Command("haproxy", "-c", "-f", path).CombinedOutput()
		if err != nil || strings.Contains(string(out), "WARNING") || strings.Contains(string(out), "ALERT") {
			t.Errorf("%s: haproxy: %v\n%s", name, err, out)
		}
	}
}

// For a valid file, keepalived only reports that the check script is not installed here. Its exit code is useless: some releases end `-t`
// with a signal to themselves, hence the separate session.
func keepalived(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.Command("keepalived", "-t", "-f", path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.CombinedOutput()
	if _, ran := err.(*exec.ExitError); err != nil && !ran {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^.*Disabling track script check_apiserver since not found/accessible\n`).ReplaceAllString(string(out),
		"")
}

func TestKeepalivedAccepts(t *testing.T) {
	for _, name := range []string{"external", "stacked"} {
		dir := write(t, emittest.Emit(t, loadbalancer.Emit, emittest.Plan(t, name)))
		confs, err := filepath.Glob(filepath.Join(dir, "loadbalancer/keepalived/lb-*.conf"))
		if err != nil || len(confs) != 2 {
			t.Fatalf("%s: %v %v", name, confs, err)
		}
		for _, conf := range confs {
			if out := keepalived(t, conf); out != "" {
				t.Errorf("%s: keepalived says of %s:\n%s", name, filepath.Base(conf), out)
			}
		}
		// Proves that keepalived would report a problem.
		data, err := os.ReadFile(confs[0])
		if err != nil {
			t.Fatal(err)
		}
		bad := filepath.Join(filepath.Dir(confs[0]), "bad.conf")
		if err := os.WriteFile(bad, []byte(strings.Replace(string(data), "priority", "prioriti", 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		if out := keepalived(t, bad); !strings.Contains(out, "prioriti") {
			t.Errorf("keepalived takes a bad file: %q", out)
		}
	}
}

// Each balancer lists itself and all others; otherwise two of them hold the address at once.
func TestKeepalivedPeers(t *testing.T) {
	p := emittest.Parse(t, emittest.Source(t, "external")+`
node "lb-3" {
  roles   = ["load-balancer"]
  address = "10.0.0.13"
}
`)
	files := emittest.Emit(t, loadbalancer.Emit, p)
	conf := string(emittest.Data(t, files, "loadbalancer/keepalived/lb-2.conf"))
	if !strings.Contains(conf, "unicast_src_ip 10.0.0.12\n") ||
		!regexp.MustCompile(`unicast_peer \{\s+10\.0\.0\.11\s+10\.0\.0\.13\s+\}`).MatchString(conf) {
		t.Error(conf)
	}
}

func TestInterface(t *testing.T) {
	stated := string(emittest.Data(t, emittest.Emit(t, loadbalancer.Emit, emittest.Plan(t, "stacked")),
		"loadbalancer/keepalived/lb-1.conf"))
	found := string(emittest.Data(t, emittest.Emit(t, loadbalancer.Emit, emittest.Plan(t, "external")),
		"loadbalancer/keepalived/lb-1.conf"))
	if !strings.Contains(stated, "\n$INTERFACE=bond0.30\n") || strings.Contains(stated, "\ninclude") {
		t.Error(stated)
	}
	if strings.Contains(found, "\n$INTERFACE") || !strings.Contains(found, "\ninclude interface.conf\n") {
		t.Error(found)
	}
	for _, bad := range []string{"eth0\nnotify \"/bin/id\"", "a b", "$(id)", "{{x}}", "longer-than-fifteen"} {
		for _, name := range []string{"external", "single-etcd-multi-master"} {
			p := emittest.Plan(t, name)
			p.LoadBalancer.Interface = bad
			if _, err := loadbalancer.Emit(p); err == nil {
				t.Errorf("%s: interface %q is written", name, bad)
			}
		}
	}
}

// The script's result matches haproxy's health frontend.
func TestCheckScript(t *testing.T) {
	script := filepath.Join(write(t, emittest.Emit(t, loadbalancer.Emit, emittest.Plan(t, "external"))), "loadbalancer/check-apiserver.sh")
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			t.Errorf("asks for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	host, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	run := func() error { return exec.Command(script, host, port).Run() }
	if err := run(); err != nil {
		t.Errorf("fails on a healthy haproxy: %v", err)
	}
	status = http.StatusServiceUnavailable
	if err := run(); err == nil {
		t.Error("passes when no API server answers")
	}
	server.Close()
	if err := run(); err == nil {
		t.Error("passes without haproxy")
	}
	if out, err := exec.Command("shellcheck", script).CombinedOutput(); err != nil {
		t.Errorf("shellcheck: %v\n%s", err, out)
	}
}

func TestKubeVIP(t *testing.T) {
	for _, name := range []string{"single-etcd-multi-master", "options"} {
		p := emittest.Plan(t, name)
		files := emittest.Emit(t, loadbalancer.Emit, p)
		for path, kubeconfig := range map[string]string{"kube-vip.yaml": "/etc/kubernetes/admin.conf",
			"kube-vip-init.yaml": "/etc/kubernetes/super-admin.conf"} {
			var pod corev1.Pod
			if err := yaml.UnmarshalStrict(emittest.Data(t, files, "loadbalancer/kube-vip/"+path), &pod); err != nil {
				t.Fatal(err)
			}
			mounted := ""
			for _, v := range pod.Spec.Volumes {
				if v.HostPath == nil {
					t.Errorf("%s: %s: a static pod cannot mount %s", name, path, v.Name)
				} else if v.Name == "kubeconfig" {
					mounted = v.HostPath.Path
				}
			}
			if mounted != kubeconfig || pod.Spec.ServiceAccountName != "" || !pod.Spec.HostNetwork {
				t.Errorf("%s: %s: %+v", name, path, pod.Spec)
			}
			env := map[string]string{}
			for _, e := range pod.Spec.Containers[0].Env {
				env[e.Name] = e.Value
			}
			_, stated := env["vip_interface"]
			fromFile := strings.Contains(strings.Join(pod.Spec.Containers[0].Args, " "), "--config-file "+loadbalancer.ConfigPath)
			if stated == fromFile || stated != (p.LoadBalancer.Interface != "") {
				t.Errorf("%s: %s: interface stated %v, from a file %v", name, path, stated, fromFile)
			}
			if env["address"] != p.LoadBalancer.VirtualIP.String() {
				t.Errorf("%s: address %q", name, env["address"])
			}
		}
	}
}

func TestKubeVIPByBGP(t *testing.T) {
	p := emittest.Parse(t, strings.Replace(emittest.Source(t, "single-etcd-multi-master"), `virtual_ip = "10.2.0.10"`,
		`virtual_ip = "10.99.0.1"
  mode       = "bgp"
  bgp_as     = 65000
  bgp_peers  = ["10.2.0.1:65001", "10.2.0.2:65001"]`, 1))
	var pod corev1.Pod
	if err := yaml.UnmarshalStrict(emittest.Data(t, emittest.Emit(t, loadbalancer.Emit, p), "loadbalancer/kube-vip/kube-vip.yaml"),
		&pod); err != nil {
		t.Fatal(err)
	}
	env := map[string]corev1.EnvVar{}
	for _, e := range pod.Spec.Containers[0].Env {
		env[e.Name] = e
	}
	for name, want := range map[string]string{"bgp_enable": "true", "bgp_as": "65000",
		"bgp_peers": "10.2.0.1:65001::false,10.2.0.2:65001::false", "vip_interface": "lo", "vip_arp": "",
		"vip_leaderelection": "true", // simulate assumes that the address is where the lease is
		"bgp_hold_time":      "9", "bgp_keepalive_interval": "3"} {
		if env[name].Value != want {
			t.Errorf("%s is %q, want %q", name, env[name].Value, want)
		}
	}
	if f := env["bgp_routerid"].ValueFrom; f == nil || f.FieldRef.FieldPath != "status.hostIP" {
		t.Error("hosts would share one router ID")
	}
}
