package check

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/k8splan/k8splan/planner/spec"
)

// Where the kubelet's managers reject their settings: after its configuration was validated, and before it registers its node. What is
// checked here was compared with 1.31.14 to 1.36.3. Read on 2026-11-30.
const (
	kubeletCPUManager    = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubelet/cm/cpumanager/cpu_manager.go"
	kubeletMemoryManager = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubelet/cm/memorymanager/memory_manager.go"
	kubeletTopology      = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubelet/cm/topologymanager/policy_options.go"
)

// cpuOption is an option of the CPU manager's static policy: the minors since which it exists, and since which its gate is on by default.
type cpuOption struct {
	name        string
	since, beta int // beta is 0 while it is alpha
}

// cpuOptions and topologyOptions: pkg/kubelet/cm/{cpumanager,topologymanager}/policy_options.go of each minor.
var cpuOptions = []cpuOption{
	{"full-pcpus-only", 31, 31}, {"distribute-cpus-across-numa", 31, 33}, {"align-by-socket", 31, 0},
	{"distribute-cpus-across-cores", 31, 0}, {"strict-cpu-reservation", 32, 33}, {"prefer-align-cpus-by-uncorecache", 32, 34},
}

// cpuOptionsApart are mutually exclusive options.
var cpuOptionsApart = [][2]string{
	{"full-pcpus-only", "distribute-cpus-across-cores"}, {"distribute-cpus-across-numa", "distribute-cpus-across-cores"},
	{"prefer-align-cpus-by-uncorecache", "distribute-cpus-across-cores"},
	{"prefer-align-cpus-by-uncorecache", "distribute-cpus-across-numa"},
}

const (
	mostNUMANodes    = "max-allowable-numa-nodes"
	leastNUMANodes   = 8
	closestNUMANodes = "prefer-closest-numa-nodes"
	staticCPUs       = "static"
	staticMemory     = "Static"
)

// cpuSetPattern matches a list of CPUs. Source: k8s.io/utils/cpuset, Parse
var cpuSetPattern = regexp.MustCompile(`^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$`)

// pairs is a setting that maps names to texts: the entries of a field, or the pairs in a flag with this separator.
func (s kubeletSetting) pairs(separator string) map[string]string {
	all := map[string]string{}
	switch v := s.value.(type) {
	case map[string]any:
		for key, value := range v {
			all[key] = fmt.Sprint(value)
		}
	case string:
		for one := range strings.SplitSeq(v, ",") {
			if key, value, ok := strings.Cut(one, separator); ok {
				all[strings.TrimSpace(key)] = strings.TrimSpace(value)
			}
		}
	}
	return all
}

