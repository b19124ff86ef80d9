package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// moreSettings returns aio.hcl for moreSteps: with flannel's own block, and without blocks that the edits add.
func moreSettings(source string) string {
	return strings.Replace(plain(source), beforeRuntime, "network {\n  cni \"flannel\" {}\n}\n\n"+beforeRuntime, 1)
}

// walkMore changes arguments of one host that other chains leave alone.
func walkMore(ctx context.Context, c *changing) error {
	for name, text := range map[string]string{
		"registries.json": `{"auths": {"registry.example.com": {"auth": "bm9ib2R5Om5vdGhpbmc="}}}`,
		"proxy":           "nobody:nothing\n",
	} {
		if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return walkSteps(ctx, c, moreSteps(c.dir)...)
}

// moreSteps are the edits; dir has the files that they name.
func moreSteps(dir string) []step {
	const (
		address = "  address = \"10.77.0.51\""
		issuers = `["https://issuer.example.com", "https://kubernetes.default.svc.cluster.local"]`
		ca      = "ca_file = \"/etc/ssl/certs/ca-certificates.crt\""
		cni     = `cni "flannel" {}`
	)
	return []step{
		{what: "flannel's own MTU", playbook: "reconfigure.yml", args: []string{"-e", force},
			pairs: []string{cni, "cni \"flannel\" {\n    mtu = 1400\n  }"}, also: on("cat /run/flannel/subnet.env", "FLANNEL_MTU=1400")},
		{what: "issuers, swap, a zone, a public address", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
			pairs: []string{ofCluster, ofCluster + "\n  kubelet {\n    fail_swap_on = false\n  }\n  api_server {\n" +
				"    extra_args = { \"service-account-issuer\" = " + issuers + " }\n  }",
				address, address + "\n  public_address = \"192.0.2.51\"\n  labels = { \"topology.kubernetes.io/zone\" = \"a\" }"},
			also: on("grep failSwapOn /var/lib/kubelet/config.yaml; grep issuer= /etc/kubernetes/manifests/kube-apiserver.yaml; "+
				"openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -ext subjectAltName 2>/dev/null || true", "issuer.example.com")},
		{what: "another zone, another public address", playbook: "reconfigure.yml",
			pairs: []string{"192.0.2.51", "192.0.2.52", "zone\" = \"a\"", "zone\" = \"b\""}},
		{what: "logins of registries and of the proxy, a registry's CA", playbook: "site.yml",
			pairs: []string{beforeRuntime, beforeRuntime + fmt.Sprintf("\n  credentials_file = %q", filepath.Join(dir, "registries.json")) +
				"\n  registry \"registry.example.com\" {\n    " + ca + "\n  }",
				"network {", fmt.Sprintf("network {\n  http_proxy {\n    http             = \"http://10.77.0.1:3128\"\n"+
					"    credentials_file = %q\n  }", filepath.Join(dir, "proxy"))},
			also: on("cat /etc/containerd/certs.d/registry.example.com/hosts.toml", "ca-certificates.crt")},
		{what: "another CA of the registry", playbook: "site.yml", pairs: []string{ca, "ca_file = \"/etc/ssl/certs/own.crt\""},
			also: on("cat /etc/containerd/certs.d/registry.example.com/hosts.toml", "own.crt")},
		{what: "an older minor of containerd", playbook: "reconfigure.yml", args: []string{"-e", force}, trouble: &trouble{host: "aio-1"},
			pairs: []string{beforeRuntime, beforeRuntime + olderVersion}, also: on("cat /var/lib/k8splan/artifacts.json", "v2.3")},
	}
}
