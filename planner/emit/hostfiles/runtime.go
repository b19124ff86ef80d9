package hostfiles

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// File is a file for a host, owned by root, mode 0644.
type File struct{ Dest, Content string }

// Directory returns the file's directory.
func (f File) Directory() string { return path.Dir(f.Dest) }

// Units returns a runtime's systemd services, in start order.
func Units(p *plan.Plan) []string {
	switch p.Runtime.Name {
	case plan.CRIO:
		return []string{"crio"}
	case plan.Docker:
		return []string{"docker", "cri-docker"}
	}
	return []string{"containerd"}
}

// Runtime returns the files that the container runtime reads, in the order in which a person would install them. It returns an error if a
// registry is not a host.
func Runtime(p *plan.Plan) ([]File, error) {
	pause, _ := p.Image("pause")
	binaries := p.Artifacts.Origin == "binaries"
	var files []File
	add := func(dest, content string) { files = append(files, File{dest, content}) }
	unit := func(name string) {
		if binaries {
			add("/etc/systemd/system/"+name, static("runtime/files/"+name))
		}
	}
	for _, r := range p.Runtime.Registries {
		if !registryHost.MatchString(r.Host) {
			return nil, fmt.Errorf("%q is not the host of a registry", r.Host)
		}
	}
	switch p.Runtime.Name {
	case plan.Containerd:
		add("/etc/containerd/config.toml", containerdAbout+ContainerdTOML(p, pause.Ref))
		unit("containerd.service")
		for _, r := range p.Runtime.Registries {
			add("/etc/containerd/certs.d/"+r.Host+"/hosts.toml", string(HostsTOML(r)))
		}
	case plan.CRIO:
		add("/etc/crio/crio.conf.d/50-k8splan.conf", crioConf(p, pause.Ref, binaries))
		unit("crio.service")
		if binaries {
			add("/etc/crio/policy.json", static("runtime/files/policy.json"))
		}
		if len(p.Runtime.Registries) > 0 {
			add("/etc/containers/registries.conf.d/50-k8splan-registries.conf", string(registriesConf(p.Runtime.Registries)))
		}
	case plan.Docker:
		add("/etc/systemd/system/cri-docker.service", criDocker(p, pause.Ref))
		unit("docker.service")
		data, err := daemonJSON(p)
		if err != nil {
			return nil, err
		}
		add("/etc/docker/daemon.json", string(data))
	}
	add("/etc/crictl.yaml", "runtime-endpoint: "+p.Runtime.Socket+"\nimage-endpoint: "+p.Runtime.Socket+"\n")
	if env := Proxy(p.Network.HTTPProxy); len(env) > 0 {
		var b strings.Builder
		b.WriteString("[Service]\n")
		for _, v := range env {
			b.WriteString("Environment=" + systemdString(v.Name+"="+v.Value) + "\n")
		}
		if p.Network.HTTPProxy.Credentials != "" { // it has the same variables, and takes precedence
			b.WriteString("EnvironmentFile=-" + plan.ProxyEnvironment + "\n")
		}
		add("/etc/systemd/system/"+Units(p)[0]+".service.d/50-k8splan-proxy.conf", b.String())
	}
	return files, nil
}

// Kubelet returns the kubelet's unit for installations without a package.
func Kubelet(p *plan.Plan) []File {
	if p.Artifacts.Origin != "binaries" {
		return nil
	}
	return []File{{"/etc/systemd/system/kubelet.service", static("kubelet/files/kubelet.service")}}
}

// static reads a file of the playbook's roles.
func static(name string) string {
	data, err := fs.ReadFile(templates.Files, "tree/ansible/roles/"+name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(data)
}

// containerdAbout explains the file to people who read it on a host.
const containerdAbout = "# containerd 2.x reads version 3. It would silently ignore sections of 1.x, and pods would get the " +
	"wrong cgroup driver.\n# Settings of this machine alone belong in /etc/containerd/conf.d/*.toml.\n"

// ContainerdTOML returns the configuration of containerd 2. pause is the pod sandbox image. Source:
// https://github.com/containerd/containerd/blob/main/docs/cri/config.md
func ContainerdTOML(p *plan.Plan, pause string) string {
	selinux := ""
	if p.Hosts.Enforce() {
		selinux = "\n[plugins.'io.containerd.cri.v1.runtime']\n  enable_selinux = true\n"
	}
	return `version = 3
imports = ['/etc/containerd/conf.d/*.toml']

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = ` + artifact.Quote(pause) + `

[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = '/etc/containerd/certs.d'

[plugins.'io.containerd.cri.v1.runtime'.containerd]
  default_runtime_name = 'runc'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = ` + strconv.FormatBool(p.Cluster.Kubelet.CgroupDriver == "systemd") + "\n" + selinux
}

// crioConf includes the paths of the programs in CRI-O's bundle if there are no packages. Source:
// https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md
func crioConf(p *plan.Plan, pause string, binaries bool) string {
	var b strings.Builder
	b.WriteString("# Settings of this machine alone belong in a file of this directory that sorts after this one.\n" +
		"[crio.image]\npause_image = " + artifact.Quote(pause) + "\n")
	if binaries {
		b.WriteString("signature_policy = \"/etc/crio/policy.json\"\n")
	}
	if p.Runtime.Credentials != "" {
		b.WriteString("global_auth_file = " + artifact.Quote(p.Runtime.CredentialsPath()) + "\n")
	}
	b.WriteString("\n[crio.runtime]\ncgroup_manager = " + artifact.Quote(p.Cluster.Kubelet.CgroupDriver) + "\n")
	if p.Cluster.Kubelet.CgroupDriver == "cgroupfs" {
		b.WriteString("conmon_cgroup = \"pod\"\n")
	}
	if p.Hosts.Enforce() {
		b.WriteString("selinux = true\n")
	}
	if binaries {
		b.WriteString(`default_runtime = "crun"
pinns_path = "/usr/local/bin/pinns"

[crio.runtime.runtimes.crun]
runtime_path = "/usr/local/bin/crun"
monitor_path = "/usr/local/bin/conmon"

[crio.network]
plugin_dirs = ["/opt/cni/bin"]
`)
	}
	return b.String()
}

// criDocker returns the unit of cri-dockerd, which gives Docker Engine the CRI that the kubelet needs.
func criDocker(p *plan.Plan, pause string) string {
	const program = "ExecStart=/usr/local/bin/cri-dockerd"
	families := ""
	if plan.HasFamily(p.Network.PodSubnets, true) {
		families = " --ipv6-dual-stack" // without it, the kubelet gets only one of a pod's addresses
	}
	return strings.Replace(static("runtime/files/cri-docker.service"), program, program+" --container-runtime-endpoint="+p.Runtime.Socket+
		" --network-plugin=cni --pod-infra-container-image="+pause+families, 1)
}

// Variable is an environment variable.
type Variable struct{ Name, Value string }

// Proxy returns the proxy environment for programs that download something, in both cases, because programs disagree about the case of the
// names.
func Proxy(h *plan.HTTPProxy) []Variable {
	if h == nil {
		return nil
	}
	var env []Variable
	for _, v := range []Variable{{"http_proxy", h.HTTP}, {"https_proxy", h.HTTPS}, {"no_proxy", strings.Join(h.NoProxy, ",")}} {
		if v.Value != "" {
			env = append(env, v, Variable{strings.ToUpper(v.Name), v.Value})
		}
	}
	return env
}

// systemdString returns a quoted word for a unit, without specifiers. systemd.syntax(7)
func systemdString(s string) string { return strconv.Quote(strings.ReplaceAll(s, "%", "%%")) }
