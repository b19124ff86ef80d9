package plan

// NetworkManifests are upstream's own files of the pod network, in the order in which the first control plane applies them; their digests
// are those of artifacts.checksums, or the ones that k8splan knows.
func (p *Plan) NetworkManifests() []Manifest {
	c := p.Network.CNI
	if c.Name != Calico || p.Target.Facts.Hosting == Hosted {
		return nil
	}
	var out []Manifest
	add := func(name string) {
		path := "raw.githubusercontent.com/projectcalico/calico/" + c.Version + "/manifests/" + name
		out = append(out, Manifest{Source: c.Source, URL: p.Artifacts.address(path), Upstream: "https://" + path, Path: path,
			Checksum: p.Artifacts.Pinned(path)})
	}
	// The operator's own manifest held the definitions until Calico 3.29.
	if v, ok := ParseVersion(c.Version); ok && !v.Before(Version{3, 30, 0}) {
		add("operator-crds.yaml")
	}
	add("tigera-operator.yaml")
	return out
}
