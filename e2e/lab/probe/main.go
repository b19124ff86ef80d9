// Command probe runs in the smoke test's pods: a web server that answers with its host name, and a client (HTTP GET, name lookup) without
// libc, so that one static binary tests Services and DNS.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: probe serve ADDR | get URL | lookup NAME")
		os.Exit(2)
	}
	var err error
	switch arg := os.Args[2]; os.Args[1] {
	case "serve":
		err = http.ListenAndServe(arg, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			h, _ := os.Hostname()
			fmt.Fprintln(w, h)
		}))
	case "get":
		c := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		var r *http.Response
		if r, err = c.Get(arg); err == nil {
			_, err = io.Copy(os.Stdout, r.Body)
		}
	case "lookup":
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		var a []string
		if a, err = net.DefaultResolver.LookupHost(ctx, arg); err == nil {
			fmt.Println(a)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
