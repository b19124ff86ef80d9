package check

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// kubeletValidation is how the kubelet validates its configuration before it starts. What is checked here was compared with 1.31.14, which
// rejects the same, except that it checks containerLogMaxFiles a step later (pkg/kubelet/logs). Read on 2026-11-30.
const (
	kubeletValidation = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubelet/apis/config/validation/validation.go"
	kubeletEviction   = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubelet/eviction/helpers.go"
	kubeletDefaults   = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/kubelet/apis/config/v1beta1/defaults.go"
)

var kubeletRules = []Rule{
	{rule.Rule{
		ID: "component-kubelet-refuses", Severity: rule.Error, Title: "Setting that the kubelet rejects", Permanent: true,
		Doc: "The kubelet validates its fields and flags together at startup, and exits at the first one that is out of range or " +
			"contradicts another. All nodes get the same file: none of them becomes ready.",
		Fix:     "Write a value in the range, or correct the other setting.",
		Sources: []string{kubeletValidation, kubeletEviction, kubeletDefaults, kubeletCPUManager, kubeletMemoryManager, kubeletTopology},
	}, componentKubeletRefuses},
}

// bounds is a valid range, both ends included.
type bounds struct{ least, most int64 }

const atLeast = math.MaxInt64 // no upper bound

func (b bounds) hold(n int64) bool { return b.least <= n && n <= b.most }

// advice says what to write.
func (b bounds) advice() string {
	if b.most == atLeast {
		return fmt.Sprintf("Write %d or more.", b.least)
	}
	return fmt.Sprintf("Write a number from %d to %d.", b.least, b.most)
}

// kubeletRange is the valid range of a kubelet number.
type kubeletRange struct {
	field, flag string // flag is "" if there is none
	bounds
}

// kubeletRanges are the valid ranges of numbers. Source: kubeletValidation.
var kubeletRanges = []kubeletRange{
	{"imageGCHighThresholdPercent", "image-gc-high-threshold", bounds{0, 100}},
	{"imageGCLowThresholdPercent", "image-gc-low-threshold", bounds{0, 100}}, {"podsPerCore", "pods-per-core", bounds{0, atLeast}},
	{"maxPods", "max-pods", bounds{0, atLeast}}, {"maxParallelImagePulls", "", bounds{1, atLeast}},
	{"registryPullQPS", "registry-qps", bounds{0, atLeast}}, {"registryBurst", "registry-burst", bounds{0, atLeast}},
	{"eventRecordQPS", "event-qps", bounds{0, atLeast}}, {"eventBurst", "event-burst", bounds{0, atLeast}},
	{"kubeAPIQPS", "kube-api-qps", bounds{0, atLeast}}, {"kubeAPIBurst", "kube-api-burst", bounds{0, atLeast}},
	{"healthzPort", "healthz-port", bounds{0, 65535}}, {"port", "port", bounds{1, 65535}},
	{"readOnlyPort", "read-only-port", bounds{0, 65535}}, {"oomScoreAdj", "oom-score-adj", bounds{-1000, 1000}},
	{"maxOpenFiles", "max-open-files", bounds{0, atLeast}}, {"nodeStatusMaxImages", "node-status-max-images", bounds{-1, atLeast}},
	{"nodeLeaseDurationSeconds", "", bounds{1, atLeast}}, {"iptablesMasqueradeBit", "", bounds{0, 31}},
	{"iptablesDropBit", "", bounds{0, 31}}, {"containerLogMaxFiles", "container-log-max-files", bounds{2, atLeast}},
	{"containerLogMaxWorkers", "", bounds{1, atLeast}},
}

// kubeletSettings is what kubelets get: fields of their file, flags for all, and flags of one machine; later ones override earlier ones.
type kubeletSettings struct {
	config *spec.Object
	lines  []commandLine
}

// kubeletSetting is one setting. A field has the value as written, a flag its text.
type kubeletSetting struct {
	value any
	at    hcl.Range
	name  string // as written
}

