package baremetal

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/target/cloudinit"
)

// The installers, by their own names.
const (
	autoinstall = "autoinstall"
	preseed     = "preseed"
	kickstart   = "kickstart"
	ignition    = "ignition"
)

// system is an operating system that supports unattended installation.
type system struct {
	name      string // as in the topology, without the version
	oldest    string // version; "" if versions do not matter
	installer string
	ignition  string // version of the specification that every release supports
}

// systems maps operating systems to installers. Sources:
// https://canonical-subiquity.readthedocs-hosted.com/en/latest/reference/autoinstall-reference.html,
// https://www.debian.org/releases/stable/amd64/apb.en.html, https://pykickstart.readthedocs.io/en/latest/kickstart-docs.html,
// https://coreos.github.io/ignition/specs/, https://www.flatcar.org/docs/latest/provisioning/ignition/specification/
func systems() []system {
	return []system{
		{"ubuntu", "22.04", autoinstall, ""},
		{"debian", "12", preseed, ""},
		{"rhel", "9", kickstart, ""}, {"centos-stream", "9", kickstart, ""}, {"rocky", "9", kickstart, ""},
		{"almalinux", "9", kickstart, ""}, {"fedora", "41", kickstart, ""},
		{"fedora-coreos", "", ignition, "3.5.0"},
		{"flatcar", "", ignition, "3.3.0"}, {"flatcar-stable", "", ignition, "3.3.0"}, {"flatcar-lts", "", ignition, "3.3.0"},
	}
}

// find returns the system of a node.
func find(os plan.OS) (system, bool) {
	for _, s := range systems() {
		if s.name == os.Name && (s.oldest == "" || os.Version != "" && plan.Natural(s.oldest, os.Version) <= 0) {
			return s, true
		}
	}
	return system{}, false
}

func known() []string {
	var out []string
	for _, s := range systems() {
		name := s.name
		if s.oldest != "" {
			name += "-" + s.oldest + " and newer"
		}
		out = append(out, name)
	}
	return out
}

// files returns the files of one machine's folder: the installer's input, and boot.txt, the kernel arguments that point to it.
func (o *options) files(p *plan.Plan, m machine) ([]artifact.File, error) {
	switch m.system.installer {
	case autoinstall:
		return o.autoinstall(p, m)
	case preseed:
		return o.preseed(p, m), nil
	case kickstart:
		return o.kickstart(p, m), nil
	}
	return o.ignition(p, m)
}

// at returns the URL of a machine's file.
func (o *options) at(m machine, file string) string {
	return o.url + "/provision/" + m.node.Name + "/" + file
}

func boot(arguments ...string) artifact.File {
	return artifact.File{Path: "boot.txt",
		Data: []byte(strings.Join(slices.DeleteFunc(arguments, func(a string) bool { return a == "" }), " ") + "\n")}
}

// --- Ubuntu

type autoinstallFile struct {
	Autoinstall subiquity `json:"autoinstall"`
}

type subiquity struct {
	Version  int            `json:"version"`
	Locale   string         `json:"locale"`
	Keyboard map[string]any `json:"keyboard"`
	Timezone string         `json:"timezone"`
	Proxy    string         `json:"proxy,omitempty"`
	Network  any            `json:"network"`
	Storage  storage        `json:"storage"`
	SSH      sshServer      `json:"ssh"`
	Updates  string         `json:"updates"`
	Shutdown string         `json:"shutdown"`
	UserData any            `json:"user-data"` // cloud-init's, for the first boot; it replaces identity, which would need a password
}

type storage struct {
	Layout layout `json:"layout"`
	Swap   swap   `json:"swap"`
}

type layout struct {
	Name  string    `json:"name"`
	Match diskMatch `json:"match"`
}

// diskMatch sets exactly one of these.
type diskMatch struct {
	Path   string `json:"path,omitempty"`
	Serial string `json:"serial,omitempty"`  // ID_SERIAL of udev
	Place  string `json:"id_path,omitempty"` // ID_PATH of udev
}

type swap struct {
	Size int `json:"size"`
}

type sshServer struct {
	Install   bool `json:"install-server"`
	Passwords bool `json:"allow-pw"`
}

