package lsp

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/spec"
)

// place is the syntactic position of the cursor.
type place int

const (
	nowhere place = iota // a comment, a heredoc, a file that does not parse
	naming               // the name of an argument or a block
	labeling
	valuing
)

// cursor is a position in the file, found only by the tokens before it: what follows may not be written yet.
type cursor struct {
	place place
	path  []string // types of the enclosing blocks, outermost first
	block []string // the label of each, "" if there is none
	names []string // names in the innermost block before the cursor

	head     string   // for a label: the block's type; for a value: the argument's name
	word     string   // the typed part of the word, up to the cursor
	begin    int      // byte offset of the word, after an opening quote
	quoted   bool     // inside a string
	listed   bool     // inside brackets of the value
	keyed    bool     // inside braces of the value: a map
	inner    bool     // inside ${} or parentheses: part of an expression
	steps    []string // var.x: the names before the last dot, e.g. ["var"]
	siblings []string // elements of the list before the cursor
}

// frame is an open construct.
type frame struct {
	kind   frameKind
	typ    string // for a block
	label  string
	names  []string
	tokens []piece // since the last newline in a body, since the last separator elsewhere
	texts  []string
	begin  int // for a string: after the quote
	text   string
}

type frameKind int

const (
	inBody frameKind = iota
	inList
	inObject
	inParen
	inText
	inTemplate
	inHeredoc
)

// piece is the part of a token that the cursor needs.
type piece struct {
	typ        hclsyntax.TokenType
	text       string
	begin, end int
}

// mostRestarts limits the number of unclosed quotes: after each, the rest of the file is scanned again.
const mostRestarts = 64

// mostBytes limits the size of the file in which the cursor is looked up; the loader accepts no larger one.
const mostBytes = spec.MaxBytes

// find finds the cursor at an offset of the text.
func find(text string, offset int) cursor {
	if offset > mostBytes {
		return cursor{}
	}
	s := scanner{frames: []frame{{kind: inBody}}}
	src := []byte(text[:offset])
	for restarts := 0; ; restarts++ {
		if restarts > mostRestarts {
			return cursor{}
		}
		next, broken := s.walk(src)
		if !broken {
			break
		}
		s.from = next
	}
	return s.cursor(offset)
}

type scanner struct {
	from   int // byte offset where to continue
	frames []frame
	silent bool // the last token was a comment that may contain the cursor
}

func (s *scanner) top() *frame { return &s.frames[len(s.frames)-1] }

// walk reads tokens starting at s.from. A string broken by a newline counts as closed there, and the rest must be scanned again.
func (s *scanner) walk(src []byte) (next int, broken bool) {
	tokens, _ := hclsyntax.LexConfig(src[s.from:], "", hcl.Pos{Byte: s.from, Line: 1, Column: 1})
	for i, t := range tokens {
		if t.Type == hclsyntax.TokenEOF {
			continue
		}
		begin, end := t.Range.Start.Byte, t.Range.End.Byte
		top := s.top()
		s.silent = false
		switch t.Type {
		case hclsyntax.TokenComment:
			s.silent = len(t.Bytes) == 0 || t.Bytes[len(t.Bytes)-1] != '\n' && end == len(src)
			if !s.silent {
				s.newline(tokens[i+1:])
			}
		case hclsyntax.TokenNewline:
			s.newline(tokens[i+1:])
		case hclsyntax.TokenQuotedNewline:
			s.endText()
			s.newline(nil)
			return end, true
		case hclsyntax.TokenOQuote:
			s.frames = append(s.frames, frame{kind: inText, begin: end})
		case hclsyntax.TokenCQuote:
			s.endText()
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
			if top.kind == inText {
				if n := lineEnd(t.Bytes); n >= 0 { // the scanner lets some strings span lines
					top.text += string(t.Bytes[:n])
					s.endText()
					return begin + n, true
				}
				top.text += string(t.Bytes)
			}
		case hclsyntax.TokenOHeredoc:
			s.frames = append(s.frames, frame{kind: inHeredoc})
		case hclsyntax.TokenCHeredoc:
			s.pop(inHeredoc)
		case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			s.frames = append(s.frames, frame{kind: inTemplate})
		case hclsyntax.TokenTemplateSeqEnd:
			s.pop(inTemplate)
		case hclsyntax.TokenOBrack:
			s.push(frame{kind: inList}, t)
		case hclsyntax.TokenCBrack:
			s.pop(inList)
		case hclsyntax.TokenOParen:
			s.push(frame{kind: inParen}, t)
		case hclsyntax.TokenCParen:
			s.pop(inParen)
		case hclsyntax.TokenOBrace:
			s.brace(t)
		case hclsyntax.TokenCBrace:
			if !s.pop(inObject) {
				s.pop(inBody)
			}
		case hclsyntax.TokenComma:
			top.tokens = nil
		case hclsyntax.TokenEqual:
			if top.kind == inBody && len(top.tokens) > 0 && top.tokens[0].typ == hclsyntax.TokenIdent {
				top.names = append(top.names, top.tokens[0].text)
			}
			top.tokens = append(top.tokens, piece{t.Type, "=", begin, end})
		default:
			top.tokens = append(top.tokens, piece{t.Type, string(t.Bytes), begin, end})
		}
	}
	return 0, false
}

