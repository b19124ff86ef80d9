package check

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

// owned are flags that the design determines, by component, with the argument to use instead if there is one.
var owned = map[string]map[string]string{
	"kube-apiserver": {
		"advertise-address": "address", "secure-port": "api_server_port", "etcd-servers": "the etcd members", "etcd-cafile": "",
		"etcd-certfile": "", "etcd-keyfile": "",
		"service-cluster-ip-range": "service_subnets", "service-node-port-range": "node_port_range", "tls-cert-file": "",
		"tls-private-key-file": "", "client-ca-file": "",
		"feature-gates": "feature_gates", "service-account-key-file": "", "service-account-signing-key-file": "",
		"kubelet-client-certificate": "", "kubelet-client-key": "",
		"proxy-client-cert-file": "", "proxy-client-key-file": "", "requestheader-client-ca-file": "", "enable-bootstrap-token-auth": "",
	},
	"kube-controller-manager": {
		"cluster-cidr": "pod_subnets", "service-cluster-ip-range": "service_subnets", "node-cidr-mask-size": "node_cidr_mask_size",
		"node-cidr-mask-size-ipv4": "node_cidr_mask_size",
		"node-cidr-mask-size-ipv6": "node_cidr_mask_size_v6", "allocate-node-cidrs": "", "cluster-name": "the cluster's name",
		"feature-gates": "feature_gates", "kubeconfig": "",
		"cluster-signing-cert-file": "", "cluster-signing-key-file": "", "root-ca-file": "", "service-account-private-key-file": "",
		"authentication-kubeconfig": "", "authorization-kubeconfig": "",
	},
	"kube-scheduler": {"kubeconfig": "", "feature-gates": "feature_gates", "authentication-kubeconfig": "", "authorization-kubeconfig": ""},
	"kubelet": {
		"config": "", "kubeconfig": "", "bootstrap-kubeconfig": "", "container-runtime-endpoint": "container_runtime",
		"hostname-override": "the node's name", "node-ip": "address",
		"node-labels": "labels", "register-with-taints": "taint", "cgroup-driver": "cgroup_driver", "max-pods": "max_pods",
		"fail-swap-on": "fail_swap_on", "feature-gates": "feature_gates",
		"cluster-dns": "service_subnets", "cluster-domain": "dns_domain",
	},
}

