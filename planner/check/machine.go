package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const preflight = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/preflight/checks.go"

// onHosts reports whether kubeadm runs on the machines that the plan defines.
func onHosts(p *plan.Plan) bool { return p.Target.Facts.Hosting == plan.Hosts }

var machineRules = []Rule{
	{rule.Rule{
		ID: "control-plane-cpus", Severity: rule.Error, Title: "Control plane with one processor",
		Doc: "kubeadm's preflight checks reject a control plane with fewer than two processors: with one, its components starve each " +
			"other.",
		Fix:     "Write `cpus = 2` or more.",
		Sources: []string{preflight, beforeYouBegin},
	}, controlPlaneCpus},
	{rule.Rule{
		ID: "control-plane-memory", Severity: rule.Error, Title: "Control plane with too little memory",
		Doc: "kubeadm's preflight checks reject a control plane with less than 1700 MB: the API server, etcd, and the controllers " +
			"do not fit.",
		Fix:     "Write `memory = \"2Gi\"` or more.",
		Sources: []string{preflight, beforeYouBegin},
	}, controlPlaneMemory},
	{rule.Rule{
		ID: "machine-worker-memory", Severity: rule.Warning, Title: "Worker with very little memory",
		Doc: "The kubelet, the runtime, kube-proxy, and the pod network use most of a gigabyte before the first pod starts. Upstream " +
			"recommends 2 GB per machine.",
		Fix:     "Write `memory = \"2Gi\"` or more.",
		Sources: []string{beforeYouBegin},
	}, machineWorkerMemory},
	{rule.Rule{
		ID: "machine-disk", Severity: rule.Warning, Title: "Very small disk",
		Doc: "Images, logs, and pods share the disk, and the kubelet evicts pods when less than 10% (15% for images) is free. With a " +
			"few gigabytes, that is immediately.",
		Fix:     "Write `disk = \"20Gi\"` or more.",
		Sources: []string{"https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#hard-eviction-thresholds"},
	}, machineDisk},
	{rule.Rule{
		ID: "machine-cgroup-driver", Severity: rule.Warning, Title: "cgroupfs under systemd",
		Doc: "systemd manages the cgroups of the hosts. If the kubelet and the runtime also write to that tree, nodes become unstable " +
			"under memory pressure.",
		Fix:     "Leave `cgroup_driver` out: it is systemd, for both the kubelet and the runtime.",
		Sources: []string{"https://kubernetes.io/docs/setup/production-environment/container-runtimes/#cgroup-drivers"},
	}, machineCgroupDriver},
	{rule.Rule{
		ID: "ssh-public-key", Severity: rule.Error, Title: "Public key in place of the private one",
		Doc: "`private_key_file` must be the private key. ssh ignores a public key there, and asks for a password, which Ansible cannot " +
			"enter.",
		Fix:     "Leave off `.pub`.",
		Sources: []string{"https://man.openbsd.org/ssh_config#IdentityFile"},
	}, sshPublicKey},
	{rule.Rule{
		ID: "ssh-port-clash", Severity: rule.Error, Title: "sshd on a port of the cluster",
		Doc: "A component of the cluster needs sshd's port on the same hosts. It cannot start, or sshd cannot start after a reboot and " +
			"you are locked out.",
		Fix:     "Write sshd's real port, or change one of the two ports.",
		Sources: []string{portsReference},
	}, sshPortClash},
	{rule.Rule{
		ID: "ssh-jump-through-cluster", Severity: rule.Warning, Title: "Jump host inside the cluster",
		Doc:     "The playbook itself configures, restarts, and resets the jump host. When it is down, the other hosts are unreachable.",
		Fix:     "Use a bastion outside the cluster.",
		Sources: []string{"https://man.openbsd.org/ssh_config#ProxyJump"},
	}, sshJumpThroughCluster},
	{rule.Rule{
		ID: "machine-kubelet-reservation", Severity: rule.Error, Title: "Kubelet reservation larger than the machine",
		Doc: "Reservations for the system reduce what pods may use. If nothing is left, the kubelet exits, because allocatable would be " +
			"negative.",
		Fix:     "Reserve less, or use larger machines.",
		Sources: []string{"https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/"},
	}, machineKubeletReservation},
}

func controlPlaneCpus(p *plan.Plan) []Finding {
	if !onHosts(p) {
		return nil
	}
	return each(p.ControlPlanes(), func(n *plan.Node) bool { return n.CPUs == 1 },
		func(n *plan.Node) hcl.Range { return n.Attr("cpus") }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s has 1 processor, and kubeadm rejects a control plane with fewer than 2. Write cpus = "+
				"2.", whose(all))
		})
}

