package readme

import (
	"fmt"
	"strconv"
	"time"

	"github.com/k8splan/k8splan/planner/plan"
)

// waits are the times in the table "When something dies", in seconds, computed from the plan's settings. Ranges match what clusters of e2e/
// showed: docs/availability.md.
type waits struct {
	Election, Writes    string // ranges: until members notice the failure, until etcd accepts writes again
	KubeVIPLease, Lease int    // seconds
	KubeVIP, Leaders    string // ranges
	KubeVIPHold         int    // seconds; 0 unless routers forward to the virtual IP
	Grace, Toleration   int    // seconds
	NotReady, Replaced  string // ranges
}

func waitsOf(p *plan.Plan) waits {
	w := waits{KubeVIPLease: plan.KubeVIPLease, Toleration: 300, Lease: 15}

	// Raised from 40 s in 1.32. Source: https://github.com/kubernetes/kubernetes/pull/126287
	w.Grace = 50
	if p.Cluster.Version.Minor < 32 {
		w.Grace = 40
	}
	if d, ok := duration(p.Cluster.ControllerManager.ExtraArgs, "node-monitor-grace-period"); ok {
		w.Grace = d
	}
	if s, ok := argument(p.Cluster.APIServer.ExtraArgs, "default-unreachable-toleration-seconds"); ok {
		if n, err := strconv.Atoi(s); err == nil {
			w.Toleration = n
		}
	}
	if d, ok := duration(p.Cluster.ControllerManager.ExtraArgs, "leader-elect-lease-duration"); ok {
		w.Lease = d
	}

	// Raft waits for one to two election timeouts, at random.
	timeout := time.Second
	if s, ok := argument(p.Etcd.Flags(), "election-timeout"); ok {
		if ms, err := strconv.Atoi(s); err == nil {
			timeout = time.Duration(ms) * time.Millisecond
		}
	}
	w.Election, w.Writes = seconds(timeout, 2*timeout), seconds(timeout, 4*timeout)
	if p.LoadBalancer.Mode == "bgp" {
		w.KubeVIPHold = plan.KubeVIPHold
	}
	w.KubeVIP = fmt.Sprintf("%d – %d s", max(1, w.KubeVIPLease-2), max(2*w.KubeVIPLease, w.KubeVIPHold))
	w.Leaders = fmt.Sprintf("%d – %d s", max(1, w.Lease-5), w.Lease+6)
	w.NotReady = fmt.Sprintf("%d – %d s", w.Grace, w.Grace+20)
	w.Replaced = fmt.Sprintf("%d – %d s", w.Grace+w.Toleration, w.Grace+w.Toleration+30)
	return w
}

// seconds formats a range in seconds: "0.5 – 2 s".
func seconds(from, to time.Duration) string {
	number := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
	return number(from) + " – " + number(to) + " s"
}

func argument(args []plan.Arg, name string) (string, bool) {
	for _, a := range args {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// duration returns an argument's value in whole seconds.
func duration(args []plan.Arg, name string) (int, bool) {
	s, ok := argument(args, name)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(s)
	return int(d.Seconds()), err == nil
}
