package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// readReplaces reads the table of arguments whose change recreates a resource.
func readReplaces(path string) (map[string][]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || len(columns) != 3 {
			continue
		}
		out[columns[0]] = strings.Fields(columns[1])
	}
	return out, nil
}

func typeOf(b block) tftypes.Type { return conv(b).ValueType() }

// walk rebuilds an object, and every block in it, with the attributes that change returns.
func walk(b block, v tftypes.Value, change func(name string, a attr, t tftypes.Type, v tftypes.Value) tftypes.Value) tftypes.Value {
	if v.IsNull() || !v.IsKnown() {
		return v
	}
	members := map[string]tftypes.Value{}
	if err := v.As(&members); err != nil {
		panic(err)
	}
	for name, a := range b.Attributes {
		members[name] = change(name, a, ty(a.Type), members[name])
	}
	for name, of := range b.BlockTypes {
		inner := members[name]
		if of.Mode == "single" {
			members[name] = walk(of.Block, inner, change)
			continue
		}
		// Terraform identifies elements of a set by their values: what a cloud would choose in them stays unknown.
		if of.Mode == "set" || inner.IsNull() || !inner.IsKnown() {
			continue
		}
		var elements []tftypes.Value
		if err := inner.As(&elements); err != nil {
			panic(err)
		}
		for i := range elements {
			elements[i] = walk(of.Block, elements[i], change)
		}
		members[name] = tftypes.NewValue(inner.Type(), elements)
	}
	return tftypes.NewValue(v.Type(), members)
}

// open marks values that the cloud would choose as unknown.
func open(_ string, a attr, t tftypes.Type, v tftypes.Value) tftypes.Value {
	if a.Computed && v.IsNull() {
		return tftypes.NewValue(t, tftypes.UnknownValue)
	}
	return v
}

// chosen makes up the values that the cloud chooses: numbers as strings, because a number may be needed.
func chosen(seed uint32) func(string, attr, tftypes.Type, tftypes.Value) tftypes.Value {
	return func(name string, a attr, t tftypes.Type, v tftypes.Value) tftypes.Value {
		if v.IsKnown() && !(a.Computed && v.IsNull()) {
			return v
		}
		switch {
		case t.Is(tftypes.String) && (strings.Contains(name, "ip") || strings.Contains(name, "address")):
			return tftypes.NewValue(t, fmt.Sprintf("192.0.2.%d", 1+seed%250))
		case t.Is(tftypes.String):
			return tftypes.NewValue(t, fmt.Sprint(1000000+seed%1000000))
		case t.Is(tftypes.Number):
			return tftypes.NewValue(t, 20)
		case t.Is(tftypes.Bool):
			return tftypes.NewValue(t, true)
		case t.Is(tftypes.DynamicPseudoType):
			issuer := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"issuer": tftypes.String}}
			issuers := tftypes.Tuple{ElementTypes: []tftypes.Type{issuer}}
			members := map[string]tftypes.Type{"size": tftypes.Number, "thin_provisioned": tftypes.Bool, "data": tftypes.String,
				"kube_config": tftypes.String, "oidc": issuers}
			object := tftypes.Object{AttributeTypes: members}
			tuple := tftypes.Tuple{ElementTypes: []tftypes.Type{object}}
			return tftypes.NewValue(tuple, []tftypes.Value{tftypes.NewValue(object, map[string]tftypes.Value{
				"size": tftypes.NewValue(tftypes.Number, 20), "thin_provisioned": tftypes.NewValue(tftypes.Bool, true),
				"data": tftypes.NewValue(tftypes.String, "data"), "kube_config": tftypes.NewValue(tftypes.String, "data"),
				"oidc": tftypes.NewValue(issuers, []tftypes.Value{tftypes.NewValue(issuer, map[string]tftypes.Value{
					"issuer": tftypes.NewValue(tftypes.String, "https://oidc.example.com/id"),
				})}),
			})})
		}
		return tftypes.NewValue(t, nil)
	}
}

