// Package ansible emits ansible/: the playbooks and roles of templates/tree/ansible, and the data that they read.
//
// The programs are static and contain no topology values, so they can be read, linted, and tested once. A tree has only the programs that
// its design can use (parts.go): plays, tasks, and files for other designs are omitted, and the rest is copied from templates line by line.
// A design's values are in two files: group_vars/all.yaml has what all hosts share, inventory.yaml has the hosts. Adding a worker changes
// only inventory.yaml.
//
// Every string in both files that could be a template carries YAML's tag !unsafe: Ansible never evaluates it
// (https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_advanced_syntax.html#unsafe-or-raw-strings). The files of the other
// directories (kubeadm, etcd, loadbalancer, cni) are copied to the hosts and never run through a template.
//
// All groups are always written, even empty ones: bootstrap, control_plane, etcd (external members only), kubelet, load_balancer, workers.
//
// The package is internal to k8splan and makes no compatibility promise.
package ansible
