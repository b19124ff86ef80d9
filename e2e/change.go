package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// changing is a cluster whose topology is edited while it runs.
type changing struct {
	*cluster
	t      *table
	source string // the topology as it is written now
}

// changeChains are clusters, and edits of them one after the other: what is refused, and what is carried out while writes go on.
var changeChains = map[string]struct {
	topology string
	first    func(source string) string // what is changed in the topology before the cluster is built; nil for nothing
	walk     func(context.Context, *changing) error
}{
	"guards":   {"aio", nil, walkGuards},
	"settings": {"aio", nil, walkSettings},
	"external": {"1+3+1", nil, walkMembers},
	"stacked":  {"3+1", oneControlPlane, walkControlPlanes},
}

// changes runs the chains that are named, or all.
func (h *harness) changes(ctx context.Context, names []string) error {
	for _, name := range names {
		if _, ok := changeChains[name]; !ok {
			return fmt.Errorf("no chain %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(changeChains)), ", "))
		}
	}
	passed := 0
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(changeChains)) {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		if err := h.change(ctx, name); err != nil {
			fmt.Printf("\n%s: FAILED: %v\n", name, err)
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		passed++
	}
	fmt.Printf("\n%d passed, %d failed\n", passed, len(errs))
	return errors.Join(errs...)
}

func (h *harness) change(ctx context.Context, name string) (err error) {
	chain := changeChains[name]
	src, err := os.ReadFile(filepath.Join(h.root, "e2e", "topologies", chain.topology+".hcl"))
	if err != nil {
		return err
	}
	c := &changing{
		cluster: &cluster{h: h, name: "change-" + name, dir: filepath.Join(h.scratch, "change-"+name)},
		t:       h.table(ctx, chain.topology+", to be changed"), source: string(src),
	}
	c.tree = filepath.Join(c.dir, "tree")
	if chain.first != nil {
		c.source = chain.first(c.source)
	}
	defer func() {
		if err != nil {
			h.report(ctx, c.cluster)
		}
		err = errors.Join(err, c.remove(ctx))
	}()
	if err := c.edit(ctx); err != nil {
		return err
	}
	if err := c.play(ctx, c.t, "site.yml"); err != nil {
		return err
	}
	if err := c.check(ctx); err != nil {
		return err
	}
	c.t.phase("checks")
	return chain.walk(ctx, c)
}

// edit replaces text of the topology, pair by pair, writes the tree anew over the one that is there, and boots hosts that are new.
func (c *changing) edit(ctx context.Context, pairs ...string) error {
	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(c.source, pair[0]) {
			return fmt.Errorf("the topology does not say %q", pair[0])
		}
		c.source = strings.Replace(c.source, pair[0], pair[1], 1)
	}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	topology := filepath.Join(c.dir, "topology.hcl")
	if err := os.WriteFile(topology, []byte(c.source), 0o644); err != nil {
		return err
	}
	// --rebuild: what generate refuses for a running cluster is what the playbooks are to refuse, too
	args := append([]string{"generate", topology, "--out", c.tree, "--rebuild"}, c.h.variables()...)
	if err := command(ctx, c.h.k8splan, args...); err != nil {
		return err
	}
	return c.reread(ctx)
}

// reread takes in what the tree says now. Hosts that left it stay up.
func (c *changing) reread(ctx context.Context) error {
	c.edited.Lock()
	old := c.nodes
	c.nodes = nil
	err := errors.Join(c.readInventory(ctx), c.readMembers(), c.checkSupplies())
	for _, n := range old {
		if !slices.ContainsFunc(c.nodes, func(o *lab.Node) bool { return o.Name == n.Name }) {
			c.nodes = append(c.nodes, n)
		}
	}
	c.edited.Unlock()
	if err != nil {
		return err
	}
	return c.h.lab.Boot(ctx, c.nodes)
}

// refused wants an edit to be stopped before anything is changed on any host, and takes it back.
func (c *changing) refused(ctx context.Context, why string, pairs ...string) error {
	source := c.source
	before, err := c.services(ctx)
	if err != nil {
		return err
	}
	if err := c.edit(ctx, pairs...); err != nil {
		return err
	}
	if err := c.stopped(ctx, why); err != nil {
		return fmt.Errorf("%v: %w", pairs, err)
	}
	if err := c.untouched(ctx, before); err != nil {
		return err
	}
	c.source = source
	c.t.phase("refused: " + why)
	return c.edit(ctx)
}

