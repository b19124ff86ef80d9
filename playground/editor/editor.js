// The editor: CodeMirror with the language server. It is in a shadow tree, where the page's policy does not restrict its styles.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, snippet } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, indentOnInput, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { hcl } from './hcl.js'
import { prose } from './prose.js'

// The colors are the page's variables, which also apply in the shadow tree. Words also differ in weight and slant.
const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--card)', height: '100%', fontSize: '13px' },
  '.cm-scroller': { fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--way)', outlineOffset: '-2px' },
  '.cm-gutters': { backgroundColor: 'var(--zone)', color: 'var(--soft)', borderRight: '1px solid var(--rule)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--way) 9%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'color-mix(in srgb, var(--way) 28%, transparent)' },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--way) 16%, transparent)' },
  '.cm-matchingBracket': { outline: '1px solid var(--way)', backgroundColor: 'transparent !important' },
  '.cm-tooltip': { backgroundColor: 'var(--paper)', color: 'var(--ink)', border: '1px solid var(--soft)', borderRadius: '6px', maxWidth: 'min(520px, 90vw)', fontFamily: 'system-ui, sans-serif' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { maxHeight: '18em' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--ink) !important', color: 'var(--paper) !important' },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'inherit', opacity: '.75' },
  '.cm-completionInfo': { padding: '6px 10px' },
  '.prose': { padding: '6px 10px', fontSize: '13.5px', lineHeight: '1.45', maxHeight: '50vh', overflow: 'auto' },
  '.prose p': { margin: '4px 0' },
  '.prose code, .prose pre': { fontFamily: 'ui-monospace, Menlo, Consolas, monospace', fontSize: '12.5px', whiteSpace: 'pre-wrap' },
  '.prose a': { color: 'var(--way)' },
  '.cm-diagnostic': { borderLeftWidth: '4px', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--down)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--degraded)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--down)', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline dashed var(--degraded)', textUnderlineOffset: '3px' },
  '.cm-lintRange-info': { backgroundImage: 'none', textDecoration: 'underline dotted var(--soft)', textUnderlineOffset: '3px' },
  '.cm-panels': { backgroundColor: 'var(--zone)', color: 'var(--ink)' },
  '.cm-textfield, .cm-button': { backgroundColor: 'var(--card)', backgroundImage: 'none', color: 'var(--ink)' },
  '.cm-diagnosticAction': { backgroundColor: 'var(--ink)', color: 'var(--paper)' }
})
const colors = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--soft)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--up)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--depends)' },
  { tag: tags.keyword, color: 'var(--way)', fontWeight: '600' },
  { tag: tags.variableName, color: 'var(--depends)' },
  { tag: tags.function(tags.variableName), color: 'var(--way)' }
])

// Kinds of LSP's completions as CodeMirror's types.
const kinds = { 5: 'property', 6: 'variable', 9: 'namespace', 12: 'constant', 20: 'enum' }

export function createEditor ({ parent, text, name, client, uri, corrections, onchange }) {
  const shadow = parent.attachShadow({ mode: 'open' })
  const offset = (doc, p) => {
    const line = doc.line(Math.min(p.line + 1, doc.lines))
    return Math.min(line.from + p.character, line.to)
  }
  const position = (doc, at) => {
    const line = doc.lineAt(at)
    return { line: line.number - 1, character: at - line.from }
  }

  async function complete (context) {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos)
    if (!context.explicit && !/[\w".=]/.test(before)) return null
    const found = await client.ask('textDocument/completion', { textDocument: { uri }, position: position(context.state.doc, context.pos) })
    if (!found?.items.length || context.aborted) return null
    const doc = context.state.doc, from = Math.min(...found.items.map(i => offset(doc, i.textEdit.range.start)))
    return {
      from,
      validFor: found.isIncomplete ? undefined : /^[\w."-]*$/,
      options: found.items.map(i => ({
        label: i.filterText || i.label,
        displayLabel: i.label,
        type: kinds[i.kind],
        detail: i.detail,
        info: i.documentation ? () => prose(i.documentation.value) : undefined,
        sortText: i.sortText,
        apply (view, completion, _, to) {
          const start = offset(view.state.doc, i.textEdit.range.start)
          if (i.insertTextFormat === 2) snippet(template(i.textEdit.newText))(view, completion, start, to)
          else view.dispatch({ changes: { from: start, to, insert: i.textEdit.newText }, selection: { anchor: start + i.textEdit.newText.length } })
        }
      }))
    }
  }

  // template converts a snippet of LSP for CodeMirror: LSP has ${2:text} and $0, CodeMirror has ${2:text} and ${}.
  function template (text) { return text.replace(/\\([\\$}])/g, (_, c) => c === '}' ? '\\}' : c).replace(/\$0/g, '${}') }

  async function hover (view, at) {
    const found = await client.ask('textDocument/hover', { textDocument: { uri }, position: position(view.state.doc, at) })
    if (!found) return null
    return { pos: offset(view.state.doc, found.range.start), end: offset(view.state.doc, found.range.end), create: () => ({ dom: prose(found.contents.value) }) }
  }

  // leave lets the next Tab leave the editor, however late it comes: CodeMirror's own Escape does so for two seconds.
  function leave (view) { view.setTabFocusMode(600_000); return true }

  let quiet = false
  const view = new EditorView({
    root: shadow,
    parent: shadow,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
        StreamLanguage.define(hcl), syntaxHighlighting(colors), look, lintGutter(), search({ top: true }), highlightSelectionMatches(),
        autocompletion({ override: [complete], icons: false }), hoverTooltip(hover), EditorView.lineWrapping, EditorState.tabSize.of(2),
        EditorView.contentAttributes.of({ 'aria-label': name + '. Tab indents; press Escape, then Tab, to leave.', spellcheck: 'false', tabindex: '0' }),
        keymap.of([{ key: 'Shift-Alt-f', run: layOut }, ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, { key: 'Escape', run: leave }, indentWithTab]),
        EditorView.updateListener.of(u => { if (u.docChanged && !quiet) onchange(u.state.doc.toString()) })
      ]
    })
  })

  function apply (edits) {
    view.dispatch({ changes: edits.map(e => ({ from: offset(view.state.doc, e.range.start), to: offset(view.state.doc, e.range.end), insert: e.newText })) })
    view.focus()
  }

  // layOut formats the file like k8splan fmt.
  function layOut () {
    client.ask('textDocument/formatting', { textDocument: { uri }, options: { tabSize: 2, insertSpaces: true } }).then(edits => { if (edits?.length) apply(edits) })
    return true
  }

  return {
    apply,
    setText (next) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: 0 }, scrollIntoView: true }) },
    setFindings (findings) {
      const doc = view.state.doc, severities = { 1: 'error', 2: 'warning' }
      const marks = findings.map(d => {
        const from = offset(doc, d.range.start)
        return {
          from,
          to: Math.max(from, offset(doc, d.range.end)),
          severity: severities[d.severity] || 'info',
          source: d.code,
          message: d.message
        }
      })
      view.dispatch(setDiagnostics(view.state, marks))
    },
    select (range) {
      const at = offset(view.state.doc, range.start)
      view.dispatch({ selection: { anchor: at, head: offset(view.state.doc, range.end) }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
      view.focus()
    }
  }
}
