// Package podnetworks checks the resources that pod networks are given against the projects that read them: Cilium's against the schemas
// of its CustomResourceDefinitions, as an API server does, and Calico's against its own types. The resources are those of
// planner/emit/cni, whose own test checks them against what it emits.
package podnetworks
