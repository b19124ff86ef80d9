package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// step is an edit of a chain: pairs of old and new text, and the playbook that carries it out.
type step struct {
	what     string
	pairs    []string
	playbook string
	args     []string
	calm     bool // no pod and no service notices it
	trouble  *trouble
	also     func(context.Context, *changing) error
}

// walkSteps carries out edits one at a time.
func walkSteps(ctx context.Context, c *changing, steps ...step) error {
	for _, s := range steps {
		if err := c.edit(ctx, s.pairs...); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
		c.next = s.trouble
		carry := c.carriedOut
		if s.calm {
			carry = c.calmly
		}
		if err := carry(ctx, s.what, s.playbook, s.args...); err != nil {
			return err
		}
		if s.also == nil {
			continue
		}
		if err := s.also(ctx, c); err != nil {
			return fmt.Errorf("after %s: %w", s.what, err)
		}
	}
	return nil
}

// on checks the output of a command on the first host.
func on(command, want string) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		out, err := c.nodes[0].Exec(ctx, "sh", "-c", command)
		if err != nil || !strings.Contains(out, want) {
			return fmt.Errorf("%s says %q, and not %q: %w", command, out, want, err)
		}
		return nil
	}
}

const (
	beforeRuntime = "container_runtime \"containerd\" {"
	ofCluster     = "type = \"all-in-one\""
	olderVersion  = "\n  version = \"" + lab.OlderContainerd + "\""
	patched       = "grep -h containerLogMaxFiles: /var/lib/kubelet/config.yaml; grep -h example.com/patched: /etc/kubernetes/manifests/*"
	schedulerArgs = `tr '\0' ' ' </proc/$(pidof kube-scheduler)/cmdline; cat /etc/kubernetes/scheduler-config.yaml`
)

// olderRuntime returns an all-in-one cluster with the lab's older containerd.
func olderRuntime(source string) string {
	return strings.Replace(plain(source), beforeRuntime, "network {\n  mtu = 1500\n}\n\n"+beforeRuntime+olderVersion, 1)
}

// walkConfig changes settings of every kind that is applied in a special way.
func walkConfig(ctx context.Context, c *changing) error { return walkSteps(ctx, c, configSteps...) }

var configSteps = []step{
	{what: "kube-proxy's own settings", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
		pairs: []string{"network {", "network {\n  kube_proxy {\n    config = { configSyncPeriod = \"10m0s\" }\n  }"}},
	{what: "profiles of the scheduler, a gate, node ports", playbook: "reconfigure.yml",
		pairs: []string{ofCluster, ofCluster + "\n  feature_gates = { \"GracefulNodeShutdown\" = true }\n" +
			"  scheduler {\n    profile \"packing\" {\n      scoring_strategy = \"most-allocated\"\n    }\n  }",
			"network {", "network {\n  node_port_range = \"30000-31000\""},
		also: on(schedulerArgs, "packing")},
	{what: "a mirror of a registry", playbook: "site.yml", calm: true,
		pairs: []string{"\n}\n\nssh", "\n  registry \"registry.example.com\" {\n    mirrors    = [\"http://10.77.0.1:5000\"]\n" +
			"    plain_http = true\n  }\n}\n\nssh"},
		also: on("cat /etc/containerd/certs.d/registry.example.com/hosts.toml", "10.77.0.1:5000")},
	{what: "a proxy for the runtime", playbook: "site.yml",
		pairs: []string{"network {", "network {\n  http_proxy {\n    http     = \"http://10.77.0.1:3128\"\n" +
			"    no_proxy = [\"10.77.0.1\"]\n  }"},
		also: on("systemctl show containerd -p Environment", "10.77.0.1:3128")},
	{what: "patches of kubeadm", playbook: "reconfigure.yml",
		pairs: []string{ofCluster, ofCluster + "\n  kubeadm_patch \"kube-scheduler.yaml\" {\n    content = \"metadata:\\n  " +
			"annotations:\\n" +
			"    example.com/patched: first\\n\"\n  }\n  kubeadm_patch \"kubeletconfiguration+merge.yaml\" {\n" +
			"    content = \"containerLogMaxFiles: 7\\n\"\n  }"},
		also: on(patched, "containerLogMaxFiles: 7\n    example.com/patched: first")},
	{what: "patches of kubeadm that are gone", playbook: "reconfigure.yml",
		pairs: []string{"  kubeadm_patch \"kube-scheduler.yaml\" {\n    content = \"metadata:\\n  annotations:\\n" +
			"    example.com/patched: first\\n\"\n  }\n", "", "  kubeadm_patch \"kubeletconfiguration+merge.yaml\" {\n" +
			"    content = \"containerLogMaxFiles: 7\\n\"\n  }", ""},
		also: on(patched+"; ls -d /etc/kubernetes/patches 2>&1 || true", "No such file")},
	{what: "another profile of the scheduler", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
		pairs: []string{"profile \"packing\"", "profile \"dense\""}, also: on(schedulerArgs, "dense")},
	{what: "the endpoint becomes a name", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
		pairs: []string{ofCluster, ofCluster + "\n  control_plane_endpoint = \"api.lab.test:6443\""},
		also:  on("cat /etc/kubernetes/admin.conf", "https://api.lab.test:6443")},
	{what: "another MTU", playbook: "reconfigure.yml", args: []string{"-e", force},
		pairs: []string{"mtu = 1500", "mtu = 1400"}, also: on("cat /run/flannel/subnet.env", "FLANNEL_MTU=1350")},
	{what: "a wider range of pods", playbook: "reconfigure.yml", trouble: &trouble{host: "aio-1"},
		pairs: []string{"network {", "network {\n  pod_subnets = [\"10.244.0.0/15\"]"},
		also:  on("cat /run/flannel/subnet.env", "FLANNEL_NETWORK=10.244.0.0/15")},
}

