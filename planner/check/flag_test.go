package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/flags"
	"github.com/k8splan/k8splan/planner/spelling"
)

// minorsOf lists the minors of a component that have a table.
func minorsOf(component string) []int {
	var minors []int
	for minor := range 100 {
		if flags.Covers(component, minor) {
			minors = append(minors, minor)
		}
	}
	return minors
}

// RightValue exports rightValue for tests of whole designs.
var RightValue = rightValue

// MinorsOf exports minorsOf for tests of whole designs.
var MinorsOf = minorsOf

// rightValue is a value that the flag accepts.
func rightValue(f flags.Flag) string {
	for _, e := range enumerations {
		if e.flag == f.Name && (e.component == f.Component || e.component == "kube" && f.Component != "etcd") {
			return e.values[len(e.values)-1]
		}
	}
	switch f.Component + " " + f.Name {
	case "kube-controller-manager controllers":
		return "*"
	case "etcd auto-compaction-retention":
		return "8h"
	case "etcd auth-token":
		return "jwt,pub-key=/etc/etcd/a.pub,sign-method=RS256"
	case "kubelet eviction-hard", "kubelet eviction-soft":
		return "memory.available<500Mi,nodefs.inodesFree<5%"
	case "kubelet eviction-soft-grace-period":
		return "memory.available=1m30s"
	case "kubelet eviction-minimum-reclaim":
		return "imagefs.available=2Gi"
	case "kubelet system-reserved", "kubelet kube-reserved":
		return "cpu=500m,memory=1.5Gi,pid=1000"
	case "kube-apiserver oidc-issuer-url", "kube-apiserver service-account-issuer":
		return "https://oidc.example.com"
	case "kube-apiserver goaway-chance":
		return "0.001"
	case "kube-apiserver runtime-config":
		return "api/beta=false,batch/v1=true,resource.k8s.io/v1/resourceclaims,api/ga"
	}
	switch f.Type {
	case "bool":
		return "true"
	case "duration":
		return "1m30s"
	case "float32", "float64":
		return "0.5"
	case "ip":
		return "192.0.2.1"
	case "mapStringBool":
		return "A=true,B=false"
	case "mapStringString":
		return "a=b"
	case "urls":
		return "http://127.0.0.1:2381"
	case "choice":
		return f.Valid[0]
	}
	if integers[f.Type] != 0 || naturals[f.Type] != 0 {
		return "7"
	}
	return "a"
}

// A controller name is accepted if that minor's controller manager has it, by its current name or the one from before 1.28.
func TestControllers(t *testing.T) {
	for _, c := range []struct {
		value string
		minor int
		want  string
	}{
		{"*,-ttl-controller,bootstrapsigner", 31, ""},
		{"*,-tttl-controller", 37, "it has no controller \"tttl-controller\". Did you mean \"ttl-controller\"?"},
		{"-*", 37, "it has no controller \"*\". Remove it."},
		{"*,selinux-warning-controller", 32, ""},
		{"*,selinux-warning-controller", 31, "the controller \"selinux-warning-controller\" was added in Kubernetes 1.32. Remove it."},
		{"*,-service-lb-controller,-route", 36, ""},
		{"*,-route", 37, "the controller \"route\" was removed in Kubernetes 1.37. Remove it."},
	} {
		if got := controllersProblem(c.value, c.minor); got != c.want {
			t.Errorf("%s of 1.%d: %q, want %q", c.value, c.minor, got, c.want)
		}
	}
}

func TestEveryFlagTakesARightValue(t *testing.T) {
	tried := 0
	for _, component := range flags.Components() {
		for _, minor := range minorsOf(component) {
			for _, name := range flags.Names(component, minor) {
				f, ok := flags.Find(component, name, minor)
				if !ok {
					t.Fatalf("%s 1.%d: %s is listed and not found", component, minor, name)
				}
				if problem := valueProblem(f, rightValue(f), func(string) string { return "x" }); problem != "" {
					t.Errorf("%s 1.%d: --%s=%s: %s", component, minor, name, rightValue(f), problem)
				}
				tried++
			}
		}
	}
	if tried < 4000 {
		t.Errorf("only %d flags of all minors", tried)
	}
}

// Flags whose type has a format reject values in another format.
func TestEveryFlagRefusesAWrongValue(t *testing.T) {
	for _, component := range flags.Components() {
		for _, f := range flags.Of(component) {
			switch typed := integers[f.Type] != 0 || naturals[f.Type] != 0; {
			case typed, slices.Contains([]string{"bool", "duration", "float32", "float64", "ip", "mapStringBool", "urls", "choice"},
				f.Type):
				if valueProblem(f, "a!b", func(string) string { return "" }) == "" {
					t.Errorf("%s takes --%s=a!b, which is of type %s", component, f.Name, f.Type)
				}
			}
		}
	}
}

// misspellings returns a name with one letter missing, one added, and two swapped, in its middle.
func misspellings(name string) []string {
	i := len(name) / 2
	if name[i] == '-' {
		i--
	}
	words := []string{name[:i] + name[i+1:], name[:i] + "x" + name[i:], name[:i] + "q" + name[i+1:]}
	if name[i-1] != '-' && name[i-1] != name[i] {
		words = append(words, name[:i-1]+name[i:i+1]+name[i-1:i]+name[i+1:])
	}
	return words
}

// For every flag misspelled by one letter, the right name is suggested.
func TestMisspeltFlags(t *testing.T) {
	tried := 0
	for _, component := range flags.Components() {
		minors := minorsOf(component)
		minor := minors[len(minors)-1]
		names := flags.Names(component, minor)
		for _, name := range names {
			if len(name) < 5 {
				continue
			}
			for _, word := range misspellings(name) {
				if _, is := flags.Find(component, word, minor); is {
					continue
				}
				tried++
				line := judgedLine{commandLine: commandLine{component: component}, minor: minor}
				if got := flagMeant(line, word); !strings.Contains(got, fmt.Sprintf("%q", name)) {
					// Another flag that is equally close is also right: log-json-x is one slip from two.
					if other := spelling.Nearest(word, names); other == "" || len(other) != len(name) {
						t.Errorf("%s: --%s for --%s:%s", component, word, name, got)
					}
				}
			}
		}
	}
	t.Logf("%d misspelt flags", tried)
}
