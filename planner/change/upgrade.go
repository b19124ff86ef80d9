// Package change compares two designs: what an edit does to a running cluster, and the steps that carry it out, upgrades included.
//
// kubeadm upgrades one minor at a time, kubelets are never newer than the API server and at most three minors older, and etcd moves one
// minor at a time. Sources: https://kubernetes.io/releases/version-skew-policy/,
// https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/, https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/
package change

import (
	"fmt"

	"github.com/k8splan/k8splan/planner/plan"
)

// Hop is one stop of an upgrade: the whole cluster reaches Kubernetes before the next hop starts.
type Hop struct {
	Kubernetes plan.Version
	// Etcd lists the versions that members upgrade to, in order, before the hop's control planes are touched; empty if they stay. If etcd
	// is stacked, the last one is the version of kubeadm's image. One before it must be pinned while the old Kubernetes runs, because
	// kubeadm itself would go from an image that does not know the next minor straight to that minor.
	Etcd []plan.Version
	// EtcdFloor is the oldest external etcd that the hop's kubeadm accepts.
	EtcdFloor plan.Version
	// Notes are changes in the hop that a cluster may depend on.
	Notes []string
}

// Path returns the hops from one version to another. facts is nil for the program's own. etcd is the version of external members, zero if
// etcd is stacked. It fails if the facts do not cover a version, if to is older than from, or if there is nothing to do. For minors that
// ended before the facts begin, it only knows the newest patch release and the Notes.
func Path(facts *plan.Table, from, to, etcd plan.Version) ([]Hop, error) {
	_, newest := facts.Minors()
	for _, v := range []plan.Version{from, to} {
		if k := facts.At(v); !k.Known() && !k.Past() {
			return nil, fmt.Errorf("no data for Kubernetes %s: the facts of %s cover %s to %s; see its release notes for the "+
				"upgrade", v,
				facts.Date(), plan.OldestPast().MinorString(), newest.MinorString())
		}
	}
	switch {
	case to.Before(from):
		return nil, fmt.Errorf("%s is older than %s: kubeadm cannot downgrade; restore a snapshot of etcd into a cluster of the "+
			"old version instead", to, from)
	case from == to:
		return nil, fmt.Errorf("the cluster already runs %s: there is nothing to upgrade", to)
	}
	if last, _ := plan.ParseVersion(facts.At(newest).EtcdExternal()); !etcd.IsZero() &&
		(etcd.Major != last.Major || etcd.MinorsAhead(last) > 0) {
		return nil, fmt.Errorf("no data for etcd %s: the facts of %s end at %s; see its release notes for the upgrade", etcd, facts.Date(),
			last.MinorString())
	}
	stacked := etcd.IsZero()
	if stacked {
		etcd, _ = plan.ParseVersion(facts.At(from).EtcdStacked())
	}
	var hops []Hop
	for at := from; at != to; {
		next := to
		if to.MinorsAhead(at) > 1 {
			next, _ = facts.At(plan.Version{Major: at.Major, Minor: at.Minor + 1}).NewestPatch()
		}
		hop := Hop{Kubernetes: next}
		hop.EtcdFloor, _ = facts.At(next).EtcdFloor()
		var goal plan.Version
		if stacked {
			goal, _ = plan.ParseVersion(facts.At(next).EtcdStacked())
		} else {
			goal, _ = plan.ParseVersion(facts.At(next).EtcdExternal())
		}
		switch {
		case goal.IsZero(): // a past minor: kubeadm upgrades stacked members itself, external ones stay
		case etcd.IsZero():
			hop.Etcd = []plan.Version{goal}
		default:
			hop.Etcd = etcdSteps(facts, etcd, goal, stacked)
		}
		if len(hop.Etcd) > 0 {
			etcd = hop.Etcd[len(hop.Etcd)-1]
		}
		hop.Notes = notes(facts.Date(), facts.At(at), facts.At(next))
		if stacked && len(hop.Etcd) > 1 {
			hop.Notes = append(hop.Notes, pinned(hop.Etcd[0], etcd))
		}
		hops = append(hops, hop)
		at = next
	}
	return hops, nil
}

// leaving is the oldest patch of an etcd minor that every member must run before the first one moves to the next minor: older ones cannot
// read what newer ones write. Sources: https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/, https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/
var leaving = map[int]plan.Version{5: {Major: 3, Minor: 5, Patch: 26}, 6: {Major: 3, Minor: 6, Patch: 11}}

// etcdSteps returns the versions that members upgrade through: the newest patch of their minor before they leave it, then one minor at a
// time.
func etcdSteps(facts *plan.Table, have, want plan.Version, stacked bool) []plan.Version {
	if !have.Before(want) {
		return nil
	}
	var steps []plan.Version
	for have.Minor < want.Minor {
		if stacked && !have.Before(leaving[have.Minor]) {
			break // kubeadm does the rest
		}
		// The newest patch of the minor that members leave. kubeadm's own images are older than leaving requires.
		if last, ok := facts.NewestEtcd(have.Minor); ok && have.Before(last) {
			steps = append(steps, last)
		}
		have = plan.Version{Major: have.Major, Minor: have.Minor + 1}
		if have.Minor < want.Minor {
			if last, ok := facts.NewestEtcd(have.Minor); ok {
				steps, have = append(steps, last), last
			}
		}
	}
	return append(steps, want)
}