func (o *options) autoinstall(p *plan.Plan, m machine) ([]artifact.File, error) {
	first := o.segment.Machine(p, m.node, m.node.MAC)
	first.Keys = o.keys
	if first.Network.MAC == "" { // the card by its kernel name
		first.Network.Card = m.node.Interface
	}
	user, err := cloudinit.Document(autoinstallFile{subiquity{
		Version: 1, Locale: "en_US.UTF-8", Keyboard: map[string]any{"layout": "us"}, Timezone: o.timezone,
		Proxy: proxyOf(p), Network: first.Network.Netplan(), Storage: storage{layout{"direct", match(m.disk)}, swap{0}},
		SSH: sshServer{Install: true}, Updates: "security", Shutdown: "reboot", UserData: first.Config(),
	}})
	if err != nil {
		return nil, err
	}
	meta, err := first.MetaData()
	return []artifact.File{
		{Path: "user-data", Data: user}, {Path: "meta-data", Data: meta},
		boot("autoinstall", "ip=dhcp", "ds=nocloud-net;s="+o.at(m, "")),
	}, err
}

// --- the last commands of preseed and kickstart

// finish returns a shell script that runs as root in the new system. All topology values in it are words without shell metacharacters:
// names, a port, base64.
func (o *options) finish(p *plan.Plan) []string {
	user, home := p.SSH.User, "/root"
	var lines []string
	if user != "root" {
		home = "/home/" + user
		lines = append(lines,
			"echo '"+user+" ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-"+user,
			"chmod 0440 /etc/sudoers.d/90-"+user,
		)
	}
	keys := base64.StdEncoding.EncodeToString([]byte(strings.Join(o.keys, "\n") + "\n"))
	lines = append(lines,
		"install -d -m 0700 -o "+user+" -g "+user+" "+home+"/.ssh", // both families give a user a group of the same name
		"echo "+keys+" | base64 -d >"+home+"/.ssh/authorized_keys",
		"chmod 0600 "+home+"/.ssh/authorized_keys",
		"chown "+user+":"+user+" "+home+"/.ssh/authorized_keys",
		"mkdir -p /etc/ssh/sshd_config.d",
		"echo PasswordAuthentication no >/etc/ssh/sshd_config.d/10-cluster.conf",
	)
	if p.SSH.Port != 22 {
		lines = append(lines, "echo Port "+strconv.Itoa(p.SSH.Port)+" >>/etc/ssh/sshd_config.d/10-cluster.conf")
	}
	return lines
}

// --- Debian

