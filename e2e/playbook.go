package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
	"time"
)

// playbookRun is what callbacks/lab_timing.py recorded of one run.
type playbookRun struct {
	plays   []play   // in order
	tasks   int      // of the playbook, carried out by at least one host
	results int      // of tasks on hosts
	changed []string // "host: task", sorted
	recap   map[string]map[string]int
	took    time.Duration
	sent    int // tasks times hosts: those carried out, and those a host skipped
}

type play struct {
	name    string
	tasks   int // as in playbookRun
	changed int // results
	took    time.Duration
}

// playbook runs a playbook of the tree as a user would.
func (c *cluster) playbook(ctx context.Context, name, label string, args ...string) (*playbookRun, error) {
	timing := c.log(label, ".jsonl")
	if err := os.RemoveAll(timing); err != nil {
		return nil, err
	}
	start := time.Now()
	exit, err := c.ansible(ctx, label, "ansible-playbook", append([]string{name}, args...)...)
	took := time.Since(start)
	r, unread := readTiming(timing)
	if err != nil && !(exit == unreachable && unread == nil && r.without(c.away)) {
		return nil, err
	}
	if unread != nil {
		return nil, unread
	}
	r.took = took
	return r, nil
}

// ansible runs one of Ansible's programs in the tree's directory, with stock Ansible. The lab only adds where ssh finds the hosts' keys and
// keeps its connections.
func (c *cluster) ansible(ctx context.Context, label, program string, args ...string) (exit int, err error) {
	log := c.log(label, ".log")
	out, err := os.Create(log)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	if err := os.MkdirAll(c.sockets(), 0o700); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = filepath.Join(c.tree, "ansible")
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if c.killed { // with all child processes: a machine that loses power closes no connection
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	}
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = append(os.Environ(),
		"ANSIBLE_CALLBACK_PLUGINS="+filepath.Join(c.h.root, "e2e", "callbacks"),
		"ANSIBLE_CALLBACKS_ENABLED=lab_timing",
		"LAB_TIMING_FILE="+c.log(label, ".jsonl"),
		"ANSIBLE_SSH_CONTROL_PATH_DIR="+c.sockets(),
		"ANSIBLE_SSH_EXTRA_ARGS=-o UserKnownHostsFile="+c.h.lab.KnownHosts(),
		"ANSIBLE_CALLBACK_RESULT_FORMAT=json", // it does not break lines that are searched for
		"ANSIBLE_NOCOLOR=1", "PYTHONDONTWRITEBYTECODE=1",
	)
	if err := cmd.Run(); err != nil {
		return cmd.ProcessState.ExitCode(), fmt.Errorf("%s: %w; the whole of it is in %s\n%s", strings.Join(cmd.Args, " "), err, log,
			lastLines(log, 40))
	}
	return 0, nil
}

// log returns a file of this cluster in the log directory.
func (c *cluster) log(label, extension string) string {
	return filepath.Join(c.h.lab.Dir, "log", c.name+"-"+label+extension)
}

// unreachable is ansible-playbook's exit code if hosts were unreachable and nothing else went wrong. Source: RUN_UNREACHABLE_HOSTS in
// lib/ansible/executor/task_queue_manager.py
const unreachable = 4

// without reports whether no host failed, and none was unreachable except those that are away.
func (r *playbookRun) without(away []string) bool {
	for host, counts := range r.recap {
		if counts["failures"] > 0 || counts["unreachable"] > 0 && !slices.Contains(away, host) {
			return false
		}
	}
	return true
}

func readTiming(path string) (*playbookRun, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := &playbookRun{}
	var began float64 // of the last play
	all := map[string]bool{}
	var inPlay map[string]bool
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var line struct {
			Play, Task, Path, Host string
			Changed, Skipped       bool
			At                     float64
			Recap                  map[string]map[string]int
		}
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			return nil, err
		}
		if line.Task == "" && len(r.plays) > 0 { // a play ends
			r.plays[len(r.plays)-1].took += time.Duration((line.At - began) * float64(time.Second))
		}
		switch {
		case line.Recap != nil:
			r.recap = line.Recap
		case line.Task == "":
			began = line.At
			if n := len(r.plays); n == 0 || r.plays[n-1].name != line.Play { // with serial, each batch starts the play again
				r.plays, inPlay = append(r.plays, play{name: line.Play}), map[string]bool{}
			}
		case line.Skipped:
			r.sent++
		case len(r.plays) > 0:
			r.sent++
			p := &r.plays[len(r.plays)-1]
			all[line.Path], inPlay[line.Path] = true, true
			p.tasks = len(inPlay)
			r.results++
			if line.Changed {
				p.changed++
				r.changed = append(r.changed, line.Host+": "+line.Task)
			}
		}
	}
	r.tasks = len(all)
	sort.Strings(r.changed)
	if r.recap == nil {
		return nil, errors.Join(s.Err(), errors.New("the run left no recap"))
	}
	return r, s.Err()
}

// changedCount adds up the recap.
func (r *playbookRun) changedCount() int {
	sum := 0
	for _, counts := range r.recap {
		sum += counts["changed"]
	}
	return sum
}

func lastLines(path string, n int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
