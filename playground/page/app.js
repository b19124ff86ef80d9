// The page: a design, its findings, its picture, its files. backend.js connects it to the planner, and editor.js shows the text.
import { connect, connectRenderer, watched } from './backend.js'
import { createEditor } from './editor.js'
import { pack, unpack } from './link.js'
import { Client } from './rpc.js'

const SAY = {
  none: 'No findings', of: (n, one) => `${n} ${one}${n === 1 ? '' : 's'}`, line: n => `line ${n}`, kinds: { error: 'Error', warning: 'Warning', note: 'Note' },
  old: 'The design has errors. This is its last state without one.', empty: 'The design has errors, so that there is nothing to show yet.',
  loading: 'Loading what writes the files…', making: 'Writing the files…', files: n => `${n} files, as k8splan generate writes them`, failed: 'The files cannot be shown: ',
  copied: 'Copied.', copy: 'Copy it from the field.', long: n => `It has ${n} characters. Some programs cut links that long.`, bad: 'The link holds no design that can be read. This is a starter.',
  gone: 'k8splan serve has ended.', compare: 'Compare from here', comparing: 'End the comparison', plain: 'No file is open', waiver: /^Waive\b/
}
const uri = 'file:///topology.hcl'
const $ = id => document.getElementById(id)
const make = (tag, text, attributes = {}) => {
  const e = document.createElement(tag)
  if (text !== undefined) e.textContent = text
  for (const k in attributes) e.setAttribute(k, attributes[k])
  return e
}

const client = new Client(connect())
let editor, renderer, stand, text = '', old = '', version = 0, turn = 0, shown = null, treeOf = null, tree = [], findings = []

// --- the design

// lost is the error in the link with which the page was opened, until the design is edited.
let lost = ''

function edited (next) {
  text = next
  lost = ''
  client.tell('textDocument/didChange', { textDocument: { uri, version: ++version }, contentChanges: [{ text }] })
  later()
}

let timer
function later (ms = 250) {
  clearTimeout(timer)
  timer = setTimeout(refresh, ms)
}

async function refresh () {
  const mine = ++turn
  if (!watched) try { localStorage.setItem('k8splan-design', text) } catch { /* a browser that keeps nothing */ }
  const picture = await client.ask('k8splan/picture', { text, old })
  if (mine !== turn) return
  $('stand').classList.toggle('old', !picture.stand)
  if (picture.stand) show(picture)
  $('note').hidden = !!picture.stand && !lost
  $('note').textContent = lost || (picture.stand ? '' : shown ? SAY.old : SAY.empty)
  if (!$('files').hidden) files()
}

// show replaces the picture. What is down stays down. The markup comes from the planner, which escapes all user texts.
function show (picture) {
  const down = stand ? [...stand.down] : []
  shown = picture
  $('sentence').textContent = picture.sentence
  document.title = picture.name + ' · k8splan'
  $('stand').innerHTML = picture.stand.html
  stand = openStand($('stand'), picture.stand.model) // eslint-disable-line no-undef
  if (down.length) stand.set(down)
}

// --- findings

const severity = d => d.severity === 1 ? 'error' : d.severity === 2 ? 'warning' : 'note'

client.on('textDocument/publishDiagnostics', ({ version: of, diagnostics }) => {
  if (of !== version) return
  findings = diagnostics
  editor.setFindings(findings)
  list()
})

function list () {
  const count = { error: 0, warning: 0, note: 0 }
  for (const d of findings) count[severity(d)]++
  $('count').textContent = Object.entries(count).filter(([, n]) => n).map(([kind, n]) => SAY.of(n, kind)).join(', ') || SAY.none
  const order = ['error', 'warning', 'note']
  const sorted = findings.toSorted((a, b) => order.indexOf(severity(a)) - order.indexOf(severity(b)) || a.range.start.line - b.range.start.line)
  $('list').replaceChildren(...sorted.map(entry))
}

