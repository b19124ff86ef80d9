package terraformtest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/artifact"
)

// Names plans the configuration with the longest permitted cluster name and zones as long as zone. It checks that no two resources of a
// type share a name, and that each name fits: limits are characters by resource type, "" for all others. A truncated name does not end in a
// hyphen.
func Names(t *testing.T, files []artifact.File, cluster, zone string, limits map[string]int) {
	t.Helper()
	s := &state{t: t, dir: write(t, files)}
	s.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(schemas(t), "stand-ins.rc"), "CHECKPOINT_DISABLE=1",
		"TF_IN_AUTOMATION=1")
	s.key("ssh-ed25519 AAAA somebody")
	s.edit(func(v map[string]any) {
		v["cluster"] = cluster
		if zone != "" {
			each(v, func(m map[string]any) {
				at := fmt.Sprint(m["zone"])
				replace(m, "zone", zone+at[len(at)-1:])
			})
		}
	})
	s.run("plan", "-out=tfplan")
	var shown struct {
		Planned struct {
			Root struct {
				Resources []struct {
					Address, Mode, Type string
					Values              map[string]any
				}
			} `json:"root_module"`
		} `json:"planned_values"`
	}
	if err := json.Unmarshal(s.show(), &shown); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, r := range shown.Planned.Root.Resources {
		for _, argument := range []string{"name", "account_id"} {
			name, ok := r.Values[argument].(string)
			if !ok || r.Mode != "managed" || r.Type == "aws_iam_role_policy" { // the last is named within a role, which has no ID yet
				continue
			}
			limit := limits[r.Type]
			if limit == 0 {
				limit = limits[""]
			}
			if len(name) > limit || strings.HasSuffix(name, "-") {
				t.Errorf("%s is called %q, %d characters of %d", r.Address, name, len(name), limit)
			}
			// Names inside another resource only need to be unique there: rules of a group, associations.
			key := r.Type + "/" + name
			for _, within := range []string{"network_security_group_name", "role", "zone"} {
				key += fmt.Sprint("/", r.Values[within])
			}
			if other := seen[key]; other != "" {
				t.Errorf("%s and %s are both called %q", r.Address, other, name)
			}
			seen[key] = r.Address
		}
	}
	if len(seen) == 0 {
		t.Error("nothing has a name")
	}
}
