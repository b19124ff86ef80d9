package ansible

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// What to change on the balancer in front of the API servers, given its current state and the plan.
func TestJudgeBalancers(t *testing.T) {
	const proxy, shared = "    bind 0.0.0.0:%s\n    bind 127.0.0.1:8405\n", "    virtual_router_id %s\n"
	planned := func(kind, address, port, router, manifest string) object {
		return object{"kind": kind, "address": address, "name": "api.example.com", "haproxy": fmt.Sprintf(proxy, port),
			"keepalived": fmt.Sprintf(shared, router), "kube_vip": manifest}
	}
	also := func(of, more object) object {
		maps.Copy(of, more)
		return of
	}
	balancer := func(running bool, addresses ...string) object {
		host := emptyHost()
		host["balancer"] = object{"ports": []string{"6443"}, "addresses": addresses, "router": "37", "kube_vip": "", "manifest": "",
			"kube_vip_next": "", "kube_vip_bgp": false}
		host["services"] = object{"haproxy": object{"running": running}, "keepalived": object{"running": running && len(addresses) > 0,
			"enabled": running && len(addresses) > 0}}
		return host
	}
	proxied := func(addresses ...string) func(object) {
		return func(o object) {
			o.at("plan")["balancers"] = object{"lb-1": "10.0.0.11", "lb-2": "10.0.0.12"}
			o.at("hosts")["lb-1"], o.at("hosts")["lb-2"] = balancer(true, addresses...), balancer(true, addresses...)
		}
	}
	held := func(address, manifest string) func(object) {
		return func(o object) {
			o.at("hosts", "cp-1")["balancer"] = object{"ports": []string{}, "addresses": []string{}, "router": "", "kube_vip": address,
				"manifest": manifest, "kube_vip_next": "", "kube_vip_bgp": false}
			o.at("hosts", "cp-1")["services"] = object{"haproxy": object{"running": false}, "keepalived": object{"running": false,
				"enabled": false}}
		}
	}
	second := func(first, second string) func(object) {
		return func(o object) {
			held(first, "m")(o)
			o.at("hosts", "cp-1", "balancer")["kube_vip_next"] = second
		}
	}
	leaving := func(o object) {
		proxied("10.0.0.10")(o)
		o.at("plan")["balancers"] = object{}
		o.at("plan")["leaving"] = object{"lb-1": "10.0.0.11", "lb-2": "10.0.0.12"}
	}
	for name, c := range map[string]struct {
		edit  func(object)
		plan  object
		wants string // expected value of the field balancer
		says  string // "" if there is no problem
	}{
		"nothing": {proxied("10.0.0.10"), planned("haproxy", "10.0.0.10", "6443", "37", ""),
			`"opens":[],"switch":false,"starts":false,"ends":[],"retune":[],"takes":"","renames":false`, ""},
		"another address": {proxied("10.0.0.10"), planned("haproxy", "10.0.0.20", "6443", "44", ""),
			`"opens":["lb-1","lb-2"],"switch":true,"starts":false,"ends":[],"retune":[],"takes":"","renames":true`,
			"the load balancer lb-1 answers at 10.0.0.10, port 6443, and the topology says 10.0.0.20, port 6443"},
		"half-way to another address": {proxied("10.0.0.10", "10.0.0.20"), planned("haproxy", "10.0.0.20", "6443", "44", ""),
			`"opens":["lb-1","lb-2"],"switch":true,"starts":false,"ends":[],"retune":[],"takes":"","renames":false`,
			"the load balancer lb-1 answers at 10.0.0.10, 10.0.0.20, port 6443"},
		"another port": {proxied("10.0.0.10"), planned("haproxy", "10.0.0.10", "7443", "37", ""),
			`"opens":["lb-1","lb-2"],"switch":false,"starts":false,"ends":[],"retune":[],"takes":"","renames":false`, "port 7443"},
		"an address where there was none": {proxied(), planned("haproxy", "10.0.0.10", "6443", "37", ""),
			`"opens":["lb-1","lb-2"],"switch":true,"starts":false,"ends":[],"retune":[],"takes":"","renames":true`, "its own address"},
		"another virtual router": {proxied("10.0.0.10"), planned("haproxy", "10.0.0.10", "6443", "44", ""),
			`"opens":[],"switch":true,"starts":false,"ends":[],"retune":[],"takes":"","renames":false`,
			"the virtual router ID of the load balancer lb-1 is 37, and the topology says 44"},
		"a new balancer with another address": {func(o object) {
			proxied("10.0.0.10")(o)
			o.at("hosts")["lb-2"] = balancer(false)
		}, planned("haproxy", "10.0.0.20", "6443", "44", ""), `"opens":["lb-1"]`, "lb-2 is to become a load balancer while"},
		"kube-vip with an address of its own": {leaving, planned("kube-vip", "10.0.0.20", "", "", "m"),
			`"opens":[],"switch":false,"starts":true,"ends":[],"retune":[],"takes":"","renames":true`,
			"no control plane has 10.0.0.20"},
		"kube-vip with the same address": {leaving, planned("kube-vip", "10.0.0.10", "", "", "m"),
			`"opens":[],"switch":false,"starts":true,"ends":[],"retune":[],"takes":"haproxy","renames":false`,
			"no control plane has 10.0.0.10"},
		"kube-vip goes": {func(o object) {
			held("10.0.0.10", "m")(o)
			o.at("plan")["balancers"] = object{"lb-1": "10.0.0.11"}
			o.at("hosts")["lb-1"] = balancer(false)
		}, planned("haproxy", "10.0.0.20", "6443", "37", ""),
			`"opens":[],"switch":false,"starts":false,"ends":["cp-1"],"retune":[],"takes":"","renames":true`,
			"kube-vip holds 10.0.0.10, and the topology has load balancers on hosts"},
		"kube-vip gives its address": {held("10.0.0.10", "m"), planned("haproxy", "10.0.0.10", "6443", "37", ""),
			`"opens":[],"switch":false,"starts":false,"ends":["cp-1"],"retune":[],"takes":"kube-vip","renames":false`,
			"kube-vip holds 10.0.0.10"},
		"kube-vip as it is": {held("10.0.0.10", "m"), planned("kube-vip", "10.0.0.10", "", "", "m"),
			`"opens":[],"switch":false,"starts":false,"ends":[],"retune":[],"takes":"","renames":false`, ""},
		"kube-vip otherwise": {held("10.0.0.10", "m"), planned("kube-vip", "10.0.0.10", "", "", "n"),
			`"opens":[],"switch":false,"starts":false,"ends":[],"retune":["cp-1"],"takes":"","renames":false`,
			"kube-vip on cp-1 has settings that differ"},
		"kube-vip elsewhere": {held("10.0.0.10", "m"), planned("kube-vip", "10.0.0.20", "", "", "n"),
			`"retune":[],"takes":"","renames":true,"second":["cp-1"],"hands":true`,
			"kube-vip holds 10.0.0.10, and the topology says 10.0.0.20. reconfigure.yml"},
		"kube-vip elsewhere, and the second one has the new address": {second("10.0.0.10", "10.0.0.20"),
			planned("kube-vip", "10.0.0.20", "", "", "n"), `"takes":"","renames":true,"second":["cp-1"],"hands":true`,
			"kube-vip holds 10.0.0.10"},
		"the first one is gone": {second("", "10.0.0.20"), planned("kube-vip", "10.0.0.20", "", "", "n"),
			`"starts":false,"ends":[],"retune":[],"takes":"","renames":true,"second":["cp-1"],"hands":true`,
			"kube-vip holds the new address next to"},
		"one host has handed it over": {second("10.0.0.20", "10.0.0.20"), planned("kube-vip", "10.0.0.20", "", "", "m"),
			`"takes":"","renames":false,"second":[],"hands":true`, "kube-vip holds the new address next to"},
		"proxies are to come": {proxied("10.0.0.10"), also(planned("local", "", "", "", ""), object{"unproxied": []string{"w-1"},
			"misled": []string{"cp-1", "w-1"}}), `"renames":true,"second":[],"hands":false,"proxies":true,"proxied":[]`,
			"w-1 has no proxy of its own to the API servers"},
		"proxies run, and one name leads elsewhere": {proxied(), also(planned("local", "", "", "", ""), object{"misled": []string{"cp-1"}}),
			`"renames":true,"second":[],"hands":false,"proxies":true,"proxied":[]`,
			"the endpoint's name does not resolve to the node's own proxy on cp-1"},
		"proxies as they are": {proxied(), also(planned("local", "", "", "", ""), object{"proxied": []string{"w-1"}}),
			`"renames":false,"second":[],"hands":false,"proxies":false,"proxied":[]`, ""},
		"proxies are to go": {proxied("10.0.0.10"), also(planned("haproxy", "10.0.0.10", "6443", "37", ""),
			object{"proxied": []string{"w-2", "w-1"}}), `"renames":true,"second":[],"hands":false,"proxies":false,"proxied":["w-1","w-2"]`,
			"proxies to the API servers run on w-1, w-2, and the topology has none"},
		"and somebody thinks better of it": {second("10.0.0.10", "10.0.0.20"), planned("kube-vip", "10.0.0.10", "", "", "m"),
			`"second":[],"hands":false`, `Write virtual_ip = "10.0.0.20" again`},
		"kube-vip elsewhere, by BGP": {func(o object) {
			held("10.0.0.10", "m")(o)
			o.at("hosts", "cp-1", "balancer")["kube_vip_bgp"] = true
		}, planned("kube-vip", "10.0.0.20", "", "", "n"), `"second":[],"hands":false`, "two instances of kube-vip cannot run on one host"},
	} {
		given := world()
		c.edit(given)
		given.at("plan")["balancer"] = c.plan
		v := judge(t, given)
		var got strings.Builder
		for _, field := range []string{"opens", "switch", "starts", "ends", "retune", "takes", "renames", "second", "hands", "proxies",
			"proxied"} {
			data, err := json.Marshal(v.Balancer[field])
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&got, ",%q:%s", field, data)
		}
		if !strings.Contains(got.String(), c.wants) {
			t.Errorf("%s: got %s, want %s", name, got.String(), c.wants)
		}
		if said := strings.Join(v.Problems, "\n"); said != c.says && (c.says == "" || !strings.Contains(said, c.says)) {
			t.Errorf("%s: %q should say %q", name, said, c.says)
		}
	}
}

