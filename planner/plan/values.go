package plan

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

// The shapes of text values. They are narrower than upstream's if a wider one would need quoting in a file that we write.
var (
	labelPattern      = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	qualifiedPattern  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$`)
	digitsPattern     = regexp.MustCompile(`^[0-9]+$`)
	fieldPattern      = regexp.MustCompile(`^[a-z][a-z0-9]*[A-Z][A-Za-z0-9]*$`) // maxPods
	flagPattern       = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	gatePattern       = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	pathPattern       = regexp.MustCompile(`^/[A-Za-z0-9._/@+-]*$`)
	interfacePattern  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.@+=-]*$`)
	userPattern       = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,31}$`)
	osPattern         = regexp.MustCompile(`^([a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*)(?:-([0-9][0-9a-z.]*))?$`)
	instancePattern   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	sizePattern       = regexp.MustCompile(`^([0-9]+)(Ki|Mi|Gi|Ti|k|M|G|T|)$`)
	repositoryPattern = regexp.MustCompile(`^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$`)
	sha256Pattern     = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	checksumPattern   = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`)
	imagePattern      = regexp.MustCompile(
		`^[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,` +
			`127}(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$`)
	mirrorPathPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*(/[A-Za-z0-9][A-Za-z0-9._+-]*)+$`)
)

// fail reports that a rule is broken at a place.
func (r *resolver) fail(broken *rule.Rule, at hcl.Range, format string, args ...any) {
	r.diags = append(r.diags, broken.Diagnostic(at, fmt.Sprintf(format, args...)))
}

// unprintable names the first character of s that is not allowed in a line of text, "" if there is none.
func unprintable(s string) string {
	if !utf8.ValidString(s) {
		return "bytes that are not UTF-8"
	}
	for _, c := range s {
		switch {
		case c == '\n' || c == '\r':
			return "a line break"
		case unicode.IsControl(c), unicode.In(c, unicode.Zl, unicode.Zp, unicode.Cf):
			return fmt.Sprintf("the invisible character U+%04X", c)
		}
	}
	return ""
}

// choice reads one of a fixed set of words. aliases maps other names to ours.
func (r *resolver) choice(broken *rule.Rule, at hcl.Range, what, word string, known []string, aliases map[string]string) string {
	if slices.Contains(known, word) {
		return word
	}
	hint := spelling.DidYouMean(word, known)
	if ours, ok := aliases[strings.ToLower(word)]; ok {
		hint = fmt.Sprintf(" Here it is called %q.", ours)
	}
	r.fail(broken, at, "%q is not a valid %s.%s It must be one of %s.", spelling.Excerpt(word), what, hint, strings.Join(known, ", "))
	return ""
}

func (r *resolver) number(src *spec.Source, attr string, n *int, least, most int) int {
	if n == nil {
		return 0
	}
	if *n < least || *n > most {
		r.fail(outOfRange, src.Attr(attr), "%s is %d. It takes an integer from %d to %d.", attr, *n, least, most)
		return 0
	}
	return *n
}

func (r *resolver) address(src *spec.Source, attr string, s *string) netip.Addr {
	if s == nil {
		return netip.Addr{}
	}
	a, problem := parseAddress(*s)
	if problem != "" {
		r.fail(invalidAddress, src.Attr(attr), "%s is %q: %s", attr, spelling.Excerpt(*s), problem)
	}
	return a
}

// parseAddress parses an address; the problem is a sentence that says what to write instead.
func parseAddress(s string) (netip.Addr, string) {
	a, err := netip.ParseAddr(s)
	switch {
	case err == nil && a.Zone() != "":
		return netip.Addr{}, "an address with a zone holds on one host only. Leave out the part from % on."
	case err == nil && a.Is4In6():
		return netip.Addr{}, fmt.Sprintf("this is an IPv4 address in IPv6 form. Write %q.", a.Unmap().String())
	case err == nil:
		return a, ""
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return netip.Addr{}, fmt.Sprintf("this must be one address, not a range. Write %q.", p.Addr().String())
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return netip.Addr{}, fmt.Sprintf("the address must have no port. Write %q.", a.Addr().String())
	}
	if plain := withoutLeadingZeros(s); plain != s {
		if _, err := netip.ParseAddr(plain); err == nil {
			return netip.Addr{}, fmt.Sprintf("leading zeros are octal to some programs and refused by others. "+
				"Write %q if the numbers are decimal.", plain)
		}
	}
	return netip.Addr{}, `this is not an IPv4 or IPv6 address. Write an address such as "10.0.0.31".`
}

func withoutLeadingZeros(s string) string {
	parts := strings.Split(s, ".")
	for i, p := range parts {
		if t := strings.TrimLeft(p, "0"); t != "" || p == "" {
			parts[i] = t
		} else {
			parts[i] = "0"
		}
	}
	return strings.Join(parts, ".")
}

func (r *resolver) prefixes(src *spec.Source, attr string, written []string) []netip.Prefix {
	var prefixes []netip.Prefix
	for i, s := range written {
		at := src.Element(attr, i)
		p, err := netip.ParsePrefix(s)
		switch {
		case err != nil:
			hint := `Write a range such as "10.244.0.0/16".`
			if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
				hint = "It is a single address; a range has a slash and the length of its prefix."
			}
			r.fail(invalidCIDR, at, "%s holds %q, which is no range of addresses. %s", attr, spelling.Excerpt(s), hint)
		case p.Addr().Is4In6():
			r.fail(invalidCIDR, at, "%s holds %q, an IPv4 range in IPv6 form. Write it in IPv4 form.", attr, spelling.Excerpt(s))
		case p != p.Masked():
			r.fail(invalidCIDR, at, "%s holds %q, whose address is not the first of the range. Write %q.", attr, s, p.Masked().String())
		default:
			prefixes = append(prefixes, p)
		}
	}
	return prefixes
}

// families reads the ranges of pods or Services: one, or one per family.
func (r *resolver) families(src *spec.Source, attr string, written []string) []netip.Prefix {
	if written != nil && len(written) == 0 {
		r.fail(subnetFamilies, src.Attr(attr), "%s holds no range. Leave it out, and a private range is chosen; "+
			"or write one, or one of each family.", attr)
	}
	prefixes := r.prefixes(src, attr, written)
	if len(prefixes) != len(written) {
		return nil
	}
	if len(prefixes) > 2 || len(prefixes) == 2 && prefixes[0].Addr().Is4() == prefixes[1].Addr().Is4() {
		r.fail(subnetFamilies, src.Attr(attr), "%s holds %s. Kubernetes takes one range, or one IPv4 and one IPv6 range.", attr,
			strings.Join(written, ", "))
		return nil
	}
	return prefixes
}

// release reads a version of three numbers and returns it without v.
func (r *resolver) release(src *spec.Source, attr, of string, s *string) string {
	if s == nil {
		return ""
	}
	v, ok := ParseVersion(*s)
	if !ok {
		r.fail(invalidVersion, src.Attr(attr), "%s is %q. A release of %s has three numbers without leading zeros, such as %q.", attr,
			spelling.Excerpt(*s), of, "1.2.3")
		return ""
	}
	return v.String()
}

func (r *resolver) duration(src *spec.Source, attr string, s *string) time.Duration {
	if s == nil {
		return 0
	}
	d, err := time.ParseDuration(*s)
	if err != nil || d <= 0 {
		r.fail(invalidDuration, src.Attr(attr),
			`%s is %q. A duration is a positive number with a unit (ms, s, m, h), such as "8760h" for a year.`, attr, spelling.Excerpt(*s))
		return 0
	}
	return d
}

func (r *resolver) size(src *spec.Source, attr string, s *string) int64 {
	if s == nil {
		return 0
	}
	n, ok := ParseSize(*s)
	if !ok {
		r.fail(invalidSize, src.Attr(attr),
			`%s is %q. A size is an integer above 0 with a unit (Ki, Mi, Gi, Ti, or k, M, G, T), such as "8Gi".%s`, attr,
			spelling.Excerpt(*s), meantSize(*s))
		return 0
	}
	if n < 1<<20 {
		r.fail(invalidSize, src.Attr(attr), `%s is %q, which is %s. Write a unit (Ki, Mi, Gi, Ti, or k, M, G, T), such as "8Gi".%s`,
			attr, spelling.Excerpt(*s), spelling.Quantity(int(n), "byte", "bytes"), meantSize(*s))
		return 0
	}
	return n
}

// meantSize suggests the intended size if the unit has another spelling: 16GB, 16 gi, 16g, 16.
func meantSize(s string) string {
	digits := strings.TrimRight(strings.ToLower(strings.ReplaceAll(s, " ", "")), "abcdefghijklmnopqrstuvwxyz")
	unit := strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(s, " ", "")), digits)
	letter, ok := map[string]string{
		"": "Gi", "g": "Gi", "gi": "Gi", "gb": "Gi", "gib": "Gi", "gig": "Gi", "gigs": "Gi", "m": "Mi", "mi": "Mi", "mb": "Mi", "mib": "Mi",
		"t": "Ti", "ti": "Ti", "tb": "Ti", "tib": "Ti",
	}[unit]
	if n, err := strconv.Atoi(digits); err != nil || n <= 0 || n > 100_000 || !ok {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", digits+letter)
}

// ParseSize parses a size as topologies write it, in bytes: an integer above 0 with an optional unit.
func ParseSize(s string) (int64, bool) {
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	unit := map[string]int64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30,
		"Ti": 1 << 40}[m[2]]
	if err != nil || n <= 0 || n > math.MaxInt64/unit {
		return 0, false
	}
	return n * unit, true
}

// dotted reads the name of a cluster or a node: DNS labels separated by dots, at most 63 characters in total, because names become label
// values.
func (r *resolver) dotted(at hcl.Range, what, s string) bool {
	if len(s) > 63 || !domain(s) {
		return r.name(at, what, s, 63)
	}
	return true
}

// name reads a DNS label that names a cluster, a node, or a pool. most is the maximum length.
func (r *resolver) name(at hcl.Range, what, s string, most int) bool {
	problem := ""
	switch {
	case s == "":
		problem = "a name is not empty"
	case len(s) > most:
		problem = fmt.Sprintf("it has %d characters, and %d fit", len(s), most)
	case !labelPattern.MatchString(s):
		problem = "a name holds lower-case letters, digits, and hyphens, with a letter or digit at both ends"
		if what == "node" || what == "cluster" {
			problem += "; dots separate such parts"
		}
	default:
		return true
	}
	r.fail(invalidName, at, "%q cannot be the name of a %s: %s.", spelling.Excerpt(s), what, problem)
	return false
}

// domain reports whether s is a DNS name of lower-case labels.
func domain(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if len(label) > 63 || !labelPattern.MatchString(label) {
			return false
		}
	}
	return true
}

// isHost reports whether s is an address or a DNS name. A malformed IPv4 address ("10.0.0.300") does not count as a name.
func isHost(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Zone() == "" && !a.Is4In6()
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	return domain(s) && !digitsPattern.MatchString(last)
}

// CanNameNode reports whether s is a valid node name: a DNS name of lower-case labels.
func CanNameNode(s string) bool { return domain(s) }

func (r *resolver) host(src *spec.Source, attr string, s *string) string {
	if s == nil {
		return ""
	}
	if !isHost(*s) {
		r.fail(invalidHost, src.Attr(attr), "%s is %q, which is neither an address nor a DNS name in lower case.", attr,
			spelling.Excerpt(*s))
		return ""
	}
	return *s
}

// hostPort splits host[:port], [v6]:port, or a bare v6 address; port is 0 if there is none.
func hostPort(s string) (host string, port int, ok bool) {
	host = s
	if _, err := netip.ParseAddr(s); err != nil && strings.ContainsAny(s, ":[]") {
		h, p, err := net.SplitHostPort(s)
		if err != nil {
			return "", 0, false
		}
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != p {
			return "", 0, false
		}
		if host, port = h, n; strings.HasPrefix(s, "[") != strings.Contains(h, ":") {
			return "", 0, false // brackets are only for IPv6 addresses
		}
	}
	return host, port, isHost(host)
}

// address of the web; path "" or a path without a trailing slash. The message never repeats the URL: it may hold a password.
func (r *resolver) url(at hcl.Range, what, s string) string {
	u, err := url.Parse(s)
	problem := ""
	switch {
	case unprintable(s) != "":
		problem = "holds " + unprintable(s)
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Opaque != "":
		problem = "is no http or https URL"
	case u.User != nil:
		problem = "carries a user name or password, which would end up in generated files"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(s, "#"):
		problem = "has a query or a fragment, and no path can be appended to it"
	case !validAuthority(u.Host):
		problem = "names no valid host and port"
	case strings.ContainsAny(s, " \"'`\\$;|&<>{}") || strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII }) ||
		strings.Contains(u.Path, ".."):
		problem = "holds characters that have their own meaning in configuration files"
	default:
		return strings.TrimRight(s, "/")
	}
	example := "https://mirror.example.com:8000"
	if host, path, _ := strings.Cut(s, "/"); !strings.Contains(s, "@") && validAuthority(host) && webPath.MatchString(path) {
		r.fail(invalidURL, at, "%s has no scheme. Write %q.", what, "https://"+s)
		return ""
	}
	r.fail(invalidURL, at, `%s %s. Write one such as %q.`, what, problem, example)
	return ""
}

