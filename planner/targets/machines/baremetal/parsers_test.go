package baremetal_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones do not depend on the machine

	"sigs.k8s.io/yaml"
)

// The installers' requirements beyond syntax, as read in their source. docs/installers.md lists the lines.

// questions returns the answers to the installer's questions, including empty ones.
func questions(data []byte) map[string]string {
	answers := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if words := strings.SplitN(strings.TrimSpace(line), " ", 4); len(words) >= 3 && words[0] == "d-i" {
			answers[words[1]] = strings.Join(words[3:], "")
		}
	}
	return answers
}

// mirror checks where packages come from. choose-mirror reads the proxy of the chosen protocol alone, and writes http:// before a value
// without a scheme. apt-setup puts the value in double quotes into apt's configuration. An own mirror, "manual" in choose-mirror,
// would need a host and a directory, and choose-mirror asks for them at priority critical.
func mirror(t *testing.T, answers map[string]string) {
	t.Helper()
	if answers["mirror/protocol"] != "http" {
		t.Errorf("mirror/protocol is %q", answers["mirror/protocol"])
	}
	proxy, answered := answers["mirror/http/proxy"]
	if !answered || proxy != "" && !regexp.MustCompile(`^https?://[^"\\\s/]+/?$`).MatchString(proxy) {
		t.Errorf("mirror/http/proxy is %q", proxy)
	}
	for question := range answers {
		if strings.HasPrefix(question, "mirror/") && question != "mirror/protocol" && question != "mirror/http/proxy" {
			t.Errorf("%s is answered, so choose-mirror would take another path", question)
		}
	}
}

// partman checks the answers that decide which disk is erased, and how it is divided.
func partman(t *testing.T, answers map[string]string) {
	t.Helper()
	for question, want := range map[string]string{
		"partman-auto/method": "regular", "partman/choose_partition": "finish", "partman/confirm": "true",
		"partman/confirm_nooverwrite": "true", "partman-partitioning/confirm_write_new_label": "true",
	} {
		if answers[question] != want {
			t.Errorf("%s is %q", question, answers[question])
		}
	}
	// An empty answer means the only disk of the machine, whichever it is.
	if disk := answers["partman-auto/disk"]; !strings.HasPrefix(disk, "/dev/") || strings.ContainsAny(disk, " \t") {
		t.Errorf("partman-auto/disk is %q", disk)
	}
	command, stops := answers["partman/early_command"]
	if stops && (strings.Contains(command, ";") || !strings.Contains(command, "test -b")) {
		t.Errorf("the installation would continue after a failure of %s", command)
	}
	recipe(t, answers["partman-auto/expert_recipe"])
}

var (
	recipeSize    = regexp.MustCompile(`^([0-9]+)(\+[0-9]+%|%)?$`)
	recipeSystems = []string{"btrfs", "ext2", "ext3", "ext4", "xfs", "jfs", "linux-swap", "fat16", "fat32", "hfs", "$default_filesystem"}
	recipeOptions = []string{"$iflabel", "$reusemethod", "$bios_boot", "$primary", "$bootable", "method", "format", "use_filesystem",
		"filesystem", "mountpoint"}
)

