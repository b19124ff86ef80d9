package plan

import (
	"slices"

	"github.com/k8splan/k8splan/planner/rule"
)

// The rules of Resolve. All are permanent: an invalid value cannot be waived into a valid one.
var (
	invalidAddress = &rule.Rule{
		ID: "invalid-address", Title: "Invalid address", Permanent: true,
		Doc: "Addresses go into certificates, manifests, and firewall rules. They must be single IPv4 or IPv6 addresses in the usual " +
			"form: no range, no port, no zone, and no leading zeros, which some programs read as octal and others reject.",
		Fix:     `Write the address alone, such as "10.0.0.31" or "fd00::31".`,
		Sources: []string{"https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/4858-ip-cidr-validation"},
	}
	missingAddress = &rule.Rule{
		ID: "missing-address", Title: "Missing address", Permanent: true,
		Doc: "You decide the addresses of existing machines, and control planes and etcd members are identified by theirs for life: a " +
			"DHCP lease that changes stops an etcd member.",
		Fix:     "Give each node an address, and each node_pool a first_address.",
		Sources: []string{"https://github.com/kubernetes/kubeadm/issues/3299"},
	}
	invalidCIDR = &rule.Rule{
		ID: "invalid-cidr", Title: "Invalid range of addresses", Permanent: true,
		Doc: "A range is the first address of a network and the length of its prefix. From Kubernetes 1.36 on, the API server rejects " +
			"ranges with bits set after the prefix, and other programs disagree on what they mean.",
		Fix:     `Write the network's first address, such as "10.244.0.0/16".`,
		Sources: []string{"https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/4858-ip-cidr-validation"},
	}
	subnetFamilies = &rule.Rule{
		ID: "subnet-families", Title: "Ranges are not one of each family", Permanent: true,
		Doc: "Kubernetes takes one pod range and one Service range, or for dual stack one IPv4 and one IPv6 range of each. With two of " +
			"the same family, or three, the API server and the controller manager exit at startup. With an empty list, each component " +
			"would use its own default.",
		Fix:     `Write one range, or one of each family: ["10.244.0.0/16", "fd00:10:244::/56"].`,
		Sources: []string{"https://kubernetes.io/docs/concepts/services-networking/dual-stack/"},
	}
	invalidVersion = &rule.Rule{
		ID: "invalid-version", Title: "Invalid version", Permanent: true,
		Doc: "The version decides which binaries and images are downloaded. It is three numbers, without leading zeros, a v, or a " +
			"suffix. kubernetes_version may be just a minor: a new cluster gets the newest known patch, and an existing tree keeps its " +
			"patch.",
		Fix:     `Write a release such as "1.37.2"; for kubernetes_version, a minor such as "1.37" will do.`,
		Sources: []string{"https://kubernetes.io/releases/"},
	}
	invalidName = &rule.Rule{
		ID: "invalid-name", Title: "Invalid name", Permanent: true,
		Doc: "Names of clusters and nodes are also host names, Kubernetes object names, etcd member names, and file names. So they must " +
			"be DNS labels: at most 63 lower-case letters, digits, and hyphens, starting and ending with a letter or digit.",
		Fix:     `Write a name such as "cp-1".`,
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names"},
	}
	invalidHost = &rule.Rule{
		ID: "invalid-host", Title: "Invalid host name", Permanent: true,
		Doc: "Host names go into certificates, /etc/hosts and configuration files. They are DNS names: labels of lower-case letters, " +
			"digits, and hyphens, joined by dots, at most 253 characters in total.",
		Fix:     `Write a DNS name such as "api.example.com", or an address.`,
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names"},
	}
	invalidEndpoint = &rule.Rule{
		ID: "invalid-endpoint", Title: "Invalid control plane endpoint", Permanent: true,
		Doc: "Every kubelet and every client connects to the endpoint, and certificates are issued for it. It is a DNS name or an " +
			"address, with a port. Changing it later means replacing every certificate and every kubeconfig.",
		Fix:     `Write "api.example.com:6443", "10.0.0.10:6443" or "[fd00::10]:6443".`,
		Sources: []string{"https://github.com/kubernetes/kubeadm/issues/1955"},
	}
	invalidLabel = &rule.Rule{
		ID: "invalid-label", Title: "Invalid label or annotation", Permanent: true,
		Doc: "The kubelet refuses to start with a label that the API server would reject. A key is a name of at most 63 characters, " +
			"with an optional DNS name and a slash before it; a label's value has at most 63 characters, letters, digits and . _ - " +
			"between letters and digits.",
		Fix:     `Write labels such as { "example.com/tier" = "general" }.`,
		Sources: []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set"},
	}
	invalidTaint = &rule.Rule{
		ID: "invalid-taint", Title: "Invalid taint", Permanent: true,
		Doc:     "A taint's key and value must follow the syntax of labels; otherwise the kubelet refuses to start.",
		Fix:     `Write taint { key = "example.com/gpu", value = "true", effect = "NoSchedule" } over several lines.`,
		Sources: []string{"https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"},
	}
	poolTooLarge = &rule.Rule{
		ID: "pool-too-large", Title: "Too many nodes", Permanent: true,
		Doc: "Kubernetes is tested with up to 5,000 nodes; another rule warns above that. 100,000 or more is a typo, and planning a " +
			"million nodes would use up all memory.",
		Fix:     "Write fewer nodes, or define several clusters.",
		Sources: []string{"https://kubernetes.io/docs/setup/best-practices/cluster-large/"},
	}
	poolAddressesExhausted = &rule.Rule{
		ID: "pool-addresses-exhausted", Title: "Pool runs out of addresses", Permanent: true,
		Doc: "The nodes of a pool have consecutive addresses, starting with the first one. They must not run past the end of the first " +
			"address's subnet (network.node_subnets), or past the last address of the family.",
		Fix: "Start the pool at a lower address, make it smaller, or split it in two.",
	}
	poolSize = &rule.Rule{
		ID: "pool-size", Title: "Pool whose size or names are unclear", Permanent: true,
		Doc: "count, names, or addresses give the number of machines in a pool. If there are two of them, they must agree. Otherwise a " +
			"machine has no name, or a name no machine.",
		Fix: "Write count, or names and addresses of the same length.",
	}
	missingRoles = &rule.Rule{
		ID: "missing-roles", Title: "Missing roles", Permanent: true,
		Doc: "Only in an all-in-one cluster is it clear what a node is for. In all other types, each node and node_pool needs its roles.",
		Fix: `Write roles = ["control-plane"], ["etcd"], ["worker"], ["load-balancer"], or several of them.`,
	}
	bootstrapConflict = &rule.Rule{
		ID: "bootstrap-conflict", Title: "Ambiguous bootstrap control plane", Permanent: true,
		Doc: "kubeadm init runs on exactly one control plane and creates the cluster that all others join. A second init would create a " +
			"second cluster with its own CA.",
		Fix:     "Write bootstrap = true on one control plane only, or nowhere: then the first one by name is used.",
		Sources: []string{"https://github.com/kubernetes-sigs/kubespray/issues/10863"},
	}
	unknownArchitecture = &rule.Rule{
		ID: "unknown-architecture", Title: "Unknown architecture", Permanent: true,
		Doc: "The architecture decides which binaries a host downloads. Upstream publishes node binaries for amd64, arm64, ppc64le, and " +
			"s390x, under Go's names for them.",
		Fix:     `Write arch = "amd64" (x86-64) or arch = "arm64" (aarch64).`,
		Sources: []string{"https://kubernetes.io/releases/download/#binaries"},
	}
	outOfRange = &rule.Rule{
		ID: "out-of-range", Title: "Number out of range", Permanent: true,
		Doc: "The argument takes integers between two limits; nothing can be built outside them.",
		Fix: "Write a number between the limits that the message names.",
	}
	invalidSize = &rule.Rule{
		ID: "invalid-size", Title: "Invalid size", Permanent: true,
		Doc: "Sizes of memory and disks are whole numbers with a unit: Ki, Mi, Gi, Ti (powers of 1024) or k, M, G, T (powers of 1000).",
		Fix: `Write a size such as "8Gi".`,
	}
	invalidDuration = &rule.Rule{
		ID: "invalid-duration", Title: "Invalid duration", Permanent: true,
		Doc:     "Durations are numbers with a unit: ms, s, m, or h. There is no unit for days: write 365 days as 8760h.",
		Fix:     `Write a duration such as "8760h" or "250ms".`,
		Sources: []string{"https://pkg.go.dev/time#ParseDuration"},
	}
	invalidDate = &rule.Rule{
		ID: "invalid-date", Title: "Invalid date", Permanent: true,
		Doc: "A waiver expires on a calendar day, written year first. It applies until that day begins, in UTC.",
		Fix: `Write a date such as "2027-03-01".`,
	}
	invalidURL = &rule.Rule{
		ID: "invalid-url", Title: "Invalid URL", Permanent: true,
		Doc: "Mirrors and proxies are http or https URLs. A user name or password in one would end up in the generated tree, which is " +
			"meant to be committed to git.",
		Fix: `Write a URL such as "http://10.0.0.2:8000", without a user name and password.`,
	}
	invalidPath = &rule.Rule{
		ID: "invalid-path", Title: "Invalid path", Permanent: true,
		Doc: "Paths on hosts must be absolute and in their shortest form. They go into unit files and manifests, where spaces and " +
			"special characters have different meanings.",
		Fix: `Write a path such as "/var/lib/etcd".`,
	}
	invalidFlag = &rule.Rule{
		ID: "invalid-flag", Title: "Invalid command line flag", Permanent: true,
		Doc: "extra_args maps flag names, without leading dashes, to values. Names are lower-case words joined by hyphens; values are a " +
			"single line.",
		Fix:     `Write extra_args = { "audit-log-maxage" = "30" }.`,
		Sources: []string{"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/"},
	}
	invalidText = &rule.Rule{
		ID: "invalid-text", Title: "Invalid text", Permanent: true,
		Doc: "The value goes into generated files that other programs read. Line breaks, control characters, and the characters that " +
			"the message names are not allowed, so it cannot be misread there.",
		Fix: "Write the value in one line of ordinary characters.",
	}
	invalidImageRepository = &rule.Rule{
		ID: "invalid-image-repository", Title: "Invalid image repository", Permanent: true,
		Doc: "An image repository is a registry and a path, without a scheme or tag: image names are appended to it. Plain http for the " +
			"registry is set in container_runtime.",
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
		Doc: "An image needs its registry, because runtimes disagree on the default, and a tag or digest, because the newest image is a " +
			"different one tomorrow.",
		Fix:     `Write an image such as "quay.io/jetstack/cert-manager-controller:v1.19.1".`,
		Sources: []string{"https://github.com/distribution/reference/blob/main/reference.go"},
	}
	unknownAddon = &rule.Rule{
		ID: "unknown-addon", Title: "Unknown addon", Permanent: true,
		Doc: "k8splan knows a few addons by name, with their images and settings. Any other addon needs the manifests to apply.",
		Fix: `Write addon "metrics-server" {}, or a manifest block with a URL and its checksum, or with a path.`,
		Sources: []string{"https://kubernetes.io/docs/concepts/cluster-administration/addons/",
			"https://github.com/kubernetes/website/issues/54042"},
	}
	addonOrder = &rule.Rule{
		ID: "addon-order", Title: "Impossible order of addons", Permanent: true,
		Doc: "`after` lists the addons that must be applied first. If a name matches no addon, or two addons wait for each other, no " +
			"order can satisfy all of them.",
		Fix: "List addons of this file, and do not let two addons wait for each other.",
	}
	maxNodesTooSmall = &rule.Rule{
		ID: "max-nodes-too-small", Title: "max_nodes lower than the number of nodes", Permanent: true,
		Doc: "max_nodes is the size to which the cluster may grow; address ranges are checked against it. It counts control planes and " +
			"workers.",
		Fix: "Raise max_nodes, or leave it out.",
	}
)

// UnknownTarget is for callers that look up the facts for Resolve.
var UnknownTarget = &rule.Rule{
	ID: "unknown-target", Title: "Unknown target", Permanent: true,
	Doc: "The target is where the cluster is built. Each target has its own files, and its own arguments in the target block.",
	Fix: `Write target "bare-metal" {}, or another target from the list of "k8splan targets".`,
}

// Rules are the rules of Resolve, sorted by ID.
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
