package check

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	addonDocs   = "https://kubernetes.io/docs/concepts/cluster-administration/addons/"
	servingDocs = "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs"
)

// moving matches path elements of URLs whose content changes.
var moving = regexp.MustCompile(`/(latest|master|main|HEAD|head|nightly|stable)(/|$)`)

// volumeSize matches a Kubernetes quantity as commonly written for a volume.
var volumeSize = regexp.MustCompile(`^[1-9][0-9]*(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$`)

// retention matches a Prometheus duration. Source: github.com/prometheus/common model/time.go
var retention = regexp.MustCompile(`^([0-9]+(ms|[smhdwy]))+$`)

var addonRules = []Rule{
	{rule.Rule{
		ID: "addon-manifest-unverified", Severity: rule.Error, Title: "Manifest without a checksum", Permanent: true,
		Doc: "A manifest decides what runs in the cluster, often with all rights. Without a checksum, anyone who intercepts the " +
			"connection or breaks into the server decides that, and the next run may apply something else.",
		Fix:     "Write `checksum = \"sha256:…\"`, which `curl -L URL | sha256sum` prints, after you have read the file.",
		Sources: []string{"https://owasp.org/www-project-kubernetes-top-ten/"},
	}, addonManifestUnverified},
	{rule.Rule{
		ID: "addon-chart-unverified", Severity: rule.Error, Title: "Chart without a checksum", Permanent: true,
		Doc: "A chart decides what runs in the cluster, often with all rights. Without a checksum, whoever can write to the repository " +
			"decides that, and the next run may apply something else under the same version.",
		Fix: "Write `digest = \"sha256:…\"`, which `helm pull NAME --repo URL --version VERSION && sha256sum NAME-VERSION.tgz` prints, " +
			"after you have read the chart.",
		Sources: []string{"https://helm.sh/docs/helm/helm_pull/", "https://owasp.org/www-project-kubernetes-top-ten/"},
	}, addonChartUnverified},
	{rule.Rule{
		ID: "addon-chart-values", Severity: rule.Error, Title: "Values of a chart that helm cannot read, or that hold a secret",
		Permanent: true,
		Doc: "The values are part of the tree, which is meant for git, and helm accepts only a YAML map. Anyone who reads the tree can " +
			"read a private key, token, or password in them.",
		Fix:     "Write a map. Put secrets into a Secret that a manifest on the Ansible machine creates, and refer to it in the values.",
		Sources: []string{secretsInGit, "https://helm.sh/docs/chart_template_guide/values_files/"},
	}, addonChartValues},
	{rule.Rule{
		ID: "addon-manifest-moving", Severity: rule.Warning, Title: "Manifest URL whose content changes",
		Doc: "A branch or \"latest\" points to another file after the next release. From then on the checksum does not match, and the " +
			"playbook stops.",
		Fix:     "Write the URL of one release.",
		Sources: []string{addonDocs},
	}, addonManifestMoving},
	{rule.Rule{
		ID: "addon-setting", Severity: rule.Error, Title: "Setting that the addon cannot use", Permanent: true,
		Doc: "An addon that k8splan knows has a few settings; everything else follows from the design. Your own manifests have no " +
			"settings: they are applied as they are.",
		Fix:     "Write a setting that the message names, or a value of the right form.",
		Sources: []string{addonDocs, "https://docs.fluentbit.io/manual/data-pipeline/outputs"},
	}, addonSettings},
	{rule.Rule{
		ID: "addon-conflict", Severity: rule.Error, Title: "Addons that create the same object", Permanent: true,
		Doc: "Both addons create an object that exists only once in a cluster. The addon that is applied last wins, and the other one " +
			"stops working.",
		Fix:     "Keep one of the two.",
		Sources: []string{"https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/"},
	}, addonConflict},
	{rule.Rule{
		ID: "addon-version", Severity: rule.Warning, Title: "Addon release untested with this Kubernetes",
		Doc: "Addons use Kubernetes APIs that come and go with its releases. Outside the range that their maintainers name, or with a " +
			"release that k8splan has not been tested with, the manifest and images may not fit.",
		Fix:     "Leave `version` out, or write one that the message names.",
		Sources: []string{"https://github.com/kubernetes-sigs/metrics-server#compatibility-matrix", addonDocs},
	}, addonVersion},
	{rule.Rule{
		ID: "addon-before-network", Severity: rule.Warning, Title: "Addon before the pod network",
		Doc: "The playbook does not install Cilium, which comes as a Helm chart, or a pod network without a manifest. Until you install " +
			"the pod network, nodes are not ready and no pod starts: the playbook waits five minutes for the addons, then stops.",
		Fix: "For cni \"other\", write its manifest. For Cilium, let the playbook set up the control planes, install Cilium as " +
			"cni/README.md in the tree describes, run the playbook again, and waive this rule. Or add Cilium as an addon, with its " +
			"rendered chart as the manifest.",
		Sources: []string{"https://docs.cilium.io/en/stable/installation/k8s-install-helm/"},
	}, addonBeforeNetwork},
	{rule.Rule{
		ID: "addon-images-unlisted", Severity: rule.Warning, Title: "Images outside the private registry",
		Doc: "With `image_repository`, nodes pull every image from your registry. In your own manifests, only the images that `images` " +
			"lists are replaced; the rest is pulled from upstream, which hosts without internet access cannot reach.",
		Fix:     "List the manifest's images in `images`; `grep 'image:' FILE` shows them.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/issues/9476"},
	}, addonImagesUnlisted},
	{rule.Rule{
		ID: "addon-image-collision", Severity: rule.Error, Title: "Duplicate image name", Permanent: true,
		Doc: "In your own registry, every image is stored under the last part of its name. Two images with the same last part and the " +
			"same tag cannot both be there: one of the pods would run the wrong image.",
		Fix:     "Give one of them another tag, and use that tag in its manifest.",
		Sources: []string{"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/"},
	}, addonImageCollision},
	{rule.Rule{
		ID: "addon-kubelets-unverified", Severity: rule.Warning, Title: "Kubelets with unverifiable certificates",
		Doc: "Kubelets that kubeadm sets up serve self-signed certificates. A client that asks them for metrics either does not verify " +
			"them, or fails with `x509: cannot validate certificate`. Without verification, anyone who can answer at a node's address " +
			"receives the client's token.",
		Fix: "Write `server_tls_bootstrap = true` in the kubelet block of cluster: the cluster's CA signs the certificates, and the " +
			"playbook approves the requests. Otherwise the addon is configured to accept them without verification.",
		Sources: []string{servingDocs, "https://github.com/kubernetes-sigs/metrics-server#requirements"},
	}, addonKubeletsUnverified},
	{rule.Rule{
		ID: "addon-announces-segment", Severity: rule.Warning, Title: "Addresses of Services announced across segments",
		Doc: "MetalLB in layer 2 mode, kube-vip for Services, PureLB, and OpenELB answer ARP for Service addresses from one node at a " +
			"time. Routers do not forward ARP: if a node in another segment takes over an address, clients cannot find it. Cloud " +
			"networks do not answer ARP for addresses that they did not assign.",
		Fix: "Announce by BGP, or bind each address pool to the nodes of its segment, and waive the rule. If all nodes are in one " +
			"segment, say so in `node_subnets`.",
		Sources: []string{"https://metallb.io/concepts/layer2/", "https://metallb.io/configuration/_advanced_l2_configuration/",
			"https://metallb.io/installation/clouds/"},
	}, addonAnnouncesSegment},
	{rule.Rule{
		ID: "addon-retired", Severity: rule.Warning, Title: "Discontinued addon",
		Doc:     "It gets no security fixes any more, and it often has many rights in the cluster.",
		Fix:     "Write its successor.",
		Sources: []string{"https://github.com/kubernetes/website/issues/54042"},
	}, addonRetired},
	{rule.Rule{
		ID: "addon-not-applied", Severity: rule.Warning, Title: "Setting that the target does not apply",
		Doc: "On this target another program creates the cluster, and the tree has no playbook that applies addons, schedulers, and " +
			"cloud providers. These blocks are ignored.",
		Fix:     "Remove the block, and install it with the target's own tools.",
		Sources: []string{addonDocs},
	}, addonNotApplied},
}

