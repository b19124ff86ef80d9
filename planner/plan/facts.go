package plan

import (
	"fmt"
	"slices"
	"strings"
)

// FactsDate is the date up to which this program's facts were checked, in this file and in facts.json. Later releases are unknown. Unknown
// facts are reported as "no data", never guessed.
const FactsDate = "2026-11-29"

// NoData is printed for a version that the facts do not cover.
const NoData = "no data"

// Versions that do not depend on the Kubernetes version: the newest release known on FactsDate.
const (
	FlannelVersion          = "v0.28.10"        // Source: github.com/flannel-io/flannel@v0.28.10 Documentation/kube-flannel.yml
	FlannelCNIPluginVersion = "v1.9.1-flannel3" // Source: the same file
	CiliumVersion           = "v1.20.2"         // Source: github.com/cilium/cilium@v1.20.2 install/kubernetes/cilium/values.yaml
	KubeVIPVersion          = "v1.2.4"          // Source: https://github.com/kube-vip/helm-charts/pull/113
	RuncVersion             = "1.5.2"           // Source: github.com/opencontainers/runc@v1.5.2
	CNIPluginsVersion       = "1.9.1"           // Source: k8s.io/kubernetes@v1.37.2 build/dependencies.yaml
	// Source: github.com/containerd/containerd/v2@v2.4.2; older Kubernetes gets Version.Containerd
	ContainerdVersion = "2.4.2"
	DockerVersion     = "29.8.2" // Source: https://pkgs.alpinelinux.org/package/v3.24/community/x86/docker-engine
	// CRIDockerdVersion: before 0.4.8, exec into a pod fails with a kubelet of 1.36 or newer:
	// https://github.com/Mirantis/cri-dockerd/releases/tag/v0.4.8
	CRIDockerdVersion = "0.4.10" // Source: https://sourceforge.net/projects/cri-dockerd.mirror/files/v0.4.10/
)

// sincePatch is a value that applies from a patch release of a minor onward.
type sincePatch struct {
	patch int
	value string
}

// minorFacts is what is known about one Kubernetes minor.
type minorFacts struct {
	minor int
	// newest is the newest patch release. Source: the tags of k8s.io/api, v0.<minor>.<patch>, in the Go module index, which follow those of
	// Kubernetes; the facts of each were read at the releases that etcdImage names.
	newest int
	// etcdImage is kubeadm's etcd image tag by patch; etcdFloor is the oldest external etcd that kubeadm's preflight accepts. Source:
	// k8s.io/kubernetes cmd/kubeadm/app/constants/constants.go, DefaultEtcdVersion and MinExternalEtcdVersion, at v1.31.0, v1.31.14,
	// v1.32.2, v1.32.13, v1.33.6, v1.33.13, v1.34.0 to v1.34.4, v1.35.4, v1.36.1, v1.36.3 and v1.37.2. The step of November 2025 is that of
	// https://github.com/kubernetes/kubernetes/pull/135018, /135019 and /135020, merged for 1.33.6, 1.32.10 and 1.31.14. The floor of 1.33
	// before that change was not checked; the older value is used, which rejects nothing wrongly.
	etcdImage, etcdFloor []sincePatch
	// etcd is the newest etcd release of the minor that kubeadm's image has, which external members get. Source: versions of
	// go.etcd.io/etcd/server/v3 in the Go module index
	etcd string
	// coreDNS and pause are image tags. Source: constants.go as above, CoreDNSVersion and PauseVersion
	coreDNS []sincePatch
	pause   string
	// crictl is the release that the minor was tested with. Source: k8s.io/kubernetes build/dependencies.yaml
	crictl string
	// crio is a release of the CRI-O minor of the same number.
	// Source: kubespray roles/kubespray_defaults/vars/main/checksums.yml, https://github.com/cri-o/packaging/pull/414
	crio string
	// containerd is the release for this minor. containerdTested lists the oldest tested patch of each containerd minor. Source:
	// github.com/containerd/containerd/v2 RELEASES.md at v2.0.0, v2.2.1 and v2.4.2, "Kubernetes Support"
	containerd       string
	containerdTested []Version
	// calico is the default among the releases tested with the minor.
	calico string
	// kernel is the oldest Linux that kubeadm's preflight accepts. Source: k8s.io/system-validators validators/types_unix.go at v1.8.0
	// (1.31), v1.9.2 (1.32, 1.33), v1.10.2 (1.34), v1.12.1 (1.35 to 1.37)
	kernel Version
	// supportEnds is the date on which patch releases end, YYYY-MM-DD. Source: https://kubernetes.io/releases/1.37/ and the pages of the
	// other minors
	supportEnds string
}

// release is what is known about a release, or a release line, of a pod network.
type release struct {
	cni, line   string // "v3.33" stands for every patch of it
	first, last int    // the Kubernetes minors it is tested with
	source      string
}

