// Package lab creates hosts from namespaces on one Linux machine, and everything they need from outside: an apt repository, a mirror of
// upstream's downloads, and an image registry on the hosts' bridge. A host boots systemd and is reached by ssh, like any other; it can be
// killed and disconnected, and its processes can be paused. Everything is built from source and kept in the user's cache directory.
package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The lab's own servers, as hosts see them.
const (
	Gateway  = "10.77.0.1"
	Mirror   = "http://" + Gateway + ":8000/mirror" // the value for artifacts.mirror_url
	Registry = Gateway + ":5000"                    // the value for artifacts.image_repository
	// gateway6 is the bridge's address for hosts without IPv4. They use the name Name instead of Gateway.
	gateway6 = "fd77::1"
	Name     = "lab.internal"
	// ProbeImage has busybox and probe (see probe/main.go), for test pods.
	ProbeImage = Registry + "/lab/probe:1"
)

// Lab is a machine's only lab. One process at a time holds it.
type Lab struct {
	// Dir has the build results (see build.sh and rootfs.sh) and the hosts' disks.
	Dir     string
	scripts string
	log     io.Writer
	lock    *os.File
}

// Open acquires the lab. root is the project's directory; log gets a line for each long step. The error names what the machine lacks. If
// another process holds the lab, Open waits for it until ctx ends.
func Open(ctx context.Context, root string, log io.Writer) (*Lab, error) {
	if err := fit(); err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	l := &Lab{Dir: filepath.Join(cache, "k8splan-lab"), scripts: filepath.Join(root, "e2e", "lab"), log: log}
	for _, d := range []string{"log", "nodes", "ssh"} {
		if err := os.MkdirAll(filepath.Join(l.Dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	l.lock, err = os.OpenFile(filepath.Join(l.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for said := false; ; said = true {
		err := syscall.Flock(int(l.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, err
		}
		if !said {
			fmt.Fprintln(log, "waiting for the process that holds the lab")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// Close removes the bridge and releases the lab. Hosts that were not removed keep running.
func (l *Lab) Close() error {
	_, err := l.script(context.Background(), "netdown")
	return errors.Join(err, l.lock.Close())
}

// fit returns an error if this machine cannot run a lab.
func fit() error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" || os.Geteuid() != 0 {
		return errors.New("the lab needs root on linux/amd64")
	}
	if _, err := os.Stat("/sys/fs/cgroup/systemd/cgroup.procs"); err != nil {
		return errors.New("the lab needs cgroup v1 hierarchies under /sys/fs/cgroup, with name=systemd among them")
	}
	var missing []string
	for program, pkg := range map[string]string{"debootstrap": "debootstrap", "ip": "iproute2", "gcc": "gcc", "pkg-config": "pkg-config",
		"ssh-keygen": "openssh-client", "ssh": "openssh-client", "nsenter": "util-linux", "ansible-playbook": "ansible-core"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, pkg)
		}
	}
	if static, err := busybox(); err != nil || !static {
		missing = append(missing, "busybox-static")
	}
	if _, err := os.Stat("/usr/include/seccomp.h"); err != nil {
		missing = append(missing, "libseccomp-dev")
	}
	if len(missing) > 0 {
		return fmt.Errorf("the lab needs more Debian packages: apt-get install -y %s", strings.Join(missing, " "))
	}
	return nil
}

// Setup builds what is missing: the binaries, the hosts' operating system with its apt repository, the images, the mirror. It takes about
// twelve minutes on two cores from scratch, a second when everything is there. Logs are in Dir/log.
func (l *Lab) Setup(ctx context.Context) error {
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, script := range []string{"build.sh", "rootfs.sh"} {
		wg.Go(func() { errs[i] = l.logged(ctx, script) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	versions, err := l.versions()
	if err != nil {
		return err
	}
	if err := l.buildMirror(versions); err != nil {
		return fmt.Errorf("mirror: %w", err)
	}
	if err := l.buildImages(versions); err != nil {
		return fmt.Errorf("images: %w", err)
	}
	return nil
}

// logged runs a script with its output in Dir/log, and includes the end of the output in the error.
func (l *Lab) logged(ctx context.Context, script string, args ...string) error {
	path := filepath.Join(l.Dir, "log", strings.TrimSuffix(script, ".sh")+".log")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	start := time.Now()
	cmd := exec.CommandContext(ctx, filepath.Join(l.scripts, script), args...)
	cmd.Stdout, cmd.Stderr = f, f
	cmd.Env = append(os.Environ(), "LAB="+l.Dir, "GATEWAY="+Gateway, "GATEWAY6="+gateway6)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", script, err, tail(path, 15))
	}
	if d := time.Since(start); d > 5*time.Second {
		fmt.Fprintf(l.log, "%-12s %4.0f s\n", script, d.Seconds())
	}
	return nil
}

// tail returns the last n lines of a file.
func tail(path string, n int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// versions returns the sources' versions by module: "k8s.io/kubernetes" → "v1.37.2".
func (l *Lab) versions() (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(l.scripts, "binaries", "go.mod"))
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\s+([^\s=]+) (v[^\s]+)`).FindAllStringSubmatch(string(data), -1) {
		versions[m[1]] = m[2]
	}
	return versions, nil
}

// Built lists the clusters' components with versions, for a report.
func (l *Lab) Built() (string, error) {
	versions, err := l.versions()
	if err != nil {
		return "", err
	}
	var named []string
	for _, m := range []struct{ name, module string }{
		{"Kubernetes", "k8s.io/kubernetes"}, {"etcd", "go.etcd.io/etcd/server/v3"}, {"containerd", "github.com/containerd/containerd/v2"},
		{"CoreDNS", "github.com/coredns/coredns"}, {"runc", "github.com/opencontainers/runc"},
	} {
		version, ok := versions[m.module]
		if !ok {
			return "", fmt.Errorf("no module %s is built", m.module)
		}
		named = append(named, m.name+" "+strings.TrimPrefix(version, "v"))
	}
	return strings.Join(named, ", "), nil
}

// Bin returns the path of a built program, such as "kubectl".
func (l *Lab) Bin(name string) string { return filepath.Join(l.Dir, "bin", name) }

// Key returns the path of the private key for root's login on every host.
func (l *Lab) Key() string { return filepath.Join(l.Dir, "ssh", "id") }
