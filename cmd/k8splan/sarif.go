package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/rule"
)

// The types below are the part of SARIF 2.1.0 that validate writes. Optional properties without information are omitted. Source:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html, and what code scanning reads of it:
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	ColumnKind  string            `json:"columnKind"`
	Results     []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifInvocation struct {
	ExecutionSuccessful bool `json:"executionSuccessful"`
}

type sarifRule struct {
	ID                   string          `json:"id"`
	ShortDescription     sarifText       `json:"shortDescription"`
	FullDescription      sarifText       `json:"fullDescription"`
	Help                 sarifText       `json:"help"`
	HelpURI              string          `json:"helpUri"`
	DefaultConfiguration sarifConfig     `json:"defaultConfiguration"`
	Properties           sarifProperties `json:"properties"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifConfig struct {
	Level string `json:"level"`
}

type sarifProperties struct {
	Tags      []string `json:"tags"`
	Precision string   `json:"precision"`
	Severity  string   `json:"problem.severity"`
}

type sarifResult struct {
	RuleID              string             `json:"ruleId"`
	RuleIndex           int                `json:"ruleIndex"`
	Level               string             `json:"level"`
	Message             sarifText          `json:"message"`
	Locations           []sarifLocation    `json:"locations"`
	PartialFingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions        []sarifSuppression `json:"suppressions,omitempty"`
}

type sarifLocation struct {
	PhysicalLocation sarifPlace `json:"physicalLocation"`
}

type sarifPlace struct {
	ArtifactLocation sarifArtifact `json:"artifactLocation"`
	Region           sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

// sarifRegion counts lines and columns from 1; the end is the position after the last character.
type sarifRegion struct {
	StartLine   int        `json:"startLine"`
	StartColumn int        `json:"startColumn"`
	EndLine     int        `json:"endLine"`
	EndColumn   int        `json:"endColumn"`
	Snippet     *sarifText `json:"snippet,omitempty"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification,omitempty"`
}

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarif returns the log of one run over all files: the findings, and the rules that found them.
func (a *app) sarif(all []*opened) sarifLog {
	driver := sarifDriver{Name: "k8splan", Version: release(), InformationURI: "https://github.com/k8splan/k8splan"}
	index, found := map[string]int{}, map[string]bool{}
	for _, o := range all {
		for _, d := range o.diags {
			found[rule.ID(d)] = true
		}
	}
	for _, family := range check.Areas(planner.Catalog()) {
		for _, r := range family.Rules {
			if !found[r.ID] { // a log with all rules is a megabyte
				continue
			}
			index[r.ID] = len(driver.Rules)
			driver.Rules = append(driver.Rules, sarifRule{
				ID:                   r.ID,
				ShortDescription:     sarifText{Text: r.Title},
				FullDescription:      sarifText{Text: r.Doc},
				Help:                 sarifText{Text: r.Doc + "\n\n" + r.Fix, Markdown: ruleMarkdown(r)},
				HelpURI:              rulePage(r.ID),
				DefaultConfiguration: sarifConfig{r.Severity.String()},
				Properties: sarifProperties{Tags: slices.Compact([]string{"kubernetes", family.Name}), Precision: "very-high",
					Severity: r.Severity.String()},
			})
		}
	}
	run := sarifRun{Tool: sarifTool{driver}, Invocations: []sarifInvocation{{true}}, ColumnKind: "unicodeCodePoints",
		Results: []sarifResult{}}
	if driver.Rules == nil {
		run.Tool.Driver.Rules = []sarifRule{}
	}
	seen := map[string]int{}
	for _, o := range all {
		cache := map[string]*source{}
		for _, d := range o.diags {
			level := severity(d)
			result := sarifResult{RuleID: rule.ID(d), RuleIndex: index[rule.ID(d)], Level: level, Message: sarifText{Text: message(d)}}
			name, at := o.place(d)
			place := sarifPlace{ArtifactLocation: sarifArtifact{a.uri(name)}, Region: sarifRegion{StartLine: at.Start.Line,
				StartColumn: at.Start.Column, EndLine: at.End.Line, EndColumn: at.End.Column}}
			line := ""
			if src := o.in(cache, name); src != nil {
				place.Region.StartColumn, place.Region.EndColumn = src.codePoint(at.Start), src.codePoint(at.End)
				line = strings.TrimSpace(src.line(at.Start.Line))
				if at.Start.Byte < at.End.Byte && at.End.Byte <= len(src.data) && at.End.Byte-at.Start.Byte <= mostSnippet {
					place.Region.Snippet = &sarifText{Text: strings.ToValidUTF8(string(src.data[at.Start.Byte:at.End.Byte]), "\uFFFD")}
				}
			}
			result.Locations = []sarifLocation{{place}}
			// The same finding on the same text is the same alert, even if an edit has moved the line.
			print := sha256.Sum256([]byte(strings.Join([]string{result.RuleID, place.ArtifactLocation.URI, line}, "\x00")))
			key := hex.EncodeToString(print[:16])
			seen[key]++
			result.PartialFingerprints = map[string]string{"ruleFileLine/v1": fmt.Sprintf("%s:%d", key, seen[key])}
			if reason, ok := rule.WaiverReason(d); ok {
				result.Suppressions = []sarifSuppression{{"inSource", reason}}
			}
			run.Results = append(run.Results, result)
		}
	}
	return sarifLog{sarifSchema, "2.1.0", []sarifRun{run}}
}

