// Package eksctl checks the ClusterConfig of the target eks with the types, the defaults, and the validation of eksctl. `make consumers`
// runs it. What eksctl queries from AWS, such as versions of EKS and machine sizes, is not tested.
package eksctl