// stopped wants site.yml to stop with a reason and without a change.
func (c *changing) stopped(ctx context.Context, why string, args ...string) error {
	if err := c.refuses(ctx, why, "site.yml", args...); err != nil {
		return err
	}
	run, err := readTiming(c.log("refusal-site", ".jsonl"))
	if err != nil {
		return err
	}
	if run.changedCount() > 0 {
		return fmt.Errorf("site.yml stopped, and had changed something:\n  %s", strings.Join(run.changed, "\n  "))
	}
	return nil
}

// untouched wants the services of hosts that were there before to be the same processes.
func (c *changing) untouched(ctx context.Context, before map[string]string, but ...string) error {
	after, err := c.services(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if before[name] != after[name] && !slices.Contains(but, name) {
			return fmt.Errorf("the edit touched a running service: %s was %s, is %s", name, before[name], after[name])
		}
	}
	return nil
}

// carriedOut runs a playbook while writes go on, wants none of them to be lost and the cluster to be well, and site.yml to change
// nothing after.
func (c *changing) carriedOut(ctx context.Context, what, playbook string, args ...string) error {
	w, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer w.stop()
	run, err := c.playbook(ctx, playbook, "change-"+strings.TrimSuffix(playbook, ".yml"), args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	c.t.plays(what, run)
	if err := w.end(ctx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	fmt.Printf("  %d writes acknowledged and there; the longest gap was %.1f s\n", len(w.acked), w.gap.Seconds())
	return c.settledAgain(ctx, what)
}

func (c *changing) settledAgain(ctx context.Context, what string) error {
	if err := c.check(ctx); err != nil {
		return fmt.Errorf("after %s: %w", what, err)
	}
	c.t.phase("checks")
	again, err := c.played(ctx, c.t, "site.yml")
	if err != nil {
		return err
	}
	if again.changedCount() > 0 {
		return fmt.Errorf("after %s, site.yml again changed something:\n  %s", what, strings.Join(again.changed, "\n  "))
	}
	return nil
}

// packagedKubelet makes a package of that name, as an imitation of upstream's: its version is all that counts here.
const packagedKubelet = `set -e
mkdir -p /root/deb/DEBIAN
printf 'Package: kubelet\nVersion: %s-1.1\nArchitecture: amd64\nMaintainer: lab\nDescription: imitation\n' >/root/deb/DEBIAN/control
dpkg-deb --build /root/deb /root/kubelet.deb >/dev/null
dpkg --install /root/kubelet.deb >/dev/null`

// walkGuards tries edits that would harm a running cluster, and runs that must not be.
func walkGuards(ctx context.Context, c *changing) error {
	node := c.nodes[0].Name
	for _, r := range []struct {
		why   string
		pairs []string
	}{
		{"the pods' range (network.pod_subnets)", []string{`container_runtime`, "network {\n  pod_subnets = [\"10.200.0.0/16\"]\n}\n\ncontainer_runtime"}},
		{"The pod network of this node is flannel", []string{`container_runtime`, "network {\n  cni \"static-routes\" {}\n}\n\ncontainer_runtime"}},
		{"apiServer.certSANs: k8s.example.net", []string{`type = "all-in-one"`, "type = \"all-in-one\"\n  cert_sans = [\"k8s.example.net\"]"}},
	} {
		if err := c.refused(ctx, r.why, r.pairs...); err != nil {
			return err
		}
	}

	// a package that is older than the plan's version: to install the newer one would be an upgrade of all kubelets at once
	if _, err := c.node(node).Exec(ctx, "sh", "-c", fmt.Sprintf(packagedKubelet, "1.36.2")); err != nil {
		return err
	}
	if err := c.refused(ctx, "has the package kubelet 1.36.2", `source           = "binaries"`, `source           = "packages"`); err != nil {
		return err
	}
	if _, err := c.node(node).Exec(ctx, "dpkg", "--purge", "kubelet"); err != nil {
		return err
	}

	// a cluster without a note of what it was built from
	if _, err := c.kube(ctx, "-n", "kube-system", "delete", "configmap", "k8splan"); err != nil {
		return err
	}
	if err := c.stopped(ctx, "-e adopt=true"); err != nil {
		return err
	}
	if err := c.play(ctx, c.t, "site.yml", "-e", "adopt=true"); err != nil {
		return err
	}

	// somebody else is at work
	const other = `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: k8splan-run, namespace: kube-system}
spec: {holderIdentity: alice@desk, renewTime: %q}
`
	for _, l := range []struct {
		age   time.Duration
		why   string
		taken bool
	}{{time.Minute, "A run by alice@desk", false}, {2 * time.Hour, "A run by alice@desk", true}} {
		if _, err := c.kubeInput(ctx, fmt.Sprintf(other, time.Now().UTC().Add(-l.age).Format("2006-01-02T15:04:05.000000Z")), "apply", "-f", "-"); err != nil {
			return err
		}
		if err := c.stopped(ctx, l.why); err != nil {
			return err
		}
		if !l.taken {
			if err := c.stopped(ctx, l.why, "-e", "takeover=true"); err != nil {
				return err
			}
			continue
		}
		if err := c.play(ctx, c.t, "site.yml", "-e", "takeover=true"); err != nil {
			return err
		}
	}
	c.t.phase("leases of others")
	return c.settledAgain(ctx, "all that was refused")
}

// walkSettings tries to change what a cluster keeps for its life, brings settings of every kind to it, and one with which the API server
// does not start.
func walkSettings(ctx context.Context, c *changing) error {
	if err := c.refused(ctx, "the pods' range (network.pod_subnets)", `container_runtime`, "network {\n  pod_subnets = [\"10.200.0.0/16\"]\n}\n\ncontainer_runtime"); err != nil {
		return err
	}
	if err := c.edit(ctx, `type = "all-in-one"`, "type      = \"all-in-one\"\n  cert_sans = [\"k8s.example.net\"]\n"+
		"  api_server {\n    extra_args = { \"event-ttl\" = \"2h\" }\n  }\n  kubelet {\n    max_pods = 150\n  }",
		`container_runtime "`, "network {\n  kube_proxy {\n    mode = \"iptables\"\n  }\n}\n\ncontainer_runtime \"",
		`address = "10.77.0.51"`, "address = \"10.77.0.51\"\n  labels  = { \"example.com/tier\" = \"edge\" }"); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "settings of every kind", "reconfigure.yml"); err != nil {
		return err
	}
	if err := c.says(ctx, "k8s.example.net", "2h", "150", "iptables", "edge"); err != nil {
		return err
	}
	// the label goes again; the bad value of a flag is put into the tree by hand, because validate knows most of them
	if err := c.edit(ctx, "\n  labels  = { \"example.com/tier\" = \"edge\" }", ""); err != nil {
		return err
	}
	if err := c.play(ctx, c.t, "site.yml"); err != nil {
		return err
	}
	if out, err := c.kube(ctx, "get", "nodes", "-o", `jsonpath={.items[0].metadata.labels}`); err != nil || strings.Contains(out, "example.com/tier") {
		return fmt.Errorf("a label that left the topology is still there: %s %w", out, err)
	}
	name := filepath.Join(c.tree, "kubeadm", c.nodes[0].Name+".yaml")
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), "value: 2h", "value: abc", 1)), 0o644); err != nil {
		return err
	}
	if err := c.refuses(ctx, "kube-apiserver did not come up with its new settings, and the old ones are back", "reconfigure.yml"); err != nil {
		return err
	}
	if err := c.says(ctx, "2h"); err != nil {
		return err
	}
	c.t.phase("a bad setting of the API server")
	if err := os.RemoveAll(c.tree); err != nil {
		return err
	}
	if err := c.edit(ctx); err != nil {
		return err
	}
	return c.settledAgain(ctx, "a bad setting of the API server")
}