var cniTested = []release{
	{Calico, "v3.29", 29, 32, "https://github.com/orgs/projectcalico/discussions/11717"},
	{Calico, "v3.31", 32, 35, "https://github.com/Rusty-Gopher/kupre/releases/tag/v0.5.0"},
	{Calico, "v3.32", 34, 36, "https://github.com/Rusty-Gopher/kupre/releases/tag/v0.5.0"},
	{Calico, "v3.33", 35, 37, "https://github.com/Rusty-Gopher/kupre/releases/tag/v0.5.0"},
	{Cilium, "v1.18", 30, 33,
		"https://raw.githubusercontent.com/cilium/cilium/v1.18.14/Documentation/network/kubernetes/compatibility.rst"},
	{Cilium, "v1.20", 33, 36, "github.com/cilium/cilium@v1.20.2 Documentation/network/kubernetes/compatibility.rst"},
}

// CNITested returns the range of Kubernetes minors ("1.35", "1.37") that a pod network's release is tested with, and whether the version is
// inside it. known is false if there is no data: flannel publishes no such range.
func (v Kubernetes) CNITested(c CNI) (first, last string, inside, known bool) {
	for _, r := range cniTested {
		if r.cni == c.Name && (c.Version == r.line || strings.HasPrefix(c.Version, r.line+".")) {
			return fmt.Sprintf("1.%d", r.first), fmt.Sprintf("1.%d", r.last), v.Major == 1 && v.Minor >= r.first && v.Minor <= r.last, true
		}
	}
	return "", "", false, false
}

// calicoOperators maps a Calico release to its operator's image tag.
// Sources: https://docs.tigera.io/calico/latest/reference/component-versions,
// https://newreleases.io/project/github/tigera/operator/release/v1.36.10, the tigera-operator.yaml of v3.32.2 and v3.33.0
var calicoOperators = map[string]string{"v3.29.4": "v1.36.10", "v3.31.2": "v1.40.2", "v3.31.3": "v1.40.3", "v3.32.2": "v1.42.6",
	"v3.33.0": "v1.44.0"}

// ciliumEnvoys maps a Cilium release to the tag of the envoy image in its chart.
var ciliumEnvoys = map[string]string{"v1.20.2": "v1.37.6-1789133542-cbec91f666af0bf742da986d43832932dbb26b82"}

// cniImages lists the images of a pod network, as named in its manifest, operator, or chart of that version. A companion image is omitted
// if its version is unknown for the version that the author chose.
func cniImages(c CNI) []string {
	var images []string
	add := func(name, tag string) {
		if tag != "" {
			images = append(images, name+":"+tag)
		}
	}
	switch c.Name {
	case Flannel:
		add("ghcr.io/flannel-io/flannel", c.Version)
		if c.Version == FlannelVersion {
			add("ghcr.io/flannel-io/flannel-cni-plugin", FlannelCNIPluginVersion)
		}
	case Calico:
		for _, name := range []string{"cni", "csi", "kube-controllers", "node", "node-driver-registrar", "pod2daemon-flexvol", "typha"} {
			add("quay.io/calico/"+name, c.Version)
		}
		add("quay.io/tigera/operator", calicoOperators[c.Version])
	case Cilium:
		add("quay.io/cilium/cilium", c.Version)
		add("quay.io/cilium/operator-generic", c.Version)
		add("quay.io/cilium/cilium-envoy", ciliumEnvoys[c.Version])
	}
	return images
}

func (v Kubernetes) facts() minorFacts {
	for _, f := range v.table.minors {
		if v.Major == 1 && v.Minor == f.minor {
			return f
		}
	}
	return minorFacts{}
}

// byPatch returns the value that applies to a patch release.
func byPatch(steps []sincePatch, patch int) string {
	value := ""
	for _, s := range steps {
		if patch >= s.patch {
			value = s.value
		}
	}
	return value
}

// Known reports whether there are facts about the version's minor. Without facts, all methods below return "" or zero.
func (v Kubernetes) Known() bool { return v.facts().minor != 0 }

// NewestPatch is the newest release of the version's minor on FactsDate. It is also known for minors out of support.
func (v Kubernetes) NewestPatch() (Version, bool) {
	if m, ok := v.past(); ok {
		return Version{1, m.minor, m.newest}, true
	}
	f := v.facts()
	return Version{1, f.minor, f.newest}, f.minor != 0
}

// SupportEnds is the date on which the minor's patch releases end, YYYY-MM-DD. It is also known for minors out of support.
func (v Kubernetes) SupportEnds() string {
	if m, ok := v.past(); ok {
		return m.ended
	}
	return v.facts().supportEnds
}

// KubeadmAPI is the non-experimental version of kubeadm's configuration format that these releases read.
func (v Kubernetes) KubeadmAPI() string {
	if !v.Known() {
		return ""
	}
	return "v1beta4"
}

// EtcdImageTag is the tag of kubeadm's etcd image: "3.7.0-0".
func (v Kubernetes) EtcdImageTag() string { return byPatch(v.facts().etcdImage, v.Patch) }

