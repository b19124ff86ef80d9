package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"mime"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/lsp"
	"github.com/k8splan/k8splan/planner/play"
	"github.com/k8splan/k8splan/planner/play/tree"
	"github.com/k8splan/k8splan/playground"
)

const (
	lookEvery    = 250 * time.Millisecond // how often the file on disk is checked
	mostSessions = 16                     // concurrently open pages
	mostPosted   = 16 << 20               // bytes per message
	mostWatched  = 256                    // files that the topology reads
)

func (a *app) serveCommand() *cobra.Command {
	var topology topologyFlags
	var port int
	cmd := &cobra.Command{
		Use:   "serve [FILE]",
		Short: "Show a topology in a browser while you edit it in your own editor",
		Long: `Serve a web page that shows the design: findings, a picture with the effect of each failure, and the files that generate
would write. The page is updated when the topology, a file that it reads, or a file of -var-file changes on disk. Only this machine can
open it, and only with the address that serve prints.

  k8splan serve
  k8splan serve --port 8080 cluster.hcl`,
		Args: count(0, 1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			name := defaultFile
			if len(args) > 0 {
				name = args[0]
			}
			if name == "-" {
				return usagef("serve watches a file, so FILE cannot be -")
			}
			values, err := a.given(&topology, name)
			if err != nil {
				return err
			}
			in := &inputs{FS: folder(name), values: values, opened: map[string]bool{}, again: func() (map[string]cty.Value, error) {
				return a.given(&topology, name)
			}}
			for _, v := range topology.vars {
				if v.name == "" {
					in.varFiles = append(in.varFiles, v.file)
				}
			}
			if _, err := a.read(name); err != nil {
				return err
			}
			listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			if err != nil {
				return hinted{err, "choose another port with --port, or leave it out to use a free one"}
			}
			s := &served{
				name: name, token: rand.Text(), host: listener.Addr().String(), files: playground.Served(), sessions: map[string]*session{},
				read: a.read, in: in,
				options: play.Options{
					Release: release(), RulePage: rulePage, Values: in.now, Facts: a.facts, Folder: in,
					Today: func() time.Time {
						day, _ := topology.date() // validated above
						return day
					},
				},
			}
			a.note("http://%s/%s/ shows %s; stop with Ctrl-C", s.host, s.token, name)
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second,
				BaseContext: func(net.Listener) context.Context { return ctx }}
			go func() {
				<-ctx.Done()
				server.Close()
			}()
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&port, "port", 0, "listen on `PORT`; 0 chooses a free one")
	topology.add(cmd)
	return cmd
}

// served is a topology that pages follow.
type served struct {
	name    string
	token   string // part of the URL's path: other users of the machine do not know it
	host    string
	files   map[string][]byte
	options play.Options
	read    func(name string) ([]byte, error)
	in      *inputs

	mu       sync.Mutex
	sessions map[string]*session
}

// session is one open page.
type session struct {
	in  chan []byte
	out chan []byte
	end context.CancelFunc
}

// ServeHTTP only answers requests with the right address. A foreign host name is refused: another site's page could otherwise read the
// design through a name that changes its address (DNS rebinding).
func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", playground.Policy+"; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	_, port, _ := net.SplitHostPort(s.host)
	if r.Host != s.host && r.Host != "localhost:"+port {
		http.Error(w, "this address is not the one that k8splan serve printed", http.StatusMisdirectedRequest)
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
		http.Error(w, "the request comes from another page", http.StatusForbidden)
		return
	}
	dir, name := path.Split(r.URL.Path)
	if dir != "/"+s.token+"/" {
		http.Error(w, "the address is incomplete: k8splan serve printed a path after the port", http.StatusNotFound)
		return
	}
	switch {
	case name == "events" && r.Method == http.MethodGet:
		s.events(w, r)
	case name == "message" && r.Method == http.MethodPost:
		s.message(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	default:
		if name == "" {
			name = "index.html"
		}
		data, ok := s.files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Write(data) //nolint:errcheck // a client that left
	}
}

