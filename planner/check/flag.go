package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/flags"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	flagDocs      = "https://kubernetes.io/docs/reference/command-line-tools-reference/"
	kubeletFields = "https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/"
)

// judgedLine is a component with the flags that the author added, and the minor whose table of flags applies.
type judgedLine struct {
	commandLine
	minor   int
	release string // as messages name it: "Kubernetes 1.37", "etcd 3.7"
}

// subject names the component and its release in a sentence.
func (c judgedLine) subject() string {
	if c.component == "etcd" {
		return c.release
	}
	return c.component + " of " + c.release
}

// judgedLines lists every place that adds flags to a component, including etcd, if there is a table for its minor.
func judgedLines(p *plan.Plan) []judgedLine {
	if !ours(p) {
		return nil
	}
	var all []judgedLine
	if v := p.Cluster.Version; v.Major == 1 {
		for _, c := range commandLines(p) {
			if flags.Covers(c.component, v.Minor) {
				all = append(all, judgedLine{c, v.Minor, "Kubernetes " + v.MinorString()})
			}
		}
	}
	if v, ok := parsed(p.Etcd.Version); ok && v.Major == 3 && flags.Covers("etcd", v.Minor) && len(p.Etcd.ExtraArgs) > 0 {
		all = append(all, judgedLine{commandLine{"etcd", p.Etcd.ExtraArgs, p.Etcd.Source, "extra_args", nil}, v.Minor,
			"etcd " + v.MinorString()})
	}
	return all
}

// flagRule returns a rule with one finding for each flag that judge rejects, at its name or its value. f is the table's entry for the name,
// and known reports whether this minor accepts it.
func flagRule(r rule.Rule, at func(commandLine, string) hcl.Range, judge func(p *plan.Plan, c judgedLine, a plan.Arg, f flags.Flag,
	known bool) string) Rule {
	return Rule{r, func(p *plan.Plan) []Finding {
		var findings []Finding
		for _, c := range judgedLines(p) {
			for _, a := range c.args {
				f, known := flags.Find(c.component, a.Name, c.minor)
				if detail := judge(p, c, a, f, known); detail != "" {
					findings = append(findings, Finding{At: at(c.commandLine, a.Name), Detail: detail})
				}
			}
		}
		return findings
	}}
}

var flagRules = []Rule{
	flagRule(rule.Rule{
		ID: "component-flag-unknown", Severity: rule.Error, Title: "Unknown flag", Permanent: true,
		Doc: "A component that gets an unknown flag prints its usage and exits: the kubelet never starts, or the static pod restarts " +
			"forever. A field of KubeletConfiguration is not always a flag.",
		Fix:     "Correct the name, or remove the flag; a field of KubeletConfiguration goes into `cluster.kubelet.config`.",
		Sources: []string{flagDocs, kubeletFields, etcdFlags},
	}, commandLine.key, componentFlagUnknown),
	{rule.Rule{
		ID: "component-flag-repeated", Severity: rule.Error, Title: "Several values of a flag that takes one", Permanent: true,
		Doc: "A list in `extra_args` repeats the flag once for each value, in order: `service-account-issuer` and flags that are lists " +
			"upstream support that. For any other flag the last value wins, or the component exits. Some installers store flags by " +
			"name, with one value for each.",
		Fix: "Write one value; for a flag with a comma-separated list, write the list in one string.",
		Sources: []string{flagDocs, etcdFlags,
			"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/#kubeadm-k8s-io-v1beta4-Arg"},
	}, componentFlagRepeated},
	flagRule(rule.Rule{
		ID: "component-flag-early", Severity: rule.Error, Title: "Flag of a later release", Permanent: true,
		Doc:     "The flag was added in a later minor. In this minor the component does not know it, prints its usage, and exits.",
		Fix:     "Remove it, or use a newer release.",
		Sources: []string{flagDocs, etcdFlags},
	}, commandLine.key, func(p *plan.Plan, c judgedLine, a plan.Arg, f flags.Flag, known bool) string {
		if known || f.Name == "" || f.Since <= c.minor || saidElsewhere(p, c, a.Name) {
			return ""
		}
		return fmt.Sprintf("--%s was added to %s in %s, and the component of %s exits if it is set. Remove it.", a.Name, c.component,
			otherRelease(c, f.Since), c.release)
	}),
	flagRule(rule.Rule{
		ID: "component-flag-deprecated", Severity: rule.Warning, Title: "Deprecated flag",
		Doc: "Upstream has deprecated the flag. A later minor no longer has it: the component exits, and the upgrade to that " +
			"minor fails.",
		Fix:     "Remove it, or write the replacement that upstream names.",
		Sources: []string{flagDocs, "https://kubernetes.io/docs/reference/using-api/deprecation-policy/#deprecating-a-flag-or-cli"},
	}, commandLine.key, componentFlagDeprecated),
	flagRule(rule.Rule{
		ID: "component-flag-value", Severity: rule.Error, Title: "Invalid flag value", Permanent: true,
		Doc: "The component reads its flags first, and exits if a value is invalid. All hosts get the same value: a bad one takes down " +
			"every member, or every kubelet, at once.",
		Fix:     "Write a value of the flag's type, which the finding names.",
		Sources: []string{flagDocs, etcdFlags},
	}, commandLine.value, componentFlagValue),
}

