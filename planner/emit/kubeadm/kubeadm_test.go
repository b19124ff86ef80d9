package kubeadm_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	kubeproxyv1alpha1 "k8s.io/kube-proxy/config/v1alpha1"
	kubeletv1beta1 "k8s.io/kubelet/config/v1beta1"
	kubeletapis "k8s.io/kubelet/pkg/apis"
	bootstraptoken "k8s.io/kubernetes/cmd/kubeadm/app/apis/bootstraptoken/v1"
	kubeadmapi "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm"
	"k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme"
	kubeadmv1 "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4"
	"k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/validation"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/emit/kubeadm"
	"github.com/k8splan/k8splan/planner/plan"
)

func TestGolden(t *testing.T)        { emittest.AllGolden(t, kubeadm.Emit) }
func TestWorkerIsLocal(t *testing.T) { emittest.WorkerIsLocal(t, kubeadm.Emit) }

// document is one YAML document, decoded strictly with upstream's types: an unknown field fails the test.
type document struct {
	init    *kubeadmapi.InitConfiguration // with the ClusterConfiguration if it is in the same file
	cluster *kubeadmapi.ClusterConfiguration
	join    *kubeadmapi.JoinConfiguration
	kubelet *kubeletv1beta1.KubeletConfiguration
	proxy   *kubeproxyv1alpha1.KubeProxyConfiguration
}

// decode reads a file as kubeadm does: strictly, with defaults, into kubeadm's internal types.
func decode(t *testing.T, f artifact.File) document {
	t.Helper()
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{Yaml: true,
		Strict: true})
	var d document
	for _, part := range bytes.Split(f.Data, []byte("---\n")) {
		var meta struct{ Kind string }
		if err := yaml.Unmarshal(part, &meta); err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		switch meta.Kind {
		case "KubeletConfiguration":
			d.kubelet = &kubeletv1beta1.KubeletConfiguration{}
			if err := yaml.UnmarshalStrict(part, d.kubelet); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
			continue
		case "KubeProxyConfiguration":
			d.proxy = &kubeproxyv1alpha1.KubeProxyConfiguration{}
			if err := yaml.UnmarshalStrict(part, d.proxy); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
			continue
		}
		object, _, err := strict.Decode(part, nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		scheme.Scheme.Default(object)
		into := func(internal any) {
			if err := scheme.Scheme.Convert(object, internal, nil); err != nil {
				t.Fatalf("%s: %v", f.Path, err)
			}
		}
		switch object.(type) {
		case *kubeadmv1.InitConfiguration:
			d.init = &kubeadmapi.InitConfiguration{}
			into(d.init)
		case *kubeadmv1.ClusterConfiguration:
			d.cluster = &kubeadmapi.ClusterConfiguration{}
			into(d.cluster)
		case *kubeadmv1.JoinConfiguration:
			d.join = &kubeadmapi.JoinConfiguration{}
			into(d.join)
		default:
			t.Fatalf("%s: unexpected %T", f.Path, object)
		}
	}
	return d
}

