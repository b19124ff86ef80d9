package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// recover tests recovery from losses with the generated tree's playbooks: renewed certificates, a snapshot, a replaced host, a lost quorum,
// a cluster without any control plane left. There is one walk for each type with more than one host, two with stacked etcd and two with
// external, and one on hosts without IPv4.
func (h *harness) recover(ctx context.Context, names []string) error {
	walks := map[string]func(context.Context, *cluster, *table) error{
		"1+1+2": walkSingle, "1+3+1": walkLone, "3+1": walkStacked, "3+3+2": walkExternal, "ipv6": walkExternal,
	}
	passed := 0
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(walks)) {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		if err := h.recoverCase(ctx, name, walks[name]); err != nil {
			fmt.Printf("\n%s: FAILED: %v\n", name, err)
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		passed++
	}
	fmt.Printf("\n%d passed, %d failed\n", passed, len(errs))
	return errors.Join(errs...)
}

func (h *harness) recoverCase(ctx context.Context, name string, walk func(context.Context, *cluster, *table) error) (err error) {
	t := h.table(ctx, name+", to be recovered")
	c, _, _, err := h.generate(ctx, name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			h.report(ctx, c)
		}
		err = errors.Join(err, c.remove(ctx))
	}()
	if err := h.lab.Boot(ctx, c.nodes); err != nil {
		return err
	}
	if err := c.play(ctx, t, "site.yml"); err != nil {
		return err
	}
	if err := c.check(ctx); err != nil {
		return err
	}
	t.phase("checks")
	return walk(ctx, c, t)
}

// play runs a playbook and adds a row to the table.
func (c *cluster) play(ctx context.Context, t *table, name string, args ...string) error {
	_, err := c.played(ctx, t, name, args...)
	return err
}

func (c *cluster) played(ctx context.Context, t *table, name string, args ...string) (*playbookRun, error) {
	run, err := c.playbook(ctx, name, "recovery-"+strings.TrimSuffix(name, ".yml"), args...)
	if err != nil {
		return nil, err
	}
	t.row(strings.TrimSpace(name+" "+strings.Join(args, " ")), run.took, run)
	return run, nil
}

// mark stores a marker in the cluster.
func (c *cluster) mark(ctx context.Context, name string) error {
	_, err := c.kube(ctx, "create", "configmap", name)
	return err
}

// marks checks which markers the cluster still has.
func (c *cluster) marks(ctx context.Context, want ...string) error {
	return eventually(ctx, time.Minute, func() error {
		out, err := c.kube(ctx, "get", "configmaps", "-o", "jsonpath={.items[*].metadata.name}")
		if err != nil {
			return err
		}
		have := slices.DeleteFunc(strings.Fields(out), func(s string) bool { return s == "kube-root-ca.crt" })
		if !slices.Equal(have, want) {
			return fmt.Errorf("the cluster holds %v, and should hold %v", have, want)
		}
		return nil
	})
}

// lose destroys hosts with their disks and replaces them with new machines of the same names and addresses.
func (c *cluster) lose(ctx context.Context, names ...string) error {
	if err := c.destroy(ctx, names...); err != nil {
		return err
	}
	return c.h.lab.Boot(ctx, c.nodes)
}

func (c *cluster) destroy(ctx context.Context, names ...string) error {
	for _, name := range names {
		if err := c.node(name).Remove(ctx); err != nil {
			return err
		}
	}
	return nil
}

