package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/rule"
)

// mutation changes one thing in a good design. It returns false if it does not apply to the design.
type mutation struct {
	rule   string
	change func(src string) (string, bool)
}

// adds appends a block to designs without one of its kind.
func adds(id, block string) mutation {
	kind := strings.Fields(block)[0]
	return mutation{id, func(src string) (string, bool) {
		return src + "\n" + block + "\n", !regexp.MustCompile(`(?m)^` + kind + ` `).MatchString(src)
	}}
}

var (
	clusterHead = regexp.MustCompile(`(?m)^cluster "[^"]*" \{\n`)
	networkHead = regexp.MustCompile(`(?m)^network \{\n`)
)

// inCluster and inNetwork insert an argument or a block into designs that lack it.
func inCluster(id, text string) mutation {
	name := strings.Fields(text)[0]
	return mutation{id, func(src string) (string, bool) {
		at := clusterHead.FindStringIndex(src)
		return src[:at[1]] + "  " + text + "\n" + src[at[1]:], !regexp.MustCompile(`(?m)^  ` + name + ` `).MatchString(src)
	}}
}

// described gives a design a Kubernetes that has ended, whose only problems are features that the version lacks.
var described = mutation{"version-unsupported", func(src string) (string, bool) {
	text, possible := inCluster("", `kubernetes_version = "1.30.14"`).change(src)
	return text, possible && !strings.Contains(src, "P384")
}}

func inNetwork(id, text string, unless ...string) mutation {
	name := strings.Fields(text)[0]
	return mutation{id, func(src string) (string, bool) {
		for _, word := range append(unless, "\n  "+name+" ") {
			if strings.Contains(src, word) {
				return src, false
			}
		}
		if at := networkHead.FindStringIndex(src); at != nil {
			return src[:at[1]] + "  " + text + "\n" + src[at[1]:], true
		}
		return src + "\nnetwork {\n  " + text + "\n}\n", true
	}}
}

// writes replaces the first match of a pattern.
func writes(id, pattern, with string, unless ...string) mutation {
	re := regexp.MustCompile(pattern)
	return mutation{id, func(src string) (string, bool) {
		for _, word := range unless {
			if strings.Contains(src, word) {
				return src, false
			}
		}
		at := re.FindStringSubmatchIndex(src)
		if at == nil {
			return src, false
		}
		return src[:at[0]] + string(re.ExpandString(nil, with, src, at)) + src[at[1]:], true
	}}
}

