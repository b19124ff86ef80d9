package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/rule"
)

// Settings that upstream's validation rejects are reported, as fields and as flags; valid settings are not.
func TestKubeletRefuses(t *testing.T) {
	for _, c := range []struct{ config, flags, want string }{
		{"imageGCHighThresholdPercent = 120", "", "imageGCHighThresholdPercent is 120"},
		{"imageGCHighThresholdPercent = 70", "", "imageGCLowThresholdPercent, by default 80"},
		{"imageGCLowThresholdPercent = 90", "", "imageGCHighThresholdPercent, by default 85"},
		{"imageGCHighThresholdPercent = 60, imageGCLowThresholdPercent = 60", "",
			"must be less than imageGCHighThresholdPercent, which is 60"},
		{"imageGCHighThresholdPercent = 70, imageGCLowThresholdPercent = 60", "", ""},
		{"imageGCHighThresholdPercent = 70", `"image-gc-low-threshold" = "60"`, ""},
		{"", `"image-gc-high-threshold" = "101"`, "--image-gc-high-threshold is 101"},
		{"podsPerCore = -1", "", "podsPerCore is -1"},
		{"podsPerCore = 10", "", ""},
		{"maxParallelImagePulls = 0", "", "maxParallelImagePulls is 0"},
		{"maxParallelImagePulls = 5, serializeImagePulls = true", "", "serializeImagePulls is true"},
		{"maxParallelImagePulls = 5, serializeImagePulls = false", "", ""},
		{"maxParallelImagePulls = 5", "", ""},
		{"maxParallelImagePulls = 1, serializeImagePulls = true", "", ""},
		{`evictionSoft = { "memory.available" = "500Mi" }`, "", "evictionSoftGracePeriod has no value for it"},
		{`evictionSoft = { "memory.available" = "500Mi" }, evictionSoftGracePeriod = { "memory.available" = "1m" }`, "", ""},
		{`evictionSoft = { "memory.available" = "500Mi" }`, `"eviction-soft-grace-period" = "memory.available=1m"`, ""},
		{"", `"eviction-soft" = "nodefs.available<10%"`, "has a threshold for nodefs.available"},
		{`shutdownGracePeriodCriticalPods = "10s"`, "", "which includes it, is 0s"},
		{`shutdownGracePeriod = "30s", shutdownGracePeriodCriticalPods = "40s"`, "", "which includes it, is 30s"},
		{`shutdownGracePeriod = "30s", shutdownGracePeriodCriticalPods = "10s"`, "", ""},
		{`shutdownGracePeriod = "500ms"`, "", "1s or more"},
		{`imageMaximumGCAge = "1m"`, "", "which is 2m0s"},
		{`imageMaximumGCAge = "24h"`, "", ""},
		{`cpuCFSQuotaPeriod = "2s"`, "", "from 1ms to 1s"},
		{`containerLogMonitorInterval = "1s"`, "", "3s or more"},
		{`containerLogMaxFiles = 1`, "", "Write 2 or more"},
		{`oomScoreAdj = -2000`, "", "from -1000 to 1000"},
	} {
		src := fmt.Sprintf("cluster \"c\" {\n  type = \"all-in-one\"\n  kubelet {\n    config = { %s }\n    extra_args = { %s }\n  }\n}\n"+
			"node \"n\" {\n  address = \"192.168.56.10\"\n}\n", c.config, c.flags)
		_, diags := road("c.hcl", []byte(src))
		var said []string
		for _, d := range diags {
			if rule.ID(d) == "component-kubelet-refuses" {
				said = append(said, d.Detail)
			} else if rule.ID(d) != "component-flag-field" {
				t.Logf("%s %s: %s", c.config, c.flags, d.Detail)
			}
		}
		if got := strings.Join(said, "; "); c.want == "" && got != "" || !strings.Contains(got, c.want) || len(said) > 1 {
			t.Errorf("%s %s: %q, want %q", c.config, c.flags, got, c.want)
		}
	}
}
