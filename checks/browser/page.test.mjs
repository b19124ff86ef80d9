// Tests the page of a design as users see it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { browser, compare, designs, k8splan, open, root, scratch, tabTo, violations, write } from './browser.mjs'

let chrome
before(async () => { chrome = await browser() })
after(() => chrome.close())

const pages = new Map()
function pageOf (design, ...args) {
  const key = [design, ...args].join(' ')
  if (!pages.has(key)) {
    const path = join(scratch, `page-${pages.size}.html`)
    k8splan('report', design, '-o', path, ...args)
    pages.set(key, path)
  }
  return 'file://' + pages.get(key)
}

function sound (page) {
  assert.deepEqual(page.strayed, [], 'requests leave the page')
  assert.deepEqual(page.wrong, [], 'errors in the page')
}

// setOf returns a failure in the page's format.
const setOf = f => [...f.units.map(u => u.unit), ...(f.cuts || []).map(c => 'cut/' + c)]

test('the page says what simulate says, of every failure', async () => {
  const all = designs()
  // without a virtual IP, clients connect to all balancers, or to the one at the endpoint's address
  const apart = readFileSync(join(root, 'testdata/corpus/good/external-etcd.hcl'), 'utf8').replace(/^\s*virtual_ip\s*=.*\n/m, '')
  all.push(write('dialed-all.hcl', apart), write('dialed-one.hcl', apart.replace(/(control_plane_endpoint\s*=\s*)".*?"/, '$1"10.4.0.11:6443"')))
  assert.ok(all.length > 20)
  const expected = execFileSync('go', ['run', './checks/browser/expect', ...all], { cwd: root, maxBuffer: 1 << 29 }).toString().trim().split('\n').map(JSON.parse)
  let judged = 0
  let varied = 0
  for (const { file, failures, variants } of expected) {
    const page = await open(chrome, pageOf(file))
    const sets = failures.map(setOf)
    const said = await page.evaluate(sets => sets.map(s => { const r = judge(model, s); return { verdicts: r.verdicts, recovery: r.recovery } }), sets) // eslint-disable-line no-undef
    failures.forEach((f, i) => assert.deepEqual(said[i], { verdicts: f.verdicts, recovery: f.recovery }, `${file}: ${sets[i].join(' + ')}`))
    judged += failures.length
    for (const v of variants || []) {
      const sets = v.failures.map(setOf)
      const { names, spared, said, broken } = await page.evaluate(([counts, sets]) => {
        const data = vary(model, counts), nothing = judge(data, []) // eslint-disable-line no-undef
        const said = sets.map(s => { const r = judge(data, s); return { verdicts: r.verdicts, recovery: r.recovery } }) // eslint-disable-line no-undef
        // the set of each button stops something, and no smaller part of it does
        const state = (set, name) => judge(data, set).verdicts.find(v => v.capability === name).state // eslint-disable-line no-undef
        const broken = smallest(data).flatMap(stop => stop.sets.filter(set => { // eslint-disable-line no-undef
          const name = stop.what === 'writes' ? 'etcd-writes' : 'api'
          return state(set, name) !== 'down' || set.some(u => state(set.filter(x => x !== u), name) === 'down')
        }))
        return { names: data.nodes.map(n => n.n), spared: spare(data, nothing), said, broken } // eslint-disable-line no-undef
      }, [v.counts, sets])
      const what = `${file} with ${v.counts.join(' and ')}`
      assert.deepEqual(names, v.names, what)
      assert.equal(Math.min(spared, 4), v.spare, what)
      assert.deepEqual(broken, [], what)
      v.failures.forEach((f, i) => assert.deepEqual(said[i], { verdicts: f.verdicts, recovery: f.recovery }, `${what}: ${sets[i].join(' + ')}`))
      varied += v.failures.length
    }
    sound(page)
    await page.context().close()
  }
  assert.ok(judged > 4000, `${judged} failures were compared`)
  assert.ok(varied > 4000, `${varied} failures of varied designs were compared`)
})

