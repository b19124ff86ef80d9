package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	registryDocs = "https://github.com/containerd/containerd/blob/main/docs/hosts.md"
	binariesDocs = "https://kubernetes.io/releases/download/"
)

// httpsOnly are registries that only answer over https.
var httpsOnly = []string{"docker.io", "registry-1.docker.io", "registry.k8s.io", "quay.io", "ghcr.io", "gcr.io", "mcr.microsoft.com",
	"public.ecr.aws"}

var artifactRules = []Rule{
	{rule.Rule{
		ID: "artifact-checksum-unused", Severity: rule.Warning, Title: "Unused checksum",
		Doc: "This design downloads no file with this path: the version, the architecture, or the spelling differs. The intended file " +
			"is not verified against the checksum.",
		Fix:     "Write the path as it is in files.txt of the generated tree.",
		Sources: []string{binariesDocs},
	}, artifactChecksumUnused},
	{rule.Rule{
		ID: "artifact-unverified", Severity: rule.Warning, Title: "Download without a checksum",
		Doc: "Upstream publishes no checksum for the file. Anyone who intercepts the connection or breaks into the server " +
			"decides what runs as root on every host.",
		Fix:     "Pin it in `artifacts { checksums = … }`, or use containerd or CRI-O, whose files have published checksums.",
		Sources: []string{"https://docs.docker.com/engine/install/binaries/", "https://github.com/Mirantis/cri-dockerd/releases"},
	}, artifactUnverified},
	{rule.Rule{
		ID: "artifact-packages-system", Severity: rule.Error, Title: "Packages for a system that has none",
		Doc: "With `source = \"packages\"` hosts install with apt or dnf, from the repositories of Kubernetes and of the runtime. Fedora " +
			"CoreOS and Flatcar are one image without a package manager. Docker, which also packages containerd, has no repository for " +
			"Amazon Linux, Linux Mint, or Kali.",
		Fix: "Leave `source` out: the release binaries run on all of them.",
		Sources: []string{"https://docs.docker.com/engine/install/#supported-platforms", "https://www.flatcar.org/docs/latest/",
			"https://docs.fedoraproject.org/en-US/fedora-coreos/"},
	}, artifactPackagesSystem},
	{rule.Rule{
		ID: "artifact-mirror-plain-http", Severity: rule.Warning, Title: "Binaries and checksums from one http mirror",
		Doc: "Hosts download the files, and the checksums that verify them, from the same server without encryption. Anyone who " +
			"intercepts the connection can replace both, and decides what runs as root on every host.",
		Fix:     "Write an https URL, or pin the files in `artifacts { checksums = … }`.",
		Sources: []string{"https://kubernetes.io/releases/download/#binaries", "https://slsa.dev/spec/v1.0/threats"},
	}, artifactMirrorPlainHTTP},
	{rule.Rule{
		ID: "artifact-no-build", Severity: rule.Error, Title: "Runtime without a build for the architecture", Permanent: true,
		Doc:     "Upstream builds the runtime for some architectures only. For the others there is no file to download.",
		Fix:     "Use containerd, which is built for all four, or other machines.",
		Sources: []string{"https://download.docker.com/linux/static/stable/", "https://github.com/Mirantis/cri-dockerd/releases"},
	}, artifactNoBuild},
	{rule.Rule{
		ID: "registry-skip-verify", Severity: rule.Warning, Title: "Registry without certificate verification",
		Doc:     "Anyone between the nodes and the registry decides which images run, as whatever user the pods have.",
		Fix:     "Write `ca_file`, the path on the nodes of the CA certificate that signed the registry's certificate.",
		Sources: []string{registryDocs},
	}, registrySkipVerify},
	{rule.Rule{
		ID: "registry-plain-http", Severity: rule.Error, Title: "Public registry over plain http",
		Doc:     "The registry is available over https only. With `plain_http`, every pull fails.",
		Fix:     "Remove `plain_http`; it is for your own registries.",
		Sources: []string{registryDocs},
	}, registryPlainHTTP},
	{rule.Rule{
		ID: "registry-contradiction", Severity: rule.Warning, Title: "Certificate settings of a registry without TLS",
		Doc: "Over plain http there is no certificate. `ca_file` and `skip_verify` then have no effect, " +
			"and suggest a protection that is not there.",
		Fix:     "Remove `plain_http`, or the other setting.",
		Sources: []string{registryDocs},
	}, registryContradiction},
	{rule.Rule{
		ID: "registry-mirror-itself", Severity: rule.Warning, Title: "Registry that mirrors itself",
		Doc: "After the mirrors, the runtime tries the registry itself anyway. As its own mirror it is tried twice, and a missing image " +
			"takes twice as long to fail.",
		Fix:     "Remove it from `mirrors`.",
		Sources: []string{registryDocs},
	}, registryMirrorItself},
	{rule.Rule{
		ID: "registry-other-runtime", Severity: rule.Warning, Title: "Registry setting not supported by the runtime",
		Doc: "containerd accepts the path of a CA certificate. CRI-O and Docker Engine look for it in a directory with the name of the " +
			"registry, and Docker Engine uses mirrors only for images of docker.io. The setting has no effect, so pulls fail or bypass " +
			"the mirror.",
		Fix: "Put the CA certificate where the message says, on every node, or use containerd.",
		Sources: []string{"https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md",
			"https://docs.docker.com/engine/security/certificates/", "https://docs.docker.com/docker-hub/image-library/mirror/"},
	}, registryOtherRuntime},
	{rule.Rule{
		ID: "network-manifest-unverified", Severity: rule.Warning, Title: "Manifest of the pod network without a known digest",
		Doc: "The first control plane applies upstream's manifest of the pod network with all rights. k8splan knows the digests of many " +
			"releases. For another release, anyone who intercepts the connection or breaks into the server or the mirror decides " +
			"what is applied.",
		Fix:     "Use a release that k8splan knows, or write the digests into `checksums` after you have read the files.",
		Sources: []string{"https://docs.tigera.io/calico/latest/getting-started/kubernetes/quickstart"},
	}, networkManifestUnverified},
	{rule.Rule{
		ID: "registry-mirror-path", Severity: rule.Error, Title: "Mirror with a path and Docker Engine",
		Doc: "Harbor, Nexus, and Artifactory keep the images of another registry below a path. containerd and CRI-O support such paths. " +
			"dockerd accepts only a host, and does not start if there is a path.",
		Fix:     "Use containerd or CRI-O, or a mirror with its own host or port.",
		Sources: []string{"https://docs.docker.com/docker-hub/image-library/mirror/", "https://github.com/moby/moby/issues/36598"},
	}, registryMirrorPath},
	{rule.Rule{
		ID: "registry-credentials-docker", Severity: rule.Error, Title: "Registry credentials for Docker Engine", Permanent: true,
		Doc: "dockerd has no credentials of its own: each client sends them with a pull. kubeadm and crictl send none, so their pulls " +
			"fail whatever is configured on the node.",
		Fix:     "Use containerd or CRI-O, or use imagePullSecrets in pods and leave out `credentials_file`.",
		Sources: []string{"https://docs.docker.com/reference/cli/docker/login/", "https://github.com/Mirantis/cri-dockerd"},
	}, registryCredentialsDocker},
	{rule.Rule{
		ID: "registry-without-effect", Severity: rule.Warning, Title: "Registry block without effect",
		Doc:     "Without mirrors, `plain_http`, `skip_verify`, or `ca_file` the block changes nothing.",
		Fix:     "Write `mirrors`, or remove the block.",
		Sources: []string{registryDocs},
	}, registryWithoutEffect},
}

