package cni

import (
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// installation has the fields of operator.tigera.io/v1 Installation that must match the plan.
// Source: https://docs.tigera.io/calico/latest/reference/installation/api
type installation struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec installationSpec `json:"spec"`
}

type installationSpec struct {
	Variant       string        `json:"variant"`
	Registry      string        `json:"registry,omitempty"`  // with a slash at its end
	ImagePath     string        `json:"imagePath,omitempty"` // "" = the operator's default
	CalicoNetwork calicoNetwork `json:"calicoNetwork"`
}

type calicoNetwork struct {
	BGP                        string         `json:"bgp"`
	LinuxDataplane             string         `json:"linuxDataplane"`
	MTU                        int            `json:"mtu,omitempty"` // 0 = measured
	NodeAddressAutodetectionV4 *autodetection `json:"nodeAddressAutodetectionV4,omitempty"`
	NodeAddressAutodetectionV6 *autodetection `json:"nodeAddressAutodetectionV6,omitempty"`
	IPPools                    []ipPool       `json:"ipPools"`
}

type autodetection struct {
	Kubernetes string `json:"kubernetes,omitempty"`
	Interface  string `json:"interface,omitempty"` // a regular expression
}

type ipPool struct {
	Name          string `json:"name"`
	CIDR          string `json:"cidr"`
	Encapsulation string `json:"encapsulation"`
	NATOutgoing   string `json:"natOutgoing"`
	NodeSelector  string `json:"nodeSelector"`
}

func calico(p *plan.Plan) ([]artifact.File, string, error) {
	cni := p.Network.CNI
	encapsulation, bgp := "VXLAN", "Disabled"
	switch cni.Encapsulation {
	case plan.VXLAN, plan.WireGuard:
	case plan.IPIP:
		encapsulation, bgp = "IPIP", "Enabled"
	case plan.BGP, plan.NoEncapsulation:
		encapsulation, bgp = "None", "Enabled"
	default:
		return nil, "", fmt.Errorf("no encapsulation %q", cni.Encapsulation)
	}

	i := calicoInstallation(p, encapsulation, bgp)
	data, err := artifact.YAML(i)
	if err != nil {
		return nil, "", err
	}
	files := []artifact.File{{Path: "cni/calico/installation.yaml", Data: data}}
	sessions, err := calicoSessions(p)
	if err != nil {
		return nil, "", err
	}
	files = append(files, sessions...)
	var how strings.Builder
	calicoManifests(&how, p)
	if i.Spec.CalicoNetwork.LinuxDataplane == "BPF" {
		services, err := artifact.YAML(servicesEndpoint(p))
		if err != nil {
			return nil, "", err
		}
		files = append(files, artifact.File{Path: "cni/calico/kubernetes-services-endpoint.yaml", Data: services})
		how.WriteString("    kubectl create -f calico/kubernetes-services-endpoint.yaml    # without kube-proxy nothing else says " +
			"where the API is\n")
	}
	how.WriteString("    kubectl create -f calico/installation.yaml\n    kubectl wait --for=condition=Ready " +
		"--timeout=10m tigerastatus/calico\n")
	if cni.Encapsulation == plan.WireGuard {
		six := ""
		if plan.HasFamily(p.Network.PodSubnets, true) {
			six = `,"wireguardEnabledV6":true`
		}
		how.WriteString("    kubectl patch felixconfiguration default --type=merge -p '{\"spec\":{\"wireguardEnabled\":true" + six +
			"}}'\n")
	}
	if len(sessions) > 0 {
		how.WriteString("    kubectl apply -f calico/bgp.yaml\n\n")
		how.WriteString(routersText("calicoctl node status", p))
	}
	how.WriteString("\nRanges, encapsulation, and BGP cannot be changed in this resource once it is applied. ")
	how.WriteString("`operator-crds.yaml` exists from Calico 3.30 on; before, `tigera-operator.yaml` has all.\n")
	if p.Artifacts.ImageRepository != "" && i.Spec.ImagePath == "" {
		fmt.Fprintf(&how, "\nThe operator puts `calico/` between a registry without a path and an image's name: copy the images "+
			"below to `%scalico/` as well.\n", i.Spec.Registry)
	}
	return files, how.String(), nil
}

