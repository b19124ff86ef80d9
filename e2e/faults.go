package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// The timing of one injection. Everything that recovers on its own has recovered before judging begins: VRRP moves an address in about 4 s,
// etcd elects in 1–2 s, haproxy removes an API server after 3 s or so, and controllers' leases last 15 s.
const (
	faultLasts  = 36 * time.Second
	silence     = 30 * time.Second // longer if packets are dropped: an API server gives up a silent etcd member after 30 + 10 s
	judgedFor   = 12 * time.Second // at the end of the fault
	joinAfter   = 10 * time.Second
	joinTimeout = 25 * time.Second
	healTimeout = 4 * time.Minute
)

// injection is one fault: what is done to the hosts, and the question for simulate.
type injection struct {
	how  string   // pull (the plug) | unplug (the network cable) | hang (the balancer's process) | part (two zones)
	what []string // units in simulate's notation, or one cut
}

func (i injection) String() string { return i.how + " " + strings.Join(i.what, " ") }

// lasts returns how long the fault lasts before it is repaired. Source of the silence: keepaliveTime and keepaliveTimeout in
// staging/src/k8s.io/apiserver/pkg/storage/storagebackend/factory/etcd3.go of Kubernetes.
func (i injection) lasts() time.Duration {
	if i.how == "unplug" || i.how == "part" {
		return faultLasts + silence
	}
	return faultLasts
}

// faultCase is a cluster and its faults.
type faultCase struct {
	name       string
	injections []injection
}

// faultCases lists the faults of each cluster. Together they break every kind of unit, alone and in pairs, on every type.
var faultCases = []faultCase{
	{"aio", []injection{{"pull", []string{"node/aio-1"}}, {"unplug", []string{"node/aio-1"}}}},
	{"1+1+2", []injection{
		{"pull", []string{"node/worker-1"}}, {"pull", []string{"node/cp-1"}}, {"unplug", []string{"node/cp-1"}},
		{"unplug", []string{"node/worker-2"}},
		{"pull", []string{"node/worker-1", "node/worker-2"}}, {"pull", []string{"node/cp-1", "node/worker-1"}},
	}},
	{"1+3+1", []injection{
		{"pull", []string{"node/cp-1"}}, {"pull", []string{"node/cp-2"}}, {"pull", []string{"node/etcd-1"}},
		{"unplug", []string{"node/etcd-1"}},
		{"pull", []string{"node/cp-1", "node/cp-3"}}, {"pull", []string{"node/cp-1", "node/cp-2", "node/cp-3"}},
		{"pull", []string{"node/lb-1"}},
		{"hang", []string{"balancer/lb-1"}}, {"pull", []string{"node/worker-1"}}, {"unplug", []string{"node/cp-2"}},
	}},
	{"3+1", []injection{
		{"pull", []string{"node/cp-1"}}, {"pull", []string{"node/cp-2"}}, {"pull", []string{"node/cp-3"}},
		{"pull", []string{"node/cp-1", "node/cp-2"}},
		{"pull", []string{"node/cp-2", "node/cp-3"}}, {"unplug", []string{"node/cp-1"}}, {"pull", []string{"node/lb-1"}},
		{"hang", []string{"balancer/lb-1"}},
		{"pull", []string{"node/cp-3", "node/worker-1"}},
	}},
	{"3+3+2", []injection{
		{"pull", []string{"node/etcd-1"}}, {"pull", []string{"node/etcd-2"}}, {"unplug", []string{"node/etcd-3"}},
		{"pull", []string{"node/etcd-1", "node/etcd-3"}},
		{"pull", []string{"node/cp-1"}}, {"pull", []string{"node/cp-2", "node/cp-3"}},
		{"pull", []string{"node/cp-1", "node/cp-2", "node/cp-3"}},
		{"pull", []string{"node/lb-1"}}, {"hang", []string{"balancer/lb-1"}}, {"pull", []string{"node/lb-2"}},
		{"pull", []string{"node/lb-1", "node/lb-2"}},
		{"pull", []string{"node/worker-1"}}, {"pull", []string{"zone/rack-a"}}, {"pull", []string{"zone/rack-b"}},
		{"pull", []string{"zone/rack-c"}},
		{"pull", []string{"zone/rack-a", "zone/rack-c"}}, {"pull", []string{"node/etcd-1", "node/cp-1"}},
		{"part", []string{"rack-a:rack-b"}}, {"part", []string{"rack-a:rack-c"}}, {"part", []string{"rack-b:rack-c"}},
	}},
	{"kube-vip", []injection{
		{"pull", []string{"node/cp-1"}}, {"pull", []string{"node/cp-2"}}, {"pull", []string{"node/cp-1", "node/cp-3"}},
		{"unplug", []string{"node/cp-3"}},
		{"pull", []string{"node/worker-1"}},
	}},
}

// staysAway names the row of a worker that stays down until its pods run elsewhere.
const staysAway = "pull a worker, and leave it"

