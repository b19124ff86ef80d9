// Package ansible emits ansible/: the playbooks and roles of templates/tree/ansible, and the data that they read.
//
// The programs are static and hold no value of any topology, so they can be read, linted and tested once. A tree has those that its design
// can use (parts.go): plays, tasks and files of other designs are left out, and what is left is as it is in templates, line by line. The
// values of a design are in two files: group_vars/all.yaml has what all hosts share, inventory.yaml has the hosts. Adding a worker changes
// inventory.yaml alone.
//
// Every string in both that a template could be made of carries YAML's tag !unsafe: Ansible takes it as it is and never evaluates it
// (https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_advanced_syntax.html#unsafe-or-raw-strings). The files of the other
// directories (kubeadm, etcd, loadbalancer, cni) are copied to the hosts and never run through a template.
//
// All groups are always written, also empty ones: bootstrap, control_plane, etcd (external members only), kubelet, load_balancer, workers.
//
// The package is internal to k8splan and makes no compatibility promise.
package ansible
