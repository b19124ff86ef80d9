'use strict'
// The model of failures: it evaluates the same rows as the planner's simulate. judge(data, down) judges a set of units and cuts.
const STATES = ['up', 'degraded', 'depends', 'down']
const UP = 0, DEGRADED = 1, DEPENDS = 2, DOWN = 3
const IS = { cp: 1, member: 2, lb: 4, worker: 8, kubelet: 16, dialed: 32, astray: 64, local: 128, dns: 256 }

// each is the state over all candidates that chance may pick.
function each (states) {
  if (!states.length) return DOWN
  const best = Math.min(...states), worst = Math.max(...states)
  return worst === DOWN && best !== DOWN ? DEPENDS : worst
}

function pool (states) {
  const best = Math.min(DOWN, ...states)
  return best === UP && states.includes(DEGRADED) ? DEGRADED : best
}

class World {
  constructor (data, down) {
    const D = this.D = data, index = new Map(data.nodes.map((n, i) => [n.n, i]))
    this.dead = data.nodes.map(() => false)
    this.mute = data.nodes.map(() => false)
    this.parted = new Set()
    this.cuts = 0
    this.external = false
    for (const unit of down) {
      const name = unit.slice(unit.indexOf('/') + 1)
      if (unit.startsWith('node/')) this.dead[index.get(name)] = true
      else if (unit.startsWith('balancer/')) {
        if (data.balancer === 'external') this.external = true
        else this.mute[index.get(name)] = true
      } else if (unit.startsWith('cut/')) {
        this.cuts += 2
        for (const [a, b] of data.cuts.find(c => c.cut === name).pairs) this.parted.add(a * data.zones.length + b)
      } else for (const i of data.groups.find(g => g.unit === unit).nodes) this.dead[i] = true
    }
    const having = bit => data.nodes.flatMap((n, i) => n.i & bit ? [i] : [])
    for (const k in IS) this[k] = having(IS[k])
    this.astrayed = i => !!(D.nodes[i].i & IS.astray)
    this.quorum = Math.floor(this.member.length / 2) + 1
    this.leaders = this.member.filter(l => this.member.filter(v => this.reach(l, v)).length >= this.quorum)
    this.api = this.cp.map(c => this.server(c))
  }

  linked (a, b) { return !this.parted.has(a * this.D.zones.length + b) }
  zone (i) { return this.D.nodes[i].z }
  reach (a, b) { return !this.dead[a] && !this.dead[b] && this.linked(this.zone(a), this.zone(b)) }
  alive (nodes) { return nodes.filter(i => !this.dead[i]).length }
  zonesOf (nodes) { return [...new Set(nodes.filter(i => !this.dead[i]).map(i => this.zone(i)))].sort((a, b) => a - b) }
  between (a, b) {
    if (!this.cuts) return false
    const others = this.zonesOf(b)
    return this.zonesOf(a).some(x => others.some(y => !this.linked(x, y)))
  }

  // server is the state of a control plane's API server.
  server (c) {
    if (this.dead[c]) return DOWN
    if (!this.member.length) return UP
    if (this.D.stacked) return each(this.leaders.map(l => this.reach(l, c) ? UP : DOWN))
    const asked = this.member.filter(e => this.reach(c, e))
    return each(this.leaders.map(l => {
      const served = asked.filter(e => this.reach(l, e)).length
      return !served ? DOWN : served === asked.length ? UP : DEGRADED
    }))
  }

  backend (zone) { return pool(this.api.filter((_, i) => this.linked(zone, this.zone(this.cp[i])))) }

  // endpoint is the state of the API for a client in a zone.
  endpoint (zone) {
    const kind = this.D.balancer
    if (kind === 'haproxy' && this.lb.length) {
      const by = b => this.dead[b] || this.mute[b] || this.astrayed(b) || !this.linked(zone, this.zone(b)) ? DOWN : this.backend(this.zone(b))
      if (this.dialed.length) return each(this.dialed.map(by))
      const ends = []
      this.elect(holders => ends.push(each(holders.filter(b => this.linked(zone, this.zone(b))).map(by))))
      return each(ends)
    }
    if (kind === 'kube-vip') {
      return each(this.cp.flatMap((c, i) => this.mute[c] || this.api[i] === DOWN ? []
        : [this.astrayed(c) || !this.linked(zone, this.zone(c)) ? DOWN : this.api[i] === DEGRADED ? DEGRADED : UP]))
    }
    if (kind === 'external') return this.external ? DOWN : pool(this.api)
    return this.backend(zone)
  }