const (
	ownAddon = `apiVersion: v1
kind: Namespace
metadata: {name: own}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Thing, plural: things, singular: thing}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: own, namespace: own}
data: {size: "%s"}
`
)

// addonBlock returns the addon's block of the topology: its manifest is on the machine that runs Ansible.
func (c *changing) addonBlock() string {
	return fmt.Sprintf("\naddon \"own\" {\n  manifest %q {}\n}\n", filepath.Join(c.dir, "own.yaml"))
}

// writeAddon writes the manifest of a user's addon, next to the topology.
func (c *changing) writeAddon(size string) error {
	return os.WriteFile(filepath.Join(c.dir, "own.yaml"), fmt.Appendf(nil, ownAddon, size), 0o644)
}

// walkLife makes changes of a cluster's lifetime: the runtime's minor, addons added and removed, new keys, auditing, another etcd
// directory.
func walkLife(ctx context.Context, c *changing) error {
	if err := walkSteps(ctx, c,
		step{what: "a minor of containerd up", playbook: "reconfigure.yml", args: []string{"-e", force}, trouble: &trouble{interrupt: true},
			pairs: []string{olderVersion, ""},
			also:  on("cat /var/lib/k8splan/artifacts.json", "v2.4")},
		step{what: "kubelets' certificates from the cluster", playbook: "reconfigure.yml",
			pairs: []string{ofCluster, ofCluster + "\n  kubelet {\n    server_tls_bootstrap = true\n  }"},
			also:  on("ls -l /var/lib/kubelet/pki", "kubelet-server-current.pem")},
		step{what: "an audit log", playbook: "reconfigure.yml", pairs: []string{ofCluster, ofCluster + "\n  audit {}"},
			also: on("ls -s /var/log/kubernetes/audit", "audit.log")},
	); err != nil {
		return err
	}
	if err := c.writeAddon("small"); err != nil {
		return err
	}
	if err := walkSteps(ctx, c, step{what: "an addon comes", playbook: "site.yml", calm: true,
		pairs: []string{"\nssh {", c.addonBlock() + "\nssh {"}}); err != nil {
		return err
	}
	if err := c.writeAddon("large"); err != nil {
		return err
	}
	if err := walkSteps(ctx, c, step{what: "an addon's manifest changes", playbook: "site.yml", calm: true}); err != nil {
		return err
	}
	if out, err := c.kube(ctx, "-n", "own", "get", "configmap", "own", "-o", "jsonpath={.data.size}"); err != nil || out != "large" {
		return fmt.Errorf("the addon's ConfigMap says %q: %w", out, err)
	}
	return walkSteps(ctx, c,
		step{what: "the addon goes", playbook: "reconfigure.yml", args: []string{"-e", "remove_addons=own"},
			pairs: []string{c.addonBlock() + "\nssh {", "\nssh {"}, also: func(ctx context.Context, c *changing) error {
				out, err := c.kube(ctx, "get", "namespace,crd", "-o", "name")
				if err != nil || strings.Contains(out, "own") || strings.Contains(out, "things") {
					return errors.Join(err, fmt.Errorf("of the addon is left: %s", out))
				}
				return nil
			}},
		step{what: "keys of another algorithm", playbook: "reconfigure.yml",
			pairs: []string{ofCluster, ofCluster + "\n  encryption_algorithm = \"ECDSA-P256\""}},
		step{what: "certificates with keys of it", playbook: "renew-certs.yml", args: []string{"-e", "days=400"},
			also: on("openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -text 2>/dev/null || "+
				"kubeadm certs check-expiration >/dev/null && head -1 /etc/kubernetes/pki/apiserver.key", "EC")},
		step{what: "etcd's data in another directory", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
			pairs: []string{beforeRuntime, "etcd {\n  data_dir = \"/var/lib/etcd-data\"\n}\n\n" + beforeRuntime},
			also:  on("ls /var/lib/etcd-data; ls /var/lib/etcd 2>/dev/null || echo gone", "member")},
	)
}

