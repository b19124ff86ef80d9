package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/spelling"
)

// controller is a controller of kube-controller-manager, under one of its names. kube-controller-manager exits if --controllers contains
// any other name.
type controller struct {
	name        string
	since, last int // minors; 0: since the oldest, until the newest known
}

// controllers are the names in 1.31 to 1.37, and those from before 1.28, which are still accepted. Sources: k8s.io/kubernetes
// cmd/kube-controller-manager/names/controller_names.go and the aliases in cmd/kube-controller-manager/app, at v1.31.14, v1.32.13,
// v1.33.13, v1.34.4, v1.35.4, v1.36.3 and v1.37.2, read on 2026-11-30
var controllers = []controller{
	{"bootstrap-signer-controller", 0, 0}, {"certificatesigningrequest-approving-controller", 0, 0},
	{"certificatesigningrequest-cleaner-controller", 0, 0}, {"certificatesigningrequest-signing-controller", 0, 0},
	{"clusterrole-aggregation-controller", 0, 0}, {"cronjob-controller", 0, 0}, {"daemonset-controller", 0, 0},
	{"deployment-controller", 0, 0}, {"device-taint-eviction-controller", 33, 0}, {"disruption-controller", 0, 0},
	{"endpoints-controller", 0, 0}, {"endpointslice-controller", 0, 0}, {"endpointslice-mirroring-controller", 0, 0},
	{"ephemeral-volume-controller", 0, 0}, {"garbage-collector-controller", 0, 0}, {"horizontal-pod-autoscaler-controller", 0, 0},
	{"job-controller", 0, 0}, {"kube-apiserver-serving-clustertrustbundle-publisher-controller", 32, 0},
	{"legacy-serviceaccount-token-cleaner-controller", 0, 0}, {"namespace-controller", 0, 0}, {"node-ipam-controller", 0, 0},
	{"node-lifecycle-controller", 0, 0}, {"persistentvolume-attach-detach-controller", 0, 0},
	{"persistentvolume-binder-controller", 0, 0}, {"persistentvolume-expander-controller", 0, 0},
	{"persistentvolume-protection-controller", 0, 0}, {"persistentvolumeclaim-protection-controller", 0, 0},
	{"pod-garbage-collector-controller", 0, 0}, {"podcertificaterequest-cleaner-controller", 34, 0},
	{"podgroup-protection-controller", 36, 0}, {"replicaset-controller", 0, 0}, {"replicationcontroller-controller", 0, 0},
	{"resourceclaim-controller", 0, 0}, {"resourcepoolstatusrequest-controller", 36, 0}, {"resourcequota-controller", 0, 0},
	{"root-ca-certificate-publisher-controller", 0, 0}, {"selinux-warning-controller", 32, 0}, {"service-cidr-controller", 0, 0},
	{"serviceaccount-controller", 0, 0}, {"serviceaccount-token-controller", 0, 0}, {"statefulset-controller", 0, 0},
	{"storage-version-migrator-controller", 0, 0}, {"storageversion-garbage-collector-controller", 0, 0},
	{"taint-eviction-controller", 0, 0}, {"token-cleaner-controller", 0, 0}, {"ttl-after-finished-controller", 0, 0},
	{"ttl-controller", 0, 0}, {"validatingadmissionpolicy-status-controller", 0, 0},
	{"volumeattributesclass-protection-controller", 32, 0}, {"cloud-node-lifecycle-controller", 0, 36},
	{"node-route-controller", 0, 36}, {"service-lb-controller", 0, 36}, {"cloud-node-lifecycle", 0, 36}, {"route", 0, 36},
	{"service", 0, 36}, {"attachdetach", 0, 0}, {"bootstrapsigner", 0, 0}, {"clusterrole-aggregation", 0, 0}, {"cronjob", 0, 0},
	{"csrapproving", 0, 0}, {"csrcleaner", 0, 0}, {"csrsigning", 0, 0}, {"daemonset", 0, 0}, {"deployment", 0, 0},
	{"disruption", 0, 0}, {"endpoint", 0, 0}, {"endpointslice", 0, 0}, {"endpointslicemirroring", 0, 0}, {"ephemeral-volume", 0, 0},
	{"garbagecollector", 0, 0}, {"horizontalpodautoscaling", 0, 0}, {"job", 0, 0}, {"legacy-service-account-token-cleaner", 0, 0},
	{"namespace", 0, 0}, {"nodeipam", 0, 0}, {"nodelifecycle", 0, 0}, {"persistentvolume-binder", 0, 0},
	{"persistentvolume-expander", 0, 0}, {"podgc", 0, 0}, {"pv-protection", 0, 0}, {"pvc-protection", 0, 0}, {"replicaset", 0, 0},
	{"replicationcontroller", 0, 0}, {"resource-claim-controller", 0, 0}, {"resourcequota", 0, 0}, {"root-ca-cert-publisher", 0, 0},
	{"serviceaccount", 0, 0}, {"serviceaccount-token", 0, 0}, {"statefulset", 0, 0}, {"storage-version-gc", 0, 0}, {"svm", 0, 0},
	{"tokencleaner", 0, 0}, {"ttl", 0, 0}, {"ttl-after-finished", 0, 0},
}

// controllersProblem says which name in --controllers makes kube-controller-manager of a minor exit; "" if it accepts them all. A name
// turns a controller on, a leading hyphen turns it off, and * means all that are on by default. Source: k8s.io/controller-manager
// options/generic.go, Validate
func controllersProblem(value string, minor int) string {
	var known []string
	for _, c := range controllers {
		if c.since <= minor && (c.last == 0 || minor <= c.last) {
			known = append(known, c.name)
		}
	}
	for word := range strings.SplitSeq(value, ",") {
		name := strings.TrimPrefix(word, "-")
		if word == "*" || slices.Contains(known, name) {
			continue
		}
		for _, c := range controllers {
			switch {
			case c.name == name && minor < c.since:
				return fmt.Sprintf("the controller %q was added in Kubernetes 1.%d. Remove it.", name, c.since)
			case c.name == name:
				return fmt.Sprintf("the controller %q was removed in Kubernetes 1.%d. Remove it.", name, c.last+1)
			}
		}
		return fmt.Sprintf("it has no controller %q.%s", name, cmp.Or(spelling.DidYouMean(name, known), " Remove it."))
	}
	return ""
}
