package kubeadm

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubeadmv1 "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
)

// Paths on hosts of the tree's files and of the files that they refer to.
const (
	ConfigPath    = "/etc/kubernetes/kubeadm.yaml"
	DiscoveryPath = "/etc/kubernetes/discovery.conf"
	IssuedDir     = "/etc/etcd/issued" // on the first external member; see the package's documentation
)

// Certificates with which API servers reach external etcd.
const (
	etcdCAFile   = plan.EtcdCAFile
	etcdCertFile = plan.EtcdCertFile
	etcdKeyFile  = plan.EtcdKeyFile
)

// Emit returns kubeadm/<node>.yaml for every host with a kubelet and kubeadm/etcd/<member>.yaml for every external etcd member.
func Emit(p *plan.Plan) ([]artifact.File, error) {
	var files []artifact.File
	forms := forms{}
	for _, n := range p.KubeletNodes() {
		data, err := node(p, n, forms)
		if err != nil {
			return nil, err
		}
		files = append(files, artifact.File{Path: "kubeadm/" + n.Name + ".yaml", Data: data})
	}
	if len(p.Cluster.SchedulerProfiles) > 0 {
		data, err := artifact.YAML(schedulerProfiles(p))
		if err != nil {
			return nil, err
		}
		files = append(files, artifact.File{Path: "kubeadm/scheduler/config.yaml", Data: data})
	}
	for _, f := range p.Cluster.Patches {
		files = append(files, artifact.File{Path: "kubeadm/patches/" + f.Name, Data: []byte(f.Content)})
	}
	for _, f := range p.HostFiles() {
		files = append(files, artifact.File{Path: "kubeadm/api-server/" + f.Name, Data: []byte(f.Content)})
	}
	if p.Etcd.IsExternal() {
		for _, m := range p.Etcd.Members {
			data, err := artifact.YAML(memberInit(p, m), memberCluster(p, m))
			if err != nil {
				return nil, err
			}
			files = append(files, artifact.File{Path: "kubeadm/etcd/" + m.Name + ".yaml", Data: data})
		}
	}
	return files, nil
}

// node returns the file of one host. Workers that differ only in names and addresses share a form.
func node(p *plan.Plan, n *plan.Node, forms forms) ([]byte, error) {
	registration, err := nodeRegistration(p, n)
	switch {
	case err != nil:
		return nil, err
	case n.Roles.Has(plan.ControlPlane):
		docs, err := controlPlane(p, n, registration)
		if err != nil {
			return nil, err
		}
		return artifact.YAML(docs...)
	}
	if data, ok := forms.fill(registration, patches(p, n)); ok {
		return data, nil
	}
	return artifact.YAML(join(registration, patches(p, n)))
}

func controlPlane(p *plan.Plan, n *plan.Node, registration kubeadmv1.NodeRegistrationOptions) ([]any, error) {
	if !n.Bootstrap {
		c := join(registration, patches(p, n))
		c.ControlPlane = &kubeadmv1.JoinControlPlane{LocalAPIEndpoint: localEndpoint(p, n)}
		return []any{c}, nil
	}
	ofKubelet, err := with(kubelet(p), p.Cluster.Kubelet.Config.Fields())
	if err != nil {
		return nil, err
	}
	docs := []any{initialize(p, n, registration), cluster(p), ofKubelet}
	if p.Network.KubeProxy.Mode != plan.ProxyNone {
		ofProxy, err := with(kubeProxy(p), p.Network.KubeProxy.Config.Fields())
		if err != nil {
			return nil, err
		}
		docs = append(docs, ofProxy)
	}
	return docs, nil
}

func meta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: kubeadmv1.SchemeGroupVersion.String(), Kind: kind}
}

func initialize(p *plan.Plan, n *plan.Node, registration kubeadmv1.NodeRegistrationOptions) *kubeadmv1.InitConfiguration {
	return &kubeadmv1.InitConfiguration{
		TypeMeta:         meta("InitConfiguration"),
		NodeRegistration: registration,
		LocalAPIEndpoint: localEndpoint(p, n),
		Patches:          patches(p, n),
		// Its output contains a token and the CA's hash: they would end up in logs, and nothing needs them.
		SkipPhases: []string{"show-join-command"},
		Timeouts:   timeouts(),
	}
}

func join(registration kubeadmv1.NodeRegistrationOptions, patches *kubeadmv1.Patches) *kubeadmv1.JoinConfiguration {
	return &kubeadmv1.JoinConfiguration{
		TypeMeta:         meta("JoinConfiguration"),
		NodeRegistration: registration,
		Discovery:        kubeadmv1.Discovery{File: &kubeadmv1.FileDiscovery{KubeConfigPath: DiscoveryPath}},
		Patches:          patches,
		Timeouts:         timeouts(),
	}
}