var componentRules = []Rule{
	{rule.Rule{
		ID: "component-owned-flag", Severity: rule.Error, Title: "Flag that the plan decides", Permanent: true,
		Doc: "The flag follows from the design, and other files contain the same value. A value in `extra_args` applies to one " +
			"component only: ranges, names, and certificates then differ between components.",
		Fix:     "Remove it, and use the argument that the finding names.",
		Sources: []string{"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/control-plane-flags/"},
	}, componentOwnedFlag},
	{rule.Rule{
		ID: "component-insecure-flag", Severity: rule.Error, Title: "Insecure flag",
		Doc: "The flag turns off authentication or authorization: anyone who reaches the port controls the cluster and every host in it.",
		Fix: "Remove it.",
		Sources: []string{"https://kubernetes.io/docs/concepts/security/controlling-access/",
			"https://www.cisecurity.org/benchmark/kubernetes"},
	}, componentInsecureFlag},
	{rule.Rule{
		ID: "component-cloud-provider", Severity: rule.Warning, Title: "External cloud provider without a controller manager",
		Doc: "With --cloud-provider=external, each node starts with a taint that only a cloud controller manager removes. This plan " +
			"does not install one, so every pod stays Pending until you do.",
		Fix: "Write the block `cloud_provider` instead of the flag: it sets the flag and installs the controller manager. " +
			"Or remove the flag.",
		Sources: []string{"https://github.com/kubernetes/cloud-provider-openstack/issues/2200",
			"https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/"},
	}, componentCloudProvider},
	{rule.Rule{
		ID: "component-in-tree-cloud", Severity: rule.Error, Title: "Cloud provider removed from Kubernetes", Permanent: true,
		Doc: "Kubernetes 1.31 removed the code for clouds: the kubelet and the controller manager accept only `external` or no value, " +
			"and exit if a cloud is named.",
		Fix:     "Write `cloud-provider = \"external\"` for the kubelet and install the cloud controller manager, or remove the flag.",
		Sources: []string{"https://kubernetes.io/blog/2024/05/20/completing-cloud-provider-migration/"},
	}, componentInTreeCloud},
	{rule.Rule{
		ID: "component-plugin-off", Severity: rule.Warning, Title: "Required admission plugin turned off",
		Doc: "Without NodeRestriction, a stolen kubelet key can change every Node and pod. Without ServiceAccount, pods get no " +
			"identity. Without NamespaceLifecycle, objects appear in namespaces that are being deleted. Without PodSecurity, nothing " +
			"enforces the pod security standards.",
		Fix:     "Remove the plugin from `disable-admission-plugins`.",
		Sources: []string{"https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/"},
	}, componentPluginOff},
	{rule.Rule{
		ID: "component-admission-unknown", Severity: rule.Error, Title: "Unknown admission plugin",
		Permanent: true,
		Doc: "The API server exits if it does not know the name of an admission plugin. Older manuals name plugins that have since been " +
			"removed.",
		Fix: "Write a name from upstream's list, or remove it.",
		Sources: []string{"https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/",
			"https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubeapiserver/options/plugins.go"},
	}, componentAdmissionUnknown},
	{rule.Rule{
		ID: "component-anonymous-off", Severity: rule.Error, Title: "Anonymous requests turned off in the API server",
		Doc: "The kubelet probes the API server at /livez without a certificate. With anonymous requests turned off, the answer is 401, " +
			"and the kubelet restarts the API server again and again. `kubeadm join` also reads the ConfigMap cluster-info without a " +
			"certificate.",
		Fix:     "Remove `anonymous-auth`.",
		Sources: []string{"https://github.com/kubernetes/kubeadm/issues/798", "https://github.com/kubernetes/kubernetes/issues/100581"},
	}, componentAnonymousOff},
	{rule.Rule{
		ID: "component-audit-nothing", Severity: rule.Warning, Title: "Incomplete audit configuration",
		Doc: "The API server writes an audit log only if a policy says what to log, and a policy has no effect without a log or a " +
			"webhook that receives the events. This goes unnoticed until the log is needed.",
		Fix:     "Write `audit-policy-file` together with `audit-log-path` or `audit-webhook-config-file`.",
		Sources: []string{"https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#log-backend"},
	}, componentAuditNothing},
	{rule.Rule{
		ID: "component-audit-lost", Severity: rule.Warning, Title: "Audit log inside a container",
		Doc: "kubeadm runs the API server in a pod. A log in a directory that is not mounted from the host is inside the container: it " +
			"is lost at the next restart, and until then it grows unnoticed on the host's disk.",
		Fix: "Write `audit-log-path = \"-\"` for the node's log collector, or a path that is mounted.",
		Sources: []string{"https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#log-backend",
			"https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/phases/controlplane/volumes.go"},
	}, componentAuditLost},
	{rule.Rule{
		ID: "component-oidc-half", Severity: rule.Error, Title: "Incomplete OIDC configuration", Permanent: true,
		Doc:     "The API server needs the issuer and the client ID together, and exits if any --oidc- flag is given without both.",
		Fix:     "Write `oidc-issuer-url` and `oidc-client-id`.",
		Sources: []string{"https://kubernetes.io/docs/reference/access-authn-authz/authentication/#configuring-the-api-server"},
	}, componentOidcHalf},
	{rule.Rule{
		ID: "component-weak-tls", Severity: rule.Warning, Title: "Outdated TLS",
		Doc: "TLS 1.0, TLS 1.1, and cipher suites without forward secrecy or authenticated encryption are vulnerable to known attacks, " +
			"and fail audits. Every client of Kubernetes speaks TLS 1.2 or newer.",
		Fix:     "Write `VersionTLS12` or `VersionTLS13`, and leave the cipher suites out.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc8996", "https://pkg.go.dev/crypto/tls#InsecureCipherSuites"},
	}, componentWeakTLS},
	{rule.Rule{
		ID: "component-profiling", Severity: rule.Warning, Title: "Profiling turned on",
		Doc: "Profiling shows the memory of a component to anyone with access to the endpoint, and each profile takes seconds of " +
			"processor time. The CIS benchmark requires it to be off.",
		Fix:     "Remove the flag, or write `\"profiling\" = \"false\"`.",
		Sources: []string{"https://www.cisecurity.org/benchmark/kubernetes"},
	}, componentProfiling},
	{rule.Rule{
		ID: "component-rotation-off", Severity: rule.Warning, Title: "Kubelet certificate rotation turned off",
		Doc: "kubeadm gives a kubelet a client certificate for a year, and the kubelet renews it. Without that, and without an upgrade " +
			"in the meantime, the node drops out of the cluster when the certificate expires. `kubeadm certs renew` does not renew it.",
		Fix:     "Remove `rotate-certificates`.",
		Sources: []string{"https://kubernetes.io/docs/tasks/tls/certificate-rotation/", kubeletFields},
	}, componentRotationOff},
	{rule.Rule{
		ID: "component-shared-identity", Severity: rule.Warning, Title: "Controllers with the same identity",
		Doc: "kubeadm gives each controller its own service account with the rights that it needs. Without this, all of them use the " +
			"controller manager's own identity, which has few rights in bootstrap RBAC: controllers fail, or an administrator grants it " +
			"everything.",
		Fix:     "Remove `use-service-account-credentials`.",
		Sources: []string{"https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles"},
	}, componentSharedIdentity},
	{rule.Rule{
		ID: "component-file-unmounted", Severity: rule.Error, Title: "File that the component cannot see",
		Doc: "kubeadm runs the components of the control plane in pods. Of the host's files, the API server and the controller manager " +
			"see only /etc/kubernetes/pki and the system's certificates, and the scheduler only its kubeconfig. A component that cannot " +
			"find its file exits.",
		Fix: "Put the file under /etc/kubernetes/pki on every control plane, and write that path.",
		Sources: []string{"https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#log-backend",
			"https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/phases/controlplane/volumes.go"},
	}, componentFileUnmounted},
}

