// Package openshift checks what target openshift writes with the types and the validation of OpenShift's installer. Its modules are pinned
// as the installer pins them: go.mod repeats the replacements of the installer's own go.mod, and the sums are those of its go.sum.
package openshift
