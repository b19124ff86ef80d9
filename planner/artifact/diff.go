package artifact

import (
	"bytes"
	"fmt"
	"io"

	"github.com/rogpeppe/go-internal/diff"
)

// Unified writes changes as one unified diff, from what is on disk to what would be written, with git's names for the two sides, so that
// `patch -p1` accepts it. Anything on disk that is not a text file (a link, a directory) is described in words.
func Unified(w io.Writer, changes []Change) error {
	for _, c := range changes {
		if _, err := w.Write(c.unified()); err != nil {
			return err
		}
	}
	return nil
}

func (c Change) unified() []byte {
	var out bytes.Buffer
	from, to := "a/"+c.Path, "b/"+c.Path
	switch {
	case c.Old == nil && c.Kind != Create:
		fmt.Fprintf(&out, "# %s is in the way and is not a file\n", c.Path)
		return out.Bytes()
	case c.Kind == Create:
		from = "/dev/null"
	case c.NewMode == 0:
		to = "/dev/null"
	case bytes.Equal(c.Old, c.New):
		fmt.Fprintf(&out, "# %s: mode %04o becomes %04o\n", c.Path, c.OldMode, c.NewMode)
		return out.Bytes()
	}
	text := diff.Diff(from, c.Old, to, c.New)
	if _, rest, ok := bytes.Cut(text, []byte("\n")); ok { // the first line repeats the two names
		out.Write(rest)
	}
	return out.Bytes()
}
