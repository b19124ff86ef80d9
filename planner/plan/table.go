package plan

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Document is the facts about Kubernetes releases, as `k8splan facts -o json` prints them and --facts reads them.
type Document struct {
	Date    string   `json:"date"` // date of the facts
	Rows    []Row    `json:"versions"`
	Sources []Source `json:"sources"`
	// Systems and Targets are end-of-support dates: of operating systems, and of minors by vendors. If a document omits them, the program's
	// own apply.
	Systems []SystemEnd `json:"systems,omitempty"`
	Targets []TargetEnd `json:"targets,omitempty"`
}

// SystemEnd is the date of a system's last free updates.
type SystemEnd struct {
	System string `json:"system"` // as the language writes it: "ubuntu-24.04"
	Ends   string `json:"ends"`   // YYYY-MM-DD
}

// TargetEnd is the date on which a vendor's support of a minor ends.
type TargetEnd struct {
	Target string `json:"target"` // as the language writes it: "eks"
	Minor  string `json:"minor"`  // "1.35"
	Ends   string `json:"ends"`   // YYYY-MM-DD
}

// Row is the facts about one Kubernetes minor. Strings are "" if there is no data. Values that depend on the patch are those of the
// requested release, or of the newest; Steps has all of them. The last group follows from the version and is not read.
type Row struct {
	Minor        string   `json:"minor"`
	Newest       string   `json:"newest_patch_known"`
	SupportEnds  string   `json:"support_ends"`
	EtcdExternal string   `json:"etcd_external_default"`
	Pause        string   `json:"pause"`
	CRICtl       string   `json:"crictl"`
	Containerd   string   `json:"containerd_default"`
	Tested       []string `json:"containerd_tested_from"`
	CRIO         string   `json:"cri_o"`
	Kernel       string   `json:"kernel_oldest"`
	Calico       string   `json:"calico_default"`
	Steps        Steps    `json:"from_patch"`

	KubeadmAPI    string   `json:"kubeadm_api"`
	EtcdStacked   string   `json:"etcd_of_kubeadm"`
	EtcdFloor     string   `json:"etcd_external_oldest"`
	CoreDNS       string   `json:"coredns"`
	KernelRefuses bool     `json:"kernel_older_refused"` // otherwise a warning
	CgroupV2      bool     `json:"cgroup_v2_needed"`
	NFTables      bool     `json:"nftables_proxy_stable"`
	IPVS          bool     `json:"ipvs_proxy_deprecated"`
	GoneFlags     []string `json:"kubelet_flags_gone"` // flags that the previous minor still had
}

// Steps are the values that changed with a patch release, keyed by the first patch that has them.
type Steps struct {
	EtcdImage map[string]string `json:"etcd_image"`
	EtcdFloor map[string]string `json:"etcd_external_oldest"`
	CoreDNS   map[string]string `json:"coredns"`
}

// Source is where a kind of fact comes from, and the date on which it was read.
type Source struct {
	Facts string `json:"facts"`
	From  string `json:"from"`
	Read  string `json:"read_on"`
}

// Table is the facts about Kubernetes releases. Nil means this program's own table.
type Table struct {
	date    string
	minors  []minorFacts // oldest first, without gaps
	sources []Source
	systems map[string]string            // system end dates that override this program's
	targets map[string]map[string]string // end dates of minors by target, which override the target's facts
	kept    Version                      // the release that a cluster already has; see Keep
}

//go:embed facts.json
var ownFacts []byte

// own is this program's table.
var own = sync.OnceValue(func() *Table {
	t, err := ParseFacts(ownFacts)
	if err != nil {
		panic("facts.json: " + err.Error())
	}
	return t
})

func (t *Table) known() *Table {
	if t == nil {
		return own()
	}
	return t
}

// Kubernetes is a Kubernetes version together with a table of facts.
type Kubernetes struct {
	Version
	table *Table
}

// At returns a version with this table's facts.
func (t *Table) At(v Version) Kubernetes { return Kubernetes{v, t.known()} }

// Kubernetes is the cluster's version with its facts.
func (p *Plan) Kubernetes() Kubernetes { return p.Target.Facts.Table.At(p.Cluster.Version) }

// Date is the date of the facts, YYYY-MM-DD.
func (t *Table) Date() string { return t.known().date }

// Newest is the newest release that has facts, the default of a topology without a version.
func (t *Table) Newest() Version {
	_, newest := t.Minors()
	return newest
}

// Minors returns the oldest and the newest minor with facts, each as its newest known patch release.
func (t *Table) Minors() (oldest, newest Version) {
	all := t.known().minors
	first, last := all[0], all[len(all)-1]
	return Version{1, first.minor, first.newest}, Version{1, last.minor, last.newest}
}

