package ansible

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/emit/hostfiles"
	"github.com/k8splan/k8splan/planner/firewall"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// Emit returns the files of ansible/. leaving lists hosts that are no longer in the design but may still be in the cluster.
func Emit(p *plan.Plan, leaving ...plan.Leaving) ([]artifact.File, error) {
	files, err := programs(trimmerFor(p, leaving))
	if err != nil {
		return nil, err
	}
	inventory, err := inventory(p, leaving)
	if err != nil {
		return nil, err
	}
	shared, err := shared(p)
	if err != nil {
		return nil, err
	}
	return append(files,
		artifact.File{Path: "ansible/inventory.yaml", Data: inventory},
		artifact.File{Path: "ansible/group_vars/all.yaml", Data: shared},
	), nil
}

// programs returns the files of templates/tree/ansible that the design can use.
func programs(t *trimmer) ([]artifact.File, error) {
	var files []artifact.File
	err := fs.WalkDir(templates.Files, "tree/ansible", func(path string, d fs.DirEntry, err error) error {
		below := strings.TrimPrefix(path, "tree/ansible/")
		if err != nil || d.IsDir() || t.leftOut(below) {
			return err
		}
		data, err := fs.ReadFile(templates.Files, path)
		files = append(files, artifact.File{Path: "ansible/" + below, Data: []byte(t.program(below, string(data)))})
		return err
	})
	return files, err
}

const inventoryComment = `# yamllint disable rule:line-length
# Written by k8splan. The address and the own settings of each host. Shared settings are in group_vars/all.yaml.
#
#   ansible_host      where Ansible connects
#   node_ip           the address that the cluster knows; secondary_ip is the one of the other family
#   endpoint_address  where the endpoint's name leads on this host, if not where it does on the others
#   node_object       labels, annotations, and taints of the node, as JSON
#   roles_before      what a host of the group leaving was; remove-host.yml takes it out of the cluster, and generate --removed out of here
#   firewall_group    the directory of firewall/ whose rules the host applies
#   cpus, memory      what the topology says that the host has; memory in bytes
`

// inventory lists the hosts in the plan's order, and the groups in alphabetical order.
func inventory(p *plan.Plan, leaving []plan.Leaving) ([]byte, error) {
	hosts := make(mapping, 0, len(p.Nodes)+len(leaving))
	lets := firewallGroups(p)
	groups := map[string]mapping{}
	join := func(group string, n *plan.Node) { groups[group] = append(groups[group], entry{n.Name, nil}) }
	for _, n := range p.Nodes {
		vars, err := hostVars(n)
		if err != nil {
			return nil, err
		}
		if of := lets[n.Name]; of != "" {
			vars = append(vars, entry{"firewall_group", of})
		}
		if p.LoadBalancer.Kind == plan.LocalBalancer && n.Roles.Has(plan.ControlPlane) {
			vars = append(vars, entry{"endpoint_address", address(n.Address)})
		}
		hosts = append(hosts, entry{n.Name, vars})
		if n.Bootstrap {
			join("bootstrap", n)
		}
		switch {
		case n.Roles.Has(plan.ControlPlane):
			join("control_plane", n)
		case n.Roles.Has(plan.Worker):
			join("workers", n)
		case n.Roles == 0:
			join("others", n)
		}
		for _, name := range n.Groups {
			join(name, n)
		}
		if n.Roles.Has(plan.EtcdRole) && p.Etcd.IsExternal() {
			join("etcd", n)
		}
		if n.Roles.Has(plan.Balancer) {
			join("load_balancer", n)
		}
	}
	for _, n := range p.Proxied() {
		join("local_balancer", n)
	}
	for _, l := range leaving {
		hosts = append(hosts, entry{l.Name, mapping{
			{"ansible_host", cmp.Or(l.SSHAddress, l.Address)}, {"node_ip", l.Address}, {"arch", l.Arch}, {"roles_before", l.Roles},
		}})
		groups["leaving"] = append(groups["leaving"], entry{l.Name, nil})
	}
	group := func(name string) entry { return entry{name, mapping{{"hosts", groups[name]}}} }
	children := mapping{
		group("bootstrap"),
		{"control_plane", mapping{{"hosts", groups["control_plane"]}, {"children", mapping{{"bootstrap", nil}}}}},
		group("etcd"),
		{"kubelet", mapping{{"children", mapping{{"control_plane", nil}, {"workers", nil}}}}},
		group("leaving"),
		group("load_balancer"),
		group("local_balancer"),
		group("others"),
		group("workers"),
	}
	for _, name := range p.Groups() {
		children = append(children, group(name))
	}
	return document(inventoryComment, mapping{{"all", mapping{
		{"vars", connection(&p.SSH)},
		{"hosts", hosts},
		{"children", children},
	}}}), nil
}

