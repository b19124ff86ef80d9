package report

import "github.com/k8splan/k8splan/planner/simulate"

// The English of the page that is written here. What its script says is SAY in page/stand.js; the pictures and what other pages share have
// their own.
const (
	sayDocument = "%s: the design of a cluster"
	saySkip     = "Skip to the verdicts"
	sayFooter   = "Made by k8splan from the design alone: no value here depends on the day on which it was made."
	sayTheme    = "Dark or light"
	sayCluster  = "The cluster "
	sayPicture  = "The cluster as it will stand"
	saySteps    = "The cluster, step by step"
	sayHint     = "Click what is to fail: a machine, a rack, a hypervisor, a balancer, or the network between failure domains, by its " +
		"cable or by the plug of the one to cut off. Several at once are judged together."
	sayVerdicts  = "What becomes of it"
	sayNothing   = "Nothing is down."
	sayRestore   = "Restore everything"
	sayFail      = "Fail"
	sayStops     = "Smallest sets that stop something"
	sayForEver   = "no end"
	sayRows      = "machines of a pool in one place are one row; `k8splan report --full` lists all %s"
	sayCut       = "; the first %s of %s rows, `k8splan report --full` lists all"
	sayLoss      = "After the largest loss"
	sayWithout   = "Without %s %s"
	sayCPUs      = "CPUs of workers"
	sayMemory    = "Memory of workers"
	sayShares    = "Nodes that the pod ranges have a share for"
	sayDays      = "facts of %s; a day is given where upstream or the vendor has named one"
	sayCalendar  = "Days on which support ends"
	sayTotal     = "all machines"
	sayDiff      = "From the old design to this one: %s"
	sayState     = "State"
	sayBack      = "Step back"
	sayNext      = "Next step"
	sayBefore    = "Before: the old design."
	sayAfter     = "After: the new design."
	sayThen      = "Then: %s. Undo: %s."
	sayMeanwhile = " Meanwhile writes survive %s and the API %s."
	sayStopped   = "nothing: they have stopped, or may have"
	sayNoLoss    = "no loss of a machine"
	sayByHand    = "by hand: "
	sayAnyLoss   = "the loss of any "
)

// capabilityNames are what the page calls capabilities.
var capabilityNames = map[simulate.Capability]string{
	simulate.EtcdWrites: "etcd writes", simulate.EtcdReads: "etcd reads", simulate.API: "API", simulate.Scheduling: "Scheduling",
	simulate.Pods: "Running pods", simulate.Services: "Services", simulate.DNS: "DNS", simulate.Join: "Joining",
}

// tableText is what a table says of itself.
type tableText struct {
	title, about string
	heads        []string
}

// tableTexts are those of each table, by its ID.
var tableTexts = map[string]tableText{
	"findings": {"Findings", "rules that the design breaks, and those that it is allowed to break",
		[]string{"Severity", "Rule", "Where", "What", "Waived because"}},
	"waivers": {"Waivers", "what the design is allowed, and up to which day", []string{"Rule", "Until", "Because"}},
	"failures": {"What each failure takes", "one failure at a time; what fails alike is one row",
		[]string{"When this fails", "If it never returns"}},
	"points": {"Single points of failure", "what must not fail alone", []string{"What", "Remedy"}},
	"machines": {"Machines", "every machine of the design",
		[]string{"Name", "Roles", "Address", "Failure domain", "Hypervisor", "Power", "System", "Size"}},
	"ports": {"Who connects to whom", "a row for those who listen, a column for those who connect; every other port may stay closed. " +
		"Nodes are control planes and workers", []string{"Listens"}},
	"firewalls": {"Firewalls of the hosts", "The same ports as rules, for hosts that listen alike in one. Every other port may stay " +
		"closed.", nil},
	"capacity": {"Capacity", "what the design carries, and what is left when the failure domain with most workers is gone",
		[]string{"Of", "Defined", "Planned"}},
	"certificates": {"Certificates", "who signs them, where they are, how long they hold and what renews them",
		[]string{"File", "On", "Signed by", "Valid", "Renewed by"}},
	"versions": {"Versions and how long they are supported", sayDays, []string{"What", "Version", "Support ends"}},
	"software": {"Images and files", "what hosts fetch; a site without internet needs a copy of each",
		[]string{"Kind", "Upstream", "Fetched from"}},
	"material": {"Bill of material", "machines that are alike, and all of them", []string{"Count", "Roles", "System", "Size"}},
	"decisions": {"Decided for you", "values that the design leaves open; write any of them to decide otherwise",
		[]string{"Argument", "Value", "Because", "Source"}},
	"changed": {"What changes", "each difference, and whether a running cluster takes it",
		[]string{"Class", "What", "Before", "After", "How"}},
	"way": {"Steps", "in their order; what is survived is the least while a step is carried out and after it",
		[]string{"Step", "What", "By", "Then", "Undo", "Writes survive", "The API survives"}},
}

// afterLoss are the headings of what is said of a failure, by the element that has it.
var afterLoss = [][2]string{{"from", "API reached from"}, {"left", "Losses left for the API"}, {"returns", "When it returns"},
	{"never", "If it never returns"}, {"runbook", "By hand"}}
