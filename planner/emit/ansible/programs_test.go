package ansible

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/k8splan/k8splan/templates"
)

// python runs one of the roles' programs from standard input, as the roles do.
func python(t *testing.T, program string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	source, err := templates.Files.ReadFile("tree/ansible/roles/" + program)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", append([]string{"-"}, args...)...)
	cmd.Stdin = bytes.NewReader(source)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	return out.String(), problems.String(), err
}

// archive returns a gzipped tar of executables, a text file, and a name that escapes the directory.
func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	add := func(name, content string, mode int64) {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: mode, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		add(name, content, 0o755)
	}
	add("LICENSE", "text", 0o644)
	add("../../../escaped", "program", 0o755)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func TestFetch(t *testing.T) {
	kubelet, plugins := []byte("kubelet"), archive(t, map[string]string{"./bridge": "bridge", "./portmap": "portmap"})
	etcd := archive(t, map[string]string{"etcd-v1/etcd": "etcd", "etcd-v1/etcdctl": "etcdctl", "etcd-v1/tools/other": "other"})
	served := map[string][]byte{
		"/kubelet": kubelet, "/kubelet.sha256": []byte(digest(kubelet)),
		"/plugins.tgz": plugins, "/plugins.tgz.sha256": []byte(digest(plugins) + "  plugins.tgz\n"),
		"/etcd.tar.gz": etcd, "/SHA256SUMS": []byte(digest(plugins) + "  other.tar.gz\n" + digest(etcd) + " *etcd.tar.gz\n"),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := served[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Write(data)
	}))
	defer server.Close()

	type item struct {
		Name     string `json:"name"`
		Path     string `json:"path"`
		URL      string `json:"url"`
		Checksum string `json:"checksum"`
		Archive  bool   `json:"archive"`
	}
	one := func(name, path, sum string, archive bool) item {
		return item{name, "host" + path, server.URL + path, sum, archive}
	}
	dir := t.TempDir()
	fetch := func(items ...item) (string, string, error) {
		layout, _ := json.Marshal(map[string]map[string]string{
			"kubelet": {"*": filepath.Join(dir, "bin")}, "cni-plugins": {"*": filepath.Join(dir, "cni")},
			"etcd": {"*/etcd": filepath.Join(dir, "bin"), "*/etcdctl": filepath.Join(dir, "bin")},
		})
		files, _ := json.Marshal(items)
		return python(t, "artifacts/files/fetch.py", "--state="+filepath.Join(dir, "state"), "--layout="+string(layout),
			"--files="+string(files))
	}

	out, problems, err := fetch(
		one("kubelet", "/kubelet", "sha256:"+server.URL+"/kubelet.sha256", false),
		one("cni-plugins", "/plugins.tgz", "sha256:"+server.URL+"/plugins.tgz.sha256", true),
		one("etcd", "/etcd.tar.gz", "sha256:"+server.URL+"/SHA256SUMS", true),
	)
	if err != nil || out != "cni-plugins\netcd\nkubelet\n" {
		t.Fatalf("%v\n%s\n%s", err, out, problems)
	}
	got := map[string]string{}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if rel, _ := filepath.Rel(dir, path); err == nil && !d.IsDir() && rel != "state/artifacts.json" {
			data, _ := os.ReadFile(path)
			info, _ := d.Info()
			got[rel] = info.Mode().String() + " " + string(data)
		}
		return err
	})
	want := map[string]string{
		"bin/kubelet": "-rwxr-xr-x kubelet", "bin/etcd": "-rwxr-xr-x etcd", "bin/etcdctl": "-rwxr-xr-x etcdctl",
		"cni/bridge": "-rwxr-xr-x bridge", "cni/portmap": "-rwxr-xr-x portmap", "cni/escaped": "-rwxr-xr-x program",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var recorded map[string]struct{ Path string }
	data, err := os.ReadFile(filepath.Join(dir, "state", "artifacts.json"))
	if err != nil || json.Unmarshal(data, &recorded) != nil || recorded["kubelet"].Path != "host/kubelet" || len(recorded) != 3 {
		t.Errorf("%v\n%s", err, data)
	}

	// A wrong archive only stops itself, changes nothing, and reports what is wrong.
	served["/kubelet"] = []byte("tampered with")
	served["/new"] = []byte("new")
	for name, c := range map[string]struct {
		item item
		says string
	}{
		"another content": {one("kubelet", "/kubelet", "sha256:"+digest(kubelet), false), "expected " + digest(kubelet)},
		"not there":       {one("kubelet", "/missing", "sha256:"+digest(kubelet), false), "404"},
		"no line":         {one("kubelet", "/new", "sha256:"+server.URL+"/SHA256SUMS", false), "no line for new"},
		"no checksum":     {one("kubelet", "/kubelet", "md5:0", false), "no checksum of type sha256"},
		"no archive":      {one("etcd", "/new", "sha256:"+digest([]byte("new")), true), "etcd: "},
		"nothing in it":   {one("etcd", "/plugins.tgz", "sha256:"+digest(plugins), true), "nothing in it is called"},
	} {
		out, problems, err := fetch(c.item)
		if err == nil || strings.TrimSpace(out) != "" || !strings.Contains(problems, c.says) || strings.Contains(problems, "Traceback") {
			t.Errorf("%s: %v\n%s\n%s", name, err, out, problems)
		}
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "bin", "kubelet")); string(data) != "kubelet" {
		t.Errorf("the kubelet is now %q", data)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", ".k8splan-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The survey must answer on any Linux, whatever is missing, and with the keys that the roles read.
func TestSurvey(t *testing.T) {
	out, problems, err := python(t, "survey/files/survey.py", "--packages=no-such-package=1.0", "--address=127.0.0.1")
	if err != nil || problems != "" {
		t.Fatalf("%v\n%s", err, problems)
	}
	var host struct {
		System           struct{ Family, Arch string }
		Interface        string
		MissingPackages  []string `json:"missing_packages"`
		Files, Artifacts map[string]string
		Services         map[string]struct{ Enabled, Running, Stale *bool }
		Commands         map[string]bool
		Kubernetes       struct{ Joined, Serving *bool }
	}
	if err := json.Unmarshal([]byte(out), &host); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if host.System.Arch == "" || host.Services["containerd"].Stale == nil || !host.Commands["mount"] || host.Kubernetes.Joined == nil ||
		host.Kubernetes.Serving == nil {
		t.Errorf("%+v", host)
	}
	if diff := cmp.Diff([]string{"no-such-package=1.0"}, host.MissingPackages); diff != "" {
		t.Error(diff)
	}
}

// The survey lists the interfaces on which the kernel itself accepts router advertisements, and keeps the list once they are set.
func TestSurveySeesRouters(t *testing.T) {
	source, err := templates.Files.ReadFile("tree/ansible/roles/survey/files/survey.py")
	if err != nil {
		t.Fatal(err)
	}
	script := `set -e
for i in heard silent set daemon; do
  ip link add "$i" type veth peer name "$i-far"
  ip link set "$i-far" up
  ip link set "$i" up
  echo 0 > "/proc/sys/net/ipv6/conf/$i-far/accept_ra"
  echo 1 > "/proc/sys/net/ipv6/conf/$i/accept_ra"
done
echo 2 > /proc/sys/net/ipv6/conf/set/accept_ra
echo 0 > /proc/sys/net/ipv6/conf/daemon/accept_ra
ip -6 route add default via fe80::1 dev heard proto ra
ip -6 route add default via fe80::1 dev daemon proto ra metric 2000
exec /usr/bin/python3 -`
	cmd := exec.Command("unshare", "--map-root-user", "--net", "sh", "-c", script)
	var problems bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(source), &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v (make setup installs iproute2)\n%s", err, problems.String())
	}
	var host struct{ Advertised map[string]string }
	if err := json.Unmarshal(out, &host); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if diff := cmp.Diff(map[string]string{"heard": "1", "set": "2"}, host.Advertised); diff != "" {
		t.Error(diff)
	}
}