func componentOwnedFlag(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			instead, ok := owned[c.component][a.Name]
			if block := blockOf(p, c.component, a.Name); block != "" {
				instead, ok = block, true
			}
			if !ok || a.Name == "node-ip" && c.nodes == nil && a.Value == "" {
				continue
			}
			advice := "Remove it."
			if instead != "" {
				advice = "It follows from " + instead + ": write that, and remove the flag."
			}
			findings = append(findings, one(c.key(a.Name), "--%s of %s follows from the design, and other files repeat it. %s", a.Name,
				c.component, advice)...)
		}
	}
	return findings
}

// blockOf is the block of the topology that sets an API server flag, "" if none does.
func blockOf(p *plan.Plan, component, flag string) string {
	set := slices.ContainsFunc(p.APIServerFlags(), func(a plan.Arg) bool { return a.Name == flag })
	switch {
	case !set || component != "kube-apiserver":
		return ""
	case strings.HasPrefix(flag, "audit-"):
		return "cluster.audit"
	}
	return "cluster.encryption_at_rest"
}

func componentInsecureFlag(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			why := ""
			switch {
			case a.Name == "authorization-mode" && strings.Contains(a.Value, "AlwaysAllow"):
				why = "authorizes every request"
			case a.Name == "anonymous-auth" && a.Value == "true" && c.component == "kubelet":
				why = "lets anyone run commands in every pod on the host"
			case a.Name == "read-only-port" && a.Value != "0" && c.component == "kubelet":
				why = "shows all pods and their environment to the network"
			case a.Name == "token-auth-file" || a.Name == "basic-auth-file":
				why = "keeps credentials in a file, and revoking one requires a restart"
			case a.Name == "authorization-mode" && c.component == "kube-apiserver" && !strings.Contains(a.Value, "RBAC"):
				why = "turns RBAC off: kubeadm's own roles have no effect"
			case a.Name == "authorization-mode" && c.component == "kube-apiserver" && !strings.Contains(a.Value, "Node"):
				why = "lets each kubelet read the Secrets of all nodes, or of none"
			}
			if why != "" {
				findings = append(findings, one(c.key(a.Name), "--%s=%s of %s %s. Remove it.", a.Name, a.Value, c.component, why)...)
			}
		}
	}
	return findings
}

