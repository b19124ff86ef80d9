// Command e2e builds real clusters from generated trees, on hosts made from namespaces (package lab), and checks them. See README.md in
// this directory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// testCase is a topology and its additional checks.
type testCase struct {
	name  string // of topologies/<name>.hcl
	reset bool   // reset.yml, then site.yml once more
	// extra cases need lab.Extras; they only run by name, or all of them as "extra".
	extra bool
	// containers reports that the hosts are containers of one machine.
	containers bool
	// also is an additional check after each run of site.yml.
	also func(context.Context, *cluster) error
}

// cases in run order: the quickest first.
var cases = []testCase{
	{name: "aio", reset: true, also: checkSealed},
	{name: "1+1+2"},
	{name: "1+3+1"},
	{name: "3+1", also: checkSealed},
	{name: "3+2", also: checkLocal},
	{name: "3+3+2"},
	{name: "language", reset: true, also: checkLanguage},
	{name: "kube-vip"},
	{name: "firewall", reset: true, also: checkFirewall},
	{name: "lxd", containers: true, also: checkContainers},
	{name: "dual-stack", also: checkFamilies},
	{name: "ipv6"},
	{name: "crio", reset: true, extra: true},
	{name: "docker", reset: true, extra: true},
	{name: "addons", reset: true, extra: true, also: checkAddons},
}

// harness is shared by all cases.
type harness struct {
	lab     *lab.Lab
	root    string // the project's directory
	k8splan string // the binary under test
	scratch string // trees, kubeconfigs, ssh's sockets: deleted after the run
	keep    bool
	noFresh bool // chains of edits are not compared with a rebuilt cluster
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("e2e", flag.ExitOnError)
	list := flags.Bool("list", false, "print the cases")
	setup := flags.Bool("setup", false, "only build what the lab needs")
	clear := flags.Bool("clear", false, "remove what a killed run left")
	bare := flags.Bool("bare", false, "boot the hosts of one case without a cluster, and leave them until interrupted")
	keep := flags.Bool("keep", false, "leave the last case's cluster up until interrupted")
	bench := flags.Bool("bench", false, "measure site.yml against the same work by hand")
	only := flags.String("only", "", "with -faults: no injections but those whose line contains this; several with commas between")
	faults := flags.Bool("faults", false, "break the clusters of the cases, and compare with what simulate says")
	recovery := flags.Bool("recover", false, "walk through what a person does after a loss")
	change := flags.Bool("change", false, "edit topologies of running clusters, and carry the edits out or see them refused")
	seen := flags.Bool("seen", false, "with -change: print what the chains have shown so far")
	record := flags.Bool("record", false, "with -change: write what the chains have shown into planner/change/seen.json")
	noFresh := flags.Bool("no-fresh", false, "with -change: do not build each chain's last topology again to compare")
	hosts := flags.Bool("hosts", false, "look at hosts that are not as a cluster needs them, and build one in spite of some of it")
	hardWay := flags.Bool("hard-way", false, "bring up Kubernetes The Hard Way from its tree")
	ansible := flags.String("ansible", "", "run playbooks with another release of ansible-core: trixie, or a directory "+
		"that holds the Python package ansible (for Linux on amd64)")
	rounds := flags.Int("rounds", 1, "rounds of -bench, whose medians are printed, or of every fault of -faults")
	binary := flags.String("k8splan", "", "the binary to test (default: built from ./cmd/k8splan)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *list && *change {
		for _, name := range slices.Sorted(maps.Keys(changeChains)) {
			fmt.Println(name)
		}
		return nil
	}
	if *list {
		for _, c := range cases {
			fmt.Println(c.name)
		}
		return nil
	}
	named := flags.Args()
	if *change || *hosts {
		named = nil // of other names
	}
	selected, err := choose(named)
	if err != nil {
		return err
	}
	root, err := projectRoot()
	if err != nil {
		return err
	}
	if *change && (*seen || *record) {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		h := &harness{lab: &lab.Lab{Dir: filepath.Join(cache, "k8splan-lab")}, root: root}
		if *record {
			return h.record(slices.Sorted(maps.Keys(changeChains)))
		}
		return h.seen(slices.Sorted(maps.Keys(changeChains)))
	}
	l, err := lab.Open(ctx, root, os.Stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := l.Clear(ctx); err != nil || *clear {
		return err
	}
	start := time.Now()
	if err := l.Setup(ctx); err != nil {
		return err
	}
	if slices.ContainsFunc(selected, func(c testCase) bool { return c.extra }) {
		if err := l.Extras(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "lab ready after %.0f s\n", time.Since(start).Seconds())
	if *setup {
		return nil
	}

	h := &harness{lab: l, root: root, k8splan: *binary, keep: *keep, noFresh: *noFresh}
	h.scratch, err = os.MkdirTemp("", "k8splan-e2e-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(h.scratch)
	if *ansible != "" {
		bin, err := otherAnsible(h.scratch, *ansible)
		if err != nil {
			return err
		}
		if err := os.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
			return err
		}
	}
	if h.k8splan == "" {
		h.k8splan = filepath.Join(h.scratch, "k8splan")
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", h.k8splan,
			filepath.Join(root, "cmd", "k8splan")).CombinedOutput(); err != nil {
			return fmt.Errorf("go build ./cmd/k8splan: %w\n%s", err, out)
		}
	} else if h.k8splan, err = filepath.Abs(h.k8splan); err != nil {
		return err
	}
	stop, err := l.Serve(ctx)
	if err != nil {
		return err
	}
	defer stop()

	if *bare {
		return h.bare(ctx, selected[0])
	}
	if *bench {
		return h.bench(ctx, *rounds)
	}
	if *recovery {
		return h.recover(ctx, flags.Args())
	}
	if *change {
		return h.changes(ctx, flags.Args())
	}
	if *hosts {
		return h.unfriendly(ctx, flags.Args())
	}
	if *hardWay {
		return h.hardWay(ctx)
	}
	if *faults {
		return h.faults(ctx, flags.Args(), *only, *rounds)
	}
	passed, failed := 0, []string{}
	for _, c := range selected {
		if err := h.runCase(ctx, c); err != nil {
			fmt.Printf("\n%s: FAILED: %v\n", c.name, err)
			failed = append(failed, c.name)
		} else {
			passed++
		}
		if ctx.Err() != nil {
			break
		}
	}
	fmt.Printf("\n%d passed, %d failed\n", passed, len(failed))
	if len(failed) > 0 {
		return fmt.Errorf("failed: %s", strings.Join(failed, ", "))
	}
	return ctx.Err()
}

// choose returns the named cases; no name, or "all", selects all but the extra ones, "extra" selects those.
func choose(names []string) ([]testCase, error) {
	some := func(extra bool) []testCase {
		return slices.DeleteFunc(slices.Clone(cases), func(c testCase) bool { return c.extra != extra })
	}
	switch {
	case len(names) == 0 || slices.Equal(names, []string{"all"}):
		return some(false), nil
	case slices.Equal(names, []string{"extra"}):
		return some(true), nil
	}
	var chosen []testCase
	for _, name := range names {
		i := slices.IndexFunc(cases, func(c testCase) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no case %q; -list prints them", name)
		}
		chosen = append(chosen, cases[i])
	}
	return chosen, nil
}

// projectRoot returns the closest parent directory with a go.mod.
func projectRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("run it inside the project")
		}
		dir = filepath.Dir(dir)
	}
}
