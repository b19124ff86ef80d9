package eks

import (
	"maps"
	"slices"
)

// The part of eksctl's ClusterConfig that we write. Source: https://schema.eksctl.io, eksctl 0.230.0
type clusterConfig struct {
	APIVersion        string             `json:"apiVersion"`
	Kind              string             `json:"kind"`
	Metadata          metadata           `json:"metadata"`
	AvailabilityZones []string           `json:"availabilityZones"`
	VPC               vpc                `json:"vpc"`
	NetworkConfig     *networkConfig     `json:"kubernetesNetworkConfig,omitempty"`
	IAM               iam                `json:"iam"`
	AccessConfig      accessConfig       `json:"accessConfig"`
	CloudWatch        cloudWatch         `json:"cloudWatch"`
	Addons            []addon            `json:"addons"`
	NodeGroups        []managedNodeGroup `json:"managedNodeGroups"`
}

type metadata struct {
	Name    string `json:"name"`
	Region  string `json:"region"`
	Version string `json:"version"`
}

type vpc struct {
	CIDR              string    `json:"cidr"`
	NAT               nat       `json:"nat"`
	ClusterEndpoints  endpoints `json:"clusterEndpoints"`
	PublicAccessCIDRs []string  `json:"publicAccessCIDRs,omitempty"`
}

type nat struct {
	Gateway string `json:"gateway"`
}

type endpoints struct {
	PublicAccess  bool `json:"publicAccess"`
	PrivateAccess bool `json:"privateAccess"`
}

type networkConfig struct {
	ServiceIPv4CIDR string `json:"serviceIPv4CIDR"`
}

type iam struct {
	WithOIDC bool `json:"withOIDC"`
}

type accessConfig struct {
	AuthenticationMode string `json:"authenticationMode"`
}

type cloudWatch struct {
	ClusterLogging clusterLogging `json:"clusterLogging"`
}

type clusterLogging struct {
	EnableTypes []string `json:"enableTypes"`
}

type addon struct {
	Name string `json:"name"`
}

type managedNodeGroup struct {
	Name              string            `json:"name"`
	AMIFamily         string            `json:"amiFamily"`
	InstanceType      string            `json:"instanceType"`
	DesiredCapacity   int               `json:"desiredCapacity"`
	MinSize           int               `json:"minSize"`
	MaxSize           int               `json:"maxSize"`
	VolumeSize        int64             `json:"volumeSize"` // GiB
	VolumeType        string            `json:"volumeType"`
	VolumeEncrypted   bool              `json:"volumeEncrypted"`
	PrivateNetworking bool              `json:"privateNetworking"`
	AvailabilityZones []string          `json:"availabilityZones,omitempty"`
	Labels            map[string]string `json:"labels,omitempty"`
	Taints            []taint           `json:"taints,omitempty"`
}

type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

func (v *variables) clusterConfig() clusterConfig {
	c := clusterConfig{
		APIVersion: "eksctl.io/v1alpha5", Kind: "ClusterConfig",
		Metadata:          metadata{v.Cluster, v.Region, v.Version},
		AvailabilityZones: v.Zones,
		VPC: vpc{CIDR: v.VPC, NAT: nat{"HighlyAvailable"}, ClusterEndpoints: endpoints{true, true},
			PublicAccessCIDRs: v.Admins},
		IAM:          iam{true},
		AccessConfig: accessConfig{"API"},
		CloudWatch:   cloudWatch{clusterLogging{[]string{"api", "audit", "authenticator"}}},
		Addons:       []addon{{"coredns"}, {"kube-proxy"}, {"vpc-cni"}},
		NodeGroups:   []managedNodeGroup{},
	}
	if v.Services != "" {
		c.NetworkConfig = &networkConfig{v.Services}
	}
	for _, name := range slices.Sorted(maps.Keys(v.Pools)) {
		p := v.Pools[name]
		g := managedNodeGroup{
			Name: name, AMIFamily: "AmazonLinux2023", InstanceType: p.Size, DesiredCapacity: p.Count, MinSize: min(p.Count, 1),
			MaxSize:    max(p.Count, 1),
			VolumeSize: p.DiskGiB, VolumeType: "gp3", VolumeEncrypted: true, PrivateNetworking: true, AvailabilityZones: p.Zones,
			Labels: p.Labels,
		}
		for _, t := range p.Taints {
			g.Taints = append(g.Taints, taint(t))
		}
		c.NodeGroups = append(c.NodeGroups, g)
	}
	return c
}
