package lab

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Login is the login for the registry on port 5001 and the proxy on port 3128, user:password. Its characters are special in a shell, in
// systemd, and in a URL.
const Login = "lab%user:p@$$'w \"ord/#`"

// guardedRegistry serves Registry's images, and requires the login.
const guardedRegistry = Gateway + ":5001"

// logins writes the login files that topologies name, next to the ssh key: <key>.auths and <key>.login.
func (l *Lab) logins() error {
	auths := fmt.Sprintf(`{"auths": {"%s:5001": {"auth": %q}}}`, Gateway, base64.StdEncoding.EncodeToString([]byte(Login)))
	return errors.Join(os.WriteFile(l.Key()+".auths", []byte(auths), 0o600), os.WriteFile(l.Key()+".login", []byte(Login+"\n"), 0o600))
}

// guarded makes a handler require the login.
func guarded(header, challenge string, status int, next http.Handler) http.Handler {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(Login))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(header) != want {
			w.Header().Set(challenge, `Basic realm="lab"`)
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// proxied answers for any address that the proxy would reach.
func proxied(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "through the proxy to", r.URL.Host)
}

// Serve starts the file server (apt repository, mirror) and the registry on the bridge, the registry again with a login, and a proxy with a
// login. stop stops them.
func (l *Lab) Serve(ctx context.Context) (stop func(), err error) {
	if _, err := l.script(ctx, "net"); err != nil {
		return nil, err
	}
	if err := l.logins(); err != nil {
		return nil, err
	}
	images := registry(filepath.Join(l.Dir, "registry"))
	var servers []*http.Server
	for _, address := range []string{Gateway, gateway6} {
		servers = append(servers,
			&http.Server{Addr: net.JoinHostPort(address, "8000"), Handler: http.FileServer(http.Dir(filepath.Join(l.Dir, "www")))},
			&http.Server{Addr: net.JoinHostPort(address, "5000"), Handler: images},
			&http.Server{Addr: net.JoinHostPort(address, "5001"), Handler: guarded("Authorization", "WWW-Authenticate",
				http.StatusUnauthorized, images)},
			&http.Server{Addr: net.JoinHostPort(address, "3128"), Handler: guarded("Proxy-Authorization", "Proxy-Authenticate",
				http.StatusProxyAuthRequired, http.HandlerFunc(proxied))})
	}
	stop = func() {
		for _, s := range servers {
			s.Close()
		}
	}
	for _, s := range servers {
		s.ReadHeaderTimeout = 10 * time.Second
		listener, err := net.Listen("tcp", s.Addr)
		if err != nil {
			stop()
			return nil, fmt.Errorf("the lab's servers: %w", err)
		}
		go func() {
			if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				fmt.Fprintln(l.log, "server on", s.Addr+":", err)
			}
		}()
	}
	return stop, nil
}

// Copy is a second repository with the same images, below Registry.
const Copy = Registry + "/" + copied

const copied = "copy"

// registry serves the images that buildImages wrote, with the pull part of the OCI distribution protocol. Source:
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
func registry(dir string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.TrimPrefix(path.Clean(r.URL.Path), "/"), "/")
		if len(parts) < 4 || parts[0] != "v2" {
			if parts[0] == "v2" && len(parts) == 1 {
				return
			}
			http.NotFound(w, r)
			return
		}
		name, kind, reference := path.Join(parts[1:len(parts)-2]...), parts[len(parts)-2], parts[len(parts)-1]
		name = strings.TrimPrefix(name, copied+"/")
		digest := reference
		switch kind {
		case "blobs":
			w.Header().Set("Content-Type", "application/octet-stream")
		case "manifests":
			w.Header().Set("Content-Type", manifestType)
			if !strings.HasPrefix(reference, "sha256:") {
				data, err := os.ReadFile(filepath.Join(dir, "manifests", name, reference))
				if err != nil {
					http.NotFound(w, r)
					return
				}
				digest = string(data)
			}
		default:
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Docker-Content-Digest", digest)
		http.ServeFile(w, r, filepath.Join(dir, "blobs", digest))
	})
}

// Has reports whether the lab serves an image (by its reference in Registry) or a file (by its address in Mirror), with Gateway as address
// or as Name.
func (l *Lab) Has(reference string) bool {
	reference = strings.Replace(reference, Name, Gateway, 1)
	name, ok := strings.CutPrefix(reference, Mirror+"/")
	if ok {
		_, err := os.Stat(filepath.Join(l.Dir, "www", "mirror", name))
		return err == nil
	}
	name, ok = strings.CutPrefix(strings.Replace(reference, guardedRegistry, Registry, 1), Registry+"/")
	if !ok {
		return false
	}
	name, tag, _ := strings.Cut(strings.TrimPrefix(name, copied+"/"), ":")
	_, err := os.Stat(filepath.Join(l.Dir, "registry", "manifests", name, tag))
	return err == nil
}
