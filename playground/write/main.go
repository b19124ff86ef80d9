// Write puts the static page into a folder; scripts/site.sh adds what is built elsewhere.
//
//	go run ./playground/write DIR
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/k8splan/k8splan/playground"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./playground/write DIR")
		os.Exit(2)
	}
	for name, data := range playground.Static() {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), data, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
