package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/spelling"
)

// Release is what a distribution's release brings, with its own kernel.
type Release struct {
	Name, Version string // Version "" stands for every other
	Title         string
	Kernel        Version // of the release as it ships, newest point release
	CgroupV1      bool    // boots with cgroup v1 unless told otherwise
	Ends          string  // the day on which its free updates end, YYYY-MM-DD; "" if not published
	Instead       string
}

// System is what is known of a system.
type System struct {
	Release
	Older bool // than the oldest release of its name that is known, of which the facts are
}

// KernelWords is the release's kernel, as a sentence has it.
func (s System) KernelWords() string {
	if s.Older {
		return "a kernel older than " + s.Kernel.MinorString()
	}
	return "kernel " + s.Kernel.MinorString()
}

// End is the day on which the support ends, with its preposition.
func (s System) End() string {
	if s.Older {
		return "before " + s.Ends
	}
	return "on " + s.Ends
}

// Retired reports whether the updates had ended by a day, YYYY-MM-DD.
func (r Release) Retired(day string) bool { return r.Ends != "" && r.Ends < day }

// systems is the table of distributions, looked up on FactsDate; --facts moves its days. A system that is not here is judged by no rule:
// no data. Sources: the distributions' release notes; https://kubernetes.io/docs/concepts/architecture/cgroups/#requirements for cgroup
// v2; https://coreos.com/os/eol/ for Container Linux. Ends: https://ubuntu.com/about/release-cycle, https://wiki.debian.org/LTS,
// https://www.centos.org/cl-vs-cs/, https://access.redhat.com/support/policy/updates/errata, https://wiki.rockylinux.org/rocky/version/,
// https://wiki.almalinux.org/release-notes/, https://fedorapeople.org/groups/schedule/ (a month after the second next release),
// https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf (premier support; the kernels are Oracle's own, which boot by default),
// https://docs.aws.amazon.com/linux/al2023/ug/release-cadence.html; checked against https://github.com/endoflife-date/endoflife.date
// (products/) on 2026-11-29, Fedora and Oracle Linux on 2026-11-30. If two sources differ, the earlier day. If a month alone is named,
// its last day.
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

// systemAliases are names that authors and /etc/os-release have for systems that the tables know by another one.
var systemAliases = map[string]string{
	"rockylinux": "rocky", "rocky-linux": "rocky", "alma": "almalinux", "redhat": "rhel", "oraclelinux": "oracle-linux",
	"ol":          "oracle-linux",
	"amazonlinux": "amazon-linux", "amzn": "amazon-linux", "fcos": "fedora-coreos", "rhcos": "rhel-coreos",
}

// canonical is the system by the name that the tables have.
func (o OS) canonical() OS {
	if name, ok := systemAliases[o.Name]; ok {
		o.Name = name
	}
	return o
}

// Canonical is the system by the name that the tables have.
func (o OS) Canonical() OS { return o.canonical() }

// DidYouMean is a sentence that asks for the system that was most likely meant, with a space before it; "" if nothing else is near.
func (o OS) DidYouMean() string {
	if meant := o.meant(); meant != "" && meant != o.String() {
		return fmt.Sprintf(" Did you mean %q?", meant)
	}
	return ""
}

// meant is how the nearest known system is written, "" if none is near.
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

// ReadOnlyUsr reports whether the system is one image, whose /usr nothing can be written to.
func (o OS) ReadOnlyUsr() bool {
	o = o.canonical()
	return o.Name == "fedora-coreos" || o.Name == "flatcar" || strings.HasPrefix(o.Name, "flatcar-")
}

// Enforces reports whether SELinux enforces on the system unless it is told otherwise.
// Sources:
// https://docs.redhat.com/en/documentation/red_hat_enterprise_linux/9/html/using_selinux/getting-started-with-selinux_using-selinux,
// https://docs.fedoraproject.org/en-US/fedora-coreos/faq/; Amazon Linux is permissive:
// https://docs.aws.amazon.com/linux/al2023/ug/selinux.html
func (o OS) Enforces() bool {
	return slices.Contains([]string{"rhel", "centos", "centos-linux", "centos-stream", "rocky", "almalinux", "oracle-linux", "fedora",
		"fedora-coreos"}, o.canonical().Name)
}

// SELinux reports whether the system comes with SELinux and the policy of containers, container-selinux. Fedora CoreOS has that in its
// image. Sources: those of Enforces; Flatcar has its own policy without it: https://www.flatcar.org/docs/latest/setup/security/selinux/
func (o OS) SELinux() bool { return o.Enforces() || o.canonical().Name == "amazon-linux" }

// String is the system as the language writes it, "" if it was not stated.
func (o OS) String() string { return strings.TrimSuffix(o.Name+"-"+o.Version, "-") }

// Facts looks a system up: "8.10" is "8" for those who count so. A release before the oldest that is known has that one's facts, as
// Older. ok is false if there is no data.
func (o OS) Facts() (facts System, ok bool) {
	o = o.canonical()
	major, _, _ := strings.Cut(o.Version, ".")
	for i := range systems {
		if f := &systems[i]; f.Name == o.Name && (f.Version == o.Version || f.Version == major || f.Version == "") {
			return System{Release: *f}, true
		}
	}
	for _, f := range systems { // the first of a name is its oldest
		if f.Name == o.Name {
			f.Title = strings.TrimSuffix(f.Title, f.Version) + o.Version
			return System{f, true}, o.Version != "" && f.Retired(FactsDate) && Natural(o.Version, f.Version) < 0
		}
	}
	return System{}, false
}

// Unreleased reports whether the facts have releases of the system and none of this version, which is not newer than theirs: most likely
// it does not exist. meant is the release whose version begins like it, "" without one.
func (o OS) Unreleased() (meant string, unreleased bool) {
	if _, ok := o.Facts(); ok || o.Version == "" {
		return "", false
	}
	o = o.canonical()
	for _, f := range systems {
		if f.Name != o.Name || f.Version == "" {
			continue
		}
		unreleased = Natural(o.Version, f.Version) < 0 // the last of a name is its newest
		if strings.HasPrefix(f.Version, o.Version+".") {
			meant = (OS{f.Name, f.Version}).String()
		}
	}
	return meant, unreleased
}

// preparable are the systems that the playbook prepares: those of Debian's and Red Hat's families, Fedora CoreOS and Flatcar. The survey of
// the playbook looks at ID_LIKE in /etc/os-release; these are the names that authors write.
var preparable = []string{
	"ubuntu", "debian", "raspbian", "raspberry-pi-os", "linuxmint", "kali",
	"rhel", "centos", "centos-linux", "centos-stream", "rocky", "almalinux", "oracle-linux", "amazon-linux", "fedora",
	"fedora-coreos", "flatcar", "flatcar-stable", "flatcar-lts", "flatcar-beta", "flatcar-alpha", "coreos", "container-linux",
}

// otherSystems are known and of neither family.
var otherSystems = []string{
	"windows", "windows-server", "macos", "freebsd", "sles", "suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sle-micro",
	"rhel-coreos",
	"alpine", "arch", "archlinux", "gentoo", "nixos", "photon", "talos", "bottlerocket",
}

// Preparable reports whether the playbook prepares hosts with the system; known is false for an unknown name.
func (o OS) Preparable() (can, known bool) {
	name := o.canonical().Name
	can = slices.Contains(preparable, name)
	return can, can || slices.Contains(otherSystems, name)
}

// SystemNames are the names that an operating system can have, without their versions.
func SystemNames() []string { return slices.Concat(preparable, otherSystems) }
