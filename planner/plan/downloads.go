package plan

import (
	"slices"
	"strings"
)

// Download is a file that the playbook or the runbook downloads to hosts.
type Download struct {
	Name string // "kubelet", "containerd", "cni-plugins": unique for each Arch
	Arch string // amd64 | arm64 | …
	URL  string // where hosts fetch it: upstream, or the copy under artifacts.mirror_url
	Path string // path below a mirror: <upstream host>/<upstream path>
	// Source is the upstream URL of the file, with or without a mirror.
	Source string
	// Checksum is in the format of Ansible's get_url: "sha256:<digest>" if artifacts.checksums pins the file or this program knows it (see
	// KnownDigest), otherwise "sha256:<URL of the published checksum>" on the same server. "" if upstream publishes none.
	Checksum string
	// ChecksumPath is the mirror path of the published checksum, "" if upstream publishes none.
	ChecksumPath string
	// ChecksumStyle is the format of the published checksum: ChecksumBare or ChecksumList.
	ChecksumStyle string
	Archive       bool // a gzipped tar archive; otherwise a plain executable
}

// Formats of upstream's checksum files.
const (
	ChecksumBare = "bare" // the digest and nothing else
	ChecksumList = "list" // lines of digest, two spaces, file name, as sha256sum prints and reads them
)

