// Tests that Mermaid itself reads every picture.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { browser, designs, k8splan, open, packages, root } from './browser.mjs'

test('Mermaid reads every view of every design', async () => {
  const chrome = await browser()
  try {
    const page = await open(chrome, 'about:blank')
    await page.addScriptTag({ path: join(packages, 'node_modules/mermaid/dist/mermaid.min.js') })
    await page.evaluate(() => window.mermaid.initialize({ startOnLoad: false, maxTextSize: 1e6, maxEdges: 1e4 }))
    const all = designs()
    assert.ok(all.length > 20)
    for (const design of all) {
      for (const view of ['machines', 'network', 'etcd', 'boot']) {
        const text = k8splan('graph', design, '--view', view)
        const type = await page.evaluate(t => window.mermaid.parse(t).then(r => r.diagramType, e => 'error: ' + e.message), text)
        assert.equal(type, 'flowchart-v2', `${design}: ${view}`)
      }
    }
  } finally {
    await chrome.close()
  }
})

test('a design whose every text is markup is text in every view', async () => {
  const chrome = await browser()
  try {
    const page = await open(chrome, 'about:blank')
    await page.addScriptTag({ path: join(packages, 'node_modules/mermaid/dist/mermaid.min.js') })
    const { mermaid } = JSON.parse(execFileSync('go', ['run', './checks/browser/expect', '-hostile', 'testdata/corpus/good/hypervisors.hcl'], { cwd: root, maxBuffer: 1 << 28 }))
    for (const view in mermaid) {
      const svg = await page.evaluate(([id, t]) => window.mermaid.render(id, t).then(r => r.svg, e => 'error: ' + e.message), ['x' + view, mermaid[view]])
      assert.match(svg, /^<svg/, view)
      assert.ok(!/<img|<script|onload=alert\(3\)>/.test(svg), view)
    }
    assert.deepEqual(page.wrong, [])
  } finally {
    await chrome.close()
  }
})

test('no text becomes markup or a directive in Mermaid', async () => {
  const chrome = await browser()
  try {
    const page = await open(chrome, 'about:blank')
    await page.addScriptTag({ path: join(packages, 'node_modules/mermaid/dist/mermaid.min.js') })
    // What the planner writes for <img src=x onerror=alert(1)>, "] end and %%{init: {}}%%: TestMermaidText checks it.
    const text = `flowchart LR
  n1["#60;img src#61;x onerror#61;alert(1)#62;<br/>#34;#93; end #37;#37;#123;init: #123;#125;#125;#37;#37;"]
`
    const svg = await page.evaluate(t => window.mermaid.render('x', t).then(r => r.svg), text)
    assert.ok(!svg.includes('<img'), svg)
    assert.match(svg.replace(/&(amp;)?lt;/g, '<'), /<img src=x onerror=alert\(1\)/)
    assert.deepEqual(page.wrong, [])
  } finally {
    await chrome.close()
  }
})