func lineEnd(text []byte) int {
	for i, c := range text {
		if c == '\n' {
			return i
		}
	}
	return -1
}

func (s *scanner) push(f frame, t hclsyntax.Token) {
	top := s.top()
	top.tokens = append(top.tokens, piece{t.Type, string(t.Bytes), t.Range.Start.Byte, t.Range.End.Byte})
	s.frames = append(s.frames, f)
}

// brace opens a block where a block is allowed, else a map.
func (s *scanner) brace(t hclsyntax.Token) {
	top := s.top()
	if top.kind != inBody {
		s.push(frame{kind: inObject}, t)
		return
	}
	block := frame{kind: inBody}
	for i, p := range top.tokens {
		switch {
		case p.typ == hclsyntax.TokenEqual:
			s.push(frame{kind: inObject}, t)
			return
		case i == 0:
			block.typ = p.text
		case block.label == "":
			block.label = p.text
		}
	}
	if block.typ != "" {
		top.names = append(top.names, block.typ)
	}
	top.tokens = nil
	s.frames = append(s.frames, block)
}

// pop closes the innermost frame of a kind, and everything left open inside. A body closes only if it contains nothing but unclosed values;
// the file itself never closes.
func (s *scanner) pop(kind frameKind) bool {
	for i := len(s.frames) - 1; i > 0; i-- {
		if s.frames[i].kind == kind {
			s.frames = s.frames[:i]
			return true
		}
		if s.frames[i].kind == inBody || s.frames[i].kind == inText || s.frames[i].kind == inHeredoc {
			return false
		}
	}
	return false
}

// endText closes a string and adds it to the enclosing frame.
func (s *scanner) endText() {
	for i := len(s.frames) - 1; i > 0; i-- {
		if s.frames[i].kind != inText {
			if s.frames[i].kind == inBody {
				return
			}
			continue
		}
		f := s.frames[i]
		s.frames = s.frames[:i]
		top := s.top()
		top.texts = append(top.texts, f.text)
		top.tokens = append(top.tokens, piece{hclsyntax.TokenCQuote, f.text, f.begin, f.begin + len(f.text)})
		return
	}
}

// newline ends what a newline ends. In brackets and parentheses it ends nothing unless an argument follows: then a bracket was not closed.
func (s *scanner) newline(next hclsyntax.Tokens) {
	if k := s.top().kind; k == inList || k == inParen {
		if len(next) < 2 || next[0].Type != hclsyntax.TokenIdent || next[1].Type != hclsyntax.TokenEqual {
			return
		}
		for k := s.top().kind; k == inList || k == inParen; k = s.top().kind {
			s.frames = s.frames[:len(s.frames)-1]
		}
	}
	s.top().tokens = nil
}

