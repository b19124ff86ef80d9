package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
)

const (
	kubernetes = "k8s.io/kubernetes/"
	pflagPath  = "github.com/spf13/pflag"
)

// Flag is a flag of one release of a component.
type Flag struct {
	Component, Name, Type string
	Deprecated            string   // upstream's deprecation message; "" if it is not deprecated
	Valid                 []string // the only values it accepts; nil if only its type matters
}

// Field is a field of a configuration file: its path, with [] after a list and {} after a map.
type Field struct{ Kind, Path, Type string }

// component is where a component's flags are registered.
type component struct {
	name, path string
	// functions that register its flags; a method has its type before a dot, a question mark precedes one that some releases lack
	functions []string
}

var components = []component{
	{"kube-apiserver", kubernetes + "cmd/kube-apiserver/app/options", []string{"ServerRunOptions.Flags", "?AddCustomGlobalFlags"}},
	{"kube-controller-manager", kubernetes + "cmd/kube-controller-manager/app/options", []string{"KubeControllerManagerOptions.Flags"}},
	{"kube-scheduler", kubernetes + "cmd/kube-scheduler/app/options", []string{"Options.initFlags"}},
	{"kubelet", kubernetes + "cmd/kubelet/app/options", []string{"KubeletFlags.AddFlags", "AddKubeletConfigFlags", "AddGlobalFlags"}},
	{"kube-proxy", kubernetes + "cmd/kube-proxy/app", []string{"Options.AddFlags"}},
}

// configurations are the files whose fields are listed.
var configurations = map[string]string{
	"KubeletConfiguration":   "k8s.io/kubelet/config/v1beta1",
	"KubeProxyConfiguration": "k8s.io/kube-proxy/config/v1alpha1",
}

// registering maps the methods of a flag set that add a flag, by their names before Var, VarP, or P, to the flag's type.
var registering = map[string]string{
	"Bool": "bool", "Int": "int", "Int8": "int8", "Int16": "int16", "Int32": "int32", "Int64": "int64", "Uint": "uint", "Uint8": "uint8",
	"Uint16": "uint16", "Uint32": "uint32",
	"Uint64": "uint64", "Float32": "float32", "Float64": "float64", "Duration": "duration", "String": "string",
	"StringSlice": "stringSlice", "StringArray": "stringArray",
	"IP": "ip", "IPNet": "ipNet", "IPSlice": "ipSlice", "IntSlice": "intSlice", "Int32Slice": "int32Slice",
	"StringToString": "stringToString", "StringToInt": "stringToInt",
	"IPMask": "ipMask", "BoolSlice": "boolSlice", "DurationSlice": "durationSlice", "Count": "count", "Text": "text",
}

// reader follows the calls that register flags.
type reader struct {
	*tree
	globals map[string]global // flags of the process, which libraries register at initialization
	flags   map[string]*Flag
	visited map[string]bool
	unknown []string // places that register a flag whose name could not be determined
	now     string   // component
}

// global is a flag of the process: its type, and the package that registers it.
type global struct{ typ, path string }

// scope holds the known string values of a call's variables.
type scope map[types.Object][]string

// flagsOf reads the flags of every component.
func flagsOf(t *tree) ([]Flag, error) {
	var all []Flag
	globals := t.globals()
	for _, c := range components {
		r := &reader{tree: t, globals: globals, flags: map[string]*Flag{}, visited: map[string]bool{}, now: c.name}
		functions := c.functions
		for _, name := range functions {
			if name, optional := strings.CutPrefix(name, "?"); optional && !t.has(c.path, name) {
				continue
			}
			f, err := t.function(c.path, strings.TrimPrefix(name, "?"))
			if err != nil {
				return nil, err
			}
			r.follow(f, nil)
		}
		r.add("help", "bool")
		r.add("version", "version")
		if c.name == "kube-proxy" { // it includes the flags of the process
			within := t.closure(c.path)
			for _, name := range sortedKeys(globals) {
				if within[globals[name].path] {
					r.add(name, globals[name].typ)
				}
			}
		}
		if len(r.unknown) > 0 {
			return nil, fmt.Errorf("%s: flags whose names cannot be read:\n  %s", c.name, strings.Join(r.unknown, "\n  "))
		}
		for _, name := range sortedKeys(r.flags) {
			all = append(all, *r.flags[name])
		}
	}
	return all, nil
}

// closure returns a package's transitive imports, including itself.
func (t *tree) closure(path string) map[string]bool {
	found := map[string]bool{path: true}
	for queue := []*types.Package{t.packages[path].types}; len(queue) > 0; queue = queue[1:] {
		for _, i := range queue[0].Imports() {
			if !found[i.Path()] {
				found[i.Path()] = true
				queue = append(queue, i)
			}
		}
	}
	return found
}