func seed(kind string, config *tfprotov5.DynamicValue) uint32 {
	h := fnv.New32a()
	h.Write([]byte(kind))
	h.Write(config.MsgPack)
	return h.Sum32()
}

// at returns the value at a path, through every element of the blocks on it.
func at(v tftypes.Value, path []string) string {
	if v.IsNull() || !v.IsKnown() || len(path) == 0 {
		return v.String()
	}
	members := map[string]tftypes.Value{}
	if v.As(&members) == nil {
		inner, ok := members[path[0]]
		if !ok {
			panic("replaces.tsv names an argument that does not exist: " + strings.Join(path, "."))
		}
		return at(inner, path[1:])
	}
	var elements []tftypes.Value
	if err := v.As(&elements); err != nil {
		panic(err)
	}
	out := []string{}
	for _, e := range elements {
		out = append(out, at(e, path))
	}
	return strings.Join(out, "\n")
}

func (s srv) ConfigureProvider(context.Context, *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (s srv) UpgradeResourceState(_ context.Context,
	r *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	t := typeOf(s.s.Resources[r.TypeName])
	v, err := r.RawState.Unmarshal(t)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov5.NewDynamicValue(t, v)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (s srv) ReadResource(_ context.Context, r *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: r.CurrentState}, nil
}

func (s srv) PlanResourceChange(_ context.Context, r *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	b := s.s.Resources[r.TypeName]
	t := typeOf(b)
	prior, err := r.PriorState.Unmarshal(t)
	if err != nil {
		return nil, err
	}
	proposed, err := r.ProposedNewState.Unmarshal(t)
	if err != nil {
		return nil, err
	}
	if proposed.IsNull() {
		return &tfprotov5.PlanResourceChangeResponse{PlannedState: r.ProposedNewState}, nil
	}
	if prior.IsNull() {
		proposed = walk(b, proposed, open)
	}
	out := &tfprotov5.PlanResourceChangeResponse{}
	if !prior.IsNull() {
		for _, path := range s.replaces[r.TypeName] {
			if steps := strings.Split(path, "."); at(prior, steps) != at(proposed, steps) {
				out.RequiresReplace = append(out.RequiresReplace, tftypes.NewAttributePath().WithAttributeName(steps[0]))
			}
		}
	}
	planned, err := tfprotov5.NewDynamicValue(t, proposed)
	out.PlannedState = &planned
	return out, err
}

func (s srv) ApplyResourceChange(_ context.Context,
	r *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	b := s.s.Resources[r.TypeName]
	t := typeOf(b)
	planned, err := r.PlannedState.Unmarshal(t)
	if err != nil {
		return nil, err
	}
	if planned.IsNull() {
		return &tfprotov5.ApplyResourceChangeResponse{NewState: r.PlannedState}, nil
	}
	made := walk(b, planned, func(name string, a attr, t tftypes.Type, v tftypes.Value) tftypes.Value {
		if v.IsKnown() {
			return v
		}
		return chosen(seed(r.TypeName, r.Config))(name, a, t, v)
	})
	state, err := tfprotov5.NewDynamicValue(t, made)
	return &tfprotov5.ApplyResourceChangeResponse{NewState: &state}, err
}

func (s srv) ReadDataSource(_ context.Context, r *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	b := s.s.DataSources[r.TypeName]
	t := typeOf(b)
	config, err := r.Config.Unmarshal(t)
	if err != nil {
		return nil, err
	}
	kind := r.TypeName
	if slices.Contains([]string{"aws_ami", "openstack_images_image_v2", "vsphere_virtual_machine",
		"digitalocean_kubernetes_versions"}, kind) {
		kind += os.Getenv("K8SPLAN_GENERATION")
	}
	found := walk(b, config, chosen(seed(kind, r.Config)))
	state, err := tfprotov5.NewDynamicValue(t, found)
	return &tfprotov5.ReadDataSourceResponse{State: &state}, err
}
