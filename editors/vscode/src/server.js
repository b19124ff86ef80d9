// serverOptions says how the language server is started: directly and not by a shell, so no setting is read as a command.
exports.serverOptions = (path, args) => ({
  command: path || 'k8splan',
  args: ['lsp', ...(args || [])],
  options: { shell: false },
})
