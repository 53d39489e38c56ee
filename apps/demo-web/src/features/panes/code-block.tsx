/** Strings, comments and words of the language; the rest is as it is. */
const tokens = /('[^'\n]*')|\b(const|async|await|return)\b/g

/** A few lines of TypeScript. */
export function CodeBlock({ title, path, code }: { title: string; path: string; code: string }) {
  return (
    <figure className="code-block panel">
      <figcaption><strong>{title}</strong> <span className="small muted">{path}</span></figcaption>
      <pre tabIndex={0} aria-label={`${title} code`}><code>{coloured(code.trim())}</code></pre>
    </figure>
  )
}

function coloured(code: string) {
  return code.split(tokens).map((part, place) => {
    // Of every three parts one is plain, one a string or nothing, one a word or nothing.
    if (place % 3 === 1) return part && <span key={place} className="code-string">{part}</span>
    if (place % 3 === 2) return part && <span key={place} className="code-word">{part}</span>
    return part
  })
}
