package spec

import (
	"fmt"
	"maps"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

const (
	maxText     = 1 << 20 // bytes of text that one call may produce
	maxElements = 1 << 16 // elements that one call may produce
)

// functions are those of cty's standard library under Terraform's names, plus functions for addresses. None depends on the clock, the
// environment, or randomness. Functions that can produce much from little are bounded before they run. file reads files of the current
// topology, see files.
var functions = map[string]function.Function{
	// Numbers
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "log": stdlib.LogFunc, "max": stdlib.MaxFunc,
	"min": stdlib.MinFunc, "parseint": bounded(stdlib.ParseIntFunc, 1<<12), "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,

	// Text
	"chomp": stdlib.ChompFunc, "endswith": textTest(strings.HasSuffix), "format": sized(stdlib.FormatFunc, formatSize),
	"formatlist": sized(stdlib.FormatListFunc, formatSize), "indent": sized(stdlib.IndentFunc, indentSize),
	"join": sized(stdlib.JoinFunc, joinSize), "lower": stdlib.LowerFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
	"regexreplace": sized(stdlib.RegexReplaceFunc, replaceSize), "replace": sized(stdlib.ReplaceFunc, replaceSize),
	"split": stdlib.SplitFunc, "startswith": textTest(strings.HasPrefix), "strcontains": textTest(strings.Contains),
	"strlen": stdlib.StrlenFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc, "title": stdlib.TitleFunc,
	"trim":       stdlib.TrimFunc,
	"trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc,

	// Lists, maps, and sets
	"alltrue": truth(true), "anytrue": truth(false), "chunklist": stdlib.ChunklistFunc, "coalesce": stdlib.CoalesceFunc,
	"coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
	"distinct": distinctFunc, "element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc, "index": indexFunc,
	"keys": stdlib.KeysFunc, "length": lengthFunc, "lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "one": oneFunc,
	"range": stdlib.RangeFunc, "reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc,
	"setproduct": sized(stdlib.SetProductFunc, productSize), "setsubtract": stdlib.SetSubtractFunc,
	"setsymmetricdifference": stdlib.SetSymmetricDifferenceFunc, "setunion": stdlib.SetUnionFunc, "slice": stdlib.SliceFunc,
	"sort": stdlib.SortFunc,
	"sum":  sumFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,

	// Types
	"tobool": stdlib.MakeToFunc(cty.Bool), "tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
	"tomap":    stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
	"tonumber": stdlib.MakeToFunc(cty.Number), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"tostring": stdlib.MakeToFunc(cty.String),
	"can":      tryfunc.CanFunc, "try": tryfunc.TryFunc,

	// Encodings, dates given in the file, and files next to it
	"file": newFiles(nil).function(), "yamldecode": yamlDecode,
	"csvdecode": stdlib.CSVDecodeFunc, "formatdate": stdlib.FormatDateFunc, "jsondecode": sized(stdlib.JSONDecodeFunc, jsonDepth),
	"jsonencode": stdlib.JSONEncodeFunc, "timeadd": stdlib.TimeAddFunc,

	// Addresses
	"cidrcontains": cidrContains, "cidrhost": cidrHost, "cidrnetmask": cidrNetmask, "cidrsubnet": cidrSubnet, "cidrsubnets": cidrSubnets,
}

var functionNames = slices.Sorted(maps.Keys(functions))

// Functions returns the names of the language's functions, sorted.
func Functions() []string { return slices.Clone(functionNames) }

// sized rejects a call before it runs if its result, estimated from the arguments, would be too large.
func sized(f function.Function, estimate func(args []cty.Value) error) function.Function {
	return function.New(&function.Spec{
		Description: f.Description(), Params: f.Params(), VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if known(args) {
				if err := estimate(args); err != nil {
					return cty.DynamicPseudoType, err
				}
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) },
	})
}

// bounded rejects text arguments longer than n bytes.
func bounded(f function.Function, n int) function.Function {
	return sized(f, func(args []cty.Value) error {
		for i, a := range args {
			if a.Type() == cty.String && len(a.AsString()) > n {
				return function.NewArgErrorf(i, "text of more than %d bytes", n)
			}
		}
		return nil
	})
}

func known(args []cty.Value) bool {
	for _, a := range args {
		if !a.IsWhollyKnown() || a.IsNull() {
			return false
		}
	}
	return true
}

func textSize(v cty.Value) int {
	if v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return 0
	}
	return len(v.AsString())
}

func limitText(n float64) error {
	if n > maxText {
		return fmt.Errorf("the result would have more than %d bytes", maxText)
	}
	return nil
}

