// Module site renders the documentation. It is a module of its own, so that what it takes along is no dependency of k8splan.
module github.com/k8splan/k8splan/scripts/site

go 1.26.0

require github.com/yuin/goldmark v1.8.7
