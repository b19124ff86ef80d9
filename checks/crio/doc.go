// Package crio checks CRI-O's files with its own loaders (containers/image): which addresses it would contact for an image, and which
// images it accepts. The files are those of planner/emit/hostfiles/testdata, which that package's test compares with its output. The lab's
// case crio tests CRI-O's own settings with CRI-O itself.
package crio
