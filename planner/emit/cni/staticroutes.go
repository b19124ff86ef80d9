package cni

import (
	"io/fs"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// bridgePlugin is the configuration of the bridge plugin. Source: https://www.cni.dev/plugins/current/main/bridge/
type bridgePlugin struct {
	Type        string    `json:"type"`
	Bridge      string    `json:"bridge"`
	IsGateway   bool      `json:"isGateway"`
	IPMasq      bool      `json:"ipMasq"`
	HairpinMode bool      `json:"hairpinMode"`
	MTU         int       `json:"mtu,omitempty"`
	IPAM        hostLocal `json:"ipam"`
}

// hostLocal allocates addresses from the node's share. Source: https://www.cni.dev/plugins/current/ipam/host-local/
type hostLocal struct {
	Type   string       `json:"type"`
	Ranges [][]struct{} `json:"ranges"` // empty here: a node's shares are decided when it joins
	Routes []route      `json:"routes"`
}

type route struct {
	Dst string `json:"dst"`
}

func staticRoutes(p *plan.Plan) ([]artifact.File, string, error) {
	ipam := hostLocal{Type: "host-local", Ranges: [][]struct{}{}}
	if plan.RangeOf(p.Network.PodSubnets, false).IsValid() {
		ipam.Routes = append(ipam.Routes, route{"0.0.0.0/0"})
	}
	if plan.RangeOf(p.Network.PodSubnets, true).IsValid() {
		ipam.Routes = append(ipam.Routes, route{"::/0"})
	}
	conf, err := artifact.JSON(conflist{Name: "static-routes", CNIVersion: "1.0.0", Plugins: []any{
		// ipMasq, because outside networks have no route back to a pod's address.
		bridgePlugin{Type: "bridge", Bridge: "cni0", IsGateway: true, IPMasq: true, HairpinMode: true, MTU: statedMTU(p), IPAM: ipam},
		portmap(),
	}})
	if err != nil {
		return nil, "", err
	}
	files := []artifact.File{{Path: "cni/static-routes/conflist.json", Data: conf}}
	for _, f := range []artifact.File{{Path: "static-routes/static-routes.sh", Mode: 0o755},
		{Path: "static-routes/static-routes.service"}} {
		data, err := fs.ReadFile(templates.Files, "tree/cni/"+f.Path)
		if err != nil {
			return nil, "", err
		}
		files = append(files, artifact.File{Path: "cni/" + f.Path, Mode: f.Mode, Data: data})
	}
	how, err := text("static-routes.md")
	return files, how, err
}
