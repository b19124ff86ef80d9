package check

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

const (
	auditDocs      = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"
	encryptionDocs = "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"
	volumeDocs     = "https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/#kubeadm-k8s-io-v1beta4-HostPathMount"
)

var apiServerRules = []Rule{
	{rule.Rule{
		ID: "api-server-file-twice", Severity: rule.Error, Title: "Duplicate file name", Permanent: true,
		Doc: "All files of `host_file` are in one directory, with the policy of `audit` and the configuration of a KMS plugin. On file " +
			"systems that ignore case, names that differ only in case are one file.",
		Fix:     "Give each another name.",
		Sources: []string{volumeDocs},
	}, apiServerFileTwice},
	{rule.Rule{
		ID: "api-server-file-unread", Severity: rule.Warning, Title: "Unused API server file",
		Doc: "The file is copied to every control plane, but no flag of the API server and no other file refers to it: it has no " +
			"effect.",
		Fix:     "Refer to it in `extra_args`, by its path in /etc/kubernetes/api-server, or remove it.",
		Sources: []string{flagDocs},
	}, apiServerFileUnread},
	{rule.Rule{
		ID: "api-server-volume-clash", Severity: rule.Error, Title: "Volume conflict", Permanent: true,
		Doc: "A pod with two volumes of one name, or two mounted at one path, is rejected. A volume mounted over one of kubeadm's hides " +
			"the certificates. Either way the API server does not start.",
		Fix: "Choose another `mount_path`, or another name.",
		Sources: []string{volumeDocs,
			"https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/phases/controlplane/volumes.go"},
	}, apiServerVolumeClash},
	{rule.Rule{
		ID: "audit-policy-invalid", Severity: rule.Error, Title: "Invalid audit policy", Permanent: true,
		Doc:     "The API server validates its audit policy strictly at startup, and exits if the policy is invalid.",
		Fix:     "Write a policy of audit.k8s.io/v1 with at least one rule; the finding says what is wrong.",
		Sources: []string{auditDocs, "https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/"},
	}, auditPolicyInvalid},
	{rule.Rule{
		ID: "audit-log-dir-shared", Severity: rule.Error, Title: "Audit log in a shared directory", Permanent: true,
		Doc: "The log's directory belongs to the API server alone: the playbook creates it before kubeadm runs, readable only by root. " +
			"etcd, the kubelet, and the runtime need their directories empty or open, and /tmp and /run are emptied at the next boot.",
		Fix:     "Write a directory that nothing else uses, such as `/var/log/kubernetes/audit`.",
		Sources: []string{auditDocs, "https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch05s10.html"},
	}, auditLogDirShared},
	{rule.Rule{
		ID: "secret-host-file", Severity: rule.Error, Title: "Secret in a file for hosts", Permanent: true,
		Doc: "Files of `host_file` and `kubeadm_patch` are in the tree, which is meant for git: anyone who reads it can read " +
			"private keys, tokens, and passwords in them.",
		Fix: "Put the file on the control planes yourself, in a directory that `extra_volume` mounts; for encryption keys, write " +
			"`encryption_at_rest`.",
		Sources: []string{secretsInGit},
	}, secretHostFile},
	{rule.Rule{
		ID: "encryption-endpoint", Severity: rule.Error, Title: "KMS endpoint missing or unused", Permanent: true,
		Doc:     "The kms provider asks a plugin at a socket for every key; the other providers generate their own key and use no plugin.",
		Fix:     "Write `endpoint` with kms, and only with kms.",
		Sources: []string{"https://kubernetes.io/docs/tasks/administer-cluster/kms-provider/"},
	}, encryptionEndpoint},
}

func auditLogDirShared(p *plan.Plan) []Finding {
	a := p.Cluster.Audit
	if a == nil {
		return nil
	}
	taken := cmp.Or(belongsToOthers(a.LogDir), emptiedAtBoot(a.LogDir))
	if a.LogDir == "/var/log" {
		taken = a.LogDir
	}
	if data := p.Etcd.DataDir; within(a.LogDir, data) != "" || within(data, a.LogDir) != "" {
		taken = data
	}
	if taken == "" {
		return nil
	}
	return one(a.Attr("log_dir"), "%s is not a directory only for the audit log (%s). Write a directory that nothing else uses, such as "+
		"\"/var/log/kubernetes/audit\".", a.LogDir, taken)
}

