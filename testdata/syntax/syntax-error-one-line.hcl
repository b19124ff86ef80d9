cluster "dev" { type = "all-in-one", max_nodes = 3 } # error: syntax-error: Single-line block syntax can include only one argument definition.
