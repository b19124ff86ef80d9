package check

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	patchDocs   = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/control-plane-flags/#patches"
	patchSource = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/util/patches/patches.go"
)

var patchRules = []Rule{
	{rule.Rule{
		ID: "kubeadm-patch-name", Severity: rule.Error, Title: "Patch with a name that kubeadm does not read", Permanent: true,
		Doc: "The name of a patch file determines its target and its type. kubeadm silently ignores a file with an unknown target or " +
			"extension, and fails at an unknown type.",
		Fix: "Name it target[suffix][+type].extension: a target of the Kubernetes version, strategic, merge, or json, and .yaml or " +
			".json.",
		Sources: []string{patchDocs, patchSource},
	}, kubeadmPatchName},
	{rule.Rule{
		ID: "kubeadm-patch-invalid", Severity: rule.Error, Title: "Patch that kubeadm cannot apply", Permanent: true,
		Doc: "kubeadm fails at a patch that it cannot read or apply: the host does not join, and an upgrade stops. A patch of type json " +
			"is a list of operations (RFC 6902); patches of other types are objects.",
		Fix:     "Correct the file; the finding says what is wrong.",
		Sources: []string{patchDocs, "https://datatracker.ietf.org/doc/html/rfc6902"},
	}, kubeadmPatchInvalid},
	{rule.Rule{
		ID: "kubeadm-patch-owned", Severity: rule.Error, Title: "Patch of a field that the plan decides", Permanent: true,
		Doc: "The flags, the image, and the host network of kubeadm's pods follow from the design. No other file of the tree contains " +
			"the value from a patch, and upgrades and checks ignore it. If a patch replaces a list, kubeadm's own flags are lost.",
		Fix:     "Remove it from the patch, and write the argument that the finding names.",
		Sources: []string{patchDocs, "https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/"},
	}, kubeadmPatchOwned},
	{rule.Rule{
		ID: "kubeadm-patch-unread", Severity: rule.Warning, Title: "Patch of an object that kubeadm does not create",
		Doc:     "kubeadm creates no etcd pod if etcd is external, and no kube-proxy DaemonSet with mode none: the patch has no effect.",
		Fix:     "Remove it.",
		Sources: []string{patchDocs},
	}, kubeadmPatchUnread},
}

// patched is a patch of the design, with what kubeadm reads from its name and content.
type patched struct {
	plan.Patch
	target, kind string
	documents    []any  // as returned by ParseYAML
	problem      string // why it cannot be applied, in sentences
}

// at is where the content is written.
func (p *patched) at() hcl.Range {
	if p.Has("content") {
		return p.Attr("content")
	}
	return p.Attr("source")
}

// patchesOf lists the patches whose names kubeadm accepts.
func patchesOf(p *plan.Plan) []patched {
	if p.Target.Facts.Leaves("cluster.kubeadm_patch") {
		return nil
	}
	var out []patched
	for _, f := range p.Cluster.Patches {
		target, kind, problem := plan.SplitPatchName(f.Name, p.Cluster.Version.PatchTargets())
		if problem != "" || f.Content == "" {
			continue
		}
		one := patched{Patch: f, target: target, kind: kind}
		one.read()
		out = append(out, one)
	}
	return out
}

// read splits the file as kubeadm does.
func (p *patched) read() {
	for _, text := range strings.Split("\n"+p.Content, "\n---") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		v, err := spec.ParseYAML(text)
		if err != nil {
			p.problem = "It is neither YAML nor JSON: " + strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", " ") + "."
			return
		}
		if v == nil { // only comments
			continue
		}
		p.documents = append(p.documents, v)
	}
	if len(p.documents) == 0 {
		p.problem = "It is empty. Write the change, or remove the block."
	}
	for _, d := range p.documents {
		_, object := d.(map[string]any)
		list, isList := d.([]any)
		switch {
		case p.problem != "":
		case p.kind == plan.PatchJSON && !isList:
			p.problem = "A patch of type json is a list of operations, such as " +
				"[{\"op\": \"add\", \"path\": \"/spec/priority\", \"value\": 1}]. Write one, or leave +json out of the name."
		case p.kind == plan.PatchJSON:
			p.problem = operationsProblem(list)
		case !object && isList:
			p.problem = fmt.Sprintf("A patch of type %s is an object, and this is a list. Write +json into the name if these are "+
				"operations.", p.kind)
		case !object:
			p.problem = fmt.Sprintf("A patch of type %s is an object, such as \"spec: …\". Write one.", p.kind)
		}
	}
}

