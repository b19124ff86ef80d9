package ansible

import (
	"io/fs"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// TestCredentialsOfRegistries makes the real Ansible write containerd's file from a config.json with hostile values, and reads it back with
// a TOML parser. CRI-O gets the file's content, and no runtime needs one without credentials.
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
    - ansible.builtin.assert:
        that: runtime_secret_due
      vars:
        survey_host: {files: {}}

- hosts: localhost
  connection: local
  gather_facts: false
  vars_files: [vars.yml]
  vars:
    survey_host: {files: {}}
  tasks:
    - ansible.builtin.assert:
        that: not runtime_secret_due
      vars:
        runtime: {name: "{{ item }}", files: [], credentials: {src: "", dest: ""}}
      loop: [containerd, cri-o, docker]
    - ansible.builtin.copy:
        dest: "{{ playbook_dir }}/out.json"
        content: "{{ runtime_secret }}"
        mode: "0600"
      vars:
        runtime: {name: cri-o, files: [], credentials: {src: "{{ playbook_dir }}/config.json", dest: /etc/x}}
    - ansible.builtin.command:
        argv:
          - "{{ ansible_playbook_python }}"
          - "-c"
          - "import json, sys; a, b = [json.load(open(name)) for name in sys.argv[1:]]; assert a == b, (a, b)"
          - "{{ playbook_dir }}/config.json"
          - "{{ playbook_dir }}/out.json"
`))
	ansible(t, dir, "ansible-playbook", "test.yml")
}
