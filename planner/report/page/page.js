// The page: what is down, and what becomes of the cluster. Everything that is said stands in SAY or comes from the model.
const SAY = {
  nothing: 'Nothing is down.', down: 'Down: ', everywhere: 'everywhere', nowhere: 'nowhere', of: (a, b) => `${a} of ${b} failure domains: `,
  left: n => n === Infinity ? 'no loss of machines stops it' : n < 0 ? 'none: it has stopped, or may have' : n === 0 ? 'none: the next machine may stop it' : n === 1 ? 'any 1 more machine' : `any ${n} more machines`,
  names: { 'etcd-writes': 'etcd writes', 'etcd-reads': 'etcd reads', api: 'API', scheduling: 'Scheduling', pods: 'Running pods', services: 'Services', dns: 'DNS', join: 'Joining' },
  marks: { up: '✓', degraded: '◐', depends: '?', down: '✗' }, more: n => `and ${n} more of this size`, cuts: 'Cut the network between', groups: { power: 'Power feeds', zone: 'Failure domains', host: 'Hypervisors' },
  filter: 'Filter', copy: 'Copy', copied: 'Copied', stop: what => `How ${what} stop${what === 'writes' || what.includes('and') ? '' : 's'}`, none: 'no set of up to four units'
}
// Steps of RUNBOOK.md, by what a repair begins with.
const STEPS = [[/snapshot|quorum is lost/, 'When etcd has lost its quorum for good'], [/build (a )?new control plane/, 'When all control planes are gone'], [/lost member|new control plane in place|new balancer/, 'Replace a host that is gone for good'], [/new worker/, 'Add a worker']]

const model = JSON.parse(document.getElementById('model').textContent)
const down = new Set()
const $ = id => document.getElementById(id)
const make = (tag, text, attributes = {}) => {
  const e = document.createElement(tag)
  if (text !== undefined) e.textContent = text
  for (const k in attributes) e.setAttribute(k, attributes[k])
  return e
}
const all = selector => [...document.querySelectorAll(selector)]
const groupNodes = new Map(model.groups.map(g => [g.unit, g.nodes]))
const indexOf = new Map(model.nodes.map((n, i) => [n.n, i]))
const units = [...model.nodes.map(n => 'node/' + n.n),
  ...(model.balancer === 'external' ? ['balancer/external'] : model.nodes.filter(n => n.i & IS.lb).map(n => 'balancer/' + n.n)),
  ...model.groups.map(g => g.unit), ...model.cuts.map(c => 'cut/' + c.cut)]
const known = new Set(units)

function toggle (unit) {
  if (!known.has(unit)) return
  if (!down.delete(unit)) down.add(unit)
  show()
}

function show () {
  const set = [...down], r = judge(model, set), w = r.world
  $('down').textContent = set.length ? SAY.down + set.join(', ') : SAY.nothing
  for (const v of r.verdicts) {
    const li = document.querySelector(`[data-capability="${v.capability}"]`)
    li.className = v.state
    li.querySelector('.mark').textContent = SAY.marks[v.state]
    li.querySelector('.state').textContent = v.state
    li.querySelector('.why').textContent = v.reason
  }
  const zones = w.cp.length ? w.zonesOf(w.kubelet) : []
  $('after').hidden = !set.length
  $('from').textContent = w.answered.length === zones.length ? SAY.everywhere : !w.answered.length ? SAY.nowhere : SAY.of(w.answered.length, zones.length) + w.places(w.answered)
  $('left').textContent = SAY.left(spare(model, r))
  $('returns').textContent = r.recovery.when_it_returns
  $('never').textContent = r.recovery.if_it_never_returns
  $('runbook').textContent = STEPS.filter(([p]) => p.test(r.recovery.if_it_never_returns)).map(([, s]) => 'RUNBOOK.md, ' + s).join('; ') || '–'
  paint(w, r)
}

