// A design as the part of an address behind the #: compressed, then in base64 for addresses. Browsers do not send that part.
const MOST = 1 << 20 // characters of a design; the planner takes no larger one

async function through (bytes, stream) {
  const out = []
  let size = 0
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if ((size += value.length) > 4 * MOST) throw new Error('the design is too large')
    out.push(value)
  }
  return new Uint8Array(await new Blob(out).arrayBuffer())
}

export async function pack (text) {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw'))
  let s = ''
  for (const b of bytes) s += String.fromCharCode(b)
  return '#d=' + btoa(s).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

// unpack returns the design of a fragment, null if there is none.
export async function unpack (fragment) {
  const m = /^#d=([\w-]*)$/.exec(fragment)
  if (!m) return null
  const s = atob(m[1].replaceAll('-', '+').replaceAll('_', '/'))
  const text = new TextDecoder().decode(await through(Uint8Array.from(s, c => c.charCodeAt(0)), new DecompressionStream('deflate-raw')))
  if (text.length > MOST) throw new Error('the design is too large')
  return text
}
