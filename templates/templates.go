//go:build !judging

// Package templates holds the static programs that a generated tree ships verbatim: tree/ for the parts of every tree, targets/ for the
// targets, by class and by the name that users write, and targets/terraform for what several of them share. The programs read their data
// from files next to them, so each can be linted unchanged. The package is internal to k8splan and makes no compatibility promise.
package templates

import "embed"

// Files has the folders of this directory.
//
//go:embed all:tree all:targets
var Files embed.FS