// wanted reports whether a line is among those that a run was narrowed down to.
func wanted(line, only string) bool {
	return only == "" || slices.ContainsFunc(strings.Split(only, ","), func(part string) bool { return strings.Contains(line, part) })
}

// waitsForPods is the case in which a worker also stays down until its pods run elsewhere, which takes six minutes.
const waitsForPods = "1+1+2"

// spare is a worker in the tree, but not in the topology that simulate reads: it leaves the cluster, and tries to join it during a fault.
const spare = `
node "spare" {
  roles   = ["worker"]
  address = "10.77.0.61"
}
`

// simulation is the part of `simulate -o json` that we read.
type simulation struct {
	Outcome struct {
		Units    []struct{ Nodes []string }
		Verdicts []struct {
			Capability, State, Reason string
			From                      []string
		}
	}
}

// planned is the part of `plan -o json` that we read.
type planned struct {
	Nodes []struct {
		Name          string
		Roles         []string
		FailureDomain string `json:"failure_domain"`
	}
	Endpoint struct {
		Host string
		Port int
	} `json:"control_plane_endpoint"`
	LoadBalancer struct {
		VirtualIP string `json:"virtual_ip"`
	} `json:"load_balancer"`
	Network struct {
		DNSDomain string `json:"dns_domain"`
	}
}

// faults breaks clusters and compares the effects with simulate's predictions. It returns an error if a prediction was wrong or a cluster
// did not recover.
func (h *harness) faults(ctx context.Context, names []string, only string, rounds int) error {
	var all []result
	var errs []error
	for _, fc := range faultCases {
		if len(names) > 0 && !slices.Contains(names, fc.name) {
			continue
		}
		injections := slices.DeleteFunc(slices.Clone(fc.injections), func(i injection) bool { return !wanted(i.String(), only) })
		stays := fc.name == waitsForPods && wanted(staysAway, only)
		if len(injections) == 0 && !stays {
			continue
		}
		results, err := h.breakCase(ctx, fc.name, slices.Repeat(injections, rounds), stays)
		all = append(all, results...)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", fc.name, err))
			fmt.Printf("\n%s: FAILED: %v\n", fc.name, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	compared, wrong := 0, 0
	for _, r := range all {
		compared += r.Compared
		wrong += len(r.Wrong)
	}
	path, err := h.keepFaults(all)
	if err != nil {
		return err
	}
	fmt.Printf("\n%-36s %s\n", "from the fault to", "shortest – longest")
	summary := spans(all)
	for _, name := range slices.Sorted(maps.Keys(summary)) {
		fmt.Printf("%-36s %s\n", name, summary[name])
	}
	fmt.Printf("\n%d injections, %d capabilities compared, %d predicted wrong; all of it is in %s\n", len(all), compared, wrong, path)
	fmt.Printf("%d passed, %d failed\n", compared-wrong, wrong)
	if wrong > 0 {
		errs = append(errs, fmt.Errorf("%d predictions were wrong", wrong))
	}
	return errors.Join(errs...)
}

// keepFaults writes faults.json and the table for docs/availability.md into the log directory. Earlier results for faults that this run
// skipped are kept; of several rounds of a fault, the worst is kept.
func (h *harness) keepFaults(all []result) (path string, err error) {
	path = filepath.Join(h.lab.Dir, "log", "faults.json")
	var kept []result
	if data, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(data, &kept); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	kept = slices.DeleteFunc(kept, func(k result) bool { return slices.ContainsFunc(all, k.sameFault) })
	for _, r := range all {
		i := slices.IndexFunc(kept, r.sameFault)
		if i < 0 {
			kept = append(kept, r)
		} else if len(r.Wrong) >= len(kept[i].Wrong) {
			kept[i] = r
		}
	}
	place := func(r result) int { // in the cases' order
		n := 0
		for _, fc := range faultCases {
			for _, i := range fc.injections {
				if n++; patientName(fc.name) == r.Case && i.String() == r.Injection {
					return n
				}
			}
			if n++; patientName(fc.name) == r.Case && r.Injection == staysAway {
				return n
			}
		}
		return n + 1
	}
	slices.SortStableFunc(kept, func(a, b result) int { return place(a) - place(b) })
	data, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return "", err
	}
	versions, err := h.lab.Built()
	if err != nil {
		return "", err
	}
	return path, errors.Join(os.WriteFile(path, data, 0o644), os.WriteFile(filepath.Join(h.lab.Dir, "log", "faults.md"),
		[]byte(observed(kept, versions)), 0o644))
}

// result is the result of one injection.
type result struct {
	Case, Injection string
	Predicted       map[string]string // state by capability
	Observed        map[string]bool   // whether it worked in the end
	// the longest time without an answer, if a request failed; absent if none failed, or none succeeded again
	Gaps         map[string]time.Duration
	Moved        map[string]time.Duration // leaders: from the fault to another holder; only leaders lost to the fault
	Healed       time.Duration            // from the repair to a healthy cluster
	Acknowledged int                      // acknowledged writes to etcd so far, all of which were read back
	Compared     int
	Wrong        []string
}

// sameFault reports whether two results are for the same fault on the same cluster.
func (r result) sameFault(other result) bool {
	return r.Case == other.Case && r.Injection == other.Injection
}

// patient is a cluster under test.
type patient struct {
	*cluster
	topology string // without the spare
	plan     planned
	etcd     func(ctx context.Context, args ...string) ([]byte, error)
	member   []func(ctx context.Context, args ...string) ([]byte, error) // etcd clients of one member each
	service  string                                                      // the web Service's address
	dns      string                                                      // the DNS Service's address
	joins    bool                                                        // there is a spare worker
	// hosts that got their power back, until everything on them runs again
	booted map[string]time.Time
	writes int // attempted writes, which number their keys
	acked  []string
	pod    int
}

func (h *harness) breakCase(ctx context.Context, name string, injections []injection, stays bool) (results []result, err error) {
	t := h.table(ctx, name+", to be broken")
	p, err := h.patient(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			h.report(ctx, p.cluster)
		}
		err = errors.Join(err, p.remove(ctx))
	}()
	if err := h.lab.Boot(ctx, p.nodes); err != nil {
		return nil, err
	}
	run, err := p.playbook(ctx, "site.yml", "faults")
	if err != nil {
		return nil, err
	}
	t.row("site.yml", run.took, run)
	if err := p.check(ctx); err != nil {
		return nil, err
	}
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	t.phase("checks, spare worker taken out")
	fmt.Printf("\n%-36s %-44s %9s %9s %9s\n", "injection", "predicted/observed", "API gap", "pods gap", "healed")
	for _, i := range injections {
		r, err := p.inject(ctx, i)
		if err != nil {
			return results, fmt.Errorf("%s: %w", i, err)
		}
		results = append(results, r)
		p.print(r)
	}
	if stays {
		notReady, replaced, err := p.rescheduled(ctx)
		if err != nil {
			return results, fmt.Errorf("a worker that stays away: %w", err)
		}
		fmt.Printf("%-36s node NotReady after %.1f s, all its pods replaced after %.1f s\n", staysAway, notReady.Seconds(),
			replaced.Seconds())
		results = append(results, result{Case: p.name, Injection: staysAway, Moved: map[string]time.Duration{"node NotReady": notReady,
			"pods replaced": replaced}})
	}
	return results, nil
}

