// Package hostfiles makes the files that every host gets, whoever lays them there: the playbook, or a person with the runbook.
//
// They are what the container runtime and the kubelet read, and where packages come from. Units of systemd are files of templates/tree,
// as they are; what depends on the design is made here. The playbook finds all of them in group_vars, the runbook has them as commands.
//
// The package is internal to k8splan and makes no compatibility promise.
package hostfiles
