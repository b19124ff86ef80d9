package plan

import (
	"cmp"
	"maps"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"go4.org/netipx"
)

// Addon is something the playbook applies to the cluster: an addon the planner knows, the author's own manifests, the cloud controller
// manager, or a scheduler.
type Addon struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	// Known is nil if the author supplies the manifests.
	Known     *KnownAddon
	Version   string            // with its v if upstream has one; "" unless Known is set
	Settings  map[string]string // only if Known is set
	Images    []string          // upstream references, sorted
	After     []string
	Manifests []Manifest    // in the order they are applied
	Pools     []AddressPool // metallb only, sorted by name
	Chart     *Chart        // nil: none
	// Early addons are applied before the other nodes join. The playbook does not wait for their pods, because nodes stay tainted without
	// them.
	Early bool
	// Scheduler is set if the addon is a scheduler, Cloud if it is a cloud controller manager.
	Scheduler *Scheduler
	Cloud     string
	// Network marks what the network block asks for: the author's pod network, or cluster DNS.
	Network bool
}

// Chart is a Helm chart, rendered by helm on the machine that runs Ansible.
type Chart struct {
	*spec.Source
	Name       string
	NameRange  hcl.Range
	Repository string // https://… or oci://…, without the chart's name
	Version    string
	Digest     string // "sha256:<digest>" of the archive, "" if not given
	Namespace  string
	Values     string // YAML, "" if not given
}

// ValuesPath is the path of the chart's values file in the tree, "" if there is none.
func (a *Addon) ValuesPath() string {
	if a.Chart == nil || a.Chart.Values == "" {
		return ""
	}
	return "addons/" + a.Name + ".values.yaml"
}

// ChartFile is the name of the rendered chart on the control plane, in the addon's directory.
const ChartFile = "chart.yaml"

// Charts reports whether any addon is a Helm chart.
func (p *Plan) Charts() bool {
	return slices.ContainsFunc(p.Addons, func(a *Addon) bool { return a.Chart != nil })
}

// AddressPool is a pool of addresses for Services of type LoadBalancer.
type AddressPool struct {
	*spec.Source
	Name      string
	NameRange hcl.Range
	Addresses []AddressRange // in file order
	ARP       bool
}

// AddressRange runs from First to Last, both included and of the same family.
type AddressRange struct {
	Written     string
	First, Last netip.Addr
}

// Prefixes returns the smallest list of CIDR prefixes that covers exactly the range.
func (r AddressRange) Prefixes() []netip.Prefix {
	return netipx.IPRangeFrom(r.First, r.Last).Prefixes()
}

// Contains reports whether an address is in the range.
func (r AddressRange) Contains(a netip.Addr) bool {
	return a.BitLen() == r.First.BitLen() && !a.Less(r.First) && !r.Last.Less(a)
}

// Overlaps reports whether two ranges share an address.
func (r AddressRange) Overlaps(s AddressRange) bool {
	return r.First.BitLen() == s.First.BitLen() && !r.Last.Less(s.First) && !s.Last.Less(r.First)
}

// Manifest is one file of an addon. Exactly one of Tree, URL, and Local is set.
type Manifest struct {
	*spec.Source
	Tree  string // path in the generated tree
	URL   string // where hosts fetch it: upstream, or the copy under artifacts.mirror_url
	Local string // path on the machine that runs Ansible: absolute, or starting with ~/
	From  hcl.Range
	// Upstream is the address as written. Path is its path below a mirror, "" for a server that no mirror copies.
	Upstream, Path string
	Checksum       string // "sha256:<digest>" of the file behind the URL; "" if not given
}

// Base is the file's name.
func (m Manifest) Base() string { return path.Base(m.Tree + m.URL + m.Local) }

