package spec

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Load reads a topology file. vars are the values of its variables, from ParseVar and ParseVarFile, with precedence already applied.
//
// The diagnostics are sorted, each has the ID of one of Rules, and they point into src; a diagnostic about a value from outside the file
// may have no Subject. They contain sensitive values; Spec.Secrets hides them. The Spec is never nil: even with errors it has Files, for
// printing snippets, and everything that could be read. It is complete only without errors. Load reports all errors of a stage, but does
// not decode a file that does not parse.
func Load(filename string, src []byte, vars map[string]cty.Value) (*Spec, hcl.Diagnostics) {
	return LoadBeside(filename, src, vars, nil)
}

// LoadBeside is Load for a topology that may read files. beside is its folder, nil if it has none. The caller must ensure that nothing
// outside the folder can be reached, not even through symbolic links (os.Root).
func LoadBeside(filename string, src []byte, vars map[string]cty.Value, beside fs.FS) (*Spec, hcl.Diagnostics) {
	s := &Spec{Filename: filename, Files: map[string]*hcl.File{}}
	l := &loader{filename: filename, src: src, work: &budget{left: maxWork, files: newFiles(beside)}}

	how, refusal := guard(filename, src)
	if d := refusal; d != nil {
		if rule.ID(d) == fileTooLarge.ID {
			src = nil // its only line may be the whole file: no snippet
		}
		s.Files[filename] = &hcl.File{Bytes: sanitized(src), Body: hcl.EmptyBody()}
		return s, hcl.Diagnostics{d}
	}

	body, diags := parse(filename, src[:how.end], how.cuts)
	s.Files[filename] = &hcl.File{Bytes: src, Body: body, Nav: outline{body}}
	if l.syntax(diags); l.broken {
		return s, l.finish()
	}
	if len(body.Blocks) == 0 && len(body.Attributes) == 0 {
		l.add(emptyFile, l.start(), "The file defines no cluster. "+emptyFile.Fix)
		return s, l.finish()
	}

	if !l.scope(body, vars) {
		return s, l.finish()
	}
	s.Context, s.Secrets = l.ctx, l.secrets
	l.tops = body.Blocks
	l.decode(compiled(), body, s)
	if s.Target != nil {
		l.prepareBody(s.Target.Body.(*hclsyntax.Body))
		s.Target.Context = l.ctx
	}
	s.other, s.second = l.other, l.second
	l.unused()
	l.contents(s)
	s.unread, s.strays, s.torn, s.Read = l.unread, l.strays, l.torn, l.work.files.digests
	return s, l.finish()
}

// loader is the state of one Load.
type loader struct {
	tops     hclsyntax.Blocks // the top-level blocks of the file
	filename string
	src      []byte
	diags    hcl.Diagnostics
	broken   bool // after a syntax error that makes the tree unreliable

	names     names
	ctx       *hcl.EvalContext // variables, locals, and functions, once scope has run
	work      *budget
	secrets   *Secrets // nil if no variable is sensitive
	suggested int
	each      bool // a block with for_each is being read: each.key and each.value exist
	prepared  bool // expressions were checked and charged by an earlier Load

	unread  []place     // arguments and labels whose values could not be read
	strays  []hcl.Range // bodies with an argument or block of unknown meaning
	repeats []hcl.Range // names of arguments that are written twice
	other   int         // the first byte of a second cluster; 0: there is none
	second  string      // the label of a second target
	torn    bool        // the file has two designs, or an unnamed block: see Recoverable
}

func (l *loader) add(r *rule.Rule, at hcl.Range, detail string) {
	l.diags = append(l.diags, r.Diagnostic(at, detail))
}

func (l *loader) start() hcl.Range {
	return hcl.Range{Filename: l.filename, Start: hcl.InitialPos, End: hcl.InitialPos}
}

// maxSuggestions limits how often one Load searches for a similar name: a file with 100,000 wrong names must still be fast.
const maxSuggestions = 500

// near is the candidate that a misspelled name most likely means, "" if none is close.
func (l *loader) near(name string, candidates []string) string {
	if l.suggested++; l.suggested > maxSuggestions {
		return ""
	}
	return spelling.Nearest(name, candidates)
}

