package addons

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/k8splan/k8splan/planner/plan"
)

// addressPool has the fields of metallb.io/v1beta1 IPAddressPool. Source: go.universe.tf/metallb api/v1beta1/ipaddresspool_types.go
type addressPool struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta `json:"metadata"`
	Spec            addressPoolSpec   `json:"spec"`
}

type addressPoolSpec struct {
	Addresses []string `json:"addresses"`
}

// advertisement has the fields of metallb.io/v1beta1 L2Advertisement. Source: api/v1beta1/l2advertisement_types.go
type advertisement struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta `json:"metadata"`
	Spec            advertisementSpec `json:"spec"`
}

type advertisementSpec struct {
	IPAddressPools []string `json:"ipAddressPools"`
}

// metallb returns the address pools and their advertisements. MetalLB itself comes from upstream's manifest, which is applied first.
func metallb(_ *plan.Plan, a *plan.Addon) ([]any, error) {
	var docs []any
	for _, pool := range a.Pools {
		at := metav1.ObjectMeta{Name: pool.Name, Namespace: "metallb-system"}
		var ranges []string
		for _, r := range pool.Addresses {
			ranges = append(ranges, r.Written)
		}
		docs = append(docs, &addressPool{kind("metallb.io/v1beta1", "IPAddressPool"), at, addressPoolSpec{ranges}})
		if pool.ARP {
			docs = append(docs, &advertisement{kind("metallb.io/v1beta1", "L2Advertisement"), at, advertisementSpec{[]string{pool.Name}}})
		}
	}
	return docs, nil
}