// KnownAddon is an addon whose manifests the planner writes or pins.
type KnownAddon struct {
	Name  string
	Doc   string // one sentence, for messages and the tree's pages
	Files []string
	// Releases are the releases that were reviewed, newest first. The default is the first that supports the cluster's version.
	Releases []AddonRelease
	Settings []AddonSetting
	// Owns are objects that can exist only once in a cluster, or names that other installers use too. Two addons that share one conflict.
	Owns []string
	// Cloud is set for addons that are configured as cloud_provider.
	Cloud bool
}

// AddonRelease is what is known about one release. Source is where the facts come from.
type AddonRelease struct {
	Version        string
	Oldest, Newest int      // supported Kubernetes minors; 0: no known limit
	Images         []string // upstream references
	Pins           []Pin    // downloaded files, in the order they are applied, before those of the tree
	Source         string
}

// Pin is an upstream file and the digest recorded for it.
type Pin struct{ Path, SHA256 string }

// AddonSetting is one key of an addon's settings.
type AddonSetting struct{ Name, Doc string }

// Takes reports whether the release supports a Kubernetes version.
func (r AddonRelease) Takes(v Version) bool {
	return v.Minor >= r.Oldest && (r.Newest == 0 || v.Minor <= r.Newest)
}

// Release returns the facts about one release.
func (k *KnownAddon) Release(version string) (AddonRelease, bool) {
	for _, r := range k.Releases {
		if strings.TrimPrefix(r.Version, "v") == strings.TrimPrefix(version, "v") {
			return r, true
		}
	}
	return AddonRelease{}, false
}

// newest is the release a cluster gets if the author gives no version.
func (k *KnownAddon) newest(v Version) AddonRelease {
	for _, r := range k.Releases {
		if r.Takes(v) {
			return r
		}
	}
	return k.Releases[0]
}

// MetricsAPI is the object through which `kubectl top` and autoscalers read metrics. A cluster can have only one.
const MetricsAPI = "APIService v1beta1.metrics.k8s.io"

// OperatorCRDs stands for the custom resource definitions of the Prometheus operator.
const OperatorCRDs = "the definitions of monitoring.coreos.com"

