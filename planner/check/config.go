package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/flags"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	kubeletKind     = "KubeletConfiguration"
	kubeProxyKind   = "KubeProxyConfiguration"
	kubeProxyFields = "https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/"
)

// ownedFields are fields of configuration files that the design determines, with the argument that sets them; "" if there is none.
var ownedFields = map[string]map[string]string{
	kubeletKind: {
		"apiVersion": "", "kind": "", "cgroupDriver": "cluster.kubelet.cgroup_driver", "failSwapOn": "cluster.kubelet.fail_swap_on",
		"maxPods": "cluster.kubelet.max_pods", "serverTLSBootstrap": "cluster.kubelet.server_tls_bootstrap",
		"featureGates": "cluster.feature_gates",
		"clusterDNS":   "network.service_subnets", "clusterDomain": "network.dns_domain", "containerRuntimeEndpoint": "container_runtime",
		"staticPodPath": "", "registerWithTaints": "node.taint", "podCIDR": "network.pod_subnets", "providerID": "", "volumePluginDir": "",
		"authentication.x509.clientCAFile": "", "rotateCertificates": "",
	},
	kubeProxyKind: {
		"apiVersion": "", "kind": "", "mode": "network.kube_proxy.mode", "clusterCIDR": "network.pod_subnets",
		"ipvs.strictARP": "network.kube_proxy.strict_arp",
		"featureGates":   "cluster.feature_gates", "hostnameOverride": "", "clientConnection.kubeconfig": "",
	},
}

// configuration is a map of fields that the author wrote, and the minor whose table of fields applies.
type configuration struct {
	kind   string
	object *spec.Object
	minor  int
}

// configurations lists the field maps in a plan.
func configurations(p *plan.Plan) []configuration {
	if !ours(p) {
		return nil
	}
	minor := p.Cluster.Version.Minor
	all := []configuration{{kubeletKind, p.Cluster.Kubelet.Config, minor}, {kubeProxyKind, p.Network.KubeProxy.Config, minor}}
	for _, object := range kubeletFieldsOf(p) {
		all = append(all, configuration{kubeletKind, object, minor})
	}
	return slices.DeleteFunc(all, func(c configuration) bool { return c.object == nil })
}

// leaf is a value inside a configuration.
type leaf struct {
	path  spec.Path
	value any
}

// name is the path in the usual notation.
func (l leaf) name() string {
	var b strings.Builder
	for i, step := range l.path {
		_, err := strconv.Atoi(step)
		switch {
		case err == nil:
			fmt.Fprintf(&b, "[%s]", step)
		case strings.Contains(step, "."):
			fmt.Fprintf(&b, "[%q]", step)
		case i > 0:
			b.WriteString("." + step)
		default:
			b.WriteString(step)
		}
	}
	return b.String()
}

// leaves lists all values, containers before their contents, in key order.
func (c configuration) leaves() []leaf {
	var all []leaf
	var walk func(path spec.Path, v any)
	walk = func(path spec.Path, v any) {
		if len(path) > 0 {
			all = append(all, leaf{path, v})
		}
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(append(slices.Clone(path), key), v[key])
			}
		case []any:
			for i, inner := range v {
				walk(append(slices.Clone(path), strconv.Itoa(i)), inner)
			}
		}
	}
	walk(nil, c.object.Value)
	return all
}

// dotted is the path in the notation of ownedFields.
func (l leaf) dotted() string { return strings.Join(l.path, ".") }

