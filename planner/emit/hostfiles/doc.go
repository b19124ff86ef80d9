// Package hostfiles builds the files that every host gets, whether the playbook installs them or a person follows the runbook.
//
// They are the files that the container runtime and the kubelet read, and the package sources. Systemd units are static files of
// templates/tree; this package builds what depends on the design. The playbook finds all of them in group_vars, the runbook has them as
// commands.
//
// The package is internal to k8splan and makes no compatibility promise.
package hostfiles
