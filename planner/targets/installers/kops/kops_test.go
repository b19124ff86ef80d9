package kops_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/installers/kops"
)

func TestKops(t *testing.T) {
	target := targettest.Of(kops.Target())
	files := target.Golden(t)
	target.Refuses(t)
	againstSchema(t, files)
	againstSchema(t, target.Variant(t, "kops-gce"))
}

// againstSchema checks every object against kops' CustomResourceDefinition, made strict: no unknown fields. We do not ship the definitions:
// ORACLES names their folder.
func againstSchema(t *testing.T, files []artifact.File) {
	t.Helper()
	oracles := os.Getenv("ORACLES")
	if oracles == "" {
		t.Log("ORACLES is not set: own types only")
		return
	}
	schemas := map[string]*jsonschema.Schema{"Cluster": compile(t, oracles, "clusters"),
		"InstanceGroup": compile(t, oracles, "instancegroups")}
	objects := 0
	for _, f := range files {
		if filepath.Ext(f.Path) != ".yaml" {
			continue
		}
		for doc := range bytes.SplitSeq(f.Data, []byte("---\n")) {
			var value map[string]any
			if err := yaml.UnmarshalStrict(doc, &value); err != nil {
				t.Fatal(err)
			}
			objects++
			delete(value["metadata"].(map[string]any), "labels") // on every object, in no definition
			if err := schemas[value["kind"].(string)].Validate(value); err != nil {
				t.Errorf("%v\n%s", err, doc)
			}
		}
	}
	if objects < 3 {
		t.Errorf("%d objects", objects)
	}
}

func compile(t *testing.T, dir, name string) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "kops-"+name+"-crd.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var definition struct {
		Spec struct {
			Versions []struct {
				Name   string
				Schema struct{ OpenAPIV3Schema map[string]any }
			}
		}
	}
	if err := yaml.Unmarshal(data, &definition); err != nil {
		t.Fatal(err)
	}
	version := definition.Spec.Versions[0]
	if version.Name != "v1alpha2" {
		t.Fatalf("%s is of %s", name, version.Name)
	}
	strict(version.Schema.OpenAPIV3Schema["properties"].(map[string]any)["spec"])
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, version.Schema.OpenAPIV3Schema); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// strict forbids unknown fields in every object with named fields.
func strict(node any) {
	switch v := node.(type) {
	case map[string]any:
		if _, named := v["properties"].(map[string]any); named && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, child := range v {
			strict(child)
		}
	case []any:
		for _, child := range v {
			strict(child)
		}
	}
}