var configRules = []Rule{
	{rule.Rule{
		ID: "component-config-unknown", Severity: rule.Error, Title: "Unknown configuration field", Permanent: true,
		Doc: "The kubelet and kube-proxy read their configuration strictly: with a field that this minor does not have, they do not " +
			"start on any node.",
		Fix:     "Correct the name, or remove the field.",
		Sources: []string{kubeletFields, kubeProxyFields},
	}, componentConfigUnknown},
	{rule.Rule{
		ID: "component-config-value", Severity: rule.Error, Title: "Invalid configuration value", Permanent: true,
		Doc:     "The kubelet and kube-proxy do not start if a value does not have the field's type. All nodes get the same file.",
		Fix:     "Write a value of the field's type, which the finding names.",
		Sources: []string{kubeletFields, kubeProxyFields},
	}, componentConfigValue},
	{rule.Rule{
		ID: "component-config-owned", Severity: rule.Error, Title: "Field that the plan decides", Permanent: true,
		Doc: "The field follows from the design, and other files contain the same value. A different value in `config` would apply on " +
			"the nodes only.",
		Fix:     "Remove it, and use the argument that the finding names.",
		Sources: []string{kubeletFields, kubeProxyFields},
	}, componentConfigOwned},
	{rule.Rule{
		ID: "component-config-twice", Severity: rule.Error, Title: "Setting written as a field and as a flag", Permanent: true,
		Doc: "A kubelet flag overrides the field of its configuration. Only one of the two values applies, and readers may believe the " +
			"other.",
		Fix:     "Keep the field in `config`, and remove the flag from `extra_args`.",
		Sources: []string{"https://kubernetes.io/docs/tasks/administer-cluster/kubelet-config-file/"},
	}, componentConfigTwice},
	{rule.Rule{
		ID: "component-config-insecure", Severity: rule.Error, Title: "Insecure kubelet setting",
		Doc: "The field turns off authentication or authorization for the kubelet's port: anyone who reaches the port controls every " +
			"pod on the host.",
		Fix: "Remove it.",
		Sources: []string{"https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/",
			"https://www.cisecurity.org/benchmark/kubernetes"},
	}, componentConfigInsecure},
	{rule.Rule{
		ID: "component-config-unread", Severity: rule.Warning, Title: "Configuration without kube-proxy",
		Doc:     "With `mode = \"none\"`, the cluster has no kube-proxy, and its configuration has no effect.",
		Fix:     "Remove `config`, or choose a mode.",
		Sources: []string{kubeProxyFields},
	}, componentConfigUnread},
}

func componentConfigUnknown(p *plan.Plan) []Finding {
	return configFindings(p, func(c configuration, l leaf) (hcl.Range, string) {
		return c.object.Key(l.path), c.unknown(l)
	})
}

func componentConfigValue(p *plan.Plan) []Finding {
	return configFindings(p, func(c configuration, l leaf) (hcl.Range, string) {
		return c.object.At(l.path), cmp.Or(c.mistyped(l), c.refused(l))
	})
}

func componentConfigOwned(p *plan.Plan) []Finding {
	return configFindings(p, func(c configuration, l leaf) (hcl.Range, string) {
		instead, ok := ownedFields[c.kind][l.dotted()]
		switch {
		case !ok:
			return hcl.Range{}, ""
		case instead == "":
			return c.object.Key(l.path), fmt.Sprintf("%s of %s follows from the design. Remove it.", l.dotted(), c.kind)
		}
		return c.object.Key(l.path), fmt.Sprintf("%s of %s follows from %s. Write that, and remove the field.", l.dotted(),
			c.kind, instead)
	})
}

func componentConfigTwice(p *plan.Plan) []Finding {
	var findings []Finding
	config := p.Cluster.Kubelet.Config
	if config == nil || !ours(p) {
		return nil
	}
	for _, c := range commandLines(p) {
		if c.component != "kubelet" {
			continue
		}
		for _, a := range c.args {
			path, ok := flags.FieldOf(kubeletKind, a.Name, p.Cluster.Version.Minor)
			if top, _, _ := strings.Cut(path, "."); !ok || config.Value[top] == nil || top != path {
				continue
			}
			findings = append(findings, one(c.key(a.Name), "--%s and the field %s of cluster.kubelet.config are the same setting, "+
				"and the flag wins. Remove the flag.", a.Name, path)...)
		}
	}
	return findings
}

func componentConfigInsecure(p *plan.Plan) []Finding {
	return configFindings(p, func(c configuration, l leaf) (hcl.Range, string) {
		why := ""
		switch name := l.dotted(); {
		case c.kind != kubeletKind:
		case name == "authentication.anonymous.enabled" && l.value == true:
			why = "lets anyone run commands in every pod on the host"
		case name == "authorization.mode" && l.value == "AlwaysAllow":
			why = "lets anyone with any certificate run commands in every pod on the host"
		case name == "readOnlyPort" && l.value != int64(0):
			why = "shows all pods and their environment to the network"
		}
		if why == "" {
			return hcl.Range{}, ""
		}
		return c.object.At(l.path), fmt.Sprintf("%s = %v of %s %s. Remove it.", l.dotted(), l.value, c.kind, why)
	})
}

func componentConfigUnread(p *plan.Plan) []Finding {
	if k := p.Network.KubeProxy; k.Config != nil && k.Mode == plan.ProxyNone {
		return one(k.Attr("config"), "There is no kube-proxy, so its configuration has no effect. Remove config, or choose a mode.")
	}
	return nil
}