var mutations = []mutation{
	adds("version-containerd", "container_runtime \"containerd\" {\n  version = \"1.7.20\"\n}"),
	adds("ssh-public-key", "ssh {\n  private_key_file = \"~/.ssh/id.pub\"\n}"),
	adds("ssh-port-clash", "ssh {\n  port = 10250\n}"),
	adds("etcd-quota-small", "etcd {\n  quota = \"1Gi\"\n}"),
	adds("etcd-quota-large", "etcd {\n  quota = \"9Gi\"\n}"),
	adds("etcd-data-dir-volatile", "etcd {\n  data_dir = \"/run/etcd\"\n}"),
	adds("etcd-election-short", "etcd {\n  election_timeout = \"400ms\"\n}"),
	adds("etcd-owned-flag", "etcd {\n  extra_args = { \"name\" = \"x\" }\n}"),
	adds("waiver-unused", "waive \"etcd-many-members\" {\n  reason = \"none\"\n}"),
	adds("waiver-unknown-rule", "waive \"etcd-many-member\" {\n  reason = \"none\"\n}"),
	inCluster("certificate-short", `certificate_validity = "100h"`),
	inCluster("certificate-authority-long", `ca_certificate_validity = "876000h"`),
	inCluster("certificate-san-wildcard", `cert_sans = ["*.example.org"]`),
	inCluster("certificate-san-repeated", `cert_sans = ["a.example.org", "a.example.org"]`),
	inCluster("secret-bootstrap-token", `cert_sans = ["abcdef.0123456789abcdef"]`),
	inCluster("version-feature-gate-unknown", `feature_gates = { NoSuchGate = true }`),
	inCluster("machine-cgroup-driver", "kubelet {\n    cgroup_driver = \"cgroupfs\"\n  }"),
	inCluster("component-owned-flag", "kubelet {\n    extra_args = { \"hostname-override\" = \"x\" }\n  }"),
	inCluster("component-insecure-flag", "api_server {\n    extra_args = { \"authorization-mode\" = \"AlwaysAllow\" }\n  }"),
	inCluster("component-owned-flag", "scheduler {\n    extra_args = { \"kubeconfig\" = \"/x\" }\n  }"),
	inCluster("component-in-tree-cloud", "controller_manager {\n    extra_args = { \"cloud-provider\" = \"aws\" }\n  }"),
	inCluster("version-unknown", `kubernetes_version = "1.38.0"`),
	described,
	inCluster("version-patch-unknown", `kubernetes_version = "1.37.99"`),
	inNetwork("network-dns-domain-top-level", `dns_domain = "cluster"`),
	inNetwork("network-service-range-small", `service_subnets = ["172.22.255.0/29"]`, "::"),
	inNetwork("network-service-range-large", `service_subnets = ["172.0.0.0/8"]`, "172.", "::"),
	inNetwork("network-range-special", `pod_subnets = ["169.254.0.0/16"]`, "::"),
	inNetwork("network-range-public", `pod_subnets = ["20.0.0.0/12"]`, "::"),
	inNetwork("network-pods-overlap-services", `pod_subnets = ["10.96.0.0/13"]`, "::", "service_subnets", "10.97", "reserved",
		"cluster \"bee\""),
	inNetwork("network-mtu-large", `mtu = 65000`),
	inNetwork("network-mtu-small", `mtu = 1000`),
	inNetwork("network-node-port-ephemeral", `node_port_range = "30000-40000"`),
	inNetwork("network-node-port-privileged", `node_port_range = "100-178"`),
	inNetwork("network-node-port-clash", `node_port_range = "10200-10300"`),
	inNetwork("version-ipvs-deprecated", "kube_proxy {\n    mode = \"ipvs\"\n  }", "cilium"),
	inNetwork("network-no-service-routing", "kube_proxy {\n    mode = \"none\"\n  }", "cilium"),
	inNetwork("network-encapsulation", "cni \"flannel\" {\n    encapsulation = \"geneve\"\n  }", "  cni "),
	inNetwork("network-replacement-foreign", "cni \"flannel\" {\n    kube_proxy_replacement = true\n  }", "  cni ", "kube_proxy"),
	writes("endpoint-special-address", `control_plane_endpoint( *)= "[^:"]*`, `control_plane_endpoint$1= "localhost`),
	writes("topology-no-load-balancer", `load_balancer "(external|kube-vip)" \{[^}]*\}`, "", ":443\""),
	writes("topology-extra-etcd", `multi-etcd-multi-master`, "single-etcd-multi-master", "single-etcd", "arbiter", "trio"),
	writes("host-address-unusable", `( address *)= "[^"]*"`, `$1= "127.0.0.53"`, "node_subnets", "::", "reserved",
		"single-etcd-multi-master", "node_pool \"lb\"", "static"),
	writes("control-plane-cpus", `(roles *= \["control-plane"[^}]*cpus *)= \d+`, `$1= 1`),
	writes("control-plane-memory", `(roles *= \["control-plane"[^}]*memory *)= "[^"]*"`, `$1= "1Gi"`, "quota"),
	writes("availability-single-worker", `(roles *= \["worker"\]\n *count *)= \d+`, `$1= 1`, "single-etcd-single", "room-", "gpu"),
	writes("node-label-kubelet", `( roles *= \["worker"\]\n)`, "$1  labels = { \"kubernetes.io/hostname\" = \"x\" }\n", "labels"),
	writes("node-taint-condition", `( roles *= \["worker"\]\n[^}]*)\n\}`, "$1\n  taint {\n    key    = \"node.kubernetes.io/not-ready\"\n"+
		"    effect = \"PreferNoSchedule\"\n  }\n}", "taint", "labels"),
	writes("load-balancer-virtual-ip-segment-unstated", `virtual_ip( *)= "10\.(\d+)\.0\.10"`, `virtual_ip$1= "10.$2.77.10"`,
		"node_subnets", "load_balancer \"external\""), // whose address does not move
	writes("availability-power-unstated", `( roles *= \["worker"\]\n)( *count)`, "$1  powers = [\"feed-a\", \"feed-b\"]\n$2", "all-in-one",
		"powers ", "target \"gcp\"", "target \"vagrant\""),
	inNetwork("network-bgp-unused", "cni \"calico\" {\n    bgp_as = 64512\n  }", "  cni ", "kube_proxy", "::", "mirror_url"),
	writes("hypervisor-memory", `(?s)(hypervisor "kvm-1" .*?memory *)= "128Gi"`, `$1= "64Gi"`),
	writes("hypervisor-cpus", `(?s)(hypervisor "kvm-1" .*?cpus *)= 32`, `$1= 6`),
	writes("hypervisor-unstated", `hypervisor "arbiter"`, `hypervisor "arbitr"`),
	inCluster("component-flag-value", "api_server {\n    extra_args = { \"runtime-config\" = \"batch\" }\n  }"),
	inCluster("component-flag-value", "api_server {\n    extra_args = { \"runtime-config\" = \"batch/v1=on\" }\n  }"),
	inCluster("component-flag-value", "api_server {\n    extra_args = { \"v\" = \"loud\" }\n  }"),
	inCluster("component-flag-value", "controller_manager {\n    extra_args = { \"node-monitor-grace-period\" = \"40\" }\n  }"),
	inCluster("component-flag-value", "scheduler {\n    extra_args = { \"tls-min-version\" = \"VersionTLS99\" }\n  }"),
	inCluster("component-flag-value", "kubelet {\n    extra_args = { \"eviction-hard\" = \"memory.free<1Gi\" }\n  }"),
	adds("component-flag-value", "etcd {\n  extra_args = { \"auto-compaction-mode\" = \"bogus\" }\n}"),
	inCluster("component-flag-unknown", "api_server {\n    extra_args = { \"bogus-flag\" = \"1\" }\n  }"),
	inCluster("component-flag-unknown", "scheduler {\n    extra_args = { \"adress\" = \"0.0.0.0\" }\n  }"),
	inCluster("component-flag-unknown", "kubelet {\n    extra_args = { \"max-parallel-image-pulls\" = \"3\" }\n  }"),
	adds("component-flag-unknown", "etcd {\n  extra_args = { \"snapshot-cout\" = \"1\" }\n}"),
	inCluster("component-config-unknown", "kubelet {\n    config = { maxParalelImagePulls = 3 }\n  }"),
	inCluster("component-config-value", "kubelet {\n    config = { maxParallelImagePulls = \"three\" }\n  }"),
	inCluster("invalid-flag", "kubelet {\n    extra_args = { \"maxPods\" = \"1\" }\n  }"),
	inCluster("invalid-flag", "kubelet {\n    extra_args = { \"event_qps\" = \"1\" }\n  }"),
	inCluster("component-plugin-off", "api_server {\n    extra_args = { \"disable-admission-plugins\" = \"PodSecurity\" }\n  }"),
	inCluster("component-admission-unknown", "api_server {\n    extra_args = { \"enable-admission-plugins\" = \"noderestriction\" }\n  }"),
	inCluster("component-flag-value", "controller_manager {\n    extra_args = { controllers = \"*,-tttl\" }\n  }"),
	inCluster("component-flag-value", "controller_manager {\n    extra_args = { controllers = \"*,-nodelifecycl\" }\n  }"),
	inCluster("component-rotation-off", "kubelet {\n    extra_args = { \"rotate-certificates\" = \"false\" }\n  }"),
	inCluster("component-shared-identity", "controller_manager {\n    extra_args = { \"use-service-account-credentials\" = "+
		"\"false\" }\n  }"),
	adds("etcd-metrics-open", "etcd {\n  extra_args = { \"listen-metrics-urls\" = \"http://0.0.0.0:2381\" }\n}"),
	inCluster("component-flag-repeated", "api_server {\n    extra_args = { \"max-requests-inflight\" = [400, 800] }\n  }"),
	writes("machine-disk", `( roles *= \["worker"\]\n)`, "$1  disk = \"5Gi\"\n", "disk", "target \"vagrant\""),
	writes("machine-worker-memory", `( roles *= \["worker"\]\n)`, "$1  memory = \"256Mi\"\n", "memory"),
}

// TestMutations breaks each good design in every applicable way, and expects findings of that rule only.
func TestMutations(t *testing.T) {
	tried, per := 0, map[string]int{}
	for _, f := range corpus(t, "good", 20) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mutations {
			src, ok := m.change(string(data))
			if !ok {
				continue
			}
			_, diags := road(f, []byte(src))
			var said []string
			for _, d := range diags {
				if _, waived := check.Waived(d); !waived && !slices.Contains(said, rule.ID(d)) {
					said = append(said, rule.ID(d))
				}
			}
			if m.rule == "topology-extra-etcd" && slices.Equal(said, []string{"topology-no-etcd"}) { // stacked until now
				said[0] = m.rule
			}
			if !slices.Equal(said, []string{m.rule}) {
				t.Errorf("%s: %s expected, got %q", filepath.Base(f), m.rule, said)
				for _, d := range diags {
					t.Logf("  %s", d)
				}
				continue
			}
			tried++
			per[m.rule]++
		}
	}
	for _, m := range mutations {
		if per[m.rule] == 0 {
			t.Errorf("no good design has a place for %s", m.rule)
		}
	}
	t.Logf("%d mutations of %d kinds", tried, len(mutations))
}
