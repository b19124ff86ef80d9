// The page of a design, as somebody meets it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { browser, designs, k8splan, open, packages, root, scratch, write } from './browser.mjs'

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
      assert.equal(await page.locator('.picture:visible').count(), 1)
      await page.context().close()
    }
  }
})

test('without JavaScript there are the picture, the verdicts and the tables', async () => {
  const page = await open(chrome, pageOf('testdata/corpus/good/external-etcd.hcl'), { javaScriptEnabled: false })
  assert.equal(await page.locator('.picture:visible').count(), 1)
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
