// Package containerd checks what hosts get for containerd against its own loaders: which addresses it would ask for an image, and its
// configuration. The files are those of planner/emit/hostfiles/testdata, which that package's own test holds against what it makes.
package containerd