func componentFlagUnknown(p *plan.Plan, c judgedLine, a plan.Arg, f flags.Flag, known bool) string {
	switch {
	case known || saidElsewhere(p, c, a.Name):
		return ""
	case c.component == "etcd" && f.Name != "" && f.Last < c.minor:
		return fmt.Sprintf("%s has no flag --%s (the last release with the flag was %s), and exits if it is set. Remove "+
			"it.", c.release, a.Name,
			otherRelease(c, f.Last))
	case f.Name != "":
		return "" // component-flag-early or version-removed-flag reports it
	}
	return fmt.Sprintf("%s has no flag --%s, and exits if it is set.%s", c.component, a.Name, flagMeant(c, a.Name)) // no minor has it
}

func componentFlagDeprecated(p *plan.Plan, c judgedLine, a plan.Arg, f flags.Flag, known bool) string {
	if !known || f.Deprecated == 0 || f.Deprecated > c.minor || saidElsewhere(p, c, a.Name) ||
		c.component == "etcd" && strings.HasPrefix(a.Name, "experimental-") {
		return "" // etcd-experimental-flag-deprecated reports the last
	}
	gone := ""
	if last := lastOf(f); f.Last < last {
		gone = " " + otherRelease(c, f.Last+1) + " no longer has it."
	}
	return fmt.Sprintf("--%s of %s is deprecated.%s Upstream says: \"%s.\"", a.Name, c.component, gone, strings.TrimRight(f.Note, "."))
}

func componentFlagValue(p *plan.Plan, c judgedLine, a plan.Arg, f flags.Flag, known bool) string {
	if !known || saidElsewhere(p, c, a.Name) {
		return ""
	}
	problem := valueProblem(f, a.Value, func(name string) string { return valueOf(c.args, name) })
	if problem == "" && c.component == "kube-controller-manager" && a.Name == "controllers" {
		problem = controllersProblem(a.Value, c.minor)
	}
	if problem == "" {
		problem = refusedValue(c, a)
	}
	if problem == "" {
		return ""
	}
	return fmt.Sprintf("%s exits at --%s=%s: %s", c.component, a.Name, a.Value, problem)
}

// otherRelease names another minor of the component.
func otherRelease(c judgedLine, minor int) string {
	if c.component == "etcd" {
		return fmt.Sprintf("etcd 3.%d", minor)
	}
	return fmt.Sprintf("Kubernetes 1.%d", minor)
}

// lastOf is the newest minor in the table of the flag's component.
func lastOf(f flags.Flag) int {
	if f.Component == "etcd" {
		return flags.NewestEtcd
	}
	return flags.NewestKubernetes
}

