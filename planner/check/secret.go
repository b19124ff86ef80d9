package check

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const secretsInGit = "https://github.com/siderolabs/talos/issues/6892"

// literals calls visit with each literal text of the file and its place, however it is used.
func literals(p *plan.Plan, visit func(text string, at hcl.Range)) {
	if p.Spec == nil {
		return
	}
	f := p.Spec.Files[p.Spec.Filename]
	if f == nil {
		return
	}
	body, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return
	}
	// The only possible diagnostics are the visitor's own.
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		if l, ok := n.(*hclsyntax.LiteralValueExpr); ok && l.Val.Type() == cty.String && !l.Val.IsNull() {
			visit(l.Val.AsString(), l.SrcRange)
		}
		return nil
	})
}

// secretRule returns a rule that reports each literal of a certain shape. The detail never repeats the literal.
func secretRule(id, title, doc, fix, detail string, is func(string) bool, sources ...string) Rule {
	return Rule{rule.Rule{ID: id, Severity: rule.Error, Title: title, Permanent: true, Doc: doc, Fix: fix,
		Sources: append(sources, secretsInGit)}, func(p *plan.Plan) []Finding {
		var findings []Finding
		literals(p, func(text string, at hcl.Range) {
			if is(text) {
				findings = append(findings, Finding{At: at, Detail: detail})
			}
		})
		return findings
	}}
}

var (
	bootstrapToken = regexp.MustCompile(`^[a-z0-9]{6}\.[a-z0-9]{16}$`)
	hex64          = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
	privateKey     = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY`)
	urlPassword    = regexp.MustCompile(`://[^/@\s:]+:[^/@\s]+@`)
	jwt            = regexp.MustCompile(`^eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.`)
	serviceKey     = regexp.MustCompile(
		`^(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{20,}|xox[abpr]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}|` +
			`hvs\.[A-Za-z0-9_-]{20,}|dop_v1_[0-9a-f]{64}|dckr_pat_[A-Za-z0-9_-]{20,})`)
	secretName = regexp.MustCompile(`(?i)(^|_)(password|passwd|passphrase|secret|token|api_?key|private_key|credentials?)$`)
)

// inFile ends every detail about a secret.
const inFile = " topology.hcl and the files generated from it are meant for git."

var secretRules = []Rule{
	secretRule("secret-private-key", "Private key in the file",
		"A private key in a file that is committed, mailed, and shown in diagnostics is no longer private. No argument takes a key.",
		"Write the path of the key (`private_key_file`), and create a new key: this one has been exposed.",
		"This is a private key."+inFile+" Write a path, and create a new key: this one has been exposed.", privateKey.MatchString),
	secretRule("secret-bootstrap-token", "Bootstrap token in the file",
		"Anyone with a bootstrap token can join machines to the cluster. The playbook creates one when it needs it, and removes it "+
			"afterwards.",
		"Remove it; no argument takes a token.",
		"This is a bootstrap token: anyone who has it can join machines to the cluster."+inFile+
			" Remove it; the playbook creates one when it needs it.",
		func(s string) bool {
			return bootstrapToken.MatchString(s) && strings.ContainsAny(s[7:], "0123456789")
		}, "https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/"),
	secretRule("secret-key-material", "Key material in the file",
		"64 hexadecimal digits look like kubeadm's certificate key, with which the cluster's uploaded CA keys can be decrypted, or like "+
			"an encryption key.",
		"Remove it; certificates are copied between control planes without such a key. Write a checksum as \"sha256:…\".",
		"These 64 hexadecimal digits look like a certificate or encryption key."+inFile+
			" Remove it, or write a checksum as \"sha256:…\".", hex64.MatchString,
		"https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-init/#uploading-control-plane-certificates-to-the-cluster"),
	secretRule("secret-url-password", "Password in a URL",
		"A password in a URL shows up in process lists, logs, and every generated file with the URL.",
		"Remove it. For a proxy and for registries, write `credentials_file`; give other programs their credentials on the host.",
		"The URL holds a password."+inFile+" Remove it, and write credentials_file, or give the program its credentials on the host.",
		urlPassword.MatchString,
		"https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1"),
	secretRule("secret-access-key", "Access key of a service in the file",
		"The value looks like an access key or token of a cloud, code hosting, or chat service. Bots find these in public repositories "+
			"within minutes.",
		"Remove it and revoke it. Cloud tools read credentials from their own files and variables.",
		"This looks like an access key of a cloud, code hosting, or chat service."+inFile+" Remove it and revoke it.",
		func(s string) bool { return serviceKey.MatchString(s) || jwt.MatchString(s) },
		"https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns"),
	{rule.Rule{
		ID: "secret-variable-default", Severity: rule.Warning, Title: "Secret as the default of a variable",
		Doc: "The variable's name suggests a secret, and its default is in the file, where everyone can read it. Any argument that uses " +
			"it writes it to the generated tree.",
		Fix:     "Remove the default. No argument takes a secret; programs on the hosts read theirs from files.",
		Sources: []string{secretsInGit, "https://github.com/rancher/rke/issues/3004"},
	}, secretVariableDefault},
	{rule.Rule{
		ID: "secret-in-tree", Severity: rule.Error, Title: "Sensitive value in the tree", Discreet: true,
		Doc: "Messages never show a variable with `sensitive = true`. An argument that uses it would write its value to files of the " +
			"generated tree, which are meant for git, and to hosts.",
		Fix: "Give programs their secrets on the hosts, and write only values here that are not secret: the address of a proxy without " +
			"a login, the path of a file. If the value is not secret, remove `sensitive = true`. With a waiver, the value is written, " +
			"and the tree says so.",
		Sources: []string{secretsInGit},
	}, secretInTree},
}

