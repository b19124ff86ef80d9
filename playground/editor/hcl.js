// HCL as a stream of tokens: enough for colors. The planner decides what is valid.
export const hcl = {
  name: 'hcl',
  startState: () => ({ text: false, comment: false, heredoc: null, holes: [] }),
  copyState: s => ({ ...s, holes: [...s.holes] }),
  token (stream, s) {
    if (s.heredoc) {
      if (stream.sol() && stream.match(new RegExp(`^\\s*${s.heredoc}\\s*$`))) { s.heredoc = null; return 'keyword' }
      stream.skipToEnd()
      return 'string'
    }
    if (s.comment) {
      if (stream.match(/^.*?\*\//)) s.comment = false
      else stream.skipToEnd()
      return 'comment'
    }
    if (s.text) return text(stream, s)
    if (stream.eatSpace()) return null
    if (stream.match(/^(#|\/\/).*/)) return 'comment'
    if (stream.match('/*')) { s.comment = true; return 'comment' }
    const heredoc = stream.match(/^<<-?(\w+)\s*$/)
    if (heredoc) { s.heredoc = heredoc[1]; return 'keyword' }
    if (stream.eat('"')) { s.text = true; return 'string' }
    if (stream.match(/^\d+(\.\d+)?([eE][+-]?\d+)?/)) return 'number'
    if (stream.eat('{')) { if (s.holes.length) s.holes[s.holes.length - 1]++; return 'brace' }
    if (stream.eat('}')) {
      if (s.holes.length && s.holes[s.holes.length - 1]-- === 0) { s.holes.pop(); s.text = true; return 'string' }
      return 'brace'
    }
    const word = stream.match(/^[A-Za-z_][\w-]*/)
    if (word) {
      if (/^(true|false|null)$/.test(word[0])) return 'bool'
      if (/^(for|in|if)$/.test(word[0]) && stream.column() !== stream.indentation()) return 'keyword'
      if (stream.match(/^\s*\(/, false)) return 'variableName.function'
      if (/^(var|local|each|count)$/.test(word[0]) && stream.peek() === '.') return 'variableName'
      if (stream.match(/^\s*("[^"]*"\s*)*\{/, false) && /^\s*$/.test(stream.string.slice(0, stream.start))) return 'keyword'
      return 'propertyName'
    }
    stream.next()
    return 'operator'
  },
  languageData: { commentTokens: { line: '#', block: { open: '/*', close: '*/' } }, closeBrackets: { brackets: ['(', '[', '{', '"'] }, indentOnInput: /^\s*\}$/ },
  indent (_, after, context) {
    const line = context.lineAt(context.pos, -1), open = /[{[(]\s*(#.*)?$/.test(line.text), base = /^\s*/.exec(line.text)[0].length
    return Math.max(0, base + (open ? 2 : 0) - (/^\s*[}\])]/.test(after) ? 2 : 0))
  }
}

function text (stream, s) {
  while (!stream.eol()) {
    if (stream.match(/^\\./) || stream.match(/^(\$\$|%%)\{/)) continue
    if (stream.match(/^[$%]\{/)) { s.text = false; s.holes.push(0); return 'string' }
    if (stream.next() === '"') { s.text = false; return 'string' }
  }
  s.text = false // a text ends with its line
  return 'string'
}
