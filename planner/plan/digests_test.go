package plan

import (
	"regexp"
	"strings"
	"testing"
)

// TestDigestsAreOfFilesThatHostsFetch parses the list as sha256sum does, and checks that the plan uses each line's file name.
func TestDigestsAreOfFilesThatHostsFetch(t *testing.T) {
	line := regexp.MustCompile(`^([0-9a-f]{64})  ((?:dl\.k8s\.io|github\.com|storage\.googleapis\.com|raw\.githubusercontent\.com)/\S+)$`)
	shape := regexp.MustCompile(`(^|[^0-9a-z])v?[0-9]+\.[0-9]+\.[0-9]+`)
	shapes := map[string]bool{}
	add := func(path string) { shapes[shape.ReplaceAllString(path, "${1}V")] = true }
	for _, src := range []string{
		smallest,
		smallest + "container_runtime \"cri-o\" {}\n",
		smallest + "network {\n cni \"calico\" {}\n}\n",
		strings.Replace(smallest, "address", "arch = \"arm64\"\n address", 1),
		strings.Replace(smallest, "address", "arch = \"arm64\"\n address", 1) + "container_runtime \"cri-o\" {}\n",
	} {
		p := resolved(t, src)
		for _, d := range p.Downloads() {
			add(d.Path)
		}
		for _, m := range p.NetworkManifests() {
			add(m.Path)
		}
	}
	seen := map[string]bool{}
	for text := range strings.Lines(digestsFile) {
		if strings.HasPrefix(text, "# ") {
			continue
		}
		m := line.FindStringSubmatch(strings.TrimSuffix(text, "\n"))
		if m == nil {
			t.Errorf("no line of sha256sum: %q", text)
			continue
		}
		if seen[m[2]] {
			t.Errorf("%s is there twice", m[2])
		}
		seen[m[2]] = true
		if !shapes[shape.ReplaceAllString(m[2], "${1}V")] {
			t.Errorf("no plan fetches %s", m[2])
		}
		if got := KnownDigest(m[2]); got != m[1] {
			t.Errorf("%s: %q", m[2], got)
		}
	}
	if len(seen) < 400 || KnownDigest("kubelet") != "" || KnownDigest("") != "" {
		t.Error(len(seen), "digests")
	}
}

// TestDigestsAreOfUpstream compares some digests with what projects other than kubespray pin for the same files.
func TestDigestsAreOfUpstream(t *testing.T) {
	const (
		plugins = "github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz"
		crictl  = "github.com/kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-amd64.tar.gz"
	)
	for path, want := range map[string]string{
		plugins: "b98f74a0f8522f0a83867178729c1aa70f2158f90c45a2ca8fa791db1c76b303",
		crictl:  "83855e114566a8a8c44c548d515670f51de3a5e1da8b2effb59870e2f10c25a3",
		"dl.k8s.io/release/v1.35.4/bin/linux/amd64/kubelet": "983a6ba5a49823dcdd745c674e5e2416377dd27d6ad1b42d2befa0fb961a19f6",
	} {
		if got := KnownDigest(path); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	p := resolved(t, smallest)
	for _, d := range p.Downloads() {
		if d.Path == plugins && d.Checksum != "sha256:"+KnownDigest(plugins) {
			t.Error(d.Checksum)
		}
	}
	pin := "sha512:" + strings.Repeat("0a", 64)
	if got := (&Artifacts{Checksums: map[string]string{plugins: pin}}).Pinned(plugins); got != pin {
		t.Error("the author's pin is not the last word:", got)
	}
}
