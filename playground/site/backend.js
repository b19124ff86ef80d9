// The planner in the browser: one worker for the checks, and one that writes files.
export const watched = false

class Channel {
  constructor (program) {
    this.worker = new Worker('worker.js?' + program)
    this.worker.onmessage = e => this.onmessage(e.data)
  }

  send (text) { this.worker.postMessage(text) }
}

export const connect = () => new Channel('core')
export const connectRenderer = () => new Channel('renderer')