// capabilities in the table's order, with their letters.
var capabilities = []string{"etcd-writes", "etcd-reads", "api", "scheduling", "pods", "services", "dns", "join"}

func (p *patient) print(r result) {
	var marks []string
	for _, c := range capabilities {
		seen, ok := r.Observed[c]
		short := map[string]string{"up": "+", "degraded": "~", "depends": "?", "down": "-"}[r.Predicted[c]]
		switch {
		case !ok:
			short += "/ "
		case seen:
			short += "/+"
		default:
			short += "/-"
		}
		marks = append(marks, short)
	}
	gap := func(c string) string {
		if d, ok := r.Gaps[c]; ok {
			return fmt.Sprintf("%.1f s", d.Seconds())
		}
		return "none"
	}
	fmt.Printf("%-36s %-44s %9s %9s %9s\n", r.Injection, strings.Join(marks, "  "), gap("api"), gap("scheduling"),
		fmt.Sprintf("%.0f s", r.Healed.Seconds()))
	for _, w := range r.Wrong {
		fmt.Printf("    WRONG: %s\n", w)
	}
}

// patientName separates the files of a broken case from those of the same case in -recover and in a plain run.
func patientName(name string) string { return "faults-" + name }

// patient generates the tree of a case with a spare worker.
func (h *harness) patient(ctx context.Context, name string) (*patient, error) {
	source := filepath.Join(h.root, "e2e", "topologies", name+".hcl")
	src, err := os.ReadFile(source)
	if err != nil {
		return nil, err
	}
	c := &cluster{h: h, name: patientName(name), dir: filepath.Join(h.scratch, patientName(name))}
	c.tree = filepath.Join(c.dir, "tree")
	p := &patient{cluster: c, topology: source, joins: name != "aio"}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return nil, err
	}
	built := filepath.Join(c.dir, "topology.hcl")
	if p.joins {
		src = append(src, spare...)
	}
	if err := os.WriteFile(built, src, 0o644); err != nil {
		return nil, err
	}
	if err := command(ctx, h.k8splan, append([]string{"generate", built, "--rebuild", "--out", c.tree}, h.variables()...)...); err != nil {
		return nil, err
	}
	if err := p.ask(ctx, &p.plan, "plan", p.topology); err != nil {
		return nil, err
	}
	return p, errors.Join(c.readInventory(ctx), c.readMembers(), c.checkSupplies())
}

// ask runs a k8splan command and decodes its JSON output.
func (p *patient) ask(ctx context.Context, into any, args ...string) error {
	cmd := exec.CommandContext(ctx, p.h.k8splan, append(append(args, "-o", "json"), p.h.variables()...)...)
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("k8splan %s: %w", strings.Join(args, " "), err)
	}
	return json.Unmarshal(out, into)
}

