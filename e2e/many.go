package main

import (
	"context"
	"fmt"
	"strings"
)

// The chain many changes as many arguments as possible in few edits: what each of them should have done is known from the fresh cluster at
// its end. It begins with manyBefore in place of aio.hcl's settings.
const (
	manyBefore = `
  audit {}
  encryption_at_rest {}
  api_server {
    extra_args = { "admission-control-config-file" = "/etc/kubernetes/api-server/admission.yaml" }
    host_file "admission.yaml" {
      content = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: []\n"
    }
  }
}

etcd {}

network {}
`
	manyRestarts = `
  audit {
    log_dir     = "/var/log/kubernetes/audited"
    max_age     = 7
    max_backups = 3
    max_size    = 20
  }
  encryption_at_rest {}
  api_server {
    extra_args = { "admission-control-config-file" = "/etc/kubernetes/api-server/admission.yaml" }
    host_file "admission.yaml" {
      content = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [] # none\n"
    }
    host_file "second.yaml" {
      content = "second: true\n"
    }
    extra_volume "shared" {
      host_path  = "/usr/share"
      mount_path = "/usr/shared"
      read_only  = true
    }
  }
  controller_manager {
    extra_args = { "node-monitor-grace-period" = "50s" }
  }
  scheduler {
    extra_args = { "v" = "1" }
    profile "packing" {
      scoring_strategy             = "most-allocated"
      enable_plugins               = ["NodeResourcesFit"]
      percentage_of_nodes_to_score = 50
    }
  }
  kubeadm_patch "etcd+strategic.yaml" {
    content = "metadata:\n  annotations:\n    example.com/patched: first\n"
  }
  kubeadm_patch "kube-scheduler+strategic.yaml" {
    content = "metadata:\n  annotations:\n    example.com/patched: first\n"
  }
  kubeadm_patch "corednsdeployment.yaml" {
    content = "spec:\n  template:\n    metadata:\n      annotations:\n        example.com/patched: first\n"
  }
  kubeadm_patch "kubeletconfiguration+merge.yaml" {
    content = "containerLogMaxFiles: 7\n"
  }
  kubelet {
    max_pods   = 60
    extra_args = { "v" = "1" }
    config     = { containerLogMaxSize = "20Mi", maxParallelImagePulls = 3, serializeImagePulls = false }
  }
}

etcd {
  quota              = "3Gi"
  heartbeat_interval = "200ms"
  election_timeout   = "2s"
  extra_args         = { "snapshot-count" = "20000" }
}

network {}
`
	manyRestartsAgain = `
  audit {
    log_dir     = "/var/log/kubernetes/audits"
    max_age     = 9
    max_backups = 4
    max_size    = 30
  }
  encryption_at_rest {}
  api_server {
    extra_args = { "admission-control-config-file" = "/etc/kubernetes/api-server/admission.yaml" }
    host_file "admission.yaml" {
      content = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: []\n"
    }
    extra_volume "shared" {
      host_path  = "/usr/lib"
      mount_path = "/usr/libs"
      read_only  = false
    }
  }
  controller_manager {
    extra_args = { "node-monitor-grace-period" = "45s" }
  }
  scheduler {
    extra_args = { "v" = "2" }
    profile "packing" {
      scoring_strategy             = "least-allocated"
      disable_plugins              = ["ImageLocality"]
      percentage_of_nodes_to_score = 40
    }
  }
  kubeadm_patch "etcd+strategic.yaml" {
    content = "metadata:\n  annotations:\n    example.com/patched: second\n"
  }
  kubeadm_patch "kube-scheduler+strategic.yaml" {
    content = "metadata:\n  annotations:\n    example.com/patched: second\n"
  }
  kubeadm_patch "corednsdeployment.yaml" {
    content = "spec:\n  template:\n    metadata:\n      annotations:\n        example.com/patched: second\n"
  }
  kubeadm_patch "kubeletconfiguration+merge.yaml" {
    content = "containerLogMaxFiles: 8\n"
  }
  kubelet {
    max_pods   = 50
    extra_args = { "v" = "2" }
    config     = { containerLogMaxSize = "30Mi", maxParallelImagePulls = 3, serializeImagePulls = false }
  }
}

etcd {
  quota              = "4Gi"
  heartbeat_interval = "150ms"
  election_timeout   = "1500ms"
  extra_args         = { "snapshot-count" = "20000" }
}

network {}
`
	manyInPlace = `
network {
  dns {
    upstream = ["10.77.0.1"]
    replicas = 2
  }
  http_proxy {
    http     = "http://10.77.0.1:3128"
    https    = "http://10.77.0.1:3128"
    no_proxy = ["10.77.0.1"]
  }
}

hosts {
  firewall    = "managed"
  admin_cidrs = ["10.77.0.0/16"]
  open_ports  = ["9999/tcp"]
}

scheduler "batch" {
  scoring_strategy = "most-allocated"
}
`
	manyInPlaceAgain = `
network {
  dns {
    upstream = ["10.77.0.1:53", "10.77.0.1:5353"]
    replicas = 3
  }
  http_proxy {
    http     = "http://10.77.0.1:3128"
    https    = "http://10.77.0.1:3129"
    no_proxy = ["10.77.0.1", "example.net"]
  }
}

hosts {
  firewall    = "managed"
  admin_cidrs = ["10.77.0.0/24"]
  open_ports  = ["9998/tcp", "7000-7010/udp"]
}

scheduler "batch" {
  replicas                     = 2
  scoring_strategy             = "least-allocated"
  disable_plugins              = ["ImageLocality"]
  percentage_of_nodes_to_score = 60
}
`
	manyRegistry = "  registry \"registry.example.com\" {\n    mirrors     = [\"http://10.77.0.1:5000\"]\n    skip_verify = true\n  }\n"
	manyTaint    = "  taint {\n    key    = \"example.com/first\"\n    value  = \"one\"\n    effect = \"PreferNoSchedule\"\n  }\n"
	// bothPatched prints the annotations that patches set.
	bothPatched = "grep -h example.com/patched: /etc/kubernetes/manifests/etcd.yaml /etc/kubernetes/manifests/kube-scheduler.yaml"
)

