package ansible

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/plan"
)

// node runs node.py against a kube-proxy of a mode, and interfaces as "ip" prints them.
func node(t *testing.T, mode, links string, promises map[string]any) []string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/proxyMode" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, mode)
	}))
	defer server.Close()
	bin := t.TempDir()
	script := "#!/bin/sh\ncat <<'E'\n" + links + "\nE\n"
	if err := os.WriteFile(filepath.Join(bin, "ip"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	all := map[string]any{"proxy": map[string]any{"mode": "nftables", "addresses": []string{strings.TrimPrefix(server.URL, "http://")}},
		"encrypted": []string{}, "pod_mtu": 0, "cgroup_driver": "systemd", "runtime": "cri-o", "mirrors": []string{}, "address": "10.0.0.1"}
	for key, value := range promises {
		all[key] = value
	}
	question, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	out, problems, err := python(t, "verify/files/node.py", string(question), "0")
	if err != nil {
		t.Fatalf("%v\n%s", err, problems)
	}
	return strings.FieldsFunc(strings.TrimSpace(out), func(r rune) bool { return r == '\n' })
}

// Each broken promise of the topology on a node is reported, and nothing else.
func TestPromisesOfNode(t *testing.T) {
	const ethernet = `{"ifname":"eth0","mtu":1500,"flags":["UP"],"addr_info":[{"local":"10.0.0.1"}]}`
	const guarded = `{"ifname":"wireguard.cali","mtu":1440,"flags":["POINTOPOINT","UP"],"linkinfo":{"info_kind":"wireguard"}}`
	for _, c := range []struct {
		name, mode, links string
		promises          map[string]any
		want              string // part of the single output line; "" for none
	}{
		{"kept", "nftables", "[" + ethernet + "]", nil, ""},
		{"another mode", "iptables", "[" + ethernet + "]", nil, "kube-proxy runs in mode iptables, and the topology says nftables"},
		{"no kube-proxy", "", "[]", map[string]any{"proxy": map[string]any{"mode": "", "addresses": []string{}}}, ""},
		{"nobody answers", "", "[]", map[string]any{"proxy": map[string]any{"mode": "ipvs", "addresses": []string{"127.0.0.1:1"}}},
			"does not say its mode at 127.0.0.1:1"},
		{"encrypted", "nftables", "[" + ethernet + "," + guarded + "]",
			map[string]any{"encrypted": []string{"wireguard.cali"}, "pod_mtu": 1440}, ""},
		{"not encrypted", "nftables", "[" + ethernet + "]", map[string]any{"encrypted": []string{"wireguard.cali"}}, "is not encrypted"},
		{"of another kind", "nftables", `[{"ifname":"wireguard.cali","mtu":1440,"flags":["UP"],"linkinfo":{"info_kind":"dummy"}}]`,
			map[string]any{"encrypted": []string{"wireguard.cali"}}, "is not encrypted"},
		{"another MTU", "nftables", "[" + ethernet + "," + guarded + "]", map[string]any{"pod_mtu": 1400},
			"wireguard.cali gives pods an MTU of 1440, and the topology says 1400"},
		{"too long", "nftables", "[" + strings.Replace(ethernet, "1500", "1400", 1) + "," + guarded + "]", nil,
			"wireguard.cali gives pods an MTU of 1440, and the interface below carries 1400"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := node(t, c.mode, c.links, c.promises)
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestPromises(t *testing.T) {
	p := emittest.Plan(t, "dual-stack")
	p.Network.CNI.Name, p.Network.CNI.Encapsulation = plan.Calico, plan.WireGuard
	if got := fmt.Sprint(encrypted(p)); got != "[wireguard.cali wg-v6.cali]" {
		t.Errorf("Calico encrypts with %s", got)
	}
	p.Network.CNI.Name = plan.Flannel
	if got := fmt.Sprint(encrypted(p)); got != "[flannel-wg flannel-wg-v6]" {
		t.Errorf("flannel encrypts with %s", got)
	}
	// the design sets metricsBindAddress = "0.0.0.0:10249"
	if got := fmt.Sprint(proxyMetrics(p)); got != "[127.0.0.1:10249 [::1]:10249]" {
		t.Errorf("kube-proxy is asked at %s", got)
	}
}
