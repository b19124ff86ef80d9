// The page of a design, as somebody meets it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { browser, designs, here, k8splan, open, packages, root, scratch, write } from './browser.mjs'

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

// setOf is a failure as the page takes it.
const setOf = f => [...f.units.map(u => u.unit), ...(f.cuts || []).map(c => 'cut/' + c)]

test('the page says what simulate says, of every failure', async () => {
  const all = designs()
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
        // what the buttons say stops something does, and no smaller part of it
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
  const axe = readFileSync(join(packages, 'node_modules/axe-core/axe.min.js'), 'utf8')
  for (const colorScheme of ['light', 'dark']) {
    for (const design of ['examples/multi-etcd-multi-master/topology.hcl', 'testdata/corpus/good/hypervisors.hcl', 'testdata/corpus/good/five-thousand-nodes.hcl']) {
      const page = await open(chrome, pageOf(design), { colorScheme, bypassCSP: true })
      await page.locator('#stops button').first().click()
      await page.evaluate(axe)
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
      const told = found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`)
      assert.deepEqual(told, [], `${design}, ${colorScheme}`)
      await page.context().close()
    }
  }
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

// expect runs checks/browser/expect, which asks the planner itself.
const expect = (...args) => execFileSync('go', ['run', './checks/browser/expect', ...args], { cwd: root, maxBuffer: 1 << 29 }).toString().trim().split('\n').map(JSON.parse)

// edited is a design with a text in it replaced, and another one behind it.
function edited (design, name, from, to, more = '') {
  const text = readFileSync(join(root, design), 'utf8')
  assert.ok(text.includes(from), `${design} has no ${from}`)
  mkdirSync(join(scratch, name), { recursive: true })
  return write(`${name}/topology.hcl`, text.replace(from, to) + more)
}

test('each state on the way of a change is judged as simulate judges it', async () => {
  const machine = (name, role, address, zone) => `\nnode "${name}" {\n  roles          = ["${role}"]\n  address        = "${address}"\n  failure_domain = "${zone}"\n}\n`
  for (const [old, edit] of [
    // a member in another's place, and a control plane more
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
      // who is not there is pale, and cannot be failed
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

// Pictures of what was looked at and found good. UPDATE=1 takes them anew: look at them again then. Fonts differ between machines, so that
// areas are compared, not letters.
test('the page looks as it did', async () => {
  const folder = join(here, 'seen')
  mkdirSync(folder, { recursive: true })
  const off = []
  for (const [design, step] of [
    ['examples/all-in-one/topology.hcl', ''], ['testdata/corpus/good/external-etcd.hcl', "set(['zone/rack-a'])"], ['testdata/corpus/good/hypervisors.hcl', "set(['host/kvm-1', 'node/etcd-2'])"],
    ['testdata/corpus/good/rooms-and-racks.hcl', "set(['power/feed-a'])"], ['testdata/corpus/good/stacked-kube-vip.hcl', ''], ['testdata/corpus/good/five-thousand-nodes.hcl', "set(['zone/hall-1'])"]
  ]) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await open(chrome, pageOf(design), { colorScheme, reducedMotion: 'reduce', deviceScaleFactor: 0.5, viewport: { width: 1280, height: 1000 } })
      if (step) await page.evaluate('stand.' + step)
      const shot = await page.screenshot({ type: 'jpeg', quality: 45 })
      const path = join(folder, `${design.split('/').at(-2) === 'good' ? design.split('/').at(-1).replace('.hcl', '') : design.split('/').at(-2)}-${colorScheme}.jpg`)
      if (process.env.UPDATE || !existsSync(path)) writeFileSync(path, shot)
      const blank = await open(chrome, 'about:blank')
      const apart = await blank.evaluate(async images => {
        const cells = await Promise.all(images.map(async data => {
          const image = new Image()
          image.src = 'data:image/jpeg;base64,' + data
          await image.decode()
          const canvas = new OffscreenCanvas(64, 50), context = canvas.getContext('2d')
          context.imageSmoothingQuality = 'high'
          context.drawImage(image, 0, 0, 64, 50)
          return context.getImageData(0, 0, 64, 50).data
        }))
        let far = 0
        for (let i = 0; i < cells[0].length; i += 4) if ([0, 1, 2].some(c => Math.abs(cells[0][i + c] - cells[1][i + c]) > 40)) far++
        return far / (64 * 50)
      }, [readFileSync(path), shot].map(b => b.toString('base64')))
      if (apart > 0.05) off.push(`${path}: ${(100 * apart).toFixed(1)} % of the areas differ`)
      await blank.context().close()
      await page.context().close()
    }
  }
  assert.deepEqual(off, [], 'look at the pages; UPDATE=1 takes the pictures anew')
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
    const source = document.getElementById('model').textContent, time = f => { const t = performance.now(); for (let i = 0; i < 20; i++) f(); return performance.now() - t }
    return time(() => judge(model, ['zone/hall-1', 'node/etcd-2'])) / time(() => JSON.parse(source)) // eslint-disable-line no-undef
  })
  assert.ok(ratio < 25, `a verdict takes ${ratio.toFixed(1)} times the parsing of the model`)
  sound(page)
})