func (o *options) preseed(p *plan.Plan, m machine) []artifact.File {
	four, six, via, via6 := o.first(m.node)
	var b strings.Builder
	b.WriteString("# Installs " + m.node.Name + " without questions. Its address and its name are in boot.txt: the installer needs " +
		"them before it reads this file.\n")
	set := func(owner, question, kind, value string) {
		b.WriteString(strings.TrimSuffix(owner+" "+question+" "+kind+" "+value, " ") + "\n")
	}
	di := func(question, kind, value string) { set("d-i", question, kind, value) }
	di("debian-installer/locale", "string", "en_US.UTF-8")
	di("keyboard-configuration/xkb-keymap", "select", "us")
	// No mirror is set: the installer's default is Debian's own. The proxy is that of the protocol, so the protocol is set too.
	// Source: choosing
	di("mirror/protocol", "select", "http")
	di("mirror/http/proxy", "string", httpProxyOf(p))
	di("clock-setup/utc", "boolean", "true")
	di("time/zone", "string", o.timezone)
	di("clock-setup/ntp", "boolean", "true")
	if p.SSH.User == "root" {
		di("passwd/root-login", "boolean", "true")
		di("passwd/root-password-crypted", "password", "!") // no password fits
		di("passwd/make-user", "boolean", "false")
	} else {
		di("passwd/root-login", "boolean", "false")
		di("passwd/make-user", "boolean", "true")
		di("passwd/user-fullname", "string", "Ansible")
		di("passwd/username", "string", p.SSH.User)
		di("passwd/user-password-crypted", "password", "!")
	}
	// If this is empty, partman-auto takes the only disk of a machine. So a missing link stays here, and matches no disk.
	// Source: https://sources.debian.org/src/partman-auto/177/display.d/initial_auto/#L36
	di("partman-auto/disk", "string", m.disk)
	di("grub-installer/bootdev", "string", m.disk)
	if strings.HasPrefix(m.disk, "/dev/disk/") {
		// The installer's partitioner only knows disks by their kernel names, which a link resolves to.
		di("partman/early_command", "string", "disk=$(readlink -f "+m.disk+") && test -b $disk && debconf-set partman-auto/disk $disk && "+
			"debconf-set grub-installer/bootdev $disk")
	}
	di("partman-auto/method", "string", "regular")
	// The whole disk is one file system after the boot partitions; there is no swap.
	di("partman-auto/expert_recipe", "string", "cluster :: 538 538 1075 free $iflabel{ gpt } $reusemethod{ } method{ efi } format{ } . "+
		"1 1 1 free $iflabel{ gpt } $bios_boot{ } method{ biosgrub } . 5000 10000 -1 ext4 method{ format } format{ } use_filesystem{ } "+
		"filesystem{ ext4 } mountpoint{ / } .")
	di("partman-basicfilesystems/no_swap", "boolean", "false")
	di("partman-efi/non_efi_system", "boolean", "true")
	di("partman-partitioning/confirm_write_new_label", "boolean", "true")
	di("partman/choose_partition", "select", "finish")
	di("partman/confirm", "boolean", "true")
	di("partman/confirm_nooverwrite", "boolean", "true")
	di("partman-lvm/device_remove_lvm", "boolean", "true")
	di("partman-md/device_remove_md", "boolean", "true")
	di("apt-setup/cdrom/set-first", "boolean", "false")
	set("tasksel", "tasksel/first", "multiselect", "standard, ssh-server")
	di("pkgsel/include", "string", "sudo python3")
	di("pkgsel/upgrade", "select", "full-upgrade")
	set("popularity-contest", "popularity-contest/participate", "boolean", "false")
	di("grub-installer/only_debian", "boolean", "true")
	// The installer's resolv.conf becomes the system's. It has the first name server from boot.txt.
	servers := ""
	for _, n := range o.segment.Nameservers {
		if n != o.firstNameserver() {
			servers += "echo nameserver " + n.String() + " >>/etc/resolv.conf; "
		}
	}
	di("preseed/late_command", "string", servers+"in-target sh -euc '"+strings.Join(quoted(append(o.finish(p), o.ifupdown(p, m, six,
		via6)...)), "; ")+"'")
	di("finish-install/reboot_in_progress", "note", "")

	card := "interface=" + m.node.Interface
	if m.node.Interface == "" { // PXELINUX's format: 01 is Ethernet
		card = "BOOTIF=01-" + strings.ReplaceAll(m.node.MAC, ":", "-")
	}
	return []artifact.File{
		{Path: "preseed.cfg", Data: []byte(b.String())},
		boot("auto=true", "priority=critical", "url="+o.at(m, "preseed.cfg"), "hostname="+m.node.Name, "domain=", card,
			"netcfg/disable_autoconfig=true", "netcfg/get_ipaddress="+four.Addr().String(), "netcfg/get_netmask="+mask(four),
			"netcfg/get_gateway="+via.String(), "netcfg/get_nameservers="+o.firstNameserver().String(),
			"netcfg/confirm_static=true"),
	}
}

// firstNameserver returns the name server for Debian's installer: its list is split at blanks, which kernel arguments cannot contain.
func (o *options) firstNameserver() netip.Addr {
	for _, n := range o.segment.Nameservers {
		if n.Is4() {
			return n
		}
	}
	if len(o.segment.Nameservers) > 0 {
		return o.segment.Nameservers[0]
	}
	return netip.Addr{}
}

// ifupdown configures what Debian's installer does not support: the second address family, and the MTU. Stanzas of one card are merged.
// Source: interfaces(5)
func (o *options) ifupdown(p *plan.Plan, m machine, six netip.Prefix, via netip.Addr) []string {
	if !six.IsValid() && p.Network.MTU == 1500 {
		return nil
	}
	card := "card=" + m.node.Interface
	if m.node.Interface == "" {
		card = "card=$(basename $(dirname $(grep -lix " + m.node.MAC + " /sys/class/net/*/address | head -n 1)))"
	}
	const into = " >>/etc/network/interfaces.d/cluster"
	lines := []string{card, "mkdir -p /etc/network/interfaces.d"}
	if six.IsValid() {
		lines = append(lines, `echo "iface $card inet6 static"`+into, "echo address "+six.String()+into, "echo gateway "+via.String()+into,
			"echo accept_ra 0"+into)
	}
	if p.Network.MTU != 1500 {
		lines = append(lines, `echo "iface $card inet manual"`+into,
			`echo "up ip link set dev $card mtu `+strconv.Itoa(p.Network.MTU)+`"`+into)
	}
	return lines
}

