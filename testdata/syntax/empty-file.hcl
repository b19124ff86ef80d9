# error: empty-file: Write a cluster and a node