// valueOf returns the value of a flag on the same command line, "" if it is not set.
func valueOf(args []plan.Arg, name string) string {
	for _, a := range args {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// saidElsewhere reports whether a rule about the flag itself already tells the author to remove it.
func saidElsewhere(p *plan.Plan, c judgedLine, name string) bool {
	if c.component == "etcd" {
		v, _ := parsed(p.Etcd.Version)
		old := strings.HasPrefix(name, "experimental-") && !plan.TakesExperimentalFlags(v)
		return old || slices.Contains(ownedByPlan, name) || etcdArguments[name] != "" || slices.Contains(etcdV2Flags, name) &&
			!v.Before(plan.Version{Major: 3, Minor: 6})
	}
	_, decided := owned[c.component][name]
	_, gone := removedFlag(p, c.commandLine, name)
	return decided || gone != "" || name == "basic-auth-file" || name == "token-auth-file" || name == "cloud-provider"
}

// flagMeant says what to write instead of a flag that does not exist.
func flagMeant(c judgedLine, name string) string {
	if c.component == "kubelet" {
		if path, ok := flags.FieldOf("KubeletConfiguration", name, c.minor); ok {
			return fmt.Sprintf(" %s is a field of KubeletConfiguration, not a flag. Write it in cluster { kubelet { config = { … } } }.",
				path)
		}
	}
	if len(c.args) < 50*mostAdvised {
		if meant := spelling.DidYouMean(name, flags.Names(c.component, c.minor)); meant != "" {
			return meant
		}
	}
	for _, other := range flags.Components() {
		if _, ok := flags.Find(other, name, c.minor); ok && other != "etcd" && c.component != "etcd" {
			return fmt.Sprintf(" It is a flag of %s. Remove it here.", other)
		}
	}
	return " Remove it."
}

// removedFlag returns the first release without a flag that older ones have, and what replaces the flag; "" if this release still has it.
func removedFlag(p *plan.Plan, c commandLine, name string) (instead, since string) {
	if c.component == "etcd" {
		return "", ""
	}
	v := p.Cluster.Version
	if since, gone := v.KubeletFlagGone(name); gone && c.component == "kubelet" {
		return insteadOf[name], since
	}
	for _, r := range removedFlags {
		if r.component == c.component && r.flag == name && v.Minor >= r.minor {
			return r.instead, fmt.Sprintf("1.%d", r.minor)
		}
	}
	if !flags.Covers(c.component, v.Minor) {
		return "", ""
	}
	if f, ok := flags.Find(c.component, name, v.Minor); !ok && f.Name != "" && f.Last < v.Minor {
		return "", fmt.Sprintf("1.%d", f.Last+1)
	}
	return "", ""
}

// etcdV2Flags were removed together with etcd's API v2.
var etcdV2Flags = []string{"enable-v2", "proxy", "discovery-fallback", "discovery-proxy", "strict-reconfig-check-v2"}

// etcdGates are the feature gates of etcd 3.6 and newer that replaced an --experimental- flag. Source:
// https://etcd.io/docs/v3.6/feature-gates/ and https://github.com/etcd-io/etcd/blob/v3.6.16/server/features/etcd_features.go
var etcdGates = map[string]string{
	"compact-hash-check-enabled": "CompactHashCheck", "enable-lease-checkpoint": "LeaseCheckpoint",
	"enable-lease-checkpoint-persist": "LeaseCheckpointPersist",
	"initial-corrupt-check":           "InitialCorruptCheck", "stop-grpc-service-on-defrag": "StopGRPCServiceOnDefrag",
	"txn-mode-write-with-shared-buffer": "TxnModeWriteWithSharedBuffer",
}

// afterExperiment says what replaces a flag that began with --experimental-.
func afterExperiment(name string, minor int) string {
	if gate := etcdGates[name]; gate != "" {
		return fmt.Sprintf("Write feature-gates = \"%s=true\" instead.", gate)
	}
	if _, ok := flags.Find("etcd", name, minor); ok {
		return fmt.Sprintf("Write %q.", name)
	}
	return "Remove it."
}

// oneOf lists the valid values.
func oneOf(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", v)
	}
	return "write " + choice(quoted)
}

// unknownValue is the problem of a value that is not in an enumeration.
func unknownValue(value string, values []string) string {
	meant := spelling.DidYouMean(value, values)
	if len(values) > 8 {
		return fmt.Sprintf("the value %q is unknown.%s", value, cmp.Or(meant, " Remove it."))
	}
	return fmt.Sprintf("the value %q is unknown. %s.", value, strings.ToUpper(oneOf(values)[:1])+oneOf(values)[1:])
}

// repeats are the types of flags whose repeated values all count.
var repeats = []string{"stringArray", "stringSlice", "mapStringString", "mapStringBool", "colonSeparatedMultimapStringString"}

func componentFlagRepeated(p *plan.Plan) []Finding {
	var findings []Finding
	byName := p.Target.Facts.Hosting == plan.Installer && !p.Target.Facts.RepeatsFlags
	for _, c := range judgedLines(p) {
		for i, a := range c.args {
			if i+1 == len(c.args) || c.args[i+1].Name != a.Name || i > 0 && c.args[i-1].Name == a.Name {
				continue // the first of several
			}
			f, known := flags.Find(c.component, a.Name, c.minor)
			if known && c.component == "etcd" {
				findings = append(findings,
					one(c.value(a.Name), "etcd accepts --%s only once. Write one string; separate list values with "+
						"commas.", a.Name)...)
			} else if known && !slices.Contains(repeats, f.Type) {
				findings = append(findings, one(c.value(a.Name), "%s takes one value of --%s. Write one string.", c.subject(), a.Name)...)
			} else if byName {
				findings = append(findings,
					one(c.value(a.Name), "Target %s stores flags by name, with one value of --%s. Write one string.",
						p.Target.Name, a.Name)...)
			}
		}
	}
	return findings
}
