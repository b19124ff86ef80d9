module lab/flannel-cni

go 1.26.0
