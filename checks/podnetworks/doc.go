// Package podnetworks checks the pod networks' resources against the projects that read them: Cilium's against the schemas of its
// CustomResourceDefinitions, as an API server does, and Calico's against its own types. The resources are those of planner/emit/cni, whose
// test compares them with its output.
package podnetworks
