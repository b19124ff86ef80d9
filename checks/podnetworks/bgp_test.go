package podnetworks

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	crds "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/client/crds/v2"
	calico "github.com/projectcalico/api/pkg/apis/projectcalico/v3"
	"golang.org/x/tools/txtar"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// resources returns the documents of one pod network, by file name.
func resources(t *testing.T, network string) map[string][][]byte {
	t.Helper()
	archive, err := txtar.ParseFile("../../planner/emit/cni/testdata/bgp.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][][]byte{}
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, network+"/") {
			all[f.Name] = bytes.Split(f.Data, []byte("---\n"))
		}
	}
	if len(all) < 3 {
		t.Fatalf("%d files of %s", len(all), network)
	}
	return all
}

// definition is what an API server checks resources of one kind against.
type definition struct {
	structural *structuralschema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

// definitions reads Cilium's definitions, by apiVersion and kind.
func definitions(t *testing.T) map[string]definition {
	t.Helper()
	all := map[string]definition{}
	files, err := fs.Glob(crds.EmbedFS, "ciliumbgp*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		data, err := crds.EmbedFS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var written apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(data, &written); err != nil {
			t.Fatal(name, err)
		}
		for _, v := range written.Spec.Versions {
			var schema apiextensions.JSONSchemaProps
			if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v.Schema.OpenAPIV3Schema, &schema,
				nil); err != nil {
				t.Fatal(name, err)
			}
			var d definition
			if d.structural, err = structuralschema.NewStructural(&schema); err != nil {
				t.Fatal(name, err)
			}
			if d.validator, _, err = validation.NewSchemaValidator(&schema); err != nil {
				t.Fatal(name, err)
			}
			d.rules = cel.NewValidator(d.structural, true, celconfig.PerCallLimit)
			all[written.Spec.Group+"/"+v.Name+" "+written.Spec.Names.Kind] = d
		}
	}
	return all
}

// admit returns an API server's objections to a resource: unknown fields, invalid values, and violated rules.
func (d definition) admit(resource map[string]any) []string {
	var problems []string
	options := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, field := range pruning.PruneWithOptions(resource, d.structural, true, options) {
		problems = append(problems, "unknown field "+field)
	}
	for _, e := range validation.ValidateCustomResource(nil, resource, d.validator) {
		problems = append(problems, e.Error())
	}
	if d.rules != nil {
		errs, _ := d.rules.Validate(context.Background(), nil, d.structural, resource, nil, celconfig.RuntimeCELCostBudget)
		for _, e := range errs {
			problems = append(problems, e.Error())
		}
	}
	return problems
}

// read decodes a document, with numbers as in the API server.
func read(t *testing.T, document []byte) (id string, resource map[string]any) {
	t.Helper()
	if err := yaml.Unmarshal(document, &resource, yaml.DisallowUnknownFields); err != nil {
		t.Fatalf("%v\n%s", err, document)
	}
	return fmt.Sprint(resource["apiVersion"], " ", resource["kind"]), resource
}

// TestCiliumAdmits checks Cilium's resources against its own definitions.
func TestCiliumAdmits(t *testing.T) {
	known := definitions(t)
	seen := map[string]bool{}
	var cluster []byte
	for file, documents := range resources(t, "cilium") {
		for _, document := range documents {
			id, resource := read(t, document)
			d, ok := known[id]
			if !ok {
				t.Errorf("%s: Cilium defines no %s", file, id)
				continue
			}
			if seen[id] = true; strings.HasSuffix(id, "ClusterConfig") {
				cluster = document
			}
			if problems := d.admit(resource); len(problems) > 0 {
				t.Errorf("%s: %s: %s\n%s", file, id, strings.Join(problems, "; "), document)
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("kinds %v", seen)
	}
	// The check can fail: on a misspelled field, an invalid number, and an object without a name.
	for _, edit := range [][2]string{{"peerASN:", "peerAsn:"}, {"localASN: ", "localASN: as"}, {"- name: router-1", "- {}"}} {
		if !bytes.Contains(cluster, []byte(edit[0])) {
			t.Fatalf("no %q in\n%s", edit[0], cluster)
		}
		broken := bytes.Replace(cluster, []byte(edit[0]), []byte(edit[1]), 1)
		if edit[1] == "- {}" {
			broken = bytes.Replace(cluster, []byte("name: router-1"), []byte("name: \"\""), 1)
		}
		id, resource := read(t, broken)
		if len(known[id].admit(resource)) == 0 {
			t.Errorf("admitted:\n%s", broken)
		}
	}
}

// TestCalicoReads decodes Calico's resources strictly into its own types, and compares the result with the input. Calico stores the
// resources with specifications of these types.
func TestCalicoReads(t *testing.T) {
	seen := map[string]int{}
	for file, documents := range resources(t, "calico") {
		for _, document := range documents {
			id, resource := read(t, document)
			seen[id]++
			var typed any
			switch id {
			case "crd.projectcalico.org/v1 BGPConfiguration":
				typed = new(calico.BGPConfiguration)
			case "crd.projectcalico.org/v1 BGPPeer":
				typed = new(calico.BGPPeer)
			default:
				t.Errorf("%s: %s", file, id)
				continue
			}
			if err := yaml.UnmarshalStrict(document, typed); err != nil {
				t.Errorf("%s: %v\n%s", file, err, document)
				continue
			}
			again, err := yaml.Marshal(typed)
			if err != nil {
				t.Fatal(err)
			}
			_, back := read(t, again)
			if got, want := fmt.Sprint(back["spec"]), fmt.Sprint(resource["spec"]); got != want {
				t.Errorf("%s: Calico reads %s of\n%s", file, got, want)
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("kinds %v", seen)
	}
	if err := yaml.UnmarshalStrict([]byte("spec:\n  peerAddress: 10.0.0.1\n"), new(calico.BGPPeer)); err == nil {
		t.Error("an unknown field was read")
	}
}

// TestNumbersOfSystems finds the largest AS number that an API server accepts for Calico, whose definitions use a signed 32-bit integer:
// network-bgp-as-large refuses larger ones. Source:
// https://github.com/projectcalico/calico/blob/master/libcalico-go/config/crd/crd.projectcalico.org_bgppeers.yaml
func TestNumbersOfSystems(t *testing.T) {
	validator, _, err := validation.NewSchemaValidator(&apiextensions.JSONSchemaProps{Type: "integer", Format: "int32"})
	if err != nil {
		t.Fatal(err)
	}
	for number, admitted := range map[int64]bool{64512: true, 2147483647: true, 2147483648: false, 4200000001: false} {
		if errs := validation.ValidateCustomResource(nil, number, validator); (len(errs) == 0) != admitted {
			t.Errorf("%d: %v", number, errs)
		}
	}
}