// Downloads returns every file that hosts download, by architecture and name. With artifacts.source = "packages" the package manager
// installs the rest. Only etcd and cri-dockerd remain: no distribution packages the etcd versions that Kubernetes needs, and cri-dockerd is
// in no repository. A file whose version is unknown is omitted, never guessed.
func (p *Plan) Downloads() []Download {
	if p.Target.Facts.Hosting == Hosted || p.Described() {
		return nil
	}
	var downloads []Download
	for _, arch := range p.Architectures() {
		for _, f := range p.upstreamFiles(arch) {
			if strings.Contains(f.path, noData) {
				continue
			}
			downloads = append(downloads, p.download(arch, f))
		}
	}
	slices.SortFunc(downloads, func(a, b Download) int {
		if c := strings.Compare(a.Arch, b.Arch); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return downloads
}

// Components returns the Kubernetes programs that kubeadm runs from images, for readers who run them as services.
func (p *Plan) Components() []Download {
	var downloads []Download
	for _, arch := range p.Architectures() {
		for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler"} {
			downloads = append(downloads, p.download(arch, p.release(arch, name)))
		}
	}
	return downloads
}

// release is one of Kubernetes' own binaries.
func (p *Plan) release(arch, name string) upstreamFile {
	path := "dl.k8s.io/release/v" + p.Cluster.Version.String() + "/bin/linux/" + arch + "/" + name
	return upstreamFile{name: name, path: path, sums: path + ".sha256", style: ChecksumBare}
}

func (p *Plan) download(arch string, f upstreamFile) Download {
	d := Download{Name: f.name, Arch: arch, Path: f.path, Source: "https://" + f.path, URL: p.Artifacts.address(f.path),
		ChecksumPath: f.sums, ChecksumStyle: f.style, Archive: f.archive}
	if d.Checksum = p.Artifacts.Pinned(f.path); d.Checksum == "" && f.sums != "" {
		d.Checksum = "sha256:" + p.Artifacts.address(f.sums)
	}
	return d
}

// address is the URL from which hosts download a file with this mirror path.
func (a *Artifacts) address(path string) string {
	if a.MirrorURL == "" {
		return "https://" + path
	}
	return a.MirrorURL + "/" + path
}

// upstreamFile is a file as upstream publishes it; sums is the mirror path of its checksum.
type upstreamFile struct {
	name, path, sums, style string
	archive                 bool
}

// noData marks an unknown version in a path.
const noData = "\x00"

func known(version string) string {
	if version == "" {
		return noData
	}
	return version
}

// upstreamFiles lists the files that an architecture needs. Upstream documents the layouts:
//   - https://kubernetes.io/releases/download/#binaries
//   - https://github.com/containerd/containerd/blob/main/docs/getting-started.md (containerd, runc, and CNI plugins from official binaries)
//   - https://github.com/kubernetes-sigs/cri-tools/releases, https://github.com/etcd-io/etcd/releases
//   - https://github.com/cri-o/packaging#using-the-static-binary-bundles-directly-from-ci
//   - https://github.com/Mirantis/cri-dockerd/releases, https://docs.docker.com/engine/install/binaries/
func (p *Plan) upstreamFiles(arch string) []upstreamFile {
	var files []upstreamFile
	v := p.Kubernetes()
	if p.Artifacts.Origin != Packages {
		for _, name := range []string{"kubeadm", "kubectl", "kubelet"} {
			files = append(files, p.release(arch, name))
		}
		base := "github.com/kubernetes-sigs/cri-tools/releases/download/v" + known(v.CRICtl()) + "/crictl-v" + known(v.CRICtl()) +
			"-linux-" + arch + ".tar.gz"
		files = append(files, upstreamFile{name: "crictl", path: base, sums: base + ".sha256", style: ChecksumBare, archive: true})

		base = "github.com/containernetworking/plugins/releases/download/v" + CNIPluginsVersion + "/cni-plugins-linux-" + arch + "-v" +
			CNIPluginsVersion + ".tgz"
		files = append(files, upstreamFile{name: "cni-plugins", path: base, sums: base + ".sha256", style: ChecksumList, archive: true})

		files = append(files, p.runtimeFiles(arch)...)
	}
	if p.Runtime.Name == Docker {
		files = append(files, upstreamFile{name: "cri-dockerd", path: "github.com/Mirantis/cri-dockerd/releases/download/v" +
			CRIDockerdVersion + "/cri-dockerd-" + CRIDockerdVersion + "." + arch + ".tgz", archive: true})
	}
	if len(p.Etcd.Members) > 0 {
		// Stacked members run from an image, whose tools cannot work on host files, so backup and restore need etcd's tools as a download.
		version := known(p.Etcd.Version)
		if !p.Etcd.IsExternal() {
			version = known(v.EtcdExternal())
		}
		dir := "github.com/etcd-io/etcd/releases/download/v" + version + "/"
		files = append(files, upstreamFile{name: "etcd", path: dir + "etcd-v" + version + "-linux-" + arch + ".tar.gz",
			sums: dir + "SHA256SUMS", style: ChecksumList, archive: true})
	}
	return files
}

func (p *Plan) runtimeFiles(arch string) []upstreamFile {
	version := known(p.Runtime.Version)
	switch p.Runtime.Name {
	case Containerd:
		base := "github.com/containerd/containerd/releases/download/v" + version + "/containerd-" + version + "-linux-" + arch + ".tar.gz"
		runc := "github.com/opencontainers/runc/releases/download/v" + RuncVersion + "/"
		return []upstreamFile{
			{name: "containerd", path: base, sums: base + ".sha256sum", style: ChecksumList, archive: true},
			{name: "runc", path: runc + "runc." + arch, sums: runc + "runc.sha256sum", style: ChecksumList},
		}
	case CRIO: // the bundle holds crun, runc, conmon, and CNI plugins
		base := "storage.googleapis.com/cri-o/artifacts/cri-o." + arch + ".v" + version + ".tar.gz"
		return []upstreamFile{{name: "cri-o", path: base, sums: base + ".sha256sum", style: ChecksumList, archive: true}}
	case Docker: // the publisher has no checksum file, nor does cri-dockerd's: pin both in artifacts.checksums
		machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[arch]
		return []upstreamFile{{name: "docker", path: "download.docker.com/linux/static/stable/" + known(machine) + "/docker-" + version +
			".tgz", archive: true}}
	}
	return nil
}
