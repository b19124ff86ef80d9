node "n-1" {
  address = 10.0.0.1 # error: syntax-error: Text stands in double quotes: address = "10.0.0.1".
}
