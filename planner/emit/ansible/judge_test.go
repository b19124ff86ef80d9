package ansible

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// object is JSON under construction.
type object map[string]any

// verdict is what judge.py prints.
type verdict struct {
	Problems []string
	Etcd     struct {
		State   string
		Joining []string
	}
	Endpoints, Pending []string
	Certificates       []string
	Evicting, Drained  []string
	Repods             []string
	EtcdLocal          bool `json:"etcd_local"`
	Images             bool
	Configuration      object
	Kubelet            bool
	Lagging            []string
	Balancer           object
	Moves              string
	Leaves             []string
	Target             object `json:"kubelet_target"`
	Upgrade            *struct {
		From                string
		Record, Etcd, Minor bool
		ControlPlanes       []string `json:"control_planes"`
		Unfinished          []string
		Nodes, Cordoned     []string
		EtcdFirst           []string `json:"members_first"`
	}
}

// world returns a plan and a cluster that match: three members of external etcd, one control plane, one worker.
func world() object {
	member := func(n int) object {
		return object{"name": fmt.Sprint("etcd-", n), "peerURL": fmt.Sprintf("https://10.0.0.2%d:2380", n),
			"clientURL": fmt.Sprintf("https://10.0.0.2%d:2379", n)}
	}
	configuration := func() object {
		return object{
			"apiVersion": "kubeadm.k8s.io/v1beta4", "kubernetesVersion": "v1.37.2", "clusterName": "prod",
			"controlPlaneEndpoint": "api.example.com:6443",
			"networking":           object{"podSubnet": "10.244.0.0/16"},
			"apiServer": object{"certSANs": []string{"10.0.0.31", "cp-1"},
				"extraArgs": []object{{"name": "profiling", "value": "false"}}},
			"etcd": object{"external": object{"endpoints": []string{"https://10.0.0.21:2379", "https://10.0.0.22:2379",
				"https://10.0.0.23:2379"}}},
		}
	}
	hosts := object{}
	for n := 1; n <= 3; n++ {
		hosts[fmt.Sprint("etcd-", n)] = etcdHost(n, "c1", 1, 2, 3)
	}
	hosts["cp-1"] = object{
		"etcd": object{"data_dir": "", "data": false, "beginning": false, "entering": false, "member": nil},
		"kubernetes": object{"serving": true, "encryption": "", "encrypts": "", "sans": []string{"10.0.0.31", "cp-1"},
			"etcd_servers": []string{"https://10.0.0.21:2379",
				"https://10.0.0.22:2379", "https://10.0.0.23:2379"}},
	}
	node := func(address string) object {
		return object{
			"version": "1.37.2", "addresses": []string{address}, "labels": object{"topology.kubernetes.io/zone": "rack-a"},
			"taints": [][]string{},
		}
	}
	return object{
		"plan": object{
			"name": "prod", "version": "1.37.2", "cloud": "", "placement": "external", "data_dir": "/var/lib/etcd",
			"members": []object{member(1), member(2), member(3)},
			"nodes":   object{"cp-1": "10.0.0.31", "worker-1": "10.0.0.41"}, "balancers": object{}, "leaving": object{},
			"objects": object{"worker-1": `{"labels": {"topology.kubernetes.io/zone": "rack-a", "tier": "web"}}`},
			"flannel": object{"Network": "10.244.0.0/16", "Backend": object{"Type": "vxlan"}}, "cluster_configuration": configuration(),
			"kubelet_configuration": object{"kind": "KubeletConfiguration", "maxPods": 110}, "kube_proxy": object{"mode": "nftables"},
		},
		"hosts": hosts,
		"cluster": object{
			"versions": object{"https://10.0.0.31:6443": "1.37.2"},
			"nodes":    object{"cp-1": node("10.0.0.31"), "worker-1": node("10.0.0.41")},
			"flannel":  `{"Network": "10.244.0.0/16", "Backend": {"Type": "vxlan", "VNI": 1}}`, "cluster_configuration": configuration(),
			"noted":                 object{"cluster": "prod"},
			"kubelet_configuration": object{"kind": "KubeletConfiguration", "maxPods": 110, "failSwapOn": true},
			"kube_proxy":            object{"mode": "nftables", "clusterCIDR": "10.244.0.0/16"},
		},
		"adopt": false, "later": false,
	}
}