// unquoted finds text without quotes: a version, an address, a range, a size, a path, or text in single quotes.
var unquoted = regexp.MustCompile(`^\s*([A-Za-z_][\w-]*)\s*=\s*(?:'([^'"]*)'|([\w~/.][\w.:/~+@-]*))\s*(?:#.*|//.*)?$`)

// foreign matches a line of YAML: a key, a colon, and a value or nothing.
var foreign = regexp.MustCompile(`^\s*(?:- )?["']?[A-Za-z_][\w./-]*["']?:(?:\s|$)`)

// pair matches an argument in YAML, and blockHeader the first line of an HCL block: a file with both is HCL with a mistake.
var (
	pair        = regexp.MustCompile(`^\s*([A-Za-z_]\w*):\s+(\S.*?)\s*$`)
	blockHeader = regexp.MustCompile(`(?m)^\s*[a-z_]+(?:\s+"[^"\n]*")*\s*\{\s*$`)
	// bareElement matches an unquoted address or range in a list.
	bareElement = regexp.MustCompile(`[\[,]\s*(\d+(?:\.\d+){2,}[\d./]*)`)
	// assignment matches the first line of a block written with an equals sign.
	assignment = regexp.MustCompile(`^\s*([a-z_]+)\s*=\s*\{\s*$`)
	hclValue   = regexp.MustCompile(`^(?:".*"|-?\d+|true|false|\[.*\]|\{.*\})$`)
)

// inQuotes quotes a value for HCL.
func inQuotes(value string) string {
	if hclValue.MatchString(value) {
		return value
	}
	return strconv.Quote(strings.Trim(value, "'"))
}

// assigned is the name of the block around a place if it was opened with an equals sign, else "". Only top-level blocks are checked,
// because arguments inside them may be maps. It reads back from the place: a file with many errors asks often.
func (l *loader) assigned(at hcl.Range) string {
	end := l.lineStart(at) + len(l.line(at))
	for end >= 0 {
		start := bytes.LastIndexByte(l.src[:end], '\n') + 1
		text := l.src[start:end]
		end = start - 1
		if len(text) == 0 || text[0] == ' ' || text[0] == '\t' || text[0] == '#' || text[0] == '\r' {
			continue
		}
		m := assignment.FindSubmatch(text)
		if m == nil || !slices.ContainsFunc(Schema, func(b Block) bool { return b.Name == string(m[1]) && len(b.Labels) == 0 }) {
			return ""
		}
		return string(m[1])
	}
	return ""
}