// paint shows in the picture what is out and how the parts of a request's way fare.
function paint (w, r) {
  for (const e of all('.picture [data-unit]')) {
    const unit = e.dataset.unit, nodes = groupNodes.get(unit)
    const out = down.has(unit) || (e.dataset.node !== undefined && w.dead[indexOf.get(e.dataset.node)]) ||
      (nodes ? nodes.length > 0 && nodes.every(i => w.dead[i]) : unit.startsWith('balancer/') && unit !== 'balancer/external' && w.dead[indexOf.get(unit.slice(9))])
    e.classList.toggle('out', !!out)
    e.setAttribute('aria-pressed', String(!!out))
  }
  for (const e of all('.picture [data-of]')) {
    const nodes = e.dataset.of.split(' ').flatMap(r => { const [first, step, n] = r.split(':').map(Number); return Array.from({ length: n }, (_, i) => first + i * step) })
    e.classList.toggle('out', nodes.every(i => w.dead[i]))
  }
  const is = (e, state) => { for (const s of STATES) e.classList.toggle('is-' + s, s === state) }
  for (const e of all('.picture [data-api]')) is(e, STATES[w.api[w.cp.indexOf(indexOf.get(e.dataset.api))]])
  for (const e of all('.picture [data-lb]')) is(e, e.classList.contains('out') ? 'down' : 'up')
  for (const e of all('.picture [data-member]')) {
    const i = indexOf.get(e.dataset.member)
    is(e, w.dead[i] ? 'down' : STATES[each(w.leaders.map(l => w.reach(l, i) ? UP : DOWN))])
  }
  const api = r.verdicts.find(v => v.capability === 'api').state
  for (const e of all('.picture [data-endpoint]')) is(e, api)
  for (const e of all('.picture .way')) e.classList.toggle('broken', api === 'down')
}

function button (text, unitsOfIt) {
  const b = make('button', text, { type: 'button' })
  b.addEventListener('click', () => { down.clear(); for (const u of unitsOfIt) down.add(u); show() })
  return b
}

function start () {
  for (const e of all('.tools, .hint')) e.hidden = false
  for (const svg of all('.picture')) svg.classList.add('live')
  for (const e of all('.picture [data-unit]')) {
    if (!known.has(e.dataset.unit)) continue
    e.setAttribute('role', 'button')
    e.setAttribute('tabindex', '0')
    e.setAttribute('aria-label', [...e.querySelectorAll('text')].map(t => t.textContent).concat(e.dataset.unit).join(', '))
    e.addEventListener('click', event => { event.stopPropagation(); toggle(e.dataset.unit) })
    e.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); toggle(e.dataset.unit) }
    })
  }
  $('restore').addEventListener('click', () => { down.clear(); show() })
  for (const u of units) $('units').append(make('option', undefined, { value: u }))
  $('unit').addEventListener('change', () => { toggle($('unit').value.trim()); $('unit').value = '' })
  $('theme').addEventListener('click', () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
    document.documentElement.dataset.theme = dark ? 'light' : 'dark'
  })
  for (const s of model.stops) {
    $('stops').append(make('h4', SAY.stop(s.what)))
    for (const set of s.sets) $('stops').append(button(set.join(' + '), set))
    if (s.more) $('stops').append(make('span', SAY.more(s.more)))
    if (!s.sets.length) $('stops').append(make('span', SAY.none))
  }
  // What is in no place of the picture fails by its name.
  const drawn = new Set(all('.picture [data-unit]').map(e => e.dataset.unit)), lists = new Map()
  for (const g of model.groups) {
    const kind = g.unit.slice(0, g.unit.indexOf('/'))
    if (!drawn.has(g.unit)) lists.set(kind, [...(lists.get(kind) || []), g.unit])
  }
  for (const [kind, list] of lists) other(SAY.groups[kind] || kind, list, u => u.slice(kind.length + 1))
  other(SAY.cuts, model.cuts.map(c => 'cut/' + c.cut), u => u.slice(4).replace(':', ' and '))
  for (const table of all('table')) dress(table)
  show()
}

function other (title, list, name) {
  if (!list.length) return
  $('others').append(make('h4', title))
  for (const unit of list) {
    const b = make('button', name(unit), { type: 'button', 'data-toggle': unit })
    b.addEventListener('click', () => toggle(unit))
    $('others').append(b)
  }
}

// dress gives a table a filter, a button that copies it, and heads that sort.
function dress (table) {
  const body = table.tBodies[0], rows = [...body.rows]
  if (rows.length > 2) {
    const tools = make('div', undefined, { class: 'tools' }), input = make('input', undefined, { placeholder: SAY.filter, 'aria-label': SAY.filter + ': ' + table.caption.textContent })
    input.addEventListener('input', () => { for (const r of rows) r.hidden = !r.textContent.toLowerCase().includes(input.value.toLowerCase()) })
    const copy = make('button', SAY.copy, { type: 'button' })
    copy.addEventListener('click', async () => {
      const cell = c => c.innerText.trim().replace(/\s*\n\s*/g, '; ')
      const text = [...table.rows].filter(r => !r.hidden).map(r => [...r.cells].map(cell).join('\t')).join('\n')
      try { await navigator.clipboard.writeText(text); copy.textContent = SAY.copied } catch { getSelection().selectAllChildren(table) }
    })
    tools.append(input, copy)
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

start()