// etcdHost is an external etcd host whose member knows the given members of a cluster.
func etcdHost(n int, cluster string, members ...int) object {
	var list []object
	for _, m := range members {
		list = append(list, etcdMember(m))
	}
	return object{
		"etcd": object{"data_dir": "/var/lib/etcd", "data": true, "beginning": false, "entering": false, "member": object{
			"cluster": cluster, "id": fmt.Sprint(n), "quorum": true, "alarms": []string{}, "members": list,
		}},
		"kubernetes": object{"serving": false, "etcd_servers": []string{}},
	}
}

func etcdMember(n int) object {
	return object{"id": fmt.Sprint(n), "name": fmt.Sprint("etcd-", n), "peers": []string{fmt.Sprintf("https://10.0.0.2%d:2380", n)},
		"clients": []string{fmt.Sprintf("https://10.0.0.2%d:2379", n)}, "learner": false}
}

// emptyHost is a host on which etcd has never started.
func emptyHost() object {
	return object{"etcd": object{"data_dir": "", "data": false, "beginning": false, "entering": false, "member": nil},
		"kubernetes": object{"serving": false, "etcd_servers": []string{}}}
}

func (o object) at(path ...string) object {
	for _, p := range path {
		o = o[p].(object)
	}
	return o
}

func judge(t *testing.T, given object) verdict {
	t.Helper()
	program, err := templates.Files.ReadFile("tree/ansible/roles/survey/files/judge.py")
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", "-c", string(program))
	cmd.Stdin = strings.NewReader(string(in))
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, problems.String())
	}
	var v verdict
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return v
}

// onCalico edits a world whose pod network is Calico as its operator reports it, with extra fields of the operator's.
func onCalico(edit func(object)) func(object) {
	spec := func() object {
		return object{"variant": "Calico", "registry": "quay.io/", "calicoNetwork": object{"bgp": "Disabled", "linuxDataplane": "Nftables",
			"nodeAddressAutodetectionV4": object{"kubernetes": "NodeInternalIP"},
			"ipPools":                    []object{{"name": "default-ipv4-ippool", "cidr": "10.244.0.0/16", "encapsulation": "VXLAN"}}}}
	}
	return func(o object) {
		runs := spec()
		runs["kubeletVolumePluginPath"] = "/var/lib/kubelet"
		runs.at("calicoNetwork")["hostPorts"] = "Enabled"
		runs.at("calicoNetwork")["ipPools"] = []object{{"name": "default-ipv4-ippool", "cidr": "10.244.0.0/16", "encapsulation": "VXLAN",
			"blockSize": 26}}
		o.at("plan")["flannel"], o.at("cluster")["flannel"] = nil, ""
		o.at("plan")["calico"] = object{"version": "v3.32.1", "encrypted": false, "spec": spec()}
		o.at("cluster")["calico"] = object{"version": "v3.32.1", "encrypted": false, "spec": runs}
		edit(o)
	}
}

