package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"
)

// check verifies the basic functions of the cluster.
func (c *cluster) check(ctx context.Context) error {
	if err := c.fetchKubeconfig(ctx); err != nil {
		return err
	}
	for _, f := range []func(context.Context) error{c.checkNodes, c.checkEtcd, c.checkService} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

// checkNodes checks that every host of the group kubelet is a node, and all are Ready.
func (c *cluster) checkNodes(ctx context.Context) error {
	if _, err := c.kube(ctx, "wait", "node", "--all", "--for=condition=Ready", "--timeout=60s"); err != nil {
		return err
	}
	out, err := c.kube(ctx, "get", "nodes", "-o", "name")
	if err != nil {
		return err
	}
	var have []string
	for _, n := range strings.Fields(out) {
		have = append(have, strings.TrimPrefix(n, "node/"))
	}
	sort.Strings(have)
	if want := c.groups["kubelet"]; !slices.Equal(have, want) {
		return fmt.Errorf("the cluster's nodes are %v, the inventory's are %v", have, want)
	}
	return nil
}

// checkEtcd compares etcd's member list with the generated one, over the network and with the API server's certificate.
func (c *cluster) checkEtcd(ctx context.Context) error {
	etcd, err := c.etcdctl(ctx, c.members...)
	if err != nil {
		return err
	}
	want := map[string]member{}
	for _, m := range c.members {
		want[m.Name] = m
	}
	if _, err := etcd(ctx, "endpoint", "health"); err != nil {
		return err
	}
	out, err := etcd(ctx, "member", "list", "-w", "json")
	if err != nil {
		return err
	}
	var list struct {
		Members []struct {
			Name       string   `json:"name"`
			PeerURLs   []string `json:"peerURLs"`
			ClientURLs []string `json:"clientURLs"`
			IsLearner  bool     `json:"isLearner"`
		} `json:"members"`
	}
	if err := json.Unmarshal(out, &list); err != nil {
		return err
	}
	have := map[string]member{}
	for _, m := range list.Members {
		if m.IsLearner {
			return fmt.Errorf("etcd member %s is still a learner", m.Name)
		}
		have[m.Name] = member{Name: m.Name, PeerURL: strings.Join(m.PeerURLs, ","), ClientURL: strings.Join(m.ClientURLs, ",")}
	}
	if !maps.Equal(have, want) {
		return fmt.Errorf("etcd's members are %v, the generated ones are %v", have, want)
	}
	return nil
}

// etcdctl returns a client of the given members, with the API server's certificate.
func (c *cluster) etcdctl(ctx context.Context, members ...member) (func(context.Context, ...string) ([]byte, error), error) {
	boot := c.bootstrap()
	_, err := boot.Exec(ctx, "nft", "list", "table", "inet", "k8splan")
	guarded := err == nil // by the managed firewall: members only accept control planes
	env := os.Environ()
	for variable, path := range map[string]string{"ETCDCTL_CACERT": "etcd/ca.crt", "ETCDCTL_CERT": "apiserver-etcd-client.crt",
		"ETCDCTL_KEY": "apiserver-etcd-client.key"} {
		data, err := boot.Exec(ctx, "cat", "/etc/kubernetes/pki/"+path)
		if err != nil {
			return nil, err
		}
		name := filepath.Join(c.dir, filepath.Base(path))
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			return nil, err
		}
		env = append(env, variable+"="+name)
	}
	var endpoints []string
	for _, m := range members {
		endpoints = append(endpoints, m.ClientURL)
	}
	return func(ctx context.Context, args ...string) ([]byte, error) {
		argv := append([]string{c.h.lab.Bin("etcdctl")}, append(args, "--endpoints", strings.Join(endpoints, ","),
			"--command-timeout", "5s", "--dial-timeout", "2s")...)
		if guarded {
			argv = append([]string{"nsenter", "--net=" + boot.Network()}, argv...)
		}
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Env = env
		out, err := cmd.Output()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("etcdctl %s: %w: %s", strings.Join(args, " "), err, exit.Stderr)
		}
		return out, err
	}, nil
}

// replicas of the Deployment in workload.
const replicas = 2

// workload is a Deployment of replicas spread over the nodes, its Service, and a client pod.
const workload = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: %d
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway,
        labelSelector: {matchLabels: {app: web}}}]
      containers: [{name: web, image: %q, command: [probe, serve, ":8080"]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: probe}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: probe, image: %q, command: [sleep, "36000"]}]
