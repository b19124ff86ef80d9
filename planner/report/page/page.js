// The page: one stand, the tables, light and dark.
const MANY = 8 // rows above which a filter helps
const model = unpacked(JSON.parse(document.getElementById('model').textContent))
const stand = openStand(document, model)
const toggle = stand.toggle // eslint-disable-line no-unused-vars

async function copied (b, text, otherwise) {
  try { await navigator.clipboard.writeText(text); b.textContent = SAY.copied } catch { getSelection().selectAllChildren(otherwise) }
}

// dress gives a table a filter, a button that copies it, and heads that sort.
function dress (table) {
  const body = table.tBodies[0], rows = [...body.rows]
  if (rows.length > 2) {
    const tools = make('div', undefined, { class: 'tools' }), input = make('input', undefined, { placeholder: SAY.filter, 'aria-label': SAY.filter + ': ' + table.caption.textContent })
    input.addEventListener('input', () => { for (const r of rows) r.hidden = !r.textContent.toLowerCase().includes(input.value.toLowerCase()) })
    const copy = make('button', SAY.copy, { type: 'button' })
    copy.addEventListener('click', () => {
      const cell = c => c.innerText.trim().replaceAll('\u00a0', ' ').replace(/\s*\n\s*/g, '; ')
      copied(copy, [...table.rows].filter(r => !r.hidden).map(r => [...r.cells].map(cell).join('\t')).join('\n'), table)
    })
    if (rows.length > MANY) tools.append(input)
    tools.append(copy)
    table.parentNode.before(tools)
  }
  const key = t => t.replace(/\d+/g, n => n.padStart(12, '0'))
  ;[...table.tHead.rows[0].cells].forEach((th, i) => {
    const b = make('button', th.textContent, { type: 'button' })
    th.replaceChildren(b)
    b.addEventListener('click', () => {
      const turn = th.getAttribute('aria-sort') === 'ascending' ? -1 : 1
      for (const c of th.parentNode.cells) c.removeAttribute('aria-sort')
      th.setAttribute('aria-sort', turn > 0 ? 'ascending' : 'descending')
      rows.sort((a, b) => turn * key(a.cells[i].textContent).localeCompare(key(b.cells[i].textContent)))
      body.append(...rows)
    })
  })
}

for (const e of document.querySelectorAll('header .tools')) e.hidden = false
document.getElementById('theme').addEventListener('click', () => {
  const set = document.documentElement.dataset.theme, dark = set ? set === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.theme = dark ? 'light' : 'dark'
})
for (const table of document.querySelectorAll('table')) dress(table)
for (const pre of document.querySelectorAll('details.rules pre')) {
  const b = make('button', SAY.copy, { type: 'button' })
  b.addEventListener('click', () => copied(b, pre.textContent, pre))
  pre.previousElementSibling.append(b)
}