func componentCloudProvider(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			if c.component == "kubelet" && a.Name == "cloud-provider" && a.Value == "external" && p.CloudProvider == "" {
				findings = append(findings,
					one(c.key(a.Name), "Nodes start with the taint node.cloudprovider.kubernetes.io/uninitialized, and "+
						"nothing here removes it. Write cloud_provider \"aws\" {} or the name of your cloud, or remove the flag.")...)
			}
		}
	}
	return findings
}

func componentInTreeCloud(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			if a.Name == "cloud-provider" && a.Value != "external" && a.Value != "" &&
				(c.component == "kubelet" || c.component == "kube-controller-manager") {
				findings = append(findings,
					one(c.key(a.Name), "Kubernetes %s no longer includes the cloud provider %q, and %s exits. Write \"external\" and "+
						"install the cloud's controller manager, or remove the flag.", p.Cluster.Version, a.Value,
						c.component)...)
			}
		}
	}
	return findings
}

func componentPluginOff(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Cluster.APIServer.ExtraArgs {
		listed := strings.Split(a.Value, ",")
		at := p.Cluster.APIServer.Value("extra_args", a.Name)
		switch a.Name {
		case "disable-admission-plugins":
			for _, needed := range neededPlugins {
				if slices.Contains(listed, needed.name) {
					findings = append(findings, one(at, "--%s=%s turns %s off: %s. Remove it from the list.", a.Name, a.Value, needed.name,
						needed.lost)...)
					break
				}
			}
		case "enable-admission-plugins":
			known := slices.DeleteFunc(slices.Clone(listed), func(name string) bool {
				return !slices.Contains(admissionPlugins, name) && !p.Described() // its plugins are unknown
			})
			misspelt := slices.ContainsFunc(listed, func(name string) bool { return strings.EqualFold(name, "NodeRestriction") })
			if !misspelt { // component-admission-unknown reports it
				findings = append(findings, one(at, "--%s=%s replaces kubeadm's own list, which contains NodeRestriction: any "+
					"kubelet could change any node. Write %q.",
					a.Name, a.Value, strings.Join(append([]string{"NodeRestriction"}, known...), ","))...)
			}
		}
	}
	return findings
}

// neededPlugins are admission plugins that are on by default, and what is lost without them.
var neededPlugins = []struct{ name, lost string }{
	{"NodeRestriction", "any kubelet could change any node"},
	{"ServiceAccount", "pods get no identity"},
	{"NamespaceLifecycle", "objects can be created in namespaces that are being deleted"},
	{"PodSecurity", "namespace labels that forbid privileged pods have no effect"},
}

func componentAdmissionUnknown(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Cluster.APIServer.ExtraArgs {
		if a.Name != "enable-admission-plugins" && a.Name != "disable-admission-plugins" {
			continue
		}
		for name := range strings.SplitSeq(a.Value, ",") {
			if name == "" || slices.Contains(admissionPlugins, name) {
				continue
			}
			advice := spelling.DidYouMean(name, admissionPlugins)
			if name == "PodSecurityPolicy" || name == "SecurityContextDeny" {
				advice = " PodSecurity replaced it, and is on by default. Remove the name."
			}
			findings = append(findings, Finding{
				At: p.Cluster.APIServer.Value("extra_args", a.Name),
				Detail: fmt.Sprintf("kube-apiserver has no admission plugin %q, and exits if it is set.%s", name,
					cmp.Or(advice, " Remove the name.")),
			})
		}
	}
	return findings
}