func apiServerFileTwice(p *plan.Plan) []Finding {
	var findings []Finding
	first := map[string]plan.HostFile{}
	files := slices.Clone(p.HostFiles())
	slices.SortStableFunc(files, func(a, b plan.HostFile) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	for _, f := range files {
		lower := strings.ToLower(f.Name)
		other, twice := first[lower]
		if !twice {
			first[lower] = f
			continue
		}
		if f.Name == plan.AuditPolicyFile || f.Name == plan.KMSFile { // from other blocks: the author must rename theirs
			for _, own := range p.Cluster.APIServer.Files {
				if strings.EqualFold(own.Name, f.Name) {
					f, other = own, f
				}
			}
		}
		if f.Name == other.Name {
			findings = append(findings, one(f.NameRange, "The API server has two files %q. Give this one another name.", f.Name)...)
			continue
		}
		findings = append(findings, one(f.NameRange, "The API server also has a file %q. On file systems that ignore case, both are one "+
			"file. Give this one another name.", other.Name)...)
	}
	return findings
}

func apiServerFileUnread(p *plan.Plan) []Finding {
	var findings []Finding
	for _, f := range p.Cluster.APIServer.Files {
		at := path.Join(plan.HostFilesDir, f.Name)
		flag := slices.ContainsFunc(p.Cluster.APIServer.ExtraArgs, func(a plan.Arg) bool { return strings.Contains(a.Value, at) })
		other := slices.ContainsFunc(p.Cluster.APIServer.Files, func(o plan.HostFile) bool {
			return o.Name != f.Name && strings.Contains(o.Content, f.Name)
		})
		if !flag && !other {
			findings = append(findings,
				one(f.NameRange, "No flag of the API server uses %s. Write it in extra_args of api_server, or remove the "+
					"file.", at)...)
		}
	}
	return findings
}

func apiServerVolumeClash(p *plan.Plan) []Finding {
	var findings []Finding
	type taken struct{ path, by string }
	all := []taken{{"/", "the container's own files"}}
	for _, dir := range mounted {
		all = append(all, taken{dir, "kubeadm"})
	}
	names := map[string]bool{"k8s-certs": true, "ca-certs": true, "etc-pki": true, "etcd-certs": true, "kubeconfig": true}
	for _, v := range p.APIServerVolumes() {
		if v.Source == nil { // from audit, host_file, encryption_at_rest
			all = append(all, taken{v.MountPath, "the topology"})
			names[v.Name] = true
			continue
		}
		if names[v.Name] || strings.HasPrefix(v.Name, "usr-") || strings.HasPrefix(v.Name, "etc-") {
			findings = append(findings, one(v.NameRange, "The API server's pod already has a volume %q. Choose another name.", v.Name)...)
		}
		names[v.Name] = true
		at := path.Clean(v.MountPath)
		for _, t := range all {
			if at == t.path || t.path != "/" && (below(at, t.path) || below(t.path, at)) {
				findings = append(findings, one(v.Attr("mount_path"), "%s overlaps %s, which is already mounted by %s. Choose another "+
					"path.", at,
					t.path, t.by)...)
				break
			}
		}
		all = append(all, taken{at, "another extra_volume"})
	}
	return findings
}

func below(file, dir string) bool { return strings.HasPrefix(file, strings.TrimSuffix(dir, "/")+"/") }

func auditPolicyInvalid(p *plan.Plan) []Finding {
	a := p.Cluster.Audit
	if a == nil || !a.Has("policy") || a.Policy == "" {
		return nil
	}
	if problem := auditProblem(a.Policy); problem != "" {
		return one(a.Attr("policy"), "%s", problem)
	}
	return nil
}

// auditProblem says, in sentences, why a text is not an audit policy; "" if it is one.
func auditProblem(text string) string {
	v, err := spec.ParseYAML(text)
	document, ok := v.(map[string]any)
	switch {
	case err != nil:
		return "The audit policy is not valid YAML: " + strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", " ") + "."
	case !ok || document["kind"] != "Policy" || document["apiVersion"] != "audit.k8s.io/v1":
		return "The file is not an audit policy: a policy starts with apiVersion: audit.k8s.io/v1 and kind: Policy."
	}
	rules, ok := document["rules"].([]any)
	if !ok || len(rules) == 0 {
		return "The audit policy has no rules, so the API server exits. Write at least one, such as \"- level: Metadata\"."
	}
	for i, r := range rules {
		one, _ := r.(map[string]any)
		level, _ := one["level"].(string)
		if !slices.Contains([]string{"None", "Metadata", "Request", "RequestResponse"}, level) {
			return fmt.Sprintf("Rule %d of the audit policy has the level %q. Write None, Metadata, Request, or RequestResponse.", i+1,
				level)
		}
		_, urls := one["nonResourceURLs"]
		if _, resources := one["resources"]; urls && resources {
			return fmt.Sprintf("Rule %d of the audit policy has both resources and nonResourceURLs, so the API server exits. Split "+
				"it into two rules.", i+1)
		}
		for key := range one {
			if !slices.Contains(auditRuleFields, key) {
				return fmt.Sprintf("Rule %d of the audit policy has a field %q, which is unknown. Remove it.", i+1, key)
			}
		}
	}
	return ""
}

// Source: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-PolicyRule
var auditRuleFields = []string{
	"level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages", "omitManagedFields",
}

// secretField matches a field of a kubeconfig or an EncryptionConfiguration that contains a secret.
var secretField = regexp.MustCompile(`(?m)^[\s-]*["']?(token|password|client-key-data|secret)["']?:[ \t]*["']?[^\s"'{\[]`)

func secretHostFile(p *plan.Plan) []Finding {
	var findings []Finding
	files := slices.Clone(p.Cluster.APIServer.Files)
	for _, f := range p.Cluster.Patches {
		files = append(files, plan.HostFile(f))
	}
	for _, f := range files {
		if privateKey.MatchString(f.Content) || secretField.MatchString(f.Content) {
			at := f.Attr("source")
			if f.Has("content") {
				at = f.Attr("content")
			}
			findings = append(findings,
				one(at, "The file %q holds a private key, a token or a password, and the tree is meant for git. Put it on the "+
					"control planes yourself, and write extra_volume; for encryption keys, write encryption_at_rest.", f.Name)...)
		}
	}
	return findings
}

func encryptionEndpoint(p *plan.Plan) []Finding {
	switch e := p.Cluster.Encryption; {
	case e == nil:
	case e.Provider == plan.KMS && e.Endpoint == "":
		return one(e.Attr("provider"), "The kms provider uses a plugin, and its endpoint is missing. Write endpoint = "+
			"\"unix:///run/kms/socket.sock\".")
	case e.Provider != plan.KMS && e.Endpoint != "":
		return one(e.Attr("endpoint"), "The provider %s uses no plugin. Remove endpoint, or write provider = \"kms\".", e.Provider)
	}
	return nil
}
