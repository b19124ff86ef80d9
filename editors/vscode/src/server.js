// serverOptions starts the language server directly, not with a shell, so no setting is interpreted as a command.
exports.serverOptions = (path, args) => ({
  command: path || 'k8splan',
  args: ['lsp', ...(args || [])],
  options: { shell: false },
})
