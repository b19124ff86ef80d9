node "n-1" {
  memory = 8Gi # error: syntax-error: Text stands in double quotes: memory = "8Gi".
}
