package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/spec"
)

// PatchesDir is the directory on hosts from which kubeadm reads patches. PatchesNote is the file that records which of them kubeadm has
// applied: a line of sha256sum for each.
const (
	PatchesDir  = "/etc/kubernetes/patches"
	PatchesNote = "/etc/kubernetes/patches.sha256"
)

// PatchKubelet is the patch target that every node reads. All other targets are read on control planes only.
const PatchKubelet = "kubeletconfiguration"

// Patch types, as kubeadm names them.
const (
	PatchStrategic = "strategic"
	PatchMerge     = "merge"
	PatchJSON      = "json"
)

func (r *resolver) patch(f *spec.Patch) Patch {
	content := r.fileContent("kubeadm_patch", (*spec.HostFile)(f))
	return Patch{f.Source, f.Name, f.NameRange, content}
}

// SplitPatchName parses the name of a patch as kubeadm does: target[suffix][+type].extension. It returns the target, one of known, and the
// type, strategic by default. problem is half a sentence, "" if kubeadm accepts the name. Source: k8s.io/kubernetes
// cmd/kubeadm/app/util/patches/patches.go, parseFilename
func SplitPatchName(name string, known []string) (target, kind, problem string) {
	if !fileNamePattern.MatchString(strings.Replace(name, "+", "-", 1)) {
		return "", "", "it cannot name a file"
	}
	stem, extension, _ := cutLast(name, ".")
	if extension != "yaml" && extension != "json" {
		return "", "", "kubeadm reads files whose names end with .yaml or .json, and ignores others"
	}
	at := slices.IndexFunc(known, func(k string) bool { return strings.HasPrefix(name, k) })
	if at < 0 {
		return "", "", "it begins with none of the targets that kubeadm knows"
	}
	target, kind = known[at], PatchStrategic
	before, word, plus := strings.Cut(stem, "+")
	switch {
	case plus && !slices.Contains([]string{PatchStrategic, PatchMerge, PatchJSON}, word):
		return target, "", fmt.Sprintf("%q follows the plus, and kubeadm exits if the type is unknown", word)
	case plus:
		kind = word
	}
	if strings.Contains(before, ".") {
		return target, kind, "kubeadm takes what is behind a dot for no suffix, and leaves out the type"
	}
	return target, kind, ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// PatchesOf returns the patches that kubeadm reads on a host.
func (p *Plan) PatchesOf(n *Node) []Patch {
	if n.Roles.Has(ControlPlane) {
		return p.Cluster.Patches
	}
	return slices.DeleteFunc(slices.Clone(p.Cluster.Patches), func(f Patch) bool { return !f.OfKubelet() })
}

// OfKubelet reports whether every node reads the patch.
func (f Patch) OfKubelet() bool { return strings.HasPrefix(f.Name, PatchKubelet) }

// Sum is the patch's line of sha256sum.
func (f Patch) Sum() string {
	sum := sha256.Sum256([]byte(f.Content))
	return hex.EncodeToString(sum[:]) + "  " + f.Name
}