func registryCredentialsDocker(p *plan.Plan) []Finding {
	if p.Runtime.Name != plan.Docker || p.Runtime.Credentials == "" || !onHosts(p) {
		return nil
	}
	return one(p.Runtime.Attr("credentials_file"), "Docker Engine stores no credentials for a node, so kubeadm would pull without "+
		"any. Remove credentials_file, or write container_runtime \"containerd\".")
}

func artifactChecksumUnused(p *plan.Plan) []Finding {
	if !onHosts(p) || len(p.Artifacts.Checksums) == 0 {
		return nil
	}
	var paths []string
	for _, d := range p.Downloads() {
		paths = append(paths, d.Path)
	}
	for _, m := range p.ManifestDownloads() {
		paths = append(paths, m.Path)
	}
	var findings []Finding
	for _, path := range slices.Sorted(maps.Keys(p.Artifacts.Checksums)) {
		if !slices.Contains(paths, path) {
			findings = append(findings, one(p.Artifacts.Key("checksums", path), "This design has no file with the path %q.%s", path,
				spelling.DidYouMean(path, paths))...)
		}
	}
	return findings
}

func artifactUnverified(p *plan.Plan) []Finding {
	if !onHosts(p) || len(withoutBuild(p)) > 0 {
		return nil
	}
	var bare []string
	for _, d := range p.Downloads() {
		if d.Checksum == "" {
			bare = append(bare, d.Path)
		}
	}
	if len(bare) == 0 {
		return nil
	}
	return one(p.Runtime.Block(), "Upstream publishes no checksums of %s. Pin them in artifacts { checksums = { … } }, "+
		"or use containerd.", sentence(bare))
}

