// Package templates holds the static programs that a generated tree ships verbatim, one folder for each kind of consumer. They
// read their data from files beside them, so each can be linted as it stands.
package templates

import "embed"

// Files has the folders of this directory. A new folder is named in the directive below.
//
//go:embed all:addons all:aks all:ansible all:aws all:azure all:bare-metal all:charmed-kubernetes all:cluster-api all:cni all:docker-desktop all:doks all:eks all:etcd all:gcp all:gke all:gke-on-prem all:hetzner all:ibm-cloud-private all:iks all:kind all:kops all:kube-aws all:kubernetes-the-hard-way all:kubespray all:libvirt all:loadbalancer all:lxd all:minikube all:openstack all:openshift all:openshift-dedicated all:platform9 all:proxmox all:readme all:terraform all:vagrant all:vsphere
var Files embed.FS
