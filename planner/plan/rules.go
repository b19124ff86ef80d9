package plan

import (
	"slices"

	"github.com/k8splan/k8splan/planner/rule"
)

// What Resolve may find wrong. All are permanent: a value that has no meaning cannot be waived into having one.
var (
	invalidAddress = &rule.Rule{
		ID: "invalid-address", Title: "Invalid address", Permanent: true,
		Doc: "Addresses go into certificates, manifests and firewall rules. They must be single IPv4 or IPv6 addresses in their usual " +
			"form: no range, no port, no zone, no leading zeros, which some programs read as octal and others refuse.",
		Fix:     `Write the address alone, such as "10.0.0.31" or "fd00::31".`,
		Sources: []string{"https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/4858-ip-cidr-validation"},
	}
	missingAddress = &rule.Rule{
		ID: "missing-address", Title: "Missing address", Permanent: true,
		Doc: "On existing machines you decide addresses, and control planes and etcd members are known by theirs for as " +
			"long as they live: a lease that changes stops an etcd member.",
		Fix:     "Give each node an address, and each node_pool a first_address.",
		Sources: []string{"https://github.com/kubernetes/kubeadm/issues/3299"},
	}
	invalidCIDR = &rule.Rule{
		ID: "invalid-cidr", Title: "Invalid range of addresses", Permanent: true,
		Doc: "A range is the first address of a network and the length of its prefix. Bits set beyond the prefix are refused by the API " +
			"server from Kubernetes 1.36 on, and programs before it disagree on what they mean.",
		Fix:     `Write the network's first address, such as "10.244.0.0/16".`,
		Sources: []string{"https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/4858-ip-cidr-validation"},
	}
	subnetFamilies = &rule.Rule{
		ID: "subnet-families", Title: "Ranges do not make one of each family", Permanent: true,
		Doc: "Kubernetes takes one range of pods and one of Services, or for dual stack one IPv4 and one IPv6 range of each. Two of the " +
			"same family, or three, stop the API server and the controller manager at the start. With an empty list each component " +
			"would take its own default.",
		Fix:     `Write one range, or one of each family: ["10.244.0.0/16", "fd00:10:244::/56"].`,
		Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/dual-stack/"},
	}
	invalidVersion = &rule.Rule{
		ID: "invalid-version", Title: "Invalid version", Permanent: true,
		Doc: "The version decides which binaries and images are fetched. It is three numbers without leading zeros, a v or a suffix. " +
			"kubernetes_version may name a minor alone: a new cluster gets its newest patch known, and a tree keeps the patch that it has.",
		Fix:     `Write a release such as "1.37.2"; for kubernetes_version, a minor such as "1.37" will do.`,
		Sources: []string{"https://kubernetes.io/releases/"},
	}
	invalidName = &rule.Rule{
		ID: "invalid-name", Title: "Invalid name", Permanent: true,
		Doc: "Names of clusters and nodes are host names, Kubernetes objects, etcd members and file names at once. So they are DNS " +
			"labels: at most 63 lower-case letters, digits and hyphens, with a letter or digit at both ends.",
		Fix:     `Write a name such as "cp-1".`,
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names"},
	}
	invalidHost = &rule.Rule{
		ID: "invalid-host", Title: "Invalid host name", Permanent: true,
		Doc: "Host names go into certificates, /etc/hosts and configuration files. They are DNS names: labels of lower-case letters, " +
			"digits and hyphens, joined by dots, at most 253 characters in all.",
		Fix:     `Write a DNS name such as "api.example.com", or an address.`,
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names"},
	}
	invalidEndpoint = &rule.Rule{
		ID: "invalid-endpoint", Title: "Invalid control plane endpoint", Permanent: true,
		Doc: "The endpoint is what every kubelet and every client dials, and what certificates are made out to. It is a DNS name or an " +
			"address, and a port; changing it later means making every certificate and every kubeconfig again.",
		Fix:     `Write "api.example.com:6443", "10.0.0.10:6443" or "[fd00::10]:6443".`,
		Sources: []string{"https://github.com/kubernetes/kubeadm/issues/1955"},
	}
	invalidLabel = &rule.Rule{
		ID: "invalid-label", Title: "Invalid label or annotation", Permanent: true,
		Doc: "The kubelet refuses to start with a label that the API server would refuse. A key is a name of at most 63 characters, " +
			"with an optional DNS name and a slash before it; a label's value has at most 63 characters, letters, digits and . " +
			"_ - between letters and digits.",
		Fix:     `Write labels such as { "example.com/tier" = "general" }.`,
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set"},
	}
	invalidTaint = &rule.Rule{
		ID: "invalid-taint", Title: "Invalid taint", Permanent: true,
		Doc:     "A taint's key and value follow the syntax of labels, and a kubelet with another one refuses to start.",
		Fix:     `Write taint { key = "example.com/gpu", value = "true", effect = "NoSchedule" } over several lines.`,
		Sources: []string{"https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"},
	}
	poolTooLarge = &rule.Rule{
		ID: "pool-too-large", Title: "Too many nodes", Permanent: true,
		Doc: "Kubernetes is tested with up to 5,000 nodes, of which another rule warns. 100,000 and more are a slip of the keyboard, " +
			"and planning a million nodes would take all memory before anybody noticed.",
		Fix:     "Write fewer nodes, or define several clusters.",
		Sources: []string{"https://kubernetes.io/docs/setup/best-practices/cluster-large/"},
	}
	poolAddressesExhausted = &rule.Rule{
		ID: "pool-addresses-exhausted", Title: "Pool runs out of addresses", Permanent: true,
		Doc: "The nodes of a pool have addresses that follow each other from the first one on. They must not run past the end " +
			"of the subnet that the first one is in (network.node_subnets), nor past the last address that there is.",
		Fix: "Begin the pool at a lower address, make it smaller, or split it in two.",
	}
	poolSize = &rule.Rule{
		ID: "pool-size", Title: "Pool whose size or names are unclear", Permanent: true,
		Doc: "A pool says how many machines it has by count, by names, or by addresses; where it says so twice, both must agree. " +
			"Otherwise a machine has no name, or a name no machine.",
		Fix: "Write count, or names and addresses of one length.",
	}
	missingRoles = &rule.Rule{
		ID: "missing-roles", Title: "Missing roles", Permanent: true,
		Doc: "Only on an all-in-one cluster is it clear what a node is for. Elsewhere each node and node_pool says it.",
		Fix: `Write roles = ["control-plane"], ["etcd"], ["worker"], ["load-balancer"], or several of them.`,
	}
	bootstrapConflict = &rule.Rule{
		ID: "bootstrap-conflict", Title: "Ambiguous bootstrap control plane", Permanent: true,
		Doc: "kubeadm init runs on exactly one control plane; it creates the cluster that all others join. A second init would create a " +
			"second cluster with its own certificate authority.",
		Fix:     "Write bootstrap = true on one control plane, or nowhere: then the first by name begins.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/issues/10863"},
	}
	unknownArchitecture = &rule.Rule{
		ID: "unknown-architecture", Title: "Unknown architecture", Permanent: true,
		Doc: "The architecture decides which binaries a host fetches. Upstream publishes a node's binaries for amd64, arm64, ppc64le " +
			"and s390x, under Go's names for them.",
		Fix:     `Write arch = "amd64" (x86-64) or arch = "arm64" (aarch64).`,
		Sources: []string{"https://kubernetes.io/releases/download/#binaries"},
	}
	outOfRange = &rule.Rule{
		ID: "out-of-range", Title: "Number out of range", Permanent: true,
		Doc: "The argument takes whole numbers between two bounds; outside of them nothing could be built.",
		Fix: "Write a number between the bounds that the message names.",
	}
	invalidSize = &rule.Rule{
		ID: "invalid-size", Title: "Invalid size", Permanent: true,
		Doc: "Sizes of memory and disks are whole numbers with a unit: Ki, Mi, Gi, Ti (powers of 1024) or k, M, G, T (powers of 1000).",
		Fix: `Write a size such as "8Gi".`,
	}
	invalidDuration = &rule.Rule{
		ID: "invalid-duration", Title: "Invalid duration", Permanent: true,
		Doc:     "Durations are numbers with a unit: ms, s, m, h. There is no unit for days: 365 days are 8760h.",
		Fix:     `Write a duration such as "8760h" or "250ms".`,
		Sources: []string{"https://pkg.go.dev/time#ParseDuration"},
	}
	invalidDate = &rule.Rule{
		ID: "invalid-date", Title: "Invalid date", Permanent: true,
		Doc: "A waiver's expiry is a day of the calendar, written year first. It holds until that day begins, in UTC.",
		Fix: `Write a date such as "2027-03-01".`,
	}
	invalidURL = &rule.Rule{
		ID: "invalid-url", Title: "Invalid URL", Permanent: true,
		Doc: "Mirrors and proxies are given as http or https URLs. A user name or password in one would end up in the " +
			"generated tree, which is meant to be committed to git.",
		Fix: `Write a URL such as "http://10.0.0.2:8000", without user and password.`,
	}
	invalidPath = &rule.Rule{
		ID: "invalid-path", Title: "Invalid path", Permanent: true,
		Doc: "Paths on hosts are absolute and in their shortest form; they go into unit files and manifests, where spaces and special " +
			"characters mean something else to each reader.",
		Fix: `Write a path such as "/var/lib/etcd".`,
	}
	invalidFlag = &rule.Rule{
		ID: "invalid-flag", Title: "Invalid command line flag", Permanent: true,
		Doc: "extra_args maps the names of flags, without dashes before them, to their values. Names are lower-case words joined by " +
			"hyphens; values are one line.",
		Fix:     `Write extra_args = { "audit-log-maxage" = "30" }.`,
		Sources: []string{"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/"},
	}
	invalidText = &rule.Rule{
		ID: "invalid-text", Title: "Invalid text", Permanent: true,
		Doc: "The value goes into generated files that other programs read. Line breaks, control characters and what the " +
			"message names are refused, so it can mean nothing else there.",
		Fix: "Write the value in one line of ordinary characters.",
	}
	invalidImageRepository = &rule.Rule{
		ID: "invalid-image-repository", Title: "Invalid image repository", Permanent: true,
		Doc: "An image repository is a registry and a path, without a scheme and without a tag: image names are appended to it. Whether " +
			"the registry speaks http is said in container_runtime.",
		Fix:     `Write "registry.example.com:5000/kubernetes".`,
		Sources: []string{"https://github.com/distribution/reference/blob/main/reference.go"},
	}
	invalidChecksum = &rule.Rule{
		ID: "invalid-checksum", Title: "Invalid checksum", Permanent: true,
		Doc: "A checksum maps a file's path below the mirror to sha256: or sha512: and the digest in lower-case hexadecimal.",
		Fix: `Write "dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet" = "sha256:…" with all 64 digits.`,
	}
	invalidImage = &rule.Rule{
		ID: "invalid-image", Title: "Invalid image", Permanent: true,
		Doc: "An image is named with its registry, because runtimes disagree about which one is meant without it, and with a tag or " +
			"digest, because the newest one is another one tomorrow.",
		Fix:     `Write an image such as "quay.io/jetstack/cert-manager-controller:v1.19.1".`,
		Sources: []string{"https://github.com/distribution/reference/blob/main/reference.go"},
	}
	unknownAddon = &rule.Rule{
		ID: "unknown-addon", Title: "Unknown addon", Permanent: true,
		Doc: "k8splan knows a few addons by name, with their images and settings. Any other is a name and the manifests to apply.",
		Fix: `Write addon "metrics-server" {}, or a manifest block with a URL and its checksum, or with a path.`,
		Sources: []string{"https://kubernetes.io/docs/concepts/cluster-administration/addons/",
			"https://github.com/kubernetes/website/issues/54042"},
	}
	addonOrder = &rule.Rule{
		ID: "addon-order", Title: "Order of addons that cannot be kept", Permanent: true,
		Doc: "after names the addons that must be there before one. A name that no addon has, or two addons that wait for each " +
			"other, leave no order in which all could be applied.",
		Fix: "Name addons of this file, and only one of two in the other's after.",
	}
	maxNodesTooSmall = &rule.Rule{
		ID: "max-nodes-too-small", Title: "max_nodes is below what is defined", Permanent: true,
		Doc: "max_nodes is how large the cluster may grow; the ranges of addresses are checked against it. " +
			"It counts control planes and workers.",
		Fix: "Raise max_nodes, or leave it out.",
	}
)

// UnknownTarget is for whoever finds the facts that Resolve takes.
var UnknownTarget = &rule.Rule{
	ID: "unknown-target", Title: "Unknown target", Permanent: true,
	Doc: "The target is the system that the cluster lands on. Each one has its own files, and its own arguments in the target block.",
	Fix: `Write target "bare-metal" {}, or another one that is known.`,
}

// Rules is what resolving may find wrong, sorted by ID.
var Rules = sorted(
	invalidAddress, missingAddress, invalidCIDR, subnetFamilies, invalidVersion, invalidName, invalidHost, invalidEndpoint,
	invalidLabel, invalidTaint, poolTooLarge, poolAddressesExhausted, poolSize, missingRoles, bootstrapConflict, UnknownTarget,
	unknownArchitecture,
	outOfRange, invalidSize, invalidDuration, invalidDate, invalidURL, invalidPath, invalidFlag, invalidText,
	invalidImageRepository, invalidChecksum, invalidImage, unknownAddon, addonOrder, maxNodesTooSmall,
)

func sorted(rules ...*rule.Rule) []*rule.Rule {
	slices.SortFunc(rules, func(a, b *rule.Rule) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return rules
}