func componentAnonymousOff(p *plan.Plan) []Finding {
	if k := p.LoadBalancer.Kind; !onHosts(p) || k == plan.HAProxy || k == plan.ExternalBalancer || k == plan.LocalBalancer {
		return nil // load-balancer-anonymous reports it
	}
	for _, a := range p.Cluster.APIServer.ExtraArgs {
		if a.Name == "anonymous-auth" && a.Value == "false" {
			return one(p.Cluster.APIServer.Key("extra_args", a.Name),
				"With --anonymous-auth=false, the API server answers the kubelet's probe of /livez with 401, and the kubelet "+
					"restarts it again and again. Remove it.")
		}
	}
	return nil
}

func componentAuditNothing(p *plan.Plan) []Finding {
	api := p.Cluster.APIServer
	policy, log, webhook := valueOf(api.ExtraArgs, "audit-policy-file"), valueOf(api.ExtraArgs,
		"audit-log-path"), valueOf(api.ExtraArgs, "audit-webhook-config-file")
	switch {
	case p.Cluster.Audit != nil: // it sets both, and another rule reports flags that repeat them
	case policy == "" && log != "":
		return one(api.Key("extra_args", "audit-log-path"), "Without --audit-policy-file, the API server logs nothing. Write the "+
			"block audit { policy = \"…\" } in cluster instead: it copies the policy to every control plane.")
	case policy == "" && webhook != "":
		return one(api.Key("extra_args", "audit-webhook-config-file"),
			"Without --audit-policy-file, the API server sends no events to the webhook. Write host_file \"audit-policy.yaml\" { "+
				"source = … }, and \"audit-policy-file\" = %q.",
			path.Join(plan.HostFilesDir, "audit-policy.yaml"))
	case policy != "" && log == "" && webhook == "":
		return one(api.Key("extra_args", "audit-policy-file"),
			"The policy selects events, and nothing receives them. Write \"audit-log-path\" = \"-\" for the container's log, or "+
				"the block audit { policy = \"…\" } in cluster instead of both flags.")
	}
	return nil
}

func componentAuditLost(p *plan.Plan) []Finding {
	api := p.Cluster.APIServer
	log := valueOf(api.ExtraArgs, "audit-log-path")
	if !onHosts(p) || log == "" || log == "-" || sees(p, "kube-apiserver", log) || valueOf(api.ExtraArgs, "audit-policy-file") == "" {
		return nil // without a policy nothing is logged at all, which component-audit-nothing reports
	}
	return one(api.Key("extra_args", "audit-log-path"), "%s is inside the API server's container, and is lost at the next restart. "+
		"Write the block audit { }, which keeps the log on the host, or \"-\": the log then goes to the container's own log.", log)
}

func componentOidcHalf(p *plan.Plan) []Finding {
	api := p.Cluster.APIServer
	for _, needed := range []string{"oidc-issuer-url", "oidc-client-id"} {
		for _, a := range api.ExtraArgs {
			if strings.HasPrefix(a.Name, "oidc-") && a.Value != "" && valueOf(api.ExtraArgs, needed) == "" {
				return one(api.Key("extra_args", a.Name), "--%s is given without --%s, and the API server exits. Also write %q.",
					a.Name, needed, needed)
			}
		}
	}
	return nil
}

func componentWeakTLS(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range judgedLines(p) {
		for _, a := range c.args {
			switch a.Name {
			case "tls-min-version":
				if slices.Contains(weakVersions, a.Value) {
					findings = append(findings,
						one(c.value(a.Name), "%s of %s lets clients speak TLS 1.0 or 1.1, which RFC 8996 forbids. Write "+
							"\"VersionTLS12\" or \"VersionTLS13\".", a.Value, c.component)...)
				}
			case "tls-cipher-suites", "cipher-suites":
				for suite := range strings.SplitSeq(a.Value, ",") {
					if slices.Contains(weakSuites, suite) {
						findings = append(findings, one(c.value(a.Name), "%s of %s is a cipher suite that Go calls insecure. Remove it "+
							"from the list, or remove the flag.", suite, c.component)...)
						break
					}
				}
			}
		}
	}
	return findings
}