// KnownAddons is the table of known addons, sorted by name.
var KnownAddons = []KnownAddon{
	{
		Name: "fluent-bit", Doc: "Fluent Bit on every node reads the logs of all containers and sends them to one place.",
		Files: []string{"addons/fluent-bit.yaml"},
		Releases: []AddonRelease{
			{Version: "5.1.1", Images: []string{"docker.io/fluent/fluent-bit:5.1.1"},
				Source: "https://github.com/fluent/helm-charts/pull/752"},
		},
		Settings: []AddonSetting{
			{"output", "Fluent Bit's output plugin, such as forward, es, loki, http, syslog, or stdout"},
			{"secret", "a Secret in namespace logging whose keys become environment variables; settings name them as ${KEY}"},
		},
		Owns: []string{"namespace logging"},
	},
	{
		Name: "headlamp", Doc: "Headlamp shows the cluster in a browser, with the rights of whoever logs in.",
		Files: []string{"addons/headlamp.yaml"},
		Releases: []AddonRelease{
			{Version: "v0.44.0", Images: []string{"ghcr.io/headlamp-k8s/headlamp:v0.44.0"},
				Source: "https://github.com/kubernetes-sigs/headlamp/pull/6726"},
		},
	},
	{
		Name: "metallb", Doc: "MetalLB gives Services of type LoadBalancer addresses of its pools, and answers for them from a node.",
		Files: []string{"addons/metallb.yaml"},
		Releases: []AddonRelease{
			{Version: "v0.16.1", Images: []string{"quay.io/metallb/controller:v0.16.1", "quay.io/metallb/speaker:v0.16.1"},
				Pins: []Pin{{"raw.githubusercontent.com/metallb/metallb/v0.16.1/config/manifests/metallb-native.yaml",
					"bf25feebb7582ca7df845efd52ffbc2960d6cbf4cfc972f47fded9f788b67f0b"}},
				Source: "github.com/metallb/metallb@v0.16.1 config/manifests/metallb-native.yaml, seen on 2026-11-30"},
			{Version: "v0.15.3", Images: []string{"quay.io/metallb/controller:v0.15.3", "quay.io/metallb/speaker:v0.15.3"},
				Pins: []Pin{{"raw.githubusercontent.com/metallb/metallb/v0.15.3/config/manifests/metallb-native.yaml",
					"84b4e102f2b65f5d69085f5816c29362b74641873d8ac3de996e5f86a8219176"}},
				Source: "github.com/metallb/metallb@v0.15.3 config/manifests/metallb-native.yaml, seen on 2026-11-30"},
		},
		Owns: []string{"namespace metallb-system"},
	},
	{
		Name: "metrics-server", Doc: "metrics-server answers `kubectl top` and the autoscalers of pods.",
		Files: []string{"addons/metrics-server.yaml"},
		// Source: the compatibility matrix of README.md at v0.9.0
		Releases: []AddonRelease{
			{Version: "v0.9.0", Oldest: 34, Images: []string{"registry.k8s.io/metrics-server/metrics-server:v0.9.0"},
				Source: "sigs.k8s.io/metrics-server@v0.9.0 manifests/"},
			{Version: "v0.8.0", Oldest: 31, Images: []string{"registry.k8s.io/metrics-server/metrics-server:v0.8.0"},
				Source: "sigs.k8s.io/metrics-server@v0.9.0 README.md"},
		},
		Owns: []string{MetricsAPI},
	},
	{
		Name: "prometheus", Doc: "Prometheus, run by its operator, keeps the metrics of nodes, kubelets, API servers and whatever a " +
			"ServiceMonitor or PodMonitor names.",
		Files: []string{"addons/prometheus.yaml"},
		Releases: []AddonRelease{
			{
				Version: "v0.85.0", Oldest: 25,
				Images: []string{
					"quay.io/prometheus-operator/prometheus-config-reloader:v0.85.0",
					"quay.io/prometheus-operator/prometheus-operator:v0.85.0",
					"quay.io/prometheus/node-exporter:v1.10.2", "quay.io/prometheus/prometheus:v3.5.0",
				},
				Pins: []Pin{{"raw.githubusercontent.com/prometheus-operator/prometheus-operator/v0.85.0/bundle.yaml",
					"602f3a0c4f91952cfbbaedeed6542a8231134537191965275b9e2c2e05aeab72"}},
				Source: "github.com/prometheus-operator/prometheus-operator@v0.85.0 bundle.yaml, pkg/operator/defaults.go; " +
					"github.com/prometheus/node_exporter@v1.10.2",
			},
		},
		Settings: []AddonSetting{
			{"retention", "how long metrics are kept, in Prometheus' words, such as 15d"},
			{"storage", "size of the volume, such as 50Gi; without it metrics live as long as the pod"},
			{"storage_class", "StorageClass of the volume"},
		},
		Owns: []string{OperatorCRDs, "namespace monitoring"},
	},
}

// foreignOwns lists single-instance objects of well-known addons that the planner does not ship, keyed by their usual names.
var foreignOwns = map[string][]string{
	"prometheus-adapter":    {MetricsAPI},
	"kube-prometheus":       {OperatorCRDs, MetricsAPI, "namespace monitoring"},
	"kube-prometheus-stack": {OperatorCRDs},
	"prometheus-operator":   {OperatorCRDs},
}

// Owns lists what the addon installs that a cluster can have only once.
func (a *Addon) Owns() []string {
	if a.Known != nil {
		return a.Known.Owns
	}
	return foreignOwns[a.Name]
}

