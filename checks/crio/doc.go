// Package crio checks what hosts get for CRI-O against the loaders that CRI-O uses (containers/image): which addresses it would ask for
// an image, and which images it takes. The files are those of planner/emit/hostfiles/testdata, which that package's own test holds
// against what it makes. CRI-O's own settings are read by CRI-O itself in the lab's case crio.
package crio