// texts is a setting that is a list of strings.
func (s kubeletSetting) texts() []string {
	var all []string
	switch v := s.value.(type) {
	case []any:
		for _, one := range v {
			all = append(all, fmt.Sprint(one))
		}
	case string:
		for one := range strings.SplitSeq(v, ",") {
			if one = strings.TrimSpace(one); one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// text is the setting as a text, "" if it is not written.
func (s kubeletSetting) text() string {
	if s.value == nil {
		return ""
	}
	return fmt.Sprint(s.value)
}

// amountUnits are the suffixes of a quantity.
var amountUnits = map[string]float64{
	"": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
}

// amount parses a quantity; ok is false if it is invalid, which other rules report.
func amount(text string) (n float64, ok bool) {
	match := quantityPattern.FindStringSubmatch(text)
	if match == nil {
		return 0, false
	}
	unit, known := amountUnits[match[2]]
	number := strings.TrimSuffix(text, match[2])
	if !known { // an exponent
		unit, number = 1, text
	}
	n, err := strconv.ParseFloat(number, 64)
	return n * unit, err == nil
}

// startRefused finds settings with which the kubelet's managers exit. gates reports whether a feature gate is on.
func (k kubeletSettings) startRefused(minor int, gates func(string) bool) []Finding {
	memory := k.numaRefused()
	if len(memory) == 0 {
		memory = k.memoryRefused() // which sums up valid amounts
	}
	return slices.Concat(k.reservedRefused(), k.cpusRefused(minor, gates), k.topologyRefused(), memory, k.thresholdsRefused(),
		k.enforcedRefused(), k.wordsRefused(minor))
}

func (k kubeletSettings) reserved() []kubeletSetting {
	return []kubeletSetting{k.get("kubeReserved", "kube-reserved"), k.get("systemReserved", "system-reserved")}
}

// reservedOf is how much of a resource is reserved for the system and for Kubernetes; ok is false if it cannot be parsed.
func (k kubeletSettings) reservedOf(resource string) (sum float64, ok bool) {
	for _, s := range k.reserved() {
		if text, has := s.pairs("=")[resource]; has {
			n, good := amount(text)
			if !good {
				return 0, false
			}
			sum += n
		}
	}
	return sum, true
}

func (k kubeletSettings) reservedRefused() []Finding {
	var findings []Finding
	for _, s := range k.reserved() {
		all := s.pairs("=")
		for _, resource := range slices.Sorted(maps.Keys(all)) {
			if n, ok := amount(all[resource]); ok && n < 0 {
				findings = append(findings, one(s.at, "%s reserves %s of %s: the kubelet does not start with a negative amount.", s.name,
					all[resource], resource)...)
			}
		}
	}
	return findings
}

func (k kubeletSettings) cpusRefused(minor int, gates func(string) bool) []Finding {
	var findings []Finding
	policy := k.get("cpuManagerPolicy", "cpu-manager-policy")
	set := k.get("reservedSystemCPUs", "reserved-cpus")
	if cpus, ok := k.reservedOf("cpu"); policy.text() == staticCPUs && ok && cpus == 0 && set.text() == "" {
		findings = append(findings, one(policy.at, "%s is static, and no processor is reserved for the system: the kubelet does not "+
			"start. Write kubeReserved = { cpu = \"500m\" }, or reservedSystemCPUs.", policy.name)...)
	}
	if text := set.text(); text != "" && !cpuSetPattern.MatchString(text) {
		findings = append(findings, one(set.at, "%s is %q, which is not a list of processors: the kubelet does not start. Write a list "+
			"such as \"0,2-3\".", set.name, text)...)
	}
	for _, c := range [][2]string{{"systemReservedCgroup", "system-reserved-cgroup"}, {"kubeReservedCgroup", "kube-reserved-cgroup"}} {
		if group := k.get(c[0], c[1]); set.text() != "" && group.text() != "" {
			findings = append(findings, one(group.at, "%s and %s exclude each other: the kubelet does not start. Remove one.", group.name,
				set.name)...)
		}
	}
	options := k.get("cpuManagerPolicyOptions", "cpu-manager-policy-options")
	written := options.pairs("=")
	if len(written) > 0 && policy.text() != staticCPUs {
		return append(findings, one(options.at, "%s are only for the policy static, and cpuManagerPolicy is not static: the kubelet does "+
			"not start. Write cpuManagerPolicy = \"static\", or remove them.", options.name)...)
	}
	var on []string
	for _, name := range slices.Sorted(maps.Keys(written)) {
		var known []string
		at := slices.IndexFunc(cpuOptions, func(o cpuOption) bool { return o.name == name })
		for _, o := range cpuOptions {
			if o.since <= minor {
				known = append(known, o.name)
			}
		}
		value, err := strconv.ParseBool(written[name])
		switch {
		case !slices.Contains(known, name):
			findings = append(findings, one(options.at, "%s: the kubelet exits, %s", options.name, unknownValue(name, known))...)
		case err != nil:
			findings = append(findings, one(options.at, "%s: the kubelet exits, because %s is %q. Write \"true\" or "+
				"\"false\".", options.name, name,
				written[name])...)
		case (cpuOptions[at].beta == 0 || minor < cpuOptions[at].beta) && !gates("CPUManagerPolicyAlphaOptions"):
			findings = append(findings, one(options.at, "%s: %s is alpha in Kubernetes 1.%d, and the kubelet exits. Write "+
				"feature_gates = { CPUManagerPolicyAlphaOptions = true }, or remove it.", options.name, name, minor)...)
		}
		if value {
			on = append(on, name)
		}
	}
	for _, pair := range cpuOptionsApart {
		if slices.Contains(on, pair[0]) && slices.Contains(on, pair[1]) {
			findings = append(findings, one(options.at, "%s: %s and %s exclude each other, and the kubelet exits. Remove one.",
				options.name, pair[0], pair[1])...)
		}
	}
	if topology := k.get("topologyManagerPolicy", "topology-manager-policy"); topology.text() == "single-numa-node" &&
		slices.Contains(on, "align-by-socket") {
		findings = append(findings, one(options.at, "%s: align-by-socket and the topology policy single-numa-node exclude each other, and "+
			"the kubelet exits. Remove one.", options.name)...)
	}
	return findings
}

// topologyRefused checks the options of the topology manager, which reads them under every policy except none.
func (k kubeletSettings) topologyRefused() []Finding {
	policy := k.get("topologyManagerPolicy", "topology-manager-policy").text()
	if policy == "" || policy == "none" {
		return nil
	}
	var findings []Finding
	options := k.get("topologyManagerPolicyOptions", "topology-manager-policy-options")
	all := options.pairs("=")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		problem := ""
		switch name {
		case closestNUMANodes:
			if _, err := strconv.ParseBool(all[name]); err != nil {
				problem = fmt.Sprintf("%s is %q. Write \"true\" or \"false\".", name, all[name])
			}
		case mostNUMANodes:
			if n, err := strconv.Atoi(all[name]); err != nil || n < leastNUMANodes {
				problem = fmt.Sprintf("%s is %q. Write %d or more.", name, all[name], leastNUMANodes)
			}
		default:
			problem = unknownValue(name, []string{closestNUMANodes, mostNUMANodes})
		}
		if problem != "" {
			findings = append(findings, one(options.at, "%s: the kubelet exits, %s", options.name, problem)...)
		}
	}
	return findings
}

// memoryLimits sums up a memory reservation by resource over the NUMA nodes; ok is false if it cannot be parsed.
func memoryLimits(s kubeletSetting) (sums map[string]float64, ok bool) {
	sums = map[string]float64{}
	add := func(resource, text string) bool {
		n, good := amount(text)
		sums[resource] += n
		return good
	}
	switch v := s.value.(type) {
	case []any:
		for _, one := range v {
			entry, _ := one.(map[string]any)
			limits, _ := entry["limits"].(map[string]any)
			for resource, n := range limits {
				if !add(resource, fmt.Sprint(n)) {
					return nil, false
				}
			}
		}
	case string:
		for node := range strings.SplitSeq(v, ";") {
			_, limits, _ := strings.Cut(node, ":")
			for one := range strings.SplitSeq(limits, ",") {
				resource, n, _ := strings.Cut(one, "=")
				if !add(strings.TrimSpace(resource), strings.TrimSpace(n)) {
					return nil, false
				}
			}
		}
	}
	return sums, true
}

// numaLimit is the amount of a resource that is reserved on a NUMA node.
type numaLimit struct{ node, resource, amount string }

// numaLimits lists the amounts of a memory reservation in written order; those of a map are sorted by name.
func numaLimits(s kubeletSetting) []numaLimit {
	var all []numaLimit
	switch v := s.value.(type) {
	case []any:
		for _, one := range v {
			entry, _ := one.(map[string]any)
			limits, _ := entry["limits"].(map[string]any)
			node := "0"
			if n, ok := entry["numaNode"]; ok {
				node = fmt.Sprint(n)
			}
			for _, resource := range slices.Sorted(maps.Keys(limits)) {
				all = append(all, numaLimit{node, resource, fmt.Sprint(limits[resource])})
			}
		}
	case string:
		for reservation := range strings.SplitSeq(v, ";") {
			node, limits, _ := strings.Cut(reservation, ":")
			for one := range strings.SplitSeq(limits, ",") {
				resource, n, _ := strings.Cut(one, "=")
				all = append(all, numaLimit{strings.TrimSpace(node), strings.TrimSpace(resource), strings.TrimSpace(n)})
			}
		}
	}
	return all
}

// numaRefused finds memory reservations that the kubelet rejects under every policy of its memory manager. Source:
// k8s.io/kubernetes@v1.37.2 pkg/kubelet/apis/config/validation/validation_reserved_memory.go, the same in 1.31.14
func (k kubeletSettings) numaRefused() []Finding {
	var findings []Finding
	by := k.get("reservedMemory", "reserved-memory")
	seen := map[[2]string]bool{}
	for _, l := range numaLimits(by) {
		problem := ""
		n, ok := amount(l.amount)
		switch key := [2]string{l.node, l.resource}; {
		case l.resource == "":
		case l.resource != "memory" && !strings.HasPrefix(l.resource, "hugepages-"):
			problem = fmt.Sprintf("has %q of NUMA node %s, and only memory and hugepages-SIZE can be reserved. Remove "+
				"it.", l.resource, l.node)
		case seen[key]:
			problem = fmt.Sprintf("has two amounts of %s for NUMA node %s. Write one, the sum.", l.resource, l.node)
		case ok && n == 0:
			problem = fmt.Sprintf("reserves 0 of %s on NUMA node %s. Write an amount such as \"100Mi\", or remove it.", l.resource, l.node)
		}
		seen[[2]string{l.node, l.resource}] = true
		if problem != "" {
			findings = append(findings, one(by.at, "%s: the kubelet does not start, because it %s", by.name, problem)...)
		}
	}
	return findings
}

// loggingRefused checks the kubelet's logging and metrics settings.
func (k kubeletSettings) loggingRefused(minor int) []Finding {
	var findings []Finding
	if text, ok := k.text(spec.Path{"showHiddenMetricsForVersion"}); ok {
		if problem := hiddenMetricsProblem(text, minor); problem != "" {
			findings = append(findings, one(k.config.At(spec.Path{"showHiddenMetricsForVersion"}), "showHiddenMetricsForVersion is "+
				"%q, and "+
				"the kubelet exits: %s", text, problem)...)
		}
	}
	flush := spec.Path{"logging", "flushFrequency"}
	if problem := flushProblem(k.value(flush)); problem != "" {
		findings = append(findings, one(k.config.At(flush), "logging.flushFrequency: the kubelet exits, because %s", problem)...)
	}
	if format, _ := k.text(spec.Path{"logging", "format"}); format != "" && format != "text" {
		path := spec.Path{"logging", "vmodule"}
		if list, _ := k.value(path).([]any); len(list) > 0 {
			findings = append(findings, one(k.config.At(path), "logging.vmodule is only for the log format text, and logging.format is "+
				"%q: the kubelet exits. Remove one of them.", format)...)
		}
	}
	return findings
}

// flushProblem says why a component rejects its log flush frequency: a duration, or nanoseconds. 0 means the default. Source:
// k8s.io/component-base@v0.37.2 logs/api/v1/{options,types}.go
func flushProblem(v any) string {
	switch v := v.(type) {
	case nil:
	case int64:
		if v < 0 {
			return "it cannot be negative. Write a duration such as \"5s\"."
		}
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			return durationProblem(v)
		}
		if d < 0 {
			return "it cannot be negative. Write a duration such as \"5s\"."
		}
	default:
		return "it is not a duration. Write a duration such as \"5s\"."
	}
	return ""
}

// memoryRefused compares the memory reserved by NUMA node with the total that pods cannot use: they must be equal.
func (k kubeletSettings) memoryRefused() []Finding {
	policy, by := k.get("memoryManagerPolicy", "memory-manager-policy"), k.get("reservedMemory", "reserved-memory")
	if policy.text() != staticMemory {
		return nil
	}
	const defaultThreshold, mebi = 100 << 20, 1 << 20
	kept, ok := k.reservedOf("memory")
	hard := k.get("evictionHard", "eviction-hard")
	threshold, has := hard.pairs("<")["memory.available"]
	switch n, good := amount(threshold); {
	case hard.value == nil || !has && k.get("mergeDefaultEvictionSettings", "").is(true):
		kept += defaultThreshold
	case !has || strings.HasSuffix(threshold, "%") && strings.Trim(threshold, "0.%") == "":
	case good:
		kept += n
	default:
		ok = false // a percentage of an unknown amount
	}
	sums, readable := memoryLimits(by)
	switch {
	case by.value == nil && ok:
		return one(policy.at, "%s is Static, and no memory is reserved by NUMA node: the kubelet does not start. Write reservedMemory = "+
			"[{ numaNode = 0, limits = { memory = \"%.0fMi\" } }]: kubeReserved, systemReserved, and the threshold of evictionHard.",
			policy.name, kept/mebi)
	case by.value == nil:
		return one(policy.at, "%s is Static, and no memory is reserved by NUMA node: the kubelet does not start. Write reservedMemory, "+
			"the sum of kubeReserved, systemReserved, and the threshold of evictionHard.", policy.name)
	case ok && readable && sums["memory"] != kept:
		return one(by.at, "%s has %.0fMi of memory in total, and kubeReserved, systemReserved, and the threshold of evictionHard add up "+
			"to %.0fMi: the two must be equal, and the kubelet does not start.", by.name, sums["memory"]/mebi, kept/mebi)
	}
	return nil
}

// thresholdsRefused finds amounts that eviction does not accept.
func (k kubeletSettings) thresholdsRefused() []Finding {
	var findings []Finding
	for _, of := range []struct {
		field, flag, separator string
		share, zero, negative  string // what to write for a share out of range, for zero, and for less; "" if accepted
	}{
		{"evictionHard", "eviction-hard", "<", "a percentage from 0% to 100%", "more than 0", "more than 0"},
		{"evictionSoft", "eviction-soft", "<", "a percentage from 0% to 100%", "more than 0", "more than 0"},
		{"evictionMinimumReclaim", "eviction-minimum-reclaim", "=", "", "", "0 or more"},
	} {
		s := k.get(of.field, of.flag)
		all := s.pairs(of.separator)
		for _, signal := range slices.Sorted(maps.Keys(all)) {
			text, advice := all[signal], ""
			if share, ok := strings.CutSuffix(text, "%"); ok {
				n, err := strconv.ParseFloat(share, 64)
				switch {
				case err != nil:
				case of.share != "" && (n < 0 || n > 100):
					advice = of.share
				case of.share == "" && n <= 0:
					advice = "more than 0%"
				}
			} else if n, ok := amount(text); ok && n < 0 {
				advice = of.negative
			} else if ok && n == 0 {
				advice = of.zero
			}
			if advice != "" {
				findings = append(findings, one(s.at, "%s is %q for %s, and the kubelet does not start with it. Write %s.", s.name, text,
					signal, advice)...)
			}
		}
	}
	grace := k.get("evictionSoftGracePeriod", "eviction-soft-grace-period")
	all := grace.pairs("=")
	for _, signal := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(all[signal], "-") && durationProblem(all[signal]) == "" {
			findings = append(findings, one(grace.at, "%s is %s for %s, and the kubelet does not start with it. Write 0s or more.",
				grace.name, all[signal], signal)...)
		}
	}
	return findings
}

