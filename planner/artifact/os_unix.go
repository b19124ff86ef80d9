//go:build unix

package artifact

import (
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// tryLock takes the advisory lock of an open directory and reports whether it was free. The kernel releases it when the process ends for
// any reason.
func tryLock(dir *os.File) bool {
	for {
		err := unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err != unix.EINTR {
			return err != unix.EWOULDBLOCK // a file system without locks is no reason to fail
		}
	}
}

// replaceEmptyDir renames a directory over an empty one; os.Rename refuses to.
func replaceEmptyDir(from, to string) error {
	if err := unix.Rename(from, to); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// sameOwner reports whether two files belong to the same user and group.
func sameOwner(a, b os.FileInfo) bool {
	x, ok1 := a.Sys().(*syscall.Stat_t)
	y, ok2 := b.Sys().(*syscall.Stat_t)
	return ok1 && ok2 && x.Uid == y.Uid && x.Gid == y.Gid
}

// checkWritable says why a file in root could not be renamed into a directory below it.
func checkWritable(root, dir string) error {
	full := filepath.Join(root, filepath.FromSlash(dir))
	if err := unix.Access(full, unix.W_OK|unix.X_OK); err != nil {
		return &os.PathError{Op: "write to", Path: full, Err: err}
	}
	var top, below unix.Stat_t
	if unix.Stat(root, &top) == nil && unix.Lstat(full, &below) == nil && top.Dev != below.Dev {
		return &os.PathError{Op: "write to", Path: full, Err: unix.EXDEV}
	}
	return nil
}

// createFile creates and writes a new file. It is os.WriteFile without the registration with the network poller, which costs as much as the
// file itself when there are thousands.
func createFile(path string, data []byte, mode os.FileMode) error {
	fail := func(err error) error { return &os.PathError{Op: "write", Path: path, Err: err} }
	fd, err := retry(func() (int, error) {
		return unix.Open(path, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, uint32(mode.Perm()))
	})
	if err != nil {
		return fail(err)
	}
	for len(data) > 0 {
		n, err := retry(func() (int, error) { return unix.Write(fd, data) })
		if err != nil {
			unix.Close(fd)
			return fail(err)
		}
		data = data[n:]
	}
	if err := unix.Close(fd); err != nil && err != unix.EINTR {
		return fail(err)
	}
	return nil
}

func retry(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); err != unix.EINTR {
			return n, err
		}
	}
}
