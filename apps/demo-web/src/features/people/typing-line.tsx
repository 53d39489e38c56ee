const names = new Intl.ListFormat('en', { type: 'conjunction' })

/** Who is writing, on a line whose height never changes. */
export function TypingLine({ people }: { people: readonly string[] }) {
  return <p className="typing small muted" role="status" aria-label="Typing">{typingText(people)}</p>
}

export function typingText(people: readonly string[]): string {
  if (people.length === 0) return ''
  if (people.length > 2) return 'Several people are typing…'
  return `${names.format(people)} ${people.length === 1 ? 'is' : 'are'} typing…`
}
