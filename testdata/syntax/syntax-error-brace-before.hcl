cluster "prod" { # error: syntax-error: before line 4, where node "a" begins
  type = "all-in-one"

node "a" {
  address = "10.0.0.1"
}
