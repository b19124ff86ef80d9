package ansible

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProxyLogin: whatever characters a login contains, a shell reads a URL with exactly that login from the file that proxy.py prints, and
// runs nothing. Invalid input ends with a message that does not reveal it.
func TestProxyLogin(t *testing.T) {
	const program = "../../../templates/tree/ansible/roles/host/files/proxy.py"
	make := func(text string) (string, error) {
		file := filepath.Join(t.TempDir(), "login")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("python3", program, file, "http_proxy=http://proxy.example.com:3128", "no_proxy=localhost,.svc").
			CombinedOutput()
		return string(out), err
	}
	for _, login := range []string{
		"user:word", "u:", `lab%user:p@$$'w "ord/#` + "`touch /tmp/never`", "a:$(false)", `a:b\c&d;e|f<g>`, "user:with:colons", "ü:ß漢字",
	} {
		text, err := make(login + "\n")
		if err != nil {
			t.Errorf("%q: %v: %s", login, err, text)
			continue
		}
		shell := exec.Command("sh", "-euc", `set -a; . /dev/stdin; printf '%s\n' "$http_proxy" "$no_proxy"`)
		shell.Stdin = strings.NewReader(text)
		out, err := shell.Output()
		if err != nil {
			t.Errorf("%q: %v\n%s", login, err, text)
			continue
		}
		lines := strings.Split(string(out), "\n")
		u, err := url.Parse(lines[0])
		if err != nil {
			t.Errorf("%q: %v", login, err)
			continue
		}
		password, _ := u.User.Password()
		if got := u.User.Username() + ":" + password; got != login || u.Host != "proxy.example.com:3128" || lines[1] != "localhost,.svc" {
			t.Errorf("%q is read as %q, %q", login, got, lines)
		}
	}
	for _, text := range []string{"", "\n", "secretword", ":secretword", "a:secretword\nb:secretword\n"} {
		if out, err := make(text); err == nil || strings.Contains(out, "secretword") {
			t.Errorf("%q is taken, or shown: %s", text, out)
		}
	}
}
