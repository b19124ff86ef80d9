package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// cluster is a generated tree and its hosts.
type cluster struct {
	h       *harness
	name    string
	dir     string // scratch directory of this cluster
	tree    string // what generate wrote
	nodes   []*lab.Node
	groups  map[string][]string // inventory groups with all their hosts
	kubectl []string            // kubectl with its kubeconfig, once fetched
	members []member
	killed  bool       // kill runs rather than interrupt them when their context ends
	away    []string   // lost hosts that a playbook must do without
	edited  sync.Mutex // held while an edit changes nodes and groups
}

// member is one line of etcd/members.json.
type member struct {
	Name      string `json:"name"`
	PeerURL   string `json:"peerURL"`
	ClientURL string `json:"clientURL"`
}

// variables are passed to every command on a topology.
func (h *harness) variables() []string {
	return []string{"-var", "ssh_key=" + h.lab.Key(), "-var", "checksums=" + h.lab.Digests()}
}

// generate validates the topology of a case and writes its tree; it returns how long each took.
func (h *harness) generate(ctx context.Context, name string) (c *cluster, validate, generate time.Duration, err error) {
	return h.generateFrom(ctx, filepath.Join("topologies", name+".hcl"), name)
}

// generateFrom is generate for a file of e2e.
func (h *harness) generateFrom(ctx context.Context, file, name string) (c *cluster, validate, generate time.Duration, err error) {
	if c, validate, generate, err = h.generateToLook(ctx, file, name); err != nil {
		return c, validate, generate, err
	}
	return c, validate, generate, errors.Join(c.readMembers(), c.checkSupplies())
}

// generateToLook is generateFrom for hosts that are only inspected, so that the lab need not have their downloads.
func (h *harness) generateToLook(ctx context.Context, file, name string) (c *cluster, validate, generate time.Duration, err error) {
	c = &cluster{h: h, name: name, dir: filepath.Join(h.scratch, name)}
	c.tree = filepath.Join(c.dir, "tree")
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return nil, 0, 0, err
	}
	topology := filepath.Join(h.root, "e2e", file)
	start := time.Now()
	if err := command(ctx, h.k8splan, append([]string{"validate", topology}, h.variables()...)...); err != nil {
		return nil, 0, 0, err
	}
	validate, start = time.Since(start), time.Now()
	if err := command(ctx, h.k8splan, append([]string{"generate", topology, "--rebuild", "--out", c.tree},
		h.variables()...)...); err != nil {
		return nil, 0, 0, err
	}
	generate = time.Since(start)
	return c, validate, generate, c.readInventory(ctx)
}

// command runs a program and includes its output in the error.
func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return nil
}

// readInventory reads the tree's hosts with Ansible itself.
func (c *cluster) readInventory(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "ansible-inventory", "--list")
	cmd.Dir = filepath.Join(c.tree, "ansible")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w\n%s", err, exit.Stderr)
		}
		return fmt.Errorf("ansible-inventory: %w", err)
	}
	raw := map[string]json.RawMessage{}
	if err := json.Unmarshal(out, &raw); err != nil {
		return err
	}
	var meta struct {
		HostVars map[string]struct {
			Address   json.RawMessage `json:"ansible_host"`
			Secondary json.RawMessage `json:"secondary_ip"`
		} `json:"hostvars"`
	}
	if err := json.Unmarshal(raw["_meta"], &meta); err != nil {
		return err
	}
	for name, vars := range meta.HostVars {
		address, err := text(vars.Address)
		if err != nil {
			return fmt.Errorf("ansible_host of %s: %w", name, err)
		}
		secondary, err := text(vars.Secondary)
		if err != nil {
			return fmt.Errorf("secondary_ip of %s: %w", name, err)
		}
		c.nodes = append(c.nodes, c.h.lab.Node(name, address, secondary))
	}
	sort.Slice(c.nodes, func(i, j int) bool { return c.nodes[i].Name < c.nodes[j].Name })

	type group struct{ Hosts, Children []string }
	groups := map[string]group{}
	for name, data := range raw {
		var g group
		if name != "_meta" && json.Unmarshal(data, &g) == nil {
			groups[name] = g
		}
	}
	var hosts func(name string) []string
	hosts = func(name string) []string {
		all := slices.Clone(groups[name].Hosts)
		for _, child := range groups[name].Children {
			all = append(all, hosts(child)...)
		}
		sort.Strings(all)
		return slices.Compact(all)
	}
	c.groups = map[string][]string{}
	for name := range groups {
		c.groups[name] = hosts(name)
	}
	return nil
}

// text decodes a host variable as ansible-inventory prints it; a missing one is empty. A value marked !unsafe is printed as
// {"__ansible_unsafe": "…"}.
func text(data json.RawMessage) (string, error) {
	var plain string
	if len(data) == 0 || json.Unmarshal(data, &plain) == nil {
		return plain, nil
	}
	var unsafe struct {
		Value string `json:"__ansible_unsafe"`
	}
	err := json.Unmarshal(data, &unsafe)
	return unsafe.Value, err
}

