package ansible

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/templates"
)

// TestHostsOfEachFamily makes the real Ansible compute what the role host would do on systems that no test can boot, from the survey's
// description of them.
func TestHostsOfEachFamily(t *testing.T) {
	dir := t.TempDir()
	p := emittest.Plan(t, "external")
	for _, f := range emittest.Emit(t, all, p) {
		if f.Path == "ansible/group_vars/all.yaml" {
			write(t, dir, "all.yaml", f.Data)
		}
	}
	for _, f := range emittest.Emit(t, all, emittest.Plan(t, "dual-stack")) {
		if f.Path == "ansible/group_vars/all.yaml" {
			write(t, dir, "dual-stack.yaml", f.Data)
		}
	}
	for role, files := range map[string][]string{"host": {"vars/main.yml"}, "artifacts": {"vars/main.yml"}} {
		for _, file := range files {
			data, err := fs.ReadFile(templates.Files, "tree/ansible/roles/"+role+"/"+file)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, role+"-"+strings.ReplaceAll(file, "/", "-"), data)
		}
	}
	commands := map[string]bool{"conntrack": false, "ethtool": true, "ip": true, "iptables": true, "kmod": true, "losetup": true,
		"mount": true, "nft": true, "socat": true, "tc": false}
	host := func(family, kernel string, unloadable []string, directories ...string) map[string]any {
		return map[string]any{
			"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3", "arch": "amd64",
			"survey_host": map[string]any{
				"system": map[string]any{"family": family, "kernel": kernel, "id": "x", "codename": "x", "name": "X"}, "commands": commands,
				"unloadable": unloadable, "directories": append([]string{}, directories...),
				"advertised": map[string]string{"eth0.7": "1"}, "files": map[string]string{}, "kernel": map[string]string{},
				"clock": "chrony", "services": map[string]any{"chrony": map[string]bool{"stale": family == "debian"},
					"chronyd": map[string]bool{"stale": false}},
				"artifacts": map[string]string{}, "missing_packages": []string{"kubelet=1.37.2", "containerd.io=2.4.2"},
			},
		}
	}
	hosts := map[string]any{
		"debian":  host("debian", "6.1.0", nil),
		"rocky10": host("redhat", "6.12.0-55.el10.x86_64", []string{"br_netfilter"}, "/etc/NetworkManager/conf.d"),
		"fedora":  host("redhat", "6.15.0", nil, "/etc/NetworkManager/conf.d"),
		"flatcar": host("image", "6.12.0", nil),
	}
	inventory, err := json.Marshal(map[string]any{"all": map[string]any{"hosts": hosts, "children": map[string]any{
		"kubelet": map[string]any{"hosts": map[string]any{"debian": nil, "rocky10": nil, "fedora": nil, "flatcar": nil}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "inventory.yaml", inventory)
	write(t, dir, "want.json", []byte(`{
	  "debian": {"packages": ["conntrack", "iproute2"], "files": 2},
	  "rocky10": {"packages": ["conntrack-tools", "iproute-tc", "kernel-modules-extra-6.12.0-55.el10.x86_64"], "files": 3},
	  "fedora": {"packages": ["conntrack-tools", "iproute-tc"], "files": 3},
	  "flatcar": {"packages": ["conntrack", "tc"], "files": 2}}`))
	write(t, dir, "test.yml", []byte(`---
- hosts: all
  gather_facts: false
  vars_files: [all.yaml, host-vars-main.yml, artifacts-vars-main.yml]
  vars:
    survey_issuer: false
    want: "{{ (lookup('ansible.builtin.file', 'want.json') | from_json)[inventory_hostname] }}"
  tasks:
    - ansible.builtin.assert:
        that:
          - host_missing_packages == want.packages
          - host_files | length == want.files
          - host_kernel_unset
          - want.files == 2 or 'interface-name:cni*;interface-name:flannel*' in host_files[2].content
          - host_files[1].content is search('net.ipv4.ip_forward = 1')
          - host_files[1].content is not search('accept_ra')
    - ansible.builtin.set_fact: # a run was killed between the file and the restart
        named: "{{ survey_host | combine({'files': {host_clock_file: '0644:' ~ host_clock_text | hash('sha256')}}) }}"
      vars: &servers
        time_servers: [192.0.2.1]
      when: inventory_hostname != 'flatcar'
    - ansible.builtin.assert:
        that: host_clock_due == (inventory_hostname == 'debian')
      vars:
        <<: *servers
        survey_host: "{{ named }}"
      when: inventory_hostname != 'flatcar'
    - ansible.builtin.assert: # the kernel drops its routers' route at the moment when forwarding goes on
        that:
          - host_files[1].content is search('^net/ipv6/conf/eth0.7/accept_ra = 2\\n(.*\\n)*net.ipv6.conf.all.forwarding = 1')
      vars:
        network: {ipv6: true, kube_proxy_mode: nftables}
        kernel: "{{ (lookup('ansible.builtin.file', 'dual-stack.yaml') | from_yaml).kernel }}"
    - ansible.builtin.assert:
        that: argv == ['dnf', '--assumeyes', '--refresh', '--setopt=install_weak_deps=False', '--setopt=disable_excludes=all,*',
                       'install', 'kubelet-1.37.2-*', 'containerd.io-2.4.2-*']
      vars:
        argv: `+argvOf(t)+`
`))
	ansible(t, dir, "ansible-playbook", "-i", "inventory.yaml", "test.yml")
}

// argvOf returns the command expression from the role.
func argvOf(t *testing.T) string {
	t.Helper()
	data, err := fs.ReadFile(templates.Files, "tree/ansible/roles/artifacts/tasks/packages_redhat.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(data), "argv: ")
	expression, _, more := strings.Cut(rest, "\n  environment")
	if !ok || !more {
		t.Fatal("no command in packages_redhat.yml")
	}
	return strings.ReplaceAll(expression, "\n      ", "\n          ")
}
