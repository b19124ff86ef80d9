cluster "prod" {
<<<<<<< HEAD # error: syntax-error: This line is a conflict marker of git. Keep one of the two versions
  type = "all-in-one"
=======
  type = "multi-etcd-multi-master"
>>>>>>> feature
}
