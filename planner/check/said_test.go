package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/rule"
)

// good is a design without findings: three control planes and three workers in three racks.
func good() string {
	var src strings.Builder
	src.WriteString("cluster \"p\" {\n  type = \"multi-etcd-multi-master\"\n  control_plane_endpoint = \"api.example.com:6443\"\n" +
		"  kubernetes_version = \"1.37.2\"\n  # cluster\n}\nnetwork {\n  pod_subnets = [\"10.244.0.0/16\"]\n" +
		"  service_subnets = [\"10.96.0.0/16\"]\n  node_subnets = [\"10.1.0.0/24\"]\n  cni \"calico\" {}\n  # network\n}\n" +
		"load_balancer \"kube-vip\" {\n  virtual_ip = \"10.1.0.10\"\n  interface = \"eth0\"\n}\ntarget \"bare-metal\" {}\n")
	for i, rack := range []string{"a", "b", "c"} {
		for j, role := range []string{"control-plane", "worker"} {
			fmt.Fprintf(&src, "node \"%s-%d\" {\n  roles = [%q]\n  address = \"10.1.0.%d\"\n  failure_domain = %q\n  # host %s\n"+
				"  cpus = 4\n  memory = \"8Gi\"\n  disk = \"100Gi\"\n}\n", role[:1], i+1, role, 21+10*j+i, rack, rack)
		}
	}
	return src.String()
}

