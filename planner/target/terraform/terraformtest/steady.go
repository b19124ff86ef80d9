package terraformtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
)

// Steady applies the configuration on a simulated cloud (checks/terraform/provider), and checks what later applies would do: without
// changes, nothing. With another key, another user, newer images, other sizes, and another zone, each for all machines at once, no resource
// of the types that hold etcd is recreated or stopped. A single machine that the user names changes alone.
func Steady(t *testing.T, files []artifact.File, holders ...string) {
	t.Helper()
	s := &state{t: t, dir: write(t, files), holders: holders}
	s.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(schemas(t), "stand-ins.rc"), "CHECKPOINT_DISABLE=1",
		"TF_IN_AUTOMATION=1")
	s.key("ssh-ed25519 AAAA somebody")
	s.run("apply", "-auto-approve")
	if changes := s.plan("nothing is changed"); len(changes) > 0 {
		t.Errorf("a second apply changes %v", changes)
	}
	s.key("ssh-ed25519 BBBB another")
	before := s.edit(func(v map[string]any) { replace(v, "ssh_user", "somebody-else") })
	s.unharmed("another key and user", live{"google_compute_instance": "its metadata, which an agent on the machine reads"})
	s.restore(before)
	s.key("ssh-ed25519 AAAA somebody")
	before = s.edit(func(v map[string]any) { each(v, func(m map[string]any) { replace(m, "disk_gib", 900.0) }) })
	s.unharmed("a larger disk", live{"aws_instance": "a volume grows while it is used"})
	s.restore(before)
	s.env = append(s.env, "K8SPLAN_GENERATION=2")
	s.firstBoot()
	before = s.edit(func(v map[string]any) {
		suffix(v, "images")
		suffix(v, "templates")
		rotate(v, "image")
		rotate(v, "template")
		resize(v)
		if v["zones"] == nil { // where each zone has its subnets, another zone means another address
			rotate(v, "zone")
		}
		grow(v)
	})
	s.unharmed("newer images, other systems, sizes and zones, and one more", nil)
	s.restore(before)
	s.env = s.env[:len(s.env)-1]
	s.one()
}

// live lists by resource type what changes without a stop.
type live map[string]string

type state struct {
	t       *testing.T
	dir     string
	env     []string
	holders []string
}

func (s *state) run(args ...string) []byte {
	s.t.Helper()
	args = append(args, "-no-color", "-input=false")
	if v := s.variables(); v["machines"] != nil { // those are created with a key
		args = append(args, "-var=ssh_public_key_file="+filepath.Join(s.dir, "key.pub"))
	}
	cmd := exec.Command("terraform", args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("terraform %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.Bytes())
	}
	return out
}

// show returns the last plan.
func (s *state) show() []byte {
	s.t.Helper()
	cmd := exec.Command("terraform", "show", "-json", "tfplan")
	cmd.Dir, cmd.Env = s.dir, s.env
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("terraform show: %v\n%s", err, out)
	}
	return out
}

func (s *state) key(text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "key.pub"), []byte(text+"\n"), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// change is a planned change of one resource.
type change struct {
	Address, Type, Action string
}

func (c change) String() string { return c.Address + " " + c.Action }

// plan returns what an apply would do.
func (s *state) plan(what string, args ...string) []change {
	s.t.Helper()
	var out []change
	for line := range bytes.Lines(s.run(append([]string{"plan", "-refresh=false", "-json"}, args...)...)) {
		var message struct {
			Type   string
			Change struct {
				Action   string
				Resource struct {
					Addr string
					Type string `json:"resource_type"`
				}
			}
		}
		if err := json.Unmarshal(line, &message); err != nil {
			s.t.Fatalf("%s: %v", what, err)
		}
		if c := message.Change; message.Type == "planned_change" && c.Action != "read" && c.Action != "no-op" {
			out = append(out, change{c.Resource.Addr, c.Resource.Type, c.Action})
		}
	}
	return out
}

// unharmed checks that no resource that holds etcd changes; only additions are permitted.
func (s *state) unharmed(what string, but live) {
	s.t.Helper()
	for _, c := range s.plan(what) {
		// The vendor updates its cluster machine by machine; only recreating the cluster loses data.
		harmless := c.Action == "create" || c.Action == "update" && (but[c.Type] != "" || strings.HasSuffix(c.Type, "_cluster"))
		if !slices.Contains(s.holders, c.Type) || strings.Contains(c.Address, "bastion") || harmless {
			continue
		}
		s.t.Errorf("%s: %s", what, c)
	}
}

