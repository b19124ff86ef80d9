package spec

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Limits on a file. They bound the work of HCL's recursive parser and evaluator, and are far above any topology.
const (
	// MaxBytes is the maximum file size. Readers may stop one byte after it.
	MaxBytes = 2 << 20
	// maxDepth limits nested brackets, braces, quotes, and interpolations.
	maxDepth = 64
	// maxParts limits the operators, dots, indexes, and template directives of one expression between two commas or line ends: each can add
	// a level to the parser's stack without an open bracket.
	maxParts = 512
	// maxSyntaxErrors limits the errors reported for a file that is not HCL at all.
	maxSyntaxErrors = 20
)

// guard rejects input that must not reach HCL's parser. Files that pass are UTF-8, at most MaxBytes long, and shallow. how says how to
// parse the file.
func guard(filename string, src []byte) (how parts, refusal *hcl.Diagnostic) {
	start := hcl.Range{Filename: filename, Start: hcl.InitialPos, End: hcl.InitialPos}
	if len(src) > MaxBytes {
		return parts{}, fileTooLarge.Diagnostic(start, fmt.Sprintf("The file is larger than %d MiB, and a topology of 5,000 single nodes "+
			"takes under 1 MiB. Is this the right file? Equal machines are defined in a few lines with node_pool.", MaxBytes>>20))
	}
	if d := checkUTF8(filename, src); d != nil {
		return parts{}, d
	}
	return checkDepth(filename, src)
}

// parts are positions, in order, at which the file can be split for parsing, and where to stop: after maxSyntaxErrors invalid tokens, the
// rest adds no information.
type parts struct {
	cuts []hcl.Pos
	end  int
}

