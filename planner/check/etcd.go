package check

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/topologies"
)

const (
	etcdTuning   = "https://etcd.io/docs/v3.6/tuning/"
	etcdHardware = "https://etcd.io/docs/v3.6/op-guide/hardware/"
	etcdLimits   = "https://etcd.io/docs/v3.6/dev-guide/limit/"
	etcdFlags    = "https://etcd.io/docs/v3.6/op-guide/configuration/"
	etcdUpgrades = "https://etcd.io/docs/v3.6/upgrades/"
)

// etcdArg returns an etcd flag that the author added.
func etcdArg(p *plan.Plan, name string) (string, bool) {
	for _, a := range p.Etcd.ExtraArgs {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// ownedByPlan are the etcd flags that define the identity of a member: kubeadm (stacked) or the unit's environment (external) sets them.
var ownedByPlan = []string{
	"name", "data-dir", "listen-client-urls", "listen-peer-urls", "advertise-client-urls", "initial-advertise-peer-urls", "initial-cluster",
	"initial-cluster-state", "cert-file", "key-file", "trusted-ca-file", "peer-cert-file", "peer-key-file", "peer-trusted-ca-file",
	"config-file",
}

var etcdRules = []Rule{
	{rule.Rule{
		ID: "etcd-even-members", Severity: rule.Warning, Title: "Even number of etcd members",
		Doc: "etcd needs a majority. An even number tolerates no more failures than one member fewer, adds one more host that can fail, " +
			"and every write waits for one more member. During a migration an even number is fine for an hour: waive the rule then.",
		Fix:     "Use 3, 5, or 7 members.",
		Sources: []string{etcdFAQ + "#why-an-odd-number-of-cluster-members", "https://github.com/kubernetes-sigs/kubespray/issues/4399"},
	}, etcdEvenMembers},
	{rule.Rule{
		ID: "etcd-many-members", Severity: rule.Warning, Title: "More than seven etcd members",
		Doc: "Each write waits for a majority. With more than seven members, writes become slow, and seven already survive the " +
			"loss of three.",
		Fix:     "Use 5 members, 7 at most. With more control planes, use external etcd.",
		Sources: []string{etcdFAQ + "#what-is-maximum-cluster-size"},
	}, etcdManyMembers},
	{rule.Rule{
		ID: "etcd-role-stacked", Severity: rule.Error, Title: "etcd host with stacked etcd", Permanent: true,
		Doc:     "Stacked etcd runs only on control planes. A host with the role etcd that is not a control plane would run nothing.",
		Fix:     "Remove the host, or write `etcd { topology = \"external\" }`.",
		Sources: []string{haTopology},
	}, etcdRoleStacked},
	{rule.Rule{
		ID: "etcd-on-worker", Severity: rule.Warning, Title: "etcd on a worker",
		Doc: "etcd waits for its disk on every write. Pods on the same host can use up disk and network at any moment: leaders change, " +
			"and the API stalls.",
		Fix:     "Run etcd on separate hosts, or only on control planes.",
		Sources: []string{etcdHardware, "https://github.com/rancher/rke/issues/2295"},
	}, etcdOnWorker},
	{rule.Rule{
		ID: "etcd-version-old", Severity: rule.Error, Title: "etcd older than kubeadm supports", Permanent: true,
		Doc: "kubeadm's preflight checks ask each external member for its version and reject versions below a minimum: older ones have " +
			"bugs that lose or corrupt data.",
		Fix:     "Write the minimum or newer, or leave it out.",
		Sources: []string{kubeadmLimits, "https://etcd.io/blog/2025/upgrade_from_3.5_to_3.6_issue/"},
	}, etcdVersionOld},
	{rule.Rule{
		ID: "etcd-version-unknown", Severity: rule.Warning, Title: "etcd version without data",
		Doc: "Kubernetes is tested with the etcd minor that kubeadm selects. It was never tested with a newer one, and etcd cannot be " +
			"downgraded.",
		Fix: "Leave `version` out for a new cluster; for members that already run it, waive this rule. For a newer patch release, " +
			"k8splan assumes the facts of its minor: update k8splan, or give newer facts with `--facts`.",
		Sources: []string{etcdUpgrades, kubeadmLimits},
	}, etcdVersionUnknown},
	{rule.Rule{
		ID: "etcd-version-stacked", Severity: rule.Warning, Title: "etcd version without effect",
		Doc: "Stacked etcd runs the image that kubeadm selects for this Kubernetes version. `version` applies to external members " +
			"only.",
		Fix:     "Remove it.",
		Sources: []string{kubeadmLimits},
	}, etcdVersionStacked},
	{rule.Rule{
		ID: "etcd-quota-small", Severity: rule.Warning, Title: "Small etcd quota",
		Doc: "At the quota, etcd raises an alarm and accepts no more writes until it is compacted, defragmented, and disarmed by hand. " +
			"The built-in default is 2 GiB; Events alone can fill less than that.",
		Fix:     "Leave `quota` out (8Gi), or write at least 2Gi.",
		Sources: []string{etcdLimits},
	}, etcdQuotaSmall},
	{rule.Rule{
		ID: "etcd-quota-large", Severity: rule.Warning, Title: "Large etcd quota",
		Doc: "etcd keeps all of its data in the page cache, and sends all of it to a member that falls behind. Its documentation " +
			"recommends at most 8 GB, and etcd warns at startup above that.",
		Fix:     "Write 8Gi, or keep Events in a separate etcd.",
		Sources: []string{etcdLimits},
	}, etcdQuotaLarge},
	{rule.Rule{
		ID: "etcd-quota-memory", Severity: rule.Warning, Title: "etcd quota larger than the host's memory",
		Doc: "etcd maps its whole database into memory. When the data outgrows it, each read waits for the disk, elections time out, " +
			"and the kernel kills the member.",
		Fix:     "Lower `quota`, or give the members more memory.",
		Sources: []string{etcdHardware},
	}, etcdQuotaMemory},
	{rule.Rule{
		ID: "etcd-quota-disk", Severity: rule.Error, Title: "etcd quota larger than the host's disk",
		Doc: "The database, its write-ahead log, and, during defragmentation, a second copy are on one disk. A full disk stops the " +
			"member, and a majority of full disks stops the cluster.",
		Fix:     "Write a larger `disk`, or a lower `quota`.",
		Sources: []string{etcdHardware},
	}, etcdQuotaDisk},
	{rule.Rule{
		ID: "etcd-election-short", Severity: rule.Error, Title: "Election timeout that etcd refuses", Permanent: true,
		Doc: "etcd does not start if the election timeout is less than five heartbeats: followers would start elections while the " +
			"leader is alive.",
		Fix:     "Write ten heartbeats.",
		Sources: []string{etcdTuning, "https://github.com/etcd-io/etcd/blob/v3.6.5/server/embed/config.go"},
	}, etcdElectionShort},
	{rule.Rule{
		ID: "etcd-election-tight", Severity: rule.Warning, Title: "Short election timeout",
		Doc: "etcd's documentation recommends ten heartbeats. With fewer, a disk that stalls for a moment causes an election, during " +
			"which there are no writes.",
		Fix:     "Write ten heartbeats.",
		Sources: []string{etcdTuning},
	}, etcdElectionTight},
	{rule.Rule{
		ID: "etcd-election-long", Severity: rule.Error, Title: "Election timeout above etcd's limit", Permanent: true,
		Doc:     "etcd refuses more than 50 seconds: a failed leader would go unnoticed for that long, and all writes would hang.",
		Fix:     "Write 10 times the round-trip time between members; 1s suits almost all networks.",
		Sources: []string{etcdTuning},
	}, etcdElectionLong},
	{rule.Rule{
		ID: "etcd-heartbeat-sub-millisecond", Severity: rule.Error, Title: "Heartbeat that is zero milliseconds", Permanent: true,
		Doc:     "etcd counts heartbeats and elections in whole milliseconds. Less than one becomes zero, which it refuses.",
		Fix:     "Write the round-trip time between members, at least 10ms; the default is 100ms.",
		Sources: []string{etcdTuning},
	}, etcdHeartbeatSubMillisecond},
	{rule.Rule{
		ID: "etcd-data-dir-volatile", Severity: rule.Error, Title: "etcd data in a directory that is emptied", Permanent: true,
		Doc: "/tmp, /run, /dev, and /var/tmp are emptied at boot or by systemd-tmpfiles. After a power cut, every member starts without " +
			"data: the cluster is lost.",
		Fix: "Write `/var/lib/etcd`, on a separate disk if there is one.",
		Sources: []string{"https://www.freedesktop.org/software/systemd/man/latest/tmpfiles.d.html",
			"https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch03s15.html"},
	}, etcdDataDirVolatile},
	{rule.Rule{
		ID: "etcd-data-dir-shared", Severity: rule.Error, Title: "etcd data in a shared directory", Permanent: true,
		Doc: "`kubeadm reset`, the runtime, the pod network, and the playbook empty their own directories, and system directories " +
			"contain installed packages. etcd sets its data directory to mode 0700, which locks out all other users.",
		Fix:     "Write a directory that only etcd uses, such as `/var/lib/etcd`.",
		Sources: []string{"https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-reset/", etcdHardware},
	}, etcdDataDirShared},
	{rule.Rule{
		ID: "etcd-experimental-flag", Severity: rule.Error, Title: "Removed etcd flag", Permanent: true,
		Doc: "etcd 3.6 gave the --experimental-* flags their final names, and 3.7 removed the old ones: a member with one of them exits.",
		Fix: "Write the name without `experimental-`, or the feature gate that replaced it.",
		Sources: []string{"https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/",
			"https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.7.md"},
	}, etcdExperimentalFlag},
	{rule.Rule{
		ID: "etcd-experimental-flag-deprecated", Severity: rule.Warning, Title: "Deprecated etcd flag",
		Doc: "etcd 3.6 still accepts --experimental-* flags, with a warning; 3.7 does not. The next upgrade of Kubernetes would " +
			"then fail at etcd.",
		Fix:     "Write the name without `experimental-`, or the feature gate that replaced it.",
		Sources: []string{"https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/"},
	}, etcdExperimentalFlagDeprecated},
	{rule.Rule{
		ID: "etcd-owned-flag", Severity: rule.Error, Title: "etcd flag that the plan decides", Permanent: true,
		Doc: "Names, addresses, certificates, and directories of members follow from the design, and other files contain the same " +
			"values. A flag with one member's value, given to all members, makes them reject each other.",
		Fix:     "Remove the flag; write `data_dir`, addresses, and names in their own arguments.",
		Sources: []string{etcdFlags},
	}, etcdOwnedFlag},
	{rule.Rule{
		ID: "etcd-argument-twice", Severity: rule.Warning, Title: "etcd setting in two places",
		Doc:     "The block has an argument for this setting, and `extra_args` silently overrides it. The argument misleads its readers.",
		Fix:     "Keep the argument.",
		Sources: []string{etcdFlags},
	}, etcdArgumentTwice},
	{rule.Rule{
		ID: "etcd-insecure-flag", Severity: rule.Error, Title: "etcd without client authentication", Permanent: true,
		Doc: "etcd holds every Secret of the cluster, readable for anyone who can connect to it. Client certificates are its only " +
			"protection.",
		Fix: "Remove the flag.",
		Sources: []string{"https://etcd.io/docs/v3.6/op-guide/security/",
			"https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#securing-etcd-clusters"},
	}, etcdInsecureFlag},
	{rule.Rule{
		ID: "etcd-metrics-open", Severity: rule.Warning, Title: "etcd metrics without authentication",
		Doc: "etcd serves metrics and its health at these addresses without TLS and without client authentication. On a loopback " +
			"address, kubeadm's default, only the host itself can read them; on others, anyone who reaches the port can.",
		Fix: "Write `http://127.0.0.1:2381`, or remove the flag. If a firewall lets only your monitoring reach the port, waive the rule.",
		Sources: []string{"https://etcd.io/docs/v3.6/op-guide/monitoring/#metrics-endpoint",
			"https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/phases/etcd/local.go"},
	}, etcdMetricsOpen},
	{rule.Rule{
		ID: "etcd-no-compaction", Severity: rule.Warning, Title: "etcd compaction turned off in the API server",
		Doc: "The API server compacts etcd's history every five minutes. etcd's own compaction also drops revisions that watches still " +
			"need. If compaction in the API server is turned off and nothing replaces it, the database fills up to the quota.",
		Fix: "Remove the flag.",
		Sources: []string{"https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/",
			"https://etcd.io/docs/v3.6/op-guide/maintenance/"},
	}, etcdNoCompaction},
	{rule.Rule{
		ID: "etcd-compaction-unit", Severity: rule.Warning, Title: "etcd compaction by revisions with a duration",
		Doc: "In mode `revision`, the value is the number of revisions that etcd keeps. etcd reads a duration as nanoseconds: with `8h`, " +
			"it keeps 28,800,000,000,000 revisions and never compacts.",
		Fix: "Write a number of revisions, or the mode `periodic`.",
		Sources: []string{"https://github.com/etcd-io/etcd/blob/v3.7.3/server/embed/etcd.go",
			"https://etcd.io/docs/v3.6/op-guide/maintenance/"},
	}, etcdCompactionUnit},
	{rule.Rule{
		ID: "etcd-lone-member-spread", Severity: rule.Warning, Title: "Single etcd member under spread control planes",
		Doc: "The control planes are spread over failure domains, but the single etcd member that they share is in one of them. When " +
			"that domain is down, all control planes are down: the single member cancels their redundancy.",
		Fix:     "Choose multi-etcd-multi-master with a member in each of three domains.",
		Sources: []string{haTopology, etcdFAQ},
	}, etcdLoneMemberSpread},
	{rule.Rule{
		ID: "etcd-lone-member-shared", Severity: rule.Warning, Title: "Single etcd member on one of several control planes",
		Doc: "The API servers of all control planes need the one etcd member. On a control plane it fails with that host, even more " +
			"likely if ordinary pods run there, and the others are left without etcd: the control planes share the API load, but " +
			"survive no failure.",
		Fix: "Give the member a separate host, or every control plane a member (multi-etcd-multi-master), or drop the other control " +
			"planes (single-etcd-single-master).",
		Sources: []string{haTopology, etcdFAQ},
	}, etcdLoneMemberShared},
	{rule.Rule{
		ID: "etcd-endpoints-incomplete", Severity: rule.Error, Title: "External etcd without its certificates", Permanent: true,
		Doc: "The API servers need a client certificate for an etcd that others run, and its CA to verify it. The three files have an " +
			"effect only together, and only with `external_endpoints`.",
		Fix: "Write `ca_file`, `cert_file`, and `key_file` together with `external_endpoints`.",
		Sources: []string{"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/#external-etcd-nodes",
			"https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/apis/kubeadm/validation/validation.go"},
	}, etcdEndpointsIncomplete},
	{rule.Rule{
		ID: "etcd-endpoints-own", Severity: rule.Error, Title: "Members or settings with an etcd that others run", Permanent: true,
		Doc: "`external_endpoints` names an etcd that others install, tune, and back up. A host with the role etcd, a placement on the " +
			"control planes, or a member setting would have no effect.",
		Fix:     "Remove the role or the setting, or `external_endpoints`.",
		Sources: []string{haTopology},
	}, etcdEndpointsOwn},
	{rule.Rule{
		ID: "etcd-endpoints-target", Severity: rule.Error, Title: "Target that does not support your own external etcd", Permanent: true,
		Doc: "The target's own program creates etcd, or gets the certificates for an external etcd from elsewhere: these settings would " +
			"have no effect.",
		Fix:     "Remove `external_endpoints`, or use a target whose machines the playbook prepares, such as bare-metal.",
		Sources: []string{haTopology},
	}, etcdEndpointsTarget},
	{rule.Rule{
		ID: "etcd-endpoints-one", Severity: rule.Warning, Title: "Single etcd endpoint for several control planes",
		Doc: "API servers try the endpoints in turn, and work as long as one of them answers. With one address, all of them stop when " +
			"its host fails, however many members that etcd has.",
		Fix:     "Write the client URL of each member.",
		Sources: []string{"https://etcd.io/docs/v3.6/learning/design-client/"},
	}, etcdEndpointsOne},
}

func etcdEndpointsIncomplete(p *plan.Plan) []Finding {
	e := &p.Etcd
	files := []struct{ attr, path string }{{"ca_file", e.CAFile}, {"cert_file", e.CertFile}, {"key_file", e.KeyFile}}
	if !e.Has("external_endpoints") {
		for _, f := range files {
			if e.Has(f.attr) {
				return one(e.Attr(f.attr),
					"%s is for an etcd that others run, and there is no external_endpoints: the playbook creates the certificates "+
						"of its own members. Remove it.", f.attr)
			}
		}
		return nil
	}
	var missing []string
	for _, f := range files {
		if !e.Has(f.attr) {
			missing = append(missing, f.attr)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return one(e.Attr("external_endpoints"), "The API servers cannot reach these endpoints without %s. Write where the files are on the "+
		"machine that runs Ansible: ca_file = \"~/etcd/ca.crt\", cert_file = \"~/etcd/client.crt\", key_file = \"~/etcd/client.key\".",
		sentence(missing))
}

func etcdEndpointsOwn(p *plan.Plan) []Finding {
	e := &p.Etcd
	if !e.Foreign() || !ours(p) {
		return nil
	}
	var findings []Finding
	if e.Placement == topologies.Stacked {
		findings = one(e.Attr("topology"),
			"external_endpoints (%s) names an etcd that others run, and stacked etcd is kubeadm's own. Write "+
				"\"external\".", line(e.Attr("external_endpoints")))
	}
	for _, attr := range []string{"version", "data_dir", "quota", "heartbeat_interval", "election_timeout", "extra_args"} {
		if e.Has(attr) {
			findings = append(findings, one(e.Attr(attr), "Others run this etcd (%s): %s has no effect on it. Remove it.",
				line(e.Attr("external_endpoints")), attr)...)
		}
	}
	return append(findings, each(p.Nodes, func(n *plan.Node) bool {
		return n.Roles.Has(plan.EtcdRole) && e.Placement != topologies.Stacked
	},
		func(n *plan.Node) hcl.Range { return n.Attr("roles") }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s has the role etcd, and others run etcd (%s): no member would start there. Remove the role.", whose(all),
				line(e.Attr("external_endpoints")))
		})...)
}

func etcdEndpointsTarget(p *plan.Plan) []Finding {
	if !p.Etcd.Foreign() || !ours(p) || p.Target.Facts.Hosting == plan.Hosts {
		return nil
	}
	return one(p.Etcd.Attr("external_endpoints"), "Target %s does not support an etcd that others run. Remove external_endpoints, "+
		"or use another target, such as bare-metal.", p.Target.Name)
}

func etcdEndpointsOne(p *plan.Plan) []Finding {
	if len(p.Etcd.Endpoints) != 1 || len(p.ControlPlanes()) < 2 || !ours(p) {
		return nil
	}
	return one(p.Etcd.Attr("external_endpoints"), "All %d API servers connect to %s: when its host is down, all of them stop, "+
		"however many members that etcd has. Write the client URL of each member.", len(p.ControlPlanes()), p.Etcd.Endpoints[0])
}

func etcdEvenMembers(p *plan.Plan) []Finding {
	n := len(p.Etcd.Members)
	if n < 4 || n%2 != 0 || n > 7 {
		return nil
	}
	last := p.Etcd.Members[n-1].Node
	more := ""
	if n+1 <= 7 {
		more = fmt.Sprintf(", or add one: %d tolerate %d", n+1, plan.FaultTolerance(n+1))
	}
	return one(last.Attr("roles"), "etcd has %d members, which tolerate %s, no more than %d do, and %s must agree on every write. "+
		"Remove one%s.", n, quantity(plan.FaultTolerance(n), "failure"), n-1, fmt.Sprint(plan.Quorum(n)), more)
}

func etcdManyMembers(p *plan.Plan) []Finding {
	n := len(p.Etcd.Members)
	if n <= 7 {
		return nil
	}
	instead := "Keep 5."
	if !p.Etcd.IsExternal() {
		instead = "Define 5 control planes, or place etcd on separate hosts."
	}
	return one(p.Etcd.Members[n-1].Node.Attr("roles"), "etcd has %d members: every write waits for %d of them. etcd's "+
		"documentation recommends at most 7, and 5 tolerate 2 failures. %s", n, plan.Quorum(n), instead)
}

func etcdRoleStacked(p *plan.Plan) []Finding {
	if !several(p) || p.Etcd.Placement != topologies.Stacked || !p.Cluster.Topology.Allows(topologies.Stacked) {
		return nil
	}
	return each(p.Nodes, func(n *plan.Node) bool { return n.Roles.Has(plan.EtcdRole) && !n.Roles.Has(plan.ControlPlane) },
		func(n *plan.Node) hcl.Range { return n.Attr("roles") }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("etcd is stacked (%s), so %s with the role etcd would run nothing. Remove it, "+
				"or write topology = \"external\".", line(p.Etcd.Attr("topology")), whose(all))
		})
}

func etcdOnWorker(p *plan.Plan) []Finding {
	if p.Cluster.Type == topologies.AllInOne || !ours(p) ||
		!p.Etcd.IsExternal() && (p.Target.Facts.Leaves("node.disk") || p.Target.Facts.Leaves("node.address")) {
		return nil
	}
	what := "an etcd member"
	if p.Etcd.IsExternal() {
		what = "external etcd"
	}
	return each(members(p), func(n *plan.Node) bool { return n.Roles.Has(plan.Worker) },
		func(n *plan.Node) hcl.Range { return n.Attr("roles") }, func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s runs %s and ordinary pods, which can block its disk at any moment. Put etcd on a host without "+
				"the role worker.",
				whose(all), what)
		})
}