// get returns a setting; its value is nil if it is not written.
func (k kubeletSettings) get(field, flag string) kubeletSetting {
	for _, c := range slices.Backward(k.lines) {
		for _, a := range c.args {
			if flag != "" && a.Name == flag {
				return kubeletSetting{a.Value, c.value(a.Name), "--" + flag}
			}
		}
	}
	if v, ok := k.config.Fields()[field]; ok && v != nil {
		return kubeletSetting{v, k.config.At(spec.Path{field}), field}
	}
	return kubeletSetting{name: field}
}

// number is the setting's number, or otherwise if it is not written; ok is false if it is not a number.
func (s kubeletSetting) number(otherwise int64) (n int64, ok bool) {
	switch v := s.value.(type) {
	case nil:
		return otherwise, true
	case int64:
		return v, true
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil && s.name[0] == '-'
	}
	return 0, false
}

func (s kubeletSetting) duration(otherwise time.Duration) (d time.Duration, ok bool) {
	if s.value == nil {
		return otherwise, true
	}
	text, _ := s.value.(string)
	d, err := time.ParseDuration(text)
	return d, err == nil
}

// is reports whether a boolean is written with this value.
func (s kubeletSetting) is(on bool) bool { return s.value == on || s.value == strconv.FormatBool(on) }

// signals returns the signals of eviction thresholds: the keys of a field, or what precedes the separators of a flag.
func (s kubeletSetting) signals(separator string) []string {
	switch v := s.value.(type) {
	case map[string]any:
		return slices.Sorted(maps.Keys(v))
	case string:
		var all []string
		for _, one := range strings.Split(v, ",") {
			if signal, _, ok := strings.Cut(one, separator); ok {
				all = append(all, strings.TrimSpace(signal))
			}
		}
		return all
	}
	return nil
}

func componentKubeletRefuses(p *plan.Plan) []Finding {
	if !ours(p) {
		return nil
	}
	all := kubeletSettings{config: p.Cluster.Kubelet.Config}
	var own []commandLine
	for _, c := range commandLines(p) {
		switch {
		case c.component != "kubelet":
		case c.nodes == nil:
			all.lines = append(all.lines, c)
		default:
			own = append(own, c)
		}
	}
	gates := func(name string) bool { return p.Cluster.FeatureGates[name] }
	minor := p.Cluster.Version.Minor
	findings := all.refused(minor, gates)
	said := map[hcl.Range]bool{}
	for _, f := range findings {
		said[f.At] = true
	}
	for _, c := range own {
		for _, f := range (kubeletSettings{all.config, append(slices.Clone(all.lines), c)}).refused(minor, gates) {
			if !said[f.At] {
				said[f.At] = true
				findings = append(findings, f)
			}
		}
	}
	return findings
}

// refused finds settings with which the kubelet exits.
func (k kubeletSettings) refused(minor int, gates func(string) bool) []Finding {
	var findings []Finding
	bad := map[string]bool{} // fields out of range, whose consequences are not reported
	for _, r := range kubeletRanges {
		s := k.get(r.field, r.flag)
		n, ok := s.number(r.least)
		if !ok || r.hold(n) {
			continue
		}
		bad[r.field] = true
		findings = append(findings, one(s.at, "%s is %d, and the kubelet does not start with it. %s", s.name, n, r.advice())...)
	}
	findings = append(findings, k.imagesRefused(bad)...)
	findings = append(findings, k.shutdownRefused()...)
	findings = append(findings, k.evictionRefused()...)
	return append(findings, k.startRefused(minor, gates)...)
}