func (c *cluster) readMembers() error {
	data, err := os.ReadFile(filepath.Join(c.tree, "etcd", "members.json"))
	if err != nil {
		return err
	}
	var list struct {
		Members []member `json:"members"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("etcd/members.json: %w", err)
	}
	if len(list.Members) == 0 {
		return errors.New("etcd/members.json lists no member")
	}
	c.members = list.Members
	return nil
}

// checkSupplies compares what the tree downloads (images.txt, files.txt) with what the lab serves, so that a version mismatch is reported
// here rather than by a pull that never ends.
func (c *cluster) checkSupplies() error {
	var missing []string
	for file, column := range map[string]int{"images.txt": 1, "files.txt": 0} {
		f, err := os.Open(filepath.Join(c.tree, file))
		if err != nil {
			return err
		}
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			fields := strings.Fields(s.Text())
			if len(fields) <= column || strings.HasPrefix(fields[0], "#") {
				continue
			}
			reference := fields[column]
			if file == "files.txt" && strings.HasPrefix(reference, "https://") {
				reference = lab.Mirror + "/" + strings.TrimPrefix(reference, "https://")
			}
			if !c.h.lab.Has(reference) {
				missing = append(missing, reference)
			}
		}
	}
	sort.Strings(missing)
	if len(missing) > 0 {
		return fmt.Errorf("the tree asks for what the lab does not have:\n  %s", strings.Join(missing, "\n  "))
	}
	return nil
}

func (c *cluster) node(name string) *lab.Node {
	i := slices.IndexFunc(c.nodes, func(n *lab.Node) bool { return n.Name == name })
	return c.nodes[i]
}

func (c *cluster) bootstrap() *lab.Node { return c.node(c.groups["bootstrap"][0]) }

// remove removes the hosts, and closes the ssh connections that Ansible left open.
func (c *cluster) remove(ctx context.Context) error {
	sockets, _ := filepath.Glob(filepath.Join(c.sockets(), "*"))
	for _, s := range sockets {
		// errors do not matter: a master whose host is gone exits by itself
		_ = exec.Command("ssh", "-o", "ControlPath="+s, "-O", "exit", "host").Run()
	}
	return c.h.lab.Clear(ctx)
}

// sockets is the directory of ssh's connections to this cluster's hosts: the next cluster has the same addresses.
func (c *cluster) sockets() string { return filepath.Join(c.dir, "ssh") }

// fetchKubeconfig copies the administrator's kubeconfig from the first control plane. A name in it is replaced by the address that the host
// resolves it to, because this machine cannot resolve it.
func (c *cluster) fetchKubeconfig(ctx context.Context) error {
	boot := c.bootstrap()
	config, err := boot.Exec(ctx, "cat", "/etc/kubernetes/admin.conf")
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(config, "server: https://")
	server, _, _ := strings.Cut(rest, "\n")
	server = strings.TrimSpace(server)
	address, err := c.dialed(ctx, server)
	if err != nil {
		return fmt.Errorf("admin.conf: %w", err)
	}
	config = strings.ReplaceAll(config, "https://"+server, "https://"+address)
	path := filepath.Join(c.dir, "admin.conf")
	c.kubectl = []string{c.h.lab.Bin("kubectl"), "--kubeconfig", path, "--request-timeout=20s"}
	return os.WriteFile(path, []byte(config), 0o600)
}

// dialed returns an endpoint with its name replaced by the address that the first control plane resolves it to.
func (c *cluster) dialed(ctx context.Context, endpoint string) (string, error) {
	host, port, err := net.SplitHostPort(endpoint)
	if err != nil || net.ParseIP(host) != nil {
		return endpoint, err
	}
	line, err := c.bootstrap().Exec(ctx, "getent", "hosts", host)
	if err != nil {
		return "", fmt.Errorf("%s does not resolve its control plane endpoint %s: %w", c.bootstrap().Name, host, err)
	}
	return net.JoinHostPort(strings.Fields(line)[0], port), nil
}

// kube runs kubectl and returns its standard output.
func (c *cluster) kube(ctx context.Context, args ...string) (string, error) {
	return c.kubeInput(ctx, "", args...)
}

func (c *cluster) kubeInput(ctx context.Context, input string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, c.kubectl[0], append(slices.Clone(c.kubectl[1:]), args...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}

// treeState returns every file of the tree with its contents, to check that runs do not change it.
func (c *cluster) treeState() (map[string]string, error) {
	state := map[string]string{}
	err := filepath.WalkDir(c.tree, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		state[name] = string(data)
		return err
	})
	return state, err
}