// walkRuntimes switches the nodes to each of the other container runtimes, and back to the first.
func walkRuntimes(ctx context.Context, c *changing) error {
	const kind = "container_runtime \"%s\" {"
	return walkSteps(ctx, c,
		step{what: "containerd becomes CRI-O", playbook: "reconfigure.yml", args: []string{"-e", force},
			trouble: &trouble{interrupt: true},
			pairs:   []string{fmt.Sprintf(kind, "containerd"), fmt.Sprintf(kind, "cri-o")}, also: runsIn("cri-o", "containerd")},
		step{what: "CRI-O becomes Docker Engine", playbook: "reconfigure.yml", args: []string{"-e", force},
			pairs: []string{fmt.Sprintf(kind, "cri-o"), fmt.Sprintf(kind, "docker")}, also: runsIn("docker", "crio")},
		step{what: "Docker Engine becomes containerd", playbook: "reconfigure.yml", args: []string{"-e", force},
			trouble: &trouble{host: "worker-2"},
			pairs:   []string{fmt.Sprintf(kind, "docker"), fmt.Sprintf(kind, "containerd")}, also: runsIn("containerd", "docker")},
	)
}

const (
	bothRanges = `service_subnets = ["10.96.0.0/16", "fd10:96::/112"]`
	oneRange   = `service_subnets = ["10.96.0.0/16"]`
	// bothAddresses is a Service that requests an address of each family.
	bothAddresses = `{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "both", "namespace": "default"},
		"spec": {"ipFamilyPolicy": "RequireDualStack", "selector": {"app": "web"}, "ports": [{"port": 80}]}}`
)

// oneServiceRange returns the dual-stack topology with IPv4 Services only.
func oneServiceRange(source string) string { return strings.Replace(source, bothRanges, oneRange, 1) }

// walkFamilies adds a second Service range, and gives a node another address of the second family.
func walkFamilies(ctx context.Context, c *changing) error {
	if err := walkSteps(ctx, c, step{what: "a Service range of the second family", playbook: "reconfigure.yml",
		pairs: []string{oneRange, bothRanges}, trouble: &trouble{interrupt: true}, also: func(ctx context.Context, c *changing) error {
			return eventually(ctx, 2*time.Minute, func() error { return c.hasBoth(ctx) })
		}}); err != nil {
		return err
	}
	const was, is = "fd77::31", "fd77::39"
	cp := c.node("cp-1")
	if _, err := cp.Exec(ctx, "ip", "address", "add", is+"/64", "dev", "eth0", "nodad"); err != nil {
		return err
	}
	if err := walkSteps(ctx, c, step{what: "another address of the second family", playbook: "reconfigure.yml",
		pairs: []string{was, is}, trouble: &trouble{interrupt: true}}); err != nil {
		return err
	}
	if _, err := cp.Exec(ctx, "ip", "address", "del", was+"/64", "dev", "eth0"); err != nil {
		return err
	}
	out, err := c.kube(ctx, "get", "node", "cp-1", "-o", `jsonpath={.status.addresses[?(@.type=="InternalIP")].address}`)
	if err != nil || !strings.Contains(out, is) || strings.Contains(out, was) {
		return fmt.Errorf("the node has the addresses %s: %w", out, err)
	}
	return nil
}

