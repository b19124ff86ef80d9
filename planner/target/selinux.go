package target

import (
	"github.com/k8splan/k8splan/planner/plan"
)

// ConfinedPort is the message for another port: the port, a node, its system.
const ConfinedPort = "sshd is to listen on port %d, but node %q runs %s. Its SELinux policy allows sshd only port 22, so no login would " +
	"work, not even Ansible's. Leave port out of ssh, or write an os without SELinux."

// Confined reports whether SELinux confines sshd in a system's cloud images: then sshd can only listen on port 22, and if the first boot
// sets another one, no login works. Source: https://github.com/geerlingguy/ansible-role-security/issues/73
func Confined(os plan.OS) bool { return os.Enforces() }
