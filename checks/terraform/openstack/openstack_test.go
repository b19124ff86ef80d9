package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"github.com/terraform-provider-openstack/terraform-provider-openstack/v3/openstack"
)

// forces reports whether changing an argument, or one inside a block, recreates the resource.
func forces(argument *schema.Schema) bool {
	if block, ok := argument.Elem.(*schema.Resource); ok {
		for _, inner := range block.Schema {
			if forces(inner) {
				return true
			}
		}
	}
	return argument.ForceNew
}

// replaces.tsv agrees with the provider on which arguments recreate OpenStack's resources.
func TestReplaces(t *testing.T) {
	data, err := os.ReadFile("../replaces.tsv")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("../../../templates/targets/cloud/openstack/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(data)) {
		columns := strings.Split(line, "\t")
		resource := openstack.Provider().ResourcesMap[columns[0]]
		if !strings.HasPrefix(columns[0], "openstack_") {
			continue
		}
		if resource == nil {
			t.Fatalf("the provider has no %s", columns[0])
		}
		rows++
		var forced []string
		for name, argument := range resource.Schema {
			if forces(argument) {
				forced = append(forced, name)
			}
		}
		listed := strings.Fields(columns[1])
		for _, name := range listed {
			if !slices.Contains(forced, name) {
				t.Errorf("%s is not made again for another %s", columns[0], name)
			}
		}
		for _, name := range forced {
			if written := regexp.MustCompile(`\b` + name + `\s*[={]`); !slices.Contains(listed, name) && written.Match(program) {
				t.Errorf("%s is made again for another %s, which the program writes and the table does not list", columns[0], name)
			}
		}
	}
	if rows < 2 {
		t.Errorf("%d rows of OpenStack", rows)
	}
}
