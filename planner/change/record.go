package change

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
)

// FileName is the name of the record in a tree.
const FileName = "plan.json"

// FormatVersion is the version of the record's format. The major number changes if older programs would misread a newer file; the minor
// number changes when fields are added.
const FormatVersion = "1.2"

// Record is a resolved design as one flat table: what a tree was generated from, and the basis for comparing two designs. It contains
// everything that reaches a host, under its path in the language: `network.pod_subnets`, `cluster.api_server.extra_args["event-ttl"]`.
type Record struct {
	Release  string // version of the program that resolved the design
	Cluster  string // name
	Target   string // name
	Hosting  plan.Hosting
	Settings map[string]Value
	Defaults map[string]bool // paths of values that the planner chose
	Nodes    []*Node         // in natural order of names
	// Leaving are machines that the design no longer has but the cluster may still have, in natural order of names.
	Leaving []*Node
	// Files are the digests ("sha256:…") of the files that the topology reads, by path in its folder.
	Files map[string]string

	at    map[string]hcl.Range // where settings are written; nil for a record from a file
	moves map[string]string    // new names of machines by old name, from the design
	page  plan.Page            // the target's; zero for a record from a file
	// leaves reports whether the target ignores an argument; nil for a record from a file.
	leaves func(path string) bool
	// zones: failure domains are zones of a cloud, in which a tool creates the machines. typePlaces: the cluster's type decides in how many
	// zones the provider runs the control plane. Both are false for a record from a file.
	zones, typePlaces bool
}

// Node is one machine. Its arguments are named as in a node block, with map keys in brackets.
type Node struct {
	Name string
	Pool string // "" if it is not from a pool
	Args map[string]Value

	at     map[string]hcl.Range // by argument, without brackets; "" is the block
	unread []string             // arguments of this machine that nothing uses
}

// Value is a string or a list of strings. Numbers, sizes, and booleans are strings too.
type Value struct {
	Text   string
	List   []string
	IsList bool
	// Digest is set for a sensitive value, whose text is not stored. See digest.
	Digest string
}

// text returns a string value.
func text(s string) Value { return Value{Text: s} }

// list returns a list value whose order matters.
func list(items []string) Value { return Value{List: slices.Clone(items), IsList: true} }

// set returns a list value whose order does not matter.
func set(items []string) Value {
	sorted := slices.Clone(items)
	slices.Sort(sorted)
	return Value{List: slices.Compact(sorted), IsList: true}
}

// Equal reports whether two values are the same.
func (v Value) Equal(w Value) bool {
	return v.Text == w.Text && v.Digest == w.Digest && v.IsList == w.IsList && slices.Equal(v.List, w.List)
}

// Sensitive is shown instead of a sensitive value.
const Sensitive = "(sensitive)"

// String formats the value for display; lists are separated by commas.
func (v Value) String() string {
	switch {
	case v.Digest != "":
		return Sensitive
	case v.IsList:
		return strings.Join(v.List, ", ")
	}
	return v.Text
}

// shown is a value as a report shows it: "" if there is none, and quotes for an empty one.
func (v Value) shown(there bool) string {
	if there && v.Digest == "" && !v.IsList && v.Text == "" {
		return `""`
	}
	return v.String()
}

// secret is the JSON form of a sensitive value.
type secret struct {
	Value  string `json:"value"`
	Digest string `json:"digest"`
}

// MarshalJSON writes a text as a string, a list as an array, and a sensitive value as an object with its digest.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.Digest != "":
		return json.Marshal(secret{Sensitive, v.Digest})
	case v.IsList:
		return encoded(append([]string{}, v.List...))
	}
	return encoded(v.Text)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(data []byte) error {
	*v = Value{}
	switch {
	case bytes.HasPrefix(data, []byte(`"`)):
		return json.Unmarshal(data, &v.Text)
	case bytes.HasPrefix(data, []byte("[")):
		v.IsList = true
		return json.Unmarshal(data, &v.List)
	case bytes.HasPrefix(data, []byte("{")):
		var s secret
		err := json.Unmarshal(data, &s)
		if v.Digest = s.Digest; err == nil && v.Digest == "" {
			err = errors.New("a sensitive value has no digest")
		}
		return err
	}
	return fmt.Errorf("a value is %.20q, neither text nor list", data)
}

// mark joins the path of a block and its label, or of a map and its key.
func mark(path, key string) string { return path + "[" + strconv.Quote(key) + "]" }

