// Package artifact holds generated files as values, the encodings they are written in, and the one writer of the tree.
package artifact

import "io/fs"

// File is one file of the generated tree.
type File struct {
	Path string      // slash-separated, relative to the tree's root
	Mode fs.FileMode // permission bits; 0 stands for 0o644
	Data []byte
}