test('what the page shows after a click is what simulate prints', async () => {
  for (const [design, units] of [
    ['testdata/corpus/good/external-etcd.hcl', ['zone/rack-a', 'balancer/lb-2', 'node/cp-3']],
    ['testdata/corpus/good/hypervisors.hcl', ['host/kvm-1', 'node/etcd-2']]
  ]) {
    const page = await open(chrome, pageOf(design))
    for (const unit of units) await page.locator(`[data-unit="${unit}"]:visible`).first().click({ position: { x: 6, y: 6 } })
    const want = JSON.parse(k8splan('simulate', design, '-o', 'json', '--kill', units.join(','))).outcome
    const got = await page.locator('#states li').evaluateAll(items => items.map(li => [li.dataset.capability, li.className, li.querySelector('.state').textContent, li.querySelector('.why').textContent]))
    assert.deepEqual(got, want.verdicts.map(v => [v.capability, v.state, v.state, v.reason]))
    assert.equal(await page.locator('#never').textContent(), want.recovery.if_it_never_returns)
    for (const u of want.units) for (const n of u.nodes) assert.ok(await page.locator(`[data-node="${n}"].out`).count() > 0, `${n} is not dark`)
    await page.locator('#restore').click()
    assert.equal(await page.locator('#down').textContent(), 'Nothing is down.')
    assert.equal(await page.locator('.picture .out').count(), 0)
    sound(page)
    await page.context().close()
  }
})

test('the buttons show how things stop', async () => {
  const page = await open(chrome, pageOf('testdata/corpus/good/external-etcd.hcl'))
  const buttons = page.locator('#stops button')
  assert.ok(await buttons.count() > 3)
  await buttons.first().click()
  assert.equal(await page.locator('[data-capability=etcd-writes] .state').textContent(), 'down')
  sound(page)
})

test('a machine can be failed by the keyboard alone', async () => {
  const page = await open(chrome, pageOf('examples/multi-etcd-multi-master/topology.hcl'))
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => (document.activeElement.dataset.unit || '').startsWith('node/'))) break
  }
  const unit = await page.evaluate(() => document.activeElement.dataset.unit)
  assert.match(unit || '', /^node\//)
  await page.keyboard.press('Enter')
  assert.match(await page.locator('#down').textContent(), new RegExp(unit))
  await page.keyboard.press('Space')
  assert.equal(await page.locator('#down').textContent(), 'Nothing is down.')
  sound(page)
})

test('axe-core finds nothing, in light and dark, with parts down', async () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const design of ['examples/multi-etcd-multi-master/topology.hcl', 'testdata/corpus/good/hypervisors.hcl', 'testdata/corpus/good/five-thousand-nodes.hcl']) {
      const page = await open(chrome, pageOf(design), { colorScheme, bypassCSP: true })
      await page.locator('#stops button').first().click()
      assert.deepEqual(await violations(page), [], `${design}, ${colorScheme}`)
      await page.context().close()
    }
  }
})

// grown returns a design with one more control plane and one worker fewer, and the original.
function grown () {
  const text = readFileSync(join(root, 'testdata/corpus/good/external-etcd.hcl'), 'utf8')
  const old = text.replace(/(node_pool "cp" \{[^}]*?count\s*=\s*)3/, '$12').replace(/(node_pool "worker" \{[^}]*?count\s*=\s*)45/, '$146')
  assert.notEqual(old, text)
  mkdirSync(join(scratch, 'grown'), { recursive: true })
  return ['testdata/corpus/good/external-etcd.hcl', '--diff', write('grown/topology.hcl', old)]
}