// webPath matches a path that cannot contain a secret or special characters.
var webPath = regexp.MustCompile(`^[a-z0-9/._-]{0,64}$`)

func validAuthority(s string) bool {
	host, _, ok := hostPort(s)
	if !ok { // a bracketed IPv6 address without a port
		inner := strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
		a, err := netip.ParseAddr(inner)
		return err == nil && a.Is6() && "["+inner+"]" == s && a.Zone() == ""
	}
	return host != ""
}

func (r *resolver) webAddress(src *spec.Source, attr string, s *string) string {
	if s == nil {
		return ""
	}
	return r.url(src.Attr(attr), attr, *s)
}

func (r *resolver) path(src *spec.Source, attr string, s *string) string {
	if s == nil {
		return ""
	}
	if !pathPattern.MatchString(*s) || path.Clean(*s) != *s || *s == "/" {
		r.fail(invalidPath, src.Attr(attr), "%s is %q. It must be an absolute path of letters, digits, and . _ @ + -, without .. "+
			"and without a slash at its end.", attr, spelling.Excerpt(*s))
		return ""
	}
	return *s
}

// match reads text of a fixed shape; like describes the shape.
func (r *resolver) match(src *spec.Source, attr string, s *string, shape *regexp.Regexp, like string) string {
	if s == nil {
		return ""
	}
	if !shape.MatchString(*s) {
		r.fail(invalidText, src.Attr(attr), "%s is %q. %s", attr, spelling.Excerpt(*s), like)
		return ""
	}
	return *s
}

