package ansible

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The kubelet's state is deleted where it belongs to another policy than the new one, and where other processors are reserved.
func TestPolicy(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"cpu_manager_state":    `{"policyName":"none","defaultCpuSet":"","checksum":1353318690}`,
		"memory_manager_state": `{"policyName":"Static","machineState":{},"checksum":4066769174}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ configuration, flags, reserves, want string }{
		{`{"memoryManagerPolicy": "Static"}`, "", "false", ""},
		{`{"memoryManagerPolicy": "Static"}`, "", "true", "memory_manager_state"},
		{`{}`, "", "false", "memory_manager_state"},
		{`{"memoryManagerPolicy": "Static", "cpuManagerPolicy": "static"}`, "", "false", "cpu_manager_state"},
		{`{"memoryManagerPolicy": "Static", "cpuManagerPolicy": "none"}`, "--v=2 --cpu-manager-policy=static", "false",
			"cpu_manager_state"},
		{`{"cpuManagerPolicy": "static"}`, "--cpu-manager-policy=none --memory-manager-policy=Static", "false", ""},
		{`{"cpuManagerPolicy": "static"}`, "", "false", "cpu_manager_state memory_manager_state"},
	} {
		out, problems, err := python(t, "reconfigure/files/policy.py", c.configuration, c.flags, c.reserves, dir)
		if got := strings.Join(strings.Fields(out), " "); err != nil || problems != "" || got != c.want {
			t.Errorf("%s %s: %q %s %v; want %q", c.configuration, c.flags, got, problems, err, c.want)
		}
	}
	out, _, err := python(t, "reconfigure/files/policy.py", `{"cpuManagerPolicy": "static"}`, "", "true", t.TempDir())
	if err != nil || out != "\n" {
		t.Errorf("without state: %q %v", out, err)
	}
}