test('axe-core finds nothing in a comparison, and nothing is wider than the screen', async () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 1280]) {
      const page = await open(chrome, pageOf(...grown()), { colorScheme, bypassCSP: true, viewport: { width, height: 900 } })
      for (const state of ['before', 'on the way', 'after, with a loss']) {
        if (state !== 'before') await page.locator(state === 'on the way' ? '#on' : '#stops button').first().click()
        if (state.startsWith('after')) await page.locator('#step').press('End')
        assert.deepEqual(await violations(page), [], `${state}, ${width}, ${colorScheme}`)
      }
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `too wide at ${width}`)
      sound(page)
      await page.context().close()
    }
  }
})

test('sliders and steps are moved by the keyboard alone', async () => {
  const page = await open(chrome, pageOf('testdata/corpus/good/external-etcd.hcl'))
  await tabTo(page, '#vary-0')
  const now = +await page.locator('#vary-0').inputValue()
  await page.keyboard.press('ArrowRight')
  assert.equal(await page.locator('#vary output').first().textContent(), String(now + 1))
  await tabTo(page, '#vary-1')
  await page.keyboard.press('Home')
  assert.equal(await page.locator('#vary output').nth(1).textContent(), '1')
  assert.match(await page.locator('#left').textContent(), /^none/)
  await tabTo(page, '#vary button:not([data-unit])')
  await page.keyboard.press('Enter')
  assert.match(await page.locator('#vary output').first().textContent(), /as designed/)
  sound(page)

  const diff = await open(chrome, pageOf(...grown()))
  const last = +await diff.locator('#step').getAttribute('max')
  await tabTo(diff, '#step')
  await diff.keyboard.press('ArrowRight')
  assert.equal(await diff.locator('#when').textContent(), `1 of ${last}`)
  assert.equal(await diff.locator('#texts p:visible').count(), 1)
  await tabTo(diff, '#on')
  for (let k = 2; k <= last; k++) await diff.keyboard.press('Enter')
  assert.equal(await diff.locator('#when').textContent(), `${last} of ${last}`)
  assert.ok(await diff.locator('#on').isDisabled())
  assert.equal(await diff.evaluate(() => document.activeElement.id), 'step', 'the focus is lost with the last step')
  await diff.keyboard.press('Home')
  assert.equal(await diff.locator('#when').textContent(), `0 of ${last}`)
  assert.equal(await diff.locator('.picture [data-unit="node/cp-3"]').first().getAttribute('tabindex'), '-1')
  await diff.keyboard.press('End')
  // a removed machine is skipped, and a new one can fail
  await tabTo(diff, '.picture [data-unit="node/cp-3"]')
  await diff.keyboard.press('Enter')
  assert.equal(await diff.locator('#down').textContent(), 'Down: node/cp-3')
  assert.equal(await diff.locator('.picture [data-unit][aria-disabled=true][tabindex="0"]').count(), 0)
  await tabTo(diff, '#restore')
  await diff.keyboard.press('Space')
  assert.equal(await diff.locator('#down').textContent(), 'Nothing is down.')
  // a table sorts, and the runs of a wide one scroll
  await tabTo(diff, '.scroll', 200)
  await tabTo(diff, 'th button')
  await diff.keyboard.press('Enter')
  assert.equal(await diff.locator('th[aria-sort=ascending]').count(), 1)
  sound(diff)
})

test('nothing is wider than the screen, from 360 px to 4K', async () => {
  for (const design of ['testdata/corpus/good/external-etcd.hcl', 'testdata/corpus/good/five-thousand-nodes.hcl']) {
    for (const width of [360, 768, 1100, 1440, 3840]) {
      const page = await open(chrome, pageOf(design), { viewport: { width, height: 900 } })
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.ok(over <= 0, `${design}: ${over} px too wide at ${width}`)
      assert.equal(await page.locator('.stand .picture:visible').count(), 1)
      await page.context().close()
    }
  }
})

