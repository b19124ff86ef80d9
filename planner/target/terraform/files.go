package terraform

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/templates"
)

// shared is the folder of templates/targets/ with the programs that several targets use.
const shared = "terraform"

// The programs in that folder.
const (
	// MachineVariables declares the variables of package cloud's Variables.
	MachineVariables = "plan.tf"
	// UserData defines local.user_data, the first boot of each machine: its name, the only user, and the user's key.
	UserData = "user-data.tf"
	// MadeWith keeps values whose change would stop or recreate a machine until the user names the machine. The program lists them in
	// local.made_with.
	MadeWith = "made-with.tf"
	// Bastion has the outputs for access: the program sets the address in local.bastion_address.
	Bastion = "bastion.tf"
	// What every configuration of a cloud begins with.
	AWS           = "aws.tf"
	Azure         = "azure.tf"
	Google        = "google.tf"
	GoogleNetwork = "google-network.tf"
	// PoolVariables declares the variables of package hosted's Variables; DefaultPool means that one pool is created with the cluster.
	PoolVariables = "pools.tf"
	DefaultPool   = "default-pool.tf"
)

// Files returns the static program of a target (templates/targets/<class>/<target>/), the shared programs in with, its data, and its guide,
// in Folder.
func Files(program string, variables any, guide Guide, with ...string) ([]artifact.File, error) {
	return FilesIn(Folder, program, variables, guide, with...)
}

// FilesIn does the same in another folder of the tree; program is a folder of templates/targets/.
func FilesIn(folder, program string, variables any, guide Guide, with ...string) ([]artifact.File, error) {
	entries, err := templates.Files.ReadDir(path.Join("targets", program))
	if err != nil {
		return nil, fmt.Errorf("terraform: %w", err)
	}
	sources := []string{}
	for _, e := range entries {
		sources = append(sources, path.Join(program, e.Name()))
	}
	for _, name := range append(slices.Clone(with), ".gitignore") {
		sources = append(sources, path.Join(shared, name))
	}
	var files []artifact.File
	for _, from := range sources {
		data, err := templates.Files.ReadFile(path.Join("targets", from))
		if err != nil {
			return nil, fmt.Errorf("terraform: %w", err)
		}
		files = append(files, artifact.File{Path: path.Join(folder, path.Base(from)), Data: data})
	}
	data, err := artifact.JSON(variables)
	if err != nil {
		return nil, err
	}
	return append(files,
		artifact.File{Path: path.Join(folder, "plan.auto.tfvars.json"), Data: data},
		artifact.File{Path: path.Join(folder, "README.md"), Data: guide.Page()},
	), nil
}

// Guide is the README of a folder with a target's files: prerequisites first, then the steps in order. It contains only static text, no
// values of a topology.
type Guide struct {
	Title string
	Needs []string // sentences
	Steps []Step
	Notes []string // sentences
}

// Step is one thing to do.
type Step struct {
	Do       string   // a sentence
	Commands []string // shell, run in the folder of the guide
}

// Page formats the guide as Markdown.
func (g Guide) Page() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", g.Title)
	for _, n := range g.Needs {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	b.WriteString("\n")
	for i, s := range g.Steps {
		lead := fmt.Sprintf("%d. ", i+1)
		indent := strings.Repeat(" ", len(lead))
		fmt.Fprintf(&b, "%s%s\n\n", lead, s.Do)
		if len(s.Commands) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s```sh\n", indent)
		for _, c := range s.Commands {
			fmt.Fprintf(&b, "%s%s\n", indent, c)
		}
		fmt.Fprintf(&b, "%s```\n\n", indent)
	}
	for _, n := range g.Notes {
		fmt.Fprintf(&b, "%s\n\n", n)
	}
	return []byte(strings.TrimRight(b.String(), "\n") + "\n")
}

// Prerequisites of every folder with a Terraform configuration.
const (
	needTerraform = "Terraform 1.5 or newer, or OpenTofu. The state names every machine; keep it in a backend of your own (`.gitignore` " +
		"here keeps it out of git)."
	needKey = "An SSH key. Its public half is read from `~/.ssh/id_ed25519.pub`, or from the target's `ssh_public_key_file`."
)

// Apply returns the step that applies the configuration.
func Apply() Step {
	return Step{"Create what the plan needs. `terraform plan` shows what will be created.",
		[]string{"terraform init", "terraform plan -out=tfplan", "terraform apply tfplan"}}
}

// remove returns the last step; the previous one may have left the folder.
func remove() Step {
	return Step{"To remove everything, data included:", []string{"cd ../terraform", "terraform destroy"}}
}

// removeCloud returns the last step for clusters that can create cloud resources themselves, with the commands that come before its last.
//
// Services can be selected by their type: https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/registry/core/service/strategy.go#L203.
// Waiting for the deletion of nothing succeeds: https://github.com/kubernetes/kubectl/blob/v0.37.2/pkg/cmd/wait/wait.go#L402
func removeCloud(before ...string) Step {
	return Step{"To remove everything, data included. First remove the workloads that use volumes: a claim stays while a pod uses it. " +
		"Then delete what the cluster created in the cloud. Terraform does not manage its balancers and volumes: `destroy` would wait " +
		"for the network that they use, and leave volumes behind. The fourth command fails if a volume's reclaim policy keeps the " +
		"volume.",
		slices.Concat([]string{
			"kubectl delete ingress --all --all-namespaces",
			"kubectl delete service --all-namespaces --field-selector spec.type=LoadBalancer",
			"kubectl delete persistentvolumeclaim --all --all-namespaces",
			"kubectl wait --for=delete persistentvolume --all --timeout=5m",
			"cd ../terraform",
		}, before, []string{"terraform destroy"})}
}

