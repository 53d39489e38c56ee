/**
 * Fenced code blocks, in order.
 *
 * @returns {{ language: string, line: number, lines: string[], context: string[], contextLine: number, file: string | null }[]}
 * `line` is the number of the first line of code, from 1; `context` and `file` come from the HTML comment right before
 * the block: `<!-- context … -->` (code a reader need not see) and `<!-- file: path -->` (the file the block shows).
 */
export function codeBlocks(text) {
  const blocks = []
  let block = null
  let fence = ''
  let comment = null
  let pending = { context: [], contextLine: 0, file: null }
  for (const [index, line] of text.split('\n').entries()) {
    const number = index + 1
    if (block !== null) {
      if (line.trim() === fence) {
        blocks.push(block)
        block = null
        pending = { context: [], contextLine: 0, file: null }
      } else block.lines.push(line)
      continue
    }
    if (comment !== null) {
      if (line.trim() === '-->') {
        pending = { ...pending, context: comment.lines, contextLine: comment.line }
        comment = null
      } else comment.lines.push(line)
      continue
    }
    const open = /^(```+)\s*([\w-]*)/.exec(line)
    const file = /^<!-- file: (\S+) -->$/.exec(line)
    if (open !== null) {
      fence = open[1]
      block = { language: open[2], line: number + 1, lines: [], ...pending }
    } else if (line === '<!-- context') comment = { line: number + 1, lines: [] }
    else if (file !== null) pending = { ...pending, file: file[1] }
    else if (line.trim() !== '') pending = { context: [], contextLine: 0, file: null }
  }
  return blocks
}

/** The text with fenced blocks and comments blanked, so that line numbers stay. */
export function prose(text) {
  let fence = ''
  const blanked = text.split('\n').map((line) => {
    const mark = /^(```+)/.exec(line)?.[1] ?? ''
    if (fence === '') {
      fence = mark
      return mark === '' ? line : ''
    }
    if (line.trim() === fence) fence = ''
    return ''
  })
  return blanked.join('\n').replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ''))
}

/** Link targets with their lines; web addresses too. */
export function links(text) {
  return prose(text).split('\n').flatMap((line, index) => [...line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g)].map((match) => ({ target: match[1], line: index + 1 })))
}

/** What stands between single backticks, with its line. */
export function codeSpans(text) {
  return prose(text).split('\n').flatMap((line, index) => [...line.matchAll(/`([^`]+)`/g)].map((match) => ({ code: match[1], line: index + 1 })))
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchors(text) {
  const seen = new Map()
  return new Set(prose(text).split('\n').flatMap((line) => {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1]
    if (heading === undefined) return []
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
    const count = seen.get(plain) ?? 0
    seen.set(plain, count + 1)
    return [count === 0 ? plain : `${plain}-${count}`]
  }))
}