test('without JavaScript there are the picture, the verdicts and the tables', async () => {
  const page = await open(chrome, pageOf('testdata/corpus/good/external-etcd.hcl'), { javaScriptEnabled: false })
  assert.equal(await page.locator('.stand .picture:visible').count(), 1)
  assert.equal(await page.locator('#states li.up').count(), 8)
  assert.ok(await page.locator('table').count() > 8)
  assert.equal(await page.locator('.tools:visible').count(), 0)
})

test('it prints', async () => {
  const page = await open(chrome, pageOf('testdata/corpus/good/external-etcd.hcl'))
  const pdf = await page.pdf({ format: 'A4' })
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length
  assert.ok(sheets > 2 && sheets < 40, `${sheets} sheets`)
  // the steps of a comparison are printed as their table
  const diff = await open(chrome, pageOf(...grown()), { colorScheme: 'dark' })
  await diff.emulateMedia({ media: 'print' })
  assert.equal(await diff.locator(':is(.tools, .hint):visible').count(), 0)
  assert.ok(await diff.locator('#h-way').isVisible())
  assert.equal(await diff.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)')
})

test('no text becomes markup', async () => {
  const evil = '<img src=x onerror=alert(1)></script><script>alert(2)</script>'
  const design = readFileSync(join(root, 'testdata/corpus/good/external-etcd.hcl'), 'utf8') + `
waive "availability-domain-majority" {
  reason = ${JSON.stringify(evil)}
}
`
  mkdirSync(join(scratch, 'evil'), { recursive: true })
  const path = write('evil/topology.hcl', design)
  const page = await open(chrome, pageOf(path))
  assert.equal(await page.locator('img').count(), 0)
  assert.ok((await page.locator('#h-waivers').locator('xpath=..').textContent()).includes(evil))
  assert.equal(await page.locator('script').count(), 2)
  sound(page)
})

// expect runs checks/browser/expect, which uses the planner itself.
const expect = (...args) => execFileSync('go', ['run', './checks/browser/expect', ...args], { cwd: root, maxBuffer: 1 << 29 }).toString().trim().split('\n').map(JSON.parse)

// edited returns a design with one text replaced and another one appended.
function edited (design, name, from, to, more = '') {
  const text = readFileSync(join(root, design), 'utf8')
  assert.ok(text.includes(from), `${design} has no ${from}`)
  mkdirSync(join(scratch, name), { recursive: true })
  return write(`${name}/topology.hcl`, text.replace(from, to) + more)
}

test('each state on the way of a change is judged as simulate judges it', async () => {
  const machine = (name, role, address, zone) => `\nnode "${name}" {\n  roles          = ["${role}"]\n  address        = "${address}"\n  failure_domain = "${zone}"\n}\n`
  for (const [old, edit] of [
    // a member replaces another, and there is one more control plane
    ['testdata/corpus/good/rooms-and-racks.hcl', edited('testdata/corpus/good/rooms-and-racks.hcl', 'member', 'node "etcd-2" {\n  roles          = ["etcd"]\n  address        = "10.20.0.22"', 'node "etcd-4" {\n  roles          = ["etcd"]\n  address        = "10.20.0.24"', machine('cp-4', 'control-plane', '10.20.0.34', 'south/rack-1'))],
    // a worker leaves its rack
    ['testdata/corpus/good/external-etcd.hcl', edited('testdata/corpus/good/external-etcd.hcl', 'fewer', 'count           = 45', 'count           = 43')]
  ]) {
    const states = expect('-change', old, edit)
    const page = await open(chrome, pageOf(edit, '--diff', old))
    const last = +await page.locator('#step').getAttribute('max')
    assert.equal(states.length, last + 1)
    for (let k = 0; k <= last; k++) {
      if (k) await page.locator('#on').click()
      const sets = states[k].failures.map(setOf)
      const { names, spared, said } = await page.evaluate(([k, sets]) => {
        const data = stateAt(model, k) // eslint-disable-line no-undef
        return { names: data.nodes.map(n => n.n), spared: spare(data, judge(data, [])), said: sets.map(s => { const r = judge(data, s); return { verdicts: r.verdicts, recovery: r.recovery } }) } // eslint-disable-line no-undef
      }, [k, sets])
      assert.deepEqual(names.sort(), states[k].names.sort(), `state ${k}`)
      assert.equal(Math.min(spared, 4), states[k].spare, `state ${k}`)
      states[k].failures.forEach((f, i) => assert.deepEqual(said[i], { verdicts: f.verdicts, recovery: f.recovery }, `state ${k}: ${sets[i].join(' + ')}`))
      // a machine that does not exist at that time is pale, and cannot fail
      const pale = await page.locator('.picture.wide [data-node].absent').evaluateAll(all => all.map(e => e.dataset.node))
      for (const name of pale) assert.ok(!states[k].names.includes(name), `${name} is there in state ${k}`)
    }
    assert.ok(await page.locator('.picture.wide .goes').count() === 0 && await page.locator('#on').isDisabled())
    sound(page)
    await page.context().close()
  }
})

