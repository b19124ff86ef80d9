package ansible

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// registryHost is host[:port] of a registry, safe as the name of a directory.
var registryHost = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

// upstream is where a registry answers when nothing else is said.
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

// HostsTOML is what containerd reads of a registry, for who installs containerd without the playbook.
func HostsTOML(r plan.Registry) []byte { return hostsTOML(r) }

// hostsTOML is containerd's certs.d/<host>/hosts.toml: the mirrors in their order, then the registry itself.
// Source: https://github.com/containerd/containerd/blob/main/docs/hosts.md
func hostsTOML(r plan.Registry) []byte {
	var out bytes.Buffer
	out.WriteString("server = " + tomlString(upstream(r)) + "\n")
	section := func(url string, skipVerify bool, ca string) {
		out.WriteString("\n[host." + tomlString(url) + "]\n  capabilities = [\"pull\", \"resolve\"]\n")
		if skipVerify {
			out.WriteString("  skip_verify = true\n")
		}
		if ca != "" {
			out.WriteString("  ca = " + tomlString(ca) + "\n")
		}
	}
	for _, m := range r.Mirrors {
		section(m, false, "")
	}
	section(upstream(r), r.SkipVerify, r.CAFile)
	return out.Bytes()
}

// registriesConf is a drop-in of containers-registries.conf(5), which CRI-O reads. An authority of a registry's own goes to
// /etc/containers/certs.d, where the host's administrator puts it.
func registriesConf(registries []plan.Registry) []byte {
	var out bytes.Buffer
	for i, r := range registries {
		if i > 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(&out, "[[registry]]\nlocation = %s\ninsecure = %t\n", tomlString(r.Host), r.PlainHTTP || r.SkipVerify)
		for _, m := range r.Mirrors {
			_, location, found := strings.Cut(m, "://")
			if !found {
				location = m
			}
			fmt.Fprintf(&out, "\n[[registry.mirror]]\nlocation = %s\ninsecure = %t\n", tomlString(strings.TrimSuffix(location, "/")),
				strings.HasPrefix(m, "http://"))
		}
	}
	return out.Bytes()
}

// daemonJSON is dockerd's configuration. Docker knows mirrors of its own registry only.
// Source: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
func daemonJSON(p *plan.Plan) ([]byte, error) {
	config := struct {
		ExecOpts           []string          `json:"exec-opts"`
		LogDriver          string            `json:"log-driver"`
		LogOpts            map[string]string `json:"log-opts"`
		InsecureRegistries []string          `json:"insecure-registries,omitempty"`
		RegistryMirrors    []string          `json:"registry-mirrors,omitempty"`
	}{
		ExecOpts:  []string{"native.cgroupdriver=" + p.Cluster.Kubelet.CgroupDriver},
		LogDriver: "json-file",
		LogOpts:   map[string]string{"max-size": "100m"},
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

// tomlString is a basic string of TOML 1.0: what needs an escape gets one that JSON and YAML know too.
func tomlString(s string) string {
	var out bytes.Buffer
	quote(&out, s)
	return out.String()
}
