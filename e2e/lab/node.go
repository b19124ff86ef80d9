package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Node is one host.
type Node struct {
	Name      string
	Address   string // on the bridge's network, 10.77.0.0/24 or fd77::/64
	Secondary string // of the other address family; optional
	Machine   string // the name under which it booted, if it has been renamed
	// Container runs the host like an LXD container from its first boot: it shares the machine's kernel, but none of its files.
	Container bool
	lab       *Lab
}

// Node describes a host of the lab, which need not be up.
func (l *Lab) Node(name, address, secondary string) *Node {
	return &Node{Name: name, Address: address, Secondary: secondary, lab: l}
}

// ProbeImage returns the reference under which the host pulls the image of busybox and probe (see probe/main.go) for test pods.
func (n *Node) ProbeImage() string {
	if strings.Contains(n.Address, ":") {
		return strings.Replace(ProbeImage, Gateway, Name, 1)
	}
	return ProbeImage
}

// Network returns the file of the host's network namespace.
func (n *Node) Network() string { return "/run/netns/lab-" + n.machine() }

func (n *Node) machine() string {
	if n.Machine != "" {
		return n.Machine
	}
	return n.Name
}

// script runs node.sh. It may outlive the caller's context briefly, so that a host is never left half created.
func (l *Lab) script(ctx context.Context, args ...string) (string, error) {
	return l.scriptWith(ctx, nil, args...)
}

// scriptWith is script with additional environment variables.
func (l *Lab) scriptWith(ctx context.Context, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(l.scripts, "node.sh"), args...)
	cmd.Env = append(os.Environ(), append(env, "LAB="+l.Dir, "GATEWAY="+Gateway, "GATEWAY6="+gateway6)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	var out, errOut strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("node.sh %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(errOut.String()))
	}
	return out.String(), nil
}

// Up boots the host, with a new disk if it has none, and returns when sshd answers.
func (n *Node) Up(ctx context.Context) error {
	args := []string{"up", n.machine(), n.Address}
	if n.Secondary != "" {
		args = append(args, n.Secondary)
	}
	var env []string
	if n.Container {
		env = []string{"CONTAINER=1"}
	}
	_, err := n.lab.scriptWith(ctx, env, args...)
	return err
}

// Revive boots the host if it is down.
func (n *Node) Revive(ctx context.Context) error {
	args := []string{"revive", n.machine(), n.Address}
	if n.Secondary != "" {
		args = append(args, n.Secondary)
	}
	return n.run(ctx, args...)
}

// Power boots hosts that rebooted themselves, which leaves a lab host down, until stop is called.
func Power(ctx context.Context, nodes []*Node) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			for _, n := range nodes {
				_ = n.Revive(ctx) // retried in the next round
			}
			select {
			case <-ctx.Done():
			case <-time.After(2 * time.Second):
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}

// Down shuts the host down cleanly. Its disk stays.
func (n *Node) Down(ctx context.Context) error { return n.run(ctx, "down", n.machine()) }

// Kill simulates a power failure: pid 1 gets SIGKILL and everything dies with it. Its disk stays.
func (n *Node) Kill(ctx context.Context) error { return n.run(ctx, "kill", n.machine()) }

// Remove kills the host and deletes its disk.
func (n *Node) Remove(ctx context.Context) error { return n.run(ctx, "rm", n.machine()) }

// Cut unplugs the network cable; Heal plugs it in again.
func (n *Node) Cut(ctx context.Context) error  { return n.run(ctx, "cut", n.machine()) }
func (n *Node) Heal(ctx context.Context) error { return n.run(ctx, "heal", n.machine()) }

// Pause stops every process of that name on the host (SIGSTOP: it hangs, and its connections stay open); Resume continues them.
func (n *Node) Pause(ctx context.Context, process string) error {
	return n.signal(ctx, "-STOP", process)
}

// Resume ends Pause.
func (n *Node) Resume(ctx context.Context, process string) error {
	return n.signal(ctx, "-CONT", process)
}

