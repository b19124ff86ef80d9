node "n-1" {
  address = 10.0.0.1 # error: syntax-error: A string needs double quotes: address = "10.0.0.1".
}