// syntax reports the parser's errors, only the first of each line because the others follow from it. An argument that is written twice
// leaves the tree intact, so loading continues.
func (l *loader) syntax(diags hcl.Diagnostics) {
	rule.Sort(diags)
	var found hcl.Diagnostics
	for _, d := range diags {
		if d.Summary == "Attribute redefined" {
			d.Summary = duplicateArgument.Title
			detail := strings.Replace(d.Detail, "Each argument may be set only once.", "Only one is allowed.", 1)
			d.Detail = strings.TrimSuffix(detail, " ") + " Remove one of them."
			l.diags = append(l.diags, duplicateArgument.Tag(hcl.Diagnostics{d})...)
			if d.Subject != nil {
				l.repeats = append(l.repeats, *d.Subject)
			}
			continue
		}
		l.broken = true
		if n := len(found); n > 0 && d.Subject != nil && found[n-1].Subject != nil &&
			found[n-1].Subject.Start.Line == d.Subject.Start.Line {
			// A character that the scanner does not know is the reason why the parser failed at the words before it.
			if d.Summary == "Invalid character" && found[n-1].Summary != d.Summary {
				found[n-1] = d
			}
			continue
		}
		found = append(found, d)
	}
	errors := 0
	for _, d := range found {
		line := ""
		if d.Subject != nil {
			line = l.line(*d.Subject)
		}
		stop := false
		switch {
		case d.Subject != nil && conflict.MatchString(line):
			d.Summary, d.Detail, stop = "Unresolved merge conflict", "This line is a conflict marker of git. Keep one of the two "+
				"versions between <<<<<<< and >>>>>>>, and remove the markers.", true
		case d.Summary == "Unterminated template string" && l.heredoc(d):
			stop = true
		case strings.HasPrefix(d.Summary, "Unclosed template"):
			d.Summary, d.Detail, stop = "Unclosed template in a string", "A closing brace is missing: a template that begins with ${ or "+
				"%{ ends with }.", true
		case d.Summary == "Unterminated template string" || d.Summary == "Invalid multi-line string":
			// Every later quote is taken for the opposite kind.
			d.Summary, d.Detail, stop = "Unclosed string", "A double quote is missing at the end of this line.", true
			if open := strings.LastIndexByte(line, '"'); open >= 0 && d.Subject != nil {
				begin := l.lineStart(*d.Subject)
				d.Subject.Start.Byte, d.Subject.Start.Column = begin+open, utf8.RuneCountInString(line[:open])+1
				d.Subject.End = d.Subject.Start
				d.Subject.End.Byte, d.Subject.End.Column = begin+len(line), utf8.RuneCountInString(line)+1
			}
		case strings.Contains(d.Detail, "must also be closed on the same line"):
			d.Summary, d.Detail = "Unclosed block on one line", "A block on one line has at most one argument and ends on that line. "+
				"Close the brace there, or break the line after {."
		case d.Summary == "Unclosed configuration block" && d.Subject != nil:
			d.Detail = "The block is not closed: the file ends before its brace." + l.unclosed(d.Subject.Start)
		case d.Summary == "Invalid number literal" && unquoted.MatchString(line):
			m := unquoted.FindStringSubmatch(line)
			d.Detail = fmt.Sprintf("This is not a number. A string needs double quotes: %s = %q.", m[1], m[2]+m[3])
		case d.Subject != nil && d.Subject.Start.Byte == 0 && strings.HasPrefix(line, "{"):
			d.Summary, d.Detail, stop = "JSON instead of HCL", "This is JSON"+otherLanguage, true
		case d.Summary == "Argument or block definition required" && pair.MatchString(line) && blockHeader.Match(l.src):
			m := pair.FindStringSubmatch(line)
			d.Detail = fmt.Sprintf("An argument has an equals sign, not a colon. Write %s = %s.", m[1], inQuotes(m[2]))
		case d.Subject != nil && l.assigned(*d.Subject) != "":
			d.Detail = fmt.Sprintf("A block has no equals sign before its brace. Write %s {.", l.assigned(*d.Subject))
		case d.Summary == "Invalid number literal" && bareElement.MatchString(line):
			d.Detail = fmt.Sprintf("This is not a number. An element of a list of strings needs double quotes: %q.",
				bareElement.FindStringSubmatch(line)[1])
		case d.Summary == "Argument or block definition required" && foreign.MatchString(line):
			d.Summary, d.Detail, stop = "YAML instead of HCL", "This is YAML"+otherLanguage, true
		case strings.Contains(d.Detail, "Curly quotes") || d.Summary == "Invalid character" && strings.ContainsAny(line, "‘’"):
			d.Detail = `The quotes are curly, as word processors and chats write them. A string needs straight double quotes: "…".`
		case d.Summary == "Invalid character" && strings.ContainsAny(line, "\u00a0\u2007\u202f\u200b\ufeff"):
			d.Detail = "This line has a special space character, which is common in text copied from a web page. Replace it with a plain " +
				"space."
		default:
			if m := unquoted.FindStringSubmatch(line); m != nil && !strings.Contains(d.Detail, "quotes: ") {
				d.Detail += fmt.Sprintf(" A string needs double quotes: %s = %q.", m[1], m[2]+m[3])
			}
		}
		if errors++; errors <= maxSyntaxErrors {
			l.diags = append(l.diags, syntaxError.Tag(hcl.Diagnostics{d})...)
		}
		if stop { // every later line would repeat it
			return
		}
	}
	if errors > maxSyntaxErrors {
		l.diags[len(l.diags)-1].Detail += " (More syntax errors are not shown.)"
	}
}

