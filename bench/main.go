// Command bench prints how fast k8splan is, as ratios and beside the goals that the project holds itself to. `make bench` builds
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
	dir, err := os.MkdirTemp("", "k8splan-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	topology, tree := filepath.Join(dir, "topology.hcl"), filepath.Join(dir, "tree")
	if err := os.WriteFile(topology, []byte(big), 0o644); err != nil {
		return err
	}

	// A copy of the same tree is as fast as a machine can write it. The two take turns, so that both meet the same caches and disk.
	var generate, copying []time.Duration
	for i := range runs {
		fresh := filepath.Join(dir, fmt.Sprint("generated-", i))
		g, _, err := measure(binary, "generate", topology, "--out", fresh)
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
		c, _, err := measure("cp", "-r", tree, copied)
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
	again, _, err := medianOf(runs, binary, "generate", topology, "--out", tree)
	if err != nil {
		return err
	}
	validate, memory, err := medianOf(runs, binary, "validate", topology)
	if err != nil {
		return err
	}
	small, _, err := medianOf(4*runs, binary, "validate", example)
	if err != nil {
		return err
	}
	var grown []time.Duration
	for _, nodes := range []int{500, 5_000, 50_000} {
		// Addresses enough for each node's share of the pods' range.
		text := strings.NewReplacer("= 4990", fmt.Sprintf("= %d", nodes-10), `["10.128.0.0/10"]`, "[\"10.128.0.0/9\"]\n  node_cidr_mask_size = 25").Replace(big)
		path := filepath.Join(dir, fmt.Sprintf("%d.hcl", nodes))
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
		t, _, err := medianOf(runs, binary, "validate", path)
		if err != nil {
			return err
		}
		grown = append(grown, t)
	}

	g, c := median(generate), median(copying)
	fmt.Printf("%-58s %10s %10s\n", "", "here", "goal")
	row := func(what, here, goal string) { fmt.Printf("%-58s %10s %10s\n", what, here, goal) }
	row(fmt.Sprintf("generate, 5,000 nodes, %d files", files), seconds(g), "")
	row("cp -r of the same tree", seconds(c), "")
	row("generate / cp -r", ratio(g, c), "≤ 1.5")
	row("generate again, nothing changed", seconds(again), "")
	row("generate again / cp -r", ratio(again, c), "")
	row("validate, 5,000 nodes", seconds(validate), "≤ 1 s")
	row("validate, 5,000 nodes, most memory", fmt.Sprintf("%d MB", memory>>20), "≤ 300 MB")
	for i, nodes := range []string{"500", "5,000", "50,000"} {
		row("validate, "+nodes+" nodes drawn from pools", seconds(grown[i]), "")
	}
	// n log n: 10 · log 50,000 / log 5,000
	row("validate, 50,000 nodes / 5,000 nodes", ratio(grown[2], grown[1]), "≤ 12.7")
	row("validate, the 5-node example, whole process", fmt.Sprintf("%.1f ms", float64(small.Microseconds())/1000), "≤ 40 ms")
	return nil
}

// measure runs a program and returns its wall time and the most memory that it held, in bytes.
func measure(name string, args ...string) (time.Duration, int64, error) {
	cmd := exec.Command(name, args...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start)
	if err != nil {
		return 0, 0, fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return took, 0, nil
	}
	return took, int64(usage.Maxrss) << 10, nil // Linux counts in KiB
}

func medianOf(runs int, name string, args ...string) (time.Duration, int64, error) {
	var took []time.Duration
	var memory int64
	for range runs {
		t, m, err := measure(name, args...)
		if err != nil {
			return 0, 0, err
		}
		took, memory = append(took, t), max(memory, m)
	}
	return median(took), memory, nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
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
