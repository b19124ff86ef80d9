package cni_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/emit/cni"
	"github.com/k8splan/k8splan/planner/emit/emittest"
)

// racked is a cluster whose pod traffic is routed without encapsulation by the routers of three racks.
const racked = `cluster "prod" {
  type = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}
network {
  node_subnets = ["10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"]
  cni "PLUGIN" {
    encapsulation = "bgp"
    bgp_as        = 64512
    PEERS
  }
}
load_balancer "external" {}
node "cp-1" {
  roles = ["control-plane"]
  address = "10.1.0.31"
  failure_domain = "room-1/rack-a"
}
node "cp-2" {
  roles = ["control-plane"]
  address = "10.2.0.31"
  failure_domain = "room-1/rack-b"
}
node "cp-3" {
  roles = ["control-plane"]
  address = "10.3.0.31"
}
node "w-1" {
  roles = ["worker"]
  address = "10.1.0.41"
  failure_domain = "room-1/rack-a"
}
`

// sessions reads the resources of a plugin's bgp.yaml, and returns for each node the routers it opens sessions to.
func sessions(t *testing.T, plugin, peers string) (all []map[string]any, of map[string][]string) {
	t.Helper()
	p := emittest.Parse(t, strings.NewReplacer("PLUGIN", plugin, "PEERS", peers).Replace(racked))
	data := emittest.Data(t, emittest.Emit(t, cni.Emit, p), "cni/"+plugin+"/bgp.yaml")
	of = map[string][]string{}
	for _, document := range bytes.Split(data, []byte("---\n")) {
		var r map[string]any
		if err := yaml.Unmarshal(document, &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
		spec := r["spec"].(map[string]any)
		for _, n := range p.KubeletNodes() {
			switch r["kind"] {
			case "BGPPeer":
				if selector, _ := spec["nodeSelector"].(string); calicoSelects(selector, n.Zone()) {
					of[n.Name] = append(of[n.Name], spec["peerIP"].(string))
				}
			case "CiliumBGPClusterConfig":
				if !ciliumSelects(spec["nodeSelector"], n.Zone()) {
					continue
				}
				if of[n.Name] != nil {
					t.Errorf("%s is in two cluster configurations, which Cilium refuses", n.Name)
				}
				for _, peer := range spec["bgpInstances"].([]any)[0].(map[string]any)["peers"].([]any) {
					of[n.Name] = append(of[n.Name], peer.(map[string]any)["peerAddress"].(string))
				}
			}
		}
	}
	return all, of
}

// calicoSelects evaluates the two selector terms that we write.
func calicoSelects(selector, zone string) bool {
	if selector == "" {
		return true
	}
	for _, term := range strings.Split(selector, " || ") {
		if term == "!has(topology.kubernetes.io/zone)" && zone == "" || zone != "" && strings.Contains(term, "'"+zone+"'") {
			return true
		}
	}
	return false
}

func ciliumSelects(selector any, zone string) bool {
	if selector == nil {
		return true
	}
	e := selector.(map[string]any)["matchExpressions"].([]any)[0].(map[string]any)
	if e["operator"] == "DoesNotExist" {
		return zone == ""
	}
	return slices.Contains(e["values"].([]any), any(zone))
}

// Every node has sessions with the routers of its failure domain, of enclosing domains, and of all nodes, and with no others; both plugins
// agree.
func TestRoutersByFailureDomain(t *testing.T) {
	for _, c := range []struct {
		peers string
		want  map[string]string
	}{
		{`bgp_peers = ["10.9.0.1:65000"]`, map[string]string{"cp-1": "10.9.0.1", "cp-2": "10.9.0.1", "cp-3": "10.9.0.1",
			"w-1": "10.9.0.1"}},
		{"failure_domain \"room-1/rack-a\" {\n bgp_peers = [\"10.1.0.1:65001\", \"10.1.0.2:65001\"]\n}\n" +
			"failure_domain \"room-1\" {\n bgp_peers = [\"10.9.0.1:65000\"]\n}",
			map[string]string{"cp-1": "10.9.0.1 10.1.0.1 10.1.0.2", "cp-2": "10.9.0.1", "w-1": "10.9.0.1 10.1.0.1 10.1.0.2"}},
		{"bgp_peers = [\"10.9.0.1:65000\"]\nfailure_domain \"room-1/rack-b\" {\n bgp_peers = [\"[fd00::1]:4200000001\"]\n}",
			map[string]string{"cp-1": "10.9.0.1", "cp-2": "10.9.0.1 fd00::1", "cp-3": "10.9.0.1", "w-1": "10.9.0.1"}},
	} {
		for _, plugin := range []string{"calico", "cilium"} {
			_, of := sessions(t, plugin, c.peers)
			for _, name := range []string{"cp-1", "cp-2", "cp-3", "w-1"} {
				if got := strings.Join(of[name], " "); got != c.want[name] {
					t.Errorf("%s, %s: %s speaks to %q, want %q", plugin, c.peers, name, got, c.want[name])
				}
			}
		}
	}
}

// If every node has routers, there is no mesh. If one has none, the mesh is its only path.
func TestMeshOrRouters(t *testing.T) {
	for peers, mesh := range map[string]bool{
		`bgp_peers = ["10.9.0.1:65000"]`:                                           false,
		"failure_domain \"room-1/rack-a\" {\n bgp_peers = [\"10.1.0.1:65001\"]\n}": true,
		"": true,
	} {
		all, _ := sessions(t, "calico", peers)
		if got := all[0]["spec"].(map[string]any)["nodeToNodeMeshEnabled"]; got != mesh {
			t.Errorf("%s: mesh %v", peers, got)
		}
	}
}

// TestBGPResources records what Calico and Cilium get: checks/podnetworks checks it against their types and schemas.
func TestBGPResources(t *testing.T) {
	const golden = "testdata/bgp.txtar"
	var b strings.Builder
	b.WriteString("What pod networks are told of routers. UPDATE=1 go test ./planner/emit/cni writes it.\n")
	for i, peers := range []string{
		"bgp_peers = [\"10.9.0.1:65000\"]",
		"failure_domain \"room-1/rack-a\" {\n bgp_peers = [\"10.1.0.1:65001\", \"10.1.0.2:65001\"]\n}\n" +
			"failure_domain \"room-1\" {\n bgp_peers = [\"10.9.0.1:65000\"]\n}",
		"bgp_peers = [\"10.9.0.1:4294967294\"]\nfailure_domain \"room-1/rack-b\" {\n bgp_peers = [\"[fd00::1]:4200000001\"]\n}",
		"",
	} {
		for _, plugin := range []string{"cilium", "calico"} {
			if peers == "" && plugin == "cilium" {
				continue // without routers there is nothing to write
			}
			if plugin == "calico" { // its AS numbers are smaller: see network-bgp-as-large
				peers = strings.NewReplacer("4294967294", "2147483647", "4200000001", "65009").Replace(peers)
			}
			p := emittest.Parse(t, strings.NewReplacer("PLUGIN", plugin, "PEERS", peers).Replace(racked))
			data := emittest.Data(t, emittest.Emit(t, cni.Emit, p), "cni/"+plugin+"/bgp.yaml")
			fmt.Fprintf(&b, "-- %s/%d.yaml --\n%s", plugin, i+1, data)
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}
