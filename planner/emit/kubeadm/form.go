package kubeadm

import (
	"slices"
	"strings"

	kubeadmv1 "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4"

	"github.com/k8splan/k8splan/planner/artifact"
)

// forms are the configurations of workers, by all that tells them apart except for their names and addresses: a tree of 5,000 nodes has a
// handful of them. nil stands for one in which names and addresses cannot be filled in.
type forms map[string]*artifact.Form

// What stands in a form for a name and an address.
const (
	openName    = "k8splan-name-of-the-node"
	openAddress = "k8splan-address-of-the-node"
)

// fill returns the file of a worker. ok is false if its form has no place for its name or its address, and for a worker that has no
// address. All workers of a design have the same patches.
func (f forms) fill(r kubeadmv1.NodeRegistrationOptions, patches *kubeadmv1.Patches) (data []byte, ok bool) {
	if len(r.KubeletExtraArgs) == 0 || r.KubeletExtraArgs[0].Name != "node-ip" {
		return nil, false
	}
	key := formKey(r)
	form, known := f[key]
	if !known {
		blank := r
		blank.Name, blank.KubeletExtraArgs = openName, slices.Clone(r.KubeletExtraArgs)
		blank.KubeletExtraArgs[0].Value = openAddress
		form, _ = artifact.NewForm(join(blank, patches), openName, openAddress)
		f[key] = form
	}
	if form == nil {
		return nil, false
	}
	return form.Fill(r.Name, r.KubeletExtraArgs[0].Value)
}

// formKey holds every field of a registration but its name and the value of its first flag, the address. A test checks it against the
// type.
func formKey(r kubeadmv1.NodeRegistrationOptions) string {
	var key strings.Builder
	add := func(words ...string) {
		for _, w := range words {
			key.WriteString(w)
			key.WriteByte(0)
		}
		key.WriteByte(1)
	}
	add(r.CRISocket, string(r.ImagePullPolicy))
	for _, t := range r.Taints {
		add(t.Key, t.Value, string(t.Effect))
	}
	add("arguments")
	for i, a := range r.KubeletExtraArgs {
		if i == 0 {
			a.Value = ""
		}
		add(a.Name, a.Value)
	}
	add(r.IgnorePreflightErrors...)
	if r.ImagePullSerial != nil {
		if *r.ImagePullSerial {
			add("serial")
		} else {
			add("parallel")
		}
	}
	return key.String()
}
