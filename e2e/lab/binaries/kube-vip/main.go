// Command kube-vip stands in for https://kube-vip.io, whose module is not to be had from every Go module proxy. It does what the generated
// static pod asks of the real one in ARP mode, by the same environment: hold an election through a Lease, keep the virtual IP on the
// leader's interface, and announce it. What it proves is our side: the manifest, its mounts and addresses, its place in the order of
// starting. It proves nothing about kube-vip's own code. A setting that it does not know makes it stop, so that none is passed over in
// silence.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"sigs.k8s.io/yaml"
)

const kubeconfig = "/etc/kubernetes/admin.conf"

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	if len(os.Args) < 2 || os.Args[1] != "manager" {
		return errors.New("usage: kube-vip manager [--config-file FILE]")
	}
	flags := flag.NewFlagSet("manager", flag.ExitOnError)
	configFile := flags.String("config-file", "", "a file with the key interface")
	if err := flags.Parse(os.Args[2:]); err != nil {
		return err
	}
	for name, only := range map[string]string{"cp_enable": "true", "vip_arp": "true", "vip_leaderelection": "true", "svc_enable": "false"} {
		if got := os.Getenv(name); got != only {
			return fmt.Errorf("%s=%q: only %q is known here", name, got, only)
		}
	}
	device := os.Getenv("vip_interface")
	if device == "" && *configFile != "" {
		data, err := os.ReadFile(*configFile)
		if err != nil {
			return err
		}
		var c struct {
			Interface string `json:"interface"`
		}
		if err := yaml.UnmarshalStrict(data, &c); err != nil {
			return err
		}
		device = c.Interface
	}
	link, err := netlink.LinkByName(device)
	if err != nil {
		return fmt.Errorf("interface %q: %w", device, err)
	}
	ip := net.ParseIP(os.Getenv("address")).To4()
	if ip == nil {
		return fmt.Errorf("address=%q is not an IPv4 address", os.Getenv("address"))
	}
	address := &netlink.Addr{IPNet: &net.IPNet{IP: ip, Mask: net.CIDRMask(32, 32)}}

	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	if host := os.Getenv("kubernetes_addr"); host != "" {
		config.Host = host
	}
	config.Timeout = 3 * time.Second
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	seconds := func(name string) time.Duration {
		n, err := strconv.Atoi(os.Getenv(name))
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		return time.Duration(n) * time.Second
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	node := os.Getenv("vip_nodename")
	// what an earlier life may have left
	_ = netlink.AddrDel(link, address)
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: os.Getenv("vip_leasename"), Namespace: os.Getenv("cp_namespace")},
			Client:     client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: node},
		},
		LeaseDuration: seconds("vip_leaseduration"), RenewDeadline: seconds("vip_renewdeadline"), RetryPeriod: seconds("vip_retryperiod"),
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) {
				log.Printf("%s holds %s on %s", node, ip, device)
				if err := netlink.AddrReplace(link, address); err != nil {
					log.Fatal(err)
				}
				for tick := time.NewTicker(3 * time.Second); ; {
					if err := announce(link, ip); err != nil {
						log.Print(err)
					}
					select {
					case <-ctx.Done():
						return
					case <-tick.C:
					}
				}
			},
			OnStoppedLeading: func() {
				log.Printf("%s gives %s back", node, ip)
				_ = netlink.AddrDel(link, address)
			},
		},
	})
	return errors.New("the election ended")
}

// announce sends a gratuitous ARP request: everyone on the segment learns where the address is now.
func announce(link netlink.Link, ip net.IP) error {
	hw := link.Attrs().HardwareAddr
	broadcast := net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	frame := append(append(append([]byte{}, broadcast...), hw...), 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1)
	frame = append(append(append(append(frame, hw...), ip...), broadcast...), ip...)
	protocol := uint16(unix.ETH_P_ARP>>8 | unix.ETH_P_ARP<<8&0xff00)
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, int(protocol))
	if err != nil {
		return fmt.Errorf("arp: %w", err)
	}
	defer unix.Close(fd)
	to := &unix.SockaddrLinklayer{Protocol: protocol, Ifindex: link.Attrs().Index, Halen: 6}
	copy(to.Addr[:], broadcast)
	return unix.Sendto(fd, frame, 0, to)
}
