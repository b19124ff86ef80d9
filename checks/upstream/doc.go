// Package upstream checks generated files against the types and the validation of the projects that read them: kind's configuration, the
// admission webhooks of Cluster API, and Juju's bundles. It is its own module, so that what it takes along is not a dependency of k8splan.
// The files are those of testdata/targets, which each target's own test holds against what it emits.
package upstream