// The new address and port are added next to the old ones, once. keepalived's traffic between hosts stays the same.
func TestBalancerOpensBeside(t *testing.T) {
	program, err := templates.Files.ReadFile("tree/ansible/roles/reconfigure/files/balancer.py")
	if err != nil {
		t.Fatal(err)
	}
	const drive = `
proxy = "frontend f\n    bind 0.0.0.0:6443\n    bind [::]:6443 v6only\n    bind 127.0.0.1:8405\n"
shared = "vrrp_instance k {\n    virtual_router_id 37\n    virtual_ipaddress {\n        10.0.0.10/32\n    }\n    track_script {\n    }\n}\n"
once = binding(proxy, "7443")
print(once + binding(once, "7443")[len(once):], end="")
print(binding(once, "8443") == proxy.replace(":6443", ":8443") , binding(proxy, "6443") == proxy)
once = holding(shared, "2001:db8::10")
print(once, end="")
print(holding(once, "2001:db8::10") == once, holding(shared, "10.0.0.10") == shared, "10.0.0.20/32\n" in holding(once, "10.0.0.20"))
`
	source := strings.TrimSuffix(string(program), "\nmain()\n") + drive
	out, err := exec.Command("/usr/bin/python3", "-c", source).CombinedOutput()
	const want = `frontend f
    bind 0.0.0.0:6443
    bind 0.0.0.0:7443
    bind [::]:6443 v6only
    bind [::]:7443 v6only
    bind 127.0.0.1:8405
False True
vrrp_instance k {
    virtual_router_id 37
    virtual_ipaddress {
        10.0.0.10/32
    }
    virtual_ipaddress_excluded {
        2001:db8::10/128
    }
    track_script {
    }
}
True True True
`
	if err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, out)
	}
}

// Where the endpoint's name leads some node elsewhere, or a run was interrupted before kubelets and kube-proxy had started again, the next
// run of reconfigure.yml goes on with that.
func TestJudgeGoesOnRenaming(t *testing.T) {
	for _, c := range []struct {
		name   string
		misled []string
		want   bool
	}{{"api.example.com", []string{"worker-1"}, true}, {"api.example.com", []string{}, false}, {"", []string{"worker-1"}, false}} {
		given := world()
		given.at("plan")["balancer"] = object{"kind": "none", "address": "", "name": c.name, "misled": c.misled}
		if v := judge(t, given); len(v.Problems) > 0 || v.Balancer["renames"] != c.want {
			t.Errorf("%q, %q: %+v, want %v", c.name, c.misled, v.Balancer, c.want)
		}
	}
}
