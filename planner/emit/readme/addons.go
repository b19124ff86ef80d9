package readme

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// early reports whether an addon of a kind is among those applied before the other nodes join.
func early(p *plan.Plan, kind func(*plan.Addon) bool) bool {
	return slices.ContainsFunc(p.Addons, func(a *plan.Addon) bool { return a.Early && kind(a) })
}

// applyAddon is how roles/addons/files/apply.py applies: it overrides fields that kubeadm has set, with the same field manager.
const applyAddon = "kubectl apply --server-side --force-conflicts --field-manager=k8splan"

// addonSteps returns the commands that apply addons: those that nodes wait for, or the others. "" if there are none.
func addonSteps(p *plan.Plan, early bool) string {
	var b strings.Builder
	for _, a := range p.Addons {
		if a.Early != early {
			continue
		}
		var edits string
		for _, source := range a.Images {
			if ref := p.Artifacts.ImageRef(source); ref != source {
				edits += " -e " + shell("s#"+strings.ReplaceAll(source, ".", `\.`)+"#"+ref+"#g")
			}
		}
		fmt.Fprintf(&b, "# %s\n", a.Name)
		if a.Chart != nil {
			b.WriteString(chartSteps(a, edits != ""))
		}
		for _, m := range a.Manifests {
			file := "/opt/cluster/" + m.Tree
			switch {
			case m.Local != "":
				file = "/root/" + m.Base()
				fmt.Fprintf(&b, "# copy %s of your own machine to %s first\n", m.Local, file)
			case m.URL != "":
				file = "/root/" + m.Base()
				fmt.Fprintf(&b, "curl -fsSLo %s %s\necho %s | sha256sum --check\n", file, shell(m.URL),
					shell(strings.TrimPrefix(m.Checksum, "sha256:")+"  "+file))
			}
			if m.Tree == "" && edits != "" {
				fmt.Fprintf(&b, "sed -i%s %s\n", edits, file)
			}
			fmt.Fprintf(&b, "%s -f %s\n", applyAddon, file)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// chartSteps returns the commands that install an addon's chart, on a machine with helm and a kubeconfig. mirrored reports that images do
// not come from where the chart says.
func chartSteps(a *plan.Addon, mirrored bool) string {
	var b strings.Builder
	c := a.Chart
	from := c.Name + " --repo " + shell(c.Repository)
	if strings.HasPrefix(c.Repository, "oci://") {
		from = shell(c.Repository + "/" + c.Name)
	}
	values := ""
	if a.ValuesPath() != "" {
		values = " --values /opt/cluster/" + a.ValuesPath()
	}
	archive := c.Name + "-" + c.Version + ".tgz"
	fmt.Fprintf(&b, "helm pull %s --version %s\necho %s | sha256sum --check\n", from, shell(c.Version),
		shell(strings.TrimPrefix(c.Digest, "sha256:")+"  "+archive))
	if mirrored {
		b.WriteString("# its values must name the images of your registry: see images.txt\n")
	}
	fmt.Fprintf(&b, "helm upgrade --install %s %s --namespace %s --create-namespace%s\n", a.Name, shell(archive),
		shell(c.Namespace), values)
	return b.String()
}