// addonWords answers addon names that have another name here, or are not available.
var addonWords = map[string]string{
	"monitoring":           `Here it is called "prometheus".`,
	"logging":              `Here it is called "fluent-bit".`,
	"metrics":              `Here it is called "metrics-server".`,
	"kube-prometheus":      `Its hundred files are not pinned here. Write "prometheus", or the manifests of your own build of it.`,
	"dashboard":            dashboardGone,
	"kubernetes-dashboard": dashboardGone,
	"heapster":             `Heapster was retired in 2018. Write "metrics-server".`,
	"coredns":              "kubeadm installs cluster DNS itself.",
	"kube-dns":             "kubeadm installs cluster DNS itself.",
	"kube-proxy":           "kubeadm installs it itself; network { kube_proxy { … } } is about it.",
	"flannel":              `It is a pod network: write network { cni "flannel" {} }.`,
	"calico":               `It is a pod network: write network { cni "calico" {} }.`,
	"cilium":               `It is a pod network: write network { cni "cilium" {} }.`,
}

// Source: https://github.com/kubernetes/website/issues/54042, https://github.com/kubernetes/website/pull/54800
const dashboardGone = `Kubernetes Dashboard was archived in January 2026 and has had no security fixes since; ` +
	`from version 3 on it came as a Helm chart alone. ` +
	`Its successor in the same group of Kubernetes is Headlamp: write "headlamp".`

// RetiredAddon returns why an author-supplied addon of this name should no longer be installed, "" if there is no known reason.
func RetiredAddon(name string) string {
	if name == "dashboard" || name == "kubernetes-dashboard" {
		return dashboardGone
	}
	return ""
}

// FindAddon returns a known addon by name.
func FindAddon(name string) (*KnownAddon, bool) {
	for i := range KnownAddons {
		if KnownAddons[i].Name == name {
			return &KnownAddons[i], true
		}
	}
	return nil, false
}

// addonNames returns the names of all known addons.
func addonNames() []string {
	names := make([]string, len(KnownAddons))
	for i := range KnownAddons {
		names[i] = KnownAddons[i].Name
	}
	return names
}

// addons reads the addon blocks. Versions are resolved with the other defaults, because they depend on the Kubernetes version.
func (r *resolver) addons() {
	p := r.plan
	for _, s := range r.spec.Addons {
		a := &Addon{Source: s.Source, Name: s.Name, NameRange: s.NameRange, After: s.After}
		well := r.name(s.NameRange, "addon", s.Name, 40)
		known, ok := FindAddon(s.Name)
		switch {
		case !well:
		case len(s.Manifests) > 0 || s.Chart != nil: // the author's own manifests, even under a known name
		case ok:
			a.Known = known
		default:
			hint := addonWords[s.Name]
			if hint != "" {
				hint = " " + hint
			} else {
				hint = spelling.DidYouMean(s.Name, addonNames()) + " Use one of " + strings.Join(addonNames(), ", ") +
					`; any other needs manifest "https://…" { checksum = "sha256:…" }, or a chart.`
			}
			r.fail(unknownAddon, s.NameRange, "%q is not an addon that k8splan knows.%s", spelling.Excerpt(s.Name), hint)
		}
		a.Manifests = r.manifests(s.Manifests)
		a.Chart = r.chart(s)
		a.Images = r.images(s.Source, s.Images)
		a.Settings = r.settings(s.Source, s.Settings)
		a.Pools = r.pools(s.Pools)
		a.Version = r.release(s.Source, "version", s.Name, s.Version)
		p.Addons = append(p.Addons, a)
	}
}

var (
	chartNamePattern    = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$`)
	chartVersionPattern = regexp.MustCompile(`^v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$`)
	ociPattern          = regexp.MustCompile(`^oci://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9._-]+)*$`)
)

