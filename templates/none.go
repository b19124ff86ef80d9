//go:build judging

package templates

import "embed"

// Files is empty in a program that judges designs and writes none of their files: the playground's core, in which each kilobyte is loaded
// before a person sees anything.
var Files embed.FS
