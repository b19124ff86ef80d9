// Shows a file that is edited elsewhere, with its findings.
export function createEditor ({ parent, text, name, onchange }) {
  const source = document.createElement('div')
  source.className = 'source'
  parent.tabIndex = 0
  parent.setAttribute('role', 'region')
  parent.setAttribute('aria-label', name)
  parent.append(source)
  const fill = () => source.replaceChildren(...text.replace(/\n$/, '').split('\n').map(line => {
    const div = document.createElement('div')
    div.textContent = line
    return div
  }))
  fill()
  return {
    setText (next, again) {
      if (next === text && !again) return
      text = next
      fill()
      onchange(text)
    },
    setFindings (findings) {
      for (const div of source.children) div.className = ''
      for (const d of findings.toReversed()) if (d.severity < 3) source.children[d.range.start.line]?.classList.add(d.severity === 1 ? 'error' : 'warning')
    },
    select (range) {
      for (const div of source.querySelectorAll('.here')) div.classList.remove('here')
      const div = source.children[range.start.line]
      div?.classList.add('here')
      div?.scrollIntoView({ block: 'center' })
    },
    apply () {}
  }
}
