package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
)

const (
	firstAddress  = "load_balancer \"haproxy\" {\n  virtual_ip = \"10.77.0.10\"\n}"
	secondAddress = "load_balancer \"haproxy\" {\n  virtual_ip = \"10.77.0.19\"\n}"
	heldByPods    = "load_balancer \"kube-vip\" {\n  virtual_ip = \"10.77.0.10\"\n}"
	movedByPods   = "load_balancer \"kube-vip\" {\n  virtual_ip = \"10.77.0.19\"\n}"
	balancerHosts = "\nnode \"lb-1\" {\n  roles   = [\"load-balancer\"]\n  address = \"10.77.0.11\"\n}\n" +
		"\nnode \"lb-2\" {\n  roles   = [\"load-balancer\"]\n  address = \"10.77.0.12\"\n}\n"
)

// sharedAddress returns the topology of stacked control planes behind two balancers with a virtual IP.
func sharedAddress(source string) string {
	return strings.NewReplacer("load_balancer \"haproxy\" {}", firstAddress,
		"node \"lb-1\" {\n  roles   = [\"load-balancer\"]\n  address = "+
			"\"10.77.0.11\"\n}\n", strings.TrimPrefix(balancerHosts, "\n")).Replace(source)
}

// walkEndpoints changes the balancers' virtual router ID, and moves clients to another virtual IP and port of the balancers, to kube-vip on
// the control planes, to another address of kube-vip, and back to balancers, which take over that address.
func walkEndpoints(ctx context.Context, c *changing) error {
	otherRouter := strings.Replace(firstAddress, "\n}", "\n  virtual_router_id = 77\n}", 1)
	if err := walkSteps(ctx, c,
		step{what: "another virtual router ID", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
			pairs: []string{firstAddress, otherRouter}, also: dialsOnly("10.77.0.10:6443", "")},
		step{what: "the virtual router ID as before", playbook: "reconfigure.yml", trouble: &trouble{host: "lb-1"},
			pairs: []string{otherRouter, firstAddress}, also: dialsOnly("10.77.0.10:6443", "")},
		step{what: "another virtual address", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
			pairs: []string{firstAddress, secondAddress}, also: dialsOnly("10.77.0.19:6443", "10.77.0.10")},
		step{what: "another port", playbook: "reconfigure.yml",
			pairs: []string{secondAddress, strings.Replace(secondAddress, "\n}", "\n  port       = 7443\n}", 1)},
			also:  dialsOnly("10.77.0.19:7443", "")},
		step{what: "kube-vip with an address of its own", playbook: "reconfigure.yml",
			pairs: []string{strings.Replace(secondAddress, "\n}", "\n  port       = 7443\n}", 1), heldByPods, balancerHosts, ""},
			also:  dialsOnly("10.77.0.10:6443", "")},
	); err != nil {
		return err
	}
	for _, name := range []string{"lb-1", "lb-2"} {
		if err := c.leaves(ctx, name); err != nil {
			return err
		}
	}
	return walkSteps(ctx, c,
		step{what: "another address of kube-vip", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
			pairs: []string{heldByPods, movedByPods}, also: dialsOnly("10.77.0.19:6443", "10.77.0.10")},
		step{what: "balancers with the address that kube-vip held", playbook: "reconfigure.yml",
			pairs: []string{movedByPods, secondAddress, "\nnode_pool \"cp\"", balancerHosts + "\nnode_pool \"cp\""},
			also:  dialsOnly("10.77.0.19:6443", "")},
	)
}

// dialsOnly checks that every kubeconfig of every node uses the endpoint, or the node's own API server, and that no host holds the released
// address.
func dialsOnly(endpoint, released string) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		for _, n := range c.nodes {
			out, err := n.Exec(ctx, "sh", "-c", "grep -hs server: /etc/kubernetes/kubelet.conf /etc/kubernetes/admin.conf; ip -o addr; "+
				"ls /etc/kubernetes/*before* 2>/dev/null || true")
			if err != nil {
				return err
			}
			for line := range strings.Lines(out) {
				_, server, named := strings.Cut(strings.TrimSpace(line), "server: https://")
				if named && server != endpoint && server != n.Address+":6443" {
					return fmt.Errorf("%s dials %s, and not %s", n.Name, server, endpoint)
				}
				if released != "" && strings.Contains(line, " "+released+"/") || strings.Contains(line, "before") {
					return fmt.Errorf("%s still has %s", n.Name, line)
				}
			}
		}
		return nil
	}
}

const (
	ownProxies  = "load_balancer \"local\" {}"
	sharedByPod = "load_balancer \"kube-vip\" {\n  virtual_ip = \"10.77.0.10\"\n}"
	oneBalancer = "load_balancer \"haproxy\" {}"
	itsHost     = "\nnode \"lb-1\" {\n  roles   = [\"load-balancer\"]\n  address = \"10.77.0.21\"\n}\n"
)

// walkProxies moves nodes from local proxies to a virtual IP, to a balancer, and back.
func walkProxies(ctx context.Context, c *changing) error {
	if err := walkSteps(ctx, c,
		step{what: "kube-vip in the place of the nodes' proxies", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
			pairs: []string{ownProxies, sharedByPod}, also: leadsTo("10.77.0.10", "10.77.0.10")},
		step{what: "proxies of the nodes in the place of kube-vip", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
			pairs: []string{sharedByPod, ownProxies}, also: leadsTo("", "127.0.0.1")},
		step{what: "a balancer in the place of the nodes' proxies", playbook: "reconfigure.yml",
			pairs: []string{ownProxies, oneBalancer, "\nnode_pool \"cp\"", itsHost + "\nnode_pool \"cp\""},
			also:  leadsTo("10.77.0.21", "10.77.0.21")},
		step{what: "proxies of the nodes in the place of a balancer", playbook: "reconfigure.yml",
			pairs: []string{oneBalancer, ownProxies, itsHost, ""}, also: leadsTo("", "127.0.0.1")},
	); err != nil {
		return err
	}
	return c.leaves(ctx, "lb-1")
}

// leadsTo checks that the endpoint's name resolves to one address on control planes and one on workers, "" for the host's own, and that
// workers have a proxy only if that is 127.0.0.1.
func leadsTo(controlPlane, worker string) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error {
		for _, host := range c.groups["kubelet"] {
			want := worker
			if strings.HasPrefix(host, "cp-") {
				want = cmp.Or(controlPlane, c.node(host).Address)
			}
			if err := c.leads(ctx, host, "api.local.example.com", want); err != nil {
				return fmt.Errorf("%s: %w", host, err)
			}
			out, err := c.node(host).Exec(ctx, "sh", "-c", "systemctl is-active haproxy; true")
			if proxied := strings.HasPrefix(out, "active"); err != nil || proxied != (want == "127.0.0.1") {
				return fmt.Errorf("%s: a proxy runs: %v: %w", host, proxied, err)
			}
		}
		return nil
	}
}
