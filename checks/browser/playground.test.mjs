// Tests the playground and `k8splan serve` as users see them.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createReadStream, existsSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { extname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { binary, browser, compare, k8splan, open, root, scratch, tabTo, violations, write } from './browser.mjs'

// K8SPLAN_SITE names a playground that is already built.
const site = process.env.K8SPLAN_SITE || join(scratch, 'site')
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.gz': 'application/gzip' }
let chrome, server, home
before(async () => {
  if (!existsSync(join(site, 'core.wasm.gz'))) execFileSync('scripts/site.sh', [site], { cwd: root, stdio: 'inherit' })
  server = createServer((ask, answer) => {
    const file = join(site, new URL(ask.url, 'http://x').pathname.replace(/\/$/, '/index.html'))
    if (!existsSync(file)) { answer.writeHead(404).end(); return }
    answer.writeHead(200, { 'content-type': types[extname(file)] || 'application/octet-stream' })
    createReadStream(file).pipe(answer)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  home = `http://127.0.0.1:${server.address().port}/`
  chrome = await browser()
})
after(async () => {
  await chrome.close()
  server.close()
  server.closeAllConnections()
})

// begin opens the playground and waits until the planner has answered.
async function begin (address = home, options = {}) {
  const page = await open(chrome, address, options)
  await page.locator('#stand .picture:visible, #note:visible').first().waitFor({ state: 'attached', timeout: 120000 })
  await page.locator('#count:has-text("findings"), #list li').first().waitFor({ state: 'attached' })
  return page
}

function sound (page) {
  assert.deepEqual(page.strayed, [], 'requests leave the page')
  assert.deepEqual(page.wrong, [], 'errors in the page')
}

const content = page => page.locator('.cm-content')
const textOf = page => page.evaluate(() => localStorage.getItem('k8splan-design'))

// enter replaces the editor's text, as pasting does.
async function enter (page, text) {
  await content(page).click()
  await page.keyboard.press('Control+a')
  await content(page).evaluate((e, text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    e.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, text)
  await page.waitForFunction(t => localStorage.getItem('k8splan-design') === t, text, { timeout: 60000 })
}

const broken = k8splan('init', 'all-in-one').replace(/^(\s*)type(\s+=)/m, '$1typ$2')

test('a mistake is marked as it is typed, explained, and corrected with a click', async () => {
  const page = await begin()
  assert.match(await page.locator('#sentence').textContent(), /\w{3,}/)
  await enter(page, broken)
  const first = page.locator('#list li.error').first()
  await first.waitFor()
  assert.match(await first.textContent(), /"typ"/)
  assert.ok(await page.locator('.cm-lintRange-error').count() > 0, 'nothing is marked in the text')
  await page.locator('#note:has-text("last state")').waitFor()
  const fix = page.locator('#list li.error .fixes button').first()
  await fix.waitFor()
  await fix.click()
  await page.waitForFunction(() => !document.querySelector('#list li.error') && document.querySelector('#note').hidden, null, { timeout: 60000 })
  await page.waitForFunction(() => /^\s*type\s+=/m.test(localStorage.getItem('k8splan-design')))
  sound(page)
  await page.context().close()
})

test('completion and documentation come from the language server', async () => {
  const page = await begin()
  await content(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('\nvari')
  await page.keyboard.press('Control+Space')
  const offer = page.locator('.cm-tooltip-autocomplete li', { hasText: 'variable' }).first()
  await offer.waitFor({ timeout: 60000 })
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+Home')
  await page.locator('.cm-line span', { hasText: /^cluster$/ }).first().hover()
  await page.locator('.cm-tooltip .prose').first().waitFor({ timeout: 60000 })
  sound(page)
  await page.context().close()
})

test('a link holds the design, and opens it in another browser', async () => {
  const page = await begin()
  const design = k8splan('init', 'single-etcd-multi-master', '--target', 'aws') + '\n# übermäßig ✓\n'
  await enter(page, design)
  await page.locator('#share').click()
  await page.locator('#shared[open]').waitFor()
  const link = await page.locator('#link').inputValue()
  assert.match(link, /#d=[\w-]+$/)
  const other = await begin(link)
  await other.waitForFunction(t => localStorage.getItem('k8splan-design') === t, design)
  assert.equal(await textOf(other), design)
  sound(page)
  sound(other)
  const bad = await begin(home + '#d=AAAA')
  await bad.waitForFunction(() => document.querySelector('#note').textContent.includes('no design'))
  for (const p of [page, other, bad]) await p.context().close()
})

test('what is down shows what simulate says, and stays down while the design is edited', async () => {
  const page = await begin()
  await page.locator('#stand [data-unit="node/cp-1"]:visible').first().click({ position: { x: 6, y: 6 } })
  const want = JSON.parse(k8splan('simulate', write('starter.hcl', await textOf(page)), '-o', 'json', '--kill', 'node/cp-1')).outcome
  const got = await page.locator('#stand #states li').evaluateAll(items => items.map(li => [li.dataset.capability, li.className, li.querySelector('.why').textContent]))
  assert.deepEqual(got, want.verdicts.map(v => [v.capability, v.state, v.reason]))
  await content(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('\n# more')
  await page.waitForFunction(() => localStorage.getItem('k8splan-design').endsWith('# more'))
  assert.match(await page.locator('#stand #down').textContent(), /node\/cp-1/)
  sound(page)
  await page.context().close()
})

test('the archive holds what generate writes', async () => {
  const page = await begin()
  await page.locator('.views [data-view=files]').click()
  await page.locator('#download:enabled').waitFor({ timeout: 180000 })
  assert.match(await page.locator('#text').textContent(), /^# /)
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()])
  const dir = mkdtempSync(join(scratch, 'archive-')), file = join(dir, 'tree.tar.gz')
  await download.saveAs(file)
  execFileSync('tar', ['-xzf', file, '-C', dir])
  const name = download.suggestedFilename().replace(/\.tar\.gz$/, ''), design = write('archived.hcl', await textOf(page)), out = join(dir, 'want')
  k8splan('generate', design, '--out', out)
  assert.equal(spawnSync('diff', ['-r', out, join(dir, name)]).stdout.toString(), '')
  assert.equal(execFileSync('find', ['.', '-type', 'f', '-perm', '/100'], { cwd: join(dir, name) }).toString().split('\n').sort().join(),
    execFileSync('find', ['.', '-type', 'f', '-perm', '/100'], { cwd: out }).toString().split('\n').sort().join(), 'the files that can be run differ')
  sound(page)
  await page.context().close()
})

test('no text becomes markup', async () => {
  const evil = '<img src=x onerror=alert(1)></script><script>alert(2)</script>'
  const page = await begin()
  const design = await textOf(page) + `\nwaive "availability-domain-majority" {\n  reason = ${JSON.stringify(evil)}\n}\nlocals {\n  ${'x'} = ${JSON.stringify(evil)}\n}\nnode ${JSON.stringify(evil)} {\n}\n`
  await enter(page, design)
  await page.locator('#list li.error').first().waitFor()
  const link = new URL(page.url())
  for (const of of ['main', '#list', '#stand', '#files']) assert.equal(await page.locator(of + ' :is(img, script, iframe)').count(), 0)
  assert.ok((await page.locator('#list').textContent()).includes('<img'), 'the finding does not show the name')
  assert.equal(link.hash, '')
  sound(page)
  await page.context().close()
})

test('every starter opens without an error, and its target has its types', async () => {
  const page = await begin()
  for (const [target, type] of [['kind', 'all-in-one'], ['aks', 'multi-etcd-multi-master'], ['vagrant', 'single-etcd-single-master']]) {
    await page.locator('#target').selectOption(target)
    await page.locator('#type').selectOption(type)
    await page.locator('#begin button').click()
    const want = k8splan('init', type, '--target', target)
    await page.waitForFunction(t => localStorage.getItem('k8splan-design') === t, want, { timeout: 60000 })
    assert.equal(await page.locator('#list li.error').count(), 0)
  }
  sound(page)
  await page.context().close()
})

test('a comparison shows the steps from one design to the other', async () => {
  const page = await begin()
  await page.locator('#compare').click()
  const text = await textOf(page)
  await enter(page, text.replace(/(node_pool "worker[^]*?count\s*=\s*)(\d+)/, (_, a, n) => a + (+n + 1)))
  await page.locator('#stand #step').waitFor({ timeout: 60000 })
  sound(page)
  await page.context().close()
})

test('axe-core finds nothing, in light and dark, with findings and with files; nothing is wider than the screen; it looks as it did', async () => {
  const off = []
  for (const colorScheme of ['light', 'dark']) {
    const page = await begin(home, { colorScheme, bypassCSP: true, reducedMotion: 'reduce' })
    for (const [width, view] of [[1280, 'picture'], [360, 'design'], [360, 'picture'], [768, 'picture'], [1280, 'files']]) {
      await page.setViewportSize({ width, height: 900 })
      await page.locator(`.views [data-view=${view}]`).click()
      if (view === 'files') await page.locator('#download:enabled').waitFor({ timeout: 180000 })
      assert.deepEqual(await violations(page), [], `${view} at ${width}, ${colorScheme}`)
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.ok(over <= 0, `${over} px too wide: ${view} at ${width}`)
      off.push(await compare(chrome, `playground-${view}-${width}-${colorScheme}.jpg`, await page.screenshot({ type: 'jpeg', quality: 45 })))
    }
    await page.context().close()
  }
  assert.deepEqual(off.filter(Boolean), [], 'look at the pages; UPDATE=1 takes the pictures anew')
})

test('the keyboard alone reaches everything, and leaves the editor', async () => {
  const page = await begin()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip')
  await tabTo(page, '#target')
  await page.keyboard.type('kind')
  await tabTo(page, '#begin button')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => localStorage.getItem('k8splan-design').includes('target "kind"'), null, { timeout: 60000 })
  await page.locator('#stand .picture:visible').first().waitFor()
  await tabTo(page, '#compare')
  await tabTo(page, '#share')
  await page.keyboard.press('Enter')
  await page.locator('#shared[open]').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('#shared[open]').waitFor({ state: 'detached' })
  await tabTo(page, '#editor')
  await page.keyboard.press('Control+End')
  await page.keyboard.type('# by keyboard')
  await page.waitForFunction(() => localStorage.getItem('k8splan-design').endsWith('# by keyboard'))
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  assert.notEqual(await page.evaluate(() => document.activeElement.id), 'editor', 'Escape and Tab do not leave the editor')
  for (let i = 0; i < 80 && !await page.evaluate(() => (document.activeElement.dataset.unit || '').startsWith('node/')); i++) await page.keyboard.press('Tab')
  const unit = await page.evaluate(() => document.activeElement.dataset.unit)
  assert.match(unit || '', /^node\//)
  await page.keyboard.press('Enter')
  assert.equal(await page.locator('#stand #down').textContent(), 'Down: ' + unit)
  // backwards to the views, into the files, and to one of them
  await page.locator('.views [data-view=files]').focus()
  await page.keyboard.press('Enter')
  await page.locator('#download:enabled').waitFor({ timeout: 180000 })
  await tabTo(page, '#names summary')
  await page.keyboard.press('Enter')
  await tabTo(page, '#names button')
  const file = await page.evaluate(() => document.activeElement.dataset.path)
  await page.keyboard.press('Enter')
  assert.equal(await page.locator('#path').textContent(), file)
  await tabTo(page, '#text', 200)
  sound(page)
  await page.context().close()
})

test('it prints the design, its findings and its picture, whatever the theme', async () => {
  const page = await begin(home, { colorScheme: 'dark' })
  await page.emulateMedia({ media: 'print' })
  for (const shown of ['#sentence', '#stand .picture', '#stand #states', '#editor']) assert.ok(await page.locator(shown).first().isVisible(), shown + ' is not printed')
  for (const hidden of ['#begin', '.actions', '.views', '#stand .tools']) assert.equal(await page.locator(hidden + ':visible').count(), 0, hidden + ' is printed')
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)')
  const cut = await page.evaluate(() => ['body', 'main', '#right', '#findings'].filter(s => { const e = document.querySelector(s); return e.scrollHeight > e.clientHeight + 2 && getComputedStyle(e).overflowY !== 'visible' }))
  assert.deepEqual(cut, [], 'parts are cut off')
  const pdf = await page.pdf({ format: 'A4' })
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length
  assert.ok(sheets >= 2 && sheets < 12, `${sheets} sheets`)
  await page.context().close()
})

// --- k8splan serve

async function serve (file, ...args) {
  const program = spawn(binary, ['serve', file, ...args], { cwd: root })
  const address = await new Promise((resolve, reject) => {
    let said = ''
    program.stderr.on('data', d => { const m = /http:\S+/.exec(said += d); if (m) resolve(m[0]) })
    program.on('exit', code => reject(new Error(`serve ended with ${code}: ${said}`)))
  })
  return { address, stop: () => new Promise(resolve => { program.removeAllListeners('exit'); program.on('exit', resolve); program.kill('SIGINT') }) }
}

test('serve follows the file on disk', async () => {
  const file = write('served.hcl', k8splan('init', 'multi-etcd-multi-master'))
  const { address, stop } = await serve(file)
  const page = await open(chrome, address)
  await page.locator('#stand .picture:visible').first().waitFor()
  writeFileSync(file + '.new', broken)
  renameSync(file + '.new', file) // as editors do
  await page.locator('#list li.error', { hasText: '"typ"' }).waitFor()
  assert.ok(await page.locator('.source div.error').count() > 0)
  writeFileSync(file, k8splan('init', 'all-in-one'))
  await page.waitForFunction(() => !document.querySelector('#list li.error') && document.querySelector('#note').hidden)
  await page.locator('.views [data-view=files]').click()
  await page.locator('#download:enabled').waitFor()
  assert.ok(await page.locator('#names button').count() > 20)
  sound(page)
  await stop()
  await page.locator('#note:has-text("ended")').waitFor()
  await page.context().close()
})

test('serve follows the files that the topology reads, and those of -var-file', async () => {
  const file = write('inputs.hcl', k8splan('init', 'all-in-one').replace(/^node "[^"]*" \{/m, 'variable "called" {}\n\n$&\n  labels = { "example.com/read" = trimspace(file("read.txt")), "example.com/called" = var.called }'))
  write('read.txt', 'one\n')
  const values = write('values.tfvars', 'called = "first"\n')
  const { address, stop } = await serve(file, '-var-file', values)
  const page = await open(chrome, address)
  await page.locator('#stand .picture:visible').first().waitFor()
  await page.locator('.views [data-view=files]').click()
  await page.locator('#download:enabled').waitFor()
  const says = word => page.waitForFunction(word => document.querySelector('#text').textContent.includes(word), word)
  await page.locator('#names button[data-path="plan.json"]').click()
  await says('first')
  write('read.txt', 'second-text\n')
  await says('second-text')
  writeFileSync(values, 'called = "third"\n')
  await says('third')
  writeFileSync(values, 'called = \n') // wrong: the last values stay
  write('read.txt', 'fourth\n')
  await says('fourth')
  assert.match(await page.locator('#text').textContent(), /third/)
  sound(page)
  await stop()
  await page.context().close()
})

test('serve answers its own address alone', async () => {
  const { address, stop } = await serve(write('guarded.hcl', k8splan('init', 'all-in-one')))
  const url = new URL(address)
  const ask = (path, headers = {}, method = 'GET') => new Promise((resolve, reject) => {
    request({ host: url.hostname, port: url.port, path, method, headers }, r => { r.resume(); r.on('end', () => resolve(r.statusCode)) }).on('error', reject).end()
  })
  assert.equal(await ask(url.pathname), 200)
  assert.equal(await ask('/'), 404)
  assert.equal(await ask('/guess/'), 404)
  assert.equal(await ask(url.pathname, { host: 'evil.example:' + url.port }), 421)
  assert.equal(await ask(url.pathname, { host: url.hostname }), 421)
  assert.equal(await ask(url.pathname + 'message?session=x', { origin: 'https://evil.example' }, 'POST'), 403)
  assert.equal(await ask(url.pathname + 'message?session=x', {}, 'POST'), 404)
  assert.equal(await ask(url.pathname, {}, 'DELETE'), 405)
  await stop()
})