// prepare sets up the probers, and removes the spare worker from the cluster.
func (p *patient) prepare(ctx context.Context) error {
	var err error
	if p.etcd, err = p.etcdctl(ctx, p.members...); err != nil {
		return err
	}
	for _, m := range p.members {
		one, err := p.etcdctl(ctx, m)
		if err != nil {
			return err
		}
		p.member = append(p.member, one)
	}
	if p.service, err = p.kube(ctx, "get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"); err != nil {
		return err
	}
	if p.dns, err = p.kube(ctx, "-n", "kube-system", "get", "service", "kube-dns", "-o", "jsonpath={.spec.clusterIP}"); err != nil {
		return err
	}
	if !p.joins {
		return nil
	}
	token, err := p.bootstrap().Exec(ctx, "kubeadm", "token", "create")
	if err != nil {
		return err
	}
	ca, err := p.bootstrap().Exec(ctx, "base64", "-w0", "/etc/kubernetes/pki/ca.crt")
	if err != nil {
		return err
	}
	server := fmt.Sprintf("https://%s:%d", p.plan.Endpoint.Host, p.plan.Endpoint.Port)
	discovery := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","clusters":[{"name":"c","cluster":{"server":%q,`+
		`"certificate-authority-data":%q}}],"users":[{"name":"u","user":{"token":%q}}],"contexts":[{"name":"x","context":{"cluster":"c",`+
		`"user":"u"}}],"current-context":"x"}`,
		server, strings.TrimSpace(ca), strings.TrimSpace(token))
	if _, err := p.node("spare").Exec(ctx, "sh", "-c",
		"umask 077; mkdir -p /var/lib/spare; printf %s \"$1\" > /var/lib/spare/discovery.conf", "sh", discovery); err != nil {
		return err
	}
	if _, err := p.node("spare").Exec(ctx, "cp", "/etc/kubernetes/kubeadm.yaml", "/var/lib/spare/kubeadm.yaml"); err != nil {
		return err
	}
	return p.whole(ctx) // without the spare, whose test pods now run elsewhere
}

// leave removes the spare worker from the cluster.
func (p *patient) leave(ctx context.Context) error {
	if _, err := p.node("spare").Exec(ctx, "sh", "-c", "kubeadm reset -f >/dev/null 2>&1; rm -rf /etc/kubernetes/kubelet.conf "+
		"/etc/kubernetes/pki /etc/cni/net.d/*"); err != nil {
		return err
	}
	_, err := p.kube(ctx, "delete", "node", "spare", "--ignore-not-found", "--wait=false")
	return err
}

// predict asks simulate about a fault, with CoreDNS on its actual nodes.
func (p *patient) predict(ctx context.Context, i injection) (*simulation, error) {
	placed, err := p.kube(ctx, "-n", "kube-system", "get", "pods", "-l", "k8s-app=kube-dns", "--field-selector=status.phase=Running", "-o",
		"jsonpath={.items[*].spec.nodeName}")
	if err != nil {
		return nil, err
	}
	args := []string{"simulate", p.topology}
	if nodes := slices.DeleteFunc(strings.Fields(placed), func(n string) bool { return n == "spare" }); len(nodes) > 0 {
		args = append(args, "--dns", strings.Join(nodes, ","))
	}
	if i.how == "part" {
		args = append(args, "--cut", strings.Join(i.what, ","))
	} else {
		args = append(args, "--kill", strings.Join(i.what, ","))
	}
	var s simulation
	return &s, p.ask(ctx, &s, args...)
}

