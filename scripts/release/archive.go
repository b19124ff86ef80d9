package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"path"
	"slices"
)

// archive writes k8splan_<version>_<os>_<arch>.tar.gz; a zip for Windows. The program is at the top, where scripts/action.sh expects it.
func (r *build) archive(b binary) error {
	program, err := b.file()
	if err != nil {
		return err
	}
	files := slices.Concat([]file{program}, r.texts, r.man, r.scripts)
	name := fmt.Sprintf("k8splan_%s_%s_%s", r.version, b.os, b.arch)
	if b.os == "windows" {
		data, err := r.zip(files)
		if err != nil {
			return err
		}
		return r.write(name+".zip", data)
	}
	var out bytes.Buffer
	packed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	data, err := r.tar(files)
	if err != nil {
		return err
	}
	if _, err := packed.Write(data); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return r.write(name+".tar.gz", out.Bytes())
}

// tar packs files, each after the folders that it is in.
func (r *build) tar(files []file) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	made := map[string]bool{".": true}
	for _, f := range files {
		if d := path.Dir(f.name); !made[d] {
			made[d] = true
			h := &tar.Header{Typeflag: tar.TypeDir, Name: d + "/", Mode: 0o755, ModTime: r.time, Format: tar.FormatUSTAR}
			if err := w.WriteHeader(h); err != nil {
				return nil, err
			}
		}
		h := &tar.Header{Name: f.name, Mode: int64(f.mode.Perm()), Size: int64(len(f.data)), ModTime: r.time, Format: tar.FormatUSTAR}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

func (r *build) zip(files []file) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: r.time}
		h.SetMode(f.mode)
		into, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := into.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}
