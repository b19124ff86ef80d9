cluster "prod" {
<<<<<<< HEAD # error: syntax-error: keep one
  type = "all-in-one"
=======
  type = "multi-etcd-multi-master"
>>>>>>> feature
}