// EtcdStacked is the etcd version in kubeadm's image: "3.7.0".
func (v Kubernetes) EtcdStacked() string {
	version, _, _ := strings.Cut(v.EtcdImageTag(), "-")
	return version
}

// EtcdFloor is the oldest external etcd that this kubeadm accepts.
func (v Kubernetes) EtcdFloor() (Version, bool) {
	return ParseVersion(byPatch(v.facts().etcdFloor, v.Patch))
}

// EtcdExternal is the default etcd version of external members.
func (v Kubernetes) EtcdExternal() string { return v.facts().etcd }

// CoreDNS is the tag of kubeadm's CoreDNS image, with v.
func (v Kubernetes) CoreDNS() string { return byPatch(v.facts().coreDNS, v.Patch) }

// Pause is the tag of the sandbox image, without v.
func (v Kubernetes) Pause() string { return v.facts().pause }

// CRICtl is the crictl release that the minor was tested with, without v.
func (v Kubernetes) CRICtl() string { return v.facts().crictl }

// CRIO is a CRI-O release of the same minor, without v.
func (v Kubernetes) CRIO() string { return v.facts().crio }

// Containerd is the default containerd release, without v.
func (v Kubernetes) Containerd() string { return v.facts().containerd }

// Calico is the default Calico release, with v.
func (v Kubernetes) Calico() string { return v.facts().calico }

// KernelFloor is the oldest Linux kernel that kubeadm's preflight accepts without a warning. If refuses is true, kubeadm stops on an older
// one; since Kubernetes 1.34 it only warns. Source: k8s.io/system-validators validators/kernel_validator.go
func (v Kubernetes) KernelFloor() (floor Version, refuses, known bool) {
	f := v.facts()
	return f.kernel, !v.from(34), f.minor != 0
}

// NFTablesKernel is the oldest Linux kernel on which kube-proxy starts in nftables mode. Source: k8s.io/kubernetes@v1.37.2
// pkg/util/kernel/constants.go, NFTablesKubeProxyKernelVersion
var NFTablesKernel = Version{5, 13, 0}

// ContainerdTested returns the oldest tested patch release of each containerd minor that was tested with this Kubernetes, oldest first.
func (v Kubernetes) ContainerdTested() []Version { return slices.Clone(v.facts().containerdTested) }

// TakesContainerd reports whether a containerd release is tested with this Kubernetes, or newer than the tested ones; known is false if
// there is no data. Kubernetes 1.35 is the last minor that containerd 1.x is tested with.
func (v Kubernetes) TakesContainerd(c Version) (ok, known bool) {
	tested := v.facts().containerdTested
	if len(tested) == 0 {
		return false, false
	}
	for _, t := range tested {
		if t.Major == c.Major && t.Minor == c.Minor {
			return !c.Before(t), true
		}
	}
	return tested[len(tested)-1].Before(c), true
}

// ContainerdConfigVersion is the config.toml version that a containerd release reads natively: 3 since 2.0, 2 before. containerd 2.x
// migrates a version 2 file with the 1.x section names, but does not read a version 3 file that uses them. Source:
// github.com/containerd/containerd/v2@v2.4.2 docs/cri/config.md
func ContainerdConfigVersion(c Version) int {
	if c.Major >= 2 {
		return 3
	}
	return 2
}

// TakesExperimentalFlags reports whether an etcd release accepts flags that begin with --experimental-. Source:
// https://github.com/etcd-io/etcd/pull/19959
func TakesExperimentalFlags(etcd Version) bool { return etcd.Before(Version{3, 7, 0}) }

// goneKubeletFlags maps a flag to the first minor whose kubelet refuses to start with it.
// Sources: k8s.io/kubernetes cmd/kubelet/app/options at v1.33.13, v1.34.4, v1.35.4, v1.36.3 and v1.37.2; CHANGELOG/CHANGELOG-1.37.md
var goneKubeletFlags = map[string]int{
	"cloud-config": 34, "register-schedulable": 34, "pod-infra-container-image": 35,
	"application-metrics-count-limit": 37, "boot-id-file": 37, "container-hints": 37, "containerd": 37, "containerd-namespace": 37,
	"enable-load-reader": 37, "event-storage-age-limit": 37, "event-storage-event-limit": 37, "global-housekeeping-interval": 37,
	"log-cadvisor-usage": 37, "machine-id-file": 37, "storage-driver-user": 37, "storage-driver-password": 37, "storage-driver-host": 37,
	"storage-driver-db": 37, "storage-driver-table": 37, "storage-driver-secure": 37, "storage-driver-buffer-duration": 37,
}

// KubeletFlagGone returns the version that removed a kubelet flag ("1.34"); gone is false if this version still accepts the flag.
func (v Version) KubeletFlagGone(flag string) (since string, gone bool) {
	minor, ok := goneKubeletFlags[flag]
	if !ok || !v.from(minor) {
		return "", false
	}
	return fmt.Sprintf("1.%d", minor), true
}
