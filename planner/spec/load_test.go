package spec

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/diagtest"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/topologies"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func text(s string) *string { return &s }
func number(n int) *int     { return &n }

// where is the text of a range.
func where(s *Spec, at hcl.Range) string {
	return string(at.SliceBytes(s.Files[s.Filename].Bytes))
}

func TestExample(t *testing.T) {
	s, diags := Load("example.hcl", read(t, "../../testdata/corpus/example.hcl"), nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	racks := []string{"rack-a", "rack-b", "rack-c"}
	want := &Spec{
		Filename:  "example.hcl",
		Variables: []*Variable{{Name: "domain", Description: text("Overridden by -var domain=… or -var-file=…")}},
		Cluster: &Cluster{
			Name: "prod", Type: text("multi-etcd-multi-master"), KubernetesVersion: text("1.37.2"),
			ControlPlaneEndpoint: text("api.example.com:6443"), CertSANs: []string{"api-internal.example.com"}, MaxNodes: number(200),
		},
		Network: &Network{
			PodSubnets: []string{"10.244.0.0/16"}, ServiceSubnets: []string{"10.96.0.0/16"}, DNSDomain: text("cluster.local"),
			ReservedSubnets: []string{"172.31.0.0/16"},
			CNI:             &CNI{Name: "flannel"}, KubeProxy: &KubeProxy{Mode: text("nftables")},
		},
		Runtime:   &Runtime{Name: "containerd"},
		Etcd:      &Etcd{Topology: text("external")},
		Balancer:  &LoadBalancer{Kind: "haproxy", VirtualIP: text("10.0.0.10")},
		SSH:       &SSH{User: text("ubuntu"), PrivateKeyFile: text("~/.ssh/id_ed25519")},
		Artifacts: &Artifacts{Origin: text("binaries"), MirrorURL: text("http://10.0.0.2:8000"), ImageRepository: text("10.0.0.2:5000")},
		Nodes: []*Node{
			{Name: "lb-1", Machine: Machine{Roles: []string{"load-balancer"}}, Address: text("10.0.0.11"), FailureDomain: text("rack-a")},
			{Name: "lb-2", Machine: Machine{Roles: []string{"load-balancer"}}, Address: text("10.0.0.12"), FailureDomain: text("rack-b")},
			{Name: "gpu-1", Address: text("10.0.0.99"), Machine: Machine{
				Roles: []string{"worker"}, Arch: text("amd64"), OS: text("ubuntu-24.04"),
				Labels: map[string]string{"example.com/gpu": "true"},
				Taints: []*Taint{{Key: "example.com/gpu", Value: "true", Effect: "NoSchedule"}},
			}},
		},
		NodePools: []*NodePool{
			{Name: "etcd", Machine: Machine{Roles: []string{"etcd"}, CPUs: number(4), Memory: text("8Gi")}, Count: number(3),
				FirstAddress: text("10.0.0.21"), FailureDomains: racks},
			{Name: "cp", Machine: Machine{Roles: []string{"control-plane"}}, Count: number(3), FirstAddress: text("10.0.0.31"),
				FailureDomains: racks},
			{Name: "worker", Machine: Machine{Roles: []string{"worker"}, Labels: map[string]string{"example.com/tier": "general"}},
				Count: number(20), FirstAddress: text("10.0.0.41")},
		},
		Target: &Target{Name: "bare-metal"},
		Waivers: []*Waiver{{Rule: "control-plane-undersized", Reason: text("test hardware until the new racks arrive"),
			Expires: text("2027-03-01")}},
	}
	if diff := cmp.Diff(want, s, cmpopts.IgnoreTypes(&Source{}, hcl.Range{}), cmpopts.IgnoreFields(Spec{}, "Files", "Context"),
		cmpopts.IgnoreUnexported(Spec{}), cmpopts.IgnoreFields(Target{}, "Body", "Context")); diff != "" {
		t.Error(diff)
	}

	for at, want := range map[hcl.Range]string{
		s.Cluster.NameRange:                      `"prod"`,
		s.Cluster.Block():                        `cluster "prod"`,
		s.Cluster.Attr("control_plane_endpoint"): `"api.${var.domain}:6443"`,
		s.Network.Attr("reserved_subnets"):       `["172.31.0.0/16"]`,
		s.Network.CNI.NameRange:                  `"flannel"`,
		s.Network.KubeProxy.Attr("mode"):         `"nftables"`,
		s.Nodes[0].Attr("failure_domain"):        `local.racks[0]`,
		s.Nodes[2].Taints[0].Attr("effect"):      `"NoSchedule"`,
		s.NodePools[0].Attr("count"):             `3`,
		s.NodePools[2].Block():                   `node_pool "worker"`,
		s.Waivers[0].RuleRange:                   `"control-plane-undersized"`,
		s.Artifacts.Attr("source"):               `"binaries"`,
		s.Etcd.Attr("not-written"):               `etcd`,
		s.Target.Block():                         `target "bare-metal"`,
		s.Balancer.KindRange:                     `"haproxy"`,
	} {
		if got := where(s, at); got != want {
			t.Errorf("range of %s holds %s", want, got)
		}
	}
	if s.Nodes[0].Has("mac") || !s.Nodes[0].Has("address") {
		t.Error("Has does not know what was written")
	}

	s, diags = Load("example.hcl", read(t, "../../testdata/corpus/example.hcl"),
		map[string]cty.Value{"domain": cty.StringVal("example.org")})
	if len(diags) > 0 || *s.Cluster.ControlPlaneEndpoint != "api.example.org:6443" {
		t.Error("-var has no effect", diags)
	}
}

func TestMinimal(t *testing.T) {
	s, diags := Load("minimal.hcl", read(t, "../../testdata/corpus/minimal.hcl"), nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if *s.Cluster.Type != "all-in-one" || len(s.Nodes) != 1 || *s.Nodes[0].Address != "192.168.56.10" || s.Network != nil ||
		s.Target != nil {
		t.Errorf("%+v", s)
	}
}

// TestStarters loads the files that `init` writes.
func TestStarters(t *testing.T) {
	for _, target := range topologies.StarterTargets() {
		for _, kind := range topologies.StarterTypes(target) {
			src, err := topologies.Starter(kind, target)
			if err != nil {
				t.Fatal(err)
			}
			if _, diags := Load("topology.hcl", src, nil); len(diags) > 0 {
				t.Errorf("%s on %s: %v", kind, target, diags)
			}
			if got := Format(src); !bytes.Equal(got, src) {
				t.Errorf("%s on %s is not formatted:\n%s", kind, target, cmp.Diff(string(src), string(got)))
			}
		}
	}
}

// TestEverything writes every argument and block of the schema, using its example, and checks that each is read.
func TestEverything(t *testing.T) {
	var b strings.Builder
	var write func(blocks []Block, indent string)
	write = func(blocks []Block, indent string) {
		for _, block := range blocks {
			if block.Name == "variable" {
				continue
			}
			label := ""
			switch {
			case len(block.Labels) > 0:
				label = fmt.Sprintf(" %q", block.Labels[0])
			case block.Label != "":
				label = ` "x"`
			}
			fmt.Fprintf(&b, "%s%s%s {\n", indent, block.Name, label)
			for _, a := range block.Arguments {
				fmt.Fprintf(&b, "%s  %s = %s\n", indent, a.Name, a.Example)
			}
			write(block.Blocks, indent+"  ")
			fmt.Fprintf(&b, "%s}\n", indent)
		}
	}
	write(Schema, "")
	beside := fstest.MapFS{"files/audit.yaml": {Data: []byte("apiVersion: audit.k8s.io/v1\nkind: Policy\n")},
		"files/traefik.yaml": {Data: []byte("replicas: 2\n")}}
	s, diags := LoadBeside("all.hcl", []byte(b.String()), nil, beside)
	if len(diags) > 0 {
		t.Fatalf("%v\n%s", diags, b.String())
	}
	// Every exported field of every entity was filled: each has a row.
	var filled func(v reflect.Value, path string)
	filled = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			if v.IsNil() {
				t.Errorf("%s is not filled: has it a row in Schema?", path)
				return
			}
			if v.Kind() == reflect.Slice && v.Len() > 0 {
				filled(v.Index(0), path+"[0]")
			} else if v.Kind() == reflect.Pointer {
				filled(v.Elem(), path)
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[Source]() || v.Type() == reflect.TypeFor[hcl.Range]() {
				return
			}
			for i := range v.NumField() {
				switch f := v.Type().Field(i); f.Name {
				case "Files", "Body", "Context", "Variables", "Secrets", "unread", "strays", "second", "torn", "places", "absent":
				default:
					filled(v.Field(i), path+"."+f.Name)
				}
			}
		case reflect.String:
			if v.String() == "" {
				t.Errorf("%s is not filled: has it a row in Schema?", path)
			}
		}
	}
	filled(reflect.ValueOf(s), "Spec")
}

// TestSchema checks the table that editors and reference pages use.
func TestSchema(t *testing.T) {
	walkSchema(Schema, "", func(b *Block, path string) {
		if b.Doc == "" || !strings.HasSuffix(b.Doc, ".") || strings.Contains(b.Doc, "\n") || b.Example == "" {
			t.Errorf("%s: needs a doc of one line and an example", path)
		}
		names := map[string]bool{}
		for _, a := range b.Arguments {
			if names[a.Name] {
				t.Errorf("%s.%s stands twice", path, a.Name)
			}
			names[a.Name] = true
			if a.Doc == "" || !strings.HasSuffix(a.Doc, ".") || strings.Contains(a.Doc, "\n") || a.Example == "" {
				t.Errorf("%s.%s: needs a doc of one line and an example", path, a.Name)
			}
			if spelling.Fold(a.Name) != strings.ReplaceAll(a.Name, "_", "") {
				t.Errorf("%s.%s is not snake_case", path, a.Name)
			}
			for _, alias := range a.Aliases {
				if _, taken := b.Argument(alias); taken {
					t.Errorf("%s.%s: the alias %s is its own argument", path, a.Name, alias)
				}
			}
		}
	})
	for _, r := range Rules {
		if r.ID == "" || r.Title == "" || r.Doc == "" || r.Fix == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("rule %q is incomplete", r.ID)
		}
	}
}

