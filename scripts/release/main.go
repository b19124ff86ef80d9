// Command release builds the files of a release in one folder: archives for every system, packages for Linux, an image in OCI's
// layout, a list of the binaries' modules, and SHA256SUMS over all. Apart from Go's module cache it needs no network, no daemon, and
// no root, and the same commit gives the same bytes. `make release-snapshot` runs it, and so does the workflow that publishes.
//
//	go run . -version v1.2.3 [-platforms linux/amd64,...] [-repo ../..] [-out ../../dist]
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Platforms are the platforms of releases. The Makefile's cross has the same list.
const platforms = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

func main() {
	version := flag.String("version", "", "what to release, such as v1.2.3")
	list := flag.String("platforms", platforms, "the systems and processors to build for")
	repo := flag.String("repo", "../..", "the checkout")
	out := flag.String("out", "../../dist", "the folder to write; it must not exist, or be one of this program's")
	flag.Parse()
	if err := release(*repo, *out, *version, strings.Split(*list, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "release: error:", err)
		os.Exit(1)
	}
}

// A build is the data that all files of a release share.
type build struct {
	repo, out string
	version   string    // without the v
	time      time.Time // of the commit: nothing in a release tells when it was built
	man       []file
	scripts   []file // completions
	texts     []file // LICENSE and pages
}

// A file is part of a release: a path inside an archive, and its bytes.
type file struct {
	name string
	data []byte
	mode fs.FileMode
}

// A binary is k8splan for one platform.
type binary struct {
	os, arch, path string
}

func (b binary) file() (file, error) {
	name := "k8splan"
	if b.os == "windows" {
		name += ".exe"
	}
	data, err := os.ReadFile(b.path)
	return file{name, data, 0o755}, err
}

var versions = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)

func release(repo, out, version string, platforms []string) error {
	if !versions.MatchString(version) {
		return fmt.Errorf("%q is not a version such as v1.2.3 or v1.2.3-rc.1", version)
	}
	repo, err := filepath.Abs(repo)
	if err != nil {
		return err
	}
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	if err := clear(out); err != nil {
		return err
	}
	r := &build{repo: repo, out: out, version: strings.TrimPrefix(version, "v")}
	work, err := os.MkdirTemp("", "k8splan-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := r.prepare(work); err != nil {
		return err
	}
	var all, linux []binary
	for _, platform := range platforms {
		b, err := r.compile(work, platform)
		if err != nil {
			return err
		}
		all = append(all, b)
		if b.os == "linux" {
			linux = append(linux, b)
		}
	}
	for _, b := range all {
		if err := r.archive(b); err != nil {
			return err
		}
	}
	for _, b := range linux {
		if err := r.packages(b); err != nil {
			return err
		}
	}
	if err := r.image(linux); err != nil {
		return err
	}
	if err := r.bom(all); err != nil {
		return err
	}
	return r.sums()
}

// clear creates an empty folder. It refuses a folder that contains anything except an earlier release.
func clear(out string) error {
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.MkdirAll(out, 0o755)
	case err != nil:
		return err
	}
	if _, err := os.Stat(filepath.Join(out, sumsName)); len(entries) > 0 && err != nil {
		return fmt.Errorf("%s has files that this program did not write: name another folder", out)
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	return os.MkdirAll(out, 0o755)
}

// prepare creates the files that are the same on all platforms: manual pages, completions, texts.
func (r *build) prepare(work string) error {
	stamp, err := r.run(nil, "git", "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(stamp)), 10, 64)
	if err != nil {
		return err
	}
	r.time = time.Unix(seconds, 0).UTC()

	pages := filepath.Join(work, "man")
	environment := []string{"SOURCE_DATE_EPOCH=" + strconv.FormatInt(seconds, 10)}
	if _, err := r.run(environment, "go", "run", "-tags", "man", "-ldflags", r.stamp(), "./cmd/k8splan", "man", pages); err != nil {
		return err
	}
	entries, err := os.ReadDir(pages)
	if err != nil {
		return err
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(pages, e.Name()))
		if err != nil {
			return err
		}
		r.man = append(r.man, file{"man/" + e.Name(), data, 0o644})
	}
	native, err := r.compile(work, runtime.GOOS+"/"+runtime.GOARCH)
	if err != nil {
		return err
	}
	for _, c := range []struct{ shell, name string }{
		{"bash", "k8splan.bash"}, {"zsh", "_k8splan"}, {"fish", "k8splan.fish"}, {"powershell", "k8splan.ps1"},
	} {
		data, err := r.run(nil, native.path, "completion", c.shell)
		if err != nil {
			return err
		}
		r.scripts = append(r.scripts, file{"completions/" + c.name, data, 0o644})
	}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		data, err := os.ReadFile(filepath.Join(r.repo, name))
		if err != nil {
			return err
		}
		r.texts = append(r.texts, file{name, data, 0o644})
	}
	return nil
}

func (r *build) stamp() string { return "-s -w -X main.version=v" + r.version }

func (r *build) compile(work, platform string) (binary, error) {
	system, arch, found := strings.Cut(platform, "/")
	if !found || !slices.Contains(strings.Split(platforms, ","), platform) {
		return binary{}, fmt.Errorf("%q is not one of %s", platform, platforms)
	}
	b := binary{system, arch, filepath.Join(work, system+"_"+arch)}
	if _, err := os.Stat(b.path); err == nil {
		return b, nil
	}
	environment := []string{"GOOS=" + system, "GOARCH=" + arch, "CGO_ENABLED=0"}
	_, err := r.run(environment, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", r.stamp(), "-o", b.path, "./cmd/k8splan")
	return b, err
}

// run runs a program in the checkout and returns what it prints.
func (r *build) run(environment []string, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = r.repo, append(os.Environ(), environment...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return stdout.Bytes(), nil
}

const sumsName = "SHA256SUMS"

// sums writes SHA256SUMS, as sha256sum --check reads it.
func (r *build) sums() error {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(r.out, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%x  %s\n", sha256.Sum256(data), e.Name())
	}
	return r.write(sumsName, []byte(text.String()))
}

// write puts a file into the release.
func (r *build) write(name string, data []byte) error {
	return os.WriteFile(filepath.Join(r.out, name), data, 0o644)
}
