//go:build !unix

package artifact

import "os"

// Without flock, two processes that write one tree at the same time do not exclude each other.
func tryLock(*os.File) bool { return true }

func replaceEmptyDir(from, to string) error {
	if err := os.Remove(to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func sameOwner(a, b os.FileInfo) bool { return true }

func checkWritable(root, dir string) error { return nil }

func createFile(path string, data []byte, mode os.FileMode) error {
	return os.WriteFile(path, data, mode)
}