// cursor computes the position from the open frames.
func (s *scanner) cursor(offset int) cursor {
	if s.silent {
		return cursor{}
	}
	c := cursor{begin: offset}
	body := 0
	for i, f := range s.frames {
		switch f.kind {
		case inHeredoc:
			return cursor{}
		case inBody:
			body = i
			if i > 0 {
				c.path, c.block = append(c.path, f.typ), append(c.block, f.label)
			}
		}
	}
	c.names = s.frames[body].names
	for _, f := range s.frames[body+1:] {
		c.listed = c.listed || f.kind == inList
		c.keyed = c.keyed || f.kind == inObject
		c.inner = c.inner || f.kind == inTemplate || f.kind == inParen
		if f.kind == inList {
			c.siblings = f.texts
		}
	}
	top := s.top()
	if top.kind == inText {
		c.quoted, c.word, c.begin = true, top.text, top.begin
	} else {
		s.word(&c, top.tokens, offset)
	}
	line := s.frames[body].tokens
	assigned := false
	for _, p := range line {
		assigned = assigned || p.typ == hclsyntax.TokenEqual
	}
	switch {
	case assigned:
		c.place, c.head = valuing, line[0].text
	case len(s.frames) > body+1 && top.kind != inText:
		c.place = nowhere // brackets where no value is allowed
	case len(line) == 0 || len(line) == 1 && line[0].end == offset && !c.quoted:
		c.place = naming
	default:
		c.place, c.head = labeling, line[0].text
	}
	return c
}

// word finds the word that ends at the cursor, and what it is part of.
func (s *scanner) word(c *cursor, tokens []piece, offset int) {
	last := len(tokens) - 1
	if last >= 0 && tokens[last].end == offset && (tokens[last].typ == hclsyntax.TokenIdent ||
		tokens[last].typ == hclsyntax.TokenNumberLit) {
		c.word, c.begin = tokens[last].text, tokens[last].begin
		last--
	}
	for last >= 1 && tokens[last].typ == hclsyntax.TokenDot && tokens[last-1].typ == hclsyntax.TokenIdent {
		c.steps = append([]string{tokens[last-1].text}, c.steps...)
		last -= 2
	}
}

// schema returns the schema of the innermost block around the cursor; nil at the top of the file, and false if the language has no such
// block. A block that was never closed seems to contain the next one: the innermost block that the language permits there counts. The label
// of a target block decides its schema.
func (c *cursor) schema() (*spec.Block, bool) {
	if len(c.path) == 0 {
		return nil, true
	}
	for from := range c.path {
		blocks, found := spec.Schema, (*spec.Block)(nil)
		for i := from; i < len(c.path); i++ {
			if found = row(blocks, c.path[i]); found == nil {
				break
			}
			if own, ok := planner.FindTarget(c.block[i]); ok && i == from && found.Name == "target" {
				found = own.Schema()
			}
			blocks = found.Blocks
		}
		if found != nil {
			return found, true
		}
	}
	return nil, false
}

// row returns a block of a table by name, nil if there is none.
func row(blocks []spec.Block, name string) *spec.Block {
	for i := range blocks {
		if blocks[i].Name == name {
			return &blocks[i]
		}
	}
	return nil
}

// following returns the names of arguments and blocks after the cursor in the same block.
func following(text string, offset int) []string {
	if len(text)-offset > mostBytes {
		return nil
	}
	if end := lineEnd([]byte(text[offset:])); end >= 0 {
		offset += end
	} else {
		return nil
	}
	tokens, _ := hclsyntax.LexConfig([]byte(text[offset:]), "", hcl.InitialPos)
	var names []string
	depth, start := 0, true
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp,
			hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
			if depth--; depth < 0 {
				return names
			}
		case hclsyntax.TokenIdent:
			if depth == 0 && start && i+1 < len(tokens) {
				switch tokens[i+1].Type {
				case hclsyntax.TokenEqual, hclsyntax.TokenOBrace, hclsyntax.TokenOQuote:
					names = append(names, string(t.Bytes))
				}
			}
		}
		start = t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComment
	}
	return names
}
