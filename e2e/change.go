package main

import (
	"cmp"
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

// changing is a running cluster whose topology is edited.
type changing struct {
	*cluster
	t      *table
	source string   // current text of the topology
	gone   []string // hosts that have left since the tree was last written
	off    bool     // site.yml ran while a host that had left was switched off
	chain  string
	saw    chainResult
	next   *trouble // for the next edit that is carried out
	said   promise  // by diff, about the last edit that changed anything
	rows   []string // of docs/change.md that the last edit tries, until it is carried out
	// harmless are edits that are refused, but did no harm when forced.
	harmless []string
	// unrecorded: the tree no longer has a host that left, while the other hosts' records still do until site.yml runs again.
	unrecorded bool
	thrown     bool // the cluster is damaged, and not compared with a fresh one
}

// changeChains are clusters, each with a sequence of edits: some are refused, others are carried out while writes continue.
var changeChains = map[string]struct {
	topology string
	first    func(source string) string // changes the topology before the cluster is built; nil for no change
	older    bool                       // it starts with an older release
	walk     func(context.Context, *changing) error
}{
	"guards":   {"aio", plain, false, walkGuards},
	"settings": {"aio", plain, false, walkSettings},
	"external": {"1+3+1", nil, false, walkMembers},
	"stacked":  {"3+1", oneControlPlane, false, walkControlPlanes},
	"upgrade":  {"3+3+2", olderRelease, true, walkUpgrade},
	"hosts":    {"1+3+1", threeMembers, false, walkHosts},
	// the smallest one with pods of two workers that connect to each other
	"upgrade-small":   {"1+1+2", olderSmall, true, walkUpgradeSmall},
	"upgrade-stacked": {"3+1", olderStacked, true, walkUpgradeStacked},
	"balancers":       {"3+3+2", nil, false, walkBalancers},
	"addresses":       {"1+3+1", singleHosts, false, walkAddresses},
	"config":          {"aio", olderRuntime, false, walkConfig},
	"life":            {"aio", olderRuntime, false, walkLife},
	"nodes":           {"1+1+2", twoWorkers, false, walkNodes},
	"workers":         {"1+1+2", twoWorkers, false, walkWorkers},
	"turns":           {"1+1+2", twoWorkers, false, walkTurns},
	"runtimes":        {"1+1+2", twoWorkers, false, walkRuntimes},
	"families":        {"dual-stack", oneServiceRange, false, walkFamilies},
	"forced":          {"aio", plain, false, walkForced(forcedEdits)},
	"forced-nodes":    {"aio", plain, false, walkForced(forcedNodes)},
	"types":           {"3+1", oneControlPlane, false, walkTypes},
	"endpoints":       {"3+1", sharedAddress, false, walkEndpoints},
	"proxies":         {"3+2", nil, false, walkProxies},
	"encryption":      {"3+1", unsealed, false, walkEncryption},
	"many":            {"aio", manySettings, false, walkMany},
	"more":            {"aio", moreSettings, false, walkMore},
	"roles":           {"1+3+1", twoWorkersOfThree, false, walkRoles},
	"network":         {"1+1+2", nil, false, walkNetwork},
}

// plain removes security blocks from aio.hcl: edits add blocks of the same kinds.
func plain(source string) string {
	head, rest, _ := strings.Cut(source, "\n\n  # What secures a cluster")
	_, tail, _ := strings.Cut(rest, "\n}\n")
	return head + "\n}\n" + tail
}

// changes runs the named chains, or all that have not passed with this binary.
func (h *harness) changes(ctx context.Context, names []string) error {
	for _, name := range names {
		if _, ok := changeChains[name]; !ok {
			return fmt.Errorf("no chain %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(changeChains)), ", "))
		}
	}
	digest, err := h.digest()
	if err != nil {
		return err
	}
	passed := 0
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(changeChains)) {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		if before, err := h.result(name); err == nil && len(names) == 0 && before.Passed && before.Digest == digest {
			fmt.Printf("\n%s: passed on %s with this binary\n", name, before.Date)
			passed++
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
	if err := h.lab.StampedRuntime(); err != nil {
		return err
	}
	if chain.older {
		if err := h.lab.Stamped(ctx); err != nil {
			return err
		}
	}
	if name == "runtimes" {
		if err := h.lab.Extras(ctx); err != nil {
			return err
		}
	}
	src, err := os.ReadFile(filepath.Join(h.root, "e2e", "topologies", chain.topology+".hcl"))
	if err != nil {
		return err
	}
	c := &changing{
		cluster: &cluster{h: h, name: "change-" + name, dir: filepath.Join(h.scratch, "change-"+name)},
		t:       h.table(ctx, chain.topology+", to be changed"), source: string(src), chain: name,
	}
	if c.saw.Digest, err = h.digest(); err != nil {
		return err
	}
	c.tree = filepath.Join(c.dir, "tree")
	if chain.first != nil {
		c.source = chain.first(c.source)
	}
	defer func() {
		if err != nil {
			h.report(ctx, c.cluster)
			h.hold(ctx, c.cluster, err)
			c.saw.Why = err.Error()
		}
		c.saw.Passed = err == nil
		if len(c.saw.Edits) > 0 {
			err = errors.Join(err, h.keepResult(name, &c.saw))
		}
		err = errors.Join(err, c.remove(ctx))
	}()
	if err := c.edit(ctx); err != nil {
		return err
	}
	c.saw.Hosts = len(c.nodes)
	built, err := c.played(ctx, c.t, "site.yml")
	if err != nil {
		return err
	}
	c.saw.Built = built.took.Seconds()
	if err := c.check(ctx); err != nil {
		return err
	}
	c.t.phase("checks")
	if err := chain.walk(ctx, c); err != nil || h.noFresh || c.thrown {
		return err
	}
	if err := c.likeFresh(ctx); err != nil {
		return err
	}
	c.saw.Fresh = true
	return nil
}

// edit replaces text of the topology, pair by pair, overwrites the tree, and boots new hosts.
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
	said, err := c.promised(ctx)
	if err != nil {
		return err
	}
	c.said, c.rows = said, said.rows(false)
	// --rebuild: the playbooks must also refuse what generate refuses for a running cluster
	args := append([]string{"generate", topology, "--out", c.tree, "--rebuild", "--removed", strings.Join(c.gone, ",")}, c.h.variables()...)
	if err := command(ctx, c.h.k8splan, args...); err != nil {
		return err
	}
	c.gone = nil
	return c.reread(ctx)
}

// reread reads the new inventory. Hosts that left it stay up.
func (c *changing) reread(ctx context.Context) error {
	c.edited.Lock()
	old := c.nodes
	c.nodes = nil
	err := errors.Join(c.readInventory(ctx), c.readMembers(), c.checkSupplies())
	for _, n := range c.nodes { // a machine under another name is the same machine
		if i := slices.IndexFunc(old, func(o *lab.Node) bool { return o.Address == n.Address }); i >= 0 {
			n.Machine = cmp.Or(old[i].Machine, old[i].Name)
		}
	}
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

// refused checks that an edit is stopped before anything changes on any host, and reverts it.
func (c *changing) refused(ctx context.Context, why string, pairs ...string) error {
	source := c.source
	there := map[string]bool{}
	for _, n := range c.nodes {
		there[n.Name] = true
	}
	before, err := c.services(ctx)
	if err != nil {
		return err
	}
	if err := c.edit(ctx, pairs...); err != nil {
		return err
	}
	rows := c.said.rows(true)
	if err := c.stopped(ctx, why); err != nil {
		return fmt.Errorf("%v: %w", pairs, err)
	}
	if err := c.untouched(ctx, before); err != nil {
		return err
	}
	c.source = source
	for _, n := range slices.Clone(c.nodes) { // the next tree would name them as hosts that leave
		if there[n.Name] {
			continue
		}
		if err := n.Remove(ctx); err != nil {
			return err
		}
		c.forget(n.Name)
	}
	c.t.phase("refused: " + why)
	what := cmp.Or(strings.TrimSpace(pairs[1]), "no "+strings.TrimSpace(pairs[0]))
	c.saw.Edits = append(c.saw.Edits, editResult{What: what, Rows: rows, Refused: why})
	err = c.edit(ctx)
	c.rows = nil
	return err
}

// stopped checks that site.yml stops with a reason and without a change.
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

// untouched checks that the services are still the same processes.
func (c *changing) untouched(ctx context.Context, before map[string]string, but ...string) error {
	after, err := c.services(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if before[name] != after[name] && !slices.Contains(but, name) && !strings.Contains(before[name], "MainPID=0 ") {
			return fmt.Errorf("the edit touched a running service: %s was %s, is %s", name, before[name], after[name])
		}
	}
	return nil
}

// carriedOut runs a playbook while writes continue. It checks that no write is lost, that the cluster is healthy, and that site.yml then
// changes nothing.
func (c *changing) carriedOut(ctx context.Context, what, playbook string, args ...string) error {
	o, err := c.observe(ctx)
	if err != nil {
		return err
	}
	defer o.quit()
	e := editResult{What: what, Rows: c.rows, Playbook: playbook}
	c.rows = nil
	if tr := c.next; tr != nil {
		c.next = nil
		if e.Trouble, err = c.troubled(ctx, tr, what, playbook, args...); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	run, err := c.playbook(ctx, playbook, "change-"+strings.TrimSuffix(playbook, ".yml"), args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	c.t.plays(what, run)
	e.Took, e.Results, e.Longest = run.took.Seconds(), run.results, run.longest(3)
	if err := c.fetchKubeconfig(ctx); err != nil { // the endpoint may have changed
		return fmt.Errorf("%s: %w", what, err)
	}
	if e.Sighting, err = o.end(ctx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	fmt.Println("  " + e.String())
	c.saw.Edits = append(c.saw.Edits, e)
	if err := c.said.kept(e.Sighting, e.Trouble); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := c.settledAgain(ctx, what); err != nil {
		return err
	}
	c.saw.Edits[len(c.saw.Edits)-1].Settled = true
	return nil
}

// calmly is carriedOut for an edit that no pod and no service on existing hosts notices.
func (c *changing) calmly(ctx context.Context, what, playbook string, args ...string) error {
	before, err := c.services(ctx)
	if err != nil {
		return err
	}
	if err := c.carriedOut(ctx, what, playbook, args...); err != nil {
		return err
	}
	e := c.saw.Edits[len(c.saw.Edits)-1]
	patience := 6 * e.slow() // seconds: a lost request times out after five
	if len(e.Restarted) > 0 || e.Trouble == "" && (e.Service > patience || e.Pods > patience || e.Endpoint > patience) {
		return fmt.Errorf("%s was to be noticed by no client: %s", what, e)
	}
	return c.untouched(ctx, before)
}

func (c *changing) settledAgain(ctx context.Context, what string) error {
	if err := c.check(ctx); err != nil {
		return fmt.Errorf("after %s: %w", what, err)
	}
	if err := c.oneHistory(ctx); err != nil {
		return fmt.Errorf("after %s: %w", what, err)
	}
	c.t.phase("checks")
	again, err := c.played(ctx, c.t, "site.yml")
	if err != nil {
		return err
	}
	c.unrecorded = false
	if again.changedCount() > 0 {
		return fmt.Errorf("after %s, site.yml again changed something:\n  %s", what, strings.Join(again.changed, "\n  "))
	}
	return nil
}

// oneHistory checks that all etcd members hold the same data, under one leader. They are compared at a revision that each has reached and
// none has compacted, so the check is retried while a member catches up.
func (c *changing) oneHistory(ctx context.Context) error {
	etcd, err := c.etcdctl(ctx, c.members...)
	if err != nil {
		return err
	}
	return eventually(ctx, time.Minute, func() error { return oneMind(ctx, etcd) })
}

// packagedKubelet creates a fake of upstream's package: only its version matters here.
const packagedKubelet = `set -e
mkdir -p /root/deb/DEBIAN
printf 'Package: kubelet\nVersion: %s-1.1\nArchitecture: amd64\nMaintainer: lab\nDescription: imitation\n' >/root/deb/DEBIAN/control
dpkg-deb --build /root/deb /root/kubelet.deb >/dev/null
dpkg --install /root/kubelet.deb >/dev/null`

// walkGuards tries edits that would damage a running cluster, and runs that must be refused.
func walkGuards(ctx context.Context, c *changing) error {
	node := c.nodes[0].Name
	for _, r := range []struct {
		why   string
		pairs []string
	}{
		{"the pods' range (network.pod_subnets)",
			[]string{`container_runtime`, "network {\n  pod_subnets = [\"10.200.0.0/16\"]\n}\n\ncontainer_runtime"}},
		{"The pod network of this node is flannel",
			[]string{`container_runtime`, "network {\n  cni \"static-routes\" {}\n}\n\ncontainer_runtime"}},
		{"apiServer.certSANs: k8s.example.net",
			[]string{`type = "all-in-one"`, "type = \"all-in-one\"\n  cert_sans = [\"k8s.example.net\"]"}},
	} {
		if err := c.refused(ctx, r.why, r.pairs...); err != nil {
			return err
		}
	}

	// a package older than the plan's version: installing the newer one would upgrade all kubelets at once
	if _, err := c.node(node).Exec(ctx, "sh", "-c", fmt.Sprintf(packagedKubelet, "1.36.2")); err != nil {
		return err
	}
	if err := c.refused(ctx, "has the package kubelet 1.36.2", `source           = "binaries"`,
		`source           = "packages"`); err != nil {
		return err
	}
	if _, err := c.node(node).Exec(ctx, "dpkg", "--purge", "kubelet"); err != nil {
		return err
	}

	// a cluster without a record of what it was built from
	if _, err := c.kube(ctx, "-n", "kube-system", "delete", "configmap", "k8splan"); err != nil {
		return err
	}
	if err := c.stopped(ctx, "-e adopt=true"); err != nil {
		return err
	}
	if err := c.play(ctx, c.t, "site.yml", "-e", "adopt=true"); err != nil {
		return err
	}

	// another run holds the lease
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
		if _, err := c.kubeInput(ctx, fmt.Sprintf(other, time.Now().UTC().Add(-l.age).Format("2006-01-02T15:04:05.000000Z")), "apply", "-f",
			"-"); err != nil {
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

// walkSettings tries to change permanent settings, applies settings of every kind, and one with which the API server does not start.
func walkSettings(ctx context.Context, c *changing) error {
	if err := c.refused(ctx, "the pods' range (network.pod_subnets)", `container_runtime`,
		"network {\n  pod_subnets = [\"10.200.0.0/16\"]\n}\n\ncontainer_runtime"); err != nil {
		return err
	}
	if err := c.edit(ctx, `type = "all-in-one"`, "type      = \"all-in-one\"\n  cert_sans = [\"k8s.example.net\"]\n"+
		"  api_server {\n    extra_args = { \"event-ttl\" = \"2h\" }\n  }\n  kubelet {\n    max_pods = 150\n  }",
		`container_runtime "`, "network {\n  kube_proxy {\n    mode = \"iptables\"\n  }\n}\n\ncontainer_runtime \"",
		`address = "10.77.0.51"`, "address = \"10.77.0.51\"\n  labels  = { \"example.com/tier\" = \"edge\" }\n"+
			"  failure_domain = \"rack-z\"\n  kubelet_extra_args = { \"node-status-update-frequency\" = \"7s\" }",
		`container_runtime "`, "etcd {\n  quota = \"3Gi\"\n}\n\ncontainer_runtime \""); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "settings of every kind", "reconfigure.yml"); err != nil {
		return err
	}
	if err := c.says(ctx, "k8s.example.net", "2h", "150", "iptables", "edge",
		"topology.kubernetes.io/zone\": \"rack-z", "quota-backend-bytes=3221225472"); err != nil {
		return err
	}
	flags, err := c.nodes[0].Exec(ctx, "sh", "-c", `tr '\0' ' ' </proc/$(pidof kubelet)/cmdline`)
	if err != nil || !strings.Contains(flags, "--node-status-update-frequency=7s") {
		return fmt.Errorf("the kubelet runs with %s %w", flags, err)
	}

	// a name is removed from the certificate
	if err := c.edit(ctx, "\n  cert_sans = [\"k8s.example.net\"]", ""); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "a name leaves the certificate", "reconfigure.yml"); err != nil {
		return err
	}
	if err := c.says(ctx, "k8s.example.net"); err == nil {
		return errors.New("the certificate still has k8s.example.net")
	}
	// the label is removed; the bad flag value is written directly to the tree, because validate rejects most of them
	if err := c.edit(ctx, "\n  labels  = { \"example.com/tier\" = \"edge\" }", ""); err != nil {
		return err
	}
	if err := c.play(ctx, c.t, "site.yml"); err != nil {
		return err
	}
	if out, err := c.kube(ctx, "get", "nodes", "-o", `jsonpath={.items[0].metadata.labels}`); err != nil ||
		strings.Contains(out, "example.com/tier") {
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
	if err := c.refuses(ctx, "kube-apiserver did not come up with its new settings, and the old ones are back",
		"reconfigure.yml"); err != nil {
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

// says checks that settings are live: in the API server's certificate and flags, the node, and kube-proxy's configuration.
func (c *changing) says(ctx context.Context, words ...string) error {
	var all strings.Builder
	for _, args := range [][]string{
		{"get", "--raw", "/api/v1/namespaces/kube-system/pods?labelSelector=tier%3Dcontrol-plane"},
		{"get", "nodes", "-o", "json"}, {"-n", "kube-system", "get", "configmap", "kube-proxy", "-o", "yaml"},
	} {
		out, err := c.kube(ctx, args...)
		if err != nil {
			return err
		}
		all.WriteString(out)
	}
	dialed, err := tls.Dial("tcp", c.bootstrap().Address+":6443", &tls.Config{InsecureSkipVerify: true}) // to read the served certificate
	if err != nil {
		return err
	}
	defer dialed.Close()
	all.WriteString(strings.Join(dialed.ConnectionState().PeerCertificates[0].DNSNames, " "))
	for _, word := range words {
		if !strings.Contains(all.String(), word) {
			return fmt.Errorf("what runs does not say %q", word)
		}
	}
	return nil
}

// walkMembers adds external etcd members, and applies a setting with which etcd does not start.
func walkMembers(ctx context.Context, c *changing) error {
	before, err := c.services(ctx)
	if err != nil {
		return err
	}
	const one = "node \"etcd-1\" {\n  roles   = [\"etcd\"]\n  address = \"10.77.0.21\"\n}\n"
	three := "node_pool \"etcd\" {\n  roles         = [\"etcd\"]\n  count         = 3\n  first_address = \"10.77.0.21\"\n}\n"
	if err := c.edit(ctx, `type                   = "single-etcd-multi-master"`, `type                   = "multi-etcd-multi-master"`, one,
		three); err != nil {
		return err
	}
	c.next = &trouble{interrupt: true}
	if err := c.carriedOut(ctx, "etcd 1 → 3", "site.yml"); err != nil {
		return err
	}
	if err := c.untouched(ctx, before); err != nil {
		return err
	}

	// with one bad value, one member after another would fail to start
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
	if err := c.refuses(ctx, "did not come back with its new settings. The old settings were restored, and all members are healthy. "+
		"No other member was touched", "site.yml"); err != nil {
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

	if err := c.edit(ctx, "count         = 3\n  first_address = \"10.77.0.21\"",
		"count         = 5\n  first_address = \"10.77.0.21\""); err != nil {
		return err
	}
	c.next = &trouble{host: "etcd-2"}
	if err := c.carriedOut(ctx, "etcd 3 → 5", "site.yml"); err != nil {
		return err
	}

	// the first member and the first control plane leave: the one that signs etcd's certificates, and the one that started the cluster
	if err := c.leaves(ctx, "etcd-1", pool("etcd", "etcd", 5, "10.77.0.21"),
		single("etcd", "etcd-2", "10.77.0.22")+single("etcd", "etcd-3", "10.77.0.23")+
			single("etcd", "etcd-4", "10.77.0.24")+single("etcd", "etcd-5", "10.77.0.25")); err != nil {
		return err
	}
	return c.leaves(ctx, "cp-1", pool("cp", "control-plane", 3, "10.77.0.31"),
		single("control-plane", "cp-2", "10.77.0.32")+single("control-plane", "cp-3", "10.77.0.33"))
}

const (
	oneOfStacked   = "count         = 1\n  first_address = \"10.77.0.31\""
	threeOfStacked = "count         = 3\n  first_address = \"10.77.0.31\""
)

// oneControlPlane returns a topology with one stacked control plane, behind the balancer that more of them need.
func oneControlPlane(source string) string {
	return strings.NewReplacer(`"multi-etcd-multi-master"`, `"single-etcd-single-master"`, threeOfStacked, oneOfStacked).Replace(source)
}

// walkControlPlanes adds stacked control planes, and replaces the first.
func walkControlPlanes(ctx context.Context, c *changing) error {
	if err := c.edit(ctx, `"single-etcd-single-master"`, `"multi-etcd-multi-master"`, oneOfStacked, threeOfStacked); err != nil {
		return err
	}
	c.next = &trouble{interrupt: true}
	if err := c.carriedOut(ctx, "control planes 1 → 3", "site.yml"); err != nil {
		return err
	}
	if err := c.refused(ctx, "stores everything in stacked etcd", `topology = "stacked"`, `topology = "external"`, `node "worker-1"`,
		pool("etcd", "etcd", 3, "10.77.0.21")+"\nnode \"worker-1\""); err != nil {
		return err
	}
	c.next = &trouble{host: "cp-3"}
	if err := c.leaves(ctx, "cp-1", "node_pool \"cp\" {\n  roles         = [\"control-plane\"]\n  "+threeOfStacked+"\n}\n",
		single("control-plane", "cp-2", "10.77.0.32")+single("control-plane", "cp-3", "10.77.0.33")+
			single("control-plane", "cp-4", "10.77.0.34")); err != nil {
		return err
	}
	if !c.h.noFresh { // it is compared with a fresh one, so keep it for now
		return nil
	}
	return c.force(ctx, forcedTopology)
}

// ownProxy keeps a kube-proxy of 1.36 from a kernel setting that lab hosts share, and without which it does not start.
const ownProxy = "config = { conntrack = { maxPerCore = 0, min = 0 } }"

const newestRelease = "type = \"multi-etcd-multi-master\""

// olderRelease returns a topology with an earlier patch of the older release.
func olderRelease(source string) string {
	return strings.NewReplacer(newestRelease, newestRelease+"\n  kubernetes_version = \""+lab.Patch+"\"",
		`mode = "nftables"`, "mode = \"nftables\"\n    "+ownProxy).Replace(source)
}

const smallRelease = "type = \"single-etcd-single-master\""

func olderSmall(source string) string {
	return strings.NewReplacer(smallRelease, smallRelease+"\n  kubernetes_version = \""+lab.Oldest+"\"",
		`cni "static-routes" {}`, `cni "flannel" {}`, `mode = "iptables"`, "mode = \"nftables\"\n    "+ownProxy).Replace(source)
}

// olderStacked returns the topology of stacked control planes with packages of an earlier patch of the older release.
func olderStacked(source string) string {
	return strings.NewReplacer(newestRelease, newestRelease+"\n  kubernetes_version = \""+lab.Patch+"\"",
		`source           = "binaries"`, `source           = "packages"`,
		`cni "static-routes" {}`, "cni \"static-routes\" {}\n  kube_proxy {\n    "+ownProxy+"\n  }").Replace(source)
}

// walkUpgradeStacked upgrades stacked control planes to another patch release, and then by a minor: first their etcd members move to a
// release that supports the next minor.
func walkUpgradeStacked(ctx context.Context, c *changing) error {
	if err := walkSteps(ctx, c,
		step{what: lab.Patch + " → " + lab.Older + ", packages", playbook: "upgrade.yml", args: []string{"-e", force},
			trouble: &trouble{host: "cp-2"}, pairs: []string{lab.Patch, lab.Older}},
		step{what: lab.Older + " → the newest, packages", playbook: "upgrade.yml", args: []string{"-e", force},
			trouble: &trouble{interrupt: true},
			pairs:   []string{"\n  kubernetes_version = \"" + lab.Older + "\"", ""}},
	); err != nil {
		return err
	}
	const ofMembers = "jsonpath={.items[*].spec.containers[*].image}"
	out, err := c.kube(ctx, "-n", "kube-system", "get", "pods", "-l", "component=etcd", "-o", ofMembers)
	if err != nil || strings.Contains(out, ":3.6.") {
		return fmt.Errorf("after the upgrade members of etcd run %s %w", out, err)
	}
	return nil
}

// walkUpgradeSmall upgrades a cluster by one minor, and then by another one. Both at once are refused.
func walkUpgradeSmall(ctx context.Context, c *changing) error {
	oldest, older := "\n  kubernetes_version = \""+lab.Oldest+"\"", "\n  kubernetes_version = \""+lab.Older+"\""
	source := c.source
	if err := c.edit(ctx, oldest, ""); err != nil {
		return err
	}
	if err := c.refuses(ctx, "one minor at a time", "upgrade.yml"); err != nil {
		return err
	}
	c.source = source
	if err := c.edit(ctx); err != nil {
		return err
	}
	return walkSteps(ctx, c,
		step{what: lab.Oldest + " → " + lab.Older, playbook: "upgrade.yml", args: []string{"-e", force}, pairs: []string{oldest, older}},
		step{what: lab.Older + " → the newest", playbook: "upgrade.yml", args: []string{"-e", force},
			trouble: &trouble{interrupt: true}, pairs: []string{older, ""}})
}

// walkUpgrade upgrades a cluster to another patch release, and then by one minor: external etcd, control planes, kubelets.
func walkUpgrade(ctx context.Context, c *changing) error {
	older := "\n  kubernetes_version = \"" + lab.Older + "\""
	if err := walkSteps(ctx, c, step{what: lab.Patch + " → " + lab.Older, playbook: "upgrade.yml", args: []string{"-e", force},
		trouble: &trouble{interrupt: true}, pairs: []string{lab.Patch, lab.Older}}); err != nil {
		return err
	}
	if err := c.refused(ctx, "upgrade.yml does it", older, ""); err != nil {
		return err
	}
	if err := c.edit(ctx, older, ""); err != nil {
		return err
	}
	// a PodDisruptionBudget that cannot be satisfied blocks the first worker: it becomes schedulable again, and a second run continues
	// there
	if _, err := c.kubeInput(ctx, blockade, "apply", "-f", "-"); err != nil {
		return err
	}
	w, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer w.stop()
	const kept = "could not be drained, and takes pods again"
	if err := c.refuses(ctx, kept, "upgrade.yml", "-e", force, "-e", "drain_timeout=10s"); err != nil {
		return err
	}
	if err := w.end(ctx); err != nil {
		return err
	}
	fmt.Printf("  %d writes acknowledged and there; the longest gap was %.1f s\n", len(w.acked), w.gap.Seconds())
	c.t.phase("refused at the first worker")
	out, err := c.kube(ctx, "get", "nodes", "-o", "jsonpath={.items[*].spec.unschedulable}")
	if err != nil || strings.Contains(out, "true") {
		return fmt.Errorf("a node that could not be drained takes no pods: %s %w", out, err)
	}
	if _, err := c.kube(ctx, "delete", "poddisruptionbudget", "web"); err != nil {
		return err
	}
	c.next = &trouble{interrupt: true, host: "cp-3"}
	if err := c.carriedOut(ctx, lab.Older+" → the newest", "upgrade.yml", "-e", force); err != nil {
		return err
	}
	out, err = c.kube(ctx, "get", "nodes", "-o", "jsonpath={.items[*].status.nodeInfo.kubeletVersion} {.items[*].spec.unschedulable}")
	if err != nil {
		return err
	}
	if strings.Contains(out, lab.Older) || strings.Contains(out, "true") {
		return fmt.Errorf("after the upgrade nodes are %s", out)
	}
	if err := c.edit(ctx, newestRelease, newestRelease+older); err != nil {
		return err
	}
	if err := c.refuses(ctx, "kubeadm does not go back", "upgrade.yml"); err != nil {
		return err
	}
	c.t.phase("refused: a version down")
	return c.edit(ctx, older, "")
}

// walkBalancers gives the balancers an invalid file, adds and removes one, and reboots every host.
func walkBalancers(ctx context.Context, c *changing) error {
	file := filepath.Join(c.tree, "loadbalancer", "haproxy.cfg")
	good, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(good), " 10.77.0.3", " 10.77.0.23")), 0o644); err != nil {
		return err
	}
	const why = "reached no API server with its new configuration, and has its old one back. No other balancer was touched"
	if err := c.refuses(ctx, why, "site.yml"); err != nil {
		return err
	}
	c.t.phase("balancers that lead nowhere")
	if err := os.RemoveAll(c.tree); err != nil {
		return err
	}
	third := single("load-balancer", "lb-3", "10.77.0.13")
	if err := c.edit(ctx, `node_pool "etcd"`, third+"\nnode_pool \"etcd\""); err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "a third balancer", "site.yml"); err != nil {
		return err
	}
	if err := c.leaves(ctx, "lb-3", third, ""); err != nil {
		return err
	}
	return c.reboot(ctx, nil)
}

// reboot runs reboot.yml on these hosts or on all, and checks that they have booted.
func (c *changing) reboot(ctx context.Context, names []string) error {
	if err := c.record(ctx); err != nil {
		return err
	}
	stop := lab.Power(ctx, c.nodes)
	defer stop()
	before, err := c.started(ctx)
	if err != nil {
		return err
	}
	if err := c.carriedOut(ctx, "hosts reboot", "reboot.yml", "-e", force, "-e", "only="+strings.Join(names, ",")); err != nil {
		return err
	}
	after, err := c.started(ctx)
	if err != nil {
		return err
	}
	for name := range before {
		if named := len(names) == 0 || slices.Contains(names, name); named != (before[name] != after[name]) {
			return fmt.Errorf("%s: process 1 began at %s and then at %s", name, before[name], after[name])
		}
	}
	return nil
}

// record runs site.yml where the hosts' records still name one that has left.
func (c *changing) record(ctx context.Context) error {
	if !c.unrecorded {
		return nil
	}
	c.unrecorded = false
	return c.play(ctx, c.t, "site.yml")
}

const oneMember = "node \"etcd-1\" {\n  roles   = [\"etcd\"]\n  address = \"10.77.0.21\"\n}\n"

func threeMembers(source string) string {
	return strings.NewReplacer(`"single-etcd-multi-master"`, `"multi-etcd-multi-master"`,
		oneMember, pool("etcd", "etcd", 3, "10.77.0.21")).Replace(source)
}

// walkHosts replaces the first member, which signs etcd's certificates, reboots a host of each kind, and removes the control plane that
// started the cluster.
func walkHosts(ctx context.Context, c *changing) error {
	c.next = &trouble{interrupt: true}
	if err := c.leaves(ctx, "etcd-1", pool("etcd", "etcd", 3, "10.77.0.21"),
		single("etcd", "etcd-2", "10.77.0.22")+single("etcd", "etcd-3", "10.77.0.23")+single("etcd", "etcd-4", "10.77.0.24")); err != nil {
		return err
	}
	if err := c.reboot(ctx, []string{"cp-2", "etcd-2", "lb-1", "worker-1"}); err != nil {
		return err
	}
	return c.leaves(ctx, "cp-1", pool("cp", "control-plane", 3, "10.77.0.31"),
		single("control-plane", "cp-2", "10.77.0.32")+single("control-plane", "cp-3", "10.77.0.33"))
}

// force permits deleting the checks' pod, which no controller would recreate.
const force = "drain_flags=--force"

const blockade = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: web}}}
`

// started returns when process 1 of each host started.
func (c *changing) started(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for _, n := range c.nodes {
		text, err := n.Exec(ctx, "cut", "-d", " ", "-f", "22", "/proc/1/stat")
		if err != nil {
			return nil, err
		}
		out[n.Name] = strings.TrimSpace(text)
	}
	return out, nil
}

func pool(name, role string, count int, first string) string {
	return fmt.Sprintf("node_pool %q {\n  roles         = [%q]\n  count         = %d\n  first_address = %q\n}\n", name, role, count, first)
}

func single(role, name, address string) string {
	return fmt.Sprintf("\nnode %q {\n  roles   = [%q]\n  address = %q\n}\n", name, role, address)
}

// leaves removes a host from the topology and runs remove-host.yml.
func (c *changing) leaves(ctx context.Context, host string, pairs ...string) error {
	n := c.node(host)
	if err := c.edit(ctx, pairs...); err != nil {
		return err
	}
	if err := c.fetchKubeconfig(ctx); err != nil { // from a control plane that stays
		return err
	}
	if err := c.carriedOut(ctx, host+" leaves", "remove-host.yml", "-e", "host="+host); err != nil {
		return err
	}
	out, err := n.Exec(ctx, "sh", "-c", "pgrep -l 'kube|etcd$' || true; ls -A /etc/kubernetes /var/lib/etcd 2>/dev/null || true")
	if err != nil {
		return err
	}
	if strings.Contains(out, "kube") || strings.Contains(out, "etcd\n") || strings.Contains(out, "member") {
		return fmt.Errorf("%s has left, and this was left of it: %s", host, out)
	}
	if err := n.Remove(ctx); err != nil {
		return err
	}
	if !c.off { // no access is restricted
		c.off = true
		if err := c.play(ctx, c.t, "site.yml"); err != nil {
			return err
		}
	}
	c.forget(host)
	c.unrecorded = true
	return c.edit(ctx)
}

// forget removes a departed host from what the next tree and the checks know.
func (c *changing) forget(host string) {
	c.gone = append(c.gone, host)
	c.edited.Lock()
	c.nodes = slices.DeleteFunc(c.nodes, func(o *lab.Node) bool { return o.Name == host })
	c.edited.Unlock()
}

// spoil sets a value in the tree with which etcd does not start.
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
