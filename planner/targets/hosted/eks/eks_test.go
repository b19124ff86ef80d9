package eks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/target/terraform/terraformtest"
	"github.com/k8splan/k8splan/planner/targets/hosted/eks"
)

func TestTarget(t *testing.T) {
	target := targettest.Of(eks.Target())
	files := target.Golden(t)
	terraformtest.Validate(t, files, "local.subnets")
	terraformtest.Steady(t, files, "aws_eks_cluster")
	// Characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (roles),
	// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
	terraformtest.Names(t, files, "production-platform-europe-west-cluster-of-teams-7", "", map[string]int{"": 100,
		"aws_iam_role": 64, "aws_launch_template": 128 - 50, // with the longest name of a pool
	})
	schema(t, files)
	target.Refuses(t)
}

// schema checks eksctl.yaml against eksctl's JSON schema, if ORACLES names the folder of such schemas.
func schema(t *testing.T, files []artifact.File) {
	t.Helper()
	folder := os.Getenv("ORACLES")
	if folder == "" {
		t.Log("ORACLES is not set: eksctl.yaml was only compared with our own types and the golden file")
		return
	}
	compiled, err := jsonschema.NewCompiler().Compile(filepath.Join(folder, "eksctl-schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Path, "eksctl.yaml") {
			continue
		}
		data, err := yaml.YAMLToJSON(f.Data)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(document); err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
		return
	}
	t.Error("there is no eksctl.yaml")
}