func componentProfiling(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range judgedLines(p) {
		for _, a := range c.args {
			if (a.Name == "profiling" || a.Name == "contention-profiling" || a.Name == "enable-pprof") && a.Value == "true" {
				findings = append(findings, one(c.key(a.Name), "--%s=true of %s shows its memory to anyone with access to the "+
					"endpoint. Remove the flag when you have finished profiling.", a.Name, c.component)...)
			}
		}
	}
	return findings
}

func componentRotationOff(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range commandLines(p) {
		if c.component == "kubelet" && valueOf(c.args, "rotate-certificates") == "false" {
			findings = append(findings, one(c.key("rotate-certificates"), "The kubelet does not renew its client certificate, "+
				"which is valid for a year: after that the node drops out of the cluster. Remove the flag.")...)
		}
	}
	return findings
}

func componentSharedIdentity(p *plan.Plan) []Finding {
	m := p.Cluster.ControllerManager
	if valueOf(m.ExtraArgs, "use-service-account-credentials") != "false" {
		return nil
	}
	return one(m.Key("extra_args", "use-service-account-credentials"), "All controllers would act as the controller manager "+
		"itself, which does not have their rights. Remove the flag.")
}

// fileNotLaid finds API server flags that name a file of host_file or extra_volume, on a target that passes the flags but does not create
// such files.
func fileNotLaid(p *plan.Plan) []Finding {
	facts := p.Target.Facts
	if facts.Leaves("cluster.api_server.extra_args") {
		return nil
	}
	var findings []Finding
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			if c.component != "kube-apiserver" || !slices.Contains(fileFlags[c.component], a.Name) {
				continue
			}
			of, file := "", path.Clean(a.Value)
			if below(file, plan.HostFilesDir) && facts.Leaves("cluster.api_server.host_file") {
				of = "host_file"
			}
			mounts := func(v plan.Volume) bool { return file == v.MountPath || below(file, v.MountPath) }
			if slices.ContainsFunc(p.Cluster.APIServer.Volumes, mounts) && facts.Leaves("cluster.api_server.extra_volume") {
				of = "extra_volume"
			}
			if of != "" {
				findings = append(findings, one(c.key(a.Name), "Target %s passes the flag to the API server but ignores %s: %s does not "+
					"exist there, and the API server exits. Remove the flag.", p.Target.Name, of, a.Value)...)
			}
		}
	}
	return findings
}

// wayToAPIServer is what to write for a file that an API server flag names. Encryption keys must not be in the tree.
func wayToAPIServer(flag, file string) string {
	name := path.Base(path.Clean(file))
	switch flag {
	case "encryption-provider-config":
		return "Write the block encryption_at_rest { } instead: its key is generated on the first control plane, and no file of the tree " +
			"contains it."
	case "audit-policy-file":
		return fmt.Sprintf("Write audit { policy = \"files/%s\" } instead, with the path of your file.", name)
	}
	return fmt.Sprintf("Write host_file %q { source = … }, and %q as the value.", name, path.Join(plan.HostFilesDir, name))
}

func componentFileUnmounted(p *plan.Plan) []Finding {
	if !onHosts(p) {
		return fileNotLaid(p)
	}
	var findings []Finding
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			if !slices.Contains(fileFlags[c.component], a.Name) || a.Value == "" || c.component == "kube-scheduler" &&
				len(p.Cluster.SchedulerProfiles) > 0 {
				continue // scheduler-config-twice reports the last
			}
			if c.component == "kube-scheduler" {
				findings = append(findings,
					one(c.key(a.Name), "kube-scheduler runs in a pod that sees no host file except its kubeconfig: %s is not "+
						"there, and it exits. Remove the flag, and write a profile into cluster { scheduler { … } }.",
						a.Value)...)
			} else if c.component == "kube-apiserver" && !sees(p, c.component, a.Value) {
				findings = append(findings,
					one(c.key(a.Name), "The API server runs in a pod that sees no host files except those in /etc/kubernetes/pki, "+
						"the system's certificates, and what you mount: %s is not there, and it exits. %s", a.Value,
						wayToAPIServer(a.Name, a.Value))...)
			} else if !sees(p, c.component, a.Value) {
				findings = append(findings, one(c.key(a.Name), "%s runs in a pod that sees no host files except those in "+
					"/etc/kubernetes/pki and the system's certificates: %s is not there, and it exits. Put the file on every "+
					"control plane as %q, and write that.",
					c.component, a.Value, "/etc/kubernetes/pki/"+path.Base(path.Clean(a.Value)))...)
			}
		}
	}
	return findings
}

