apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking:
  podSubnet: 10.244.0.0/16
# error on line 1: syntax-error: This is YAML, and a topology is written in HCL
