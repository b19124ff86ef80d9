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

// Secrets is what must not be told of sensitive variables: their values, what expressions make of them, and where they do. A nil Secrets
// is that of a file without sensitive variables.
type Secrets struct {
	places   []hcl.Range // apart from each other, of expressions that read a sensitive variable, or a local made of one
	texts    map[string]bool
	networks map[netip.Prefix]bool // around the addresses and ranges among the texts: a neighbor tells them too
}

func newSecrets() *Secrets {
	return &Secrets{texts: map[string]bool{}, networks: map[netip.Prefix]bool{}}
}

const (
	// leastHidden is the length of the shortest text that is hidden, bytes. A shorter one is a part of any sentence.
	leastHidden = 3
	// alone is the length up to which a text is looked for only where it is by itself: 10101 does not tell 101.
	alone = 5
	// mostHidden bounds how many texts are looked for; where there are more, no detail is shown at all.
	mostHidden = 1000
)

// Hide takes everything sensitive out of diagnostics. What is wrong at an expression that reads a sensitive variable, or would tell a
// value, is said in the words of its rule alone, one of the catalog: a sentence with a hole in it would tell what was there.
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
			d.Detail = strings.TrimSpace("A sensitive variable is read here, so neither the value nor what is wrong with it is shown. " +
				fixes[rule.ID(d)])
		case s.told(d.Detail):
			d.Detail = strings.TrimSpace("What is wrong here is not shown: it might tell the value of a sensitive variable. " +
				fixes[rule.ID(d)])
		}
		if reason, waived := rule.WaiverReason(d); waived && s.told(reason) {
			*d = *rule.Waive(d, "(sensitive)")
		}
	}
}

// Sensitive reports whether a value must not be told: it was written by an expression that reads a sensitive variable, or it holds a
// text of one. An address near a sensitive one is told, which Hide does not do: a design is full of them.
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

// Redact puts "(sensitive)" in place of every text of a sensitive variable, as it is written, in JSON and in HTML. An address near one is
// told, as with Sensitive.
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
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }) // the whole before its parts
	for _, secret := range all {
		text = redacted(text, secret)
	}
	return text
}

// redacted leaves a number of JSON as it is where it is alone: without it the document would be unreadable.
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

// reads reports whether a range shares a character with one of the places.
func (s *Secrets) reads(at *hcl.Range) bool {
	if at == nil {
		return false
	}
	i, _ := slices.BinarySearchFunc(s.places, at.Start.Byte, func(p hcl.Range, start int) int { return cmp.Compare(p.End.Byte, start+1) })
	return i < len(s.places) && s.places[i].Start.Byte < at.End.Byte
}

// addressLike is what may be an address, a range, or an address with a port.
var addressLike = regexp.MustCompile(`\[?[0-9A-Fa-f]*(?:[.:][0-9A-Fa-f.:]*(?:[0-9A-Fa-f]|::)|::)\]?(?::[0-9]+|/[0-9]+)?`)

// told reports whether a text holds a sensitive one, the beginning of one before "…", or an address near one.
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

// holds reports whether a text holds a secret, a short one by itself.
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

// around is the network that an address, one with a port, or a range is in: wide enough for what a design counts from it.
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

// keep notes the texts of a value, those of its elements, and the parts of addresses of the web among them.
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
		s.add(quoted[1 : len(quoted)-1]) // as %q shows it
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

// secretly reports whether an expression reads a sensitive variable or a local made of one.
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