// saved runs backup-etcd.yml with a copy for this machine, and returns the copies.
func (c *cluster) saved(ctx context.Context, t *table) (snapshot, authorities string, err error) {
	safe := filepath.Join(c.dir, "safe")
	if err := errors.Join(os.RemoveAll(safe), os.Mkdir(safe, 0o700)); err != nil {
		return "", "", err
	}
	if err := c.play(ctx, t, "backup-etcd.yml", "-e", "fetch_to="+safe); err != nil {
		return "", "", err
	}
	copies, err := os.ReadDir(safe)
	if err != nil {
		return "", "", err
	}
	for _, entry := range copies {
		path := filepath.Join(safe, entry.Name())
		info, err := entry.Info()
		if err != nil {
			return "", "", err
		}
		if info.Mode().Perm() != 0o600 {
			return "", "", fmt.Errorf("others can read %s: %s", path, info.Mode())
		}
		switch filepath.Ext(path) {
		case ".db":
			snapshot = path
		case ".tar":
			authorities = path
		}
	}
	if snapshot == "" || authorities == "" {
		return "", "", fmt.Errorf("backup-etcd.yml copied %v, and should have copied a snapshot and the authorities", copies)
	}
	return snapshot, authorities, nil
}

// giveBack restores the CAs' keys on a new machine, as RUNBOOK.md says.
func (c *cluster) giveBack(ctx context.Context, host, authorities string) error {
	_, err := c.ansible(ctx, "give-back", "ansible", host, "--become", "--module-name", "ansible.builtin.unarchive", "--args",
		"src="+authorities+" dest=/")
	return err
}

// settled checks that site.yml adds what is missing, that the cluster has the given markers and is healthy, and that a second run changes
// nothing.
func (c *cluster) settled(ctx context.Context, t *table, marks ...string) error {
	if err := c.play(ctx, t, "site.yml"); err != nil {
		return err
	}
	if err := c.fetchKubeconfig(ctx); err != nil {
		return err
	}
	if err := c.marks(ctx, marks...); err != nil {
		return err
	}
	if err := c.check(ctx); err != nil {
		return err
	}
	t.phase("checks")
	again, err := c.played(ctx, t, "site.yml")
	if err != nil {
		return err
	}
	if again.changedCount() > 0 {
		return fmt.Errorf("site.yml again changed something:\n  %s", strings.Join(again.changed, "\n  "))
	}
	return nil
}

// serials returns the serial numbers of certificates, by host and file.
func (c *cluster) serials(ctx context.Context, files map[string][]string) (map[string]string, error) {
	all := map[string]string{}
	for host, paths := range files {
		for _, p := range paths {
			out, err := c.node(host).Exec(ctx, "cat", p)
			if err != nil {
				return nil, err
			}
			block, _ := pem.Decode([]byte(out))
			if block == nil {
				return nil, fmt.Errorf("%s of %s is not PEM", p, host)
			}
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", p, host, err)
			}
			all[host+":"+p] = certificate.SerialNumber.Text(16)
		}
	}
	return all, nil
}

// renewed runs renew-certs.yml with everything due, checks that every certificate is new and the cluster is healthy, and then that nothing
// is due.
func (c *cluster) renewed(ctx context.Context, t *table, files map[string][]string) error {
	before, err := c.serials(ctx, files)
	if err != nil {
		return err
	}
	if err := c.play(ctx, t, "renew-certs.yml", "-e", "days=400"); err != nil {
		return err
	}
	after, err := c.serials(ctx, files)
	if err != nil {
		return err
	}
	for name, serial := range before {
		if after[name] == serial {
			return fmt.Errorf("renew-certs.yml left %s as it was", name)
		}
	}
	if err := c.check(ctx); err != nil {
		return fmt.Errorf("after renew-certs.yml: %w", err)
	}
	again, err := c.played(ctx, t, "renew-certs.yml")
	if err != nil {
		return err
	}
	if again.changedCount() > 0 {
		return fmt.Errorf("renew-certs.yml again changed something:\n  %s", strings.Join(again.changed, "\n  "))
	}
	return nil
}

// refuses checks that a playbook stops without doing anything.
func (c *cluster) refuses(ctx context.Context, why, name string, args ...string) error {
	_, err := c.playbook(ctx, name, "refusal-"+strings.TrimSuffix(name, ".yml"), args...)
	if err == nil {
		return fmt.Errorf("%s %v was carried out", name, args)
	}
	if !strings.Contains(strings.Join(strings.Fields(err.Error()), " "), why) {
		return fmt.Errorf("%s %v stopped, and did not say %q: %w", name, args, why, err)
	}
	return nil
}

