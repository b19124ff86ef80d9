package readme

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/emit/hostfiles"
	"github.com/k8splan/k8splan/planner/firewall"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/report"
	"github.com/k8splan/k8splan/topologies"
)

// book is the data of RUNBOOK.md.tmpl.
type book struct {
	Name       string
	Vagrant    bool
	Bastion    bool // Terraform creates one in the clouds in which it creates a balancer, and only it reaches the machines
	Calico     bool
	Cilium     bool
	OwnServer  string // URL of a control plane's own API server
	Sensitive  bool   // the tree holds values of sensitive variables
	Bootstrap  *plan.Node
	Make       string // the command that creates the machines; "" if they exist
	SSHOptions string // shell words, with a trailing blank; "" for none
	SSHUser    string // "ubuntu@"; "" for ssh's default
	OwnSSH     string // cases for hosts with other connection settings; "" if there are none
	HostsEntry *plan.HostsEntry

	KubeletNames, EtcdNames, BalancerNames                      string // for sentences
	OtherControlPlanes, DedicatedWorkers                        string // the same; "" for none
	MemberWords, OtherControlPlaneWords                         string // for `for` loops
	FirstMember                                                 string
	MemberCount                                                 int
	Hosts, KubeletCount                                         string
	AllInOne                                                    bool
	EtcdOnTheWay                                                string // see plan.EtcdOnTheWay
	Minor, Version, Socket, CgroupDriver, DataDir               string
	Endpoint, EndpointHost, ServerURL                           string
	VIP                                                         string
	Proxy                                                       []string // NAME=value as a shell reads them
	ProxyLogin                                                  string   // a shell word on this computer
	External, HAProxy, KubeVIP, Local, ExternalBalancer         bool
	Stacked, Foreign                                            bool   // etcd runs on the control planes, or is operated by others
	Credentials, CredentialsPath                                string // a shell word on this computer, and the path on the nodes
	TimeServers                                                 string // shell words
	Firewalls                                                   []firewallOf
	Labels                                                      string // shell words: directories that pods use where SELinux enforces
	Containerd                                                  bool
	KubeletWords                                                string
	ControlPlaneWords                                           string
	EtcdFiles                                                   []localFile
	FailSwapOn, IPv6, Packages, SharedKernel                    bool
	Modules, KernelSettings, NetworkManager                     string // shell words, and the contents of files
	NodeDownloads, EtcdDownloads                                []downloads
	RuntimePackages, RuntimeFiles, RuntimeService, KubeletFiles string
	KubernetesDeb, KubernetesRPM                                string // commands that name the repository
	CNISteps, CNIStepsLast, APILabels, CertificateValidity      string
	EarlyAddons, Addons                                         string // commands; "" for none
	CloudAddon, NetworkAddon                                    bool   // whether the early addons include them
	HostFiles, AuditLogDir, Encryption, EncryptionProvider      string
	ApproveKubelets, SchedulerProfiles, Patches, KubeletPatches bool
	Waits                                                       waits
	Loopback                                                    string // where etcd members listen on their own host
	ClusterWord, Authorities                                    string // shell words
	DataDirWord                                                 string // etcd's directory in the spelling of kubeadm's checks
}

// localFile is a file on this computer that a host gets; both fields are shell words.
type localFile struct{ From, Dest string }

// homeWord quotes a path for the shell, which still expands its ~ to the home directory.
func homeWord(s string) string {
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		return "~/" + shell(rest)
	}
	return shell(s)
}

// downloads holds the commands with which hosts of one architecture fetch and unpack files.
type downloads struct{ Arch, Commands string }

// firewallOf is a directory of firewall rules and the names of the hosts that apply it.
type firewallOf struct{ Directory, Names string }

// firewallsOf returns the rules of all hosts if we manage the firewalls.
func firewallsOf(p *plan.Plan) []firewallOf {
	var all []firewallOf
	if !p.Hosts.Firewall {
		return nil
	}
	for _, f := range firewall.Of(p) {
		all = append(all, firewallOf{f.Directory(), f.Names()})
	}
	return all
}

