package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// writer creates numbered ConfigMaps through the cluster's endpoint during an edit, and asks every host of external etcd for its cluster
// ID. Every write that the API acknowledged must be there at the end.
type writer struct {
	servers []string     // for clients that move: their current endpoint, and the tree's
	at      atomic.Int32 // index of the one that answered last
	client  *http.Client
	etcd    *http.Client // nil if etcd is stacked
	stop    context.CancelFunc
	done    sync.WaitGroup

	mu       sync.Mutex
	acked    []int
	gap      time.Duration // the longest time between two acknowledged writes
	revision uint64        // revision of the last write
	clusters map[string]bool
	problems []string
}

const writes = "/api/v1/namespaces/default/configmaps"

// write starts writing. The kubeconfig must have been fetched.
func (c *cluster) write(ctx context.Context) (*writer, error) {
	config, err := os.ReadFile(filepath.Join(c.dir, "admin.conf"))
	if err != nil {
		return nil, err
	}
	field := func(key string) []byte {
		m := regexp.MustCompile(`(?m)^ *` + key + `: (\S+)$`).FindSubmatch(config)
		if m == nil {
			return nil
		}
		return m[1]
	}
	decoded := func(key string) []byte {
		data, _ := base64.StdEncoding.DecodeString(string(field(key)))
		return data
	}
	client, err := tlsClient(decoded("certificate-authority-data"), decoded("client-certificate-data"), decoded("client-key-data"))
	if err != nil {
		return nil, err
	}
	w := &writer{servers: []string{string(field("server"))}, client: client, clusters: map[string]bool{}}
	if next := c.nextEndpoint(); next != "" && next != w.servers[0] {
		w.servers = append(w.servers, next)
	}
	if len(c.groups["etcd"]) > 0 {
		if _, err := c.etcdctl(ctx, c.members...); err != nil { // this installs the certificates
			return nil, err
		}
		var files [3][]byte
		for i, name := range []string{"ca.crt", "apiserver-etcd-client.crt", "apiserver-etcd-client.key"} {
			if files[i], err = os.ReadFile(filepath.Join(c.dir, name)); err != nil {
				return nil, err
			}
		}
		if w.etcd, err = tlsClient(files[0], files[1], files[2]); err != nil {
			return nil, err
		}
	}
	ctx, w.stop = context.WithCancel(ctx)
	w.done.Go(func() { w.run(ctx) })
	if w.etcd != nil {
		w.done.Go(func() { w.watch(ctx, c) })
	}
	return w, nil
}

// nextEndpoint returns the endpoint that the tree moves clients to, if it is an address; "" for a name, which stays.
func (c *cluster) nextEndpoint() string {
	files, err := filepath.Glob(filepath.Join(c.tree, "kubeadm", "*.yaml"))
	if err != nil {
		return ""
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if m := regexp.MustCompile(`(?m)^controlPlaneEndpoint: "?([0-9.:]+)"?$`).FindSubmatch(text); m != nil {
			return "https://" + string(m[1])
		}
	}
	return ""
}

// server returns the destination of the next request.
func (w *writer) server() string { return w.servers[w.at.Load()] }

// failed sends the next request to the other endpoint, unless that has already happened.
func (w *writer) failed(server string) {
	at := w.at.Load()
	if w.servers[at] == server {
		w.at.CompareAndSwap(at, (at+1)%int32(len(w.servers)))
	}
}

func tlsClient(ca, certificate, key []byte) (*http.Client, error) {
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, errors.New("no certificate of an authority")
	}
	return &http.Client{
		Timeout:   4 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}},
	}, nil
}

