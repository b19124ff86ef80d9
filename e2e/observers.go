package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// observers watch a cluster during an edit: numbered writes through the endpoint, requests to the endpoint, and from a pod of every node
// requests to a Service and to the pods of all other nodes. Running containers are compared before and after.
type observers struct {
	c      *changing
	writer *writer
	since  time.Time
	before map[string]string // containers of each pod

	stop  context.CancelFunc
	done  sync.WaitGroup
	away  time.Duration // the longest time without an answer from the endpoint
	asked time.Time     // time of its last answer
}

// Sighting holds the observations.
type Sighting struct {
	Writes    int      `json:"writes"`
	Gap       float64  `json:"gap"`      // seconds: the longest time between two acknowledged writes
	Endpoint  float64  `json:"endpoint"` // seconds: the longest time without an answer at the endpoint
	Service   float64  `json:"service"`  // seconds: the longest time in which a Service answered no pod of a node
	Pods      float64  `json:"pods"`     // seconds: the longest time in which pods of other nodes answered no pod of a node
	Where     string   `json:"where,omitempty"`
	Pace      float64  `json:"pace,omitempty"`      // seconds: the median time between two answers of the Service to one pod
	Restarted []string `json:"restarted,omitempty"` // pods that exist before and after, in other containers
}

// usualPace is the watchers' pace on an idle machine, in seconds: they send requests once a second, and each takes its time.
const usualPace = 1.5

// slow returns how many times slower than usual the watchers were: limits are multiplied by it.
func (o *Sighting) slow() float64 { return max(1, o.Pace/usualPace) }

func (o *Sighting) String() string {
	text := fmt.Sprintf("%d writes acknowledged and there; the longest gap was %.1f s. The endpoint was away for %.1f s, a "+
		"Service %.1f s, pods of other nodes %.1f s", o.Writes, o.Gap, o.Endpoint, o.Service, o.Pods)
	if o.Where != "" {
		text += ", seen from " + o.Where
	}
	if len(o.Restarted) > 0 {
		text += ". Restarted: " + strings.Join(o.Restarted, ", ")
	}
	return text
}

// watchers are a pod on each node that requests a Service, and the pods of all nodes, once a second, and logs each answer.
const watchers = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: watcher}
spec:
  selector: {matchLabels: {app: watcher}}
  template:
    metadata: {labels: {app: watcher}}
    spec:
      terminationGracePeriodSeconds: 0
      tolerations: [{operator: Exists}]
      containers:
      - name: watcher
        image: %q
        command: [sh, -c]
        args:
        - |
          probe serve :8080 &
          while sleep 1; do
            probe get http://web/ >/dev/null 2>&1 && echo service
            for peer in $(probe lookup watcher | tr -d '[]'); do
              case $peer in *:*) peer="[$peer]" ;; esac
              probe get "http://$peer:8080/" >/dev/null 2>&1 && echo "pod $peer"
            done
          done
