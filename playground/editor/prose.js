// Converts the language server's documentation to elements. No text becomes markup.
export function prose (markdown) {
  const box = document.createElement('div')
  box.className = 'prose'
  for (const part of markdown.split(/\n{2,}|(?=^```)|(?<=^```)$/m)) {
    const fence = /^```\w*\n?([\s\S]*?)\n?(```)?$/.exec(part.trim())
    if (fence) {
      if (fence[1]) box.append(element('pre', fence[1]))
      continue
    }
    if (!part.trim()) continue
    const p = document.createElement('p')
    p.append(...inline(part.trim()))
    box.append(p)
  }
  return box
}

function element (tag, text) {
  const e = document.createElement(tag)
  e.textContent = text
  return e
}

function inline (text) {
  const out = []
  let last = 0
  for (const m of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)|<(https:\/\/[^>\s]+)>/g)) {
    out.push(text.slice(last, m.index))
    last = m.index + m[0].length
    if (m[1]) out.push(element('code', m[1]))
    else if (m[2]) out.push(element('strong', m[2]))
    else {
      const href = m[4] || m[5], a = element('a', m[3] || href)
      if (/^(https:\/\/|docs\/)/.test(href)) Object.assign(a, { href, target: '_blank', rel: 'noopener noreferrer' })
      out.push(a)
    }
  }
  out.push(text.slice(last))
  return out
}