// ways are the alternatives to a secret in an argument, by the argument's name or by its block. The first match applies.
var ways = []struct{ block, argument, way string }{
	{"http_proxy", "",
		"Write credentials_file, the path of a file on the machine that runs Ansible with one line, user:password."},
	{"registry", "",
		"Write the address without a login, and give the runtime its login on the hosts: /var/lib/kubelet/config.json for the " +
			"kubelet's pulls, imagePullSecrets for pods."},
	{"kubeadm_patch", "content", "Put the secret into a file on the hosts, and let the patch refer to that file."},
	{"host_file", "content", "Put the file on the control planes yourself, in a directory that `extra_volume` mounts."},
	{"", "image_repository",
		"Write the address without a login, and give the runtime its login on the hosts: /var/lib/kubelet/config.json."},
	{"", "mirror_url", "Write the URL without a login: let the server admit hosts by address, or use a proxy that logs in."},
	{"", "extra_args",
		"If the flag takes a file, write its path on the control planes, in a directory that `extra_volume` mounts."},
	{"", "kubelet_extra_args", "If the flag takes a file, write its path on the hosts."},
	{"", "config", "If the field takes a file, write its path on the hosts."},
	{"", "labels", "Anyone who may read nodes can read their labels. Put it into a Secret in the cluster."},
	{"", "annotations", "Anyone who may read nodes can read their annotations. Put it into a Secret in the cluster."},
	{"", "private_key_file", "The path of a key is not a secret: remove `sensitive = true`."},
	{"", "manifests", "Write the manifest's path on this machine: it is copied to the control plane with mode 0600, and is not in " +
		"the tree."},
}

// secretInTree checks every argument except those of variables, locals, and waivers, which stay in the topology.
func secretInTree(p *plan.Plan) []Finding {
	if p.Spec == nil || p.Spec.Secrets == nil || p.Spec.Files[p.Spec.Filename] == nil {
		return nil
	}
	body, ok := p.Spec.Files[p.Spec.Filename].Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	var findings []Finding
	var walk func(block string, body *hclsyntax.Body)
	walk = func(block string, body *hclsyntax.Body) {
		for name, a := range body.Attributes {
			if p.Spec.Secrets.Sensitive(a.Expr.Range()) {
				findings = append(findings, one(a.Expr.Range(),
					"A sensitive variable is used here, and %s would write its value to files in the tree, which is meant for git. "+
						"%s", name, wayOf(block, name))...)
			}
		}
		for _, b := range body.Blocks {
			if b.Type != "variable" && b.Type != "locals" && b.Type != "waive" {
				walk(b.Type, b.Body)
			}
		}
	}
	walk("", body)
	return findings
}

func wayOf(block, argument string) string {
	for _, w := range ways {
		if (w.block == "" || w.block == block) && (w.argument == "" || w.argument == argument) {
			return w.way
		}
	}
	return "Give programs their secrets on the hosts. If this is not secret, remove `sensitive = true`, or waive the rule with a " +
		"reason."
}

func secretVariableDefault(p *plan.Plan) []Finding {
	if p.Spec == nil || p.Spec.Files[p.Spec.Filename] == nil {
		return nil
	}
	body, ok := p.Spec.Files[p.Spec.Filename].Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	var findings []Finding
	for _, b := range body.Blocks {
		if b.Type != "variable" || len(b.Labels) != 1 || !secretName.MatchString(b.Labels[0]) {
			continue
		}
		a := b.Body.Attributes["default"]
		if a == nil {
			continue
		}
		v, diags := a.Expr.Value(nil)
		if diags.HasErrors() || v.IsNull() || v.Type() != cty.String || v.AsString() == "" || shaped(v.AsString()) {
			continue
		}
		findings = append(findings, one(a.Expr.Range(),
			"The default of %s is in the file, where everyone can read it.%s Remove the default.", b.Labels[0], inFile)...)
	}
	return findings
}

// shaped reports whether another rule recognizes the secret by its shape.
func shaped(s string) bool {
	return privateKey.MatchString(s) || bootstrapToken.MatchString(s) || hex64.MatchString(s) || urlPassword.MatchString(s) ||
		serviceKey.MatchString(s) || jwt.MatchString(s)
}
