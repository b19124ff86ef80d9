package lab

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// Older is the release that clusters are upgraded from, and what the planner asks for beside it: see stamped.sh for what is behind these
// names.
// containerd and crictl are the lab's own under the names of older ones.
const (
	Older           = "1.36.3"
	olderEtcd       = "v3.6.16"
	olderStacked    = "3.6.8-0"
	olderCoreDNS    = "v1.14.2"
	OlderContainerd = "2.3.7"
	olderCrictl     = "v1.35.0"
)

// Stamped builds and publishes the older release, after Setup: a few minutes the first time.
func (l *Lab) Stamped(ctx context.Context) error {
	if err := l.logged(ctx, "stamped.sh", "v"+Older, olderEtcd); err != nil {
		return err
	}
	program := func(name string) string {
		path := filepath.Join(l.Dir, "stamped", "v"+Older, name)
		if _, err := os.Stat(path); err != nil {
			return l.Bin(name)
		}
		return path
	}
	m := mirror{lab: l, dir: filepath.Join(l.Dir, "www", "mirror")}
	bare := func(sum, _ string) string { return sum }
	list := func(sum, name string) string { return sum + "  " + name + "\n" }
	for _, p := range []string{"kubeadm", "kubectl", "kubelet"} {
		m.fileOf("dl.k8s.io/release/v"+Older+"/bin/linux/amd64/"+p, program(p), ".sha256", bare)
	}
	folder := "etcd-" + olderEtcd + "-linux-amd64"
	m.archiveOf("github.com/etcd-io/etcd/releases/download/"+olderEtcd+"/"+folder+".tar.gz", "SHA256SUMS", list,
		folder+"/etcd", program("etcd"), folder+"/etcdctl", program("etcdctl"), folder+"/etcdutl", program("etcdutl"))
	m.archive("github.com/containerd/containerd/releases/download/v"+OlderContainerd+
		"/containerd-"+OlderContainerd+"-linux-amd64.tar.gz", ".sha256sum", list,
		"bin/containerd", "containerd", "bin/containerd-shim-runc-v2", "containerd-shim-runc-v2", "bin/ctr", "ctr")
	m.archive("github.com/kubernetes-sigs/cri-tools/releases/download/"+olderCrictl+
		"/crictl-"+olderCrictl+"-linux-amd64.tar.gz", ".sha256", bare, "crictl", "crictl")

	tags := map[string]string{"etcd": olderStacked, "coredns": olderCoreDNS}
	for _, c := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"} {
		tags[c] = "v" + Older
	}
	older := shelf{program, tags}
	tools, err := l.packetFilter()
	if err != nil {
		return err
	}
	proxy := older.image("kube-proxy", map[string]string{"usr/local/bin/kube-proxy": "kube-proxy"})
	proxy.layers = append(proxy.layers, tools)
	return errors.Join(m.err, writeAll(append(older.core(), proxy), filepath.Join(l.Dir, "registry")))
}