`

// checkService checks that every pod of a Deployment, on any node, answers a client pod through a Service found by name.
func (c *cluster) checkService(ctx context.Context) error {
	if _, err := c.kubeInput(ctx, fmt.Sprintf(workload, replicas, c.nodes[0].ProbeImage(), c.nodes[0].ProbeImage()), "apply", "-f",
		"-"); err != nil {
		return err
	}
	if _, err := c.kube(ctx, "rollout", "status", "deploy/web", "--timeout=120s"); err != nil {
		return err
	}
	if _, err := c.kube(ctx, "wait", "pod/probe", "--for=condition=Ready", "--timeout=60s"); err != nil {
		return err
	}
	if err := c.answers(ctx, "http://web/", replicas); err != nil {
		return err
	}
	// after a restore, a kube-proxy may wait half a minute before it contacts the API again
	var out string
	if err := eventually(ctx, 60*time.Second, func() (err error) {
		out, err = c.kube(ctx, "exec", "probe", "--", "probe", "lookup", "kubernetes.default.svc")
		return err
	}); err != nil {
		return fmt.Errorf("cluster DNS: %w", err)
	}
	address, err := c.kube(ctx, "get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}")
	if err != nil {
		return err
	}
	if !strings.Contains(out, address) {
		return fmt.Errorf("cluster DNS answers %s for kubernetes.default.svc, not %s", strings.TrimSpace(out), address)
	}
	return nil
}

// answers checks that the given number of pods answer the client pod at one address.
func (c *cluster) answers(ctx context.Context, url string, pods int) error {
	answered := map[string]bool{}
	// kube-proxy programs a Service up to a second after its pods are ready
	if err := eventually(ctx, 60*time.Second, func() error {
		out, err := c.kube(ctx, "exec", "probe", "--", "probe", "get", url)
		if err != nil {
			return err
		}
		answered[strings.TrimSpace(out)] = true
		if len(answered) < pods {
			return fmt.Errorf("only %v answered", slices.Sorted(maps.Keys(answered)))
		}
		return nil
	}); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}

// eventually retries until there is no error, at most until the limit; then it returns the last error.
func eventually(ctx context.Context, limit time.Duration, try func() error) error {
	for end := time.Now().Add(limit); ; {
		err := try()
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// services lists the managed services of every host, with their main process and its start time.
func (c *cluster) services(ctx context.Context) (map[string]string, error) {
	running := map[string]string{}
	for _, n := range c.nodes {
		for _, s := range []string{"containerd", "crio", "docker", "cri-docker", "kubelet", "etcd", "haproxy", "keepalived"} {
			out, err := n.Exec(ctx, "systemctl", "show", s, "-p", "ActiveState,MainPID,ExecMainStartTimestampMonotonic")
			if err != nil {
				return nil, err
			}
			running[n.Name+"/"+s] = strings.Join(strings.Fields(out), " ")
		}
	}
	return running, nil
}

func (c *cluster) sameServices(ctx context.Context, before map[string]string) error {
	after, err := c.services(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if before[name] != after[name] {
			return fmt.Errorf("the second run touched a running service: %s was %s, is %s", name, before[name], after[name])
		}
	}
	return nil
}

// consent returns the variable that permits reset.yml.
func (c *cluster) consent() []string { return []string{"-e", "confirm=yes"} }

// clean checks that nothing of the cluster is left on its hosts.
func (c *cluster) clean(ctx context.Context) error {
	for _, n := range c.nodes {
		out, err := n.Exec(ctx, "sh", "-c", "pgrep -l 'kube|etcd|containerd-shim' || true; ls -A /etc/kubernetes/manifests "+
			"/etc/kubernetes/pki /var/lib/etcd /etc/cni/net.d 2>/dev/null || true; ls -d /var/lib/k8splan/firewall.* "+
			"/etc/systemd/system/k8splan-firewall.service 2>/dev/null || true; nft list tables | grep k8splan || true")
		if err != nil {
			return err
		}
		for line := range strings.Lines(out) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasSuffix(line, ":") {
				return fmt.Errorf("%s: reset.yml left %s behind", n.Name, line)
			}
		}
	}
	return nil
}
