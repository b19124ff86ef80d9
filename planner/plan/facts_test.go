package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/kubernetes/cmd/kubeadm/app/constants"
)

// The row of the default version equals kubeadm's own constants: go.mod names the release, so raising it without the row fails here.
func TestFactsAreThoseOfKubeadm(t *testing.T) {
	v := own().Newest()
	floor, _ := own().At(v).EtcdFloor()
	for _, c := range []struct{ what, got, want string }{
		{"etcd image", own().At(v).EtcdImageTag(), constants.DefaultEtcdVersion},
		{"floor of external etcd", floor.String(), strings.TrimSuffix(constants.MinExternalEtcdVersion, "-0")},
		{"CoreDNS", own().At(v).CoreDNS(), constants.CoreDNSVersion},
		{"pause", own().At(v).Pause(), constants.PauseVersion},
	} {
		if c.got != c.want {
			t.Errorf("%s of Kubernetes %s is %s, and kubeadm says %s", c.what, v, c.got, c.want)
		}
	}
}

func TestFactsAreWhole(t *testing.T) {
	for i, f := range own().minors {
		v := Version{1, f.minor, f.newest}
		if i > 0 && f.minor != own().minors[i-1].minor+1 {
			t.Errorf("1.%d follows 1.%d", f.minor, own().minors[i-1].minor)
		}
		etcd, ok := ParseVersion(own().At(v).EtcdExternal())
		stacked, ok2 := ParseVersion(own().At(v).EtcdStacked())
		floor, ok3 := own().At(v).EtcdFloor()
		if !ok || !ok2 || !ok3 || etcd.Before(floor) || etcd.Minor != stacked.Minor || etcd.Before(stacked) {
			t.Errorf("%s: external etcd %v, in kubeadm's image %v, floor %v", v, etcd, stacked, floor)
		}
		for _, steps := range [][]sincePatch{f.etcdImage, f.etcdFloor, f.coreDNS} {
			if steps[0].patch != 0 || !slices.IsSortedFunc(steps, func(a, b sincePatch) int { return a.patch - b.patch }) {
				t.Errorf("%s: steps %v do not begin at the first patch release, or are out of order", v, steps)
			}
		}
		containerd, ok := ParseVersion(own().At(v).Containerd())
		if takes, known := own().At(v).TakesContainerd(containerd); !ok || !known || !takes {
			t.Errorf("%s: containerd %s is not tested with it", v, own().At(v).Containerd())
		}
		if _, _, inside, known := own().At(v).CNITested(CNI{Name: Calico, Version: own().At(v).Calico()}); !known || !inside ||
			calicoOperators[own().At(v).Calico()] == "" {
			t.Errorf("%s: Calico %s is not tested with it, or its operator is unknown", v, own().At(v).Calico())
		}
		crio, ok := ParseVersion(own().At(v).CRIO())
		if !ok || crio.Minor != f.minor || own().At(v).CRICtl() == "" || own().At(v).Pause() == "" || own().At(v).CoreDNS() == "" ||
			own().At(v).SupportEnds() == "" || own().At(v).KubeadmAPI() != "v1beta4" {
			t.Errorf("%s: a fact is missing: %+v", v, f)
		}
		if _, ok := ParseVersion(own().At(v).CRICtl()); !ok {
			t.Errorf("%s: crictl %s", v, own().At(v).CRICtl())
		}
	}
	if oldest, newest := own().Minors(); oldest.MinorString() != "1.31" || newest != own().Newest() {
		t.Errorf("facts from %s to %s", oldest, newest)
	}
	for _, s := range []string{FlannelVersion, CiliumVersion, KubeVIPVersion, RuncVersion, CNIPluginsVersion, ContainerdVersion,
		DockerVersion, CRIDockerdVersion} {
		if _, ok := ParseVersion(s); !ok {
			t.Errorf("%q is not a release", s)
		}
	}
}