// argument is a path without labels and keys: its row in the language.
func argument(path string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(path, `["`)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		quoted, err := strconv.QuotedPrefix(`"` + rest)
		if err != nil { // not one of our paths
			return out.String()
		}
		path = strings.TrimPrefix(rest[len(quoted)-1:], "]")
	}
}

// key is the last label or key of a path, "" if it has none.
func key(path string) string {
	at := strings.LastIndex(path, `["`)
	if at < 0 || !strings.HasSuffix(path, "]") {
		return ""
	}
	s, err := strconv.Unquote(path[at+1 : len(path)-1])
	if err != nil {
		return ""
	}
	return s
}

// own are the arguments that differ between the nodes of a pool.
var own = []string{"address", "secondary_address", "ssh_address", "public_address", "mac", "failure_domain", "host", "power", "bootstrap"}

// file is the format of a record's file: what many machines share is stored once.
type file struct {
	FormatVersion string             `json:"format_version"`
	Release       string             `json:"k8splan"`
	Cluster       string             `json:"cluster"`
	Target        string             `json:"target"`
	Hosting       plan.Hosting       `json:"hosting"`
	Settings      map[string]Value   `json:"settings"`
	Defaults      []string           `json:"defaults"`
	Machines      []map[string]Value `json:"machines"`
	Nodes         []nodeJSON         `json:"nodes"`
	Leaving       []leavingJSON      `json:"leaving"`
	Files         map[string]string  `json:"files"`
}

type nodeJSON struct {
	Name    string           `json:"name"`
	Pool    string           `json:"pool,omitempty"`
	Machine int              `json:"machine"` // index into machines
	Own     map[string]Value `json:"own,omitempty"`
}

// leavingJSON is a machine that left the design.
type leavingJSON struct {
	Name string           `json:"name"`
	Args map[string]Value `json:"args"`
}

// Encode writes the record as JSON, with one line for each setting and node, so that version control shows what changed.
func (r *Record) Encode() ([]byte, error) {
	f := file{FormatVersion: FormatVersion, Release: r.Release, Cluster: r.Cluster, Target: r.Target, Hosting: r.Hosting}
	known := map[string]int{}
	last := -1 // the machine of the previous node: most nodes of a pool have the same
	for _, n := range r.Nodes {
		mine := map[string]Value{}
		for _, name := range own {
			if v, ok := n.Args[name]; ok {
				mine[name] = v
			}
		}
		if last < 0 || !sameMachine(f.Machines[last], n.Args, len(n.Args)-len(mine)) {
			shared := maps.Clone(n.Args)
			maps.DeleteFunc(shared, func(name string, _ Value) bool { return slices.Contains(own, name) })
			data, err := encoded(shared)
			if err != nil {
				return nil, err
			}
			i, ok := known[string(data)]
			if !ok {
				i = len(f.Machines)
				known[string(data)] = i
				f.Machines = append(f.Machines, shared)
			}
			last = i
		}
		f.Nodes = append(f.Nodes, nodeJSON{n.Name, n.Pool, last, mine})
	}

	w := writer{}
	w.line("{")
	w.field("format_version", f.FormatVersion, ",")
	w.field("k8splan", f.Release, ",")
	w.field("cluster", f.Cluster, ",")
	w.field("target", f.Target, ",")
	w.field("hosting", f.Hosting, ",")
	w.line(`"settings": {`)
	paths := slices.Sorted(maps.Keys(r.Settings))
	for i, path := range paths {
		w.field(path, r.Settings[path], comma(i, len(paths)))
	}
	w.line("},")
	w.line(`"defaults": [`)
	defaults := slices.Sorted(maps.Keys(r.Defaults))
	for i, path := range defaults {
		w.value(path, comma(i, len(defaults)))
	}
	w.line("],")
	w.line(`"machines": [`)
	for i, m := range f.Machines {
		w.value(m, comma(i, len(f.Machines)))
	}
	w.line("],")
	w.line(`"nodes": [`)
	for i, n := range f.Nodes {
		w.node(n, comma(i, len(f.Nodes)))
	}
	w.line("],")
	w.line(`"leaving": [`)
	for i, n := range r.Leaving {
		w.value(leavingJSON{n.Name, n.Args}, comma(i, len(r.Leaving)))
	}
	w.line("],")
	w.line(`"files": {`)
	files := slices.Sorted(maps.Keys(r.Files))
	for i, path := range files {
		w.field(path, r.Files[path], comma(i, len(files)))
	}
	w.line("}")
	w.line("}")
	return w.out.Bytes(), w.err
}

// sameMachine reports whether args, without the count arguments that belong to the node itself, equal those of the machine.
func sameMachine(machine, args map[string]Value, count int) bool {
	if len(machine) != count {
		return false
	}
	for name, v := range machine {
		if w, ok := args[name]; !ok || !v.Equal(w) {
			return false
		}
	}
	return true
}

