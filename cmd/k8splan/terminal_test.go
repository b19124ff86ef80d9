//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/mattn/go-runewidth"
	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal with so many columns: the user's end, and the program's.
func terminal(t *testing.T, columns uint16) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: columns}); err != nil {
		t.Fatal(err)
	}
	return person, program
}

// control matches color codes and links.
var control = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]|\x1b\\]8;[^\x1b\a]*(?:\x1b\\\\|\a)")

// onTerminal returns what a user sees when a command runs in a terminal, and its exit code.
func onTerminal(t *testing.T, columns uint16, dir string, args ...string) (text string, code int) {
	t.Helper()
	person, program := terminal(t, columns)
	defer person.Close()
	cmd := exec.Command("k8splan", args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, program, program, program
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	program.Close()
	var out strings.Builder
	buffer := make([]byte, 1<<16)
	for {
		n, err := person.Read(buffer)
		out.Write(buffer[:n])
		if errors.Is(err, syscall.EIO) { // the program has exited
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return strings.ReplaceAll(control.ReplaceAllString(out.String(), ""), "\r", ""), cmd.ProcessState.ExitCode()
}

// TestTerminals: in terminals of 80 and 140 columns, no line is wider, and prose uses the full width. Files shown by --diff, and graphs,
// keep their lines.
func TestTerminals(t *testing.T) {
	dir := t.TempDir()
	for name, kind := range map[string]string{"one.hcl": "all-in-one", "many.hcl": "multi-etcd-multi-master"} {
		if text, code := onTerminal(t, 80, dir, "init", kind, "-o", name); code != 0 {
			t.Fatal(text)
		}
	}
	many, err := os.ReadFile(filepath.Join(dir, "many.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string][2]string{
		"bad.hcl":  {`"multi-etcd-multi-master"`, `"multi-etcd-multi-mastr"`},
		"more.hcl": {`count           = 2`, `count           = 3`},
	} {
		text := strings.Replace(string(many), edit[0], edit[1], 1)
		if text == string(many) {
			t.Fatalf("%s is the starter", name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, columns := range []uint16{80, 140} {
		tree := fmt.Sprint("tree-", columns)
		for _, c := range []struct {
			code int
			args []string
		}{
			{0, []string{"validate", "many.hcl"}},
			{1, []string{"validate", "bad.hcl"}},
			{0, []string{"validate", "--require", "survive=1-node", "many.hcl"}},
			{0, []string{"plan", "many.hcl"}},
			{0, []string{"plan", "--why", "one.hcl"}},
			{1, []string{"generate", "many.hcl", "--out", tree, "--check"}},
			{0, []string{"generate", "many.hcl", "--out", tree}},
			{0, []string{"generate", "more.hcl", "--out", tree}},
			{1, []string{"generate", "one.hcl", "--out", tree}},
			{0, []string{"diff", "many.hcl", "more.hcl"}},
			{1, []string{"diff", "one.hcl", "many.hcl"}},
			{0, []string{"simulate", "many.hcl"}},
			{0, []string{"simulate", "many.hcl", "--kill", "node/cp-1"}},
			{0, []string{"targets"}},
			{0, []string{"targets", "vagrant"}},
			{0, []string{"explain"}},
			{0, []string{"explain", "quorum"}},
			{0, []string{"explain", "etcd-even-members"}},
			{0, []string{"explain", "network.pod_subnets"}},
			{0, []string{"facts"}},
			{0, []string{"upgrade-path", "--from", "1.34", "--to", "1.37"}},
			{0, []string{"help"}},
			{0, []string{"help", "generate"}},
			{2, []string{"plan", "--json"}},
		} {
			text, code := onTerminal(t, columns, dir, c.args...)
			if code != c.code {
				t.Errorf("k8splan %s: exit code %d, want %d\n%s", strings.Join(c.args, " "), code, c.code, text)
			}
			if text == "" && c.args[len(c.args)-1] != "--check" {
				t.Errorf("k8splan %s says nothing", strings.Join(c.args, " "))
			}
			for line := range strings.Lines(text) {
				if wide := runewidth.StringWidth(strings.TrimSuffix(line, "\n")); wide > int(columns) {
					t.Errorf("k8splan %s: %d columns in a terminal of %d: %s", strings.Join(c.args, " "), wide, columns, line)
				}
			}
		}
	}
	narrow, _ := onTerminal(t, 80, dir, "plan", "many.hcl")
	wide, _ := onTerminal(t, 140, dir, "plan", "many.hcl")
	if strings.Count(wide, "\n") >= strings.Count(narrow, "\n") {
		t.Error("a wider terminal has as many lines")
	}
}