// TestBad covers what no example file can: each case gives diagnostics of one rule, within the limit of diagtest.Quick, with ranges inside
// the file.
func TestBad(t *testing.T) {
	cluster := "cluster \"c\" { type = \"all-in-one\" }\n"
	local := func(expr string) string { return cluster + "locals {\n  x = " + expr + "\n}\n" }
	repeat := strings.Repeat
	for name, c := range map[string]struct {
		src, id string
	}{
		"nothing":             {"", "empty-file"},
		"white space":         {" \n\t\r\n\n", "empty-file"},
		"byte order mark":     {"\xef\xbb\xbf", "empty-file"},
		"utf-16":              {"\xff\xfec\x00l\x00", "not-utf8"},
		"latin-1":             {cluster + "# Z\xfcrich\n", "not-utf8"},
		"zero bytes":          {"\x00\x00\x00", "syntax-error"},
		"10 MB":               {repeat("# a comment of forty characters …\n", 300000), "file-too-large"},
		"10 MB in one line":   {repeat("x", 10_000_000), "file-too-large"},
		"brackets":            {local(repeat("[", 300_000)), "too-deep"},
		"parentheses":         {local(repeat("(", 300_000)), "too-deep"},
		"blocks":              {repeat("a {\n", 200_000), "too-deep"},
		"interpolations":      {local(repeat(`"${`, 300_000)), "too-deep"},
		"calls":               {local(repeat("f(", 300_000)), "too-deep"},
		"closed brackets":     {local(repeat("[", 100_000) + repeat("]", 100_000)), "too-deep"},
		"not":                 {local(repeat("!", 300_000) + "true"), "too-deep"},
		"minus":               {local(repeat("-", 300_000) + "1"), "too-deep"},
		"sum":                 {local("1" + repeat("+1", 300_000)), "too-deep"},
		"sum over lines":      {local("(1" + repeat("\n+1", 300_000) + ")"), "too-deep"},
		"sum over comments":   {local("[1" + repeat("+ # x\n1", 250_000) + "]"), "too-deep"},
		"conditions":          {local(repeat("true ? 1 : ", 150_000) + "1"), "too-deep"},
		"indexes":             {local("a" + repeat("[b]", 300_000)), "too-deep"},
		"splats":              {local("a" + repeat("[*]", 300_000)), "too-deep"},
		"steps":               {local("a" + repeat(".b", 300_000)), "too-deep"},
		"template directives": {local("<<E\n" + repeat("%{if true}", 200_000) + "\nE"), "too-deep"},
		"for in braces":       {local("{for a in b : 1" + repeat("\n+1", 300_000) + " => 1}"), "too-deep"},
		"only commas":         {local("[" + repeat(",", 300_000) + "]"), "syntax-error"},
		"open quote":          {local(`"` + repeat("x", 300_000)), "syntax-error"},
		"only quotes":         {repeat("\"\n", 500_000), "syntax-error"},
		"only equals":         {repeat("= ", 500_000), "syntax-error"},
		"words":               {repeat("a ", 500_000), "syntax-error"},
		"closing braces":      {repeat("}\n", 500_000), "syntax-error"},
		"deep value":          {local("0") + "locals {\n  v0 = []\n" + chain(9_000, "  v%d = [local.v%d]\n") + "}\n", "too-complex"},
		"doubling text": {local("0") + "locals {\n  v0 = \"xxxxxxxx\"\n" +
			chain(100, "  v%[1]d = \"${local.v%[2]d}${local.v%[2]d}\"\n") + "}\n", "too-complex"},
		"doubling list": {local("0") + "locals {\n  v0 = [1, 2]\n" + chain(100, "  v%[1]d = concat(local.v%[2]d, local.v%[2]d)\n") +
			"}\n", "too-complex"},
		"squaring": {local("0") + "locals {\n  v0 = 10\n" + chain(100, "  v%[1]d = local.v%[2]d * local.v%[2]d\n") + "}\n",
			"too-complex"},
		"long circle": {cluster + "locals {\n  v0 = local.v8999\n" + chain(8_999, "  v%d = local.v%d\n") + "}\n", "locals-cycle"},
		"product":     {local("length(setproduct(range(1000), range(1000), range(1000)))"), "invalid-expression"},
		"replace": {local(`length(replace(replace(format("%999d", 1), "", format("%999d", 1)), "", format("%999d", 1)))`),
			"invalid-expression"},
		"width":          {local(`format("%1000000000d", 1)`), "invalid-expression"},
		"indent":         {local(`indent(1000000000, "a\nb")`), "invalid-expression"},
		"json":           {local(`jsondecode("` + repeat("[", 300_000) + `")`), "invalid-expression"},
		"power":          {local(`"${pow(10, 308) * pow(10, 308) * pow(10, 308) * pow(10, 308) * pow(10, 308)}"`), "too-complex"},
		"zero division":  {local(`"${1 / 0}"`), "too-complex"},
		"number as text": {cluster + "variable \"x\" {\n  type = string\n  default = 1e99999999\n}\n", "too-complex"},
		"inner loop in try": {local("try([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]], 2)"),
			"too-complex"},
		"loop in a template": {
			local(`"%{for a in range(1000)}%{for b in range(1000)}%{for c in range(1000)}x%{endfor}%{endfor}%{endfor}"`), "too-complex",
		},
		"loop over keys": {local("{for a in range(1000) : a => {for b in range(1000) : b => {for c in range(1000) : c => 1}}}"),
			"too-complex"},
		"9,000 wrong names": {cluster + "locals {\n" + chain(9_000, "  v%d = local.w%d\n") + "}\n", "unknown-name"},
		"70,000 names":      {cluster + "locals {\n" + chain(70_000, "  v%d = local.w%d\n") + "}\n", "too-complex"},
		"40,000 variables":  {cluster + chain(40_000, "variable \"v%d\" {\n default = \"%d\"\n}\n"), "too-complex"},
		"loop in target":    {cluster + "target \"x\" {\n  a = local.y\n}\n", "unknown-name"},
	} {
		t.Run(name, func(t *testing.T) {
			var s *Spec
			var diags hcl.Diagnostics
			diagtest.Quick(t, func() { s, diags = Load("t.hcl", []byte(c.src), nil) })
			if s == nil || len(diags) == 0 {
				t.Fatal("nothing is wrong with it")
			}
			diagtest.Sound(t, "t.hcl", []byte(c.src), diags, Rules)
			for _, d := range diags {
				if rule.ID(d) != c.id && rule.ID(d) != "unused-local" {
					t.Errorf("%s, want %s: %v", rule.ID(d), c.id, d)
					break
				}
			}
			if errs := diags.Errs(); c.id != "syntax-error" && c.id != "unknown-name" && len(errs) > 2 {
				t.Errorf("%d diagnostics", len(errs))
			}
			if s.Files["t.hcl"] == nil {
				t.Error("no file for snippets")
			}
		})
	}
}