// ownServer returns the URL of the API server of the host on which a command runs, with a placeholder if there are several.
func ownServer(p *plan.Plan) string {
	address := "ADDRESS-OF-THIS-HOST"
	if p.Cluster.Type == topologies.AllInOne {
		address = p.Bootstrap().Address.String()
	}
	return "https://" + net.JoinHostPort(address, strconv.Itoa(p.Cluster.APIServerPort))
}

func procedure(p *plan.Plan) book {
	b := book{
		Name: plain(p.Cluster.Name), Sensitive: p.Sensitive(),
		Vagrant: p.Target.Facts.RunsPlaybook, Make: p.Target.Facts.Make, Bastion: p.Target.Facts.Balancer,
		Calico: p.Network.CNI.Name == plan.Calico, Cilium: p.Network.CNI.Name == plan.Cilium, OwnServer: ownServer(p),
		Hosts: count(ours(p), "host", "hosts"), Bootstrap: p.Bootstrap(),
		KubeletNames: names(p.KubeletNodes()), BalancerNames: names(p.LoadBalancer.Nodes),
		KubeletCount: count(len(p.KubeletNodes()), "node", "nodes"), AllInOne: p.Cluster.Type == topologies.AllInOne,
		EtcdOnTheWay: p.EtcdOnTheWay(),
		Minor:        p.Cluster.Version.MinorString(), Version: p.Cluster.Version.String(), Socket: p.Runtime.Socket,
		CgroupDriver: p.Cluster.Kubelet.CgroupDriver, DataDir: p.Etcd.DataDir,
		Endpoint: p.Cluster.Endpoint.String(), EndpointHost: shell(p.Cluster.Endpoint.Host),
		ServerURL: "https://" + p.Cluster.Endpoint.String(),
		External:  p.Etcd.IsExternal() && !p.Etcd.Foreign(), Stacked: !p.Etcd.IsExternal(), Foreign: p.Etcd.Foreign(),
		HAProxy: p.LoadBalancer.Kind == plan.HAProxy, KubeVIP: p.LoadBalancer.Kind == plan.KubeVIP,
		ExternalBalancer: p.LoadBalancer.Kind == plan.ExternalBalancer, Local: p.LoadBalancer.Kind == plan.LocalBalancer,
		FailSwapOn: p.Cluster.Kubelet.FailSwapOn, Packages: p.Artifacts.Origin == plan.Packages,
		RuntimeService:      strings.Join(hostfiles.Units(p), " "),
		CertificateValidity: report.Lifetime(p.Cluster.CertificateValidity, "1 year"),
		EarlyAddons:         addonSteps(p, true), CloudAddon: early(p, func(a *plan.Addon) bool { return !a.Network }),
		NetworkAddon: early(p, func(a *plan.Addon) bool { return a.Source == p.Network.CNI.Source }),
		Addons:       addonSteps(p, false), ApproveKubelets: p.Cluster.Kubelet.ServerTLSBootstrap,
		SchedulerProfiles: len(p.Cluster.SchedulerProfiles) > 0, Waits: waitsOf(p), Loopback: "127.0.0.1",
		Patches: len(p.Cluster.Patches) > 0, KubeletPatches: slices.ContainsFunc(p.Cluster.Patches, plan.Patch.OfKubelet),
		ClusterWord: shell(p.Cluster.Name), DataDirWord: shell(strings.ReplaceAll(p.Etcd.DataDir, "/", "-")),
	}
	if dir := p.HostFilesPath(); dir != "" {
		b.HostFiles = shell(dir)
	}
	if p.Cluster.Audit != nil {
		b.AuditLogDir = shell(p.Cluster.Audit.LogDir)
	}
	if p.EncryptionKey() {
		b.EncryptionProvider = p.Cluster.Encryption.Provider
		for _, resource := range p.Cluster.Encryption.Resources {
			b.Encryption += " " + shell(resource)
		}
	}
	if n := p.Bootstrap(); n != nil && n.Address.Is6() {
		b.Loopback = "[::1]"
	}
	for _, name := range []string{"ca.crt", "ca.key", "sa.pub", "sa.key", "front-proxy-ca.crt", "front-proxy-ca.key"} {
		b.Authorities += " etc/kubernetes/pki/" + name
	}
	if b.Stacked {
		b.Authorities += " etc/kubernetes/pki/etcd/ca.crt etc/kubernetes/pki/etcd/ca.key"
	}
	if p.EncryptionKey() {
		b.Authorities += " " + plan.EncryptionKeyFile[1:]
	}
	b.Authorities = b.Authorities[1:]
	if e, ok := p.HostsEntry(); ok {
		b.HostsEntry = &e
	}
	if p.LoadBalancer.VirtualIP.IsValid() {
		b.VIP = p.LoadBalancer.VirtualIP.String()
	}
	b.SharedKernel = p.Target.Site.SharedKernel
	b.IPv6, b.Modules = p.Network.IPv6(), strings.Join(hostfiles.Modules(p), " ")
	b.KernelSettings, b.NetworkManager = hostfiles.Kernel(p)[1].Content, hostfiles.NetworkManager().Content
	b.SSHOptions, b.SSHUser = ssh(&p.SSH)
	b.OwnSSH = ownSSH(p)

	var members, others, workers []*plan.Node
	for _, n := range p.Nodes {
		switch {
		case n.Roles.Has(plan.ControlPlane) && !n.Bootstrap:
			others = append(others, n)
		case n.Roles.Has(plan.Worker) && !n.Roles.Has(plan.ControlPlane):
			workers = append(workers, n)
		}
	}
	b.OtherControlPlanes, b.OtherControlPlaneWords, b.DedicatedWorkers = names(others), words(others), names(workers)
	if b.External {
		for _, m := range p.Etcd.Members {
			members = append(members, m.Node)
		}
		b.EtcdNames, b.MemberWords, b.FirstMember, b.MemberCount = names(members), words(members), members[0].Name, len(members)
	}

	b.Firewalls = firewallsOf(p)
	for _, l := range p.Labels() {
		b.Labels = strings.TrimSpace(b.Labels + " " + l.Path)
	}
	b.TimeServers = strings.Join(p.Time.Servers, " ")
	if p.Runtime.Credentials != "" {
		b.Credentials, b.CredentialsPath, b.Containerd = homeWord(p.Runtime.Credentials), p.Runtime.CredentialsPath(),
			p.Runtime.Name == plan.Containerd
		b.KubeletWords = words(p.KubeletNodes())
	}
	if b.Foreign {
		b.ControlPlaneWords = words(p.ControlPlanes())
		for _, f := range p.LocalFiles() {
			if f.On == plan.ControlPlanePeers {
				b.EtcdFiles = append(b.EtcdFiles, localFile{homeWord(f.From), shell(f.Dest)})
			}
		}
	}

	b.NodeDownloads, b.EtcdDownloads = fetches(p)
	b.RuntimePackages, b.RuntimeFiles = runtime(p)
	b.KubeletFiles = lay(hostfiles.Kubelet(p))
	of := hostfiles.Repositories(p)[0]
	b.KubernetesDeb, b.KubernetesRPM = debSource(of.Name, of.DebKey, of.Deb, "/", ""), rpmSource(of.Name, of.RPM, of.RPMKey)
	if steps := podNetwork(p); p.Network.CNI.Name == plan.StaticRoutes {
		b.CNIStepsLast = steps // its routes come from the ranges that the nodes get when they join
	} else {
		b.CNISteps = steps
	}
	b.Proxy = proxy(p.Network.HTTPProxy)
	if h := p.Network.HTTPProxy; h != nil && h.Credentials != "" {
		b.ProxyLogin = homeWord(h.Credentials)
	}
	b.APILabels = apiLabels(p)
	return b
}

