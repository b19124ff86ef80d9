package lab

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// layer is a file system tree by path, without a leading slash. It is kept in memory by name, so that the same tree always gives the same
// bytes.
type layer map[string]entry

// entry is a file copied from the machine, a file given as bytes, a symbolic link, or (the zero value) a directory.
type entry struct {
	from string
	data []byte
	link string
	mode fs.FileMode
}

func (l layer) program(dst, src string) { l[dst] = entry{from: src, mode: 0o755} }

// image is an image that the registry serves as name:tag.
type image struct {
	name, tag  string
	entrypoint []string
	layers     []layer
}

// buildImages builds the images from the compiled programs, in the registry's directory: blobs/<digest> and manifests/<name>/<tag>. Layers
// are uncompressed: they only travel over a bridge.
func (l *Lab) buildImages(versions map[string]string) error {
	dir := filepath.Join(l.Dir, "registry")
	stamp, err := l.stamp("images 3", versions)
	if err != nil || fresh(dir, stamp) {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	images, err := l.images(versions)
	if err != nil {
		return err
	}
	if err := writeAll(images, dir); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ".done"), []byte(stamp), 0o644)
}

func writeAll(images []image, dir string) error {
	for _, i := range images {
		if err := i.write(dir); err != nil {
			return fmt.Errorf("%s: %w", i.name, err)
		}
	}
	return nil
}

// shelf builds images of the programs in a directory, with the given tags.
type shelf struct {
	program func(name string) string // its path
	tags    map[string]string        // by image
}

func (s shelf) image(name string, programs map[string]string, entrypoint ...string) image {
	base := layer{
		"etc/passwd":        {data: []byte("root:x:0:0::/:/\n"), mode: 0o644},
		"etc/nsswitch.conf": {data: []byte("hosts: files dns\n"), mode: 0o644},
		"tmp":               {mode: 0o1777 | fs.ModeDir},
		"usr/local/bin":     {mode: 0o755 | fs.ModeDir},
	}
	top := layer{}
	for dst, src := range programs {
		top.program(dst, s.program(src))
	}
	return image{name: name, tag: s.tags[name], entrypoint: entrypoint, layers: []layer{base, top}}
}

// core returns the images of a Kubernetes release that only contain programs.
func (s shelf) core() []image {
	var images []image
	for _, c := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		images = append(images, s.image(c, map[string]string{"usr/local/bin/" + c: c}))
	}
	return append(images, s.image("coredns", map[string]string{"coredns": "coredns"}, "/coredns"))
}

func (s shelf) etcd() image {
	return s.image("etcd", map[string]string{"usr/local/bin/etcd": "etcd", "usr/local/bin/etcdctl": "etcdctl",
		"usr/local/bin/etcdutl": "etcdutl"})
}

// images lists all images. kubeadm provides the tags of its images.
func (l *Lab) images(versions map[string]string) ([]image, error) {
	kubernetes := versions["k8s.io/kubernetes"]
	out, err := exec.Command(l.Bin("kubeadm"), "config", "images", "list", "--kubernetes-version", kubernetes).Output()
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for _, ref := range strings.Fields(string(out)) {
		name, tag, _ := strings.Cut(path.Base(ref), ":")
		tags[name] = tag
	}
	here := shelf{l.Bin, tags}
	simple := here.image
	images := append(here.core(), here.etcd(), simple("pause", map[string]string{"pause": "pause"}, "/pause"))

	tools, err := l.packetFilter()
	if err != nil {
		return nil, err
	}
	shell, err := busyboxLayer()
	if err != nil {
		return nil, err
	}
	proxy := simple("kube-proxy", map[string]string{"usr/local/bin/kube-proxy": "kube-proxy"})
	proxy.layers = append(proxy.layers, tools)
	flannel := simple("flannel", map[string]string{"opt/bin/flanneld": "flanneld", "opt/bin/install-conf": "install-conf"},
		"/opt/bin/flanneld")
	flannel.tag = versions["github.com/flannel-io/flannel"]
	flannel.layers = append(flannel.layers, tools, shell)
	plugin := simple("flannel-cni-plugin", map[string]string{"flannel": "flannel"})
	plugin.tag = flannelPluginTag
	plugin.layers = append(plugin.layers, shell)
	probe := simple("lab/probe", map[string]string{"usr/local/bin/probe": "probe"})
	probe.tag = "1"
	probe.layers = append(probe.layers, shell)
	vip := simple("kube-vip", map[string]string{"kube-vip": "kube-vip"}, "/kube-vip")
	vip.tag = kubeVIPTag
	images = append(images, proxy, flannel, plugin, probe, vip)
	return images, nil
}