// message passes a page's message to its session.
func (s *served) message(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	of := s.sessions[r.URL.Query().Get("session")]
	s.mu.Unlock()
	if of == nil {
		http.Error(w, "there is no such session", http.StatusNotFound)
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostPosted))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	select {
	case of.in <- data:
		w.WriteHeader(http.StatusNoContent)
	case <-r.Context().Done():
	}
}

// events is the lifetime of a page: it starts a session, and sends everything for the page.
func (s *served) events(w http.ResponseWriter, r *http.Request) {
	ctx, end := context.WithCancel(r.Context())
	defer end()
	of, id := &session{in: make(chan []byte, 64), out: make(chan []byte, 64), end: end}, rand.Text()
	s.mu.Lock()
	full := len(s.sessions) >= mostSessions
	if !full {
		s.sessions[id] = of
	}
	s.mu.Unlock()
	if full {
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.sessions, id)
	}()
	send := func(message []byte) {
		select {
		case of.out <- message:
		case <-ctx.Done():
		}
	}
	requests := tree.Requests(s.options)
	maps.Copy(requests, map[string]lsp.Request{"k8splan/watch": func(json.RawMessage) (any, error) {
		go s.watch(ctx, send)
		return nil, nil
	}})
	go func() {
		play.Serve(ctx, of.in, send, s.options, requests)
		end()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "event: session\ndata: %s\n\n", id)
	flush := http.NewResponseController(w)
	for {
		if flush.Flush() != nil {
			return
		}
		select {
		case message := <-of.out: // JSON on one line
			if _, err := fmt.Fprintf(w, "data: %s\n\n", message); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// watch sends the file to a page, and again whenever it, a file that it reads, or a file of values changes. While it cannot be read, as
// when an editor replaces it, the last text stays.
func (s *served) watch(ctx context.Context, send func([]byte)) {
	last, told := "", false
	stamps := map[string]string{}
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	for {
		again := s.in.changed(stamps)
		if data, err := s.read(s.name); err == nil && (!told || again || string(data) != last) {
			last, told = string(data), true
			message, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": "k8splan/file",
				"params": map[string]any{"name": filepath.Base(s.name), "text": last, "again": again}})
			if err == nil {
				send(message)
			}
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

// inputs is a topology's input besides its text: the folder whose files it reads, and the values of variables.
type inputs struct {
	fs.FS    // the folder
	varFiles []string
	again    func() (map[string]cty.Value, error) // rereads the values

	mu     sync.Mutex
	opened map[string]bool // files of the folder that were opened
	values map[string]cty.Value
	read   string // stamps of varFiles when values were read
}

// Open implements fs.FS, and records what is opened.
func (in *inputs) Open(name string) (fs.File, error) {
	in.mu.Lock()
	if len(in.opened) < mostWatched {
		in.opened[name] = true
	}
	in.mu.Unlock()
	if in.FS == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return in.FS.Open(name)
}

// now returns the values of variables. While a file of values cannot be read or is invalid, which the terminal reports once, the last ones
// stay.
func (in *inputs) now() map[string]cty.Value {
	in.mu.Lock()
	defer in.mu.Unlock()
	read := ""
	for _, name := range in.varFiles {
		read += stamp(os.Stat(name)) + "\n"
	}
	if read != in.read {
		in.read = read
		if values, err := in.again(); err == nil {
			in.values = values
		}
	}
	return in.values
}

// changed reports whether a file differs from its stamp, and updates the stamps. A file without a stamp is new, not changed.
func (in *inputs) changed(stamps map[string]string) bool {
	in.mu.Lock()
	names := slices.Sorted(maps.Keys(in.opened))
	in.mu.Unlock()
	changed := false
	hold := func(key, now string) {
		last, known := stamps[key]
		changed = changed || known && last != now
		stamps[key] = now
	}
	for _, name := range names {
		if in.FS != nil {
			hold("file "+name, stamp(fs.Stat(in.FS, name)))
		}
	}
	for _, name := range in.varFiles {
		hold("values "+name, stamp(os.Stat(name)))
	}
	return changed
}

// stamp identifies a state of a file.
func stamp(info fs.FileInfo, err error) string {
	if err != nil {
		return "none"
	}
	return fmt.Sprint(info.Size(), " ", info.ModTime().UnixNano())
}
