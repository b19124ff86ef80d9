'use strict'
/* global importScripts, Go */
// Runs one of the planner's programs. Messages that arrive before the program is ready wait for it.
importScripts('wasm_exec.js')
const program = self.location.search === '?renderer' ? 'renderer' : 'core'
const waiting = []
let receive = text => waiting.push(text)
self.onmessage = e => receive(e.data)
self.k8splanReady = f => {
  receive = f
  for (const text of waiting) f(text)
}
const go = new Go()
fetch(program + '.wasm.gz').then(answer => {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`)
  const bytes = answer.body.pipeThrough(new DecompressionStream('gzip'))
  return WebAssembly.instantiateStreaming(new Response(bytes, { headers: { 'content-type': 'application/wasm' } }), go.importObject)
}).then(({ instance }) => go.run(instance))
