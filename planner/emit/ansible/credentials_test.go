package ansible

import (
	"io/fs"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// TestCredentialsOfRegistries makes the real Ansible write containerd's file from a config.json with hostile values, and reads it back with
// a TOML parser.
func TestCredentialsOfRegistries(t *testing.T) {
	dir := t.TempDir()
	data, err := fs.ReadFile(templates.Files, "tree/ansible/roles/runtime/vars/main.yml")
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "vars.yml", data)
	write(t, dir, "config.json", []byte(`{"auths": {
	  "registry.example.com:5000": {"auth": "dXNlcjpwYXNz"},
	  "https://index.docker.io/v1/": {"username": "a\"b\\c", "password": "{{ x }} {% y %} 'é'\n[z]"},
	  "[fd00::1]:5000": {"identitytoken": "t"}, "quote\".example.com": {"auth": ""}}}`))
	write(t, dir, "read.py", []byte(`import sys, tomllib
read = tomllib.load(open(sys.argv[1], "rb"))
assert read["version"] == 3, read
configs = read["plugins"]["io.containerd.cri.v1.images"]["registry"]["configs"]
assert configs == {
    "registry.example.com:5000": {"auth": {"auth": "dXNlcjpwYXNz"}},
    "registry-1.docker.io": {"auth": {"username": "a\"b\\c", "password": "{{ x }} {% y %} 'é'\n[z]"}},
    "[fd00::1]:5000": {"auth": {"identitytoken": "t"}},
    "quote\".example.com": {"auth": {}},
}, configs
`))
	write(t, dir, "test.yml", []byte(`---
- hosts: localhost
  connection: local
  gather_facts: false
  vars_files: [vars.yml]
  vars:
    runtime: {name: containerd, files: [], credentials: {src: "{{ playbook_dir }}/config.json", dest: /etc/x}}
  tasks:
    - ansible.builtin.copy:
        dest: "{{ playbook_dir }}/out.toml"
        content: "{{ runtime_secret }}"
        mode: "0600"
    - ansible.builtin.command:
        argv: ["{{ ansible_playbook_python }}", "{{ playbook_dir }}/read.py", "{{ playbook_dir }}/out.toml"]
`))
	ansible(t, dir, "ansible-playbook", "test.yml")
}
