package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"
)

// bom writes k8splan_<version>.cdx.json, a CycloneDX list of the binaries' modules. The Go linker recorded them in the
// binaries, and the sums are those of go.sum; a module that only some platforms need is listed too.
func (r *build) bom(binaries []binary) error {
	program := cyclonedx.Component{
		BOMRef: "k8splan", Type: cyclonedx.ComponentTypeApplication, Name: "k8splan", Version: "v" + r.version,
		PackageURL: "pkg:golang/github.com/k8splan/k8splan@v" + r.version + "#cmd/k8splan",
		Licenses:   &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
	}
	var components []cyclonedx.Component
	refs := []string{}
	listed := map[string]bool{}
	add := func(c cyclonedx.Component) {
		c.BOMRef = c.PackageURL
		if !listed[c.BOMRef] {
			listed[c.BOMRef] = true
			components, refs = append(components, c), append(refs, c.BOMRef)
		}
	}
	for _, b := range binaries {
		info, err := buildinfo.ReadFile(b.path)
		if err != nil {
			return err
		}
		version := strings.TrimPrefix(info.GoVersion, "go")
		add(cyclonedx.Component{Type: cyclonedx.ComponentTypeLibrary, Name: "std", Version: version,
			PackageURL: "pkg:golang/std@" + version})
		for _, m := range info.Deps {
			c, err := module(m)
			if err != nil {
				return err
			}
			add(c)
		}
	}
	list := cyclonedx.NewBOM()
	list.Metadata = &cyclonedx.Metadata{Timestamp: r.time.Format("2006-01-02T15:04:05Z"), Component: &program}
	list.Components = &components
	list.Dependencies = &[]cyclonedx.Dependency{{Ref: program.BOMRef, Dependencies: &refs}}
	var out bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).Encode(list); err != nil {
		return err
	}
	return r.write(fmt.Sprintf("k8splan_%s.cdx.json", r.version), out.Bytes())
}

func module(m *debug.Module) (cyclonedx.Component, error) {
	if m.Replace != nil {
		m = m.Replace
	}
	c := cyclonedx.Component{
		Type: cyclonedx.ComponentTypeLibrary, Name: m.Path, Version: m.Version,
		PackageURL: "pkg:golang/" + m.Path + "@" + m.Version,
	}
	sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:"))
	if err != nil {
		return c, fmt.Errorf("%s: %w", m.Path, err)
	}
	if len(sum) > 0 {
		c.Hashes = &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(sum)}}
	}
	return c, nil
}