// kubeconfigFor is a kubeconfig of one cluster as kubeadm prints it.
func kubeconfigFor(name, authority, key string) string {
	return fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: %[1]s, cluster: {certificate-authority-data: %[2]s, server: "https://10.0.0.1:6443"}}]
contexts: [{name: %[1]s, context: {cluster: %[1]s, user: alice}}]
users: [{name: alice, user: {client-certificate-data: AAAA, client-key-data: %[3]s}}]
`, name, authority, key)
}

// kubeconfig runs the program as the role does: its text as an argument, the new kubeconfig on standard input.
func kubeconfig(t *testing.T, input string, args ...string) (problem string, err error) {
	t.Helper()
	source, err := templates.Files.ReadFile("tree/ansible/roles/kubeconfig/files/kubeconfig.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", append([]string{"-c", string(source)}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestKubeconfigIsWrittenForItsOwner(t *testing.T) {
	dir := t.TempDir()
	tree, file := filepath.Join(dir, "tree"), filepath.Join(dir, "new", "prod.conf")
	for _, key := range []string{"S0VZMQ==", "S0VZMg=="} { // the second one replaces the first
		made := kubeconfigFor("kubernetes", "Q0E=", key)
		if out, err := kubeconfig(t, made, "write", file, "prod", tree, "https://api.example.com:6443"); err != nil || out != "" {
			t.Fatal(err, out)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("mode %v: %v", info.Mode(), err)
		}
		for _, want := range []string{"server: https://api.example.com:6443\n", "current-context: prod\n",
			"client-key-data: " + key, "certificate-authority-data: Q0E=\n"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("the file lacks %q:\n%s", want, text)
			}
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "new", ".*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestKubeconfigRefusesOtherFiles(t *testing.T) {
	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	own := kubeconfigFor("prod", "Q0E=", "S0VZ")
	two := strings.Replace(own, "clusters: [", "clusters: [{name: b, cluster: {server: x}}, ", 1)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"directory":        {[]string{"check", dir, "prod", tree, "running"}, "is a directory"},
		"in the tree":      {[]string{"check", tree + "/prod.conf", "prod", tree, "running"}, "is in this tree"},
		"no YAML":          {[]string{"check", file("a", "\x00: ["), "prod", tree, "running"}, "is not a kubeconfig of cluster prod"},
		"several clusters": {[]string{"check", file("b", two), "prod", tree, "running"}, "is not a kubeconfig of cluster prod"},
		"another name": {[]string{"check", file("c", kubeconfigFor("dev", "Q0E=", "S0VZ")), "prod", tree, "running"}, "is not a " +
			"kubeconfig of cluster prod"},
		"a new cluster": {[]string{"check", file("d", own), "prod", tree, "new"}, "the file is from an earlier cluster"},
		"another authority": {[]string{"write", file("e", kubeconfigFor("prod", "T1RIRVI=", "S0VZ")), "prod", tree, "https://a:6443"},
			"its certificate authority differs"},
		"no place": {[]string{"write", file("f", own) + "/below", "prod", tree, "https://a:6443"}, "directory"},
	} {
		before, _ := os.ReadFile(test.args[1])
		out, err := kubeconfig(t, own, test.args...)
		if err == nil || !strings.Contains(out, test.want) || strings.Contains(out, "Traceback") || strings.Contains(out, "S0VZ") {
			t.Errorf("%s: %v %q, want %q", name, err, out, test.want)
		}
		if after, _ := os.ReadFile(test.args[1]); !bytes.Equal(before, after) {
			t.Errorf("%s: the file is another one now", name)
		}
	}
	if out, err := kubeconfig(t, "", "check", file("g", own), "prod", tree, "running"); err != nil || out != "" {
		t.Errorf("the cluster's own file: %v %q", err, out)
	}
}
