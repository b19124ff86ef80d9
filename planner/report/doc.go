// Package report makes what people look at: pictures of a design in the languages that documents take (Mermaid, Graphviz, D2, SVG), and one
// page that holds the picture, the tables and the model of failures. Everything is a function of the plan: no clock, the same bytes.
//
// The package is internal to k8splan and makes no compatibility promise.
package report
