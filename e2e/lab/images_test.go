package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// registry serves what write stores as the distribution protocol requires: the manifest by tag, everything it references by digest.
func TestRegistryServesImages(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tree := layer{"tmp": {mode: 0o1777 | os.ModeDir}, "bin/sh": {link: "busybox"}}
	tree.program("usr/bin/program", program)
	image := image{name: "lab/program", tag: "1", entrypoint: []string{"/usr/bin/program"}, layers: []layer{tree}}
	store := filepath.Join(dir, "registry")
	for range 2 { // the same tree gives the same blobs
		if err := image.write(store); err != nil {
			t.Fatal(err)
		}
	}
	if blobs, err := os.ReadDir(filepath.Join(store, "blobs")); err != nil || len(blobs) != 3 {
		t.Fatalf("%d blobs (%v), want one each of layer, configuration, manifest", len(blobs), err)
	}

	server := httptest.NewServer(registry(store))
	defer server.Close()
	get := func(path string) (*http.Response, []byte) {
		t.Helper()
		r, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r, body
	}
	r, body := get("/v2/lab/program/manifests/1")
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != manifestType {
		t.Fatalf("manifest: %s, %s", r.Status, r.Header.Get("Content-Type"))
	}
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	if err := json.Unmarshal(body, &manifest); err != nil {
		t.Fatal(err)
	}
	for _, d := range append(manifest.Layers, manifest.Config) {
		r, body := get("/v2/lab/program/blobs/" + d.Digest)
		sum := sha256.Sum256(body)
		if r.StatusCode != http.StatusOK || "sha256:"+hex.EncodeToString(sum[:]) != d.Digest || int64(len(body)) != d.Size {
			t.Errorf("blob %s: %s, %d bytes with another digest or size", d.Digest, r.Status, len(body))
		}
	}
	for _, path := range []string{"/v2/lab/program/manifests/2", "/v2/lab/other/manifests/1", "/v2/../../program", "/"} {
		if r, _ := get(path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
}