test('sliders vary control planes and members, and lead back', async () => {
  const page = await open(chrome, pageOf('testdata/corpus/good/external-etcd.hcl'))
  await page.locator('#vary-1').fill('5')
  assert.equal(await page.locator('.picture.wide [data-ring] .h').textContent(), '3 of 5')
  assert.equal(await page.locator('#left').textContent(), 'any 1 more machine') // two balancers
  await page.locator('#vary button[data-unit="node/etcd-5"]').click()
  assert.match(await page.locator('#down').textContent(), /etcd-5/)
  assert.match(await page.locator('[data-capability=etcd-writes] .why').textContent(), /4 of 5/)
  await page.locator('#vary-0').fill('1')
  assert.equal(await page.locator('.picture.wide [data-node].absent').count(), 2)
  await page.getByRole('button', { name: 'As designed' }).click()
  assert.equal(await page.locator('.picture.wide [data-ring] .h').textContent(), '2 of 3')
  assert.equal(await page.locator('#down').textContent(), 'Nothing is down.')
  sound(page)
})

test('a cable is cut with a click, and a step of the runbook is led to', async () => {
  const tree = join(scratch, 'tree')
  k8splan('generate', 'testdata/corpus/good/external-etcd.hcl', '--out', tree)
  const page = await open(chrome, 'file://' + join(tree, 'report.html'))
  await page.locator('[data-unit="cut/rack-a:rack-b"]').focus()
  await page.keyboard.press('Enter')
  assert.match(await page.locator('#down').textContent(), /cut\/rack-a:rack-b/)
  await page.locator('#restore').click()
  const runbook = readFileSync(join(tree, 'RUNBOOK.md'), 'utf8')
  const headings = await page.evaluate(() => model.runbook.map(s => s.heading)) // eslint-disable-line no-undef
  assert.equal(headings.length, 4)
  for (const heading of headings) assert.ok(runbook.includes(`### ${heading}\n`), `RUNBOOK.md has no "${heading}"`)
  for (const unit of ['node/etcd-1', 'node/etcd-2']) await page.locator(`[data-unit="${unit}"]:visible`).first().click({ position: { x: 6, y: 6 } })
  assert.equal(await page.locator('#runbook a').first().getAttribute('href'), 'RUNBOOK.md#when-etcd-has-lost-its-quorum-for-good')
  sound(page)
})

test('machines of a large design are opened by rack', async () => {
  const page = await open(chrome, pageOf('testdata/corpus/good/five-thousand-nodes.hcl'))
  await page.locator('.picture.wide [data-of]').last().click({ position: { x: 4, y: 4 } })
  assert.ok(await page.locator('#opened .machines button').count() > 1000)
  const name = await page.locator('#opened .machines button').nth(500).textContent()
  await page.locator('#opened input').fill(name)
  await page.locator('#opened .machines button').first().click()
  assert.equal(await page.locator('#down').textContent(), 'Down: node/' + name)
  sound(page)
})

