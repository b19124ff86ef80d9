package baremetal

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// The columns of the table of features: the installers, with Ignition twice because its two systems differ.
const (
	coreOS  = "Fedora CoreOS"
	flatcar = "Flatcar"
)

// Columns returns the table's columns in order.
func Columns() []string { return []string{autoinstall, preseed, kickstart, coreOS, flatcar} }

func (m machine) column() string {
	switch {
	case m.system.installer != ignition:
		return m.system.installer
	case m.system.name == "fedora-coreos":
		return coreOS
	}
	return flatcar
}

// Feature is something that a topology can require of an installation. Each column either implements it, as its source documents, leaves it
// to the playbook that runs on the installed machine, or refuses it: an installation erases a disk, and an omission would show up on an
// unreachable machine.
type Feature struct {
	Name    string
	Carried map[string]string // by column: where the installer's documentation or source shows support for what is written here
	Played  map[string]string // by column: the role that implements it
	Refused map[string]string // by column: why it is refused, and what to write
	// asked returns where the topology requires it of a machine; nil if no column refuses it.
	asked func(*plan.Plan, *options, machine) (hcl.Range, bool)
}

// The installers' own documentation and source.
const (
	subiquityDoc = "https://canonical-subiquity.readthedocs-hosted.com/en/latest/reference/autoinstall-reference.html"
	subiquityAt  = "https://github.com/canonical/subiquity/blob/44e42fc6/subiquity/" // 26.10-devel, 2026-08-20
	netplanDoc   = subiquityDoc + "#network; " + subiquityAt + "server/controllers/network.py#L121, load_autoinstall_data"
	matchDoc     = subiquityDoc + "#disk-selection-extensions"
	curtinAt     = "https://github.com/canonical/curtin/blob/737e305d/curtin/" // after 24.0.0, 2026-07-08
	matchSource  = matchDoc + "; " + subiquityAt + "models/storage.py#L1759, _make_matchers; " +
		curtinAt + "commands/block_meta.py#L452, v1_get_path_to_disk, and block/schemas.py#L105, DISK"
	interfaces   = "https://manpages.debian.org/bookworm/ifupdown/interfaces.5.en.html"
	preseedGuide = "https://www.debian.org/releases/stable/amd64/apbs04.en.html"
	partmanAt    = "https://sources.debian.org/src/partman-auto/177/" // of Debian 13
	partmanDisk  = preseedGuide + "; " + partmanAt + "display.d/initial_auto/#L29, partman-auto/disk; " +
		partmanAt + "lib/recipes.sh/#L60, decode_recipe; " +
		"https://sources.debian.org/src/partman-base/237/init.d/early_command/#L9; " +
		"https://sources.debian.org/src/grub-installer/1.212/grub-installer/#L810, bootdev"
	debianZone = preseedGuide + "; https://sources.debian.org/src/tzsetup/0.132+deb13u1/tzsetup/#L8, time/zone"
	choosing   = preseedGuide + "; https://github.com/ParrotSec/choose-mirror/blob/093698a6/choose-mirror.c#L761, set_proxy; " +
		"https://github.com/kaisenlinux/apt-setup/blob/7a7781f2/generators/50mirror#L251, mirror/http/proxy"
	netcfgAt    = "https://sources.debian.org/src/netcfg/1.187+deb12u1/" // of Debian 12
	netcfg      = netcfgAt + "netcfg-common.c/#L1378, netcfg_nameservers_to_array"
	netcfgFour  = preseedGuide + "; " + netcfgAt + "write_interface.c/#L113, nc_wi_static_ipv4"
	ksDoc       = "https://pykickstart.readthedocs.io/en/latest/kickstart-docs.html"
	ksAt        = "https://github.com/pykickstart/pykickstart/blob/r3.74/pykickstart/commands/"
	anacondaAt  = "https://github.com/rhinstaller/anaconda/blob/8eddd3c9/" // 45.21, 2026-08-21
	ksNetworkAt = "; " + anacondaAt + "pyanaconda/modules/network/nm_client.py"
	ksNetwork   = ksDoc + "#network; " + ksAt + "network.py#L473, --ip" + ksNetworkAt + "#L799"
	ksSix       = ksDoc + "#network; " + ksAt + "network.py#L537, --ipv6" + ksNetworkAt + "#L827"
	ksMTU       = ksDoc + "#network; " + ksAt + "network.py#L475, --mtu" + ksNetworkAt + "#L872"
	ksServers   = ksDoc + "#network; " + ksAt + "network.py#L476, --nameserver" + ksNetworkAt + "#L840"
	ksDisk      = ksDoc + "#ignoredisk; " + ksAt + "ignoredisk.py#L171, --only-use; " +
		anacondaAt + "pyanaconda/modules/storage/disk_selection/selection.py#L69; " +
		anacondaAt + "pyanaconda/core/storage.py#L168, device_matches"
	ksTime = ksDoc + "#timezone; " + ksAt + "timezone.py#L326; " +
		anacondaAt + "pyanaconda/modules/timezone/installation.py#L93, _correct_timezone"
	ksSELinux = ksDoc + "#selinux; " + ksAt + "selinux.py#L68, --permissive; " +
		anacondaAt + "pyanaconda/modules/security/installation.py#L172, ConfigureSELinuxTask"
	anaconda = "https://anaconda-installer.readthedocs.io/en/latest/user-guide/boot-options.html#inst-proxy; " +
		anacondaAt + "dracut/parse-anaconda-options.sh#L91"
	keyfileDoc  = "https://networkmanager.dev/docs/api/latest/nm-settings-keyfile.html"
	networkdDoc = "https://www.freedesktop.org/software/systemd/man/latest/systemd.network.html"
	linkDoc     = "https://www.freedesktop.org/software/systemd/man/latest/systemd.link.html"
	ignitionDoc = "https://coreos.github.io/ignition/configuration-v3_3/"
	coreosDisk  = "https://coreos.github.io/coreos-installer/customizing-install/"
	flatcarDisk = "https://www.flatcar.org/docs/latest/installing/bare-metal/installing-to-disk/"
	flatcarSSH  = "https://www.flatcar.org/docs/latest/setup/security/customizing-sshd/"
)

