package main

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// JUnit's XML has no standard; these are the elements that Jenkins, GitLab, and Azure Pipelines all read. Sources:
// https://github.com/jenkinsci/xunit-plugin (junit-10.xsd), https://docs.gitlab.com/ci/testing/unit_test_reports/
type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

// junitSuite is one topology file.
type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

// junitCase is one finding; a file without findings has one passing case.
type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Skipped *junitNote    `xml:"skipped"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitNote struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junit returns the report: errors fail, warnings pass with their text unless strict is set, waived findings are skipped.
func (a *app) junit(all []*opened, strict bool) ([]byte, error) {
	report := junitReport{Name: "k8splan validate"}
	for _, o := range all {
		suite := junitSuite{Name: a.called(o.name)}
		for _, d := range o.diags {
			name, at := o.place(d)
			where := fmt.Sprintf("%s:%d:%d", a.called(name), at.Start.Line, at.Start.Column)
			one := junitCase{Class: suite.Name, Name: fmt.Sprintf("%s at %s", rule.ID(d), where)}
			text := fmt.Sprintf("%s: %s\n%s\n%s\n", where, d.Summary, message(d), rulePage(rule.ID(d)))
			reason, waived := rule.WaiverReason(d)
			switch {
			case waived:
				one.Skipped = &junitNote{"waived: " + reason}
				one.Out = text
				suite.Skipped++
			case d.Severity == hcl.DiagError || strict:
				one.Failure = &junitFailure{Message: d.Summary, Type: rule.ID(d), Text: text}
				suite.Failures++
			default:
				one.Out = "warning: " + text
			}
			suite.Cases = append(suite.Cases, one)
		}
		if len(suite.Cases) == 0 {
			suite.Cases = []junitCase{{Class: suite.Name, Name: "valid"}}
		}
		suite.Tests = len(suite.Cases)
		report.Tests += suite.Tests
		report.Failures += suite.Failures
		report.Skipped += suite.Skipped
		report.Suites = append(report.Suites, suite)
	}
	var b strings.Builder
	b.WriteString(xml.Header)
	encoder := xml.NewEncoder(&b)
	encoder.Indent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return []byte(b.String()), nil
}
