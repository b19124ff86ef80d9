package spec

import (
	"bytes"
	"cmp"
	"html"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/rule"
)

// Secrets is what must not be shown of sensitive variables: their values, values derived from them, and where expressions read them. A nil
// Secrets belongs to a file without sensitive variables.
type Secrets struct {
	places   []hcl.Range // disjoint ranges of expressions that read a sensitive variable, or a local derived from one
	texts    map[string]bool
	networks map[netip.Prefix]bool // the networks of secret addresses and ranges: a nearby address reveals them too
}

func newSecrets() *Secrets {
	return &Secrets{texts: map[string]bool{}, networks: map[netip.Prefix]bool{}}
}

const (
	// leastHidden is the length in bytes of the shortest text that is hidden. Shorter texts occur in any sentence.
	leastHidden = 3
	// alone is the length up to which a text is matched only as a separate word: 10101 does not reveal 101.
	alone = 5
	// mostHidden limits the number of texts to search for; if there are more, no details are shown at all.
	mostHidden = 1000
)

// Hide removes everything sensitive from diagnostics. A problem at an expression that reads a sensitive variable, or whose text would
// reveal a value, is described only in the words of its rule from the catalog: a redacted sentence would still reveal what was removed.
func (s *Secrets) Hide(diags hcl.Diagnostics, catalog []*rule.Rule) {
	if s == nil {
		return
	}
	fixes, discreet := map[string]string{}, map[string]bool{}
	for _, r := range catalog {
		fixes[r.ID], discreet[r.ID] = r.Fix, r.Discreet
	}
	slices.SortFunc(s.places, func(a, b hcl.Range) int { return a.Start.Byte - b.Start.Byte })
	for _, d := range diags {
		d.Expression, d.EvalContext = nil, nil
		switch {
		case discreet[rule.ID(d)] && !s.told(d.Detail):
		case s.reads(d.Subject):
			d.Detail = strings.TrimSpace("A sensitive variable is used here, so neither the value nor the problem is shown. " +
				fixes[rule.ID(d)])
		case s.told(d.Detail):
			d.Detail = strings.TrimSpace("The problem is not shown, because it might reveal the value of a sensitive variable. " +
				fixes[rule.ID(d)])
		}
		if reason, waived := rule.WaiverReason(d); waived && s.told(reason) {
			*d = *rule.Waive(d, "(sensitive)")
		}
	}
}

// Sensitive reports whether a value must not be shown: an expression that reads a sensitive variable produced it, or it contains a
// sensitive text. Unlike Hide, it accepts addresses near a sensitive one, because a design is full of them.
func (s *Secrets) Sensitive(at hcl.Range, texts ...string) bool {
	if s == nil {
		return false
	}
	for _, p := range s.places {
		if p.Filename == at.Filename && p.Start.Byte < at.End.Byte && at.Start.Byte < p.End.Byte {
			return true
		}
	}
	for _, text := range texts {
		for secret := range s.texts {
			if holds(text, secret) {
				return true
			}
		}
	}
	return false
}

// Read reports whether an expression reads a sensitive variable.
func (s *Secrets) Read() bool { return s != nil && len(s.places) > 0 }

// Redact replaces every text of a sensitive variable with "(sensitive)": as written, in JSON, and in HTML. Like Sensitive, it keeps
// addresses near a sensitive one.
func (s *Secrets) Redact(text []byte) []byte {
	if s == nil {
		return text
	}
	var all []string
	for secret := range s.texts {
		all = append(all, secret)
		if escaped := html.EscapeString(secret); escaped != secret {
			all = append(all, escaped)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }) // longer texts before their parts
	for _, secret := range all {
		text = redacted(text, secret)
	}
	return text
}

// redacted keeps a text that is a JSON number on its own: removing it would make the document invalid.
func redacted(text []byte, secret string) []byte {
	var out []byte
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for {
		at := bytes.Index(text, []byte(secret))
		if at < 0 {
			return append(out, text...)
		}
		before, _ := utf8.DecodeLastRune(text[:at])
		after, _ := utf8.DecodeRune(text[at+len(secret):])
		out = append(out, text[:at]...)
		if len(secret) > alone || !word(before) && !word(after) && !(before == ' ' && (after == ',' || after == '\n')) {
			out = append(out, "(sensitive)"...)
		} else {
			out = append(out, secret...)
		}
		text = text[at+len(secret):]
	}
}