func chain(n int, format string) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, format, i, i-1)
	}
	return b.String()
}

func TestCRLFAndBOM(t *testing.T) {
	src := read(t, "../../testdata/corpus/example.hcl")
	plain, _ := Load("e.hcl", src, nil)
	windows := append([]byte("\xef\xbb\xbf"), bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n"))...)
	s, diags := Load("e.hcl", windows, nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if diff := cmp.Diff(plain, s, cmpopts.IgnoreTypes(&Source{}, hcl.Range{}), cmpopts.IgnoreFields(Spec{}, "Files", "Context"),
		cmpopts.IgnoreUnexported(Spec{}), cmpopts.IgnoreFields(Target{}, "Body", "Context")); diff != "" {
		t.Error(diff)
	}
	if got := where(s, s.Nodes[0].Attr("failure_domain")); got != "local.racks[0]" {
		t.Errorf("ranges are off by a mark: %q", got)
	}
}

func TestNullIsNotWritten(t *testing.T) {
	s, diags := Load("n.hcl", []byte(`
variable "mtu" {
  type    = number
  default = 1500
}
cluster "c" {
  type               = "all-in-one"
  kubernetes_version = null
  cert_sans          = ["a", null]
  feature_gates      = { A = true, B = null }
}
network {
  mtu         = var.mtu == 1500 ? null : var.mtu
  pod_subnets = []
}
`), nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if s.Cluster.KubernetesVersion != nil || s.Cluster.Has("kubernetes_version") || s.Network.MTU != nil || s.Network.Has("mtu") {
		t.Error("null counts as written")
	}
	if !slices.Equal(s.Cluster.CertSANs, []string{"a"}) || len(s.Cluster.FeatureGates) != 1 {
		t.Error("null elements count as written")
	}
	if s.Network.PodSubnets == nil {
		t.Error("an empty list counts as not written")
	}
}

func TestTarget(t *testing.T) {
	src := []byte(`
locals {
  provider = "libvirt"
}
cluster "c" {
  type = "all-in-one"
}
target "vagrant" {
  provider = upper(local.provider)
  boxes    = [for i in range(3) : "box-${i}"]
  memory   = 4
  network {
    prefix = cidrsubnet("10.0.0.0/16", 8, 3)
  }
}
`)
	s, diags := Load("t.hcl", src, nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var byTags struct {
		Provider string   `hcl:"provider"`
		Boxes    []string `hcl:"boxes"`
		Memory   int      `hcl:"memory"`
		Network  struct {
			Prefix string `hcl:"prefix"`
		} `hcl:"network,block"`
	}
	if diags := gohcl.DecodeBody(s.Target.Body, s.Target.Context, &byTags); diags.HasErrors() {
		t.Fatal(diags)
	}
	if byTags.Provider != "LIBVIRT" || len(byTags.Boxes) != 3 || byTags.Network.Prefix != "10.0.3.0/24" {
		t.Errorf("%+v", byTags)
	}
	if got := where(s, s.Target.Attr("memory")); got != "4" {
		t.Errorf("memory stands at %q", got)
	}

	type network struct {
		*Source
		Prefix *string
	}
	var own struct {
		*Source
		Provider *string
		Boxes    []string
		Memory   int
		Network  *network
	}
	schema := &Block{
		Name: "target",
		Arguments: []Argument{
			{Name: "provider", Type: Text, Field: "Provider"}, {Name: "boxes", Type: TextList, Field: "Boxes"},
			{Name: "memory", Type: Integer, Field: "Memory"},
			{Name: "disks", Type: Integer, Required: true, Example: "1", Doc: "Disks."},
		},
		Blocks: []Block{{Name: "network", Field: "Network", Arguments: []Argument{{Name: "prefix", Type: Text, Field: "Prefix"}}}},
	}
	diags = Decode(s.Target.Body, s.Target.Context, schema, &own)
	if len(diags) != 1 || rule.ID(diags[0]) != "missing-argument" {
		t.Errorf("%v", diags)
	}
	if *own.Provider != "LIBVIRT" || own.Memory != 4 || *own.Network.Prefix != "10.0.3.0/24" || !own.Has("boxes") ||
		where(s, own.Network.Attr("prefix")) != `cidrsubnet("10.0.0.0/16", 8, 3)` {
		t.Errorf("%+v", own)
	}
}

// TestLoopInTarget checks that a body that another package decodes is limited too.
func TestLoopInTarget(t *testing.T) {
	s, diags := Load("t.hcl", []byte("cluster \"c\" { type = \"all-in-one\" }\ntarget \"x\" {\n  a = [for a in range(1000) : "+
		"[for b in range(1000) : [for c in range(1000) : 1]]]\n}\n"), nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	attrs, _ := s.Target.Body.JustAttributes()
	_, diags = attrs["a"].Expr.Value(s.Target.Context)
	if len(diags) == 0 || rule.ID(diags[0]) != "too-complex" {
		t.Error(diags)
	}
	a := struct {
		*Source
		A []string
	}{}
	diags = Decode(s.Target.Body, s.Target.Context, &Block{Name: "target", Arguments: []Argument{{Name: "a", Type: TextList, Field: "A"}}},
		&a)
	if len(diags) != 1 || rule.ID(diags[0]) != "too-complex" {
		t.Error(diags)
	}
}

func TestOrderIsStable(t *testing.T) {
	src := read(t, "../../testdata/syntax/wrong-type.hcl")
	_, first := Load("t.hcl", src, nil)
	for range 20 {
		if _, again := Load("t.hcl", src, nil); again.Error() != first.Error() ||
			!slices.EqualFunc(first, again, func(a, b *hcl.Diagnostic) bool { return a.Detail == b.Detail }) {
			t.Fatal("the order of diagnostics changes")
		}
	}
}

// TestParts checks that a file parsed in parts gives the same tree as in one piece.
func TestParts(t *testing.T) {
	src := topology5000()
	for _, src := range [][]byte{src, bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")), append([]byte(byteOrderMark), src...)} {
		how, refusal := guard("t.hcl", src)
		if refusal != nil || len(how.cuts) < 100 {
			t.Fatal(len(how.cuts), refusal)
		}
		parts, diags := parse("t.hcl", src[:how.end], how.cuts)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		whole, _ := parse("t.hcl", src, nil)
		if len(parts.Blocks) != len(whole.Blocks) || len(parts.Attributes) != len(whole.Attributes) || parts.SrcRange != whole.SrcRange {
			t.Fatalf("%d blocks of %d, %v and %v", len(parts.Blocks), len(whole.Blocks), parts.SrcRange, whole.SrcRange)
		}
		for i := range whole.Blocks {
			a, b := parts.Blocks[i], whole.Blocks[i]
			if a.Range() != b.Range() || a.DefRange() != b.DefRange() || !slices.Equal(a.Labels, b.Labels) {
				t.Fatalf("block %d: %v and %v", i, a.Range(), b.Range())
			}
			for name := range b.Body.Attributes {
				if a.Body.Attributes[name].Range() != b.Body.Attributes[name].Range() {
					t.Fatalf("block %d, %s", i, name)
				}
			}
		}
	}
}

func topology5000() []byte {
	var b strings.Builder
	b.WriteString("variable \"domain\" {\n  default = \"example.com\"\n}\nlocals {\n  racks  = [\"a\", \"b\", \"c\"]\n" +
		"  subnet = \"10.0.0.0/16\"\n  common = { \"example.com/tier\" = var.domain }\n}\n" +
		"cluster \"c\" {\n  type = \"multi-etcd-multi-master\"\n}\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "node \"worker-%d\" {\n  roles          = [\"worker\"]\n  address        = cidrhost(local.subnet, %d)\n"+
			"  failure_domain = local.racks[%d]\n  cpus           = 4\n  labels         = local.common\n  taint {\n    key    = \"a\"\n"+
			"    effect = \"NoSchedule\"\n  }\n}\n", i, i+10, i%3)
	}
	return []byte(b.String())
}

func TestLoad5000(t *testing.T) {
	s, diags := Load("t.hcl", topology5000(), nil)
	if len(diags) > 0 || len(s.Nodes) != 5000 || *s.Nodes[4999].Address != "10.0.19.145" {
		t.Fatal(diags)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("heap %d MiB", m.HeapAlloc>>20)
}

func BenchmarkLoad5000(b *testing.B) {
	src := topology5000()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := Load("t.hcl", src, nil); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

// BenchmarkParseAlone measures HCL's share of BenchmarkLoad5000, in one piece.
func BenchmarkParseAlone(b *testing.B) {
	src := topology5000()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := hclsyntax.ParseConfig(src, "t.hcl", hcl.InitialPos); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

func BenchmarkExample(b *testing.B) {
	src := read(b, "../../testdata/corpus/example.hcl")
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := Load("t.hcl", src, nil); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}
