package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/apk"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"
)

// packages writes the program as a package for Debian, Red Hat, and Alpine.
func (r *build) packages(b binary) error {
	staged, err := os.MkdirTemp("", "k8splan-package-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(staged)
	contents, err := r.contents(b, staged)
	if err != nil {
		return err
	}
	for _, p := range []struct {
		kind string
		make nfpm.Packager
	}{{"deb", deb.Default}, {"rpm", rpm.DefaultRPM}, {"apk", apk.Default}} {
		info := nfpm.WithDefaults(&nfpm.Info{
			Name: "k8splan", Arch: b.arch, Platform: "linux", Version: r.version, Section: "admin", Priority: "optional",
			Maintainer:  "k8splan maintainers <k8splan@users.noreply.github.com>",
			Description: "Plan a Kubernetes cluster before anything is installed",
			Homepage:    "https://github.com/k8splan/k8splan", License: "Apache-2.0", MTime: r.time, DisableGlobbing: true,
			Overridables: nfpm.Overridables{Contents: contents, RPM: nfpm.RPM{BuildHost: "github.com/k8splan/k8splan"}},
		})
		var out bytes.Buffer
		if err := nfpm.PrepareForPackager(info, p.kind); err != nil {
			return err
		}
		if err := p.make.Package(info, &out); err != nil {
			return fmt.Errorf("%s for %s: %w", p.kind, b.arch, err)
		}
		if err := r.write(fmt.Sprintf("k8splan_%s_linux_%s.%s", r.version, b.arch, p.kind), out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// contents places the files of a package where systems expect them.
func (r *build) contents(b binary, staged string) (files.Contents, error) {
	program, err := b.file()
	if err != nil {
		return nil, err
	}
	program.name = "/usr/bin/k8splan"
	all := []file{program}
	for _, m := range r.man {
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(m.data); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		all = append(all, file{"/usr/share/man/man1/" + path.Base(m.name) + ".gz", packed.Bytes(), 0o644})
	}
	places := map[string]string{
		"completions/k8splan.bash": "/usr/share/bash-completion/completions/k8splan",
		"completions/_k8splan":     "/usr/share/zsh/vendor-completions/_k8splan",
		"completions/k8splan.fish": "/usr/share/fish/vendor_completions.d/k8splan.fish",
	}
	for _, s := range r.scripts {
		if place, ok := places[s.name]; ok {
			all = append(all, file{place, s.data, 0o644})
		}
	}
	for _, t := range r.texts {
		name := t.name
		if name == "LICENSE" {
			name = "copyright" // Debian's name for it
		}
		all = append(all, file{"/usr/share/doc/k8splan/" + name, t.data, 0o644})
	}
	var out files.Contents
	for _, f := range all {
		source := filepath.Join(staged, strings.ReplaceAll(f.name, "/", "_"))
		if err := os.WriteFile(source, f.data, f.mode); err != nil {
			return nil, err
		}
		info := &files.ContentFileInfo{Owner: "root", Group: "root", Mode: f.mode, MTime: r.time}
		out = append(out, &files.Content{Source: source, Destination: f.name, FileInfo: info})
	}
	return out, nil
}
