package lab

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// buildMirror copies the built programs to the paths where their projects publish them, with checksums: Dir/www/mirror/<host>/<path>.
func (l *Lab) buildMirror(versions map[string]string) error {
	dir := filepath.Join(l.Dir, "www", "mirror")
	stamp, err := l.stamp("mirror 1", versions)
	if err != nil || fresh(dir, stamp) {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	m := mirror{lab: l, dir: dir}
	bare := func(sum, _ string) string { return sum }
	list := func(sum, name string) string { return sum + "  " + name + "\n" }

	kubernetes := versions["k8s.io/kubernetes"]
	for _, root := range []string{"dl.k8s.io/", "dl.k8s.io/release/"} { // both are in use upstream
		for _, p := range []string{"kubeadm", "kubectl", "kubelet"} {
			m.file(root+kubernetes+"/bin/linux/amd64/"+p, p, ".sha256", bare)
		}
	}
	etcd := versions["go.etcd.io/etcd/server/v3"]
	folder := "etcd-" + etcd + "-linux-amd64"
	m.archive("github.com/etcd-io/etcd/releases/download/"+etcd+"/"+folder+".tar.gz", "SHA256SUMS", list,
		folder+"/etcd", "etcd", folder+"/etcdctl", "etcdctl", folder+"/etcdutl", "etcdutl")

	containerd := versions["github.com/containerd/containerd/v2"]
	m.archive("github.com/containerd/containerd/releases/download/"+containerd+"/containerd-"+containerd[1:]+"-linux-amd64.tar.gz",
		".sha256sum", list,
		"bin/containerd", "containerd", "bin/containerd-shim-runc-v2", "containerd-shim-runc-v2", "bin/ctr", "ctr")
	runc := versions["github.com/opencontainers/runc"]
	m.file("github.com/opencontainers/runc/releases/download/"+runc+"/runc.amd64", "runc", "runc.sha256sum", list)

	plugins, err := filepath.Glob(l.Bin("cni/*"))
	if err != nil {
		return err
	}
	var pairs []string
	for _, p := range plugins {
		pairs = append(pairs, "./"+filepath.Base(p), "cni/"+filepath.Base(p))
	}
	cni := versions["github.com/containernetworking/plugins"]
	m.archive("github.com/containernetworking/plugins/releases/download/"+cni+"/cni-plugins-linux-amd64-"+cni+".tgz", ".sha256",
		list, pairs...)
	crictl := versions["sigs.k8s.io/cri-tools"]
	m.archive("github.com/kubernetes-sigs/cri-tools/releases/download/"+crictl+"/crictl-"+crictl+"-linux-amd64.tar.gz", ".sha256", bare,
		"crictl", "crictl")
	if m.err != nil {
		return m.err
	}
	return os.WriteFile(filepath.Join(dir, ".done"), []byte(stamp), 0o644)
}

// mirror is a mirror under construction; the first error sticks.
type mirror struct {
	lab *Lab
	dir string
	err error
}

// file publishes a built program unchanged. sums is the name of a checksum file next to it, or a suffix of its name if it begins with a
// dot.
func (m *mirror) file(path, program, sums string, style func(sum, name string) string) {
	m.fileOf(path, m.lab.Bin(program), sums, style)
}

// fileOf is file with the path of the program.
func (m *mirror) fileOf(path, program, sums string, style func(sum, name string) string) {
	m.publish(path, sums, style, func(w io.Writer) error { return copyFile(w, program) })
}

// archive publishes a gzipped tar archive of pairs: name in the archive, built program.
func (m *mirror) archive(path, sums string, style func(sum, name string) string, pairs ...string) {
	files := slices.Clone(pairs)
	for i := 1; i < len(files); i += 2 {
		files[i] = m.lab.Bin(files[i])
	}
	m.archiveOf(path, sums, style, files...)
}

// archiveOf is archive with the path of each program. If sums is empty, no checksum is published.
func (m *mirror) archiveOf(path, sums string, style func(sum, name string) string, pairs ...string) {
	m.publish(path, sums, style, func(w io.Writer) error {
		z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			return err
		}
		t := tar.NewWriter(z)
		for pair := range slices.Chunk(pairs, 2) {
			info, err := os.Stat(pair[1])
			if err != nil {
				return err
			}
			if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: pair[0], Mode: 0o755, Size: info.Size(),
				ModTime: info.ModTime()}); err != nil {
				return err
			}
			if err := copyFile(t, pair[1]); err != nil {
				return err
			}
		}
		if err := t.Close(); err != nil {
			return err
		}
		return z.Close()
	})
}

func (m *mirror) publish(path, sums string, style func(sum, name string) string, fill func(io.Writer) error) {
	if m.err != nil {
		return
	}
	name := filepath.Join(m.dir, path)
	h := sha256.New()
	write := func() error {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		defer f.Close()
		return fill(io.MultiWriter(f, h))
	}
	if m.err = write(); m.err != nil || sums == "" {
		return
	}
	beside := name + sums
	if !strings.HasPrefix(sums, ".") {
		beside = filepath.Join(filepath.Dir(name), sums)
	}
	m.err = os.WriteFile(beside, []byte(style(hex.EncodeToString(h.Sum(nil)), filepath.Base(name))), 0o644)
}

func copyFile(w io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// stamp identifies a state of the built programs: what is made from them is rebuilt when it changes.
func (l *Lab) stamp(recipe string, versions map[string]string) (string, error) {
	var lines []string
	for module, version := range versions {
		lines = append(lines, module+" "+version)
	}
	err := filepath.WalkDir(filepath.Join(l.Dir, "bin"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		lines = append(lines, fmt.Sprint(name, info.Size(), info.ModTime().UnixNano()))
		return err
	})
	sort.Strings(lines)
	sum := sha256.Sum256([]byte(recipe + strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:]), err
}

func fresh(dir, stamp string) bool {
	data, err := os.ReadFile(filepath.Join(dir, ".done"))
	return err == nil && string(data) == stamp
}