  // elect visits each set of balancers that may hold the virtual IP at the same time.
  elect (visit) {
    const up = this.lb.filter(b => !this.dead[b])
    const able = up.filter(b => !this.mute[b] && this.backend(this.zone(b)) !== DOWN)
    const unheard = (left, holder) => left.filter(b => !this.reach(b, holder))
    const settle = (left, holders, then) => {
      if (!left.length) return then(holders)
      for (const b of left) if (this.reach(left[0], b)) settle(unheard(left, b), [...holders, b], then)
    }
    settle(able, [], holders => settle(holders.reduce(unheard, up.filter(b => !able.includes(b))), holders, visit))
  }

  // hearing is how workers learn of new pods.
  hearing () {
    const h = { best: DOWN, sure: 0, own: 0, deaf: 0, chance: 0 }, zones = new Map()
    for (const i of this.worker) {
      const z = this.zone(i)
      if (!zones.has(z)) zones.set(z, this.endpoint(z))
      const state = zones.get(z), local = this.D.nodes[i].i & IS.local, own = local ? this.api[this.cp.indexOf(i)] : DOWN
      if (state === DEPENDS) h.chance = 1
      if (state <= DEGRADED) { if (!this.dead[i]) h.sure++ } else if (local && own <= DEGRADED) { h.sure++; h.own++ } else h.deaf++
      if (!this.dead[i]) h.best = Math.min(h.best, state, own)
    }
    return h
  }

  names (zones) { return zones.map(z => this.D.zones[z]) }
  places (zones) { return this.names(zones).map(z => z || 'nodes without a failure domain').join(', ') }

  quantities () {
    const D = this.D, count = s => this.api.filter(x => x === s).length, haproxy = D.balancer === 'haproxy'
    const zones = this.cp.length ? this.zonesOf(this.kubelet) : [], ends = zones.map(z => this.endpoint(z))
    this.answered = zones.filter((_, i) => ends[i] <= DEGRADED)
    const unsure = zones.filter((_, i) => ends[i] === DEPENDS)
    const off = this.leaders.map(l => this.member.filter(e => !this.dead[e] && !this.reach(l, e)).length)
    const runs = (this.dialed.length ? this.dialed : this.lb.filter(b => !this.astrayed(b))).filter(b => !this.dead[b] && !this.mute[b])
    const h = this.hearing(), up = this.alive(this.member), parts = [...this.cp, ...this.lb, ...this.member]
    const astray = this.lb.find(b => this.astrayed(b) && !this.dead[b] && !this.mute[b])
    const dns = this.dns.filter(i => !this.dead[i]), all = this.zonesOf(this.kubelet)
    const without = D.placed ? all.filter(z => !dns.some(i => this.linked(z, this.zone(i)))) : []
    this.numbers = {
      works: UP, degraded: DEGRADED, depends: DEPENDS, down: DOWN,
      members: this.member.length, up, lost: this.member.length - up, quorum: this.quorum,
      tolerance: Math.max(0, this.member.length - this.quorum), leaders: this.leaders.length,
      offLeast: Math.min(this.member.length, ...off), offMost: Math.max(0, ...off),
      cps: this.cp.length, cpsUp: this.alive(this.cp), apiUp: count(UP), apiDegraded: count(DEGRADED), apiDepends: count(DEPENDS), apiDown: count(DOWN),
      stacked: +D.stacked, lbs: this.lb.length, lbsOff: this.lb.filter(b => this.mute[b] || (this.dead[b] && haproxy)).length,
      lbsLost: haproxy ? this.lb.length - this.alive(this.lb) : 0, dialed: this.dialed.length, external: +this.external,
      moves: +((haproxy && this.lb.length > 1 && !this.dialed.length) || D.balancer === 'kube-vip'),
      waysUp: runs.length, leading: +runs.some(b => this.backend(this.zone(b)) !== DOWN), off: +(astray !== undefined),
      places: zones.length, answered: this.answered.length, unsure: unsure.length,
      severed: +(this.between(parts, parts) || this.between(parts, this.kubelet)),
      workers: this.worker.length, workersUp: this.alive(this.worker), workersLost: this.worker.filter(i => this.dead[i] && !this.cp.includes(i)).length,
      hears: h.best, sure: h.sure, own: h.own, deaf: h.deaf, chance: h.chance,
      kubelets: this.kubelet.length, kubeletsUp: this.alive(this.kubelet), apart: +this.between(this.kubelet, this.kubelet),
      placed: +D.placed, dns: this.dns.length, dnsUp: dns.length, dnsWithout: without.length,
      dnsPartly: +(D.placed && all.some(z => dns.some(i => !this.linked(z, this.zone(i))))),
      mute: +(this.external || this.lb.some(b => this.mute[b] && !this.dead[b])), cuts: this.cuts, dead: +this.dead.includes(true), froms: 0
    }
    this.texts = {
      answered: this.places(this.answered), unsure: this.places(unsure), dnsWithout: this.places(without),
      astray: astray === undefined ? '' : D.nodes[astray].n, way: this.dialed.length === 1 ? D.nodes[this.dialed[0]].n : '', virtualIP: D.virtual_ip
    }
  }

