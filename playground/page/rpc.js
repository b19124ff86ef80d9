// Calls over a channel for texts: JSON-RPC 2.0, as in the language server.
export class Client {
  constructor (channel) {
    this.channel = channel
    this.asked = new Map()
    this.heard = new Map()
    this.last = 0
    channel.onmessage = text => this.receive(JSON.parse(text))
  }

  // on calls f with the parameters of a notification.
  on (method, f) { this.heard.set(method, f) }

  tell (method, params = {}) { this.channel.send(JSON.stringify({ jsonrpc: '2.0', method, params })) }

  ask (method, params = {}) {
    const id = ++this.last
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject })
      this.channel.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }

  receive (m) {
    if (m.id !== undefined && m.method === undefined) {
      const { resolve, reject } = this.asked.get(m.id) || {}
      this.asked.delete(m.id)
      if (m.error) reject?.(new Error(m.error.message))
      else resolve?.(m.result)
    } else this.heard.get(m.method)?.(m.params)
  }

  // begin sends LSP's first messages.
  async begin () {
    await this.ask('initialize', { processId: null, rootUri: null, capabilities: { textDocument: { completion: { completionItem: { snippetSupport: true } } } } })
    this.tell('initialized')
  }
}