func etcdVersionOld(p *plan.Plan) []Finding {
	v, ok := parsed(p.Etcd.Version)
	floor, known := p.Kubernetes().EtcdFloor()
	if !p.Etcd.IsExternal() || !p.Etcd.Has("version") || !ok || !known || !v.Before(floor) {
		return nil
	}
	return one(p.Etcd.Attr("version"), "kubeadm %s supports external etcd from %s on, and this is %s. Write %q, or leave version "+
		"out.",
		p.Cluster.Version, floor, v, p.Kubernetes().EtcdExternal())
}

func etcdVersionUnknown(p *plan.Plan) []Finding {
	v, ok := parsed(p.Etcd.Version)
	tested, known := parsed(p.Kubernetes().EtcdExternal())
	if !p.Etcd.IsExternal() || !p.Etcd.Has("version") || !ok || !known {
		return nil
	}
	if v.Major == tested.Major && v.Minor <= tested.Minor {
		table := p.Target.Facts.Table
		newest, known := table.NewestEtcd(v.Minor)
		if !known || !newest.Before(v) {
			return nil
		}
		return one(p.Etcd.Attr("version"), "etcd %s is newer than this program's data, which ends with %s (%s); facts of %s are assumed. "+
			"Update k8splan, or give newer facts with --facts.", v, newest, table.Date(), v.MinorString())
	}
	return one(p.Etcd.Attr("version"), "Kubernetes %s is tested with etcd %s, and there is no data about %s with it. For a new "+
		"cluster, leave version out: it is %s then. Members that run %[3]s already stay there, because etcd cannot go back to an older "+
		"minor: waive this rule.", p.Cluster.Version, tested.MinorString(), v, tested)
}

