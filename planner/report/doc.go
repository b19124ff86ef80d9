// Package report renders designs for people: pictures in the common diagram languages (Mermaid, Graphviz, D2, SVG), and one page with the
// picture, the tables, and the failure model. Everything is a function of the plan: it reads no clock, and the same plan gives the same
// bytes.
//
// The package is internal to k8splan and makes no compatibility promise.
package report