// checkUTF8 finds the first byte that is not valid UTF-8.
func checkUTF8(filename string, src []byte) *hcl.Diagnostic {
	if utf8.Valid(src) {
		return nil
	}
	pos := hcl.InitialPos
	for pos.Byte < len(src) {
		r, size := utf8.DecodeRune(src[pos.Byte:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		pos.Byte += size
		if r == '\n' {
			pos.Line, pos.Column = pos.Line+1, 1
		} else {
			pos.Column++
		}
	}
	end := pos
	end.Byte, end.Column = end.Byte+1, end.Column+1
	at := hcl.Range{Filename: filename, Start: pos, End: end}
	detail := fmt.Sprintf("Byte %d of the file, 0x%02x, is not UTF-8. Save the file as UTF-8.", pos.Byte+1, src[pos.Byte])
	if bytes.HasPrefix(src, []byte{0xff, 0xfe}) || bytes.HasPrefix(src, []byte{0xfe, 0xff}) {
		detail = "The file begins with the byte order mark of UTF-16. Save it as UTF-8, for instance with `iconv -f UTF-16 -t UTF-8`."
	}
	return notUTF8.Diagnostic(at, detail)
}

// frame is one open bracket, brace, or quote.
type frame struct {
	opener hclsyntax.TokenType
	parts  int  // operators, indexes, calls, and directives since the last separator
	lines  bool // a line end separates, as in bodies and objects but not in parentheses
}

// chunk is how many bytes are scanned and parsed at a time: tokens are much larger than their text, and the scanner moves them all whenever
// their number doubles.
const chunk = 4 << 10

// checkDepth walks the tokens, not the grammar, because the scanner does not recurse. It processes the file in chunks that end at a line
// end that is not inside text or a comment, where the scanner can resume.
func checkDepth(filename string, src []byte) (parts, *hcl.Diagnostic) {
	var cuts []hcl.Pos
	d := depth{open: append(make([]frame, 0, maxDepth+1), frame{lines: true})}
	pos := hcl.InitialPos
	for size := chunk; pos.Byte < len(src); {
		end := pos.Byte + size
		if end < len(src) {
			if line := bytes.IndexByte(src[end:], '\n'); line >= 0 {
				end += line + 1
			} else {
				end = len(src)
			}
		} else {
			end = len(src)
		}
		tokens, _ := hclsyntax.LexConfig(src[pos.Byte:end], filename, pos)
		next := depth{open: append(make([]frame, 0, maxDepth+1), d.open...), broken: d.broken}
		if diag := next.walk(tokens, src); diag != nil {
			return parts{}, diag
		}
		if next.end > 0 {
			return parts{cuts, next.end}, nil
		}
		if end < len(src) && next.inside {
			size *= 2
			continue
		}
		d, size = next, chunk
		// the parser would take a byte order mark there for the file's
		if d.cut.Byte > 0 && !bytes.HasPrefix(src[d.cut.Byte:], []byte(byteOrderMark)) {
			cuts = append(cuts, d.cut)
		}
		pos.Line += bytes.Count(src[pos.Byte:end], []byte("\n"))
		pos.Byte = end
	}
	return parts{cuts, len(src)}, nil
}

const byteOrderMark = "\xef\xbb\xbf"

// depth is what is open at a position in the file.
type depth struct {
	open   []frame
	inside bool // text or a comment is open: the scanner cannot resume here
	broken int  // invalid tokens so far
	end    int  // after the last of them, once there are too many; 0 before
	// cut is the start of the chunk's last line before which nothing is open; zero if there is none.
	cut hcl.Pos
}

// walk follows the tokens of a chunk. A closing bracket closes only its own kind, so that a stray one hides nothing.
func (d *depth) walk(tokens hclsyntax.Tokens, src []byte) *hcl.Diagnostic {
	for i, t := range tokens {
		top := &d.open[len(d.open)-1]
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc,
			hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			if t.Type != hclsyntax.TokenTemplateInterp { // interpolations are consecutive, directives nest
				top.parts++
			}
			if len(d.open) > maxDepth {
				return tooDeep.Diagnostic(t.Range,
					fmt.Sprintf("Brackets, braces, and quotes are nested more than %d levels deep. "+
						"Give the inner parts names in locals.", maxDepth))
			}
			d.open = append(d.open, frame{opener: t.Type, lines: t.Type == hclsyntax.TokenOBrace && !opensFor(src[t.Range.End.Byte:])})
		case hclsyntax.TokenQuotedNewline, hclsyntax.TokenInvalid, hclsyntax.TokenBadUTF8:
			if d.broken++; d.broken > maxSyntaxErrors {
				d.end = t.Range.End.Byte
				return nil
			}
		case hclsyntax.TokenCBrace:
			d.close(hclsyntax.TokenOBrace)
		case hclsyntax.TokenCBrack:
			d.close(hclsyntax.TokenOBrack)
		case hclsyntax.TokenCParen:
			d.close(hclsyntax.TokenOParen)
		case hclsyntax.TokenCQuote:
			d.close(hclsyntax.TokenOQuote)
		case hclsyntax.TokenCHeredoc:
			d.close(hclsyntax.TokenOHeredoc)
		case hclsyntax.TokenTemplateSeqEnd:
			if !d.close(hclsyntax.TokenTemplateInterp) {
				d.close(hclsyntax.TokenTemplateControl)
			}
		case hclsyntax.TokenComma:
			top.parts = 0
		case hclsyntax.TokenNewline, hclsyntax.TokenComment: // a line comment includes the line end
			if top.lines && bytes.HasSuffix(t.Bytes, []byte("\n")) {
				top.parts = 0
			}
			if len(d.open) == 1 && t.Type == hclsyntax.TokenNewline {
				d.cut = hcl.Pos{Byte: t.Range.End.Byte, Line: t.Range.Start.Line + 1, Column: 1}
			}
		case hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenPercent,
			hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq, hclsyntax.TokenGreaterThan,
			hclsyntax.TokenGreaterThanEq,
			hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenBang, hclsyntax.TokenDot, hclsyntax.TokenQuestion, hclsyntax.TokenColon,
			hclsyntax.TokenDoubleColon:
			top.parts++
			if t.Type == hclsyntax.TokenStar && i > 0 && tokens[i-1].Type == hclsyntax.TokenSlash &&
				tokens[i-1].Range.End.Byte == t.Range.Start.Byte {
				d.inside = true // a comment that does not end in this chunk is scanned as two operators
			}
		}
		if top.parts > maxParts {
			return tooDeep.Diagnostic(t.Range,
				fmt.Sprintf("The expression has more than %d operators, indexes, or template directives. Split "+
					"it: give its parts names in locals.", maxParts))
		}
	}
	for _, f := range d.open {
		switch f.opener {
		case hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			d.inside = true
		}
	}
	return nil
}

// close closes the innermost frame if it is of a kind.
func (d *depth) close(opener hclsyntax.TokenType) bool {
	last := len(d.open) - 1
	if last == 0 || d.open[last].opener != opener {
		return false
	}
	d.open = d.open[:last]
	return true
}

// opensFor reports whether the text after a brace starts a `for` expression, in which line ends do not separate.
func opensFor(src []byte) bool {
	for {
		src = bytes.TrimLeft(src, " \t\r\n")
		end := -1
		switch {
		case bytes.HasPrefix(src, []byte("#")), bytes.HasPrefix(src, []byte("//")):
			end = bytes.IndexByte(src, '\n')
		case bytes.HasPrefix(src, []byte("/*")):
			if end = bytes.Index(src, []byte("*/")); end >= 0 {
				end += 2
			}
		default:
			return bytes.HasPrefix(src, []byte("for")) // also matches formula = …, which errs on the safe side
		}
		if end < 0 {
			return false
		}
		src = src[end:]
	}
}

// sanitized replaces bytes that are not UTF-8, so that a snippet of the file can be printed. Positions stay the same.
func sanitized(src []byte) []byte {
	if utf8.Valid(src) {
		return src
	}
	clean := bytes.Clone(src)
	for i := 0; i < len(clean); {
		r, size := utf8.DecodeRune(clean[i:])
		if r == utf8.RuneError && size == 1 {
			clean[i] = '?'
		}
		i += size
	}
	return clean
}