// run writes ten times a second. A write that is not acknowledged is not repeated: it may or may not be there.
func (w *writer) run(ctx context.Context) {
	last := time.Now()
	for n := 1; ctx.Err() == nil; n++ {
		revision, err := w.create(ctx, n)
		w.mu.Lock()
		if err == nil {
			w.gap, last = max(w.gap, time.Since(last)), time.Now()
			w.acked = append(w.acked, n)
			if revision < w.revision {
				w.problems = append(w.problems, fmt.Sprintf("revision %d came after %d", revision, w.revision))
			}
			w.revision = max(w.revision, revision)
		} else {
			w.client.CloseIdleConnections()
		}
		w.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	w.mu.Lock()
	w.gap = max(w.gap, time.Since(last))
	w.mu.Unlock()
}

func (w *writer) create(ctx context.Context, n int) (revision uint64, err error) {
	body := fmt.Sprintf(`{"metadata":{"name":"write-%d","labels":{"written":"yes"}},"data":{"n":"%d"}}`, n, n)
	var answer struct {
		Metadata struct{ ResourceVersion string }
	}
	if err := w.ask(ctx, http.MethodPost, writes, body, &answer); err != nil {
		return 0, err
	}
	return strconv.ParseUint(answer.Metadata.ResourceVersion, 10, 64)
}

func (w *writer) ask(ctx context.Context, method, path, body string, into any) error {
	server := w.server()
	request, err := http.NewRequestWithContext(ctx, method, server+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := w.client.Do(request)
	if err != nil {
		w.failed(server)
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return json.Unmarshal(data, into)
}

// watch asks every etcd host for its cluster ID, twice a second. Hosts that join later are already in the inventory.
func (w *writer) watch(ctx context.Context, c *cluster) {
	for ctx.Err() == nil {
		for _, n := range c.etcdHosts() {
			id, err := w.cluster(ctx, n)
			if err != nil {
				continue // not started yet, or stopped by the edit
			}
			w.mu.Lock()
			w.clusters[id] = true
			w.mu.Unlock()
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func (w *writer) cluster(ctx context.Context, address string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address+"/v3/maintenance/status", strings.NewReader("{}"))
	if err != nil {
		return "", err
	}
	response, err := w.etcd.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var status struct {
		Header struct {
			ID string `json:"cluster_id"`
		}
	}
	err = json.NewDecoder(response.Body).Decode(&status)
	return status.Header.ID, err
}

// end stops writing, and checks that every acknowledged write is there and that there was only one etcd cluster.
func (w *writer) end(ctx context.Context) error {
	w.stop()
	w.done.Wait()
	w.client.Timeout = 2 * time.Minute // thousands of objects
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Data     struct{ N string }
		}
	}
	if err := eventually(ctx, time.Minute, func() error {
		return w.ask(ctx, http.MethodGet, writes+"?labelSelector=written%3Dyes", "", &list)
	}); err != nil {
		return err
	}
	there := map[int]bool{}
	for _, i := range list.Items {
		if n, err := strconv.Atoi(i.Data.N); err == nil && i.Metadata.Name == fmt.Sprint("write-", n) {
			there[n] = true
		}
	}
	for _, n := range w.acked {
		if !there[n] {
			w.problems = append(w.problems, fmt.Sprintf("write %d was acknowledged and is gone", n))
		}
	}
	if len(w.acked) == 0 {
		w.problems = append(w.problems, "no write was acknowledged at all")
	}
	if len(w.clusters) > 1 {
		w.problems = append(w.problems, fmt.Sprintf("etcd was %d clusters", len(w.clusters)))
	}
	var gone struct{}
	if err := w.ask(ctx, http.MethodDelete, writes+"?labelSelector=written%3Dyes", "", &gone); err != nil {
		return err
	}
	if len(w.problems) > 0 {
		return errors.New(strings.Join(w.problems[:min(5, len(w.problems))], "; "))
	}
	return nil
}

// etcdHosts returns the client addresses of external etcd's hosts.
func (c *cluster) etcdHosts() []string {
	c.edited.Lock()
	defer c.edited.Unlock()
	var all []string
	for _, n := range c.nodes {
		if slices.Contains(c.groups["etcd"], n.Name) || slices.Contains(c.groups["leaving"], n.Name) {
			host := n.Address
			if strings.Contains(host, ":") {
				host = "[" + host + "]"
			}
			all = append(all, host+":2379")
		}
	}
	return all
}
