package lab

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// The versions that the planner requests. What extras.sh could build under these names: CRI-O 1.34.0, Docker Engine 29 before its release,
// cri-dockerd 0.4.0, and the real metrics-server.
const (
	crioVersion          = "1.37.0"
	dockerVersion        = "29.8.2"
	criDockerdVersion    = "0.4.10"
	metricsServerVersion = "v0.9.0"
)

// ownManifest is the user's addon in the case addons, whose topology pins the digest.
const ownManifest = `apiVersion: v1
kind: ConfigMap
metadata:
  name: from-a-manifest
  namespace: default
data:
  image: quay.io/example/probe:1
`

// Extra returns the path of a program built by extras.sh.
func (l *Lab) Extra(name string) string { return filepath.Join(l.Dir, "extras", name) }

// Extras builds and publishes what only some cases need, after Setup: half an hour the first time, a second when everything is there.
func (l *Lab) Extras(ctx context.Context) error {
	if err := l.logged(ctx, "extras.sh"); err != nil {
		return err
	}
	wrapper := filepath.Join(l.scripts, "oci-runtime.py")
	m := mirror{lab: l, dir: filepath.Join(l.Dir, "www", "mirror")}
	list := func(sum, name string) string { return sum + "  " + name + "\n" }
	m.archiveOf("storage.googleapis.com/cri-o/artifacts/cri-o.amd64.v"+crioVersion+".tar.gz", ".sha256sum", list,
		"cri-o/bin/crio", l.Extra("crio"), "cri-o/bin/pinns", l.Extra("pinns"), "cri-o/bin/conmon", l.Extra("conmon"),
		"cri-o/bin/crun", wrapper, "cri-o/bin/runc", l.Bin("runc"), "cri-o/bin/crictl", l.Bin("crictl"))
	m.archiveOf("download.docker.com/linux/static/stable/x86_64/docker-"+dockerVersion+".tgz", "", nil,
		"docker/dockerd", l.Extra("dockerd"), "docker/docker-proxy", l.Extra("docker-proxy"), "docker/containerd", l.Bin("containerd"),
		"docker/containerd-shim-runc-v2", l.Bin("containerd-shim-runc-v2"), "docker/ctr", l.Bin("ctr"), "docker/runc", wrapper,
		"docker/runc-itself", l.Bin("runc"))
	m.archiveOf("github.com/Mirantis/cri-dockerd/releases/download/v"+criDockerdVersion+"/cri-dockerd-"+criDockerdVersion+".amd64.tgz", "",
		nil,
		"cri-dockerd/cri-dockerd", l.Extra("cri-dockerd"))
	if m.err != nil {
		return m.err
	}
	if err := os.WriteFile(filepath.Join(l.Dir, "www", "own.yaml"), []byte(ownManifest), 0o644); err != nil {
		return err
	}
	base := layer{
		"etc/passwd": {data: []byte("root:x:0:0::/:/\n"), mode: 0o644},
		"tmp":        {mode: 0o1777 | fs.ModeDir},
	}
	server := layer{}
	server.program("metrics-server", l.Extra("metrics-server"))
	metrics := image{name: "metrics-server", tag: metricsServerVersion, entrypoint: []string{"/metrics-server"},
		layers: []layer{base, server}}
	program := layer{}
	program.program("probe", l.Bin("probe"))
	own := image{name: "probe", tag: "1", entrypoint: []string{"/probe"}, layers: []layer{base, program}} // the image in ownManifest
	registry := filepath.Join(l.Dir, "registry")
	return errors.Join(metrics.write(registry), own.write(registry))
}
