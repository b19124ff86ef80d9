package plan

// NetworkManifests returns upstream's files of the pod network in the order the first control plane applies them. Digests come from
// artifacts.checksums, or from k8splan's table.
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
	// Until Calico 3.29, the operator's manifest contained the CRDs.
	if v, ok := ParseVersion(c.Version); ok && !v.Before(Version{3, 30, 0}) {
		add("operator-crds.yaml")
	}
	add("tigera-operator.yaml")
	return out
}
