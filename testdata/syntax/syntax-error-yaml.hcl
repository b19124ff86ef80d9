cluster:
  type: all-in-one
# error on line 1: syntax-error: An argument or block definition is required here.
# error on line 2: syntax-error: An argument or block definition is required here.
