package spec

import (
	"cmp"
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
	places    []hcl.Range     // apart from each other, of expressions that read a sensitive variable, or a local made of one
	texts     map[string]bool // as messages may show them
	ordered   []string        // texts, the longest first, once hiding has begun
	addresses bool            // one of them is an address or a range: its neighbours tell it too
}

const (
	hidden = "(sensitive)"
	// leastHidden is the length of the shortest text that is hidden, bytes. A shorter one is a part of any sentence.
	leastHidden = 3
	// alone is the length up to which a text is hidden only where it stands by itself: 101 is not hidden in 10101.
	alone = 5
	// mostHidden bounds how many texts are looked for; where there are more, no detail is shown at all.
	mostHidden = 1000
)

// Hide takes everything sensitive out of diagnostics. What is wrong at an expression that reads a sensitive variable is said in the words
// of its rule alone, one of the catalog; elsewhere the values are struck out.
func (s *Secrets) Hide(diags hcl.Diagnostics, catalog []*rule.Rule) {
	if s == nil {
		return
	}
	fixes := map[string]string{}
	for _, r := range catalog {
		fixes[r.ID] = r.Fix
	}
	slices.SortFunc(s.places, func(a, b hcl.Range) int { return a.Start.Byte - b.Start.Byte })
	for _, d := range diags {
		d.Expression, d.EvalContext = nil, nil
		if len(s.texts) > mostHidden || s.reads(d.Subject) {
			d.Detail = strings.TrimSpace("A sensitive variable is read here, so neither the value nor what is wrong with it is shown. " + fixes[rule.ID(d)])
		} else {
			d.Detail = s.strike(d.Detail)
		}
		if reason, waived := rule.WaiverReason(d); waived {
			*d = *rule.Waive(d, s.strike(reason))
		}
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

// strike puts a mark in place of every sensitive text.
func (s *Secrets) strike(text string) string {
	if s.ordered == nil {
		for t := range s.texts {
			s.ordered = append(s.ordered, t)
		}
		slices.SortFunc(s.ordered, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	}
	if s.addresses {
		text = addressLike.ReplaceAllStringFunc(text, func(word string) string {
			if isAddress(word) {
				return hidden
			}
			return word
		})
	}
	for _, secret := range s.ordered {
		text = replaced(text, secret)
		// a message may show the beginning alone, and then "…"
		for at := len(text); at > 0; {
			if at = strings.LastIndex(text[:at], "…"); at < 0 {
				break
			}
			for n := min(len(secret)-1, at); n >= leastHidden; n-- {
				if strings.HasSuffix(text[:at], secret[:n]) {
					text = text[:at-n] + hidden + text[at:]
					at -= n
					break
				}
			}
		}
	}
	return text
}

func replaced(text, secret string) string {
	if len(secret) > alone {
		return strings.ReplaceAll(text, secret, hidden)
	}
	var out strings.Builder
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for {
		at := strings.Index(text, secret)
		if at < 0 {
			return out.String() + text
		}
		before, _ := utf8.DecodeLastRuneInString(out.String() + text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(secret):])
		out.WriteString(text[:at])
		if word(before) || word(after) {
			out.WriteString(secret)
		} else {
			out.WriteString(hidden)
		}
		text = text[at+len(secret):]
	}
}

func isAddress(word string) bool {
	if _, err := netip.ParseAddrPort(word); err == nil {
		return true
	}
	word, _, _ = strings.Cut(strings.Trim(word, "[]"), "/")
	_, err := netip.ParseAddr(word)
	return err == nil
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
		for _, part := range []string{u.User.Username(), password, u.Host, u.Hostname(), strings.TrimRight(u.Host+u.Path, "/"), strings.TrimRight(text, "/")} {
			s.add(part)
		}
	}
}

func (s *Secrets) add(text string) {
	if len(text) >= leastHidden && len(s.texts) <= mostHidden {
		s.texts[text] = true
		s.addresses = s.addresses || isAddress(text)
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