func (r *resolver) chart(a *spec.Addon) *Chart {
	s := a.Chart
	if s == nil {
		return nil
	}
	c := &Chart{Source: s.Source, Name: s.Name, NameRange: s.NameRange, Values: text(s.Values),
		Namespace: cmp.Or(text(s.Namespace), a.Name)}
	if !chartNamePattern.MatchString(s.Name) {
		r.fail(invalidText, s.NameRange, "%q is not the name of a chart. Write one such as \"traefik\", as the repository lists it.",
			spelling.Excerpt(s.Name))
	}
	if repository := text(s.Repository); strings.HasPrefix(repository, "oci://") {
		c.Repository = r.match(s.Source, "repository", s.Repository, ociPattern,
			`Write oci://, a registry, and a path in lower case: "oci://registry.example.com/charts".`)
	} else if c.Repository = r.webAddress(s.Source, "repository", s.Repository); strings.HasPrefix(c.Repository, "http://") {
		r.fail(invalidURL, s.Attr("repository"), "repository is %s: anyone on the way could put another chart there. Write https://, or "+
			"oci://.", c.Repository)
	}
	c.Version = r.match(s.Source, "version", s.Version, chartVersionPattern,
		`Write the version of one release of the chart, such as "37.1.0".`)
	c.Digest = r.match(s.Source, "digest", s.Digest, sha256Pattern, "Write sha256: and 64 lower-case hexadecimal digits.")
	if s.Namespace != nil {
		r.name(s.Attr("namespace"), "namespace", *s.Namespace, 63)
	}
	if s.Values != nil && c.Values != "" && !strings.HasSuffix(c.Values, "\n") {
		c.Values += "\n"
	}
	return c
}

func (r *resolver) manifests(written []*spec.Manifest) []Manifest {
	var out []Manifest
	for _, m := range written {
		one := Manifest{Source: m.Source, From: m.FromRange}
		switch {
		case strings.Contains(m.From, "://"):
			one.Upstream = r.url(m.FromRange, "The manifest", m.From)
			if below, ok := strings.CutPrefix(one.Upstream, "https://"); ok && mirrorPathPattern.MatchString(below) {
				one.Path = below
			}
		case (strings.HasPrefix(m.From, "/") || strings.HasPrefix(m.From, "~/")) &&
			pathPattern.MatchString(strings.TrimPrefix(m.From, "~")) && path.Clean(m.From) == m.From && m.From != "/":
			one.Local = m.From
		default:
			r.fail(invalidPath, m.FromRange,
				`%q is neither a URL nor a path of a manifest. Write "https://…", or a path on the machine that runs `+
					`Ansible that begins `+
					`with / or ~/, of letters, digits and . _ @ + -.`, spelling.Excerpt(m.From))
			continue
		}
		if m.Checksum != nil {
			if one.Checksum = *m.Checksum; !sha256Pattern.MatchString(one.Checksum) {
				r.fail(invalidChecksum, m.Attr("checksum"), "The checksum is %q. Write sha256: and 64 lower-case hexadecimal digits.",
					spelling.Excerpt(one.Checksum))
			}
		}
		out = append(out, one)
	}
	return out
}

func (r *resolver) pools(written []*spec.AddressPool) []AddressPool {
	var out []AddressPool
	for _, s := range written {
		pool := AddressPool{Source: s.Source, Name: s.Name, NameRange: s.NameRange, ARP: s.Announce == nil || *s.Announce == "arp"}
		r.name(s.NameRange, "pool", s.Name, 63)
		if i := slices.IndexFunc(out, func(other AddressPool) bool { return other.Name == s.Name }); i >= 0 {
			r.fail(invalidName, s.NameRange, "A pool %q is already on line %d. Give this one another name, or write the addresses of both "+
				"in one pool.", spelling.Excerpt(s.Name), out[i].NameRange.Start.Line)
		}
		if s.Addresses != nil && len(s.Addresses) == 0 {
			r.fail(invalidAddress, s.Attr("addresses"), `The pool has no addresses, and gives none to any Service. Write some, such as `+
				`addresses = ["10.0.0.200-10.0.0.220"], or remove the pool.`)
		}
		for i, text := range s.Addresses {
			a, ok := addressRange(text)
			if !ok {
				r.fail(invalidAddress, s.Element("addresses", i),
					`addresses holds %q. Write the first and the last address, or a range with its `+
						`prefix length: "10.0.0.200-10.0.0.220", "10.0.1.0/28".`, spelling.Excerpt(text))
				continue
			}
			pool.Addresses = append(pool.Addresses, a)
		}
		out = append(out, pool)
	}
	slices.SortStableFunc(out, func(a, b AddressPool) int { return Natural(a.Name, b.Name) })
	return out
}