func (n *Node) signal(ctx context.Context, signal, process string) error {
	const kept = 15 // the kernel keeps this many bytes of a process's name
	_, err := n.Exec(ctx, "pkill", signal, "-x", process[:min(len(process), kept)])
	return err
}

// Exec runs a command on the host, without using the network. The error includes the command's standard error.
func (n *Node) Exec(ctx context.Context, args ...string) (string, error) {
	return n.lab.script(ctx, append([]string{"sh", n.machine()}, args...)...)
}

func (n *Node) run(ctx context.Context, args ...string) error {
	_, err := n.lab.script(ctx, args...)
	return err
}

// Part drops all packets between two groups of hosts, as when a cable between two switches is cut, including those of addresses that move
// between hosts. Join ends it. The lab's own servers stay reachable.
func (l *Lab) Part(ctx context.Context, a, b []*Node) error { return l.between(ctx, "part", a, b) }

// Join ends Part.
func (l *Lab) Join(ctx context.Context, a, b []*Node) error { return l.between(ctx, "join", a, b) }

func (l *Lab) between(ctx context.Context, verb string, a, b []*Node) error {
	var errs []error
	for _, x := range a {
		for _, y := range b {
			_, err := l.script(ctx, verb, x.Name, y.Name)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Boot boots hosts concurrently.
func (l *Lab) Boot(ctx context.Context, nodes []*Node) error {
	if _, err := l.script(ctx, "net"); err != nil {
		return err
	}
	if err := l.makeKey(); err != nil {
		return err
	}
	errs := make([]error, len(nodes))
	var wg sync.WaitGroup
	for i, n := range nodes {
		wg.Go(func() { errs[i] = n.Up(ctx) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return l.writeKnownHosts(nodes)
}

// makeKey creates the hosts' login key, once per cache.
func (l *Lab) makeKey() error {
	if _, err := os.Stat(l.Key()); err == nil {
		return nil
	}
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", l.Key()).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ssh-keygen: %w: %s", err, out)
	}
	return nil
}

// KnownHosts returns the file, in ssh's format, with the keys of the most recently booted hosts.
func (l *Lab) KnownHosts() string { return filepath.Join(l.Dir, "ssh", "known_hosts") }

func (l *Lab) writeKnownHosts(nodes []*Node) error {
	var b strings.Builder
	for _, n := range nodes {
		key, err := os.ReadFile(filepath.Join(l.Dir, "nodes", n.machine(), "upper/etc/ssh/ssh_host_ed25519_key.pub"))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %s", n.Address, key)
	}
	return os.WriteFile(l.KnownHosts(), []byte(b.String()), 0o644)
}

// Clear removes all hosts, including those of an earlier run that died, and the bridge. It continues after ctx has ended, because an
// interrupted run must still clean up.
func (l *Lab) Clear(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	entries, err := os.ReadDir(filepath.Join(l.Dir, "nodes"))
	if err != nil {
		return err
	}
	errs := make([]error, len(entries))
	var wg sync.WaitGroup
	for i, e := range entries {
		wg.Go(func() { _, errs[i] = l.script(ctx, "rm", e.Name()) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Memory returns the memory of all hosts' processes, in MiB.
func (l *Lab) Memory(ctx context.Context) int {
	entries, err := os.ReadDir(filepath.Join(l.Dir, "nodes"))
	if err != nil {
		return 0
	}
	args := []string{"mem"}
	for _, e := range entries {
		args = append(args, e.Name())
	}
	out, err := l.script(ctx, args...)
	if err != nil {
		return 0
	}
	sum := 0
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) == 3 {
			mib, _ := strconv.Atoi(f[1])
			sum += mib
		}
	}
	return sum
}

// SSHOptions returns the options with which ssh reaches a host without prompts.
func (l *Lab) SSHOptions() []string {
	return slices.Clone([]string{"-i", l.Key(), "-o", "UserKnownHostsFile=" + l.KnownHosts(), "-o", "BatchMode=yes"})
}
