package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

var (
	fileNamePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	resourcePattern = regexp.MustCompile(`^(\*\.\*|\*\.[a-z0-9.-]*|[a-z]+(\.[a-z0-9.-]+)?)$`)
	socketPattern   = regexp.MustCompile(`^unix:///[A-Za-z0-9._/@-]+$`)
)

// auditPolicy is the default audit policy: who requested what and when, logged once a request is answered. It logs no bodies, because they
// would contain Secrets, and no routine requests between components. Source:
// https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"]
  - level: None
    userGroups: ["system:nodes", "system:serviceaccounts:kube-system"]
    verbs: [get, list, watch]
  - level: None
    resources:
      - group: coordination.k8s.io
        resources: [leases]
  - level: Metadata
`

func (r *resolver) apiServer() {
	p, c := &r.plan.Cluster.APIServer, r.spec.Cluster
	p.Source = c.Source
	if s := c.APIServer; s != nil {
		p.Source, p.ExtraArgs = s.Source, r.args(s.Source, "extra_args", s.ExtraArgs)
		for _, f := range s.Files {
			p.Files = append(p.Files, r.hostFile(f))
		}
		for _, v := range s.Volumes {
			volume := Volume{Source: v.Source, Name: v.Name, NameRange: v.NameRange, ReadOnly: v.ReadOnly != nil && *v.ReadOnly,
				HostPath: r.path(v.Source, "host_path", v.HostPath), MountPath: r.path(v.Source, "mount_path", v.MountPath)}
			r.name(v.NameRange, "volume", v.Name, 63)
			p.Volumes = append(p.Volumes, volume)
		}
		slices.SortStableFunc(p.Files, func(a, b HostFile) int { return strings.Compare(a.Name, b.Name) })
		slices.SortStableFunc(p.Volumes, func(a, b Volume) int { return strings.Compare(a.Name, b.Name) })
	}
	for _, f := range c.Patches {
		r.plan.Cluster.Patches = append(r.plan.Cluster.Patches, r.patch(f))
	}
	slices.SortStableFunc(r.plan.Cluster.Patches, func(a, b Patch) int { return strings.Compare(a.Name, b.Name) })
	if s := c.Audit; s != nil {
		r.plan.Cluster.Audit = &Audit{
			Source: s.Source, Policy: text(s.Content), LogDir: r.path(s.Source, "log_dir", s.LogDir),
			MaxAge:     r.number(s.Source, "max_age", s.MaxAge, 1, 36500),
			MaxBackups: r.number(s.Source, "max_backups", s.MaxBackups, 1, 10000),
			MaxSize:    r.number(s.Source, "max_size", s.MaxSize, 1, 100000),
		}
	}
	if s := c.Encryption; s != nil {
		r.plan.Cluster.Encryption = &Encryption{
			Source: s.Source, Provider: text(s.Provider), Resources: s.Resources,
			Endpoint: r.match(s.Source, "endpoint", s.Endpoint, socketPattern,
				`Write the plugin's socket, such as "unix:///run/kms/socket.sock".`),
		}
		for i, resource := range s.Resources {
			if !resourcePattern.MatchString(resource) {
				r.fail(invalidText, s.Element("resources", i),
					"resources holds %q. Write the plural name of a resource, with its group behind a "+
						"dot: \"secrets\", \"deployments.apps\".", spelling.Excerpt(resource))
				continue
			}
			r.encryptedOnce(s, i)
		}
		if s.Resources != nil && len(s.Resources) == 0 {
			r.fail(invalidText, s.Attr("resources"), "resources is empty, and the API server exits: there is nothing to encrypt. Write "+
				"[\"secrets\"], or remove the block encryption_at_rest.")
		}
	}
}

// encryptedOnce rejects a resource that an earlier entry of the list already covers: the API server exits if two entries overlap. Source:
// k8s.io/apiserver pkg/apis/apiserver/validation/validation_encryption.go, validateResourceOverlap
func (r *resolver) encryptedOnce(s *spec.Encryption, i int) {
	resource, at := s.Resources[i], s.Element("resources", i)
	for _, other := range s.Resources[:i] {
		switch {
		case other == resource:
			r.fail(invalidText, at, "resources has %q twice, and the API server exits. Remove one of them.", spelling.Excerpt(resource))
			return
		case covers(other, resource) || covers(resource, other):
			wide, narrow := other, resource
			if covers(resource, other) {
				wide, narrow = resource, other
			}
			r.fail(invalidText, at, "resources has %q and %q, which is among the first, and the API server exits. Remove %q.",
				spelling.Excerpt(wide), spelling.Excerpt(narrow), spelling.Excerpt(narrow))
			return
		}
	}
}

// covers reports whether a resource pattern matches a resource or a narrower pattern: "*.*" matches everything, "*.apps" a group, "*." the
// core group.
func covers(pattern, resource string) bool {
	group, wild := strings.CutPrefix(pattern, "*.")
	if !wild || pattern == resource {
		return false
	}
	_, of, _ := strings.Cut(resource, ".")
	return group == "*" || of == group
}

func (r *resolver) hostFile(f *spec.HostFile) HostFile {
	if !fileNamePattern.MatchString(f.Name) {
		r.fail(invalidPath, f.NameRange, "%q cannot name a file. Write at most 63 letters, digits and . _ -, such as \"admission.yaml\".",
			spelling.Excerpt(f.Name))
	}
	return HostFile{f.Source, f.Name, f.NameRange, r.fileContent("host_file", f)}
}

