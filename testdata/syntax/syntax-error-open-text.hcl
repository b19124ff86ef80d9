cluster "prod" {
  type = "all-in-one"
}
node "a" {
  address = "10.0.0.1
} # error on line 5: syntax-error: A double quote is missing
node "b" {
  address = "10.0.0.2"
}
