package topologies

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// starterFiles has the parts of starters; each is valid HCL.
//
// targets/<target>.hcl has the target block with its required arguments, and the locals that the nodes use. If its first line is
// "# shape: NAME", the nodes come from the folder of that name, otherwise from types. <shape>/<type>.hcl defines the nodes of a type:
//
//	types      addresses from local.subnet
//	machines   the same without balancers
//	cloud      the same with local.zones as failure domains
//	zonal      addresses from local.subnets by zone
//	hosted     workers without addresses, in failure domains
//	zoneless   workers without addresses and without failure domains
//	local      no addresses, and a control plane that the target creates
//	zones      the same with local.zones
//	units      all roles, no addresses
//	agents     machines of an installer that boots them
//	stacked    machines with etcd on every control plane
//
//go:embed starters
var starterFiles embed.FS

// parts of a target's starter: its own, and the folder that its nodes come from.
func parts(target string) (own []byte, shape string) {
	own, shape = part("targets", target), "types"
	if rest, ok := bytes.CutPrefix(own, []byte("# shape: ")); ok {
		name, body, _ := bytes.Cut(rest, []byte("\n"))
		own, shape = body, string(name)
	}
	return own, shape
}

// StarterTypes returns the types for which there are nodes for a target's starter, in the order of Table. The target may support fewer: see
// planner.StarterTypes.
func StarterTypes(target string) []Type {
	if !slices.Contains(StarterTargets(), target) {
		return nil
	}
	_, shape := parts(target)
	var types []Type
	for _, row := range Table {
		if _, err := fs.Stat(starterFiles, path.Join("starters", shape, string(row.Type)+".hcl")); err == nil {
			types = append(types, row.Type)
		}
	}
	return types
}

// Starter returns a commented, valid topology.hcl of the type for the target. If the type or the target is unknown, the error lists the
// known ones.
func Starter(t Type, target string) ([]byte, error) {
	row, ok := Find(t)
	if !ok {
		return nil, fmt.Errorf("unknown installation type %q: there are %s", t, strings.Join(Names(), ", "))
	}
	if !slices.Contains(StarterTargets(), target) {
		return nil, fmt.Errorf("no starter for target %q: there are %s", target, strings.Join(StarterTargets(), ", "))
	}
	if !slices.Contains(StarterTypes(target), t) {
		return nil, fmt.Errorf("target %q cannot be of type %q: it takes %v", target, t, StarterTypes(target))
	}
	place, folder := parts(target)
	shape := part(folder, string(t))
	var b bytes.Buffer
	comment(&b, row.Title+". "+row.Purpose)
	comment(&b, "Survives: "+lowerFirst(row.Survives))
	b.WriteString("#\n#   k8splan validate           shows what is wrong, where, and why\n")
	b.WriteString("#   k8splan plan               shows the resolved design\n")
	b.WriteString("#   k8splan generate --out out writes the tree that builds it\n\n")
	b.Write(place)
	b.WriteByte('\n')
	b.Write(shape)
	return b.Bytes(), nil
}

// comment writes a text as comments that fit the width of an ordinary terminal.
func comment(b *bytes.Buffer, text string) {
	const columns = 80
	line := "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > columns {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}

// StarterTargets returns the targets that Starter supports, sorted.
func StarterTargets() []string {
	entries, err := fs.ReadDir(starterFiles, "starters/targets")
	if err != nil {
		panic(err) // the folder is embedded
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".hcl")
	}
	return names
}

func part(folder, name string) []byte {
	data, err := fs.ReadFile(starterFiles, path.Join("starters", folder, name+".hcl"))
	if err != nil {
		panic(err) // every type and target has its file
	}
	return data
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