// addressRange parses first-last, or a prefix without host bits.
func addressRange(text string) (AddressRange, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return AddressRange{text, p.Addr(), LastAddress(p)}, p == p.Masked()
	}
	from, to, found := strings.Cut(text, "-")
	first, problem := parseAddress(strings.TrimSpace(from))
	last, other := parseAddress(strings.TrimSpace(to))
	ok := found && problem == "" && other == "" && first.BitLen() == last.BitLen() && !last.Less(first)
	return AddressRange{text, first, last}, ok
}

// ARPPools returns the pools whose addresses nodes announce by ARP.
func (p *Plan) ARPPools() []AddressPool {
	var out []AddressPool
	for _, a := range p.Addons {
		for _, pool := range a.Pools {
			if pool.ARP && len(pool.Addresses) > 0 {
				out = append(out, pool)
			}
		}
	}
	return out
}

func (r *resolver) images(src *spec.Source, written []string) []string {
	for i, image := range written {
		if !imagePattern.MatchString(image) {
			r.fail(invalidImage, src.Element("images", i),
				`images holds %q. Write an image with its registry and its tag or digest, in lower case: `+
					`"quay.io/jetstack/cert-manager-controller:v1.19.1".`, spelling.Excerpt(image))
		}
	}
	return slices.Sorted(slices.Values(written))
}

func (r *resolver) settings(src *spec.Source, written map[string]string) map[string]string {
	for _, key := range slices.Sorted(maps.Keys(written)) {
		if problem := unprintable(written[key]); problem != "" {
			r.fail(invalidText, src.Value("settings", key), "The setting %q holds %s. Write it in one line.",
				spelling.Excerpt(key), problem)
		}
	}
	return written
}

// addonDefaults resolves versions, and from them images and files.
func (r *resolver) addonDefaults() {
	p := r.plan
	r.schedulerDefaults()
	r.networkAddons()
	for _, a := range p.Addons {
		if a.Known != nil {
			release := a.Known.newest(p.Cluster.Version)
			if a.Version == "" {
				a.Version = release.Version
				r.decide("addon."+a.Name+".version", a.Version,
					"The newest release that was looked at and is made for the cluster's version.", "")
			} else if known, ok := a.Known.Release(a.Version); ok {
				a.Version, release = known.Version, known
			} else {
				release = at(release, a.Version)
				a.Version = release.Version
			}
			a.Images = slices.Sorted(slices.Values(append(a.Images, release.Images...)))
			for _, pin := range release.Pins {
				a.Manifests = append(a.Manifests, Manifest{Source: a.Source, Upstream: "https://" + pin.Path, Path: pin.Path,
					Checksum: "sha256:" + pin.SHA256})
			}
			for _, file := range a.Known.Files {
				a.Manifests = append(a.Manifests, Manifest{Source: a.Source, Tree: file})
			}
		}
		for i := range a.Manifests {
			m := &a.Manifests[i]
			m.URL = m.Upstream
			if m.Path != "" {
				m.URL = p.Artifacts.address(m.Path)
				if pin, ok := p.Artifacts.Checksums[m.Path]; ok && m.Checksum == "" && strings.HasPrefix(pin, "sha256:") {
					m.Checksum = pin
				}
			}
		}
	}
	r.order()
}