// enforcedRefused checks what the kubelet enforces, and on which cgroups.
func (k kubeletSettings) enforcedRefused() []Finding {
	var findings []Finding
	enforce := k.get("enforceNodeAllocatable", "enforce-node-allocatable")
	all := enforce.texts()
	for _, of := range [][3]string{{"system-reserved", "systemReservedCgroup", "system-reserved-cgroup"},
		{"kube-reserved", "kubeReservedCgroup", "kube-reserved-cgroup"}} {
		word, compressible := of[0], of[0]+"-compressible"
		switch {
		case slices.Contains(all, word) && slices.Contains(all, compressible):
			findings = append(findings, one(enforce.at, "%s has both %s and %s: the kubelet does not start. Remove one.", enforce.name,
				word, compressible)...)
		case (slices.Contains(all, word) || slices.Contains(all, compressible)) && k.get(of[1], of[2]).text() == "":
			findings = append(findings, one(enforce.at, "%s has %s without %s: the kubelet does not start. Write the cgroup as well.",
				enforce.name, word, of[1])...)
		}
	}
	if slices.Contains(all, "none") && len(all) > 1 {
		findings = append(findings, one(enforce.at, "%s has none together with other values: the kubelet does not start. Remove none, or "+
			"the others.",
			enforce.name)...)
	}
	qos := k.get("cgroupsPerQOS", "cgroups-per-qos")
	if qos.is(false) && (enforce.value == nil || len(all) > 0 && !slices.Contains(all, "none")) {
		findings = append(findings, one(qos.at, "%s is false, and enforceNodeAllocatable is not empty: the kubelet does not start. Write "+
			"enforceNodeAllocatable = [\"none\"] as well.", qos.name)...)
	}
	if system := k.get("systemCgroups", "system-cgroups"); system.text() != "" && k.get("cgroupRoot", "cgroup-root").text() == "" {
		findings = append(findings, one(system.at, "%s is set without cgroupRoot: the kubelet does not start. Write cgroupRoot as well.",
			system.name)...)
	}
	return findings
}

