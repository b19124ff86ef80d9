package kubeadm

import (
	"slices"
	"strings"

	kubeadmv1 "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4"

	"github.com/k8splan/k8splan/planner/artifact"
)

// forms caches workers' configurations by everything except names and addresses: a tree of 5,000 nodes has a handful of them. nil stands
// for a configuration in which names and addresses cannot be filled in.
type forms map[string]*artifact.Form

// Placeholders for a name and an address in a form.
const (
	openName    = "k8splan-name-of-the-node"
	openAddress = "k8splan-address-of-the-node"
)

// fill returns a worker's file. ok is false if the form has no place for the name or the address, or the worker has no address. All workers
// of a design have the same patches.
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

// formKey encodes every field of a registration except its name and the value of its first flag, the address. A test checks it against the
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