  // sum, holds and say read the rows: sums of quantities, comparisons joined by && and ||, texts with quantities in braces.
  sum (s) {
    let sign = 1, v = 0
    for (const word of s.split(' ')) {
      if (word === '+') sign = 1
      else if (word === '-') sign = -1
      else v += sign * (/^\d+$/.test(word) ? +word : this.numbers[word])
    }
    return v
  }

  holds (when) {
    return !when || when.split(' || ').some(part => part.split(' && ').every(c => {
      const [, a, operator, b] = /^(.*) (==|>=|>|<) (.*)$/.exec(c), x = this.sum(a), y = this.sum(b)
      return operator === '==' ? x === y : operator === '>=' ? x >= y : operator === '>' ? x > y : x < y
    }))
  }

  say (s) {
    return s.replace(/\{([^}]*)\}/g, (_, inside) => {
      if (inside[0] === '@') return this.texts[inside.slice(1)]
      const [sum, noun, verb] = inside.split('|'), n = this.sum(sum)
      if (noun === undefined) return n
      return `${n} ${noun}${n === 1 ? '' : 's'}${verb === undefined ? '' : n === 1 ? ' is' : ' are'}`
    })
  }

  tell (rows) {
    for (const t of rows) {
      const holding = t.rows.filter(r => this.holds(r.when))
      this.texts[t.name] = (t.all ? holding : holding.slice(0, 1)).map(r => this.say(r.text)).join('')
    }
  }
}

// judge returns the verdict of each capability, and what follows, for units (kind/name) and cuts (cut/a:b) that are down.
function judge (data, down) {
  const w = new World(data, down)
  w.quantities()
  w.tell(data.texts)
  const verdicts = []
  let from = []
  for (const v of data.verdicts) {
    const row = v.rows.find(r => w.holds(r.when)), state = w.sum(row.state), reason = w.say(row.reason)
    if (row.from && v.name === 'api') {
      from = w.names(w.answered)
      w.numbers.froms = from.length
    }
    w.numbers[v.name] = state
    w.texts[v.name] = reason
    if (!data.capabilities.includes(v.name)) continue
    const verdict = { capability: v.name, state: STATES[state], reason }
    if (row.from && from.length) verdict.from = from
    verdicts.push(verdict)
  }
  w.tell(data.builds)
  w.numbers.human = 0
  const lost = []
  data.repairs.forEach((t, i) => {
    w.tell([t])
    if (!w.texts[t.name]) return
    lost.push(w.texts[t.name])
    if (i < data.needs_human) w.numbers.human = 1
  })
  return {
    verdicts,
    recovery: { when_it_returns: data.returns, if_it_never_returns: lost.join('; '), data_loss: w.holds(data.data_loss), human: w.numbers.human > 0 },
    world: w
  }
}

