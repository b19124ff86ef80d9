// Boot makes one machine as `libvirt/machines.sh up` of a generated tree would, boots it in QEMU without KVM, and checks what cloud-init
// made of it against the design: name, addresses, routes, name servers, card, MTU, disk, memory, processors, login and sshd.
//
//	go run ./e2e/boot -k8splan bin/k8splan
//
// It needs root for the image (image.sh), and qemu-system-x86, qemu-utils, xorriso, debootstrap and fdisk. The image stays in the cache.
package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "boot: error:", err)
		os.Exit(1)
	}
}

// key is the public key that machines.sh puts into the seed. Its private key does not exist.
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHRoZSBib290IGNhc2UncyBrZXkgb2Ygbm9ib2R5ISE= it's nobody's"

func run(ctx context.Context) error {
	binary := flag.String("k8splan", "bin/k8splan", "the binary to test")
	folder := flag.String("image", "", "where the image is kept (default: the cache)")
	keep := flag.String("facts", "", "write what the machine says to this file too")
	patience := flag.Duration("patience", 30*time.Minute, "how long the machine may take: QEMU computes every instruction of it")
	flag.Parse()
	here := filepath.Join("e2e", "boot")
	if *folder == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		*folder = filepath.Join(cache, "k8splan-boot")
	}
	if err := command(ctx, here, nil, "bash", "image.sh", *folder); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "k8splan-boot-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	m, err := makeMachine(ctx, here, work, *binary)
	if err != nil {
		return err
	}
	began := time.Now()
	facts, err := m.boot(ctx, *folder, *patience)
	if err != nil {
		return err
	}
	if *keep != "" {
		if err := os.WriteFile(*keep, []byte(facts[""]), 0o644); err != nil {
			return err
		}
	}
	fmt.Printf("boot: %s said what it is after %s\n", m.node.Name, time.Since(began).Round(time.Second))
	wrong := m.hold(facts)
	for _, w := range wrong {
		fmt.Println("boot: not as designed:", w)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d of the machine's facts are not as designed", len(wrong))
	}
	fmt.Println("boot: everything is as designed")
	return nil
}

