// Command provider is a Terraform provider with a schema and no cloud, so that `terraform validate` can check generated files against a
// cloud's real arguments without its registry and without the network. It serves the JSON file of the same name in its directory:
// terraform-provider-aws serves aws.json, made by extract.js.
//
// It also plans and applies: a resource's arguments are its state, values that a cloud would choose are made up, and a changed argument
// recreates a resource if the real provider would, according to replaces.tsv. Data sources of images and versions return other values for
// another K8SPLAN_GENERATION, as they do when a newer one is published.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type attr struct {
	Type                         any
	Required, Optional, Computed bool
}
type nested struct {
	Mode  string `json:"nesting_mode"`
	Min   int64  `json:"min_items"`
	Max   int64  `json:"max_items"`
	Block block
}
type block struct {
	Attributes map[string]attr
	BlockTypes map[string]nested `json:"block_types"`
}
type schema struct {
	Provider    *block
	Resources   map[string]block
	DataSources map[string]block `json:"data_sources"`
}

func ty(v any) tftypes.Type {
	switch x := v.(type) {
	case string:
		return map[string]tftypes.Type{"string": tftypes.String, "number": tftypes.Number, "bool": tftypes.Bool,
			"dynamic": tftypes.DynamicPseudoType}[x]
	case []any:
		e := ty(x[1])
		switch x[0] {
		case "list":
			return tftypes.List{ElementType: e}
		case "set":
			return tftypes.Set{ElementType: e}
		default:
			return tftypes.Map{ElementType: e}
		}
	}
	panic(fmt.Sprint("type ", v))
}
func conv(b block) *tfprotov5.SchemaBlock {
	o := &tfprotov5.SchemaBlock{}
	for n, a := range b.Attributes {
		o.Attributes = append(o.Attributes, &tfprotov5.SchemaAttribute{Name: n, Type: ty(a.Type), Required: a.Required,
			Optional: a.Optional, Computed: a.Computed})
	}
	for n, c := range b.BlockTypes {
		nb := &tfprotov5.SchemaNestedBlock{TypeName: n, Block: conv(c.Block), MinItems: c.Min, MaxItems: c.Max,
			Nesting: tfprotov5.SchemaNestedBlockNestingModeList}
		switch c.Mode {
		case "set":
			nb.Nesting = tfprotov5.SchemaNestedBlockNestingModeSet
		case "single":
			nb.Nesting, nb.MinItems, nb.MaxItems = tfprotov5.SchemaNestedBlockNestingModeSingle, 0, 0
		}
		o.BlockTypes = append(o.BlockTypes, nb)
	}
	return o
}

type srv struct {
	tfprotov5.ProviderServer // nil: methods that terraform does not call here panic
	s                        schema
	replaces                 map[string][]string // paths of arguments by resource
}

func (s srv) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	r := &tfprotov5.GetMetadataResponse{}
	for n := range s.s.Resources {
		r.Resources = append(r.Resources, tfprotov5.ResourceMetadata{TypeName: n})
	}
	for n := range s.s.DataSources {
		r.DataSources = append(r.DataSources, tfprotov5.DataSourceMetadata{TypeName: n})
	}
	return r, nil
}
func (s srv) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	r := &tfprotov5.GetProviderSchemaResponse{Provider: &tfprotov5.Schema{Block: conv(*s.s.Provider)},
		ResourceSchemas: map[string]*tfprotov5.Schema{}, DataSourceSchemas: map[string]*tfprotov5.Schema{}}
	for n, b := range s.s.Resources {
		r.ResourceSchemas[n] = &tfprotov5.Schema{Block: conv(b)}
	}
	for n, b := range s.s.DataSources {
		r.DataSourceSchemas[n] = &tfprotov5.Schema{Block: conv(b)}
	}
	return r, nil
}
func (s srv) GetResourceIdentitySchemas(context.Context,
	*tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}
func (s srv) PrepareProviderConfig(_ context.Context,
	r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}
func (s srv) ValidateResourceTypeConfig(context.Context,
	*tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}
func (s srv) ValidateDataSourceConfig(context.Context,
	*tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}
func (s srv) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func main() {
	name := strings.TrimPrefix(filepath.Base(os.Args[0]), "terraform-provider-")
	exe, _ := os.Executable()
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(exe), name+".json"))
	if err != nil {
		panic(err)
	}
	var sc schema
	if err := json.Unmarshal(raw, &sc); err != nil {
		panic(err)
	}
	// The account is set in the environment, as for the real providers.
	for name, a := range sc.Provider.Attributes {
		a.Required, a.Optional = false, true
		sc.Provider.Attributes[name] = a
	}
	replaces, err := readReplaces(filepath.Join(filepath.Dir(exe), "replaces.tsv"))
	if err != nil {
		panic(err)
	}
	if err := tf5server.Serve("registry.terraform.io/schema/"+name, func() tfprotov5.ProviderServer {
		return srv{s: sc,
			replaces: replaces}
	}); err != nil {
		panic(err)
	}
}