// admissionPlugins are the plugins of Kubernetes 1.37, and PersistentVolumeLabel, which older minors may have. Source:
// https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubeapiserver/options/plugins.go
var admissionPlugins = []string{
	"AlwaysAdmit", "AlwaysDeny", "AlwaysPullImages", "CertificateApproval", "CertificateSigning", "CertificateSubjectRestriction",
	"ClusterTrustBundleAttest", "DefaultIngressClass", "DefaultStorageClass", "DefaultTolerationSeconds", "DenyServiceExternalIPs",
	"EventRateLimit",
	"ExtendedResourceToleration", "ImagePolicyWebhook", "LimitPodHardAntiAffinityTopology", "LimitRanger", "MutatingAdmissionPolicy",
	"MutatingAdmissionWebhook", "NamespaceAutoProvision", "NamespaceExists", "NamespaceLifecycle", "NodeDeclaredFeatureValidator",
	"NodeRestriction",
	"OwnerReferencesPermissionEnforcement", "PersistentVolumeClaimResize", "PersistentVolumeLabel", "PodGroupProtection", "PodNodeSelector",
	"PodResizeValidator", "PodSecurity", "PodTolerationRestriction", "PodTopologyLabels", "Priority", "ResourceQuota", "RuntimeClass",
	"ServiceAccount",
	"StorageObjectInUseProtection", "TaintNodesByCondition", "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook",
}

// fileFlags are the flags whose value is a file that the component reads when it starts. Source:
// https://kubernetes.io/docs/reference/command-line-tools-reference/
var fileFlags = map[string][]string{
	"kube-apiserver": {
		"admission-control-config-file", "audit-policy-file", "audit-webhook-config-file", "authentication-config",
		"authentication-token-webhook-config-file", "authorization-config",
		"authorization-policy-file", "authorization-webhook-config-file", "egress-selector-config-file", "encryption-provider-config",
		"kubelet-certificate-authority", "oidc-ca-file",
		"tracing-config-file",
	},
	"kube-controller-manager": {"client-ca-file", "requestheader-client-ca-file", "tls-cert-file", "tls-private-key-file"},
	"kube-scheduler":          {"config"},
}

// mounted are the host directories that kubeadm mounts into the API server and the controller manager. Source:
// https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/phases/controlplane/volumes.go
var mounted = []string{
	"/etc/kubernetes/pki", "/etc/ssl/certs", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/ca-certificates",
	"/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
}

// sees reports whether a component can read a host file: through kubeadm's mounts, or for the API server also through those of the
// topology.
func sees(p *plan.Plan, component, file string) bool {
	file = path.Clean(file)
	if isMounted(file) {
		return true
	}
	if component != "kube-apiserver" {
		return false
	}
	if name, ours := strings.CutPrefix(file, plan.HostFilesDir+"/"); ours {
		return slices.ContainsFunc(p.HostFiles(), func(f plan.HostFile) bool { return f.Name == name })
	}
	return slices.ContainsFunc(p.APIServerVolumes(), func(v plan.Volume) bool { return file == v.MountPath || below(file, v.MountPath) })
}

// isMounted reports whether kubeadm mounts a host file into the API server and the controller manager.
func isMounted(file string) bool {
	file = path.Clean(file)
	return slices.ContainsFunc(mounted, func(dir string) bool { return strings.HasPrefix(file, dir+"/") })
}
