# SYNTAX TEST "source.k8splan" "blocks, arguments, expressions"

# a comment
# <- comment.line.number-sign.k8splan
locals {
# <------ entity.name.type.k8splan
  racks = ["rack-a", "rack-b"] # one at a time
# ^^^^^ variable.other.property.k8splan
#       ^ keyword.operator.assignment.k8splan
#          ^^^^^^ string.quoted.double.k8splan
#                              ^ comment.line.number-sign.k8splan
}
cluster "prod" {
# <------- entity.name.type.k8splan
#       ^^^^^^ string.quoted.double.label.k8splan
#              ^ punctuation.section.block.begin.k8splan
  control_plane_endpoint = "api.${var.domain}:6443"
# ^^^^^^^^^^^^^^^^^^^^^^ variable.other.property.k8splan
#                               ^^ punctuation.section.template.begin.k8splan
#                                 ^^^ variable.language.k8splan
#                                     ^^^^^^ variable.other.k8splan
#                                           ^ punctuation.section.template.end.k8splan
#                                            ^^^^ string.quoted.double.k8splan - meta.template.k8splan
  max_nodes = 40
#             ^^ constant.numeric.k8splan
  audit {}
# ^^^^^ entity.name.type.k8splan
  feature_gates = { EventedPLEG = true }
#                   ^^^^^^^^^^^ variable.other.property.k8splan
#                                 ^^^^ constant.language.k8splan
}
node_pool "worker" {
  failure_domains = [for r in local.racks : upper(r)]
#                    ^^^ keyword.control.k8splan
#                             ^^^^^ variable.language.k8splan
#                                           ^^^^^ support.function.k8splan
  price = "$${literal} \"quoted\""
#          ^^^ constant.character.escape.k8splan
#                      ^^ constant.character.escape.k8splan
}
addon "text" {
  content = <<-END
#           ^^^ keyword.operator.heredoc.k8splan
    node "x" { not a block }
#   ^^^^^^^^^^^^^^^^^^^^^^^^ string.unquoted.heredoc.k8splan
  END
# ^^^ keyword.control.heredoc.k8splan
}