func addonChartUnverified(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		if c := a.Chart; c != nil && c.Digest == "" {
			findings = append(findings, one(c.NameRange, "The chart of %s %s has no digest, so any archive from the repository would be "+
				"applied. Write digest = \"sha256:…\": helm pull fetches the archive, and sha256sum prints its "+
				"digest.", c.Name, c.Version)...)
		}
	}
	return findings
}

func addonChartValues(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		c := a.Chart
		if c == nil || c.Values == "" {
			continue
		}
		var values map[string]any
		switch err := yaml.Unmarshal([]byte(c.Values), &values); {
		case err != nil:
			findings = append(findings, one(c.Attr("values_file"), "The values of %s are not a YAML map (%s). Write keys and "+
				"values, as helm show values prints them.", c.Name, spelling.Excerpt(strings.ReplaceAll(err.Error(), "\n", " ")))...)
		case privateKey.MatchString(c.Values) || secretField.MatchString(c.Values):
			findings = append(findings,
				one(c.Attr("values_file"), "The values of %s hold a private key, a token, or a password, and the tree is meant for "+
					"git. Put it into a Secret, and refer to that in the values.", c.Name)...)
		}
	}
	return findings
}

func addonManifestUnverified(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		for _, m := range a.Manifests {
			switch {
			case m.URL == "" || m.Checksum != "":
			case a.Known != nil:
				findings = append(findings,
					one(a.Attr("version"), "k8splan does not know the digest of %s for %s %s. Write artifacts { checksums = { %q = "+
						"\"sha256:…\" } }, or leave the version out.", m.Base(), a.Name, a.Version, m.Path)...)
			default:
				findings = append(findings,
					one(m.Block(), "Whatever the server returns would be applied. Write checksum = \"sha256:…\", which curl -L %s "+
						"| sha256sum prints.", m.Upstream)...)
			}
		}
	}
	return findings
}