// NewestEtcd is the newest known release of an etcd minor.
func (t *Table) NewestEtcd(minor int) (Version, bool) {
	oldest, newest := t.Minors()
	var best Version
	for m := oldest.Minor; m <= newest.Minor; m++ {
		if v, ok := ParseVersion(t.At(Version{Major: 1, Minor: m}).EtcdExternal()); ok && v.Minor == minor && best.Before(v) {
			best = v
		}
	}
	return best, !best.IsZero()
}

// EtcdOnTheWay is the etcd release that stacked members must run before an upgrade to this version moves them to the next etcd minor: the
// newest of the previous minor. It is "" if etcd is external, or if the facts know none.
func (p *Plan) EtcdOnTheWay() string {
	at, known := ParseVersion(p.Etcd.Version)
	if p.Etcd.IsExternal() || !known || at.Minor == 0 {
		return ""
	}
	if v, ok := p.Target.Facts.Table.NewestEtcd(at.Minor - 1); ok {
		return v.String()
	}
	return ""
}

// patched is the newest release of a minor, or the version itself if none is known.
func (t *Table) patched(v Version) Version {
	if patch, ok := t.At(v).NewestPatch(); ok {
		return patch
	}
	return v
}

// Keep returns the table for a cluster that was built with release v: a topology that gives only the minor stays at that release.
func (t *Table) Keep(v Version) *Table {
	kept := *t.known()
	kept.kept = v
	return &kept
}

// Document returns the whole table.
func (t *Table) Document() Document {
	d := Document{Date: t.Date(), Sources: t.known().sources, Systems: t.systemEnds()}
	oldest, newest := t.Minors()
	for m := oldest.Minor; m <= newest.Minor; m++ {
		row, _ := t.At(t.patched(Version{1, m, 0})).Facts()
		d.Rows = append(d.Rows, row)
	}
	return d
}

// Sources lists where the facts come from.
func (t *Table) Sources() []Source { return t.known().sources }

// Facts returns the row of the version's minor for that patch release; known is false if there is no data. For a minor that ended before
// the facts begin, the row only has the newest release and the end of support.
func (v Kubernetes) Facts() (row Row, known bool) {
	if m, ok := v.past(); ok {
		newest, _ := v.NewestPatch()
		return Row{Minor: v.MinorString(), Newest: newest.String(), SupportEnds: m.ended, Tested: []string{}, GoneFlags: []string{},
			Steps: Steps{EtcdImage: written(nil), EtcdFloor: written(nil), CoreDNS: written(nil)}}, true
	}
	f := v.facts()
	if f.minor == 0 {
		return Row{}, false
	}
	newest, _ := v.NewestPatch()
	floor, _ := v.EtcdFloor()
	row = Row{
		Minor: v.MinorString(), Newest: newest.String(), SupportEnds: f.supportEnds, KubeadmAPI: v.KubeadmAPI(),
		EtcdStacked: v.EtcdStacked(), EtcdFloor: floor.String(), EtcdExternal: v.EtcdExternal(), CoreDNS: v.CoreDNS(), Pause: v.Pause(),
		CRICtl:     v.CRICtl(),
		Containerd: v.Containerd(), CRIO: v.CRIO(), Kernel: f.kernel.MinorString(), KernelRefuses: !v.from(34), CgroupV2: v.NeedsCgroupV2(),
		NFTables: v.NFTablesProxy(), IPVS: v.IPVSDeprecated(), Calico: v.Calico(), Tested: []string{}, GoneFlags: []string{},
		Steps: Steps{EtcdImage: written(f.etcdImage), EtcdFloor: written(f.etcdFloor), CoreDNS: written(f.coreDNS)},
	}
	for _, t := range f.containerdTested {
		row.Tested = append(row.Tested, t.String())
	}
	for flag, minor := range goneKubeletFlags {
		if minor == f.minor {
			row.GoneFlags = append(row.GoneFlags, flag)
		}
	}
	slices.Sort(row.GoneFlags)
	return row, true
}

func written(steps []sincePatch) map[string]string {
	out := map[string]string{}
	for _, s := range steps {
		out[strconv.Itoa(s.patch)] = s.value
	}
	return out
}

// mostFacts is the maximum size of a document in bytes. This program's own is about 12 KB.
const mostFacts = 1 << 20

// tagPattern matches values that go into image names and URLs.
var tagPattern = regexp.MustCompile(`^v?[0-9][0-9A-Za-z.-]{0,60}$`)

