package artifact

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFS flushes the file system of an open directory to disk: one call for the whole tree, because a call per file would take longer than
// everything else.
func syncFS(dir *os.File) error {
	if err := unix.Syncfs(int(dir.Fd())); err != nil && err != unix.ENOSYS && err != unix.EINVAL {
		return &os.PathError{Op: "sync", Path: dir.Name(), Err: err}
	}
	return nil
}
