// A stand: the picture of a design and the effect of failures on it. All its texts are in SAY or come from the model.
const SAY = {
  nothing: 'Nothing is down.', down: 'Down: ', everywhere: 'everywhere', nowhere: 'nowhere', of: (a, b) => `${a} of ${b} failure domains: `,
  left: n => n === Infinity ? 'no loss of machines stops it' : n < 0 ? 'none: it has stopped, or may have' : n === 0 ? 'none: the next machine may stop it' : n === 1 ? 'any 1 more machine' : `any ${n} more machines`,
  names: { 'etcd-writes': 'etcd writes', 'etcd-reads': 'etcd reads', api: 'API', scheduling: 'Scheduling', pods: 'Running pods', services: 'Services', dns: 'DNS', join: 'Joining' },
  marks: { up: '✓', degraded: '◐', depends: '?', down: '✗' }, more: n => `and ${n} more of this size`, others: n => `and ${n} others, by name above`, cuts: 'Cut the network between', off: zone => `${zone} cut off from all others`, apart: 'every network between failure domains', groups: { power: 'Power feeds', zone: 'Failure domains', host: 'Hypervisors' },
  stop: what => `How ${what} stop${what === 'writes' || what.includes('and') ? '' : 's'}`, none: 'no set of up to four units', lies: 'RUNBOOK.md: ', nobody: '–',
  roles: { 'control planes': 'Control planes', members: 'etcd members' }, stacked: 'Control planes with etcd', asIs: 'As designed', designed: n => `${n} as designed`,
  added: 'Not in the design, each added to the emptiest failure domain:', dropped: names => `Left out: ${names.join(', ')}.`, even: n => `${n} members tolerate no more losses than ${n - 1}.`,
  assumes: 'Assumes a load balancer that reaches every API server.', open: 'Open', machines: (n, all) => n < all ? `the first ${n} of ${all} machines` : `${all} machines`, find: 'Find a machine', close: 'Close',
  filter: 'Filter', copy: 'Copy', copied: 'Copied', of2: (q, n) => `${q} of ${n}`, agree: 'agree', at: (k, n) => `${k} of ${n}`
}
const MOST_OPENED = 1500, MOST_OFFERED = 5000, MOST_LISTED = 100
const NS = 'http://www.w3.org/2000/svg'

function make (tag, text, attributes = {}) {
  const e = document.createElement(tag)
  if (text !== undefined) e.textContent = text
  for (const k in attributes) e.setAttribute(k, attributes[k])
  return e
}

// numbersOf reads runs of numbers: first, step and count of each.
const numbersOf = runs => runs ? runs.split(' ').flatMap(r => { const [first, step, n] = r.split(':').map(Number); return Array.from({ length: n }, (_, i) => first + i * step) }) : []

// unpacked returns a model in which every node is listed.
function unpacked (model) {
  const { runs, ...rest } = model
  if (!runs) return model
  const nodes = runs.flatMap(r => {
    const name = k => r.names ? r.names[k] : (r.stem || '') + String(+r.first + k).padStart(r.first.length, '0')
    return Array.from({ length: r.names ? r.names.length : r.count }, (_, k) => ({ n: name(k), z: r.z[k % r.z.length], i: r.i }))
  })
  return { ...rest, nodes, groups: model.groups.map(g => ({ unit: g.unit, nodes: numbersOf(g.nodes) })) }
}

// stateAt is the model of the cluster at a step of a change.
function stateAt (model, k) {
  const c = model.changes, { nodes, ...state } = c.states[c.at[k]]
  const base = { ...model, ...state, zones: c.zones, cuts: c.cuts, groups: c.units.map(unit => ({ unit, nodes: [] })) }
  return rebuilt(base, numbersOf(nodes).map(i => ({ ...c.nodes[i], units: c.nodes[i].u.map(u => c.units[u]) })))
}

