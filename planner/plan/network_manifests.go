package plan

// calicoDigests are SHA-256 of a Calico release's manifests/operator-crds.yaml and manifests/tigera-operator.yaml.
// Source: the tags of https://github.com/projectcalico/calico, as they stood on 2026-11-29. 3.32.2 and 3.33.0 were not to be had there.
var calicoDigests = map[string][2]string{
	"v3.29.4": {
		"431f46a488a8bef14cd00f9518a85b4d02bd030680247d802a84c6f4098d0891",
		"2b10158b9f55fae35ad616ac16fc1dc85d82695c3e5527911f7fdb609093cb25",
	},
	"v3.30.0": {
		"3533fc7d5ca0bb5e595d2fe66965ad9199e72b4d213965f567a66b9fc5d712ba",
		"4fcda71515ab358a94c4e81b12963e50899e8c6eaa757a9fb587d17c4799f7ab",
	},
	"v3.30.1": {
		"5969b2393d9cab1212480ad08dd989023106373c23163441474e65ceb2bb734f",
		"65fc29459f236af44b31bd409640534db20ff940192f6b9023c972a69041977f",
	},
	"v3.30.2": {
		"932f611753f7b245ca28fd7522937ffa4ba0365748bc1db0c4702877d428df8f",
		"47d48a4a4283f320ea4340724d1afae419fb23e734f5b641bec646c25c7b19b6",
	},
	"v3.30.3": {
		"fde094dbdfab65687542c8fbde1fd4168bb52657166ea84af75b22544dff1d2e",
		"06d2fec21cb7946c71e910086449e5a1e431e3898cf21e8c874c83ee864956b8",
	},
	"v3.30.4": {
		"f52b229dd92abaa9fa5bf2be065d7631deb06a96faa1c074d3980576a7ed7092",
		"399ce3b2d2f35ec9271c42fa0c0ca6feaa5493c6ca3b397dde5d8e617e7a3bca",
	},
	"v3.30.5": {
		"3d7f703a47185bd50c83ac7bd443b278b07c911a2c3ff2770f0f8a04b2fc8b81",
		"276ddb0cfb9ae7208b03c3e1d5946da13dddf98e309c1b3fc97595614e441f14",
	},
	"v3.30.6": {
		"0851379274ed1bad7413cd61a4ac8a439c050f0f4e1ae83462ea8d834e78f463",
		"52fe50e981a72173a590967b66c0d180d0b2d6582020f53e8f952ff4d12c5e7e",
	},
	"v3.30.7": {
		"53b2e2791915809db8016b72d4ceac9d1dd529d053984eb203c06b94c6639ee3",
		"bcc9f89c1847ee5237c29c1b7e4a67c86296cb0139619093df6ca98ec14abf18",
	},
	"v3.31.0": {
		"2b2342a6d49e1ec7c43aaa2849e02254a208bdb2dafb4f117b1c6f833dae2234",
		"8ded4500cfe6380832e140d7a36d46aafa6b7c6851466fb98c61c7ac1bf95792",
	},
	"v3.31.1": {
		"a16bf72fd7bb8e69afd2bdb2fd3f75b64ffd111dcaafd41d720a45a1089c48e9",
		"85a0d32952592ec43bac13a4c45b62ae6774d045f60563ecf8a6d861767ed4f8",
	},
	"v3.31.2": {
		"a16bf72fd7bb8e69afd2bdb2fd3f75b64ffd111dcaafd41d720a45a1089c48e9",
		"c0b05a7f074adb266695e4b7e1fe712e2dbccd26f26e3b84e81c4e895d9879bb",
	},
	"v3.31.3": {
		"d6193da8ce442328c1a14d3a3bb7ad89fcaceceac5fb293254095fbf736c2499",
		"23d4b023fd862741b8c0fe068d27cecd18f27edda93ecc6b4433c7faeb2b940e",
	},
	"v3.31.4": {
		"7bb8ed6d44fd89c136b2361909c7d8f0461d162407328282ff3806c874af2d24",
		"44cbcccdfb9e05c5863247d61e7fd9cf83baf7dc2abacf0c04921d8080a863aa",
	},
	"v3.31.5": {
		"6cc851daf33f79497e095276fe448aed9e74b52a9ea8b4cb96dfb1e9b302b5e2",
		"02e1d5fe06735a8cb6bd2e4716e10186ff4f7ead10390a72fdf44af5694a9b42",
	},
	"v3.31.6": {
		"6cc851daf33f79497e095276fe448aed9e74b52a9ea8b4cb96dfb1e9b302b5e2",
		"14689b5b61ad1fbea12c68f0d4367f51f24ad47a2bc453fadb7641fe07d8a438",
	},
	"v3.31.7": {
		"380414d5756e9a1af29ddb1ad70cada07aa344ae7a2680ba7355248621f8adbf",
		"092c10b3d0cb73617aca51367ca59755348f4647e6d2e63fa4e5b81266203214",
	},
	"v3.32.0": {
		"d9fe9189f1003ea80d93fb4776bfbadfffa42a470909cd2494a0003197cb1a9a",
		"e48fe027f8be3d9136a012a32450f1eabc4c5257c0b76083cd1ab32316637d47",
	},
	"v3.32.1": {
		"192f8b2d934ef24b62e86b7e1a6e1762d1c8af26a916f78057bc13fa5ed60f71",
		"f18e073794207d372606bc3ea6f8fd73972f86d6828f4ba666dfe0d4aa8ab07f",
	},
}

// NetworkManifests are upstream's own files of the pod network, in the order in which the first control plane applies them; their digests
// are those of artifacts.checksums, or the ones that k8splan knows.
func (p *Plan) NetworkManifests() []Manifest {
	c := p.Network.CNI
	if c.Name != Calico || p.Target.Facts.Hosting == Hosted {
		return nil
	}
	var out []Manifest
	add := func(name, known string) {
		path := "raw.githubusercontent.com/projectcalico/calico/" + c.Version + "/manifests/" + name
		m := Manifest{Source: c.Source, URL: p.Artifacts.address(path), Upstream: "https://" + path, Path: path,
			Checksum: p.Artifacts.Checksums[path]}
		if m.Checksum == "" && known != "" {
			m.Checksum = "sha256:" + known
		}
		out = append(out, m)
	}
	digests := calicoDigests[c.Version]
	// The operator's own manifest held the definitions until Calico 3.29.
	if v, ok := ParseVersion(c.Version); ok && !v.Before(Version{3, 30, 0}) {
		add("operator-crds.yaml", digests[0])
	}
	add("tigera-operator.yaml", digests[1])
	return out
}
