package onprem

import (
	"cmp"
	"fmt"
	"regexp"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/target/block"
)

// Image is a QCOW2 cloud image: its URL, and the vendor's list of checksums next to it, "" if none is known.
type Image struct{ Address, Sums string }

// Images returns vendors' images by operating system and architecture. They are the newest build of a release, so the checksum is the
// vendor's list. Sources: https://cloud-images.ubuntu.com/releases/, https://cloud.debian.org/images/cloud/,
// https://dl.rockylinux.org/pub/rocky/ and https://repo.almalinux.org/almalinux/ (read 2026-11)
func Images() map[string]map[string]Image {
	table := map[string]map[string]Image{}
	add := func(os, arch, folder, file, sums string) {
		if table[os] == nil {
			table[os] = map[string]Image{}
		}
		table[os][arch] = Image{folder + file, folder + sums}
	}
	for _, a := range []struct{ ours, gnu string }{{"amd64", "x86_64"}, {"arm64", "aarch64"}} {
		for _, release := range []string{"22.04", "24.04"} {
			add("ubuntu-"+release, a.ours, "https://cloud-images.ubuntu.com/releases/"+release+"/release/",
				"ubuntu-"+release+"-server-cloudimg-"+a.ours+".img", "SHA256SUMS")
		}
		for number, name := range map[string]string{"12": "bookworm", "13": "trixie"} {
			add("debian-"+number, a.ours, "https://cloud.debian.org/images/cloud/"+name+"/latest/", "debian-"+number+"-generic-"+a.ours+
				".qcow2", "SHA512SUMS")
		}
		add("rocky-9", a.ours, "https://dl.rockylinux.org/pub/rocky/9/images/"+a.gnu+"/", "Rocky-9-GenericCloud-Base.latest."+a.gnu+
			".qcow2", "Rocky-9-GenericCloud-Base.latest."+a.gnu+".qcow2.CHECKSUM")
		add("almalinux-9", a.ours, "https://repo.almalinux.org/almalinux/9/cloud/"+a.gnu+"/images/", "AlmaLinux-9-GenericCloud-latest."+
			a.gnu+".qcow2", "CHECKSUM")
	}
	return table
}

var imagePattern = regexp.MustCompile(`^https?://[!-~]+/[A-Za-z0-9._-]+$`)

// PickImages returns each node's image by node name: the user's image for its operating system, else the vendor's. at is the range of own
// in the source.
func PickImages(p *plan.Plan, own map[string]string, at hcl.Range, argument, missing *rule.Rule, say Say) map[string]Image {
	known, picked := Images(), map[string]Image{}
	block.Systems(say, argument, "images", at, own)
	for os, address := range own {
		if !imagePattern.MatchString(address) {
			say(argument, at, "images has %q for %s. Write the URL of a file: \"http://10.0.0.2/images/%s.qcow2\".", address, os, os)
		}
	}
	said := map[hcl.Range]bool{}
	for _, n := range p.Nodes {
		os, _ := System(n)
		if address, ok := own[os]; ok {
			picked[n.Name] = Image{Address: address}
		} else if image, ok := known[os][n.Arch]; ok {
			picked[n.Name] = image
		} else if place := n.Attr("os"); !said[place] {
			said[place] = true
			say(missing, place, "Node %q runs %s on %s. k8splan knows no cloud image for that, only for %s.%s", n.Name, os, n.Arch,
				Known(known),
				cmp.Or(n.OS.DidYouMean(), fmt.Sprintf(" Name one in the target: images = { %q = \"http://…/%s.qcow2\" }.", os, os)))
		}
	}
	return picked
}
