package hostfiles

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// registryHost is a registry's host[:port], safe as a directory name.
var registryHost = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

// upstream returns a registry's default address.
func upstream(r plan.Registry) string {
	scheme := "https://"
	if r.PlainHTTP {
		scheme = "http://"
	}
	if r.Host == "docker.io" {
		return scheme + "registry-1.docker.io"
	}
	return scheme + r.Host
}

// Upstream returns a registry's default address.
func Upstream(r plan.Registry) string { return upstream(r) }

// withPath splits a mirror's address into the server and the path that holds the images, without the registry protocol's v2. In Harbor,
// Nexus, and Artifactory the path names a project.
func withPath(mirror string) (server, path string) {
	scheme, rest, found := strings.Cut(mirror, "://")
	if !found {
		scheme, rest = "https", mirror
	}
	host, path, _ := strings.Cut(rest, "/")
	path = strings.Trim(path, "/")
	if path == "v2" {
		path = ""
	}
	return scheme + "://" + host, strings.TrimPrefix(path, "v2/")
}

// HostsTOML returns containerd's certs.d/<host>/hosts.toml: the mirrors in order, then the registry itself. containerd appends /v2 to an
// address unless override_path says that the path is complete. Source: https://github.com/containerd/containerd/blob/main/docs/hosts.md
func HostsTOML(r plan.Registry) []byte {
	var out bytes.Buffer
	out.WriteString("server = " + artifact.Quote(upstream(r)) + "\n")
	section := func(url string, skipVerify bool, ca string) {
		server, path := withPath(url)
		if path != "" {
			server += "/v2/" + path
		}
		out.WriteString("\n[host." + artifact.Quote(server) + "]\n  capabilities = [\"pull\", \"resolve\"]\n")
		if path != "" {
			out.WriteString("  override_path = true\n")
		}
		if skipVerify {
			out.WriteString("  skip_verify = true\n")
		}
		if ca != "" {
			out.WriteString("  ca = " + artifact.Quote(ca) + "\n")
		}
	}
	for _, m := range r.Mirrors {
		section(m, false, "")
	}
	section(upstream(r), r.SkipVerify, r.CAFile)
	return out.Bytes()
}

// registriesConf returns a drop-in of containers-registries.conf(5), which CRI-O reads. A registry's private CA goes to
// /etc/containers/certs.d, where the host's administrator puts it.
func registriesConf(registries []plan.Registry) []byte {
	var out bytes.Buffer
	for i, r := range registries {
		if i > 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(&out, "[[registry]]\nlocation = %s\ninsecure = %t\n", artifact.Quote(r.Host), r.PlainHTTP || r.SkipVerify)
		for _, m := range r.Mirrors {
			server, path := withPath(m)
			_, location, _ := strings.Cut(server, "://")
			if path != "" {
				location += "/" + path
			}
			fmt.Fprintf(&out, "\n[[registry.mirror]]\nlocation = %s\ninsecure = %t\n", artifact.Quote(location), strings.HasPrefix(m,
				"http://"))
		}
	}
	return out.Bytes()
}

// daemonJSON returns dockerd's configuration. Docker supports mirrors of its own registry only. Source:
// https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
func daemonJSON(p *plan.Plan) ([]byte, error) {
	config := struct {
		ExecOpts           []string          `json:"exec-opts"`
		LogDriver          string            `json:"log-driver"`
		LogOpts            map[string]string `json:"log-opts"`
		LiveRestore        bool              `json:"live-restore"` // containers keep running while dockerd restarts
		InsecureRegistries []string          `json:"insecure-registries,omitempty"`
		RegistryMirrors    []string          `json:"registry-mirrors,omitempty"`
		SELinux            bool              `json:"selinux-enabled,omitempty"`
	}{
		SELinux:     p.Hosts.Enforce(),
		LiveRestore: true,
		ExecOpts:    []string{"native.cgroupdriver=" + p.Cluster.Kubelet.CgroupDriver},
		LogDriver:   "json-file",
		LogOpts:     map[string]string{"max-size": "100m"},
	}
	for _, r := range p.Runtime.Registries {
		if r.PlainHTTP || r.SkipVerify {
			config.InsecureRegistries = append(config.InsecureRegistries, r.Host)
		}
		if r.Host == "docker.io" {
			config.RegistryMirrors = append(config.RegistryMirrors, r.Mirrors...)
		}
	}
	return artifact.JSON(config)
}