// hasBoth checks that the cluster allocates Service addresses of both families.
func (c *changing) hasBoth(ctx context.Context) error {
	out, err := c.kube(ctx, "get", "servicecidr", "kubernetes", "-o", "jsonpath={.spec.cidrs}")
	if err != nil || !strings.Contains(out, "10.96.0.0/16") || !strings.Contains(out, "fd10:96::/112") {
		return fmt.Errorf("the ServiceCIDR has %s: %w", out, err)
	}
	path := filepath.Join(c.dir, "both.json")
	if err := os.WriteFile(path, []byte(bothAddresses), 0o644); err != nil {
		return err
	}
	if _, err := c.kube(ctx, "apply", "-f", path); err != nil {
		return err
	}
	out, err = c.kube(ctx, "get", "service", "both", "-o", "jsonpath={.spec.clusterIPs}")
	if err != nil || !strings.Contains(out, "fd10:96::") {
		return fmt.Errorf("a Service got %s: %w", out, err)
	}
	return nil
}

// runsIn checks that every node's containers run in a runtime, and that the previous one's unit is gone.
func runsIn(runtime, gone string) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		out, err := c.kube(ctx, "get", "nodes", "-o", `jsonpath={range .items[*]}{.status.nodeInfo.containerRuntimeVersion}{"\n"}{end}`)
		if err != nil {
			return err
		}
		for line := range strings.Lines(out) {
			if !strings.HasPrefix(line, runtime+"://") {
				return fmt.Errorf("a node runs %s, and not %s", strings.TrimSpace(line), runtime)
			}
		}
		for _, n := range c.nodes {
			out, err := n.Exec(ctx, "systemctl", "list-units", "--all", "--no-legend", "--plain", "--state=active", gone+".service")
			if err != nil || strings.TrimSpace(out) != "" {
				return fmt.Errorf("%s still runs on %s: %q: %w", gone, n.Name, out, err)
			}
		}
		return nil
	}
}

// twoWorkers returns the smallest cluster with two workers in separate blocks.
func twoWorkers(source string) string {
	return strings.NewReplacer("node_pool \"worker\" {\n  roles         = [\"worker\"]\n  count         = 2\n"+
		"  first_address = \"10.77.0.41\"\n  labels        = { \"example.com/tier\" = \"general\" }\n}\n",
		strings.TrimPrefix(single("worker", "worker-1", "10.77.0.41")+single("worker", "worker-2", "10.77.0.42"), "\n"),
		`cni "static-routes" {}`, `cni "flannel" {}`).Replace(source)
}

const secondWorker = "\nnode \"worker-2\" {\n  roles   = [\"worker\"]\n  address = \"10.77.0.42\"\n}\n"

// walkWorkers adds, changes, and removes a worker.
func walkWorkers(ctx context.Context, c *changing) error {
	if err := walkSteps(ctx, c,
		step{what: "a worker joins", playbook: "site.yml", calm: true, trouble: &trouble{interrupt: true},
			pairs: []string{secondWorker, secondWorker + single("worker", "worker-3", "10.77.0.43")}},
		step{what: "a label, an annotation, a taint", playbook: "site.yml", calm: true,
			pairs: []string{"address = \"10.77.0.43\"\n", "address = \"10.77.0.43\"\n" +
				"  labels      = { \"example.com/tier\" = \"batch\" }\n  annotations = { \"example.com/owner\" = \"team-a\" }\n" +
				"  taint {\n    key    = \"example.com/batch\"\n    effect = \"NoSchedule\"\n  }\n"}},
		step{what: "a taint that evicts", playbook: "reconfigure.yml", args: []string{"-e", force},
			pairs: []string{"effect = \"NoSchedule\"", "effect = \"NoExecute\""}, trouble: &trouble{host: "worker-1"}},
	); err != nil {
		return err
	}
	c.next = &trouble{interrupt: true}
	source := c.source[strings.Index(c.source, "\nnode \"worker-3\""):]
	return c.leaves(ctx, "worker-3", source[:strings.Index(source, "\n}\n")+3], "")
}