func etcdVersionStacked(p *plan.Plan) []Finding {
	if p.Etcd.IsExternal() || !p.Etcd.Has("version") || !ours(p) {
		return nil
	}
	return one(p.Etcd.Attr("version"), "Stacked etcd is the version that kubeadm %s selects, %s. version is for external members: "+
		"remove it.",
		p.Cluster.Version, p.Kubernetes().EtcdStacked())
}

func etcdQuotaSmall(p *plan.Plan) []Finding {
	if q := p.Etcd.QuotaBytes; p.Etcd.Has("quota") && q < 2e9 {
		return one(p.Etcd.Attr("quota"), "At %s etcd accepts no more writes, and the API cannot fix that. Write at least \"2Gi\"; "+
			"the default is \"8Gi\".", gibibytes(q))
	}
	return nil
}

func etcdQuotaLarge(p *plan.Plan) []Finding {
	if q := p.Etcd.QuotaBytes; p.Etcd.Has("quota") && q > 8<<30 {
		return one(p.Etcd.Attr("quota"), "%s is above the 8 GB that etcd is designed for: members that fall behind take minutes to "+
			"catch up. Write \"8Gi\".", gibibytes(q))
	}
	return nil
}

func etcdQuotaMemory(p *plan.Plan) []Finding {
	if !p.Etcd.Has("quota") || p.Etcd.QuotaBytes > 8<<30 {
		return nil // above 8 GiB, etcd-quota-large reports it
	}
	for _, m := range p.Etcd.Members {
		if b := m.Node.MemoryBytes; b > 0 && p.Etcd.QuotaBytes >= b && p.Etcd.QuotaBytes >= 2e9 {
			return one(p.Etcd.Attr("quota"), "The database may grow to %s, and %s has %s of memory (%s). Lower quota, or raise memory.",
				gibibytes(p.Etcd.QuotaBytes), m.Name, gibibytes(b), line(m.Node.Attr("memory")))
		}
	}
	return nil
}

