package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/k8splan/k8splan/e2e/lab"
)

const (
	ofSmall        = "node_pool \"worker\" {\n  roles         = [\"worker\"]\n  count         = "
	beforeWorkers  = "\nnode_pool \"worker\""
	inFront        = "\nload_balancer \"haproxy\" {}\n\nnode \"lb-1\" {\n  roles   = [\"load-balancer\"]\n  address = \"10.77.0.11\"\n}\n"
	smallMask      = "network {\n  node_cidr_mask_size = 25"
	ownServers     = "\ntime {\n  servers = [\"10.77.0.1\"]\n}\n"
	ofSmallCluster = "type = \"single-etcd-single-master\""
	ownProcessors  = "\n  kubelet {\n    config = { cpuManagerPolicy = \"static\", kubeReserved = { cpu = \"500m\" } }\n  }"
	packing        = "\nscheduler \"packing\" {\n  enable_plugins = [\"ImageLocality\"]\n}\n"
)

// networkSteps change how Services reach pods, which addresses new nodes give them, and how clients reach the only control plane.
var networkSteps = []step{
	{what: "nftables in the place of iptables", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
		pairs: []string{`mode = "iptables"`, `mode = "nftables"`}, also: on(rulesOf, "nftables yes, iptables no")},
	{what: "iptables in the place of nftables, strict ARP", playbook: "reconfigure.yml", trouble: &trouble{host: "worker-2"},
		pairs: []string{`mode = "nftables"`, "mode       = \"iptables\"\n    strict_arp = true"},
		also:  on(rulesOf, "nftables no, iptables yes")},
	{what: "smaller ranges of pods for new nodes", playbook: "reconfigure.yml",
		pairs: []string{"network {", smallMask}},
	{what: "a worker with a smaller range, time servers, a second scheduler", playbook: "site.yml", calm: true,
		trouble: &trouble{interrupt: true},
		pairs:   []string{ofSmall + "2", ofSmall + "3", "\nssh {", ownServers + packing + "\nssh {"}, also: rangeOf("worker-3", "/25")},
	{what: "a time server more, another plugin of the second scheduler", playbook: "site.yml", calm: true,
		pairs: []string{`servers = ["10.77.0.1"]`, `servers = ["10.77.0.1", "10.77.0.2"]`, "ImageLocality", "NodeAffinity"},
		also:  on("cat /etc/chrony/k8splan.conf", "server 10.77.0.2")},
	{what: "ranges of pods as before", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
		pairs: []string{smallMask, "network {"}},
	{what: "another repository of images", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
		pairs: []string{`image_repository = "` + lab.Registry, `image_repository = "` + lab.Copy}, also: allFrom(lab.Copy)},
	{what: "processors for pods of their own", playbook: "reconfigure.yml", args: []string{"-e", force},
		trouble: &trouble{interrupt: true}, pairs: []string{ofSmallCluster, ofSmallCluster + ownProcessors},
		also: on("cat /var/lib/kubelet/cpu_manager_state", `"policyName":"static"`)},
	{what: "no processors for pods of their own", playbook: "reconfigure.yml", args: []string{"-e", force},
		pairs: []string{ofSmallCluster + ownProcessors, ofSmallCluster},
		also:  on("cat /var/lib/kubelet/cpu_manager_state", `"policyName":"none"`)},
	{what: "a balancer in front of the control plane", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
		pairs: []string{beforeWorkers, inFront + beforeWorkers}, also: dialsOnly("10.77.0.11:6443", "")},
	{what: "no balancer in front of the control plane", playbook: "reconfigure.yml",
		pairs: []string{inFront + beforeWorkers, beforeWorkers}, also: dialsOnly("10.77.0.31:6443", "")},
}

// rulesOf prints which kube-proxy's rules a host has.
const rulesOf = `nft list tables | grep -q kube-proxy && n=yes || n=no; iptables-save | grep -q KUBE-SVC- && i=yes || i=no; ` +
	`echo "nftables $n, iptables $i"`

// walkNetwork makes the edits of networkSteps, and removes what only one of them was for.
func walkNetwork(ctx context.Context, c *changing) error {
	if err := walkSteps(ctx, c, networkSteps...); err != nil {
		return err
	}
	if err := c.leaves(ctx, "lb-1"); err != nil {
		return err
	}
	return c.leaves(ctx, "worker-3", ofSmall+"3", ofSmall+"2") // its range is not that of a fresh cluster
}

// allFrom checks that the cluster's own containers come from a repository.
func allFrom(repository string) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		out, err := c.kube(ctx, "-n", "kube-system", "get", "pods", "-l", "k8s-app in (kube-dns, kube-proxy)",
			"-o", `jsonpath={range .items[*]}{.spec.containers[*].image}{"\n"}{end}`)
		if err != nil || strings.Count(out, repository+"/") < 2+len(c.groups["kubelet"]) {
			return fmt.Errorf("not all images are from %s: %s: %w", repository, out, err)
		}
		return nil
	}
}

// rangeOf checks the size of a node's range of pods.
func rangeOf(node, size string) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		out, err := c.kube(ctx, "get", "node", node, "-o", "jsonpath={.spec.podCIDR}")
		if err != nil || !strings.HasSuffix(out, size) {
			return fmt.Errorf("%s has the range %q, and not a %s: %w", node, out, size, err)
		}
		return nil
	}
}