// For an unknown version every method returns nothing, and a plan with it contains nothing invented.
func TestUnknownVersionGetsNoData(t *testing.T) {
	for _, v := range []Version{{1, 30, 4}, {1, 38, 0}, {1, 14, 0}, {}} {
		floor, known := own().At(v).EtcdFloor()
		_, _, kernelKnown := own().At(v).KernelFloor()
		_, containerdKnown := own().At(v).TakesContainerd(Version{2, 4, 2})
		if own().At(v).Known() || known || !floor.IsZero() || kernelKnown || containerdKnown ||
			own().At(v).EtcdImageTag()+own().At(v).EtcdStacked()+own().At(v).EtcdExternal()+own().At(v).CoreDNS()+own().At(v).Pause()+
				own().At(v).CRICtl()+own().At(v).CRIO()+own().At(v).Containerd()+own().At(v).Calico()+
				own().At(v).KubeadmAPI() != "" || (own().At(v).SupportEnds() != "") != own().At(v).Past() {
			t.Errorf("%s has facts", v)
		}
	}
	p := resolved(t, "cluster \"c\" {\n type = \"all-in-one\"\n kubernetes_version = \"1.38.0\"\n}\n"+
		"node \"n\" {\n address = \"10.0.0.1\"\n}\n")
	for _, path := range []string{"etcd.version", "container_runtime.version"} {
		if got := p.decision(path); got != NoData {
			t.Errorf("%s is %q for a version without facts", path, got)
		}
	}
	for _, i := range p.Images() {
		if strings.HasSuffix(i.Ref, ":") || strings.HasSuffix(i.Ref, ":v") {
			t.Errorf("image %q has no tag", i.Ref)
		}
	}
	for _, d := range p.Downloads() {
		if strings.Contains(d.Path, noData) || strings.Contains(d.Path, "-v-") {
			t.Errorf("download %q has no version", d.Path)
		}
	}
}

func TestFloorsByPatch(t *testing.T) {
	for version, want := range map[string][3]string{ // image, floor, CoreDNS
		"1.31.0": {"3.5.15-0", "3.5.11", "v1.11.1"}, "1.31.14": {"3.5.24-0", "3.5.24", "v1.11.3"},
		"1.32.2":  {"3.5.16-0", "3.5.11", "v1.11.3"},
		"1.32.13": {"3.5.24-0", "3.5.24", "v1.11.3"}, "1.33.6": {"3.5.24-0", "3.5.24", "v1.12.0"},
		"1.34.0": {"3.6.4-0", "3.5.21", "v1.12.1"},
		"1.34.2": {"3.6.5-0", "3.5.24", "v1.12.1"}, "1.35.4": {"3.6.6-0", "3.5.24", "v1.13.1"}, "1.36.1": {"3.6.8-0", "3.5.24", "v1.14.2"},
	} {
		v, _ := ParseVersion(version)
		floor, _ := own().At(v).EtcdFloor()
		if got := [3]string{own().At(v).EtcdImageTag(), floor.String(), own().At(v).CoreDNS()}; got != want {
			t.Errorf("%s: %v, want %v (k8s.io/kubernetes@v%s cmd/kubeadm/app/constants/constants.go)", version, got, want, version)
		}
	}
}

func TestContainerdFloors(t *testing.T) {
	for _, c := range []struct {
		kubernetes, containerd Version
		ok                     bool
	}{
		{Version{1, 35, 4}, Version{1, 7, 28}, true}, {Version{1, 35, 4}, Version{1, 7, 27}, false},
		{Version{1, 36, 3}, Version{1, 7, 33}, false}, {Version{1, 36, 3}, Version{2, 1, 9}, false},
		{Version{1, 36, 3}, Version{2, 4, 0}, true},
		{Version{1, 37, 2}, Version{2, 3, 0}, true}, {Version{1, 37, 2}, Version{2, 2, 9}, false},
		{Version{1, 37, 2}, Version{3, 0, 0}, true},
	} {
		if ok, known := own().At(c.kubernetes).TakesContainerd(c.containerd); ok != c.ok || !known {
			t.Errorf("Kubernetes %s takes containerd %s: %v, want %v", c.kubernetes, c.containerd, ok, c.ok)
		}
	}
	if ContainerdConfigVersion(Version{2, 0, 0}) != 3 || ContainerdConfigVersion(Version{1, 7, 33}) != 2 {
		t.Error("containerd 2 reads version 3 of its configuration, 1.7 version 2")
	}
}