// imagesRefused finds contradictory image settings.
func (k kubeletSettings) imagesRefused(bad map[string]bool) []Finding {
	var findings []Finding
	high := k.get("imageGCHighThresholdPercent", "image-gc-high-threshold")
	low := k.get("imageGCLowThresholdPercent", "image-gc-low-threshold")
	const defaultHigh, defaultLow = 85, 80
	h, ok := high.number(defaultHigh)
	l, also := low.number(defaultLow)
	if ok && also && l >= h && !bad["imageGCHighThresholdPercent"] && !bad["imageGCLowThresholdPercent"] {
		at := written(low.at, high.at)
		switch {
		case low.value == nil:
			findings = append(findings, one(at, "%s is %d, and imageGCLowThresholdPercent, by default %d, must be less: the kubelet does "+
				"not start. Write both.", high.name, h, l)...)
		case high.value == nil:
			findings = append(findings, one(at, "%s is %d, and imageGCHighThresholdPercent, by default %d, must be more: the kubelet "+
				"does not start. Write both.", low.name, l, h)...)
		default:
			findings = append(findings, one(at, "%s is %d and must be less than %s, which is %d: the kubelet does not start.", low.name, l,
				high.name, h)...)
		}
	}
	parallel, serial := k.get("maxParallelImagePulls", ""), k.get("serializeImagePulls", "serialize-image-pulls")
	if n, ok := parallel.number(0); ok && n > 1 && serial.is(true) {
		findings = append(findings, one(parallel.at, "maxParallelImagePulls is %d, and %s is true: the kubelet does not start. "+
			"Remove %[2]s, or write false.", n, serial.name)...)
	}
	oldest, youngest := k.get("imageMaximumGCAge", ""), k.get("imageMinimumGCAge", "minimum-image-ttl-duration")
	const defaultYoungest = 2 * time.Minute
	most, ok := oldest.duration(0)
	least, also := youngest.duration(defaultYoungest)
	if ok && also && most > 0 && most <= least {
		findings = append(findings, one(oldest.at, "imageMaximumGCAge is %s and must be more than %s, which is %s: the kubelet "+
			"does not start.", most, youngest.name, least)...)
	}
	return findings
}

// shutdownRefused finds contradictory or invalid shutdown periods.
func (k kubeletSettings) shutdownRefused() []Finding {
	var findings []Finding
	all, critical := k.get("shutdownGracePeriod", ""), k.get("shutdownGracePeriodCriticalPods", "")
	a, ok := all.duration(0)
	c, also := critical.duration(0)
	for _, s := range []kubeletSetting{all, critical} {
		if d, ok := s.duration(0); ok && d != 0 && d < time.Second {
			return one(s.at, "%s is %s: the kubelet accepts 0s, or 1s or more.", s.name, d)
		}
	}
	if ok && also && c > a {
		findings = one(critical.at, "shutdownGracePeriodCriticalPods is %s, and shutdownGracePeriod, which includes it, is %s: the "+
			"kubelet does not start. Write a longer shutdownGracePeriod.", c, a)
	}
	quota := k.get("cpuCFSQuotaPeriod", "cpu-cfs-quota-period")
	if d, ok := quota.duration(time.Second); ok && (d < time.Millisecond || d > time.Second) {
		findings = append(findings, one(quota.at, "%s is %s, and the kubelet does not start with it. Write a period from 1ms to 1s.",
			quota.name, d)...)
	}
	const leastMonitor = 3 * time.Second
	if s := k.get("containerLogMonitorInterval", ""); s.value != nil {
		if d, ok := s.duration(0); ok && d < leastMonitor {
			findings = append(findings, one(s.at, "containerLogMonitorInterval is %s, and the kubelet does not start with it. Write 3s "+
				"or more.", d)...)
		}
	}
	return findings
}

// evictionRefused finds soft eviction thresholds without a grace period.
func (k kubeletSettings) evictionRefused() []Finding {
	soft, grace := k.get("evictionSoft", "eviction-soft"), k.get("evictionSoftGracePeriod", "eviction-soft-grace-period")
	periods := grace.signals("=")
	var without []string
	for _, signal := range soft.signals("<") {
		if !slices.Contains(periods, signal) {
			without = append(without, signal)
		}
	}
	if len(without) == 0 {
		return nil
	}
	example := fmt.Sprintf("evictionSoftGracePeriod = { %q = \"1m30s\" }", without[0])
	if strings.HasPrefix(soft.name, "-") {
		example = fmt.Sprintf("\"eviction-soft-grace-period\" = \"%s=1m30s\"", without[0])
	}
	return one(soft.at, "%s has a threshold for %s, and evictionSoftGracePeriod has no value for it: the kubelet does not start. "+
		"Write %s.",
		soft.name, sentence(without), example)
}
