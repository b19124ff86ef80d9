package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

func (a *app) fmtCommand() *cobra.Command {
	var write, check bool
	cmd := &cobra.Command{
		Use:   "fmt [FILE | DIR ...]",
		Short: "Format topology files",
		Long: `Format a topology and print it. Without an argument, format ./topology.hcl. FILE - is standard input. DIR stands for
every topology in it and below, and needs -w or --check. Renamed arguments get their new names.

With -w, files are overwritten, and the changed ones are listed. With --check, files that would change are listed, and the exit code is
1 if there are any.`,
		Args: count(0, -1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if write && check {
				return usagef("-w cannot be used with --check, which writes nothing")
			}
			if len(args) == 0 {
				args = []string{defaultFile}
			}
			files, skipped, err := topologyFiles(args)
			if err != nil {
				return err
			}
			a.noteSkipped(skipped)
			if len(files) > 1 && !write && !check {
				return usageError{hinted{fmt.Errorf("%d files cannot be printed as one", len(files)),
					"-w overwrites them, --check lists those that would change"}}
			}
			failed := false
			for _, name := range files {
				ok, err := a.format(name, write, check)
				if err != nil {
					return err
				}
				failed = failed || !ok
			}
			if failed {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "overwrite the files")
	cmd.Flags().BoolVar(&check, "check", false, "list the files that would change")
	return cmd
}

// format formats a single file; false means that it is not formatted.
func (a *app) format(name string, write, check bool) (bool, error) {
	if name == "-" && write {
		return false, usagef("standard input cannot be overwritten")
	}
	src, err := a.read(name)
	if err != nil {
		return false, err
	}
	shown := name
	if name == "-" {
		shown = stdinName
	}
	if o := unreadable(shown, src); o != nil {
		a.printDiagnostics(o)
		a.complain(errors.New(shown + ": " + tally(o.diags)))
		return false, nil
	}
	text := spec.Format(spec.Rename(src, planner.TargetSchema))
	same := bytes.Equal(text, src)
	switch {
	case check:
		if !same {
			fmt.Fprintln(a.stdout, shown)
		}
		return same, nil
	case write:
		if same {
			return true, nil
		}
		if err := replace(name, text); err != nil {
			return false, err
		}
		fmt.Fprintln(a.stdout, shown)
		return true, nil
	}
	_, err = a.stdout.Write(text)
	return true, err
}

// unreadable returns the mistakes that prevent formatting, nil if there are none. Semantic mistakes do not matter here.
func unreadable(name string, src []byte) *opened {
	_, diags := spec.Load(name, src, nil)
	o := &opened{name: name, sources: map[string][]byte{name: src}}
	for _, d := range diags {
		switch rule.ID(d) {
		case "not-utf8", "file-too-large", "too-deep", "syntax-error":
			o.diags = append(o.diags, d)
		}
	}
	if len(o.diags) == 0 {
		return nil
	}
	return o
}

// replace replaces a file's contents atomically, keeping its mode and a symbolic link to it.
func replace(name string, data []byte) (err error) {
	if name, err = filepath.EvalSymlinks(name); err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
