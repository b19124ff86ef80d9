package lsp

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// completer collects completions at the cursor.
type completer struct {
	*server
	d     *document
	c     cursor
	end   int // where the word ends
	items []completionItem
}

func (s *server) completion(p *documentParams) any {
	d := s.document(p)
	if d == nil {
		return completionList{Items: []completionItem{}}
	}
	offset := d.offset(p.Position)
	k := completer{server: s, d: d, c: find(d.text, offset), end: offset, items: []completionItem{}}
	switch k.c.place {
	case naming:
		if !k.c.quoted {
			k.names()
		}
	case labeling:
		k.labels()
	case valuing:
		k.values()
	}
	return completionList{Items: k.items}
}

// add adds a completion. Editors show completions in this order.
func (k *completer) add(label string, kind int, detail, doc, text string, format int) {
	item := completionItem{
		Label: label, Kind: kind, Detail: detail, SortText: fmt.Sprintf("%04d", len(k.items)), InsertTextFormat: format,
		TextEdit: &textEdit{k.d.span(k.c.begin, k.end), text},
	}
	if doc != "" {
		item.Documentation = &markup{"markdown", doc}
	}
	k.items = append(k.items, item)
}

// names offers arguments and blocks that are not in the block yet, required ones first.
func (k *completer) names() {
	block, ok := k.c.schema()
	if !ok {
		return
	}
	present := append(slices.Clone(k.c.names), following(k.d.text, k.end)...)
	arguments, blocks := []spec.Argument(nil), spec.Schema
	if block != nil {
		arguments, blocks = block.Arguments, block.Blocks
	}
	for _, required := range []bool{true, false} {
		for _, a := range arguments {
			if a.Required != required || slices.Contains(present, a.Name) {
				continue
			}
			text, format := a.Name+" = ", plainText
			if k.snippets {
				text, format = a.Name+" = "+hole(1, a.Example)+"$0", snippet
			}
			k.add(a.Name, kindField, kindOf(&a), argumentDoc(&a), text, format)
		}
	}
	for _, b := range blocks {
		if !b.Many && slices.Contains(present, b.Name) {
			continue
		}
		k.add(b.Name, kindModule, "block", blockDoc(&b), k.blockText(&b), map[bool]int{true: snippet, false: plainText}[k.snippets])
	}
}

// usual names optional arguments that a new block mostly needs because its alternatives are rare.
var usual = map[string][]string{"node_pool": {"roles", "count"}}

// blockText returns a block with its required and its usual arguments.
func (k *completer) blockText(b *spec.Block) string {
	if !k.snippets {
		if b.Label != "" {
			return b.Name + ` "`
		}
		return b.Name + " {"
	}
	text, n := b.Name, 1
	if b.Label != "" {
		label := b.Label
		if len(b.Labels) > 0 {
			label = b.Labels[0]
		}
		text += ` "` + hole(n, label) + `"`
		n++
	}
	text += " {\n"
	var first []spec.Argument
	for _, a := range b.Arguments {
		if a.Required {
			first = append(first, a)
		}
	}
	for _, name := range usual[b.Name] {
		if a, ok := b.Argument(name); ok && !a.Required {
			first = append(first, *a)
		}
	}
	for _, a := range first {
		text += "  " + a.Name + " = " + hole(n, a.Example) + "\n"
		n++
	}
	return text + "  $0\n}"
}

