node "n-1" {
  memory = 8Gi # error: syntax-error: A string needs double quotes: memory = "8Gi".
}