// inject breaks, watches, judges, repairs, and waits until the cluster is healthy.
func (p *patient) inject(ctx context.Context, i injection) (result, error) {
	r := result{Case: p.name, Injection: i.String(), Predicted: map[string]string{}, Observed: map[string]bool{},
		Gaps: map[string]time.Duration{}}
	s, err := p.predict(ctx, i)
	if err != nil {
		return r, err
	}
	gone := map[string]bool{} // unreachable hosts
	var broken []string
	for _, u := range s.Outcome.Units {
		broken = append(broken, u.Nodes...)
	}
	if i.how != "hang" && i.how != "part" {
		for _, name := range broken {
			gone[name] = true
		}
	}
	before, err := p.podProcesses(ctx)
	if err != nil {
		return r, err
	}
	led := p.leaders(ctx, nil)
	start := time.Now()
	if err := p.strike(ctx, i, broken); err != nil {
		return r, err
	}
	watch, cancel := context.WithTimeout(ctx, i.lasts())
	var wg sync.WaitGroup
	wg.Go(func() { r.Moved = p.watchLeaders(watch, led, broken, gone, start) })
	seen := p.watch(watch, i.lasts()-faultLasts+joinAfter, gone, before, start)
	wg.Wait()
	cancel()
	for name, times := range seen {
		judge(&r, name, times)
	}
	// zones are compared one by one: the endpoint may work from one zone and not from another
	zones := map[string]bool{}
	for name := range seen {
		if zone, ok := strings.CutPrefix(name, "api@"); ok {
			zones[zone] = r.Observed[name]
			delete(r.Observed, name)
		}
	}
	r.Observed["api"] = false
	for zone, ok := range zones {
		r.Observed["api"] = r.Observed["api"] || ok
		if g, failed := r.Gaps["api@"+zone]; failed {
			r.Gaps["api"] = max(r.Gaps["api"], g)
			delete(r.Gaps, "api@"+zone)
		}
	}
	for _, v := range s.Outcome.Verdicts {
		r.Predicted[v.Capability] = v.State
		got, ok := r.Observed[v.Capability]
		if !ok || v.State == "depends" {
			continue
		}
		r.Compared++
		if want := v.State != "down"; got != want {
			r.Wrong = append(r.Wrong, fmt.Sprintf("%s was said to be %s (%s), and it %s", v.Capability, v.State, v.Reason,
				map[bool]string{true: "worked", false: "did not work"}[got]))
		}
		if v.Capability == "api" && v.State != "down" {
			for zone, ok := range zones {
				if want := len(v.From) == 0 || slices.Contains(v.From, zone); ok != want {
					r.Wrong = append(r.Wrong, fmt.Sprintf("the endpoint was said to answer in %q: %v; it did: %v", zone, want, ok))
				}
			}
		}
	}
	if len(r.Wrong) > 0 {
		p.explain(ctx, i)
	}
	start = time.Now()
	p.booted = map[string]time.Time{}
	if i.how == "pull" {
		for _, name := range broken {
			p.booted[name] = start
		}
	}
	if err := p.repair(ctx, i, broken); err != nil {
		return r, err
	}
	if err := p.whole(ctx); err != nil {
		return r, fmt.Errorf("did not heal: %w", err)
	}
	r.Healed, r.Acknowledged = time.Since(start), len(p.acked)
	return r, nil
}

// explain logs the state of every API server and every member during the fault, to debug a wrong prediction.
func (p *patient) explain(ctx context.Context, i injection) {
	var b strings.Builder
	out, err := p.etcd(ctx, "endpoint", "status", "-w", "table")
	section(&b, "etcd", string(out), err)
	for _, name := range p.groups["control_plane"] {
		server := []string{"--server", "https://" + p.node(name).Address + ":6443", "--request-timeout", "8s"}
		for _, args := range [][]string{
			{"get", "nodes"},
			{"get", "leases", "-A", "-o", "custom-columns=NAME:.metadata.name,HOLDER:.spec.holderIdentity,RENEWED:.spec.renewTime"},
			{"get", "endpointslices", "-l", "kubernetes.io/service-name=web", "-o", "yaml"}, {"get", "pods", "-o", "wide"},
		} {
			out, err := p.kube(ctx, append(server, args...)...)
			section(&b, name+": kubectl "+strings.Join(args, " "), out, err)
		}
	}
	path := p.log(strings.NewReplacer(" ", "-", "/", "-", ":", "-").Replace(i.String()), ".log")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err == nil {
		fmt.Printf("    what the cluster said of itself is in %s\n", path)
	}
}

func (p *patient) strike(ctx context.Context, i injection, broken []string) error {
	return p.each(i, broken, func(n *lab.Node) error {
		switch i.how {
		case "pull":
			return n.Kill(ctx)
		case "unplug":
			return n.Cut(ctx)
		}
		return n.Pause(ctx, "haproxy")
	}, func(a, b []*lab.Node) error { return p.h.lab.Part(ctx, a, b) })
}

func (p *patient) repair(ctx context.Context, i injection, broken []string) error {
	return p.each(i, broken, func(n *lab.Node) error {
		switch i.how {
		case "pull":
			return n.Up(ctx)
		case "unplug":
			return n.Heal(ctx)
		}
		return n.Resume(ctx, "haproxy")
	}, func(a, b []*lab.Node) error { return p.h.lab.Join(ctx, a, b) })
}

