package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// image writes k8splan_<version>_oci.tar: an image for each processor that contains only the program, in OCI's layout, which skopeo,
// podman, and crane read. The topology is passed in a volume, or on standard input.
func (r *build) image(linux []binary) error {
	if len(linux) == 0 {
		return nil
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range linux {
		img, err := r.imageOf(b)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: b.os, Architecture: b.arch},
		}})
	}
	dir, err := os.MkdirTemp("", "k8splan-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// One name for the images of all processors: a client that copies it selects one, or copies all.
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	name := map[string]string{"org.opencontainers.image.ref.name": "v" + r.version}
	if err := path.AppendIndex(index, layout.WithAnnotations(name)); err != nil {
		return err
	}
	files, err := readTree(dir)
	if err != nil {
		return err
	}
	data, err := r.tar(files)
	if err != nil {
		return err
	}
	return r.write(fmt.Sprintf("k8splan_%s_oci.tar", r.version), data)
}

func (r *build) imageOf(b binary) (v1.Image, error) {
	program, err := b.file()
	if err != nil {
		return nil, err
	}
	packed, err := r.tar([]file{program})
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed)), nil },
		tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if img, err = mutate.AppendLayers(img, layer); err != nil {
		return nil, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = b.os, b.arch, v1.Time{Time: r.time}
	config.History = []v1.History{{Created: v1.Time{Time: r.time}, CreatedBy: "scripts/release"}}
	config.Config = v1.Config{
		Entrypoint: []string{"/k8splan"}, WorkingDir: "/work", User: "65532:65532",
		Labels: map[string]string{
			"org.opencontainers.image.title":    "k8splan",
			"org.opencontainers.image.version":  "v" + r.version,
			"org.opencontainers.image.source":   "https://github.com/k8splan/k8splan",
			"org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return mutate.ConfigFile(img, config)
}

// readTree reads all files below dir, sorted.
func readTree(dir string) (files []file, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		files = append(files, file{filepath.ToSlash(name), data, 0o644})
		return err
	})
	return files, err
}