func addonManifestMoving(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		for _, m := range a.Manifests {
			if word := moving.FindStringSubmatch(m.Upstream); word != nil && a.Known == nil {
				findings = append(findings,
					one(m.From, "%q in the URL points to another file after each release, and then the checksum no longer matches. Write "+
						"the URL of one release.", word[1])...)
			}
		}
	}
	return findings
}

func addonConflict(p *plan.Plan) []Finding {
	var findings []Finding
	owner := map[string]*plan.Addon{}
	for _, a := range p.Addons {
		for _, thing := range a.Owns() {
			if first, ok := owner[thing]; ok {
				findings = append(findings, one(a.NameRange, "%s and %s both create %s, which exists only once in a cluster. Keep one of "+
					"them.",
					a.Name, first.Name, thing)...)
				break
			}
			owner[thing] = a
		}
	}
	return findings
}

func addonVersion(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		if a.Known == nil {
			if a.Has("version") && a.Scheduler == nil && !a.Network {
				findings = append(findings,
					one(a.Attr("version"), "%s is applied from the manifests in the block, where version has no effect. Remove it, "+
						"or put the version into the manifest's URL.", a.Name)...)
			}
			continue
		}
		release, ok := a.Known.Release(a.Version)
		switch {
		case !ok:
			findings = append(findings, one(a.Attr("version"), "k8splan was not tested with %s %s: it would apply the manifest of %s. "+
				"Leave version out, or test this release.", a.Name, a.Version, a.Known.Releases[0].Version)...)
		case !release.Takes(p.Cluster.Version):
			findings = append(findings, one(a.Attr("version"), "%s %s is made for Kubernetes %s, and this is %s. "+
				"Write a version that is made for it.", a.Name, release.Version, madeFor(release), p.Cluster.Version)...)
		}
	}
	return findings
}