// opening matches the end of a line that starts a heredoc.
var opening = regexp.MustCompile(`<<-?([\p{L}_][\p{L}\p{N}_-]*)\r?\n$`)

// heredoc explains a heredoc that is not closed; false if the text is something else.
func (l *loader) heredoc(d *hcl.Diagnostic) bool {
	if d.Context == nil {
		return false
	}
	before := l.src[:d.Context.Start.Byte]
	m := opening.FindSubmatchIndex(before)
	if m == nil {
		return false
	}
	line := bytes.LastIndexByte(before[:m[0]], '\n') + 1
	at := hcl.Range{Filename: l.filename, Start: hcl.Pos{Byte: m[0], Line: d.Context.Start.Line - 1,
		Column: utf8.RuneCount(before[line:m[0]]) + 1}}
	at.End = hcl.Pos{Byte: m[3], Line: at.Start.Line, Column: at.Start.Column + utf8.RuneCount(before[m[0]:m[3]])}
	d.Summary, d.Subject, d.Context = "Unclosed heredoc", &at, nil
	d.Detail = fmt.Sprintf("The line %s that ends this heredoc is missing.", before[m[2]:m[3]])
	return true
}

const otherLanguage = ", and a topology is written in HCL: name = value for an argument, name { … } for a block. `k8splan init " +
	"TYPE` writes one to start from."

// conflict matches a line that git writes into a merge conflict.
var conflict = regexp.MustCompile(`^(<<<<<<< |=======$|>>>>>>> |\|\|\|\|\|\|\| )`)

// topmost matches the first line of a top-level block.
var topmost = regexp.MustCompile(`(?m)^([a-z_]+)(?: +"[^"\n]*")? *\{`)

// unclosed says where a block's closing brace is most likely missing: before the next line that looks like the start of a top-level block.
func (l *loader) unclosed(block hcl.Pos) string {
	end := bytes.IndexByte(l.src[block.Byte:], '\n')
	if end < 0 {
		return ""
	}
	from := block.Byte + end + 1
	for _, at := range topmost.FindAllSubmatchIndex(l.src[from:], 20) {
		if name := l.src[from+at[2] : from+at[3]]; compiled().blocks[string(name)] != nil {
			line := block.Line + 1 + bytes.Count(l.src[from:from+at[0]], []byte("\n"))
			return fmt.Sprintf(" It is most likely missing before line %d, where %s begins.", line,
				strings.TrimSpace(strings.TrimSuffix(string(l.src[from+at[0]:from+at[1]]), "{")))
		}
	}
	return ""
}

// lineStart is the offset of the first byte of the line on which a range starts, within the limits of line.
func (l *loader) lineStart(at hcl.Range) int {
	start := min(at.Start.Byte, len(l.src))
	return strings.LastIndexByte(string(l.src[max(0, start-200):start]), '\n') + 1 + max(0, start-200)
}

// line is the text of the line on which a range starts.
func (l *loader) line(at hcl.Range) string {
	begin := l.lineStart(at)
	text := string(l.src[begin:min(len(l.src), begin+400)])
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r")
}

// text is the source of a range.
func (l *loader) text(at hcl.Range) string {
	if at.Start.Byte < 0 || at.End.Byte > len(l.src) || at.Start.Byte > at.End.Byte {
		return ""
	}
	return string(l.src[at.Start.Byte:at.End.Byte])
}

// finish sorts the diagnostics and makes sure that every range is inside the file.
func (l *loader) finish() hcl.Diagnostics {
	for _, d := range l.diags {
		l.clamp(d.Subject)
		l.clamp(d.Context)
	}
	rule.Sort(l.diags)
	return l.diags
}

func (l *loader) clamp(at *hcl.Range) {
	if at == nil {
		return
	}
	if l.src != nil {
		at.Start.Byte = min(max(at.Start.Byte, 0), len(l.src))
		at.End.Byte = min(max(at.End.Byte, at.Start.Byte), len(l.src))
	}
	at.Filename = l.filename
}
