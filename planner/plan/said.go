package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/spelling"
)

// Setting is a cluster setting other than hosts, ranges, and versions, for display.
type Setting struct{ Name, Text string }

// mostHosts is how many hosts a setting names at most.
const mostHosts = 4

// Words names the roles of a host.
func (s Roles) Words() string {
	if s == 0 {
		return "beside the cluster"
	}
	return strings.Join(s.Strings(), ", ")
}

// Settings lists what the topology sets and the target carries out, in the order of the language. Defaults are not listed.
func (p *Plan) Settings() []Setting {
	var out []Setting
	add := func(argument, name string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		if len(parts) > 0 && !p.Target.Facts.Leaves(argument) {
			out = append(out, Setting{name, strings.Join(parts, "; ")})
		}
	}
	c := &p.Cluster
	var files, patches []string
	for _, f := range c.APIServer.Files {
		files = append(files, f.Name)
	}
	for _, f := range c.Patches {
		patches = append(patches, f.Name)
	}
	if len(files) > 0 {
		add("cluster.api_server.host_file", "API server reads", strings.Join(files, ", ")+" in "+HostFilesDir)
	}
	for _, v := range c.APIServer.Volumes {
		mode := ""
		if v.ReadOnly {
			mode = ", read-only"
		}
		add("cluster.api_server.extra_volume", "API server sees", v.HostPath+" as "+v.MountPath+mode)
	}
	add("cluster.kubeadm_patch", "Patches of kubeadm", strings.Join(patches, ", "))
	if a := c.Audit; a != nil {
		add("cluster.audit", "Audit log", fmt.Sprintf("%s/audit.log, %s of %d MB for %s", a.LogDir,
			spelling.Quantity(a.MaxBackups, "file", "files"), a.MaxSize, spelling.Quantity(a.MaxAge, "day", "days")))
	}
	if e := c.Encryption; e != nil {
		add("cluster.encryption_at_rest", "Encrypted in etcd", strings.Join(e.Resources, ", ")+" by "+e.Provider)
	}
	d := &p.Network.DNS
	replicas, cache := "", ""
	if d.Replicas > 0 {
		replicas = spelling.Quantity(d.Replicas, "replica", "replicas")
	}
	if d.NodeLocalCache {
		cache = "a cache on every node at " + NodeCacheAddress
	}
	var upstream []string
	for _, e := range d.Upstream {
		upstream = append(upstream, e.String())
	}
	add("network.dns.upstream", "DNS asks", strings.Join(upstream, ", "))
	add("network.dns.replicas", "CoreDNS", replicas)
	add("network.dns.node_local_cache", "DNS cache", cache)
	if h := p.Network.HTTPProxy; h != nil {
		add("network.http_proxy.credentials_file", "Proxy's login from", h.Credentials)
	}
	add("container_runtime.credentials_file", "Registries' logins from", p.Runtime.Credentials)
	add("artifacts.images.dns", "CoreDNS from", p.Artifacts.DNSRepository)
	add("artifacts.images.etcd", "etcd's image from", p.Artifacts.EtcdRepository)
	add("time", "Clocks follow", strings.Join(p.Time.Servers, ", "))
	if slices.ContainsFunc([]string{"user", "port", "private_key_file", "jump_host"}, p.SSH.Has) {
		add("ssh", "Ansible logs in", p.login(p.SSH))
	}
	var ways []string
	hosts := map[string][]string{}
	for _, n := range p.Nodes {
		how := p.login(p.SSHOf(n))
		if n.SSH.Local {
			how = "runs there"
		}
		if how == p.login(p.SSH) {
			continue
		}
		if hosts[how] == nil {
			ways = append(ways, how)
		}
		hosts[how] = append(hosts[how], n.Name)
	}
	for _, how := range ways {
		add("node.ssh", "Ansible, on "+spelling.Few(hosts[how], mostHosts), how)
	}
	for _, group := range p.Groups() {
		var names []string
		for _, n := range p.Nodes {
			if slices.Contains(n.Groups, group) {
				names = append(names, n.Name)
			}
		}
		add("node.groups", "Group "+group, spelling.Few(names, mostHosts))
	}
	return out
}

// login is how Ansible logs in; "" if nothing is set.
func (p *Plan) login(s SSH) string {
	var parts []string
	if s.User != "" {
		parts = append(parts, "as "+s.User)
	}
	if s.Port != 0 && s.Port != 22 {
		parts = append(parts, "at port "+strconv.Itoa(s.Port))
	}
	if s.PrivateKeyFile != "" {
		parts = append(parts, "with "+s.PrivateKeyFile)
	}
	if s.JumpHost != "" {
		parts = append(parts, "through "+s.JumpHost)
	}
	return strings.Join(parts, " ")
}