function entry (d) {
  const li = make('li', undefined, { class: severity(d) }), p = make('p'), go = make('button', SAY.line(d.range.start.line + 1), { type: 'button', class: 'go' })
  go.addEventListener('click', () => { view('design'); editor.select(d.range) })
  p.append(make('span', SAY.kinds[severity(d)], { class: 'kind' }), ', ', go, ': ', d.message)
  li.append(p)
  if (!watched) fixes(d, li)
  return li
}

// fixes adds buttons for the corrections that the language server has.
async function fixes (d, li) {
  const of = version, actions = await corrections(d.range)
  if (of !== version || !actions.length) return
  const box = make('div', undefined, { class: 'fixes' })
  for (const a of actions.filter(a => a.diagnostics?.some(o => o.code === d.code && o.range.start.line === d.range.start.line))) {
    const b = make('button', a.title, { type: 'button' })
    b.addEventListener('click', () => { if (of === version) editor.apply(a.edit.changes[uri] || []) })
    box.append(b)
  }
  li.append(box)
}

async function corrections (range) {
  try {
    return await client.ask('textDocument/codeAction', { textDocument: { uri }, range, context: { diagnostics: [] } }) || []
  } catch { return [] }
}

// --- files

async function files () {
  if (treeOf === text) return
  const of = text, first = !renderer
  $('tree').textContent = first ? SAY.loading : SAY.making
  try {
    if (first) {
      const channel = connectRenderer() // none where one program does both
      renderer = channel ? new Client(channel) : client
      if (channel) await renderer.begin()
    }
    const answer = await renderer.ask('k8splan/tree', { text: of })
    if (of !== text) return files()
    treeOf = of
    tree = answer.files
    $('tree').textContent = SAY.files(tree.length)
    $('download').disabled = false
    names()
  } catch (e) {
    if (of !== text) return files()
    $('tree').textContent = SAY.failed + e.message
    $('download').disabled = true
  }
}

// names lists the files by folder. Open folders stay open.
function names () {
  const open = new Set([...document.querySelectorAll('#names details[open]')].map(d => d.dataset.folder)), before = $('path').dataset.path
  const root = new Map()
  for (const f of tree) {
    const parts = f.path.split('/'), name = parts.pop()
    let at = root
    for (const p of parts) at = at.get(p + '/') || (at.set(p + '/', new Map()), at.get(p + '/'))
    at.set(name, f)
  }
  const fill = (ul, folder, prefix) => {
    for (const [name, item] of folder) {
      const li = make('li')
      if (item instanceof Map) {
        const details = make('details', undefined, { 'data-folder': prefix + name }), inner = make('ul')
        details.open = open.has(prefix + name)
        details.append(make('summary', name), inner)
        fill(inner, item, prefix + name)
        li.append(details)
      } else {
        const b = make('button', name, { type: 'button', 'data-path': item.path })
        b.addEventListener('click', () => look(item))
        li.append(b)
      }
      ul.append(li)
    }
  }
  $('names').replaceChildren()
  fill($('names'), root, '')
  look(tree.find(f => f.path === (before || 'README.md')) || tree[0])
}

function look (file) {
  $('path').textContent = file?.path || SAY.plain
  $('path').dataset.path = file?.path || ''
  $('text').textContent = file?.text || ''
  for (const b of document.querySelectorAll('#names button')) b.setAttribute('aria-current', String(b.dataset.path === file?.path))
}

