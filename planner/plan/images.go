package plan

import (
	"path"
	"slices"
	"strings"
)

// Image is a container image that at least one host pulls.
type Image struct {
	Name   string // the last path element without the tag, unique in the plan: "kube-apiserver"
	Source string // where upstream publishes it: "registry.k8s.io/kube-apiserver:v1.37.2"
	Ref    string // what manifests and configurations refer to: Source, or its copy in artifacts.image_repository
}

// Images returns every image that the plan pulls, those of SystemImages and of addons, sorted by Source without duplicates.
func (p *Plan) Images() []Image {
	images := p.SystemImages()
	if p.Target.Facts.Hosting == Hosted || p.Described() {
		return nil
	}
	for _, a := range p.Addons {
		for _, source := range a.Images {
			images = append(images, Image{Name: imageName(source), Source: source, Ref: p.Artifacts.ImageRef(source)})
		}
	}
	slices.SortFunc(images, func(a, b Image) int { return strings.Compare(a.Source, b.Source) })
	return slices.CompactFunc(images, func(a, b Image) bool { return a.Source == b.Source })
}

// SystemImages returns the images that the cluster itself needs, sorted by Source: those of kubeadm, the pod network, and the balancer. An
// image whose version is unknown (a Kubernetes minor without facts) is omitted, never guessed. A hosted control plane brings its own
// images.
func (p *Plan) SystemImages() []Image {
	if p.Target.Facts.Hosting == Hosted || p.Described() {
		return nil
	}
	var images []Image
	from := map[string]string{"coredns": p.Artifacts.DNSRepository, "etcd": p.Artifacts.EtcdRepository}
	add := func(source, tag string) {
		if tag == "" {
			return
		}
		source += ":" + tag
		ref := p.Artifacts.ImageRef(source)
		if repository := from[imageName(source)]; repository != "" {
			ref = repository + "/" + path.Base(source)
		}
		images = append(images, Image{Name: imageName(source), Source: source, Ref: ref})
	}

	v := "v" + p.Cluster.Version.String()
	for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		add(upstreamImages+name, v)
	}
	if p.Network.KubeProxy.Mode != ProxyNone {
		add(upstreamImages+"kube-proxy", v)
	}
	add(upstreamImages+"coredns/coredns", p.Kubernetes().CoreDNS())
	add(upstreamImages+"pause", p.Kubernetes().Pause())
	if len(p.Etcd.Members) > 0 && !p.Etcd.IsExternal() {
		add(upstreamImages+"etcd", p.Kubernetes().EtcdImageTag())
	}

	for _, i := range cniImages(p.Network.CNI) {
		images = append(images, Image{Name: imageName(i), Source: i, Ref: p.Artifacts.ImageRef(i)})
	}
	if p.LoadBalancer.Kind == KubeVIP {
		add("ghcr.io/kube-vip/kube-vip", p.LoadBalancer.Version)
	}

	slices.SortFunc(images, func(a, b Image) int { return strings.Compare(a.Source, b.Source) })
	return images
}

// Image returns one of SystemImages by name, such as "pause".
func (p *Plan) Image(name string) (Image, bool) {
	for _, i := range p.SystemImages() {
		if i.Name == name {
			return i, true
		}
	}
	return Image{}, false
}

// ImageRef returns the reference used to pull an upstream image. kubeadm appends the bare image name to imageRepository; copies of all
// other images follow the same scheme: <repository>/<last path element>:<tag>. Source: k8s.io/kubernetes cmd/kubeadm/app/images/images.go
// (GetGenericImage, GetDNSImage)
func (a *Artifacts) ImageRef(source string) string {
	if a.ImageRepository == "" {
		return source
	}
	return a.ImageRepository + "/" + path.Base(source)
}

// upstreamImages is kubeadm's default imageRepository. Source: k8s.io/kubernetes cmd/kubeadm/app/apis/kubeadm/v1beta4/defaults.go
const upstreamImages = "registry.k8s.io/"

// imageName is the last path element without tag and digest.
func imageName(source string) string {
	name, _, _ := strings.Cut(path.Base(source), "@")
	name, _, _ = strings.Cut(name, ":")
	return name
}
