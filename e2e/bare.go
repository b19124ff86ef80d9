package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// onlyLab is what a topology for lab hosts needs in addition to its nodes: the key, and where downloads are, because the hosts have no
// internet access. The checksums are those of the lab's own builds: k8splan knows the ones of upstream's files.
const onlyLab = `
ssh {
  private_key_file = %q
}

artifacts {
  source           = "binaries"
  mirror_url       = "http://10.77.0.1:8000/mirror"
  image_repository = "10.77.0.1:5000"
  checksums        = %s
}

container_runtime "containerd" {
  registry "10.77.0.1:5000" { plain_http = true }
}
`

// bare boots the hosts of a case without a cluster, and keeps them until it is interrupted: machines for users who have none.
func (h *harness) bare(ctx context.Context, tc testCase) (err error) {
	c, _, _, err := h.generate(ctx, tc.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.remove(context.WithoutCancel(ctx))) }()
	if err := h.lab.Boot(ctx, c.nodes); err != nil {
		return err
	}
	fmt.Print("\nThese hosts have an operating system, sshd, and python3:\n\n")
	for _, n := range c.nodes {
		fmt.Printf("  %-8s %s\n", n.Name, n.Address)
	}
	fmt.Print("\nThey reach only the lab. Add this to a topology for them:\n")
	checksums, err := h.checksumsOf(c.tree)
	if err != nil {
		return err
	}
	fmt.Printf(onlyLab, h.lab.Key(), checksums)
	fmt.Print("\nEvery start gives the hosts new SSH host keys. If ssh reports a changed key, forget the old one: ssh-keygen -R ADDRESS.\n")
	fmt.Print("\n^C removes them.\n")
	<-ctx.Done()
	return nil
}

// checksumsOf returns artifacts.checksums of the lab's builds for the files that a tree downloads, in HCL.
func (h *harness) checksumsOf(tree string) (string, error) {
	var sums map[string]string
	if err := json.Unmarshal([]byte(h.lab.Digests()), &sums); err != nil {
		return "", err
	}
	listed, err := os.ReadFile(filepath.Join(tree, "files.txt"))
	if err != nil {
		return "", err
	}
	maps.DeleteFunc(sums, func(path, _ string) bool { return !strings.Contains(string(listed), path) })
	text, err := json.MarshalIndent(sums, "  ", "  ")
	return string(text), err
}