// words joins node names for a `for` loop. They are DNS labels, so they need no quotes.
func words(nodes []*plan.Node) string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = n.Name
	}
	return strings.Join(out, " ")
}

// ownSSH returns one shell case for each set of connection settings that differs from the common one.
func ownSSH(p *plan.Plan) string {
	var ways []string
	of := map[string][]string{}
	for _, n := range p.Nodes {
		if n.SSH.Source == nil {
			continue
		}
		way := `sh -c "$2"`
		if s := p.SSHOf(n); !n.SSH.Local {
			options, user := ssh(&s)
			way = "ssh " + options + user + `"$(awk -v n="$1" '$2 == n { print $1 }' hosts.txt)" "$2"`
		}
		if of[way] == nil {
			ways = append(ways, way)
		}
		of[way] = append(of[way], n.Name)
	}
	var out strings.Builder
	for _, way := range ways {
		fmt.Fprintf(&out, "  %s)\n    %s\n    return ;;\n", strings.Join(of[way], " | "), way)
	}
	return out.String()
}

func ssh(s *plan.SSH) (options, user string) {
	if s.Port != 0 && s.Port != 22 {
		options += "-p " + strconv.Itoa(s.Port) + " "
	}
	if s.PrivateKeyFile != "" {
		// ssh itself expands a leading ~ in the file name of -i; the shell does not if it is quoted.
		file := s.PrivateKeyFile
		if rest, ok := strings.CutPrefix(file, "~/"); ok {
			options += `-i "$HOME"/` + shell(rest) + " "
		} else {
			options += "-i " + shell(file) + " "
		}
	}
	if s.JumpHost != "" {
		options += "-o " + shell("ProxyCommand="+hostfiles.ThroughJump(s)) + " "
	}
	if s.User != "" {
		user = shell(s.User) + "@"
	}
	return options, user
}