// operationsProblem says what is wrong with a list of operations, "" if it is valid.
func operationsProblem(list []any) string {
	needs := map[string]string{"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from", "remove": ""}
	for i, v := range list {
		op, _ := v.(map[string]any)
		name, _ := op["op"].(string)
		path, isText := op["path"].(string)
		also, known := needs[name]
		switch {
		case op == nil:
			return fmt.Sprintf("Operation %d of the patch is not an object. Write {\"op\": …, \"path\": …}.", i+1)
		case !known:
			return fmt.Sprintf("Operation %d of the patch has the op %q. Write add, remove, replace, move, copy, or test.", i+1,
				spelling.Excerpt(name))
		case !isText || !strings.HasPrefix(path, "/"):
			return fmt.Sprintf("Operation %d of the patch has no path that begins with a slash, such as \"/spec/priority\". Write "+
				"one.", i+1)
		}
		if _, there := op[also]; also != "" && !there {
			return fmt.Sprintf("Operation %d of the patch, %s, has no %q. Write it.", i+1, name, also)
		}
	}
	return ""
}

func kubeadmPatchName(p *plan.Plan) []Finding {
	if p.Target.Facts.Leaves("cluster.kubeadm_patch") {
		return nil
	}
	var findings []Finding
	known := p.Cluster.Version.PatchTargets()
	for i, f := range p.Cluster.Patches {
		target, _, problem := plan.SplitPatchName(f.Name, known)
		for _, other := range p.Cluster.Patches[:i] {
			if _, _, bad := plan.SplitPatchName(other.Name, known); strings.EqualFold(other.Name, f.Name) && bad == "" {
				problem = fmt.Sprintf("another patch is named %q, and file systems that ignore case treat both as one file", other.Name)
			}
		}
		if problem == "" {
			continue
		}
		example := "kube-apiserver0+merge.yaml"
		if target != "" {
			example = target + "+strategic.yaml"
		}
		findings = append(findings, one(f.NameRange, "kubeadm reads no patch from a file %q: %s. Targets of Kubernetes %s are "+
			"%s. Write a name such as %q.", spelling.Excerpt(f.Name), problem, p.Cluster.Version.MinorString(),
			strings.Join(known, ", "), example)...)
	}
	return findings
}

func kubeadmPatchInvalid(p *plan.Plan) []Finding {
	var findings []Finding
	for _, f := range patchesOf(p) {
		problem := f.problem
		if problem == "" && f.kind == plan.PatchStrategic && f.target != plan.PatchKubelet {
			problem = f.unkeyed()
		}
		if problem != "" {
			findings = append(findings, one(f.at(), "kubeadm cannot apply the patch %q. %s", f.Name, problem)...)
		}
	}
	return findings
}

// keyed are lists in a pod's spec that a strategic patch merges by a key of their elements. Source: k8s.io/api core/v1 types.go,
// patchMergeKey
var keyed = map[string]string{"containers": "name", "initContainers": "name", "volumes": "name", "volumeMounts": "mountPath", "env": "name"}

// unkeyed says which list element lacks the key that a strategic patch merges it by.
func (p *patched) unkeyed() string {
	problem := ""
	walkLists(p.documents, func(list string, element map[string]any) {
		key, merged := keyed[list]
		if _, there := element[key]; merged && !there && element["$patch"] == nil && problem == "" {
			problem = fmt.Sprintf("An element of %s has no %s, the key by which kubeadm merges the list. Write it.", list, key)
		}
	})
	return problem
}