func artifactPackagesSystem(p *plan.Plan) []Finding {
	if !onHosts(p) || p.Artifacts.Origin != plan.Packages {
		return nil
	}
	return each(p.KubeletNodes(), func(n *plan.Node) bool { return withoutPackages(p, n) != "" }, osAt,
		func(n *plan.Node, all []*plan.Node) string {
			return fmt.Sprintf("%s runs %s, %s, and source (%s) is \"packages\". Leave source out, and hosts download release "+
				"binaries.", whose(all),
				n.OS, withoutPackages(p, n), line(p.Artifacts.Attr("source")))
		})
}

func artifactMirrorPlainHTTP(p *plan.Plan) []Finding {
	if !onHosts(p) || p.Artifacts.Origin == plan.Packages || !strings.HasPrefix(p.Artifacts.MirrorURL, "http://") {
		return nil
	}
	bare := 0
	for _, d := range p.Downloads() {
		if p.Artifacts.Pinned(d.Path) == "" {
			bare++
		}
	}
	if bare == 0 {
		return nil
	}
	return one(p.Artifacts.Attr("mirror_url"), "The mirror serves %s and their checksums over plain http: anyone who intercepts the "+
		"connection can replace both. Write an https URL, or pin the files in checksums.", quantity(bare, "file"))
}

func artifactNoBuild(p *plan.Plan) []Finding {
	nodes := withoutBuild(p)
	if len(nodes) == 0 {
		return nil
	}
	return one(nodes[0].Attr("arch"), "%s with cri-dockerd is built for %s, and %s is %s. Write container_runtime \"containerd\" {}.",
		p.Runtime.Name, choice(builds[p.Runtime.Name]), nodes[0].Name, nodes[0].Arch)
}

func registrySkipVerify(p *plan.Plan) []Finding {
	var findings []Finding
	for _, r := range p.Runtime.Registries {
		if r.SkipVerify && !r.PlainHTTP {
			findings = append(findings,
				one(r.Attr("skip_verify"), "Anyone between the nodes and %s decides which images run. Write "+
					"ca_file = \"/etc/ssl/…\" instead.", r.Host)...)
		}
	}
	return findings
}

func registryPlainHTTP(p *plan.Plan) []Finding {
	var findings []Finding
	for _, r := range p.Runtime.Registries {
		if r.PlainHTTP && slices.Contains(httpsOnly, strings.TrimSuffix(r.Host, ":443")) {
			findings = append(findings,
				one(r.Attr("plain_http"), "%s is available over https only: every pull would fail. Remove plain_http.", r.Host)...)
		}
	}
	return findings
}

func registryContradiction(p *plan.Plan) []Finding {
	var findings []Finding
	for _, r := range p.Runtime.Registries {
		switch {
		case r.PlainHTTP && r.CAFile != "":
			findings = append(findings, one(r.Attr("ca_file"), "%s is used over plain http, which has no certificates. Remove "+
				"plain_http or ca_file.", r.Host)...)
		case r.PlainHTTP && r.SkipVerify:
			findings = append(findings,
				one(r.Attr("skip_verify"), "%s is used over plain http, which has no certificates. Remove plain_http or "+
					"skip_verify.", r.Host)...)
		}
	}
	return findings
}

func registryMirrorItself(p *plan.Plan) []Finding {
	var findings []Finding
	for _, r := range p.Runtime.Registries {
		for i, m := range r.Mirrors {
			if _, host, _ := strings.Cut(m, "://"); host == r.Host {
				findings = append(findings,
					one(r.Element("mirrors", i), "%s is already tried after its mirrors. Remove it from mirrors.", r.Host)...)
			}
		}
	}
	return findings
}