// ours returns how many hosts belong to the cluster.
func ours(p *plan.Plan) int {
	n := 0
	for _, node := range p.Nodes {
		if node.Roles != 0 {
			n++
		}
	}
	return n
}

func proxy(h *plan.HTTPProxy) []string {
	if h == nil {
		return nil
	}
	return []string{"HTTP_PROXY=" + shell(h.HTTP), "HTTPS_PROXY=" + shell(h.HTTPS), "NO_PROXY=" + shell(strings.Join(h.NoProxy, ","))}
}

// fetches returns, per architecture, the commands that fetch, check, and unpack files; etcd is separate because other hosts run it.
func fetches(p *plan.Plan) (nodes, members []downloads) {
	put := func(list []downloads, arch, commands string) []downloads {
		if len(list) == 0 || list[len(list)-1].Arch != arch {
			return append(list, downloads{arch, "mkdir -p /opt/downloads && cd /opt/downloads\n" + commands})
		}
		list[len(list)-1].Commands += "\n" + commands
		return list
	}
	for _, d := range p.Downloads() {
		file := d.Path[strings.LastIndex(d.Path, "/")+1:]
		commands := fmt.Sprintf("curl -fsSL -o %s %s\n", shell(file), shell(d.URL))
		sums := strings.TrimPrefix(d.Checksum, "sha256:")
		switch {
		case d.Checksum == "":
			commands += "sha256sum " + shell(file) + " # its publisher states none: compare it with one that you trust\n"
		case sums != d.Checksum && !strings.Contains(sums, "/"):
			commands += fmt.Sprintf("echo %s | sha256sum -c\n", shell(sums+"  "+file))
		case d.ChecksumStyle == plan.ChecksumBare:
			commands += fmt.Sprintf("echo \"$(curl -fsSL %s)  \"%s | sha256sum -c\n", shell(sums), shell(file))
		default:
			commands += fmt.Sprintf("curl -fsSL %s | grep -F %s | sha256sum -c --ignore-missing\n", shell(sums), shell(file))
		}
		commands += unpack(d, file)
		if d.Name == "etcd" {
			members = put(members, d.Arch, commands)
		} else {
			nodes = put(nodes, d.Arch, commands)
		}
	}
	return nodes, members
}

