package change

// seen says, by the ID of a case in the table, what was observed when it was tried on a real cluster in the lab (make e2e-change): the
// date, the chain of changes, and the result. Cases that are missing were not tried.
var seen = map[string]string{
	"cluster.kubernetes_version: one patch release or one minor up": upgradeSeen,
	"cluster.cert_sans: a name is added":                            "2026-11-29, settings",
	"cluster.cert_sans: a name is removed": "2026-11-29, settings; 335 writes, longest gap 0.3 s; " +
		"nothing restarted",
	"cluster.api_server.extra_args: any other flag": "2026-11-29, settings: also with a bad value: the old one " +
		"was restored",
	"cluster.kubelet.max_pods: raised": "2026-11-29, settings",
	"network.pod_subnets: another or a narrower range": "2026-11-30, guards: refused; forced: the leading controller manager " +
		"exited, and its old settings were restored",
	"cluster.api_server.extra_args: service-cluster-ip-range or etcd-servers": "2026-11-30, forced: etcd-servers: the API server " +
		"did not start, and its old settings were restored",
	"cluster.controller_manager.extra_args: cluster-cidr, node-cidr-mask-size, or allocate-node-cidrs": "2026-11-30, forced: " +
		"cluster-cidr: the leading instance exited, and its old settings were restored",
	"network.dns_domain": "2026-11-30, forced: DNS still answered for the old domain only, and the run stopped there",
	"network.service_subnets: another range": "2026-11-30, forced: the Service of the cluster's DNS kept its old address, the " +
		"new one did not answer, and the run stopped there",
	"network.cni": "2026-11-29, guards: refused",
	"network.kube_proxy.mode: to or from nftables, with flannel": "2026-11-29, settings: nftables → iptables",
	"etcd.version: stacked members": "2026-11-30, upgrade-stacked: Kubernetes 1.36.3, built from its source, in stand-in " +
		"packages: three members 3.6.8 → 3.6.16 one at a time, then 3.7.0 with the control planes of 1.37.2; without " +
		"waiting for the kubelets, and without " +
		"counting writes",
	"etcd.topology: stacked members get hosts of their own": "2026-11-30, types: one control plane; the playbook killed after 81 " +
		"results and run again; 898 writes, none lost; API of the only control plane unavailable for 44 s",
	"etcd.topology: external members move to the control planes": "2026-11-30, types: three members to three control planes; the " +
		"playbook killed after 135 results and run again; 2293 writes, none lost, longest gap 0.8 s",
	"etcd.version: one minor up, or patches": "2026-11-29, upgrade: external, 3.6.16 → 3.7.3",
	"etcd.quota: lowered":                    "2026-11-29, settings: stacked, one host: API unavailable during its restart",
	"etcd.extra_args: any other flag": "2026-11-29, external: a bad value: the old value was restored, and no other " +
		"member changed",
	"node: a worker joins": "2026-11-30, nodes: the playbook killed after 37 results and run again; 613 writes, none lost, " +
		"longest gap 2.1 s; no pod and no service restarted",
	"node: renamed": "2026-11-30, nodes: a worker; the playbook killed after 38 results and run again; 2297 writes, none lost, longest " +
		"gap 0.9 s; the same worker kept its name when moved was taken out. turns: both workers in one edit, in turn; 2922 writes, none " +
		"lost, longest gap 1.5 s",
	"node: a control plane joins":  "2026-11-30, types: 1 → 3; 1162 writes, longest gap 1.1 s",
	"node: a control plane leaves": firstSeen,
	"node: a member of etcd joins": "2026-11-30, types: 1 → 3; 2076 writes, longest gap 1.0 s",
	"container_runtime.version: up": "2026-11-30, life: containerd 2.3 → 2.4, drained; the playbook killed after 53 results and " +
		"run again; 421 writes, none lost, longest gap 0.7 s",
	"cluster.kubelet.server_tls_bootstrap": "2026-11-30, life: 356 writes, longest gap 0.8 s; no pod restarted",
	"cluster.audit.policy": "2026-11-30, life: added; 437 writes; API of the only control plane unavailable for " +
		"49 s",
	"addon: added": "2026-11-30, life: 259 writes, longest gap 0.4 s; no pod restarted",
	"addon: removed": "2026-11-30, life: its namespace and its CRD were deleted; 349 writes, longest gap " +
		"0.5 s",
	"addon.manifest": "2026-11-30, life: 225 writes, longest gap 0.7 s; no pod restarted",
	"load_balancer.virtual_ip: of haproxy, or of another kind than before": "2026-11-30, endpoints: of haproxy; the playbook " +
		"killed after 16 results and run again; 927 writes, none lost, longest gap 4.3 s",
	"load_balancer.virtual_ip: of kube-vip": "2026-11-30, endpoints: three control planes; the playbook killed after 33 results " +
		"and run again; 1477 writes, none lost, longest gap 5.6 s",
	"load_balancer: another kind, with the same virtual IP": "2026-11-30, endpoints: kube-vip → haproxy; 648 writes, none lost, " +
		"longest gap 6.4 s",
	"node: a load balancer leaves": "2026-11-30, endpoints: 954 writes, none lost, longest gap 0.7 s",
	"load_balancer.port":           "2026-11-30, endpoints: 811 writes, longest gap 0.9 s",
	"load_balancer: another kind":  "2026-11-30, endpoints: haproxy → kube-vip with a new address; 847 writes, longest gap 1.3 s",
	"cluster.encryption_at_rest.provider: turned on": "2026-11-30, encryption: three control planes; the playbook killed after " +
		"59 results and run again; 2796 writes, none lost, longest gap 0.8 s; with another key: 4910 writes, longest gap 1.2 s",
	"cluster.encryption_at_rest.provider: another provider": "2026-11-30, encryption: secretbox → aescbc; 4798 writes, none " +
		"lost, longest gap 1.6 s",
	"cluster.encryption_at_rest.provider: turned off": "2026-11-30, encryption: the playbook killed after 49 results and run " +
		"again; 4016 writes, none lost, longest gap 1.8 s; the Secret is stored unencrypted again",
	"cluster.encryption_algorithm": "2026-11-30, life: ECDSA-P256; API of the only control plane unavailable for 37 s",
	"etcd.data_dir": "2026-11-30, life: stacked, one host; the playbook killed after 39 results and run again; 476 writes, none " +
		"lost; API unavailable for 115 s",
	"container_runtime": "2026-11-30, runtimes: containerd → CRI-O → Docker Engine → containerd, one control plane and two " +
		"workers; the playbook killed after 37 results and run again, and a worker lost power during the change; 1572, 1487, and " +
		"4323 writes, none lost; API of the only control plane unavailable for 31, 26, and 21 s",
	"container_runtime.registry": configSeen + ": a mirror; 150 writes, longest gap 0.2 s; nothing restarted",
	"network.http_proxy.http":    configSeen + ": 239 writes, longest gap 0.9 s; containerd alone restarted",
	"cluster.feature_gates": configSeen + ", with profiles of the scheduler and node ports: 743 writes; API of the only control " +
		"plane unavailable for 44 s",
	"cluster.scheduler.profile": configSeen + ": another one; the playbook killed after 22 results and run again; 409 writes, " +
		"longest gap 0.3 s",
	"network.node_port_range": configSeen + ", with a feature gate: the API of the one control plane is away for 44 s",
	"cluster.kubeadm_patch: of the control plane's pods": configSeen + ": of the scheduler, added and removed; 575 and 604 " +
		"writes, longest gap 1.6 s",
	"cluster.kubeadm_patch: of the kubelets' configuration": configSeen + ": added and removed; no container restarted",
	"cluster.control_plane_endpoint: another name or address": configSeen + ": an address becomes a name; the playbook killed " +
		"after 45 results and run again; 620 writes, none lost, longest gap 0.3 s",
	"network.mtu: flannel": configSeen + ": drained; 506 writes, longest gap 0.4 s; a Service unavailable for 12 s",
	"network.pod_subnets: a range that holds the old one, with flannel": configSeen + ": the host lost power during the change; " +
		"the playbook was run again; 1027 writes, none lost; API of the only control plane unavailable for 19 s",
	"node.taint: NoExecute is added": "2026-11-30, nodes: drained; another worker lost power during the change; the playbook was " +
		"run again; 1075 writes, longest gap 0.9 s",
	"node.taint: any other change": "2026-11-30, nodes: NoSchedule; 338 writes, longest gap 1.0 s; nothing " +
		"restarted",
	"node.annotations": "2026-11-30, nodes; nothing restarted",
	"network.kube_proxy.config": configSeen + ": 326 writes, longest gap 0.5 s; " +
		"a Service unavailable for 1.6 s",
	"node.labels: any other label":                          "2026-11-29, settings",
	"node.failure_domain: a host with a kubelet":            "2026-11-29, settings",
	"node.kubelet_extra_args":                               "2026-11-29, settings",
	"cluster.api_server.host_file":                          manySeen,
	"cluster.api_server.host_file.content":                  manySeen,
	"cluster.api_server.extra_volume":                       manySeen,
	"cluster.api_server.extra_volume.host_path":             manySeen,
	"cluster.api_server.extra_volume.mount_path":            manySeen,
	"cluster.api_server.extra_volume.read_only":             manySeen,
	"cluster.kubeadm_patch: of etcd's pod":                  manySeen,
	"cluster.kubeadm_patch: of cluster DNS or kube-proxy":   manySeen,
	"cluster.audit.log_dir":                                 manySeen,
	"cluster.audit.max_age":                                 manySeen,
	"cluster.audit.max_backups":                             manySeen,
	"cluster.audit.max_size":                                manySeen,
	"cluster.controller_manager.extra_args: any other flag": manySeen,
	"cluster.scheduler.extra_args":                          manySeen,
	"cluster.kubelet.max_pods: lowered":                     manySeen,
	"cluster.kubelet.extra_args: any other flag":            manySeen,
	"cluster.kubelet.config: any other field":               manySeen,
	"etcd.heartbeat_interval":                               manySeen,
	"etcd.election_timeout":                                 manySeen,
}

const (
	manySeen = "2026-11-30, many: among 30 settings in one edit of one host; the playbook killed after 52 results and run again; 2024 " +
		"writes, none lost; API of the only control plane unavailable for 70 s; a second run of site.yml changed nothing; on a slower " +
		"machine, again after the host lost power: 1636 writes, none lost; API unavailable for 107 s"
	configSeen  = "2026-11-30, config, compared with a fresh cluster"
	upgradeSeen = "2026-11-29, upgrade: 3+3+2 from a stand-in for 1.36.3 to 1.37.2; 6057 writes, none lost, longest gap 1.2 s; a " +
		"PodDisruptionBudget stopped the run at the first worker, and the next run continued. Services did not work afterwards, " +
		"because the lab's kube-proxy image lacked /etc/protocols. upgrade-small, 1+1+2 with one control plane: 1947 writes, " +
		"none lost, API unavailable for 47 s; a second run of site.yml changed nothing"
	firstSeen = "2026-11-29, stacked: the first control plane with its etcd member; 1166 writes, longest gap 0.9 s; nodes and " +
		"members match the topology"
)