// everywhere sets a source for every column.
func everywhere(ubuntu, debian, redHat, core, flat string) map[string]string {
	return map[string]string{autoinstall: ubuntu, preseed: debian, kickstart: redHat, coreOS: core, flatcar: flat}
}

// login explains why no installer uses a proxy that requires a login.
const login = "An installer reads its answers from the tree, which is meant for git, so it cannot have the login. Install the " +
	"machines yourself, or remove credentials_file and let the proxy accept their network without a login."

// many matches names of cards that combine several, or are part of one.
var many = regexp.MustCompile(`^(bond|team|br|vlan)[0-9._-]|\.`)

// Features is the table.
func Features() []Feature {
	const made = "The installer configures one physical card, by the kernel's name, but %s combines or divides cards. Write the card's " +
		"name, and create the bond, bridge, or VLAN after the installation. Or install the machine yourself and leave provision out."
	return []Feature{
		{
			Name:    "IPv4",
			Carried: everywhere(netplanDoc, netcfgFour, ksNetwork, keyfileDoc, networkdDoc),
			asked: func(_ *plan.Plan, _ *options, m machine) (hcl.Range, bool) {
				return m.node.At("address"), m.node.Address.Is4()
			},
		},
		{
			Name:    "IPv6 only",
			Carried: map[string]string{autoinstall: netplanDoc, kickstart: ksSix, coreOS: keyfileDoc, flatcar: networkdDoc},
			Refused: map[string]string{
				preseed: "The preseed file configures the network by IPv4. Write an IPv4 address first, or another os.",
			},
			asked: func(_ *plan.Plan, _ *options, m machine) (hcl.Range, bool) {
				return m.node.Attr("os"), m.node.Address.Is6() && !m.node.SecondaryAddress.Is4()
			},
		},
		{
			Name:    "IPv4 and IPv6",
			Carried: everywhere(netplanDoc, interfaces, ksSix, keyfileDoc, networkdDoc),
			asked: func(_ *plan.Plan, _ *options, m machine) (hcl.Range, bool) {
				return m.node.At("secondary_address"), m.node.SecondaryAddress.IsValid()
			},
		},
		{
			Name:    "MTU",
			Carried: everywhere(netplanDoc, interfaces, ksMTU, keyfileDoc, networkdDoc),
			asked: func(p *plan.Plan, _ *options, _ machine) (hcl.Range, bool) {
				return p.Network.Attr("mtu"), p.Network.MTU != 1500
			},
		},
		{
			Name:    "several name servers",
			Carried: everywhere(netplanDoc, netcfg, ksServers, keyfileDoc, networkdDoc),
			asked: func(_ *plan.Plan, o *options, _ machine) (hcl.Range, bool) {
				return o.source.Attr("nameservers"), len(o.segment.Nameservers) > 1
			},
		},
		{
			Name:    "only name servers with IPv6 addresses",
			Carried: map[string]string{autoinstall: netplanDoc, kickstart: ksServers, coreOS: keyfileDoc, flatcar: networkdDoc},
			Refused: map[string]string{preseed: "Debian's installer configures IPv4 only, and could not reach a name server. Add one " +
				"with an IPv4 address."},
			asked: func(_ *plan.Plan, o *options, m machine) (hcl.Range, bool) {
				four := m.node.Address.Is4() || m.node.SecondaryAddress.Is4()
				return o.source.Attr("nameservers"), four && len(o.segment.Nameservers) > 0 && !o.firstNameserver().Is4()
			},
		},
		{
			Name:    "a new name for the network card",
			Carried: map[string]string{autoinstall: netplanDoc, kickstart: linkDoc, coreOS: linkDoc, flatcar: linkDoc},
			Refused: map[string]string{preseed: "Debian's installer cannot rename a card. If the kernel already uses this name, " +
				"leave mac out; otherwise leave interface out, or write another os."},
			asked: func(_ *plan.Plan, _ *options, m machine) (hcl.Range, bool) {
				return m.node.Attr("interface"), m.node.MAC != "" && m.node.Interface != ""
			},
		},
		{
			Name:    "a bond, bridge, or VLAN",
			Refused: everywhere(made, made, made, made, made),
			asked: func(_ *plan.Plan, _ *options, m machine) (hcl.Range, bool) {
				return m.node.Attr("interface"), many.MatchString(m.node.Interface)
			},
		},
		{
			Name: "an HTTP proxy",
			Carried: map[string]string{
				autoinstall: subiquityDoc + "#proxy; " + subiquityAt + "server/controllers/proxy.py#L38, load_autoinstall_data",
				preseed:     choosing, kickstart: anaconda, coreOS: ignitionDoc,
			},
			Refused: map[string]string{flatcar: "At its first boot, Flatcar downloads Python, which Ansible needs, without a " +
				"proxy. Write another os, or install the machine yourself."},
			asked: func(p *plan.Plan, _ *options, m machine) (hcl.Range, bool) {
				if p.Network.HTTPProxy == nil {
					return hcl.Range{}, false
				}
				if m.column() == flatcar {
					return m.node.Attr("os"), p.Network.HTTPProxy.Credentials == "" // one with a login is refused everywhere
				}
				return p.Network.HTTPProxy.Block(), true
			},
		},
		{
			Name:    "a proxy that requires a login",
			Refused: everywhere(login, login, login, login, login),
			asked: func(p *plan.Plan, _ *options, _ machine) (hcl.Range, bool) {
				if h := p.Network.HTTPProxy; h != nil && h.Credentials != "" {
					return h.Attr("credentials_file"), true
				}
				return hcl.Range{}, false
			},
		},
		{
			Name:    "a disk by its ID",
			Carried: everywhere(matchSource, partmanDisk, ksDisk, coreosDisk, flatcarDisk),
			asked: func(_ *plan.Plan, o *options, m machine) (hcl.Range, bool) {
				return o.diskAt(m), strings.HasPrefix(m.disk, "/dev/disk/") && !named(m.disk)
			},
		},
		{
			Name:    "a disk by its WWN",
			Carried: map[string]string{preseed: partmanDisk, kickstart: ksDisk, coreOS: coreosDisk, flatcar: flatcarDisk},
			Refused: map[string]string{autoinstall: "Ubuntu's installer finds a disk by its serial number or its path, and this link " +
				"has neither. Write a link of /dev/disk/by-id that begins with ata-, scsi-, or nvme- and the model, or one of " +
				"/dev/disk/by-path."},
			asked: func(_ *plan.Plan, o *options, m machine) (hcl.Range, bool) { return o.diskAt(m), named(m.disk) },
		},
		{
			Name: "a time zone",
			Carried: everywhere(subiquityDoc+"#timezone; "+subiquityAt+"server/controllers/timezone.py#L122, deserialize",
				debianZone, ksTime,
				"https://docs.fedoraproject.org/en-US/fedora-coreos/time-zone/",
				"https://www.flatcar.org/docs/latest/setup/customization/configuring-date-and-timezone/"),
			asked: func(_ *plan.Plan, o *options, _ machine) (hcl.Range, bool) {
				return o.source.Attr("timezone"), o.timezone != "Etc/UTC"
			},
		},
		{
			Name: "another sshd port",
			Carried: map[string]string{
				autoinstall: "https://cloudinit.readthedocs.io/en/22.4.2/reference/modules.html#write-files",
				preseed:     preseedGuide + "; https://sources.debian.org/src/preseed/1.125/preseed_command/, late_command",
				kickstart:   ksSELinux, flatcar: flatcarSSH,
			},
			Refused: map[string]string{coreOS: "SELinux lets sshd listen only on port 22 on Fedora CoreOS, so no login would be " +
				"possible. Leave port out of ssh, or write another os."},
			asked: func(p *plan.Plan, _ *options, m machine) (hcl.Range, bool) {
				if m.column() == coreOS {
					return m.node.Attr("os"), p.SSH.Port != 22
				}
				return p.SSH.Attr("port"), p.SSH.Port != 22
			},
		},
		{
			Name:   "time servers",
			Played: everywhere("host", "host", "host", "host", "host"),
		},
		{
			Name:   "a mirror of upstream's files",
			Played: everywhere("artifacts", "artifacts", "artifacts", "artifacts", "artifacts"),
		},
		{
			Name:    "permissive SELinux",
			Carried: map[string]string{kickstart: ksSELinux},
			Played:  map[string]string{autoinstall: "host", preseed: "host", coreOS: "host", flatcar: "host"},
		},
	}
}

