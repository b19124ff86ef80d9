package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// userConfig is the path where site.yml writes a kubeconfig for the case.
func (c *cluster) userConfig() string { return filepath.Join(c.dir, "user", "prod.conf") }

// refusesKubeconfig checks that site.yml does not overwrite another cluster's kubeconfig, and stops before it changes anything.
func (c *cluster) refusesKubeconfig(ctx context.Context) error {
	const other = "apiVersion: v1\nkind: Config\nclusters: [{name: other, cluster: {server: https://other}}]\n"
	path := filepath.Join(c.dir, "other.conf")
	if err := os.WriteFile(path, []byte(other), 0o644); err != nil {
		return err
	}
	if exit, err := c.ansible(ctx, "kubeconfig-refused", "ansible-playbook", "site.yml", "-e", "kubeconfig="+path); exit != 2 {
		return fmt.Errorf("site.yml writes over the kubeconfig of another cluster: exit %d, %w", exit, err)
	}
	said, err := os.ReadFile(c.log("kubeconfig-refused", ".log"))
	if err != nil {
		return err
	}
	if want := "is not a kubeconfig of cluster"; !bytes.Contains(said, []byte(want)) {
		return fmt.Errorf("site.yml does not say that the file %s", want)
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != other {
		return fmt.Errorf("site.yml changed the kubeconfig of another cluster: %w", err)
	}
	return nil
}

// checkKubeconfig checks that site.yml wrote an administrator's kubeconfig, readable only by its owner and absent from all logs. This
// machine cannot resolve the endpoint's name: kubectl gets the address, and still verifies the name.
func (c *cluster) checkKubeconfig(ctx context.Context, label string) error {
	info, err := os.Stat(c.userConfig())
	if err != nil {
		return err
	}
	if info.Mode() != 0o600 {
		return fmt.Errorf("the kubeconfig has the mode %v", info.Mode())
	}
	text, err := os.ReadFile(c.userConfig())
	if err != nil {
		return err
	}
	var config struct {
		Current  string `json:"current-context"`
		Clusters []struct {
			Cluster struct{ Server string }
		}
		Users []struct {
			Name string
			User struct {
				Key string `json:"client-key-data"`
			}
		}
	}
	if err := yaml.Unmarshal(text, &config); err != nil || len(config.Users) != 1 || len(config.Clusters) != 1 {
		return fmt.Errorf("the kubeconfig holds %d clusters and %d users: %w", len(config.Clusters), len(config.Users), err)
	}
	log, err := os.ReadFile(c.log(label, ".log"))
	if err != nil {
		return err
	}
	if key := config.Users[0].User.Key; key == "" || bytes.Contains(log, []byte(key)) {
		return fmt.Errorf("the kubeconfig has no key, or Ansible's output shows it")
	}
	server := strings.TrimPrefix(config.Clusters[0].Cluster.Server, "https://")
	address, err := c.dialed(ctx, server)
	if err != nil {
		return err
	}
	host := server[:strings.LastIndex(server, ":")]
	defer func(kubectl []string) { c.kubectl = kubectl }(c.kubectl)
	c.kubectl = []string{
		c.h.lab.Bin("kubectl"), "--kubeconfig", c.userConfig(),
		"--server", "https://" + address, "--tls-server-name", strings.Trim(host, "[]"),
	}
	if out, err := c.kube(ctx, "auth", "can-i", "*", "*", "--all-namespaces"); err != nil || strings.TrimSpace(out) != "yes" {
		return fmt.Errorf("the kubeconfig is not an administrator's: %q, %w", out, err)
	}
	nodes, err := c.kube(ctx, "get", "nodes", "-o", "name")
	if err != nil || len(strings.Fields(nodes)) != len(c.groups["kubelet"]) {
		return fmt.Errorf("kubectl get nodes: %q, %w", nodes, err)
	}
	return nil
}