// walkLists visits the objects in lists, with the name of the list, sorted by name.
func walkLists(v any, visit func(list string, element map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			walkLists(inner, visit)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			elements, _ := v[name].([]any)
			for _, e := range elements {
				if object, ok := e.(map[string]any); ok {
					visit(name, object)
				}
			}
			walkLists(v[name], visit)
		}
	}
}

// patchArguments are the blocks that set a component's flags.
var patchArguments = map[string]string{
	"kube-apiserver": "extra_args of api_server", "kube-controller-manager": "extra_args of controller_manager",
	"kube-scheduler": "extra_args of scheduler", "etcd": "extra_args of etcd", "kubeproxydaemonset": "config of kube_proxy",
}

func kubeadmPatchOwned(p *plan.Plan) []Finding {
	var findings []Finding
	for _, f := range patchesOf(p) {
		if f.problem != "" {
			continue
		}
		said := map[string]bool{}
		for _, detail := range f.owned(p) {
			if !said[detail] {
				said[detail] = true
				findings = append(findings, one(f.at(), "The patch %q %s", f.Name, detail)...)
			}
		}
	}
	return findings
}

// owned says what a patch changes that the design determines, each as the end of a sentence that begins with the patch, and what to write
// instead.
func (p *patched) owned(design *plan.Plan) []string {
	if p.target == plan.PatchKubelet {
		return p.ownedFields()
	}
	var out []string
	judge := func(what string) {
		image := "follows from the version and from artifacts. Remove it from the patch."
		if p.target == "corednsdeployment" {
			image = "follows from artifacts. Remove it from the patch, and write dns in images of artifacts."
		}
		argument, flags := patchArguments[p.target]
		switch what {
		case "image":
			out = append(out, "changes the image, which "+image)
		case "command", "args":
			if flags {
				out = append(out,
					"changes the command line, which follows from the design. Remove it from the patch, and write "+argument+".")
			}
		case "hostNetwork":
			if p.target != "corednsdeployment" {
				out = append(out, "changes hostNetwork: the ports and addresses of the design are the host's. Remove it from the patch.")
			}
		case "replicas":
			if p.target == "corednsdeployment" && design.Network.DNS.Replicas > 0 {
				out = append(out, "changes the replicas, which follow from replicas of dns. Remove them from the patch, or from dns.")
			}
		case "containers":
			out = append(out, "replaces the list of containers, because a patch of type merge replaces lists. Write +strategic into its "+
				"name, and each container's name.")
		}
	}
	for _, d := range p.documents {
		if p.kind == plan.PatchJSON {
			operations, _ := d.([]any)
			for _, o := range operations {
				op, _ := o.(map[string]any)
				path, _ := op["path"].(string)
				if op["op"] != "test" {
					judge(ownedStep(path))
				}
			}
			continue
		}
		p.walkOwned(d, judge)
	}
	return out
}

// walkOwned reports what an object in a pod's patch names, only in kubeadm's own container because others are the author's.
func (p *patched) walkOwned(v any, judge func(string)) {
	object, _ := v.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		list, isList := object[name].([]any)
		switch {
		case name == "containers" && isList && p.kind == plan.PatchMerge:
			judge("containers")
		case name == "containers" && isList:
			for _, c := range list {
				container, _ := c.(map[string]any)
				if container["name"] == p.container() {
					p.walkOwned(container, judge)
				}
			}
		case name == "spec" || name == "template":
			p.walkOwned(object[name], judge)
		default:
			judge(name)
		}
	}
}

// container is the name of the container that kubeadm writes.
func (p *patched) container() string {
	switch p.target {
	case "corednsdeployment":
		return "coredns"
	case "kubeproxydaemonset":
		return "kube-proxy"
	}
	return p.target
}

// ownedStep is the part of a JSON pointer that says what is changed in kubeadm's own container or its pod; "" if it is the author's.
func ownedStep(path string) string {
	steps := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if at := slices.Index(steps, "containers"); at >= 0 {
		switch {
		case len(steps) == at+1:
			return "containers"
		case len(steps) > at+2 && steps[at+1] == "0":
			return steps[at+2]
		}
		return ""
	}
	return steps[len(steps)-1]
}

