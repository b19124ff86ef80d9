package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// hardWay builds the tree of the target kubernetes-the-hard-way with its own scripts, twice, and runs the usual checks.
func (h *harness) hardWay(ctx context.Context) (err error) {
	t := h.table(ctx, "kubernetes-the-hard-way")
	stop, err := h.serveComponents()
	if err != nil {
		return err
	}
	defer stop()

	c := &cluster{h: h, name: "hard-way", dir: filepath.Join(h.scratch, "hard-way")}
	c.tree = filepath.Join(c.dir, "tree")
	topology := filepath.Join(h.root, "e2e", "hardway", "topology.hcl")
	if err := command(ctx, h.k8splan, append([]string{"generate", topology, "--rebuild", "--out", c.tree},
		h.variables()...)...); err != nil {
		return err
	}
	t.phase("generate")

	dir := filepath.Join(c.tree, "kubernetes-the-hard-way")
	machines, err := os.ReadFile(filepath.Join(dir, "machines.txt"))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(machines)) {
		fields := strings.Fields(line) // address, full name, name, share
		c.nodes = append(c.nodes, h.lab.Node(fields[2], fields[0], ""))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.journals(ctx, c))
		}
		for _, n := range c.nodes {
			err = errors.Join(err, n.Remove(context.WithoutCancel(ctx)))
		}
	}()
	if err := h.lab.Boot(ctx, c.nodes); err != nil {
		return err
	}
	t.phase("boot hosts")

	// The lab's host keys are not in this user's known_hosts.
	bin := filepath.Join(c.dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	wrapper := "#!/bin/sh\nexec /usr/bin/ssh " + strings.Join(h.lab.SSHOptions(), " ") + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(wrapper), 0o755); err != nil {
		return err
	}
	script := func(name string) error {
		cmd := exec.CommandContext(ctx, filepath.Join(dir, name))
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		t.phase(name)
		return nil
	}
	for _, name := range []string{"certificates.sh", "install.sh", "finish.sh"} {
		if err := script(name); err != nil {
			return err
		}
	}

	kubeconfig, err := os.ReadFile(filepath.Join(dir, "secrets", "admin.kubeconfig"))
	if err != nil {
		return err
	}
	// This machine cannot resolve the endpoint's name, but the certificate includes the address.
	local := filepath.Join(c.dir, "kubeconfig")
	if err := os.WriteFile(local, []byte(strings.Replace(string(kubeconfig), "api.hard.internal", c.nodes[0].Address, 1)),
		0o600); err != nil {
		return err
	}
	c.kubectl = []string{h.lab.Bin("kubectl"), "--kubeconfig", local}
	out, err := c.kube(ctx, "get", "nodes", "-o", "name")
	if err != nil {
		return err
	}
	if got := strings.Fields(out); !slices.Equal(got, []string{"node/node-1", "node/node-2"}) {
		return fmt.Errorf("nodes %v", got)
	}
	if err := c.checkService(ctx); err != nil {
		return err
	}
	t.phase("nodes, Service, DNS")

	before, err := h.started(ctx, c)
	if err != nil {
		return err
	}
	for _, name := range []string{"certificates.sh", "install.sh", "finish.sh"} {
		if err := script(name); err != nil {
			return fmt.Errorf("the second time: %w", err)
		}
	}
	if out, err = c.kube(ctx, "exec", "probe", "--", "probe", "get", "http://web/"); err != nil {
		return fmt.Errorf("after the second time: %w %s", err, out)
	}
	t.phase("the Service still answers")
	after, err := h.started(ctx, c)
	if err != nil {
		return err
	}
	if after != before {
		return fmt.Errorf("the second time restarted services:\n%s\n%s", before, after)
	}
	fmt.Printf("%-44s %8.1f\n", "kubernetes-the-hard-way: passed", t.all.Seconds())
	return nil
}

// started returns the start time of each service on each host.
func (h *harness) started(ctx context.Context, c *cluster) (string, error) {
	var all strings.Builder
	for _, n := range c.nodes {
		out, err := n.Exec(ctx, "systemctl", "show", "--property=Id,ExecMainStartTimestampMonotonic", "etcd", "kube-apiserver",
			"kube-controller-manager", "kube-scheduler", "containerd", "kubelet", "kube-proxy")
		if err != nil {
			return "", err
		}
		fmt.Fprintln(&all, n.Name, out)
	}
	return all.String(), nil
}

// journals saves the logs of the hosts' services.
func (h *harness) journals(ctx context.Context, c *cluster) error {
	var all strings.Builder
	for _, n := range c.nodes {
		out, _ := n.Exec(ctx, "journalctl", "--no-pager", "-n", "60", "-u", "etcd", "-u", "kube-apiserver", "-u", "kubelet", "-u",
			"kube-proxy", "-u", "containerd")
		fmt.Fprintf(&all, "== %s\n%s\n", n.Name, out)
	}
	file := filepath.Join(h.lab.Dir, "log", "hard-way-failure.log")
	return errors.Join(fmt.Errorf("the hosts' journals are in %s", file), os.WriteFile(file, []byte(all.String()), 0o644))
}

// serveComponents serves a mirror that also has the programs that kubeadm would run from images.
func (h *harness) serveComponents() (stop func(), err error) {
	files := http.FileServer(http.Dir(filepath.Join(h.lab.Dir, "www")))
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		program, sum := strings.CutSuffix(name, ".sha256")
		if !slices.Contains([]string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"}, program) {
			files.ServeHTTP(w, r)
			return
		}
		if !sum {
			http.ServeFile(w, r, h.lab.Bin(program))
			return
		}
		f, err := os.Open(h.lab.Bin(program))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		defer f.Close()
		digest := sha256.New()
		if _, err := io.Copy(digest, f); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "%x", digest.Sum(nil))
	})
	listener, err := net.Listen("tcp", lab.Gateway+":8001")
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go s.Serve(listener)
	return func() { s.Close() }, nil
}