test('no text of a design becomes markup, wherever it stands', async () => {
  const [{ texts, page: html, change }] = expect('-hostile', 'testdata/corpus/good/hypervisors.hcl')
  for (const [name, text] of [['hostile.html', html], ['hostile-change.html', change]]) {
    const page = await open(chrome, 'file://' + write(name, text))
    assert.equal(await page.locator('img, svg[onload], [onerror], a[href^=javascript]').count(), 0)
    assert.equal(await page.locator('script').count(), 2)
    assert.equal(await page.locator('h1').textContent(), texts[0])
    await page.locator('.picture [data-unit]:visible').first().click({ position: { x: 6, y: 6 } })
    for (const b of await page.locator('#stops button').all()) await b.click()
    sound(page)
    await page.context().close()
  }
})

test('the page looks as it did', async () => {
  const off = []
  const see = async (name, url, step) => {
    for (const colorScheme of ['light', 'dark']) {
      const page = await open(chrome, url, { colorScheme, reducedMotion: 'reduce', deviceScaleFactor: 0.5, viewport: { width: 1280, height: 1000 } })
      if (step) await page.evaluate(step)
      off.push(await compare(chrome, `${name}-${colorScheme}.jpg`, await page.screenshot({ type: 'jpeg', quality: 45 })))
      await page.context().close()
    }
  }
  for (const [design, step] of [
    ['examples/all-in-one/topology.hcl', ''], ['testdata/corpus/good/external-etcd.hcl', "set(['zone/rack-a'])"], ['testdata/corpus/good/hypervisors.hcl', "set(['host/kvm-1', 'node/etcd-2'])"],
    ['testdata/corpus/good/rooms-and-racks.hcl', "set(['power/feed-a'])"], ['testdata/corpus/good/stacked-kube-vip.hcl', ''], ['testdata/corpus/good/five-thousand-nodes.hcl', "set(['zone/hall-1'])"]
  ]) {
    const parts = design.split('/')
    await see(parts.at(-2) === 'good' ? parts.at(-1).replace('.hcl', '') : parts.at(-2), pageOf(design), step && 'stand.' + step)
  }
  await see('diff', pageOf(...grown()), "document.getElementById('on').click()")
  assert.deepEqual(off.filter(Boolean), [], 'look at the pages; UPDATE=1 takes the pictures anew')
})

test('a failure domain is cut off from all others with one click', async () => {
  const design = 'testdata/corpus/good/rooms-and-racks.hcl'
  const page = await open(chrome, pageOf(design))
  const plugs = page.locator('.picture.wide .plug')
  assert.ok(await plugs.count() > 3, 'rooms and racks have no plugs')
  for (const plug of [plugs.first(), plugs.nth(1)]) {
    const cuts = JSON.parse(await plug.getAttribute('data-cuts'))
    await plug.focus()
    await page.keyboard.press('Enter')
    assert.deepEqual(await page.evaluate(() => [...stand.down].sort()), [...cuts].sort()) // eslint-disable-line no-undef
    assert.equal(await plug.getAttribute('aria-pressed'), 'true')
    const name = (await plug.locator('title').textContent()).match(/^Cut (\S+) off/)[1]
    assert.equal(await page.locator('#down').textContent(), cuts.length > 1 ? `Down: ${name} cut off from all others` : `Down: ${cuts[0]}`)
    const want = JSON.parse(k8splan('simulate', design, '-o', 'json', '--cut', cuts.map(c => c.slice(4)).join(','))).outcome
    const got = await page.locator('#states li').evaluateAll(items => items.map(li => [li.className, li.querySelector('.why').textContent]))
    assert.deepEqual(got, want.verdicts.map(v => [v.state, v.reason]))
    await page.keyboard.press('Space')
    assert.equal(await page.locator('#down').textContent(), 'Nothing is down.')
  }
  // a single cut has a name, and so have all cuts at once
  const every = await page.evaluate(() => { const all = stand.data().cuts.map(c => 'cut/' + c.cut); stand.set(all.slice(0, 1)); const one = document.getElementById('down').textContent; stand.set(all.concat('power/feed-a')); return [one, all[0]] }) // eslint-disable-line no-undef
  assert.equal(every[0], 'Down: ' + every[1])
  assert.equal(await page.locator('#down').textContent(), 'Down: power/feed-a, every network between failure domains')
  sound(page)
})