// networkAddons adds early addons for the author's own pod network and for the cluster DNS settings.
func (r *resolver) networkAddons() {
	p := r.plan
	if p.Target.Facts.Hosting != Hosts {
		return
	}
	if c := &p.Network.CNI; len(c.Manifests) > 0 {
		p.Addons = append(p.Addons, &Addon{Source: c.Source, Name: c.Called(), NameRange: c.Block(), Early: true, Network: true,
			Images: c.Images, Manifests: c.Manifests})
	}
	d := &p.Network.DNS
	file := func(name string, images ...string) {
		p.Addons = append(p.Addons, &Addon{Source: d.Source, Name: name, NameRange: d.Block(), Early: true, Network: true, Images: images,
			Manifests: []Manifest{{Source: d.Source, Tree: "addons/" + name + ".yaml"}}})
	}
	if len(d.Upstream) > 0 || d.Replicas > 0 {
		file("cluster-dns")
	}
	if d.NodeLocalCache {
		file("node-local-dns", NodeCacheImage)
	}
}

// NodeCacheImage is the per-node cache of cluster DNS; NodeCacheAddress is the address it listens on. Sources:
// https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/; the newest tag of registry.k8s.io/dns/k8s-dns-node-cache that was seen
// on 2026-11-30.
const (
	NodeCacheImage   = "registry.k8s.io/dns/k8s-dns-node-cache:1.26.8"
	NodeCacheAddress = "169.254.20.10"
)

// at builds an unknown release from the newest known one by changing the version. The digests of its files are unknown.
func at(r AddonRelease, version string) AddonRelease {
	bare := strings.TrimPrefix(r.Version, "v")
	version = strings.TrimPrefix(version, "v")
	out := AddonRelease{Version: strings.Replace(r.Version, bare, version, 1)}
	for _, image := range r.Images {
		out.Images = append(out.Images, strings.Replace(image, ":"+r.Version, ":"+out.Version, 1))
	}
	for _, pin := range r.Pins {
		out.Pins = append(out.Pins, Pin{Path: strings.Replace(pin.Path, "/"+r.Version+"/", "/"+out.Version+"/", 1)})
	}
	return out
}

// order sorts the addons by name, early ones first, then moves each after the addons it names in after.
func (r *resolver) order() {
	p := r.plan
	slices.SortStableFunc(p.Addons, func(a, b *Addon) int {
		if a.Early != b.Early {
			if a.Early {
				return -1
			}
			return 1
		}
		return Natural(a.Name, b.Name)
	})
	byName := map[string]*Addon{}
	var names []string
	for _, a := range p.Addons {
		if other := byName[a.Name]; other != nil {
			r.fail(invalidName, a.NameRange, "%s is also the name of the %s. Rename one of them.", a.Name, "block of that name")
		}
		byName[a.Name] = a
		names = append(names, a.Name)
	}
	var out []*Addon
	state := map[*Addon]int{} // 1: being placed, 2: placed
	var place func(*Addon)
	place = func(a *Addon) {
		state[a] = 1
		for _, name := range slices.Sorted(slices.Values(a.After)) {
			before, ok := byName[name]
			switch {
			case !ok:
				r.fail(addonOrder, a.Attr("after"), "%s comes after %q, and no addon has that name.%s", a.Name, spelling.Excerpt(name),
					spelling.DidYouMean(name, names))
			case before == a:
				r.fail(addonOrder, a.Attr("after"), "%s comes after itself. Remove it from after.", a.Name)
			case state[before] == 1:
				r.fail(addonOrder, a.Attr("after"), "%s and %s wait for each other. Take one out of after.", a.Name, before.Name)
			case state[before] == 0:
				place(before)
			}
		}
		state[a] = 2
		out = append(out, a)
	}
	for _, a := range p.Addons {
		if state[a] == 0 {
			place(a)
		}
	}
	p.Addons = out
}

// ManifestDownloads lists the manifests that hosts download, for the pod network and addons, in the order they are applied.
func (p *Plan) ManifestDownloads() []Manifest {
	if p.Target.Facts.Hosting == Hosted {
		return nil
	}
	out := p.NetworkManifests()
	for _, a := range p.Addons {
		for _, m := range a.Manifests {
			if m.URL != "" {
				out = append(out, m)
			}
		}
	}
	return out
}
