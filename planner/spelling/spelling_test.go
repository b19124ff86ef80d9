package spelling_test

import (
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/spelling"
)

func TestNearest(t *testing.T) {
	arguments := []string{"type", "roles", "address", "pod_subnets", "service_subnets", "kubernetes_version", "arch", "etcd", "haproxy"}
	for word, want := range map[string]string{
		"adress":             "address",
		"tpye":               "type", // two swapped letters are one slip
		"role":               "roles",
		"Type":               "type",
		"podSubnets":         "pod_subnets",
		"pod-subnet":         "pod_subnets",
		"kuberntes_versoin":  "kubernetes_version",
		"kubernetes.version": "kubernetes_version",
		"haproxi":            "haproxy",
		"etcd":               "etcd",
		"":                   "",
		"_":                  "",
		"x":                  "",
		"tin":                "", // at most one slip per three letters
		"labels":             "",
		"kuberxxxx_version":  "",
		"ärch":               "arch",
	} {
		if got := spelling.Nearest(word, arguments); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := spelling.Nearest("cp-3", []string{"cp-1", "cp-2"}); got != "cp-1" {
		t.Errorf("of equally near ones the first: %q", got)
	}
	if got := spelling.Nearest("worker", []string{"workers", "worker"}); got != "worker" {
		t.Errorf("the word itself: %q", got)
	}
	if got := spelling.Nearest(strings.Repeat("x", 1000), []string{strings.Repeat("x", 1000)}); got != "" {
		t.Errorf("what is no word: %q", got)
	}
	if got := spelling.DidYouMean("adress", arguments); got != ` Did you mean "address"?` {
		t.Errorf("%q", got)
	}
	if got := spelling.DidYouMean("nothing like it", arguments); got != "" {
		t.Errorf("%q", got)
	}
}

// The distance is a metric as far as tested: zero between a word and itself, and symmetric.
func FuzzNearest(f *testing.F) {
	f.Add("adress", "address")
	f.Add("", "a")
	f.Add("ab", "ba")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := spelling.Nearest(a, []string{a}); got != "" && got != a {
			t.Errorf("%q is not nearest to itself", a)
		}
		if len(spelling.Fold(a)) == len(spelling.Fold(b)) &&
			(spelling.Nearest(a, []string{b}) == "") != (spelling.Nearest(b, []string{a}) == "") {
			t.Errorf("%q and %q are near one way only", a, b)
		}
	})
}

func TestFew(t *testing.T) {
	for want, names := range map[string][]string{
		"": nil, "a, b, c": {"a", "b", "c"}, "a, b, and 2 more": {"a", "b", "c", "d"},
	} {
		if got := spelling.Few(names, 3); got != want {
			t.Errorf("%q: %q, want %q", names, got, want)
		}
	}
}

func TestList(t *testing.T) {
	for want, words := range map[string][]string{
		"": nil, "a": {"a"}, "a or b": {"a", "b"}, "a, b, or c": {"a", "b", "c"},
	} {
		if got := spelling.List(words, "or"); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}
