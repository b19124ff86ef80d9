cluster "prod" "east" { # error: extra-label: The block cluster takes one label, its name. Write cluster "prod" { … }.
  type = "all-in-one"
}

network "main" { # error: extra-label: The block network takes no label. Write network { … }.
}
