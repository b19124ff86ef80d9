package cni

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
)

// object is a cluster-wide resource and its spec.
type object struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metadata `json:"metadata"`
	Spec            any      `json:"spec"`
}

type metadata struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels,omitempty"`
}

// documents encodes resources as one file.
func documents(path string, all []object) (artifact.File, error) {
	var out bytes.Buffer
	for i, r := range all {
		data, err := artifact.YAML(r)
		if err != nil {
			return artifact.File{}, err
		}
		if i > 0 {
			out.WriteString("---\n")
		}
		out.Write(data)
	}
	return artifact.File{Path: path, Data: out.Bytes()}, nil
}

// The fields of Calico's BGPConfiguration and BGPPeer that the plan decides. These are the custom resources that Calico's operator
// installs; they exist without Calico's own API server. Source: github.com/projectcalico/calico
// libcalico-go/config/crd/crd.projectcalico.org_bgppeers.yaml and _bgpconfigurations.yaml
type (
	calicoBGPConfiguration struct {
		ASNumber              int  `json:"asNumber"`
		NodeToNodeMeshEnabled bool `json:"nodeToNodeMeshEnabled"`
	}
	calicoBGPPeer struct {
		NodeSelector string `json:"nodeSelector,omitempty"`
		PeerIP       string `json:"peerIP"`
		ASNumber     int    `json:"asNumber"`
	}
)

// calicoSessions returns the nodes' BGP sessions with routers; none if the topology does not configure BGP.
func calicoSessions(p *plan.Plan) ([]artifact.File, error) {
	c := &p.Network.CNI
	if c.Encapsulation != "bgp" || c.BGPAS == 0 {
		return nil, nil
	}
	kind := func(kind, name string, spec any) object {
		return object{metav1.TypeMeta{APIVersion: "crd.projectcalico.org/v1", Kind: kind}, metadata{Name: name}, spec}
	}
	// If every node has routers, nodes need no sessions with each other: a node that passed on a route from another node would attract
	// traffic for pods of another rack.
	all := []object{kind("BGPConfiguration", "default", calicoBGPConfiguration{c.BGPAS, !p.RoutersLearn()})}
	for i, g := range p.BGPGroups() {
		for k, peer := range g.Peers {
			all = append(all, kind("BGPPeer", fmt.Sprintf("routers-%d-%d", i+1, k+1), calicoBGPPeer{calicoSelector(g.Zones),
				peer.Address.String(), peer.AS}))
		}
	}
	file, err := documents("cni/calico/bgp.yaml", all)
	return []artifact.File{file}, err
}

// calicoSelector selects nodes by their zones; every node if there are none. Source:
// https://docs.tigera.io/calico/latest/reference/resources/bgppeer#selector
func calicoSelector(zones []string) string {
	var terms, names []string
	for _, zone := range zones {
		if zone == "" {
			terms = append(terms, "!has("+components.ZoneLabel+")")
		} else {
			names = append(names, "'"+zone+"'")
		}
	}
	if len(names) > 0 {
		terms = append(terms, fmt.Sprintf("%s in {%s}", components.ZoneLabel, strings.Join(names, ", ")))
	}
	return strings.Join(terms, " || ")
}

// The fields of Cilium's BGP resources that the plan decides. Source: github.com/cilium/cilium@v1.20.2 pkg/k8s/apis/cilium.io/v2/bgp_*.go
type (
	ciliumCluster struct {
		NodeSelector *metav1.LabelSelector `json:"nodeSelector,omitempty"`
		BGPInstances []ciliumInstance      `json:"bgpInstances"`
	}
	ciliumInstance struct {
		Name     string       `json:"name"`
		LocalASN int          `json:"localASN"`
		Peers    []ciliumPeer `json:"peers"`
	}
	ciliumPeer struct {
		Name          string            `json:"name"`
		PeerAddress   string            `json:"peerAddress"`
		PeerASN       int               `json:"peerASN"`
		PeerConfigRef map[string]string `json:"peerConfigRef"`
	}
	ciliumPeerConfig struct {
		EBGPMultihop int            `json:"ebgpMultihop,omitempty"`
		Families     []ciliumFamily `json:"families"`
	}
	ciliumFamily struct {
		AFI            string               `json:"afi"`
		SAFI           string               `json:"safi"`
		Advertisements metav1.LabelSelector `json:"advertisements"`
	}
	ciliumAdvertisement struct {
		Advertisements []map[string]string `json:"advertisements"`
	}
)

