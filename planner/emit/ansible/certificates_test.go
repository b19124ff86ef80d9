package ansible

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// certificatePEM returns a certificate that expires at ends. Its subject is so long that DER lengths take several bytes.
func certificatePEM(t *testing.T, ends time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: new(big.Int).Lsh(big.NewInt(1), 150),
		Subject: pkix.Name{CommonName: strings.Repeat("long", 15),
			Organization: []string{strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64), strings.Repeat("d", 64)}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: ends,
	}, &x509.Certificate{Subject: pkix.Name{Organization: []string{strings.Repeat("e", 64), strings.Repeat("f", 64),
		strings.Repeat("g", 64)}}}, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestDue(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	day := 24 * time.Hour
	soon, later := certificatePEM(t, time.Now().Add(59*day)), certificatePEM(t, time.Now().Add(61*day))
	kubeconfig := func(cert []byte) []byte {
		return fmt.Appendf(nil, "users:\n- name: admin\n  user:\n    client-certificate-data: %s\n    client-key-data: AAAA\n",
			base64.StdEncoding.EncodeToString(cert))
	}
	want := []string{
		write("a.crt", soon), write("ended.crt", certificatePEM(t, time.Now().Add(-30*time.Minute))), write("admin.conf", kubeconfig(soon)),
	}
	for name, data := range map[string][]byte{
		"later.crt": later, "far.crt": certificatePEM(t, time.Date(2065, 1, 1, 0, 0, 0, 0, time.UTC)), // after 2049: GeneralizedTime
		"scheduler.conf": kubeconfig(later),
		"linked.conf":    []byte("users:\n- user:\n    client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem\n"),
	} {
		write(name, data)
	}
	out, problems, err := python(t, "recovery/files/due.py", "60", filepath.Join(dir, "*.crt"), filepath.Join(dir, "*.conf"),
		filepath.Join(dir, "missing.crt"))
	if err != nil {
		t.Fatal(err, problems)
	}
	if diff := cmp.Diff(want, strings.Fields(out)); diff != "" {
		t.Errorf("what ends within 60 days (-want +got):\n%s", diff)
	}
	out, problems, err = python(t, "recovery/files/due.py", "36500", filepath.Join(dir, "far.crt"))
	if err != nil || strings.TrimSpace(out) != filepath.Join(dir, "far.crt") {
		t.Errorf("a certificate that ends in 2065 is due within a century: %q %v %s", out, err, problems)
	}
}
