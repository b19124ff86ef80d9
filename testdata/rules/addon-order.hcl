cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "a" {
  after = ["b"]
  manifest "https://example.com/v1.2.3/install.yaml" {
    checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}

addon "b" {
  after = ["a"] # error: addon-order: wait for each other
  manifest "https://example.com/v1.2.3/install.yaml" {
    checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}

addon "c" {
  after = ["d"] # error: addon-order: no addon has that name
  manifest "https://example.com/v1.2.3/install.yaml" {
    checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}

addon "e" {
  manifest "/srv/e.yaml" {}
  after = ["e"] # error: addon-order: e comes after itself.
}