// ParseFacts reads a document. It fails, and names the place, if anything is missing or has the wrong type: with a partial table, rules
// would work with inconsistent facts.
func ParseFacts(data []byte) (*Table, error) {
	if len(data) > mostFacts {
		return nil, fmt.Errorf("%d bytes, and facts have at most %d", len(data), mostFacts)
	}
	var d Document
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("not a document of `k8splan facts -o json`: %w", err)
	}
	if decoder.More() {
		return nil, fmt.Errorf("something follows the document")
	}
	if _, err := time.Parse(time.DateOnly, d.Date); err != nil {
		return nil, fmt.Errorf("date is %q, which is not a date: want YYYY-MM-DD", d.Date)
	}
	if len(d.Rows) == 0 {
		return nil, fmt.Errorf("versions is empty: want a row for each minor, as `k8splan facts -o json` without a VERSION prints them")
	}
	t := &Table{date: d.Date, sources: d.Sources}
	for i, row := range d.Rows {
		f, err := row.parse()
		if err != nil {
			return nil, fmt.Errorf("versions[%d] (%.20q): %w", i, row.Minor, err)
		}
		if i > 0 && f.minor != t.minors[i-1].minor+1 {
			return nil, fmt.Errorf("versions[%d]: 1.%d follows 1.%d: want every minor, the oldest first", i, f.minor, t.minors[i-1].minor)
		}
		t.minors = append(t.minors, f)
	}
	if err := t.parseEnds(d); err != nil {
		return nil, err
	}
	for i, s := range d.Sources {
		if problem := unprintable(s.Facts + s.From + s.Read); problem != "" {
			return nil, fmt.Errorf("sources[%d] holds %s", i, problem)
		}
	}
	return t, nil
}

// parse reads one row.
func (row Row) parse() (f minorFacts, err error) {
	minor, ok := ParseVersion(row.Minor + ".0")
	newest, ok2 := ParseVersion(row.Newest)
	if !ok || !ok2 || minor.Major != 1 || minor.Minor < firstMinor || newest.Major != 1 || newest.Minor != minor.Minor {
		return f, fmt.Errorf("minor is %.20q and newest_patch_known %.20q: want a minor from 1.%d on and one of its releases", row.Minor,
			row.Newest, firstMinor)
	}
	if _, err := time.Parse(time.DateOnly, row.SupportEnds); err != nil {
		return f, fmt.Errorf("support_ends is %.20q: want YYYY-MM-DD", row.SupportEnds)
	}
	kernel, ok := ParseVersion(row.Kernel + ".0")
	if !ok {
		return f, fmt.Errorf("kernel_oldest is %.20q: want two numbers", row.Kernel)
	}
	for _, v := range []struct{ name, value string }{{"etcd_external_default", row.EtcdExternal}, {"crictl", row.CRICtl},
		{"containerd_default", row.Containerd}, {"cri_o", row.CRIO}, {"calico_default", row.Calico}} {
		if _, ok := ParseVersion(v.value); !ok || strings.HasPrefix(v.value, "v") != (v.name == "calico_default") {
			return f, fmt.Errorf("%s is %.40q: want a version of three numbers, Calico's with v", v.name, v.value)
		}
	}
	if !tagPattern.MatchString(row.Pause) {
		return f, fmt.Errorf("pause is %.40q: want the tag of an image", row.Pause)
	}
	f = minorFacts{
		minor: minor.Minor, newest: newest.Patch, kernel: kernel, supportEnds: row.SupportEnds, etcd: row.EtcdExternal, pause: row.Pause,
		crictl: row.CRICtl, crio: row.CRIO, containerd: row.Containerd, calico: row.Calico,
	}
	for _, text := range row.Tested {
		v, ok := ParseVersion(text)
		if !ok {
			return f, fmt.Errorf("containerd_tested_from holds %.40q: want a version of three numbers", text)
		}
		f.containerdTested = append(f.containerdTested, v)
	}
	if len(f.containerdTested) == 0 {
		return f, fmt.Errorf("containerd_tested_from is empty")
	}
	for _, s := range []struct {
		name string
		from map[string]string
		into *[]sincePatch
	}{{"etcd_image", row.Steps.EtcdImage, &f.etcdImage}, {"etcd_external_oldest", row.Steps.EtcdFloor, &f.etcdFloor},
		{"coredns", row.Steps.CoreDNS, &f.coreDNS}} {
		if *s.into, err = parseSteps(s.from); err != nil {
			return f, fmt.Errorf("from_patch.%s: %w", s.name, err)
		}
	}
	for _, s := range f.etcdFloor {
		if _, ok := ParseVersion(s.value); !ok {
			return f, fmt.Errorf("from_patch.etcd_external_oldest holds %.40q: want a version of three numbers", s.value)
		}
	}
	return f, nil
}

// firstMinor is the first minor whose kubeadm supports the API version that we write.
const firstMinor = 31

func parseSteps(from map[string]string) ([]sincePatch, error) {
	var steps []sincePatch
	for key, value := range from {
		patch, err := strconv.Atoi(key)
		if err != nil || patch < 0 || strconv.Itoa(patch) != key || !tagPattern.MatchString(value) {
			return nil, fmt.Errorf("%.20q is %.40q: want the number of a patch release, and a version", key, value)
		}
		steps = append(steps, sincePatch{patch, value})
	}
	slices.SortFunc(steps, func(a, b sincePatch) int { return a.patch - b.patch })
	if len(steps) == 0 || steps[0].patch != 0 {
		return nil, fmt.Errorf("no value from patch 0 on")
	}
	return steps, nil
}
