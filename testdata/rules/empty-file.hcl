# error: empty-file