// flannelPluginTag is the plugin tag in flannel's manifest for the flannel version in binaries/go.mod. Source:
// github.com/flannel-io/flannel Documentation/kube-flannel.yml
const flannelPluginTag = "v1.9.1-flannel3"

// kubeVIPTag is the version that the planner requests; the lab's image is a stand-in (binaries/kube-vip/main.go).
const kubeVIPTag = "v1.2.4"

// protocols are nft's names of protocols. Without them nft lists numbers, and a restarted kube-proxy does not recognize the elements of its
// own maps and deletes them: no Service on that node answers any more. Upstream's image has the file.
const protocols = "icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\nsctp 132 SCTP\n"

// packetFilter is a layer with nft, iptables, and conntrack and their libraries: what kube-proxy and flannel run.
func (l *Lab) packetFilter() (layer, error) {
	tools, system := filepath.Join(l.Dir, "tools"), filepath.Join(l.Dir, "node-os")
	t := layer{}
	var programs []string
	for _, p := range []string{"nft", "xtables-nft-multi", "xtables-legacy-multi", "conntrack"} {
		src := filepath.Join(tools, "usr/sbin", p)
		t.program("usr/sbin/"+p, src)
		programs = append(programs, src)
	}
	for _, p := range []string{"iptables", "iptables-restore", "iptables-save", "ip6tables", "ip6tables-restore", "ip6tables-save"} {
		t["usr/sbin/"+p] = entry{link: "xtables-nft-multi"}
	}
	const libs = "usr/lib/x86_64-linux-gnu"
	extensions, err := filepath.Glob(filepath.Join(tools, libs, "xtables", "*.so"))
	if err != nil || len(extensions) == 0 {
		return nil, errors.Join(err, errors.New("no iptables extensions in "+tools))
	}
	for _, e := range extensions {
		t[libs+"/xtables/"+filepath.Base(e)] = entry{from: e, mode: 0o644}
	}
	// the transitive closure of their libraries
	seen := map[string]bool{}
	for queue := append(programs, extensions...); len(queue) > 0; queue = queue[1:] {
		f, err := elf.Open(queue[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", queue[0], err)
		}
		needed, err := f.ImportedLibraries()
		f.Close()
		if err != nil {
			return nil, err
		}
		for _, name := range needed {
			if seen[name] {
				continue
			}
			seen[name] = true
			src := ""
			for _, dir := range []string{filepath.Join(tools, libs), filepath.Join(tools, "lib/x86_64-linux-gnu"),
				filepath.Join(system, libs)} {
				if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
					src = filepath.Join(dir, name)
					break
				}
			}
			if src == "" {
				return nil, fmt.Errorf("%s needs %s, which is in no package of the lab", queue[0], name)
			}
			t[libs+"/"+name] = entry{from: src, mode: 0o755}
			queue = append(queue, src)
		}
	}
	t["etc/protocols"] = entry{data: []byte(protocols), mode: 0o644}
	t["lib64/ld-linux-x86-64.so.2"] = entry{from: filepath.Join(system, libs, "ld-linux-x86-64.so.2"), mode: 0o755}
	t["lib"], t["sbin"] = entry{link: "usr/lib"}, entry{link: "usr/sbin"}
	return t, nil
}

