package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/spelling"
)

// Release is a release of a distribution, with its default kernel.
type Release struct {
	Name, Version string // Version "" matches every other version
	Title         string
	Kernel        Version // as shipped with the newest point release
	CgroupV1      bool    // boots with cgroup v1 by default
	Ends          string  // end of free updates, YYYY-MM-DD; "" if not published
	Instead       string
}

// System is the facts about an operating system.
type System struct {
	Release
	Older bool // the version is older than the oldest known release of this name, which the facts describe
}

// KernelWords is the release's kernel, for use in a sentence.
func (s System) KernelWords() string {
	if s.Older {
		return "a kernel older than " + s.Kernel.MinorString()
	}
	return "kernel " + s.Kernel.MinorString()
}

// End is the end-of-support date with its preposition.
func (s System) End() string {
	if s.Older {
		return "before " + s.Ends
	}
	return "on " + s.Ends
}

// Retired reports whether updates had ended by a date, YYYY-MM-DD.
func (r Release) Retired(day string) bool { return r.Ends != "" && r.Ends < day }

// systems is the table of distributions, as of FactsDate; --facts replaces its dates. Rules skip systems that are not in it: no data.
// Sources: the distributions' release notes; https://kubernetes.io/docs/concepts/architecture/cgroups/#requirements for cgroup v2;
// https://coreos.com/os/eol/ for Container Linux. Ends: https://ubuntu.com/about/release-cycle, https://wiki.debian.org/LTS,
// https://www.centos.org/cl-vs-cs/, https://access.redhat.com/support/policy/updates/errata, https://wiki.rockylinux.org/rocky/version/,
// https://wiki.almalinux.org/release-notes/, https://fedorapeople.org/groups/schedule/ (a month after the second next release),
// https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf (premier support; the kernels are Oracle's own, which boot by default),
// https://docs.aws.amazon.com/linux/al2023/ug/release-cadence.html; checked against https://github.com/endoflife-date/endoflife.date
// (products/) on 2026-11-29, Fedora and Oracle Linux on 2026-11-30. If two sources differ, the earlier date is used. If a source gives only
// a month, its last day is used.
var systems = []Release{
	{"ubuntu", "14.04", "Ubuntu 14.04", Version{Major: 3, Minor: 13}, true, "2019-04-25", "ubuntu-24.04"},
	{"ubuntu", "16.04", "Ubuntu 16.04", Version{Major: 4, Minor: 4}, true, "2021-04-30", "ubuntu-24.04"},
	{"ubuntu", "18.04", "Ubuntu 18.04", Version{Major: 4, Minor: 15}, true, "2023-05-31", "ubuntu-24.04"},
	{"ubuntu", "20.04", "Ubuntu 20.04", Version{Major: 5, Minor: 4}, true, "2025-05-31", "ubuntu-24.04"},
	{"ubuntu", "22.04", "Ubuntu 22.04", Version{Major: 5, Minor: 15}, false, "2027-04-30", "ubuntu-24.04"},
	{"ubuntu", "24.04", "Ubuntu 24.04", Version{Major: 6, Minor: 8}, false, "2029-04-30", ""},
	{"ubuntu", "25.04", "Ubuntu 25.04", Version{Major: 6, Minor: 14}, false, "2026-01-15", "ubuntu-24.04"},
	{"ubuntu", "25.10", "Ubuntu 25.10", Version{Major: 6, Minor: 17}, false, "2026-07-01", "ubuntu-24.04"},
	{"ubuntu", "26.04", "Ubuntu 26.04", Version{Major: 7, Minor: 0}, false, "2031-04-30", ""},
	{"debian", "8", "Debian 8", Version{Major: 3, Minor: 16}, true, "2020-06-30", "debian-13"},
	{"debian", "9", "Debian 9", Version{Major: 4, Minor: 9}, true, "2022-06-30", "debian-13"},
	{"debian", "10", "Debian 10", Version{Major: 4, Minor: 19}, true, "2024-06-30", "debian-13"},
	{"debian", "11", "Debian 11", Version{Major: 5, Minor: 10}, false, "2026-08-31", "debian-13"},
	{"debian", "12", "Debian 12", Version{Major: 6, Minor: 1}, false, "2028-06-30", "debian-13"},
	{"debian", "13", "Debian 13", Version{Major: 6, Minor: 12}, false, "2030-06-30", ""},
	{"centos", "7", "CentOS Linux 7", Version{Major: 3, Minor: 10}, true, "2024-06-30", "rocky-9"},
	{"centos", "8", "CentOS Linux 8", Version{Major: 4, Minor: 18}, true, "2021-12-31", "rocky-9"},
	{"centos-stream", "8", "CentOS Stream 8", Version{Major: 4, Minor: 18}, true, "2024-05-31", "centos-stream-9"},
	{"centos-stream", "9", "CentOS Stream 9", Version{Major: 5, Minor: 14}, false, "2027-05-31", "centos-stream-10"},
	{"centos-stream", "10", "CentOS Stream 10", Version{Major: 6, Minor: 12}, false, "2030-05-31", ""},
	{"rhel", "7", "RHEL 7", Version{Major: 3, Minor: 10}, true, "2024-06-30", "rhel-9"},
	{"rhel", "8", "RHEL 8", Version{Major: 4, Minor: 18}, true, "2029-05-31", "rhel-9"},
	{"rhel", "9", "RHEL 9", Version{Major: 5, Minor: 14}, false, "2032-05-31", ""},
	{"rhel", "10", "RHEL 10", Version{Major: 6, Minor: 12}, false, "2035-05-31", ""},
	{"rocky", "8", "Rocky Linux 8", Version{Major: 4, Minor: 18}, true, "2029-05-31", "rocky-9"},
	{"rocky", "9", "Rocky Linux 9", Version{Major: 5, Minor: 14}, false, "2032-05-31", ""},
	{"rocky", "10", "Rocky Linux 10", Version{Major: 6, Minor: 12}, false, "2035-05-31", ""},
	{"almalinux", "8", "AlmaLinux 8", Version{Major: 4, Minor: 18}, true, "2029-03-01", "almalinux-9"},
	{"almalinux", "9", "AlmaLinux 9", Version{Major: 5, Minor: 14}, false, "2032-05-31", ""},
	{"almalinux", "10", "AlmaLinux 10", Version{Major: 6, Minor: 12}, false, "2035-05-31", ""},
	{"oracle-linux", "7", "Oracle Linux 7", Version{Major: 5, Minor: 4}, true, "2024-12-31", "oracle-linux-9"},
	{"oracle-linux", "8", "Oracle Linux 8", Version{Major: 5, Minor: 15}, true, "2029-07-31", "oracle-linux-9"},
	{"oracle-linux", "9", "Oracle Linux 9", Version{Major: 5, Minor: 15}, false, "2032-06-30", ""},
	{"oracle-linux", "10", "Oracle Linux 10", Version{Major: 6, Minor: 12}, false, "", ""},
	{"fedora", "41", "Fedora 41", Version{Major: 6, Minor: 11}, false, "2025-12-15", "fedora-44"},
	{"fedora", "42", "Fedora 42", Version{Major: 6, Minor: 14}, false, "2026-05-27", "fedora-44"},
	{"fedora", "43", "Fedora 43", Version{Major: 6, Minor: 17}, false, "2026-12-09", "fedora-44"},
	{"fedora", "44", "Fedora 44", Version{Major: 6, Minor: 19}, false, "2027-06-02", ""},
	{"amazon-linux", "2", "Amazon Linux 2", Version{Major: 4, Minor: 14}, true, "2026-06-30", "amazon-linux-2023"},
	{"amazon-linux", "2023", "Amazon Linux 2023", Version{Major: 6, Minor: 1}, false, "2029-06-30", ""},
	{"centos-linux", "7", "CentOS Linux 7", Version{Major: 3, Minor: 10}, true, "2024-06-30", "rocky-9"},
	{"centos-linux", "8", "CentOS Linux 8", Version{Major: 4, Minor: 18}, true, "2021-12-31", "rocky-9"},
	{"coreos", "", "CoreOS Container Linux", Version{Major: 4, Minor: 19}, true, "2020-05-26", "flatcar-stable or fedora-coreos"},
	{"container-linux", "", "CoreOS Container Linux", Version{Major: 4, Minor: 19}, true, "2020-05-26", "flatcar-stable or fedora-coreos"},
}

