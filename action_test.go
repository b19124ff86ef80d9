package k8splan_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// release makes a release's folder as GitHub serves it.
func release(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "k8splan")
	if out, err := exec.Command("go", "build", "-o", binary, "./cmd/k8splan").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	packed := gzip.NewWriter(&archive)
	files := tar.NewWriter(packed)
	if err := files.WriteHeader(&tar.Header{Name: "k8splan", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Write(program); err != nil {
		t.Fatal(err)
	}
	if files.Close() != nil || packed.Close() != nil {
		t.Fatal("cannot pack")
	}
	name := fmt.Sprintf("k8splan_%s_%s_%s.tar.gz", version, runtime.GOOS, runtime.GOARCH)
	folder := filepath.Join(dir, "download", "v"+version)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string]string{name: archive.String(),
		"SHA256SUMS": fmt.Sprintf("%x  %s\n", sha256.Sum256(archive.Bytes()), name)} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestAction runs what the GitHub Action runs, against a release on disk.
func TestAction(t *testing.T) {
	releases := release(t, "1.2.3")
	script, err := filepath.Abs("scripts/action.sh")
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	for name, text := range map[string]string{
		"good.hcl": "cluster \"dev\" {\n  type = \"all-in-one\"\n}\nnode \"dev-1\" {\n  address = \"192.168.56.10\"\n}\n",
		"sub/warn.hcl": "locals {\n  unused = 1\n}\ncluster \"dev\" {\n  type = \"all-in-one\"\n}\n" +
			"node \"dev-1\" {\n  address = \"192.168.56.10\"\n}\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(work, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	temp, output := t.TempDir(), filepath.Join(t.TempDir(), "output")
	act := func(env ...string) (int, string) {
		t.Helper()
		cmd := exec.Command("bash", script)
		cmd.Dir = work
		cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "K8SPLAN_RELEASES=file://" + releases, "K8SPLAN_VERSION=v1.2.3",
			"RUNNER_TEMP=" + temp, "GITHUB_OUTPUT=" + output, "GITHUB_WORKSPACE=" + work}, env...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		if _, exit := err.(*exec.ExitError); err != nil && !exit {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), out.String()
	}

	if code, out := act("K8SPLAN_FILES=good.hcl"); code != 0 || out != "" {
		t.Errorf("%d %s", code, out)
	}
	if code, out := act("K8SPLAN_FILES=good.hcl\nsub\n", "K8SPLAN_SARIF=k8splan.sarif"); code != 0 ||
		!strings.HasPrefix(out, "::warning file=sub/warn.hcl,line=2,") {
		t.Errorf("%d %s", code, out)
	}
	if log, err := os.ReadFile(filepath.Join(work, "k8splan.sarif")); err != nil ||
		!bytes.Contains(log, []byte(`"ruleId": "unused-local"`)) {
		t.Errorf("%v %.200s", err, log)
	}
	if code, _ := act("K8SPLAN_FILES=sub good.hcl", "K8SPLAN_STRICT=true"); code != 1 {
		t.Errorf("strict: %d", code)
	}
	if code, out := act("K8SPLAN_FILES=good.hcl", "K8SPLAN_REQUIRE=survive=1-node"); code != 1 ||
		!strings.Contains(out, "require-survive") {
		t.Errorf("%d %s", code, out)
	}
	if got, err := os.ReadFile(output); err != nil || string(got) != "valid=true\nvalid=true\nvalid=false\nvalid=false\n" {
		t.Errorf("outputs: %v %q", err, got)
	}
	if code, out := act("K8SPLAN_FILES=nowhere.hcl"); code != 1 || !strings.Contains(out, "::error title=k8splan::nowhere.hcl: no "+
		"such file") {
		t.Errorf("what cannot be read is no annotation: %d %s", code, out)
	}
	os.Truncate(output, 0)
	comments(t, work, act)
	compares(t, work, output, act)
	if code, out := act("K8SPLAN_VERSION=", "K8SPLAN_REF=v1.2.3", "K8SPLAN_FILES= \n"); code != 1 ||
		!strings.Contains(out, "topology.hcl") {
		t.Errorf("the tag of the action, and no file: %d %s", code, out)
	}
	for env, want := range map[string]string{
		"K8SPLAN_VERSION=v1.2":                    `::error title=k8splan::"v1.2" is not a release of k8splan: write one such as v1.2.3`,
		"K8SPLAN_VERSION=v1.2.3\n::add-mask::50%": `::error title=k8splan::"v1.2.3%0A::add-mask::50%25" is not a release`,
		"K8SPLAN_STRICT=yes":                      `::error title=k8splan::strict is "yes": write true or false`,
	} {
		if code, out := act(env, "K8SPLAN_FILES=good.hcl"); code != 2 || !strings.HasPrefix(out, want) {
			t.Errorf("%q: %d %s", env, code, out)
		}
	}
	if code, out := act("K8SPLAN_VERSION=v9.9.9"); code != 2 || !strings.Contains(out, "::error title=k8splan::cannot fetch") {
		t.Errorf("no such release: %d %s", code, out)
	}
	sums := filepath.Join(releases, "download", "v1.2.3", "SHA256SUMS")
	if err := os.WriteFile(sums,
		[]byte(strings.Repeat("0", 64)+fmt.Sprintf("  k8splan_1.2.3_%s_%s.tar.gz\n", runtime.GOOS, runtime.GOARCH)), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out := act("RUNNER_TEMP=" + t.TempDir()); code != 2 || !strings.Contains(out, "is not what SHA256SUMS") {
		t.Errorf("a wrong sum: %d %s", code, out)
	}
}

// compares runs the action in a repository with an edit: the summary says what it does, the output how far it goes, and a new file says
// nothing.
func compares(t *testing.T, work, output string, act func(...string) (int, string)) {
	t.Helper()
	edited := "cluster \"dev\" {\n  type = \"all-in-one\"\n}\nnode \"dev-1\" {\n  address = \"192.168.56.10\"\n}\n" +
		"network {\n  dns_domain = \"example.com\"\n}\n"
	for _, args := range [][]string{{"init", "-q"}, {"add", "good.hcl", "sub"}, {"-c", "user.name=a", "-c", "user.email=a@example.com",
		"commit", "-q", "-m", "one"}} {
		if out, err := exec.Command("git", append([]string{"-C", work}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	for name, text := range map[string]string{"good.hcl": edited, "new.hcl": edited} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	summary := filepath.Join(t.TempDir(), "summary")
	code, out := act("K8SPLAN_FILES=sub good.hcl new.hcl", "K8SPLAN_COMPARE=HEAD", "GITHUB_STEP_SUMMARY="+summary)
	if code != 0 || !strings.Contains(out, "::notice title=k8splan::k8splan: error: HEAD has no file new.hcl") {
		t.Errorf("%d %s", code, out)
	}
	text, err := os.ReadFile(summary)
	if err != nil || !bytes.Contains(text, []byte("### good.hcl: valid\n\n### new.hcl: valid\n\n### dev: none\n\nNothing changes.\n")) ||
		!bytes.Contains(text, []byte("\n### dev: refused\n")) {
		t.Errorf("%v %s", err, text)
	}
	if got, err := os.ReadFile(output); err != nil || !strings.HasSuffix(string(got), "valid=true\nverdict=refused\n") {
		t.Errorf("outputs: %v %q", err, got)
	}
}

// TestActionAndHooks: every variable that the action sets is read by its script, and its inputs never become text of a script; the hooks
// name commands that there are, and files that people have.
func TestActionAndHooks(t *testing.T) {
	var action struct {
		Inputs map[string]any
		Runs   struct {
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	read(t, "action.yml", &action)
	script, err := os.ReadFile("scripts/action.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range action.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("an expression in a script: %s", step.Run)
		}
		all := ""
		for name, value := range step.Env {
			all += value
			if name != "K8SPLAN_SCRIPT" && !bytes.Contains(script, []byte("${"+name)) {
				t.Errorf("scripts/action.sh does not read %s", name)
			}
		}
		for input := range action.Inputs {
			if !strings.Contains(all, "inputs."+input+" ") {
				t.Errorf("the input %s goes nowhere", input)
			}
		}
	}

	var hooks []struct{ ID, Entry, Language, Files string }
	read(t, ".pre-commit-hooks.yaml", &hooks)
	for _, h := range hooks {
		files, err := regexp.Compile(h.Files)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]bool{"topology.hcl": true, "clusters/eu/topology.hcl": true, "topology-eu.hcl": true,
			"terragrunt.hcl": false, "topology.hcl.bak": false} {
			if files.MatchString(name) != want {
				t.Errorf("%s: %s", h.ID, name)
			}
		}
		args := append(strings.Fields(h.Entry)[1:], "--help")
		if out, err := exec.Command("go", append([]string{"run", "./cmd/k8splan"}, args...)...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", h.ID, err, out)
		}
	}
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// comments keeps one comment of a pull request up to date, and writes none where the head is a fork's.
func comments(t *testing.T, work string, act func(...string) (int, string)) {
	t.Helper()
	var calls []string
	var body string
	existing := `[]`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls = append(calls, r.Method+" "+r.URL.Path)
		if r.Header.Get("Authorization") != "Bearer token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodGet {
			io.WriteString(w, existing)
			return
		}
		data, _ := io.ReadAll(r.Body)
		body = string(data)
		io.WriteString(w, "{}")
	}))
	defer server.Close()
	event := filepath.Join(work, "event.json")
	run := func(head string) string {
		t.Helper()
		text := `{"pull_request": {"number": 7, "head": {"repo": {"full_name": "` + head + `"}}}}`
		if err := os.WriteFile(event, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		calls, body = nil, ""
		code, out := act("K8SPLAN_FILES=sub", "K8SPLAN_COMMENT=true", "K8SPLAN_TOKEN=token", "GITHUB_EVENT_NAME=pull_request",
			"GITHUB_EVENT_PATH="+event, "GITHUB_REPOSITORY=me/clusters", "GITHUB_API_URL="+server.URL)
		if code != 0 || strings.Contains(out, "token\n") {
			t.Errorf("comment: %d %s", code, out)
		}
		return strings.Join(calls, "; ")
	}
	first := run("me/clusters")
	if want := "GET /repos/me/clusters/issues/7/comments; POST /repos/me/clusters/issues/7/comments"; first != want ||
		!strings.Contains(body, `<!-- k8splan -->\n### sub/warn.hcl: valid, 1 warning\n`) {
		t.Errorf("the first comment: %s %s", first, body)
	}
	existing = `[{"id": 1, "user": {"type": "User"}, "body": "<!-- k8splan -->"},
		{"id": 2, "user": {"type": "Bot"}, "body": "<!-- k8splan -->\\nold"}]`
	if second := run("me/clusters"); !strings.HasSuffix(second, "; PATCH /repos/me/clusters/issues/comments/2") {
		t.Errorf("the second run: %s", second)
	}
	if fork := run("you/clusters"); fork != "" {
		t.Errorf("a fork's pull request: %s", fork)
	}
}