// refuse reports features that a machine's installer does not support.
func (o *options) refuse(p *plan.Plan, m machine, once func(*rule.Rule, hcl.Range, string, ...any)) {
	for _, f := range Features() {
		why, refused := f.Refused[m.column()]
		if !refused {
			continue
		}
		if at, asked := f.asked(p, o, m); asked {
			once(feature, at, "Node %q, %s: %s", m.node.Name, f.Name, strings.ReplaceAll(why, "%s", m.node.Interface))
		}
	}
}

// diskAt returns the source range of a machine's disk.
func (o *options) diskAt(m machine) hcl.Range { return o.source.Attr(m.written) }

// serial and place match links whose names contain udev's data on a disk: its serial number after its bus's prefix, or its location.
// Source: https://github.com/systemd/systemd/blob/v252/rules.d/60-persistent-storage.rules
var (
	serial = regexp.MustCompile(`^/dev/disk/by-id/(?:ata|scsi|usb|virtio|nvme)-(.+)$`)
	place  = regexp.MustCompile(`^/dev/disk/by-path/(.+)$`)
	unique = regexp.MustCompile(`^/dev/disk/by-id/nvme-(?:eui|uuid|nguid)\.`)
	drive  = regexp.MustCompile(`^/dev/sd[a-z]+$`)
)