func (r *reader) add(name, typ string) {
	name = strings.ReplaceAll(name, "_", "-")
	if r.flags[name] == nil {
		r.flags[name] = &Flag{Component: r.now, Name: name, Type: typ}
	}
}

// globals returns the flags that packages add to the process's flag set at initialization: var x = flag.Bool("name", …).
func (t *tree) globals() map[string]global {
	all := map[string]global{}
	for _, s := range t.packages {
		for _, file := range s.files {
			local := ""
			for _, i := range file.Imports {
				if i.Path.Value == `"flag"` {
					local = "flag"
					if i.Name != nil {
						local = i.Name.Name
					}
				}
			}
			if local == "" {
				continue
			}
			for _, d := range file.Decls {
				if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
					ast.Inspect(g, func(n ast.Node) bool {
						if call, ok := n.(*ast.CallExpr); ok {
							if sel, ok := call.Fun.(*ast.SelectorExpr); ok && len(call.Args) > 1 {
								x, isIdent := sel.X.(*ast.Ident)
								typ := registering[sel.Sel.Name]
								if isIdent && x.Name == local && typ != "" {
									if name, ok := s.text(t, call.Args[0], nil); ok {
										all[name] = global{typ, s.path}
									}
								}
							}
						}
						return true
					})
				}
			}
		}
	}
	return all
}

// text evaluates an expression that is a string known without running the program.
func (s *source) text(t *tree, e ast.Expr, known scope) (string, bool) {
	texts, ok := s.texts(t, e, known)
	if !ok || len(texts) != 1 {
		return "", false
	}
	return texts[0], true
}

// texts evaluates an expression that is a known string, or a list of them.
func (s *source) texts(t *tree, e ast.Expr, known scope) ([]string, bool) {
	if s.info != nil {
		if v := s.info.Types[e].Value; v != nil && v.Kind() == constant.String {
			return []string{constant.StringVal(v)}, true
		}
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return []string{constant.StringVal(constant.MakeFromLiteral(e.Value, e.Kind, 0))}, true
		}
	case *ast.ParenExpr:
		return s.texts(t, e.X, known)
	case *ast.Ident:
		if s.info != nil {
			v, ok := known[s.info.Uses[e]]
			return v, ok
		}
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && s.info == nil { // a constant of another package
			for _, i := range s.types.Imports() {
				if i.Name() == x.Name {
					if c, ok := i.Scope().Lookup(e.Sel.Name).(*types.Const); ok && c.Val().Kind() == constant.String {
						return []string{constant.StringVal(c.Val())}, true
					}
				}
			}
		}
	case *ast.BinaryExpr:
		a, okA := s.text(t, e.X, known)
		b, okB := s.text(t, e.Y, known)
		return []string{a + b}, e.Op == token.ADD && okA && okB
	case *ast.CompositeLit:
		var all []string
		for _, element := range e.Elts {
			one, ok := s.text(t, element, known)
			if !ok {
				return nil, false
			}
			all = append(all, one)
		}
		return all, true
	case *ast.CallExpr:
		if len(e.Args) == 1 && s.info != nil && s.info.Types[e.Fun].IsType() {
			return s.texts(t, e.Args[0], known)
		}
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok && s.info != nil {
			if f, ok := s.info.Uses[sel.Sel].(*types.Func); ok && f.FullName() == "fmt.Sprintf" {
				return s.formatted(t, e.Args, known)
			}
		}
	}
	return nil, false
}

// formatted evaluates a call of fmt.Sprintf with known strings.
func (s *source) formatted(t *tree, arguments []ast.Expr, known scope) ([]string, bool) {
	var parts []any
	for _, a := range arguments {
		part, ok := s.text(t, a, known)
		if !ok {
			return nil, false
		}
		parts = append(parts, part)
	}
	return []string{fmt.Sprintf(parts[0].(string), parts[1:]...)}, true
}

// follow reads a function's body with the known values of its parameters.
func (r *reader) follow(f *types.Func, arguments [][]string) {
	b, ok := r.bodies[f.Origin()]
	if !ok || b.in.info == nil {
		return
	}
	key := f.FullName() + fmt.Sprint(arguments)
	if r.visited[key] {
		return
	}
	r.visited[key] = true
	known := scope{}
	i := 0
	for _, field := range b.decl.Type.Params.List {
		for _, name := range field.Names {
			if i < len(arguments) && arguments[i] != nil {
				known[b.in.info.Defs[name]] = arguments[i]
			}
			i++
		}
		if len(field.Names) == 0 {
			i++
		}
	}
	r.walk(b.in, b.decl.Body, known)
}

