// Package loadbalancer emits what runs in front of the API servers: haproxy with keepalived, kube-vip's static pods, or the requirements
// for an existing balancer.
//
// # haproxy and keepalived
//
// haproxy.cfg goes to /etc/haproxy/haproxy.cfg of every balancer. With a virtual IP, keepalived/<node>.conf goes to
// /etc/keepalived/keepalived.conf and check-apiserver.sh to /usr/libexec/keepalived/check-apiserver.sh.
//
// VRRP needs the name of an interface, and the plan knows addresses. If the topology sets no interface, keepalived.conf has the line
// `include interface.conf`. Whoever installs the other files also writes /etc/keepalived/interface.conf on the host, with one line:
// $INTERFACE=<the interface that holds the node's address>. If the topology sets one, the file is complete and includes nothing.
//
// # local
//
// haproxy.cfg goes to /etc/haproxy/haproxy.cfg of every node that is not a control plane, and listens on the loopback address only. It is a
// service of the host, not a static pod: kubeadm join, the kubelet's bootstrap, and the copy of /etc/hosts that a host-network pod gets at
// start all need it before a kubelet can run anything.
//
// # kube-vip
//
// kube-vip.yaml goes to /etc/kubernetes/manifests of every control plane, on joining ones after the join. On the bootstrap node,
// kube-vip-init.yaml takes its place until kubeadm init is done: since Kubernetes 1.29 admin.conf has no permissions until then, and
// super-admin.conf has (https://github.com/kube-vip/kube-vip/issues/684). Both define the same pod, so that kube-vip.yaml replaces the
// other file. The interface is set as above: if the topology sets none, kube-vip reads /etc/kube-vip/config.yaml, written on the host with
// one line: `interface: <name>`.
//
// The package is internal to k8splan and makes no compatibility promise.
package loadbalancer

