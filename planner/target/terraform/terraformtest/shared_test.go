package terraformtest

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/k8splan/k8splan/planner/artifact"
)

// Rules, routes, tags, and disks that the cluster adds survive an apply: no tree claims them, and the check finds one that does.
func TestTaken(t *testing.T) {
	archives, err := filepath.Glob("../../../../testdata/targets/*.golden")
	if err != nil || len(archives) == 0 {
		t.Fatal(archives, err)
	}
	programs := 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var files []artifact.File
		for _, f := range archive.Files {
			if strings.HasSuffix(f.Name, ".tf") {
				files = append(files, artifact.File{Path: f.Name, Data: f.Data})
			}
		}
		programs += len(files)
		for _, line := range taken(files) {
			t.Errorf("%s: %s", filepath.Base(name), line)
		}
	}
	if programs < 10 {
		t.Errorf("%d programs were read", programs)
	}
	for src, want := range map[string]string{
		`resource "aws_security_group" "nodes" {
  ingress {
    from_port = 22
  }
}`: "ingress of aws_security_group owns",
		`resource "azurerm_network_security_group" "n" {
  dynamic "security_rule" {
    for_each = {}
    content {}
  }
}`: "security_rule of azurerm_network_security_group owns",
		`resource "aws_instance" "n" {
  volume_tags = {}
}`: "volume_tags of aws_instance owns",
		`resource "google_compute_instance" "n" {
  lifecycle {
    ignore_changes = [boot_disk[0].initialize_params]
  }
}`: "attached_disk of google_compute_instance is not ignored",
		`resource "google_compute_instance" "bastion" {}`: "",
		`resource "proxmox_virtual_environment_vm" "n" {
  lifecycle {
    ignore_changes = [initialization, disk]
  }
}`: "",
	} {
		got := strings.Join(taken([]artifact.File{{Path: "main.tf", Data: []byte(src)}}), "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s\n%q, want %q", src, got, want)
		}
	}
}
