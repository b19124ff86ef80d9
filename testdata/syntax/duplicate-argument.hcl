cluster "prod" {
  type = "all-in-one"
  type = "all-in-one" # error: duplicate-argument: The argument "type" was already set at
}

node "n-1" {
  labels = {
    "example.com/a" = "1"
    "example.com/a" = "2" # error: duplicate-argument: The key "example.com/a" is already defined on line 8.
    b               = "1"
    "b"             = "2" # error: duplicate-argument: The key "b" is already defined on line 10.
  }
  adress = "10.0.0.1" # error: unknown-argument: Did you mean "address"?
}
