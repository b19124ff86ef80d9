cluster "prod" {
  type               = "all-in-one"
  kubernetes_version = env("VERSION")               # error: unknown-function: It would depend on the environment
  site               = templatefile("site.tmpl", {}) # error: unknown-function: reads files next to it with file
  cert_sans          = [uppper("api")]              # error: unknown-function: Did you mean "upper"?
}

node "n-1" {
  address = cidr_host("10.0.0.0/24", 1) # error: unknown-function: Did you mean "cidrhost"?
  mac     = frobnicate()                # error: unknown-function: The functions are those of HCL's standard library
}
