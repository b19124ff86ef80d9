package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Files of hosts that are compared between an edited cluster and one built from its last topology. What a host decides at its first start
// is not included: keys, tokens, and etcd's initial members.
const compared = `for f in /etc/kubernetes/manifests/*.yaml /etc/kubernetes/scheduler-config.yaml /etc/kubernetes/api-server/* \
  /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env /etc/etcd/etcd.env \
  /etc/systemd/system/etcd.service /etc/haproxy/haproxy.cfg \
  /etc/keepalived/keepalived.conf /etc/containerd/config.toml /etc/containerd/certs.d/*/hosts.toml /etc/systemd/system/containerd.service \
  /etc/systemd/system/kubelet.service /etc/systemd/system/*.service.d/50-k8splan-proxy.conf \
  /etc/static-routes.conf /etc/k8splan/plan.json; do
  [ -f "$f" ] || continue; printf '%s\n' "=== $f"; cat "$f"; done`

// Words of files that differ between a host that started a cluster and one that joined it, or between two clusters of one design.
var ownWords = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^ETCD_INITIAL_.*\n`),
	regexp.MustCompile(`(?m)^\s*- --initial-cluster(-state)?=.*\n`),
	// Nodes' shares of the pod range depend on the order in which they joined.
	regexp.MustCompile(`(?m)^10\.244\.\d+\.0/24 `),
	// Taints count at registration only, too; later ones are set on the existing node.
	regexp.MustCompile(`--register-with-taints=[^ "]* ?`),
	// A machine that joined again under another name keeps its host name.
	regexp.MustCompile(`--hostname-override=[^ "]* ?`),
	// kubeadm init copies external etcd's endpoints here, and does so again at each use of a record without the copy.
	regexp.MustCompile(`(?m)^\s+httpEndpoints:\n(\s+- .*\n)+`),
	// Labels that a kubelet may not set only count at registration; kubectl sets them on existing nodes.
	regexp.MustCompile(`example\.com/[a-z]+=[a-z]+,?`),
}

// state returns the running state: files of hosts, kubeadm's ConfigMaps, nodes, images, etcd members.
func (c *changing) state(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for _, n := range c.nodes {
		text, err := n.Exec(ctx, "sh", "-c", compared)
		if err != nil {
			return nil, err
		}
		for part := range strings.SplitSeq("\n"+text, "\n=== ") {
			name, content, _ := strings.Cut(part, "\n")
			if name != "" {
				out[n.Name+":"+name] = canonical(name, content)
			}
		}
	}
	for name, path := range map[string]string{
		"kubeadm-config": "ClusterConfiguration", "kubelet-config": "kubelet", "kube-proxy": `config\.conf`, "k8splan": "plan-digest",
		"k8splan-addons": "",
	} {
		args := []string{"-n", "kube-system", "get", "configmap", name, "--ignore-not-found", "-o", "jsonpath={.data." + path + "}"}
		if path == "" {
			args[len(args)-1] = "jsonpath={.data}"
		}
		text, err := c.kube(ctx, args...)
		if err != nil {
			return nil, err
		}
		out["configmap "+name] = canonical(name+".yaml", text)
	}
	for what, args := range map[string][]string{
		"nodes": {"get", "nodes", "-o", `jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} ` +
			`{.status.nodeInfo.containerRuntimeVersion} {.metadata.labels} {.spec.taints[*].key} {.spec.unschedulable}{"\n"}{end}`},
		"images": {"-n", "kube-system", "get", "daemonsets,deployments", "-o", `jsonpath={range .items[*]}{.metadata.name} ` +
			`{.spec.template.spec.containers[*].image}{"\n"}{end}`},
		"flannel": {"-n", "kube-flannel", "get", "configmap", "kube-flannel-cfg", "--ignore-not-found", "-o", "jsonpath={.data}"},
	} {
		text, err := c.kube(ctx, args...)
		if err != nil && !strings.Contains(err.Error(), "NotFound") {
			return nil, err
		}
		out[what] = text
	}
	return out, nil
}

// canonical returns a file without host-specific values, and YAML with sorted keys.
func canonical(name, content string) string {
	for _, own := range ownWords {
		content = own.ReplaceAllString(content, "")
	}
	if strings.HasSuffix(name, ".yaml") {
		var v any
		if yaml.Unmarshal([]byte(content), &v) == nil {
			if data, err := json.MarshalIndent(v, "", " "); err == nil {
				return string(data)
			}
		}
	}
	return content
}

// likeFresh rebuilds the last topology on empty hosts, and checks that the edited cluster was equal.
func (c *changing) likeFresh(ctx context.Context) error {
	if err := c.record(ctx); err != nil {
		return err
	}
	edited, err := c.state(ctx)
	if err != nil {
		return err
	}
	if err := c.remove(ctx); err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(c.tree), os.RemoveAll(c.sockets())); err != nil {
		return err
	}
	c.edited.Lock()
	c.nodes, c.gone = nil, nil
	c.edited.Unlock()
	if err := c.edit(ctx); err != nil {
		return err
	}
	c.t.phase("hosts again")
	if err := c.play(ctx, c.t, "site.yml"); err != nil {
		return err
	}
	if err := c.check(ctx); err != nil {
		return err
	}
	fresh, err := c.state(ctx)
	if err != nil {
		return err
	}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(union(edited, fresh))) {
		if edited[name] != fresh[name] {
			problems = append(problems, fmt.Sprintf("%s:\n%s", name, lineDiff(edited[name], fresh[name])))
		}
	}
	c.t.phase("compared with a fresh cluster")
	if len(problems) > 0 {
		all := strings.Join(problems, "\n")
		_ = os.WriteFile(filepath.Join(c.h.lab.Dir, "log", c.name+"-fresh.diff"), []byte(all), 0o644)
		return fmt.Errorf("the edited cluster is not what a fresh one is:\n%s", all[:min(len(all), 4000)])
	}
	return nil
}

func union(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// lineDiff lists the lines that only one of two texts has.
func lineDiff(edited, fresh string) string {
	var out []string
	a, b := strings.Split(edited, "\n"), strings.Split(fresh, "\n")
	for _, line := range a {
		if !slices.Contains(b, line) {
			out = append(out, "  edited: "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			out = append(out, "  fresh:  "+line)
		}
	}
	if len(out) == 0 {
		out = []string{"  the same lines in another order"}
	}
	return strings.Join(out[:min(len(out), 12)], "\n")
}
