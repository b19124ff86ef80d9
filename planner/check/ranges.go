package check

import (
	"cmp"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"go4.org/netipx"

	"github.com/k8splan/k8splan/planner/plan"
)

// use is an address of a host in the design.
type use struct {
	addr netip.Addr
	node *plan.Node
	at   hcl.Range
}

// uses returns the addresses of all hosts, sorted.
func uses(p *plan.Plan) []use {
	all := make([]use, 0, len(p.Nodes))
	for _, n := range p.Nodes {
		if n.Address.IsValid() {
			all = append(all, use{n.Address, n, attr(n, "address")})
		}
		if n.SecondaryAddress.IsValid() {
			all = append(all, use{n.SecondaryAddress, n, attr(n, "secondary_address")})
		}
	}
	slices.SortStableFunc(all, func(a, b use) int { return a.addr.Compare(b.addr) })
	return all
}

// inside returns the uses that are in a range. sorted is sorted, and so is the result.
func inside(r netip.Prefix, sorted []use) []use {
	from, _ := slices.BinarySearchFunc(sorted, r.Masked().Addr(), func(u use, a netip.Addr) int { return u.addr.Compare(a) })
	to := from
	for to < len(sorted) && r.Contains(sorted[to].addr) {
		to++
	}
	return sorted[from:to]
}

// span is a range of the design: its name, and where it was written.
type span struct {
	prefix netip.Prefix
	what   string // "pods", "services", "reserved range", …
	at     hcl.Range
}

func spans(what string, at hcl.Range, prefixes []netip.Prefix) []span {
	all := make([]span, len(prefixes))
	for i, r := range prefixes {
		all[i] = span{r.Masked(), what, at}
	}
	return all
}

// ranges returns the ranges that a network argument lists, each with its place.
func ranges(p *plan.Plan, what, argument string, prefixes []netip.Prefix) []span {
	all := spans(what, hcl.Range{}, prefixes)
	for i := range all {
		all[i].at = writtenArg(p.Network.Has(argument), p.Network.Element(argument, i))
	}
	return all
}

// pods and services are none where the target decides the ranges by itself.
func pods(p *plan.Plan) []span {
	if p.Leaves("network.pod_subnets") {
		return nil
	}
	return ranges(p, "pods", "pod_subnets", p.Network.PodSubnets)
}

func services(p *plan.Plan) []span {
	if p.Leaves("network.service_subnets") {
		return nil
	}
	return ranges(p, "services", "service_subnets", p.Network.ServiceSubnets)
}

func reserved(p *plan.Plan) []span {
	return ranges(p, "reserved range", "reserved_subnets", p.Network.ReservedSubnets)
}

func nodeSubnets(p *plan.Plan) []span {
	return ranges(p, "node subnet", "node_subnets", p.Network.NodeSubnets)
}

// writtenArg returns a range only if the argument is in the file: a default has no place.
func writtenArg(has bool, at hcl.Range) hcl.Range {
	if has {
		return at
	}
	return hcl.Range{}
}

// overlaps returns every pair of ranges, one from each side, that overlap. It sorts, so it takes O(n log n) time plus the number of pairs
// found. Two prefixes overlap if one contains the other.
func overlaps(a, b []span) [][2]span {
	type end struct {
		span
		side int
	}
	all := make([]end, 0, len(a)+len(b))
	for _, s := range a {
		all = append(all, end{s, 0})
	}
	for _, s := range b {
		all = append(all, end{s, 1})
	}
	slices.SortStableFunc(all, func(x, y end) int {
		return cmp.Or(x.prefix.Addr().Compare(y.prefix.Addr()), cmp.Compare(x.prefix.Bits(), y.prefix.Bits()), cmp.Compare(x.side, y.side))
	})
	var pairs [][2]span
	var open []end // the ranges that contain the current one, widest first
	for _, e := range all {
		for len(open) > 0 && !open[len(open)-1].prefix.Overlaps(e.prefix) {
			open = open[:len(open)-1]
		}
		for _, o := range open {
			if o.side == 0 && e.side == 1 {
				pairs = append(pairs, [2]span{o.span, e.span})
			} else if o.side == 1 && e.side == 0 {
				pairs = append(pairs, [2]span{e.span, o.span})
			}
		}
		open = append(open, e)
	}
	return pairs
}

// taken returns every range that a new one must not overlap, except those with the given name.
func taken(p *plan.Plan, save string) []netip.Prefix {
	var all []netip.Prefix
	for _, group := range [][]span{pods(p), services(p), reserved(p), nodeSubnets(p)} {
		for _, s := range group {
			if s.what != save {
				all = append(all, s.prefix)
			}
		}
	}
	for _, server := range p.Servers() {
		all = append(all, netip.PrefixFrom(server.Addr, server.Addr.BitLen()))
	}
	if a, err := netip.ParseAddr(p.Cluster.Endpoint.Host); err == nil {
		all = append(all, netip.PrefixFrom(a, a.BitLen()))
	}
	all = append(all, p.Target.Facts.Reserved...)
	return append(all, dockerBridge)
}