// writer joins lines and keeps the first error.
type writer struct {
	out bytes.Buffer
	err error
}

func (w *writer) line(s string) { w.out.WriteString(s + "\n") }

func (w *writer) value(v any, after string) {
	w.any(v)
	w.line(after)
}

func (w *writer) field(name string, v any, after string) {
	w.any(name)
	w.out.WriteString(": ")
	w.value(v, after)
}

// node writes a node on one line. There may be thousands, so it avoids the encoder's reflection.
func (w *writer) node(n nodeJSON, after string) {
	w.out.WriteString(`{"name":`)
	w.text(n.Name)
	if n.Pool != "" {
		w.out.WriteString(`,"pool":`)
		w.text(n.Pool)
	}
	w.out.WriteString(`,"machine":` + strconv.Itoa(n.Machine))
	between := `,"own":{`
	for _, name := range slices.Sorted(maps.Keys(n.Own)) {
		w.out.WriteString(between)
		between = ","
		w.text(name)
		w.out.WriteByte(':')
		if v := n.Own[name]; v.IsList || v.Digest != "" {
			w.any(v)
		} else {
			w.text(v.Text)
		}
	}
	if len(n.Own) > 0 {
		w.out.WriteByte('}')
	}
	w.out.WriteByte('}')
	w.line(after)
}

// text writes a string, unchanged if it has only letters, digits, and characters that JSON does not escape.
func (w *writer) text(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			w.any(s)
			return
		}
	}
	w.out.WriteByte('"')
	w.out.WriteString(s)
	w.out.WriteByte('"')
}

func (w *writer) any(v any) {
	data, err := encoded(v)
	w.err = cmp.Or(w.err, err)
	w.out.Write(data)
}

func comma(i, n int) string {
	if i == n-1 {
		return ""
	}
	return ","
}

// encoded is a value as JSON on one line, without HTML escapes.
func encoded(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// ErrNewer means that a record was written by a newer program than this one.
var ErrNewer = errors.New("written by a newer k8splan")

// Decode reads a record's file. It fails with ErrNewer if a newer program wrote it, and with another error if it is not a record.
func Decode(data []byte) (*Record, error) {
	var head struct {
		FormatVersion string `json:"format_version"`
		Release       string `json:"k8splan"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("not a record of k8splan: %w", err)
	}
	ours, _, _ := strings.Cut(FormatVersion, ".")
	theirs, _, _ := strings.Cut(head.FormatVersion, ".")
	have, err := strconv.Atoi(theirs)
	mine, _ := strconv.Atoi(ours)
	switch {
	case err != nil || have < 1:
		return nil, fmt.Errorf("not a record of k8splan: its format_version is %.20q", head.FormatVersion)
	case have > mine:
		return nil, fmt.Errorf("%w: %.40s, format %.20s; this program reads up to format %s", ErrNewer, head.Release, head.FormatVersion,
			FormatVersion)
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("not a record of k8splan: %w", err)
	}
	r := &Record{Release: f.Release, Cluster: f.Cluster, Target: f.Target, Hosting: f.Hosting, Settings: f.Settings,
		Defaults: map[string]bool{}, Files: f.Files}
	if r.Settings == nil {
		r.Settings = map[string]Value{}
	}
	for _, path := range f.Defaults {
		r.Defaults[path] = true
	}
	seen := map[string]bool{}
	for _, n := range f.Nodes {
		if n.Machine < 0 || n.Machine >= len(f.Machines) || n.Name == "" || seen[n.Name] {
			return nil, fmt.Errorf("not a record of k8splan: node %.60q is wrong", n.Name)
		}
		seen[n.Name] = true
		args := maps.Clone(f.Machines[n.Machine])
		if args == nil {
			args = map[string]Value{}
		}
		maps.Copy(args, n.Own)
		r.Nodes = append(r.Nodes, &Node{Name: n.Name, Pool: n.Pool, Args: args})
	}
	slices.SortFunc(r.Nodes, func(a, b *Node) int { return plan.Natural(a.Name, b.Name) })
	for _, n := range f.Leaving {
		if n.Name == "" || n.Args["address"].plain() == "" || seen[n.Name] {
			return nil, fmt.Errorf("not a record of k8splan: the leaving machine %.60q is wrong", n.Name)
		}
		seen[n.Name] = true
		r.Leaving = append(r.Leaving, &Node{Name: n.Name, Args: n.Args})
	}
	return r, nil
}
