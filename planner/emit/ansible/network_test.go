package ansible_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/emit/cni"
	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/templates"
)

// networkPlay reads the parts of a tree that the survey reads, and asks whether Calico's operator is done.
const networkPlay = `---
- hosts: all
  gather_facts: false
  vars_files: [survey.yml, reconfigure.yml]
  vars:
    network: {cni: {name: NAME, version: VERSION, encapsulation: ENCAPSULATION}}
    applied: {metadata: {generation: 3}, status: {calicoVersion: VERSION}}
    done:
      - {type: Available, status: "True", observedGeneration: 3}
      - {type: Progressing, status: "False", observedGeneration: 3}
      - {type: Degraded, status: "False", observedGeneration: 3}
  tasks:
    - ansible.builtin.assert:
        that: WANT
    - ansible.builtin.assert:
        that: reconfigure_calico_done == item.done
      vars:
        reconfigure_calico:
          stdout: "{{ {'items': [item.installation | default(applied), {'status': {'conditions': item.conditions}}]} | to_json }}"
      loop:
        - {done: true, conditions: "{{ done }}"}
        - {done: false, conditions: "{{ done[:1] + [done[2]] + [done[1] | combine({'status': 'True'})] }}"}
        - {done: false, conditions: "{{ done[:2] + [done[2] | combine({'status': 'True'})] }}"}
        - {done: false, conditions: "{{ done[1:] }}"}
        - {done: false, conditions: "{{ done }}", installation: {metadata: {generation: 4}, status: {calicoVersion: VERSION}}}
        - {done: false, conditions: "{{ done }}", installation: {metadata: {generation: 3}, status: {calicoVersion: v3.1.0}}}
        - {done: false, conditions: "{{ done }}", installation: {metadata: {generation: 3}}}
        - {done: false, conditions: []}
`

// The survey reads the tree's own pod network manifests. reconfigure.yml knows when Calico's operator has applied them: not before the
// operator has seen the change, and not while a node is still rolling out.
func TestNetworkOfTheTree(t *testing.T) {
	for name, c := range map[string]struct{ block, want string }{
		"flannel": {`cni "flannel" {}`, "survey_flannel_images | select('search', ':v[0-9]') | list | length == 2 " +
			"and survey_flannel_images == survey_flannel_images | sort and survey_flannel.Backend.Type == 'vxlan' and survey_calico == {}"},
		"calico": {`cni "calico" {
    version       = "v3.32.1"
    encapsulation = "wireguard"
    mtu           = 1400
  }`, "survey_calico.version == 'v3.32.1' and survey_calico.encrypted and survey_calico.spec.calicoNetwork.mtu == 1400 " +
			"and survey_flannel == {} and survey_flannel_images == []"},
	} {
		p := emittest.Parse(t, `cluster "c" {
  type = "all-in-one"
}
network {
  pod_subnets = ["10.244.0.0/16"]
  `+c.block+`
}
node "a" {
  address = "10.0.0.1"
}
`)
		dir := t.TempDir()
		put := func(name string, data []byte) {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range emittest.Emit(t, cni.Emit, p) {
			put(f.Path, f.Data)
		}
		for _, role := range []string{"survey", "reconfigure"} {
			data, err := fs.ReadFile(templates.Files, "tree/ansible/roles/"+role+"/vars/main.yml")
			if err != nil {
				t.Fatal(err)
			}
			put("ansible/"+role+".yml", data)
		}
		put("ansible/test.yml", []byte(strings.NewReplacer("NAME", p.Network.CNI.Name, "VERSION", p.Network.CNI.Version, "ENCAPSULATION",
			p.Network.CNI.Encapsulation, "WANT", c.want).Replace(networkPlay)))
		cmd := exec.Command("ansible-playbook", "-i", "localhost,", "-c", "local", "ansible/test.yml")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+dir, "ANSIBLE_LOCAL_TEMP="+dir, "ANSIBLE_REMOTE_TEMP="+dir, "ANSIBLE_NOCOLOR=1",
			"LC_ALL=C.UTF-8")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// The survey reads Calico's settings from either API group that can hold them. A group that the API server does not serve gives an answer
// that is not JSON.
func TestSurveyReadsCalico(t *testing.T) {
	const (
		felix = `{"spec": {"wireguardEnabled": true}}`
		pods  = `{"spec": {"template": {"spec": {"containers": [{"image": "b"}, {"image": "a"}]}}}}`
	)
	for name, c := range map[string]struct {
		answers map[string]string
		want    string
	}{
		"no Calico": {nil, "null []"},
		"Calico": {map[string]string{
			"/apis/operator.tigera.io/v1/installations/default": `{"spec": {"variant": "Calico"}, "status": {"calicoVersion": "v3.32.1"}}`,
		}, `{"spec": {"variant": "Calico"}, "version": "v3.32.1", "encrypted": false} []`},
		"Calico that encrypts, and is being installed": {map[string]string{
			"/apis/operator.tigera.io/v1/installations/default":                `{"spec": {}}`,
			"/apis/crd.projectcalico.org/v1/felixconfigurations/default":       felix,
			"/apis/apps/v1/namespaces/kube-flannel/daemonsets/kube-flannel-ds": pods,
		}, `{"spec": {}, "version": "", "encrypted": true} ["a", "b"]`},
	} {
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer, ok := c.answers[r.URL.Path]
			if !ok {
				http.Error(w, "404 page not found", http.StatusNotFound)
				return
			}
			io.WriteString(w, answer)
		}))
		program, err := templates.Files.ReadFile("tree/ansible/roles/survey/files/cluster.py")
		if err != nil {
			t.Fatal(err)
		}
		drive := `
api = object.__new__(Api)
api.trust, api.servers, api.server = ssl._create_unverified_context(), [], "` + server.URL + `"
print(json.dumps(calico(api)), json.dumps(images(api.get("/apis/apps/v1/namespaces/kube-flannel/daemonsets/kube-flannel-ds"))))
`
		out, err := exec.Command("/usr/bin/python3", "-c", strings.TrimSuffix(string(program), "\nmain()\n")+drive).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
			t.Errorf("%s: %v, got %s, want %s", name, err, got, c.want)
		}
		server.Close()
	}
}
