package ansible

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net"
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

// fakeCluster returns a directory with a kubectl that stores its input in files.
func fakeCluster(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script := `#!/bin/sh
cd ` + dir + `
shift # --kubeconfig
echo "$*" >>calls
case "$*" in
  "get certificatesigningrequests --output=json") cat requests.json ;;
  "get nodes --output=json") cat nodes.json ;;
  "certificate approve "*) echo "$3" >>approved ;;
  "get --raw "*) ;;
  "get --filename=- --output=json")
    sum=$(sha256sum | cut -d' ' -f1)
    [ -e "applied/$sum" ] || exit 1
    echo '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "x", "name": "thing"}}' ;;
  "get --namespace=kube-system configmap"*) [ ! -e memory.json ] || cat memory.json ;;
  "apply "*)
    mkdir -p applied
    cat >incoming
    if grep -q k8splan-addons incoming; then mv incoming memory.json; else cp incoming last
      mv incoming "applied/$(sha256sum <incoming | cut -d' ' -f1)"; fi ;;
  *"rollout status"*) [ ! -e broken ] || { echo "timed out" >&2; exit 1; } ;;
esac
`
	if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// inCluster runs one of the role's programs with the fake kubectl.
func inCluster(t *testing.T, dir, program string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	source, err := templates.Files.ReadFile("tree/ansible/roles/addons/files/" + program)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", append([]string{"-"}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	cmd.Stdin = bytes.NewReader(source)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	return out.String(), problems.String(), err
}

func TestApplyAddons(t *testing.T) {
	dir := fakeCluster(t)
	const remote = "image: registry.example.com/thing:v1\n"
	fetched := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched++
		_, _ = w.Write([]byte(remote))
	}))
	defer server.Close()
	if err := os.MkdirAll(filepath.Join(dir, "addons/own"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "addons/own/00-own.yaml", []byte("own: 1\n"))
	sum := sha256.Sum256([]byte(remote))
	addons := func(checksum string) string {
		text, err := json.Marshal([]any{
			map[string]any{"name": "own", "manifests": []any{map[string]string{"file": "own/00-own.yaml", "url": "", "checksum": ""}},
				"images": []any{}},
			map[string]any{"name": "far",
				"manifests": []any{map[string]string{"file": "far/00-far.yaml", "url": server.URL + "/far.yaml", "checksum": checksum}},
				"images":    []any{map[string]string{"source": "registry.example.com/thing:v1", "ref": "10.0.0.2:5000/thing:v1"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return "--addons=" + string(text)
	}
	right := addons("sha256:" + hex.EncodeToString(sum[:]))
	run := func(want string, args ...string) {
		t.Helper()
		out, problems, err := inCluster(t, dir, "apply.py", append([]string{"--directory=" + filepath.Join(dir, "addons")}, args...)...)
		if err != nil {
			t.Fatalf("%v: %s", err, problems)
		}
		if out != want {
			t.Errorf("applied %q, want %q", out, want)
		}
	}

	if _, problems, err := inCluster(t, dir, "apply.py", "--directory="+filepath.Join(dir, "addons"),
		addons("sha256:"+strings.Repeat("0", 64)), "--wait=0"); err == nil || !strings.Contains(problems, "the checksum is") {
		t.Errorf("a wrong checksum: %v %s", err, problems)
	}
	if _, err := os.Stat(filepath.Join(dir, "applied")); err == nil {
		t.Error("something was applied before every checksum was right")
	}
	run("own\nfar\n", right, "--wait=5")
	if data, _ := os.ReadFile(filepath.Join(dir, "last")); string(data) != "image: 10.0.0.2:5000/thing:v1\n" {
		t.Errorf("applied %q: the image is not the registry's own", data)
	}
	before := fetched
	run("", right, "--wait=5")
	if fetched != before {
		t.Error("the second run fetched again what is there")
	}
	write(t, dir, "addons/own/00-own.yaml", []byte("own: 2\n"))
	run("own\n", right, "--wait=5")
	if err := os.RemoveAll(filepath.Join(dir, "applied")); err != nil { // the objects were deleted by hand
		t.Fatal(err)
	}
	run("own\nfar\n", right, "--wait=0")
	write(t, dir, "broken", []byte(""))
	if _, problems, err := inCluster(t, dir, "apply.py", "--directory="+filepath.Join(dir, "addons"), right, "--wait=5"); err == nil ||
		!strings.Contains(problems, "own: Deployment thing does not run") {
		t.Errorf("pods that do not run: %v %s", err, problems)
	}
}

// request is a certificate signing request as the API server lists it.
func request(t *testing.T, name, user, signer string, dns []string, addresses ...string) map[string]any {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	csr := x509.CertificateRequest{Subject: pkix.Name{CommonName: user, Organization: []string{"system:nodes"}}, DNSNames: dns}
	for _, a := range addresses {
		csr.IPAddresses = append(csr.IPAddresses, net.ParseIP(a))
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &csr, key)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{
			"signerName": signer, "username": user, "groups": []string{"system:nodes", "system:authenticated"},
			"request": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}),
		},
	}
}

// TestApproveKubelets: a request is approved only if every name and address in it belongs to the node that asks.
func TestApproveKubelets(t *testing.T) {
	const serving = "kubernetes.io/kubelet-serving"
	decided := request(t, "decided", "system:node:w-1", serving, []string{"w-1"}, "10.0.0.41")
	decided["status"] = map[string]any{"conditions": []any{map[string]string{"type": "Denied"}}}
	requests := []any{
		request(t, "right", "system:node:w-1", serving, []string{"w-1"}, "10.0.0.41"),
		request(t, "right-6", "system:node:w-2", serving, []string{"w-2"}, "10.0.0.42", "fd00::42"),
		request(t, "cloud", "system:node:w-2", serving, []string{"w-2", "w-2.internal.example"}, "10.0.0.42", "203.0.113.42"),
		request(t, "anothers-address", "system:node:w-1", serving, []string{"w-1"}, "10.0.0.42"),
		request(t, "anothers-name", "system:node:w-1", serving, []string{"w-2"}, "10.0.0.41"),
		request(t, "nameless", "system:node:w-1", serving, nil),
		request(t, "stranger", "system:node:w-9", serving, []string{"w-9"}, "10.0.0.49"),
		request(t, "no-node", "w-1", serving, []string{"w-1"}, "10.0.0.41"),
		request(t, "client", "system:node:w-1", "kubernetes.io/kube-apiserver-client-kubelet", []string{"w-1"}, "10.0.0.41"),
		decided,
	}
	nodes := map[string]any{"items": []any{map[string]any{"metadata": map[string]any{"name": "w-2"},
		"status": map[string]any{"addresses": []any{
			map[string]string{"type": "ExternalIP", "address": "203.0.113.42"},
			map[string]string{"type": "InternalDNS", "address": "w-2.internal.example"},
		}}}}}
	for _, c := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"right", "right-6"}},
		{[]string{"--trust-status"}, []string{"right", "right-6", "cloud"}},
	} {
		dir := fakeCluster(t)
		for name, what := range map[string]any{"requests.json": map[string]any{"items": requests}, "nodes.json": nodes} {
			text, err := json.Marshal(what)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, name, text)
		}
		out, problems, err := inCluster(t, dir, "approve.py",
			append([]string{`--nodes={"w-1": ["10.0.0.41"], "w-2": ["10.0.0.42", "fd00:0::42"]}`}, c.args...)...)
		if err != nil {
			t.Fatalf("%v: %s", err, problems)
		}
		approved, _ := os.ReadFile(filepath.Join(dir, "approved"))
		if diff := cmp.Diff(c.want, strings.Fields(string(approved))); diff != "" {
			t.Errorf("%v: approved (-want +got):\n%s\n%s", c.args, diff, problems)
		}
		if lines := strings.Fields(out); len(lines) != len(c.want) {
			t.Errorf("printed %q", out)
		}
	}
}