// TestSaid checks designs with one mistake each: what must be reported, and what must not. Each replacement is old, new.
func TestSaid(t *testing.T) {
	hosts := []string{"# host a", `host = "h1"`, "# host b", `host = "h2"`, "# host c", `host = "h3"`}
	inCluster := func(text string) []string { return []string{"# cluster", text} }
	inNetwork := func(text string) []string { return []string{"# network", text} }
	onTarget := func(text string) []string {
		return []string{`target "bare-metal" {}`, text + "\nssh {\n  user = \"ops\"\n}"}
	}
	etcd := func(flag string) []string {
		return append(inCluster(""), "# end", "etcd {\n  extra_args = { "+flag+" }\n}")
	}
	apiServer := func(flag string) []string { return inCluster("api_server {\n    extra_args = { " + flag + " }\n  }") }
	kubelet := func(config string) []string { return inCluster("kubelet {\n    config = { " + config + " }\n  }") }
	kubeletFlag := func(flag string) []string { return inCluster("kubelet {\n    extra_args = { " + flag + " }\n  }") }
	refusedAt := func(version string, replace []string) []string { return append(replace, `"1.37.2"`, `"`+version+`"`) }
	const reserved = `cpuManagerPolicy = "static", reservedSystemCPUs = "0", cpuManagerPolicyOptions = `
	proxy := func(config string) []string { return inNetwork("kube_proxy {\n    config = { " + config + " }\n  }") }
	segments := []string{
		"load_balancer \"kube-vip\" {\n  virtual_ip = \"10.1.0.10\"\n  interface = \"eth0\"\n}",
		`load_balancer "external" {}`, `["10.1.0.0/24"]`, `["10.1.0.0/24", "10.2.0.0/24"]`, `"10.1.0.23"`, `"10.2.0.23"`}
	routers := "{\n    encapsulation = \"bgp\"\n    bgp_as = 64512\n" +
		"    failure_domain \"a\" {\n      bgp_peers = [\"10.1.0.1:65001\"]\n    }\n" +
		"    failure_domain \"b\" {\n      bgp_peers = [\"10.1.0.2:65001\"]\n    }\n  }"
	const bare = `cni "calico" {}`
	for _, c := range []struct {
		name    string
		replace []string
		want    string // rules with a part of their detail: "rule: part; rule: part", including all errors and warnings
	}{
		{"good", nil, ""},
		{"host bits before pods", []string{"10.1.0.0/24", "10.1.0.5/24", "10.244.0.0/16", "10.1.0.0/16"},
			`invalid-cidr: "10.1.0.0/24"; network-pods-overlap-nodes: the node subnet 10.1.0.0/24`},
		{"host bits before Services", []string{"10.1.0.0/24", "10.1.0.5/24", "10.96.0.0/16", "10.1.0.0/20"},
			`invalid-cidr: "10.1.0.0/24"; network-services-overlap-nodes: the node subnet 10.1.0.0/24`},
		{"host bits alone", []string{"10.1.0.0/24", "10.1.0.5/24"}, `invalid-cidr: "10.1.0.0/24"`},
		{"vagrant has one machine", append(hosts, onTarget(`target "vagrant" {}`)...),
			"target-unused: on one machine; target-unused: does not use this setting"},
		{"libvirt elsewhere", onTarget("target \"libvirt\" {\n  subnets = [\"10.1.0.0/24\"]\n  uri = \"qemu+ssh://root@hv1/system\"\n}"),
			"availability-hypervisor-majority: hv1 carries 3"},
		{"calico's default from a mirror", []string{"# end", "artifacts {\n  mirror_url = \"https://mirror.example.com\"\n}"}, ""},
		{"routers for two of three", append(segments, bare, `cni "calico" `+routers),
			`network-routes-need-segment: c-3 (c) and w-3 (c) have none. Nothing else learns where their pods are. ` +
				`Write failure_domain "c" { bgp_peers = […] } in cni.`},
		{"calico has no host-gw", append(segments, bare, "cni \"calico\" {\n    encapsulation = \"host-gw\"\n  }"),
			"network-encapsulation: host-gw"},
		{"etcd's gate", etcd(`"feature-gates" = "InitialCorruptChek=true"`), `component-flag-value: Did you mean "InitialCorruptCheck"`},
		{"etcd's good gate", etcd(`"feature-gates" = "InitialCorruptCheck=true"`), ""},
		{"etcd's timeout", etcd(`"election-timeout" = "2000"`), "etcd-argument-twice: duplicates the argument"},
		{"etcd's quota", etcd(`"quota-backend-bytes" = "8Gi"`), "etcd-argument-twice: Write quota"},
		{"API server's negative number", apiServer(`"max-requests-inflight" = "-1"`), "component-flag-value: negative"},
		{"API server's negative time", apiServer(`"request-timeout" = "-1s"`), "component-flag-value: negative"},
		{"API server's time", apiServer(`"request-timeout" = "2m"`), ""},
		{"API server's tokens", apiServer(`"service-account-max-token-expiration" = "10m"`), "component-flag-value: must be at " +
			"least 1h"},
		{"API server's caches", apiServer(`"watch-cache-sizes" = "pods=100"`), `component-flag-value: "pods#100"`},
		{"API server's emulation", apiServer(`"emulated-version" = "banana"`), `component-flag-value: "1.36"`},
		{"a log of nothing in a container", apiServer(`"audit-log-path" = "/var/log/a.log"`), "component-audit-nothing: logs nothing"},
		{"Fedora without updates", []string{"cpus = 4", "os = \"fedora-42\"\n  cpus = 4"}, "host-os-retired: Support for Fedora 42 of " +
			"c-1 ended on 2026-05-27: there are no security updates, and its repositories move to an archive. Use fedora-44.; " +
			"host-selinux-permissive: "},
		{"a release that Ubuntu has not", []string{"cpus = 4", "os = \"ubuntu-24\"\n  cpus = 4"}, "host-os-unknown: Did you mean " +
			"\"ubuntu-24.04\"?"},
		{"a release that is newer", []string{"cpus = 4", "os = \"debian-15\"\n  cpus = 4"}, ""},
		{"an older Fedora", []string{"cpus = 4", "os = \"fedora-39\"\n  cpus = 4"}, "host-os-retired: Fedora 39 of c-1 ended before " +
			"2025-12-15; host-selinux-permissive: "},
		{"Fedora's last days", []string{"cpus = 4", "os = \"fedora-43\"\n  cpus = 4"}, "host-os-ends-soon: on 2026-12-09. Plan the " +
			"move to fedora-44.; host-selinux-permissive: "},
		{"Oracle Linux without updates", []string{"cpus = 4", "os = \"oracle-linux-7.9\"\n  cpus = 4"}, "version-cgroup-v1: ; " +
			"host-selinux-permissive: "},
		{"Oracle Linux by its other name", []string{"cpus = 4", "os = \"ol-9\"\n  cpus = 4"}, "host-selinux-permissive: "},
		{"CPUs without a reservation", kubelet(`cpuManagerPolicy = "static"`),
			"component-kubelet-refuses: kubeReserved = { cpu = \"500m\" }"},
		{"CPUs without a reservation, by flag", kubeletFlag(`"cpu-manager-policy" = "static"`),
			"component-kubelet-refuses: --cpu-manager-policy is static"},
		{"CPUs by amount", kubelet(`cpuManagerPolicy = "static", kubeReserved = { cpu = "500m" }`),
			""},
		{"CPUs by number", kubelet(reserved + `{ "full-pcpus-only" = "true" }`),
			""},
		{"CPUs that are none", kubelet(`reservedSystemCPUs = "0-x"`),
			"component-kubelet-refuses: is not a list of processors"},
		{"an option of no policy", kubelet(`cpuManagerPolicyOptions = { "full-pcpus-only" = "true" }`),
			"component-kubelet-refuses: are only for the policy static"},
		{"an unknown option", kubelet(reserved + `{ "full-pcpu-only" = "true" }`),
			"component-kubelet-refuses: is unknown"},
		{"an alpha option", kubelet(reserved + `{ "align-by-socket" = "true" }`),
			"component-kubelet-refuses: CPUManagerPolicyAlphaOptions"},
		{"an option that was alpha", refusedAt("1.33.13", kubelet(reserved+`{ "prefer-align-cpus-by-uncorecache" = "true" }`)),
			"component-kubelet-refuses: alpha in Kubernetes 1.33; version-end-of-life: "},
		{"options apart", kubelet(reserved + `{ "distribute-cpus-across-numa" = "true", "prefer-align-cpus-by-uncorecache" = "true" }`),
			"component-kubelet-refuses: exclude each other"},
		{"too few NUMA nodes", kubelet(`topologyManagerPolicy = "restricted", ` +
			`topologyManagerPolicyOptions = { "max-allowable-numa-nodes" = "4" }`),
			"component-kubelet-refuses: Write 8 or more"},
		{"options of the policy none", kubelet(`topologyManagerPolicyOptions = { "max-allowable-numa-nodes" = "4" }`),
			""},
		{"memory without a reservation", kubelet(`memoryManagerPolicy = "Static"`),
			"component-kubelet-refuses: memory = \"100Mi\""},
		{"memory that adds up", kubelet(`memoryManagerPolicy = "Static", kubeReserved = { memory = "1Gi" }, ` +
			`reservedMemory = [{ numaNode = 0, limits = { memory = "1124Mi" } }]`),
			""},
		{"memory that does not add up", kubelet(`memoryManagerPolicy = "Static", kubeReserved = { memory = "1Gi" }, ` +
			`reservedMemory = [{ numaNode = 0, limits = { memory = "1Gi" } }]`),
			"component-kubelet-refuses: 1124Mi: the two must be equal"},
		{"memory of a share", kubelet(`memoryManagerPolicy = "Static", evictionHard = { "memory.available" = "5%" }, ` +
			`reservedMemory = [{ numaNode = 0, limits = { memory = "1Gi" } }]`),
			""},
		{"a share of more than all", kubelet(`evictionHard = { "memory.available" = "120%" }`),
			"component-kubelet-refuses: from 0% to 100%"},
		{"a share by flag", kubeletFlag(`"eviction-hard" = "memory.available<120%"`),
			"component-kubelet-refuses: from 0% to 100%"},
		{"a threshold turned off", kubelet(`evictionHard = { "memory.available" = "0%" }`),
			""},
		{"nothing to reclaim", kubelet(`evictionMinimumReclaim = { "memory.available" = "0%" }`),
			"component-kubelet-refuses: more than 0%"},
		{"less than nothing", kubelet(`kubeReserved = { cpu = "-1" }`),
			"component-kubelet-refuses: negative"},
		{"a cgroup that is missing", kubelet(`enforceNodeAllocatable = ["pods", "system-reserved"]`),
			"component-kubelet-refuses: without systemReservedCgroup"},
		{"none and others", kubelet(`enforceNodeAllocatable = ["none", "pods"]`),
			"component-kubelet-refuses: none together with other values"},
		{"pods without cgroups", kubelet(`cgroupsPerQOS = false`),
			"component-kubelet-refuses: enforceNodeAllocatable = [\"none\"]"},
		{"nothing without cgroups", kubelet(`cgroupsPerQOS = false, enforceNodeAllocatable = ["none"]`),
			""},
		{"a factor", kubelet(`memoryThrottlingFactor = 2.0`),
			"component-kubelet-refuses: at most 1"},
		{"once", kubelet(`runOnce = true`),
			"component-kubelet-refuses: deprecated"},
		{"once, when it was taken", refusedAt("1.31.14", kubelet(`runOnce = true`)),
			"version-end-of-life: "},
		{"a swap that is not", kubelet(`memorySwap = { swapBehavior = "UnlimitedSwap" }`),
			"component-kubelet-refuses: LimitedSwap"},
		{"a restart", kubelet(`crashLoopBackOff = { maxContainerRestartPeriod = "400s" }`),
			"component-kubelet-refuses: 1s to 300s"},
		{"a mode of later", refusedAt("1.28.15", inNetwork("kube_proxy {\n    mode = \"nftables\"\n  }")),
			"version-unsupported: ; version-setting-later: nftables of kube-proxy was added in Kubernetes 1.29"},
		{"a file of later", refusedAt("1.28.15", apiServer(`"authentication-config" = "/x"`)),
			"version-unsupported: ; version-setting-later: --authentication-config of kube-apiserver was added in Kubernetes 1.29"},
		{"an algorithm of later", refusedAt("1.30.14", inCluster(`encryption_algorithm = "ECDSA-P256"`)),
			"version-unsupported: ; version-setting-later: was added in Kubernetes 1.31"},
		{"a field of the time", refusedAt("1.28.15", kubelet(`serializeImagePulls = false, maxParallelImagePulls = 5`)),
			"version-unsupported: "},
		{"kube-proxy's metrics", proxy(`metricsBindAddress = "0.0.0.0:x"`), "component-config-value: address and port"},
		{"kube-proxy adds its port", proxy(`metricsBindAddress = "0.0.0.0"`), ""},
		{"kube-proxy's connections", proxy(`conntrack = { maxPerCore = -1 }`), "component-config-value: 0 or more"},
		{"kube-proxy's bit", proxy(`iptables = { masqueradeBit = 40 }`), "component-config-value: from 0 to 31"},
		{"kube-proxy's default period", proxy(`iptables = { syncPeriod = "0s" }`), ""},
		{"kube-proxy's period", proxy(`iptables = { syncPeriod = "-1s" }`), "component-config-value: not negative"},
		{"kube-proxy's score", proxy(`oomScoreAdj = -2000`), "component-config-value: from -1000 to 1000"},
		{"kube-proxy's addresses", proxy(`nodePortAddresses = ["10.1.0.0"]`), `component-config-value: "10.1.0.0/32"`},
		{"a word that a later kube-proxy knows", append(proxy(`nodePortAddresses = ["localhost"]`), `"1.37.2"`, `"1.36.3"`),
			"component-config-value: nodePortAddresses"},
		{"kube-proxy's mode", proxy(`detectLocalMode = "Foo"`), "component-config-value: ClusterCIDR"},
		{"a list of thresholds", inCluster("kubelet {\n    config = { evictionHard = [\"a\"] }\n  }"),
			"component-config-value: takes a map"},
		{"one range for all", []string{"10.244.0.0/16", "10.1.0.0/24", "10.96.0.0/16", "10.1.0.0/24"},
			"capacity-pod-range: 10.244.0.0/21 is free; network-pods-overlap-nodes: 10.244.0.0/21 is free; " +
				"network-pods-overlap-services: 10.244.0.0/21 is free; network-services-overlap-nodes: is free"},
		{"a pool among pods", []string{"# end", "addon \"metallb\" {\n  pool \"d\" {\n    addresses = [\"10.244.0.1-10.244.0.9\"]\n  }\n}"},
			"addon-pool-overlap: the pod range"},
		{"scheduler's address", inCluster("scheduler {\n    extra_args = { address = \"0.0.0.0\" }\n  }"),
			"version-removed-flag: bind-address"},
		{"a colon", []string{"cpus = 4", "cpus: 4"}, "syntax-error: Write cpus = 4."},
		{"a block with an equals sign", []string{"network {", "network = {"}, "syntax-error: Write network {."},
		{"a range without quotes", []string{`["10.96.0.0/16"]`, "[10.96.0.0/16]"}, `syntax-error: "10.96.0.0/16"`},
		{"no type", []string{"type = \"multi-etcd-multi-master\"", ""}, `missing-argument: Add: type = "multi-etcd-multi-master"`},
	} {
		src := good() + "# end\n"
		for i := 0; i < len(c.replace); i += 2 {
			n := 1
			if strings.HasPrefix(c.replace[i], "# host") {
				n = -1
			}
			src = strings.Replace(src, c.replace[i], c.replace[i+1], n)
		}
		if strings.HasPrefix(c.name, "vagrant") {
			src = strings.ReplaceAll(src, "10.1.0.", "192.168.56.")
		}
		_, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
		missing := map[string]bool{}
		for part := range strings.SplitSeq(c.want, "; ") {
			if part != "" {
				missing[part] = true
			}
		}
		for _, d := range diags {
			if _, waived := rule.WaiverReason(d); waived {
				continue
			}
			found := false
			for part := range strings.SplitSeq(c.want, "; ") {
				if id, text, _ := strings.Cut(part, ": "); id == rule.ID(d) && strings.Contains(d.Detail, text) {
					delete(missing, part)
					found = true
				}
			}
			if !found {
				t.Errorf("%s: also %s: %s", c.name, rule.ID(d), d.Detail)
			}
		}
		for part := range missing {
			t.Errorf("%s: no finding says %q", c.name, part)
		}
	}
}