// pinned says why stacked members stop at an intermediate version.
func pinned(at, to plan.Version) string {
	return fmt.Sprintf("kubeadm upgrades stacked members directly to etcd %s, and every member must run %s or newer before that. "+
		"Make sure that the image repository has etcd:%s-0.", to, leaving[at.Minor], at)
}

// turning lists what stops working in minors that have ended. Sources: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
// and the release notes named on each line
var turning = []struct {
	minor int
	note  string
}{
	// https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-16
	{16, "The API server no longer serves Deployments, DaemonSets, and ReplicaSets of extensions/v1beta1, apps/v1beta1 and apps/v1beta2: " +
		"change manifests and charts to apps/v1 first."},
	// https://github.com/kubernetes/kubernetes/blob/master/CHANGELOG/CHANGELOG-1.20.md
	{20, "The API server needs --service-account-issuer and --service-account-signing-key-file; kubeadm sets both."},
	// https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-22
	{22, "The API server no longer serves the beta APIs of Ingress (extensions, networking.k8s.io), CustomResourceDefinition, webhook " +
		"configurations, RBAC, and CertificateSigningRequest: change manifests and charts to v1 first."},
	// https://kubernetes.io/blog/2022/02/17/dockershim-faq/
	{24, "The kubelet no longer supports Docker Engine directly: move each node to containerd, CRI-O, or cri-dockerd before you " +
		"upgrade its kubelet."},
	// https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/kubeadm/2067-rename-master-label-taint
	{24, "kubeadm removes the label node-role.kubernetes.io/master from control planes: change selectors to " +
		"node-role.kubernetes.io/control-plane first."},
	// The same KEP
	{25, "kubeadm removes the taint node-role.kubernetes.io/master from control planes: pods that run there must tolerate " +
		"node-role.kubernetes.io/control-plane."},
	// https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-25
	{25, "PodSecurityPolicy is removed, and so are the beta APIs of CronJob, PodDisruptionBudget, and EndpointSlice: move to Pod " +
		"Security admission or a policy engine, and change manifests to v1 first."},
	// https://kubernetes.io/blog/2022/11/18/upcoming-changes-in-kubernetes-1-26/
	{26, "The kubelet needs a container runtime with CRI v1: containerd 1.6 or newer. The API server no longer serves " +
		"autoscaling/v2beta2 and flowcontrol v1beta1."},
	// https://kubernetes.io/blog/2023/03/10/image-registry-redirect/
	{27, "Images come from registry.k8s.io, because k8s.gcr.io has been frozen since April 2023: change mirrors and manifests."},
	// https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-27
	{27, "The API server no longer serves CSIStorageCapacity of storage.k8s.io/v1beta1."},
	// https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-29
	{29, "The API server no longer serves flowcontrol v1beta2. kubeadm's admin.conf gets its permissions from a ClusterRole; if " +
		"that is lost, use super-admin.conf."},
	// https://kubernetes.io/blog/2024/05/20/completing-cloud-provider-migration/
	{31, "The cloud providers inside of Kubernetes are removed: a cluster that uses one needs its external cloud controller " +
		"manager first."},
}

// notes checks which predicates of package plan change between two versions.
func notes(date string, from, to plan.Kubernetes) []string {
	var notes []string
	if last, _ := to.NewestPatch(); last.Before(to.Version) {
		notes = append(notes,
			fmt.Sprintf("%s is newer than %s, the newest patch release known on %s: check that it exists, and read its release "+
				"notes.", to, last, date))
	}
	turns := func(asked func(plan.Version) bool, note string) {
		if !asked(from.Version) && asked(to.Version) {
			notes = append(notes, note)
		}
	}
	for _, t := range turning {
		if from.Minor < t.minor && t.minor <= to.Minor {
			notes = append(notes, t.note)
		}
	}
	turns(plan.Version.NeedsCgroupV2, "The kubelet no longer starts on a host with cgroup v1: move every host to cgroup v2 first.")
	turns(plan.Version.IPVSDeprecated, "kube-proxy's ipvs mode is deprecated: move to nftables.")
	turns(plan.Version.NFTablesProxy, "kube-proxy's nftables mode is generally available, for hosts with Linux 5.13 or newer.")
	turns(plan.Version.StrictAddresses, "The API server rejects addresses with leading zeros and ranges with host bits: fix "+
		"manifests that contain any.")
	turns(plan.Version.ExplicitProxyMode, "kube-proxy warns if its mode is not set: set it in the kube-proxy ConfigMap.")
	if was, is := from.CoreDNS(), to.CoreDNS(); was != is && was != "" {
		notes = append(notes, fmt.Sprintf("kubeadm moves CoreDNS from %s to %s and migrates its Corefile.", was, is))
	}
	if fromTested, toTested := from.ContainerdTested(),
		to.ContainerdTested(); len(fromTested) > 0 && len(toTested) > 0 && fromTested[0].Before(toTested[0]) {
		notes = append(notes,
			fmt.Sprintf("containerd before %s is no longer among the tested releases: upgrade the runtime of a node while "+
				"it is drained.", toTested[0]))
	}
	floor, refuses, _ := to.KernelFloor()
	if was, _, known := from.KernelFloor(); known && was.Before(floor) {
		verb := "warns"
		if refuses {
			verb = "stops"
		}
		notes = append(notes, fmt.Sprintf("kubeadm's preflight %s on Linux before %d.%d.", verb, floor.Major, floor.Minor))
	}
	return notes
}
