package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// checkLanguage checks that the settings of language.hcl are live: patches in kubeadm's pods and kubelets, logins on the hosts and nowhere
// else, nodes with the names of the map.
func checkLanguage(ctx context.Context, c *cluster) error {
	if err := checkSealed(ctx, c); err != nil {
		return err
	}
	for _, host := range c.groups["kubelet"] {
		if err := c.saidOf(ctx, host); err != nil {
			return fmt.Errorf("%s: %w", host, err)
		}
	}
	boot := c.bootstrap().Name
	for what, want := range map[string]string{
		"pod/kube-apiserver-" + boot + " {.spec.containers[0].resources.requests.cpu}":            "123m",
		"pod/kube-apiserver-" + boot + " {.metadata.annotations.example\\.com/patched}":           "api",
		"pod/etcd-" + boot + " {.metadata.annotations.example\\.com/patched}":                     "etcd",
		"deployment/coredns {.spec.template.metadata.annotations.example\\.com/patched}":          "dns",
		"deployment/coredns {.spec.replicas}":                                                     "2",
		"pod/kube-apiserver-" + boot + " {.spec.volumes[?(@.name==\"said\")].hostPath.path}":      "/srv/said",
		"pod/kube-apiserver-" + boot + " {.spec.containers[0].volumeMounts[?(@.name==\"said\")]}": `"readOnly":true`,
	} {
		object, path, _ := strings.Cut(what, " ")
		err := eventually(ctx, time.Minute, func() error {
			out, err := c.kube(ctx, "--namespace", "kube-system", "get", object, "--output", "jsonpath="+path)
			if err == nil && !strings.Contains(out, want) {
				err = fmt.Errorf("%s is %q, and not %q", what, out, want)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// throughProxy requests an address that only the proxy knows, as Ansible's modules do on the host.
const throughProxy = "import urllib.request as r; print(r.urlopen('http://said.example.com/', timeout=5).read().decode())"

// saidOf checks one node: its kubelet's configuration, and the logins of the proxy and of the registry.
func (c *cluster) saidOf(ctx context.Context, host string) error {
	out, err := c.kube(ctx, "get", "--raw", "/api/v1/nodes/"+host+"/proxy/configz")
	if err != nil {
		return err
	}
	if !strings.Contains(out, `"containerLogMaxFiles":7`) || !strings.Contains(out, `"maxParallelImagePulls":2`) {
		return fmt.Errorf("its kubelet runs with %s", out)
	}
	node := c.node(host)
	for command, want := range map[string]string{
		"stat -c %a /etc/k8splan/proxy.env /etc/containerd/conf.d/50-k8splan-credentials.toml": "600\n600\n",
		"/etc/k8splan/proxied -c \"" + throughProxy + "\"":                                     "through the proxy to said.example.com",
		`tr '\0' '\n' </proc/$(pidof containerd)/environ`:                                      escaped(),
	} {
		out, err := node.Exec(ctx, "sh", "-c", command)
		if err != nil || !strings.Contains(out, want) {
			return fmt.Errorf("%s says %q, and not %q: %w", command, out, want, err)
		}
	}
	return nil
}

// escaped returns the lab's login, escaped for a URL.
func escaped() string {
	user, password, _ := strings.Cut(lab.Login, ":")
	quote := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	return "http_proxy=http://" + quote(user) + ":" + quote(password) + "@10.77.0.1:3128"
}