// recipe checks partitions as decode_recipe reads them. It silently corrects unknown values: a size becomes one that no disk has, and a
// file system becomes ext2.
func recipe(t *testing.T, text string) {
	t.Helper()
	if strings.ContainsAny(text, "*?[") {
		t.Errorf("a shell would expand the recipe: %s", text)
	}
	_, text, named := strings.Cut(text, " :: ")
	if !named || !strings.HasSuffix(text, " .") {
		t.Fatalf("no recipe: %s", text)
	}
	whole := 0
	for partition := range strings.SplitSeq(strings.TrimSuffix(text, " ."), " . ") {
		words := strings.Fields(partition)
		if len(words) < 4 {
			t.Fatalf("no partition: %s", partition)
		}
		sizes := map[int]int{}
		for i, word := range words[:3] {
			match := recipeSize.FindStringSubmatch(word)
			if match == nil && (i != 2 || word != "-1") {
				t.Errorf("no size: %s of %s", word, partition)
			} else if match != nil {
				sizes[i], _ = strconv.Atoi(match[1])
			}
		}
		if sizes[1] < sizes[0] || words[2] != "-1" && sizes[2] < sizes[0] {
			t.Errorf("smaller than its minimum size: %s", partition)
		}
		options := map[string]string{}
		for rest := words[4:]; len(rest) > 0; {
			end := slices.Index(rest, "}")
			name, open := strings.CutSuffix(rest[0], "{")
			if !open || end < 0 || !slices.Contains(recipeOptions, name) {
				t.Fatalf("no option: %s of %s", rest[0], partition)
			}
			options[name] = strings.Join(rest[1:end], " ")
			rest = rest[end+1:]
		}
		method := options["method"]
		known := slices.Contains(recipeSystems, words[3])
		if free := words[3] == "free"; free && method != "efi" && method != "biosgrub" || !free && !known {
			t.Errorf("no file system: %s", partition)
		}
		if _, only := options["$iflabel"]; only && options["$iflabel"] != "gpt" && options["$iflabel"] != "msdos" {
			t.Errorf("no label of disks: %s", partition)
		} else if !only {
			_, format := options["format"]
			_, use := options["use_filesystem"]
			if options["mountpoint"] != "/" || options["filesystem"] != words[3] || !format || !use || words[2] != "-1" {
				t.Errorf("not the rest of the disk with the system: %s", partition)
			}
			whole++
		}
	}
	if whole != 1 {
		t.Errorf("%d partitions hold the system: %s", whole, text)
	}
}

// anaconda checks a kickstart file: disks are patterns, an address is complete, and an unknown time zone becomes America/New_York.
func anaconda(t *testing.T, data []byte) {
	t.Helper()
	commands := map[string]map[string]string{}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "%") {
			if len(words) > 0 {
				break // commands come before sections
			}
			continue
		}
		options := map[string]string{}
		for _, word := range words[1:] {
			name, value, _ := strings.Cut(word, "=")
			options[name] = value
		}
		commands[words[0]] = options
	}
	disk := commands["ignoredisk"]["--only-use"]
	if disk == "" || strings.HasPrefix(disk, "/") || strings.ContainsAny(disk, "|,*?[") {
		t.Errorf("the disk is %q", disk)
	}
	if commands["clearpart"]["--drives"] != disk || commands["bootloader"]["--boot-drive"] != disk {
		t.Errorf("several disks: %v, %v", commands["clearpart"], commands["bootloader"])
	}
	network := commands["network"]
	if _, none := network["--noipv4"]; !none {
		for _, option := range []string{"--ip", "--netmask", "--gateway"} {
			if a, err := netip.ParseAddr(network[option]); err != nil || !a.Is4() {
				t.Errorf("%s is %q", option, network[option])
			}
		}
	}
	if _, none := network["--noipv6"]; !none { // without a length it would be 64
		if _, err := netip.ParsePrefix(network["--ipv6"]); err != nil {
			t.Errorf("--ipv6 is %q", network["--ipv6"])
		}
	}
	for server := range strings.SplitSeq(network["--nameserver"], ",") {
		if _, err := netip.ParseAddr(server); err != nil {
			t.Errorf("--nameserver has %q", server)
		}
	}
	if mtu := network["--mtu"]; mtu != "" {
		if _, err := strconv.Atoi(mtu); err != nil {
			t.Errorf("--mtu is %q", mtu)
		}
	}
	for zone := range commands["timezone"] {
		if _, err := time.LoadLocation(zone); err != nil && zone != "--utc" {
			t.Errorf("timezone: %v", err)
		}
	}
}

// curtin checks the disk that subiquity finds and passes to curtin: one criterion, without a pattern.
func curtin(t *testing.T, data []byte) {
	t.Helper()
	var document struct {
		Autoinstall struct {
			Storage struct {
				Layout struct {
					Name  string            `json:"name"`
					Match map[string]string `json:"match"`
				} `json:"layout"`
			} `json:"storage"`
		} `json:"autoinstall"`
	}
	if err := yaml.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	layout := document.Autoinstall.Storage.Layout
	if layout.Name != "direct" || len(layout.Match) != 1 {
		t.Errorf("the layout is %v", layout)
	}
	for key, value := range layout.Match {
		if !slices.Contains([]string{"path", "serial", "id_path"}, key) || value == "" || strings.ContainsAny(value, "*?[ ") {
			t.Errorf("the disk with %s %q", key, value)
		}
		if key == "path" && !regexp.MustCompile(`^/dev/[^/]+(/[^/]+)*$`).MatchString(value) {
			t.Errorf("no path: %s", value)
		}
	}
}
