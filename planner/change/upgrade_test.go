package change

import (
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/plan"
)

func v(s string) plan.Version {
	p, ok := plan.ParseVersion(s)
	if !ok {
		panic(s)
	}
	return p
}

func TestPath(t *testing.T) {
	for _, c := range []struct {
		from, to, etcd string
		want           string // "1.35.10 etcd 3.6.6, …"
	}{
		{"1.36.1", "1.37.2", "", "1.37.2 etcd 3.6.16 3.7.0"},
		{"1.37.0", "1.37.2", "", "1.37.2"},
		{"1.34.2", "1.37.2", "", "1.35.10 etcd 3.6.6 · 1.36.6 etcd 3.6.8 · 1.37.2 etcd 3.6.16 3.7.0"},
		{"1.33.6", "1.34.4", "3.5.24", "1.34.4 etcd 3.5.35 3.6.16"},
		{"1.36.3", "1.37.2", "3.5.24", "1.37.2 etcd 3.5.35 3.6.16 3.7.3"},
		{"1.36.3", "1.37.2", "3.7.3", "1.37.2"},
		{"1.29.4", "1.31.14", "", "1.30.14 · 1.31.14 etcd 3.5.24"},
		{"1.20.6", "1.22.17", "3.4.13", "1.21.14 · 1.22.17"},
		{"1.30.1", "1.34.4", "", "1.31.14 etcd 3.5.24 · 1.32.13 · 1.33.13 · 1.34.4 etcd 3.5.35 3.6.5"},
		{"1.29.4", "1.31.14", "3.4.13", "1.30.14 · 1.31.14 etcd 3.5.35"},
	} {
		etcd := plan.Version{}
		if c.etcd != "" {
			etcd = v(c.etcd)
		}
		hops, err := Path(nil, v(c.from), v(c.to), etcd)
		if err != nil {
			t.Errorf("%s to %s: %v", c.from, c.to, err)
			continue
		}
		var got []string
		for _, h := range hops {
			s := h.Kubernetes.String()
			if len(h.Etcd) > 0 {
				s += " etcd"
			}
			for _, e := range h.Etcd {
				s += " " + e.String()
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " · "); s != c.want {
			t.Errorf("%s to %s with etcd %q:\n got %s\nwant %s", c.from, c.to, c.etcd, s, c.want)
		}
	}
}

func TestPathRefuses(t *testing.T) {
	for _, c := range [][2]string{{"1.37.2", "1.36.3"}, {"1.37.2", "1.37.2"}, {"1.14.0", "1.37.2"}, {"1.37.2", "1.99.0"}} {
		if hops, err := Path(nil, v(c[0]), v(c[1]), plan.Version{}); err == nil {
			t.Errorf("%s to %s: %v", c[0], c[1], hops)
		}
	}
}

func TestNoPath(t *testing.T) {
	for _, c := range []struct{ from, to, etcd, want string }{
		{"1.37.2", "1.36.3", "", "kubeadm cannot downgrade"},
		{"1.36.3", "1.36.3", "", "the cluster already runs 1.36.3"},
		{"1.14.0", "1.36.3", "", "no data for Kubernetes 1.14.0"},
		{"1.36.3", "1.37.2", "4.0.0", "no data for etcd 4.0.0"},
		{"1.36.3", "1.37.2", "3.99.0", "no data for etcd 3.99.0"},
		{"1.36.3", "1.37.2", "2.3.8", "no data for etcd 2.3.8"},
	} {
		etcd, _ := plan.ParseVersion(c.etcd)
		if _, err := Path(nil, v(c.from), v(c.to), etcd); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s to %s with etcd %q: %v", c.from, c.to, c.etcd, err)
		}
	}
}

// No hop skips a minor of Kubernetes or etcd, its kubeadm accepts every etcd version on the way, and the last hop is the goal.
func TestHopsKeepTheSkew(t *testing.T) {
	oldest, newest := (*plan.Table)(nil).Minors()
	for from := oldest.Minor; from <= newest.Minor; from++ {
		for to := from + 1; to <= newest.Minor; to++ {
			start := plan.Version{Major: 1, Minor: from}
			goal, _ := (*plan.Table)(nil).At(plan.Version{Major: 1, Minor: to}).NewestPatch()
			for _, etcd := range []plan.Version{{}, v((*plan.Table)(nil).At(start).EtcdExternal())} {
				hops, err := Path(nil, start, goal, etcd)
				if err != nil {
					t.Fatal(err)
				}
				at, e := start, etcd
				for _, h := range hops {
					if h.Kubernetes.MinorsAhead(at) > 1 || !at.Before(h.Kubernetes) {
						t.Errorf("%s to %s: %s follows %s", start, goal, h.Kubernetes, at)
					}
					for _, step := range h.Etcd {
						if !e.IsZero() && step.Minor-e.Minor > 1 {
							t.Errorf("%s to %s: etcd %s follows %s", start, goal, step, e)
						}
						e = step
					}
					if !e.IsZero() && e.Before(h.EtcdFloor) {
						t.Errorf("%s to %s: Kubernetes %s with etcd %s, and it wants %s", start, goal, h.Kubernetes, e, h.EtcdFloor)
					}
					at = h.Kubernetes
				}
				if at != goal {
					t.Errorf("%s to %s ends at %s", start, goal, at)
				}
			}
		}
	}
}