func etcdQuotaDisk(p *plan.Plan) []Finding {
	for _, m := range p.Etcd.Members {
		if b := m.Node.DiskBytes; b > 0 && 2*p.Etcd.QuotaBytes > b {
			at := written(writtenArg(p.Etcd.Has("quota"), p.Etcd.Attr("quota")), m.Node.Attr("disk"))
			lower := ""
			if fits := min(max(2, b>>32), b>>31); fits >= 2 { // a quarter of the disk, in GiB; below 2, etcd-quota-small objects
				lower = fmt.Sprintf(", or quota = \"%dGi\" in etcd", fits)
			}
			return one(at, "The database may grow to %s and needs as much again to defragment; %s has a disk of %s (%s). "+
				"Write a disk of %s at least%s.", gibibytes(p.Etcd.QuotaBytes), m.Name, gibibytes(b), line(m.Node.Attr("disk")),
				gibibytes((2*max(p.Etcd.QuotaBytes, 2<<30)+1<<30-1)>>30<<30), lower)
		}
	}
	return nil
}

func etcdElectionShort(p *plan.Plan) []Finding {
	h, e := p.Etcd.HeartbeatInterval, p.Etcd.ElectionTimeout
	if h == 0 || e >= 5*h || e > 50*time.Second {
		return nil
	}
	return one(electionAt(p),
		"An election timeout of %s with a heartbeat of %s: etcd requires at least five heartbeats (%s) and does not "+
			"start. Write election_timeout = %q.", e, h, 5*h, (10 * h).String())
}

