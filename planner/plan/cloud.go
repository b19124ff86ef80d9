package plan

// Clouds are the values of cloud_provider. Those not in KnownClouds need the author's own manifests.
var Clouds = []string{"aws", "azure", "digitalocean", "gcp", "hetzner", "openstack", "vsphere", "other"}

// KnownCloud is a cloud whose controller manager the planner can install.
type KnownCloud struct {
	KnownAddon
	// Secret is the Secret in kube-system that the controller manager reads, and Holds describes its content. Both are "" if the machines'
	// own identity has the permissions.
	Secret, Holds string
	// ProviderID reports that the controller manager finds a node's machine by provider ID only, because node names are not machine names.
	ProviderID bool
}

// KnownClouds is the table of clouds.
var KnownClouds = []KnownCloud{
	{
		KnownAddon: KnownAddon{
			Name: "aws", Doc: "AWS' controller manager. The control planes' instance profile gives it its rights.", Cloud: true,
			Releases: images("registry.k8s.io/provider-aws/cloud-controller-manager",
				"k8s.io/cloud-provider-aws@v1.37.1 charts/aws-cloud-controller-manager",
				minorRelease{"v1.37.1", 37, 0}, minorRelease{"v1.36.2", 36, 36}, minorRelease{"v1.35.3", 35, 35},
				minorRelease{"v1.34.4", 34, 34}, minorRelease{"v1.33.4", 33, 33}),
		},
		ProviderID: true,
	},
	{
		KnownAddon: KnownAddon{
			Name: "digitalocean", Doc: "DigitalOcean's controller manager.", Cloud: true,
			Releases: images("docker.io/digitalocean/digitalocean-cloud-controller-manager",
				"github.com/digitalocean/digitalocean-cloud-controller-manager releases/digitalocean-cloud-controller-manager/v0.1.71.yml",
				minorRelease{"v0.1.71", 31, 0}),
		},
		Secret: "digitalocean", Holds: "the key access-token with an API token",
	},
	{
		KnownAddon: KnownAddon{
			Name: "hetzner", Doc: "Hetzner Cloud's controller manager.", Cloud: true,
			// Releases before 1.30.1 crash since the cloud's interface changed in July 2026. Source:
			// https://github.com/vitobotta/hetzner-k3s/issues/764
			Releases: images("docker.io/hetznercloud/hcloud-cloud-controller-manager", "https://github.com/kubernetes/kops/pull/18281; "+
				"github.com/hetznercloud/hcloud-cloud-controller-manager deploy/ccm-networks.yaml",
				minorRelease{"v1.30.1", 32, 0}),
		},
		Secret: "hcloud", Holds: "the key token with an API token, and network with the name of the network of the nodes' addresses",
	},
	{
		KnownAddon: KnownAddon{
			Name: "openstack", Doc: "OpenStack's controller manager.", Cloud: true,
			// 1.37.0 was not out on FactsDate. Source: https://github.com/kubernetes/cloud-provider-openstack/pull/3235
			Releases: images("registry.k8s.io/provider-os/openstack-cloud-controller-manager",
				"https://github.com/kubernetes/k8s.io/pull/9483; github.com/kubernetes/cloud-provider-openstack "+
					"manifests/controller-manager",
				minorRelease{"v1.36.0", 36, 0}, minorRelease{"v1.35.0", 35, 35}, minorRelease{"v1.34.1", 34, 34},
				minorRelease{"v1.32.0", 32, 33}, minorRelease{"v1.31.0", 31, 31}),
		},
		Secret: "cloud-config", Holds: "the key cloud.conf",
	},
}

// minorRelease is a release and the Kubernetes minors it supports; 0: no known limit.
type minorRelease struct {
	version        string
	oldest, newest int
}

// images builds releases that consist of one image each.
func images(name, source string, releases ...minorRelease) []AddonRelease {
	var out []AddonRelease
	for _, r := range releases {
		out = append(out, AddonRelease{Version: r.version, Oldest: r.oldest, Newest: r.newest, Images: []string{name + ":" + r.version},
			Source: source})
	}
	return out
}

// FindCloud returns a known cloud by name.
func FindCloud(name string) (*KnownCloud, bool) {
	for i := range KnownClouds {
		if KnownClouds[i].Name == name {
			return &KnownClouds[i], true
		}
	}
	return nil, false
}

// cloud reads the cloud_provider block. Its addon is applied before all others, because nodes take no pods until it runs. The author's own
// manifests come first because they contain the credentials.
func (r *resolver) cloud() {
	s := r.spec.CloudProvider
	if s == nil {
		return
	}
	p := r.plan
	p.CloudProvider = s.Name
	a := &Addon{Source: s.Source, Name: "cloud-" + s.Name, NameRange: s.NameRange, Early: true, Cloud: s.Name}
	if known, ok := FindCloud(s.Name); ok {
		k := known.KnownAddon
		k.Files = []string{"addons/cloud-" + s.Name + ".yaml"}
		a.Known = &k
	}
	a.Manifests = r.manifests(s.Manifests)
	a.Images = r.images(s.Source, s.Images)
	a.Settings = r.settings(s.Source, s.Settings)
	a.Version = r.release(s.Source, "version", "cloud "+s.Name, s.Version)
	p.Addons = append(p.Addons, a)
}

// ProviderIDs reports whether the playbook must set each node's provider ID.
func (p *Plan) ProviderIDs() bool {
	k, ok := FindCloud(p.CloudProvider)
	return ok && k.ProviderID
}
