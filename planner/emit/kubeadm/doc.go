// Package kubeadm emits what `kubeadm init` and `kubeadm join` read: one file for each host with a kubelet, and one for each external
// etcd member, all in upstream's types of kubeadm.k8s.io/v1beta4 (served by kubeadm 1.31 and newer).
//
// # kubeadm/<node>.yaml
//
// Goes to /etc/kubernetes/kubeadm.yaml of that host and is read unedited. The bootstrap's holds InitConfiguration,
// ClusterConfiguration, KubeletConfiguration, and KubeProxyConfiguration; all others hold one JoinConfiguration, because kubeadm reads
// the cluster's settings back from the ConfigMaps that init wrote. A join's file speaks of its own host alone, so that a new node
// changes no other file.
//
// No file holds a secret. Joins find the cluster through /etc/kubernetes/discovery.conf, a kubeconfig with the CA and a bootstrap token
// that is minted and written at join time and removed afterwards. skipPhases keeps init from printing a token.
//
// # Labels
//
// A kubelet may give itself labels outside kubernetes.io and k8s.io, and few inside: above that, the kubelet refuses to start and the
// NodeRestriction admission plugin refuses the node. topology.kubernetes.io/zone is among the few, so a failure domain travels with the
// kubelet and is there before the first pod is scheduled. KubeletLabels and APILabels split a node's labels; the second are set with
// kubectl after the join, and so are annotations.
// Source: k8s.io/kubelet pkg/apis/well_known_labels.go, k8s.io/kubernetes plugin/pkg/admission/noderestriction
//
// # kubeadm/etcd/<member>.yaml: the certificates of external etcd
//
// All certificates are issued on the first member; the others keep a copy of the CA's key for the day that it is lost. Each file's
// certificatesDir is /etc/etcd/issued/<member>, so one host issues for all members without one's files in the way of another's, and
// nothing there touches /etc/kubernetes/pki: a member may share its host with a control plane, whose `kubeadm reset` then leaves etcd's
// certificates alone.
//
//	/etc/etcd/kubeadm/<member>.yaml                                    these files, on the first member only
//	/etc/etcd/issued/<first>/etcd/ca.{crt,key}                         kubeadm init phase certs etcd-ca                 --config
//
// <first>.yaml
//
//	/etc/etcd/issued/<other>/etcd/ca.{crt,key}                         links to ../../<first>/etcd/ca.{crt,key}
//	/etc/etcd/issued/<member>/etcd/server.{crt,key}                    kubeadm init phase certs etcd-server             --config
//
// <member>.yaml
//
//	/etc/etcd/issued/<member>/etcd/peer.{crt,key}                      kubeadm init phase certs etcd-peer               --config
//
// <member>.yaml
//
//	/etc/etcd/issued/<member>/etcd/healthcheck-client.{crt,key}        kubeadm init phase certs etcd-healthcheck-client --config
//
// <member>.yaml
//
//	/etc/etcd/issued/<first>/apiserver-etcd-client.{crt,key}           kubeadm init phase certs apiserver-etcd-client   --config
//
// <first>.yaml
//
// Then copies go out: ca.crt and the member's own three pairs to /etc/etcd/pki of each member, etcd/ca.crt to
// /etc/kubernetes/pki/etcd/ca.crt and apiserver-etcd-client.{crt,key} to /etc/kubernetes/pki of each control plane. kubeadm reuses what
// exists, so every command can be run again. It needs no container runtime for these phases, since the files name a CRI socket.
//
// The package is internal to k8splan and makes no compatibility promise.
package kubeadm
