package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/topologies"
)

func (a *app) initCommand() *cobra.Command {
	var target, file string
	var list strings.Builder
	for _, t := range topologies.Table {
		fmt.Fprintf(&list, "\n  %-26s %s", t.Type, t.Purpose)
	}
	cmd := &cobra.Command{
		Use:   "init TYPE",
		Short: "Write a commented topology file to start from",
		Long: `Write a commented topology to standard output, or with -o to a new file. It is valid as it is. TYPE is one of
` +
			list.String(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{hinted{errors.New("TYPE is missing"), "the types are " + strings.Join(topologies.Names(), ", ")}}
			}
			return count(1, 1, "TYPE")(cmd, args)
		},
		ValidArgs: topologies.Names(),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, ok := topologies.Find(topologies.Type(args[0])); !ok {
				return usageError{hinted{fmt.Errorf("unknown installation type %q", args[0]), typeHint(args[0])}}
			}
			if err := notFormat(file); err != nil {
				return err
			}
			if of, ok := planner.FindTarget(target); ok && of.Facts.Successor != "" {
				return usageError{hinted{fmt.Errorf("no starter for target %q: %s", target, of.Facts.Title),
					fmt.Sprintf("%q replaces it: k8splan init %s --target %s", of.Facts.Successor, args[0], of.Facts.Successor)}}
			}
			if targets := topologies.StarterTargets(); !slices.Contains(targets, target) {
				return usageError{hinted{fmt.Errorf("unknown target %q", target), targetHint(target, targets)}}
			}
			if types := planner.StarterTypes(target); !slices.Contains(types, topologies.Type(args[0])) {
				of, _ := planner.FindTarget(target)
				return usageError{hinted{fmt.Errorf("target %q cannot be of type %s", target, args[0]),
					typesHint(of.Facts.TypesWhy, types)}}
			}
			text, err := topologies.Starter(topologies.Type(args[0]), target)
			if err != nil {
				return err
			}
			if file == "" || file == "-" {
				_, err := a.stdout.Write(text)
				return err
			}
			if err := writeNew(file, text); err != nil {
				return err
			}
			a.note("%s written", file)
			o := &opened{name: file}
			a.next("edit it, then `%s`", a.command(o, "validate", &topologyFlags{}))
			return nil
		},
	}
	cmd.Flags().StringVar(&target, "target", "bare-metal", "the `TARGET` to build for; k8splan targets lists them")
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to a new `FILE`")
	return cmd
}

// typesHint names the types that a target can be, unless its reason does.
func typesHint(why string, types []topologies.Type) string {
	if slices.ContainsFunc(types, func(t topologies.Type) bool { return !strings.Contains(why, string(t)) }) {
		why += " Possible types: " + words(types) + "."
	}
	return strings.TrimSpace(why)
}

// targetWords maps other names of systems to targets.
var targetWords = map[string]string{
	"virtualbox": "vagrant", "vmware": "vsphere", "esxi": "vsphere", "vcenter": "vsphere", "kvm": "libvirt", "qemu": "libvirt",
	"docker": "kind", "amazon": "aws", "ec2": "aws", "google": "gcp", "gce": "gcp", "microsoft": "azure", "digitalocean": "doks",
	"ibm": "iks", "hcloud": "hetzner", "lxc": "lxd", "incus": "lxd", "juju": "charmed-kubernetes", "capi": "cluster-api",
	"baremetal": "bare-metal", "metal": "bare-metal", "ssh": "bare-metal", "pve": "proxmox",
}

// targetHint suggests a target for an unknown word.
func targetHint(word string, targets []string) string {
	const list = "`k8splan targets` lists the targets"
	if t := targetWords[strings.ToLower(word)]; t != "" {
		return fmt.Sprintf("write --target %s; %s", t, list)
	}
	return near(word, targets, list)
}

// typeHint suggests an installation type for an unknown word: users often give a target, or ask for high availability instead of naming a
// type.
func typeHint(word string) string {
	if of, ok := planner.FindTarget(word); ok {
		target := word
		if of.Facts.Successor != "" {
			target = of.Facts.Successor
		}
		return fmt.Sprintf("%s is a target: k8splan init %s --target %s", word, planner.StarterTypes(target)[0], target)
	}
	const types = "the types are "
	list := types + strings.Join(topologies.Names(), ", ")
	if t := typeWords[strings.ToLower(word)]; t != "" {
		return fmt.Sprintf("write %s; %s", t, list)
	}
	return near(word, topologies.Names(), list)
}

// typeWords maps other programs' and common words to installation types.
var typeWords = map[string]topologies.Type{
	"ha": topologies.MultiEtcdMultiMaster, "highly-available": topologies.MultiEtcdMultiMaster,
	"high-availability": topologies.MultiEtcdMultiMaster, "multi": topologies.MultiEtcdMultiMaster,
	"multi-master": topologies.MultiEtcdMultiMaster, "prod": topologies.MultiEtcdMultiMaster, "production": topologies.MultiEtcdMultiMaster,
	"single": topologies.SingleEtcdSingleMaster, "single-master": topologies.SingleEtcdSingleMaster,
	"aio": topologies.AllInOne, "dev": topologies.AllInOne, "single-node": topologies.AllInOne, "one": topologies.AllInOne,
}

// notFormat refuses a format where -o names a file: other commands take a format, and a file named json would be a surprise.
func notFormat(file string) error {
	switch file {
	case "text", "json", "yaml", "html", "svg", "markdown":
		return usageError{hinted{fmt.Errorf("-o takes a file here, and %q looks like a format", file), "write -o FILE, or -o ./" + file}}
	}
	return nil
}

// words lists types for a sentence.
func words(types []topologies.Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

// writeNew writes a new file atomically.
func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return hinted{fmt.Errorf("%s already exists", name), "name another file with -o, or move it away"}
	}
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err == nil {
		err = f.Close()
	} else {
		f.Close()
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}