func (r *resolver) networkInterface(src *spec.Source, s *string) string {
	return r.match(src, "interface", s, interfacePattern, `A network interface has letters, digits and . _ @ + -, such as "eth1".`)
}

// args reads the flags of a component, sorted by name.
func (r *resolver) args(src *spec.Source, attr string, written map[string][]string) []Arg {
	var args []Arg
	for _, name := range slices.Sorted(maps.Keys(written)) {
		switch bare := strings.TrimLeft(name, "-"); {
		case bare != name && flagPattern.MatchString(bare):
			r.fail(invalidFlag, src.Key(attr, name), "The flag %q is written with its dashes. Write %q.", spelling.Excerpt(name), bare)
			continue
		case strings.Contains(name, "_") && flagPattern.MatchString(strings.ReplaceAll(name, "_", "-")):
			r.fail(invalidFlag, src.Key(attr, name), "The flag %q is written with underscores. Write %q.", spelling.Excerpt(name),
				strings.ReplaceAll(name, "_", "-"))
			continue
		case fieldPattern.MatchString(name):
			r.fail(invalidFlag, src.Key(attr, name), "%q is not the name of a flag, but looks like a field of a configuration file. "+
				"Write it in config of kubelet or kube_proxy, or as the flag: lower-case words joined by hyphens.", spelling.Excerpt(name))
			continue
		case strings.Contains(name, "=") && flagPattern.MatchString(name[:strings.Index(name, "=")]):
			flag, value, _ := strings.Cut(name, "=")
			r.fail(invalidFlag, src.Key(attr, name), "%q has the flag's value in its name. Write %q = %q.", spelling.Excerpt(name), flag,
				spelling.Excerpt(value))
			continue
		case !flagPattern.MatchString(name):
			r.fail(invalidFlag, src.Key(attr, name),
				"%q is not the name of a flag. Names are lower-case words joined by hyphens.", spelling.Excerpt(name))
			continue
		}
		for _, value := range written[name] {
			if problem := unprintable(value); problem != "" {
				r.fail(invalidFlag, src.Value(attr, name), "The value of %q holds %s. A flag's value is one line of text.", name, problem)
				break
			}
			args = append(args, Arg{name, value})
		}
	}
	return args
}

