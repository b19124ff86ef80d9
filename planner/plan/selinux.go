package plan

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// ContainerFile is the SELinux label of files that confined pods read and write. Source:
// https://github.com/containers/container-selinux/blob/main/container_selinux.8
const ContainerFile = "container_file_t"

// Unconfined is the SELinux type of pods that access the host, such as pod networks and log collectors.
const Unconfined = "spc_t"

// Label is a host directory whose files control plane pods use.
type Label struct {
	On   Peer
	Path string
	// At is the argument that names the directory, empty if there is none.
	At hcl.Range
}

// Labels returns the directories labeled ContainerFile if SELinux enforces, sorted by path; none otherwise. kubeadm's static pods are
// confined, and their files are on the host: certificates, kubeconfigs, etcd's data. The container policy itself labels the files of the
// kubelet and the container runtime. Source: k8s.io/kubernetes cmd/kubeadm/app/phases/controlplane/volumes.go
func (p *Plan) Labels() []Label {
	if !p.Hosts.Enforce() || p.Target.Facts.Hosting != Hosts {
		return nil
	}
	labels := []Label{{On: ControlPlanePeers, Path: "/etc/kubernetes"},
		{On: ControlPlanePeers, Path: "/usr/libexec/kubernetes/kubelet-plugins"}}
	add := func(path string, at hcl.Range) {
		within := func(l Label) bool { return path == l.Path || strings.HasPrefix(path, l.Path+"/") }
		if path != "" && !slices.ContainsFunc(labels, within) {
			labels = append(labels, Label{ControlPlanePeers, path, at})
		}
	}
	if !p.Etcd.IsExternal() {
		add(p.Etcd.DataDir, p.Etcd.Attr("data_dir"))
	}
	if a := p.Cluster.Audit; a != nil {
		add(a.LogDir, a.Attr("log_dir"))
	}
	for _, v := range p.Cluster.APIServer.Volumes {
		add(v.HostPath, v.Attr("host_path"))
	}
	slices.SortFunc(labels, func(a, b Label) int { return strings.Compare(a.Path, b.Path) })
	return labels
}

// systemDirectories are the system's own directories. If they were labeled for pods, system programs could no longer read their own files.
var systemDirectories = []string{"/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys",
	"/tmp", "/usr", "/var/cache", "/var/log/audit", "/var/lib/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/kubelet",
	"/var/run",
	"/var/spool", "/var/tmp"}

// OfSystem reports whether the directory is a system directory or contains one.
func (l Label) OfSystem() bool {
	return slices.ContainsFunc(systemDirectories, func(dir string) bool {
		return l.Path == dir || strings.HasPrefix(l.Path, dir+"/")
	}) || slices.Contains([]string{"/", "/media", "/mnt", "/opt", "/srv", "/var", "/var/lib", "/var/log"}, l.Path)
}