// ways lists what stops the API while no network is cut: for each way its nodes, and how many of them may fail.
function ways (data) {
  const having = bit => data.nodes.flatMap((n, i) => n.i & bit ? [i] : [])
  const cps = having(IS.cp), members = having(IS.member), dialed = having(IS.dialed), out = []
  if (members.length) out.push({ nodes: members, spare: members.length - Math.floor(members.length / 2) - 1, etcd: true })
  if (!cps.length) return out
  out.push({ nodes: cps, spare: cps.length - 1 })
  if (data.balancer === 'external') return out
  const lead = dialed.length ? dialed : having(IS.lb).filter(i => !(data.nodes[i].i & IS.astray))
  if (lead.length) out.push({ nodes: lead, spare: lead.length - 1, process: true })
  if (dialed.length > 1) out.push({ nodes: dialed, spare: 0, process: true, chance: true }) // whichever address the client resolved
  return out
}

// spare is how many more nodes, whichever they are, the API survives losing. -1: it has stopped, or may have.
function spare (data, result) {
  const api = result.verdicts.find(v => v.capability === 'api')
  if (api.state === 'down' || api.state === 'depends') return -1
  const w = result.world, gone = way => way.nodes.filter(i => w.dead[i] || (way.process && w.mute[i])).length
  return Math.max(0, Math.min(Infinity, ...ways(data).map(way => way.spare - gone(way))))
}

// rebuilt is a design of other nodes, each with the units that it is in.
function rebuilt (data, nodes) {
  const groups = data.groups.map(g => ({ unit: g.unit, nodes: [] })), by = new Map(groups.map(g => [g.unit, g])), zones = new Set()
  nodes.forEach((n, i) => {
    zones.add(n.z)
    for (const u of n.units) by.get(u).nodes.push(i)
  })
  return {
    ...data,
    nodes,
    groups: groups.filter(g => g.nodes.length),
    cuts: data.cuts.filter(c => c.pairs.every(([a, b]) => zones.has(a) && zones.has(b)))
  }
}

// vary is the design with the given number of each role of data.vary.
function vary (data, counts) {
  const nodes = [...data.nodes.map(n => ({ ...n, units: [] })), ...data.vary.nodes.map(n => ({ ...n, i: 0 }))]
  for (const g of data.groups) for (const i of g.nodes) nodes[i].units.push(g.unit)
  const varied = new Set(data.vary.roles.flatMap(r => r.of))
  data.vary.roles.forEach((r, k) => r.of.forEach((i, at) => { nodes[i].i = at < counts[k] ? nodes[i].i | r.bits[at] : nodes[i].i & ~r.bits[at] }))
  return rebuilt(data, nodes.filter((n, i) => n.i || !varied.has(i)))
}

// smallest lists the smallest sets of up to four units that stop writes, and those that stop the API, for a design that is varied. Workers
// take no part in it.
function smallest (data) {
  const parts = data.nodes.flatMap((n, i) => n.i & (IS.cp | IS.member | IS.lb) ? [i] : []), among = new Set(parts)
  const units = parts.map(i => ({ unit: 'node/' + data.nodes[i].n, nodes: [i] }))
  if (data.balancer !== 'external') for (const i of parts) if (data.nodes[i].i & IS.lb) units.push({ unit: 'balancer/' + data.nodes[i].n, nodes: [i], process: true })
  units.push(...data.groups.filter(g => g.nodes.some(i => among.has(i))))
  const breaks = (set, way) => {
    const gone = new Set(set.flatMap(k => !units[k].process || way.process ? units[k].nodes : []))
    return way.nodes.filter(i => gone.has(i)).length > way.spare
  }
  const all = ways(data).filter(way => !way.chance)
  const stops = [{ what: 'writes', ways: all.filter(way => way.etcd), sets: [], more: 0 }, { what: 'the API', ways: all, sets: [], more: 0 }]
  if (data.balancer === 'external') stops[1].sets.push(['balancer/external'])
  const walk = (stop, from, size, set) => {
    if (set.length === size) {
      if (!stop.ways.some(way => breaks(set, way))) return
      if (stop.sets.length < 12) stop.sets.push(set.map(k => units[k].unit)); else stop.more++
      return
    }
    for (let k = from; k < units.length; k++) walk(stop, k + 1, size, [...set, k])
  }
  for (const stop of stops) {
    const most = stop.sets.length ? 1 : units.length < 40 ? 4 : 2
    for (let size = 1; size <= most && (size === 1 || !stop.sets.length); size++) walk(stop, 0, size, [])
  }
  return stops
}

if (typeof module !== 'undefined') module.exports = { judge, spare, vary, rebuilt, smallest }