$('download').addEventListener('click', async () => {
  const { name, data } = await renderer.ask('k8splan/archive', { text })
  const url = URL.createObjectURL(new Blob([Uint8Array.from(atob(data), c => c.charCodeAt(0))], { type: 'application/gzip' }))
  make('a', undefined, { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60000)
})

// --- the rest of the page

function view (name) {
  document.querySelector('main').dataset.view = name
  if (name !== 'design') {
    $('picture').hidden = name !== 'picture'
    $('files').hidden = name !== 'files'
  }
  const right = $('files').hidden ? 'picture' : 'files'
  const narrow = matchMedia('(max-width: 999px)').matches
  for (const b of document.querySelectorAll('.views button')) b.setAttribute('aria-pressed', String(narrow ? b.dataset.view === name : b.dataset.view === right))
  if (name === 'files') files()
}
for (const b of document.querySelectorAll('.views button')) b.addEventListener('click', () => view(b.dataset.view))

$('compare').addEventListener('click', () => {
  old = old ? '' : text
  $('compare').setAttribute('aria-pressed', String(!!old))
  $('compare').textContent = old ? SAY.comparing : SAY.compare
  refresh()
})

$('share').addEventListener('click', async () => {
  const fragment = await pack(text)
  if (!watched) history.replaceState(null, '', fragment)
  const link = new URL(fragment, location.href).href
  $('link').value = link
  $('copied').textContent = ''
  $('shared').showModal()
  $('link').select()
  const long = link.length > 8000 ? ' ' + SAY.long(link.length) : ''
  try {
    await navigator.clipboard.writeText(link)
    $('copied').textContent = SAY.copied + long
  } catch { $('copied').textContent = SAY.copy + long }
})

const root = document.documentElement
try { if (localStorage.getItem('k8splan-theme')) root.dataset.theme = localStorage.getItem('k8splan-theme') } catch { /* as above */ }
$('theme').addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = dark ? 'light' : 'dark'
  try { localStorage.setItem('k8splan-theme', root.dataset.theme) } catch { /* as above */ }
})

async function starters () {
  const { types, targets } = await client.ask('k8splan/starters')
  $('target').replaceChildren(...targets.map(t => make('option', t.name, { value: t.name, title: t.title })))
  const fill = () => {
    const of = targets.find(t => t.name === $('target').value), before = $('type').value
    $('type').replaceChildren(...types.filter(t => of.types.includes(t.name)).map(t => make('option', t.name, { value: t.name, title: t.title })))
    if (of.types.includes(before)) $('type').value = before
  }
  $('target').addEventListener('change', fill)
  $('target').value = 'bare-metal'
  fill()
  $('type').value = 'multi-etcd-multi-master'
  $('begin').hidden = false
  $('begin').addEventListener('submit', async event => {
    event.preventDefault()
    editor.setText(await starter())
    history.replaceState(null, '', location.pathname)
  })
}
const starter = async () => (await client.ask('k8splan/starter', { type: $('type').value, target: $('target').value })).text

// first is the initial text: from the link, the last visit, or a starter.
async function first () {
  let bad = false
  try {
    const shared = await unpack(location.hash)
    if (shared !== null) return shared
  } catch { bad = true }
  try {
    const kept = localStorage.getItem('k8splan-design')
    if (kept && !bad) return kept
  } catch { /* as above */ }
  const text = await starter()
  if (bad) lost = SAY.bad
  return text
}

function opened (name) {
  editor = createEditor({ parent: $('editor'), text, name, client, uri, corrections, onchange: edited })
  client.tell('textDocument/didOpen', { textDocument: { uri, languageId: 'hcl', version, text } })
  refresh()
}

async function start () {
  await client.begin()
  if (watched) {
    client.on('k8splan/file', ({ name, text: next, again }) => {
      $('where').textContent = name
      if (again) treeOf = null
      if (editor) editor.setText(next, again)
      else { text = next; opened(name) }
    })
    client.channel.onend = () => { $('note').textContent = SAY.gone; $('note').hidden = false }
    client.ask('k8splan/watch')
    return
  }
  $('docs').hidden = false
  await starters()
  text = await first()
  opened('topology.hcl')
  addEventListener('hashchange', async () => {
    const shared = await unpack(location.hash).catch(() => null)
    if (shared !== null && shared !== text) editor.setText(shared)
  })
}
view('picture')
document.querySelector('main').dataset.view = 'design'
view('design')
start()
