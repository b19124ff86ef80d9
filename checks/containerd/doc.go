// Package containerd checks containerd's files with its own loaders: which addresses it would contact for an image, and its configuration.
// The files are those of planner/emit/hostfiles/testdata, which that package's test compares with its output.
package containerd