func TestGates(t *testing.T) {
	if !slices.IsSortedFunc(gates, func(a, b Gate) int { return strings.Compare(a.Name, b.Name) }) {
		t.Fatal("not sorted")
	}
	for _, c := range []struct {
		name          string
		minor         int
		known, locked bool
	}{
		{"SidecarContainers", 36, true, true}, {"SidecarContainers", 37, false, false}, // removed in 1.37
		{"KMSv2", 31, true, false}, {"KMSv2", 32, false, false},
		{"CustomCPUCFSQuotaPeriod", 37, true, false}, // the name on the command line, not that of the constant
		{"KubeProxyIPVS", 35, false, false}, {"KubeProxyIPVS", 37, true, false},
	} {
		g, ok := FindGate(c.name)
		known, locked := g.State(Version{1, c.minor, 0})
		if !ok || known != c.known || locked != c.locked {
			t.Errorf("%s at 1.%d: known %v, locked %v, want %v, %v (%+v)", c.name, c.minor, known, locked, c.known, c.locked, g)
		}
	}
	if _, ok := FindGate("NoSuchGate"); ok || len(GateNames()) != len(gates) {
		t.Error("a gate that does not exist was found")
	}
	if known, _ := (Gate{Name: "X"}).State(Version{1, 38, 0}); known {
		t.Error("nothing is known of 1.38")
	}
}

func TestKubeletFlags(t *testing.T) {
	for _, c := range []struct {
		flag  string
		minor int
		since string
	}{{"cloud-config", 33, ""}, {"cloud-config", 34, "1.34"}, {"pod-infra-container-image", 35, "1.35"}, {"storage-driver-db", 37, "1.37"},
		{"v", 37, ""}} {
		if since, gone := (Version{1, c.minor, 0}).KubeletFlagGone(c.flag); since != c.since || gone != (c.since != "") {
			t.Errorf("--%s at 1.%d: gone since %q, want %q", c.flag, c.minor, since, c.since)
		}
	}
}

// For a minor that has ended, only its last release, its end, and the upgrade path are known; nothing about the cluster's versions is
// invented.
func TestDescribed(t *testing.T) {
	last := ""
	for i, m := range pastMinors {
		if _, err := time.Parse(time.DateOnly, m.ended); err != nil || m.ended <= last || i > 0 && m.minor != pastMinors[i-1].minor+1 {
			t.Errorf("1.%d ended %q, after %q", m.minor, m.ended, last)
		}
		last = m.ended
	}
	if next := pastMinors[len(pastMinors)-1].minor + 1; next != firstMinor {
		t.Errorf("1.%d follows, and the facts begin with 1.%d", next, firstMinor)
	}
	p := resolved(t, "cluster \"c\" {\n type = \"all-in-one\"\n kubernetes_version = \"1.28.1\"\n}\n"+
		"node \"n\" {\n address = \"10.0.0.1\"\n}\n")
	if !p.Described() || p.WayUpWords() != "1.29.15, then a minor at a time to 1.31.14" {
		t.Errorf("the way up is %s", p.WayUpWords())
	}
	for _, path := range []string{"etcd.version", "container_runtime.version", "network.cni.version"} {
		if got := p.decision(path); got != NoData {
			t.Errorf("%s is %q for a cluster that exists", path, got)
		}
	}
	if len(p.Images())+len(p.Downloads()) > 0 {
		t.Error("a cluster that exists fetches something")
	}
}
