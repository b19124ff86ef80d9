package target

import (
	"net/netip"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/plan"
)

// Site reads the machines' segments from a target's block before the plan is resolved: they determine a host's free addresses. Invalid
// values are skipped: the target reports them when it reads its block.
func Site(body hcl.Body, ctx *hcl.EvalContext) plan.Site {
	var s plan.Site
	if body == nil {
		return s
	}
	content, _, _ := body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "subnet"}, {Name: "subnets"},
		{Name: "gateways"}, {Name: "nameservers"}}})
	for _, text := range append(texts(content.Attributes["subnet"], ctx), texts(content.Attributes["subnets"], ctx)...) {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			s.Subnets = append(s.Subnets, prefix)
		}
	}
	for name, into := range map[string]*[]netip.Addr{"gateways": &s.Gateways, "nameservers": &s.Nameservers} {
		for _, text := range texts(content.Attributes[name], ctx) {
			if a, err := netip.ParseAddr(text); err == nil {
				*into = append(*into, a)
			}
		}
	}
	return s
}

// Text returns a string argument of a target's block, "" if it has no readable value.
func Text(body hcl.Body, ctx *hcl.EvalContext, name string) string {
	if written := texts(argument(body, name), ctx); len(written) == 1 {
		return written[0]
	}
	return ""
}

// TextMap returns the readable part of a map argument of a target's block; nil if it has none.
func TextMap(body hcl.Body, ctx *hcl.EvalContext, name string) map[string]string {
	attribute := argument(body, name)
	if attribute == nil {
		return nil
	}
	value, diags := attribute.Expr.Value(ctx)
	value, _ = value.Unmark()
	if t := value.Type(); diags.HasErrors() || !value.IsKnown() || value.IsNull() || !t.IsObjectType() && !t.IsMapType() {
		return nil
	}
	out := map[string]string{}
	for key, element := range value.AsValueMap() {
		if element, _ = element.Unmark(); element.Type() == cty.String && element.IsKnown() && !element.IsNull() {
			out[key] = element.AsString()
		}
	}
	return out
}

func argument(body hcl.Body, name string) *hcl.Attribute {
	if body == nil {
		return nil
	}
	content, _, _ := body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: name}}})
	return content.Attributes[name]
}

// Says reports whether an argument of a target's block has a value.
func Says(body hcl.Body, ctx *hcl.EvalContext, name, value string) bool {
	return value != "" && Text(body, ctx, name) == value
}

// texts returns the strings of an argument: a single one, or those of a list or a map.
func texts(attribute *hcl.Attribute, ctx *hcl.EvalContext) []string {
	if attribute == nil {
		return nil
	}
	value, diags := attribute.Expr.Value(ctx)
	value, _ = value.Unmark()
	if diags.HasErrors() || !value.IsKnown() || value.IsNull() {
		return nil
	}
	if value.Type() == cty.String {
		return []string{value.AsString()}
	}
	if !value.CanIterateElements() {
		return nil
	}
	var out []string
	for _, element := range value.AsValueSlice() {
		if element, _ = element.Unmark(); element.Type() == cty.String && element.IsKnown() && !element.IsNull() {
			out = append(out, element.AsString())
		}
	}
	return out
}