// manySettings returns aio.hcl with blocks for the edits of walkMany.
func manySettings(source string) string {
	head, rest, _ := strings.Cut(source, "\n  # What secures a cluster")
	_, tail, _ := strings.Cut(rest, "\n}\n")
	return head + manyBefore + tail
}

// walkMany changes settings of all kinds together: first what restarts something, then what does not, each to one value and to another.
func walkMany(ctx context.Context, c *changing) error { return walkSteps(ctx, c, manySteps()...) }

func manySteps() []step {
	_, hosts, _ := strings.Cut(manyInPlaceAgain, "\nhosts {")
	hosts, batch, _ := strings.Cut("\nhosts {"+hosts, "\nscheduler")
	batch = "\nscheduler" + batch
	const registry = "  registry \"10.77.0.1:5000\" {\n    plain_http = true\n  }\n"
	const address = "address = \"10.77.0.51\"\n"
	return []step{
		{what: "30 settings that restart components", playbook: "reconfigure.yml", trouble: &trouble{interrupt: true},
			pairs: []string{manyBefore, manyRestarts}, also: on(bothPatched, "patched: first\n    example.com/patched: first")},
		{what: "other values for 25 settings that restart components", playbook: "reconfigure.yml", trouble: &trouble{host: "aio-1"},
			pairs: []string{manyRestarts, manyRestartsAgain}, also: on(bothPatched, "patched: second\n    example.com/patched: second")},
		{what: "firewall, DNS, proxies, a registry, a scheduler, a taint", playbook: "site.yml",
			pairs: []string{"\nnetwork {}\n", manyInPlace, registry, registry + manyRegistry, address, address + manyTaint},
			also:  on("nft list table inet k8splan", "9999")},
		{what: "other values for firewall, DNS, proxies, a registry, a scheduler, a taint", playbook: "site.yml",
			trouble: &trouble{interrupt: true},
			pairs: []string{manyInPlace, manyInPlaceAgain,
				"mirrors     = [\"http://10.77.0.1:5000\"]\n    skip_verify = true",
				"mirrors     = [\"http://10.77.0.1:5000\", \"http://10.77.0.1:5001\"]\n    plain_http  = true",
				"\"example.com/first\"\n    value  = \"one\"", "\"example.com/second\"\n    value  = \"two\""},
			also: on("nft list table inet k8splan", "7000-7010")},
		{what: "the firewall is no longer managed", playbook: "site.yml", pairs: []string{hosts, ""},
			also: on("nft list table inet k8splan 2>&1 || true", "No such file")},
		{what: "ConfigMaps are encrypted, too", playbook: "reconfigure.yml",
			pairs: []string{"encryption_at_rest {}", "encryption_at_rest {\n    resources = [\"secrets\", \"configmaps\"]\n  }"}},
		{what: "ConfigMaps are no longer encrypted, and the scheduler is removed", playbook: "reconfigure.yml",
			args:  []string{"-e", "remove_addons=scheduler-batch"},
			pairs: []string{"encryption_at_rest {\n    resources = [\"secrets\", \"configmaps\"]\n  }", "encryption_at_rest {}", batch, ""},
			also: func(ctx context.Context, c *changing) error {
				out, err := c.kube(ctx, "get", "deployments", "--all-namespaces", "-o", "name")
				if err != nil || strings.Contains(out, "batch") {
					return fmt.Errorf("of the scheduler is left: %s %w", out, err)
				}
				return nil
			}},
		{what: "certificates that are valid for half a year", playbook: "reconfigure.yml",
			pairs: []string{"encryption_at_rest {}", "encryption_at_rest {}\n  certificate_validity = \"4380h\""}},
		{what: "all certificates renewed", playbook: "renew-certs.yml", args: []string{"-e", "days=400"},
			also: on("kubeadm certs check-expiration 2>/dev/null", "182d")},
	}
}
