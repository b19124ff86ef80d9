package ansible

import (
	"io/fs"
	"testing"

	"github.com/k8splan/k8splan/templates"
)

// TestPolicies makes the real Ansible decide which state of a kubelet is deleted: that of another policy than the new one, and that of the
// same one if it reserves other processors.
func TestPolicies(t *testing.T) {
	dir := t.TempDir()
	data, err := fs.ReadFile(templates.Files, "tree/ansible/roles/reconfigure/vars/main.yml")
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "vars.yml", data)
	write(t, dir, "inventory.yaml", []byte("all: {hosts: {localhost: {ansible_connection: local, "+
		"ansible_python_interpreter: /usr/bin/python3}}}\n"))
	write(t, dir, "test.yml", []byte(`---
- hosts: localhost
  gather_facts: false
  vars_files: [vars.yml]
  vars:
    had: {cpu_manager_state: none, memory_manager_state: Static}
    cases:
      - {now: {memoryManagerPolicy: Static}, want: []}
      - {now: {memoryManagerPolicy: Static, kubeReserved: {cpu: 500m}}, want: [memory_manager_state]}
      - {now: {}, want: [memory_manager_state]}
      - {now: {memoryManagerPolicy: Static, cpuManagerPolicy: static}, want: [cpu_manager_state]}
      - {now: {memoryManagerPolicy: Static, cpuManagerPolicy: none}, flags: "--cpu-manager-policy=static", want: [cpu_manager_state]}
      - {now: {cpuManagerPolicy: static}, flags: "--cpu-manager-policy=none --memory-manager-policy=Static", want: []}
      - {now: {cpuManagerPolicy: static}, want: [cpu_manager_state, memory_manager_state]}
      - {now: {cpuManagerPolicy: static}, had: {}, want: []}
  tasks:
    - ansible.builtin.assert:
        that: reconfigure_stale | sort == item.want
        fail_msg: "{{ item }}: {{ reconfigure_stale }}"
      loop: "{{ cases }}"
      vars:
        survey_judged: {kubelet: true, kubelet_target: "{{ item.now }}"}
        survey_host: {kubernetes: {policies: "{{ item.had | default(had) }}"}}
        survey_api: {stdout: '{"kubelet_configuration": "memoryManagerPolicy: Static\n"}'}
        reconfigure_flags: "{{ item.flags | default('') }}"
`))
	ansible(t, dir, "ansible-playbook", "-i", "inventory.yaml", "test.yml")
}