func controlPlaneMemory(p *plan.Plan) []Finding {
	if !onHosts(p) {
		return nil
	}
	return each(p.ControlPlanes(), func(n *plan.Node) bool { return n.MemoryBytes > 0 && n.MemoryBytes < 1700<<20 },
		func(n *plan.Node) hcl.Range { return n.Attr("memory") }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s has %s, and kubeadm rejects a control plane with less than 1700 MB. Write memory = \"2Gi\".",
				whose(all),
				gibibytes(n.MemoryBytes))
		})
}

func machineWorkerMemory(p *plan.Plan) []Finding {
	if !onHosts(p) {
		return nil
	}
	return each(p.Workers(), func(n *plan.Node) bool {
		return n.MemoryBytes > 0 && n.MemoryBytes < 2e9 && !n.Roles.Has(plan.ControlPlane)
	}, func(n *plan.Node) hcl.Range { return n.Attr("memory") }, func(n *plan.Node, all []*plan.Node) string {
		if n.MemoryBytes < 1<<30 {
			return fmt.Sprintf("%s has %s, which the kubelet, the runtime, and the pod network need for themselves. Write memory = "+
				"\"2Gi\".", whose(all), gibibytes(n.MemoryBytes))
		}
		return fmt.Sprintf("%s has %s. Upstream recommends 2 GB per machine, because the kubelet, the runtime, and the pod network "+
			"use most of the first GB. Write memory = \"2Gi\".", whose(all), gibibytes(n.MemoryBytes))
	})
}

func machineDisk(p *plan.Plan) []Finding {
	return each(p.KubeletNodes(), func(n *plan.Node) bool {
		return n.DiskBytes > 0 && n.DiskBytes < 10e9 && !n.Roles.Has(plan.EtcdRole)
	}, func(n *plan.Node) hcl.Range { return n.Attr("disk") }, func(n *plan.Node, all []*plan.Node) string {
		return fmt.Sprintf("%s has a disk of %s: the kubelet evicts pods as soon as it holds a few images. Write disk = \"20Gi\".",
			whose(all), gibibytes(n.DiskBytes))
	})
}

func machineCgroupDriver(p *plan.Plan) []Finding {
	if k := p.Cluster.Kubelet; k.Has("cgroup_driver") && k.CgroupDriver == "cgroupfs" {
		return one(k.Attr("cgroup_driver"), "The hosts run systemd, and cgroupfs adds a second manager of the same tree. Leave "+
			"cgroup_driver out.")
	}
	return nil
}

func sshPublicKey(p *plan.Plan) []Finding {
	if f := p.SSH.PrivateKeyFile; strings.HasSuffix(f, ".pub") {
		return one(p.SSH.Attr("private_key_file"), "%q is the public half. Write %q.", f, strings.TrimSuffix(f, ".pub"))
	}
	return nil
}

func sshPortClash(p *plan.Plan) []Finding {
	if !p.SSH.Has("port") {
		return nil
	}
	return portClash(p, "sshd", "sshd")
}

func sshJumpThroughCluster(p *plan.Plan) []Finding {
	host := p.SSH.JumpHost
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.Count(host, ":") == 1 {
		host = host[:i]
	}
	n := hostCalled(p, strings.Trim(host, "[]"))
	if host == "" || n == nil {
		return nil
	}
	return one(p.SSH.Attr("jump_host"), "%s is %s (%s) of this cluster: when it is down, the other %d hosts are unreachable. Use a "+
		"bastion outside the cluster.", host, n.Name, line(n.NameRange), len(p.Nodes)-1)
}

func machineKubeletReservation(p *plan.Plan) []Finding {
	var findings []Finding
	for _, group := range blocks(p.KubeletNodes()) {
		n := group[0]
		total := int64(0)
		for _, args := range [][]plan.Arg{p.Cluster.Kubelet.ExtraArgs, n.KubeletExtraArgs} {
			for _, a := range args {
				if slices.Contains([]string{"system-reserved", "kube-reserved"}, a.Name) {
					total += reservedMemory(a.Value)
				}
			}
		}
		if n.MemoryBytes > 0 && total >= n.MemoryBytes {
			findings = append(findings,
				one(n.Attr("memory"), "%s has %s, and %s of it are reserved for the system: nothing is left for pods, "+
					"and the kubelet exits. Reserve less.", whose(group), gibibytes(n.MemoryBytes), gibibytes(total))...)
		}
	}
	return findings
}

// reservedMemory parses the memory in a kubelet's list of reservations, such as "cpu=500m,memory=1Gi", in bytes; 0 if there is none.
func reservedMemory(list string) int64 {
	for item := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		if name != "memory" {
			continue
		}
		for _, unit := range []struct {
			suffix string
			bytes  int64
		}{{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"", 1}} {
			if number, ok := strings.CutSuffix(value, unit.suffix); ok {
				var n int64
				if _, err := fmt.Sscanf(number, "%d", &n); err != nil || n < 0 || n > 1<<20*max(1, 1<<30/unit.bytes) {
					return 0
				}
				return n * unit.bytes
			}
		}
	}
	return 0
}