// patches returns kubeadm's patches directory for a host; nil if there are no patches.
func patches(p *plan.Plan, n *plan.Node) *kubeadmv1.Patches {
	if len(p.PatchesOf(n)) == 0 {
		return nil
	}
	return &kubeadmv1.Patches{Directory: plan.PatchesDir}
}

// timeouts are kubeadm's, except for two whose defaults are too low for what the plan allows: a component that starts on a slow etcd disk
// or pulls from a slow mirror (4 minutes by default), and a call during which the endpoint moves to another balancer (1 minute by default).
func timeouts() *kubeadmv1.Timeouts {
	return &kubeadmv1.Timeouts{
		ControlPlaneComponentHealthCheck: &metav1.Duration{Duration: 6 * time.Minute},
		KubernetesAPICall:                &metav1.Duration{Duration: 2 * time.Minute},
	}
}

func localEndpoint(p *plan.Plan, n *plan.Node) kubeadmv1.APIEndpoint {
	e := kubeadmv1.APIEndpoint{BindPort: int32(p.Cluster.APIServerPort)}
	if n.Address.IsValid() {
		e.AdvertiseAddress = n.Address.String()
	}
	return e
}

// externalCloud makes a kubelet register its node with the taint node.cloudprovider.kubernetes.io/uninitialized, and leaves cloud
// addresses, zones, and routes to the cloud's controller manager. Source:
// https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/
var externalCloud = kubeadmv1.Arg{Name: "cloud-provider", Value: "external"}

func nodeRegistration(p *plan.Plan, n *plan.Node) (kubeadmv1.NodeRegistrationOptions, error) {
	r := kubeadmv1.NodeRegistrationOptions{
		Name:      n.Name,
		CRISocket: p.Runtime.Socket,
		Taints:    []corev1.Taint{}, // empty means none; absent would mean the control plane's defaults
	}
	if p.Target.Site.SharedKernel { // kubeadm looks for the kernel's configuration next to the kernel, which is on another machine
		r.IgnorePreflightErrors = []string{"SystemVerification"}
	}
	for _, t := range n.EffectiveTaints() {
		r.Taints = append(r.Taints, corev1.Taint{Key: t.Key, Value: t.Value, Effect: corev1.TaintEffect(t.Effect)})
	}

	// Set explicitly because a host may have other interfaces: the first interface of every Vagrant machine has the same address.
	if n.Address.IsValid() {
		r.KubeletExtraArgs = append(r.KubeletExtraArgs, kubeadmv1.Arg{Name: "node-ip", Value: n.NodeIP()})
	}
	if labels := components.KubeletLabels(n); len(labels) > 0 {
		value, err := components.JoinLabels(labels)
		if err != nil {
			return r, fmt.Errorf("node %s: %w", n.Name, err)
		}
		r.KubeletExtraArgs = append(r.KubeletExtraArgs, kubeadmv1.Arg{Name: "node-labels", Value: value})
	}

	if p.CloudProvider != "" {
		r.KubeletExtraArgs = append(r.KubeletExtraArgs, externalCloud)
	}
	r.KubeletExtraArgs = append(r.KubeletExtraArgs, args(components.Kubelet(p, n))...)

	// kubeadm writes these flags on one line of an environment file that systemd splits at blanks, and cannot quote them.
	for _, a := range r.KubeletExtraArgs {
		if strings.ContainsAny(a.Value, " \t\r\n\"'\\$") {
			return r, fmt.Errorf("node %s: kubelet argument %s has a value that kubeadm cannot pass on: %q", n.Name, a.Name, a.Value)
		}
	}
	return r, nil
}