test('pages of 20,000 and 50,000 machines stay below a megabyte, and judge as simulate does', async () => {
  const text = readFileSync(join(root, 'testdata/corpus/good/five-thousand-nodes.hcl'), 'utf8').replace('10.128.0.0/11', '10.0.0.0/8').replace('10.64.0.0/18', '100.64.0.0/12').replaceAll('"10.64.', '"100.64.')
  for (const count of [20000, 50000]) {
    mkdirSync(join(scratch, 'many-' + count), { recursive: true })
    const design = write(`many-${count}/topology.hcl`, text.replace('4995', String(count - 10)))
    const url = pageOf(design), bytes = readFileSync(url.slice(7)).length
    assert.ok(bytes < 1 << 20, `${bytes} bytes`)
    const page = await open(chrome, url)
    const units = ['zone/hall-1', `node/worker-${count - 10}`, 'node/etcd-2']
    await page.evaluate(units => stand.set(units), units) // eslint-disable-line no-undef
    const want = JSON.parse(k8splan('simulate', design, '-o', 'json', '--kill', units.join(','))).outcome
    const got = await page.locator('#states li').evaluateAll(items => items.map(li => [li.className, li.querySelector('.why').textContent]))
    assert.deepEqual(got, want.verdicts.map(v => [v.state, v.reason]))
    sound(page)
    await page.context().close()
  }
})

test('tables sort and filter', async () => {
  const page = await open(chrome, pageOf('testdata/corpus/good/external-etcd.hcl'))
  const section = page.locator('section:has(#h-machines)')
  const names = () => section.locator('tbody tr:not([hidden]) td:first-child').allTextContents()
  await section.locator('th button').first().click()
  const up = await names()
  await section.locator('th button').first().click()
  assert.deepEqual(await names(), [...up].reverse())
  await section.locator('input').fill('lb-')
  assert.deepEqual((await names()).sort(), ['lb-1', 'lb-2'])
})

test('the page of 5,000 machines is below a megabyte, and loads in a few times what its data take to parse', async () => {
  const text = readFileSync(pageOf('testdata/corpus/good/five-thousand-nodes.hcl').slice(7), 'utf8')
  assert.ok(text.length < 1 << 20, `${text.length} bytes`)
  const small = await open(chrome, pageOf('testdata/corpus/good/five-thousand-nodes.hcl'))
  await small.evaluate(() => toggle('zone/hall-1')) // eslint-disable-line no-undef
  assert.deepEqual(await small.locator('.picture:visible .group.out text.name').allTextContents(), ['cp-1 … cp-4', 'etcd-1 … etcd-4', 'worker-1 … worker-4993'])
  const page = await open(chrome, pageOf('testdata/corpus/good/five-thousand-nodes.hcl', '--full'))
  assert.equal(await page.locator('.picture:visible .tile').count(), 4995)
  const ratio = await page.evaluate(() => {
    const source = JSON.stringify(model), time = f => { const t = performance.now(); for (let i = 0; i < 20; i++) f(); return performance.now() - t }
    return time(() => judge(model, ['zone/hall-1', 'node/etcd-2'])) / time(() => JSON.parse(source)) // eslint-disable-line no-undef
  })
  assert.ok(ratio < 25, `a verdict takes ${ratio.toFixed(1)} times the parsing of the model`)
  sound(page)
})
