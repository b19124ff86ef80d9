# What topologies say of clusters that people have: names with dots, machines from a map, logins by reference, patches of kubeadm.
variable "ssh_key" {
  description = "The lab's private key, which opens every node to root."
}

variable "checksums" {
  description = "Digests of the lab's own builds, as JSON, where k8splan knows upstream's."
  default     = "{}"
}

locals {
  workers = { "w.1" = "10.77.0.41", "w.2" = "10.77.0.57" }
}

cluster "said" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.said.example.com:6443"

  audit {}
  encryption_at_rest {}
  api_server {
    extra_args = { "admission-control-config-file" = "/etc/kubernetes/api-server/admission.yaml" }
    host_file "admission.yaml" {
      content = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: []\n"
    }
    extra_volume "said" {
      host_path  = "/srv/said"
      mount_path = "/srv/said"
      read_only  = true
    }
  }
  kubelet {
    config = { maxParallelImagePulls = 2, serializeImagePulls = false }
  }

  kubeadm_patch "kube-apiserver+strategic.yaml" {
    content = <<-EOT
      metadata:
        annotations:
          example.com/patched: api
      spec:
        containers:
          - name: kube-apiserver
            resources:
              requests:
                cpu: 123m
    EOT
  }
  kubeadm_patch "etcd0+json.yaml" {
    content = jsonencode([{ op = "add", path = "/metadata/annotations/example.com~1patched", value = "etcd" }])
  }
  kubeadm_patch "kubeletconfiguration+merge.yaml" {
    content = "containerLogMaxFiles: 7\n"
  }
  kubeadm_patch "corednsdeployment.yaml" {
    content = "spec:\n  template:\n    metadata:\n      annotations:\n        example.com/patched: dns\n"
  }
}

network {
  dns {
    replicas = 2
  }
  http_proxy {
    http             = "http://10.77.0.1:3128"
    https            = "http://10.77.0.1:3128"
    credentials_file = "${var.ssh_key}.login"
  }
}

# Every image of the cluster comes from a registry that asks for a login; test pods take theirs from the other.
container_runtime "containerd" {
  credentials_file = "${var.ssh_key}.auths"
  registry "10.77.0.1:5001" {
    plain_http = true
  }
  registry "10.77.0.1:5000" {
    plain_http = true
  }
}

# Nobody logs in as this one: each machine says who does.
ssh {
  user             = "nobody"
  private_key_file = var.ssh_key
}

artifacts {
  source           = "binaries"
  mirror_url       = "http://10.77.0.1:8000/mirror"
  checksums        = jsondecode(var.checksums)
  image_repository = "10.77.0.1:5001"
}

node "cp.1" {
  roles   = ["control-plane"]
  address = "10.77.0.31"
  ssh {
    user = "root"
  }
}

node "workers" {
  for_each       = local.workers
  roles          = ["worker"]
  address        = each.value
  failure_domain = "rack-${substr(each.key, 2, 1)}"
  groups         = ["edge"]
  ssh {
    user = "root"
  }
}
