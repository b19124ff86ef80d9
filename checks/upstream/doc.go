// Package upstream checks generated files with the types and the validation of the projects that read them: kind's configuration, the
// admission webhooks of Cluster API, and Juju's bundles. It is a separate module, so that its dependencies are not k8splan's. The files are
// those of testdata/targets, which each target's test compares with its output.
package upstream