func etcdElectionTight(p *plan.Plan) []Finding {
	h, e := p.Etcd.HeartbeatInterval, p.Etcd.ElectionTimeout
	if h == 0 || e < 5*h || e >= 10*h {
		return nil
	}
	return one(electionAt(p),
		"An election timeout of %s is %.1f heartbeats of %s: a short disk stall is enough for an election. Write election_timeout "+
			"= %q.", e, float64(e)/float64(h), h, (10 * h).String())
}

func etcdElectionLong(p *plan.Plan) []Finding {
	if e := p.Etcd.ElectionTimeout; e > 50*time.Second {
		return one(electionAt(p), "%s is more than the 50s that etcd allows, and etcd does not start. Write ten round-trip times between "+
			"members; the default is \"1s\".", e)
	}
	return nil
}

func etcdHeartbeatSubMillisecond(p *plan.Plan) []Finding {
	if h := p.Etcd.HeartbeatInterval; p.Etcd.Has("heartbeat_interval") && h < time.Millisecond {
		return one(p.Etcd.Attr("heartbeat_interval"), "%s is less than a millisecond, which etcd counts as zero. Write \"100ms\".", h)
	}
	return nil
}

func etcdDataDirVolatile(p *plan.Plan) []Finding {
	if d := emptiedAtBoot(p.Etcd.DataDir); d != "" {
		return one(p.Etcd.Attr("data_dir"), "%s is in %s, which is emptied at boot: the cluster's state would be lost at the next "+
			"power cut. Write \"/var/lib/etcd\".", p.Etcd.DataDir, d)
	}
	return nil
}