// walk reads statements in order.
func (r *reader) walk(s *source, n ast.Node, known scope) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 && len(n.Rhs) == 1 {
				if id, ok := n.Lhs[0].(*ast.Ident); ok {
					object := s.info.Defs[id]
					if object == nil {
						object = s.info.Uses[id]
					}
					if texts, ok := s.texts(r.tree, n.Rhs[0], known); ok && object != nil {
						known[object] = texts
					}
				}
			}
		case *ast.RangeStmt:
			texts, ok := s.texts(r.tree, n.X, known)
			id, isIdent := n.Value.(*ast.Ident)
			if ok && isIdent {
				for _, text := range texts {
					known[s.info.Defs[id]] = []string{text}
					r.walk(s, n.Body, known)
				}
				return false
			}
		case *ast.CallExpr:
			return r.call(s, n, known)
		}
		return true
	})
}

// call reads one call. It returns whether to walk its arguments.
func (r *reader) call(s *source, call *ast.CallExpr, known scope) bool {
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		id = f.Sel
	case *ast.Ident:
		id = f
	default:
		return true
	}
	f, ok := s.info.Uses[id].(*types.Func)
	if !ok {
		return true
	}
	signature := f.Type().(*types.Signature)
	if signature.Recv() != nil && flagSet(signature.Recv().Type()) {
		r.register(s, call, f.Name(), known)
		return true
	}
	var arguments [][]string
	for _, a := range call.Args {
		texts, _ := s.texts(r.tree, a, known)
		arguments = append(arguments, texts)
	}
	switch f.FullName() {
	case "k8s.io/component-base/cli/globalflag.Register", kubernetes + "cmd/kubelet/app/options.register":
		if name := slices.Concat(arguments...); len(name) == 1 && r.globals[name[0]].typ != "" {
			r.add(name[0], r.globals[name[0]].typ)
		} else {
			r.fail(s, call)
		}
		return true
	case kubernetes + "cmd/kubelet/app/options.registerDeprecated":
		if name := slices.Concat(arguments...); len(name) == 2 && r.globals[name[0]].typ != "" {
			r.add(name[0], r.globals[name[0]].typ)
			r.flags[strings.ReplaceAll(name[0], "_", "-")].Deprecated = name[1]
		} else {
			r.fail(s, call)
		}
		return true
	case "k8s.io/component-base/logs.AddFlags":
		return true // with its option it adds only the logging configuration's flags
	}
	if !takesFlags(signature) {
		return true
	}
	if recv := signature.Recv(); recv != nil && types.IsInterface(recv.Type()) {
		for _, m := range implementations(f) {
			r.follow(m, arguments)
		}
		return true
	}
	r.follow(f, arguments)
	return true
}

// implementations returns the methods in the interface's own package that implement one of its methods.
func implementations(f *types.Func) []*types.Func {
	i, ok := f.Type().(*types.Signature).Recv().Type().Underlying().(*types.Interface)
	if !ok || f.Pkg() == nil {
		return nil
	}
	var all []*types.Func
	for _, name := range f.Pkg().Scope().Names() {
		named, ok := f.Pkg().Scope().Lookup(name).(*types.TypeName)
		if !ok || types.IsInterface(named.Type()) || !types.Implements(types.NewPointer(named.Type()), i) {
			continue
		}
		if m, _, _ := types.LookupFieldOrMethod(types.NewPointer(named.Type()), true, f.Pkg(), f.Name()); m != nil {
			all = append(all, m.(*types.Func))
		}
	}
	return all
}

// takesFlags reports whether a function can register flags for its caller.
func takesFlags(s *types.Signature) bool {
	for p := range s.Params().Variables() {
		if flagSet(p.Type()) {
			return true
		}
	}
	return false
}

// flagSet reports whether a type is a flag set, or an interface of one.
func flagSet(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return false
	}
	switch name := named.Obj().Name(); {
	case named.Obj().Pkg() == nil:
		return false
	case name == "FlagSet" && (named.Obj().Pkg().Path() == pflagPath || named.Obj().Pkg().Path() == "flag"):
		return true
	case name == "NamedFlagSets", name == "flagSet" && types.IsInterface(named):
		return true
	}
	return false
}

// register reads a call of a flag set's method.
func (r *reader) register(s *source, call *ast.CallExpr, method string, known scope) {
	argument := func(i int) (string, bool) {
		if i >= len(call.Args) {
			return "", false
		}
		return s.text(r.tree, call.Args[i], known)
	}
	if method == "MarkDeprecated" {
		name, ok := argument(0)
		why, _ := argument(1)
		if f := r.flags[strings.ReplaceAll(name, "_", "-")]; ok && f != nil {
			f.Deprecated = why
		} else {
			r.fail(s, call)
		}
		return
	}
	if method == "AddFlag" || method == "AddGoFlag" || method == "AddGoFlagSet" {
		return // a flag registered elsewhere, and read there
	}
	at := 1
	kind, isVar := strings.CutSuffix(strings.TrimSuffix(method, "P"), "Var")
	if !isVar {
		at = 0
	}
	typ, ok := registering[kind]
	switch {
	case method == "Var" || method == "VarP" || method == "VarPF":
		typ = r.typeOf(s, call.Args[0])
		at = 1
	case !ok || method == kind && kind == "IP" && len(call.Args) < 2:
		return
	}
	name, ok := argument(at)
	if !ok {
		r.fail(s, call)
		return
	}
	r.add(name, typ)
}

