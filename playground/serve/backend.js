// The planner of `k8splan serve`: messages to it are POST requests, and those from it are events.
export const watched = true

class Channel {
  constructor () {
    const events = new EventSource('events')
    this.session = new Promise(resolve => { events.addEventListener('session', e => resolve(e.data)) })
    this.sent = this.session
    events.onmessage = e => this.onmessage(e.data)
    events.onerror = () => { events.close(); this.onend?.() }
  }

  // send keeps the order: each message is sent after the one before it has arrived.
  send (text) {
    this.sent = this.sent.then(async () => {
      await fetch('message?session=' + await this.session, { method: 'POST', body: text, headers: { 'content-type': 'application/json' } })
    }).catch(() => this.onend?.())
  }
}

export const connect = () => new Channel()
export const connectRenderer = () => null
