package lab

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Releases that clusters are upgraded from, all from their own sources: Oldest is two minors behind the newest, Older and Patch are one.
// containerd and crictl are the lab's own under older names.
const (
	Oldest          = "1.35.4"
	Older           = "1.36.3"
	Patch           = "1.36.1"
	OlderContainerd = "2.3.7"
	OlderEtcd       = "3.6.16" // for external members, and for stacked ones before they move to 3.7
)

// olderReleases are the releases that clusters are upgraded from, with the versions in each one's kubeadm. The module proxy does not have
// etcd 3.6.6: 3.6.5 takes its place, under its name.
var olderReleases = []struct{ version, etcd, etcdSource, coredns, pause, crictl string }{
	{Older, "3.6.8", "3.6.8", "v1.14.2", "3.10.2", "v1.35.0"},
	{Patch, "3.6.8", "3.6.8", "v1.14.2", "3.10.2", "v1.35.0"},
	{Oldest, "3.6.6", "3.6.5", "v1.13.1", "3.10.1", "v1.34.0"},
}

// Stamped builds and publishes older releases, after Setup: half an hour the first time.
func (l *Lab) Stamped(ctx context.Context) error {
	builds := [][]string{{"etcd", "v" + OlderEtcd}}
	for _, r := range olderReleases {
		etcd := []string{"etcd", "v" + r.etcd}
		if r.etcdSource != r.etcd {
			etcd = append(etcd, "v"+r.etcdSource)
		}
		builds = append(builds, etcd, []string{"kubernetes", "v" + r.version})
	}
	for _, args := range builds {
		if err := l.logged(ctx, "stamped.sh", args...); err != nil {
			return err
		}
	}
	versions, err := l.versions()
	if err != nil {
		return err
	}
	published := filepath.Join(l.Dir, "stamped")
	stamp, err := l.publication(versions)
	if err != nil || fresh(published, stamp) {
		return err
	}
	m := mirror{lab: l, dir: filepath.Join(l.Dir, "www", "mirror")}
	list := func(sum, name string) string { return sum + "  " + name + "\n" }
	folder := "etcd-v" + OlderEtcd + "-linux-amd64"
	external := l.stamped("etcd-v" + OlderEtcd)
	m.archiveOf("github.com/etcd-io/etcd/releases/download/v"+OlderEtcd+"/"+folder+".tar.gz", "SHA256SUMS", list,
		folder+"/etcd", external("etcd"), folder+"/etcdctl", external("etcdctl"), folder+"/etcdutl", external("etcdutl"))
	tools, err := l.packetFilter()
	if err != nil {
		return err
	}
	images := []image{shelf{external, map[string]string{"etcd": OlderEtcd + "-0"}}.etcd()}
	packages := []string{versions["k8s.io/kubernetes"], strings.TrimPrefix(versions["github.com/containerd/containerd/v2"], "v")}
	for _, r := range olderReleases {
		program := l.stamped("v" + r.version)
		bare := func(sum, _ string) string { return sum }
		for _, p := range []string{"kubeadm", "kubectl", "kubelet"} {
			m.fileOf("dl.k8s.io/release/v"+r.version+"/bin/linux/amd64/"+p, program(p), ".sha256", bare)
		}
		m.archive("github.com/kubernetes-sigs/cri-tools/releases/download/"+r.crictl+
			"/crictl-"+r.crictl+"-linux-amd64.tar.gz", ".sha256", bare, "crictl", "crictl")
		tags := map[string]string{"coredns": r.coredns, "pause": r.pause}
		for _, c := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"} {
			tags[c] = "v" + r.version
		}
		older := shelf{program, tags}
		proxy := older.image("kube-proxy", map[string]string{"usr/local/bin/kube-proxy": "kube-proxy"})
		proxy.layers = append(proxy.layers, tools)
		images = append(images, proxy, older.image("pause", map[string]string{"pause": "pause"}, "/pause"),
			shelf{l.stamped("etcd-v" + r.etcd), map[string]string{"etcd": r.etcd + "-0"}}.etcd())
		images = append(images, older.core()...)
		packages = append(packages, "v"+r.version, OlderContainerd)
	}
	registry := filepath.Join(l.Dir, "registry")
	if err := errors.Join(m.err, writeAll(images, registry), l.logged(ctx, "packages.sh", packages...)); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(published, ".done"), []byte(stamp), 0o644)
}

// StampedRuntime publishes the lab's own containerd under the name of an older one.
func (l *Lab) StampedRuntime() error {
	m := mirror{lab: l, dir: filepath.Join(l.Dir, "www", "mirror")}
	list := func(sum, name string) string { return sum + "  " + name + "\n" }
	m.archive("github.com/containerd/containerd/releases/download/v"+OlderContainerd+
		"/containerd-"+OlderContainerd+"-linux-amd64.tar.gz", ".sha256sum", list,
		"bin/containerd", "containerd", "bin/containerd-shim-runc-v2", "containerd-shim-runc-v2", "bin/ctr", "ctr")
	return m.err
}

// publication identifies everything that older releases are published from, and the destination.
func (l *Lab) publication(versions map[string]string) (string, error) {
	recipe := "stamped 1"
	names, err := filepath.Glob(filepath.Join(l.Dir, "stamped", "*", ".done"))
	for _, name := range append(names, filepath.Join(l.Dir, "registry", ".done"), filepath.Join(l.Dir, "www", "mirror", ".done"),
		filepath.Join(l.scripts, "packages.sh")) {
		data, unread := os.ReadFile(name)
		err = errors.Join(err, unread)
		recipe += string(data)
	}
	if err != nil {
		return "", err
	}
	return l.stamp(recipe, versions)
}

// stamped finds programs of an older release, and the lab's own if that has none.
func (l *Lab) stamped(folder string) func(name string) string {
	return func(name string) string {
		path := filepath.Join(l.Dir, "stamped", folder, name)
		if _, err := os.Stat(path); err != nil {
			return l.Bin(name)
		}
		return path
	}
}