func unpack(d plan.Download, file string) string {
	f := shell(file)
	switch d.Name {
	case "cni-plugins":
		return "mkdir -p /opt/cni/bin && tar -xzf " + f + " -C /opt/cni/bin"
	case "containerd":
		return "tar -xzf " + f + " -C /usr/local # bin/containerd, bin/ctr, …"
	case "crictl":
		return "tar -xzf " + f + " -C /usr/local/bin crictl"
	case "cri-o":
		return "tar -xzf " + f + " && (cd cri-o && ./install)"
	case "docker":
		return "tar -xzf " + f + " && install -m 0755 docker/* /usr/local/bin/"
	case "cri-dockerd":
		return "tar -xzf " + f + " && install -m 0755 cri-dockerd/cri-dockerd /usr/local/bin/"
	case "etcd":
		return "tar -xzf " + f + " --strip-components 1 && install -m 0755 etcd etcdctl etcdutl /usr/local/bin/"
	case "runc":
		return "install -m 0755 " + f + " /usr/local/bin/runc"
	}
	return "install -m 0755 " + f + " /usr/local/bin/" + shell(d.Name)
}

// lay returns commands that install files as the playbook installs them.
func lay(files []hostfiles.File) string {
	var b strings.Builder
	var made []string
	for _, f := range files {
		if dir := f.Directory(); dir != "/etc" && dir != "/etc/systemd/system" && !slices.Contains(made, dir) {
			made = append(made, dir)
			b.WriteString("mkdir -p " + shell(dir) + "\n")
		}
		b.WriteString("cat > " + shell(f.Dest) + " <<'END'\n" + f.Content + "END\n")
	}
	return b.String()
}

// runtime describes how the container runtime is installed from packages, and the files that it reads, which are the same as the
// playbook's.
func runtime(p *plan.Plan) (packages, files string) {
	list, err := hostfiles.Runtime(p)
	if err != nil {
		panic(err) // the playbook's emitter has already refused it
	}
	files = "The files that the runtime reads:\n\n```sh\n" + lay(list) + "systemctl daemon-reload\n```\n"
	of := hostfiles.Repositories(p)[1]
	version := p.Runtime.Version
	switch p.Runtime.Name {
	case plan.Containerd:
		packages = "\ncontainerd, from Docker's repository. Debian, Ubuntu:\n\n" + docker(of, "containerd.io", version)
	case plan.Docker:
		packages = "\nDocker Engine. Debian, Ubuntu:\n\n" + docker(of, "docker-ce", version)
	case plan.CRIO:
		packages = "\nCRI-O of the same minor. Debian, Ubuntu:\n\n```sh\n" + debSource(of.Name, of.DebKey, of.Deb, "/", "") +
			"apt-get install -y 'cri-o=" + version + "-*'\n```\n\n" +
			"RHEL, CentOS, Rocky, Fedora:\n\n```sh\n" + rpmSource(of.Name, of.RPM, of.RPMKey) +
			"dnf install -y --disableexcludes=k8splan-cri-o cri-o-" + version + "\n```\n"
	}
	return packages, files
}

// docker installs a package of Docker's repository, which is separate for each distribution.
func docker(of hostfiles.Repository, name, version string) string {
	return "```sh\n. /etc/os-release\n" + debSource(of.Name, of.Deb+"/$ID/gpg", of.Deb+"/$ID", "$VERSION_CODENAME", "stable") +
		"apt-get install -y '" + name + "=*" + version + "-*'\n```\n\nRHEL, CentOS, Rocky, Fedora:\n\n```sh\n. /etc/os-release\n" +
		"case $ID in fedora) ;; *) ID=centos ;; esac\n" +
		rpmSource(of.Name, of.RPM+"/$ID/\\$releasever/\\$basearch/stable", of.RPM+"/$ID/gpg") +
		"dnf install -y --disableexcludes=k8splan-docker " + name + "-" + version + "\n```\n"
}

// debSource adds a repository to apt, in the same file as the playbook. Its words are for a shell that expands variables: addresses are
// checked when they are read.
func debSource(name, key, uri, suites, components string) string {
	ring := "/etc/apt/keyrings/k8splan-" + name + ".asc"
	if components != "" {
		components = "Components: " + components + "\n"
	}
	return "install -d -m 0755 /etc/apt/keyrings\ncurl -fsSL \"" + key + "\" -o " + ring + "\n" +
		"cat > /etc/apt/sources.list.d/k8splan-" + name + ".sources <<END\nTypes: deb\nURIs: " + uri + "\nSuites: " + suites + "\n" +
		components + "Signed-By: " + ring + "\nEND\napt-get update\n"
}

