package icp

import (
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/targets/turnkey/openshift"
)

// Target returns the target ibm-cloud-private: its successor's, with a different description.
func Target() target.Target {
	t := openshift.Target()
	f := &t.Facts
	f.Name, f.Title, f.Successor = "ibm-cloud-private", "IBM Cloud Private (discontinued)", "openshift"
	f.TypesWhy = "The files are for OpenShift, its successor, which supports one control plane without workers, or three to five with an " +
		"etcd member on each. For the other types, write target \"bare-metal\"."
	f.EtcdWhy = "The files are for OpenShift, its successor, which runs a member on every control plane and none elsewhere."
	f.VersionsFrom = "OpenShift 4.18 to 4.22, its successor"
	f.Emits = "the files of OpenShift, its successor"
	t.Rules, t.New = rules(), read
	return t
}