// reads reports whether a range overlaps one of the places.
func (s *Secrets) reads(at *hcl.Range) bool {
	if at == nil {
		return false
	}
	i, _ := slices.BinarySearchFunc(s.places, at.Start.Byte, func(p hcl.Range, start int) int { return cmp.Compare(p.End.Byte, start+1) })
	return i < len(s.places) && s.places[i].Start.Byte < at.End.Byte
}

// addressLike matches a possible address, range, or address with a port.
var addressLike = regexp.MustCompile(`\[?[0-9A-Fa-f]*(?:[.:][0-9A-Fa-f.:]*(?:[0-9A-Fa-f]|::)|::)\]?(?::[0-9]+|/[0-9]+)?`)

// told reports whether a text reveals a sensitive one: it contains one, the beginning of one before "…", or an address near one.
func (s *Secrets) told(text string) bool {
	if len(s.texts) > mostHidden {
		return true
	}
	if len(s.networks) > 0 {
		for _, word := range addressLike.FindAllString(text, -1) {
			near, ok := around(word)
			for secret := range s.networks {
				if ok && near.Overlaps(secret) {
					return true
				}
			}
		}
	}
	for secret := range s.texts {
		if holds(text, secret) {
			return true
		}
		for before := text; ; {
			at := strings.LastIndex(before, "…")
			if at < 0 {
				break
			}
			before = before[:at]
			for n := min(len(secret)-1, at); n >= leastHidden; n-- {
				if strings.HasSuffix(before, secret[:n]) {
					return true
				}
			}
		}
	}
	return false
}

// holds reports whether a text contains a secret; a short secret must be a separate word.
func holds(text, secret string) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for from := 0; ; {
		at := strings.Index(text[from:], secret)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(secret):])
		if len(secret) > alone || !word(before) && !word(after) {
			return true
		}
		from = at + len(secret)
	}
}

// around is the network of an address, an address with a port, or a range, wide enough to cover what a design derives from it.
func around(word string) (netip.Prefix, bool) {
	var addr netip.Addr
	bits := 128
	if with, err := netip.ParseAddrPort(word); err == nil {
		addr = with.Addr()
	} else {
		host, length, _ := strings.Cut(word, "/")
		if addr, err = netip.ParseAddr(strings.Trim(host, "[]")); err != nil {
			return netip.Prefix{}, false
		}
		if n, err := strconv.Atoi(length); err == nil {
			bits = max(0, n)
		}
	}
	addr = addr.Unmap().WithZone("")
	widest := 64
	if addr.Is4() {
		widest = 16
	}
	p, err := addr.Prefix(min(bits, widest))
	return p, err == nil
}

// keep records the texts of a value and of its elements, and the parts of URLs among them.
func (s *Secrets) keep(v cty.Value) {
	if v == cty.NilVal {
		return
	}
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		switch {
		case !v.IsKnown() || v.IsNull():
		case v.Type() == cty.String:
			s.keepText(v.AsString())
		case v.Type() == cty.Number && sensible(v):
			s.add(v.AsBigFloat().Text('f', -1))
		}
		return true, nil
	})
}

func (s *Secrets) keepText(text string) {
	s.add(text)
	s.add(strings.TrimSpace(text))
	if quoted := strconv.Quote(text); len(text) < 1<<16 {
		s.add(quoted[1 : len(quoted)-1]) // as %q prints it
	}
	web := text
	if !strings.Contains(web, "://") {
		web = "//" + web
	}
	if u, err := url.Parse(web); err == nil && u.Host != "" {
		password, _ := u.User.Password()
		for _, part := range []string{u.User.Username(), password, u.Host, u.Hostname(), strings.TrimRight(u.Host+u.Path, "/"),
			strings.TrimRight(text, "/")} {
			s.add(part)
		}
	}
}

func (s *Secrets) add(text string) {
	if len(text) >= leastHidden && len(s.texts) <= mostHidden {
		s.texts[text] = true
		if network, ok := around(text); ok {
			s.networks[network] = true
		}
	}
}

// secretly reports whether an expression reads a sensitive variable or a local derived from one.
func (l *loader) secretly(expr hclsyntax.Expression) bool {
	if l.secrets == nil {
		return false
	}
	return slices.ContainsFunc(expr.Variables(), func(t hcl.Traversal) bool {
		declared := l.names.variables
		if t.RootName() == "local" {
			declared = l.names.locals
		}
		id, ok := member(t)
		return !ok || declared[id] != nil && declared[id].secret
	})
}