// says wants settings to be what runs: in the API server's certificate and flags, the node, and kube-proxy's configuration.
func (c *changing) says(ctx context.Context, words ...string) error {
	var all strings.Builder
	for _, args := range [][]string{
		{"get", "--raw", "/api/v1/namespaces/kube-system/pods?labelSelector=component%3Dkube-apiserver"},
		{"get", "nodes", "-o", "json"}, {"-n", "kube-system", "get", "configmap", "kube-proxy", "-o", "yaml"},
	} {
		out, err := c.kube(ctx, args...)
		if err != nil {
			return err
		}
		all.WriteString(out)
	}
	dialled, err := tls.Dial("tcp", c.bootstrap().Address+":6443", &tls.Config{InsecureSkipVerify: true}) // to read what is served
	if err != nil {
		return err
	}
	defer dialled.Close()
	all.WriteString(strings.Join(dialled.ConnectionState().PeerCertificates[0].DNSNames, " "))
	for _, word := range words {
		if !strings.Contains(all.String(), word) {
			return fmt.Errorf("what runs does not say %q", word)
		}
	}
	return nil
}

// walkMembers lets external etcd grow, and gives it a setting with which it does not start.
func walkMembers(ctx context.Context, c *changing) error {
	before, err := c.services(ctx)
	if err != nil {
		return err
	}
	const one = "node \"etcd-1\" {\n  roles   = [\"etcd\"]\n  address = \"10.77.0.21\"\n}\n"
	three := "node_pool \"etcd\" {\n  roles         = [\"etcd\"]\n  count         = 3\n  first_address = \"10.77.0.21\"\n}\n"
	if err := c.edit(ctx, `type                   = "single-etcd-multi-master"`, `type                   = "multi-etcd-multi-master"`, one, three); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "etcd 1 → 3", "site.yml"); err != nil {
		return err
	}
	if err := c.untouched(ctx, before); err != nil {
		return err
	}

	// one bad value, and each member in turn would not come back
	if before, err = c.services(ctx); err != nil {
		return err
	}
	if err := c.spoil(); err != nil {
		return err
	}
	w, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer w.stop()
	if err := c.refuses(ctx, "did not come back with its new settings. The old ones are back, and all members are well. No other member was touched", "site.yml"); err != nil {
		return err
	}
	if err := w.end(ctx); err != nil {
		return err
	}
	fmt.Printf("  %d writes acknowledged and there; the longest gap was %.1f s\n", len(w.acked), w.gap.Seconds())
	if err := c.untouched(ctx, before, "etcd-1/etcd"); err != nil {
		return err
	}
	c.t.phase("a bad setting of etcd")
	if err := os.RemoveAll(c.tree); err != nil {
		return err
	}
	if err := c.edit(ctx); err != nil {
		return err
	}
	if err := c.settledAgain(ctx, "a bad setting of etcd"); err != nil {
		return err
	}

	if err := c.edit(ctx, "count         = 3\n  first_address = \"10.77.0.21\"", "count         = 5\n  first_address = \"10.77.0.21\""); err != nil {
		return err
	}
	return c.carriedOut(ctx, "etcd 3 → 5", "site.yml")
}

