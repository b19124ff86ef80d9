package hostfiles

import "github.com/k8splan/k8splan/planner/plan"

// Repository is a package source, for both families of distributions. For Docker's, the playbook and the runbook add the host's
// distribution.
type Repository struct {
	Name                   string // "kubernetes"
	Deb, DebKey            string
	RPM, RPMKey            string
	ByDistribution, Signed bool // Deb and RPM end before the distribution's name; the key is armored
}

// Site returns the address at which hosts reach an upstream server: the server itself, or its copy on artifacts.mirror_url.
func Site(p *plan.Plan, host string) string {
	if p.Artifacts.MirrorURL == "" {
		return "https://" + host
	}
	return p.Artifacts.MirrorURL + "/" + host
}

// Repositories returns the design's package sources, Kubernetes' first. Sources:
// https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/change-package-repository/, https://github.com/cri-o/packaging#usage (from
// pkgs.k8s.io to openSUSE's build service), https://docs.docker.com/engine/install/
func Repositories(p *plan.Plan) []Repository {
	minor := p.Cluster.Version.MinorString()
	built := func(name, base string) Repository {
		return Repository{Name: name, Deb: base + "/deb/", DebKey: base + "/deb/Release.key", RPM: base + "/rpm/", RPMKey: base +
			"/rpm/repodata/repomd.xml.key"}
	}
	out := []Repository{built("kubernetes", Site(p, "pkgs.k8s.io")+"/core:/stable:/v"+minor)}
	if p.Runtime.Name == plan.CRIO {
		return append(out, built("cri-o", Site(p, "download.opensuse.org")+"/repositories/isv:/cri-o:/stable:/v"+minor))
	}
	docker := Site(p, "download.docker.com") + "/linux"
	return append(out, Repository{Name: "docker", Deb: docker, RPM: docker, ByDistribution: true})
}