import (
	"bytes"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"text/template"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// HealthPort is the loopback port on which haproxy reports its health to keepalived on the same host. No component of Kubernetes uses it.
const HealthPort = 8405

// CheckPath is the path of keepalived's check script.
const CheckPath = "/usr/libexec/keepalived/check-apiserver.sh"

// Emit returns the files of loadbalancer/ for the plan's kind of balancer; none without a balancer.
func Emit(p *plan.Plan) ([]artifact.File, error) {
	switch p.LoadBalancer.Kind {
	case plan.HAProxy:
		return haproxy(p)
	case plan.LocalBalancer:
		return local(p)
	case plan.KubeVIP:
		return kubeVIP(p)
	case plan.ExternalBalancer:
		return external(p)
	}
	return nil, nil
}

// server is an API server behind a balancer.
type server struct{ Name, Address string }

func servers(p *plan.Plan) []server {
	var out []server
	for _, n := range p.ControlPlanes() {
		out = append(out, server{n.Name, hostPort(n.Address, p.Cluster.APIServerPort)})
	}
	return out
}

func hostPort(a netip.Addr, port int) string { return net.JoinHostPort(a.String(), strconv.Itoa(port)) }

func haproxy(p *plan.Plan) ([]artifact.File, error) {
	lb := &p.LoadBalancer
	has4, has6 := families(p)
	data := struct {
		Binds   []string
		Servers []server
		Health  string
	}{Servers: servers(p), Health: "127.0.0.1:" + strconv.Itoa(HealthPort)}
	// The wildcard, because the virtual IP is on one balancer at a time. Not [::] for both families: that fails on a host without IPv6.
	if has4 {
		data.Binds = append(data.Binds, "0.0.0.0:"+strconv.Itoa(lb.Port))
	}
	if has6 {
		data.Binds = append(data.Binds, "[::]:"+strconv.Itoa(lb.Port)+" v6only")
	}
	cfg, err := render("tree/loadbalancer/haproxy.cfg.tmpl", data)
	if err != nil {
		return nil, err
	}
	files := []artifact.File{{Path: "loadbalancer/haproxy.cfg", Data: cfg}}
	if !lb.VirtualIP.IsValid() {
		return files, nil
	}

	check, err := fs.ReadFile(templates.Files, "tree/loadbalancer/check-apiserver.sh")
	if err != nil {
		return nil, err
	}
	files = append(files, artifact.File{Path: "loadbalancer/check-apiserver.sh", Mode: 0o755, Data: check})
	for _, n := range lb.Nodes {
		conf, err := keepalived(p, n)
		if err != nil {
			return nil, err
		}
		files = append(files, artifact.File{Path: "loadbalancer/keepalived/" + n.Name + ".conf", Data: conf})
	}
	return files, nil
}

// local returns the proxy of every node that is not a control plane.
func local(p *plan.Plan) ([]artifact.File, error) {
	if len(p.Proxied()) == 0 {
		return nil, nil
	}
	entry, _ := p.HostsEntry()
	cfg, err := render("tree/loadbalancer/haproxy.cfg.tmpl", struct {
		Binds   []string
		Servers []server
		Health  string
	}{[]string{hostPort(entry.Address, p.LoadBalancer.Port)}, servers(p), "127.0.0.1:" + strconv.Itoa(HealthPort)})
	return []artifact.File{{Path: "loadbalancer/haproxy.cfg", Data: cfg}}, err
}

// families reports the address families over which clients may connect.
func families(p *plan.Plan) (has4, has6 bool) {
	see := func(a netip.Addr) {
		has4 = has4 || a.Is4()
		has6 = has6 || a.Is6()
	}
	see(p.LoadBalancer.VirtualIP)
	for _, n := range p.LoadBalancer.Nodes {
		see(n.Address)
		see(n.SecondaryAddress)
	}
	return has4, has6
}

func keepalived(p *plan.Plan, n *plan.Node) ([]byte, error) {
	lb := &p.LoadBalancer
	data := struct {
		Name, Address, Interface, VirtualIP string
		Bits, VirtualRouterID               int
		CheckPath, Health                   string
		Peers                               []string
	}{
		Name: n.Name, Interface: interfaceOf(lb, n), VirtualIP: lb.VirtualIP.String(), Bits: lb.VirtualIP.BitLen(),
		VirtualRouterID: lb.VirtualRouterID, CheckPath: CheckPath, Health: "127.0.0.1 " + strconv.Itoa(HealthPort),
		Address: sameFamily(lb.VirtualIP, n).String(),
	}
	if err := checkInterface(data.Interface); err != nil {
		return nil, fmt.Errorf("load balancer %s: %w", n.Name, err)
	}
	for _, other := range lb.Nodes {
		if other != n {
			data.Peers = append(data.Peers, sameFamily(lb.VirtualIP, other).String())
		}
	}
	return render("tree/loadbalancer/keepalived.conf.tmpl", data)
}

// sameFamily returns the node's address in the family of the virtual IP: VRRP moves only addresses of the family that it runs on.
func sameFamily(vip netip.Addr, n *plan.Node) netip.Addr {
	if n.SecondaryAddress.IsValid() && n.SecondaryAddress.Is4() == vip.Is4() {
		return n.SecondaryAddress
	}
	return n.Address
}

// interfaceOf returns the interface set for the balancer, else the one set for the node, else "".
func interfaceOf(lb *plan.LoadBalancer, n *plan.Node) string {
	if lb.Interface != "" {
		return lb.Interface
	}
	return n.Interface
}

// interfaceName matches interface names that Linux accepts and keepalived.conf can hold without quotes. IFNAMSIZ leaves 15 bytes.
var interfaceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@:-]{0,14}$`)

func checkInterface(name string) error {
	if name != "" && !interfaceName.MatchString(name) {
		return fmt.Errorf("%q is not an interface name", name)
	}
	return nil
}

func external(p *plan.Plan) ([]artifact.File, error) {
	port := p.LoadBalancer.Port
	if port == 0 {
		port = p.Cluster.Endpoint.Port
	}
	listen := p.Cluster.Endpoint.Host
	if p.LoadBalancer.VirtualIP.IsValid() {
		listen = p.LoadBalancer.VirtualIP.String()
	}
	_, err := netip.ParseAddr(p.Cluster.Endpoint.Host)
	_, known := p.HostsEntry()
	doc, rerr := render("tree/loadbalancer/external.md.tmpl", struct {
		Endpoint, Host, Listen string
		APIServerPort          int
		Servers                []server
		NameNeedsDNS           bool
	}{
		Endpoint: p.Cluster.Endpoint.String(), Host: p.Cluster.Endpoint.Host, Listen: net.JoinHostPort(listen, strconv.Itoa(port)),
		APIServerPort: p.Cluster.APIServerPort, Servers: servers(p), NameNeedsDNS: err != nil && !known,
	})
	if rerr != nil {
		return nil, rerr
	}
	return []artifact.File{{Path: "loadbalancer/external.md", Data: doc}}, nil
}

// render executes a template of package templates. All inputs have passed a rule or a check of this package: node names (DNS labels),
// addresses, numbers, interface names. haproxy's and keepalived's formats have no quoting for anything else.
func render(path string, data any) ([]byte, error) {
	text, err := fs.ReadFile(templates.Files, path)
	if err != nil {
		return nil, err
	}
	t, err := template.New(path).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
