package baremetal_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/target/targettest"
	"github.com/k8splan/k8splan/planner/targets/machines/baremetal"
)

func TestBareMetal(t *testing.T) {
	target := targettest.Of(baremetal.Target())
	files := target.Golden(t)
	target.Refuses(t)
	byPath := map[string][]byte{}
	for _, f := range files {
		byPath[f.Path] = f.Data
	}
	t.Run("preseed", func(t *testing.T) { preseed(t, byPath["provision/lb-1/preseed.cfg"]) })
	t.Run("autoinstall", func(t *testing.T) { autoinstall(t, byPath["provision/cp-1/user-data"]) })
	for _, name := range []string{"cp-b-1", "cp-3", "w-3"} {
		t.Run("kickstart of "+name, func(t *testing.T) { kickstart(t, byPath["provision/"+name+"/ks.cfg"]) })
	}
	// checks/ignition checks the .ign files with Ignition's own parser.
	t.Run("units", func(t *testing.T) { verifyUnits(t, files) })
}

func run(t *testing.T, stdin []byte, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// preseed: debconf reads every line, and a shell parses the final command.
func preseed(t *testing.T, data []byte) {
	run(t, nil, "debconf-set-selections", "--checkonly", file(t, "preseed.cfg", data))
	for line := range strings.Lines(string(data)) {
		if command, ok := strings.CutPrefix(line, "d-i preseed/late_command string echo nameserver fd00::2 >>/etc/resolv.conf; "+
			"in-target "); ok {
			// sh gets what in-target passes on.
			script := run(t, nil, "sh", "-c", "set -- "+strings.TrimSpace(command)+`; printf %s "$3"`)
			run(t, []byte(script), "sh", "-n")
			if !strings.Contains(script, "echo 'ops ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-ops") {
				t.Errorf("the quotes were lost: %s", script)
			}
			return
		}
	}
	t.Error("there is no late_command")
}

// autoinstall: cloud-init accepts both documents, and subiquity's schema the first if it is available (ORACLES names the folder).
func autoinstall(t *testing.T, data []byte) {
	run(t, nil, "cloud-init", "schema", "--config-file", file(t, "user-data", data))
	if folder := os.Getenv("ORACLES"); folder != "" {
		compiled, err := jsonschema.NewCompiler().Compile(filepath.Join(folder, "ubuntu-autoinstall-schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := yaml.Unmarshal(data, &document); err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(document["autoinstall"]); err != nil {
			t.Error(err)
		}
	} else {
		t.Log("ORACLES is not set: not checked against subiquity's schema")
	}
	var outer struct {
		Autoinstall struct {
			UserData map[string]any `json:"user-data"`
		} `json:"autoinstall"`
	}
	if err := yaml.Unmarshal(data, &outer); err != nil {
		t.Fatal(err)
	}
	inner, err := yaml.Marshal(outer.Autoinstall.UserData)
	if err != nil {
		t.Fatal(err)
	}
	run(t, nil, "cloud-init", "schema", "--config-file", file(t, "user-data", append([]byte("#cloud-config\n"), inner...)))
}

// kickstart: current installers have each command, sections are closed, and the script parses. Source:
// https://pykickstart.readthedocs.io/en/latest/kickstart-docs.html
func kickstart(t *testing.T, data []byte) {
	options := map[string][]string{
		"text": nil, "lang": nil, "keyboard": nil, "timezone": {"--utc"}, "rootpw": {"--lock"}, "zerombr": nil, "reboot": nil,
		"network": {"--device", "--bootproto", "--bindto", "--onboot", "--activate", "--hostname", "--ip", "--netmask", "--gateway",
			"--ipv6", "--ipv6gateway", "--nameserver", "--mtu", "--noipv4", "--noipv6"},
		"firewall": {"--disabled"}, "selinux": {"--permissive"}, "user": {"--name", "--groups", "--lock", "--gecos"},
		"ignoredisk": {"--only-use"},
		"clearpart":  {"--all", "--initlabel", "--drives"}, "bootloader": {"--boot-drive"}, "autopart": {"--type", "--nohome", "--noswap"},
		"services": {"--enabled"}, "firstboot": {"--disable"}, "eula": {"--agreed"},
	}
	section, script := "", ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		words := strings.Fields(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case line == "%end":
			section = ""
		case strings.HasPrefix(line, "%"):
			if section != "" {
				t.Errorf("%s is in %s", line, section)
			}
			section = words[0]
		case section == "%post":
			script += line + "\n"
		case section == "%packages":
			if len(words) != 1 {
				t.Errorf("no package: %s", line)
			}
		default:
			known, ok := options[words[0]]
			if !ok {
				t.Errorf("no command: %s", line)
			}
			for _, w := range words[1:] {
				option, _, _ := strings.Cut(w, "=")
				if strings.HasPrefix(w, "-") && !strings.Contains(" "+strings.Join(known, " ")+" ", " "+option+" ") {
					t.Errorf("no option of %s: %s", words[0], w)
				}
			}
		}
	}
	if section != "" {
		t.Errorf("%s is not closed", section)
	}
	run(t, []byte("#!/bin/sh\n"+script), "shellcheck", "-")
	kickstartParser(t, data)
}

// kickstartParser makes pykickstart read the file as the installers of these releases do, if it is available; its warnings are mistakes
// too. ORACLES names the folder with its package.
func kickstartParser(t *testing.T, data []byte) {
	package_ := filepath.Join(os.Getenv("ORACLES"), "pykickstart")
	if _, err := os.Stat(filepath.Join(package_, "parser.py")); err != nil {
		t.Log("ORACLES has no pykickstart: kickstart was only checked by own rules")
		return
	}
	const read = `
import sys, warnings
sys.path.insert(0, sys.argv[1])
from pykickstart.parser import KickstartParser
from pykickstart.version import makeVersion
warnings.simplefilter("error")
for release in ("RHEL9", "RHEL10", "F41", "F45"):
    KickstartParser(makeVersion(release), errorsAreFatal=True).readKickstart(sys.argv[2])
`
	run(t, nil, "python3", "-c", read, filepath.Dir(package_), file(t, "ks.cfg", data))
}

// verifyUnits makes systemd verify the units that Ignition writes.
func verifyUnits(t *testing.T, files []artifact.File) {
	for _, f := range files {
		if !strings.HasSuffix(f.Path, ".ign") {
			continue
		}
		var c struct {
			Systemd struct {
				Units []struct{ Name, Contents string }
			}
		}
		if err := json.Unmarshal(f.Data, &c); err != nil {
			t.Fatal(err)
		}
		for _, u := range c.Systemd.Units {
			out := run(t, nil, "sh", "-c", `SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$1" || true`, "sh",
				file(t, u.Name, []byte(u.Contents)))
			for line := range strings.Lines(out) {
				if !strings.Contains(line, "is not executable: No such file or directory") && !strings.Contains(line, u.Name+": Command") {
					t.Errorf("%s of %s: %s", u.Name, f.Path, line)
				}
			}
		}
	}
}