var kubeadmCertificates = []string{"/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/pki/apiserver-kubelet-client.crt",
	"/etc/kubernetes/pki/front-proxy-client.crt"}

func walkExternal(ctx context.Context, c *cluster, t *table) error {
	if err := c.refuses(ctx, "etcd has a quorum", "restore-etcd.yml", "-e", "confirm=yes"); err != nil {
		return err
	}
	if err := c.refuses(ctx, "is Ready", "replace-host.yml", "-e", "host=cp-2"); err != nil {
		return err
	}
	etcd := []string{"/etc/etcd/pki/server.crt", "/etc/etcd/pki/peer.crt", "/etc/etcd/pki/healthcheck-client.crt"}
	client := append(slices.Clone(kubeadmCertificates), "/etc/kubernetes/pki/apiserver-etcd-client.crt")
	files := map[string][]string{}
	for _, host := range c.groups["control_plane"] {
		files[host] = client
	}
	for _, host := range c.groups["etcd"] {
		files[host] = etcd
	}
	if err := c.renewed(ctx, t, files); err != nil {
		return err
	}

	// a member is lost permanently, the one that signs certificates, and then a control plane
	for _, host := range []string{"etcd-1", "cp-2"} {
		if err := c.lose(ctx, host); err != nil {
			return err
		}
		t.phase(host + " lost, a new machine in its place")
		if slices.Contains(c.groups["kubelet"], host) {
			if err := eventually(ctx, 2*time.Minute, func() error { return c.nodeLost(ctx, host) }); err != nil {
				return err
			}
			t.phase("until " + host + " counts as lost")
		}
		if err := c.play(ctx, t, "replace-host.yml", "-e", "host="+host); err != nil {
			return err
		}
	}
	// what admitted the new member is gone, and systemd has reloaded
	if _, err := c.node("etcd-1").Exec(ctx, "systemctl", "restart", "etcd"); err != nil {
		return fmt.Errorf("etcd-1 does not start again: %w", err)
	}
	if err := c.check(ctx); err != nil {
		return fmt.Errorf("after replace-host.yml: %w", err)
	}
	t.phase("checks")

	// the quorum is lost permanently
	if err := c.mark(ctx, "before"); err != nil {
		return err
	}
	if err := c.play(ctx, t, "backup-etcd.yml"); err != nil {
		return err
	}
	if err := c.mark(ctx, "since"); err != nil {
		return err
	}
	if err := c.lose(ctx, "etcd-2", "etcd-3"); err != nil {
		return err
	}
	t.phase("etcd-2 and etcd-3 lost: no quorum")
	if err := c.play(ctx, t, "restore-etcd.yml", "-e", "confirm=yes"); err != nil {
		return err
	}
	return c.settled(ctx, t, "before")
}

// walkLone loses the only member of external etcd with its disk, and then every control plane.
func walkLone(ctx context.Context, c *cluster, t *table) error {
	if err := c.mark(ctx, "before"); err != nil {
		return err
	}
	snapshot, authorities, err := c.saved(ctx, t)
	if err != nil {
		return err
	}
	if err := c.mark(ctx, "since"); err != nil {
		return err
	}
	if err := c.lose(ctx, "etcd-1"); err != nil {
		return err
	}
	t.phase("etcd-1 lost, and all that is stored")
	if err := c.refuses(ctx, "No member has a snapshot", "restore-etcd.yml", "-e", "confirm=yes"); err != nil {
		return err
	}
	if err := c.play(ctx, t, "restore-etcd.yml", "-e", "confirm=yes", "-e", "snapshot="+snapshot); err != nil {
		return err
	}
	if err := c.settled(ctx, t, "before"); err != nil {
		return fmt.Errorf("after restore-etcd.yml: %w", err)
	}

	if err := c.lose(ctx, "cp-1", "cp-2", "cp-3"); err != nil {
		return err
	}
	t.phase("all control planes lost")
	if err := c.refuses(ctx, "lacks the keys", "site.yml"); err != nil {
		return err
	}
	if err := c.giveBack(ctx, "cp-1", authorities); err != nil {
		return err
	}
	return c.settled(ctx, t, "before")
}

