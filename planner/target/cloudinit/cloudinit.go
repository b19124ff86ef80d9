// Package cloudinit writes what cloud-init reads at a machine's first boot: who the machine is, its one user, its addresses. If the
// machine is made by a program, the SSH key is not in it: the program adds the key to the meta-data, as `public-keys`.
//
// The package is internal to k8splan and makes no compatibility promise.
package cloudinit

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/k8splan/k8splan/planner/artifact"

	"github.com/k8splan/k8splan/planner/plan"
)

// Machine is what a machine learns at its first boot.
type Machine struct {
	Cluster, Name string
	User          string // who logs in; "root" or one that is made, who may use sudo without a password
	SSHPort       int
	Keys          []string // that may log in, in OpenSSH's form; nil if the meta-data brings them
	Network       Network
	// Container is a machine that shares the kernel of another one.
	Container bool
}

// Network is the configuration of the one card with the node's addresses.
type Network struct {
	MAC         string         // the card that has it; "" if the machine has one card alone
	Card        string         // the card by the name that the kernel gives it; "" if MAC says which
	Interface   string         // what to call the card of that MAC; "" leaves the name that it has
	Addresses   []netip.Prefix // with the prefix of their segment
	Gateways    []netip.Addr
	Nameservers []netip.Addr
	MTU         int // 0 leaves what the card has
}

// The keys are cloud-init's: https://cloudinit.readthedocs.io/en/22.4.2/reference/modules.html
type userData struct {
	Hostname         string      `json:"hostname"`
	PreserveHostname bool        `json:"preserve_hostname"`
	User             *user       `json:"user,omitempty"`
	DisableRoot      bool        `json:"disable_root"`
	SSHPasswords     bool        `json:"ssh_pwauth"`
	AuthorizedKeys   []string    `json:"ssh_authorized_keys,omitempty"`
	WriteFiles       []writeFile `json:"write_files,omitempty"`
	Run              [][]string  `json:"runcmd,omitempty"`
	EachBoot         [][]string  `json:"bootcmd,omitempty"`
}

type user struct {
	Name         string `json:"name"`
	Gecos        string `json:"gecos"`
	Shell        string `json:"shell"`
	Sudo         string `json:"sudo"`
	LockPassword bool   `json:"lock_passwd"`
}

type writeFile struct {
	Path        string `json:"path"`
	Permissions string `json:"permissions"`
	Content     string `json:"content"`
}

// metaData is what both NoCloud and VMware's source take. The instance's ID follows from names alone: a new one makes cloud-init run
// everything again.
type metaData struct {
	InstanceID    string         `json:"instance-id"`
	LocalHostname string         `json:"local-hostname"`
	Network       *networkConfig `json:"network,omitempty"`
}

// networkConfig is version 2, which is netplan's.
// Source: https://cloudinit.readthedocs.io/en/22.4.2/reference/network-config-format-v2.html
type networkConfig struct {
	Version   int                 `json:"version"`
	Ethernets map[string]ethernet `json:"ethernets"`
}

type ethernet struct {
	Match       match       `json:"match"`
	SetName     string      `json:"set-name,omitempty"`
	DHCP4       bool        `json:"dhcp4"`
	DHCP6       bool        `json:"dhcp6"`
	AcceptRA    bool        `json:"accept-ra"`
	Addresses   []string    `json:"addresses"`
	Routes      []route     `json:"routes,omitempty"`
	Nameservers nameservers `json:"nameservers"`
	MTU         int         `json:"mtu,omitempty"`
}

type match struct {
	MAC  string `json:"macaddress,omitempty"`
	Name string `json:"name,omitempty"`
}

type route struct {
	To  string `json:"to"`
	Via string `json:"via"`
}

type nameservers struct {
	Addresses []string `json:"addresses"`
}

// UserData is the file user-data.
func (m Machine) UserData() ([]byte, error) { return Document(m.Config()) }

// Document is a configuration as cloud-init's file, which begins with its own mark.
func Document(config any) ([]byte, error) {
	data, err := artifact.YAML(config)
	if err != nil {
		return nil, fmt.Errorf("user-data: %w", err)
	}
	return append([]byte("#cloud-config\n"), data...), nil
}

// Config is what the file user-data says.
func (m Machine) Config() any {
	u := userData{Hostname: m.Name, DisableRoot: m.User != "root", AuthorizedKeys: m.Keys}
	if m.User != "root" { // takes the place of the image's own user
		u.User = &user{Name: m.User, Gecos: "Ansible", Shell: "/bin/bash", Sudo: "ALL=(ALL) NOPASSWD:ALL", LockPassword: true}
	}
	if m.Container { // what a pod mounts for others is seen by them: systemd makes / so on machines, and leaves it in containers
		u.EachBoot = [][]string{{"mount", "--make-rshared", "/"}}
	}
	if m.SSHPort != 22 {
		u.WriteFiles = []writeFile{{"/etc/ssh/sshd_config.d/10-port.conf", "0644", "Port " + strconv.Itoa(m.SSHPort) + "\n"}}
		// Where systemd listens for sshd, a generator tells the socket the port from sshd's file.
		u.Run = [][]string{{"sh", "-c",
			"systemctl daemon-reload; systemctl restart ssh.socket || systemctl restart ssh || systemctl restart sshd"}}
	}
	return u
}

// MetaData is the file meta-data of the source NoCloud.
func (m Machine) MetaData() ([]byte, error) {
	return artifact.YAML(metaData{InstanceID: m.Cluster + "-" + m.Name, LocalHostname: m.Name})
}

// NetworkConfig is the file network-config of the source NoCloud.
func (m Machine) NetworkConfig() ([]byte, error) { return artifact.YAML(m.Network.config()) }

// Netplan is what the file network-config says, in netplan's form.
func (n Network) Netplan() any { return n.config() }

// GuestInfo is the meta-data of the source VMware, which holds the network too.
func (m Machine) GuestInfo() ([]byte, error) {
	network := m.Network.config()
	return artifact.YAML(metaData{InstanceID: m.Cluster + "-" + m.Name, LocalHostname: m.Name, Network: &network})
}

func (n Network) config() networkConfig {
	e := ethernet{Match: match{MAC: n.MAC}, SetName: n.Interface, Nameservers: nameservers{plan.Texts(n.Nameservers)}, MTU: n.MTU}
	if n.MAC == "" {
		e.Match = match{Name: cmp.Or(n.Card, "e*")} // the one card, whatever the kernel calls it
		e.SetName = ""
	}
	for _, a := range n.Addresses {
		e.Addresses = append(e.Addresses, a.String())
	}
	for _, g := range n.Gateways {
		to := "0.0.0.0/0" // which every renderer takes; not all know the word default
		if g.Is6() {
			to = "::/0"
		}
		e.Routes = append(e.Routes, route{to, g.String()})
	}
	return networkConfig{Version: 2, Ethernets: map[string]ethernet{"primary": e}}
}
