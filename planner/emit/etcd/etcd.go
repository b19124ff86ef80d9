// Package etcd emits etcd's files in addition to kubeadm's: the member list (members.yaml, members.json), and for external members the
// systemd unit, each member's environment, and the initial cluster. Package kubeadm handles certificates.
//
// On a member, etcd.service goes to /etc/systemd/system, environment/<member>.env to /etc/etcd/etcd.env, and the certificates in
// /etc/etcd/pki are readable for the user etcd, which runs the service.
//
// The package is internal to k8splan and makes no compatibility promise.
package etcd

import (
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// PKIDir is the directory of a member's certificates: ca.crt, and server, peer, and healthcheck-client with .crt and .key.
const PKIDir = "/etc/etcd/pki"

// EnvironmentPath is where etcd.service reads a member's environment.
const EnvironmentPath = "/etc/etcd/etcd.env"

// cluster is members.json and members.yaml.
type cluster struct {
	Placement      string   `json:"placement"` // stacked | external
	Quorum         int      `json:"quorum"`
	FaultTolerance int      `json:"faultTolerance"`
	InitialCluster string   `json:"initialCluster"`
	Members        []member `json:"members"`
	Endpoints      []string `json:"endpoints,omitempty"` // of an etcd that others operate; it has no members here
}

type member struct {
	Name          string `json:"name"`
	Host          string `json:"host"`
	Address       string `json:"address,omitempty"` // absent, like the URLs, if the target assigns addresses itself
	PeerURL       string `json:"peerURL,omitempty"`
	ClientURL     string `json:"clientURL,omitempty"`
	FailureDomain string `json:"failureDomain,omitempty"`
}

// Emit returns etcd/members.{json,yaml} and, for external etcd, etcd/etcd.service, etcd/initial-cluster, and etcd/environment/<member>.env.
// A plan without members (a hosted control plane) has none of them.
func Emit(p *plan.Plan) ([]artifact.File, error) {
	e := &p.Etcd
	if len(e.Members) == 0 && !e.Foreign() {
		return nil, nil
	}
	c := cluster{Placement: string(e.Placement), InitialCluster: e.InitialCluster(), Members: []member{}, Endpoints: e.Endpoints}
	if !e.Foreign() {
		c.Quorum, c.FaultTolerance = e.Quorum(), e.FaultTolerance()
	}
	for _, m := range e.Members {
		of := member{Name: m.Name, Host: m.Node.Name, FailureDomain: m.Node.FailureDomain}
		if m.Node.Address.IsValid() {
			of.Address, of.PeerURL, of.ClientURL = m.Node.Address.String(), m.PeerURL, m.ClientURL
		}
		c.Members = append(c.Members, of)
	}
	asJSON, err := artifact.JSON(c)
	if err != nil {
		return nil, err
	}
	asYAML, err := artifact.YAML(c)
	if err != nil {
		return nil, err
	}
	files := []artifact.File{{Path: "etcd/members.json", Data: asJSON}, {Path: "etcd/members.yaml", Data: asYAML}}
	if !e.IsExternal() || e.Foreign() {
		return files, nil
	}

	unit, err := fs.ReadFile(templates.Files, "tree/etcd/etcd.service")
	if err != nil {
		return nil, err
	}
	files = append(files,
		artifact.File{Path: "etcd/etcd.service", Data: unit},
		artifact.File{Path: "etcd/initial-cluster", Data: []byte(e.InitialCluster() + "\n")})
	for _, m := range e.Members {
		env, err := environment(p, m)
		if err != nil {
			return nil, fmt.Errorf("etcd member %s: %w", m.Name, err)
		}
		files = append(files, artifact.File{Path: "etcd/environment/" + m.Name + ".env", Data: env})
	}
	return files, nil
}

// Ports of etcd. Source: https://etcd.io/docs/v3.6/op-guide/configuration/
const (
	peerPort    = plan.EtcdPeerPort
	clientPort  = plan.EtcdClientPort
	metricsPort = 2381
)

// environment encodes a member's settings as the variables that etcd reads instead of flags: ETCD_ and the flag in upper case. Source:
// https://etcd.io/docs/v3.6/op-guide/configuration/
func environment(p *plan.Plan, m plan.Member) ([]byte, error) {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if m.Node.Address.Is6() {
		loopback = netip.IPv6Loopback()
	}
	settings := []plan.Arg{
		{Name: "name", Value: m.Name},
		{Name: "data-dir", Value: p.Etcd.DataDir},
		{Name: "listen-peer-urls", Value: url("https", m.Node.Address, peerPort)},
		{Name: "initial-advertise-peer-urls", Value: m.PeerURL},
		{Name: "listen-client-urls", Value: url("https", m.Node.Address, clientPort) + "," + url("https", loopback, clientPort)},
		{Name: "advertise-client-urls", Value: m.ClientURL},
		// Health and metrics without a certificate, for local clients only.
		{Name: "listen-metrics-urls", Value: url("http", loopback, metricsPort)},
		{Name: "initial-cluster", Value: p.Etcd.InitialCluster()},
		{Name: "initial-cluster-state", Value: "new"},
		{Name: "initial-cluster-token", Value: p.Cluster.Name},
		{Name: "client-cert-auth", Value: "true"},
		{Name: "trusted-ca-file", Value: PKIDir + "/ca.crt"},
		{Name: "cert-file", Value: PKIDir + "/server.crt"},
		{Name: "key-file", Value: PKIDir + "/server.key"},
		{Name: "peer-client-cert-auth", Value: "true"},
		{Name: "peer-trusted-ca-file", Value: PKIDir + "/ca.crt"},
		{Name: "peer-cert-file", Value: PKIDir + "/peer.crt"},
		{Name: "peer-key-file", Value: PKIDir + "/peer.key"},
	}
	for _, flag := range p.Etcd.Flags() {
		settings = set(settings, flag)
	}

	var out strings.Builder
	fmt.Fprintf(&out, "# Settings of etcd member %s: goes to %s.\n", m.Name, EnvironmentPath)
	out.WriteString("# initial-cluster and its state count on the first start alone: a member with data does not read them.\n")
	for _, s := range settings {
		if !flagName.MatchString(s.Name) {
			return nil, fmt.Errorf("%q is not a flag", s.Name)
		}
		value, err := quoteEnvironment(s.Value)
		if err != nil {
			return nil, fmt.Errorf("flag %s: %w", s.Name, err)
		}
		out.WriteString("ETCD_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_")) + "=" + value + "\n")
	}
	return []byte(out.String()), nil
}

// set replaces the setting of the same name, or adds it.
func set(settings []plan.Arg, flag plan.Arg) []plan.Arg {
	for i := range settings {
		if settings[i].Name == flag.Name {
			settings[i].Value = flag.Value
			return settings
		}
	}
	return append(settings, flag)
}

var flagName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func url(scheme string, a netip.Addr, port int) string {
	return scheme + "://" + net.JoinHostPort(a.String(), strconv.Itoa(port))
}

// quoteEnvironment encodes a value for a systemd EnvironmentFile, always in double quotes: inside them, a backslash escapes ", \, ` and $,
// and nothing is expanded. A shell that sources the file reads the same value. Control characters are an error: no etcd setting has one.
// Source: systemd.exec(5), EnvironmentFile=
func quoteEnvironment(value string) (string, error) {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range value {
		switch {
		case r < ' ' || r == 0x7f:
			return "", fmt.Errorf("control character in %q", value)
		case strings.ContainsRune("\"\\`$", r):
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	out.WriteByte('"')
	return out.String(), nil
}