// emptiedAtBoot is the volatile directory that dir is, or is in; "" if there is none.
func emptiedAtBoot(dir string) string {
	return within(dir, "/tmp", "/run", "/dev", "/var/tmp", "/var/run", "/proc", "/sys")
}

// belongsToOthers is the directory of the system, of Kubernetes, or of a runtime that dir is, or is in; "" if there is none.
func belongsToOthers(dir string) string {
	if slices.Contains([]string{"/var", "/var/lib", "/home", "/root", "/opt", "/srv", "/mnt", "/media"}, dir) {
		return dir
	}
	return within(dir, "/etc/kubernetes", "/var/lib/kubelet", "/var/lib/containerd", "/var/lib/containers", "/var/lib/docker",
		"/var/lib/crio", "/var/lib/cni", "/var/lib/calico", "/var/lib/k8splan", "/var/cache", "/opt/cni", "/opt/cluster",
		"/etc", "/boot", "/usr", "/bin", "/sbin", "/lib")
}

func etcdDataDirShared(p *plan.Plan) []Finding {
	dir := p.Etcd.DataDir
	taken := cmp.Or(belongsToOthers(dir), within(dir, "/var/log"))
	if taken == "" {
		return nil
	}
	return one(p.Etcd.Attr("data_dir"),
		"Other programs use %s (%s): etcd would lock them out, or they would empty the directory. Write a directory that nothing else "+
			"uses, such as \"/var/lib/etcd\".", dir, taken)
}

