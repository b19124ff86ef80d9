package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// forced is a refused edit that is made all the same, and the harm that it does.
type forced struct {
	what  string
	pairs []string
	// harm says what came of it: ran is why the playbook failed, nil where it ended well. It returns "" where there is no harm, and then
	// the refusal is wrong.
	harm func(ctx context.Context, c *changing, ran error) (string, error)
}

// unguarded takes the judgment out of the tree: what it would refuse is carried out.
func (c *changing) unguarded() error {
	name := filepath.Join(c.tree, "ansible", "roles", "survey", "files", "judge.py")
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text := string(data)
	for _, pair := range [][2]string{
		{`"problems": self.problems`, `"problems": []`},
		{"UNTOUCHED = (", "FIXED = {}\nUNTOUCHED = ("},
	} {
		if !strings.Contains(text, pair[0]) {
			return fmt.Errorf("judge.py does not say %q", pair[0])
		}
		text = strings.Replace(text, pair[0], pair[1], 1)
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// walkForced makes edits that are refused, and wants each to do harm. Each is taken back the same way.
func walkForced(ctx context.Context, c *changing) error {
	for _, f := range forcedEdits {
		source := c.source
		if err := c.edit(ctx, f.pairs...); err != nil {
			return err
		}
		if err := c.unguarded(); err != nil {
			return err
		}
		_, ran := c.playbook(ctx, "reconfigure.yml", "forced")
		said, err := f.harm(ctx, c, ran)
		if err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
		if said == "" {
			return fmt.Errorf("%s is refused, and does no harm", f.what)
		}
		fmt.Printf("  forced: %s: %s\n", f.what, said)
		c.saw.Edits = append(c.saw.Edits, editResult{What: f.what, Refused: "refused", Forced: said})
		c.t.phase("forced: " + f.what)
		c.source = source
		if err := os.RemoveAll(c.tree); err != nil {
			return err
		}
		if err := c.edit(ctx); err != nil {
			return err
		}
		if err := c.unguarded(); err != nil {
			return err
		}
		if err := c.play(ctx, c.t, "reconfigure.yml"); err != nil {
			return fmt.Errorf("%s, taken back: %w", f.what, err)
		}
		if err := os.RemoveAll(c.tree); err != nil {
			return err
		}
		if err := c.edit(ctx); err != nil {
			return err
		}
		if err := c.settledAgain(ctx, f.what+", taken back"); err != nil {
			return err
		}
	}
	return nil
}

var forcedEdits = []forced{
	{"another range of pods", []string{beforeRuntime, "network {\n  pod_subnets = [\"10.200.0.0/16\"]\n}\n\n" + beforeRuntime},
		stopsControllerManager},
	{"another DNS domain", []string{beforeRuntime, "network {\n  dns_domain = \"other.test\"\n}\n\n" + beforeRuntime}, losesNames},
	{"another range of Services", []string{beforeRuntime, "network {\n  service_subnets = [\"10.120.0.0/16\"]\n}\n\n" + beforeRuntime},
		splitsServices},
}

func stopsControllerManager(_ context.Context, _ *changing, ran error) (string, error) {
	return failure(ran, "kube-controller-manager did not come up with its new settings")
}

func losesNames(ctx context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	return c.fails(ctx, "a pod that starts now finds no Service by name", "web")
}

func splitsServices(ctx context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	out, err := c.kube(ctx, "get", "events", "-A", "-o", "jsonpath={.items[*].reason}")
	if strings.Contains(out, "KubernetesDefaultServiceCIDRInconsistent") {
		return "the API server says KubernetesDefaultServiceCIDRInconsistent, and gives addresses of the old range", err
	}
	return "", err
}

// failure is the harm of a run that failed with these words.
func failure(ran error, words string) (string, error) {
	if ran == nil {
		return "", nil
	}
	text := ran.Error()
	at := strings.Index(text, words)
	if at < 0 {
		return "", ran
	}
	line, _, _ := strings.Cut(text[at:], "\n")
	if words == "" {
		line = "the playbook stopped"
	}
	return line[:min(len(line), 160)], nil
}

// fails says the harm where a new pod does not find a name.
func (c *changing) fails(ctx context.Context, harm, name string) (string, error) {
	_, _ = c.kube(ctx, "delete", "pod", "asker", "--ignore-not-found", "--wait")
	if _, err := c.kube(ctx, "run", "asker", "--image="+c.nodes[0].ProbeImage(), "--restart=Never", "--command", "--", "sleep",
		"3600"); err != nil {
		return "", err
	}
	if _, err := c.kube(ctx, "wait", "pod/asker", "--for=condition=Ready", "--timeout=60s"); err != nil {
		return "", err
	}
	_, found := c.kube(ctx, "exec", "asker", "--", "probe", "lookup", name)
	_, err := c.kube(ctx, "delete", "pod", "asker", "--wait")
	if found == nil || err != nil {
		return "", err
	}
	return harm, nil
}