func addonBeforeNetwork(p *plan.Plan) []Finding {
	c := &p.Network.CNI
	if !onHosts(p) || c.Name != plan.Cilium && (!c.Foreign() || len(c.Manifests) > 0) {
		return nil
	}
	var late []string
	for _, a := range p.Addons {
		if a.Name == c.Called() || a.Network {
			return nil
		}
		if !a.Early {
			late = append(late, a.Name)
		}
	}
	if len(late) == 0 {
		return nil
	}
	if c.Foreign() {
		return one(c.Block(), "Nothing in the file installs a pod network, and the playbook waits for %s, whose pods never start without "+
			"one. Write cni \"other\" with a block manifest \"https://…\" {} in it, or install the network after the first run and run "+
			"the playbook again.",
			sentence(late))
	}
	return one(p.Network.CNI.Block(), "Cilium is installed with Helm, not by the playbook. The playbook waits for %s before that, and "+
		"their pods cannot start yet. Install Cilium after the first run and run the playbook again, or add its rendered chart as addon "+
		"\"cilium\".",
		sentence(late))
}

func addonImagesUnlisted(p *plan.Plan) []Finding {
	if p.Artifacts.ImageRepository == "" {
		return nil
	}
	var findings []Finding
	for _, a := range p.Addons {
		own := a.Chart != nil || slices.ContainsFunc(a.Manifests, func(m plan.Manifest) bool { return m.Tree == "" })
		if a.Known == nil && a.Scheduler == nil && own && !a.Has("images") {
			findings = append(findings,
				one(a.Block(), "%s uses images that this file does not list, so nodes pull them from upstream, not from %s. Write "+
					"images = [ … ], or images = [] if it has none.", a.Name, p.Artifacts.ImageRepository)...)
		}
	}
	return findings
}

func addonImageCollision(p *plan.Plan) []Finding {
	if p.Artifacts.ImageRepository == "" {
		return nil
	}
	var findings []Finding
	source := map[string]string{}
	for _, i := range p.SystemImages() {
		source[i.Ref] = i.Source
	}
	for _, a := range p.Addons {
		for _, image := range a.Images {
			ref := p.Artifacts.ImageRef(image)
			if other, ok := source[ref]; ok && other != image {
				findings = append(findings, one(written(writtenArg(a.Has("images"), a.Attr("images")), a.Block()),
					"%s and %s would both be %s. Give one of them another tag.", image, other, ref)...)
			}
			source[ref] = image
		}
	}
	return findings
}

func addonKubeletsUnverified(p *plan.Plan) []Finding {
	if p.Cluster.Kubelet.ServerTLSBootstrap || p.Target.Facts.Hosting != plan.Hosts {
		return nil
	}
	for _, a := range p.Addons {
		if a.Known != nil && (a.Name == "metrics-server" || a.Name == "prometheus") {
			return one(a.NameRange, "%s skips verification of the kubelets' certificates, because they are self-signed. Write kubelet { "+
				"server_tls_bootstrap = true } in the block cluster.", a.Name)
		}
	}
	return nil
}

// announcers are programs that announce Service addresses in a segment, as their manifests' URLs name them.
var announcers = []string{"metallb", "purelb", "openelb", "kube-vip-cloud"}

func addonAnnouncesSegment(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		called := strings.ToLower(a.Name)
		for _, m := range a.Manifests {
			called += " " + strings.ToLower(m.Upstream+m.Local)
		}
		if !slices.ContainsFunc(announcers, func(name string) bool { return strings.Contains(called, name) }) ||
			len(a.Pools) > 0 && !slices.ContainsFunc(a.Pools, func(pool plan.AddressPool) bool { return pool.ARP }) {
			continue
		}
		var nodes plan.Shared
		for _, n := range p.KubeletNodes() {
			if n.Address.IsValid() {
				nodes.Among = append(nodes.Among, plan.Located{Who: n.Name, Node: n, Addr: n.Address, Segment: p.Segment(n.Address)})
			}
		}
		one, other, apart := nodes.Apart()
		switch {
		case !p.Target.Facts.L2 && p.Target.Facts.Hosting == plan.Hosts:
			findings = append(findings, Finding{At: a.NameRange, Detail: fmt.Sprintf("The network of target %s does not answer ARP for "+
				"addresses that it did not assign: addresses that %s announces this way are unreachable. Use the cloud's load balancer, "+
				"or announce by BGP and waive this rule.", p.Target.Name, a.Name)})
		case apart:
			guess, state := "", ""
			if len(nodes.Unstated()) > 0 {
				guess, state = ", judging by the file", "; or state the segment in node_subnets"
			}
			findings = append(findings, Finding{At: a.NameRange, Detail: fmt.Sprintf("%s answers ARP for addresses of Services from "+
				"any node, and %s (%s) and %s (%s) are not in one segment%s. Bind each pool of addresses to the nodes of one segment or "+
				"announce by BGP, and waive this rule%s.", a.Name, one.Who, one.Addr, other.Who, other.Addr, guess, state)})
		}
	}
	return findings
}