// rpmSource does the same for dnf. It excludes the cluster's packages: an unattended upgrade of them would upgrade the cluster.
func rpmSource(name, base, key string) string {
	return "cat > /etc/yum.repos.d/k8splan-" + name + ".repo <<END\n[k8splan-" + name + "]\nbaseurl = " + base +
		"\nexclude = kubelet kubeadm kubectl cri-tools kubernetes-cni containerd.io cri-o docker-ce\ngpgcheck = 1\ngpgkey = " + key +
		"\nname = " + name + " for this cluster\n\nEND\n"
}

// podNetwork returns the commands that install the pod network.
func podNetwork(p *plan.Plan) string {
	on := "\nOn " + p.Bootstrap().Name + ":\n\n"
	apply := func(path, expect string) string {
		return on + "```sh\nkubectl --kubeconfig /etc/kubernetes/admin.conf apply -f " + path + "\n```\n\n" + expect + "\n"
	}
	switch p.Network.CNI.Name {
	case plan.NoCNI, plan.OtherCNI: // the user's manifests are among the early addons
		return ""
	case plan.Flannel:
		return apply("/opt/cluster/cni/kube-flannel.yaml",
			"Expect the node to be `Ready` within a minute. If not: `kubectl -n kube-flannel "+
				"logs ds/kube-flannel-ds`.")
	case plan.StaticRoutes:
		return "\nAfter the joins, when every node has its pod range (`kubectl get nodes -o " +
			"custom-columns=NAME:.metadata.name,PODS:.spec.podCIDRs`): on each node put its own range\n" +
			"into `plugins[0].ipam.ranges` of `/opt/cluster/cni/static-routes/conflist.json`, " +
			"as `/etc/cni/net.d/10-static-routes.conflist`, and a line `<range> <address>` for\n" +
			"each **other** node into `/etc/static-routes.conf`. Then, on each:\n\n```sh\ninstall -m 0755 " +
			"/opt/cluster/cni/static-routes/static-routes.sh /usr/local/sbin/static-routes\n" +
			"install -m 0644 /opt/cluster/cni/static-routes/static-routes.service /etc/systemd/system/\n" +
			"systemctl daemon-reload && systemctl enable static-routes && systemctl restart static-routes\n```\n\n" +
			"Expect one route for each other node in `ip route`. A new node needs its line on all of them.\n"
	}
	return "\nFollow `cni/README.md`, which has the commands for " + plain(p.Network.CNI.Name) + " and the values that match this " +
		"cluster. Expect the node to be `Ready` when its pods run.\n"
}

// numbered reports whether the nodes of a pool are named after it.
func numbered(group []*plan.Node) bool {
	return !slices.ContainsFunc(group, func(n *plan.Node) bool {
		number, own := strings.CutPrefix(n.Name, n.Pool+"-")
		return !own || strings.Trim(number, "0123456789") != ""
	})
}

// apiLabels returns the commands for labels and annotations that need the API, because a kubelet may not set them. The nodes of a pool
// share them.
func apiLabels(p *plan.Plan) string {
	var out []string
	for _, group := range plan.ByPool(p.KubeletNodes()) {
		for _, set := range []struct {
			verb   string
			values map[string]string
		}{{"label", components.APILabels(group[0])}, {"annotate", group[0].Annotations}} {
			if len(set.values) == 0 {
				continue
			}
			var pairs string
			for _, key := range slices.Sorted(maps.Keys(set.values)) {
				pairs += " " + shell(key+"="+set.values[key])
			}
			if len(group) > few && numbered(group) {
				out = append(out, fmt.Sprintf("for n in $(awk '$2 ~ /^%s-[0-9]+$/ { print $2 }' /opt/cluster/hosts.txt); do kubectl %s "+
					"--overwrite node \"$n\"%s; done", group[0].Pool, set.verb, pairs))
				continue
			}
			for _, n := range group {
				out = append(out, fmt.Sprintf("kubectl %s --overwrite node %s%s", set.verb, n.Name, pairs))
			}
		}
	}
	return strings.Join(out, "\n")
}