func replaceSize(args []cty.Value) error {
	return limitText(float64(textSize(args[0])+1) * float64(textSize(args[2])+1) / float64(max(1, textSize(args[1]))))
}

func indentSize(args []cty.Value) error {
	spaces, _ := args[0].AsBigFloat().Float64()
	return limitText(float64(textSize(args[1])) + float64(strings.Count(args[1].AsString(), "\n"))*max(0, spaces))
}

func joinSize(args []cty.Value) error {
	size, n := 0, 0
	for _, list := range args[1:] {
		for it := list.ElementIterator(); it.Next(); n++ {
			_, element := it.Element()
			size += textSize(element)
		}
	}
	return limitText(float64(size) + float64(n)*float64(textSize(args[0])))
}

// formatSize checks widths and precisions in a format: %1000000000d would be a gigabyte.
func formatSize(args []cty.Value) error {
	digits := 0
	for _, c := range args[0].AsString() {
		if c < '0' || c > '9' {
			digits = 0
			continue
		}
		if digits++; digits > 3 {
			return function.NewArgErrorf(0, "a width of more than three digits")
		}
	}
	longest := 0
	for _, a := range args[1:] {
		if a.Type().IsListType() || a.Type().IsTupleType() || a.Type().IsSetType() {
			longest = max(longest, a.LengthInt())
		}
	}
	return limitText(float64(max(1, longest)) * float64(textSize(args[0])))
}

func productSize(args []cty.Value) error {
	n := 1.0
	for _, a := range args {
		if ty := a.Type(); ty.IsCollectionType() || ty.IsTupleType() {
			n *= float64(a.LengthInt())
		}
	}
	if n*float64(len(args)) > maxElements {
		return fmt.Errorf("the result would have more than %d elements", maxElements)
	}
	return nil
}

// distinctFunc removes duplicates from a list. The standard library's version takes n² steps.
var distinctFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.DynamicPseudoType)}},
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl:   distinctCall,
})

func distinctCall(args []cty.Value, ty cty.Type) (cty.Value, error) {
	var kept []cty.Value
	seen := map[int][]cty.Value{}
	for it := args[0].ElementIterator(); it.Next(); {
		_, v := it.Element()
		hash := v.Hash()
		if slices.ContainsFunc(seen[hash], v.RawEquals) {
			continue
		}
		seen[hash] = append(seen[hash], v)
		kept = append(kept, v)
	}
	if kept == nil {
		return cty.ListValEmpty(ty.ElementType()), nil
	}
	return cty.ListVal(kept), nil
}

// jsonDepth protects cty's recursive JSON reader from deep nesting.
func jsonDepth(args []cty.Value) error {
	depth := 0
	for _, c := range args[0].AsString() {
		switch c {
		case '[', '{':
			if depth++; depth > maxValueDepth { // also counts brackets in text, which errs on the safe side
				return function.NewArgErrorf(0, "nesting of more than %d levels", maxValueDepth)
			}
		case ']', '}':
			depth--
		}
	}
	return nil
}

func textTest(test func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(test(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// truth is alltrue (of an empty list: true) or anytrue (of an empty list: false).
func truth(all bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				if !v.IsKnown() {
					return cty.UnknownVal(cty.Bool), nil
				}
				if is := !v.IsNull() && v.True(); is != all {
					return cty.BoolVal(!all), nil
				}
			}
			return cty.BoolVal(all), nil
		},
	})
}

// lengthFunc counts elements, or the characters of text.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
	Type: func(args []cty.Value) (cty.Type, error) {
		ty := args[0].Type()
		if ty == cty.String || ty == cty.DynamicPseudoType || ty.IsTupleType() || ty.IsObjectType() || ty.IsCollectionType() {
			return cty.Number, nil
		}
		return cty.Number, function.NewArgErrorf(0, "must be a list, a map, or text")
	},
	Impl: lengthCall,
})

func lengthCall(args []cty.Value, _ cty.Type) (cty.Value, error) {
	v := args[0]
	switch ty := v.Type(); {
	case !v.IsKnown():
		return cty.UnknownVal(cty.Number), nil
	case ty == cty.String:
		return stdlib.Strlen(v)
	case ty.IsObjectType():
		return cty.NumberIntVal(int64(len(ty.AttributeTypes()))), nil
	}
	return v.Length(), nil
}

// indexFunc finds the first position of a value in a list.
var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType},
		{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true}},
	Type: function.StaticReturnType(cty.Number),
	Impl: indexCall,
})