func addonRetired(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		if why := plan.RetiredAddon(a.Name); why != "" {
			findings = append(findings, Finding{At: a.NameRange, Detail: why})
		}
	}
	return findings
}

func addonNotApplied(p *plan.Plan) []Finding {
	if p.Target.Facts.Hosting == plan.Hosts {
		return nil
	}
	var findings []Finding
	for _, a := range p.Addons {
		findings = append(findings, one(a.Block(), "Target %s creates the cluster with another program, and nothing in this tree "+
			"applies %s. Remove the block.", p.Target.Name, a.Name)...)
	}
	if p.Cluster.Kubelet.ServerTLSBootstrap {
		findings = append(findings, one(p.Cluster.Kubelet.Attr("server_tls_bootstrap"),
			"Target %s creates the cluster with another program, and nothing in this tree approves the kubelets' certificates. "+
				"Remove it.", p.Target.Name)...)
	}
	for _, profile := range p.Cluster.SchedulerProfiles {
		findings = append(findings,
			one(profile.Block(), "Target %s creates the cluster with another program, and its scheduler does not read this "+
				"profile. Remove the block.", p.Target.Name)...)
	}
	return findings
}

// madeFor is the range of Kubernetes versions that a release supports.
func madeFor(r plan.AddonRelease) string {
	switch {
	case r.Newest == 0:
		return fmt.Sprintf("1.%d and newer", r.Oldest)
	case r.Oldest == r.Newest:
		return fmt.Sprintf("1.%d", r.Oldest)
	}
	return fmt.Sprintf("1.%d to 1.%d", r.Oldest, r.Newest)
}

func addonSettings(p *plan.Plan) []Finding {
	var findings []Finding
	for _, a := range p.Addons {
		say := func(format string, args ...any) {
			findings = append(findings, one(written(writtenArg(a.Has("settings"), a.Attr("settings")), a.Block()), format, args...)...)
		}
		if a.Known == nil {
			if len(a.Settings) > 0 {
				say("%s is applied exactly as in its manifests: settings have no effect. Remove them, and change the "+
					"manifests.", a.Name)
			}
			continue
		}
		var known []string
		for _, s := range a.Known.Settings {
			known = append(known, s.Name)
		}
		for _, key := range slices.Sorted(maps.Keys(a.Settings)) {
			switch {
			case a.Name == "fluent-bit": // the rest belongs to the output plugin
				if secretName.MatchString(key) && !strings.HasPrefix(a.Settings[key], "${") && key != "secret" {
					say("%q looks like a password, and settings are written to a ConfigMap that everyone can read. Put it into a Secret, "+
						"write secret = \"NAME\", and write %s = \"$${KEY}\".", key, key)
				}
			case !slices.Contains(known, key):
				what := " It has none."
				if len(known) > 0 {
					what = spelling.DidYouMean(key, known) + " It has " + sentence(known) + "."
				}
				say("%s has no setting %q.%s", a.Name, key, what)
			}
		}
		if a.Name == "fluent-bit" && a.Settings["output"] == "" {
			say("There is no destination for logs. Write settings = { output = \"forward\", host = \"logs.example.com\", port = " +
				"\"24224\" }, or another output plugin of Fluent Bit; stdout writes them to its own log.")
		}
		if v := a.Settings["storage"]; a.Name == "prometheus" && v != "" {
			if !volumeSize.MatchString(v) {
				say("storage is %q. Write a size such as \"50Gi\".", v)
			}
		}
		if v := a.Settings["retention"]; a.Name == "prometheus" && v != "" && !retention.MatchString(v) {
			say("retention is %q. Write a Prometheus duration, such as \"15d\".", v)
		}
	}
	return findings
}
