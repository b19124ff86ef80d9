// Shared by the browser tests: the program, the designs, and a browser that reaches only files and this machine.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = dirname(fileURLToPath(import.meta.url))
export const root = resolve(here, '../..')
// The packages of package.json, as scripts/install-test-tools.sh installs them.
export const packages = process.env.K8SPLAN_NPM || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'k8splan-test/npm')
export const need = createRequire(join(packages, 'package.json'))
const { chromium } = need('playwright-core')

export const scratch = mkdtempSync(join(tmpdir(), 'k8splan-browser-'))
const program = join(scratch, 'k8splan')
execFileSync('go', ['build', '-ldflags', '-X main.version=dev', '-o', program, './cmd/k8splan'], { cwd: root, stdio: 'inherit' })

// k8splan runs the program in the repository and returns what it prints.
export function k8splan (...args) {
  return execFileSync(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 }).toString()
}

export const binary = program

// designs are the topologies that other tests accept, except those with further requirements of their target.
export function designs () {
  const files = readdirSync(join(root, 'testdata/corpus/good')).map(f => 'testdata/corpus/good/' + f)
  for (const type of readdirSync(join(root, 'examples'))) files.push(`examples/${type}/topology.hcl`)
  return files.filter(file => {
    try { k8splan('validate', file); return true } catch { return false }
  })
}

// write puts a text into the scratch folder and returns its path.
export function write (name, text) {
  const path = join(scratch, name)
  writeFileSync(path, text)
  return path
}

// browser starts Chromium, which must not reach any other machine.
export function browser () {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']
  })
}

// open opens a page, and records its requests and its errors.
export async function open (chrome, url, options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  page.strayed = []
  page.wrong = []
  page.on('request', r => { if (!/^(file|data|blob):|^http:\/\/127\.0\.0\.1:/.test(r.url())) page.strayed.push(r.url()) })
  page.on('pageerror', e => page.wrong.push(e.message))
  page.on('console', m => { if (m.type() === 'error') page.wrong.push(m.text()) })
  page.on('dialog', d => { page.wrong.push('dialog: ' + d.message()); d.dismiss() })
  await page.goto(url)
  return page
}

// violations returns the findings of axe-core in a page that was opened with bypassCSP.
export async function violations (page) {
  await page.evaluate(readFileSync(join(packages, 'node_modules/axe-core/axe.min.js'), 'utf8'))
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  return found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message || '')).join(' | ')}`)
}

// tabTo presses Tab until the selected element has the focus. It leaves the playground's editor as the editor's label describes.
export async function tabTo (page, selector, most = 80) {
  for (let i = 0; i < most; i++) {
    if (await page.evaluate(() => document.activeElement?.id === 'editor')) await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    if (await page.evaluate(s => !!document.activeElement && document.activeElement.matches(s), selector)) return
  }
  throw new Error(`${selector} is not reached with ${most} presses of Tab`)
}

// compare compares a screenshot with the one of that name in seen/, and returns the difference, '' if there is none. The pictures in seen/
// were reviewed by a person. UPDATE=1 takes them again: review them afterwards. Fonts differ between machines, so areas are compared, not
// letters.
export async function compare (chrome, name, shot) {
  const folder = join(here, 'seen'), path = join(folder, name)
  mkdirSync(folder, { recursive: true })
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
  await blank.context().close()
  return apart > 0.05 ? `${path}: ${(100 * apart).toFixed(1)} % of the areas differ` : ''
}