// fileContent returns the content of a file that a block defines: inline, or from the file it names.
func (r *resolver) fileContent(block string, f *spec.HostFile) string {
	switch {
	case f.From != nil && f.Has("content"):
		r.fail(invalidText, f.Attr("content"), "%s %q has both a source and a content. Keep one of them.", block, f.Name)
	case f.From == nil && f.Content == nil:
		r.fail(invalidText, f.Block(),
			"%s %q has no content. Write source = \"files/%s\", a path in the topology's folder, or content.",
			block, f.Name, f.Name)
	}
	content := text(f.Content)
	if content != "" && !strings.HasSuffix(content, "\n") {
		content += "\n"
	}
	return content
}

func (r *resolver) apiServerDefaults() {
	if a, s := r.plan.Cluster.Audit, r.spec.Cluster.Audit; a != nil {
		const docs = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"
		const benchmark = "https://www.cisecurity.org/benchmark/kubernetes"
		if s.Policy == nil {
			a.Policy = auditPolicy
			r.decide("cluster.audit.policy", "metadata of requests", "It records who requested what, without bodies, which could "+
				"contain Secrets.", docs)
		}
		settle(r, s.LogDir != nil, &a.LogDir, "cluster.audit.log_dir", "/var/log/kubernetes/audit", "Where agents look for it.", docs)
		settle(r, s.MaxAge != nil, &a.MaxAge, "cluster.audit.max_age", 30, "The CIS benchmark asks for 30 days.", benchmark)
		settle(r, s.MaxBackups != nil, &a.MaxBackups, "cluster.audit.max_backups", 10, "The CIS benchmark asks for ten files.", benchmark)
		settle(r, s.MaxSize != nil, &a.MaxSize, "cluster.audit.max_size", 100, "The CIS benchmark asks for 100 MB a file.", benchmark)
	}
	if e, s := r.plan.Cluster.Encryption, r.spec.Cluster.Encryption; e != nil {
		const docs = "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"
		settle(r, s.Provider != nil, &e.Provider, "cluster.encryption_at_rest.provider", Secretbox,
			"It authenticates what it encrypts; aescbc does not.", docs)
		if s.Resources == nil {
			e.Resources = []string{"secrets"}
			r.decide("cluster.encryption_at_rest.resources", "secrets", "Encrypting more resources makes every read of them slower.", docs)
		}
	}
}

// HostFiles returns all files that API servers read in addition to kubeadm's, sorted by name: the author's, the audit policy, and the
// configuration of a KMS plugin. None contains a secret.
func (p *Plan) HostFiles() []HostFile {
	c := &p.Cluster
	files := slices.Clone(c.APIServer.Files)
	if c.Audit != nil {
		files = append(files, HostFile{Source: c.Audit.Source, Name: AuditPolicyFile, NameRange: c.Audit.Block(), Content: c.Audit.Policy})
	}
	if e := c.Encryption; e != nil && e.Provider == KMS {
		content := "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources:\n"
		for _, resource := range e.Resources {
			content += fmt.Sprintf("      - %q\n", resource)
		}
		content += fmt.Sprintf("    providers:\n      - kms: {apiVersion: v2, name: %q, endpoint: %q}\n      - identity: {}\n",
			p.Cluster.Name, e.Endpoint)
		files = append(files, HostFile{Source: e.Source, Name: KMSFile, NameRange: e.Block(), Content: content})
	}
	slices.SortStableFunc(files, func(a, b HostFile) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// HostFilesPath is the directory on hosts that contains HostFiles, "" if there are none. The path depends on the content, so a change
// restarts the API server's pod, and the old files stay for as long as the old manifest may come back.
func (p *Plan) HostFilesPath() string {
	files := p.HostFiles()
	if len(files) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%s\x00%d\x00%s", f.Name, len(f.Content), f.Content)
	}
	return HostFilesDir + "/" + hex.EncodeToString(sum.Sum(nil))[:12]
}

// EncryptionKey reports whether an encryption key is generated on the first control plane.
func (p *Plan) EncryptionKey() bool { e := p.Cluster.Encryption; return e != nil && e.Provider != KMS }

// APIServerFlags returns the API server flags that audit and encryption_at_rest require.
func (p *Plan) APIServerFlags() []Arg {
	var args []Arg
	if a := p.Cluster.Audit; a != nil {
		args = append(args, Arg{"audit-policy-file", path.Join(HostFilesDir, AuditPolicyFile)},
			Arg{"audit-log-path", path.Join(a.LogDir, "audit.log")},
			Arg{"audit-log-maxage", fmt.Sprint(a.MaxAge)}, Arg{"audit-log-maxbackup", fmt.Sprint(a.MaxBackups)},
			Arg{"audit-log-maxsize", fmt.Sprint(a.MaxSize)})
	}
	switch e := p.Cluster.Encryption; {
	case p.EncryptionKey():
		args = append(args, Arg{"encryption-provider-config", EncryptionKeyFile})
	case e != nil:
		args = append(args, Arg{"encryption-provider-config", path.Join(HostFilesDir, KMSFile)})
	}
	return args
}

// APIServerVolumes returns the host paths mounted into every API server in addition to kubeadm's. Paths that are created if missing are
// writable.
func (p *Plan) APIServerVolumes() []Volume {
	var out []Volume
	if dir := p.HostFilesPath(); dir != "" {
		out = append(out, Volume{Name: "api-server-files", HostPath: dir, MountPath: HostFilesDir, ReadOnly: true})
	}
	if a := p.Cluster.Audit; a != nil {
		out = append(out, Volume{Name: "audit-log", HostPath: a.LogDir, MountPath: a.LogDir})
	}
	if e := p.Cluster.Encryption; e != nil && e.Provider == KMS {
		dir := path.Dir(strings.TrimPrefix(e.Endpoint, "unix://"))
		out = append(out, Volume{Name: "kms-socket", HostPath: dir, MountPath: dir})
	}
	return append(out, p.Cluster.APIServer.Volumes...)
}