// walkSingle loses the only control plane, which has etcd's only member.
func walkSingle(ctx context.Context, c *cluster, t *table) error {
	if err := c.mark(ctx, "before"); err != nil {
		return err
	}
	snapshot, authorities, err := c.saved(ctx, t)
	if err != nil {
		return err
	}
	if err := c.mark(ctx, "since"); err != nil {
		return err
	}
	if err := c.lose(ctx, "cp-1"); err != nil {
		return err
	}
	t.phase("cp-1 lost, and all that is stored")
	if err := c.refuses(ctx, "lacks the keys", "site.yml"); err != nil {
		return err
	}
	if err := c.refuses(ctx, "lacks the keys", "restore-etcd.yml", "-e", "confirm=yes", "-e", "snapshot="+snapshot); err != nil {
		return err
	}
	if err := c.giveBack(ctx, "cp-1", authorities); err != nil {
		return err
	}
	if err := c.play(ctx, t, "restore-etcd.yml", "-e", "confirm=yes", "-e", "snapshot="+snapshot); err != nil {
		return err
	}
	return c.settled(ctx, t, "before")
}

func walkStacked(ctx context.Context, c *cluster, t *table) error {
	stacked := append(slices.Clone(kubeadmCertificates), "/etc/kubernetes/pki/etcd/server.crt", "/etc/kubernetes/pki/etcd/peer.crt")
	if err := c.renewed(ctx, t, map[string][]string{"cp-1": stacked, "cp-2": stacked, "cp-3": stacked}); err != nil {
		return err
	}
	if err := checkSealed(ctx, c); err != nil {
		return err
	}
	if err := c.lose(ctx, "cp-1"); err != nil { // the one that started the cluster, and created the encryption key of Secrets
		return err
	}
	t.phase("cp-1 lost, a new machine in its place")
	if err := eventually(ctx, 2*time.Minute, func() error { return c.nodeLost(ctx, "cp-1") }); err != nil {
		return err
	}
	t.phase("until cp-1 counts as lost")
	if err := c.play(ctx, t, "replace-host.yml", "-e", "host=cp-1"); err != nil {
		return err
	}
	if err := c.check(ctx); err != nil {
		return fmt.Errorf("after replace-host.yml: %w", err)
	}
	if err := checkSealed(ctx, c); err != nil {
		return fmt.Errorf("after replace-host.yml: %w", err)
	}
	if err := c.mark(ctx, "before"); err != nil {
		return err
	}
	t.phase("checks")
	if err := c.play(ctx, t, "backup-etcd.yml"); err != nil {
		return err
	}
	if err := c.mark(ctx, "since"); err != nil {
		return err
	}
	// the snapshot is on the first healthy member: keep that one. There are no new machines yet.
	if err := c.destroy(ctx, "cp-2", "cp-3"); err != nil {
		return err
	}
	t.phase("cp-2 and cp-3 lost: no quorum")
	c.away = []string{"cp-2", "cp-3"}
	if err := c.play(ctx, t, "restore-etcd.yml", "-e", "confirm=yes"); err != nil {
		return err
	}
	c.away = nil
	if err := c.h.lab.Boot(ctx, c.nodes); err != nil {
		return err
	}
	t.phase("new machines for cp-2 and cp-3")
	if err := c.settled(ctx, t, "before"); err != nil {
		return err
	}
	return checkSealed(ctx, c)
}

// nodeLost checks that the node controller has given up on a node.
func (c *cluster) nodeLost(ctx context.Context, name string) error {
	out, err := c.kube(ctx, "get", "node", name, "-o", `jsonpath={.status.conditions[?(@.type=="Ready")].status}`)
	if err != nil {
		return err
	}
	if out == "True" {
		return fmt.Errorf("%s still counts as Ready", name)
	}
	return nil
}