// calicoInstallation returns the Installation for the operator.
func calicoInstallation(p *plan.Plan, encapsulation, bgp string) installation {
	cni := p.Network.CNI
	i := installation{TypeMeta: metav1.TypeMeta{APIVersion: "operator.tigera.io/v1", Kind: "Installation"}}
	i.Metadata.Name = "default"
	i.Spec.Variant = "Calico"
	i.Spec.Registry, i.Spec.ImagePath = calicoRegistry(p.Artifacts.ImageRepository)
	network := &i.Spec.CalicoNetwork
	network.BGP, network.MTU, network.LinuxDataplane = bgp, statedMTU(p), "Iptables"
	switch p.Network.KubeProxy.Mode {
	case "nftables":
		network.LinuxDataplane = "Nftables"
	case plan.ProxyNone:
		network.LinuxDataplane = "BPF"
	}
	detection := &autodetection{Kubernetes: "NodeInternalIP"} // the kubelet's --node-ip rather than the first interface found
	if cni.Interface != "" {
		detection = &autodetection{Interface: "^" + strings.ReplaceAll(cni.Interface, ".", `\.`) + "$"}
	}
	for _, s := range p.Network.PodSubnets {
		pool := ipPool{Name: "default-ipv6-ippool", CIDR: s.String(), Encapsulation: encapsulation, NATOutgoing: "Enabled",
			NodeSelector: "all()"}
		if s.Addr().Is4() {
			pool.Name = "default-ipv4-ippool"
			network.NodeAddressAutodetectionV4 = detection
		} else {
			network.NodeAddressAutodetectionV6 = detection
			if encapsulation == "IPIP" { // IPv4 only
				pool.Encapsulation = "None"
			}
		}
		network.IPPools = append(network.IPPools, pool)
	}
	return i
}

// calicoManifests writes the commands that install the operator.
func calicoManifests(how *strings.Builder, p *plan.Plan) {
	fmt.Fprintf(how, "Calico's own operator installs it; `calico/installation.yaml` says what must match this plan. On the first "+
		"control plane, after `kubeadm init`:\n\n    export KUBECONFIG=/etc/kubernetes/admin.conf\n")
	for _, m := range p.NetworkManifests() {
		fmt.Fprintf(how, "    curl -fsSLO %s\n", m.URL)
		if m.Checksum != "" {
			fmt.Fprintf(how, "    echo '%s  %s' | sha256sum -c\n", strings.TrimPrefix(m.Checksum, "sha256:"), m.Base())
		}
		if repository := p.Artifacts.ImageRef("quay.io/tigera/operator:v0"); repository != "quay.io/tigera/operator:v0" &&
			m.Base() == "tigera-operator.yaml" {
			fmt.Fprintf(how, "    sed -i 's#quay[.]io/tigera/operator:#%s:#' %s\n", strings.TrimSuffix(repository, ":v0"), m.Base())
		}
		fmt.Fprintf(how, "    kubectl create -f %s\n", m.Base())
	}
}

// calicoRegistry splits a repository into the operator's two settings: images come from <registry><imagePath>/<name>.
func calicoRegistry(repository string) (registry, imagePath string) {
	if repository == "" {
		return "quay.io/", ""
	}
	slash := strings.LastIndex(repository, "/")
	if slash < 0 {
		return repository + "/", ""
	}
	return repository[:slash+1], repository[slash+1:]
}

func servicesEndpoint(p *plan.Plan) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Name: "kubernetes-services-endpoint", Namespace: "tigera-operator"},
		Data: map[string]string{
			"KUBERNETES_SERVICE_HOST": p.Cluster.Endpoint.Host,
			"KUBERNETES_SERVICE_PORT": strconv.Itoa(p.Cluster.Endpoint.Port),
		},
	}
}