// kubeletArgs reads kubelet flags. kubeadm writes them to one line of an environment file, unquoted, and systemd splits the line at blanks.
// Source: k8s.io/kubernetes cmd/kubeadm/app/phases/kubelet/flags.go
func (r *resolver) kubeletArgs(src *spec.Source, attr string, written map[string][]string) []Arg {
	args := r.args(src, attr, written)
	for _, a := range args {
		if i := strings.IndexAny(a.Value, " \"'\\$"); i >= 0 {
			r.fail(invalidFlag, src.Value(attr, a.Name), "The value of %q holds %q. kubeadm hands a kubelet its flags on one line without "+
				"quotes, where that would end or change the value.", a.Name, a.Value[i:i+1])
		}
	}
	return args
}

// qualified reports whether s is a qualified name: [dns-name/]name. Source: k8s.io/apimachinery pkg/util/validation, IsQualifiedName
func qualified(s string) bool {
	prefix, name, found := strings.Cut(s, "/")
	if !found {
		name = s
	} else if !domain(prefix) {
		return false
	}
	return len(name) <= 63 && qualifiedPattern.MatchString(name)
}

// labelValue reports whether s is a valid label value. Source: k8s.io/apimachinery pkg/util/validation, IsValidLabelValue
func labelValue(s string) bool { return s == "" || len(s) <= 63 && qualifiedPattern.MatchString(s) }