// proxyOf returns the proxy of installers that use one proxy for everything, "" if there is none.
func proxyOf(p *plan.Plan) string {
	if p.Network.HTTPProxy == nil {
		return ""
	}
	return cmp.Or(p.Network.HTTPProxy.HTTP, p.Network.HTTPProxy.HTTPS)
}

// httpProxyOf returns the proxy for downloads without TLS.
func httpProxyOf(p *plan.Plan) string {
	if p.Network.HTTPProxy == nil {
		return ""
	}
	return p.Network.HTTPProxy.HTTP
}

// quoted escapes shell lines for a script in single quotes.
func quoted(lines []string) []string {
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, "'", `'"'"'`)
	}
	return lines
}

// --- Red Hat's family and Fedora

func (o *options) kickstart(p *plan.Plan, m machine) []artifact.File {
	var b strings.Builder
	line := func(words ...string) {
		b.WriteString(strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ") + "\n")
	}
	line("# Installs " + m.node.Name + " without questions. Packages come from inst.repo or inst.stage2 " +
		"in the kernel's arguments.")
	line("text")
	line("lang", "en_US.UTF-8")
	line("keyboard", "us")
	line("timezone", o.timezone, "--utc")
	line(o.kickstartNetwork(p, m)...)
	line("# The pod network and kube-proxy write the rules of this host. firewalld's rules would drop their traffic.")
	line("firewall", "--disabled")
	if p.Hosts.Enforce() {
		line("selinux", "--enforcing")
	} else {
		line("# As in kubeadm's guide. Otherwise pods could not mount directories of the host.")
		line("selinux", "--permissive")
	}
	line("rootpw", "--lock")
	if p.SSH.User != "root" {
		line("user", "--name="+p.SSH.User, "--groups=wheel", "--lock", "--gecos=Ansible")
	}
	line("zerombr")
	line("ignoredisk", "--only-use="+strings.TrimPrefix(m.disk, "/dev/"))
	line("clearpart", "--all", "--initlabel", "--drives="+strings.TrimPrefix(m.disk, "/dev/"))
	line("bootloader", "--boot-drive="+strings.TrimPrefix(m.disk, "/dev/"))
	line("autopart", "--type=plain", "--nohome", "--noswap")
	line("services", "--enabled=sshd,chronyd")
	line("firstboot", "--disable")
	if m.system.name == "rhel" {
		line("eula", "--agreed")
	}
	line("reboot")
	line("")
	line("%packages")
	line("@core")
	for _, name := range []string{"chrony", "python3", "sudo"} {
		line(name)
	}
	if m.system.name == "fedora" {
		line("-zram-generator-defaults") // swap in memory, which the kubelet refuses like any other swap
	}
	line("%end")
	line("")
	line("%post", "--erroronfail")
	line("set -eu")
	for _, l := range o.finish(p) {
		line(l)
	}
	if m.node.MAC != "" && m.node.Interface != "" { // the kernel arguments set this name of the card during the installation
		line("mkdir -p /etc/systemd/network")
		line(`printf '` + strings.ReplaceAll(linkFile(m), "\n", `\n`) + `' >/etc/systemd/network/10-cluster.link`)
	}
	line("restorecon -R /root/.ssh /home /etc/ssh || true")
	line("%end")
	return []artifact.File{{Path: "ks.cfg", Data: []byte(b.String())}, boot(o.kickstartArguments(p, m)...)}
}

// kickstartNetwork returns the network line.
func (o *options) kickstartNetwork(p *plan.Plan, m machine) []string {
	four, six, via4, via6 := o.first(m.node)
	card := m.node.MAC
	if card == "" {
		card = m.node.Interface
	}
	network := []string{"network", "--device=" + card, "--bootproto=static", "--onboot=yes", "--activate", "--hostname=" + m.node.Name}
	if m.node.Interface == "" {
		network = append(network, "--bindto=mac") // the card's kernel name is unknown here, and may change
	}
	if four.IsValid() {
		network = append(network, "--ip="+four.Addr().String(), "--netmask="+mask(four), "--gateway="+via4.String())
	} else {
		network = append(network, "--noipv4")
	}
	if six.IsValid() {
		network = append(network, "--ipv6="+six.String(), "--ipv6gateway="+via6.String())
	} else {
		network = append(network, "--noipv6")
	}
	network = append(network, "--nameserver="+strings.Join(plan.Texts(o.segment.Nameservers), ","))
	if p.Network.MTU != 1500 {
		network = append(network, "--mtu="+strconv.Itoa(p.Network.MTU))
	}
	return network
}

// kickstartArguments returns the kernel arguments of the installer.
func (o *options) kickstartArguments(p *plan.Plan, m machine) []string {
	four, six, via4, via6 := o.first(m.node)
	var address string
	if four.IsValid() {
		address = fmt.Sprintf("ip=%s::%s:%s:%s:%s:none", four.Addr(), via4, mask(four), m.node.Name, o.bootCard(m))
	} else {
		address = fmt.Sprintf("ip=[%s]::[%s]:%d:%s:%s:none", six.Addr(), via6, six.Bits(), m.node.Name, o.bootCard(m))
	}
	arguments := []string{"inst.ks=" + o.at(m, "ks.cfg"), "inst.text", address, o.named(m)}
	if proxy := proxyOf(p); proxy != "" {
		arguments = append(arguments, "inst.proxy="+proxy)
	}
	for _, n := range o.segment.Nameservers {
		arguments = append(arguments, "nameserver="+bracketed(n.String()))
	}
	return arguments
}

// linkFile names the card with a MAC address. Source: systemd.link(5)
func linkFile(m machine) string {
	return "[Match]\nMACAddress=" + m.node.MAC + "\n\n[Link]\nName=" + m.node.Interface + "\n"
}

// installCard is dracut's name for a card that is only known by its MAC address.
const installCard = "install0"

// bootCard returns the card's name in the kernel arguments.
func (o *options) bootCard(m machine) string {
	if m.node.Interface != "" {
		return m.node.Interface
	}
	return installCard
}

// named binds the name to the MAC address.
func (o *options) named(m machine) string {
	if m.node.MAC == "" {
		return ""
	}
	return "ifname=" + o.bootCard(m) + ":" + m.node.MAC
}

func bracketed(a string) string {
	if strings.Contains(a, ":") {
		return "[" + a + "]"
	}
	return a
}

// --- Fedora CoreOS and Flatcar

// The fields of Ignition's configuration that we write. Source: https://coreos.github.io/ignition/configuration-v3_5/
type config struct {
	Ignition ignitionVersion `json:"ignition"`
	Passwd   passwd          `json:"passwd"`
	Storage  files           `json:"storage"`
	Systemd  units           `json:"systemd"`
}

type ignitionVersion struct {
	Version string         `json:"version"`
	Proxy   *ignitionProxy `json:"proxy,omitempty"`
}

type ignitionProxy struct {
	HTTP    string   `json:"httpProxy,omitempty"`
	HTTPS   string   `json:"httpsProxy,omitempty"`
	NoProxy []string `json:"noProxy,omitempty"`
}

type passwd struct {
	Users []ignitionUser `json:"users"`
}

type ignitionUser struct {
	Name   string   `json:"name"`
	Keys   []string `json:"sshAuthorizedKeys"`
	Groups []string `json:"groups,omitempty"`
}

type files struct {
	Directories []directory `json:"directories,omitempty"`
	Files       []file      `json:"files"`
	Links       []link      `json:"links"`
}

type link struct {
	Path      string `json:"path"`
	Target    string `json:"target"`
	Overwrite bool   `json:"overwrite"`
}

type directory struct {
	Path string `json:"path"`
	Mode int    `json:"mode"`
}

type file struct {
	Path      string   `json:"path"`
	Mode      int      `json:"mode"`
	Overwrite bool     `json:"overwrite"`
	Contents  contents `json:"contents"`
}

type contents struct {
	Source string `json:"source"` // a data URL
}

type units struct {
	Units []unit `json:"units"`
}

type unit struct {
	Name     string   `json:"name"`
	Enabled  *bool    `json:"enabled,omitempty"`
	Contents string   `json:"contents,omitempty"`
	DropIns  []dropIn `json:"dropins,omitempty"`
}

type dropIn struct {
	Name     string `json:"name"`
	Contents string `json:"contents"`
}

func enabled(name, contents string) unit {
	yes := true
	return unit{Name: name, Enabled: &yes, Contents: contents}
}

// layered are packages that Ansible, the kubelet, and a balancer need and Fedora CoreOS's image lacks.
const (
	layered  = "python3 conntrack-tools ethtool iproute-tc iptables-nft nftables socat"
	balancer = " haproxy keepalived"
)

// layerUnit follows Fedora CoreOS' documentation: https://docs.fedoraproject.org/en-US/fedora-coreos/os-extensions/
//
// The download may fail at first, so the unit retries until it succeeds.
const layerUnit = `[Unit]
Description=Add what Ansible and the kubelet need, once, and restart into it
Wants=network-online.target
After=network-online.target
Before=zincati.service
ConditionPathExists=!/var/lib/%N.stamp
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
Restart=on-failure
RestartSec=30
ExecStart=/usr/bin/rpm-ostree install --assumeyes --allow-inactive --idempotent PACKAGES
ExecStart=/usr/bin/touch /var/lib/%N.stamp
ExecStart=/usr/bin/systemctl --no-block reboot

[Install]
WantedBy=multi-user.target
`

// localUnit makes the directory of upstream's binaries writable on Flatcar, whose /usr is read-only.
const localUnit = `[Unit]
Description=Writable /usr/local
Before=local-fs.target
DefaultDependencies=no
Conflicts=umount.target
RequiresMountsFor=/var/usrlocal

[Mount]
What=/var/usrlocal
Where=/usr/local
Type=none
Options=bind

[Install]
WantedBy=local-fs.target
`

func (o *options) ignition(p *plan.Plan, m machine) ([]artifact.File, error) {
	c := config{Ignition: ignitionVersion{Version: m.system.ignition}}
	u := ignitionUser{Name: p.SSH.User, Keys: o.keys}
	if u.Name != "root" {
		u.Groups = []string{"sudo"} // its members have full sudo rights, on both systems
		if m.system.name == "fedora-coreos" {
			u.Groups = []string{"sudo", "wheel"}
		}
	}
	c.Passwd.Users = []ignitionUser{u}
	add := func(path string, mode int, text string) {
		c.Storage.Files = append(c.Storage.Files, file{path, mode, true, contents{"data:," + url.PathEscape(text)}})
	}
	add("/etc/hostname", 0o644, m.node.Name+"\n")
	if u.Name != "root" {
		add("/etc/sudoers.d/90-"+u.Name, 0o440, u.Name+" ALL=(ALL) NOPASSWD:ALL\n")
	}
	if m.node.MAC != "" && m.node.Interface != "" {
		add("/etc/systemd/network/10-cluster.link", 0o644, linkFile(m))
	}
	c.Storage.Links = []link{{"/etc/localtime", "../usr/share/zoneinfo/" + o.timezone, true}}
	if m.system.name == "fedora-coreos" {
		add("/etc/NetworkManager/system-connections/cluster.nmconnection", 0o600, o.keyfile(p, m))
		// The administrator decides when to restart: the runbook drains a node first.
		add("/etc/zincati/config.d/90-no-automatic-updates.toml", 0o644, "[updates]\nenabled = false\n")
		packages := layered
		if slices.Contains(p.Members(plan.BalancerPeers), m.node) {
			packages += balancer
		}
		c.Systemd.Units = append(c.Systemd.Units, enabled("cluster-packages.service", strings.Replace(layerUnit, "PACKAGES", packages, 1)))
		if h := p.Network.HTTPProxy; h != nil {
			c.Ignition.Proxy = &ignitionProxy{h.HTTP, h.HTTPS, h.NoProxy}
			c.Systemd.Units = append(c.Systemd.Units, unit{Name: "rpm-ostreed.service", DropIns: []dropIn{{"10-proxy.conf",
				proxyDropIn(h)}}})
		}
	} else {
		add("/etc/systemd/network/00-cluster.network", 0o644, o.networkd(p, m))
		add("/etc/flatcar/enabled-sysext.conf", 0o644, "python\n")
		add("/etc/flatcar/update.conf", 0o644, "REBOOT_STRATEGY=off\n")
		c.Storage.Directories = []directory{{"/var/usrlocal/bin", 0o755}, {"/var/usrlocal/sbin", 0o755}}
		c.Systemd.Units = append(c.Systemd.Units, enabled("usr-local.mount", localUnit))
		if p.SSH.Port != 22 { // systemd's socket listens for sshd
			listen := "[Socket]\nListenStream=\nListenStream=" + strconv.Itoa(p.SSH.Port) + "\n"
			c.Systemd.Units = append(c.Systemd.Units, unit{Name: "sshd.socket", DropIns: []dropIn{{"10-port.conf", listen}}})
		}
	}
	data, err := artifact.JSON(c)
	if err != nil {
		return nil, err
	}
	at := o.at(m, "config.ign")
	arguments := boot("ignition.firstboot", "ignition.platform.id=metal", "coreos.inst.install_dev="+m.disk,
		"coreos.inst.ignition_url="+at, "ip=dhcp")
	if m.system.name != "fedora-coreos" { // installed from a running system
		arguments = artifact.File{Path: "install.txt", Data: []byte("flatcar-install -d " + m.disk + " -i config.ign\n")}
	}
	return []artifact.File{{Path: "config.ign", Data: data}, arguments}, nil
}

// proxyDropIn sets the environment of a service. Percent signs are doubled, because systemd expands specifiers. Source: systemd.exec(5),
// Environment=
func proxyDropIn(h *plan.HTTPProxy) string {
	var b strings.Builder
	b.WriteString("[Service]\n")
	for _, v := range []struct{ name, value string }{
		{"http_proxy", h.HTTP}, {"https_proxy", h.HTTPS}, {"no_proxy", strings.Join(h.NoProxy, ",")},
	} {
		if v.value != "" {
			fmt.Fprintf(&b, "Environment=%q\n", v.name+"="+strings.ReplaceAll(v.value, "%", "%%"))
		}
	}
	return b.String()
}

// keyfile returns NetworkManager's configuration: https://networkmanager.dev/docs/api/latest/nm-settings-keyfile.html
func (o *options) keyfile(p *plan.Plan, m machine) string {
	four, six, via4, via6 := o.first(m.node)
	var b strings.Builder
	b.WriteString("[connection]\nid=cluster\ntype=ethernet\nautoconnect-priority=10\n")
	if m.node.MAC == "" {
		b.WriteString("interface-name=" + m.node.Interface + "\n")
	}
	b.WriteString("\n[ethernet]\n")
	if m.node.MAC != "" {
		b.WriteString("mac-address=" + m.node.MAC + "\n")
	}
	fmt.Fprintf(&b, "mtu=%d\n", p.Network.MTU)
	var dns4, dns6 strings.Builder
	for _, n := range o.segment.Nameservers {
		if n.Is4() {
			dns4.WriteString(n.String() + ";")
		} else {
			dns6.WriteString(n.String() + ";")
		}
	}
	section := func(name, address, dns string) {
		b.WriteString("\n[" + name + "]\n")
		if address == "" {
			b.WriteString("method=disabled\n")
			return
		}
		b.WriteString("method=manual\naddress1=" + address + "\n")
		if dns != "" {
			b.WriteString("dns=" + dns + "\n")
		}
	}
	var first, second string
	if four.IsValid() {
		first = four.String() + "," + via4.String()
	}
	if six.IsValid() {
		second = six.String() + "," + via6.String()
	}
	section("ipv4", first, dns4.String())
	section("ipv6", second, dns6.String())
	return b.String()
}

// networkd returns systemd-networkd's configuration: https://www.freedesktop.org/software/systemd/man/latest/systemd.network.html
func (o *options) networkd(p *plan.Plan, m machine) string {
	var b strings.Builder
	b.WriteString("[Match]\n")
	if m.node.MAC != "" {
		b.WriteString("MACAddress=" + m.node.MAC + "\n")
	} else {
		b.WriteString("Name=" + m.node.Interface + "\n")
	}
	fmt.Fprintf(&b, "\n[Link]\nMTUBytes=%d\n\n[Network]\nDHCP=no\nIPv6AcceptRA=no\n", p.Network.MTU)
	for _, a := range o.segment.Addresses(m.node) {
		b.WriteString("Address=" + a.String() + "\n")
	}
	for _, g := range o.segment.RoutersOf(m.node) {
		b.WriteString("Gateway=" + g.String() + "\n")
	}
	for _, n := range o.segment.Nameservers {
		b.WriteString("DNS=" + n.String() + "\n")
	}
	return b.String()
}
