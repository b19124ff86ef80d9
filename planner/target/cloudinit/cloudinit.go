// Package cloudinit writes cloud-init's input for a machine's first boot: the host name, the only user, the addresses. If a program creates
// the machine, the SSH key is omitted: the program adds the key to the meta-data, as `public-keys`.
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

// Machine describes a machine's first boot.
type Machine struct {
	Cluster, Name string
	User          string // login user; "root", or a user that is created, with sudo without a password
	SSHPort       int
	Keys          []string // authorized keys in OpenSSH's format; nil if the meta-data has them
	Network       Network
	// Container is set for a machine that shares another one's kernel.
	Container bool
}

// Network configures the only card with the node's addresses.
type Network struct {
	MAC         string         // the card's address; "" if the machine has only one card
	Card        string         // the card's kernel name; "" if MAC selects it
	Interface   string         // new name of the card with that MAC; "" keeps its name
	Addresses   []netip.Prefix // with the prefix of their segment
	Gateways    []netip.Addr
	Nameservers []netip.Addr
	MTU         int // 0 keeps the card's MTU
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

// metaData is accepted by both NoCloud and VMware's data source. The instance ID is derived only from names: a new ID makes cloud-init run
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

// UserData returns the file user-data.
func (m Machine) UserData() ([]byte, error) { return Document(m.Config()) }

// Document encodes a configuration as a cloud-init file, which begins with its marker.
func Document(config any) ([]byte, error) {
	data, err := artifact.YAML(config)
	if err != nil {
		return nil, fmt.Errorf("user-data: %w", err)
	}
	return append([]byte("#cloud-config\n"), data...), nil
}

// Config returns the contents of user-data.
func (m Machine) Config() any {
	u := userData{Hostname: m.Name, DisableRoot: m.User != "root", AuthorizedKeys: m.Keys}
	if m.User != "root" { // replaces the image's default user
		u.User = &user{Name: m.User, Gecos: "Ansible", Shell: "/bin/bash", Sudo: "ALL=(ALL) NOPASSWD:ALL", LockPassword: true}
	}
	if m.Container { // other namespaces see what a pod mounts: systemd sets this on / on machines, but not in containers
		u.EachBoot = [][]string{{"mount", "--make-rshared", "/"}}
	}
	if m.SSHPort != 22 {
		u.WriteFiles = []writeFile{{"/etc/ssh/sshd_config.d/10-port.conf", "0644", "Port " + strconv.Itoa(m.SSHPort) + "\n"}}
		// With socket activation, a generator copies the port from sshd's file to the socket.
		u.Run = [][]string{{"sh", "-c",
			"systemctl daemon-reload; systemctl restart ssh.socket || systemctl restart ssh || systemctl restart sshd"}}
	}
	return u
}

// MetaData returns the file meta-data of the NoCloud data source.
func (m Machine) MetaData() ([]byte, error) {
	return artifact.YAML(metaData{InstanceID: m.Cluster + "-" + m.Name, LocalHostname: m.Name})
}

// NetworkConfig returns the file network-config of the NoCloud data source.
func (m Machine) NetworkConfig() ([]byte, error) { return artifact.YAML(m.Network.config()) }

// Netplan returns the contents of network-config in netplan's format.
func (n Network) Netplan() any { return n.config() }

// GuestInfo returns the meta-data of the VMware data source, which includes the network.
func (m Machine) GuestInfo() ([]byte, error) {
	network := m.Network.config()
	return artifact.YAML(metaData{InstanceID: m.Cluster + "-" + m.Name, LocalHostname: m.Name, Network: &network})
}

func (n Network) config() networkConfig {
	e := ethernet{Match: match{MAC: n.MAC}, SetName: n.Interface, Nameservers: nameservers{plan.Texts(n.Nameservers)}, MTU: n.MTU}
	if n.MAC == "" {
		e.Match = match{Name: cmp.Or(n.Card, "e*")} // the only card, whatever its kernel name
		e.SetName = ""
	}
	for _, a := range n.Addresses {
		e.Addresses = append(e.Addresses, a.String())
	}
	for _, g := range n.Gateways {
		to := "0.0.0.0/0" // accepted by every renderer; not all know the word default
		if g.Is6() {
			to = "::/0"
		}
		e.Routes = append(e.Routes, route{to, g.String()})
	}
	return networkConfig{Version: 2, Ethernets: map[string]ethernet{"primary": e}}
}