// firewallGroups returns the directories of firewall/ that hosts apply, by host name; empty if we do not manage their firewalls.
func firewallGroups(p *plan.Plan) map[string]string {
	lets := map[string]string{}
	if !p.Hosts.Firewall {
		return lets
	}
	for _, f := range firewall.Of(p) {
		for _, name := range f.Hosts {
			lets[name] = f.Directory()
		}
	}
	return lets
}

func hostVars(n *plan.Node) (mapping, error) {
	vars := mapping{{"ansible_host", n.SSHAddress}, {"node_ip", address(n.Address)}}
	if n.SecondaryAddress.IsValid() {
		vars = append(vars, entry{"secondary_ip", address(n.SecondaryAddress)})
	}
	vars = append(vars, ownConnection(n)...)
	vars = append(vars, entry{"arch", n.Arch})
	if n.CPUs != 0 {
		vars = append(vars, entry{"cpus", n.CPUs})
	}
	if n.MemoryBytes != 0 {
		vars = append(vars, entry{"memory", int(n.MemoryBytes)})
	}
	if !n.Roles.Has(plan.ControlPlane) && !n.Roles.Has(plan.Worker) {
		return vars, nil
	}
	of := nodeObject{Annotations: n.Annotations}
	for _, labels := range []map[string]string{components.KubeletLabels(n), components.APILabels(n)} {
		for key, value := range labels {
			if of.Labels == nil {
				of.Labels = map[string]string{}
			}
			of.Labels[key] = value
		}
	}
	for _, t := range n.EffectiveTaints() {
		of.Taints = append(of.Taints, taint{t.Key, t.Value, t.Effect})
	}
	data, err := json.Marshal(of)
	if err != nil {
		return nil, fmt.Errorf("labels of %s: %w", n.Name, err)
	}
	return append(vars, entry{"node_object", string(data)}), nil
}

// nodeObject holds what the topology sets on a Node of the API.
type nodeObject struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Taints      []taint           `json:"taints,omitempty"`
}

type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

// ownConnection returns a host's connection settings where they differ from the others'.
func ownConnection(n *plan.Node) mapping {
	vars := mapping{}
	if n.SSH.Local {
		vars = append(vars, entry{"ansible_connection", "local"})
	}
	if n.SSH.User != "" {
		vars = append(vars, entry{"ansible_user", n.SSH.User})
	}
	if n.SSH.Port != 0 {
		vars = append(vars, entry{"ansible_port", n.SSH.Port})
	}
	if n.SSH.PrivateKeyFile != "" {
		vars = append(vars, entry{"ansible_ssh_private_key_file", n.SSH.PrivateKeyFile})
	}
	return vars
}

// connection returns the connection settings that all hosts share.
func connection(s *plan.SSH) mapping {
	vars := mapping{}
	if s.User != "" {
		vars = append(vars, entry{"ansible_user", s.User})
	}
	if s.Port != 0 && s.Port != 22 {
		vars = append(vars, entry{"ansible_port", s.Port})
	}
	if s.PrivateKeyFile != "" {
		vars = append(vars, entry{"ansible_ssh_private_key_file", s.PrivateKeyFile})
	}
	if s.JumpHost != "" {
		// A bastion drops connections at random while many are about to log in (sshd's MaxStartups, 10 by default), and all hosts connect
		// at once. Without a bastion, retries gain nothing: each would cost another timeout on a host that is off. Ansible strips the
		// quotes from a value that begins and ends with one, so the value begins with the option.
		vars = append(vars, entry{"ansible_ssh_common_args", "-o " + shellWord("ProxyCommand="+hostfiles.ThroughJump(s))},
			entry{"ansible_ssh_retries", 6})
	}
	return vars
}

// shellWord quotes a word for Python's shlex, which splits ansible_ssh_common_args.
func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'" }

