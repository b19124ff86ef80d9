package plan

import "strings"

// FactsDate is the day on which the facts in this file were looked up. What was released later is unknown here, and unknown is
// answered with "no data", never with a guess.
const FactsDate = "2026-11-20"

// NoData is what is printed for a version that the facts do not cover.
const NoData = "no data"

// DefaultVersion is the Kubernetes version of a topology that states none: the newest that these facts cover.
var DefaultVersion = Version{1, 37, 2}

// Versions of what does not move with Kubernetes: the newest release known on FactsDate.
const (
	FlannelVersion          = "v0.28.10"        // Source: github.com/flannel-io/flannel@v0.28.10 Documentation/kube-flannel.yml
	FlannelCNIPluginVersion = "v1.9.1-flannel3" // Source: the same file
	CiliumVersion           = "v1.20.2"         // Source: github.com/cilium/cilium@v1.20.2 install/kubernetes/cilium/values.yaml
	KubeVIPVersion          = "v1.2.4"          // Source: https://github.com/kube-vip/helm-charts/pull/113
	RuncVersion             = "1.5.2"           // Source: github.com/opencontainers/runc@v1.5.2
	CNIPluginsVersion       = "1.9.1"           // Source: github.com/containernetworking/plugins@v1.9.1, build/dependencies.yaml of Kubernetes 1.37.2
	ContainerdVersion       = "2.4.2"           // Source: github.com/containerd/containerd/v2@v2.4.2
	CalicoVersion           = "v3.31.5"         // Source: https://github.com/kubernetes-sigs/kubespray/issues/13178
	TigeraOperatorVersion   = ""
	CRIDockerdVersion       = "0.3.17" // Source: https://github.com/k3s-io/k3s/issues/12283
	DockerVersion           = "28.3.3"
)

// sincePatch is a value that holds from a patch release of a minor on.
type sincePatch struct {
	patch int
	value string
}

// minorFacts is what is known of one Kubernetes minor.
type minorFacts struct {
	minor int
	// newest is the newest patch release whose source was read.
	newest int
	// etcdImage is kubeadm's etcd image tag by patch; etcdFloor the oldest external etcd that kubeadm accepts.
	// Source: k8s.io/kubernetes cmd/kubeadm/app/constants/constants.go, DefaultEtcdVersion and MinExternalEtcdVersion
	etcdImage, etcdFloor []sincePatch
	// etcd is the newest release of the minor that kubeadm's image is of: what external members get.
	// Source: go.etcd.io/etcd/server/v3 in the Go module index
	etcd string
	// coreDNS and pause are image tags. Source: the same file, CoreDNSVersion and PauseVersion
	coreDNS []sincePatch
	pause   string
	// crictl is what the minor was tested with. Source: k8s.io/kubernetes build/dependencies.yaml
	crictl string
	// crio is a release of the CRI-O minor of the same number.
	crio string
}