// openStand makes a stand live. root holds what NewStand wrote, and model is the model that came with it. The answer has
//   down          the units that are down
//   toggle(unit)  fails a unit, or restores it
//   set(units)    fails these and no others
//   data()        the model that is judged now
//   onchange      is called after each verdict, with it
// A page that shows another design puts its HTML and opens that.
function openStand (root, packed) {
  const model = unpacked(packed)
  const $ = id => root.querySelector('#' + id), all = selector => [...root.querySelectorAll(selector)]
  const down = new Set(), stand = { down, toggle, set, data: () => data, onchange: null }
  let data, known, groupNodes, indexOf, there, counts = null
  const rings = new Map(all('[data-ring]').map(g => [g, g.innerHTML])), drawn = new Set(all('.picture [data-unit]').map(e => e.dataset.unit))

  // use judges by another model from now on, and keeps of what is down what it has.
  function use (next) {
    data = next
    groupNodes = new Map(data.groups.map(g => [g.unit, g.nodes]))
    indexOf = new Map(data.nodes.map((n, i) => [n.n, i]))
    there = new Map(data.nodes.map(n => [n.n, data.zones[n.z]]))
    const units = [...data.nodes.map(n => 'node/' + n.n),
      ...(data.balancer === 'external' ? ['balancer/external'] : data.nodes.filter(n => n.i & IS.lb).map(n => 'balancer/' + n.n)),
      ...data.groups.map(g => g.unit), ...data.cuts.map(c => 'cut/' + c.cut)]
    known = new Set(units)
    for (const u of [...down]) if (!known.has(u)) down.delete(u)
    $('units').replaceChildren(...units.slice(-MOST_OFFERED).map(u => make('option', undefined, { value: u })))
    $('stops').replaceChildren($('stops').firstElementChild)
    for (const s of data.stops) {
      $('stops').append(make('h4', SAY.stop(s.what)))
      for (const set of s.sets) $('stops').append(button(set.join(' + '), set))
      if (s.more) $('stops').append(make('span', SAY.more(s.more)))
      if (!s.sets.length) $('stops').append(make('span', SAY.none))
    }
    // What is in no place of the picture fails by its name.
    const lists = new Map()
    for (const g of data.groups) {
      const kind = g.unit.slice(0, g.unit.indexOf('/'))
      if (!drawn.has(g.unit)) lists.set(kind, [...(lists.get(kind) || []), g.unit])
    }
    $('others').replaceChildren()
    for (const [kind, list] of lists) other(SAY.groups[kind] || kind, list, u => u.slice(kind.length + 1))
    other(SAY.cuts, data.cuts.map(c => 'cut/' + c.cut).filter(u => !drawn.has(u)), u => u.slice(4).replace(':', ' and '))
    show()
  }

  function toggle (unit) {
    if (!known.has(unit)) return
    if (!down.delete(unit)) down.add(unit)
    show()
  }

  // off cuts a failure domain off from all others, or ends that.
  const offOf = e => JSON.parse(e.dataset.cuts).filter(u => known.has(u))
  function off (e) {
    const units = offOf(e), all = units.every(u => down.has(u))
    for (const u of units) if (all) down.delete(u); else down.add(u)
    show()
  }

  function set (units) {
    down.clear()
    for (const u of units) if (known.has(u)) down.add(u)
    show()
  }

  function show () {
    const units = [...down], r = judge(data, units), w = r.world
    $('down').textContent = units.length ? SAY.down + folded(units).join(', ') : SAY.nothing
    for (const v of r.verdicts) {
      const li = root.querySelector(`[data-capability="${v.capability}"]`)
      li.className = v.state
      li.querySelector('.mark').textContent = SAY.marks[v.state]
      li.querySelector('.state').textContent = v.state
      li.querySelector('.why').textContent = v.reason
    }
    const zones = w.cp.length ? w.zonesOf(w.kubelet) : []
    $('from').textContent = w.answered.length === zones.length ? SAY.everywhere : !w.answered.length ? SAY.nowhere : SAY.of(w.answered.length, zones.length) + w.places(w.answered)
    $('left').textContent = SAY.left(spare(data, r))
    $('returns').textContent = r.recovery.when_it_returns
    $('never').textContent = r.recovery.if_it_never_returns
    const hurt = units.length ? r.verdicts.filter(v => v.state !== 'up') : []
    $('brief').replaceChildren(...hurt.map(v => make('span', SAY.marks[v.state] + ' ' + SAY.names[v.capability], { class: v.state })))
    $('brief').hidden = !hurt.length
    const pages = model.runbook.filter(s => new RegExp(s.when).test(r.recovery.if_it_never_returns)).map(s => s.heading)
    $('runbook').replaceChildren(...pages.flatMap((heading, i) => [i ? '; ' : SAY.lies, model.linked ? make('a', heading, { href: 'RUNBOOK.md#' + anchor(heading) }) : heading]))
    if (!pages.length) $('runbook').textContent = SAY.nobody
    for (const id of ['returns', 'never', 'runbook']) $(id).hidden = $(id).previousElementSibling.hidden = !units.length
    paint(w, r)
    if (stand.onchange) stand.onchange(r)
  }

  // folded names units as few as say the same: a failure domain whose every network is cut is named instead of the cuts.
  function folded (units) {
    const cuts = units.filter(u => u.startsWith('cut/')), is = new Set(cuts.map(u => u.slice(4)))
    if (cuts.length < 2) return units
    if (cuts.length === data.cuts.length) return [...units.filter(u => !u.startsWith('cut/')), SAY.apart]
    const ends = data.cuts.map(c => c.cut.split(':')), places = new Set(ends.flat().flatMap(z => z.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'))))
    const within = (zone, place) => zone === place || zone.startsWith(place + '/'), off = []
    for (const place of places) {
      const own = ends.filter(([a, b]) => within(a, place) !== within(b, place)).map(e => e.join(':'))
      if (own.length > 1 && own.every(c => is.has(c))) off.push({ place, own })
    }
    const said = new Set(), names = []
    for (const { place, own } of off.sort((a, b) => b.own.length - a.own.length)) {
      if (own.every(c => said.has(c))) continue
      own.forEach(c => said.add(c))
      names.push(SAY.off(place))
    }
    return [...units.filter(u => !said.has(u.slice(4)) || !u.startsWith('cut/')), ...names]
  }

  // anchor is what a heading is called in an address, as GitHub and GitLab make it.
  function anchor (heading) { return heading.toLowerCase().replace(/[^a-z0-9 -]/g, '').replace(/ /g, '-') }

  // paint shows in the picture what is out and how the parts of a request's way fare.
  function paint (w, r) {
    const dead = name => !!w.dead[indexOf.get(name)]
    for (const e of all('.picture [data-unit], #opened [data-unit], #vary [data-unit]')) {
      const unit = e.dataset.unit, nodes = groupNodes.get(unit), name = e.dataset.node
      const out = down.has(unit) || (name !== undefined && dead(name)) || (nodes ? nodes.length > 0 && nodes.every(i => w.dead[i]) : unit.startsWith('balancer/') && unit !== 'balancer/external' && dead(unit.slice(9)))
      e.classList.toggle('out', !!out)
      const absent = !known.has(unit) || (name !== undefined && e.dataset.zone !== undefined && there.get(name) !== e.dataset.zone)
      e.classList.toggle('absent', absent)
      if (e.namespaceURI === NS && e.hasAttribute('tabindex')) e.setAttribute('tabindex', absent ? '-1' : '0')
      e.setAttribute('aria-pressed', String(!!out))
      e.setAttribute('aria-disabled', String(absent))
    }
    for (const e of all('.picture [data-cuts]')) {
      const units = offOf(e), out = units.length > 0 && units.every(u => down.has(u))
      e.classList.toggle('out', out)
      e.classList.toggle('absent', !units.length)
      e.setAttribute('tabindex', units.length ? '0' : '-1')
      e.setAttribute('aria-pressed', String(out))
    }
    for (const e of all('.picture [data-of]')) e.classList.toggle('out', numbersOf(e.dataset.of).every(i => i < model.nodes.length && dead(model.nodes[i].n)))
    const is = (e, state) => { for (const s of STATES) e.classList.toggle('is-' + s, s === state) }
    for (const e of all('.picture [data-api]')) {
      const at = w.cp.indexOf(indexOf.get(e.dataset.api))
      e.classList.toggle('absent', at < 0)
      is(e, STATES[w.api[at]])
    }
    for (const e of all('.picture [data-lb]')) is(e, e.classList.contains('out') ? 'down' : 'up')
    for (const [g, asDrawn] of rings) ring(g, asDrawn, w)
    for (const e of all('.picture [data-member]')) {
      const i = indexOf.get(e.dataset.member)
      e.classList.toggle('absent', i === undefined)
      if (i !== undefined) is(e, w.dead[i] ? 'down' : STATES[each(w.leaders.map(l => w.reach(l, i) ? UP : DOWN))])
    }
    const api = r.verdicts.find(v => v.capability === 'api').state
    for (const e of all('.picture [data-endpoint]')) is(e, api)
    for (const e of all('.picture .way')) e.classList.toggle('broken', api === 'down')
  }

  // ring draws etcd's members where they are others than the planner drew.
  function ring (g, asDrawn, w) {
    const members = w.member.map(i => data.nodes[i].n), key = members.join(' ')
    if (g.dataset.members === undefined) g.dataset.members = model.changes ? '' : key
    if (g.dataset.members === key) return
    g.dataset.members = key
    if (data === model) { g.innerHTML = asDrawn; return }
    const [cx, cy, r] = g.dataset.ring.split(' ').map(Number), n = members.length
    const svg = (tag, attributes, text) => {
      const e = document.createElementNS(NS, tag)
      for (const k in attributes) e.setAttribute(k, attributes[k])
      if (text !== undefined) e.textContent = text
      return e
    }
    g.replaceChildren(svg('circle', { class: 'circle', cx, cy, r }), svg('text', { class: 'h mid', x: cx, y: cy + 1 }, SAY.of2(w.quorum, n)), svg('text', { class: 'soft mid', x: cx, y: cy + 16 }, SAY.agree))
    const step = n > 3 ? Math.min(26, Math.max(12, Math.floor(84 / n))) : 26, top = cy - (n - 1) * step / 2 + 4
    members.forEach((name, i) => {
      const a = 2 * Math.PI * i / n - Math.PI / 2, one = svg('g', { class: 'chip', 'data-member': name })
      one.append(svg('circle', { class: 'dot', cx: cx + r * Math.cos(a), cy: cy + r * Math.sin(a), r: 7 }), svg('circle', { class: 'dot', cx: cx + r + 22, cy: top + i * step - 4, r: 4 }), svg('text', { class: 'mono', x: cx + r + 32, y: top + i * step }, name))
      g.append(one)
    })
  }

  function button (text, units) {
    const b = make('button', text, { type: 'button' })
    b.addEventListener('click', () => set(units))
    return b
  }

  function other (title, list, name) {
    if (!list.length) return
    $('others').append(make('h4', title))
    for (const unit of list.slice(0, MOST_LISTED)) $('others').append(switchOf(unit, name(unit)))
    if (list.length > MOST_LISTED) $('others').append(make('span', SAY.others(list.length - MOST_LISTED)))
  }

  // switchOf is a button that fails a unit.
  function switchOf (unit, text) {
    const b = make('button', text, { type: 'button', 'data-unit': unit, 'data-toggle': unit })
    if (unit.startsWith('node/')) b.dataset.node = unit.slice(5)
    b.addEventListener('click', () => toggle(unit))
    return b
  }

  // varied makes the sliders over control planes and members.
  function varied () {
    const roles = model.vary.roles, box = $('vary'), outputs = [], note = make('p', undefined, { class: 'soft', 'aria-live': 'polite' })
    counts = roles.map(r => r.now)
    roles.forEach((r, k) => {
      const name = roles.length > 1 ? SAY.roles[r.role] : SAY.stacked, id = 'vary-' + k
      const input = make('input', undefined, { type: 'range', id, min: 1, max: r.of.length, value: r.now }), output = make('output', undefined, { for: id })
      input.addEventListener('input', () => { counts[k] = +input.value; apply() })
      outputs.push([input, output])
      const one = make('span', undefined, { class: 'slide' })
      one.append(make('label', name, { for: id }), input, output)
      box.append(one)
    })
    const back = make('button', SAY.asIs, { type: 'button' })
    back.addEventListener('click', () => { roles.forEach((r, k) => { counts[k] = r.now }); apply() })
    box.append(back, note)
    box.hidden = false
    function apply () {
      const same = roles.every((r, k) => counts[k] === r.now), next = same ? model : vary(model, counts)
      if (!same) next.stops = smallest(next)
      roles.forEach((r, k) => {
        const [input, output] = outputs[k]
        input.value = counts[k]
        output.textContent = counts[k] === r.now ? SAY.designed(r.now) : String(counts[k])
      })
      back.hidden = same
      use(next)
      const names = new Set(next.nodes.map(n => n.n)), old = new Set(model.nodes.map(n => n.n))
      const added = next.nodes.filter(n => !old.has(n.n)), dropped = model.nodes.filter(n => !names.has(n.n)).map(n => n.n), members = counts[counts.length - 1]
      note.replaceChildren()
      if (added.length) note.append(SAY.added + ' ', ...added.flatMap(n => [switchOf('node/' + n.n, n.n + (next.zones[n.z] ? ', ' + next.zones[n.z] : '')), ' ']))
      if (dropped.length) note.append(SAY.dropped(dropped) + ' ')
      if (members % 2 === 0) note.append(SAY.even(members) + ' ')
      if (!same && model.balancer === 'none' && counts[0] > 1) note.append(SAY.assumes)
      show()
    }
    apply()
  }

  // stepped makes the slider over the steps of a change.
  function stepped () {
    const input = $('step'), texts = [...$('texts').children], last = model.changes.at.length - 1
    const go = k => {
      input.value = k = Math.max(0, Math.min(last, k))
      $('when').textContent = SAY.at(k, last)
      if ((k === 0 && document.activeElement === $('back')) || (k === last && document.activeElement === $('on'))) input.focus()
      $('back').disabled = k === 0
      $('on').disabled = k === last
      texts.forEach((p, i) => { p.hidden = i !== k })
      use(stateAt(model, k))
      // what comes with this step and what goes with the next
      const names = k => new Map(k < 0 || k > last ? [] : stateAt(model, k).nodes.map(n => [n.n, n.z]))
      const before = names(k - 1), now = names(k), after = names(k + 1), zone = n => model.changes.zones[n]
      for (const e of all('.picture [data-node]')) {
        const n = e.dataset.node, here = m => m.has(n) && (e.dataset.zone === undefined || zone(m.get(n)) === e.dataset.zone)
        e.classList.toggle('comes', k > 0 && here(now) && !here(before))
        e.classList.toggle('goes', k < last && here(now) && !here(after))
      }
    }
    $('texts').hidden = false
    input.addEventListener('input', () => go(+input.value))
    $('back').addEventListener('click', () => go(+input.value - 1))
    $('on').addEventListener('click', () => go(+input.value + 1))
    go(0)
  }

  // opened shows the machines of a failure domain one by one where the picture shows pools.
  function opened () {
    const box = $('opened'), zones = [...new Set(model.nodes.map(n => n.z))], tools = make('div', undefined, { class: 'tools' }), list = make('div', undefined, { class: 'machines' })
    const which = make('select', undefined, { 'aria-label': SAY.open }), find = make('input', undefined, { placeholder: SAY.find, 'aria-label': SAY.find }), said = make('span', undefined, { class: 'soft' })
    which.append(make('option', SAY.open + '…', { value: '' }), ...zones.map(z => make('option', model.zones[z] || '–', { value: z })))
    const fill = () => {
      const wanted = find.value.trim().toLowerCase()
      const nodes = which.value === '' && !wanted ? [] : model.nodes.filter(n => (which.value === '' || n.z === +which.value) && n.n.includes(wanted))
      said.textContent = nodes.length ? SAY.machines(Math.min(nodes.length, MOST_OPENED), nodes.length) : ''
      list.replaceChildren(...nodes.slice(0, MOST_OPENED).map(n => switchOf('node/' + n.n, n.n)))
      show()
    }
    which.addEventListener('change', fill)
    find.addEventListener('input', fill)
    tools.append(which, find, said)
    box.append(tools, list)
    box.hidden = false
    for (const e of all('.picture [data-of]')) {
      const first = model.nodes[numbersOf(e.dataset.of)[0]]
      e.classList.add('opens')
      e.addEventListener('click', event => { event.stopPropagation(); which.value = first.z; find.value = ''; fill(); box.scrollIntoView({ block: 'nearest' }) })
    }
  }

  for (const e of all('.see > .tools, .hint, aside .tools')) if (e.id !== 'vary') e.hidden = false
  for (const svg of all('.picture')) svg.classList.add('live')
  for (const e of all('.picture [data-unit], .picture [data-cuts]')) {
    const unit = e.dataset.unit, press = unit ? () => toggle(unit) : () => off(e)
    e.setAttribute('role', 'button')
    e.setAttribute('tabindex', '0')
    e.setAttribute('aria-label', unit ? [...e.querySelectorAll('text, :scope > title')].map(t => t.textContent).concat(unit).join(', ') : e.querySelector('title').textContent)
    e.addEventListener('click', event => { event.stopPropagation(); press() })
    e.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); press() }
    })
  }
  $('restore').addEventListener('click', () => set([]))
  $('unit').addEventListener('change', () => { toggle($('unit').value.trim()); $('unit').value = '' })
  if (model.changes) stepped()
  else if (model.vary) varied()
  else use(model)
  if (!model.changes && root.querySelector('.picture [data-of]')) opened()
  return stand
}