// configFindings returns one finding for each value that judge rejects.
func configFindings(p *plan.Plan, judge func(configuration, leaf) (hcl.Range, string)) []Finding {
	var findings []Finding
	for _, c := range configurations(p) {
		for _, l := range c.leaves() {
			if at, detail := judge(c, l); detail != "" {
				findings = append(findings, Finding{At: at, Detail: detail})
			}
		}
	}
	return findings
}

// slot is a table entry for a place in a configuration.
type slot struct {
	rest string // the rest of the field's path: [] for a list, {} for a map
	path string // the field's path, with its [] and {}
	kind string // the type of the value, if there is no rest
}

// slots returns the table entry at a path in a minor. other is the nearest minor that has one, 0 if none does; ok is false if this minor
// has none, or if an enclosing value has the wrong type.
func (c configuration) slots(path spec.Path, minor int) (s slot, ok bool) {
	at := slot{kind: "object"}
	for _, step := range path {
		switch {
		case strings.HasPrefix(at.rest, "[]"), strings.HasPrefix(at.rest, "{}"):
			at.rest = at.rest[2:]
			continue
		case at.kind == "any":
			return slot{kind: "any"}, true
		case at.kind != "object":
			return slot{}, false
		}
		prefix := at.path
		if prefix != "" {
			prefix += "."
		}
		found := false
		for _, f := range flags.Fields(c.kind) {
			own, under := strings.CutPrefix(f.Path, prefix)
			if name := strings.TrimRight(own, "[]{}"); under && name == step && f.Since <= minor && minor <= f.Last {
				at, found = slot{own[len(name):], f.Path, f.Type}, true
				break
			}
		}
		if !found {
			return slot{}, false
		}
	}
	return at, true
}

// unknown says why a field does not exist, "" if it does, or if an enclosing value is already wrong.
func (c configuration) unknown(l leaf) string {
	if !flags.Covers("kubelet", c.minor) {
		return ""
	}
	around := l.path[:len(l.path)-1]
	parent, ok := c.slots(around, c.minor)
	if !ok || parent.rest != "" || parent.kind != "object" {
		return ""
	}
	if _, ok := c.slots(l.path, c.minor); ok {
		return ""
	}
	for distance := 1; distance <= flags.NewestKubernetes-flags.OldestKubernetes; distance++ {
		for _, minor := range []int{c.minor - distance, c.minor + distance} {
			if _, there := c.slots(l.path, minor); there && flags.Covers("kubelet", minor) {
				if minor > c.minor {
					return fmt.Sprintf("%s was added to %s in Kubernetes 1.%d, and the component of 1.%d does not start with it. Remove "+
						"it.",
						l.name(), c.kind, minor, c.minor)
				}
				return fmt.Sprintf("%s has had no field %s since Kubernetes 1.%d, and the component does not start with it. Remove "+
					"it.", c.kind,
					l.name(), minor+1)
			}
		}
	}
	where := ""
	if len(around) > 0 {
		where = leaf{path: around}.name() + " of "
	}
	word := l.path[len(l.path)-1]
	meant := spelling.DidYouMean(word, c.names(parent.path))
	if _, isFlag := flags.Find("kubelet", word, c.minor); isFlag && c.kind == kubeletKind {
		if path, ok := flags.FieldOf(c.kind, word, c.minor); ok {
			meant = fmt.Sprintf(" Did you mean %q?", path)
		} else {
			meant = " It is a flag: write it in extra_args."
		}
	}
	return fmt.Sprintf("%s%s of Kubernetes 1.%d has no field %q, and the component does not start with it.%s", where, c.kind, c.minor, word,
		cmp.Or(meant, " Remove it."))
}

// names returns the fields of the object at a path.
func (c configuration) names(path string) []string {
	if path != "" {
		path += "."
	}
	var names []string
	for _, f := range flags.Fields(c.kind) {
		if own, under := strings.CutPrefix(f.Path, path); under && !strings.Contains(own, ".") && f.Since <= c.minor && c.minor <= f.Last {
			names = append(names, strings.TrimRight(own, "[]{}"))
		}
	}
	return names
}

