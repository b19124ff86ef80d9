package topologies

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// starterFiles holds the parts that a starter is put together from. <shape>/<type>.hcl draws the nodes: those of shape types count their
// addresses from local.subnet, those of cloud too, with local.zones as failure domains, those of zonal from local.subnets by zone; those of
// hosted have no addresses, and those of zoneless no failure domains either. Those of
// machines are hosts as in types without balancers; those of local have no addresses, with a control plane that the target makes, and those of
// zones neither, with local.zones; those of units have all roles and no addresses. targets/<target>.hcl says what these are, and has the target block with the arguments it needs. Each part is
// HCL as it stands.
//
//go:embed starters
var starterFiles embed.FS

// drawing is how a target's nodes are drawn: a folder of starters/, and the types that there are of it; nil stands for all four. The
// types are those of the target's row in plan.Targets.
type drawing struct {
	shape string
	types []Type
}

// drawings of the targets that are not drawn as in types.
var drawings = map[string]drawing{
	"aws":                     {"zonal", nil},
	"aks":                     {"hosted", []Type{SingleEtcdSingleMaster, MultiEtcdMultiMaster}},
	"doks":                    {"zoneless", []Type{SingleEtcdSingleMaster, MultiEtcdMultiMaster}},
	"eks":                     {"hosted", []Type{MultiEtcdMultiMaster}},
	"azure":                   {"cloud", nil},
	"gcp":                     {"cloud", nil},
	"hetzner":                 {"cloud", nil},
	"openstack":               {"cloud", nil},
	"gke":                     {"hosted", []Type{SingleEtcdSingleMaster, MultiEtcdMultiMaster}},
	"iks":                     {"hosted", []Type{MultiEtcdMultiMaster}},
	"openshift":               {"agents", []Type{AllInOne, MultiEtcdMultiMaster}},
	"gke-on-prem":             {"stacked", []Type{AllInOne, SingleEtcdSingleMaster, MultiEtcdMultiMaster}},
	"platform9":               {"stacked", []Type{AllInOne, SingleEtcdSingleMaster, MultiEtcdMultiMaster}},
	"openshift-dedicated":     {"zoneless", []Type{MultiEtcdMultiMaster}},
	"cluster-api":             {"local", nil},
	"docker-desktop":          {"local", []Type{AllInOne, SingleEtcdSingleMaster}},
	"kind":                    {"local", []Type{AllInOne, SingleEtcdSingleMaster, MultiEtcdMultiMaster}},
	"kops":                    {"zones", []Type{SingleEtcdSingleMaster, MultiEtcdMultiMaster}},
	"kubespray":               {"machines", nil},
	"minikube":                {"local", []Type{AllInOne, SingleEtcdSingleMaster, MultiEtcdMultiMaster}},
	"charmed-kubernetes":      {"units", []Type{SingleEtcdSingleMaster, SingleEtcdMultiMaster, MultiEtcdMultiMaster}},
	"kubernetes-the-hard-way": {"machines", []Type{SingleEtcdSingleMaster}},
}

// StarterTypes returns the types that a target has a starter of, in the order of Table.
func StarterTypes(target string) []Type {
	if !slices.Contains(StarterTargets(), target) {
		return nil
	}
	if types := drawings[target].types; types != nil {
		return types
	}
	types := make([]Type, len(Table))
	for i, row := range Table {
		types[i] = row.Type
	}
	return types
}

// Starter returns a commented topology.hcl of the type for the target that validates as it is. The error names the types or the
// targets there are when one is unknown.
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
	place, shape := part("targets", target), part(cmp.Or(drawings[target].shape, "types"), string(t))
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s. %s\n# Survives: %s\n#\n", row.Title, row.Purpose, lowerFirst(row.Survives))
	b.WriteString("#   k8splan validate           says what is wrong, where and why\n")
	b.WriteString("#   k8splan plan               shows the resolved design, with every value that was decided for you\n")
	b.WriteString("#   k8splan generate --out out writes the tree that builds it\n\n")
	b.Write(place)
	b.WriteByte('\n')
	b.Write(shape)
	return b.Bytes(), nil
}

// StarterTargets returns the targets that Starter knows, sorted.
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
