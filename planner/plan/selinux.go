package plan

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// ContainerFile is what files are labeled with that pods read and write which SELinux confines.
// Source: https://github.com/containers/container-selinux/blob/main/container_selinux.8
const ContainerFile = "container_file_t"

// Unconfined is the type of pods that reach into the host, as the pod network and collectors of logs do.
const Unconfined = "spc_t"

// Label is a directory of hosts whose files pods of the control plane use.
type Label struct {
	On   Peer
	Path string
	// At is the argument that names the directory, empty if none does.
	At hcl.Range
}

// Labels are the directories that get ContainerFile where SELinux enforces, sorted by path; none elsewhere. kubeadm's static pods are
// confined, and their files are the host's: certificates, kubeconfigs, the data of etcd. What the kubelet and the container runtime keep is
// labeled by the policy of containers itself.
// Source: k8s.io/kubernetes cmd/kubeadm/app/phases/controlplane/volumes.go
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

// systemDirectories are those of the system itself, whose programs could not read their own files any more if these had the label of pods.
var systemDirectories = []string{"/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys",
	"/tmp", "/usr", "/var/cache", "/var/log/audit", "/var/lib/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/kubelet",
	"/var/run",
	"/var/spool", "/var/tmp"}

// OfSystem reports whether a directory is one of the system's, or holds such.
func (l Label) OfSystem() bool {
	return slices.ContainsFunc(systemDirectories, func(dir string) bool {
		return l.Path == dir || strings.HasPrefix(l.Path, dir+"/")
	}) || slices.Contains([]string{"/", "/media", "/mnt", "/opt", "/srv", "/var", "/var/lib", "/var/log"}, l.Path)
}