const (
	oneOfStacked   = "count         = 1\n  first_address = \"10.77.0.31\""
	threeOfStacked = "count         = 3\n  first_address = \"10.77.0.31\""
)

// oneControlPlane is the topology of stacked control planes with one of them, behind the balancer that more of them need.
func oneControlPlane(source string) string {
	return strings.NewReplacer(`"multi-etcd-multi-master"`, `"single-etcd-single-master"`, threeOfStacked, oneOfStacked).Replace(source)
}

// walkControlPlanes lets stacked control planes grow, and tries to move etcd away from them.
func walkControlPlanes(ctx context.Context, c *changing) error {
	if err := c.edit(ctx, `"single-etcd-single-master"`, `"multi-etcd-multi-master"`, oneOfStacked, threeOfStacked); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "control planes 1 → 3", "site.yml"); err != nil {
		return err
	}
	return c.refused(ctx, "stores everything in stacked etcd", `topology = "stacked"`, `topology = "external"`, `node "worker-1"`,
		"node_pool \"etcd\" {\n  roles         = [\"etcd\"]\n  count         = 3\n  first_address = \"10.77.0.21\"\n}\n\nnode \"worker-1\"")
}

// spoil gives etcd a value in the tree that it does not start with.
func (c *changing) spoil() error {
	files, err := filepath.Glob(filepath.Join(c.tree, "etcd", "environment", "*.env"))
	if err != nil {
		return err
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, append(data, "ETCD_SNAPSHOT_COUNT=\"abc\"\n"...), 0o644); err != nil {
			return err
		}
	}
	return nil
}