// labels checks labels, or annotations, whose values are any text on one line.
func (r *resolver) labels(src *spec.Source, attr string, written map[string]string) map[string]string {
	for _, key := range slices.Sorted(maps.Keys(written)) {
		value := written[key]
		switch {
		case !qualified(key):
			r.fail(invalidLabel, src.Key(attr, key),
				"%q is not a valid key. A key is a name of at most 63 letters, digits, and . _ -, with an optional "+
					"DNS name and a slash before it.", spelling.Excerpt(key))
		case attr == "labels" && !labelValue(value):
			r.fail(invalidLabel, src.Value(attr, key),
				"The label %q has the value %q. A value has at most 63 letters, digits and . _ -, with "+
					"a letter or digit at both ends.", key, spelling.Excerpt(value))
		case unprintable(value) != "":
			r.fail(invalidLabel, src.Value(attr, key), "The value of %q holds %s. It must be one line of text.", key, unprintable(value))
		}
	}
	return written
}

// taints checks keys and values; spec.Load already accepts only Kubernetes' three effects.
func (r *resolver) taints(written []*spec.Taint) []Taint {
	var taints []Taint
	for _, t := range written {
		switch {
		case !qualified(t.Key):
			r.fail(invalidTaint, t.Attr("key"),
				"%q is not a valid taint key. A key is a name of at most 63 letters, digits, and . _ -, with an "+
					"optional DNS name and a slash before it.", spelling.Excerpt(t.Key))
		case !labelValue(t.Value):
			r.fail(invalidTaint, t.Attr("value"), "%q is no value of a taint: at most 63 letters, digits and . _ -, "+
				"with a letter or digit at both ends.", spelling.Excerpt(t.Value))
		default:
			taints = append(taints, Taint{Source: t.Source, Key: t.Key, Value: t.Value, Effect: t.Effect})
		}
	}
	// A set: changing the order in the file must not change a host.
	slices.SortStableFunc(taints, func(a, b Taint) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Effect, b.Effect), strings.Compare(a.Value, b.Value))
	})
	return taints
}

// text returns the string, "" for nil.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