func etcdExperimentalFlag(p *plan.Plan) []Finding {
	v, ok := parsed(p.Etcd.Version)
	var findings []Finding
	for _, a := range p.Etcd.ExtraArgs {
		old, experimental := strings.CutPrefix(a.Name, "experimental-")
		switch {
		case !ok:
		case experimental && !plan.TakesExperimentalFlags(v):
			findings = append(findings, one(p.Etcd.Key("extra_args", a.Name), "etcd %s has no flag --%s and exits if it is set. "+
				"%s", v,
				a.Name, afterExperiment(old, v.Minor))...)
		case slices.Contains(etcdV2Flags, a.Name) && !v.Before(plan.Version{Major: 3, Minor: 6}):
			findings = append(findings, one(p.Etcd.Key("extra_args", a.Name),
				"etcd %s has no flag --%s, which was removed with the v2 API in 3.6, and exits if it is set. Remove "+
					"it.", v, a.Name)...)
		}
	}
	return findings
}

func etcdExperimentalFlagDeprecated(p *plan.Plan) []Finding {
	v, ok := parsed(p.Etcd.Version)
	if !ok || v.Major != 3 || v.Minor != 6 {
		return nil
	}
	var findings []Finding
	for _, a := range p.Etcd.ExtraArgs {
		if name, old := strings.CutPrefix(a.Name, "experimental-"); old {
			findings = append(findings, one(p.Etcd.Key("extra_args", a.Name), "--%s is deprecated in etcd %s and removed in 3.7. %s",
				a.Name, v, afterExperiment(name, v.Minor))...)
		}
	}
	return findings
}

func etcdOwnedFlag(p *plan.Plan) []Finding {
	var findings []Finding
	for _, name := range ownedByPlan {
		if _, ok := etcdArg(p, name); ok {
			instead := ""
			if name == "data-dir" {
				instead = " Write data_dir = … in this block."
			}
			findings = append(findings, one(p.Etcd.Key("extra_args", name),
				"--%s follows from the design and differs from member to member. Remove it.%s", name, instead)...)
		}
	}
	return findings
}

// etcdArguments maps etcd flags to the arguments of the block that set them.
var etcdArguments = map[string]string{"quota-backend-bytes": "quota", "heartbeat-interval": "heartbeat_interval",
	"election-timeout": "election_timeout"}

func etcdArgumentTwice(p *plan.Plan) []Finding {
	var findings []Finding
	for _, flag := range slices.Sorted(maps.Keys(etcdArguments)) {
		if _, ok := etcdArg(p, flag); !ok {
			continue
		}
		argument, why := etcdArguments[flag], "duplicates the argument %s of this block, which is the only one that is checked"
		if p.Etcd.Has(argument) {
			why = "overrides the argument %s of this block"
		}
		findings = append(findings, one(p.Etcd.Key("extra_args", flag), "--%s "+why+". Write %s = … instead.", flag, argument,
			argument)...)
	}
	return findings
}

func etcdInsecureFlag(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Etcd.ExtraArgs {
		open := (a.Name == "client-cert-auth" || a.Name == "peer-client-cert-auth") && a.Value == "false" ||
			a.Name == "auto-tls" && a.Value == "true" || a.Name == "peer-auto-tls" && a.Value == "true"
		if open {
			findings = append(findings, one(p.Etcd.Key("extra_args", a.Name),
				"--%s=%s lets anyone who reaches the port read every Secret of the cluster. Remove it.", a.Name, a.Value)...)
		}
	}
	return findings
}