// ciliumSessions returns the nodes' BGP sessions with routers and what they advertise; none if the topology names no router.
func ciliumSessions(p *plan.Plan) ([]artifact.File, error) {
	groups := p.BGPGroups()
	if len(groups) == 0 {
		return nil, nil
	}
	const name = "k8splan"
	kind := func(kind, name string, labels map[string]string, spec any) object {
		return object{metav1.TypeMeta{APIVersion: "cilium.io/v2", Kind: kind}, metadata{name, labels}, spec}
	}
	pods := map[string]string{"advertise": "pods"}
	config := ciliumPeerConfig{}
	for _, s := range p.Network.PodSubnets {
		config.Families = append(config.Families, ciliumFamily{plan.FamilyOf(s.Addr()), "unicast", metav1.LabelSelector{MatchLabels: pods}})
	}
	all := []object{
		kind("CiliumBGPAdvertisement", name, pods, ciliumAdvertisement{[]map[string]string{{"advertisementType": "PodCIDR"}}}),
		kind("CiliumBGPPeerConfig", name, nil, &config),
	}
	for i, g := range groups {
		instance := ciliumInstance{Name: name, LocalASN: p.Network.CNI.BGPAS}
		for k, peer := range g.Peers {
			instance.Peers = append(instance.Peers, ciliumPeer{fmt.Sprintf("router-%d", k+1), peer.Address.String(), peer.AS,
				map[string]string{"name": name}})
			for _, n := range g.Nodes {
				if own := n.OfFamily(peer.Address); own.IsValid() && !p.Segment(own).Prefix.Contains(peer.Address) {
					config.EBGPMultihop = 255 // a router behind another router
				}
			}
		}
		for s, selector := range ciliumSelectors(g.Zones) {
			all = append(all, kind("CiliumBGPClusterConfig", fmt.Sprintf("routers-%d-%d", i+1, s+1), nil,
				ciliumCluster{selector, []ciliumInstance{instance}}))
		}
	}
	file, err := documents("cni/cilium/bgp.yaml", all)
	return []artifact.File{file}, err
}

// ciliumSelectors select nodes by their zones: one selector for nodes with a zone, one for nodes without, and nil for every node.
func ciliumSelectors(zones []string) []*metav1.LabelSelector {
	if zones == nil {
		return []*metav1.LabelSelector{nil}
	}
	var names []string
	var selectors []*metav1.LabelSelector
	by := func(operator metav1.LabelSelectorOperator, values []string) {
		selectors = append(selectors,
			&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: components.ZoneLabel, Operator: operator,
				Values: values}}})
	}
	for _, zone := range zones {
		if zone == "" {
			by(metav1.LabelSelectorOpDoesNotExist, nil)
		} else {
			names = append(names, zone)
		}
	}
	if len(names) > 0 {
		by(metav1.LabelSelectorOpIn, names)
	}
	return selectors
}

// routersText describes what the routers must be configured to do.
func routersText(look string, p *plan.Plan) string {
	var routers []string
	for _, peer := range podRouters(p) {
		if word := fmt.Sprintf("%s (AS %d)", peer.Address, peer.AS); !slices.Contains(routers, word) {
			routers = append(routers, word)
		}
	}
	return fmt.Sprintf("The nodes are AS %d. Each router must have its nodes as neighbors, pass their routes on to the other "+
		"routers, and be the way from its nodes to the pods of the other segments (their default gateway): %s. "+
		"Every session must be established: `%s`.\n",
		p.Network.CNI.BGPAS, strings.Join(routers, ", "), look)
}

// podRouters lists the routers that learn pod routes.
func podRouters(p *plan.Plan) []plan.BGPPeer {
	var all []plan.BGPPeer
	for _, g := range p.BGPGroups() {
		all = append(all, g.Peers...)
	}
	return all
}
