// Package openshift checks the files of the target openshift with the types and the validation of OpenShift's installer. Its modules are
// pinned like the installer's: go.mod repeats the replacements of the installer's go.mod, and the sums are those of its go.sum.
package openshift
