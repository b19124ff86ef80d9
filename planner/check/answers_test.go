package check_test

import (
	"slices"
	"strings"
	"testing"
)

// base is a clean cluster to which answers adds a mistake.
const base = `cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.1"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.2"
}
`

// answers are designs with the findings that they get, as markers: mistakes that a rule's own file in testdata/rules has no room for.
var answers = []struct{ name, src string }{
	{"workers of a vendor without roles", `cluster "prod" { type = "multi-etcd-multi-master" }
node_pool "workers" { count = 2 }
node_pool "side" {
  roles = [] # error: node-beside-cluster: side
  count = 1
}
target "eks" {
  region   = "eu-central-1"
  vpc_cidr = "10.40.0.0/16"
  zones    = ["eu-central-1a", "eu-central-1b"]
  admin_cidrs = ["10.0.0.0/8"]
}
`},
	{"groups that are hosts, said once for a block", base + `node_pool "more" {
  for_each      = { a = "10.0.1.1", b = "10.0.1.11" }
  names         = ["${each.key}-1", "${each.key}-2"]
  first_address = each.value
  roles         = ["worker"]
  groups        = ["monitoring", "a-1"] # error: invalid-name: "a-1" is the host on line
}
`},
}

func TestAnswers(t *testing.T) {
	for _, test := range answers {
		t.Run(test.name, func(t *testing.T) {
			want, words := expected([]byte(test.src))
			_, diags := road("prod.hcl", []byte(test.src))
			var got []string
			for _, d := range diags {
				mark := said(d)
				got = append(got, mark)
				if w := words[mark]; !strings.Contains(d.Detail, w) {
					t.Errorf("%s: no %q in %q", mark, w, d.Detail)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
				for _, d := range diags {
					t.Logf("%s: %s", said(d), d.Detail)
				}
			}
		})
	}
}