func (r *reader) fail(s *source, call *ast.CallExpr) {
	r.unknown = append(r.unknown, r.fset.Position(call.Pos()).String())
}

// typeOf returns the result of the Type method of a flag's value.
func (r *reader) typeOf(s *source, e ast.Expr) string {
	t := s.info.Types[e].Type
	if t == nil {
		return "?"
	}
	if types.IsInterface(t) { // a constructor that returns an interface
		if call, ok := e.(*ast.CallExpr); ok {
			if concrete := r.returned(s, call); concrete != nil {
				t = concrete
			}
		}
	}
	object, _, _ := types.LookupFieldOrMethod(t, true, nil, "Type")
	f, ok := object.(*types.Func)
	if !ok {
		return "?"
	}
	b, ok := r.bodies[f.Origin()]
	if !ok {
		return "?"
	}
	typ := "?"
	ast.Inspect(b.decl.Body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
			if text, ok := b.in.text(r.tree, ret.Results[0], nil); ok {
				typ = text
			}
		}
		return true
	})
	return typ
}

// returned is the concrete type of a constructor's result.
func (r *reader) returned(s *source, call *ast.CallExpr) types.Type {
	var id *ast.Ident
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		id = f.Sel
	case *ast.Ident:
		id = f
	}
	f, ok := s.info.Uses[id].(*types.Func)
	if !ok {
		return nil
	}
	b, ok := r.bodies[f.Origin()]
	if !ok || b.in.info == nil {
		return nil
	}
	var t types.Type
	ast.Inspect(b.decl.Body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
			t = b.in.info.Types[ret.Results[0]].Type
		}
		return true
	})
	return t
}

// fieldsOf lists the fields of the configuration files.
func fieldsOf(t *tree) ([]Field, error) {
	var all []Field
	for _, kind := range sortedKeys(configurations) {
		s := t.packages[configurations[kind]]
		if s == nil || s.types.Scope().Lookup(kind) == nil {
			return nil, fmt.Errorf("%s was not read", kind)
		}
		fields(s.types.Scope().Lookup(kind).Type(), "", nil, func(path, typ string) { all = append(all, Field{kind, path, typ}) })
	}
	slices.SortFunc(all, func(a, b Field) int { return strings.Compare(a.Kind+" "+a.Path, b.Kind+" "+b.Path) })
	return all, nil
}

// fields calls say for each field of a type, recursively.
func fields(t types.Type, prefix string, above []types.Type, say func(path, typ string)) {
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i := range structure.NumFields() {
		f := structure.Field(i)
		name, options, _ := strings.Cut(reflect.StructTag(structure.Tag(i)).Get("json"), ",")
		if f.Embedded() && (name == "" || strings.Contains(options, "inline")) {
			fields(f.Type(), prefix, above, say)
			continue
		}
		if !f.Exported() || name == "-" || name == "" {
			continue
		}
		of, suffix := element(f.Type())
		marshals, _, _ := types.LookupFieldOrMethod(types.NewPointer(of), true, nil, "MarshalJSON")
		_, isStruct := of.Underlying().(*types.Struct)
		plain := isStruct && marshals == nil
		say(prefix+name+suffix, kindOf(of, plain))
		if plain && !slices.Contains(above, of) {
			fields(of, prefix+name+suffix+".", append(above, of), say)
		}
	}
}

// element strips pointers, lists, and maps from a type.
func element(t types.Type) (types.Type, string) {
	suffix := ""
	for {
		switch u := types.Unalias(t).Underlying().(type) {
		case *types.Pointer:
			t = u.Elem()
		case *types.Map:
			t, suffix = u.Elem(), suffix+"{}"
		case *types.Slice:
			if basic, ok := u.Elem().Underlying().(*types.Basic); ok && basic.Kind() == types.Uint8 {
				return t, suffix
			}
			t, suffix = u.Elem(), suffix+"[]"
		default:
			return types.Unalias(t), suffix
		}
	}
}

// kindOf names a type's JSON form.
func kindOf(t types.Type, plain bool) string {
	name := ""
	if n, ok := t.(*types.Named); ok {
		name = n.Obj().Name()
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Name()
	case *types.Slice:
		return "bytes"
	case *types.Struct:
		switch {
		case name == "Duration" || name == "Quantity":
			return strings.ToLower(name)
		case plain:
			return "object"
		}
	}
	return "any"
}