// busybox reports whether the machine's busybox is static, so that it runs in an image without libraries.
func busybox() (bool, error) {
	f, err := elf.Open("/bin/busybox")
	if err != nil {
		return false, err
	}
	defer f.Close()
	needed, err := f.ImportedLibraries()
	return len(needed) == 0, err
}

func busyboxLayer() (layer, error) {
	out, err := exec.Command("/bin/busybox", "--list").Output()
	if err != nil {
		return nil, err
	}
	b := layer{"bin/busybox": {from: "/bin/busybox", mode: 0o755}}
	for _, applet := range strings.Fields(string(out)) {
		if applet != "busybox" {
			b["bin/"+applet] = entry{link: "busybox"}
		}
	}
	return b, nil
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

// write writes the image's blobs and its manifest to dir.
func (i image) write(dir string) error {
	var layers []descriptor
	var diffs []string
	for _, l := range i.layers {
		d, err := l.write(dir)
		if err != nil {
			return err
		}
		layers = append(layers, d)
		diffs = append(diffs, d.Digest)
	}
	config, err := writeJSON(dir, "application/vnd.oci.image.config.v1+json", map[string]any{
		"architecture": "amd64", "os": "linux",
		"config": map[string]any{"Env": []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
			"Entrypoint": i.entrypoint, "WorkingDir": "/"},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
	})
	if err != nil {
		return err
	}
	manifest, err := writeJSON(dir, manifestType, map[string]any{"schemaVersion": 2, "mediaType": manifestType, "config": config,
		"layers": layers})
	if err != nil {
		return err
	}
	tags := filepath.Join(dir, "manifests", i.name)
	if err := os.MkdirAll(tags, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(tags, i.tag), []byte(manifest.Digest), 0o644)
}

const manifestType = "application/vnd.oci.image.manifest.v1+json"

func writeJSON(dir, mediaType string, v any) (descriptor, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return descriptor{}, err
	}
	return writeBlob(dir, mediaType, func(w io.Writer) error { _, err := w.Write(data); return err })
}

// writeBlob stores the output of fill under its digest.
func writeBlob(dir, mediaType string, fill func(io.Writer) error) (descriptor, error) {
	blobs := filepath.Join(dir, "blobs")
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		return descriptor{}, err
	}
	f, err := os.CreateTemp(blobs, ".new-*")
	if err != nil {
		return descriptor{}, err
	}
	defer f.Close()
	h := sha256.New()
	if err := fill(io.MultiWriter(f, h)); err != nil {
		return descriptor{}, err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return descriptor{}, err
	}
	d := descriptor{MediaType: mediaType, Digest: "sha256:" + hex.EncodeToString(h.Sum(nil)), Size: size}
	return d, os.Rename(f.Name(), filepath.Join(blobs, d.Digest))
}

// write stores the layer as a tar archive: sorted, owned by root, without times.
func (l layer) write(dir string) (descriptor, error) {
	names := map[string]bool{}
	for name := range l {
		for p := name; p != "."; p = path.Dir(p) {
			names[p] = true
		}
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	return writeBlob(dir, "application/vnd.oci.image.layer.v1.tar", func(w io.Writer) error {
		t := tar.NewWriter(w)
		for _, name := range sorted {
			if err := l[name].write(t, name); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return t.Close()
	})
}

func (e entry) write(t *tar.Writer, name string) error {
	switch {
	case e.link != "":
		return t.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: e.link, Mode: 0o777})
	case e.from == "" && e.data == nil:
		mode := int64(0o755)
		if e.mode&0o1000 != 0 {
			mode = 0o1777
		}
		return t.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode})
	}
	var r io.Reader = bytes.NewReader(e.data)
	size := int64(len(e.data))
	if e.from != "" {
		f, err := os.Open(e.from)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		r, size = f, info.Size()
	}
	if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(e.mode.Perm()), Size: size}); err != nil {
		return err
	}
	_, err := io.Copy(t, r)
	return err
}
