package hostfiles

import (
	"net"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// ThroughJump returns the command that reaches a host through the jump host. ssh's ProxyJump passes neither the key nor the host key policy
// to its first hop. ssh expands % sequences in the command and then runs it in a shell.
func ThroughJump(s *plan.SSH) string {
	who, host, found := strings.Cut(s.JumpHost, "@")
	options := ""
	if !found {
		host = who
	}
	if name, port, err := net.SplitHostPort(host); err == nil {
		host, options = name, " -p "+artifact.ShellWord(port)
	}
	if file, home := strings.CutPrefix(s.PrivateKeyFile, "~/"); home {
		options += ` -i "$HOME"/` + artifact.ShellWord(file)
	} else if file != "" {
		options += " -i " + artifact.ShellWord(file)
	}
	if found {
		options += " -l " + artifact.ShellWord(who)
	}
	escaped := strings.NewReplacer("%", "%%")
	return "ssh -o StrictHostKeyChecking=accept-new -o ServerAliveInterval=15 -o ServerAliveCountMax=4" + escaped.Replace(options) +
		" -W [%h]:%p " + escaped.Replace(artifact.ShellWord(strings.Trim(host, "[]")))
}
