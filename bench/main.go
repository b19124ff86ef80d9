// Command bench prints how fast k8splan is, as ratios and next to the goals that the project holds itself to. `make bench` builds
// bin/k8splan first. All figures are of whole processes, medians of several runs, measured in one go on one machine.
//
//	go run ./bench [-k8splan bin/k8splan] [-runs 9]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// big is a cluster of the size that Kubernetes is tested with, in a few lines.
const big = `cluster "big" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}

network {
  pod_subnets     = ["10.128.0.0/10"]
  service_subnets = ["10.64.0.0/16"]
}

etcd {
  topology = "external"
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 5
  first_address   = "10.0.0.21"
  failure_domains = ["a", "b", "c"]
  cpus            = 16
  memory          = "64Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = ["a", "b", "c"]
  cpus            = 64
  memory          = "256Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 4990
  first_address   = "10.1.0.1"
  failure_domains = ["a", "b", "c"]
}
`

func main() {
	binary := flag.String("k8splan", "bin/k8splan", "the binary to measure")
	runs := flag.Int("runs", 9, "runs of each; medians are printed")
	flag.Parse()
	if err := bench(*binary, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench: error:", err)
		os.Exit(1)
	}
}

func bench(binary string, runs int) (err error) {
	if binary, err = filepath.Abs(binary); err != nil {
		return err
	}
	example, err := filepath.Abs("examples/single-etcd-single-master/topology.hcl")
	if err != nil {
		return err
	}
	dir, err := scratch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	topology, tree := filepath.Join(dir, "topology.hcl"), filepath.Join(dir, "tree")
	if err := os.WriteFile(topology, []byte(big), 0o644); err != nil {
		return err
	}

	// A copy of the same tree is as fast as a machine can write it. The two take turns, so that both meet the same caches and disk.
	var generate, copying []cost
	for i := range runs {
		fresh := filepath.Join(dir, fmt.Sprint("generated-", i))
		g, err := measure(binary, "generate", topology, "--out", fresh)
		if err != nil {
			return err
		}
		if i == 0 {
			if err := os.Rename(fresh, tree); err != nil {
				return err
			}
			fresh = tree
		}
		copied := filepath.Join(dir, fmt.Sprint("copied-", i))
		c, err := measure("cp", "-r", tree, copied)
		if err != nil {
			return err
		}
		generate, copying = append(generate, g), append(copying, c)
		for _, gone := range []string{fresh, copied} {
			if gone == tree {
				continue
			}
			if err := os.RemoveAll(gone); err != nil {
				return err
			}
		}
	}
	files, err := count(tree)
	if err != nil {
		return err
	}
	again, err := medianOf(runs, binary, "generate", topology, "--out", tree)
	if err != nil {
		return err
	}
	validate, err := medianOf(runs, binary, "validate", topology)
	if err != nil {
		return err
	}
	small, err := medianOf(4*runs, binary, "validate", example)
	if err != nil {
		return err
	}
	reported, err := medianOf(runs, binary, "report", topology, "-o", filepath.Join(dir, "report.html"))
	if err != nil {
		return err
	}
	page, err := os.Stat(filepath.Join(tree, "report.html"))
	if err != nil {
		return err
	}
	grown, err := growth(dir, binary, runs)
	if err != nil {
		return err
	}

	g, c := median(generate), median(copying)
	fmt.Printf("Trees are in %s. Goals are of the time on the clock, except where they say otherwise.\n\n", filepath.Dir(dir))
	row := func(what, clock, processor, goal string) {
		fmt.Printf("%-56s %10s %10s %12s\n", what, clock, processor, goal)
	}
	times := func(what string, c cost, goal string) { row(what, seconds(c.clock), seconds(c.processor), goal) }
	ratios := func(what string, a, b cost, goal string) {
		row(what, ratio(a.clock, b.clock), ratio(a.processor, b.processor), goal)
	}
	row("", "clock", "processor", "goal")
	times(fmt.Sprintf("generate, 5,000 nodes, %d files", files), g, "")
	times("cp -r of the same tree", c, "")
	ratios("generate / cp -r", g, c, "≤ 1.5")
	times("generate again, nothing changed", again, "")
	ratios("generate again / cp -r", again, c, "")
	times("validate, 5,000 nodes", validate, "≤ 1 s")
	row("validate, 5,000 nodes, most memory", fmt.Sprintf("%d MB", validate.memory>>20), "", "≤ 300 MB")
	row("report.html in the tree of 5,000 nodes", fmt.Sprintf("%d KB", page.Size()>>10), "", "≤ 1,024 KB")
	ratios("report / validate, 5,000 nodes", reported, validate, "")
	for i, nodes := range sizes {
		times(fmt.Sprintf("validate, %d nodes in pools", nodes), grown[i], "")
	}
	// n log n: 10 · log 50,000 / log 5,000
	ratios("validate, 50,000 nodes / 5,000 nodes", grown[2], grown[1], "≤ 12.7")
	times("validate, the 5-node example, whole process", small, "≤ 0.040 s")
	return nil
}

// sizes are the numbers of nodes by which the growth of validate is measured.
var sizes = [...]int{500, 5_000, 50_000}

// growth measures validate for each of sizes.
func growth(dir, binary string, runs int) (grown []cost, err error) {
	for _, nodes := range sizes {
		// Addresses enough for each node's share of the pods' range.
		text := strings.NewReplacer("= 4990", fmt.Sprintf("= %d", nodes-10),
			`["10.128.0.0/10"]`, "[\"10.128.0.0/9\"]\n  node_cidr_mask_size = 25").Replace(big)
		path := filepath.Join(dir, fmt.Sprintf("%d.hcl", nodes))
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return nil, err
		}
		c, err := medianOf(runs, binary, "validate", path)
		if err != nil {
			return nil, err
		}
		grown = append(grown, c)
	}
	return grown, nil
}

// cost is what a run of a program took: time on the clock, time of all processors, its own and the system's for it, and the most memory
// that it held, in bytes.
type cost struct {
	clock, processor time.Duration
	memory           int64
}

func measure(name string, args ...string) (cost, error) {
	cmd := exec.Command(name, args...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := cost{clock: time.Since(start)}
	if err != nil {
		return cost{}, fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	took.processor = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		took.memory = int64(usage.Maxrss) << 10 // Linux counts in KiB
	}
	return took, nil
}

func medianOf(runs int, name string, args ...string) (cost, error) {
	var took []cost
	for range runs {
		c, err := measure(name, args...)
		if err != nil {
			return cost{}, err
		}
		took = append(took, c)
	}
	return median(took), nil
}

// median is that of each time by itself, and the most memory of all.
func median(costs []cost) cost {
	var clock, processor []time.Duration
	var memory int64
	for _, c := range costs {
		clock, processor, memory = append(clock, c.clock), append(processor, c.processor), max(memory, c.memory)
	}
	slices.Sort(clock)
	slices.Sort(processor)
	return cost{clock[len(clock)/2], processor[len(processor)/2], memory}
}

// memoryDisk is where Linux keeps files in memory: a disk would measure itself.
const memoryDisk = "/dev/shm"

// scratch makes a directory to work in, on a memory disk where there is one.
func scratch() (string, error) {
	if dir, err := os.MkdirTemp(memoryDisk, "k8splan-bench-"); err == nil {
		return dir, nil
	}
	return os.MkdirTemp("", "k8splan-bench-")
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

func ratio(a, b time.Duration) string { return fmt.Sprintf("%.2f", a.Seconds()/b.Seconds()) }

func count(dir string) (int, error) {
	n := 0
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	return n, err
}