// mostSnippet limits a region's text in a report, in bytes.
const mostSnippet = 2000

// message returns a diagnostic's text: its detail, which consists of whole sentences.
func message(d *hcl.Diagnostic) string {
	if d.Detail == "" {
		return d.Summary
	}
	return d.Detail
}

// place returns the position of a diagnostic in a report. Without a position, such as for a value on the command line, it is the start of
// the file.
func (o *opened) place(d *hcl.Diagnostic) (string, hcl.Range) {
	start := hcl.Range{Filename: o.name, Start: hcl.InitialPos, End: hcl.InitialPos}
	at := d.Subject
	if at == nil || at.Filename == "" {
		return o.name, start
	}
	return at.Filename, *at
}

// uri returns a reference to a file, relative to the directory in which the command ran, so that a report is the same on every machine.
func (a *app) uri(name string) string {
	name = a.called(name)
	u := url.URL{Path: filepath.ToSlash(name)}
	if filepath.IsAbs(name) {
		u.Scheme = "file"
		if !strings.HasPrefix(u.Path, "/") { // C:/… on Windows
			u.Path = "/" + u.Path
		}
		return u.String()
	}
	// A colon would turn the text before it into a scheme: RFC 3986, section 4.2.
	return strings.ReplaceAll(strings.TrimPrefix(u.EscapedPath(), "./"), ":", "%3A")
}

// called returns a file's name relative to the directory in which the command ran, before -C.
func (a *app) called(name string) string {
	if a.chdir == "" || filepath.IsAbs(name) || strings.HasPrefix(name, "<") {
		return name
	}
	return filepath.Join(a.chdir, name)
}

// ruleMarkdown returns a rule's page.
func ruleMarkdown(r *rule.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n**Write instead.** %s\n", prose(r.Doc), prose(r.Fix))
	if r.Permanent {
		b.WriteString("\nThe rule cannot be waived.\n")
	} else {
		fmt.Fprintf(&b, "\n```hcl\nwaive %q {\n  reason = \"why it does not hold here\"\n}\n```\n", r.ID)
	}
	if len(r.Sources) > 0 {
		b.WriteString("\nSources:\n\n")
		for _, s := range r.Sources {
			fmt.Fprintf(&b, "- %s\n", sourceLink(s))
		}
	}
	return b.String()
}

// sourceLink formats a source as Markdown: an address, or words.
func sourceLink(s string) string {
	if strings.HasPrefix(s, "https://") && !strings.ContainsAny(s, " <>") {
		return "<" + s + ">"
	}
	return prose(s)
}

// prose escapes text for Markdown outside `code`. Lines of HCL become a code block.
func prose(text string) string {
	var out []string
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if fragment(lines[i]) {
			block := []string{"", "```hcl"}
			for ; i < len(lines) && (fragment(lines[i]) || lines[i] == "" && i+1 < len(lines) && fragment(lines[i+1])); i++ {
				block = append(block, lines[i])
			}
			i--
			out = append(out, append(block, "```", "")...)
			continue
		}
		parts := strings.Split(lines[i], "`")
		for j := range parts {
			if j%2 == 0 {
				parts[j] = markup.Replace(parts[j])
			}
		}
		out = append(out, strings.Join(parts, "`"))
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// fragment reports whether a line of a rule's text is HCL, to be shown verbatim: it is indented, or opens or closes a block.
func fragment(line string) bool {
	return strings.HasPrefix(line, " ") || line == "}" || strings.HasSuffix(line, " {") || strings.HasSuffix(line, " {}") ||
		strings.HasSuffix(line, " }") && strings.Contains(line, "\" {")
}

var markup = strings.NewReplacer("<", "&lt;", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|")