func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

const sharedComment = `# yamllint disable rule:line-length
# Written by k8splan. What the roles need to know of this cluster, as data.
`

// shared returns the variables that all hosts have in common.
func shared(p *plan.Plan) ([]byte, error) {
	files, err := runtimeFiles(p)
	if err != nil {
		return nil, err
	}
	endpoint, _ := p.HostsEntry()
	sandbox, _ := p.Image("pause")
	return document(sharedComment, mapping{
		{"cluster", mapping{
			{"name", p.Cluster.Name},
			{"kubernetes_version", p.Cluster.Version.String()},
			{"kubernetes_minor", p.Cluster.Version.MinorString()},
			{"endpoint", p.Cluster.Endpoint.String()},
			{"endpoint_name", endpoint.Name}, // "" if /etc/hosts needs no line
			{"endpoint_address", address(endpoint.Address)},
			{"api_server_port", p.Cluster.APIServerPort},
			{"swap_allowed", !p.Cluster.Kubelet.FailSwapOn},
			{"approve_kubelets", p.Cluster.Kubelet.ServerTLSBootstrap},
			{"cloud_provider", p.CloudProvider},
			{"provider_ids", p.ProviderIDs()},
			{"scheduler_profiles", len(p.Cluster.SchedulerProfiles) > 0},
			{"host_files", hostFiles(p)},
			{"patches", patches(p)},
			{"audit_log_dir", auditLogDir(p)},
			{"encryption", encryption(p)},
			{"images", controlPlaneImages(p)},
		}},
		{"kernel", kernel(p)},
		{"network", mapping{
			{"dns_domain", p.Network.DNSDomain},
			{"cluster_dns", address(clusterDNS(p))},
			{"ipv6", p.Network.IPv6()},
			{"pod_subnets", plan.Texts(p.Network.PodSubnets)},
			{"kube_proxy_mode", p.Network.KubeProxy.Mode},
			{"cni", mapping{
				{"name", p.Network.CNI.Name},
				{"version", p.Network.CNI.Version},
				{"encapsulation", p.Network.CNI.Encapsulation},
				{"manifests", manifests(p)},
				{"applied", len(p.Network.CNI.Manifests) > 0}, // among the early addons
				{"operator_image", operatorImage(p)},
			}},
		}},
		{"runtime", mapping{
			{"name", p.Runtime.Name},
			{"version", p.Runtime.Version},
			{"socket", p.Runtime.Socket},
			{"cgroup_driver", p.Cluster.Kubelet.CgroupDriver},
			{"sandbox_image", sandbox.Ref},
			{"credentials", credentials(p)},
			{"files", files},
		}},
		{"etcd", mapping{
			{"placement", string(p.Etcd.Placement)},
			{"data_dir", p.Etcd.DataDir},
			{"version", p.Etcd.Version},
			{"on_the_way", p.EtcdOnTheWay()}, // version for stacked members before an upgrade
			{"others", p.Etcd.Foreign()},
		}},
		{"load_balancer", mapping{
			{"kind", p.LoadBalancer.Kind},
			{"virtual_ip", address(p.LoadBalancer.VirtualIP)},
		}},
		{"artifacts", mapping{
			{"source", p.Artifacts.Origin},
			{"repositories", repositories(p)},
			{"proxy", proxy(p.Network.HTTPProxy)},
			{"proxy_credentials", proxyCredentials(p.Network.HTTPProxy)},
			{"downloads", downloads(p)},
		}},
		{"addons", addons(p)},
		{"local_files", localFiles(p)},
		{"time_servers", append([]string{}, p.Time.Servers...)},
		{"firewall", mapping{{"managed", p.Hosts.Firewall}}},
		{"selinux", mapping{{"mode", p.Hosts.SELinux}, {"labels", labels(p)}}},
		{"preflight", preflight(p)},
		{"promises", promises(p)},
	}), nil
}

// patches returns kubeadm's patches as sha256sum lines, each ending with the file name.
func patches(p *plan.Plan) []string {
	sums := []string{}
	for _, f := range p.Cluster.Patches {
		sums = append(sums, f.Sum())
	}
	return sums
}

