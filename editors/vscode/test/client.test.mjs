// Tests how the server is started. The extension itself needs VS Code; the language client sends and shows everything else.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import test from 'node:test'

const { serverOptions } = createRequire(import.meta.url)('../src/server.js')

test('the server is started without a shell, by whatever the settings hold', () => {
  assert.deepEqual(serverOptions('', undefined), { command: 'k8splan', args: ['lsp'], options: { shell: false } })
  const hostile = serverOptions('/opt/k8s plan/k8splan', ['-var-file=$(reboot).vars', '; rm -rf /'])
  assert.equal(hostile.command, '/opt/k8s plan/k8splan')
  assert.deepEqual(hostile.args, ['lsp', '-var-file=$(reboot).vars', '; rm -rf /'])
  assert.equal(hostile.options.shell, false)
})

test('every file that package.json names exists', () => {
  const at = name => new URL('../' + name, import.meta.url)
  const { contributes } = JSON.parse(readFileSync(at('package.json')))
  for (const { path } of contributes.grammars) JSON.parse(readFileSync(at(path)))
  for (const { configuration } of contributes.languages) JSON.parse(readFileSync(at(configuration)))
})