// firstBoot gives the added machine the folder with its first boot's input, which the program reads for each machine.
func (s *state) firstBoot() {
	s.t.Helper()
	folders, err := filepath.Glob(filepath.Join(s.dir, "cloud-init", "*"))
	if err == nil && len(folders) > 0 {
		err = os.CopyFS(filepath.Join(s.dir, "cloud-init", added), os.DirFS(folders[0]))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// one checks that only the named machine changes its size.
func (s *state) one() {
	s.t.Helper()
	v := s.variables()
	machines, ok := v["machines"].(map[string]any)
	if !ok {
		return
	}
	name := slices.Sorted(maps.Keys(machines))[0]
	before := s.edit(resize)
	var held []string
	for _, c := range s.plan("one size", fmt.Sprintf("-replace=terraform_data.made_with[%q]", name)) {
		if slices.Contains(s.holders, c.Type) {
			held = append(held, c.String())
		}
	}
	if len(held) != 1 || !strings.HasSuffix(held[0], fmt.Sprintf("[%q] update", name)) {
		s.t.Errorf("the size of %s was to change alone: %v", name, held)
	}
	s.restore(before)
}

func (s *state) variables() map[string]any {
	s.t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.dir, data))
	if err != nil {
		s.t.Fatal(err)
	}
	v := map[string]any{}
	if err := json.Unmarshal(raw, &v); err != nil {
		s.t.Fatal(err)
	}
	return v
}

// edit changes the plan's data, and returns the previous data.
func (s *state) edit(change func(map[string]any)) []byte {
	s.t.Helper()
	before, err := os.ReadFile(filepath.Join(s.dir, data))
	if err != nil {
		s.t.Fatal(err)
	}
	v := s.variables()
	change(v)
	after, err := json.Marshal(v)
	if err != nil {
		s.t.Fatal(err)
	}
	s.restore(after)
	return before
}

func (s *state) restore(text []byte) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, data), text, 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// replace sets an existing value.
func replace(of map[string]any, name string, value any) {
	if _, ok := of[name]; ok {
		of[name] = value
	}
}

// each visits the machines and the pools.
func each(v map[string]any, visit func(map[string]any)) {
	for _, of := range []string{"machines", "pools"} {
		all, _ := v[of].(map[string]any)
		for _, m := range all {
			visit(m.(map[string]any))
		}
	}
}

// resize gives every machine another size.
func resize(v map[string]any) {
	each(v, func(m map[string]any) {
		for name, value := range map[string]any{"type": "another-size", "size": "another-size", "cpus": 64.0, "memory_mib": 65536.0} {
			replace(m, name, value)
		}
	})
}

// rotate gives every machine its neighbor's value.
func rotate(v map[string]any, name string) {
	machines, _ := v["machines"].(map[string]any)
	names := slices.Sorted(maps.Keys(machines))
	if len(names) == 0 {
		return
	}
	first := machines[names[0]].(map[string]any)[name]
	for i, of := range names {
		next := first
		if i+1 < len(names) {
			next = machines[names[i+1]].(map[string]any)[name]
		}
		replace(machines[of].(map[string]any), name, next)
	}
}

// suffix changes every text of an image table.
func suffix(v map[string]any, name string) {
	table, _ := v[name].(map[string]any)
	for key, value := range table {
		switch value := value.(type) {
		case string:
			table[key] = value + "-newer"
		case map[string]any:
			for k, text := range value {
				if text, ok := text.(string); ok && k != "architecture" {
					value[k] = text + "-newer"
				}
			}
		}
	}
}

// added is a name that sorts before all others.
const added = "a0"

// grow adds a machine, and a pool.
func grow(v map[string]any) {
	for _, of := range []string{"machines", "pools"} {
		all, _ := v[of].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if name == v["default_pool"] {
				continue
			}
			more := maps.Clone(all[name].(map[string]any))
			replace(more, "address", "10.99.99.99")
			all[added] = more
			break
		}
	}
}