// command runs a program in a directory, and shows its output.
func command(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(os.Environ(), env...), os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// machine is the machine that machines.sh created, as described by libvirt's files.
type machine struct {
	p      *plan.Plan
	node   *plan.Node
	work   string
	state  string
	domain struct {
		Memory struct {
			Unit  string `xml:"unit,attr"`
			Value int    `xml:",chardata"`
		} `xml:"memory"`
		CPUs       int `xml:"vcpu"`
		Interfaces []struct {
			MAC struct {
				Address string `xml:"address,attr"`
			} `xml:"mac"`
			MTU struct {
				Size int `xml:"size,attr"`
			} `xml:"mtu"`
		} `xml:"devices>interface"`
	}
	volume struct {
		Capacity int64 `xml:"capacity"`
	}
}

// makeMachine generates the tree and runs its machines.sh.
func makeMachine(ctx context.Context, here, work, binary string) (*machine, error) {
	design := filepath.Join(here, "topology.hcl")
	src, err := os.ReadFile(design)
	if err != nil {
		return nil, err
	}
	project, diags := planner.Open(design, src, nil, time.Time{})
	if project == nil {
		return nil, diags
	}
	tree, state, bin := filepath.Join(work, "tree"), filepath.Join(work, "state"), filepath.Join(work, "bin")
	if err := command(ctx, ".", nil, binary, "generate", design, "--out", tree); err != nil {
		return nil, err
	}
	for _, dir := range []string{state, bin} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	virsh, err := os.ReadFile(filepath.Join(here, "virsh"))
	if err != nil {
		return nil, err
	}
	public := filepath.Join(work, "key.pub")
	if err := errors.Join(os.WriteFile(filepath.Join(bin, "virsh"), virsh, 0o755),
		os.WriteFile(public, []byte(key+"\n"), 0o644)); err != nil {
		return nil, err
	}
	settings, err := os.ReadFile(filepath.Join(tree, "libvirt", "settings.txt")) // cluster, pool, its directory
	if err != nil {
		return nil, err
	}
	images, err := os.ReadFile(filepath.Join(tree, "libvirt", "images.txt"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(images)) { // image.sh's images replace those
		if err := os.WriteFile(filepath.Join(state, strings.Fields(line)[1]), nil, 0o644); err != nil {
			return nil, err
		}
	}
	env := []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "STATE=" + state, "POOL_PATH=" + strings.Fields(string(settings))[2],
		"SSH_PUBLIC_KEY_FILE=" + public}
	if err := command(ctx, ".", env, filepath.Join(tree, "libvirt", "machines.sh"), "up"); err != nil {
		return nil, err
	}
	m := &machine{p: project.Plan(), node: project.Plan().Nodes[0], work: work, state: state}
	for file, into := range map[string]any{"domain.xml": &m.domain, "volume.xml": &m.volume} {
		data, err := os.ReadFile(filepath.Join(state, file))
		if err != nil {
			return nil, err
		}
		if err := xml.Unmarshal(data, into); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if len(m.domain.Interfaces) != 1 || m.domain.Memory.Unit != "MiB" {
		return nil, fmt.Errorf("the domain has %d interfaces, and memory in %s", len(m.domain.Interfaces), m.domain.Memory.Unit)
	}
	return m, nil
}

// boot runs the machine until it powers off, and returns its output, by section.
func (m *machine) boot(ctx context.Context, folder string, patience time.Duration) (map[string]string, error) {
	disk, said, log := filepath.Join(m.work, "disk.qcow2"), filepath.Join(m.work, "facts.txt"), filepath.Join(m.work, "console.log")
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	if err := command(ctx, ".", nil, "qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", filepath.Join(folder, "disk.raw"), disk,
		strconv.FormatInt(m.volume.Capacity, 10)); err != nil {
		return nil, err
	}
	seeds, err := filepath.Glob(filepath.Join(m.state, "*-seed.iso"))
	if err != nil || len(seeds) != 1 {
		return nil, fmt.Errorf("machines.sh left %d seeds: %w", len(seeds), err)
	}
	card := m.domain.Interfaces[0]
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	err = command(ctx, ".", nil, "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-machine", "q35", "-display", "none",
		"-no-reboot", "-nodefaults", "-smp", strconv.Itoa(m.domain.CPUs), "-m", strconv.Itoa(m.domain.Memory.Value),
		"-kernel", filepath.Join(folder, "vmlinuz"), "-initrd", filepath.Join(folder, "initrd.img"),
		"-append", "root=LABEL=root ro console=ttyS0 mitigations=off",
		"-drive", "if=none,id=vda,format=qcow2,file="+disk, "-device", "virtio-blk-pci,drive=vda",
		"-drive", "if=none,id=vdb,format=raw,readonly=on,file="+seeds[0], "-device", "virtio-blk-pci,drive=vdb",
		"-netdev", "user,id=lan,restrict=on,ipv6=on", // nothing answers
		"-device", fmt.Sprintf("virtio-net-pci,netdev=lan,mac=%s,host_mtu=%d", card.MAC.Address, card.MTU.Size),
		"-device", "virtio-rng-pci", "-serial", "file:"+log, "-serial", "file:"+said)
	text, readErr := os.ReadFile(said)
	facts := sections(string(text))
	if _, whole := facts["end"]; err != nil || readErr != nil || !whole {
		console, _ := os.ReadFile(log)
		return nil, fmt.Errorf("the machine did not say what it is: %w\n%s\n%s", errors.Join(err, readErr), tail(string(console), 60), text)
	}
	return facts, nil
}

func tail(s string, lines int) string {
	all := strings.Split(s, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// sections splits the output of facts.sh.
func sections(text string) map[string]string {
	out := map[string]string{"": text}
	for _, part := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n== ")[min(1, strings.Count(text, "\n== ")):] {
		name, body, _ := strings.Cut(part, "\n")
		out[name] = strings.TrimSpace(body)
	}
	return out
}

// link is a card as `ip -json address show` prints it.
type link struct {
	Name      string `json:"ifname"`
	MTU       int    `json:"mtu"`
	MAC       string `json:"address"`
	State     string `json:"operstate"`
	Addresses []struct {
		Local  string `json:"local"`
		Bits   int    `json:"prefixlen"`
		Scope  string `json:"scope"`
		Source bool   `json:"dynamic"`
	} `json:"addr_info"`
}

// hold lists how the machine differs from the design.
func (m *machine) hold(facts map[string]string) []string {
	var wrong []string
	want := func(what, got, want string) {
		if got != want {
			wrong = append(wrong, fmt.Sprintf("%s: %q, and the design says %q", what, got, want))
		}
	}
	has := func(what, text, part string) {
		if !strings.Contains(text, part) {
			wrong = append(wrong, fmt.Sprintf("%s holds no %q:\n%s", what, part, text))
		}
	}
	n := m.node
	want("the host name", facts["hostname"], n.Name)
	m.holdNetwork(facts, want, has)

	// The name only resolves to the machine itself, and localhost is still localhost.
	for line := range strings.Lines(facts["hosts"]) {
		fields := strings.Fields(strings.SplitN(line, "#", 2)[0])
		if len(fields) < 2 || !slices.Contains(fields[1:], n.Name) {
			continue
		}
		at, err := netip.ParseAddr(fields[0])
		if err != nil || !at.IsLoopback() && at != n.Address && at != n.SecondaryAddress {
			wrong = append(wrong, fmt.Sprintf("/etc/hosts: %s", line))
		}
	}
	has("/etc/hosts", facts["hosts"], "localhost")

	size, err := strconv.ParseInt(lastWord(facts["root"]), 10, 64)
	if err != nil || size < n.DiskBytes*95/100 || size > n.DiskBytes {
		wrong = append(wrong, fmt.Sprintf("the root file system has %d bytes of a disk of %d", size, n.DiskBytes))
	}
	kib, err := strconv.ParseInt(strings.TrimSuffix(facts["memory"], " kB"), 10, 64)
	if err != nil || kib<<10 < n.MemoryBytes*90/100 || kib<<10 > n.MemoryBytes {
		wrong = append(wrong, fmt.Sprintf("memory is %s of %d bytes", facts["memory"], n.MemoryBytes))
	}
	want("the number of processors", facts["processors"], strconv.FormatInt(int64(n.CPUs), 10))

	has("sudo", facts["sudo"], "NOPASSWD: ALL")
	want("authorized_keys", facts["keys"], key)
	has("passwd", facts["password"], m.p.SSH.User+" L ")
	has("sshd", facts["sshd"], "passwordauthentication no")
	for line := range strings.Lines(facts["listens"]) {
		if strings.HasSuffix(strings.Fields(line)[3], ":22") {
			wrong = append(wrong, "sshd still listens on 22")
		}
	}
	has("what listens", facts["listens"], fmt.Sprintf(":%d ", m.p.SSH.Port))
	has("cloud-init", facts["cloud-init"], "status: done")
	has("cloud-init", facts["cloud-init"], "NoCloud")
	want("failed units", facts["units"], "")
	return wrong
}

// holdNetwork compares cards, addresses, routes, and name servers.
func (m *machine) holdNetwork(facts map[string]string, want, has func(what, got, want string)) {
	var links []link
	if err := json.Unmarshal([]byte(facts["addresses"]), &links); err != nil {
		want("what ip says of addresses", facts["addresses"], "JSON")
		return
	}
	links = slices.DeleteFunc(links, func(l link) bool { return l.Name == "lo" })
	if len(links) != 1 {
		want("the number of cards", strconv.Itoa(len(links)), "1")
		return
	}
	card, n := links[0], m.node
	want("the card's name", card.Name, n.Interface)
	want("the card's MAC", card.MAC, strings.ToLower(n.MAC))
	want("the card's MTU", strconv.Itoa(card.MTU), strconv.Itoa(m.p.Network.MTU))
	var got []string
	for _, a := range card.Addresses {
		if a.Scope == "global" {
			got = append(got, fmt.Sprintf("%s/%d", a.Local, a.Bits))
		}
	}
	slices.Sort(got)
	site := &m.p.Target.Site
	want("its addresses", strings.Join(got, " "), fmt.Sprintf("%s/%d %s/%d", n.Address, site.Subnets[0].Bits(), n.SecondaryAddress,
		site.Subnets[1].Bits()))
	for i, section := range []string{"routes", "routes6"} {
		var routes []struct {
			To      string `json:"dst"`
			Gateway string `json:"gateway"`
			Card    string `json:"dev"`
		}
		if err := json.Unmarshal([]byte(facts[section]), &routes); err != nil {
			want(section, facts[section], "JSON")
			continue
		}
		var ways []string
		for _, r := range routes {
			if r.To == "default" {
				ways = append(ways, r.Gateway+" "+r.Card)
			}
		}
		want("the default "+section, strings.Join(ways, ", "), site.Gateways[i].String()+" "+n.Interface)
	}
	for _, server := range site.Nameservers {
		has("name servers", facts["nameservers"], server.String())
	}
}

func lastWord(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