// walkTurns changes the kubelets' configuration while a worker is away, and renames all workers in one edit: each leaves and comes back in
// its turn, and the run of the first leaves the other alone.
func walkTurns(ctx context.Context, c *changing) error {
	if err := c.missed(ctx, "worker-2"); err != nil {
		return err
	}
	if err := c.edit(ctx, `node "worker-1"`, `node "worker-6"`, `node "worker-2"`, `node "worker-7"`); err != nil {
		return err
	}
	if err := c.refuses(ctx, "This machine is still worker-", "site.yml"); err != nil {
		return err
	}
	if _, err := c.playbook(ctx, "remove-host.yml", "first-turn", "-e", "host=worker-1", "-e", force,
		"--limit", "all:localhost:!worker-7"); err != nil {
		return err
	}
	c.forget("worker-1")
	out, err := c.kube(ctx, "get", "nodes", "-o", "name")
	if err != nil || !strings.Contains(out, "worker-6") || !strings.Contains(out, "worker-2") {
		return fmt.Errorf("after the first turn there are %q: %w", out, err)
	}
	if err := c.carriedOut(ctx, "all workers are renamed in one edit", "remove-host.yml", "-e", "host=worker-2", "-e", force); err != nil {
		return err
	}
	c.forget("worker-2")
	return nil
}

// missed changes the kubelets' configuration while a worker is away. site.yml names the worker when it is back, and reconfigure.yml brings
// it the configuration.
func (c *changing) missed(ctx context.Context, host string) error {
	const of = "type = \"single-etcd-single-master\""
	if err := c.edit(ctx, of, of+"\n  kubelet {\n    max_pods = 60\n  }"); err != nil {
		return err
	}
	if err := c.node(host).Kill(ctx); err != nil {
		return err
	}
	if _, err := c.playbook(ctx, "reconfigure.yml", "away"); err == nil {
		return fmt.Errorf("reconfigure.yml succeeded while %s was away", host)
	}
	if err := c.node(host).Revive(ctx); err != nil {
		return err
	}
	if err := eventually(ctx, 3*time.Minute, func() error { return c.checkNodes(ctx) }); err != nil {
		return err
	}
	if err := c.stopped(ctx, "the kubelet of "+host+" has another configuration"); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "a configuration of kubelets that a worker missed", "reconfigure.yml"); err != nil {
		return err
	}
	out, err := c.node(host).Exec(ctx, "grep", "maxPods", "/var/lib/kubelet/config.yaml")
	if err != nil || strings.TrimSpace(out) != "maxPods: 60" {
		return fmt.Errorf("%s has %q: %w", host, out, err)
	}
	return nil
}

// walkNodes renames a worker, and removes and rejoins another.
func walkNodes(ctx context.Context, c *changing) error {
	const moved = "\nmoved {\n  from = \"worker-2\"\n  to   = \"worker-9\"\n}\n"
	if err := c.edit(ctx, secondWorker, single("worker", "worker-9", "10.77.0.42")+moved); err != nil {
		return err
	}
	c.next = &trouble{interrupt: true}
	if err := c.carriedOut(ctx, "a worker is renamed", "remove-host.yml", "-e", "host=worker-2", "-e", force); err != nil {
		return err
	}
	c.forget("worker-2")
	if err := walkSteps(ctx, c, step{what: "the machine has its name for good", playbook: "site.yml", calm: true,
		pairs: []string{moved, ""}}); err != nil {
		return err
	}
	return c.carriedOut(ctx, "a worker leaves and joins again", "remove-host.yml", "-e", "host=worker-1", "-e", "again=true", "-e", force)
}
