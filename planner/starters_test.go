package planner_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/topologies"
)

// TestStartersOfTargets opens every starter of every target, and puts its tree together: what init writes validates, and is one that the
// target can express; the page of the tree names what is in it.
func TestStartersOfTargets(t *testing.T) {
	for _, of := range planner.Targets() {
		facts := of.Facts
		if facts.Successor != "" {
			continue // discontinued: init points to another
		}
		types := planner.StarterTypes(facts.Name)
		if len(types) == 0 {
			t.Errorf("target %s has no starter (topologies/starters/targets)", facts.Name)
			continue
		}
		for _, row := range topologies.Table {
			takes := facts.Types == nil || slices.Contains(facts.Types, row.Type)
			if takes != slices.Contains(types, row.Type) {
				t.Errorf("target %s: it takes %s: %v, and has a starter of it: %v", facts.Name, row.Type, takes, !takes)
			}
		}
		for _, of := range types {
			t.Run(facts.Name+"/"+string(of), func(t *testing.T) {
				src, err := topologies.Starter(of, facts.Name)
				if err != nil {
					t.Fatal(err)
				}
				project, diags := planner.Open("topology.hcl", src, nil, time.Time{})
				for _, d := range diags {
					if d.Severity == hcl.DiagError || !slices.Contains(inherent[of], rule.ID(d)) &&
						rule.ID(d) != "platform9-version-unstated" {
						t.Errorf("%s: %s", rule.ID(d), d.Error())
					}
				}
				if project == nil {
					return
				}
				set, err := render.Tree(project, "v0.0.0")
				if err != nil {
					t.Fatal(err)
				}
				dir := filepath.Join(t.TempDir(), "tree")
				if _, err := set.Write(dir, artifact.Options{}); err != nil {
					t.Fatal(err)
				}
				everyPathOfTheReadmeExists(t, dir)
				everyLinkLeadsSomewhere(t, dir)
				theGuideIsWhole(t, dir, facts.Folder)
			})
		}
	}
}

// theGuideIsWhole asks of the page in the target's folder what the target needs and costs, in which order to go on, how to see that the
// cluster works, how to remove all of it. If the machines are the reader's own, or Vagrant's, the tree's README and RUNBOOK say it.
func theGuideIsWhole(t *testing.T, dir, folder string) {
	t.Helper()
	if folder == "provision" || folder == "vagrant" {
		return
	}
	page, err := os.ReadFile(filepath.Join(dir, folder, "README.md"))
	if err != nil {
		t.Error(err)
	}
	for _, point := range []string{"What it costs: ", "1. ", "Check that it works: ", "o remove everything, data included"} {
		if !strings.Contains(string(page), point) {
			t.Errorf("%s/README.md does not say %q", folder, point)
		}
	}
}

// TestMachinesBesideTheCluster: targets that say so make a machine without a role like all others, and the inventory has it in the group
// of those that no playbook touches. A target without an inventory is none of them.
func TestMachinesBesideTheCluster(t *testing.T) {
	for _, of := range planner.Targets() {
		facts := of.Facts
		if !facts.Beside {
			continue
		}
		t.Run(facts.Name, func(t *testing.T) {
			src, err := topologies.Starter("single-etcd-single-master", facts.Name)
			if err != nil {
				t.Fatal(err)
			}
			address := netip.MustParseAddr("10.0.0.177")
			if given, ok := map[string]string{"vagrant": "192.168.56.177", "lxd": "10.50.0.177"}[facts.Name]; ok {
				address = netip.MustParseAddr(given)
			}
			src = fmt.Appendf(src, "\nnode \"nfs-1\" {\n  roles   = []\n  groups  = [\"storage\"]\n  address = %q\n}\n", address)
			project, diags := planner.Open("topology.hcl", src, nil, time.Time{})
			if project == nil {
				t.Fatal(diags)
			}
			set, err := render.Tree(project, "v0.0.0")
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if _, err := set.Write(filepath.Join(dir, "tree"), artifact.Options{}); err != nil {
				t.Fatal(err)
			}
			inventory, err := os.ReadFile(filepath.Join(dir, "tree", "ansible", "inventory.yaml"))
			if err != nil || !regexp.MustCompile(`(?m)^    others:\n      hosts:\n        nfs-1:\n`).Match(inventory) {
				t.Errorf("the inventory does not have it beside the cluster: %v\n%s", err, inventory)
			}
			made := false
			if err := filepath.WalkDir(filepath.Join(dir, "tree", facts.Folder), func(path string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() || strings.HasSuffix(path, ".md") {
					return err
				}
				data, err := os.ReadFile(path)
				made = made || bytes.Contains(data, []byte("nfs-1"))
				return err
			}); err != nil || !made {
				t.Errorf("nothing in %s makes it: %v", facts.Folder, err)
			}
		})
	}
}
