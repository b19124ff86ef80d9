// The extension starts `k8splan lsp` and shows its answers. All knowledge of topologies is in the server.
const { commands, window, workspace } = require('vscode')
const { LanguageClient, State } = require('vscode-languageclient/node')
const { serverOptions } = require('./server.js')

let client

async function start() {
  const settings = workspace.getConfiguration('k8splan')
  const options = serverOptions(settings.get('path'), settings.get('arguments'))
  client = new LanguageClient('k8splan', 'k8splan', options, {
    documentSelector: [{ scheme: 'file', language: 'k8splan' }, { scheme: 'untitled', language: 'k8splan' }],
  })
  try {
    await client.start()
  } catch (why) {
    const choice = await window.showErrorMessage(
      `${options.command} did not start (${why.message}). Install k8splan, or set k8splan.path.`, 'Open settings')
    if (choice) {
      commands.executeCommand('workbench.action.openSettings', 'k8splan.path')
    }
  }
}

async function stop() {
  if (client && client.state === State.Running) {
    await client.stop()
  }
  client = undefined
}

async function restart() {
  await stop()
  if (workspace.isTrusted) { // what is started is named by a setting
    await start()
  }
}

exports.activate = async context => {
  context.subscriptions.push(
    commands.registerCommand('k8splan.restart', restart),
    workspace.onDidGrantWorkspaceTrust(restart),
    workspace.onDidChangeConfiguration(change => change.affectsConfiguration('k8splan') && restart()),
  )
  await restart()
}

exports.deactivate = stop