---
apiVersion: v1
kind: Service
metadata: {name: watcher}
spec: {selector: {app: watcher}, clusterIP: None, ports: [{port: 8080}]}
`

// observe starts the observers. The kubeconfig must have been fetched, and the checks' workload must run.
func (c *changing) observe(ctx context.Context) (*observers, error) {
	if _, err := c.kubeInput(ctx, fmt.Sprintf(watchers, c.nodes[0].ProbeImage()), "apply", "-f", "-"); err != nil {
		return nil, err
	}
	if _, err := c.kube(ctx, "rollout", "status", "daemonset/watcher", "--timeout=90s"); err != nil {
		return nil, err
	}
	o := &observers{c: c}
	var err error
	if o.before, err = c.containers(ctx); err != nil {
		return nil, err
	}
	if o.writer, err = c.write(ctx); err != nil {
		return nil, err
	}
	ctx, o.stop = context.WithCancel(ctx)
	o.since = time.Now()
	o.asked = o.since
	o.done.Go(func() { o.ask(ctx) })
	return o, nil
}

// ask sends five requests a second to the endpoint.
func (o *observers) ask(ctx context.Context) {
	for ctx.Err() == nil {
		server := o.writer.server()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/readyz", nil)
		if err != nil {
			return
		}
		response, err := o.writer.client.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				o.away, o.asked = max(o.away, time.Since(o.asked)), time.Now()
			}
		} else {
			o.writer.failed(server)
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// quit stops the observers if the result is not needed.
func (o *observers) quit() {
	o.stop()
	o.writer.stop()
}

// end stops the observers, checks that every acknowledged write is there, and returns the observations. inWork are nodes whose own pods may
// be disconnected.
func (o *observers) end(ctx context.Context, inWork ...string) (*Sighting, error) {
	o.stop()
	o.done.Wait()
	if err := o.writer.end(ctx); err != nil {
		return nil, err
	}
	saw := &Sighting{Writes: len(o.writer.acked), Gap: o.writer.gap.Seconds(), Endpoint: o.away.Seconds()}
	if err := o.traffic(ctx, saw, inWork); err != nil {
		return nil, err
	}
	after, err := o.c.containers(ctx)
	if err != nil {
		return nil, err
	}
	for _, pod := range slices.Sorted(maps.Keys(o.before)) {
		if now, there := after[pod]; there && now != o.before[pod] {
			saw.Restarted = append(saw.Restarted, pod)
		}
	}
	return saw, nil
}

// traffic reads from the watchers when they got answers. A pod that is younger than the edit only counts from its start.
func (o *observers) traffic(ctx context.Context, saw *Sighting, inWork []string) error {
	end := time.Now()
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Spec     struct{ NodeName string }
			Status   struct {
				ContainerStatuses []struct {
					State struct {
						Running *struct{ StartedAt time.Time }
					}
				}
			}
		}
	}
	out, err := o.c.kube(ctx, "get", "pods", "-l", "app=watcher", "-o", "json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &list)
	}
	if err != nil {
		return err
	}
	for _, p := range list.Items {
		if slices.Contains(inWork, p.Spec.NodeName) || len(p.Status.ContainerStatuses) == 0 ||
			p.Status.ContainerStatuses[0].State.Running == nil {
			continue
		}
		began := o.since
		if p.Status.ContainerStatuses[0].State.Running.StartedAt.After(began) { // what it waits for starts with it
			began = time.Time{}
		}
		log, err := o.c.kube(ctx, "logs", p.Metadata.Name, "--timestamps", "--since-time="+o.since.UTC().Format(time.RFC3339))
		if err != nil && strings.Contains(err.Error(), "NotFound") { // its node has left
			continue
		}
		if err != nil {
			return err
		}
		service, pods, pace := gaps(log, began, end)
		saw.Pace = max(saw.Pace, pace)
		if service > max(saw.Service, saw.Pods, 2) || pods > max(saw.Service, saw.Pods, 2) {
			saw.Where = p.Spec.NodeName
		}
		saw.Service, saw.Pods = max(saw.Service, service), max(saw.Pods, pods)
	}
	return nil
}

// gaps returns the longest times, in seconds, between two lines of each kind in a watcher's log, starting at began, or at its first line if
// began is zero. pace is the median time between two answers of the Service, which one long gap does not change.
func gaps(log string, began, end time.Time) (service, pods, pace float64) {
	last := map[string]time.Time{}
	if !began.IsZero() {
		last["service"], last["pod"] = began, began
	}
	longest := map[string]float64{}
	var paces []float64
	note := func(kind string, at time.Time) {
		if before, known := last[kind]; known {
			if kind == "service" {
				paces = append(paces, at.Sub(before).Seconds())
			}
			longest[kind] = max(longest[kind], at.Sub(before).Seconds())
		}
		last[kind] = at
	}
	for line := range strings.Lines(log) {
		stamp, what, _ := strings.Cut(strings.TrimSpace(line), " ")
		kind, _, _ := strings.Cut(what, " ")
		at, err := time.Parse(time.RFC3339Nano, stamp)
		if err != nil || at.Before(began) || kind != "service" && kind != "pod" {
			continue
		}
		note(kind, at)
	}
	note("service", end)
	note("pod", end)
	slices.Sort(paces)
	if len(paces) > 0 {
		pace = paces[len(paces)/2]
	}
	return longest["service"], longest["pod"], pace
}

// containers lists every pod with its containers.
func (c *cluster) containers(ctx context.Context) (map[string]string, error) {
	var list struct {
		Items []struct {
			Metadata struct{ Namespace, Name string }
			Status   struct {
				ContainerStatuses []struct{ Name, ContainerID string }
			}
		}
	}
	out, err := c.kube(ctx, "get", "pods", "-A", "-o", "json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &list)
	}
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, p := range list.Items {
		var ids []string
		for _, s := range p.Status.ContainerStatuses {
			ids = append(ids, s.Name+"="+s.ContainerID)
		}
		slices.Sort(ids)
		all[p.Metadata.Namespace+"/"+p.Metadata.Name] = strings.Join(ids, " ")
	}
	if len(all) == 0 {
		return nil, errors.New("the cluster has no pods")
	}
	return all, nil
}
