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
	Secondary string // of the other family; may be empty
	Machine   string // the name that it was booted by, where it has another one by now
	// Container makes it as a container of LXD is, from its first boot on: it has the kernel of its machine, and no files of it.
	Container bool
	lab       *Lab
}

// Node names a host of the lab; it need not be up.
func (l *Lab) Node(name, address, secondary string) *Node {
	return &Node{Name: name, Address: address, Secondary: secondary, lab: l}
}

// ProbeImage is the image of busybox and probe (see probe/main.go), which test pods run, as the host pulls it.
func (n *Node) ProbeImage() string {
	if strings.Contains(n.Address, ":") {
		return strings.Replace(ProbeImage, Gateway, Name, 1)
	}
	return ProbeImage
}

// Network is the file of the host's network namespace.
func (n *Node) Network() string { return "/run/netns/lab-" + n.machine() }

func (n *Node) machine() string {
	if n.Machine != "" {
		return n.Machine
	}
	return n.Name
}

// script runs node.sh. It outlives the caller's context by a little, so that a host is never left half made.
func (l *Lab) script(ctx context.Context, args ...string) (string, error) {
	return l.scriptWith(ctx, nil, args...)
}

// scriptWith is script with more in its environment.
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

// Up boots the host, with a new disk where it has none, and returns when sshd answers.
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

// Revive boots the host where it is down, and does nothing where it is up.
func (n *Node) Revive(ctx context.Context) error {
	args := []string{"revive", n.machine(), n.Address}
	if n.Secondary != "" {
		args = append(args, n.Secondary)
	}
	return n.run(ctx, args...)
}

// Power boots hosts again that rebooted themselves, which leaves a host of the lab down, until the function that it returns is called.
func Power(ctx context.Context, nodes []*Node) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			for _, n := range nodes {
				_ = n.Revive(ctx) // it is tried again
			}
			select {
			case <-ctx.Done():
			case <-time.After(2 * time.Second):
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}

// Down powers the host off in good order. Its disk stays.
func (n *Node) Down(ctx context.Context) error { return n.run(ctx, "down", n.machine()) }

// Kill pulls the plug: pid 1 gets SIGKILL and everything dies with it. Its disk stays.
func (n *Node) Kill(ctx context.Context) error { return n.run(ctx, "kill", n.machine()) }

// Remove pulls the plug and deletes the disk.
func (n *Node) Remove(ctx context.Context) error { return n.run(ctx, "rm", n.machine()) }

// Cut unplugs the network cable; Heal plugs it in again.
func (n *Node) Cut(ctx context.Context) error  { return n.run(ctx, "cut", n.machine()) }
func (n *Node) Heal(ctx context.Context) error { return n.run(ctx, "heal", n.machine()) }

// Pause stops every process of that name on the host (SIGSTOP: it hangs, and its connections stay open); Resume lets them go on.
func (n *Node) Pause(ctx context.Context, process string) error {
	return n.signal(ctx, "-STOP", process)
}

// Resume ends Pause.
func (n *Node) Resume(ctx context.Context, process string) error {
	return n.signal(ctx, "-CONT", process)
}

func (n *Node) signal(ctx context.Context, signal, process string) error {
	const kept = 15 // bytes of a process's name that the kernel keeps
	_, err := n.Exec(ctx, "pkill", signal, "-x", process[:min(len(process), kept)])
	return err
}

// Exec runs a command on the host, without the network. The error holds what the command wrote to standard error.
func (n *Node) Exec(ctx context.Context, args ...string) (string, error) {
	return n.lab.script(ctx, append([]string{"sh", n.machine()}, args...)...)
}

func (n *Node) run(ctx context.Context, args ...string) error {
	_, err := n.lab.script(ctx, args...)
	return err
}

// Part keeps every host of one group from hearing any of the other, as when a cable between two switches is cut: packets vanish, addresses
// that move between hosts among them. Join ends it. The lab's own servers stay reachable.
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

// Boot brings hosts up side by side.
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

// makeKey makes the key that opens the hosts, once for the life of the cache.
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

// KnownHosts is the file in ssh's format that holds the keys of the hosts that were booted last.
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

// Clear removes every host, those of an earlier run that died among them, and the bridge. It works on after ctx has ended, because it is
// what an interrupted run must still do.
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

// Memory sums what the processes of all hosts hold, in MiB.
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

// SSHOptions are the options with which ssh reaches a host without asking.
func (l *Lab) SSHOptions() []string {
	return slices.Clone([]string{"-i", l.Key(), "-o", "UserKnownHostsFile=" + l.KnownHosts(), "-o", "BatchMode=yes"})
}