// systemAliases maps other names of systems, from authors and /etc/os-release, to the names in the tables.
var systemAliases = map[string]string{
	"rockylinux": "rocky", "rocky-linux": "rocky", "alma": "almalinux", "redhat": "rhel", "oraclelinux": "oracle-linux",
	"ol":          "oracle-linux",
	"amazonlinux": "amazon-linux", "amzn": "amazon-linux", "fcos": "fedora-coreos", "rhcos": "rhel-coreos",
}

// canonical returns the system under its name in the tables.
func (o OS) canonical() OS {
	if name, ok := systemAliases[o.Name]; ok {
		o.Name = name
	}
	return o
}

// Canonical returns the system under its name in the tables.
func (o OS) Canonical() OS { return o.canonical() }

// ParseOS reads an operating system as the language writes it: "debian-13". ok is false if the text is none.
func ParseOS(s string) (os OS, ok bool) {
	parts := osPattern.FindStringSubmatch(s)
	if parts == nil {
		return OS{}, false
	}
	return OS{Name: parts[1], Version: parts[2]}, true
}

// DidYouMean is a sentence that suggests the most likely system, with a leading space; "" if none is close.
func (o OS) DidYouMean() string {
	if meant := o.meant(); meant != "" && meant != o.String() {
		return fmt.Sprintf(" Did you mean %q?", meant)
	}
	return ""
}