// serialized reports whether a link's name contains a unique serial number of one disk. Hypervisors give all their disks the same.
func serialized(disk string) bool {
	virtual := regexp.MustCompile(`(?i)qemu|vbox|vmware|virtual`)
	return strings.HasPrefix(disk, "/dev/disk/by-id/") && !strings.HasPrefix(disk, "/dev/disk/by-id/virtio-") && !virtual.MatchString(disk)
}

// named reports whether a link in /dev/disk contains neither a serial number nor a location.
func named(disk string) bool {
	return strings.HasPrefix(disk, "/dev/disk/") && (unique.MatchString(disk) || !serial.MatchString(disk) && !place.MatchString(disk))
}

// match returns the criterion by which Ubuntu's installer finds a disk. Source: matchDoc.
func match(disk string) diskMatch {
	if m := place.FindStringSubmatch(disk); m != nil {
		return diskMatch{Place: m[1]}
	}
	if m := serial.FindStringSubmatch(disk); m != nil {
		return diskMatch{Serial: m[1]}
	}
	return diskMatch{Path: disk}
}

var (
	feature = &rule.Rule{
		ID: "bare-metal-feature", Title: "Setting that the installer does not support", Permanent: true,
		Doc: "An installation erases a disk without asking. A setting that the installer cannot apply would be missing, and the machine " +
			"might be unreachable.",
		Fix:     "Follow the message, or install the system yourself and leave provision out.",
		Sources: []string{matchDoc, interfaces, linkDoc, flatcarSSH},
	}
	drifting = &rule.Rule{
		ID: "bare-metal-disk-name", Severity: rule.Warning, Title: "Unstable disk name",
		Doc: "The kernel gives the name /dev/sda to the disk that it finds first. On a server with a disk controller, a USB stick, or " +
			"virtual media, that can be another disk at the next boot, and the installer erases it.",
		Fix: "Write a link in /dev/disk/by-id or /dev/disk/by-path; `ls -l /dev/disk/by-id` on a rescue system lists them.",
		Sources: []string{"https://docs.kernel.org/admin-guide/devices.html",
			"https://wiki.archlinux.org/title/Persistent_block_device_naming"},
	}
	repeated = &rule.Rule{
		ID: "bare-metal-disk-repeated", Severity: rule.Warning, Title: "One disk's ID for several machines",
		Doc: "A link in /dev/disk/by-id contains the serial number or the WWN of one disk. On any other machine, the installer does not " +
			"find the disk.",
		Fix:     "Write install_disks with a disk for each machine, or a link in /dev/disk/by-path if they have the same hardware.",
		Sources: []string{"https://github.com/systemd/systemd/blob/v252/rules.d/60-persistent-storage.rules"},
	}
)
