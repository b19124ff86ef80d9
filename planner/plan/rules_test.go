package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/rule"
)

// Each case adds one mistake to a correct cluster, on the line that ends in "# here", and gets one message.
var mistakes = []struct{ id, src string }{
	{"invalid-address", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.300\" # here\n}"},
	{"invalid-address", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.09\" # here\n}"},
	{"invalid-address", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9/24\" # here\n}"},
	{"invalid-address", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9:22\" # here\n}"},
	{"invalid-address", "node \"w\" {\n roles = [\"worker\"]\n address = \"fe80::1%eth0\" # here\n}"},
	{"invalid-address", "node \"w\" {\n roles = [\"worker\"]\n address = \"::ffff:10.0.0.9\" # here\n}"},
	{"invalid-address", "node_pool \"w\" {\n roles = [\"worker\"]\n count = 5000\n first_address = \"10.0.0.x\" # here\n}"},
	{"invalid-address", "load_balancer \"haproxy\" {\n virtual_ip = \"10.0.0\" # here\n}"},
	{"missing-address", "node \"w\" { # here\n roles = [\"worker\"]\n}"},
	{"missing-address", "node_pool \"w\" { # here\n roles = [\"worker\"]\n count = 300\n}"},
	{"invalid-cidr", "network {\n pod_subnets = [\"10.244.0.1/16\"] # here\n}"},
	{"invalid-cidr", "network {\n service_subnets = [\"10.96.0.0\"] # here\n}"},
	{"invalid-cidr", "network {\n reserved_subnets = [\"10.96.0.0/33\"] # here\n}"},
	{"invalid-cidr", "network {\n node_subnets = [\"::ffff:10.0.0.0/120\"] # here\n}"},
	{"subnet-families", "network {\n pod_subnets = [\"10.244.0.0/16\", \"10.245.0.0/16\"] # here\n}"},
	{"subnet-families", "network {\n service_subnets = [\"10.96.0.0/16\", \"fd00::/112\", \"10.97.0.0/16\"] # here\n}"},
	{"invalid-version", "container_runtime \"containerd\" {\n version = \"2.x\" # here\n}"},
	{"invalid-version", "etcd {\n version = \"3.07.0\" # here\n}"},
	{"invalid-name", "node \"Worker_1\" { # here\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n}"},
	{"invalid-name", "node \"../etc\" { # here\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n}"},
	{"invalid-name", "node_pool \"{{ lookup('pipe','id') }}\" { # here\n roles = [\"worker\"]\n count = 300\n" +
		" first_address = \"10.0.1.1\"\n}"},
	{"invalid-name",
		"node_pool \"" + strings.Repeat("a", 60) + "\" { # here\n roles = [\"worker\"]\n count = 300\n first_address = \"10.0.1.1\"\n}"},
	{"invalid-name", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n groups = [\"web\", \"w\"] # here\n}"},
	{"invalid-name", "node_pool \"w\" {\n roles = [\"worker\"]\n count = 3\n first_address = \"10.0.1.1\"\n" +
		" groups = [\"w-3\"] # here\n}"},
	{"invalid-host", "network {\n dns_domain = \"Cluster.local\" # here\n}"},
	{"invalid-host", "network {\n dns_domain = \"cluster.local.\" # here\n}"},
	{"invalid-host", "container_runtime \"containerd\" {\n registry \"https://docker.io\" { # here\n }\n}"},
	{"invalid-host", "ssh {\n jump_host = \"admin@-oProxyCommand=id\" # here\n}"},
	{"invalid-host", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n ssh_address = \"$(id)\" # here\n}"},
	{"invalid-host", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n public_address = \"203.0.113.400\" # here\n}"},
	{"invalid-host", "network {\n http_proxy {\n  http = \"http://p:1\"\n  no_proxy = [\"a b\"] # here\n }\n}"},
	{"invalid-label", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n labels = { \"a b\" = \"c\" } # here\n}"},
	{"invalid-label", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n labels = { \"tier\" = \"a/b\" } # here\n}"},
	{"invalid-label", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n annotations = { \"note\" = \"a\\nb\" } # here\n}"},
	{"invalid-label", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n failure_domain = \"rack a\" # here\n}"},
	{"invalid-label", "node_pool \"w\" {\n roles = [\"worker\"]\n count = 30\n first_address = \"10.0.1.1\"\n" +
		" hosts = [\"h1\", \"\"] # here\n}"},
	{"invalid-taint", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n taint {\n  key = \"gpu!\" # here\n" +
		"  effect = \"NoSchedule\"\n }\n}"},
	{"invalid-taint", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n taint {\n  key = \"gpu\"\n  value = \"yes please\" " +
		"# here\n  effect = \"NoSchedule\"\n }\n}"},
	{"pool-too-large", "node_pool \"w\" {\n roles = [\"worker\"]\n count = 1000000 # here\n first_address = \"10.0.1.1\"\n}"},
	{"pool-size", "node_pool \"w\" { # here\n roles = [\"worker\"]\n first_address = \"10.0.1.1\"\n}"},
	{"pool-size", "node_pool \"w\" {\n roles = [\"worker\"]\n names = [\"a\", \"b\"]\n addresses = [\"10.0.1.1\"] # here\n}"},
	{"pool-size", "node_pool \"w\" {\n roles = [\"worker\"]\n count = 3\n first_address = \"10.0.1.1\"\n" +
		" names = [\"a\", \"b\"] # here\n}"},
	{"pool-addresses-exhausted", "node_pool \"w\" {\n roles = [\"worker\"]\n count = 300\n first_address = \"255.255.255.1\" # here\n}"},
	{"pool-addresses-exhausted", "network {\n node_subnets = [\"10.0.0.0/24\", \"10.0.1.0/24\"]\n}\n" +
		"node_pool \"w\" {\n roles = [\"worker\"]\n count = 300\n first_address = \"10.0.1.1\" # here\n}"},
	{"pool-addresses-exhausted", "node_pool \"w\" {\n roles = [\"worker\"]\n count = 300\n first_address = \"10.0.1.1\"\n" +
		" first_secondary_address = \"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00\" # here\n}"},
	{"missing-roles", "node \"w\" { # here\n address = \"10.0.0.9\"\n}"},
	{"bootstrap-conflict", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n bootstrap = true # here\n}"},
	{"bootstrap-conflict", "node \"a\" {\n roles = [\"control-plane\"]\n address = \"10.0.0.9\"\n bootstrap = true\n}\n" +
		"node \"b\" {\n roles = [\"control-plane\"]\n address = \"10.0.0.8\"\n bootstrap = true # here\n}"},
	{"unknown-architecture", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n arch = \"x86_64\" # here\n}"},
	{"out-of-range", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n cpus = 0 # here\n}"},
	{"out-of-range", "load_balancer \"haproxy\" {\n port = 65536 # here\n}"},
	{"out-of-range", "load_balancer \"haproxy\" {\n virtual_router_id = 256 # here\n}"},
	{"out-of-range", "network {\n node_port_range = \"32767-30000\" # here\n}"},
	{"out-of-range", "node_pool \"w\" {\n roles = [\"worker\"]\n count = -1 # here\n first_address = \"10.0.1.1\"\n}"},
	{"invalid-size", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n memory = \"8GB\" # here\n}"},
	{"invalid-size", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n memory = \"16\" # here\n}"},
	{"invalid-size", "etcd {\n quota = \"99999999999Ti\" # here\n}"},
	{"invalid-duration", "etcd {\n heartbeat_interval = \"100\" # here\n}"},
	{"invalid-duration", "etcd {\n election_timeout = \"-1s\" # here\n}"},
	{"invalid-date", "waive \"x\" {\n reason = \"y\"\n expires = \"2027-02-30\" # here\n}"},
	{"invalid-text", "waive \"x\" {\n reason = \"y\\nz\" # here\n}"},
	{"invalid-text", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n os = \"Ubuntu 24.04\" # here\n}"},
	{"invalid-text", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n mac = \"52:54:00:12:34\" # here\n}"},
	{"invalid-text", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n interface = \"eth0; id\" # here\n}"},
	{"invalid-text", "ssh {\n user = \"root -o x\" # here\n}"},
	{"invalid-text", "node \"w\" {\n roles = [\"worker\"]\n address = \"10.0.0.9\"\n instance_type = \"m5 large\" # here\n}"},
	{"invalid-url", "artifacts {\n mirror_url = \"http://user:secret@10.0.0.2\" # here\n}"},
	{"invalid-url", "artifacts {\n mirror_url = \"ftp://10.0.0.2\" # here\n}"},
	{"invalid-url", "artifacts {\n mirror_url = \"http://10.0.0.2/?x=1\" # here\n}"},
	{"invalid-url", "artifacts {\n mirror_url = \"http://10.0.0.2/$(id)\" # here\n}"},
	{"invalid-url", "artifacts {\n mirror_url = \"http://10.0.0.2/a/../b\" # here\n}"},
	{"invalid-url", "container_runtime \"containerd\" {\n registry \"docker.io\" {\n  mirrors = [\"mirror.example.com\"] # here\n }\n}"},
	{"invalid-path", "etcd {\n data_dir = \"/var/lib/../etcd\" # here\n}"},
	{"invalid-path", "etcd {\n data_dir = \"/var/lib/etcd $(id)\" # here\n}"},
	{"invalid-path", "ssh {\n private_key_file = \"-----BEGIN OPENSSH PRIVATE KEY-----\\nb3Bl\" # here\n}"},
	{"invalid-flag", "etcd {\n extra_args = { \"--snapshot-count\" = \"1\" } # here\n}"},
	{"invalid-flag", "etcd {\n extra_args = { \"snapshot_count\" = \"1\" } # here\n}"},
	{"invalid-flag", "etcd {\n extra_args = { \"snapshot-count\" = \"1\\n2\" } # here\n}"},
	{"invalid-address", "load_balancer \"kube-vip\" {\n bgp_peers = [\"10.0.0.1\"] # here\n}"},
	{"invalid-address", "load_balancer \"kube-vip\" {\n bgp_peers = [\"10.0.0.1:1:pw\"] # here\n}"},
	{"invalid-image-repository", "artifacts {\n image_repository = \"https://registry.example.com\" # here\n}"},
	{"invalid-image-repository", "artifacts {\n image_repository = \"registry.example.com/K8s\" # here\n}"},
	{"invalid-image-repository", "artifacts {\n image_repository = \"registry.example.com/k8s/\" # here\n}"},
	{"invalid-checksum", "artifacts {\n checksums = { \"dl.k8s.io/x\" = \"sha256:abc\" } # here\n}"},
	{"invalid-checksum", "artifacts {\n checksums = { \"../x\" = \"sha256:" + strings.Repeat("a", 64) + "\" } # here\n}"},
	{"unknown-addon", "addon \"dashboard\" {} # here"},
	{"invalid-name", "addon \"Metrics\" {} # here"},
	{"addon-order", "addon \"headlamp\" {\n after = [\"nothing\"] # here\n}"},
	{"invalid-image", "addon \"x\" {\n images = [\"nginx\"] # here\n manifest \"/srv/x.yaml\" {}\n}"},
	{"invalid-checksum", "addon \"x\" {\n manifest \"https://example.com/x.yaml\" {\n  checksum = \"sha512:" + strings.Repeat("a", 128) +
		"\" # here\n }\n}"},
	{"invalid-path", "addon \"x\" {\n manifest \"x.yaml\" {} # here\n}"},
	{"invalid-url", "addon \"x\" {\n manifest \"https://u:p@example.com/x.yaml\" { # here\n }\n}"},
	{"invalid-text", "addon \"fluent-bit\" {\n settings = { output = \"a\\nb\" } # here\n}"},
	// In the cluster block.
	{"invalid-version", "kubernetes_version = \"1.37.x\" # here"},
	{"invalid-version", "kubernetes_version = \"v1.37.2\" # here"},
	{"invalid-version", "kubernetes_version = \"1.37.2-rc.1\" # here"},
	{"invalid-version", "kubernetes_version = \"2.0.0\" # here"},
	{"invalid-endpoint", "control_plane_endpoint = \"https://api.example.com:6443\" # here"},
	{"invalid-endpoint", "control_plane_endpoint = \"api.example.com:\" # here"},
	{"invalid-endpoint", "control_plane_endpoint = \"fd00::10:6443:99999\" # here"},
	{"invalid-endpoint", "control_plane_endpoint = \"API.example.com\" # here"},
	{"invalid-host", "cert_sans = [\"*.*.example.com\"] # here"},
	{"invalid-flag",
		"node \"w-2\" {\n roles = [\"worker\"]\n address = \"10.0.0.3\"\n kubelet_extra_args = { \"root-dir\" = \"/a b\" } # here\n}"},
	{"invalid-flag",
		"node \"w-2\" {\n roles = [\"worker\"]\n address = \"10.0.0.3\"\n kubelet_extra_args = { \"root-dir\" = \"/$(id)\" } # here\n}"},
	{"invalid-flag", "feature_gates = { \"Some-Gate\" = true } # here"},
	{"max-nodes-too-small", "max_nodes = 1 # here"},
	{"out-of-range", "max_nodes = 0 # here"},
	{"invalid-duration", "certificate_validity = \"365d\" # here"},
}

func TestOneMistakeOneMessage(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range mistakes {
		covered[c.id] = true
		inside, outside := "", c.src
		if !strings.Contains(c.src, "{\n") && !strings.Contains(c.src, "{ # here") && !strings.HasSuffix(c.src, "{} # here") {
			inside, outside = c.src, ""
		}
		src := "cluster \"c\" {\n type = \"multi-etcd-multi-master\"\n" + inside + "\n}\nnode \"cp-1\" {\n roles = [\"control-plane\"]\n" +
			" address = \"10.0.0.1\"\n}\nnode \"w-1\" {\n roles = [\"worker\"]\n address = \"10.0.0.2\"\n}\n" + outside + "\n"
		_, diags := Resolve(load(t, src), hosts)
		if len(diags) != 1 || rule.ID(diags[0]) != c.id {
			t.Errorf("want one message of %s, got:\n%s\n%s", c.id, describe(diags), src)
			continue
		}
		d := diags[0]
		if got := strings.Split(src, "\n")[d.Subject.Start.Line-1]; !strings.HasSuffix(got, "# here") {
			t.Errorf("%s points at line %d: %s", c.id, d.Subject.Start.Line, got)
		}
		if !strings.HasSuffix(strings.TrimSpace(d.Detail), ".") && !strings.HasSuffix(d.Detail, "?") {
			t.Errorf("%s: detail is no sentence: %s", c.id, d.Detail)
		}
		if strings.Contains(d.Detail, "secret") || strings.Contains(d.Detail, "BEGIN OPENSSH") {
			t.Errorf("%s repeats a secret: %s", c.id, d.Detail)
		}
	}
	for _, r := range Rules {
		if !covered[r.ID] && r != UnknownTarget { // a test of package planner breaks it
			t.Errorf("no case breaks %s", r.ID)
		}
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	src := `
cluster "C" {
  type               = "single-etcd-single-master"
  kubernetes_version = "1.x"
}
network {
  pod_subnets = ["10.244.1.0/16"]
  mtu         = 1
}
node_pool "w" {
  count         = 5000
  first_address = "nowhere"
  memory        = "lots"
}
`
	_, diags := Resolve(load(t, src), hosts)
	var ids []string
	for _, d := range diags {
		ids = append(ids, rule.ID(d))
	}
	if got, want := strings.Join(ids, " "), "invalid-name invalid-version invalid-cidr out-of-range missing-roles invalid-address "+
		"invalid-size"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMessagesSayWhatToWrite(t *testing.T) {
	for written, hint := range map[string]string{
		`node "w" { address = "10.0.0.010" }`:                              `"10.0.0.10"`,
		`node "w" { address = "10.0.0.9/24" }`:                             `"10.0.0.9"`,
		`node "w" { address = "::ffff:10.0.0.9" }`:                         `"10.0.0.9"`,
		`network { pod_subnets = ["10.244.7.0/16"] }`:                      `"10.244.0.0/16"`,
		`node "w" { arch = "aarch64" }`:                                    `"arm64"`,
		`etcd { extra_args = { "--snapshot-count" = "1" } }`:               `"snapshot-count"`,
		`network { reserved_subnets = ["10.0.0.1"] }`:                      "single address",
		"node_pool \"w\" {\n count = 1000000\n first_address = \"::1\"\n}": "5,000",
	} {
		_, diags := Resolve(load(t, "cluster \"c\" { type = \"all-in-one\" }\n"+written), hosts)
		if !strings.Contains(describe(diags), hint) {
			t.Errorf("%s: no %s in\n%s", written, hint, describe(diags))
		}
	}
}

// TestMinorAlone checks that a minor means its newest patch for a new cluster, and the cluster's patch for an existing one. The target's
// limits apply to the newest patch and to the patches that are reported as newer.
func TestMinorAlone(t *testing.T) {
	some := load(t, "cluster \"c\" {\n type = \"all-in-one\"\n kubernetes_version = \"1.36\"\n}\n"+
		"node \"n\" {\n address = \"10.0.0.1\"\n}\n")
	newest, _ := hosts.Table.At(Version{1, 36, 0}).NewestPatch()
	with := func(change func(*Facts)) Facts {
		f := hosts
		change(&f)
		return f
	}
	for name, test := range map[string]struct {
		facts       Facts
		want, newer Version
		reason      string
	}{
		"a new cluster": {hosts, newest, Version{}, "newest patch of 1.36 known on"},
		"one that has a patch": {with(func(f *Facts) { f.Table = f.Table.Keep(Version{1, 36, 2}) }), Version{1, 36, 2}, newest,
			"that the cluster was built with"},
		"one of another minor": {with(func(f *Facts) { f.Table = f.Table.Keep(Version{1, 35, 2}) }), newest, Version{},
			"newest patch of 1.36 known on"},
		"a target that takes some releases": {with(func(f *Facts) { f.Releases = []Version{{1, 37, 1}, {1, 36, 4}, {1, 36, 1}} }),
			Version{1, 36, 4}, Version{}, "newest patch of 1.36 known on"},
		"a target that knows patches": {with(func(f *Facts) { f.Newest, f.Patches = Version{1, 37, 0}, []Version{{1, 36, 2}} }),
			Version{1, 36, 2}, Version{}, "newest patch of 1.36 known on"},
		"a target that ends at a patch": {with(func(f *Facts) { f.Newest = Version{1, 36, 3} }), Version{1, 36, 3}, Version{},
			"newest patch of 1.36 known on"},
	} {
		p, diags := Resolve(some, test.facts)
		if diags.HasErrors() || p.Cluster.Version != test.want {
			t.Errorf("%s: %v, not %v; %v", name, p.Cluster.Version, test.want, diags)
		}
		if newer, ok := p.NewerPatch(); ok == test.newer.IsZero() || ok && newer != test.newer {
			t.Errorf("%s: %v is newer, not %v", name, newer, test.newer)
		}
		i := slices.IndexFunc(p.Decisions, func(d Decision) bool { return d.Path == "cluster.kubernetes_version" })
		if i < 0 || !strings.Contains(p.Decisions[i].Reason, test.reason) {
			t.Errorf("%s: %+v", name, p.Decisions)
		}
	}
}

func TestRulesAreWellFormed(t *testing.T) {
	for i, r := range Rules {
		if i > 0 && Rules[i-1].ID >= r.ID {
			t.Errorf("%s is out of order or given twice", r.ID)
		}
		if r.Severity != rule.Error || !r.Permanent || r.Title == "" || strings.HasSuffix(r.Title, ".") || !strings.HasSuffix(r.Doc, ".") ||
			r.Fix == "" {
			t.Errorf("%s: an error that cannot be waived, with a title, a doc and a fix, is wanted: %+v", r.ID, r)
		}
		for _, s := range r.Sources {
			if !strings.HasPrefix(s, "https://") {
				t.Errorf("%s: source %q", r.ID, s)
			}
		}
	}
}