// dockerBridge is the default range of Docker's docker0. Source: https://docs.docker.com/engine/network/drivers/bridge/
var dockerBridge = netip.MustParsePrefix("172.17.0.0/16")

// advice returns the last sentence of a finding, with a leading space, "" if there is none. It gets the place of the finding, and what was
// offered to other findings of the same run, so that following all of them does not assign an address twice.
type advice func(at hcl.Range, made *offers) string

// saying returns advice that offers nothing.
func saying(text string) advice { return func(hcl.Range, *offers) string { return text } }

// offers are the addresses and ranges that findings of one run suggest, each with the place that it is for.
type offers []offer

type offer struct {
	place       string
	first, last netip.Addr
}

// add records what a place was offered. The same place may be offered it again.
func (o *offers) add(place string, first, last netip.Addr) {
	*o = append(*o, offer{place, first, last})
}

// others returns the offers to other places.
func (o *offers) others(place string) []netipx.IPRange {
	var all []netipx.IPRange
	for _, made := range *o {
		if made.place != place {
			all = append(all, netipx.IPRangeFrom(made.first, made.last))
		}
	}
	return all
}

// free suggests another range for pods or Services with this prefix length that overlaps nothing in the design: " 10.245.0.0/16 is free.",
// or where to write it if the range is a default.
func free(p *plan.Plan, s span, bits int) advice {
	return func(_ hcl.Range, made *offers) string {
		place := describe(s)
		r, ok := freeRange(p, s.what, netip.PrefixFrom(s.prefix.Addr(), bits), made.others(place))
		if !ok {
			return ""
		}
		made.add(place, r.Addr(), plan.LastAddress(r))
		if s.at.Filename == "" && len(p.Network.PodSubnets) == 1 && len(p.Network.ServiceSubnets) == 1 {
			return fmt.Sprintf(" Write %s_subnets = [%q] in network.", strings.TrimSuffix(s.what, "s"), r)
		}
		return fmt.Sprintf(" %s is free.", r)
	}
}

// freeRange finds a range of the given family and length that overlaps nothing in the design and nothing already offered. The candidates
// start with the ranges that are most common with Kubernetes.
func freeRange(p *plan.Plan, what string, like netip.Prefix, offered []netipx.IPRange) (netip.Prefix, bool) {
	used, hosts := taken(p, what), uses(p)
	candidates := []string{"10.244.0.0", "10.96.0.0", "10.32.0.0", "10.128.0.0", "10.0.0.0", "172.16.0.0", "100.64.0.0", "192.168.0.0"}
	if what == "services" {
		candidates[0], candidates[1] = candidates[1], candidates[0]
	}
	if like.Addr().Is6() {
		candidates = []string{"fd00:10:244::", "fd00:10:96::", "fd00:10:128::", "fd00:42::"}
	}
	for _, c := range candidates {
		r := netip.PrefixFrom(netip.MustParseAddr(c), like.Bits()).Masked()
		for range 64 { // ranges next to the candidate, as long as they are private
			if !private(r) {
				break
			}
			clash := slices.ContainsFunc(used, r.Overlaps) || len(inside(r, hosts)) > 0 ||
				p.LoadBalancer.VirtualIP.IsValid() && r.Contains(p.LoadBalancer.VirtualIP) ||
				slices.ContainsFunc(offered, netipx.RangeOfPrefix(r).Overlaps)
			if !clash {
				return r, true
			}
			next, ok := following(r)
			if !ok {
				break
			}
			r = next
		}
	}
	return netip.Prefix{}, false
}

// following is the next range of the same size.
func following(r netip.Prefix) (netip.Prefix, bool) {
	last := plan.LastAddress(r).Next()
	if !last.IsValid() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(last, r.Bits()), true
}

// privateRanges are RFC 1918, RFC 6598 (shared), RFC 2544 (benchmarks, used by some clouds for pods) and RFC 4193.
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("fc00::/7"),
}

func private(r netip.Prefix) bool {
	return slices.ContainsFunc(privateRanges, func(w netip.Prefix) bool { return w.Bits() <= r.Bits() && w.Contains(r.Addr()) })
}

// size is the number of addresses in a range.
func size(r netip.Prefix) *big.Int {
	return new(big.Int).Lsh(big.NewInt(1), uint(r.Addr().BitLen()-r.Bits()))
}

// freeRun suggests n free addresses near one, as a sentence: " 10.0.0.61 is free." (see plan.FreeRun)
func freeRun(p *plan.Plan, near netip.Addr, n int, moving ...*plan.Node) advice {
	return func(at hcl.Range, made *offers) string {
		place := at.String()
		first, last, ok := p.FreeRun(near, n, made.others(place), moving...)
		if !ok {
			return ""
		}
		made.add(place, first, last)
		if n == 1 {
			return fmt.Sprintf(" %s is free.", first)
		}
		return fmt.Sprintf(" %s to %s are free.", first, last)
	}
}

// family names the family of an address.
func family(a netip.Addr) string {
	if a.Is4() {
		return "IPv4"
	}
	return "IPv6"
}