func indexCall(args []cty.Value, _ cty.Type) (cty.Value, error) {
	if ty := args[0].Type(); !ty.IsListType() && !ty.IsTupleType() {
		return cty.NilVal, function.NewArgErrorf(0, "must be a list")
	}
	i := int64(0)
	for it := args[0].ElementIterator(); it.Next(); i++ {
		_, v := it.Element()
		if eq := v.Equals(args[1]); eq.IsKnown() && eq.True() {
			return cty.NumberIntVal(i), nil
		}
	}
	return cty.NilVal, fmt.Errorf("the value is not in the list")
}

// oneFunc returns the only element of a list, or null for an empty one.
var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:   oneType,
	Impl:   oneCall,
})

func oneType(args []cty.Value) (cty.Type, error) {
	switch ty := args[0].Type(); {
	case ty.IsListType(), ty.IsSetType():
		return ty.ElementType(), nil
	case ty.IsTupleType() && ty.Length() == 1:
		return ty.TupleElementType(0), nil
	case ty.IsTupleType() && ty.Length() == 0:
		return cty.DynamicPseudoType, nil
	}
	return cty.DynamicPseudoType, function.NewArgErrorf(0, "must be a list of at most one element")
}

func oneCall(args []cty.Value, ty cty.Type) (cty.Value, error) {
	switch args[0].LengthInt() {
	case 0:
		return cty.NullVal(ty), nil
	case 1:
		return args[0].AsValueSlice()[0], nil
	}
	return cty.NilVal, function.NewArgErrorf(0, "must be a list of at most one element")
}

var sumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Number)}},
	Type:   function.StaticReturnType(cty.Number),
	Impl:   sumCall,
})

func sumCall(args []cty.Value, _ cty.Type) (cty.Value, error) {
	total := cty.Zero
	for it := args[0].ElementIterator(); it.Next(); {
		_, v := it.Element()
		if v.IsNull() {
			return cty.NilVal, function.NewArgErrorf(0, "an element is null")
		}
		total = total.Add(v)
	}
	return total, nil
}

// cidrHost returns an address of a range by number; a negative number counts from the end, as in Terraform.
var cidrHost = function.New(&function.Spec{
	Description: "The address of a range by its number.",
	Params:      []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "number", Type: cty.Number}},
	Type:        function.StaticReturnType(cty.String),
	Impl:        cidrHostCall,
})

func cidrHostCall(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := parsePrefix(args[0])
	if err != nil {
		return cty.NilVal, err
	}
	number, err := integer(args[1], 1)
	if err != nil {
		return cty.NilVal, err
	}
	size := new(big.Int).Lsh(big.NewInt(1), uint(prefix.Addr().BitLen()-prefix.Bits()))
	if number.Sign() < 0 {
		number.Add(number, size)
	}
	if number.Sign() < 0 || number.Cmp(size) >= 0 {
		return cty.NilVal, function.NewArgErrorf(1, "%s has no address with that number: it has %s", prefix, size)
	}
	return cty.StringVal(offset(prefix.Addr(), number).String()), nil
}

// cidrNetmask returns the netmask of an IPv4 range.
var cidrNetmask = function.New(&function.Spec{
	Description: "The netmask of an IPv4 range.",
	Params:      []function.Parameter{{Name: "prefix", Type: cty.String}},
	Type:        function.StaticReturnType(cty.String),
	Impl:        cidrNetmaskCall,
})

func cidrNetmaskCall(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := parsePrefix(args[0])
	if err != nil {
		return cty.NilVal, err
	}
	if !prefix.Addr().Is4() {
		return cty.NilVal, function.NewArgErrorf(0, "IPv6 has no netmasks, only prefix lengths")
	}
	mask := ^uint32(0) << (32 - prefix.Bits()) // shifting by 32 gives 0, the mask of /0
	return cty.StringVal(netip.AddrFrom4([4]byte{byte(mask >> 24), byte(mask >> 16), byte(mask >> 8), byte(mask)}).String()), nil
}

// cidrSubnet returns a subnet of a range by number, with a prefix longer by newbits.
var cidrSubnet = function.New(&function.Spec{
	Description: "The subnet of a range with a longer prefix, by its number.",
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "newbits", Type: cty.Number},
		{Name: "number", Type: cty.Number}},
	Type: function.StaticReturnType(cty.String),
	Impl: cidrSubnetCall,
})

func cidrSubnetCall(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := parsePrefix(args[0])
	if err != nil {
		return cty.NilVal, err
	}
	bits, err := longer(prefix, args[1], 1)
	if err != nil {
		return cty.NilVal, err
	}
	number, err := integer(args[2], 2)
	if err != nil {
		return cty.NilVal, err
	}
	count := new(big.Int).Lsh(big.NewInt(1), uint(bits-prefix.Bits()))
	if number.Sign() < 0 || number.Cmp(count) >= 0 {
		return cty.NilVal, function.NewArgErrorf(2, "%s has no subnet with that number: it has %s of length /%d", prefix, count, bits)
	}
	number.Lsh(number, uint(prefix.Addr().BitLen()-bits))
	return cty.StringVal(netip.PrefixFrom(offset(prefix.Addr(), number), bits).String()), nil
}

