package loadbalancer_test

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/emit/loadbalancer"
	"github.com/k8splan/k8splan/templates"
)

// apiServer answers like an API server, over TLS on one of the loopback addresses.
func apiServer(t *testing.T, address string, name string, ready *atomic.Bool) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" && !ready.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = w.Write([]byte(name))
	}))
	s.Listener.Close()
	s.Listener = l
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// proxy is a running haproxy with a plan's haproxy.cfg.
type proxy struct {
	config string                  // file
	api    string                  // address of the API servers' frontend
	health string                  // address of the frontend that keepalived's check uses
	ready  map[string]*atomic.Bool // by control plane
}

// startProxy starts a plan's haproxy in front of three API servers, of which the first ones run.
func startProxy(t *testing.T, running int) proxy {
	t.Helper()
	p := emittest.Plan(t, "external")
	p.Cluster.APIServerPort, p.LoadBalancer.Port = freePort(t), freePort(t)
	s := proxy{
		config: filepath.Join(t.TempDir(), "haproxy.cfg"),
		api:    "127.0.0.1:" + strconv.Itoa(p.LoadBalancer.Port),
		health: "127.0.0.1:" + strconv.Itoa(freePort(t)),
		ready:  map[string]*atomic.Bool{},
	}
	for i, n := range p.ControlPlanes() {
		n.Address = netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i)})
		s.ready[n.Name] = new(atomic.Bool)
		s.ready[n.Name].Store(i < running)
		if i < running {
			apiServer(t, netip.AddrPortFrom(n.Address, uint16(p.Cluster.APIServerPort)).String(), n.Name, s.ready[n.Name])
		}
	}
	cfg := string(emittest.Data(t, emittest.Emit(t, loadbalancer.Emit, p), "loadbalancer/haproxy.cfg"))
	cfg = strings.Replace(cfg, "127.0.0.1:"+strconv.Itoa(loadbalancer.HealthPort), s.health, 1)
	if os.Getuid() != 0 { // only root may switch to another user
		cfg = strings.Replace(strings.Replace(cfg, "    user haproxy\n", "", 1), "    group haproxy\n", "", 1)
	}
	if err := os.WriteFile(s.config, []byte(cfg), 0o644); err != nil {
		t.Fatal(err)
	}
	haproxy := exec.Command("haproxy", "-db", "-f", s.config)
	if err := haproxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = haproxy.Process.Kill()
		_ = haproxy.Wait()
	})
	return s
}

// TestBalancerLeads runs the check after which the playbook changes the next balancer. Right after its start, haproxy takes servers for
// healthy that it has not checked.
func TestBalancerLeads(t *testing.T) {
	program, err := templates.Files.ReadFile("tree/ansible/roles/load_balancer/files/leads.py")
	if err != nil {
		t.Fatal(err)
	}
	leads := func(s proxy) (string, error) {
		cmd := exec.Command("/usr/bin/python3", "-", s.config)
		cmd.Stdin = bytes.NewReader(program)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	nowhere := startProxy(t, 0)
	healthy := false
	for range 3000 {
		if r, err := http.Get("http://" + nowhere.health + "/healthz"); err == nil {
			healthy = r.StatusCode == http.StatusOK
			r.Body.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if out, err := leads(nowhere); err == nil || !strings.Contains(out, "/readyz at 127.0.0.1") {
		t.Errorf("a proxy without an API server leads to one: %s (healthy to keepalived: %v)", out, healthy)
	}
	somewhere, out := startProxy(t, 1), ""
	for range 60 {
		if out, err = leads(somewhere); err == nil {
			return
		}
		time.Sleep(time.Second)
	}
	t.Errorf("a proxy with one of three API servers leads to none: %s", out)
}

// TestHAProxyServes runs a plan's haproxy.cfg in front of two API servers: traffic avoids the one that is not ready although its port
// answers, and the health frontend fails when none is ready.
func TestHAProxyServes(t *testing.T) {
	running := startProxy(t, 2) // the third is down
	ready, health := running.ready, running.health
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	get := func(url string) (int, string) {
		r, err := client.Get(url)
		if err != nil {
			return 0, err.Error()
		}
		defer r.Body.Close()
		body := make([]byte, 64)
		n, _ := r.Body.Read(body)
		return r.StatusCode, string(body[:n])
	}
	api := "https://" + running.api + "/version"
	eventually := func(what string, ok func() bool) {
		t.Helper()
		for range 3000 {
			if ok() {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Errorf("%s: not in 5 minutes", what)
	}
	// Ten answers in a row, all from these servers.
	only := func(names ...string) bool {
		for range 10 {
			status, name := get(api)
			if status != http.StatusOK || !strings.Contains(strings.Join(names, " "), name) {
				return false
			}
		}
		return true
	}
	eventually("traffic past the server that is down", func() bool { return only("cp-1", "cp-2") })
	ready["cp-1"].Store(false)
	eventually("traffic past the server that is not ready", func() bool { return only("cp-2") })
	if status, _ := get("http://" + health + "/healthz"); status != http.StatusOK {
		t.Errorf("health is %d with one server ready", status)
	}
	ready["cp-2"].Store(false)
	eventually("health without a server", func() bool {
		status, _ := get("http://" + health + "/healthz")
		return status == http.StatusServiceUnavailable
	})
	ready["cp-2"].Store(true)
	eventually("traffic to the server that is ready again", func() bool { return only("cp-2") })
}