// facts is the table of minors, oldest first.
var facts = []minorFacts{
	{
		minor: 31, newest: 14,
		etcdImage: []sincePatch{{0, "3.5.15-0"}, {14, "3.5.24-0"}},
		etcdFloor: []sincePatch{{0, "3.5.11"}, {14, "3.5.24"}},
		etcd:      "3.5.35", pause: "3.10", crictl: "1.30.0", crio: "1.31.0",
		coreDNS: []sincePatch{{0, "v1.11.1"}, {14, "v1.11.3"}},
	},
	{
		minor: 32, newest: 13,
		etcdImage: []sincePatch{{0, "3.5.16-0"}, {13, "3.5.24-0"}},
		etcdFloor: []sincePatch{{0, "3.5.11"}, {13, "3.5.24"}},
		etcd:      "3.5.35", pause: "3.10", crictl: "1.31.1", crio: "1.32.0",
		coreDNS: []sincePatch{{0, "v1.11.3"}},
	},
	{
		minor: 33, newest: 13,
		etcdImage: []sincePatch{{0, "3.5.21-0"}, {6, "3.5.24-0"}},
		etcdFloor: []sincePatch{{0, "3.5.11"}, {6, "3.5.24"}},
		etcd:      "3.5.35", pause: "3.10", crictl: "1.32.0", crio: "1.33.0",
		coreDNS: []sincePatch{{0, "v1.12.0"}},
	},
	{
		minor: 34, newest: 4,
		etcdImage: []sincePatch{{0, "3.6.4-0"}, {2, "3.6.5-0"}},
		etcdFloor: []sincePatch{{0, "3.5.21"}, {2, "3.5.24"}},
		etcd:      "3.6.16", pause: "3.10.1", crictl: "1.33.0", crio: "1.34.0",
		coreDNS: []sincePatch{{0, "v1.12.1"}},
	},
	{
		minor: 35, newest: 4,
		etcdImage: []sincePatch{{0, "3.6.6-0"}},
		etcdFloor: []sincePatch{{0, "3.5.24"}},
		etcd:      "3.6.16", pause: "3.10.1", crictl: "1.34.0", crio: "1.35.0",
		coreDNS: []sincePatch{{0, "v1.13.1"}},
	},
	{
		minor: 36, newest: 3,
		etcdImage: []sincePatch{{0, "3.6.8-0"}},
		etcdFloor: []sincePatch{{0, "3.5.24"}},
		etcd:      "3.6.16", pause: "3.10.2", crictl: "1.35.0", crio: "1.36.0",
		coreDNS: []sincePatch{{0, "v1.14.2"}},
	},
	{
		minor: 37, newest: 2,
		etcdImage: []sincePatch{{0, "3.7.0-0"}},
		etcdFloor: []sincePatch{{0, "3.5.24"}},
		etcd:      "3.7.3", pause: "3.10.2", crictl: "1.36.0", crio: "1.37.0",
		coreDNS: []sincePatch{{0, "v1.14.6"}},
	},
}

func (v Version) facts() minorFacts {
	for _, f := range facts {
		if v.Major == 1 && v.Minor == f.minor {
			return f
		}
	}
	return minorFacts{}
}

func at(steps []sincePatch, patch int) string {
	value := ""
	for _, s := range steps {
		if patch >= s.patch {
			value = s.value
		}
	}
	return value
}

// Known reports whether there are facts for the version's minor. Every fact below is "" (or zero) where there are none.
func (v Version) Known() bool { return v.facts().minor != 0 }

// NewestPatch is the newest release of the version's minor that these facts know.
func (v Version) NewestPatch() (Version, bool) {
	f := v.facts()
	return Version{1, f.minor, f.newest}, f.minor != 0
}

// EtcdImageTag is the tag of kubeadm's etcd image: "3.7.0-0".
func (v Version) EtcdImageTag() string { return at(v.facts().etcdImage, v.Patch) }

// EtcdStacked is the etcd version in kubeadm's image: "3.7.0".
func (v Version) EtcdStacked() string {
	version, _, _ := strings.Cut(v.EtcdImageTag(), "-")
	return version
}

// EtcdFloor is the oldest external etcd that this kubeadm accepts.
func (v Version) EtcdFloor() (Version, bool) { return ParseVersion(at(v.facts().etcdFloor, v.Patch)) }

// EtcdExternal is the version that external members get where none is stated.
func (v Version) EtcdExternal() string { return v.facts().etcd }

// CoreDNS is the tag of kubeadm's CoreDNS image, with v.
func (v Version) CoreDNS() string { return at(v.facts().coreDNS, v.Patch) }

// Pause is the tag of the sandbox image, without v.
func (v Version) Pause() string { return v.facts().pause }

// CRICtl is the crictl release that the minor was tested with, without v.
func (v Version) CRICtl() string { return v.facts().crictl }

// CRIO is a CRI-O release of the same minor, without v.
func (v Version) CRIO() string { return v.facts().crio }

// cniImages lists the images of a pod network, as its manifest at that version names them.
func cniImages(c CNI) []string {
	switch c.Name {
	case Flannel:
		images := []string{"ghcr.io/flannel-io/flannel:" + c.Version}
		if c.Version == FlannelVersion {
			images = append(images, "ghcr.io/flannel-io/flannel-cni-plugin:"+FlannelCNIPluginVersion)
		}
		return images
	case Calico:
		return []string{"quay.io/calico/node:" + c.Version, "quay.io/calico/cni:" + c.Version, "quay.io/calico/kube-controllers:" + c.Version}
	case Cilium:
		return []string{"quay.io/cilium/cilium:" + c.Version, "quay.io/cilium/operator-generic:" + c.Version}
	}
	return nil
}