// cidrSubnets returns consecutive subnets of a range, one for each newbits.
var cidrSubnets = function.New(&function.Spec{
	Description: "Consecutive subnets of a range.",
	Params:      []function.Parameter{{Name: "prefix", Type: cty.String}},
	VarParam:    &function.Parameter{Name: "newbits", Type: cty.Number},
	Type:        function.StaticReturnType(cty.List(cty.String)),
	Impl:        cidrSubnetsCall,
})

func cidrSubnetsCall(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := parsePrefix(args[0])
	if err != nil {
		return cty.NilVal, err
	}
	if len(args) == 1 {
		return cty.ListValEmpty(cty.String), nil
	}
	next := new(big.Int) // first free address, as an offset from the start
	end := new(big.Int).Lsh(big.NewInt(1), uint(prefix.Addr().BitLen()-prefix.Bits()))
	var parts []cty.Value
	for i, arg := range args[1:] {
		bits, err := longer(prefix, arg, i+1)
		if err != nil {
			return cty.NilVal, err
		}
		size := new(big.Int).Lsh(big.NewInt(1), uint(prefix.Addr().BitLen()-bits))
		// Round up to a multiple of the part's size.
		next.Add(next, size).Sub(next, big.NewInt(1)).Div(next, size).Mul(next, size)
		if new(big.Int).Add(next, size).Cmp(end) > 0 {
			return cty.NilVal, function.NewArgErrorf(i+1, "%s has no room left for a subnet of length /%d", prefix, bits)
		}
		parts = append(parts, cty.StringVal(netip.PrefixFrom(offset(prefix.Addr(), next), bits).String()))
		next.Add(next, size)
	}
	return cty.ListVal(parts), nil
}

// cidrContains reports whether a range contains an address or another range.
var cidrContains = function.New(&function.Spec{
	Description: "Whether a range contains an address or another range.",
	Params:      []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "address", Type: cty.String}},
	Type:        function.StaticReturnType(cty.Bool),
	Impl:        cidrContainsCall,
})

func cidrContainsCall(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := parsePrefix(args[0])
	if err != nil {
		return cty.NilVal, err
	}
	if inner, err := netip.ParsePrefix(args[1].AsString()); err == nil {
		return cty.BoolVal(inner.Bits() >= prefix.Bits() && prefix.Contains(inner.Addr())), nil
	}
	addr, err := netip.ParseAddr(args[1].AsString())
	if err != nil {
		return cty.NilVal, function.NewArgErrorf(1, "%s is neither an address nor a range", strconv.Quote(args[1].AsString()))
	}
	return cty.BoolVal(prefix.Contains(addr)), nil
}

func parsePrefix(v cty.Value) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(v.AsString())
	if err != nil {
		return netip.Prefix{}, function.NewArgErrorf(0, "%s is not a range such as \"10.0.0.0/16\"", strconv.Quote(v.AsString()))
	}
	return prefix.Masked(), nil
}

// longer is the prefix length of a subnet.
func longer(prefix netip.Prefix, v cty.Value, arg int) (int, error) {
	newbits, err := integer(v, arg)
	if err != nil {
		return 0, err
	}
	room := int64(prefix.Addr().BitLen() - prefix.Bits())
	if newbits.Sign() < 0 || !newbits.IsInt64() || newbits.Int64() > room {
		return 0, function.NewArgErrorf(arg, "%s can be made longer by 0 to %d bits", prefix, room)
	}
	return prefix.Bits() + int(newbits.Int64()), nil
}

func integer(v cty.Value, arg int) (*big.Int, error) {
	v, err := convert.Convert(v, cty.Number)
	if err != nil {
		return nil, function.NewArgError(arg, err)
	}
	if !sensible(v) || !whole(v) {
		return nil, function.NewArgErrorf(arg, "must be an integer")
	}
	n, _ := v.AsBigFloat().Int(nil)
	return n, nil
}

// offset adds a number to an address, within its family.
func offset(addr netip.Addr, n *big.Int) netip.Addr {
	raw := addr.AsSlice()
	new(big.Int).Add(new(big.Int).SetBytes(raw), n).FillBytes(raw)
	sum, _ := netip.AddrFromSlice(raw)
	return sum
}