func cluster(p *plan.Plan) *kubeadmv1.ClusterConfiguration {
	c := &kubeadmv1.ClusterConfiguration{
		TypeMeta:             meta("ClusterConfiguration"),
		ClusterName:          p.Cluster.Name,
		KubernetesVersion:    "v" + p.Cluster.Version.String(),
		ControlPlaneEndpoint: p.Cluster.Endpoint.String(),
		ImageRepository:      p.Artifacts.ImageRepository,
		Networking: kubeadmv1.Networking{
			PodSubnet:     strings.Join(plan.Texts(p.Network.PodSubnets), ","),
			ServiceSubnet: strings.Join(plan.Texts(p.Network.ServiceSubnets), ","),
			DNSDomain:     p.Network.DNSDomain,
		},
		APIServer: kubeadmv1.APIServer{CertSANs: p.APIServerSANs()},
		// Not skipPhases: upgrades also read this field.
		Proxy: kubeadmv1.Proxy{Disabled: p.Network.KubeProxy.Mode == plan.ProxyNone},
		Etcd:  etcd(p),
		DNS:   kubeadmv1.DNS{ImageMeta: kubeadmv1.ImageMeta{ImageRepository: p.Artifacts.DNSRepository}},
	}
	issuance(p, c)

	api, manager, scheduler := components.ControlPlane(p)
	c.APIServer.ExtraArgs, c.ControllerManager.ExtraArgs, c.Scheduler.ExtraArgs = args(api), args(manager), args(scheduler)
	c.APIServer.ExtraArgs = append(c.APIServer.ExtraArgs, args(p.APIServerFlags())...)
	for _, v := range p.APIServerVolumes() {
		c.APIServer.ExtraVolumes = append(c.APIServer.ExtraVolumes, kubeadmv1.HostPathMount{
			Name: v.Name, HostPath: v.HostPath, MountPath: v.MountPath, ReadOnly: v.ReadOnly, PathType: corev1.HostPathDirectoryOrCreate,
		})
	}
	if p.CloudProvider != "" {
		c.ControllerManager.ExtraArgs = append(c.ControllerManager.ExtraArgs, externalCloud)
	}
	if dir := volumePlugins(p); dir != "" {
		c.ControllerManager.ExtraArgs = append(c.ControllerManager.ExtraArgs, kubeadmv1.Arg{Name: "flex-volume-plugin-dir", Value: dir})
	}
	readProfiles(p, c)
	return c
}

// issuance sets how certificates are issued, for the cluster and for external etcd alike.
func issuance(p *plan.Plan, c *kubeadmv1.ClusterConfiguration) {
	c.EncryptionAlgorithm = kubeadmv1.EncryptionAlgorithmType(p.Cluster.EncryptionAlgorithm)
	if d := p.Cluster.CertificateValidity; d != 0 {
		c.CertificateValidityPeriod = &metav1.Duration{Duration: d}
	}
	if d := p.Cluster.CAValidity; d != 0 {
		c.CACertificateValidityPeriod = &metav1.Duration{Duration: d}
	}
}

func etcd(p *plan.Plan) kubeadmv1.Etcd {
	if p.Etcd.IsExternal() {
		return kubeadmv1.Etcd{External: &kubeadmv1.ExternalEtcd{
			Endpoints: p.Etcd.ClientURLs(), CAFile: etcdCAFile, CertFile: etcdCertFile, KeyFile: etcdKeyFile,
		}}
	}
	local := &kubeadmv1.LocalEtcd{DataDir: p.Etcd.DataDir, ExtraArgs: args(p.Etcd.Flags())}
	local.ImageRepository = p.Artifacts.EtcdRepository
	return kubeadmv1.Etcd{Local: local}
}

func memberInit(p *plan.Plan, m plan.Member) *kubeadmv1.InitConfiguration {
	return &kubeadmv1.InitConfiguration{
		TypeMeta: meta("InitConfiguration"),
		NodeRegistration: kubeadmv1.NodeRegistrationOptions{
			Name: m.Name, // the certificates' common name
			// Never dialed. Without it, kubeadm looks for a runtime, and an etcd host has none.
			CRISocket: p.Runtime.Socket,
			Taints:    []corev1.Taint{},
		},
		LocalAPIEndpoint: kubeadmv1.APIEndpoint{AdvertiseAddress: m.Node.Address.String()},
	}
}

func memberCluster(p *plan.Plan, m plan.Member) *kubeadmv1.ClusterConfiguration {
	sans := []string{m.Node.Address.String()}
	if m.Node.SecondaryAddress.IsValid() {
		sans = append(sans, m.Node.SecondaryAddress.String())
	}
	c := &kubeadmv1.ClusterConfiguration{
		TypeMeta:          meta("ClusterConfiguration"),
		ClusterName:       p.Cluster.Name,
		KubernetesVersion: "v" + p.Cluster.Version.String(), // without it, kubeadm asks the internet for the newest
		CertificatesDir:   IssuedDir + "/" + m.Name,
		// kubeadm adds the node's name, localhost, and the loopback addresses. These phases skip a cluster with "external" etcd.
		Etcd: kubeadmv1.Etcd{Local: &kubeadmv1.LocalEtcd{DataDir: p.Etcd.DataDir, ServerCertSANs: sans, PeerCertSANs: sans}},
	}
	issuance(p, c)
	return c
}

func args(as []plan.Arg) []kubeadmv1.Arg {
	var out []kubeadmv1.Arg
	for _, a := range as {
		out = append(out, kubeadmv1.Arg{Name: a.Name, Value: a.Value})
	}
	return out
}