func etcdMetricsOpen(p *plan.Plan) []Finding {
	for _, a := range p.Etcd.ExtraArgs {
		if a.Name != "listen-metrics-urls" {
			continue
		}
		for address := range strings.SplitSeq(a.Value, ",") {
			u, err := url.Parse(strings.TrimSpace(address))
			if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" {
				continue
			}
			if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !ip.IsLoopback() {
				return one(p.Etcd.Value("extra_args", a.Name), "%s serves etcd's metrics without TLS to anyone who reaches it. Write "+
					"\"http://127.0.0.1:2381\", or remove the flag.", u.Redacted())
			}
		}
	}
	return nil
}

func etcdNoCompaction(p *plan.Plan) []Finding {
	_, own := etcdArg(p, "auto-compaction-retention")
	for _, a := range p.Cluster.APIServer.ExtraArgs {
		if a.Name == "etcd-compaction-interval" && (a.Value == "0" || a.Value == "0s") && !own {
			return one(p.Cluster.APIServer.Key("extra_args", a.Name),
				"--etcd-compaction-interval=%s: etcd is never compacted and fills up "+
					"to its quota of %s. Remove it.", a.Value, gibibytes(p.Etcd.QuotaBytes))
		}
	}
	return nil
}

func etcdCompactionUnit(p *plan.Plan) []Finding {
	mode, _ := etcdArg(p, "auto-compaction-mode")
	kept, ok := etcdArg(p, "auto-compaction-retention")
	if _, err := strconv.Atoi(kept); !ok || mode != "revision" || err == nil || retentionProblem(kept) != "" {
		return nil
	}
	return one(p.Etcd.Value("extra_args", "auto-compaction-retention"), "In mode \"revision\", the value is a number of revisions, "+
		"and etcd reads %q as nanoseconds: nothing is ever compacted. Write a number such as \"10000\", or auto-compaction-mode = "+
		"\"periodic\".", kept)
}

// etcdLoneMemberShared does not apply if the member has a dedicated host, which is the purpose of the type, or if control planes without
// ordinary pods are behind a balancer: they are there to share the load.
func etcdLoneMemberShared(p *plan.Plan) []Finding {
	if p.Cluster.Type != topologies.SingleEtcdMultiMaster || len(p.Etcd.Members) != 1 || len(p.ControlPlanes()) < 2 || !ours(p) {
		return nil
	}
	n := p.Etcd.Members[0].Node
	if !n.Roles.Has(plan.ControlPlane) || len(etcdLoneMemberSpread(p)) > 0 {
		return nil
	}
	return one(n.Attr("roles"), "%s holds the only etcd member and is one of %d control planes: if it fails, the others have no "+
		"etcd. Put etcd on a separate host, or write type = \"multi-etcd-multi-master\" with a member on each of three control "+
		"planes.", n.Name,
		len(p.ControlPlanes()))
}

func etcdLoneMemberSpread(p *plan.Plan) []Finding {
	if p.Cluster.Type != topologies.SingleEtcdMultiMaster || len(p.Etcd.Members) != 1 {
		return nil
	}
	domains := distinct(p.ControlPlanes(), func(n *plan.Node) string { return n.FailureDomain })
	if len(domains) < 2 {
		return nil
	}
	m := p.Etcd.Members[0].Node
	place := m.Name
	if m.FailureDomain != "" {
		place += " in " + m.FailureDomain
	}
	return one(attr(p.ControlPlanes()[0], "failure_domain"),
		"%s are spread over %s, and all need the one etcd on %s: when it is down, they are down too. Write type = "+
			"\"multi-etcd-multi-master\" with a member in each of three domains, or drop the spread.",
		quantity(len(p.ControlPlanes()), "control plane"), sentence(domains), place)
}

func electionAt(p *plan.Plan) hcl.Range {
	return written(writtenArg(p.Etcd.Has("election_timeout"), p.Etcd.Attr("election_timeout")), p.Etcd.Attr("heartbeat_interval"))
}

// within returns the first of the directories that path is, or is in.
func within(path string, dirs ...string) string {
	for _, d := range dirs {
		if path == d || strings.HasPrefix(path, d+"/") {
			return d
		}
	}
	return ""
}

// distinct returns the distinct non-empty values of the nodes, sorted.
func distinct(nodes []*plan.Node, value func(*plan.Node) string) []string {
	var all []string
	seen := map[string]bool{"": true}
	for _, n := range nodes {
		if v := value(n); !seen[v] {
			seen[v] = true
			all = append(all, v)
		}
	}
	return sorted(all)
}