// TestUpstreamAccepts decodes every file of every topology with upstream's types and runs kubeadm's own validation on it.
func TestUpstreamAccepts(t *testing.T) {
	// kubeadm checks that the discovery file exists, and it does not on the machine that renders the tree.
	discovery := filepath.Join(t.TempDir(), "discovery.conf")
	if err := os.WriteFile(discovery, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range emittest.Names(t) {
		t.Run(name, func(t *testing.T) {
			p := emittest.Plan(t, name)
			files := documents(t, p, emittest.Emit(t, kubeadm.Emit, p))
			kubelets := len(p.KubeletNodes())
			if p.Etcd.IsExternal() {
				kubelets += len(p.Etcd.Members)
			}
			if len(files) != kubelets {
				t.Errorf("%d files for %d hosts and members", len(files), kubelets)
			}
			for _, f := range files {
				d := decode(t, f)
				switch {
				case d.init != nil && d.cluster != nil:
					d.init.ClusterConfiguration = *d.cluster
					if errs := validation.ValidateInitConfiguration(withToken(d.init)); len(errs) > 0 {
						t.Errorf("%s: %v", f.Path, errs.ToAggregate())
					}
					if errs := validation.ValidateClusterConfiguration(d.cluster); len(errs) > 0 {
						t.Errorf("%s: %v", f.Path, errs.ToAggregate())
					}
					if warnings := validation.ValidateCertValidity(d.cluster); len(warnings) > 0 {
						t.Errorf("%s: %v", f.Path, warnings)
					}
				case d.join != nil:
					if d.join.Discovery.File.KubeConfigPath != kubeadm.DiscoveryPath {
						t.Errorf("%s: discovery by %q", f.Path, d.join.Discovery.File.KubeConfigPath)
					}
					d.join.Discovery.File.KubeConfigPath = discovery
					if errs := validation.ValidateJoinConfiguration(d.join); len(errs) > 0 {
						t.Errorf("%s: %v", f.Path, errs.ToAggregate())
					}
				default:
					t.Errorf("%s has neither an init with its cluster nor a join", f.Path)
				}
			}
		})
	}
}

// documents returns the files that kubeadm reads. Files in kubeadm/api-server are files on hosts that API servers read: they must be the
// plan's, each once and byte for byte.
func documents(t *testing.T, p *plan.Plan, files []artifact.File) []artifact.File {
	t.Helper()
	want := map[string]string{}
	for _, f := range p.HostFiles() {
		want["kubeadm/api-server/"+f.Name] = f.Content
	}
	var out []artifact.File
	for _, f := range files {
		if !strings.HasPrefix(f.Path, "kubeadm/api-server/") {
			out = append(out, f)
			continue
		}
		if content, ok := want[f.Path]; !ok || content != string(f.Data) {
			t.Errorf("%s is not a file of the plan, or is there twice, or differs:\n%s", f.Path, f.Data)
		}
		delete(want, f.Path)
	}
	for path := range want {
		t.Errorf("%s is missing", path)
	}
	return out
}

// withToken adds the token that `kubeadm init` generates if none is set.
func withToken(c *kubeadmapi.InitConfiguration) *kubeadmapi.InitConfiguration {
	for i := range c.BootstrapTokens {
		c.BootstrapTokens[i].Token = &bootstraptoken.BootstrapTokenString{ID: "abcdef", Secret: "0123456789abcdef"}
	}
	return c
}

func file(t *testing.T, p *plan.Plan, path string) document {
	t.Helper()
	files := emittest.Emit(t, kubeadm.Emit, p)
	return decode(t, artifact.File{Path: path, Data: emittest.Data(t, files, path)})
}

// A JoinConfiguration that loses its controlPlane silently joins as a worker.
func TestJoinAsWhatItIs(t *testing.T) {
	for _, name := range emittest.Names(t) {
		p := emittest.Plan(t, name)
		for _, n := range p.KubeletNodes() {
			if n.Bootstrap {
				continue
			}
			d := file(t, p, "kubeadm/"+n.Name+".yaml")
			if got, want := d.join.ControlPlane != nil, n.Roles.Has(plan.ControlPlane); got != want {
				t.Errorf("%s: %s joins as a control plane: %v, want %v", name, n.Name, got, want)
			}
		}
	}
}

// nil taints mean the control plane's defaults: a worker must not get them, and a control plane that is also a worker must have none.
func TestTaints(t *testing.T) {
	own := "node-role.kubernetes.io/control-plane"
	for _, c := range []struct {
		topology, node string
		want           []string
	}{
		{"all-in-one", "dev-1", nil},
		{"external", "cp-1", []string{own}},
		{"external", "cp-2", []string{own}},
		{"external", "worker-1", nil},
		{"ipv6", "cp-2", nil},
		{"options", "worker-1", []string{"example.com/only"}},
	} {
		d := file(t, emittest.Plan(t, c.topology), "kubeadm/"+c.node+".yaml")
		var taints []string
		registration := kubeadmapi.NodeRegistrationOptions{}
		if d.init != nil {
			registration = d.init.NodeRegistration
		} else {
			registration = d.join.NodeRegistration
		}
		if registration.Taints == nil {
			t.Errorf("%s/%s: taints are absent: kubeadm would choose", c.topology, c.node)
		}
		for _, taint := range registration.Taints {
			taints = append(taints, taint.Key)
		}
		if strings.Join(taints, ",") != strings.Join(c.want, ",") {
			t.Errorf("%s/%s: taints %v, want %v", c.topology, c.node, taints, c.want)
		}
	}
}

func args(as []kubeadmapi.Arg) map[string]string {
	m := map[string]string{}
	for _, a := range as {
		m[a.Name] = a.Value
	}
	return m
}

func TestDualStack(t *testing.T) {
	d := file(t, emittest.Plan(t, "dual-stack"), "kubeadm/cp-1.yaml")
	if got := args(d.init.NodeRegistration.KubeletExtraArgs)["node-ip"]; got != "10.5.0.11,fd00:5::11" {
		t.Errorf("node-ip %q", got)
	}
	if got := d.cluster.Networking.PodSubnet + " " + d.cluster.Networking.ServiceSubnet; got != "10.244.0.0/16,fd00:10:244::/48 "+
		"10.96.0.0/16,fd00:10:96::/112" {
		t.Errorf("ranges %q", got)
	}
	masks := args(d.cluster.ControllerManager.ExtraArgs)
	if masks["node-cidr-mask-size-ipv4"] != "24" || masks["node-cidr-mask-size-ipv6"] != "64" {
		t.Errorf("masks %v", masks)
	}
}

// The controller manager exits if a mask's family is not in the cluster, and if the flag without a family is combined with the others.
func TestMasksOfOneFamily(t *testing.T) {
	for topology, want := range map[string]string{"all-in-one": "node-cidr-mask-size-ipv4", "ipv6": "node-cidr-mask-size-ipv6"} {
		p := emittest.Plan(t, topology)
		d := file(t, p, "kubeadm/"+p.Bootstrap().Name+".yaml")
		masks := args(d.cluster.ControllerManager.ExtraArgs)
		if _, ok := masks[want]; !ok || len(masks) != 1 {
			t.Errorf("%s: %v", topology, masks)
		}
	}
}

// A member's files must stay out of /etc/kubernetes/pki and must not overwrite each other.
func TestMemberCertificates(t *testing.T) {
	p := emittest.Plan(t, "single-etcd-multi-master")
	d := file(t, p, "kubeadm/etcd/cp-1.yaml")
	if d.cluster.CertificatesDir != "/etc/etcd/issued/cp-1" {
		t.Errorf("certificatesDir %q", d.cluster.CertificatesDir)
	}
	if d.cluster.Etcd.External != nil || d.cluster.Etcd.Local == nil {
		t.Error("the phases skip a cluster with external etcd")
	}
	if got := d.cluster.Etcd.Local.PeerCertSANs; len(got) != 1 || got[0] != "10.2.0.11" {
		t.Errorf("peer SANs %v", got)
	}
	init := file(t, p, "kubeadm/cp-1.yaml")
	if init.cluster.Etcd.External == nil || len(init.cluster.Etcd.External.Endpoints) != 1 {
		t.Error("the cluster's etcd is not the one external member")
	}
}

func TestWithoutKubeProxy(t *testing.T) {
	d := file(t, emittest.Plan(t, "options"), "kubeadm/cp-1.yaml")
	if !d.cluster.Proxy.Disabled || d.proxy != nil {
		t.Error("kube-proxy is not off")
	}
}

// The user's configuration fields are merged with the plan's at each depth.
func TestConfigurationFields(t *testing.T) {
	k := file(t, emittest.Plan(t, "options"), "kubeadm/cp-1.yaml").kubelet
	if k.MaxPods != 64 || k.MaxParallelImagePulls == nil || *k.MaxParallelImagePulls != 5 || k.EvictionHard["memory.available"] != "5%" ||
		k.SystemReservedCgroup != `/it's "${odd}": {{ x }} # é` || k.ShutdownGracePeriod.Duration != 90*time.Second {
		t.Errorf("the kubelet's configuration is %+v", k)
	}
	if limits := k.ReservedMemory; len(limits) != 1 || limits[0].Limits.Memory().String() != "100Mi" {
		t.Errorf("reserved memory is %v", limits)
	}
	x := file(t, emittest.Plan(t, "dual-stack"), "kubeadm/cp-1.yaml").proxy
	if x.IPVS.Scheduler != "lc" || !x.IPVS.StrictARP || x.MetricsBindAddress != "0.0.0.0:10249" || len(x.NodePortAddresses) != 2 ||
		x.Conntrack.MaxPerCore == nil || *x.Conntrack.MaxPerCore != 0 || x.Mode != "ipvs" {
		t.Errorf("kube-proxy's configuration is %+v", x)
	}
}

// A container runs on another machine's kernel: kubeadm does not look for its configuration, and kube-proxy changes no kernel settings.
func TestSharedKernel(t *testing.T) {
	p := emittest.Plan(t, "stacked")
	p.Target.Site.SharedKernel = true
	d := file(t, p, "kubeadm/cp-1.yaml")
	if got := d.init.NodeRegistration.IgnorePreflightErrors; len(got) != 1 || got[0] != "SystemVerification" {
		t.Errorf("kubeadm leaves out %v", got)
	}
	if d.proxy.Conntrack.MaxPerCore == nil || *d.proxy.Conntrack.MaxPerCore != 0 {
		t.Errorf("kube-proxy sets the table of connections: %+v", d.proxy.Conntrack)
	}
	for _, f := range emittest.Emit(t, kubeadm.Emit, p) {
		if strings.HasPrefix(f.Path, "kubeadm/w-") && !strings.Contains(string(f.Data), "- SystemVerification") {
			t.Errorf("%s looks for the kernel's configuration", f.Path)
		}
	}
}

// Values are data: the API server gets exactly what the user wrote.
func TestValuesAreData(t *testing.T) {
	d := file(t, emittest.Plan(t, "options"), "kubeadm/cp-1.yaml")
	got := args(d.cluster.APIServer.ExtraArgs)
	if got["oidc-issuer-url"] != "https://id.example.com/?a=1&b={{ c }}" || got["oidc-groups-claim"] != `it's "groups"` {
		t.Errorf("%q", got)
	}
}

// The kubelet's flags end up on one line that systemd splits at blanks. A value that cannot be passed there is an error and is not split.
func TestKubeletArgumentsThatCannotTravel(t *testing.T) {
	for _, bad := range []string{"a b", "a\tb", `a"b`, "a'b", "a\nb", "${HOME}", `a\b`} {
		p := emittest.Plan(t, "options")
		p.Cluster.Kubelet.ExtraArgs = []plan.Arg{{Name: "root-dir", Value: bad}}
		if _, err := kubeadm.Emit(p); err == nil {
			t.Errorf("%q is passed on", bad)
		}
	}
}

// A comma in a label's value would start a second label, and a kubelet may not set every label.
func TestLabelsThatAreNone(t *testing.T) {
	p := emittest.Plan(t, "options")
	for _, n := range p.Nodes {
		if n.Name == "worker-1" {
			n.FailureDomain = "a,node-role.kubernetes.io/control-plane="
		}
	}
	if _, err := kubeadm.Emit(p); err == nil {
		t.Error("a failure domain with a comma is passed on")
	}
}

// Our copy of upstream's list equals upstream's.
func TestLabelsAsUpstream(t *testing.T) {
	keys := append(kubeletapis.KubeletLabels(),
		"example.com/a", "plain", "a.kubelet.kubernetes.io/x", "kubelet.kubernetes.io/x", "x.node.kubernetes.io/y", "node.kubernetes.io/z",
		"kubernetes.io/x", "x.kubernetes.io/y", "k8s.io/x", "x.k8s.io/y", "node-role.kubernetes.io/worker",
		"node-restriction.kubernetes.io/a",
		"notkubernetes.io/x", "topology.kubernetes.io/rack")
	for _, key := range keys {
		n := &plan.Node{Labels: map[string]string{key: "v"}}
		_, own := components.KubeletLabels(n)[key]
		_, other := components.APILabels(n)[key]
		namespace, _, _ := strings.Cut(key, "/")
		reserved := strings.Contains(key, "/") && (namespace == "kubernetes.io" || strings.HasSuffix(namespace, ".kubernetes.io") ||
			namespace == "k8s.io" || strings.HasSuffix(namespace, ".k8s.io"))
		if want := !reserved || kubeletapis.IsKubeletLabel(key); own != want || other == want {
			t.Errorf("%s: by the kubelet %v, by the API %v, want %v", key, own, other, want)
		}
	}
}

// The kubelet's flag adds the taint that keeps pods off nodes that the cloud has not initialized, on every node.
func TestCloudProviderIsOnEveryNode(t *testing.T) {
	p := emittest.Parse(t, emittest.Source(t, "stacked")+"\ncloud_provider \"aws\" {}\n")
	for _, n := range p.KubeletNodes() {
		data := string(emittest.Data(t, emittest.Emit(t, kubeadm.Emit, p), "kubeadm/"+n.Name+".yaml"))
		want := 1
		if n.Bootstrap {
			want = 2 // the controller manager has it too
		}
		if got := strings.Count(data, "- name: cloud-provider\n"); got != want {
			t.Errorf("%s: %d flags, want %d", n.Name, got, want)
		}
	}
}

// The default scheduler's name stays among the profiles that replace it.
func TestSchedulerProfiles(t *testing.T) {
	src := emittest.Source(t, "stacked")
	at := strings.Index(src, "cluster \"")
	open := at + strings.Index(src[at:], "{") + 1
	src = src[:open] + "\n  scheduler {\n    profile \"full\" {\n      scoring_strategy = \"most-allocated\"\n    }\n  }\n" + src[open:]
	files := emittest.Emit(t, kubeadm.Emit, emittest.Parse(t, src))
	config := string(emittest.Data(t, files, "kubeadm/scheduler/config.yaml"))
	for _, want := range []string{"schedulerName: default-scheduler", "schedulerName: full", "type: MostAllocated", "leaderElect: true"} {
		if !strings.Contains(config, want) {
			t.Errorf("no %s in\n%s", want, config)
		}
	}
}

// On nodes with a read-only /usr, neither kubelet nor controller manager looks for FlexVolume drivers there.
func TestReadOnlyUsr(t *testing.T) {
	src := emittest.Source(t, "all-in-one")
	at := strings.LastIndex(src, "address")
	image := src[:at] + "os = \"flatcar-stable\"\n  " + src[at:]
	for _, c := range []struct {
		src  string
		want int
	}{{src, 0}, {image, 2}} {
		p := emittest.Parse(t, c.src)
		data := string(emittest.Data(t, emittest.Emit(t, kubeadm.Emit, p), "kubeadm/"+p.Bootstrap().Name+".yaml"))
		if got := strings.Count(data, "/opt/libexec/kubernetes/kubelet-plugins/volume/exec/"); got != c.want {
			t.Errorf("named %d times, want %d", got, c.want)
		}
	}
}
