package plan

import (
	"fmt"
	"strings"
	"testing"
)

// Machines of a pool keep their names, addresses and places, however they are written.
func TestPoolNames(t *testing.T) {
	const head = "cluster \"a\" {\n  type = \"single-etcd-single-master\"\n}\nnode \"cp\" {\n  roles = [\"control-plane\"]\n" +
		"  address = \"10.0.0.9\"\n}\n"
	for pool, want := range map[string]string{
		`count = 2
		first_address = "10.0.0.21"`: "w-1 10.0.0.21, w-2 10.0.0.22",
		`names = ["node-a", "b"]
		first_address = "10.0.0.21"`: "b 10.0.0.22, node-a 10.0.0.21",
		`addresses = ["10.0.0.30", "10.0.0.21"]`: "w-1 10.0.0.30, w-2 10.0.0.21",
		`count = 2
		first_number = 24
		first_address = "10.0.0.21"`: "w-24 10.0.0.21, w-25 10.0.0.22",
		`count = 2
		name_pattern = "m%02d"
		first_number = 9
		first_address = "10.0.0.21"
		failure_domains = ["x", "y"]
		failure_domain_of = { m10 = "z" }`: "m09 10.0.0.21 x, m10 10.0.0.22 z",
	} {
		p := resolved(t, head+"node_pool \"w\" {\n  roles = [\"worker\"]\n"+pool+"\n}\n")
		var got []string
		for _, n := range p.Nodes {
			if n.Pool == "w" {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", n.Name, n.Address, n.FailureDomain)))
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s\n  got  %q\n  want %q", pool, got, want)
		}
	}
}