// works returns the step that checks that the cluster works, before any workload is deployed.
func works() Step {
	return Step{"Check that it works: every node is Ready, and every pod of kube-system runs.",
		[]string{"kubectl get nodes", "kubectl get pods --namespace kube-system"}}
}

// Vendor has the texts that differ between the guides of vendors' clusters.
type Vendor struct {
	Name        string
	Credentials string   // sentences: where the provider and the vendor's program find them
	Costs       string   // costs in addition to the workers: "the vendor's fee for the control plane, and NAT gateways"
	Kubeconfig  string   // the vendor's command for one
	Other       Step     // the equivalent with the vendor's own program
	Before      []string // commands before `terraform destroy`
}

// ClusterGuide returns the guide of a vendor's cluster.
func ClusterGuide(v Vendor, notes ...string) Guide {
	return Guide{
		Title: "A cluster on " + v.Name,
		Needs: []string{needTerraform, v.Credentials, "What it costs: a machine for each worker of the plan, " + v.Costs +
			". The account's quota must allow that many processors."},
		Steps: []Step{
			Apply(),
			{"Fetch a kubeconfig. It is written to kubectl's default path, outside this tree.", []string{v.Kubeconfig}},
			works(),
			removeCloud(v.Before...),
		},
		Notes: append([]string{"Instead of Terraform: " + v.Other.Do + "\n\n```sh\n" + strings.Join(v.Other.Commands, "\n") + "\n```"},
			notes...),
	}
}

// SiteGuide returns the guide of on-premises machines, which Ansible reaches at their addresses. credentials is a sentence on where the
// provider finds them, and template one on the source of the machines' clones.
func SiteGuide(system, credentials, template string, notes ...string) Guide {
	return Guide{
		Title: "Machines on " + system,
		Needs: []string{needTerraform, credentials, template, needKey, siteCosts},
		Steps: []Step{
			Apply(),
			makeCluster("ansible-playbook site.yml"),
			fromHere(""),
			remove(),
		},
		Notes: append([]string{keyedByName, madeWith}, notes...),
	}
}

const (
	costs = "What it costs: a machine for each node of the plan, a small one for the bastion, a balancer for the API if the plan has " +
		"load_balancer \"external\", and, on clouds that have them, NAT gateways with an address each. " +
		"The account's quota must allow that many processors and addresses."
	siteCosts = "What it costs: the processors, memory, and disks of the plan's machines on existing hosts. Nothing else is " +
		"created."
	keyedByName = "Terraform tracks machines by name, so adding or removing a worker changes only that machine."
	madeWith    = "An existing machine keeps its image, its key, and its user. Changing the size stops a machine. Terraform would " +
		"stop all of them at once, and etcd would lose its quorum. So `terraform apply` only lists the machines that differ. Change " +
		"one at a time: `kubectl drain` it, run `terraform apply -replace='terraform_data.made_with[\"NAME\"]'`, wait until it is " +
		"Ready and etcd has all its members, and `kubectl uncordon` it."
)

// kubeconfig is where the playbook writes one on the user's computer.
const kubeconfig = "~/.kube/cluster.conf"

// fromHere returns the step that checks from the user's computer that a cluster built by our playbook works. more is a note on the
// endpoint.
func fromHere(more string) Step {
	return Step{"Check that it works: from your computer, every node is Ready, and every pod of kube-system runs." + more,
		[]string{"export KUBECONFIG=" + kubeconfig, "kubectl get nodes", "kubectl get pods --namespace kube-system"}}
}

func makeCluster(playbook string) Step {
	return Step{"Build the cluster, and write a kubeconfig on your computer. The machines take a minute or two to become reachable.",
		[]string{"cd ../ansible", playbook + " -e kubeconfig=" + kubeconfig}}
}

// MachinesGuide returns the guide of a cloud whose machines our playbook turns into a cluster. credentials says where the provider finds
// them.
func MachinesGuide(cloud, credentials string, notes ...string) Guide {
	return Guide{
		Title: "Machines on " + cloud,
		Needs: []string{needTerraform, credentials, needKey, costs},
		Steps: []Step{
			Apply(),
			{"Write a second inventory, which connects Ansible through the bastion. Its address is known only now.",
				[]string{"terraform output -raw inventory > ../ansible/bastion.yaml"}},
			makeCluster("ansible-playbook -i inventory.yaml -i bastion.yaml site.yml"),
			fromHere(" If it does not answer your computer, go through the bastion (`terraform -chdir=../terraform output -raw bastion` " +
				"prints its address): RUNBOOK.md, \"Use the cluster\", has the two commands."),
			removeCloud(),
		},
		Notes: append([]string{keyedByName, madeWith}, notes...),
	}
}
