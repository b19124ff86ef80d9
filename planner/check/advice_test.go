package check_test

import (
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/rule"
)

const (
	dev  = "cluster \"dev\" {\n  type = \"all-in-one\"\n}\n"
	dev1 = "node \"dev-1\" {\n  address = \"192.168.56.10\"\n}\n"
	prod = `cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.11"
}
node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.31"
}
`
	pair = prod + `load_balancer "haproxy" {
  virtual_ip = "10.0.0.254"
}
`
)

func balancers(first, second string) string {
	return `node "lb-1" {
  roles   = ["load-balancer"]
  address = "` + first + `"
}
node "lb-2" {
  roles   = ["load-balancer"]
  address = "` + second + `"
}
`
}

func lone(roles, rest string) string {
	return prod + "load_balancer \"kube-vip\" {\n  virtual_ip = \"10.0.0.9\"\n}\nnode \"w-9\" {\n  roles = [" + roles + "]\n" +
		rest + "\n}\n"
}

// TestAdvice compares all findings of a design, in order, each as a rule and words of its detail.
func TestAdvice(t *testing.T) {
	const subnet = "network {\n  node_subnets = [\"10.0.0.0/24\"]\n}\n"
	for _, test := range []struct {
		name, src string
		want      []string
	}{
		{"a disk that holds no quota", dev + "node \"dev-1\" {\n  address = \"192.168.56.10\"\n  disk = \"3Gi\"\n}\n",
			[]string{"etcd-quota-disk: Write a disk of 16Gi at least."}},
		{"a disk too small for the least quota",
			dev + "node \"dev-1\" {\n  address = \"192.168.56.10\"\n  disk = \"1Gi\"\n}\netcd {\n  quota = \"1Gi\"\n}\n",
			[]string{"etcd-quota-disk: Write a disk of 4Gi at least.", "etcd-quota-small"}},
		{"a disk that holds a small quota", dev + "node \"dev-1\" {\n  address = \"192.168.56.10\"\n  disk = \"5Gi\"\n}\n",
			[]string{`etcd-quota-disk: Write a disk of 16Gi at least, or quota = "2Gi" in etcd.`}},
		{"a disk that is half of what the quota needs", dev + "node \"dev-1\" {\n  address = \"192.168.56.10\"\n  disk = \"12Gi\"\n}\n",
			[]string{`etcd-quota-disk: or quota = "3Gi" in etcd.`}},

		{"balancers in two subnets", strings.Replace(pair, "10.0.0.254", "10.0.0.10", 1) + balancers("10.0.0.21", "10.0.1.21") +
			"network {\n  node_subnets = [\"10.0.0.0/24\", \"10.0.1.0/24\"]\n}\n",
			[]string{"load-balancer-virtual-ip-subnet: lb-1 is in 10.0.0.0/24, lb-2 in 10.0.1.0/24. Put them into one subnet"}},
		{"the default domain", strings.Replace(dev, "\n}", "\n  control_plane_endpoint = \"api.cluster.local:6443\"\n}", 1) + dev1,
			[]string{`network-dns-domain-shadows: write control_plane_endpoint = "api.dev.example.com:6443".`}},
		{"another domain", strings.Replace(dev, "\n}", "\n  control_plane_endpoint = \"api.lan.example:6443\"\n}", 1) + dev1 +
			"network {\n  dns_domain = \"lan.example\"\n}\n",
			[]string{`network-dns-domain-shadows: write dns_domain = "cluster.local".`}},
		{"a proxy in the pod range", dev + dev1 + "network {\n  http_proxy {\n    http = \"http://10.244.1.1:3128\"\n  }\n}\n",
			[]string{`network-mirror-overlap: Write pod_subnets = ["10.245.0.0/16"] in network.`}},
		{"a mirror of a registry in the pod range",
			dev + dev1 + "container_runtime \"containerd\" {\n  registry \"docker.io\" {\n" +
				"    mirrors = [\"https://10.244.1.1:5000\"]\n  }\n}\n",
			[]string{"network-mirror-overlap: The mirror 10.244.1.1 is in the pod range 10.244.0.0/16"}},
		{"a registry in the service range",
			dev + dev1 + "container_runtime \"containerd\" {\n  registry \"10.96.0.5:5000\" {\n    plain_http = true\n  }\n}\n",
			[]string{"network-mirror-overlap: The registry 10.96.0.5 is in the service range 10.96.0.0/16"}},

		{"a virtual IP at the end of the subnet", pair + balancers("10.0.0.254", "10.0.0.21") + subnet,
			[]string{"host-address-is-virtual-ip: 10.0.0.2 is free."}},
		{"the same without a subnet", pair + balancers("10.0.0.254", "10.0.0.21"),
			[]string{"host-address-is-virtual-ip: 10.0.0.2 is free."}},
		{"two hosts at the end of the subnet", strings.Replace(pair, "254", "9", 1) + balancers("10.0.0.254", "10.0.0.254") + subnet,
			[]string{"host-duplicate-address: lb-2 is also the address of lb-1 (line 20). 10.0.0.2 is free."}},
		{"two pools at the end of the subnet", strings.NewReplacer("first_address = \"10.0.0.11\"", "first_address = \"10.0.0.252\"",
			"first_address = \"10.0.0.31\"", "first_address = \"10.0.0.252\"", "254", "9").Replace(pair) +
			balancers("10.0.0.21", "10.0.0.22") + subnet,
			[]string{"host-duplicate-address: 10.0.0.252 to 10.0.0.253, the addresses of worker-1 to worker-2, are also those of cp-1 to " +
				"cp-2 (line 8). 10.0.0.2 to 10.0.0.3 are free."}},
		{"a full subnet", strings.NewReplacer("first_address = \"10.0.0.11\"", "first_address = \"10.0.0.1\"",
			"first_address = \"10.0.0.31\"", "first_address = \"10.0.0.4\"", "254", "6").Replace(pair) + balancers("10.0.0.6", "10.0.1.1") +
			"network {\n  node_subnets = [\"10.0.0.0/29\", \"10.0.1.0/24\"]\n}\n",
			[]string{"host-address-is-virtual-ip: A virtual IP must not be a host's own address.", "load-balancer-virtual-ip-subnet"}},
		{"an address beside a mirror", strings.Replace(pair, "254", "9", 1) + balancers("10.0.0.21", "10.0.0.21") +
			"artifacts {\n  mirror_url = \"https://10.0.0.22\"\n}\n", []string{"host-duplicate-address: 10.0.0.23 is free."}},

		{"three hosts of one address", strings.Replace(pair, "254", "9", 1) + balancers("10.0.0.21", "10.0.0.21") +
			"node \"w-9\" {\n  roles   = [\"worker\"]\n  address = \"10.0.0.21\"\n}\n",
			[]string{"host-duplicate-address: lb-2 is also the address of lb-1 (line 20). 10.0.0.22 is free.",
				"host-duplicate-address: w-9 is also the address of lb-1 (line 20). 10.0.0.23 is free."}},
		{"a host with the virtual IP, and two with one address beside it",
			strings.Replace(pair, "254", "21", 1) + balancers("10.0.0.21", "10.0.0.21"),
			[]string{"host-address-is-virtual-ip: 10.0.0.23 is free.", "host-duplicate-address: 10.0.0.22 is free."}},
		{"both default ranges inside of the hosts' subnet",
			dev + dev1 + "network {\n  node_subnets = [\"10.0.0.0/8\", \"192.168.56.0/24\"]\n}\n",
			[]string{`network-pods-overlap-nodes: Write pod_subnets = ["172.16.0.0/16"] in network.`,
				`network-services-overlap-nodes: Write service_subnets = ["172.18.0.0/16"] in network.`}},

		{"both addresses of a host the same", lone(`"worker"`, "address = \"10.0.0.60\"\nsecondary_address = \"10.0.0.60\""),
			[]string{"host-secondary-address-family"}},

		{"a tainted architecture", lone(`"worker"`, "address = \"10.0.0.60\"\narch = \"arm64\"\ntaint {\n key = \"kubernetes.io/arch\"\n"+
			" value = \"arm64\"\n effect = \"NoSchedule\"\n}"), nil},
		{"a tie of architectures", strings.Replace(lone(`"worker"`, "address = \"10.0.0.60\"\narch = \"arm64\""), "count         = 2",
			"count         = 1", 1), []string{"host-mixed-architectures: w-9 is arm64, other workers are amd64"}},
		{"the common architecture tainted", "cluster \"dev\" {\n type = \"single-etcd-single-master\"\n control_plane_endpoint = " +
			"\"api.example.com:6443\"\n}\nnode \"cp\" {\n roles = [\"control-plane\"]\n address = \"10.0.0.1\"\n}\n" +
			"node \"a\" {\n roles = [\"worker\"]\n address = \"10.0.0.2\"\n taint {\n key = \"kubernetes.io/arch\"\n value = \"amd64\"\n" +
			" effect = \"NoSchedule\"\n}\n}\nnode \"b\" {\n roles = [\"worker\"]\n address = \"10.0.0.3\"\n arch = \"arm64\"\n}\n", nil},

		{"all-in-one with a balancer", dev + dev1 + "node \"lb\" {\n  roles   = [\"load-balancer\"]\n  address = \"192.168.56.11\"\n}\n" +
			"load_balancer \"haproxy\" {}\n", []string{"topology-all-in-one-hosts"}},
		{"all-in-one with a balancer and an endpoint",
			strings.Replace(dev, "\n}", "\n  control_plane_endpoint = \"api.example.com:6443\"\n}", 1) +
				"node \"lb\" {\n  roles   = [\"load-balancer\"]\n  address = \"192.168.56.9\"\n}\n" +
				"node \"n\" {\n  roles   = [\"control-plane\"]\n  address = \"192.168.56.10\"\n}\n", []string{"topology-all-in-one-hosts"}},
		{"all-in-one with the roles of another type",
			dev + "node \"cp\" {\n  roles = [\"control-plane\"]\n  address = \"192.168.56.10\"\n}\n" +
				"node \"w\" {\n  address = \"192.168.56.11\"\n}\n", []string{"topology-all-in-one-hosts"}},
		{"all-in-one of a pool", dev + "node_pool \"dev\" {\n  count = 8\n  first_address = \"192.168.56.10\"\n}\n",
			[]string{"topology-all-in-one-hosts: this design has 8"}},

		{"the first address of a class", strings.Replace(dev+dev1, "192.168.56.10", "10.0.0.0", 1),
			[]string{"host-address-network: 10.0.0.2 is free."}},
		{"the last address of a class", strings.Replace(dev+dev1, "192.168.56.10", "10.255.255.255", 1), []string{"host-address-network"}},
		{"the last address of a /24 at the start of a class", strings.Replace(prod, "count         = 2\n  first_address = \"10.0.0.31\"",
			"count         = 2\n  first_address = \"10.0.0.254\"", 1) + "load_balancer \"kube-vip\" {\n  virtual_ip = \"10.0.0.9\"\n}\n",
			[]string{"host-address-edge: 10.0.0.255 of worker-2"}},
		{"an address inside of a large subnet", strings.Replace(dev+dev1, "192.168.56.10", "10.0.1.0", 1) +
			"network {\n  node_subnets = [\"10.0.0.0/16\"]\n}\n", nil},

		{"an old kernel and no mode of kube-proxy", strings.Replace(dev, "\n}", "\n  kubernetes_version = \"1.34.1\"\n}", 1) +
			strings.Replace(dev1, "\n}", "\n  os = \"rhel-8\"\n}", 1), []string{"version-end-of-life", "host-selinux-permissive",
			"version-kernel-untested"}},
		{"a release older than the oldest known", strings.Replace(dev, "\n}", "\n  kubernetes_version = \"1.33.5\"\n}", 1) +
			strings.Replace(dev1, "\n}", "\n  os = \"debian-7\"\n}", 1),
			[]string{"version-end-of-life", "version-kernel: Debian 7 of dev-1 has a kernel older than 3.16, and"}},
		{"an old release", strings.Replace(dev+dev1, "\"192.168.56.10\"", "\"192.168.56.10\"\n  os = \"ubuntu-16.04\"", 1),
			[]string{"version-cgroup-v1: Ubuntu 16.04"}},
		{"a system of another family", strings.Replace(dev+dev1, "\"192.168.56.10\"", "\"192.168.56.10\"\n  os = \"sles-12\"", 1),
			[]string{"host-os-unprepared"}},
		{"a system that the target chooses", "target \"kind\" {}\n" + dev + "node \"dev-1\" {\n  os = \"debian-10\"\n}\n",
			[]string{"target-unused"}},
		{"a misspelt system that the target chooses", "target \"kind\" {}\n" + dev + "node \"dev-1\" {\n  os = \"ubunut-24.04\"\n}\n",
			[]string{"target-unused"}},
		{"a vendor's system",
			"target \"eks\" {\n  admin_cidrs = [\"203.0.113.0/24\"]\n}\ncluster \"prod\" {\n  type = \"multi-etcd-multi-master\"\n}\n" +
				"node_pool \"w\" {\n  roles = [\"worker\"]\n  count = 3\n  os = \"ubuntu-20.04\"\n}\n", []string{"target-unused"}},
		{"kube-vip's virtual IP as the endpoint alone", strings.Replace(prod, "api.example.com", "10.0.0.5", 1) +
			"load_balancer \"kube-vip\" {}\n", []string{"load-balancer-no-virtual-ip: The endpoint is 10.0.0.5."}},
		{"two balancers' virtual IP as the endpoint alone", strings.Replace(prod, "api.example.com", "10.0.0.5", 1) +
			"load_balancer \"haproxy\" {}\n" + balancers("10.0.0.6", "10.0.0.7"),
			[]string{"endpoint-leads-nowhere: Write virtual_ip = \"10.0.0.5\" in load_balancer, or a DNS name here; if"}},
		{"two balancers and an endpoint in another subnet", strings.Replace(prod, "api.example.com", "10.9.0.5", 1) +
			"load_balancer \"haproxy\" {}\n" + balancers("10.0.0.6", "10.0.0.7") + subnet,
			[]string{"endpoint-leads-nowhere: Write a DNS name; if"}},
		{"a router that the target states",
			"target \"libvirt\" {\n  subnets = [\"10.0.0.0/24\"]\n  gateways = [\"10.0.0.14\"]\n  nameservers = [\"10.0.0.15\"]\n}\n" +
				prod + "load_balancer \"kube-vip\" {}\n", []string{"load-balancer-no-virtual-ip: 10.0.0.16 is free."}},
		{"a router at the first address", "target \"libvirt\" {\n  subnets = [\"10.0.0.8/29\"]\n}\n" + dev +
			"node \"a\" {\n  address = \"10.0.0.8\"\n}\n" + "network {\n  node_subnets = [\"10.0.0.8/29\"]\n}\n",
			[]string{"host-address-network: 10.0.0.10 is free."}},
		{"a router in the middle", "target \"libvirt\" {\n  gateways = [\"10.0.0.3\"]\n}\n" + dev +
			"node \"a\" {\n  address = \"10.0.0.0\"\n}\n" + subnet, []string{"host-address-network: 10.0.0.1 is free."}},
		{"a range of the target", "target \"libvirt\" {\n  subnets = [\"10.0.0.8/29\"]\n}\n" + strings.NewReplacer("10.0.0.31", "10.0.1.31",
			"10.0.0.11", "10.0.0.12").Replace(prod) + "load_balancer \"kube-vip\" {}\n",
			[]string{"load-balancer-no-virtual-ip: 10.0.0.10 is free."}},
		{"other names of known systems", strings.Replace(dev+dev1, "\"192.168.56.10\"", "\"192.168.56.10\"\n  os = \"rockylinux-9\"", 1),
			[]string{"host-selinux-permissive"}},
		{"another name of a retired system", strings.Replace(dev+dev1, "\"192.168.56.10\"", "\"192.168.56.10\"\n  os = \"redhat-7\"", 1),
			[]string{"version-cgroup-v1: RHEL 7", "host-selinux-permissive"}},
		{"a system whose version lacks its hyphen", strings.Replace(dev+dev1, "\"192.168.56.10\"", "\"192.168.56.10\"\n  os = \"rhel9\"",
			1), []string{"host-os-unknown: are not checked. Did you mean \"rhel-9\"?"}},
		{"a system whose version lacks its hyphen and its dot", strings.Replace(dev+dev1, "\"192.168.56.10\"",
			"\"192.168.56.10\"\n  os = \"ubuntu2404\"", 1), []string{"host-os-unknown: Did you mean \"ubuntu-24.04\"?"}},
		{"a system like no other", strings.Replace(dev+dev1, "\"192.168.56.10\"", "\"192.168.56.10\"\n  os = \"plan-9\"", 1),
			[]string{"host-os-unknown: are not checked. Write a known name, such as \"ubuntu-24.04\"."}},
		{"a waiver with a blank reason", dev + dev1 + "waive \"etcd-many-members\" {\n  reason = \"   \"\n}\n",
			[]string{"waiver-without-reason"}},
		{"more pods than a vendor supports", strings.Replace(dev, "\n}", "\n  kubelet {\n    max_pods = 300\n  }\n}", 1) + dev1,
			[]string{"capacity-pods-per-node: Write max_pods = 250, or", "capacity-max-pods-tested"}},
	} {
		_, diags := road(test.name, []byte(test.src))
		want := test.want
		for _, d := range diags {
			id, words, _ := strings.Cut(append(want, "nothing")[0], ": ")
			if rule.ID(d) != id || !strings.Contains(d.Detail, words) {
				t.Errorf("%s: line %d: %s: %s\n  wanted %q", test.name, d.Subject.Start.Line, rule.ID(d), d.Detail, test.want)
			}
			want = want[min(1, len(want)):]
		}
		if len(want) > 0 {
			t.Errorf("%s: nothing says %q", test.name, want)
		}
	}
}