// meant is the nearest known system as the language writes it, "" if none is close.
func (o OS) meant() string {
	written := spelling.Fold(o.String())
	for _, f := range systems { // "ubuntu2404"
		if whole := (OS{f.Name, f.Version}).String(); spelling.Fold(whole) == written {
			return whole
		}
	}
	if o.Version == "" { // "debian12"
		name := strings.TrimRight(o.Name, "0123456789")
		o.Name, o.Version = name, o.Name[len(name):]
	}
	if o = o.canonical(); !slices.Contains(SystemNames(), o.Name) {
		if o.Name = spelling.Nearest(o.Name, SystemNames()); o.Name == "" {
			return ""
		}
	}
	return o.String()
}

// ReadOnlyUsr reports whether the system is an image with a read-only /usr.
func (o OS) ReadOnlyUsr() bool {
	o = o.canonical()
	return o.Name == "fedora-coreos" || o.Name == "flatcar" || strings.HasPrefix(o.Name, "flatcar-")
}

// Enforces reports whether SELinux is enforcing by default. Sources:
// https://docs.redhat.com/en/documentation/red_hat_enterprise_linux/9/html/using_selinux/getting-started-with-selinux_using-selinux,
// https://docs.fedoraproject.org/en-US/fedora-coreos/faq/; Amazon Linux is permissive:
// https://docs.aws.amazon.com/linux/al2023/ug/selinux.html
func (o OS) Enforces() bool {
	return slices.Contains([]string{"rhel", "centos", "centos-linux", "centos-stream", "rocky", "almalinux", "oracle-linux", "fedora",
		"fedora-coreos"}, o.canonical().Name)
}

// SELinux reports whether the system comes with SELinux and the container policy, container-selinux. Fedora CoreOS has it in its image.
// Sources: those of Enforces; Flatcar has a different policy without it: https://www.flatcar.org/docs/latest/setup/security/selinux/
func (o OS) SELinux() bool { return o.Enforces() || o.canonical().Name == "amazon-linux" }

// String is the system as the language writes it, "" if it was not stated.
func (o OS) String() string { return strings.TrimSuffix(o.Name+"-"+o.Version, "-") }

// Facts returns the facts about a system. "8.10" matches "8" for distributions that number that way. A release older than the oldest known
// one gets the facts of that one, with Older set. ok is false if there is no data.
func (o OS) Facts() (facts System, ok bool) {
	o = o.canonical()
	major, _, _ := strings.Cut(o.Version, ".")
	for i := range systems {
		if f := &systems[i]; f.Name == o.Name && (f.Version == o.Version || f.Version == major || f.Version == "") {
			return System{Release: *f}, true
		}
	}
	for _, f := range systems { // the first entry of a name is its oldest
		if f.Name == o.Name {
			f.Title = strings.TrimSuffix(f.Title, f.Version) + o.Version
			return System{f, true}, o.Version != "" && f.Retired(FactsDate) && Natural(o.Version, f.Version) < 0
		}
	}
	return System{}, false
}

// Unreleased reports whether the facts have releases of the system but not this version, and the version is not newer than theirs, so that
// it most likely does not exist. meant is the release whose version has the same prefix, "" if there is none.
func (o OS) Unreleased() (meant string, unreleased bool) {
	if _, ok := o.Facts(); ok || o.Version == "" {
		return "", false
	}
	o = o.canonical()
	for _, f := range systems {
		if f.Name != o.Name || f.Version == "" {
			continue
		}
		unreleased = Natural(o.Version, f.Version) < 0 // the last entry of a name is its newest
		if strings.HasPrefix(f.Version, o.Version+".") {
			meant = (OS{f.Name, f.Version}).String()
		}
	}
	return meant, unreleased
}

// preparable are the systems that the playbook can prepare: the Debian and Red Hat families, Fedora CoreOS, and Flatcar. The playbook
// itself checks ID_LIKE in /etc/os-release; these are the names that authors write.
var preparable = []string{
	"ubuntu", "debian", "raspbian", "raspberry-pi-os", "linuxmint", "kali",
	"rhel", "centos", "centos-linux", "centos-stream", "rocky", "almalinux", "oracle-linux", "amazon-linux", "fedora",
	"fedora-coreos", "flatcar", "flatcar-stable", "flatcar-lts", "flatcar-beta", "flatcar-alpha", "coreos", "container-linux",
}

// otherSystems are known but in neither family.
var otherSystems = []string{
	"windows", "windows-server", "macos", "freebsd", "sles", "suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sle-micro",
	"rhel-coreos",
	"alpine", "arch", "archlinux", "gentoo", "nixos", "photon", "talos", "bottlerocket",
}

// Preparable reports whether the playbook can prepare hosts with the system; known is false for an unknown name.
func (o OS) Preparable() (can, known bool) {
	name := o.canonical().Name
	can = slices.Contains(preparable, name)
	return can, can || slices.Contains(otherSystems, name)
}

// SystemNames returns the valid operating system names, without versions.
func SystemNames() []string { return slices.Concat(preparable, otherSystems) }