// wordsRefused checks single fields with invalid values.
func (k kubeletSettings) wordsRefused(minor int) []Finding {
	var findings []Finding
	factor := k.get("memoryThrottlingFactor", "")
	if text := factor.text(); text != "" {
		if n, err := strconv.ParseFloat(text, 64); err == nil && (n <= 0 || n > 1) {
			findings = append(findings, one(factor.at, "%s is %s: the kubelet accepts more than 0, and at most 1.", factor.name, text)...)
		}
	}
	byPriority := k.get("shutdownGracePeriodByPodPriority", "")
	if list, _ := byPriority.value.([]any); len(list) > 0 {
		for _, other := range []string{"shutdownGracePeriod", "shutdownGracePeriodCriticalPods"} {
			if d, ok := k.get(other, "").duration(0); ok && d > 0 {
				findings = append(findings, one(byPriority.at, "shutdownGracePeriodByPodPriority and %s exclude each other: the kubelet "+
					"does not start. Remove one.", other)...)
				break
			}
		}
	}
	const runOnceRefused = 32
	if once := k.get("runOnce", "runonce"); once.is(true) && minor >= runOnceRefused {
		findings = append(findings, one(once.at, "%s is deprecated, and the kubelet does not start with it. Remove it.", once.name)...)
	}
	size := k.get("containerLogMaxSize", "container-log-max-size")
	if text := size.text(); text != "" && !quantityPattern.MatchString(text) {
		findings = append(findings, one(size.at, "%s is %q, which is not an amount: the kubelet does not start. Write a value such as "+
			"\"10Mi\".",
			size.name, text)...)
	}
	for _, of := range []struct {
		path  spec.Path
		known []string
	}{
		{spec.Path{"memorySwap", "swapBehavior"}, []string{"NoSwap", "LimitedSwap"}},
		{spec.Path{"logging", "format"}, []string{"text", "json"}},
		{spec.Path{"authorization", "mode"}, []string{"Webhook", "AlwaysAllow"}},
		{spec.Path{"imagePullCredentialsVerificationPolicy"},
			[]string{"NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"}},
	} {
		if text, ok := k.text(of.path); ok && text != "" && !slices.Contains(of.known, text) {
			findings = append(findings, one(k.config.At(of.path), "%s: the kubelet exits, %s", strings.Join(of.path, "."),
				unknownValue(text, of.known))...)
		}
	}
	findings = append(findings, k.loggingRefused(minor)...)
	restart := spec.Path{"crashLoopBackOff", "maxContainerRestartPeriod"}
	if text, ok := k.text(restart); ok {
		s := kubeletSetting{value: text}
		if d, good := s.duration(0); good && (d.Seconds() < 1 || d.Seconds() > 300) {
			findings = append(findings, one(k.config.At(restart), "%s is %s: the kubelet accepts 1s to 300s.", strings.Join(restart, "."),
				text)...)
		}
	}
	return findings
}

// value is the file's value at a path of keys, nil if there is none.
func (k kubeletSettings) value(path spec.Path) any {
	var v any = k.config.Fields()
	for _, key := range path {
		fields, _ := v.(map[string]any)
		v = fields[key]
	}
	return v
}

// text is a text in the file, at a path of keys.
func (k kubeletSettings) text(path spec.Path) (string, bool) {
	text, ok := k.value(path).(string)
	return text, ok
}