// Edits that the running cluster does not allow are refused, with the reason, before anything changes.
func TestJudgeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(object)
		says string
	}{
		"stacked becomes external": {func(o object) {
			o.at("hosts", "cp-1", "kubernetes")["etcd_servers"] = []string{"https://127.0.0.1:2379"}
			for _, n := range []string{"etcd-1", "etcd-2", "etcd-3"} {
				o.at("hosts")[n] = emptyHost()
			}
		}, "stacked etcd (https://127.0.0.1:2379), and the topology says external"},
		"two clusters": {func(o object) {
			o.at("hosts")["etcd-3"] = etcdHost(3, "c2", 3)
		}, "belong to different clusters: etcd-1, etcd-2 of cluster c1; etcd-3 of cluster c2"},
		"an emptied member": {func(o object) {
			o.at("hosts")["etcd-2"] = emptyHost()
		}, "etcd-2 is a member of etcd, and its data is gone"},
		"a former member's data": {func(o object) {
			o.at("hosts")["etcd-1"] = etcdHost(1, "c1", 1, 2)
			o.at("hosts")["etcd-2"] = etcdHost(2, "c1", 1, 2)
			o.at("hosts", "etcd-3", "etcd")["member"] = nil
		}, "etcd-3 holds etcd data in /var/lib/etcd"},
		"nobody answers, and one is empty": {func(o object) {
			for _, n := range []string{"etcd-1", "etcd-2"} {
				o.at("hosts", n, "etcd")["member"] = nil
			}
			o.at("hosts")["etcd-3"] = emptyHost()
		}, "etcd-1, etcd-2 hold data, etcd-3 has none"},
		"all data is gone": {func(o object) {
			for _, n := range []string{"etcd-1", "etcd-2", "etcd-3"} {
				o.at("hosts")[n] = emptyHost()
			}
		}, "none of etcd's hosts holds any data"},
		"growth beside a member that is away": {func(o object) {
			o.at("hosts")["etcd-1"] = etcdHost(1, "c1", 1, 2)
			delete(o.at("hosts"), "etcd-2")
			o.at("hosts")["etcd-3"] = emptyHost()
		}, "etcd-3 is to become a member of etcd, and etcd-2 does not answer"},
		"a member of nobody": {func(o object) {
			for n := 1; n <= 3; n++ {
				o.at("hosts")[fmt.Sprint("etcd-", n)] = etcdHost(n, "c1", 1, 2, 3, 9)
			}
		}, "a member that the topology lacks: etcd-9, https://10.0.0.29:2380"},
		"another data directory of stacked etcd": {func(o object) {
			o.at("plan")["data_dir"], o.at("plan")["placement"] = "/data/etcd", "stacked"
			o.at("hosts", "cp-1", "kubernetes")["etcd_servers"] = []string{"https://127.0.0.1:2379"}
		}, "keeps its data in /var/lib/etcd, the topology says /data/etcd"},
		"another endpoint": {func(o object) {
			o.at("plan", "cluster_configuration")["controlPlaneEndpoint"] = "k8s.example.com:6443"
		}, "controlPlaneEndpoint: the cluster has api.example.com:6443, the topology k8s.example.com:6443"},
		"a wider range of pods": {func(o object) {
			o.at("plan", "cluster_configuration", "networking")["podSubnet"] = "10.244.0.0/15"
			o.at("plan", "flannel")["Network"] = "10.244.0.0/15"
		}, "networking.podSubnet: the cluster has 10.244.0.0/16, the topology 10.244.0.0/15. reconfigure.yml applies"},
		"a Service range of the second family": {func(o object) {
			o.at("cluster", "cluster_configuration", "networking")["serviceSubnet"] = "10.96.0.0/16"
			o.at("plan", "cluster_configuration", "networking")["serviceSubnet"] = "10.96.0.0/16,fd00:96::/112"
		}, "networking.serviceSubnet: the cluster has 10.96.0.0/16, the topology 10.96.0.0/16,fd00:96::/112. reconfigure.yml applies"},
		"another Service range": {func(o object) {
			o.at("cluster", "cluster_configuration", "networking")["serviceSubnet"] = "10.96.0.0/16"
			o.at("plan", "cluster_configuration", "networking")["serviceSubnet"] = "10.96.0.0/160,fd00:96::/112"
		}, "The cluster was built with the Services' range"},
		"another MTU of flannel": {func(o object) {
			o.at("plan", "flannel", "Backend")["MTU"] = 1400
		}, "flannel Backend.MTU: the cluster has nothing, the topology 1400"},
		"a minor of the runtime": {func(o object) {
			o.at("plan")["redrain"], o.at("plan")["runtime"] = []string{"worker-1"}, "containerd 2.4.2"
		}, "the container runtime of worker-1 has another minor than containerd 2.4.2: each node is drained for it"},
		"another runtime": {func(o object) {
			o.at("plan")["rekind"], o.at("plan")["runtime"] = []string{"worker-1"}, "cri-o 1.37.0"
		}, "the containers of worker-1 run in another container runtime than cri-o 1.37.0"},
		"other profiles of the scheduler": {func(o object) {
			o.at("plan")["reschedule"] = []string{"cp-1"}
		}, "the scheduler of cp-1 runs with profiles that differ"},
		"a newer Kubernetes": {func(o object) {
			o.at("plan")["version"] = "1.38.0"
		}, "The API servers run 1.37.2, and the topology says 1.38.0"},
		"a node of another version": {func(o object) {
			o.at("cluster", "nodes", "worker-1")["version"] = "1.36.1"
		}, "worker-1 runs Kubernetes 1.36.1, and the topology says 1.37.2"},
		"another pod range": {func(o object) {
			o.at("plan", "cluster_configuration", "networking")["podSubnet"] = "10.200.0.0/16"
		}, "network.pod_subnets) = 10.244.0.0/16, and the topology says 10.200.0.0/16"},
		"a newer flannel": {func(o object) {
			o.at("cluster")["flannel_images"] = []string{"ghcr.io/flannel-io/flannel:v0.27.0"}
			o.at("plan")["flannel_images"] = []string{"ghcr.io/flannel-io/flannel:v0.28.1"}
		}, "flannel runs from ghcr.io/flannel-io/flannel:v0.27.0, the topology says ghcr.io/flannel-io/flannel:v0.28.1"},
		"a newer Calico": {onCalico(func(o object) {
			o.at("plan", "calico")["version"] = "v3.33.0"
		}), "Calico: the cluster runs v3.32.1, the topology says v3.33.0. reconfigure.yml applies"},
		"another MTU of Calico": {onCalico(func(o object) {
			o.at("plan", "calico", "spec", "calicoNetwork")["mtu"] = 1400
		}), "Calico calicoNetwork.mtu: the cluster has nothing, the topology 1400"},
		"Calico that is to encrypt": {onCalico(func(o object) {
			o.at("plan", "calico")["encrypted"] = true
		}), "Calico does not encrypt the traffic between nodes, and the topology asks for it"},
		"an older Calico": {onCalico(func(o object) {
			o.at("plan", "calico")["version"] = "v3.31.4"
		}), "no playbook changes on a running cluster: Calico v3.31.4, where v3.32.1 runs"},
		"Calico over another encapsulation": {onCalico(func(o object) {
			o.at("plan", "calico", "spec", "calicoNetwork")["ipPools"] = []object{{"cidr": "10.244.0.0/16", "encapsulation": "IPIP"}}
		}), `where [{"cidr": "10.244.0.0/16", "encapsulation": "VXLAN"}] are in use (RUNBOOK.md, "Change the pod network")`},
		"Calico that is to speak BGP": {onCalico(func(o object) {
			o.at("plan", "calico", "spec", "calicoNetwork")["bgp"] = "Enabled"
		}), "Calico calicoNetwork.bgp Enabled, where the cluster has Disabled"},
		"another encapsulation": {func(o object) {
			o.at("plan", "flannel")["Backend"] = object{"Type": "host-gw"}
		}, "flannel runs with Backend.Type = vxlan, and the topology says host-gw"},
		"another flag": {func(o object) {
			o.at("plan", "cluster_configuration", "apiServer")["extraArgs"] = []object{{"name": "profiling", "value": "true"}}
		}, "apiServer.extraArgs.profiling: the cluster has false, the topology true"},
		"another name in certificates": {func(o object) {
			o.at("plan", "cluster_configuration", "apiServer")["certSANs"] = []string{"10.0.0.31", "cp-1", "k8s.example.net"}
		}, "apiServer.certSANs: k8s.example.net"},
		"more pods on a node": {func(o object) {
			o.at("plan", "kubelet_configuration")["maxPods"] = 200
		}, "kubelet maxPods: the cluster has 110, the topology 200"},
		"another mode of kube-proxy": {func(o object) {
			o.at("plan", "kube_proxy")["mode"] = "iptables"
		}, "kube-proxy mode: the cluster has nftables, the topology iptables"},
		"kube-proxy with settings from before": {func(o object) {
			o.at("cluster")["proxies_behind"] = []string{"gone-1", "worker-1"}
		}, "kube-proxy on worker-1 is older than its configuration"},
		"encryption without a key": {func(o object) {
			o.at("plan", "cluster_configuration", "apiServer")["extraArgs"] = []object{
				{"name": "profiling", "value": "false"},
				{"name": "encryption-provider-config", "value": "/etc/kubernetes/pki/encryption.yaml"},
			}
		}, "asks for encryption at rest, and cp-1 has no key for it"},
		"encryption that the topology forgot": {func(o object) {
			o.at("hosts", "cp-1", "kubernetes")["encrypts"] = "/etc/kubernetes/pki/encryption.yaml"
			o.at("hosts", "cp-1", "kubernetes")["encryption"] = "secretbox"
			o.at("hosts", "cp-1", "kubernetes")["keys"] = object{"secrets": []string{"secretbox:key1", "identity"}}
		}, "the API server of cp-1 encrypts what it stores, and the topology has no block encryption_at_rest"},
		"another rack": {func(o object) {
			o.at("plan", "objects")["worker-1"] = `{"labels": {"topology.kubernetes.io/zone": "rack-b"}}`
		}, "worker-1 has topology.kubernetes.io/zone = rack-a, the topology rack-b"},
		"a taint that ends pods": {func(o object) {
			o.at("plan", "objects")["worker-1"] = `{"taints": [{"key": "gpu", "effect": "NoExecute"}]}`
		}, "worker-1 lacks the taint gpu:NoExecute"},
		"another value of a taint that ends pods": {func(o object) {
			o.at("cluster", "nodes", "worker-1")["taints"] = [][]string{{"gpu", "NoExecute", "a"}}
			o.at("plan", "objects")["worker-1"] = `{"taints": [{"key": "gpu", "value": "b", "effect": "NoExecute"}]}`
		}, "worker-1 lacks the taint gpu=b:NoExecute"},
		"another minor of external etcd": {func(o object) {
			o.at("plan")["etcd_version"] = "3.7.3"
			for _, n := range []string{"etcd-1", "etcd-2", "etcd-3"} {
				o.at("hosts", n, "etcd", "member")["version"] = "3.6.8"
			}
		}, "etcd runs 3.6.8, and the topology says 3.7.3. This playbook does not change etcd's minor version"},
		"another port of flannel": {func(o object) {
			o.at("plan", "flannel", "Backend")["Port"] = 4789
		}, "flannel runs with Backend.Port = nothing, and the topology says 4789"},
		"an upgrade with another container runtime": {func(o object) {
			o["upgrades"] = true
			for _, n := range []string{"etcd-1", "etcd-2", "etcd-3"} {
				o.at("hosts", n, "etcd", "member")["version"] = "3.7.3"
			}
			o.at("plan")["rekind"], o.at("plan")["runtime"] = []string{"worker-1"}, "cri-o 1.37.0"
			for _, n := range []string{"cp-1", "worker-1"} {
				o.at("cluster", "nodes", n)["ready"], o.at("cluster", "nodes", n)["unschedulable"] = true, false
			}
		}, "The containers of worker-1 run in another container runtime than cri-o 1.37.0"},
		"another address of a node": {func(o object) {
			o.at("plan", "nodes")["worker-1"] = "10.0.0.99"
		}, "Node worker-1 has the address 10.0.0.41, and the topology says 10.0.0.99"},
		"another cluster": {func(o object) {
			o.at("cluster", "noted")["cluster"] = "test"
		}, "This is the cluster test, and the topology describes prod"},
		"no note": {func(o object) {
			o.at("cluster")["noted"] = nil
		}, "-e adopt=true"},
		"a silent API": {func(o object) {
			o["cluster"] = object{"silent": "https://10.0.0.31:6443: refused"}
		}, "The cluster's API does not answer: https://10.0.0.31:6443: refused"},
	} {
		given := world()
		c.edit(given)
		if v := judge(t, given); !strings.Contains(strings.Join(v.Problems, "\n"), c.says) {
			t.Errorf("%s: %q should say %q", name, v.Problems, c.says)
		}
	}
}