// hostFiles returns what API servers read in addition to kubeadm's files, and the host directory that holds it.
func hostFiles(p *plan.Plan) mapping {
	names := []string{}
	for _, f := range p.HostFiles() {
		names = append(names, f.Name)
	}
	return mapping{{"path", p.HostFilesPath()}, {"names", names}}
}

// labels returns the directories of each host group that pods use where SELinux enforces.
func labels(p *plan.Plan) []mapping {
	out := []mapping{}
	for _, l := range p.Labels() {
		out = append(out, mapping{{"on", groups[l.On]}, {"path", l.Path}, {"type", plan.ContainerFile}})
	}
	return out
}

// credentials returns the registry credentials that nodes get; none without a source.
func credentials(p *plan.Plan) mapping {
	r := &p.Runtime
	if r.Credentials == "" {
		return mapping{{"src", ""}, {"dest", ""}}
	}
	return mapping{{"src", r.Credentials}, {"dest", r.CredentialsPath()}}
}

// localFiles returns files next to Ansible that a group's hosts get, with mode 0600.
func localFiles(p *plan.Plan) []mapping {
	var out []mapping
	for _, f := range p.LocalFiles() {
		if f.On != plan.ControlPlanePeers {
			continue // The roles runtime and host install credentials, because programs may have to restart.
		}
		out = append(out, mapping{{"on", groups[f.On]}, {"argument", f.Attr}, {"src", f.From}, {"dest", f.Dest}})
	}
	return out
}

func auditLogDir(p *plan.Plan) string {
	if p.Cluster.Audit == nil {
		return ""
	}
	return p.Cluster.Audit.LogDir
}

// encryption returns the provider whose key is created on the first control plane; without a provider, no key is created.
func encryption(p *plan.Plan) mapping {
	if !p.EncryptionKey() {
		return mapping{{"provider", ""}, {"resources", []string{}}}
	}
	return mapping{{"provider", p.Cluster.Encryption.Provider}, {"resources", p.Cluster.Encryption.Resources}}
}

// addons returns what the role addons copies to the control plane (files) and applies (early ones before the other nodes join). Images are
// listed only if they come from somewhere other than the manifests say.
func addons(p *plan.Plan) mapping {
	var files, charts []mapping
	stages := map[bool][]mapping{}
	for _, a := range p.Addons {
		var manifests, images []mapping
		if c := a.Chart; c != nil {
			dest := a.Name + "/" + plan.ChartFile
			charts = append(charts, mapping{{"addon", a.Name}, {"chart", c.Name}, {"repository", c.Repository}, {"version", c.Version},
				{"digest", c.Digest}, {"namespace", c.Namespace}, {"values", a.ValuesPath()}, {"dest", dest}, {"early", a.Early}})
			manifests = append(manifests, mapping{{"file", dest}, {"url", ""}, {"checksum", ""}})
		}
		for i, m := range a.Manifests {
			dest := fmt.Sprintf("%s/%02d-%s", a.Name, i, m.Base())
			switch {
			case m.Tree != "":
				files = append(files, mapping{{"dest", dest}, {"tree", m.Tree}, {"local", ""}})
			case m.Local != "":
				files = append(files, mapping{{"dest", dest}, {"tree", ""}, {"local", m.Local}})
			}
			manifests = append(manifests, mapping{{"file", dest}, {"url", m.URL}, {"checksum", m.Checksum}})
		}
		for _, source := range a.Images {
			if ref := p.Artifacts.ImageRef(source); ref != source {
				images = append(images, mapping{{"source", source}, {"ref", ref}})
			}
		}
		stages[a.Early] = append(stages[a.Early], mapping{{"name", a.Name}, {"manifests", manifests}, {"images", images}})
	}
	return mapping{{"files", files}, {"charts", charts}, {"early", stages[true]}, {"late", stages[false]}}
}

// clusterDNS is the address of the cluster's DNS Service: the tenth of the first service range.
// Source: k8s.io/kubernetes cmd/kubeadm/app/constants/constants.go, GetDNSIP
func clusterDNS(p *plan.Plan) netip.Addr {
	if len(p.Network.ServiceSubnets) == 0 {
		return netip.Addr{}
	}
	return plan.NthAddress(p.Network.ServiceSubnets[0], 10)
}

// controlPlaneImages returns the images that a joining control plane needs. It pulls them while the first control plane starts.
func controlPlaneImages(p *plan.Plan) []string {
	var refs []string
	for _, i := range p.SystemImages() {
		switch i.Name {
		case "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "etcd", "pause", "kube-vip":
			refs = append(refs, i.Ref)
		}
	}
	return refs
}

