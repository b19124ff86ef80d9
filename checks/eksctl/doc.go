// Package eksctl checks the ClusterConfig of the target eks with the types, the defaults, and the validation of eksctl. `make consumers`
// runs it. What eksctl asks AWS for, such as the versions of EKS and the sizes of machines, is not asked here.
package eksctl