// Edits that are allowed.
func TestJudgeAllows(t *testing.T) {
	grown := func(o object) {
		o.at("hosts")["etcd-1"] = etcdHost(1, "c1", 1)
		o.at("hosts")["etcd-2"], o.at("hosts")["etcd-3"] = emptyHost(), emptyHost()
		o.at("hosts", "cp-1", "kubernetes")["etcd_servers"] = []string{"https://10.0.0.21:2379"}
		o.at("cluster", "cluster_configuration", "etcd", "external")["endpoints"] = []string{"https://10.0.0.21:2379"}
	}
	for name, c := range map[string]struct {
		edit      func(object)
		state     string
		joining   []string
		endpoints []string
	}{
		"nothing":           {func(object) {}, "run", nil, nil},
		"nothing of Calico": {onCalico(func(object) {}), "run", nil, nil},
		"a first run that was interrupted before Calico encrypted": {onCalico(func(o object) {
			o.at("plan", "calico")["encrypted"] = true
			o.at("cluster", "noted")["state"] = "building"
		}), "run", nil, nil},
		"the first run": {func(o object) {
			o["hosts"] = object{"cp-1": emptyHost(), "etcd-1": emptyHost(), "etcd-2": emptyHost(), "etcd-3": emptyHost()}
			o["cluster"] = nil
		}, "begin", nil, nil},
		"a first run that was interrupted": {func(o object) {
			begun := emptyHost()
			begun.at("etcd")["data"], begun.at("etcd")["beginning"] = true, true
			o["hosts"] = object{"cp-1": emptyHost(), "etcd-1": begun, "etcd-2": emptyHost(), "etcd-3": emptyHost()}
			o["cluster"] = nil
		}, "begin", nil, nil},
		"one member becomes three": {grown, "run", []string{"etcd-2", "etcd-3"}, []string{"cp-1"}},
		"and one of them is not asked": {func(o object) {
			grown(o)
			delete(o.at("hosts"), "etcd-3")
		}, "run", []string{"etcd-2"}, []string{"cp-1"}},
		"a growth that was interrupted": {func(o object) {
			grown(o)
			learner := etcdMember(2)
			learner["learner"] = true
			o.at("hosts", "etcd-1", "etcd", "member")["members"] = []object{etcdMember(1), learner}
			o.at("hosts", "etcd-2", "etcd")["data"], o.at("hosts", "etcd-2", "etcd")["entering"] = true, true
		}, "run", []string{"etcd-2", "etcd-3"}, []string{"cp-1"}},
		"one of three is away": {func(o object) {
			delete(o.at("hosts"), "etcd-2")
		}, "run", nil, nil},
		"another data directory of external etcd, which its turn takes along": {func(o object) {
			o.at("plan")["data_dir"] = "/data/etcd"
		}, "run", nil, nil},
		"power was away": {func(o object) {
			for n := 1; n <= 3; n++ {
				o.at("hosts", fmt.Sprint("etcd-", n), "etcd")["member"] = nil
			}
		}, "run", nil, nil},
		"a control plane that leaves with its certificate and its kube-vip": {func(o object) {
			o.at("plan")["leaving"] = object{"cp-2": "10.0.0.32"}
			o.at("plan")["balancer"] = object{"kind": "kube-vip", "address": "10.0.0.10", "kube_vip": "new", "name": "api.example.com"}
			balancer := func(manifest string) object {
				return object{"ports": []string{}, "addresses": []string{}, "router": "", "kube_vip": "10.0.0.10", "kube_vip_next": "",
					"kube_vip_bgp": false, "manifest": manifest}
			}
			o.at("plan", "cluster_configuration", "apiServer")["certSANs"] = []string{"10.0.0.31", "cp-1", "new.example.com"}
			o.at("cluster", "cluster_configuration", "apiServer")["certSANs"] = []string{"10.0.0.31", "cp-1", "new.example.com"}
			o.at("hosts", "cp-1", "kubernetes")["sans"] = []string{"10.0.0.31", "cp-1", "new.example.com"}
			o.at("hosts", "cp-1")["balancer"] = balancer("new")
			o.at("hosts")["cp-2"] = object{
				"etcd":     object{"data_dir": "", "data": false, "beginning": false, "entering": false, "member": nil},
				"balancer": balancer("old"),
				"kubernetes": object{"serving": true, "encryption": "", "encrypts": "", "sans": []string{"10.0.0.32", "cp-2"},
					"etcd_servers": []string{"https://10.0.0.21:2379", "https://10.0.0.22:2379", "https://10.0.0.23:2379"}},
			}
			for _, host := range []string{"cp-1", "cp-2"} {
				off := object{"running": false, "enabled": false}
				o.at("hosts", host)["services"] = object{"haproxy": off, "keepalived": off}
			}
		}, "run", nil, nil},
		"a member that leaves": {func(o object) {
			o.at("plan")["leaving"] = object{"etcd-9": "10.0.0.29"}
			for n := 1; n <= 3; n++ {
				o.at("hosts")[fmt.Sprint("etcd-", n)] = etcdHost(n, "c1", 1, 2, 3, 9)
			}
		}, "run", nil, nil},
		"a control plane that becomes a worker, with its member": {func(o object) {
			o.at("plan")["without"] = "worker-1"
			for n := 1; n <= 3; n++ {
				host := etcdHost(n, "c1", 1, 2, 3)
				member := etcdMember(9)
				member["name"] = "worker-1"
				list := host.at("etcd", "member")
				list["members"] = append(list["members"].([]object), member)
				o.at("hosts")[fmt.Sprint("etcd-", n)] = host
			}
		}, "run", nil, nil},
		"how long authorities last, which those that are there do not": {func(o object) {
			o.at("plan", "cluster_configuration")["caCertificateValidityPeriod"] = "43800h0m0s"
		}, "run", nil, nil},
		"a patch of external etcd": {func(o object) {
			o.at("plan")["etcd_version"] = "3.7.3"
			for n := 1; n <= 3; n++ {
				o.at("hosts", fmt.Sprint("etcd-", n), "etcd", "member")["version"] = "3.7.1"
			}
		}, "run", nil, nil},
		"what kubeadm says where nothing was said": {func(o object) {
			o.at("cluster", "cluster_configuration")["certificatesDir"] = "/etc/kubernetes/pki"
			o.at("cluster", "cluster_configuration")["imageRepository"] = "registry.k8s.io"
			o.at("cluster", "cluster_configuration")["scheduler"] = object{}
			o.at("cluster", "cluster_configuration", "etcd", "external")["httpEndpoints"] = []string{"https://10.0.0.21:2379"}
		}, "run", nil, nil},
	} {
		given := world()
		c.edit(given)
		v := judge(t, given)
		if len(v.Problems) > 0 || v.Etcd.State != c.state || !slices.Equal(v.Etcd.Joining, c.joining) ||
			!slices.Equal(v.Endpoints, c.endpoints) {
			t.Errorf("%s: %+v", name, v)
		}
		if grows := len(c.endpoints) > 0; grows != (v.Configuration != nil) {
			t.Errorf("%s: kubeadm's record becomes %v", name, v.Configuration)
		}
	}
	// Settings may be deferred on request; hosts join all the same.
	given := world()
	given.at("plan", "cluster_configuration", "apiServer")["extraArgs"] = []object{}
	given["later"] = true
	if v := judge(t, given); len(v.Problems) > 0 || len(v.Pending) != 1 {
		t.Errorf("%+v", v)
	}
}

// A kubelet configuration field that the previous plan set and this one does not is removed. Fields set by others stay.
func TestJudgeTakesFieldsOut(t *testing.T) {
	o := world()
	o["later"] = true
	o.at("cluster")["brought"] = object{"kubelet": [][]string{{"evictionHard", "memory.available"}, {"readOnlyPort"}, {"maxPods"},
		{"kubeReserved", "cpu"}}}
	o.at("cluster", "kubelet_configuration")["kubeReserved"] = object{"cpu": "500m"}
	o.at("cluster", "kubelet_configuration")["evictionHard"] = object{"memory.available": "5%", "nodefs.available": "10%"}
	o.at("plan", "kubelet_configuration")["logging"] = object{"verbosity": 2}
	v := judge(t, o)
	want := `{"evictionHard":{"nodefs.available":"10%"},"failSwapOn":true,"kind":"KubeletConfiguration",` +
		`"logging":{"verbosity":2},"maxPods":110}`
	if got, _ := json.Marshal(v.Target); string(got) != want || !v.Kubelet {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !slices.Contains(v.Pending, "kubelet evictionHard.memory.available: the cluster has 5%, the topology nothing") {
		t.Errorf("pending is %q", v.Pending)
	}
}
