package plan

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is a version of three numbers: of Kubernetes, or of etcd, containerd, and others where their minimum versions are compared.
type Version struct{ Major, Minor, Patch int }

// String returns the version without v: "1.37.2".
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// MinorString returns "1.37".
func (v Version) MinorString() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// IsZero reports whether no version is known.
func (v Version) IsZero() bool { return v == Version{} }

// ParseVersion reads three decimal numbers without leading zeros, with or without a leading v and without any suffix.
func ParseVersion(s string) (Version, bool) {
	parts := strings.Split(strings.TrimPrefix(s, "v"), ".")
	if len(parts) != 3 {
		return Version{}, false
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || strconv.Itoa(n) != part || n < 0 || n > 1<<20 {
			return Version{}, false
		}
		numbers[i] = n
	}
	return Version{numbers[0], numbers[1], numbers[2]}, true
}

// Compare returns a negative number if v is older than w, 0 if they are equal, a positive one if it is newer.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor), cmp.Compare(v.Patch, w.Patch))
}

// Before reports whether v is older than w.
func (v Version) Before(w Version) bool { return v.Compare(w) < 0 }

// MinorsAhead is how many minors v is ahead of w, negative if it is behind; meaningless across majors.
func (v Version) MinorsAhead(w Version) int { return v.Minor - w.Minor }

// from reports whether v is Kubernetes 1.<minor> or newer.
func (v Version) from(minor int) bool { return v.Major > 1 || v.Major == 1 && v.Minor >= minor }

// The predicates, one for each behavior that depends on the version. Facts with values are in facts.go.

// NFTablesProxy: kube-proxy's nftables mode is generally available.
// Source: https://kubernetes.io/blog/2025/04/23/kubernetes-v1-33-release/ (KEP-3866)
func (v Version) NFTablesProxy() bool { return v.from(33) }

// IPVSDeprecated: kube-proxy's ipvs mode is deprecated.
// Source: https://kubernetes.io/blog/2025/12/17/kubernetes-v1-35-release/ (KEP-5495)
func (v Version) IPVSDeprecated() bool { return v.from(35) }

// ConntrackProgram: kube-proxy calls the program conntrack to end stale UDP connections; later ones ask the kernel.
// Source: https://github.com/kubernetes/kubernetes/pull/126847
func (v Version) ConntrackProgram() bool { return !v.from(32) }

// NeedsCgroupV2: the kubelet refuses to start on a host with cgroup v1 unless failCgroupV1 is set to false.
// Source: k8s.io/kubernetes@v1.35.4 pkg/kubelet/apis/config/v1beta1/defaults.go (KEP-5573)
func (v Version) NeedsCgroupV2() bool { return v.from(35) }

// StrictAddresses: the API server rejects addresses with leading zeros and ranges with host bits. Source:
// https://kubernetes.io/blog/2026/04/22/kubernetes-v1-36-release/ (KEP-4858)
func (v Version) StrictAddresses() bool { return v.from(36) }

// ECDSAP384: kubeadm supports the encryption algorithm ECDSA-P384. Source: k8s.io/kubernetes cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go:
// in v1.34.0, not in v1.33.13
func (v Version) ECDSAP384() bool { return v.from(34) }

// ExplicitProxyMode: kube-proxy warns if its mode is not set, because the default is about to change. Source: k8s.io/kubernetes@v1.37.2
// CHANGELOG/CHANGELOG-1.37.md
func (v Version) ExplicitProxyMode() bool { return v.from(37) }

// PatchTargets are the patch targets that kubeadm knows. Source: k8s.io/kubernetes cmd/kubeadm/app/util/patches/patches.go, knownTargets,
// in v1.31.14 to v1.37.2
func (v Version) PatchTargets() []string {
	targets := []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", PatchKubelet, "corednsdeployment"}
	if v.from(37) {
		targets = append(targets, "kubeproxydaemonset")
	}
	return targets
}

// SuperAdmin: admin.conf has no permissions until init has run; anything that runs during init needs super-admin.conf. Source:
// https://github.com/kube-vip/kube-vip/issues/684 (Kubernetes 1.29)
func (v Version) SuperAdmin() bool { return v.from(29) }