// mistyped says why a value has the wrong type for its field, "" if it has not.
func (c configuration) mistyped(l leaf) string {
	if !flags.Covers("kubelet", c.minor) {
		return ""
	}
	s, ok := c.slots(l.path, c.minor)
	if !ok {
		return ""
	}
	wants := func(what string) string {
		data, err := json.Marshal(l.value)
		if err != nil {
			panic(err) // texts, numbers, lists, and maps can always be encoded
		}
		return fmt.Sprintf("%s of %s is %s. The field takes %s.", l.name(), c.kind, spelling.Excerpt(string(data)), what)
	}
	_, list := l.value.([]any)
	_, object := l.value.(map[string]any)
	text, isText := l.value.(string)
	n, isInteger := l.value.(int64)
	switch {
	case strings.HasPrefix(s.rest, "[]"):
		if !list {
			return wants("a list")
		}
		return ""
	case strings.HasPrefix(s.rest, "{}"):
		if !object {
			return wants("a map")
		}
		return ""
	}
	switch s.kind {
	case "any":
	case "object":
		if !object {
			return wants("a map")
		}
	case "bool":
		if _, ok := l.value.(bool); !ok {
			return wants("true or false, without quotes")
		}
	case "int32":
		if !isInteger || n < math.MinInt32 || n > math.MaxInt32 {
			return wants("a 32-bit integer, without quotes")
		}
	case "int64":
		if !isInteger {
			return wants("an integer, without quotes")
		}
	case "uint32":
		if !isInteger || n < 0 || n > math.MaxUint32 {
			return wants("an integer that is not negative, without quotes")
		}
	case "float32", "float64":
		if _, fraction := l.value.(float64); !isInteger && !fraction {
			return wants("a number, without quotes")
		}
	case "duration":
		if !isText || durationProblem(text) != "" {
			return wants(`a duration such as "5m" or "1h30m"`)
		}
	case "quantity":
		if !isInteger && (!isText || !quantityPattern.MatchString(text)) {
			return wants(`an amount such as "500m" or "1Gi"`)
		}
	case "string":
		if !isText {
			return wants("a string in quotes")
		}
		return c.misworded(l, text)
	}
	return ""
}

// misworded checks a text against the only values that the kubelet accepts for the field or its flag.
func (c configuration) misworded(l leaf, text string) string {
	if c.kind != kubeletKind {
		if c.kind == kubeProxyKind && l.dotted() == "ipvs.scheduler" && !slices.Contains(ipvsSchedulers, text) {
			return fmt.Sprintf("ipvs.scheduler is %q: %s", text, unknownValue(text, ipvsSchedulers))
		}
		return ""
	}
	for _, e := range enumerations {
		path, ok := flags.FieldOf(c.kind, e.flag, c.minor)
		if ok && (e.component == "kubelet" || e.component == "kube") && path == strings.Join(trimIndexes(l.path), ".") &&
			!slices.Contains(e.values, text) && !slices.Contains(weakVersions, text) && text != "" {
			return fmt.Sprintf("%s of %s: the kubelet exits, because %s", l.name(), c.kind, unknownValue(text, e.values))
		}
	}
	if len(l.path) != 2 {
		return ""
	}
	if _, ok := c.object.Value[l.path[0]].(map[string]any); !ok {
		return "" // it has the wrong type
	}
	key, problem := l.path[1], ""
	switch l.path[0] {
	case "evictionHard", "evictionSoft":
		if problem = unknownKey(key, evictionSignals); problem == "" && !quantityPattern.MatchString(text) &&
			!percentPattern.MatchString(text) {
			problem = fmt.Sprintf("%q is neither an amount nor a percentage. Write a value such as \"500Mi\" or \"10%%\".", text)
		}
	case "evictionMinimumReclaim":
		problem = unknownKey(key, evictionSignals)
	case "evictionSoftGracePeriod":
		if problem = unknownKey(key, evictionSignals); problem == "" {
			problem = durationProblem(text)
		}
	case "systemReserved", "kubeReserved":
		if problem = unknownKey(key, reservable); problem == "" && !quantityPattern.MatchString(text) {
			problem = fmt.Sprintf("%q is not an amount. Write a value such as \"500m\" or \"1Gi\".", text)
		}
	}
	if problem == "" {
		return ""
	}
	return fmt.Sprintf("%s of %s: the kubelet exits, because %s", l.name(), c.kind, problem)
}

func unknownKey(key string, known []string) string {
	if slices.Contains(known, key) {
		return ""
	}
	return unknownValue(key, known)
}

// trimIndexes removes list positions from a path.
func trimIndexes(path spec.Path) []string {
	return slices.DeleteFunc(slices.Clone([]string(path)), func(step string) bool { _, err := strconv.Atoi(step); return err == nil })
}

// ipvsSchedulers are the kernel's IPVS schedulers. Source: https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-ipvs
var ipvsSchedulers = []string{"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "dh", "sed", "nq", "mh", "fo", "ovf"}
