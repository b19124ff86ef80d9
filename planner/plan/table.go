package plan

import "slices"

// Row is the facts of one Kubernetes minor, as `k8splan facts` prints them. Text is "" where there is no data.
type Row struct {
	Minor         string   `json:"minor"`
	Newest        string   `json:"newest_patch_known"`
	SupportEnds   string   `json:"support_ends"`
	KubeadmAPI    string   `json:"kubeadm_api"`
	EtcdStacked   string   `json:"etcd_of_kubeadm"`
	EtcdFloor     string   `json:"etcd_external_oldest"`
	EtcdExternal  string   `json:"etcd_external_default"`
	CoreDNS       string   `json:"coredns"`
	Pause         string   `json:"pause"`
	Containerd    string   `json:"containerd_default"`
	Tested        []string `json:"containerd_tested_from"`
	CRIO          string   `json:"cri_o"`
	Kernel        string   `json:"kernel_oldest"`
	KernelRefuses bool     `json:"kernel_older_refused"` // else a warning
	CgroupV2      bool     `json:"cgroup_v2_needed"`
	NFTables      bool     `json:"nftables_proxy_stable"`
	IPVS          bool     `json:"ipvs_proxy_deprecated"`
	Calico        string   `json:"calico_default"`
	GoneFlags     []string `json:"kubelet_flags_gone"` // that the minor before still had
}

// Facts returns the row of a version's minor, for that patch release; known is false where there is no data.
func (v Version) Facts() (row Row, known bool) {
	f := v.facts()
	if f.minor == 0 {
		return Row{}, false
	}
	newest, _ := v.NewestPatch()
	floor, _ := v.EtcdFloor()
	row = Row{
		Minor: v.MinorString(), Newest: newest.String(), SupportEnds: f.supportEnds, KubeadmAPI: v.KubeadmAPI(),
		EtcdStacked: v.EtcdStacked(), EtcdFloor: floor.String(), EtcdExternal: v.EtcdExternal(), CoreDNS: v.CoreDNS(), Pause: v.Pause(),
		Containerd: v.Containerd(), CRIO: v.CRIO(), Kernel: f.kernel.MinorString(), KernelRefuses: !v.from(34), CgroupV2: v.NeedsCgroupV2(),
		NFTables: v.NFTablesProxy(), IPVS: v.IPVSDeprecated(), Calico: v.Calico(), Tested: []string{}, GoneFlags: []string{},
	}
	for _, t := range f.containerdTested {
		row.Tested = append(row.Tested, t.String())
	}
	for flag, minor := range goneKubeletFlags {
		if minor == f.minor {
			row.GoneFlags = append(row.GoneFlags, flag)
		}
	}
	slices.Sort(row.GoneFlags)
	return row, true
}

// Source is where a kind of fact comes from.
type Source struct {
	Facts string `json:"facts"`
	From  string `json:"from"`
}

// FactSources says where the table's facts come from.
func FactSources() []Source {
	const releases = "https://kubernetes.io/releases/"
	return []Source{
		{"etcd of kubeadm, oldest external etcd, CoreDNS, pause", "k8s.io/kubernetes cmd/kubeadm/app/constants/constants.go of each release"},
		{"end of support", releases},
		{"containerd", "github.com/containerd/containerd RELEASES.md, \"Kubernetes Support\""},
		{"kernel", "k8s.io/system-validators validators/types_unix.go as each release requires it"},
		{"cgroup v2", "pkg/kubelet/apis/config/v1beta1/defaults.go (KEP-5573)"},
		{"kube-proxy's modes", "KEP-3866 (nftables), KEP-5495 (ipvs)"},
		{"kubelet flags", "cmd/kubelet/app/options of each release"},
	}
}