// hole returns a placeholder with its default text.
func hole(n int, text string) string {
	return "${" + strconv.Itoa(n) + ":" + strings.NewReplacer(`\`, `\\`, "$", `\$`, "}", `\}`).Replace(text) + "}"
}

// offer is a possible value.
type offer struct{ value, detail, doc string }

func (k *completer) labels() {
	block := row(k.surrounding(), k.c.head)
	if block == nil || len(k.c.siblings) > 0 {
		return
	}
	var offers []offer
	switch {
	case block.Name == "waive":
		offers = k.waivable()
	case block.Name == "target":
		for _, t := range planner.Targets() {
			offers = append(offers, offer{t.Facts.Name, t.Facts.Title, targetDoc(t)})
		}
	case block.Name == "node":
		offers = nextNames(k.d.text)
	case block.Name == "node_pool":
		for _, name := range []string{"cp", "etcd", "worker", "lb"} {
			offers = append(offers, offer{name, "nodes " + name + "-1, " + name + "-2, …", ""})
		}
	default:
		for _, label := range block.Labels {
			offers = append(offers, offer{label, block.Name, block.Doc})
		}
	}
	k.offer(offers, kindEnum, false)
}

// surrounding returns the blocks that are allowed at the cursor.
func (k *completer) surrounding() []spec.Block {
	block, ok := k.c.schema()
	if !ok {
		return nil
	}
	if block == nil {
		return spec.Schema
	}
	return block.Blocks
}

// waivable lists the rules that a waiver may name, those with findings first.
func (k *completer) waivable() []offer {
	k.d.judge()
	found := map[string]bool{}
	for _, d := range k.d.diags {
		found[rule.ID(d)] = true
	}
	var first, rest []offer
	for _, r := range k.options.Rules {
		if r.Permanent {
			continue
		}
		o := offer{r.ID, r.Title, ruleDoc(r, k.options.RulePage)}
		if found[r.ID] {
			first = append(first, o)
		} else {
			rest = append(rest, o)
		}
	}
	return append(first, rest...)
}

// numbered matches a node's name that ends in a number.
var numbered = regexp.MustCompile(`(?m)^\s*node\s+"([a-z0-9.-]*?)([0-9]+)"`)

// nextNames continues each series of numbered nodes: after cp-1 and cp-2, cp-3.
func nextNames(text string) []offer {
	last, order := map[string]int{}, []string{}
	for _, m := range numbered.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil || strconv.Itoa(n) != m[2] {
			continue
		}
		if _, ok := last[m[1]]; !ok {
			order = append(order, m[1])
		}
		last[m[1]] = max(last[m[1]], n)
	}
	var offers []offer
	for _, stem := range order {
		offers = append(offers, offer{stem + strconv.Itoa(last[stem]+1), "the next of its kind", ""})
	}
	for _, stem := range []string{"cp-", "worker-", "etcd-", "lb-"} {
		if _, ok := last[stem]; !ok {
			offers = append(offers, offer{stem + "1", "", ""})
		}
	}
	return offers
}

func (k *completer) values() {
	if len(k.c.steps) > 0 || k.c.inner {
		k.read()
		return
	}
	block, ok := k.c.schema()
	if !ok || block == nil {
		k.read()
		return
	}
	a, ok := block.Argument(k.c.head)
	if !ok || k.c.keyed {
		k.read()
		return
	}
	list := a.Type == spec.TextList
	switch {
	case a.Type == spec.Bool && !k.c.quoted:
		for _, word := range []string{"true", "false"} {
			k.add(word, kindValue, "", argumentDoc(a), word, plainText)
		}
	case a.Type == spec.Text || list && (k.c.listed || !k.c.quoted):
		offers := k.candidates(block, a)
		if k.c.listed {
			offers = slices.DeleteFunc(offers, func(o offer) bool { return slices.Contains(k.c.siblings, o.value) })
		}
		k.offer(offers, kindEnum, list && !k.c.listed)
		if len(offers) == 0 && !k.c.quoted && !k.c.listed {
			k.example(a)
		}
	case !k.c.quoted:
		k.example(a)
	}
	if !k.c.quoted {
		k.read()
	}
}

func (k *completer) example(a *spec.Argument) {
	if a.Example != "" {
		k.add(a.Example, kindValue, "example", argumentDoc(a), a.Example, plainText)
	}
}

// offer adds values as text, with the missing quotes; as a list of one if brackets is set.
func (k *completer) offer(offers []offer, kind int, brackets bool) {
	for _, o := range offers {
		text := o.value
		if !k.c.quoted {
			text = `"` + text + `"`
		}
		if brackets {
			text = "[" + text + "]"
		}
		k.add(o.value, kind, o.detail, o.doc, text, plainText)
		if !k.c.quoted { // editors match against the typed text, which may begin with a quote
			k.items[len(k.items)-1].FilterText = text
		}
	}
}

// candidates returns the values that an argument can have, or that the rest of the file suggests.
func (k *completer) candidates(block *spec.Block, a *spec.Argument) []offer {
	var offers []offer
	for _, word := range a.Enum {
		offers = append(offers, offer{word, a.Name, argumentDoc(a)})
	}
	if len(offers) > 0 {
		return offers
	}
	p, _ := k.d.plan()
	switch block.Name + "." + a.Name {
	case "cluster.kubernetes_version":
		return versions(k.options.Facts, p)
	case "container_runtime.version", "etcd.version", "cni.version", "load_balancer.version":
		return k.decided(p, block.Name, a.Name)
	case "cluster.control_plane_endpoint", "cluster.cert_sans":
		return endpoints(p, a.Name == "control_plane_endpoint")
	case "node.failure_domain", "node_pool.failure_domains":
		return known(p, "failure domain", func(n *plan.Node) string { return n.FailureDomain })
	case "node.host", "node_pool.hosts":
		return known(p, "hypervisor", func(n *plan.Node) string { return n.Host })
	case "node.power", "node_pool.powers":
		return known(p, "power feed", func(n *plan.Node) string { return n.Power })
	case "node.os", "node_pool.os":
		return known(p, "operating system", func(n *plan.Node) string {
			if n.OS.Version == "" {
				return n.OS.Name
			}
			return n.OS.Name + "-" + n.OS.Version
		})
	case "node.arch", "node_pool.arch":
		return []offer{{"amd64", "", ""}, {"arm64", "", ""}, {"ppc64le", "", ""}, {"s390x", "", ""}}
	case "node.address", "node_pool.first_address":
		return nextAddress(p)
	case "ssh.jump_host":
		var offers []offer
		if p != nil {
			for _, n := range p.Nodes[:min(len(p.Nodes), mostNodes)] {
				offers = append(offers, offer{p.SSH.User + "@" + n.SSHAddress, n.Name, ""})
			}
		}
		return offers
	}
	return nil
}

// mostNodes limits how many nodes are offered or listed.
const mostNodes = 100

// versions returns the newest patch releases of the known minors, newest first, and the design's version.
func versions(facts *plan.Table, p *plan.Plan) []offer {
	oldest, newest := facts.Minors()
	var offers []offer
	for minor := newest.Minor; minor >= oldest.Minor; minor-- {
		v, ok := facts.At(plan.Version{Major: newest.Major, Minor: minor}).NewestPatch()
		if !ok {
			continue
		}
		detail := "newest known " + v.MinorString()
		known := facts.At(v)
		if v == facts.Newest() {
			detail += ", the default"
		}
		doc := fmt.Sprintf("etcd %s · CoreDNS %s · containerd %s", known.EtcdStacked(), known.CoreDNS(), known.Containerd())
		if ends := known.SupportEnds(); ends != "" {
			doc += "\n\nSupport ends " + ends + "."
		}
		if p != nil && !p.Target.Facts.Takes(v) {
			detail += fmt.Sprintf("; target %s does not support it", p.Target.Name)
		}
		offers = append(offers, offer{v.String(), detail, doc + "\n\nAs of " + facts.Date() + "."})
	}
	return offers
}

// decided returns the planner's value for an argument that is not set.
func (k *completer) decided(p *plan.Plan, block, argument string) []offer {
	if p == nil {
		return nil
	}
	for _, path := range []string{block + "." + argument, "network." + block + "." + argument} {
		for _, d := range p.Decisions {
			if d.Path == path && d.Value != plan.NoData {
				return []offer{{d.Value, "the default", decisionDoc(d)}}
			}
		}
	}
	value := map[string]string{"container_runtime": p.Runtime.Version, "etcd": p.Etcd.Version, "cni": p.Network.CNI.Version,
		"load_balancer": p.LoadBalancer.Version}[block]
	if value == "" {
		return nil
	}
	return []offer{{value, "as it is", ""}}
}

// endpoints returns names and addresses at which an API server answers.
func endpoints(p *plan.Plan, ports bool) []offer {
	if p == nil {
		return nil
	}
	var offers []offer
	seen := map[string]bool{}
	add := func(host string, port int, detail string) {
		if ports {
			host = plan.Endpoint{Host: host, Port: port}.String()
		}
		if !seen[host] {
			seen[host] = true
			offers = append(offers, offer{host, detail, ""})
		}
	}
	if p.LoadBalancer.VirtualIP.IsValid() {
		add(p.LoadBalancer.VirtualIP.String(), p.LoadBalancer.Port, "the virtual IP")
	}
	for _, n := range p.LoadBalancer.Nodes {
		if n.Address.IsValid() {
			add(n.Address.String(), p.LoadBalancer.Port, "balancer "+n.Name)
		}
	}
	for _, n := range p.ControlPlanes() {
		if n.Address.IsValid() {
			add(n.Address.String(), p.Cluster.APIServerPort, "control plane "+n.Name)
		}
		if !ports {
			add(n.Name, 0, "control plane")
		}
	}
	return offers
}

// known returns the values that the design's nodes already have.
func known(p *plan.Plan, what string, of func(*plan.Node) string) []offer {
	if p == nil {
		return nil
	}
	count := map[string]int{}
	var order []string
	for _, n := range p.Nodes {
		value := of(n)
		if value == "" {
			continue
		}
		if count[value]++; count[value] == 1 {
			order = append(order, value)
		}
	}
	slices.Sort(order)
	var offers []offer
	for _, value := range order {
		nodes := "1 node"
		if n := count[value]; n > 1 {
			nodes = fmt.Sprintf("%d nodes", n)
		}
		offers = append(offers, offer{value, what + " of " + nodes, ""})
	}
	return offers
}

// nextAddress offers a free address after the highest in use.
func nextAddress(p *plan.Plan) []offer {
	if p == nil {
		return nil
	}
	var highest netip.Addr
	for _, n := range p.Nodes {
		if n.Address.IsValid() && (!highest.IsValid() || highest.Less(n.Address)) {
			highest = n.Address
		}
	}
	if !highest.IsValid() {
		return nil
	}
	if next, _, ok := p.FreeRun(highest, 1, nil); ok {
		return []offer{{next.String(), "the next free address", ""}}
	}
	return nil
}

// each offers what a block with for_each can read.
func (k *completer) each() {
	for _, part := range []struct{ name, detail string }{{"key", "name of the machine or the pool"}, {"value", "its value in for_each"}} {
		switch {
		case len(k.c.steps) == 1 && k.c.steps[0] == "each":
			k.add(part.name, kindVariable, part.detail, "", part.name, plainText)
		case len(k.c.steps) == 0:
			k.add("each."+part.name, kindVariable, part.detail, "", "each."+part.name, plainText)
		}
	}
}

// read offers what expressions can read: variables and locals. A variable's own block can read neither, and a local cannot read itself.
func (k *completer) read() {
	top := ""
	if len(k.c.path) > 0 {
		top = k.c.path[0]
	}
	if len(k.c.steps) > 1 || top == "variable" {
		return
	}
	if len(k.c.path) == 1 && slices.Contains(append(slices.Clone(k.c.names), following(k.d.text, k.end)...), "for_each") {
		k.each()
	}
	names := slices.DeleteFunc(k.d.declarations(), func(n declared) bool {
		return top == "locals" && n.root == "local" && n.name == k.c.head
	})
	for _, n := range names {
		switch {
		case len(k.c.steps) == 1 && k.c.steps[0] == n.root:
			k.add(n.name, kindVariable, n.detail, "", n.name, plainText)
		case len(k.c.steps) == 0:
			k.add(n.root+"."+n.name, kindVariable, n.detail, "", n.root+"."+n.name, plainText)
		}
	}
}