func registryOtherRuntime(p *plan.Plan) []Finding {
	directory := map[string]string{plan.CRIO: "/etc/containers/certs.d/", plan.Docker: "/etc/docker/certs.d/"}[p.Runtime.Name]
	if directory == "" {
		return nil
	}
	var findings []Finding
	for _, r := range p.Runtime.Registries {
		if r.CAFile != "" && !r.PlainHTTP {
			findings = append(findings,
				one(r.Attr("ca_file"), "%s does not read %s. Copy the file to %s%s/ca.crt on every node, and remove "+
					"ca_file.", p.Runtime.Name,
					r.CAFile, directory, r.Host)...)
		}
		if len(r.Mirrors) > 0 && p.Runtime.Name == plan.Docker && r.Host != "docker.io" {
			findings = append(findings,
				one(r.Attr("mirrors"), "Docker Engine uses mirrors for images of docker.io only, and connects to %s itself. Use "+
					"containerd, or name the mirror in image_repository.", r.Host)...)
		}
	}
	return findings
}

// networkManifestUnverified skips designs that download the default release from upstream itself, over https.
func networkManifestUnverified(p *plan.Plan) []Finding {
	if !onHosts(p) || p.Network.CNI.Source == nil || !p.Network.CNI.Has("version") {
		return nil // the release is k8splan's choice
	}
	var bare []string
	for _, m := range p.NetworkManifests() {
		if m.Checksum == "" {
			bare = append(bare, fmt.Sprintf("%q = \"sha256:…\"", m.Path))
		}
	}
	if len(bare) == 0 {
		return nil
	}
	c := p.Network.CNI
	at := c.Block()
	if c.Has("version") {
		at = c.Attr("version")
	}
	return one(at, "k8splan does not know the digests of %s %s, and its manifests are applied with all rights. Pin them: artifacts { "+
		"checksums = { %s } }.", c.Name, c.Version, strings.Join(bare, ", "))
}

func registryMirrorPath(p *plan.Plan) []Finding {
	if p.Runtime.Name != plan.Docker {
		return nil
	}
	var findings []Finding
	for _, r := range p.Runtime.Registries {
		for i, m := range r.Mirrors {
			_, rest, _ := strings.Cut(m, "://")
			if _, path, _ := strings.Cut(rest, "/"); r.Host == "docker.io" && strings.Trim(path, "/") != "" {
				findings = append(findings,
					one(r.Element("mirrors", i),
						"dockerd does not support a mirror with a path, and would not start on any node. Use containerd, or a "+
							"mirror with its own host name.")...)
			}
		}
	}
	return findings
}

func registryWithoutEffect(p *plan.Plan) []Finding {
	var findings []Finding
	for _, r := range p.Runtime.Registries {
		if len(r.Mirrors) == 0 && !r.PlainHTTP && !r.SkipVerify && r.CAFile == "" {
			findings = append(findings,
				one(r.Block(), "The block has no settings for %s. Write mirrors = [\"https://…\"], or remove it.", r.Host)...)
		}
	}
	return findings
}

// repositoryless are systems for which Docker publishes no packages, including containerd's. Source:
// https://docs.docker.com/engine/install/#supported-platforms
var repositoryless = []string{"amazon-linux", "amazonlinux", "amzn", "linuxmint", "kali"}

// withoutPackages says why a host cannot install packages, "" if it can.
func withoutPackages(p *plan.Plan, n *plan.Node) string {
	switch {
	case n.OS.ReadOnlyUsr():
		return "an image without a package manager"
	case p.Runtime.Name != plan.CRIO && slices.Contains(repositoryless, n.OS.Name):
		return "which has no package repository for " + p.Runtime.Name
	}
	return ""
}

// builds lists the architectures of runtimes that are not built for all of Kubernetes' architectures.
var builds = map[string][]string{plan.Docker: {"amd64", "arm64"}}

// withoutBuild returns the hosts for which upstream has no binary of the runtime. Packages provide everything except cri-dockerd.
func withoutBuild(p *plan.Plan) []*plan.Node {
	built := builds[p.Runtime.Name]
	if built == nil || !onHosts(p) || p.Artifacts.Origin == plan.Packages && p.Runtime.Name != plan.Docker {
		return nil
	}
	return having(p.KubeletNodes(), func(n *plan.Node) bool { return !slices.Contains(built, n.Arch) })
}