// each runs a function for every host of an injection concurrently, or for the two sides of a cut.
func (p *patient) each(i injection, broken []string, one func(*lab.Node) error, between func(a, b []*lab.Node) error) error {
	if i.how == "part" {
		a, b, _ := strings.Cut(i.what[0], ":")
		return between(p.zone(a), p.zone(b))
	}
	if i.how == "hang" {
		broken = nil
		for _, u := range i.what {
			broken = append(broken, strings.TrimPrefix(u, "balancer/"))
		}
	}
	errs := make([]error, len(broken))
	var wg sync.WaitGroup
	for k, name := range broken {
		wg.Go(func() { errs[k] = one(p.node(name)) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (p *patient) zone(name string) []*lab.Node {
	var nodes []*lab.Node
	for _, n := range p.plan.Nodes {
		if n.FailureDomain == name {
			nodes = append(nodes, p.node(n.Name))
		}
	}
	return nodes
}

// try is one attempt of a prober.
type try struct {
	at time.Duration // since the fault
	ok bool
}

// watch runs every prober concurrently until ctx ends.
func (p *patient) watch(ctx context.Context, joinAfter time.Duration, gone map[string]bool, before map[string]string,
	start time.Time) map[string][]try {
	probes := p.probes(gone, before)
	seen := map[string][]try{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, probe := range probes {
		wg.Go(func() {
			for ctx.Err() == nil {
				began := time.Now()
				ok := probe(ctx)
				if ctx.Err() != nil && !ok {
					return // it was interrupted, so it does not count
				}
				mu.Lock()
				seen[name] = append(seen[name], try{time.Since(start), ok})
				mu.Unlock()
				select {
				case <-ctx.Done():
				case <-time.After(max(0, time.Second-time.Since(began))):
				}
			}
		})
	}
	if p.joins {
		wg.Go(func() {
			select {
			case <-ctx.Done():
				return
			case <-time.After(joinAfter):
			}
			ok := p.tryJoin(ctx)
			mu.Lock()
			seen["join"] = []try{{time.Since(start), ok}}
			mu.Unlock()
		})
	}
	wg.Wait()
	return seen
}

// judge determines whether a capability worked in the end, and how long it was unavailable: the longest time between two successes, or
// between the fault and the first one, in which a request failed. A capability that never recovered has no such time.
func judge(r *result, name string, tries []try) {
	if len(tries) == 0 {
		return
	}
	end := tries[len(tries)-1].at
	r.Observed[name] = false
	answered, failed := time.Duration(0), false
	for _, t := range tries {
		if !t.ok {
			failed = true
			continue
		}
		if failed {
			r.Gaps[name] = max(r.Gaps[name], t.at-answered)
		}
		answered, failed = t.at, false
		if t.at >= end-judgedFor {
			r.Observed[name] = true
		}
	}
}

// asker runs on a host to query the API's endpoint, a Service, or cluster DNS, with nothing but python3.
const asker = `
import socket, ssl, struct, sys, urllib.request
kind, to = sys.argv[1], sys.argv[2]
if kind == "https":
    context = ssl._create_unverified_context()
    sys.exit(0 if urllib.request.urlopen("https://" + to + "/readyz", timeout=3, context=context).status == 200 else 1)
for attempt in range(4):
    try:
        if kind == "http":
            urllib.request.urlopen("http://" + to + "/", timeout=1.5).read()
            sys.exit(0)
        name = b"".join(bytes([len(part)]) + part.encode() for part in sys.argv[3].split(".")) + b"\0"
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(1)
        s.sendto(struct.pack(">HHHHHH", attempt + 1, 0x100, 1, 0, 0, 0) + name + struct.pack(">HH", 1, 1), (to, 53))
        answer = s.recv(512)
        if answer[3] & 15 == 0 and struct.unpack(">H", answer[6:8])[0] > 0:
            sys.exit(0)
    except OSError:
        pass
sys.exit(1)
`

func asks(ctx context.Context, n *lab.Node, args ...string) bool {
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	_, err := n.Exec(ctx, append([]string{"python3", "-c", asker}, args...)...)
	return err == nil
}

// probes returns a prober for each capability, which runs on reachable hosts.
func (p *patient) probes(gone map[string]bool, before map[string]string) map[string]func(context.Context) bool {
	var workers, kubelets, controlPlanes []string
	zones := map[string]string{} // one client host per zone
	for _, n := range p.plan.Nodes {
		cp, worker := slices.Contains(n.Roles, "control-plane"), slices.Contains(n.Roles, "worker")
		if gone[n.Name] || !cp && !worker {
			continue
		}
		kubelets = append(kubelets, n.Name)
		if worker {
			workers = append(workers, n.Name)
		}
		if cp {
			controlPlanes = append(controlPlanes, n.Name)
		}
		if _, ok := zones[n.FailureDomain]; !ok {
			zones[n.FailureDomain] = n.Name
		}
	}
	any := func(names []string, ask func(*lab.Node) bool) bool {
		return slices.ContainsFunc(names, func(name string) bool { return ask(p.node(name)) })
	}
	probes := map[string]func(context.Context) bool{
		"etcd-writes": func(ctx context.Context) bool {
			p.writes++
			key := func(member int) string { return fmt.Sprintf("/k8splan-probe/%06d-%d", p.writes, member) }
			acked := p.ofMembers(func(i int) error {
				_, err := p.member[i](ctx, "put", key(i), key(i))
				return err
			})
			for _, i := range acked {
				p.acked = append(p.acked, key(i))
			}
			return len(acked) > 0
		},
		"etcd-reads": func(ctx context.Context) bool {
			return len(p.ofMembers(func(i int) error {
				_, err := p.member[i](ctx, "get", "/k8splan-probe/", "--prefix", "--count-only", "--write-out", "fields")
				return err
			})) > 0
		},
		"scheduling": func(ctx context.Context) bool {
			return slices.ContainsFunc(controlPlanes, func(name string) bool { return p.runs(ctx, p.node(name)) })
		},
		"pods": func(ctx context.Context) bool {
			return any(workers, func(n *lab.Node) bool {
				now, err := processes(ctx, n)
				return err == nil && now != "" && now == before[n.Name]
			})
		},
		"services": func(ctx context.Context) bool {
			return any(workers, func(n *lab.Node) bool { return asks(ctx, n, "http", p.service) })
		},
		"dns": func(ctx context.Context) bool {
			return any(kubelets, func(n *lab.Node) bool {
				return asks(ctx, n, "dns", p.dns, "kubernetes.default.svc."+p.plan.Network.DNSDomain)
			})
		},
	}
	for zone, name := range zones {
		probes["api@"+zone] = func(ctx context.Context) bool {
			return asks(ctx, p.node(name), "https", fmt.Sprintf("%s:%d", p.plan.Endpoint.Host, p.plan.Endpoint.Port))
		}
	}
	return probes
}

// ofMembers queries every etcd member concurrently and returns the indices of those that answered. A client of all members would use a
// random one, and a member without a leader answers like a cluster without a quorum.
func (p *patient) ofMembers(ask func(i int) error) (answered []int) {
	errs := make([]error, len(p.member))
	var wg sync.WaitGroup
	for i := range p.member {
		wg.Go(func() { errs[i] = ask(i) })
	}
	wg.Wait()
	for i, err := range errs {
		if err == nil {
			answered = append(answered, i)
		}
	}
	return answered
}

// canary is a pod that sleeps, on any node but the spare; its name and its image are filled in.
const canary = `
apiVersion: v1
kind: Pod
metadata: {name: %q, labels: {canary: "yes"}}
spec:
  terminationGracePeriodSeconds: 0
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: NotIn, values: [spare]}]}]
  containers: [{name: c, image: %q, command: [sleep, "600"]}]
`

// runs reports whether a pod created through one control plane's API server starts, on any node but the spare, which simulate does not
// know.
func (p *patient) runs(ctx context.Context, cp *lab.Node) bool {
	p.pod++
	name := fmt.Sprintf("canary-%d", p.pod)
	server := []string{"--server", "https://" + cp.Address + ":6443", "--request-timeout", "3s"}
	manifest := fmt.Sprintf(canary, name, lab.ProbeImage)
	if _, err := p.kubeInput(ctx, manifest, append(server, "create", "-f", "-")...); err != nil {
		return false
	}
	for end := time.Now().Add(7 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		phase, err := p.kube(ctx, append(server, "get", "pod", name, "-o", "jsonpath={.status.phase}")...)
		if err != nil {
			return false
		}
		if phase == "Running" {
			return true
		}
	}
	return false
}

// tryJoin makes the spare worker join.
func (p *patient) tryJoin(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout+5*time.Second)
	defer cancel()
	_, err := p.node("spare").Exec(ctx, "sh", "-c",
		fmt.Sprintf("mkdir -p /etc/kubernetes && cp /var/lib/spare/* /etc/kubernetes/ && timeout %d kubeadm join --config "+
			"/etc/kubernetes/kubeadm.yaml", int(joinTimeout.Seconds())))
	return err == nil
}

// processes lists the test pods' processes on a host with their start times, to detect restarted pods.
func processes(ctx context.Context, n *lab.Node) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := n.Exec(ctx, "sh", "-c", `for p in $(pgrep -f "^probe serve"); do echo "$p $(cut -d' ' -f22 /proc/$p/stat)"; done | sort`)
	return strings.TrimSpace(out), err
}

func (p *patient) podProcesses(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	for _, n := range p.nodes {
		out, err := processes(ctx, n)
		if err != nil {
			return nil, err
		}
		all[n.Name] = out
	}
	return all, nil
}

// whole waits until the cluster is as before: every member healthy and consistent, every acknowledged write present, every node Ready, and
// the endpoint, the Service, and DNS answering.
func (p *patient) whole(ctx context.Context) error {
	if err := eventually(ctx, healTimeout, func() error {
		if _, err := p.etcd(ctx, "endpoint", "health"); err != nil {
			return fmt.Errorf("etcd: %w", err)
		}
		_, err := p.kube(ctx, "get", "--raw", "/readyz")
		return err
	}); err != nil {
		return err
	}
	keys, err := p.etcd(ctx, "get", "/k8splan-probe/", "--prefix", "--keys-only")
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, k := range strings.Fields(string(keys)) {
		have[k] = true
	}
	for _, k := range p.acked {
		if !have[k] {
			return fmt.Errorf("etcd acknowledged %s and does not have it", k)
		}
	}
	if err := eventually(ctx, time.Minute, func() error { return oneMind(ctx, p.etcd) }); err != nil {
		return err
	}
	if p.joins {
		if err := p.leave(ctx); err != nil {
			return err
		}
	}
	if _, err := p.kube(ctx, "delete", "pods", "-l", "canary=yes", "--force", "--grace-period=0", "--wait=false"); err != nil {
		return err
	}
	var last error
	err = eventually(ctx, healTimeout, func() error {
		last = p.wellAgain(ctx)
		return last
	})
	return err
}

// oneMind compares the members' histories: the same hash at the same revision, one leader, one cluster.
func oneMind(ctx context.Context, etcd func(context.Context, ...string) ([]byte, error)) error {
	out, err := etcd(ctx, "endpoint", "status", "-w", "json")
	if err != nil {
		return err
	}
	var status []struct {
		Endpoint string
		Status   struct {
			Leader uint64 `json:"leader"`
			Header struct {
				Cluster  uint64 `json:"cluster_id"`
				Revision int64  `json:"revision"`
			} `json:"header"`
		}
	}
	if err := json.Unmarshal(out, &status); err != nil {
		return err
	}
	leaders, clusters := map[uint64]bool{}, map[uint64]bool{}
	lowest := int64(0)
	for _, s := range status {
		leaders[s.Status.Leader], clusters[s.Status.Header.Cluster] = true, true
		if lowest == 0 || s.Status.Header.Revision < lowest {
			lowest = s.Status.Header.Revision
		}
	}
	if len(leaders) != 1 || len(clusters) != 1 {
		return fmt.Errorf("the members name %d leaders and %d clusters", len(leaders), len(clusters))
	}
	out, err = etcd(ctx, "endpoint", "hashkv", "--rev", fmt.Sprint(lowest), "-w", "json")
	if err != nil {
		return err
	}
	var hashes []struct {
		HashKV struct {
			Hash uint64 `json:"hash"`
		}
	}
	if err := json.Unmarshal(out, &hashes); err != nil {
		return err
	}
	distinct := map[uint64]bool{}
	for _, h := range hashes {
		distinct[h.HashKV.Hash] = true
	}
	if len(distinct) != 1 {
		return fmt.Errorf("at revision %d the members hold %d histories", lowest, len(distinct))
	}
	return nil
}

// restarted checks that every pod on rebooted hosts has started since. Until their kubelets report, the API shows pods as they were before
// the power failure, with outdated addresses.
func (p *patient) restarted(ctx context.Context) error {
	if len(p.booted) == 0 {
		return nil
	}
	out, err := p.kube(ctx, "get", "pods", "-A", "-o",
		`jsonpath={range .items[*]}{.spec.nodeName} {.metadata.name} {.status.containerStatuses[0].state.running.startedAt}{"\n"}{end}`)
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		power, ok := p.booted[f[0]]
		if !ok {
			continue
		}
		if len(f) < 3 {
			return fmt.Errorf("%s on %s does not run yet", f[1], f[0])
		}
		started, err := time.Parse(time.RFC3339, f[2])
		if err != nil {
			return err
		}
		if started.Before(power.Truncate(time.Second)) {
			return fmt.Errorf("%s on %s is said to run since before the host booted", f[1], f[0])
		}
	}
	return nil
}

// wellAgain describes what is still missing.
func (p *patient) wellAgain(ctx context.Context) error {
	out, err := p.kube(ctx, "get", "nodes", "-o",
		`jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}`)
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) != 2 || f[1] != "True" {
			return fmt.Errorf("node %s is not Ready", strings.TrimSpace(line))
		}
	}
	if err := p.restarted(ctx); err != nil {
		return err
	}
	for _, d := range [][]string{{"default", "web"}, {"kube-system", "coredns"}} {
		got, err := p.kube(ctx, "-n", d[0], "get", "deploy", d[1], "-o", "jsonpath={.spec.replicas}/{.status.readyReplicas}")
		if err != nil {
			return err
		}
		if want, ready, _ := strings.Cut(got, "/"); want != ready {
			return fmt.Errorf("%s has %s of %s pods ready", d[1], ready, want)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.probes(nil, nil))) {
		switch {
		case strings.HasPrefix(name, "api@"), name == "services", name == "dns":
			if !p.probes(nil, nil)[name](ctx) {
				return fmt.Errorf("%s does not answer", name)
			}
		}
	}
	// pods being replaced would look like failed pods, and a worker without a pod proves nothing
	pods, err := p.kube(ctx, "get", "pods", "-l", "app=web", "-o",
		`jsonpath={range .items[*]}{.status.phase}{.metadata.deletionTimestamp} {.spec.nodeName}{"\n"}{end}`)
	if err != nil {
		return err
	}
	on := map[string]bool{}
	for line := range strings.Lines(pods) {
		phase, node, _ := strings.Cut(strings.TrimSpace(line), " ")
		if phase != "Running" || node == "spare" { // pods of a lost node are listed until they are garbage collected
			return errors.New("a web pod is not running yet")
		}
		on[node] = true
	}
	if len(on) < strings.Count(pods, "\n") && len(on) < len(p.groups["workers"])-1 { // the spare is a worker of the inventory
		_, err := p.kube(ctx, "delete", "pods", "-l", "app=web", "--wait=false")
		return errors.Join(errors.New("the web pods stand on one node"), err)
	}
	return nil
}
