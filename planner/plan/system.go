package plan

import "strings"

// discontinued operating systems, by name and, where only some releases ended, name-version: when the last fix came, and what to write
// instead.
// Sources: https://coreos.com/os/eol/ (26 May 2020), https://blog.centos.org/2023/04/end-dates-are-coming-for-centos-stream-8-and-centos-linux-7/
// (CentOS Linux 8 ended on 31 December 2021), https://endoflife.date/ubuntu, https://endoflife.date/debian (read 2026-11)
func discontinued() map[string][2]string {
	flatcar := [2]string{"on 26 May 2020", "fedora-coreos or flatcar-stable"}
	centos := func(on string) [2]string { return [2]string{on, "centos-stream-9, rocky-9 or rhel-9"} }
	return map[string][2]string{
		"coreos":           flatcar,
		"container-linux":  flatcar,
		"coreos-container": flatcar,
		"centos-6":         centos("on 30 November 2020"),
		"centos-7":         centos("on 30 June 2024"),
		"centos-8":         centos("on 31 December 2021"),
		"centos-linux-7":   centos("on 30 June 2024"),
		"centos-linux-8":   centos("on 31 December 2021"),
		"centos-stream-8":  centos("on 31 May 2024"),
		"rhel-7":           {"on 30 June 2024", "rhel-9 or rhel-10"},
		"debian-10":        {"on 30 June 2024", "debian-13"},
		"debian-11":        {"on 31 August 2026", "debian-13"},
		"ubuntu-18.04":     {"on 31 May 2023", "ubuntu-24.04"},
		"ubuntu-20.04":     {"on 31 May 2025", "ubuntu-24.04"},
		"atomic-host":      {"on 26 November 2019", "fedora-coreos"},
		"fedora-atomic":    {"on 26 November 2019", "fedora-coreos"},
		"rancheros":        {"in 2021", "fedora-coreos or flatcar-stable"},
	}
}

// String is the system as the language writes it, "" where it was not stated.
func (o OS) String() string { return strings.TrimSuffix(o.Name+"-"+o.Version, "-") }

// Discontinued says when the last fix for an operating system came, and what takes its place.
func (o OS) Discontinued() (ended, successor string, ok bool) {
	table := discontinued()
	for _, key := range []string{o.String(), o.Name} {
		if d, found := table[key]; found {
			return d[0], d[1], true
		}
	}
	return "", "", false
}