// ownedFields says which KubeletConfiguration fields a patch removes that the design determines. Fields that it sets are checked like a
// field of `config`.
func (p *patched) ownedFields() []string {
	var out []string
	for _, d := range p.documents {
		for _, path := range p.removed(d) {
			instead, ok := ownedFields[kubeletKind][path]
			switch {
			case !ok:
			case instead == "":
				out = append(out, "removes "+path+", which follows from the design. Remove it from the patch.")
			default:
				out = append(out, "removes "+path+", which follows from "+instead+". Remove it from the patch.")
			}
		}
	}
	return out
}

// removed returns the paths that a patch document deletes.
func (p *patched) removed(document any) []string {
	var out []string
	if operations, ok := document.([]any); ok {
		for _, o := range operations {
			op, _ := o.(map[string]any)
			path, _ := op["path"].(string)
			from, _ := op["from"].(string)
			switch op["op"] {
			case "remove":
				out = append(out, dottedPointer(path))
			case "move":
				out = append(out, dottedPointer(from), dottedPointer(path))
			case "copy":
				out = append(out, dottedPointer(path))
			}
		}
		return out
	}
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		object, _ := v.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if object[key] == nil {
				out = append(out, prefix+key)
			}
			walk(prefix+key+".", object[key])
		}
	}
	walk("", document)
	return out
}

func dottedPointer(path string) string {
	return strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", ".")
}

// kubeletFieldsOf returns the fields that patches of KubeletConfiguration set, as a map to compare with the table of fields.
func kubeletFieldsOf(p *plan.Plan) []*spec.Object {
	var out []*spec.Object
	for _, f := range patchesOf(p) {
		if f.target != plan.PatchKubelet || f.problem != "" {
			continue
		}
		for _, d := range f.documents {
			fields := map[string]any{}
			if operations, ok := d.([]any); ok {
				for _, o := range operations {
					setField(fields, o)
				}
			} else if set, ok := settled(d).(map[string]any); ok {
				fields = set
			}
			out = append(out, spec.ObjectAt(fields, f.at()))
		}
	}
	return out
}

// setField applies an operation that sets an object field to fields. Operations on lists are ignored.
func setField(fields map[string]any, operation any) {
	op, _ := operation.(map[string]any)
	path, _ := op["path"].(string)
	if op["op"] != "add" && op["op"] != "replace" {
		return
	}
	steps := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if slices.ContainsFunc(steps, func(s string) bool { return s == "-" || s == "" || s[0] >= '0' && s[0] <= '9' }) {
		return
	}
	for _, step := range steps[:len(steps)-1] {
		inner, ok := fields[step].(map[string]any)
		if !ok {
			inner = map[string]any{}
			fields[step] = inner
		}
		fields = inner
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	fields[unescape.Replace(steps[len(steps)-1])] = settled(op["value"])
}

// settled converts a YAML value to the types of the language: integers are int64. Deletions and directives of a patch are omitted.
func settled(v any) any {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
	case json.Number:
		n, _ := v.Int64()
		return n
	case []any:
		out := make([]any, 0, len(v))
		for _, inner := range v {
			out = append(out, settled(inner))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key, inner := range v {
			if inner != nil && !strings.HasPrefix(key, "$") {
				out[key] = settled(inner)
			}
		}
		return out
	}
	return v
}

func kubeadmPatchUnread(p *plan.Plan) []Finding {
	var findings []Finding
	for _, f := range patchesOf(p) {
		why := ""
		switch {
		case f.target == "etcd" && p.Etcd.IsExternal():
			why = "etcd is external, and kubeadm creates no pod for it"
		case f.target == "kubeproxydaemonset" && p.Network.KubeProxy.Mode == plan.ProxyNone:
			why = "kube-proxy is left out"
		default:
			continue
		}
		findings = append(findings, one(f.NameRange, "The patch %q has no effect: %s. Remove it.", f.Name, why)...)
	}
	return findings
}
