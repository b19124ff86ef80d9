//go:build unix

package artifact

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The test binary runs itself as the victim: with these variables it writes a tree, and dies at the given step.
const (
	victimDir   = "K8SPLAN_TEST_VICTIM_DIR"
	victimSet   = "K8SPLAN_TEST_VICTIM_SET"
	victimStep  = "K8SPLAN_TEST_VICTIM_STEP"
	victimForce = "K8SPLAN_TEST_VICTIM_FORCE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		victim(dir)
		return
	}
	os.Exit(m.Run())
}

func victim(dir string) {
	step, _ := strconv.ParseInt(os.Getenv(victimStep), 10, 64)
	var reached atomic.Int64
	opts := Options{Force: os.Getenv(victimForce) != "", step: func(string) {
		if reached.Add(1) == step {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			time.Sleep(time.Hour)
		}
	}}
	var files []File
	switch name := os.Getenv(victimSet); name {
	case "old":
		files = oldFiles
	case "new":
		files = newFiles
	default:
		files = manyFiles(name)
	}
	s, err := NewSet(files)
	if err == nil {
		_, err = s.Write(dir, opts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func manyFiles(word string) []File {
	files := make([]File, 200)
	for i := range files {
		files[i] = file(fmt.Sprintf("%s%d/%d", word[:1], i%7, i), strings.Repeat(word+"\n", 1+i%50))
		if i%3 == 0 {
			files[i].Path = fmt.Sprintf("common/%d", i)
		}
	}
	return files
}

func victimCommand(t *testing.T, dir, set string, step int, force bool) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), victimDir+"="+dir, victimSet+"="+set, fmt.Sprint(victimStep, "=", step))
	if force {
		cmd.Env = append(cmd.Env, victimForce+"=1")
	}
	return cmd
}

// die runs a victim and reports whether it was killed; false means that it finished first.
func die(t *testing.T, dir, set string, step int, force bool) bool {
	t.Helper()
	out, err := victimCommand(t, dir, set, step, force).CombinedOutput()
	if err == nil {
		return false
	}
	exit, ok := err.(*exec.ExitError)
	if !ok || !exit.Sys().(syscall.WaitStatus).Signaled() {
		t.Fatalf("step %d: %v\n%s", step, err, out)
	}
	return true
}

// In a fresh directory there is nothing or everything at every moment, and the next write leaves nothing extra.
func TestKillFresh(t *testing.T) {
	s := mustSet(t, oldFiles...)
	for _, existing := range []bool{false, true} {
		for step := 1; ; step++ {
			parent := t.TempDir()
			dir := filepath.Join(parent, "out")
			if existing {
				os.Mkdir(dir, 0o755)
			}
			killed := die(t, dir, "old", step, false)
			if _, err := os.Stat(dir); err == nil {
				if got := snapshot(t, dir); len(got) != 0 && !cmp.Equal(got, holds(s)) {
					t.Errorf("step %d: part of a tree: %v", step, got)
				}
			} else if existing {
				t.Errorf("step %d: the directory is gone", step)
			}
			if !killed {
				if step < 5 {
					t.Errorf("only %d steps", step)
				}
				break
			}
			write(t, s, dir, false)
			same(t, dir, holds(s))
			if left, _ := os.ReadDir(parent); len(left) != 1 {
				t.Errorf("step %d: left behind: %v", step, left)
			}
		}
	}
}

// prepare writes a tree of the old set and adds someone's files to it.
func prepare(t *testing.T, force bool) (dir string, old, new map[string]string) {
	dir = filepath.Join(t.TempDir(), "out")
	first, second := mustSet(t, oldFiles...), mustSet(t, newFiles...)
	write(t, first, dir, false)
	put(t, dir, "mine", "mine")
	put(t, dir, "gone/mine", "mine too")
	mine := []string{"mine", "mine", "gone/", "", "gone/mine", "mine too"}
	old, new = with(holds(first), mine...), with(holds(second), mine...)
	if force {
		put(t, dir, "README.md", "edited\n")
		put(t, dir, "a/two", "edited\n")
		put(t, dir, "a/three", "mine\n")
		with(old, "README.md", "edited\n", "a/two", "edited\n", "a/three", "mine\n")
		with(new, "README.md.orig-1", "edited\n", "a/two.orig-1", "edited\n", "a/three.orig-1", "mine\n")
	}
	return dir, old, new
}

// After Recover, an existing tree is either the old or the new one, complete, whatever the step was; also if the recovering process is
// killed too.
func TestKillInPlace(t *testing.T) {
	for _, force := range []bool{false, true} {
		for step := 1; ; step++ {
			dir, old, new := prepare(t, force)
			if !die(t, dir, "new", step, force) {
				same(t, dir, new)
				if step < 20 {
					t.Errorf("only %d steps", step)
				}
				break
			}
			if _, err := Recover(dir); err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
			if got := snapshot(t, dir); !cmp.Equal(got, old) && !cmp.Equal(got, new) {
				t.Fatalf("step %d: neither old nor new after recovery.\nagainst old:\n%s\nagainst new:\n%s", step, cmp.Diff(old, got),
					cmp.Diff(new, got))
			}
			write(t, mustSet(t, newFiles...), dir, force)
			same(t, dir, new)
		}
	}
}

func TestKillTwice(t *testing.T) {
	dir, _, _ := prepare(t, true)
	steps := 1
	for die(t, dir, "new", steps, true) {
		dir, _, _ = prepare(t, true)
		steps++
	}
	for first := 1; first < steps; first += 2 {
		for second := 1; ; second += 2 {
			dir, _, new := prepare(t, true)
			die(t, dir, "new", first, true)
			killed := die(t, dir, "new", second, true)
			if _, err := Recover(dir); err != nil {
				t.Fatalf("steps %d, %d: %v", first, second, err)
			}
			write(t, mustSet(t, newFiles...), dir, true)
			same(t, dir, new)
			if !killed {
				break
			}
		}
	}
}

// The same, killed from outside at arbitrary moments.
func TestKillAnywhen(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	one, two := mustSet(t, manyFiles("one")...), mustSet(t, manyFiles("two")...)
	dir := filepath.Join(t.TempDir(), "out")
	write(t, one, dir, false)
	begin := time.Now()
	if out, err := victimCommand(t, dir, "two", 0, false).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := time.Since(begin)
	for round := range 24 {
		target, name := one, "one"
		if round%2 == 1 {
			target, name = two, "two"
		}
		cmd := victimCommand(t, dir, name, 0, false)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.Int64N(int64(whole) * 5 / 4)))
		cmd.Process.Kill()
		cmd.Wait()
		if _, err := Recover(dir); err != nil {
			t.Fatal(err)
		}
		if got := snapshot(t, dir); !cmp.Equal(got, holds(one)) && !cmp.Equal(got, holds(two)) {
			t.Fatalf("round %d: neither old nor new", round)
		}
		write(t, target, dir, false)
		same(t, dir, holds(target))
	}
}
