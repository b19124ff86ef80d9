package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// forced is a refused edit that is made anyway, and the harm it does.
type forced struct {
	what  string
	pairs []string
	// spoil writes what validate refuses into the tree.
	spoil func(c *changing) error
	// playbook carries out the edit; "" for reconfigure.yml.
	playbook string
	// byHand makes the edit with a command on the first host, if no playbook can, and back reverts it.
	byHand, back string
	// other reports that diff names another playbook for the edit.
	other bool
	// ends reports that the playbook must restore everything itself.
	ends bool
	// harm describes the damage: ran is why the playbook failed, nil if it succeeded. It returns "" if there is no harm, which means the
	// refusal is wrong.
	harm func(ctx context.Context, c *changing, ran error) (string, error)
}

// unguarded removes the checks from the tree, so that refused edits are carried out.
func (c *changing) unguarded() error {
	for _, guard := range []struct{ file, says, instead string }{
		{"files/judge.py", `"problems": self.problems`, `"problems": []`},
		{"files/judge.py", "UNTOUCHED = (", "FIXED = {}\nUNTOUCHED = ("},
		{"vars/main.yml", "survey_problems: >-", "survey_problems: []\nsurvey_problems_no_more: >-"},
	} {
		name := filepath.Join(c.tree, "ansible", "roles", "survey", filepath.FromSlash(guard.file))
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if !strings.Contains(string(data), guard.says) {
			return fmt.Errorf("%s does not say %q", guard.file, guard.says)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(data), guard.says, guard.instead, 1)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// force makes a refused edit anyway, and expects harm.
func (c *changing) force(ctx context.Context, f forced) error {
	if err := c.edit(ctx, f.pairs...); err != nil {
		return err
	}
	if len(f.pairs) > 0 && !f.other && c.said.Verdict != "refused" {
		return fmt.Errorf("%s: diff says that it is %s, and not refused", f.what, c.said.Verdict)
	}
	rows := c.said.rows(true)
	if err := c.unguarded(); err != nil {
		return err
	}
	if f.spoil != nil {
		if err := f.spoil(c); err != nil {
			return err
		}
	}
	var ran error
	if f.byHand != "" {
		if _, err := c.nodes[0].Exec(ctx, "sh", "-c", f.byHand); err != nil {
			return err
		}
	} else {
		_, ran = c.playbook(ctx, cmp.Or(f.playbook, "reconfigure.yml"), "forced")
	}
	said, err := f.harm(ctx, c, ran)
	if err != nil {
		return fmt.Errorf("%s: %w", f.what, err)
	}
	fmt.Printf("  forced: %s: %s\n", f.what, cmp.Or(said, "NO HARM"))
	c.saw.Edits = append(c.saw.Edits, editResult{What: f.what, Rows: rows, Refused: "refused", Forced: cmp.Or(said, "no harm was seen")})
	c.t.phase("forced: " + f.what)
	if said == "" {
		c.harmless = append(c.harmless, f.what)
	}
	return nil
}

// walkForced makes refused edits, and expects each to do harm. Each but the last is reverted the same way.
func walkForced(edits []forced) func(context.Context, *changing) error {
	return func(ctx context.Context, c *changing) error { return c.forceAll(ctx, edits) }
}

func (c *changing) forceAll(ctx context.Context, edits []forced) error {
	for i, f := range edits {
		source := c.source
		if err := c.force(ctx, f); err != nil {
			return err
		}
		if c.thrown = i == len(edits)-1; c.thrown {
			break
		}
		if f.back != "" {
			if _, err := c.nodes[0].Exec(ctx, "sh", "-c", f.back); err != nil {
				return err
			}
		}
		c.source = source
		if err := c.anew(ctx); err != nil {
			return err
		}
		if f.ends {
			continue
		}
		if err := c.unguarded(); err != nil {
			return err
		}
		if err := eventually(ctx, 2*time.Minute, func() error { return c.checkNodesThere(ctx) }); err != nil {
			return fmt.Errorf("%s, taken back: %w", f.what, err)
		}
		if err := c.play(ctx, c.t, "reconfigure.yml"); err != nil {
			return fmt.Errorf("%s, taken back: %w", f.what, err)
		}
		if err := c.anew(ctx); err != nil {
			return err
		}
	}
	if len(c.harmless) > 0 {
		return fmt.Errorf("refused, and no harm was seen: %s", strings.Join(c.harmless, "; "))
	}
	return nil
}

// anew writes the topology's tree again, without manual changes.
func (c *changing) anew(ctx context.Context) error {
	if err := os.RemoveAll(c.tree); err != nil {
		return err
	}
	return c.edit(ctx)
}

const networkBlock = "network {\n%s\n}\n\n" + beforeRuntime

func inNetwork(text string) []string { return []string{beforeRuntime, fmt.Sprintf(networkBlock, text)} }

var forcedEdits = []forced{
	{what: "another range of pods", pairs: inNetwork(`  pod_subnets = ["10.200.0.0/16"]`), ends: true,
		harm: stops("kube-controller-manager")},
	{what: "the controller manager's cluster-cidr by a flag", spoil: flagged("controllerManager", "cluster-cidr", "10.200.0.0/16"),
		ends: true, harm: stops("kube-controller-manager")},
	{what: "the API server's etcd-servers by a flag", spoil: flagged("apiServer", "etcd-servers", "https://127.0.0.1:2479"),
		ends: true, harm: stops("kube-apiserver")},
	{what: "another DNS domain", pairs: inNetwork(`  dns_domain = "other.test"`), harm: losesNames},
	{what: "another range of Services", pairs: inNetwork(`  service_subnets = ["10.120.0.0/16"]`), harm: splitsServices},
}

// forcedNodes are forced edits of what nodes and pods get at start.
var forcedNodes = []forced{
	{what: "another cgroup driver", pairs: []string{ofCluster, ofCluster + "\n  kubelet {\n    cgroup_driver = \"cgroupfs\"\n  }"},
		playbook: "reconfigure.yml", harm: startsNoPod},
	{what: "a second family of pods", pairs: []string{beforeRuntime, fmt.Sprintf(networkBlock,
		"  pod_subnets     = [\"10.244.0.0/16\", \"fd10:244::/56\"]\n  service_subnets = [\"10.96.0.0/16\", \"fd10:96::/112\"]\n"+
			"  node_subnets    = [\"10.77.0.0/24\", \"fd77::/64\"]"),
		"  address = \"10.77.0.51\"", "  address = \"10.77.0.51\"\n  secondary_address = \"fd77::51\""}, harm: staysWithOneShare},
	{what: "another pod network", pairs: inNetwork("  cni \"static-routes\" {}"), playbook: "site.yml", harm: twoNetworks},
	{what: "another name of the cluster", pairs: []string{`cluster "aio"`, `cluster "other"`}, harm: otherName},
	{what: "a name in the certificate by site.yml", pairs: []string{ofCluster, ofCluster + "\n  cert_sans = [\"k8s.example.net\"]"},
		playbook: "site.yml", other: true, harm: lacksName},
	{what: "another port of the API server", byHand: "cp /etc/kubernetes/manifests/kube-apiserver.yaml /root/before.yaml; " +
		"sed -i 's/=6443/=7443/; s/6443$/7443/' /etc/kubernetes/manifests/kube-apiserver.yaml",
		back: "cp /root/before.yaml /etc/kubernetes/manifests/kube-apiserver.yaml", harm: nobodyAnswers},
}

// forcedTopology moves stacked etcd to separate hosts as if the cluster were new.
var forcedTopology = forced{what: "stacked etcd to external", playbook: "site.yml",
	pairs: []string{`topology = "stacked"`, `topology = "external"`, `node "worker-1"`,
		pool("etcd", "etcd", 3, "10.77.0.21") + "\nnode \"worker-1\""},
	spoil: beginsEtcd, harm: forgetsAll}

// beginsEtcd makes the tree treat the members of external etcd as a new cluster.
func beginsEtcd(c *changing) error {
	name := filepath.Join(c.tree, "ansible", "roles", "survey", "files", "judge.py")
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	const goesOn, begins = `{"state": "run", "joining": []}, None`, `{"state": "begin", "joining": []}, None`
	return os.WriteFile(name, []byte(strings.Replace(string(data), goesOn, begins, 1)), 0o644)
}

// forgetsAll is the harm if the API servers no longer find stored data.
func forgetsAll(ctx context.Context, c *changing, ran error) (string, error) {
	out, err := c.kube(ctx, "get", "deployment", "web", "-o", "name")
	if err != nil && strings.Contains(err.Error(), "NotFound") {
		nodes, _ := c.kube(ctx, "get", "nodes", "-o", "name")
		return fmt.Sprintf("the API servers read an empty etcd: what ran is not known any more, and they know %d nodes",
			len(strings.Fields(nodes))), nil
	}
	if ran != nil {
		return failure(ran, "")
	}
	return "", fmt.Errorf("the API says %s %w", out, err)
}

// flagged sets a component's flag in the tree that validate refuses.
func flagged(component, flag, value string) func(*changing) error {
	return func(c *changing) error {
		name := filepath.Join(c.tree, "kubeadm", c.nodes[0].Name+".yaml")
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var documents []string
		for text := range strings.SplitSeq(string(data), "\n---\n") {
			var document map[string]any
			if err := yaml.Unmarshal([]byte(text), &document); err != nil {
				return err
			}
			if document["kind"] == "ClusterConfiguration" {
				of, _ := document[component].(map[string]any)
				if of == nil {
					of = map[string]any{}
				}
				args, _ := of["extraArgs"].([]any)
				of["extraArgs"] = append(args, map[string]any{"name": flag, "value": value})
				document[component] = of
			}
			out, err := yaml.Marshal(document)
			if err != nil {
				return err
			}
			documents = append(documents, string(out))
		}
		return os.WriteFile(name, []byte(strings.Join(documents, "---\n")), 0o644)
	}
}

// stops is the harm of a component that does not start; the playbook restores the old one.
func stops(component string) func(context.Context, *changing, error) (string, error) {
	return func(_ context.Context, _ *changing, ran error) (string, error) {
		return failure(ran, component+" did not come up with its new settings")
	}
}

// startsNoPod is the harm if a new pod does not start.
func startsNoPod(ctx context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	_, _ = c.kube(ctx, "delete", "pod", "asker", "--ignore-not-found", "--wait")
	if _, err := c.kube(ctx, "run", "asker", "--image="+c.nodes[0].ProbeImage(), "--restart=Never", "--command", "--", "sleep",
		"3600"); err != nil {
		return "", err
	}
	_, err := c.kube(ctx, "wait", "pod/asker", "--for=condition=Ready", "--timeout=60s")
	why, _ := c.kube(ctx, "get", "events", "--field-selector", "involvedObject.name=asker,type=Warning", "-o",
		"jsonpath={.items[0].message}")
	_, _ = c.kube(ctx, "delete", "pod", "asker", "--force", "--grace-period=0")
	if err == nil {
		return "", nil
	}
	return "a new pod does not start: " + why[:min(len(why), 160)], nil
}

// staysWithOneShare is the harm if the nodes' pods get no address of the second family, and a pod that needs one fails.
func staysWithOneShare(ctx context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	out, err := c.kube(ctx, "get", "nodes", "-o", "jsonpath={.items[*].spec.podCIDRs}")
	if err != nil || strings.Contains(out, "fd10") {
		return "", err
	}
	text := "the node keeps " + out
	const states = "jsonpath={.items[*].status.containerStatuses[*].state}"
	if pods, err := c.kube(ctx, "-n", "kube-flannel", "get", "pods", "-o", states); err == nil && !strings.Contains(pods, "running") {
		text += ", and flannel does not start: " + pods[:min(len(pods), 120)]
	}
	return text, nil
}

// twoNetworks is the harm if a new pod gets the address of a running one, or none.
func twoNetworks(ctx context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	out, err := c.nodes[0].Exec(ctx, "ls", "/etc/cni/net.d")
	if err != nil {
		return "", err
	}
	two := "two networks are configured (" + strings.Join(strings.Fields(out), ", ") + "), and a new pod finds no Service"
	if said, err := c.fails(ctx, two, "web"); said != "" || err != nil {
		return said, err
	}
	all, err := c.kube(ctx, "get", "pods", "-A", "--field-selector=status.phase=Running", "-o",
		`jsonpath={range .items[*]}{.spec.hostNetwork} {.status.podIP}{"\n"}{end}`)
	seen := map[string]bool{}
	for line := range strings.Lines(all) {
		host, address, _ := strings.Cut(strings.TrimSpace(line), " ")
		if host != "true" && address != "" && seen[address] {
			return "two pods have the address " + address, err
		}
		seen[address] = true
	}
	return "", err
}

// nobodyAnswers is the harm if kubeconfigs point to a port on which nothing listens.
func nobodyAnswers(ctx context.Context, c *changing, _ error) (string, error) {
	err := eventually(ctx, 3*time.Minute, func() error {
		if _, err := c.kube(ctx, "get", "--raw", "/readyz"); err == nil {
			return errors.New("the old port still answers")
		}
		_, err := c.nodes[0].Exec(ctx, "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--server=https://"+c.nodes[0].Address+":7443",
			"get", "--raw", "/readyz")
		return err
	})
	if err != nil {
		return "", err
	}
	out, err := c.nodes[0].Exec(ctx, "sh", "-c", "grep -l ':6443' /etc/kubernetes/*.conf | tr '\\n' ' '")
	return "the API server answers at 7443, and these dial 6443: " + strings.TrimSpace(out), err
}

// otherName is the harm if the cluster's records disagree about its name.
func otherName(ctx context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	flags, err := c.nodes[0].Exec(ctx, "sh", "-c", "grep -h cluster-name /etc/kubernetes/manifests/*.yaml; "+
		"grep -h 'cluster: ' /etc/kubernetes/admin.conf")
	if err != nil || !strings.Contains(flags, "other") || !strings.Contains(flags, "aio") {
		return "", err
	}
	return "the controller manager says " + strings.Join(strings.Fields(flags), " "), nil
}

// lacksName is the harm of a successful run without effect.
func lacksName(_ context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	dialed, err := tls.Dial("tcp", c.bootstrap().Address+":6443", &tls.Config{InsecureSkipVerify: true}) // to read the served certificate
	if err != nil {
		return "", err
	}
	defer dialed.Close()
	if slices.Contains(dialed.ConnectionState().PeerCertificates[0].DNSNames, "k8s.example.net") {
		return "", nil
	}
	return "the run ends well, and the certificate lacks the name", nil
}

func losesNames(ctx context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	return c.fails(ctx, "a pod that starts now finds no Service by name", "web")
}

func splitsServices(ctx context.Context, c *changing, ran error) (string, error) {
	if ran != nil {
		return failure(ran, "")
	}
	out, err := c.kube(ctx, "get", "events", "-A", "-o", "jsonpath={.items[*].reason}")
	if strings.Contains(out, "KubernetesDefaultServiceCIDRInconsistent") {
		return "the API server says KubernetesDefaultServiceCIDRInconsistent, and gives addresses of the old range", err
	}
	return "", err
}

// failure is the harm of a run that failed with these words.
func failure(ran error, words string) (string, error) {
	if ran == nil {
		return "", nil
	}
	text, _, _ := strings.Cut(ran.Error(), ". Its last words")
	at := strings.Index(text, words)
	if at < 0 {
		return "", ran
	}
	line, _, _ := strings.Cut(text[at:], "\n")
	if words == "" {
		line = "the playbook stopped" + reason(text)
	}
	return line[:min(len(line), 200)], nil
}

// reason returns the message of the task that stopped a playbook.
func reason(text string) string {
	_, after, there := strings.Cut(text, "FAILED! => ")
	if !there {
		return ""
	}
	var failed struct{ Msg, Stderr string }
	if err := json.NewDecoder(strings.NewReader(after)).Decode(&failed); err != nil {
		return ""
	}
	return ": " + strings.Join(strings.Fields(cmp.Or(failed.Stderr, failed.Msg)), " ")
}

// fails returns the harm if a new pod cannot resolve a name.
func (c *changing) fails(ctx context.Context, harm, name string) (string, error) {
	_, _ = c.kube(ctx, "delete", "pod", "asker", "--ignore-not-found", "--wait")
	if _, err := c.kube(ctx, "run", "asker", "--image="+c.nodes[0].ProbeImage(), "--restart=Never", "--command", "--", "sleep",
		"3600"); err != nil {
		return "", err
	}
	if _, err := c.kube(ctx, "wait", "pod/asker", "--for=condition=Ready", "--timeout=60s"); err != nil {
		return "", err
	}
	_, found := c.kube(ctx, "exec", "asker", "--", "probe", "lookup", name)
	_, err := c.kube(ctx, "delete", "pod", "asker", "--wait")
	if found == nil || err != nil {
		return "", err
	}
	return harm, nil
}
