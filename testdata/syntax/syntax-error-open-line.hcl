cluster "dev" { type = "all-in-one" # error: syntax-error: Close the brace there
}