// proxy returns the proxy environment for every program that downloads something.
func proxy(h *plan.HTTPProxy) mapping {
	var env mapping
	for _, v := range hostfiles.Proxy(h) {
		env = append(env, entry{v.Name, v.Value})
	}
	return env
}

// proxyCredentials returns the local file with the proxy's credentials; "" if the proxy needs none.
func proxyCredentials(h *plan.HTTPProxy) string {
	if h == nil {
		return ""
	}
	return h.Credentials
}

func downloads(p *plan.Plan) []mapping {
	var out []mapping
	for _, d := range p.Downloads() {
		out = append(out, mapping{{"name", d.Name}, {"arch", d.Arch}, {"url", d.URL}, {"path", d.Path}, {"checksum", d.Checksum},
			{"archive", d.Archive}})
	}
	return out
}

// manifests returns what kubectl applies for the pod network, in order: files of the tree, and upstream manifests that the control plane
// fetches. Server-side apply is used where a manifest exceeds the size limit of kubectl's annotation.
func manifests(p *plan.Plan) []mapping {
	own := func(path string) mapping {
		return mapping{{"path", path}, {"url", ""}, {"checksum", ""}, {"server_side", false}}
	}
	c := p.Network.CNI
	switch c.Name {
	case plan.Flannel:
		return []mapping{own("cni/kube-flannel.yaml")}
	case plan.Calico:
		var out []mapping
		for _, m := range p.NetworkManifests() {
			out = append(out, mapping{{"path", c.Version + "-" + m.Base()}, {"url", m.URL}, {"checksum", m.Checksum}, {"server_side",
				true}})
		}
		if p.Network.KubeProxy.Mode == plan.ProxyNone {
			out = append(out, own("cni/calico/kubernetes-services-endpoint.yaml"))
		}
		out = append(out, own("cni/calico/installation.yaml"))
		if c.Encapsulation == "bgp" && c.BGPAS != 0 {
			out = append(out, own("cni/calico/bgp.yaml"))
		}
		return out
	}
	return nil
}

// operatorImage returns the operator image that upstream's manifest names, and where the cluster pulls it from; empty if they are equal.
func operatorImage(p *plan.Plan) mapping {
	const source = "quay.io/tigera/operator"
	if ref := p.Artifacts.ImageRef(source + ":v0"); p.Network.CNI.Name == plan.Calico && ref != source+":v0" {
		return mapping{{"source", source}, {"ref", strings.TrimSuffix(ref, ":v0")}}
	}
	return mapping{{"source", ""}, {"ref", ""}}
}

// runtimeFiles returns the files that the container runtime reads.
func runtimeFiles(p *plan.Plan) ([]mapping, error) {
	files, err := hostfiles.Runtime(p)
	return fileMappings(files), err
}

// repositories returns the package sources by name. For sources that differ by distribution, the role adds the host's own values.
func repositories(p *plan.Plan) mapping {
	var out mapping
	for _, r := range hostfiles.Repositories(p) {
		if r.ByDistribution {
			out = append(out, entry{r.Name, mapping{{"site", r.Deb}}})
			continue
		}
		out = append(out, entry{r.Name, mapping{{"deb", r.Deb}, {"deb_key", r.DebKey}, {"rpm", r.RPM}, {"rpm_key", r.RPMKey}}})
	}
	return out
}

// kernel returns the modules that hosts with a kubelet load, the settings that they apply, and the files that hold both.
func kernel(p *plan.Plan) mapping {
	settings := mapping{}
	for _, s := range hostfiles.KernelSettings(p) {
		settings = append(settings, entry{s.Name, s.Value})
	}
	network := hostfiles.NetworkManager()
	return mapping{{"modules", hostfiles.Modules(p)}, {"settings", settings}, {"files", fileMappings(hostfiles.Kernel(p))},
		{"network_manager", mapping{{"dest", network.Dest}, {"content", network.Content}}}}
}

func fileMappings(files []hostfiles.File) []mapping {
	var out []mapping
	for _, f := range files {
		out = append(out, mapping{{"dest", f.Dest}, {"content", f.Content}})
	}
	return out
}
